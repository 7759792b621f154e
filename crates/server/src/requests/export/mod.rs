//! Lists that leave the house, as a workbook or as CSV: what its reader sees on the page, with
//! every name and phone masked, and remembered with who took it, when, and what it was narrowed to.

pub(super) mod api;
mod csv;
pub(super) mod pages;
mod sheet;
mod store;
mod words;

use db::Tx;
use domain::actor::{Actor, Verb};
use domain::area::AreaCode;
use domain::id::{ExportId, PersonId, UnitId};
use domain::mask;
use domain::phone::Phone;
use domain::requests::{Channel, Urgency};
use jiff::Timestamp;

use super::list::{Filter, LIMIT_MAX, list};
use super::{Wanted, search};
use crate::App;
use crate::app::Settings;
use crate::error::Error;
use crate::web::Visit;
use crate::web::words::{Lang, Sentence};

/// The most requests of one export: what a spreadsheet on an office PC opens without trouble.
pub const MOST: usize = 50_000;
/// How many requests are read at a time.
const AT_ONCE: usize = store::IDS;

/// In which form a list leaves the house.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Xlsx,
    Csv,
}

/// A request as its row is read.
struct Row {
    number: String,
    area: AreaCode,
    place: String,
    category: String,
    urgency: Urgency,
    text: String,
    asker: Option<PersonId>,
    asker_name: String,
    asker_phone: String,
    channel: Channel,
    raised_at: Timestamp,
    stage: &'static str,
    ending: Option<String>,
    rating: Option<i64>,
    worker: Option<PersonId>,
    unit: Option<UnitId>,
    due_at: Option<Timestamp>,
    photos: i64,
}

/// One value of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Cell {
    Text(String),
    Moment(Option<Timestamp>),
    Number(Option<i64>),
}

/// What is to be taken out: who reads, in which language, and which requests.
struct Order {
    settings: std::sync::Arc<Settings>,
    actor: Actor,
    lang: Lang,
    now: Timestamp,
    ids: Vec<i64>,
    /// The name of whoever takes it.
    by: String,
    /// What the list was narrowed to, in words.
    narrowed: Vec<String>,
}

impl Form {
    /// The form of this name: `xlsx` or `csv`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Form::Xlsx, Form::Csv].into_iter().find(|form| form.name() == name)
    }

    fn name(self) -> &'static str {
        match self {
            Form::Xlsx => "xlsx",
            Form::Csv => "csv",
        }
    }
}

/// Finds what is to be taken out, and writes down that it was, before anything leaves.
async fn order(app: &App, visit: &Visit, wanted: &Wanted, form: Form) -> Result<Order, Error> {
    let street = visit.street()?;
    let person = visit.actor.person().ok_or(Error::SignedOut)?;
    let (settings, now) = (app.settings(street)?, app.now());
    let filter = wanted.filter(&settings, now)?;
    let ids = found(app, visit, filter, MOST).await?;
    let lines = i64::try_from(ids.len()).unwrap_or(i64::MAX);
    let (id, query) = (ExportId(app.new_id()), wanted.query());
    let note = move |tx: &mut Tx| {
        store::remember(tx, street, (id, person), now, (form.name(), &query), lines)
    };
    app.db.write(note).await?;
    let chips = wanted.chips(&settings, visit.lang).into_iter();
    Ok(Order {
        by: settings.staff_name(person),
        narrowed: chips.map(|chip| chip.text).collect(),
        actor: visit.actor.clone(),
        lang: visit.lang,
        settings,
        now,
        ids,
    })
}

/// The ids of every request that `filter` wants, at most `most`; page by page, so that others have
/// their turn.
async fn found(app: &App, visit: &Visit, filter: Filter, most: usize) -> Result<Vec<i64>, Error> {
    let mut ids = Vec::new();
    let mut after = None;
    loop {
        let (settings, actor) = (app.settings(visit.street()?)?, visit.actor.clone());
        let filter = Filter { after, limit: LIMIT_MAX, ..filter.clone() };
        let work = move |tx: &mut Tx| list(tx, &settings, &actor, &filter);
        let page = app.db.report(work).await?;
        ids.extend(page.lines.iter().map(|line| line.id.0));
        if ids.len() > most {
            return Err(Error::Refused(too_many(most)));
        }
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok(ids),
        }
    }
}

