//! Rates: a month with every ending, counted by hand in the stories and read from page, interface
//! and list; months that are over; folders that race.

use std::collections::BTreeMap;

use domain::id::RequestId;
use domain::requests::{Facts, Measure, Tally};
use jiff::SignedDuration;
use serde_json::{Value, json};
use server::jobs;
use server::requests::rates::{self, Fact};

use crate::api_story::{Step, and, dispatched, escalated, goes, handling, note, raised, town};
use crate::town::{
    Answer, BUILDING, COMMUNITY, FAR_BUILDING, GRID, MICRO, OTHER_COMMUNITY, OTHER_GRID, PROPERTY,
    Person, STREET, Town,
};
use Measure as M;

const DAY: SignedDuration = SignedDuration::from_hours(24);
const MARCH: &str = "from=2026-03-01&to=2026-03-31";
const APRIL: &str = "from=2026-04-01&to=2026-04-30";

/// Of a measure: hits, and of how many.
type Expected = BTreeMap<&'static str, (i64, i64)>;

/// What one story adds, counted by hand.
fn counts(expected: &mut Expected, told: &[(Measure, i64, i64)]) {
    for &(measure, hits, of) in told {
        let sum = expected.entry(measure.name()).or_default();
        *sum = (sum.0 + hits, sum.1 + of);
    }
}

fn confirmation(rating: u8) -> Value {
    json!({ "solved": true, "rating": rating })
}

fn done_again() -> Vec<Step> {
    let to_property = json!({ "unit": PROPERTY.to_string() });
    vec![
        ("officer", "dispatch", to_property),
        ("property", "signature", Value::Null),
        ("property", "completion", note()),
    ]
}

/// What was closed after work: in the grid, in the community, returned, redone, reopened.
fn closed([grid, community, returned, redone, reopened]: [i64; 5]) -> [(Measure, i64, i64); 5] {
    [
        (M::SolvedInGrid, grid, 1),
        (M::SolvedInCommunity, community, 1),
        (M::Returned, returned, 1),
        (M::Redone, redone, 1),
        (M::Reopened, reopened, 1),
    ]
}

/// What one answer of the asker adds.
fn said(solved: i64, rating: Option<i64>) -> Vec<(Measure, i64, i64)> {
    let mut told = vec![(M::Solved, solved, 1)];
    if let Some(rating) = rating {
        told.push((M::SatisfiedWide, i64::from(rating >= 3), 1));
        told.push((M::SatisfiedStrict, i64::from(rating >= 4), 1));
    }
    told
}

/// A request that is solved on the spot and confirmed: the id.
async fn solved_at_once(town: &Town, rating: u8) -> String {
    let id = raised(&town.resident()).await;
    let steps =
        [("worker", "resolution", note()), ("resident", "confirmation", confirmation(rating))];
    goes(town, &id, &steps).await;
    id
}

