//! What becomes of a request of the county, from its raising to its end or until now.

use std::sync::Arc;

use domain::id::{PersonId, RequestId, UnitId};
use domain::requests::{Channel, Desk, Event, Handler, Note, Rating, Request, Rung, Rungs};
use jiff::{SignedDuration, Timestamp};

use super::dice::Dice;
use super::place::{MicroGrid, Place};
use super::words;
use crate::app::Settings;
use crate::requests::Record;
use crate::requests::import::Life;

/// How often the first category of a street's list is asked about; the second half as often, the
/// third a third, and so on.
const MOST: u64 = 1000;
/// Ratings from 1 to 5.
const RATINGS: [u64; 5] = [3, 5, 14, 38, 40];

/// One street whose requests are told.
pub struct Teller {
    pub place: Arc<Place>,
    pub settings: Arc<Settings>,
    pub seed: u64,
    pub now: Timestamp,
}

/// A request that is being told.
struct Telling<'a> {
    life: Life,
    dice: Dice,
    at: Timestamp,
    settings: &'a Settings,
    now: Timestamp,
}

impl Teller {
    /// The request of this place among all of its street. `earlier` is one that it may repeat.
    pub fn tell(
        &self,
        (place, id, at): (u64, RequestId, Timestamp),
        number: String,
        earlier: Option<RequestId>,
    ) -> Life {
        let street = self.place.street.number().unsigned_abs();
        let mut dice = Dice::of(self.seed, &[street, place, 2]);
        let micro_grid = dice.pick(&self.place.micro_grids);
        let record = self.record(&mut dice, micro_grid, (place, id, at), number);
        let mut life = Life::begin(&self.settings, record);
        if dice.in_hundred(8) {
            self.join(&mut dice, &mut life);
        }
        let settings = &self.settings;
        let mut telling = Telling { life, dice, at, settings, now: self.now };
        self.go_on(&mut telling, micro_grid, earlier);
        telling.settle()
    }

    fn record(
        &self,
        dice: &mut Dice,
        micro_grid: &MicroGrid,
        (place, id, at): (u64, RequestId, Timestamp),
        number: String,
    ) -> Record {
        let categories = &self.settings.categories;
        let winter = [11, 12, 1, 2].contains(&self.settings.calendar.date(at).month());
        let weights: Vec<u64> = (0..categories.len())
            .map(|place| MOST / (place as u64 + 1))
            .zip(categories)
            // Water pipes freeze and heating fails in winter.
            .map(
                |(often, it)| if winter && it.code.starts_with("util") { 2 * often } else { often },
            )
            .collect();
        let category = &categories[dice.weighted(&weights)];
        let text = words::text(dice, &category.code);
        let area = *dice.pick(&micro_grid.buildings);
        let has_account = dice.in_hundred(60);
        let resident = &self.place.people[*dice.pick(&self.place.residents)];
        let asker = has_account.then_some(resident.id);
        let by_phone = dice.in_hundred(15);
        let (urgency, _) = self.settings.urgency_of(category, &text);
        let mut request = Request::new(id, area, asker, urgency, at);
        request.reminders = u8::from(dice.in_hundred(4));
        Record {
            request,
            number,
            place: words::door(dice),
            category: category.code.clone(),
            text,
            asker_name: if has_account { resident.name.clone() } else { words::person(dice) },
            asker_phone: if has_account {
                resident.phone.clone()
            } else {
                format!("109{:08}", dice.below(100_000_000))
            },
            writer: (by_phone && !has_account).then_some(micro_grid.worker),
            receipt: receipt(place),
            photos: 0,
            raised_at: at,
            channel: if by_phone && !has_account { Channel::Phone } else { Channel::Page },
            supporters: 0,
            version: 1,
        }
    }

    /// Some neighbours say that it is theirs as well.
    fn join(&self, dice: &mut Dice, life: &mut Life) {
        let mut joined: Vec<PersonId> = (0..dice.between(1, 5))
            .map(|_| self.place.people[*dice.pick(&self.place.residents)].id)
            .filter(|person| life.record.request.asker != Some(*person))
            .collect();
        joined.sort_unstable();
        joined.dedup();
        life.record.supporters = i64::try_from(joined.len()).unwrap_or_default();
        life.joined = joined;
    }

    fn go_on(&self, told: &mut Telling<'_>, here: &MicroGrid, earlier: Option<RequestId>) {
        let worker = ("grid_worker", Some(here.worker));
        match told.dice.below(100) {
            0..3 => return told.then(30..600, ("asker", None), &Event::Withdrawn { note: None }),
            3..6 => {
                let reason = note("这件事不归街道管，请拨打主管部门电话。");
                return told.then(20..900, worker, &Event::Rejected { reason });
            }
            6..9 => {
                if let Some(into) = earlier {
                    return told.then(20..400, worker, &Event::Merged { into });
                }
            }
            _ => {}
        }
        told.then(5..110, worker, &Event::Accepted { worker: here.worker });
        let by = if told.dice.in_hundred(62) {
            Handler::Worker(here.worker)
        } else {
            match self.through_a_unit(told, here) {
                Some(unit) => Handler::Unit(unit),
                None => return,
            }
        };
        let done = Event::Resolved { by, note: note("已到现场处理好，请居民看看。") };
        let who = match by {
            Handler::Worker(_) => worker,
            _ => ("unit", self.liaison(by)),
        };
        told.then(60..2600, who, &done);
        if told.dice.in_hundred(5) {
            let reason = note("还是老样子，没有解决。");
            let rating = Rating::new(2);
            let redone = Event::Redone { to: Desk::Community, reason, rating };
            told.then(60..2800, ("asker", None), &redone);
            told.then(
                600..5000,
                self.officer(here),
                &Event::Handling { by: Handler::Desk(Desk::Community) },
            );
            let by = Handler::Desk(Desk::Community);
            told.then(
                600..6000,
                self.officer(here),
                &Event::Resolved { by, note: note("重新办好了。") },
            );
        }
        if told.dice.in_hundred(68) {
            let level = told.dice.weighted(&RATINGS) + 1;
            let rating = Rating::new(u8::try_from(level).unwrap_or(5));
            let rating = rating.or_else(|| Rating::new(5));
            if let Some(rating) = rating {
                let confirmed = Event::Confirmed { rating, note: None };
                told.then(30..4300, ("asker", None), &confirmed);
            }
        } else {
            told.silence();
        }
    }

