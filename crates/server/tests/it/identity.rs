//! Signing in, staying signed in, and what posts open.

use std::sync::{Arc, Mutex};

use domain::actor::Post;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::town::{COMMUNITY, PASSWORD, Person, Town, form};

async fn signs_in(guest: &Person, phone: &str, password: &str) -> crate::town::Answer {
    let body = json!({"phone": phone, "password": password});
    guest.calls("POST", "/sessions", body).await
}

#[tokio::test]
async fn a_resident_signs_in_and_out_by_program() {
    let town = Town::new().await;
    let resident = town.resident();
    let answer = signs_in(&town.guest(), &resident.phone, PASSWORD).await.with(201).json();
    assert_eq!(answer["person"]["id"], resident.id.unwrap().to_string());
    assert_eq!(answer["person"]["name"], "resident");
    assert_eq!(answer["appointments"], json!([]));

    let program = town.guest();
    program.keeps("session", answer["token"].as_str().unwrap());
    program.calls("GET", "/appointments?person=me", Value::Null).await.with(200);
    program.calls("GET", "/appointments?person=0000000000001", Value::Null).await.with(422);
    program.calls("DELETE", "/sessions/current", Value::Null).await.with(204);
    program.calls("GET", "/appointments?person=me", Value::Null).await.with(401);
    program.calls("DELETE", "/sessions/current", Value::Null).await.with(401);
}

#[tokio::test]
async fn whoever_has_posts_is_told_which() {
    let town = Town::new().await;
    let answer = signs_in(&town.guest(), &town.property().phone, PASSWORD).await.with(201).json();
    let post = &answer["appointments"][0];
    assert_eq!((&post["post"], &post["area"]), (&json!("unit_liaison"), &json!("370323001")));
    assert_eq!(post["unit"], crate::town::PROPERTY.to_string());
    assert_eq!(post["unit_code"], "property");
    assert_eq!(post["from"], "2026-03-02T09:00:00+08:00");
    let mine = town.officer().calls("GET", "/appointments", Value::Null).await.with(200).json();
    assert_eq!(mine["items"][0]["area_name"], "和平社区");
}

#[tokio::test]
async fn a_phone_is_read_however_it_is_written_and_a_wrong_one_is_told() {
    let town = Town::new().await;
    let phone = format!("+86 {}-{}", &town.resident().phone[..3], &town.resident().phone[3..]);
    signs_in(&town.guest(), &phone, PASSWORD).await.with(201);
    let wrong = signs_in(&town.guest(), "12", "").await.with(422).json();
    let fields: Vec<_> = wrong["errors"].as_array().unwrap().iter().collect();
    assert_eq!((&fields[0]["field"], &fields[1]["field"]), (&json!("phone"), &json!("password")));
    let bare = town.guest().send(axum::http::Request::post("/api/v1/sessions"), "{}".into()).await;
    assert_eq!(bare.status, 415);
}

#[tokio::test]
async fn five_failures_lock_a_phone_whether_anybody_has_it_or_not() {
    let town = Town::new().await;
    let known = town.resident().phone;
    let mut told = Vec::new();
    for phone in [known.as_str(), "10000009999"] {
        for _ in 0..5 {
            let answer = signs_in(&town.guest(), phone, "not the password").await.with(401);
            told.push(answer.body);
        }
        let locked = signs_in(&town.guest(), phone, PASSWORD).await.with(429);
        assert_eq!(locked.header("retry-after"), "900");
        told.push(locked.body);
    }
    assert_eq!(told[..6], told[6..], "the answers do not tell who has an account");

    town.passes(SignedDuration::from_mins(14));
    signs_in(&town.guest(), &known, PASSWORD).await.with(429);
    town.passes(SignedDuration::from_mins(1));
    signs_in(&town.guest(), &known, PASSWORD).await.with(201);
}

