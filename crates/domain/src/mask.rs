//! Masks: how a person's name, phone and address are shown to those who need not know them.
//!
//! The only place that masks. A mask keeps just enough for the person concerned to know themselves.

use crate::phone::Phone;

/// A name without most of it: 张* for two characters, 陈*芳 for three, 欧阳** after a surname of two.
/// A name in parts keeps its first (买买提·*), any other its first letter (A*).
#[must_use]
pub fn name(name: &str) -> String {
    let seen: String = name.chars().filter(|&letter| !is_mark(letter)).collect();
    // Spreadsheets set 张　三 apart so that names line up: that is one name, not two parts.
    let close: Vec<char> = seen.chars().filter(|letter| !letter.is_whitespace()).collect();
    if close.iter().all(|&letter| is_han(letter)) {
        return han_name(&close);
    }
    let seen = seen.trim_matches(is_between);
    match seen.find(is_between) {
        Some(end) => {
            let (first, rest) = seen.split_at(end);
            let mut between = rest.chars().take_while(|&letter| is_between(letter));
            let between = between.find(|letter| !letter.is_whitespace()).unwrap_or(' ');
            format!("{first}{between}*")
        }
        None => match seen.chars().next() {
            Some(first) if seen.chars().nth(1).is_some() => format!("{first}*"),
            Some(_) => "*".to_owned(),
            None => String::new(),
        },
    }
}

/// A number without its middle: 138****1234.
#[must_use]
pub fn phone(phone: &Phone) -> String {
    format!("{}****{}", &phone.digits()[..3], phone.tail())
}

/// An address up to its building: 幸福小区12号楼, without unit, floor and door. Where no building
/// is to be found, it stops before the first number, which may be a door.
#[must_use]
pub fn address(address: &str) -> &str {
    let kept = match building_end(address) {
        Some(end) => &address[..end],
        None => address.split(is_number).next().unwrap_or(""),
    };
    kept.trim_end_matches(|letter: char| letter.is_whitespace() || "-－—,，、#（(".contains(letter))
}

/// What somebody wrote, for those who read it masked: the asker's name is masked, and of every run
/// of three digits and more, which may be a door or a phone, nothing is left but that it was there.
#[must_use]
pub fn text(text: &str, asker: &str) -> String {
    let named = match asker.chars().count() {
        0 | 1 => text.to_owned(),
        _ => text.replace(asker, &name(asker)),
    };
    let mut shown = String::with_capacity(named.len());
    let mut digits = String::new();
    for letter in named.chars().chain(std::iter::once('\0')) {
        if letter.is_ascii_digit() || ('０'..='９').contains(&letter) {
            digits.push(letter);
            continue;
        }
        if digits.chars().count() < 3 {
            shown.push_str(&digits);
        } else {
            shown.push_str("***");
        }
        digits.clear();
        shown.push(letter);
    }
    shown.pop();
    shown
}

fn han_name(letters: &[char]) -> String {
    let compound = SURNAMES.iter().any(|name| name.chars().eq(letters.iter().copied().take(2)));
    let surname = match letters {
        [] => return String::new(),
        [_] => return "*".to_owned(),
        [first, _, last] if !compound => return format!("{first}*{last}"),
        [_, _, _, ..] if compound => 2,
        _ => 1,
    };
    let shown: String = letters[..surname].iter().collect();
    // A text too long to be a name is not to be measured by its stars.
    shown + &"*".repeat((letters.len() - surname).min(3))
}

/// Where the name of the building ends, if it comes before anything of the household.
fn building_end(address: &str) -> Option<usize> {
    let ends = BUILDINGS.iter().filter_map(|word| {
        let (start, _) = address
            .match_indices(word)
            .find(|&(start, _)| address[..start].ends_with(is_building_number))?;
        Some(start + word.len())
    });
    let end = ends.min()?;
    let is_household = HOUSEHOLD.iter().any(|word| address[..end].contains(word));
    (!is_household).then_some(end)
}

/// Surnames of two characters.
const SURNAMES: [&str; 32] = [
    "欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "司徒", "司空",
    "夏侯", "轩辕", "端木", "长孙", "宇文", "独孤", "南宫", "西门", "东郭", "百里", "呼延", "闻人",
    "澹台", "公冶", "太史", "申屠", "钟离", "鲜于", "赫连", "濮阳",
];

/// What follows the number of a building. (三楼 is a floor; it takes 三号楼 to be a building.)
const BUILDINGS: [&str; 4] = ["号楼", "栋", "幢", "座"];

/// What follows the number of something within a building.
const HOUSEHOLD: [&str; 6] = ["单元", "室", "层", "户", "房", "门"];

fn is_between(letter: char) -> bool {
    letter.is_whitespace() || "·•・‧･．.".contains(letter)
}

fn is_number(letter: char) -> bool {
    letter.is_numeric() || "零〇一二三四五六七八九十百".contains(letter)
}

fn is_building_number(letter: char) -> bool {
    is_number(letter) || letter.is_ascii_alphabetic() || "东西南北甲乙丙丁".contains(letter)
}

