//! Moments in words: as the wall says them in the street, for people and for programs.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::words::Lang;

/// `2026-11-23T17:30:00+08:00`.
#[must_use]
pub fn rfc3339(at: Timestamp, zone: &TimeZone) -> String {
    let offset = zone.to_offset(at);
    // Pages tell whole seconds.
    let at = Timestamp::from_second(at.as_second()).unwrap_or(at);
    at.display_with_offset(offset).to_string()
}

/// 2026年11月23日 17:30, or 23 November 2026, 17:30.
#[must_use]
pub fn full(at: Timestamp, zone: &TimeZone, lang: Lang) -> String {
    let local = zone.to_datetime(at);
    match lang {
        Lang::Zh => local.strftime("%Y年%-m月%-d日 %H:%M").to_string(),
        Lang::En => local.strftime("%-d %B %Y, %H:%M").to_string(),
    }
}

/// 今天 17:30, 明天 09:40, 11月26日 17:30; with the year where it is another.
#[must_use]
pub fn near(at: Timestamp, now: Timestamp, zone: &TimeZone, lang: Lang) -> String {
    let (local, today) = (zone.to_datetime(at), zone.to_datetime(now));
    let days = local.date().duration_since(today.date()).as_hours() / 24;
    let (hour, minute) = (local.hour(), local.minute());
    let (month, day) = (local.month(), local.day());
    // A list has fifty of these, so they are put together by hand.
    match (lang, days) {
        (Lang::Zh, 0) => format!("今天 {hour:02}:{minute:02}"),
        (Lang::Zh, 1) => format!("明天 {hour:02}:{minute:02}"),
        (Lang::Zh, -1) => format!("昨天 {hour:02}:{minute:02}"),
        (Lang::En, 0) => format!("today {hour:02}:{minute:02}"),
        (Lang::En, 1) => format!("tomorrow {hour:02}:{minute:02}"),
        (Lang::En, -1) => format!("yesterday {hour:02}:{minute:02}"),
        (Lang::Zh, _) if local.year() == today.year() => {
            format!("{month}月{day}日 {hour:02}:{minute:02}")
        }
        (Lang::Zh, _) => format!("{}年{month}月{day}日", local.year()),
        (Lang::En, _) if local.year() == today.year() => {
            local.strftime("%-d %b, %H:%M").to_string()
        }
        (Lang::En, _) => local.strftime("%-d %b %Y").to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_told_as_people_say_them() {
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let now = at("2026-11-23T01:05:06.789Z");
        assert_eq!(rfc3339(now, &zone), "2026-11-23T09:05:06+08:00");
        let told = |then: &str, lang| near(at(then), now, &zone, lang);
        for (then, zh, en) in [
            ("2026-11-23T09:30:00Z", "今天 17:30", "today 17:30"),
            ("2026-11-24T01:40:00Z", "明天 09:40", "tomorrow 09:40"),
            ("2026-11-21T17:00:00Z", "昨天 01:00", "yesterday 01:00"),
            ("2026-11-26T09:30:00Z", "11月26日 17:30", "26 Nov, 17:30"),
            ("2027-01-05T09:30:00Z", "2027年1月5日", "5 Jan 2027"),
        ] {
            assert_eq!((told(then, Lang::Zh), told(then, Lang::En)), (zh.into(), en.into()));
        }
    }
}
