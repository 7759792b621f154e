//! Cells of rules as people read them: names for codes, words for terms.

use domain::area::AreaCode;
use domain::requests::{Limit, Number, Urgency};

use super::super::{Kind, Table, words};
use crate::app::Settings;
use crate::requests::words::term;
use crate::web::words::Lang;

/// What a reader needs to be told a cell.
#[derive(Clone, Copy)]
pub struct Teller<'a> {
    pub settings: &'a Settings,
    pub lang: Lang,
}

impl Teller<'_> {
    /// A cell in words; a rule for everything says so.
    pub fn cell(&self, kind: Kind, column: &str, text: &str) -> String {
        let lang = self.lang;
        match column {
            "category" if text.is_empty() => lang.say(words::ANY_CATEGORY).to_owned(),
            "area" if text.is_empty() => lang.say(words::ANY_AREA).to_owned(),
            "urgency" if text.is_empty() => lang.say(words::ANY_URGENCY).to_owned(),
            _ if text.is_empty() => String::new(),
            "category" | "parent" => self.category(text),
            "area" => text.parse().map_or_else(|_| text.to_owned(), |area| self.area(area)),
            "unit" => self.unit(text),
            "urgency" => Urgency::named(text)
                .map_or_else(|| text.to_owned(), |it| lang.say(words::urgency(it)).to_owned()),
            "limit" => Limit::named(text)
                .map_or_else(|| text.to_owned(), |it| lang.say(words::limit(it)).to_owned()),
            "term" => {
                text.parse().map_or_else(|_| text.to_owned(), |it| term(it, lang).trim().to_owned())
            }
            "name" if kind == Kind::Numbers => Number::named(text)
                .map_or_else(|| text.to_owned(), |it| lang.say(words::number(it)).to_owned()),
            "retired" => lang.say(words::column(kind, "retired")).to_owned(),
            _ => text.to_owned(),
        }
    }

    /// The name of a category, with what stands above it.
    pub fn category(&self, code: &str) -> String {
        let known = self.settings.category(code);
        known.map_or_else(|| code.to_owned(), |it| self.settings.category_name(it, self.lang))
    }

    pub fn area(&self, area: AreaCode) -> String {
        match self.settings.whole_name(area, self.lang) {
            name if name.is_empty() => area.to_string(),
            name => name,
        }
    }

    pub fn unit(&self, code: &str) -> String {
        let known = self.settings.units.iter().find(|unit| unit.code == code);
        known.map_or(code, |unit| self.lang.pick(&unit.name, &unit.name_en)).to_owned()
    }

    /// A whole row as one line, for headings.
    pub fn row(&self, table: &Table, row: usize) -> String {
        let cell = |column| self.cell(table.kind, column, table.cell(row, column));
        let parts = match table.kind {
            Kind::Categories => {
                let name = self.lang.pick(table.cell(row, "name"), table.cell(row, "name_en"));
                vec![name.to_owned()]
            }
            Kind::Routing => vec![cell("category"), cell("area")],
            Kind::Clocks => {
                vec![cell("category"), cell("area"), cell("urgency"), cell("limit")]
            }
            Kind::Numbers => vec![cell("name")],
        };
        parts.join(" · ")
    }
}
