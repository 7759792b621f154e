//! The one source of time and the one source of ids.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use domain::id;
use jiff::{SignedDuration, Timestamp};

/// A clock that runs, or one that a test holds still and sets on.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The machine's own clock.
    System,
    /// Always this instant, in microseconds since 1970.
    Held(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands at `at` until it is set on.
    #[must_use]
    pub fn held(at: Timestamp) -> Self {
        Self::Held(Arc::new(AtomicI64::new(at.as_microsecond())))
    }

    /// The present instant, in whole microseconds, which is what the records keep.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        let micros = match self {
            #[expect(clippy::disallowed_methods, reason = "this is where time enters")]
            Clock::System => Timestamp::now().as_microsecond(),
            Clock::Held(at) => at.load(Ordering::Relaxed),
        };
        Timestamp::from_microsecond(micros).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// Sets a held clock on; the machine's own clock stays as it is.
    pub fn advance(&self, by: SignedDuration) {
        if let Clock::Held(at) = self {
            let micros = i64::try_from(by.as_micros()).unwrap_or_default();
            at.fetch_add(micros, Ordering::Relaxed);
        }
    }
}

/// Gives every number once. No two processes of one community may share a node.
#[derive(Debug)]
pub struct Ids {
    node: i64,
    tick: AtomicI64,
}

impl Ids {
    /// The ids of `node`, a number below [`id::NODES`].
    #[must_use]
    pub fn new(node: i64) -> Self {
        Self { node: node.rem_euclid(id::NODES), tick: AtomicI64::new(0) }
    }

    /// The next id at `now`. It never steps back, even where the clock does.
    pub fn next(&self, now: Timestamp) -> i64 {
        let at_least = id::tick(now.as_millisecond());
        let later = |last: i64| Some(at_least.max(last + 1));
        let last = self.tick.fetch_update(Ordering::Relaxed, Ordering::Relaxed, later);
        id::compose(at_least.max(last.unwrap_or_default() + 1), self.node)
    }
}
