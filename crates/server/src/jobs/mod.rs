//! The clockwork: what happens by itself, job after job as they fall due, and once a day.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use db::Tx;
use domain::area::Street;
use domain::id::RequestId;
use jiff::SignedDuration;
use tokio::sync::watch;
use tokio::time::MissedTickBehavior;

use crate::App;
use crate::error::Error;
use crate::queue::{self, Job, Kind};
use crate::{identity, notices, requests};

/// Timers are looked at this often; people hear of news within this time.
const EVERY: Duration = Duration::from_secs(2);
/// What another process of the same database decided is read this often.
const SETTINGS: Duration = Duration::from_secs(30);
/// So many jobs are read at once.
const AT_ONCE: i64 = 200;
/// So many transactions make older requests searchable at one tick, for each street.
const FILLS: usize = 20;
/// Ended sessions are forgotten this often.
const HOURLY: Duration = Duration::from_hours(1);
/// Photos without a request are looked for this often.
const DAILY: Duration = Duration::from_hours(24);
/// A row follows its photo within this time, or never.
const ORPHAN_AFTER: SignedDuration = SignedDuration::from_hours(24);

/// Ticks until `closing` says so. What fails is logged and tried again at the next tick.
pub async fn run(app: App, mut closing: watch::Receiver<bool>) {
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut soon, mut hour, mut day) =
        (Due::every(SETTINGS), Due::every(HOURLY), Due::every(DAILY));
    loop {
        tokio::select! {
            _ = closing.wait_for(|&closing| closing) => return,
            _ = ticks.tick() => {}
        }
        if soon.is_now() {
            told("read the settings anew", app.reload().await);
        }
        told("work off what waits", tick(&app).await);
        told("make older requests searchable", fill(&app).await);
        if hour.is_now() {
            told("forget ended sessions", forget(&app).await);
        }
        if day.is_now() {
            told("take away photos without a request", take_orphans(&app).await.map(drop));
        }
    }
}

/// Sends what is to leave the house until `closing` says so. A gateway that takes its time holds up
/// nothing else.
pub async fn send(app: App, mut closing: watch::Receiver<bool>) {
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = closing.wait_for(|&closing| closing) => return,
            _ = ticks.tick() => {}
        }
        told("send what waits", notices::send(&app, requests::SUBJECTS).await);
    }
}

/// Works off everything that is due by now, each job in a transaction of its own. A job that fails
/// is tried again later and holds up no other. Tells how many requests it changed.
pub async fn tick(app: &App) -> Result<usize, Error> {
    let mut changed = 0;
    for street in app.streets() {
        loop {
            let now = app.now();
            let due = app.db.read(move |tx| queue::due(tx, street, now, AT_ONCE)).await?;
            let is_last = due.len() < usize::try_from(AT_ONCE).unwrap_or(usize::MAX);
            for job in due {
                match work(app, street, &job).await {
                    Ok(has_changed) => changed += usize::from(has_changed),
                    Err(error) => fail(app, street, job, &error).await?,
                }
            }
            if is_last {
                break;
            }
        }
        told("fold facts into the figures", requests::rates::work(app, street).await);
    }
    if changed > 0 {
        app.changes.notify_waiters();
    }
    Ok(changed)
}

/// Makes some more requests searchable that were raised before there was a search; so many that
/// the other work goes on. Where it stops it goes on at the next tick, after a restart too.
pub async fn fill(app: &App) -> Result<(), Error> {
    for street in app.streets() {
        for _ in 0..FILLS {
            let settings = app.settings(street)?;
            if !app.db.write(move |tx| requests::fill(tx, &settings)).await? {
                break;
            }
        }
    }
    Ok(())
}

/// Does one job, whatever its kind. Tells whether a request changed.
async fn work(app: &App, street: Street, job: &Job) -> Result<bool, Error> {
    let (settings, now, job) = (app.settings(street)?, app.now(), job.clone());
    match job.kind {
        Kind::Clock => {
            let id = RequestId(job.subject);
            app.db.write(move |tx| requests::wake(tx, &settings, id, now)).await
        }
        Kind::Calendar => {
            app.db.write(move |tx| requests::recompute(tx, &settings, &job, now)).await
        }
        Kind::News => {
            let ids = app.ids.clone();
            let work = move |tx: &mut Tx| requests::tell_news(tx, &settings, &ids, &job, now);
            if app.db.write(work).await? > 0 {
                app.changes.notify_waiters();
            }
            Ok(false)
        }
    }
}

