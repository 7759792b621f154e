//! CSV and TSV, read piece by piece: of a file however large only one row is in memory here.

use std::io::Read;

use csv_core::ReadRecordResult;
use encoding_rs::{Decoder, DecoderResult, Encoding, GB18030, UTF_8};

use super::faults::{Bad, Faults};
use super::read::{Bounds, Rows};

/// How much is read at a time, in bytes.
const PIECE: usize = 64 << 10;
/// The most columns that a row has.
const COLUMNS: usize = 16_384;

/// Reads every row of `source`, whose cells stand between `between`, into `rows`.
pub fn read(
    source: impl Read,
    between: u8,
    encoding: Option<&str>,
    bounds: &Bounds,
    rows: &mut Rows<'_>,
) -> Result<(), Faults> {
    let mut pieces = Pieces::open(source, encoding, bounds.file)?;
    let mut records = Records::new(between, bounds.row);
    while let Some(piece) = pieces.next()? {
        records.take(piece.as_bytes(), rows)?;
    }
    records.end(rows)
}

/// A file as UTF-8, piece by piece.
struct Pieces<R> {
    source: R,
    encoding: &'static Encoding,
    decoder: Decoder,
    raw: Vec<u8>,
    text: String,
    /// Bytes so far, and the most there may be.
    taken: u64,
    most: u64,
    /// The lines of the pieces before this one.
    lines: usize,
    is_read: bool,
    is_over: bool,
}

impl<R: Read> Pieces<R> {
    fn open(source: R, encoding: Option<&str>, most: u64) -> Result<Self, Faults> {
        let mut pieces = Self {
            source,
            encoding: UTF_8,
            decoder: UTF_8.new_decoder(),
            raw: Vec::with_capacity(PIECE),
            text: String::new(),
            taken: 0,
            most,
            lines: 0,
            is_read: false,
            is_over: false,
        };
        pieces.fill()?;
        let named = encoding.and_then(|label| Encoding::for_label(label.as_bytes()));
        let marked = Encoding::for_bom(&pieces.raw).map(|(encoding, _)| encoding);
        pieces.encoding = marked.or(named).unwrap_or(UTF_8);
        pieces.decoder = pieces.encoding.new_decoder_with_bom_removal();
        Ok(pieces)
    }

    /// Reads on until there is a whole piece, or no more.
    fn fill(&mut self) -> Result<(), Faults> {
        while self.raw.len() < PIECE && !self.is_read {
            let wanted = u64::try_from(PIECE - self.raw.len()).unwrap_or_default();
            let read = (&mut self.source).take(wanted).read_to_end(&mut self.raw);
            let told = |error| Faults::whole(format!("it is no whole gzip file ({error})"));
            let read = read.map_err(told)?;
            self.is_read = read == 0;
            self.taken += read as u64;
            if self.taken > self.most {
                let most = self.most >> 20;
                let told = format!("it holds more than {most} MiB; split it into smaller files");
                return Err(Faults::whole(told));
            }
        }
        Ok(())
    }

    /// The next piece; nothing after the last.
    fn next(&mut self) -> Result<Option<&str>, Faults> {
        if self.is_over {
            return Ok(None);
        }
        self.fill()?;
        self.lines += self.text.matches('\n').count();
        self.text.clear();
        let room = self.decoder.max_utf8_buffer_length_without_replacement(self.raw.len());
        self.text.reserve(room.unwrap_or(PIECE * 4));
        let (result, read) = self.decoder.decode_to_string_without_replacement(
            &self.raw,
            &mut self.text,
            self.is_read,
        );
        if result != DecoderResult::InputEmpty {
            return Err(self.misread(read));
        }
        self.raw.clear();
        self.is_over = self.is_read;
        Ok(Some(&self.text))
    }

    /// Where a file stops being what it should be, and what it probably is.
    fn misread(&mut self, at: usize) -> Faults {
        if self.encoding != UTF_8 {
            let name = self.encoding.name();
            return Faults::whole(format!("it is not written in {name}; change encoding"));
        }
        let row = 1 + self.lines + self.text.matches('\n').count();
        let line = self.raw[..at].iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
        let guess = if self.is_gb18030(line) { "gb18030" } else { "windows-1252" };
        let reason = format!(
            "this is not UTF-8; it looks like {guess}: write encoding = \"{guess}\" into the \
             mapping, or save the file as UTF-8"
        );
        Bad { row, column: String::new(), reason }.into()
    }

