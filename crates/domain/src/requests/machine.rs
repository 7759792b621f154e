//! The machine: who may do what at which stage, what comes of it, and who may read.

use jiff::Timestamp;
use jiff::civil::Date;

use super::{
    Command, Desk, Due, Ending, Event, Extension, Handler, Kind, Limit, Limits, REPLY_DAYS,
    REPLY_DAYS_MAX, Request, Rung, Rungs, Said, Stage,
};
use crate::actor::{Actor, Caller, Verb};
use crate::calendar::Calendar;
use crate::id::{PersonId, UnitId};

/// What a rule knows of the world: the time, the working calendar and the settings of the street.
#[derive(Clone, Copy, Debug)]
pub struct Moment<'a> {
    pub now: Timestamp,
    pub calendar: &'a Calendar,
    pub limits: &'a Limits,
}

/// Whose turn it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    Asker,
    /// Any grid worker of the place, or its grid leader.
    GridWorkers,
    /// The grid worker who accepted, or the grid leader who stands in.
    Worker(PersonId),
    Desk(Desk),
    Unit(UnitId),
    System,
}

/// Why a command came to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("a request that is {} takes no {}", .stage.name(), .kind.name())]
    OutOfTurn { stage: Stage, kind: Kind },
    #[error("another grid worker was first")]
    Taken { worker: PersonId },
    #[error("this is for another to do")]
    NotYours(Who),
    #[error("the time for this is over")]
    TooLate(Kind),
    #[error("this can be done no more")]
    Spent(Kind),
    #[error("this can be done once a day")]
    Today(Kind),
    #[error("whoever did the work does not rate it")]
    OwnWork,
    #[error("an extension is 1 to {0} working days")]
    ExtensionDays(u8),
    #[error("the review is within {0} days from tomorrow on")]
    ReviewDay(i64),
    #[error("an order gives 1 to {0} working days")]
    ReplyDays(u8),
    #[error("a request cannot be merged into itself")]
    IntoItself,
}

/// How much of a request somebody may read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sight {
    /// To them it does not exist.
    Nothing,
    /// Without name, phone and door.
    Masked,
    /// All of it.
    Full,
}

impl Request {
    /// A request that was just raised.
    #[must_use]
    pub fn raised(mut self, moment: Moment<'_>) -> Self {
        self.stage = Stage::Raised;
        self.enter(moment)
    }

    /// The same where nobody works in the grid: it begins at a desk.
    #[must_use]
    pub fn begun_at(mut self, desk: Desk, moment: Moment<'_>) -> Self {
        self.stage = Stage::Escalated { desk };
        self.enter(moment)
    }

