//! What leaves the house: mail and messages through a gateway, tried until they arrive.

use std::sync::Arc;

use jiff::SignedDuration;
use serde_json::json;
use server::notices::{self, Counts, Mail};
use server::{jobs, requests};

use super::receivers::{Gateway, MailServer, Manner, SECRET};
use crate::api_story::{does, raised, rubbish, town};
use crate::town::{Person, Town, form};

const NUMBER: &str = "13800001234";

/// A town whose mail goes to `server`.
async fn with_mail(server: &MailServer) -> Town {
    let mut town = town().await;
    let mut options = (*town.app.options).clone();
    options.mail = Some(Mail::new(&server.url, "五微 <wuwei@street.example>").unwrap());
    town.app.options = Arc::new(options);
    town.reopen();
    town
}

/// What an administrator types into the form of the gateway, and more.
fn settings<'a>(url: &'a str, more: &[(&'a str, &'a str)]) -> String {
    let mut fields = vec![("url", url), ("secret", SECRET), ("on", "on"), ("reaches", "phones")];
    fields.extend([("quiet_from", "21:00"), ("quiet_until", "07:30")]);
    fields.extend(["turn", "progress", "over"].map(|topic| (topic, "on")));
    fields.retain(|(name, _)| more.iter().all(|(other, _)| name != other));
    fields.extend(more.iter().filter(|(_, value)| !value.is_empty()));
    form(&fields)
}

/// A town whose messages go to `gateway`.
async fn with_gateway(gateway: &Gateway) -> Town {
    let town = town().await;
    let fields = settings(&gateway.url, &[]);
    town.administrator().posts("/administration/notices", &fields).await.with(303);
    town
}

/// Everything that is due is told and sent; how many messages were tried.
async fn goes_out(town: &Town) -> usize {
    jobs::tick(&town.app).await.unwrap();
    notices::send(&town.app, requests::SUBJECTS).await.unwrap()
}

async fn counts(town: &Town) -> (i64, i64) {
    let Counts { waiting, dead } = town.write(notices::counts).await.unwrap();
    (waiting, dead)
}

/// A request of somebody without an account who left a phone.
async fn raised_by_phone(town: &Town) -> String {
    let mut fields = rubbish();
    fields["name"] = "王芳".into();
    fields["phone"] = NUMBER.into();
    let answer = town.guest().calls("POST", "/requests", fields).await.with(201).json();
    answer["id"].as_str().unwrap().to_owned()
}

/// `person` enters an address and confirms it with the code that comes.
async fn has_address(town: &Town, server: &MailServer, person: &Person) {
    person.posts("/account/email", "email=wang%40mail.example").await.with(303);
    goes_out(town).await;
    let text = server.letters().pop().unwrap().text();
    let code: String = text.split("验证码是 ").nth(1).unwrap().chars().take(6).collect();
    person.posts("/account/email/confirmation", &format!("code={code}")).await.with(303);
}

#[tokio::test]
async fn an_address_counts_when_its_owner_has_confirmed_it() {
    let server = MailServer::new();
    let town = with_mail(&server).await;
    let (resident, worker) = (town.resident(), town.worker());
    let id = raised(&resident).await;
    let refused = resident.posts("/account/email", "email=wang").await.with(422);
    assert!(refused.body.contains("请填写邮箱地址"));
    resident.posts("/account/email", "email=wang%40mail.example").await.with(303);
    goes_out(&town).await;
    let code = server.letters().pop().unwrap();
    assert!(code.to.contains("<wang@mail.example>") && code.from.contains("wuwei@street.example"));
    does(&worker, &id, "acceptance", json!({})).await.with(200);
    goes_out(&town).await;
    assert_eq!(server.letters().len(), 1, "an address that is not confirmed hears nothing more");
    let wrong = resident.posts("/account/email/confirmation", "code=000000").await.with(422);
    assert!(wrong.body.contains("验证码不对"));
    has_address(&town, &server, &resident).await;
    assert!(resident.opens("/account/email").await.body.contains("wang@mail.example"));

    does(&worker, &id, "escalation", json!({ "note": "太大" })).await.with(200);
    goes_out(&town).await;
    let letter = server.letters().pop().unwrap().text();
    assert!(letter.contains("已转到社区党组织") && letter.contains("It has gone to"), "{letter}");
    assert!(
        letter.contains("Auto-Submitted: auto-generated") && letter.contains("Message-ID: <msg_")
    );
    for secret in ["301", "装修", "太大", "1000000"] {
        assert!(!letter.contains(secret), "{secret} in {letter}");
    }
    let count = server.letters().len();
    resident.posts("/account/email/removal", "").await.with(303);
    does(&town.officer(), &id, "handling", json!({})).await.with(200);
    goes_out(&town).await;
    assert_eq!(server.letters().len(), count, "who removed the address gets no more");
}

