//! The passwords of the demonstration, hashed at the cost of every other password, two at a time.

use argon2::Argon2;
use argon2::password_hash::PasswordHasher;

use super::DemoPerson;
use crate::chance;
use crate::error::Error;

/// The argon2id texts of everybody's passwords, in their order.
pub(super) async fn hash_all(people: &[DemoPerson]) -> Result<Vec<String>, Error> {
    let half = people.len().div_ceil(2);
    let mut working = Vec::new();
    for part in people.chunks(half.max(1)) {
        let part: Vec<String> = part.iter().map(|person| person.password.clone()).collect();
        working.push(tokio::task::spawn_blocking(move || {
            part.iter().map(|password| hash(password)).collect::<Result<Vec<_>, _>>()
        }));
    }
    let mut hashed = Vec::with_capacity(people.len());
    for part in working {
        hashed.extend(part.await.map_err(|_| Error::Records(db::Error::Panicked))??);
    }
    Ok(hashed)
}

fn hash(password: &str) -> Result<String, Error> {
    let salt = chance::code(26);
    let hashed = Argon2::default().hash_password_with_salt(password.as_bytes(), salt.as_bytes());
    hashed.map(|text| text.to_string()).map_err(|error| Error::Files(error.to_string()))
}
