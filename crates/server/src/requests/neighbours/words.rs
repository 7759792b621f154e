//! What neighbours read about a request that is not theirs: no names, no doors, nobody's words.

use domain::requests::Request;

use crate::app::Settings;
use crate::requests::words::moment;
use crate::web::words::{Lang, Phrase};

pub const OVER: Phrase = Phrase {
    zh: "这件事已经办结，不能再加入。还有问题请另外反映。",
    en: "This request is closed, and nobody can join it any more. If the trouble is still there, please raise it anew.",
};
pub const OWN: Phrase = Phrase {
    zh: "这件就是您自己反映的，有进展会告诉您。",
    en: "This request is your own; you are told its news anyway.",
};
pub const PHONE_MISSING: Phrase = Phrase {
    zh: "请留一个手机号，有进展发短信告诉您。",
    en: "Please leave a mobile number, so that we can text you the news.",
};
pub const JOINED: Phrase = Phrase {
    zh: "已加入，有进展会告诉您。",
    en: "You have joined, and we will tell you the news.",
};
pub const LEFT: Phrase = Phrase {
    zh: "已退出，不再通知您。",
    en: "You have left, and will get no more news.",
};

/// How it stands, with whom it is in general words.
#[must_use]
pub fn with(stage: &str) -> Phrase {
    match stage {
        "raised" => Phrase { zh: "等网格员接单", en: "waits for the grid worker" },
        "accepted" => Phrase {
            zh: "网格员已接单，正去处理",
            en: "the grid worker has taken it on",
        },
        "escalated" => Phrase { zh: "社区正在安排", en: "the community is arranging it" },
        "dispatched" => Phrase { zh: "已派给承办单位", en: "sent to the unit for this" },
        "handling" => Phrase { zh: "正在办理", en: "being worked on" },
        "resolved" => Phrase {
            zh: "报告办好，等反映的居民确认",
            en: "reported as done; the neighbour who raised it confirms",
        },
        "redo" => Phrase { zh: "没办好，正在重办", en: "not solved yet; being redone" },
        "suspended" => Phrase { zh: "已列入计划", en: "planned for later" },
        _ => Phrase { zh: "已经办结", en: "closed" },
    }
}

/// The plain sentence to a neighbour: how it stands, and until when.
#[must_use]
pub fn sentence(request: &Request, settings: &Settings, lang: Lang) -> String {
    let stands = lang.say(with(request.stage.name()));
    let until = request.due.map(|due| moment(due.at, settings, lang));
    match (until, lang) {
        (Some(until), Lang::Zh) => format!("{stands}，{until}前有下一步。"),
        (Some(until), Lang::En) => {
            format!("How it stands: {stands}. The next step is due by {until}.")
        }
        (None, Lang::Zh) => format!("{stands}。"),
        (None, Lang::En) => format!("How it stands: {stands}."),
    }
}

/// How many neighbours joined; empty where nobody did.
#[must_use]
pub fn joined(count: i64, lang: Lang) -> String {
    match (count, lang) {
        (..=0, _) => String::new(),
        (_, Lang::Zh) => format!("{count} 位邻居也反映"),
        (1, Lang::En) => "1 neighbour joined".to_owned(),
        (_, Lang::En) => format!("{count} neighbours joined"),
    }
}

/// What happened to a request that a neighbour joined, by the name that history keeps.
#[must_use]
pub fn news(kind: &str, facts: &serde_json::Value, lang: Lang) -> String {
    let solved = facts.get("solved").and_then(serde_json::Value::as_bool);
    let stands = lang.say(with(match kind {
        "raised" => "raised",
        "accepted" => "accepted",
        "escalated" | "passed_on" | "returned" | "separated" | "reopened" => "escalated",
        "dispatched" => "dispatched",
        "resolved" => "resolved",
        "redone" => "redo",
        "called_back" if solved == Some(false) => "redo",
        "suspended" => "suspended",
        "called_back" | "confirmed" | "closed_unrated" | "rejected" | "withdrawn" | "merged" => {
            "closed"
        }
        _ => "handling",
    }));
    match lang {
        Lang::Zh => format!("您也反映过的事：{stands}。"),
        Lang::En => format!("A request that you joined: {stands}."),
    }
}
