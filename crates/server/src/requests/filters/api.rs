//! `/api/v1/filters`: the lists that the caller keeps.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::id::FilterId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::App;
use crate::error::Error;
use crate::requests::Wanted;
use crate::requests::api::{answered, json};
use crate::web::fields::Program;
use crate::web::{Access, Id, Routes, Visit};

/// The lists that somebody keeps.
#[derive(Serialize, ToSchema)]
struct KeptFilters {
    items: Vec<KeptFilter>,
}

/// A list under its name.
#[derive(Serialize, ToSchema)]
struct KeptFilter {
    #[schema(example = "01K0S8V5T00G1")]
    id: String,
    #[schema(example = "待派单的垃圾问题")]
    name: String,
    /// What `GET /requests` and the page `/requests` take behind the `?`.
    #[schema(example = "stage=escalated&category=sanitation")]
    query: String,
}

/// A list to keep.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "it says what the body looks like")]
struct NewFilter {
    /// 1 to 30 characters; no two of one person are alike.
    name: String,
    /// What `GET /requests` takes behind the `?`.
    query: String,
}

/// Another name.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "it says what the body looks like")]
struct NewName {
    name: String,
}

/// What was done to a list.
#[derive(Serialize, ToSchema)]
struct DoneFilter {
    id: String,
    /// Its name since then; empty where it is forgotten.
    name: String,
}

pub fn routes() -> Routes {
    Routes::new()
        .api(Access::SignedIn, routes!(list))
        .api(Access::SignedIn, routes!(keep))
        .api(Access::SignedIn, routes!(rename))
        .api(Access::SignedIn, routes!(remove))
}

/// List the filters that the caller keeps.
#[utoipa::path(
    get, path = "/filters", tag = "requests", operation_id = "list_filters",
    responses((status = 200, description = "By name", body = KeptFilters)),
)]
async fn list(State(app): State<App>, visit: Visit) -> Result<Response, Error> {
    let street = visit.street()?;
    let person = visit.actor.person().ok_or(Error::SignedOut)?;
    let kept = app.db.read(move |tx| super::of(tx, street, person)).await?;
    let item = |kept: super::Kept| KeptFilter {
        id: kept.id.to_string(),
        name: kept.name,
        query: kept.wanted.query(),
    };
    Ok(json(&KeptFilters { items: kept.into_iter().map(item).collect() }))
}

/// Keep a list under a name.
///
/// Of the query only what narrows a list is kept; what `GET /requests` refuses is refused here too.
/// Nobody keeps more than 30.
#[utoipa::path(
    post, path = "/filters", tag = "requests", operation_id = "keep_filter",
    request_body = NewFilter,
    responses((status = 201, description = "It is kept", body = DoneFilter)),
)]
async fn keep(State(app): State<App>, program: Program) -> Result<Response, Error> {
    let Program { deed, fields } = program;
    let wanted = Wanted::read(fields.shown("query"));
    wanted.filter(&*app.settings(deed.street)?, app.now())?;
    let (id, name) = (FilterId(app.new_id()), fields.shown("name").to_owned());
    let work = move |tx: &mut db::Tx| super::keep(tx, &deed, id, &name, &wanted);
    let receipt = app.db.write(work).await?;
    Ok(answered(&app, StatusCode::CREATED, receipt))
}

/// Give a kept list another name.
#[utoipa::path(
    post, path = "/filters/{id}/name", tag = "requests", operation_id = "rename_filter",
    params(("id" = String, Path, description = "The id of a kept list")),
    request_body = NewName,
    responses((status = 200, description = "It has its new name", body = DoneFilter)),
)]
async fn rename(
    State(app): State<App>,
    Id(id): Id<FilterId>,
    program: Program,
) -> Result<Response, Error> {
    let Program { deed, fields } = program;
    let name = fields.shown("name").to_owned();
    let receipt = app.db.write(move |tx| super::rename(tx, &deed, id, &name)).await?;
    Ok(answered(&app, StatusCode::OK, receipt))
}

/// Forget a kept list.
#[utoipa::path(
    post, path = "/filters/{id}/removal", tag = "requests", operation_id = "remove_filter",
    params(("id" = String, Path, description = "The id of a kept list")),
    responses((status = 200, description = "It is forgotten", body = DoneFilter)),
)]
async fn remove(
    State(app): State<App>,
    Id(id): Id<FilterId>,
    program: Program,
) -> Result<Response, Error> {
    let deed = program.deed;
    let receipt = app.db.write(move |tx| super::remove(tx, &deed, id)).await?;
    Ok(answered(&app, StatusCode::OK, receipt))
}
