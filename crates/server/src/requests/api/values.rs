//! Values as programs read them, written straight into the answer: ids, areas, moments, holders.

use std::fmt::Display;

use domain::actor::Actor;
use domain::requests::{Desk, Handler, Request, Stage, Who};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Serialize, Serializer};
use utoipa::ToSchema;

use crate::app::Settings;
use crate::requests::words;
use crate::web::words::Lang;

/// Anything as the text that it shows.
#[derive(Clone, Copy, Debug)]
pub(in crate::requests) struct Shown<T>(pub T);

impl<T: Display> Serialize for Shown<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// A moment with the offset of the street, as in RFC 3339.
#[derive(Clone, Copy, Debug)]
pub(in crate::requests) struct At<'a>(pub Timestamp, pub &'a TimeZone);

impl Serialize for At<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let offset = self.1.to_offset(self.0);
        serializer.collect_str(&self.0.display_with_offset(offset))
    }
}

/// Who has a request now.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct Holder {
    /// `asker`, `grid_workers`, `grid_worker`, `community`, `street` or `unit`.
    #[schema(example = "grid_worker")]
    role: &'static str,
    /// Who that is, in the reader's language.
    name: String,
}

impl Holder {
    pub(super) fn new(who: Who, settings: &Settings, lang: Lang, is_for_asker: bool) -> Self {
        let name = if is_for_asker { words::holder_to_asker } else { words::holder };
        Self { role: who.name(), name: name(who, settings, lang) }
    }
}

/// `grid`, `community` or `street`: where the request is dealt with, or was.
pub(super) fn level(stage: &str, is_with_worker: bool, desk: Desk) -> &'static str {
    let in_grid = is_with_worker || ["raised", "accepted"].contains(&stage);
    if in_grid { "grid" } else { desk.name() }
}

/// The level of a whole request.
pub(super) fn level_of(request: &Request) -> &'static str {
    let is_with_worker = matches!(
        request.stage,
        Stage::Handling { by: Handler::Worker(_), .. }
            | Stage::Resolved { by: Handler::Worker(_), .. }
            | Stage::Closed { by: Some(Handler::Worker(_)), .. }
    );
    level(request.stage.name(), is_with_worker, request.desk())
}

/// Whether somebody who acts under no name of theirs sent a token that has ended.
pub(super) fn has_stale_token(actor: &Actor, headers: &axum::http::HeaderMap) -> bool {
    actor.caller == domain::actor::Caller::Nobody
        && headers.contains_key(axum::http::header::AUTHORIZATION)
}
