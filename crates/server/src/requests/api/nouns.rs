//! `POST /api/v1/requests/{id}/{noun}`: every step of a request, each described from one table.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::post;
use domain::id::RequestId;
use domain::requests::Kind;
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::openapi::path::{HttpMethod, Operation, PathItem, Paths};
use utoipa::{PartialSchema, ToSchema};
use utoipa_axum::router::UtoipaMethodRouter;

use super::answered;
use crate::App;
use crate::error::Error;
use crate::requests::{self, words};
use crate::web::fields::Program;
use crate::web::{Access, Id, Routes};

/// What a step came to.
#[derive(Serialize, ToSchema)]
struct Changed {
    id: String,
    #[schema(example = "FY-2026-00042")]
    number: String,
    /// The stage since then.
    #[schema(example = "accepted")]
    stage: String,
    /// The version since then.
    version: i64,
}

/// A field that a noun takes.
struct Taken {
    name: &'static str,
    shape: Shape,
    needed: bool,
    about: &'static str,
}

/// What a field holds.
#[derive(Clone, Copy)]
enum Shape {
    Note,
    Id,
    Truth,
    Day,
    /// A whole number from 1 up to this.
    UpTo(u8),
}

const NOTE: Taken = Taken {
    name: "note",
    shape: Shape::Note,
    needed: true,
    about: "1 to 500 characters, which the asker reads",
};
const NOTE_IF_WANTED: Taken = Taken { needed: false, ..NOTE };

pub(super) fn routes() -> Routes {
    let kinds = Kind::ALL.into_iter().filter(|kind| Kind::named(kind.name()).is_some());
    kinds.fold(Routes::new(), |routes, kind| routes.api(Access::Known, step(kind)))
}

/// The route of one noun with its description.
fn step(kind: Kind) -> UtoipaMethodRouter<App> {
    let act =
        move |app: State<App>, id: Id<RequestId>, program: Program| act(kind, app, id, program);
    let path = format!("/requests/{{id}}/{}", kind.name());
    let mut paths = Paths::new();
    paths.paths.insert(path, PathItem::new(HttpMethod::Post, describe(kind)));
    (vec![(Changed::name().into_owned(), Changed::schema())], paths, post(act))
}

async fn act(
    kind: Kind,
    State(app): State<App>,
    Id(id): Id<RequestId>,
    program: Program,
) -> Result<Response, Error> {
    let Program { deed, fields } = program;
    let settings = app.settings(deed.street)?;
    let command = requests::command(kind, &fields)?;
    let work = move |tx: &mut db::Tx| requests::execute(tx, &settings, &deed, id, &command);
    let receipt = app.db.write(work).await?;
    Ok(answered(&app, StatusCode::OK, receipt))
}

/// The fields of a noun, as [`requests::command`] reads them.
fn taken(kind: Kind) -> Vec<Taken> {
    let field = |name, shape, about| Taken { name, shape, needed: true, about };
    let wanted = |name, shape, about| Taken { name, shape, needed: false, about };
    match kind {
        Kind::Acceptance | Kind::Handling | Kind::Signature | Kind::Reminder | Kind::Lapse => {
            vec![]
        }
        Kind::Resolution
        | Kind::Completion
        | Kind::Escalation
        | Kind::Rejection
        | Kind::Return
        | Kind::Reopening
        | Kind::Question
        | Kind::Answer => vec![NOTE],
        Kind::Supervision => {
            vec![
                NOTE,
                wanted("days", Shape::UpTo(30), "Working days to reply; 3 unless it is said"),
            ]
        }
        Kind::Withdrawal | Kind::Separation => vec![NOTE_IF_WANTED],
        Kind::Callback => vec![
            field("reached", Shape::Truth, "Whether the asker could be reached"),
            wanted("solved", Shape::Truth, "Needed where they could: whether the trouble is gone"),
            wanted("rating", Shape::UpTo(5), "5 is very satisfied; needed where it is solved"),
            NOTE_IF_WANTED,
        ],
        Kind::Merge => vec![field("into", Shape::Id, "The id of the open request to go on in")],
        Kind::Dispatch => {
            vec![field("unit", Shape::Id, "The id of a unit, see `/units`"), NOTE_IF_WANTED]
        }
        Kind::Suspension => {
            let about = "The day on which the plan is looked at again: within 90 days";
            vec![NOTE, field("review_on", Shape::Day, about)]
        }
        Kind::Extension => vec![field("days", Shape::UpTo(10), "Working days"), NOTE],
        Kind::ExtensionDecision => {
            vec![field("granted", Shape::Truth, "Whether more time is given"), NOTE_IF_WANTED]
        }
        Kind::Confirmation => vec![
            field("solved", Shape::Truth, "Whether the trouble is gone; if not, it is redone"),
            wanted("rating", Shape::UpTo(5), "5 is very satisfied; needed where it is solved"),
            Taken { about: "Needed where it is not solved", ..NOTE_IF_WANTED },
        ],
    }
}

