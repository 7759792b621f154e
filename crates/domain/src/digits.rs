//! Whole numbers as people write them: digits alone, of half or full width.

use std::str::FromStr;

/// The number as it is kept: digits of half width without noughts before them. What is no such
/// number comes back with its signs of full width made plain, for whoever says what is wrong.
#[must_use]
pub fn plain(text: &str) -> String {
    let narrow = |sign: char| match sign {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(sign) - 0xfee0).unwrap_or(sign),
        other => other,
    };
    let text: String = text.trim().chars().map(narrow).collect();
    if !is_number(&text) {
        return text;
    }
    let short = text.trim_start_matches('0');
    if short.is_empty() { "0".to_owned() } else { short.to_owned() }
}

/// The number that the text is: no sign, no blank, nothing but plain digits.
#[must_use]
pub fn read<T: FromStr>(text: &str) -> Option<T> {
    text.parse().ok().filter(|_| is_number(text))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_digits_alone() {
        for (text, kept, number) in [
            ("5", "5", Some(5)),
            (" ５ ", "5", Some(5)),
            ("１０", "10", Some(10)),
            ("007", "7", Some(7)),
            ("000", "0", Some(0)),
            ("256", "256", None),
            ("+1", "+1", None),
            ("＋１", "+1", None),
            ("-1", "-1", None),
            ("1.5", "1.5", None),
            ("1 0", "1 0", None),
            ("五", "五", None),
            ("", "", None),
        ] {
            assert_eq!((plain(text).as_str(), read::<u8>(&plain(text))), (kept, number), "{text}");
        }
    }
}
