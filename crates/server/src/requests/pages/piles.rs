//! The piles of work, and the lists: a grid worker's day, a desk, a unit, a resident's own, all.

use askama::Template;
use axum::extract::{Query, RawQuery, State};
use axum::response::{IntoResponse, Response};
use domain::actor::Verb;
use domain::area::{AreaCode, Level};
use domain::requests::Desk;
use serde::Deserialize;

use super::all;
use super::show::{self, Done, Show};
use super::view::{Eye, Item};
use crate::App;
use crate::app::Settings;
use crate::error::Error;
use crate::requests::{self, Chip, Count, Filter, Line, Pile, neighbours, words};
use crate::web::page::Html;
use crate::web::visit::escaped;
use crate::web::words::Phrase;
use crate::web::{Fields, Page, Visit};

/// A heading with what stands under it.
struct Group {
    name: &'static str,
    is_late: bool,
    items: Vec<Item>,
}

/// A link that narrows a list, with how many it would show.
struct Narrow {
    path: String,
    name: &'static str,
    count: Option<i64>,
    is_here: bool,
}

#[derive(Deserialize, Default)]
pub struct Asked {
    stage: Option<String>,
    after: Option<String>,
    request: Option<String>,
}

#[derive(Template)]
#[template(path = "requests/pages/inbox.html")]
struct Inbox {
    page: Page,
    places: String,
    narrow: Vec<Narrow>,
    groups: Vec<Group>,
}

/// A grid worker's day: one list by when it is due.
pub async fn inbox(
    State(app): State<App>,
    visit: Visit,
    Query(asked): Query<Asked>,
    Query(done): Query<Done>,
) -> Result<Response, Error> {
    let settings = app.settings(visit.street()?)?;
    let lines = waiting(&app, &visit, &settings, Pile::Grid).await?;
    let eye = Eye { settings: &settings, lang: visit.lang, now: app.now() };
    let stage = asked.stage.as_deref().unwrap_or_default();
    let narrow = narrow(&visit, "/inbox", &lines, stage, &["raised", "accepted"]);
    let shown = lines.iter().filter(|line| stage.is_empty() || line.stage == stage);
    let groups = by_day(&eye, shown);
    let held = visit.actor.with(Verb::WorkInGrid);
    let places: Vec<String> = held.map(|held| settings.place_name(held.area, visit.lang)).collect();
    let mut page = Page::new(&app, &visit, "/inbox");
    done.say_on(&mut page);
    let joint = visit.lang.say(Phrase { zh: "、", en: ", " });
    Ok(Html(Inbox { page, places: places.join(joint), narrow, groups }).into_response())
}

async fn waiting(
    app: &App,
    visit: &Visit,
    settings: &std::sync::Arc<Settings>,
    pile: Pile,
) -> Result<Vec<Line>, Error> {
    let (settings, actor) = (settings.clone(), visit.actor.clone());
    app.db.read(move |tx| requests::pile(tx, &settings, &actor, pile)).await
}

/// All, and each of these stages, with how many lines there are.
fn narrow(
    visit: &Visit,
    path: &str,
    lines: &[Line],
    chosen: &str,
    stages: &[&'static str],
) -> Vec<Narrow> {
    let count = |stage: &str| {
        let found = lines.iter().filter(|line| stage.is_empty() || line.stage == stage).count();
        Some(i64::try_from(found).unwrap_or(i64::MAX))
    };
    let all = Narrow {
        path: path.to_owned(),
        name: visit.lang.say(Phrase { zh: "全部", en: "All" }),
        count: count(""),
        is_here: chosen.is_empty(),
    };
    let one = |stage: &&'static str| Narrow {
        path: format!("{path}?stage={stage}"),
        name: visit.lang.say(words::stage(stage)),
        count: count(stage),
        is_here: chosen == *stage,
    };
    std::iter::once(all).chain(stages.iter().map(one)).collect()
}

