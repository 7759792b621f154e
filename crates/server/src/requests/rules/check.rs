//! Reads tables of rules into values, and says of every cell that makes no sense why.

use std::collections::HashSet;

use domain::area::AreaCode;
use domain::calendar::Term;
use domain::digits;
use domain::requests::{
    ClockRule, Limit, Number, Numbers, RoutingRule, Scope, Urgency, bounds, is_long,
};

use super::{Category, Kind, Table, words};
use crate::app::Settings;
use crate::web::words::Sentence;

/// A cell that makes no sense.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// From nought.
    pub row: usize,
    pub column: &'static str,
    pub reason: Sentence,
}

/// The pictures that a category can have.
pub const ICONS: [&str; 11] = [
    "rubbish",
    "stairs",
    "water",
    "lamp",
    "lift",
    "car",
    "noise",
    "neighbours",
    "safety",
    "tree",
    "other",
];
/// The most rows of a table.
pub const ROWS_MAX: usize = 500;
/// The most characters of a condition, and of all words of danger together.
const TEXT_MAX: usize = 300;
const NAME_MAX: usize = 40;

/// A rule of routing.
#[must_use]
pub fn routing(table: &Table) -> Vec<RoutingRule> {
    let rule =
        |row| RoutingRule { scope: scope(table, row), unit: table.cell(row, "unit").to_owned() };
    (0..table.rows.len()).map(rule).collect()
}

/// The rules of clocks; a row that cannot be read is left out.
#[must_use]
pub fn clocks(table: &Table) -> Vec<ClockRule> {
    let rule = |row| {
        Some(ClockRule {
            scope: scope(table, row),
            urgency: Urgency::named(table.cell(row, "urgency")),
            limit: Limit::named(table.cell(row, "limit"))?,
            term: table.cell(row, "term").parse().ok()?,
        })
    };
    (0..table.rows.len()).filter_map(rule).collect()
}

/// The rows of clocks that are so long that somebody should look at them again.
#[must_use]
pub fn long(table: &Table) -> Vec<usize> {
    let is_long = |row: &usize| table.cell(*row, "term").parse().is_ok_and(is_long);
    (0..table.rows.len()).filter(is_long).collect()
}

/// The numbers; what is not set is as usual.
#[must_use]
pub fn numbers(table: &Table) -> Numbers {
    (0..table.rows.len()).fold(Numbers::default(), |numbers, row| {
        let number = Number::named(table.cell(row, "name"));
        let value = digits::read(table.cell(row, "value"));
        let with = number.zip(value).and_then(|(number, value)| numbers.with(number, value));
        with.unwrap_or(numbers)
    })
}

/// The categories; whatever was retired is so since `at`, unless `known` says since when.
#[must_use]
pub fn categories(table: &Table, known: &[Category], at: jiff::Timestamp) -> Vec<Category> {
    let category = |row| {
        let text = |column| table.cell(row, column).to_owned();
        let code = text("code");
        let since = known.iter().find(|it| it.code == code).and_then(|it| it.retired_at);
        let retired = table.cell(row, "retired") == "1";
        Category {
            name: text("name"),
            name_en: text("name_en"),
            icon: text("icon"),
            urgency: Urgency::named(table.cell(row, "urgency")).unwrap_or(Urgency::Ordinary),
            unit: text("unit"),
            danger: text("danger"),
            parent: text("parent"),
            opens: text("opens"),
            opens_en: text("opens_en"),
            closes: text("closes"),
            closes_en: text("closes_en"),
            photo: text("photo"),
            photo_en: text("photo_en"),
            retired_at: retired.then(|| since.unwrap_or(at)),
            code,
        }
    };
    (0..table.rows.len()).map(category).collect()
}

fn scope(table: &Table, row: usize) -> Scope {
    let area: Option<AreaCode> = table.cell(row, "area").parse().ok();
    Scope { area, category: table.cell(row, "category").to_owned() }
}

/// Everything that is wrong with a table in this street. A row that holds already is not asked
/// again whether its unit and its area are still there.
#[must_use]
pub fn faults(table: &Table, current: &Table, settings: &Settings) -> Vec<Fault> {
    let mut found = Faults { table, settings, found: Vec::new() };
    if table.rows.len() > ROWS_MAX {
        found.add(ROWS_MAX, table.kind.columns()[0], words::TOO_MANY_ROWS);
    }
    let is_new = |row: &usize| !current.rows.contains(&table.rows[*row]);
    for row in (0..table.rows.len().min(ROWS_MAX)).filter(is_new) {
        match table.kind {
            Kind::Categories => found.category(row),
            Kind::Routing => {
                found.scope(row);
                found.unit(row, true);
            }
            Kind::Clocks => {
                found.scope(row);
                found.clock(row);
            }
            Kind::Numbers => found.number(row),
        }
    }
    found.twice();
    if table.kind == Kind::Categories {
        found.tree();
    }
    found.found
}

struct Faults<'a> {
    table: &'a Table,
    settings: &'a Settings,
    found: Vec<Fault>,
}