/// What the noun does, and for whom it is.
fn about(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Acceptance => ("Accept it", "By a grid worker of the place; the first one has it."),
        Kind::Resolution => ("Report it solved on the spot", "By its grid worker."),
        Kind::Escalation => ("Escalate it", "From the grid to the community, or on to the street."),
        Kind::Rejection => ("Reject it", "Not ours to do; the note says where to go."),
        Kind::Merge => ("Merge it into another", "It goes on as part of an open request."),
        Kind::Withdrawal => ("Withdraw it", "By the asker, before a unit has it."),
        Kind::Question => ("Ask the asker", "The clock stands still, at most 3 working days."),
        Kind::Answer => ("Answer the question", "By the asker; the clock goes on."),
        Kind::Dispatch => ("Dispatch it to a unit", "By the desk in charge."),
        Kind::Handling => ("Handle it at the desk itself", "By the desk in charge."),
        Kind::Suspension => ("Suspend it", "With a plan and a day of review."),
        Kind::Signature => ("Sign for it", "By the unit, within a working day."),
        Kind::Return => ("Return it", "By the unit, within 2 working days and twice in all."),
        Kind::Extension => ("Ask for more time", "By the unit, once, before the limit."),
        Kind::ExtensionDecision => ("Grant or decline more time", "By the desk, before the limit."),
        Kind::Completion => ("Report it done", "By whoever handles it; the asker confirms."),
        Kind::Confirmation => ("Confirm the result", "By the asker, and never by a handler."),
        Kind::Reopening => ("Reopen it", "By the asker, once, within 30 days."),
        Kind::Reminder => ("Remind whoever has it", "By the asker, once a day."),
        Kind::Separation => {
            ("Unmerge it", "By the desk in charge; it goes back to those who had it.")
        }
        Kind::Callback => {
            ("Write down a callback", "By a desk that did not do the work; it counts as an answer.")
        }
        Kind::Supervision => ("Order that it be done", "By the street: a supervision order."),
        Kind::Lapse => ("", ""),
    }
}

fn describe(kind: Kind) -> Operation {
    let (summary, description) = about(kind);
    let button = words::kind(kind);
    let mut operation = json!({
        "tags": ["requests"],
        "operationId": kind.name().replace('-', "_"),
        "summary": summary,
        "description": format!("{description} ({} · {})", button.zh, button.en),
        "parameters": [{
            "name": "id", "in": "path", "required": true, "description": "Its id",
            "schema": { "type": "string" },
        }],
        "responses": { "200": {
            "description": "It is done",
            "content": { "application/json": {
                "schema": { "$ref": "#/components/schemas/Changed" },
            } },
        } },
    });
    let fields = taken(kind);
    if !fields.is_empty() {
        operation["requestBody"] = body(&fields);
    }
    serde_json::from_value(operation).expect("the description above is an operation")
}

fn body(fields: &[Taken]) -> Value {
    let mut properties = Map::new();
    let mut example = Map::new();
    for field in fields {
        properties.insert(field.name.to_owned(), field.schema());
        example.insert(field.name.to_owned(), field.example());
    }
    let needed = fields.iter().filter(|field| field.needed).map(|field| field.name);
    let needed: Vec<&str> = needed.collect();
    json!({
        "required": !needed.is_empty(),
        "content": { "application/json": {
            "schema": { "type": "object", "properties": properties, "required": needed },
            "example": example,
        } },
    })
}

impl Taken {
    fn schema(&self) -> Value {
        let mut schema = match self.shape {
            Shape::Note => json!({ "type": "string", "minLength": 1, "maxLength": 500 }),
            Shape::Id => json!({ "type": "string", "minLength": 13, "maxLength": 13 }),
            Shape::Truth => json!({ "type": "boolean" }),
            Shape::Day => json!({ "type": "string", "format": "date" }),
            Shape::UpTo(most) => json!({ "type": "integer", "minimum": 1, "maximum": most }),
        };
        schema["description"] = self.about.into();
        schema
    }

    fn example(&self) -> Value {
        match self.shape {
            Shape::Note => "已联系物业，明天上午清运。".into(),
            Shape::Id => "01K0S8V5T00G1".into(),
            Shape::Truth => true.into(),
            Shape::Day => "2026-12-01".into(),
            Shape::UpTo(_) => 5.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::Fields;

    fn read(example: &Map<String, Value>) -> Fields {
        Fields::json(Value::from(example.clone()).to_string().as_bytes()).unwrap()
    }

    #[test]
    fn every_noun_is_described_as_it_is_read() {
        for kind in Kind::ALL.into_iter().filter(|&kind| kind != Kind::Lapse) {
            let fields = taken(kind);
            let all: Map<String, Value> =
                fields.iter().map(|field| (field.name.to_owned(), field.example())).collect();
            let command = requests::command(kind, &read(&all));
            assert_eq!(command.unwrap().kind(), kind, "{kind:?} takes its own example");
            for field in fields.iter().filter(|field| field.needed) {
                let mut fewer = all.clone();
                fewer.remove(field.name);
                let Err(Error::Invalid(wrong)) = requests::command(kind, &read(&fewer)) else {
                    panic!("{kind:?} does without {}", field.name)
                };
                assert_eq!(wrong[0].name, field.name);
            }
            let fewest: Map<String, Value> = fields
                .iter()
                .filter(|field| field.needed || ["rating", "solved"].contains(&field.name))
                .map(|field| (field.name.to_owned(), field.example()))
                .collect();
            assert!(requests::command(kind, &read(&fewest)).is_ok(), "{kind:?} needs no more");
        }
    }
}
