//! Administration: the tree of areas, one level at a time.

use askama::Template;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use db::Tx;
use domain::area::{AreaCode, Level};

use super::form::{FormPage, Input};
use super::people::ADMINISTER;
use crate::App;
use crate::error::Error;
use crate::grid::{self, Area, AreaKind};
use crate::identity::reading::Reading;
use crate::identity::{administration, words};
use crate::receipts;
use crate::web::words::{Lang, Phrase};
use crate::web::{Fields, Form, Html, Page, Routes, Visit, see_other, segment};

#[derive(Template)]
#[template(path = "identity/pages/areas.html")]
struct AreasPage {
    page: Page,
    code: String,
    name: String,
    level: &'static str,
    /// The areas around this one, from the widest: code and name.
    around: Vec<(String, String)>,
    children: Vec<AreaLine>,
    /// What lies below: nothing below a building.
    child_level: Option<&'static str>,
}

/// An area in the list.
struct AreaLine {
    code: String,
    name: String,
    name_en: String,
    households: i64,
}

/// The `{area}` of an address, in official digits.
struct Place(AreaCode);

impl axum::extract::FromRequestParts<App> for Place {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        segment(parts, app, "area").await.map(Self)
    }
}

pub(super) fn routes() -> Routes {
    Routes::new()
        .get(ADMINISTER, "/areas", list)
        .get(ADMINISTER, "/areas/{area}/new", show_new)
        .post(ADMINISTER, "/areas/{area}/new", add)
        .get(ADMINISTER, "/areas/{area}", show_one)
        .post(ADMINISTER, "/areas/{area}", change)
}

async fn list(State(app): State<App>, visit: Visit, request: Request) -> Result<Response, Error> {
    let query = Fields::urlencoded(request.uri().query().unwrap_or_default());
    let street = visit.street()?;
    let under = match query.get("under") {
        Some(digits) => digits.parse().map_err(|_| Error::NotFound)?,
        None => street.area(),
    };
    let lower = administration::below(under.level());
    let read = move |tx: &mut Tx| {
        grid::area(tx, street, under)?.ok_or(Error::NotFound)?;
        let children = match lower {
            Some(level) => grid::areas_under(tx, street, under, level)?,
            None => Vec::new(),
        };
        Ok::<_, Error>((grid::path(tx, street, under)?, children))
    };
    let (mut path, mut children) = app.db.report(read).await?;
    children.retain(|area| Some(area.code.level()) == lower);
    let here = path.pop().ok_or(Error::NotFound)?;
    let lang = visit.lang;
    let page = Page::new(&app, &visit, &format!("/areas?under={under}"));
    let shown = AreasPage {
        page,
        code: under.to_string(),
        name: lang.pick(&here.name, &here.name_en).to_owned(),
        level: lang.say(words::level(under.level())),
        around: path.iter().map(|area| (area.code.to_string(), named(area, lang))).collect(),
        children: children.iter().map(line).collect(),
        child_level: lower.map(|level| lang.say(words::level(level))),
    };
    Ok(Html(shown).into_response())
}

fn line(area: &Area) -> AreaLine {
    AreaLine {
        code: area.code.to_string(),
        name: area.name.clone(),
        name_en: area.name_en.clone(),
        households: area.households,
    }
}

fn named(area: &Area, lang: Lang) -> String {
    lang.pick(&area.name, &area.name_en).to_owned()
}

async fn show_new(
    State(app): State<App>,
    visit: Visit,
    Place(parent): Place,
) -> Result<Response, Error> {
    Ok(new_page(&app, &visit, parent).await?.shown())
}

async fn add(
    State(app): State<App>,
    visit: Visit,
    Place(parent): Place,
    form: Form,
) -> Result<Response, Error> {
    let Form { deed, fields, .. } = form;
    let level = administration::below(parent.level()).ok_or(Error::NotFound)?;
    let actor = visit.actor.clone();
    let added = match read_area(&fields, None, (parent, level)) {
        Ok(area) => {
            let add = move |tx: &mut Tx| {
                receipts::once(tx, &deed, |tx| administration::add_area(tx, &deed, &actor, &area))
            };
            app.db.write(add).await
        }
        Err(error) => Err(error),
    };
    match added {
        Ok(_) => {
            app.reload().await?;
            Ok(see_other(&format!("/areas?under={parent}")))
        }
        Err(error) => new_page(&app, &visit, parent).await?.again(&fields, error),
    }
}

async fn new_page(app: &App, visit: &Visit, parent: AreaCode) -> Result<FormPage, Error> {
    let street = visit.street()?;
    let read = move |tx: &mut Tx| {
        let known = grid::area(tx, street, parent)?.ok_or(Error::NotFound)?;
        Ok::<_, Error>((known, administration::next_code(tx, street, parent).ok()))
    };
    let (known, next) = app.db.read(read).await?;
    let level = administration::below(parent.level()).ok_or(Error::NotFound)?;
    let here = format!("/areas/{parent}/new");
    let page = Page::new(app, visit, &here);
    let code = next.map(|code| code.to_string()).unwrap_or_default();
    let hint = page.t(
        "已填好下一个空号，可以改成官方编码。用过的编码不能再用。",
        "The next free code; an official one may be written instead. A code is never used again.",
    );
    let mut inputs =
        vec![Input::new("code", "text", page.t("编码", "Code")).hint(hint).value(code)];
    inputs.extend(particulars(&page, level, None));
    let lead = format!("{} · {}", named(&known, visit.lang), page.say(words::level(level)));
    let back = named(&known, visit.lang);
    let title = Phrase { zh: "添加下级片区", en: "Add an area below" };
    Ok(FormPage::new(page, title, here, Phrase { zh: "添加", en: "Add" })
        .key(app.new_key())
        .lead(&lead)
        .inputs(inputs)
        .back(&format!("/areas?under={parent}"), &back))
}

