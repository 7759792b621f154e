//! Pages for neighbours: what is similar while somebody writes, the question whether it is the
//! same, and one request as a neighbour may see it, to join it or to leave it.

mod ask;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use domain::actor::{Caller, Verb};
use domain::area::{AreaCode, Level, Street};
use domain::id::RequestId;
use domain::phone::Phone;
use domain::requests::Kind;
use serde::Deserialize;

use super::similar::for_merge;
use super::{
    Joined, Neighbourly, Open, Similar, join, joined, leave, look, merging, similar, words,
};
use crate::App;
use crate::app::Settings;
use crate::error::Error;
use crate::identity::attempts;
use crate::requests::Seen;
use crate::requests::pages::view::{Eye, Status, icon, title};
use crate::web::page::Html;
use crate::web::words::Phrase;
use crate::web::{Access, Fields, Form, Id, Page, Plain, Routes, Visit, see_other};

pub use ask::{already, kept, kept_again};

/// A request beside one's own, as a neighbour may see it.
pub struct Beside {
    pub id: RequestId,
    /// What people call it; whoever knows it opens nothing with it.
    pub number: String,
    pub area: AreaCode,
    pub icon: &'static str,
    pub category: String,
    /// The building, or whatever larger place was named.
    pub place: String,
    /// On which day it was raised.
    pub day: String,
    pub status: Status,
    /// Who has it, in general words.
    pub with: &'static str,
    /// How many joined; empty where nobody did, and for whoever has no account.
    pub count: String,
    /// The reader asked for it themselves.
    pub is_mine: bool,
}

pub fn routes() -> Routes {
    Routes::new()
        // What somebody writes stands in no address, for addresses are written into logs.
        .post(Access::Everyone, "/requests/similar", fragment)
        .get(Access::Everyone, "/requests/{id}/supporters", page)
        .post(Access::Everyone, "/requests/{id}/supporters", act)
}

#[derive(Template)]
#[template(path = "requests/neighbours/pages/similar.html")]
struct Fragment {
    page: Page,
    similar: Vec<Beside>,
}

/// The list of what is similar, without the frame of a page, for the script that watches a form.
async fn fragment(
    State(app): State<App>,
    visit: Visit,
    Plain(fields): Plain,
) -> Result<Response, Error> {
    let area = fields.get("area").and_then(|area| area.trim().parse::<AreaCode>().ok());
    let area = area.filter(|area| area.level() >= Level::Community).ok_or(Error::NotFound)?;
    let street = area.street().ok_or(Error::NotFound)?;
    let settings = app.settings(street)?;
    let visit = visit.in_street(street);
    let wanted = (area, fields.shown("category"), fields.shown("text"));
    let similar = read(&app, &visit, &settings, wanted, false).await?;
    let page = Page::new(&app, &visit, "/requests/new");
    Ok(Html(Fragment { page, similar }).into_response())
}

async fn read(
    app: &App,
    visit: &Visit,
    settings: &std::sync::Arc<Settings>,
    (area, category, text): (AreaCode, &str, &str),
    is_strong: bool,
) -> Result<Vec<Beside>, Error> {
    let text: String = text.chars().take(domain::requests::Text::LONGEST).collect();
    let (category, known) = (category.trim().to_owned(), settings.clone());
    let mut found = app.db.read(move |tx| similar(tx, &known, (area, &category, &text))).await?;
    let is_mine = |one: &Similar| match visit.actor.caller {
        Caller::Person(person) => one.open.asker == Some(person),
        Caller::Pass(id) => one.open.id == id,
        _ => false,
    };
    if is_strong {
        found.retain(|one| one.likeness.is_strong());
    }
    let eye = Eye { settings, lang: visit.lang, now: app.now() };
    let beside = |one| beside(&eye, one, is_mine(one), visit);
    Ok(found.iter().map(beside).collect())
}

fn beside(eye: &Eye<'_>, similar: &Similar, is_mine: bool, visit: &Visit) -> Beside {
    let open = &similar.open;
    let category = eye.settings.category(&open.category);
    Beside {
        id: open.id,
        number: open.number.clone(),
        area: open.area,
        icon: icon(category.map_or("", |found| &found.icon)),
        category: category.map_or("", |c| eye.lang.pick(&c.name, &c.name_en)).to_owned(),
        place: eye.place(open.area, ""),
        day: day(eye, open.raised_at),
        status: eye.status(open.stage, None, false, false),
        with: eye.lang.say(words::with(open.stage)),
        count: counted(open.supporters, visit),
        is_mine,
    }
}

/// How many joined, for people with an account. To others the number would tell, before and after
/// they name a phone, whether that phone was there.
fn counted(supporters: i64, visit: &Visit) -> String {
    match visit.actor.person() {
        Some(_) => words::joined(supporters, visit.lang),
        None => String::new(),
    }
}

