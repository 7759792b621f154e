//! A small cast and a calendar, for tests of the machine.

use std::collections::BTreeMap;

use domain::actor::{Actor, Appointment, Caller, Post};
use domain::area::AreaCode;
use domain::calendar::{Calendar, WorkingHours};
use domain::id::{PersonId, RequestId, UnitId};
use domain::requests::{
    Command, Desk, Ending, Handler, Limits, Moment, Note, Question, Rating, Request, Said, Stage,
    Urgency,
};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

pub const ASKER: PersonId = PersonId(1);
pub const WORKER: PersonId = PersonId(2);
pub const LEADER: PersonId = PersonId(3);
pub const OFFICER: PersonId = PersonId(4);
pub const STREET: PersonId = PersonId(5);
pub const LIAISON: PersonId = PersonId(6);
pub const STRANGER: PersonId = PersonId(7);
pub const UNIT: UnitId = UnitId(50);
pub const OTHER: RequestId = RequestId(99);

/// What stands still while a rule is tried.
pub struct World {
    pub now: Timestamp,
    pub calendar: Calendar,
    pub limits: Limits,
}

impl World {
    /// A Monday morning, with no days off but weekends.
    pub fn new() -> Self {
        let zone = TimeZone::fixed(jiff::tz::offset(8));
        let calendar = Calendar {
            zone,
            hours: WorkingHours::default(),
            exceptions: BTreeMap::new(),
            causes: BTreeMap::new(),
            known_through: Date::constant(2027, 12, 31),
        };
        let now = "2026-03-02T01:00:00Z".parse().unwrap();
        Self { now, calendar, limits: Limits::default() }
    }

    pub fn moment(&self) -> Moment<'_> {
        Moment { now: self.now, calendar: &self.calendar, limits: &self.limits }
    }

    pub fn pass(&mut self, hours: i64) {
        self.now += SignedDuration::from_hours(hours);
    }

    /// A request at `stage`, entered just now.
    pub fn at(&self, stage: Stage) -> Request {
        let asker = Some(ASKER);
        let mut request = Request::new(RequestId(1), place(), asker, Urgency::Ordinary, self.now);
        request.stage = stage;
        request.due = self.limits.due(&request, self.now, &self.calendar);
        request
    }

    /// The same with a question that waits.
    pub fn asked(&self, stage: Stage) -> Request {
        let mut request = self.at(stage);
        let clock = request.due.expect("an open stage has a clock");
        request.question = Some(Question { asked_at: self.now, clock });
        request
    }

    /// What comes of a command of somebody.
    pub fn does(&self, request: &Request, person: PersonId, command: Command) -> Request {
        self.acts(request, &actor(person), command)
    }

    pub fn acts(&self, request: &Request, actor: &Actor, command: Command) -> Request {
        let event = request.decide(actor, command, self.moment()).unwrap();
        request.clone().apply(&event, self.moment())
    }
}

pub fn place() -> AreaCode {
    "3703230010280010101".parse().unwrap()
}

pub fn note() -> Note {
    Note::new("说明").unwrap()
}

/// Everybody of the cast with the post they hold.
pub fn actor(person: PersonId) -> Actor {
    let area = |text: &str| text.parse().unwrap();
    let held = |post, at: &str, unit| vec![Appointment { post, area: area(at), unit }];
    let appointments = match person {
        WORKER => held(Post::GridWorker, "37032300102800101", None),
        LEADER => held(Post::GridLeader, "370323001028001", None),
        OFFICER => held(Post::CommunityOfficer, "370323001028", None),
        STREET => held(Post::StreetOfficer, "370323001", None),
        LIAISON => held(Post::UnitLiaison, "370323001028", Some(UNIT)),
        _ => vec![],
    };
    Actor { caller: Caller::Person(person), appointments }
}

/// One stage of each kind, and of each way to be there.
pub fn stages() -> Vec<Stage> {
    use Desk::{Community, Street};
    let unit = Handler::Unit(UNIT);
    let rating = Rating::new(5).unwrap();
    let closed = |ending| Stage::Closed { ending, by: Some(unit), desk: Community };
    vec![
        Stage::Raised,
        Stage::Accepted { worker: WORKER },
        Stage::Escalated { desk: Community },
        Stage::Escalated { desk: Street },
        Stage::Dispatched { unit: UNIT, desk: Community },
        Stage::Handling { by: unit, desk: Community },
        Stage::Handling { by: Handler::Desk(Community), desk: Community },
        Stage::Handling { by: Handler::Desk(Street), desk: Street },
        Stage::Resolved { by: Handler::Worker(WORKER), desk: Community },
        Stage::Resolved { by: Handler::Desk(Community), desk: Community },
        Stage::Redo { desk: Community },
        Stage::Suspended { desk: Community, review_on: Date::constant(2026, 4, 1) },
        closed(Ending::Confirmed { rating }),
        closed(Ending::Unrated),
        closed(Ending::Rejected),
        closed(Ending::Withdrawn),
        closed(Ending::Merged { into: OTHER }),
    ]
}

/// One command of each kind, with facts that fit.
pub fn commands() -> Vec<Command> {
    let rating = Rating::new(5).unwrap();
    vec![
        Command::Accept,
        Command::Resolve { note: note() },
        Command::Escalate { note: note() },
        Command::Reject { reason: note() },
        Command::Merge { into: OTHER },
        Command::Withdraw { note: None },
        Command::Ask { question: note() },
        Command::Answer { answer: note() },
        Command::Dispatch { unit: UNIT, note: None },
        Command::Handle,
        Command::Suspend { plan: note(), review_on: Date::constant(2026, 4, 1) },
        Command::Sign,
        Command::Return { reason: note() },
        Command::Extend { days: 5, reason: note() },
        Command::DecideExtension { granted: true, note: None },
        Command::Complete { note: note() },
        Command::Confirm { rating, note: None },
        Command::Redo { reason: note(), rating: None },
        Command::Reopen { reason: note() },
        Command::Remind,
        Command::Separate { stood: None, note: None },
        Command::Separate { stood: Some(Stage::Raised), note: None },
        Command::Separate { stood: Some(Stage::Accepted { worker: WORKER }), note: None },
        Command::Call { said: None, note: None },
        Command::Call { said: Some(Said::Solved { rating }), note: None },
        Command::Call { said: Some(Said::NotSolved { rating: None }), note: None },
        Command::Supervise { note: note(), days: None },
        Command::Lapse,
    ]
}
