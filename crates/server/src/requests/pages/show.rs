//! One request: what it is, who has it now and until when, what its reader may do, and its story.

use askama::Template;
use axum::extract::{FromRequest, Path, Query, Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use domain::actor::Verb;
use domain::area::AreaCode;
use domain::id::RequestId;
use domain::requests::{Kind, REPLY_DAYS, REPLY_DAYS_MAX, Stage};
use serde::Deserialize;

use super::raise::beside_their_field;
use super::view::{self, DueView, Eye, PhotoView, Status, Step};
use crate::App;
use crate::app::Settings;
use crate::error::Error;
use crate::grid::Unit;
use crate::receipts::Receipt;
use crate::requests::neighbours::{self, Around};
use crate::requests::{self, Seen, rules, words};
use crate::web::page::{self, Html};
use crate::web::words::{Lang, Phrase};
use crate::web::{Fields, Form, Id, Page, Visit, see_other, time};

#[derive(Template)]
#[template(path = "requests/pages/show.html")]
pub struct Show {
    page: Page,
    seen: Seen,
    matter: Matter,
    status: Status,
    signal: Option<Status>,
    around: Around,
    due: Option<DueView>,
    why: words::Why,
    steps: Vec<Step>,
    way: Vec<(&'static str, &'static str)>,
    acts: Vec<Act>,
    back: (&'static str, &'static str),
    /// What went wrong.
    error: String,
    /// What was written into a form that was refused.
    fields: Fields,
    /// The whole phone number, when its reader has just asked for it.
    phone: String,
}

/// The same beside a list, without the frame of a page.
#[derive(Template)]
#[template(path = "requests/pages/beside.html")]
struct Beside<'a> {
    page: &'a Page,
    seen: &'a Seen,
    matter: &'a Matter,
    status: &'a Status,
    signal: &'a Option<Status>,
    around: &'a Around,
    due: &'a Option<DueView>,
    why: &'a words::Why,
    steps: &'a [Step],
    way: &'a [(&'static str, &'static str)],
    acts: &'a [Act],
    fields: &'a Fields,
    phone: &'a str,
}

/// What a request is about.
pub struct Matter {
    pub title: String,
    pub sentence: String,
    pub category: String,
    pub place: String,
    pub raised_at: String,
    pub urgency: &'static str,
    pub is_danger: bool,
    pub photos: Vec<PhotoView>,
    pub merged_into: String,
    /// How many neighbours joined; empty where nobody did.
    pub joined: String,
    /// How often its asker reminded those who have it; empty where never.
    pub reminded: String,
    /// From when on its asker may remind them again; empty where nothing keeps them from it.
    pub again_from: String,
    /// Under which order it stands, and by when a reply is wanted; empty where under none.
    pub ordered: String,
    /// By which way it came; empty where its asker wrote it.
    pub channel: &'static str,
    /// Who wrote it down for the asker, with their post; empty where nobody did.
    pub writer: String,
    /// When it counts as done, for whoever does it.
    pub closes: String,
    /// Which rule names its usual unit, for whoever works on it.
    pub route: String,
    /// The reader may add photos of the work.
    pub takes_photos: bool,
}

/// Something that the reader may do, as a form.
pub struct Act {
    pub kind: Kind,
    pub noun: &'static str,
    pub name: &'static str,
    pub icon: &'static str,
    /// The likeliest act of this reader; it stands first and stands out.
    pub is_main: bool,
    /// Its form is open: it was refused, or it is the only one.
    pub is_open: bool,
    /// What its text is for; empty where it takes none.
    pub label: &'static str,
    pub units: Vec<Unit>,
    /// The unit where such requests usually go.
    pub usual: String,
    pub key: String,
    /// The most working days of an extension, or of the reply to an order.
    pub days_max: u8,
    /// As many as are usual.
    pub days: u8,
    /// The last day that may be chosen.
    pub day_max: String,
}

