//! The commands of `wuwei`: what each is told, and how each ends.
//!
//! A command that cannot do its work says so in one sentence on stderr and ends with 2. What is
//! asked for and answered is 0; `doctor` ends with 1 where it found something wrong.

mod bench;
mod config;
mod demo;
mod doctor;
mod door;
mod fault;
mod generate;
mod import;
mod limits;
mod log;
mod migrate;
mod progress;
mod rates;
mod serve;

use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

pub use fault::Fault;

use config::Outside;

/// Runs a neighbourhood: residents' requests, grid workers, offices and partner units.
#[derive(Debug, Parser)]
#[command(name = "wuwei", version, about, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serves the streets of a database, which it brings up to date first.
    Serve(config::Flags),
    /// Makes a believable street, serves it, and prints who can sign in.
    Demo(demo::Flags),
    /// Brings the schema of a database up to date, and ends.
    Migrate(config::Flags),
    /// Measures this machine against the database's own limit.
    Bench(bench::Flags),
    /// Takes in what another system has kept.
    Import(import::Flags),
    /// Makes a county of invented people and requests, to try a large installation on.
    Generate(generate::Flags),
    /// Says what is wrong with this installation, and the remedy.
    Doctor(config::Flags),
    /// Compares the sums behind the boards of rates with their facts.
    Rates(rates::Flags),
}

/// Prints a line for whoever started the program; nobody may be there to read it.
fn say(line: impl std::fmt::Display) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

/// Does what `arguments` ask for, and tells how it went. Flags are read from the environment too;
/// of the rest of it only what is for a bucket.
#[must_use]
pub fn main(
    arguments: impl IntoIterator<Item = OsString>,
    environment: impl IntoIterator<Item = (OsString, OsString)>,
) -> ExitCode {
    keep_to_ourselves();
    log::tell_panics();
    let outcome = match Cli::try_parse_from(arguments) {
        Ok(cli) => run(cli.command, of_buckets(environment)),
        Err(error) => match fault::of_arguments(&error) {
            Some(fault) => Err(fault),
            None => {
                let printed = error.print().map_err(|error| Fault::new(error.to_string()));
                printed.map(|()| ExitCode::SUCCESS)
            }
        },
    };
    outcome.unwrap_or_else(|fault| {
        eprintln!("wuwei: {fault}");
        ExitCode::from(2)
    })
}

/// What of the environment is for a bucket.
fn of_buckets(environment: impl IntoIterator<Item = (OsString, OsString)>) -> Outside {
    let texts = environment
        .into_iter()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    texts.filter(|(name, _)| name.starts_with("AWS_")).collect()
}

fn run(command: Command, outside: Outside) -> Result<ExitCode, Fault> {
    match command {
        Command::Serve(flags) => waiting(serve::run(flags.read("var/data", outside)?)),
        Command::Demo(flags) => waiting(demo::run(flags, outside)),
        Command::Migrate(flags) => waiting(migrate::run(flags.read("var/data", outside)?)),
        Command::Bench(flags) => bench::run(&flags),
        Command::Generate(flags) => waiting(generate::run(flags, outside)),
        Command::Import(flags) => waiting(import::run(flags, outside)),
        Command::Doctor(flags) => waiting(doctor::run(flags.read("var/data", outside)?)),
        Command::Rates(flags) => waiting(rates::run(flags, outside)),
    }
}

/// Runs a command that waits for others, on as many threads as there are processors.
fn waiting(command: impl Future<Output = Result<ExitCode, Fault>>) -> Result<ExitCode, Fault> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| {
        Fault::new(format!("no threads could be started ({error}); stop other programs first"))
    })?;
    let outcome = runtime.block_on(command);
    // What still works on a photo or a password for nobody does not keep the program from ending.
    runtime.shutdown_background();
    outcome
}

/// What this program writes is for the account that it runs under, and for nobody else.
fn keep_to_ourselves() {
    #[cfg(unix)]
    nix::sys::stat::umask(nix::sys::stat::Mode::from_bits_truncate(0o077));
}
