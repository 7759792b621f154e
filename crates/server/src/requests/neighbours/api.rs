//! `/api/v1/requests/{id}/supporters`: a request as a neighbour may see it, to join or to leave.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::id::RequestId;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::pages::phone;
use super::{join, leave, look, words};
use crate::App;
use crate::error::Error;
use crate::requests::api::values::{At, Shown};
use crate::requests::api::{answered, json};
use crate::web::fields::Program;
use crate::web::{Access, Id, Routes, Visit};

/// Who joins.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes the body; `Fields` reads it")]
struct Joining {
    /// The mobile number of somebody without an account; left out, it is the caller who joins.
    #[schema(example = "10000000001")]
    phone: Option<String>,
    /// The digits of any area of the street; needed by somebody without a session where more than
    /// one street is served.
    area: Option<String>,
}

/// What came of it.
#[derive(Serialize, ToSchema)]
struct Support {
    /// The request that was joined: where the one asked for was merged, the one it goes on in.
    id: String,
    joined: bool,
    /// How many neighbours there are now; left out for whoever has no account, so that it tells
    /// nobody whose phone was there already.
    #[serde(skip_serializing_if = "Option::is_none")]
    supporters: Option<i64>,
}

/// A request as a neighbour may see it.
#[derive(Serialize, ToSchema)]
struct NeighbourAnswer<'a> {
    #[schema(value_type = String, example = "01K0S8V5T00G1")]
    id: Shown<RequestId>,
    category: &'a str,
    category_name: &'a str,
    area_name: String,
    #[schema(example = "handling")]
    stage: &'static str,
    #[schema(value_type = Option<String>, format = DateTime)]
    due_at: Option<At<'a>>,
    /// How it stands and until when, in general words.
    sentence: String,
    supporters: i64,
    /// Whether the reader has joined it.
    joined: bool,
}

pub fn routes() -> Routes {
    Routes::new()
        .api(Access::Everyone, routes!(add))
        .api(Access::SignedIn, routes!(remove))
        .api(Access::SignedIn, routes!(show))
}

/// Join a request: me too.
#[utoipa::path(
    post, path = "/requests/{id}/supporters", tag = "requests", operation_id = "support",
    params(("id" = String, Path, description = "Its id")),
    request_body = Joining,
    responses((status = 200, description = "Who joined is told its news", body = Support)),
)]
async fn add(
    State(app): State<App>,
    Id(id): Id<RequestId>,
    program: Program,
) -> Result<Response, Error> {
    let Program { deed, fields } = program;
    let phone = phone(&app, deed.street, &fields).await?;
    let receipt = app.db.write(move |tx| join(tx, &deed, id, phone.as_ref())).await?;
    Ok(answered(&app, StatusCode::OK, receipt))
}

/// Leave a request that one has joined.
#[utoipa::path(
    delete, path = "/requests/{id}/supporters", tag = "requests", operation_id = "leave",
    params(("id" = String, Path, description = "Its id")),
    responses((status = 200, description = "It is as if they never joined", body = Support)),
)]
async fn remove(
    State(app): State<App>,
    Id(id): Id<RequestId>,
    program: Program,
) -> Result<Response, Error> {
    let deed = program.deed;
    let receipt = app.db.write(move |tx| leave(tx, &deed, id, None)).await?;
    Ok(answered(&app, StatusCode::OK, receipt))
}

/// Read a request as a neighbour may: without its words, its door, names and photos.
#[utoipa::path(
    get, path = "/requests/{id}/supporters", tag = "requests", operation_id = "show_neighbour",
    params(("id" = String, Path, description = "Its id")),
    responses((status = 200, description = "How it stands", body = NeighbourAnswer)),
)]
async fn show(
    State(app): State<App>,
    visit: Visit,
    Id(id): Id<RequestId>,
) -> Result<Response, Error> {
    let settings = app.settings(visit.street()?)?;
    let (street, actor) = (settings.street, visit.actor.clone());
    let seen = app.db.read(move |tx| look(tx, street, &actor, id)).await?;
    let (request, lang) = (&seen.request, visit.lang);
    let category = settings.category(&seen.category);
    Ok(json(&NeighbourAnswer {
        id: Shown(request.id),
        category: &seen.category,
        category_name: category.map_or("", |known| lang.pick(&known.name, &known.name_en)),
        area_name: settings.place_name(request.area, lang),
        stage: request.stage.name(),
        due_at: request.due.map(|due| At(due.at, &settings.calendar.zone)),
        sentence: words::sentence(request, &settings, lang),
        supporters: seen.supporters,
        joined: seen.has_joined,
    }))
}
