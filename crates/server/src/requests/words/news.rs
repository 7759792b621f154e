//! What people are told about a request, as it happened: one sentence to the asker, another to
//! whoever works on it.

use domain::mask;
use domain::notices::Topic;
use domain::requests::Desk;
use jiff::Timestamp;
use serde_json::Value;

use super::{desk, event, moment, reply_by};
use crate::app::Settings;
use crate::web::words::Lang;

/// What stands in the gaps of a sentence.
struct Gaps {
    zh: bool,
    /// When the time is over; empty where it is not known any more.
    until: String,
    unit: String,
    desk: String,
    /// As residents read it: the surname.
    worker: String,
    days: u64,
    solved: bool,
    topic: Topic,
    /// What a supervision order says, for staff, and by when a reply is wanted.
    order: String,
    reply: String,
}

/// What happened, in a sentence for the asker or for staff.
#[must_use]
pub fn news(
    kind: &str,
    topic: Topic,
    facts: &Value,
    to_asker: bool,
    settings: &Settings,
    lang: Lang,
) -> String {
    let text = |name: &str| facts.get(name).and_then(Value::as_str).unwrap_or_default();
    let until = facts.get("until").and_then(Value::as_i64);
    let until = until.and_then(|at| Timestamp::from_microsecond(at).ok());
    let worker = text("worker").parse().map(|id| settings.staff_name(id)).unwrap_or_default();
    let at = Desk::named(text("desk")).unwrap_or(Desk::Community);
    let gaps = Gaps {
        zh: lang == Lang::Zh,
        until: until.map(|at| moment(at, settings, lang)).unwrap_or_default(),
        unit: text("unit").parse().map(|id| settings.unit_name(id, lang)).unwrap_or_default(),
        desk: lang.say(desk(at)).to_owned(),
        worker: mask::name(&worker),
        days: facts.get("days").and_then(Value::as_u64).unwrap_or_default(),
        solved: facts.get("solved").and_then(Value::as_bool).unwrap_or_default(),
        topic,
        order: text("order").to_owned(),
        reply: text("reply_by").parse().map(|day| reply_by(day, lang)).unwrap_or_default(),
    };
    let told = if to_asker { gaps.to_asker(kind) } else { gaps.to_staff(kind) };
    if !told.is_empty() {
        return told;
    }
    // A name that is older than this code has at least its line of history.
    let said = lang.say(event(kind));
    if gaps.zh { format!("{said}。") } else { format!("{said}.") }
}

impl Gaps {
    /// `，最迟…` where it is known.
    fn by(&self, zh: &str, en: &str) -> String {
        match (self.until.as_str(), self.zh) {
            ("", _) => String::new(),
            (until, true) => format!("，{}", zh.replace("{}", until)),
            (until, false) => format!(" {}", en.replace("{}", until)),
        }
    }

    fn pick(&self, zh: String, en: String) -> String {
        if self.zh { zh } else { en }
    }

    fn say(&self, zh: &str, en: &str) -> String {
        if self.zh { zh } else { en }.to_owned()
    }

    fn to_asker(&self, kind: &str) -> String {
        let (unit, desk, worker) = (&self.unit, &self.desk, &self.worker);
        let latest = self.by("最迟{}", "by {}");
        let done = self.by("{}前办好", "until {}");
        match kind {
            "raised" => self.pick(
                format!("已收到，正等网格员接单{latest}。"),
                format!("We have it. The grid worker of the place accepts it{latest}."),
            ),
            "accepted" => {
                let solves = self.by("{}前解决或上报", "and solves it or passes it on by {}");
                self.pick(
                    format!("网格员{worker}已接单{solves}。"),
                    format!("Grid worker {worker} has it{solves}."),
                )
            }
            "escalated" | "passed_on" if unit.is_empty() => self.pick(
                format!("已转到{desk}{}。", self.by("{}前派单", "")),
                format!("It has gone to {desk}, to be dispatched{latest}."),
            ),
            "passed_on" | "supervised" => self.pick(
                format!("已列入督办，{}正在抓紧办理{latest}。", self.holder()),
                format!("It is under a supervision order; {} has it{latest}.", self.holder()),
            ),
            "dispatched" => self.pick(
                format!("已派给{unit}{}。", self.by("{}前签收", "")),
                format!("It was dispatched to {unit}, to be signed for{latest}."),
            ),
            "signed" => self
                .pick(format!("{unit}正在办理{done}。"), format!("{unit} is working on it{done}.")),
            "handling" => self
                .pick(format!("{desk}正在办理{done}。"), format!("{desk} is working on it{done}.")),
            "returned" => self.pick(
                format!("{unit}退单，{desk}重新派单{latest}。"),
                format!("{unit} has returned it; {desk} dispatches it anew{latest}."),
            ),
            "suspended" => {
                let again = self.by("{}前再看一次", "and looks again by {}");
                self.pick(
                    format!("一时办不了，{desk}已订出计划{again}。"),
                    format!("It cannot be done at once. {desk} has a plan{again}."),
                )
            }
            _ => self.wait_to_asker(kind, &latest),
        }
    }

