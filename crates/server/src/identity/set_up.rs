//! The first start: a one-time link by which the first administrator opens the street.

use db::Tx;
use domain::actor::{Appointment, Caller, Post};
use domain::area::Street;
use domain::id::{AppointmentId, PersonId};
use domain::phone::Phone;
use jiff::Timestamp;

use super::account::{SignedIn, join, remember};
use super::invitations::{self, Purpose};
use super::{Person, hex, password, session, store};
use crate::error::Error;
use crate::grid::{self, Area, AreaKind};
use crate::{App, chance};

/// One official time for the whole country.
const ZONE: &str = "Asia/Shanghai";

/// Puts on record what a street begins with: that it is served, categories, the working calendar.
pub type Defaults = fn(&mut Tx, Street, Timestamp) -> Result<(), Error>;

/// The street that is to be served, and who is to administer it.
#[derive(Clone, Debug)]
pub struct Beginning {
    pub street: Street,
    pub street_name: String,
    pub street_name_en: String,
    pub hotline: String,
    pub name: String,
    pub phone: Phone,
    pub password: String,
}

/// Where nobody administers any street: makes a link to set up the installation, and tells its
/// path. Links that were made before are void from then on.
pub async fn set_up_link(app: &App) -> Result<Option<String>, Error> {
    if has_administrator(app).await? {
        return Ok(None);
    }
    let (secret, now) = (chance::code(32), app.now());
    let digest = digest(&secret);
    app.db.write(move |tx| invitations::make(tx, Purpose::SetUp, &digest, now)).await?;
    Ok(Some(format!("/set-up/{secret}")))
}

/// Whether this link can be used.
pub async fn is_open(app: &App, secret: &str) -> Result<bool, Error> {
    let (digest, now) = (digest(secret), app.now());
    let open = app.db.read(move |tx| invitations::is_set_up(tx, &digest, now)).await?;
    Ok(open && !has_administrator(app).await?)
}

/// Opens the street and signs its administrator in; nothing where the link was used meanwhile.
pub async fn begin(
    app: &App,
    secret: &str,
    new: Beginning,
    (device, defaults): (&str, Defaults),
) -> Result<Option<SignedIn>, Error> {
    let person = Person {
        id: PersonId(app.new_id()),
        name: new.name.clone(),
        phone: new.phone.digits().to_owned(),
        password: password::hash(app.options.cost, &new.password).await?,
        temporary: false,
    };
    let (appointment, now) = (AppointmentId(app.new_id()), app.now());
    let (digest, device) = (digest(secret), device.to_owned());
    let begun = app.db.write(move |tx| {
        if !invitations::use_up(tx, None, &digest, now)? {
            return Ok(None);
        }
        let street = new.street;
        open_street(tx, &new, now)?;
        defaults(tx, street, now)?;
        join(tx, (street, now), &person, (Some(person.id), "self"))?;
        let held = Appointment { post: Post::Administrator, area: street.area(), unit: None };
        store::appoint(tx, street, appointment, person.id, held, now)?;
        let by = (Some(person.id), "self", "appointed");
        let facts = serde_json::json!({
            "person": person.id.to_string(), "post": held.post.name(), "area": held.area.to_string()
        });
        remember(tx, street, appointment.0, 1, now, by, &facts)?;
        let opened = session::open(tx, street, Caller::Person(person.id), ("page", &device), now)?;
        Ok::<_, Error>(Some(SignedIn { street, person: person.clone(), opened }))
    });
    let begun = begun.await?;
    app.reload().await?;
    Ok(begun)
}

fn open_street(tx: &mut Tx, new: &Beginning, now: Timestamp) -> Result<(), Error> {
    let area = Area {
        code: new.street.area(),
        kind: AreaKind::Plain,
        name: new.street_name.clone(),
        name_en: new.street_name_en.clone(),
        prefix: String::new(),
        households: 0,
    };
    grid::add_area(tx, new.street, &area)?;
    // Without a telephone number of its own a street begins with the usual one.
    if new.hotline.is_empty() {
        return Ok(());
    }
    grid::add_street(tx, new.street, ZONE, &new.hotline, now)
}

async fn has_administrator(app: &App) -> Result<bool, Error> {
    let now = app.now();
    for street in app.streets() {
        if app.db.read(move |tx| store::has_administrator(tx, street, now)).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn digest(secret: &str) -> String {
    use sha2::{Digest, Sha256};
    hex(&Sha256::digest(secret.as_bytes()))
}
