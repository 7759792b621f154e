//! What a street sends out of the house: its gateway, its quiet hours, and what did not arrive.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use db::Tx;
use domain::actor::{Caller, Verb};
use domain::area::Street;
use domain::id::{DeliveryId, PersonId};
use domain::notices::{Quiet, Topic};
use jiff::civil::Time;
use serde_json::json;

use crate::App;
use crate::error::{Error, Field};
use crate::history::{self, Entry};
use crate::notices::outbox::{Channel, Delivery, Message, Purpose, State as Standing};
use crate::notices::setting::{self, GatewayState, Setting};
use crate::notices::{Counts, Subjects, gateway, outbox, send, words};
use crate::receipts::{self, Deed, Receipt};
use crate::web::words::{Lang, Phrase};
use crate::web::{Access, Fields, Form, Html, Id, Page, Routes, Visit, see_other, time};

const ADMINISTER: Access = Access::Any(&[Verb::Administer]);
const PATH: &str = "/administration/notices";
/// The longest list of what did not arrive.
const LIST_MAX: i64 = 100;

#[derive(Template)]
#[template(path = "notices/pages/administration.html")]
struct AdministrationPage {
    page: Page,
    has_mail: bool,
    state: GatewayState,
    everybody: bool,
    url: String,
    /// The end of the secret that is set; empty where none is.
    secret_end: String,
    /// A secret to begin with, where none is set.
    secret: String,
    topics: Vec<(&'static str, &'static str, bool)>,
    quiet_from: String,
    quiet_until: String,
    counts: Counts,
    dead: Vec<DeadLine>,
    test: Option<TestLine>,
    /// The confirmed address of the reader, to which a test of mail goes; empty where none is.
    mail_to: String,
    mail_test: Option<TestLine>,
    wrong: Vec<(&'static str, String)>,
}

impl AdministrationPage {
    fn is_on(&self) -> bool {
        self.state == GatewayState::On
    }

    fn is_gone(&self) -> bool {
        self.state == GatewayState::Gone
    }

    fn is_wrong(&self, name: &str) -> bool {
        self.wrong.iter().any(|(wrong, _)| *wrong == name)
    }
}

/// A message that did not arrive. What it says and to whom is not for an administrator.
struct DeadLine {
    id: String,
    what: &'static str,
    channel: &'static str,
    why: String,
    tries: i64,
    at: String,
}

/// How the latest test went.
struct TestLine {
    class: &'static str,
    icon: &'static str,
    text: String,
    at: String,
}

pub(super) fn routes(subjects: Subjects) -> Routes {
    let test = move |app: State<App>, visit: Visit, form: Form| test(app, visit, form, subjects);
    Routes::new()
        .get(ADMINISTER, PATH, show)
        .post(ADMINISTER, PATH, save)
        .post(ADMINISTER, "/administration/notices/test", test)
        .post(ADMINISTER, "/administration/notices/sendings", send_all)
        .post(ADMINISTER, "/administration/notices/{id}/sending", send_one)
}

async fn show(State(app): State<App>, visit: Visit) -> Result<Response, Error> {
    Ok(Html(page(&app, &visit).await?).into_response())
}

async fn save(State(app): State<App>, visit: Visit, form: Form) -> Result<Response, Error> {
    let (street, Form { deed, fields, .. }) = (street(&visit)?, form);
    let known = app.db.read(move |tx| setting::load(tx, street)).await?;
    let wrong = match read(&fields, &known) {
        Err(wrong) => wrong,
        Ok(wanted) => {
            let (id, by) = (app.new_id(), visit.actor.person());
            let work = move |tx: &mut Tx| put(tx, &deed, &wanted, id, by);
            app.db.write(work).await?;
            return Ok(see_other(PATH));
        }
    };
    let mut shown = page(&app, &visit).await?;
    let told = |field: &Field| (field.name, visit.lang.tell(&field.reason).to_owned());
    shown.wrong = wrong.iter().map(told).collect();
    for (name, value) in [
        ("url", &mut shown.url),
        ("secret", &mut shown.secret),
        ("quiet_from", &mut shown.quiet_from),
        ("quiet_until", &mut shown.quiet_until),
    ] {
        fields.shown(name).clone_into(value);
    }
    shown.state = if fields.is_on("on") { GatewayState::On } else { GatewayState::Off };
    shown.everybody = fields.get("reaches") == Some("everybody");
    for (name, _, chosen) in &mut shown.topics {
        *chosen = fields.is_on(name);
    }
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(shown)).into_response())
}

