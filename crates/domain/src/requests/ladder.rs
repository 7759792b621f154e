//! The ladder: what follows when a level lets its clock run. At yellow the level above is told; on
//! the first working day after the limit it is red; one more, and it is ordered (督办) and passed on
//! (source: domain 5.1).

use jiff::Timestamp;

use super::{Desk, Due, Handler, Limit, Limits, Request, Stage};
use crate::calendar::{Calendar, Term};

/// How far a clock has run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rung {
    #[default]
    Green,
    /// The limit is near: the level above is told.
    Yellow,
    /// The limit is past, for all to see.
    Red,
    /// 督办: a supervision order; what can be passed on is passed on.
    Ordered,
}

/// The moments at which one clock climbs, each no earlier than the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rungs {
    pub yellow: Timestamp,
    pub red: Timestamp,
    pub ordered: Timestamp,
}

impl Rungs {
    /// The rungs of a clock. Limits in days climb by working days: yellow when office closes
    /// [`Limits::yellow_days`] before the last day, red when it opens after it, ordered
    /// [`Limits::order_days`] later. Limits in hours are too short for that: yellow at half of
    /// them, red at their end, ordered after as long again.
    #[must_use]
    pub fn of(due: &Due, limits: &Limits, calendar: &Calendar) -> Self {
        match due.term {
            Some(term @ (Term::ClockHours(_) | Term::ClockMinutes(_) | Term::WorkingHours(_))) => {
                Self {
                    yellow: calendar.midway(due.from, due.at, term),
                    red: due.at,
                    ordered: calendar.add(due.at, term).at,
                }
            }
            Some(Term::WorkingDays(_)) | None => Self::by_days(due, limits, calendar),
        }
    }

    fn by_days(due: &Due, limits: &Limits, calendar: &Calendar) -> Self {
        let last = calendar.date(due.at);
        let before = (0..limits.yellow_days).fold(last, |day, _| calendar.previous_workday(day));
        let yellow = match calendar.closing(before) {
            early if early <= due.from => calendar.opening(last).max(due.from),
            yellow => yellow,
        };
        let after = calendar.next_workday(last);
        let ordered = (0..limits.order_days).fold(after, |day, _| calendar.next_workday(day));
        let red = calendar.opening(after);
        Self { yellow: yellow.min(due.at), red, ordered: calendar.opening(ordered).max(red) }
    }

    /// The highest rung that is reached at `now`.
    #[must_use]
    pub fn reached(&self, now: Timestamp) -> Rung {
        match now {
            now if now >= self.ordered => Rung::Ordered,
            now if now > self.red || now == self.red && self.red > self.yellow => Rung::Red,
            now if now >= self.yellow => Rung::Yellow,
            _ => Rung::Green,
        }
    }

    /// When the rung above `rung` is reached; nothing at the top.
    #[must_use]
    pub fn above(&self, rung: Rung) -> Option<Timestamp> {
        match rung {
            Rung::Green => Some(self.yellow),
            Rung::Yellow => Some(self.red),
            Rung::Red => Some(self.ordered),
            Rung::Ordered => None,
        }
    }
}

impl Request {
    /// When the clockwork has to look at this request next; nothing while no clock runs, or when
    /// the ladder is at its top.
    #[must_use]
    pub fn wakes_at(&self, limits: &Limits, calendar: &Calendar) -> Option<Timestamp> {
        let due = self.due?;
        match due.limit {
            Limit::Confirm | Limit::Answer => Some(due.at),
            _ => Rungs::of(&due, limits, calendar).above(self.rung),
        }
    }

    /// The desk that a request goes to when its level let the clock run out: the next level up.
    /// A unit that does not sign gives it back to its dispatcher; a unit at work keeps it, under
    /// the eyes of the street. At the street there is no level above.
    #[must_use]
    pub(super) fn passes_to(&self) -> Option<Desk> {
        match self.stage {
            Stage::Raised | Stage::Accepted { .. } => Some(Desk::Community),
            Stage::Handling { by: Handler::Worker(_), .. } => Some(Desk::Community),
            Stage::Dispatched { desk, .. } => Some(desk),
            Stage::Escalated { desk: Desk::Community }
            | Stage::Redo { desk: Desk::Community }
            | Stage::Suspended { desk: Desk::Community, .. }
            | Stage::Handling { desk: Desk::Community, .. } => Some(Desk::Street),
            _ => None,
        }
    }
}

impl Rung {
    /// Every rung, from the ground up.
    pub const ALL: [Rung; 4] = [Rung::Green, Rung::Yellow, Rung::Red, Rung::Ordered];

    /// The name of this rung, in the database and in the interface alike.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Rung::Green => "green",
            Rung::Yellow => "yellow",
            Rung::Red => "red",
            Rung::Ordered => "ordered",
        }
    }

    /// The rung of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Rung> {
        Rung::ALL.into_iter().find(|rung| rung.name() == name)
    }
}
