//! The working calendar of a street: days off, and weekend days that are worked, as data.

mod store;

pub use store::{add_day, date, known_through, load, number};