pub async fn show(
    State(app): State<App>,
    visit: Visit,
    Id(id): Id<RequestId>,
    Query(done): Query<Done>,
) -> Result<Response, Error> {
    let mut shown = match draw(&app, &visit, id, Outcome::default()).await {
        Err(Error::NotFound) if neighbours::has_joined(&app, &visit, id).await? => {
            return Ok(see_other(&format!("/requests/{id}/supporters")));
        }
        drawn => drawn?,
    };
    done.say_on(&mut shown.page);
    // Whoever said that it is not solved reads what happens next, not thanks alone.
    let is_redo = matches!(shown.seen.record.request.stage, Stage::Redo { .. });
    if is_redo && shown.seen.is_mine && done.done.as_deref() == Some(Kind::Confirmation.name()) {
        shown.page.done = shown.page.say(words::SENT_BACK);
        shown.page.comes.clone_from(&shown.matter.sentence);
    }
    if !shown.seen.is_mine {
        let (path, name) = shown.back;
        shown.page.onward = Some((path.to_owned(), name));
    }
    Ok(Html(shown).into_response())
}

/// What came of a form on this page.
#[derive(Default)]
pub(super) struct Outcome {
    error: String,
    phone: String,
    fields: Fields,
    kind: Option<Kind>,
}

pub(super) async fn see(app: &App, visit: &Visit, id: RequestId) -> Result<Seen, Error> {
    let settings = app.settings(visit.street()?)?;
    let (actor, now) = (visit.actor.clone(), app.now());
    app.db.read(move |tx| requests::show(tx, &settings, &actor, id, now)).await
}

pub(super) async fn draw(
    app: &App,
    visit: &Visit,
    id: RequestId,
    outcome: Outcome,
) -> Result<Show, Error> {
    let settings = app.settings(visit.street()?)?;
    let seen = see(app, visit, id).await?;
    let eye = Eye { settings: &settings, lang: visit.lang, now: app.now() };
    let request = &seen.record.request;
    let due = request.due.map(|due| eye.due(due.at));
    let why = request.due.map(|due| {
        let explained = requests::explained(&due, &seen.steps[0], &settings.calendar);
        words::why(&explained, &settings, visit.lang)
    });
    Ok(Show {
        page: Page::new(app, visit, &format!("/requests/{id}")),
        matter: matter(&eye, &seen),
        status: eye.seen_status(&seen),
        around: neighbours::around(app, visit, &settings, &seen).await?,
        signal: eye.signal(request.rung, request.ordered_at.is_some(), request.stage.is_closed()),
        due,
        why: why.unwrap_or_default(),
        steps: eye.steps(&seen),
        way: view::way(&seen, visit.lang),
        acts: acts(app, &settings, visit, &seen, outcome.kind),
        back: back(visit),
        error: outcome.error,
        fields: outcome.fields,
        phone: outcome.phone,
        seen,
    })
}

pub(super) fn matter(eye: &Eye<'_>, seen: &Seen) -> Matter {
    let record = &seen.record;
    let lang = eye.lang;
    let category = eye.settings.category(&record.category);
    let merged = seen
        .merged_into
        .as_ref()
        .map(|(number, stage)| format!("{number} · {}", lang.say(words::stage(stage))));
    Matter {
        title: view::title(&record.text),
        sentence: if seen.is_mine {
            words::to_asker(&record.request, eye.settings, lang)
        } else {
            words::to_staff(&record.request, eye.settings, lang)
        },
        category: category.map(|it| eye.settings.category_name(it, lang)).unwrap_or_default(),
        closes: category.map_or("", |it| eye.settings.closes(it, lang)).to_owned(),
        route: rules::advice(eye.settings, seen, lang),
        place: eye.place(record.request.area, &record.place),
        raised_at: time::full(record.raised_at, &eye.settings.calendar.zone, lang),
        urgency: lang.say(words::urgency(record.request.urgency)),
        is_danger: record.request.urgency == domain::requests::Urgency::Danger,
        photos: eye.photos(seen),
        merged_into: merged.unwrap_or_default(),
        joined: neighbours::words::joined(record.supporters, lang),
        reminded: words::reminded(record.request.reminders, seen.is_mine, lang),
        again_from: eye.again_from(seen),
        ordered: ordered(seen, lang),
        channel: words::channel_shown(record.channel, lang),
        writer: eye.writer(seen),
        takes_photos: seen.takes_photos_of_work(),
    }
}

/// The order under which an open request stands, where it wants a reply.
fn ordered(seen: &Seen, lang: Lang) -> String {
    let open = !seen.record.request.stage.is_closed();
    let order = seen.story.iter().rev().find(|told| told.event == "supervised");
    let day = order.and_then(|told| told.reply_by).filter(|_| open);
    day.map_or_else(String::new, |day| {
        let said = lang.say(Phrase { zh: "街道督办，", en: "The street ordered this done: " });
        format!("{said}{}", words::reply_by(day, lang))
    })
}

