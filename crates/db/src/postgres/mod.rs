//! PostgreSQL: statements on one connection. Its neighbours connect, and run commands.

mod connect;
mod worker;

use std::collections::HashMap;
use std::sync::Arc;

use postgres::types::{FromSql, IsNull, ToSql, Type, private::BytesMut, to_sql_checked};
use postgres::{Client, Statement};

use crate::tx::{Connection, place_of};
use crate::value::{Answer, Names};
use crate::{Error, Param};

pub use worker::start;

struct Postgres {
    client: Client,
    known: HashMap<(usize, usize), (Statement, Names)>,
}

impl Postgres {
    fn new(client: Client) -> Self {
        Self { client, known: HashMap::new() }
    }

    fn prepare(&mut self, sql: &'static str) -> Result<(Statement, Names), Error> {
        let place = place_of(sql);
        if let Some(known) = self.known.get(&place) {
            return Ok(known.clone());
        }
        let statement = self.client.prepare(sql)?;
        let names = statement.columns().iter().map(|column| column.name().into()).collect();
        Ok(self.known.entry(place).insert_entry((statement, names)).get().clone())
    }
}

impl Connection for Postgres {
    fn query(&mut self, sql: &'static str, params: &[Param<'_>]) -> Result<Answer, Error> {
        let (statement, names) = self.prepare(sql)?;
        let rows = self.client.query(&statement, &by_reference(params))?;
        let mut answer = Answer::with_room(Arc::clone(&names), rows.len() * names.len(), 0);
        for row in rows {
            for (place, name) in names.iter().enumerate() {
                let value = row.try_get::<_, Option<Param<'_>>>(place);
                let value =
                    value.map_err(|error| Error::Corrupt(format!("the column {name}: {error}")))?;
                answer.push(value.unwrap_or(Param::Null));
            }
        }
        Ok(answer)
    }

    fn execute(&mut self, sql: &'static str, params: &[Param<'_>]) -> Result<u64, Error> {
        let (statement, _) = self.prepare(sql)?;
        Ok(self.client.execute(&statement, &by_reference(params))?)
    }

    fn script(&mut self, sql: &str) -> Result<(), Error> {
        Ok(self.client.batch_execute(sql)?)
    }

    fn tables_sql(&self) -> &'static str {
        // What belongs to an extension is nobody's data.
        "SELECT COUNT(*) FILTER (WHERE c.relname = 'migrations') AS ours,
                COUNT(*) FILTER (WHERE c.relname <> 'migrations') AS others
           FROM pg_class c
          WHERE c.relkind IN ('r', 'p') AND c.relnamespace = current_schema()::regnamespace
            AND NOT EXISTS (SELECT FROM pg_depend d
                             WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
                               AND d.deptype = 'e')"
    }
}

fn by_reference<'a>(params: &'a [Param<'a>]) -> Vec<&'a (dyn ToSql + Sync)> {
    params.iter().map(|param| param as &(dyn ToSql + Sync)).collect()
}

type Mismatch = Box<dyn std::error::Error + Sync + Send>;

impl ToSql for Param<'_> {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Mismatch> {
        match self {
            Param::Null => Ok(IsNull::Yes),
            Param::Number(number) if *kind == Type::INT8 => number.to_sql(kind, out),
            Param::Text(text) if *kind == Type::TEXT => text.to_sql(kind, out),
            // Without what it holds: messages end in logs.
            Param::Number(_) => Err(format!("a number for a {kind}: CAST the placeholder").into()),
            Param::Text(_) => Err(format!("a text for a {kind}: CAST the placeholder").into()),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

impl<'a> FromSql<'a> for Param<'a> {
    fn from_sql(kind: &Type, raw: &'a [u8]) -> Result<Self, Mismatch> {
        if *kind == Type::INT8 {
            i64::from_sql(kind, raw).map(Param::Number)
        } else {
            <&str>::from_sql(kind, raw).map(Param::Text)
        }
    }

    fn accepts(kind: &Type) -> bool {
        [Type::INT8, Type::TEXT].contains(kind)
    }
}
