//! News of requests: who hears of what happened, what they are told, and whether they may still
//! know of it.

pub(super) mod past;
mod store;

use std::collections::HashMap;

use db::Tx;
use domain::actor::{Actor, Appointment, Caller, Post, Verb};
use domain::area::Street;
use domain::id::{PersonId, RequestId};
use domain::requests::{Audience, Desk, Event, Hands, News, Sight, Urgency, moved, news};
use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::neighbours::{self, Supporter};
use super::{Record, deadlines, words};
use crate::app::Settings;
use crate::clock::Ids;
use crate::error::Error;
use crate::history::{self, Entry};
use crate::identity;
use crate::notices::{self, New, Notice, Reader, Subjects, Told};
use crate::queue::{self, Job};
use crate::web::words::Lang;

/// How notices of requests are put into words, and where they ring.
pub const SUBJECTS: Subjects = Subjects { tell, phone };

/// Tells everybody whom it concerns what happened to a request since the version of `job`, and
/// takes the job away. Each reader hears of each version once, however often this is done. Tells
/// how many pieces of news there were.
pub fn tell_news(
    tx: &mut Tx,
    settings: &Settings,
    ids: &Ids,
    job: &Job,
    now: Timestamp,
) -> Result<usize, Error> {
    let street = settings.street;
    // First of all: what is written from here on has a job of its own, and all else is read below.
    queue::done(tx, street, job)?;
    let id = RequestId(job.subject);
    let record = super::store::load(tx, street, id)?;
    let around = identity::reaching(tx, street, record.request.area, now)?;
    let (mut hands, mut told) = (Hands::default(), 0);
    for entry in history::of(tx, street, id.0)? {
        let event = past::event(&entry);
        let heard = match entry.event.as_str() {
            deadlines::MOVED => moved(hands),
            "raised" => news(None, hands),
            _ if event.is_some() => news(event.as_ref(), hands),
            _ => Vec::new(),
        };
        if entry.version >= job.since {
            for one in heard {
                for reader in readers(tx, street, &record, &around, &entry, one.to)? {
                    let new = piece(&record, &entry, event.as_ref(), hands, one, reader, now);
                    told += usize::from(notices::add(tx, settings, ids, &new)?);
                }
            }
        }
        hands = event.map_or(hands, |event| hands.after(&event));
    }
    Ok(told)
}

/// Who belongs to an audience, but for the one who acted: they know already.
fn readers(
    tx: &mut Tx,
    street: Street,
    record: &Record,
    around: &[(PersonId, Appointment)],
    entry: &Entry,
    audience: Audience,
) -> Result<Vec<Reader>, Error> {
    let with = |fits: &dyn Fn(&Appointment) -> bool| {
        let fitting = around.iter().filter(|(_, held)| fits(held));
        fitting.map(|&(person, _)| person).collect::<Vec<_>>()
    };
    let allows = |held: &Appointment, verb| held.post.verbs().contains(&verb);
    let people = match audience {
        Audience::Asker => {
            let acted = entry.role == "asker" && entry.actor.is_none();
            let by_phone = record.request.asker.is_none() && !record.asker_phone.is_empty();
            if by_phone && !acted {
                return Ok(vec![Reader::ASKER]);
            }
            record.request.asker.into_iter().collect()
        }
        Audience::Supporters => return supporters(tx, street, record, entry),
        Audience::GridWorkers => {
            // The leader looks after what nobody else does, and is spared the rest.
            let workers = with(&|held| held.post == Post::GridWorker);
            let leaders = || with(&|held| allows(held, Verb::WorkInGrid));
            if workers.is_empty() { leaders() } else { workers }
        }
        Audience::Worker(worker) => vec![worker],
        Audience::Desk(Desk::Community) => with(&|held| allows(held, Verb::WorkAtCommunityDesk)),
        Audience::Desk(Desk::Street) => with(&|held| allows(held, Verb::WorkAtStreetDesk)),
        Audience::Unit(unit) => with(&|held| held.unit == Some(unit)),
    };
    let others = people.into_iter().filter(|&person| entry.actor != Some(person));
    Ok(others.map(Reader::Person).collect())
}

/// Neighbours who said “me too”, but for the one who acted.
fn supporters(
    tx: &mut Tx,
    street: Street,
    record: &Record,
    entry: &Entry,
) -> Result<Vec<Reader>, Error> {
    let id = record.request.id;
    let joined = neighbours::supporters(tx, street, id)?.into_iter();
    let others = joined.filter(|one| match one {
        Supporter::Person(person) => entry.actor != Some(*person),
        Supporter::Phone(phone) => *phone != record.asker_phone,
    });
    Ok(others
        .map(|one| match one {
            Supporter::Person(person) => Reader::Person(person),
            Supporter::Phone(phone) => Reader::Phone(phone_number(id, &phone)),
        })
        .collect())
}

