//! The requests of the demonstration, raised and acted upon through the same doors as all others,
//! so that their history is real.

use std::collections::HashMap;
use std::sync::Arc;

use axum::body::Bytes;
use db::Tx;
use domain::actor::{Caller, Post};
use domain::area::{AreaCode, Street};
use domain::id::{PersonId, RequestId};
use domain::phone::Phone;
use domain::requests::{Channel, Command, Note, Rating, Text};
use jiff::{SignedDuration, Timestamp, ToSpan};

use super::journey::{self, Step};
use super::rows::RequestRow;
use super::{picture, rows};
use crate::app::Settings;
use crate::clock::Ids;
use crate::error::Error;
use crate::receipts::{Deed, Key};
use crate::requests::{New, NewAsker, PhotoRow};
use crate::{App, chance, files, grid, identity, requests};

/// Every so many requests one has photos.
pub(super) const PICTURED: usize = 3;

/// One request with all that will happen to it.
struct Tale {
    row: RequestRow,
    id: RequestId,
    receipt: String,
    area: AreaCode,
    raised_at: Timestamp,
    moments: Vec<Timestamp>,
    before: Option<PhotoRow>,
    after: Option<PhotoRow>,
}

/// Where a tale stands while it is told.
#[derive(Clone, Default)]
struct Life {
    /// The code of the unit that has it.
    unit: String,
    /// The street dispatches, no longer the community.
    at_street: bool,
    /// The desk does the work itself.
    by_desk: bool,
    /// A step was refused, so the rest is left out.
    is_over: bool,
}

/// Puts all requests on record at once, unless there are some; every `pictured`-th has photos.
/// Tells how many of them did not come to the end of their journey.
pub(super) async fn tell(app: &App, street: Street, pictured: usize) -> Result<usize, Error> {
    let latest = app.db.read(move |tx| requests::latest_change(tx, street)).await?;
    if latest > 0 {
        return Ok(0);
    }
    let settings = app.settings(street)?;
    let tales = Arc::new(tales(app, &settings, pictured).await?);
    app.db.write(move |tx| tell_all(tx, &settings, &tales)).await
}

async fn tales(app: &App, settings: &Settings, every: usize) -> Result<Vec<Tale>, Error> {
    let (now, ids) = (app.now(), Ids::new(app.options.node));
    let mut rows = rows::requests();
    rows.sort_by_key(|row| std::cmp::Reverse(row.raised_minutes_ago));
    let mut tales = Vec::new();
    for (place, row) in rows.into_iter().enumerate() {
        let uneven = i64::try_from(place * 17 % 60).unwrap_or_default();
        let seconds = row.raised_minutes_ago * 60 + uneven;
        let raised_at = now - SignedDuration::from_secs(seconds);
        let steps = Step::all(&row.journey).expect("the rows are embedded and tested");
        let is_done = |step: &Step<'_>| matches!(step, Step::Resolve(_) | Step::Complete(_));
        let pictured = place % every == 0;
        let (mut before, mut after) = (None, None);
        if pictured {
            before = Some(photo(app, &row.category, place, false).await?);
        }
        if pictured && steps.iter().any(is_done) {
            after = Some(photo(app, &row.category, place, true).await?);
        }
        tales.push(Tale {
            id: RequestId(ids.next(raised_at)),
            receipt: chance::code(10),
            area: rows::area(&row.area),
            moments: journey::moments(&settings.calendar, raised_at, now, &steps),
            raised_at,
            before,
            after,
            row,
        });
    }
    merge_into_what_is_open(&mut tales, now);
    Ok(tales)
}

/// What another request was merged into was not over before that.
fn merge_into_what_is_open(tales: &mut [Tale], now: Timestamp) {
    let mut merged = Vec::new();
    for tale in &*tales {
        let steps = Step::all(&tale.row.journey).unwrap_or_default();
        for (step, &at) in steps.iter().zip(&tale.moments) {
            if let Step::Merge(key) = step {
                merged.push(((*key).to_owned(), at));
            }
        }
    }
    for (key, at) in merged {
        let target = tales.iter_mut().find(|tale| tale.row.key == key);
        if let Some(last) = target.and_then(|tale| tale.moments.last_mut()) {
            *last = (*last).max((at + SignedDuration::from_mins(30)).min(now));
        }
    }
}

async fn photo(app: &App, category: &str, place: usize, done: bool) -> Result<PhotoRow, Error> {
    let category = category.to_owned();
    let drawn = tokio::task::spawn_blocking(move || picture::draw(&category, place, done));
    let drawn: Bytes = drawn.await.map_err(|_| Error::Records(db::Error::Panicked))?;
    let failed = |error: &dyn std::fmt::Display| Error::Files(error.to_string());
    let photos = files::read_photos(vec![drawn]).await.map_err(|error| failed(&error))?;
    let [photo] = &photos[..] else { unreachable!("one was given") };
    app.files.put(photo).await.map_err(|error| failed(&error))?;
    Ok(PhotoRow {
        side: String::new(),
        hash: photo.hash().to_owned(),
        width: photo.width().into(),
        height: photo.height().into(),
    })
}