/// 3月2日: the day and never the minute.
fn day(eye: &Eye<'_>, at: jiff::Timestamp) -> String {
    let day = eye.settings.calendar.date(at);
    let zh = eye.lang == crate::web::words::Lang::Zh;
    day.strftime(if zh { "%-m月%-d日" } else { "%-d %B" }).to_string()
}

#[derive(Deserialize, Default)]
struct Asked {
    /// In which street, for somebody without a session.
    area: Option<String>,
    done: Option<String>,
}

#[derive(Template)]
#[template(path = "requests/neighbours/pages/one.html")]
struct One {
    page: Page,
    id: RequestId,
    shown: Beside,
    sentence: String,
    area: AreaCode,
    has_joined: bool,
    is_open: bool,
    may_write: bool,
    key: String,
    error: String,
    phone: String,
}

async fn page(
    State(app): State<App>,
    visit: Visit,
    Id(id): Id<RequestId>,
    Query(asked): Query<Asked>,
) -> Result<Response, Error> {
    let street = street(&visit, asked.area.as_deref())?;
    let mut shown = draw(&app, &visit.in_street(street), street, id).await?;
    shown.page.done = match asked.done.as_deref() {
        Some("joined") => shown.page.say(words::JOINED),
        Some("left") => shown.page.say(words::LEFT),
        _ => "",
    };
    Ok(Html(shown).into_response())
}

/// The street of the area that was named, else of the visit.
fn street(visit: &Visit, area: Option<&str>) -> Result<Street, Error> {
    let area = area.and_then(|area| area.trim().parse::<AreaCode>().ok());
    area.and_then(AreaCode::street).or(visit.street).ok_or(Error::NotFound)
}

async fn draw(app: &App, visit: &Visit, street: Street, id: RequestId) -> Result<One, Error> {
    let settings = app.settings(street)?;
    let actor = visit.actor.clone();
    let seen = app.db.read(move |tx| look(tx, street, &actor, id)).await?;
    let eye = Eye { settings: &settings, lang: visit.lang, now: app.now() };
    let area = seen.request.area;
    let id = seen.request.id;
    let may_write = visit.actor.person().is_some() && visit.actor.may(Verb::RaiseForOthers, area);
    Ok(One {
        page: Page::new(app, visit, &format!("/requests/{id}/supporters?area={area}")),
        id,
        sentence: words::sentence(&seen.request, &settings, visit.lang),
        has_joined: seen.has_joined,
        is_open: !seen.request.stage.is_closed(),
        shown: neighbourly(&eye, &seen, visit),
        area,
        may_write,
        key: app.new_key(),
        error: String::new(),
        phone: String::new(),
    })
}

fn neighbourly(eye: &Eye<'_>, seen: &Neighbourly, visit: &Visit) -> Beside {
    let request = &seen.request;
    let category = eye.settings.category(&seen.category);
    let ending = match request.stage {
        domain::requests::Stage::Closed { ending, .. } => Some(ending.name()),
        _ => None,
    };
    let late = request.due.is_some_and(|due| due.is_over(eye.now));
    let stage = request.stage.name();
    Beside {
        id: request.id,
        number: seen.number.clone(),
        area: request.area,
        icon: icon(category.map_or("", |found| &found.icon)),
        category: category.map_or("", |c| eye.lang.pick(&c.name, &c.name_en)).to_owned(),
        place: eye.place(request.area, ""),
        day: day(eye, seen.raised_at),
        status: eye.status(stage, ending, request.question.is_some(), late),
        with: eye.lang.say(words::with(stage)),
        count: counted(seen.supporters, visit),
        is_mine: seen.is_mine,
    }
}

/// Joins, or leaves where the form says `leave`.
async fn act(
    State(app): State<App>,
    visit: Visit,
    Id(id): Id<RequestId>,
    form: Form,
) -> Result<Response, Error> {
    let street = street(&visit, form.fields.get("area"))?;
    let (phone, leaves) = (form.fields.shown("phone").to_owned(), form.fields.is_on("leave"));
    let area = form.fields.get("area").map(str::to_owned);
    match do_it(&app, street, id, form, leaves).await {
        Ok(target) => {
            let done = if leaves { "left" } else { "joined" };
            let area = area.map_or_else(String::new, |area| {
                format!("&area={}", crate::web::visit::escaped(&area))
            });
            Ok(see_other(&format!("/requests/{target}/supporters?done={done}{area}")))
        }
        Err(
            error
            @ (Error::Invalid(_) | Error::Refused(_) | Error::KeyUsed | Error::TooMany { .. }),
        ) => {
            let mut shown = draw(&app, &visit.in_street(street), street, id).await?;
            visit.lang.tell(&error.sentence()).clone_into(&mut shown.error);
            shown.phone = phone;
            Ok((error.status(), Html(shown)).into_response())
        }
        Err(error) => Err(error),
    }
}

