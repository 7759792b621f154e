//! A mail server and a gateway that listen on this machine, take what comes, and refuse or hang up
//! as a test tells them.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use server::notices::{secret_of, signature};

/// What a mail server does with the next letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// Refuses the one it is for, with this code.
    Refuses(u16),
    /// Hangs up in the middle of the letter.
    HangsUp,
}

/// A letter as it came in.
#[derive(Clone, Debug)]
pub struct Letter {
    pub from: String,
    pub to: String,
    pub data: String,
}

/// A mail server.
#[derive(Clone)]
pub struct MailServer {
    pub url: String,
    letters: Arc<Mutex<Vec<Letter>>>,
    manners: Arc<Mutex<VecDeque<Manner>>>,
}

/// A message as the gateway took it.
#[derive(Clone, Debug)]
pub struct Message {
    pub id: String,
    pub body: serde_json::Value,
}

/// A gateway, which checks every signature.
#[derive(Clone)]
pub struct Gateway {
    pub url: String,
    messages: Arc<Mutex<Vec<Message>>>,
    /// Head and status of the next answers.
    answers: Arc<Mutex<VecDeque<&'static str>>>,
}

/// What the gateway and we both know.
pub const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

impl MailServer {
    pub fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("smtp://{}", listener.local_addr().unwrap());
        let server = Self { url, letters: Arc::default(), manners: Arc::default() };
        let shared = server.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                // Whoever hangs up in the middle is no concern of the others.
                let _ = shared.serve(&stream.unwrap());
            }
        });
        server
    }

    /// So it treats the next letters, one after another; then it takes all.
    pub fn will(&self, manners: &[Manner]) {
        self.manners.lock().unwrap().extend(manners);
    }

    pub fn letters(&self) -> Vec<Letter> {
        self.letters.lock().unwrap().clone()
    }

    fn serve(&self, stream: &TcpStream) -> std::io::Result<()> {
        let mut lines = BufReader::new(stream.try_clone()?);
        let answer = |text: &str| (&*stream).write_all(format!("{text}\r\n").as_bytes());
        answer("220 test")?;
        let (mut from, mut to) = (String::new(), String::new());
        loop {
            let mut line = String::new();
            if lines.read_line(&mut line)? == 0 {
                return Ok(());
            }
            let line = line.trim_end();
            match line.split([' ', ':']).next().unwrap().to_ascii_uppercase().as_str() {
                "EHLO" | "HELO" => answer("250-test\r\n250 SMTPUTF8")?,
                "MAIL" => {
                    line.clone_into(&mut from);
                    answer("250 ok")?;
                }
                "RCPT" => {
                    let manner = self.manners.lock().unwrap().pop_front();
                    line.clone_into(&mut to);
                    match manner {
                        Some(Manner::Refuses(code)) => answer(&format!("{code} no {to}"))?,
                        Some(Manner::HangsUp) => return Ok(()),
                        None => answer("250 ok")?,
                    }
                }
                "DATA" => {
                    answer("354 go on")?;
                    let mut data = String::new();
                    while !data.ends_with("\r\n.\r\n") {
                        if lines.read_line(&mut data)? == 0 {
                            return Ok(());
                        }
                    }
                    let letter = Letter { from: from.clone(), to: to.clone(), data };
                    self.letters.lock().unwrap().push(letter);
                    answer("250 taken")?;
                }
                "QUIT" => return answer("221 bye"),
                _ => answer("250 ok")?,
            }
        }
    }
}

impl Letter {
    /// The text of the letter, and its subject before it.
    pub fn text(&self) -> String {
        use base64::Engine;
        let (head, body) = self.data.split_once("\r\n\r\n").unwrap();
        let body: String = body.trim_end_matches("\r\n.\r\n").split_whitespace().collect();
        let decoded = base64::engine::general_purpose::STANDARD.decode(&body);
        let decoded = decoded.unwrap_or_else(|_| panic!("no base64: {body}"));
        format!("{head}\n\n{}", String::from_utf8(decoded).unwrap())
    }
}

impl Gateway {
    pub fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/sms", listener.local_addr().unwrap());
        let gateway = Self { url, messages: Arc::default(), answers: Arc::default() };
        let shared = gateway.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                shared.serve(&stream.unwrap());
            }
        });
        gateway
    }

    /// So it answers the next messages, one after another: `503`, `429\r\nRetry-After: 600`; empty
    /// hangs up. Then it takes all.
    pub fn will(&self, answers: &[&'static str]) {
        self.answers.lock().unwrap().extend(answers);
    }

    /// All that came in, also what was then refused.
    pub fn messages(&self) -> Vec<Message> {
        self.messages.lock().unwrap().clone()
    }

    fn serve(&self, stream: &TcpStream) {
        let mut lines = BufReader::new(stream.try_clone().unwrap());
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if lines.read_line(&mut head).unwrap() == 0 {
                return;
            }
        }
        let header = |name: &str| {
            let line = head.lines().find(|line| line.to_ascii_lowercase().starts_with(name));
            line.and_then(|line| line.split_once(": ")).map_or("", |(_, value)| value).to_owned()
        };
        let mut body = vec![0; header("content-length").parse().unwrap()];
        lines.read_exact(&mut body).unwrap();
        let body = String::from_utf8(body).unwrap();
        let id = header("webhook-id");
        let timestamp: i64 = header("webhook-timestamp").parse().unwrap();
        let signed = signature(&secret_of(SECRET).unwrap(), &id, timestamp, &body);
        assert_eq!(header("webhook-signature"), signed, "it is signed as the standard says");
        assert_eq!(header("content-type"), "application/json");
        let body = serde_json::from_str(&body).unwrap();
        self.messages.lock().unwrap().push(Message { id, body });
        let answer = self.answers.lock().unwrap().pop_front().unwrap_or("204");
        if !answer.is_empty() {
            let (status, more) = answer.split_once("\r\n").unwrap_or((answer, "X-Test: 1"));
            let text = format!(
                "HTTP/1.1 {status} Test\r\n{more}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            );
            let _ = (&*stream).write_all(text.as_bytes());
        }
    }
}
