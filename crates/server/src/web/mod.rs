//! What all pages and programs share: who may call which route, the reader and their language, how
//! a request becomes typed values, and how an answer looks.

pub mod assets;
pub mod cookies;
pub mod docs;
pub mod fields;
pub mod headers;
pub mod page;
pub mod routes;
pub mod speak;
pub mod time;
pub mod uploads;
pub mod visit;
pub mod words;

pub use fields::{Fields, Form, Plain};
pub use page::{Html, Page};
pub use routes::{Access, Route, Routes};
pub use visit::Visit;

use std::str::FromStr;

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};

use crate::App;
use crate::error::Error;

/// The `{id}` of an address. An address that holds no such id leads nowhere.
pub struct Id<T>(pub T);

impl<T: FromStr + Send> FromRequestParts<App> for Id<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        segment(parts, app, "id").await.map(Self)
    }
}

/// The part of an address called `name`, as what it stands for.
pub async fn segment<T: FromStr>(parts: &mut Parts, app: &App, name: &str) -> Result<T, Error> {
    let path = RawPathParams::from_request_parts(parts, app).await.map_err(|_| Error::NotFound)?;
    let text = path.iter().find_map(|(known, text)| (known == name).then_some(text));
    text.and_then(|text| text.parse().ok()).ok_or(Error::NotFound)
}

/// Where a form leads when it was done: another page, which a reload does not send again.
#[must_use]
pub fn see_other(path: &str) -> Response {
    axum::response::Redirect::to(path).into_response()
}