/// Steps through the grid, the community, a unit and back: every way to an end within two days.
async fn quick_endings(town: &Town, expected: &mut Expected) -> String {
    let (in_time, done) = ((M::Response, 1, 1), (M::OnTime, 1, 1));
    let first = solved_at_once(town, 5).await;
    counts(expected, &[in_time, done]);
    counts(expected, &said(1, Some(5)));
    counts(expected, &closed([1, 1, 0, 0, 0]));
    // A unit, and three marks.
    let id = raised(&town.resident()).await;
    let by_unit = and(
        and(handling(), ("property", "completion", note())),
        ("resident", "confirmation", confirmation(3)),
    );
    goes(town, &id, &by_unit).await;
    counts(expected, &[in_time, done]);
    counts(expected, &said(1, Some(3)));
    counts(expected, &closed([0, 1, 0, 0, 0]));
    // Sent back once by the unit.
    let id = raised(&town.resident()).await;
    goes(town, &id, &and(dispatched(), ("property", "return", note()))).await;
    goes(town, &id, &done_again()).await;
    goes(town, &id, &[("resident", "confirmation", confirmation(4))]).await;
    counts(expected, &[in_time, done]);
    counts(expected, &said(1, Some(4)));
    counts(expected, &closed([0, 1, 1, 0, 0]));
    // Not solved the first time, and the asker was treated well all the same; then solved.
    let id = raised(&town.resident()).await;
    goes(town, &id, &and(handling(), ("property", "completion", note()))).await;
    let not_solved = json!({ "solved": false, "note": "还是堵的", "rating": 4 });
    goes(town, &id, &[("resident", "confirmation", not_solved)]).await;
    goes(town, &id, &done_again()).await;
    goes(town, &id, &[("resident", "confirmation", confirmation(2))]).await;
    counts(expected, &[in_time, done, done]);
    counts(expected, &said(0, Some(4)));
    counts(expected, &said(1, Some(2)));
    counts(expected, &closed([0, 1, 0, 1, 0]));
    // The street does it.
    let id = raised(&town.resident()).await;
    goes(town, &id, &and(escalated(), ("officer", "escalation", note()))).await;
    let by_street: [Step; 3] = [
        ("street officer", "handling", Value::Null),
        ("street officer", "completion", note()),
        ("resident", "confirmation", confirmation(5)),
    ];
    goes(town, &id, &by_street).await;
    counts(expected, &[in_time, done]);
    counts(expected, &said(1, Some(5)));
    counts(expected, &closed([0, 0, 0, 0, 0]));
    // Asked on the phone, twice: not solved, and solved when it was done again.
    let id = raised(&town.resident()).await;
    goes(town, &id, &and(handling(), ("property", "completion", note()))).await;
    let said_no = json!({ "reached": true, "solved": false, "note": "还是不行", "rating": 3 });
    goes(town, &id, &[("officer", "callback", json!({ "reached": false }))]).await;
    goes(town, &id, &[("officer", "callback", said_no)]).await;
    goes(town, &id, &done_again()).await;
    let said_yes = json!({ "reached": true, "solved": true, "rating": 4 });
    goes(town, &id, &[("officer", "callback", said_yes)]).await;
    counts(expected, &[in_time, done, done]);
    counts(expected, &said(0, Some(3)));
    counts(expected, &said(1, Some(4)));
    counts(expected, &closed([0, 1, 0, 1, 0]));
    // Ends that are no work: a first act, and nothing else.
    let id = raised(&town.resident()).await;
    goes(town, &id, &[("worker", "rejection", note())]).await;
    let into = raised(&town.resident()).await;
    let id = raised(&town.resident()).await;
    goes(town, &id, &[("worker", "merge", json!({ "into": into }))]).await;
    goes(town, &into, &[("resident", "withdrawal", Value::Null)]).await;
    counts(expected, &[in_time, in_time]);
    first
}

/// Ends that take their time: silence, nobody who acts, and a unit that is late.
pub async fn slow_endings(town: &Town, expected: &mut Expected) {
    // Nobody acts until the limit has run out; the late act does not count again.
    let id = raised(&town.resident()).await;
    town.passes(SignedDuration::from_mins(150));
    jobs::tick(&town.app).await.unwrap();
    goes(town, &id, &[("worker", "acceptance", Value::Null), ("worker", "resolution", note())])
        .await;
    counts(expected, &[(M::Response, 0, 1), (M::OnTime, 1, 1)]);
    // It closes in silence, and so do no others.
    counts(expected, &said(0, None));
    counts(expected, &closed([1, 1, 0, 0, 0]));
    // A unit that is three weeks late.
    let id = raised(&town.resident()).await;
    goes(town, &id, &handling()).await;
    counts(expected, &[(M::Response, 1, 1), (M::OnTime, 0, 1)]);
    town.passes(DAY * 21);
    jobs::tick(&town.app).await.unwrap();
    goes(
        town,
        &id,
        &[("property", "completion", note()), ("resident", "confirmation", confirmation(1))],
    )
    .await;
    counts(expected, &said(1, Some(1)));
    // It climbed to the eyes of the street.
    counts(expected, &closed([0, 0, 0, 0, 0]));
}

