//! The people of the demonstration with the passwords that were made for them, kept in one file.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::rows;
use crate::chance;

/// Letters and digits of a generated password: fifty bits, readable on paper.
const PASSWORD_LENGTH: usize = 10;

/// Everybody who can sign in.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct DemoPeople(pub Vec<DemoPerson>);

/// Somebody who can sign in, and what they are.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct DemoPerson {
    /// `resident`, or the name of their post.
    pub role: String,
    pub name: String,
    pub phone: String,
    pub password: String,
    /// The digits of the area where they live or hold their post.
    pub area: String,
    /// For a liaison: the id of the unit, then its code and its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit_name: Option<String>,
}

impl DemoPeople {
    /// The people of the seed, each with a new password; `unit` gives the id of a unit's code.
    #[must_use]
    pub fn generate(unit: impl Fn(&str) -> String) -> Self {
        let appointments = rows::appointments();
        let units = rows::units();
        let person = |row: rows::PersonRow| {
            let held = appointments.iter().find(|held| held.person == row.key);
            let code = held.map(|held| held.unit.clone()).filter(|code| !code.is_empty());
            let named = units.iter().find(|unit| Some(&unit.code) == code.as_ref());
            DemoPerson {
                role: row.role,
                name: row.name,
                phone: row.phone,
                password: password(),
                area: row.area,
                unit: code.as_deref().map(&unit),
                unit_name: named.map(|unit| unit.name.clone()),
                unit_code: code,
            }
        };
        Self(rows::people().into_iter().map(person).collect())
    }

    /// Reads what [`DemoPeople::save`] wrote; nothing where there is no such file.
    pub fn load(file: &Path) -> io::Result<Option<Self>> {
        match fs::read(file) {
            Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(io::Error::from),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Keeps the passwords where only this user can read them; it is there whole, or not at all.
    pub fn save(&self, file: &Path) -> io::Result<()> {
        let partial = file.with_extension("partial");
        let _ = fs::remove_file(&partial);
        let mut written = private(&partial)?;
        serde_json::to_writer_pretty(&mut written, self)?;
        written.write_all(b"\n")?;
        written.sync_all()?;
        fs::rename(&partial, file)
    }

    /// The first of every role, in the order of the work, residents first.
    #[must_use]
    pub fn one_of_each(&self) -> Vec<&DemoPerson> {
        let mut found: Vec<&DemoPerson> = Vec::new();
        for person in &self.0 {
            if !found.iter().any(|known| known.role == person.role) {
                found.push(person);
            }
        }
        found
    }
}

fn password() -> String {
    // Small letters are easier to type on a phone, and there is at least one digit to please
    // those who look for one.
    loop {
        let made = chance::code(PASSWORD_LENGTH).to_ascii_lowercase();
        if made.bytes().any(|letter| letter.is_ascii_digit()) {
            return made;
        }
    }
}

#[cfg(unix)]
fn private(file: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(file)
}

#[cfg(not(unix))]
fn private(file: &Path) -> io::Result<File> {
    File::create_new(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_kept_for_their_owner_alone() {
        let people = DemoPeople::generate(|code| format!("id of {code}"));
        let file = std::env::temp_dir().join(format!("wuwei-people-{}.json", std::process::id()));
        assert_eq!(DemoPeople::load(&file).unwrap(), None);
        people.save(&file).unwrap();
        people.save(&file).unwrap();
        assert_eq!(DemoPeople::load(&file).unwrap().as_ref(), Some(&people));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        }
        fs::remove_file(file).unwrap();
    }

    #[test]
    fn every_role_is_there_and_a_dozen_residents() {
        let people = DemoPeople::generate(str::to_owned);
        let roles: Vec<&str> = people.one_of_each().iter().map(|it| it.role.as_str()).collect();
        for role in [
            "resident",
            "grid_worker",
            "grid_leader",
            "community_officer",
            "unit_liaison",
            "street_officer",
            "clerk",
            "points_group",
            "administrator",
        ] {
            assert!(roles.contains(&role), "{role}");
        }
        assert!(people.0.iter().filter(|it| it.role == "resident").count() >= 12);
        assert!(people.0.iter().all(|it| it.unit.is_some() == (it.role == "unit_liaison")));
        assert!(people.0.iter().all(|it| it.password.len() == PASSWORD_LENGTH));
    }
}
