//! One's own address for news: entered, confirmed by a code, removed.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use db::Tx;
use domain::id::PersonId;
use jiff::SignedDuration;

use crate::error::Error;
use crate::identity::attempts;
use crate::notices::setting::{self, Address};
use crate::notices::{mail, outbox, words};
use crate::receipts::{self, Deed, Receipt};
use crate::web::{Access, Fields, Form, Html, Page, Routes, Visit, see_other};
use crate::{App, chance};

/// How long a code can be used.
const CODE_LASTS: SignedDuration = SignedDuration::from_mins(30);
/// Letters and digits of a code: thirty bits, and five tries.
const CODE_LENGTH: usize = 6;

#[derive(Template)]
#[template(path = "notices/pages/address.html")]
struct AddressPage {
    page: Page,
    /// Whether mail can be sent at all.
    is_on: bool,
    email: String,
    wanted: String,
    /// What was typed, where it is shown again.
    typed: String,
    problem: Option<(&'static str, String)>,
}

pub(super) fn routes() -> Routes {
    Routes::new()
        .get(Access::SignedIn, "/account/email", show)
        .post(Access::SignedIn, "/account/email", enter)
        .post(Access::SignedIn, "/account/email/confirmation", confirm)
        .post(Access::SignedIn, "/account/email/removal", remove)
}

async fn show(State(app): State<App>, visit: Visit) -> Result<Response, Error> {
    let page = page(&app, &visit).await?;
    Ok(Html(page).into_response())
}

async fn enter(State(app): State<App>, visit: Visit, form: Form) -> Result<Response, Error> {
    let Form { deed, fields, .. } = form;
    let outcome = try_enter(&app, &visit, deed, &fields).await;
    again(&app, &visit, &fields, outcome).await
}

async fn confirm(State(app): State<App>, visit: Visit, form: Form) -> Result<Response, Error> {
    let Form { deed, fields, .. } = form;
    let outcome = try_confirm(&app, &visit, deed, &fields).await;
    again(&app, &visit, &fields, outcome).await
}

async fn remove(State(app): State<App>, visit: Visit, form: Form) -> Result<Response, Error> {
    let person = visit.actor.person().ok_or(Error::SignedOut)?;
    let deed = form.deed;
    let work = move |tx: &mut Tx| {
        receipts::once(tx, &deed, |tx| {
            setting::save_address(tx, deed.street, person, &Address::default(), deed.at)?;
            Ok(receipt(person))
        })
    };
    app.db.write(work).await?;
    Ok(see_other("/account/email"))
}

/// Keeps the address aside and sends a code to it. As often as a password may be tried, so that
/// nobody floods somebody else's mailbox from here.
async fn try_enter(app: &App, visit: &Visit, deed: Deed, fields: &Fields) -> Result<(), Error> {
    let person = visit.actor.person().ok_or(Error::SignedOut)?;
    if app.options.mail.is_none() {
        return Err(Error::field("email", words::MAIL_OFF));
    }
    let email = fields.shown("email").trim().to_owned();
    if !mail::is_address(&email) {
        return Err(Error::field("email", words::EMAIL_BAD));
    }
    let (street, now) = (deed.street, deed.at);
    let subject = format!("code:{person}");
    app.db.write(move |tx| attempts::count(tx, street, &subject, now)).await?;
    let (ids, code) = (app.ids.clone(), chance::code(CODE_LENGTH));
    let work = move |tx: &mut Tx| {
        receipts::once(tx, &deed, |tx| {
            let known = setting::address(tx, street, person)?.unwrap_or_default();
            if known.email == email {
                return Err(Error::field("email", words::EMAIL_SAME));
            }
            let (wanted, code) = (email.clone(), code.clone());
            let address = Address { wanted, code, code_ends_at: now + CODE_LASTS, ..known };
            setting::save_address(tx, street, person, &address, now)?;
            outbox::add(tx, street, &ids, &outbox::Message::code(person, now), now)?;
            Ok(receipt(person))
        })
    };
    app.db.write(work).await.map(drop)
}

/// Takes the address where the code fits. A try is counted before it is judged.
async fn try_confirm(app: &App, visit: &Visit, deed: Deed, fields: &Fields) -> Result<(), Error> {
    let person = visit.actor.person().ok_or(Error::SignedOut)?;
    let (street, now) = (deed.street, deed.at);
    let subject = format!("email:{person}");
    let counted = subject.clone();
    app.db.write(move |tx| attempts::count(tx, street, &counted, now)).await?;
    let typed = chance::typed(fields.shown("code"));
    let work = move |tx: &mut Tx| {
        receipts::once(tx, &deed, |tx| {
            let known = setting::address(tx, street, person)?.unwrap_or_default();
            let fits = !known.code.is_empty() && known.code == typed && now < known.code_ends_at;
            if !fits {
                return Err(Error::field("code", words::CODE_BAD));
            }
            let address = Address { email: known.wanted, ..Address::default() };
            setting::save_address(tx, street, person, &address, now)?;
            attempts::clear(tx, street, &subject)?;
            Ok(receipt(person))
        })
    };
    app.db.write(work).await.map(drop)
}

/// The page after a form: anew where it was done, with what is wrong where it was not.
async fn again(
    app: &App,
    visit: &Visit,
    fields: &Fields,
    outcome: Result<(), Error>,
) -> Result<Response, Error> {
    let Err(error) = outcome else { return Ok(see_other("/account/email")) };
    let Error::Invalid(wrong) = &error else { return Err(error) };
    let Some(field) = wrong.first() else { return Err(error) };
    let mut page = page(app, visit).await?;
    page.problem = Some((field.name, visit.lang.tell(&field.reason).to_owned()));
    fields.shown("email").clone_into(&mut page.typed);
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page)).into_response())
}

async fn page(app: &App, visit: &Visit) -> Result<AddressPage, Error> {
    let (street, person) = (visit.street()?, visit.actor.person().ok_or(Error::SignedOut)?);
    let known = app.db.read(move |tx| setting::address(tx, street, person)).await?;
    let known = known.unwrap_or_default();
    Ok(AddressPage {
        page: Page::new(app, visit, "/account/email"),
        is_on: app.options.mail.is_some(),
        email: known.email,
        wanted: known.wanted,
        typed: String::new(),
        problem: None,
    })
}

fn receipt(person: PersonId) -> Receipt {
    Receipt { subject: person.0, version: 1, answer: String::new(), replayed: false }
}
