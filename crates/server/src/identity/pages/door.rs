//! The door: sign in, sign up, sign out, and the choice of language and size of letters.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::response::Response;
use domain::actor::{Actor, Verb};

use super::form::{FormPage, Input};
use super::{device, led_in, local};
use crate::App;
use crate::error::Error;
use crate::identity::account::{self, Door};
use crate::identity::api::{new_person, without_password};
use crate::identity::reading::Reading;
use crate::identity::session;
use crate::web::visit::COOKIE;
use crate::web::words::Phrase;
use crate::web::{Access, Fields, Form, Page, Plain, Routes, Visit, cookies, see_other};

/// How long a browser remembers language and size.
const YEAR: i64 = 365 * 24 * 60 * 60;

pub(super) fn routes() -> Routes {
    Routes::new()
        .get(Access::Everyone, "/sign-in", show_sign_in)
        .post(Access::Everyone, "/sign-in", sign_in)
        .get(Access::Everyone, "/sign-up", show_sign_up)
        .post(Access::Everyone, "/sign-up", sign_up)
        .post(Access::Everyone, "/sign-out", sign_out)
        .post(Access::Everyone, "/preferences", preferences)
}

async fn show_sign_in(State(app): State<App>, visit: Visit, request: Request) -> Response {
    let query = Fields::urlencoded(request.uri().query().unwrap_or_default());
    sign_in_page(&app, &visit, &query).shown()
}

async fn sign_in(
    State(app): State<App>,
    visit: Visit,
    headers: HeaderMap,
    Plain(fields): Plain,
) -> Result<Response, Error> {
    match try_sign_in(&app, &visit, &headers, &fields).await {
        Ok(response) => Ok(response),
        Err(error) => sign_in_page(&app, &visit, &fields).again(&fields, error),
    }
}

async fn try_sign_in(
    app: &App,
    visit: &Visit,
    headers: &HeaderMap,
    fields: &Fields,
) -> Result<Response, Error> {
    let mut reading = Reading::new(fields);
    let phone = reading.phone("phone");
    let password = reading.password("password");
    reading.done()?;
    let phone = phone.ok_or(Error::Unreadable)?;
    let door = Door { kind: "page", device: device(headers) };
    let signed_in = account::sign_in(app, &phone, &password, door).await?;
    // The session that this browser had before is of no more use to anybody.
    end_session(app, visit).await?;
    let (street, person, now) = (signed_in.street, signed_in.person.id, app.now());
    let read = move |tx: &mut db::Tx| crate::identity::actor(tx, street, person, now);
    let actor = app.db.read(read).await?;
    // Whoever still has a password from somebody else is first shown where to choose their own.
    if signed_in.person.temporary {
        return Ok(led_in(app, &signed_in.opened, "/account"));
    }
    let next = local(fields.shown("next")).filter(|next| !next.starts_with("/sign-"));
    Ok(led_in(app, &signed_in.opened, next.unwrap_or_else(|| first_page(&actor))))
}

fn sign_in_page(app: &App, visit: &Visit, fields: &Fields) -> FormPage {
    let page = Page::new(app, visit, "/sign-in");
    let (phone, password) = (page.t("手机号", "Mobile number"), page.t("密码", "Password"));
    let hint = page.t(
        "连续输错 5 次，要等 15 分钟再试。",
        "After five wrong tries there is a wait of 15 minutes.",
    );
    let title = Phrase { zh: "登录", en: "Sign in" };
    let sign_up = page.t("还没有账号？用手机号注册", "No account yet? Sign up with your phone");
    let follow = page.t("没有账号也能查进度：凭受理码", "Follow a request by its receipt code");
    let mut form = FormPage::new(page, title, "/sign-in", title)
        .inputs(vec![
            Input::new("phone", "tel", phone).autocomplete("username"),
            Input::new("password", "password", password)
                .hint(hint)
                .autocomplete("current-password"),
        ])
        .link("/sign-up", sign_up)
        .link("/follow", follow);
    if let Some(next) = local(fields.shown("next")) {
        form.hidden.push(("next", next.to_owned()));
    }
    form
}

/// Where somebody's work is; residents find their own requests.
fn first_page(actor: &Actor) -> &'static str {
    let pages = [
        (Verb::WorkInGrid, "/inbox"),
        (Verb::WorkAtCommunityDesk, "/desk"),
        (Verb::WorkAtStreetDesk, "/desk"),
        (Verb::AnswerForUnit, "/unit"),
        (Verb::Administer, "/people"),
        (Verb::SeeOverview, "/overview"),
    ];
    let mine = pages.into_iter().find(|&(verb, _)| actor.may_somewhere(verb));
    mine.map_or("/mine", |(_, path)| path)
}

