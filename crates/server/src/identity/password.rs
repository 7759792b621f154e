//! Passwords: what a fair one is, and argon2id on threads of its own, a few at a time.

use std::sync::atomic::{AtomicUsize, Ordering};

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use domain::phone::Phone;
use tokio::sync::Semaphore;

use super::words;
use crate::chance;
use crate::error::Error;
use crate::web::words::Phrase;

/// What computing one hash costs. What is on record keeps the cost that it was made with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    pub memory_kib: u32,
    pub passes: u32,
}

/// 19 MiB and two passes: the first choice of OWASP's password storage cheat sheet for argon2id.
impl Default for Cost {
    fn default() -> Self {
        Self { memory_kib: 19 * 1024, passes: 2 }
    }
}

/// From here up a password is long enough (source: NIST SP 800-63B).
const CHARACTERS_MIN: usize = 8;
/// Nobody types more; it bounds the work of hashing.
pub const CHARACTERS_MAX: usize = 200;
/// What everybody tries first.
const SILLY: &[&str] = &[
    "12345678",
    "123456789",
    "1234567890",
    "87654321",
    "11223344",
    "123123123",
    "12341234",
    "1qaz2wsx",
    "5201314520",
    "aa123456",
    "abc12345",
    "abcd1234",
    "a1234567",
    "a12345678",
    "iloveyou",
    "password",
    "password1",
    "passw0rd",
    "q1w2e3r4",
    "qq123456",
    "qwerty12",
    "qwerty123",
    "qwertyui",
    "woaini520",
    "woaini1314",
    "wuwei123",
    "zxcvbnm1",
];

/// Hashes at once: more would take memory and processors from everybody else.
static SLOTS: Semaphore = Semaphore::const_new(2);
/// Hashes that wait for a slot: whoever comes when so many wait is asked to come later.
const WAITING_MAX: usize = 64;
static WAITING: AtomicUsize = AtomicUsize::new(0);

/// Why `password` will not do for the owner of `phone`, if it will not.
#[must_use]
pub fn objection(password: &str, phone: Option<&Phone>) -> Option<Phrase> {
    let length = password.chars().count();
    let lower = password.to_lowercase();
    let first = password.chars().next();
    if length < CHARACTERS_MIN {
        return Some(words::PASSWORD_SHORT);
    }
    if length > CHARACTERS_MAX {
        return Some(words::PASSWORD_LONG);
    }
    if phone.is_some_and(|phone| password.contains(phone.digits())) {
        return Some(words::PASSWORD_IS_PHONE);
    }
    let same = password.chars().all(|letter| Some(letter) == first);
    (same || SILLY.contains(&lower.as_str())).then_some(words::PASSWORD_SILLY)
}

/// The argon2id text of a password.
pub async fn hash(cost: Cost, password: &str) -> Result<String, Error> {
    let password = password.to_owned();
    on_a_slot(move || {
        let salt = chance::code(26);
        let hashed = argon2(cost)?.hash_password_with_salt(password.as_bytes(), salt.as_bytes());
        hashed.map(|text| text.to_string()).map_err(|error| failure(&error))
    })
    .await
}

/// Whether `password` is the one that was hashed. Without a hash the answer is no, after the same
/// work: the time that it takes tells nobody whether there is such an account.
pub async fn fits(cost: Cost, password: &str, hashed: Option<&str>) -> Result<bool, Error> {
    let hashed = hashed.filter(|text| !text.is_empty()).map(ToOwned::to_owned);
    let Some(hashed) = hashed else {
        hash(cost, password).await?;
        return Ok(false);
    };
    let password = password.to_owned();
    on_a_slot(move || {
        let hashed = PasswordHash::new(&hashed).map_err(|error| failure(&error))?;
        Ok(argon2(cost)?.verify_password(password.as_bytes(), &hashed).is_ok())
    })
    .await
}

async fn on_a_slot<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    let waiting = Waiting::begin()?;
    let slot = SLOTS.acquire().await.expect("the semaphore is never closed");
    drop(waiting);
    let done = tokio::task::spawn_blocking(work).await;
    drop(slot);
    done.unwrap_or(Err(Error::Records(db::Error::Panicked)))
}

/// A place in the queue, given back even where the caller goes away.
struct Waiting;

impl Waiting {
    fn begin() -> Result<Self, Error> {
        let waiting = Self;
        if WAITING.fetch_add(1, Ordering::Relaxed) >= WAITING_MAX {
            return Err(Error::Records(db::Error::Busy));
        }
        Ok(waiting)
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        WAITING.fetch_sub(1, Ordering::Relaxed);
    }
}

fn argon2(cost: Cost) -> Result<Argon2<'static>, Error> {
    let params = Params::new(cost.memory_kib, cost.passes, 1, None);
    let params = params.map_err(|error| failure(&error))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn failure(error: &impl std::fmt::Display) -> Error {
    Error::Records(db::Error::Other(format!("a password could not be hashed: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHEAP: Cost = Cost { memory_kib: 8, passes: 1 };

    #[tokio::test]
    async fn a_password_fits_its_own_hash_alone() {
        let hashed = hash(CHEAP, "correct horse").await.unwrap();
        assert!(hashed.starts_with("$argon2id$v=19$m=8,t=1,p=1$"), "{hashed}");
        assert_ne!(hashed, hash(CHEAP, "correct horse").await.unwrap(), "each has its salt");
        assert!(fits(CHEAP, "correct horse", Some(&hashed)).await.unwrap());
        assert!(!fits(CHEAP, "correct hors", Some(&hashed)).await.unwrap());
        assert!(!fits(CHEAP, "", Some("")).await.unwrap());
        assert!(!fits(CHEAP, "correct horse", None).await.unwrap());
    }

    #[test]
    fn the_product_hashes_at_full_strength() {
        assert_eq!(Cost::default(), Cost { memory_kib: 19_456, passes: 2 });
    }

    #[test]
    fn fair_passwords_pass_and_silly_ones_do_not() {
        let phone = Phone::new("10000001234").unwrap();
        for fair in ["twelve geese", "一二三四五六七八", "h3sdf9sd", "        x"] {
            assert_eq!(objection(fair, Some(&phone)), None, "{fair}");
        }
        let long = "长".repeat(201);
        for silly in ["", "short", "PassWord", "88888888", "10000001234", "x10000001234", &long] {
            assert!(objection(silly, Some(&phone)).is_some(), "{silly}");
        }
    }
}
