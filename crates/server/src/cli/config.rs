//! How an installation is told where it lives: flags, then the environment, then one file, then
//! what is usual.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use serde::Deserialize;

use super::Fault;
use crate::Options;
use crate::identity::Cost;
use crate::notices::Mail;

/// What is logged where nothing else is asked for: ours in full, of others what went wrong.
const USUALLY: &str = "warn,server=info,db=info";

/// What `serve`, `migrate` and `doctor` can be told.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct Flags {
    /// A TOML file with the same names, as in listen = "0.0.0.0:80".
    #[arg(long, env = "WUWEI_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The address to serve at; port 0 takes a free one [default: 127.0.0.1:8080].
    #[arg(long, env = "WUWEI_LISTEN", value_name = "ADDR:PORT")]
    pub listen: Option<SocketAddr>,
    /// sqlite:FILE or postgres://… [default: a file in the data folder].
    #[arg(long, env = "WUWEI_DATABASE", value_name = "URL", hide_env_values = true)]
    pub database: Option<String>,
    /// The folder for the database and the files [default: var/data].
    #[arg(long, env = "WUWEI_DATA", value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Where files are kept: a folder, or `s3://bucket/prefix` [default: files in the data folder].
    #[arg(long, env = "WUWEI_FILES", value_name = "PLACE")]
    pub files: Option<String>,
    /// A number from 0 to 1023 that no other process of this database has [default: 0].
    #[arg(long, env = "WUWEI_NODE", value_name = "N",
          value_parser = clap::value_parser!(i64).range(0..1024))]
    pub node: Option<i64>,
    /// The address that residents use, for printed codes, as in `https://street.example`.
    #[arg(long, env = "WUWEI_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,
    /// Cookies for HTTPS only: say so where TLS ends in front of this program.
    #[arg(long, env = "WUWEI_SECURE_COOKIES", num_args = 0..=1, default_missing_value = "true")]
    pub secure_cookies: Option<bool>,
    /// Figures at /metrics for everybody, not for this machine alone.
    #[arg(long, env = "WUWEI_METRICS_OPEN", num_args = 0..=1, default_missing_value = "true")]
    pub metrics_open: Option<bool>,
    /// A server that takes our mail: `smtp://user:password@host:port` or `smtps://…`.
    #[arg(long, env = "WUWEI_SMTP_URL", value_name = "URL", hide_env_values = true)]
    pub smtp_url: Option<String>,
    /// Whom mail comes from, as in `wuwei@street.example`.
    #[arg(long, env = "WUWEI_MAIL_FROM", value_name = "ADDRESS")]
    pub mail_from: Option<String>,
    /// How the log is written to stderr [default: text].
    #[arg(long, env = "WUWEI_LOG", value_name = "FORM")]
    pub log: Option<LogForm>,
    /// What is logged, as in warn,server=debug [default: warn,server=info,db=info].
    #[arg(long, env = "WUWEI_LOG_FILTER", value_name = "FILTER")]
    pub log_filter: Option<String>,
}

/// What the environment says to a bucket: names such as `AWS_ACCESS_KEY_ID`, and their values.
pub(super) type Outside = Vec<(String, String)>;

/// How the log is written.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(super) enum LogForm {
    /// Lines for people.
    #[default]
    Text,
    /// One object a line, for programs.
    Json,
}

/// The same as a file. An unknown name is refused: it may be one misspelt.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Named {
    listen: Option<SocketAddr>,
    database: Option<String>,
    data: Option<PathBuf>,
    files: Option<String>,
    node: Option<i64>,
    public_url: Option<String>,
    secure_cookies: Option<bool>,
    metrics_open: Option<bool>,
    smtp_url: Option<String>,
    mail_from: Option<String>,
    log: Option<LogForm>,
    log_filter: Option<String>,
    /// What a bucket wants to know, by the names of its environment.
    bucket: std::collections::BTreeMap<String, String>,
}

/// All that was said, or is usual.
#[derive(Clone, Debug)]
pub(super) struct Config {
    pub listen: SocketAddr,
    pub data: PathBuf,
    pub metrics_open: bool,
    pub log: LogForm,
    pub log_filter: String,
    pub options: Options,
}

impl Flags {
    /// Reads the file, if one is named, and puts all together; `data` is the usual folder.
    pub(super) fn read(self, data: &str, outside: Outside) -> Result<Config, Fault> {
        let named = self.config.as_deref().map(Named::read).transpose()?.unwrap_or_default();
        let data = self.data.or(named.data).unwrap_or_else(|| data.into());
        let within = |name: &str| data.join(name).to_string_lossy().into_owned();
        let usual = || format!("sqlite:{}", within("wuwei.sqlite"));
        let mail = mail(self.smtp_url.or(named.smtp_url), self.mail_from.or(named.mail_from))?;
        let options = Options {
            database: self.database.or(named.database).unwrap_or_else(usual),
            files: self.files.or(named.files).unwrap_or_else(|| within("files")),
            // What the file says comes last, and counts.
            bucket: outside.into_iter().chain(named.bucket).collect(),
            node: self.node.or(named.node).unwrap_or_default(),
            public_url: self.public_url.or(named.public_url).unwrap_or_default(),
            secure: self.secure_cookies.or(named.secure_cookies).unwrap_or_default(),
            mail,
            cost: Cost::default(),
        };
        if !(0..1024).contains(&options.node) {
            return Err(Fault::new("node is a number from 0 to 1023; change it in the file"));
        }
        let usual = SocketAddr::from(([127, 0, 0, 1], 8080));
        Ok(Config {
            listen: self.listen.or(named.listen).unwrap_or(usual),
            data,
            metrics_open: self.metrics_open.or(named.metrics_open).unwrap_or_default(),
            log: self.log.or(named.log).unwrap_or_default(),
            log_filter: self.log_filter.or(named.log_filter).unwrap_or_else(|| USUALLY.into()),
            options,
        })
    }
}

