//! The question whether what somebody is about to raise is the same as what is there: asked once,
//! with all that was written and every photo kept for the answer.

use askama::Template;
use axum::response::{IntoResponse, Response};
use domain::actor::Verb;
use domain::requests::Urgency;

use super::{Beside, read};
use crate::App;
use crate::app::Settings;
use crate::error::Error;
use crate::requests::{New, PhotoRow};
use crate::web::page::Html;
use crate::web::{Fields, Page, Visit};

#[derive(Template)]
#[template(path = "requests/neighbours/pages/already.html")]
struct Already {
    page: Page,
    similar: Vec<Beside>,
    /// All that was written, to be sent on as it is.
    written: Vec<(String, String)>,
    key: String,
    /// All that is like it is the reader's own.
    is_mine: bool,
}

/// The question whether it is the same, where one nearby is most likely the same: once, with
/// nothing lost. What is dangerous is sent without a question, and so is what was asked about.
pub async fn already(
    app: &App,
    visit: &Visit,
    settings: &std::sync::Arc<Settings>,
    new: &New,
    fields: &Fields,
) -> Result<Option<Response>, Error> {
    let category = settings.category(&new.category);
    let urgency = category.map(|category| settings.urgency_of(category, new.text.as_str()).0);
    // Whoever may not write for others is refused before anything is asked.
    let may_not = fields.is_on("for_other") && !visit.actor.may(Verb::RaiseForOthers, new.area);
    if fields.is_on("separate") || urgency == Some(Urgency::Danger) || may_not {
        return Ok(None);
    }
    let visit = visit.in_street(settings.street);
    let wanted = (new.area, new.category.as_str(), new.text.as_str());
    let similar = read(app, &visit, settings, wanted, true).await?;
    if similar.is_empty() {
        return Ok(None);
    }
    let own = ["key", "csrf", "kept", "separate", "join"];
    let mut written: Vec<(String, String)> = fields
        .all()
        .filter(|(name, _)| !own.contains(name))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    written.sort();
    if !new.photos.is_empty() {
        written.push(("kept".to_owned(), kept(&new.photos)));
    }
    let shown = Already {
        page: Page::new(app, &visit, "/requests/new"),
        is_mine: similar.iter().all(|one| one.is_mine),
        similar,
        written,
        key: fields.get("key").map_or_else(|| app.new_key(), str::to_owned),
    };
    Ok(Some(Html(shown).into_response()))
}

/// Photos whose bytes are kept already, as one field of a form: hash, width and height of each.
#[must_use]
pub fn kept(photos: &[PhotoRow]) -> String {
    let one = |photo: &PhotoRow| format!("{}.{}.{}", photo.hash, photo.width, photo.height);
    photos.iter().map(one).collect::<Vec<_>>().join(" ")
}

/// The photos that a form names again; those that are not kept here are left out.
pub async fn kept_again(app: &App, fields: &Fields) -> Result<Vec<PhotoRow>, Error> {
    let mut rows = Vec::new();
    for one in fields.shown("kept").split_whitespace().take(crate::requests::PHOTOS_MAX) {
        let parts: Vec<&str> = one.split('.').collect();
        let &[hash, width, height] = parts.as_slice() else { continue };
        let is_hash = hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
        let sizes = (width.parse::<i64>(), height.parse::<i64>());
        let (true, (Ok(width @ 1..=20_000), Ok(height @ 1..=20_000))) = (is_hash, sizes) else {
            continue;
        };
        if app.files.is_sound(hash).await? {
            rows.push(PhotoRow { side: String::new(), hash: hash.to_owned(), width, height });
        }
    }
    Ok(rows)
}
