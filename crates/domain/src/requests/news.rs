//! News: who hears of what happened to a request, and what it means to them.
//!
//! The asker hears of every change. Whoever has the next step hears that it is theirs, and whoever
//! lost it hears that it is no more. The one who acted knows already; the caller leaves them out.

use super::{Desk, Event, Handler, Rung, Said, Stage};
use crate::id::{PersonId, UnitId};
use crate::notices::Topic;

/// Those who hear of something, as far as a rule can name them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    Asker,
    /// Those who said “me too”.
    Supporters,
    /// The grid workers of the place.
    GridWorkers,
    Worker(PersonId),
    /// The people of a desk.
    Desk(Desk),
    /// The liaisons of a unit.
    Unit(UnitId),
}

/// One audience, and what the news mean to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct News {
    pub to: Audience,
    pub topic: Topic,
}

/// Who has had a hand in a request so far. It follows from the history alone, so that news of a
/// change can be told later, when the request has gone on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hands {
    /// The grid worker who accepted it.
    pub worker: Option<PersonId>,
    /// The desk that has it, or dispatched it.
    pub desk: Option<Desk>,
    /// The unit that has it, and whether it signed for it.
    pub unit: Option<UnitId>,
    pub signed: bool,
    /// Who reported it as done.
    pub done_by: Option<Handler>,
}

impl Hands {
    /// The hands after `event`.
    #[must_use]
    pub fn after(self, event: &Event) -> Self {
        let none = Self { unit: None, signed: false, done_by: None, ..self };
        let at = |desk| Self { desk: Some(desk), ..none };
        match *event {
            Event::Accepted { worker } => Self { worker: Some(worker), ..self },
            Event::Escalated { to, .. }
            | Event::Redone { to, .. }
            | Event::Handling { by: Handler::Desk(to) } => at(to),
            Event::CalledBack { said: Some(Said::NotSolved { .. }), to: Some(to), .. } => at(to),
            Event::Separated { to: Stage::Accepted { worker }, .. } => {
                Self { worker: Some(worker), ..Self::default() }
            }
            Event::Separated { to, .. } => to.at_desk().map_or_else(Self::default, at),
            Event::Reopened { to: None, .. } => Self::default(),
            Event::Reopened { to: Some(desk), .. } => at(desk),
            Event::Dispatched { unit, .. } => Self { unit: Some(unit), ..none },
            Event::Signed { unit } => Self { unit: Some(unit), signed: true, ..self },
            Event::Returned { .. } => none,
            // The unit goes on with what it signed for; who answers for it is another.
            Event::Climbed { to: Some(desk), .. } if self.signed => {
                Self { desk: Some(desk), ..self }
            }
            Event::Climbed { to: Some(desk), .. } => at(desk),
            Event::Resolved { by, .. } => Self { done_by: Some(by), ..self },
            _ => self,
        }
    }

    /// Who has it, where nobody waits for the asker.
    #[must_use]
    pub fn holder(self) -> Audience {
        match self {
            Self { unit: Some(unit), .. } => Audience::Unit(unit),
            Self { desk: Some(desk), .. } => Audience::Desk(desk),
            Self { worker: Some(worker), .. } => Audience::Worker(worker),
            _ => Audience::GridWorkers,
        }
    }

    /// The desk in charge.
    fn desk(self) -> Audience {
        Audience::Desk(self.desk.unwrap_or(Desk::Community))
    }

    /// Who is told when the holder lets the clock run: the level above.
    fn superior(self) -> Audience {
        match self.holder() {
            Audience::Desk(_) => Audience::Desk(Desk::Street),
            _ => self.desk(),
        }
    }

    /// Who did the work, or had it last.
    fn doer(self) -> Audience {
        match self.done_by {
            Some(Handler::Worker(worker)) => Audience::Worker(worker),
            Some(Handler::Unit(unit)) => Audience::Unit(unit),
            Some(Handler::Desk(desk)) => Audience::Desk(desk),
            None => self.holder(),
        }
    }
}

/// Who hears of `event` (nothing where the request was just raised) and what it means to them, from
/// the hands that it was in before. An audience is named once, with what matters most to it.
#[must_use]
pub fn news(event: Option<&Event>, before: Hands) -> Vec<News> {
    let told = match event {
        None => vec![(Audience::Asker, Topic::Progress), (Audience::GridWorkers, Topic::Turn)],
        Some(event) => told(event, before, before.after(event)),
    };
    let mut named: Vec<News> = Vec::new();
    for (to, topic) in told {
        if named.iter().all(|known| known.to != to) {
            named.push(News { to, topic });
        }
    }
    named
}

