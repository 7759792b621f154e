//! The working calendar: a notice is previewed and taken in, or told row by row why not; running
//! deadlines move with it, those that are over do not; closures come and go.

use jiff::SignedDuration;
use serde_json::{Value, json};
use server::jobs;

use crate::api_story::{accepted, and, closed, goes, handling, note, raised, sees, town};
use crate::town::{Answer, Person, Town, form, fresh_key};

pub const DAY: SignedDuration = SignedDuration::from_hours(24);
/// New Year 2027: Friday the 1st to Sunday the 3rd; the Sunday after is worked in exchange.
pub const NOTICE: &str = "date,name,is_off_day\n2027-1-1,元旦,1\n2027年1月2日,元旦,1\n\
                      ２０２７．１．３,元旦,1\n2027-01-10,元旦,0\n";

/// A town on Monday, the 28th of December 2026, at nine o'clock.
pub async fn year_end() -> Town {
    let town = town().await;
    town.passes(DAY * 301);
    town
}

/// A request that a unit has to finish within five working days: by Monday, the 4th of January, as
/// far as anybody knows; by the 5th, once New Year is off.
pub async fn in_hand(town: &Town) -> String {
    let id = raised(&town.resident()).await;
    goes(town, &id, &handling()).await;
    let seen = sees(&town.resident(), &id).await;
    assert_eq!(seen["due_at"], "2027-01-04T17:30:00+08:00");
    assert!(seen["deadline_reason"].as_str().unwrap().contains("可能调整"));
    id
}

/// Takes a notice in as it stands: the notices of these stories are short.
pub async fn takes_in(person: &Person, text: &str, version: i64) -> Answer {
    let version = version.to_string();
    let sent = form(&[("text", text), ("version", &version), ("as_it_stands", "1")]);
    person.posts("/calendar/notices", &sent).await
}

async fn deadline(person: &Person, id: &str) -> Value {
    let path = format!("/requests/{id}/deadline");
    person.calls("GET", &path, Value::Null).await.with(200).json()
}

pub async fn days(town: &Town) -> Value {
    let path = "/calendar?from=2027-01-01&to=2027-12-31";
    town.resident().calls("GET", path, Value::Null).await.with(200).json()
}