/// Han characters of every block, and the private ones in which offices keep rare names.
fn is_han(letter: char) -> bool {
    matches!(letter,
        '々' | '〇' | '\u{2e80}'..='\u{2fdf}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{e000}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}' | '\u{f0000}'..='\u{10ffff}')
}

/// What has no width of its own: accents, variants, joiners and turns of direction.
fn is_mark(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
            | '\u{1f3fb}'..='\u{1f3ff}' | '\u{e0000}'..='\u{e01ef}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_name_keeps_what_its_bearer_knows() {
        for (full, masked) in [
            ("张三", "张*"),
            ("张　三", "张*"),
            (" 陈丽芳\n", "陈*芳"),
            ("欧阳修", "欧阳*"),
            ("欧阳娜娜", "欧阳**"),
            ("欧阳", "欧*"),
            ("司马相如", "司马**"),
            ("王李小明", "王***"),
            ("张", "*"),
            ("𠮷田", "𠮷*"),
            ("㐱\u{e0100}㐱", "㐱*"),
            ("\u{e863}某", "\u{e863}*"),
            ("买买提·艾力", "买买提·*"),
            ("买买提 · 艾力·阿不都", "买买提·*"),
            ("爱新觉罗•玄烨", "爱新觉罗•*"),
            ("John Smith", "John *"),
            ("Aygul", "A*"),
            ("A", "*"),
            ("张Amy", "张*"),
            ("张三（楼长）", "张*"),
            ("·张Amy·", "张*"),
            ("👩\u{200d}👩\u{200d}👧", "👩*"),
            ("👧", "*"),
            ("\u{200b}\u{0}", ""),
            ("  ", ""),
            ("", ""),
        ] {
            assert_eq!(name(full), masked, "{full}");
        }
    }

    #[test]
    fn a_text_keeps_no_number_and_no_name() {
        let masked =
            text("我是张三丰，住3单元302，电话13800138000或１３８００１３８０００。", "张三丰");
        assert_eq!(masked, "我是张*丰，住3单元***，电话***或***。");
        assert_eq!(text("12号楼", ""), "12号楼");
        assert_eq!(text("", "王"), "");
    }

    #[test]
    fn an_address_stops_at_the_building() {
        for (full, masked) in [
            ("幸福小区12号楼3单元301室", "幸福小区12号楼"),
            ("幸福小区１２号楼－３－３０１", "幸福小区１２号楼"),
            ("幸福小区A座1102", "幸福小区A座"),
            ("幸福小区十二号楼三单元", "幸福小区十二号楼"),
            ("幸福小区3栋2楼东户", "幸福小区3栋"),
            ("幸福小区12-3-301", "幸福小区"),
            ("幸福小区3单元12号楼301", "幸福小区"),
            ("幸福小区", "幸福小区"),
            ("讲座楼 301", "讲座楼"),
            ("301室", ""),
            ("", ""),
        ] {
            assert_eq!(address(full), masked, "{full}");
        }
    }

    proptest! {
        #[test]
        fn no_name_shows_more_than_its_first_part(full in name_like()) {
            // A star of the name's own tells nothing, and cannot be told from the mask's.
            let full = full.replace('*', "");
            let masked = name(&full);
            let is_letter = |&letter: &char| !is_mark(letter) && !is_between(letter);
            let letters = |text: &str| text.chars().filter(is_letter).count();
            let shown = letters(&masked.replace('*', ""));
            let all = letters(&full);
            let empty = full.chars().all(|letter| is_mark(letter) || is_between(letter));
            prop_assert!(masked.contains('*') || empty, "{masked:?}");
            prop_assert!(shown < all || all == 0, "{masked:?}");
            let first = full.split(is_between).map(letters).find(|&n| n > 0).unwrap_or(0);
            prop_assert!(shown <= first.max(2), "{masked:?}");
        }

        #[test]
        fn no_address_shows_what_follows_its_building(
            street in "[幸福小区路]{1,6}", building in 1..99u8,
            door in "[-－]?[0-9]{1,2}(单元|室|层)\\PC{0,8}",
        ) {
            let full = format!("{street}{building}号楼{door}");
            prop_assert_eq!(address(&full), format!("{street}{building}号楼"));
            let without = format!("{street}{door}");
            prop_assert!(!address(&without).contains(is_number), "no building, no number");
        }

        #[test]
        fn any_text_is_masked(text in "\\PC*") {
            prop_assert!(text.starts_with(address(&text)));
            prop_assert!(name(&text).chars().count() <= text.chars().count() + 1);
        }
    }

    fn name_like() -> impl Strategy<Value = String> {
        prop_oneof![
            "[\u{4e00}-\u{9fff}]{0,5}",
            "(欧阳|司马|上官)[\u{4e00}-\u{9fff}\u{20000}-\u{2a6d6}]{0,3}",
            "[买提艾力a-zA-Z👧]{1,5}([·• 　][艾力a-z]{0,5}){0,3}",
            "\\PC{0,8}",
        ]
    }
}
