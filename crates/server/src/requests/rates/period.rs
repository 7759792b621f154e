//! The days that a board is about: a month, a quarter, a year, or from one day to another.

use jiff::ToSpan;
use jiff::civil::Date;

use super::Grain;
use crate::web::words::Phrase;

/// The most days of one board: five years and some.
pub(super) const DAYS_MAX: i64 = 1900;

/// Days, with the first and the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    pub from: Date,
    pub to: Date,
}

/// Periods that have a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Span {
    Month,
    LastMonth,
    Quarter,
    Year,
}

impl Period {
    /// From one day to another with both; nothing where they are the wrong way round or too far
    /// apart.
    #[must_use]
    pub fn new(from: Date, to: Date) -> Option<Self> {
        let period = Self { from, to };
        (from <= to && period.days() <= DAYS_MAX).then_some(period)
    }

    /// The month, quarter or year of `today`, or the month before.
    pub(super) fn of(span: Span, today: Date) -> Self {
        let month = today.first_of_month();
        let (from, months) = match span {
            Span::Month => (month, 1),
            Span::LastMonth => (earlier(month, 1), 1),
            Span::Quarter => (earlier(month, (today.month() - 1) % 3), 3),
            Span::Year => (today.first_of_year(), 12),
        };
        Self { from, to: earlier(from, -months).yesterday().unwrap_or(Date::MAX) }
    }

    /// The twelve months that end with the last day.
    pub(super) fn year_before(self) -> Self {
        Self { from: earlier(self.to.first_of_month(), 11), to: self.to.last_of_month() }
    }

    /// Whether it begins and ends with a month.
    pub(super) fn is_whole_months(self) -> bool {
        self.from == self.from.first_of_month() && self.to == self.to.last_of_month()
    }

    /// By which sums it is read.
    pub(super) fn grain(self) -> Grain {
        if self.is_whole_months() { Grain::Month } else { Grain::Day }
    }

    /// How many days.
    pub(super) fn days(self) -> i64 {
        let (from, to) = self.numbers();
        to - from
    }

    /// The numbers of the first day, and of the first day after.
    pub(super) fn numbers(self) -> (i64, i64) {
        use crate::calendar::number;
        (number(self.from), number(self.to) + 1)
    }
}

impl Span {
    pub(super) const ALL: [Span; 4] = [Span::Month, Span::LastMonth, Span::Quarter, Span::Year];

    pub(super) fn name(self) -> &'static str {
        match self {
            Span::Month => "month",
            Span::LastMonth => "last_month",
            Span::Quarter => "quarter",
            Span::Year => "year",
        }
    }

    pub(super) fn named(name: &str) -> Option<Span> {
        Span::ALL.into_iter().find(|span| span.name() == name)
    }

    pub(super) fn phrase(self) -> Phrase {
        match self {
            Span::Month => Phrase { zh: "本月", en: "This month" },
            Span::LastMonth => Phrase { zh: "上月", en: "Last month" },
            Span::Quarter => Phrase { zh: "本季度", en: "This quarter" },
            Span::Year => Phrase { zh: "本年", en: "This year" },
        }
    }
}

/// So many months earlier, for the first of a month.
fn earlier(month: Date, months: i8) -> Date {
    month.checked_sub(months.months()).unwrap_or(month)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_what_people_call_them() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        for (span, today, from, to) in [
            (Span::Month, "2026-02-10", "2026-02-01", "2026-02-28"),
            (Span::LastMonth, "2026-01-31", "2025-12-01", "2025-12-31"),
            (Span::LastMonth, "2028-03-31", "2028-02-01", "2028-02-29"),
            (Span::Quarter, "2026-01-01", "2026-01-01", "2026-03-31"),
            (Span::Quarter, "2026-06-30", "2026-04-01", "2026-06-30"),
            (Span::Quarter, "2026-12-31", "2026-10-01", "2026-12-31"),
            (Span::Year, "2026-07-15", "2026-01-01", "2026-12-31"),
        ] {
            let period = Period::of(span, day(today));
            assert_eq!((period.from, period.to), (day(from), day(to)), "{span:?} {today}");
            assert!(period.is_whole_months() && period.year_before().is_whole_months());
            assert_eq!(Span::named(span.name()), Some(span));
        }
        let march = Period::of(Span::Month, day("2026-03-15"));
        assert_eq!(march.year_before().from, day("2025-04-01"));
        assert_eq!(march.days(), 31);
        assert_eq!(Period::new(day("2026-03-02"), day("2026-03-01")), None);
        assert_eq!(Period::new(day("2016-03-02"), day("2026-03-01")), None, "too far apart");
        assert_eq!(Period::new(day("2026-03-02"), day("2026-03-02")).map(Period::days), Some(1));
        assert!(!Period::new(day("2026-03-01"), day("2026-03-30")).unwrap().is_whole_months());
    }
}
