//! The photos of a request: at most five that came with it, and five that show the work.

use db::Tx;
use domain::area::Street;
use domain::id::RequestId;

use domain::requests::{Sight, Who};

use super::see::PhotoRow;
use super::{store, words};
use crate::error::Error;
use crate::files::{Refused, RefusedPhoto};
use crate::history::{self, Entry};
use crate::receipts::{self, Deed, Receipt};

/// The most photos of one side of a request (source: domain 5.1).
pub const PHOTOS_MAX: usize = 5;

/// Who added a photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// It shows the trouble.
    Asked,
    /// It shows the work done.
    Done,
}

impl Side {
    /// The name of this side in the database.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Side::Asked => "asked",
            Side::Done => "done",
        }
    }
}

/// Adds photos, whose bytes are kept already, after those that are there.
pub(super) fn attach(
    tx: &mut Tx,
    deed: &Deed,
    id: RequestId,
    side: Side,
    photos: &[PhotoRow],
) -> Result<(), Error> {
    if photos.is_empty() {
        return Ok(());
    }
    let there = store::photos(tx, deed.street, id)?;
    let there = there.iter().filter(|photo| photo.side == side.name()).count();
    if there + photos.len() > PHOTOS_MAX {
        return Err(Error::Photo(RefusedPhoto { index: PHOTOS_MAX, why: Refused::TooMany }));
    }
    for (position, photo) in (there + 1..).zip(photos) {
        store::add_photo(tx, deed.street, id, (side.name(), position), photo, deed.at)?;
    }
    store::count_photos(tx, deed.street, id)
}

/// Adds photos to a request that is there: its asker shows the trouble, its handler the work. It is
/// a change of the request, with a version and a line of history.
pub fn add(tx: &mut Tx, deed: &Deed, id: RequestId, photos: &[PhotoRow]) -> Result<Receipt, Error> {
    receipts::once(tx, deed, |tx| {
        let actor = super::act::actor(tx, deed.street, deed.caller, deed.at)?;
        let loaded = store::load(tx, deed.street, id)?;
        let request = &loaded.request;
        if request.sight(&actor) != Sight::Full {
            return Err(Error::NotFound);
        }
        if request.stage.is_closed() {
            return Err(Error::Refused(words::CLOSED_TAKES_NO_PHOTOS.into()));
        }
        let side = if request.is(&actor, Who::Asker) { Side::Asked } else { Side::Done };
        store::touch(tx, deed.street, id, loaded.version, deed.at)?;
        attach(tx, deed, id, side, photos)?;
        let version = loaded.version + 1;
        let entry = Entry {
            version,
            at: deed.at,
            actor: actor.person(),
            role: if side == Side::Asked { "asker" } else { "handler" }.to_owned(),
            event: "photos_added".to_owned(),
            facts: serde_json::json!({ "photos": photos.len() }).to_string(),
        };
        history::add(tx, deed.street, id.0, &entry)?;
        let answer = serde_json::json!({
            "id": id.to_string(),
            "photos": loaded.photos + i64::try_from(photos.len()).unwrap_or_default(),
            "version": version,
        });
        Ok(Receipt { subject: id.0, version, answer: answer.to_string(), replayed: false })
    })
}

/// Adds photos of the work to the command that reports it done, within the same version.
pub fn show_work(
    tx: &mut Tx,
    deed: &Deed,
    id: RequestId,
    photos: &[PhotoRow],
) -> Result<(), Error> {
    attach(tx, deed, id, Side::Done, photos)
}

/// Whether `hash` is a photo of this request.
pub fn belongs(tx: &mut Tx, street: Street, id: RequestId, hash: &str) -> Result<bool, Error> {
    Ok(store::photos(tx, street, id)?.iter().any(|photo| photo.hash == hash))
}
