//! What this crate promises, on SQLite and, where `TEST_POSTGRES` names a server, on PostgreSQL.

mod bench;
mod fresh;
mod killed;
mod postgres;
mod promises;
mod speed;
mod sqlite;
