//! Rates for programs: the public figures without small counts, and for staff all of them with the
//! list behind each.

use std::collections::BTreeMap;

use axum::extract::{Request, State};
use axum::http::header;
use axum::response::Response;
use domain::actor::Verb;
use domain::area::{AreaCode, Level};
use domain::requests::{Measure, Sums};
use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::board::{self, Board, Want, What, Which};
use super::period::Span;
use super::public::{self, Told};
use super::{ListLine, Period, Place, pages, words};
use crate::App;
use crate::app::Settings;
use crate::error::Error;
use crate::grid;
use crate::requests::api::json;
use crate::web::visit::escaped;
use crate::web::words::Lang;
use crate::web::{Access, Fields, Routes, Visit, time};

/// How many lines a page of a list has.
const LINES: usize = 50;

/// One rate with what it means.
#[derive(Serialize, ToSchema)]
struct RateAnswer {
    /// Nothing where the count is too small to be told.
    #[schema(example = 35)]
    numerator: Option<i64>,
    #[schema(example = 40)]
    denominator: Option<i64>,
    /// How it is counted, in the reader's language.
    definition: &'static str,
    /// Whether the count is too small to be told to everybody.
    suppressed: bool,
}

/// The figures of an area over some days.
#[derive(Serialize, ToSchema)]
struct BoardAnswer {
    #[schema(example = "370323001028")]
    area: String,
    area_name: String,
    /// The code of a category; empty for all.
    category: String,
    #[schema(example = "2026-03-01")]
    from: String,
    /// The last day.
    #[schema(example = "2026-03-31")]
    to: String,
    /// The moment of these figures, RFC 3339.
    cut_off: String,
    raised: Option<i64>,
    closed: Option<i64>,
    /// What is told to everybody, in the reader's language; nothing where the reader is of the
    /// office and is told everything.
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<&'static str>,
    /// By the name of the measure: `response`, `solved`, `satisfied_wide`, `satisfied_strict`,
    /// `solved_in_grid`, `solved_in_community`, `on_time`, `returned`, `redone`, `reopened`.
    rates: BTreeMap<&'static str, RateAnswer>,
}

/// A part of an area, or a month, with its figures.
#[derive(Serialize, ToSchema)]
struct PartAnswer {
    /// The code of the area, or the month as `2026-03`.
    #[schema(example = "370323001028")]
    name: String,
    raised: i64,
    closed: i64,
    rates: BTreeMap<&'static str, RateAnswer>,
}

/// All figures, for staff.
#[derive(Serialize, ToSchema)]
struct RatesAnswer {
    #[serde(flatten)]
    own: BoardAnswer,
    /// Open now, and past their limit now.
    open: i64,
    late: i64,
    /// The areas right below, by code; what lies in none of them under the code of the area itself.
    parts: Vec<PartAnswer>,
    /// Twelve months up to the end of the period.
    months: Vec<PartAnswer>,
}

/// One line behind a figure.
#[derive(Serialize, ToSchema)]
struct FactAnswer {
    #[schema(example = "01K0S8V5T00G1")]
    id: String,
    number: String,
    area: String,
    area_name: String,
    /// Empty where the reader may not know the door.
    place: String,
    category: String,
    text: String,
    /// The day on which it counted.
    #[schema(example = "2026-03-02")]
    day: String,
    hit: bool,
    /// The same in words.
    fact: &'static str,
}

/// One page of lines behind a figure.
#[derive(Serialize, ToSchema)]
struct FactList {
    items: Vec<FactAnswer>,
}

pub fn routes() -> Routes {
    Routes::new()
        .api(Access::Everyone, routes!(public_board))
        .api(Access::Any(&[Verb::SeeOverview]), routes!(rates))
        .api(Access::Any(&[Verb::SeeOverview]), routes!(list))
}

