//! `GET /api/v1/requests/{id}/deadline`: why the deadline of a request is what it is. It holds
//! nothing about people, so whoever may see the request may read it.

use axum::extract::State;
use axum::response::Response;
use domain::calendar::Day;
use domain::id::RequestId;
use domain::requests::Due;
use domain::requests::trace::{Counted, Leg, Span, Step, What};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::json;
use super::values::{At, Shown};
use crate::App;
use crate::app::Settings;
use crate::error::Error;
use crate::requests::{self, words};
use crate::web::words::Lang;
use crate::web::{Access, Id, Routes, Visit};

/// The deadlines of a request: the one that runs, and the one that stands still meanwhile.
#[derive(Serialize, ToSchema)]
struct DeadlineAnswer<'a> {
    #[schema(value_type = String, example = "01K0S8V5T00G1")]
    id: Shown<RequestId>,
    /// Nothing when the request is closed.
    running: Option<Trace<'a>>,
    /// The clock that stands still while a question waits.
    paused: Option<Trace<'a>>,
}

/// A deadline with all that led to it.
#[derive(Serialize, ToSchema)]
struct Trace<'a> {
    #[schema(value_type = String, format = DateTime)]
    due_at: At<'a>,
    #[schema(example = "finish")]
    limit: &'static str,
    /// A number and a unit; nothing where a day was agreed.
    #[schema(example = "5 working_days")]
    term: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    from: At<'a>,
    /// It lies beyond what the calendar knows, and may still move.
    provisional: bool,
    /// The present calendar says another moment, and this one stands all the same.
    kept: bool,
    /// The same in sentences.
    sentences: Vec<String>,
    legs: Vec<LegAnswer<'a>>,
    moves: Vec<MoveAnswer<'a>>,
}

/// A part of the way, which begins where the one before ended.
#[derive(Serialize, ToSchema)]
struct LegAnswer<'a> {
    /// `limit`, `pause` or `extension`.
    #[schema(example = "limit")]
    what: &'static str,
    #[schema(value_type = String, format = DateTime)]
    from: At<'a>,
    #[schema(value_type = String, format = DateTime)]
    to: At<'a>,
    /// When the clock stood still.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    paused_from: Option<At<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    paused_to: Option<At<'a>>,
    days: Vec<SpanAnswer>,
}

/// Days in a row that are alike.
#[derive(Serialize, ToSchema)]
struct SpanAnswer {
    #[schema(value_type = String, format = Date)]
    first: String,
    #[schema(value_type = String, format = Date)]
    last: String,
    /// `workday`, `weekend`, `holiday`, `made_up`, `closed`, or `clock` for day and night.
    #[schema(example = "workday")]
    kind: &'static str,
    /// The name of the holiday or the reason of the closure.
    name: String,
    /// What they add: working days.
    counted_days: u32,
    /// What they add: minutes by the clock, or of the office.
    counted_minutes: i64,
}

/// That the calendar moved it.
#[derive(Serialize, ToSchema)]
struct MoveAnswer<'a> {
    #[schema(value_type = String, format = DateTime)]
    at: At<'a>,
    #[schema(value_type = String, format = DateTime)]
    from: At<'a>,
    #[schema(value_type = String, format = DateTime)]
    to: At<'a>,
}

pub(super) fn routes() -> Routes {
    Routes::new().api(Access::Known, routes!(deadline))
}

/// Explain the deadline of a request, day by day.
#[utoipa::path(
    get, path = "/requests/{id}/deadline", tag = "requests", operation_id = "deadline",
    params(("id" = String, Path, description = "Its id")),
    responses((status = 200, description = "The deadline", body = DeadlineAnswer)),
)]
async fn deadline(
    State(app): State<App>,
    visit: Visit,
    Id(id): Id<RequestId>,
) -> Result<Response, Error> {
    let (settings, now) = (app.settings(visit.street()?)?, app.now());
    let (known, actor) = (settings.clone(), visit.actor.clone());
    let read = move |tx: &mut db::Tx| requests::show(tx, &known, &actor, id, now);
    let seen = app.db.read(read).await?;
    let request = &seen.record.request;
    let [steps, paused_steps] = &seen.steps;
    let paused = request.question.map(|asked| asked.clock);
    let told = |due: Due, steps: &[Step]| trace(&settings, &due, steps, visit.lang);
    Ok(json(&DeadlineAnswer {
        id: Shown(id),
        running: request.due.map(|due| told(due, steps)),
        paused: paused.map(|due| told(due, paused_steps)),
    }))
}

fn trace<'a>(settings: &'a Settings, due: &Due, steps: &[Step], lang: Lang) -> Trace<'a> {
    let zone = &settings.calendar.zone;
    let explained = requests::explained(due, steps, &settings.calendar);
    let moves = explained.trace.moves.iter();
    let moves = moves.map(|it| MoveAnswer {
        at: At(it.at, zone),
        from: At(it.from, zone),
        to: At(it.to, zone),
    });
    Trace {
        due_at: At(due.at, zone),
        limit: due.limit.name(),
        term: due.term.map(|term| term.to_string()),
        from: At(due.from, zone),
        provisional: due.provisional,
        kept: explained.is_kept,
        sentences: words::why(&explained, settings, lang).sentences,
        legs: explained.trace.legs.iter().map(|it| leg(it, settings)).collect(),
        moves: moves.collect(),
    }
}

fn leg<'a>(leg: &Leg<'_>, settings: &'a Settings) -> LegAnswer<'a> {
    let zone = &settings.calendar.zone;
    let (what, paused) = match leg.what {
        What::Limit(_) => ("limit", None),
        What::Paused { from, to } => ("pause", Some((from, to))),
        What::Extended { .. } => ("extension", None),
    };
    LegAnswer {
        what,
        from: At(leg.from, zone),
        to: At(leg.to, zone),
        paused_from: paused.map(|(from, _)| At(from, zone)),
        paused_to: paused.map(|(_, to)| At(to, zone)),
        days: leg.spans.iter().map(span).collect(),
    }
}

fn span(span: &Span<'_>) -> SpanAnswer {
    let (kind, name) = match span.day {
        None => ("clock", ""),
        Some(Day::Workday) => ("workday", ""),
        Some(Day::Weekend) => ("weekend", ""),
        Some(Day::Holiday(name)) => ("holiday", name),
        Some(Day::MadeUp(name)) => ("made_up", name),
        Some(Day::Closed(reason)) => ("closed", reason),
    };
    let (counted_days, counted_minutes) = match span.counted {
        Counted::Nothing => (0, 0),
        Counted::Days(days) => (days, 0),
        Counted::Time(time) => (0, time.as_mins()),
    };
    SpanAnswer {
        first: span.first.to_string(),
        last: span.last.to_string(),
        kind,
        name: name.to_owned(),
        counted_days,
        counted_minutes,
    }
}
