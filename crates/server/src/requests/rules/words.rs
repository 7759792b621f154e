//! Every word about rules, in each language.

use domain::calendar::Term;
use domain::requests::{Limit, Number, Urgency, bounds};

use super::{By, Fired, Kind};
use crate::app::Settings;
use crate::web::words::{Lang, Phrase, Sentence};

pub const UNCHANGED: Phrase = Phrase {
    zh: "和现在的一样，没有要保存的改动。",
    en: "Nothing is different, so nothing was saved.",
};
pub const BEFORE: Phrase =
    Phrase { zh: "首次修改前的状态", en: "As it was before the first change" };
pub const BEGINNING: Phrase = Phrase { zh: "初始设置", en: "What the street began with" };
pub const NOTE_MISSING: Phrase =
    Phrase { zh: "请写一句为什么改。", en: "Please say in a sentence why." };
pub const NOTE_LONG: Phrase =
    Phrase { zh: "请写在 200 个字以内。", en: "Please use at most 200 characters." };
pub const TABLE_UNREADABLE: Phrase = Phrase {
    zh: "表格读不出来：第一行写列名，每行的列数要一样。",
    en: "The table cannot be read: names in the first line, and every line as long as it.",
};
pub const BASE_MISSING: Phrase = Phrase {
    zh: "请填您看到的版本号 base。",
    en: "Please give as `base` the version that you had before you.",
};
pub const KIND_UNKNOWN: Phrase = Phrase {
    zh: "没有这种规则。可填：categories、routing、clocks、numbers。",
    en: "There is no such kind. There are: categories, routing, clocks, numbers.",
};
pub const TOO_MANY_ROWS: Phrase =
    Phrase { zh: "最多 500 行。", en: "There may be at most 500 rows." };
pub const CATEGORY_UNKNOWN: Phrase =
    Phrase { zh: "没有这个类别。", en: "There is no such category." };
pub const AREA_UNKNOWN: Phrase =
    Phrase { zh: "本街道没有这个地方。", en: "There is no such place in this street." };
pub const UNIT_UNKNOWN: Phrase =
    Phrase { zh: "请从名单里选一个单位。", en: "Please choose a unit from the list." };
pub const URGENCY_UNKNOWN: Phrase =
    Phrase { zh: "请选一个紧急程度。", en: "Please choose how pressing it is." };
pub const LIMIT_UNKNOWN: Phrase =
    Phrase { zh: "请选一个环节。", en: "Please choose a step." };
pub const NUMBER_UNKNOWN: Phrase =
    Phrase { zh: "没有这一项。", en: "There is no such number." };
pub const CODE_BAD: Phrase = Phrase {
    zh: "代号请用 2 至 40 个小写字母、数字、下划线或短横线。",
    en: "Please use 2 to 40 small letters, digits, underscores or hyphens.",
};
pub const NAME_BAD: Phrase = Phrase {
    zh: "名称请写 1 至 40 个字。",
    en: "Please give a name of 1 to 40 characters.",
};
pub const ICON_UNKNOWN: Phrase =
    Phrase { zh: "请选一张图。", en: "Please choose a picture." };
pub const DANGER_SHORT: Phrase = Phrase {
    zh: "危险词每个至少两个字，用空格隔开；一个字会误伤太多。",
    en: "Words of danger have two characters at least; one alone would fit too often.",
};
pub const RETIRED_BAD: Phrase = Phrase { zh: "停用请填 1。", en: "A retired one says 1." };
pub const TEXT_LONG: Phrase = Phrase {
    zh: "请写在 300 个字以内、一行里。",
    en: "Please use at most 300 characters on one line.",
};
pub const TWICE: Phrase = Phrase {
    zh: "前面已有同样范围的一行，这一行永远轮不到。",
    en: "A row above is about the same, so this one would never count.",
};
pub const PARENT_BAD: Phrase = Phrase {
    zh: "上级类别要是一个大类；大类上面不能再有上级。",
    en: "What stands above must stand at the top: there are two levels.",
};
pub const PARENT_RETIRED: Phrase = Phrase {
    zh: "大类停用了，下面的小类也要一起停用。",
    en: "What stands above it is retired, so retire this one too.",
};
pub const NONE_LEFT: Phrase = Phrase {
    zh: "至少要留一个大类在用。",
    en: "At least one category at the top has to stay.",
};
pub const SOMEBODY_FIRST: Phrase = Phrase {
    zh: "您打开这一页以后，别人先保存了。您填的内容都在下面；看过差别，再按一次保存即可。",
    en: "Somebody else saved after you opened this page. All you wrote is below: look at the \
         difference, and save once more.",
};

