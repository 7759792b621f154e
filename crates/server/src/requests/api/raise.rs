//! `POST /api/v1/requests`: somebody asks, with an account or without.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::answered;
use super::values::has_stale_token;
use crate::App;
use crate::error::Error;
use crate::requests;
use crate::web::fields::Program;
use crate::web::{Access, Routes, Visit};

/// What somebody asks for.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes the body; `Fields` reads it")]
struct NewRequest {
    /// The digits of a community, grid, micro-grid or building.
    #[schema(example = "3703230010280010103")]
    area: String,
    /// The code of a category, see `/categories`.
    #[schema(example = "sanitation")]
    category: String,
    /// 5 to 500 characters.
    #[schema(min_length = 5, max_length = 500, example = "三楼楼道里堆着装修垃圾")]
    text: String,
    /// Where exactly.
    #[schema(max_length = 100, example = "2单元3楼楼道")]
    place: Option<String>,
    /// The asker's name. With an account it is known, and read only with `for_other`.
    #[schema(max_length = 40)]
    name: Option<String>,
    /// The asker's mobile number; its last four digits open the request with the receipt code.
    #[schema(example = "10000000001")]
    phone: Option<String>,
    /// The caller writes for a neighbour: `name` is theirs.
    for_other: Option<bool>,
    /// With `for_other`: `counter`, `phone`, `paper` or `grid_worker`; left out, the post of the
    /// caller says it.
    #[schema(example = "counter")]
    channel: Option<String>,
}

/// A request just raised.
#[derive(Serialize, ToSchema)]
struct Raised {
    id: String,
    /// What people call it.
    #[schema(example = "FY-2026-00042")]
    number: String,
    /// Opens the request without an account, together with the end of the phone number.
    #[schema(example = "7K3M9QZX2A")]
    receipt_code: String,
    #[schema(example = "raised")]
    stage: String,
    version: i64,
}

pub(super) fn routes() -> Routes {
    Routes::new().api(Access::Everyone, routes!(raise))
}

/// Raise a request.
///
/// Nobody needs an account: the area says the street, and the receipt code opens the request later
/// (`POST /passes`). Photos are added afterwards.
#[utoipa::path(
    post, path = "/requests", tag = "requests", operation_id = "raise",
    request_body = NewRequest,
    responses((status = 201, description = "It is on record", body = Raised)),
)]
async fn raise(
    State(app): State<App>,
    visit: Visit,
    headers: HeaderMap,
    program: Program,
) -> Result<Response, Error> {
    // Who thinks they are signed in shall not find that they asked as a stranger.
    if has_stale_token(&visit.actor, &headers) {
        return Err(Error::SignedOut);
    }
    let Program { deed, fields } = program;
    let settings = app.settings(deed.street)?;
    let new = requests::read_new(&app, &settings, deed.caller, &fields)?;
    let work = move |tx: &mut db::Tx| requests::raise(tx, &settings, &deed, &new);
    let receipt = app.db.write(work).await?;
    Ok(answered(&app, StatusCode::CREATED, receipt))
}
