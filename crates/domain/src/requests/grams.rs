//! What a request can be found by: its words cut into grams, and the terms that somebody looks for.
//!
//! Chinese is written without gaps, so two neighbouring characters make a gram; a word of letters
//! or digits is known by its beginnings of two, four and eight. Every gram carries the field that
//! it came from, so that nobody finds by a name or a phone what they may not read it from. A gram
//! only says where to look: [`Term::is_in`] decides.

use std::collections::BTreeSet;

use super::Urgency;
use crate::area::{AreaCode, Level};

/// Where a gram comes from; the first letter of it as it is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// What the asker says, and where exactly.
    Words,
    Name,
    /// The last four digits of the phone.
    Phone,
    /// The count at the end of the number.
    Number,
    Category,
    /// The area, and each one around it up to the community.
    Area,
    /// Year and month of the day on which it was raised.
    Month,
    /// How pressing it is, unless ordinary.
    Urgency,
    /// The way it came in, unless by the page.
    Channel,
}

/// What of a request is kept for finding it.
#[derive(Clone, Copy, Debug)]
pub struct Kept<'a> {
    pub number: &'a str,
    pub text: &'a str,
    pub place: &'a str,
    pub name: &'a str,
    /// Eleven digits, or nothing.
    pub phone: &'a str,
    pub category: &'a str,
    pub area: AreaCode,
    /// Year and month of the day on which it was raised, such as 202603.
    pub month: i64,
    pub urgency: Urgency,
    /// The name of its channel.
    pub channel: &'a str,
}

/// One of the words that somebody looks for, folded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term(String);

/// The beginnings by which a word of letters or digits is known, in characters.
const BEGINNINGS: [usize; 3] = [2, 4, 8];
/// The most terms that a search takes; what goes beyond is left out.
const TERMS_MAX: usize = 8;
/// The fewest digits of a phone that are looked for.
const TAIL: usize = 4;

impl Field {
    fn letter(self) -> char {
        match self {
            Field::Words => 'w',
            Field::Name => 'n',
            Field::Phone => 'f',
            Field::Number => 'x',
            Field::Category => 'c',
            Field::Area => 'a',
            Field::Month => 'm',
            Field::Urgency => 'u',
            Field::Channel => 'h',
        }
    }

    /// A gram of this field.
    #[must_use]
    pub fn gram(self, text: impl std::fmt::Display) -> String {
        format!("{}{text}", self.letter())
    }

    /// The gram of an area: its digits.
    #[must_use]
    pub fn of_area(area: AreaCode) -> String {
        Field::Area.gram(area)
    }
}

impl Kept<'_> {
    /// Every gram, each once, in order.
    #[must_use]
    pub fn grams(&self) -> Vec<String> {
        let mut found = BTreeSet::new();
        let words = cut(&fold(self.text)).into_iter().chain(cut(&fold(self.place)));
        found.extend(words.map(|gram| Field::Words.gram(gram)));
        let name = fold(self.name);
        found.extend(cut(&name).into_iter().map(|gram| Field::Name.gram(gram)));
        // A surname alone finds as well.
        found.extend(name.chars().next().map(|first| Field::Name.gram(first)));
        found.extend(tail(self.phone).map(|tail| Field::Phone.gram(tail)));
        found.extend(count(self.number).map(|count| Field::Number.gram(count)));
        found.insert(Field::Category.gram(self.category));
        found.insert(Field::Month.gram(self.month));
        if self.urgency != Urgency::Ordinary {
            found.insert(Field::Urgency.gram(self.urgency.name()));
        }
        if self.channel != "page" {
            found.insert(Field::Channel.gram(self.channel));
        }
        let mut area = Some(self.area);
        while let Some(code) = area.filter(|code| code.level() >= Level::Community) {
            found.insert(Field::of_area(code));
            area = code.parent();
        }
        found.into_iter().collect()
    }
}

