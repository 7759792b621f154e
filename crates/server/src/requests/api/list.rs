//! `GET /api/v1/requests`: what a reader may see, newest first, page by page.

use std::collections::HashMap;

use axum::extract::{Request, State};
use axum::http::header;
use axum::response::Response;
use domain::actor::Verb;
use domain::area::AreaCode;
use domain::id::RequestId;
use domain::requests::Who;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::values::{At, Holder, Shown, level};
use super::{json, words};
use crate::App;
use crate::app::Settings;
use crate::error::Error;
use crate::requests::{self, Filter, LIMIT_MAX, Line, Lists, Wanted};
use crate::web::visit::escaped;
use crate::web::{Access, Fields, Routes, Visit};

/// How many lines a page has where nobody says otherwise.
const LIMIT_USUAL: usize = 50;

/// One page of requests.
#[derive(Serialize, ToSchema)]
struct RequestList<'a> {
    items: Vec<RequestLine<'a>>,
}

/// A request on one line.
#[derive(Serialize, ToSchema)]
struct RequestLine<'a> {
    #[schema(value_type = String, example = "01K0S8V5T00G1")]
    id: Shown<RequestId>,
    #[schema(example = "FY-2026-00042")]
    number: &'a str,
    #[schema(value_type = String, example = "3703230010280010103")]
    area: Shown<AreaCode>,
    area_name: &'a str,
    /// Empty where the reader may not know the door.
    place: &'a str,
    category: &'a str,
    category_name: &'a str,
    #[schema(example = "ordinary")]
    urgency: &'static str,
    /// The first sixty characters.
    text: &'a str,
    #[schema(example = "accepted")]
    stage: &'static str,
    /// How it ended, where it is closed.
    ending: Option<&'a str>,
    /// `grid`, `community` or `street`.
    #[schema(example = "grid")]
    level: &'static str,
    holder: Option<Holder>,
    #[schema(value_type = String, format = DateTime, example = "2026-11-23T09:30:00+08:00")]
    raised_at: At<'a>,
    #[schema(value_type = Option<String>, format = DateTime)]
    due_at: Option<At<'a>>,
    photos: i64,
}

pub(super) fn routes() -> Routes {
    Routes::new().api(Access::Known, routes!(list))
}

/// List the requests that the reader may see.
///
/// The newest come first. The header `Link` with `rel="next"` leads to the next page; requests that
/// are raised meanwhile neither double nor hide any. A page with fewer lines than asked for, even
/// none, and with a `Link` is one where the search took much effort: it goes on from there.
#[utoipa::path(
    get, path = "/requests", tag = "requests", operation_id = "list",
    params(
        ("area" = Option<String>, Query, description = "Within this area"),
        ("stage" = Option<String>, Query, example = "raised",
            description = "At this stage; or `open`, or `late`"),
        ("q" = Option<String>, Query,
            description = "Numbers, words, ends of phones, names, places and categories, as far as \
                the reader may see them; what blanks part is all looked for"),
        ("category" = Option<String>, Query, description = "The code of a category"),
        ("urgency" = Option<String>, Query, example = "danger",
            description = "`danger`, `urgent`, `ordinary` or `complex`"),
        ("unit" = Option<String>, Query, description = "The id of the unit that has it, or did it"),
        ("from" = Option<String>, Query, example = "2026-03-01",
            description = "Raised on this day or later"),
        ("to" = Option<String>, Query, example = "2026-03-31",
            description = "Raised on this day or earlier"),
        ("channel" = Option<String>, Query, example = "page", description = "The way it came"),
        ("rung" = Option<String>, Query, example = "red",
            description = "Open, with its clock so far: `green`, `yellow`, `red` or `ordered`"),
        ("late" = Option<bool>, Query, description = "Only what is past its limit"),
        ("after" = Option<String>, Query, description = "The id that ended the page before"),
        ("limit" = Option<u8>, Query, description = "1 to 200; 50 where nothing is said"),
        ("mine" = Option<bool>, Query, description = "Only what the reader asked for"),
    ),
    responses((status = 200, description = "One page", body = RequestList)),
)]
async fn list(State(app): State<App>, visit: Visit, request: Request) -> Result<Response, Error> {
    let settings = app.settings(visit.street()?)?;
    let query = Fields::urlencoded(request.uri().query().unwrap_or_default());
    let filter = filter(&settings, &query, app.now())?;
    let read = {
        let (settings, actor) = (settings.clone(), visit.actor.clone());
        move |tx: &mut db::Tx| requests::list(tx, &settings, &actor, &filter)
    };
    let lists = app.db.read(read).await?;
    let mut response = page(&settings, &visit, &lists);
    if let Some(next) = lists.next {
        let link = next_page(&query, next).parse().map_err(|_| Error::Unreadable)?;
        response.headers_mut().insert(header::LINK, link);
    }
    Ok(response)
}

