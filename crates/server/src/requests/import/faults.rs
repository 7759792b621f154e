//! What is wrong with a file, as much of it as anybody reads, and how much more there is.

use serde::Serialize;

/// The most faults that are told; of the others only their number.
pub const TOLD: usize = 100;

/// One thing that is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Bad {
    /// The line of the file, or the row of the sheet; nought for the whole of it.
    pub row: usize,
    /// The column; empty for the whole row.
    pub column: String,
    pub reason: String,
}

/// Everything that is wrong with a file: the first hundred by their rows, and how many in all.
#[derive(Debug, Default)]
pub struct Faults {
    told: Vec<Bad>,
    all: usize,
}

impl Faults {
    /// One thing that is wrong with all of the file.
    #[must_use]
    pub fn whole(reason: String) -> Self {
        Bad { row: 0, column: String::new(), reason }.into()
    }

    /// Takes in one more; of very many only the first are held.
    pub fn push(&mut self, bad: Bad) {
        self.all += 1;
        self.told.push(bad);
        if self.told.len() >= 2 * TOLD {
            self.cut();
        }
    }

    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.all == 0
    }

    /// How many there are in all.
    #[must_use]
    pub fn count(&self) -> usize {
        self.all
    }

    /// Those that are told, by their rows, and how many there are beyond them.
    #[must_use]
    pub fn told(mut self) -> (Vec<Bad>, usize) {
        self.cut();
        let more = self.all - self.told.len();
        (self.told, more)
    }

    fn cut(&mut self) {
        self.told.sort_by_key(|bad| bad.row);
        self.told.truncate(TOLD);
    }
}

impl From<Bad> for Faults {
    fn from(bad: Bad) -> Self {
        Self { told: vec![bad], all: 1 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_hundred_are_told_and_the_others_counted() {
        let mut faults = Faults::default();
        for row in (1..=1000).rev() {
            faults.push(Bad { row, column: String::new(), reason: String::new() });
        }
        let (told, more) = faults.told();
        assert_eq!((told[0].row, told[99].row, told.len(), more), (1, 100, 100, 900));
    }
}
