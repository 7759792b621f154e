//! Somebody of the town at a browser, or a program that speaks for them.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::http::request::Builder;
use axum::http::{HeaderMap, Request, header};
use db::Tx;
use domain::actor::Caller;
use domain::area::Street;
use domain::id::PersonId;
use jiff::{SignedDuration, Timestamp};
use server::App;
use server::identity::{self, Token};
use tower::ServiceExt;

/// What a browser keeps: cookies by name.
type Jar = Arc<Mutex<HashMap<String, String>>>;

/// Somebody with a browser. A clone uses the same browser.
#[derive(Clone)]
pub struct Person {
    pub app: App,
    pub street: Street,
    /// Nothing for somebody without an account.
    pub id: Option<PersonId>,
    pub phone: String,
    /// What their browser asks for.
    pub languages: &'static str,
    router: Router,
    jar: Jar,
    /// When they last did something; who was idle for long signs in anew by themselves.
    active: Arc<Mutex<Timestamp>>,
    keeps_session: bool,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub bytes: Bytes,
    /// The body as text.
    pub body: String,
}

/// A browser without cookies.
pub fn browser(app: &App, router: &Router, street: Street) -> Person {
    Person {
        app: app.clone(),
        street,
        id: None,
        phone: String::new(),
        languages: "zh-CN, en;q=0.5",
        router: router.clone(),
        jar: Jar::default(),
        active: Arc::default(),
        keeps_session: false,
    }
}

impl Person {
    /// Gets the page at `path`.
    pub async fn opens(&self, path: &str) -> Answer {
        self.send(Request::get(path), Body::empty()).await
    }

    /// Sends a form, such as `"rating=5&note=%E5%A5%BD"`, as the page would: with its key and the
    /// proof that it is ours. See [`form`] for texts that need escaping.
    pub async fn posts(&self, path: &str, form: &str) -> Answer {
        self.posts_again(path, form, &fresh_key()).await
    }

    /// Sends a form under a key that may have been used.
    pub async fn posts_again(&self, path: &str, form: &str, key: &str) -> Answer {
        self.signs_in_if_needed().await;
        let body = format!("{form}&key={key}&csrf={}", self.csrf());
        self.posts_bare(path, &body).await
    }

    /// Sends exactly these fields.
    pub async fn posts_bare(&self, path: &str, body: &str) -> Answer {
        let kind = "application/x-www-form-urlencoded";
        let request = Request::post(path).header(header::CONTENT_TYPE, kind);
        self.send(request, Body::from(body.to_owned())).await
    }

    /// Sends a form with files: each with the name of its field and of itself.
    pub async fn posts_files(
        &self,
        path: &str,
        fields: &[(&str, &str)],
        files: &[(&str, &str, &[u8])],
    ) -> Answer {
        const LINE: &str = "town-boundary";
        self.signs_in_if_needed().await;
        let (key, csrf) = (fresh_key(), self.csrf());
        let mut body = Vec::new();
        let own = [("key", key.as_str()), ("csrf", csrf.as_str())];
        for (name, value) in fields.iter().chain(&own) {
            let head = format!("--{LINE}\r\nContent-Disposition: form-data; name=\"{name}\"");
            body.extend(format!("{head}\r\n\r\n{value}\r\n").bytes());
        }
        for (name, file, bytes) in files {
            let head = format!("--{LINE}\r\nContent-Disposition: form-data; name=\"{name}\"");
            body.extend(format!("{head}; filename=\"{file}\"\r\n\r\n").bytes());
            body.extend(*bytes);
            body.extend(b"\r\n");
        }
        body.extend(format!("--{LINE}--\r\n").bytes());
        let kind = format!("multipart/form-data; boundary={LINE}");
        self.send(Request::post(path).header(header::CONTENT_TYPE, kind), Body::from(body)).await
    }

    /// Calls `/api/v1{path}` as a program does, under a fresh key. `Null` sends no body.
    pub async fn calls(&self, method: &str, path: &str, json: serde_json::Value) -> Answer {
        self.calls_again(method, path, json, &fresh_key()).await
    }

