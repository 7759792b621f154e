//! The list of those who are to be called back.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use domain::actor::Verb;
use domain::id::RequestId;
use domain::requests::Stage;

use super::to_call;
use crate::App;
use crate::error::Error;
use crate::requests::Record;
use crate::requests::pages::Done;
use crate::requests::pages::view::{Eye, Status, title};
use crate::web::page::Html;
use crate::web::{Access, Page, Routes, Visit, time};

/// Who has a desk.
const DESKS: &[Verb] = &[Verb::WorkAtCommunityDesk, Verb::WorkAtStreetDesk];

pub fn routes() -> Routes {
    Routes::new().get(Access::Any(DESKS), "/callbacks", list)
}

#[derive(Template)]
#[template(path = "requests/callbacks/callbacks.html")]
struct Callbacks {
    page: Page,
    items: Vec<Item>,
}

/// One request whose asker is to be called.
struct Item {
    id: RequestId,
    number: String,
    title: String,
    place: String,
    status: Status,
    /// Who did the work.
    handler: String,
    /// When it was reported as done, or closed.
    at: String,
    tries: u8,
    has_phone: bool,
}

/// Whom to call back, the longest waiting first.
async fn list(
    State(app): State<App>,
    visit: Visit,
    Query(done): Query<Done>,
) -> Result<Response, Error> {
    let settings = app.settings(visit.street()?)?;
    let (known, actor, now) = (settings.clone(), visit.actor.clone(), app.now());
    let found = app.db.read(move |tx| to_call(tx, &known, &actor, now)).await?;
    let eye = Eye { settings: &settings, lang: visit.lang, now };
    let items = found.iter().map(|record| item(&eye, record)).collect();
    let mut page = Page::new(&app, &visit, "/callbacks");
    done.say_on(&mut page);
    Ok(Html(Callbacks { page, items }).into_response())
}

fn item(eye: &Eye<'_>, record: &Record) -> Item {
    let request = &record.request;
    let (ending, by) = match request.stage {
        Stage::Closed { ending, by, .. } => (Some(ending.name()), by),
        Stage::Resolved { by, .. } => (None, Some(by)),
        _ => (None, None),
    };
    Item {
        id: request.id,
        number: record.number.clone(),
        title: title(&record.text),
        place: eye.place(request.area, &record.place),
        status: eye.status(request.stage.name(), ending, false, false),
        handler: by.map(|by| eye.handler(by)).unwrap_or_default(),
        at: time::near(request.since, eye.now, &eye.settings.calendar.zone, eye.lang),
        tries: request.calls,
        has_phone: !record.asker_phone.is_empty(),
    }
}
