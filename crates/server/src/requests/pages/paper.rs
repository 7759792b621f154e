//! A request on paper: the receipt of whoever raised it, and the sheet that goes around.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use domain::id::RequestId;
use serde::Deserialize;

use super::plates;
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
    /// `a5`, or `58` for the roll of a small printer, 58 mm wide.
    size: &'static str,
    /// A drawing of squares that opens the form for following, with the code filled in.
    squares: String,
}

#[derive(Deserialize)]
pub struct Paper {
    size: Option<String>,
}

/// What somebody gets who has raised a request: its number, its code, and what comes next.
pub async fn receipt(
    State(app): State<App>,
    visit: Visit,
    Id(id): Id<RequestId>,
    Query(paper): Query<Paper>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let size = if paper.size.as_deref() == Some("58") { "58" } else { "a5" };
    let settings = app.settings(visit.street()?)?;
    let (actor, now) = (visit.actor.clone(), app.now());
    let known = settings.clone();
    let seen = app.db.read(move |tx| requests::show_receipt(tx, &known, &actor, id, now)).await?;
    let eye = Eye { settings: &settings, lang: visit.lang, now: app.now() };
    let page = Page::new(&app, &visit, &format!("/requests/{id}/receipt"));
    let due = seen.record.request.due.map(|due| eye.due(due.at));
    let code = seen.record.receipt.clone();
    let code = code.get(..5).zip(code.get(5..)).map_or(code.clone(), |(a, b)| format!("{a}-{b}"));
    let squares = match code.as_str() {
        "" => String::new(),
        code => plates::squares(&format!("{}/follow?code={code}", plates::base(&app, &headers)))?,
    };
    let matter = matter(&eye, &seen);
    Ok(Html(ReceiptPage { page, seen, matter, due, code, size, squares }).into_response())
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
