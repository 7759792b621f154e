//! Changing one rule: a form that keeps what was written, whatever happens meanwhile.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use db::Tx;
use domain::digits;

use super::super::{Draft, Fault, Kind, Preview, Table, change, check, trial, words};
use super::inputs::{self, Input};
use super::kind_of;
use super::say::Teller;
use crate::App;
use crate::app::Settings;
use crate::error::Error;
use crate::web::page::Html;
use crate::web::{Fields, Form, Page, Visit, see_other};

#[derive(Template)]
#[template(path = "requests/rules/pages/edit.html")]
struct Edit {
    page: Page,
    kind: &'static str,
    name: &'static str,
    /// The key of the row, or `new`.
    row: String,
    base: i64,
    key: String,
    inputs: Vec<Input>,
    note: String,
    note_error: String,
    /// What is wrong beside the fields.
    problems: Vec<String>,
    /// Somebody saved meanwhile: from which version to which.
    overtaken: Option<(i64, i64)>,
    preview: Option<Shown>,
    may_preview: bool,
    may_remove: bool,
}

/// What a draft would change, in words.
struct Shown {
    tried: usize,
    elsewhere: usize,
    moves: Vec<(String, String, usize)>,
}

impl Edit {
    fn is_new(&self) -> bool {
        self.row == "new"
    }

    fn is_wrong(&self) -> bool {
        !self.problems.is_empty()
            || !self.note_error.is_empty()
            || self.inputs.iter().any(|input| !input.error.is_empty())
    }
}

pub async fn form(
    State(app): State<App>,
    visit: Visit,
    Path((kind, row)): Path<(String, String)>,
) -> Result<Response, Error> {
    let (kind, street) = (kind_of(&kind)?, visit.street()?);
    let settings = app.settings(street)?;
    let (base, table) = app.db.read(move |tx| change::current(tx, street, kind)).await?;
    let place = table.find(&row);
    if place.is_none() && (row != "new" || kind == Kind::Numbers) {
        return Err(Error::NotFound);
    }
    let fields = inputs::fields_of(&table, place);
    Ok(Html(edit(&app, &visit, &settings, &Shape { kind, row, base, fields })).into_response())
}

/// What a form shows.
struct Shape {
    kind: Kind,
    row: String,
    base: i64,
    fields: Fields,
}

fn edit(app: &App, visit: &Visit, settings: &Settings, shape: &Shape) -> Edit {
    let Shape { kind, row, base, fields } = shape;
    let page = Page::new(app, visit, &format!("/office/rules/{}/{row}", kind.name()));
    let teller = Teller { settings, lang: visit.lang };
    Edit {
        kind: kind.name(),
        name: page.say(words::kind(*kind)),
        row: row.clone(),
        base: *base,
        key: fields.get("key").map_or_else(|| app.new_key(), str::to_owned),
        inputs: inputs::inputs(&teller, *kind, fields, row == "new"),
        note: fields.shown("note").to_owned(),
        note_error: String::new(),
        problems: Vec::new(),
        overtaken: None,
        preview: None,
        may_preview: *kind == Kind::Routing,
        may_remove: row != "new" && matches!(kind, Kind::Routing | Kind::Clocks),
        page,
    }
}

/// Takes the form: saves it, tries it, or takes the row away.
pub async fn save(
    State(app): State<App>,
    visit: Visit,
    Path(kind): Path<String>,
    form: Form,
) -> Result<Response, Error> {
    let kind = kind_of(&kind)?;
    let Form { deed, fields, .. } = form;
    let street = deed.street;
    let settings = app.settings(street)?;
    let (head, known) = app.db.read(move |tx| change::current(tx, street, kind)).await?;
    let row = fields.shown("row").to_owned();
    let (table, place) = drafted(&known, &row, &fields);
    let base = fields.shown("base").parse().unwrap_or(head);
    let mut shape = Shape { kind, row, base, fields };
    let faults = check::faults(&table, &known, &settings);
    if shape.fields.shown("act") == "preview" && faults.is_empty() {
        let preview = try_out(&app, &settings, &table).await?;
        // Whoever looks first has not done anything yet.
        shape.fields = shape.fields.with("key", app.new_key());
        let mut page = edit(&app, &visit, &settings, &shape);
        page.preview = Some(shown(&Teller { settings: &settings, lang: visit.lang }, &preview));
        return Ok(Html(page).into_response());
    }
    let draft = Draft { table, base, note: shape.fields.shown("note").to_owned() };
    let shared = settings.clone();
    let work = move |tx: &mut Tx| change::change(tx, &shared, &deed, &draft);
    match app.db.write(work).await {
        Ok(_) => {
            app.reload().await?;
            Ok(see_other(&format!("/office/rules/{}?saved=1", kind.name())))
        }
        Err(Error::Records(db::Error::Stale)) => overtaken(&app, &visit, shape).await,
        Err(error @ (Error::Invalid(_) | Error::Refused(_))) => {
            let page = edit(&app, &visit, &settings, &shape);
            Ok(refused(page, &error, &faults, place))
        }
        Err(error) => Err(error),
    }
}

