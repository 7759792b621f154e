//! What a list is narrowed to, as it stands in an address: read for pages, programs and exports in
//! one place, and written again for links.

use domain::area::AreaCode;
use domain::id::UnitId;
use domain::requests::{Channel, Rung, Urgency};
use jiff::Timestamp;
use jiff::civil::Date;

use super::super::list::{Filter, stages_named};
use super::words;
use crate::app::Settings;
use crate::error::{Error, Field};
use crate::web::Fields;
use crate::web::visit::escaped;
use crate::web::words::{Lang, Phrase};

/// The most characters to search for.
const LONGEST: usize = 100;

/// The names by which a list is narrowed, in the order in which an address has them.
const NAMES: [&str; 12] = [
    "area", "stage", "q", "category", "urgency", "unit", "from", "to", "channel", "rung", "late",
    "mine",
];

/// What is wanted of a list: the fields that say something, as they were sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    fields: Vec<(&'static str, String)>,
}

/// One thing that a list is narrowed to, to be read and taken away.
pub struct Chip {
    /// Which field it is.
    pub name: &'static str,
    pub text: String,
    /// The address of the list without it, from the `?` on.
    pub without: String,
}

impl Wanted {
    /// The fields of a query that narrow a list; others stay out.
    #[must_use]
    pub fn of(fields: &Fields) -> Self {
        let said = |name: &'static str| {
            let value = fields.get(name)?.trim();
            let is_on = !["late", "mine"].contains(&name) || fields.is_on(name);
            is_on.then(|| (name, value.to_owned()))
        };
        Self { fields: NAMES.into_iter().filter_map(said).collect() }
    }

    /// The fields of an address that was kept.
    #[must_use]
    pub fn read(query: &str) -> Self {
        Self::of(&Fields::urlencoded(query))
    }

    /// A field as it was sent; empty where nothing was said.
    #[must_use]
    pub fn shown(&self, name: &str) -> &str {
        self.get(name).unwrap_or_default()
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    /// Nothing is narrowed.
    #[must_use]
    pub fn is_all(&self) -> bool {
        self.fields.is_empty()
    }

    /// The same without a field.
    #[must_use]
    pub fn without(&self, name: &str) -> Self {
        let kept = self.fields.iter().filter(|(known, _)| *known != name);
        Self { fields: kept.cloned().collect() }
    }

    /// As a query of an address: `area=…&q=…`.
    #[must_use]
    pub fn query(&self) -> String {
        let pair = |(name, value): &(&str, String)| format!("{name}={}", escaped(value));
        self.fields.iter().map(pair).collect::<Vec<_>>().join("&")
    }

    /// The filter that is meant, for `now`, without a limit of lines; all that makes no sense is
    /// told at once. An area of another street is not found.
    pub fn filter(&self, settings: &Settings, now: Timestamp) -> Result<Filter, Error> {
        let (filter, wrong) = self.parse(settings, now)?;
        if wrong.is_empty() { Ok(filter) } else { Err(Error::Invalid(wrong)) }
    }

    /// The filter that is meant, and the fields that it follows: what makes no sense is left out.
    pub fn lenient(mut self, settings: &Settings, now: Timestamp) -> Result<(Filter, Self), Error> {
        let (filter, wrong) = self.parse(settings, now)?;
        self.fields.retain(|(name, _)| wrong.iter().all(|field| field.name != *name));
        Ok((filter, self))
    }

    fn parse(&self, settings: &Settings, now: Timestamp) -> Result<(Filter, Vec<Field>), Error> {
        let mut wrong = Vec::new();
        let mut filter = Filter { late_at: now, ..Filter::default() };
        for (name, value) in &self.fields {
            let reason = match *name {
                "area" => {
                    filter.area = value.parse::<AreaCode>().ok();
                    filter.area.is_none().then_some(words::AREA_UNREADABLE)
                }
                "stage" => {
                    filter.stage = stages_named(value);
                    filter.stage.is_none().then_some(words::STAGE_UNKNOWN)
                }
                "q" => {
                    filter.q = Some(value.clone());
                    (value.chars().count() > LONGEST).then_some(words::QUERY_LONG)
                }
                "category" => {
                    filter.category = settings.category(value).map(|found| found.code.clone());
                    // What is no category goes to no statement: it may be any signs at all.
                    let known = filter.category.as_ref();
                    let codes = known.map(|code| settings.with_below(code).join("|"));
                    filter.categories = codes.map(|codes| format!("|{codes}|")).unwrap_or_default();
                    filter.category.is_none().then_some(words::CATEGORY_UNKNOWN)
                }
                "urgency" => {
                    filter.urgency = Urgency::named(value);
                    filter.urgency.is_none().then_some(words::URGENCY_UNKNOWN)
                }
                "unit" => {
                    let known = |id: &UnitId| settings.units.iter().any(|unit| unit.id == *id);
                    filter.unit = value.parse().ok().filter(known);
                    filter.unit.is_none().then_some(words::UNIT_UNKNOWN)
                }
                "channel" => {
                    filter.channel = Channel::named(value);
                    filter.channel.is_none().then_some(words::CHANNEL_UNKNOWN)
                }
                "rung" => {
                    filter.rung = Rung::named(value);
                    filter.rung.is_none().then_some(words::RUNG_UNKNOWN)
                }
                "from" => {
                    filter.from = midnight(settings, value, 0);
                    filter.from.is_none().then_some(words::DAY_UNREADABLE)
                }
                "to" => {
                    filter.to = midnight(settings, value, 1);
                    filter.to.is_none().then_some(words::DAY_UNREADABLE)
                }
                flag => {
                    filter.late |= flag == "late";
                    filter.mine |= flag == "mine";
                    None
                }
            };
            wrong.extend(reason.map(|reason| Field { name, reason: reason.into() }));
        }
        if wrong.iter().any(|field| field.name == "q") {
            filter.q = None;
        }
        let ours = settings.street.area();
        // Nothing of another street is ever found here, not even that it is there.
        if filter.area.is_some_and(|area| !area.contains(ours) && !ours.contains(area)) {
            return Err(Error::NotFound);
        }
        Ok((filter, wrong))
    }

    /// Each thing that the list is narrowed to, in words.
    #[must_use]
    pub fn chips(&self, settings: &Settings, lang: Lang) -> Vec<Chip> {
        let chip = |(name, value): &(&'static str, String)| Chip {
            name,
            text: said(settings, lang, name, value),
            without: self.without(name).query(),
        };
        self.fields.iter().map(chip).collect()
    }
}