/// The board as a program reads it.
async fn board(person: &Person, query: &str) -> Value {
    person.calls("GET", &format!("/rates?{query}"), Value::Null).await.with(200).json()
}

/// The rates of a board: hits, and of how many.
fn rates_of(board: &Value) -> Expected {
    let number = |rate: &Value, name: &str| rate[name].as_i64().unwrap();
    let one = |measure: Measure| {
        let rate = &board["rates"][measure.name()];
        (measure.name(), (number(rate, "numerator"), number(rate, "denominator")))
    };
    M::ALL.into_iter().map(one).collect()
}

/// Every line behind a figure, page after page.
async fn lines(person: &Person, query: &str) -> Vec<Value> {
    let mut found = Vec::new();
    let mut next = format!("/rates/list?{query}");
    loop {
        let answer: Answer = person.calls("GET", &next, Value::Null).await.with(200);
        found.extend(answer.json()["items"].as_array().unwrap().iter().cloned());
        let link = answer.header("link").to_owned();
        let Some(link) = link.strip_prefix("</api/v1").and_then(|it| it.split_once('>')) else {
            return found;
        };
        link.0.clone_into(&mut next);
    }
}

#[tokio::test]
async fn a_month_with_every_ending_is_counted_as_by_hand() {
    let town = town().await;
    let mut expected = M::ALL.map(|measure| (measure.name(), (0, 0))).into_iter().collect();
    let first = quick_endings(&town, &mut expected).await;
    slow_endings(&town, &mut expected).await;
    jobs::tick(&town.app).await.unwrap();
    let officer = town.street_officer();
    let march = board(&officer, MARCH).await;
    assert_eq!(rates_of(&march), expected);
    assert_eq!((&march["raised"], &march["closed"]), (&json!(11), &json!(11)));
    assert_eq!((&march["open"], &march["late"]), (&json!(0), &json!(0)));
    let page = officer.opens(&format!("/rates?{MARCH}")).await.with(200).body;
    for (name, (hits, of)) in &expected {
        for (which, count) in [("all", *of), ("hits", *hits), ("misses", of - hits)] {
            let query = format!("measure={name}&which={which}&{MARCH}");
            let lines = lines(&officer, &query).await;
            assert_eq!(i64::try_from(lines.len()).unwrap(), count, "{query}");
            assert!(lines.iter().all(|it| it["hit"] == (which == "hits") || which == "all"));
        }
        let address = format!(
            "measure={name}&amp;which=hits&amp;area={STREET}&amp;category=&amp;{}",
            MARCH.replace('&', "&amp;")
        );
        let shown = page
            .split(&address)
            .nth(1)
            .or_else(|| page.split(&address.replace("&amp;", "&#38;")).nth(1));
        let shown = shown.unwrap_or_else(|| panic!("{name} leads to its list"));
        let text: String =
            shown.split_once('>').unwrap().1.chars().take_while(|c| *c != '<').collect();
        assert_eq!(text, hits.to_string(), "{name}");
    }
    same_everywhere(&town, &expected).await;
    reopened_later(&town, &first, &expected).await;
}

/// The same figures for every area that all of it lies in, and nothing elsewhere.
async fn same_everywhere(town: &Town, expected: &Expected) {
    let officer = town.street_officer();
    for area in [COMMUNITY, GRID, MICRO] {
        for category in ["", "sanitation"] {
            let query = format!("area={area}&category={category}&{MARCH}");
            let found = board(&officer, &query).await;
            assert_eq!(rates_of(&found), *expected, "{query}");
            let months = found["months"].as_array().unwrap();
            assert_eq!(months.len(), 12);
            assert_eq!(rates_of(&months[11]), *expected, "{query}");
            let all = lines(&officer, &format!("measure=solved&{query}")).await;
            assert_eq!(i64::try_from(all.len()).unwrap(), expected["solved"].1, "{query}");
        }
    }
    for query in [
        format!("area={OTHER_COMMUNITY}&{MARCH}"),
        format!("area={OTHER_GRID}&{MARCH}"),
        format!("category=roads&{MARCH}"),
        APRIL.to_owned(),
    ] {
        assert!(
            rates_of(&board(&officer, &query).await).values().all(|it| *it == (0, 0)),
            "{query}"
        );
        let page = officer.opens(&format!("/rates?{query}")).await.with(200).body;
        assert!(page.contains("<b>—</b>") && page.contains("没有发生"), "no cases is no rate");
        assert!(!page.contains("<b>0%") && !page.contains("<b>100%"));
    }
    let differences = town.write(rates::audit).await.unwrap();
    assert_eq!(differences, []);
}

