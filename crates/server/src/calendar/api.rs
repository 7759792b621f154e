//! What programs may ask of the working calendar, and how they change it.

use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use db::Tx;
use domain::calendar::{Calendar, Day};
use domain::id::ClosureId;
use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

use super::pages::{CHANGE, changed, planned, read_closure};
use super::{Followers, Over, Plan, change, notice, words};
use crate::App;
use crate::error::Error;
use crate::receipts::Receipt;
use crate::web::fields::Program;
use crate::web::{Access, Fields, Id, Routes, Visit};

/// Working days between two days.
#[derive(Serialize, ToSchema)]
struct DaysAnswer {
    /// How many of the days are worked, both ends included.
    #[schema(example = 5)]
    workdays: u32,
    /// Until when the holidays are known; later days are counted by the week alone.
    #[schema(value_type = String, format = Date, example = "2026-12-31")]
    known_through: String,
    /// The days among them that are not what their weekday says.
    days: Vec<DayAnswer>,
}

/// A day that is not what its weekday says.
#[derive(Serialize, ToSchema)]
struct DayAnswer {
    #[schema(value_type = String, format = Date, example = "2026-10-01")]
    date: String,
    /// `holiday`, `made_up` (a weekend day that is worked) or `closed`.
    #[schema(example = "holiday")]
    kind: &'static str,
    /// The name of the holiday, or the reason of a closure, as it was written.
    #[schema(example = "国庆节")]
    name: String,
}

/// What a notice would change.
#[derive(Serialize, ToSchema)]
struct PlanAnswer {
    year: i16,
    /// The version of the calendar that this was said of.
    version: i64,
    off: usize,
    made_up: usize,
    workdays_before: u32,
    workdays: u32,
    /// The festivals of the year of which no day is off: `new_year`, `spring_festival`, `qingming`,
    /// `labour_day`, `dragon_boat`, `mid_autumn`, `national_day`.
    missing: Vec<&'static str>,
    /// The notice can hardly be whole: it is taken in only with `as_it_stands`.
    is_doubted: bool,
    #[schema(value_type = String, format = Date, example = "2027-12-31")]
    known_through: String,
    /// How many running deadlines would move.
    deadlines_moved: usize,
    changes: Vec<ChangeAnswer>,
}

/// A day that would become other than it is.
#[derive(Serialize, ToSchema)]
struct ChangeAnswer {
    #[schema(value_type = String, format = Date)]
    date: String,
    /// `off`, `work`, or nothing where it is what its weekday says.
    before: Option<&'static str>,
    after: Option<&'static str>,
    name: String,
}

/// A notice to take in.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes a body that is read as fields")]
struct NewNotice {
    /// Rows of day, name and whether it is off, parted by commas.
    #[schema(example = "date,name,is_off_day\n2027-01-01,元旦,1")]
    text: String,
    /// The version of the calendar that was seen; without it, whichever is there.
    version: Option<i64>,
    /// It was compared with the notice and really says so. Without it a notice that lacks one of
    /// the seven festivals, or leaves a year with fewer than 240 or more than 256 working days, is
    /// refused.
    as_it_stands: Option<bool>,
    /// Only tell what would change.
    dry_run: Option<bool>,
}

/// A closure to enter.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes a body that is read as fields")]
struct NewClosure {
    #[schema(format = Date, example = "2027-01-05")]
    first: String,
    /// The first day where it is left out.
    #[schema(format = Date, example = "2027-01-06")]
    last: Option<String>,
    #[schema(example = "暴雨停电")]
    reason: String,
    version: Option<i64>,
}

/// What a change of the calendar came to.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes an answer that is kept as text")]
struct Changed {
    /// The version that the calendar has since.
    version: i64,
    /// How many running deadlines were moved with it.
    deadlines_moved: usize,
    /// Whether others are still to be looked at.
    goes_on: bool,
}

pub(super) fn routes(followers: Followers) -> Routes {
    let with = |(schemas, paths, methods): UtoipaMethodRouter<App>| {
        (schemas, paths, methods.layer(Extension(followers)))
    };
    Routes::new()
        .api(Access::Everyone, routes!(workdays))
        .api(CHANGE, with(routes!(take_in)))
        .api(CHANGE, with(routes!(close)))
        .api(CHANGE, with(routes!(reopen)))
}

/// Count working days, with holidays and the weekends that are worked for them.
#[utoipa::path(
    get, path = "/calendar", tag = "calendar", operation_id = "workdays",
    params(
        ("from" = String, Query, description = "The first day", example = "2026-11-23"),
        ("to" = String, Query, description = "The last day", example = "2026-11-29"),
        ("area" = Option<String>, Query, description = "Of which street, where there are several"),
    ),
    responses((status = 200, description = "The count", body = DaysAnswer)),
)]
async fn workdays(
    State(app): State<App>,
    visit: Visit,
    request: Request,
) -> Result<Json<DaysAnswer>, Error> {
    let query = Fields::urlencoded(request.uri().query().unwrap_or_default());
    let settings = app.settings(crate::grid::street_asked(&visit, &query, "area")?)?;
    let from: Date = query.parse("from", words::DAY_UNREADABLE)?;
    let to: Date = query.parse("to", words::DAY_UNREADABLE)?;
    if to < from {
        return Err(Error::field("to", words::ORDER_WRONG));
    }
    let calendar = &settings.calendar;
    Ok(Json(DaysAnswer {
        workdays: calendar.workdays_between(from, to),
        known_through: calendar.known_through.to_string(),
        days: days(calendar, from, to),
    }))
}