#[tokio::test]
async fn a_right_password_forgets_the_failures_before_it() {
    let town = Town::new().await;
    let phone = town.resident().phone;
    for _ in 0..3 {
        for _ in 0..4 {
            signs_in(&town.guest(), &phone, "not the password").await.with(401);
        }
        signs_in(&town.guest(), &phone, PASSWORD).await.with(201);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_twenty_wrong_passwords_at_once_five_are_judged() {
    let town = Town::new().await;
    let phone = town.resident().phone;
    let mut tries = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let (guest, phone) = (town.guest(), phone.clone());
        tries.spawn(async move { signs_in(&guest, &phone, "not the password").await.status });
    }
    let answers = tries.join_all().await;
    let count = |status| answers.iter().filter(|&&answer| answer == status).count();
    assert_eq!((count(401), count(429)), (5, 15), "{answers:?}");
}

#[tokio::test]
async fn the_door_leads_to_ones_work_and_never_to_another_site() {
    let town = Town::new().await;
    for (person, path) in [
        (town.resident(), "/mine"),
        (town.head(), "/mine"),
        (town.centre(), "/mine"),
        (town.clerk(), "/mine"),
        (town.points_group(), "/mine"),
        (town.worker(), "/inbox"),
        (town.neighbour(), "/inbox"),
        (town.leader(), "/inbox"),
        (town.officer(), "/desk"),
        (town.other_officer(), "/desk"),
        (town.secretary(), "/desk"),
        (town.street_officer(), "/desk"),
        (town.street_secretary(), "/desk"),
        (town.property(), "/unit"),
        (town.water(), "/unit"),
        (town.auditor(), "/overview"),
        (town.administrator(), "/people"),
    ] {
        let fields = [("phone", person.phone.as_str()), ("password", PASSWORD)];
        let guest = town.guest();
        let answer = guest.posts_bare("/sign-in", &form(&fields)).await.with(303);
        assert_eq!(answer.leads_to(), path);
        guest.opens("/account").await.with(200);
    }
    let resident = town.resident();
    for (next, path) in [("/requests/new?x=1", "/requests/new?x=1"), ("//evil.example", "/mine")] {
        let fields = [("phone", &*resident.phone), ("password", PASSWORD), ("next", next)];
        let answer = town.guest().posts_bare("/sign-in", &form(&fields)).await.with(303);
        assert_eq!(answer.leads_to(), path);
    }
    let sent = town.guest().opens("/account").await.with(303);
    assert_eq!(sent.leads_to(), "/sign-in?next=/account");
}

#[tokio::test]
async fn what_was_typed_stays_and_what_is_wrong_is_told_in_both_languages() {
    let town = Town::new().await;
    let fields = form(&[("phone", "100 0000 9"), ("password", "secret stays here")]);
    let page = town.guest().posts_bare("/sign-in", &fields).await.with(422).body;
    assert!(page.contains("100 0000 9") && page.contains("请填写 11 位手机号"), "{page}");
    assert!(page.contains(r#"role="alert""#) && !page.contains("secret stays here"), "{page}");
    let page = town.guest().in_english().posts_bare("/sign-in", &fields).await.with(422).body;
    assert!(page.contains("eleven digits") && page.contains("Error: Sign in"), "{page}");

    let fields = form(&[("phone", &town.resident().phone), ("password", "not the password")]);
    let page = town.guest().posts_bare("/sign-in", &fields).await.with(422).body;
    assert!(page.contains("手机号或密码不对"), "{page}");
}

#[tokio::test]
async fn a_resident_signs_up_once_however_often_the_form_is_sent() {
    let town = Town::new().await;
    let guest = town.guest();
    let new =
        form(&[("name", "𠮷田·艾力"), ("phone", "10000008888"), ("password", "twelve geese")]);
    guest.posts_again("/sign-up", &new, "the-same-key").await.with(303);
    let page = guest.opens("/account").await.with(200).body;
    assert!(page.contains("𠮷田·艾力") && page.contains("100****8888"), "{page}");
    assert!(!page.contains("10000008888"));

    let again = town.guest();
    again.posts_again("/sign-up", &new, "the-same-key").await.with(303);
    let wrong = new.replace("twelve", "eleven");
    let answer = town.guest().posts_again("/sign-up", &wrong, "the-same-key").await.with(422);
    assert!(answer.body.contains("手机号或密码不对"), "the password is not in the receipt");
    let answer = town.guest().posts("/sign-up", &new).await.with(422);
    assert!(answer.body.contains("已有账号"), "{}", answer.body);
}

#[tokio::test]
async fn a_program_signs_up_under_a_key() {
    let town = Town::new().await;
    let new = json!({"name": "Li", "phone": "10000008887", "password": "twelve geese"});
    let first = town.guest().calls_again("POST", "/people", new.clone(), "key-key-1").await;
    let again = town.guest().calls_again("POST", "/people", new.clone(), "key-key-1").await;
    assert_eq!((first.status, &first.body), (201, &again.body));
    assert_eq!(again.header("idempotent-replayed"), "true");
    let other = json!({"name": "Wu", "phone": "10000008887", "password": "twelve geese"});
    town.guest().calls_again("POST", "/people", other, "key-key-1").await.with(422);
    let bad = json!({"name": "", "phone": "10000008886", "password": "88888888", "area": "x"});
    let told = town.guest().calls("POST", "/people", bad).await.with(422).json();
    assert_eq!(told["errors"].as_array().unwrap().len(), 3, "{told}");
    let elsewhere = json!({"name": "Wu", "phone": "10000008885", "password": "twelve geese",
        "area": "370323002"});
    town.guest().calls("POST", "/people", elsewhere).await.with(422);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_eight_who_sign_up_with_one_phone_at_once_one_succeeds() {
    let town = Town::new().await;
    let mut tries = tokio::task::JoinSet::new();
    for number in 0..8 {
        let guest = town.guest();
        let new = json!({"name": format!("Li {number}"), "phone": "10000008883",
            "password": "twelve geese"});
        tries.spawn(async move { guest.calls("POST", "/people", new).await.status });
    }
    let mut answers = tries.join_all().await;
    answers.sort_unstable();
    assert_eq!(answers, [201, 422, 422, 422, 422, 422, 422, 422]);
}

#[tokio::test]
async fn staff_who_do_nothing_are_signed_out_and_residents_are_not() {
    let town = Town::new().await;
    let worker = town.worker().keeping_session().await;
    let resident = town.resident().keeping_session().await;
    for _ in 0..4 {
        town.passes(SignedDuration::from_mins(20));
        worker.opens("/account").await.with(200);
    }
    town.passes(SignedDuration::from_mins(31));
    assert_eq!(worker.opens("/account").await.status, 303);
    resident.opens("/account").await.with(200);
    town.passes(SignedDuration::from_hours(24 * 29));
    resident.opens("/account").await.with(200);
    town.passes(SignedDuration::from_hours(24));
    assert_eq!(resident.opens("/account").await.status, 303);
}

#[tokio::test]
async fn an_ended_post_opens_nothing_from_that_moment_on() {
    let town = Town::new().await;
    let administrator = town.administrator().keeping_session().await;
    administrator.opens("/people").await.with(200);
    town.dismiss(&administrator).await;
    administrator.opens("/people").await.with(403);
    administrator.opens("/account").await.with(200);
    town.appoint(&administrator, Post::Administrator, COMMUNITY).await;
    administrator.opens("/people").await.with(200);
}

#[tokio::test]
async fn another_password_ends_the_other_sessions() {
    let town = Town::new().await;
    let (here, there) = (town.resident(), town.resident());
    let (here, there) = (here.keeping_session().await, there.keeping_session().await);
    let bad = form(&[("old", "not the password"), ("new", "twelve geese")]);
    assert!(here.posts("/account/password", &bad).await.with(422).body.contains("当前密码不对"));
    let silly = form(&[("old", PASSWORD), ("new", &town.resident().phone)]);
    here.posts("/account/password", &silly).await.with(422);
    there.opens("/account").await.with(200);

    let good = form(&[("old", PASSWORD), ("new", "twelve geese")]);
    here.posts("/account/password", &good).await.with(303);
    here.opens("/account?changed").await.with(200);
    assert_eq!(there.opens("/account").await.status, 303);
    signs_in(&town.guest(), &here.phone, PASSWORD).await.with(401);
    signs_in(&town.guest(), &here.phone, "twelve geese").await.with(201);
}

#[tokio::test]
async fn signing_out_everywhere_ends_every_session() {
    let town = Town::new().await;
    let (here, there) = (town.resident(), town.resident());
    let (here, there) = (here.keeping_session().await, there.keeping_session().await);
    let page = here.opens("/account").await.with(200).body;
    assert_eq!(page.matches("2026-03-02 09:00").count(), 2, "two devices: {page}");
    here.posts("/account/sign-out-everywhere", "").await.with(303);
    assert_eq!(here.opens("/account").await.status, 303);
    assert_eq!(there.opens("/account").await.status, 303);
}

#[tokio::test]
async fn signing_out_ends_this_session_on_record_too() {
    let town = Town::new().await;
    let resident = town.resident().keeping_session().await;
    let token = resident.token().unwrap();
    resident.posts("/sign-out", "").await.with(303);
    assert_eq!(resident.token(), None);
    resident.keeps("session", &token);
    assert_eq!(resident.opens("/account").await.status, 303);
}

#[tokio::test]
async fn a_form_that_is_not_ours_does_nothing() {
    let town = Town::new().await;
    let resident = town.resident().keeping_session().await;
    let body = "large=1&key=some-key-1";
    resident.posts_bare("/preferences", body).await.with(403);
    resident.posts_bare("/preferences", &format!("{body}&csrf=wrong")).await.with(403);
    let other = town.second_resident().keeping_session().await;
    let csrf = other.csrf();
    resident.posts_bare("/preferences", &format!("{body}&csrf={csrf}")).await.with(403);
    resident
        .posts_bare("/preferences", &format!("{body}&csrf={}", resident.csrf()))
        .await
        .with(303);

    let good = format!("large=1&csrf={}", resident.csrf());
    for (name, value, status) in [
        ("sec-fetch-site", "cross-site", 403),
        ("sec-fetch-site", "same-site", 403),
        ("sec-fetch-site", "same-origin", 303),
        ("origin", "https://evil.example", 403),
        ("origin", "null", 403),
        ("origin", "http://here.example", 303),
    ] {
        let request = axum::http::Request::post("/preferences")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("host", "here.example")
            .header(name, value);
        let answer = resident.send(request, good.clone().into()).await;
        assert_eq!(answer.status, status, "{name}: {value}");
    }
    // A script without a session sends none of these headers.
    let fields = form(&[("phone", &resident.phone), ("password", PASSWORD)]);
    town.guest().posts_bare("/sign-in", &fields).await.with(303);
}

#[tokio::test]
async fn language_and_size_are_kept_without_an_account() {
    let town = Town::new().await;
    let guest = town.guest();
    assert!(guest.opens("/sign-in").await.with(200).body.contains("手机号"));
    let answer = guest.posts_bare("/preferences", "lang=en&large=1&back=/sign-in").await.with(303);
    assert_eq!(answer.leads_to(), "/sign-in");
    let page = guest.opens("/sign-in").await.with(200).body;
    assert!(page.contains("Mobile number") && page.contains(r#"class="large""#), "{page}");
    let answer = guest.posts_bare("/preferences", "lang=xx&back=//evil.example").await.with(303);
    assert_eq!((answer.leads_to(), answer.header("set-cookie")), ("/", ""));
}

#[tokio::test]
async fn a_log_names_nobody_and_gives_no_secret_away() {
    let written = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(written.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let town = Town::new().await;
    let guest = town.guest();
    let new = form(&[("name", "金丝雀"), ("phone", "10000008884"), ("password", "canary bird")]);
    guest.posts("/sign-up", &new).await.with(303);
    guest.opens("/account").await.with(200);
    let token = guest.token().unwrap();
    signs_in(&town.guest(), "10000008884", "canary fish").await.with(401);
    guest.opens("/password/canary-link").await.with(410);
    tracing::error!("the log is heard");

    let log = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("the log is heard"));
    for secret in ["金丝雀", "10000008884", "canary", &token] {
        assert!(!log.contains(secret), "{secret} is in the log: {log}");
    }
}

/// A log that can be read afterwards.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> tracing_subscriber::fmt::MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}
