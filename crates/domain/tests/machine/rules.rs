//! The rules of a request's life, one by one.

use domain::actor::{Actor, Caller};
use domain::calendar::Term;
use domain::id::{PersonId, RequestId};
use domain::requests::{
    Command, Desk, Ending, Extension, Handler, Kind, Limit, Rating, Refusal, Sight, Stage, Urgency,
    Who,
};
use jiff::Timestamp;
use jiff::civil::Date;

use crate::cast::{
    ASKER, LEADER, LIAISON, OFFICER, STRANGER, STREET, UNIT, WORKER, World, actor, note,
};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn of_two_who_accept_the_second_hears_who_was_first() {
    let world = World::new();
    let raised = world.at(Stage::Raised);
    let accepted = world.does(&raised, WORKER, Command::Accept);
    let refused = accepted.decide(&actor(LEADER), Command::Accept, world.moment());
    assert_eq!(refused, Err(Refusal::Taken { worker: WORKER }));
}

#[test]
fn a_request_begins_with_somebody_who_is_there() {
    use domain::actor::Post::{Auditor, BuildingHead, CommunityOfficer, GridLeader, GridWorker};
    assert_eq!(Desk::first(&[CommunityOfficer, GridWorker]), None);
    assert_eq!(Desk::first(&[GridLeader]), None);
    assert_eq!(Desk::first(&[BuildingHead, CommunityOfficer]), Some(Desk::Community));
    assert_eq!(Desk::first(&[BuildingHead, Auditor]), Some(Desk::Street));
    assert_eq!(Desk::first(&[]), Some(Desk::Street));
}

#[test]
fn a_grid_worker_solves_at_once_without_accepting_first() {
    let world = World::new();
    let done = world.does(&world.at(Stage::Raised), WORKER, Command::Resolve { note: note() });
    let by = Handler::Worker(WORKER);
    assert_eq!(done.stage, Stage::Resolved { by, desk: Desk::Community });
    assert_eq!(done.holder(), Some(Who::Asker));
}

#[test]
fn a_grid_leader_stands_in_and_the_work_stays_with_the_worker() {
    let world = World::new();
    let accepted = world.at(Stage::Accepted { worker: WORKER });
    let done = world.does(&accepted, LEADER, Command::Resolve { note: note() });
    assert!(matches!(done.stage, Stage::Resolved { by: Handler::Worker(WORKER), .. }));
}

#[test]
fn limits_follow_urgency_and_the_working_calendar() {
    let world = World::new(); // Monday 09:00
    let due = |request: &domain::requests::Request| request.due.unwrap();
    let raised = world.at(Stage::Raised);
    assert_eq!(due(&raised).at, at("2026-03-02T03:00:00Z"), "two working hours");
    let mut danger = raised.clone();
    danger.urgency = Urgency::Danger;
    let danger = danger.raised(world.moment());
    assert_eq!(due(&danger).at, at("2026-03-02T01:30:00Z"), "thirty minutes by the clock");
    let handling = world.at(Stage::Handling { by: Handler::Unit(UNIT), desk: Desk::Community });
    assert_eq!(due(&handling).term, Some(Term::WorkingDays(5)));
    assert_eq!(due(&handling).at, at("2026-03-09T09:30:00Z"), "five working days, end of office");
}

#[test]
fn a_question_stops_the_clock_for_exactly_its_length() {
    let mut world = World::new();
    let accepted = world.at(Stage::Accepted { worker: WORKER });
    let before = accepted.due.unwrap();
    let asked = world.does(&accepted, WORKER, Command::Ask { question: note() });
    assert_eq!(asked.due.unwrap().limit, Limit::Answer);
    assert_eq!(asked.holder(), Some(Who::Asker));
    world.pass(48);
    let answered = world.does(&asked, ASKER, Command::Answer { answer: note() });
    let after = answered.due.unwrap();
    assert_eq!((after.limit, after.from), (before.limit, before.from));
    assert_eq!(after.at, at("2026-03-05T09:30:00Z"), "two working days later than {}", before.at);
}

#[test]
fn an_unanswered_question_lets_the_clock_go_on() {
    let mut world = World::new();
    let accepted = world.at(Stage::Accepted { worker: WORKER });
    let asked = world.does(&accepted, WORKER, Command::Ask { question: note() });
    let early = asked.decide(&Actor::system(), Command::Lapse, world.moment());
    assert_eq!(early, Err(Refusal::TooLate(Kind::Lapse)));
    world.pass(24 * 4);
    let on = world.acts(&asked, &Actor::system(), Command::Lapse);
    assert_eq!((on.question, on.due.unwrap().limit), (None, Limit::Solve));
}

