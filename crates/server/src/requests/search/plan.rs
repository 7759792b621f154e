//! The way of a search: where it begins, and what it asks of each candidate before reading it.

use db::Tx;
use domain::area::{Level, Street};
use domain::requests::grams::Field;

use super::super::list::{Filter, Scope};
use super::meant::Meant;
use super::{month, store};
use crate::app::Settings;
use crate::error::Error;

/// Grams are counted so far; how many requests have those that go beyond is told from how far back
/// their newest lie.
const FEW: i64 = 200;
/// From so many on a gram is worse a beginning than what stands at one stage.
const MANY: i64 = 4_000;
/// The most grams of one choice that are counted: they tell its rarest well enough.
const COUNTED: usize = 8;
/// The most grams that each candidate is asked for.
const ALSO: usize = 4;
/// The most months that a period is looked for by: nobody looks further back.
const MONTHS: i32 = 120;

/// Where requests stand in a row, the newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Source {
    Gram(String),
    Asker(i64),
    Unit(i64),
    Stage(&'static str),
    /// Every stage but the last.
    Open,
    /// All of the street.
    Newest,
}

/// Sources that a request must all be in.
pub(super) type Choice = Vec<Source>;

/// Where candidates come from: any of the sources; and the grams that each must have as well.
#[derive(Debug)]
pub(super) struct Plan {
    from: Vec<Source>,
    also: Vec<String>,
}

/// Some candidates, the newest first.
pub(super) struct Window {
    pub(super) ids: Vec<i64>,
    /// The id below which there may be more.
    pub(super) end: Option<i64>,
}

impl Plan {
    /// Chooses the way; nothing where nothing can be found.
    pub(super) fn make(
        tx: &mut Tx,
        settings: &Settings,
        scope: Scope,
        filter: &Filter,
        meant: &Meant,
    ) -> Result<Option<Self>, Error> {
        let plain = || Self { from: vec![natural(scope, filter)], also: Vec::new() };
        // A text of which nothing is left when it is folded is not to find everything.
        if filter.q.is_some() && meant.is_empty() {
            return Ok(None);
        }
        if store::filled_down_to(tx, settings.street)?.is_some() {
            return Ok(Some(plain()));
        }
        if matches!(scope, Scope::Asker(..)) {
            // Nobody asks for so much that it would be worth more than reading it.
            return Ok(Some(plain()));
        }
        let mut wanted: Vec<Vec<Choice>> = meant.choices().into_iter().flatten().collect();
        wanted.extend(by_filter(settings, scope, filter));
        let Some(mut counted) = count(tx, settings.street, &wanted)? else { return Ok(None) };
        counted.sort_by_key(Counted::cost);
        let mut counted = counted.into_iter();
        let Some(first) = counted.next() else { return Ok(Some(plain())) };
        let beside = natural(scope, filter);
        // A few requests of one asker or at one stage are read sooner than a gram of thousands.
        if first.cost() >= MANY && !matches!(beside, Source::Newest) {
            let also = std::iter::once(first).chain(counted).filter_map(Counted::only);
            return Ok(Some(Self { from: vec![beside], also: rarest(also.flatten()) }));
        }
        let mut also: Vec<(String, i64)> = Vec::new();
        if let [choice] = &first.choices[..] {
            also.extend(choice.iter().skip(1).cloned());
        }
        let from = first.choices.iter().filter_map(|choice| choice.first());
        let from = from.map(|(gram, _)| Source::Gram(gram.clone())).collect();
        also.extend(counted.filter_map(Counted::only).flatten());
        Ok(Some(Self { from, also: rarest(also.into_iter()) }))
    }

    /// How many grams each candidate is asked for.
    pub(super) fn also(&self) -> usize {
        self.also.len()
    }