#[tokio::test]
async fn a_code_is_guessed_by_nobody_and_sent_to_nobody_over_and_over() {
    let server = MailServer::new();
    let town = with_mail(&server).await;
    let resident = town.resident();
    for _ in 0..5 {
        resident.posts("/account/email", "email=wang%40mail.example").await.with(303);
    }
    resident.posts("/account/email", "email=wang%40mail.example").await.with(429);
    for _ in 0..5 {
        resident.posts("/account/email/confirmation", "code=000000").await.with(422);
    }
    resident.posts("/account/email/confirmation", "code=000000").await.with(429);
    // Of five codes only the last is worth sending; one that is too old is worth nothing.
    town.passes(SignedDuration::from_mins(31));
    goes_out(&town).await;
    assert!(server.letters().is_empty());
    assert_eq!(counts(&town).await, (0, 0));
    let without = crate::api_story::town().await;
    let page = without.resident().posts("/account/email", "email=a%40b.example").await.with(422);
    assert!(page.body.contains("还没有设置邮件服务器"));
}

#[tokio::test]
async fn mail_is_tried_until_it_is_taken_and_given_up_where_it_is_refused_for_good() {
    let server = MailServer::new();
    let town = with_mail(&server).await;
    let (resident, worker) = (town.resident(), town.worker());
    has_address(&town, &server, &resident).await;
    let id = raised(&resident).await;
    server.will(&[Manner::Refuses(451), Manner::HangsUp]);
    does(&worker, &id, "acceptance", json!({})).await.with(200);
    assert_eq!(goes_out(&town).await, 1);
    assert_eq!(goes_out(&town).await, 0, "it rests for a minute");
    town.passes(SignedDuration::from_mins(1));
    assert_eq!(goes_out(&town).await, 1, "and then the server hangs up");
    town.passes(SignedDuration::from_mins(1));
    assert_eq!(goes_out(&town).await, 0, "now it rests for two");
    town.passes(SignedDuration::from_mins(1));
    assert_eq!(goes_out(&town).await, 1);
    assert_eq!((server.letters().len(), counts(&town).await), (2, (0, 0)));

    server.will(&[Manner::Refuses(550)]);
    does(&worker, &id, "escalation", json!({ "note": "太大" })).await.with(200);
    goes_out(&town).await;
    assert_eq!(counts(&town).await, (0, 1), "a mailbox that is not there will not be there later");
    let page = town.administrator().opens("/administration/notices").await.with(200).body;
    assert!(page.contains("邮件服务器拒收（550）") && !page.contains("wang@mail.example"));
}