/// Where the reader came from, most likely.
fn back(visit: &Visit) -> (&'static str, &'static str) {
    let links = Page::links_of(visit, "");
    let first = links.first().filter(|link| link.path != "/requests/new");
    first.map_or_else(
        || {
            let zh = visit.lang == Lang::Zh;
            match visit.actor.person() {
                Some(_) => ("/mine", if zh { "我的诉求" } else { "My requests" }),
                None => ("/", if zh { "首页" } else { "Start" }),
            }
        },
        |link| (link.path, link.name),
    )
}

fn acts(
    app: &App,
    settings: &Settings,
    visit: &Visit,
    seen: &Seen,
    refused: Option<Kind>,
) -> Vec<Act> {
    let lang = visit.lang;
    let today = settings.calendar.date(app.now());
    let last = today
        .saturating_add(jiff::SignedDuration::from_hours(settings.limits.review_days_max * 24));
    let usual = rules::usual_unit(settings, seen);
    let elsewhere =
        matches!(seen.record.request.stage, Stage::Dispatched { .. } | Stage::Handling { .. });
    let place = seen.record.request.area;
    let act = |(place_in_list, kind): (usize, Kind)| Act {
        kind,
        noun: kind.name(),
        name: match kind {
            Kind::Dispatch if elsewhere => lang.say(words::DISPATCH_ELSEWHERE),
            _ => lang.say(words::kind(kind)),
        },
        icon: view::act_icon(kind),
        is_main: place_in_list == 0 && is_step(kind) && !(kind == Kind::Dispatch && elsewhere),
        is_open: refused == Some(kind)
            || refused.is_none() && matches!(kind, Kind::Answer | Kind::ExtensionDecision)
            || refused.is_none() && kind == Kind::Dispatch && place_in_list == 0 && !elsewhere,
        label: lang.say(words::label(kind)),
        units: match kind {
            Kind::Dispatch => units(settings, place),
            _ => Vec::new(),
        },
        usual: usual.clone(),
        key: app.new_key(),
        days_max: match kind {
            Kind::Supervision => REPLY_DAYS_MAX,
            _ => settings.limits.extension_days_max,
        },
        days: REPLY_DAYS,
        day_max: last.to_string(),
    };
    let mut choices: Vec<Kind> =
        seen.choices.iter().copied().filter(|&kind| kind != Kind::Confirmation).collect();
    // On the spot the likeliest thing is that it can be solved there and then.
    choices.sort_by_key(|&kind| kind != Kind::Resolution);
    choices.into_iter().enumerate().map(act).collect()
}

/// Whether a command brings a request on its way; the others turn it aside, and stand out less.
fn is_step(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Resolution
            | Kind::Acceptance
            | Kind::Signature
            | Kind::Completion
            | Kind::Dispatch
            | Kind::Answer
            | Kind::ExtensionDecision
    )
}

/// The units that cover a place, by code.
fn units(settings: &Settings, place: AreaCode) -> Vec<Unit> {
    settings.units.iter().filter(|unit| unit.area.contains(place)).cloned().collect()
}

/// Carries out what a form of the page asks. What is refused is said on the same page, with what
/// was written still in its form.
pub async fn act(
    State(app): State<App>,
    visit: Visit,
    Path((id, noun)): Path<(String, String)>,
    request: Request,
) -> Result<Response, Error> {
    let id: RequestId = id.parse().map_err(|_| Error::NotFound)?;
    let kind = Kind::named(&noun).ok_or(Error::NotFound)?;
    // Photos are neither read nor kept of somebody who may not see the request.
    if may_bring_files(&request) {
        requests::may_add_photos(&app, &visit, id).await?;
    }
    let form = Form::from_request(request, &app).await?;
    let fields = form.fields.clone();
    match execute(&app, id, kind, form).await {
        Ok(_) => {
            app.changes.notify_waiters();
            after(&app, &visit, id, kind).await
        }
        Err(error @ (Error::Invalid(_) | Error::Request(_) | Error::KeyUsed)) => {
            let written = Outcome { fields, kind: Some(kind), ..Outcome::default() };
            refused(&app, &visit, id, error, written).await
        }
        Err(error) => Err(error),
    }
}

/// Whether a form may have files in it.
fn may_bring_files(request: &Request) -> bool {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| kind.trim_start().to_ascii_lowercase().starts_with("multipart/"))
}

