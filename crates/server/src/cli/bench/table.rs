//! What was found, as a table for people and as one object for programs.

use std::fmt;

use serde_json::{Map, Value, json};

use super::http::{CONNECTIONS, Doors};
use super::postgres::{self, Postgres};
use super::speed::Speed;

/// All figures of one run.
#[derive(Default)]
pub struct Found {
    pub cores: usize,
    pub load_before: Option<f64>,
    pub load_after: Option<f64>,
    /// Commands a second of SQLite alone.
    pub engine: f64,
    /// 4 KiB to the disk, a second.
    pub syncs: f64,
    /// Commands through the use case, by the number of clients.
    pub commands: Vec<(usize, Speed)>,
    pub doors: Doors,
    pub postgres: Option<Postgres>,
}

/// One line: what it is, what it is called in the object, and what it can be held against.
struct Line<'a> {
    name: String,
    key: String,
    per_second: f64,
    speed: Option<&'a Speed>,
    limit: Option<f64>,
    aim: Option<f64>,
}

impl Line<'_> {
    fn ratio(&self) -> Option<f64> {
        self.limit.filter(|limit| *limit > 0.0).map(|limit| self.per_second / limit)
    }
}

fn limit(name: impl Into<String>, key: &str, per_second: f64) -> Line<'static> {
    let (name, key) = (name.into(), key.to_owned());
    Line { name, key, per_second, speed: None, limit: None, aim: None }
}

fn line(
    (name, key): (String, String),
    speed: &Speed,
    limit: Option<f64>,
    aim: Option<f64>,
) -> Line<'_> {
    Line { name, key, per_second: speed.per_second(), speed: Some(speed), limit, aim }
}

impl Found {
    fn lines(&self) -> Vec<Line<'_>> {
        let mut lines = vec![
            limit("The disk alone: 4 KiB and a sync", "fsync", self.syncs),
            limit("SQLite alone: one transaction", "sqlite_limit", self.engine),
        ];
        let commands = self.commands.iter().map(|(clients, speed)| {
            let name = format!("  raise and accept, {clients} at once");
            // Few clients are limited by the disk: one commit at a time is one sync.
            let aim = (*clients == 256).then_some(0.45);
            line((name, format!("sqlite_write_{clients}")), speed, Some(self.engine), aim)
        });
        lines.extend(commands);
        let doors = &self.doors;
        let hello = Some(doors.hello.per_second());
        let said = format!("HTTP alone: hello, {CONNECTIONS} connections");
        lines.push(line((said, "hello".to_owned()), &doors.hello, None, None));
        for (name, key, speed, aim) in [
            ("  accept a request", "http_write", &doors.write, 0.35),
            ("  list of 50 requests, JSON", "json_list", &doors.list, 0.35),
            ("  list of 50 requests, page", "page", &doors.page, 0.30),
        ] {
            lines.push(line((name.to_owned(), key.to_owned()), speed, hello, Some(aim)));
        }
        if let Some(postgres) = &self.postgres {
            if let Some(alone) = postgres.limit {
                lines.push(limit("pgbench, 8 connections", "postgres_limit", alone));
            }
            let clients = postgres::CLIENTS;
            let name = format!("  raise and accept, {clients} on 8 connections");
            let named = (name, "postgres_write_8".to_owned());
            lines.push(line(named, &postgres.speed, postgres.limit, Some(0.8)));
        }
        lines
    }

    /// One object: `…_per_second`, `…_ratio`, `…_p50_ms` and `…_p99_ms`.
    pub fn json(&self) -> Value {
        let mut object = Map::new();
        object.insert("cores".to_owned(), self.cores.into());
        object.insert("load_before".to_owned(), json!(self.load_before));
        object.insert("load_after".to_owned(), json!(self.load_after));
        for line in self.lines() {
            let mut put = |end: &str, figure: f64, places: f64| {
                let rounded = (figure * places).round() / places;
                object.insert(format!("{}_{end}", line.key), json!(rounded));
            };
            put("per_second", line.per_second, 10.0);
            if let Some(ratio) = line.ratio() {
                put("ratio", ratio, 1000.0);
            }
            if let Some(speed) = line.speed {
                put("p50_ms", speed.wait_ms(500), 1000.0);
                put("p99_ms", speed.wait_ms(990), 1000.0);
            }
        }
        Value::Object(object)
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |load: Option<f64>| load.map_or("unknown".to_owned(), |it| format!("{it:.1}"));
        let (before, after) = (shown(self.load_before), shown(self.load_after));
        writeln!(f, "{} cores; load {before} before, {after} after\n", self.cores)?;
        let heads = ["a second", "of that", "aim", "half ms", "99% ms"];
        write!(f, "{:<43}", "")?;
        heads.iter().try_for_each(|head| write!(f, "{head:>10}"))?;
        writeln!(f)?;
        for line in self.lines() {
            let figure = |figure: Option<f64>, places: usize| {
                figure.map_or(String::new(), |figure| format!("{figure:.places$}"))
            };
            let wait = |thousandth| figure(line.speed.map(|it| it.wait_ms(thousandth)), 2);
            let cells = [
                figure(Some(line.per_second), 0),
                figure(line.ratio(), 2),
                figure(line.aim, 2),
                wait(500),
                wait(990),
            ];
            write!(f, "{:<43}", line.name)?;
            cells.iter().try_for_each(|cell| write!(f, "{cell:>10}"))?;
            writeln!(f)?;
        }
        match &self.postgres {
            None => writeln!(f, "\nPostgreSQL: not measured; name a server with --postgres"),
            Some(Postgres { limit: None, .. }) => {
                writeln!(f, "\npgbench is not installed, so PostgreSQL stands beside nothing")
            }
            Some(_) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_object_has_what_the_contract_names_and_nothing_of_postgres_without_one() {
        let commands = [1, 32, 256].map(|clients| (clients, Speed::default())).to_vec();
        let mut found = Found { engine: 10.0, commands, ..Found::default() };
        let object = found.json();
        for name in ["sqlite_write_1", "sqlite_write_32", "sqlite_write_256"] {
            assert_eq!(object[format!("{name}_ratio")], json!(0.0), "{object}");
        }
        for name in ["fsync", "sqlite_limit", "hello", "http_write", "json_list", "page"] {
            assert!(object[format!("{name}_per_second")].is_number(), "{name}: {object}");
        }
        assert!(object.get("postgres_write_8_ratio").is_none());
        found.postgres = Some(Postgres { limit: Some(4.0), ..Postgres::default() });
        assert_eq!(found.json()["postgres_write_8_ratio"], json!(0.0));
        assert!(found.to_string().contains("pgbench, 8 connections"));
    }
}
