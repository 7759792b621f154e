//! The machine, printed as a table for people to read, and kept equal to the code.

use std::fmt::Write;

use domain::requests::{Command, Extension, Handler, Refusal, Request, Said, Stage};

use crate::cast::{ASKER, LEADER, OFFICER, STREET, World, actor, commands, stages};
use domain::actor::Actor;

#[test]
fn the_printed_table_of_requests_is_the_code() {
    let printed = table();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/states/requests.md");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, &printed).unwrap();
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert_eq!(kept, printed, "print it anew with UPDATE=1 cargo test -p domain");
}

/// Asks `decide` about every stage and every command, and prints who may give it and where it
/// leads.
fn table() -> String {
    let mut world = World::new();
    let mut text = String::from(
        "# Requests\n\nPrinted from the code by `UPDATE=1 cargo test -p domain`. A line: a request \
         that is …, takes …, from …, and becomes ….\n\n\
         | 阶段 stage | command | who | becomes |\n|---|---|---|---|\n",
    );
    let mut requests: Vec<Request> = stages().into_iter().map(|stage| world.at(stage)).collect();
    let unit = requests[5].stage;
    let mut wishing = world.at(unit);
    wishing.extension = Extension::Asked { days: 5 };
    requests.push(wishing);
    requests.push(world.asked(Stage::Accepted { worker: crate::cast::WORKER }));
    for request in requests {
        for command in commands() {
            // The program acts when a limit has run out; everybody else before.
            let later = matches!(command, Command::Lapse);
            world.now = request.since;
            if later {
                world.pass(24 * 30);
            }
            line(&mut text, &world, &request, &command);
        }
    }
    text
}

fn line(text: &mut String, world: &World, request: &Request, command: &Command) {
    let Ok(who) = request.turn(command.kind()) else { return };
    let name = match command {
        Command::Redo { .. } => "confirmation (not solved)".to_owned(),
        Command::Confirm { .. } => "confirmation (solved)".to_owned(),
        Command::Call { said: None, .. } => "callback (not reached)".to_owned(),
        Command::Call { said: Some(Said::Solved { .. }), .. } => "callback (solved)".to_owned(),
        Command::Call { .. } => "callback (not solved)".to_owned(),
        Command::Separate { stood: Some(stood), .. } => {
            format!("separation (was {})", stood.name())
        }
        _ => command.kind().name().to_owned(),
    };
    let cast = [ASKER, LEADER, OFFICER, STREET, crate::cast::LIAISON].map(actor);
    let mut cast = cast.into_iter().chain([Actor::system()]);
    let decided =
        cast.find_map(|actor| match request.decide(&actor, command.clone(), world.moment()) {
            Err(Refusal::NotYours(_)) => None,
            other => Some(other),
        });
    let becomes = match decided {
        Some(Ok(event)) => described(&request.clone().apply(&event, world.moment())),
        Some(Err(refusal)) => format!("refused: {refusal}"),
        None => return,
    };
    writeln!(text, "| {} | {name} | {} | {becomes} |", described(request), who.name()).unwrap();
}

fn described(request: &Request) -> String {
    let by = |handler: Handler| handler.name();
    let stage = match request.stage {
        Stage::Escalated { desk } | Stage::Redo { desk } => {
            format!("{} ({})", request.stage.name(), desk.name())
        }
        Stage::Handling { by: handler, .. } | Stage::Resolved { by: handler, .. } => {
            format!("{} (by {})", request.stage.name(), by(handler))
        }
        Stage::Closed { ending, .. } => format!("closed ({})", ending.name()),
        stage => stage.name().to_owned(),
    };
    let asked = if request.question.is_some() { ", a question waits" } else { "" };
    let wish = match request.extension {
        Extension::None => "",
        Extension::Asked { .. } => ", more time wished",
        Extension::Granted => ", more time granted",
        Extension::Declined => ", more time declined",
    };
    format!("{stage}{asked}{wish}")
}
