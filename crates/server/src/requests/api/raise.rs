//! `POST /api/v1/requests`: somebody asks, with an account or without.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use domain::actor::Caller;
use domain::id::RequestId;
use domain::phone::Phone;
use domain::requests::Text;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::values::has_stale_token;
use super::{answered, words};
use crate::error::{Error, Field};
use crate::requests::{self, New, NewAsker};
use crate::web::fields::Program;
use crate::web::words::Phrase;
use crate::web::{Access, Fields, Routes, Visit};
use crate::{App, chance};

/// The most characters of a person's name.
const NAME_LONGEST: usize = 40;
/// The most characters of a place: 3单元楼道，电梯口.
const PLACE_LONGEST: usize = 100;
/// Characters of a receipt code: fifty bits of chance.
const RECEIPT_LENGTH: usize = 10;

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
    let new = new(&app, deed.caller, &fields)?;
    let work = move |tx: &mut db::Tx| requests::raise(tx, &settings, &deed, &new);
    let receipt = app.db.write(work).await?;
    Ok(answered(&app, StatusCode::CREATED, receipt))
}

/// Reads who asks for what; all that is wrong is told at once.
fn new(app: &App, caller: Caller, fields: &Fields) -> Result<New, Error> {
    let mut wrong = Vec::new();
    let area = keep(&mut wrong, fields.parse("area", words::AREA_MISSING));
    let text = Text::new(fields.shown("text"))
        .map_err(|bad| Error::field("text", requests::bad_text(bad)));
    let text = keep(&mut wrong, text);
    let place = keep(&mut wrong, requests::line("place", fields.shown("place"), PLACE_LONGEST));
    let category = fields.get("category").map(|code| code.trim().to_owned());
    let category =
        category.ok_or_else(|| Error::field("category", requests::words::CATEGORY_UNKNOWN));
    let category = keep(&mut wrong, category);
    let asker = keep(&mut wrong, asker(caller, fields));
    match (area, text, place, category, asker) {
        (Some(area), Some(text), Some(place), Some(category), Some(asker)) => Ok(New {
            id: RequestId(app.new_id()),
            area,
            place,
            category,
            text,
            asker,
            photos: Vec::new(),
            receipt: chance::code(RECEIPT_LENGTH),
        }),
        _ => Err(Error::Invalid(wrong)),
    }
}

fn asker(caller: Caller, fields: &Fields) -> Result<NewAsker, Error> {
    let for_other = fields.is_on("for_other");
    if matches!(caller, Caller::Person(_)) && !for_other {
        return Ok(NewAsker::Myself);
    }
    let mut wrong = Vec::new();
    let name = keep(&mut wrong, requests::line("name", fields.shown("name"), NAME_LONGEST));
    if for_other && name.as_deref().is_some_and(str::is_empty) {
        wrong.push(field("name", words::NAME_MISSING));
    }
    let phone = match fields.get("phone") {
        None => None,
        Some(text) => {
            let phone = Phone::new(text);
            if phone.is_err() {
                wrong.push(field("phone", words::PHONE_UNREADABLE));
            }
            phone.ok()
        }
    };
    if wrong.is_empty() {
        Ok(NewAsker::Named { name: name.unwrap_or_default(), phone })
    } else {
        Err(Error::Invalid(wrong))
    }
}

/// The value, or its complaint among the others.
fn keep<T>(wrong: &mut Vec<Field>, read: Result<T, Error>) -> Option<T> {
    match read {
        Ok(value) => Some(value),
        Err(Error::Invalid(fields)) => {
            wrong.extend(fields);
            None
        }
        Err(_) => None,
    }
}

fn field(name: &'static str, reason: Phrase) -> Field {
    Field { name, reason: reason.into() }
}
