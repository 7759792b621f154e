//! Administration: the list of people, one person, a new account, a link for a new password.

use askama::Template;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use db::Tx;
use domain::actor::Verb;
use domain::area::Street;
use domain::id::PersonId;
use domain::phone::Phone;
use sha2::{Digest, Sha256};

use super::form::{FormPage, Input};
use super::posts::{PostLine, post_line};
use crate::App;
use crate::error::Error;
use crate::identity::reading::Reading;
use crate::identity::{Person, Token, administration, hex, password, store};
use crate::receipts::{self, Deed};
use crate::web::words::{Lang, Phrase};
use crate::web::{Access, Fields, Form, Html, Id, Page, Routes, Visit, cookies, see_other};

/// Who administers.
pub(super) const ADMINISTER: Access = Access::Any(&[Verb::Administer]);
/// The longest list; whoever looks for somebody else searches.
const LIST_MAX: usize = 200;
/// What is shown once travels in this cookie, and only to the browser that asked for it.
const ONCE: &str = "once";
/// How long it waits to be shown.
const ONCE_SECONDS: i64 = 120;

#[derive(Template)]
#[template(path = "identity/pages/people.html")]
struct PeoplePage {
    page: Page,
    q: String,
    people: Vec<PersonLine>,
    more: bool,
}

/// A person in the list.
struct PersonLine {
    id: PersonId,
    name: String,
    phone: String,
    posts: Vec<PostLine>,
}

#[derive(Template)]
#[template(path = "identity/pages/person.html")]
struct PersonPage {
    page: Page,
    id: PersonId,
    name: String,
    phone: String,
    temporary: bool,
    posts: Vec<PostLine>,
    /// A temporary password that was just made.
    password: String,
    /// A link that was just made.
    link: String,
    key: String,
}

pub(super) fn routes() -> Routes {
    Routes::new()
        .get(ADMINISTER, "/people", list)
        .get(ADMINISTER, "/people/new", show_new)
        .post(ADMINISTER, "/people", add)
        .get(ADMINISTER, "/people/{id}", show)
        .post(ADMINISTER, "/people/{id}/password-link", invite)
}

async fn list(State(app): State<App>, visit: Visit, request: Request) -> Result<Response, Error> {
    let query = Fields::urlencoded(request.uri().query().unwrap_or_default());
    let q: String = query.shown("q").chars().filter(|c| !c.is_control()).take(40).collect();
    let q = q.trim().to_owned();
    // A number is looked for as its digits, however it is written.
    let text = Phone::new(&q).map_or_else(|_| q.clone(), |phone| phone.digits().to_owned());
    let page = Page::new(&app, &visit, "/people");
    let (street, now, lang) = (visit.street()?, app.now(), visit.lang);
    let zone = app.settings(street)?.calendar.zone.clone();
    let read = move |tx: &mut Tx| {
        let most = i64::try_from(LIST_MAX).unwrap_or_default() + 1;
        let mut lines = Vec::new();
        for person in store::search(tx, street, &text, now, most)? {
            let mut posts = Vec::new();
            for held in store::appointments(tx, street, person.id)? {
                if held.is_current(now) {
                    posts.push(post_line(tx, street, &held, (now, &zone), lang)?);
                }
            }
            let phone = masked(&person.phone);
            lines.push(PersonLine { id: person.id, name: person.name, phone, posts });
        }
        Ok::<_, Error>(lines)
    };
    let mut people = app.db.report(read).await?;
    let more = people.len() > LIST_MAX;
    people.truncate(LIST_MAX);
    Ok(Html(PeoplePage { page, q, people, more }).into_response())
}

async fn show_new(State(app): State<App>, visit: Visit) -> Response {
    new_page(&app, &visit).shown()
}

async fn add(State(app): State<App>, visit: Visit, form: Form) -> Result<Response, Error> {
    let Form { deed, fields, .. } = form;
    match try_add(&app, &visit, deed, &fields).await {
        Ok(response) => Ok(response),
        Err(error) => new_page(&app, &visit).again(&fields, error),
    }
}

async fn try_add(app: &App, visit: &Visit, deed: Deed, fields: &Fields) -> Result<Response, Error> {
    let mut reading = Reading::new(fields);
    let name = reading.name("name");
    let phone = reading.phone("phone");
    reading.done()?;
    let phone = phone.ok_or(Error::Unreadable)?;
    // It follows from the form's key, so a form that is sent twice shows the same one twice.
    let temporary = temporary(&seed("password", visit, &deed));
    let person = Person {
        id: PersonId(app.new_id()),
        name,
        phone: phone.digits().to_owned(),
        password: password::hash(app.options.cost, &temporary).await?,
        temporary: true,
    };
    let add = move |tx: &mut Tx| {
        receipts::once(tx, &deed, |tx| administration::add_person(tx, &deed, &person))
    };
    let id = PersonId(app.db.write(add).await?.subject);
    Ok(shown_once(app, id, "password", &temporary))
}

