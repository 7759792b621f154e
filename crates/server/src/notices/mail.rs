//! Mail: one message over SMTP, and what comes of it.

use std::fmt;
use std::net::IpAddr;
use std::time::{Duration, UNIX_EPOCH};

use jiff::Timestamp;
use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{Address, SmtpTransport, Transport};

use super::outbox::Failure;

/// How long a mail server may take for one answer.
const WITHIN: Duration = Duration::from_secs(10);

/// Where mail goes out, and from whom it comes. Its password is shown nowhere.
#[derive(Clone, PartialEq, Eq)]
pub struct Mail {
    host: String,
    port: u16,
    /// TLS from the first byte on (`smtps://`).
    wrapped: bool,
    login: Option<(String, String)>,
    from: Mailbox,
}

/// Why the settings for mail make no sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadMail {
    #[error("the mail server is smtp://user:password@host:port or smtps://…")]
    Url,
    #[error("the sender of mail is an address such as wuwei@street.example")]
    From,
}

/// One message, ready to be sent.
#[derive(Clone, Debug)]
pub(super) struct Letter {
    /// The same for every try.
    pub id: String,
    pub to: String,
    pub subject: String,
    pub text: String,
}

impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mail({}:{})", self.host, self.port)
    }
}

impl Mail {
    /// Reads `smtp://user:password@host:port` or `smtps://…`, and the sender's address.
    pub fn new(url: &str, from: &str) -> Result<Self, BadMail> {
        let (wrapped, rest) = match (url.strip_prefix("smtp://"), url.strip_prefix("smtps://")) {
            (Some(rest), _) => (false, rest),
            (_, Some(rest)) => (true, rest),
            _ => return Err(BadMail::Url),
        };
        let rest = rest.trim_end_matches('/');
        let (login, place) = match rest.rsplit_once('@') {
            Some((login, place)) => (Some(login), place),
            None => (None, rest),
        };
        let (host, port) = parted(place).ok_or(BadMail::Url)?;
        let login = login.map(|login| {
            let (user, password) = login.split_once(':').unwrap_or((login, ""));
            (percent_decoded(user), percent_decoded(password))
        });
        let port = port.unwrap_or(if wrapped { 465 } else { 25 });
        let from = from.parse().map_err(|_| BadMail::From)?;
        Ok(Self { host, port, wrapped, login, from })
    }

    /// Sends one message; it takes as long as the server does. Nothing secret goes over a line
    /// that others may read: a password asks for TLS, unless the server is this machine.
    pub(super) fn send(&self, letter: &Letter, now: Timestamp) -> Result<(), Failure> {
        let message = self.message(letter, now)?;
        let tls = TlsParameters::new(self.host.clone());
        let tls = tls.map_err(|_| Failure::blocking("tls"))?;
        let here = self.host == "localhost"
            || self.host.parse().is_ok_and(|address: IpAddr| address.is_loopback());
        let tls = match (self.wrapped, &self.login) {
            (true, _) => Tls::Wrapper(tls),
            (false, Some(_)) if !here => Tls::Required(tls),
            (false, _) => Tls::Opportunistic(tls),
        };
        let mut way = SmtpTransport::builder_dangerous(self.host.clone())
            .port(self.port)
            .tls(tls)
            .timeout(Some(WITHIN));
        if let Some((user, password)) = &self.login {
            way = way.credentials(Credentials::new(user.clone(), password.clone()));
        }
        way.build().send(&message).map(drop).map_err(|error| failure(&error))
    }

    fn message(&self, letter: &Letter, now: Timestamp) -> Result<Message, Failure> {
        let to: Address = letter.to.parse().map_err(|_| Failure::for_good("address"))?;
        Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(letter.subject.clone())
            .date(UNIX_EPOCH + Duration::from_secs(now.as_second().unsigned_abs()))
            .message_id(Some(format!("<{}@{}>", letter.id, self.from.email.domain())))
            .header(AutoSubmitted)
            .header(ContentType::TEXT_PLAIN)
            .body(letter.text.clone())
            .map_err(|_| Failure::for_good("address"))
    }
}