#[tokio::test]
async fn who_left_a_phone_hears_through_the_gateway_alone() {
    let gateway = Gateway::new();
    let town = with_gateway(&gateway).await;
    let id = raised_by_phone(&town).await;
    goes_out(&town).await;
    assert!(gateway.messages().is_empty(), "whoever raised it knows already");
    does(&town.worker(), &id, "acceptance", json!({})).await.with(200);
    goes_out(&town).await;
    let [message] = &gateway.messages()[..] else { panic!("{:?}", gateway.messages()) };
    assert_eq!(
        (&message.body["type"], &message.body["data"]["phone"]),
        (&json!("notice"), &json!(NUMBER))
    );
    let text = message.body["data"]["text"].as_str().unwrap();
    assert!(text.starts_with("【东风街道】HP-2026-00001：网格员w*已接单"), "{text}");
    for secret in ["301", "装修", "王芳", "worker"] {
        assert!(!message.body.to_string().contains(secret), "{secret} in {}", message.body);
    }
    // People with an account read theirs here.
    let own = raised(&town.resident()).await;
    does(&town.worker(), &own, "acceptance", json!({})).await.with(200);
    goes_out(&town).await;
    assert_eq!(gateway.messages().len(), 1);
    // Nor does a neighbour who left a phone hear less than the asker.
    let phone = json!({ "phone": "13900005678" });
    does(&town.guest(), &own, "supporters", phone).await.with(200);
    let everybody = settings(&gateway.url, &[("reaches", "everybody"), ("turn", "")]);
    town.administrator().posts("/administration/notices", &everybody).await.with(303);
    does(&town.worker(), &own, "escalation", json!({ "note": "太大" })).await.with(200);
    goes_out(&town).await;
    let messages = gateway.messages().split_off(1);
    let phones = messages.iter().map(|it| it.body["data"]["phone"].as_str().unwrap());
    let mut phones: Vec<_> = phones.collect();
    phones.sort_unstable();
    // To the desk it is a turn, which was left out.
    assert_eq!(phones, [town.resident().phone.as_str(), "13900005678"]);
}

#[tokio::test]
async fn a_gateway_that_fails_is_asked_again_under_the_same_id_and_then_given_up() {
    let gateway = Gateway::new();
    let town = with_gateway(&gateway).await;
    let id = raised_by_phone(&town).await;
    gateway.will(&["503", "", "302\r\nLocation: http://127.0.0.1:9/", "429\r\nRetry-After: 3600"]);
    does(&town.worker(), &id, "acceptance", json!({})).await.with(200);
    let mut tried = Vec::new();
    for minute in 0..75 {
        if goes_out(&town).await == 1 {
            tried.push(minute);
        }
        town.passes(SignedDuration::from_mins(1));
    }
    assert_eq!(tried, [0, 1, 3, 7, 67], "1, 2, 4 minutes, and then as long as was asked for");
    let messages = gateway.messages();
    assert!(messages.iter().all(|message| message.id == messages[0].id));
    assert_eq!(counts(&town).await, (0, 0));

    gateway.will(&["500"; 200]);
    let before = gateway.messages().len();
    does(&town.worker(), &id, "escalation", json!({ "note": "太大" })).await.with(200);
    while counts(&town).await.1 == 0 {
        goes_out(&town).await;
        town.passes(SignedDuration::from_hours(18));
        assert!(gateway.messages().len() < before + 100, "it is never given up");
    }
    let messages = gateway.messages().split_off(before);
    let first = messages.iter().filter(|message| message.id == messages[0].id);
    assert_eq!(first.count(), 12, "the twelfth time was the last");
}

