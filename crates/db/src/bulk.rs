//! One statement for many rows: `INSERT INTO … VALUES ($1, $2), ($3, $4), …`.

use std::collections::HashMap;
use std::fmt::Write;
use std::sync::{LazyLock, Mutex, PoisonError};

use crate::tx::place_of;
use crate::{Error, Param};

/// The most values of one statement: far below what the engines can (32,766 and 65,535), because
/// SQLite looks for each placeholder among all that stand before it.
const VALUES: usize = 2000;

/// Statements by where their heads stand and how many rows they take. Heads are texts of the
/// program and rows are powers of two, so they are few, and each is prepared once.
static TEXTS: LazyLock<Mutex<HashMap<Head, &'static str>>> = LazyLock::new(Mutex::default);

type Head = ((usize, usize), usize, usize);

type Piece<'a, 'b> = (&'static str, &'a [Param<'b>]);

/// The statements for these rows, each with its values.
pub fn pieces<'a, 'b>(
    head: &'static str,
    columns: usize,
    mut cells: &'a [Param<'b>],
) -> Result<Vec<Piece<'a, 'b>>, Error> {
    if columns == 0 || columns > VALUES || !cells.len().is_multiple_of(columns) {
        let told = format!("{} values are no rows of {columns} columns", cells.len());
        return Err(Error::Other(told));
    }
    let mut pieces = Vec::new();
    while !cells.is_empty() {
        let rows = (cells.len() / columns).min(VALUES / columns);
        // The greatest power of two that is not above.
        let rows = 1 << rows.ilog2();
        let (now, later) = cells.split_at(rows * columns);
        pieces.push((text(head, columns, rows), now));
        cells = later;
    }
    Ok(pieces)
}

/// The statement for so many rows.
fn text(head: &'static str, columns: usize, rows: usize) -> &'static str {
    let mut texts = TEXTS.lock().unwrap_or_else(PoisonError::into_inner);
    texts.entry((place_of(head), columns, rows)).or_insert_with(|| {
        let mut sql = format!("{} VALUES ", head.trim_end());
        for row in 0..rows {
            sql.push_str(if row == 0 { "(" } else { ", (" });
            for column in 1..=columns {
                let comma = if column == 1 { "" } else { ", " };
                let number = row * columns + column;
                write!(sql, "{comma}${number}").expect("a text takes what is written");
            }
            sql.push(')');
        }
        // Connections know a statement by its place for as long as they live.
        Box::leak(sql.into_boxed_str())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_in_powers_of_two_and_none_is_left_out() {
        let cells = vec![Param::Number(7); 3 * 1501];
        let pieces = pieces("INSERT INTO a (b, c, d)", 3, &cells).unwrap();
        let rows: Vec<usize> = pieces.iter().map(|(_, cells)| cells.len() / 3).collect();
        assert_eq!(rows, [512, 512, 256, 128, 64, 16, 8, 4, 1]);
        assert!(std::ptr::eq(pieces[0].0, pieces[1].0), "one text for all of one length");
        assert_eq!(pieces[8].0, "INSERT INTO a (b, c, d) VALUES ($1, $2, $3)");
        assert!(pieces[7].0.ends_with("), ($10, $11, $12)"), "{}", pieces[7].0);
        assert!(super::pieces("INSERT INTO a (b, c)", 2, &cells).is_err(), "a row is not whole");
    }
}
