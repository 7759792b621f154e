//! Each deed once: whoever writes brings a key, and who asks again gets the first answer.

mod store;

use db::Tx;
use domain::actor::Caller;
use domain::area::Street;
use jiff::Timestamp;

use crate::error::Error;

/// Somebody does something: who, where, when, under which key, and with which words.
#[derive(Clone, Debug)]
pub struct Deed {
    pub street: Street,
    pub caller: Caller,
    pub at: Timestamp,
    pub key: Key,
    /// A digest of the address and of all that was sent, so that a key serves one deed only.
    pub digest: String,
}

/// Made by the client, one for every form it opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key(String);

/// What a deed came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The thing.
    pub subject: i64,
    /// The version that it has since.
    pub version: i64,
    /// The answer as it was given the first time, byte for byte (JSON).
    pub answer: String,
    /// Whether this is the first answer, given again.
    pub replayed: bool,
}

/// Acts, unless this was done under the same key: then it answers as it did the first time. What is
/// refused leaves no receipt, for it may be allowed later.
pub fn once(
    tx: &mut Tx,
    deed: &Deed,
    act: impl FnOnce(&mut Tx) -> Result<Receipt, Error>,
) -> Result<Receipt, Error> {
    if let Some((digest, receipt)) = store::find(tx, deed)? {
        return if digest == deed.digest { Ok(receipt) } else { Err(Error::KeyUsed) };
    }
    match act(tx) {
        Ok(receipt) => {
            store::add(tx, deed, &receipt)?;
            Ok(receipt)
        }
        // The same deed in another window may have been done since we looked, and that is what
        // stands in its way: then its answer is ours, from a transaction that begins anew.
        Err(refused) => match store::find(tx, deed) {
            Ok(Some(_)) => Err(tx.outrun().into()),
            _ => Err(refused),
        },
    }
}

/// Whether this very deed was done under its key already.
pub fn is_done(tx: &mut Tx, deed: &Deed) -> Result<bool, Error> {
    Ok(store::find(tx, deed)?.is_some())
}

impl Key {
    /// A key of eight to sixty-four letters, digits, hyphens and underscores.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let plain = |letter: u8| letter.is_ascii_alphanumeric() || b"-_".contains(&letter);
        let fits = (8..=64).contains(&text.len()) && text.bytes().all(plain);
        fits.then(|| Self(text.to_owned()))
    }

    /// The key itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
