//! A list as a workbook: a sheet of rows with a head that stays and filters by itself, dates that
//! are dates, texts that are texts; and a sheet that says what it is.

use rust_xlsxwriter::{ExcelDateTime, Format, FormatAlign, Workbook, Worksheet, XlsxError};
use tokio::sync::mpsc;

use super::{AT_ONCE, Cell, Order, words};
use crate::App;
use crate::error::Error;
use crate::web::words::Phrase;

/// What a cell of a spreadsheet holds at most, in characters.
const CELL_LONGEST: usize = 32_000;

/// The whole workbook. Its rows go to a file as they come, and are packed at the end.
pub(super) async fn bytes(app: &App, order: &Order) -> Result<Vec<u8>, Error> {
    let (tell, rows) = mpsc::channel(2);
    let head: Vec<(&'static str, u16)> =
        words::COLUMNS.iter().map(|(name, width)| (order.lang.say(name), *width)).collect();
    let say = |phrase: Phrase| order.lang.say(phrase);
    let names = (say(words::LIST), say(words::ABOUT));
    let (about, zone) = (order.about(), order.settings.calendar.zone.clone());
    let lines = u32::try_from(order.ids.len()).unwrap_or(u32::MAX);
    let written =
        tokio::task::spawn_blocking(move || write(names, &head, &about, lines, &zone, rows));
    for ids in order.ids.chunks(AT_ONCE) {
        let rows = order.rows(app, ids).await?;
        if tell.send(rows).await.is_err() {
            break;
        }
    }
    drop(tell);
    let written = written.await.map_err(|_| Error::from(db::Error::Panicked))?;
    written.map_err(|error| Error::Files(error.to_string()))
}

fn write(
    (list, about_name): (&str, &str),
    head: &[(&str, u16)],
    about: &[(&str, String)],
    lines: u32,
    zone: &jiff::tz::TimeZone,
    mut rows: mpsc::Receiver<Vec<Vec<Cell>>>,
) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let bold = Format::new().set_bold().set_align(FormatAlign::Top);
    let moment = Format::new().set_num_format("yyyy-mm-dd hh:mm").set_align(FormatAlign::Top);
    let text = Format::new().set_text_wrap().set_align(FormatAlign::Top);
    let sheet = book.add_worksheet_with_constant_memory()?;
    sheet.set_name(list)?;
    for (column, (name, width)) in (0..).zip(head) {
        sheet.set_column_width(column, f64::from(*width))?;
        sheet.write_string_with_format(0, column, *name, &bold)?;
    }
    let columns = u16::try_from(head.len()).unwrap_or(1);
    sheet.set_freeze_panes(1, 1)?;
    sheet.autofilter(0, 0, lines.max(1), columns - 1)?;
    let mut at = 1;
    while let Some(some) = rows.blocking_recv() {
        for row in some {
            for (column, cell) in (0..).zip(&row) {
                put(sheet, (at, column), cell, zone, (&text, &moment))?;
            }
            at += 1;
        }
    }
    let sheet = book.add_worksheet();
    sheet.set_name(about_name)?;
    sheet.set_column_width(0, 16)?;
    sheet.set_column_width(1, 80)?;
    for (row, (name, value)) in (0..).zip(about) {
        sheet.write_string_with_format(row, 0, *name, &bold)?;
        sheet.write_string_with_format(row, 1, value, &text)?;
    }
    book.save_to_buffer()
}

/// One cell. A text is kept as a text, so that nothing in it is computed.
fn put(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    cell: &Cell,
    zone: &jiff::tz::TimeZone,
    (text_format, moment_format): (&Format, &Format),
) -> Result<(), XlsxError> {
    match cell {
        Cell::Text(text) if text.is_empty() => {}
        Cell::Text(text) => {
            let shown: String = text.chars().take(CELL_LONGEST).collect();
            sheet.write_string_with_format(row, column, shown, text_format)?;
        }
        Cell::Moment(None) | Cell::Number(None) => {}
        Cell::Moment(Some(at)) => {
            let wall = zone.to_datetime(*at);
            let part = |part: i8| u8::try_from(part).unwrap_or_default();
            let year = u16::try_from(wall.year()).unwrap_or(1970);
            let day = ExcelDateTime::from_ymd(year, part(wall.month()), part(wall.day()))?;
            let at = day.and_hms(part(wall.hour()).into(), part(wall.minute()), 0)?;
            sheet.write_datetime_with_format(row, column, &at, moment_format)?;
        }
        Cell::Number(Some(number)) => {
            let number = i32::try_from(*number).unwrap_or_default();
            sheet.write_number(row, column, f64::from(number))?;
        }
    }
    Ok(())
}
