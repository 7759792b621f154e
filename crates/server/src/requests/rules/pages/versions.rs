//! The versions of a kind of rules: the list, two side by side, and going back to an older one.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use db::Tx;
use serde::Deserialize;

use super::super::{Draft, Kind, Version, change, restored, words};
use super::difference::{self, Differing};
use super::say::Teller;
use super::{kind_of, may_change};
use crate::App;
use crate::app::Settings;
use crate::error::Error;
use crate::web::page::Html;
use crate::web::{Form, Page, Visit, see_other, time};

#[derive(Template)]
#[template(path = "requests/rules/pages/versions.html")]
struct Versions {
    page: Page,
    kind: &'static str,
    name: &'static str,
    lines: Vec<Line>,
}

/// One version on one line.
struct Line {
    version: i64,
    at: String,
    who: String,
    note: String,
}

pub async fn versions(
    State(app): State<App>,
    visit: Visit,
    Path(kind): Path<String>,
) -> Result<Response, Error> {
    let (kind, street) = (kind_of(&kind)?, visit.street()?);
    let settings = app.settings(street)?;
    let found = app.db.read(move |tx| super::super::versions(tx, street, kind)).await?;
    let page = Page::new(&app, &visit, &format!("/office/rules/{}/versions", kind.name()));
    let lines = found.iter().map(|version| line(&settings, &page, version)).collect();
    let name = page.say(words::kind(kind));
    Ok(Html(Versions { kind: kind.name(), name, lines, page }).into_response())
}

fn line(settings: &Settings, page: &Page, version: &Version) -> Line {
    Line {
        version: version.version,
        at: time::full(version.at, &settings.calendar.zone, page.lang),
        who: version.actor.map(|person| settings.staff_name(person)).unwrap_or_default(),
        note: note(page, version),
    }
}

/// What the program itself wrote down is told in the reader's language.
fn note(page: &Page, version: &Version) -> String {
    let own = [words::BEFORE, words::BEGINNING];
    let own = own.iter().find(|said| version.actor.is_none() && said.zh == version.note);
    own.map_or_else(|| version.note.clone(), |said| page.say(said).to_owned())
}

#[derive(Deserialize)]
pub struct Asked {
    against: Option<i64>,
}

#[derive(Template)]
#[template(path = "requests/rules/pages/version.html")]
struct Compared {
    page: Page,
    kind: &'static str,
    name: &'static str,
    line: Line,
    /// The older one; nought where there is none.
    against: i64,
    /// The one that holds.
    head: i64,
    differing: Vec<Differing>,
    may_restore: bool,
    key: String,
    note: String,
    error: String,
}

pub async fn version(
    State(app): State<App>,
    visit: Visit,
    Path((kind, number)): Path<(String, i64)>,
    Query(asked): Query<Asked>,
) -> Result<Response, Error> {
    let kind = kind_of(&kind)?;
    Ok(Html(compared(&app, &visit, kind, number, asked.against).await?).into_response())
}

async fn compared(
    app: &App,
    visit: &Visit,
    kind: Kind,
    number: i64,
    against: Option<i64>,
) -> Result<Compared, Error> {
    let street = visit.street()?;
    let settings = app.settings(street)?;
    let against = against.unwrap_or(number - 1);
    let read = move |tx: &mut Tx| {
        let (head, _) = change::current(tx, street, kind)?;
        let chosen = super::super::version(tx, street, kind, number)?;
        // The first has none before it.
        let other = match against {
            0 => None,
            against => Some(super::super::version(tx, street, kind, against)?),
        };
        Ok::<_, Error>((head, chosen, other))
    };
    let (head, chosen, other) = app.db.read(read).await?;
    let teller = Teller { settings: &settings, lang: visit.lang };
    let differing = match &other {
        Some(other) => difference::between(&teller, &other.table()?, &chosen.table()?),
        None => Vec::new(),
    };
    let page = Page::new(app, visit, &format!("/office/rules/{}/versions/{number}", kind.name()));
    Ok(Compared {
        kind: kind.name(),
        name: page.say(words::kind(kind)),
        line: line(&settings, &page, &chosen),
        against,
        head,
        differing,
        may_restore: number != head && may_change(visit),
        key: app.new_key(),
        note: String::new(),
        error: String::new(),
        page,
    })
}

/// Goes back to an older version, as a new one.
pub async fn restore(
    State(app): State<App>,
    visit: Visit,
    Path((kind, number)): Path<(String, i64)>,
    form: Form,
) -> Result<Response, Error> {
    let kind = kind_of(&kind)?;
    let Form { deed, fields, .. } = form;
    let settings = app.settings(deed.street)?;
    let note = fields.shown("note").to_owned();
    let base = fields.shown("base").parse().unwrap_or_default();
    let work = move |tx: &mut Tx| {
        let (_, held) = change::current(tx, deed.street, kind)?;
        let older = super::super::version(tx, deed.street, kind, number)?;
        let table = restored(older.table()?, &held);
        change::change(tx, &settings, &deed, &Draft { table, base, note: note.clone() })
    };
    match app.db.write(work).await {
        Ok(_) => {
            app.reload().await?;
            Ok(see_other(&format!("/office/rules/{}?saved=1", kind.name())))
        }
        Err(error @ (Error::Invalid(_) | Error::Refused(_) | Error::Records(db::Error::Stale))) => {
            let mut page = compared(&app, &visit, kind, number, None).await?;
            fields.shown("note").clone_into(&mut page.note);
            visit.lang.tell(&error.sentence()).clone_into(&mut page.error);
            let status: StatusCode = error.status();
            Ok((status, Html(page)).into_response())
        }
        Err(error) => Err(error),
    }
}
