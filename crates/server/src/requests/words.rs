//! Every word that people read about requests, in each language. A new stage does not compile until
//! it has its words.

use domain::calendar::Term;
use domain::mask;
use domain::requests::{
    Desk, Due, Ending, Handler, Kind, Limit, Rating, Refusal, Request, Stage, Urgency, Who,
};
use jiff::Timestamp;

use crate::app::Settings;
use crate::web::words::{Lang, Phrase, Sentence};

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
pub const RATING_MISSING: Phrase =
    Phrase { zh: "请选一个满意程度。", en: "Please choose how satisfied you are." };
pub const CLOSED_TAKES_NO_PHOTOS: Phrase = Phrase {
    zh: "已办结的诉求不再收照片。",
    en: "A closed request takes no more photos.",
};

/// The name of a stage, by the name that the records keep.
#[must_use]
pub fn stage(name: &str) -> Phrase {
    match name {
        "raised" => Phrase { zh: "待接单", en: "Waiting" },
        "accepted" => Phrase { zh: "处理中", en: "Accepted" },
        "escalated" => Phrase { zh: "待派单", en: "To dispatch" },
        "dispatched" => Phrase { zh: "待签收", en: "To sign" },
        "handling" => Phrase { zh: "办理中", en: "In progress" },
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
        "photos_added" => Phrase { zh: "补充了照片", en: "Photos added" },
        "phone_revealed" => {
            Phrase { zh: "查看了联系电话", en: "The phone number was shown" }
        }
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
        Kind::Acceptance | Kind::Handling | Kind::Signature | Kind::Confirmation | Kind::Lapse => {
            Phrase { zh: "", en: "" }
        }
    }
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
        5 => Phrase { zh: "非常满意", en: "Very satisfied" },
        4 => Phrase { zh: "满意", en: "Satisfied" },
        3 => Phrase { zh: "基本满意", en: "Fairly satisfied" },
        2 => Phrase { zh: "不满意", en: "Not satisfied" },
        _ => Phrase { zh: "非常不满意", en: "Not satisfied at all" },
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
        "asker" => Phrase { zh: "居民", en: "the asker" },
        "writer" => Phrase { zh: "代办人", en: "somebody on behalf of the asker" },
        "grid_workers" | "grid_worker" => Phrase { zh: "网格员", en: "the grid worker" },
        "community" => desk(Desk::Community),
        "street" => desk(Desk::Street),
        "unit" => Phrase { zh: "承办单位", en: "the unit" },
        "handler" => Phrase { zh: "办理人", en: "the handler" },
        _ => Phrase { zh: "系统", en: "the system" },
    }
}

/// Why a command came to nothing, and what can be done instead.
#[must_use]
pub fn refusal(refusal: &Refusal, settings: &Settings, choices: &[Kind]) -> Sentence {
    let said = match refusal {
        Refusal::OutOfTurn { stage: now, kind: asked } => {
            let (now, asked) = (stage(now.name()), kind(*asked));
            Sentence::new(
                format!("诉求现在是“{}”，不能“{}”。", now.zh, asked.zh),
                format!("“{}” is not possible while a request is “{}”.", asked.en, now.en),
            )
        }
        Refusal::Taken { worker } => {
            let name = settings.staff_name(*worker);
            Sentence::new(
                format!("{name} 已经接了这一单。"),
                format!("{name} has accepted this request already."),
            )
        }
        Refusal::NotYours(who) => {
            let (zh, en) = (holder(*who, settings, Lang::Zh), holder(*who, settings, Lang::En));
            Sentence::new(format!("这一步由{zh}来办。"), format!("This is for {en} to do."))
        }
        Refusal::TooLate(asked) => {
            let asked = kind(*asked);
            Sentence::new(
                format!("“{}”的期限已过。", asked.zh),
                format!("The time for “{}” is over.", asked.en),
            )
        }
        Refusal::Spent(asked) => {
            let asked = kind(*asked);
            Sentence::new(
                format!("“{}”的次数已用完。", asked.zh),
                format!("“{}” has been used as often as it may be.", asked.en),
            )
        }
        Refusal::OwnWork => {
            Sentence::new("自己经办的诉求，自己不能评价。", "Whoever did the work cannot rate it.")
        }
        Refusal::ExtensionDays(most) => Sentence::new(
            format!("延期请填 1 至 {most} 个工作日。"),
            format!("Please ask for 1 to {most} working days."),
        ),
        Refusal::ReviewDay(most) => Sentence::new(
            format!("复核日请选明天起 {most} 天以内的一天。"),
            format!("Please choose a day of review from tomorrow on, within {most} days."),
        ),
        Refusal::IntoItself => {
            Sentence::new("不能并入它自己。", "A request cannot be merged into itself.")
        }
    };
    with_choices(said, choices)
}

