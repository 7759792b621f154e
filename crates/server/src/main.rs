//! `wuwei`: one program for a neighbourhood. What it takes from outside enters here.

use std::process::ExitCode;

fn main() -> ExitCode {
    server::cli::main(std::env::args_os(), std::env::vars_os())
}
