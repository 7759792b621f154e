//! How the columns of somebody's file become requests of ours: one TOML file for each kind of file.
//!
//! The keys are described in `docs/operations.md`; an unknown or impossible one is refused by name.

use std::collections::BTreeMap;

use domain::requests::Rating;
use jiff::tz::TimeZone;
use serde::Deserialize;

/// A mapping as it was written down, checked as far as it can be without a street.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// What the other system is called; with the id there it makes the source of a request.
    pub name: String,
    /// The IANA name of the zone of every time in the file.
    zone: String,
    /// How the file is written, where it is not UTF-8.
    #[serde(default)]
    pub encoding: Option<String>,
    /// The sheet of a workbook; the first where none is named.
    #[serde(default)]
    pub sheet: Option<String>,
    pub columns: Columns,
    /// Columns that a file may lack; it is then read as if nothing stood in them.
    #[serde(default)]
    optional: Vec<String>,
    #[serde(default)]
    pub dates: Dates,
    /// What each status means; `*` is for all others.
    pub statuses: BTreeMap<String, Status>,
    pub categories: Categories,
    #[serde(default)]
    pub areas: Areas,
    #[serde(default)]
    pub units: Units,
    /// Columns in which a duplicate and its original agree, the strictest first.
    #[serde(default)]
    pub duplicates: Vec<Vec<String>>,
}

/// Which column says what. A template takes in columns by their names in braces.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Columns {
    /// The id in the other system.
    pub source: String,
    /// What the other system calls this kind of request; counts are given by it.
    #[serde(rename = "type")]
    pub kind: String,
    pub status: String,
    /// A template.
    pub text: String,
    /// A template.
    #[serde(default)]
    pub place: String,
    pub raised: String,
    #[serde(default)]
    pub closed: Option<String>,
    #[serde(default)]
    pub due: Option<String>,
    /// When the status was reached, for those that are not closed.
    #[serde(default)]
    pub changed: Option<String>,
    /// The id of the request that a duplicate repeats.
    #[serde(default)]
    pub original: Option<String>,
}

/// How times are written, and what to do with those that cannot be.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dates {
    /// Forms such as `%m/%d/%Y %I:%M:%S %p`; what begins with the year is read without one.
    #[serde(default)]
    pub formats: Vec<String>,
    /// Whether what was closed before it was raised counts as closed when it was raised.
    #[serde(default)]
    pub closed_at_least_when_raised: bool,
}

/// What a status of the file means.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Status {
    stage: String,
    #[serde(default)]
    ending: Option<String>,
    #[serde(default)]
    rating: Option<u8>,
    /// What the last line of the history says; a template.
    #[serde(default)]
    pub note: Option<String>,
}

/// How a kind of theirs becomes a category of ours.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Categories {
    pub column: String,
    /// The code of the category of whatever fits no pattern.
    pub fallback: String,
    /// A pattern, where `*` stands for anything, and the code of a category; the first that fits.
    #[serde(default)]
    pub patterns: Vec<(String, String)>,
}

/// Where a request lies.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Areas {
    #[serde(default)]
    pub column: Option<String>,
    /// A value of the column and the code of an area.
    #[serde(default)]
    pub table: BTreeMap<String, String>,
    /// Whether values without a line in the table are spread over the communities.
    #[serde(default)]
    pub spread: bool,
    /// The code of the area of everything else.
    #[serde(default)]
    pub fallback: Option<String>,
}

/// Who did the work, or is to do it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Units {
    #[serde(default)]
    pub column: Option<String>,
    /// A value of the column and the code of a unit; `*` is for all others.
    #[serde(default)]
    pub table: BTreeMap<String, String>,
}

/// Where a request stands, as a status says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Raised,
    Accepted,
    Escalated,
    Dispatched,
    Handling,
    Resolved,
    Suspended,
    Confirmed(Rating),
    Unrated,
    Rejected,
    Merged,
    Withdrawn,
}

impl Fate {
    /// Whether it is over.
    pub fn is_closed(self) -> bool {
        use Fate::{Confirmed, Merged, Rejected, Unrated, Withdrawn};
        matches!(self, Confirmed(_) | Unrated | Rejected | Merged | Withdrawn)
    }
}

