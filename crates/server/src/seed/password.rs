//! The passwords of the demonstration, hashed as all others are, two at a time.

use super::DemoPerson;
use crate::error::Error;
use crate::identity::{self, Cost};

/// The argon2id texts of everybody's passwords, in their order.
pub(super) async fn hash_all(cost: Cost, people: &[DemoPerson]) -> Result<Vec<String>, Error> {
    let (left, right) = people.split_at(people.len() / 2);
    let (left, right) = tokio::join!(hash(cost, left), hash(cost, right));
    let mut hashed = left?;
    hashed.extend(right?);
    Ok(hashed)
}

async fn hash(cost: Cost, people: &[DemoPerson]) -> Result<Vec<String>, Error> {
    let mut hashed = Vec::with_capacity(people.len());
    for person in people {
        hashed.push(identity::hash(cost, &person.password).await?);
    }
    Ok(hashed)
}
