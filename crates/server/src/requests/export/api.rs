//! `GET /api/v1/requests/export`: any list as a workbook or as CSV.

use axum::extract::{Request, State};
use axum::response::Response;
use domain::actor::Verb;
use utoipa_axum::routes;

use super::{Form, pages, words};
use crate::App;
use crate::error::Error;
use crate::requests::Wanted;
use crate::web::{Access, Fields, Routes, Visit};

/// Who takes lists out of the house: whoever reads requests as part of a post.
pub const TAKERS: Access = Access::Any(&[Verb::See, Verb::SeeMasked, Verb::AnswerForUnit]);

pub fn routes() -> Routes {
    Routes::new().api(TAKERS, routes!(export))
}

/// Export the requests that the reader may see.
///
/// Takes what `GET /requests` takes to narrow a list. Names and phones are always masked; of
/// requests that the reader may not read in full the place is left out and the text masked. Each
/// export is on record. More than 50,000 requests are refused.
#[utoipa::path(
    get, path = "/requests/export", tag = "requests", operation_id = "export",
    params(
        ("format" = String, Query, description = "`xlsx` or `csv`", example = "xlsx"),
        ("area" = Option<String>, Query, description = "Within this area"),
        ("stage" = Option<String>, Query, description = "At this stage; or `open`, or `late`"),
        ("q" = Option<String>, Query, description = "As `GET /requests`"),
        ("category" = Option<String>, Query, description = "The code of a category"),
        ("urgency" = Option<String>, Query, description = "How pressing"),
        ("from" = Option<String>, Query, description = "Raised on this day or later"),
        ("to" = Option<String>, Query, description = "Raised on this day or earlier"),
        ("channel" = Option<String>, Query, description = "The way it came"),
        ("rung" = Option<String>, Query, description = "Open, with its clock so far"),
        ("late" = Option<bool>, Query, description = "Only what is past its limit"),
        ("mine" = Option<bool>, Query, description = "Only what the reader asked for"),
    ),
    responses(
        (status = 200, description = "The file", body = Vec<u8>,
            content_type = "application/octet-stream"),
        (status = 409, description = "More than 50,000 requests: narrow the list"),
    ),
)]
async fn export(State(app): State<App>, visit: Visit, request: Request) -> Result<Response, Error> {
    let fields = Fields::urlencoded(request.uri().query().unwrap_or_default());
    let form = Form::named(fields.shown("format").trim());
    let form = form.ok_or_else(|| Error::field("format", words::FORM_UNKNOWN))?;
    pages::taken(app, &visit, &Wanted::of(&fields), form).await
}
