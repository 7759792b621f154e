//! The project as text: its files, and Rust taken apart into code, comments and literals.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

/// A text file of the project.
pub struct File {
    /// From the root of the project, with `/` between folders.
    pub path: String,
    pub text: String,
}

impl File {
    /// Whether this is a file of a kind such as `html`.
    pub fn is(&self, kind: &str) -> bool {
        Path::new(&self.path).extension().is_some_and(|known| known == kind)
    }
}

/// A Rust file taken apart.
pub struct Source {
    pub path: String,
    pub text: String,
    /// The text without comments; every literal is empty: `""`, `' '`. Lines stay where they are.
    pub code: String,
    pub literals: Vec<Literal>,
}

/// A text in quotation marks.
pub struct Literal {
    pub line: usize,
    /// Where its `""` begins in [`Source::code`].
    pub at: usize,
    pub value: String,
}

/// A place where a rule is broken.
#[derive(Debug)]
pub struct Finding {
    pub path: String,
    pub line: usize,
    pub what: String,
}

impl Finding {
    pub fn new(path: &str, line: usize, what: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, what: what.into() }
    }
}

/// Fails with every place where `rule` is broken.
pub fn hold(rule: &str, findings: &[Finding]) {
    let mut list = String::new();
    for Finding { path, line, what } in findings {
        let _ = writeln!(list, "  {path}:{line}: {what}");
    }
    assert!(findings.is_empty(), "{rule}\n{list}");
}

/// Fails unless `check` finds as many faults in this sample as it should: a rule that finds nothing
/// holds nothing.
pub fn bites(check: impl Fn(&Source) -> Vec<Finding>, path: &str, sample: &str, faults: usize) {
    let found = check(&Source::read(path.to_owned(), sample.to_owned()));
    assert_eq!(found.len(), faults, "of {sample:?} the rule says {found:?}");
}

/// Every Rust file below a folder such as `crates/server/src`.
pub fn rust(folder: &str) -> Vec<Source> {
    let files = below(folder).into_iter().filter(|file| file.is("rs"));
    files.map(|file| Source::read(file.path, file.text)).collect()
}

/// What is shipped: every Rust file below a folder, without the tests at its end.
pub fn shipped(folder: &str) -> Vec<Source> {
    let files = below(folder).into_iter().filter(|file| file.is("rs"));
    files.map(|file| Source::read(file.path, without_tests(&file.text).to_owned())).collect()
}

/// A text up to the tests at its end; they may do what the program may not.
pub fn without_tests(text: &str) -> &str {
    text.split("#[cfg(test)]\nmod ").next().unwrap_or(text)
}

/// Every text file below a folder, by path; what is built or downloaded is left out.
pub fn below(folder: &str) -> Vec<File> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("the folder is there").flatten() {
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            if path.is_dir() {
                if !["target", "var", "node_modules", ".git"].contains(&name.as_str()) {
                    folders.push(path);
                }
            } else if name == ".git" {
                // In a second working copy it is a file that leads to the first.
            } else if let Ok(text) = fs::read_to_string(&path) {
                found.push(File { path: short(&path), text });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

/// One file of the project.
pub fn file(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The slice of a path within the server, or the file's own name: `requests`, `app`.
pub fn module(path: &str) -> Option<&str> {
    let rest = path.strip_prefix("crates/server/src/")?;
    Some(rest.split('/').next()?.trim_end_matches(".rs"))
}

/// The words of a text: letters, digits and underscores that stand together.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty())
}

/// The number of the line that holds the byte `at`.
pub fn line_of(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}

impl Source {
    pub fn read(path: String, text: String) -> Self {
        let mut lexer = Lexer { rest: &text, line: 1, code: String::new(), literals: Vec::new() };
        while lexer.step() {}
        let Lexer { code, literals, .. } = lexer;
        Self { path, text, code, literals }
    }

    /// Where each of these is said in code: `(line, which)`.
    pub fn says<'a>(&'a self, things: &'a [&'a str]) -> impl Iterator<Item = (usize, &'a str)> {
        things.iter().flat_map(move |&thing| {
            let places = self.code.match_indices(thing);
            places.map(move |(at, _)| (line_of(&self.code, at), thing))
        })
    }
}

