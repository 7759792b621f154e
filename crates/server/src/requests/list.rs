//! Lists of requests: what somebody may see, what waits for them, and how many of each there are.

use db::Tx;
use domain::actor::{Actor, Caller, Verb};
use domain::area::AreaCode;
use domain::id::{PersonId, RequestId, UnitId};
use domain::mask;
use domain::requests::{Channel, Desk, Rung, Stage, Urgency};
use jiff::Timestamp;

use super::{lines, search, store};
use crate::app::Settings;
use crate::error::Error;

/// The most lines of one page.
pub const LIMIT_MAX: usize = 200;

/// How many characters of a text a line shows.
const SHOWN: usize = 60;

/// What of the visible requests is wanted.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub area: Option<AreaCode>,
    /// The name of a stage; `open` is every stage but the last, `late` what is past its limit
    /// there.
    pub stage: Option<&'static str>,
    /// The present moment, for which `late` is asked.
    pub late_at: Timestamp,
    /// Past its limit at [`Filter::late_at`].
    pub late: bool,
    /// Numbers, words, the end of a phone, names, places, categories: all of them, by blanks.
    pub q: Option<String>,
    /// The code of a category.
    pub category: Option<String>,
    /// That code and those below it, each between strokes: `|a|b|`; empty for all categories.
    pub categories: String,
    pub urgency: Option<Urgency>,
    /// What this unit has, or did.
    pub unit: Option<UnitId>,
    pub channel: Option<Channel>,
    /// Open, and its clock has climbed so far.
    pub rung: Option<Rung>,
    /// Raised at this moment or after it.
    pub from: Option<Timestamp>,
    /// Raised before this moment.
    pub to: Option<Timestamp>,
    /// Only requests older than this one: the last of the page before.
    pub after: Option<RequestId>,
    /// How many, 1 to [`LIMIT_MAX`].
    pub limit: usize,
    /// Only what the reader asked for themselves.
    pub mine: bool,
}

/// A request on one line.
#[derive(Clone, Debug)]
pub struct Line {
    pub id: RequestId,
    pub number: String,
    pub area: AreaCode,
    pub place: String,
    pub category: String,
    pub urgency: Urgency,
    /// The first characters of the text.
    pub text: String,
    /// Who asked: for the mask, and taken away before the line is shown.
    pub(super) asker_name: String,
    /// The name of its stage; and of its ending, where it is over.
    pub stage: &'static str,
    pub ending: Option<String>,
    pub desk: Desk,
    pub worker: Option<PersonId>,
    pub unit: Option<UnitId>,
    pub due_at: Option<Timestamp>,
    /// A question waits for the asker.
    pub is_asked: bool,
    /// The unit wishes for more time.
    pub wants_extension: bool,
    pub raised_at: Timestamp,
    pub photos: i64,
    /// How far its clock has climbed.
    pub rung: Rung,
    /// It stands under a supervision order.
    pub is_ordered: bool,
}

/// One page of a list.
#[derive(Clone, Debug)]
pub struct Lists {
    pub lines: Vec<Line>,
    /// Where the next page begins, if there is one.
    pub next: Option<RequestId>,
    /// The search took too much effort and stopped at `next`: there may be more from there on.
    pub spent: bool,
}

/// A pile of work, sorted by when it is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pile {
    /// A grid worker's day: what waits for somebody, and what they accepted.
    Grid,
    /// What is to be dispatched, done again, reviewed or decided at a desk.
    Desk(Desk),
    /// What the reader's units are asked to do.
    Unit,
}

/// Where to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    Area(AreaCode),
    /// An area whose requests are read masked: what they say is not searched.
    Masked(AreaCode),
    Unit(UnitId, AreaCode),
    Asker(PersonId, AreaCode),
}

impl Scope {
    /// The part of the street in which it lies.
    pub(super) fn area(self) -> AreaCode {
        match self {
            Scope::Area(area)
            | Scope::Masked(area)
            | Scope::Unit(_, area)
            | Scope::Asker(_, area) => area,
        }
    }
}

