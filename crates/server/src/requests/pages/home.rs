//! The street's first page, the landing page behind a building's code, and its printed plate.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use domain::actor::{Post, Verb};
use domain::area::{AreaCode, Level};
use domain::mask;
use domain::phone::Phone;
use domain::requests::Urgency;

use crate::error::Error;
use crate::web::page::Html;
use crate::web::{Page, Visit};
use crate::{App, grid, identity};

#[derive(Template)]
#[template(path = "requests/pages/home.html")]
struct Home {
    page: Page,
    accept: String,
    finish: String,
}

pub async fn home(State(app): State<App>, visit: Visit) -> Result<Response, Error> {
    let page = Page::new(&app, &visit, "/");
    let Ok(street) = visit.street() else {
        return Ok(Html(Streets { streets: streets(&app, &visit), page }).into_response());
    };
    let settings = app.settings(street)?;
    let term = |term| super::super::words::term(term, visit.lang).trim().to_owned();
    let limits = settings.limits_for(street.area(), "", Urgency::Ordinary);
    let accept = term(limits.accept);
    let finish = term(limits.finish_ordinary);
    Ok(Html(Home { page, accept, finish }).into_response())
}

/// Where several streets are served, or none yet.
#[derive(Template)]
#[template(path = "requests/pages/streets.html")]
struct Streets {
    page: Page,
    streets: Vec<(String, String)>,
}

fn streets(app: &App, visit: &Visit) -> Vec<(String, String)> {
    let known = app.streets().into_iter().filter_map(|street| app.settings(street).ok());
    let named = known.map(|s| (s.street.to_string(), visit.lang.pick(&s.name, &s.name_en).into()));
    named.collect()
}

#[derive(Template)]
#[template(path = "requests/pages/landing.html")]
struct Landing {
    page: Page,
    area: AreaCode,
    name: String,
    around: String,
    workers: Vec<Worker>,
    /// The reader works here or administers the street, and may put up its plate.
    may_print: bool,
}

/// Who answers for a place.
struct Worker {
    name: String,
    phone: String,
}

pub async fn landing(
    State(app): State<App>,
    visit: Visit,
    Path(area): Path<String>,
) -> Result<Response, Error> {
    let landing = landing_of(&app, &visit, &area, "").await?;
    Ok(Html(landing).into_response())
}

/// Whose work it is to hang up plates.
const STAFF: &[Verb] =
    &[Verb::WorkInGrid, Verb::WorkAtCommunityDesk, Verb::WorkAtStreetDesk, Verb::Administer];

async fn landing_of(app: &App, visit: &Visit, area: &str, after: &str) -> Result<Landing, Error> {
    let area: AreaCode = area.parse().map_err(|_| Error::NotFound)?;
    let street = area.street().ok_or(Error::NotFound)?;
    let settings = app.settings(street)?;
    let known = settings.area(area).ok_or(Error::NotFound)?;
    let name = visit.lang.pick(&known.name, &known.name_en).to_owned();
    let around = area.parent().filter(|parent| parent.level() >= Level::Street);
    let around = around.map(|parent| settings.whole_name(parent, visit.lang)).unwrap_or_default();
    let now = app.now();
    let workers = app
        .db
        .read(move |tx| {
            grid::area(tx, street, area)?.ok_or(Error::NotFound)?;
            identity::holders(tx, street, Post::GridWorker, area, now)
        })
        .await?;
    // The work phone of somebody in office is public; the name is told as on other public pages.
    let worker = |person: identity::Person| Worker {
        name: mask::name(&person.name),
        phone: Phone::new(&person.phone).map_or_else(|_| String::new(), |p| p.digits().to_owned()),
    };
    let workers = workers.into_iter().take(1).map(worker).collect();
    let visit = visit.in_street(street);
    let page = Page::new(app, &visit, &format!("/a/{area}{after}"));
    let may_print = STAFF.iter().any(|&verb| visit.actor.may(verb, area));
    Ok(Landing { page, area, name, around, workers, may_print })
}

#[derive(Template)]
#[template(path = "requests/pages/plate.html")]
struct Plate {
    page: Page,
    area: AreaCode,
    name: String,
    around: String,
    /// A drawing of squares.
    code: String,
    address: String,
}

/// The plate for the wall: a code that opens the landing page of this building.
pub async fn plate(
    State(app): State<App>,
    visit: Visit,
    Path(area): Path<String>,
    headers: axum::http::HeaderMap,
) -> Result<Response, Error> {
    let landing = landing_of(&app, &visit, &area, "/plate").await?;
    let host = headers.get("host").and_then(|host| host.to_str().ok()).unwrap_or("localhost");
    let base = match app.options.public_url.trim_end_matches('/') {
        "" => format!("http://{host}"),
        url => url.to_owned(),
    };
    let address = format!("{base}/a/{}", landing.area);
    let Landing { page, area, name, around, .. } = landing;
    let code = squares(&address)?;
    Ok(Html(Plate { page, area, name, around, code, address }).into_response())
}

/// A QR code as the path of a drawing: one unit a square, with a quiet zone of four.
fn squares(text: &str) -> Result<String, Error> {
    use std::fmt::Write;
    let code = qrcode::QrCode::new(text).map_err(|error| Error::Files(error.to_string()))?;
    let width = code.width();
    let dark = code.to_colors().into_iter().enumerate().filter(|(_, c)| *c == qrcode::Color::Dark);
    let mut path = String::new();
    for (place, _) in dark {
        let _ = write!(path, "M{} {}h1v1h-1z", place % width + 4, place / width + 4);
    }
    let side = width + 8;
    Ok(format!(
        "<svg class=\"qr\" role=\"img\" aria-label=\"QR\" viewBox=\"0 0 {side} {side}\" \
         shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h{side}v{side}H0z\"/>\
         <path d=\"{path}\"/></svg>"
    ))
}

#[derive(Template)]
#[template(path = "requests/pages/help.html")]
struct Help {
    page: Page,
}

pub async fn help(State(app): State<App>, visit: Visit) -> Response {
    Html(Help { page: Page::new(&app, &visit, "/help") }).into_response()
}

#[derive(Template)]
#[template(path = "requests/pages/privacy.html")]
struct Privacy {
    page: Page,
}

pub async fn privacy(State(app): State<App>, visit: Visit) -> Response {
    Html(Privacy { page: Page::new(&app, &visit, "/privacy") }).into_response()
}
