//! The yearly notice as somebody pastes it: rows of a day, a name, and whether it is off.
//!
//! People copy it from a sheet or a page, so days are read as they write them (2027-1-1, 2027.1.1,
//! 2027年1月1日, digits of full width), cells are parted by commas or tabs, and the columns may
//! stand in any order under their names. What cannot be read is told with its row and column, all
//! of it at once, and then nothing is taken in.

use std::collections::BTreeMap;

use domain::calendar::DayKind;
use jiff::civil::{Date, date};

use super::Named;
use super::words::{self, Column};
use crate::web::words::Sentence;

/// The most rows of a notice: a whole year, with room.
const ROWS_MAX: usize = 400;
/// The longest name of a holiday, in characters.
const NAME_LONGEST: usize = 40;
/// The most faults that are told at once.
const FAULTS_MAX: usize = 30;

/// A notice that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Whose days it tells; it may begin in the last month of the year before.
    pub year: i16,
    pub days: BTreeMap<Date, Named>,
    /// In which row each day stands.
    pub rows: BTreeMap<Date, usize>,
}

impl Notice {
    /// The names of its days off in its year.
    pub fn festivals(&self) -> impl Iterator<Item = &str> {
        let of_year = |(date, named): &(&Date, &Named)| {
            date.year() == self.year && named.kind == DayKind::Off
        };
        self.days.iter().filter(of_year).map(|(_, named)| named.name.as_str())
    }
}

/// What cannot be taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// As a sheet numbers it, from 1 on; nothing where the whole is meant.
    pub row: usize,
    pub column: Column,
    pub reason: Sentence,
}

/// Where the three columns stand.
#[derive(Clone, Copy)]
struct Places {
    date: usize,
    name: usize,
    kind: usize,
}

/// Reads a notice.
pub fn read(text: &str) -> Result<Notice, Vec<Fault>> {
    let text = narrowed(text.trim_start_matches('\u{feff}'));
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut faults = Vec::new();
    let mut rows: Vec<(usize, Vec<String>)> = cells(&text);
    let whole = |reason: Sentence| vec![Fault { row: 0, column: Column::Whole, reason }];
    if rows.is_empty() {
        return Err(whole(words::NOTHING_READ.into()));
    }
    if rows.len() > ROWS_MAX {
        return Err(whole(words::too_many_rows(ROWS_MAX)));
    }
    let places = places(&mut rows)?;
    let mut found: Vec<(usize, Date, Named)> = Vec::new();
    for (row, cells) in &rows {
        match day_of(*row, cells, places) {
            Ok((date, named)) => found.push((*row, date, named)),
            Err(more) => faults.extend(more),
        }
    }
    let year = found.iter().map(|(_, date, _)| date.year()).max();
    let mut notice =
        Notice { year: year.unwrap_or_default(), days: BTreeMap::new(), rows: BTreeMap::new() };
    for (row, date, named) in found {
        let mut wrong = |reason| faults.push(Fault { row, column: Column::Date, reason });
        let is_of_year =
            date.year() == notice.year || date.year() == notice.year - 1 && date.month() == 12;
        if let Some(first) = notice.rows.get(&date) {
            wrong(words::twice(*first));
        } else if !is_of_year {
            wrong(words::other_year(notice.year));
        } else {
            notice.rows.insert(date, row);
            notice.days.insert(date, named);
        }
    }
    if faults.is_empty() && notice.days.is_empty() {
        return Err(whole(words::NOTHING_READ.into()));
    }
    faults.sort_by_key(|fault| fault.row);
    faults.truncate(FAULTS_MAX);
    if faults.is_empty() { Ok(notice) } else { Err(faults) }
}

/// The rows with something in them, numbered as the lines of a text with plain line ends stand. We
/// count ourselves: the reader begins a record before the empty lines that it skips.
fn cells(text: &str) -> Vec<(usize, Vec<String>)> {
    let is_sheet =
        text.lines().find(|line| !line.trim().is_empty()).is_some_and(|line| line.contains('\t'));
    let mut reader = csv::ReaderBuilder::new();
    reader.has_headers(false).flexible(true).trim(csv::Trim::All);
    reader.delimiter(if is_sheet { b'\t' } else { b',' });
    let mut rows = Vec::new();
    let (mut line, mut counted) = (1, 0);
    for record in reader.from_reader(text.as_bytes()).records().flatten() {
        let begins = record.position().and_then(|at| usize::try_from(at.byte()).ok());
        let begins = begins.unwrap_or(counted);
        let rest = text.get(begins..).unwrap_or_default();
        let begins = begins + (rest.len() - rest.trim_start_matches('\n').len());
        line += text.get(counted..begins).unwrap_or_default().matches('\n').count();
        counted = begins;
        let cells: Vec<String> = record.iter().map(str::to_owned).collect();
        if cells.iter().any(|cell| !cell.is_empty()) {
            rows.push((line, cells));
        }
    }
    rows
}