/// Late, today, later.
fn by_day<'a>(eye: &Eye<'_>, lines: impl Iterator<Item = &'a Line>) -> Vec<Group> {
    let calendar = &eye.settings.calendar;
    let today = calendar.date(eye.now);
    let say = |zh, en| eye.lang.say(Phrase { zh, en });
    let group = |name, is_late| Group { name, is_late, items: Vec::new() };
    let mut groups = [
        group(say("逾期", "Late"), true),
        group(say("今天", "Today"), false),
        group(say("以后", "Later"), false),
    ];
    for line in lines {
        let place = match line.due_at {
            Some(at) if at < eye.now && !line.is_asked => 0,
            Some(at) if calendar.date(at) <= today && !line.is_asked => 1,
            _ => 2,
        };
        groups[place].items.push(eye.item(line));
    }
    groups.into_iter().filter(|group| !group.items.is_empty()).collect()
}

#[derive(Template)]
#[template(path = "requests/pages/desk.html")]
struct DeskPage {
    page: Page,
    name: String,
    narrow: Vec<Narrow>,
    items: Vec<Item>,
    q: String,
    stage: String,
    /// Only what is to be decided is listed, by when it is due.
    is_todo: bool,
    /// The address of this list, to which a chosen request is added.
    list: String,
    /// The request that is open beside the list.
    chosen: Option<Show>,
    next: Option<String>,
    /// What the list is narrowed to beside the stage.
    chips: Vec<Chip>,
    /// The same list, as a query for the page of all requests.
    more: String,
}

/// The desk of the community, or of the street: what is to be dispatched first.
pub async fn desk(
    State(app): State<App>,
    visit: Visit,
    Query(asked): Query<Asked>,
    RawQuery(query): RawQuery,
    Query(done): Query<Done>,
) -> Result<Response, Error> {
    const STAGES: &[&str] =
        &["escalated", "redo", "dispatched", "handling", "suspended", "resolved"];
    let settings = app.settings(visit.street()?)?;
    let at_street = visit.actor.may_somewhere(Verb::WorkAtStreetDesk);
    let desk = if at_street { Desk::Street } else { Desk::Community };
    let verb = if at_street { Verb::WorkAtStreetDesk } else { Verb::WorkAtCommunityDesk };
    let area = visit.actor.with(verb).next().map(|held| held.area).ok_or(Error::Forbidden)?;
    let stage = asked.stage.clone().unwrap_or_default();
    let fields = Fields::urlencoded(&query.unwrap_or_default());
    let all::Asked { wanted, filter } = all::Asked::read(&app, &settings, &fields)?;
    let narrowed = wanted.without("stage");
    let q = wanted.shown("q").to_owned();
    let eye = Eye { settings: &settings, lang: visit.lang, now: app.now() };
    let counts = count(&app, &settings, area).await?;
    let mut narrow = narrow_by_count(&visit, &counts, &stage, STAGES);
    let waiting = waiting(&app, &visit, &settings, Pile::Desk(desk)).await?;
    let first = ["escalated", "redo"];
    let to_do = |line: &&Line| first.contains(&line.stage) || line.wants_extension;
    let is_todo = stage.is_empty() && narrowed.is_all();
    narrow.insert(0, todo(&visit, waiting.iter().filter(to_do).count(), is_todo));
    let list = format!("/desk?stage={}{}", escaped(&stage), joined(&narrowed.query()));
    let (mut items, next): (Vec<Item>, _) = if is_todo {
        (waiting.iter().filter(to_do).map(|line| eye.item(line)).collect(), None)
    } else {
        let filter = Filter { area: filter.area.or(Some(area)), ..filter };
        let page = all::found(&app, &visit, &settings, filter).await?;
        let next = page.next.map(|id| format!("{list}&after={id}"));
        (page.lines.iter().map(|line| eye.item(line)).collect(), next)
    };
    let list =
        asked.after.as_ref().map_or(list.clone(), |id| format!("{list}&after={}", escaped(id)));
    let chosen = match &asked.request {
        Some(id) => {
            let id = id.parse().map_err(|_| Error::NotFound)?;
            for item in &mut items {
                item.is_current = item.id == id;
            }
            Some(show::draw(&app, &visit, id, show::Outcome::default()).await?)
        }
        None => None,
    };
    let here =
        if is_todo { "/desk".to_owned() } else { format!("/desk?stage={}", escaped(&stage)) };
    let mut page = Page::new(&app, &visit, &here);
    done.say_on(&mut page);
    let name = settings.place_name(area, visit.lang);
    let more = wanted.query();
    let chips = narrowed.chips(&settings, visit.lang);
    let shown =
        DeskPage { page, name, narrow, items, q, stage, is_todo, list, chosen, next, chips, more };
    Ok(Html(shown).into_response())
}

