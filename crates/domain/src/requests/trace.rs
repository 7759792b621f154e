//! Why a deadline is what it is: the life of a clock, told again from what history keeps of it.
//!
//! Nothing here is stored. A clock is its limit, its length and the moment it began; what happened
//! to it since are [`Step`]s; the calendar says the rest. So a deadline can be computed anew when a
//! notice comes, and explained whenever somebody asks.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan};

use super::{Due, Event, Limit};
use crate::calendar::{Calendar, Day, Term};

/// A clock as it began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    pub limit: Limit,
    pub length: Length,
    /// When it began.
    pub from: Timestamp,
}

/// How long a clock runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Length {
    Term(Term),
    /// Until the office closes on a day that was agreed.
    Until(Date),
}

/// What happened to a clock since it began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// It stood still while a question waited.
    Paused { from: Timestamp, to: Timestamp },
    /// So many working days were granted.
    Extended { days: u8 },
    /// The calendar changed, and the deadline with it.
    Moved(Move),
}

/// A deadline that the calendar moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Move {
    /// When it was moved.
    pub at: Timestamp,
    pub from: Timestamp,
    pub to: Timestamp,
}

/// What a line of history means to the clock that runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// A stage may have been entered: where the clock began at this moment, it was.
    Entered,
    Asked,
    /// The question was answered, or its time ran out.
    Resumed,
    Extended {
        days: u8,
    },
    Moved {
        from: Timestamp,
        to: Timestamp,
    },
    /// Nothing.
    Beside,
}

/// A deadline with all that led to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace<'a> {
    pub due: Due,
    /// One after the other from the beginning of the clock to the deadline; each begins where the
    /// one before ended.
    pub legs: Vec<Leg<'a>>,
    /// Where the calendar changed it; the legs are told with the calendar of today.
    pub moves: Vec<Move>,
}

/// A part of the way to a deadline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leg<'a> {
    pub what: What,
    pub from: Timestamp,
    pub to: Timestamp,
    /// Its days in their order, those alike in one.
    pub spans: Vec<Span<'a>>,
}

/// What a leg is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// The limit itself.
    Limit(Length),
    /// The clock stood still so long, and the deadline is later by as much.
    Paused { from: Timestamp, to: Timestamp },
    /// Working days that were granted.
    Extended { days: u8 },
}

/// Days in a row that are alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span<'a> {
    pub first: Date,
    pub last: Date,
    /// What these days are; nothing where the clock runs day and night.
    pub day: Option<Day<'a>>,
    pub counted: Counted,
}

/// What days add to a length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    Nothing,
    /// Working days.
    Days(u32),
    /// Time by the clock or of the office.
    Time(SignedDuration),
}

impl Clock {
    /// The clock behind a deadline.
    #[must_use]
    pub fn of(due: &Due, calendar: &Calendar) -> Self {
        let length = match due.term {
            Some(term) => Length::Term(term),
            None => Length::Until(calendar.date(due.at)),
        };
        Self { limit: due.limit, length, from: due.from }
    }

    /// Its deadline if nothing had happened since it began.
    #[must_use]
    pub fn begun(&self, calendar: &Calendar) -> Due {
        match self.length {
            Length::Term(term) => Due::new(self.limit, term, self.from, calendar),
            Length::Until(date) => Due {
                limit: self.limit,
                term: None,
                from: self.from,
                at: calendar.closing(date),
                provisional: date > calendar.known_through,
            },
        }
    }

    /// Its deadline after these steps.
    #[must_use]
    pub fn replay(&self, steps: &[Step], calendar: &Calendar) -> Due {
        let after = |due: Due, step: &Step| step.after(due, calendar);
        steps.iter().fold(self.begun(calendar), after)
    }

    /// The same with the way to it.
    #[must_use]
    pub fn trace<'a>(&self, steps: &[Step], calendar: &'a Calendar) -> Trace<'a> {
        let mut due = self.begun(calendar);
        let unit = match self.length {
            Length::Term(term) => Some(term),
            Length::Until(_) => None,
        };
        let leg = |what, (from, to), unit| {
            let spans = spans(calendar, (from, to), unit);
            Leg { what, from, to, spans }
        };
        let mut legs = vec![leg(What::Limit(self.length), (self.from, due.at), unit)];
        let mut moves = Vec::new();
        for step in steps {
            let before = due;
            due = step.after(due, calendar);
            let (what, unit) = match *step {
                Step::Paused { from, to } => (What::Paused { from, to }, unit),
                Step::Extended { days } => {
                    (What::Extended { days }, Some(Term::WorkingDays(days.into())))
                }
                Step::Moved(by_calendar) => {
                    moves.push(by_calendar);
                    continue;
                }
            };
            legs.push(leg(what, (before.at, due.at), unit));
        }
        Trace { due, legs, moves }
    }
}

impl Step {
    fn after(&self, due: Due, calendar: &Calendar) -> Due {
        match *self {
            Step::Paused { from, to } => due.shifted(from, to, calendar),
            Step::Extended { days } => due.extended(days, calendar),
            Step::Moved(_) => due,
        }
    }
}

