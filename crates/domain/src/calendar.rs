//! The working calendar of a street: which days are worked, and when a term that begins now ends.
//!
//! Workdays are Monday to Friday, save for the days of the yearly notice: holidays, and weekend
//! days that are worked in exchange (调休). The notice comes a year at a time, so what lies past
//! [`Calendar::known_through`] is answered as if there were no holidays, and marked provisional.
//!
//! Every search ends: exceptions are finitely many, and any week without one has five workdays.

use std::collections::BTreeMap;
use std::{fmt, ops::Range, str::FromStr};

use jiff::civil::{Date, DateTime, Time, Weekday, time};
use jiff::{SignedDuration, Timestamp, ToSpan, tz::TimeZone};

/// What a street has decided about its days and hours.
#[derive(Clone, Debug, PartialEq)]
pub struct Calendar {
    /// Where the wall clock hangs.
    pub zone: TimeZone,
    pub hours: WorkingHours,
    /// The days that are not what their weekday says.
    pub exceptions: BTreeMap<Date, DayKind>,
    /// Why they are not, where that is known. It explains, and decides nothing.
    pub causes: BTreeMap<Date, Cause>,
    /// The last day of the last notice.
    pub known_through: Date,
}

/// Whether a day is worked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DayKind {
    Off,
    Workday,
}

/// Why a day is not what its weekday says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The yearly notice says so: the name of its holiday.
    Notice(String),
    /// The street is closed (停摆), such as for a flood: the reason.
    Closure(String),
}

/// What a day is, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Day<'a> {
    Workday,
    Weekend,
    /// A holiday of this name.
    Holiday(&'a str),
    /// A weekend day that is worked in exchange (调休上班) for the holiday of this name.
    MadeUp(&'a str),
    /// The street is closed for this reason.
    Closed(&'a str),
}

/// When the office is open on a workday: a morning and an afternoon on the wall clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorkingHours([(Time, Time); 2]);

/// How long somebody has, in the unit in which it is counted (办理时限).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Term {
    /// By the clock, day and night.
    ClockHours(u16),
    /// By the clock, day and night.
    ClockMinutes(u16),
    /// Office time only, from the next office moment on.
    WorkingHours(u16),
    /// Until the office closes on the n-th workday after today. None at all is what remains of
    /// today, or the next workday when nothing does.
    WorkingDays(u16),
}

/// When a term ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadline {
    pub at: Timestamp,
    /// Its day lies past what the calendar knows: a coming notice may move it.
    pub provisional: bool,
}

/// The hours are out of order, or leave no time to work.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("office hours are a morning and, after it, an afternoon")]
pub struct BadHours;

/// The text is no kind of day.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("a day is `off` or `work`")]
pub struct BadDayKind;

/// The text is no term.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("a term is a number and a unit, such as `5 working_days`")]
pub struct BadTerm;

impl Calendar {
    /// Whether `date` is worked.
    #[must_use]
    pub fn is_workday(&self, date: Date) -> bool {
        match self.exceptions.get(&date) {
            Some(kind) => *kind == DayKind::Workday,
            None => !is_weekend(date),
        }
    }

