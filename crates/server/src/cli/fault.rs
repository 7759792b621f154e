//! Why a command cannot do its work: one sentence that ends with the remedy.

use std::fmt;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::error::Error;

/// One sentence for stderr, without its full stop where a remedy follows a semicolon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault(String);

impl Fault {
    /// A sentence that says what is wrong and what to do.
    #[must_use]
    pub fn new(sentence: impl Into<String>) -> Self {
        // A message from below may have lines of its own; this is one.
        let text: String = sentence.into();
        Self(text.split_whitespace().collect::<Vec<_>>().join(" "))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.trim_end_matches('.'))?;
        f.write_str(".")
    }
}

/// What is wrong with the words on the command line; nothing where help or a version was asked for.
pub(super) fn of_arguments(error: &clap::Error) -> Option<Fault> {
    let context = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        _ => String::new(),
    };
    let argument = context(ContextKind::InvalidArg);
    let sentence = match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => return None,
        ErrorKind::UnknownArgument => {
            format!(
                "there is no flag {argument} here; wuwei --help and the help of each command list them"
            )
        }
        ErrorKind::InvalidSubcommand => {
            let command = context(ContextKind::InvalidSubcommand);
            format!("there is no command {command}; wuwei --help lists them")
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand | ErrorKind::MissingSubcommand => {
            "say what to do, for example wuwei demo; wuwei --help lists the commands".to_owned()
        }
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            let value = context(ContextKind::InvalidValue);
            format!("{argument} cannot be {value:?}; the help of this command says what it can be")
        }
        _ => {
            let text = error.to_string();
            let first = text.lines().next().unwrap_or_default();
            format!("{}; wuwei --help shows how", first.trim_start_matches("error: "))
        }
    };
    Some(Fault::new(sentence))
}

/// What keeps the records or the files of an installation from being opened.
pub(super) fn of_opening(error: &Error, database: &str) -> Fault {
    let shown = without_password(database);
    match error {
        Error::Records(db::Error::Migration(text)) => {
            Fault::new(format!("the database {shown} is of another version: migration {text}"))
        }
        Error::Records(error @ (db::Error::Unfit(_) | db::Error::Full)) => {
            Fault::new(format!("{error} (the database is {shown})"))
        }
        Error::Records(db::Error::Unavailable(text)) => Fault::new(format!(
            "the database {shown} cannot be opened ({text}); check the address after --database \
             and that it may be used by this user"
        )),
        Error::Records(error) => {
            Fault::new(format!("the database {shown} cannot be used: {error}; see wuwei doctor"))
        }
        other => Fault::new(other.to_string()),
    }
}

/// An address as it may be shown.
pub(super) fn without_password(database: &str) -> String {
    let Some((scheme, rest)) = database.split_once("://") else { return database.to_owned() };
    let Some((user, place)) = rest.rsplit_once('@') else { return database.to_owned() };
    let name = user.split(':').next().unwrap_or_default();
    format!("{scheme}://{name}@{place}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_never_shown() {
        let shown = without_password("postgres://ann:s3cr@t@db1,db2/street?a=b");
        assert_eq!(shown, "postgres://ann@db1,db2/street?a=b");
        assert_eq!(without_password("sqlite:var/a@b.sqlite"), "sqlite:var/a@b.sqlite");
    }

    #[test]
    fn a_fault_is_one_line_that_ends() {
        assert_eq!(Fault::new("one\n  two.").to_string(), "one two.");
    }
}