impl Mapping {
    /// Reads a mapping; what is wrong with it is told with its key.
    pub fn read(text: &str) -> Result<Self, String> {
        let mapping: Mapping = toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(1, |span| 1 + text[..span.start].matches('\n').count());
            format!("line {line}: {}", error.message())
        })?;
        mapping.zone()?;
        let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if mapping.name.is_empty() || !mapping.name.chars().all(is_plain) {
            return Err("name: letters, digits, - and _ only, at least one".to_owned());
        }
        if let Some(encoding) = &mapping.encoding
            && encoding_rs::Encoding::for_label(encoding.as_bytes()).is_none()
        {
            return Err(format!(
                "encoding: {encoding:?} is none; write utf-8, gb18030 or utf-16le"
            ));
        }
        for (name, status) in &mapping.statuses {
            status.fate().map_err(|told| format!("statuses.{name:?}: {told}"))?;
        }
        let areas = &mapping.areas;
        if areas.column.is_none() && (areas.spread || !areas.table.is_empty()) {
            return Err("areas.column: a table or a spread needs a column".to_owned());
        }
        if mapping.units.column.is_none() && !mapping.units.table.is_empty() {
            return Err("units.column: a table needs a column".to_owned());
        }
        mapping.check_optional()?;
        Ok(mapping)
    }

    /// Whether every column that may be missing is one that is read, and none that says what a
    /// request is: a misspelt name is not to pass for a column that nobody has.
    fn check_optional(&self) -> Result<(), String> {
        let Columns { source, kind, status, raised, .. } = &self.columns;
        let read = self.read_columns();
        for name in &self.optional {
            if !read.contains(&name.as_str()) {
                return Err(format!("optional: nothing is read from the column {name:?}"));
            }
            if [source, kind, status, raised, &self.categories.column].contains(&name) {
                return Err(format!("optional: without {name:?} nothing can be imported"));
            }
        }
        Ok(())
    }

    /// The zone of every time in the file.
    pub fn zone(&self) -> Result<TimeZone, String> {
        let told = |_| format!("zone: {:?} is no time zone, as America/New_York is", self.zone);
        TimeZone::get(&self.zone).map_err(told)
    }

    /// What a status means, and its particulars.
    #[must_use]
    pub fn status(&self, name: &str) -> Option<(Fate, &Status)> {
        let status = self.statuses.get(name).or_else(|| self.statuses.get("*"))?;
        Some((status.fate().ok()?, status))
    }

    /// The code of the category of a kind.
    #[must_use]
    pub fn category(&self, kind: &str) -> &str {
        let categories = &self.categories;
        let found = categories.patterns.iter().find(|(pattern, _)| fits(pattern, kind));
        found.map_or(&categories.fallback, |(_, code)| code)
    }

    /// Every column that the file must have.
    #[must_use]
    pub fn wanted(&self) -> Vec<&str> {
        let mut wanted = self.read_columns();
        wanted.retain(|name| !self.optional.iter().any(|optional| optional == name));
        wanted
    }

    /// Every column that something is read from.
    fn read_columns(&self) -> Vec<&str> {
        let columns = &self.columns;
        let mut wanted =
            vec![columns.source.as_str(), &columns.kind, &columns.status, &columns.raised];
        let optional = [&columns.closed, &columns.due, &columns.changed, &columns.original];
        wanted.extend(optional.into_iter().filter_map(|it| it.as_deref()));
        wanted.push(&self.categories.column);
        wanted.extend(self.areas.column.as_deref());
        wanted.extend(self.units.column.as_deref());
        let notes = self.statuses.values().filter_map(|status| status.note.as_deref());
        let templates = [columns.text.as_str(), &columns.place].into_iter().chain(notes);
        wanted.extend(templates.flat_map(named));
        wanted.extend(self.duplicates.iter().flatten().map(String::as_str));
        wanted.sort_unstable();
        wanted.dedup();
        wanted
    }
}

