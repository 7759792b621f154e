//! The one page on which staff search: every request that the reader may see, narrowed by what they
//! wish, with the lists that they keep.

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use domain::requests::{Channel, Rung, Stage, Urgency};

use super::view::{Eye, Item};
use crate::App;
use crate::app::Settings;
use crate::error::Error;
use crate::requests::filters::{self, Kept};
use crate::requests::search::words as search_words;
use crate::requests::{self, Chip, Filter, Lists, Wanted, words};
use crate::web::page::Html;
use crate::web::words::Lang;
use crate::web::{Fields, Page, Visit};

/// How many requests a page shows.
const LINES: usize = 50;

#[derive(Template)]
#[template(path = "requests/pages/all.html")]
struct All {
    page: Page,
    wanted: Wanted,
    query: String,
    place: String,
    /// How many there are; empty where only a search would know.
    total: String,
    choices: Choices,
    /// More than words and a stage is chosen.
    is_narrowed: bool,
    kept: Vec<Kept>,
    chips: Vec<Chip>,
    items: Vec<Item>,
    next: Option<String>,
    is_spent: bool,
}

/// What the fields offer: value, name, and whether it is chosen.
struct Choices {
    stages: Vec<Choice>,
    categories: Vec<Choice>,
    urgencies: Vec<Choice>,
    units: Vec<Choice>,
    channels: Vec<Choice>,
    rungs: Vec<Choice>,
}

type Choice = (String, String, bool);

/// What a page of a list was asked for.
pub(super) struct Asked {
    pub(super) wanted: Wanted,
    pub(super) filter: Filter,
}

impl Asked {
    /// Reads an address; what makes no sense in it is left out.
    pub(super) fn read(app: &App, settings: &Settings, fields: &Fields) -> Result<Self, Error> {
        let (filter, wanted) = Wanted::of(fields).lenient(settings, app.now())?;
        let after = fields.get("after").and_then(|id| id.trim().parse().ok());
        Ok(Self { wanted, filter: Filter { after, limit: LINES, ..filter } })
    }
}

/// One page of what a reader may see and `filter` wants.
pub(super) async fn found(
    app: &App,
    visit: &Visit,
    settings: &std::sync::Arc<Settings>,
    filter: Filter,
) -> Result<Lists, Error> {
    let (known, actor) = (settings.clone(), visit.actor.clone());
    let is_search = filter.q.is_some();
    let work = move |tx: &mut db::Tx| requests::list(tx, &known, &actor, &filter);
    // A search may read for longer than a list does.
    if is_search { app.db.report(work).await } else { app.db.read(work).await }
}

/// Every request that the reader may see, the newest first.
pub async fn all(
    State(app): State<App>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Error> {
    let street = visit.street()?;
    let settings = app.settings(street)?;
    let fields = Fields::urlencoded(&query.unwrap_or_default());
    let Asked { wanted, filter } = Asked::read(&app, &settings, &fields)?;
    let area = filter.area.unwrap_or_else(|| settings.street.area());
    let lists = found(&app, &visit, &settings, filter.clone()).await?;
    let total = total(&app, &visit, &settings, filter, &lists).await?;
    let kept = match visit.actor.person() {
        Some(person) => app.db.read(move |tx| filters::of(tx, street, person)).await?,
        None => Vec::new(),
    };
    let eye = Eye { settings: &settings, lang: visit.lang, now: app.now() };
    let query = wanted.query();
    let joint = if query.is_empty() { "" } else { "&" };
    let more = ["category", "urgency", "unit", "channel", "rung", "from", "to", "late"];
    let all = All {
        page: Page::new(&app, &visit, &format!("/requests?{query}")),
        place: settings.place_name(area, visit.lang),
        total,
        choices: choices(&settings, &visit, &wanted),
        is_narrowed: more.iter().any(|name| !wanted.shown(name).is_empty()),
        kept,
        chips: wanted.chips(&settings, visit.lang),
        items: lists.lines.iter().map(|line| eye.item(line)).collect(),
        next: lists.next.map(|id| format!("/requests?{query}{joint}after={id}")),
        is_spent: lists.spent,
        query,
        wanted,
    };
    Ok(Html(all).into_response())
}

/// How many requests there are in the whole list, in words. A list that ends on its first page is
/// counted as it stands; a search that goes on is not counted to its end.
async fn total(
    app: &App,
    visit: &Visit,
    settings: &std::sync::Arc<Settings>,
    filter: Filter,
    lists: &Lists,
) -> Result<String, Error> {
    let (here, is_first) = (lists.lines.len(), filter.after.is_none());
    let many = |count: &str| match (visit.lang, count) {
        (Lang::Zh, count) => format!("共 {count} 件"),
        (Lang::En, "1") => "1 request".to_owned(),
        (Lang::En, count) => format!("{count} requests"),
    };
    let (known, actor) = (settings.clone(), visit.actor.clone());
    // Asked for however long the list is, so that a page takes as many statements always.
    let counted = app.db.read(move |tx| requests::total(tx, &known, &actor, &filter)).await?;
    Ok(match counted {
        _ if is_first && lists.next.is_none() => many(&here.to_string()),
        Some(counted) => many(&counted.to_string()),
        None if is_first && here > 0 => match visit.lang {
            Lang::Zh => format!("{here} 件以上"),
            Lang::En => format!("more than {here} requests"),
        },
        None => String::new(),
    })
}

fn choices(settings: &Settings, visit: &Visit, wanted: &Wanted) -> Choices {
    let lang = visit.lang;
    let choice = |field: &str, value: &str, name: &str| {
        (value.to_owned(), name.to_owned(), wanted.shown(field) == value)
    };
    let stages = ["open", "late"].into_iter().chain(Stage::NAMES);
    let categories = settings.categories.iter();
    let urgencies = [Urgency::Danger, Urgency::Urgent, Urgency::Ordinary, Urgency::Complex];
    let rungs = [Rung::Yellow, Rung::Red, Rung::Ordered];
    Choices {
        stages: stages
            .map(|name| choice("stage", name, lang.say(search_words::stage(name))))
            .collect(),
        categories: categories
            .map(|it| choice("category", &it.code, &settings.category_name(it, lang)))
            .collect(),
        urgencies: urgencies
            .into_iter()
            .map(|it| choice("urgency", it.name(), lang.say(words::urgency(it))))
            .collect(),
        units: settings
            .units
            .iter()
            .map(|it| choice("unit", &it.id.to_string(), lang.pick(&it.name, &it.name_en)))
            .collect(),
        channels: Channel::ALL
            .into_iter()
            .map(|it| choice("channel", it.name(), lang.say(search_words::channel(it))))
            .collect(),
        rungs: rungs
            .into_iter()
            .map(|it| choice("rung", it.name(), lang.say(search_words::rung(it))))
            .collect(),
    }
}
