//! Settings and addresses in the database.

use db::{Tx, params};
use domain::area::Street;
use domain::id::PersonId;
use domain::notices::{Quiet, Topic};
use jiff::Timestamp;
use jiff::civil::Time;

use super::{Address, GatewayState, Setting};
use crate::error::Error;

/// What `street` decided; what is usual, where it decided nothing.
pub fn load(tx: &mut Tx, street: Street) -> Result<Setting, Error> {
    let row = tx.row(
        "SELECT id, quiet_from, quiet_until, url, secret, topics, reaches, state, version
         FROM notice_settings WHERE street = $1",
        params![street.number()],
    )?;
    let Some(row) = row else { return Ok(Setting::default()) };
    Ok(Setting {
        id: row.get("id")?,
        quiet: Quiet {
            from: row.parse("quiet_from", time)?,
            until: row.parse("quiet_until", time)?,
        },
        url: row.get("url")?,
        secret: row.get("secret")?,
        topics: row.get::<&str>("topics")?.split(' ').filter_map(Topic::named).collect(),
        everybody: row.get::<&str>("reaches")? == "everybody",
        state: row.parse("state", |name: &str| GatewayState::named(name))?,
        version: row.get("version")?,
    })
}

/// Saves what `street` decided, over the version that was loaded.
pub fn save(tx: &mut Tx, street: Street, setting: &Setting) -> Result<(), Error> {
    let topics: Vec<&str> = setting.topics.iter().map(|topic| topic.name()).collect();
    Ok(tx.guarded(
        "INSERT INTO notice_settings
             (street, id, quiet_from, quiet_until, url, secret, topics, reaches, state, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $11)
         ON CONFLICT (street) DO UPDATE SET quiet_from = $3, quiet_until = $4, url = $5,
             secret = $6, topics = $7, reaches = $8, state = $9, version = $11
         WHERE notice_settings.street = $1 AND notice_settings.version = $10",
        params![
            street.number(),
            setting.id,
            minutes(setting.quiet.from),
            minutes(setting.quiet.until),
            &setting.url,
            &setting.secret,
            &topics.join(" "),
            if setting.everybody { "everybody" } else { "phones" },
            setting.state.name(),
            setting.version,
            setting.version + 1,
        ],
    )?)
}

/// Notes that the gateway at `url` takes no more.
pub fn switch_off(tx: &mut Tx, street: Street, url: &str) -> Result<(), Error> {
    tx.execute(
        "UPDATE notice_settings SET state = 'gone', version = version + 1
         WHERE street = $1 AND url = $2 AND state = 'on'",
        params![street.number(), url],
    )?;
    Ok(())
}

/// Where `person` wants news sent.
pub fn address(tx: &mut Tx, street: Street, person: PersonId) -> Result<Option<Address>, Error> {
    let row = tx.row(
        "SELECT email, wanted, code, code_ends_at FROM notice_addresses
         WHERE street = $1 AND person = $2",
        params![street.number(), person.0],
    )?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Address {
        email: row.get("email")?,
        wanted: row.get("wanted")?,
        code: row.get("code")?,
        code_ends_at: row.parse("code_ends_at", |at| Timestamp::from_microsecond(at).ok())?,
    }))
}

/// Notes where `person` wants news sent.
pub fn save_address(
    tx: &mut Tx,
    street: Street,
    person: PersonId,
    address: &Address,
    at: Timestamp,
) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO notice_addresses
             (street, person, email, wanted, code, code_ends_at, changed_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (street, person) DO UPDATE SET email = $3, wanted = $4, code = $5,
             code_ends_at = $6, changed_at = $7",
        params![
            street.number(),
            person.0,
            &address.email,
            &address.wanted,
            &address.code,
            address.code_ends_at.as_microsecond(),
            at.as_microsecond(),
        ],
    )?;
    Ok(())
}

fn minutes(time: Time) -> i64 {
    i64::from(time.hour()) * 60 + i64::from(time.minute())
}

fn time(minutes: i64) -> Option<Time> {
    let hour = i8::try_from(minutes / 60).ok()?;
    Time::new(hour, i8::try_from(minutes % 60).ok()?, 0, 0).ok()
}