#[tokio::test]
async fn what_was_given_up_is_sent_again_one_by_one_or_all() {
    let gateway = Gateway::new();
    let town = with_gateway(&gateway).await;
    let administrator = town.administrator();
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(raised_by_phone(&town).await);
    }
    gateway.will(&["410"]);
    for id in &ids {
        does(&town.worker(), id, "acceptance", json!({})).await.with(200);
    }
    goes_out(&town).await;
    let page = administrator.opens("/administration/notices").await.with(200).body;
    assert!(page.contains("网关回答不再接收（410），已停用。") && page.contains("已自动停用"));
    assert_eq!(gateway.messages().len(), 1, "the others are not tried");
    town.passes(SignedDuration::from_mins(2));
    goes_out(&town).await;
    assert_eq!((gateway.messages().len(), counts(&town).await), (1, (0, 3)));
    administrator.posts("/administration/notices", &settings(&gateway.url, &[])).await.with(303);
    let page = administrator.opens("/administration/notices").await.body;
    let one = page.split("/sending\"").next().unwrap().rsplit('/').next().unwrap();
    let path = format!("/administration/notices/{one}/sending");
    administrator.posts(&path, "").await.with(303);
    administrator.posts(&path, "").await.with(404);
    goes_out(&town).await;
    assert_eq!((gateway.messages().len(), counts(&town).await), (2, (0, 2)));
    administrator.posts("/administration/notices/sendings", "").await.with(303);
    goes_out(&town).await;
    assert_eq!((gateway.messages().len(), counts(&town).await), (4, (0, 0)));
    let page = administrator.opens("/administration/notices").await.body;
    assert!(page.contains("都送到了，没有要重发的。"));
}

#[tokio::test]
async fn at_night_it_is_quiet_but_for_danger() {
    let gateway = Gateway::new();
    let town = with_gateway(&gateway).await;
    town.passes(SignedDuration::from_hours(13));
    let id = raised_by_phone(&town).await;
    does(&town.worker(), &id, "acceptance", json!({})).await.with(200);
    goes_out(&town).await;
    assert_eq!((gateway.messages().len(), counts(&town).await), (0, (1, 0)), "it is ten at night");
    town.passes(SignedDuration::from_mins(9 * 60 + 29));
    goes_out(&town).await;
    assert!(gateway.messages().is_empty());
    town.passes(SignedDuration::from_mins(1));
    goes_out(&town).await;
    assert_eq!(gateway.messages().len(), 1, "half past seven");

    town.passes(SignedDuration::from_hours(14));
    let mut danger = rubbish();
    danger["text"] = "楼道里有燃气味，请快来人。".into();
    danger["phone"] = NUMBER.into();
    let answer = town.guest().calls("POST", "/requests", danger).await.with(201).json();
    let id = answer["id"].as_str().unwrap();
    does(&town.worker(), id, "acceptance", json!({})).await.with(200);
    goes_out(&town).await;
    assert_eq!(gateway.messages().len(), 2, "danger does not wait");
}

#[tokio::test]
async fn two_who_send_at_once_send_once() {
    let gateway = Gateway::new();
    let town = with_gateway(&gateway).await;
    for _ in 0..10 {
        let id = raised_by_phone(&town).await;
        does(&town.worker(), &id, "acceptance", json!({})).await.with(200);
    }
    jobs::tick(&town.app).await.unwrap();
    let senders = (0..6).map(|_| {
        let app = town.app.clone();
        tokio::spawn(async move { notices::send(&app, requests::SUBJECTS).await.unwrap() })
    });
    let mut tried = 0;
    for sender in senders.collect::<Vec<_>>() {
        tried += sender.await.unwrap();
    }
    let mut ids: Vec<_> = gateway.messages().into_iter().map(|message| message.id).collect();
    ids.sort();
    ids.dedup();
    assert_eq!((tried, gateway.messages().len(), ids.len()), (10, 10, 10));
}

#[tokio::test]
async fn what_a_process_had_in_hand_when_it_died_is_sent_by_the_next() {
    let gateway = Gateway::new();
    let town = with_gateway(&gateway).await;
    let id = raised_by_phone(&town).await;
    does(&town.worker(), &id, "acceptance", json!({})).await.with(200);
    jobs::tick(&town.app).await.unwrap();
    // It is claimed, and the sender goes away before anything was noted.
    gateway.will(&[""]);
    let app = town.app.clone();
    let sender = tokio::spawn(async move { notices::send(&app, requests::SUBJECTS).await });
    while gateway.messages().is_empty() {
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        if sender.is_finished() {
            break;
        }
    }
    sender.abort();
    let _ = sender.await;
    // What was on its way to the records when it went away may still have arrived there.
    for _ in 0..3 {
        town.passes(SignedDuration::from_mins(6));
        goes_out(&town).await;
    }
    let messages = gateway.messages();
    assert_eq!((messages.len(), counts(&town).await), (2, (0, 0)));
    assert_eq!(messages[0].id, messages[1].id, "so that the receiver can tell");
}

