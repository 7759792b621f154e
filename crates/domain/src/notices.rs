//! Notices: what a piece of news is about, when it may ring outside, and when a failed delivery is
//! tried again.

use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// What a piece of news means to its reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Topic {
    /// 轮到您: the reader is asked to do something.
    Turn,
    /// 进展: it goes on, and somebody else has it.
    Progress,
    /// 办结: it is over.
    Over,
    /// 预警: time runs out, or has run out.
    Warning,
    /// 督办: the street orders that it be done.
    Supervision,
}

/// The hours in which nothing rings outside the house: from, until, on the wall clock. Where both
/// are the same, there are none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quiet {
    pub from: Time,
    pub until: Time,
}

/// How often a delivery is tried before it is given up: with [`again`], over almost three days.
pub const TRIES_MAX: i64 = 12;
/// The longest that a receiver may ask us to wait.
const WAIT_MAX: SignedDuration = SignedDuration::from_hours(24);

impl Topic {
    /// Every topic, in the order in which a page offers them.
    pub const ALL: [Topic; 5] =
        [Topic::Turn, Topic::Progress, Topic::Over, Topic::Warning, Topic::Supervision];

    /// The name of this topic, in the database and in the interface alike.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Topic::Turn => "turn",
            Topic::Progress => "progress",
            Topic::Over => "over",
            Topic::Warning => "warning",
            Topic::Supervision => "supervision",
        }
    }

    /// The topic of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Topic> {
        Topic::ALL.into_iter().find(|topic| topic.name() == name)
    }
}

impl Default for Quiet {
    /// From nine in the evening to half past seven.
    fn default() -> Self {
        Self { from: Time::constant(21, 0, 0, 0), until: Time::constant(7, 30, 0, 0) }
    }
}

impl Quiet {
    /// Whether nothing may ring at this time of day.
    #[must_use]
    pub fn holds(self, time: Time) -> bool {
        if self.from <= self.until {
            self.from <= time && time < self.until
        } else {
            time >= self.from || time < self.until
        }
    }

    /// The first moment from `at` on at which it may ring.
    #[must_use]
    pub fn first_after(self, at: Timestamp, zone: &TimeZone) -> Timestamp {
        let local = zone.to_datetime(at);
        if !self.holds(local.time()) {
            return at;
        }
        let date = if local.time() < self.until { Some(local.date()) } else { None };
        let date = date.or_else(|| local.date().tomorrow().ok());
        let morning = date.map(|date| date.to_datetime(self.until));
        // Where the wall clock skips that hour, it is the moment at which it goes on.
        let morning = morning.and_then(|it| zone.to_ambiguous_timestamp(it).compatible().ok());
        morning.unwrap_or(at).max(at)
    }
}

/// When a delivery that has failed `tries` times, the last time at `failed_at`, is tried again:
/// after 1, 2, 4, … minutes, or later where the receiver `asked` for that. Nothing where it is
/// given up.
#[must_use]
pub fn again(tries: i64, failed_at: Timestamp, asked: Option<SignedDuration>) -> Option<Timestamp> {
    if !(1..TRIES_MAX).contains(&tries) {
        return None;
    }
    let wait = SignedDuration::from_mins(1 << (tries - 1));
    let asked = asked.unwrap_or_default().min(WAIT_MAX);
    Some(failed_at + wait.max(asked))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_night_it_waits_until_the_morning() {
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        let usual = Quiet::default();
        let noon = Quiet { from: Time::constant(12, 0, 0, 0), until: Time::constant(14, 0, 0, 0) };
        let never = Quiet { from: Time::midnight(), until: Time::midnight() };
        for (quiet, at, rings) in [
            (usual, "2026-03-02T20:59:59+08:00", "2026-03-02T20:59:59+08:00"),
            (usual, "2026-03-02T21:00:00+08:00", "2026-03-03T07:30:00+08:00"),
            (usual, "2026-03-02T23:59:59+08:00", "2026-03-03T07:30:00+08:00"),
            (usual, "2026-03-03T00:00:00+08:00", "2026-03-03T07:30:00+08:00"),
            (usual, "2026-03-03T07:29:59+08:00", "2026-03-03T07:30:00+08:00"),
            (usual, "2026-03-03T07:30:00+08:00", "2026-03-03T07:30:00+08:00"),
            (usual, "2026-12-31T22:00:00+08:00", "2027-01-01T07:30:00+08:00"),
            (noon, "2026-03-02T11:59:00+08:00", "2026-03-02T11:59:00+08:00"),
            (noon, "2026-03-02T12:00:00+08:00", "2026-03-02T14:00:00+08:00"),
            (noon, "2026-03-02T14:00:00+08:00", "2026-03-02T14:00:00+08:00"),
            (never, "2026-03-02T00:00:00+08:00", "2026-03-02T00:00:00+08:00"),
        ] {
            let (at, rings): (Timestamp, Timestamp) = (at.parse().unwrap(), rings.parse().unwrap());
            assert_eq!(quiet.first_after(at, &zone), rings, "{quiet:?} at {at}");
        }
    }

    #[test]
    fn no_moment_that_is_found_is_quiet_or_past() {
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        let start: Timestamp = "2026-03-07T00:00:00Z".parse().unwrap();
        for from in 0..24 {
            for until in 0..24 {
                let time = |hour| Time::constant(hour, 0, 0, 0);
                let quiet = Quiet { from: time(from), until: time(until) };
                for half_hour in 0..96 {
                    let at = start + SignedDuration::from_mins(30 * half_hour);
                    let rings = quiet.first_after(at, &zone);
                    let wait = rings.duration_since(at);
                    assert!(wait >= SignedDuration::ZERO && wait <= SignedDuration::from_hours(24));
                    assert!(!quiet.holds(zone.to_datetime(rings).time()), "{quiet:?} at {at}");
                }
            }
        }
    }

    #[test]
    fn a_delivery_is_tried_later_and_later_and_then_given_up() {
        let at = Timestamp::UNIX_EPOCH;
        let minutes =
            |tries, asked| again(tries, at, asked).map(|next| next.duration_since(at).as_mins());
        let waits: Vec<_> = (1..=12).map(|tries| minutes(tries, None)).collect();
        let waits: Vec<_> = waits.into_iter().map(Option::unwrap_or_default).collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 0]);
        let asked = |mins| Some(SignedDuration::from_mins(mins));
        assert_eq!(minutes(1, asked(30)), Some(30));
        assert_eq!(minutes(5, asked(1)), Some(16));
        assert_eq!(minutes(1, asked(1_000_000)), Some(24 * 60));
    }

    #[test]
    fn every_topic_has_its_name() {
        for topic in Topic::ALL {
            assert_eq!(Topic::named(topic.name()), Some(topic));
        }
    }
}
