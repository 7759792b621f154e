//! A file as rows of texts: CSV, TSV, either of them in gzip, or a workbook.

use std::io::Cursor;
use std::path::Path;

use calamine::{Data, Reader, Sheets, Xlsx};

use super::faults::{Bad, Faults};
use super::texts;

/// A header is looked for in so many rows: above it stands at most a title.
const HEADS: usize = 20;
/// So many columns are named where one is missing.
const NAMED: usize = 12;
/// What a cell takes in memory beside its letters, in bytes.
const CELL: usize = 40;

/// How much a file may hold: what is small on the disk may be endless unpacked.
pub struct Bounds {
    /// All of it, unpacked, in bytes.
    pub file: u64,
    /// One row, in bytes.
    pub row: usize,
    /// What is held in memory of all rows that say something, in bytes.
    pub held: usize,
}

/// The bounds of every import.
pub const BOUNDS: Bounds = Bounds { file: 2 << 30, row: 1 << 20, held: 1 << 30 };

/// The rows of a file.
#[derive(Debug, Default)]
pub struct Sheet {
    pub head: Vec<String>,
    /// The number of the row and what stands in it; rows where nothing stands are left out.
    pub rows: Vec<(usize, Vec<String>)>,
    /// How many rows were left out.
    pub blank: usize,
    /// What is wrong with rows that are wider or narrower than the header. They are among the rows,
    /// so that whatever else is wrong with them is told as well.
    pub misfits: Faults,
}

impl Sheet {
    /// The place of a column.
    pub fn place(&self, name: &str) -> Option<usize> {
        self.head.iter().position(|known| known == name)
    }
}

/// How a file is to be read.
pub struct Way<'a> {
    pub encoding: Option<&'a str>,
    pub sheet: Option<&'a str>,
    /// The columns that its header must have.
    pub wanted: &'a [&'a str],
    pub bounds: &'a Bounds,
}

/// Reads `bytes`, which were in the file `name`. What cannot be read is told by row and column.
pub fn read(name: &str, bytes: Vec<u8>, way: &Way<'_>) -> Result<Sheet, Faults> {
    let lower = name.to_lowercase();
    let (is_packed, inner) = match lower.strip_suffix(".gz") {
        Some(inner) => (true, inner),
        None => (false, lower.as_str()),
    };
    let end = Path::new(inner).extension().and_then(|end| end.to_str()).unwrap_or_default();
    let mut rows = Rows::new(way);
    let between = match end {
        "csv" | "txt" => b',',
        "tsv" | "tab" => b'\t',
        "xlsx" | "xlsm" | "xls" | "ods" if !is_packed => {
            rows.is_padded = true;
            workbook(bytes, way.sheet, &mut rows)?;
            return rows.end();
        }
        _ => {
            let told = format!("{name} is none of .csv, .tsv, .xlsx, or one of the first in .gz");
            return Err(Faults::whole(told));
        }
    };
    if is_packed {
        let packed = flate2::read::MultiGzDecoder::new(bytes.as_slice());
        texts::read(packed, between, way.encoding, way.bounds, &mut rows)?;
    } else {
        texts::read(bytes.as_slice(), between, way.encoding, way.bounds, &mut rows)?;
    }
    rows.end()
}

fn workbook(bytes: Vec<u8>, sheet: Option<&str>, rows: &mut Rows<'_>) -> Result<(), Faults> {
    let opened = calamine::open_workbook_auto_from_rs(Cursor::new(bytes));
    let mut book = opened
        .map_err(|error| Faults::whole(format!("the workbook cannot be opened ({error})")))?;
    let names = book.sheet_names();
    let Some(name) = sheet.map(str::to_owned).or_else(|| names.first().cloned()) else {
        return Err(Faults::whole("the workbook has no sheet".to_owned()));
    };
    if let Sheets::Xlsx(book) = &mut book
        && names.contains(&name)
    {
        return cell_by_cell(book, &name, rows);
    }
    let Ok(range) = book.worksheet_range(&name) else {
        let names = names.join(", ");
        return Err(Faults::whole(format!("there is no sheet {name:?}; there are {names}")));
    };
    let first = range.start().map_or(0, |(row, _)| row as usize);
    // A sheet may go on for tens of thousands of rows with nothing but a format in them.
    for (at, row) in range.rows().enumerate() {
        rows.push(first + at + 1, row.iter().map(cell).collect())?;
    }
    Ok(())
}

