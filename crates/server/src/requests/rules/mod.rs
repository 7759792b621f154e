//! What a street decides about its requests: categories, where they go, how long each step takes.
//!
//! Each of the four kinds is a table of texts; every change of it is a new version, kept whole, so
//! that two can be compared and an older one can hold again. What is running keeps its clock.

mod api;
mod category;
mod change;
mod check;
mod pages;
mod store;
mod table;
mod trial;
mod words;

pub use category::Category;
pub use change::{Draft, begin, change, restored};
pub use check::{Fault, faults};
pub use table::{Table, Unreadable};
pub use trial::{Begins, Preview, Running, Trial, preview, trial};

use db::Tx;
use domain::area::{AreaCode, Street};
use domain::id::{PersonId, UnitId};
use domain::requests::{ClockRule, Limits, Numbers, RoutingRule, Scope, Urgency, route};
use jiff::Timestamp;

use crate::app::Settings;
use crate::error::Error;
use crate::grid::Unit;
use crate::requests::{Record, Seen};
use crate::web::Routes;
use crate::web::words::Lang;

/// What is decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Categories,
    Routing,
    Clocks,
    Numbers,
}

/// One version of one kind, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    pub kind: Kind,
    /// From 1 on.
    pub version: i64,
    pub at: Timestamp,
    /// Nobody for what the street began with.
    pub actor: Option<PersonId>,
    /// Why.
    pub note: String,
    /// A [`Table`] as text.
    pub state: String,
}

/// The rules that hold, beside the categories themselves.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    pub routing: Vec<RoutingRule>,
    pub clocks: Vec<ClockRule>,
    pub numbers: Numbers,
    heads: [i64; 4],
}

/// Where a request usually goes, and which rule says so.
#[derive(Clone, Copy, Debug)]
pub struct Fired<'a> {
    pub unit: &'a Unit,
    pub by: By<'a>,
}

/// What decided about a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By<'a> {
    /// The rule of this number, from 1 on.
    Rule(usize),
    /// No rule: the unit that the category of this code names as its usual one.
    Usual(&'a str),
}

impl Kind {
    /// Every kind.
    pub const ALL: [Kind; 4] = [Kind::Categories, Kind::Routing, Kind::Clocks, Kind::Numbers];

    /// The name of this kind, in the database and in the interface alike.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Kind::Categories => "categories",
            Kind::Routing => "routing",
            Kind::Clocks => "clocks",
            Kind::Numbers => "numbers",
        }
    }

    /// The kind of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The columns of its table.
    #[must_use]
    pub fn columns(self) -> &'static [&'static str] {
        match self {
            Kind::Categories => &[
                "code",
                "parent",
                "name",
                "name_en",
                "icon",
                "urgency",
                "unit",
                "danger",
                "opens",
                "opens_en",
                "closes",
                "closes_en",
                "photo",
                "photo_en",
                "retired",
            ],
            Kind::Routing => &["category", "area", "unit"],
            Kind::Clocks => &["area", "category", "urgency", "limit", "term"],
            Kind::Numbers => &["name", "value"],
        }
    }

    /// The columns that say what a row is about: two rows never say the same in all of them.
    #[must_use]
    pub fn identity(self) -> &'static [&'static str] {
        match self {
            Kind::Categories => &["code"],
            Kind::Routing => &["category", "area"],
            Kind::Clocks => &["category", "area", "urgency", "limit"],
            Kind::Numbers => &["name"],
        }
    }

    /// What a row is about.
    #[must_use]
    pub fn about(self, row: &[String]) -> Vec<&str> {
        let columns = self.columns().iter().zip(row);
        let own = columns.filter(|(column, _)| self.identity().contains(column));
        own.map(|(_, cell)| cell.as_str()).collect()
    }

    /// The column under which a whole row is complained about.
    #[must_use]
    pub fn first(self) -> &'static str {
        match self {
            Kind::Categories => "code",
            Kind::Routing | Kind::Clocks => "category",
            Kind::Numbers => "name",
        }
    }
}

impl Rules {
    /// The number of the version that holds; nought where nothing was written down yet.
    #[must_use]
    pub fn version(&self, kind: Kind) -> i64 {
        self.heads[kind as usize]
    }
}

/// The rules of the street as they hold.
pub fn load(tx: &mut Tx, street: Street) -> Result<Rules, Error> {
    let mut rules = Rules::default();
    for version in store::latest(tx, street)? {
        rules.heads[version.kind as usize] = version.version;
        let table = version.table()?;
        match version.kind {
            Kind::Categories => {}
            Kind::Routing => rules.routing = check::routing(&table),
            Kind::Clocks => rules.clocks = check::clocks(&table),
            Kind::Numbers => rules.numbers = check::numbers(&table),
        }
    }
    Ok(rules)
}

/// The last two hundred versions of a kind, the newest first, without their states.
pub fn versions(tx: &mut Tx, street: Street, kind: Kind) -> Result<Vec<Version>, Error> {
    store::versions(tx, street, kind)
}

