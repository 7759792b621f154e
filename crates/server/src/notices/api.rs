//! What programs may call about notices: read them, and mark them as read.

use axum::Extension;
use axum::extract::{Request, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use domain::id::NoticeId;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::{Notice, Subjects, Told, inbox, words};
use crate::App;
use crate::error::Error;
use crate::receipts::Receipt;
use crate::web::fields::Program;
use crate::web::{Access, Fields, Id, Routes, Visit, time};

/// How many notices a page has where nobody says otherwise.
const LIMIT_USUAL: usize = 20;

/// One page of notices.
#[derive(Serialize, ToSchema)]
struct NoticeList {
    items: Vec<NoticeLine>,
    /// How many wait to be read; a hundred stands for more.
    unread: i64,
}

/// A notice.
#[derive(Serialize, ToSchema)]
struct NoticeLine {
    #[schema(example = "01K0S8V5T00G1")]
    id: String,
    /// The request that it is about; nothing where the reader may not see it any more.
    request: Option<String>,
    #[schema(example = "dispatched")]
    kind: String,
    /// `turn`, `progress`, `over`, `warning` or `supervision`.
    #[schema(example = "progress")]
    topic: &'static str,
    #[schema(example = "FY-2026-00042 · 环境卫生")]
    about: Option<String>,
    text: Option<String>,
    /// Where to read more.
    path: Option<String>,
    #[schema(format = DateTime)]
    at: String,
    #[schema(format = DateTime)]
    read_at: Option<String>,
}

/// What a mark came to.
#[derive(Serialize, ToSchema)]
struct NoticeRead {
    id: String,
}

/// How many were marked.
#[derive(Serialize, ToSchema)]
struct NoticesRead {
    read: i64,
}

/// Up to where all is read.
#[derive(Serialize, ToSchema)]
struct UpTo {
    /// The id of the newest notice that the reader has seen.
    #[schema(example = "01K0S8V5T00G1")]
    up_to: String,
}

pub(super) fn routes(subjects: Subjects) -> Routes {
    let (schemas, paths, list) = routes!(list);
    let list = (schemas, paths, list.layer(Extension(subjects)));
    Routes::new()
        .api(Access::SignedIn, list)
        .api(Access::SignedIn, routes!(read))
        .api(Access::SignedIn, routes!(read_all))
}

/// Read one's news.
///
/// The newest come first. The header `Link` with `rel="next"` leads to the next page.
#[utoipa::path(
    get, path = "/notices", tag = "notices", operation_id = "notices",
    params(
        ("after" = Option<String>, Query, description = "The id that ended the page before"),
        ("limit" = Option<u8>, Query, description = "1 to 50; 20 where nothing is said"),
    ),
    responses((status = 200, description = "One page", body = NoticeList)),
)]
async fn list(
    State(app): State<App>,
    visit: Visit,
    Extension(subjects): Extension<Subjects>,
    request: Request,
) -> Result<Response, Error> {
    let (street, person) = (visit.street()?, visit.actor.person().ok_or(Error::SignedOut)?);
    let (settings, lang, actor) = (app.settings(street)?, visit.lang, visit.actor.clone());
    let query = Fields::urlencoded(request.uri().query().unwrap_or_default());
    let after = query.get("after").map(|_| query.parse("after", words::AFTER_BAD)).transpose()?;
    let limit = query.get("limit").map(|_| query.parse("limit", words::LIMIT_BAD)).transpose()?;
    let limit = limit.unwrap_or(LIMIT_USUAL);
    if !(1..=inbox::LIMIT_MAX).contains(&limit) {
        return Err(Error::field("limit", words::LIMIT_BAD));
    }
    let known = settings.clone();
    let read = move |tx: &mut db::Tx| {
        let notices = inbox::list(tx, street, person, after, limit)?;
        let told = (subjects.tell)(tx, &known, &actor, lang, &notices)?;
        Ok::<_, Error>((notices, told, inbox::unread(tx, street, person)?))
    };
    let (notices, told, unread) = app.db.read(read).await?;
    let zone = &settings.calendar.zone;
    let line = |(notice, told): (&Notice, Option<Told>)| NoticeLine {
        id: notice.id.to_string(),
        request: told.as_ref().map(|_| notice.subject.to_string()),
        kind: notice.kind.clone(),
        topic: notice.topic.name(),
        about: told.as_ref().map(|told| told.about.clone()),
        text: told.as_ref().map(|told| told.text.clone()),
        path: told.map(|told| told.path),
        at: time::rfc3339(notice.at, zone),
        read_at: notice.read_at.map(|at| time::rfc3339(at, zone)),
    };
    let items = notices.iter().zip(told).map(line).collect();
    let body = serde_json::to_string(&NoticeList { items, unread: unread.count });
    let mut response = personal(body.map_err(|_| Error::Unreadable)?.into_response());
    if let Some(last) = notices.last().filter(|_| notices.len() == limit) {
        let next = format!("</api/v1/notices?limit={limit}&after={}>; rel=\"next\"", last.id);
        let next = next.parse().map_err(|_| Error::Unreadable)?;
        response.headers_mut().insert(header::LINK, next);
    }
    Ok(response)
}

/// Mark a notice as read.
#[utoipa::path(
    post, path = "/notices/{id}/reading", tag = "notices", operation_id = "read_notice",
    params(("id" = String, Path, description = "Its id")),
    responses((status = 200, description = "It is marked", body = NoticeRead)),
)]
async fn read(
    State(app): State<App>,
    visit: Visit,
    Id(id): Id<NoticeId>,
    program: Program,
) -> Result<Response, Error> {
    let person = visit.actor.person().ok_or(Error::SignedOut)?;
    let deed = program.deed;
    let receipt = app.db.write(move |tx| super::read(tx, &deed, person, id)).await?;
    Ok(answered(&app, receipt))
}

/// Mark all notices as read, up to one.
#[utoipa::path(
    post, path = "/notices/readings", tag = "notices", operation_id = "read_notices",
    request_body = UpTo,
    responses((status = 200, description = "They are marked", body = NoticesRead)),
)]
async fn read_all(
    State(app): State<App>,
    visit: Visit,
    program: Program,
) -> Result<Response, Error> {
    let person = visit.actor.person().ok_or(Error::SignedOut)?;
    let up_to = program.fields.parse("up_to", words::UP_TO_BAD)?;
    let deed = program.deed;
    let receipt = app.db.write(move |tx| super::read_all(tx, &deed, person, up_to)).await?;
    Ok(answered(&app, receipt))
}

fn answered(app: &App, receipt: Receipt) -> Response {
    app.changes.notify_waiters();
    let mut response = personal(receipt.answer.into_response());
    if receipt.replayed {
        let replayed = header::HeaderValue::from_static("true");
        response.headers_mut().insert("idempotent-replayed", replayed);
    }
    response
}

/// JSON that is meant for one reader, and kept by nobody on the way.
fn personal(mut response: Response) -> Response {
    let headers = response.headers_mut();
    let value = header::HeaderValue::from_static;
    headers.insert(header::CONTENT_TYPE, value("application/json"));
    headers.insert(header::CACHE_CONTROL, value("no-store"));
    response
}