/// The number by which a phone is known here, without being written down once more.
fn phone_number(id: RequestId, phone: &str) -> i64 {
    let digest = Sha256::digest(format!("{id} {phone}").as_bytes());
    let bytes = digest.first_chunk().copied().unwrap_or_default();
    (i64::from_be_bytes(bytes) | 1).wrapping_abs().saturating_neg()
}

fn piece(
    record: &Record,
    entry: &Entry,
    event: Option<&Event>,
    before: Hands,
    news: News,
    reader: Reader,
    now: Timestamp,
) -> New {
    let hands = event.map_or(before, |event| before.after(event));
    // Only of the present is it known until when there is time.
    let is_last = entry.version == record.version;
    let until = record.request.due.filter(|_| is_last).map(|due| due.at.as_microsecond());
    let to = match news.to {
        Audience::Asker => "asker",
        Audience::Supporters => "supporter",
        _ => "staff",
    };
    let facts = json!({
        "to": to,
        "until": until,
        "unit": hands.unit.or(before.unit).map(|unit| unit.to_string()),
        "desk": hands.desk.map(Desk::name),
        "worker": hands.worker.map(|worker| worker.to_string()),
        "days": past::fact(entry, "days").as_u64(),
        "order": (to == "staff" && entry.event == "supervised").then(|| past::fact(entry, "note")),
        "reply_by": past::fact(entry, "reply_by"),
        "solved": past::fact(entry, "solved").as_bool(),
    });
    New {
        reader,
        subject: record.request.id,
        version: entry.version,
        kind: entry.event.clone(),
        topic: news.topic,
        facts: facts.to_string(),
        at: entry.at,
        now,
        urgent: record.request.urgency == Urgency::Danger,
    }
}

/// Puts notices into words for a reader as they are now. What they may not see any more is nothing.
fn tell(
    tx: &mut Tx,
    settings: &Settings,
    actor: &Actor,
    lang: Lang,
    notices: &[Notice],
) -> Result<Vec<Option<Told>>, Error> {
    let ids: Vec<RequestId> = notices.iter().map(|notice| notice.subject).collect();
    let known = store::glimpses(tx, settings.street, &ids)?;
    let known: HashMap<RequestId, store::Glimpse> =
        known.into_iter().map(|glimpse| (glimpse.request.id, glimpse)).collect();
    let told = notices.iter().map(|notice| {
        let glimpse = known.get(&notice.subject)?;
        let facts: Value = serde_json::from_str(&notice.facts).unwrap_or_default();
        // Whoever joined may know that it goes on, and no more of it.
        let joined = facts["to"] == "supporter";
        let sight = if joined { Sight::Nothing } else { glimpse.request.sight(actor) };
        if sight == Sight::Nothing && !joined {
            return None;
        }
        let is_asker = facts["to"] != "staff";
        let category = settings.category(&glimpse.category);
        let category = category.map_or("", |known| lang.pick(&known.name, &known.name_en));
        if joined {
            return Some(Told {
                about: category.to_owned(),
                text: neighbours::words::news(&notice.kind, &facts, lang),
                path: format!("/requests/{}/supporters", notice.subject),
                place: settings.place_name(glimpse.request.area, lang),
            });
        }
        let seen = sight > Sight::Nothing && actor.caller != Caller::System;
        Some(Told {
            about: format!("{} · {category}", glimpse.number),
            text: words::news(&notice.kind, notice.topic, &facts, is_asker, settings, lang),
            path: if seen { format!("/requests/{}", notice.subject) } else { "/mine".to_owned() },
            place: settings.place_name(glimpse.request.area, lang),
        })
    });
    Ok(told.collect())
}

/// The phone that somebody without an account left with a request, or when they joined it.
fn phone(tx: &mut Tx, street: Street, id: RequestId, number: i64) -> Result<Option<String>, Error> {
    if number == 0 {
        let record = super::store::load(tx, street, id)?;
        let phone = Some(record.asker_phone).filter(|phone| !phone.is_empty());
        return Ok(phone.filter(|_| record.request.asker.is_none()));
    }
    let joined = neighbours::supporters(tx, street, id)?.into_iter();
    let mut phones = joined.filter_map(|supporter| match supporter {
        Supporter::Phone(phone) => Some(phone),
        Supporter::Person(_) => None,
    });
    Ok(phones.find(|phone| phone_number(id, phone) == number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phone_is_known_by_a_number_below_nought_that_does_not_tell_it() {
        let number = phone_number(RequestId(7), "13800001234");
        assert!(number < 0 && !number.to_string().contains("13800001234"));
        assert_ne!(number, phone_number(RequestId(8), "13800001234"));
        assert_eq!(number, phone_number(RequestId(7), "13800001234"));
    }
}