/// A query that goes on another one.
fn joined(query: &str) -> String {
    if query.is_empty() { String::new() } else { format!("&{query}") }
}

fn todo(visit: &Visit, count: usize, is_here: bool) -> Narrow {
    Narrow {
        path: "/desk".to_owned(),
        name: visit.lang.say(Phrase { zh: "要我定的", en: "For us to decide" }),
        count: i64::try_from(count).ok(),
        is_here,
    }
}

async fn count(
    app: &App,
    settings: &std::sync::Arc<Settings>,
    area: AreaCode,
) -> Result<Vec<Count>, Error> {
    let (known, now) = (settings.clone(), app.now());
    app.db.read(move |tx| requests::counts(tx, &known, area, now)).await
}

fn narrow_by_count(
    visit: &Visit,
    counts: &[Count],
    chosen: &str,
    stages: &[&'static str],
) -> Vec<Narrow> {
    let one = |stage: &&'static str| Narrow {
        path: format!("/desk?stage={stage}"),
        name: visit.lang.say(words::stage(stage)),
        count: Some(counts.iter().filter(|c| c.stage == *stage).map(|c| c.all).sum()),
        is_here: chosen == *stage,
    };
    let all = Narrow {
        path: "/desk?stage=all".to_owned(),
        name: visit.lang.say(Phrase { zh: "全部", en: "All" }),
        count: Some(counts.iter().map(|count| count.all).sum()),
        is_here: chosen == "all",
    };
    stages.iter().map(one).chain(std::iter::once(all)).collect()
}

#[derive(Template)]
#[template(path = "requests/pages/unit.html")]
struct UnitPage {
    page: Page,
    names: String,
    to_sign: Vec<Item>,
    in_hand: Vec<Item>,
}

/// What a unit is asked to do now, and nothing else.
pub async fn unit(
    State(app): State<App>,
    visit: Visit,
    Query(done): Query<Done>,
) -> Result<Response, Error> {
    let settings = app.settings(visit.street()?)?;
    let lines = waiting(&app, &visit, &settings, Pile::Unit).await?;
    let eye = Eye { settings: &settings, lang: visit.lang, now: app.now() };
    let of = |stage: &str| {
        lines.iter().filter(|line| line.stage == stage).map(|line| eye.item(line)).collect()
    };
    let units = visit.actor.with(Verb::AnswerForUnit).filter_map(|held| held.unit);
    let names: Vec<String> = units.map(|id| settings.unit_name(id, visit.lang)).collect();
    let (to_sign, in_hand) = (of("dispatched"), of("handling"));
    let mut page = Page::new(&app, &visit, "/unit");
    done.say_on(&mut page);
    let joint = visit.lang.say(Phrase { zh: "、", en: ", " });
    Ok(Html(UnitPage { page, names: names.join(joint), to_sign, in_hand }).into_response())
}

#[derive(Template)]
#[template(path = "requests/pages/mine.html")]
struct Mine {
    page: Page,
    key: String,
    items: Vec<Item>,
    /// What neighbours raised and the reader joined.
    joined: Vec<neighbours::Beside>,
    next: Option<String>,
}

