//! A place, a unit or a person is a row, never a name in the code.

use super::source::{self, File, Finding, hold, line_of};

/// Words of names that name nothing by themselves.
const GENERIC: &[&str] = &[
    "社区",
    "街道",
    "居委会",
    "派出所",
    "网格",
    "微网格",
    "小区",
    "第一网格",
    "第二网格",
    "城中",
    "城南",
    "城北",
    "城东",
    "城西",
    "东里",
    "石桥",
];

/// What the names of places end in.
const ENDINGS: &[&str] = &["街道", "社区", "村", "镇", "省", "市", "县"];

/// English words that any place may have in its name.
const COMMON: &[&str] = &[
    "Building",
    "Central",
    "Community",
    "County",
    "Estate",
    "First",
    "Grid",
    "Hall",
    "Homes",
    "Market",
    "Micro",
    "North",
    "Office",
    "Province",
    "Second",
    "South",
    "Street",
    "Third",
    "Town",
    "Village",
    "City",
    "Police",
    "Power",
    "Water",
    "Station",
    "Supply",
    "Property",
    "Services",
    "Heating",
    "Management",
    "Maintenance",
    "Greening",
    "Sanitation",
    "Safety",
    "Supervision",
    "Urban",
    "Housing",
    "Roads",
    "Road",
    "Squad",
];

/// The names that no code may say: whole ones of three signs and more, what communities and towns
/// are called without their ending, and English words that belong to one place.
fn names() -> Vec<String> {
    let mut found = Vec::new();
    for file in ["seed/areas.csv", "seed/units.csv", "seed/people.csv"] {
        for row in source::file(file).lines().skip(1) {
            let mut cells = row.split(',').skip(1);
            let name = cells.next().unwrap_or_default();
            let stem =
                ENDINGS.iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or_default();
            found.push(name.to_owned());
            found.extend((stem.chars().count() >= 2).then(|| stem.to_owned()));
            let english =
                cells.next().filter(|_| !file.ends_with("people.csv")).unwrap_or_default();
            let proper = |word: &&str| word.len() >= 5 && word.starts_with(char::is_uppercase);
            found.extend(source::words(english).filter(proper).map(str::to_owned));
        }
    }
    found.retain(|name| {
        let long = name.is_ascii() || name.chars().count() >= 3 || found_stem(name);
        long && name.len() >= 5
            && !GENERIC.contains(&name.as_str())
            && !COMMON.contains(&name.as_str())
    });
    found.sort();
    found.dedup();
    found
}

/// A stem of two signs counts where it is no common word.
fn found_stem(name: &str) -> bool {
    name.chars().count() == 2 && !GENERIC.contains(&name)
}

fn named(file: &File, names: &[String]) -> Vec<Finding> {
    let mut found = Vec::new();
    for name in names.iter().filter(|name| file.text.contains(name.as_str())) {
        for (at, _) in file.text.match_indices(name.as_str()) {
            let line = line_of(&file.text, at);
            found.push(Finding::new(&file.path, line, format!("says {name}")));
        }
    }
    found
}

#[test]
fn no_place_unit_or_person_of_the_seed_is_named_in_code() {
    let names = names();
    assert!(names.len() > 100, "the seed names places: {}", names.len());
    let mut files = source::below("crates");
    files.retain(|file| file.path.contains("/src/"));
    // Tests at the end of a source invent people, and may meet a name of the seed.
    for file in &mut files {
        let end = file.text.find("#[cfg(test)]").unwrap_or(file.text.len());
        file.text.truncate(end);
    }
    let found: Vec<Finding> = files.iter().flat_map(|file| named(file, &names)).collect();
    hold("A place, a unit or a person is a row, never a name in the code.", &found);
    let first = &names[names.len() / 2];
    let sample = File { path: "a".to_owned(), text: format!("if name == \"{first}\" {{") };
    assert!(!named(&sample, &names).is_empty());
}
