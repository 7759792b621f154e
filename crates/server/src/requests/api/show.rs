//! `GET /api/v1/requests/{id}`: one request as its reader may see it, and the whole phone number
//! for whoever has it in hand.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::area::AreaCode;
use domain::id::RequestId;
use domain::requests::{Ending, Sight, Stage};
use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::values::{At, Holder, Shown, level_of};
use super::{answered, json};
use crate::App;
use crate::app::Settings;
use crate::error::Error;
use crate::requests::{self, PhotoRow, Seen, Told, rules, words};
use crate::web::fields::Program;
use crate::web::words::Lang;
use crate::web::{Access, Id, Routes, Visit};

/// A request with its story.
#[derive(Serialize, ToSchema)]
struct RequestAnswer<'a> {
    #[schema(value_type = String, example = "01K0S8V5T00G1")]
    id: Shown<RequestId>,
    #[schema(example = "FY-2026-00042")]
    number: &'a str,
    #[schema(value_type = String, example = "3703230010280010103")]
    area: Shown<AreaCode>,
    area_name: String,
    place: &'a str,
    category: &'a str,
    category_name: &'a str,
    #[schema(example = "ordinary")]
    urgency: &'static str,
    text: &'a str,
    #[schema(example = "handling")]
    stage: &'static str,
    /// `confirmed`, `unrated`, `rejected`, `merged` or `withdrawn`.
    ending: Option<&'static str>,
    /// `grid`, `community` or `street`.
    level: &'static str,
    holder: Option<Holder>,
    #[schema(value_type = String, format = DateTime, example = "2026-11-23T09:30:00+08:00")]
    raised_at: At<'a>,
    #[schema(value_type = Option<String>, format = DateTime)]
    due_at: Option<At<'a>>,
    /// Why the deadline is what it is.
    deadline_reason: Option<String>,
    /// How far the running clock has climbed: `green`, `yellow`, `red` or `ordered`.
    #[schema(example = "yellow")]
    rung: &'static str,
    /// Since when it stands under a supervision order.
    #[schema(value_type = Option<String>, format = DateTime)]
    ordered_at: Option<At<'a>>,
    /// How often the asker has reminded whoever has it.
    reminders: u8,
    /// Who has it now and until when, in plain words to the asker.
    sentence: String,
    version: i64,
    /// By which way it came: `page`, `building_head`, `grid_worker`, `counter`, `phone`, `paper`,
    /// `import` or `open311`.
    #[schema(example = "page")]
    channel: &'static str,
    /// How many neighbours joined it.
    supporters: i64,
    /// 1 to 5, where the asker rated it.
    rating: Option<u8>,
    merged_into: Option<MergedInto<'a>>,
    photos: Vec<PhotoAnswer<'a>>,
    timeline: Vec<StoryLine<'a>>,
    /// The nouns that the reader may post now, the likeliest first.
    #[schema(example = json!(["completion", "extension"]))]
    choices: Vec<&'static str>,
    asker: Asker<'a>,
    /// Whether the reader is the asker.
    is_mine: bool,
    /// Where the rules would send it, for whoever works on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    routing: Option<Routing<'a>>,
    /// When it counts as done.
    closes: &'a str,
    /// The code on the asker's receipt, for the asker alone.
    #[serde(skip_serializing_if = "str::is_empty")]
    receipt_code: &'a str,
}

/// Where the rules would send a request, and why.
#[derive(Serialize, ToSchema)]
struct Routing<'a> {
    /// The code of the unit; nothing where the desk chooses.
    #[schema(example = "water")]
    unit: Option<&'a str>,
    /// The rule that fired, from 1 on; nothing where none was written for this.
    rule: Option<usize>,
    /// The version of the rules that hold now.
    version: i64,
    /// The same in words.
    why: String,
}

/// The request that this one goes on in.
#[derive(Serialize, ToSchema)]
struct MergedInto<'a> {
    number: &'a str,
    stage: &'a str,
}

/// A photo, as JPEG.
#[derive(Serialize, ToSchema)]
struct PhotoAnswer<'a> {
    url: String,
    thumbnail: String,
    /// `asked` came with the request, `done` shows the work.
    #[schema(example = "asked")]
    side: &'a str,
    /// In pixels.
    width: i64,
    height: i64,
}

/// A line of the story.
#[derive(Serialize, ToSchema)]
struct StoryLine<'a> {
    #[schema(value_type = String, format = DateTime)]
    at: At<'a>,
    /// The version that the request has since.
    version: i64,
    #[schema(example = "dispatched")]
    event: &'a str,
    /// The same in the reader's language.
    title: &'static str,
    /// Who it was, as the reader may see it; empty for askers and for the program.
    actor: &'a str,
    #[schema(example = "community")]
    role: &'a str,
    note: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rating: Option<u8>,
    /// Working days of an extension.
    #[serde(skip_serializing_if = "Option::is_none")]
    days: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    review_on: Option<Shown<Date>>,
    /// By when a supervision order wants a reply.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    reply_by: Option<Shown<Date>>,
}

/// Who asked, as the reader may see them.
#[derive(Serialize, ToSchema)]
struct Asker<'a> {
    #[schema(example = "孙*福")]
    name: &'a str,
    #[schema(example = "100****0001")]
    phone: &'a str,
    /// Whether the reader may post `phone-reveal`.
    may_reveal: bool,
    /// Who wrote it down for the asker.
    #[serde(skip_serializing_if = "str::is_empty")]
    writer: &'a str,
}

/// A phone number that was shown, which is on record.
#[derive(Serialize, ToSchema)]
struct Revealed {
    id: String,
    phone: String,
}

pub(super) fn routes() -> Routes {
    Routes::new().api(Access::Known, routes!(show)).api(Access::Known, routes!(reveal))
}