/// Where the columns stand: as the first row names them, or in the usual order where it names none.
fn places(rows: &mut Vec<(usize, Vec<String>)>) -> Result<Places, Vec<Fault>> {
    let usual = Places { date: 0, name: 1, kind: 2 };
    let Some((row, first)) = rows.first() else { return Ok(usual) };
    let place = |names: &[&str]| {
        first.iter().position(|cell| names.contains(&cell.to_lowercase().as_str()))
    };
    let date = place(&["date", "日期", "day"]);
    let name = place(&["name", "名称", "节日", "假期"]);
    let kind = place(&["is_off_day", "是否放假", "是否休息", "放假", "kind"]);
    if date.is_none() && name.is_none() && kind.is_none() {
        return Ok(usual);
    }
    let missing = [(date, Column::Date), (name, Column::Name), (kind, Column::Kind)];
    let missing = missing.into_iter().filter(|(place, _)| place.is_none());
    let fault = |(_, column)| Fault { row: *row, column, reason: words::COLUMN_MISSING.into() };
    let faults: Vec<Fault> = missing.map(fault).collect();
    let (Some(date), Some(name), Some(kind)) = (date, name, kind) else { return Err(faults) };
    rows.remove(0);
    Ok(Places { date, name, kind })
}

fn day_of(row: usize, cells: &[String], places: Places) -> Result<(Date, Named), Vec<Fault>> {
    let cell = |place: usize| cells.get(place).map_or("", String::as_str);
    let fault = |column, reason: Sentence| Fault { row, column, reason };
    let (date, name, kind) = (cell(places.date), cell(places.name), cell(places.kind));
    let mut faults = Vec::new();
    let read = day(date);
    if read.is_none() {
        faults.push(fault(Column::Date, words::date_unreadable(date)));
    }
    if name.is_empty() || name.chars().count() > NAME_LONGEST {
        faults.push(fault(Column::Name, words::name_wrong(NAME_LONGEST)));
    }
    let kind_read = kind_of(kind);
    if kind_read.is_none() {
        faults.push(fault(Column::Kind, words::kind_unreadable(kind)));
    }
    match (read, kind_read) {
        (Some(date), Some(kind)) if faults.is_empty() => {
            Ok((date, Named { kind, name: name.to_owned() }))
        }
        _ => Err(faults),
    }
}

fn kind_of(text: &str) -> Option<DayKind> {
    match text.to_lowercase().as_str() {
        "1" | "true" | "yes" | "y" | "是" | "休" | "放假" | "休息" | "off" => {
            Some(DayKind::Off)
        }
        "0" | "false" | "no" | "n" | "否" | "班" | "上班" | "工作" | "work" => {
            Some(DayKind::Workday)
        }
        _ => None,
    }
}

/// A day as people write it, whatever parts its numbers.
#[must_use]
pub fn day(text: &str) -> Option<Date> {
    // A sheet may add the hour of midnight.
    let text = narrowed(text);
    let text = text.split_whitespace().next()?;
    let parted = text.replace(['年', '月', '/', '.'], "-");
    let parted = parted.trim_end_matches(['日', '号', '-']);
    let parts: Vec<&str> = parted.split('-').collect();
    let (year, month, day) = match parts[..] {
        [year, month, day] => (year, month, day),
        [whole] if whole.len() == 8 && whole.is_ascii() => (&whole[..4], &whole[4..6], &whole[6..]),
        _ => return None,
    };
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if year.len() != 4 || ![year, month, day].into_iter().all(is_number) {
        return None;
    }
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
        .ok()
        .filter(|&day| day >= date(1990, 1, 1) && day <= date(2199, 12, 31))
}

