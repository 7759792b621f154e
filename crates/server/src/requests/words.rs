//! Every word that people read about requests, in each language. A new stage does not compile until
//! it has its words.

mod news;
mod sentences;
mod why;

pub use news::news;
pub use sentences::{deadline, holder, holder_to_asker, moment, refusal, term, to_asker, to_staff};
pub use why::{Why, why};

use domain::requests::{Channel, Desk, Kind, Rating, Urgency};
use jiff::civil::Date;

use crate::web::words::{Lang, Phrase};

pub const AREA_TOO_WIDE: Phrase = Phrase {
    zh: "请选到社区、网格或楼栋，我们才知道派谁去看。",
    en: "Please choose a community, grid or building, so that we know whom to send.",
};
pub const AREA_MISSING: Phrase =
    Phrase { zh: "请选一个地点。", en: "Please choose a place." };
pub const NAME_MISSING: Phrase = Phrase {
    zh: "替别人反映时，请填这位居民的称呼。",
    en: "When you write for somebody else, please give their name.",
};
pub const PHONE_UNREADABLE: Phrase = Phrase {
    zh: "手机号请填 11 位数字，或者不填。",
    en: "Please give a mobile number of 11 digits, or leave it empty.",
};
/// What is said most often when something was solved on the spot.
pub const SOLVED: &[Phrase] = &[
    Phrase { zh: "已清理干净", en: "Cleaned up" },
    Phrase { zh: "已修好", en: "Repaired" },
    Phrase { zh: "已上门调解好", en: "Settled between neighbours" },
    Phrase { zh: "已当面说明清楚", en: "Explained in person" },
];
/// Why it goes further up, most often.
pub const PASSED_UP: &[Phrase] = &[
    Phrase { zh: "需要专业单位来办", en: "It takes a unit with the tools for it" },
    Phrase { zh: "要几家单位一起办", en: "Several units have to do it together" },
    Phrase { zh: "需要资金才能办", en: "It takes money" },
    Phrase { zh: "多次协调没有结果", en: "Settling it was tried without success" },
];
/// What the button of a reminder brings about.
pub const REMINDER_HINT: Phrase = Phrase {
    zh: "会马上提醒现在办理的人，每天可以催一次。",
    en: "Those who have it are told at once. You can do this once a day.",
};
pub const CHANNEL_UNKNOWN: Phrase =
    Phrase { zh: "请选一种来源。", en: "Please choose by which way it came." };
pub const DISPATCH_ELSEWHERE: Phrase = Phrase { zh: "改派", en: "Dispatch elsewhere" };
pub const CATEGORY_UNKNOWN: Phrase =
    Phrase { zh: "请选一个类别。", en: "Please choose what it is about." };
pub const UNIT_UNKNOWN: Phrase =
    Phrase { zh: "请从名单里选一个单位。", en: "Please choose a unit from the list." };
pub const MERGE_UNKNOWN: Phrase = Phrase {
    zh: "找不到要并入的诉求：请填本社区一件未办结诉求的编号。",
    en: "Please give the number of an open request of your area to merge into.",
};
pub const DAY_UNREADABLE: Phrase = Phrase {
    zh: "请填一个日期，如 2026-12-01。",
    en: "Please give a day such as 2026-12-01.",
};
pub const DAYS_UNREADABLE: Phrase =
    Phrase { zh: "请填几个工作日。", en: "Please give a number of working days." };
pub const GRANTED_MISSING: Phrase =
    Phrase { zh: "请选同意或不同意。", en: "Please choose to grant or to decline." };
pub const SOLVED_MISSING: Phrase = Phrase {
    zh: "请选“解决了”或“没解决”。",
    en: "Please say whether it is solved.",
};
/// Where something is said not to be solved, without a word about what.
pub const UNSOLVED_MISSING: Phrase =
    Phrase { zh: "请写哪里没解决。", en: "Please say what is not solved." };
/// After the asker said that it is not solved; who has it and until when is said after it.
pub const SENT_BACK: Phrase = Phrase {
    zh: "记下了，这件已退回重办。",
    en: "We have noted it: it goes back to be done again.",
};
pub const RATING_MISSING: Phrase =
    Phrase { zh: "请选一个满意程度。", en: "Please choose how satisfied you are." };
