//! Moments in words: as the wall says them in the street, for people and for programs.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::words::Lang;

/// `2026-11-23T17:30:00+08:00`.
#[must_use]
pub fn rfc3339(at: Timestamp, zone: &TimeZone) -> String {
    let local = zone.to_datetime(at).strftime("%Y-%m-%dT%H:%M:%S").to_string();
    let minutes = zone.to_offset(at).seconds() / 60;
    let sign = if minutes < 0 { '-' } else { '+' };
    format!("{local}{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
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
    let pattern = match (lang, days) {
        (Lang::Zh, 0) => "今天 %H:%M",
        (Lang::Zh, 1) => "明天 %H:%M",
        (Lang::Zh, -1) => "昨天 %H:%M",
        (Lang::En, 0) => "today %H:%M",
        (Lang::En, 1) => "tomorrow %H:%M",
        (Lang::En, -1) => "yesterday %H:%M",
        (Lang::Zh, _) if local.year() == today.year() => "%-m月%-d日 %H:%M",
        (Lang::Zh, _) => "%Y年%-m月%-d日",
        (Lang::En, _) if local.year() == today.year() => "%-d %b, %H:%M",
        (Lang::En, _) => "%-d %b %Y",
    };
    local.strftime(pattern).to_string()
}
