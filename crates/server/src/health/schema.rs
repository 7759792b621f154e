//! How the schema on record stands to the one that this program wants.

use db::Tx;

use super::store;
use crate::error::Error;
use crate::migrations;

/// The schema on record, as this program sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Schema {
    UpToDate,
    /// So many migrations are to come; serving applies them.
    Behind(usize),
    /// Another version of this program made it.
    Unknown,
}

/// Compares the two. A database without the table of migrations is an error of the engine.
pub fn schema(tx: &mut Tx) -> Result<Schema, Error> {
    Ok(compare(&store::applied(tx)?))
}

fn compare(applied: &[String]) -> Schema {
    let known = migrations::ALL;
    let fits = applied.iter().zip(known).all(|(applied, known)| applied == known.name);
    match known.len().checked_sub(applied.len()) {
        Some(0) if fits => Schema::UpToDate,
        Some(missing) if fits => Schema::Behind(missing),
        _ => Schema::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schema_is_up_to_date_or_behind_or_of_another_version() {
        let mut names: Vec<String> =
            migrations::ALL.iter().map(|known| known.name.to_owned()).collect();
        assert_eq!(compare(&names), Schema::UpToDate);
        names.push("9999_from_later".to_owned());
        assert_eq!(compare(&names), Schema::Unknown);
        names.truncate(names.len() - 2);
        assert_eq!(compare(&names), Schema::Behind(1));
        names[0] = "0001_of_others".to_owned();
        assert_eq!(compare(&names), Schema::Unknown);
    }
}
