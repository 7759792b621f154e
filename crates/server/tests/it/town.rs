//! A small town for tests: a fresh database, a still clock, and people who act as browsers do.
//!
//! ```ignore
//! let town = Town::new().await;
//! let answer = town.resident().posts("/requests", "area=…&text=…").await;
//! let answer = town.worker().calls("GET", "/requests", json!(null)).await;
//! town.passes(SignedDuration::from_hours(2));
//! ```

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::http::request::Builder;
use axum::http::{HeaderMap, Request, header};
use db::Tx;
use domain::actor::{Appointment, Caller, Post};
use domain::area::{AreaCode, Street};
use domain::id::{AppointmentId, PersonId, UnitId};
use jiff::{SignedDuration, Timestamp};
use server::clock::Clock;
use server::error::Error;
use server::grid::{self, Area, AreaKind, Unit};
use server::identity::{self, Cost, Token};
use server::web::Route;
use server::{App, Options, calendar};
use tower::ServiceExt;

/// What everybody's password is.
pub const PASSWORD: &str = "correct horse";

pub const STREET: &str = "370323001";
pub const COMMUNITY: &str = "370323001028";
pub const GRID: &str = "370323001028001";
pub const OTHER_GRID: &str = "370323001028002";
pub const MICRO: &str = "37032300102800101";
/// Next to [`MICRO`], with a worker of its own.
pub const NEIGHBOUR_MICRO: &str = "37032300102800102";
/// In [`MICRO`], with a head.
pub const BUILDING: &str = "3703230010280010101";
pub const OTHER_BUILDING: &str = "3703230010280010102";
pub const NEIGHBOUR_BUILDING: &str = "3703230010280010201";
/// In [`OTHER_GRID`], which nobody works in.
pub const FAR_BUILDING: &str = "3703230010280020101";
pub const OTHER_COMMUNITY: &str = "370323001029";

/// The units to which this town dispatches.
pub const PROPERTY: UnitId = UnitId(501);
pub const WATER: UnitId = UnitId(502);

/// What a browser keeps: cookies by name.
type Jar = Arc<Mutex<HashMap<String, String>>>;

/// A town with its posts filled and no requests yet.
pub struct Town {
    pub app: App,
    pub street: Street,
    pub routes: Arc<Vec<Route>>,
    router: Router,
    people: HashMap<&'static str, (PersonId, String)>,
}

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

/// Who holds which post where, and for which unit: name, post, area.
const STAFF: &[(&str, Post, &str, Option<UnitId>)] = &[
    ("worker", Post::GridWorker, MICRO, None),
    ("neighbour", Post::GridWorker, NEIGHBOUR_MICRO, None),
    ("leader", Post::GridLeader, GRID, None),
    ("head", Post::BuildingHead, BUILDING, None),
    ("centre", Post::CentreHousehold, BUILDING, None),
    ("secretary", Post::CommunitySecretary, COMMUNITY, None),
    ("officer", Post::CommunityOfficer, COMMUNITY, None),
    ("other officer", Post::CommunityOfficer, OTHER_COMMUNITY, None),
    ("street officer", Post::StreetOfficer, STREET, None),
    ("street secretary", Post::StreetSecretary, STREET, None),
    ("property", Post::UnitLiaison, STREET, Some(PROPERTY)),
    ("water", Post::UnitLiaison, STREET, Some(WATER)),
    ("auditor", Post::Auditor, STREET, None),
    ("clerk", Post::Clerk, COMMUNITY, None),
    ("points group", Post::PointsGroup, COMMUNITY, None),
    ("administrator", Post::Administrator, STREET, None),
];

/// One helper for each person of the town.
macro_rules! people {
    ($($helper:ident: $name:literal;)*) => {
        impl Town {$(
            pub fn $helper(&self) -> Person {
                self.person($name)
            }
        )*}
    };
}

