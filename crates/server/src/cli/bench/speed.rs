//! How fast something goes: how often a second, and how long each caller waited.

use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use crate::cli::Fault;

/// What was done in some time, by callers who each waited for their answer.
#[derive(Clone, Debug, Default)]
pub struct Speed {
    took: Duration,
    waits: Vec<Duration>,
}

impl Speed {
    /// Counts what was done in another round as well.
    pub fn add(&mut self, mut round: Speed) {
        self.took += round.took;
        self.waits.append(&mut round.waits);
    }

    /// How often a second.
    pub fn per_second(&self) -> f64 {
        count(self.waits.len()) / self.took.as_secs_f64().max(f64::EPSILON)
    }

    /// How long the caller waited whom so many of a thousand others did not outwait, in
    /// milliseconds: 500 is the middle, 990 nearly the slowest.
    pub fn wait_ms(&self, of_thousand: usize) -> f64 {
        let mut waits = self.waits.clone();
        waits.sort_unstable();
        let place = (waits.len() * of_thousand / 1000).min(waits.len().saturating_sub(1));
        waits.get(place).map_or(0.0, |wait| wait.as_secs_f64() * 1000.0)
    }
}

/// Lets so many callers act at once for `lasting`; `client` is given its number and when to end,
/// and tells how long each of its acts took.
pub async fn together<W>(
    clients: usize,
    lasting: Duration,
    client: impl Fn(usize, Instant) -> W,
) -> Result<Speed, Fault>
where
    W: Future<Output = Result<Vec<Duration>, Fault>> + Send + 'static,
{
    let since = Instant::now();
    let mut at_work: JoinSet<_> = (0..clients).map(|n| client(n, since + lasting)).collect();
    let mut waits = Vec::new();
    while let Some(done) = at_work.join_next().await {
        let done = done.map_err(|error| Fault::new(format!("a measuring client ended: {error}")));
        waits.append(&mut done??);
    }
    Ok(Speed { took: since.elapsed(), waits })
}

/// A count as a number to divide.
#[expect(clippy::cast_precision_loss, reason = "nothing here is counted up to 2^52")]
pub fn count(of: usize) -> f64 {
    of as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_and_the_slowest_are_told_apart() {
        let waits = (1..=100).map(Duration::from_millis).collect();
        let mut speed = Speed { took: Duration::from_secs(1), waits };
        assert!((speed.per_second() - 100.0).abs() < 1e-9);
        assert!((speed.wait_ms(500) - 51.0).abs() < 1e-9, "{}", speed.wait_ms(500));
        assert!((speed.wait_ms(990) - 100.0).abs() < 1e-9, "{}", speed.wait_ms(990));
        speed.add(Speed { took: Duration::from_secs(3), waits: Vec::new() });
        assert!((speed.per_second() - 25.0).abs() < 1e-9);
        assert!(Speed::default().wait_ms(990).abs() < 1e-9);
    }
}