    /// Who may give a command of this kind now. This is the table of the whole life.
    pub fn turn(&self, kind: Kind) -> Result<Who, Refusal> {
        use {Ending as E, Handler as H, Kind as K, Stage as S};
        let stage = self.stage;
        Ok(match (stage, kind) {
            (_, K::Answer) if self.question.is_some() => Who::Asker,
            (S::Accepted { worker }, K::Acceptance) => return Err(Refusal::Taken { worker }),
            (
                S::Raised,
                K::Acceptance | K::Resolution | K::Escalation | K::Rejection | K::Merge,
            ) => Who::GridWorkers,
            (S::Accepted { worker }, K::Resolution | K::Escalation | K::Rejection | K::Merge) => {
                Who::Worker(worker)
            }
            (S::Accepted { worker }, K::Question) if self.question.is_none() => Who::Worker(worker),
            (S::Raised | S::Accepted { .. } | S::Escalated { .. }, K::Withdrawal) => Who::Asker,
            (
                S::Escalated { desk } | S::Redo { desk } | S::Suspended { desk, .. },
                K::Dispatch | K::Handling | K::Suspension | K::Merge,
            ) => Who::Desk(desk),
            (
                S::Escalated { desk: Desk::Community }
                | S::Redo { desk: Desk::Community }
                | S::Suspended { desk: Desk::Community, .. }
                | S::Handling { by: H::Desk(Desk::Community), .. },
                K::Escalation,
            ) => Who::Desk(Desk::Community),
            (S::Dispatched { desk, .. }, K::Dispatch) => Who::Desk(desk),
            (S::Dispatched { unit, .. }, K::Signature | K::Return) => Who::Unit(unit),
            (S::Handling { by: H::Unit(unit), .. }, K::Completion | K::Extension) => {
                Who::Unit(unit)
            }
            (S::Handling { by: H::Unit(unit), .. }, K::Question) if self.question.is_none() => {
                Who::Unit(unit)
            }
            (S::Handling { by: H::Unit(_), desk }, K::ExtensionDecision)
                if matches!(self.extension, Extension::Asked { .. }) =>
            {
                Who::Desk(desk)
            }
            (S::Handling { by: H::Desk(desk), .. }, K::Completion | K::Dispatch) => Who::Desk(desk),
            (S::Handling { by: H::Desk(desk), .. }, K::Question) if self.question.is_none() => {
                Who::Desk(desk)
            }
            (S::Resolved { .. }, K::Confirmation) => Who::Asker,
            (S::Closed { ending, .. }, K::Reopening) if !matches!(ending, E::Merged { .. }) => {
                Who::Asker
            }
            (S::Resolved { by, desk }, K::Callback) => Who::Desk(calls_back(by, desk)),
            (
                S::Closed { ending: E::Confirmed { .. } | E::Unrated, by: Some(by), desk },
                K::Callback,
            ) => Who::Desk(calls_back(by, desk)),
            (S::Closed { ending: E::Merged { .. }, desk, .. }, K::Separation) => Who::Desk(desk),
            (S::Resolved { .. } | S::Closed { .. }, K::Reminder | K::Supervision) => {
                return Err(Refusal::OutOfTurn { stage, kind });
            }
            (_, K::Reminder) if self.question.is_none() => Who::Asker,
            (_, K::Supervision) if self.holder() != Some(Who::Desk(Desk::Street)) => {
                Who::Desk(Desk::Street)
            }
            (_, K::Lapse) if self.due.is_some() => Who::System,
            (stage, kind) => return Err(Refusal::OutOfTurn { stage, kind }),
        })
    }

    /// Whether `actor` may give a command of this kind now, whatever its facts.
    pub fn allows(&self, actor: &Actor, kind: Kind, moment: Moment<'_>) -> Result<(), Refusal> {
        let who = self.turn(kind)?;
        if !self.is(actor, who) {
            return Err(Refusal::NotYours(who));
        }
        let over = self.due.is_some_and(|due| due.is_over(moment.now));
        match kind {
            Kind::Return if self.returns >= moment.limits.returns_max => Err(Refusal::Spent(kind)),
            Kind::Return if moment.is_past(self.since, moment.limits.returning) => {
                Err(Refusal::TooLate(kind))
            }
            Kind::Extension if self.extension != Extension::None => Err(Refusal::Spent(kind)),
            // While a question waits, the clock that stands still is not over.
            Kind::Extension if over && self.question.is_none() => Err(Refusal::TooLate(kind)),
            Kind::Reopening if self.reopened => Err(Refusal::Spent(kind)),
            Kind::Reopening if moment.days_since(self.since) > moment.limits.reopen_days => {
                Err(Refusal::TooLate(kind))
            }
            Kind::Confirmation if self.is_work_of(actor) => Err(Refusal::OwnWork),
            Kind::Reminder if self.reminded_on == Some(moment.today()) => Err(Refusal::Today(kind)),
            Kind::Supervision if self.ordered_at.is_some() => Err(Refusal::Spent(kind)),
            Kind::Callback if self.is_work_of(actor) => Err(Refusal::OwnWork),
            Kind::Callback if self.called || self.calls >= moment.limits.calls_max => {
                Err(Refusal::Spent(kind))
            }
            Kind::Callback
                if self.stage.is_closed()
                    && moment.days_since(self.since) > moment.limits.reopen_days =>
            {
                Err(Refusal::TooLate(kind))
            }
            Kind::Lapse if !self.has_lapsed(moment) => Err(Refusal::TooLate(kind)),
            _ => Ok(()),
        }
    }

