//! The description of the interface: what the routes say of themselves, completed with what holds
//! for all of them, and pages to browse it.

use axum::Router;
use axum::http::{HeaderValue, Method, header};
use axum::routing::get;
use serde_json::{Value, json};
use utoipa::openapi::OpenApi;
use utoipa_swagger_ui::{Config, SwaggerUi};

use super::routes::{Access, Route};
use crate::App;

/// Where the description lies.
pub const ADDRESS: &str = "/api/v1/openapi.json";
/// POSTs that may be sent twice without harm, and so take no key.
pub const KEYLESS: [&str; 2] = ["/api/v1/sessions", "/api/v1/passes"];

/// The pages at `/api/docs` bring their own script and style, from here and from nowhere else.
const CONTENT_POLICY: &str = "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; \
     frame-ancestors 'none'";

/// The description, and the pages to browse it.
pub fn router(description: OpenApi, table: &[Route]) -> Router<App> {
    let text = complete(description, table).to_string();
    let kind = [(header::CONTENT_TYPE, "application/json")];
    let pages: Router<App> = SwaggerUi::new("/api/docs").config(Config::from(ADDRESS)).into();
    let pages = pages.layer(axum::middleware::map_response(
        |mut response: axum::response::Response| async move {
            let policy = HeaderValue::from_static(CONTENT_POLICY);
            response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
            response
        },
    ));
    Router::new().route(ADDRESS, get(move || async move { (kind, text) })).merge(pages)
}

/// Adds to every operation who may call it, the key that it needs, and how it refuses.
fn complete(description: OpenApi, table: &[Route]) -> Value {
    let described = serde_json::to_value(description);
    let mut document = described.expect("a description has text keys and finite numbers");
    document["openapi"] = "3.1.0".into();
    for route in table {
        let method = route.method.as_str().to_ascii_lowercase();
        let operation = document["paths"].get_mut(&route.path).and_then(|it| it.get_mut(method));
        if let Some(operation) = operation {
            finish(operation, route);
        }
    }
    document["components"]["securitySchemes"] = json!({ "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "The token that `POST /sessions` or `POST /passes` answered.",
    } });
    document["components"]["schemas"]["Problem"] = problem();
    document
}

fn finish(operation: &mut Value, route: &Route) {
    let is_post = route.method == Method::POST;
    let has_key = is_post && !KEYLESS.contains(&route.path.as_str());
    operation["security"] = match route.access {
        Access::Everyone => json!([{}, { "token": [] }]),
        _ => json!([{ "token": [] }]),
    };
    if has_key {
        add_key(operation);
    }
    for (status, means) in refusals(route, is_post, has_key) {
        if operation["responses"].get(status).is_none() {
            operation["responses"][status] = json!({ "description": means });
        }
    }
    let responses = operation["responses"].as_object_mut();
    for (status, response) in responses.into_iter().flatten() {
        if status.as_str() >= "400" {
            response["content"] = json!({ "application/problem+json": {
                "schema": { "$ref": "#/components/schemas/Problem" },
            } });
        }
    }
}

/// How a route may refuse, beyond what it says of itself.
fn refusals(
    route: &Route,
    is_post: bool,
    has_key: bool,
) -> impl Iterator<Item = (&'static str, &'static str)> {
    let is_open = route.access == Access::Everyone;
    let names_a_thing = route.path.contains('{');
    [
        (is_post, "400", "The body cannot be read, or did not arrive whole; nothing was done"),
        (!is_open, "401", "Nobody is signed in, or the session has ended"),
        (!is_open, "403", "It may be seen, but is for somebody else to do"),
        (true, "404", "There is nothing here, or it is not the caller's to see"),
        (has_key && names_a_thing, "409", "Out of turn, or somebody was first; see `choices`"),
        (is_post, "413", "The body is too large"),
        (is_post, "415", "The body is of another kind"),
        (
            is_post || !names_a_thing,
            "422",
            "Fields make no sense, or the key was used; see `errors`",
        ),
        (is_post, "503", "Not just now; see `Retry-After`, and send it again with the same key"),
    ]
    .into_iter()
    .filter_map(|(holds, status, means)| holds.then_some((status, means)))
}

fn add_key(operation: &mut Value) {
    let key = json!({
        "name": "Idempotency-Key",
        "in": "header",
        "required": true,
        "description": "Fresh for every deed. The same key with the same body gets the first \
            answer again, with `Idempotent-Replayed: true`; with another body, 422.",
        "schema": { "type": "string", "minLength": 8, "maxLength": 64 },
        "example": "b7c1f3e0-raise-1",
    });
    if let Some(parameters) = operation.get_mut("parameters").and_then(Value::as_array_mut) {
        parameters.retain(|parameter| parameter["name"] != "Idempotency-Key");
        parameters.push(key);
    } else {
        operation["parameters"] = json!([key]);
    }
    for (status, response) in operation["responses"].as_object_mut().into_iter().flatten() {
        if status.starts_with('2') {
            response["headers"]["Idempotent-Replayed"] = json!({
                "description": "`true` where this is the first answer, given again",
                "schema": { "type": "string" },
            });
        }
    }
}

/// RFC 9457, with a name for programs and what can be done instead.
fn problem() -> Value {
    json!({
        "type": "object",
        "description": "A refusal (RFC 9457), in a sentence that its reader can act on.",
        "required": ["type", "title", "status", "detail", "code"],
        "properties": {
            "type": { "type": "string" },
            "title": { "type": "string" },
            "status": { "type": "integer" },
            "detail": { "type": "string" },
            "code": { "type": "string", "description": "A name of this refusal for programs." },
            "errors": { "type": "array", "items": {
                "type": "object",
                "required": ["field", "reason"],
                "properties": {
                    "field": { "type": "string" },
                    "reason": { "type": "string" },
                },
            } },
            "choices": {
                "type": "array",
                "items": { "type": "string" },
                "description": "With 409: the nouns that the caller may post now.",
            },
        },
        "example": {
            "type": "about:blank",
            "title": "Conflict",
            "status": 409,
            "detail": "诉求现在是“已接单”，不能“派单”。现在可以：现场解决、上报。",
            "code": "out_of_turn",
            "choices": ["resolution", "escalation"],
        },
    })
}