async fn show_sign_up(State(app): State<App>, visit: Visit, request: Request) -> Response {
    let query = Fields::urlencoded(request.uri().query().unwrap_or_default());
    sign_up_page(&app, &visit, &query).shown()
}

async fn sign_up(
    State(app): State<App>,
    visit: Visit,
    headers: HeaderMap,
    form: Form,
) -> Result<Response, Error> {
    let Form { deed, fields, .. } = form;
    let tried = async {
        let new = new_person(&fields)?;
        let (phone, password) = (new.phone.clone(), new.password.clone());
        account::sign_up(&app, without_password(deed, &fields), new).await?;
        // Whoever sends the form again proves by the password that it is theirs.
        let door = Door { kind: "page", device: device(&headers) };
        account::sign_in(&app, &phone, &password, door).await
    };
    let signed_in = match tried.await {
        Ok(signed_in) => signed_in,
        Err(error) => return sign_up_page(&app, &visit, &fields).again(&fields, error),
    };
    end_session(&app, &visit).await?;
    let next = local(fields.shown("next")).unwrap_or("/mine");
    Ok(led_in(&app, &signed_in.opened, next))
}

fn sign_up_page(app: &App, visit: &Visit, fields: &Fields) -> FormPage {
    let page = Page::new(app, visit, "/sign-up");
    let password =
        Input::new("password", "password", page.t("设置密码", "Choose a password"))
            .hint(page.t(
                "至少 8 个字符，不要用手机号。",
                "At least 8 characters, not your phone number.",
            ))
            .autocomplete("new-password");
    let phone = Input::new("phone", "tel", page.t("手机号", "Mobile number"))
        .hint(page.t("用来登录和查您的诉求。", "For signing in and finding your requests."))
        .autocomplete("username");
    let name = Input::new("name", "text", page.t("姓名", "Name")).autocomplete("name");
    let mut inputs = vec![name, phone, password];
    if visit.street.is_none() {
        inputs.push(street_input(app, &page));
    }
    let sign_in = page.t("已有账号？去登录", "You have an account? Sign in");
    let lead = page.t(
        "注册只需要姓名和手机号，不要身份证号，不收费。",
        "A name and a phone number are all it takes. No identity card, no fee.",
    );
    let title = Phrase { zh: "注册", en: "Sign up" };
    let mut form = FormPage::new(page, title, "/sign-up", title)
        .key(app.new_key())
        .lead(lead)
        .inputs(inputs)
        .link("/sign-in", sign_in);
    if let Some(next) = local(fields.shown("next")) {
        form.hidden.push(("next", next.to_owned()));
    }
    form
}

/// In which street somebody lives, where we serve several.
fn street_input(app: &App, page: &Page) -> Input {
    let known = app.streets().into_iter().filter_map(|street| app.settings(street).ok());
    let name =
        |settings: &crate::Settings| page.lang.pick(&settings.name, &settings.name_en).to_owned();
    let options = known.map(|settings| (settings.street.to_string(), name(&settings))).collect();
    Input::new("area", "text", page.t("您住在", "Where you live")).options(options)
}

async fn sign_out(
    State(app): State<App>,
    visit: Visit,
    Plain(_): Plain,
) -> Result<Response, Error> {
    end_session(&app, &visit).await?;
    let mut response = see_other("/");
    let gone = cookies::set(COOKIE, "", 0, app.options.secure);
    response.headers_mut().append(header::SET_COOKIE, gone);
    Ok(response)
}

/// Ends the session of this visit, if it has one.
pub(super) async fn end_session(app: &App, visit: &Visit) -> Result<(), Error> {
    let (Some(street), Some(digest)) = (visit.street, visit.session()) else { return Ok(()) };
    let digest = digest.to_owned();
    app.db.write(move |tx| session::close(tx, street, &digest)).await
}

async fn preferences(State(app): State<App>, Plain(fields): Plain) -> Response {
    let mut response = see_other(local(fields.shown("back")).unwrap_or("/"));
    for (name, values) in [("lang", ["zh", "en"]), ("large", ["0", "1"])] {
        if let Some(value) = fields.get(name).filter(|value| values.contains(value)) {
            let cookie = cookies::set(name, value, YEAR, app.options.secure);
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
    response
}
