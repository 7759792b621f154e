//! What pages cost with ten thousand requests on record and with many more: the same county at the
//! same pace, for days and for years, asked in turns, so that what else the machine does befalls
//! both alike. Boards draw months, so they are held against ten thousand of as many months.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, header};
use domain::actor::{Caller, Post};
use domain::area::{AreaCode, Level, Street};
use domain::id::PersonId;
use jiff::SignedDuration;
use serde_json::{Map, Value, json};
use tower::ServiceExt;

use super::street::broken;
use crate::cli::progress::Progress;
use crate::cli::{Fault, fault, generate};
use crate::clock::Clock;
use crate::identity::{self, Cost};
use crate::requests::{self, Filter};
use crate::seed::county;
use crate::web::visit::escaped;
use crate::{App, Options};

/// What the larger one is held against.
const SMALL: u64 = 10_000;
/// The county of both.
const RESIDENTS: u64 = 600_000;
/// How many different questions are asked of each page at each size, and how often each: what the
/// machine does besides befalls some of the times, so the shortest of each counts.
const QUESTIONS: usize = 36;
const TIMES: usize = 5;
/// What a page may cost more.
const AIM: f64 = 1.3;

/// One page at both sizes on one engine.
pub struct Line {
    pub engine: &'static str,
    pub page: &'static str,
    /// Medians, in milliseconds, and statements of one page.
    pub small: (f64, f64),
    pub large: (f64, f64),
}

/// Every page on every engine.
pub struct Scaled {
    requests: u64,
    lines: Vec<Line>,
}

