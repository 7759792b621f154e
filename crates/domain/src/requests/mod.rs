//! Requests (诉求): a resident asks, a grid worker goes and sees, what is too big for the grid goes
//! to the community and on to a unit, and the resident has the last word.
//!
//! At every moment a request has one level, one holder and one running clock. The whole life is the
//! table in [`Request::turn`]; `docs/states/requests.md` is printed from it.

mod apply;
mod callback;
mod channel;
mod clocks;
mod command;
mod event;
pub mod grams;
mod ladder;
mod limits;
mod machine;
mod measures;
mod merging;
mod news;
mod routing;
pub mod similar;
pub mod small;
pub mod trace;
mod words;

pub use callback::Sample;
pub use channel::Channel;
pub use clocks::{ClockRule, Number, Numbers, bounds, clock, is_long};
pub use command::{Command, Kind, REPLY_DAYS, REPLY_DAYS_MAX, Said};
pub use event::Event;
pub use ladder::{Rung, Rungs};
pub use limits::{Due, Limit, Limits, Urgency};
pub use machine::{Moment, Refusal, Sight, Who};
pub use measures::{Facts, Marks, Measure, Rate, Step, Sums, Tally};
pub use news::{Audience, Hands, News, moved, news};
pub use routing::{About, Fit, RoutingRule, Scope, order, route};
pub use words::{BadText, Note, Rating, Text, readable};

use jiff::{Timestamp, civil::Date};

use crate::actor::{Post, Verb};
use crate::area::AreaCode;
use crate::id::{PersonId, RequestId, UnitId};

/// A request as the rules see it. What it says and shows is kept beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    pub id: RequestId,
    /// Where the trouble is; posts that reach this place reach the request.
    pub area: AreaCode,
    /// Who asked; nothing for somebody without an account, who holds the receipt instead.
    pub asker: Option<PersonId>,
    pub urgency: Urgency,
    pub stage: Stage,
    /// When the stage was entered.
    pub since: Timestamp,
    /// Until when the holder has time; nothing when the request is over.
    pub due: Option<Due>,
    /// What the asker was asked; meanwhile the clock stands still.
    pub question: Option<Question>,
    /// How often units have sent it back; after [`Limits::returns_max`] the dispatcher decides.
    pub returns: u8,
    /// The unit's wish for more time.
    pub extension: Extension,
    /// Whether it was reopened; that can be done once.
    pub reopened: bool,
    /// How far the running clock has climbed.
    pub rung: Rung,
    /// Since when it stands under a supervision order (督办).
    pub ordered_at: Option<Timestamp>,
    /// When somebody in office first did something about it.
    pub responded_at: Option<Timestamp>,
    /// How often the asker said that it is not solved.
    pub redone: u8,
    /// How often the asker reminded us, and on which day last: once a day.
    pub reminders: u8,
    pub reminded_on: Option<Date>,
    /// How often somebody called the asker back about the present result in vain.
    pub calls: u8,
    /// Whether the asker answered such a call.
    pub called: bool,
}

/// A question that waits for the asker, at most as long as [`Limits::answer`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Question {
    pub asked_at: Timestamp,
    /// The clock that stands still meanwhile.
    pub clock: Due,
}

/// Where a request stands, with just the facts that are known by then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// 待接单
    Raised,
    /// 已接单
    Accepted { worker: PersonId },
    /// 待派单
    Escalated { desk: Desk },
    /// 待签收
    Dispatched { unit: UnitId, desk: Desk },
    /// 办理中
    Handling { by: Handler, desk: Desk },
    /// 待确认
    Resolved { by: Handler, desk: Desk },
    /// 重办: as escalated, with another limit.
    Redo { desk: Desk },
    /// 挂账: with a plan, until a day of review.
    Suspended { desk: Desk, review_on: Date },
    /// 办结
    Closed { ending: Ending, by: Option<Handler>, desk: Desk },
}

/// A party organisation that dispatches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Desk {
    /// 社区党组织
    Community,
    /// 街道
    Street,
}

