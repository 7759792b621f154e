//! Who is asking, and which posts they hold: accounts, appointments, sessions.

mod session;
mod store;

pub use session::{Opened, Session, Token, close, close_all, hex, open, visit};
pub use store::{
    Person, actor, add_person, appoint, end_appointment, holders, people_named, person,
    person_by_phone, seen, staff,
};
