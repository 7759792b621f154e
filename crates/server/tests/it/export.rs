//! Lists that leave the house: a real workbook, sound CSV, nothing in them that their reader may
//! not see, nothing that a spreadsheet computes, and a record of who took what.

use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use serde_json::{Value, json};

use crate::api_story::{closed, dispatched, goes, rubbish, town};
use crate::town::{Answer, BUILDING, Person, Town, form};

const NAME: &str = "麒麟阁";
const PHONE: &str = "13912347788";
const DOOR: &str = "7单元西侧";
const SECRET: &str = "路灯坏了三天，电话13912347788，请派人看看。";

/// A request of a guest with the name and the phone above: its id.
async fn named(town: &Town) -> String {
    let mut body = rubbish();
    for (name, value) in [("text", SECRET), ("place", DOOR), ("name", NAME), ("phone", PHONE)] {
        body[name] = value.into();
    }
    let answer = town.guest().calls("POST", "/requests", body).await.with(201).json();
    answer["id"].as_str().unwrap().to_owned()
}

/// The rows of a CSV file, read as programs read it.
fn rows(answer: &Answer) -> Vec<Vec<String>> {
    let text = answer.body.strip_prefix('\u{feff}').expect("it begins with the mark");
    assert!(text.ends_with("\r\n") && !text.replace("\r\n", "").contains('\r'), "{text}");
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    let rows = reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect());
    rows.collect()
}

/// A sheet of a workbook by its place: its name and its cells.
fn sheet(answer: &Answer, place: usize) -> (String, Vec<Vec<Data>>) {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(answer.bytes.to_vec())).unwrap();
    let name = book.sheet_names()[place].clone();
    let range = book.worksheet_range(&name).unwrap();
    (name, range.rows().map(<[Data]>::to_vec).collect())
}

/// How many exports are on record, and the last one: who, form, query, lines.
async fn on_record(town: &Town) -> Vec<(i64, String, String, i64)> {
    let read = |tx: &mut db::Tx, street: domain::area::Street| {
        let rows = tx.rows(
            "SELECT person, kind, query, lines FROM request_exports WHERE street = $1 ORDER BY id",
            db::params![street.number()],
        )?;
        let row = |row: &db::Row| {
            Ok((row.get("person")?, row.get("kind")?, row.get("query")?, row.get("lines")?))
        };
        rows.iter().map(row).collect::<Result<Vec<_>, server::error::Error>>()
    };
    town.write(read).await.unwrap()
}

#[tokio::test]
async fn a_workbook_opens_with_its_rows_dates_and_a_sheet_about_it() {
    let town = town().await;
    named(&town).await;
    let officer = town.officer();
    let path = format!("/requests.xlsx?{}", form(&[("q", "路灯"), ("stage", "open")]));
    let answer = officer.opens(&path).await.with(200);
    assert!(answer.header("content-type").contains("spreadsheetml"));
    assert_eq!(answer.header("cache-control"), "no-store");
    let file = answer.header("content-disposition");
    assert_eq!(file, "attachment; filename=\"requests-2026-03-02.xlsx\"");
    let (name, cells) = sheet(&answer, 0);
    assert_eq!((name.as_str(), cells.len(), cells[0].len()), ("诉求清单", 2, 17));
    let text = |at: usize| cells[1][at].to_string();
    assert_eq!(text(0), "HP-2026-00001");
    let Data::DateTime(raised) = &cells[1][1] else { panic!("a date: {:?}", cells[1][1]) };
    let (year, month, day, hour, ..) = raised.to_ymd_hms_milli();
    assert_eq!((year, month, day, hour), (2026, 3, 2, 9));
    assert!(matches!(cells[1][13], Data::DateTime(_)), "{:?}", cells[1][13]);
    assert_eq!(
        (text(9), text(8)),
        ("路灯坏了三天，电话***，请派人看看。".to_owned(), DOOR.to_owned()),
        "no number goes out"
    );
    assert_eq!((text(10), text(11)), ("麒*阁".to_owned(), "139****7788".to_owned()));
    let (name, about) = sheet(&answer, 1);
    let about: Vec<String> = about.iter().map(|row| row[1].to_string()).collect();
    assert_eq!(name, "说明");
    assert!(about[1] == "officer" && about[3].contains("路灯") && about[4] == "1", "{about:?}");
    let english = officer.in_english().opens("/requests.xlsx").await.with(200);
    assert_eq!(sheet(&english, 0).1[0][0].to_string(), "Number");
    assert_eq!(sheet(&english, 1).0, "About");
    let kept = on_record(&town).await;
    assert_eq!(kept.len(), 2);
    let id = officer.id.unwrap().0;
    let query = form(&[("stage", "open"), ("q", "路灯")]);
    assert_eq!(kept[0], (id, "xlsx".to_owned(), query, 1));
    assert_eq!(kept[1], (id, "xlsx".to_owned(), String::new(), 1));
}

