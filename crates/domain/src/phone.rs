//! Phone numbers: however people write one, it is parsed once, at the door.

use std::fmt;

use crate::mask;

/// A mobile number of the mainland: eleven digits.
///
/// Mobile numbers begin with 13 to 19. Numbers that begin with `1000000` are accepted too: no
/// operator has them, so demonstrations and tests can use them and reach nobody.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Phone(String);

/// The text is no mobile number.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("a mobile number has eleven digits and begins with 13 to 19")]
pub struct BadPhone;

/// Numbers that begin so are nobody's.
const TEST_RANGE: &str = "1000000";

impl Phone {
    /// Reads a number with or without +86, spaces, hyphens and brackets, in half or full width.
    pub fn new(text: &str) -> Result<Self, BadPhone> {
        let mut digits = String::new();
        for letter in text.chars().map(narrow) {
            match letter {
                '0'..='9' | '+' => digits.push(letter),
                '-' | '(' | ')' | '.' | '\u{2010}'..='\u{2015}' => {}
                letter if letter.is_whitespace() || is_unseen(letter) => {}
                _ => return Err(BadPhone),
            }
            // Enough for +0086 and the number: whatever is longer is no number.
            if digits.len() > 16 {
                return Err(BadPhone);
            }
        }
        let prefixes = ["+86", "0086", "86"];
        let bare = prefixes.into_iter().find_map(|prefix| digits.strip_prefix(prefix));
        let number = bare.unwrap_or(&digits);
        let second = number.strip_prefix('1').and_then(|rest| rest.chars().next());
        let is_mobile = matches!(second, Some('3'..='9')) || number.starts_with(TEST_RANGE);
        if number.len() == 11 && is_mobile && !number.contains('+') {
            Ok(Self(number.to_owned()))
        } else {
            Err(BadPhone)
        }
    }

    /// All eleven digits. Showing them to another person is an act to be logged.
    #[must_use]
    pub fn digits(&self) -> &str {
        &self.0
    }

    /// The last four digits, by which an asker without an account is known again.
    #[must_use]
    pub fn tail(&self) -> &str {
        &self.0[7..]
    }

    /// The number as others may see it: `138****1234`.
    #[must_use]
    pub fn masked(&self) -> String {
        mask::phone(self)
    }
}

/// Masked, so that no log line gives a number away.
impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

/// Full-width letters (１３８－…) as their plain ones.
fn narrow(letter: char) -> char {
    match letter {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(letter) - 0xfee0).unwrap_or(letter),
        _ => letter,
    }
}

/// Marks that come along when a number is copied from a chat or an address book.
fn is_unseen(letter: char) -> bool {
    matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_number_is_read_however_it_is_written() {
        for text in [
            "13800001234",
            " 138 0000 1234 ",
            "138-0000-1234",
            "+86 138 0000 1234",
            "+86-13800001234",
            "（+86）13800001234",
            "0086 13800001234",
            "8613800001234",
            "１３８００００１２３４",
            "138－0000－1234",
            "\u{202d}138\u{a0}0000\u{3000}1234\u{202c}",
        ] {
            assert_eq!(Phone::new(text).map(|phone| phone.0), Ok("13800001234".into()), "{text}");
        }
    }

    #[test]
    fn what_is_no_mobile_number_is_refused() {
        for text in [
            "",
            "1380000123",
            "138000012345",
            "12800001234",
            "10086",
            "110",
            "10000010000",
            "0533 3241234",
            "+1 13800001234",
            "138+00001234",
            "++8613800001234",
            "1380000123a",
            "1380000123４５",
            "一三八零零零零一二三四",
            "13800001234,13900001234",
            "138٠٠٠٠1234",
        ] {
            assert_eq!(Phone::new(text), Err(BadPhone), "{text}");
        }
    }

    #[test]
    fn the_test_range_is_accepted() {
        let phone = Phone::new("100 0000 1234").unwrap();
        assert_eq!((phone.digits(), phone.tail()), ("10000001234", "1234"));
        assert_eq!(phone.masked(), "100****1234");
        assert_eq!(format!("{phone:?}"), "100****1234");
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC*") {
            if let Ok(phone) = Phone::new(&text) {
                prop_assert_eq!(Phone::new(phone.digits()), Ok(phone));
            }
        }

        #[test]
        fn any_mobile_number_is_one(number in "1[3-9][0-9]{9}") {
            let phone = Phone::new(&number).unwrap();
            prop_assert_eq!(phone.digits(), &number);
            prop_assert_eq!(phone.masked(), format!("{}****{}", &number[..3], &number[7..]));
        }
    }
}
