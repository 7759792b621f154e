//! Who is asking, and which posts they hold: accounts, appointments, sessions.

mod account;
mod administration;
mod api;
pub mod attempts;
mod invitations;
mod pages;
mod password;
mod reading;
mod session;
mod set_up;
mod store;
pub mod words;

pub use account::{Door, NewPerson, SignedIn, change_password, sign_in, sign_up};
pub use password::{Cost, hash};
pub use session::{
    OpenSession, Opened, Session, Token, close, close_all, close_others, hex, of_person, open,
    seen, visit,
};
pub use set_up::{Defaults, set_up_link};
pub use store::{
    Held, Person, actor, add_people, add_person, appoint, appoint_all, appointment, appointments,
    end_appointment, holders, person, person_by_phone, posts_reaching, reaching, staff,
};

use db::Tx;
use domain::area::Street;
use jiff::Timestamp;

use crate::error::Error;
use crate::web::Routes;

/// What people and programs may call here. A new street begins with `defaults`: the slices that own
/// those lists are above this one, so the caller hands them down.
#[must_use]
pub fn routes(defaults: Defaults) -> Routes {
    Routes::new().and(pages::routes(defaults)).and(api::routes())
}

/// Forgets sessions and attempts that no longer count. Worth doing every hour.
pub fn sweep(tx: &mut Tx, street: Street, now: Timestamp) -> Result<(), Error> {
    attempts::sweep(tx, street, now)?;
    invitations::sweep(tx, street, now)?;
    session::sweep(tx, street, now)
}
