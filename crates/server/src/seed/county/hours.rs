//! When people ask: in the morning and in the evening, on workdays more than on others, and more in
//! winter, when houses are cold.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// How often people ask in each hour of a day.
const OF_DAY: [u64; 24] =
    [4, 2, 1, 1, 1, 3, 10, 22, 40, 46, 38, 28, 20, 22, 28, 28, 26, 28, 36, 42, 38, 26, 14, 8];
/// In each month.
const OF_YEAR: [u64; 12] = [13, 11, 9, 8, 8, 9, 11, 11, 9, 9, 12, 13];
/// On each day of a week, from Monday.
const OF_WEEK: [u64; 7] = [12, 11, 10, 10, 10, 7, 6];

/// The hours of a span of time, and how much of all falls before the end of each.
pub struct Hours {
    /// The first, in hours since 1970.
    first: i64,
    sums: Vec<u64>,
}

impl Hours {
    /// The hours from `from` to `until`.
    pub fn of(from: Timestamp, until: Timestamp, zone: &TimeZone) -> Self {
        let first = from.as_second() / 3600;
        let last = (until.as_second() / 3600).max(first + 1);
        let mut sum = 0;
        let weigh = |hour: i64| {
            let at = Timestamp::from_second(hour * 3600).unwrap_or(Timestamp::UNIX_EPOCH);
            let local = zone.to_datetime(at);
            let place = |number: i8| usize::try_from(number).unwrap_or_default();
            let day = place(local.date().weekday().to_monday_zero_offset());
            sum += OF_DAY[place(local.hour())] * OF_YEAR[place(local.month() - 1)] * OF_WEEK[day];
            sum
        };
        Self { first, sums: (first..last).map(weigh).collect() }
    }

    /// When the request of this place among `all` is raised; a later place never comes earlier.
    pub fn at(&self, place: u64, all: u64) -> Timestamp {
        let whole = u128::from(self.sums.last().copied().unwrap_or(1));
        let wanted = whole * (2 * u128::from(place) + 1) / (2 * u128::from(all.max(1)));
        let wanted = u64::try_from(wanted).unwrap_or_default();
        let slot = self.sums.partition_point(|sum| *sum <= wanted).min(self.sums.len() - 1);
        let before = slot.checked_sub(1).map_or(0, |slot| self.sums[slot]);
        let weight = (self.sums[slot] - before).max(1);
        let within = i64::try_from(wanted.saturating_sub(before) * 3600 / weight);
        let hour = self.first + i64::try_from(slot).unwrap_or_default();
        let second = hour * 3600 + within.unwrap_or_default().min(3599);
        Timestamp::from_second(second).unwrap_or(Timestamp::UNIX_EPOCH)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mornings_are_busier_than_nights_and_time_never_steps_back() {
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        let from = "2024-01-01T00:00:00+08:00".parse().unwrap();
        let until = "2025-01-01T00:00:00+08:00".parse().unwrap();
        let hours = Hours::of(from, until, &zone);
        let all: Vec<Timestamp> = (0..10_000).map(|place| hours.at(place, 10_000)).collect();
        assert!(all.is_sorted() && all[0] >= from && all[9999] < until);
        let at = |hour: i8| all.iter().filter(|at| zone.to_datetime(**at).hour() == hour).count();
        assert!(at(9) > 5 * at(3) && at(19) > at(13), "{} {} {}", at(9), at(3), at(19));
        let in_month =
            |month: i8| all.iter().filter(|at| zone.to_datetime(**at).month() == month).count();
        assert!(in_month(1) > in_month(4));
    }
}
