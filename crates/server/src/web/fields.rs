//! What people and programs send: fields and files, with a key, and with proof that a form is ours.

use std::collections::HashMap;

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, Method, header};
use sha2::{Digest, Sha256};

use super::uploads::{self, Parts, Room};
use super::visit::Visit;
use super::words::Phrase;
use crate::App;
use crate::error::Error;
use crate::identity::hex;
use crate::receipts::{Deed, Key};

/// The most bytes of a form without files, and of a body of JSON.
pub const TEXT_MAX: usize = 256 * 1024;
/// The most bytes of a form with files: five photos and some text.
pub const FILES_MAX: usize = 64 * 1024 * 1024;

/// The fields of a form or of a JSON object, by name. What was sent stays as it was sent.
#[derive(Clone, Debug, Default)]
pub struct Fields {
    values: HashMap<String, String>,
}

/// A form that was sent from one of our pages: its fields, its files, and the deed that it asks
/// for.
pub struct Form {
    pub deed: Deed,
    pub fields: Fields,
    pub files: Vec<Bytes>,
    /// The room in memory that the files take.
    pub room: Option<Room>,
}

/// A form that may be sent twice without harm, and so needs no key: signing in, language, size.
pub struct Plain(pub Fields);

impl Fields {
    /// The field as it was sent; nothing where it is missing or blank.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str).filter(|value| !value.trim().is_empty())
    }

    /// The field as it was sent, or an empty text: for showing a form again.
    #[must_use]
    pub fn shown(&self, name: &str) -> &str {
        self.values.get(name).map_or("", String::as_str)
    }

    /// Whether a box was ticked, or a JSON field is true.
    #[must_use]
    pub fn is_on(&self, name: &str) -> bool {
        matches!(self.get(name), Some("1" | "on" | "true" | "yes"))
    }

    /// The field as what it stands for.
    pub fn parse<T: std::str::FromStr>(
        &self,
        name: &'static str,
        reason: Phrase,
    ) -> Result<T, Error> {
        let value = self.get(name).and_then(|text| text.trim().parse().ok());
        value.ok_or_else(|| Error::field(name, reason))
    }

    /// Every field as it was sent, in no order.
    pub fn all(&self) -> impl Iterator<Item = (&str, &str)> {
        self.values.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Puts a field there as it was sent.
    pub fn put(&mut self, name: String, value: String) {
        self.values.insert(name, value);
    }

    /// Puts a field there: for tests, and for values that come from elsewhere than a form.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.values.insert(name.to_owned(), value.into());
        self
    }

    /// The fields of an urlencoded text.
    #[must_use]
    pub fn urlencoded(text: &str) -> Self {
        let decoded = |text: &str| {
            let spaced = text.replace('+', " ");
            percent_decoded(&spaced)
        };
        let pairs = text.split('&').filter(|pair| !pair.is_empty());
        let pairs = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        Self { values: pairs.map(|(name, value)| (decoded(name), decoded(value))).collect() }
    }

    /// The fields of a JSON object whose values are texts, numbers or truths.
    pub fn json(body: &[u8]) -> Result<Self, Error> {
        use serde_json::Value;
        if body.iter().all(u8::is_ascii_whitespace) {
            return Ok(Self::default());
        }
        let parsed: Value = serde_json::from_slice(body).map_err(|_| Error::Unreadable)?;
        let Value::Object(object) = parsed else { return Err(Error::Unreadable) };
        let mut values = HashMap::new();
        for (name, value) in object {
            let text = match value {
                Value::Null => continue,
                Value::String(text) => text,
                Value::Bool(truth) => truth.to_string(),
                Value::Number(number) => number.to_string(),
                Value::Array(_) | Value::Object(_) => return Err(Error::Unreadable),
            };
            values.insert(name, text);
        }
        Ok(Self { values })
    }
}

impl FromRequest<App> for Form {
    type Rejection = Error;

    async fn from_request(request: Request, app: &App) -> Result<Self, Error> {
        let visit = request.extensions().get::<Visit>().cloned().ok_or(Error::NotFound)?;
        same_origin(request.headers())?;
        let target = target(&request);
        let mut digest = Sha256::new();
        digest.update(target.as_bytes());
        let parts = if uploads::is_in_parts(request.headers()) {
            if !takes_files(request.uri().path()) {
                return Err(Error::WrongKind);
            }
            uploads::read(request, app, &mut digest).await?
        } else {
            let body = whole(request, TEXT_MAX).await?;
            let text = std::str::from_utf8(&body).map_err(|_| Error::Unreadable)?;
            digest.update(without_csrf(text).as_bytes());
            Parts { fields: Fields::urlencoded(text), files: Vec::new(), room: None }
        };
        let Parts { fields, files, room } = parts;
        if !visit.form_secret.is_empty() && fields.get("csrf") != Some(&visit.form_secret) {
            return Err(Error::Forged);
        }
        let key = fields.get("key").and_then(Key::new).ok_or(Error::Forged)?;
        let deed = deed(app, &visit, &fields, key, digest)?;
        Ok(Self { deed, fields, files, room })
    }
}

impl FromRequest<App> for Plain {
    type Rejection = Error;

    async fn from_request(request: Request, _: &App) -> Result<Self, Error> {
        let visit = request.extensions().get::<Visit>().cloned().ok_or(Error::NotFound)?;
        same_origin(request.headers())?;
        let body = whole(request, TEXT_MAX).await?;
        let text = std::str::from_utf8(&body).map_err(|_| Error::Unreadable)?;
        let fields = Fields::urlencoded(text);
        if !visit.form_secret.is_empty() && fields.get("csrf") != Some(&visit.form_secret) {
            return Err(Error::Forged);
        }
        Ok(Self(fields))
    }
}

