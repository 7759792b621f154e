//! A file as rows of texts: CSV, TSV, either of them in gzip, or a workbook.

use std::io::{Cursor, Read};
use std::path::Path;

use calamine::{Data, Reader};
use encoding_rs::{Encoding, GB18030, UTF_8};

use super::Bad;

/// A header is looked for in so many rows: above it stands at most a title.
const HEADS: usize = 20;
/// So many columns are named where one is missing.
const NAMED: usize = 12;
/// The most bytes that a packed file may hold.
const LARGEST: u64 = 2 << 30;

/// The rows of a file, all as wide as its header.
#[derive(Debug, Default)]
pub struct Sheet {
    pub head: Vec<String>,
    /// The number of the row and what stands in it; rows where nothing stands are left out.
    pub rows: Vec<(usize, Vec<String>)>,
    /// How many rows were left out.
    pub blank: usize,
}

impl Sheet {
    /// The place of a column.
    pub fn place(&self, name: &str) -> Option<usize> {
        self.head.iter().position(|known| known == name)
    }
}

/// What a file is, by its name.
enum Form {
    /// Texts between these.
    Texts(u8),
    Workbook,
}

/// How a file is to be read.
pub struct Way<'a> {
    pub encoding: Option<&'a str>,
    pub sheet: Option<&'a str>,
    /// The columns that its header must have.
    pub wanted: &'a [&'a str],
}

/// Reads `bytes`, which were in the file `name`. What cannot be read is told by row and column.
pub fn read(name: &str, bytes: Vec<u8>, way: &Way<'_>) -> Result<Sheet, Vec<Bad>> {
    let lower = name.to_lowercase();
    let (bytes, inner) = match lower.strip_suffix(".gz") {
        Some(inner) => (unpacked(&bytes)?, inner.to_owned()),
        None => (bytes, lower),
    };
    let end = Path::new(&inner).extension().and_then(|end| end.to_str()).unwrap_or_default();
    let form = match end {
        "csv" | "txt" => Form::Texts(b','),
        "tsv" | "tab" => Form::Texts(b'\t'),
        "xlsx" | "xlsm" | "xls" | "ods" => Form::Workbook,
        _ => return whole(format!("{name} is none of .csv, .tsv, .xlsx, or one of them in .gz")),
    };
    let mut bad = Vec::new();
    let rows = match form {
        Form::Texts(between) => texts(&bytes, between, way.encoding, &mut bad)?,
        Form::Workbook => workbook(bytes, way.sheet)?,
    };
    let sheet = under_head(rows, way.wanted, &mut bad)?;
    if bad.is_empty() { Ok(sheet) } else { Err(bad) }
}

/// One thing that is wrong with all of the file.
fn whole<T>(reason: String) -> Result<T, Vec<Bad>> {
    Err(vec![Bad { row: 0, column: String::new(), reason }])
}

fn unpacked(bytes: &[u8]) -> Result<Vec<u8>, Vec<Bad>> {
    let mut out = Vec::new();
    let read = flate2::read::MultiGzDecoder::new(bytes).take(LARGEST + 1).read_to_end(&mut out);
    match read {
        Err(error) => whole(format!("it is no whole gzip file ({error})")),
        Ok(_) if out.len() as u64 > LARGEST => whole("it holds more than 2 GiB".to_owned()),
        Ok(_) => Ok(out),
    }
}

type Rows = Vec<(usize, Vec<String>)>;

fn texts(
    bytes: &[u8],
    between: u8,
    encoding: Option<&str>,
    bad: &mut Vec<Bad>,
) -> Result<Rows, Vec<Bad>> {
    let named = encoding.and_then(|label| Encoding::for_label(label.as_bytes()));
    let marked = Encoding::for_bom(bytes).map(|(encoding, _)| encoding);
    let encoding = marked.or(named).unwrap_or(UTF_8);
    if encoding == UTF_8
        && let Err(error) = std::str::from_utf8(bytes)
    {
        return Err(vec![not_utf8(bytes, error.valid_up_to())]);
    }
    let (text, _, is_wrong) = encoding.decode(bytes);
    if is_wrong {
        return whole(format!("it is not written in {}; change encoding", encoding.name()));
    }
    let mut reader = csv::ReaderBuilder::new();
    let reader = reader.delimiter(between).has_headers(false).flexible(true);
    let mut rows = Rows::new();
    for record in reader.from_reader(text.as_bytes()).records() {
        match record {
            Ok(record) => {
                let row = record.position().map_or(0, csv::Position::line);
                let row = usize::try_from(row).unwrap_or(usize::MAX);
                rows.push((row, record.iter().map(|cell| cell.trim().to_owned()).collect()));
            }
            Err(error) => {
                let line = error.position().map_or(0, csv::Position::line);
                let row = usize::try_from(line).unwrap_or(usize::MAX);
                let reason = format!("the row cannot be read: {error}");
                bad.push(Bad { row, column: String::new(), reason });
            }
        }
    }
    Ok(rows)
}

