//! A request on paper: the receipt of whoever raised it, and the sheet that goes around.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::id::RequestId;

use super::show::{Matter, matter, see};
use super::view::{self, DueView, Eye, Status, Step};
use crate::App;
use crate::error::Error;
use crate::requests::{self, Seen};
use crate::web::page::Html;
use crate::web::{Id, Page, Visit};

#[derive(Template)]
#[template(path = "requests/pages/receipt.html")]
struct ReceiptPage {
    page: Page,
    seen: Seen,
    matter: Matter,
    due: Option<DueView>,
    code: String,
}

/// What somebody gets who has raised a request: its number, its code, and what comes next.
pub async fn receipt(
    State(app): State<App>,
    visit: Visit,
    Id(id): Id<RequestId>,
) -> Result<Response, Error> {
    let settings = app.settings(visit.street()?)?;
    let (actor, now) = (visit.actor.clone(), app.now());
    let known = settings.clone();
    let seen = app.db.read(move |tx| requests::show_receipt(tx, &known, &actor, id, now)).await?;
    let eye = Eye { settings: &settings, lang: visit.lang, now: app.now() };
    let page = Page::new(&app, &visit, &format!("/requests/{id}/receipt"));
    let due = seen.record.request.due.map(|due| eye.due(due.at));
    let code = seen.record.receipt.clone();
    let code = code.get(..5).zip(code.get(5..)).map_or(code.clone(), |(a, b)| format!("{a}-{b}"));
    let matter = matter(&eye, &seen);
    Ok(Html(ReceiptPage { page, seen, matter, due, code }).into_response())
}

#[derive(Template)]
#[template(path = "requests/pages/print.html")]
struct Print {
    page: Page,
    seen: Seen,
    matter: Matter,
    status: Status,
    steps: Vec<Step>,
}

/// The request on paper.
pub async fn print(
    State(app): State<App>,
    visit: Visit,
    Id(id): Id<RequestId>,
) -> Result<Response, Error> {
    let settings = app.settings(visit.street()?)?;
    let seen = see(&app, &visit, id).await?;
    let eye = Eye { settings: &settings, lang: visit.lang, now: app.now() };
    let page = Page::new(&app, &visit, &format!("/requests/{id}/print"));
    let (status, steps) = (eye.seen_status(&seen), eye.steps(&seen));
    let matter = matter(&eye, &seen);
    Ok(Html(Print { page, seen, matter, status, steps }).into_response())
}