/// The page again, with why a form was refused and with what was written into it.
pub(super) async fn refused(
    app: &App,
    visit: &Visit,
    id: RequestId,
    error: Error,
    written: Outcome,
) -> Result<Response, Error> {
    let said = visit.lang.tell(&error.sentence()).to_owned();
    let shown = draw(app, visit, id, Outcome { error: said, ..written }).await?;
    Ok(page::again(shown, error))
}

/// After an act its request is shown again, and what was done is said. Whoever works at a desk is
/// led back to it, and so is everybody whom the request has left.
async fn after(app: &App, visit: &Visit, id: RequestId, kind: Kind) -> Result<Response, Error> {
    let desks = [Verb::WorkAtCommunityDesk, Verb::WorkAtStreetDesk];
    let done = kind.name();
    match see(app, visit, id).await {
        Ok(seen) if !seen.is_mine && desks.iter().any(|&desk| visit.actor.may_somewhere(desk)) => {
            let list = if kind == Kind::Callback { "/callbacks" } else { "/desk" };
            Ok(see_other(&format!("{list}?done={done}&about={id}")))
        }
        Ok(_) => Ok(see_other(&format!("/requests/{id}?done={done}"))),
        Err(Error::NotFound) => Ok(see_other(&format!("{}?done={done}", back(visit).0))),
        Err(error) => Err(error),
    }
}

/// What stands in an address after a command was carried out.
#[derive(Deserialize)]
pub struct Done {
    done: Option<String>,
    /// The request, where its reader was led elsewhere.
    about: Option<String>,
}

impl Done {
    /// The page with what was done at its top, and the request to which it was done.
    pub fn say_on(&self, page: &mut Page) {
        let kind = self.done.as_deref().and_then(Kind::named);
        page.done = kind.map_or("", |kind| page.say(words::done(kind)));
        let about = self.about.as_deref().and_then(|id| id.parse::<RequestId>().ok());
        let open = page.t("看这件诉求", "See the request");
        page.onward = about.map(|id| (format!("/requests/{id}"), open));
    }
}

/// Whoever opens the address of a form anew is led to its request.
pub async fn again(Path((id, _)): Path<(String, String)>) -> Result<Response, Error> {
    let id: RequestId = id.parse().map_err(|_| Error::NotFound)?;
    Ok(see_other(&format!("/requests/{id}")))
}

async fn execute(app: &App, id: RequestId, kind: Kind, form: Form) -> Result<Receipt, Error> {
    let settings = app.settings(form.deed.street)?;
    let mut fields = form.fields;
    // People know a request by its number, programs by its id.
    if kind == Kind::Merge {
        let text = fields.get("into").unwrap_or(fields.shown("chosen")).to_owned();
        let known = settings.clone();
        let meant = app.db.read(move |tx| requests::meant(tx, &known, &text)).await?;
        fields = fields.with("into", meant.map(|id| id.to_string()).unwrap_or_default());
    }
    let command = requests::command(kind, &fields)?;
    let photos = beside_their_field(requests::keep_photos(app, form.files).await)?;
    let deed = form.deed;
    let act = move |tx: &mut db::Tx| {
        let receipt = requests::execute(tx, &settings, &deed, id, &command)?;
        if !receipt.replayed {
            requests::show_work(tx, &deed, id, &photos)?;
        }
        Ok::<_, Error>(receipt)
    };
    app.db.write(act).await
}

/// Shows the whole phone number once, and writes down that it was shown.
pub async fn reveal(
    State(app): State<App>,
    visit: Visit,
    Id(id): Id<RequestId>,
    form: Form,
) -> Result<Response, Error> {
    let (settings, deed) = (app.settings(form.deed.street)?, form.deed);
    let (_, phone) = app.db.write(move |tx| requests::reveal(tx, &settings, &deed, id)).await?;
    let shown = draw(&app, &visit, id, Outcome { phone, ..Outcome::default() }).await?;
    Ok(Html(shown).into_response())
}

impl Show {
    /// The request without the frame of a page, to stand beside a list.
    pub(super) fn beside(&self) -> String {
        let beside = Beside {
            page: &self.page,
            seen: &self.seen,
            matter: &self.matter,
            status: &self.status,
            signal: &self.signal,
            around: &self.around,
            due: &self.due,
            why: &self.why,
            steps: &self.steps,
            way: &self.way,
            acts: &self.acts,
            fields: &self.fields,
            phone: &self.phone,
        };
        beside.render().unwrap_or_default()
    }
}
