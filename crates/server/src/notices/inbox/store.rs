//! Notices in the database.

use db::{Row, Tx, params};
use domain::area::Street;
use domain::id::{self, NoticeId, PersonId, RequestId};
use domain::notices::Topic;
use jiff::Timestamp;

use super::Unread;
use crate::error::Error;
use crate::notices::{New, Notice, Reader};

/// Adds a notice; tells whether this reader had not been told of this version before.
pub fn add(tx: &mut Tx, street: Street, id: NoticeId, new: &New) -> Result<bool, Error> {
    let added = tx.execute(
        "INSERT INTO notices
             (street, id, person, subject, version, kind, topic, facts, at, unread)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1)
         ON CONFLICT (street, person, subject, version) DO NOTHING",
        params![
            street.number(),
            id.0,
            new.reader.number(),
            new.subject.0,
            new.version,
            &new.kind,
            new.topic.name(),
            &new.facts,
            new.at.as_microsecond(),
        ],
    )?;
    Ok(added == 1)
}

/// What `person` has not read.
pub fn unread(tx: &mut Tx, street: Street, person: PersonId) -> Result<Unread, Error> {
    let row = tx.row(
        "SELECT COUNT(*) AS count, COALESCE(MAX(n.id), 0) AS newest FROM (
             SELECT id FROM notices WHERE street = $1 AND person = $2 AND unread = 1
             ORDER BY id DESC LIMIT 100) n",
        params![street.number(), person.0],
    )?;
    let Some(row) = row else { return Ok(Unread::default()) };
    Ok(Unread { count: row.get("count")?, newest: row.get("newest")? })
}

/// One notice, whoever it is for.
pub fn load(tx: &mut Tx, street: Street, id: NoticeId) -> Result<Option<Notice>, Error> {
    let row = tx.row(
        "SELECT id, person, subject, version, kind, topic, facts, at, read_at FROM notices
         WHERE street = $1 AND id = $2",
        params![street.number(), id.0],
    )?;
    row.as_ref().map(notice).transpose()
}

/// The notices of `person`, the newest first, older than `after`.
pub fn list(
    tx: &mut Tx,
    street: Street,
    person: PersonId,
    after: Option<NoticeId>,
    limit: usize,
) -> Result<Vec<Notice>, Error> {
    let rows = tx.rows(
        "SELECT id, person, subject, version, kind, topic, facts, at, read_at FROM notices
         WHERE street = $1 AND person = $2 AND id < $3 ORDER BY id DESC LIMIT $4",
        params![
            street.number(),
            person.0,
            after.map_or(i64::MAX, |after| after.0),
            i64::try_from(limit).unwrap_or(i64::MAX),
        ],
    )?;
    rows.iter().map(notice).collect()
}

/// Notes that `person` has read one notice, unless they have.
pub fn read(
    tx: &mut Tx,
    street: Street,
    person: PersonId,
    id: NoticeId,
    at: Timestamp,
) -> Result<(), Error> {
    tx.execute(
        "UPDATE notices SET unread = 0, read_at = $1
         WHERE street = $2 AND person = $3 AND id = $4 AND unread = 1",
        params![at.as_microsecond(), street.number(), person.0, id.0],
    )?;
    Ok(())
}

/// Notes that `person` has read all notices up to this one; tells how many that were.
pub fn read_all(
    tx: &mut Tx,
    street: Street,
    person: PersonId,
    up_to: NoticeId,
    at: Timestamp,
) -> Result<u64, Error> {
    let read = tx.execute(
        "UPDATE notices SET unread = 0, read_at = $1
         WHERE street = $2 AND person = $3 AND unread = 1 AND id <= $4",
        params![at.as_microsecond(), street.number(), person.0, up_to.0],
    )?;
    Ok(read)
}

/// Forgets what is older than `before` and was read, and what was only sent. Ids grow with time.
pub fn sweep(tx: &mut Tx, street: Street, before: Timestamp) -> Result<(), Error> {
    let cut = id::compose(id::tick(before.as_millisecond()), 0);
    tx.execute(
        "DELETE FROM notices WHERE street = $1 AND id < $2 AND (unread = 0 OR person <= 0)",
        params![street.number(), cut],
    )?;
    Ok(())
}

fn notice(row: &Row) -> Result<Notice, Error> {
    let moment = |at| Timestamp::from_microsecond(at).ok();
    Ok(Notice {
        id: NoticeId(row.get("id")?),
        reader: Reader::numbered(row.get("person")?),
        subject: RequestId(row.get("subject")?),
        version: row.get("version")?,
        kind: row.get("kind")?,
        topic: row.parse("topic", |name: &str| Topic::named(name))?,
        facts: row.get("facts")?,
        at: row.parse("at", moment)?,
        read_at: row.get::<Option<i64>>("read_at")?.and_then(moment),
    })
}

impl Reader {
    pub(in crate::notices) fn number(self) -> i64 {
        match self {
            Reader::Person(person) => person.0,
            Reader::Phone(number) => number,
        }
    }

    pub(in crate::notices) fn numbered(number: i64) -> Self {
        if number > 0 { Reader::Person(PersonId(number)) } else { Reader::Phone(number) }
    }
}