    /// The newest candidates below `below`: at most `size` of each source.
    pub(super) fn window(
        &self,
        tx: &mut Tx,
        street: Street,
        below: i64,
        size: usize,
    ) -> Result<Window, Error> {
        let most = i64::try_from(size).unwrap_or(i64::MAX);
        let mut rows: Vec<Vec<i64>> = Vec::new();
        let grams: Vec<&str> = self.from.iter().filter_map(Source::gram).collect();
        for some in grams.chunks(store::GRAMS) {
            let mut of_each = vec![Vec::new(); some.len()];
            for (slot, id) in store::of_grams(tx, street, some, below, most)? {
                let slot = usize::try_from(slot).unwrap_or(usize::MAX);
                if let Some(ids) = of_each.get_mut(slot) {
                    ids.push(id);
                }
            }
            rows.extend(of_each);
        }
        for source in &self.from {
            rows.extend(match source {
                Source::Gram(_) => None,
                &Source::Asker(asker) => Some(store::of_asker(tx, street, asker, below, most)?),
                &Source::Unit(unit) => Some(store::of_unit(tx, street, unit, below, most)?),
                Source::Stage(stage) => Some(store::at_stage(tx, street, stage, below, most)?),
                Source::Open => Some(store::open(tx, street, below, most)?),
                Source::Newest => Some(store::newest(tx, street, below, most)?),
            });
        }
        // Where one source has more, the others are believed no further than it was read.
        let ends = rows.iter().filter(|ids| ids.len() >= size).filter_map(|ids| ids.iter().min());
        let end = ends.max().copied();
        let mut ids: Vec<i64> = rows.into_iter().flatten().collect();
        ids.retain(|&id| end.is_none_or(|end| id >= end));
        ids.sort_unstable_by_key(|&id| std::cmp::Reverse(id));
        ids.dedup();
        Ok(Window { ids, end })
    }

    /// Those of the candidates that have every other gram too.
    pub(super) fn narrow(
        &self,
        tx: &mut Tx,
        street: Street,
        mut ids: Vec<i64>,
    ) -> Result<Vec<i64>, Error> {
        for gram in &self.also {
            let mut kept = Vec::with_capacity(ids.len());
            for some in ids.chunks(store::IDS) {
                kept.extend(store::with_gram(tx, street, gram, some)?);
            }
            kept.sort_unstable_by_key(|&id| std::cmp::Reverse(id));
            ids = kept;
        }
        Ok(ids)
    }
}

impl Source {
    fn gram(&self) -> Option<&str> {
        if let Source::Gram(gram) = self { Some(gram) } else { None }
    }
}

/// Ways in which a request may be meant, each with its grams and how many requests have them, the
/// rarest first.
struct Counted {
    choices: Vec<Vec<(String, i64)>>,
}

impl Counted {
    fn cost(&self) -> i64 {
        self.choices.iter().filter_map(|choice| choice.first()).map(|(_, count)| count).sum()
    }

    /// The grams that every request so meant has: those of the only choice.
    fn only(mut self) -> Option<Vec<(String, i64)>> {
        let last = self.choices.pop()?;
        self.choices.is_empty().then_some(last)
    }
}

fn rarest(grams: impl Iterator<Item = (String, i64)>) -> Vec<String> {
    let mut grams: Vec<(String, i64)> = grams.collect();
    grams.sort_by_key(|(_, count)| *count);
    grams.into_iter().map(|(gram, _)| gram).take(ALSO).collect()
}

