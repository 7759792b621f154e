//! How much one process takes on at once.

/// Connections at once, where the system allows as many: a street's phones and more.
const CONNECTIONS_MAX: usize = 8192;
/// Files that are open for other reasons than a connection: the database, photos, the log.
const OTHER_FILES: u64 = 200;

/// How many connections to hold at once. The system's limit on open files is raised as far as it
/// goes, for a browser holds a connection while its page is open.
#[cfg(unix)]
pub(super) fn connections() -> usize {
    use nix::sys::resource::{Resource, getrlimit, setrlimit};
    let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE) else { return CONNECTIONS_MAX / 16 };
    let wanted = hard.min(CONNECTIONS_MAX as u64 + OTHER_FILES);
    let open = match setrlimit(Resource::RLIMIT_NOFILE, wanted.max(soft), hard) {
        Ok(()) => wanted.max(soft),
        Err(_) => soft,
    };
    let left = usize::try_from(open.saturating_sub(OTHER_FILES)).unwrap_or(CONNECTIONS_MAX);
    left.clamp(16, CONNECTIONS_MAX)
}

#[cfg(not(unix))]
pub(super) fn connections() -> usize {
    CONNECTIONS_MAX
}