/// Reads a sheet as it is written, and not as large as it says it is: one cell in the last corner
/// would take all the memory there is.
fn cell_by_cell(
    book: &mut Xlsx<Cursor<Vec<u8>>>,
    name: &str,
    rows: &mut Rows<'_>,
) -> Result<(), Faults> {
    let told = |error| Faults::whole(format!("the sheet {name:?} cannot be read ({error})"));
    let mut cells = book.worksheet_cells_reader(name).map_err(told)?;
    let (mut row, mut length): (Option<u32>, usize) = (None, 0);
    let mut line: Vec<String> = Vec::new();
    while let Some(found) = cells.next_cell().map_err(told)? {
        let (at, column) = found.get_position();
        if let Some(before) = row.filter(|&before| before != at) {
            rows.push(before as usize + 1, std::mem::take(&mut line))?;
            length = 0;
        }
        row = Some(at);
        let text = cell(&Data::from(found.get_value().clone()));
        let column = column as usize;
        length += text.len();
        if length > rows.bounds.row {
            let reason = format!("the row is longer than {} KiB", rows.bounds.row >> 10);
            let column = rows.column(column);
            return Err(Bad { row: at as usize + 1, column, reason }.into());
        }
        if !text.is_empty() {
            line.resize(line.len().max(column + 1), String::new());
            line[column] = text;
        }
    }
    match row {
        Some(row) => rows.push(row as usize + 1, line),
        None => Ok(()),
    }
}

fn cell(data: &Data) -> String {
    match data {
        Data::Empty | Data::Error(_) => String::new(),
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => {
            text.trim().to_owned()
        }
        Data::Bool(is) => is.to_string(),
        Data::Int(number) => number.to_string(),
        Data::Float(number) => number.to_string(),
        // The serial number of a day, as a plain number in a cell without a format is.
        Data::DateTime(at) => at.as_f64().to_string(),
    }
}

/// Rows as they come: looks for the header in the first of them, and drops what is blank.
pub(super) struct Rows<'a> {
    wanted: &'a [&'a str],
    bounds: &'a Bounds,
    /// The first rows, until the header is found among them.
    first: Vec<(usize, Vec<String>)>,
    is_found: bool,
    /// Whether a row has no cells where nothing stands at its end, as in a workbook.
    is_padded: bool,
    /// What the rows take in memory, in bytes.
    held: usize,
    sheet: Sheet,
}

impl<'a> Rows<'a> {
    fn new(way: &Way<'a>) -> Self {
        let (wanted, bounds) = (way.wanted, way.bounds);
        let (first, sheet) = (Vec::new(), Sheet::default());
        Self { wanted, bounds, first, is_found: false, is_padded: false, held: 0, sheet }
    }

    /// Takes in one more row.
    pub fn push(&mut self, row: usize, cells: Vec<String>) -> Result<(), Faults> {
        if self.is_found {
            return self.take(row, cells);
        }
        self.first.push((row, cells));
        if self.first.len() == HEADS { self.find_head() } else { Ok(()) }
    }

    /// What a column is called.
    pub fn column(&mut self, at: usize) -> String {
        // Where there is no header either, the row that cannot be read is told first.
        let _ = if self.is_found { Ok(()) } else { self.find_head() };
        let known = self.sheet.head.get(at).filter(|name| !name.is_empty());
        known.cloned().unwrap_or_else(|| format!("cell {}", at + 1))
    }

    /// All of the file.
    fn end(mut self) -> Result<Sheet, Faults> {
        if !self.is_found {
            self.find_head()?;
        }
        Ok(self.sheet)
    }

    /// Finds the header among the first rows: the first of those that fit best.
    fn find_head(&mut self) -> Result<(), Faults> {
        let has = |row: &[String], name: &str| row.iter().any(|cell| cell == name);
        let found = |row: &[String]| self.wanted.iter().filter(|name| has(row, name)).count();
        let rows = self.first.iter().enumerate();
        let best = rows.max_by_key(|(at, (_, row))| (found(row), std::cmp::Reverse(*at)));
        let Some((at, (head_row, head))) = best else {
            return Err(Faults::whole("the file is empty".to_owned()));
        };
        let there: Vec<&str> =
            head.iter().map(String::as_str).filter(|cell| !cell.is_empty()).collect();
        let more = if there.len() > NAMED { ", …" } else { "" };
        let there = there[..there.len().min(NAMED)].join(", ");
        let mut missing = Faults::default();
        for name in self.wanted.iter().filter(|name| !has(head, name)) {
            let reason = format!("there is no such column; there are {there}{more}");
            missing.push(Bad { row: *head_row, column: (*name).to_owned(), reason });
        }
        if !missing.is_empty() {
            return Err(missing);
        }
        self.is_found = true;
        let mut rows = std::mem::take(&mut self.first).into_iter().skip(at);
        self.sheet.head = rows.next().map(|(_, head)| head).unwrap_or_default();
        rows.try_for_each(|(row, cells)| self.take(row, cells))
    }

