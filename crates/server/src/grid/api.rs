//! What programs may ask of the grid: areas, units, and what requests can be about.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use domain::area::{AreaCode, Level, Street};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::Area;
use crate::App;
use crate::error::Error;
use crate::web::words::{Lang, Phrase};
use crate::web::{Access, Fields, Routes, Visit};

/// The most areas of one page.
const LIMIT_MAX: usize = 200;

const AREA_UNREADABLE: Phrase = Phrase {
    zh: "区域代码是 2 至 19 位数字，如 370323001028。",
    en: "The code of an area is 2 to 19 digits, such as 370323001028.",
};
const LEVEL_UNKNOWN: Phrase = Phrase {
    zh: "没有这一级。可填：community、grid、micro_grid、building。",
    en: "There is no such level. There are: community, grid, micro_grid, building.",
};
const LIMIT_BAD: Phrase =
    Phrase { zh: "每页请取 1 至 200 个。", en: "Please ask for 1 to 200 at a time." };

/// Areas in the order of their codes.
#[derive(Serialize, ToSchema)]
struct AreaList {
    items: Vec<AreaAnswer>,
}

/// An area of the tree; its code holds those of all areas around it.
#[derive(Serialize, ToSchema)]
struct AreaAnswer {
    #[schema(example = "370323001028")]
    code: String,
    /// In the reader's language.
    name: String,
    #[schema(example = "community")]
    level: &'static str,
    /// The code of the area around it.
    parent: Option<String>,
    /// `residential` or `exclusive` for a grid.
    kind: &'static str,
}

/// Partner units by code.
#[derive(Serialize, ToSchema)]
struct UnitList {
    items: Vec<UnitAnswer>,
}

/// A partner unit.
#[derive(Serialize, ToSchema)]
struct UnitAnswer {
    #[schema(example = "01K0S8V5T00G1")]
    id: String,
    #[schema(example = "water")]
    code: String,
    name: String,
    kind: String,
    /// Where it helps.
    area: String,
    phone: String,
}

/// Categories in the order in which a form offers them.
#[derive(Serialize, ToSchema)]
struct CategoryList {
    items: Vec<CategoryAnswer>,
}

/// What a request can be about.
#[derive(Serialize, ToSchema)]
struct CategoryAnswer {
    #[schema(example = "sanitation")]
    code: String,
    name: String,
    /// The code of the category above; nothing for one that stands at the top.
    parent: Option<String>,
    /// The name of its picture.
    #[schema(example = "rubbish")]
    icon: String,
    #[schema(example = "ordinary")]
    urgency: &'static str,
    /// What belongs here, and what must be known before it is taken on.
    opens: String,
    /// When it counts as done.
    closes: String,
    /// What a photo should show; may be empty.
    photo: String,
    /// The code of the unit where such requests usually go; may be empty.
    unit: String,
}

pub(super) fn routes() -> Routes {
    Routes::new()
        .api(Access::Everyone, routes!(areas))
        .api(Access::Everyone, routes!(categories))
        .api(Access::SignedIn, routes!(units))
}

/// List the open areas that lie within another, at every depth.
#[utoipa::path(
    get, path = "/areas", tag = "grid", operation_id = "areas",
    params(
        ("under" = Option<String>, Query, description = "Within this area; else in the street"),
        ("level" = Option<String>, Query, description = "Only of this level: `building`"),
        ("after" = Option<String>, Query, description = "The code that ended the page before"),
        ("limit" = Option<u8>, Query, description = "1 to 200; 200 where nothing is said"),
    ),
    responses((status = 200, description = "The areas", body = AreaList)),
)]
async fn areas(State(app): State<App>, visit: Visit, request: Request) -> Result<Response, Error> {
    let query = Fields::urlencoded(request.uri().query().unwrap_or_default());
    let street = street_asked(&visit, &query, "under")?;
    app.settings(street)?;
    let under = match query.get("under") {
        None => street.area(),
        Some(_) => query.parse("under", AREA_UNREADABLE)?,
    };
    let wanted = match query.get("level") {
        None => None,
        Some(name) => {
            let level = Level::ALL.into_iter().find(|&level| level_name(level) == name);
            Some(level.ok_or_else(|| Error::field("level", LEVEL_UNKNOWN))?)
        }
    };
    let after = query.get("after").map(|_| query.parse::<AreaCode>("after", AREA_UNREADABLE));
    let after = after.transpose()?;
    let limit = match query.get("limit") {
        None => LIMIT_MAX,
        Some(_) => query.parse("limit", LIMIT_BAD)?,
    };
    if !(1..=LIMIT_MAX).contains(&limit) {
        return Err(Error::field("limit", LIMIT_BAD));
    }
    let deepest = wanted.unwrap_or(Level::Building);
    let read = move |tx: &mut db::Tx| {
        // An area that is not there has nothing below it; that is no empty list.
        super::area(tx, street, under)?.ok_or(Error::NotFound)?;
        super::areas_under(tx, street, under, deepest)
    };
    let mut found = app.db.read(read).await?;
    found.retain(|area| {
        area.code != under
            && after.is_none_or(|after| area.code > after)
            && wanted.is_none_or(|level| area.code.level() == level)
    });
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|area| area.code);
    let items = found.iter().map(|area| answer(area, visit.lang)).collect();
    let mut response = Json(AreaList { items }).into_response();
    if let Some(after) = next {
        let level = wanted.map_or(String::new(), |level| format!("&level={}", level_name(level)));
        let link = format!(
            "</api/v1/areas?under={under}{level}&limit={limit}&after={after}>; rel=\"next\""
        );
        let link = link.parse().map_err(|_| Error::Unreadable)?;
        response.headers_mut().insert(header::LINK, link);
    }
    Ok(response)
}

