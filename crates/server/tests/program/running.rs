//! The real program, run as anybody would run it, and a small client that speaks HTTP to it.

use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// The program under test.
const WUWEI: &str = env!("CARGO_BIN_EXE_wuwei");
/// Longer than anything here takes, on a machine that does much else.
const PATIENCE: Duration = Duration::from_mins(1);

/// A folder of this test's own, which is not there yet.
pub fn folder(name: &str) -> PathBuf {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = format!("{name}-{}-{count}", std::process::id());
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    folder
}

/// A server for databases of PostgreSQL, where the tests are given one.
pub fn server() -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "tests choose their database here")]
    std::env::var("TEST_POSTGRES").ok()
}

/// A new database on `server`: its address.
pub fn database(server: &str, name: &str) -> String {
    let name = format!("{name}_{}", std::process::id());
    let url = format!("{server}/postgres");
    let mut root = postgres::Client::connect(&url, postgres::NoTls).unwrap();
    root.batch_execute(&format!("DROP DATABASE IF EXISTS {name}")).unwrap();
    root.batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
    format!("{server}/{name}")
}

/// The program with these arguments, hearing nothing of the environment of the tests.
pub fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(WUWEI);
    command.args(arguments).env_clear().env("RUST_BACKTRACE", "1").stdin(Stdio::null());
    command
}

/// Runs the program to its end.
pub fn run(arguments: &[&str]) -> std::process::Output {
    command(arguments).output().unwrap()
}

/// The program while it serves; it is killed when this goes.
pub struct Running {
    pub child: Child,
    /// `127.0.0.1:54321`.
    pub address: String,
    /// From the start of the program to its first answer.
    pub ready_after: Duration,
}

impl Running {
    /// Starts the program at a free port and waits until it answers.
    pub fn start(arguments: &[&str]) -> Self {
        let begun = Instant::now();
        let mut command = command(arguments);
        command.args(["--listen", "127.0.0.1:0"]).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let url = lines.find_map(|line| {
            let line = line.unwrap();
            let (_, url) = line.split_once("http://")?;
            Some(url.split(['"', '/', ' ']).next().unwrap().to_owned())
        });
        // Whatever else it prints shall not stop it.
        std::thread::spawn(move || lines.for_each(drop));
        let address = url.unwrap_or_else(|| panic!("{:?}: {arguments:?}", child.wait()));
        let answer = Client::new(&address).get("/readyz").unwrap();
        assert_eq!(answer.status, 200, "{answer:?}");
        Self { child, address, ready_after: begun.elapsed() }
    }

    pub fn client(&self) -> Client {
        Client::new(&self.address)
    }

    /// Ends it as a power cut would.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to end.
    pub fn terminate(&self) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    }

    /// How it ended, which it must do soon.
    pub fn ended(&mut self) -> ExitStatus {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(begun.elapsed() < PATIENCE, "it does not end");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One connection that is kept.
pub struct Client {
    address: String,
    stream: Option<BufReader<TcpStream>>,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    /// By their names in small letters.
    pub headers: HashMap<String, String>,
    pub body: String,
}

impl Answer {
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

impl Client {
    pub fn new(address: &str) -> Self {
        Self { address: address.to_owned(), stream: None }
    }

    pub fn get(&mut self, path: &str) -> io::Result<Answer> {
        self.send(&format!("GET {path} HTTP/1.1\r\nHost: {}\r\n\r\n", self.address))?;
        self.receive()
    }

    /// Posts JSON under an idempotency key.
    pub fn post(&mut self, path: &str, key: &str, json: &str) -> io::Result<Answer> {
        self.send(&format!("{}{json}", self.head(path, key, json.len())))?;
        self.receive()
    }

    /// The head of a post whose body has so many bytes.
    pub fn head(&self, path: &str, key: &str, length: usize) -> String {
        format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\n\
             Idempotency-Key: {key}\r\nContent-Length: {length}\r\n\r\n",
            self.address
        )
    }

    pub fn send(&mut self, text: &str) -> io::Result<()> {
        let stream = match &mut self.stream {
            Some(stream) => stream,
            none => {
                let stream = TcpStream::connect(&self.address)?;
                stream.set_nodelay(true)?;
                stream.set_read_timeout(Some(PATIENCE))?;
                none.insert(BufReader::new(stream))
            }
        };
        stream.get_mut().write_all(text.as_bytes())
    }

    pub fn receive(&mut self) -> io::Result<Answer> {
        let stream = self.stream.as_mut().ok_or(io::ErrorKind::NotConnected)?;
        let mut line = String::new();
        let mut next = |stream: &mut BufReader<TcpStream>| {
            line.clear();
            match stream.read_line(&mut line)? {
                0 => Err(io::Error::from(io::ErrorKind::UnexpectedEof)),
                _ => Ok(line.trim_end().to_owned()),
            }
        };
        let first = next(stream)?;
        let status = first.split(' ').nth(1).and_then(|status| status.parse().ok());
        let status = status.ok_or(io::ErrorKind::InvalidData)?;
        let mut headers = HashMap::new();
        loop {
            let line = next(stream)?;
            let Some((name, value)) = line.split_once(':') else { break };
            headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
        }
        let length = headers.get("content-length").and_then(|length| length.parse().ok());
        let mut body = vec![0; length.unwrap_or(0)];
        stream.read_exact(&mut body)?;
        let body = String::from_utf8(body).map_err(|_| io::ErrorKind::InvalidData)?;
        Ok(Answer { status, headers, body })
    }
}