/// What was typed, over what is known; all that is wrong with it is told at once.
fn read(fields: &Fields, known: &Setting) -> Result<Setting, Vec<Field>> {
    let mut wrong = Vec::new();
    let mut fault = |name, reason: Phrase| wrong.push(Field { name, reason: reason.into() });
    let mut time = |name: &'static str| {
        let read = fields.get(name).and_then(|text| text.trim().parse::<Time>().ok());
        if read.is_none() {
            fault(name, words::TIME_BAD);
        }
        read.unwrap_or_default()
    };
    let quiet = Quiet { from: time("quiet_from"), until: time("quiet_until") };
    let url = fields.shown("url").trim().to_owned();
    if !url.is_empty() && !gateway::is_fit(&url) {
        fault("url", words::URL_BAD);
    }
    let typed = fields.shown("secret").trim();
    // An empty field keeps the secret that is set.
    let secret = if typed.is_empty() { known.secret.clone() } else { typed.to_owned() };
    if !url.is_empty() && gateway::secret_of(&secret).is_none() {
        fault("secret", words::SECRET_BAD);
    }
    let on = fields.is_on("on");
    if on && url.is_empty() {
        fault("url", words::STATE_BAD);
    }
    let topics = Topic::ALL.into_iter().filter(|topic| fields.is_on(topic.name())).collect();
    let everybody = fields.get("reaches") == Some("everybody");
    let state = if on { GatewayState::On } else { GatewayState::Off };
    if wrong.is_empty() {
        Ok(Setting { quiet, url, secret, topics, everybody, state, ..known.clone() })
    } else {
        Err(wrong)
    }
}

/// Saves it, with a line of history that does not hold the secret.
fn put(
    tx: &mut Tx,
    deed: &Deed,
    wanted: &Setting,
    id: i64,
    by: Option<PersonId>,
) -> Result<Receipt, Error> {
    receipts::once(tx, deed, |tx| {
        let id = if wanted.id == 0 { id } else { wanted.id };
        let saved = Setting { id, ..wanted.clone() };
        setting::save(tx, deed.street, &saved)?;
        let topics: Vec<&str> = saved.topics.iter().map(|topic| topic.name()).collect();
        let facts = json!({
            "url": saved.url, "on": saved.state == GatewayState::On, "topics": topics,
            "everybody": saved.everybody, "quiet_from": saved.quiet.from.to_string(),
            "quiet_until": saved.quiet.until.to_string(),
        });
        let version = history::of(tx, deed.street, id)?.last().map_or(1, |last| last.version + 1);
        let entry = Entry {
            version,
            at: deed.at,
            actor: by,
            role: "administrator".to_owned(),
            event: "changed".to_owned(),
            facts: facts.to_string(),
        };
        history::add(tx, deed.street, id, &entry)?;
        Ok(Receipt { subject: id, version, answer: String::new(), replayed: false })
    })
}

/// Sends a test through the gateway, or by mail to whoever asks for it: through the outbox as all
/// messages, and now, so that its fate is on the page that follows.
async fn test(
    State(app): State<App>,
    visit: Visit,
    form: Form,
    subjects: Subjects,
) -> Result<Response, Error> {
    let (street, deed, ids) = (street(&visit)?, form.deed, app.ids.clone());
    let by_mail = form.fields.get("channel") == Some(Channel::Smtp.name());
    let person = visit.actor.person().filter(|_| by_mail);
    let work = move |tx: &mut Tx| {
        receipts::once(tx, &deed, |tx| {
            if person.is_some() && email_of(tx, street, person)?.is_empty() {
                return Err(Error::field("mail_test", words::MAIL_UNCONFIRMED));
            }
            let message = Message::test(person, deed.at);
            let id = outbox::add(tx, street, &ids, &message, deed.at)?;
            Ok(Receipt { subject: id.0, version: 1, answer: String::new(), replayed: false })
        })
    };
    let id = match app.db.write(work).await {
        Ok(receipt) => DeliveryId(receipt.subject),
        Err(Error::Invalid(wrong)) => {
            let mut shown = page(&app, &visit).await?;
            let told = |field: &Field| (field.name, visit.lang.tell(&field.reason).to_owned());
            shown.wrong = wrong.iter().map(told).collect();
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(shown)).into_response());
        }
        Err(error) => return Err(error),
    };
    send::round(&app, subjects, street, Some(id)).await?;
    Ok(see_other(PATH))
}

/// The address that `person` has confirmed; empty where none is.
fn email_of(tx: &mut Tx, street: Street, person: Option<PersonId>) -> Result<String, Error> {
    let Some(person) = person else { return Ok(String::new()) };
    Ok(setting::address(tx, street, person)?.unwrap_or_default().email)
}

