//! What a request can be about: a tree of two levels, each with what belongs there and when it is
//! done.

use domain::area::AreaCode;
use domain::requests::{About, Urgency};
use jiff::Timestamp;

use crate::app::Settings;
use crate::web::words::Lang;

/// What a request can be about, as the street has decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Category {
    pub code: String,
    pub name: String,
    pub name_en: String,
    /// The name of its picture.
    pub icon: String,
    pub urgency: Urgency,
    /// The code of the unit where such requests usually go; may be empty.
    pub unit: String,
    /// Words that make a request dangerous, parted by spaces; those of the category above count
    /// too.
    pub danger: String,
    /// The code of the category above; empty for one that stands at the top.
    pub parent: String,
    /// What belongs here, and what must be known before it is taken on.
    pub opens: String,
    pub opens_en: String,
    /// When it counts as done.
    pub closes: String,
    pub closes_en: String,
    /// What a photo should show.
    pub photo: String,
    pub photo_en: String,
    /// Since when it is offered no more; requests that have it keep its name.
    pub retired_at: Option<Timestamp>,
}

impl Default for Category {
    fn default() -> Self {
        Self {
            code: String::new(),
            name: String::new(),
            name_en: String::new(),
            icon: "other".to_owned(),
            urgency: Urgency::Ordinary,
            unit: String::new(),
            danger: String::new(),
            parent: String::new(),
            opens: String::new(),
            opens_en: String::new(),
            closes: String::new(),
            closes_en: String::new(),
            photo: String::new(),
            photo_en: String::new(),
            retired_at: None,
        }
    }
}

impl Category {
    /// Whether it can be chosen.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.retired_at.is_none()
    }

    /// The word of danger that a text has, if it has one.
    #[must_use]
    pub fn danger_in(&self, text: &str) -> Option<&str> {
        let text = text.to_lowercase();
        self.danger.split_whitespace().find(|word| text.contains(&word.to_lowercase()))
    }
}

impl Settings {
    /// The categories that can be chosen and stand at the top, in their order.
    pub fn top_categories(&self) -> impl Iterator<Item = &Category> {
        self.categories.iter().filter(|known| known.is_open() && known.parent.is_empty())
    }

    /// The categories below `code` that can be chosen, in their order.
    pub fn categories_below(&self, code: &str) -> impl Iterator<Item = &Category> {
        self.categories.iter().filter(move |known| known.is_open() && known.parent == code)
    }

    /// The category of this code, if a new request can have it: itself and what is above it are
    /// offered.
    #[must_use]
    pub fn open_category(&self, code: &str) -> Option<&Category> {
        let known = self.category(code).filter(|known| known.is_open())?;
        let above = self.above(known);
        above.is_none_or(Category::is_open).then_some(known)
    }

    /// The name of a category, with what stands above it.
    #[must_use]
    pub fn category_name(&self, category: &Category, lang: Lang) -> String {
        let name = lang.pick(&category.name, &category.name_en);
        self.above(category).map_or_else(
            || name.to_owned(),
            |above| format!("{} · {name}", lang.pick(&above.name, &above.name_en)),
        )
    }

    /// What belongs to a category, or else to the one above.
    #[must_use]
    pub fn opens<'a>(&'a self, category: &'a Category, lang: Lang) -> &'a str {
        match lang.pick(&category.opens, &category.opens_en) {
            "" => self.above(category).map_or("", |it| lang.pick(&it.opens, &it.opens_en)),
            said => said,
        }
    }

    /// When a request of a category counts as done, or else one of the category above.
    #[must_use]
    pub fn closes<'a>(&'a self, category: &'a Category, lang: Lang) -> &'a str {
        match lang.pick(&category.closes, &category.closes_en) {
            "" => self.above(category).map_or("", |it| lang.pick(&it.closes, &it.closes_en)),
            said => said,
        }
    }

    /// The code of a category, and of those below it.
    #[must_use]
    pub fn with_below<'a>(&'a self, code: &'a str) -> Vec<&'a str> {
        let below = self.categories.iter().filter(|it| it.parent == code);
        std::iter::once(code).chain(below.map(|it| it.code.as_str())).collect()
    }

    /// The category above.
    #[must_use]
    pub fn above(&self, category: &Category) -> Option<&Category> {
        self.category(&category.parent)
    }

    /// How pressing a request of this category with this text is, and the word of danger that made
    /// it so.
    #[must_use]
    pub fn urgency_of<'a>(
        &'a self,
        category: &'a Category,
        text: &str,
    ) -> (Urgency, Option<&'a str>) {
        let above = self.above(category).and_then(|above| above.danger_in(text));
        match category.danger_in(text).or(above) {
            Some(word) => (Urgency::Danger, Some(word)),
            None => (category.urgency, None),
        }
    }

    /// What rules are tried on for a request of this category at this place.
    #[must_use]
    pub fn about<'a>(&'a self, area: AreaCode, category: &'a str) -> About<'a> {
        let parent = self.category(category).map_or("", |known| known.parent.as_str());
        About { area, category, parent }
    }
}
