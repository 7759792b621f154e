//! Turns an error into a sentence in its reader's language: a page for people, a problem document
//! (RFC 9457) for programs.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use askama::Template;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::page::{Html, Page, ShownAgain};
use super::visit::Visit;
use super::words::{Lang, Phrase};
use crate::App;
use crate::error::Error;

#[derive(Template)]
#[template(path = "web/refusal.html")]
struct Refusal {
    page: Page,
    status: u16,
    sentence: String,
    reasons: Vec<String>,
    back: bool,
}

/// Answers errors. It stands around all routes, and is the last to see an answer.
pub async fn speak(State(app): State<App>, request: Request, next: Next) -> Response {
    let lang = Lang::of(request.headers());
    let script = is_by_script(&request);
    let program = script || request.uri().path().starts_with("/api/");
    let here = request.uri().path().to_owned();
    // The pattern, not the path: a path may hold the secret of a one-time link.
    let route = request.extensions().get::<MatchedPath>().cloned();
    // Who reads is asked for only where there is something to say to them.
    let headers = (!program).then(|| request.headers().clone());
    let mut response = next.run(request).await;
    let error = response.extensions_mut().remove::<Arc<Error>>();
    let again = response.extensions_mut().remove::<ShownAgain>().filter(|_| script);
    let error = error.or(again.map(|again| again.0)).map_or_else(|| plain(&response), Some);
    let Some(error) = error else { return if script { done(response, lang) } else { response } };
    if let Error::Records(db::Error::Full) = *error {
        app.full_at.store(app.now().as_microsecond(), Ordering::Relaxed);
    }
    if is_for_the_operator(&error) {
        let route = route.as_ref().map_or("none", MatchedPath::as_str);
        tracing::error!(error = ?error, route, "a failure of ours");
    }
    let mut answer = match headers {
        None => problem(&error, lang),
        Some(headers) => {
            let visit = Visit::of(&app, &headers, false).await.ok();
            page(&app, visit, lang, &here, &error)
        }
    };
    *answer.status_mut() = error.status();
    let wait = match *error {
        Error::TooMany { seconds } => Some(seconds),
        _ if error.status() == StatusCode::SERVICE_UNAVAILABLE => Some(5),
        _ => None,
    };
    if let Some(seconds) = wait {
        answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    answer
}

/// Whether a form of a page was sent by our script, which asks for the fate of the form and not for
/// the next page. It is the same form, and all that is asked of forms is asked of it.
fn is_by_script(request: &Request) -> bool {
    let accepts = |headers: &HeaderMap| {
        let accepted = headers.get(header::ACCEPT).map(HeaderValue::as_bytes);
        accepted.is_some_and(|kinds| kinds.starts_with(b"application/json"))
    };
    let of_pages = !request.uri().path().starts_with("/api/");
    of_pages && *request.method() == Method::POST && accepts(request.headers())
}

/// To a script: that its form was carried out, and where the page leads that people would see. A
/// page in place of that is a question which people answer first, and nothing was done yet.
fn done(response: Response, lang: Lang) -> Response {
    const ASKS: Phrase = Phrase {
        zh: "还没有办成：要请您先看一看，附近是不是已经有人反映过同一件事。",
        en: "Not done yet: please look first whether somebody nearby has raised the same.",
    };
    let (mut parts, body) = response.into_parts();
    let Some(location) = parts.headers.remove(header::LOCATION) else {
        let kind = parts.headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
        if !kind.is_some_and(|kind| kind.starts_with(b"text/html")) {
            return Response::from_parts(parts, body);
        }
        let told = serde_json::json!({
            "type": "about:blank",
            "title": "Conflict",
            "status": 409,
            "detail": lang.say(ASKS),
            "code": "page_asks",
        });
        let kind = [(header::CONTENT_TYPE, "application/problem+json")];
        return (StatusCode::CONFLICT, kind, told.to_string()).into_response();
    };
    let location = location.to_str().unwrap_or_default();
    let told = serde_json::json!({ "done": true, "location": location });
    parts.status = StatusCode::OK;
    parts.headers.remove(header::CONTENT_LENGTH);
    let kind = HeaderValue::from_static("application/json");
    parts.headers.insert(header::CONTENT_TYPE, kind);
    Response::from_parts(parts, told.to_string().into())
}

/// Failures of ours, and troubles that go on until somebody does something about them.
fn is_for_the_operator(error: &Error) -> bool {
    use db::Error as D;
    error.status() == StatusCode::INTERNAL_SERVER_ERROR
        || matches!(error, Error::NoRoom)
        || matches!(error, Error::Records(D::Full | D::Stopped(_) | D::ResultUnknown(_)))
}

/// What axum itself refuses comes without a word of ours.
fn plain(response: &Response) -> Option<Arc<Error>> {
    let is_ours = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| !kind.as_bytes().starts_with(b"text/plain"));
    let error = match response.status() {
        _ if is_ours => return None,
        StatusCode::NOT_FOUND => Error::NotFound,
        StatusCode::METHOD_NOT_ALLOWED => Error::WrongMethod,
        StatusCode::PAYLOAD_TOO_LARGE => Error::TooLarge,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Error::WrongKind,
        StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY => Error::Unreadable,
        _ => return None,
    };
    Some(Arc::new(error))
}

fn page(app: &App, visit: Option<Visit>, lang: Lang, here: &str, error: &Error) -> Response {
    let visit = visit.unwrap_or_else(|| Visit::nobody(lang));
    let reasons = match error {
        Error::Invalid(fields) if fields.len() > 1 => {
            fields.iter().map(|field| lang.tell(&field.reason).to_owned()).collect()
        }
        _ => Vec::new(),
    };
    let sentence = lang.tell(&error.sentence()).to_owned();
    let status = error.status().as_u16();
    let back = !matches!(error, Error::NotFound | Error::SignedOut);
    Html(Refusal { page: Page::new(app, &visit, here), status, sentence, reasons, back })
        .into_response()
}

fn problem(error: &Error, lang: Lang) -> Response {
    let status = error.status();
    let mut document = serde_json::json!({
        "type": "about:blank",
        "title": status.canonical_reason().unwrap_or_default(),
        "status": status.as_u16(),
        "detail": lang.tell(&error.sentence()),
        "code": error.code(),
    });
    if let Error::Invalid(fields) = error {
        let errors = fields.iter().map(
            |field| serde_json::json!({ "field": field.name, "reason": lang.tell(&field.reason) }),
        );
        document["errors"] = errors.collect();
    }
    if let Error::Photo(_) = error {
        let reason = lang.tell(&error.sentence()).to_owned();
        document["errors"] = serde_json::json!([{ "field": "photos", "reason": reason }]);
    }
    if let Error::Request(refused) = error {
        document["choices"] = refused.choices.clone().into();
    }
    let kind = [(header::CONTENT_TYPE, "application/problem+json")];
    (kind, document.to_string()).into_response()
}