struct Lexer<'a> {
    rest: &'a str,
    line: usize,
    code: String,
    literals: Vec<Literal>,
}

impl Lexer<'_> {
    /// Takes the next comment, literal or sign; false at the end.
    fn step(&mut self) -> bool {
        let Some(first) = self.rest.chars().next() else { return false };
        let raw = self.rest.trim_start_matches('#');
        let hashes = self.rest.len() - raw.len();
        if self.rest.starts_with("//") {
            self.skip(self.rest.find('\n').unwrap_or(self.rest.len()));
        } else if self.rest.starts_with("/*") {
            self.skip(self.rest.find("*/").map_or(self.rest.len(), |at| at + 2));
        } else if raw.starts_with('"') && self.code.ends_with('r') {
            self.code.pop();
            let end = format!("\"{}", "#".repeat(hashes));
            let inside = &raw[1..];
            let length = inside.find(&end).unwrap_or(inside.len());
            self.literal(inside[..length].to_owned(), hashes + 1 + length + end.len());
        } else if first == '"' {
            let length = closing(&self.rest[1..]);
            self.literal(unescaped(&self.rest[1..=length]), length + 2);
        } else if first == '\'' && self.sign_length().is_some() {
            self.code.push_str("' '");
            self.skip(self.sign_length().expect("it was found before"));
        } else {
            self.code.push(first);
            self.line += usize::from(first == '\n');
            self.rest = &self.rest[first.len_utf8()..];
        }
        true
    }

    fn literal(&mut self, value: String, length: usize) {
        self.literals.push(Literal { line: self.line, at: self.code.len(), value });
        self.code.push_str("\"\"");
        self.skip(length);
    }

    /// Goes on by so many bytes; only their ends of line stay in the code.
    fn skip(&mut self, length: usize) {
        let lines = self.rest[..length.min(self.rest.len())].matches('\n').count();
        self.code.extend(std::iter::repeat_n('\n', lines));
        self.line += lines;
        self.rest = self.rest.get(length..).unwrap_or_default();
    }

    /// The length of a literal such as `'a'`; a lifetime has none.
    fn sign_length(&self) -> Option<usize> {
        let inside = self.rest.strip_prefix('\'')?;
        if inside.starts_with('\\') {
            return inside[2..].find('\'').map(|at| at + 4);
        }
        let length = inside.chars().next()?.len_utf8();
        inside[length..].starts_with('\'').then_some(length + 2)
    }
}

/// The length of a text up to its quotation mark.
fn closing(inside: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in inside.bytes().enumerate() {
        match byte {
            b'"' if !escaped => return at,
            b'\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    inside.len()
}

/// A line that ends in `\` goes on where the next one has its first sign.
fn unescaped(text: &str) -> String {
    let mut parts = text.split("\\\n");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |whole, part| whole + part.trim_start())
}

fn short(path: &Path) -> String {
    let path = path.strip_prefix(root()).expect("it lies below the root");
    path.to_string_lossy().replace('\\', "/")
}

fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).expect("the crate lies in crates/server").to_owned()
}

#[test]
fn comments_and_literals_are_told_from_code() {
    let text =
        "// \"no\"\nlet a = \"SELECT \\\n   1\"; let b: &'a str = r#\"x\"y\"#; '\"'; /* c\n */ d";
    let source = Source::read("a.rs".to_owned(), text.to_owned());
    let values: Vec<&str> = source.literals.iter().map(|it| it.value.as_str()).collect();
    assert_eq!(values, ["SELECT 1", "x\"y"]);
    assert_eq!(source.code, "\nlet a = \"\"\n; let b: &'a str = \"\"; ' '; \n d");
    assert_eq!(source.literals[1].line, 3);
}
