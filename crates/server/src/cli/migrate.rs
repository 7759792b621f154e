//! `wuwei migrate`: the schema brought up to date, without serving.

use std::process::ExitCode;

use db::Db;

use super::config::Config;
use super::{Fault, fault, log, say};
use crate::migrations;

pub(super) async fn run(config: Config) -> Result<ExitCode, Fault> {
    log::begin(&config);
    config.make_folders()?;
    let database = &config.options.database;
    let told = |error: db::Error| fault::of_opening(&error.into(), database);
    Db::open(database).map_err(told)?.migrate(migrations::ALL).await.map_err(told)?;
    let last = migrations::ALL.last().map_or("", |migration| migration.name);
    say(format_args!("{} is up to date: {last}", fault::without_password(database)));
    Ok(ExitCode::SUCCESS)
}