#[test]
fn a_unit_sends_back_twice_and_then_the_dispatcher_decides() {
    let world = World::new();
    let mut request = world.at(Stage::Escalated { desk: Desk::Community });
    for _ in 0..2 {
        let dispatched = world.does(&request, OFFICER, dispatch());
        request = world.does(&dispatched, LIAISON, Command::Return { reason: note() });
        assert_eq!(request.stage, Stage::Escalated { desk: Desk::Community });
    }
    let dispatched = world.does(&request, OFFICER, dispatch());
    let third =
        dispatched.decide(&actor(LIAISON), Command::Return { reason: note() }, world.moment());
    assert_eq!(third, Err(Refusal::Spent(Kind::Return)));
    world.does(&dispatched, LIAISON, Command::Sign);
}

#[test]
fn a_unit_sends_back_within_two_working_days() {
    let mut world = World::new();
    let dispatched = world.at(Stage::Dispatched { unit: UNIT, desk: Desk::Community });
    world.pass(24 * 2 + 8);
    world.does(&dispatched, LIAISON, Command::Return { reason: note() });
    world.pass(1);
    let late =
        dispatched.decide(&actor(LIAISON), Command::Return { reason: note() }, world.moment());
    assert_eq!(late, Err(Refusal::TooLate(Kind::Return)));
}

#[test]
fn more_time_is_asked_for_once_and_granted_before_the_limit() {
    let mut world = World::new();
    let handling = world.at(Stage::Handling { by: Handler::Unit(UNIT), desk: Desk::Community });
    let extend = |days| Command::Extend { days, reason: note() };
    for days in [0, 11] {
        let refused = handling.decide(&actor(LIAISON), extend(days), world.moment());
        assert_eq!(refused, Err(Refusal::ExtensionDays(10)));
    }
    let asked = world.does(&handling, LIAISON, extend(3));
    let again = asked.decide(&actor(LIAISON), extend(3), world.moment());
    assert_eq!(again, Err(Refusal::Spent(Kind::Extension)));
    let grant = |granted| Command::DecideExtension { granted, note: None };
    let granted = world.does(&asked, OFFICER, grant(true));
    assert_eq!(granted.due.unwrap().at, at("2026-03-12T09:30:00Z"));
    world.pass(24 * 8);
    let late = asked.decide(&actor(OFFICER), grant(true), world.moment());
    assert_eq!(late, Err(Refusal::TooLate(Kind::ExtensionDecision)));
    assert_eq!(world.does(&asked, OFFICER, grant(false)).extension, Extension::Declined);
    let late = handling.decide(&actor(LIAISON), extend(3), world.moment());
    assert_eq!(late, Err(Refusal::TooLate(Kind::Extension)));
}

#[test]
fn a_suspended_request_has_a_day_of_review_within_ninety_days() {
    let world = World::new();
    let escalated = world.at(Stage::Escalated { desk: Desk::Community });
    let suspend = |review_on| Command::Suspend { plan: note(), review_on };
    for day in [Date::constant(2026, 3, 2), Date::constant(2026, 6, 1)] {
        let refused = escalated.decide(&actor(OFFICER), suspend(day), world.moment());
        assert_eq!(refused, Err(Refusal::ReviewDay(90)), "{day}");
    }
    let kept = world.does(&escalated, OFFICER, suspend(Date::constant(2026, 5, 31)));
    assert_eq!(kept.due.unwrap().limit, Limit::Review);
    world.does(&kept, OFFICER, dispatch());
    world.does(&kept, OFFICER, suspend(Date::constant(2026, 5, 1)));
}

#[test]
fn what_was_not_good_enough_goes_to_the_level_above() {
    let world = World::new();
    let cases = [
        (Handler::Worker(WORKER), Desk::Community, Desk::Community),
        (Handler::Unit(UNIT), Desk::Community, Desk::Community),
        (Handler::Unit(UNIT), Desk::Street, Desk::Street),
        (Handler::Desk(Desk::Community), Desk::Community, Desk::Street),
    ];
    for (by, desk, superior) in cases {
        let resolved = world.at(Stage::Resolved { by, desk });
        let redo = world.does(&resolved, ASKER, Command::Redo { reason: note(), rating: None });
        assert_eq!(redo.stage, Stage::Redo { desk: superior }, "{by:?}");
        assert_eq!(redo.due.unwrap().term, Some(Term::WorkingDays(15)));
    }
}

#[test]
fn silence_closes_as_unrated_and_never_before_its_time() {
    let mut world = World::new();
    let resolved = world.at(Stage::Resolved { by: Handler::Unit(UNIT), desk: Desk::Community });
    world.pass(24 * 7);
    assert!(resolved.decide(&Actor::system(), Command::Lapse, world.moment()).is_err());
    world.pass(24);
    let closed = world.acts(&resolved, &Actor::system(), Command::Lapse);
    assert!(matches!(closed.stage, Stage::Closed { ending: Ending::Unrated, .. }));
    let by_hand = resolved.decide(&actor(OFFICER), Command::Lapse, world.moment());
    assert_eq!(by_hand, Err(Refusal::NotYours(Who::System)));
}