    /// What `date` is, and why.
    #[must_use]
    pub fn day(&self, date: Date) -> Day<'_> {
        let name = match self.causes.get(&date) {
            Some(Cause::Closure(reason)) => return Day::Closed(reason),
            Some(Cause::Notice(name)) => name.as_str(),
            None => "",
        };
        match (self.exceptions.get(&date), is_weekend(date)) {
            (Some(DayKind::Off), _) => Day::Holiday(name),
            (Some(DayKind::Workday), true) => Day::MadeUp(name),
            (Some(DayKind::Workday) | None, false) => Day::Workday,
            (None, true) => Day::Weekend,
        }
    }

    /// Closes the street on `date` for a reason. A day that was off anyway stays what it was.
    pub fn close(&mut self, date: Date, reason: &str) {
        if self.is_workday(date) {
            self.exceptions.insert(date, DayKind::Off);
            self.causes.insert(date, Cause::Closure(reason.to_owned()));
        }
    }

    /// The first workday after `date`.
    #[must_use]
    pub fn next_workday(&self, date: Date) -> Date {
        self.nth_workday_after(date, 1)
    }

    /// The last workday before `date`: one working day early.
    #[must_use]
    pub fn previous_workday(&self, date: Date) -> Date {
        let mut day = date;
        while let Ok(before) = day.yesterday() {
            day = before;
            if self.is_workday(day) {
                break;
            }
        }
        day
    }

    /// How many days of `from..=to` are worked; none when `to` is the earlier.
    #[must_use]
    pub fn workdays_between(&self, from: Date, to: Date) -> u32 {
        self.count(from, to).unsigned_abs()
    }

    /// How much office time passes from `from` to `to`; none when `to` is the earlier.
    #[must_use]
    pub fn working_time_between(&self, from: Timestamp, to: Timestamp) -> SignedDuration {
        let (from, to) = (self.on_the_wall(from), self.on_the_wall(to));
        if to <= from {
            return SignedDuration::ZERO;
        }
        let days = self.count(from.date(), to.date()) - i32::from(self.is_workday(to.date()));
        self.hours.a_day() * days + self.worked_by(to) - self.worked_by(from)
    }

    /// How much office time of `date` lies between `from` and `to`.
    #[must_use]
    pub fn working_time_on(&self, date: Date, from: Timestamp, to: Timestamp) -> SignedDuration {
        let (from, to) = (self.on_the_wall(from), self.on_the_wall(to));
        let within = |(opens, closes): (DateTime, DateTime)| {
            from.max(opens).duration_until(to.min(closes)).max(SignedDuration::ZERO)
        };
        self.openings(date).map(within).sum()
    }

    /// When a term that begins at `start` ends.
    #[must_use]
    pub fn add(&self, start: Timestamp, term: Term) -> Deadline {
        let begins = self.on_the_wall(start);
        let at = match term {
            Term::ClockHours(n) => later(start, SignedDuration::from_hours(n.into())),
            Term::ClockMinutes(n) => later(start, SignedDuration::from_mins(n.into())),
            Term::WorkingHours(n) => {
                self.instant(self.work_on(begins, SignedDuration::from_hours(n.into())))
            }
            Term::WorkingDays(0) if self.remains_open(begins) => self.closing(begins.date()),
            Term::WorkingDays(n) => {
                self.closing(self.nth_workday_after(begins.date(), n.max(1).into()))
            }
        };
        self.deadline(at)
    }

    /// When a term that was to end at `due` ends after a pause: later by exactly the pause, counted
    /// in the term's own unit. A pause in working days counts each workday after the day it began,
    /// up to and with the day it ended.
    #[must_use]
    pub fn shift(
        &self,
        due: Timestamp,
        paused_at: Timestamp,
        resumed_at: Timestamp,
        term: Term,
    ) -> Deadline {
        let at = match term {
            Term::ClockHours(_) | Term::ClockMinutes(_) => {
                later(due, paused_at.duration_until(resumed_at).max(SignedDuration::ZERO))
            }
            Term::WorkingHours(_) => match self.working_time_between(paused_at, resumed_at) {
                SignedDuration::ZERO => due,
                pause => self.instant(self.work_on(self.on_the_wall(due), pause)),
            },
            Term::WorkingDays(_) => match self.workdays_after(paused_at, resumed_at) {
                0 => due,
                days => self.closing(self.nth_workday_after(self.date(due), days)),
            },
        };
        self.deadline(at)
    }

    /// The day of `at` on the wall.
    #[must_use]
    pub fn date(&self, at: Timestamp) -> Date {
        self.on_the_wall(at).date()
    }

    /// When the office closes, or would close, on `date`.
    #[must_use]
    pub fn closing(&self, date: Date) -> Timestamp {
        self.instant(date.to_datetime(self.hours.closes()))
    }

    /// When the office opens, or would open, on `date`.
    #[must_use]
    pub fn opening(&self, date: Date) -> Timestamp {
        self.instant(date.to_datetime(self.hours.opens()))
    }

    /// Half the time from `from` to `to`, counted as `term` is: by office time or by the clock.
    #[must_use]
    pub fn midway(&self, from: Timestamp, to: Timestamp, term: Term) -> Timestamp {
        match term {
            Term::WorkingHours(_) | Term::WorkingDays(_) => {
                let half = self.working_time_between(from, to) / 2;
                self.instant(self.work_on(self.on_the_wall(from), half)).min(to)
            }
            Term::ClockHours(_) | Term::ClockMinutes(_) => later(from, from.duration_until(to) / 2),
        }
    }

    /// Whole weeks have five weekdays. Only what is left of a week is walked, and the exceptions:
    /// the two ends may come from a stranger, and lie millennia apart.
    fn count(&self, from: Date, to: Date) -> i32 {
        let days = match from.until(to) {
            Ok(span) if from <= to => span.get_days() + 1,
            _ => return 0,
        };
        let rest = (0..days % 7).map(|offset| from.saturating_add(offset.days()));
        let rest: i32 = rest.map(|day| i32::from(!is_weekend(day))).sum();
        let mut workdays = days / 7 * 5 + rest;
        for (&day, &kind) in self.exceptions.range(from..=to) {
            match (kind, is_weekend(day)) {
                (DayKind::Off, false) => workdays -= 1,
                (DayKind::Workday, true) => workdays += 1,
                _ => {}
            }
        }
        workdays
    }

    fn deadline(&self, at: Timestamp) -> Deadline {
        Deadline { at, provisional: self.date(at) > self.known_through }
    }

    /// Workdays after the day of `from`, up to and with the day of `to`.
    fn workdays_after(&self, from: Timestamp, to: Timestamp) -> u32 {
        match self.date(from).tomorrow() {
            Ok(first) => self.workdays_between(first, self.date(to)),
            Err(_) => 0,
        }
    }

    /// Past the last day that can be written, the last day itself is the answer.
    fn nth_workday_after(&self, date: Date, n: u32) -> Date {
        let mut day = date;
        let mut left = n;
        while left > 0
            && let Ok(next) = day.tomorrow()
        {
            day = next;
            left -= u32::from(self.is_workday(day));
        }
        day
    }

    /// The moment at which `work` of office time has passed since `from`.
    fn work_on(&self, from: DateTime, work: SignedDuration) -> DateTime {
        let mut now = from;
        let mut left = work;
        loop {
            let day = now.date();
            for (opens, closes) in self.openings(day) {
                let begins = now.max(opens);
                let open = begins.duration_until(closes);
                if begins <= closes && left <= open {
                    return begins.saturating_add(left);
                }
                left -= open.max(SignedDuration::ZERO);
            }
            let Ok(next) = day.tomorrow() else { return DateTime::MAX };
            now = next.to_datetime(Time::midnight());
        }
    }

    /// The office time of the day of `at` that has passed by then.
    fn worked_by(&self, at: DateTime) -> SignedDuration {
        let passed =
            |(opens, closes): (DateTime, DateTime)| opens.duration_until(at.clamp(opens, closes));
        self.openings(at.date()).map(passed).sum()
    }

    fn openings(&self, date: Date) -> impl Iterator<Item = (DateTime, DateTime)> {
        let ranges = if self.is_workday(date) { self.hours.0.as_slice() } else { &[] };
        ranges
            .iter()
            .map(move |&(opens, closes)| (date.to_datetime(opens), date.to_datetime(closes)))
    }

    fn remains_open(&self, at: DateTime) -> bool {
        self.is_workday(at.date()) && at.time() <= self.hours.closes()
    }

    fn on_the_wall(&self, at: Timestamp) -> DateTime {
        self.zone.to_datetime(at)
    }

    fn instant(&self, wall: DateTime) -> Timestamp {
        // Only beyond the last instant that can be written is there none.
        self.zone.to_timestamp(wall).unwrap_or(Timestamp::MAX)
    }
}

