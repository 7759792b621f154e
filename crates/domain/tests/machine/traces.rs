//! Deadlines told again from history: whatever happens to a request, the replay is what was stored,
//! and the explanation adds up.

use domain::actor::Actor;
use domain::calendar::{Calendar, Cause, Day, DayKind, Term};
use domain::id::PersonId;
use domain::requests::trace::{Clock, Counted, Length, Mark, Span, Step, Trace, What, steps};
use domain::requests::{Due, Event, Limit, Request, Stage};
use jiff::civil::{Date, date};
use jiff::{SignedDuration, Timestamp, ToSpan};
use proptest::prelude::*;

use crate::cast::{World, actor, commands};

proptest! {
    #[test]
    fn the_life_of_every_clock_can_be_told_again(
        calendar in calendar(), finish in term(), solve in term(),
        turns in prop::collection::vec(turn(), 0..60),
    ) {
        let mut world = World::new();
        world.calendar = calendar;
        world.limits.finish_ordinary = finish;
        world.limits.solve = solve;
        let mut request = world.at(Stage::Raised);
        let mut marks = vec![(world.now, Mark::Entered)];
        for (chosen, hours) in turns {
            world.pass(hours);
            let Some(event) = some_event(&request, &world, chosen) else { continue };
            request = request.apply(&event, world.moment());
            marks.push((world.now, Mark::of(&event)));
            let (answer, running) = match &request.question {
                Some(question) => (request.due, Some(question.clock)),
                None => (None, request.due),
            };
            if let Some(due) = running {
                let happened = steps(marks.iter().copied(), due.from);
                told_again(&due, &happened, &world.calendar)?;
            }
            if let Some(due) = answer {
                told_again(&due, &[], &world.calendar)?;
            }
        }
    }

    #[test]
    fn pauses_and_extensions_of_every_unit_add_up(
        calendar in calendar(), term in term(), start in moment(), happened in happenings(),
    ) {
        let clock = Clock { limit: Limit::Finish, length: Length::Term(term), from: start };
        let due = clock.replay(&happened, &calendar);
        told_again(&due, &happened, &calendar)?;
        let trace = clock.trace(&happened, &calendar);
        prop_assert_eq!(trace.due.provisional, calendar.date(due.at) > calendar.known_through);
    }

    #[test]
    fn a_closure_shifts_what_it_meets_and_nothing_that_ends_before_it(
        calendar in calendar(), term in term(), start in moment(),
        wait in 0..40i32, length in 1..10usize,
    ) {
        let first = calendar.date(start) + wait.days();
        let mut closed = calendar.clone();
        for day in first.series(1.day()).take(length) {
            closed.close(day, "洪水");
        }
        let (before, after) = (calendar.add(start, term), closed.add(start, term));
        prop_assert!(after.at >= before.at);
        if calendar.date(before.at) < first || by_the_clock(term) {
            prop_assert_eq!(after.at, before.at);
        } else {
            let day = closed.date(after.at);
            prop_assert!(closed.is_workday(day));
            prop_assert!(!(first <= day && day < first + i32::try_from(length).unwrap().days()));
        }
    }

    #[test]
    fn a_notice_moves_no_deadline_that_the_calendar_knew(
        calendar in calendar(), known in 0..500i32, term in term(), start in moment(),
        happened in happenings(),
    ) {
        // A later notice says nothing of the days that were known before.
        let known_through = date(2026, 1, 1) + known.days();
        let mut before = Calendar { known_through, ..calendar.clone() };
        before.exceptions.retain(|&day, _| day <= known_through);
        let begun = Clock { limit: Limit::Finish, length: Length::Term(term), from: start };
        let pauses_are_known = happened.iter().all(|step| match *step {
            Step::Paused { to, .. } => before.date(to) <= known_through,
            _ => true,
        });
        let (old, new) = (begun.replay(&happened, &before), begun.replay(&happened, &calendar));
        if !old.provisional && pauses_are_known {
            prop_assert_eq!(old.at, new.at);
        }
    }
}

