//! Forms with files, read part by part within limits: so much of one file, so many files, so many
//! bytes in memory at once for all who send.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::{HeaderMap, StatusCode, header};
use sha2::{Digest, Sha256};
use tokio::sync::{Semaphore, SemaphorePermit};

use super::fields::{Fields, TEXT_MAX};
use crate::App;
use crate::error::Error;
use crate::files::{BYTES_MAX, PER_REQUEST_MAX};

/// The most parts of one form: far more than any of ours has.
const PARTS_MAX: usize = 60;
/// How many MiB of files this process holds at once; who comes later waits for room.
static ROOM: Semaphore = Semaphore::const_new(192);
/// How long somebody waits for room.
const WAIT: Duration = Duration::from_secs(10);
const MIB: usize = 1 << 20;

/// A form that came in parts.
pub struct Parts {
    pub fields: Fields,
    pub files: Vec<Bytes>,
    /// The room that the files take, given back when this goes.
    pub room: Option<Room>,
}

/// Room in memory that is taken.
pub struct Room(SemaphorePermit<'static>);

/// Whether a body comes in parts.
#[must_use]
pub fn is_in_parts(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).map(|kind| kind.as_bytes().to_ascii_lowercase());
    kind.is_some_and(|kind| kind.starts_with(b"multipart/form-data"))
}

/// Reads a form in parts, adding all of it to `digest`. A part with a file name, and any called
/// `photos`, is a file; an empty one is a field of files that nobody filled.
pub async fn read(request: Request, app: &App, digest: &mut Sha256) -> Result<Parts, Error> {
    let mut parts = Multipart::from_request(request, app).await.map_err(|_| Error::Unreadable)?;
    let (mut fields, mut files, mut room) = (Fields::default(), Vec::new(), None);
    let mut count = 0;
    while let Some(part) = parts.next_field().await.map_err(|error| unread(&error))? {
        count += 1;
        if count > PARTS_MAX {
            return Err(Error::TooLarge);
        }
        let name = part.name().unwrap_or_default().to_owned();
        let is_file = part.file_name().is_some() || name == "photos";
        // Of what is too much, one byte more than may be is kept: enough for the use case to say
        // so.
        let most = match is_file {
            true if files.len() < PER_REQUEST_MAX => BYTES_MAX,
            true => 0,
            false => TEXT_MAX,
        };
        let bytes = whole(part, most + 1, is_file.then_some(&mut room)).await?;
        // The proof of a session is no part of the deed: see `fields::without_csrf`.
        if name != "csrf" {
            // With its length, so that no other way to cut the same bytes has the same digest.
            digest.update(format!("\n{name} {}\n", bytes.len()));
            digest.update(&bytes);
        }
        if is_file {
            if !bytes.is_empty() {
                files.push(Bytes::from(bytes));
            }
        } else if bytes.len() > most {
            return Err(Error::TooLarge);
        } else {
            fields.put(name, String::from_utf8(bytes).map_err(|_| Error::Unreadable)?);
        }
    }
    Ok(Parts { fields, files, room })
}

/// The first `most` bytes of a part, which is read to its end.
async fn whole(
    mut part: Field<'_>,
    most: usize,
    mut room: Option<&mut Option<Room>>,
) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    let mut taken = 0;
    while let Some(chunk) = part.chunk().await.map_err(|error| unread(&error))? {
        let kept = chunk.len().min(most - bytes.len());
        if let Some(room) = &mut room {
            while taken * MIB < bytes.len() + kept {
                take(room).await?;
                taken += 1;
            }
        }
        bytes.extend_from_slice(&chunk[..kept]);
    }
    Ok(bytes)
}

/// Takes room for one more MiB.
async fn take(room: &mut Option<Room>) -> Result<(), Error> {
    let more = tokio::time::timeout(WAIT, ROOM.acquire()).await;
    let more = more.map_err(|_| Error::Records(db::Error::Busy))?;
    let more = more.map_err(|_| Error::Records(db::Error::Busy))?;
    match room {
        Some(Room(held)) => held.merge(more),
        None => *room = Some(Room(more)),
    }
    Ok(())
}

fn unread(error: &MultipartError) -> Error {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        Error::TooLarge
    } else {
        Error::Unreadable
    }
}