/// What could not be done is tried again later.
async fn fail(app: &App, street: Street, job: Job, error: &Error) -> Result<(), Error> {
    tracing::error!(kind = job.kind.name(), subject = job.subject, %error, "a job failed");
    let (problem, now) = (error.to_string(), app.now());
    app.db.write(move |tx| queue::failed(tx, street, &job, &problem, now)).await
}

/// Forgets what no longer counts: sessions that have ended, tries that were forgiven.
pub async fn forget(app: &App) -> Result<(), Error> {
    for street in app.streets() {
        let now = app.now();
        app.db.write(move |tx| identity::sweep(tx, street, now)).await?;
        app.db.write(move |tx| notices::sweep(tx, street, now)).await?;
    }
    Ok(())
}

/// Deletes photos that no request has, a day after they were put; tells how many.
pub async fn take_orphans(app: &App) -> Result<usize, Error> {
    let mut known = HashSet::new();
    for street in app.streets() {
        known.extend(app.db.report(move |tx| requests::photo_hashes(tx, street)).await?);
    }
    let swept = app.files.sweep(|hash| known.contains(hash), app.now() - ORPHAN_AFTER).await;
    let swept = swept.map_err(|error| Error::Files(error.to_string()))?;
    Ok(swept.len())
}

/// Something that is done at the first tick, and then every so often.
struct Due {
    every: Duration,
    last: Option<Instant>,
}

impl Due {
    fn every(every: Duration) -> Self {
        Self { every, last: None }
    }

    fn is_now(&mut self) -> bool {
        let is_now = self.last.is_none_or(|last| last.elapsed() >= self.every);
        if is_now {
            self.last = Some(Instant::now());
        }
        is_now
    }
}

fn told<T>(what: &'static str, outcome: Result<T, Error>) {
    if let Err(error) = outcome {
        tracing::error!(what, %error, "a job failed and will be tried again");
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::files::Photo;
    use crate::seed;

    #[tokio::test]
    async fn silence_closes_requests_and_every_tick_tells_how_many() {
        let (app, street) = seed::tests::street_at("2026-03-04T12:00:00+08:00").await;
        let rang = app.changes.clone();
        let rang = rang.notified();
        seed::tests::tell(&app, street, usize::MAX).await;
        tick(&app).await.unwrap();
        assert_eq!(tick(&app).await.unwrap(), 0, "each rung is climbed once");
        app.clock.advance(SignedDuration::from_hours(24 * 14));
        let changed = tick(&app).await.unwrap();
        assert!(changed >= 5, "five wait for a confirmation, one for an answer: {changed}");
        rang.await;
        assert_eq!(tick(&app).await.unwrap(), 0, "each is closed once");
        forget(&app).await.unwrap();
    }

    #[tokio::test]
    async fn a_photo_without_a_request_goes_and_one_with_a_request_stays() {
        let (app, street) = seed::tests::street_at("2026-03-04T12:00:00+08:00").await;
        let mut file = std::io::Cursor::new(Vec::new());
        image::RgbImage::new(40, 30).write_to(&mut file, image::ImageFormat::Png).unwrap();
        let orphan = Photo::read(file.get_ref()).unwrap();
        app.files.put(&orphan).await.unwrap();
        seed::tests::tell(&app, street, 43).await;
        let kept = app.files.list().await.unwrap().len() - 1;
        assert!(kept >= 1);
        // Files are dated by the machine's own clock, which is ahead of the one that stands still.
        let now = jiff::Timestamp::from_microsecond(i64::from(u32::MAX) * 1_000_000).unwrap();
        app.clock.advance(now.duration_since(app.now()));
        assert_eq!(take_orphans(&app).await.unwrap(), 1);
        let left = app.files.list().await.unwrap();
        assert_eq!(left.len(), kept);
        assert!(!left.iter().any(|hash| hash == orphan.hash()));
    }
}
