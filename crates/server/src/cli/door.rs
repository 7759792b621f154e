//! The door: connections come in here, at most so many, slow ones are shown out, and at the end
//! everybody inside is served before it closes.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, BodyDataStream, Bytes};
use axum::extract::ConnectInfo;
use axum::http::{Request, Response, header};
use futures_core::Stream;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tower::Service;

use super::Fault;
use super::limits;

/// How long to wait for others.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    /// For the head of a request, and between two requests of one connection.
    pub head: Duration,
    /// For whoever is inside when the door closes.
    pub drain: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { head: Duration::from_secs(20), drain: Duration::from_secs(10) }
    }
}

/// Opens the door at `address`; port 0 takes a free one.
pub(super) async fn open(address: SocketAddr) -> Result<TcpListener, Fault> {
    TcpListener::bind(address).await.map_err(|error| {
        let remedy = match error.kind() {
            std::io::ErrorKind::AddrInUse => "is taken by another program; stop that one or name \
                                              another with --listen"
                .to_owned(),
            std::io::ErrorKind::PermissionDenied => {
                "may not be used by this user; name a port above 1023 with --listen".to_owned()
            }
            _ => format!("cannot be used ({error}); name another with --listen"),
        };
        Fault::new(format!("the address {address} {remedy}"))
    })
}