/// What a program sends: JSON fields under an `Idempotency-Key`.
pub struct Program {
    pub deed: Deed,
    pub fields: Fields,
}

impl FromRequest<App> for Program {
    type Rejection = Error;

    async fn from_request(request: Request, app: &App) -> Result<Self, Error> {
        let visit = request.extensions().get::<Visit>().cloned().ok_or(Error::NotFound)?;
        let key = idempotency_key(request.headers())?;
        let kind = kind(request.headers());
        let mut digest = Sha256::new();
        digest.update(target(&request).as_bytes());
        let body = whole(request, TEXT_MAX).await?;
        if !body.is_empty() && !kind.starts_with("application/json") {
            return Err(Error::WrongKind);
        }
        digest.update(&body);
        let fields = Fields::json(&body)?;
        let deed = deed(app, &visit, &fields, key, digest)?;
        Ok(Self { deed, fields })
    }
}

/// The deed that was asked for; somebody without a session says by the area in which street.
fn deed(
    app: &App,
    visit: &Visit,
    fields: &Fields,
    key: Key,
    digest: Sha256,
) -> Result<Deed, Error> {
    Ok(Deed {
        street: visit.street.or_else(|| street_of(fields)).ok_or(Error::NotFound)?,
        caller: visit.actor.caller,
        at: app.now(),
        key,
        digest: hex(&digest.finalize()),
    })
}

/// The key in the header of a program.
pub fn idempotency_key(headers: &HeaderMap) -> Result<Key, Error> {
    const REASON: Phrase = Phrase {
        zh: "请在请求头 Idempotency-Key 中放一个 8 至 64 位、由字母、数字、连字符组成的新键。",
        en: "Send a fresh Idempotency-Key header: 8 to 64 letters, digits and hyphens.",
    };
    let header = headers.get("idempotency-key").and_then(|value| value.to_str().ok());
    header.and_then(Key::new).ok_or_else(|| Error::field("Idempotency-Key", REASON))
}

/// Reads a body to its end; one that is cut off midway is unreadable, and nothing is done.
pub async fn whole(request: Request, most: usize) -> Result<Bytes, Error> {
    let announced = request.headers().get(header::CONTENT_LENGTH);
    let announced = announced.and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > most) {
        return Err(Error::TooLarge);
    }
    let body: Body = request.into_body();
    axum::body::to_bytes(body, most).await.map_err(|error| {
        let too_long = std::error::Error::source(&error)
            .is_some_and(|cause| cause.to_string().contains("length limit"));
        if too_long { Error::TooLarge } else { Error::Unreadable }
    })
}

/// A browser says where a form comes from; ours come from ourselves.
fn same_origin(headers: &HeaderMap) -> Result<(), Error> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        let ours = ["same-origin", "none"].contains(&site);
        return if ours { Ok(()) } else { Err(Error::Forged) };
    }
    let (Some(origin), Some(host)) = (text("origin"), text("host")) else { return Ok(()) };
    let ours = origin.split_once("://").is_some_and(|(_, from)| from == host);
    if ours { Ok(()) } else { Err(Error::Forged) }
}

/// What is asked of which address: the same key serves no other.
fn target(request: &Request) -> String {
    debug_assert_ne!(*request.method(), Method::GET);
    format!("{} {}\n", request.method(), request.uri().path())
}

/// A form that waited on a phone while its session ended comes with the proof of the next one, and
/// is still the same deed: so the proof is no part of what was sent.
fn without_csrf(text: &str) -> String {
    let pairs = text.split('&').filter(|pair| !pair.starts_with("csrf="));
    pairs.collect::<Vec<_>>().join("&")
}

/// Whether a form of this address has files: others are read as text alone.
fn takes_files(path: &str) -> bool {
    let ends = ["/photos", "/resolution", "/completion"];
    ["/requests", "/calendar/preview"].contains(&path) || ends.iter().any(|end| path.ends_with(end))
}

/// Somebody without a session says by the area in which street they are.
fn street_of(fields: &Fields) -> Option<domain::area::Street> {
    fields.get("area")?.parse::<domain::area::AreaCode>().ok()?.street()
}

fn kind(headers: &HeaderMap) -> String {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    kind.unwrap_or_default().to_ascii_lowercase()
}

/// Reads `%E5%AF%8C`; a byte that is no text becomes a sign that says so.
fn percent_decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let code = (bytes[at] == b'%').then(|| text.get(at + 1..at + 3)).flatten();
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_as_browsers_write_them() {
        let fields = Fields::urlencoded("a=%E5%AF%8C+%26&b=&c&d=100%25&e=%zz");
        assert_eq!(fields.get("a"), Some("富 &"));
        assert_eq!((fields.get("b"), fields.get("c"), fields.get("d")), (None, None, Some("100%")));
        assert_eq!(fields.shown("e"), "%zz");
    }

    #[test]
    fn programs_send_plain_objects() {
        let fields = Fields::json(br#"{"solved":true,"rating":5,"note":null,"text":"\ud83d"}"#);
        assert!(matches!(fields, Err(Error::Unreadable)), "a lone surrogate is no text");
        let fields = Fields::json(br#"{"solved":true,"rating":5,"note":null}"#).unwrap();
        assert!(fields.is_on("solved") && fields.get("rating") == Some("5"));
        assert!(matches!(Fields::json(b"[1]"), Err(Error::Unreadable)));
        assert!(Fields::json(b"").is_ok());
    }
}