/// Who hears that the calendar moved the deadline: whoever waits for it, and whoever has it.
#[must_use]
pub fn moved(hands: Hands) -> Vec<News> {
    let told = [Audience::Asker, Audience::Supporters, hands.holder()];
    told.map(|to| News { to, topic: Topic::Progress }).to_vec()
}

fn told(event: &Event, before: Hands, after: Hands) -> Vec<(Audience, Topic)> {
    use Audience as A;
    let (turn, progress, over) = (Topic::Turn, Topic::Progress, Topic::Over);
    let [asker, others] = [(A::Asker, progress), (A::Supporters, progress)];
    match event {
        Event::Accepted { worker } => vec![asker, others, (A::Worker(*worker), turn)],
        // Whoever had it before hears that it has gone to others.
        Event::Escalated { .. }
        | Event::Dispatched { .. }
        | Event::Returned { .. }
        | Event::Handling { .. }
        | Event::Separated { .. } => {
            let mut told = vec![(after.holder(), turn), asker, others];
            told.extend((before.holder() != A::GridWorkers).then_some((before.holder(), progress)));
            told
        }
        Event::Signed { .. } => vec![asker, others, (after.desk(), progress)],
        Event::Suspended { .. } => vec![asker, others],
        Event::Asked { .. } => vec![(A::Asker, turn)],
        Event::Answered { .. } | Event::Reminded => vec![(after.holder(), turn)],
        Event::AnswerMissed => vec![asker, (after.holder(), turn)],
        Event::ExtensionAsked { .. } => vec![asker, (after.desk(), turn)],
        Event::ExtensionGranted { .. } | Event::ExtensionDeclined { .. } => {
            vec![asker, (after.holder(), progress)]
        }
        Event::Resolved { by, .. } => {
            let mut told = vec![(A::Asker, turn), others];
            told.extend(matches!(by, Handler::Unit(_)).then_some((after.desk(), progress)));
            told
        }
        Event::CalledBack { said: None, .. } => vec![asker],
        Event::Redone { .. }
        | Event::Reopened { .. }
        | Event::CalledBack { said: Some(Said::NotSolved { .. }), .. } => {
            vec![(after.holder(), turn), asker, others, (before.doer(), progress)]
        }
        Event::Confirmed { .. }
        | Event::CalledBack { said: Some(Said::Solved { .. }), .. }
        | Event::ClosedUnrated
        | Event::Rejected { .. }
        | Event::Merged { .. }
        | Event::Withdrawn { .. } => {
            vec![(A::Asker, over), (A::Supporters, over), (before.doer(), over)]
        }
        Event::Supervised { .. } => concerned(after, Topic::Supervision),
        Event::Climbed { rung: Rung::Ordered, .. } => {
            let mut told = concerned(after, Topic::Supervision);
            told.push((before.holder(), Topic::Supervision));
            told
        }
        Event::Climbed { rung: Rung::Red, .. } => {
            vec![(after.holder(), Topic::Warning), (after.superior(), Topic::Warning), asker]
        }
        Event::Climbed { .. } => {
            vec![(after.holder(), Topic::Warning), (after.superior(), Topic::Warning)]
        }
    }
}

