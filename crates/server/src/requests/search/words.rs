//! The words of lists: what they are narrowed to, and what cannot be understood.

use domain::requests::{Channel, Rung};

use crate::web::words::Phrase;

pub const AREA_UNREADABLE: Phrase = Phrase {
    zh: "区域代码是 2 至 19 位数字，如 370323001028。",
    en: "The code of an area is 2 to 19 digits, such as 370323001028.",
};
pub const STAGE_UNKNOWN: Phrase = Phrase {
    zh: "没有这种状态。可填：raised、accepted、escalated、dispatched、handling、resolved、redo、\
         suspended、closed、open、late。",
    en: "There is no such stage. There are: raised, accepted, escalated, dispatched, handling, \
         resolved, redo, suspended, closed, open, late.",
};
pub const QUERY_LONG: Phrase = Phrase {
    zh: "要找的字请在 100 个以内。",
    en: "Please search for at most 100 characters.",
};
pub const CATEGORY_UNKNOWN: Phrase =
    Phrase { zh: "没有这个类别。", en: "There is no such category." };
pub const URGENCY_UNKNOWN: Phrase = Phrase {
    zh: "没有这种紧急程度。可填：danger、urgent、ordinary、complex。",
    en: "There is no such urgency. There are: danger, urgent, ordinary, complex.",
};
pub const CHANNEL_UNKNOWN: Phrase = Phrase {
    zh: "没有这种来源。可填：page、building_head、grid_worker、counter、phone、paper、import、open311。",
    en: "There is no such channel. There are: page, building_head, grid_worker, counter, phone, \
         paper, import, open311.",
};
pub const UNIT_UNKNOWN: Phrase =
    Phrase { zh: "没有这个单位。", en: "There is no such unit." };
pub const RUNG_UNKNOWN: Phrase = Phrase {
    zh: "没有这种亮灯。可填：green、yellow、red、ordered。",
    en: "There is no such rung. There are: green, yellow, red, ordered.",
};
pub const DAY_UNREADABLE: Phrase = Phrase {
    zh: "日期请写成 2026-11-23 这样。",
    en: "Please write the day like this: 2026-11-23.",
};
pub const MINE: Phrase = Phrase { zh: "我提的", en: "My own" };

/// A stage, or what takes in several.
pub fn stage(name: &str) -> Phrase {
    match name {
        "open" => Phrase { zh: "没有办结的", en: "Open" },
        "late" => Phrase { zh: "超期的", en: "Late" },
        name => super::super::words::stage(name),
    }
}

/// By which way a request came.
pub fn channel(channel: Channel) -> Phrase {
    match channel {
        Channel::Page => Phrase { zh: "网页", en: "Page" },
        Channel::BuildingHead => Phrase { zh: "楼长代办", en: "Building head" },
        Channel::GridWorker => Phrase { zh: "网格员走访", en: "Grid worker" },
        Channel::Counter => Phrase { zh: "窗口", en: "Counter" },
        Channel::Phone => Phrase { zh: "来电", en: "Phone" },
        Channel::Paper => Phrase { zh: "纸质", en: "Paper" },
        Channel::Import => Phrase { zh: "导入", en: "Imported" },
        Channel::Open311 => Phrase { zh: "Open311", en: "Open311" },
    }
}

/// How far a clock has run.
pub fn rung(rung: Rung) -> Phrase {
    match rung {
        Rung::Green => Phrase { zh: "绿灯", en: "In time" },
        Rung::Yellow => Phrase { zh: "黄牌", en: "Near its limit" },
        Rung::Red => Phrase { zh: "红牌", en: "Past its limit" },
        Rung::Ordered => Phrase { zh: "已督办", en: "Ordered" },
    }
}