/// A request of March that is reopened in April: March stays, April has the second end.
async fn reopened_later(town: &Town, first: &str, march: &Expected) {
    let officer = town.street_officer();
    let now = town.app.now();
    town.passes(
        "2026-04-01T08:59:00+08:00".parse::<jiff::Timestamp>().unwrap().duration_since(now),
    );
    goes(town, first, &[("resident", "reopening", note())]).await;
    goes(town, first, &done_again()).await;
    goes(town, first, &[("resident", "confirmation", confirmation(5))]).await;
    jobs::tick(&town.app).await.unwrap();
    assert_eq!(rates_of(&board(&officer, MARCH).await), *march, "a month that is over stays");
    let mut april = M::ALL.map(|measure| (measure.name(), (0, 0))).into_iter().collect();
    counts(&mut april, &[(M::OnTime, 1, 1)]);
    counts(&mut april, &said(1, Some(5)));
    counts(&mut april, &closed([0, 1, 0, 0, 1]));
    assert_eq!(rates_of(&board(&officer, APRIL).await), april);
    assert_eq!(town.write(rates::audit).await.unwrap(), []);
    assert!(rates::rebuild(&town.app, town.street).await.unwrap() > 30);
    assert_eq!(rates_of(&board(&officer, MARCH).await), *march, "summed anew it is the same");
    assert_eq!(town.write(rates::audit).await.unwrap(), []);
    // The same days, read as days: all of March but its first, on which nothing was done.
    let days = board(&officer, "from=2026-02-28&to=2026-03-31").await;
    assert_eq!((rates_of(&days), &days["raised"]), (march.clone(), &json!(11)));
    assert_eq!(rates_of(&days["months"].as_array().unwrap()[11]), *march);
}

#[tokio::test]
async fn parts_in_sum_are_the_whole_and_a_hole_is_shown() {
    let town = town().await;
    for _ in 0..3 {
        solved_at_once(&town, 4).await;
    }
    // Beside these one lies in another grid, and one right in the community.
    for area in [FAR_BUILDING, COMMUNITY] {
        let mut asked = crate::api_story::rubbish();
        asked["area"] = json!(area);
        town.resident().calls("POST", "/requests", asked).await.with(201);
    }
    jobs::tick(&town.app).await.unwrap();
    let found = board(&town.officer(), MARCH).await;
    let raised = |part: &Value| {
        (part["name"].as_str().unwrap().to_owned(), part["raised"].as_i64().unwrap())
    };
    let parts: Vec<_> = found["parts"].as_array().unwrap().iter().map(raised).collect();
    let parts: Vec<_> = parts.iter().map(|(name, count)| (name.as_str(), *count)).collect();
    assert_eq!(parts, [(COMMUNITY, 1), (GRID, 3), (OTHER_GRID, 1)], "by code, with the hole");
    assert_eq!(found["raised"], 5);
    let page = town.officer().opens(&format!("/rates?{MARCH}")).await.with(200).body;
    assert!(page.contains("不在以下网格的"));
}

