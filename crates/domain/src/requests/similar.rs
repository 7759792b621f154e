//! How alike two requests are: by what they are about, by where they are, and by their words.
//!
//! It serves neighbours who may not read each other's words. So numbers count for nothing (nobody
//! can ask for a door or a phone), and where only the words decide, several must be shared.

use crate::area::{AreaCode, Level};

/// What two requests are compared by.
#[derive(Clone, Copy, Debug)]
pub struct Matter<'a> {
    pub area: AreaCode,
    /// The code of the category; empty while none is chosen.
    pub category: &'a str,
    /// The code of the category above it; empty where there is none.
    pub parent: &'a str,
    pub words: &'a Words,
}

/// The words of a text: pairs of neighbouring Chinese signs, and whole words of other scripts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words(Vec<u64>);

/// How alike two requests are, in points up to a hundred.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Likeness(u8);

/// From here on a request is shown as similar.
const SHOWN: usize = 60;
/// From here on somebody is asked whether it is the same.
const STRONG: usize = 72;
/// What words can bring.
const WORDS: usize = 30;
/// A text is taken to have at least so many words: one that was just begun proves little.
const WORDS_LEAST: usize = 5;
/// So many words are shared where place and category alone do not say enough.
const SHARED_LEAST: usize = 2;

impl Likeness {
    /// The points.
    #[must_use]
    pub fn points(self) -> u8 {
        self.0
    }

    /// Whether it is most likely the same thing, so that its asker is asked before it is sent.
    #[must_use]
    pub fn is_strong(self) -> bool {
        usize::from(self.0) >= STRONG
    }
}

impl Words {
    /// The words of `text`; each counts once, and numbers count not at all.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let mut found = Vec::new();
        let mut before: Option<char> = None;
        let mut word = Vec::new();
        for letter in text.chars().chain(std::iter::once(' ')) {
            if letter.is_ascii_alphanumeric() {
                word.push(letter.to_ascii_lowercase());
                before = None;
                continue;
            }
            if word.iter().any(char::is_ascii_alphabetic) && word.len() > 2 {
                found.push(number(&word));
            }
            word.clear();
            // Signs between words end a pair; a digit of whatever script is no letter here.
            let letter = letter.is_alphabetic().then_some(letter);
            if let (Some(first), Some(second)) = (before, letter) {
                found.push(number(&[first, second]));
            }
            before = letter;
        }
        found.sort_unstable();
        found.dedup();
        Self(found)
    }

    /// How many words both have.
    fn shared(&self, other: &Self) -> usize {
        self.0.iter().filter(|word| other.0.binary_search(word).is_ok()).count()
    }

    fn count(&self) -> usize {
        self.0.len()
    }
}

/// How alike `one` and `other` are; nothing where they are not alike enough to be shown.
#[must_use]
pub fn likeness(one: &Matter<'_>, other: &Matter<'_>) -> Option<Likeness> {
    let known = by_category(one, other)? + by_place(one.area, other.area)?;
    let shared = one.words.shared(other.words);
    if known < SHOWN && shared < SHARED_LEAST {
        return None;
    }
    // Whoever has written three words so far shares all three with a longer text that has them.
    let shorter = one.words.count().min(other.words.count()).max(WORDS_LEAST);
    let points = known + WORDS * shared.min(shorter) / shorter;
    let points = u8::try_from(points).unwrap_or(u8::MAX);
    (usize::from(points) >= SHOWN).then_some(Likeness(points))
}

fn by_category(one: &Matter<'_>, other: &Matter<'_>) -> Option<usize> {
    let is_kin = |a: &str, b: &str| !a.is_empty() && a == b;
    if is_kin(one.category, other.category) {
        return Some(40);
    }
    let related = is_kin(one.parent, other.parent)
        || is_kin(one.category, other.parent)
        || is_kin(one.parent, other.category);
    match (related, one.category.is_empty() || other.category.is_empty()) {
        (true, _) => Some(25),
        (false, true) => Some(20),
        (false, false) => None,
    }
}

/// By the smallest area that has both: a building, its micro-grid, its grid.
fn by_place(one: AreaCode, other: AreaCode) -> Option<usize> {
    let around = std::iter::successors(Some(one), |area| area.parent());
    let common = around.into_iter().find(|area| area.contains(other))?;
    match common.level() {
        Level::Building => Some(30),
        Level::MicroGrid => Some(20),
        Level::Grid => Some(10),
        // A community without grids of its own.
        Level::Community if one == other => Some(10),
        _ => None,
    }
}

