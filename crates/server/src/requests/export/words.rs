//! The words of an exported list.

use crate::web::words::Phrase;

/// The head of each column and how wide it is, in characters.
pub const COLUMNS: [(Phrase, u16); 17] = [
    (Phrase { zh: "编号", en: "Number" }, 17),
    (Phrase { zh: "提出时间", en: "Raised" }, 17),
    (Phrase { zh: "阶段", en: "Stage" }, 12),
    (Phrase { zh: "结果", en: "Ending" }, 12),
    (Phrase { zh: "类别", en: "Category" }, 14),
    (Phrase { zh: "紧急程度", en: "Urgency" }, 12),
    (Phrase { zh: "来源", en: "Channel" }, 12),
    (Phrase { zh: "地点", en: "Place" }, 24),
    (Phrase { zh: "具体位置", en: "Where exactly" }, 20),
    (Phrase { zh: "内容", en: "Text" }, 60),
    (Phrase { zh: "诉求人", en: "Asker" }, 10),
    (Phrase { zh: "电话", en: "Phone" }, 14),
    (Phrase { zh: "承办", en: "Holder" }, 18),
    (Phrase { zh: "到期时间", en: "Due" }, 17),
    (Phrase { zh: "超期", en: "Late" }, 7),
    (Phrase { zh: "评价", en: "Rating" }, 7),
    (Phrase { zh: "照片数", en: "Photos" }, 8),
];

pub const YES: Phrase = Phrase { zh: "是", en: "yes" };
pub const LIST: Phrase = Phrase { zh: "诉求清单", en: "Requests" };
pub const ABOUT: Phrase = Phrase { zh: "说明", en: "About" };
pub const ALL: Phrase = Phrase { zh: "全部（没有筛选）", en: "everything (not narrowed)" };
pub const JOINT: Phrase = Phrase { zh: "；", en: "; " };
pub const STREET: Phrase = Phrase { zh: "街道", en: "Street" };
pub const BY: Phrase = Phrase { zh: "导出人", en: "Exported by" };
pub const AT: Phrase = Phrase { zh: "导出时间", en: "Exported at" };
pub const NARROWED: Phrase = Phrase { zh: "筛选条件", en: "Narrowed to" };
pub const LINES: Phrase = Phrase { zh: "件数", en: "Requests" };
pub const MASKED: Phrase = Phrase { zh: "打码", en: "Masking" };
pub const MASKING: Phrase = Phrase {
    zh: "诉求人的姓名、电话，以及内容里的姓名和号码，一律打码；您看不到全文的诉求，具体位置不导出。",
    en: "The asker's name and phone are always masked, in the text too, and so are long numbers. Of \
         requests that you may not read in full the exact place is left out.",
};
pub const KEEP: Phrase = Phrase { zh: "保管", en: "Keeping" };
pub const KEEPING: Phrase = Phrase {
    zh: "本次导出已登记。请妥善保管，用完删除，不要转发。",
    en: "This export is on record. Please keep it safe, do not pass it on, and delete it after use.",
};
pub const FORM_UNKNOWN: Phrase = Phrase {
    zh: "导出格式请填 xlsx 或 csv。",
    en: "Please give as `format` either xlsx or csv.",
};
