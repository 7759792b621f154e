//! The fields of a rule's form, and how they become a row.

use domain::area::Level;
use domain::requests::{Limit, Number, Urgency};

use super::super::check::ICONS;
use super::super::table::tidied;
use super::super::{Kind, Table, words};
use super::say::Teller;
use crate::web::Fields;
use crate::web::words::Phrase;

/// One field.
#[derive(Clone, Debug, Default)]
pub struct Input {
    pub name: &'static str,
    pub label: &'static str,
    pub hint: &'static str,
    /// `text`, `number`, `long`, `check` or `choice`.
    pub kind: &'static str,
    pub value: String,
    pub options: Vec<(String, String)>,
    /// Empty where nothing is wrong.
    pub error: String,
    /// It can be read and not changed.
    pub is_fixed: bool,
}

impl Input {
    pub fn is_ticked(&self) -> bool {
        self.value == "1"
    }

    /// Whether what is wrong with `column` is said beside this field.
    pub fn answers_for(&self, column: &str) -> bool {
        self.name == column || column == "term" && self.name == "length"
    }

    fn choice(mut self, options: Vec<(String, String)>) -> Self {
        // What holds stays a choice, also where it is offered no more.
        if !options.iter().any(|(value, _)| *value == self.value) {
            self.options.push((self.value.clone(), self.value.clone()));
        }
        self.options.extend(options);
        self.kind = "choice";
        self
    }

    fn hint(mut self, hint: &'static str) -> Self {
        self.hint = hint;
        self
    }

    fn kind(mut self, kind: &'static str) -> Self {
        self.kind = kind;
        self
    }

    fn fixed(mut self, is_fixed: bool) -> Self {
        self.is_fixed = is_fixed;
        self
    }
}

/// The units of time that a term can have.
const MEASURES: [(&str, Phrase); 4] = [
    ("working_days", Phrase { zh: "个工作日", en: "working days" }),
    ("working_hours", Phrase { zh: "个工作小时", en: "working hours" }),
    ("clock_hours", Phrase { zh: "小时（不分昼夜）", en: "hours, day and night" }),
    ("clock_minutes", Phrase { zh: "分钟（不分昼夜）", en: "minutes, day and night" }),
];

/// The fields of a row as it holds, or of a new one.
pub fn fields_of(table: &Table, place: Option<usize>) -> Fields {
    let mut fields = Fields::default();
    let Some(row) = place else {
        return fields.with("measure", "working_days").with(
            "urgency",
            match table.kind {
                Kind::Categories => "ordinary",
                _ => "",
            },
        );
    };
    for column in table.kind.columns() {
        fields = fields.with(column, table.cell(row, column));
    }
    let (length, measure) = table.cell(row, "term").split_once(' ').unwrap_or_default();
    fields.with("length", length).with("measure", measure).with("position", (row + 1).to_string())
}

/// The row that was written into a form.
pub fn row_of(kind: Kind, fields: &Fields) -> Vec<String> {
    let cell = |column: &&str| match *column {
        "term" => {
            format!("{} {}", fields.shown("length").trim(), fields.shown("measure").trim())
        }
        "retired" => if fields.is_on("retired") { "1" } else { "" }.to_owned(),
        "danger" => fields.shown("danger").split_whitespace().collect::<Vec<_>>().join(" "),
        column => domain::requests::readable(fields.shown(column)).replace('\n', " "),
    };
    kind.columns().iter().map(|column| tidied(kind, column, &cell(column))).collect()
}

/// The fields of the form of one rule.
pub fn inputs(teller: &Teller<'_>, kind: Kind, fields: &Fields, is_new: bool) -> Vec<Input> {
    let lang = teller.lang;
    let input = |name: &'static str| Input {
        name,
        label: lang.say(words::column(kind, name)),
        kind: "text",
        value: fields.shown(name).to_owned(),
        ..Input::default()
    };
    let category = || input("category").choice(categories(teller));
    let area = || input("area").choice(areas(teller, fields.shown("area")));
    match kind {
        Kind::Categories => of_category(teller, input, is_new),
        Kind::Routing => {
            vec![category(), area(), input("unit").choice(units(teller))]
        }
        Kind::Clocks => {
            let any = (String::new(), lang.say(words::ANY_URGENCY).to_owned());
            let measure = Input { label: lang.say(MEASURE), ..input("measure") };
            let length = Input { label: lang.say(LENGTH), ..input("length") };
            vec![
                input("limit").choice(limits(teller)),
                category(),
                area(),
                input("urgency").choice(std::iter::once(any).chain(urgencies(teller)).collect()),
                length.kind("number"),
                measure.choice(measures(teller)),
            ]
        }
        Kind::Numbers => {
            let name = fields.shown("name");
            let number = Number::named(name);
            let label = number.map_or("", |number| lang.say(words::number(number)));
            let value = Input { label, ..input("value") };
            vec![input("name").kind("hidden"), value.kind("number")]
        }
    }
}

