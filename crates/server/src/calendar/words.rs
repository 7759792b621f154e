//! What this slice says, in both languages: days, holidays, and why a notice is not taken in.

use domain::calendar::{Calendar, Day, DayKind};
use domain::festivals::{Doubts, Festival, WORKDAYS};
use jiff::civil::Date;

use crate::web::words::{Lang, Phrase, Sentence};

/// A column of the notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    Date,
    Name,
    Kind,
    /// The notice as a whole.
    Whole,
}

macro_rules! phrases {
    ($($name:ident: $zh:literal, $en:literal;)*) => {
        $(pub const $name: Phrase = Phrase { zh: $zh, en: $en };)*
    };
}

phrases! {
    NOTHING_READ: "没有读到任何一天。请粘贴通知的内容，每行一天。",
        "No day was read. Please paste the notice, one day on each line.";
    COLUMN_MISSING: "缺少这一列。", "This column is missing.";
    NOT_TEXT: "文件不是 UTF-8 文本。请另存为“CSV UTF-8”，或把内容粘贴到框里。",
        "The file is no UTF-8 text. Save it as CSV UTF-8, or paste its rows into the box.";
    NOTHING_NEW: "与现有的日历完全一样，没有要改的。",
        "This is what the calendar says already; nothing changes.";
    CHANGED_MEANWHILE: "日历刚被别人改过，没有导入。请重新预览一遍再确认。",
        "Somebody has just changed the calendar, and nothing was done. Please preview it again.";
    DAY_OVER: "这一天已经过去，不能再改。", "This day is over and cannot be changed.";
    FIRST_BAD: "请填第一天，今天或以后，例如 2027-01-05。",
        "Enter the first day, today or later, such as 2027-01-05.";
    LAST_BAD: "请填最后一天，不早于第一天，最长 60 天。",
        "Enter the last day, not before the first, and at most 60 days in all.";
    REASON_BAD: "请写明原因，最多 60 个字，不要换行。",
        "Enter the reason in at most 60 letters on one line.";
    CLOSED_ALREADY: "这几天里已有停办的日子，请先看下面的清单。",
        "Some of these days are closed already; see the list.";
    CLOSURE_OVER: "已经过去的停办不能再改。", "A closure that is over cannot be changed.";
    DAY_UNREADABLE: "请填一个日期，如 2026-11-23。", "Please give a day such as 2026-11-23.";
    ORDER_WRONG: "结束日期（to）不能早于开始日期（from）。", "The day `to` cannot lie before the day `from`.";
    VERSION_BAD: "日历的版本号（version）不对，请重新打开这一页再试。",
        "`version` is no version of the calendar; please open the page again.";
}

/// The name of a column.
#[must_use]
pub fn column(column: Column) -> Phrase {
    match column {
        Column::Date => Phrase { zh: "日期", en: "day" },
        Column::Name => Phrase { zh: "节日名称", en: "name" },
        Column::Kind => Phrase { zh: "是否放假", en: "off or worked" },
        Column::Whole => Phrase { zh: "整份通知", en: "the whole notice" },
    }
}

/// The reason of a fault with its place before it.
#[must_use]
pub fn fault(row: usize, at: Column, reason: &Sentence) -> Sentence {
    if row == 0 {
        return reason.clone();
    }
    let at = column(at);
    Sentence::new(
        format!("第 {row} 行，{}：{}", at.zh, reason.zh),
        format!("Row {row}, {}: {}", at.en, reason.en),
    )
}

#[must_use]
pub fn date_unreadable(text: &str) -> Sentence {
    let text = short(text);
    Sentence::new(
        format!("“{text}”不是日期，请写成 2027-1-1 或 2027年1月1日。"),
        format!("“{text}” is no day; please write 2027-1-1."),
    )
}

#[must_use]
pub fn kind_unreadable(text: &str) -> Sentence {
    let text = short(text);
    Sentence::new(
        format!("“{text}”看不懂，放假填 1，上班填 0。"),
        format!("“{text}” is neither 1 for a day off nor 0 for a day that is worked."),
    )
}

#[must_use]
pub fn name_wrong(longest: usize) -> Sentence {
    Sentence::new(
        format!("请填节日名称，最多 {longest} 个字。"),
        format!("Enter the name of the holiday in at most {longest} letters."),
    )
}

