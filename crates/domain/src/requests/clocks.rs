//! The clocks that a street sets for itself by place, category and urgency, over the usual ones,
//! and the numbers that hold for all of them.

use std::cmp::Reverse;

use super::limits::{Limit, Limits, Urgency};
use super::routing::{About, Fit, Scope};
use crate::calendar::Term;

/// For requests of this scope and urgency, this limit has this term.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClockRule {
    pub scope: Scope,
    /// Nothing for every urgency but danger where danger has a clock of its own: a rule for
    /// everything shall not slow down what is dangerous.
    pub urgency: Option<Urgency>,
    pub limit: Limit,
    pub term: Term,
}

impl ClockRule {
    fn fit(&self, about: About<'_>, urgency: Urgency, limit: Limit) -> Option<(Fit, bool)> {
        let hurries = urgency == Urgency::Danger && limit.is_shorter_in_danger();
        let fits = match self.urgency {
            None => !hurries,
            Some(named) => named == urgency,
        };
        let fit = self.scope.fit(about).filter(|_| fits && self.limit == limit)?;
        Some((fit, self.urgency.is_some()))
    }
}

/// The most working days of a clock: about a year. More is a slip of the pen.
pub const WORKING_DAYS_MAX: u16 = 250;
/// A clock of more working days than these, about three months, is asked about.
const WORKING_DAYS_LONG: u16 = 60;
/// The most hours of a clock, and four times as many minutes.
pub const HOURS_MAX: u16 = 400;

/// The least and the most that a rule may say in the unit of `term`.
#[must_use]
pub fn bounds(term: Term) -> (u16, u16) {
    match term {
        Term::WorkingDays(_) => (1, WORKING_DAYS_MAX),
        Term::WorkingHours(_) | Term::ClockHours(_) => (1, HOURS_MAX),
        Term::ClockMinutes(_) => (1, HOURS_MAX * 4),
    }
}

/// Whether a clock is so long that somebody should look at it again.
#[must_use]
pub fn is_long(term: Term) -> bool {
    matches!(term, Term::WorkingDays(days) if days > WORKING_DAYS_LONG)
}

/// The rule that sets `limit` for such a request, and its place in the list from nought. The
/// narrowest area wins, then the nearest category, then a named urgency, then whichever is first.
#[must_use]
pub fn clock<'a>(
    rules: &'a [ClockRule],
    about: About<'_>,
    urgency: Urgency,
    limit: Limit,
) -> Option<(usize, &'a ClockRule)> {
    let fitting = rules.iter().enumerate().filter_map(|(place, rule)| {
        let fit = rule.fit(about, urgency, limit)?;
        Some((fit, place, rule))
    });
    let best = fitting.max_by_key(|&(fit, place, _)| (fit, Reverse(place)));
    best.map(|(_, place, rule)| (place, rule))
}

/// A number that a street sets for itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Number {
    /// Of a hundred requests of a community that were done, how many are called back.
    CallbackPercent,
    /// The same of those that the street had in hand.
    CallbackStreetPercent,
    /// So many working days before the deadline a request turns yellow.
    YellowDays,
    /// So many working days after it turned red the street orders it to be done.
    OrderDays,
    /// How often an asker is called back who could not be reached.
    CallsMax,
    /// How often units may send a request back.
    ReturnsMax,
    /// Within how many working days they may.
    ReturningDays,
    /// The most working days of an extension.
    ExtensionDaysMax,
    /// The most days until a suspended request is looked at again.
    ReviewDaysMax,
    /// How many days a closed request can be reopened.
    ReopenDays,
}

/// All these numbers of one street.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Numbers([u8; 10]);

impl Number {
    /// Every number, in the order in which a form asks for them.
    pub const ALL: [Number; 10] = [
        Number::CallbackPercent,
        Number::CallbackStreetPercent,
        Number::YellowDays,
        Number::OrderDays,
        Number::CallsMax,
        Number::ReturnsMax,
        Number::ReturningDays,
        Number::ExtensionDaysMax,
        Number::ReviewDaysMax,
        Number::ReopenDays,
    ];

    /// The name of this number, in the database and in the interface alike.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Number::CallbackPercent => "callback_percent",
            Number::CallbackStreetPercent => "callback_street_percent",
            Number::YellowDays => "yellow_days",
            Number::OrderDays => "order_days",
            Number::CallsMax => "calls_max",
            Number::ReturnsMax => "returns_max",
            Number::ReturningDays => "returning_days",
            Number::ExtensionDaysMax => "extension_days_max",
            Number::ReviewDaysMax => "review_days_max",
            Number::ReopenDays => "reopen_days",
        }
    }

    /// The number of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Number> {
        Number::ALL.into_iter().find(|number| number.name() == name)
    }

    /// The least and the most that a street may choose.
    #[must_use]
    pub fn bounds(self) -> (u8, u8) {
        match self {
            Number::CallbackPercent | Number::CallbackStreetPercent => (0, 100),
            Number::YellowDays | Number::OrderDays => (0, 10),
            Number::CallsMax => (1, 9),
            Number::ReturnsMax => (0, 9),
            Number::ReturningDays => (1, 10),
            Number::ExtensionDaysMax => (1, 60),
            Number::ReviewDaysMax => (1, 180),
            Number::ReopenDays => (0, 180),
        }
    }

    /// What holds until a street says otherwise (source: domain 5.1, the default limits).
    #[must_use]
    pub fn usual(self) -> u8 {
        match self {
            Number::CallbackPercent => 100,
            Number::CallbackStreetPercent => 20,
            Number::YellowDays | Number::OrderDays => 1,
            Number::CallsMax => 3,
            Number::ReturnsMax | Number::ReturningDays => 2,
            Number::ExtensionDaysMax => 10,
            Number::ReviewDaysMax => 90,
            Number::ReopenDays => 30,
        }
    }
}

