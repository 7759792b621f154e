//! What somebody wants to happen to a request, and the noun under which it is posted.

use jiff::civil::Date;

use super::{Note, Rating, Stage};
use crate::id::{RequestId, UnitId};

/// Within how many working days a supervision order is replied to, where it does not say.
pub const REPLY_DAYS: u8 = 3;
/// The most that an order may give.
pub const REPLY_DAYS_MAX: u8 = 30;

/// What somebody wants to happen, with the facts that it needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    Accept,
    Resolve {
        note: Note,
    },
    Escalate {
        note: Note,
    },
    Reject {
        reason: Note,
    },
    Merge {
        into: RequestId,
    },
    Withdraw {
        note: Option<Note>,
    },
    Ask {
        question: Note,
    },
    Answer {
        answer: Note,
    },
    Dispatch {
        unit: UnitId,
        note: Option<Note>,
    },
    Handle,
    Suspend {
        plan: Note,
        review_on: Date,
    },
    Sign,
    Return {
        reason: Note,
    },
    Extend {
        days: u8,
        reason: Note,
    },
    DecideExtension {
        granted: bool,
        note: Option<Note>,
    },
    Complete {
        note: Note,
    },
    Confirm {
        rating: Rating,
        note: Option<Note>,
    },
    /// Not solved. How the asker was treated may be rated all the same.
    Redo {
        reason: Note,
        rating: Option<Rating>,
    },
    Reopen {
        reason: Note,
    },
    /// 催办
    Remind,
    /// What was merged goes its own way again, from where it `stood`; nothing where nobody is there
    /// for it any more.
    Separate {
        stood: Option<Stage>,
        note: Option<Note>,
    },
    /// 回访: what the asker said on the phone; nothing where nobody could be reached.
    Call {
        said: Option<Said>,
        note: Option<Note>,
    },
    /// 督办: to be replied to within so many working days, [`REPLY_DAYS`] unless it is said.
    Supervise {
        note: Note,
        days: Option<u8>,
    },
    /// A clock has run, and the program draws the consequence.
    Lapse,
}

/// What an asker says of the result when called back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    Solved { rating: Rating },
    NotSolved { rating: Option<Rating> },
}

/// The kind of a command: a noun, for it names a thing that is posted to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Acceptance,
    Resolution,
    Escalation,
    Rejection,
    Merge,
    Withdrawal,
    Question,
    Answer,
    Dispatch,
    Handling,
    Suspension,
    Signature,
    Return,
    Extension,
    ExtensionDecision,
    Completion,
    /// 确认: solved, with a rating; or not solved, and it is done again.
    Confirmation,
    Reopening,
    /// 催办
    Reminder,
    /// 撤销并案
    Separation,
    /// 回访
    Callback,
    /// 督办
    Supervision,
    Lapse,
}

impl Kind {
    /// Every kind, in the order in which a page offers them.
    pub const ALL: [Kind; 23] = [
        Kind::Acceptance,
        Kind::Resolution,
        Kind::Signature,
        Kind::Completion,
        Kind::Confirmation,
        Kind::Answer,
        Kind::Dispatch,
        Kind::Handling,
        Kind::ExtensionDecision,
        Kind::Escalation,
        Kind::Question,
        Kind::Extension,
        Kind::Return,
        Kind::Suspension,
        Kind::Merge,
        Kind::Rejection,
        Kind::Withdrawal,
        Kind::Reopening,
        Kind::Reminder,
        Kind::Callback,
        Kind::Supervision,
        Kind::Separation,
        Kind::Lapse,
    ];

    /// The noun of this kind, in addresses and in lists of choices.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Kind::Acceptance => "acceptance",
            Kind::Resolution => "resolution",
            Kind::Escalation => "escalation",
            Kind::Rejection => "rejection",
            Kind::Merge => "merge",
            Kind::Withdrawal => "withdrawal",
            Kind::Question => "question",
            Kind::Answer => "answer",
            Kind::Dispatch => "dispatch",
            Kind::Handling => "handling",
            Kind::Suspension => "suspension",
            Kind::Signature => "signature",
            Kind::Return => "return",
            Kind::Extension => "extension",
            Kind::ExtensionDecision => "extension-decision",
            Kind::Completion => "completion",
            Kind::Confirmation => "confirmation",
            Kind::Reopening => "reopening",
            Kind::Reminder => "reminder",
            Kind::Separation => "separation",
            Kind::Callback => "callback",
            Kind::Supervision => "supervision",
            Kind::Lapse => "lapse",
        }
    }

    /// The kind of this noun. Nobody can post a lapse.
    #[must_use]
    pub fn named(name: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.name() == name && *kind != Kind::Lapse)
    }
}

impl Command {
    /// The kind of this command.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Command::Accept => Kind::Acceptance,
            Command::Resolve { .. } => Kind::Resolution,
            Command::Escalate { .. } => Kind::Escalation,
            Command::Reject { .. } => Kind::Rejection,
            Command::Merge { .. } => Kind::Merge,
            Command::Withdraw { .. } => Kind::Withdrawal,
            Command::Ask { .. } => Kind::Question,
            Command::Answer { .. } => Kind::Answer,
            Command::Dispatch { .. } => Kind::Dispatch,
            Command::Handle => Kind::Handling,
            Command::Suspend { .. } => Kind::Suspension,
            Command::Sign => Kind::Signature,
            Command::Return { .. } => Kind::Return,
            Command::Extend { .. } => Kind::Extension,
            Command::DecideExtension { .. } => Kind::ExtensionDecision,
            Command::Complete { .. } => Kind::Completion,
            Command::Confirm { .. } | Command::Redo { .. } => Kind::Confirmation,
            Command::Reopen { .. } => Kind::Reopening,
            Command::Remind => Kind::Reminder,
            Command::Separate { .. } => Kind::Separation,
            Command::Call { .. } => Kind::Callback,
            Command::Supervise { .. } => Kind::Supervision,
            Command::Lapse => Kind::Lapse,
        }
    }
}
