//! The inbox: what a reader was told, the newest first.

mod store;

pub use store::unread;
pub(super) use store::{add, list, load, read, read_all, sweep};

/// The most notices of one page: what [`super::Subjects::tell`] takes at once.
pub const LIMIT_MAX: usize = 50;

/// How many notices a reader has not read, as far as a bell needs to know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unread {
    /// At most a hundred are counted.
    pub count: i64,
    /// The newest of them; nought without any.
    pub newest: i64,
}

impl Unread {
    /// The count as a bell shows it; empty where all is read.
    #[must_use]
    pub fn shown(&self) -> String {
        match self.count {
            0 => String::new(),
            count if count > 99 => "99+".to_owned(),
            count => count.to_string(),
        }
    }
}
