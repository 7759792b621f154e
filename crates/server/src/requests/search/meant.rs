//! What somebody means by what they typed: each term with the categories and areas of that name,
//! and what of a request they may find it in.

use domain::area::{AreaCode, Level};
use domain::requests::grams::{Field, Term, fold};

use super::super::lines::Words;
use super::super::list::{Filter, Line, Scope};
use super::plan::{Choice, Source};
use crate::app::Settings;
use crate::requests::Category;

/// The most areas that one term may name; a term that names more is looked for in what else fits.
const AREAS_MAX: usize = 24;

/// The terms of a search, and where each may be found.
pub(super) struct Meant {
    terms: Vec<Sought>,
    scope: Scope,
}

/// One term, with what is called so.
struct Sought {
    term: Term,
    /// The codes of the categories whose name holds it.
    categories: Vec<String>,
    /// The areas whose name holds it.
    areas: Vec<AreaCode>,
}

/// What of a request somebody may look in.
#[derive(Clone, Copy)]
struct Reads {
    /// What it says, and where exactly.
    words: bool,
    /// Who asks, and the end of their phone.
    people: bool,
}

impl Meant {
    /// Reads what `filter` looks for within `scope`.
    pub(super) fn of(settings: &Settings, scope: Scope, filter: &Filter) -> Self {
        let terms = Term::all(filter.q.as_deref().unwrap_or_default());
        let terms = terms.into_iter().map(|term| Sought::new(settings, scope, term));
        Self { terms: terms.collect(), scope }
    }

    /// Nothing is looked for.
    pub(super) fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// For each term the ways in which a request may be meant; nothing where it is too short.
    pub(super) fn choices(&self) -> Vec<Option<Vec<Choice>>> {
        let reads = Reads::of(self.scope, None);
        self.terms.iter().map(|sought| sought.choices(reads, self.scope)).collect()
    }

    /// Whether a request holds every term where it may be looked for.
    pub(super) fn fits(&self, line: &Line, words: &Words) -> bool {
        let reads = Reads::of(self.scope, Some(line.stage));
        if self.terms.is_empty() {
            return true;
        }
        let texts = reads.words.then(|| [fold(&words.text), fold(&line.place)]);
        let name = reads.people.then(|| fold(&words.name));
        self.terms.iter().all(|Sought { term, categories, areas }| {
            texts.iter().flatten().any(|text| term.is_in(text))
                || name.as_ref().is_some_and(|name| term.is_in(name))
                || reads.people && term.ends_phone(&words.phone)
                || term.is_number(&line.number)
                || categories.contains(&line.category)
                || areas.iter().any(|area| area.contains(line.area))
        })
    }
}

impl Reads {
    /// What of a request at `stage` a reader of this scope may look in; without a stage, of any.
    fn of(scope: Scope, stage: Option<&str>) -> Self {
        match scope {
            Scope::Area(_) => Self { words: true, people: true },
            Scope::Masked(_) => Self { words: false, people: false },
            // What is over is read masked by the unit that did it.
            Scope::Unit(..) if stage == Some("closed") => Self { words: false, people: false },
            Scope::Unit(..) => Self { words: true, people: true },
            Scope::Asker(..) => Self { words: true, people: false },
        }
    }
}

impl Sought {
    fn new(settings: &Settings, scope: Scope, term: Term) -> Self {
        let is_called = |name: &str| term.may_be_in(name) && term.is_in(&fold(name));
        let named = |it: &Category| is_called(&it.name) || is_called(&it.name_en);
        let above = |it: &Category| settings.category(&it.parent).is_some_and(named);
        let categories = settings.categories.iter().filter(|it| named(it) || above(it));
        let categories = categories.map(|it| it.code.clone()).collect();
        let around = scope.area();
        let mut areas: Vec<AreaCode> = settings
            .known_areas()
            .filter(|area| is_called(&area.name) || is_called(&area.name_en))
            .filter(|area| area.code.contains(around) || around.contains(area.code))
            .map(|area| area.code)
            .collect();
        // The wider come first, and take in what lies within them.
        areas.sort_unstable_by_key(|area| (area.level(), area.code()));
        let mut widest: Vec<AreaCode> = Vec::with_capacity(areas.len().min(AREAS_MAX));
        for area in areas {
            if !widest.iter().any(|wider| wider.contains(area)) {
                widest.push(area);
            }
        }
        Self { term, categories, areas: widest }
    }

    /// Which grams a request must have, one way or another; nothing where that cannot be said.
    fn choices(&self, reads: Reads, scope: Scope) -> Option<Vec<Choice>> {
        let mut choices: Vec<Choice> = Vec::new();
        let of = |field: Field, grams: Vec<String>| -> Choice {
            grams.into_iter().map(|gram| Source::Gram(field.gram(gram))).collect()
        };
        if reads.words {
            let grams = self.term.grams();
            if grams.is_empty() {
                return None;
            }
            choices.push(of(Field::Words, grams));
        }
        if reads.people {
            choices.push(of(Field::Name, self.term.name_grams()));
            let tail = self.term.phone_tail().map(|tail| vec![tail.to_owned()]);
            choices.extend(tail.map(|tail| of(Field::Phone, tail)));
        }
        let count = self.term.count().map(|count| vec![count.to_string()]);
        choices.extend(count.map(|count| of(Field::Number, count)));
        choices.extend(self.categories.iter().map(|it| of(Field::Category, vec![it.clone()])));
        let is_wide =
            |area: &AreaCode| area.contains(scope.area()) || area.level() < Level::Community;
        if self.areas.len() > AREAS_MAX || self.areas.iter().any(is_wide) {
            return None;
        }
        let area = |&area: &AreaCode| vec![Source::Gram(Field::of_area(area))];
        choices.extend(self.areas.iter().map(area));
        // A name of signs alone has no grams, and is nobody's name.
        choices.retain(|choice| !choice.is_empty());
        Some(choices)
    }
}