/// One version; what was never written is not found.
pub fn version(tx: &mut Tx, street: Street, kind: Kind, number: i64) -> Result<Version, Error> {
    store::version(tx, street, kind, number)?.ok_or(Error::NotFound)
}

/// The addresses of this folder.
#[must_use]
pub(super) fn routes() -> Routes {
    pages::routes().and(api::routes())
}

impl Version {
    /// The table that it keeps.
    pub fn table(&self) -> Result<Table, Error> {
        Table::read(self.kind, &self.state).map(Table::healed).map_err(|Unreadable(line)| {
            let what = format!("{} version {}: line {line}", self.kind.name(), self.version);
            Error::Records(db::Error::Corrupt(what))
        })
    }
}

impl Settings {
    /// Where a request of this category at this place usually goes.
    #[must_use]
    pub fn goes_to<'a>(&'a self, area: AreaCode, category: &'a str) -> Option<Fired<'a>> {
        self.goes_by(&self.rules.routing, area, category)
    }

    /// The same by other rules than those that hold. A rule whose unit does not reach the place
    /// does not fire. The usual unit of a category is a rule as well: it stands after all that were
    /// written, and a rule for everything stands behind it, for it is less about the category.
    #[must_use]
    pub fn goes_by<'a>(
        &'a self,
        rules: &[RoutingRule],
        area: AreaCode,
        category: &'a str,
    ) -> Option<Fired<'a>> {
        let about = self.about(area, category);
        let reaches = |code: &str| self.reaching(code, area).is_some();
        let mut places: Vec<By<'_>> = Vec::new();
        let mut able: Vec<RoutingRule> = Vec::new();
        for (place, rule) in rules.iter().enumerate().filter(|(_, rule)| reaches(&rule.unit)) {
            places.push(By::Rule(place + 1));
            able.push(rule.clone());
        }
        for code in [about.category, about.parent].into_iter().filter(|code| !code.is_empty()) {
            let usual = self.category(code).map(|known| known.unit.as_str());
            if let Some(unit) = usual.filter(|unit| reaches(unit)) {
                places.push(By::Usual(code));
                let scope = Scope { area: None, category: code.to_owned() };
                able.push(RoutingRule { scope, unit: unit.to_owned() });
            }
        }
        let (place, rule) = route(&able, about)?;
        Some(Fired { unit: self.reaching(&rule.unit, area)?, by: places[place] })
    }

    /// The same for a request on record.
    #[must_use]
    pub fn limits_of(&self, record: &Record) -> Limits {
        let request = &record.request;
        self.limits_for(request.area, &record.category, request.urgency)
    }

    fn reaching(&self, code: &str, area: AreaCode) -> Option<&Unit> {
        self.units.iter().find(|unit| unit.code == code && unit.area.contains(area))
    }

    /// How long each step takes for requests of this category at this place, as pressing as this.
    #[must_use]
    pub fn limits_for(&self, area: AreaCode, category: &str, urgency: Urgency) -> Limits {
        self.limits.clone().ruled(&self.rules.clocks, self.about(area, category), urgency)
    }
}

/// What the rules advised when a request was dispatched to `unit`, for its history: the rule, the
/// version, and whether the desk followed.
pub(super) fn advised(settings: &Settings, record: &Record, unit: UnitId) -> serde_json::Value {
    let fired = settings.goes_to(record.request.area, &record.category);
    serde_json::json!({
        "version": settings.rules.version(Kind::Routing),
        "rule": fired.and_then(|fired| fired.by.number()),
        "unit": fired.map(|fired| fired.unit.code.as_str()),
        "followed": fired.is_some_and(|fired| fired.unit.id == unit),
    })
}

/// The code of the unit that had a request last, or else of the one where such requests usually
/// go.
pub(super) fn usual_unit(settings: &Settings, seen: &Seen) -> String {
    let last = seen.story.iter().rev().find_map(|told| told.unit);
    let last = last.and_then(|unit| settings.unit(unit));
    let record = &seen.record;
    let usual = || settings.goes_to(record.request.area, &record.category).map(|it| it.unit);
    last.or_else(usual).map(|unit| unit.code.clone()).unwrap_or_default()
}

/// The same as a sentence to whoever dispatches; empty for everybody else.
pub(super) fn advice(settings: &Settings, seen: &Seen, lang: Lang) -> String {
    let record = &seen.record;
    if seen.is_mine || !seen.is_full() {
        return String::new();
    }
    let fired = settings.goes_to(record.request.area, &record.category);
    let why = words::why(fired, settings);
    let Some(Fired { unit, .. }) = fired else { return format!("{}。", lang.tell(&why)) };
    let name = lang.pick(&unit.name, &unit.name_en);
    match lang {
        Lang::Zh => format!("通常派给{name}：{}。", why.zh),
        Lang::En => format!("Usually {name}: {}.", why.en),
    }
}

impl By<'_> {
    /// The number of the rule, where one fired.
    #[must_use]
    pub fn number(self) -> Option<usize> {
        if let By::Rule(number) = self { Some(number) } else { None }
    }
}