    /// Decides what `command` brings about.
    pub fn decide(
        &self,
        actor: &Actor,
        command: Command,
        moment: Moment<'_>,
    ) -> Result<Event, Refusal> {
        self.allows(actor, command.kind(), moment)?;
        self.check(&command, moment)?;
        Ok(match command {
            Command::Accept => Event::Accepted { worker: self.acting_person(actor) },
            Command::Resolve { note } => {
                Event::Resolved { by: Handler::Worker(self.acting_person(actor)), note }
            }
            Command::Escalate { note } => {
                let in_grid = matches!(self.stage, Stage::Raised | Stage::Accepted { .. });
                let to = if in_grid { Desk::Community } else { Desk::Street };
                Event::Escalated { to, note }
            }
            Command::Reject { reason } => Event::Rejected { reason },
            Command::Merge { into } => Event::Merged { into },
            Command::Withdraw { note } => Event::Withdrawn { note },
            Command::Ask { question } => Event::Asked { question },
            Command::Answer { answer } => Event::Answered { answer },
            Command::Dispatch { unit, note } => Event::Dispatched { unit, note },
            Command::Handle => Event::Handling { by: Handler::Desk(self.desk()) },
            Command::Suspend { plan, review_on } => Event::Suspended { plan, review_on },
            Command::Sign => Event::Signed { unit: self.dispatched_unit() },
            Command::Return { reason } => Event::Returned { unit: self.dispatched_unit(), reason },
            Command::Extend { days, reason } => Event::ExtensionAsked { days, reason },
            Command::DecideExtension { granted, note } => match self.extension {
                Extension::Asked { days } if granted => Event::ExtensionGranted { days, note },
                _ => Event::ExtensionDeclined { note },
            },
            Command::Complete { note } => {
                let Stage::Handling { by, .. } = self.stage else { unreachable!("see turn") };
                Event::Resolved { by, note }
            }
            Command::Confirm { rating, note } => Event::Confirmed { rating, note },
            Command::Redo { reason, rating } => {
                Event::Redone { to: self.superior(), reason, rating }
            }
            Command::Reopen { reason } => Event::Reopened { to: self.reopening_desk(), reason },
            Command::Remind => Event::Reminded,
            Command::Separate { stood, note } => {
                Event::Separated { to: self.comes_back_to(stood, moment), note }
            }
            Command::Call { said, note } => {
                let unsolved = matches!(said, Some(Said::NotSolved { .. }));
                Event::CalledBack { said, to: unsolved.then(|| self.superior()), note }
            }
            Command::Supervise { note, days } => {
                let reply_by = Some(moment.workday_in(days.unwrap_or(REPLY_DAYS)));
                Event::Supervised { note, reply_by }
            }
            Command::Lapse => self.lapse(moment),
        })
    }

