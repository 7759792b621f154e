//! The schema: one text for both engines, the street first in every key, tables with an owner.

use super::source::{self, Finding, hold};

/// A table of the schema.
pub struct Table {
    pub name: String,
    /// The slice that the migration's name gives it to.
    pub owner: String,
}

/// What PostgreSQL and SQLite do not share, what hides a change from its reader, and what does not
/// run on a PostgreSQL that is sharded by street.
pub const FORBIDDEN: &[&str] = &[
    "TRIGGER",
    "LISTEN",
    "NOTIFY",
    "PG_ADVISORY",
    "ROW LEVEL SECURITY",
    "POLICY",
    "SEQUENCE",
    "NEXTVAL",
    "SERIAL",
    "AUTOINCREMENT",
    "MERGE INTO",
    "GREATEST",
    "LEAST(",
    "ON DELETE",
    "ON UPDATE",
    "CASCADE",
    "DEFERRABLE",
    "RANDOM()",
    "NOW()",
    "CURRENT_TIMESTAMP",
    "CURRENT_DATE",
    "CLOCK_TIMESTAMP",
    "REPLACE INTO",
    "INSERT OR ",
    "ILIKE",
    "AS (INSERT",
    "AS (UPDATE",
    "AS (DELETE",
    "RETURNING *",
    "SELECT *",
    "::",
];

/// Every table with its owner.
pub fn tables() -> Vec<Table> {
    let mut found = Vec::new();
    for (path, text) in migrations() {
        let owner = path.split(['/', '_']).nth(2).unwrap_or_default();
        for rest in text.lines().filter_map(|line| line.strip_prefix("CREATE TABLE ")) {
            let name = source::words(rest).next().unwrap_or_default().to_owned();
            found.push(Table { name, owner: owner.to_owned() });
        }
    }
    found
}

/// The forbidden words of a statement.
pub fn forbidden(sql: &str) -> impl Iterator<Item = &'static str> {
    let plain = sql.split_whitespace().collect::<Vec<_>>().join(" ").to_uppercase();
    FORBIDDEN.iter().copied().filter(move |&word| {
        plain.match_indices(word).any(|(at, _)| {
            let before = plain[..at].chars().next_back();
            !before.is_some_and(|c| c.is_alphanumeric() || c == '_')
                || !word.starts_with(char::is_alphabetic)
        })
    })
}

fn migrations() -> Vec<(String, String)> {
    let files = source::below("migrations").into_iter();
    files.map(|file| (file.path, without_comments(&file.text))).collect()
}

/// The same lines, without what stands behind `--`.
fn without_comments(sql: &str) -> String {
    let code = |line: &str| line.split("--").next().unwrap_or_default().trim_end().to_owned();
    sql.lines().map(code).collect::<Vec<_>>().join("\n")
}

/// What is wrong with a migration.
fn faults(path: &str, sql: &str) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut at = |line: usize, what: String| found.push(Finding::new(path, line, what));
    forbidden(sql).for_each(|word| at(1, format!("says {word}")));
    let mut is_new = false;
    for (index, line) in sql.lines().enumerate() {
        let (number, text) = (index + 1, line.trim());
        if is_new && !text.starts_with("street ") {
            at(number, "the first column is `street`".to_owned());
        }
        is_new = text.starts_with("CREATE TABLE ");
        for key in ["PRIMARY KEY", "UNIQUE", "FOREIGN KEY", "REFERENCES"] {
            let Some((_, rest)) = text.split_once(key) else { continue };
            let columns = rest.split_once('(').map(|(_, columns)| columns).unwrap_or_default();
            if !columns.starts_with("street,") && !columns.starts_with("street)") {
                at(number, format!("{key} begins with the street"));
            }
            if ["UNIQUE", "FOREIGN KEY"].contains(&key) && !text.starts_with("CONSTRAINT ") {
                at(number, format!("{key} has a name, by which errors are told apart"));
            }
        }
        if text.starts_with("CREATE INDEX") && !text.contains("(street,") {
            at(number, "an index begins with the street".to_owned());
        }
        if let Some(kind) = column_type(line).filter(|kind| !["TEXT", "BIGINT"].contains(kind)) {
            at(number, format!("a column is TEXT or BIGINT, not {kind}"));
        }
    }
    found
}

/// The type of the column that a line of a `CREATE TABLE` or an `ALTER TABLE` declares.
fn column_type(line: &str) -> Option<&str> {
    let column = match line.split_once(" ADD COLUMN ") {
        Some((_, column)) => column,
        None => line.strip_prefix("    ").filter(|rest| rest.starts_with(char::is_lowercase))?,
    };
    source::words(column).nth(1)
}

#[test]
fn the_schema_serves_both_engines_and_a_sharded_one() {
    let faults_of = |(path, sql): (String, String)| faults(&path, &sql);
    let found: Vec<Finding> = migrations().into_iter().flat_map(faults_of).collect();
    hold(
        "TEXT and BIGINT; the street first in every key; nothing that only one engine knows.",
        &found,
    );
    for (sample, count) in [
        ("CREATE TABLE a (\n    id BIGINT NOT NULL,\n    PRIMARY KEY (id)\n);", 2),
        ("CREATE TABLE a (\n    street BIGINT NOT NULL,\n    at TIMESTAMPTZ\n);", 1),
        ("    UNIQUE (street, code)", 1),
        ("    CONSTRAINT a_b FOREIGN KEY (street, b) REFERENCES b (id)", 1),
        ("CREATE INDEX a_by_b ON a (b);", 1),
        ("CREATE TRIGGER a AFTER UPDATE ON b;", 1),
        ("CONSTRAINT a FOREIGN KEY (street, b) REFERENCES b (street, id) ON DELETE SET NULL", 1),
    ] {
        assert_eq!(faults("a.sql", sample).len(), count, "{sample}");
    }
}

#[test]
fn every_migration_is_embedded_in_order() {
    let named =
        |path: &str| path.trim_start_matches("migrations/").trim_end_matches(".sql").to_owned();
    let found: Vec<String> = migrations().iter().map(|(path, _)| named(path)).collect();
    let code = source::Source::read(String::new(), source::file("crates/server/src/migrations.rs"));
    let starts_with_digit = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
    let known = code.literals.into_iter().map(|it| it.value).filter(|it| starts_with_digit(it));
    assert_eq!(found, known.collect::<Vec<_>>(), "migrations.rs lists what migrations/ holds");
    for (at, name) in found.iter().enumerate() {
        let right = format!("{:04}_", at + 1);
        assert!(
            name.starts_with(&right) && name.split('_').count() >= 3,
            "{name}: NNNN_slice_what"
        );
    }
}
