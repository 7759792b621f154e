//! `wuwei import`: what another system has kept, all of a file or nothing of it.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, Subcommand};
use domain::area::AreaCode;
use serde_json::json;

use super::config::{self, Outside};
use super::progress::Progress;
use super::{Fault, fault, log, say, serve};
use crate::App;
use crate::app::Settings;
use crate::requests::import::{self, Bad, Batch, Faults, Mapping, Outcome, Stop, Watch};

/// The most bytes that a file has on the disk: all of it is read at once.
const LARGEST: u64 = 1 << 30;

/// What `import` can be told.
#[derive(Args, Debug)]
#[group(skip)]
pub(super) struct Flags {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Requests with their own times: CSV, TSV or a workbook.
    Requests(Requests),
}

#[derive(Args, Debug)]
#[group(skip)]
struct Requests {
    /// .csv, .tsv, .xlsx, or one of the first two in .gz.
    file: PathBuf,
    /// What its columns mean; seed/mappings holds examples.
    #[arg(long, value_name = "FILE")]
    mapping: PathBuf,
    /// The area that takes them in: a street, a community, or deeper.
    #[arg(long, value_name = "CODE")]
    area: Option<String>,
    /// Does everything and keeps nothing.
    #[arg(long)]
    dry_run: bool,
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
}

pub(super) async fn run(flags: Flags, outside: Outside) -> Result<ExitCode, Fault> {
    let What::Requests(asked) = flags.what;
    let config = asked.usual.clone().read("var/data", outside)?;
    log::begin(&config);
    let mapping = mapping(&asked.mapping)?;
    let bytes = bytes(&asked.file)?;
    let app = serve::open(&config).await?;
    let told = |error| fault::of_opening(&error, &config.options.database);
    let (settings, under) = street(&app, asked.area.as_deref())?;
    let name = asked.file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let batch = match import::read(&name, bytes, &mapping, &settings, under) {
        Ok(batch) => Arc::new(batch),
        Err(faults) => return Ok(refused(faults, asked.json)),
    };
    let progress = Progress::new("requests", asked.progress);
    match taken_in(&app, settings, mapping, batch, asked.dry_run, &progress).await {
        Ok(outcome) => print(&outcome, asked.json, false),
        Err(Stop::Tried(outcome)) => print(&outcome, asked.json, true),
        Err(Stop::Cancelled) => {
            return Err(Fault::new("it was stopped, and nothing was imported"));
        }
        Err(Stop::Differs(what)) => {
            return Err(Fault::new(format!("nothing was imported: {what}")));
        }
        Err(Stop::Failed(error)) => return Err(told(error)),
    }
    Ok(ExitCode::SUCCESS)
}

fn bytes(file: &Path) -> Result<Vec<u8>, Fault> {
    let shown = file.display();
    let told = |error| Fault::new(format!("{shown} cannot be read ({error})"));
    if std::fs::metadata(file).map_err(told)?.len() > LARGEST {
        let most = LARGEST >> 20;
        return Err(Fault::new(format!("{shown} has more than {most} MiB; pack it, or split it")));
    }
    std::fs::read(file).map_err(told)
}

fn mapping(file: &Path) -> Result<Mapping, Fault> {
    let shown = file.display();
    let text = std::fs::read_to_string(file)
        .map_err(|error| Fault::new(format!("the mapping {shown} cannot be read ({error})")))?;
    Mapping::read(&text)
        .map_err(|told| Fault::new(format!("the mapping {shown} makes no sense: {told}")))
}

/// The street that takes them in, and the part of it that was asked for.
fn street(app: &App, area: Option<&str>) -> Result<(Arc<Settings>, Option<AreaCode>), Fault> {
    let under = area
        .map(|text| {
            text.parse::<AreaCode>()
                .map_err(|_| Fault::new(format!("--area {text} is no code of an area")))
        })
        .transpose()?;
    let streets = app.streets();
    let street = match (under, streets.as_slice()) {
        (Some(area), _) => area.street(),
        (None, [only]) => Some(*only),
        (None, []) => {
            return Err(Fault::new("there is no street yet; wuwei serve tells how to found one"));
        }
        (None, _) => {
            return Err(Fault::new("there are several streets; say which with --area CODE"));
        }
    };
    let settings = street.and_then(|street| app.settings(street).ok());
    let settings = settings.filter(|it| under.is_none_or(|under| it.area(under).is_some()));
    let settings = settings.ok_or_else(|| {
        let area = area.unwrap_or_default();
        Fault::new(format!("there is no area {area} here; give the code of one on record"))
    })?;
    Ok((settings, under))
}

/// One transaction: all of it, or nothing where somebody stops it or the program ends.
async fn taken_in(
    app: &App,
    settings: Arc<Settings>,
    mapping: Mapping,
    batch: Arc<Batch>,
    is_trial: bool,
    progress: &Progress,
) -> Result<Outcome, Stop> {
    let (now, watch, mapping) = (app.now(), progress.clone(), Arc::new(mapping));
    let work = app
        .db
        .write(move |tx| import::import(tx, &settings, &mapping, &batch, (now, is_trial), &watch));
    progress.until_stopped(work).await
}

/// Says what is wrong with a file.
fn refused(faults: Faults, json: bool) -> ExitCode {
    let all = faults.count();
    let (told, more) = faults.told();
    if json {
        say(json!({ "errors": told, "more": more }));
        return ExitCode::from(1);
    }
    for Bad { row, column, reason } in &told {
        let row = if *row == 0 { String::new() } else { format!("row {row}") };
        let parts = [row.as_str(), column, reason];
        let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        say(parts.join(": "));
    }
    if more > 0 {
        say(format_args!("and {more} more"));
    }
    say(format_args!("Nothing was imported: {all} faults."));
    ExitCode::from(1)
}

fn print(outcome: &Outcome, json: bool, is_trial: bool) {
    if json {
        let mut object = json!(outcome);
        object["dry_run"] = is_trial.into();
        say(object);
        return;
    }
    let Outcome { rows, imported, skipped, blank, .. } = outcome;
    say(format_args!(
        "{rows} rows: {imported} imported, {skipped} on record before or repeated; {blank} blank."
    ));
    let tables = [
        ("by our stage", &outcome.by_stage),
        ("by ending", &outcome.by_ending),
        ("by their status", &outcome.by_status),
        ("by their type", &outcome.by_type),
    ];
    for (name, table) in tables {
        say(format_args!("\n{name}"));
        let mut lines: Vec<_> = table.iter().collect();
        lines.sort_by_key(|(name, count)| (std::cmp::Reverse(**count), *name));
        for (name, count) in lines {
            say(format_args!("{count:>8}  {name}"));
        }
    }
    say(if is_trial {
        "\nFile and records agree. It was a trial: nothing was kept."
    } else {
        "\nFile and records agree."
    });
}
