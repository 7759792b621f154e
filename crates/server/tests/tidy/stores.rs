//! SQL stands in stores; a store is private, touches its own slice's tables, and names the street.

use super::schema::{self, Table};
use super::source::{self, Finding, Source, bites, hold, module};

/// Stores that are not called `store.rs`, each with its reason.
const MORE_STORES: &[(&str, &str)] = &[(
    "crates/server/src/requests/lines.rs",
    "the lists of requests: one SELECT with three endings, longer than the rest of the store",
)];

/// Stores that look at tables of others, each with its reason.
const READ_ALL: &[(&str, &str)] =
    &[("crates/server/src/seed/store.rs", "a demonstration that begins afresh drops every table")];

/// Statements that name no street, by how they begin, each with its reason.
const STREETLESS: &[(&str, &str)] = &[
    ("SELECT s.street, s.zone, s.hotline", "how a process learns which streets it serves"),
    ("SELECT CAST(table_name AS TEXT)", "which tables there are, not what they hold"),
    ("SELECT name FROM migrations ORDER", "the history of the schema is of no street"),
    ("DROP TABLE IF EXISTS", "a demonstration that begins afresh"),
];

/// Tables that only grow.
const KEPT: &[&str] = &["history", "receipts"];

/// A statement in a source: where, and its text with one blank between words.
pub struct Statement {
    pub line: usize,
    pub sql: String,
}

/// A table that a statement names, and what it calls it there.
#[derive(Debug, PartialEq, Eq)]
struct Named {
    table: String,
    alias: Option<String>,
    is_new_row: bool,
}

pub fn is_store(path: &str) -> bool {
    path.ends_with("/store.rs") || MORE_STORES.iter().any(|(store, _)| *store == path)
}

/// Every statement; pieces that `concat!` joins are one.
pub fn statements(source: &Source) -> Vec<Statement> {
    let mut found: Vec<Statement> = Vec::new();
    let mut open: Option<usize> = None;
    for literal in &source.literals {
        let text = literal.value.split_whitespace().collect::<Vec<_>>().join(" ");
        let goes_on = open.is_some_and(|end| source.code[end..literal.at].trim() == ",");
        match found.last_mut().filter(|_| goes_on) {
            Some(statement) => statement.sql = format!("{} {text}", statement.sql),
            None if is_statement(&text) => {
                found.push(Statement { line: literal.line, sql: text });
            }
            None => continue,
        }
        let joins = source.code[..literal.at].trim_end().ends_with("concat!(");
        open = (joins || goes_on).then_some(literal.at + 2);
    }
    found
}

