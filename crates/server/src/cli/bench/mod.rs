//! `wuwei bench`: measures this machine in one run, each line beside what could be had at most.
//!
//! Everything is measured in rounds that take turns, so that whatever else the machine does befalls
//! a line and its limit alike. What is compared is a ratio; the figures themselves are this
//! machine's.

mod engine;
mod http;
mod postgres;
mod scale;
mod speed;
mod street;
mod table;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;

use self::engine::Engine;
use self::http::{Doors, Site};
use self::scale::Scaled;
use self::speed::Speed;
pub(super) use self::speed::count;
use self::street::{Street, broken};
use self::table::Found;
use super::Fault;
use super::config::LogForm;

/// How often each line takes its turn.
const ROUNDS: u32 = 3;
/// How many clients send commands at the same time.
const CLIENTS: [usize; 3] = [1, 32, 256];

/// What `bench` can be told.
#[derive(Args, Debug)]
#[group(skip)]
pub(super) struct Flags {
    /// How long each line is measured.
    #[arg(long, value_name = "N", default_value_t = 3,
          value_parser = clap::value_parser!(u16).range(1..=600))]
    seconds: u16,
    /// One object instead of a table.
    #[arg(long)]
    json: bool,
    /// The folder on whose disk it is measured [default: where this system keeps what passes].
    #[arg(long, env = "WUWEI_DATA", value_name = "DIR")]
    data: Option<PathBuf>,
    /// A PostgreSQL server to measure too; a database of its own is made there, and dropped.
    #[arg(long, env = "WUWEI_BENCH_POSTGRES", value_name = "URL", hide_env_values = true)]
    postgres: Option<String>,
    /// Measures pages with ten thousand requests on record and with so many, and nothing else.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(10_000..))]
    scale: Option<u64>,
    /// With --scale: on PostgreSQL alone.
    #[arg(long, requires = "postgres")]
    postgres_only: bool,
}

pub(super) fn run(flags: &Flags) -> Result<ExitCode, Fault> {
    super::log::begin_as(LogForm::Text, "warn");
    let folder = Folder::make(&flags.data.clone().unwrap_or_else(std::env::temp_dir))?;
    super::waiting(async {
        if let Some(requests) = flags.scale {
            let found = tokio::select! {
                found = scaled(flags, requests, &folder.0) => found?,
                _ = tokio::signal::ctrl_c() => return Err(Fault::new("the measuring was stopped")),
            };
            if flags.json {
                println!("{}", found.json());
            } else {
                print!("{found}");
            }
            return Ok(ExitCode::SUCCESS);
        }
        let found = tokio::select! {
            found = measured(flags, &folder.0) => found?,
            _ = tokio::signal::ctrl_c() => return Err(Fault::new("the measuring was stopped")),
        };
        if flags.json {
            println!("{}", found.json());
        } else {
            print!("{found}");
        }
        Ok(ExitCode::SUCCESS)
    })
}

async fn measured(flags: &Flags, folder: &Path) -> Result<Found, Fault> {
    let round = Duration::from_secs(flags.seconds.into()) / ROUNDS;
    let mut found = Found { load_before: load(), cores: cores(), ..Found::default() };
    let database = format!("sqlite:{}", folder.join("bench.sqlite").display());
    let street = Street::found(&database, folder).await?;
    let engine = Engine::of(&street, folder).await?;
    let engine = sqlite(&street, engine, folder, round, &mut found).await?;
    let site = Site::open(&street).await?;
    let mut doors = Doors::default();
    for _ in 0..ROUNDS {
        site.round(&mut doors, round).await?;
    }
    drop(site);
    found.doors = doors;
    if let Some(server) = &flags.postgres {
        let beside = postgres::Beside::make(server).await?;
        let here = (&street, &engine);
        let measured = postgres::measured(&beside.url, here, folder, (ROUNDS, round)).await;
        beside.drop().await?;
        found.postgres = Some(measured?);
    }
    found.load_after = load();
    Ok(found)
}

/// Pages at two sizes, on each engine that there is.
async fn scaled(flags: &Flags, requests: u64, folder: &Path) -> Result<Scaled, Fault> {
    let mut databases = Vec::new();
    if !flags.postgres_only {
        let file = |name: &str| format!("sqlite:{}", folder.join(name).display());
        let files = ["small.sqlite", "thin.sqlite", "large.sqlite"];
        databases.push(("sqlite", files.map(file)));
    }
    let Some(server) = &flags.postgres else {
        return scale::measured(&databases, requests, folder).await;
    };
    let small = postgres::Beside::make_named(server, "small").await?;
    let thin = postgres::Beside::make_named(server, "thin").await?;
    let large = postgres::Beside::make_named(server, "large").await?;
    let all = [&small, &thin, &large].map(|beside| beside.url.clone());
    databases.push(("postgres", all));
    let found = scale::measured(&databases, requests, folder).await;
    small.drop().await?;
    thin.drop().await?;
    large.drop().await?;
    found
}

/// The engine alone and commands through the use case, in turns.
async fn sqlite(
    street: &Street,
    mut engine: Engine,
    folder: &Path,
    round: Duration,
    found: &mut Found,
) -> Result<Engine, Fault> {
    let mut limits = Vec::new();
    let mut syncs = Vec::new();
    found.commands = CLIENTS.map(|clients| (clients, Speed::default())).to_vec();
    for _ in 0..ROUNDS {
        let disk = folder.to_owned();
        syncs.push(aside(move || db::bench::fsync_rate(&disk, round / 2)).await?.map_err(broken)?);
        let (used, limit) = aside(move || {
            let limit = engine.per_second(round);
            (engine, limit)
        })
        .await?;
        engine = used;
        limits.push(limit?);
        for (clients, speed) in &mut found.commands {
            speed.add(street.commands(*clients, round).await?);
        }
    }
    let mean = |rates: &[f64]| rates.iter().sum::<f64>() / count(rates.len());
    (found.engine, found.syncs) = (mean(&limits), mean(&syncs));
    Ok(engine)
}

/// Does what keeps a thread busy on a thread that may be.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Fault> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| Fault::new(format!("the measuring ended: {error}")))
}

/// A folder that goes again, whatever happens.
struct Folder(PathBuf);

impl Folder {
    fn make(within: &Path) -> Result<Self, Fault> {
        let folder = within.join(format!("wuwei-bench-{}", std::process::id()));
        fs::create_dir_all(&folder).map_err(|error| {
            let shown = folder.display();
            Fault::new(format!(
                "the folder {shown} cannot be made ({error}); name another with --data"
            ))
        })?;
        Ok(Self(folder))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// How many programs wanted to run during the last minute; nothing where the system does not say.
fn load() -> Option<f64> {
    fs::read_to_string("/proc/loadavg").ok()?.split(' ').next()?.parse().ok()
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}
