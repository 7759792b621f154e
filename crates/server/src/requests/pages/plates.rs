//! The plates for the doors: codes that open the landing page of a place, all those of an area in
//! one print.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use domain::actor::Verb;
use domain::area::{AreaCode, Level};
use serde::Deserialize;

use crate::App;
use crate::app::Settings;
use crate::error::Error;
use crate::web::page::Html;
use crate::web::words::{Lang, Phrase};
use crate::web::{Page, Visit};

/// Whose work it is to hang up the plates of a whole area.
pub const STAFF: &[Verb] = &[Verb::WorkInGrid, Verb::WorkAtCommunityDesk, Verb::WorkAtStreetDesk];
/// The most plates of one print: a browser lays out so many pages within seconds.
const AT_ONCE: usize = 600;

#[derive(Deserialize)]
pub struct Asked {
    area: Option<String>,
    size: Option<String>,
    /// The building with which the next print begins.
    from: Option<String>,
}

/// How large a plate is, and what it is printed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Size {
    A4,
    A5,
    /// Two of A5 beside each other on a sheet of A4.
    Pair,
}

impl Size {
    const ALL: [Size; 3] = [Size::A5, Size::A4, Size::Pair];

    fn name(self) -> &'static str {
        match self {
            Size::A4 => "a4",
            Size::A5 => "a5",
            Size::Pair => "a5x2",
        }
    }

    fn word(self) -> Phrase {
        match self {
            Size::A4 => Phrase { zh: "A4，一张一个", en: "A4, one a sheet" },
            Size::A5 => Phrase { zh: "A5，一张一个", en: "A5, one a sheet" },
            Size::Pair => Phrase { zh: "A5，一张 A4 纸两个", en: "A5, two on a sheet of A4" },
        }
    }
}

#[derive(Template)]
#[template(path = "requests/pages/plates.html")]
struct Plates {
    page: Page,
    name: String,
    /// An area was chosen, and its plates are here.
    is_chosen: bool,
    size: &'static str,
    /// Every size: its name, its words, and whether it is the one here.
    sizes: Vec<(&'static str, &'static str, bool)>,
    /// Where the reader may print: their areas and what lies within.
    areas: Vec<(AreaCode, String, bool)>,
    /// What stands on one sheet: one plate, or two.
    sheets: Vec<Vec<Plate>>,
    /// The plates of this print, and those of the whole area.
    count: usize,
    all: usize,
    /// Where the next print begins, if it does not all fit into one.
    next: Option<String>,
}

/// A plate for a building.
struct Plate {
    name: String,
    around: String,
    address: String,
    /// A drawing of squares.
    code: String,
    /// Which of the area's it is.
    number: usize,
}

/// Every plate of an area in one print, a building each.
pub async fn plates(
    State(app): State<App>,
    visit: Visit,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let settings = app.settings(visit.street()?)?;
    let wish = asked.area.as_deref().unwrap_or_default();
    let area = chosen(&visit, &settings, wish)?;
    // Whoever has one area alone has nothing to choose.
    let is_chosen = !wish.is_empty() || areas(&visit, &settings, None).len() == 1;
    let size = asked.size.as_deref().unwrap_or("a5");
    let size = Size::ALL.into_iter().find(|known| known.name() == size).ok_or(Error::NotFound)?;
    let from = match asked.from.as_deref().unwrap_or_default() {
        "" => None,
        text => Some(text.parse::<AreaCode>().map_err(|_| Error::NotFound)?),
    };
    let buildings: Vec<AreaCode> = settings
        .areas_of(Level::Building)
        .into_iter()
        .map(|known| known.code)
        .filter(|&code| area.contains(code))
        .collect();
    let first = from.map_or(0, |from| buildings.partition_point(|&code| code < from));
    // Nobody waits for hundreds of plates who has not said which.
    let at_once = if is_chosen { AT_ONCE } else { 0 };
    let next = buildings
        .get(first + AT_ONCE)
        .map(|code| format!("/plates?area={area}&size={}&from={code}", size.name()));
    let (all, lang) = (buildings.len(), visit.lang);
    let wanted: Vec<(usize, AreaCode)> =
        buildings.into_iter().enumerate().skip(first).take(at_once).collect();
    let count = wanted.len();
    let (known, base) = (settings.clone(), base(&app, &headers));
    // Drawing hundreds of codes takes its time, which is not taken from other visitors.
    let draw = move || {
        let one = |&(place, code): &(usize, AreaCode)| plate(&known, lang, &base, code, place + 1);
        wanted.iter().map(one).collect::<Result<Vec<Plate>, Error>>()
    };
    let drawn = tokio::task::spawn_blocking(draw).await;
    let drawn = drawn.map_err(|error| Error::Files(error.to_string()))??;
    let here = if is_chosen {
        format!("/plates?area={area}&size={}", size.name())
    } else {
        "/plates".to_owned()
    };
    let page = Page::new(&app, &visit, &here);
    Ok(Html(Plates {
        page,
        name: settings.whole_name(area, lang),
        is_chosen,
        size: size.name(),
        sizes: Size::ALL.map(|one| (one.name(), lang.say(one.word()), one == size)).into(),
        areas: areas(&visit, &settings, is_chosen.then_some(area)),
        sheets: sheets(drawn, if size == Size::Pair { 2 } else { 1 }),
        count,
        all,
        next,
    })
    .into_response())
}