async fn show_one(
    State(app): State<App>,
    visit: Visit,
    Place(code): Place,
) -> Result<Response, Error> {
    Ok(change_page(&app, &visit, code).await?.shown())
}

async fn change(
    State(app): State<App>,
    visit: Visit,
    Place(code): Place,
    form: Form,
) -> Result<Response, Error> {
    let Form { deed, fields, .. } = form;
    let actor = visit.actor.clone();
    let changed = match read_area(&fields, Some(code), (code, code.level())) {
        Ok(area) => {
            let change = move |tx: &mut Tx| {
                receipts::once(tx, &deed, |tx| {
                    administration::change_area(tx, &deed, &actor, &area)
                })
            };
            app.db.write(change).await
        }
        Err(error) => Err(error),
    };
    match changed {
        Ok(_) => {
            app.reload().await?;
            let around = code.parent().filter(|around| around.street().is_some());
            Ok(see_other(&format!("/areas?under={}", around.unwrap_or(code))))
        }
        Err(error) => change_page(&app, &visit, code).await?.again(&fields, error),
    }
}

async fn change_page(app: &App, visit: &Visit, code: AreaCode) -> Result<FormPage, Error> {
    let street = visit.street()?;
    let known = app.db.read(move |tx| grid::area(tx, street, code)).await?;
    let known = known.ok_or(Error::NotFound)?;
    let here = format!("/areas/{code}");
    let page = Page::new(app, visit, &here);
    let inputs = particulars(&page, code.level(), Some(&known));
    let lead = format!("{} · {code}", page.say(words::level(code.level())));
    let back = named(&known, visit.lang);
    let title = Phrase { zh: "改名和资料", en: "Names and particulars" };
    Ok(FormPage::new(page, title, here, Phrase { zh: "保存", en: "Save" })
        .key(app.new_key())
        .lead(&lead)
        .inputs(inputs)
        .back(&format!("/areas?under={code}"), &back))
}

/// The fields of an area of this level, filled from `known` where it is there already.
fn particulars(page: &Page, level: Level, known: Option<&Area>) -> Vec<Input> {
    let value = |read: fn(&Area) -> String| known.map(read).unwrap_or_default();
    let mut inputs = vec![
        Input::new("name", "text", page.t("名称", "Name, in Chinese"))
            .value(value(|area| area.name.clone())),
        Input::new("name_en", "text", page.t("英文名称", "Name, in English"))
            .value(value(|area| area.name_en.clone()))
            .needless(),
    ];
    if level == Level::Community {
        let hint =
            page.t("诉求编号的开头，例如 FY。", "Request numbers begin with it, such as FY.");
        let prefix = Input::new("prefix", "text", page.t("编号字母", "Letters for numbers"));
        inputs.push(prefix.hint(hint).value(value(|area| area.prefix.clone())));
    }
    if level == Level::Grid {
        let kind = |kind: AreaKind, name: &str| (kind.name().to_owned(), name.to_owned());
        let kinds = vec![
            kind(AreaKind::Residential, page.t("居民网格", "Residential")),
            kind(AreaKind::Exclusive, page.t("专属网格", "Exclusive")),
        ];
        let kind = Input::new("kind", "text", page.t("网格类型", "Kind of grid")).options(kinds);
        inputs.push(kind.value(value(|area| area.kind.name().to_owned())));
    }
    if level >= Level::Grid {
        let households = Input::new("households", "number", page.t("户数", "Households"));
        inputs.push(households.value(value(|area| area.households.to_string())).needless());
    }
    inputs
}

/// Reads an area: the one of this code, or a new one below `around`.
fn read_area(
    fields: &Fields,
    code: Option<AreaCode>,
    (around, level): (AreaCode, Level),
) -> Result<Area, Error> {
    let mut reading = Reading::new(fields);
    let code = code.or_else(|| {
        let typed: Option<AreaCode> = fields.shown("code").trim().parse().ok();
        typed.filter(|typed| typed.level() == level && typed.parent() == Some(around))
    });
    if code.is_none() {
        reading.wrong("code", words::CODE_BAD);
    }
    let name = reading.line("name");
    let name_en = reading.line_or_none("name_en");
    let prefix = fields.shown("prefix").trim().to_owned();
    let fits = (1..=6).contains(&prefix.len()) && prefix.bytes().all(|b| b.is_ascii_uppercase());
    if level == Level::Community && !fits {
        reading.wrong("prefix", words::PREFIX_BAD);
    }
    let households = fields.get("households").map_or(Ok(0), |text| text.trim().parse::<i64>());
    let households = households.ok().filter(|count| (0..100_000).contains(count));
    if households.is_none() {
        reading.wrong("households", words::NUMBER_BAD);
    }
    reading.done()?;
    let (Some(code), Some(households)) = (code, households) else {
        return Err(Error::Unreadable);
    };
    let kind = match AreaKind::named(fields.shown("kind")) {
        Some(kind) if level == Level::Grid => kind,
        _ => AreaKind::Plain,
    };
    let prefix = if level == Level::Community { prefix } else { String::new() };
    Ok(Area { code, kind, name, name_en, prefix, households })
}
