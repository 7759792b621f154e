//! The pages of rules for the office: what holds, changing it, its versions, and trying it.

mod difference;
mod edit;
mod inputs;
mod list;
mod say;
mod trial;
mod versions;

use domain::actor::Verb;

use super::Kind;
use crate::error::Error;
use crate::web::{Access, Routes, Visit};

/// Who may read the rules.
pub(super) const READERS: Access =
    Access::Any(&[Verb::WorkAtCommunityDesk, Verb::WorkAtStreetDesk]);
/// Who may change them.
pub(super) const EDITORS: Access = Access::Any(&[Verb::WorkAtStreetDesk]);

pub(super) fn routes() -> Routes {
    Routes::new()
        .get(READERS, "/office/rules", list::index)
        .get(READERS, "/office/rules/trial", trial::trial)
        .get(READERS, "/office/rules/{kind}", list::list)
        .post(EDITORS, "/office/rules/{kind}", edit::save)
        .get(EDITORS, "/office/rules/{kind}/{row}", edit::form)
        .get(READERS, "/office/rules/{kind}/versions", versions::versions)
        .get(READERS, "/office/rules/{kind}/versions/{version}", versions::version)
        .post(EDITORS, "/office/rules/{kind}/versions/{version}", versions::restore)
}

/// The kind in an address.
fn kind_of(name: &str) -> Result<Kind, Error> {
    Kind::named(name).ok_or(Error::NotFound)
}

/// Whether the reader may change what the whole street follows.
fn may_change(visit: &Visit) -> bool {
    visit.street.is_some_and(|street| visit.actor.may(Verb::WorkAtStreetDesk, street.area()))
}
