//! The rules that hold: the four kinds, and the table of each.

use std::cmp::Reverse;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use domain::requests::order;
use serde::Deserialize;

use super::super::{Category, Kind, Table, change, check, words};
use super::say::Teller;
use super::{kind_of, may_change};
use crate::App;
use crate::error::Error;
use crate::web::page::Html;
use crate::web::words::Phrase;
use crate::web::{Page, Visit};

#[derive(Template)]
#[template(path = "requests/rules/pages/index.html")]
struct Index {
    page: Page,
    kinds: Vec<Entry>,
}

/// One kind of rules.
struct Entry {
    path: String,
    name: &'static str,
    about: &'static str,
    version: i64,
}

pub async fn index(State(app): State<App>, visit: Visit) -> Result<Response, Error> {
    let settings = app.settings(visit.street()?)?;
    let entry = |kind: Kind| Entry {
        path: format!("/office/rules/{}", kind.name()),
        name: visit.lang.say(words::kind(kind)),
        about: visit.lang.say(words::about(kind)),
        version: settings.rules.version(kind),
    };
    let kinds = Kind::ALL.into_iter().map(entry).collect();
    Ok(Html(Index { page: Page::new(&app, &visit, "/office/rules"), kinds }).into_response())
}

#[derive(Deserialize)]
pub struct Asked {
    saved: Option<String>,
}

#[derive(Template)]
#[template(path = "requests/rules/pages/list.html")]
struct List {
    page: Page,
    kind: &'static str,
    name: &'static str,
    about: &'static str,
    version: i64,
    /// What the number of a row is called.
    number: &'static str,
    head: Vec<&'static str>,
    rows: Vec<Row>,
    /// What somebody should look at again.
    warning: String,
    may_change: bool,
    may_add: bool,
}

/// One rule in words.
struct Row {
    /// Nothing for what is no rule of this table.
    path: String,
    number: String,
    cells: Vec<String>,
    /// It stands below another.
    is_below: bool,
    is_retired: bool,
}

pub async fn list(
    State(app): State<App>,
    visit: Visit,
    Path(kind): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Error> {
    let (kind, street) = (kind_of(&kind)?, visit.street()?);
    let settings = app.settings(street)?;
    let (version, table) = app.db.read(move |tx| change::current(tx, street, kind)).await?;
    let teller = Teller { settings: &settings, lang: visit.lang };
    let mut page = Page::new(&app, &visit, &format!("/office/rules/{}", kind.name()));
    if asked.saved.is_some() {
        page.done = page.say(SAVED);
    }
    let columns = columns(kind);
    let list = List {
        kind: kind.name(),
        name: page.say(words::kind(kind)),
        about: page.say(words::about(kind)),
        version,
        number: page.say(if kind == Kind::Routing { RULE_NUMBER } else { NUMBER }),
        head: columns.iter().map(|column| page.say(words::column(kind, column))).collect(),
        rows: rows(&teller, &table, columns),
        warning: Some(check::long(&table))
            .filter(|long| kind == Kind::Clocks && !long.is_empty())
            .map_or_else(String::new, |long| visit.lang.tell(&words::long(&long)).to_owned()),
        may_change: may_change(&visit),
        may_add: kind != Kind::Numbers,
        page,
    };
    Ok(Html(list).into_response())
}

const NUMBER: Phrase = Phrase { zh: "序号", en: "No." };
const RULE_NUMBER: Phrase = Phrase { zh: "规则号", en: "Rule" };

const SAVED: Phrase = Phrase {
    zh: "已保存为新的一版，从现在起有效；正在走的时限不变。",
    en: "Saved as a new version. It holds from now on; clocks that run stay as they are.",
};

/// The columns that a reader of the list needs.
fn columns(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Categories => &["name", "urgency", "unit", "opens", "closes"],
        Kind::Routing => &["category", "area", "unit"],
        Kind::Clocks => &["category", "area", "urgency", "limit", "term"],
        Kind::Numbers => &["name", "value"],
    }
}

/// The rows as a reader looks through them: rules of routing in the order in which they are tried,
/// with the usual units of categories where their turn comes.
fn rows(teller: &Teller<'_>, table: &Table, columns: &[&str]) -> Vec<Row> {
    if table.kind != Kind::Routing || table.rows.is_empty() {
        return (0..table.rows.len()).map(|row| told(teller, table, row, columns)).collect();
    }
    let known = &teller.settings.categories;
    let is_below =
        |code: &str| known.iter().any(|known| known.code == code && !known.parent.is_empty());
    let rules = check::routing(table);
    let mut found: Vec<((u32, u8), bool, Row)> = order(&rules, is_below)
        .into_iter()
        .map(|row| (rules[row].scope.rank(is_below), true, told(teller, table, row, columns)))
        .collect();
    for (nearness, is_below, what) in [(2, true, words::USUAL_BELOW), (1, false, words::USUAL_TOP)]
    {
        let has_unit = |it: &&Category| !it.unit.is_empty() && it.parent.is_empty() != is_below;
        if known.iter().any(|it| it.is_open() && has_unit(&it)) {
            let cells = [what, words::ANY_AREA, words::USUAL_UNIT];
            let cells = cells.iter().map(|cell| teller.lang.say(*cell).to_owned()).collect();
            let number = "–".to_owned();
            let row =
                Row { path: String::new(), number, cells, is_below: false, is_retired: false };
            found.push(((0, nearness), false, row));
        }
    }
    // Of those that are as near, what was written comes before what is usual.
    found.sort_by_key(|(rank, is_written, _)| Reverse((*rank, *is_written)));
    found.into_iter().map(|(.., row)| row).collect()
}

fn told(teller: &Teller<'_>, table: &Table, row: usize, columns: &[&str]) -> Row {
    let kind = table.kind;
    let cell = |column: &&str| {
        let text = table.cell(row, column);
        // What is kept in both languages is told in the reader's.
        let english = match *column {
            "name" => table.cell(row, "name_en"),
            "opens" => table.cell(row, "opens_en"),
            "closes" => table.cell(row, "closes_en"),
            _ => "",
        };
        match kind {
            Kind::Categories => teller.cell(kind, column, teller.lang.pick(text, english)),
            _ => teller.cell(kind, column, text),
        }
    };
    Row {
        path: format!("/office/rules/{}/{}", kind.name(), Table::key(&table.rows[row])),
        number: (row + 1).to_string(),
        cells: columns.iter().map(cell).collect(),
        is_below: !table.cell(row, "parent").is_empty(),
        is_retired: table.cell(row, "retired") == "1",
    }
}