#[must_use]
pub fn twice(row: usize) -> Sentence {
    Sentence::new(
        format!("这一天在第 {row} 行已经有了。"),
        format!("This day stands in row {row} already."),
    )
}

#[must_use]
pub fn other_year(year: i16) -> Sentence {
    Sentence::new(
        format!("不是 {year} 年的日子（可以有上一年 12 月的）。"),
        format!("This day is not of {year}, nor of the December before."),
    )
}

#[must_use]
pub fn too_many_rows(most: usize) -> Sentence {
    Sentence::new(format!("行数太多，最多 {most} 行。"), format!("Too many rows: at most {most}."))
}

#[must_use]
pub fn year_missing(next: i16) -> Sentence {
    Sentence::new(
        format!("请先导入 {next} 年的通知，一年一年地导。"),
        format!("Please take in the notice of {next} first, one year after the other."),
    )
}

/// What there is to doubt about the notice of `year`, each in a sentence; empty where nothing is.
#[must_use]
pub fn doubts(doubts: &Doubts, year: i16) -> Vec<Sentence> {
    let names = |lang: Lang, comma: &str| -> String {
        let names: Vec<&str> = doubts.missing.iter().map(|&it| lang.say(festival(it))).collect();
        names.join(comma)
    };
    let mut told = Vec::new();
    if !doubts.missing.is_empty() {
        told.push(Sentence::new(
            format!(
                "通知里没有这些节日的放假：{}。请对照原文补全；中秋与国庆连着放的，名称写“国庆节、中秋节”。",
                names(Lang::Zh, "、")
            ),
            format!(
                "No day is off for: {}. Please add them from the notice; days that belong to two \
                 festivals name both, such as “National Day and Mid-Autumn Festival”.",
                names(Lang::En, ", ")
            ),
        ));
    }
    if let Some(workdays) = doubts.workdays {
        let (least, most) = (WORKDAYS.start(), WORKDAYS.end());
        told.push(Sentence::new(
            format!(
                "照这份通知，{year} 年有 {workdays} 个工作日，正常是 {least} 至 {most} 个。\
                 请对照原文，看看漏了还是多了哪几天。"
            ),
            format!(
                "By this notice {year} has {workdays} working days; a year has {least} to {most}. \
                 Please see which days are missing or too many."
            ),
        ));
    }
    told
}

/// Why a notice that is to be doubted is not taken in as it stands, and what to do.
#[must_use]
pub fn doubted(found: &Doubts, year: i16) -> Sentence {
    let told = doubts(found, year);
    let zh: String = told.iter().map(|it| Lang::Zh.tell(it)).collect();
    let en: Vec<&str> = told.iter().map(|it| Lang::En.tell(it)).collect();
    Sentence::new(
        format!("没有导入。{zh}原文确实如此的，请在预览里勾选“通知原文就是这样”，再确认导入。"),
        format!(
            "Nothing was taken in. {} If the notice really says so, tick “The notice really says \
             so” in the preview, and take it in.",
            en.join(" ")
        ),
    )
}

/// The name of a festival.
#[must_use]
pub fn festival(festival: Festival) -> Phrase {
    match festival {
        Festival::NewYear => Phrase { zh: "元旦", en: "New Year" },
        Festival::Spring => Phrase { zh: "春节", en: "Spring Festival" },
        Festival::Qingming => Phrase { zh: "清明节", en: "Qingming Festival" },
        Festival::Labour => Phrase { zh: "劳动节", en: "Labour Day" },
        Festival::DragonBoat => Phrase { zh: "端午节", en: "Dragon Boat Festival" },
        Festival::MidAutumn => Phrase { zh: "中秋节", en: "Mid-Autumn Festival" },
        Festival::National => Phrase { zh: "国庆节", en: "National Day" },
    }
}

