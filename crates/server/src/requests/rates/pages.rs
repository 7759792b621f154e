//! The board of rates for offices, and the list behind each of its figures.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use domain::actor::Verb;
use domain::area::AreaCode;
use domain::requests::{Measure, Sums, Tally};
use jiff::civil::Date;
use serde::Deserialize;

use super::board::{self, Board, Want, What, Which};
use super::draw::{self, Bar};
use super::period::Span;
use super::{ListLine, Period, Place, words};
use crate::App;
use crate::app::Settings;
use crate::calendar;
use crate::error::Error;
use crate::requests::pages::view;
use crate::web::page::Html;
use crate::web::visit::escaped;
use crate::web::words::{Lang, Phrase};
use crate::web::{Access, Page, Routes, Visit, time};

/// How many lines one page of a list has.
const LINES: usize = 50;

pub fn routes() -> Routes {
    Routes::new().get(Access::Any(&[Verb::SeeOverview]), "/rates", board_page).get(
        Access::Any(&[Verb::SeeOverview]),
        "/rates/list",
        list_page,
    )
}

/// What a reader asks a board, or a list behind it, for.
#[derive(Deserialize, Default)]
pub struct Asked {
    period: Option<String>,
    from: Option<String>,
    to: Option<String>,
    area: Option<String>,
    category: Option<String>,
    measure: Option<String>,
    which: Option<String>,
    after: Option<String>,
}

/// What figures are about: where, which category, which days.
struct Scope {
    area: AreaCode,
    category: String,
    period: Period,
    /// The name of the period, where it was asked for by one.
    span: Option<Span>,
    /// The days that were asked for make no sense; those of this month are shown.
    is_bad: bool,
}

impl Scope {
    fn of(settings: &Settings, visit: &Visit, asked: &Asked, today: Date) -> Result<Self, Error> {
        let area = asked.area.as_deref().filter(|text| !text.is_empty());
        let area = area_asked(settings, visit, area)?;
        let category = asked.category.clone().unwrap_or_default();
        if !category.is_empty() && settings.category(&category).is_none() {
            return Err(Error::NotFound);
        }
        let day = |text: &Option<String>| text.as_deref().and_then(|text| text.parse().ok());
        let has_days = |text: &Option<String>| text.as_deref().is_some_and(|it| !it.is_empty());
        let span = asked.period.as_deref().and_then(Span::named);
        let days = day(&asked.from).zip(day(&asked.to));
        let days = days.and_then(|(from, to)| Period::new(from, to));
        let (period, span) = match (span, days) {
            (Some(span), _) => (Period::of(span, today), Some(span)),
            (None, Some(days)) => (days, None),
            (None, None) => (Period::of(Span::Month, today), Some(Span::Month)),
        };
        let is_bad = days.is_none() && (has_days(&asked.from) || has_days(&asked.to));
        Ok(Self { area, category, period, span, is_bad })
    }

    /// The part of an address that asks for these figures of `area`.
    fn query(&self, area: AreaCode) -> String {
        let Period { from, to } = self.period;
        format!("area={area}&category={}&from={from}&to={to}", escaped(&self.category))
    }

    fn list(&self, area: AreaCode, what: What, which: Which) -> String {
        let (what, which) = (what.name(), which.name());
        format!("/rates/list?measure={what}&which={which}&{}", self.query(area))
    }
}

/// The area that is asked for, or that the reader answers for. One that lies beyond their posts is
/// not found, as one that does not exist.
pub(super) fn area_asked(
    settings: &Settings,
    visit: &Visit,
    asked: Option<&str>,
) -> Result<AreaCode, Error> {
    let street = settings.street.area();
    let Some(text) = asked else {
        let own = visit.actor.with(Verb::SeeOverview).next().ok_or(Error::Forbidden)?.area;
        return Ok(if own.contains(street) { street } else { own });
    };
    let area: AreaCode = text.parse().map_err(|_| Error::NotFound)?;
    let is_ours = visit.actor.may(Verb::SeeOverview, area) && settings.area(area).is_some();
    if is_ours { Ok(area) } else { Err(Error::NotFound) }
}