    fn wait_to_asker(&self, kind: &str, latest: &str) -> String {
        let (unit, desk, days) = (&self.unit, &self.desk, self.days);
        match kind {
            "asked" => {
                let answer = self.by("请在{}前回答", "Please answer by {}.");
                self.pick(
                    format!("有一个问题等您答复{answer}；不答复我们也会继续办。"),
                    format!("There is a question for you.{answer} The work goes on in any case."),
                )
            }
            "answer_missed" => self.pick(
                format!("没有收到您的答复，我们继续办{latest}。"),
                format!("There was no answer, and the work goes on{latest}."),
            ),
            "extension_asked" => self.pick(
                format!("{unit}申请延期 {days} 个工作日，等{desk}决定。"),
                format!("{unit} asks for {days} more working days; {desk} decides."),
            ),
            "extension_granted" => self.pick(
                format!("已同意{unit}延期 {days} 个工作日{latest}。"),
                format!("{unit} was granted {days} more working days{latest}."),
            ),
            "extension_declined" => self.pick(
                format!("没有同意{unit}延期{}。", self.by("仍要在{}前办好", "")),
                format!("{unit} was not granted more time; it is due{latest}."),
            ),
            "resolved" => {
                let confirm = self.by("请在{}前确认", "Please confirm by {}.");
                self.pick(
                    format!("报告已办好{confirm}；到期没有确认，会按“未评价”办结。"),
                    format!(
                        "It is reported as done.{confirm} Otherwise it closes without a rating."
                    ),
                )
            }
            _ => self.end_to_asker(kind, latest),
        }
    }

    fn end_to_asker(&self, kind: &str, latest: &str) -> String {
        let desk = &self.desk;
        match kind {
            "deadline_moved" => self.pick(
                format!("放假或停办安排有变，期限随之调整{latest}。"),
                format!("Days off have changed, and the deadline with them: it is due{latest}."),
            ),
            "redone" => self.pick(
                format!("反映没解决，{desk}正在安排重办{latest}。"),
                format!("It was not solved. {desk} has it done again{latest}."),
            ),
            "called_back" if !self.solved => self.pick(
                format!("回访时您说没解决，{desk}正在安排重办{latest}。"),
                format!("You said that it is not solved. {desk} has it done again{latest}."),
            ),
            "called_back" | "confirmed" => {
                self.say("已办结，感谢您的评价。", "It is closed. Thank you for your rating.")
            }
            "not_reached" => self.say(
                "我们打电话回访没有接通，会再打一次；您也可以直接在这里评价。",
                "We called about the result and did not reach you. You can also rate it here.",
            ),
            "reopened" => self.pick(
                format!("已重新打开{latest}。"),
                format!("It is open again{latest}."),
            ),
            "separated" => self.pick(
                format!("不再与另一件合并，单独办理{latest}。"),
                format!("It goes its own way again; it is due{latest}."),
            ),
            "closed_unrated" => self.say(
                "到期没有评价，已办结（不算满意）。30 天内还可以重新打开一次。",
                "It closed without a rating, which does not count as satisfied. You can reopen it once within 30 days.",
            ),
            "rejected" => self.say(
                "这件事不属本街道受理，去处见说明。不同意可以重新打开一次。",
                "This is not ours to do; the page says where to go. If you disagree you can reopen it once.",
            ),
            "merged" => self.say(
                "与另一件同类诉求合并办理。",
                "It goes on together with another request about the same thing.",
            ),
            "turned_red" => self.pick(
                format!("已经超过期限，我们向您致歉。{}正在抓紧办，上级也已知道。", self.holder()),
                format!("It is late, and we are sorry. {} has it, and the level above knows.", self.holder()),
            ),
            _ => String::new(),
        }
    }

    /// Who has it, as far as this piece of news knows.
    /// `，请在…前答复` where an order names a day.
    fn replies(&self) -> String {
        match (self.reply.as_str(), self.zh) {
            ("", _) => String::new(),
            (reply, true) => format!("，{reply}"),
            (reply, false) => format!("; {reply}"),
        }
    }

    fn holder(&self) -> &str {
        if self.unit.is_empty() { &self.desk } else { &self.unit }
    }