    /// Whether all from a place of this piece to the end of the file could be GB18030.
    fn is_gb18030(&mut self, from: usize) -> bool {
        let mut decoder = GB18030.new_decoder_without_bom_handling();
        self.raw.drain(..from);
        loop {
            if self.fill().is_err() {
                return false;
            }
            self.text.clear();
            let room = decoder.max_utf8_buffer_length_without_replacement(self.raw.len());
            self.text.reserve(room.unwrap_or(PIECE * 4));
            let text = &mut self.text;
            let (result, _) =
                decoder.decode_to_string_without_replacement(&self.raw, text, self.is_read);
            self.raw.clear();
            if result != DecoderResult::InputEmpty || self.is_read {
                return result == DecoderResult::InputEmpty;
            }
        }
    }
}

/// Texts as rows of cells.
struct Records {
    core: csv_core::Reader,
    /// What a row holds so far, and where its cells end.
    row: Vec<u8>,
    ends: Vec<usize>,
    filled: usize,
    cells: usize,
    /// The line where the row begins.
    line: usize,
    /// Lines in which nothing stands at all, which the reader of rows does not count.
    skipped: usize,
    begins: bool,
}

impl Records {
    fn new(between: u8, longest: usize) -> Self {
        Self {
            core: csv_core::ReaderBuilder::new().delimiter(between).build(),
            row: vec![0; longest],
            ends: vec![0; COLUMNS],
            filled: 0,
            cells: 0,
            line: 1,
            skipped: 0,
            begins: true,
        }
    }

    /// Hands on every row that ends in `input`.
    fn take(&mut self, mut input: &[u8], rows: &mut Rows<'_>) -> Result<(), Faults> {
        while !input.is_empty() {
            if self.begins {
                let blank = input.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
                self.skipped += input[..blank].split(|&byte| byte == b'\n').count() - 1;
                input = &input[blank..];
                let line = usize::try_from(self.core.line()).unwrap_or(usize::MAX);
                self.line = line.saturating_add(self.skipped);
                self.begins = input.is_empty();
                continue;
            }
            input = &input[self.step(input, rows)?..];
        }
        Ok(())
    }

    /// Hands on the row that ends with the file.
    fn end(mut self, rows: &mut Rows<'_>) -> Result<(), Faults> {
        if !self.begins {
            self.step(&[], rows)?;
        }
        Ok(())
    }

    /// Reads at most to the end of a row; tells how many bytes were read.
    fn step(&mut self, input: &[u8], rows: &mut Rows<'_>) -> Result<usize, Faults> {
        let (row, ends) = (&mut self.row[self.filled..], &mut self.ends[self.cells..]);
        let (result, read, filled, cells) = self.core.read_record(input, row, ends);
        self.filled += filled;
        self.cells += cells;
        match result {
            ReadRecordResult::InputEmpty | ReadRecordResult::End => {}
            ReadRecordResult::Record => {
                let mut from = 0;
                let cells = self.ends[..self.cells].iter().map(|&end| {
                    let cell = String::from_utf8_lossy(&self.row[from..end]);
                    from = end;
                    cell.trim().to_owned()
                });
                rows.push(self.line, cells.collect())?;
                (self.filled, self.cells, self.begins) = (0, 0, true);
            }
            ReadRecordResult::OutputFull => {
                let most = self.row.len() >> 10;
                let reason = format!(
                    "the row is longer than {most} KiB up to here; is a quotation mark missing, \
                     or is this no table?"
                );
                let column = rows.column(self.cells);
                return Err(Bad { row: self.line, column, reason }.into());
            }
            ReadRecordResult::OutputEndsFull => {
                let reason = format!("the row has more than {COLUMNS} cells");
                return Err(Bad { row: self.line, column: String::new(), reason }.into());
            }
        }
        Ok(read)
    }
}
