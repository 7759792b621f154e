//! What people write into a request, parsed once: a text, a note, a rating.

/// A text, note or answer that cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadText {
    #[error("the text is shorter than {0} characters")]
    TooShort(usize),
    #[error("the text is longer than {0} characters")]
    TooLong(usize),
}

/// What the asker says: 5 to 500 characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text(String);

/// What somebody adds on the way, 1 to 500 characters: a reason, a question, an answer, a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note(String);

/// The asker's verdict in five levels: 5 very satisfied, 4 satisfied, 3 fairly, 2 not, 1 not at
/// all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rating(u8);

impl Text {
    /// The fewest characters that say something (source: domain 5.1).
    pub const SHORTEST: usize = 5;
    /// The most characters, one page on a telephone (source: domain 5.1).
    pub const LONGEST: usize = 500;

    /// The text without what cannot be read: see [`readable`].
    pub fn new(text: &str) -> Result<Self, BadText> {
        within(text, Self::SHORTEST, Self::LONGEST).map(Self)
    }

    /// The text itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Note {
    /// The most characters.
    pub const LONGEST: usize = 500;

    /// The note without what cannot be read: see [`readable`].
    pub fn new(text: &str) -> Result<Self, BadText> {
        within(text, 1, Self::LONGEST).map(Self)
    }

    /// The note itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Rating {
    /// One to five; nothing else is a verdict.
    #[must_use]
    pub fn new(level: u8) -> Option<Self> {
        (1..=5).contains(&level).then_some(Self(level))
    }

    /// The level, 1 to 5.
    #[must_use]
    pub fn level(self) -> u8 {
        self.0
    }
}

/// The text as it is kept: no control characters but line breaks, none of the marks that turn the
/// direction of reading or take no room, and nothing blank at the ends.
#[must_use]
pub fn readable(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    let kept = text.chars().filter(|&c| c == '\n' || !(c.is_control() || is_hidden(c)));
    kept.collect::<String>().trim().to_owned()
}

/// Marks that would let a text look different from what it is. The joiner of emoji stays.
fn is_hidden(c: char) -> bool {
    matches!(c, '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{2069}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}')
}

fn within(text: &str, shortest: usize, longest: usize) -> Result<String, BadText> {
    let text = readable(text);
    let length = text.chars().count();
    if length < shortest {
        return Err(BadText::TooShort(shortest));
    }
    if length > longest { Err(BadText::TooLong(longest)) } else { Ok(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_says_something_and_fits_a_page() {
        assert_eq!(Text::new("  垃圾没人清  ").unwrap().as_str(), "垃圾没人清");
        assert_eq!(Text::new("垃圾"), Err(BadText::TooShort(5)));
        assert_eq!(Text::new(&"😀".repeat(5000)), Err(BadText::TooLong(500)));
        assert!(Text::new(&"𠮷".repeat(500)).is_ok());
        assert_eq!(Note::new(" \u{0}\u{200B}\r\n "), Err(BadText::TooShort(1)));
    }

    #[test]
    fn what_cannot_be_read_is_not_kept() {
        assert_eq!(readable("a\u{0}b\u{202E}c\r\nd\te"), "abc\nde");
        assert_eq!(readable("👨\u{200D}👩\u{200D}👧"), "👨\u{200D}👩\u{200D}👧");
    }

    #[test]
    fn a_rating_has_five_levels() {
        assert!(Rating::new(0).is_none() && Rating::new(6).is_none());
        assert_eq!(Rating::new(5).map(Rating::level), Some(5));
    }
}
