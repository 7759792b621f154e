//! What programs read when a field of theirs makes no sense.

use crate::web::words::Phrase;

pub const AREA_UNREADABLE: Phrase = Phrase {
    zh: "区域代码是 2 至 19 位数字，如 370323001028。",
    en: "The code of an area is 2 to 19 digits, such as 370323001028.",
};
pub const STAGE_UNKNOWN: Phrase = Phrase {
    zh: "没有这种状态。可填：raised、accepted、escalated、dispatched、handling、resolved、redo、suspended、closed。",
    en: "There is no such stage. There are: raised, accepted, escalated, dispatched, handling, \
         resolved, redo, suspended, closed.",
};
pub const LIMIT_BAD: Phrase =
    Phrase { zh: "每页请取 1 至 200 件。", en: "Please ask for 1 to 200 at a time." };
pub const AFTER_BAD: Phrase = Phrase {
    zh: "after 请填上一页最后一件的 id。",
    en: "Please give as `after` the id that ended the page before.",
};
pub const QUERY_LONG: Phrase = Phrase {
    zh: "要找的字请在 100 个以内。",
    en: "Please search for at most 100 characters.",
};
pub const PHOTOS_MISSING: Phrase = Phrase {
    zh: "请放至少一张照片，字段名 photos。",
    en: "Please send at least one photo, in a part called `photos`.",
};
