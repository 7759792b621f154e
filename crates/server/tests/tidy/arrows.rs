//! Which part of the server calls which: the list in `ARCHITECTURE.md` is the code, without a
//! cycle.

use std::collections::{BTreeMap, BTreeSet};

use super::source::{self, Finding, Source, bites, hold, module};

/// What every part stands on; an arrow that leads there needs no line.
const FLOOR: &[&str] = &["app", "chance", "clock", "error", "migrations", "web"];

/// The files that build routers, each with its reason.
const ROUTERS: &[(&str, &str)] = &[
    ("crates/server/src/web/routes.rs", "the table of contents itself"),
    ("crates/server/src/web/docs.rs", "the description of the interface, made from that table"),
    ("crates/server/src/cli/bench/http.rs", "a hello to measure beside, at a door of its own"),
];

type Arrows = BTreeMap<String, BTreeSet<String>>;

/// The parts that `code` names as `crate::part`, alone or within `use crate::{…}`.
fn named(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        if code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_') {
            continue;
        }
        let rest = &code[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            Some(list) => found.extend(first_words(list)),
            None => found.extend(source::words(rest).next().map(str::to_owned)),
        }
    }
    found
}

/// The first word of every branch of a list such as `App, web::{Form, Page}, grid};`.
fn first_words(list: &str) -> Vec<String> {
    let (mut depth, mut branches, mut branch) = (1, Vec::new(), String::new());
    for sign in list.chars() {
        depth += i32::from(sign == '{') - i32::from(sign == '}');
        if depth == 0 {
            break;
        }
        if sign == ',' && depth == 1 {
            branches.push(std::mem::take(&mut branch));
        } else {
            branch.push(sign);
        }
    }
    branches.push(branch);
    branches.iter().filter_map(|it| source::words(it).next().map(str::to_owned)).collect()
}

/// Every arrow between the parts of the server; those to the floor are left out.
fn arrows() -> Arrows {
    let sources = source::shipped("crates/server/src");
    let parts: BTreeSet<&str> = sources.iter().filter_map(|it| module(&it.path)).collect();
    let mut found = Arrows::new();
    let mut add = |here: &str, there: &str| {
        if parts.contains(there) && here != there && !FLOOR.contains(&there) {
            found.entry(here.to_owned()).or_default().insert(there.to_owned());
        }
    };
    for source in &sources {
        // The program's own two files know every part: that is what they are for.
        let here = module(&source.path).unwrap_or_default();
        if ["lib", "main"].contains(&here) {
            continue;
        }
        for there in named(&source.code) {
            add(here, &there);
        }
    }
    // A template may draw what another slice has drawn.
    for page in source::below("crates/server/src").iter().filter(|it| it.is("html")) {
        let here = module(&page.path).unwrap_or_default();
        for mark in ["{% include \"", "{% extends \"", "{% import \""] {
            for rest in page.text.split(mark).skip(1) {
                add(here, rest.split('/').next().unwrap_or_default());
            }
        }
        for there in named(&page.text) {
            add(here, &there);
        }
    }
    found
}

/// A way from a slice back to itself.
fn cycle(arrows: &Arrows) -> Option<Vec<String>> {
    fn walk(arrows: &Arrows, way: &mut Vec<String>) -> bool {
        let here = way.last().expect("the way has a beginning").clone();
        for there in arrows.get(&here).into_iter().flatten() {
            let is_back = way.contains(there);
            way.push(there.clone());
            if is_back || walk(arrows, way) {
                return true;
            }
            way.pop();
        }
        false
    }
    arrows.keys().find_map(|from| {
        let mut way = vec![from.clone()];
        walk(arrows, &mut way).then_some(way)
    })
}

/// The list as `ARCHITECTURE.md` shows it.
fn printed(arrows: &Arrows) -> String {
    let line = |(from, to): (&String, &BTreeSet<String>)| {
        let to: Vec<&str> = to.iter().map(String::as_str).collect();
        format!("{from:<9} → {}", to.join(", "))
    };
    arrows.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn addresses(source: &Source) -> Vec<Finding> {
    if ROUTERS.iter().any(|(path, _)| *path == source.path) {
        return Vec::new();
    }
    let ways = [".route(", ".route_service(", ".nest(", ".nest_service(", ".fallback("];
    let said = source.says(&ways);
    said.map(|(line, way)| Finding::new(&source.path, line, format!("{way}…)"))).collect()
}

#[test]
fn the_arrows_are_those_of_the_map() {
    let printed = printed(&arrows());
    let map = source::file("ARCHITECTURE.md");
    let block = map.split("```arrows\n").nth(1).and_then(|rest| rest.split("\n```").next());
    assert!(
        block == Some(printed.as_str()),
        "A new arrow is a decision. Where it is right, ARCHITECTURE.md shows:\n{printed}\nand not\n{}",
        block.unwrap_or("a block ```arrows")
    );
    let sample = "use crate::{App, grid::{self, Area}, web};\ncrate::history::add();";
    assert_eq!(named(sample), ["App", "grid", "web", "history"]);
}

#[test]
fn slices_call_one_another_without_a_cycle() {
    assert_eq!(cycle(&arrows()), None, "a way that leads back to where it began");
    let both = |a: &str, b: &str| (a.to_owned(), BTreeSet::from([b.to_owned()]));
    let way = cycle(&Arrows::from([both("grid", "requests"), both("requests", "grid")]));
    assert_eq!(way.map(|way| way.len()), Some(3));
}

#[test]
fn every_address_is_in_the_table_of_contents() {
    let sources = source::shipped("crates/server/src");
    let found: Vec<Finding> = sources.iter().flat_map(addresses).collect();
    hold("`Routes::get`, `post` and `api` say who may call; nothing else adds an address.", &found);
    bites(addresses, "crates/server/src/lib.rs", "Router::new().route(\"/a\", get(b))", 1);
}
