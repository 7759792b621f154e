//! What programs read when a field of theirs makes no sense.

use crate::web::words::Phrase;

pub const LIMIT_BAD: Phrase =
    Phrase { zh: "每页请取 1 至 200 件。", en: "Please ask for 1 to 200 at a time." };
pub const AFTER_BAD: Phrase = Phrase {
    zh: "after 请填上一页最后一件的 id。",
    en: "Please give as `after` the id that ended the page before.",
};
pub const PHOTOS_MISSING: Phrase = Phrase {
    zh: "请放至少一张照片，字段名 photos。",
    en: "Please send at least one photo, in a part called `photos`.",
};
