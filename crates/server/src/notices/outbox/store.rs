//! The outbox in the database.

use db::{Row, Tx, params};
use domain::area::Street;
use domain::id::{self, DeliveryId, NoticeId};
use domain::notices::TRIES_MAX;
use jiff::Timestamp;

use super::{Channel, Counts, Delivery, LEASE, Message, Outcome, Purpose, ROUND_MAX, State};
use crate::clock::Ids;
use crate::error::Error;
use crate::notices::Reader;

/// Puts a message on its way, not before `next_at`.
pub fn add(
    tx: &mut Tx,
    street: Street,
    ids: &Ids,
    message: &Message,
    next_at: Timestamp,
) -> Result<DeliveryId, Error> {
    let id = DeliveryId(ids.next(message.made_at));
    tx.execute(
        "INSERT INTO deliveries (street, id, purpose, channel, person, notice, state, next_at,
             tries, problem, made_at, version)
         VALUES ($1, $2, $3, $4, $5, $6, 'waiting', $7, 0, '', $8, 1)",
        params![
            street.number(),
            id.0,
            message.purpose.name(),
            message.channel.name(),
            message.reader.number(),
            message.notice.0,
            next_at.as_microsecond(),
            message.made_at.as_microsecond(),
        ],
    )?;
    Ok(id)
}

/// Whether any message is due.
pub fn is_due(tx: &mut Tx, street: Street, now: Timestamp) -> Result<bool, Error> {
    let row = tx.row(
        "SELECT id FROM deliveries
         WHERE street = $1 AND state = 'waiting' AND next_at <= $2 LIMIT 1",
        params![street.number(), now.as_microsecond()],
    )?;
    Ok(row.is_some())
}

/// Takes what is due into hand, the one that has waited longest first; `only` one of them, where
/// that is said. What another process has just taken is left out.
pub fn claim(
    tx: &mut Tx,
    street: Street,
    now: Timestamp,
    only: Option<DeliveryId>,
) -> Result<Vec<Delivery>, Error> {
    let rows = tx.rows(
        "SELECT id, purpose, channel, person, notice, state, next_at, tries, problem, made_at,
             done_at, version
         FROM deliveries WHERE street = $1 AND state = 'waiting' AND next_at <= $2
         AND (id = $3 OR $3 = 0) ORDER BY next_at, id LIMIT $4",
        params![street.number(), now.as_microsecond(), only.map_or(0, |only| only.0), ROUND_MAX,],
    )?;
    let mut claimed = Vec::new();
    for row in &rows {
        let mut due = delivery(row)?;
        // Whoever had it in hand at the last of its tries did not live to tell.
        let given_up = due.tries >= TRIES_MAX;
        let taken = if given_up {
            tx.execute(
                "UPDATE deliveries SET state = 'dead', problem = 'lost', done_at = $1,
                     version = version + 1
                 WHERE street = $2 AND id = $3 AND version = $4",
                params![now.as_microsecond(), street.number(), due.id.0, due.version],
            )?
        } else {
            tx.execute(
                "UPDATE deliveries SET next_at = $1, tries = tries + 1, version = version + 1
                 WHERE street = $2 AND id = $3 AND version = $4",
                params![(now + LEASE).as_microsecond(), street.number(), due.id.0, due.version,],
            )?
        };
        if taken == 1 && !given_up {
            due.tries += 1;
            due.version += 1;
            claimed.push(due);
        }
    }
    Ok(claimed)
}

/// Notes how a try of a claimed message went. Where it took longer than the claim held, whoever has
/// it now notes that instead.
pub fn finish(
    tx: &mut Tx,
    street: Street,
    claimed: &Delivery,
    outcome: &Outcome,
    now: Timestamp,
) -> Result<(), Error> {
    let (state, at, tries, problem) = claimed.becomes(outcome, now);
    let done_at = (state != State::Waiting).then(|| now.as_microsecond());
    tx.execute(
        "UPDATE deliveries SET state = $1, next_at = $2, tries = $3, problem = $4, done_at = $5,
             version = version + 1
         WHERE street = $6 AND id = $7 AND version = $8",
        params![
            state.name(),
            at.as_microsecond(),
            tries,
            &problem,
            done_at,
            street.number(),
            claimed.id.0,
            claimed.version,
        ],
    )?;
    Ok(())
}

