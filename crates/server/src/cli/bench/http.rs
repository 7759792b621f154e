//! The doors over real sockets: a lean client of ours, and a route that only says hello beside
//! them.

use std::io::{self, ErrorKind, Write};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::routing::get;
use axum::{Extension, Router};
use domain::id::RequestId;
use tokio::net::TcpStream;
use tokio::sync::watch;

use super::speed::{Speed, together};
use super::street::Street;
use crate::cli::{Fault, door};
use crate::health;

/// Connections that ask at the same time, each waiting for its answer.
pub const CONNECTIONS: usize = 256;
/// Clients that raise what will be accepted.
const RAISING: usize = 256;
/// The head of an answer of ours is shorter.
const HEAD_MAX: usize = 16 * 1024;

/// What was measured, in rounds that follow each other.
#[derive(Default)]
pub struct Doors {
    pub hello: Speed,
    pub write: Speed,
    pub list: Speed,
    pub page: Speed,
}

/// Two sites behind the same door: ours, and the one that says hello.
pub struct Site {
    street: Street,
    ours: SocketAddr,
    hello: SocketAddr,
    /// Dropping it closes both doors.
    _close: watch::Sender<bool>,
    worker: String,
    officer: String,
    browser: String,
}

impl Site {
    /// Opens both doors, each at a free port of this machine.
    pub async fn open(street: &Street) -> Result<Self, Fault> {
        health::begin();
        let (close, closing) = watch::channel(false);
        let (site, _) = crate::router(street.app.clone());
        let site = site.layer(Extension(health::Figures { open: false }));
        let hello = Router::new().route("/hello", get(|| async { "Hello, world!" }));
        Ok(Self {
            ours: served(site, closing.clone()).await?,
            hello: served(hello, closing).await?,
            _close: close,
            worker: street.token(street.worker, "program").await?,
            officer: street.token(street.officer, "program").await?,
            browser: street.token(street.officer, "page").await?,
            street: street.clone(),
        })
    }

    /// One round of everything, so that whatever else the machine does befalls all of it alike.
    pub async fn round(&self, doors: &mut Doors, lasting: Duration) -> Result<(), Fault> {
        let programs = |path: &str, token: &str| {
            format!("GET {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n\r\n")
        };
        let list = programs("/api/v1/requests?limit=50", &self.officer);
        let page = format!(
            "GET /requests HTTP/1.1\r\nHost: bench\r\nCookie: session={}\r\n\r\n",
            self.browser
        );
        let hello = programs("/hello", &self.officer);
        doors.hello.add(asked(self.hello, lasting, again(hello)).await?);
        doors.write.add(self.acceptances(lasting).await?);
        doors.list.add(asked(self.ours, lasting, again(list)).await?);
        doors.page.add(asked(self.ours, lasting, again(page)).await?);
        Ok(())
    }

    /// Accepts what was raised before, off the clock.
    async fn acceptances(&self, lasting: Duration) -> Result<Speed, Fault> {
        let raised = Mutex::new(Vec::new());
        let raised = Arc::new(raised);
        together(RAISING, lasting * 2, |_, until| {
            let (street, raised) = (self.street.clone(), Arc::clone(&raised));
            async move {
                while Instant::now() < until {
                    let id = street.raise().await?;
                    raised.lock().unwrap_or_else(PoisonError::into_inner).push(id);
                }
                Ok(Vec::new())
            }
        })
        .await?;
        let raised = std::mem::take(&mut *raised.lock().unwrap_or_else(PoisonError::into_inner));
        let next = AtomicUsize::new(0);
        let token = self.worker.clone();
        let accept = move |request: &mut Vec<u8>| {
            let id: Option<&RequestId> = raised.get(next.fetch_add(1, Ordering::Relaxed));
            id.is_some_and(|id| {
                let written = write!(
                    request,
                    "POST /api/v1/requests/{id}/acceptance HTTP/1.1\r\nHost: bench\r\n\
                     Authorization: Bearer {token}\r\nIdempotency-Key: accept-{id}\r\n\
                     Content-Length: 0\r\n\r\n"
                );
                written.is_ok()
            })
        };
        asked(self.ours, lasting, Arc::new(accept)).await
    }
}