const LENGTH: Phrase = Phrase { zh: "时限", en: "Time" };
const MEASURE: Phrase = Phrase { zh: "按什么算", en: "Counted in" };
const POSITION: Phrase = Phrase { zh: "排在第几", en: "Place in the list" };

fn of_category(
    teller: &Teller<'_>,
    input: impl Fn(&'static str) -> Input,
    is_new: bool,
) -> Vec<Input> {
    let say = |zh, en| teller.lang.say(Phrase { zh, en });
    let none = |zh, en| (String::new(), say(zh, en).to_owned());
    let top = teller.settings.top_categories();
    let top = top.map(|known| (known.code.clone(), teller.category(&known.code)));
    let parents = std::iter::once(none("（大类）", "(at the top)")).chain(top).collect();
    let units = std::iter::once(none("（由派单台选）", "(the desk chooses)")).chain(units(teller));
    let icons = ICONS.iter().map(|icon| ((*icon).to_owned(), say_icon(teller, icon).to_owned()));
    let code = say(
        "小写字母、数字、下划线，以后不能改。",
        "Small letters, digits, underscores; it stays.",
    );
    let danger = say(
        "用空格隔开。说到这些词的诉求按“危险”办，页面先给出 110、119、120。上级类别的词也算。",
        "Parted by spaces. A request that says one is dangerous, and 110, 119 and 120 come first. Those above count too.",
    );
    let opens = say(
        "给反映的人看：什么算这一类，受理前要知道什么。",
        "For whoever asks: what belongs here, and what must be known first.",
    );
    let closes =
        say("给办的人看：做到什么样算办好。", "For whoever does it: when it counts as done.");
    let position = Input { label: teller.lang.say(POSITION), ..input("position") };
    vec![
        input("code").hint(code).fixed(!is_new),
        input("parent").choice(parents),
        input("name"),
        input("name_en"),
        position.kind("number"),
        input("icon").choice(icons.collect()),
        input("urgency").choice(urgencies(teller).collect()),
        input("unit").choice(units.collect()),
        input("danger").kind("long").hint(danger),
        input("opens").kind("long").hint(opens),
        input("opens_en").kind("long"),
        input("closes").kind("long").hint(closes),
        input("closes_en").kind("long"),
        input("photo"),
        input("photo_en"),
        input("retired").kind("check"),
    ]
}

fn say_icon(teller: &Teller<'_>, icon: &str) -> &'static str {
    let (zh, en) = match icon {
        "rubbish" => ("垃圾桶", "Bin"),
        "stairs" => ("楼梯", "Stairs"),
        "water" => ("水滴", "Drop"),
        "lamp" => ("灯", "Lamp"),
        "lift" => ("电梯", "Lift"),
        "car" => ("车", "Car"),
        "noise" => ("喇叭", "Loudspeaker"),
        "neighbours" => ("邻居", "Neighbours"),
        "safety" => ("盾牌", "Shield"),
        "tree" => ("树", "Tree"),
        _ => ("其他", "Other"),
    };
    teller.lang.say(Phrase { zh, en })
}

fn categories(teller: &Teller<'_>) -> Vec<(String, String)> {
    let any = (String::new(), teller.lang.say(words::ANY_CATEGORY).to_owned());
    let open = teller.settings.categories.iter().filter(|known| known.is_open());
    let named = open.map(|known| (known.code.clone(), teller.category(&known.code)));
    std::iter::once(any).chain(named).collect()
}

/// The whole street, its communities, grids and micro-grids; a building only where it is chosen.
fn areas(teller: &Teller<'_>, chosen: &str) -> Vec<(String, String)> {
    let any = (String::new(), teller.lang.say(words::ANY_AREA).to_owned());
    let places = teller.settings.places(teller.lang).into_iter();
    let named = places.map(|(code, name)| (code.level(), code.to_string(), name));
    let wide = named.filter(|(level, code, _)| *level < Level::Building || code == chosen);
    std::iter::once(any).chain(wide.map(|(_, code, name)| (code, name))).collect()
}

fn units(teller: &Teller<'_>) -> Vec<(String, String)> {
    let units = teller.settings.units.iter();
    units.map(|unit| (unit.code.clone(), teller.unit(&unit.code))).collect()
}

fn urgencies(teller: &Teller<'_>) -> impl Iterator<Item = (String, String)> {
    let lang = teller.lang;
    Urgency::ALL.into_iter().map(move |urgency| {
        (urgency.name().to_owned(), lang.say(words::urgency(urgency)).to_owned())
    })
}

fn limits(teller: &Teller<'_>) -> Vec<(String, String)> {
    let said =
        |limit: Limit| (limit.name().to_owned(), teller.lang.say(words::limit(limit)).to_owned());
    Limit::SETTABLE.map(said).to_vec()
}

fn measures(teller: &Teller<'_>) -> Vec<(String, String)> {
    MEASURES.map(|(name, said)| (name.to_owned(), teller.lang.say(said).to_owned())).to_vec()
}