    /// The kinds of command open to `actor` now. A page offers these and no others.
    pub fn choices<'a>(
        &'a self,
        actor: &'a Actor,
        moment: Moment<'a>,
    ) -> impl Iterator<Item = Kind> + 'a {
        Kind::ALL.into_iter().filter(move |&kind| self.allows(actor, kind, moment).is_ok())
    }

    /// How much of this request `actor` may read.
    #[must_use]
    pub fn sight(&self, actor: &Actor) -> Sight {
        let area = self.area;
        if self.is(actor, Who::Asker) || actor.may(Verb::See, area) {
            return Sight::Full;
        }
        let ours = self.stage.unit().is_some_and(|unit| actor.answers_for(unit, area));
        if ours && !self.stage.is_closed() {
            return Sight::Full;
        }
        if ours || actor.may(Verb::SeeMasked, area) { Sight::Masked } else { Sight::Nothing }
    }

    /// Who has it now, if anybody has.
    #[must_use]
    pub fn holder(&self) -> Option<Who> {
        if self.question.is_some() {
            return Some(Who::Asker);
        }
        match self.stage {
            Stage::Raised => Some(Who::GridWorkers),
            Stage::Accepted { worker } => Some(Who::Worker(worker)),
            Stage::Escalated { desk }
            | Stage::Redo { desk }
            | Stage::Suspended { desk, .. }
            | Stage::Handling { by: Handler::Desk(desk), .. } => Some(Who::Desk(desk)),
            Stage::Dispatched { unit, .. } | Stage::Handling { by: Handler::Unit(unit), .. } => {
                Some(Who::Unit(unit))
            }
            Stage::Handling { by: Handler::Worker(worker), .. } => Some(Who::Worker(worker)),
            Stage::Resolved { .. } => Some(Who::Asker),
            Stage::Closed { .. } => None,
        }
    }

    /// Whether `actor` is `who` with regard to this request.
    #[must_use]
    pub fn is(&self, actor: &Actor, who: Who) -> bool {
        let area = self.area;
        match who {
            Who::Asker => match actor.caller {
                Caller::Person(person) => self.asker == Some(person),
                Caller::Pass(request) => request == self.id,
                Caller::Nobody | Caller::System => false,
            },
            Who::GridWorkers => actor.may(Verb::WorkInGrid, area),
            Who::Worker(worker) => {
                actor.may(Verb::StandInForWorker, area)
                    || actor.person() == Some(worker) && actor.may(Verb::WorkInGrid, area)
            }
            Who::Desk(Desk::Community) => actor.may(Verb::WorkAtCommunityDesk, area),
            Who::Desk(Desk::Street) => actor.may(Verb::WorkAtStreetDesk, area),
            Who::Unit(unit) => actor.answers_for(unit, area),
            Who::System => actor.caller == Caller::System,
        }
    }

    /// The party organisation in charge: the community, until it went to the street.
    #[must_use]
    pub fn desk(&self) -> Desk {
        match self.stage {
            Stage::Raised | Stage::Accepted { .. } => Desk::Community,
            Stage::Escalated { desk }
            | Stage::Dispatched { desk, .. }
            | Stage::Handling { desk, .. }
            | Stage::Resolved { desk, .. }
            | Stage::Redo { desk }
            | Stage::Suspended { desk, .. }
            | Stage::Closed { desk, .. } => desk,
        }
    }

    pub(super) fn handler(&self) -> Option<Handler> {
        match self.stage {
            Stage::Accepted { worker } => Some(Handler::Worker(worker)),
            Stage::Handling { by, .. } | Stage::Resolved { by, .. } => Some(by),
            Stage::Closed { by, .. } => by,
            _ => None,
        }
    }

    /// Where work goes that was not good enough: what the grid or a unit did to the desk in charge,
    /// what the community did itself to the street.
    fn superior(&self) -> Desk {
        match self.handler() {
            Some(Handler::Desk(_)) => Desk::Street,
            _ => self.desk(),
        }
    }

    /// A withdrawn request begins anew; all others have been judged by a desk's people before.
    fn reopening_desk(&self) -> Option<Desk> {
        let withdrawn = matches!(self.stage, Stage::Closed { ending: Ending::Withdrawn, .. });
        (!withdrawn).then(|| self.superior())
    }

    fn check(&self, command: &Command, moment: Moment<'_>) -> Result<(), Refusal> {
        let limits = moment.limits;
        match command {
            Command::Extend { days, .. } if !(1..=limits.extension_days_max).contains(days) => {
                Err(Refusal::ExtensionDays(limits.extension_days_max))
            }
            Command::DecideExtension { granted: true, .. }
                if self.question.is_none()
                    && self.due.is_some_and(|due| due.is_over(moment.now)) =>
            {
                Err(Refusal::TooLate(Kind::ExtensionDecision))
            }
            Command::Suspend { review_on, .. } => {
                let today = moment.calendar.date(moment.now);
                let fits = *review_on > today
                    && (*review_on).duration_since(today).as_hours() <= limits.review_days_max * 24;
                if fits { Ok(()) } else { Err(Refusal::ReviewDay(limits.review_days_max)) }
            }
            Command::Supervise { days: Some(days), .. } if !(1..=REPLY_DAYS_MAX).contains(days) => {
                Err(Refusal::ReplyDays(REPLY_DAYS_MAX))
            }
            Command::Merge { into } if *into == self.id => Err(Refusal::IntoItself),
            _ => Ok(()),
        }
    }

    fn is_work_of(&self, actor: &Actor) -> bool {
        match self.handler() {
            Some(Handler::Worker(worker)) => actor.person() == Some(worker),
            Some(Handler::Unit(unit)) => actor.answers_for(unit, self.area),
            Some(Handler::Desk(desk)) => self.is(actor, Who::Desk(desk)),
            None => false,
        }
    }

    /// A grid leader who stands in leaves the work with the worker who accepted it.
    fn acting_person(&self, actor: &Actor) -> PersonId {
        match (self.stage, actor.caller) {
            (Stage::Accepted { worker }, _) => worker,
            (_, Caller::Person(person)) => person,
            _ => unreachable!("turn lets only people with a post work in a grid"),
        }
    }

    fn dispatched_unit(&self) -> UnitId {
        self.stage.unit().expect("turn lets only the unit of the stage sign or return")
    }

    /// Whether the clockwork has something to do: a silence to end, or a rung to climb.
    fn has_lapsed(&self, moment: Moment<'_>) -> bool {
        let Some(due) = self.due else { return false };
        match due.limit {
            Limit::Confirm | Limit::Answer => due.is_over(moment.now),
            _ => reached(&due, moment) > self.rung,
        }
    }

    /// What follows from a clock that ran. However long nobody looked, the highest rung is climbed
    /// at once, and those below it are past.
    fn lapse(&self, moment: Moment<'_>) -> Event {
        match (self.question, self.stage, self.due) {
            (Some(_), ..) => Event::AnswerMissed,
            (None, Stage::Resolved { .. }, _) | (None, _, None) => Event::ClosedUnrated,
            (None, _, Some(due)) => {
                let rung = reached(&due, moment);
                let to = if rung == Rung::Ordered { self.passes_to() } else { None };
                Event::Climbed { rung, to }
            }
        }
    }
}