fn new_page(app: &App, visit: &Visit) -> FormPage {
    let page = Page::new(app, visit, "/people/new");
    let inputs = vec![
        Input::new("name", "text", page.t("姓名", "Name")),
        Input::new("phone", "tel", page.t("手机号", "Mobile number")),
    ];
    let lead = page.t(
        "保存后会显示一个临时密码，只显示一次，请当面告诉本人。",
        "A temporary password is shown once after saving. Tell it to the person yourself.",
    );
    let back = page.t("人员与任职", "People and posts");
    let title = Phrase { zh: "添加人员", en: "Add a person" };
    FormPage::new(page, title, "/people", Phrase { zh: "添加", en: "Add" })
        .key(app.new_key())
        .lead(lead)
        .inputs(inputs)
        .back("/people", back)
}

async fn show(
    State(app): State<App>,
    visit: Visit,
    Id(id): Id<PersonId>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let page = Page::new(&app, &visit, &format!("/people/{id}"));
    let (street, now, lang) = (visit.street()?, app.now(), visit.lang);
    let zone = app.settings(street)?.calendar.zone.clone();
    let read = move |tx: &mut Tx| {
        let person = store::person(tx, street, id)?.ok_or(Error::NotFound)?;
        let mut posts = Vec::new();
        for held in store::appointments(tx, street, id)? {
            posts.push(post_line(tx, street, &held, (now, &zone), lang)?);
        }
        Ok::<_, Error>((person, posts))
    };
    let (person, posts) = app.db.read(read).await?;
    let (password, link) = once(&app, &headers, id);
    let has_secret = !password.is_empty() || !link.is_empty();
    let (phone, key) = (masked(&person.phone), app.new_key());
    let Person { name, temporary, .. } = person;
    let shown = PersonPage { page, id, name, phone, temporary, posts, password, link, key };
    let mut response = Html(shown).into_response();
    if has_secret {
        let gone = cookies::set(ONCE, "", 0, app.options.secure);
        response.headers_mut().append(header::SET_COOKIE, gone);
        let never = HeaderValue::from_static("no-store");
        response.headers_mut().insert(header::CACHE_CONTROL, never);
    }
    Ok(response)
}

async fn invite(
    State(app): State<App>,
    visit: Visit,
    Id(id): Id<PersonId>,
    form: Form,
) -> Result<Response, Error> {
    let deed = form.deed;
    let token = Token::derived(deed.street, &seed("link", &visit, &deed));
    let (actor, text) = (visit.actor.clone(), token.text());
    let write = move |tx: &mut Tx| {
        receipts::once(tx, &deed, |tx| administration::invite(tx, &deed, &actor, id, &token))
    };
    app.db.write(write).await?;
    Ok(shown_once(&app, id, "link", &text))
}

/// Leads to the page of a person, which will show `secret` once.
fn shown_once(app: &App, id: PersonId, kind: &str, secret: &str) -> Response {
    let mut response = see_other(&format!("/people/{id}"));
    let value = format!("{id}:{kind}:{secret}");
    let cookie = cookies::set(ONCE, &value, ONCE_SECONDS, app.options.secure);
    response.headers_mut().append(header::SET_COOKIE, cookie);
    response
}

/// The password and the link that the page of `id` is to show now.
fn once(app: &App, headers: &HeaderMap, id: PersonId) -> (String, String) {
    let none = || (String::new(), String::new());
    let Some(value) = cookies::get(headers, ONCE) else { return none() };
    let mut parts = value.splitn(3, ':');
    if parts.next() != Some(&id.to_string()) {
        return none();
    }
    match (parts.next(), parts.next()) {
        (Some("password"), Some(password)) => (password.to_owned(), String::new()),
        (Some("link"), Some(token)) => {
            (String::new(), format!("{}/password/{token}", site(app, headers)))
        }
        _ => none(),
    }
}

/// The address of this site, as residents use it or as this browser asked for it.
fn site(app: &App, headers: &HeaderMap) -> String {
    if !app.options.public_url.is_empty() {
        return app.options.public_url.trim_end_matches('/').to_owned();
    }
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let scheme = if app.options.secure { "https" } else { "http" };
    host.map(|host| format!("{scheme}://{host}")).unwrap_or_default()
}

/// What a secret of this deed follows from: known to this session alone, and not on record.
fn seed(purpose: &str, visit: &Visit, deed: &Deed) -> String {
    format!("{purpose}:{}:{}", visit.form_secret, deed.key.as_str())
}

/// Twelve digits and letters in groups of four, easy to read out: 48 bits.
fn temporary(seed: &str) -> String {
    let digits = hex(&Sha256::digest(seed.as_bytes()));
    format!("{}-{}-{}", &digits[..4], &digits[4..8], &digits[8..12])
}

fn masked(phone: &str) -> String {
    Phone::new(phone).map(|phone| phone.masked()).unwrap_or_default()
}

/// The name and the masked phone of a person, for the head of a page about them.
pub(super) async fn title_of(
    app: &App,
    street: Street,
    id: PersonId,
    lang: Lang,
) -> Result<String, Error> {
    let person = app.db.read(move |tx| store::person(tx, street, id)).await?;
    let person = person.ok_or(Error::NotFound)?;
    let colon = lang.pick("：", ": ");
    Ok(format!("{}{colon}{}", person.name, masked(&person.phone)))
}
