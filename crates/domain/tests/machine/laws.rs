//! What holds for every request, whatever people try and however long they wait.

use domain::actor::{Actor, Caller};
use domain::id::PersonId;
use domain::requests::{Command, Event, Kind, Request, Sight, Stage};
use proptest::prelude::*;

use crate::cast::{OFFICER, STREET, World, actor, commands};

proptest! {
    #[test]
    fn no_turn_of_events_breaks_a_request(turns in prop::collection::vec(turn(), 0..80)) {
        let mut world = World::new();
        let new = world.at(Stage::Raised);
        let mut request = new.clone();
        let mut reopened = 0_u8;
        let mut life = Vec::new();
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
            let before = request.stage;
            request = request.apply(&event, moment);
            life.push(event.clone());
            prop_assert_eq!(request.stood(&life, moment), request.stage, "a life tells its stage");
            if matches!(event, Event::Merged { .. }) {
                let stood = request.stood(&life[..life.len() - 1], moment);
                let back = separated(&request, Some(stood), &world);
                let waits = matches!(before, Stage::Suspended { review_on, .. }
                    if review_on <= world.calendar.date(world.now));
                prop_assert!(back.stage == before || waits, "it comes back where it was");
                prop_assert!(back.due.is_some() && back.holder().is_some());
                let unknown = separated(&request, None, &world).stage;
                prop_assert_eq!(unknown, Stage::Escalated { desk: request.desk() });
            }
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

/// The merged request after somebody at its desk took it out again.
fn separated(request: &Request, stood: Option<Stage>, world: &World) -> Request {
    let desk = [OFFICER, STREET].map(actor);
    let command = Command::Separate { stood, note: None };
    let decided =
        desk.iter().find_map(|actor| request.decide(actor, command.clone(), world.moment()).ok());
    request.clone().apply(&decided.expect("its desk may"), world.moment())
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
