//! What programs may ask of the rules, and change: the same as the pages, as JSON.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use db::Tx;
use domain::actor::Verb;
use domain::area::AreaCode;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::pages::{EDITORS, READERS};
use super::{By, Draft, Kind, Table, Version, change, check, restored, trial, words};
use crate::App;
use crate::app::Settings;
use crate::error::Error;
use crate::requests::api::answered;
use crate::web::fields::Program;
use crate::web::{Access, Fields, Routes, Visit};

/// Who may ask where something would go: whoever takes requests on.
const TRIERS: Access =
    Access::Any(&[Verb::WorkInGrid, Verb::WorkAtCommunityDesk, Verb::WorkAtStreetDesk]);

/// Where a request would go, and until when.
#[derive(Serialize, ToSchema)]
struct RoutingAnswer {
    /// The code of the unit; nothing where the desk chooses.
    #[schema(example = "water")]
    unit: Option<String>,
    unit_name: String,
    /// The rule that fired, from 1 on; nothing where none was written for this.
    rule: Option<usize>,
    /// The version of the routing rules.
    version: i64,
    /// The same in words.
    why: String,
    #[schema(example = "ordinary")]
    urgency: &'static str,
    /// The word of danger in the text that made it so.
    danger_word: Option<String>,
    /// Who would have it first: `grid`, `community` or `street`.
    #[schema(example = "grid")]
    begins_at: &'static str,
    clocks: Vec<ClockAnswer>,
}

/// One clock, as if it began now.
#[derive(Serialize, ToSchema)]
struct ClockAnswer {
    #[schema(example = "accept")]
    limit: &'static str,
    #[schema(example = "2 working_hours")]
    term: String,
    #[schema(value_type = String, format = DateTime)]
    due_at: String,
    /// The day lies beyond what the calendar knows.
    provisional: bool,
    /// The clock rule that set it, from 1 on.
    rule: Option<usize>,
}

/// The routing rules that hold.
#[derive(Serialize, ToSchema)]
struct RoutingRules {
    version: i64,
    items: Vec<RoutingRuleAnswer>,
}

/// One routing rule.
#[derive(Serialize, ToSchema)]
struct RoutingRuleAnswer {
    number: usize,
    /// Empty for every category.
    category: String,
    /// Empty for the whole street.
    area: String,
    unit: String,
}

/// The versions of one kind, the newest first.
#[derive(Serialize, ToSchema)]
struct RuleVersions {
    kind: &'static str,
    items: Vec<RuleVersion>,
}

/// One version.
#[derive(Serialize, ToSchema)]
struct RuleVersion {
    version: i64,
    #[schema(value_type = String, format = DateTime)]
    at: String,
    /// Who changed it; empty for what the street began with.
    actor: String,
    note: String,
    /// Comma-separated lines below a line of names, where one version is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    rows: Option<String>,
}

/// A new version.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes the body; `Fields` reads it")]
struct NewRuleVersion {
    /// `categories`, `routing`, `clocks` or `numbers`.
    #[schema(example = "routing")]
    kind: String,
    /// The version that the caller had before them: whoever is not first is told so.
    #[schema(example = 1)]
    base: i64,
    /// Why.
    note: String,
    /// The whole table: comma-separated lines below a line of names.
    #[schema(example = "category,area,unit\nutilities,,water\n")]
    rows: Option<String>,
    /// In place of `rows`: the older version to go back to.
    restore: Option<i64>,
}

/// A version that was just made.
#[derive(Serialize, ToSchema)]
struct MadeRuleVersion {
    kind: String,
    version: i64,
}

/// A draft of routing rules to try.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes the body; `Fields` reads it")]
struct RoutingDraft {
    /// The whole table: comma-separated lines below a line of names.
    rows: String,
}

/// What a draft would change.
#[derive(Serialize, ToSchema)]
struct RoutingPreview {
    /// On how many of the last requests it was tried.
    tried: usize,
    elsewhere: usize,
    moves: Vec<RoutingMove>,
}

/// So many requests would go from one unit to another; empty where the desk chooses.
#[derive(Serialize, ToSchema)]
struct RoutingMove {
    from: String,
    to: String,
    count: usize,
}