    /// Calls the API under a key that may have been used.
    pub async fn calls_again(
        &self,
        method: &str,
        path: &str,
        json: serde_json::Value,
        key: &str,
    ) -> Answer {
        self.signs_in_if_needed().await;
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/api/v1{path}"))
            .header("idempotency-key", key);
        if let Some(token) = self.token() {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        if json.is_null() {
            return self.send(request, Body::empty()).await;
        }
        let request = request.header(header::CONTENT_TYPE, "application/json");
        self.send(request, Body::from(json.to_string())).await
    }

    /// The same person, who reads English.
    pub fn in_english(&self) -> Self {
        Self { languages: "en-GB, zh;q=0.5", ..self.clone() }
    }

    /// The same person at another browser.
    pub fn elsewhere(&self) -> Self {
        Self { jar: Jar::default(), active: Arc::default(), ..self.clone() }
    }

    /// The same person at the same browser, who is signed out when their session ends: others sign
    /// in anew by themselves when they were idle for long.
    pub async fn keeping_session(&self) -> Self {
        self.signs_in_if_needed().await;
        Self { keeps_session: true, ..self.clone() }
    }

    /// The token of the session, if this browser has one.
    pub fn token(&self) -> Option<String> {
        self.cookies().get("session").cloned()
    }

    /// Puts a cookie into the browser, or takes it away with an empty value.
    pub fn keeps(&self, name: &str, value: &str) {
        if value.is_empty() {
            self.cookies().remove(name);
        } else {
            self.cookies().insert(name.to_owned(), value.to_owned());
        }
    }

    /// What the forms of this session send back; empty without a session.
    pub fn csrf(&self) -> String {
        let token = self.token().as_deref().and_then(Token::parse);
        token.map(|token| token.form_secret()).unwrap_or_default()
    }

    /// Sends anything, with this browser's cookies.
    pub async fn send(&self, request: Builder, body: Body) -> Answer {
        let response = self.sends(request, body).await;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        let body = String::from_utf8_lossy(&bytes).into_owned();
        Answer { status, headers, bytes, body }
    }

    /// As [`Person::send`], without waiting for the body to end: for streams.
    pub async fn sends(&self, request: Builder, body: Body) -> axum::response::Response {
        self.signs_in_if_needed().await;
        let cookies: Vec<_> = self.cookies().iter().map(|(k, v)| format!("{k}={v}")).collect();
        let request = request
            .header(header::COOKIE, cookies.join("; "))
            .header(header::ACCEPT_LANGUAGE, self.languages);
        let response = self.router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        for line in response.headers().get_all(header::SET_COOKIE) {
            let (pair, rest) = line.to_str().unwrap().split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.keeps(name, if rest.contains("Max-Age=0") { "" } else { value });
        }
        response
    }

    async fn signs_in_if_needed(&self) {
        let (Some(id), false) = (self.id, self.keeps_session) else { return };
        let now = self.app.now();
        let idle = {
            let mut active = self.active.lock().unwrap();
            now.duration_since(std::mem::replace(&mut *active, now))
        };
        if self.token().is_some() && idle < SignedDuration::from_mins(29) {
            return;
        }
        let street = self.street;
        let open = move |tx: &mut Tx| {
            identity::open(tx, street, Caller::Person(id), ("page", "Test"), now)
        };
        let opened = self.app.db.write(open).await.unwrap();
        self.keeps("session", &opened.token.text());
    }

    fn cookies(&self) -> MutexGuard<'_, HashMap<String, String>> {
        self.jar.lock().unwrap()
    }
}

impl Answer {
    /// The body as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.body))
    }

    /// Where this leads, if it is a redirect.
    pub fn leads_to(&self) -> &str {
        self.header("location")
    }

    /// A header, or an empty text.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The same answer, if it has this status; otherwise the test ends with its body.
    #[track_caller]
    pub fn with(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.body);
        self
    }
}

/// Fields as a form sends them.
pub fn form(fields: &[(&str, &str)]) -> String {
    let pair =
        |(name, value): &(&str, &str)| format!("{name}={}", server::web::visit::escaped(value));
    fields.iter().map(pair).collect::<Vec<_>>().join("&")
}

/// A key that was never used.
pub fn fresh_key() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    format!("town-{:08}", COUNT.fetch_add(1, Ordering::Relaxed))
}