fn is_statement(text: &str) -> bool {
    let first = text.split(' ').next().unwrap_or_default();
    let verbs = ["SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "CREATE", "DROP", "ALTER"];
    verbs.contains(&first) && text.contains(char::is_lowercase)
}

/// The tables that a statement names after `FROM`, `JOIN`, `INTO` and `UPDATE`.
fn named(sql: &str) -> Vec<Named> {
    let plain = sql.replace(['(', ')', ','], " ");
    let words: Vec<&str> = plain.split_whitespace().collect();
    let mut found = Vec::new();
    for (at, &word) in words.iter().enumerate() {
        let after_do = at > 0 && ["DO", "FOR"].contains(&words[at - 1]);
        if after_do || !["FROM", "JOIN", "INTO", "UPDATE"].contains(&word) {
            continue;
        }
        let Some(&table) = words.get(at + 1).filter(|next| is_name(next)) else { continue };
        let alias = words.get(at + 2).filter(|next| is_name(next));
        found.push(Named {
            table: table.to_owned(),
            alias: alias.filter(|_| word != "INTO").map(|&alias| alias.to_owned()),
            is_new_row: word == "INTO",
        });
    }
    found
}

fn is_name(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_lowercase())
        && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

fn outside_stores(source: &Source) -> Vec<Finding> {
    if is_store(&source.path) {
        return Vec::new();
    }
    let calls = ["tx.rows(", "tx.row(", "tx.execute(", "tx.guarded("];
    let called = source.says(&calls).map(|(line, what)| (line, format!("calls {what}…)")));
    let spoken = statements(source).into_iter().map(|it| (it.line, format!("says {}", it.sql)));
    let found = called.chain(spoken);
    found.map(|(line, what)| Finding::new(&source.path, line, what)).collect()
}

fn foreign_tables(source: &Source, tables: &[Table]) -> Vec<Finding> {
    let slice = module(&source.path).unwrap_or_default();
    let mut found = Vec::new();
    // A piece such as the end of a list names tables as well as a whole statement does.
    for literal in source.literals.iter().filter(|_| is_store(&source.path)) {
        if READ_ALL.iter().any(|(path, _)| *path == source.path) {
            continue;
        }
        for named in named(&literal.value) {
            let of_others = tables.iter().find(|it| it.name == named.table && it.owner != slice);
            if let Some(Table { name, owner }) = of_others {
                let what = format!("the table {name} belongs to {owner}");
                found.push(Finding::new(&source.path, literal.line, what));
            }
        }
    }
    found
}

fn streetless(source: &Source) -> Vec<Finding> {
    let exempt = |sql: &str| {
        STREETLESS
            .iter()
            .any(|(begin, _)| sql.starts_with(begin) && !sql.contains("WHERE s.street"))
    };
    let mut found = Vec::new();
    for Statement { line, sql } in statements(source).into_iter().filter(|it| !exempt(&it.sql)) {
        let names = named(&sql);
        let bare = sql.match_indices("street = $").filter(|(at, _)| !sql[..*at].ends_with('.'));
        let needed = names.iter().filter(|it| it.alias.is_none() && !it.is_new_row).count();
        let by_alias = |it: &Named| {
            it.alias.as_ref().is_none_or(|alias| sql.contains(&format!("{alias}.street = $")))
        };
        let new_row = |it: &Named| !it.is_new_row || sql.contains("(street, ");
        let holds = bare.count() >= needed && names.iter().all(|it| by_alias(it) && new_row(it));
        if names.is_empty() || !holds {
            found.push(Finding::new(&source.path, line, format!("which street? {sql}")));
        }
    }
    found
}

fn unportable(source: &Source) -> Vec<Finding> {
    let mut found = Vec::new();
    for Statement { line, sql } in statements(source) {
        let said = schema::forbidden(&sql).map(|word| format!("says {word}: {sql}"));
        found.extend(said.map(|what| Finding::new(&source.path, line, what)));
        for kept in KEPT {
            let changes = ["UPDATE", "DELETE FROM", "TRUNCATE"].iter().any(|verb| {
                sql.split(&format!("{verb} "))
                    .skip(1)
                    .any(|rest| source::words(rest).next() == Some(kept))
            });
            let overwrites = sql.contains(&format!("INTO {kept} ")) && sql.contains("DO UPDATE");
            if changes || overwrites {
                let what = format!("{kept} only grows: {sql}");
                found.push(Finding::new(&source.path, line, what));
            }
        }
    }
    found
}

/// Stores that somebody else could name.
fn public_stores(source: &Source) -> Vec<Finding> {
    let doors = ["pub mod store", "pub(crate) mod store", "pub mod lines", "pub(crate) mod lines"];
    let said = source.says(&doors);
    said.map(|(line, what)| Finding::new(&source.path, line, format!("{what}: a store is private")))
        .collect()
}

fn server() -> Vec<Source> {
    source::rust("crates/server/src")
}

#[test]
fn sql_stands_in_stores() {
    let found: Vec<Finding> = server().iter().flat_map(outside_stores).collect();
    hold("A file that speaks SQL is called store.rs, or stands in MORE_STORES.", &found);
    for (path, _) in MORE_STORES {
        assert!(!source::file(path).is_empty(), "{path} is no more");
    }
    let sample = "fn a(tx: &mut Tx) { tx.row(\"SELECT a FROM b\", &[]) }";
    bites(outside_stores, "crates/server/src/requests/act.rs", sample, 2);
    bites(outside_stores, "crates/server/src/requests/store.rs", sample, 0);
}

#[test]
fn a_store_is_reached_through_its_slice() {
    let found: Vec<Finding> = server().iter().flat_map(public_stores).collect();
    hold("`mod store;`, and what others need is said again by the slice.", &found);
    bites(public_stores, "a.rs", "pub mod store;\nmod store;\n", 1);
}

#[test]
fn a_store_names_the_tables_of_its_slice_alone() {
    let tables = schema::tables();
    assert!(tables.len() > 5, "the migrations say which tables there are");
    let check = |source: &Source| foreign_tables(source, &schema::tables());
    let found: Vec<Finding> = server().iter().flat_map(check).collect();
    hold("Ask the slice that owns the table.", &found);
    let sample =
        "const A: &str = \"SELECT 1 FROM people p JOIN requests r ON r.street = p.street\";";
    bites(check, "crates/server/src/requests/store.rs", sample, 1);
}

#[test]
fn every_statement_says_which_street() {
    let found: Vec<Finding> =
        server().iter().filter(|it| is_store(&it.path)).flat_map(streetless).collect();
    hold(
        "`street = $n` for each table that a statement names; `(street, …` for a new row.",
        &found,
    );
    for (sql, faults) in [
        ("SELECT a FROM b WHERE id = $1", 1),
        ("SELECT a FROM b WHERE street = $1 AND id = (SELECT c FROM d WHERE e = $2)", 1),
        ("SELECT a FROM b x JOIN c y ON y.street = x.street WHERE x.street = $1", 1),
        ("SELECT a FROM b x JOIN c y ON y.id = x.id WHERE x.street = $1 AND y.street = $1", 0),
        ("INSERT INTO b (id, street) VALUES ($1, $2)", 1),
        (
            "INSERT INTO b (street, id) VALUES ($1, $2) ON CONFLICT (street, id) DO UPDATE SET a = $3",
            0,
        ),
        ("UPDATE b SET a = $1 WHERE id = $2", 1),
        ("DELETE FROM b WHERE street = $1", 0),
    ] {
        bites(streetless, "a/store.rs", &format!("const A: &str = \"{sql}\";"), faults);
    }
    let joined = "const A: &str = concat!(\"SELECT a FROM b \", \"WHERE street = $1\");";
    bites(streetless, "a/store.rs", joined, 0);
}

#[test]
fn statements_run_on_both_engines_and_what_is_kept_only_grows() {
    let found: Vec<Finding> = server().iter().flat_map(unportable).collect();
    hold("One text for both engines; history and receipts are never changed.", &found);
    for (sql, faults) in [
        ("SELECT GREATEST(a, b) FROM c WHERE street = $1", 1),
        ("WITH a AS (DELETE FROM b RETURNING c) SELECT c FROM a", 1),
        ("UPDATE history SET facts = $1 WHERE street = $2", 1),
        ("DELETE FROM receipts WHERE street = $1", 1),
        (
            "INSERT INTO receipts (street, a) VALUES ($1, $2) ON CONFLICT (street) DO UPDATE SET a = $2",
            1,
        ),
        ("UPDATE requests SET history = $1 WHERE street = $2", 0),
    ] {
        bites(unportable, "a/store.rs", &format!("const A: &str = \"{sql}\";"), faults);
    }
}