/// Read one request.
#[utoipa::path(
    get, path = "/requests/{id}", tag = "requests", operation_id = "show",
    params(("id" = String, Path, description = "Its id")),
    responses((status = 200, description = "The request", body = RequestAnswer)),
)]
async fn show(
    State(app): State<App>,
    visit: Visit,
    Id(id): Id<RequestId>,
) -> Result<Response, Error> {
    let (settings, now) = (app.settings(visit.street()?)?, app.now());
    let (known, actor) = (settings.clone(), visit.actor.clone());
    let read = move |tx: &mut db::Tx| requests::show(tx, &known, &actor, id, now);
    let seen = app.db.read(read).await?;
    Ok(json(&answer(&settings, visit.lang, &seen)))
}

/// Show the asker's whole phone number.
///
/// It is for those who have the request in hand, while it is open, and it is written down.
#[utoipa::path(
    post, path = "/requests/{id}/phone-reveal", tag = "requests", operation_id = "reveal_phone",
    params(("id" = String, Path, description = "Its id")),
    responses((status = 200, description = "The number", body = Revealed)),
)]
async fn reveal(
    State(app): State<App>,
    Id(id): Id<RequestId>,
    program: Program,
) -> Result<Response, Error> {
    let deed = program.deed;
    let settings = app.settings(deed.street)?;
    let revealed = app.db.write(move |tx| requests::reveal(tx, &settings, &deed, id)).await?;
    let (mut receipt, phone) = revealed;
    receipt.answer = serde_json::json!({ "id": id.to_string(), "phone": phone }).to_string();
    Ok(answered(&app, StatusCode::OK, receipt))
}

fn answer<'a>(settings: &'a Settings, lang: Lang, seen: &'a Seen) -> RequestAnswer<'a> {
    let (record, request) = (&seen.record, &seen.record.request);
    let zone = &settings.calendar.zone;
    let category = settings.category(&record.category);
    let (ending, rating) = match request.stage {
        Stage::Closed { ending: ending @ Ending::Confirmed { rating }, .. } => {
            (Some(ending.name()), Some(rating.level()))
        }
        Stage::Closed { ending, .. } => (Some(ending.name()), None),
        _ => (None, None),
    };
    let merged_into = seen.merged_into.as_ref();
    RequestAnswer {
        id: Shown(request.id),
        number: &record.number,
        area: Shown(request.area),
        area_name: settings.place_name(request.area, lang),
        place: &record.place,
        category: &record.category,
        category_name: category.map_or("", |known| lang.pick(&known.name, &known.name_en)),
        urgency: request.urgency.name(),
        text: &record.text,
        stage: request.stage.name(),
        ending,
        level: level_of(request),
        holder: request.holder().map(|who| Holder::new(who, settings, lang, seen.is_mine)),
        raised_at: At(record.raised_at, zone),
        due_at: request.due.map(|due| At(due.at, zone)),
        deadline_reason: request.due.map(|due| words::deadline(&due, settings, lang)),
        rung: request.rung.name(),
        ordered_at: request.ordered_at.map(|at| At(at, zone)),
        reminders: request.reminders,
        sentence: words::to_asker(request, settings, lang),
        version: record.version,
        channel: record.channel.name(),
        supporters: record.supporters,
        rating,
        merged_into: merged_into.map(|(number, stage)| MergedInto { number, stage }),
        photos: photos(seen),
        timeline: seen.story.iter().map(|told| moment(settings, lang, told)).collect(),
        choices: seen.choices.iter().map(|kind| kind.name()).collect(),
        asker: Asker {
            name: &seen.asker_name,
            phone: &seen.asker_phone,
            may_reveal: seen.may_reveal,
            writer: &seen.writer_name,
        },
        is_mine: seen.is_mine,
        routing: (seen.is_full() && !seen.is_mine).then(|| routing(settings, lang, seen)),
        closes: category.map_or("", |known| settings.closes(known, lang)),
        receipt_code: &record.receipt,
    }
}

fn routing<'a>(settings: &'a Settings, lang: Lang, seen: &'a Seen) -> Routing<'a> {
    let record = &seen.record;
    let fired = settings.goes_to(record.request.area, &record.category);
    Routing {
        unit: fired.map(|fired| fired.unit.code.as_str()),
        rule: fired.and_then(|fired| fired.by.number()),
        version: settings.rules.version(rules::Kind::Routing),
        why: rules::advice(settings, seen, lang),
    }
}

/// The photos, for those who may see them.
fn photos(seen: &Seen) -> Vec<PhotoAnswer<'_>> {
    let id = seen.record.request.id;
    let photo = |photo: &'_ PhotoRow| {
        let url = format!("/api/v1/photos/{id}/{}", photo.hash);
        (format!("{url}/thumbnail"), url)
    };
    let shown = seen.photos.iter().filter(|_| seen.sight == Sight::Full);
    let shown = shown.map(|row| {
        let (thumbnail, url) = photo(row);
        let (side, width, height) = (row.side.as_str(), row.width, row.height);
        PhotoAnswer { url, thumbnail, side, width, height }
    });
    shown.collect()
}

fn moment<'a>(settings: &'a Settings, lang: Lang, told: &'a Told) -> StoryLine<'a> {
    StoryLine {
        at: At(told.at, &settings.calendar.zone),
        version: told.version,
        event: &told.event,
        title: lang.say(words::event(&told.event)),
        actor: &told.actor,
        role: &told.role,
        note: &told.note,
        unit: told.unit.map(|unit| settings.unit_name(unit, lang)),
        rating: told.rating,
        days: told.days,
        review_on: told.review_on.map(Shown),
        reply_by: told.reply_by.map(Shown),
    }
}
