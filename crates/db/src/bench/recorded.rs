//! Writes down what a use case asks of its database, so that it can be asked again without it.

use std::sync::{Arc, Mutex, PoisonError};

use super::Value;
use crate::tx::Connection;
use crate::value::Answer;
use crate::{Error, Param, Tx, sqlite};

/// A statement that ran, with its values in the order of the placeholders' numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ran {
    pub sql: &'static str,
    pub values: Vec<Value>,
}

/// Runs `work` in one transaction on the SQLite file at `path`, which nobody else writes, and tells
/// what it answered and which statements it ran.
pub fn recorded<T, E: From<Error>>(
    path: &str,
    work: impl Fn(&mut Tx) -> Result<T, E>,
) -> Result<(T, Vec<Ran>), E> {
    let (file, lock) = sqlite::alone(path)?;
    let ran = Arc::new(Mutex::new(Vec::new()));
    let mut tx = Tx::new(Recorder { file, ran: Arc::clone(&ran) }, &Arc::default());
    tx.connection.script("BEGIN IMMEDIATE")?;
    let outcome = tx.attempt(&work);
    tx.connection.script(if outcome.is_ok() { "COMMIT" } else { "ROLLBACK" })?;
    drop(tx);
    drop(lock);
    let ran = std::mem::take(&mut *ran.lock().unwrap_or_else(PoisonError::into_inner));
    outcome.map(|answer| (answer, ran))
}

struct Recorder<C> {
    file: C,
    ran: Arc<Mutex<Vec<Ran>>>,
}

impl<C> Recorder<C> {
    fn note(&self, sql: &'static str, params: &[Param<'_>]) {
        let value = |param: &Param<'_>| match *param {
            Param::Null => Value::Null,
            Param::Number(number) => number.into(),
            Param::Text(text) => text.into(),
        };
        let values = params.iter().map(value).collect();
        self.ran.lock().unwrap_or_else(PoisonError::into_inner).push(Ran { sql, values });
    }
}

impl<C: Connection> Connection for Recorder<C> {
    fn query(&mut self, sql: &'static str, params: &[Param<'_>]) -> Result<Answer, Error> {
        self.note(sql, params);
        self.file.query(sql, params)
    }

    fn execute(&mut self, sql: &'static str, params: &[Param<'_>]) -> Result<u64, Error> {
        self.note(sql, params);
        self.file.execute(sql, params)
    }

    fn script(&mut self, sql: &str) -> Result<(), Error> {
        self.file.script(sql)
    }

    fn tables_sql(&self) -> &'static str {
        self.file.tables_sql()
    }
}
