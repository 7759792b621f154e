//! What the demonstration asks of a database as a whole: whether it is ours alone, and to be empty.

use db::{Tx, params};

use crate::error::Error;

/// Every table of ours, for a demonstration that begins afresh.
pub const OURS: &[&str] = &[
    "appointments",
    "areas",
    "attempts",
    "calendar_closures",
    "calendar_days",
    "calendar_known",
    "calendar_notices",
    "calendar_versions",
    "categories",
    "deliveries",
    "history",
    "invitations",
    "jobs",
    "migrations",
    "notice_addresses",
    "notice_settings",
    "notices",
    "people",
    "receipts",
    "request_days",
    "request_exports",
    "request_facts",
    "request_fills",
    "request_filters",
    "request_folds",
    "request_grams",
    "request_months",
    "request_numbers",
    "request_photos",
    "request_sources",
    "request_supporters",
    "request_totals",
    "requests",
    "rule_versions",
    "sessions",
    "streets",
    "units",
];

/// The tables of this schema of a PostgreSQL database that are not ours.
pub fn foreign_tables(tx: &mut Tx) -> Result<Vec<String>, Error> {
    let rows = tx.rows(
        "SELECT CAST(table_name AS TEXT) AS name FROM information_schema.tables
         WHERE table_schema = current_schema() ORDER BY table_name",
        params![],
    )?;
    let names = rows.iter().map(|row| row.get::<String>("name"));
    let names: Vec<String> = names.collect::<Result<_, _>>()?;
    Ok(names.into_iter().filter(|name| !OURS.contains(&name.as_str())).collect())
}

/// Drops all that is ours from a PostgreSQL database.
pub fn clear(tx: &mut Tx) -> Result<(), Error> {
    tx.execute(
        "DROP TABLE IF EXISTS appointments, areas, attempts, calendar_closures, calendar_days,
             calendar_known, calendar_notices, calendar_versions, categories,
             deliveries, history, invitations, jobs, migrations, notice_addresses,
             notice_settings, notices, people, receipts, request_days,
             request_exports, request_facts, request_fills, request_filters,
             request_folds, request_grams, request_months, request_numbers,
             request_photos, request_sources, request_supporters, request_totals,
             requests, rule_versions, sessions, streets, units",
        params![],
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_of_the_schema_is_known_to_be_ours() {
        let mut tables = vec!["migrations"];
        for migration in crate::migrations::ALL {
            let named = migration.sql.lines().filter_map(|line| line.strip_prefix("CREATE TABLE "));
            tables.extend(named.filter_map(|line| line.split_whitespace().next()));
        }
        tables.sort_unstable();
        assert_eq!(tables, OURS, "a new table belongs into OURS and into clear()");
        let text = include_str!("store.rs");
        let dropped = text.split("DROP TABLE IF EXISTS").nth(1).and_then(|it| it.split('"').next());
        for table in OURS {
            assert!(dropped.unwrap().contains(table), "{table}");
        }
    }
}
