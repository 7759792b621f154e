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
use crate::requests::{self, Changed};
use crate::web::Visit;

/// How long one stream lasts. The page asks for the next by itself, and is asked who it is again.
const LASTS: Duration = Duration::from_mins(5);
/// How long a page waits at most before another process's changes reach it.
const LOOK_EVERY: Duration = Duration::from_secs(2);

#[derive(Deserialize)]
pub struct Asked {
    request: Option<String>,
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
    let watching = watch(app, street, visit.actor, only, since, tell);
    tokio::spawn(tokio::time::timeout(LASTS, watching));
    Ok(Sse::new(News(news)).keep_alive(KeepAlive::default()).into_response())
}

/// Looks for changes whenever this process made one, and now and then for those of others.
async fn watch(
    app: App,
    street: Street,
    actor: Actor,
    only: Option<RequestId>,
    mut since: i64,
    tell: mpsc::Sender<Event>,
) {
    loop {
        let rang = app.changes.notified();
        tokio::select! {
            () = tell.closed() => return,
            _ = tokio::time::timeout(LOOK_EVERY, rang) => {}
        }
        let found = app.db.read(move |tx| requests::changed_since(tx, street, since)).await;
        // A database that is away comes back; the page keeps what it has.
        let Ok(changes) = found else { continue };
        since = changes.iter().map(|change| change.at).max().unwrap_or(since);
        let concerns = changes.iter().any(|change| concerns(&actor, only, change));
        if concerns && tell.send(Event::default().event("changed").data("1")).await.is_err() {
            return;
        }
    }
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