pub const REACHED_MISSING: Phrase = Phrase {
    zh: "请选“接通了”或“没接通”。",
    en: "Please say whether you reached the resident.",
};
pub const NO_PHOTO_CHOSEN: Phrase =
    Phrase { zh: "请先选一张照片。", en: "Please choose a photo first." };
pub const CLOSED_TAKES_NO_PHOTOS: Phrase = Phrase {
    zh: "已办结的诉求不再收照片。",
    en: "A closed request takes no more photos.",
};

/// The name of a stage, by the name that the records keep.
#[must_use]
pub fn stage(name: &str) -> Phrase {
    match name {
        "raised" => Phrase { zh: "待接单", en: "Waiting" },
        "accepted" => Phrase { zh: "已接单", en: "Accepted" },
        "escalated" => Phrase { zh: "待派单", en: "To dispatch" },
        "dispatched" => Phrase { zh: "待签收", en: "To sign" },
        "handling" => Phrase { zh: "办理中", en: "Under way" },
        "resolved" => Phrase { zh: "待确认", en: "To confirm" },
        "redo" => Phrase { zh: "重办", en: "Redo" },
        "suspended" => Phrase { zh: "挂账", en: "Suspended" },
        _ => Phrase { zh: "办结", en: "Closed" },
    }
}

/// The name of an ending, by the name that the records keep.
#[must_use]
pub fn ending(name: &str) -> Phrase {
    match name {
        "confirmed" => Phrase { zh: "居民已确认", en: "confirmed" },
        "unrated" => Phrase { zh: "到期未评价", en: "not rated in time" },
        "rejected" => Phrase { zh: "不属受理范围", en: "not ours to do" },
        "merged" => Phrase { zh: "已并案", en: "merged" },
        _ => Phrase { zh: "居民已撤回", en: "withdrawn" },
    }
}

/// A line of history, by the name that the records keep, which may be older than this code.
#[must_use]
pub fn event(name: &str) -> Phrase {
    match name {
        "raised" => Phrase { zh: "已收到诉求", en: "Request received" },
        "accepted" => Phrase { zh: "网格员已接单", en: "Accepted by the grid worker" },
        "resolved" => Phrase { zh: "报告办好，请居民确认", en: "Reported as done" },
        "escalated" => Phrase { zh: "已上报", en: "Escalated" },
        "rejected" => {
            Phrase { zh: "不属受理范围，已说明去处", en: "Not ours; told where to go" }
        }
        "merged" => Phrase { zh: "并入同类诉求", en: "Merged into another request" },
        "withdrawn" => Phrase { zh: "居民撤回", en: "Withdrawn by the resident" },
        "asked" => Phrase { zh: "向居民询问", en: "A question to the resident" },
        "answered" => Phrase { zh: "居民已答复", en: "The resident answered" },
        "answer_missed" => {
            Phrase { zh: "到期未答复，继续办理", en: "No answer in time; work goes on" }
        }
        "dispatched" => Phrase { zh: "已派单", en: "Dispatched" },
        "handling" => {
            Phrase { zh: "党组织自行办理", en: "The party organisation handles it itself" }
        }
        "suspended" => Phrase { zh: "挂账，按计划推进", en: "Suspended, with a plan" },
        "signed" => Phrase { zh: "单位已签收", en: "Signed by the unit" },
        "returned" => Phrase { zh: "单位退单", en: "Returned by the unit" },
        "extension_asked" => Phrase { zh: "单位申请延期", en: "The unit asks for more time" },
        "extension_granted" => Phrase { zh: "同意延期", en: "More time granted" },
        "extension_declined" => Phrase { zh: "不同意延期", en: "More time declined" },
        "confirmed" => Phrase { zh: "居民确认并评价", en: "Confirmed and rated" },
        "redone" => Phrase { zh: "居民反映没解决，重办", en: "Not solved; to be redone" },
        "reopened" => Phrase { zh: "重新打开", en: "Reopened" },
        "closed_unrated" => {
            Phrase { zh: "到期未评价，自动办结", en: "Closed without a rating" }
        }
        "reminded" => Phrase { zh: "居民催办", en: "The resident reminded us" },
        "separated" => {
            Phrase { zh: "撤销并案，单独办理", en: "Unmerged; it goes its own way again" }
        }
        "called_back" => {
            Phrase { zh: "电话回访，居民作了答复", en: "Called back; answered" }
        }
        "not_reached" => Phrase { zh: "电话回访，没接通", en: "Called back; not reached" },
        "supervised" => Phrase { zh: "街道督办", en: "Supervision order by the street" },
        "turned_yellow" => Phrase {
            zh: "黄牌：时限将到，已告知上一级",
            en: "Yellow: the limit is near; the level above was told",
        },
        "turned_red" => Phrase { zh: "红牌：已超时限", en: "Red: past its limit" },
        "passed_on" => Phrase {
            zh: "超时未办，督办并转上一级",
            en: "Still not done: ordered, and passed on to the level above",
        },
        "taken_in" => Phrase { zh: "并入了一件同类诉求", en: "Took in another request" },
        "let_go" => Phrase { zh: "分出了一件诉求", en: "Let another request go" },
        "closed_elsewhere" => {
            Phrase { zh: "在原系统已办结", en: "Closed where it came from" }
        }
        "deadline_moved" => Phrase { zh: "日历调整，期限改了", en: "The deadline moved" },
        "deadline_settled" => {
            Phrase { zh: "放假已公布，期限不变", en: "The deadline stays" }
        }
        "photos_added" => Phrase { zh: "补充了照片", en: "Photos added" },
        "phone_revealed" => Phrase { zh: "查看了联系电话", en: "The phone was shown" },
        "adopted" => Phrase { zh: "转入居民账号", en: "Moved to the resident's account" },
        _ => Phrase { zh: "有变更", en: "Changed" },
    }
}

