//! `wuwei`: one program for a neighbourhood. What it takes from outside enters here.

use std::process::ExitCode;

/// Memory that is given back goes back: hashing a password and reading photos take much for a
/// moment, and the usual allocator would keep it for good.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    server::cli::main(std::env::args_os(), std::env::vars_os())
}
