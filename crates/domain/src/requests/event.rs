//! What happened to a request.

use jiff::civil::Date;

use super::{Desk, Handler, Note, Rating, Rung, Said, Stage};
use crate::id::{PersonId, RequestId, UnitId};

/// What happened. It keeps what the rules of its day gave, so that a new rule rewrites no history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    Accepted {
        worker: PersonId,
    },
    Resolved {
        by: Handler,
        note: Note,
    },
    Escalated {
        to: Desk,
        note: Note,
    },
    Rejected {
        reason: Note,
    },
    Merged {
        into: RequestId,
    },
    Withdrawn {
        note: Option<Note>,
    },
    Asked {
        question: Note,
    },
    Answered {
        answer: Note,
    },
    /// The asker did not answer in time, and the clock goes on.
    AnswerMissed,
    Dispatched {
        unit: UnitId,
        note: Option<Note>,
    },
    Handling {
        by: Handler,
    },
    Suspended {
        plan: Note,
        review_on: Date,
    },
    Signed {
        unit: UnitId,
    },
    Returned {
        unit: UnitId,
        reason: Note,
    },
    ExtensionAsked {
        days: u8,
        reason: Note,
    },
    ExtensionGranted {
        days: u8,
        note: Option<Note>,
    },
    ExtensionDeclined {
        note: Option<Note>,
    },
    Confirmed {
        rating: Rating,
        note: Option<Note>,
    },
    /// The asker says that it is not solved.
    Redone {
        to: Desk,
        reason: Note,
        rating: Option<Rating>,
    },
    Reopened {
        to: Option<Desk>,
        reason: Note,
    },
    /// Nobody confirmed in time.
    ClosedUnrated,
    /// The asker reminded whoever has it.
    Reminded,
    /// Taken out of the request that it was merged into, and back where it stood.
    Separated {
        to: Stage,
        note: Option<Note>,
    },
    /// The asker was called; where it is not solved it goes `to` a desk to be redone.
    CalledBack {
        said: Option<Said>,
        to: Option<Desk>,
        note: Option<Note>,
    },
    /// The street ordered that it be done, and wants to hear of it by a day; orders of old name
    /// none.
    Supervised {
        note: Note,
        reply_by: Option<Date>,
    },
    /// The clock ran on to this rung; `to` is the desk that has it from now on, where it changes.
    Climbed {
        rung: Rung,
        to: Option<Desk>,
    },
}

impl Event {
    /// Whether it is the deed of somebody in office: the first of them is the response.
    #[must_use]
    pub fn is_by_staff(&self) -> bool {
        match self {
            Event::Accepted { .. }
            | Event::Resolved { .. }
            | Event::Escalated { .. }
            | Event::Rejected { .. }
            | Event::Merged { .. }
            | Event::Asked { .. }
            | Event::Dispatched { .. }
            | Event::Handling { .. }
            | Event::Suspended { .. }
            | Event::Signed { .. }
            | Event::Returned { .. }
            | Event::ExtensionAsked { .. }
            | Event::ExtensionGranted { .. }
            | Event::ExtensionDeclined { .. }
            | Event::Separated { .. }
            | Event::CalledBack { .. } => true,
            Event::Withdrawn { .. }
            | Event::Answered { .. }
            | Event::AnswerMissed
            | Event::Confirmed { .. }
            | Event::Redone { .. }
            | Event::Reopened { .. }
            | Event::ClosedUnrated
            | Event::Reminded
            | Event::Supervised { .. }
            | Event::Climbed { .. } => false,
        }
    }
}