impl Faults<'_> {
    fn add(&mut self, row: usize, column: &'static str, reason: impl Into<Sentence>) {
        self.found.push(Fault { row, column, reason: reason.into() });
    }

    fn scope(&mut self, row: usize) {
        let category = self.table.cell(row, "category");
        if !category.is_empty() && self.settings.category(category).is_none() {
            self.add(row, "category", words::CATEGORY_UNKNOWN);
        }
        let area = self.table.cell(row, "area");
        let known = area.parse().ok().and_then(|area| self.settings.area(area));
        if !area.is_empty() && known.is_none() {
            self.add(row, "area", words::AREA_UNKNOWN);
        }
    }

    fn unit(&mut self, row: usize, is_needed: bool) {
        let unit = self.table.cell(row, "unit");
        let is_known = self.settings.units.iter().any(|known| known.code == unit);
        if !is_known && (is_needed || !unit.is_empty()) {
            self.add(row, "unit", words::UNIT_UNKNOWN);
        }
    }

    fn clock(&mut self, row: usize) {
        let urgency = self.table.cell(row, "urgency");
        if !urgency.is_empty() && Urgency::named(urgency).is_none() {
            self.add(row, "urgency", words::URGENCY_UNKNOWN);
        }
        let limit = Limit::named(self.table.cell(row, "limit"));
        if !limit.is_some_and(|limit| Limit::SETTABLE.contains(&limit)) {
            self.add(row, "limit", words::LIMIT_UNKNOWN);
        }
        let text = self.table.cell(row, "term");
        let Ok(term) = text.parse::<Term>() else {
            // The bounds of the unit that was chosen, whatever was written before it.
            let unit = text.split_once(' ').map_or("", |(_, unit)| unit);
            let meant = format!("1 {unit}").parse().unwrap_or(Term::WorkingDays(1));
            return self.add(row, "term", words::term_bad(meant));
        };
        let (Term::ClockHours(n)
        | Term::ClockMinutes(n)
        | Term::WorkingHours(n)
        | Term::WorkingDays(n)) = term;
        let (least, most) = bounds(term);
        if !(least..=most).contains(&n) {
            self.add(row, "term", words::term_bad(term));
        }
    }

    fn number(&mut self, row: usize) {
        let Some(number) = Number::named(self.table.cell(row, "name")) else {
            return self.add(row, "name", words::NUMBER_UNKNOWN);
        };
        let value = digits::read::<u8>(self.table.cell(row, "value"));
        if value.and_then(|value| Numbers::default().with(number, value)).is_none() {
            let (least, most) = number.bounds();
            let reason = Sentence::new(
                format!("请填 {least} 至 {most} 的整数，只写数字。"),
                format!("Please give a whole number from {least} to {most}, in digits alone."),
            );
            self.add(row, "value", reason);
        }
    }

    fn category(&mut self, row: usize) {
        let cell = |column| self.table.cell(row, column);
        let code = cell("code");
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_-".contains(&b);
        let is_code = (2..=NAME_MAX).contains(&code.len()) && code.bytes().all(plain);
        let name = cell("name").chars().count();
        let short = cell("danger").split_whitespace().any(|word| word.chars().count() < 2);
        let mut wrong = Vec::new();
        let mut unless = |fine: bool, column, reason| {
            if !fine {
                wrong.push((column, reason));
            }
        };
        unless(is_code, "code", words::CODE_BAD);
        unless((1..=NAME_MAX).contains(&name), "name", words::NAME_BAD);
        unless(ICONS.contains(&cell("icon")), "icon", words::ICON_UNKNOWN);
        unless(Urgency::named(cell("urgency")).is_some(), "urgency", words::URGENCY_UNKNOWN);
        unless(!short, "danger", words::DANGER_SHORT);
        unless(["", "1"].contains(&cell("retired")), "retired", words::RETIRED_BAD);
        for column in ["opens", "opens_en", "closes", "closes_en", "photo", "photo_en", "danger"] {
            unless(cell(column).chars().count() <= TEXT_MAX, column, words::TEXT_LONG);
        }
        unless(cell("name_en").chars().count() <= NAME_MAX, "name_en", words::NAME_BAD);
        for column in self.table.kind.columns() {
            unless(!cell(column).contains(char::is_control), column, words::TEXT_LONG);
        }
        for (column, reason) in wrong {
            self.add(row, column, reason);
        }
        self.unit(row, false);
    }

    /// Two rows about the same thing: the later one would never count.
    fn twice(&mut self) {
        let mut seen = HashSet::new();
        let table = self.table;
        for row in 0..table.rows.len().min(ROWS_MAX) {
            if !seen.insert(table.kind.about(&table.rows[row])) {
                self.add(row, table.kind.first(), words::TWICE);
            }
        }
    }

    /// Two levels, and nothing that requests have is lost.
    fn tree(&mut self) {
        let table = self.table;
        let rows: Vec<usize> = (0..table.rows.len().min(ROWS_MAX)).collect();
        for &row in &rows {
            let parent = table.cell(row, "parent");
            let above = rows.iter().find(|&&other| table.cell(other, "code") == parent);
            let is_top = |&row: &usize| row_is_top(table, row);
            if !parent.is_empty() && !above.is_some_and(is_top) {
                self.add(row, "parent", words::PARENT_BAD);
            }
            let is_retired = |row: usize| !table.cell(row, "retired").is_empty();
            if above.is_some_and(|&above| is_retired(above)) && !is_retired(row) {
                self.add(row, "retired", words::PARENT_RETIRED);
            }
        }
        let known = &self.settings.categories;
        let lost = known
            .iter()
            .find(|known| rows.iter().all(|&row| table.cell(row, "code") != known.code));
        if let Some(lost) = lost {
            let reason = Sentence::new(
                format!("类别“{}”已有诉求在用，只能停用，不能删除。", lost.name),
                format!("“{}” may be in use: retire it, do not leave it out.", lost.code),
            );
            self.add(0, "code", reason);
        }
        let open = |&&row: &&usize| row_is_top(table, row) && table.cell(row, "retired").is_empty();
        if !rows.iter().any(|row| open(&row)) {
            self.add(0, "retired", words::NONE_LEFT);
        }
    }
}

fn row_is_top(table: &Table, row: usize) -> bool {
    table.cell(row, "parent").is_empty()
}