/// Who does the work, or did it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handler {
    Worker(PersonId),
    Desk(Desk),
    Unit(UnitId),
}

/// How a request came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The asker says that it is solved.
    Confirmed { rating: Rating },
    /// The asker said nothing in time; this never counts as satisfied.
    Unrated,
    /// It is not ours to do.
    Rejected,
    /// It goes on as part of another request.
    Merged { into: RequestId },
    /// The asker took it back.
    Withdrawn,
}

/// More time for a unit: asked for once, granted or declined by the dispatcher before the limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Extension {
    #[default]
    None,
    /// So many working days are wished for.
    Asked {
        days: u8,
    },
    Granted,
    Declined,
}

impl Request {
    /// A request of which nothing is known but that it was asked: at version 1, before its first
    /// clock (see [`Request::raised`]).
    #[must_use]
    pub fn new(
        id: RequestId,
        area: AreaCode,
        asker: Option<PersonId>,
        urgency: Urgency,
        at: Timestamp,
    ) -> Self {
        Self {
            id,
            area,
            asker,
            urgency,
            stage: Stage::Raised,
            since: at,
            due: None,
            question: None,
            returns: 0,
            extension: Extension::None,
            reopened: false,
            rung: Rung::Green,
            ordered_at: None,
            responded_at: None,
            redone: 0,
            reminders: 0,
            reminded_on: None,
            calls: 0,
            called: false,
        }
    }
}

impl Stage {
    /// The name of this stage, in the database and in the interface alike.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Stage::Raised => "raised",
            Stage::Accepted { .. } => "accepted",
            Stage::Escalated { .. } => "escalated",
            Stage::Dispatched { .. } => "dispatched",
            Stage::Handling { .. } => "handling",
            Stage::Resolved { .. } => "resolved",
            Stage::Redo { .. } => "redo",
            Stage::Suspended { .. } => "suspended",
            Stage::Closed { .. } => "closed",
        }
    }

    /// Every name, in the order of a request's life.
    pub const NAMES: [&'static str; 9] = [
        "raised",
        "accepted",
        "escalated",
        "dispatched",
        "handling",
        "resolved",
        "redo",
        "suspended",
        "closed",
    ];

    /// Whether the request is over.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        matches!(self, Stage::Closed { .. })
    }

    /// The unit that has it now, or did the work.
    #[must_use]
    pub fn unit(&self) -> Option<UnitId> {
        match *self {
            Stage::Dispatched { unit, .. }
            | Stage::Handling { by: Handler::Unit(unit), .. }
            | Stage::Resolved { by: Handler::Unit(unit), .. }
            | Stage::Closed { by: Some(Handler::Unit(unit)), .. } => Some(unit),
            _ => None,
        }
    }
}

impl Ending {
    /// The name of this ending, in the database and in the interface alike.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Ending::Confirmed { .. } => "confirmed",
            Ending::Unrated => "unrated",
            Ending::Rejected => "rejected",
            Ending::Merged { .. } => "merged",
            Ending::Withdrawn => "withdrawn",
        }
    }
}

impl Desk {
    /// Where a request begins, by the posts that reach its place: in the grid (nothing) if anybody
    /// works there, else at the nearest desk that has somebody, so that none waits for nobody.
    #[must_use]
    pub fn first(posts: &[Post]) -> Option<Desk> {
        let has = |verb| posts.iter().any(|post| post.verbs().contains(&verb));
        match (has(Verb::WorkInGrid), has(Verb::WorkAtCommunityDesk)) {
            (true, _) => None,
            (false, true) => Some(Desk::Community),
            (false, false) => Some(Desk::Street),
        }
    }

    /// The name of this desk, in the database and in the interface alike.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Desk::Community => "community",
            Desk::Street => "street",
        }
    }

    /// The desk of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Desk> {
        [Desk::Community, Desk::Street].into_iter().find(|desk| desk.name() == name)
    }
}
