//! What holds for every calendar, and what the real one says of real days.

use std::{collections::BTreeMap, fs, path::Path};

use domain::calendar::{Calendar, DayKind, Deadline, Term, WorkingHours};
use domain::festivals::Doubts;
use jiff::civil::{Date, DateTime, date, time};
use jiff::{SignedDuration, Timestamp, ToSpan, tz::TimeZone};
use proptest::prelude::*;

proptest! {
    #[test]
    fn working_days_end_as_the_office_closes_on_a_workday(
        calendar in calendar(), start in moment(), n in 0..60u16,
    ) {
        let due = calendar.add(start, Term::WorkingDays(n)).at;
        prop_assert!(due >= start);
        prop_assert!(calendar.is_workday(calendar.date(due)));
        prop_assert_eq!(due, calendar.closing(calendar.date(due)));
        if n > 0 {
            let first = calendar.date(start).tomorrow().unwrap();
            prop_assert_eq!(calendar.workdays_between(first, calendar.date(due)), u32::from(n));
        }
    }

    #[test]
    fn working_hours_end_within_office_hours_once_they_are_worked(
        calendar in calendar(), start in moment(), n in 0..200u16,
    ) {
        let due = calendar.add(start, Term::WorkingHours(n)).at;
        prop_assert!(due >= start);
        prop_assert!(is_open(&calendar, due), "{due}");
        let worked = calendar.working_time_between(start, due);
        prop_assert_eq!(worked, SignedDuration::from_hours(n.into()));
    }

    #[test]
    fn who_begins_later_or_has_longer_is_never_due_earlier(
        calendar in calendar(), term in term(), start in moment(), wait in 0..500_000i64,
    ) {
        let due = calendar.add(start, term).at;
        prop_assert!(calendar.add(later(start, wait), term).at >= due);
        prop_assert!(calendar.add(start, longer(term)).at >= due);
    }

    #[test]
    fn a_pause_adds_exactly_its_length(
        calendar in calendar(), term in term(), start in moment(),
        wait in 0..2_000_000i64, pause in 0..5_000_000i64,
    ) {
        let due = calendar.add(start, term).at;
        let (paused, resumed) = (later(start, wait), later(start, wait + pause));
        let shifted = calendar.shift(due, paused, resumed, term).at;
        match term {
            Term::ClockHours(_) | Term::ClockMinutes(_) => {
                prop_assert_eq!(due.duration_until(shifted), SignedDuration::from_secs(pause));
            }
            Term::WorkingHours(_) => {
                let passed = calendar.working_time_between(paused, resumed);
                prop_assert_eq!(calendar.working_time_between(due, shifted), passed);
                prop_assert!(is_open(&calendar, shifted));
            }
            Term::WorkingDays(_) => {
                let days = |from: Timestamp, to: Timestamp| {
                    let first = calendar.date(from).tomorrow().unwrap();
                    calendar.workdays_between(first, calendar.date(to))
                };
                prop_assert_eq!(days(due, shifted), days(paused, resumed));
                prop_assert!(calendar.is_workday(calendar.date(shifted)));
            }
        }
    }

    #[test]
    fn counting_is_walking(calendar in calendar(), from in moment(), length in 0..400i32) {
        let from = calendar.date(from);
        let to = from + length.days();
        let walked = from.series(1.day()).take_while(|&day| day <= to);
        let walked = walked.filter(|&day| calendar.is_workday(day)).count();
        prop_assert_eq!(calendar.workdays_between(from, to) as usize, walked);
    }

    #[test]
    fn office_time_adds_up(
        calendar in calendar(), from in moment(), one in 0..5_000_000i64, two in 0..5_000_000i64,
    ) {
        let (middle, to) = (later(from, one), later(from, one + two));
        let parts = calendar.working_time_between(from, middle)
            + calendar.working_time_between(middle, to);
        prop_assert_eq!(calendar.working_time_between(from, to), parts);
    }

    #[test]
    fn terms_are_read_as_they_are_written(term in term()) {
        prop_assert_eq!(term.to_string().parse(), Ok(term));
    }
}

