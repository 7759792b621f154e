//! The ladder: warned, red, ordered and passed on; each once, however long nobody looked.

use domain::actor::{Actor, Post};
use domain::calendar::Term;
use domain::requests::{
    Command, Desk, Due, Ending, Event, Handler, Kind, Limit, Limits, Rating, Refusal, Request,
    Rung, Rungs, Said, Stage,
};
use jiff::SignedDuration;
use proptest::prelude::*;

use crate::cast::{ASKER, LEADER, LIAISON, OFFICER, STREET, UNIT, WORKER, World, actor, note};

fn rungs(world: &World, term: Term) -> [String; 3] {
    let due = Due::new(Limit::Solve, term, world.now, &world.calendar);
    let rungs = Rungs::of(&due, &world.limits, &world.calendar);
    let wall = |at: jiff::Timestamp| {
        world.calendar.zone.to_datetime(at).strftime("%a %d %H:%M").to_string()
    };
    [rungs.yellow, rungs.red, rungs.ordered].map(wall)
}

#[test]
fn limits_in_days_climb_by_working_days_and_limits_in_hours_by_hours() {
    let world = World::new(); // Monday the 2nd, 09:00
    let cases = [
        (Term::WorkingDays(5), ["Fri 06 17:30", "Tue 10 08:30", "Wed 11 08:30"]),
        (Term::WorkingDays(1), ["Mon 02 17:30", "Wed 04 08:30", "Thu 05 08:30"]),
        (Term::WorkingHours(2), ["Mon 02 10:00", "Mon 02 11:00", "Mon 02 15:00"]),
        (Term::ClockMinutes(30), ["Mon 02 09:15", "Mon 02 09:30", "Mon 02 10:00"]),
        (Term::ClockHours(24), ["Mon 02 21:00", "Tue 03 09:00", "Wed 04 09:00"]),
    ];
    for (term, expected) in cases {
        assert_eq!(rungs(&world, term), expected, "{term}");
    }
}

#[test]
fn a_limit_that_begins_at_night_turns_yellow_when_its_last_day_begins() {
    let mut world = World::new();
    world.pass(12); // 21:00, after closing
    assert_eq!(rungs(&world, Term::WorkingDays(1))[0], "Tue 03 08:30");
}

fn lapse(world: &World, request: &Request) -> Result<Event, Refusal> {
    request.decide(&Actor::system(), Command::Lapse, world.moment())
}

#[test]
fn whoever_lets_the_clock_run_out_loses_it_to_the_level_above() {
    let (community, street) = (Desk::Community, Desk::Street);
    let unit = Handler::Unit(UNIT);
    let cases = [
        (Stage::Raised, Some(Stage::Escalated { desk: community })),
        (Stage::Accepted { worker: WORKER }, Some(Stage::Escalated { desk: community })),
        (Stage::Escalated { desk: community }, Some(Stage::Escalated { desk: street })),
        (Stage::Redo { desk: community }, Some(Stage::Redo { desk: street })),
        (
            Stage::Dispatched { unit: UNIT, desk: community },
            Some(Stage::Escalated { desk: community }),
        ),
        (
            Stage::Handling { by: unit, desk: community },
            Some(Stage::Handling { by: unit, desk: street }),
        ),
        (
            Stage::Handling { by: Handler::Desk(community), desk: community },
            Some(Stage::Escalated { desk: street }),
        ),
        (Stage::Escalated { desk: street }, None),
        (Stage::Handling { by: unit, desk: street }, None),
    ];
    for (stage, becomes) in cases {
        let mut world = World::new();
        let request = world.at(stage);
        world.pass(24 * 40);
        let climbed = world.acts(&request, &Actor::system(), Command::Lapse);
        assert_eq!(climbed.stage, becomes.unwrap_or(stage), "{stage:?}");
        assert_eq!(climbed.ordered_at, Some(world.now), "it stands under a supervision order");
        let is_new = becomes.is_some_and(|it| !matches!(it, Stage::Handling { .. }));
        assert_eq!(climbed.rung == Rung::Green, is_new, "a new level begins at the bottom");
        // What was passed on has a clock of its own; what stays has climbed to the top.
        let again = lapse(&world, &climbed);
        assert_eq!(again, Err(Refusal::TooLate(Kind::Lapse)), "once is enough: {stage:?}");
    }
}