/// What a button says: imperative, and exactly what happens.
#[must_use]
pub fn kind(kind: Kind) -> Phrase {
    match kind {
        Kind::Acceptance => Phrase { zh: "接单", en: "Accept" },
        Kind::Resolution => Phrase { zh: "现场解决", en: "Solved on the spot" },
        Kind::Escalation => Phrase { zh: "上报", en: "Escalate" },
        Kind::Rejection => Phrase { zh: "不属受理范围", en: "Not ours to do" },
        Kind::Merge => Phrase { zh: "并入同类诉求", en: "Merge into another" },
        Kind::Withdrawal => Phrase { zh: "撤回诉求", en: "Withdraw" },
        Kind::Question => Phrase { zh: "问问居民", en: "Ask the resident" },
        Kind::Answer => Phrase { zh: "答复", en: "Answer" },
        Kind::Dispatch => Phrase { zh: "派单", en: "Dispatch" },
        Kind::Handling => Phrase { zh: "自行办理", en: "Handle it ourselves" },
        Kind::Suspension => Phrase { zh: "挂账", en: "Suspend" },
        Kind::Signature => Phrase { zh: "签收", en: "Sign" },
        Kind::Return => Phrase { zh: "退单", en: "Return" },
        Kind::Extension => Phrase { zh: "申请延期", en: "Ask for more time" },
        Kind::ExtensionDecision => Phrase { zh: "延期审批", en: "Decide on more time" },
        Kind::Completion => Phrase { zh: "报告办好", en: "Report done" },
        Kind::Confirmation => Phrase { zh: "确认结果", en: "Confirm the result" },
        Kind::Reopening => Phrase { zh: "重新打开", en: "Reopen" },
        Kind::Reminder => Phrase { zh: "催一催", en: "Send a reminder" },
        Kind::Separation => Phrase { zh: "撤销并案", en: "Unmerge" },
        Kind::Callback => Phrase { zh: "登记回访", en: "Write down a callback" },
        Kind::Supervision => Phrase { zh: "督办", en: "Order it done" },
        Kind::Lapse => Phrase { zh: "到期处理", en: "Lapse" },
    }
}

