//! `wuwei doctor`: looks an installation over, one line a check.

use std::process::ExitCode;

use super::Fault;
use super::config::Config;

pub(super) async fn run(_config: Config) -> Result<ExitCode, Fault> {
    Ok(ExitCode::SUCCESS)
}