/// How long a clock may be in the unit of `term`.
#[must_use]
pub fn term_bad(term: Term) -> Sentence {
    let (least, most) = bounds(term);
    let (zh, en) = match term {
        Term::WorkingDays(_) => ("个工作日（最长约一年）", "working days, about a year at most"),
        Term::WorkingHours(_) => ("个工作小时", "working hours"),
        Term::ClockHours(_) => ("小时", "hours"),
        Term::ClockMinutes(_) => ("分钟", "minutes"),
    };
    Sentence::new(
        format!("请填 {least} 至 {most} 的整数，只写数字：{least} 至 {most} {zh}。"),
        format!("Please give a whole number in digits alone: {least} to {most} {en}."),
    )
}

/// That some clocks are very long, by the numbers of their rules.
#[must_use]
pub fn long(rules: &[usize]) -> Sentence {
    let numbers = |comma: &str| {
        let numbers: Vec<String> = rules.iter().map(|row| (row + 1).to_string()).collect();
        numbers.join(comma)
    };
    Sentence::new(
        format!("第 {} 条超过 60 个工作日（约三个月），请看看是不是写错了。", numbers("、")),
        format!(
            "Longer than 60 working days, about three months: rule {}. Please see that this is meant.",
            numbers(", ")
        ),
    )
}

/// What a kind of rules is called.
#[must_use]
pub fn kind(kind: Kind) -> Phrase {
    match kind {
        Kind::Categories => Phrase { zh: "诉求类别", en: "Categories" },
        Kind::Routing => Phrase { zh: "派单规则", en: "Routing" },
        Kind::Clocks => Phrase { zh: "办理时限", en: "Clocks" },
        Kind::Numbers => Phrase { zh: "数字设置", en: "Numbers" },
    }
}

/// What it is for, in one line.
#[must_use]
pub fn about(kind: Kind) -> Phrase {
    match kind {
        Kind::Categories => Phrase {
            zh: "居民能选的两级类别：图、紧急程度、危险词、什么算这一类、怎样算办好。",
            en: "What residents choose from: picture, urgency, words of danger, what belongs and when it is done.",
        },
        Kind::Routing => Phrase {
            zh: "哪一类、哪个地方的事通常派给谁。下面按先后排：从上往下看，第一条合适的就用它。规则号只是名字，不表示先后。",
            en: "Which unit usually gets which category where. They stand in the order in which they are tried: the first that fits counts. The number is a name and says nothing of the order.",
        },
        Kind::Clocks => Phrase {
            zh: "每个环节多长时间，可按地方、类别、紧急程度分别定。没有写“危险”的规则不会放慢危险的事。",
            en: "How long each step takes, by place, category and urgency. A rule that does not name danger slows down nothing dangerous.",
        },
        Kind::Numbers => Phrase {
            zh: "回访比例、黄牌和督办的提前量、退单次数、延期和重开的天数。",
            en: "Callbacks, when a request turns yellow and is ordered, returns, extensions, reopening.",
        },
    }
}

/// What a number is called.
#[must_use]
pub fn number(number: Number) -> Phrase {
    match number {
        Number::CallbackPercent => Phrase {
            zh: "社区办的事，每百件回访几件",
            en: "Callbacks of a hundred requests, communities",
        },
        Number::CallbackStreetPercent => Phrase {
            zh: "街道办的事，每百件回访几件",
            en: "Callbacks of a hundred requests, the street",
        },
        Number::YellowDays => Phrase {
            zh: "到期前几个工作日亮黄牌",
            en: "Yellow: working days before the deadline",
        },
        Number::OrderDays => Phrase {
            zh: "亮红牌后几个工作日督办",
            en: "Ordered: working days after red",
        },
        Number::CallsMax => Phrase {
            zh: "打不通最多再打几次",
            en: "Calls to somebody not reached, at most",
        },
        Number::ReturnsMax => {
            Phrase { zh: "单位最多退单几次", en: "Returns by units, at most" }
        }
        Number::ReturningDays => Phrase {
            zh: "几个工作日内可以退单",
            en: "Working days in which a unit may return",
        },
        Number::ExtensionDaysMax => Phrase {
            zh: "最多延期几个工作日",
            en: "Working days of an extension, at most",
        },
        Number::ReviewDaysMax => Phrase {
            zh: "挂账最多几天复核一次",
            en: "Days until a suspended request is reviewed",
        },
        Number::ReopenDays => Phrase {
            zh: "办结后几天内可以重新打开",
            en: "Days in which a request can be reopened",
        },
    }
}

/// What a step is called, short enough for a list.
#[must_use]
pub fn limit(limit: Limit) -> Phrase {
    match limit {
        Limit::Accept => Phrase { zh: "接单", en: "Accept" },
        Limit::Solve => Phrase { zh: "解决或上报", en: "Solve or escalate" },
        Limit::Dispatch => Phrase { zh: "派单", en: "Dispatch" },
        Limit::Sign => Phrase { zh: "签收", en: "Sign" },
        Limit::Finish => Phrase { zh: "办好", en: "Finish" },
        Limit::Confirm => Phrase { zh: "居民确认", en: "Confirm" },
        Limit::Redo => Phrase { zh: "重办", en: "Redo" },
        Limit::Review => Phrase { zh: "复核", en: "Review" },
        Limit::Answer => Phrase { zh: "居民答复", en: "Answer" },
    }
}