#[tokio::test]
async fn an_administrator_sets_the_gateway_and_tests_it() {
    let gateway = Gateway::new();
    let town = town().await;
    let (administrator, path) = (town.administrator(), "/administration/notices");
    let page = administrator.opens(path).await.with(200).body;
    assert!(page.contains("value=\"whsec_") && !page.contains("发一条测试"));
    let refusals = [
        ("url", "http://gateway.example/", "请填写 https:// 开头的地址"),
        ("secret", "whsec_short", "密钥以 whsec_ 开头"),
        ("quiet_from", "25:00", "请填写时间"),
    ];
    for (name, value, sentence) in refusals {
        let fields = settings(&gateway.url, &[(name, value)]);
        let refused = administrator.posts(path, &fields).await.with(422).body;
        assert!(refused.contains(sentence) && refused.contains(value), "{name}: {refused}");
    }
    let refused = administrator.posts(path, &settings("", &[("url", "")])).await.with(422).body;
    assert!(refused.contains("请先填好网关地址"));
    administrator.posts(path, &settings(&gateway.url, &[])).await.with(303);
    let page = administrator.opens(path).await.with(200).body;
    assert!(!page.contains(SECRET) && page.contains("<code>LaSw</code>"));
    // Left empty, the secret stays.
    administrator.posts(path, &settings(&gateway.url, &[("secret", "")])).await.with(303);
    administrator.posts("/administration/notices/test", "").await.with(303);
    assert_eq!(gateway.messages()[0].body["type"], "test");
    assert!(administrator.opens(path).await.body.contains("网关已收下测试消息"));
    gateway.will(&["500"]);
    administrator.posts("/administration/notices/test", "").await.with(303);
    assert!(administrator.opens(path).await.body.contains("网关没有收下，回答 500"));
    assert_eq!(counts(&town).await, (0, 0), "a test is no message that somebody misses");
    for other in [town.street_secretary(), town.resident(), town.officer()] {
        other.opens(path).await.with(403);
    }
}

#[tokio::test]
async fn an_administrator_tests_mail_and_sees_what_became_of_it() {
    let server = MailServer::new();
    let town = with_mail(&server).await;
    let (administrator, path) = (town.administrator(), "/administration/notices");
    let (test, fields) = ("/administration/notices/test", form(&[("channel", "smtp")]));
    let page = administrator.opens(path).await.with(200).body;
    assert!(
        page.contains("填写并确认您自己的邮箱") && !page.contains("发一封测试邮件到"),
        "{page}"
    );
    let refused = administrator.posts(test, &fields).await.with(422).body;
    assert!(refused.contains("请先在“我的账号 → 邮箱”里填写并确认"), "{refused}");
    has_address(&town, &server, &administrator).await;
    let before = server.letters().len();
    let page = administrator.opens(path).await.with(200).body;
    assert!(page.contains("发一封测试邮件到"), "{page}");
    administrator.posts(test, &fields).await.with(303);
    assert_eq!(server.letters().len(), before + 1);
    assert!(server.letters()[before].text().contains("这是一封测试邮件"));
    assert!(administrator.opens(path).await.body.contains("邮件服务器已收下测试邮件"));
    server.will(&[Manner::Refuses(550)]);
    administrator.posts(test, &fields).await.with(303);
    let page = administrator.opens(path).await.body;
    assert!(page.contains("邮件服务器拒收"), "{page}");
    assert_eq!(counts(&town).await, (0, 0), "a test is no message that somebody misses");
    town.officer().posts(test, &fields).await.with(403);
}
