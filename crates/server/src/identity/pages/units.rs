//! Administration: the partner units.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use db::Tx;
use domain::id::UnitId;

use super::form::{FormPage, Input};
use super::people::ADMINISTER;
use crate::App;
use crate::error::Error;
use crate::grid::{self, Unit};
use crate::identity::reading::Reading;
use crate::identity::{administration, words};
use crate::receipts::{self, Deed};
use crate::web::words::Phrase;
use crate::web::{Fields, Form, Html, Id, Page, Routes, Visit, see_other};

/// The kinds of unit that there are (source: domain, who uses it).
const KINDS: &[(&str, Phrase)] = &[
    ("department", Phrase { zh: "部门", en: "Department" }),
    ("company", Phrase { zh: "企业", en: "Company" }),
    ("property", Phrase { zh: "物业公司", en: "Property company" }),
    ("social", Phrase { zh: "社会组织", en: "Social organisation" }),
];

#[derive(Template)]
#[template(path = "identity/pages/units.html")]
struct UnitsPage {
    page: Page,
    units: Vec<Unit>,
}

pub(super) fn routes() -> Routes {
    Routes::new()
        .get(ADMINISTER, "/units", list)
        .get(ADMINISTER, "/units/new", show_new)
        .post(ADMINISTER, "/units", add)
        .get(ADMINISTER, "/units/{id}", show_one)
        .post(ADMINISTER, "/units/{id}", change)
}

async fn list(State(app): State<App>, visit: Visit) -> Result<Response, Error> {
    let street = visit.street()?;
    let units = app.db.read(move |tx| grid::units(tx, street)).await?;
    Ok(Html(UnitsPage { page: Page::new(&app, &visit, "/units"), units }).into_response())
}

async fn show_new(State(app): State<App>, visit: Visit) -> Response {
    unit_page(&app, &visit, None).shown()
}

async fn add(State(app): State<App>, visit: Visit, form: Form) -> Result<Response, Error> {
    let Form { deed, fields, .. } = form;
    let unit = read_unit(&fields, &visit, UnitId(app.new_id()), None);
    match put(&app, &visit, deed, unit).await {
        Ok(()) => Ok(see_other("/units")),
        Err(error) => unit_page(&app, &visit, None).again(&fields, error),
    }
}

async fn show_one(
    State(app): State<App>,
    visit: Visit,
    Id(id): Id<UnitId>,
) -> Result<Response, Error> {
    let known = known(&app, &visit, id).await?;
    Ok(unit_page(&app, &visit, Some(&known)).shown())
}

async fn change(
    State(app): State<App>,
    visit: Visit,
    Id(id): Id<UnitId>,
    form: Form,
) -> Result<Response, Error> {
    let Form { deed, fields, .. } = form;
    let known = known(&app, &visit, id).await?;
    let unit = read_unit(&fields, &visit, id, Some(&known));
    match put(&app, &visit, deed, unit).await {
        Ok(()) => Ok(see_other("/units")),
        Err(error) => unit_page(&app, &visit, Some(&known)).again(&fields, error),
    }
}

async fn known(app: &App, visit: &Visit, id: UnitId) -> Result<Unit, Error> {
    let street = visit.street()?;
    let known = app.db.read(move |tx| grid::unit(tx, street, id)).await?;
    known.ok_or(Error::NotFound)
}

async fn put(app: &App, visit: &Visit, deed: Deed, unit: Result<Unit, Error>) -> Result<(), Error> {
    let (unit, actor) = (unit?, visit.actor.clone());
    let put = move |tx: &mut Tx| {
        receipts::once(tx, &deed, |tx| administration::put_unit(tx, &deed, &actor, &unit))
    };
    app.db.write(put).await?;
    app.reload().await
}

/// Reads a unit. One that is there already keeps its code.
fn read_unit(
    fields: &Fields,
    visit: &Visit,
    id: UnitId,
    known: Option<&Unit>,
) -> Result<Unit, Error> {
    let mut reading = Reading::new(fields);
    let code = known.map_or_else(|| fields.shown("code").trim().to_owned(), |u| u.code.clone());
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    if !(2..=30).contains(&code.len()) || !code.bytes().all(plain) {
        reading.wrong("code", words::UNIT_CODE_BAD);
    }
    let name = reading.line("name");
    let name_en = reading.line_or_none("name_en");
    let phone = reading.line_or_none("phone");
    if phone.chars().count() > 30 {
        reading.wrong("phone", words::HOTLINE_BAD);
    }
    let kind = KINDS.iter().find(|(kind, _)| *kind == fields.shown("kind"));
    // Until areas of units are chosen, a unit serves the whole street.
    let area = known.map_or(visit.street()?.area(), |unit| unit.area);
    reading.done()?;
    let kind = kind.map_or("company", |(kind, _)| kind).to_owned();
    Ok(Unit { id, code, kind, area, name, name_en, phone })
}

fn unit_page(app: &App, visit: &Visit, known: Option<&Unit>) -> FormPage {
    let here = known.map_or("/units".to_owned(), |unit| format!("/units/{}", unit.id));
    let new = if known.is_some() { &here } else { "/units/new" };
    let page = Page::new(app, visit, new);
    let value = |read: fn(&Unit) -> String| known.map(read).unwrap_or_default();
    let kinds = KINDS.iter().map(|(kind, name)| ((*kind).to_owned(), page.say(name).to_owned()));
    let mut inputs = Vec::new();
    if known.is_none() {
        let hint = page
            .t("小写字母、数字或短横线，以后不能改。", "Small letters, digits, hyphens; it stays.");
        inputs.push(Input::new("code", "text", page.t("代号", "Code")).hint(hint));
    }
    inputs.extend([
        Input::new("name", "text", page.t("名称", "Name, in Chinese"))
            .value(value(|unit| unit.name.clone())),
        Input::new("name_en", "text", page.t("英文名称", "Name, in English"))
            .value(value(|unit| unit.name_en.clone()))
            .needless(),
        Input::new("kind", "text", page.t("类型", "Kind"))
            .options(kinds.collect())
            .value(value(|unit| unit.kind.clone())),
        Input::new("phone", "tel", page.t("值班电话", "Telephone"))
            .value(value(|unit| unit.phone.clone()))
            .needless(),
    ]);
    let back = page.t("单位", "Units");
    let (title, button) = if known.is_some() {
        (Phrase { zh: "单位资料", en: "A unit" }, Phrase { zh: "保存", en: "Save" })
    } else {
        (Phrase { zh: "添加单位", en: "Add a unit" }, Phrase { zh: "添加", en: "Add" })
    };
    FormPage::new(page, title, here, button).key(app.new_key()).inputs(inputs).back("/units", back)
}