#[test]
fn a_closed_request_is_reopened_once_within_thirty_days() {
    let mut world = World::new();
    let closed =
        |ending| Stage::Closed { ending, by: Some(Handler::Unit(UNIT)), desk: Desk::Community };
    let reopen = || Command::Reopen { reason: note() };
    let rating = Rating::new(5).unwrap();
    let becomes = [
        (Ending::Confirmed { rating }, Stage::Redo { desk: Desk::Community }),
        (Ending::Unrated, Stage::Redo { desk: Desk::Community }),
        (Ending::Rejected, Stage::Escalated { desk: Desk::Community }),
        (Ending::Withdrawn, Stage::Raised),
    ];
    for (ending, stage) in becomes {
        let again = world.does(&world.at(closed(ending)), ASKER, reopen());
        assert_eq!(again.stage, stage);
        let mut over = again;
        over.stage = closed(Ending::Unrated);
        let refused = over.decide(&actor(ASKER), reopen(), world.moment());
        assert_eq!(refused, Err(Refusal::Spent(Kind::Reopening)));
    }
    let merged = world.at(closed(Ending::Merged { into: RequestId(9) }));
    assert!(merged.turn(Kind::Reopening).is_err());
    let over = world.at(closed(Ending::Unrated));
    world.pass(24 * 30 + 23);
    world.does(&over, ASKER, reopen());
    world.pass(1);
    let late = over.decide(&actor(ASKER), reopen(), world.moment());
    assert_eq!(late, Err(Refusal::TooLate(Kind::Reopening)));
}

#[test]
fn nobody_rates_their_own_work() {
    let world = World::new();
    let confirm = || Command::Confirm { rating: Rating::new(5).unwrap(), note: None };
    let mut own = world.at(Stage::Resolved { by: Handler::Worker(WORKER), desk: Desk::Community });
    own.asker = Some(WORKER);
    assert_eq!(own.decide(&actor(WORKER), confirm(), world.moment()), Err(Refusal::OwnWork));
    own.stage = Stage::Resolved { by: Handler::Unit(UNIT), desk: Desk::Community };
    own.asker = Some(LIAISON);
    assert_eq!(own.decide(&actor(LIAISON), confirm(), world.moment()), Err(Refusal::OwnWork));
}

#[test]
fn whoever_shows_the_receipt_is_the_asker_of_that_request_alone() {
    let world = World::new();
    let mut request = world.at(Stage::Resolved { by: Handler::Unit(UNIT), desk: Desk::Community });
    request.asker = None;
    let holder = |id| Actor { caller: Caller::Pass(RequestId(id)), appointments: vec![] };
    assert_eq!(request.sight(&holder(1)), Sight::Full);
    assert_eq!(request.sight(&holder(2)), Sight::Nothing);
    let confirm = Command::Confirm { rating: Rating::new(4).unwrap(), note: None };
    world.acts(&request, &holder(1), confirm);
}

#[test]
fn a_unit_reads_what_it_has_in_hand_and_nothing_else() {
    let world = World::new();
    let sight = |stage| world.at(stage).sight(&actor(LIAISON));
    let desk = Desk::Community;
    assert_eq!(sight(Stage::Raised), Sight::Nothing);
    assert_eq!(sight(Stage::Dispatched { unit: UNIT, desk }), Sight::Full);
    let other = domain::id::UnitId(51);
    assert_eq!(sight(Stage::Dispatched { unit: other, desk }), Sight::Nothing);
    let by = Some(Handler::Unit(UNIT));
    assert_eq!(sight(Stage::Closed { ending: Ending::Unrated, by, desk }), Sight::Masked);
}

#[test]
fn strangers_see_nothing_and_may_do_nothing() {
    let world = World::new();
    for stage in crate::cast::stages() {
        let request = world.at(stage);
        for person in [STRANGER, PersonId(1000)] {
            assert_eq!(request.sight(&actor(person)), Sight::Nothing, "{stage:?}");
            assert_eq!(request.choices(&actor(person), world.moment()).count(), 0, "{stage:?}");
        }
    }
    let escalated = world.at(Stage::Escalated { desk: Desk::Street });
    let not_theirs = escalated.decide(&actor(OFFICER), dispatch(), world.moment());
    assert_eq!(not_theirs, Err(Refusal::NotYours(Who::Desk(Desk::Street))));
    world.does(&escalated, STREET, dispatch());
}

fn dispatch() -> Command {
    Command::Dispatch { unit: UNIT, note: None }
}
