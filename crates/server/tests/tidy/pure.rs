//! Clock, chance and environment enter the program in one place each, and the lints stay on.

use super::source::{self, Finding, Source, bites, hold};

/// What brings the world in, and the one file that may say it.
const ENTRANCES: &[(&str, &str)] = &[
    ("Timestamp::now", "crates/server/src/clock.rs"),
    ("Zoned::now", "nowhere"),
    ("SystemTime::now", "nowhere"),
    ("getrandom::", "crates/server/src/chance.rs"),
    ("env::var", "crates/server/src/main.rs"),
    ("env::args", "crates/server/src/main.rs"),
];

const LEFT_OVERS: &[&str] =
    &["#[allow", "#![allow", "todo!(", "unimplemented!(", "dbg!(", "#[ignore]", "unsafe "];

fn entrances(source: &Source) -> Vec<Finding> {
    let mut found = Vec::new();
    for &(entrance, place) in ENTRANCES.iter().filter(|(_, at)| !source.path.starts_with(at)) {
        for (line, _) in source.says(&[entrance]) {
            found.push(Finding::new(&source.path, line, format!("{entrance} is for {place}")));
        }
    }
    found
}

fn left_overs(source: &Source) -> Vec<Finding> {
    let said = source.says(LEFT_OVERS).map(|(line, said)| (line, said.to_owned()));
    let marks = source.text.lines().enumerate().filter_map(|(at, line)| {
        let mark = [concat!("FIX", "ME"), concat!("XX", "X"), concat!("TO", "DO")];
        mark.into_iter().find(|mark| line.contains(mark)).map(|mark| (at + 1, mark.to_owned()))
    });
    said.chain(marks).map(|(line, what)| Finding::new(&source.path, line, what)).collect()
}

#[test]
fn clock_chance_and_environment_enter_in_one_place_each() {
    let mut sources = source::shipped("crates/server/src");
    sources.extend(source::shipped("crates/db/src"));
    sources.extend(source::shipped("crates/domain/src"));
    let found: Vec<Finding> = sources.iter().flat_map(entrances).collect();
    hold("Ask `App` for the time, an id, a key or an option.", &found);
    let sample = "let now = Timestamp::now(); let home = std::env::var(\"HOME\");";
    bites(entrances, "crates/server/src/requests/act.rs", sample, 2);
    bites(entrances, "crates/server/src/clock.rs", "Timestamp::now()", 0);
}

#[test]
fn nothing_is_left_over_and_no_lint_is_silenced() {
    let found: Vec<Finding> = source::rust("crates").iter().flat_map(left_overs).collect();
    hold("Finish it, or take it out; `#[expect(…, reason)]` where a lint is wrong.", &found);
    bites(left_overs, "a.rs", "#[allow(dead_code)]\nfn a() { todo!() }", 2);
    bites(left_overs, "a.rs", concat!("// FIX", "ME later"), 1);
}