impl Term {
    /// The terms of what somebody typed: what stands between blanks, each once, at most eight.
    #[must_use]
    pub fn all(typed: &str) -> Vec<Self> {
        let mut terms: Vec<Self> = Vec::new();
        for word in fold(typed).split_whitespace() {
            let term = Self(word.to_owned());
            if !terms.contains(&term) && terms.len() < TERMS_MAX {
                terms.push(term);
            }
        }
        terms
    }

    /// The term, folded.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The grams that a text must have to hold this term; none where it is too short to say.
    #[must_use]
    pub fn grams(&self) -> Vec<String> {
        let letters: Vec<char> = self.0.chars().collect();
        let mut found = BTreeSet::new();
        for (at, kind) in pieces(&letters) {
            match kind {
                Piece::Pair => {
                    found.insert(letters[at..at + 2].iter().collect());
                }
                // Of the beginnings the longest says most.
                Piece::Word(length) => {
                    let most = BEGINNINGS.into_iter().rfind(|&most| most <= length);
                    found.extend(most.map(|most| letters[at..at + most].iter().collect()));
                }
            }
        }
        found.into_iter().collect()
    }

    /// The gram of a name: its first two characters, or the surname alone.
    #[must_use]
    pub fn name_grams(&self) -> Vec<String> {
        let grams = self.grams();
        if grams.is_empty() && self.0.chars().count() == 1 { vec![self.0.clone()] } else { grams }
    }

    /// Whether a folded text holds this term. A word begins where the term begins: `12` is in
    /// 12号楼 and in 128元, and not in 312室.
    #[must_use]
    pub fn is_in(&self, folded: &str) -> bool {
        let begins_word = self.0.chars().next().is_some_and(is_of_word);
        folded.match_indices(&self.0).any(|(at, _)| {
            let before = folded[..at].chars().next_back();
            !(begins_word && before.is_some_and(is_of_word))
        })
    }

    /// Whether a text may hold this term, told from its letters one by one: cheaper than folding
    /// thousands of names.
    #[must_use]
    pub fn may_be_in(&self, text: &str) -> bool {
        let Some(first) = self.0.chars().next() else { return false };
        text.chars().any(|letter| match letter {
            _ if letter == first => true,
            _ if letter.is_ascii() => letter.to_ascii_lowercase() == first,
            _ => !is_caseless(letter) && plain(letter).to_lowercase().next() == Some(first),
        })
    }

    /// The end of a phone number that this may be: four to eleven digits, and their last four.
    #[must_use]
    pub fn phone_tail(&self) -> Option<&str> {
        let fits =
            (TAIL..=11).contains(&self.0.len()) && self.0.bytes().all(|c| c.is_ascii_digit());
        fits.then(|| &self.0[self.0.len() - TAIL..])
    }

    /// Whether a phone of these digits ends with this term.
    #[must_use]
    pub fn ends_phone(&self, phone: &str) -> bool {
        self.phone_tail().is_some() && phone.ends_with(&self.0)
    }

    /// The count at the end of a number that this may be: 00042 and 42 and FY-2026-00042 are 42.
    #[must_use]
    pub fn count(&self) -> Option<u64> {
        count(&self.0)
    }

    /// Whether this is the number, or its end: all of it from one of its parts on.
    #[must_use]
    pub fn is_number(&self, number: &str) -> bool {
        let number = fold(number);
        if self.0.bytes().all(|c| c.is_ascii_digit()) {
            return count(&number).is_some() && count(&number) == self.count();
        }
        let rest = number.strip_suffix(&self.0);
        rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('-'))
    }
}

/// The text as it is compared: letters small, signs of full width as their plain ones, one blank
/// for many, and nothing that takes no room.
#[must_use]
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for letter in super::readable(text).chars() {
        let letter = match letter {
            '\u{fe00}'..='\u{fe0f}' | '\u{ad}' => continue,
            _ if letter.is_whitespace() => ' ',
            _ => plain(letter),
        };
        if letter == ' ' && (folded.is_empty() || folded.ends_with(' ')) {
            continue;
        }
        folded.extend(letter.to_lowercase());
    }
    folded.truncate(folded.trim_end().len());
    folded
}

