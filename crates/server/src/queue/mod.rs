//! What is to be done later, as rows in the same transaction as its cause: it survives a restart,
//! and it is done once. `jobs` works it off.

mod store;

pub use store::{cancel, done, due, failed, put};

use jiff::{SignedDuration, Timestamp};

/// After so many tries in vain a job waits for somebody to look at it: about two days.
const TRIES_MAX: u32 = 12;
/// The first pause between two tries; each is twice as long as the one before.
const PAUSE: SignedDuration = SignedDuration::from_mins(1);

/// What kind of work waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A clock of a request reaches its next rung, or its end.
    Clock,
    /// Something happened to a request, and people have to hear of it.
    News,
    /// The calendar changed, and the running deadlines after this one are to be computed anew.
    Calendar,
}

/// Something to do later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    pub kind: Kind,
    /// The number of the thing it is about; with `kind` it names the job.
    pub subject: i64,
    /// The first version of that thing that the job is about.
    pub since: i64,
    pub run_at: Timestamp,
    /// How often it was tried in vain.
    pub tries: u32,
    /// What went wrong the last time; empty where nothing did.
    pub problem: String,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Kind; 3] = [Kind::Clock, Kind::News, Kind::Calendar];

    /// The name of this kind in the database.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Kind::Clock => "clock",
            Kind::News => "news",
            Kind::Calendar => "calendar",
        }
    }

    /// The kind of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// When a job that failed for the `tries`-th time is tried again; nothing when it is given up.
fn next_try(tries: u32, now: Timestamp) -> Option<Timestamp> {
    let pause = PAUSE.checked_mul(1 << (tries.max(1) - 1).min(10))?;
    if tries < TRIES_MAX { now.checked_add(pause).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_pause_is_twice_as_long_and_in_the_end_somebody_has_to_look() {
        let now = Timestamp::from_second(1_000_000_000).unwrap();
        let pause = |tries| next_try(tries, now).map(|at| at.duration_since(now).as_mins());
        assert_eq!([1, 2, 3, 11].map(pause), [Some(1), Some(2), Some(4), Some(1024)]);
        assert_eq!(pause(12), None);
    }

    #[test]
    fn names_lead_back_to_their_kinds() {
        for kind in Kind::ALL {
            assert_eq!(Kind::named(kind.name()), Some(kind));
        }
    }
}
