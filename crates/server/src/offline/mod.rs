//! Working without a network: what the script of those who walk their grid asks for, and the pages
//! that it fills or falls back to.

use askama::Template;
use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use domain::actor::Verb;
use serde::Serialize;

use crate::App;
use crate::web::page::Html;
use crate::web::{Access, Page, Routes, Visit, assets};

/// The addresses of this slice.
pub fn routes() -> Routes {
    Routes::new()
        .get(Access::Everyone, "/sw.js", keeper)
        .get(Access::Everyone, "/session-state", session_state)
        .get(Access::SignedIn, "/waiting", waiting)
        .get(Access::Everyone, "/offline", without)
}

/// The script that keeps pages for the time without a network. It has one address for ever, so
/// browsers ask each time whether it is still the same.
async fn keeper() -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (headers, assets::keeper()).into_response()
}

/// Whose session this is, and what its forms send back.
#[derive(Serialize)]
struct SessionState {
    /// The id of whoever is signed in; empty where nobody is.
    person: String,
    /// What forms of this session carry as `csrf`; empty without a session.
    csrf: String,
    /// Whether they have work in a grid, and so pages that are kept for them.
    works: bool,
}

/// A form that waited on a phone is sent with the proof of the session there is now. It stands in
/// every page of this session; of this answer, too, no other site can read a word.
async fn session_state(visit: Visit) -> Json<SessionState> {
    let person = visit.actor.person().map(|id| id.to_string()).unwrap_or_default();
    let works = visit.actor.may_somewhere(Verb::WorkInGrid);
    Json(SessionState { person, csrf: visit.form_secret, works })
}

#[derive(Template)]
#[template(path = "offline/waiting.html")]
struct Waiting {
    page: Page,
}

/// What waits on this phone. The server knows nothing of it: the script fills the page.
async fn waiting(State(app): State<App>, visit: Visit) -> Response {
    Html(Waiting { page: Page::new(&app, &visit, "/waiting") }).into_response()
}

#[derive(Template)]
#[template(path = "offline/without.html")]
struct Without {
    page: Page,
}

/// What is shown in place of a page that is not on the phone.
async fn without(State(app): State<App>, visit: Visit) -> Response {
    Html(Without { page: Page::new(&app, &visit, "/offline") }).into_response()
}