/// Who has it, who is above, and who waits for it.
fn concerned(hands: Hands, topic: Topic) -> Vec<(Audience, Topic)> {
    vec![
        (hands.holder(), topic),
        (hands.superior(), topic),
        (Audience::Asker, Topic::Progress),
        (Audience::Supporters, Topic::Progress),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::requests::{Note, Rating};

    const WORKER: PersonId = PersonId(1);
    const UNIT: UnitId = UnitId(2);
    const OTHER: UnitId = UnitId(3);

    fn note() -> Note {
        Note::new("note").unwrap()
    }

    /// Who hears of the last of these events, as `audience topic`.
    fn heard(events: &[Event]) -> Vec<String> {
        let (last, before) = events.split_last().unwrap();
        let hands = before.iter().fold(Hands::default(), Hands::after);
        said(&news(Some(last), hands))
    }

    fn said(news: &[News]) -> Vec<String> {
        let who = |to| match to {
            Audience::Asker => "asker",
            Audience::Supporters => "supporters",
            Audience::GridWorkers => "grid",
            Audience::Worker(_) => "worker",
            Audience::Desk(desk) => desk.name(),
            Audience::Unit(UNIT) => "unit",
            Audience::Unit(_) => "other unit",
        };
        news.iter().map(|news| format!("{} {}", who(news.to), news.topic.name())).collect()
    }

    #[test]
    fn the_next_one_is_asked_and_the_asker_is_told() {
        let accepted = Event::Accepted { worker: WORKER };
        let escalated = Event::Escalated { to: Desk::Community, note: note() };
        let dispatched = Event::Dispatched { unit: UNIT, note: None };
        let elsewhere = Event::Dispatched { unit: OTHER, note: None };
        let signed = Event::Signed { unit: UNIT };
        let returned = Event::Returned { unit: UNIT, reason: note() };
        let resolved = Event::Resolved { by: Handler::Unit(UNIT), note: note() };
        let confirmed = Event::Confirmed { rating: Rating::new(5).unwrap(), note: None };
        let redone = Event::Redone { to: Desk::Community, reason: note(), rating: None };
        let asked = Event::Asked { question: note() };
        let answered = Event::Answered { answer: note() };
        let more = Event::ExtensionAsked { days: 3, reason: note() };
        let granted = Event::ExtensionGranted { days: 3, note: None };
        let [a, e, d, s] = [accepted, escalated, dispatched, signed];
        let table: &[(&[&Event], &[&str])] = &[
            (&[&a], &["asker progress", "supporters progress", "worker turn"]),
            (
                &[&a, &e],
                &["community turn", "asker progress", "supporters progress", "worker progress"],
            ),
            (&[&e], &["community turn", "asker progress", "supporters progress"]),
            (
                &[&a, &e, &d],
                &["unit turn", "asker progress", "supporters progress", "community progress"],
            ),
            (
                &[&e, &d, &elsewhere],
                &["other unit turn", "asker progress", "supporters progress", "unit progress"],
            ),
            (&[&e, &d, &s], &["asker progress", "supporters progress", "community progress"]),
            (
                &[&e, &d, &returned],
                &["community turn", "asker progress", "supporters progress", "unit progress"],
            ),
            (&[&e, &d, &s, &asked], &["asker turn"]),
            (&[&e, &d, &s, &asked, &answered], &["unit turn"]),
            (&[&a, &asked, &answered], &["worker turn"]),
            (&[&e, &d, &s, &more], &["asker progress", "community turn"]),
            (&[&e, &d, &s, &more, &granted], &["asker progress", "unit progress"]),
            (
                &[&e, &d, &s, &resolved],
                &["asker turn", "supporters progress", "community progress"],
            ),
            (&[&e, &d, &s, &resolved, &confirmed], &["asker over", "supporters over", "unit over"]),
            (
                &[&e, &d, &s, &resolved, &redone],
                &["community turn", "asker progress", "supporters progress", "unit progress"],
            ),
        ];
        for (events, expected) in table {
            let events: Vec<Event> = events.iter().map(|&event| event.clone()).collect();
            assert_eq!(heard(&events), *expected, "{events:?}");
        }
        assert_eq!(said(&news(None, Hands::default())), ["asker progress", "grid turn"]);
    }

    #[test]
    fn a_withdrawn_request_begins_anew_in_nobodys_hands() {
        let withdrawn = Event::Withdrawn { note: None };
        let reopened = Event::Reopened { to: None, reason: note() };
        let accepted = Event::Accepted { worker: WORKER };
        let told = heard(&[accepted, withdrawn, reopened]);
        assert_eq!(told, ["grid turn", "asker progress", "supporters progress", "worker progress"]);
    }

    #[test]
    fn where_the_clock_runs_out_the_level_above_is_told() {
        let escalated = || Event::Escalated { to: Desk::Community, note: note() };
        let dispatched = || Event::Dispatched { unit: UNIT, note: None };
        let climbed = |rung, to| Event::Climbed { rung, to };
        let yellow = || climbed(Rung::Yellow, None);
        let table: &[(&[Event], &[&str])] = &[
            (&[yellow()], &["grid warning", "community warning"]),
            (&[escalated(), yellow()], &["community warning", "street warning"]),
            (
                &[escalated(), dispatched(), climbed(Rung::Red, None)],
                &["unit warning", "community warning", "asker progress"],
            ),
            (
                &[escalated(), climbed(Rung::Ordered, Some(Desk::Street))],
                &[
                    "street supervision",
                    "asker progress",
                    "supporters progress",
                    "community supervision",
                ],
            ),
            (
                &[
                    escalated(),
                    dispatched(),
                    Event::Signed { unit: UNIT },
                    climbed(Rung::Ordered, Some(Desk::Street)),
                ],
                &[
                    "unit supervision",
                    "street supervision",
                    "asker progress",
                    "supporters progress",
                ],
            ),
            (
                &[escalated(), dispatched(), Event::Supervised { note: note(), reply_by: None }],
                &[
                    "unit supervision",
                    "community supervision",
                    "asker progress",
                    "supporters progress",
                ],
            ),
        ];
        for (events, expected) in table {
            assert_eq!(heard(events), *expected, "{events:?}");
        }
    }
}
