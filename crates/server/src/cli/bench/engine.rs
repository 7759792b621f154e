//! What the engine can do by itself: the statements of the two commands, written down as they ran
//! and then run again without the program around them.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use db::bench::{Ran, Step, Value, recorded, sqlite_alone};
use domain::id::{PersonId, RequestId};

use super::street::{Street, accept, broken};
use crate::cli::Fault;
use crate::{migrations, requests};

/// A copy of the street's file and the statements of a raising and an acceptance.
pub struct Engine {
    file: PathBuf,
    raised: Vec<Ran>,
    accepted: Vec<Ran>,
    /// What differs from one request to the next.
    id: RequestId,
    marks: Vec<String>,
    /// The number of the next pair of commands.
    next: i64,
}

/// A script for pgbench with the values of its variables.
pub struct Script {
    pub text: String,
    pub values: Vec<(String, String)>,
}

/// Both commands, counted as one step of the engine.
const COMMANDS: f64 = 2.0;
/// Pairs of commands that one round cannot use up.
const ROUND: i64 = 10_000_000;
/// What the ids of six days come to.
const DAYS: i64 = 1 << 50;

impl Engine {
    /// Writes the statements down on a copy of the street in `folder`.
    pub async fn of(street: &Street, folder: &Path) -> Result<Self, Fault> {
        let file = folder.join("alone.sqlite");
        street.app.db.backup(&file).await.map_err(broken)?;
        let path = file.to_string_lossy().into_owned();
        let (settings, (deed, new)) = (street.settings.clone(), street.asks());
        let raise = |tx: &mut db::Tx| requests::raise(tx, &settings, &deed, &new);
        let (receipt, raised) = recorded(&path, raise).map_err(broken)?;
        let answer: serde_json::Value = serde_json::from_str(&receipt.answer).unwrap_or_default();
        let number = answer["number"].as_str().unwrap_or_default().to_owned();
        let then = street.accepts(new.id);
        let take = |tx: &mut db::Tx| accept(tx, &settings, &then, new.id);
        let (_, accepted) = recorded(&path, take).map_err(broken)?;
        let keys = [deed.key.as_str().to_owned(), then.key.as_str().to_owned()];
        let marks = keys.into_iter().chain([number, new.receipt.clone(), new.id.to_string()]);
        Ok(Self { file, raised, accepted, id: new.id, marks: marks.collect(), next: 1 })
    }

    /// Commands a second in one transaction, with one commit at its end.
    pub fn per_second(&mut self, lasting: Duration) -> Result<f64, Fault> {
        let both = self.raised.iter().chain(&self.accepted);
        let steps: Vec<Step> = both.map(|ran| self.step(ran)).collect();
        let pairs = sqlite_alone(&self.file, migrations::ALL, self.next, &steps, lasting);
        self.next += ROUND;
        pairs.map(|pairs| pairs * COMMANDS).map_err(broken)
    }

    /// The same statement for another request: with its id, and texts that nothing had before.
    fn step(&self, ran: &Ran) -> Step {
        let (id, marks, values) = (self.id.0, self.marks.clone(), ran.values.clone());
        let another = move |n: i64| {
            let text = |text: &String| {
                let fresh = |text: String, mark: &String| {
                    text.replace(mark, &format!("{n:0width$}", width = mark.len()))
                };
                Value::Text(marks.iter().fold(text.clone(), fresh))
            };
            let value = |value: &Value| match value {
                Value::Number(number) if *number == id => Value::Number(id + n),
                Value::Text(known) => text(known),
                other => other.clone(),
            };
            values.iter().map(value).collect()
        };
        Step { sql: ran.sql, values: Box::new(another), variables: Vec::new() }
    }

    /// Both commands for pgbench, each in its own transaction, with `people` for those of the file:
    /// whoever is whom on another database.
    pub fn script(&self, people: &[(PersonId, PersonId)]) -> Script {
        let mut names = HashMap::new();
        let mut transaction = |settings: &str, ran: &[Ran]| {
            let step = |ran: &Ran| Step {
                variables: ran.values.iter().map(|it| self.variable(it, &mut names)).collect(),
                ..self.step(ran)
            };
            let steps: Vec<Step> = ran.iter().map(step).collect();
            db::bench::pgbench_script(settings, &steps)
        };
        // Each client counts for itself, and ids grow as ours do, days ahead of them.
        let first = self.id.0 + DAYS;
        let begin = "\\set n :n + 1";
        let id = format!("{begin}\n\\set id {first} + :n * 1000 + :client_id");
        let raised = transaction(&id, &self.raised);
        let accepted = transaction("", &self.accepted);
        let whose = |number: i64| {
            let known = people.iter().find(|(here, _)| here.0 == number);
            known.map_or(number, |(_, there)| there.0).to_string()
        };
        let values = names.into_iter().map(|(value, name)| match value {
            Known::Number(number) => (name, whose(number)),
            Known::Text(text) => (name, text),
        });
        Script { text: format!("{raised}{}", accepted.trim_start()), values: values.collect() }
    }

    /// What the script calls a value; equal ones have one name.
    fn variable(&self, value: &Value, names: &mut HashMap<Known, String>) -> String {
        let known = match value {
            Value::Null => return "nothing".to_owned(),
            Value::Number(number) if *number == self.id.0 => return "id".to_owned(),
            Value::Text(text) if self.marks.contains(text) => return "id".to_owned(),
            Value::Number(number) => Known::Number(*number),
            Value::Text(text) => Known::Text(text.clone()),
        };
        let next = format!("v{}", names.len());
        names.entry(known).or_insert(next).clone()
    }
}

#[derive(PartialEq, Eq, Hash)]
enum Known {
    Number(i64),
    Text(String),
}
