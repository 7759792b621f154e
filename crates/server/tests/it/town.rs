//! A small town for tests: a fresh database, a still clock, and people who act as browsers do.
//!
//! ```ignore
//! let town = Town::new().await;
//! let answer = town.resident().posts("/requests", "area=…&text=…").await;
//! let answer = town.worker().calls("GET", "/requests", json!(null)).await;
//! town.passes(SignedDuration::from_hours(2));
//! ```

mod person;

pub use person::{Answer, Person, browser, form, fresh_key};

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use db::Tx;
use domain::actor::{Appointment, Post};
use domain::area::{AreaCode, Street};
use domain::id::{AppointmentId, PersonId, UnitId};
use jiff::{SignedDuration, Timestamp};
use server::clock::Clock;
use server::error::Error;
use server::grid::{self, Area, AreaKind, Unit};
use server::identity::{self, Cost};
use server::web::Route;
use server::{App, Options, calendar};

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

/// A town with its posts filled and no requests yet.
pub struct Town {
    pub app: App,
    pub street: Street,
    pub routes: Arc<Vec<Route>>,
    router: Router,
    people: HashMap<&'static str, (PersonId, String)>,
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

    /// Opens the site anew, with the options that the app has by now.
    pub fn reopen(&mut self) {
        (self.router, _) = server::router(self.app.clone());
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
        mail: None,
        // Tests hash many passwords, and none of them is worth anything.
        cost: Cost { memory_kib: 8, passes: 1 },
    };
    App::open(options, Clock::held(now)).await.unwrap()
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