/// Who and what the tales speak of, as it is on record.
struct Cast {
    people: HashMap<String, identity::Person>,
    /// By the code of their unit.
    liaisons: HashMap<String, PersonId>,
    requests: HashMap<String, RequestId>,
}

fn tell_all(tx: &mut Tx, settings: &Settings, tales: &[Tale]) -> Result<usize, Error> {
    let cast = cast(tx, settings.street, tales)?;
    let mut lives = vec![Life::default(); tales.len()];
    let mut acts: Vec<(Timestamp, usize, usize)> = Vec::new();
    for (which, tale) in tales.iter().enumerate() {
        acts.push((tale.raised_at, which, 0));
        let steps = (1..).zip(&tale.moments);
        acts.extend(steps.map(|(place, &at)| (at, which, place)));
    }
    acts.sort_unstable();
    for (at, which, place) in acts {
        let tale = &tales[which];
        if place == 0 {
            raise(tx, settings, tale, &cast)?;
            continue;
        }
        let steps = Step::all(&tale.row.journey).unwrap_or_default();
        let Some(&step) = steps.get(place - 1) else { continue };
        let life = &mut lives[which];
        if life.is_over {
            continue;
        }
        match act(tx, settings, (tale, &cast, life), (step, place), at) {
            // The clock of this machine stands where no journey fits: it ends here.
            Err(Error::Request(refused)) => {
                tracing::warn!(request = %tale.row.key, place, %refused, "a step was left out");
                life.is_over = true;
            }
            other => other?,
        }
    }
    Ok(lives.iter().filter(|life| life.is_over).count())
}

fn cast(tx: &mut Tx, street: Street, tales: &[Tale]) -> Result<Cast, Error> {
    let mut people = HashMap::new();
    for row in rows::people() {
        let person = identity::person_by_phone(tx, street, &row.phone)?.ok_or(Error::NotFound)?;
        people.insert(row.key, person);
    }
    let appointments = rows::appointments().into_iter().filter(|row| !row.unit.is_empty());
    let liaisons = appointments.map(|row| (row.unit, people[&row.person].id)).collect();
    let requests = tales.iter().map(|tale| (tale.row.key.clone(), tale.id)).collect();
    Ok(Cast { people, liaisons, requests })
}

fn raise(tx: &mut Tx, settings: &Settings, tale: &Tale, cast: &Cast) -> Result<(), Error> {
    let row = &tale.row;
    let named = |name: &str, phone: &str| NewAsker::Named {
        name: name.to_owned(),
        phone: Phone::new(phone).ok(),
    };
    let (caller, asker) = match (cast.people.get(&row.writer), cast.people.get(&row.asker)) {
        (Some(writer), Some(asker)) => {
            (Caller::Person(writer.id), named(&asker.name, &asker.phone))
        }
        (None, Some(asker)) => (Caller::Person(asker.id), NewAsker::Myself),
        _ if row.name.is_empty() && row.phone.is_empty() => (Caller::Nobody, NewAsker::Myself),
        _ => (Caller::Nobody, named(&row.name, &row.phone)),
    };
    let new = New {
        id: tale.id,
        area: tale.area,
        place: row.place.clone(),
        category: row.category.clone(),
        text: Text::new(&row.text).map_err(|bad| Error::field("text", requests::bad_text(bad)))?,
        asker,
        channel: Channel::Page,
        photos: tale.before.clone().into_iter().collect(),
        receipt: tale.receipt.clone(),
    };
    requests::raise(tx, settings, &deed(settings, tale, caller, 0, tale.raised_at), &new)?;
    // Whoever was written for takes the request over with the receipt, where they have an account.
    if let (Caller::Person(writer), Some(asker)) = (caller, cast.people.get(&row.asker))
        && writer != asker.id
    {
        requests::adopt(tx, settings.street, tale.id, asker.id, tale.raised_at)?;
    }
    Ok(())
}