async fn send_one(
    State(app): State<App>,
    visit: Visit,
    Id(id): Id<DeliveryId>,
    form: Form,
) -> Result<Response, Error> {
    let (street, deed) = (street(&visit)?, form.deed);
    let work = move |tx: &mut Tx| {
        receipts::once(tx, &deed, |tx| {
            if !outbox::revive(tx, street, id, deed.at)? {
                return Err(Error::NotFound);
            }
            Ok(Receipt { subject: id.0, version: 1, answer: String::new(), replayed: false })
        })
    };
    app.db.write(work).await?;
    Ok(see_other(PATH))
}

async fn send_all(State(app): State<App>, visit: Visit, form: Form) -> Result<Response, Error> {
    let (street, deed) = (street(&visit)?, form.deed);
    let work = move |tx: &mut Tx| {
        receipts::once(tx, &deed, |tx| {
            outbox::revive_all(tx, street, deed.at)?;
            Ok(Receipt {
                subject: street.number(),
                version: 1,
                answer: String::new(),
                replayed: false,
            })
        })
    };
    app.db.write(work).await?;
    Ok(see_other(PATH))
}

/// The street of whoever administers all of it.
fn street(visit: &Visit) -> Result<Street, Error> {
    let street = visit.street()?;
    let whole = visit.actor.may(Verb::Administer, street.area());
    let is_person = matches!(visit.actor.caller, Caller::Person(_));
    if whole && is_person { Ok(street) } else { Err(Error::Forbidden) }
}

async fn page(app: &App, visit: &Visit) -> Result<AdministrationPage, Error> {
    let street = street(visit)?;
    let (settings, lang) = (app.settings(street)?, visit.lang);
    let person = visit.actor.person();
    let read = move |tx: &mut Tx| {
        let set = setting::load(tx, street)?;
        let out = (outbox::dead(tx, street, LIST_MAX)?, outbox::counts(tx, street)?);
        let test = outbox::last_test(tx, street, Channel::Webhook)?;
        let mail = (outbox::last_test(tx, street, Channel::Smtp)?, email_of(tx, street, person)?);
        Ok::<_, Error>((set, out, test, mail))
    };
    let (set, (dead, counts), test, (mail_test, mail_to)) = app.db.read(read).await?;
    let zone = &settings.calendar.zone;
    let near = |at| time::near(at, app.now(), zone, lang);
    let topics = Topic::ALL.into_iter();
    let topics = topics
        .map(|it| (it.name(), lang.say(words::topic(it)), set.topics.contains(&it)))
        .collect();
    let end: String =
        set.secret.chars().skip(set.secret.chars().count().saturating_sub(4)).collect();
    Ok(AdministrationPage {
        page: Page::new(app, visit, PATH),
        has_mail: app.options.mail.is_some(),
        state: set.state,
        everybody: set.everybody,
        secret: if set.secret.is_empty() { gateway::new_secret() } else { String::new() },
        secret_end: end,
        url: set.url,
        topics,
        quiet_from: hour(set.quiet.from),
        quiet_until: hour(set.quiet.until),
        counts,
        dead: dead.iter().map(|dead| dead_line(dead, lang, near(dead.at))).collect(),
        test: test.map(|test| test_line(&test, lang, near(test.at))),
        mail_to,
        mail_test: mail_test.map(|test| test_line(&test, lang, near(test.at))),
        wrong: Vec::new(),
    })
}

fn hour(time: Time) -> String {
    time.strftime("%H:%M").to_string()
}

fn dead_line(dead: &Delivery, lang: Lang, at: String) -> DeadLine {
    let what = match dead.message.purpose {
        Purpose::Notice => Phrase { zh: "消息", en: "News" },
        Purpose::Code => Phrase { zh: "邮箱验证码", en: "Code for an address" },
        Purpose::Test => Phrase { zh: "测试", en: "Test" },
    };
    DeadLine {
        id: dead.id.to_string(),
        what: lang.say(what),
        channel: lang.say(words::channel(dead.message.channel.name())),
        why: lang.tell(&words::problem(&dead.problem)).to_owned(),
        tries: dead.tries,
        at,
    }
}

fn test_line(test: &Delivery, lang: Lang, at: String) -> TestLine {
    let (class, icon) = match test.state {
        Standing::Sent => ("notice-good", "i-tick"),
        Standing::Waiting => ("", "i-clock"),
        Standing::Dead | Standing::Needless => ("notice-bad", "i-warn"),
    };
    let arrived = match test.message.channel {
        Channel::Webhook => {
            Phrase { zh: "网关已收下测试消息。", en: "The gateway took the test." }
        }
        Channel::Smtp => Phrase {
            zh: "邮件服务器已收下测试邮件。请看看邮箱里收到没有。",
            en: "The mail server took the test. See whether it is in your mailbox.",
        },
    };
    let said = match test.state {
        Standing::Sent => lang.say(arrived).to_owned(),
        _ => lang.tell(&words::problem(&test.problem)).to_owned(),
    };
    TestLine { class, icon, text: said, at }
}