#[derive(Template)]
#[template(path = "requests/rates/board.html")]
struct BoardPage {
    page: Page,
    scope: Scope,
    name: String,
    /// The way to the area around this one, where the reader may go there.
    above: Option<(AreaCode, String)>,
    category: String,
    days: String,
    cut_off: String,
    spans: Vec<(String, &'static str, bool)>,
    categories: Vec<(String, String)>,
    figures: Figures,
    cards: Vec<Card>,
    /// What the parts are: communities, grids.
    parts_name: &'static str,
    parts: Vec<Row>,
    months: Vec<Row>,
    /// The months in which nothing happened, in one line.
    empty_months: String,
}

/// Counts that are no rates.
struct Figures {
    raised: i64,
    closed: i64,
    open: i64,
    late: i64,
}

/// One rate with all that belongs to it.
struct Card {
    cell: Cell,
    definition: &'static str,
    bars: Vec<Bar>,
}

/// A rate in words.
struct Cell {
    name: &'static str,
    /// `87.5%`; nothing where there were no cases.
    percent: Option<String>,
    hits: i64,
    of: i64,
    hits_path: String,
    all_path: String,
}

/// A line of a table: an area, or a month.
struct Row {
    name: String,
    /// The way to its own board; empty where it has none.
    path: String,
    raised: i64,
    cells: Vec<Cell>,
}

/// The rates of an area: this month, unless another period is asked for.
pub async fn board_page(
    State(app): State<App>,
    visit: Visit,
    Query(asked): Query<Asked>,
) -> Result<Response, Error> {
    let settings = app.settings(visit.street()?)?;
    let (now, lang) = (app.now(), visit.lang);
    let scope = Scope::of(&settings, &visit, &asked, settings.calendar.date(now))?;
    let (known, period) = (settings.clone(), scope.period);
    let (area, category) = (scope.area, scope.category.clone());
    let read = move |tx: &mut db::Tx| {
        board::board(tx, &known, Place { area, category: &category }, period, now)
    };
    let board = app.db.read(read).await?;
    let above = area.parent().filter(|up| visit.actor.may(Verb::SeeOverview, *up));
    let above = above.filter(|up| settings.area(*up).is_some());
    let spans = Span::ALL.map(|span| {
        let (name, category) = (span.name(), escaped(&scope.category));
        let path = format!("/rates?period={name}&area={area}&category={category}");
        (path, lang.say(span.phrase()), scope.span == Some(span))
    });
    let categories = settings
        .categories
        .iter()
        .map(|known| (known.code.clone(), lang.pick(&known.name, &known.name_en).to_owned()));
    let page = Page::new(&app, &visit, &format!("/rates?{}", scope.query(area)));
    let shown = BoardPage {
        page,
        name: settings.place_name(area, lang),
        above: above.map(|up| (up, settings.place_name(up, lang))),
        category: category_name(&settings, &scope.category, lang),
        days: days(scope.period, lang),
        cut_off: time::full(now, &settings.calendar.zone, lang),
        spans: spans.into(),
        categories: categories.collect(),
        figures: Figures {
            raised: board.own.raised,
            closed: board.own.closed,
            open: board.open,
            late: board.late,
        },
        cards: cards(&scope, &board, lang),
        parts_name: lang.say(words::parts(area.level())),
        parts: parts(&settings, &scope, &board, lang),
        months: months(&scope, &board, lang),
        empty_months: empty_months(&board, lang),
        scope,
    };
    Ok(Html(shown).into_response())
}

fn cards(scope: &Scope, board: &Board, lang: Lang) -> Vec<Card> {
    let card = |(measure, cell)| {
        let rates = board.months.iter().map(|(_, sums)| sums.rate(measure));
        Card { cell, definition: lang.say(words::definition(measure)), bars: draw::bars(rates) }
    };
    Measure::ALL.into_iter().zip(cells(scope, scope.area, &board.own, lang)).map(card).collect()
}

fn cells(scope: &Scope, area: AreaCode, sums: &Sums, lang: Lang) -> Vec<Cell> {
    let cell = |measure| {
        let (rate, what) = (sums.rate(measure), What::Rate(measure));
        Cell {
            name: lang.say(words::name(measure)),
            percent: rate.tenths().map(draw::percent),
            hits: rate.hits,
            of: rate.of,
            hits_path: scope.list(area, what, Which::Hits),
            all_path: scope.list(area, what, Which::All),
        }
    };
    Measure::ALL.into_iter().map(cell).collect()
}

/// The areas below in the order of their codes: this is no ranking.
fn parts(settings: &Settings, scope: &Scope, board: &Board, lang: Lang) -> Vec<Row> {
    let row = |(area, sums): &(AreaCode, Sums)| {
        let is_rest = *area == scope.area;
        let rest = words::rest(scope.area.level());
        let known = settings.area(*area);
        let name = known.map_or_else(
            || area.to_string(),
            |known| lang.pick(&known.name, &known.name_en).to_owned(),
        );
        let mut cells = cells(scope, *area, sums, lang);
        if is_rest {
            // There is no list of what lies in no part alone.
            for cell in &mut cells {
                cell.all_path.clear();
            }
        }
        Row {
            name: if is_rest { lang.say(rest).to_owned() } else { name },
            path: if is_rest || known.is_none() {
                String::new()
            } else {
                format!("/rates?{}", scope.query(*area))
            },
            raised: sums.raised,
            cells,
        }
    };
    board.parts.iter().map(row).collect()
}

fn months(scope: &Scope, board: &Board, lang: Lang) -> Vec<Row> {
    let row = |(month, sums): &(Date, Sums)| {
        let period = Period { from: *month, to: month.last_of_month() };
        let of_month =
            Scope { category: scope.category.clone(), period, span: None, is_bad: false, ..*scope };
        Row {
            name: month_name(*month, lang),
            path: format!("/rates?{}", of_month.query(scope.area)),
            raised: sums.raised,
            cells: cells(&of_month, scope.area, sums, lang),
        }
    };
    board.months.iter().filter(|(_, sums)| *sums != Sums::default()).map(row).collect()
}

/// The months in which nothing happened: those in a row as one span.
fn empty_months(board: &Board, lang: Lang) -> String {
    let mut spans: Vec<(Date, Date)> = Vec::new();
    for &(month, _) in board.months.iter().filter(|(_, sums)| *sums == Sums::default()) {
        match spans.last_mut() {
            Some((_, last)) if last.last_of_month().tomorrow().is_ok_and(|it| it == month) => {
                *last = month;
            }
            _ => spans.push((month, month)),
        }
    }
    let to = lang.say(Phrase { zh: "至", en: " to " });
    let span = |(first, last): &(Date, Date)| {
        let (first_name, last_name) = (month_name(*first, lang), month_name(*last, lang));
        if first == last { first_name } else { format!("{first_name}{to}{last_name}") }
    };
    spans.iter().map(span).collect::<Vec<_>>().join(lang.say(Phrase { zh: "、", en: ", " }))
}

fn month_name(month: Date, lang: Lang) -> String {
    month.strftime(lang.say(Phrase { zh: "%Y年%-m月", en: "%b %Y" })).to_string()
}

fn category_name(settings: &Settings, code: &str, lang: Lang) -> String {
    match settings.category(code) {
        Some(known) => lang.pick(&known.name, &known.name_en).to_owned(),
        None => lang.say(Phrase { zh: "全部类别", en: "all categories" }).to_owned(),
    }
}

fn days(period: Period, lang: Lang) -> String {
    let day = |date: Date| day(date, lang);
    let to = lang.say(Phrase { zh: "至", en: " to " });
    format!("{}{to}{}", day(period.from), day(period.to))
}

fn day(date: Date, lang: Lang) -> String {
    date.strftime(lang.say(Phrase { zh: "%Y年%-m月%-d日", en: "%-d %B %Y" })).to_string()
}

#[derive(Template)]
#[template(path = "requests/rates/list.html")]
struct ListPage {
    page: Page,
    name: &'static str,
    definition: &'static str,
    place: String,
    category: String,
    days: String,
    back: String,
    narrow: Vec<(String, &'static str, bool)>,
    lines: Vec<LineView>,
    next: Option<String>,
}

/// One line behind a figure.
struct LineView {
    path: String,
    title: String,
    number: String,
    place: String,
    category: String,
    icon: &'static str,
    fact: &'static str,
    is_hit: bool,
    /// The shape of its status.
    shape: &'static str,
    day: String,
}

/// The requests behind a figure: each line says the fact that counted, and its day.
pub async fn list_page(
    State(app): State<App>,
    visit: Visit,
    Query(asked): Query<Asked>,
) -> Result<Response, Error> {
    let settings = app.settings(visit.street()?)?;
    let lang = visit.lang;
    let scope = Scope::of(&settings, &visit, &asked, settings.calendar.date(app.now()))?;
    let what = asked.measure.as_deref().and_then(What::named).ok_or(Error::NotFound)?;
    let which = asked.which.as_deref().and_then(Which::named).unwrap_or(Which::All);
    let mut want = Want::new(what, which);
    want.after = asked.after.as_deref().and_then(after);
    let (area, category, period) = (scope.area, scope.category.clone(), scope.period);
    let (known, actor) = (settings.clone(), visit.actor.clone());
    let read = move |tx: &mut db::Tx| {
        let place = Place { area, category: &category };
        board::behind(tx, &known, &actor, (place, period), &want, LINES)
    };
    let (lines, has_more) = app.db.read(read).await?;
    let here = scope.list(area, what, which);
    let next = lines.last().filter(|_| has_more).map(|line| format!("{here}&after={}", end(line)));
    let choices: &[Which] = match what {
        What::Rate(_) => &Which::ALL,
        What::Tally(_) => &[],
    };
    let narrow = choices.iter().map(|&choice| {
        (scope.list(area, what, choice), lang.say(words::which(choice)), choice == which)
    });
    let view = |line: &ListLine| line_view(&settings, what, line, lang);
    let shown = ListPage {
        page: Page::new(&app, &visit, &here),
        name: lang.say(words::figure(what)),
        definition: match what {
            What::Rate(measure) => lang.say(words::definition(measure)),
            What::Tally(_) => "",
        },
        place: settings.place_name(area, lang),
        category: category_name(&settings, &scope.category, lang),
        days: days(scope.period, lang),
        back: format!("/rates?{}", scope.query(area)),
        narrow: narrow.collect(),
        lines: lines.iter().map(view).collect(),
        next,
    };
    Ok(Html(shown).into_response())
}

fn line_view(settings: &Settings, what: What, line: &ListLine, lang: Lang) -> LineView {
    let known = settings.category(&line.category);
    let place = settings.place_name(line.area, lang);
    let is_hit = line.is_hit || matches!(what, What::Tally(_));
    LineView {
        path: format!("/requests/{}", line.request),
        title: view::title(&line.text),
        number: line.number.clone(),
        place: if line.place.is_empty() { place } else { format!("{place} {}", line.place) },
        category: category_name(settings, &line.category, lang),
        icon: view::icon(known.map_or("", |known| &known.icon)),
        fact: lang.say(words::fact(what, line.is_hit)),
        is_hit,
        shape: if is_hit { "s-done" } else { "s-closed" },
        day: day(line.day, lang),
    }
}

/// Where a page ended, as it stands in an address.
pub(super) fn end(line: &ListLine) -> String {
    format!("{}-{}-{}", calendar::number(line.day), line.request.0, line.version)
}

/// Where the page before ended.
pub(super) fn after(text: &str) -> Option<(i64, i64, i64)> {
    let mut parts = text.splitn(3, '-').map(|part| part.parse().ok());
    Some((parts.next()??, parts.next()??, parts.next()??))
}