    /// Takes in a row below the header. One that is wider or narrower is told, for nobody knows
    /// which of its cells is which.
    fn take(&mut self, row: usize, mut cells: Vec<String>) -> Result<(), Faults> {
        if cells.iter().all(|cell| cell.trim_matches(['\u{3000}', ' ']).is_empty()) {
            self.sheet.blank += 1;
            return Ok(());
        }
        let width = self.sheet.head.len();
        if self.is_padded {
            cells.resize(width, String::new());
        }
        while cells.len() > width && cells.last().is_some_and(String::is_empty) {
            cells.pop();
        }
        if cells.len() != width {
            let reason = format!("the row has {} cells, its header {width}", cells.len());
            // The first that is missing, or the place of the first that has no column.
            let column = self.column(cells.len().min(width));
            self.sheet.misfits.push(Bad { row, column, reason });
        }
        self.held += cells.iter().map(|cell| cell.len() + CELL).sum::<usize>();
        if self.held > self.bounds.held {
            let most = self.bounds.held >> 20;
            let reason =
                format!("up to here the rows take {most} MiB; split the file into smaller ones");
            return Err(Bad { row, column: String::new(), reason }.into());
        }
        self.sheet.rows.push((row, cells));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    /// Reads a file within bounds; what is wrong with it is told, or with its rows.
    fn within(
        bounds: &Bounds,
        name: &str,
        bytes: &[u8],
        (encoding, wanted): (Option<&str>, &[&str]),
    ) -> Result<Sheet, Vec<Bad>> {
        let way = Way { encoding, sheet: None, wanted, bounds };
        let mut sheet = read(name, bytes.to_vec(), &way).map_err(|faults| faults.told().0)?;
        let misfits = std::mem::take(&mut sheet.misfits);
        if misfits.is_empty() { Ok(sheet) } else { Err(misfits.told().0) }
    }

    fn sheet(name: &str, bytes: &[u8], wanted: &[&str]) -> Result<Sheet, Vec<Bad>> {
        within(&BOUNDS, name, bytes, (None, wanted))
    }

    fn packed(text: impl Iterator<Item = &'static [u8]>) -> Vec<u8> {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        text.for_each(|piece| packed.write_all(piece).unwrap());
        packed.finish().unwrap()
    }

    #[test]
    fn marks_titles_and_blank_rows_are_no_data() {
        let text = "\u{feff}Requests of May,,\n,,\nid,kind,\n1,a,\n,,\n\u{3000},,\n2,\"b\nc\",\n";
        let sheet = sheet("a.csv", text.as_bytes(), &["id", "kind"]).unwrap();
        let found: Vec<(usize, &str)> =
            sheet.rows.iter().map(|(row, cells)| (*row, cells[1].as_str())).collect();
        assert_eq!((found, sheet.blank), (vec![(4, "a"), (7, "b\nc")], 2));
    }

    #[test]
    fn what_is_missing_or_does_not_fit_is_told_with_its_row() {
        let bad = sheet("a.tsv", b"id\tkind\n1\ta\n2\n3\ta\tb\n", &["id"]).unwrap_err();
        assert_eq!(bad.iter().map(|bad| bad.row).collect::<Vec<_>>(), [3, 4]);
        let bad = sheet("a.csv", b"id,kind\n1,a\n", &["id", "raised"]).unwrap_err();
        assert_eq!((bad[0].row, bad[0].column.as_str()), (1, "raised"));
        assert!(bad[0].reason.contains("id, kind"), "{bad:?}");
        assert!(sheet("a.pdf", b"", &[]).is_err() && sheet("a.csv.gz", b"no", &[]).is_err());
        assert!(sheet("a.xlsx", b"no", &[]).is_err() && sheet("a.csv", b"", &["id"]).is_err());
    }

    #[test]
    fn another_encoding_is_named_and_can_be_read() {
        let (bytes, ..) = encoding_rs::GB18030.encode("id,kind\n1,垃圾\n2,路灯\n");
        let bad = sheet("a.csv", &bytes, &["id"]).unwrap_err();
        assert!(bad[0].row == 2 && bad[0].reason.contains("gb18030"), "{bad:?}");
        let read = within(&BOUNDS, "a.csv", &bytes, (Some("gbk"), &["id"])).unwrap();
        assert_eq!(read.rows[1].1[1], "路灯");
        // Words that are cut in two where one piece ends and the next begins.
        for shift in 0..4 {
            let text = format!("id,kind\n1,{}路灯不亮\n2,\u{20bb7}\n", "a".repeat(65_518 + shift));
            let (bytes, ..) = encoding_rs::GB18030.encode(&text);
            let read = within(&BOUNDS, "a.csv", &bytes, (Some("gbk"), &["id"])).unwrap();
            assert!(read.rows[0].1[1].ends_with("a路灯不亮") && read.rows[1].1[1] == "\u{20bb7}");
            let read = sheet("a.csv", text.as_bytes(), &["id"]).unwrap();
            assert!(read.rows[0].1[1].ends_with("a路灯不亮"));
            assert_eq!(sheet("a.csv", &bytes, &["id"]).unwrap_err()[0].row, 2);
        }
    }

    #[test]
    fn a_packed_file_is_read_as_what_is_in_it() {
        let bytes = packed([b"id\n1\n".as_slice()].into_iter());
        assert_eq!(sheet("A.CSV.GZ", &bytes, &["id"]).unwrap().rows, [(2, vec!["1".to_owned()])]);
        assert!(sheet("a.csv.gz", &bytes[..bytes.len() - 4], &["id"]).is_err(), "it is cut off");
    }

    #[test]
    fn what_is_endless_unpacked_is_refused_where_it_is_too_much() {
        const A: &[u8] = &[b'a'; 1 << 20];
        let cell = [b"id,kind\n1,a\n\n\n2,\"".as_slice()].into_iter();
        let bytes = packed(cell.chain(std::iter::repeat_n(A, 32)));
        assert!(bytes.len() < 1 << 20, "it is small: {}", bytes.len());
        let bad = sheet("a.csv.gz", &bytes, &["id"]).unwrap_err();
        assert_eq!((bad[0].row, bad[0].column.as_str()), (5, "kind"), "{bad:?}");
        assert!(bad[0].reason.contains("1024 KiB"), "{bad:?}");
        let bounds = Bounds { file: 4 << 20, row: 1 << 10, held: 1 << 20 };
        let head = || [b"id,kind\n".as_slice()].into_iter();
        let told = |text: &'static [u8]| {
            let bytes = packed(head().chain(std::iter::repeat_n(text, 1 << 20)));
            within(&bounds, "a.csv.gz", &bytes, (None, &["id"])).unwrap_err().remove(0)
        };
        let blank = told(b",    \n");
        assert!(blank.row == 0 && blank.reason.contains("more than 4 MiB"), "{blank:?}");
        let rows = told(b"1,2\n");
        assert!(rows.row > 10_000 && rows.reason.contains("split"), "{rows:?}");
        let cells = told(b",");
        assert!(cells.row == 2 && cells.reason.contains("16384 cells"), "{cells:?}");
    }

