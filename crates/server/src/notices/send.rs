//! Sending: claim, put into words, send outside any transaction, note how it went.

use std::sync::Arc;

use db::Tx;
use domain::actor::{Actor, Caller};
use domain::area::Street;
use domain::id::DeliveryId;
use jiff::Timestamp;
use serde_json::json;

use super::gateway::{self, Posting};
use super::mail::Letter;
use super::outbox::{self, Channel, Delivery, Failure, Outcome, Purpose};
use super::setting::{self, GatewayState};
use super::{Notice, Reader, Subjects, Told, inbox, words};
use crate::App;
use crate::app::Settings;
use crate::error::Error;
use crate::identity;
use crate::web::time;
use crate::web::words::Lang;

/// A message in words, or why it is not to be sent.
enum Ready {
    Letter(Letter),
    Posting(Posting),
    Needless,
    Hopeless(&'static str),
}

/// Sends what is due in every street; tells how many messages were tried.
pub async fn send(app: &App, subjects: Subjects) -> Result<usize, Error> {
    let mut tried = 0;
    for street in app.streets() {
        tried += round(app, subjects, street, None).await?;
    }
    Ok(tried)
}

/// One round in a street, or for one of its messages alone.
pub(super) async fn round(
    app: &App,
    subjects: Subjects,
    street: Street,
    only: Option<DeliveryId>,
) -> Result<usize, Error> {
    let (settings, now) = (app.settings(street)?, app.now());
    // Most of the time nothing is due, and then nothing is written.
    if !app.db.read(move |tx| outbox::is_due(tx, street, now)).await? {
        return Ok(0);
    }
    let claimed = app.db.write(move |tx| outbox::claim(tx, street, now, only)).await?;
    let mut blocked: Vec<Channel> = Vec::new();
    let mut tried = 0;
    for delivery in claimed {
        let channel = delivery.message.channel;
        let outcome = if blocked.contains(&channel) {
            Outcome::Untried
        } else {
            tried += 1;
            try_one(app, subjects, &settings, &delivery).await
        };
        if let Outcome::Failed(failure) = &outcome {
            tracing::warn!(channel = channel.name(), problem = failure.problem, "a message failed");
            blocked.extend(failure.blocks.then_some(channel));
        }
        if outcome == Outcome::Sent {
            metrics::counter!("wuwei_deliveries_sent", "channel" => channel.name()).increment(1);
        }
        let now = app.now();
        app.db.write(move |tx| outbox::finish(tx, street, &delivery, &outcome, now)).await?;
    }
    Ok(tried)
}

/// One try. A failure of our own is one that may pass.
async fn try_one(
    app: &App,
    subjects: Subjects,
    settings: &Arc<Settings>,
    delivery: &Delivery,
) -> Outcome {
    let composed = {
        let (app, settings, delivery) = (app.clone(), settings.clone(), delivery.clone());
        let db = app.db.clone();
        db.read(move |tx| ready(tx, &app, subjects, &settings, &delivery)).await
    };
    let now = app.now();
    let sent = match composed {
        Ok(Ready::Needless) => return Outcome::Needless,
        Ok(Ready::Hopeless(problem)) => Err(Failure::for_good(problem)),
        Ok(Ready::Letter(letter)) => match app.options.mail.clone() {
            None => Err(Failure::for_good("no_mail")),
            Some(mail) => aside(move || mail.send(&letter, now)).await,
        },
        Ok(Ready::Posting(posting)) => {
            let (street, url) = (settings.street, posting.url.clone());
            let sent = aside(move || gateway::post(&posting, now)).await;
            if sent.as_ref().is_err_and(|failure| failure.problem == "gone") {
                let off = app.db.write(move |tx| setting::switch_off(tx, street, &url)).await;
                if let Err(error) = off {
                    tracing::warn!(%error, "the gateway could not be switched off");
                }
            }
            sent
        }
        Err(error) => {
            tracing::warn!(%error, "a message could not be put into words");
            Err(Failure::new("ours"))
        }
    };
    sent.map_or_else(Outcome::Failed, |()| Outcome::Sent)
}

/// Sends on a thread that may wait.
async fn aside(send: impl FnOnce() -> Result<(), Failure> + Send + 'static) -> Result<(), Failure> {
    tokio::task::spawn_blocking(send).await.unwrap_or_else(|_| Err(Failure::new("ours")))
}

/// Puts a message into words, for whoever it is for as they are now.
fn ready(
    tx: &mut Tx,
    app: &App,
    subjects: Subjects,
    settings: &Settings,
    delivery: &Delivery,
) -> Result<Ready, Error> {
    let (street, message) = (settings.street, delivery.message);
    let id = format!("msg_{}", delivery.id);
    match (message.purpose, message.reader) {
        (Purpose::Notice, reader) => {
            let Some(notice) = inbox::load(tx, street, message.notice)? else {
                return Ok(Ready::Needless);
            };
            let now = app.now();
            match message.channel {
                Channel::Smtp => letter(tx, app, subjects, settings, &notice, id, now),
                Channel::Webhook => posting(tx, app, subjects, settings, (&notice, reader), id),
            }
        }
        (Purpose::Code, Reader::Person(person)) => {
            let address = setting::address(tx, street, person)?.unwrap_or_default();
            if address.code.is_empty() || address.code_ends_at <= app.now() {
                return Ok(Ready::Needless);
            }
            let (subject, text) = words::code_letter(&settings.name, &address.code);
            Ok(Ready::Letter(Letter { id, to: address.wanted, subject, text }))
        }
        (Purpose::Code, Reader::Phone(_)) => Ok(Ready::Needless),
        (Purpose::Test, Reader::Person(person)) => {
            let address = setting::address(tx, street, person)?.unwrap_or_default();
            if address.email.is_empty() {
                return Ok(Ready::Hopeless("address"));
            }
            let (subject, text) = words::test_letter(&settings.name);
            Ok(Ready::Letter(Letter { id, to: address.email, subject, text }))
        }
        (Purpose::Test, Reader::Phone(_)) => {
            let at = time::rfc3339(message.made_at, &settings.calendar.zone);
            let data = json!({ "phone": "", "text": words::TEST_TEXT.zh });
            hand_over(tx, street, id, &json!({ "type": "test", "timestamp": at, "data": data }))
        }
    }
}

/// News by mail, in both languages: which one a reader prefers is known to their browser alone.
fn letter(
    tx: &mut Tx,
    app: &App,
    subjects: Subjects,
    settings: &Settings,
    notice: &Notice,
    id: String,
    now: Timestamp,
) -> Result<Ready, Error> {
    let Reader::Person(person) = notice.reader else { return Ok(Ready::Needless) };
    let address = setting::address(tx, settings.street, person)?.unwrap_or_default();
    if address.email.is_empty() || identity::person(tx, settings.street, person)?.is_none() {
        return Ok(Ready::Needless);
    }
    let actor = identity::actor(tx, settings.street, person, now)?;
    let zh = told(tx, subjects, settings, &actor, Lang::Zh, notice)?;
    let en = told(tx, subjects, settings, &actor, Lang::En, notice)?;
    let (Some(zh), Some(en)) = (zh, en) else { return Ok(Ready::Needless) };
    let link = link(app, &zh.path);
    let (subject, text) = words::news_letter(&settings.name, &zh, &en, &link);
    Ok(Ready::Letter(Letter { id, to: address.email, subject, text }))
}

/// News through the gateway: a phone, and a sentence that says no more than it must.
fn posting(
    tx: &mut Tx,
    app: &App,
    subjects: Subjects,
    settings: &Settings,
    (notice, reader): (&Notice, Reader),
    id: String,
) -> Result<Ready, Error> {
    let (street, now) = (settings.street, app.now());
    let (actor, phone) = match reader {
        Reader::Person(person) => {
            let phone = identity::person(tx, street, person)?.map(|person| person.phone);
            (identity::actor(tx, street, person, now)?, phone)
        }
        Reader::Phone(number) => {
            let caller = Caller::Pass(notice.subject);
            let phone = (subjects.phone)(tx, street, notice.subject, number)?;
            (Actor { caller, appointments: Vec::new() }, phone)
        }
    };
    let Some(phone) = phone.filter(|phone| !phone.is_empty()) else { return Ok(Ready::Needless) };
    let Some(told) = told(tx, subjects, settings, &actor, Lang::Zh, notice)? else {
        return Ok(Ready::Needless);
    };
    // Whoever has no account opens it with the code on their receipt.
    let path = if reader.is_phone() { "/follow" } else { told.path.as_str() };
    let text = words::text_message(&settings.name, &told, &link(app, path));
    let body = json!({
        "type": "notice",
        "timestamp": time::rfc3339(notice.at, &settings.calendar.zone),
        "data": {
            "phone": phone,
            "text": text,
            "about": told.about,
            "kind": notice.kind,
            "topic": notice.topic.name(),
        },
    });
    hand_over(tx, street, id, &body)
}

fn hand_over(
    tx: &mut Tx,
    street: Street,
    id: String,
    body: &serde_json::Value,
) -> Result<Ready, Error> {
    let set = setting::load(tx, street)?;
    if set.state != GatewayState::On {
        return Ok(Ready::Hopeless("off"));
    }
    let body = body.to_string();
    Ok(Ready::Posting(Posting { url: set.url, secret: set.secret, id, body }))
}

fn told(
    tx: &mut Tx,
    subjects: Subjects,
    settings: &Settings,
    actor: &Actor,
    lang: Lang,
    notice: &Notice,
) -> Result<Option<Told>, Error> {
    let told = (subjects.tell)(tx, settings, actor, lang, std::slice::from_ref(notice))?;
    Ok(told.into_iter().next().flatten())
}

/// A whole address; empty where nobody has said what residents use.
fn link(app: &App, path: &str) -> String {
    match app.options.public_url.trim_end_matches('/') {
        "" => String::new(),
        public => format!("{public}{path}"),
    }
}
