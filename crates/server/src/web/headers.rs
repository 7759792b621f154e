//! What every answer says about itself, so that browsers run nothing of others and keep nothing
//! that is somebody's own.

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

/// Ours alone, nothing within the page: a text that slips through as markup runs nothing.
const POLICY: &str = "default-src 'self'; img-src 'self' blob: data:; style-src 'self'; \
    script-src 'self'; frame-ancestors 'none'; form-action 'self'; base-uri 'none'";
/// The browsable description of the interface brings its own styles.
const DOCS: &str = "/api/docs";

/// Puts them on the answer, where the answer has none of its own.
pub async fn add(request: Request, next: Next) -> Response {
    let is_docs = request.uri().path().starts_with(DOCS);
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let mut add = |name: HeaderName, value| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    if !is_docs {
        add(header::CONTENT_SECURITY_POLICY, POLICY);
    }
    add(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    add(header::REFERRER_POLICY, "same-origin");
    // Assets say for themselves how long they last; all else may be somebody's own.
    add(header::CACHE_CONTROL, "no-store");
    response
}
