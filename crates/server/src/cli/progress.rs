//! How far a long command is, for whoever watches; and whether they want it to stop.

use std::io::{IsTerminal, Write};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::bench::count;

/// How often a line is written anew.
const EVERY: Duration = Duration::from_millis(200);
/// The same where each line stays.
const EVERY_LINE: Duration = Duration::from_secs(2);

/// Tells on stderr what is done, how fast, and how long the rest will take.
#[derive(Clone)]
pub(super) struct Progress(Arc<Inner>);

struct Inner {
    what: &'static str,
    begun: Instant,
    told: Mutex<Instant>,
    /// What was done before this run.
    before: AtomicU64,
    is_terminal: bool,
    is_shown: bool,
    is_stopped: AtomicBool,
}

impl Progress {
    /// Shown on a terminal, and elsewhere where it is asked for.
    pub(super) fn new(what: &'static str, is_asked: bool) -> Self {
        let (is_terminal, begun) = (std::io::stderr().is_terminal(), Instant::now());
        Self(Arc::new(Inner {
            what,
            begun,
            told: Mutex::new(begun),
            before: AtomicU64::new(0),
            is_terminal,
            is_shown: is_terminal || is_asked,
            is_stopped: AtomicBool::new(false),
        }))
    }

    /// Runs `work`; from the first Ctrl-C on [`Progress::goes_on`] says no.
    pub(super) async fn until_stopped<T>(&self, work: impl Future<Output = T>) -> T {
        let mut work = std::pin::pin!(work);
        tokio::select! {
            done = &mut work => return done,
            _ = tokio::signal::ctrl_c() => self.0.is_stopped.store(true, Relaxed),
        }
        work.await
    }

    /// So many were there before this run, and say nothing about its speed.
    pub(super) fn begins_at(&self, done: usize) {
        self.0.before.store(done as u64, Relaxed);
    }

    /// So many of so many are done; says no where somebody wants it to stop.
    pub(super) fn goes_on(&self, done: usize, all: usize) -> bool {
        let inner = &self.0;
        if inner.is_shown {
            let mut told = inner.told.lock().unwrap_or_else(PoisonError::into_inner);
            let every = if inner.is_terminal { EVERY } else { EVERY_LINE };
            let is_end = done >= all && all > 0;
            if is_end || told.elapsed() >= every {
                *told = Instant::now();
                let line = self.line(done, all, inner.begun.elapsed());
                let mut out = std::io::stderr().lock();
                let _ = match (inner.is_terminal, is_end) {
                    (true, false) => write!(out, "\r{line:<70}"),
                    (true, true) => writeln!(out, "\r{line:<70}"),
                    (false, _) => writeln!(out, "{line}"),
                };
            }
        }
        !inner.is_stopped.load(Relaxed)
    }

    fn line(&self, done: usize, all: usize, took: Duration) -> String {
        let before = usize::try_from(self.0.before.load(Relaxed)).unwrap_or_default();
        let fresh = done.saturating_sub(before);
        let speed = count(fresh) / took.as_secs_f64().max(0.001);
        let rest = count(all.saturating_sub(done)) / speed.max(0.001);
        let left = if fresh == 0 || rest > 1e6 { String::new() } else { left(rest) };
        format!("{done} of {all} {}, {speed:.0} a second{left}", self.0.what)
    }
}

fn left(seconds: f64) -> String {
    let rest = Duration::from_secs_f64(seconds).as_secs();
    format!(", {}:{:02} left", rest / 60, rest % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_tells_the_speed_of_this_run_and_the_rest() {
        let progress = Progress::new("requests", false);
        progress.begins_at(1000);
        let line = progress.line(3000, 13_000, Duration::from_secs(20));
        assert_eq!(line, "3000 of 13000 requests, 100 a second, 1:40 left");
        assert_eq!(progress.line(1000, 9, Duration::ZERO), "1000 of 9 requests, 0 a second");
        assert!(progress.goes_on(1, 2));
    }
}
