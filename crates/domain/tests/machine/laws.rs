//! What holds for every request, whatever people try and however long they wait.

use domain::actor::{Actor, Caller};
use domain::id::PersonId;
use domain::requests::{Command, Event, Kind, Sight, Stage};
use proptest::prelude::*;

use crate::cast::{World, actor, commands};

proptest! {
    #[test]
    fn no_turn_of_events_breaks_a_request(turns in prop::collection::vec(turn(), 0..80)) {
        let mut world = World::new();
        let new = world.at(Stage::Raised);
        let mut request = new.clone();
        let mut reopened = 0_u8;
        for (actor, command, hours) in turns {
            world.pass(hours);
            let moment = world.moment();
            let kind = command.kind();
            let offered = request.choices(&actor, moment).any(|choice| choice == kind);
            let Ok(event) = request.decide(&actor, command.clone(), moment) else {
                let fitting = !matches!(kind, Kind::Suspension | Kind::ExtensionDecision);
                prop_assert!(!(offered && fitting), "a choice was refused: {command:?}");
                continue;
            };
            prop_assert!(offered, "what is allowed is offered: {command:?}");
            let seen = request.sight(&actor);
            prop_assert!(actor.caller == Caller::System || seen == Sight::Full,
                "nobody changes what they cannot read: {seen:?}");
            let was_closed = request.stage.is_closed();
            let (due, question) = (request.due, request.question);
            request = request.apply(&event, moment);
            prop_assert_eq!((request.id, request.area, request.asker),
                (new.id, new.area, new.asker));
            // Open has a holder and a clock; closed has neither.
            prop_assert_eq!(request.due.is_some(), !request.stage.is_closed());
            prop_assert_eq!(request.holder().is_some(), !request.stage.is_closed());
            prop_assert!(request.question.is_none() || !request.stage.is_closed());
            if was_closed {
                let back = matches!(event, Event::Reopened { .. } | Event::Separated { .. }
                    | Event::CalledBack { .. });
                prop_assert!(back, "what is over stays over");
                reopened += u8::from(matches!(event, Event::Reopened { .. }));
            }
            prop_assert!(reopened <= 1, "it is reopened once");
            let goes_on = matches!(event, Event::Answered { .. } | Event::AnswerMissed);
            if let (true, Some(asked)) = (goes_on, question) {
                let due = request.due.expect("the clock goes on");
                prop_assert!(due.at >= asked.clock.at, "a pause never shortens a limit");
                prop_assert_eq!(due.from, asked.clock.from);
            }
            if let (Event::ExtensionGranted { .. }, Some(before), None) = (&event, due, question) {
                prop_assert!(request.due.expect("it is in hand").at > before.at);
            }
            if let Stage::Closed { by: Some(by), .. } = request.stage {
                prop_assert!(!matches!(event, Event::Confirmed { .. })
                    || !is_handler(&actor, by), "nobody rates their own work");
            }
        }
    }
}

fn is_handler(actor: &Actor, by: domain::requests::Handler) -> bool {
    use domain::requests::Handler;
    match by {
        Handler::Worker(worker) => actor.person() == Some(worker),
        Handler::Unit(unit) => actor.answers_for(unit, crate::cast::place()),
        Handler::Desk(_) => false,
    }
}

/// Anybody of the cast, any command, after some hours.
fn turn() -> impl Strategy<Value = (Actor, Command, i64)> {
    let who = prop_oneof![
        9 => (1..=7i64).prop_map(|person| actor(PersonId(person))),
        1 => Just(Actor::system()),
        1 => Just(Actor { caller: Caller::Pass(domain::id::RequestId(1)), appointments: vec![] }),
    ];
    let what = (0..commands().len()).prop_map(|place| commands().swap_remove(place));
    let wait = prop_oneof![8 => 0..8i64, 2 => 0..200i64];
    (who, what, wait)
}
