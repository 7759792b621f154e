//! Reading photos off the threads that answer: two at a time, measured.

use std::time::Instant;

use axum::body::Bytes;
use tokio::sync::Semaphore;
use tokio::task;

use super::photo::{PER_REQUEST_MAX, Photo};
use super::refused::Refused;

/// Photos read at once by the whole process. Each may take 200 MB and a processor for a second.
static TURNS: Semaphore = Semaphore::const_new(2);

/// Which of the photos was refused, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("photo {} is {why}", .index + 1)]
pub struct RefusedPhoto {
    /// The place among those sent, from 0.
    pub index: usize,
    pub why: Refused,
}

/// Reads the files of one request in their order; all are taken, or none. A caller who goes away
/// leaves no queue behind: only the photo in hand is finished.
///
/// Metrics: histogram `photo_read_seconds`, histogram `photo_wait_seconds` (for its turn), counter
/// `photos_refused_total` by `why`.
#[expect(clippy::missing_panics_doc, reason = "nobody closes the turns")]
pub async fn read_photos(files: Vec<Bytes>) -> Result<Vec<Photo>, RefusedPhoto> {
    if files.len() > PER_REQUEST_MAX {
        return Err(counted(PER_REQUEST_MAX, Refused::TooMany));
    }
    let mut photos = Vec::with_capacity(files.len());
    for (index, bytes) in files.into_iter().enumerate() {
        let asked = Instant::now();
        let turn = TURNS.acquire().await.expect("nobody closes the turns");
        metrics::histogram!("photo_wait_seconds").record(asked.elapsed());
        let reading = task::spawn_blocking(move || {
            // The turn ends with the work, also when nobody waits for the answer any more.
            let _turn = turn;
            let begun = Instant::now();
            let photo = Photo::read(&bytes);
            metrics::histogram!("photo_read_seconds").record(begun.elapsed());
            photo
        });
        let photo = reading.await.unwrap_or(Err(Refused::Damaged));
        photos.push(photo.map_err(|why| counted(index, why))?);
    }
    Ok(photos)
}

fn counted(index: usize, why: Refused) -> RefusedPhoto {
    metrics::counter!("photos_refused_total", "why" => why.name()).increment(1);
    RefusedPhoto { index, why }
}