/// Both or neither: a letter has a server and a sender. What was said is not repeated, for it may
/// hold a password.
fn mail(url: Option<String>, from: Option<String>) -> Result<Option<Mail>, Fault> {
    match (url, from) {
        (None, None) => Ok(None),
        (Some(url), Some(from)) => Mail::new(&url, &from).map(Some).map_err(|bad| {
            Fault::new(format!("{bad}; correct --smtp-url and --mail-from, or leave them out"))
        }),
        _ => Err(Fault::new("mail needs both: say --smtp-url and --mail-from, or neither")),
    }
}

impl Named {
    fn read(file: &Path) -> Result<Self, Fault> {
        let shown = file.display();
        let text = std::fs::read_to_string(file).map_err(|error| {
            Fault::new(format!(
                "the file {shown} cannot be read ({error}); check the name after --config and \
                 that this user may read it"
            ))
        })?;
        toml::from_str(&text).map_err(|error| {
            let line = error.span().map_or(1, |span| 1 + text[..span.start].matches('\n').count());
            let what = error.message();
            Fault::new(format!(
                "line {line} of {shown} makes no sense ({what}); correct it or leave it out"
            ))
        })
    }
}

impl Config {
    /// Makes the folders that the database and the files are to lie in.
    pub(super) fn make_folders(&self) -> Result<(), Fault> {
        let mut folders = Vec::new();
        if let Some(file) = self.sqlite_file() {
            folders.extend(file.parent().map(Path::to_path_buf));
        }
        if !self.options.files.contains("://") {
            folders.push(PathBuf::from(&self.options.files));
        }
        for folder in folders.iter().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder).map_err(|error| {
                Fault::new(format!(
                    "the folder {} cannot be made ({error}); name another with --data",
                    folder.display()
                ))
            })?;
        }
        Ok(())
    }

    /// The file of a SQLite database.
    pub(super) fn sqlite_file(&self) -> Option<&Path> {
        self.options.database.strip_prefix("sqlite:").map(Path::new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, text: &str) -> PathBuf {
        let file = std::env::temp_dir().join(format!("wuwei-{name}-{}.toml", std::process::id()));
        std::fs::write(&file, text).unwrap();
        file
    }

    #[test]
    fn a_flag_counts_more_than_the_file_and_the_file_more_than_the_usual() {
        let config = file("order", "node = 7\nlisten = \"127.0.0.1:81\"\n[bucket]\na = \"b\"\n");
        let flags = Flags { config: Some(config), node: Some(9), ..Flags::default() };
        let read = flags.read("var/x", vec![]).unwrap();
        assert_eq!((read.options.node, read.listen.port()), (9, 81));
        assert_eq!(read.options.database, "sqlite:var/x/wuwei.sqlite");
        assert_eq!(read.options.bucket, [("a".to_owned(), "b".to_owned())]);
        let usual = Flags::default().read("var/x", vec![]).unwrap();
        assert_eq!(
            (usual.listen.to_string().as_str(), usual.log),
            ("127.0.0.1:8080", LogForm::Text)
        );
    }

    #[test]
    fn a_misspelt_name_in_the_file_is_told_with_its_line() {
        let config = file("misspelt", "node = 7\nlisen = \"127.0.0.1:81\"\n");
        let flags = Flags { config: Some(config), ..Flags::default() };
        let told = flags.read("var/x", vec![]).unwrap_err().to_string();
        assert!(told.starts_with("line 2 of ") && told.contains("lisen"), "{told}");
    }

    #[test]
    fn mail_has_a_server_and_a_sender_and_its_password_is_not_repeated() {
        let flags = |url: &str, from: Option<&str>| Flags {
            smtp_url: Some(url.to_owned()),
            mail_from: from.map(str::to_owned),
            ..Flags::default()
        };
        let read = flags("smtp://me:hidden@mail.example", Some("w@street.example"));
        assert!(read.read("var/x", vec![]).unwrap().options.mail.is_some());
        let without = flags("smtp://me:hidden@mail.example", None).read("var/x", vec![]);
        assert!(without.unwrap_err().to_string().contains("--mail-from"));
        let wrong = flags("mail://me:hidden@mail.example", Some("w@street.example"));
        let told = wrong.read("var/x", vec![]).unwrap_err().to_string();
        assert!(told.contains("smtp://") && !told.contains("hidden"), "{told}");
    }
}
