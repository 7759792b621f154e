//! Sessions: a token in a cookie or a header, kept as a digest, ending by itself.

mod store;

pub use store::{seen, sweep};

use db::Tx;
use domain::actor::{Actor, Caller};
use domain::area::Street;
use domain::id::{PersonId, RequestId};
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};

use super::store as people;
use crate::chance;
use crate::error::Error;

/// How long a resident stays signed in without coming back.
const RESIDENT_DAYS: i64 = 30;
/// How long somebody with a post stays signed in without doing anything (source: issue, identity).
pub const STAFF_IDLE: SignedDuration = SignedDuration::from_mins(30);
/// How long a receipt once shown opens its request on this device.
const PASS_DAYS: i64 = 90;
/// `seen_at` is written at most once in this time, so that reading a page seldom writes.
const SEEN_EVERY: SignedDuration = SignedDuration::from_mins(1);

/// What a browser keeps in its cookie and a program sends in its header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    pub street: Street,
    secret: String,
}

/// A session just opened: its token is known to nobody else, not even to the records.
#[derive(Clone, Debug)]
pub struct Opened {
    pub token: Token,
    pub seconds: i64,
}

/// A session that is on record and has not ended.
#[derive(Clone, Debug)]
pub struct Session {
    pub street: Street,
    pub actor: Actor,
    /// The digest under which it is on record.
    pub digest: String,
    /// It was seen so long ago that this should be written.
    pub stale: bool,
}

/// A session of an account, as its owner sees it.
#[derive(Clone, Debug)]
pub struct OpenSession {
    pub digest: String,
    pub program: bool,
    pub device: String,
    pub opened_at: Timestamp,
    pub seen_at: Timestamp,
}

/// Opens a session for a person, or for whoever showed the receipt of one request.
pub fn open(
    tx: &mut Tx,
    street: Street,
    caller: Caller,
    (kind, device): (&str, &str),
    at: Timestamp,
) -> Result<Opened, Error> {
    let token = Token { street, secret: chance::code(32) };
    let (person, request, days) = match caller {
        Caller::Person(person) => (Some(person), None, RESIDENT_DAYS),
        Caller::Pass(request) => (None, Some(request), PASS_DAYS),
        Caller::Nobody | Caller::System => return Err(Error::SignedOut),
    };
    let seconds = days * 24 * 60 * 60;
    let ends_at = at + SignedDuration::from_secs(seconds);
    store::add_session(tx, &token, (person, request), (kind, device), (at, ends_at))?;
    Ok(Opened { token, seconds })
}

/// The session of `token` with its actor, if it has not ended. Staff are signed out after
/// half an hour without a sign of life.
pub fn visit(tx: &mut Tx, token: &Token, now: Timestamp) -> Result<Option<Session>, Error> {
    let Some(found) = store::session(tx, token.street, &token.digest())? else { return Ok(None) };
    if now >= found.ends_at {
        return Ok(None);
    }
    let actor = match found.caller {
        Caller::Person(person) => people::actor(tx, token.street, person, now)?,
        caller => Actor { caller, appointments: Vec::new() },
    };
    let idle = now.duration_since(found.seen_at);
    if !actor.appointments.is_empty() && idle > STAFF_IDLE {
        return Ok(None);
    }
    let stale = idle > SEEN_EVERY;
    Ok(Some(Session { street: token.street, actor, digest: token.digest(), stale }))
}

/// Ends one session.
pub fn close(tx: &mut Tx, street: Street, digest: &str) -> Result<(), Error> {
    store::end_session(tx, street, digest)
}

/// Ends every session of a person.
pub fn close_all(tx: &mut Tx, street: Street, person: PersonId) -> Result<(), Error> {
    store::end_sessions(tx, street, person)
}

/// Ends every session of a person but this one.
pub fn close_others(
    tx: &mut Tx,
    street: Street,
    person: PersonId,
    kept: &str,
) -> Result<(), Error> {
    store::end_others(tx, street, person, kept)
}

/// The sessions of a person that can still be used at `now`, the latest used first.
pub fn of_person(
    tx: &mut Tx,
    street: Street,
    person: PersonId,
    now: Timestamp,
) -> Result<Vec<OpenSession>, Error> {
    let staff = !people::actor(tx, street, person, now)?.appointments.is_empty();
    let mut open = store::sessions_of(tx, street, person, now)?;
    open.retain(|session| !staff || now.duration_since(session.seen_at) <= STAFF_IDLE);
    Ok(open)
}

impl Token {
    /// Reads `370323001.SECRET`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (street, secret) = text.split_once('.')?;
        let plain = secret.len() == 32 && secret.bytes().all(|byte| byte.is_ascii_alphanumeric());
        plain.then_some(Self { street: street.parse().ok()?, secret: secret.to_owned() })
    }

    /// The token of `street` whose secret follows from `seed`: made again from the same seed it is
    /// the same, so that a link that is asked for twice is one link.
    #[must_use]
    pub(super) fn derived(street: Street, seed: &str) -> Self {
        let mut secret = hex(&Sha256::digest(seed.as_bytes()));
        secret.truncate(32);
        Self { street, secret }
    }

    /// The token as text.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{}.{}", self.street, self.secret)
    }

    /// What the records keep.
    #[must_use]
    pub fn digest(&self) -> String {
        hex(&Sha256::digest(self.secret.as_bytes()))
    }

    /// What a form of this session must send back: known to its pages and to nobody else.
    #[must_use]
    pub fn form_secret(&self) -> String {
        let mut digest = hex(&Sha256::digest(format!("form:{}", self.secret).as_bytes()));
        digest.truncate(32);
        digest
    }
}

/// Bytes as hexadecimal digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// What the records keep of a session.
struct Found {
    caller: Caller,
    seen_at: Timestamp,
    ends_at: Timestamp,
}

impl Found {
    fn caller(person: Option<i64>, request: Option<i64>) -> Caller {
        match (person, request) {
            (Some(person), _) => Caller::Person(PersonId(person)),
            (None, Some(request)) => Caller::Pass(RequestId(request)),
            (None, None) => Caller::Nobody,
        }
    }
}