/// Where a file stops being UTF-8, and what it probably is.
fn not_utf8(bytes: &[u8], at: usize) -> Bad {
    let row = bytes[..at].split(|&byte| byte == b'\n').count();
    let (_, _, is_wrong) = GB18030.decode(bytes);
    let guess = if is_wrong { "windows-1252" } else { "gb18030" };
    let reason = format!(
        "this is not UTF-8; it looks like {guess}: write encoding = \"{guess}\" into the mapping, \
         or save the file as UTF-8"
    );
    Bad { row, column: String::new(), reason }
}

fn workbook(bytes: Vec<u8>, sheet: Option<&str>) -> Result<Rows, Vec<Bad>> {
    let opened = calamine::open_workbook_auto_from_rs(Cursor::new(bytes));
    let mut book = match opened {
        Ok(book) => book,
        Err(error) => return whole(format!("the workbook cannot be opened ({error})")),
    };
    let names = book.sheet_names();
    let Some(name) = sheet.map(str::to_owned).or_else(|| names.first().cloned()) else {
        return whole("the workbook has no sheet".to_owned());
    };
    let Ok(range) = book.worksheet_range(&name) else {
        return whole(format!("there is no sheet {name:?}; there are {}", names.join(", ")));
    };
    let first = range.start().map_or(0, |(row, _)| row as usize);
    let rows = range.rows().enumerate();
    // A sheet may go on for tens of thousands of rows with nothing but a format in them.
    let rows = rows.map(|(at, row)| (first + at + 1, row.iter().map(cell).collect()));
    Ok(rows.collect())
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

/// Finds the header and drops what is blank. A row that is wider or narrower than its header is
/// told, for nobody knows which of its cells is which.
fn under_head(rows: Rows, wanted: &[&str], bad: &mut Vec<Bad>) -> Result<Sheet, Vec<Bad>> {
    let has = |row: &[String], name: &&&str| row.iter().any(|cell| cell == **name);
    let found = |row: &[String]| wanted.iter().filter(|name| has(row, name)).count();
    let heads = rows.iter().take(HEADS).enumerate();
    // The first of those that fit best.
    let best = heads.max_by_key(|(at, (_, row))| (found(row), std::cmp::Reverse(*at)));
    let Some((at, (head_row, head))) = best else {
        return whole("the file is empty".to_owned());
    };
    let there: Vec<&str> =
        head.iter().map(String::as_str).filter(|cell| !cell.is_empty()).collect();
    let more = if there.len() > NAMED { ", …" } else { "" };
    let there = there[..there.len().min(NAMED)].join(", ");
    let missing = wanted.iter().filter(|name| !has(head, name)).map(|name| Bad {
        row: *head_row,
        column: (*name).to_owned(),
        reason: format!("there is no such column; there are {there}{more}"),
    });
    let missing: Vec<Bad> = missing.collect();
    if !missing.is_empty() {
        return Err(missing);
    }
    let mut sheet = Sheet { head: head.clone(), ..Sheet::default() };
    let width = sheet.head.len();
    for (row, mut cells) in rows.into_iter().skip(at + 1) {
        if cells.iter().all(|cell| cell.trim_matches(['\u{3000}', ' ']).is_empty()) {
            sheet.blank += 1;
            continue;
        }
        while cells.len() > width && cells.last().is_some_and(String::is_empty) {
            cells.pop();
        }
        if cells.len() != width {
            let told = format!("the row has {} cells, its header {width}", cells.len());
            // The first that is missing, or the place of the first that has no column.
            let beyond = || format!("cell {}", width + 1);
            let column = sheet.head.get(cells.len()).cloned().unwrap_or_else(beyond);
            bad.push(Bad { row, column, reason: told });
            continue;
        }
        sheet.rows.push((row, cells));
    }
    Ok(sheet)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn sheet(name: &str, bytes: &[u8], wanted: &[&str]) -> Result<Sheet, Vec<Bad>> {
        read(name, bytes.to_vec(), &Way { encoding: None, sheet: None, wanted })
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
        let (bytes, ..) = GB18030.encode("id,kind\n1,垃圾\n2,路灯\n");
        let bad = sheet("a.csv", &bytes, &["id"]).unwrap_err();
        assert!(bad[0].row == 2 && bad[0].reason.contains("gb18030"), "{bad:?}");
        let way = Way { encoding: Some("gbk"), sheet: None, wanted: &["id"] };
        assert_eq!(read("a.csv", bytes.to_vec(), &way).unwrap().rows[1].1[1], "路灯");
    }

    #[test]
    fn a_packed_file_is_read_as_what_is_in_it() {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(b"id\n1\n").unwrap();
        let bytes = packed.finish().unwrap();
        assert_eq!(sheet("A.CSV.GZ", &bytes, &["id"]).unwrap().rows, [(2, vec!["1".to_owned()])]);
        assert!(sheet("a.csv.gz", &bytes[..bytes.len() - 4], &["id"]).is_err(), "it is cut off");
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