    #[test]
    fn a_cell_in_the_last_corner_of_a_workbook_takes_no_room() {
        let mut book = rust_xlsxwriter::Workbook::new();
        let page = book.add_worksheet();
        page.write(0, 0, "id").unwrap().write(0, 1, "kind").unwrap();
        page.write(1, 0, "1").unwrap();
        page.write(1_048_575, 16_383, "far").unwrap();
        let bytes = book.save_to_buffer().unwrap();
        let read = sheet("a.xlsx", &bytes, &["id", "kind"]).unwrap();
        assert_eq!(read.rows[0], (2, vec!["1".to_owned(), String::new()]));
        assert_eq!(read.rows[1].0, 1_048_576, "it says something, if only beside the table");
    }

    #[test]
    fn a_workbook_with_a_merged_title_and_phantom_rows_is_read() {
        let mut book = rust_xlsxwriter::Workbook::new();
        let format = rust_xlsxwriter::Format::new().set_num_format("yyyy-mm-dd hh:mm");
        let sheet = book.add_worksheet();
        sheet.merge_range(0, 0, 0, 2, "Requests", &format).unwrap();
        for (at, name) in (0..).zip(["id", "kind", "raised"]) {
            sheet.write(1, at, name).unwrap();
        }
        sheet.write(2, 0, 7).unwrap().write(2, 1, "a").unwrap();
        sheet.write_with_format(2, 2, 43_594.5, &format).unwrap();
        for row in 3..5000 {
            sheet.write(row, 0, " ").unwrap();
        }
        let bytes = book.save_to_buffer().unwrap();
        let read = super::tests::sheet("a.xlsx", &bytes, &["id", "raised"]).unwrap();
        assert_eq!(read.rows, [(3, ["7", "a", "43594.5"].map(str::to_owned).to_vec())]);
        assert!(read.blank >= 4990, "{}", read.blank);
    }
}
