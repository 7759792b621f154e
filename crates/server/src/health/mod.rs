//! Whether this process is well, for those who watch over it: alive, able to write, and its
//! figures.

mod schema;
mod store;

pub use schema::{Schema, schema};

use std::net::SocketAddr;
use std::sync::OnceLock;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use axum::Extension;
use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use crate::App;
use crate::error::Error;
use crate::notices;
use crate::web::{Access, Routes};

/// An answer is looked for within this time; whoever balances loads asks every few seconds.
const WITHIN: Duration = Duration::from_secs(2);
/// Seconds of an answer, as steps of the histogram: from a page out of memory to a photo.
const STEPS: &[f64] = &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

static FIGURES: OnceLock<Option<PrometheusHandle>> = OnceLock::new();

/// Who may read the figures.
#[derive(Clone, Copy, Debug)]
pub struct Figures {
    /// Everybody; otherwise this machine alone.
    pub open: bool,
}

/// Begins to count. Done once; the figures are the process's own.
pub fn begin() {
    FIGURES.get_or_init(|| {
        let seconds = Matcher::Suffix("_seconds".to_owned());
        let builder = PrometheusBuilder::new().set_buckets_for_metric(seconds, STEPS);
        builder.ok().and_then(|builder| builder.install_recorder().ok())
    });
}

/// The addresses of this slice.
pub fn routes() -> Routes {
    Routes::new()
        .get(Access::Everyone, "/healthz", alive)
        .get(Access::Everyone, "/readyz", ready)
        .get(Access::Everyone, "/metrics", figures)
}

async fn alive() -> &'static str {
    "alive\n"
}

/// Commits an empty command: it can write, or it is not ready.
/// For how long a full disk counts after it was last met, in microseconds: the next write tells.
const FULL_FOR: i64 = 60_000_000;

async fn ready(State(app): State<App>) -> Response {
    let plain = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
    let asked = tokio::time::timeout(WITHIN, app.db.health()).await;
    let full_at = app.full_at.load(Ordering::Relaxed);
    let since_full = app.now().as_microsecond() - full_at;
    let why = match asked {
        Ok(Ok(())) if full_at > 0 && since_full < FULL_FOR => db::Error::Full.to_string(),
        Ok(Ok(())) => return (plain, "ready\n").into_response(),
        Ok(Err(error)) => error.to_string(),
        Err(_) => "the database takes too long".to_owned(),
    };
    tracing::warn!(why, "not ready");
    (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "5")], plain, "not ready\n")
        .into_response()
}

/// The figures in the text form of Prometheus. To everybody whom they are not for, there is
/// nothing here.
async fn figures(
    State(app): State<App>,
    headers: HeaderMap,
    open: Option<Extension<Figures>>,
    peer: Option<Extension<ConnectInfo<SocketAddr>>>,
) -> Result<Response, Error> {
    let is_open = open.is_some_and(|Extension(figures)| figures.open);
    let is_near = peer.is_some_and(|Extension(ConnectInfo(peer))| peer.ip().is_loopback());
    // What a proxy on this machine passes on comes from elsewhere.
    let is_passed_on = headers.keys().map(axum::http::HeaderName::as_str).any(|name| {
        name.starts_with("x-forwarded") || ["forwarded", "x-real-ip", "via"].contains(&name)
    });
    if !is_open && (!is_near || is_passed_on) {
        return Err(Error::NotFound);
    }
    let handle = FIGURES.get().and_then(Option::as_ref).ok_or(Error::NotFound)?;
    #[expect(clippy::cast_precision_loss, reason = "a queue is far shorter than 2^52")]
    metrics::gauge!("db_commands_waiting").set(app.db.waiting() as f64);
    metrics::gauge!("db_can_write").set(if app.db.can_write() { 1.0 } else { 0.0 });
    deliveries(&app).await?;
    handle.run_upkeep();
    let kind = [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
    Ok((kind, handle.render()).into_response())
}

/// What waits to leave the house, and what did not arrive.
async fn deliveries(app: &App) -> Result<(), Error> {
    let (mut waiting, mut dead) = (0, 0);
    for street in app.streets() {
        let counts = app.db.read(move |tx| notices::counts(tx, street)).await?;
        (waiting, dead) = (waiting + counts.waiting, dead + counts.dead);
    }
    for (name, count) in [("wuwei_deliveries_waiting", waiting), ("wuwei_deliveries_dead", dead)] {
        #[expect(clippy::cast_precision_loss, reason = "there are far fewer than 2^52")]
        metrics::gauge!(name).set(count as f64);
    }
    Ok(())
}

/// Counts every answer, by route, method and status. The route is its template, so that no id and
/// no code becomes a figure.
pub async fn count(request: Request, next: Next) -> Response {
    let path = request.extensions().get::<MatchedPath>().cloned();
    let route = path.as_ref().map_or("none", MatchedPath::as_str).to_owned();
    let method = match *request.method() {
        axum::http::Method::GET => "GET",
        axum::http::Method::POST => "POST",
        axum::http::Method::HEAD => "HEAD",
        axum::http::Method::DELETE => "DELETE",
        _ => "other",
    };
    let begun = Instant::now();
    let response = next.run(request).await;
    let status = response.status().as_u16().to_string();
    let labels = [("route", route), ("method", method.to_owned()), ("status", status)];
    metrics::histogram!("http_request_seconds", &labels).record(begun.elapsed());
    response
}
