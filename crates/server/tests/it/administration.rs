//! What administrators do, and how a new installation begins.

use domain::area::Street;
use jiff::SignedDuration;
use serde_json::{Value, json};
use server::history;

use crate::town::{
    BUILDING, COMMUNITY, GRID, MICRO, OTHER_COMMUNITY, PASSWORD, Person, Town, WATER, browser,
    empty, form,
};

#[tokio::test]
async fn a_person_is_added_once_and_their_password_is_shown_once() {
    let town = Town::new().await;
    let admin = town.administrator();
    let new = form(&[("name", "欧阳娜娜"), ("phone", "10000007777")]);
    let added = admin.posts_again("/people", &new, "add-her-once").await.with(303);
    let path = added.leads_to().to_owned();
    let again = admin.posts_again("/people", &new, "add-her-once").await.with(303);
    assert_eq!(again.leads_to(), path, "a double click adds one person");

    let page = admin.opens(&path).await.with(200);
    assert_eq!(page.header("cache-control"), "no-store");
    let password = page.body.split(r#"class="code">"#).nth(1).unwrap().split('<').next().unwrap();
    assert!(!admin.opens(&path).await.body.contains(password), "it is shown once");
    assert!(page.body.contains("100****7777") && !page.body.contains("10000007777"));

    let her = town.guest();
    let door = form(&[("phone", "10000007777"), ("password", password)]);
    let led = her.posts_bare("/sign-in", &door).await.with(303);
    assert_eq!(led.leads_to(), "/account", "a temporary password is to be changed first");
    assert!(her.opens("/account").await.with(200).body.contains("临时密码"));
    let change = form(&[("old", password), ("new", "twelve geese")]);
    her.posts("/account/password", &change).await.with(303);
    assert!(!her.opens("/account").await.with(200).body.contains("临时密码"));

    let taken = admin.posts("/people", &new).await.with(422).body;
    assert!(taken.contains("欧阳娜娜") && taken.contains("已有账号"), "{taken}");
}

#[tokio::test]
async fn a_given_post_opens_and_an_ended_one_shuts() {
    let town = Town::new().await;
    let (admin, resident) = (town.administrator(), town.resident());
    let device = resident.keeping_session().await;
    device.opens("/people").await.with(403);
    let id = resident.id.unwrap();
    let give = form(&[("post", "administrator"), ("area", COMMUNITY), ("from", "2026-03-02")]);
    let answer = admin.posts(&format!("/people/{id}/posts"), &give).await.with(303);
    assert_eq!(answer.leads_to(), format!("/people/{id}"));
    device.opens("/people").await.with(200);

    let mine = device.calls("GET", "/appointments?person=me", Value::Null).await.with(200).json();
    let post = mine["items"][0]["id"].as_str().unwrap().to_owned();
    assert!(admin.opens(&format!("/people/{id}")).await.body.contains("和平社区"));
    device.posts(&format!("/appointments/{post}/end"), "").await.with(409);
    admin.posts(&format!("/appointments/{post}/end"), "").await.with(303);
    assert_eq!(device.opens("/people").await.status, 303, "the session ended with the post");
    resident.elsewhere().opens("/people").await.with(403);
    admin.posts(&format!("/appointments/{post}/end"), "").await.with(404);

    let subject = post.parse::<domain::id::AppointmentId>().unwrap().0;
    let story = town.write(move |tx, street| history::of(tx, street, subject)).await.unwrap();
    let told: Vec<_> = story.iter().map(|line| (line.version, line.event.as_str())).collect();
    assert_eq!(told, [(1, "appointed"), (2, "ended")]);
    assert_eq!((story[0].actor, story[0].role.as_str()), (admin.id, "administrator"));
}

#[tokio::test]
async fn a_post_of_next_week_opens_nothing_today() {
    let town = Town::new().await;
    let (admin, resident) = (town.administrator(), town.resident());
    let path = format!("/people/{}/posts", resident.id.unwrap());
    let give = form(&[("post", "administrator"), ("area", "370323001"), ("from", "2026-03-09")]);
    admin.posts(&path, &give).await.with(303);
    resident.opens("/people").await.with(403);
    town.passes(SignedDuration::from_hours(24 * 7 - 9) - SignedDuration::from_secs(1));
    resident.opens("/people").await.with(403);
    town.passes(SignedDuration::from_secs(1));
    resident.opens("/people").await.with(200);
}

#[tokio::test]
async fn a_post_that_makes_no_sense_is_not_given() {
    let town = Town::new().await;
    let admin = town.administrator();
    let path = format!("/people/{}/posts", town.resident().id.unwrap());
    let water = WATER.to_string();
    for (post, area, unit, from, told) in [
        ("mayor", MICRO, "", "", "请选择岗位"),
        ("grid_worker", "37032300102899", "", "", "没有这个片区"),
        ("grid_worker", "370323001028999", "", "", "没有这个片区"),
        ("grid_worker", "370323002", "", "", "没有这个片区"),
        ("grid_worker", MICRO, &water, "", "只有单位联络员"),
        ("unit_liaison", "370323001", "", "", "要选择单位"),
        ("unit_liaison", "370323001", "0000000000009", "", "要选择单位"),
        ("grid_worker", MICRO, "", "2031-01-01", "前后不超过一年"),
        ("grid_worker", MICRO, "", "tomorrow", "前后不超过一年"),
    ] {
        let give = form(&[("post", post), ("area", area), ("unit", unit), ("from", from)]);
        let page = admin.posts(&path, &give).await.with(422).body;
        assert!(page.contains(told) && page.contains(area), "{post} {area}: {page}");
    }
    let give = form(&[("post", "unit_liaison"), ("area", "370323001"), ("unit", &water)]);
    admin.posts(&path, &give).await.with(303);
    assert!(admin.posts(&path, &give).await.with(422).body.contains("已有这个岗位"));
    admin.posts("/people/0000000000001/posts", &give).await.with(404);
}

#[tokio::test]
async fn an_administrator_of_a_community_stays_within_it() {
    let town = Town::new().await;
    let small = town.second_resident();
    town.appoint(&small, domain::actor::Post::Administrator, COMMUNITY).await;
    let path = format!("/people/{}/posts", town.resident().id.unwrap());
    let give = |area| form(&[("post", "community_officer"), ("area", area)]);
    small.posts(&path, &give(COMMUNITY)).await.with(303);
    let page = small.posts(&path, &give(OTHER_COMMUNITY)).await.with(422).body;
    assert!(page.contains("不归您管理"), "{page}");

    let link = format!("/people/{}/password-link", town.administrator().id.unwrap());
    small.posts(&link, "").await.with(409);
    let street = form(&[("name", "我的街道"), ("name_en", "Mine")]);
    small.posts("/areas/370323001", &street).await.with(404);
    let unit = form(&[("code", "mine"), ("name", "我的"), ("kind", "company")]);
    small.posts("/units", &unit).await.with(422);
}

#[tokio::test]
async fn a_link_for_a_new_password_serves_once() {
    let town = Town::new().await;
    let (admin, worker) = (town.administrator(), town.worker());
    let device = worker.keeping_session().await;
    let person = format!("/people/{}", worker.id.unwrap());
    let first = link(&admin, &person).await;
    let path = link(&admin, &person).await;
    town.guest().opens(&first).await.with(410);

    let guest = town.guest();
    assert!(guest.opens(&path).await.with(200).body.contains("设置新密码"));
    guest.posts_bare(&path, "new=short").await.with(422);
    guest.posts_bare(&path, "new=twelve+geese").await.with(303);
    guest.opens("/account").await.with(200);
    assert_eq!(device.opens("/account").await.status, 303, "other devices are signed out");
    town.guest().opens(&path).await.with(410);
    town.guest().posts_bare(&path, "new=thirteen+geese").await.with(410);
    let door = json!({"phone": worker.phone, "password": "twelve geese"});
    town.guest().calls("POST", "/sessions", door).await.with(201);
    let door = json!({"phone": worker.phone, "password": PASSWORD});
    town.guest().calls("POST", "/sessions", door).await.with(401);

    let late = link(&admin, &person).await;
    town.passes(SignedDuration::from_hours(24));
    town.guest().opens(&late).await.with(410);
    town.guest().opens("/password/nonsense").await.with(410);
}

/// Makes a link for a new password, and reads it from the page.
async fn link(admin: &Person, person: &str) -> String {
    admin.posts(&format!("{person}/password-link"), "").await.with(303);
    let page = admin.opens(person).await.with(200).body;
    let link = page.split("<code>").nth(1).unwrap().split("</code>").next().unwrap();
    link[link.find("/password/").unwrap()..].to_owned()
}

#[tokio::test]
async fn people_are_found_by_name_or_phone_and_never_by_a_trick() {
    let town = Town::new().await;
    let admin = town.administrator();
    let staff = admin.opens("/people").await.with(200).body;
    assert!(staff.contains("neighbour") && !staff.contains(">second resident<"), "{staff}");
    let phone = town.second_resident().phone;
    for q in ["SECOND", "second+res", &phone, &phone[7..]] {
        let found = admin.opens(&format!("/people?q={q}")).await.with(200).body;
        assert!(found.contains(">second resident<"), "{q}: {found}");
        assert!(!found.contains(&format!(">{phone}<")), "the phone stays masked");
    }
    for q in ["%25", "_", "!", "%00", "'"] {
        let found = admin.opens(&format!("/people?q={q}")).await.with(200).body;
        assert!(!found.contains(">second resident<"), "{q}");
    }
}

#[tokio::test]
async fn areas_grow_by_the_next_free_code_and_no_code_is_given_twice() {
    let town = Town::new().await;
    let admin = town.administrator();
    let page = admin.opens(&format!("/areas/{GRID}/new")).await.with(200).body;
    assert!(page.contains("37032300102800103"), "{page}");
    let page = admin.opens(&format!("/areas/{MICRO}/new")).await.with(200).body;
    assert!(page.contains("3703230010280010103"), "{page}");
    admin.opens(&format!("/areas/{BUILDING}/new")).await.with(404);

    let path = "/areas/370323001/new";
    let community = |code: &str, prefix: &str| {
        form(&[("code", code), ("name", "新社区"), ("prefix", prefix), ("kind", "residential")])
    };
    admin.posts(path, &community("370323001601", "XS")).await.with(303);
    let list = admin.opens("/areas").await.with(200).body;
    assert!(list.contains("新社区") && list.contains("370323001601"), "{list}");
    for (code, prefix, told) in [
        ("370323001601", "XS", "已经用过"),
        ("370323002001", "XS", "编码要在上级编码后面"),
        ("370323001028009", "XS", "编码要在上级编码后面"),
        ("x", "XS", "编码要在上级编码后面"),
        ("370323001602", "xs", "大写字母"),
    ] {
        let page = admin.posts(path, &community(code, prefix)).await.with(422).body;
        assert!(page.contains(told), "{code}: {page}");
    }
    let renamed = form(&[("name", "东风新街道"), ("name_en", "New East Wind Street")]);
    admin.posts("/areas/370323001", &renamed).await.with(303);
    assert_eq!(town.app.settings(town.street).unwrap().name, "东风新街道");
    let subject = -town.street.area().code();
    let story = town.write(move |tx, street| history::of(tx, street, subject)).await.unwrap();
    assert_eq!(story[0].event, "changed");
}

#[tokio::test]
async fn units_are_added_and_renamed() {
    let town = Town::new().await;
    let admin = town.administrator();
    let fields = [("code", "heat"), ("name", "供热公司"), ("kind", "company")];
    let first = admin.posts("/units", &form(&fields)).await;
    assert!(first.with(303).bytes.is_empty(), "a redirect says nothing");
    let unit = form(&fields);
    assert!(admin.posts("/units", &unit).await.with(422).body.contains("已有单位在用"));
    let bad = form(&[("code", "Heat!"), ("name", "")]);
    let page = admin.posts("/units", &bad).await.with(422).body;
    assert!(page.contains("小写字母") && page.contains("请填写这一项"), "{page}");
    let renamed = form(&[("name", "自来水公司"), ("kind", "company")]);
    admin.posts(&format!("/units/{WATER}"), &renamed).await.with(303);
    let list = admin.opens("/units").await.with(200).body;
    assert!(list.contains("自来水公司") && list.contains("供热公司"), "{list}");
}

#[tokio::test]
async fn a_new_installation_is_set_up_by_one_link_once() {
    let app = empty().await;
    let first = server::identity::set_up_link(&app).await.unwrap().unwrap();
    let path = server::identity::set_up_link(&app).await.unwrap().unwrap();
    let (router, _) = server::router(app.clone());
    let street = Street::new(370_323_001).unwrap();
    let guest = browser(&app, &router, street);
    guest.opens(&first).await.with(410);
    guest.opens("/set-up/0000000000000000000000000000000A").await.with(410);
    assert!(guest.opens(&path).await.with(200).body.contains("首次启用"));
    let bad = form(&[("street", "12"), ("street_name", "东风街道"), ("phone", "1")]);
    let page = guest.posts_bare(&path, &bad).await.with(422).body;
    assert!(page.contains("9 位") && page.contains("东风街道") && page.contains("11 位"), "{page}");

    let good = form(&[
        ("street", "370323001"),
        ("street_name", "东风街道"),
        ("street_name_en", "East Wind Street"),
        ("hotline", "1000000 0000"),
        ("name", "张三"),
        ("phone", "10000001000"),
        ("password", "twelve geese"),
    ]);
    let answer = guest.posts_bare(&path, &good).await.with(303);
    assert_eq!((answer.leads_to(), app.streets()), ("/people", vec![street]));
    assert!(guest.opens("/people").await.with(200).body.contains("张三"));
    let settings = app.settings(street).unwrap();
    assert!(!settings.categories.is_empty() && settings.hotline == "1000000 0000");
    guest.opens(&path).await.with(410);
    browser(&app, &router, street).posts_bare(&path, &good).await.with(410);
    assert_eq!(server::identity::set_up_link(&app).await.unwrap(), None);
}

#[tokio::test]
async fn a_link_to_set_up_is_too_old_after_a_day() {
    let app = empty().await;
    let path = server::identity::set_up_link(&app).await.unwrap().unwrap();
    let (router, _) = server::router(app.clone());
    let guest = browser(&app, &router, Street::new(370_323_001).unwrap());
    app.clock.advance(SignedDuration::from_hours(24));
    guest.opens(&path).await.with(410);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_eight_who_use_a_link_at_once_one_succeeds() {
    let town = Town::new().await;
    let person = format!("/people/{}", town.worker().id.unwrap());
    let path = link(&town.administrator(), &person).await;
    let mut tries = tokio::task::JoinSet::new();
    for number in 0..8 {
        let (guest, path) = (town.guest(), path.clone());
        let body = format!("new=twelve+geese+{number}");
        tries.spawn(async move { guest.posts_bare(&path, &body).await.status });
    }
    let mut answers = tries.join_all().await;
    answers.sort_unstable();
    assert_eq!(answers, [303, 410, 410, 410, 410, 410, 410, 410]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_eight_who_set_up_at_once_one_succeeds() {
    let app = empty().await;
    let path = server::identity::set_up_link(&app).await.unwrap().unwrap();
    let (router, _) = server::router(app.clone());
    let street = Street::new(370_323_001).unwrap();
    let mut tries = tokio::task::JoinSet::new();
    for number in 0..8 {
        let (guest, path) = (browser(&app, &router, street), path.clone());
        let body = form(&[
            ("street", "370323001"),
            ("street_name", "东风街道"),
            ("name", "张三"),
            ("phone", &format!("1000000100{number}")),
            ("password", "twelve geese"),
        ]);
        tries.spawn(async move { guest.posts_bare(&path, &body).await.status });
    }
    let mut answers = tries.join_all().await;
    answers.sort_unstable();
    assert_eq!(answers, [303, 410, 410, 410, 410, 410, 410, 410]);
}

#[tokio::test]
async fn who_reads_english_reads_no_chinese() {
    let town = Town::new().await;
    let admin = town.administrator().in_english();
    let id = admin.id.unwrap();
    for path in [
        "/sign-in".to_owned(),
        "/sign-up".to_owned(),
        "/account/password".to_owned(),
        "/people".to_owned(),
        "/people/new".to_owned(),
        format!("/people/{id}"),
        format!("/people/{id}/posts/new"),
        format!("/areas/{GRID}/new"),
        format!("/areas?under={BUILDING}"),
        "/units".to_owned(),
        "/units/new".to_owned(),
        "/password/nonsense".to_owned(),
    ] {
        let page = admin.opens(&path).await.body;
        let main = page.split("<main").nth(1).unwrap().split("</main>").next().unwrap();
        let chinese = main.chars().find(|letter| ('\u{4e00}'..='\u{9fff}').contains(letter));
        assert_eq!(chinese, None, "{path}: {main}");
    }
}
