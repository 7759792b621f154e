//! How the calendar changes: a notice is taken in whole or not at all, closures come and go. Each
//! change has a version, a line of history, and followers.

use std::collections::BTreeMap;

use db::Tx;
use domain::actor::{Caller, Verb};
use domain::area::Street;
use domain::calendar::{Calendar, DayKind};
use domain::festivals::Doubts;
use domain::id::{ClosureId, PersonId};
use domain::requests::readable;
use jiff::ToSpan;
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::notice::{Fault, Notice};
use super::words::{self, Column};
use super::{Closure, Followed, Followers, Named, Taken, store};
use crate::app::Settings;
use crate::error::{Error, Field};
use crate::history::{self, Entry};
use crate::identity;
use crate::receipts::{self, Deed, Receipt};

/// Under which number history keeps the story of a street's calendar; no other thing has one below
/// nought.
const STORY: i64 = -1;
/// The most days of one closure.
const CLOSURE_DAYS_MAX: i32 = 60;
const REASON_LONGEST: usize = 60;

/// What stands on record, and which version of it.
#[derive(Clone, Debug)]
pub struct Standing {
    pub version: i64,
    pub days: BTreeMap<Date, Named>,
    pub closures: Vec<Closure>,
    pub known_through: Date,
}

/// What a notice would change.
#[derive(Clone, Debug)]
pub struct Plan {
    pub year: i16,
    pub changes: Vec<Change>,
    /// How many days of the notice are off, and how many weekend days are worked.
    pub off: usize,
    pub made_up: usize,
    /// Working days of the year, as they are counted now and as they would be.
    pub workdays_before: u32,
    pub workdays: u32,
    /// Why the notice may not be the whole of it.
    pub doubts: Doubts,
    /// The calendar as it would be.
    pub calendar: Calendar,
    /// Of which version of the calendar this is said.
    pub version: i64,
    /// The days as they would be on record.
    days: BTreeMap<Date, Named>,
    was_known_through: Date,
}

/// What a notice is taken in over.
#[derive(Clone, Copy, Debug)]
pub struct Over {
    /// The version of the calendar that was seen; without it, whichever is there.
    pub seen: Option<i64>,
    /// The office compared it with the notice: it really says so, whatever is to be doubted.
    pub as_it_stands: bool,
}

/// A day that becomes other than it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub date: Date,
    pub before: Option<DayKind>,
    pub after: Option<DayKind>,
    /// The name of its holiday.
    pub name: String,
}

impl Plan {
    /// Whether the calendar says all of this already.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.calendar.known_through == self.was_known_through
    }
}

/// What stands on record.
pub fn standing(tx: &mut Tx, street: Street) -> Result<Standing, Error> {
    Ok(Standing {
        version: store::version(tx, street)?,
        days: store::days(tx, street)?,
        closures: store::closures(tx, street)?,
        known_through: store::known(tx, street)?,
    })
}

/// The notices that were taken in, the newest first.
pub fn taken(tx: &mut Tx, street: Street) -> Result<Vec<Taken>, Error> {
    store::notices(tx, street)
}

