//! What programs may call about requests: raise, list, read, act, photos, passes.

mod deadline;
mod list;
mod nouns;
mod passes;
mod photos;
mod raise;
mod show;
pub(super) mod values;
mod words;

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::App;
use crate::receipts::Receipt;
use crate::web::Routes;

/// The addresses of this slice for programs, and those of photos for pages.
pub(super) fn routes() -> Routes {
    Routes::new()
        .and(raise::routes())
        .and(list::routes())
        .and(show::routes())
        .and(deadline::routes())
        .and(nouns::routes())
        .and(photos::routes())
        .and(passes::routes())
}

/// What a deed came to, byte for byte as it was answered the first time; open pages hear of it.
pub(super) fn answered(app: &App, status: StatusCode, receipt: Receipt) -> Response {
    if !receipt.replayed {
        app.changes.notify_waiters();
    }
    let mut response = personal((status, receipt.answer).into_response());
    if receipt.replayed {
        let replayed = header::HeaderValue::from_static("true");
        response.headers_mut().insert("idempotent-replayed", replayed);
    }
    response
}

/// JSON that is meant for one reader, and kept by nobody on the way.
pub(super) fn json(body: &impl serde::Serialize) -> Response {
    let text = serde_json::to_vec(body).expect("our own values have text keys and finite numbers");
    personal(text.into_response())
}

fn personal(mut response: Response) -> Response {
    let headers = response.headers_mut();
    let value = header::HeaderValue::from_static;
    headers.insert(header::CONTENT_TYPE, value("application/json"));
    headers.insert(header::CACHE_CONTROL, value("no-store"));
    response
}
