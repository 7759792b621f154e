//! What every page has around its matter: a head, a place, a way to everywhere else.

use std::sync::Arc;

use askama::Template;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use domain::actor::{Caller, Verb};

use super::visit::Visit;
use super::words::{Lang, Phrase};
use crate::App;
use crate::error::Error;
use crate::notices::Unread;

/// The frame of a page. Templates call it `page`.
#[derive(Clone, Debug)]
pub struct Page {
    pub lang: Lang,
    pub large: bool,
    /// The name of the place in this language; empty before a street is served.
    pub place: String,
    pub hotline: String,
    /// Where this reader's work is: at most four entries with words.
    pub links: Vec<Link>,
    pub signed_in: bool,
    /// How many pieces of news wait for this reader.
    pub unread: Unread,
    /// The id of the reader, for what their phone keeps; empty for those without an account.
    pub person: String,
    /// The reader works outdoors: their pages go on without a network.
    pub works: bool,
    /// What forms send back to prove that they are ours.
    pub csrf: String,
    /// The address of this page, for the forms that change language and size.
    pub here: String,
    /// The key of those forms.
    pub key: String,
    /// What was just done, to be said at the top; empty where nothing was.
    pub done: &'static str,
    /// What comes of it, said after that; empty where `done` says it.
    pub comes: String,
    /// Where to go from there, and what stands on that link.
    pub onward: Option<(String, &'static str)>,
    /// The present moment, RFC 3339, for times that are told relative to it.
    pub now: String,
}

/// A drawing from the sprite at the head of every page.
pub struct Icon(&'static str, &'static str);

impl std::fmt::Display for Icon {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Icon(class, name) = self;
        write!(
            f,
            r##"<svg class="{class}" aria-hidden="true" focusable="false"><use href="#{name}"></use></svg>"##
        )
    }
}

/// Its parts are words of ours, never of a reader.
impl askama::filters::HtmlSafe for Icon {}

/// An entry of the head, or of the bar at the foot of a phone.
#[derive(Clone, Debug)]
pub struct Link {
    pub path: &'static str,
    pub name: &'static str,
    pub icon: &'static str,
    pub is_here: bool,
}

/// A page that shows a refused form again. A script that sent the form is told the refusal itself:
/// see [`super::speak`].
pub fn again<T: Template>(page: T, error: Error) -> Response {
    let mut response = (error.status(), Html(page)).into_response();
    response.extensions_mut().insert(ShownAgain(Arc::new(error)));
    response
}

/// Why a form is shown again.
#[derive(Clone)]
pub struct ShownAgain(pub Arc<Error>);

/// A page that is drawn.
pub struct Html<T>(pub T);

impl<T: Template> IntoResponse for Html<T> {
    fn into_response(self) -> Response {
        match self.0.render() {
            Ok(text) => {
                ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], text).into_response()
            }
            Err(error) => Error::from(error).into_response(),
        }
    }
}

impl Page {
    /// The frame for `visit` at the address `here`.
    #[must_use]
    pub fn new(app: &App, visit: &Visit, here: &str) -> Self {
        let settings = visit.street.and_then(|street| app.settings(street).ok());
        let lang = visit.lang;
        let place = settings.as_ref().map(|known| lang.pick(&known.name, &known.name_en));
        Self {
            lang,
            large: visit.large,
            place: place.unwrap_or_default().to_owned(),
            hotline: settings.as_ref().map(|known| known.hotline.clone()).unwrap_or_default(),
            links: links(visit, here),
            signed_in: matches!(visit.actor.caller, Caller::Person(_)),
            unread: visit.unread,
            person: visit.actor.person().map(|id| id.to_string()).unwrap_or_default(),
            works: here == "/waiting" || visit.actor.may_somewhere(Verb::WorkInGrid),
            csrf: visit.form_secret.clone(),
            here: here.to_owned(),
            key: app.new_key(),
            done: "",
            comes: String::new(),
            onward: None,
            now: settings.map_or_else(
                || app.now().to_string(),
                |known| crate::web::time::rfc3339(app.now(), &known.calendar.zone),
            ),
        }
    }

    /// An icon by the name of its symbol: `i-…`, `c-…`, `s-…`.
    #[must_use]
    pub fn icon(&self, name: &'static str) -> Icon {
        Icon("i", name)
    }

    /// The five dots.
    #[must_use]
    pub fn mark(&self) -> Icon {
        Icon("mark", "mark")
    }

