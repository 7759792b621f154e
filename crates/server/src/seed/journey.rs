//! What happened to a request of the seed: its steps, and when each was taken.
//!
//! A journey is written `accept;escalate:why;dispatch:unit;sign;complete:what`. Moments are not
//! written: the steps are laid into office time between the raising and the present.

use domain::calendar::Calendar;
use jiff::{SignedDuration, Timestamp};

/// One step of a journey.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step<'a> {
    Accept,
    Resolve(&'a str),
    Escalate(&'a str),
    /// By the community, to the street.
    EscalateStreet(&'a str),
    Reject(&'a str),
    /// Into the request of this key.
    Merge(&'a str),
    Withdraw,
    Ask(&'a str),
    Answer(&'a str),
    /// To the unit of this code.
    Dispatch(&'a str),
    Handle,
    /// For so many days, with a plan.
    Suspend(i64, &'a str),
    Sign,
    Return(&'a str),
    Extend(u8, &'a str),
    Grant,
    Complete(&'a str),
    Confirm(u8),
    Unsolved(&'a str),
}

/// Nothing is planned for the last moments before the present.
const QUIET: SignedDuration = SignedDuration::from_mins(3);

impl<'a> Step<'a> {
    /// The steps of a journey; none where one of them makes no sense.
    pub(super) fn all(journey: &'a str) -> Option<Vec<Step<'a>>> {
        journey.split(';').filter(|step| !step.is_empty()).map(Self::read).collect()
    }

    fn read(step: &'a str) -> Option<Self> {
        let (name, rest) = step.split_once(':').unwrap_or((step, ""));
        Some(match name {
            "accept" => Step::Accept,
            "resolve" => Step::Resolve(rest),
            "escalate" => Step::Escalate(rest),
            "escalate_street" => Step::EscalateStreet(rest),
            "reject" => Step::Reject(rest),
            "merge" => Step::Merge(rest),
            "withdraw" => Step::Withdraw,
            "ask" => Step::Ask(rest),
            "answer" => Step::Answer(rest),
            "dispatch" => Step::Dispatch(rest),
            "handle" => Step::Handle,
            "suspend" => {
                let (days, plan) = rest.split_once(':')?;
                Step::Suspend(days.parse().ok()?, plan)
            }
            "sign" => Step::Sign,
            "return" => Step::Return(rest),
            "extend" => {
                let (days, reason) = rest.split_once(':')?;
                Step::Extend(days.parse().ok()?, reason)
            }
            "grant" => Step::Grant,
            "complete" => Step::Complete(rest),
            "confirm" => Step::Confirm(rest.parse().ok()?),
            "unsolved" => Step::Unsolved(rest),
            _ => return None,
        })
    }

    /// How many minutes of office time usually pass before this step.
    fn usual_minutes(self) -> i64 {
        match self {
            Step::Ask(_) => 15,
            Step::Accept | Step::Merge(_) => 20,
            Step::Reject(_) => 30,
            Step::Escalate(_) | Step::Answer(_) => 40,
            Step::Dispatch(_) | Step::Handle | Step::Withdraw => 45,
            Step::Resolve(_) | Step::Sign | Step::Return(_) | Step::Extend(..) | Step::Grant => 60,
            Step::EscalateStreet(_) => 90,
            Step::Suspend(..) | Step::Confirm(_) => 120,
            Step::Complete(_) => 180,
            Step::Unsolved(_) => 200,
        }
    }
}

/// When each of `steps` was taken, in order and after `raised_at`. Where there was not half the
/// office time that they usually take, they are spread over day and night.
pub(super) fn moments(
    calendar: &Calendar,
    raised_at: Timestamp,
    now: Timestamp,
    steps: &[Step<'_>],
) -> Vec<Timestamp> {
    let end = (now - QUIET).max(raised_at + SignedDuration::from_secs(1));
    // No two requests take quite the same time.
    let uneven = |place: i64| 80 + (raised_at.as_second() / 60 + place * 31) % 45;
    let mut passed = 0;
    let mut sums = Vec::new();
    for (place, step) in (0..).zip(steps) {
        passed += step.usual_minutes() * uneven(place) / 100;
        sums.push(passed);
    }
    let open = calendar.working_time_between(raised_at, end).as_mins();
    if open * 2 < passed {
        let whole = end.duration_since(raised_at).as_secs();
        let share = |sum: i64| raised_at + SignedDuration::from_secs(whole * sum / (passed + 1));
        return sums.into_iter().map(share).collect();
    }
    let target = |sum: i64| sum * open.min(passed) / passed;
    sums.into_iter().map(|sum| worked(calendar, raised_at, end, target(sum))).collect()
}

/// The first moment by which the office was open for so many minutes since `from`.
fn worked(calendar: &Calendar, from: Timestamp, end: Timestamp, minutes: i64) -> Timestamp {
    let (mut low, mut high) = (0, end.duration_since(from).as_secs());
    while low < high {
        let middle = i64::midpoint(low, high);
        let at = from + SignedDuration::from_secs(middle);
        if calendar.working_time_between(from, at).as_mins() < minutes {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    from + SignedDuration::from_secs(low)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use domain::calendar::WorkingHours;
    use jiff::tz::TimeZone;

    use super::*;
    use crate::seed::rows;

    fn calendar() -> Calendar {
        Calendar {
            zone: TimeZone::get("Asia/Shanghai").unwrap(),
            hours: WorkingHours::default(),
            exceptions: BTreeMap::new(),
            causes: BTreeMap::new(),
            known_through: jiff::civil::date(2030, 12, 31),
        }
    }

    #[test]
    fn every_journey_of_the_seed_reads() {
        let rows = rows::requests();
        let units = rows::units();
        for row in &rows {
            let steps = Step::all(&row.journey);
            for step in steps.unwrap_or_else(|| panic!("{}: {}", row.key, row.journey)) {
                match step {
                    Step::Merge(key) => assert!(rows.iter().any(|row| row.key == key), "{key}"),
                    Step::Dispatch(code) => assert!(units.iter().any(|unit| unit.code == code)),
                    _ => {}
                }
            }
        }
        assert_eq!(Step::all("accept;fly"), None);
    }

    #[test]
    fn steps_are_taken_in_order_in_office_time_and_before_the_present() {
        let calendar = calendar();
        let steps = Step::all("accept;escalate:x;dispatch:y;sign;complete:z;confirm:5").unwrap();
        // A Wednesday at noon, and a Sunday at night.
        for now in ["2026-03-04T12:00:00+08:00", "2026-03-08T03:00:00+08:00"] {
            let now: Timestamp = now.parse().unwrap();
            for minutes in [12, 60, 600, 2880, 8640] {
                let raised_at = now - SignedDuration::from_mins(minutes);
                let moments = moments(&calendar, raised_at, now, &steps);
                assert!(moments.is_sorted() && moments[0] > raised_at, "{moments:?}");
                assert!(*moments.last().unwrap() <= now, "{moments:?}");
                if minutes == 8640 {
                    for at in moments {
                        let wall = calendar.zone.to_datetime(at);
                        assert!(calendar.is_workday(wall.date()), "{wall}");
                        assert!((8..=17).contains(&wall.hour()), "{wall}");
                    }
                }
            }
        }
    }
}