#[test]
fn terms_of_a_real_week_end_when_the_office_expects() {
    // Friday the 30th of January 2026; the Spring Festival begins on the 15th of February.
    let calendar = spring();
    for (start, term, due) in [
        ("2026-01-30T16:30", Term::WorkingHours(2), "2026-02-02T09:30"),
        ("2026-01-30T15:30", Term::WorkingHours(2), "2026-01-30T17:30"),
        ("2026-01-30T11:30", Term::WorkingHours(1), "2026-01-30T14:30"),
        ("2026-01-30T06:00", Term::WorkingHours(2), "2026-01-30T10:30"),
        ("2026-01-30T20:00", Term::WorkingHours(0), "2026-02-02T08:30"),
        ("2026-01-30T20:00", Term::ClockMinutes(30), "2026-01-30T20:30"),
        ("2026-01-30T20:00", Term::ClockHours(24), "2026-01-31T20:00"),
        ("2026-01-30T09:00", Term::WorkingDays(1), "2026-02-02T17:30"),
        ("2026-01-31T09:00", Term::WorkingDays(1), "2026-02-02T17:30"),
        ("2026-01-30T09:00", Term::WorkingDays(0), "2026-01-30T17:30"),
        ("2026-01-30T19:00", Term::WorkingDays(0), "2026-02-02T17:30"),
        // Saturday the 14th is worked in exchange, the 15th to the 23rd are off.
        ("2026-02-13T09:00", Term::WorkingDays(1), "2026-02-14T17:30"),
        ("2026-02-13T09:00", Term::WorkingDays(5), "2026-02-27T17:30"),
        ("2026-02-14T16:30", Term::WorkingHours(2), "2026-02-24T09:30"),
    ] {
        assert_eq!(calendar.add(at(start), term).at, at(due), "{term} from {start}");
    }
}

#[test]
fn a_pause_is_counted_in_the_unit_of_its_term() {
    let calendar = spring();
    let (paused, resumed) = (at("2026-02-13T16:00"), at("2026-02-24T10:00"));
    for (term, due, shifted) in [
        // Ten days and eighteen hours.
        (Term::ClockHours(24), "2026-02-14T10:00", "2026-02-25T04:00"),
        // One and a half hours, seven, and one and a half.
        (Term::WorkingHours(8), "2026-02-14T10:00", "2026-02-24T15:00"),
        // The 14th and the 24th; and the 28th is a Saturday that is worked.
        (Term::WorkingDays(5), "2026-02-26T17:30", "2026-02-28T17:30"),
    ] {
        let got = calendar.shift(at(due), paused, resumed, term).at;
        assert_eq!(got, at(shifted), "{term}");
    }
    let due = at("2026-02-14T20:00");
    for term in [Term::ClockHours(1), Term::WorkingHours(1), Term::WorkingDays(1)] {
        let same = calendar.shift(due, resumed, paused, term).at;
        assert_eq!(same, due, "a pause that ends before it begins is none");
    }
}

#[test]
fn a_deadline_beyond_the_known_year_is_provisional() {
    let calendar = Calendar { known_through: date(2026, 12, 31), ..spring() };
    let Deadline { at: last, provisional } = calendar.add(at("2026-12-30T09:00"), days(1));
    assert_eq!((last, provisional), (at("2026-12-31T17:30"), false));
    assert!(calendar.add(at("2026-12-30T09:00"), days(2)).provisional);
    assert!(calendar.add(at("2026-12-31T23:50"), Term::ClockMinutes(20)).provisional);
}

