//! Raising a request on one page: photos, kind, place, words, and who asks last.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::actor::{Caller, Verb};
use domain::area::{AreaCode, Level, Street};
use domain::id::RequestId;
use domain::phone::Phone;
use domain::requests::Text;
use serde::Deserialize;

use super::view::icon;
use crate::app::Settings;
use crate::error::{Error, Field};
use crate::files::{self, Photo};
use crate::requests::{self, New, NewAsker, PHOTOS_MAX, PhotoRow};
use crate::web::page::Html;
use crate::web::visit::COOKIE;
use crate::web::words::{Phrase, Sentence};
use crate::web::{Fields, Form, Page, Visit, cookies, see_other};
use crate::{App, chance, identity};

/// The most characters of a name, and of a place beside the area.
const NAME_MAX: usize = 30;
const PLACE_MAX: usize = 60;

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
    categories: Vec<Tile>,
    fields: Fields,
    errors: Vec<(&'static str, String)>,
    /// The reader may write for a neighbour.
    may_write: bool,
    signed_in: bool,
}

struct Tile {
    code: String,
    name: String,
    icon: &'static str,
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
    Ok(Html(page(&app, &visit, &settings, area, fields, &[])).into_response())
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
    let chosen = fields.shown("category").to_owned();
    let tile = |category: &requests::Category| Tile {
        code: category.code.clone(),
        name: lang.pick(&category.name, &category.name_en).to_owned(),
        icon: icon(&category.icon),
        is_chosen: category.code == chosen,
    };
    let street = settings.street;
    let visit = visit.in_street(street);
    Raise {
        page: Page::new(app, &visit, "/requests/new"),
        key: fields.get("key").map_or_else(|| app.new_key(), str::to_owned),
        area: area.map(|area| (area, settings.place_name(area, lang))),
        areas: if area.is_some() { Vec::new() } else { settings.places(lang) },
        categories: settings.categories.iter().map(tile).collect(),
        errors: errors
            .iter()
            .map(|field| (field.name, lang.tell(&field.reason).to_owned()))
            .collect(),
        may_write: visit.actor.may_somewhere(Verb::RaiseForOthers),
        signed_in: matches!(visit.actor.caller, Caller::Person(_)),
        fields,
    }
}

/// Takes the form. What is wrong is shown beside its field, and nothing that was written is lost.
pub async fn raise(State(app): State<App>, visit: Visit, form: Form) -> Result<Response, Error> {
    let street = area_of(&form.fields).and_then(AreaCode::street).unwrap_or(form.deed.street);
    let settings = app.settings(street)?;
    let area = area_of(&form.fields);
    let again = |fields, errors: &[Field]| {
        let html = Html(page(&app, &visit, &settings, area, fields, errors));
        (StatusCode::UNPROCESSABLE_ENTITY, html).into_response()
    };
    let fields = form.fields.clone();
    match take(&app, &settings, street, form).await {
        Ok((id, receipt)) => {
            let mut response = see_other(&format!("/requests/{id}/receipt"));
            if !matches!(visit.actor.caller, Caller::Person(_)) {
                response.headers_mut().append(header::SET_COOKIE, pass(&app, street, id).await?);
            }
            tracing::debug!(replayed = receipt, "a request was raised");
            Ok(response)
        }
        Err(Error::Invalid(errors)) => Ok(again(fields, &errors)),
        Err(error) => Err(error),
    }
}

fn area_of(fields: &Fields) -> Option<AreaCode> {
    fields.get("area")?.trim().parse().ok()
}

/// Reads the form, keeps its photos, and puts the request on record.
async fn take(
    app: &App,
    settings: &Settings,
    street: Street,
    form: Form,
) -> Result<(RequestId, bool), Error> {
    let mut errors = Vec::new();
    let mut check = |result: Result<String, Error>| match result {
        Ok(text) => text,
        Err(Error::Invalid(found)) => {
            errors.extend(found);
            String::new()
        }
        Err(_) => String::new(),
    };
    let fields = &form.fields;
    let place = check(requests::line("place", fields.shown("place"), PLACE_MAX));
    let name = check(requests::line("name", fields.shown("name"), NAME_MAX));
    let text = Text::new(fields.shown("text"));
    let phone = fields.get("phone").map(Phone::new).transpose();
    let area = area_of(fields);
    let mut wrong = |name, reason: Sentence| errors.push(Field { name, reason });
    if settings.category(fields.shown("category")).is_none() {
        wrong("category", requests::words::CATEGORY_UNKNOWN.into());
    }
    if area.is_none() {
        wrong("area", Phrase { zh: "请选一个地点。", en: "Please choose a place." }.into());
    }
    if let Err(bad) = &text {
        wrong("text", requests::bad_text(*bad));
    }
    if phone.is_err() {
        wrong("phone", PHONE_BAD.into());
    }
    if form.files.len() > PHOTOS_MAX {
        wrong("photos", requests::words::TOO_MANY_PHOTOS.into());
    }
    let (Ok(text), Ok(phone), Some(area), true) = (text, phone, area, errors.is_empty()) else {
        return Err(Error::Invalid(errors));
    };
    let photos = keep(app, form.files).await?;
    let named = fields.is_on("for_other") || !matches!(form.deed.caller, Caller::Person(_));
    let asker = if named { NewAsker::Named { name, phone } } else { NewAsker::Myself };
    let new = New {
        id: RequestId(app.new_id()),
        area,
        place,
        category: fields.shown("category").to_owned(),
        text,
        asker,
        photos,
        receipt: chance::code(10),
    };
    let mut deed = form.deed;
    deed.street = street;
    let street_settings = app.settings(street)?;
    let receipt =
        app.db.write(move |tx| requests::raise(tx, &street_settings, &deed, &new)).await?;
    app.changes.notify_waiters();
    Ok((RequestId(receipt.subject), receipt.replayed))
}

/// Reads photos and keeps them, before anything is written about them.
pub async fn keep(app: &App, files: Vec<axum::body::Bytes>) -> Result<Vec<PhotoRow>, Error> {
    if files.is_empty() {
        return Ok(Vec::new());
    }
    if !app.files.has_room().unwrap_or(true) {
        return Err(Error::NoRoom);
    }
    let photos = files::read_photos(files).await.map_err(|refused| {
        let (zh, en) = refused.why.phrase();
        let number = refused.index + 1;
        let reason =
            Sentence::new(format!("第 {number} 张照片：{zh}"), format!("Photo {number}: {en}"));
        Error::field("photos", reason)
    })?;
    let mut rows = Vec::new();
    for photo in &photos {
        app.files.put(photo).await.map_err(|failure| match failure {
            files::Failure::Full(_) => Error::NoRoom,
            other => Error::Files(other.to_string()),
        })?;
        rows.push(row(photo));
    }
    Ok(rows)
}

fn row(photo: &Photo) -> PhotoRow {
    PhotoRow {
        side: String::new(),
        hash: photo.hash().to_owned(),
        width: photo.width().into(),
        height: photo.height().into(),
    }
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

const PHONE_BAD: Phrase = Phrase {
    zh: "手机号请填 11 位数字，或者不填。",
    en: "Please give a mobile number of 11 digits, or leave it empty.",
};