/// Read the public figures of an area.
///
/// Of a street, a community or a grid, over one whole month that is over; the last month where
/// nothing is said. Counts of fewer than five cases are told to the office alone, and so is the
/// smallest count beside one, where the total would give it away. A category is public for the
/// street as a whole. The office may ask for any days, and is told of this month where it says
/// nothing.
#[utoipa::path(
    get, path = "/board", tag = "rates", operation_id = "board",
    params(
        ("area" = Option<String>, Query, description = "The code of the area"),
        ("category" = Option<String>, Query, description = "The code of a category"),
        ("from" = Option<String>, Query, description = "The first day", example = "2026-03-01"),
        ("to" = Option<String>, Query, description = "The last day", example = "2026-03-31"),
    ),
    responses((status = 200, description = "The figures", body = BoardAnswer)),
)]
async fn public_board(
    State(app): State<App>,
    visit: Visit,
    request: Request,
) -> Result<Response, Error> {
    let query = Fields::urlencoded(request.uri().query().unwrap_or_default());
    let street = grid::street_asked(&visit, &query, "area")?;
    let settings = app.settings(street)?;
    let area = match query.get("area") {
        None => street.area(),
        Some(text) => text.parse::<AreaCode>().map_err(|_| Error::NotFound)?,
    };
    let is_public = (Level::Street..=Level::Grid).contains(&area.level());
    let is_office = visit.actor.may(Verb::SeeOverview, area);
    if settings.area(area).is_none() || !is_public && !is_office {
        return Err(Error::NotFound);
    }
    let today = settings.calendar.date(app.now());
    if is_office {
        let asked = Asked::of(&settings, &query, area, (today, Span::Month))?;
        let board = asked.board(&app, street).await?;
        return Ok(json(&answer(&app, &settings, &asked, &board, (visit.lang, Told::ALL))));
    }
    let asked = Asked::of(&settings, &query, area, (today, Span::LastMonth))?;
    public::check(&Place { area, category: &asked.category }, asked.period, today)?;
    let board = asked.board(&app, street).await?;
    let (known, category, period) = (settings.clone(), asked.category.clone(), asked.period);
    let read = move |tx: &mut db::Tx| {
        public::told(tx, &known, Place { area, category: &category }, period)
    };
    let told = app.db.read(read).await?;
    let mut answer = answer(&app, &settings, &asked, &board, (visit.lang, told));
    answer.rule = Some(visit.lang.say(words::RULE));
    Ok(json(&answer))
}

/// Read the rates of an area in all detail.
///
/// With its parts and the twelve months up to the end of the period. Nothing is suppressed: this is
/// for those who answer for the area.
#[utoipa::path(
    get, path = "/rates", tag = "rates", operation_id = "rates",
    params(
        ("area" = Option<String>, Query, description = "Within the reader's own"),
        ("category" = Option<String>, Query, description = "The code of a category"),
        ("from" = Option<String>, Query, description = "The first day", example = "2026-03-01"),
        ("to" = Option<String>, Query, description = "The last day", example = "2026-03-31"),
    ),
    responses((status = 200, description = "The figures", body = RatesAnswer)),
)]
async fn rates(State(app): State<App>, visit: Visit, request: Request) -> Result<Response, Error> {
    let query = Fields::urlencoded(request.uri().query().unwrap_or_default());
    let settings = app.settings(visit.street()?)?;
    let area = pages::area_asked(&settings, &visit, query.get("area"))?;
    let today = settings.calendar.date(app.now());
    let asked = Asked::of(&settings, &query, area, (today, Span::Month))?;
    let board = asked.board(&app, settings.street).await?;
    let lang = visit.lang;
    let part = |name: String, sums: &Sums| PartAnswer {
        name,
        raised: sums.raised,
        closed: sums.closed,
        rates: rates_of(sums, lang, Told::ALL),
    };
    let parts = board.parts.iter().map(|(area, sums)| part(area.to_string(), sums));
    let months = board.months.iter();
    let months = months.map(|(month, sums)| part(month.strftime("%Y-%m").to_string(), sums));
    Ok(json(&RatesAnswer {
        own: answer(&app, &settings, &asked, &board, (lang, Told::ALL)),
        open: board.open,
        late: board.late,
        parts: parts.collect(),
        months: months.collect(),
    }))
}

