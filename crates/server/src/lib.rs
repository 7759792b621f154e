//! The shell: HTTP, the records, the clock. One folder per slice; the rules are in `domain`.

mod app;
pub mod calendar;
pub mod chance;
pub mod clock;
pub mod error;
pub mod files;
pub mod grid;
pub mod history;
pub mod identity;
pub mod migrations;
pub mod receipts;
pub mod requests;
pub mod web;

pub use app::{App, Options, Settings};

use axum::Router;
use axum::extract::DefaultBodyLimit;
use utoipa::OpenApi;

use web::{Route, Routes, assets, docs, fields, speak};

#[derive(OpenApi)]
#[openapi(info(title = "Wuwei 五微", description = "What programs may call."))]
struct Description;

/// Every route of the site, with who may call it.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .and(assets::routes())
        .and(identity::routes())
        .and(grid::routes())
        .and(calendar::routes())
        .and(requests::routes())
}

/// The site, and its table of contents.
pub fn router(app: App) -> (Router, Vec<Route>) {
    let (router, table, openapi) = routes().build(&app, Description::openapi());
    let router = router
        .merge(docs::router(openapi, &table))
        .layer(DefaultBodyLimit::max(fields::FILES_MAX))
        .layer(axum::middleware::from_fn_with_state(app.clone(), speak::speak))
        .with_state(app);
    (router, table)
}
