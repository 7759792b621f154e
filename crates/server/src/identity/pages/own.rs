//! One's own account: name, posts, devices, password, language and size of letters.

use askama::Template;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use domain::phone::Phone;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::form::{FormPage, Input};
use super::posts::{PostLine, post_line};
use crate::App;
use crate::error::Error;
use crate::identity::reading::Reading;
use crate::identity::{account, session, store};
use crate::web::visit::COOKIE;
use crate::web::words::{Lang, Phrase};
use crate::web::{Access, Fields, Html, Page, Plain, Routes, Visit, cookies, see_other};

#[derive(Template)]
#[template(path = "identity/pages/account.html")]
struct AccountPage {
    page: Page,
    name: String,
    phone: String,
    temporary: bool,
    changed: bool,
    posts: Vec<PostLine>,
    devices: Vec<Device>,
}

/// A session of the reader.
struct Device {
    name: String,
    seen: String,
    is_this: bool,
}

pub(super) fn routes() -> Routes {
    Routes::new()
        .get(Access::SignedIn, "/account", show)
        .get(Access::SignedIn, "/account/password", show_password)
        .post(Access::SignedIn, "/account/password", change_password)
        .post(Access::SignedIn, "/account/sign-out-everywhere", sign_out_everywhere)
}

async fn show(
    State(app): State<App>,
    visit: Visit,
    request: axum::extract::Request,
) -> Result<Response, Error> {
    let changed = request.uri().query() == Some("changed");
    let page = Page::new(&app, &visit, "/account");
    let (street, id) = (visit.street()?, visit.actor.person().ok_or(Error::SignedOut)?);
    let digest = visit.session().unwrap_or_default().to_owned();
    let zone = app.settings(street)?.calendar.zone.clone();
    let (now, lang) = (app.now(), visit.lang);
    let answer = app.db.read(move |tx| {
        let person = store::person(tx, street, id)?.ok_or(Error::NotFound)?;
        let mut posts = Vec::new();
        for held in store::appointments(tx, street, id)? {
            if held.is_current(now) {
                posts.push(post_line(tx, street, &held, (now, &zone), lang)?);
            }
        }
        let devices = session::of_person(tx, street, id, now)?;
        let devices = devices.iter().map(|open| Device {
            name: device_name(open, lang),
            seen: moment(open.seen_at, &zone),
            is_this: open.digest == digest,
        });
        Ok::<_, Error>((person, posts, devices.collect()))
    });
    let (person, posts, devices) = answer.await?;
    let phone = Phone::new(&person.phone).map(|phone| phone.masked()).unwrap_or_default();
    let temporary = person.temporary;
    let name = person.name;
    let shown = AccountPage { page, name, phone, temporary, changed, posts, devices };
    Ok(Html(shown).into_response())
}

fn device_name(open: &session::OpenSession, lang: Lang) -> String {
    const PROGRAM: Phrase = Phrase { zh: "程序接口", en: "A program" };
    const UNKNOWN: Phrase = Phrase { zh: "未知设备", en: "Unknown device" };
    match (open.program, open.device.as_str()) {
        (true, "") => lang.say(PROGRAM).to_owned(),
        (true, device) => format!("{} {device}", lang.say(PROGRAM)),
        (false, "") => lang.say(UNKNOWN).to_owned(),
        (false, device) => device.to_owned(),
    }
}

/// A moment on the wall clock of the street: `2026-03-02 09:00`.
pub(super) fn moment(at: Timestamp, zone: &TimeZone) -> String {
    zone.to_datetime(at).strftime("%Y-%m-%d %H:%M").to_string()
}

async fn show_password(State(app): State<App>, visit: Visit) -> Response {
    password_page(&app, &visit).shown()
}

async fn change_password(
    State(app): State<App>,
    visit: Visit,
    Plain(fields): Plain,
) -> Result<Response, Error> {
    match try_change(&app, &visit, &fields).await {
        Ok(()) => Ok(see_other("/account?changed")),
        Err(error) => password_page(&app, &visit).again(&fields, error),
    }
}

async fn try_change(app: &App, visit: &Visit, fields: &Fields) -> Result<(), Error> {
    let (street, id) = (visit.street()?, visit.actor.person().ok_or(Error::SignedOut)?);
    let person = app.db.read(move |tx| store::person(tx, street, id)).await?;
    let phone = person.and_then(|person| Phone::new(&person.phone).ok());
    let mut reading = Reading::new(fields);
    let old = reading.password("old");
    let new = reading.new_password("new", phone.as_ref());
    reading.done()?;
    let digest = visit.session().ok_or(Error::SignedOut)?.to_owned();
    account::change_password(app, (street, id), digest, (&old, &new)).await
}

fn password_page(app: &App, visit: &Visit) -> FormPage {
    let page = Page::new(app, visit, "/account/password");
    let old = Input::new("old", "password", page.t("当前密码", "Current password"))
        .autocomplete("current-password");
    let new =
        Input::new("new", "password", page.t("新密码", "New password"))
            .hint(page.t(
                "至少 8 个字符，不要用手机号。",
                "At least 8 characters, not your phone number.",
            ))
            .autocomplete("new-password");
    let lead = page.t("改好后，其他设备会退出登录。", "All other devices will be signed out.");
    let back = page.t("我的账号", "My account");
    let title = Phrase { zh: "修改密码", en: "Change password" };
    FormPage::new(page, title, "/account/password", title)
        .lead(lead)
        .inputs(vec![old, new])
        .back("/account", back)
}

async fn sign_out_everywhere(
    State(app): State<App>,
    visit: Visit,
    Plain(_): Plain,
) -> Result<Response, Error> {
    let (street, id) = (visit.street()?, visit.actor.person().ok_or(Error::SignedOut)?);
    app.db.write(move |tx| session::close_all(tx, street, id)).await?;
    let mut response = see_other("/sign-in");
    let gone = cookies::set(COOKIE, "", 0, app.options.secure);
    response.headers_mut().append(header::SET_COOKIE, gone);
    Ok(response)
}
