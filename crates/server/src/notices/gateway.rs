//! The gateway: one message posted to an address of the street's choice, signed as Standard
//! Webhooks says, so that whoever takes it for text messages knows that it is ours.

use std::io::ErrorKind;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use jiff::{SignedDuration, Timestamp};
use sha2::Sha256;
use ureq::tls::{RootCerts, TlsConfig};

use super::outbox::Failure;
use crate::chance;

/// How long a gateway may take in all.
const WITHIN: Duration = Duration::from_secs(10);
/// How names end that lead nowhere outside.
const WITHIN_HOUSE: [&str; 2] = ["local", "internal"];
/// What a secret begins with.
const PREFIX: &str = "whsec_";

/// One message, ready to be posted.
#[derive(Clone)]
pub(super) struct Posting {
    pub url: String,
    pub secret: String,
    /// The same for every try, so that a receiver can tell that it has it already.
    pub id: String,
    /// JSON.
    pub body: String,
}

/// What a secret stands for: the bytes behind `whsec_`, 24 to 64 of them.
#[must_use]
pub fn secret_of(text: &str) -> Option<Vec<u8>> {
    let bytes = STANDARD.decode(text.strip_prefix(PREFIX)?).ok()?;
    (24..=64).contains(&bytes.len()).then_some(bytes)
}

/// A secret that nobody can guess.
#[must_use]
pub(super) fn new_secret() -> String {
    // Fifty-two letters of five bits each are 260 bits.
    format!("{PREFIX}{}", STANDARD.encode(chance::code(52)))
}

