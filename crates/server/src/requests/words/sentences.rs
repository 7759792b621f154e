//! Whole sentences about requests: who has it now and until when, why a deadline is what it is,
//! why a command came to nothing.

use domain::calendar::Term;
use domain::mask;
use domain::requests::{Due, Ending, Kind, Limit, Refusal, Request, Stage, Who};
use jiff::Timestamp;

use super::{desk, ending, kind, role, stage};
use crate::app::Settings;
use crate::web::words::{Lang, Phrase, Sentence};

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
        Refusal::Today(asked) => {
            let asked = kind(*asked);
            Sentence::new(
                format!("今天已经“{}”过了，明天可以再来。", asked.zh),
                format!("“{}” is possible once a day; please come back tomorrow.", asked.en),
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
        Refusal::ReplyDays(most) => Sentence::new(
            format!("督办答复时限请填 1 至 {most} 个工作日。"),
            format!("Please give 1 to {most} working days to reply."),
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
        (Stage::Closed { ending: end, .. }, _) => closed(end, settings, lang),
    }
}

/// The same for whoever works on it: what the asker is told to do, colleagues wait for.
#[must_use]
pub fn to_staff(request: &Request, settings: &Settings, lang: Lang) -> String {
    let until = request.due.map(|due| moment(due.at, settings, lang)).unwrap_or_default();
    let zh = lang == Lang::Zh;
    let who = request.holder().map(|who| holder(who, settings, lang)).unwrap_or_default();
    match (request.stage, request.question.is_some()) {
        (_, true) if zh => format!("已向居民提问，等答复到{until}；不答复可以继续办。"),
        (_, true) => format!(
            "The resident was asked and has until {until}; without an answer the work goes on."
        ),
        (Stage::Raised, _) if zh => format!("等{who}接单，最迟{until}。"),
        (Stage::Raised, _) => format!("It waits for {who} to accept it by {until}."),
        (Stage::Resolved { .. }, _) if zh => {
            format!("已报告办好，等居民确认到{until}；到期没有确认，按“未评价”办结。")
        }
        (Stage::Resolved { .. }, _) => {
            format!("It is reported as done and waits for the resident until {until}.")
        }
        (Stage::Redo { .. }, _) if zh => format!("居民反映没解决，{who}安排重办，最迟{until}。"),
        (Stage::Redo { .. }, _) => {
            format!("The resident says it is not solved. {who} has it done again by {until}.")
        }
        (Stage::Closed { ending: end, .. }, _) => {
            let (over, how) = (stage("closed"), ending(end.name()));
            if zh {
                format!("{}：{}。", over.zh, how.zh)
            } else {
                format!("{}: {}.", over.en, how.en)
            }
        }
        _ => to_asker(request, settings, lang),
    }
}

fn closed(end: Ending, settings: &Settings, lang: Lang) -> String {
    let phrase = match end {
        Ending::Confirmed { .. } => Phrase {
            zh: "已办结，感谢您的评价。DAYS 天内还可以重新打开一次。",
            en: "It is closed. Thank you for your rating. You can reopen it once within DAYS days.",
        },
        Ending::Unrated => Phrase {
            zh: "到期没有评价，已办结（不算满意）。DAYS 天内还可以重新打开一次。",
            en: "It closed without a rating, which does not count as satisfied. You can reopen it once within DAYS days.",
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
            zh: "您已撤回。DAYS 天内还可以重新打开一次。",
            en: "You withdrew it. You can reopen it once within DAYS days.",
        },
    };
    lang.say(phrase).replace("DAYS", &settings.limits.reopen_days.to_string())
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
