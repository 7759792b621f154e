//! Reads what people type about people: every field is parsed once, and all that is wrong is told
//! at once.

use domain::area::AreaCode;
use domain::phone::Phone;

use super::{password, words};
use crate::error::{Error, Field};
use crate::web::Fields;
use crate::web::words::Phrase;

/// Reads fields one by one and gathers what is wrong with them.
pub struct Reading<'a> {
    fields: &'a Fields,
    wrong: Vec<Field>,
}

/// The most letters of a person's name: names of many parts fit in.
const NAME_MAX: usize = 40;
/// The most letters of the name of an area or a unit.
pub const TEXT_MAX: usize = 60;

impl<'a> Reading<'a> {
    /// Begins to read.
    #[must_use]
    pub fn new(fields: &'a Fields) -> Self {
        Self { fields, wrong: Vec::new() }
    }

    /// Notes that a field is wrong.
    pub fn wrong(&mut self, name: &'static str, reason: Phrase) {
        self.wrong.push(Field { name, reason: reason.into() });
    }

    /// A person's name.
    pub fn name(&mut self, field: &'static str) -> String {
        let name = self.fields.shown(field).trim();
        if name.is_empty() || !is_line(name, NAME_MAX) {
            self.wrong(field, words::NAME_BAD);
        }
        name.to_owned()
    }

    /// One line of text that must be there.
    pub fn line(&mut self, field: &'static str) -> String {
        let text = self.line_or_none(field);
        if text.is_empty() && self.wrong.iter().all(|wrong| wrong.name != field) {
            self.wrong(field, words::TEXT_MISSING);
        }
        text
    }

    /// One line of text, or none.
    pub fn line_or_none(&mut self, field: &'static str) -> String {
        let text = self.fields.shown(field).trim();
        if !is_line(text, TEXT_MAX) {
            self.wrong(field, words::TEXT_LONG);
        }
        text.to_owned()
    }

    /// A mobile number.
    pub fn phone(&mut self, field: &'static str) -> Option<Phone> {
        let phone = Phone::new(self.fields.shown(field)).ok();
        if phone.is_none() {
            self.wrong(field, words::PHONE_BAD);
        }
        phone
    }

    /// A new password, as its owner wants it.
    pub fn new_password(&mut self, field: &'static str, phone: Option<&Phone>) -> String {
        let text = self.fields.shown(field);
        if let Some(objection) = password::objection(text, phone) {
            self.wrong(field, objection);
        }
        text.to_owned()
    }

    /// A password that is to be tried.
    pub fn password(&mut self, field: &'static str) -> String {
        let text = self.fields.shown(field);
        if text.is_empty() {
            self.wrong(field, words::PASSWORD_MISSING);
        }
        // A longer one fits nobody, and is not worth the work of hashing.
        text.chars().take(password::CHARACTERS_MAX + 1).collect()
    }

    /// An area, by its digits.
    pub fn area(&mut self, field: &'static str) -> Option<AreaCode> {
        let area = self.fields.shown(field).trim().parse().ok();
        if area.is_none() {
            self.wrong(field, words::AREA_UNKNOWN);
        }
        area
    }

    /// Ends the reading: everything that is wrong, or nothing.
    pub fn done(self) -> Result<(), Error> {
        if self.wrong.is_empty() { Ok(()) } else { Err(Error::Invalid(self.wrong)) }
    }
}

/// Whether a text is one line of so many letters at most, without signs that are no letters.
fn is_line(text: &str, most: usize) -> bool {
    text.chars().count() <= most && !text.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_is_wrong_is_told_at_once() {
        let fields = Fields::urlencoded("name=%00&phone=12&password=short");
        let mut reading = Reading::new(&fields);
        reading.name("name");
        let phone = reading.phone("phone");
        reading.new_password("password", phone.as_ref());
        let Err(Error::Invalid(wrong)) = reading.done() else { panic!("nothing was wrong") };
        let names: Vec<_> = wrong.iter().map(|field| field.name).collect();
        assert_eq!(names, ["name", "phone", "password"]);
    }

    #[test]
    fn rare_names_and_names_of_many_parts_are_names() {
        for name in ["𠮷田", "古丽·阿不都", "㐱", "Anna Maria von und zu", &"名".repeat(40)]
        {
            let fields = Fields::default().with("name", name);
            let mut reading = Reading::new(&fields);
            assert_eq!(reading.name("name"), name);
            assert!(reading.done().is_ok(), "{name}");
        }
    }
}
