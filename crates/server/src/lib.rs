//! The shell: HTTP, the records, the clock. One folder per slice; the rules are in `domain`.

mod app;
pub mod calendar;
pub mod chance;
pub mod cli;
pub mod clock;
pub mod error;
pub mod files;
pub mod grid;
pub mod health;
pub mod history;
pub mod identity;
pub mod jobs;
pub mod migrations;
pub mod notices;
pub mod queue;
pub mod receipts;
pub mod requests;
pub mod seed;
pub mod web;

pub use app::{App, Options, Settings};

use std::any::Any;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::{CompressionLayer, CompressionLevel};
use tower_http::timeout::{RequestBodyTimeoutLayer, TimeoutLayer};
use utoipa::OpenApi;

use error::Error;
use web::{Route, Routes, assets, docs, fields, headers, speak};

/// Between two pieces of a body: a phone in a lift comes back within this time.
const BODY_IDLE: Duration = Duration::from_secs(15);
/// From the head of a request to the head of its answer: five photos over a slow line.
const ANSWER_WITHIN: Duration = Duration::from_mins(2);

#[derive(OpenApi)]
#[openapi(info(title = "Wuwei 五微", description = "What programs may call."))]
struct Description;

/// Every route of the site, with who may call it.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .and(assets::routes())
        .and(health::routes())
        .and(identity::routes(seed::street_defaults))
        .and(grid::routes())
        .and(calendar::routes(requests::followers()))
        .and(notices::routes(requests::SUBJECTS))
        .and(requests::routes())
}

/// The site, and its table of contents.
pub fn router(app: App) -> (Router, Vec<Route>) {
    let (router, table, openapi) = routes().build(&app, Description::openapi());
    let router = router
        .merge(docs::router(openapi, &table))
        .layer(DefaultBodyLimit::max(fields::FILES_MAX))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(RequestBodyTimeoutLayer::new(BODY_IDLE))
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, ANSWER_WITHIN))
        .layer(axum::middleware::from_fn_with_state(app.clone(), speak::speak))
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest))
        .layer(axum::middleware::from_fn(headers::add))
        .layer(axum::middleware::from_fn(health::count))
        .with_state(app);
    (router, table)
}

/// A panic in a handler is a failure of ours like any other; the log has its place.
fn panicked(_: Box<dyn Any + Send>) -> Response {
    Error::Records(db::Error::Panicked).into_response()
}