#[tokio::test]
async fn everybody_reads_their_own_area_and_masked_where_they_must() {
    let town = town().await;
    solved_at_once(&town, 5).await;
    jobs::tick(&town.app).await.unwrap();
    for (person, path, status) in [
        (town.officer(), format!("/rates?area={COMMUNITY}"), 200),
        (town.officer(), format!("/rates?area={STREET}"), 404),
        (town.officer(), format!("/rates?area={OTHER_COMMUNITY}"), 404),
        (town.other_officer(), format!("/rates/list?measure=solved&area={COMMUNITY}"), 404),
        (town.leader(), format!("/rates?area={GRID}"), 200),
        (town.leader(), format!("/rates?area={COMMUNITY}"), 404),
        (town.worker(), "/rates".to_owned(), 403),
        (town.resident(), "/rates".to_owned(), 403),
        (town.officer(), "/rates/list?measure=wealth".to_owned(), 404),
        (town.officer(), "/rates?category=nothing".to_owned(), 404),
        (town.officer(), "/rates?area=370323001028009".to_owned(), 404),
    ] {
        assert_eq!(person.opens(&path).await.status, status, "{path}");
    }
    let open = town.officer().opens("/rates/list?measure=solved").await.with(200).body;
    assert!(open.contains("2单元301门口") && open.contains("居民说解决了"));
    let masked = town.auditor().opens("/rates/list?measure=solved").await.with(200).body;
    assert!(masked.contains("HP-2026-00001") && !masked.contains("2单元301门口"));
    for (query, field) in [
        ("from=2026-04-01&to=2026-03-01", "to"),
        ("from=soon", "from"),
        ("category=nothing", "category"),
    ] {
        let refused = town.officer().calls("GET", &format!("/rates?{query}"), Value::Null).await;
        let refused = refused.with(422).json();
        assert_eq!(refused["errors"][0]["field"], field, "{query}: {refused}");
    }
    let page = town.officer().opens("/rates?from=2026-04-01&to=2026-03-01").await.with(200).body;
    assert!(page.contains("前一天不晚于后一天"), "what makes no sense is said");
}

#[tokio::test]
async fn the_public_is_told_no_small_count_and_whole_months_alone() {
    let town = town().await;
    for _ in 0..4 {
        solved_at_once(&town, 5).await;
    }
    jobs::tick(&town.app).await.unwrap();
    let board = |person: Person, query: &'static str| async move {
        person.calls("GET", &format!("/board?{query}"), Value::Null).await
    };
    // The running month could be watched case by case.
    let told = board(town.guest(), "").await.with(200).json();
    assert_eq!((&told["from"], &told["to"]), (&json!("2026-02-01"), &json!("2026-02-28")));
    assert!(told["rule"].as_str().unwrap().contains("只公布已经过完的整月"), "{told}");
    let refused = board(town.guest(), "from=2026-03-01&to=2026-03-31").await.with(422).json();
    assert!(refused.to_string().contains("不含本月"), "{refused}");
    board(town.guest(), "from=2026-01-01&to=2026-02-28").await.with(422);
    let staff = board(town.street_officer(), "").await.with(200).json();
    assert_eq!((&staff["from"], &staff["rule"]), (&json!("2026-03-01"), &Value::Null));
    town.passes(DAY * 31);
    let told = board(town.guest(), "from=2026-03-01").await.with(200).json();
    let solved = &told["rates"]["solved"];
    assert_eq!((&solved["numerator"], &solved["suppressed"]), (&Value::Null, &json!(true)));
    assert_eq!((&solved["denominator"], &told["raised"]), (&Value::Null, &Value::Null));
    assert!(solved["definition"].as_str().unwrap().contains("分母"));
    let staff = board(town.street_officer(), MARCH).await.with(200).json();
    assert_eq!(staff["rates"]["solved"]["denominator"], 4);
    for rating in [5, 5, 5, 5, 1] {
        solved_at_once(&town, rating).await;
    }
    jobs::tick(&town.app).await.unwrap();
    town.passes(DAY * 30);
    let told = board(town.resident(), "").await.with(200).json();
    assert_eq!(told["from"], "2026-04-01");
    assert_eq!(told["rates"]["satisfied_wide"]["numerator"], 4);
    assert_eq!(told["rates"]["satisfied_wide"]["denominator"], 5);
    assert_eq!(told["rates"]["satisfied_wide"]["suppressed"], false);
    // By days, two boards would tell what one keeps to itself.
    let refused = board(town.guest(), "from=2026-03-02&to=2026-03-31").await.with(422).json();
    assert_eq!(refused["errors"][0]["field"], "from");
    board(town.guest(), "area=37032300102800101").await.with(404);
    board(town.guest(), "area=370323002").await.with(404);
    board(town.guest(), "area=370323001028001").await.with(200);
}

