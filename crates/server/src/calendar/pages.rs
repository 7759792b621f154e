//! The page of the working calendar: what it says, who changed it, and for the street's desk the
//! notice of the next year and closures.

use askama::Template;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use db::Tx;
use domain::actor::Verb;
use domain::calendar::{Calendar, Day};
use domain::id::ClosureId;
use jiff::ToSpan;
use jiff::civil::{Date, date};

use super::{Closure, Followers, Over, Plan, Standing, Taken, change, notice, words};
use crate::App;
use crate::app::Settings;
use crate::error::Error;
use crate::receipts::Receipt;
use crate::web::words::{Lang, Sentence};
use crate::web::{Access, Fields, Form, Html, Id, Page, Routes, Visit, see_other, time};

/// Who may look at it: whoever works at a desk.
const LOOK: Access = Access::Any(&[Verb::WorkAtStreetDesk, Verb::WorkAtCommunityDesk]);
/// Who may change it.
pub(super) const CHANGE: Access = Access::Any(&[Verb::WorkAtStreetDesk]);
/// So near its end the calendar asks for the next notice.
const SHORT_DAYS: i32 = 45;

#[derive(Template)]
#[template(path = "calendar/pages/calendar.html")]
struct CalendarPage {
    page: Page,
    /// What was just done.
    said: String,
    /// What is wrong: the field and why; without a field where the whole is meant.
    problems: Vec<(&'static str, String)>,
    may_change: bool,
    known: String,
    is_short: bool,
    today: String,
    year: i16,
    years: Vec<i16>,
    workdays: u32,
    /// The holidays of this year are known.
    is_known: bool,
    rows: Vec<Row>,
    closures: Vec<ClosureLine>,
    taken: Vec<String>,
    version: i64,
    /// What was typed into a form that was refused.
    fields: Fields,
}

/// Days in a row that are alike.
struct Row {
    days: String,
    what: String,
    count: usize,
}

struct ClosureLine {
    id: ClosureId,
    days: String,
    reason: String,
    who: String,
    can_end: bool,
    is_running: bool,
}

#[derive(Template)]
#[template(path = "calendar/pages/preview.html")]
struct Preview {
    page: Page,
    problem: String,
    year: i16,
    off: usize,
    made_up: usize,
    workdays: u32,
    workdays_before: u32,
    /// Why the notice may not be the whole of it.
    doubts: Vec<String>,
    known: String,
    moved: usize,
    is_empty: bool,
    version: i64,
    text: String,
    changes: Vec<ChangeLine>,
}

struct ChangeLine {
    day: String,
    before: &'static str,
    after: &'static str,
    name: String,
}

/// How the page is to be shown.
#[derive(Default)]
struct Outcome {
    said: String,
    problem: Option<Error>,
    fields: Fields,
    year: Option<i16>,
}

pub(super) fn routes(followers: Followers) -> Routes {
    let preview = move |app, visit, form| preview(followers, app, visit, form);
    let take_in = move |app, visit, form| take_in(followers, app, visit, form);
    let close = move |app, visit, form| close(followers, app, visit, form);
    let reopen = move |app, visit, id, form| reopen(followers, app, visit, id, form);
    Routes::new()
        .get(LOOK, "/calendar", show)
        .post(CHANGE, "/calendar/preview", preview)
        .post(CHANGE, "/calendar/notices", take_in)
        .post(CHANGE, "/calendar/closures", close)
        .post(CHANGE, "/calendar/closures/{id}/removal", reopen)
}

async fn show(State(app): State<App>, visit: Visit, request: Request) -> Result<Response, Error> {
    let query = Fields::urlencoded(request.uri().query().unwrap_or_default());
    let year = query.get("year").and_then(|year| year.parse().ok());
    let year = year.filter(|year| (1990..=2199).contains(year));
    let outcome = Outcome { said: said(&query, visit.lang), year, ..Outcome::default() };
    draw(&app, &visit, outcome).await
}

/// What was done, from the address that a form leads to.
fn said(query: &Fields, lang: Lang) -> String {
    let zh = lang == Lang::Zh;
    let mut said = match (query.shown("done"), zh) {
        ("notice", true) => "放假通知已导入。",
        ("notice", false) => "The notice is taken in.",
        ("closed", true) => "停办已登记。",
        ("closed", false) => "The closure is entered.",
        ("opened", true) => "停办已撤销。",
        ("opened", false) => "The closure is taken back.",
        _ => return String::new(),
    }
    .to_owned();
    let moved: usize = query.get("moved").and_then(|n| n.parse().ok()).unwrap_or_default();
    let count = Sentence::new(
        format!("{moved} 件诉求的期限随之调整。"),
        format!(" {moved} deadlines moved with it."),
    );
    said.push_str(lang.tell(&count));
    match (query.is_on("more"), zh) {
        (true, true) => said.push_str("其余的正在后台调整。"),
        (true, false) => said.push_str(" The others follow by themselves."),
        (false, _) => {}
    }
    said
}

async fn draw(app: &App, visit: &Visit, outcome: Outcome) -> Result<Response, Error> {
    let street = visit.street()?;
    let settings = app.settings(street)?;
    let known = settings.calendar.clone();
    let read = move |tx: &mut Tx| {
        let calendar = super::anew(tx, street, &known)?;
        Ok::<_, Error>((calendar, change::standing(tx, street)?, change::taken(tx, street)?))
    };
    let (calendar, standing, taken) = app.db.read(read).await?;
    let lang = visit.lang;
    let today = calendar.date(app.now());
    let known_year = calendar.known_through.year();
    let year = outcome.year.unwrap_or_else(|| today.year());
    let line = |taken: &Taken| taken_line(taken, &settings, lang);
    let shown = CalendarPage {
        page: Page::new(app, visit, "/calendar"),
        said: outcome.said,
        problems: outcome.problem.as_ref().map(|it| problems(it, lang)).unwrap_or_default(),
        may_change: visit.actor.may(Verb::WorkAtStreetDesk, street.area()),
        known: words::known(&calendar, lang),
        is_short: calendar.known_through < today.saturating_add(SHORT_DAYS.days()),
        today: today.to_string(),
        year,
        years: (today.year() - 2..=known_year.max(today.year() + 1)).collect(),
        workdays: calendar.workdays_between(date(year, 1, 1), date(year, 12, 31)),
        is_known: year <= known_year,
        rows: rows(&calendar, year, lang),
        closures: closure_lines(&standing, &settings, today, lang),
        taken: taken.iter().map(line).collect(),
        version: standing.version,
        fields: outcome.fields,
    };
    let status = outcome.problem.map_or(StatusCode::OK, |problem| problem.status());
    Ok((status, Html(shown)).into_response())
}

/// The days of a year that are not what their weekday says, those alike in one row.
fn rows(calendar: &Calendar, year: i16, lang: Lang) -> Vec<Row> {
    let mut runs: Vec<(Date, Date, Day<'_>)> = Vec::new();
    for &date in calendar.exceptions.range(date(year, 1, 1)..=date(year, 12, 31)).map(|it| it.0) {
        let day = calendar.day(date);
        match runs.last_mut() {
            Some((_, last, alike))
                if *alike == day && last.tomorrow().is_ok_and(|next| next == date) =>
            {
                *last = date;
            }
            _ if day == Day::Workday => {}
            _ => runs.push((date, date, day)),
        }
    }
    let row = |(first, last, day): (Date, Date, Day<'_>)| Row {
        days: words::span(first, last, false, lang),
        what: words::day(day, lang),
        count: first.series(1.day()).take_while(|&day| day <= last).count(),
    };
    runs.into_iter().map(row).collect()
}

/// The closures of the last year and later, the latest first.
fn closure_lines(
    standing: &Standing,
    settings: &Settings,
    today: Date,
    lang: Lang,
) -> Vec<ClosureLine> {
    let zone = &settings.calendar.zone;
    let recent = |closure: &&Closure| closure.last.year() >= today.year() - 1;
    let line = |closure: &Closure| {
        let name = closure.person.map(|person| settings.staff_name(person)).unwrap_or_default();
        ClosureLine {
            id: ClosureId(closure.id),
            days: words::span(closure.first, closure.last, true, lang),
            reason: closure.reason.clone(),
            who: format!("{} {name}", time::full(closure.at, zone, lang)),
            can_end: closure.last > today,
            is_running: closure.first <= today,
        }
    };
    standing.closures.iter().rev().filter(recent).map(line).collect()
}

fn taken_line(taken: &Taken, settings: &Settings, lang: Lang) -> String {
    let at = time::full(taken.at, &settings.calendar.zone, lang);
    let name = taken.person.map(|person| settings.staff_name(person)).unwrap_or_default();
    let Taken { year, days, changed, version, .. } = taken;
    match lang {
        Lang::Zh => {
            format!("{at} {name}：{year} 年通知，{days} 天，改动 {changed} 天（第 {version} 版）")
        }
        Lang::En => {
            format!(
                "{at} {name}: notice of {year}, {days} days, {changed} changed (version {version})"
            )
        }
    }
}

/// What is wrong, beside its field where it has one on the page.
fn problems(error: &Error, lang: Lang) -> Vec<(&'static str, String)> {
    match error {
        Error::Invalid(fields) => {
            fields.iter().map(|it| (it.name, lang.tell(&it.reason).to_owned())).collect()
        }
        other => vec![("", lang.tell(&other.sentence()).to_owned())],
    }
}

/// Shows what a notice would change.
async fn preview(
    followers: Followers,
    State(app): State<App>,
    visit: Visit,
    form: Form,
) -> Result<Response, Error> {
    let fields = match text_of(&form.fields, &form.files) {
        Ok(text) => form.fields.with("text", text),
        Err(error) => {
            let outcome =
                Outcome { problem: Some(error), fields: form.fields, ..Outcome::default() };
            return draw(&app, &visit, outcome).await;
        }
    };
    previewed(followers, &app, &visit, fields, None).await
}

/// The text of the file if there is one, else what was pasted.
fn text_of(fields: &Fields, files: &[Bytes]) -> Result<String, Error> {
    let Some(file) = files.first() else { return Ok(fields.shown("text").to_owned()) };
    if file.len() > crate::web::fields::TEXT_MAX / 4 {
        return Err(Error::TooLarge);
    }
    let text = std::str::from_utf8(file).map_err(|_| Error::field("text", words::NOT_TEXT))?;
    Ok(text.to_owned())
}

async fn previewed(
    followers: Followers,
    app: &App,
    visit: &Visit,
    fields: Fields,
    problem: Option<Error>,
) -> Result<Response, Error> {
    let planned = match notice::read(fields.shown("text")) {
        Ok(notice) => planned(followers, app, visit, notice).await,
        Err(faults) => Err(change::wrong(&faults)),
    };
    let (plan, moved) = match planned {
        Ok(planned) => planned,
        Err(error @ Error::Invalid(_)) => {
            let outcome = Outcome { problem: Some(error), fields, ..Outcome::default() };
            return draw(app, visit, outcome).await;
        }
        Err(error) => return Err(error),
    };
    let lang = visit.lang;
    let status = problem.as_ref().map_or(StatusCode::OK, Error::status);
    let said = problem.map(|problem| lang.tell(&problem.sentence()).to_owned());
    let line = |change: &super::Change| ChangeLine {
        day: words::date(change.date, true, lang),
        before: lang.say(words::kind(change.before)),
        after: lang.say(words::kind(change.after)),
        name: words::holiday(&change.name, lang),
    };
    let shown = Preview {
        page: Page::new(app, visit, "/calendar"),
        problem: said.unwrap_or_default(),
        year: plan.year,
        off: plan.off,
        made_up: plan.made_up,
        workdays: plan.workdays,
        workdays_before: plan.workdays_before,
        doubts: words::doubts(&plan.doubts, plan.year)
            .iter()
            .map(|doubt| lang.tell(doubt).to_owned())
            .collect(),
        known: words::known(&plan.calendar, lang),
        moved,
        is_empty: plan.is_empty(),
        version: plan.version,
        text: fields.shown("text").to_owned(),
        changes: plan.changes.iter().map(line).collect(),
    };
    Ok((status, Html(shown)).into_response())
}

/// What a notice would change, and how many deadlines would move with it.
pub(super) async fn planned(
    followers: Followers,
    app: &App,
    visit: &Visit,
    notice: super::Notice,
) -> Result<(Plan, usize), Error> {
    let street = visit.street()?;
    let (settings, now) = (app.settings(street)?, app.now());
    let read = move |tx: &mut Tx| {
        let standing = change::standing(tx, street)?;
        let calendar = &settings.calendar;
        let plan = change::plan(&standing, &calendar.zone, calendar.date(now), &notice);
        let plan = plan.map_err(|faults| change::wrong(&faults))?;
        let moved = (followers.count)(tx, &settings, &plan.calendar, now)?;
        Ok::<_, Error>((plan, moved))
    };
    app.db.report(read).await
}

/// Takes in what was previewed.
async fn take_in(
    followers: Followers,
    State(app): State<App>,
    visit: Visit,
    form: Form,
) -> Result<Response, Error> {
    let Form { deed, fields, .. } = form;
    let settings = app.settings(deed.street)?;
    let Ok(notice) = notice::read(fields.shown("text")) else {
        return previewed(followers, &app, &visit, fields, None).await;
    };
    let seen: i64 = fields.parse("version", words::VERSION_BAD)?;
    let over = Over { seen: Some(seen), as_it_stands: fields.is_on("as_it_stands") };
    let take_in =
        move |tx: &mut Tx| change::take_in(tx, &settings, followers, &deed, &notice, over);
    match app.db.write(take_in).await {
        Ok(receipt) => done(&app, &receipt, "notice").await,
        Err(error @ (Error::Refused(_) | Error::Invalid(_))) => {
            previewed(followers, &app, &visit, fields, Some(error)).await
        }
        Err(error) => Err(error),
    }
}

async fn close(
    followers: Followers,
    State(app): State<App>,
    visit: Visit,
    form: Form,
) -> Result<Response, Error> {
    let Form { deed, fields, .. } = form;
    let settings = app.settings(deed.street)?;
    let closed = async {
        let closure = read_closure(&fields, app.new_id(), deed.at)?;
        let seen: i64 = fields.parse("version", words::VERSION_BAD)?;
        let close = move |tx: &mut Tx| {
            change::add_closure(tx, &settings, followers, &deed, &closure, Some(seen))
        };
        app.db.write(close).await
    };
    match closed.await {
        Ok(receipt) => done(&app, &receipt, "closed").await,
        Err(error @ (Error::Refused(_) | Error::Invalid(_))) => {
            draw(&app, &visit, Outcome { problem: Some(error), fields, ..Outcome::default() }).await
        }
        Err(error) => Err(error),
    }
}

/// A closure as a form or a program tells it; one without a last day lasts one day.
pub(super) fn read_closure(
    fields: &Fields,
    id: i64,
    at: jiff::Timestamp,
) -> Result<Closure, Error> {
    let first = notice::day(fields.shown("first"));
    let first = first.ok_or_else(|| Error::field("first", words::FIRST_BAD))?;
    let last = fields.get("last").map_or(Some(first), notice::day);
    let last = last.ok_or_else(|| Error::field("last", words::LAST_BAD))?;
    let reason = fields.shown("reason").trim().to_owned();
    Ok(Closure { id, first, last, reason, person: None, at })
}

async fn reopen(
    followers: Followers,
    State(app): State<App>,
    visit: Visit,
    Id(id): Id<ClosureId>,
    form: Form,
) -> Result<Response, Error> {
    let deed = form.deed;
    let settings = app.settings(deed.street)?;
    let reopen = move |tx: &mut Tx| change::remove_closure(tx, &settings, followers, &deed, id.0);
    match app.db.write(reopen).await {
        Ok(receipt) => done(&app, &receipt, "opened").await,
        Err(error @ Error::Refused(_)) => {
            draw(&app, &visit, Outcome { problem: Some(error), ..Outcome::default() }).await
        }
        Err(error) => Err(error),
    }
}

/// The calendar is read anew before anybody counts by it, and the page tells what was done.
async fn done(app: &App, receipt: &Receipt, what: &str) -> Result<Response, Error> {
    changed(app, receipt).await?;
    let answer: serde_json::Value = serde_json::from_str(&receipt.answer).unwrap_or_default();
    let moved = answer["deadlines_moved"].as_u64().unwrap_or_default();
    let year = answer["year"].as_i64().map(|year| format!("&year={year}")).unwrap_or_default();
    let more = if answer["goes_on"] == true { "&more=1" } else { "" };
    Ok(see_other(&format!("/calendar?done={what}&moved={moved}{more}{year}")))
}

/// After a change this process counts by the new calendar, and open pages look again.
pub(super) async fn changed(app: &App, receipt: &Receipt) -> Result<(), Error> {
    if !receipt.replayed {
        app.reload().await?;
        app.changes.notify_waiters();
    }
    Ok(())
}

impl CalendarPage {
    /// Whether this field was refused.
    fn is_bad(&self, name: &str) -> bool {
        self.problems.iter().any(|(field, _)| *field == name)
    }
}