people! {
    resident: "resident";
    second_resident: "second resident";
    worker: "worker";
    neighbour: "neighbour";
    leader: "leader";
    head: "head";
    centre: "centre";
    secretary: "secretary";
    officer: "officer";
    other_officer: "other officer";
    street_officer: "street officer";
    street_secretary: "street secretary";
    property: "property";
    water: "water";
    auditor: "auditor";
    clerk: "clerk";
    points_group: "points group";
    administrator: "administrator";
}

impl Town {
    /// Opens a town, on PostgreSQL where `TEST_POSTGRES` names a server. It is nine o'clock on
    /// Monday 2 March 2026.
    pub async fn new() -> Self {
        let app = empty().await;
        let street = Street::new(370_323_001).unwrap();
        let now = app.now();
        let hashed = identity::hash(app.options.cost, PASSWORD).await.unwrap();
        let names = ["resident", "second resident"].into_iter().chain(STAFF.iter().map(|s| s.0));
        let mut people = HashMap::new();
        for (number, name) in names.enumerate() {
            people.insert(name, (PersonId(app.new_id()), format!("1000000{:04}", 1001 + number)));
        }
        let (known, ids) = (people.clone(), app.ids.clone());
        let fill = move |tx: &mut Tx| {
            settle(tx, street, now)?;
            for (name, (id, phone)) in &known {
                let person = identity::Person {
                    id: *id,
                    name: (*name).to_owned(),
                    phone: phone.clone(),
                    password: hashed.clone(),
                    temporary: false,
                };
                identity::add_person(tx, street, &person, now)?;
            }
            for &(name, post, area, unit) in STAFF {
                let held = Appointment { post, area: area.parse().unwrap(), unit };
                let id = AppointmentId(ids.next(now));
                identity::appoint(tx, street, id, known[name].0, held, now)?;
            }
            Ok::<_, Error>(())
        };
        app.db.write(fill).await.unwrap();
        app.reload().await.unwrap();
        let (router, table) = server::router(app.clone());
        Self { app, street, routes: Arc::new(table), router, people }
    }

    /// Somebody of this town, at a browser of their own, signed in.
    pub fn person(&self, name: &str) -> Person {
        let (id, phone) = self.people[name].clone();
        let mut person = browser(&self.app, &self.router, self.street);
        person.id = Some(id);
        person.phone = phone;
        person
    }

    /// Everybody who has a post, by its name in [`Town::person`].
    pub fn staff() -> impl Iterator<Item = (&'static str, Post)> {
        STAFF.iter().map(|&(name, post, ..)| (name, post))
    }

    /// Somebody without an account, at a browser that keeps its cookies.
    pub fn guest(&self) -> Person {
        browser(&self.app, &self.router, self.street)
    }

    /// Lets so much time pass.
    pub fn passes(&self, time: SignedDuration) {
        self.app.clock.advance(time);
    }

