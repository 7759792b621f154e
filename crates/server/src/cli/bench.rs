//! `wuwei bench`: to come.

use std::process::ExitCode;

use clap::Args;

use super::Fault;

/// What `bench` can be told.
#[derive(Args, Debug)]
#[group(skip)]
pub(super) struct Flags {
    /// One object instead of a table.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(flags: &Flags) -> Result<ExitCode, Fault> {
    let _ = flags.json;
    Err(Fault::new("nothing is measured yet; a later version of this program does"))
}
