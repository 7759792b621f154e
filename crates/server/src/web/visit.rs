//! Somebody who looks around: who they are, in which street, in which language and size of letters.

use axum::extract::{FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use axum::response::{IntoResponse, Response};
use domain::actor::Actor;
use domain::area::Street;

use super::words::Lang;
use super::{cookies, see_other};
use crate::App;
use crate::error::Error;
use crate::identity::{self, Token};
use crate::notices::{self, Unread};

/// The cookie of a session.
pub const COOKIE: &str = "session";

/// One visit. Handlers take it as an argument.
#[derive(Clone, Debug)]
pub struct Visit {
    /// The street of the session; without one the only street that we serve, if there is but one.
    pub street: Option<Street>,
    pub actor: Actor,
    pub lang: Lang,
    /// 大字版: everything larger.
    pub large: bool,
    /// What forms of this session send back; empty without one.
    pub form_secret: String,
    /// Whether this is a program with a token in its header.
    pub program: bool,
    /// The news that wait for the reader, where this draws a page.
    pub unread: Unread,
    /// The session on record: its digest, and whether its use should be noted.
    session: Option<(String, bool)>,
}

impl Visit {
    /// Finds out who sent these headers. A token that is no more is as none.
    pub async fn of(app: &App, headers: &HeaderMap, program: bool) -> Result<Self, Error> {
        let token = if program { bearer(headers) } else { cookies::get(headers, COOKIE) };
        let token = token.and_then(Token::parse);
        let mut visit = Self {
            street: only(app),
            actor: Actor::nobody(),
            lang: Lang::of(headers),
            large: cookies::get(headers, "large") == Some("1"),
            form_secret: String::new(),
            program,
            unread: Unread::default(),
            session: None,
        };
        let Some(token) = token else { return Ok(visit) };
        let (now, asked) = (app.now(), token.clone());
        let has_bell = !program && draws_a_page(headers);
        let found = app.db.read(move |tx| {
            let Some(session) = identity::visit(tx, &asked, now)? else { return Ok(None) };
            let reader = session.actor.person().filter(|_| has_bell);
            let unread = reader.map(|reader| notices::unread(tx, session.street, reader));
            Ok::<_, Error>(Some((session, unread.transpose()?.unwrap_or_default())))
        });
        if let Some((session, unread)) = found.await? {
            visit.unread = unread;
            visit.street = Some(session.street);
            visit.actor = session.actor;
            visit.form_secret = token.form_secret();
            visit.session = Some((session.digest, session.stale));
        }
        Ok(visit)
    }

    /// A visit of which nothing is known but the language.
    #[must_use]
    pub fn nobody(lang: Lang) -> Self {
        Self {
            street: None,
            actor: Actor::nobody(),
            lang,
            large: false,
            form_secret: String::new(),
            program: false,
            unread: Unread::default(),
            session: None,
        }
    }

    /// The same visit in this street.
    #[must_use]
    pub fn in_street(&self, street: Street) -> Self {
        Self { street: Some(street), ..self.clone() }
    }

    /// The street of this visit; where there is none, there is nothing to see.
    pub fn street(&self) -> Result<Street, Error> {
        self.street.ok_or(Error::NotFound)
    }

    /// The digest of the session on record.
    #[must_use]
    pub fn session(&self) -> Option<&str> {
        self.session.as_ref().map(|(digest, _)| digest.as_str())
    }

    /// Somebody who must sign in first is led there and back again; others hear the error.
    #[must_use]
    pub fn refused(&self, request: &Request, error: Error) -> Response {
        let is_page = !self.program && request.method() == Method::GET;
        if is_page && matches!(error, Error::SignedOut) {
            let next = request.uri().path_and_query().map_or("/", |path| path.as_str());
            return see_other(&format!("/sign-in?next={}", escaped(next)));
        }
        error.into_response()
    }

    /// Notes now and then that the session is in use, so that staff stay signed in while they work.
    pub async fn note(&self, app: &App) {
        let (Some(street), Some((digest, true))) = (self.street, self.session.clone()) else {
            return;
        };
        let now = app.now();
        let noted = app.db.write(move |tx| identity::seen(tx, street, &digest, now)).await;
        if let Err(error) = noted {
            tracing::warn!(%error, "a sign of life was not noted");
        }
    }
}

impl FromRequestParts<App> for Visit {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Error> {
        parts.extensions.get::<Visit>().cloned().ok_or(Error::NotFound)
    }
}

/// A path as the value of a query: only what an address may hold goes in.
#[must_use]
pub fn escaped(text: &str) -> String {
    use std::fmt::Write;
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

/// Whether a browser asks for a page, and not for what a page loads beside itself.
fn draws_a_page(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    accept.is_none_or(|accept| accept.contains("text/html"))
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")
}

fn only(app: &App) -> Option<Street> {
    match app.streets()[..] {
        [street] => Some(street),
        _ => None,
    }
}