/// Makes the counties in each of `databases`, asks, and tells. `databases` have an engine's name
/// and the addresses of three empty databases: for few requests in days, for few in years, for
/// many.
pub async fn measured(
    databases: &[(&'static str, [String; 3])],
    requests: u64,
    folder: &Path,
) -> Result<Scaled, Fault> {
    let mut lines = Vec::new();
    for (engine, [small, thin, large]) in databases {
        let few = SMALL.min(requests);
        let small = Site::make(small, few, few, folder).await?;
        let thin = Site::make(thin, few, requests, folder).await?;
        let large = Site::make(large, requests, requests, folder).await?;
        for page in PAGES {
            let small = if page == "board" { &thin } else { &small };
            let (mut at_small, mut at_large) = (Vec::new(), Vec::new());
            for turn in 0..QUESTIONS {
                let (mut one, mut other) =
                    (small.ask(page, turn).await?, large.ask(page, turn).await?);
                for _ in 1..TIMES {
                    one.0 = one.0.min(small.ask(page, turn).await?.0);
                    other.0 = other.0.min(large.ask(page, turn).await?.0);
                }
                at_small.push(one);
                at_large.push(other);
            }
            let (small, large) = (middle(&mut at_small), middle(&mut at_large));
            lines.push(Line { engine, page, small, large });
        }
    }
    Ok(Scaled { requests, lines })
}

/// What is asked for. Searches are such that a page finds about as many at both sizes, save for
/// words that seldom meet.
const PAGES: [&str; 11] = [
    "inbox",
    "desk",
    "detail",
    "list",
    "search_words",
    "search_seldom",
    "search_phone",
    "search_number",
    "search_name",
    "board",
    // Against twelve days of the county, of which there is but one month to draw.
    "board_of_days",
];

/// A county with whoever asks for its pages.
struct Site {
    app: App,
    router: Router,
    /// Those who ask, each with the cookie of a session.
    workers: Vec<String>,
    officers: Vec<String>,
    streets: Vec<String>,
    /// Addresses of requests, and what they are searched by.
    known: Vec<Known>,
}

struct Known {
    /// Whose street it is, among [`Site::streets`].
    street: usize,
    path: String,
    /// The end of the phone of whoever asked.
    tail: String,
    number: String,
    name: String,
}

impl Site {
    /// A county with so many requests, in the time in which a county raises `paced`.
    async fn make(database: &str, requests: u64, paced: u64, folder: &Path) -> Result<Self, Fault> {
        let options = Options {
            database: database.to_owned(),
            files: folder.join("scale").to_string_lossy().into_owned(),
            bucket: Vec::new(),
            node: 0,
            public_url: String::new(),
            secure: false,
            mail: None,
            cost: Cost { memory_kib: 8, passes: 1 },
        };
        let told = |error| fault::of_opening(&error, database);
        let app = App::open(options, Clock::System).await.map_err(told)?;
        let seconds = i64::try_from(paced * 365 * 86_400 / (RESIDENTS / 2)).unwrap_or(i64::MAX);
        let lasting = SignedDuration::from_secs(seconds);
        let plan = generate::plan(&app, RESIDENTS, requests, lasting);
        let progress = Progress::new("requests", false);
        county::county(&app, &plan, Arc::new(progress)).await.map_err(told)?;
        app.db.settle().await.map_err(broken)?;
        if let Some(file) = database.strip_prefix("sqlite:").map(std::path::PathBuf::from) {
            super::aside(move || db::bench::sqlite_settled(&file)).await?.map_err(broken)?;
        }
        let (router, _) = crate::router(app.clone());
        let mut site = Self {
            app,
            router,
            workers: Vec::new(),
            officers: Vec::new(),
            streets: Vec::new(),
            known: Vec::new(),
        };
        site.sign_in().await?;
        Ok(site)
    }

    /// Signs in some of each kind, spread over the county.
    async fn sign_in(&mut self) -> Result<(), Fault> {
        for (place, street) in self.app.streets().into_iter().enumerate() {
            let settings = self.app.settings(street).map_err(broken)?;
            let areas = |level| {
                let areas = settings.areas_of(level).into_iter().map(|area| area.code);
                areas.collect::<Vec<AreaCode>>()
            };
            for area in areas(Level::MicroGrid).into_iter().step_by(41) {
                self.workers.push(self.cookie(street, Post::GridWorker, area).await?);
            }
            for area in areas(Level::Community) {
                self.officers.push(self.cookie(street, Post::CommunityOfficer, area).await?);
            }
            let officer = self.holder(street, Post::StreetOfficer, street.area()).await?;
            self.streets.push(self.cookie(street, Post::StreetOfficer, street.area()).await?);
            self.know(place, street, officer).await?;
        }
        Ok(())
    }

    async fn know(&mut self, place: usize, street: Street, who: PersonId) -> Result<(), Fault> {
        let (settings, now) = (self.app.settings(street).map_err(broken)?, self.app.now());
        let look = move |tx: &mut db::Tx| {
            let actor = identity::actor(tx, street, who, now)?;
            let filter = Filter { limit: 20, ..Filter::default() };
            let lists = requests::list(tx, &settings, &actor, &filter)?;
            let seen =
                lists.lines.iter().map(|line| requests::show(tx, &settings, &actor, line.id, now));
            seen.collect::<Result<Vec<_>, crate::error::Error>>()
        };
        for seen in self.app.db.read(look).await.map_err(broken)? {
            let record = seen.record;
            let phone = &record.asker_phone;
            self.known.push(Known {
                street: place,
                path: format!("/requests/{}", record.request.id),
                tail: phone.get(phone.len().saturating_sub(4)..).unwrap_or_default().to_owned(),
                number: record.number,
                name: record.asker_name,
            });
        }
        Ok(())
    }

    async fn holder(&self, street: Street, post: Post, area: AreaCode) -> Result<PersonId, Fault> {
        let now = self.app.now();
        let find = move |tx: &mut db::Tx| identity::holders(tx, street, post, area, now);
        let found = self.app.db.read(find).await.map_err(broken)?;
        let first = found.first().map(|person| person.id);
        first.ok_or_else(|| Fault::new(format!("nobody is {} of {area}", post.name())))
    }

    async fn cookie(&self, street: Street, post: Post, area: AreaCode) -> Result<String, Fault> {
        let (person, now) = (self.holder(street, post, area).await?, self.app.now());
        let open = move |tx: &mut db::Tx| {
            identity::open(tx, street, Caller::Person(person), ("page", "bench"), now)
        };
        let opened = self.app.db.write(open).await.map_err(broken)?;
        Ok(format!("session={}", opened.token.text()))
    }

    /// Asks for a page as whoever usually does; tells how long it took in milliseconds, and how
    /// many statements.
    async fn ask(&self, page: &str, turn: usize) -> Result<(f64, f64), Fault> {
        let known = &self.known[turn * 7 % self.known.len()];
        let street = &self.streets[known.street];
        // So common that even among few requests they fill a page.
        let words = ["老人", "三楼", "垃圾"][turn % 3];
        let seldom = ["电梯 老人", "三楼 垃圾", "暖气 三楼"][turn % 3];
        let (who, path) = match page {
            "inbox" => (&self.workers[turn % self.workers.len()], "/inbox".to_owned()),
            "desk" => (&self.officers[turn % self.officers.len()], "/desk".to_owned()),
            "detail" => (street, known.path.clone()),
            "list" => (street, "/requests".to_owned()),
            "search_words" => (street, format!("/requests?q={}", escaped(words))),
            "search_seldom" => (street, format!("/requests?q={}", escaped(seldom))),
            "search_phone" => (street, format!("/requests?q={}", known.tail)),
            "search_number" => (street, format!("/requests?q={}", known.number)),
            "search_name" => (street, format!("/requests?q={}", escaped(&known.name))),
            _ => (street, "/rates".to_owned()),
        };
        let request = Request::get(&path).header(header::HOST, "bench");
        let request = request.header(header::COOKIE, who).body(Body::empty());
        let request = request.map_err(|error| Fault::new(error.to_string()))?;
        let (before, since) = (self.app.db.statements(), Instant::now());
        let answer = self.router.clone().oneshot(request).await;
        let answer = answer.unwrap_or_else(|never| match never {});
        let status = answer.status();
        let body = to_bytes(answer.into_body(), usize::MAX).await;
        let took: Duration = since.elapsed();
        if !status.is_success() || body.is_err() {
            return Err(Fault::new(format!("the answer to {path} was {status}")));
        }
        let statements = u32::try_from(self.app.db.statements() - before).unwrap_or(u32::MAX);
        Ok((took.as_secs_f64() * 1000.0, f64::from(statements)))
    }
}

/// The middle time, and the middle number of statements.
fn middle(asked: &mut [(f64, f64)]) -> (f64, f64) {
    asked.sort_by(|one, other| one.0.total_cmp(&other.0));
    let time = asked.get(asked.len() / 2).map_or(0.0, |it| it.0);
    asked.sort_by(|one, other| one.1.total_cmp(&other.1));
    (time, asked.get(asked.len() / 2).map_or(0.0, |it| it.1))
}

impl Line {
    fn ratio(&self) -> f64 {
        self.large.0 / self.small.0.max(f64::EPSILON)
    }
}

impl Scaled {
    /// One object: `scale_…_ratio` for SQLite and `scale_postgres_…_ratio`, with the times and the
    /// statements beside them.
    pub fn json(&self) -> Value {
        let mut object = Map::new();
        object.insert("scale_requests".to_owned(), self.requests.into());
        for line in &self.lines {
            let engine = if line.engine == "sqlite" { "" } else { "postgres_" };
            let mut put = |end: &str, figure: f64| {
                let rounded = (figure * 1000.0).round() / 1000.0;
                object.insert(format!("scale_{engine}{}_{end}", line.page), json!(rounded));
            };
            put("ratio", line.ratio());
            put("small_ms", line.small.0);
            put("large_ms", line.large.0);
            put("statements", line.large.1);
        }
        Value::Object(object)
    }
}

impl fmt::Display for Scaled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let small = SMALL.min(self.requests);
        writeln!(
            f,
            "A county of {RESIDENTS} residents; the middle of {QUESTIONS} questions, in ms\n"
        )?;
        write!(f, "{:<10}{:<16}", "", "")?;
        let heads = [format!("at {small}"), format!("at {}", self.requests)];
        heads.iter().try_for_each(|head| write!(f, "{head:>12}"))?;
        writeln!(f, "{:>8}{:>6}{:>14}", "ratio", "aim", "statements")?;
        for line in &self.lines {
            writeln!(
                f,
                "{:<10}{:<16}{:>12.2}{:>12.2}{:>8.2}{AIM:>6.1}{:>8.0} {:>5.0}",
                line.engine,
                line.page,
                line.small.0,
                line.large.0,
                line.ratio(),
                line.small.1,
                line.large.1
            )?;
        }
        Ok(())
    }
}
