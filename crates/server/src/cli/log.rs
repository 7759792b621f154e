//! The log: on stderr, one line a happening, for people or for programs.
//!
//! Whoever logs names the happening and ids; never a person's name, a phone, a token or a password.

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt;

use super::config::{Config, LogForm};

/// Begins to log.
pub(super) fn begin(config: &Config) {
    begin_as(config.log, &config.log_filter);
}

/// The same without a configuration.
pub(super) fn begin_as(form: LogForm, filter: &str) {
    let filter = EnvFilter::new(filter);
    let log = fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // Somebody else may have begun already, in a test.
    let _ = match form {
        LogForm::Text => log.with_ansi(false).with_target(false).try_init(),
        LogForm::Json => log.json().flatten_event(true).try_init(),
    };
}

/// A panic is a line of the log, or of stderr before there is one; never a backtrace.
pub(super) fn tell_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let payload = panic.payload();
        let said = payload.downcast_ref::<&str>().copied();
        let said = said.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
        let said = said.unwrap_or_default();
        if tracing::dispatcher::has_been_set() {
            tracing::error!(place, said, "a panic");
        } else {
            eprintln!("wuwei: a mistake of ours at {place}: {said}.");
        }
    }));
}
