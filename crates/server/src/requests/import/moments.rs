//! Times as people and programs write them.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// The days that workbooks count from: the last of 1899, but for a leap day that never was.
const SERIALS: Date = Date::constant(1899, 12, 30);

/// The instant that `text` names in `zone`: by the first of `formats` that fits, and without any
/// where the year comes first or it is the serial number of a workbook. An hour that a zone skips
/// is the one after it, one that it has twice is the first.
pub fn moment(text: &str, formats: &[String], zone: &TimeZone) -> Option<Timestamp> {
    let text = narrow(text);
    let text = text.trim();
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at);
    }
    let by_form = formats.iter().find_map(|form| {
        let civil = DateTime::strptime(form, text).ok();
        civil.or_else(|| Some(Date::strptime(form, text).ok()?.at(0, 0, 0, 0)))
    });
    let civil = by_form.or_else(|| year_first(text)).or_else(|| serial(text))?;
    zone.to_timestamp(civil).ok()
}

/// Letters and digits as wide as a sign of Chinese, made as narrow as ours.
pub fn narrow(text: &str) -> String {
    let one = |c: char| match c {
        '\u{3000}' => ' ',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        c => c,
    };
    text.chars().map(one).collect()
}

/// `2019-5-9 10:02:08`, `2026.11.3`, `2026年11月3日 下午3时5分`.
fn year_first(text: &str) -> Option<DateTime> {
    let is_known = |c: char| {
        c.is_ascii_digit()
            || c.is_ascii_whitespace()
            || "-/.:年月日号时点分秒上下午AMPTamp".contains(c)
    };
    if !text.chars().all(is_known) {
        return None;
    }
    let mut numbers = text.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty());
    let year = numbers.next().filter(|part| part.len() == 4)?;
    // A mark and no digit stands behind the year, so that a long number is no date.
    let (month, day) = (numbers.next()?, numbers.next()?);
    let parts: Vec<&str> = numbers.collect();
    if parts.len() > 4 || parts.len() == 4 && !text.contains('.') {
        return None;
    }
    let part = |place: usize| parts.get(place).map_or(Some(0), |part| part.parse::<i8>().ok());
    let mut hour = part(0)?;
    let is_later = text.contains("下午") || text.to_ascii_lowercase().contains('p');
    let is_earlier = text.contains("上午") || text.to_ascii_lowercase().contains('a');
    if (is_later || is_earlier) && !(1..=12).contains(&hour) {
        return None;
    }
    if is_later && hour < 12 {
        hour += 12;
    } else if is_earlier && hour == 12 {
        hour = 0;
    }
    let date = Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()?;
    Some(date.to_datetime(Time::new(hour, part(1)?, part(2)?, 0).ok()?))
}

/// `43594.4181`: days since the end of 1899.
fn serial(text: &str) -> Option<DateTime> {
    let days: f64 = text.parse().ok().filter(|days| (1.0..100_000.0).contains(days))?;
    #[expect(clippy::cast_possible_truncation, reason = "a hundred thousand days of seconds")]
    let seconds = (days * 86_400.0).round() as i64;
    SERIALS.at(0, 0, 0, 0).checked_add(SignedDuration::from_secs(seconds)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_they_are_written() {
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        let formats = ["%m/%d/%Y %I:%M:%S %p".to_owned(), "%d.%m.%Y".to_owned()];
        for (text, wanted) in [
            ("04/12/2018 11:11:26 AM", "2018-04-12T03:11:26Z"),
            ("04/12/2018 12:45:48 PM", "2018-04-12T04:45:48Z"),
            ("3.11.2026", "2026-11-02T16:00:00Z"),
            ("2019-5-9 10:02:08", "2019-05-09T02:02:08Z"),
            ("2026.11.3", "2026-11-02T16:00:00Z"),
            ("2026年11月3日", "2026-11-02T16:00:00Z"),
            ("2026年11月3日 下午3时5分", "2026-11-03T07:05:00Z"),
            ("２０１９－０５－０９　１０：０２：０８", "2019-05-09T02:02:08Z"),
            ("2022-01-21T13:47:00+08:00", "2022-01-21T05:47:00Z"),
            ("2022/1/21 13:47", "2022-01-21T05:47:00Z"),
            ("2022-01-21 13:47:00.000", "2022-01-21T05:47:00Z"),
            ("43594.418148148", "2019-05-09T02:02:08Z"),
            ("43594", "2019-05-08T16:00:00Z"),
        ] {
            let found = moment(text, &formats, &zone).map(|at| at.to_string());
            assert_eq!(found.as_deref(), Some(wanted), "{text}");
        }
        for text in
            ["", "yesterday", "2022-13-01", "2022-02-30", "20220121", "2022-01-21 25:00", "12:00"]
        {
            assert_eq!(moment(text, &formats, &zone), None, "{text}");
        }
    }

    #[test]
    fn an_hour_that_a_zone_skips_or_repeats_is_still_one() {
        let zone = TimeZone::get("America/New_York").unwrap();
        let read = |text| moment(text, &[], &zone).unwrap().to_string();
        assert_eq!(read("2018-03-11 02:30:00"), "2018-03-11T07:30:00Z");
        assert_eq!(read("2018-11-04 01:30:00"), "2018-11-04T05:30:00Z");
    }
}