/// Whether somebody may want news at this address.
#[must_use]
pub(super) fn is_address(text: &str) -> bool {
    text.len() <= 200 && text.is_ascii() && text.parse::<Address>().is_ok()
}

/// Why it was not sent, by a name. What the server said is not kept, for it may name people.
fn failure(error: &lettre::transport::smtp::Error) -> Failure {
    if let Some(code) = error.status() {
        let problem = format!("smtp:{code}");
        let code: u16 = code.into();
        // Of a login that fails, and of a server that is closing, all other messages would hear.
        let blocks = [421, 454, 530, 534, 535, 538].contains(&code);
        let for_good = error.is_permanent() && !blocks;
        return Failure { for_good, blocks, ..Failure::new(problem) };
    }
    if error.is_timeout() {
        Failure::blocking("timeout")
    } else if error.is_tls() {
        Failure::blocking("tls")
    } else {
        Failure::blocking("unreachable")
    }
}

/// A machine wrote this, so that no other machine answers it (RFC 3834).
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

/// `host:port`, `[::1]:port`, or a host alone.
fn parted(place: &str) -> Option<(String, Option<u16>)> {
    let (host, port) = match place.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, rest)) => (host, rest.strip_prefix(':')),
        None => match place.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (place, None),
        },
    };
    let plain = |letter: char| letter.is_ascii_alphanumeric() || ".-_:".contains(letter);
    let fits = !host.is_empty() && host.chars().all(plain);
    let port = port.map(str::parse).transpose().ok()?;
    fits.then(|| (host.to_owned(), port))
}

/// Reads `%40`, so that a password may hold any sign.
fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let digits = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        let code = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match code.filter(|_| first == b'%') {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_server_is_read_with_its_login() {
        let mail = Mail::new("smtp://me%40here:p%3Aq@mail.example:587", "五微 <w@street.example>");
        let mail = mail.unwrap();
        assert_eq!((mail.host.as_str(), mail.port, mail.wrapped), ("mail.example", 587, false));
        assert_eq!(mail.login, Some(("me@here".to_owned(), "p:q".to_owned())));
        let secure = Mail::new("smtps://mail.example", "w@street.example").unwrap();
        assert_eq!((secure.port, secure.wrapped, secure.login), (465, true, None));
        let here = Mail::new("smtp://[::1]:2525/", "w@street.example").unwrap();
        assert_eq!((here.host.as_str(), here.port), ("::1", 2525));
        for (url, from, why) in [
            ("mail.example", "w@street.example", BadMail::Url),
            ("smtp://", "w@street.example", BadMail::Url),
            ("smtp://mail.example:port", "w@street.example", BadMail::Url),
            ("smtp://mail.example", "nobody", BadMail::From),
        ] {
            assert_eq!(Mail::new(url, from), Err(why), "{url}");
        }
    }

    #[test]
    fn a_password_is_never_shown() {
        let mail = Mail::new("smtp://me:hidden@mail.example", "w@street.example").unwrap();
        assert_eq!(format!("{mail:?}"), "Mail(mail.example:25)");
    }

    #[test]
    fn a_subject_is_one_header_whatever_stands_in_it() {
        let mail = Mail::new("smtp://mail.example", "w@street.example").unwrap();
        for subject in ["a\r\nBcc: x@evil.example", "路灯\nBcc: x@evil.example\n\nbody", "\rBcc: x"]
        {
            let letter = Letter {
                id: "msg_1".to_owned(),
                to: "wang@mail.example".to_owned(),
                subject: subject.to_owned(),
                text: "text".to_owned(),
            };
            let message = mail.message(&letter, Timestamp::UNIX_EPOCH).unwrap().formatted();
            let message = String::from_utf8(message).unwrap();
            let is_injected = |line: &str| line.to_lowercase().starts_with("bcc");
            assert!(!message.split(['\r', '\n']).any(is_injected), "{message}");
        }
    }

    #[test]
    fn addresses_are_told_from_other_text() {
        assert!(is_address("wang.fang@mail.example"));
        for text in ["", "wang", "a@b@c", "a b@c.example", "a@b\r\nBcc: c@d.example", "王@例.cn"]
        {
            assert!(!is_address(text), "{text}");
        }
    }
}