#[test]
fn no_calendar_keeps_anyone_waiting_for_ever() {
    let closed = date(2026, 1, 1).series(1.day()).take(400).map(|day| (day, DayKind::Off));
    let calendar = Calendar { exceptions: closed.collect(), ..spring() };
    // The 400th day is the 4th of February 2027, a Thursday.
    let due = calendar.add(at("2026-01-01T09:00"), days(1)).at;
    assert_eq!(due, at("2027-02-05T17:30"));
    assert_eq!(
        calendar.add(at("2026-01-01T09:00"), Term::WorkingHours(1)).at,
        at("2027-02-05T09:30")
    );
    assert_eq!(calendar.previous_workday(date(2027, 2, 5)), date(2025, 12, 31));

    let century = at("2126-01-01T09:00");
    for start in [Timestamp::MIN, at("2026-01-01T09:00"), Timestamp::MAX] {
        for term in [Term::ClockHours(u16::MAX), Term::WorkingHours(u16::MAX), days(u16::MAX)] {
            assert!(calendar.add(start, term).at >= start);
            assert!(calendar.shift(start, at("2026-01-01T09:00"), century, term).at >= start);
        }
    }
    let all = calendar.workdays_between(Date::MIN, Date::MAX);
    let parts = calendar.workdays_between(Date::MIN, date(2026, 6, 1))
        + calendar.workdays_between(date(2026, 6, 2), Date::MAX);
    assert_eq!(all, parts);
    for start in 0..14 {
        let start = Date::MAX - start.days();
        let walked = start.series(1.day()).filter(|&day| calendar.is_workday(day)).count();
        assert_eq!(calendar.workdays_between(start, Date::MAX) as usize, walked);
    }
}

#[test]
fn office_hours_are_in_order() {
    let hours = |a, b, c, d| {
        WorkingHours::new(time(a, 0, 0, 0)..time(b, 0, 0, 0), time(c, 0, 0, 0)..time(d, 0, 0, 0))
    };
    assert!(hours(9, 12, 13, 17).is_ok() && hours(9, 12, 12, 17).is_ok());
    assert!(hours(12, 9, 13, 17).is_err() && hours(9, 9, 13, 17).is_err());
    assert!(hours(9, 14, 13, 17).is_err() && hours(9, 12, 17, 13).is_err());
    assert_eq!(WorkingHours::default().a_day(), SignedDuration::from_hours(7));
}

#[test]
fn the_state_councils_notices_are_kept_to_the_day() {
    let file = "../../../shared/data/calendar/cn_holidays_2007_2026.csv";
    let Ok(text) = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)) else {
        println!("SKIPPED: {file} is not here, so no real year was compared");
        return;
    };
    let mut calendar = Calendar { exceptions: BTreeMap::new(), ..spring() };
    let mut notice = BTreeMap::new();
    for row in text.lines().skip(1) {
        let mut cells = row.split(',');
        let day: Date = cells.next().unwrap().parse().unwrap();
        notice.insert(day, cells.next().unwrap() == "1");
    }
    let kind = |&off: &bool| if off { DayKind::Off } else { DayKind::Workday };
    calendar.exceptions = notice.iter().map(|(&day, off)| (day, kind(off))).collect();
    let mut compared = 0;
    for day in date(2018, 1, 1).series(1.day()).take_while(|&day| day.year() <= 2026) {
        let weekday = day.weekday().to_monday_one_offset() <= 5;
        let worked = notice.get(&day).map_or(weekday, |&off| !off);
        assert_eq!(calendar.is_workday(day), worked, "{day}");
        compared += 1;
    }
    assert_eq!(compared, 3287);
    for (year, workdays) in [(2022, 249), (2023, 249), (2024, 251), (2025, 248), (2026, 248)] {
        let counted = calendar.workdays_between(date(year, 1, 1), date(year, 12, 31));
        assert_eq!(counted, workdays, "{year}");
    }
    the_seed_agrees(&notice);
}

/// The seed's own rows say of every day of their years what the notices say.
fn the_seed_agrees(notice: &BTreeMap<Date, bool>) {
    let seed = seed();
    for day in date(2018, 1, 1).series(1.day()).take_while(|&day| day.year() <= 2026) {
        let weekday = day.weekday().to_monday_one_offset() <= 5;
        let worked = notice.get(&day).map_or(weekday, |&off| !off);
        assert_eq!(seed.is_workday(day), worked, "{day}");
    }
}

