//! The street that is measured: the demonstration, with somebody who asks and somebody who accepts.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use db::{Db, Tx};
use domain::actor::Caller;
use domain::area::AreaCode;
use domain::id::{PersonId, RequestId};
use domain::requests::{Command, Text};

use super::speed::{Speed, together};
use crate::app::Settings;
use crate::cli::{Fault, fault};
use crate::clock::Clock;
use crate::error::Error;
use crate::identity::{self, Cost};
use crate::receipts::{Deed, Key, Receipt};
use crate::requests::{self, New, NewAsker};
use crate::seed::{self, DemoPeople};
use crate::{App, Options, chance};

const TEXT: &str = "三楼楼道里的灯坏了三天，晚上老人上下楼看不清台阶，请派人来看看。";

/// The demonstration on a database of its own.
#[derive(Clone)]
pub struct Street {
    pub app: App,
    pub settings: Arc<Settings>,
    pub resident: PersonId,
    pub worker: PersonId,
    pub officer: PersonId,
    /// Where the worker works.
    area: AreaCode,
}

impl Street {
    /// Founds it in `database`, which is empty; its files and passwords go into `folder`.
    pub async fn found(database: &str, folder: &Path) -> Result<Self, Fault> {
        let options = Options {
            database: database.to_owned(),
            files: folder.join("files").to_string_lossy().into_owned(),
            bucket: Vec::new(),
            node: 0,
            public_url: String::new(),
            secure: false,
            mail: None,
            // Nobody signs in here, so nobody's password needs to be kept.
            cost: Cost { memory_kib: 8, passes: 1 },
        };
        let told = |error| fault::of_opening(&error, database);
        let app = App::open(options, Clock::System).await.map_err(told)?;
        let people = seed::demo(&app, &folder.join("people.json")).await.map_err(told)?;
        let street = *app.streets().first().ok_or_else(|| Fault::new("no street was founded"))?;
        let (worker, area) = named(&app, &people, "grid_worker").await?;
        Ok(Self {
            settings: app.settings(street).map_err(told)?,
            resident: named(&app, &people, "resident").await?.0,
            officer: named(&app, &people, "street_officer").await?.0,
            worker,
            area,
            app,
        })
    }

    /// The same street over other connections.
    pub fn over(&self, db: Db) -> Self {
        let mut street = self.clone();
        street.app.db = db;
        street
    }

    /// Somebody does something now, under a key of its own.
    fn deed(&self, person: PersonId, key: &str) -> Deed {
        Deed {
            street: self.settings.street,
            caller: Caller::Person(person),
            at: self.app.now(),
            key: Key::new(key).expect("an id with a word before it is a key"),
            digest: "5".repeat(64),
        }
    }

    /// A resident's request: the deed and what is asked.
    pub fn asks(&self) -> (Deed, New) {
        let id = RequestId(self.app.new_id());
        let category = self.settings.categories.first();
        let new = New {
            id,
            area: self.area,
            place: "3单元楼道".to_owned(),
            category: category.map(|category| category.code.clone()).unwrap_or_default(),
            text: Text::new(TEXT).expect("the text above is one"),
            asker: NewAsker::Myself,
            channel: domain::requests::Channel::Page,
            photos: Vec::new(),
            receipt: chance::code(10),
        };
        (self.deed(self.resident, &format!("raise-{id}")), new)
    }

    /// That the worker accepts it.
    pub fn accepts(&self, id: RequestId) -> Deed {
        self.deed(self.worker, &format!("accept-{id}"))
    }

    /// Puts one request on record.
    pub async fn raise(&self) -> Result<RequestId, Fault> {
        let ((deed, new), settings) = (self.asks(), self.settings.clone());
        let id = new.id;
        let work = move |tx: &mut Tx| requests::raise(tx, &settings, &deed, &new);
        self.app.db.write(work).await.map_err(broken)?;
        Ok(id)
    }

    async fn accept(&self, id: RequestId) -> Result<Receipt, Fault> {
        let (deed, settings) = (self.accepts(id), self.settings.clone());
        let work = move |tx: &mut Tx| accept(tx, &settings, &deed, id);
        self.app.db.write(work).await.map_err(broken)
    }

    /// Commands through the use case: each client raises a request, then accepts it, and so on.
    pub async fn commands(&self, clients: usize, lasting: Duration) -> Result<Speed, Fault> {
        let client = |_, until: Instant| {
            let street = self.clone();
            async move {
                let mut waits = Vec::new();
                while Instant::now() < until {
                    let since = Instant::now();
                    let id = street.raise().await?;
                    let raised = Instant::now();
                    street.accept(id).await?;
                    waits.extend([raised - since, raised.elapsed()]);
                }
                Ok(waits)
            }
        };
        together(clients, lasting, client).await
    }

    /// Opens a session of this kind, and tells its token.
    pub async fn token(&self, person: PersonId, kind: &'static str) -> Result<String, Fault> {
        let (street, now) = (self.settings.street, self.app.now());
        let open = move |tx: &mut Tx| {
            identity::open(tx, street, Caller::Person(person), (kind, "bench"), now)
        };
        Ok(self.app.db.write(open).await.map_err(broken)?.token.text())
    }
}

/// The worker accepts a request.
pub fn accept(
    tx: &mut Tx,
    settings: &Settings,
    deed: &Deed,
    id: RequestId,
) -> Result<Receipt, Error> {
    requests::execute(tx, settings, deed, id, &Command::Accept)
}

/// The first person of a role, and where they live or work.
async fn named(app: &App, people: &DemoPeople, role: &str) -> Result<(PersonId, AreaCode), Fault> {
    let missing = || Fault::new(format!("the demonstration has no {role}"));
    let person = people.0.iter().find(|person| person.role == role).ok_or_else(missing)?;
    let area: AreaCode = person.area.parse().map_err(|_| missing())?;
    let (street, phone) = (area.street().ok_or_else(missing)?, person.phone.clone());
    let find = move |tx: &mut Tx| identity::person_by_phone(tx, street, &phone);
    let found = app.db.read(find).await.map_err(broken)?.ok_or_else(missing)?;
    Ok((found.id, area))
}

/// What was measured did not answer as it should, so there is nothing to tell about its speed.
pub fn broken(error: impl Into<Error>) -> Fault {
    Fault::new(format!("the measuring came to nothing: {}", error.into()))
}
