//! What the doors for people and for programs share: reading who asks for what, keeping photos
//! before anything is written about them, and opening a request by its receipt.

use axum::body::Bytes;
use domain::actor::Caller;
use domain::area::{AreaCode, Street};
use domain::id::RequestId;
use domain::phone::Phone;
use domain::requests::{Channel, Text};

use super::raise::line;
use super::{New, NewAsker, PHOTOS_MAX, PhotoRow, bad_text, follow, words};
use crate::app::Settings;
use crate::error::{Error, Field};
use crate::files::{self, Photo, Refused, RefusedPhoto};
use crate::identity::attempts;
use crate::web::Fields;
use crate::{App, chance};

/// The most characters of a person's name.
pub const NAME_LONGEST: usize = 40;
/// The most characters of a place: 3单元楼道，电梯口.
pub const PLACE_LONGEST: usize = 100;
/// The ways that whoever writes for somebody may name.
pub const WRITTEN: [Channel; 4] =
    [Channel::Counter, Channel::Phone, Channel::Paper, Channel::GridWorker];
/// Characters of a receipt code: fifty bits of chance.
const RECEIPT_LENGTH: usize = 10;

/// Reads who asks for what; all that is wrong is told at once. Photos are for the caller to add.
pub fn read_new(
    app: &App,
    settings: &Settings,
    caller: Caller,
    fields: &Fields,
) -> Result<New, Error> {
    let mut wrong = Vec::new();
    let area = keep(&mut wrong, fields.parse::<AreaCode>("area", words::AREA_MISSING));
    let text = Text::new(fields.shown("text"));
    let text = keep(&mut wrong, text.map_err(|bad| Error::field("text", bad_text(bad))));
    let place = keep(&mut wrong, line("place", fields.shown("place"), PLACE_LONGEST));
    let category = settings.category(fields.shown("category").trim());
    let category = category.ok_or_else(|| Error::field("category", words::CATEGORY_UNKNOWN));
    let category = keep(&mut wrong, category.map(|category| category.code.clone()));
    let asker = keep(&mut wrong, asker(caller, fields));
    let channel = keep(&mut wrong, channel(fields));
    match (area, text, place, category, asker, channel) {
        (Some(area), Some(text), Some(place), Some(category), Some(asker), Some(channel)) => {
            Ok(New {
                id: RequestId(app.new_id()),
                area,
                place,
                category,
                text,
                asker,
                channel,
                photos: Vec::new(),
                receipt: chance::code(RECEIPT_LENGTH),
            })
        }
        _ => Err(Error::Invalid(wrong)),
    }
}

fn asker(caller: Caller, fields: &Fields) -> Result<NewAsker, Error> {
    let for_other = fields.is_on("for_other");
    if matches!(caller, Caller::Person(_)) && !for_other {
        return Ok(NewAsker::Myself);
    }
    let mut wrong = Vec::new();
    let name = keep(&mut wrong, line("name", fields.shown("name"), NAME_LONGEST));
    let name = name.unwrap_or_default();
    if for_other && name.is_empty() && wrong.is_empty() {
        wrong.push(Field { name: "name", reason: words::NAME_MISSING.into() });
    }
    let phone = fields.get("phone").map(Phone::new).transpose();
    match phone {
        Ok(phone) if wrong.is_empty() => Ok(NewAsker::Named { name, phone }),
        Ok(_) => Err(Error::Invalid(wrong)),
        Err(_) => {
            wrong.push(Field { name: "phone", reason: words::PHONE_UNREADABLE.into() });
            Err(Error::Invalid(wrong))
        }
    }
}

/// By which way it came to whoever writes it down for somebody; left out, their post says it.
fn channel(fields: &Fields) -> Result<Channel, Error> {
    let Some(name) = fields.get("channel").filter(|_| fields.is_on("for_other")) else {
        return Ok(Channel::default());
    };
    let found = Channel::named(name).filter(|channel| WRITTEN.contains(channel));
    found.ok_or_else(|| Error::field("channel", words::CHANNEL_UNKNOWN))
}

/// The value, or its complaint among the others.
fn keep<T>(wrong: &mut Vec<Field>, read: Result<T, Error>) -> Option<T> {
    match read {
        Ok(value) => Some(value),
        Err(Error::Invalid(fields)) => {
            wrong.extend(fields);
            None
        }
        Err(_) => None,
    }
}

/// Reads photos and keeps their files; then they may be named in a row.
pub async fn keep_photos(app: &App, sent: Vec<Bytes>) -> Result<Vec<PhotoRow>, Error> {
    if sent.is_empty() {
        return Ok(Vec::new());
    }
    if sent.len() > PHOTOS_MAX {
        return Err(Error::Photo(RefusedPhoto { index: PHOTOS_MAX, why: Refused::TooMany }));
    }
    if !app.files.has_room()? {
        return Err(Error::NoRoom);
    }
    let photos = files::read_photos(sent).await.map_err(Error::Photo)?;
    let mut rows = Vec::with_capacity(photos.len());
    for photo in &photos {
        app.files.put(photo).await?;
        rows.push(row(photo));
    }
    Ok(rows)
}

fn row(photo: &Photo) -> PhotoRow {
    PhotoRow {
        side: String::new(),
        hash: photo.hash().to_owned(),
        width: photo.width().into(),
        height: photo.height().into(),
    }
}

/// The request that a receipt opens, if it opens one. The try counts before it is judged; after too
/// many of one code the next one waits.
pub async fn opened_by(
    app: &App,
    street: Street,
    code: &str,
    tail: &str,
) -> Result<Option<RequestId>, Error> {
    let (code, tail) = (chance::typed(code), chance::typed(tail));
    if code.is_empty() || code.len() > 32 {
        return Ok(None);
    }
    let (subject, now) = (format!("receipt:{code}"), app.now());
    let counted = subject.clone();
    app.db.write(move |tx| attempts::count(tx, street, &counted, now)).await?;
    let found = app.db.read(move |tx| follow(tx, street, &code, &tail)).await?;
    if found.is_some() {
        app.db.write(move |tx| attempts::clear(tx, street, &subject)).await?;
    }
    Ok(found)
}
