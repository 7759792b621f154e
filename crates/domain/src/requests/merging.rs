//! Where a request goes that is taken out again of the one that it was merged into: back to where
//! it was, to those who had it, as long as they are there.

use super::{Desk, Event, Moment, Request, Stage};
use crate::actor::{Post, Verb};
use crate::id::PersonId;

impl Request {
    /// Where a life leads: the stage after all these events, from the beginning. Clocks count for
    /// nothing here.
    #[must_use]
    pub fn stood(&self, life: &[Event], moment: Moment<'_>) -> Stage {
        let new = Self::new(self.id, self.area, self.asker, self.urgency, moment.now);
        life.iter().fold(new, |request, event| request.apply(event, moment)).stage
    }

    /// The stage to which it comes back. A plan whose day of review is past is looked at now; what
    /// is not known goes to the desk in charge.
    pub(super) fn comes_back_to(&self, stood: Option<Stage>, moment: Moment<'_>) -> Stage {
        let to_desk = Stage::Escalated { desk: self.desk() };
        match stood {
            Some(Stage::Suspended { review_on, .. }) if review_on <= moment.today() => to_desk,
            Some(
                stood @ (Stage::Raised
                | Stage::Accepted { .. }
                | Stage::Escalated { .. }
                | Stage::Redo { .. }
                | Stage::Suspended { .. }),
            ) => stood,
            _ => to_desk,
        }
    }
}

impl Stage {
    /// The same while somebody is there for it, of those whose posts reach the place: a grid worker
    /// who left leaves it to the others, and where nobody works in the grid any more it is nowhere.
    #[must_use]
    pub fn while_held(self, around: &[(PersonId, Post)]) -> Option<Self> {
        let works = |post: &Post| post.verbs().contains(&Verb::WorkInGrid);
        let in_grid = around.iter().any(|(_, post)| works(post));
        match self {
            Stage::Accepted { worker } => {
                let is_there = around.iter().any(|(who, post)| *who == worker && works(post));
                let left = in_grid.then_some(Stage::Raised);
                if is_there { Some(self) } else { left }
            }
            Stage::Raised => in_grid.then_some(self),
            _ => Some(self),
        }
    }

    /// The desk that has it, where a desk has it.
    pub(super) fn at_desk(self) -> Option<Desk> {
        match self {
            Stage::Escalated { desk } | Stage::Redo { desk } | Stage::Suspended { desk, .. } => {
                Some(desk)
            }
            _ => None,
        }
    }
}
