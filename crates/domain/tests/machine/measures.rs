//! What each step of a request counts for: examples of every definition, and what holds for all.

use domain::actor::Actor;
use domain::id::PersonId;
use domain::requests::{
    Command, Desk, Ending, Event, Facts, Handler, Limit, Marks, Measure, Rate, Rating, Request,
    Rung, Said, Stage, Step, Sums, Tally,
};
use proptest::prelude::*;

use crate::cast::{OTHER, UNIT, WORKER, World, actor, commands, note};
use Measure as M;

/// The facts of `event` happening to `before` now.
fn facts(world: &World, before: &Request, event: &Event) -> Facts {
    let after = before.clone().apply(event, world.moment());
    Step { before: Some(before), event: Some(event), after: &after, at: world.now }.facts()
}

/// The measures that count, each with whether it is a hit.
fn told(facts: Facts) -> Vec<(Measure, bool)> {
    let counted = M::ALL.into_iter().filter(|&measure| facts.counted.has(measure));
    counted.map(|measure| (measure, facts.hits.has(measure))).collect()
}

fn rating(level: u8) -> Rating {
    Rating::new(level).unwrap()
}

/// A request whose first act was done.
fn responded(world: &World, stage: Stage) -> Request {
    let mut request = world.at(stage);
    request.responded_at = Some(world.now);
    request
}

fn resolved(world: &World) -> Request {
    let by = Handler::Worker(WORKER);
    responded(world, Stage::Resolved { by, desk: Desk::Community })
}

#[test]
fn a_new_request_is_raised_and_nothing_else() {
    let world = World::new();
    let request = world.at(Stage::Raised);
    let facts = Step { before: None, event: None, after: &request, at: world.now }.facts();
    assert!(facts.counted.has_tally(Tally::Raised) && !facts.counted.has_tally(Tally::Closed));
    assert_eq!(told(facts), []);
}

#[test]
fn the_first_act_counts_once_within_its_limit_or_late() {
    let accepted = Event::Accepted { worker: WORKER };
    let climbed = |rung| Event::Climbed { rung, to: None };
    let mut world = World::new();
    let raised = world.at(Stage::Raised);
    assert_eq!(told(facts(&world, &raised, &accepted)), [(M::Response, true)]);
    let withdrawn = Event::Withdrawn { note: None };
    assert_eq!(told(facts(&world, &raised, &withdrawn)), [], "nothing was due");
    assert_eq!(told(facts(&world, &raised, &climbed(Rung::Yellow))), []);
    world.pass(2);
    assert_eq!(told(facts(&world, &raised, &accepted)), [(M::Response, true)], "the last moment");
    world.pass(1);
    assert_eq!(told(facts(&world, &raised, &accepted)), [(M::Response, false)]);
    for rung in [Rung::Red, Rung::Ordered] {
        assert_eq!(told(facts(&world, &raised, &climbed(rung))), [(M::Response, false)]);
    }
    // Whoever had a first act is never due again, however late the work is.
    let known = responded(&world, Stage::Accepted { worker: WORKER });
    let escalated = Event::Escalated { to: Desk::Community, note: note() };
    for event in [climbed(Rung::Red), climbed(Rung::Ordered), escalated] {
        assert_eq!(told(facts(&world, &known, &event)), []);
    }
    let twice = facts(&world, &raised, &accepted).without(M::Response);
    assert!(twice.is_empty());
}

#[test]
fn what_an_asker_says_counts_each_time() {
    let world = World::new();
    let request = resolved(&world);
    let said = |event: &Event| {
        let family = [M::Solved, M::SatisfiedWide, M::SatisfiedStrict];
        let facts = facts(&world, &request, event);
        let mut told = told(facts);
        told.retain(|(measure, _)| family.contains(measure));
        told
    };
    let confirmed = |level| Event::Confirmed { rating: rating(level), note: None };
    let redone = |rating| Event::Redone { to: Desk::Community, reason: note(), rating };
    let called = |said| Event::CalledBack { said, to: None, note: None };
    let (solved, wide, strict) = (M::Solved, M::SatisfiedWide, M::SatisfiedStrict);
    for (level, is_wide, is_strict) in
        [(1, false, false), (2, false, false), (3, true, false), (4, true, true), (5, true, true)]
    {
        let marks = [(solved, true), (wide, is_wide), (strict, is_strict)];
        assert_eq!(said(&confirmed(level)), marks, "confirmed with {level}");
        let rating = rating(level);
        assert_eq!(said(&called(Some(Said::Solved { rating }))), marks, "called, {level}");
        // How one was treated and whether it is solved are two questions.
        let marks = [(solved, false), (wide, is_wide), (strict, is_strict)];
        assert_eq!(said(&redone(Some(rating))), marks);
        assert_eq!(said(&called(Some(Said::NotSolved { rating: Some(rating) }))), marks);
    }
    assert_eq!(said(&redone(None)), [(solved, false)]);
    assert_eq!(said(&called(Some(Said::NotSolved { rating: None }))), [(solved, false)]);
    assert_eq!(said(&Event::ClosedUnrated), [(solved, false)], "silence was asked, and rates not");
    assert_eq!(said(&called(None)), [], "nobody could be reached");
}

