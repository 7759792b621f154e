//! What programs may ask of the working calendar.

use axum::Json;
use axum::extract::{Request, State};
use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::App;
use crate::error::Error;
use crate::web::words::Phrase;
use crate::web::{Access, Fields, Routes, Visit};

const DAY_UNREADABLE: Phrase = Phrase {
    zh: "请填一个日期，如 2026-11-23。",
    en: "Please give a day such as 2026-11-23.",
};
const ORDER_WRONG: Phrase =
    Phrase { zh: "to 不能早于 from。", en: "The day `to` cannot lie before the day `from`." };

/// Working days between two days.
#[derive(Serialize, ToSchema)]
struct Workdays {
    /// How many of the days are worked, both ends included.
    #[schema(example = 5)]
    workdays: u32,
    /// Until when the holidays are known; later days are counted by the week alone.
    #[schema(value_type = String, format = Date, example = "2026-12-31")]
    known_through: String,
}

pub(super) fn routes() -> Routes {
    Routes::new().api(Access::Everyone, routes!(workdays))
}

/// Count working days, with holidays and the weekends that are worked for them.
#[utoipa::path(
    get, path = "/calendar", tag = "calendar", operation_id = "workdays",
    params(
        ("from" = String, Query, description = "The first day", example = "2026-11-23"),
        ("to" = String, Query, description = "The last day", example = "2026-11-29"),
        ("area" = Option<String>, Query, description = "Of which street, where there are several"),
    ),
    responses((status = 200, description = "The count", body = Workdays)),
)]
async fn workdays(
    State(app): State<App>,
    visit: Visit,
    request: Request,
) -> Result<Json<Workdays>, Error> {
    let query = Fields::urlencoded(request.uri().query().unwrap_or_default());
    let settings = app.settings(crate::grid::street_asked(&visit, &query, "area")?)?;
    let from: Date = query.parse("from", DAY_UNREADABLE)?;
    let to: Date = query.parse("to", DAY_UNREADABLE)?;
    if to < from {
        return Err(Error::field("to", ORDER_WRONG));
    }
    let calendar = &settings.calendar;
    Ok(Json(Workdays {
        workdays: calendar.workdays_between(from, to),
        known_through: calendar.known_through.to_string(),
    }))
}
