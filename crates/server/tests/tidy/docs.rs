//! The documents name what is there: a type that was renamed takes its line of the glossary along,
//! and a link leads somewhere.

use std::collections::BTreeSet;

use super::source::{self, File, Finding, hold};

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

/// The links of a document to files that are not there; headings within a file are not followed.
fn astray(document: &File, paths: &BTreeSet<String>) -> Vec<Finding> {
    let folder = document.path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut found = Vec::new();
    for (at, line) in document.text.lines().enumerate() {
        let targets = line.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        for target in targets.filter(|target| !target.contains("://") && !target.starts_with('#')) {
            let path = joined(folder, target.split('#').next().unwrap_or_default());
            if !paths.iter().any(|known| *known == path || known.starts_with(&format!("{path}/"))) {
                found.push(Finding::new(
                    &document.path,
                    at + 1,
                    format!("leads nowhere: {target}"),
                ));
            }
        }
    }
    found
}

/// A path as seen from a folder.
fn joined(folder: &str, path: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            ".." => drop(parts.pop()),
            "." | "" => {}
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[test]
fn links_lead_somewhere() {
    let files = source::below("");
    let mut paths: BTreeSet<String> = files.iter().map(|file| file.path.clone()).collect();
    // Pictures are no text, and `below` leaves them out.
    paths.insert("docs/images/resident-phone.png".to_owned());
    paths.insert("docs/images/desk.png".to_owned());
    let documents = files.iter().filter(|file| file.is("md"));
    let found: Vec<Finding> = documents.flat_map(|file| astray(file, &paths)).collect();
    hold("A link leads to a file of the project.", &found);
    let sample = "[a](../LICENSE) [b](b.md) [c](https://example.org)";
    let sample = File { path: "docs/a.md".to_owned(), text: sample.to_owned() };
    assert_eq!(astray(&sample, &paths).len(), 1);
}

#[test]
fn the_glossary_names_what_is_there() {
    let known = known();
    hold(
        "A word of the glossary says where it lives in the code.",
        &stale(&source::file("docs/glossary.md"), &known),
    );
    assert_eq!(stale("| 甲 | a | `requests::NoSuchWord` |", &known).len(), 1);
    assert_eq!(stale("| 甲 | a | *`nowhere`* |", &known).len(), 0);
}