pub(super) fn routes() -> Routes {
    Routes::new()
        .api(TRIERS, routes!(routing))
        .api(READERS, routes!(routing_rules))
        .api(READERS, routes!(rule_versions))
        .api(EDITORS, routes!(change_rules))
        .api(EDITORS, routes!(preview_routing))
}

/// Tell where a request would go, and why. Nothing is put on record.
#[utoipa::path(
    get, path = "/routing", tag = "rules", operation_id = "routing",
    params(
        ("area" = String, Query, description = "Where it is"),
        ("category" = String, Query, description = "What it is about"),
        ("text" = Option<String>, Query, description = "Words that may be dangerous"),
    ),
    responses((status = 200, description = "Where it would go", body = RoutingAnswer)),
)]
async fn routing(
    State(app): State<App>,
    visit: Visit,
    request: Request,
) -> Result<Json<RoutingAnswer>, Error> {
    let query = Fields::urlencoded(request.uri().query().unwrap_or_default());
    let settings = app.settings(visit.street()?)?;
    let area: AreaCode = query.parse("area", crate::requests::words::AREA_MISSING)?;
    let (category, text) = (query.shown("category").to_owned(), query.shown("text").to_owned());
    let now = app.now();
    let read = move |tx: &mut Tx| {
        let found = trial::trial(tx, &settings, (area, &category, &text), now)?;
        Ok::<_, Error>(told(&settings, &visit, &found))
    };
    Ok(Json(app.db.read(read).await?))
}

fn told(settings: &Settings, visit: &Visit, found: &trial::Trial<'_>) -> RoutingAnswer {
    let (lang, unit) = (visit.lang, found.fired.map(|fired| fired.unit));
    let clock = |running: &trial::Running| ClockAnswer {
        limit: running.due.limit.name(),
        term: running.due.term.map(|term| term.to_string()).unwrap_or_default(),
        due_at: moment(running.due.at, settings),
        provisional: running.due.provisional,
        rule: running.rule,
    };
    RoutingAnswer {
        unit: unit.map(|unit| unit.code.clone()),
        unit_name: unit.map_or("", |unit| lang.pick(&unit.name, &unit.name_en)).to_owned(),
        rule: found.fired.and_then(|fired| By::number(fired.by)),
        version: settings.rules.version(Kind::Routing),
        why: lang.tell(&words::why(found.fired, settings)).to_owned(),
        urgency: found.urgency.name(),
        danger_word: found.word.map(str::to_owned),
        begins_at: match found.begins {
            trial::Begins::Grid => "grid",
            trial::Begins::Desk(desk) => desk.name(),
        },
        clocks: found.clocks.iter().map(clock).collect(),
    }
}

fn moment(at: Timestamp, settings: &Settings) -> String {
    crate::web::time::rfc3339(at, &settings.calendar.zone)
}

/// List the routing rules that hold.
#[utoipa::path(
    get, path = "/routing-rules", tag = "rules", operation_id = "routing_rules",
    responses((status = 200, description = "The rules", body = RoutingRules)),
)]
async fn routing_rules(State(app): State<App>, visit: Visit) -> Result<Json<RoutingRules>, Error> {
    let settings = app.settings(visit.street()?)?;
    let rules = (1..).zip(&settings.rules.routing);
    let items = rules.map(|(number, rule)| RoutingRuleAnswer {
        number,
        category: rule.scope.category.clone(),
        area: rule.scope.area.map(|area| area.to_string()).unwrap_or_default(),
        unit: rule.unit.clone(),
    });
    let version = settings.rules.version(Kind::Routing);
    Ok(Json(RoutingRules { version, items: items.collect() }))
}