/// What the reader asked for themselves.
pub async fn mine(
    State(app): State<App>,
    visit: Visit,
    Query(asked): Query<Asked>,
) -> Result<Response, Error> {
    let settings = app.settings(visit.street()?)?;
    let after = asked.after.as_deref().and_then(|id| id.parse().ok());
    let filter = Filter { limit: 30, mine: true, after, ..Filter::default() };
    let (known, actor) = (settings.clone(), visit.actor.clone());
    let found = app.db.read(move |tx| requests::list(tx, &known, &actor, &filter)).await?;
    let eye = Eye { settings: &settings, lang: visit.lang, now: app.now() };
    let mine = |line: &Line| {
        let mut item = eye.item(line);
        if line.is_asked {
            eye.ask(&mut item.status);
        }
        item
    };
    let items = found.lines.iter().map(mine).collect();
    let next = found.next.map(|id| format!("/mine?after={id}"));
    let joined = match asked.after {
        Some(_) => Vec::new(),
        None => neighbours::joined_items(&app, &visit, &settings).await?,
    };
    let page = Page::new(&app, &visit, "/mine");
    Ok(Html(Mine { page, key: app.new_key(), items, joined, next }).into_response())
}

#[derive(Template)]
#[template(path = "requests/pages/overview.html")]
struct Overview {
    page: Page,
    name: String,
    open: i64,
    late: i64,
    waiting: i64,
    to_confirm: i64,
    redo: i64,
    suspended: i64,
    rows: Vec<Row>,
    area: AreaCode,
}

/// One community of the overview.
struct Row {
    area: AreaCode,
    name: String,
    all: i64,
    open: i64,
    late: i64,
    redo: i64,
    closed: i64,
}

/// The part of the street that the reader answers for, at a glance: every figure leads to its list.
pub async fn overview(State(app): State<App>, visit: Visit) -> Result<Response, Error> {
    let settings = app.settings(visit.street()?)?;
    let area = visit.actor.with(Verb::SeeOverview).next().map(|held| held.area);
    let area = area.ok_or(Error::Forbidden)?;
    let counts = count(&app, &settings, area).await?;
    let total = |wanted: fn(&Count) -> bool| -> i64 {
        counts.iter().filter(|count| wanted(count)).map(|count| count.all).sum()
    };
    let rows = rows(&settings, &visit, area, &counts);
    let page = Page::new(&app, &visit, "/overview");
    Ok(Html(Overview {
        page,
        name: settings.place_name(area, visit.lang),
        open: total(|count| count.stage != "closed"),
        late: counts.iter().map(|count| count.late).sum(),
        waiting: total(|count| count.stage == "raised"),
        to_confirm: total(|count| count.stage == "resolved"),
        redo: total(|count| count.stage == "redo"),
        suspended: total(|count| count.stage == "suspended"),
        rows,
        area,
    })
    .into_response())
}

/// The communities in the order of their codes: this is no ranking.
fn rows(settings: &Settings, visit: &Visit, area: AreaCode, counts: &[Count]) -> Vec<Row> {
    let mut rows: Vec<Row> = settings
        .areas_of(Level::Community)
        .into_iter()
        .filter(|known| area.contains(known.code) || known.code.contains(area))
        .map(|known| Row {
            area: known.code,
            name: visit.lang.pick(&known.name, &known.name_en).to_owned(),
            all: 0,
            open: 0,
            late: 0,
            redo: 0,
            closed: 0,
        })
        .collect();
    for count in counts {
        let Some(row) = rows.iter_mut().find(|row| row.area == count.area) else { continue };
        row.all += count.all;
        match count.stage {
            "closed" => row.closed += count.all,
            "redo" => {
                row.redo += count.all;
                row.open += count.all;
            }
            _ => row.open += count.all,
        }
        row.late += count.late;
    }
    rows.retain(|row| row.all > 0 || area.level() > Level::Street);
    rows
}