impl WorkingHours {
    /// Office hours of a morning and an afternoon, neither of them empty.
    pub fn new(morning: Range<Time>, afternoon: Range<Time>) -> Result<Self, BadHours> {
        let ordered = morning.start < morning.end
            && morning.end <= afternoon.start
            && afternoon.start < afternoon.end;
        let ranges = [(morning.start, morning.end), (afternoon.start, afternoon.end)];
        if ordered { Ok(Self(ranges)) } else { Err(BadHours) }
    }

    /// When the day's work begins.
    #[must_use]
    pub fn opens(&self) -> Time {
        self.0[0].0
    }

    /// When the day's work is over.
    #[must_use]
    pub fn closes(&self) -> Time {
        self.0[1].1
    }

    /// The office time of one workday.
    #[must_use]
    pub fn a_day(&self) -> SignedDuration {
        self.0.iter().map(|(opens, closes)| opens.duration_until(*closes)).sum()
    }

    /// Whether the office is open at `time` of a workday; it still is at the minute it closes.
    #[must_use]
    pub fn contains(&self, time: Time) -> bool {
        self.0.iter().any(|&(opens, closes)| opens <= time && time <= closes)
    }
}

impl Default for WorkingHours {
    /// 08:30 to 12:00 and 14:00 to 17:30, until a street says otherwise.
    fn default() -> Self {
        Self([(time(8, 30, 0, 0), time(12, 0, 0, 0)), (time(14, 0, 0, 0), time(17, 30, 0, 0))])
    }
}

impl FromStr for DayKind {
    type Err = BadDayKind;

    fn from_str(text: &str) -> Result<Self, BadDayKind> {
        match text {
            "off" => Ok(Self::Off),
            "work" => Ok(Self::Workday),
            _ => Err(BadDayKind),
        }
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (n, unit) = match self {
            Term::ClockHours(n) => (n, "clock_hours"),
            Term::ClockMinutes(n) => (n, "clock_minutes"),
            Term::WorkingHours(n) => (n, "working_hours"),
            Term::WorkingDays(n) => (n, "working_days"),
        };
        write!(f, "{n} {unit}")
    }
}

impl FromStr for Term {
    type Err = BadTerm;

    fn from_str(text: &str) -> Result<Self, BadTerm> {
        let (n, unit) = text.split_once(' ').ok_or(BadTerm)?;
        let n = crate::digits::read(n).ok_or(BadTerm)?;
        match unit {
            "clock_hours" => Ok(Self::ClockHours(n)),
            "clock_minutes" => Ok(Self::ClockMinutes(n)),
            "working_hours" => Ok(Self::WorkingHours(n)),
            "working_days" => Ok(Self::WorkingDays(n)),
            _ => Err(BadTerm),
        }
    }
}

fn is_weekend(date: Date) -> bool {
    matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday)
}

fn later(start: Timestamp, by: SignedDuration) -> Timestamp {
    start.checked_add(by).unwrap_or(Timestamp::MAX)
}