/// List the requests behind a figure.
///
/// The newest fact comes first. The header `Link` with `rel="next"` leads to the next page.
#[utoipa::path(
    get, path = "/rates/list", tag = "rates", operation_id = "rate_list",
    params(
        ("measure" = String, Query, description = "A measure, `raised` or `closed`"),
        ("which" = Option<String>, Query, description = "`all`, `hits` or `misses`"),
        ("area" = Option<String>, Query, description = "Within the reader's own"),
        ("category" = Option<String>, Query, description = "The code of a category"),
        ("from" = Option<String>, Query, description = "The first day", example = "2026-03-01"),
        ("to" = Option<String>, Query, description = "The last day", example = "2026-03-31"),
        ("after" = Option<String>, Query, description = "Where the page before ended"),
    ),
    responses((status = 200, description = "One page", body = FactList)),
)]
async fn list(State(app): State<App>, visit: Visit, request: Request) -> Result<Response, Error> {
    let query = Fields::urlencoded(request.uri().query().unwrap_or_default());
    let settings = app.settings(visit.street()?)?;
    let area = pages::area_asked(&settings, &visit, query.get("area"))?;
    let today = settings.calendar.date(app.now());
    let asked = Asked::of(&settings, &query, area, (today, Span::Month))?;
    let what = query.get("measure").and_then(What::named);
    let what = what.ok_or_else(|| Error::field("measure", words::MEASURE_UNKNOWN))?;
    let which = query.get("which").map_or(Some(Which::All), Which::named);
    let which = which.ok_or_else(|| Error::field("which", words::WHICH_UNKNOWN))?;
    let mut want = Want::new(what, which);
    let after = |text| pages::after(text).ok_or_else(|| Error::field("after", words::AFTER_BAD));
    want.after = query.get("after").map(after).transpose()?;
    let (known, actor) = (settings.clone(), visit.actor.clone());
    let (category, period) = (asked.category.clone(), asked.period);
    let read = move |tx: &mut db::Tx| {
        let place = Place { area, category: &category };
        board::behind(tx, &known, &actor, (place, period), &want, LINES)
    };
    let (lines, has_more) = app.db.read(read).await?;
    let next = lines.last().filter(|_| has_more).map(|line| {
        let Period { from, to } = asked.period;
        format!(
            "</api/v1/rates/list?measure={}&which={}&area={area}&category={}&from={from}&to={to}\
             &after={}>; rel=\"next\"",
            what.name(),
            which.name(),
            escaped(&asked.category),
            pages::end(line),
        )
    });
    let item = |line: ListLine| fact(&settings, what, line, visit.lang);
    let mut response = json(&FactList { items: lines.into_iter().map(item).collect() });
    if let Some(next) = next {
        let link = next.parse().map_err(|_| Error::Unreadable)?;
        response.headers_mut().insert(header::LINK, link);
    }
    Ok(response)
}

/// What figures are asked for.
struct Asked {
    area: AreaCode,
    category: String,
    period: Period,
}

impl Asked {
    /// What the query says; the days of `usual` where it says none.
    fn of(
        settings: &Settings,
        query: &Fields,
        area: AreaCode,
        (today, usual): (Date, Span),
    ) -> Result<Self, Error> {
        let category = query.get("category").unwrap_or_default().to_owned();
        if !category.is_empty() && settings.category(&category).is_none() {
            return Err(Error::field("category", crate::requests::words::CATEGORY_UNKNOWN));
        }
        let month = Period::of(usual, today);
        let day = |name, usual| match query.get(name) {
            None => Ok(usual),
            Some(_) => query.parse::<Date>(name, words::PERIOD_BAD),
        };
        let from = day("from", month.from)?;
        // From some day on: until the end of its month, or of this one.
        let is_single = from > month.to || usual == Span::LastMonth;
        let to = day("to", if is_single { from.last_of_month() } else { month.to })?;
        let period = Period::new(from, to);
        let period = period.ok_or_else(|| Error::field("to", words::PERIOD_BAD))?;
        Ok(Self { area, category, period })
    }

    async fn board(&self, app: &App, street: domain::area::Street) -> Result<Board, Error> {
        let (settings, now) = (app.settings(street)?, app.now());
        let (area, category, period) = (self.area, self.category.clone(), self.period);
        let read = move |tx: &mut db::Tx| {
            board::board(tx, &settings, Place { area, category: &category }, period, now)
        };
        app.db.read(read).await
    }
}

fn answer(
    app: &App,
    settings: &Settings,
    asked: &Asked,
    board: &Board,
    (lang, told): (Lang, Told),
) -> BoardAnswer {
    BoardAnswer {
        area: asked.area.to_string(),
        area_name: settings.place_name(asked.area, lang),
        category: asked.category.clone(),
        from: asked.period.from.to_string(),
        to: asked.period.to.to_string(),
        cut_off: time::rfc3339(app.now(), &settings.calendar.zone),
        raised: told.raised().then_some(board.own.raised),
        closed: told.closed().then_some(board.own.closed),
        rule: None,
        rates: rates_of(&board.own, lang, told),
    }
}

fn rates_of(sums: &Sums, lang: Lang, told: Told) -> BTreeMap<&'static str, RateAnswer> {
    let one = |measure: Measure| {
        let rate = sums.rate(measure);
        let suppressed = !told.has(measure);
        let answer = RateAnswer {
            numerator: (!suppressed).then_some(rate.hits),
            denominator: (!suppressed).then_some(rate.of),
            definition: lang.say(words::definition(measure)),
            suppressed,
        };
        (measure.name(), answer)
    };
    Measure::ALL.into_iter().map(one).collect()
}

fn fact(settings: &Settings, what: What, line: ListLine, lang: Lang) -> FactAnswer {
    FactAnswer {
        id: line.request.to_string(),
        number: line.number,
        area: line.area.to_string(),
        area_name: settings.place_name(line.area, lang),
        place: line.place,
        category: line.category,
        text: line.text,
        day: line.day.to_string(),
        hit: line.is_hit,
        fact: lang.say(words::fact(what, line.is_hit)),
    }
}
