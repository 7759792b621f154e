//! `wuwei generate`: a county of invented people and their requests, the same for the same seed.

use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use domain::area::{AreaCode, Level};
use jiff::SignedDuration;
use serde_json::json;

use super::config::{self, Outside};
use super::progress::Progress;
use super::{Fault, fault, log, say, serve};
use crate::App;
use crate::seed::county::{self, Plan, Watch};

/// A county that there is not, so that no street of it is anybody's.
const COUNTY: &str = "370399";

/// What `generate` can be told.
#[derive(Args, Debug)]
#[group(skip)]
pub(super) struct Flags {
    /// How many people live there.
    #[arg(long, value_name = "N", default_value_t = 600_000,
          value_parser = clap::value_parser!(u64).range(1000..=4_900_000))]
    residents: u64,
    /// For how many years until now they have asked.
    #[arg(long, value_name = "N", default_value_t = 3,
          value_parser = clap::value_parser!(u64).range(1..=6))]
    years: u64,
    /// How many requests they raise in a year [default: one of two residents one].
    #[arg(long, value_name = "N")]
    requests_per_year: Option<u64>,
    /// Another number makes another county.
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// Beside the streets that the database serves already.
    #[arg(long)]
    into: bool,
    /// One object instead of sentences.
    #[arg(long)]
    json: bool,
    /// Tells how far it is, also where nobody watches.
    #[arg(long)]
    progress: bool,
    #[command(flatten)]
    usual: config::Flags,
}

impl Watch for Progress {
    fn goes_on(&self, done: usize, all: usize) -> bool {
        Progress::goes_on(self, done, all)
    }

    fn begins_at(&self, done: usize) {
        Progress::begins_at(self, done);
    }
}

/// A county with so many requests over so long a time.
pub(super) fn plan(app: &App, residents: u64, requests: u64, lasting: SignedDuration) -> Plan {
    let county: AreaCode = COUNTY.parse().expect("six digits are a county");
    debug_assert_eq!(county.level(), Level::County);
    // SQLite has one writer: a second street is told while it writes the first.
    let at_once = if app.db.engine() == db::Engine::Sqlite { 2 } else { 4 };
    Plan { county, residents, requests, lasting, seed: 1, at_once }
}

pub(super) async fn run(flags: Flags, outside: Outside) -> Result<ExitCode, Fault> {
    let config = flags.usual.clone().read("var/data", outside)?;
    log::begin(&config);
    let app = serve::open(&config).await?;
    let a_year = flags.requests_per_year.unwrap_or(flags.residents / 2);
    let lasting = SignedDuration::from_hours(24 * 365) * i32::try_from(flags.years).unwrap_or(1);
    let plan = plan(&app, flags.residents, a_year * flags.years, lasting);
    let plan = Plan { seed: flags.seed, ..plan };
    let ours = plan.codes();
    if let Some(other) = app.streets().iter().find(|street| !ours.contains(street))
        && !flags.into
    {
        return Err(Fault::new(format!(
            "the database serves the street {other}, which was not generated; name an empty one \
             with --database, or say --into"
        )));
    }
    let progress = Progress::new("requests", flags.progress);
    let watch: Arc<dyn Watch> = Arc::new(progress.clone());
    let made = progress.until_stopped(county::county(&app, &plan, watch)).await;
    let made = made.map_err(|error| fault::of_opening(&error, &config.options.database))?;
    if flags.json {
        say(json!({
            "streets": made.streets,
            "people": made.people,
            "requests": made.requests,
            "password": county::password(&plan),
            "stopped": made.is_stopped,
        }));
    } else {
        say(format_args!(
            "{} streets, {} people with accounts, {} requests. Everybody's password is {}.",
            made.streets,
            made.people,
            made.requests,
            county::password(&plan)
        ));
        if made.is_stopped {
            say("It was stopped; the same command goes on from here.");
        }
    }
    Ok(ExitCode::SUCCESS)
}