async fn do_it(
    app: &App,
    street: Street,
    id: RequestId,
    form: Form,
    leaves: bool,
) -> Result<RequestId, Error> {
    let phone = phone(app, street, &form.fields).await?;
    let deed = crate::receipts::Deed { street, ..form.deed };
    let act = move |tx: &mut db::Tx| {
        if leaves {
            return leave(tx, &deed, id, phone.as_ref());
        }
        join(tx, &deed, id, phone.as_ref())
    };
    let receipt = app.db.write(act).await?;
    app.changes.notify_waiters();
    Ok(RequestId(receipt.subject))
}

/// The phone that somebody leaves. One that is named again and again waits: it may be somebody
/// else's.
pub(super) async fn phone(
    app: &App,
    street: Street,
    fields: &Fields,
) -> Result<Option<Phone>, Error> {
    const UNREADABLE: Phrase = crate::requests::words::PHONE_UNREADABLE;
    let Some(text) = fields.get("phone") else { return Ok(None) };
    let phone = Phone::new(text).map_err(|_| Error::field("phone", UNREADABLE))?;
    let (subject, now) = (format!("join:{}", phone.digits()), app.now());
    app.db.write(move |tx| attempts::count(tx, street, &subject, now)).await?;
    Ok(Some(phone))
}

/// Whether the reader has joined this request, or one that goes on in it.
pub async fn has_joined(app: &App, visit: &Visit, id: RequestId) -> Result<bool, Error> {
    let (street, actor) = (visit.street()?, visit.actor.clone());
    match app.db.read(move |tx| look(tx, street, &actor, id)).await {
        Ok(seen) => Ok(seen.has_joined),
        Err(Error::NotFound) => Ok(false),
        Err(error) => Err(error),
    }
}

/// What is around a request, for whoever works on it.
#[derive(Default)]
pub struct Around {
    /// Into which it could be merged, the likeliest first.
    pub choices: Vec<Choice>,
    /// What was merged into it: ids and numbers.
    pub merged: Vec<(RequestId, String)>,
}

/// A request into which another could be merged.
pub struct Choice {
    pub id: RequestId,
    pub number: String,
    pub title: String,
    pub place: String,
    pub word: &'static str,
}

/// What is around a request: nothing for its asker, and nothing that the reader may not read.
pub async fn around(
    app: &App,
    visit: &Visit,
    settings: &std::sync::Arc<Settings>,
    seen: &Seen,
) -> Result<Around, Error> {
    let area = seen.record.request.area;
    if seen.is_mine || !visit.actor.may(Verb::See, area) {
        return Ok(Around::default());
    }
    let may_merge = seen.choices.contains(&Kind::Merge);
    let (known, record) = (settings.clone(), seen.record.clone());
    let (open, merged) = app
        .db
        .read(move |tx| {
            let open = if may_merge { for_merge(tx, &known, &record)? } else { Vec::new() };
            let taken_in = merging::merged_here(tx, known.street, record.request.id)?;
            Ok::<_, Error>((open, taken_in))
        })
        .await?;
    let eye = Eye { settings, lang: visit.lang, now: app.now() };
    let open = open.into_iter().filter(|open| visit.actor.may(Verb::See, open.area));
    let choice = |open: Open| Choice {
        id: open.id,
        title: title(&open.text),
        place: eye.place(open.area, &open.place),
        word: eye.status(open.stage, None, false, false).word,
        number: open.number,
    };
    Ok(Around { choices: open.map(choice).collect(), merged })
}

/// What the reader joined, for the list of their own requests.
pub async fn joined_items(
    app: &App,
    visit: &Visit,
    settings: &Settings,
) -> Result<Vec<Beside>, Error> {
    let Caller::Person(person) = visit.actor.caller else { return Ok(Vec::new()) };
    let street = settings.street;
    let found = app.db.read(move |tx| joined(tx, street, person)).await?;
    let eye = Eye { settings, lang: visit.lang, now: app.now() };
    Ok(found.iter().map(|one| joined_item(&eye, one)).collect())
}

fn joined_item(eye: &Eye<'_>, one: &Joined) -> Beside {
    let category = eye.settings.category(&one.category);
    let late = one.due_at.is_some_and(|at| eye.now > at);
    Beside {
        id: one.id,
        number: one.number.clone(),
        area: one.area,
        icon: icon(category.map_or("", |found| &found.icon)),
        category: category.map_or("", |c| eye.lang.pick(&c.name, &c.name_en)).to_owned(),
        place: eye.place(one.area, ""),
        day: String::new(),
        status: eye.status(one.stage, one.ending.as_deref(), one.is_asked, late),
        with: eye.lang.say(words::with(one.stage)),
        count: words::joined(one.supporters, eye.lang),
        is_mine: false,
    }
}