/// List the versions of one kind of rules; with `version`, that one and its table.
///
/// Version 0 is what holds where nothing was written down yet.
#[utoipa::path(
    get, path = "/rule-versions", tag = "rules", operation_id = "rule_versions",
    params(
        ("kind" = String, Query, description = "`categories`, `routing`, `clocks`, `numbers`"),
        ("version" = Option<i64>, Query, description = "Only this one, with its table"),
    ),
    responses((status = 200, description = "The versions", body = RuleVersions)),
)]
async fn rule_versions(
    State(app): State<App>,
    visit: Visit,
    request: Request,
) -> Result<Json<RuleVersions>, Error> {
    let query = Fields::urlencoded(request.uri().query().unwrap_or_default());
    let (kind, street) = (kind_of(&query)?, visit.street()?);
    let settings = app.settings(street)?;
    let number = query.get("version").map(|_| query.parse("version", words::BASE_MISSING));
    let read = match number.transpose()? {
        Some(0) => {
            let read = move |tx: &mut Tx| {
                let (head, table) = change::current(tx, street, kind)?;
                if head > 0 {
                    return Err(Error::NotFound);
                }
                let (at, state) = (Timestamp::UNIX_EPOCH, table.text());
                let note = String::new();
                Ok(vec![Version { kind, version: 0, at, actor: None, note, state }])
            };
            app.db.read(read).await?
        }
        Some(number) => {
            let read = move |tx: &mut Tx| super::version(tx, street, kind, number);
            vec![app.db.read(read).await?]
        }
        None => app.db.read(move |tx| super::versions(tx, street, kind)).await?,
    };
    let items = read.into_iter().map(|version| RuleVersion {
        version: version.version,
        at: moment(version.at, &settings),
        actor: version.actor.map(|person| settings.staff_name(person)).unwrap_or_default(),
        note: version.note,
        rows: Some(version.state).filter(|state| !state.is_empty()),
    });
    Ok(Json(RuleVersions { kind: kind.name(), items: items.collect() }))
}

fn kind_of(fields: &Fields) -> Result<Kind, Error> {
    let kind = fields.get("kind").and_then(|name| Kind::named(name.trim()));
    kind.ok_or_else(|| Error::field("kind", words::KIND_UNKNOWN))
}

fn table_of(kind: Kind, fields: &Fields) -> Result<Table, Error> {
    let table = Table::read(kind, fields.shown("rows"));
    table.map_err(|_| Error::field("rows", words::TABLE_UNREADABLE))
}

/// Put a whole table in force as a new version, or go back to an older one.
#[utoipa::path(
    post, path = "/rule-versions", tag = "rules", operation_id = "change_rules",
    request_body = NewRuleVersion,
    responses((status = 201, description = "It holds from now on", body = MadeRuleVersion)),
)]
async fn change_rules(State(app): State<App>, program: Program) -> Result<Response, Error> {
    let Program { deed, fields } = program;
    let settings = app.settings(deed.street)?;
    let kind = kind_of(&fields)?;
    let base = fields.parse("base", words::BASE_MISSING)?;
    let note = fields.shown("note").to_owned();
    let older = fields.get("restore").map(|_| fields.parse("restore", words::BASE_MISSING));
    let older: Option<i64> = older.transpose()?;
    let written = if older.is_some() { None } else { Some(table_of(kind, &fields)?) };
    let work = move |tx: &mut Tx| {
        let table = match (older, &written) {
            (Some(number), _) => {
                let (_, held) = change::current(tx, deed.street, kind)?;
                let older = super::version(tx, deed.street, kind, number)?;
                restored(older.table()?, &held)
            }
            (None, Some(table)) => table.clone(),
            (None, None) => return Err(Error::field("rows", words::TABLE_UNREADABLE)),
        };
        change::change(tx, &settings, &deed, &Draft { table, base, note: note.clone() })
    };
    let receipt = app.db.write(work).await?;
    app.reload().await?;
    Ok(answered(&app, StatusCode::CREATED, receipt))
}

/// Try a draft of routing rules on the last thousand requests. Nothing is put on record.
#[utoipa::path(
    post, path = "/routing-previews", tag = "rules", operation_id = "preview_routing",
    request_body = RoutingDraft,
    responses((status = 200, description = "What it would change", body = RoutingPreview)),
)]
async fn preview_routing(
    State(app): State<App>,
    program: Program,
) -> Result<Json<RoutingPreview>, Error> {
    let street = program.deed.street;
    let settings = app.settings(street)?;
    let table = table_of(Kind::Routing, &program.fields)?;
    let read = move |tx: &mut Tx| {
        let (_, held) = change::current(tx, street, Kind::Routing)?;
        let faults = check::faults(&table, &held, &settings);
        if !faults.is_empty() {
            return Err(change::complaint(&faults));
        }
        trial::preview(tx, &settings, &check::routing(&table))
    };
    let found = app.db.read(read).await?;
    let moves = found.moves.into_iter();
    let moves = moves.map(|(from, to, count)| RoutingMove { from, to, count }).collect();
    Ok(Json(RoutingPreview { tried: found.tried, elsewhere: found.elsewhere, moves }))
}
