//! `POST /api/v1/passes` and `…/adoption`: a receipt opens its request, and gives it to an account.

use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::Response;
use domain::actor::Caller;
use domain::area::{AreaCode, Street};
use domain::id::RequestId;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::answered;
use crate::App;
use crate::error::Error;
use crate::identity;
use crate::receipts::{self, Receipt};
use crate::requests;
use crate::web::fields::{self, Program};
use crate::web::{Access, Fields, Id, Routes, Visit};

/// What opens a request without an account.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes the body; `Fields` reads it")]
struct ReceiptShown {
    /// In any case, with or without blanks and hyphens.
    #[schema(example = "7K3M9QZX2A")]
    receipt_code: String,
    /// The last four digits of the phone number that was left; nothing where none was.
    #[schema(example = "0001")]
    phone_tail: Option<String>,
    /// The digits of any area of the street; needed where more than one street is served.
    area: Option<String>,
}

/// A pass just given.
#[derive(Serialize, ToSchema)]
struct Pass {
    /// For the header `Authorization: Bearer …`; it opens this one request, for 90 days.
    token: String,
    /// The id of the request.
    request: String,
}

/// Whether the account has got the request.
#[derive(Serialize, ToSchema)]
struct Adopted {
    id: String,
    /// False where it has an account already.
    adopted: bool,
}

pub(super) fn routes() -> Routes {
    Routes::new().api(Access::Everyone, routes!(open)).api(Access::SignedIn, routes!(adopt))
}

/// Open a request with its receipt.
///
/// After five tries of a receipt code the next one waits 15 minutes. It needs no `Idempotency-Key`:
/// a second pass harms nothing.
#[utoipa::path(
    post, path = "/passes", tag = "requests", operation_id = "open_pass",
    request_body = ReceiptShown,
    responses(
        (status = 201, description = "A pass", body = Pass),
        (status = 404, description = "Receipt code and phone do not open anything"),
        (status = 429, description = "Too many tries; see Retry-After"),
    ),
)]
async fn open(State(app): State<App>, visit: Visit, request: Request) -> Result<Response, Error> {
    let device = device(request.headers());
    let fields = json(request).await?;
    let street = street(&app, &visit, &fields)?;
    let id = tried(&app, street, &fields).await?;
    let now = app.now();
    let opened = app
        .db
        .write(move |tx| identity::open(tx, street, Caller::Pass(id), ("program", &device), now))
        .await?;
    let pass = Pass { token: opened.token.text(), request: id.to_string() };
    let mut response = super::json(&pass);
    *response.status_mut() = StatusCode::CREATED;
    Ok(response)
}

/// Give a request to one's own account.
///
/// Whoever is signed in shows the receipt.
#[utoipa::path(
    post, path = "/requests/{id}/adoption", tag = "requests", operation_id = "adopt",
    request_body = ReceiptShown,
    params(("id" = String, Path, description = "Its id")),
    responses((status = 200, description = "It is the account's", body = Adopted)),
)]
async fn adopt(
    State(app): State<App>,
    Id(id): Id<RequestId>,
    program: Program,
) -> Result<Response, Error> {
    let Program { deed, fields } = program;
    if tried(&app, deed.street, &fields).await? != id {
        return Err(Error::NotFound);
    }
    let Caller::Person(person) = deed.caller else { return Err(Error::SignedOut) };
    let work = move |tx: &mut db::Tx| {
        receipts::once(tx, &deed, |tx| {
            let adopted = requests::adopt(tx, deed.street, id, person, deed.at)?;
            let answer = Adopted { id: id.to_string(), adopted };
            let answer = serde_json::to_string(&answer).unwrap_or_default();
            Ok(Receipt { subject: id.0, version: 0, answer, replayed: false })
        })
    };
    let receipt = app.db.write(work).await?;
    Ok(answered(&app, StatusCode::OK, receipt))
}

/// The request that a receipt opens; whatever is wrong, the answer is the same.
async fn tried(app: &App, street: Street, fields: &Fields) -> Result<RequestId, Error> {
    let (code, tail) = (fields.shown("receipt_code"), fields.shown("phone_tail"));
    requests::opened_by(app, street, code, tail).await?.ok_or(Error::NotFound)
}

/// The street of the area, else of the visit.
fn street(app: &App, visit: &Visit, fields: &Fields) -> Result<Street, Error> {
    let area = fields.get("area").and_then(|area| area.trim().parse::<AreaCode>().ok());
    let street = area.and_then(AreaCode::street).or(visit.street).ok_or(Error::NotFound)?;
    app.settings(street).map(|_| street)
}

/// What the program calls itself, for the list of one's sessions.
fn device(headers: &axum::http::HeaderMap) -> String {
    let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
    agent.unwrap_or_default().chars().filter(|letter| !letter.is_control()).take(120).collect()
}

/// The fields of a JSON body that needs no key.
async fn json(request: Request) -> Result<Fields, Error> {
    let kind = request.headers().get(header::CONTENT_TYPE);
    if !kind.is_some_and(|kind| kind.as_bytes().starts_with(b"application/json")) {
        return Err(Error::WrongKind);
    }
    let body: Bytes = fields::whole(request, fields::TEXT_MAX).await?;
    Fields::json(&body)
}
