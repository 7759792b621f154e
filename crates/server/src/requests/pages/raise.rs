//! Raising a request on one page: photos, kind, place, words, and who asks last.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use domain::actor::{Caller, Verb};
use domain::area::{AreaCode, Level, Street};
use domain::id::RequestId;
use serde::Deserialize;

use super::view::icon;
use crate::app::Settings;
use crate::error::{Error, Field};
use crate::files::{Refused, RefusedPhoto};
use crate::receipts::{self, Deed};
use crate::requests::{self, Category, PHOTOS_MAX, PhotoRow, neighbours};
use crate::web::page::Html;
use crate::web::visit::COOKIE;
use crate::web::words::Lang;
use crate::web::{self, Fields, Form, Page, Visit, cookies, see_other};
use crate::{App, identity};

#[derive(Deserialize)]
pub struct Asked {
    area: Option<String>,
}

#[derive(Template)]
#[template(path = "requests/pages/raise.html")]
struct Raise {
    page: Page,
    key: String,
    /// The area where the form begins, and its name; nothing while it is to be chosen.
    area: Option<(AreaCode, String)>,
    areas: Vec<(AreaCode, String)>,
    /// What is chosen in the list of areas.
    chosen: Option<AreaCode>,
    /// It was chosen for the reader, by what is known of them.
    is_remembered: bool,
    /// How many photos an earlier sending of this form brought.
    kept_photos: usize,
    categories: Vec<Tile>,
    fields: Fields,
    errors: Vec<(&'static str, String)>,
    /// The reader may write for a neighbour.
    may_write: bool,
    /// By which ways somebody may have told them.
    channels: Vec<(&'static str, &'static str)>,
    signed_in: bool,
}

struct Tile {
    code: String,
    name: String,
    icon: &'static str,
    is_chosen: bool,
    /// What belongs here.
    opens: String,
    below: Vec<Below>,
}

/// What a kind of matter is about more closely.
struct Below {
    code: String,
    name: String,
    opens: String,
    photo: String,
    is_chosen: bool,
}

impl Raise {
    /// What is wrong with a field; empty where nothing is.
    fn error(&self, name: &str) -> &str {
        self.errors.iter().find(|(known, _)| *known == name).map_or("", |(_, text)| text)
    }
}

pub async fn form(
    State(app): State<App>,
    visit: Visit,
    Query(asked): Query<Asked>,
) -> Result<Response, Error> {
    let area = match asked.area.as_deref().unwrap_or_default() {
        "" => None,
        text => Some(text.parse::<AreaCode>().map_err(|_| Error::NotFound)?),
    };
    let street = area.and_then(AreaCode::street).or(visit.street).ok_or(Error::NotFound)?;
    let settings = app.settings(street)?;
    if area.is_some_and(|area| settings.area(area).is_none()) {
        return Err(Error::NotFound);
    }
    let area = area.filter(|area| area.level() >= Level::Community);
    let fields = Fields::default().with("key", app.new_key());
    let mut shown = page(&app, &visit, &settings, area, fields, &[]);
    if area.is_none() {
        let own = own_place(&app, &visit, street).await?;
        shown.chosen = own.filter(|area| settings.area(*area).is_some());
        shown.is_remembered = shown.chosen.is_some();
    }
    Ok(Html(shown).into_response())
}

/// Where somebody raised their last request: most likely it is there again.
async fn own_place(app: &App, visit: &Visit, street: Street) -> Result<Option<AreaCode>, Error> {
    let Caller::Person(person) = visit.actor.caller else { return Ok(None) };
    app.db.read(move |tx| requests::last_place(tx, street, person)).await
}

fn page(
    app: &App,
    visit: &Visit,
    settings: &Settings,
    area: Option<AreaCode>,
    fields: Fields,
    errors: &[Field],
) -> Raise {
    let lang = visit.lang;
    let tile = |category: &Category| tile(settings, lang, &fields, category);
    let street = settings.street;
    let visit = visit.in_street(street);
    Raise {
        page: Page::new(app, &visit, "/requests/new"),
        key: fields.get("key").map_or_else(|| app.new_key(), str::to_owned),
        area: area.map(|area| (area, settings.place_name(area, lang))),
        chosen: area_of(&fields),
        is_remembered: false,
        kept_photos: fields.shown("kept").split_whitespace().count(),
        areas: if area.is_some() { Vec::new() } else { settings.places(lang) },
        categories: settings.top_categories().map(tile).collect(),
        errors: errors
            .iter()
            .map(|field| (field.name, lang.tell(&field.reason).to_owned()))
            .collect(),
        may_write: visit.actor.may_somewhere(Verb::RaiseForOthers),
        channels: requests::WRITTEN
            .into_iter()
            .map(|way| (way.name(), lang.say(requests::words::channel(way))))
            .collect(),
        signed_in: matches!(visit.actor.caller, Caller::Person(_)),
        fields,
    }
}

fn tile(settings: &Settings, lang: Lang, fields: &Fields, category: &Category) -> Tile {
    let (chosen, sub) = (fields.shown("category"), fields.shown("sub"));
    let below = |below: &Category| Below {
        code: below.code.clone(),
        name: lang.pick(&below.name, &below.name_en).to_owned(),
        opens: lang.pick(&below.opens, &below.opens_en).to_owned(),
        photo: lang.pick(&below.photo, &below.photo_en).to_owned(),
        is_chosen: below.code == sub || below.code == chosen,
    };
    let below: Vec<Below> = settings.categories_below(&category.code).map(below).collect();
    Tile {
        code: category.code.clone(),
        name: lang.pick(&category.name, &category.name_en).to_owned(),
        icon: icon(&category.icon),
        // Whoever comes with a closer one has chosen the kind as well.
        is_chosen: category.code == chosen || below.iter().any(|it| it.code == chosen),
        opens: lang.pick(&category.opens, &category.opens_en).to_owned(),
        below,
    }
}

/// Takes the form. What is wrong is shown beside its field, and nothing that was written is lost.
pub async fn raise(State(app): State<App>, visit: Visit, form: Form) -> Result<Response, Error> {
    let street = area_of(&form.fields).and_then(AreaCode::street).unwrap_or(form.deed.street);
    let settings = app.settings(street)?;
    // A place that was chosen from the list can be chosen anew.
    let area = area_of(&form.fields).filter(|_| !form.fields.is_on("from_list"));
    let again = |fields, errors: Vec<Field>| {
        let shown = page(&app, &visit, &settings, area, fields, &errors);
        web::page::again(shown, Error::Invalid(errors))
    };
    let mut form = form;
    let mut fields = form.fields.clone();
    // Photos are kept before anything is judged: a form that comes back still has them.
    let files = std::mem::take(&mut form.files);
    let photos = match keep(&app, &fields, files).await {
        Ok(photos) => photos,
        Err(Error::Invalid(errors)) => return Ok(again(fields, errors)),
        Err(error) => return Err(error),
    };
    if !photos.is_empty() {
        fields = fields.with("kept", neighbours::kept(&photos));
    }
    match take(&app, &visit, &settings, street, (form, photos)).await {
        Ok(Taken::Asked(question)) => Ok(question),
        Ok(Taken::Raised(id)) => {
            let mut response = see_other(&format!("/requests/{id}/receipt"));
            if !matches!(visit.actor.caller, Caller::Person(_)) {
                response.headers_mut().append(header::SET_COOKIE, pass(&app, street, id).await?);
            }
            Ok(response)
        }
        Err(Error::Invalid(errors)) => Ok(again(fields, errors)),
        Err(error) => Err(error),
    }
}

/// The photos that came with the form, after those that an earlier one brought.
async fn keep(
    app: &App,
    fields: &Fields,
    files: Vec<axum::body::Bytes>,
) -> Result<Vec<PhotoRow>, Error> {
    let mut photos = neighbours::kept_again(app, fields).await?;
    if photos.len() + files.len() > PHOTOS_MAX {
        let too_many = RefusedPhoto { index: PHOTOS_MAX, why: Refused::TooMany };
        return beside_their_field(Err(Error::Photo(too_many)));
    }
    photos.extend(beside_their_field(requests::keep_photos(app, files).await)?);
    Ok(photos)
}

fn area_of(fields: &Fields) -> Option<AreaCode> {
    fields.get("area")?.trim().parse().ok()
}

/// What came of a form.
enum Taken {
    Raised(RequestId),
    /// Something like it was raised nearby: whoever asks is asked first.
    Asked(Response),
}

/// Reads the form and puts the request on record: by itself, or as part of the one that is named.
async fn take(
    app: &App,
    visit: &Visit,
    settings: &Arc<Settings>,
    street: Street,
    (form, photos): (Form, Vec<PhotoRow>),
) -> Result<Taken, Error> {
    let mut new = requests::read_new(app, settings, form.deed.caller, &form.fields)?;
    new.photos = photos;
    let into: Option<RequestId> = form.fields.get("join").and_then(|id| id.parse().ok());
    let deed = Deed { street, ..form.deed };
    let known = deed.clone();
    if into.is_none() && !app.db.read(move |tx| receipts::is_done(tx, &known)).await? {
        let asked = neighbours::already(app, visit, settings, &new, &form.fields).await?;
        if let Some(question) = asked {
            return Ok(Taken::Asked(question));
        }
    }
    let known = settings.clone();
    let raise = move |tx: &mut db::Tx| match into {
        Some(into) => requests::raise_into(tx, &known, &deed, &new, into),
        None => requests::raise(tx, &known, &deed, &new),
    };
    let receipt = app.db.write(raise).await?;
    app.changes.notify_waiters();
    Ok(Taken::Raised(RequestId(receipt.subject)))
}

/// On a page a photo that cannot be taken is a field that is wrong, like any other.
pub fn beside_their_field<T>(kept: Result<T, Error>) -> Result<T, Error> {
    kept.map_err(|error| match error {
        Error::Photo(_) => Error::field("photos", error.sentence()),
        other => other,
    })
}

/// A session that opens this one request on this device, for somebody without an account.
pub async fn pass(app: &App, street: Street, id: RequestId) -> Result<HeaderValue, Error> {
    let now = app.now();
    let opened = app
        .db
        .write(move |tx| identity::open(tx, street, Caller::Pass(id), ("page", ""), now))
        .await?;
    Ok(cookies::set(COOKIE, &opened.token.text(), opened.seconds, app.options.secure))
}