/// The signature of a message (Standard Webhooks, symmetric): `v1,` and HMAC-SHA256 in base 64.
#[must_use]
pub fn signature(secret: &[u8], id: &str, timestamp: i64, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("a key has any length");
    mac.update(format!("{id}.{timestamp}.{body}").as_bytes());
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

/// Whether messages with phone numbers may go to this address: over TLS anywhere, and in the clear
/// only within the house.
#[must_use]
pub(super) fn is_fit(url: &str) -> bool {
    let Ok(parsed) = url.parse::<axum::http::Uri>() else { return false };
    let (Some(scheme), Some(host)) = (parsed.scheme_str(), parsed.host()) else { return false };
    let has_login = parsed.authority().is_some_and(|it| it.as_str().contains('@'));
    let plain = url.len() <= 500 && url.chars().all(|letter| letter.is_ascii_graphic());
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    // Numbers that are no address to us may be one to the system.
    let last = bare.rsplit('.').next().unwrap_or_default();
    let is_name = last.starts_with(char::is_alphabetic);
    // An address of the older kind in the dress of the newer is what it is.
    let within = match bare.parse::<IpAddr>().map(|address| address.to_canonical()) {
        Ok(IpAddr::V4(address)) if address.is_link_local() || address.is_unspecified() => {
            return false;
        }
        Ok(IpAddr::V6(address)) if address.is_unicast_link_local() || address.is_unspecified() => {
            return false;
        }
        Err(_) if !is_name => return false,
        Ok(IpAddr::V4(address)) => address.is_loopback() || address.is_private(),
        Ok(IpAddr::V6(address)) => address.is_loopback() || address.is_unique_local(),
        Err(_) => {
            !host.contains('.')
                || host.rsplit('.').next().is_some_and(|it| WITHIN_HOUSE.contains(&it))
        }
    };
    plain && !has_login && !host.is_empty() && (scheme == "https" || scheme == "http" && within)
}

/// Posts one message; it takes as long as the gateway does, at most ten seconds. No redirect is
/// followed, for a phone number goes nowhere but where the street said.
pub(super) fn post(posting: &Posting, now: Timestamp) -> Result<(), Failure> {
    let secret = secret_of(&posting.secret).ok_or_else(|| Failure::for_good("secret"))?;
    let timestamp = now.as_second();
    let signed = signature(&secret, &posting.id, timestamp, &posting.body);
    // Certificates are those that this machine trusts; the program brings none along.
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = TlsConfig::builder()
        .root_certs(RootCerts::PlatformVerifier)
        .unversioned_rustls_crypto_provider(provider)
        .build();
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_global(Some(WITHIN))
        .max_redirects(0)
        .max_redirects_will_error(false)
        .http_status_as_error(false)
        .proxy(None)
        .tls_config(tls)
        .user_agent("wuwei")
        .build()
        .into();
    let answer = agent
        .post(&posting.url)
        .header("content-type", "application/json")
        .header("webhook-id", &posting.id)
        .header("webhook-timestamp", timestamp.to_string())
        .header("webhook-signature", signed)
        .send(&posting.body);
    let answer = answer.map_err(|error| unanswered(&error))?;
    let wait = answer.headers().get("retry-after").and_then(|value| value.to_str().ok());
    judged(answer.status().as_u16(), wait.and_then(|wait| asked_wait(wait, now)))
}

/// What an answer with this status means.
fn judged(status: u16, wait: Option<SignedDuration>) -> Result<(), Failure> {
    let problem = format!("http:{status}");
    match status {
        200..=299 => Ok(()),
        410 => Err(Failure { for_good: true, ..Failure::blocking("gone") }),
        // What is wrong with all messages alike, and what asks for a pause.
        401 | 403 | 404 | 429 | 500..=599 => Err(Failure { wait, ..Failure::blocking(problem) }),
        _ => Err(Failure { wait, ..Failure::new(problem) }),
    }
}

/// `Retry-After` in seconds, or as a moment.
fn asked_wait(text: &str, now: Timestamp) -> Option<SignedDuration> {
    if let Ok(seconds) = text.trim().parse::<u32>() {
        return Some(SignedDuration::from_secs(i64::from(seconds)));
    }
    let at = jiff::fmt::rfc2822::parse(text.trim()).ok()?.timestamp();
    Some(at.duration_since(now).max(SignedDuration::ZERO))
}

fn unanswered(error: &ureq::Error) -> Failure {
    match error {
        ureq::Error::Timeout(_) => Failure::blocking("timeout"),
        ureq::Error::Io(error) if error.kind() == ErrorKind::TimedOut => {
            Failure::blocking("timeout")
        }
        ureq::Error::Tls(_) | ureq::Error::Rustls(_) => Failure::blocking("tls"),
        _ => Failure::blocking("unreachable"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_signed_as_the_standard_says() {
        let secret = secret_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let (id, body) = ("msg_p5jXN8AQM9LWM0D4loKWxJek", r#"{"test": 2432232314}"#);
        assert_eq!(
            signature(&secret, id, 1_614_265_330, body),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        );
        assert_ne!(new_secret(), new_secret());
        assert!(secret_of(&new_secret()).is_some());
        for bad in ["", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_c2hvcnQ=", "whsec_%"] {
            assert_eq!(secret_of(bad), None, "{bad}");
        }
    }

    #[test]
    fn phone_numbers_go_in_the_clear_within_the_house_alone() {
        for fit in [
            "https://gateway.example/sms",
            "http://127.0.0.1:8000/",
            "http://[::1]:8000/sms",
            "http://10.1.2.3/sms?a=b",
            "http://192.168.1.20",
            "http://gateway/sms",
            "http://sms.office.internal/",
        ] {
            assert!(is_fit(fit), "{fit}");
        }
        for unfit in [
            "",
            "gateway.example",
            "http://gateway.example/sms",
            "http://8.8.8.8/",
            "http://134744072/",
            "http://0x08080808/",
            "https://169.254.169.254/",
            "https://[::ffff:169.254.169.254]/",
            "http://[::ffff:8.8.8.8]/",
            "https://[fe80::1]/",
            "https://[::]/",
            "http://metadata.google.internal.example/",
            "https://gateway.example\r\nx: y/",
            "ftp://gateway/",
            "https://me:secret@gateway.example/",
            "https://网关.example/",
        ] {
            assert!(!is_fit(unfit), "{unfit}");
        }
    }

    #[test]
    fn an_answer_says_whether_and_when_to_try_again() {
        assert_eq!(judged(204, None), Ok(()));
        let gone = judged(410, None).unwrap_err();
        assert!(gone.for_good && gone.blocks && gone.problem == "gone");
        let failed = |status| judged(status, None).unwrap_err();
        assert!(!failed(400).blocks && !failed(400).for_good && failed(503).blocks);
        assert_eq!(failed(302).problem, "http:302");
        let now: Timestamp = "2026-03-02T01:00:00Z".parse().unwrap();
        let secs = |text| asked_wait(text, now).map(|wait| wait.as_secs());
        assert_eq!(secs("120"), Some(120));
        assert_eq!(secs("Mon, 02 Mar 2026 01:01:00 GMT"), Some(60));
        assert_eq!(secs("Mon, 02 Mar 2026 00:00:00 GMT"), Some(0));
        assert_eq!(secs("soon"), None);
    }
}
