//! A list as CSV (RFC 4180): with a mark by which spreadsheets know that it is UTF-8, and with no
//! cell that a spreadsheet would take for a formula.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use futures_core::Stream;
use tokio::sync::mpsc;

use super::{AT_ONCE, Cell, Order, words};
use crate::App;
use crate::error::Error;

/// By which spreadsheets know UTF-8.
const MARK: &str = "\u{feff}";

/// What is written, piece by piece, as fast as the reader takes it.
struct Pieces(mpsc::Receiver<Result<Bytes, Error>>);

impl Stream for Pieces {
    type Item = Result<Bytes, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().0.poll_recv(cx)
    }
}

/// The list as the body of an answer; never more of it is in memory than two hundred rows or so.
pub(super) fn body(app: App, order: Order) -> Body {
    let (tell, pieces) = mpsc::channel(2);
    tokio::spawn(async move {
        let head = words::COLUMNS.map(|(name, _)| Cell::Text(order.lang.say(name).to_owned()));
        let head = format!("{MARK}{}", lines(&order, &[head.into()]));
        if tell.send(Ok(head.into())).await.is_err() {
            return;
        }
        for ids in order.ids.chunks(AT_ONCE) {
            // What breaks off in the middle is seen to be broken: the answer does not end well.
            let piece = order.rows(&app, ids).await.map(|rows| lines(&order, &rows).into());
            let is_over = piece.is_err();
            if tell.send(piece).await.is_err() || is_over {
                return;
            }
        }
    });
    Body::from_stream(Pieces(pieces))
}

fn lines(order: &Order, rows: &[Vec<Cell>]) -> String {
    let mut text = String::new();
    for row in rows {
        let cells: Vec<String> = row.iter().map(|cell| quoted(&said(order, cell))).collect();
        text.push_str(&cells.join(","));
        text.push_str("\r\n");
    }
    text
}

fn said(order: &Order, cell: &Cell) -> String {
    let zone = &order.settings.calendar.zone;
    match cell {
        Cell::Text(text) => plain(text),
        Cell::Moment(at) => at.map_or_else(String::new, |at| {
            zone.to_datetime(at).strftime("%Y-%m-%d %H:%M").to_string()
        }),
        Cell::Number(number) => number.map_or_else(String::new, |number| number.to_string()),
    }
}

/// A text that no spreadsheet computes: one that begins like a formula is led by an apostrophe.
fn plain(text: &str) -> String {
    let first = text.trim_start_matches(' ').chars().next();
    let is_formula = first.is_some_and(|sign| "=+-@\t\r\n＝＋－＠".contains(sign));
    if is_formula { format!("'{text}") } else { text.to_owned() }
}

/// A cell in quotes where it needs them.
fn quoted(text: &str) -> String {
    let needs = |sign: char| ",\"\r\n".contains(sign);
    if text.contains(needs) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        for (text, shown) in [
            ("=1+1", "'=1+1"),
            ("+86", "'+86"),
            ("-3", "'-3"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\t=1"),
            ("\r=1", "'\r=1"),
            ("＝1+1", "'＝1+1"),
            ("＋86", "'＋86"),
            ("－3", "'－3"),
            ("＠x", "'＠x"),
            ("  =1", "'  =1"),
            ("1=1", "1=1"),
            ("路灯坏了", "路灯坏了"),
            ("", ""),
        ] {
            assert_eq!(plain(text), shown, "{text:?}");
        }
    }

    #[test]
    fn quotes_and_lines_stay_in_their_cell() {
        assert_eq!(quoted("a,b"), "\"a,b\"");
        assert_eq!(quoted("说“好”"), "说“好”");
        assert_eq!(quoted("a\"b"), "\"a\"\"b\"");
        assert_eq!(quoted("a\nb"), "\"a\nb\"");
    }
}