async fn served(site: Router, closing: watch::Receiver<bool>) -> Result<SocketAddr, Fault> {
    let listener = door::open(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
    let address = listener.local_addr().map_err(|error| Fault::new(error.to_string()))?;
    tokio::spawn(door::serve(listener, site, closing, door::Patience::default()));
    Ok(address)
}

/// Writes the next request into the empty text; says no when there is none left.
type Asks = Arc<dyn Fn(&mut Vec<u8>) -> bool + Send + Sync>;

/// The same request again and again.
fn again(request: String) -> Asks {
    Arc::new(move |text| {
        text.extend_from_slice(request.as_bytes());
        true
    })
}

/// Asks over [`CONNECTIONS`] connections that stay open. Any answer but 200 ends it.
async fn asked(address: SocketAddr, lasting: Duration, asks: Asks) -> Result<Speed, Fault> {
    together(CONNECTIONS, lasting, |_, until| {
        let asks = Arc::clone(&asks);
        async move {
            let told = |error: io::Error| Fault::new(format!("{address} did not answer: {error}"));
            let mut line = Line::to(address).await.map_err(told)?;
            let (mut waits, mut request) = (Vec::new(), Vec::new());
            while Instant::now() < until {
                request.clear();
                if !asks(&mut request) {
                    break;
                }
                let since = Instant::now();
                match line.ask(&request).await.map_err(told)? {
                    200 => waits.push(since.elapsed()),
                    status => {
                        let asked = String::from_utf8_lossy(&request);
                        let asked = asked.lines().next().unwrap_or_default().to_owned();
                        return Err(Fault::new(format!("the answer to {asked} was {status}")));
                    }
                }
            }
            Ok(waits)
        }
    })
    .await
}

/// One connection of the lean client.
struct Line {
    stream: TcpStream,
    answer: Vec<u8>,
}

impl Line {
    async fn to(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, answer: Vec::with_capacity(128 * 1024) })
    }

    /// Sends a request, reads the whole answer, and tells its status.
    async fn ask(&mut self, mut request: &[u8]) -> io::Result<u16> {
        while !request.is_empty() {
            self.stream.writable().await?;
            match self.stream.try_write(request) {
                Ok(sent) => request = &request[sent..],
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
        self.answer.clear();
        let mut wanted = None;
        loop {
            if let Some((status, length)) = wanted
                && self.answer.len() >= length
            {
                return Ok(status);
            }
            self.stream.readable().await?;
            match self.stream.try_read_buf(&mut self.answer) {
                Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
                Ok(_) if wanted.is_none() => wanted = head(&self.answer)?,
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
    }
}

/// The status of an answer and how long it is in all, once its head is there.
fn head(answer: &[u8]) -> io::Result<Option<(u16, usize)>> {
    let Some(end) = answer.windows(4).take(HEAD_MAX).position(|four| four == b"\r\n\r\n") else {
        return Ok(None);
    };
    let unreadable = || io::Error::new(ErrorKind::InvalidData, "its answer is unreadable");
    let text = std::str::from_utf8(&answer[..end]).map_err(|_| unreadable())?;
    let status = text.split(' ').nth(1).and_then(|status| status.parse().ok());
    let mut lines = text.lines().filter_map(|line| line.split_once(": "));
    let length = lines.find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let length: Option<usize> = length.and_then(|(_, length)| length.parse().ok());
    let (status, length) = status.zip(length).ok_or_else(unreadable)?;
    Ok(Some((status, end + 4 + length)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_tells_its_status_and_where_its_body_ends() {
        let whole = b"HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\nx: y\r\n\r\nhello";
        assert_eq!(head(whole).unwrap(), Some((404, whole.len())));
        assert_eq!(head(&whole[..30]).unwrap(), None);
        assert!(head(b"HTTP/1.1 200 OK\r\n\r\n").is_err(), "its end is not to be guessed");
    }
}