#[tokio::test]
async fn nobody_takes_out_what_they_may_not_see() {
    let town = town().await;
    let id = named(&town).await;
    let tries = async |full: &[&str], masked: &[&str]| {
        let people = Town::staff().map(|(name, _)| name).chain(["resident"]);
        for who in people {
            let person = town.person(who);
            let read = |answer: Answer| answer;
            let csv = read(person.opens("/requests.csv").await);
            if csv.status != 200 {
                assert!(
                    csv.status == 403 && !full.contains(&who) && !masked.contains(&who),
                    "{who}"
                );
                let api = person.calls("GET", "/requests/export?format=csv", Value::Null).await;
                assert_eq!(api.status, 403, "{who}");
                continue;
            }
            let xlsx = person.opens("/requests.xlsx").await.with(200);
            let (_, cells) = sheet(&xlsx, 0);
            let cells: Vec<String> = cells.iter().flatten().map(ToString::to_string).collect();
            for text in [csv.body.clone(), cells.join("\n")] {
                assert!(!text.contains(NAME), "{who} takes a name out");
                let (sees, masks) = (full.contains(&who), masked.contains(&who));
                assert!(!text.contains(PHONE), "{who} takes a number out");
                assert_eq!(text.contains(DOOR), sees, "{who}: the place");
                assert_eq!(text.contains("路灯坏了三天"), sees || masks, "{who}: {text}");
                assert_eq!(text.contains("139****7788"), sees || masks, "{who}");
            }
        }
    };
    let full = ["worker", "leader", "secretary", "officer", "street officer", "street secretary"];
    tries(&full, &["head", "auditor"]).await;
    goes(&town, &id, &dispatched()).await;
    let with_unit: Vec<&str> = full.into_iter().chain(["property"]).collect();
    tries(&with_unit, &["head", "auditor"]).await;
}

#[tokio::test]
async fn nothing_in_a_list_is_computed() {
    let town = town().await;
    let texts = [
        "=HYPERLINK(\"http://x\",\"y\")",
        "+8613800138000",
        "-2+3+cmd|' /C calc'!A0",
        "@SUM(1+1)*2",
        "＝1+1+1",
        "说\"好\",不好\n换行了",
        "<b>&amp;</b>",
    ];
    for text in texts {
        let body = json!({ "area": BUILDING, "category": "sanitation", "text": text,
            "place": "=A1", "name": "=1+1" });
        town.guest().calls("POST", "/requests", body).await.with(201);
    }
    let officer = town.officer();
    let csv = officer.opens("/requests.csv").await.with(200);
    assert!(csv.header("content-type").starts_with("text/csv; charset=utf-8"));
    let shown = rows(&csv);
    assert_eq!(shown.len(), texts.len() + 1);
    for (row, text) in shown[1..].iter().rev().zip(texts) {
        let is_formula = "=+-@＝".contains(text.chars().next().unwrap());
        let text = text.replace("8613800138000", "***");
        let expected = if is_formula { format!("'{text}") } else { text.clone() };
        assert_eq!(row[9], expected);
        assert_eq!(row[8], "'=A1");
        assert!(row.iter().all(|cell| !cell.starts_with(['=', '+', '@', '＝'])), "{row:?}");
    }
    let xlsx = officer.opens("/requests.xlsx").await.with(200);
    let (_, cells) = sheet(&xlsx, 0);
    for (row, text) in cells[1..].iter().rev().zip(texts) {
        let text = text.replace("8613800138000", "***");
        assert_eq!(row[9], Data::String(text), "a text, kept as it is");
    }
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(xlsx.bytes.to_vec())).unwrap();
    let formulas = book.worksheet_formula("诉求清单").unwrap();
    assert!(formulas.used_cells().next().is_none(), "no cell has a formula");
}