#[test]
fn every_rung_is_climbed_once_and_a_clock_that_goes_back_climbs_nothing() {
    let mut world = World::new();
    let start = world.now;
    let mut request = world.at(Stage::Handling { by: Handler::Unit(UNIT), desk: Desk::Community });
    let mut climbed = Vec::new();
    for hour in 0..24 * 20 {
        world.now = start + SignedDuration::from_hours(hour);
        if let Ok(event) = lapse(&world, &request) {
            request = request.apply(&event, world.moment());
            let Event::Climbed { rung, .. } = event else { panic!("{event:?}") };
            climbed.push(rung);
            world.now = start;
            assert!(lapse(&world, &request).is_err(), "the clock was set back");
        }
    }
    assert_eq!(climbed, [Rung::Yellow, Rung::Red, Rung::Ordered]);
}

#[test]
fn whoever_wakes_when_told_to_climbs_every_rung() {
    let mut world = World::new();
    let mut request = world.at(Stage::Handling { by: Handler::Unit(UNIT), desk: Desk::Community });
    let mut climbed = Vec::new();
    while let Some(at) = request.wakes_at(&world.limits, &world.calendar) {
        world.now = at + SignedDuration::from_micros(1);
        request = world.acts(&request, &Actor::system(), Command::Lapse);
        climbed.push(request.rung);
    }
    assert_eq!(climbed, [Rung::Yellow, Rung::Red, Rung::Ordered]);
}

#[test]
fn a_question_stops_the_ladder_too() {
    let mut world = World::new();
    let request = world.asked(Stage::Accepted { worker: WORKER });
    world.pass(24 * 30);
    assert_eq!(lapse(&world, &request), Ok(Event::AnswerMissed));
}

#[test]
fn the_asker_reminds_once_a_day_and_never_themselves() {
    let mut world = World::new();
    let raised = world.at(Stage::Raised);
    let reminded = world.does(&raised, ASKER, Command::Remind);
    assert_eq!((reminded.reminders, reminded.due), (1, raised.due));
    let again = reminded.decide(&actor(ASKER), Command::Remind, world.moment());
    assert_eq!(again, Err(Refusal::Today(Kind::Reminder)));
    world.pass(15);
    assert_eq!(world.does(&reminded, ASKER, Command::Remind).reminders, 2, "after midnight");
    let resolved = world.at(Stage::Resolved { by: Handler::Unit(UNIT), desk: Desk::Community });
    assert!(resolved.turn(Kind::Reminder).is_err(), "it is the asker's turn");
}

#[test]
fn who_did_the_work_does_not_call_back_about_it() {
    let world = World::new();
    let call = || Command::Call { said: None, note: None };
    let by_unit = world.at(Stage::Resolved { by: Handler::Unit(UNIT), desk: Desk::Community });
    world.does(&by_unit, OFFICER, call());
    assert!(by_unit.decide(&actor(LIAISON), call(), world.moment()).is_err());
    let by = Handler::Desk(Desk::Community);
    let by_desk = world.at(Stage::Resolved { by, desk: Desk::Community });
    assert!(by_desk.decide(&actor(OFFICER), call(), world.moment()).is_err());
    world.does(&by_desk, STREET, call());
    let by = Handler::Worker(OFFICER);
    let in_two_posts = world.at(Stage::Resolved { by, desk: Desk::Community });
    let own = in_two_posts.decide(&actor(OFFICER), call(), world.moment());
    assert_eq!(own, Err(Refusal::OwnWork));
}

#[test]
fn what_was_said_on_the_phone_counts_as_if_it_had_been_written() {
    let world = World::new();
    let by = Handler::Unit(UNIT);
    let rating = Rating::new(4).unwrap();
    let resolved = world.at(Stage::Resolved { by, desk: Desk::Community });
    let say = |said| Command::Call { said: Some(said), note: None };
    let solved = world.does(&resolved, OFFICER, say(Said::Solved { rating }));
    let ending = Ending::Confirmed { rating };
    assert_eq!(solved.stage, Stage::Closed { ending, by: Some(by), desk: Desk::Community });
    let spent = solved.decide(&actor(OFFICER), say(Said::Solved { rating }), world.moment());
    assert_eq!(spent, Err(Refusal::Spent(Kind::Callback)), "nobody is asked twice");
    let not = world.does(&resolved, OFFICER, say(Said::NotSolved { rating: None }));
    assert_eq!((not.stage, not.redone), (Stage::Redo { desk: Desk::Community }, 1));
    let mut unreached = resolved;
    for _ in 0..3 {
        unreached = world.does(&unreached, OFFICER, Command::Call { said: None, note: None });
        assert!(matches!(unreached.stage, Stage::Resolved { .. }));
    }
    let fourth =
        unreached.decide(&actor(OFFICER), Command::Call { said: None, note: None }, world.moment());
    assert_eq!(fourth, Err(Refusal::Spent(Kind::Callback)));
}

