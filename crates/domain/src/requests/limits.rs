//! How long each step may take, and until when: settings, the calendar and the moment make a
//! [`Due`].

use jiff::Timestamp;

use super::{Handler, Request, Stage};
use crate::calendar::{Calendar, Term};

/// How pressing a request is. It comes with the category, and with words of danger in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Urgency {
    /// Life and limb: gas, fire, live wires.
    Danger,
    /// Water, power, gas, heat, lifts.
    Urgent,
    Ordinary,
    /// Needs planning, money or several units.
    Complex,
}

/// What the running clock waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Limit {
    /// A grid worker accepts.
    Accept,
    /// The grid worker solves or escalates.
    Solve,
    /// The desk dispatches, or handles it itself.
    Dispatch,
    /// The unit signs, or returns it.
    Sign,
    /// The work is done.
    Finish,
    /// The asker confirms; silence closes.
    Confirm,
    /// It is done again.
    Redo,
    /// The plan of a suspended request is looked at.
    Review,
    /// The asker answers a question; silence lets the clock go on.
    Answer,
}

/// A deadline that can be explained.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    pub limit: Limit,
    /// How long the limit is; nothing where a day was set by hand.
    pub term: Option<Term>,
    /// When the clock began.
    pub from: Timestamp,
    /// When the time is over.
    pub at: Timestamp,
    /// The day lies beyond what the calendar knows, so it may still move.
    pub provisional: bool,
}

/// The settings of a street for every step (source: domain 5.1, the default limits).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    pub accept: Term,
    pub accept_danger: Term,
    pub solve: Term,
    pub solve_danger: Term,
    pub dispatch: Term,
    pub dispatch_danger: Term,
    pub sign: Term,
    pub sign_danger: Term,
    pub finish_urgent: Term,
    pub finish_ordinary: Term,
    pub finish_complex: Term,
    pub confirm: Term,
    pub redo: Term,
    pub answer: Term,
    /// How long a unit may send a request back.
    pub returning: Term,
    /// How often units may send it back.
    pub returns_max: u8,
    /// The most working days of an extension.
    pub extension_days_max: u8,
    /// The most days until a suspended request is looked at again.
    pub review_days_max: i64,
    /// How many days a closed request can be reopened.
    pub reopen_days: i64,
    /// So many working days before its last day a clock turns yellow.
    pub yellow_days: u8,
    /// So many working days after it turned red a request is ordered and passed on.
    pub order_days: u8,
    /// How often an asker is called back who could not be reached.
    pub calls_max: u8,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            accept: Term::WorkingHours(2),
            accept_danger: Term::ClockMinutes(30),
            solve: Term::WorkingDays(1),
            solve_danger: Term::ClockHours(2),
            dispatch: Term::WorkingDays(1),
            dispatch_danger: Term::ClockHours(2),
            sign: Term::WorkingDays(1),
            sign_danger: Term::ClockHours(2),
            finish_urgent: Term::ClockHours(24),
            finish_ordinary: Term::WorkingDays(5),
            finish_complex: Term::WorkingDays(15),
            confirm: Term::WorkingDays(5),
            redo: Term::WorkingDays(15),
            answer: Term::WorkingDays(3),
            returning: Term::WorkingDays(2),
            returns_max: 2,
            extension_days_max: 10,
            review_days_max: 90,
            reopen_days: 30,
            yellow_days: 1,
            order_days: 1,
            calls_max: 3,
        }
    }
}

impl Limits {
    /// The limit of a request that enters its stage at `from`.
    #[must_use]
    pub fn due(&self, request: &Request, from: Timestamp, calendar: &Calendar) -> Option<Due> {
        let limit = match request.stage {
            Stage::Raised => Limit::Accept,
            Stage::Accepted { .. } => Limit::Solve,
            Stage::Escalated { .. } => Limit::Dispatch,
            Stage::Dispatched { .. } => Limit::Sign,
            Stage::Handling { .. } => Limit::Finish,
            Stage::Resolved { .. } => Limit::Confirm,
            Stage::Redo { .. } => Limit::Redo,
            Stage::Suspended { review_on, .. } => {
                let at = calendar.closing(review_on);
                let provisional = review_on > calendar.known_through;
                return Some(Due { limit: Limit::Review, term: None, from, at, provisional });
            }
            Stage::Closed { .. } => return None,
        };
        self.term(limit, request.urgency).map(|term| Due::new(limit, term, from, calendar))
    }
}

impl Due {
    /// The deadline of a clock that begins at `from`.
    #[must_use]
    pub fn new(limit: Limit, term: Term, from: Timestamp, calendar: &Calendar) -> Self {
        let deadline = calendar.add(from, term);
        let (at, provisional) = (deadline.at, deadline.provisional);
        Self { limit, term: Some(term), from, at, provisional }
    }

    /// The deadline after the clock stood still from `paused_at` to `resumed_at`.
    #[must_use]
    pub fn shifted(self, paused_at: Timestamp, resumed_at: Timestamp, calendar: &Calendar) -> Self {
        let Some(term) = self.term else { return self };
        let deadline = calendar.shift(self.at, paused_at, resumed_at, term);
        Self { at: deadline.at, provisional: deadline.provisional, ..self }
    }

    /// The deadline with so many working days more.
    #[must_use]
    pub fn extended(self, days: u8, calendar: &Calendar) -> Self {
        let deadline = calendar.add(self.at, Term::WorkingDays(days.into()));
        Self { at: deadline.at, provisional: deadline.provisional, ..self }
    }

    /// Whether the time is over.
    #[must_use]
    pub fn is_over(&self, now: Timestamp) -> bool {
        now > self.at
    }
}

impl Limit {
    /// Every limit.
    pub const ALL: [Limit; 9] = [
        Limit::Accept,
        Limit::Solve,
        Limit::Dispatch,
        Limit::Sign,
        Limit::Finish,
        Limit::Confirm,
        Limit::Redo,
        Limit::Review,
        Limit::Answer,
    ];

    /// The name of this limit, in the database and in the interface alike.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Limit::Accept => "accept",
            Limit::Solve => "solve",
            Limit::Dispatch => "dispatch",
            Limit::Sign => "sign",
            Limit::Finish => "finish",
            Limit::Confirm => "confirm",
            Limit::Redo => "redo",
            Limit::Review => "review",
            Limit::Answer => "answer",
        }
    }

    /// The limit of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Limit> {
        Limit::ALL.into_iter().find(|limit| limit.name() == name)
    }
}

impl Urgency {
    /// Every urgency, the most pressing first.
    pub const ALL: [Urgency; 4] =
        [Urgency::Danger, Urgency::Urgent, Urgency::Ordinary, Urgency::Complex];

    /// The name of this urgency, in the database and in the interface alike.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Urgency::Danger => "danger",
            Urgency::Urgent => "urgent",
            Urgency::Ordinary => "ordinary",
            Urgency::Complex => "complex",
        }
    }

    /// The urgency of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Urgency> {
        Urgency::ALL.into_iter().find(|urgency| urgency.name() == name)
    }
}

impl Handler {
    /// Who is in charge of the work, without the facts: for the interface and for statistics.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Handler::Worker(_) => "worker",
            Handler::Desk(_) => "desk",
            Handler::Unit(_) => "unit",
        }
    }
}
