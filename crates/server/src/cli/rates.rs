//! `wuwei rates`: compares the sums behind the boards with their facts, and sums anew where asked.

use std::process::ExitCode;

use clap::Args;
use db::Db;

use super::config::{self, Config, Outside};
use super::{Fault, fault, log, say};
use crate::App;
use crate::clock::Clock;
use crate::error::Error;
use crate::grid;
use crate::requests::rates;

/// What `rates` can be told.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct Flags {
    #[command(flatten)]
    common: config::Flags,
    /// Sums all days anew from their facts; on SQLite while nobody serves.
    #[arg(long)]
    rebuild: bool,
}

/// A line for each street; 1 where a sum is not what its facts come to.
pub(super) async fn run(flags: Flags, outside: Outside) -> Result<ExitCode, Fault> {
    let config = flags.common.read("var/data", outside)?;
    log::begin(&config);
    let database = config.options.database.clone();
    let told = |error: Error| fault::of_opening(&error, &database);
    let differing = if flags.rebuild {
        rebuilt(config).await.map_err(told)?
    } else {
        compared(&Db::open_to_read(&database).map_err(|error| told(error.into()))?)
            .await
            .map_err(told)?
    };
    Ok(ExitCode::from(u8::from(differing > 0)))
}

/// Tells how many sums differ.
async fn compared(db: &Db) -> Result<usize, Error> {
    let mut count = 0;
    for served in db.read(grid::streets).await? {
        let street = served.street;
        let found = db.report(move |tx| rates::audit(tx, street)).await?;
        match found.first() {
            None => say(format_args!("{street}: every sum is what its facts come to")),
            Some(first) => say(format_args!(
                "{street}: {} sums differ from their facts, the first at {} ({:?}); \
                 run `wuwei rates --rebuild`",
                found.len(),
                first.key.area,
                first.key.level,
            )),
        }
        count += found.len();
    }
    Ok(count)
}

async fn rebuilt(config: Config) -> Result<usize, Error> {
    let app = App::open(config.options, Clock::System).await?;
    for street in app.streets() {
        rates::work(&app, street).await?;
        let days = rates::rebuild(&app, street).await?;
        say(format_args!("{street}: summed {days} days anew"));
    }
    compared(&app.db).await
}