/// What a day is.
#[must_use]
pub fn day(day: Day<'_>, lang: Lang) -> String {
    let named = |zh: &str, en: &str, name: &str| match (lang, name) {
        (Lang::Zh, "") => zh.to_owned(),
        (Lang::En, "") => en.to_owned(),
        (Lang::Zh, name) => format!("{zh}：{}", holiday(name, lang)),
        (Lang::En, name) => format!("{en}: {}", holiday(name, lang)),
    };
    match day {
        Day::Workday => lang.say(Phrase { zh: "工作日", en: "working day" }).to_owned(),
        Day::Weekend => lang.say(Phrase { zh: "周末", en: "weekend" }).to_owned(),
        Day::Holiday(name) => named("放假", "holiday", name),
        Day::MadeUp(name) => named("调休上班", "worked in exchange", name),
        Day::Closed(reason) => match lang {
            Lang::Zh => format!("停办：{reason}"),
            Lang::En => format!("closed: {reason}"),
        },
    }
}

/// What a day becomes, or was; an ordinary day is what its weekday says.
#[must_use]
pub fn kind(kind: Option<DayKind>) -> Phrase {
    match kind {
        Some(DayKind::Off) => Phrase { zh: "放假", en: "off" },
        Some(DayKind::Workday) => Phrase { zh: "调休上班", en: "worked in exchange" },
        None => Phrase { zh: "按星期", en: "as its weekday" },
    }
}

/// The name of a holiday; one that we do not know stays as it was written.
#[must_use]
pub fn holiday(name: &str, lang: Lang) -> String {
    let name = name.trim_end_matches("调休上班");
    if lang == Lang::Zh {
        return name.to_owned();
    }
    let english = |part: &str| match part {
        "元旦" => "New Year".to_owned(),
        "春节" => "Spring Festival".to_owned(),
        "清明节" => "Qingming Festival".to_owned(),
        "劳动节" => "Labour Day".to_owned(),
        "端午节" => "Dragon Boat Festival".to_owned(),
        "中秋节" => "Mid-Autumn Festival".to_owned(),
        "国庆节" => "National Day".to_owned(),
        other => other.to_owned(),
    };
    name.split('、').map(english).collect::<Vec<_>>().join(" and ")
}

/// A day in words: 2月15日 星期日, or Sunday 15 February; with its year where it is asked for.
#[must_use]
pub fn date(date: Date, with_year: bool, lang: Lang) -> String {
    const WEEKDAYS: [&str; 7] = ["一", "二", "三", "四", "五", "六", "日"];
    match lang {
        Lang::Zh => {
            let place = date.weekday().to_monday_zero_offset();
            let weekday = WEEKDAYS.get(usize::try_from(place).unwrap_or_default());
            let year = if with_year { format!("{}年", date.year()) } else { String::new() };
            let weekday = weekday.copied().unwrap_or_default();
            format!("{year}{}月{}日 周{weekday}", date.month(), date.day())
        }
        Lang::En if with_year => date.strftime("%a %-d %b %Y").to_string(),
        Lang::En => date.strftime("%a %-d %b").to_string(),
    }
}

/// Days in a row, in words.
#[must_use]
pub fn span(first: Date, last: Date, with_year: bool, lang: Lang) -> String {
    let begins = date(first, with_year, lang);
    if first == last {
        return begins;
    }
    let dash = if lang == Lang::Zh { " 至 " } else { " to " };
    format!("{begins}{dash}{}", date(last, with_year || first.year() != last.year(), lang))
}

/// Until when the holidays are known.
#[must_use]
pub fn known(calendar: &Calendar, lang: Lang) -> String {
    let day = calendar.known_through;
    match lang {
        Lang::Zh => day.strftime("%Y年%-m月%-d日").to_string(),
        Lang::En => day.strftime("%-d %B %Y").to_string(),
    }
}

fn short(text: &str) -> String {
    let mut short: String = text.chars().take(20).collect();
    if text.chars().count() > 20 {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holidays_have_a_name_in_each_language() {
        for (name, zh, en) in [
            ("国庆节、中秋节调休上班", "国庆节、中秋节", "National Day and Mid-Autumn Festival"),
            ("元旦", "元旦", "New Year"),
            ("三月三", "三月三", "三月三"),
        ] {
            assert_eq!((holiday(name, Lang::Zh), holiday(name, Lang::En)), (zh.into(), en.into()));
        }
        let (one, two) = (jiff::civil::date(2027, 2, 6), jiff::civil::date(2027, 2, 8));
        assert_eq!(span(one, two, false, Lang::Zh), "2月6日 周六 至 2月8日 周一");
        assert_eq!(span(one, one, true, Lang::En), "Sat 6 Feb 2027");
    }
}