impl Status {
    fn fate(&self) -> Result<Fate, String> {
        if self.stage != "closed" && (self.ending.is_some() || self.rating.is_some()) {
            return Err("only what is closed has an ending or a rating".to_owned());
        }
        Ok(match (self.stage.as_str(), self.ending.as_deref(), self.rating) {
            ("raised", ..) => Fate::Raised,
            ("accepted", ..) => Fate::Accepted,
            ("escalated", ..) => Fate::Escalated,
            ("dispatched", ..) => Fate::Dispatched,
            ("handling", ..) => Fate::Handling,
            ("resolved", ..) => Fate::Resolved,
            ("suspended", ..) => Fate::Suspended,
            ("closed", Some("confirmed"), Some(rating)) => {
                Fate::Confirmed(Rating::new(rating).ok_or("a rating is 1 to 5")?)
            }
            ("closed", Some("confirmed"), None) => {
                return Err("ending = \"confirmed\" needs a rating from 1 to 5".to_owned());
            }
            ("closed", None | Some("unrated"), None) => Fate::Unrated,
            ("closed", Some("rejected"), None) => Fate::Rejected,
            ("closed", Some("merged"), None) => Fate::Merged,
            ("closed", Some("withdrawn"), None) => Fate::Withdrawn,
            ("closed", ..) => {
                let told = "ending is confirmed (with a rating), unrated, rejected, merged or \
                            withdrawn";
                return Err(told.to_owned());
            }
            (stage, ..) => return Err(format!("there is no stage {stage:?}")),
        })
    }
}

/// The columns that a template takes in.
pub fn named(template: &str) -> impl Iterator<Item = &str> {
    template.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name)
}

/// A template with its columns filled in.
pub fn filled<'a>(template: &str, value: impl Fn(&str) -> &'a str) -> String {
    let mut text = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let Some((name, later)) = after.split_once('}') else {
            text.push('{');
            rest = after;
            continue;
        };
        text.push_str(value(name));
        rest = later;
    }
    text.push_str(rest);
    text
}

/// Whether a pattern, where `*` stands for anything, fits all of a text; cases are alike.
fn fits(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.to_lowercase(), text.to_lowercase());
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else { return rest.is_empty() };
    for part in middle {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &str = r#"
        name = "small"
        zone = "Asia/Shanghai"
        columns = { source = "id", type = "kind", status = "s", text = "{kind}: {a}", raised = "r" }
        categories = { column = "kind", fallback = "other" }
        [statuses]
        Closed = { stage = "closed" }
    "#;

    #[test]
    fn what_is_wrong_is_told_with_its_key() {
        assert!(Mapping::read(SMALL).is_ok());
        for (good, bad, key) in [
            ("Asia/Shanghai", "Asia/Nowhere", "zone"),
            ("\"small\"", "\"a b\"", "name"),
            ("source = \"id\"", "sauce = \"id\"", "sauce"),
            ("\"closed\" }", "\"shut\" }", "statuses.\"Closed\""),
            ("\"closed\" }", "\"closed\", ending = \"confirmed\" }", "rating"),
            ("\"closed\" }", "\"raised\", ending = \"merged\" }", "ending"),
            (
                "fallback = \"other\" }",
                "fallback = \"other\" }\nareas = { spread = true }",
                "areas",
            ),
            ("zone =", "optional = [\"sauce\"]\nzone =", "sauce"),
            ("zone =", "optional = [\"id\"]\nzone =", "nothing can be imported"),
            ("zone =", "encoding = \"latin-9000\"\nzone =", "encoding"),
        ] {
            let told = Mapping::read(&SMALL.replace(good, bad)).unwrap_err();
            assert!(told.contains(key), "{bad}: {told}");
        }
    }

    #[test]
    fn a_pattern_fits_a_whole_text() {
        for (pattern, text, whether) in [
            ("SW-*", "SW-Dirty Alley", true),
            ("SW-*", "HCD-SW-Alley", false),
            ("*light*", "BGE-StLight(s) Out", true),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-b", false),
            ("exact", "Exact", true),
            ("exact", "exactly", false),
            ("*", "", true),
        ] {
            assert_eq!(fits(pattern, text), whether, "{pattern} {text}");
        }
    }

    #[test]
    fn a_template_takes_in_its_columns() {
        let value = |name: &str| if name == "a" { "1" } else { "2" };
        assert_eq!(filled("{a}: {b}{", value), "1: 2{");
        assert_eq!(named("{a}: {b} {c").collect::<Vec<_>>(), ["a", "b"]);
        let mapping = Mapping::read(SMALL).unwrap();
        assert_eq!(mapping.wanted(), ["a", "id", "kind", "r", "s"]);
    }
}
