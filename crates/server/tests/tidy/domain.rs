//! The rules are pure: `domain` knows values and nothing of the world.

use super::source::{self, Finding, Source, bites, hold};

/// What the domain may depend on: instants and days, and errors with sentences.
const MAY: &[&str] = &["jiff", "thiserror"];

/// What would let the world in.
const WORLD: &[&str] = &[
    "std::fs",
    "std::net",
    "std::env",
    "std::io",
    "std::process",
    "std::thread",
    "std::sync",
    "SystemTime",
    "Instant",
    "::now()",
    "tokio",
    "serde",
    "async ",
    ".await",
    "rusqlite",
    "postgres",
    "axum",
    "println!",
];

fn worldly(source: &Source) -> Vec<Finding> {
    let said = source.says(WORLD);
    said.map(|(line, what)| Finding::new(&source.path, line, format!("says {what}"))).collect()
}

/// The names below `[dependencies]` of a manifest.
fn dependencies(manifest: &str) -> Vec<String> {
    let section = manifest.split("\n[dependencies]\n").nth(1).unwrap_or_default();
    let lines = section.lines().take_while(|line| !line.starts_with('['));
    let name = |line: &str| line.split(['.', ' ', '=']).next().map(str::to_owned);
    lines.filter(|line| !line.is_empty() && !line.starts_with('#')).filter_map(name).collect()
}

#[test]
fn the_domain_depends_on_values_alone() {
    assert_eq!(dependencies(&source::file("crates/domain/Cargo.toml")), MAY);
    let found: Vec<Finding> = source::rust("crates/domain/src").iter().flat_map(worldly).collect();
    hold("A rule takes values and returns a value.", &found);
    bites(worldly, "a.rs", "fn now() -> Timestamp { Timestamp::now() } // std::fs", 1);
    bites(worldly, "a.rs", "async fn a() { std::fs::read(\"b\").await }", 3);
}

#[test]
fn one_crate_knows_the_engines() {
    let server = dependencies(&source::file("crates/server/Cargo.toml"));
    for driver in ["postgres", "rusqlite", "tokio-postgres"] {
        assert!(!server.iter().any(|name| name == driver), "{driver} is for crates/db");
    }
    let db = dependencies(&source::file("crates/db/Cargo.toml"));
    assert!(!db.iter().any(|name| name == "domain" || name == "server"), "db knows no slice");
}
