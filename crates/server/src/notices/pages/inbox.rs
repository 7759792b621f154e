//! The inbox: news for the reader, the newest first.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::id::NoticeId;
use domain::notices::Topic;
use jiff::Timestamp;

use crate::App;
use crate::app::Settings;
use crate::error::Error;
use crate::notices::{self, Notice, Subjects, Told, inbox, words};
use crate::web::words::Lang;
use crate::web::{Access, Fields, Form, Html, Id, Page, Routes, Visit, see_other, time};

/// How many notices one page shows.
const LINES: usize = 20;

#[derive(Template)]
#[template(path = "notices/pages/inbox.html")]
struct InboxPage {
    page: Page,
    lines: Vec<Line>,
    /// The newest notice that the reader has been shown, up to which all can be marked as read.
    newest: String,
    next: Option<String>,
}

/// One notice, ready to be shown.
struct Line {
    id: String,
    unread: bool,
    class: &'static str,
    icon: &'static str,
    topic: &'static str,
    /// Nothing where it is no longer the reader's to see.
    told: Option<Told>,
    iso: String,
    at: String,
}

pub(super) fn routes(subjects: Subjects) -> Routes {
    let show = move |app: State<App>, visit: Visit, request: axum::extract::Request| {
        show(app, visit, request, subjects)
    };
    Routes::new()
        .get(Access::SignedIn, "/notices", show)
        .post(Access::SignedIn, "/notices/readings", read_all)
        .post(Access::SignedIn, "/notices/{id}/reading", read)
}

async fn show(
    State(app): State<App>,
    visit: Visit,
    request: axum::extract::Request,
    subjects: Subjects,
) -> Result<Response, Error> {
    let (street, person) = (visit.street()?, visit.actor.person().ok_or(Error::SignedOut)?);
    let (settings, lang, actor) = (app.settings(street)?, visit.lang, visit.actor.clone());
    let query = Fields::urlencoded(request.uri().query().unwrap_or_default());
    let after = query.get("after").and_then(|after| after.parse().ok());
    let read = {
        let settings = settings.clone();
        move |tx: &mut db::Tx| {
            let mut notices = inbox::list(tx, street, person, after, LINES + 1)?;
            let more = notices.len() > LINES;
            notices.truncate(LINES);
            let told = (subjects.tell)(tx, &settings, &actor, lang, &notices)?;
            Ok::<_, Error>((notices, more, told))
        }
    };
    let (notices, more, told) = app.db.read(read).await?;
    let newest = notices.iter().map(|notice| notice.id).max();
    let newest = newest.max(Some(NoticeId(visit.unread.newest)));
    let eye = (settings, app.now(), lang);
    let lines = notices.iter().zip(told).map(|(notice, told)| line(&eye, notice, told));
    let next = notices.last().filter(|_| more);
    let shown = InboxPage {
        lines: lines.collect(),
        newest: newest.map(|newest| newest.to_string()).unwrap_or_default(),
        next: next.map(|last| format!("/notices?after={}", last.id)),
        page: Page::new(&app, &visit, "/notices"),
    };
    Ok(Html(shown).into_response())
}

fn line(
    (settings, now, lang): &(Arc<Settings>, Timestamp, Lang),
    notice: &Notice,
    told: Option<Told>,
) -> Line {
    let zone = &settings.calendar.zone;
    let (class, icon) = match notice.topic {
        Topic::Turn => ("is-confirm", "i-say"),
        Topic::Progress => ("is-doing", "i-send"),
        Topic::Over => ("is-done", "i-tick"),
        Topic::Warning => ("is-overdue", "i-clock"),
        Topic::Supervision => ("is-overdue", "i-warn"),
    };
    Line {
        id: notice.id.to_string(),
        unread: notice.read_at.is_none(),
        class,
        icon,
        topic: lang.say(words::topic_to_reader(notice.topic)),
        told,
        iso: time::rfc3339(notice.at, zone),
        at: time::near(notice.at, *now, zone, *lang),
    }
}

async fn read(
    State(app): State<App>,
    visit: Visit,
    Id(id): Id<NoticeId>,
    form: Form,
) -> Result<Response, Error> {
    let person = visit.actor.person().ok_or(Error::SignedOut)?;
    let deed = form.deed;
    app.db.write(move |tx| notices::read(tx, &deed, person, id)).await?;
    app.changes.notify_waiters();
    Ok(see_other("/notices"))
}

async fn read_all(State(app): State<App>, visit: Visit, form: Form) -> Result<Response, Error> {
    let person = visit.actor.person().ok_or(Error::SignedOut)?;
    let up_to: NoticeId = form.fields.parse("up_to", words::UP_TO_BAD)?;
    let deed = form.deed;
    app.db.write(move |tx| notices::read_all(tx, &deed, person, up_to)).await?;
    app.changes.notify_waiters();
    Ok(see_other("/notices"))
}