/// The table as the form wants it, and where its row stands.
fn drafted(held: &Table, row: &str, fields: &Fields) -> (Table, Option<usize>) {
    let mut table = held.clone();
    let written = inputs::row_of(table.kind, fields);
    // Where somebody else changed this very row meanwhile, it is known by what it is about.
    let same = |other: &Vec<String>| table.kind.about(other) == table.kind.about(&written);
    let known = || table.rows.iter().position(same).filter(|_| row != "new");
    let place = table.find(row).or_else(known);
    if fields.shown("act") == "remove" {
        if let Some(place) = place {
            table.rows.remove(place);
        }
        return (table, None);
    }
    // Order is for categories alone: of other rules the more specific wins.
    let wanted = digits::read::<usize>(&digits::plain(fields.shown("position")));
    let wanted = wanted.filter(|_| table.kind == Kind::Categories);
    if let Some(place) = place {
        table.rows.remove(place);
    }
    let usual = place.unwrap_or(table.rows.len());
    let place = wanted.map_or(usual, |number| number.saturating_sub(1)).min(table.rows.len());
    table.rows.insert(place, written);
    (table, Some(place))
}

async fn try_out(app: &App, settings: &Arc<Settings>, table: &Table) -> Result<Preview, Error> {
    let (known, rules) = (settings.clone(), check::routing(table));
    app.db.read(move |tx| trial::preview(tx, &known, &rules)).await
}

fn shown(teller: &Teller<'_>, preview: &Preview) -> Shown {
    let moves = preview.moves.iter().take(10);
    Shown {
        tried: preview.tried,
        elsewhere: preview.elsewhere,
        moves: moves.map(|(from, to, n)| (teller.unit(from), teller.unit(to), *n)).collect(),
    }
}

/// The form again for whoever was not first: with what they wrote, over the version that holds now.
async fn overtaken(app: &App, visit: &Visit, mut shape: Shape) -> Result<Response, Error> {
    app.reload().await?;
    let (kind, street) = (shape.kind, visit.street()?);
    let settings = app.settings(street)?;
    let (head, _) = app.db.read(move |tx| change::current(tx, street, kind)).await?;
    let from = std::mem::replace(&mut shape.base, head);
    let mut page = edit(app, visit, &settings, &shape);
    page.overtaken = Some((from, head));
    Ok((StatusCode::CONFLICT, Html(page)).into_response())
}

/// The form again with what is wrong beside its fields.
fn refused(mut page: Edit, error: &Error, faults: &[Fault], place: Option<usize>) -> Response {
    let lang = page.page.lang;
    let (own, others): (Vec<&Fault>, Vec<&Fault>) =
        faults.iter().partition(|fault| Some(fault.row) == place);
    for fault in own {
        let reason = lang.tell(&fault.reason).to_owned();
        match page.inputs.iter_mut().find(|input| input.answers_for(fault.column)) {
            Some(input) => input.error = reason,
            None => page.problems.push(reason),
        }
    }
    if let Error::Invalid(fields) = error {
        let note = fields.iter().find(|field| field.name == "note");
        page.note_error = note.map_or_else(String::new, |it| lang.tell(&it.reason).to_owned());
    }
    if let Error::Refused(sentence) = error {
        page.problems.push(lang.tell(sentence).to_owned());
    }
    for fault in others {
        let (row, reason) = (fault.row + 1, lang.tell(&fault.reason));
        page.problems.push(match lang {
            crate::web::words::Lang::Zh => format!("第 {row} 行：{reason}"),
            crate::web::words::Lang::En => format!("Row {row}: {reason}"),
        });
    }
    (error.status(), Html(page)).into_response()
}
