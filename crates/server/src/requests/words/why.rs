//! Why a deadline is what it is, in plain sentences and a small table of days.

use domain::calendar::Term;
use domain::requests::trace::{Counted, Leg, Length, Move, Span, What};
use jiff::SignedDuration;

use super::{deadline, moment, term};
use crate::app::Settings;
use crate::calendar::words as days;
use crate::requests::Explained;
use crate::web::words::Lang;

/// What a page says about a deadline.
#[derive(Clone, Debug, Default)]
pub struct Why {
    pub sentences: Vec<String>,
    /// The days on the way to it.
    pub rows: Vec<Row>,
}

/// Days in a row that are alike.
#[derive(Clone, Debug)]
pub struct Row {
    pub days: String,
    pub what: String,
    pub counted: String,
}

/// The whole answer.
#[must_use]
pub fn why(explained: &Explained<'_>, settings: &Settings, lang: Lang) -> Why {
    let trace = &explained.trace;
    let mut sentences = vec![deadline(&explained.due, settings, lang)];
    // One leg alone is the first sentence over again, but for how it is counted.
    let alone = trace.legs.len() == 1;
    sentences.extend(trace.legs.iter().filter_map(|it| match it.what {
        What::Limit(Length::Term(unit)) if alone => Some(counting(unit, lang).to_owned()),
        _ => leg(it, settings, lang),
    }));
    sentences.extend(trace.moves.iter().map(|it| moved(it, settings, lang)));
    if explained.is_kept {
        sentences.push(kept(lang).to_owned());
    } else if explained.due.provisional {
        sentences.push(provisional(settings, lang));
    }
    let spans = trace.legs.iter().flat_map(|leg| &leg.spans);
    Why { sentences, rows: spans.map(|span| row(span, lang)).collect() }
}

/// How a length is counted, where the end of it was said already.
fn counting(unit: Term, lang: Lang) -> &'static str {
    match (unit, lang) {
        (Term::WorkingDays(_), Lang::Zh) => {
            "起算当天不计，从下一个工作日数起，到最后一个工作日下班为止。"
        }
        (Term::WorkingDays(_), Lang::En) => {
            "The day it began does not count; the last working day ends when the office closes."
        }
        (Term::WorkingHours(_), Lang::Zh) => "只算上班时间。",
        (Term::WorkingHours(_), Lang::En) => "Only office hours count.",
        (_, Lang::Zh) => "昼夜连续计算。",
        (_, Lang::En) => "It is counted day and night.",
    }
}

/// What a part of the way is for, and how it is counted.
#[must_use]
pub fn leg(leg: &Leg<'_>, settings: &Settings, lang: Lang) -> Option<String> {
    let at = |at| moment(at, settings, lang);
    let to = at(leg.to);
    let zh = lang == Lang::Zh;
    Some(match leg.what {
        What::Limit(Length::Until(_)) => return None,
        What::Limit(Length::Term(unit)) => match (unit, zh) {
            (Term::WorkingDays(_), true) => {
                format!("起算当天不计，从下一个工作日数起，到最后一个工作日下班：{to}。")
            }
            (Term::WorkingDays(_), false) => format!(
                "The day it began does not count; the last working day ends when the office closes, {to}."
            ),
            (Term::WorkingHours(_), true) => format!("只算上班时间，到{to}。"),
            (Term::WorkingHours(_), false) => format!("Only office hours count, until {to}."),
            (_, true) => format!("昼夜连续计算，到{to}。"),
            (_, false) => format!("It is counted day and night, until {to}."),
        },
        What::Paused { from, to: until } => {
            let (from, until) = (at(from), at(until));
            match (leg.to == leg.from, zh) {
                (true, true) => format!("{from}至{until}等居民答复，没有占用计时，期限不变。"),
                (true, false) => {
                    format!("From {from} to {until} a question waited; no counted time passed.")
                }
                (false, true) => {
                    let length = counted(leg.counted(), lang);
                    format!("{from}至{until}等居民答复，计时暂停，顺延{length}，到{to}。")
                }
                (false, false) => {
                    let length = counted(leg.counted(), lang);
                    format!(
                        "From {from} to {until} a question waited and the clock stood still: {length} more, until {to}."
                    )
                }
            }
        }
        What::Extended { days } => {
            let days = term(Term::WorkingDays(days.into()), lang);
            if zh {
                format!("同意延期{days}，到{to}。")
            } else {
                format!("{days} more were granted, until {to}.")
            }
        }
    })
}

/// That the calendar moved it.
#[must_use]
pub fn moved(moved: &Move, settings: &Settings, lang: Lang) -> String {
    let [at, from, to] = [moved.at, moved.from, moved.to].map(|at| moment(at, settings, lang));
    match lang {
        Lang::Zh => format!("{at}日历有调整，期限由{from}改为{to}。"),
        Lang::En => {
            format!("On {at} the calendar changed, and the deadline moved from {from} to {to}.")
        }
    }
}

fn kept(lang: Lang) -> &'static str {
    match lang {
        Lang::Zh => "日历后来有过调整，但那个月份已经过去，期限不再改动；下面按现在的日历列出。",
        Lang::En => {
            "The calendar changed after that month was over, so this deadline stands; the days below are those of the present calendar."
        }
    }
}

fn provisional(settings: &Settings, lang: Lang) -> String {
    let known = days::known(&settings.calendar, lang);
    match lang {
        Lang::Zh => format!("放假安排只公布到{known}，以后的日子先按星期算，期限可能调整。"),
        Lang::En => format!(
            "Holidays are known until {known}; later days are counted by the week alone, so it may still move."
        ),
    }
}

fn row(span: &Span<'_>, lang: Lang) -> Row {
    let around_the_clock = || match lang {
        Lang::Zh => "昼夜连续".to_owned(),
        Lang::En => "day and night".to_owned(),
    };
    Row {
        days: days::span(span.first, span.last, false, lang),
        what: span.day.map_or_else(around_the_clock, |day| days::day(day, lang)),
        counted: counted(span.counted, lang),
    }
}

/// How much it is.
#[must_use]
pub fn counted(counted: Counted, lang: Lang) -> String {
    match (counted, lang) {
        (Counted::Nothing, Lang::Zh) => "不计".to_owned(),
        (Counted::Nothing, Lang::En) => "not counted".to_owned(),
        (Counted::Days(n), Lang::Zh) => format!(" {n} 个工作日"),
        (Counted::Days(1), Lang::En) => "1 working day".to_owned(),
        (Counted::Days(n), Lang::En) => format!("{n} working days"),
        (Counted::Time(time), lang) => length(time, lang),
    }
}

fn length(time: SignedDuration, lang: Lang) -> String {
    let minutes = time.as_mins();
    match (minutes / 60, minutes % 60, lang) {
        (0, minutes, Lang::Zh) => format!(" {minutes} 分钟"),
        (hours, 0, Lang::Zh) => format!(" {hours} 小时"),
        (hours, minutes, Lang::Zh) => format!(" {hours} 小时 {minutes} 分钟"),
        (0, minutes, Lang::En) => format!("{minutes} min"),
        (hours, 0, Lang::En) => format!("{hours} h"),
        (hours, minutes, Lang::En) => format!("{hours} h {minutes} min"),
    }
}
