//! The office's index: what desks set up and look up, one line each.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::actor::Verb;

use crate::App;
use crate::web::page::Html;
use crate::web::words::Phrase;
use crate::web::{Access, Page, Visit};

/// Whoever has one of the pages below.
pub const OFFICES: Access = Access::Any(DESKS);
const DESKS: &[Verb] = &[Verb::WorkAtCommunityDesk, Verb::WorkAtStreetDesk];
const ADMINISTER: &[Verb] = &[Verb::Administer];

/// One page of the office.
struct Entry {
    path: &'static str,
    /// Who finds it here: whoever may open it.
    verbs: &'static [Verb],
    name: Phrase,
    about: Phrase,
}

/// Every page of the office, in the order in which they are listed.
const ALL: &[Entry] = &[
    Entry {
        path: "/office/rules",
        verbs: DESKS,
        name: Phrase { zh: "规则", en: "Rules" },
        about: Phrase {
            zh: "诉求类别、派给谁、每个环节多长时间，历次修改",
            en: "Categories, which unit gets what, how long each step takes, all versions",
        },
    },
    Entry {
        path: "/office/rules/trial",
        verbs: DESKS,
        name: Phrase { zh: "试一试派单", en: "Try the routing" },
        about: Phrase {
            zh: "一件事会派到哪里、为什么、到什么时候",
            en: "Where a matter would go, why, and until when",
        },
    },
    Entry {
        path: "/callbacks",
        verbs: DESKS,
        name: Phrase { zh: "回访", en: "Callbacks" },
        about: Phrase {
            zh: "办完以后由别人打电话问一问",
            en: "Whom somebody else asks by telephone how it went",
        },
    },
    Entry {
        path: "/rates",
        verbs: &[Verb::SeeOverview],
        name: Phrase { zh: "各项比率", en: "Rates" },
        about: Phrase {
            zh: "响应、解决、满意，每个数字都有出处",
            en: "Responded, solved, satisfied; every figure leads to what it counts",
        },
    },
    Entry {
        path: "/requests",
        verbs: DESKS,
        name: Phrase { zh: "全部诉求", en: "All requests" },
        about: Phrase {
            zh: "按编号、文字、地点、单位查找，导出表格",
            en: "Find by number, words or place, and take the list along",
        },
    },
    Entry {
        path: "/calendar",
        verbs: DESKS,
        name: Phrase { zh: "工作日历", en: "Working calendar" },
        about: Phrase {
            zh: "放假、调休，导入明年的通知",
            en: "Days off, days worked for them, next year's notice",
        },
    },
    Entry {
        path: "/people",
        verbs: ADMINISTER,
        name: Phrase { zh: "人员与任职", en: "People and posts" },
        about: Phrase {
            zh: "账号、岗位、密码链接",
            en: "Accounts, posts, links to choose a password",
        },
    },
    Entry {
        path: "/units",
        verbs: ADMINISTER,
        name: Phrase { zh: "单位", en: "Units" },
        about: Phrase {
            zh: "能派单的共建单位", en: "The partner units that requests go to"
        },
    },
];

#[derive(Template)]
#[template(path = "requests/pages/office.html")]
struct Office {
    page: Page,
    entries: Vec<&'static Entry>,
}

pub async fn office(State(app): State<App>, visit: Visit) -> Response {
    let may = |entry: &&Entry| entry.verbs.iter().any(|&verb| visit.actor.may_somewhere(verb));
    let entries = ALL.iter().filter(may).collect();
    Html(Office { page: Page::new(&app, &visit, "/office"), entries }).into_response()
}
