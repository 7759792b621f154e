//! A page with one form: title, fields, what is wrong with them, one button.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::error::Error;
use crate::web::words::Phrase;
use crate::web::{Fields, Html, Page};

/// The page. Handlers build it once, for the first showing and for every later one.
#[derive(Template)]
#[template(path = "identity/pages/form.html")]
pub struct FormPage {
    pub page: Page,
    pub title: String,
    pub lead: Vec<String>,
    pub action: String,
    /// The key of the deed; empty for a form that needs none.
    pub key: String,
    pub hidden: Vec<(&'static str, String)>,
    pub inputs: Vec<Input>,
    pub button: &'static str,
    /// What is wrong as a whole.
    pub problem: Option<String>,
    /// Ways to elsewhere, below the form.
    pub links: Vec<(String, String)>,
    /// The way back, above the title.
    pub back: Option<(String, String)>,
}

/// One field of the form.
#[derive(Clone, Debug, Default)]
pub struct Input {
    pub name: &'static str,
    pub label: &'static str,
    pub hint: &'static str,
    /// `text`, `tel`, `password`, `date` or `number`.
    pub kind: &'static str,
    /// What browsers may fill in by themselves.
    pub autocomplete: &'static str,
    pub value: String,
    /// Where one of several is chosen: value and name.
    pub options: Vec<(String, String)>,
    /// What is offered while typing: value and name.
    pub offers: Vec<(String, String)>,
    pub error: Option<String>,
    pub needless: bool,
}

impl FormPage {
    /// A page with a title, a form that is sent to `action`, and a button.
    pub fn new(page: Page, title: Phrase, action: impl Into<String>, button: Phrase) -> Self {
        let (title, button) = (page.say(title).to_owned(), page.say(button));
        Self {
            page,
            title,
            lead: Vec::new(),
            action: action.into(),
            key: String::new(),
            hidden: Vec::new(),
            inputs: Vec::new(),
            button,
            problem: None,
            links: Vec::new(),
            back: None,
        }
    }

    /// With these fields.
    pub fn inputs(mut self, inputs: Vec<Input>) -> Self {
        self.inputs = inputs;
        self
    }

    /// With a key for its deed.
    pub fn key(mut self, key: String) -> Self {
        self.key = key;
        self
    }

    /// With a sentence before the form.
    pub fn lead(mut self, sentence: &str) -> Self {
        self.lead.push(sentence.to_owned());
        self
    }

    /// With a way back above the title.
    pub fn back(mut self, path: &str, name: &str) -> Self {
        self.back = Some((path.to_owned(), name.to_owned()));
        self
    }

    /// With a way to elsewhere below the form.
    pub fn link(mut self, path: &str, name: &str) -> Self {
        self.links.push((path.to_owned(), name.to_owned()));
        self
    }

    /// The page as it is shown first.
    pub fn shown(self) -> Response {
        Html(self).into_response()
    }

    /// The page as it is shown again: with what was typed, passwords apart, and with what is wrong.
    /// An error that is not about what was typed is handed on.
    pub fn again(mut self, fields: &Fields, error: Error) -> Result<Response, Error> {
        let lang = self.page.lang;
        match &error {
            Error::Invalid(wrong) => {
                for field in wrong {
                    let reason = lang.tell(&field.reason).to_owned();
                    match self.inputs.iter_mut().find(|input| input.name == field.name) {
                        Some(input) => input.error = Some(reason),
                        None => self.problem = Some(reason),
                    }
                }
            }
            Error::WrongPassword | Error::Refused(_) => {
                self.problem = Some(lang.tell(&error.sentence()).to_owned());
            }
            _ => return Err(error),
        }
        // A form that is shown again is still the same deed.
        if let Some(key) = fields.get("key").filter(|_| !self.key.is_empty()) {
            key.clone_into(&mut self.key);
        }
        for input in self.inputs.iter_mut().filter(|input| input.kind != "password") {
            fields.shown(input.name).clone_into(&mut input.value);
        }
        Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(self)).into_response())
    }

    /// Whether anything is wrong.
    fn is_wrong(&self) -> bool {
        self.problem.is_some() || self.inputs.iter().any(|input| input.error.is_some())
    }
}

impl Input {
    /// A field of this kind.
    pub fn new(name: &'static str, kind: &'static str, label: &'static str) -> Self {
        Self { name, label, kind, ..Self::default() }
    }

    /// What to know before one types.
    pub fn hint(mut self, hint: &'static str) -> Self {
        self.hint = hint;
        self
    }

    /// What browsers may fill in.
    pub fn autocomplete(mut self, what: &'static str) -> Self {
        self.autocomplete = what;
        self
    }

    /// What stands there at first.
    pub fn value(mut self, value: impl Into<String>) -> Self {
        self.value = value.into();
        self
    }

    /// One of these is chosen.
    pub fn options(mut self, options: Vec<(String, String)>) -> Self {
        self.options = options;
        self
    }

    /// These are offered while typing.
    pub fn offers(mut self, offers: Vec<(String, String)>) -> Self {
        self.offers = offers;
        self
    }

    /// It may be left empty.
    pub fn needless(mut self) -> Self {
        self.needless = true;
        self
    }
}