/// A word as a number: FNV-1a over its letters.
fn number(letters: &[char]) -> u64 {
    letters.iter().fold(0xcbf2_9ce4_8422_2325, |sum, &letter| {
        (sum ^ u64::from(letter)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HERE: &str = "3703230010280010101";
    const BESIDE: &str = "3703230010280010102";
    const NEXT_MICRO: &str = "3703230010280010201";
    const NEXT_GRID: &str = "3703230010280020101";
    const COMMUNITY: &str = "370323001028";

    /// The points of two requests; nought where they are not alike.
    fn points(one: (&str, &str, &str, &str), other: (&str, &str, &str, &str)) -> u8 {
        let words = [Words::of(one.3), Words::of(other.3)];
        let matter = |(area, category, parent, _): (&str, _, _, _), words| {
            let area: AreaCode = area.parse().unwrap();
            (area, category, parent, words)
        };
        let (a, b) = (matter(one, &words[0]), matter(other, &words[1]));
        fn matter_of<'a>(m: (AreaCode, &'a str, &'a str, &'a Words)) -> Matter<'a> {
            Matter { area: m.0, category: m.1, parent: m.2, words: m.3 }
        }
        likeness(&matter_of(a), &matter_of(b)).map_or(0, Likeness::points)
    }

    #[test]
    fn what_is_alike_and_what_is_not() {
        let lamp = "三楼楼道的声控灯坏了";
        let dark = "楼道灯坏了好几天，晚上看不见";
        for (area, category, parent, text, least, most) in [
            // The same lamp, in other words and in the same words.
            (HERE, "lamp", "stairs", dark, STRONG, 100),
            (HERE, "lamp", "stairs", lamp, 100, 100),
            (HERE, "lamp", "stairs", "扶手松了，老人扶着危险", 70, 71),
            (HERE, "rail", "stairs", dark, SHOWN, 80),
            (HERE, "stairs", "", dark, SHOWN, 80),
            (HERE, "", "", dark, SHOWN, 70),
            // Of another category it is another matter, whatever is said.
            (HERE, "noise", "quiet", lamp, 0, 0),
            // Next door, in the next micro-grid, in the next grid.
            (BESIDE, "lamp", "stairs", lamp, STRONG, 90),
            (BESIDE, "lamp", "stairs", "扶手松了，老人扶着危险", 60, 60),
            (NEXT_MICRO, "lamp", "stairs", dark, SHOWN, 71),
            (NEXT_MICRO, "lamp", "stairs", "扶手松了，老人扶着危险", 0, 0),
            (NEXT_GRID, "lamp", "stairs", lamp, 0, 0),
            (COMMUNITY, "lamp", "stairs", lamp, 0, 0),
        ] {
            let found =
                usize::from(points((HERE, "lamp", "stairs", lamp), (area, category, parent, text)));
            assert!((least..=most).contains(&found), "{area} {category} {text}: {found}");
        }
        let community = (COMMUNITY, "lamp", "", lamp);
        assert_eq!(points(community, community), 80, "a community without grids");
    }

    #[test]
    fn nobody_can_ask_for_a_number_or_guess_one_word() {
        let door = "301室老王家漏水，电话 13800008000";
        for asked in ["301", "13800008000", "301室", "老王"] {
            assert_eq!(points((HERE, "", "", asked), (HERE, "water", "", door)), 0, "{asked}");
        }
        assert_eq!(Words::of("301 13800008000 ３０１"), Words::default());
        assert_eq!(Words::of("Lift is broken"), Words::of("LIFT   broken, is"));
    }

    proptest! {
        #[test]
        fn likeness_is_the_same_both_ways_and_more_words_in_common_never_make_less_of_it(
            one in "[楼道灯坏了水管漏电梯停a-c0-9 ，]{0,40}",
            other in "[楼道灯坏了水管漏电梯停a-c0-9 ，]{0,40}",
        ) {
            let (a, b) = ((HERE, "lamp", "", one.as_str()), (BESIDE, "lamp", "", other.as_str()));
            prop_assert_eq!(points(a, b), points(b, a));
            let same = points(a, (BESIDE, "lamp", "", one.as_str()));
            let words = Words::of(&one).count();
            prop_assert!(words < WORDS_LEAST || same >= points(a, b));
            prop_assert!(points(a, b) <= 100);
        }
    }
}
