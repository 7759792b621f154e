//! `wuwei serve`: opens the records, serves, and ends in order.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use axum::Extension;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

use super::config::Config;
use super::door::Patience;
use super::{Fault, door, fault, log, say};
use crate::clock::Clock;
use crate::{App, health, identity, jobs};

/// How long the end waits for commands that nobody waits for any more.
const FLUSH: Duration = Duration::from_secs(10);

pub(super) async fn run(config: Config) -> Result<ExitCode, Fault> {
    log::begin(&config);
    // Asked for first: a port that is taken is told before a database is made.
    let listener = door::open(config.listen).await?;
    let app = open(&config).await?;
    let url = url(&listener, config.listen);
    say(format_args!("Wuwei 五微 is at {url}"));
    let told = |error| fault::of_opening(&error, &config.options.database);
    if let Some(path) = identity::set_up_link(&app).await.map_err(told)? {
        let begin = match config.options.public_url.trim_end_matches('/') {
            "" => &url,
            public => public,
        };
        say(format_args!("Nobody administers it yet. Set it up, once, at {begin}{path}"));
    }
    serve(&config, app, listener).await
}

/// Opens the records and the files, made where there are none.
pub(super) async fn open(config: &Config) -> Result<App, Fault> {
    config.make_folders()?;
    let opened = App::open(config.options.clone(), Clock::System).await;
    opened.map_err(|error| fault::of_opening(&error, &config.options.database))
}

/// The address as a browser takes it, with the port that was really taken.
pub(super) fn url(listener: &TcpListener, asked: SocketAddr) -> String {
    let taken = listener.local_addr().unwrap_or(asked);
    // Nobody can visit "every address"; on this machine it is the machine's own.
    if taken.ip().is_unspecified() {
        return format!("http://127.0.0.1:{}", taken.port());
    }
    format!("http://{taken}")
}

/// Serves until it is asked to end (SIGTERM, SIGINT), then ends in order: nobody new, everybody
/// inside served, every command committed.
pub(super) async fn serve(
    config: &Config,
    app: App,
    listener: TcpListener,
) -> Result<ExitCode, Fault> {
    let told = |error: std::io::Error| Fault::new(format!("no signal can be heard ({error})"));
    let (terminate, interrupt) = (
        signal(SignalKind::terminate()).map_err(told)?,
        signal(SignalKind::interrupt()).map_err(told)?,
    );
    health::begin();
    let (close, closing) = watch::channel(false);
    let (site, _) = crate::router(app.clone());
    let site = site.layer(Extension(health::Figures { open: config.metrics_open }));
    let working = tokio::spawn(jobs::run(app.clone(), closing.clone()));
    let sending = tokio::spawn(jobs::send(app.clone(), closing.clone()));
    tokio::spawn(async move {
        asked_to_end(terminate, interrupt).await;
        tracing::info!("ending: nobody new is let in");
        let _ = close.send(true);
    });
    door::serve(listener, site, closing, Patience::default()).await;
    let ended = async { (working.await, sending.await) };
    if tokio::time::timeout(FLUSH, ended).await.is_err() {
        tracing::warn!("a job took too long and was not waited for");
    }
    flush(&app).await;
    tracing::info!("ended");
    Ok(ExitCode::SUCCESS)
}

async fn asked_to_end(mut terminate: Signal, mut interrupt: Signal) {
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}

/// Waits until what was sent to the database is committed, or refused.
async fn flush(app: &App) {
    let flushed = tokio::time::timeout(FLUSH, async {
        while app.db.waiting() > 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        app.db.health().await
    });
    match flushed.await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::warn!(%error, "the last commands may not be kept"),
        Err(_) => tracing::warn!("the last commands took too long and were not waited for"),
    }
}