/// List what a request can be about.
#[utoipa::path(
    get, path = "/categories", tag = "grid", operation_id = "categories",
    params(("area" = Option<String>, Query, description = "Of which street, where several are")),
    responses((status = 200, description = "The categories", body = CategoryList)),
)]
async fn categories(
    State(app): State<App>,
    visit: Visit,
    request: Request,
) -> Result<Json<CategoryList>, Error> {
    let query = Fields::urlencoded(request.uri().query().unwrap_or_default());
    let settings = app.settings(street_asked(&visit, &query, "area")?)?;
    let open = settings.categories.iter().filter(|category| category.is_open());
    let items = open.map(|category| CategoryAnswer {
        code: category.code.clone(),
        name: visit.lang.pick(&category.name, &category.name_en).to_owned(),
        parent: Some(category.parent.clone()).filter(|parent| !parent.is_empty()),
        icon: category.icon.clone(),
        urgency: category.urgency.name(),
        opens: settings.opens(category, visit.lang).to_owned(),
        closes: settings.closes(category, visit.lang).to_owned(),
        photo: visit.lang.pick(&category.photo, &category.photo_en).to_owned(),
        unit: category.unit.clone(),
    });
    Ok(Json(CategoryList { items: items.collect() }))
}

/// List the units to which a desk can dispatch.
#[utoipa::path(
    get, path = "/units", tag = "grid", operation_id = "units",
    responses((status = 200, description = "The units", body = UnitList)),
)]
async fn units(State(app): State<App>, visit: Visit) -> Result<Json<UnitList>, Error> {
    let settings = app.settings(visit.street()?)?;
    let items = settings.units.iter().map(|unit| UnitAnswer {
        id: unit.id.to_string(),
        code: unit.code.clone(),
        name: visit.lang.pick(&unit.name, &unit.name_en).to_owned(),
        kind: unit.kind.clone(),
        area: unit.area.to_string(),
        phone: unit.phone.clone(),
    });
    Ok(Json(UnitList { items: items.collect() }))
}

/// The street of the area in the field `name`, else of the visit. Another street than that of one's
/// session is not found.
pub fn street_asked(visit: &Visit, query: &Fields, name: &'static str) -> Result<Street, Error> {
    let asked = query.get(name).map(|_| query.parse::<AreaCode>(name, AREA_UNREADABLE));
    match (asked.transpose()?, visit.street) {
        (None, Some(street)) => Ok(street),
        (Some(area), ours) => {
            let street = area.street().ok_or(Error::NotFound)?;
            let fits = visit.session().is_none() || ours == Some(street);
            if fits { Ok(street) } else { Err(Error::NotFound) }
        }
        (None, None) => Err(Error::NotFound),
    }
}

fn answer(area: &Area, lang: Lang) -> AreaAnswer {
    AreaAnswer {
        code: area.code.to_string(),
        name: lang.pick(&area.name, &area.name_en).to_owned(),
        level: level_name(area.code.level()),
        parent: area.code.parent().map(|parent| parent.to_string()),
        kind: area.kind.name(),
    }
}

/// The name of a level in the interface.
fn level_name(level: Level) -> &'static str {
    match level {
        Level::Province => "province",
        Level::City => "city",
        Level::County => "county",
        Level::Street => "street",
        Level::Community => "community",
        Level::Grid => "grid",
        Level::MicroGrid => "micro_grid",
        Level::Building => "building",
    }
}
