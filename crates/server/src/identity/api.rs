//! What programs may call: sessions, sign-up, one's own posts.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use db::Tx;
use domain::area::Street;
use domain::id::PersonId;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::account::{self, Door, NewPerson};
use super::pages::device;
use super::reading::Reading;
use super::{Person, session, store, words};
use crate::App;
use crate::error::Error;
use crate::grid;
use crate::receipts::Deed;
use crate::web::fields::{self, Program};
use crate::web::{Access, Fields, Routes, Visit};

/// What is sent to sign in.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes the body; `Fields` reads it")]
struct SignIn {
    #[schema(example = "138 0000 1234")]
    phone: String,
    password: String,
}

/// What is sent to sign up.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes the body; `Fields` reads it")]
struct SignUp {
    name: String,
    phone: String,
    password: String,
    /// An area where the person lives, by its digits; needless where one street is served.
    area: Option<String>,
}

/// A session just opened.
#[derive(Serialize, ToSchema)]
struct SessionAnswer {
    /// For the header `Authorization: Bearer …`.
    token: String,
    person: PersonAnswer,
    appointments: Vec<PostAnswer>,
}

/// A person, to themselves.
#[derive(Serialize, ToSchema)]
struct PersonAnswer {
    id: String,
    name: String,
}

/// A post that is held now.
#[derive(Serialize, ToSchema)]
struct PostAnswer {
    id: String,
    post: &'static str,
    /// The digits of the area.
    area: String,
    area_name: String,
    /// The id of the unit for which a liaison answers.
    unit: Option<String>,
    unit_code: Option<String>,
    from: String,
    until: Option<String>,
}

/// A list.
#[derive(Serialize, ToSchema)]
struct PostList {
    items: Vec<PostAnswer>,
}

pub(super) fn routes() -> Routes {
    Routes::new()
        .api(Access::Everyone, routes!(sign_in))
        .api(Access::Known, routes!(sign_out))
        .api(Access::Everyone, routes!(sign_up))
        .api(Access::SignedIn, routes!(appointments))
}

/// Sign in. It needs no `Idempotency-Key`: signing in twice opens two sessions and harms nothing.
#[utoipa::path(
    post, path = "/sessions", tag = "identity", request_body = SignIn,
    responses(
        (status = 201, description = "Signed in", body = SessionAnswer),
        (status = 401, description = "Phone and password do not belong together"),
        (status = 422, description = "A field makes no sense"),
        (status = 429, description = "Five failures within 15 minutes; see Retry-After"),
    ),
)]
async fn sign_in(State(app): State<App>, request: Request) -> Result<Response, Error> {
    let device = device(request.headers());
    let fields = json(request).await?;
    let mut reading = Reading::new(&fields);
    let phone = reading.phone("phone");
    let password = reading.password("password");
    reading.done()?;
    let phone = phone.ok_or(Error::Unreadable)?;
    let door = Door { kind: "program", device };
    let signed_in = account::sign_in(&app, &phone, &password, door).await?;
    let (street, now) = (signed_in.street, app.now());
    let (id, zone) = (signed_in.person.id, app.settings(street)?.calendar.zone.clone());
    let read = move |tx: &mut Tx| posts(tx, street, id, now, &zone);
    let answer = SessionAnswer {
        token: signed_in.opened.token.text(),
        person: person(&signed_in.person),
        appointments: app.db.read(read).await?,
    };
    let no_store = [(header::CACHE_CONTROL, "no-store")];
    Ok((StatusCode::CREATED, no_store, Json(answer)).into_response())
}