#[test]
fn the_second_time_that_it_is_not_solved_the_street_orders_it_done() {
    let world = World::new();
    let redo = || Command::Redo { reason: note(), rating: None };
    let resolved = world.at(Stage::Resolved { by: Handler::Unit(UNIT), desk: Desk::Community });
    let mut request = world.does(&resolved, ASKER, redo());
    assert_eq!(request.ordered_at, None);
    request.stage = resolved.stage;
    assert_eq!(world.does(&request, ASKER, redo()).ordered_at, Some(world.now));
}

#[test]
fn what_was_merged_comes_back_to_its_desk() {
    let world = World::new();
    let raised = world.at(Stage::Escalated { desk: Desk::Community });
    let merged = world.does(&raised, OFFICER, Command::Merge { into: crate::cast::OTHER });
    let apart = world.does(&merged, OFFICER, Command::Separate { stood: None, note: None });
    assert_eq!(apart.stage, Stage::Escalated { desk: Desk::Community });
    assert!(apart.due.is_some());
}

#[test]
fn the_street_orders_once_and_the_work_goes_on() {
    let world = World::new();
    let handling = world.at(Stage::Handling { by: Handler::Unit(UNIT), desk: Desk::Community });
    let ordered = world.does(&handling, STREET, Command::Supervise { note: note(), days: None });
    assert_eq!((ordered.stage, ordered.due), (handling.stage, handling.due));
    let again = ordered.decide(
        &actor(STREET),
        Command::Supervise { note: note(), days: None },
        world.moment(),
    );
    assert_eq!(again, Err(Refusal::Spent(Kind::Supervision)));
    let by_officer = handling.decide(
        &actor(OFFICER),
        Command::Supervise { note: note(), days: None },
        world.moment(),
    );
    assert!(matches!(by_officer, Err(Refusal::NotYours(_))));
}

proptest! {
    #[test]
    fn the_rungs_stand_one_above_the_other(
        hours in 0..24 * 400_i64, n in 1..40_u16, unit in 0..4_usize, extended in 0..3_u8,
    ) {
        let mut world = World::new();
        world.pass(hours);
        let units: [fn(u16) -> Term; 4] =
            [Term::ClockHours, Term::ClockMinutes, Term::WorkingHours, Term::WorkingDays];
        let term = units[unit](n);
        let due = Due::new(Limit::Finish, term, world.now, &world.calendar);
        let due = due.extended(extended, &world.calendar);
        let rungs = Rungs::of(&due, &Limits::default(), &world.calendar);
        prop_assert!(due.from <= rungs.yellow && rungs.yellow <= due.at);
        prop_assert!(rungs.yellow <= rungs.red && rungs.red <= rungs.ordered);
        prop_assert!(due.at <= rungs.red && rungs.red < rungs.ordered);
        for (at, rung) in [(rungs.yellow, Rung::Yellow), (rungs.ordered, Rung::Ordered)] {
            prop_assert!(rungs.reached(at) >= rung);
            prop_assert!(rungs.reached(at - SignedDuration::from_micros(1)) <= rung);
        }
    }
}

#[test]
fn an_order_names_the_working_day_of_the_reply() {
    let mut world = World::new();
    let handling = world.at(Stage::Escalated { desk: Desk::Community });
    let reply_by = |world: &World, days| {
        let command = Command::Supervise { note: note(), days };
        match handling.decide(&actor(STREET), command, world.moment())? {
            Event::Supervised { reply_by, .. } => Ok(reply_by.map(|day| day.to_string())),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(reply_by(&world, None), Ok(Some("2026-03-05".to_owned())), "three, from Monday");
    assert_eq!(reply_by(&world, Some(1)), Ok(Some("2026-03-03".to_owned())));
    world.calendar.close("2026-03-04".parse().unwrap(), "断电");
    assert_eq!(reply_by(&world, Some(4)), Ok(Some("2026-03-09".to_owned())), "a weekend between");
    for days in [0, 31] {
        assert_eq!(reply_by(&world, Some(days)), Err(Refusal::ReplyDays(30)));
    }
}

#[test]
fn what_was_merged_comes_back_to_those_who_are_still_there() {
    let worker = (WORKER, Post::GridWorker);
    let accepted = Stage::Accepted { worker: WORKER };
    let other = (LEADER, Post::GridLeader);
    let officer = (OFFICER, Post::CommunityOfficer);
    let desk = Stage::Redo { desk: Desk::Street };
    assert_eq!(accepted.while_held(&[worker, officer]), Some(accepted));
    assert_eq!(accepted.while_held(&[other, officer]), Some(Stage::Raised), "for the others");
    assert_eq!(accepted.while_held(&[(WORKER, Post::CommunityOfficer)]), None, "another post now");
    assert_eq!(Stage::Raised.while_held(&[officer]), None, "nobody works in the grid any more");
    assert_eq!(desk.while_held(&[]), Some(desk), "a desk stays a desk");
}
