//! Rates (三率) and what feeds them: every step of a request yields facts, each is counted once, on
//! the day it happened, and a rate is two sums of facts (source: domain 5.1).
//!
//! A later step adds facts of its own and takes none back, so a month that is over stays as it is.

use jiff::Timestamp;

use super::{Desk, Ending, Event, Handler, Rating, Request, Rung, Said, Stage};

/// A rate: of so many that counted, so many were a hit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Measure {
    /// 响应率: first acts of somebody in office within their limit, of those that were due.
    Response,
    /// 解决率: the asker said solved, of the times that an asker was asked.
    Solved,
    /// 满意率（宽）: ratings of 3, 4 or 5, of all ratings.
    SatisfiedWide,
    /// 满意率（严）: ratings of 4 or 5, of all ratings.
    SatisfiedStrict,
    /// 网格解决率: closed as the work of a grid worker, of what was closed after work.
    SolvedInGrid,
    /// 社区解决率: closed without the street, of what was closed after work.
    SolvedInCommunity,
    /// 按时办结率: reported done within the running limit, of what was reported done.
    OnTime,
    /// 退单率: sent back by a unit at least once, of what was closed after work.
    Returned,
    /// 重办率: redone at least once, of what was closed after work.
    Redone,
    /// 重开率: opened again before, of what was closed after work.
    Reopened,
}

/// What is counted without being a part of anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tally {
    /// 受理: requests that were raised.
    Raised,
    /// 办结: requests that came to any end.
    Closed,
}

/// A set of measures and tallies, one bit for each. The bits are kept in the records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Marks(i64);

/// What one step comes to: what it counts for, and where it is a hit. A hit counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Facts {
    pub counted: Marks,
    pub hits: Marks,
}

/// One step of a request.
#[derive(Clone, Copy, Debug)]
pub struct Step<'a> {
    /// The request before; nothing for one that was just raised.
    pub before: Option<&'a Request>,
    pub event: Option<&'a Event>,
    pub after: &'a Request,
    pub at: Timestamp,
}

/// The numerator and the denominator of a rate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Rate {
    pub hits: i64,
    pub of: i64,
}

/// Facts in sum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    pub raised: i64,
    pub closed: i64,
    rates: [Rate; 10],
}

impl Step<'_> {
    /// The facts that this step yields. Of several steps with a response only the first counts: see
    /// [`Facts::without`].
    #[must_use]
    pub fn facts(&self) -> Facts {
        let mut facts = Facts::default();
        let (Some(before), Some(event)) = (self.before, self.event) else {
            facts.counted.add_tally(Tally::Raised);
            return facts;
        };
        self.response(&mut facts, before, event);
        answer(&mut facts, event);
        if matches!(event, Event::Resolved { .. }) {
            facts.add(Measure::OnTime, is_within(before, self.at));
        }
        if !before.stage.is_closed() {
            self.closing(&mut facts);
        }
        facts
    }

    /// The first act of somebody in office; or that the limit for it ran out without one.
    fn response(&self, facts: &mut Facts, before: &Request, event: &Event) {
        if before.responded_at.is_some() {
            return;
        }
        let ran_out = matches!(event, Event::Climbed { rung, .. } if *rung >= Rung::Red);
        if ran_out {
            facts.add(Measure::Response, false);
        } else if self.after.responded_at.is_some() {
            facts.add(Measure::Response, is_within(before, self.at));
        }
    }

    fn closing(&self, facts: &mut Facts) {
        let Stage::Closed { ending, by, desk } = self.after.stage else { return };
        facts.counted.add_tally(Tally::Closed);
        if !matches!(ending, Ending::Confirmed { .. } | Ending::Unrated) {
            return;
        }
        let in_community = desk == Desk::Community;
        let in_grid = in_community && matches!(by, Some(Handler::Worker(_)));
        facts.add(Measure::SolvedInGrid, in_grid);
        facts.add(Measure::SolvedInCommunity, in_community);
        facts.add(Measure::Returned, self.after.returns > 0);
        facts.add(Measure::Redone, self.after.redone > 0);
        facts.add(Measure::Reopened, self.after.reopened);
    }
}

/// What the asker said, or left unsaid, when asked for the result.
fn answer(facts: &mut Facts, event: &Event) {
    let (solved, rating) = match *event {
        Event::Confirmed { rating, .. } => (true, Some(rating)),
        Event::Redone { rating, .. } => (false, rating),
        Event::CalledBack { said: Some(Said::Solved { rating }), .. } => (true, Some(rating)),
        Event::CalledBack { said: Some(Said::NotSolved { rating }), .. } => (false, rating),
        Event::ClosedUnrated => (false, None),
        _ => return,
    };
    facts.add_answer(solved, rating);
}

/// Whether the clock of `request` had time left at `at`. While a question waits it stands still.
fn is_within(request: &Request, at: Timestamp) -> bool {
    match request.question {
        Some(question) => !question.clock.is_over(question.asked_at),
        None => !request.due.is_some_and(|due| due.is_over(at)),
    }
}

impl Measure {
    /// Every measure, in the order in which a board shows them.
    pub const ALL: [Measure; 10] = [
        Measure::Response,
        Measure::Solved,
        Measure::SatisfiedWide,
        Measure::SatisfiedStrict,
        Measure::SolvedInGrid,
        Measure::SolvedInCommunity,
        Measure::OnTime,
        Measure::Returned,
        Measure::Redone,
        Measure::Reopened,
    ];

