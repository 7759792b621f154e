//! Half a notice, and a whole one; rows as the box numbers them; a preview over many deadlines.

use serde_json::json;

use crate::api_story::goes;
use crate::calendar::{NOTICE, days, in_hand, takes_in, year_end};
use crate::town::{Town, form};

/// A whole notice of 2027.
fn whole() -> String {
    let mut text = NOTICE.to_owned();
    for (name, days, worked) in [
        ("春节", &["02-05", "02-06", "02-07", "02-08", "02-09", "02-10"][..], &["02-14"][..]),
        ("清明节", &["04-03", "04-04", "04-05"], &[]),
        ("劳动节", &["05-01", "05-02", "05-03", "05-04"], &["05-08"]),
        ("端午节", &["06-09"], &[]),
        ("中秋节", &["09-15"], &[]),
        ("国庆节", &["10-01", "10-02", "10-03", "10-04", "10-05", "10-06"], &["10-09"]),
    ] {
        let row = |day: &&str, is_off: u8| format!("2027-{day},{name},{is_off}\n");
        text.extend(days.iter().map(|day| row(day, 1)));
        text.extend(worked.iter().map(|day| row(day, 0)));
    }
    text
}

#[tokio::test]
async fn half_a_notice_is_taken_in_only_as_it_stands() {
    let town = year_end().await;
    let officer = town.street_officer();
    let two = "2027-1-1,元旦,1\n2027-10-1,国庆节,1\n2027-10-4,国庆节,1\n";
    let preview = officer.posts("/calendar/preview", &form(&[("text", two)])).await.with(200).body;
    let missing = "没有这些节日的放假：春节、清明节、劳动节、端午节、中秋节。";
    for said in [missing, "有 258 个工作日，正常是 240 至 256 个", "通知原文就是这样"]
    {
        assert!(preview.contains(said), "{said}: {preview}");
    }
    let english = officer.in_english();
    let told = english.posts("/calendar/preview", &form(&[("text", two)])).await.with(200).body;
    assert!(told.contains("No day is off for: Spring Festival, Qingming Festival"), "{told}");

    // Page and program alike: not without saying so.
    let sent = form(&[("text", two), ("version", "0")]);
    let told = officer.posts("/calendar/notices", &sent).await.with(422).body;
    for said in [missing, "没有导入。", "勾选“通知原文就是这样”", "name=\"as_it_stands\""]
    {
        assert!(told.contains(said), "{said}: {told}");
    }
    let path = "/calendar/notices";
    let told = officer.calls("POST", path, json!({ "text": two })).await.with(422).json();
    assert!(told.to_string().contains("as_it_stands"), "{told}");
    let dry = json!({ "text": two, "dry_run": true });
    let plan = officer.calls("POST", path, dry).await.with(200).json();
    assert_eq!(
        (&plan["is_doubted"], &plan["missing"][0]),
        (&json!(true), &json!("spring_festival"))
    );
    assert_eq!(days(&town).await["known_through"], "2026-12-31", "nothing was taken in");

    // A year without a working day is no year, whatever festivals it names.
    let first = jiff::civil::date(2027, 1, 1);
    let all = (0..365).map(|day| first.saturating_add(jiff::Span::new().days(day)));
    let never: Vec<String> =
        all.map(|day| format!("{day},元旦春节清明五一端午中秋国庆,1")).collect();
    let never = never.join("\n");
    let sent = form(&[("text", &never), ("version", "0")]);
    let told = officer.posts("/calendar/notices", &sent).await.with(422).body;
    assert!(told.contains("有 0 个工作日") && !told.contains("没有这些节日"), "{told}");

    takes_in(&officer, two, 0).await.with(303);
    assert_eq!(days(&town).await["workdays"], 258);
}

#[tokio::test]
async fn a_whole_notice_asks_nothing_more() {
    let town = year_end().await;
    let officer = town.street_officer();
    // A closure of the office is no doubt about the notice.
    let closure = json!({ "first": "2027-03-01", "last": "2027-03-31", "reason": "洪水" });
    officer.calls("POST", "/calendar/closures", closure).await.with(201);
    let text = whole();
    let preview =
        officer.posts("/calendar/preview", &form(&[("text", &text)])).await.with(200).body;
    assert!(!preview.contains("as_it_stands") && preview.contains("确认导入"), "{preview}");
    let sent = form(&[("text", &text), ("version", "1")]);
    officer.posts("/calendar/notices", &sent).await.with(303);
}

#[tokio::test]
async fn rows_are_told_as_the_box_numbers_them() {
    let town = year_end().await;
    let bad = "x,元旦,1\r\nx,元旦,1\r\n\r\nx,元旦,1\r\n";
    let sent = form(&[("text", bad)]);
    let told = town.street_officer().posts("/calendar/preview", &sent).await.with(422).body;
    for said in ["第 1 行", "第 2 行", "第 4 行"] {
        assert_eq!(told.matches(said).count(), 1, "{said}: {told}");
    }
}

/// Copies a request with its story until there are two thousand of it and some.
async fn copies(town: &Town) {
    const COLUMNS: &str = "area, place, category, urgency, text, asker, asker_name, asker_phone,
        writer, photos, raised_at, stage, since, desk, handler, worker, unit, ending, rating,
        merged_into, review_on, due_at, due_limit, due_term, due_from, due_known, question_at,
        paused_at, paused_limit, paused_term, paused_from, paused_known, returns, extension,
        extension_days, reopened, changed_at, version, rung, ordered_at, responded_at, redone,
        reminders, reminded_on, calls, called, channel, supporters";
    // The database takes statements that are as old as the program.
    let requests: &'static str = format!(
        "INSERT INTO requests (street, id, number, receipt, {COLUMNS})
         SELECT street, id + $1, 'C' || CAST(id + $1 AS TEXT), 'C' || CAST(id + $1 AS TEXT),
             {COLUMNS} FROM requests WHERE street = $2 ORDER BY id LIMIT $3"
    )
    .leak();
    let copy = move |tx: &mut db::Tx, street: domain::area::Street| {
        for half in (0..11).map(|power| 1_i64 << power) {
            let more = db::params![half, street.number(), 2_048 - half];
            tx.execute(requests, more)?;
            tx.execute(
                "INSERT INTO history (street, subject, version, at, actor, role, event, facts)
                 SELECT h.street, h.subject + $1, h.version, h.at, h.actor, h.role, h.event, h.facts
                 FROM history h JOIN requests r ON r.street = h.street AND r.id = h.subject + $1
                 WHERE h.street = $2 AND r.street = $2",
                db::params![half, street.number()],
            )?;
        }
        Ok(())
    };
    town.write(copy).await.unwrap();
}

#[tokio::test]
async fn a_preview_over_two_thousand_deadlines_is_shown_soon() {
    let town = year_end().await;
    let id = in_hand(&town).await;
    let longer = json!({ "days": 3, "note": "配件未到，需要等。" });
    goes(&town, &id, &[("property", "extension", longer)]).await;
    goes(&town, &id, &[("officer", "extension-decision", json!({ "granted": true }))]).await;
    copies(&town).await;
    let begun = std::time::Instant::now();
    let sent = form(&[("text", NOTICE)]);
    let preview = town.street_officer().posts("/calendar/preview", &sent).await.with(200).body;
    let took = begun.elapsed();
    assert!(preview.contains("2048 件正在办的诉求"), "{preview}");
    assert!(took < std::time::Duration::from_secs(10), "{took:?}");
}