/// How many requests of a part of the street are at each stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    /// The community, or whatever part was asked for.
    pub area: AreaCode,
    pub stage: &'static str,
    pub all: i64,
    /// Past their limit.
    pub late: i64,
}

/// The newest requests that `actor` may see and `filter` wants.
pub fn list(
    tx: &mut Tx,
    settings: &Settings,
    actor: &Actor,
    filter: &Filter,
) -> Result<Lists, Error> {
    let limit = filter.limit.clamp(1, LIMIT_MAX);
    let mut found = Vec::new();
    let mut spent = None;
    for scope in scopes(settings, actor, filter) {
        // One more than asked for tells whether there is a next page.
        if search::is_needed(scope, filter) {
            let part = search::newest(tx, settings, scope, filter, limit + 1)?;
            found.extend(part.lines);
            spent = spent.max(part.spent);
        } else {
            found.extend(lines::newest(tx, settings.street, scope, filter, limit + 1)?);
        }
    }
    found.sort_by_key(|line| std::cmp::Reverse(line.id));
    found.dedup_by_key(|line| line.id);
    // Where one part of the search stopped, the others are told no further.
    found.retain(|line| spent.is_none_or(|end| line.id >= end));
    for line in found.iter_mut().filter(|line| !filter.mine && !is_open_to(actor, line)) {
        line.place.clear();
        line.text = mask::text(&line.text, &line.asker_name);
    }
    shorten(&mut found);
    let more = found.len() > limit;
    found.truncate(limit);
    let last = found.last().filter(|_| more).map(|line| line.id);
    Ok(Lists { lines: found, next: last.or(spent), spent: last.is_none() && spent.is_some() })
}

/// What waits for `actor`, the most pressing first; at most [`LIMIT_MAX`] lines.
pub fn pile(
    tx: &mut Tx,
    settings: &Settings,
    actor: &Actor,
    pile: Pile,
) -> Result<Vec<Line>, Error> {
    let mut found = Vec::new();
    let verb = match pile {
        Pile::Grid => Verb::WorkInGrid,
        Pile::Desk(Desk::Community) => Verb::WorkAtCommunityDesk,
        Pile::Desk(Desk::Street) => Verb::WorkAtStreetDesk,
        Pile::Unit => Verb::AnswerForUnit,
    };
    let held: Vec<_> = actor.with(verb).copied().collect();
    for appointment in held {
        let scope = match (pile, appointment.unit) {
            (Pile::Unit, Some(unit)) => Scope::Unit(unit, appointment.area),
            (Pile::Unit, None) => continue,
            _ => Scope::Area(appointment.area),
        };
        found.extend(lines::waiting(tx, settings.street, scope, pile)?);
    }
    if pile == Pile::Grid {
        let mine = |line: &Line| {
            line.worker.is_none()
                || line.worker == actor.person()
                || actor.may(Verb::StandInForWorker, line.area)
        };
        found.retain(mine);
    }
    found.sort_by_key(|line| (line.due_at, line.id));
    found.dedup_by_key(|line| line.id);
    found.truncate(LIMIT_MAX);
    shorten(&mut found);
    Ok(found)
}

fn shorten(lines: &mut [Line]) {
    for line in lines {
        line.text = shortened(&line.text);
        line.asker_name.clear();
    }
}

/// What a line shows of a text, to be cut after it was masked: half a name or half a number would
/// pass any mask.
pub(super) fn shortened(text: &str) -> String {
    text.chars().take(SHOWN).collect()
}

/// How many requests within `area` are at each stage, by community.
pub fn counts(
    tx: &mut Tx,
    settings: &Settings,
    area: AreaCode,
    now: Timestamp,
) -> Result<Vec<Count>, Error> {
    lines::counts(tx, settings.street, area, now)
}

