//! Finding a request again by its receipt: the code and the end of the phone number.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::actor::Caller;
use domain::area::Street;
use domain::id::RequestId;
use serde::Deserialize;

use crate::App;
use crate::error::Error;
use crate::requests;
use crate::web::page::Html;
use crate::web::words::{Phrase, Sentence};
use crate::web::{Fields, Form, Page, Visit, see_other};

#[derive(Template)]
#[template(path = "requests/pages/follow.html")]
struct Follow {
    page: Page,
    key: String,
    fields: Fields,
    error: String,
}

/// Says the same whatever was wrong, so that nobody learns which codes exist.
const UNKNOWN: Phrase = Phrase {
    zh: "受理码或手机后四位不对。请照回执再填一次；没有留手机的，后四位不用填。",
    en: "The code or the digits do not fit. Please copy them from the receipt; without a phone number leave the digits empty.",
};

#[derive(Deserialize)]
pub struct Asked {
    /// From the code on a printed receipt. The end of the phone number is asked for all the same.
    code: Option<String>,
}

pub async fn form(State(app): State<App>, visit: Visit, Query(asked): Query<Asked>) -> Response {
    let page = Page::new(&app, &visit, "/follow");
    let key = app.new_key();
    let code: String = asked.code.unwrap_or_default().chars().take(16).collect();
    let fields = Fields::default().with("code", code);
    Html(Follow { page, key, fields, error: String::new() }).into_response()
}

pub async fn follow(State(app): State<App>, visit: Visit, form: Form) -> Result<Response, Error> {
    let (code, tail) = (form.fields.shown("code"), form.fields.shown("tail"));
    let found = requests::opened_by(&app, form.deed.street, code, tail).await;
    let (status, sentence) = match found {
        Ok(Some(id)) => {
            let mut response = see_other(&format!("/requests/{id}"));
            if !matches!(visit.actor.caller, Caller::Person(_)) {
                let pass = super::raise::pass(&app, form.deed.street, id).await?;
                response.headers_mut().append(header::SET_COOKIE, pass);
                return Ok(response);
            }
            return adopt_found(&app, &visit, form.deed.street, id).await;
        }
        Ok(None) => (StatusCode::UNPROCESSABLE_ENTITY, Sentence::from(UNKNOWN)),
        Err(error @ Error::TooMany { .. }) => (error.status(), error.sentence()),
        Err(error) => return Err(error),
    };
    let error = visit.lang.tell(&sentence).to_owned();
    let page = Page::new(&app, &visit, "/follow");
    let html = Html(Follow { page, key: app.new_key(), fields: form.fields, error });
    Ok((status, html).into_response())
}

/// Takes a request into the account of whoever is signed in and shows its receipt.
pub async fn adopt(State(app): State<App>, visit: Visit, form: Form) -> Result<Response, Error> {
    follow(State(app), visit, form).await
}

async fn adopt_found(
    app: &App,
    visit: &Visit,
    street: Street,
    id: RequestId,
) -> Result<Response, Error> {
    let person = visit.actor.person().ok_or(Error::SignedOut)?;
    let now = app.now();
    app.db.write(move |tx| requests::adopt(tx, street, id, person, now)).await?;
    Ok(see_other(&format!("/requests/{id}")))
}
