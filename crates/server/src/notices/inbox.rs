//! The inbox: what a reader was told, unread first.

mod store;

pub use store::unread;
pub(super) use store::{add, list, load, piled, read, read_all, sweep};

use domain::id::NoticeId;

use super::Notice;

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

/// One page of notices.
#[derive(Clone, Debug)]
pub(super) struct Piled {
    pub notices: Vec<Notice>,
    /// Where the next page begins, if there is one.
    pub next: Option<After>,
}

/// A place in the pile: unread first, the newest of each first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct After {
    pub unread: bool,
    pub id: NoticeId,
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

impl std::fmt::Display for After {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}", if self.unread { "u" } else { "r" }, self.id)
    }
}

impl std::str::FromStr for After {
    type Err = domain::id::BadId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (unread, id) = match (text.strip_prefix('u'), text.strip_prefix('r')) {
            (Some(id), _) => (true, id),
            (_, Some(id)) => (false, id),
            _ => return Err(domain::id::BadId),
        };
        Ok(Self { unread, id: id.parse()? })
    }
}
