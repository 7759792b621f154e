//! News: who hears of what happened to a request, and what it means to them.
//!
//! The asker hears of every change. Whoever has the next step hears that it is theirs, and whoever
//! lost it hears that it is no more. The one who acted knows already; the caller leaves them out.

use super::{Desk, Event, Handler};
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
    /// The unit that has it.
    pub unit: Option<UnitId>,
    /// Who reported it as done.
    pub done_by: Option<Handler>,
}

impl Hands {
    /// The hands after `event`.
    #[must_use]
    pub fn after(self, event: &Event) -> Self {
        let at = |desk| Self { desk: Some(desk), unit: None, done_by: None, ..self };
        match *event {
            Event::Accepted { worker } => Self { worker: Some(worker), ..self },
            Event::Escalated { to, .. } | Event::Redone { to, .. } => at(to),
            Event::Reopened { to: None, .. } => Self::default(),
            Event::Reopened { to: Some(desk), .. } => at(desk),
            Event::Dispatched { unit, .. } | Event::Signed { unit } => {
                Self { unit: Some(unit), ..self }
            }
            Event::Returned { .. } => Self { unit: None, ..self },
            Event::Handling { by: Handler::Desk(desk) } => at(desk),
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
    fn superior(self) -> Audience {
        Audience::Desk(self.desk.unwrap_or(Desk::Community))
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
    use Audience as A;
    let after = event.map_or(before, |event| before.after(event));
    let (turn, progress) = (Topic::Turn, Topic::Progress);
    let asker_and_all = [(A::Asker, progress), (A::Supporters, progress)];
    let over = [(A::Asker, Topic::Over), (A::Supporters, Topic::Over)];
    let mut told: Vec<(Audience, Topic)> = Vec::new();
    match event {
        None => told.extend([(A::Asker, progress), (A::GridWorkers, turn)]),
        Some(Event::Accepted { worker }) => {
            told.extend(asker_and_all);
            told.push((A::Worker(*worker), turn));
        }
        // Whoever had it before hears that it has gone to others.
        Some(
            Event::Escalated { .. }
            | Event::Dispatched { .. }
            | Event::Returned { .. }
            | Event::Handling { .. },
        ) => {
            told.extend([(after.holder(), turn)]);
            told.extend(asker_and_all);
            told.extend((before.holder() != A::GridWorkers).then_some((before.holder(), progress)));
        }
        Some(Event::Signed { .. }) => {
            told.extend(asker_and_all);
            told.push((after.superior(), progress));
        }
        Some(Event::Suspended { .. }) => told.extend(asker_and_all),
        Some(Event::Asked { .. }) => told.push((A::Asker, turn)),
        Some(Event::Answered { .. }) => told.push((after.holder(), turn)),
        Some(Event::AnswerMissed) => told.extend([(A::Asker, progress), (after.holder(), turn)]),
        Some(Event::ExtensionAsked { .. }) => {
            told.extend([(A::Asker, progress), (after.superior(), turn)]);
        }
        Some(Event::ExtensionGranted { .. } | Event::ExtensionDeclined { .. }) => {
            told.extend([(A::Asker, progress), (after.holder(), progress)]);
        }
        Some(Event::Resolved { by, .. }) => {
            told.extend([(A::Asker, turn), (A::Supporters, progress)]);
            told.extend(matches!(by, Handler::Unit(_)).then_some((after.superior(), progress)));
        }
        Some(Event::Redone { .. } | Event::Reopened { .. }) => {
            told.push((after.holder(), turn));
            told.extend(asker_and_all);
            told.push((before.doer(), progress));
        }
        Some(
            Event::Confirmed { .. }
            | Event::ClosedUnrated
            | Event::Rejected { .. }
            | Event::Merged { .. }
            | Event::Withdrawn { .. },
        ) => {
            told.extend(over);
            told.push((before.doer(), Topic::Over));
        }
    }
    let mut named: Vec<News> = Vec::new();
    for (to, topic) in told {
        if named.iter().all(|known| known.to != to) {
            named.push(News { to, topic });
        }
    }
    named
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
    fn told(events: &[Event]) -> Vec<String> {
        let (last, before) = events.split_last().unwrap();
        let hands = before.iter().fold(Hands::default(), |hands, event| hands.after(event));
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
        let redone = Event::Redone { to: Desk::Community, reason: note() };
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
            assert_eq!(told(&events), *expected, "{events:?}");
        }
        assert_eq!(said(&news(None, Hands::default())), ["asker progress", "grid turn"]);
    }

    #[test]
    fn a_withdrawn_request_begins_anew_in_nobodys_hands() {
        let withdrawn = Event::Withdrawn { note: None };
        let reopened = Event::Reopened { to: None, reason: note() };
        let accepted = Event::Accepted { worker: WORKER };
        let told = told(&[accepted, withdrawn, reopened]);
        assert_eq!(told, ["grid turn", "asker progress", "supporters progress", "worker progress"]);
    }
}
