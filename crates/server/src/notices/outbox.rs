//! The outbox: messages on their way out of the house, each tried until it arrives or is given up.
//!
//! A message is claimed by setting the moment on at which it may be claimed again; that is
//! committed before anything is sent. So two processes do not send the same message while one is
//! at it, and what a process that died had in hand is sent again: at least once, under the same id.

mod store;

pub use store::counts;
pub(super) use store::{add, claim, dead, finish, is_due, last_test, revive, revive_all, sweep};

use domain::id::{DeliveryId, NoticeId, PersonId};
use domain::notices::again;
use jiff::{SignedDuration, Timestamp};

use super::Reader;

/// How long a message is in the hands of one who sends it. More than a whole round may take.
pub(super) const LEASE: SignedDuration = SignedDuration::from_mins(5);
/// The most messages of one round: at ten seconds each they are done within [`LEASE`].
pub(super) const ROUND_MAX: i64 = 20;

/// A message that is to be put on its way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Message {
    pub purpose: Purpose,
    pub channel: Channel,
    pub reader: Reader,
    pub notice: NoticeId,
    pub made_at: Timestamp,
}

/// A message on record.
#[derive(Clone, Debug)]
pub(super) struct Delivery {
    pub id: DeliveryId,
    pub message: Message,
    pub state: State,
    pub tries: i64,
    pub problem: String,
    /// When it is due, or was sent or given up.
    pub at: Timestamp,
    pub version: i64,
}

/// What a message is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// News.
    Notice,
    /// The code that confirms an address.
    Code,
    /// Whether the gateway or the mail server works.
    Test,
}

/// The way a message takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Channel {
    Smtp,
    Webhook,
}

/// Where a message stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Waiting,
    Sent,
    /// Given up; an administrator may send it again.
    Dead,
    /// Nobody wants it any more: what it is about is no longer for this reader.
    Needless,
}

/// How a try went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Sent,
    Needless,
    Failed(Failure),
    /// It was not tried, for the way is blocked just now.
    Untried,
}

/// Why a try came to nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failure {
    /// A name; see [`super::words::problem`].
    pub problem: String,
    /// Trying again cannot help.
    pub for_good: bool,
    /// Nothing else gets through on this way just now.
    pub blocks: bool,
    /// How long the receiver asks us to wait.
    pub wait: Option<SignedDuration>,
}

/// How many messages wait, and how many were given up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub waiting: i64,
    pub dead: i64,
}

impl Message {
    /// News for a reader.
    pub fn notice(channel: Channel, reader: Reader, notice: NoticeId, at: Timestamp) -> Self {
        Self { purpose: Purpose::Notice, channel, reader, notice, made_at: at }
    }

    /// The code for an address.
    pub fn code(person: PersonId, at: Timestamp) -> Self {
        let reader = Reader::Person(person);
        let (purpose, channel) = (Purpose::Code, Channel::Smtp);
        Self { purpose, channel, reader, notice: NoticeId(0), made_at: at }
    }

    /// A test of the gateway, or of mail to the confirmed address of `person`.
    pub fn test(person: Option<PersonId>, at: Timestamp) -> Self {
        let (channel, reader) = match person {
            Some(person) => (Channel::Smtp, Reader::Person(person)),
            None => (Channel::Webhook, Reader::ASKER),
        };
        Self { purpose: Purpose::Test, channel, reader, notice: NoticeId(0), made_at: at }
    }
}

impl Failure {
    /// A failure that may pass.
    pub fn new(problem: impl Into<String>) -> Self {
        Self { problem: problem.into(), for_good: false, blocks: false, wait: None }
    }

    /// A failure that does not pass by itself.
    pub fn for_good(problem: impl Into<String>) -> Self {
        Self { for_good: true, ..Self::new(problem) }
    }

    /// A failure that all other messages of this way would meet as well.
    pub fn blocking(problem: impl Into<String>) -> Self {
        Self { blocks: true, ..Self::new(problem) }
    }
}

impl Delivery {
    /// What becomes of this message, that was claimed, by this outcome: its state, when it is due,
    /// its tries and its problem.
    fn becomes(&self, outcome: &Outcome, now: Timestamp) -> (State, Timestamp, i64, String) {
        match outcome {
            Outcome::Sent => (State::Sent, now, self.tries, String::new()),
            Outcome::Needless => (State::Needless, now, self.tries, String::new()),
            Outcome::Untried => {
                let soon = now + SignedDuration::from_mins(1);
                (State::Waiting, soon, self.tries - 1, self.problem.clone())
            }
            Outcome::Failed(failure) => {
                let problem = failure.problem.clone();
                // A test is for whoever waits for its answer.
                let once = failure.for_good || self.message.purpose == Purpose::Test;
                match again(self.tries, now, failure.wait).filter(|_| !once) {
                    Some(next) => (State::Waiting, next, self.tries, problem),
                    None => (State::Dead, now, self.tries, problem),
                }
            }
        }
    }
}

impl Purpose {
    const ALL: [Purpose; 3] = [Purpose::Notice, Purpose::Code, Purpose::Test];

    pub fn name(self) -> &'static str {
        match self {
            Purpose::Notice => "notice",
            Purpose::Code => "code",
            Purpose::Test => "test",
        }
    }

    fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.name() == name)
    }
}

impl Channel {
    pub fn name(self) -> &'static str {
        match self {
            Channel::Smtp => "smtp",
            Channel::Webhook => "webhook",
        }
    }

    fn named(name: &str) -> Option<Self> {
        [Channel::Smtp, Channel::Webhook].into_iter().find(|channel| channel.name() == name)
    }
}

impl State {
    const ALL: [State; 4] = [State::Waiting, State::Sent, State::Dead, State::Needless];

    pub fn name(self) -> &'static str {
        match self {
            State::Waiting => "waiting",
            State::Sent => "sent",
            State::Dead => "dead",
            State::Needless => "needless",
        }
    }

    fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}