/// Sign out: the token is worth nothing from then on. Doing it twice is answered by 401.
#[utoipa::path(
    delete, path = "/sessions/current", tag = "identity",
    responses((status = 204, description = "Signed out")),
)]
async fn sign_out(State(app): State<App>, visit: Visit) -> Result<StatusCode, Error> {
    let street = visit.street()?;
    let digest = visit.session().ok_or(Error::SignedOut)?.to_owned();
    app.db.write(move |tx| session::close(tx, street, &digest)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Sign up as a resident.
#[utoipa::path(
    post, path = "/people", tag = "identity", request_body = SignUp,
    params(("Idempotency-Key" = String, Header, description = "8 to 64 letters and digits")),
    responses(
        (status = 201, description = "The account is open", body = PersonAnswer),
        (status = 422, description = "A field makes no sense, or the phone has an account"),
    ),
)]
async fn sign_up(State(app): State<App>, program: Program) -> Result<Response, Error> {
    let Program { deed, fields } = program;
    let new = new_person(&fields)?;
    let deed = without_password(deed, &fields);
    let (known, replayed) = account::sign_up(&app, deed, new).await?;
    let mut answer = (StatusCode::CREATED, Json(person(&known))).into_response();
    if replayed {
        let yes = HeaderValue::from_static("true");
        answer.headers_mut().insert("idempotent-replayed", yes);
    }
    Ok(answer)
}

/// One's own posts, those that are held now.
#[utoipa::path(
    get, path = "/appointments", tag = "identity",
    params(("person" = Option<String>, Query, description = "`me`")),
    responses((status = 200, description = "The posts", body = PostList)),
)]
async fn appointments(
    State(app): State<App>,
    visit: Visit,
    request: Request,
) -> Result<Json<PostList>, Error> {
    let query = Fields::urlencoded(request.uri().query().unwrap_or_default());
    if query.get("person").is_some_and(|person| person != "me") {
        return Err(Error::field("person", words::PERSON_BAD));
    }
    let (street, now) = (visit.street()?, app.now());
    let id = visit.actor.person().ok_or(Error::SignedOut)?;
    let zone = app.settings(street)?.calendar.zone.clone();
    let items = app.db.read(move |tx| posts(tx, street, id, now, &zone)).await?;
    Ok(Json(PostList { items }))
}

/// Reads who wants an account, from a form or from JSON.
pub(super) fn new_person(fields: &Fields) -> Result<NewPerson, Error> {
    let mut reading = Reading::new(fields);
    let name = reading.name("name");
    let phone = reading.phone("phone");
    let password = reading.new_password("password", phone.as_ref());
    let area = fields.get("area").and_then(|_| reading.area("area"));
    reading.done()?;
    let phone = phone.ok_or(Error::Unreadable)?;
    Ok(NewPerson { name, phone, password, area })
}

/// The deed with a digest of everything but the password: a receipt must not be a quick way to try
/// passwords for whoever reads the records.
pub(super) fn without_password(mut deed: Deed, fields: &Fields) -> Deed {
    use sha2::{Digest, Sha256};
    let mut digest = Sha256::new();
    for name in ["name", "phone", "area"] {
        digest.update(fields.shown(name).as_bytes());
        digest.update([0]);
    }
    deed.digest = super::hex(&digest.finalize());
    deed
}

fn person(known: &Person) -> PersonAnswer {
    PersonAnswer { id: known.id.to_string(), name: known.name.clone() }
}

fn posts(
    tx: &mut Tx,
    street: Street,
    id: PersonId,
    now: Timestamp,
    zone: &jiff::tz::TimeZone,
) -> Result<Vec<PostAnswer>, Error> {
    let offset = |at: Timestamp| at.display_with_offset(zone.to_offset(at)).to_string();
    let mut posts = Vec::new();
    for held in store::appointments(tx, street, id)? {
        if !held.is_current(now) {
            continue;
        }
        let unit = held.held.unit.map(|unit| grid::unit(tx, street, unit)).transpose()?.flatten();
        posts.push(PostAnswer {
            id: held.id.to_string(),
            post: held.held.post.name(),
            area: held.held.area.to_string(),
            area_name: grid::place_name(&grid::path(tx, street, held.held.area)?, false),
            unit: held.held.unit.map(|unit| unit.to_string()),
            unit_code: unit.map(|unit| unit.code),
            from: offset(held.from),
            until: held.until.map(offset),
        });
    }
    Ok(posts)
}

/// The fields of a JSON body that needs no key.
async fn json(request: Request) -> Result<Fields, Error> {
    let kind = request.headers().get(header::CONTENT_TYPE);
    let is_json = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
    if !is_json {
        return Err(Error::WrongKind);
    }
    let body: Bytes = fields::whole(request, fields::TEXT_MAX).await?;
    Fields::json(&body)
}