#[test]
fn what_is_closed_after_work_tells_where_and_how() {
    let world = World::new();
    let unit = Handler::Unit(UNIT);
    let close = |by, desk, change: fn(&mut Request)| {
        let mut request = responded(&world, Stage::Resolved { by, desk });
        change(&mut request);
        let facts = facts(&world, &request, &Event::ClosedUnrated);
        assert!(facts.counted.has_tally(Tally::Closed));
        let all = [M::SolvedInGrid, M::SolvedInCommunity, M::Returned, M::Redone, M::Reopened];
        assert!(all.iter().all(|&measure| facts.counted.has(measure)));
        all.map(|measure| facts.hits.has(measure))
    };
    let (yes, no) = (true, false);
    let worker = Handler::Worker(WORKER);
    for (by, desk, change, expected) in [
        (worker, Desk::Community, (|_| ()) as fn(&mut Request), [yes, yes, no, no, no]),
        (unit, Desk::Community, |_| (), [no, yes, no, no, no]),
        (unit, Desk::Street, |_| (), [no, no, no, no, no]),
        (Handler::Desk(Desk::Street), Desk::Street, |_| (), [no, no, no, no, no]),
        (unit, Desk::Community, |it| it.returns = 2, [no, yes, yes, no, no]),
        (unit, Desk::Street, |it| it.redone = 1, [no, no, no, yes, no]),
        (worker, Desk::Community, |it| it.reopened = true, [yes, yes, no, no, yes]),
    ] {
        assert_eq!(close(by, desk, change), expected, "{by:?} {desk:?}");
    }
}

#[test]
fn rejected_merged_and_withdrawn_are_closed_and_in_no_rate_of_solving() {
    let world = World::new();
    let request = responded(&world, Stage::Accepted { worker: WORKER });
    for event in [
        Event::Rejected { reason: note() },
        Event::Merged { into: OTHER },
        Event::Withdrawn { note: None },
    ] {
        let facts = facts(&world, &request, &event);
        assert!(facts.counted.has_tally(Tally::Closed));
        assert_eq!(told(facts), [], "{event:?}");
    }
}

#[test]
fn done_in_time_is_within_the_running_limit_and_a_question_stops_it() {
    let mut world = World::new();
    let by = Handler::Unit(UNIT);
    let stage = Stage::Handling { by, desk: Desk::Community };
    let done = Event::Resolved { by, note: note() };
    let on_time = |world: &World, request: &Request| told(facts(world, request, &done));
    let mut request = responded(&world, stage);
    let mut asked = world.asked(stage);
    asked.responded_at = Some(world.now);
    request.due = request.due.map(|due| domain::requests::Due { limit: Limit::Finish, ..due });
    assert_eq!(on_time(&world, &request), [(M::OnTime, true)]);
    world.pass(24 * 30);
    assert_eq!(on_time(&world, &request), [(M::OnTime, false)]);
    assert_eq!(on_time(&world, &asked), [(M::OnTime, true)], "the clock stands still");
    let late = world.now;
    if let Some(question) = &mut asked.question {
        question.asked_at = late;
    }
    assert_eq!(on_time(&world, &asked), [(M::OnTime, false)], "it was over when it was asked");
}

#[test]
fn an_answer_on_the_phone_after_the_end_closes_nothing_again() {
    let world = World::new();
    let by = Some(Handler::Worker(WORKER));
    let request =
        responded(&world, Stage::Closed { ending: Ending::Unrated, by, desk: Desk::Community });
    let said = Some(Said::Solved { rating: rating(4) });
    let facts = facts(&world, &request, &Event::CalledBack { said, to: None, note: None });
    assert!(!facts.counted.has_tally(Tally::Closed), "it was closed before");
    let said = [(M::Solved, true), (M::SatisfiedWide, true), (M::SatisfiedStrict, true)];
    assert_eq!(told(facts), said);
}