    /// The community dispatches, and a unit signs.
    fn through_a_unit(&self, told: &mut Telling<'_>, here: &MicroGrid) -> Option<UnitId> {
        let up = Event::Escalated {
            to: Desk::Community, note: note("网格里办不了，请社区派单。")
        };
        told.then(30..300, ("grid_worker", Some(here.worker)), &up);
        let unit = self.unit(&told.life.record.category)?;
        let officer = self.officer(here);
        told.then(30..500, officer, &Event::Dispatched { unit, note: None });
        let liaison = ("unit", self.liaison(Handler::Unit(unit)));
        if told.dice.in_hundred(6) {
            let reason = note("不在我单位维护范围，请改派。");
            told.then(60..900, liaison, &Event::Returned { unit, reason });
            told.then(60..500, officer, &Event::Dispatched { unit, note: None });
        }
        told.then(20..600, liaison, &Event::Signed { unit });
        Some(unit)
    }

    /// The unit of a category, or of the one above it.
    fn unit(&self, category: &str) -> Option<UnitId> {
        let above = category.split('_').next().unwrap_or_default();
        let usual = [category, above].into_iter().filter_map(|code| self.settings.category(code));
        let usual = usual.map(|category| category.unit.as_str()).find(|code| !code.is_empty());
        let unit = self.settings.units.iter().find(|unit| Some(unit.code.as_str()) == usual);
        unit.or_else(|| self.settings.units.first()).map(|unit| unit.id)
    }

    fn officer(&self, here: &MicroGrid) -> (&'static str, Option<PersonId>) {
        let officers = self.place.officers.iter();
        let mut officer = officers.filter(|(area, _)| area.contains(here.area)).map(|(_, it)| *it);
        ("community", officer.next_back())
    }

    fn liaison(&self, by: Handler) -> Option<PersonId> {
        let Handler::Unit(unit) = by else { return None };
        self.place.liaisons.iter().find(|(known, _)| *known == unit).map(|(_, person)| *person)
    }
}

impl Telling<'_> {
    /// Something happens so many minutes later, unless that lies in the future or all is over.
    fn then(
        &mut self,
        minutes: std::ops::Range<i64>,
        who: (&str, Option<PersonId>),
        event: &Event,
    ) {
        let later = self.dice.between(minutes.start * 60, minutes.end * 60);
        self.at += SignedDuration::from_secs(later);
        // At night and at weekends nobody in office works.
        if who.0 != "asker" && !self.is_office_hour() {
            let calendar = &self.settings.calendar;
            let next = calendar.next_workday(calendar.date(self.at));
            self.at = calendar.opening(next) + SignedDuration::from_secs(later % 7200);
        }
        self.happens(who, event);
    }

    fn is_office_hour(&self) -> bool {
        let calendar = &self.settings.calendar;
        let day = calendar.date(self.at);
        let open = calendar.opening(day)..calendar.closing(day);
        calendar.is_workday(day) && open.contains(&self.at)
    }

    fn happens(&mut self, who: (&str, Option<PersonId>), event: &Event) {
        if self.at < self.now && !self.life.record.request.stage.is_closed() {
            self.life.step(self.settings, self.at, who, event);
        } else {
            self.at = self.now;
        }
    }

    /// Nobody says anything, and the limit closes it.
    fn silence(&mut self) {
        if let Some(due) = self.life.record.request.due {
            self.at = due.at + SignedDuration::from_secs(1);
            self.happens(("system", None), &Event::ClosedUnrated);
        }
    }

    /// As it is now: what is open has climbed as far as its clock has run.
    fn settle(mut self) -> Life {
        let settings = self.settings;
        let limits = settings.limits_of(&self.life.record);
        let request = &mut self.life.record.request;
        if let Some(due) = request.due {
            let rungs = Rungs::of(&due, &limits, &settings.calendar);
            request.rung = rungs.reached(self.now);
            request.ordered_at = Some(rungs.ordered).filter(|_| request.rung == Rung::Ordered);
        }
        self.life
    }
}

fn note(text: &str) -> Note {
    Note::new(text).expect("the sentences of this file are notes")
}

/// Ten letters and digits, other ones for each request of a street, and not in any order.
fn receipt(place: u64) -> String {
    const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let mixed = (place + 1).wrapping_mul(0x2_4f1b_cdcb_a1d9) & ((1 << 50) - 1);
    let letter = |at: u32| usize::try_from(mixed >> (5 * at) & 31).unwrap_or_default();
    (0..10).map(|at| char::from(LETTERS[letter(at)])).collect()
}