/// What the text beside a button is for; empty where a command takes none.
#[must_use]
pub fn label(kind: Kind) -> Phrase {
    match kind {
        Kind::Resolution => Phrase { zh: "怎么解决的？", en: "How was it solved?" },
        Kind::Completion => Phrase { zh: "办得怎样？", en: "What was done?" },
        Kind::Escalation => {
            Phrase { zh: "为什么要上报？", en: "Why does it go further up?" }
        }
        Kind::Rejection => Phrase {
            zh: "为什么不归我们？该找谁？",
            en: "Why is it not ours, and where should they go?",
        },
        Kind::Merge => Phrase { zh: "", en: "" },
        Kind::Withdrawal => Phrase { zh: "为什么撤回？（选填）", en: "Why? (optional)" },
        Kind::Question => Phrase {
            zh: "想问居民什么？（时限暂停）",
            en: "What do you want to know? (The clock stands still.)",
        },
        Kind::Answer => Phrase { zh: "您的答复", en: "Your answer" },
        Kind::Dispatch | Kind::ExtensionDecision => Phrase {
            zh: "给单位的话（选填，居民也看得到）",
            en: "A word to the unit (optional; the resident sees it too)",
        },
        Kind::Suspension => Phrase {
            zh: "为什么办不了，计划怎么办？",
            en: "Why not now, and what is the plan?",
        },
        Kind::Return => {
            Phrase { zh: "为什么不该由我单位办？", en: "Why is it not for us?" }
        }
        Kind::Extension => Phrase { zh: "为什么要延期？", en: "Why is more time needed?" },
        Kind::Reopening => Phrase { zh: "哪里还没解决？", en: "What is still wrong?" },
        Kind::Separation => {
            Phrase { zh: "为什么要分开办？（选填）", en: "Why? (optional)" }
        }
        Kind::Callback => Phrase {
            zh: "居民还说了什么？（选填）",
            en: "What else did the resident say? (optional)",
        },
        Kind::Supervision => Phrase { zh: "督办意见", en: "What is to be done?" },
        Kind::Acceptance
        | Kind::Handling
        | Kind::Signature
        | Kind::Confirmation
        | Kind::Reminder
        | Kind::Lapse => Phrase { zh: "", en: "" },
    }
}

/// How often somebody was reminded of a request; empty where never.
#[must_use]
pub fn reminded(count: u8, to_asker: bool, lang: Lang) -> String {
    match (count, to_asker, lang) {
        (0, ..) => String::new(),
        (_, true, Lang::Zh) => format!("您已催 {count} 次"),
        (_, false, Lang::Zh) => format!("居民已催 {count} 次"),
        (1, true, Lang::En) => "You reminded them once".to_owned(),
        (_, true, Lang::En) => format!("You reminded them {count} times"),
        (1, false, Lang::En) => "The resident asked once".to_owned(),
        (_, false, Lang::En) => format!("The resident asked {count} times"),
    }
}

/// That somebody reminded today, and from when on they may again.
#[must_use]
pub fn again_from(day: jiff::civil::Date, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("今天已催，{}起可以再催。", day.strftime("%-m月%-d日")),
        Lang::En => {
            let day = day.strftime("%-d %B");
            format!("You reminded them today; from {day} on you can do so again.")
        }
    }
}

/// By when a supervision order wants a reply.
#[must_use]
pub fn reply_by(day: Date, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("请在{}前答复", day.strftime("%-m月%-d日")),
        Lang::En => format!("please reply by {}", day.strftime("%-d %B")),
    }
}

/// By which way a request came.
#[must_use]
pub fn channel(channel: Channel) -> Phrase {
    match channel {
        Channel::Page => Phrase { zh: "网页", en: "page" },
        Channel::BuildingHead => Phrase { zh: "楼长代办", en: "building head" },
        Channel::GridWorker => Phrase { zh: "网格员走访", en: "grid worker's visit" },
        Channel::Counter => Phrase { zh: "窗口", en: "counter" },
        Channel::Phone => Phrase { zh: "来电记录", en: "phone note" },
        Channel::Paper => Phrase { zh: "纸质", en: "paper" },
        Channel::Import => Phrase { zh: "导入", en: "import" },
        Channel::Open311 => Phrase { zh: "Open311", en: "Open311" },
    }
}

/// The same, but nothing where its asker wrote it on a page.
#[must_use]
pub fn channel_shown(way: Channel, lang: Lang) -> &'static str {
    if way == Channel::Page { "" } else { lang.say(channel(way)) }
}

#[must_use]
pub fn urgency(urgency: Urgency) -> Phrase {
    match urgency {
        Urgency::Danger => Phrase { zh: "危险", en: "Danger" },
        Urgency::Urgent => Phrase { zh: "紧急", en: "Urgent" },
        Urgency::Ordinary => Phrase { zh: "一般", en: "Ordinary" },
        Urgency::Complex => Phrase { zh: "复杂", en: "Complex" },
    }
}

