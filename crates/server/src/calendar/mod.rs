//! The working calendar of a street: days off, and weekend days that are worked, as data.

mod api;
mod store;

pub use store::{add_day, date, known_through, load, number};

/// The addresses of this slice.
#[must_use]
pub fn routes() -> crate::web::Routes {
    api::routes()
}