/// Serves `site` until `closing` says so, and then those who are inside.
pub(super) async fn serve(
    listener: TcpListener,
    site: Router,
    closing: watch::Receiver<bool>,
    patience: Patience,
) {
    let places = Arc::new(Semaphore::new(limits::connections()));
    let inside = GracefulShutdown::new();
    let mut asked_to_close = closing.clone();
    loop {
        let place = Arc::clone(&places).acquire_owned();
        let accepted = tokio::select! {
            _ = asked_to_close.wait_for(|&closing| closing) => break,
            accepted = async {
                let place = place.await.expect("the places are never closed");
                (listener.accept().await, place)
            } => accepted,
        };
        match accepted {
            (Ok((stream, peer)), place) => {
                let visitor = Visitor { stream, peer, place };
                visitor.enter(&inside, site.clone(), closing.clone(), patience.head);
            }
            // No file is left for a connection; others will end soon.
            (Err(error), _) => {
                tracing::warn!(%error, "a connection was not taken");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
    drop(listener);
    if tokio::time::timeout(patience.drain, inside.shutdown()).await.is_err() {
        tracing::warn!("some answers took too long and were not waited for");
    }
}

/// Somebody at the door.
struct Visitor {
    stream: TcpStream,
    peer: SocketAddr,
    place: OwnedSemaphorePermit,
}

impl Visitor {
    fn enter(
        self,
        inside: &GracefulShutdown,
        site: Router,
        closing: watch::Receiver<bool>,
        head: Duration,
    ) {
        let Visitor { stream, peer, place } = self;
        let _ = stream.set_nodelay(true);
        let service = service_fn(move |request: Request<Incoming>| {
            let (mut site, closing) = (site.clone(), closing.clone());
            async move {
                let mut request = request.map(Body::new);
                request.extensions_mut().insert(ConnectInfo(peer));
                let response = site.call(request).await?;
                Ok::<_, Infallible>(ending(response, closing))
            }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(head)
            .serve_connection(TokioIo::new(stream), service);
        let connection = inside.watch(connection);
        tokio::spawn(async move {
            // Whoever breaks off or is too slow is no failure of ours.
            let _ = connection.await;
            drop(place);
        });
    }
}

/// A stream of events goes on for ever; it ends when the door closes, and the browser comes back.
fn ending(response: Response<Body>, closing: watch::Receiver<bool>) -> Response<Body> {
    let kind = response.headers().get(header::CONTENT_TYPE);
    if !kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream")) {
        return response;
    }
    response.map(|body| {
        let closing = async move {
            let mut closing = closing;
            let _ = closing.wait_for(|&closing| closing).await;
        };
        Body::from_stream(Ending { events: body.into_data_stream(), closing: Box::pin(closing) })
    })
}

struct Ending {
    events: BodyDataStream,
    closing: Pin<Box<dyn Future<Output = ()> + Send>>,
}

impl Stream for Ending {
    type Item = Result<Bytes, axum::Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.closing.as_mut().poll(context).is_ready() {
            return Poll::Ready(None);
        }
        Pin::new(&mut self.events).poll_next(context)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use axum::routing::get;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    const SOON: Patience =
        Patience { head: Duration::from_millis(300), drain: Duration::from_millis(800) };

    /// Events that never come.
    struct Silence;

    impl Stream for Silence {
        type Item = Result<Bytes, Infallible>;

        fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
            Poll::Pending
        }
    }

    struct Site {
        address: SocketAddr,
        close: watch::Sender<bool>,
        serving: tokio::task::JoinHandle<()>,
    }

    async fn site() -> Site {
        let listener = open(([127, 0, 0, 1], 0).into()).await.unwrap();
        let address = listener.local_addr().unwrap();
        let events = || async {
            ([(header::CONTENT_TYPE, "text/event-stream")], Body::from_stream(Silence))
        };
        let for_ever = || async { std::future::pending::<()>().await };
        let router = Router::new()
            .route("/", get(|| async { "here" }))
            .route("/events", get(events))
            .route("/for-ever", get(for_ever));
        let (close, closing) = watch::channel(false);
        let serving = tokio::spawn(serve(listener, router, closing, SOON));
        Site { address, close, serving }
    }

    async fn asks(site: &Site, path: &str) -> TcpStream {
        let mut stream = TcpStream::connect(site.address).await.unwrap();
        let asked = format!("GET {path} HTTP/1.1\r\nHost: a\r\n\r\n");
        stream.write_all(asked.as_bytes()).await.unwrap();
        stream
    }

    /// What comes until the other side closes.
    async fn rest(mut stream: TcpStream) -> String {
        let mut text = String::new();
        let read = tokio::time::timeout(Duration::from_secs(5), stream.read_to_string(&mut text));
        read.await.expect("the connection stays open").unwrap();
        text
    }

    #[tokio::test]
    async fn whoever_does_not_finish_their_sentence_is_shown_out() {
        let site = site().await;
        let mut slow = TcpStream::connect(site.address).await.unwrap();
        slow.write_all(b"GET / HTTP/1.1\r\nHo").await.unwrap();
        let begun = Instant::now();
        rest(slow).await;
        assert!((200..2000).contains(&begun.elapsed().as_millis()), "{:?}", begun.elapsed());
        let idle = asks(&site, "/").await;
        assert!(rest(idle).await.ends_with("here"), "an answer, and then an end");
    }

    #[tokio::test]
    async fn a_stream_of_events_ends_when_the_door_closes() {
        let site = site().await;
        let mut open = asks(&site, "/events").await;
        let mut first = [0; 12];
        open.read_exact(&mut first).await.unwrap();
        let begun = Instant::now();
        site.close.send(true).unwrap();
        assert!(rest(open).await.ends_with("0\r\n\r\n"), "a whole answer");
        site.serving.await.unwrap();
        assert!(begun.elapsed() < SOON.drain, "{:?}", begun.elapsed());
    }

    #[tokio::test]
    async fn what_takes_for_ever_is_not_waited_for() {
        let site = site().await;
        let _open = asks(&site, "/for-ever").await;
        tokio::time::sleep(Duration::from_millis(100)).await;
        site.close.send(true).unwrap();
        let begun = Instant::now();
        site.serving.await.unwrap();
        assert!((700..3000).contains(&begun.elapsed().as_millis()), "{:?}", begun.elapsed());
        assert!(TcpStream::connect(site.address).await.is_err(), "the door is closed");
    }
}