/// Counts of working days that anybody can look up, so that the rows are kept where no notices are
/// at hand to compare them with.
#[test]
fn the_years_of_the_seed_have_their_working_days() {
    let seed = seed();
    for (year, workdays) in [
        (2018, 250),
        (2019, 250),
        (2020, 249),
        (2021, 250),
        (2022, 249),
        (2023, 249),
        (2024, 251),
        (2025, 248),
        (2026, 248),
    ] {
        let counted = seed.workdays_between(date(year, 1, 1), date(year, 12, 31));
        assert_eq!(counted, workdays, "{year}");
        let rows = include_str!("../../../seed/calendar.csv").lines();
        let of_year = rows.filter(|row| row.starts_with(&format!("{year}")));
        let off = of_year.filter(|row| row.contains(",off,"));
        assert_eq!(Doubts::of(off, counted), Doubts::default(), "{year}");
    }
}

fn seed() -> Calendar {
    let rows = include_str!("../../../seed/calendar.csv").lines().skip(1);
    let exceptions = rows.map(|row| {
        let mut cells = row.split(',');
        let day: Date = cells.next().unwrap().parse().unwrap();
        (day, cells.next().unwrap().parse().unwrap())
    });
    Calendar { exceptions: exceptions.collect(), ..spring() }
}

/// The days around the Spring Festival of 2026.
fn spring() -> Calendar {
    let off = date(2026, 2, 15).series(1.day()).take(9).map(|day| (day, DayKind::Off));
    let worked = [date(2026, 2, 14), date(2026, 2, 28)].map(|day| (day, DayKind::Workday));
    Calendar {
        zone: TimeZone::get("Asia/Shanghai").unwrap(),
        hours: WorkingHours::default(),
        exceptions: off.chain(worked).collect(),
        causes: BTreeMap::new(),
        known_through: date(2026, 12, 31),
    }
}

fn at(wall: &str) -> Timestamp {
    spring().zone.to_timestamp(wall.parse::<DateTime>().unwrap()).unwrap()
}

fn days(n: u16) -> Term {
    Term::WorkingDays(n)
}

fn is_open(calendar: &Calendar, at: Timestamp) -> bool {
    let wall = calendar.zone.to_datetime(at);
    calendar.is_workday(wall.date()) && calendar.hours.contains(wall.time())
}

fn later(start: Timestamp, seconds: i64) -> Timestamp {
    start + SignedDuration::from_secs(seconds)
}

fn longer(term: Term) -> Term {
    match term {
        Term::ClockHours(n) => Term::ClockHours(n + 1),
        Term::ClockMinutes(n) => Term::ClockMinutes(n + 1),
        Term::WorkingHours(n) => Term::WorkingHours(n + 1),
        Term::WorkingDays(n) => Term::WorkingDays(n + 1),
    }
}

/// A calendar with exceptions thickly sown over three years, whole closed months among them.
fn calendar() -> impl Strategy<Value = Calendar> {
    let first = date(2024, 12, 1);
    let kind = prop_oneof![Just(DayKind::Off), Just(DayKind::Workday)];
    let run = (0..1100i32, 1..40usize, kind);
    prop::collection::vec(run, 0..30).prop_map(move |runs| {
        let days = runs.into_iter().flat_map(|(offset, length, kind)| {
            (first + offset.days()).series(1.day()).take(length).map(move |day| (day, kind))
        });
        Calendar { exceptions: days.collect(), ..spring() }
    })
}

/// Any second of 2025 and 2026.
fn moment() -> impl Strategy<Value = Timestamp> {
    (1_735_660_800..1_798_732_800i64).prop_map(|second| Timestamp::from_second(second).unwrap())
}

fn term() -> impl Strategy<Value = Term> {
    prop_oneof![
        (0..500u16).prop_map(Term::ClockHours),
        (0..5000u16).prop_map(Term::ClockMinutes),
        (0..100u16).prop_map(Term::WorkingHours),
        (0..40u16).prop_map(Term::WorkingDays),
    ]
}