    /// The name of this measure, in addresses and in the interface.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Measure::Response => "response",
            Measure::Solved => "solved",
            Measure::SatisfiedWide => "satisfied_wide",
            Measure::SatisfiedStrict => "satisfied_strict",
            Measure::SolvedInGrid => "solved_in_grid",
            Measure::SolvedInCommunity => "solved_in_community",
            Measure::OnTime => "on_time",
            Measure::Returned => "returned",
            Measure::Redone => "redone",
            Measure::Reopened => "reopened",
        }
    }

    /// The measure of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Measure> {
        Measure::ALL.into_iter().find(|measure| measure.name() == name)
    }

    /// The bit of this measure in [`Marks`]. It is kept in the records: never give it to another.
    #[must_use]
    pub fn bit(self) -> i64 {
        1 << self.place()
    }

    fn place(self) -> usize {
        match self {
            Measure::Response => 0,
            Measure::Solved => 1,
            Measure::SatisfiedWide => 2,
            Measure::SatisfiedStrict => 3,
            Measure::SolvedInGrid => 4,
            Measure::SolvedInCommunity => 5,
            Measure::OnTime => 6,
            Measure::Returned => 7,
            Measure::Redone => 8,
            Measure::Reopened => 9,
        }
    }
}

impl Tally {
    /// Every tally.
    pub const ALL: [Tally; 2] = [Tally::Raised, Tally::Closed];

    /// The name of this tally, in addresses and in the interface.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Tally::Raised => "raised",
            Tally::Closed => "closed",
        }
    }

    /// The tally of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Tally> {
        Tally::ALL.into_iter().find(|tally| tally.name() == name)
    }

    /// The bit of this tally in [`Marks`], beyond those of the measures.
    #[must_use]
    pub fn bit(self) -> i64 {
        match self {
            Tally::Raised => 1 << 32,
            Tally::Closed => 1 << 33,
        }
    }
}

impl Marks {
    /// The marks of these bits, as the records keep them.
    #[must_use]
    pub fn of_bits(bits: i64) -> Self {
        Self(bits)
    }

    /// The bits, for the records.
    #[must_use]
    pub fn bits(self) -> i64 {
        self.0
    }

    /// Whether `measure` is among them.
    #[must_use]
    pub fn has(self, measure: Measure) -> bool {
        self.0 & measure.bit() != 0
    }

    /// Whether `tally` is among them.
    #[must_use]
    pub fn has_tally(self, tally: Tally) -> bool {
        self.0 & tally.bit() != 0
    }

    /// Puts a tally among them.
    pub fn add_tally(&mut self, tally: Tally) {
        self.0 |= tally.bit();
    }
}

impl Facts {
    /// Counts for `measure`, as a hit or not.
    pub fn add(&mut self, measure: Measure, is_hit: bool) {
        self.counted.0 |= measure.bit();
        if is_hit {
            self.hits.0 |= measure.bit();
        }
    }

    /// Counts what an asker said of the result, and how satisfied they were where they said so.
    pub fn add_answer(&mut self, solved: bool, rating: Option<Rating>) {
        self.add(Measure::Solved, solved);
        if let Some(level) = rating.map(Rating::level) {
            self.add(Measure::SatisfiedWide, level >= 3);
            self.add(Measure::SatisfiedStrict, level >= 4);
        }
    }

    /// The same facts without those of `measure`, where they were counted before.
    #[must_use]
    pub fn without(self, measure: Measure) -> Self {
        let rest = !measure.bit();
        Self { counted: Marks(self.counted.0 & rest), hits: Marks(self.hits.0 & rest) }
    }

    /// Whether nothing counts.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.counted.0 == 0
    }
}

impl Rate {
    /// The share in tenths of a percent, 0 to 1000; nothing where there were no cases.
    ///
    /// Rounded to the nearest, but only all is 100 % and only none is 0 %.
    #[must_use]
    pub fn tenths(self) -> Option<i64> {
        let Self { hits, of } = self;
        match (hits, of) {
            (_, ..=0) => None,
            (..=0, _) => Some(0),
            _ if hits >= of => Some(1000),
            _ => Some(((hits * 2000 + of) / (of * 2)).clamp(1, 999)),
        }
    }
}

impl Sums {
    /// The rate of `measure`.
    #[must_use]
    pub fn rate(&self, measure: Measure) -> Rate {
        self.rates[measure.place()]
    }

    /// Puts a rate there: for what was read from the records.
    pub fn put(&mut self, measure: Measure, rate: Rate) {
        self.rates[measure.place()] = rate;
    }

    /// Adds `count` times the same facts.
    pub fn add(&mut self, facts: Facts, count: i64) {
        for measure in Measure::ALL {
            let rate = &mut self.rates[measure.place()];
            rate.of += count * i64::from(facts.counted.has(measure));
            rate.hits += count * i64::from(facts.hits.has(measure));
        }
        self.raised += count * i64::from(facts.counted.has_tally(Tally::Raised));
        self.closed += count * i64::from(facts.counted.has_tally(Tally::Closed));
    }
}

impl std::ops::AddAssign for Sums {
    fn add_assign(&mut self, other: Self) {
        for (rate, more) in self.rates.iter_mut().zip(other.rates) {
            rate.hits += more.hits;
            rate.of += more.of;
        }
        self.raised += other.raised;
        self.closed += other.closed;
    }
}

impl std::ops::SubAssign for Sums {
    fn sub_assign(&mut self, other: Self) {
        for (rate, less) in self.rates.iter_mut().zip(other.rates) {
            rate.hits -= less.hits;
            rate.of -= less.of;
        }
        self.raised -= other.raised;
        self.closed -= other.closed;
    }
}
