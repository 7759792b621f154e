//! What becomes of a request when something happened to it.

use super::{
    Desk, Due, Ending, Event, Extension, Handler, Limit, Moment, Question, Request, Rung, Said,
    Stage,
};

impl Request {
    /// The request as it is after `event`.
    #[must_use]
    pub fn apply(mut self, event: &Event, moment: Moment<'_>) -> Self {
        let desk = self.desk();
        let by = self.handler();
        let close = |ending| Stage::Closed { ending, by, desk };
        if event.is_by_staff() && self.responded_at.is_none() {
            self.responded_at = Some(moment.now);
        }
        let stage = match *event {
            Event::Accepted { worker } => Stage::Accepted { worker },
            Event::Resolved { by, .. } => Stage::Resolved { by, desk },
            Event::Escalated { to, .. } => Stage::Escalated { desk: to },
            Event::Rejected { .. } => close(Ending::Rejected),
            Event::Merged { into } => close(Ending::Merged { into }),
            Event::Withdrawn { .. } => close(Ending::Withdrawn),
            Event::Dispatched { unit, .. } => Stage::Dispatched { unit, desk },
            Event::Handling { by } => Stage::Handling { by, desk },
            Event::Suspended { review_on, .. } => Stage::Suspended { desk, review_on },
            Event::Signed { unit } => Stage::Handling { by: Handler::Unit(unit), desk },
            Event::Returned { .. } => {
                self.returns = self.returns.saturating_add(1);
                Stage::Escalated { desk }
            }
            Event::Confirmed { rating, .. } => close(Ending::Confirmed { rating }),
            Event::ClosedUnrated => close(Ending::Unrated),
            Event::Redone { to, .. } => self.redo(to, moment),
            Event::Reopened { to, .. } => {
                self.reopened = true;
                self.returns = 0;
                match (to, self.stage) {
                    (None, _) => Stage::Raised,
                    (Some(desk), Stage::Closed { ending: Ending::Rejected, .. }) => {
                        Stage::Escalated { desk }
                    }
                    (Some(desk), _) => Stage::Redo { desk },
                }
            }
            Event::Asked { .. } => return self.pause(moment),
            Event::Answered { .. } | Event::AnswerMissed => return self.resume(moment),
            Event::ExtensionAsked { days, .. } => {
                self.extension = Extension::Asked { days };
                return self;
            }
            Event::ExtensionGranted { days, .. } => {
                self.extension = Extension::Granted;
                match &mut self.question {
                    Some(question) => {
                        question.clock = question.clock.extended(days, moment.calendar);
                    }
                    None => self.due = self.due.map(|due| due.extended(days, moment.calendar)),
                }
                return self;
            }
            Event::ExtensionDeclined { .. } => {
                self.extension = Extension::Declined;
                return self;
            }
            Event::Separated { to, .. } => to,
            Event::CalledBack { said: Some(Said::NotSolved { .. }), to, .. } => {
                self.redo(to.unwrap_or(desk), moment)
            }
            Event::Reminded
            | Event::Supervised { .. }
            | Event::CalledBack { .. }
            | Event::Climbed { .. } => return self.goes_on(event, moment),
        };
        self.stage = stage;
        self.enter(moment)
    }

    /// The second time that it is not solved, the street orders that it be done.
    fn redo(&mut self, to: Desk, moment: Moment<'_>) -> Stage {
        self.redone = self.redone.saturating_add(1);
        if self.redone > 1 {
            self.ordered_at = self.ordered_at.or(Some(moment.now));
        }
        Stage::Redo { desk: to }
    }

    /// What happens beside the stages: most of it leaves stage and clock as they are.
    fn goes_on(mut self, event: &Event, moment: Moment<'_>) -> Self {
        match *event {
            Event::Reminded => {
                self.reminders = self.reminders.saturating_add(1);
                self.reminded_on = Some(moment.today());
            }
            Event::Supervised { .. } => self.ordered_at = self.ordered_at.or(Some(moment.now)),
            Event::CalledBack { said: Some(Said::Solved { rating }), .. } => {
                let (by, desk) = (self.handler(), self.desk());
                let is_confirmed =
                    matches!(self.stage, Stage::Closed { ending: Ending::Confirmed { .. }, .. });
                if !is_confirmed {
                    self.stage = Stage::Closed { ending: Ending::Confirmed { rating }, by, desk };
                    self = self.enter(moment);
                }
                self.called = true;
            }
            Event::CalledBack { .. } => self.calls = self.calls.saturating_add(1),
            Event::Climbed { rung, to } => return self.climb(rung, to, moment),
            _ => {}
        }
        self
    }

    fn climb(mut self, rung: Rung, to: Option<Desk>, moment: Moment<'_>) -> Self {
        self.rung = rung;
        if rung == Rung::Ordered {
            self.ordered_at = self.ordered_at.or(Some(moment.now));
        }
        let Some(desk) = to else { return self };
        match self.stage {
            // The unit goes on with its work and under its clock; who answers for it is another.
            Stage::Handling { by: by @ Handler::Unit(_), .. } => {
                self.stage = Stage::Handling { by, desk };
                return self;
            }
            Stage::Redo { .. } => self.stage = Stage::Redo { desk },
            _ => self.stage = Stage::Escalated { desk },
        }
        self.enter(moment)
    }

    pub(super) fn enter(mut self, moment: Moment<'_>) -> Self {
        self.since = moment.now;
        self.rung = Rung::Green;
        if matches!(self.stage, Stage::Resolved { .. }) {
            (self.calls, self.called) = (0, false);
        }
        self.question = None;
        self.extension = Extension::None;
        self.due = moment.limits.due(&self, moment.now, moment.calendar);
        self
    }

    fn pause(mut self, moment: Moment<'_>) -> Self {
        if let Some(clock) = self.due {
            self.question = Some(Question { asked_at: moment.now, clock });
            let (term, calendar) = (moment.limits.answer, moment.calendar);
            self.due = Some(Due::new(Limit::Answer, term, moment.now, calendar));
        }
        self
    }

    fn resume(mut self, moment: Moment<'_>) -> Self {
        if let Some(Question { asked_at, clock }) = self.question.take() {
            self.due = Some(clock.shifted(asked_at, moment.now, moment.calendar));
        }
        self
    }
}