/// How many requests of their areas a reader finds with `filter`: nothing where counting them all
/// would take as long as reading them. What they asked for elsewhere is not among them.
pub fn total(
    tx: &mut Tx,
    settings: &Settings,
    actor: &Actor,
    filter: &Filter,
) -> Result<Option<i64>, Error> {
    let mut areas = Vec::new();
    for scope in scopes(settings, actor, filter) {
        let is_narrow = search::is_needed(scope, filter) || filter.rung.is_some();
        match scope {
            _ if is_narrow || filter.unit.is_some() || filter.mine => return Ok(None),
            Scope::Area(area) | Scope::Masked(area) => areas.push(area),
            Scope::Unit(..) => return Ok(None),
            Scope::Asker(..) => {}
        }
    }
    // Of two areas one of which lies within the other, the wider one has it all.
    let widest = |area: &AreaCode| !areas.iter().any(|it| it != area && it.contains(*area));
    let areas: Vec<AreaCode> = areas.iter().copied().filter(widest).collect();
    let mut total = 0;
    for area in areas {
        let fitting = counts(tx, settings, area, filter.late_at)?;
        total += fitting.iter().map(|count| of_count(count, filter)).sum::<i64>();
    }
    Ok(Some(total))
}

/// How many of a count fit the stage that is wanted.
fn of_count(count: &Count, filter: &Filter) -> i64 {
    let all = if filter.late { count.late } else { count.all };
    match filter.stage {
        None => all,
        Some("late") => count.late,
        Some("open") if count.stage != "closed" => all,
        Some(stage) if count.stage == stage => all,
        Some(_) => 0,
    }
}

/// Where `actor` may look, narrowed to the area that is wanted.
fn scopes(settings: &Settings, actor: &Actor, filter: &Filter) -> Vec<Scope> {
    let wanted = filter.area.unwrap_or_else(|| settings.street.area());
    let mut scopes = Vec::new();
    if !filter.mine {
        for held in &actor.appointments {
            let verbs = held.post.verbs();
            let Some(area) = common(held.area, wanted) else { continue };
            let scope = match held.unit {
                Some(unit) if verbs.contains(&Verb::AnswerForUnit) => Scope::Unit(unit, area),
                _ if verbs.contains(&Verb::See) => Scope::Area(area),
                _ if verbs.contains(&Verb::SeeMasked) => Scope::Masked(area),
                _ => continue,
            };
            if !scopes.contains(&scope) {
                scopes.push(scope);
            }
        }
    }
    if let Caller::Person(person) = actor.caller {
        scopes.push(Scope::Asker(person, wanted));
    }
    // What a unit has is looked for where it works, and not among what the reader asked for.
    scopes.retain(|scope| match (filter.unit, *scope) {
        (None, _) | (Some(_), Scope::Area(_) | Scope::Masked(_)) => true,
        (Some(unit), Scope::Unit(own, _)) => own == unit,
        (Some(_), Scope::Asker(..)) => false,
    });
    scopes
}

/// Whether the place of a line, which may name a door, is for this reader: not where they read this
/// part of the street masked. What lies beyond all their posts they asked for themselves.
fn is_open_to(actor: &Actor, line: &Line) -> bool {
    let ours = line.unit.is_some_and(|unit| actor.answers_for(unit, line.area));
    let masked = actor.may(Verb::SeeMasked, line.area) || ours && line.stage == "closed";
    actor.may(Verb::See, line.area) || ours && line.stage != "closed" || !masked
}

/// The smaller of two areas where one lies within the other.
fn common(held: AreaCode, wanted: AreaCode) -> Option<AreaCode> {
    match (held.contains(wanted), wanted.contains(held)) {
        (true, _) => Some(wanted),
        (_, true) => Some(held),
        _ => None,
    }
}

/// The name of a stage as the code knows it.
#[must_use]
pub fn stage_named(name: &str) -> Option<&'static str> {
    Stage::NAMES.into_iter().find(|known| *known == name)
}

/// What a list can be narrowed to: a stage, or one of the two words that take in several.
#[must_use]
pub fn stages_named(name: &str) -> Option<&'static str> {
    stage_named(name).or_else(|| ["open", "late"].into_iter().find(|known| *known == name))
}

/// The request that a reader means: by its id, or by the number on their paper.
pub fn meant(tx: &mut Tx, settings: &Settings, text: &str) -> Result<Option<RequestId>, Error> {
    let text = domain::requests::readable(text).to_ascii_uppercase();
    match text.parse() {
        Ok(id) => Ok(Some(id)),
        Err(_) => store::numbered(tx, settings.street, &text),
    }
}