impl Default for Numbers {
    fn default() -> Self {
        Self(Number::ALL.map(Number::usual))
    }
}

impl Numbers {
    /// What is set.
    #[must_use]
    pub fn get(&self, number: Number) -> u8 {
        self.0[number as usize]
    }

    /// With this number set, where it lies within its bounds.
    #[must_use]
    pub fn with(mut self, number: Number, value: u8) -> Option<Self> {
        let (least, most) = number.bounds();
        if !(least..=most).contains(&value) {
            return None;
        }
        self.0[number as usize] = value;
        Some(self)
    }
}

impl Limit {
    /// The limits that a rule can set; a review is on the day that was agreed.
    pub const SETTABLE: [Limit; 8] = [
        Limit::Accept,
        Limit::Solve,
        Limit::Dispatch,
        Limit::Sign,
        Limit::Finish,
        Limit::Confirm,
        Limit::Redo,
        Limit::Answer,
    ];

    /// Whether danger has a clock of its own here.
    #[must_use]
    pub fn is_shorter_in_danger(self) -> bool {
        use Limit as L;
        matches!(self, L::Accept | L::Solve | L::Dispatch | L::Sign | L::Finish)
    }
}

impl Limits {
    /// The term of `limit` for a request of this urgency; a review has none.
    #[must_use]
    pub fn term(&self, limit: Limit, urgency: Urgency) -> Option<Term> {
        let danger = urgency == Urgency::Danger;
        let pick = |usual, pressing| Some(if danger { pressing } else { usual });
        match limit {
            Limit::Accept => pick(self.accept, self.accept_danger),
            Limit::Solve => pick(self.solve, self.solve_danger),
            Limit::Dispatch => pick(self.dispatch, self.dispatch_danger),
            Limit::Sign => pick(self.sign, self.sign_danger),
            Limit::Finish => Some(match urgency {
                Urgency::Danger | Urgency::Urgent => self.finish_urgent,
                Urgency::Ordinary => self.finish_ordinary,
                Urgency::Complex => self.finish_complex,
            }),
            Limit::Confirm => Some(self.confirm),
            Limit::Redo => Some(self.redo),
            Limit::Answer => Some(self.answer),
            Limit::Review => None,
        }
    }

    /// These limits for one kind of request alone: every rule that fits laid over them.
    #[must_use]
    pub fn ruled(mut self, rules: &[ClockRule], about: About<'_>, urgency: Urgency) -> Self {
        for limit in Limit::SETTABLE {
            if let Some((_, rule)) = clock(rules, about, urgency, limit) {
                self.set(limit, rule.term);
            }
        }
        self
    }

    /// These limits with the numbers of a street.
    #[must_use]
    pub fn numbered(mut self, numbers: &Numbers) -> Self {
        self.yellow_days = numbers.get(Number::YellowDays);
        self.order_days = numbers.get(Number::OrderDays);
        self.calls_max = numbers.get(Number::CallsMax);
        self.returns_max = numbers.get(Number::ReturnsMax);
        self.returning = Term::WorkingDays(numbers.get(Number::ReturningDays).into());
        self.extension_days_max = numbers.get(Number::ExtensionDaysMax);
        self.review_days_max = numbers.get(Number::ReviewDaysMax).into();
        self.reopen_days = numbers.get(Number::ReopenDays).into();
        self
    }

    /// Whatever the urgency: who asks for one kind of request reads one of them.
    fn set(&mut self, limit: Limit, term: Term) {
        match limit {
            Limit::Accept => (self.accept, self.accept_danger) = (term, term),
            Limit::Solve => (self.solve, self.solve_danger) = (term, term),
            Limit::Dispatch => (self.dispatch, self.dispatch_danger) = (term, term),
            Limit::Sign => (self.sign, self.sign_danger) = (term, term),
            Limit::Finish => {
                (self.finish_urgent, self.finish_ordinary, self.finish_complex) =
                    (term, term, term);
            }
            Limit::Confirm => self.confirm = term,
            Limit::Redo => self.redo = term,
            Limit::Answer => self.answer = term,
            Limit::Review => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_has_its_bounds_in_its_own_unit() {
        for (text, fits, long) in [
            ("1 working_days", true, false),
            ("60 working_days", true, false),
            ("61 working_days", true, true),
            ("250 working_days", true, true),
            ("251 working_days", false, true),
            ("0 working_days", false, false),
            ("400 clock_hours", true, false),
            ("401 working_hours", false, false),
            ("1600 clock_minutes", true, false),
        ] {
            let term: Term = text.parse().unwrap();
            let (Term::WorkingDays(n)
            | Term::WorkingHours(n)
            | Term::ClockHours(n)
            | Term::ClockMinutes(n)) = term;
            let (least, most) = bounds(term);
            assert_eq!(((least..=most).contains(&n), is_long(term)), (fits, long), "{text}");
        }
        for text in ["+1 working_days", "１ working_days", "1.5 working_days", "-1 clock_hours"] {
            assert!(text.parse::<Term>().is_err(), "{text}");
        }
    }
}
