//! Photos: added by programs, and shown to programs and pages alike.

use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::id::RequestId;
use serde::Serialize;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::{answered, words};
use crate::App;
use crate::error::Error;
use crate::files::Size;
use crate::identity::hex;
use crate::receipts::Deed;
use crate::requests;
use crate::web::uploads;
use crate::web::{Access, Id, Routes, Visit, fields, segment};

/// For how long a reader's own device keeps a photo, in seconds: an hour, as posts may end.
const KEPT: &str = "private, max-age=3600";

/// Photos to add, as `multipart/form-data`.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes the body, which is read part by part")]
struct NewPhotos {
    /// One to five parts of this name: JPEG, PNG or WebP, each at most 12 MB.
    #[schema(value_type = Vec<String>, format = Binary, min_items = 1, max_items = 5)]
    photos: Vec<u8>,
}

/// What came of photos that were added.
#[derive(Serialize, ToSchema)]
struct PhotosAdded {
    id: String,
    /// How many there are now.
    photos: i64,
    version: i64,
}

pub(super) fn routes() -> Routes {
    Routes::new()
        .api(Access::Known, routes!(add))
        .api(Access::Known, routes!(picture))
        .api(Access::Known, routes!(thumbnail))
        .get(Access::Known, "/requests/{id}/photos/{hash}", picture_on_page)
        .get(Access::Known, "/requests/{id}/photos/{hash}/thumbnail", thumbnail_on_page)
}

/// Add photos.
///
/// The asker's photos show the trouble, a handler's show the work; there are five of each at most.
/// They are turned upright, shrunk and encoded anew, which leaves all metadata behind.
#[utoipa::path(
    post, path = "/requests/{id}/photos", tag = "requests", operation_id = "add_photos",
    params(("id" = String, Path, description = "Its id")),
    request_body(content = NewPhotos, content_type = "multipart/form-data"),
    responses(
        (status = 200, description = "They are kept", body = PhotosAdded),
    ),
)]
async fn add(
    State(app): State<App>,
    visit: Visit,
    Id(id): Id<RequestId>,
    request: Request,
) -> Result<Response, Error> {
    let key = fields::idempotency_key(request.headers())?;
    let street = visit.street()?;
    requests::may_add_photos(&app, &visit, id).await?;
    let (sent, digest) = read(request, &app).await?;
    if sent.files.is_empty() {
        return Err(Error::field("photos", words::PHOTOS_MISSING));
    }
    let rows = requests::keep_photos(&app, sent.files).await?;
    let deed = Deed { street, caller: visit.actor.caller, at: app.now(), key, digest };
    let work = move |tx: &mut db::Tx| requests::add_photos(tx, &deed, id, &rows);
    let receipt = app.db.write(work).await?;
    Ok(answered(&app, StatusCode::OK, receipt))
}

/// The photos, and a digest of where they were sent and of all that was sent.
async fn read(request: Request, app: &App) -> Result<(uploads::Parts, String), Error> {
    if !uploads::is_in_parts(request.headers()) {
        return Err(Error::WrongKind);
    }
    let mut digest = Sha256::new();
    digest.update(format!("{} {}\n", request.method(), request.uri().path()));
    let parts = uploads::read(request, app, &mut digest).await?;
    Ok((parts, hex(&digest.finalize())))
}

/// Look at a photo.
#[utoipa::path(
    get, path = "/photos/{request}/{hash}", tag = "requests", operation_id = "photo",
    params(
        ("request" = String, Path, description = "The id of its request"),
        ("hash" = String, Path, description = "Its name, from `photos[]` of the request"),
    ),
    responses((status = 200, description = "The photo", content_type = "image/jpeg")),
)]
async fn picture(State(app): State<App>, visit: Visit, named: Named) -> Result<Response, Error> {
    shown(&app, &visit, named, Size::Large).await
}

/// Look at a small photo, 320 pixels along its long edge.
#[utoipa::path(
    get, path = "/photos/{request}/{hash}/thumbnail", tag = "requests",
    operation_id = "thumbnail",
    params(
        ("request" = String, Path, description = "The id of its request"),
        ("hash" = String, Path, description = "Its name, from `photos[]` of the request"),
    ),
    responses((status = 200, description = "The photo", content_type = "image/jpeg")),
)]
async fn thumbnail(State(app): State<App>, visit: Visit, named: Named) -> Result<Response, Error> {
    shown(&app, &visit, named, Size::Thumbnail).await
}

async fn picture_on_page(
    State(app): State<App>,
    visit: Visit,
    named: Named,
) -> Result<Response, Error> {
    shown(&app, &visit, named, Size::Large).await
}

async fn thumbnail_on_page(
    State(app): State<App>,
    visit: Visit,
    named: Named,
) -> Result<Response, Error> {
    shown(&app, &visit, named, Size::Thumbnail).await
}

/// The photo that an address names.
struct Named {
    request: RequestId,
    hash: String,
}

impl axum::extract::FromRequestParts<App> for Named {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        // Programs call it `request`, pages `id`.
        let request = match segment(parts, app, "request").await {
            Ok(request) => request,
            Err(_) => segment(parts, app, "id").await?,
        };
        Ok(Self { request, hash: segment(parts, app, "hash").await? })
    }
}

async fn shown(app: &App, visit: &Visit, named: Named, size: Size) -> Result<Response, Error> {
    let Named { request, hash } = named;
    let (street, actor, asked) = (visit.street()?, visit.actor.clone(), hash.clone());
    let read = move |tx: &mut db::Tx| requests::may_see_photo(tx, street, &actor, request, &asked);
    if !app.db.read(read).await? {
        return Err(Error::NotFound);
    }
    let bytes = app.files.get(&hash, size).await?;
    let headers = [
        (header::CONTENT_TYPE, "image/jpeg"),
        (header::CACHE_CONTROL, KEPT),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    Ok((headers, bytes.ok_or(Error::NotFound)?).into_response())
}