fn act(
    tx: &mut Tx,
    settings: &Settings,
    (tale, cast, life): (&Tale, &Cast, &mut Life),
    (step, place): (Step<'_>, usize),
    at: Timestamp,
) -> Result<(), Error> {
    let caller = caller(tx, settings.street, (tale, cast, life), step, at)?;
    let command = command(tx, settings, cast, step, at)?;
    requests::execute(tx, settings, &deed(settings, tale, caller, place, at), tale.id, &command)?;
    match step {
        Step::Dispatch(code) => {
            code.clone_into(&mut life.unit);
            life.by_desk = false;
        }
        Step::Handle => life.by_desk = true,
        Step::EscalateStreet(_) => life.at_street = true,
        Step::Resolve(_) | Step::Complete(_) => {
            if let Some(photo) = tale.after.clone() {
                let deed = deed(settings, tale, caller, 90 + place, at);
                requests::add_photos(tx, &deed, tale.id, &[photo])?;
            }
        }
        _ => {}
    }
    Ok(())
}

fn deed(settings: &Settings, tale: &Tale, caller: Caller, place: usize, at: Timestamp) -> Deed {
    let key = Key::new(&format!("demo-{}-{place:02}", tale.row.key));
    let key = key.expect("such a key is short and plain");
    Deed { street: settings.street, caller, at, key, digest: "demo".to_owned() }
}

/// Who takes this step.
fn caller(
    tx: &mut Tx,
    street: Street,
    (tale, cast, life): (&Tale, &Cast, &Life),
    step: Step<'_>,
    at: Timestamp,
) -> Result<Caller, Error> {
    let post = match step {
        Step::Withdraw | Step::Answer(_) | Step::Confirm(_) | Step::Unsolved(_) => {
            let asker = cast.people.get(&tale.row.asker);
            return Ok(asker.map_or(Caller::Pass(tale.id), |asker| Caller::Person(asker.id)));
        }
        Step::Complete(_) if life.by_desk => desk(life),
        Step::Sign | Step::Return(_) | Step::Extend(..) | Step::Complete(_) => {
            let liaison = cast.liaisons.get(&life.unit).ok_or(Error::NotFound)?;
            return Ok(Caller::Person(*liaison));
        }
        Step::EscalateStreet(_) => Post::CommunityOfficer,
        Step::Dispatch(_) | Step::Handle | Step::Suspend(..) | Step::Grant => desk(life),
        Step::Accept
        | Step::Resolve(_)
        | Step::Escalate(_)
        | Step::Reject(_)
        | Step::Merge(_)
        | Step::Ask(_) => Post::GridWorker,
    };
    let holders = identity::holders(tx, street, post, tale.area, at)?;
    holders.first().map(|holder| Caller::Person(holder.id)).ok_or(Error::NotFound)
}

fn desk(life: &Life) -> Post {
    if life.at_street { Post::StreetOfficer } else { Post::CommunityOfficer }
}

fn command(
    tx: &mut Tx,
    settings: &Settings,
    cast: &Cast,
    step: Step<'_>,
    at: Timestamp,
) -> Result<Command, Error> {
    let note =
        |text: &str| Note::new(text).map_err(|bad| Error::field("note", requests::bad_text(bad)));
    Ok(match step {
        Step::Accept => Command::Accept,
        Step::Resolve(text) => Command::Resolve { note: note(text)? },
        Step::Escalate(text) | Step::EscalateStreet(text) => {
            Command::Escalate { note: note(text)? }
        }
        Step::Reject(text) => Command::Reject { reason: note(text)? },
        Step::Merge(key) => {
            Command::Merge { into: *cast.requests.get(key).ok_or(Error::NotFound)? }
        }
        Step::Withdraw => Command::Withdraw { note: None },
        Step::Ask(text) => Command::Ask { question: note(text)? },
        Step::Answer(text) => Command::Answer { answer: note(text)? },
        Step::Dispatch(code) => {
            let unit = grid::unit_coded(tx, settings.street, code)?.ok_or(Error::NotFound)?;
            Command::Dispatch { unit: unit.id, note: None }
        }
        Step::Handle => Command::Handle,
        Step::Suspend(days, plan) => {
            let review_on = settings.calendar.date(at).saturating_add(days.days());
            Command::Suspend { plan: note(plan)?, review_on }
        }
        Step::Sign => Command::Sign,
        Step::Return(text) => Command::Return { reason: note(text)? },
        Step::Extend(days, text) => Command::Extend { days, reason: note(text)? },
        Step::Grant => Command::DecideExtension { granted: true, note: None },
        Step::Complete(text) => Command::Complete { note: note(text)? },
        Step::Confirm(level) => {
            let rating = Rating::new(level).ok_or(Error::NotFound)?;
            Command::Confirm { rating, note: None }
        }
        Step::Unsolved(text) => Command::Redo { reason: note(text)?, rating: None },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::tests::street_at;

    #[tokio::test]
    async fn every_journey_comes_to_its_end_whenever_the_demonstration_begins() {
        for now in [
            "2026-03-04T12:00:00+08:00", // a Wednesday at noon
            "2026-03-09T08:00:00+08:00", // a Monday, before the office opens
            "2026-03-08T03:00:00+08:00", // a night of Sunday
            "2026-02-19T15:00:00+08:00", // in the longest holiday
            "2026-10-09T09:30:00+08:00", // on the first day after one
            "2027-05-03T17:30:00+08:00", // past what the calendar knows
        ] {
            let (app, street) = street_at(now).await;
            assert_eq!(tell(&app, street, usize::MAX).await.unwrap(), 0, "{now}");
            let known = rows::requests().len();
            let told = app.db.read(move |tx| {
                let rows = tx.rows(
                    "SELECT stage, changed_at FROM requests WHERE street = $1",
                    db::params![street.number()],
                )?;
                let latest = rows.iter().map(|row| row.get::<i64>("changed_at"));
                Ok::<_, db::Error>((rows.len(), latest.collect::<Result<Vec<_>, _>>()?))
            });
            let (count, changes) = told.await.unwrap();
            assert_eq!(count, known);
            assert!(changes.iter().all(|&at| at <= app.now().as_microsecond()), "{now}");
        }
    }
}