impl Moment<'_> {
    /// The day that is so many working days after today.
    fn workday_in(&self, days: u8) -> Date {
        (0..days).fold(self.today(), |day, _| self.calendar.next_workday(day))
    }

    fn is_past(&self, from: Timestamp, term: crate::calendar::Term) -> bool {
        self.now > self.calendar.add(from, term).at
    }

    pub(super) fn today(&self) -> jiff::civil::Date {
        self.calendar.date(self.now)
    }

    fn days_since(&self, at: Timestamp) -> i64 {
        self.now.duration_since(at).as_hours() / 24
    }
}

fn reached(due: &Due, moment: Moment<'_>) -> Rung {
    Rungs::of(due, moment.limits, moment.calendar).reached(moment.now)
}

/// Who calls the asker back: the desk in charge, and where it did the work itself, the street.
fn calls_back(by: Handler, desk: Desk) -> Desk {
    if let Handler::Desk(_) = by { Desk::Street } else { desk }
}

impl Who {
    /// The name of this role, in printed tables and in the interface.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Who::Asker => "asker",
            Who::GridWorkers => "grid_workers",
            Who::Worker(_) => "grid_worker",
            Who::Desk(Desk::Community) => "community",
            Who::Desk(Desk::Street) => "street",
            Who::Unit(_) => "unit",
            Who::System => "system",
        }
    }
}