#[must_use]
pub fn rating(rating: Rating) -> Phrase {
    match rating.level() {
        5 => Phrase { zh: "很满意", en: "Very satisfied" },
        4 => Phrase { zh: "满意", en: "Satisfied" },
        3 => Phrase { zh: "基本满意", en: "Fairly satisfied" },
        2 => Phrase { zh: "不满意", en: "Not satisfied" },
        _ => Phrase { zh: "很不满意", en: "Not satisfied at all" },
    }
}

#[must_use]
pub fn desk(desk: Desk) -> Phrase {
    match desk {
        Desk::Community => Phrase { zh: "社区党组织", en: "the community party organisation" },
        Desk::Street => Phrase { zh: "街道", en: "the street office" },
    }
}

/// As what somebody acted, by the name that the records keep.
#[must_use]
pub fn role(name: &str) -> Phrase {
    match name {
        "asker" => Phrase { zh: "居民", en: "the resident" },
        "writer" => Phrase { zh: "代办人", en: "somebody on behalf of the resident" },
        "grid_workers" | "grid_worker" => Phrase { zh: "网格员", en: "the grid worker" },
        "community" => desk(Desk::Community),
        "street" => desk(Desk::Street),
        "unit" => Phrase { zh: "承办单位", en: "the unit" },
        "handler" => Phrase { zh: "办理人", en: "the handler" },
        "neighbour" => Phrase { zh: "邻居", en: "a neighbour" },
        "import" => Phrase { zh: "原系统", en: "the system it came from" },
        _ => Phrase { zh: "系统", en: "the system" },
    }
}

/// What a page says when a command was carried out.
#[must_use]
pub fn done(kind: Kind) -> Phrase {
    match kind {
        Kind::Acceptance => Phrase { zh: "已接单。", en: "Accepted." },
        Kind::Resolution | Kind::Completion => Phrase {
            zh: "已报告办好，等居民确认。",
            en: "Reported as done; the resident confirms.",
        },
        Kind::Escalation => Phrase { zh: "已上报。", en: "Escalated." },
        Kind::Rejection => {
            Phrase { zh: "已说明不属受理范围。", en: "Rejected, with the reason." }
        }
        Kind::Merge => Phrase { zh: "已并入同类诉求。", en: "Merged." },
        Kind::Withdrawal => Phrase { zh: "已撤回。", en: "Withdrawn." },
        Kind::Question => Phrase { zh: "问题已发给居民。", en: "The question was sent." },
        Kind::Answer => {
            Phrase { zh: "答复已送出，谢谢。", en: "Your answer was sent. Thank you." }
        }
        Kind::Dispatch => Phrase { zh: "已派单。", en: "Dispatched." },
        Kind::Handling => Phrase { zh: "由我们自行办理。", en: "We handle it ourselves." },
        Kind::Suspension => Phrase { zh: "已挂账。", en: "Suspended." },
        Kind::Signature => Phrase { zh: "已签收。", en: "Signed." },
        Kind::Return => Phrase { zh: "已退单。", en: "Returned." },
        Kind::Extension => {
            Phrase { zh: "延期申请已送出。", en: "The wish for more time was sent." }
        }
        Kind::ExtensionDecision => Phrase { zh: "延期申请已答复。", en: "Decided." },
        Kind::Confirmation => {
            Phrase { zh: "已收到您的评价，谢谢。", en: "Thank you for telling us." }
        }
        Kind::Reopening => Phrase { zh: "已重新打开。", en: "Reopened." },
        Kind::Reminder => Phrase {
            zh: "已催办，明天还可以再催一次。",
            en: "They were reminded. You can do so again tomorrow.",
        },
        Kind::Separation => Phrase {
            zh: "已撤销并案，回到并案前的环节。",
            en: "Unmerged; it is back where it was.",
        },
        Kind::Callback => Phrase { zh: "回访已登记。", en: "The callback is on record." },
        Kind::Supervision => Phrase { zh: "已督办。", en: "Ordered." },
        Kind::Lapse => Phrase { zh: "", en: "" },
    }
}