/// Counts the grams of what is wanted, and leaves out the choices that nothing has; nothing where
/// something wanted has no choice left.
fn count(
    tx: &mut Tx,
    street: Street,
    wanted: &[Vec<Choice>],
) -> Result<Option<Vec<Counted>>, Error> {
    let some = |choice: &Choice| -> Vec<String> {
        let grams = choice.iter().filter_map(|source| source.gram().map(str::to_owned));
        let step = choice.len().div_ceil(COUNTED).max(1);
        grams.step_by(step).collect()
    };
    let wanted: Vec<Vec<Vec<String>>> =
        wanted.iter().map(|choices| choices.iter().map(some).collect()).collect();
    let all: Vec<&str> = wanted.iter().flatten().flatten().map(String::as_str).collect();
    let seen = store::seen(tx, street, &all, FEW)?;
    let is_many = seen.iter().any(|it| it.count >= FEW);
    let ends = if is_many { store::ends(tx, street)? } else { Default::default() };
    let mut counts = seen.into_iter().map(|it| estimated(it, ends));
    let mut found = Vec::with_capacity(wanted.len());
    for choices in wanted {
        let mut left = Vec::new();
        for grams in choices {
            let mut counted: Vec<(String, i64)> = grams.into_iter().zip(&mut counts).collect();
            counted.sort_by_key(|(_, count)| *count);
            if counted.first().is_some_and(|(_, count)| *count > 0) {
                left.push(counted);
            }
        }
        if left.is_empty() {
            return Ok(None);
        }
        found.push(Counted { choices: left });
    }
    Ok(Some(found))
}

/// How many requests have a gram: as many as were seen, and where there are more, so many as there
/// would be if it were as common ever since the first request of all. Ids grow with time.
fn estimated(seen: store::Seen, (first, newest): (i64, i64)) -> i64 {
    if seen.count < FEW {
        return seen.count;
    }
    let span = |from: i64| i128::from(newest.saturating_sub(from).max(1));
    let count = i128::from(seen.count) * span(first) / span(seen.last);
    i64::try_from(count).unwrap_or(i64::MAX).max(FEW)
}

/// Where the requests of a scope stand by themselves.
fn natural(scope: Scope, filter: &Filter) -> Source {
    match (scope, filter.stage) {
        (Scope::Unit(unit, _), _) => Source::Unit(unit.0),
        (Scope::Asker(asker, _), _) => Source::Asker(asker.0),
        _ if let Some(unit) = filter.unit => Source::Unit(unit.0),
        (_, Some("open" | "late")) => Source::Open,
        (_, Some(stage)) if stage != "closed" => Source::Stage(stage),
        _ if filter.late || filter.rung.is_some() => Source::Open,
        _ => Source::Newest,
    }
}

/// What the filter and the scope want, as grams.
fn by_filter(settings: &Settings, scope: Scope, filter: &Filter) -> Vec<Vec<Choice>> {
    let one = |gram: String| vec![vec![Source::Gram(gram)]];
    let mut wanted = Vec::new();
    let area = scope.area();
    if area.level() >= Level::Community && matches!(scope, Scope::Area(_) | Scope::Masked(_)) {
        wanted.push(one(Field::of_area(area)));
    }
    if filter.category.is_some() {
        let codes = filter.categories.split('|').filter(|code| !code.is_empty());
        let gram = |code| vec![Source::Gram(Field::Category.gram(code))];
        wanted.push(codes.map(gram).collect());
    }
    let urgency = filter.urgency.filter(|it| *it != domain::requests::Urgency::Ordinary);
    wanted.extend(urgency.map(|urgency| one(Field::Urgency.gram(urgency.name()))));
    let channel = filter.channel.filter(|it| *it != domain::requests::Channel::Page);
    wanted.extend(channel.map(|channel| one(Field::Channel.gram(channel.name()))));
    if filter.from.is_some() || filter.to.is_some() {
        wanted.extend(months(settings, filter));
    }
    wanted
}

/// The months of a period; nothing where it is longer than we look for by months. A period that
/// ends before it begins has none.
fn months(settings: &Settings, filter: &Filter) -> Option<Vec<Choice>> {
    let day = |at| settings.calendar.date(at);
    let last = day(filter.to.map_or(filter.late_at, |to| to.min(filter.late_at)));
    let back = jiff::Span::new().months(MONTHS - 1);
    let mut first = filter.from.map_or_else(|| last.saturating_sub(back), day).first_of_month();
    let mut months = Vec::new();
    while first <= last {
        months.push(vec![Source::Gram(Field::Month.gram(month(first)))]);
        first = first.saturating_add(jiff::Span::new().months(1));
        if months.len() > usize::try_from(MONTHS).unwrap_or_default() {
            return None;
        }
    }
    Some(months)
}
