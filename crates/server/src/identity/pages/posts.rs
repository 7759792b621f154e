//! Administration: giving and ending posts.

use axum::extract::State;
use axum::response::Response;
use db::Tx;
use domain::actor::{Appointment, Post};
use domain::area::{Level, Street};
use domain::id::{AppointmentId, PersonId, UnitId};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::form::{FormPage, Input};
use super::people::{ADMINISTER, title_of};
use crate::App;
use crate::error::Error;
use crate::grid::{self, Area, Unit};
use crate::identity::administration::{self, Grant};
use crate::identity::reading::Reading;
use crate::identity::{store, words};
use crate::receipts::{self, Deed};
use crate::web::words::{Lang, Phrase};
use crate::web::{Fields, Form, Id, Page, Routes, Visit, see_other};

/// A post in a list.
pub(super) struct PostLine {
    pub id: AppointmentId,
    pub name: &'static str,
    pub place: String,
    pub area: String,
    pub unit: String,
    pub from: String,
    pub until: String,
    pub is_over: bool,
}

pub(super) fn routes() -> Routes {
    Routes::new()
        .get(ADMINISTER, "/people/{id}/posts/new", show_new)
        .post(ADMINISTER, "/people/{id}/posts", give)
        .post(ADMINISTER, "/appointments/{id}/end", end)
}

/// An appointment as a list shows it.
pub(super) fn post_line(
    tx: &mut Tx,
    street: Street,
    held: &store::Held,
    (now, zone): (Timestamp, &TimeZone),
    lang: Lang,
) -> Result<PostLine, Error> {
    let path = grid::path(tx, street, held.held.area)?;
    let unit = held.held.unit.map(|unit| grid::unit(tx, street, unit)).transpose()?.flatten();
    let day = |at: Timestamp| zone.to_datetime(at).date().to_string();
    Ok(PostLine {
        id: held.id,
        name: lang.say(words::post(held.held.post)),
        place: grid::place_name(&path, lang == Lang::En),
        area: held.held.area.to_string(),
        unit: unit.map(|u| lang.pick(&u.name, &u.name_en).to_owned()).unwrap_or_default(),
        from: day(held.from),
        until: held.until.map(day).unwrap_or_default(),
        is_over: held.until.is_some_and(|until| until <= now),
    })
}

async fn show_new(
    State(app): State<App>,
    visit: Visit,
    Id(id): Id<PersonId>,
) -> Result<Response, Error> {
    Ok(new_page(&app, &visit, id).await?.shown())
}

async fn give(
    State(app): State<App>,
    visit: Visit,
    Id(id): Id<PersonId>,
    form: Form,
) -> Result<Response, Error> {
    let Form { deed, fields, .. } = form;
    match try_give(&app, &visit, id, deed, &fields).await {
        Ok(()) => Ok(see_other(&format!("/people/{id}"))),
        Err(error) => new_page(&app, &visit, id).await?.again(&fields, error),
    }
}

async fn try_give(
    app: &App,
    visit: &Visit,
    person: PersonId,
    deed: Deed,
    fields: &Fields,
) -> Result<(), Error> {
    let mut reading = Reading::new(fields);
    let post = Post::named(fields.shown("post"));
    if post.is_none() {
        reading.wrong("post", words::POST_BAD);
    }
    let area = reading.area("area");
    let unit = fields.get("unit").map(str::parse::<UnitId>);
    if matches!(unit, Some(Err(_))) {
        reading.wrong("unit", words::UNIT_MISSING);
    }
    let zone = &app.settings(deed.street)?.calendar.zone;
    let from = beginning(fields.shown("from"), app.now(), zone);
    if from.is_none() {
        reading.wrong("from", words::DAY_BAD);
    }
    reading.done()?;
    let (Some(post), Some(area), Some(from)) = (post, area, from) else {
        return Err(Error::Unreadable);
    };
    let held = Appointment { post, area, unit: unit.and_then(Result::ok) };
    let grant = Grant { id: AppointmentId(app.new_id()), person, held, from };
    let actor = visit.actor.clone();
    let give = move |tx: &mut Tx| {
        receipts::once(tx, &deed, |tx| administration::give_post(tx, &deed, &actor, grant))
    };
    app.db.write(give).await?;
    // The names of those who hold posts are known to every process by heart.
    app.reload().await
}

