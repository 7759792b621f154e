//! News for open pages, by server-sent events: that something changed which the reader may see. The
//! page then asks for itself again, so that nothing is shown by two roads.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::{Query, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use domain::actor::{Actor, Caller, Verb};
use domain::area::Street;
use domain::id::RequestId;
use futures_core::Stream;
use serde::Deserialize;
use tokio::sync::mpsc;

use crate::App;
use crate::error::Error;
use crate::notices::{self, Unread};
use crate::requests::{self, Changed};
use crate::web::Visit;

/// How long one stream lasts. The page asks for the next by itself, and is asked who it is again.
const LASTS: Duration = Duration::from_mins(5);
/// How long a page waits at most before another process's changes reach it.
const LOOK_EVERY: Duration = Duration::from_secs(2);

#[derive(Deserialize)]
pub struct Asked {
    request: Option<String>,
    /// The page shows news for the reader, and nothing else of requests.
    news: Option<String>,
}

/// What one page waits for.
#[derive(Clone, Copy)]
struct Watched {
    street: Street,
    /// One request alone.
    only: Option<RequestId>,
    /// The reader's own news, and no request.
    news: bool,
}

/// The stream ends when its reader goes away.
struct News(mpsc::Receiver<Event>);

impl Stream for News {
    type Item = Result<Event, Infallible>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().0.poll_recv(cx).map(|event| event.map(Ok))
    }
}

pub async fn events(
    State(app): State<App>,
    visit: Visit,
    Query(asked): Query<Asked>,
) -> Result<Response, Error> {
    let street = visit.street()?;
    let only = asked.request.as_deref().and_then(|id| id.parse().ok());
    let (tell, news) = mpsc::channel(4);
    let since = app.db.read(move |tx| requests::latest_change(tx, street)).await?;
    let watched = Watched { street, only, news: asked.news.is_some() };
    let watching = watch(app, watched, visit.actor, since, tell);
    tokio::spawn(tokio::time::timeout(LASTS, watching));
    Ok(Sse::new(News(news)).keep_alive(KeepAlive::default()).into_response())
}

/// Looks for changes whenever this process made one, and now and then for those of others.
async fn watch(
    app: App,
    watched: Watched,
    actor: Actor,
    mut since: i64,
    tell: mpsc::Sender<Event>,
) {
    let (street, only, reader) = (watched.street, watched.only, actor.person());
    let mut known: Option<Unread> = None;
    loop {
        let rang = app.changes.notified();
        // The first look is at once: since the page was drawn, the bell may have rung.
        let pause = if known.is_some() { LOOK_EVERY } else { Duration::ZERO };
        tokio::select! {
            () = tell.closed() => return,
            _ = tokio::time::timeout(pause, rang) => {}
        }
        let look = move |tx: &mut db::Tx| {
            let changes = requests::changed_since(tx, street, since)?;
            let unread = reader.map(|reader| notices::unread(tx, street, reader)).transpose()?;
            Ok::<_, Error>((changes, unread.unwrap_or_default()))
        };
        // A database that is away comes back; the page keeps what it has.
        let Ok((changes, unread)) = app.db.read(look).await else { continue };
        since = changes.iter().map(|change| change.at).max().unwrap_or(since);
        let before = known.replace(unread);
        let has_news = before.is_some_and(|before| before != unread);
        let rings = reader.is_some() && before != Some(unread);
        if rings && tell.send(bell(unread)).await.is_err() {
            return;
        }
        let concerns = changes.iter().any(|change| concerns(&actor, only, change));
        let is_changed = if watched.news { has_news } else { concerns };
        if is_changed && tell.send(Event::default().event("changed").data("1")).await.is_err() {
            return;
        }
    }
}

/// How many pieces of news wait for the reader, as the bell shows it.
fn bell(unread: Unread) -> Event {
    let shown = unread.shown();
    Event::default().event("news").data(if shown.is_empty() { "0" } else { shown.as_str() })
}

/// Whether a change is one that this reader may know of.
fn concerns(actor: &Actor, only: Option<RequestId>, change: &Changed) -> bool {
    if only.is_some_and(|only| only != change.id) {
        return false;
    }
    let asked = match actor.caller {
        Caller::Person(person) => change.asker == Some(person),
        Caller::Pass(request) => request == change.id,
        Caller::Nobody | Caller::System => false,
    };
    let reaches = actor.may(Verb::See, change.area)
        || actor.may(Verb::SeeMasked, change.area)
        || change.unit.is_some_and(|unit| actor.answers_for(unit, change.area));
    asked || reaches
}
