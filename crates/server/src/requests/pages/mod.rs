//! The pages of requests: raise, follow, one request, and the piles of work.

mod act;
mod all;
mod follow;
mod home;
mod live;
mod office;
mod paper;
mod photos;
mod piles;
mod plates;
mod raise;
mod show;
pub(super) mod view;

pub(super) use show::Done;

use domain::actor::Verb;

use super::export::api::TAKERS;
use super::export::pages as export;
use super::filters::pages as filters;
use crate::web::{Access, Routes};

pub use view::by_community;

/// Who has a desk.
const DESKS: &[Verb] = &[Verb::WorkAtCommunityDesk, Verb::WorkAtStreetDesk];

/// Who reads requests of an area.
const READERS: Access = Access::Any(&[Verb::See, Verb::SeeMasked]);

pub fn routes() -> Routes {
    Routes::new()
        .get(Access::Everyone, "/", home::home)
        .get(Access::Everyone, "/a/{area}", home::landing)
        .get(Access::Everyone, "/a/{area}/plate", home::plate)
        .get(Access::Any(plates::STAFF), "/plates", plates::plates)
        .get(Access::Everyone, "/help", home::help)
        .get(Access::Everyone, "/privacy", home::privacy)
        .get(Access::Everyone, "/requests/new", raise::form)
        .post(Access::Everyone, "/requests", raise::raise)
        .get(Access::Everyone, "/follow", follow::form)
        .post(Access::Everyone, "/follow", follow::follow)
        .get(Access::SignedIn, "/mine", piles::mine)
        .post(Access::SignedIn, "/mine", follow::adopt)
        .get(Access::Any(&[Verb::WorkInGrid]), "/inbox", piles::inbox)
        .get(Access::Any(DESKS), "/desk", piles::desk)
        .get(Access::Any(&[Verb::AnswerForUnit]), "/unit", piles::unit)
        .get(Access::Any(&[Verb::SeeOverview]), "/overview", piles::overview)
        .get(READERS, "/requests", all::all)
        .get(TAKERS, "/requests.xlsx", export::xlsx)
        .get(TAKERS, "/requests.csv", export::csv)
        .post(READERS, "/requests/filters", filters::keep)
        .post(READERS, "/requests/filters/{id}/name", filters::rename)
        .post(READERS, "/requests/filters/{id}/removal", filters::remove)
        .get(Access::Known, "/requests/{id}", show::show)
        .get(Access::Known, "/requests/{id}/receipt", paper::receipt)
        .get(Access::Known, "/requests/{id}/print", paper::print)
        .post(Access::SignedIn, "/requests/{id}/phone-reveal", show::reveal)
        .post(Access::Known, "/requests/{id}/photos", photos::add)
        .get(Access::Known, "/requests/{id}/{noun}", show::again)
        .post(Access::Known, "/requests/{id}/{noun}", show::act)
        .get(office::OFFICES, "/office", office::office)
        .get(Access::Known, "/events", live::events)
}