/// What a column is called.
#[must_use]
pub fn column(kind: Kind, name: &str) -> Phrase {
    match name {
        "code" => Phrase { zh: "代号", en: "Code" },
        "parent" => Phrase { zh: "上级类别", en: "Above it" },
        "name" if kind == Kind::Numbers => Phrase { zh: "项目", en: "Number" },
        "name" => Phrase { zh: "名称", en: "Name, in Chinese" },
        "name_en" => Phrase { zh: "英文名称", en: "Name, in English" },
        "icon" => Phrase { zh: "图", en: "Picture" },
        "urgency" => Phrase { zh: "紧急程度", en: "Urgency" },
        "unit" => Phrase { zh: "单位", en: "Unit" },
        "danger" => Phrase { zh: "危险词", en: "Words of danger" },
        "opens" => Phrase { zh: "什么算这一类", en: "What belongs here, in Chinese" },
        "opens_en" => {
            Phrase { zh: "什么算这一类（英文）", en: "What belongs here, in English" }
        }
        "closes" => Phrase { zh: "怎样算办好", en: "When it is done, in Chinese" },
        "closes_en" => {
            Phrase { zh: "怎样算办好（英文）", en: "When it is done, in English" }
        }
        "photo" => Phrase { zh: "照片怎么拍", en: "What a photo should show, in Chinese" },
        "photo_en" => {
            Phrase { zh: "照片怎么拍（英文）", en: "What a photo should show, in English" }
        }
        "retired" => Phrase { zh: "停用", en: "Retired" },
        "category" => Phrase { zh: "类别", en: "Category" },
        "area" => Phrase { zh: "地方", en: "Place" },
        "limit" => Phrase { zh: "环节", en: "Step" },
        "term" => Phrase { zh: "时限", en: "Time" },
        _ => Phrase { zh: "数值", en: "Value" },
    }
}

/// The units that categories name as their usual ones, among the rules of routing.
pub const USUAL_BELOW: Phrase =
    Phrase { zh: "小类自己的常办单位", en: "The usual unit of a category below another" };
pub const USUAL_TOP: Phrase =
    Phrase { zh: "大类自己的常办单位", en: "The usual unit of a category at the top" };
pub const USUAL_UNIT: Phrase = Phrase { zh: "见“诉求类别”", en: "See “Categories”" };

/// Every category, as a choice for a rule.
pub const ANY_CATEGORY: Phrase = Phrase { zh: "所有类别", en: "Every category" };
/// Everywhere, as a choice for a rule.
pub const ANY_AREA: Phrase = Phrase { zh: "全街道", en: "The whole street" };
/// Every urgency, as a choice for a rule.
pub const ANY_URGENCY: Phrase = Phrase { zh: "不限（危险除外）", en: "Any but danger" };

/// Where a request begins: in the grid, or at a desk where nobody works in it.
pub const BEGINS_GRID: Phrase =
    Phrase { zh: "本网格的网格员", en: "the grid worker of the place" };
pub const BEGINS_COMMUNITY: Phrase = Phrase {
    zh: "社区派单台（网格里没有网格员）",
    en: "the community's desk, as nobody works in the grid",
};
pub const BEGINS_STREET: Phrase = Phrase {
    zh: "街道派单台（社区没有人值守）",
    en: "the street's desk, as nobody has the community's",
};

/// How pressing something is.
#[must_use]
pub fn urgency(urgency: Urgency) -> Phrase {
    crate::requests::words::urgency(urgency)
}

/// Which rule sends a request to its usual unit.
#[must_use]
pub fn why(fired: Option<Fired<'_>>, settings: &Settings) -> Sentence {
    let version = settings.rules.version(Kind::Routing);
    match fired.map(|fired| fired.by) {
        Some(By::Rule(number)) => Sentence::new(
            format!("派单规则第 {number} 条（第 {version} 版）"),
            format!("routing rule {number} (version {version})"),
        ),
        Some(By::Usual(code)) => {
            let known = settings.category(code);
            let name = |lang: Lang| known.map_or(code, |it| lang.pick(&it.name, &it.name_en));
            Sentence::new(
                format!("没有专门的规则，按类别“{}”的常办单位", name(Lang::Zh)),
                format!("no rule of its own: the usual unit of “{}”", name(Lang::En)),
            )
        }
        None => Sentence::new(
            "没有规则管到这里，由派单台自己选",
            "no rule reaches this, so the desk chooses",
        ),
    }
}