fn filter(settings: &Settings, query: &Fields, now: Timestamp) -> Result<Filter, Error> {
    let filter = Wanted::of(query).filter(settings, now)?;
    let limit = match query.get("limit") {
        None => LIMIT_USUAL,
        Some(_) => query.parse("limit", words::LIMIT_BAD)?,
    };
    if !(1..=LIMIT_MAX).contains(&limit) {
        return Err(Error::field("limit", words::LIMIT_BAD));
    }
    let after = query.get("after").map(|_| query.parse("after", words::AFTER_BAD)).transpose()?;
    Ok(Filter { after, limit, ..filter })
}

fn next_page(query: &Fields, next: RequestId) -> String {
    let mut address = Wanted::of(query).query();
    if let Some(limit) = query.get("limit") {
        address = format!("{address}&limit={}", escaped(limit));
    }
    let address = address.trim_start_matches('&');
    let joint = if address.is_empty() { "" } else { "&" };
    format!("</api/v1/requests?{address}{joint}after={next}>; rel=\"next\"")
}

/// The page. Many lines share few areas, so each area is named once.
fn page(settings: &Settings, visit: &Visit, lists: &Lists) -> Response {
    let lang = visit.lang;
    let mut names = HashMap::new();
    for line in &lists.lines {
        names.entry(line.area).or_insert_with(|| settings.place_name(line.area, lang));
    }
    let items = lists.lines.iter().map(|line| item(settings, visit, line, &names[&line.area]));
    json(&RequestList { items: items.collect() })
}

fn item<'a>(
    settings: &'a Settings,
    visit: &Visit,
    line: &'a Line,
    area_name: &'a str,
) -> RequestLine<'a> {
    let (zone, lang) = (&settings.calendar.zone, visit.lang);
    // Colleagues read each other's names; everybody else the surname.
    let is_outside = !visit.actor.may(Verb::See, line.area);
    let category = settings.category(&line.category);
    RequestLine {
        id: Shown(line.id),
        number: &line.number,
        area: Shown(line.area),
        area_name,
        place: &line.place,
        category: &line.category,
        category_name: category.map_or("", |known| lang.pick(&known.name, &known.name_en)),
        urgency: line.urgency.name(),
        text: &line.text,
        stage: line.stage,
        ending: line.ending.as_deref(),
        level: level(line.stage, line.worker.is_some(), line.desk),
        holder: holder(line).map(|who| Holder::new(who, settings, lang, is_outside)),
        raised_at: At(line.raised_at, zone),
        due_at: line.due_at.map(|at| At(at, zone)),
        photos: line.photos,
    }
}

/// Whose turn it is, from one line.
fn holder(line: &Line) -> Option<Who> {
    match (line.stage, line.worker, line.unit) {
        ("closed", ..) => None,
        _ if line.is_asked => Some(Who::Asker),
        ("resolved", ..) => Some(Who::Asker),
        ("raised", ..) => Some(Who::GridWorkers),
        (_, Some(worker), _) => Some(Who::Worker(worker)),
        (_, _, Some(unit)) => Some(Who::Unit(unit)),
        _ => Some(Who::Desk(line.desk)),
    }
}