/// When a post begins that is given from this day on: today at once, else when the day begins.
fn beginning(text: &str, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    let today = zone.to_datetime(now).date();
    let day: Date = if text.trim().is_empty() { today } else { text.trim().parse().ok()? };
    let (earliest, latest) = (today.checked_sub(1.year()).ok()?, today.checked_add(1.year()).ok()?);
    match day {
        day if day == today => Some(now),
        day if (earliest..=latest).contains(&day) => zone.to_timestamp(day.at(0, 0, 0, 0)).ok(),
        _ => None,
    }
}

async fn new_page(app: &App, visit: &Visit, id: PersonId) -> Result<FormPage, Error> {
    let page = Page::new(app, visit, &format!("/people/{id}/posts/new"));
    let (street, lang) = (visit.street()?, visit.lang);
    let who = title_of(app, street, id, lang).await?;
    let read = move |tx: &mut Tx| {
        let areas = grid::areas_under(tx, street, street.area(), Level::MicroGrid)?;
        Ok::<_, Error>((areas, grid::units(tx, street)?))
    };
    let (areas, units) = app.db.report(read).await?;
    let settings = app.settings(street)?;
    let today = settings.calendar.zone.to_datetime(app.now()).date().to_string();
    let choose = page.t("请选择", "Please choose").to_owned();
    let mut posts = vec![(String::new(), choose)];
    posts.extend(
        Post::all().map(|post| (post.name().to_owned(), lang.say(words::post(post)).to_owned())),
    );
    let unit_name = |unit: &Unit| lang.pick(&unit.name, &unit.name_en).to_owned();
    let mut unit_options = vec![(String::new(), page.t("无", "None").to_owned())];
    unit_options.extend(units.iter().map(|unit| (unit.id.to_string(), unit_name(unit))));
    let inputs =
        vec![
            Input::new("post", "text", page.t("岗位", "Post")).options(posts),
            Input::new("area", "text", page.t("片区代码", "Code of the area"))
                .hint(page.t(
                    "写数字代码，或输入名称后选择。",
                    "Its digits; or type its name and choose.",
                ))
                .offers(named(&areas, lang)),
            Input::new("unit", "text", page.t("单位（仅单位联络员）", "Unit (for a unit liaison)"))
                .options(unit_options),
            Input::new("from", "date", page.t("从哪天起", "From which day")).value(today),
        ];
    let title = Phrase { zh: "添加岗位", en: "Add a post" };
    let button = Phrase { zh: "添加岗位", en: "Add this post" };
    Ok(FormPage::new(page, title, format!("/people/{id}/posts"), button)
        .key(app.new_key())
        .lead(&who)
        .inputs(inputs)
        .back(&format!("/people/{id}"), &who))
}

/// Areas by code with the whole of their names: names repeat inside a street.
fn named(areas: &[Area], lang: Lang) -> Vec<(String, String)> {
    let name = |area: &Area| {
        let around = areas.iter().filter(|known| known.code.contains(area.code));
        let path: Vec<Area> = around.cloned().collect();
        (area.code.to_string(), grid::place_name(&path, lang == Lang::En))
    };
    areas.iter().map(name).collect()
}

async fn end(
    State(app): State<App>,
    visit: Visit,
    Id(id): Id<AppointmentId>,
    form: Form,
) -> Result<Response, Error> {
    let (deed, actor) = (form.deed, visit.actor.clone());
    let end = move |tx: &mut Tx| {
        receipts::once(tx, &deed, |tx| administration::end_post(tx, &deed, &actor, id))
    };
    let person = PersonId(app.db.write(end).await?.subject);
    Ok(see_other(&format!("/people/{person}")))
}
