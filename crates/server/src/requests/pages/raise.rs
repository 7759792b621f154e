//! Raising a request on one page: photos, kind, place, words, and who asks last.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::actor::{Caller, Verb};
use domain::area::{AreaCode, Level, Street};
use domain::id::RequestId;
use serde::Deserialize;

use super::view::icon;
use crate::app::Settings;
use crate::error::{Error, Field};
use crate::receipts::{self, Deed};
use crate::requests::{self, neighbours};
use crate::web::page::Html;
use crate::web::visit::COOKIE;
use crate::web::{Fields, Form, Page, Visit, cookies, see_other};
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
        channels: requests::WRITTEN
            .into_iter()
            .map(|way| (way.name(), lang.say(requests::words::channel(way))))
            .collect(),
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
    match take(&app, &visit, &settings, street, form).await {
        Ok(Taken::Asked(question)) => Ok(question),
        Ok(Taken::Raised(id)) => {
            let mut response = see_other(&format!("/requests/{id}/receipt"));
            if !matches!(visit.actor.caller, Caller::Person(_)) {
                response.headers_mut().append(header::SET_COOKIE, pass(&app, street, id).await?);
            }
            Ok(response)
        }
        Err(Error::Invalid(errors)) => Ok(again(fields, &errors)),
        Err(error) => Err(error),
    }
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

/// Reads the form, keeps its photos, and puts the request on record.
async fn take(
    app: &App,
    visit: &Visit,
    settings: &Arc<Settings>,
    street: Street,
    form: Form,
) -> Result<Taken, Error> {
    let mut new = requests::read_new(app, settings, form.deed.caller, &form.fields)?;
    new.photos = beside_their_field(requests::keep_photos(app, form.files).await)?;
    new.photos.extend(neighbours::kept_again(app, &form.fields).await?);
    let deed = Deed { street, ..form.deed };
    let known = deed.clone();
    if !app.db.read(move |tx| receipts::is_done(tx, &known)).await? {
        let asked = neighbours::already(app, visit, settings, &new, &form.fields).await?;
        if let Some(question) = asked {
            return Ok(Taken::Asked(question));
        }
    }
    let known = settings.clone();
    let receipt = app.db.write(move |tx| requests::raise(tx, &known, &deed, &new)).await?;
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