/// Adds what the reader may do now.
fn with_choices(said: Sentence, choices: &[Kind]) -> Sentence {
    if choices.is_empty() {
        return said;
    }
    let list = |lang: Lang, comma: &str| {
        let names: Vec<&str> = choices.iter().map(|&choice| lang.say(kind(choice))).collect();
        names.join(comma)
    };
    Sentence::new(
        format!("{}现在可以：{}。", said.zh, list(Lang::Zh, "、")),
        format!("{} You can now: {}.", said.en, list(Lang::En, ", ")),
    )
}

/// Whose turn it is, by role and, where one person or unit has it, by name.
#[must_use]
pub fn holder(who: Who, settings: &Settings, lang: Lang) -> String {
    match who {
        Who::Asker => lang.say(role("asker")).to_owned(),
        Who::GridWorkers => {
            lang.say(Phrase { zh: "本网格的网格员", en: "the grid worker of the place" }).to_owned()
        }
        Who::Worker(worker) => worker_named(&settings.staff_name(worker), lang),
        Who::Desk(at) => lang.say(desk(at)).to_owned(),
        Who::Unit(unit) => settings.unit_name(unit, lang),
        Who::System => lang.say(role("system")).to_owned(),
    }
}

/// The same as residents read it: of whoever goes and sees, the surname.
#[must_use]
pub fn holder_to_asker(who: Who, settings: &Settings, lang: Lang) -> String {
    match who {
        Who::Worker(worker) => worker_named(&mask::name(&settings.staff_name(worker)), lang),
        other => holder(other, settings, lang),
    }
}

fn worker_named(name: &str, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("网格员{name}"),
        Lang::En => format!("grid worker {name}"),
    }
}

/// Who has done the work.
#[must_use]
pub fn handler(by: Handler, settings: &Settings, lang: Lang) -> String {
    let who = match by {
        Handler::Worker(worker) => Who::Worker(worker),
        Handler::Desk(at) => Who::Desk(at),
        Handler::Unit(unit) => Who::Unit(unit),
    };
    holder(who, settings, lang)
}

/// The plain sentence to the asker: who has it now, and until when.
#[must_use]
pub fn to_asker(request: &Request, settings: &Settings, lang: Lang) -> String {
    let until = request.due.map(|due| moment(due.at, settings, lang)).unwrap_or_default();
    let zh = lang == Lang::Zh;
    if request.question.is_some() {
        return if zh {
            format!("有一个问题等您答复，请在{until}前回答；不答复我们也会继续办。")
        } else {
            format!(
                "There is a question for you. Please answer by {until}; without an answer the work goes on."
            )
        };
    }
    let who = request.holder().map(|who| holder_to_asker(who, settings, lang)).unwrap_or_default();
    match (request.stage, zh) {
        (Stage::Raised, true) => format!("已收到，正等网格员接单，最迟{until}。"),
        (Stage::Raised, false) => {
            format!("We have it. The grid worker of the place accepts it by {until}.")
        }
        (Stage::Accepted { .. }, true) => format!("{who}已接单，{until}前解决或上报。"),
        (Stage::Accepted { .. }, false) => {
            format!("It is with {who}, who solves it or passes it on by {until}.")
        }
        (Stage::Escalated { .. }, true) => format!("已上报，{who}在{until}前派单。"),
        (Stage::Escalated { .. }, false) => {
            format!("It is with {who}, to be dispatched by {until}.")
        }
        (Stage::Dispatched { .. }, true) => format!("已派给{who}，{until}前签收。"),
        (Stage::Dispatched { .. }, false) => {
            format!("It was dispatched to {who}, who signs for it by {until}.")
        }
        (Stage::Handling { .. }, true) => format!("{who}正在办理，{until}前办好。"),
        (Stage::Handling { .. }, false) => format!("{who} is working on it until {until}."),
        (Stage::Resolved { .. }, true) => {
            format!("报告已办好，请您在{until}前确认；到期没有确认，会按“未评价”办结。")
        }
        (Stage::Resolved { .. }, false) => format!(
            "It is reported as done. Please confirm by {until}; otherwise it closes without a rating."
        ),
        (Stage::Redo { .. }, true) => format!("您反映没解决，{who}正在安排重办，最迟{until}。"),
        (Stage::Redo { .. }, false) => {
            format!("You said that it is not solved. {who} has it done again by {until}.")
        }
        (Stage::Suspended { .. }, true) => {
            format!("一时办不了，{who}已订出计划，{until}前再看一次。")
        }
        (Stage::Suspended { .. }, false) => {
            format!("It cannot be done at once. {who} has a plan and looks again by {until}.")
        }
        (Stage::Closed { ending: end, .. }, _) => closed(end, lang),
    }
}