/// One thing that a list is narrowed to, in words.
fn said(settings: &Settings, lang: Lang, name: &str, value: &str) -> String {
    let phrase = |found: Option<Phrase>| found.map_or(value, |it| lang.say(it)).to_owned();
    match name {
        "area" => {
            let area = value.parse::<AreaCode>();
            area.map_or_else(|_| value.to_owned(), |area| settings.place_name(area, lang))
        }
        "stage" => phrase(stages_named(value).map(words::stage)),
        "q" => lang.pick(&format!("“{value}”"), &format!("“{value}”")).to_owned(),
        "category" => {
            let found = settings.category(value);
            found.map_or(value, |it| lang.pick(&it.name, &it.name_en)).to_owned()
        }
        "urgency" => phrase(Urgency::named(value).map(super::super::words::urgency)),
        "unit" => {
            let unit = value.parse().map(|unit| settings.unit_name(unit, lang));
            unit.unwrap_or_else(|_| value.to_owned())
        }
        "channel" => phrase(Channel::named(value).map(words::channel)),
        "rung" => phrase(Rung::named(value).map(words::rung)),
        "from" => lang.pick(&format!("{value} 起"), &format!("from {value}")).to_owned(),
        "to" => lang.pick(&format!("到 {value}"), &format!("until {value}")).to_owned(),
        "late" => phrase(Some(words::stage("late"))),
        _ => phrase(Some(words::MINE)),
    }
}

/// The first moment of the day that is so many days after `text`, in the street.
fn midnight(settings: &Settings, text: &str, days: i32) -> Option<Timestamp> {
    let day: Date = text.parse().ok()?;
    let day = day.checked_add(jiff::Span::new().days(days)).ok()?;
    settings.calendar.zone.to_timestamp(day.to_datetime(jiff::civil::Time::MIN)).ok()
}
