//! Trying the rules on a matter: where it would go, why, and until when.

use askama::Template;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use domain::area::AreaCode;
use domain::requests::{Desk, Urgency};

use super::super::trial::{Begins, Trial, trial as try_out};
use super::super::words;
use super::say::Teller;
use crate::App;
use crate::app::Settings;
use crate::error::Error;
use crate::requests::words::{moment, term};
use crate::web::page::Html;
use crate::web::words::Lang;
use crate::web::{Fields, Page, Visit};

#[derive(Template)]
#[template(path = "requests/rules/pages/trial.html")]
struct TrialPage {
    page: Page,
    fields: Fields,
    areas: Vec<(AreaCode, String)>,
    categories: Vec<(String, String)>,
    error: String,
    told: Option<Told>,
}

/// What came of it, in words.
struct Told {
    unit: String,
    why: String,
    urgency: &'static str,
    is_danger: bool,
    word: String,
    begins: &'static str,
    opens: String,
    closes: String,
    clocks: Vec<Clock>,
}

/// One clock, as if it began now.
struct Clock {
    name: &'static str,
    term: String,
    until: String,
    provisional: bool,
    rule: Option<usize>,
}

pub async fn trial(
    State(app): State<App>,
    visit: Visit,
    request: Request,
) -> Result<Response, Error> {
    let settings = app.settings(visit.street()?)?;
    let fields = Fields::urlencoded(request.uri().query().unwrap_or_default());
    let (mut told, mut error) = (None, String::new());
    if fields.get("area").is_some() || fields.get("category").is_some() {
        match answer(&app, &settings, &visit, &fields).await {
            Ok(found) => told = Some(found),
            Err(wrong @ Error::Invalid(_)) => {
                visit.lang.tell(&wrong.sentence()).clone_into(&mut error);
            }
            Err(wrong) => return Err(wrong),
        }
    }
    let teller = Teller { settings: &settings, lang: visit.lang };
    let open = settings.categories.iter().filter(|known| known.is_open());
    let page = TrialPage {
        page: Page::new(&app, &visit, "/office/rules/trial"),
        areas: settings.places(visit.lang),
        categories: open.map(|it| (it.code.clone(), teller.category(&it.code))).collect(),
        fields,
        error,
        told,
    };
    Ok(Html(page).into_response())
}

async fn answer(
    app: &App,
    settings: &std::sync::Arc<Settings>,
    visit: &Visit,
    fields: &Fields,
) -> Result<Told, Error> {
    let area = fields.parse("area", crate::requests::words::AREA_MISSING)?;
    let (known, now, lang) = (settings.clone(), app.now(), visit.lang);
    let (category, text) = (fields.shown("category").to_owned(), fields.shown("text").to_owned());
    let work = move |tx: &mut db::Tx| {
        let found = try_out(tx, &known, (area, &category, &text), now)?;
        Ok::<_, Error>(tell(&known, lang, &found))
    };
    app.db.read(work).await
}

fn tell(settings: &Settings, lang: Lang, trial: &Trial<'_>) -> Told {
    let category = trial.category;
    let unit = trial.fired.map(|fired| fired.unit);
    let clock = |running: &super::super::Running| Clock {
        name: lang.say(words::limit(running.due.limit)),
        term: running.due.term.map(|it| term(it, lang).trim().to_owned()).unwrap_or_default(),
        until: moment(running.due.at, settings, lang),
        provisional: running.due.provisional,
        rule: running.rule,
    };
    let begins = match trial.begins {
        Begins::Grid => words::BEGINS_GRID,
        Begins::Desk(Desk::Community) => words::BEGINS_COMMUNITY,
        Begins::Desk(Desk::Street) => words::BEGINS_STREET,
    };
    Told {
        unit: unit.map_or("", |unit| lang.pick(&unit.name, &unit.name_en)).to_owned(),
        why: lang.tell(&words::why(trial.fired, settings)).to_owned(),
        urgency: lang.say(words::urgency(trial.urgency)),
        is_danger: trial.urgency == Urgency::Danger,
        word: trial.word.unwrap_or_default().to_owned(),
        begins: lang.say(begins),
        opens: settings.opens(category, lang).to_owned(),
        closes: settings.closes(category, lang).to_owned(),
        clocks: trial.clocks.iter().map(clock).collect(),
    }
}
