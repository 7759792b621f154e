//! Files, functions and lines fit a reader; nothing names this or that machine.

use super::source::{self, File, Finding, Source, bites, hold, line_of};

const LINES_MAX: usize = 500;
const FUNCTION_MAX: usize = 70;
const WIDTH_MAX: usize = 100;

/// Files that may be longer, each with its reason.
const LONG_FILES: &[(&str, &str)] = &[];

/// Functions that may be longer, each with its reason.
const LONG_FUNCTIONS: &[(&str, &str, &str)] = &[];

fn first_line(source: &Source) -> Vec<Finding> {
    let mut head = source.text.lines().take_while(|line| line.starts_with("//!"));
    let sentence: String = head.by_ref().collect();
    let says = sentence.starts_with("//! ") && sentence.contains(['.', ':', '?']);
    let fault = || Finding::new(&source.path, 1, "lacks `//! ` and a sentence on what it is for");
    if says { Vec::new() } else { vec![fault()] }
}

fn lengths(source: &Source) -> Vec<Finding> {
    let mut found = Vec::new();
    let lines = source.text.lines().count();
    if lines > LINES_MAX && !LONG_FILES.iter().any(|(path, _)| *path == source.path) {
        found.push(Finding::new(&source.path, lines, format!("{lines} lines, {LINES_MAX} fit")));
    }
    for (at, line) in source.text.lines().enumerate() {
        let width = line.chars().count();
        // A sentence in quotation marks stays whole, so that it can be searched for.
        if width > WIDTH_MAX && !line.contains('"') {
            found.push(Finding::new(&source.path, at + 1, format!("{width} wide")));
        }
    }
    for (name, line, length) in functions(&source.code) {
        let known =
            |&(path, function, _): &(&str, &str, &str)| path == source.path && function == name;
        if length > FUNCTION_MAX && !LONG_FUNCTIONS.iter().any(known) {
            let what = format!("fn {name}: {length} lines, {FUNCTION_MAX} fit a screen");
            found.push(Finding::new(&source.path, line, what));
        }
    }
    found
}

/// Every function with a body: its name, where it begins, how many lines it takes.
fn functions(code: &str) -> Vec<(String, usize, usize)> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("fn ") {
        let starts = code[..at].chars().next_back().is_none_or(|c| c.is_whitespace() || c == '(');
        let name = source::words(&code[at + 3..]).next().unwrap_or_default();
        let Some(open) = code[at..].find(['{', ';']).map(|open| at + open) else { continue };
        if !starts || name.is_empty() || code[open..].starts_with(';') {
            continue;
        }
        let mut depth = 0;
        let close = code[open..].char_indices().find(|&(_, sign)| {
            depth += i32::from(sign == '{') - i32::from(sign == '}');
            depth == 0
        });
        let end = close.map_or(code.len(), |(length, _)| open + length);
        found.push((name.to_owned(), line_of(code, at), code[at..end].matches('\n').count() + 1));
    }
    found
}

/// What would tie the project to a machine, a registry of somebody's own, or a place of work.
fn machine(file: &File) -> Vec<Finding> {
    let signs = [
        concat!("/ro", "ot/"),
        concat!("/ho", "me/"),
        concat!("/Use", "rs/"),
        concat!("/wo", "rk/"),
        concat!("/tmp/", "wt"),
        concat!("..", "/shared"),
        concat!("language ", "model"),
    ];
    let mut found = Vec::new();
    for (at, line) in file.text.lines().enumerate() {
        let signs = signs.iter().filter(|&sign| line.contains(sign));
        // Tests may read what lies beside the project; where it is missing they say so.
        let may_look_beside = file.path.contains("/tests/");
        let signs = signs.filter(|sign| !may_look_beside || !sign.starts_with(".."));
        found.extend(signs.map(|sign| Finding::new(&file.path, at + 1, format!("says {sign}"))));
        if let Some(host) = foreign_registry(line) {
            found.push(Finding::new(&file.path, at + 1, format!("fetches from {host}")));
        }
    }
    found
}

/// The host of a lock file's line, where it is not the index that cargo itself writes down.
fn foreign_registry(line: &str) -> Option<&str> {
    let ours = concat!("github", ".com/rust-lang/crates", ".io-index");
    let marks = ["registry+https://", "\"resolved\": \"https://", "registry=https://"];
    let (_, rest) = marks.iter().find_map(|mark| line.split_once(mark))?;
    (!rest.starts_with(ours)).then(|| rest.split('/').next().unwrap_or(rest))
}

#[test]
fn every_file_begins_by_saying_what_it_is_for() {
    let found: Vec<Finding> = source::rust("crates").iter().flat_map(first_line).collect();
    hold("A file begins with `//! ` and one sentence.", &found);
    bites(first_line, "a.rs", "use std::fmt;\n", 1);
    bites(first_line, "a.rs", "//! What it is for.\n", 0);
}

#[test]
fn functions_fit_a_screen_and_files_a_sitting() {
    let found: Vec<Finding> = source::rust("crates").iter().flat_map(lengths).collect();
    hold(
        "A function takes 70 lines, a file 500, a line 100. A slice that grows is a folder.",
        &found,
    );
    let long = format!("fn a() {{\n{}}}", "    b();\n".repeat(70));
    bites(lengths, "a.rs", &long, 1);
    bites(lengths, "a.rs", &"// a line\n".repeat(501), 1);
    bites(lengths, "a.rs", &format!("// {}", "宽".repeat(98)), 1);
}

#[test]
fn nothing_names_a_machine_or_a_registry_of_its_own() {
    let mut files = source::below("");
    // These rules themselves have to say what they look for.
    files.retain(|file| !file.path.starts_with("crates/server/tests/tidy/"));
    let found: Vec<Finding> = files.iter().flat_map(machine).collect();
    hold("The project runs and reads the same everywhere.", &found);
    let sample = |text: &str| File { path: "a".to_owned(), text: text.to_owned() };
    assert_eq!(machine(&sample(concat!("cd /ro", "ot/a"))).len(), 1);
    assert_eq!(machine(&sample("source = \"registry+https://example.org/index\"")).len(), 1);
}
