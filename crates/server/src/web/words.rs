//! Two languages, as plain typed values: a slice keeps all its words in its own `words.rs`.

use std::borrow::{Borrow, Cow};

use axum::http::{HeaderMap, header};

use super::cookies;

/// A language of the site.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    #[default]
    Zh,
    En,
}

/// A phrase in every language of the site. It does not compile with one missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Phrase {
    pub zh: &'static str,
    pub en: &'static str,
}

/// A sentence in every language of the site, with numbers or names in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    pub zh: Cow<'static, str>,
    pub en: Cow<'static, str>,
}

impl Lang {
    /// Both languages.
    pub const ALL: [Lang; 2] = [Lang::Zh, Lang::En];

    /// The phrase in this language. (A template passes some values by reference, some not.)
    #[must_use]
    pub fn say(self, phrase: impl Borrow<Phrase>) -> &'static str {
        let phrase = phrase.borrow();
        match self {
            Lang::Zh => phrase.zh,
            Lang::En => phrase.en,
        }
    }

    /// The sentence in this language.
    #[must_use]
    pub fn tell(self, sentence: &Sentence) -> &str {
        match self {
            Lang::Zh => &sentence.zh,
            Lang::En => &sentence.en,
        }
    }

    /// Of two texts the one in this language; of a name without a translation the Chinese one.
    #[must_use]
    pub fn pick<'a>(self, zh: &'a str, en: &'a str) -> &'a str {
        if self == Lang::En && !en.is_empty() { en } else { zh }
    }

    /// The name of this language in HTML.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Lang::Zh => "zh-CN",
            Lang::En => "en",
        }
    }

    /// What the reader chose (cookie `lang`), else what their browser asks for first, else Chinese.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Self {
        let asked = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        let wanted = cookies::get(headers, "lang").into_iter();
        let wanted = wanted.chain(asked.unwrap_or_default().split(','));
        wanted.map(str::trim).find_map(Self::known).unwrap_or_default()
    }

    fn known(tag: &str) -> Option<Self> {
        match tag.get(..2)? {
            "zh" => Some(Lang::Zh),
            "en" => Some(Lang::En),
            _ => None,
        }
    }
}

impl Sentence {
    /// A sentence of two texts made with `format!`.
    pub fn new(zh: impl Into<Cow<'static, str>>, en: impl Into<Cow<'static, str>>) -> Self {
        Self { zh: zh.into(), en: en.into() }
    }
}

impl From<Phrase> for Sentence {
    fn from(phrase: Phrase) -> Self {
        Self { zh: phrase.zh.into(), en: phrase.en.into() }
    }
}