#[test]
fn the_days_of_a_deadline_are_told_with_their_reasons() {
    let calendar = spring();
    let at = |wall: &str| instant(&calendar, wall);
    let length = Length::Term(Term::WorkingDays(5));
    let clock = Clock { limit: Limit::Finish, length, from: at("2026-02-12T09:00") };
    let pause = Step::Paused { from: at("2026-02-24T10:00"), to: at("2026-02-25T10:00") };
    let Trace { due, legs, .. } = clock.trace(&[pause], &calendar);
    assert_eq!(due.at, at("2026-03-02T17:30"));
    let span = |from: (i8, i8), to: (i8, i8), day, counted| Span {
        first: date(2026, from.0, from.1),
        last: date(2026, to.0, to.1),
        day: Some(day),
        counted,
    };
    let limit = [
        span((2, 13), (2, 13), Day::Workday, Counted::Days(1)),
        span((2, 14), (2, 14), Day::MadeUp("春节"), Counted::Days(1)),
        span((2, 15), (2, 23), Day::Holiday("春节"), Counted::Nothing),
        span((2, 24), (2, 25), Day::Workday, Counted::Days(2)),
        span((2, 26), (2, 26), Day::Closed("洪水"), Counted::Nothing),
        span((2, 27), (2, 27), Day::Workday, Counted::Days(1)),
    ];
    assert_eq!(legs[0].spans, limit);
    let pause = [
        span((2, 28), (3, 1), Day::Weekend, Counted::Nothing),
        span((3, 2), (3, 2), Day::Workday, Counted::Days(1)),
    ];
    assert_eq!((legs[1].spans.as_slice(), legs.len()), (pause.as_slice(), 2));
}

#[test]
fn a_day_that_was_agreed_is_told_without_counting() {
    let calendar = spring();
    let from = instant(&calendar, "2026-02-12T09:00");
    let clock = Clock { limit: Limit::Review, length: Length::Until(date(2026, 3, 1)), from };
    let trace = clock.trace(&[], &calendar);
    assert_eq!(trace.due.at, instant(&calendar, "2026-03-01T17:30"));
    assert_eq!(Clock::of(&trace.due, &calendar), clock);
    assert_eq!((trace.legs.len(), trace.legs[0].spans.len()), (1, 0));
}

/// The replay is the deadline, and each leg begins where the one before ended and adds up.
fn told_again(due: &Due, happened: &[Step], calendar: &Calendar) -> Result<(), TestCaseError> {
    let clock = Clock::of(due, calendar);
    prop_assert_eq!(clock.replay(happened, calendar), *due);
    let trace = clock.trace(happened, calendar);
    prop_assert_eq!(trace.due, *due);
    let mut at = due.from;
    for leg in &trace.legs {
        prop_assert_eq!(leg.from, at);
        at = leg.to;
        let expected = match (leg.what, due.term) {
            (What::Limit(Length::Until(_)), _) | (What::Paused { .. }, None) => Counted::Nothing,
            (What::Limit(Length::Term(term)), _) => whole(term),
            (What::Extended { days }, _) => Counted::Days(days.into()),
            (What::Paused { from, to }, Some(term)) => match term {
                Term::ClockHours(_) | Term::ClockMinutes(_) => {
                    Counted::Time(from.duration_until(to))
                }
                Term::WorkingHours(_) => Counted::Time(calendar.working_time_between(from, to)),
                Term::WorkingDays(_) => {
                    let first = calendar.date(from).tomorrow().unwrap();
                    Counted::Days(calendar.workdays_between(first, calendar.date(to)))
                }
            },
        };
        prop_assert!(same(leg.counted(), expected), "{leg:?} adds up to {expected:?}");
        for span in &leg.spans {
            let days = span.first.series(1.day()).take_while(|&day| day <= span.last);
            let worked = days.filter(|&day| calendar.is_workday(day)).count();
            if let (Counted::Days(counted), Some(_)) = (span.counted, span.day) {
                prop_assert_eq!(counted as usize, worked, "{:?}", span);
            }
        }
    }
    prop_assert_eq!(at, due.at);
    Ok(())
}

fn whole(term: Term) -> Counted {
    match term {
        Term::ClockHours(n) | Term::WorkingHours(n) => {
            Counted::Time(SignedDuration::from_hours(n.into()))
        }
        Term::ClockMinutes(n) => Counted::Time(SignedDuration::from_mins(n.into())),
        Term::WorkingDays(n) => Counted::Days(n.into()),
    }
}