/// Digits and signs of full width as the narrow ones that they stand for.
fn narrowed(text: &str) -> String {
    let narrow = |sign: char| match sign {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(sign) - 0xfee0).unwrap_or(sign),
        '\u{3000}' => ' ',
        '—' | '–' => '-',
        '。' => '.',
        other => other,
    };
    text.chars().map(narrow).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn off(name: &str) -> Named {
        Named { kind: DayKind::Off, name: name.to_owned() }
    }

    #[test]
    fn days_are_read_as_people_write_them() {
        for text in [
            "2027-1-1",
            "2027-01-01",
            "2027年1月1日",
            "2027.1.1",
            "2027/1/1 0:00",
            "２０２７－１－１",
            "２０２７年１月１日",
            "20270101",
            "2027年01月01号",
        ] {
            assert_eq!(day(text), Some(date(2027, 1, 1)), "{text}");
        }
        for text in
            ["", "1月1日", "27-1-1", "2027-13-1", "2027-2-29", "2027-1", "+2027-1-1", "春节"]
        {
            assert_eq!(day(text), None, "{text}");
        }
    }

    #[test]
    fn a_notice_is_read_with_or_without_names_of_columns() {
        let wanted = BTreeMap::from([
            (date(2026, 12, 31), Named { kind: DayKind::Workday, name: "元旦".to_owned() }),
            (date(2027, 1, 1), off("元旦")),
            (date(2027, 2, 6), off("春节")),
        ]);
        for text in [
            "date,name,is_off_day\n2026-12-31,元旦,0\n2027-1-1,元旦,1\n2027-2-6,春节,1\n",
            "\u{feff}date,is_off_day,name,notice_url\n2026-12-31,0,元旦,x\n2027-1-1,1,元旦,\n\n2027-2-6,1,春节,\n",
            "2026-12-31,元旦,上班\r\n2027.1.1,元旦,放假\r\n2027年2月6日,春节,休\r\n",
            "日期\t名称\t是否放假\n２０２６－１２－３１\t元旦\t否\n2027/1/1\t元旦\t是\n2027-02-06\t春节\tTRUE",
            "2026-12-31，元旦，0\n2027-1-1，元旦，１\n2027-2-6，春节，1",
        ] {
            let notice = read(text).unwrap_or_else(|faults| panic!("{text}: {faults:?}"));
            assert_eq!((notice.year, &notice.days), (2027, &wanted), "{text}");
        }
    }

    #[test]
    fn lines_are_counted_as_they_stand_in_the_box() {
        let bad = "x,元旦,1";
        for (text, wanted) in [
            (format!("{bad}\r\n{bad}\r\n{bad}\r\n"), vec![1, 2, 3]),
            (format!("{bad}\n{bad}\n{bad}"), vec![1, 2, 3]),
            (format!("{bad}\r{bad}\r{bad}"), vec![1, 2, 3]),
            (format!("\r\n\r\n{bad}\r\n\r\n{bad}"), vec![3, 5]),
            (format!("date,name,is_off_day\r\n{bad}\r\n , ,\r\n{bad}"), vec![2, 4]),
            (format!("x,\"元\r\n旦\",1\r\n{bad}"), vec![1, 3]),
        ] {
            let faults = read(&text).unwrap_err();
            let rows: Vec<usize> = faults.iter().map(|fault| fault.row).collect();
            assert_eq!(rows, wanted, "{text:?}");
        }
    }

    #[test]
    fn whatever_is_wrong_is_told_with_its_row_and_column() {
        let text = "date,name,is_off_day\n2027-1-1,元旦,1\n2027-2-30,春节,1\n2027-2-7,,maybe\n\
                    2027-1-1,元旦,0\n2025-12-31,元旦,1\n2027-3-1\n";
        let faults = read(text).unwrap_err();
        let told: Vec<(usize, Column)> = faults.iter().map(|it| (it.row, it.column)).collect();
        let wanted = [
            (3, Column::Date),
            (4, Column::Name),
            (4, Column::Kind),
            (5, Column::Date),
            (6, Column::Date),
            (7, Column::Name),
            (7, Column::Kind),
        ];
        assert_eq!(told, wanted);
        assert!(faults[3].reason.zh.contains("第 2 行"), "{:?}", faults[3].reason);
        for text in ["", "  \n\n", "date,name,is_off_day\n"] {
            assert_eq!(read(text).unwrap_err()[0].column, Column::Whole, "{text:?}");
        }
        let faults = read("date,holiday\n2027-1-1,元旦").unwrap_err();
        let columns: Vec<Column> = faults.iter().map(|fault| fault.column).collect();
        assert_eq!(columns, [Column::Name, Column::Kind]);
        let long = "2027-1-1,元旦,1\n".repeat(ROWS_MAX + 1);
        assert_eq!(read(&long).unwrap_err()[0].column, Column::Whole);
    }
}