#[tokio::test]
async fn an_export_is_the_list_that_it_was_asked_for_on() {
    let town = town().await;
    let officer = town.officer();
    for number in 0..230 {
        let text = if number % 2 == 0 { "路灯不亮请修理" } else { "垃圾没有人清走" };
        let mut body = rubbish();
        body["text"] = text.into();
        town.resident().calls("POST", "/requests", body).await.with(201);
    }
    let numbers = |answer: &Answer| -> Vec<String> {
        rows(answer)[1..].iter().map(|row| row[0].clone()).collect()
    };
    let all = numbers(&officer.opens("/requests.csv").await.with(200));
    assert_eq!((all.len(), &*all[0]), (230, "HP-2026-00230"));
    let lamps = form(&[("q", "路灯")]);
    let path = format!("/requests/export?format=csv&{lamps}");
    let some = officer.calls("GET", &path, Value::Null).await.with(200);
    assert_eq!(numbers(&some).len(), 115);
    let path = format!("/requests/export?format=xlsx&{lamps}");
    let xlsx = officer.calls("GET", &path, Value::Null).await;
    assert_eq!(sheet(&xlsx.with(200), 0).1.len(), 116);
    let kept = on_record(&town).await;
    assert_eq!(kept.iter().map(|kept| kept.3).collect::<Vec<_>>(), [230, 115, 115]);
    let bad = officer.calls("GET", "/requests/export?format=pdf", Value::Null).await.with(422);
    assert_eq!(bad.json()["errors"][0]["field"], "format");
    officer.opens("/requests.csv?from=yesterday").await.with(422);
    officer.opens("/requests.csv?area=370323002").await.with(404);
    assert_eq!(on_record(&town).await.len(), 3, "what was refused is not on record");
}

