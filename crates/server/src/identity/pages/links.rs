//! Pages behind a one-time link: the first start, and a new password.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::area::Street;
use domain::phone::Phone;

use super::form::{FormPage, Input};
use super::{device, led_in};
use crate::App;
use crate::error::Error;
use crate::identity::reading::Reading;
use crate::identity::set_up::{self, Beginning, Defaults};
use crate::identity::{Token, administration, invitations, store, words};
use crate::web::words::Phrase;
use crate::web::{Access, Fields, Html, Page, Plain, Routes, Visit};

/// A link that can be used no more.
#[derive(Template)]
#[template(path = "identity/pages/gone.html")]
struct Gone {
    page: Page,
    sentence: &'static str,
}

pub(super) fn routes(defaults: Defaults) -> Routes {
    let begin =
        move |app, visit, path, headers, form| begin(defaults, app, visit, path, headers, form);
    Routes::new()
        .get(Access::Everyone, "/set-up/{token}", show_set_up)
        .post(Access::Everyone, "/set-up/{token}", begin)
        .get(Access::Everyone, "/password/{token}", show_password)
        .post(Access::Everyone, "/password/{token}", choose_password)
}

fn gone(app: &App, visit: &Visit, sentence: Phrase) -> Response {
    let page = Page::new(app, visit, "/");
    let sentence = page.say(sentence);
    (StatusCode::GONE, Html(Gone { page, sentence })).into_response()
}

async fn show_set_up(
    State(app): State<App>,
    visit: Visit,
    Path(secret): Path<String>,
) -> Result<Response, Error> {
    if !set_up::is_open(&app, &secret).await? {
        return Ok(gone(&app, &visit, words::SET_UP_GONE));
    }
    Ok(set_up_page(&app, &visit, &secret).shown())
}

async fn begin(
    defaults: Defaults,
    State(app): State<App>,
    visit: Visit,
    Path(secret): Path<String>,
    headers: HeaderMap,
    Plain(fields): Plain,
) -> Result<Response, Error> {
    if !set_up::is_open(&app, &secret).await? {
        return Ok(gone(&app, &visit, words::SET_UP_GONE));
    }
    let begun = match beginning(&fields) {
        Ok(new) => set_up::begin(&app, &secret, new, (&device(&headers), defaults)).await,
        Err(error) => Err(error),
    };
    match begun {
        Ok(Some(signed_in)) => Ok(led_in(&app, &signed_in.opened, "/people")),
        Ok(None) => Ok(gone(&app, &visit, words::SET_UP_GONE)),
        Err(error) => set_up_page(&app, &visit, &secret).again(&fields, error),
    }
}

fn beginning(fields: &Fields) -> Result<Beginning, Error> {
    let mut reading = Reading::new(fields);
    let street = fields.shown("street").trim().parse::<Street>().ok();
    if street.is_none() {
        reading.wrong("street", words::STREET_BAD);
    }
    let street_name = reading.line("street_name");
    let street_name_en = reading.line_or_none("street_name_en");
    let hotline = reading.line_or_none("hotline");
    if hotline.chars().count() > 30 {
        reading.wrong("hotline", words::HOTLINE_BAD);
    }
    let name = reading.name("name");
    let phone = reading.phone("phone");
    let password = reading.new_password("password", phone.as_ref());
    reading.done()?;
    let (Some(street), Some(phone)) = (street, phone) else { return Err(Error::Unreadable) };
    Ok(Beginning { street, street_name, street_name_en, hotline, name, phone, password })
}