impl Mark {
    /// What an event means to the clock that runs.
    #[must_use]
    pub fn of(event: &Event) -> Self {
        match event {
            Event::Asked { .. } => Mark::Asked,
            Event::Answered { .. } | Event::AnswerMissed => Mark::Resumed,
            Event::ExtensionGranted { days, .. } => Mark::Extended { days: *days },
            Event::ExtensionAsked { .. }
            | Event::ExtensionDeclined { .. }
            | Event::Reminded
            | Event::Supervised { .. }
            | Event::CalledBack { said: None, .. }
            | Event::Climbed { to: None, .. } => Mark::Beside,
            Event::Accepted { .. }
            | Event::Resolved { .. }
            | Event::Escalated { .. }
            | Event::Rejected { .. }
            | Event::Merged { .. }
            | Event::Withdrawn { .. }
            | Event::Dispatched { .. }
            | Event::Handling { .. }
            | Event::Suspended { .. }
            | Event::Signed { .. }
            | Event::Returned { .. }
            | Event::Confirmed { .. }
            | Event::Redone { .. }
            | Event::Reopened { .. }
            | Event::Separated { .. }
            | Event::CalledBack { .. }
            | Event::Climbed { .. }
            | Event::ClosedUnrated => Mark::Entered,
        }
    }
}

/// What happened to the clock that began at `from`, from the marks of a whole life in their order.
#[must_use]
pub fn steps(marks: impl IntoIterator<Item = (Timestamp, Mark)>, from: Timestamp) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut asked = None;
    for (at, mark) in marks {
        match mark {
            Mark::Entered if at == from => {
                steps.clear();
                asked = None;
            }
            _ if at < from => {}
            Mark::Asked => asked = Some(at),
            Mark::Resumed => {
                steps.extend(asked.take().map(|from| Step::Paused { from, to: at }));
            }
            Mark::Extended { days } => steps.push(Step::Extended { days }),
            Mark::Moved { from, to } => steps.push(Step::Moved(Move { at, from, to })),
            Mark::Entered | Mark::Beside => {}
        }
    }
    steps
}

impl Leg<'_> {
    /// What its days add up to.
    #[must_use]
    pub fn counted(&self) -> Counted {
        let add = |sum: Counted, span: &Span<'_>| sum.plus(span.counted).unwrap_or(sum);
        self.spans.iter().fold(Counted::Nothing, add)
    }
}

impl Counted {
    /// Both together, if they are counted alike.
    fn plus(self, other: Self) -> Option<Self> {
        match (self, other) {
            (Counted::Nothing, other) | (other, Counted::Nothing) => Some(other),
            (Counted::Days(one), Counted::Days(two)) => Some(Counted::Days(one + two)),
            (Counted::Time(one), Counted::Time(two)) => Some(Counted::Time(one + two)),
            _ => None,
        }
    }
}

/// The days of a way, with what each adds in this unit.
fn spans(
    calendar: &Calendar,
    (from, to): (Timestamp, Timestamp),
    unit: Option<Term>,
) -> Vec<Span<'_>> {
    let (begins, ends) = (calendar.date(from), calendar.date(to));
    match unit {
        None => Vec::new(),
        Some(_) if to <= from => Vec::new(),
        Some(Term::ClockHours(_) | Term::ClockMinutes(_)) => {
            let counted = Counted::Time(from.duration_until(to));
            vec![Span { first: begins, last: ends, day: None, counted }]
        }
        Some(Term::WorkingHours(_)) => {
            let worked = |date| {
                let time = calendar.working_time_on(date, from, to);
                if time.is_zero() { Counted::Nothing } else { Counted::Time(time) }
            };
            merged(calendar, (begins, ends), worked)
        }
        Some(Term::WorkingDays(_)) => {
            let Ok(first) = begins.tomorrow() else { return Vec::new() };
            let worked = |date| {
                if calendar.is_workday(date) { Counted::Days(1) } else { Counted::Nothing }
            };
            merged(calendar, (first, ends), worked)
        }
    }
}

/// The days of `first..=last`, those alike that follow each other in one.
fn merged(
    calendar: &Calendar,
    (first, last): (Date, Date),
    counted: impl Fn(Date) -> Counted,
) -> Vec<Span<'_>> {
    let mut spans: Vec<Span<'_>> = Vec::new();
    for date in first.series(1.day()).take_while(|&date| date <= last) {
        let (day, counted) = (Some(calendar.day(date)), counted(date));
        let is_alike = |span: &&mut Span<'_>| {
            let nothing = Counted::Nothing;
            span.day == day && (span.counted == nothing) == (counted == nothing)
        };
        match spans.last_mut().filter(is_alike) {
            Some(span) => {
                span.last = date;
                span.counted = span.counted.plus(counted).unwrap_or(counted);
            }
            None => spans.push(Span { first: date, last: date, day, counted }),
        }
    }
    spans
}