/// Whether folding leaves it as it is: what Chinese is written with.
fn is_caseless(letter: char) -> bool {
    matches!(letter, '\u{2e80}'..='\u{a63f}')
}

/// The plain sign of one of full width.
fn plain(letter: char) -> char {
    match letter {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(letter) - 0xfee0).unwrap_or(letter),
        _ => letter,
    }
}

enum Piece {
    /// Two neighbours that are not both of one word.
    Pair,
    /// A word of letters or digits of so many characters.
    Word(usize),
}

/// Every gram of a folded text.
fn cut(folded: &str) -> Vec<String> {
    let letters: Vec<char> = folded.chars().collect();
    let mut found = Vec::new();
    for (at, kind) in pieces(&letters) {
        match kind {
            Piece::Pair => found.push(letters[at..at + 2].iter().collect()),
            Piece::Word(length) => {
                let fitting = BEGINNINGS.into_iter().filter(|&most| most <= length);
                found.extend(fitting.map(|most| letters[at..at + most].iter().collect()));
            }
        }
    }
    found
}

/// Where the pieces of a folded text begin, and what each is.
fn pieces(letters: &[char]) -> Vec<(usize, Piece)> {
    let mut found = Vec::new();
    for (at, &letter) in letters.iter().enumerate() {
        if is_of_word(letter) && (at == 0 || !is_of_word(letters[at - 1])) {
            let length = letters[at..].iter().take_while(|&&next| is_of_word(next)).count();
            found.push((at, Piece::Word(length)));
        }
        let Some(&next) = letters.get(at + 1) else { continue };
        if says(letter) && says(next) && !(is_of_word(letter) && is_of_word(next)) {
            found.push((at, Piece::Pair));
        }
    }
    found
}

/// Of a word that is written with gaps around it.
fn is_of_word(letter: char) -> bool {
    letter.is_alphanumeric() && u32::from(letter) < 0x1100
}

/// Whether a character says something: punctuation and blanks only part what does.
fn says(letter: char) -> bool {
    let parts = letter.is_ascii_punctuation()
        || letter.is_whitespace()
        || matches!(letter, '\u{2000}'..='\u{206f}' | '\u{3000}'..='\u{303f}');
    !parts || matches!(letter, '々' | '〇')
}

fn tail(phone: &str) -> Option<&str> {
    phone.get(phone.len().checked_sub(TAIL)?..)
}