/// The messages that were given up, the latest first.
pub fn dead(tx: &mut Tx, street: Street, limit: i64) -> Result<Vec<Delivery>, Error> {
    let rows = tx.rows(
        "SELECT id, purpose, channel, person, notice, state, next_at, tries, problem, made_at,
             done_at, version
         FROM deliveries WHERE street = $1 AND state = 'dead' AND purpose <> 'test'
         ORDER BY next_at DESC, id DESC LIMIT $2",
        params![street.number(), limit],
    )?;
    rows.iter().map(delivery).collect()
}

/// The latest test of a way out.
pub fn last_test(tx: &mut Tx, street: Street, channel: Channel) -> Result<Option<Delivery>, Error> {
    let row = tx.row(
        "SELECT id, purpose, channel, person, notice, state, next_at, tries, problem, made_at,
             done_at, version
         FROM deliveries WHERE street = $1 AND state IN ('sent', 'dead', 'waiting')
         AND purpose = 'test' AND channel = $2 ORDER BY id DESC LIMIT 1",
        params![street.number(), channel.name()],
    )?;
    row.as_ref().map(delivery).transpose()
}

/// Sends one message that was given up once more, with all its tries; tells whether there was such.
pub fn revive(tx: &mut Tx, street: Street, id: DeliveryId, now: Timestamp) -> Result<bool, Error> {
    let revived = tx.execute(
        "UPDATE deliveries SET state = 'waiting', next_at = $1, tries = 0, done_at = NULL,
             version = version + 1
         WHERE street = $2 AND id = $3 AND state = 'dead' AND purpose <> 'test'",
        params![now.as_microsecond(), street.number(), id.0],
    )?;
    Ok(revived == 1)
}

/// The same for all that were given up; tells how many.
pub fn revive_all(tx: &mut Tx, street: Street, now: Timestamp) -> Result<u64, Error> {
    let revived = tx.execute(
        "UPDATE deliveries SET state = 'waiting', next_at = $1, tries = 0, done_at = NULL,
             version = version + 1
         WHERE street = $2 AND state = 'dead' AND purpose <> 'test'",
        params![now.as_microsecond(), street.number()],
    )?;
    Ok(revived)
}

/// How many messages wait, and how many were given up.
pub fn counts(tx: &mut Tx, street: Street) -> Result<Counts, Error> {
    let row = tx.row(
        "SELECT COALESCE(SUM(CASE WHEN state = 'dead' THEN 1 ELSE 0 END), 0) AS dead, COUNT(*) AS all_of
         FROM deliveries WHERE street = $1 AND state IN ('waiting', 'dead') AND purpose <> 'test'",
        params![street.number()],
    )?;
    let Some(row) = row else { return Ok(Counts::default()) };
    let dead: i64 = row.get("dead")?;
    Ok(Counts { waiting: row.get::<i64>("all_of")? - dead, dead })
}

/// Forgets messages that were sent, and were needless, before this. What was given up stays.
pub fn sweep(tx: &mut Tx, street: Street, before: Timestamp) -> Result<(), Error> {
    let cut = id::compose(id::tick(before.as_millisecond()), 0);
    tx.execute(
        "DELETE FROM deliveries WHERE street = $1 AND id < $2
         AND (state IN ('sent', 'needless') OR state = 'dead' AND purpose = 'test')",
        params![street.number(), cut],
    )?;
    Ok(())
}

fn delivery(row: &Row) -> Result<Delivery, Error> {
    let moment = |at| Timestamp::from_microsecond(at).ok();
    Ok(Delivery {
        id: DeliveryId(row.get("id")?),
        message: Message {
            purpose: row.parse("purpose", |name: &str| Purpose::named(name))?,
            channel: row.parse("channel", |name: &str| Channel::named(name))?,
            reader: Reader::numbered(row.get("person")?),
            notice: NoticeId(row.get("notice")?),
            made_at: row.parse("made_at", moment)?,
        },
        state: row.parse("state", |name: &str| State::named(name))?,
        tries: row.get("tries")?,
        problem: row.get("problem")?,
        at: row.parse("next_at", moment)?,
        version: row.get("version")?,
    })
}