#[tokio::test]
async fn a_notice_is_previewed_then_taken_in_and_running_deadlines_move() {
    let town = year_end().await;
    let id = in_hand(&town).await;
    let officer = town.street_officer();
    let page = officer.opens("/calendar").await.with(200).body;
    assert!(page.contains("2026年12月31日") && page.contains("还没有导入"), "{page}");
    let preview = officer.posts("/calendar/preview", &form(&[("text", NOTICE)])).await.with(200);
    for said in ["1 件正在办的诉求", "<dd>261", "2027年1月10日 周日", "确认导入"] {
        assert!(preview.body.contains(said), "{said}: {}", preview.body);
    }
    assert_eq!(days(&town).await["known_through"], "2026-12-31", "a preview changes nothing");
    assert_eq!(sees(&town.resident(), &id).await["due_at"], "2027-01-04T17:30:00+08:00");

    let done = takes_in(&officer, NOTICE, 0).await.with(303);
    let shown = officer.opens(done.leads_to()).await.with(200).body;
    assert!(shown.contains("放假通知已导入。1 件诉求的期限随之调整。"), "{shown}");
    assert!(shown.contains("street officer：2027 年通知，4 天"), "who and when: {shown}");
    let calendar = days(&town).await;
    assert_eq!(
        (&calendar["known_through"], &calendar["workdays"], &calendar["days"][3]),
        (
            &json!("2027-12-31"),
            &json!(261),
            &json!({ "date": "2027-01-10", "kind": "made_up", "name": "元旦" })
        )
    );
    // The asker sees the new date, and why.
    let seen = sees(&town.resident(), &id).await;
    assert_eq!(seen["due_at"], "2027-01-05T17:30:00+08:00");
    assert!(!seen["deadline_reason"].as_str().unwrap().contains("可能调整"));
    let last = seen["timeline"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((&last["event"], &last["role"]), (&json!("deadline_moved"), &json!("system")));
    let page = town.resident().opens(&format!("/requests/{id}")).await.with(200).body;
    for said in [
        "日历调整，期限改了：2027年1月4日 17:30 → 2027年1月5日 17:30",
        "为什么是这个期限",
        "放假：元旦",
        "期限由2027年1月4日 17:30改为2027年1月5日 17:30",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    let english = town.resident().in_english().opens(&format!("/requests/{id}")).await.body;
    assert!(english.contains("holiday: New Year"), "{english}");
    // And hears of it, as the unit does.
    jobs::tick(&town.app).await.unwrap();
    for person in [town.resident(), town.property()] {
        let heard = person.calls("GET", "/notices", Value::Null).await.with(200).body;
        assert!(heard.contains("deadline_moved") || heard.contains("期限随之调整"), "{heard}");
        let page = person.opens("/notices").await.body;
        assert!(page.contains("日历") || page.contains("期限"), "{page}");
    }
}

#[tokio::test]
async fn what_is_over_stays_as_it_was() {
    let town = year_end().await;
    let over = raised(&town.resident()).await;
    goes(&town, &over, &closed()).await;
    let before = sees(&town.resident(), &over).await;
    // Nobody imports the notice until February: the month of this deadline is closed by then.
    let late = in_hand(&town).await;
    town.passes(DAY * 38);
    let running = raised(&town.resident()).await;
    goes(&town, &running, &handling()).await;
    let notice = format!("{NOTICE}2027-2-10,春节,1\n");
    takes_in(&town.street_officer(), &notice, 0).await.with(303);
    jobs::tick(&town.app).await.unwrap();
    let after = sees(&town.resident(), &over).await;
    for kept in ["version", "timeline", "due_at", "stage"] {
        assert_eq!(after[kept], before[kept], "{kept}");
    }
    let seen = sees(&town.resident(), &late).await;
    assert_eq!(seen["due_at"], "2027-01-04T17:30:00+08:00", "January is over");
    let told = deadline(&town.resident(), &late).await;
    assert_eq!(told["running"]["kept"], true);
    // From Thursday the 4th five working days led to the 11th; the 10th is off.
    let told = deadline(&town.resident(), &running).await["running"].clone();
    assert_eq!(
        (&told["kept"], &told["due_at"]),
        (&json!(false), &json!("2027-02-12T17:30:00+08:00"))
    );
    let moved = &told["moves"][0];
    assert_eq!(moved["from"], "2027-02-11T17:30:00+08:00");
}

#[tokio::test]
async fn a_deadline_that_the_notice_leaves_alone_is_settled() {
    let town = year_end().await;
    let id = in_hand(&town).await;
    takes_in(&town.street_officer(), "2027-10-1,国庆节,1", 0).await.with(303);
    let seen = sees(&town.resident(), &id).await;
    assert_eq!(seen["due_at"], "2027-01-04T17:30:00+08:00");
    assert!(!seen["deadline_reason"].as_str().unwrap().contains("可能调整"));
    let last = seen["timeline"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(last["event"], "deadline_settled");
    let versions = seen["version"].clone();
    jobs::tick(&town.app).await.unwrap();
    town.passes(SignedDuration::from_mins(2));
    jobs::tick(&town.app).await.unwrap();
    assert_eq!(sees(&town.resident(), &id).await["version"], versions, "once is enough");
}

#[tokio::test]
async fn clocks_that_stand_still_move_too() {
    let town = year_end().await;
    let id = in_hand(&town).await;
    goes(&town, &id, &[("property", "question", note())]).await;
    takes_in(&town.street_officer(), NOTICE, 0).await.with(303);
    let told = deadline(&town.resident(), &id).await;
    // Three working days to answer: Tuesday to Thursday, all of them known.
    assert_eq!(told["running"]["due_at"], "2026-12-31T17:30:00+08:00");
    assert_eq!(told["paused"]["due_at"], "2027-01-05T17:30:00+08:00");
    town.passes(DAY * 2);
    goes(&town, &id, &[("resident", "answer", note())]).await;
    let told = deadline(&town.auditor(), &id).await["running"].clone();
    assert_eq!(told["due_at"], "2027-01-07T17:30:00+08:00", "two working days more");
    let legs = told["legs"].as_array().unwrap();
    assert_eq!((&legs[0]["what"], &legs[1]["what"]), (&json!("limit"), &json!("pause")));
    assert_eq!((&legs[1]["from"], &legs[1]["to"]), (&legs[0]["to"], &told["due_at"]));
    let counted = |leg: &Value| -> u64 {
        leg["days"].as_array().unwrap().iter().map(|it| it["counted_days"].as_u64().unwrap()).sum()
    };
    assert_eq!((counted(&legs[0]), counted(&legs[1])), (5, 2));
    assert_eq!(told["moves"][0]["to"], "2027-01-05T17:30:00+08:00");
}

#[tokio::test]
async fn bad_rows_are_told_and_nothing_is_taken_in() {
    let town = year_end().await;
    let officer = town.street_officer();
    let bad = "date,name,is_off_day\n2027-1-1,元旦,1\n2027-2-30,春节,1\n2027-2-7,春节,也许\n";
    let told = officer.posts("/calendar/preview", &form(&[("text", bad)])).await.with(422).body;
    for said in ["第 3 行，日期：", "2027-2-30", "第 4 行，是否放假：", "也许"] {
        assert!(told.contains(said), "{said}: {told}");
    }
    assert!(told.contains("2027-2-7,春节,也许"), "what was typed is still there");
    let english = officer.in_english();
    let told = english.posts("/calendar/preview", &form(&[("text", bad)])).await.with(422).body;
    assert!(told.contains("Row 3, day:"), "{told}");
    takes_in(&officer, bad, 0).await.with(422);
    let sent = json!({ "text": bad });
    let answer = officer.calls("POST", "/calendar/notices", sent).await.with(422);
    assert!(answer.body.contains("第 3 行"), "{}", answer.body);
    for (text, said) in [
        ("2028-1-1,元旦,1", "请先导入 2027 年的通知"),
        ("2026-5-1,劳动节,1", "这一天已经过去"),
        ("", "没有读到任何一天"),
        ("2027-1-1,元旦,1\n2027-1-1,元旦,0", "这一天在第 1 行已经有了"),
    ] {
        let told = officer.posts("/calendar/preview", &form(&[("text", text)])).await.with(422);
        assert!(told.body.contains(said), "{said}: {}", told.body);
    }
    let calendar = days(&town).await;
    assert_eq!((&calendar["known_through"], &calendar["days"]), (&json!("2026-12-31"), &json!([])));
}

#[tokio::test]
async fn a_file_serves_as_well_as_pasted_rows() {
    let town = year_end().await;
    let officer = town.street_officer();
    let sheet = format!("\u{feff}{}", NOTICE.replace('\n', "\r\n"));
    let files = [("file", "2027.csv", sheet.as_bytes())];
    let shown = officer.posts_files("/calendar/preview", &[("text", "")], &files).await.with(200);
    assert!(shown.body.contains("确认导入") && shown.body.contains("2027年1月10日"));
    let files = [("file", "2027.csv", &[0xd4, 0xaa, 0xb5, 0xa9][..])];
    let told = officer.posts_files("/calendar/preview", &[("text", "")], &files).await.with(422);
    assert!(told.body.contains("CSV UTF-8"), "{}", told.body);
}

#[tokio::test]
async fn a_notice_tells_its_whole_year() {
    let town = year_end().await;
    let officer = town.street_officer();
    takes_in(&officer, NOTICE, 0).await.with(303);
    // A corrected notice leaves a day out: it is what its weekday says.
    let corrected = NOTICE.replace("2027-01-10,元旦,0\n", "");
    takes_in(&officer, &corrected, 1).await.with(303);
    assert_eq!(days(&town).await["days"].as_array().unwrap().len(), 3);
    let same = takes_in(&officer, &corrected, 2).await.with(409);
    assert!(same.body.contains("没有要改的"), "{}", same.body);
}

#[tokio::test]
async fn only_the_desk_of_the_street_changes_the_calendar() {
    let town = year_end().await;
    for person in [town.street_officer(), town.street_secretary()] {
        assert!(person.opens("/calendar").await.with(200).body.contains("导入放假通知"));
    }
    for person in [town.officer(), town.secretary()] {
        let page = person.opens("/calendar").await.with(200).body;
        assert!(!page.contains("<textarea") && !page.contains("/calendar/closures"), "{page}");
        takes_in(&person, NOTICE, 0).await.with(403);
        let sent = json!({ "text": NOTICE });
        person.calls("POST", "/calendar/notices", sent).await.with(403);
    }
    for person in [town.resident(), town.worker(), town.administrator()] {
        person.opens("/calendar").await.with(403);
    }
    // A post that has ended opens nothing.
    let officer = town.street_officer().keeping_session().await;
    town.dismiss(&officer).await;
    assert_ne!(takes_in(&officer, NOTICE, 0).await.status, 303);
    assert_eq!(days(&town).await["days"], json!([]));
}

#[tokio::test]
async fn of_two_who_import_at_once_one_wins_and_the_other_hears_it() {
    let town = year_end().await;
    let (one, two) = (town.street_officer(), town.street_secretary());
    let other = NOTICE.replace("2027-01-10", "2027-01-09");
    let (first, second) = tokio::join!(takes_in(&one, NOTICE, 0), takes_in(&two, &other, 0));
    let mut answers = [first, second];
    answers.sort_by_key(|answer| answer.status);
    assert_eq!((answers[0].status, answers[1].status), (303, 409));
    assert!(answers[1].body.contains("日历刚被别人改过"), "{}", answers[1].body);
    assert!(answers[1].body.contains("name=\"version\" value=\"1\""), "a fresh preview");
    let found = days(&town).await["days"].as_array().unwrap().len();
    assert_eq!(found, 4, "one notice whole, nothing of the other");
}

#[tokio::test]
async fn the_same_key_takes_a_notice_in_once() {
    let town = year_end().await;
    in_hand(&town).await;
    let officer = town.street_officer();
    let (key, sent) = (fresh_key(), json!({ "text": NOTICE, "as_it_stands": true }));
    let path = "/calendar/notices";
    let dry = json!({ "text": NOTICE, "dry_run": true });
    let plan = officer.calls("POST", path, dry).await.with(200).json();
    assert_eq!((&plan["deadlines_moved"], &plan["workdays"]), (&json!(1), &json!(261)));
    assert_eq!(plan["changes"].as_array().unwrap().len(), 4);
    let first = officer.calls_again("POST", path, sent.clone(), &key).await.with(201);
    let again = officer.calls_again("POST", path, sent.clone(), &key).await.with(201);
    assert_eq!(
        (first.body.as_str(), again.header("idempotent-replayed")),
        (again.body.as_str(), "true")
    );
    let answer = first.json();
    assert_eq!((&answer["version"], &answer["deadlines_moved"]), (&json!(1), &json!(1)));
    officer.calls("POST", path, sent).await.with(409);
    let stale = json!({ "text": NOTICE.replace("2027-1-1,", "2027-1-4,"), "version": 0 });
    let told = officer.calls("POST", path, stale).await.with(409).body;
    assert!(told.contains("日历刚被别人改过"), "{told}");
}

#[tokio::test]
async fn thousands_of_deadlines_follow_by_themselves() {
    let town = year_end().await;
    // Two working hours from five on Thursday, the last day that is known, end on New Year.
    town.passes(DAY * 3 + SignedDuration::from_hours(8));
    let mut late = Vec::new();
    for _ in 0..130 {
        late.push(raised(&town.resident()).await);
    }
    let preview =
        town.street_officer().posts("/calendar/preview", &form(&[("text", NOTICE)])).await;
    assert!(preview.body.contains("130 件正在办的诉求"), "{}", preview.body);
    let done = takes_in(&town.street_officer(), NOTICE, 0).await.with(303);
    let shown = town.street_officer().opens(done.leads_to()).await.body;
    assert!(shown.contains("其余的正在后台调整"), "{shown}");
    jobs::tick(&town.app).await.unwrap();
    for id in &late {
        let seen = sees(&town.resident(), id).await;
        assert_eq!(seen["due_at"], "2027-01-04T10:00:00+08:00");
        assert_eq!(seen["version"], 2, "each is moved once");
    }
    town.passes(SignedDuration::from_mins(2));
    jobs::tick(&town.app).await.unwrap();
    assert_eq!(sees(&town.resident(), &late[129]).await["version"], 2);
}

#[tokio::test]
async fn a_closure_moves_deadlines_and_taking_it_back_moves_them_again() {
    let town = town().await;
    let id = raised(&town.resident()).await;
    goes(&town, &id, &accepted()).await;
    let due = |seen: Value| seen["due_at"].as_str().unwrap().to_owned();
    assert_eq!(due(sees(&town.worker(), &id).await), "2026-03-03T17:30:00+08:00");
    let officer = town.street_officer();
    let closure = json!({ "first": "2026-03-03", "last": "2026年3月4日", "reason": "暴雨停电" });
    let path = "/calendar/closures";
    let done = officer.calls("POST", path, closure.clone()).await.with(201).json();
    assert_eq!(done["deadlines_moved"], 1);
    assert_eq!(due(sees(&town.worker(), &id).await), "2026-03-05T17:30:00+08:00");
    let told = deadline(&town.worker(), &id).await["running"]["legs"][0]["days"].clone();
    assert_eq!((&told[0]["kind"], &told[0]["name"]), (&json!("closed"), &json!("暴雨停电")));
    let page = officer.opens("/calendar").await.with(200).body;
    assert!(page.contains("停办：暴雨停电") && page.contains("撤销"), "{page}");
    let told = officer.calls("POST", path, closure).await.with(409).body;
    assert!(told.contains("停办的日子"), "{told}");

    // It began, and the water falls sooner than feared: tomorrow is worked again.
    town.passes(DAY);
    let id_of = done["id"].as_str().unwrap();
    let removal = format!("/calendar/closures/{id_of}/removal");
    let ended = officer.posts(&removal, "").await.with(303);
    assert!(ended.leads_to().contains("moved=1"), "{}", ended.leads_to());
    assert_eq!(due(sees(&town.worker(), &id).await), "2026-03-04T17:30:00+08:00");
    let told = officer.posts(&removal, "").await.with(409).body;
    assert!(told.contains("已经过去的停办不能再改"), "{told}");
    officer.calls("POST", "/calendar/closures/0000000000001/removal", json!({})).await.with(404);
}

#[tokio::test]
async fn a_closure_that_has_not_begun_is_taken_back_whole() {
    let town = town().await;
    let officer = town.street_officer();
    let sent = [("first", "2026-03-10"), ("last", ""), ("reason", "停电检修"), ("version", "0")];
    officer.posts("/calendar/closures", &form(&sent)).await.with(303);
    let week = "/calendar?from=2026-03-09&to=2026-03-13";
    let calendar = officer.calls("GET", week, Value::Null).await.json();
    assert_eq!(
        (&calendar["workdays"], &calendar["days"][0]["kind"]),
        (&json!(4), &json!("closed"))
    );
    let page = officer.opens("/calendar").await.body;
    let removal = page.split("action=\"").find(|part| part.contains("/removal")).unwrap();
    officer.posts(removal.split('"').next().unwrap(), "").await.with(303);
    let calendar = officer.calls("GET", week, Value::Null).await.json();
    assert_eq!((&calendar["workdays"], &calendar["days"]), (&json!(5), &json!([])));
    for (first, last, reason, said) in [
        ("2026-03-01", "", "停电", "请填第一天"),
        ("2026-02-30", "", "停电", "请填第一天"),
        ("2026-03-10", "2026-03-09", "停电", "请填最后一天"),
        ("2026-03-10", "2026-06-09", "停电", "请填最后一天"),
        ("2026-03-10", "", "", "请写明原因"),
    ] {
        let sent = form(&[("first", first), ("last", last), ("reason", reason), ("version", "2")]);
        let told = officer.posts("/calendar/closures", &sent).await.with(422).body;
        assert!(told.contains(said), "{said}: {told}");
    }
    let stale = [("first", "2026-03-10"), ("last", ""), ("reason", "停电"), ("version", "0")];
    officer.posts("/calendar/closures", &form(&stale)).await.with(409);
}

#[tokio::test]
async fn why_a_deadline_is_what_it_is_is_told_to_whoever_sees_the_request() {
    let town = town().await;
    let id = raised(&town.resident()).await;
    goes(
        &town,
        &id,
        &and(
            handling(),
            ("property", "extension", json!({ "days": 3, "note": "配件未到，需要等。" })),
        ),
    )
    .await;
    goes(&town, &id, &[("officer", "extension-decision", json!({ "granted": true }))]).await;
    let told = deadline(&town.resident(), &id).await;
    assert_eq!(told["running"]["legs"][1]["what"], "extension");
    assert_eq!(told["running"]["due_at"], sees(&town.resident(), &id).await["due_at"]);
    for person in [town.officer(), town.auditor(), town.head(), town.property()] {
        let theirs = deadline(&person, &id).await;
        assert_eq!(theirs["running"]["legs"], told["running"]["legs"]);
        assert!(!theirs.to_string().contains("单元301"), "no door: {theirs}");
        let page = person.opens(&format!("/requests/{id}")).await.with(200).body;
        assert!(page.contains("同意延期 3 个工作日"), "{page}");
    }
    let path = format!("/requests/{id}/deadline");
    town.second_resident().calls("GET", &path, Value::Null).await.with(404);
    town.guest().calls("GET", &path, Value::Null).await.with(401);
    goes(&town, &id, &[("property", "completion", note())]).await;
    let rated = json!({ "solved": true, "rating": 5 });
    goes(&town, &id, &[("resident", "confirmation", rated)]).await;
    let told = deadline(&town.resident(), &id).await;
    assert_eq!((&told["running"], &told["paused"]), (&Value::Null, &Value::Null));
}