    /// Does `work` in one transaction.
    pub async fn write<T: Send + 'static>(
        &self,
        work: impl Fn(&mut Tx, Street) -> Result<T, Error> + Send + Sync + 'static,
    ) -> Result<T, Error> {
        let street = self.street;
        self.app.db.write(move |tx| work(tx, street)).await
    }

    /// Gives `person` another post from now on.
    pub async fn appoint(&self, person: &Person, post: Post, area: &str) -> AppointmentId {
        let held = Appointment { post, area: area.parse().unwrap(), unit: None };
        let (id, now) = (AppointmentId(self.app.new_id()), self.app.now());
        let person = person.id.unwrap();
        self.write(move |tx, street| identity::appoint(tx, street, id, person, held, now))
            .await
            .unwrap();
        id
    }

    /// Ends every post of `person`, now.
    pub async fn dismiss(&self, person: &Person) {
        let (person, now) = (person.id.unwrap(), self.app.now());
        let end = move |tx: &mut Tx, street| {
            for held in identity::appointments(tx, street, person)? {
                identity::end_appointment(tx, street, held.id, now)?;
            }
            Ok(())
        };
        self.write(end).await.unwrap();
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

/// An installation that serves no street yet, with a clock that stands still.
pub async fn empty() -> App {
    let now = "2026-03-02T09:00:00+08:00".parse::<Timestamp>().unwrap();
    let (database, data) = fresh_database();
    let options = Options {
        database,
        files: data.join("photos").display().to_string(),
        bucket: Vec::new(),
        node: 1,
        public_url: String::new(),
        secure: false,
        // Tests hash many passwords, and none of them is worth anything.
        cost: Cost { memory_kib: 8, passes: 1 },
    };
    App::open(options, Clock::held(now)).await.unwrap()
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

/// The street, its areas, its units, and a calendar without holidays.
fn settle(tx: &mut Tx, street: Street, now: Timestamp) -> Result<(), Error> {
    const AREAS: &[(&str, &str, &str, &str)] = &[
        (STREET, "东风街道", "East Wind Street", ""),
        (COMMUNITY, "和平社区", "Peace Community", "HP"),
        (GRID, "第一网格", "Grid 1", ""),
        (OTHER_GRID, "第二网格", "Grid 2", ""),
        (MICRO, "一号微网格", "Micro-grid 1", ""),
        (NEIGHBOUR_MICRO, "二号微网格", "Micro-grid 2", ""),
        ("37032300102800201", "三号微网格", "Micro-grid 3", ""),
        (BUILDING, "1号楼", "Building 1", ""),
        (OTHER_BUILDING, "2号楼", "Building 2", ""),
        (NEIGHBOUR_BUILDING, "3号楼", "Building 3", ""),
        (FAR_BUILDING, "4号楼", "Building 4", ""),
        (OTHER_COMMUNITY, "团结社区", "Unity Community", "TJ"),
    ];
    grid::add_street(tx, street, "Asia/Shanghai", "1000000 0000", now)?;
    for &(code, name, name_en, prefix) in AREAS {
        let is_grid = code == GRID || code == OTHER_GRID;
        let area = Area {
            code: code.parse::<AreaCode>().unwrap(),
            kind: if is_grid { AreaKind::Residential } else { AreaKind::Plain },
            name: name.to_owned(),
            name_en: name_en.to_owned(),
            prefix: prefix.to_owned(),
            households: if is_grid { 400 } else { 0 },
        };
        grid::add_area(tx, street, &area)?;
    }
    for (id, code, name, name_en) in [
        (PROPERTY, "property", "物业公司", "Property company"),
        (WATER, "water", "供水所", "Water"),
    ] {
        let unit = Unit {
            id,
            code: code.to_owned(),
            kind: "company".to_owned(),
            area: street.area(),
            name: name.to_owned(),
            name_en: name_en.to_owned(),
            phone: "1000000 0001".to_owned(),
        };
        grid::add_unit(tx, street, &unit)?;
    }
    calendar::known_through(tx, street, "2026-12-31".parse().unwrap())
}

/// A new SQLite file; or, where `TEST_POSTGRES` names a server, a new database there. And a folder.
fn fresh_database() -> (String, std::path::PathBuf) {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let name = format!("town_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let data = std::env::temp_dir().join(&name);
    let _ = std::fs::remove_dir_all(&data);
    std::fs::create_dir_all(&data).unwrap();
    #[expect(clippy::disallowed_methods, reason = "tests choose their database here")]
    let server = std::env::var("TEST_POSTGRES");
    let Ok(server) = server else {
        return (format!("sqlite:{}", data.join("town.sqlite").display()), data);
    };
    let create = || {
        let url = format!("{server}/postgres");
        let mut root = postgres::Client::connect(&url, postgres::NoTls).unwrap();
        root.batch_execute(&format!("DROP DATABASE IF EXISTS {name}")).unwrap();
        root.batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
    };
    std::thread::scope(|threads| threads.spawn(create).join().unwrap());
    (format!("{server}/{name}"), data)
}
