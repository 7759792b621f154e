//! Sums of facts, by day and by month: what boards are read from.

mod store;

use domain::area::{AreaCode, Level};

#[cfg(test)]
pub(super) use store::{OF_AREA, OF_PARTS_SMALL, OF_PARTS_WIDE};
pub(super) use store::{add, all, forget, of_area, of_parts, put};

/// For how long facts are summed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grain {
    Day,
    Month,
}

/// The facts that are summed together.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    pub grain: Grain,
    pub level: Level,
    /// Empty for all categories.
    pub category: String,
    /// The number of the day, or of the first day of the month.
    pub day: i64,
    pub area: AreaCode,
}

impl Grain {
    pub(super) const ALL: [Grain; 2] = [Grain::Day, Grain::Month];

    /// The one of two that is this grain's: that of days, that of months.
    fn of<T: Copy>(self, [day, month]: [T; 2]) -> T {
        match self {
            Grain::Day => day,
            Grain::Month => month,
        }
    }
}