    /// Where this reader's work is, without what everybody has.
    #[must_use]
    pub fn work(&self) -> Vec<&Link> {
        const EVERYBODY: &[&str] = &["/requests/new", "/mine", "/account", "/follow", "/sign-in"];
        self.links.iter().filter(|link| !EVERYBODY.contains(&link.path)).collect()
    }

    /// The five levels of satisfaction, from the lowest, with their words.
    #[must_use]
    pub fn scale(&self) -> [(&'static str, &'static str); 5] {
        [
            ("1", self.t("很不满意", "Very bad")),
            ("2", self.t("不满意", "Bad")),
            ("3", self.t("基本满意", "Fair")),
            ("4", self.t("满意", "Good")),
            ("5", self.t("很满意", "Very good")),
        ]
    }

    /// Where the work of `visit` is.
    #[must_use]
    pub fn links_of(visit: &Visit, here: &str) -> Vec<Link> {
        links(visit, here)
    }

    /// A key for a form of this page.
    #[must_use]
    pub fn new_key(&self) -> String {
        crate::chance::code(20)
    }

    /// A phrase in the language of this page.
    #[must_use]
    pub fn say(&self, phrase: impl std::borrow::Borrow<Phrase>) -> &'static str {
        self.lang.say(phrase)
    }

    /// Of two texts the one in the language of this page.
    #[must_use]
    pub fn t(&self, zh: &'static str, en: &'static str) -> &'static str {
        self.lang.say(Phrase { zh, en })
    }
}

/// Which work a reader has, from their posts.
fn links(visit: &Visit, here: &str) -> Vec<Link> {
    const ALL: &[(&[Verb], &str, Phrase, &str)] = &[
        (&[Verb::WorkInGrid], "/inbox", Phrase { zh: "今日", en: "Today" }, "i-clock"),
        (
            &[Verb::WorkAtCommunityDesk, Verb::WorkAtStreetDesk],
            "/desk",
            Phrase { zh: "派单台", en: "Desk" },
            "i-list",
        ),
        (&[Verb::AnswerForUnit], "/unit", Phrase { zh: "本单位", en: "Our unit" }, "i-building"),
        (&[Verb::SeeOverview], "/overview", Phrase { zh: "总览", en: "Overview" }, "i-chart"),
        (
            &[Verb::WorkAtCommunityDesk, Verb::WorkAtStreetDesk],
            "/office",
            Phrase { zh: "管理", en: "Office" },
            "i-gear",
        ),
        (&[Verb::Administer], "/people", Phrase { zh: "人员", en: "People" }, "i-people"),
    ];
    let say = |phrase| visit.lang.say(phrase);
    let is_here = |path: &str| here.split('?').next() == Some(path);
    let work =
        ALL.iter().filter(|(verbs, ..)| verbs.iter().any(|&verb| visit.actor.may_somewhere(verb)));
    let mut links: Vec<Link> = work
        .map(|&(_, path, name, icon)| Link { path, name: say(name), icon, is_here: is_here(path) })
        // Whoever has a desk has no entry to raise a request, and so room for one more. A phone
        // shows four: what they ask for themselves is found from their account.
        .take(if links_needs_raise(visit) { 2 } else { 3 })
        .collect();
    let mut add = |path, name, icon| {
        links.push(Link { path, name: say(name), icon, is_here: is_here(path) });
    };
    if links_needs_raise(visit) {
        add("/requests/new", Phrase { zh: "我要反映", en: "Raise" }, "i-say");
    }
    let is_full = links.len() >= 3;
    let mut add = |path, name, icon| {
        links.push(Link { path, name: say(name), icon, is_here: is_here(path) });
    };
    match visit.actor.caller {
        Caller::Person(_) => {
            if !is_full {
                add("/mine", Phrase { zh: "我的诉求", en: "My requests" }, "i-list");
            }
            add("/account", Phrase { zh: "我", en: "Me" }, "i-person");
        }
        _ => {
            add("/follow", Phrase { zh: "查进度", en: "Follow" }, "i-search");
            add("/sign-in", Phrase { zh: "登录", en: "Sign in" }, "i-person");
        }
    }
    links.truncate(4);
    links
}

/// Whoever has a desk finds it first; everybody else finds the way to raise a request.
fn links_needs_raise(visit: &Visit) -> bool {
    let desks = [Verb::WorkAtCommunityDesk, Verb::WorkAtStreetDesk, Verb::Administer];
    !desks.iter().any(|&verb| visit.actor.may_somewhere(verb))
}
