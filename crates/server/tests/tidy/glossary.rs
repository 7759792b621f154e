//! The glossary names what is there: a type that was renamed takes its line along.

use std::collections::BTreeSet;

use super::source::{self, Finding, hold};

/// The lines of the glossary whose third cell names something that nobody calls so.
fn stale(glossary: &str, known: &BTreeSet<String>) -> Vec<Finding> {
    let mut found = Vec::new();
    for (at, line) in glossary.lines().enumerate().filter(|(_, line)| line.starts_with("| ")) {
        let cell = line.split('|').nth(3).unwrap_or_default();
        // What is in italics has a name already, and is still to be written.
        for name in cell.split(", ").filter(|name| !name.contains('*')) {
            let Some(path) = name.split('`').nth(1) else { continue };
            let words = source::words(path).filter(|word| !known.contains(*word));
            found.extend(words.map(|word| Finding::new("docs/glossary.md", at + 1, word)));
        }
    }
    found
}

/// Every word of the sources and of the schema, and the name of every file and folder of theirs.
fn known() -> BTreeSet<String> {
    let mut known = BTreeSet::new();
    let files = ["crates/domain/src", "crates/server/src", "migrations"].map(source::below);
    for file in files.iter().flatten() {
        known.extend(source::words(&file.text).map(str::to_owned));
        known.extend(source::words(&file.path).map(str::to_owned));
    }
    known
}

#[test]
fn the_glossary_names_what_is_there() {
    let known = known();
    hold(
        "A word of the glossary says where it lives in the code.",
        &stale(&source::file("docs/glossary.md"), &known),
    );
    assert_eq!(stale("| 甲 | a | `requests::Nowhere` |", &known).len(), 1);
    assert_eq!(stale("| 甲 | a | *`nowhere`* |", &known).len(), 0);
}