/// The area that was asked for, where the reader may hang up plates; else the first of theirs.
fn chosen(visit: &Visit, settings: &Settings, text: &str) -> Result<AreaCode, Error> {
    let held = STAFF.iter().flat_map(|&verb| visit.actor.with(verb)).map(|held| held.area);
    if text.is_empty() {
        return held.min_by_key(|area| area.level()).ok_or(Error::Forbidden);
    }
    let area: AreaCode = text.parse().map_err(|_| Error::NotFound)?;
    let is_ours =
        settings.area(area).is_some() && STAFF.iter().any(|&verb| visit.actor.may(verb, area));
    if is_ours { Ok(area) } else { Err(Error::NotFound) }
}

/// The areas in which the reader may hang up plates, but for single buildings.
fn areas(
    visit: &Visit,
    settings: &Settings,
    here: Option<AreaCode>,
) -> Vec<(AreaCode, String, bool)> {
    let levels = [Level::Street, Level::Community, Level::Grid, Level::MicroGrid];
    let known = levels.into_iter().flat_map(|level| settings.areas_of(level));
    let ours = known.filter(|area| STAFF.iter().any(|&verb| visit.actor.may(verb, area.code)));
    let name = |code| settings.whole_name(code, visit.lang);
    let mut ours: Vec<_> =
        ours.map(|area| (area.code, name(area.code), Some(area.code) == here)).collect();
    ours.sort_by_key(|&(code, ..)| code);
    ours
}

fn sheets(plates: Vec<Plate>, on_each: usize) -> Vec<Vec<Plate>> {
    let mut sheets: Vec<Vec<Plate>> = Vec::new();
    for plate in plates {
        match sheets.last_mut().filter(|sheet| sheet.len() < on_each) {
            Some(sheet) => sheet.push(plate),
            None => sheets.push(vec![plate]),
        }
    }
    sheets
}

fn plate(
    settings: &Settings,
    lang: Lang,
    base: &str,
    code: AreaCode,
    number: usize,
) -> Result<Plate, Error> {
    let address = format!("{base}/a/{code}");
    let own = settings.area(code).map(|area| lang.pick(&area.name, &area.name_en));
    let around = code.parent().map(|parent| settings.whole_name(parent, lang));
    Ok(Plate {
        name: own.unwrap_or_default().to_owned(),
        around: around.unwrap_or_default(),
        code: squares(&address)?,
        address,
        number,
    })
}

/// The address that residents use: the one that was set, else as the browser asks.
pub fn base(app: &App, headers: &HeaderMap) -> String {
    let host = headers.get("host").and_then(|host| host.to_str().ok()).unwrap_or("localhost");
    match app.options.public_url.trim_end_matches('/') {
        "" => format!("http://{host}"),
        url => url.to_owned(),
    }
}

/// A QR code as the path of a drawing: one unit a square, with a quiet zone of four. Squares beside
/// each other are one stroke.
pub fn squares(text: &str) -> Result<String, Error> {
    use std::fmt::Write;
    let code = qrcode::QrCode::new(text).map_err(|error| Error::Files(error.to_string()))?;
    let width = code.width();
    let mut path = String::new();
    for (row, line) in code.to_colors().chunks(width).enumerate() {
        let mut at = 0;
        while at < width {
            let dark = line[at..].iter().take_while(|&&c| c == qrcode::Color::Dark).count();
            if dark > 0 {
                let _ = write!(path, "M{} {}h{dark}v1h-{dark}z", at + 4, row + 4);
            }
            at += dark.max(1);
        }
    }
    let side = width + 8;
    Ok(format!(
        "<svg class=\"qr\" role=\"img\" aria-label=\"QR\" viewBox=\"0 0 {side} {side}\" \
         shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h{side}v{side}H0z\"/>\
         <path d=\"{path}\"/></svg>"
    ))
}