#[test]
fn a_share_is_rounded_but_only_all_is_all_and_only_none_is_none() {
    for (hits, of, tenths) in [
        (0, 0, None),
        (35, 40, Some(875)),
        (1, 3, Some(333)),
        (2, 3, Some(667)),
        (0, 9, Some(0)),
        (9, 9, Some(1000)),
        (9999, 10_000, Some(999)),
        (1, 10_000, Some(1)),
    ] {
        assert_eq!(Rate { hits, of }.tenths(), tenths, "{hits}/{of}");
    }
}

#[test]
fn every_measure_has_a_name_and_a_bit_of_its_own() {
    let bits = M::ALL.map(Measure::bit).into_iter().chain(Tally::ALL.map(Tally::bit));
    let all: i64 = bits.clone().sum();
    assert_eq!(all.count_ones() as usize, bits.count());
    for (place, measure) in M::ALL.into_iter().enumerate() {
        assert_eq!(Measure::named(measure.name()), Some(measure));
        assert_eq!(measure.bit(), 1 << place, "what is on record keeps its meaning");
    }
    for tally in Tally::ALL {
        assert_eq!(Tally::named(tally.name()), Some(tally));
    }
}

proptest! {
    /// Whatever people try: a hit counts, closing counts once for each closing, and the facts of a
    /// life in sum are those of its parts.
    #[test]
    fn facts_hold_together(turns in prop::collection::vec(turn(), 0..60), cut in 0..60usize) {
        let mut world = World::new();
        let mut request = world.at(Stage::Raised);
        let mut whole = Sums::default();
        let (mut first, mut second) = (whole, whole);
        let mut closings = 0;
        for (place, (actor, command, hours)) in turns.into_iter().enumerate() {
            world.pass(hours);
            let Ok(event) = request.decide(&actor, command, world.moment()) else { continue };
            let after = request.clone().apply(&event, world.moment());
            let step =
                Step { before: Some(&request), event: Some(&event), after: &after, at: world.now };
            let facts = step.facts();
            let (counted, hits) = (facts.counted.bits(), facts.hits.bits());
            prop_assert_eq!(counted & hits, hits, "a hit counts");
            prop_assert_eq!(Marks::of_bits(counted), facts.counted);
            closings += i64::from(!request.stage.is_closed() && after.stage.is_closed());
            let unit = |name: M| facts.hits.has(name);
            prop_assert!(!unit(M::SatisfiedStrict) || unit(M::SatisfiedWide));
            prop_assert!(!unit(M::SolvedInGrid) || unit(M::SolvedInCommunity));
            whole.add(facts, 1);
            if place < cut { first.add(facts, 1) } else { second.add(facts, 1) }
            request = after;
        }
        prop_assert_eq!(whole.closed, closings);
        let worked = whole.rate(M::Redone).of;
        prop_assert!(worked <= closings);
        for measure in [M::SolvedInGrid, M::SolvedInCommunity, M::Returned, M::Reopened] {
            prop_assert_eq!(whole.rate(measure).of, worked, "one denominator");
        }
        prop_assert_eq!(whole.rate(M::SatisfiedWide).of, whole.rate(M::SatisfiedStrict).of);
        prop_assert!(whole.rate(M::SatisfiedWide).of <= whole.rate(M::Solved).of);
        for measure in M::ALL {
            let Rate { hits, of } = whole.rate(measure);
            prop_assert!(0 <= hits && hits <= of);
        }
        let mut sum = first;
        sum += second;
        prop_assert_eq!(sum, whole);
        sum -= second;
        prop_assert_eq!(sum, first);
    }
}

/// Anybody of the cast, any command, after some hours.
fn turn() -> impl Strategy<Value = (Actor, Command, i64)> {
    let who = prop_oneof![
        4 => (1..=6i64).prop_map(|person| actor(PersonId(person))),
        1 => Just(Actor::system()),
    ];
    let what = (0..commands().len()).prop_map(|place| commands().swap_remove(place));
    (who, what, prop_oneof![8 => 0..8i64, 2 => 0..200i64])
}