fn closed(end: Ending, lang: Lang) -> String {
    let phrase = match end {
        Ending::Confirmed { .. } => Phrase {
            zh: "已办结，感谢您的评价。30 天内还可以重新打开一次。",
            en: "It is closed. Thank you for your rating. You can reopen it once within 30 days.",
        },
        Ending::Unrated => Phrase {
            zh: "到期没有评价，已办结（不算满意）。30 天内还可以重新打开一次。",
            en: "It closed without a rating, which does not count as satisfied. You can reopen it once within 30 days.",
        },
        Ending::Rejected => Phrase {
            zh: "这件事不属本街道受理，去处见下面的说明。不同意可以重新打开一次。",
            en: "This is not ours to do; see below where to go. If you disagree you can reopen it once.",
        },
        Ending::Merged { .. } => Phrase {
            zh: "与另一件同类诉求合并办理。",
            en: "It goes on together with another request about the same thing.",
        },
        Ending::Withdrawn => Phrase {
            zh: "您已撤回。30 天内还可以重新打开一次。",
            en: "You withdrew it. You can reopen it once within 30 days.",
        },
    };
    lang.say(phrase).to_owned()
}

/// Why the deadline is what it is.
#[must_use]
pub fn deadline(due: &Due, settings: &Settings, lang: Lang) -> String {
    let what = lang.say(limit(due.limit));
    let from = moment(due.from, settings, lang);
    let until = moment(due.at, settings, lang);
    let provisional = lang.say(if due.provisional {
        Phrase {
            zh: "（日历尚未公布到这一天，可能调整）",
            en: " (the calendar is not known that far, so this may still move)",
        }
    } else {
        Phrase { zh: "", en: "" }
    });
    match (due.term, lang) {
        (Some(length), Lang::Zh) => {
            format!("{what}，时限{}，从{from}起算，到{until}{provisional}。", term(length, lang))
        }
        (Some(length), Lang::En) => {
            format!("{what} within {}, from {from} until {until}{provisional}.", term(length, lang))
        }
        (None, Lang::Zh) => format!("{what}，约定的日子是{until}{provisional}。"),
        (None, Lang::En) => format!("{what} on the day agreed, {until}{provisional}."),
    }
}

fn limit(limit: Limit) -> Phrase {
    match limit {
        Limit::Accept => Phrase { zh: "网格员接单", en: "A grid worker accepts" },
        Limit::Solve => {
            Phrase { zh: "网格员解决或上报", en: "The grid worker solves or escalates" }
        }
        Limit::Dispatch => Phrase { zh: "党组织派单", en: "The desk dispatches" },
        Limit::Sign => Phrase { zh: "单位签收或退单", en: "The unit signs or returns" },
        Limit::Finish => Phrase { zh: "办好", en: "The work is done" },
        Limit::Confirm => Phrase { zh: "居民确认", en: "The resident confirms" },
        Limit::Redo => Phrase { zh: "重办", en: "It is done again" },
        Limit::Review => Phrase { zh: "挂账复核", en: "The plan is reviewed" },
        Limit::Answer => Phrase { zh: "居民答复", en: "The resident answers" },
    }
}

/// A length of time in the unit in which it is counted.
#[must_use]
pub fn term(term: Term, lang: Lang) -> String {
    let (count, zh, en) = match term {
        Term::ClockHours(n) => (n, "小时", "hour"),
        Term::ClockMinutes(n) => (n, "分钟", "minute"),
        Term::WorkingHours(n) => (n, "个工作小时", "working hour"),
        Term::WorkingDays(n) => (n, "个工作日", "working day"),
    };
    match lang {
        Lang::Zh => format!(" {count} {zh}"),
        Lang::En => format!("{count} {en}{}", if count == 1 { "" } else { "s" }),
    }
}

/// A moment as the wall says it.
#[must_use]
pub fn moment(at: Timestamp, settings: &Settings, lang: Lang) -> String {
    crate::web::time::full(at, &settings.calendar.zone, lang)
}