fn set_up_page(app: &App, visit: &Visit, secret: &str) -> FormPage {
    let page = Page::new(app, visit, "/");
    let inputs = vec![
        Input::new("street", "text", page.t("街道（乡镇）代码", "Code of the street or township"))
            .hint(page.t(
                "统计用区划代码的前 9 位，在国家统计局网站可以查到。",
                "The first nine digits of the official statistical code.",
            )),
        Input::new("street_name", "text", page.t("街道（乡镇）名称", "Name, in Chinese")),
        Input::new("street_name_en", "text", page.t("英文名称", "Name, in English")).needless(),
        Input::new("hotline", "tel", page.t("监督电话", "Telephone number for the public"))
            .hint(page.t("印在每个页面下方。", "It stands on every page."))
            .needless(),
        Input::new("name", "text", page.t("您的姓名", "Your name")).autocomplete("name"),
        Input::new("phone", "tel", page.t("您的手机号", "Your mobile number"))
            .autocomplete("username"),
        Input::new("password", "password", page.t("设置密码", "Choose a password"))
            .hint(page.t(
                "至少 8 个字符，不要用手机号。",
                "At least 8 characters, not your phone number.",
            ))
            .autocomplete("new-password"),
    ];
    let lead = page.t(
        "填好后，您就是这里的系统管理员，可以添加人员、岗位、片区和单位。",
        "You will be the administrator here: you add people, posts, areas and units.",
    );
    let title = Phrase { zh: "首次启用", en: "First start" };
    let button = Phrase { zh: "启用", en: "Begin" };
    FormPage::new(page, title, format!("/set-up/{secret}"), button).lead(lead).inputs(inputs)
}

async fn show_password(
    State(app): State<App>,
    visit: Visit,
    Path(token): Path<String>,
) -> Result<Response, Error> {
    match owner(&app, &token).await? {
        Some(_) => Ok(password_page(&app, &visit, &token).shown()),
        None => Ok(gone(&app, &visit, words::LINK_GONE)),
    }
}

async fn choose_password(
    State(app): State<App>,
    visit: Visit,
    Path(token): Path<String>,
    headers: HeaderMap,
    Plain(fields): Plain,
) -> Result<Response, Error> {
    let (Some(phone), Some(parsed)) = (owner(&app, &token).await?, Token::parse(&token)) else {
        return Ok(gone(&app, &visit, words::LINK_GONE));
    };
    let mut reading = Reading::new(&fields);
    let new = reading.new_password("new", phone.as_ref());
    if let Err(error) = reading.done() {
        return password_page(&app, &visit, &token).again(&fields, error);
    }
    match administration::choose_password(&app, &parsed, &new, &device(&headers)).await? {
        Some(opened) => Ok(led_in(&app, &opened, "/account?changed")),
        None => Ok(gone(&app, &visit, words::LINK_GONE)),
    }
}

/// The phone of whoever a link belongs to, if it can be used.
async fn owner(app: &App, token: &str) -> Result<Option<Option<Phone>>, Error> {
    let Some(token) = Token::parse(token) else { return Ok(None) };
    let now = app.now();
    let read = move |tx: &mut db::Tx| {
        let digest = token.digest();
        let Some(id) = invitations::owner(tx, token.street, &digest, now)? else { return Ok(None) };
        Ok::<_, Error>(store::person(tx, token.street, id)?.map(|known| known.phone))
    };
    Ok(app.db.read(read).await?.map(|phone| Phone::new(&phone).ok()))
}

fn password_page(app: &App, visit: &Visit, token: &str) -> FormPage {
    let page = Page::new(app, visit, "/");
    let new =
        Input::new("new", "password", page.t("新密码", "New password"))
            .hint(page.t(
                "至少 8 个字符，不要用手机号。",
                "At least 8 characters, not your phone number.",
            ))
            .autocomplete("new-password");
    let lead = page.t(
        "设好后直接登录，以前登录的设备都会退出。",
        "You are signed in with it at once; all other devices are signed out.",
    );
    let title = Phrase { zh: "设置新密码", en: "Choose a new password" };
    let button = Phrase { zh: "保存并登录", en: "Save and sign in" };
    FormPage::new(page, title, format!("/password/{token}"), button).lead(lead).inputs(vec![new])
}