/// Whether both say the same; nothing is no day and no time.
fn same(one: Counted, two: Counted) -> bool {
    let none = |counted| match counted {
        Counted::Nothing | Counted::Days(0) => true,
        Counted::Time(time) => time.is_zero(),
        Counted::Days(_) => false,
    };
    one == two || none(one) && none(two)
}

fn by_the_clock(term: Term) -> bool {
    matches!(term, Term::ClockHours(_) | Term::ClockMinutes(_))
}

fn instant(calendar: &Calendar, wall: &str) -> Timestamp {
    calendar.zone.to_timestamp(wall.parse::<jiff::civil::DateTime>().unwrap()).unwrap()
}

/// The days around the Spring Festival of 2026, and a flood after it.
fn spring() -> Calendar {
    let off = date(2026, 2, 15).series(1.day()).take(9).map(|day| (day, DayKind::Off));
    let days = off.chain([(date(2026, 2, 14), DayKind::Workday)]);
    let exceptions: std::collections::BTreeMap<Date, DayKind> = days.collect();
    let cause = |&day: &Date| (day, Cause::Notice("春节".to_owned()));
    let causes = exceptions.keys().map(cause).collect();
    let mut calendar = Calendar { exceptions, causes, ..World::new().calendar };
    calendar.close(date(2026, 2, 26), "洪水");
    calendar
}

/// Days off, days that are worked, and closures, sown over two years.
fn calendar() -> impl Strategy<Value = Calendar> {
    let first = date(2025, 12, 1);
    let run = (0..800i32, 1..12usize, 0..3u8);
    prop::collection::vec(run, 0..30).prop_map(move |runs| {
        let mut calendar = World::new().calendar;
        for (offset, length, kind) in runs {
            for day in (first + offset.days()).series(1.day()).take(length) {
                let kind = match kind {
                    0 => DayKind::Off,
                    1 => DayKind::Workday,
                    _ => {
                        calendar.close(day, "停电检修");
                        continue;
                    }
                };
                calendar.exceptions.insert(day, kind);
                calendar.causes.insert(day, Cause::Notice("节日".to_owned()));
            }
        }
        calendar
    })
}

fn term() -> impl Strategy<Value = Term> {
    prop_oneof![
        (1..300u16).prop_map(Term::ClockHours),
        (1..5000u16).prop_map(Term::ClockMinutes),
        (1..60u16).prop_map(Term::WorkingHours),
        (1..30u16).prop_map(Term::WorkingDays),
    ]
}

/// Any second of the first half of 2026.
fn moment() -> impl Strategy<Value = Timestamp> {
    (1_767_225_600..1_782_864_000i64).prop_map(|second| Timestamp::from_second(second).unwrap())
}

/// Up to four pauses and extensions in the order of time.
fn happenings() -> impl Strategy<Value = Vec<Step>> {
    let one = (0..900_000i64, 0..900_000i64, prop::option::of(1..=10u8));
    (moment(), prop::collection::vec(one, 0..4)).prop_map(|(start, rows)| {
        let mut now = start;
        let step = |(wait, length, days): (i64, i64, Option<u8>)| {
            let from = now + SignedDuration::from_secs(wait);
            let to = from + SignedDuration::from_secs(length);
            now = to;
            days.map_or(Step::Paused { from, to }, |days| Step::Extended { days })
        };
        rows.into_iter().map(step).collect()
    })
}

/// One of the things that may happen now, so that most lives are long.
fn some_event(request: &Request, world: &World, chosen: usize) -> Option<Event> {
    let people = (1..=7).map(|person| actor(PersonId(person))).chain([Actor::system()]);
    let people: Vec<Actor> = people.collect();
    let tries =
        people.iter().flat_map(|actor| commands().into_iter().map(move |what| (actor, what)));
    let decided = tries.map(|(actor, what)| request.decide(actor, what, world.moment()));
    let possible: Vec<Event> = decided.filter_map(Result::ok).collect();
    possible.get(chosen % possible.len().max(1)).cloned()
}

/// Which of the things that may happen, and after how many hours.
fn turn() -> impl Strategy<Value = (usize, i64)> {
    (0..1000usize, prop_oneof![8 => 0..20i64, 2 => 0..200i64])
}
