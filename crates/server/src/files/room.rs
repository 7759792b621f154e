//! How much room a folder's disk has left, so that photos stop before the records do.

use std::io;
use std::path::Path;

/// Photos stop at 3 GiB free; the records themselves go read-only at 1 GiB.
pub const PHOTOS_FREE_MIN: u64 = 3 << 30;

/// The room on one disk, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// What this process may still write.
    pub free: u64,
    /// The disk as a whole.
    pub total: u64,
}

impl Room {
    /// Whether photos may still be written.
    #[must_use]
    pub fn takes_photos(self) -> bool {
        self.free >= PHOTOS_FREE_MIN
    }
}

/// The room on the disk that holds `folder`.
#[cfg(unix)]
pub fn room(folder: &Path) -> io::Result<Room> {
    let disk = nix::sys::statvfs::statvfs(folder)?;
    let blocks = |count: u64| count.saturating_mul(disk.fragment_size());
    Ok(Room { free: blocks(disk.blocks_available()), total: blocks(disk.blocks()) })
}

/// Where the system is not asked, there is room until a write says otherwise.
#[cfg(not(unix))]
pub fn room(folder: &Path) -> io::Result<Room> {
    folder.metadata().map(|_| Room { free: u64::MAX, total: u64::MAX })
}