    fn to_staff(&self, kind: &str) -> String {
        let (unit, desk, days) = (&self.unit, &self.desk, self.days);
        let latest = self.by("最迟{}", "by {}");
        let is_turn = self.topic == Topic::Turn;
        match kind {
            "raised" => self.pick(
                format!("新诉求等您接单{latest}。"),
                format!("A new request waits for you to accept it{latest}."),
            ),
            "accepted" => self.pick(
                format!("已由您接单{}。", self.by("{}前解决或上报", "")),
                format!("It is yours now, to solve or to pass on{latest}."),
            ),
            "escalated" if is_turn => self.pick(
                format!("上报到{desk}，请派单{latest}。"),
                format!("It was escalated to {desk}: please dispatch it{latest}."),
            ),
            "separated" if is_turn => self.pick(
                format!("撤销了并案，又回到您这里{latest}。"),
                format!("It was unmerged and is yours again; it is due{latest}."),
            ),
            "separated" => self.say("撤销了并案，单独办理。", "It was unmerged."),
            "escalated" | "handling" if !is_turn => {
                self.pick(format!("已由{desk}接手。"), format!("{desk} has it now."))
            }
            "dispatched" if is_turn => self.pick(
                format!("派给了{unit}，请签收{latest}。"),
                format!("It was dispatched to {unit}: please sign for it{latest}."),
            ),
            "dispatched" => {
                self.pick(format!("已派给{unit}。"), format!("It was dispatched to {unit}."))
            }
            "signed" => self.pick(
                format!("{unit}已签收{}。", self.by("{}前办好", "")),
                format!("{unit} has signed for it; it is due{latest}."),
            ),
            "returned" if is_turn => self.pick(
                format!("{unit}退单，请重新派单{latest}。"),
                format!("{unit} has returned it: please dispatch it anew{latest}."),
            ),
            "handling" => self.pick(
                format!("由{desk}办理{}。", self.by("{}前办好", "")),
                format!("{desk} handles it; it is due{latest}."),
            ),
            "answered" => self.pick(
                format!("居民已答复，请继续办{latest}。"),
                format!("The resident answered: please go on; it is due{latest}."),
            ),
            "answer_missed" => self.pick(
                format!("居民到期没有答复，请继续办{latest}。"),
                format!("The resident did not answer: please go on; it is due{latest}."),
            ),
            "extension_asked" => self.pick(
                format!("{unit}申请延期 {days} 个工作日，请决定。"),
                format!("{unit} asks for {days} more working days: please decide."),
            ),
            "extension_granted" => self.pick(
                format!("延期 {days} 个工作日已同意{latest}。"),
                format!("{days} more working days were granted; it is due{latest}."),
            ),
            "extension_declined" => self.pick(
                format!("延期没有同意{latest}。"),
                format!("More time was declined; it is due{latest}."),
            ),
            _ => self.later_to_staff(kind, &latest),
        }
    }

    fn later_to_staff(&self, kind: &str, latest: &str) -> String {
        let desk = &self.desk;
        let is_turn = self.topic == Topic::Turn;
        match kind {
            "resolved" => self.say("报告已办好，等居民确认。", "It is reported as done and waits for the resident."),
            "redone" | "reopened" if is_turn => self.pick(
                format!("居民反映没解决，请安排重办{latest}。"),
                format!("The resident says it is not solved: please have it done again{latest}."),
            ),
            "called_back" if !self.solved && is_turn => self.pick(
                format!("回访时居民说没解决，请安排重办{latest}。"),
                format!("Called back, the resident said it is not solved: please have it done again{latest}."),
            ),
            "redone" | "reopened" => {
                self.pick(format!("要重办，由{desk}安排。"), format!("It is to be done again; {desk} arranges it."))
            }
            "called_back" if !self.solved => {
                self.pick(format!("要重办，由{desk}安排。"), format!("It is to be done again; {desk} arranges it."))
            }
            "called_back" | "confirmed" => self.say("居民已确认，办结。", "The resident confirmed; it is closed."),
            "deadline_moved" => self.pick(
                format!("放假安排变了，期限跟着调整{latest}。"),
                format!("The holidays have changed, and the deadline with them: it is due{latest}."),
            ),
            "reminded" => self.pick(
                format!("居民催办，请尽快处理{latest}。"),
                format!("The resident sent a reminder: please see to it; it is due{latest}."),
            ),
            "turned_yellow" => self.pick(
                format!("快到期了{latest}。"),
                format!("Time is running out; it is due{latest}."),
            ),
            "turned_red" => self.say(
                "已经超期，再不办就要督办。",
                "It is late; next comes a supervision order.",
            ),
            "supervised" if !self.order.is_empty() => {
                let (order, reply) = (&self.order, self.replies());
                self.pick(
                    format!("街道督办：“{order}”{reply}。"),
                    format!("The street ordered this done: “{order}”{reply}."),
                )
            }
            "supervised" | "passed_on" => self.pick(
                format!("已列入督办，请马上办{latest}。"),
                format!("A supervision order was given: please see to it at once{latest}."),
            ),
            _ => String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gaps(zh: bool, until: &str) -> Gaps {
        Gaps {
            zh,
            until: until.to_owned(),
            unit: "物业".to_owned(),
            desk: "社区".to_owned(),
            worker: "陈*".to_owned(),
            days: 3,
            solved: false,
            topic: Topic::Turn,
            order: String::new(),
            reply: String::new(),
        }
    }

    #[test]
    fn a_sentence_has_no_gap_where_the_time_is_not_known() {
        let known = gaps(true, "11月26日 17:30");
        assert_eq!(known.to_asker("signed"), "物业正在办理，11月26日 17:30前办好。");
        assert_eq!(gaps(true, "").to_asker("signed"), "物业正在办理。");
        let english = gaps(false, "26 November 2026, 17:30").to_asker("accepted");
        assert_eq!(
            english,
            "Grid worker 陈* has it and solves it or passes it on by 26 November 2026, 17:30."
        );
    }
}