fn days(calendar: &Calendar, from: Date, to: Date) -> Vec<DayAnswer> {
    let dates = calendar.exceptions.range(from..=to).map(|(&date, _)| date);
    let answer = |date: Date| {
        let (kind, name) = match calendar.day(date) {
            Day::Holiday(name) => ("holiday", name),
            Day::MadeUp(name) => ("made_up", name),
            Day::Closed(reason) => ("closed", reason),
            Day::Workday | Day::Weekend => return None,
        };
        Some(DayAnswer { date: date.to_string(), kind, name: name.to_owned() })
    };
    dates.filter_map(answer).collect()
}

/// Take in the notice of a year.
///
/// All of it is taken in, or nothing. Running deadlines that it moves are moved with it.
#[utoipa::path(
    post, path = "/calendar/notices", tag = "calendar", operation_id = "take_in_notice",
    request_body = NewNotice,
    responses(
        (status = 201, description = "It is taken in", body = Changed),
        (status = 200, description = "What it would change", body = PlanAnswer),
    ),
)]
async fn take_in(
    State(app): State<App>,
    Extension(followers): Extension<Followers>,
    visit: Visit,
    program: Program,
) -> Result<Response, Error> {
    let Program { deed, fields } = program;
    let notice = notice::read(fields.shown("text")).map_err(|faults| change::wrong(&faults))?;
    if fields.is_on("dry_run") {
        let (plan, moved) = planned(followers, &app, &visit, notice).await?;
        return Ok(Json(plan_answer(&plan, moved)).into_response());
    }
    let settings = app.settings(deed.street)?;
    let over = Over { seen: version(&fields)?, as_it_stands: fields.is_on("as_it_stands") };
    let take_in =
        move |tx: &mut Tx| change::take_in(tx, &settings, followers, &deed, &notice, over);
    let receipt = app.db.write(take_in).await?;
    answered(&app, StatusCode::CREATED, receipt).await
}

/// Close the office for some days.
#[utoipa::path(
    post, path = "/calendar/closures", tag = "calendar", operation_id = "add_closure",
    request_body = NewClosure,
    responses((status = 201, description = "It is entered", body = Changed)),
)]
async fn close(
    State(app): State<App>,
    Extension(followers): Extension<Followers>,
    program: Program,
) -> Result<Response, Error> {
    let Program { deed, fields } = program;
    let closure = read_closure(&fields, app.new_id(), deed.at)?;
    let (settings, seen) = (app.settings(deed.street)?, version(&fields)?);
    let close =
        move |tx: &mut Tx| change::add_closure(tx, &settings, followers, &deed, &closure, seen);
    let receipt = app.db.write(close).await?;
    answered(&app, StatusCode::CREATED, receipt).await
}

/// Take a closure back, or end it today.
#[utoipa::path(
    post, path = "/calendar/closures/{id}/removal", tag = "calendar",
    operation_id = "remove_closure",
    params(("id" = String, Path, description = "Its id")),
    responses((status = 200, description = "It is taken back", body = Changed)),
)]
async fn reopen(
    State(app): State<App>,
    Extension(followers): Extension<Followers>,
    Id(id): Id<ClosureId>,
    program: Program,
) -> Result<Response, Error> {
    let deed = program.deed;
    let settings = app.settings(deed.street)?;
    let reopen = move |tx: &mut Tx| change::remove_closure(tx, &settings, followers, &deed, id.0);
    let receipt = app.db.write(reopen).await?;
    answered(&app, StatusCode::OK, receipt).await
}

fn version(fields: &Fields) -> Result<Option<i64>, Error> {
    match fields.get("version") {
        Some(_) => fields.parse("version", words::VERSION_BAD).map(Some),
        None => Ok(None),
    }
}

/// What a deed came to, byte for byte as it was answered the first time.
async fn answered(app: &App, status: StatusCode, receipt: Receipt) -> Result<Response, Error> {
    changed(app, &receipt).await?;
    let kind = [(header::CONTENT_TYPE, "application/json")];
    let mut response = (status, kind, receipt.answer).into_response();
    if receipt.replayed {
        let replayed = HeaderValue::from_static("true");
        response.headers_mut().insert("idempotent-replayed", replayed);
    }
    Ok(response)
}

fn plan_answer(plan: &Plan, deadlines_moved: usize) -> PlanAnswer {
    let change = |change: &super::Change| ChangeAnswer {
        date: change.date.to_string(),
        before: change.before.map(change::kind),
        after: change.after.map(change::kind),
        name: change.name.clone(),
    };
    PlanAnswer {
        year: plan.year,
        version: plan.version,
        off: plan.off,
        made_up: plan.made_up,
        workdays_before: plan.workdays_before,
        workdays: plan.workdays,
        missing: plan.doubts.missing.iter().map(|it| it.name()).collect(),
        is_doubted: !plan.doubts.is_empty(),
        known_through: plan.calendar.known_through.to_string(),
        deadlines_moved,
        changes: plan.changes.iter().map(change).collect(),
    }
}
