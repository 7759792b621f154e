//! The rules that hold: the four kinds, and the table of each.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::super::{Kind, Table, change, words};
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
    head: Vec<&'static str>,
    rows: Vec<Row>,
    may_change: bool,
    may_add: bool,
}

/// One rule in words.
struct Row {
    path: String,
    number: usize,
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
        head: columns.iter().map(|column| page.say(words::column(kind, column))).collect(),
        rows: (0..table.rows.len()).map(|row| told(&teller, &table, row, columns)).collect(),
        may_change: may_change(&visit),
        may_add: kind != Kind::Numbers,
        page,
    };
    Ok(Html(list).into_response())
}

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
        number: row + 1,
        cells: columns.iter().map(cell).collect(),
        is_below: !table.cell(row, "parent").is_empty(),
        is_retired: table.cell(row, "retired") == "1",
    }
}