/// The count at the end of a number.
fn count(number: &str) -> Option<u64> {
    let digits = number.rsplit('-').next()?;
    digits.bytes().all(|c| c.is_ascii_digit()).then(|| digits.parse().ok())?
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn texts_are_compared_as_people_read_them() {
        for (text, folded) in [
            ("电梯ＡＢＣ　１２号楼", "电梯abc 12号楼"),
            ("  Street\n\nLIGHT  ", "street light"),
            ("50％、_＇", "50%、_'"),
            ("𠮷野家😀", "𠮷野家😀"),
            ("a\u{202e}b\u{200b}c", "abc"),
            ("İ", "i\u{307}"),
            ("", ""),
            ("　", ""),
        ] {
            assert_eq!(fold(text), folded, "{text}");
        }
    }

    #[test]
    fn neighbours_make_a_gram_and_words_are_known_by_their_beginnings() {
        for (text, grams) in [
            ("楼道灯", "楼道 道灯"),
            ("楼道，灯坏", "楼道 灯坏"),
            ("12号楼", "12 2号 号楼"),
            ("3楼", "3楼"),
            ("lights out", "li ligh ou"),
            ("sanitation", "sa sani sanitati"),
            ("co2超标", "co 2超 超标"),
            ("𠮷野😀", "𠮷野 野😀"),
            ("灯", ""),
            ("%_'", ""),
        ] {
            let cut = cut(&fold(text)).join(" ");
            assert_eq!(cut, grams, "{text}");
        }
    }

    #[test]
    fn a_term_finds_what_holds_it_and_nothing_else() {
        for (typed, text, found) in [
            ("楼道", "三楼楼道里", true),
            ("楼道", "楼里的道", false),
            ("LIFT", "The lifts are down", true),
            ("lift", "shoplift", false),
            ("12", "12号楼", true),
            ("12号楼", "１２号楼３单元", true),
            ("12号楼", "112号楼", false),
            ("%", "涨了50%", true),
            ("_", "没有", false),
            ("😀", "好😀", true),
            ("𠮷", "𠮷野", true),
        ] {
            let terms = Term::all(typed);
            assert_eq!(terms[0].is_in(&fold(text)), found, "{typed} in {text}");
            assert!(!found || terms[0].may_be_in(text), "{typed} may be in {text}");
        }
        assert_eq!(Term::all(" 电梯　坏 电梯 ").len(), 2);
        assert!(Term::all("\u{202e}\u{0} ").is_empty());
        assert_eq!(Term::all("a b c d e f g h i j").len(), 8);
    }

    #[test]
    fn numbers_and_phones_are_known_by_their_ends() {
        let term = |text: &str| Term::all(text).remove(0);
        for (typed, number, is) in [
            ("FY-2026-00042", "FY-2026-00042", true),
            ("fy-2026-00042", "FY-2026-00042", true),
            ("2026-00042", "FY-2026-00042", true),
            ("00042", "FY-2026-00042", true),
            ("42", "FY-2026-00042", true),
            ("0042", "FY-2026-00042", true),
            ("2", "FY-2026-00042", false),
            ("6-00042", "FY-2026-00042", false),
            ("-00042", "FY-2026-00042", false),
            ("142", "FY-2026-00042", false),
            ("100042", "FY-2026-100042", true),
            ("2026", "FY-2026-00042", false),
            ("%", "FY-2026-00042", false),
        ] {
            assert_eq!(term(typed).is_number(number), is, "{typed}: {number}");
        }
        assert_eq!(term("8000").phone_tail(), Some("8000"));
        assert_eq!(term("13800138000").phone_tail(), Some("8000"));
        assert_eq!(term("１３８００１３８０００").phone_tail(), Some("8000"));
        assert_eq!((term("800").phone_tail(), term("80a0").phone_tail()), (None, None));
        assert!(
            term("138000").ends_phone("13912138000") && !term("1380").ends_phone("13800138000")
        );
    }

    #[test]
    fn a_request_is_kept_under_each_of_its_fields() {
        let kept = Kept {
            number: "FY-2026-00042",
            text: "楼道灯",
            place: "3单元",
            name: "王小明",
            phone: "13800138000",
            category: "roads",
            area: "3703230010280010103".parse().unwrap(),
            month: 202_603,
            urgency: Urgency::Danger,
            channel: "counter",
        };
        let grams = kept.grams().join(" ");
        assert_eq!(
            grams,
            "a370323001028 a370323001028001 a37032300102800101 a3703230010280010103 croads f8000 \
             hcounter m202603 n小明 n王 n王小 udanger w3单 w单元 w楼道 w道灯 x42"
        );
        let empty = Kept { text: "", place: "", name: "", phone: "", ..kept };
        assert!(empty.grams().iter().all(|gram| !gram.starts_with(['w', 'n', 'f'])));
    }

    proptest! {
        #[test]
        fn what_holds_a_term_has_its_grams(before in ".{0,8}", typed in ".{1,8}", after in ".{0,8}") {
            let text = fold(&format!("{before}{typed}{after}"));
            let kept: Vec<String> = cut(&text);
            for term in Term::all(&typed).iter().filter(|term| term.is_in(&text)) {
                for gram in term.grams() {
                    prop_assert!(kept.contains(&gram), "{gram} of {term:?} in {text}");
                }
            }
        }

        #[test]
        fn folding_twice_changes_nothing(text in "\\PC{0,20}") {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once);
        }
    }
}