#[tokio::test]
async fn a_list_is_kept_under_a_name_by_its_owner_alone() {
    let town = town().await;
    let officer = town.officer();
    let keep = |person: &Person, name: &str, query: &str| {
        let (person, body) = (person.clone(), json!({ "name": name, "query": query }));
        async move { person.calls("POST", "/filters", body).await }
    };
    let query = "stage=open&q=%E8%B7%AF%E7%81%AF&after=1&evil=1";
    let told = keep(&officer, " 路灯 ", query).await.with(201).json();
    let id = told["id"].as_str().unwrap().to_owned();
    let kept = officer.calls("GET", "/filters", Value::Null).await.with(200).json();
    let item = json!({ "id": id, "name": "路灯", "query": "stage=open&q=%E8%B7%AF%E7%81%AF" });
    assert_eq!(kept["items"], json!([item]), "only what narrows a list is kept");
    let page = officer.opens("/requests").await.with(200).body;
    assert!(page.contains(">路灯</a>") && page.contains("/requests?stage=open&#38;q=%E8%B7%AF"));
    for person in [town.secretary(), town.street_officer()] {
        let theirs = person.calls("GET", "/filters", Value::Null).await.with(200).json();
        assert_eq!(theirs["items"], json!([]), "nobody else's");
        let renamed = json!({ "name": "x" });
        person.calls("POST", &format!("/filters/{id}/name"), renamed).await.with(404);
        person.calls("POST", &format!("/filters/{id}/removal"), json!({})).await.with(404);
    }
    for (name, query, field) in [
        ("", "stage=open", "name"),
        ("路灯", "stage=open", "name"),
        (&*"长".repeat(31), "stage=open", "name"),
        ("空", "", "query"),
        ("空", "nothing=1", "query"),
        ("空", "stage=nope", "stage"),
        ("空", "stage=open&category=nope", "category"),
        ("空", "from=yesterday", "from"),
    ] {
        let said = keep(&officer, name, query).await.with(422).json();
        assert_eq!(said["errors"][0]["field"], field, "{name} {query}");
    }
    let nope = form(&[("name", "空"), ("query", "stage=nope")]);
    let said = officer.posts("/requests/filters", &nope).await.with(422);
    assert!(said.body.contains("没有这种状态"), "{}", said.body);
    keep(&officer, "空", "area=370323002").await.with(404);
    for number in 1..30 {
        keep(&officer, &format!("第{number}个"), "stage=open").await.with(201);
    }
    keep(&officer, "多了", "stage=open").await.with(422);
    let form_of = |fields: &[(&str, &str)]| form(fields);
    let path = format!("/requests/filters/{id}");
    let said = officer.posts(&format!("{path}/name"), &form_of(&[("name", "灯")])).await;
    assert_eq!(said.leads_to(), "/requests#kept");
    assert!(officer.opens("/requests").await.body.contains(">灯</a>"));
    officer.posts(&format!("{path}/removal"), "").await.with(303);
    assert!(!officer.opens("/requests").await.body.contains(">灯</a>"));
    officer.posts(&format!("{path}/removal"), "").await.with(404);
    let new = form_of(&[("name", "新"), ("query", "late=1")]);
    let said = officer.posts("/requests/filters", &new).await;
    assert_eq!(said.leads_to(), "/requests?late=1");
    town.resident().opens("/requests").await.with(403);
    let _ = closed();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_lists_kept_at_once_no_more_than_thirty_stay() {
    let town = town().await;
    let officer = town.officer();
    for number in 0..29 {
        let body = json!({ "name": format!("{number}"), "query": "stage=open" });
        officer.calls("POST", "/filters", body).await.with(201);
    }
    for round in 0..5 {
        let mut racing = tokio::task::JoinSet::new();
        for number in 0..8 {
            let body = json!({ "name": format!("{round} {number}"), "query": "late=1" });
            let person = officer.clone();
            racing.spawn(async move { person.calls("POST", "/filters", body).await });
        }
        let answers = racing.join_all().await;
        let kept: Vec<&Answer> = answers.iter().filter(|answer| answer.status == 201).collect();
        assert_eq!(kept.len(), 1, "{answers:?}");
        let others = answers.iter().filter(|answer| answer.status != 201);
        for other in others {
            assert_eq!(other.status, 422, "{}", other.body);
            assert!(other.body.contains("最多 30 个"), "{}", other.body);
        }
        let id = kept[0].json()["id"].as_str().unwrap().to_owned();
        officer.calls("POST", &format!("/filters/{id}/removal"), json!({})).await.with(200);
    }
}

/// Puts a request on record again and again, as if so many more had been raised.
async fn many_more(town: &Town, more: i64) {
    let copy = move |tx: &mut db::Tx, street: domain::area::Street| {
        tx.execute(
            "WITH RECURSIVE copies (n) AS
                 (SELECT CAST(1 AS BIGINT) UNION ALL
                  SELECT n + 1 FROM copies WHERE n < CAST($2 AS BIGINT))
             INSERT INTO requests (street, id, number, area, place, category, urgency, text,
                 asker_name, asker_phone, receipt, raised_at, stage, since, desk, due_at, returns,
                 extension, extension_days, reopened, changed_at, version)
             SELECT street, id + n, number || '-' || n, area, place, category, urgency, text,
                 asker_name, asker_phone, receipt || n, raised_at, stage, since, desk, due_at,
                 returns, extension, extension_days, reopened, changed_at, version
             FROM requests CROSS JOIN copies WHERE street = $1",
            db::params![street.number(), more],
        )?;
        Ok::<_, server::error::Error>(())
    };
    town.write(copy).await.unwrap();
}

#[tokio::test]
async fn more_than_fifty_thousand_are_refused_on_the_page_and_to_programs() {
    let town = town().await;
    named(&town).await;
    many_more(&town, 50_000).await;
    let officer = town.officer();
    let answer = officer.opens("/requests.csv").await.with(409);
    assert!(answer.body.contains("一次最多导出 50000 件"), "{}", answer.body);
    let answer = officer.in_english().opens("/requests.xlsx").await.with(409);
    assert!(answer.body.contains("At most 50000 requests"), "{}", answer.body);
    let answer = officer.calls("GET", "/requests/export?format=csv", Value::Null).await.with(409);
    let said = answer.json();
    assert!(said["detail"].as_str().unwrap().contains("可以分几次"), "{said}");
    assert_eq!(on_record(&town).await, [], "what did not leave the house is not on record");
}

#[tokio::test]
async fn a_page_shows_what_it_is_narrowed_to_and_how_to_widen_it() {
    let town = town().await;
    named(&town).await;
    let officer = town.officer();
    let query = form(&[("q", "麒麟 <b>"), ("category", "sanitation"), ("from", "2026-03-01")]);
    let page = officer.opens(&format!("/requests?{query}&urgency=nonsense")).await.with(200).body;
    for part in
        ["“麒麟 &#60;b&#62;”", "环境卫生", "2026-03-01 起", "全部去掉", "没有找到", "去掉一个条件"]
    {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(!page.contains("nonsense"), "what makes no sense is not pretended to be followed");
    let without = form(&[("category", "sanitation"), ("from", "2026-03-01")]);
    assert!(page.contains(&format!("/requests?{}\"", without.replace('&', "&#38;"))), "{page}");
    let desk = officer.opens(&format!("/desk?stage=all&{query}")).await.with(200).body;
    assert!(desk.contains("环境卫生") && desk.contains("“麒麟 &#60;b&#62;”"));
    let found = officer.opens(&format!("/desk?stage=all&{}", form(&[("q", "麒麟")]))).await.body;
    assert!(found.contains("HP-2026-00001"));
}