/// What `notice` would change. A notice tells its whole year: a day of it that it does not name is
/// what its weekday says. Days that are over stay as they were, unless they were never known.
pub fn plan(
    standing: &Standing,
    zone: &TimeZone,
    today: Date,
    notice: &Notice,
) -> Result<Plan, Vec<Fault>> {
    let known = standing.known_through;
    let is_over = |day: Date| day < today && day <= known;
    let next = known.year() + 1;
    if known > store::EPOCH && notice.year > next {
        let reason = words::year_missing(next);
        return Err(vec![Fault { row: 0, column: Column::Whole, reason }]);
    }
    let mut days = standing.days.clone();
    let is_retold = |day: Date| {
        // The December of a year may have been told anew by the notice of the next.
        let is_next_told = known.year() > notice.year && day.month() == 12;
        day.year() == notice.year && !is_next_told && !is_over(day)
    };
    days.retain(|&day, _| !is_retold(day));
    days.extend(notice.days.iter().map(|(&day, named)| (day, named.clone())));
    let all: std::collections::BTreeSet<Date> =
        standing.days.keys().chain(days.keys()).copied().collect();
    let mut changes = Vec::new();
    let mut faults = Vec::new();
    for date in all {
        let (old, new) = (standing.days.get(&date), days.get(&date));
        let (before, after) = (old.map(|day| day.kind), new.map(|day| day.kind));
        if before == after {
            continue;
        }
        if is_over(date) {
            let row = notice.rows.get(&date).copied().unwrap_or_default();
            let reason = words::DAY_OVER.into();
            faults.push(Fault { row, column: Column::Date, reason });
        }
        let name = new.or(old).map(|day| day.name.clone()).unwrap_or_default();
        changes.push(Change { date, before, after, name });
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let known_through = known.max(date(notice.year, 12, 31));
    let counted = |calendar: &Calendar| {
        calendar.workdays_between(date(notice.year, 1, 1), date(notice.year, 12, 31))
    };
    let before = store::assembled(zone.clone(), &standing.days, &standing.closures, known);
    let calendar = store::assembled(zone.clone(), &days, &standing.closures, known_through);
    let closed_never = store::assembled(zone.clone(), &days, &[], known_through);
    let doubts = Doubts::of(notice.festivals(), counted(&closed_never));
    let of_kind = |kind| notice.days.values().filter(|day| day.kind == kind).count();
    Ok(Plan {
        year: notice.year,
        changes,
        off: of_kind(DayKind::Off),
        made_up: of_kind(DayKind::Workday),
        workdays_before: counted(&before),
        workdays: counted(&calendar),
        doubts,
        calendar,
        version: standing.version,
        days,
        was_known_through: known,
    })
}

/// Takes a notice in: all of it, over the version of the calendar that was `seen`, with everything
/// that follows from it. One that can hardly be whole is refused, unless the office says that it
/// read `as_it_stands`.
pub fn take_in(
    tx: &mut Tx,
    settings: &Settings,
    followers: Followers,
    deed: &Deed,
    notice: &Notice,
    Over { seen, as_it_stands }: Over,
) -> Result<Receipt, Error> {
    receipts::once(tx, deed, |tx| {
        may_change(tx, deed)?;
        let street = deed.street;
        let standing = standing(tx, street)?;
        check_version(&standing, seen)?;
        let zone = &settings.calendar.zone;
        let today = settings.calendar.date(deed.at);
        let plan = plan(&standing, zone, today, notice).map_err(|faults| wrong(&faults))?;
        if plan.is_empty() {
            return Err(Error::Refused(words::NOTHING_NEW.into()));
        }
        if !plan.doubts.is_empty() && !as_it_stands {
            return Err(Error::field("as_it_stands", words::doubted(&plan.doubts, plan.year)));
        }
        let version = store::advance(tx, street, standing.version)?;
        for change in plan.changes.iter().filter(|change| change.after.is_none()) {
            store::remove_day(tx, street, change.date)?;
        }
        for (&date, day) in &plan.days {
            if standing.days.get(&date) != Some(day) {
                store::add_day(tx, street, date, kind(day.kind), &day.name)?;
            }
        }
        store::known_through(tx, street, plan.calendar.known_through)?;
        let taken = Taken {
            version,
            year: plan.year,
            days: i64::try_from(notice.days.len()).unwrap_or(i64::MAX),
            changed: i64::try_from(plan.changes.len()).unwrap_or(i64::MAX),
            person: person(deed),
            at: deed.at,
        };
        store::add_notice(tx, street, &taken)?;
        let facts = json!({
            "year": plan.year,
            "days": taken.days,
            "changed": taken.changed,
            "known_through": plan.calendar.known_through.to_string(),
            "as_it_stands": !plan.doubts.is_empty(),
        });
        remember(tx, deed, version, "notice_taken_in", &facts)?;
        let followed = (followers.follow)(tx, settings, &plan.calendar, deed.at)?;
        let mut answer = facts;
        answer["workdays"] = plan.workdays.into();
        Ok(receipt(version, answer, followed))
    })
}

/// Closes the office for some days, from today on at the earliest.
pub fn add_closure(
    tx: &mut Tx,
    settings: &Settings,
    followers: Followers,
    deed: &Deed,
    closure: &Closure,
    seen: Option<i64>,
) -> Result<Receipt, Error> {
    receipts::once(tx, deed, |tx| {
        may_change(tx, deed)?;
        let standing = standing(tx, deed.street)?;
        check_version(&standing, seen)?;
        check_closure(closure, &standing, settings.calendar.date(deed.at))?;
        let version = store::advance(tx, deed.street, standing.version)?;
        let reason = readable(&closure.reason);
        let closure = Closure { person: person(deed), at: deed.at, reason, ..closure.clone() };
        store::add_closure(tx, deed.street, &closure)?;
        let facts = json!({
            "id": ClosureId(closure.id).to_string(),
            "from": closure.first.to_string(),
            "to": closure.last.to_string(),
            "reason": closure.reason,
        });
        remember(tx, deed, version, "closure_added", &facts)?;
        let calendar = super::anew(tx, deed.street, &settings.calendar)?;
        let followed = (followers.follow)(tx, settings, &calendar, deed.at)?;
        Ok(receipt(version, facts, followed))
    })
}

/// Takes a closure back: as a whole before it begins, and from tomorrow on while it lasts.
pub fn remove_closure(
    tx: &mut Tx,
    settings: &Settings,
    followers: Followers,
    deed: &Deed,
    id: i64,
) -> Result<Receipt, Error> {
    receipts::once(tx, deed, |tx| {
        may_change(tx, deed)?;
        let street = deed.street;
        let standing = standing(tx, street)?;
        let closure = standing.closures.iter().find(|closure| closure.id == id);
        let closure = closure.ok_or(Error::NotFound)?;
        let today = settings.calendar.date(deed.at);
        if closure.last <= today {
            return Err(Error::Refused(words::CLOSURE_OVER.into()));
        }
        let version = store::advance(tx, street, standing.version)?;
        let event = if closure.first > today {
            store::remove_closure(tx, street, id, deed.at)?;
            "closure_removed"
        } else {
            store::end_closure(tx, street, id, today)?;
            "closure_ended"
        };
        let facts = json!({ "id": ClosureId(id).to_string() });
        remember(tx, deed, version, event, &facts)?;
        let calendar = super::anew(tx, street, &settings.calendar)?;
        let followed = (followers.follow)(tx, settings, &calendar, deed.at)?;
        Ok(receipt(version, facts, followed))
    })
}

/// What is wrong with a notice, as fields of the form that it came in.
#[must_use]
pub fn wrong(faults: &[Fault]) -> Error {
    let field = |fault: &Fault| Field {
        name: "text",
        reason: words::fault(fault.row, fault.column, &fault.reason),
    };
    Error::Invalid(faults.iter().map(field).collect())
}

/// Whoever changes the calendar works at the desk of the whole street, at this moment.
fn may_change(tx: &mut Tx, deed: &Deed) -> Result<(), Error> {
    let Caller::Person(person) = deed.caller else { return Err(Error::Forbidden) };
    let actor = identity::actor(tx, deed.street, person, deed.at)?;
    let may = actor.may(Verb::WorkAtStreetDesk, deed.street.area());
    if may { Ok(()) } else { Err(Error::Forbidden) }
}

fn check_version(standing: &Standing, seen: Option<i64>) -> Result<(), Error> {
    match seen {
        Some(seen) if seen != standing.version => {
            Err(Error::Refused(words::CHANGED_MEANWHILE.into()))
        }
        _ => Ok(()),
    }
}

fn check_closure(closure: &Closure, standing: &Standing, today: Date) -> Result<(), Error> {
    if closure.first < today {
        return Err(Error::field("first", words::FIRST_BAD));
    }
    let longest = closure.first.saturating_add((CLOSURE_DAYS_MAX - 1).days());
    if closure.last < closure.first || closure.last > longest {
        return Err(Error::field("last", words::LAST_BAD));
    }
    let reason = readable(&closure.reason);
    let fits = (1..=REASON_LONGEST).contains(&reason.chars().count()) && !reason.contains('\n');
    if !fits {
        return Err(Error::field("reason", words::REASON_BAD));
    }
    let mut others = standing.closures.iter();
    if others.any(|other| other.first <= closure.last && closure.first <= other.last) {
        return Err(Error::Refused(words::CLOSED_ALREADY.into()));
    }
    Ok(())
}

fn remember(
    tx: &mut Tx,
    deed: &Deed,
    version: i64,
    event: &str,
    facts: &Value,
) -> Result<(), Error> {
    let entry = Entry {
        version,
        at: deed.at,
        actor: person(deed),
        role: "street".to_owned(),
        event: event.to_owned(),
        facts: facts.to_string(),
    };
    history::add(tx, deed.street, STORY, &entry)
}

fn receipt(version: i64, mut answer: Value, followed: Followed) -> Receipt {
    answer["version"] = version.into();
    answer["deadlines_moved"] = followed.moved.into();
    answer["goes_on"] = followed.goes_on.into();
    Receipt { subject: STORY, version, answer: answer.to_string(), replayed: false }
}

fn person(deed: &Deed) -> Option<PersonId> {
    if let Caller::Person(person) = deed.caller { Some(person) } else { None }
}

/// The name of a kind of day, in the database and in the interface alike.
pub(super) fn kind(kind: DayKind) -> &'static str {
    match kind {
        DayKind::Off => "off",
        DayKind::Workday => "work",
    }
}