#[tokio::test]
async fn what_is_kept_back_is_found_by_no_subtraction() {
    let town = town().await;
    let raise = |area: &'static str, category: &'static str, times: usize| {
        let resident = town.resident();
        async move {
            for _ in 0..times {
                let mut asked = crate::api_story::rubbish();
                (asked["area"], asked["category"]) = (json!(area), json!(category));
                resident.calls("POST", "/requests", asked).await.with(201);
            }
        }
    };
    raise(BUILDING, "sanitation", 6).await;
    raise(FAR_BUILDING, "utilities", 2).await;
    jobs::tick(&town.app).await.unwrap();
    town.passes(DAY * 31);
    let raised = |query: String| {
        let guest = town.guest();
        async move {
            let path = format!("/board?from=2026-03-01&{query}");
            guest.calls("GET", &path, Value::Null).await.with(200).json()["raised"].clone()
        }
    };
    // The community tells its eight; its grids would tell the two of one as a difference.
    for (query, told) in [
        (format!("area={STREET}"), json!(8)),
        (format!("area={COMMUNITY}"), json!(8)),
        (format!("area={GRID}"), Value::Null),
        (format!("area={OTHER_GRID}"), Value::Null),
        ("category=sanitation".to_owned(), Value::Null),
        ("category=utilities".to_owned(), Value::Null),
    ] {
        assert_eq!(raised(query.clone()).await, told, "{query}");
    }
    let both = format!("/board?from=2026-03-01&area={COMMUNITY}&category=sanitation");
    let refused = town.guest().calls("GET", &both, Value::Null).await.with(422).body;
    assert!(refused.contains("对外只公布全街道的"), "{refused}");
}

#[tokio::test]
async fn of_many_folders_at_once_each_fact_is_folded_by_one() {
    const FACTS: i64 = 4000;
    let town = town().await;
    let fill = |tx: &mut db::Tx, street| {
        let fact = |number: i64| {
            let mut facts = Facts::default();
            facts.add(M::Solved, number % 3 == 0);
            facts.counted.add_tally(Tally::Raised);
            Fact {
                request: RequestId(1_000_000 + number),
                version: 1,
                day: format!("2026-03-{:02}", number % 28 + 1).parse().unwrap(),
                area: if number % 2 == 0 { MICRO } else { FAR_BUILDING }.parse().unwrap(),
                category: if number % 5 == 0 { "roads" } else { "sanitation" }.to_owned(),
                above: if number % 5 == 0 { "" } else { "public" }.to_owned(),
                facts,
            }
        };
        rates::add_all(tx, street, &(0..FACTS).map(fact).collect::<Vec<_>>(), false)
    };
    town.write(fill).await.unwrap();
    let folders = (0..8).map(|_| {
        let (app, street) = (town.app.clone(), town.street);
        tokio::spawn(async move {
            let mut folded = 0;
            loop {
                match app.db.write(move |tx| rates::fold(tx, street)).await.unwrap() {
                    0 => return folded,
                    count => folded += count,
                }
            }
        })
    });
    let mut folded = 0;
    for folder in folders.collect::<Vec<_>>() {
        folded += folder.await.unwrap();
    }
    assert_eq!(i64::try_from(folded).unwrap(), FACTS, "each fact is given to one folder");
    let found = board(&town.street_officer(), MARCH).await;
    assert_eq!(found["raised"], FACTS);
    assert_eq!(rates_of(&found)["solved"], ((FACTS + 2) / 3, FACTS));
    assert_eq!(town.write(rates::audit).await.unwrap(), []);
    // An audit that finds nothing must be able to find something.
    let street = town.street;
    let twice = town.app.db.write(move |tx| rates::fold(tx, street)).await.unwrap();
    assert_eq!(twice, 0, "nothing is folded again");
}