fn too_many(most: usize) -> Sentence {
    Sentence::new(
        format!("一次最多导出 {most} 件。请加上日期、类别或区域再导出，可以分几次。"),
        format!(
            "At most {most} requests are exported at once. Please narrow the list by day, category \
             or area, and export it in parts."
        ),
    )
}

impl Order {
    /// Some rows in the order of the list; what its reader may no longer see is left out.
    async fn rows(&self, app: &App, ids: &[i64]) -> Result<Vec<Vec<Cell>>, Error> {
        let (street, ids) = (self.settings.street, ids.to_vec());
        let rows = app.db.report(move |tx| store::rows(tx, street, &ids)).await?;
        Ok(rows.iter().filter_map(|row| self.cells(row)).collect())
    }

    /// The cells of a row as its reader may see them.
    fn cells(&self, row: &Row) -> Option<Vec<Cell>> {
        let (lang, settings) = (self.lang, &*self.settings);
        let is_full = sight(&self.actor, row)?;
        let text = |text: &str| Cell::Text(text.to_owned());
        let category = settings.category(&row.category);
        let category = category.map_or(&*row.category, |it| lang.pick(&it.name, &it.name_en));
        let phone = Phone::new(&row.asker_phone).map_or_else(|_| String::new(), |it| it.masked());
        let is_late = row.due_at.is_some_and(|at| at < self.now)
            && !["closed", "resolved"].contains(&row.stage);
        let late = if is_late { lang.say(words::YES) } else { "" };
        let ending = row.ending.as_deref().map(super::words::ending);
        Some(vec![
            Cell::Text(row.number.clone()),
            Cell::Moment(Some(row.raised_at)),
            text(lang.say(super::words::stage(row.stage))),
            text(ending.map_or("", |ending| lang.say(ending))),
            text(category),
            text(lang.say(super::words::urgency(row.urgency))),
            text(lang.say(search::words::channel(row.channel))),
            Cell::Text(settings.place_name(row.area, lang)),
            if is_full { text(&row.place) } else { text("") },
            Cell::Text(mask::text(&row.text, &row.asker_name)),
            Cell::Text(mask::name(&row.asker_name)),
            Cell::Text(phone),
            Cell::Text(self.holder(row)),
            Cell::Moment(row.due_at),
            text(late),
            Cell::Number(row.rating),
            Cell::Number(Some(row.photos)),
        ])
    }

    fn holder(&self, row: &Row) -> String {
        match (row.unit, row.worker) {
            (Some(unit), _) => self.settings.unit_name(unit, self.lang),
            // Colleagues read each other's names; everybody else the surname.
            (None, Some(worker)) if self.actor.may(Verb::See, row.area) => {
                self.settings.staff_name(worker)
            }
            (None, Some(worker)) => mask::name(&self.settings.staff_name(worker)),
            (None, None) => String::new(),
        }
    }

    /// What stands beside the list: who took it, when, what it was narrowed to, what is masked.
    fn about(&self) -> Vec<(&'static str, String)> {
        let say = |phrase| self.lang.say(phrase);
        let zone = &self.settings.calendar.zone;
        let street = self.lang.pick(&self.settings.name, &self.settings.name_en).to_owned();
        let narrowed = match &self.narrowed[..] {
            [] => say(words::ALL).to_owned(),
            some => some.join(say(words::JOINT)),
        };
        vec![
            (say(words::STREET), street),
            (say(words::BY), self.by.clone()),
            (say(words::AT), crate::web::time::full(self.now, zone, self.lang)),
            (say(words::NARROWED), narrowed),
            (say(words::LINES), self.ids.len().to_string()),
            (say(words::MASKED), say(words::MASKING).to_owned()),
            (say(words::KEEP), say(words::KEEPING).to_owned()),
        ]
    }
}

/// Whether `actor` reads a request in full, or masked; nothing where not at all.
fn sight(actor: &Actor, row: &Row) -> Option<bool> {
    let ours = row.unit.is_some_and(|unit| actor.answers_for(unit, row.area));
    let is_closed = row.stage == "closed";
    let is_own = row.asker.is_some() && row.asker == actor.person();
    if actor.may(Verb::See, row.area) || ours && !is_closed || is_own {
        return Some(true);
    }
    (actor.may(Verb::SeeMasked, row.area) || ours).then_some(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_much_is_refused_in_a_sentence() {
        let sentence = too_many(MOST);
        assert!(sentence.zh.contains("50000") && sentence.en.contains("50000"));
        assert_eq!((Form::named("xlsx"), Form::named("pdf")), (Some(Form::Xlsx), None));
    }
}
