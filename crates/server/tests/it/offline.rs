//! What a phone that was without a network relies on: that a form tells its fate to a script, that
//! it may come late and under another session, and that nobody learns more than by page.

use axum::body::Body;
use axum::http::{Request, header};
use domain::actor::Caller;
use server::identity;

use crate::api_story::{raised, sees, town};
use crate::town::{Answer, BUILDING, OTHER_BUILDING, Person, Town, form, fresh_key};

/// Sends a form as the script does, which asks for its fate and not for the next page.
async fn tells(person: &Person, path: &str, fields: &str, key: &str) -> Answer {
    person.opens("/session-state").await.with(200);
    let body = format!("{fields}&key={key}&csrf={}", person.csrf());
    let request = Request::post(path)
        .header(header::ACCEPT, "application/json")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded;charset=UTF-8");
    person.send(request, Body::from(body)).await
}

fn problem(answer: &Answer) -> serde_json::Value {
    assert_eq!(answer.header("content-type"), "application/problem+json", "{}", answer.body);
    answer.json()
}

/// Ten by ten pixels of one colour.
fn photo(shade: u8) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::RgbImage::from_pixel(10, 10, image::Rgb([shade, 90, 60]))
        .write_to(&mut bytes, image::ImageFormat::Png)
        .unwrap();
    bytes.into_inner()
}

#[tokio::test]
async fn a_form_tells_a_script_what_came_of_it() {
    let town = town().await;
    let id = raised(&town.resident()).await;
    let (worker, leader) = (town.worker(), town.leader());
    let path = format!("/requests/{id}/acceptance");
    let answer = tells(&worker, &path, "x=1", &fresh_key()).await.with(200);
    assert_eq!(answer.header("content-type"), "application/json");
    let leads_to = format!("/requests/{id}?done=acceptance");
    assert_eq!(answer.json(), serde_json::json!({ "done": true, "location": leads_to }));

    // Somebody was first: the sentence that the page would say, and no page.
    let late = problem(&tells(&leader, &path, "x=1", &fresh_key()).await.with(409));
    let said = leader.posts(&path, "x=1").await.with(409).body;
    assert!(said.contains("<main"), "a form of a page is answered by a page");
    assert!(said.contains(late["detail"].as_str().unwrap()), "{late}");
    assert!(["taken", "out_of_turn"].contains(&late["code"].as_str().unwrap()), "{late}");

    let path = format!("/requests/{id}/resolution");
    let wrong = problem(&tells(&worker, &path, "note=", &fresh_key()).await.with(422));
    assert_eq!(wrong["errors"][0]["field"], "note");
    let english = tells(&worker.in_english(), &path, "note=", &fresh_key()).await.with(422);
    assert_eq!(problem(&english)["detail"], "Please write a few words.");
    let fields = form(&[("note", "灯已经修好了。")]);
    problem(&tells(&town.neighbour(), &path, &fields, &fresh_key()).await.with(404));
    problem(&tells(&town.guest(), &path, &fields, &fresh_key()).await.with(401));
    tells(&worker, &path, &fields, &fresh_key()).await.with(200);
    assert_eq!(sees(&worker, &id).await["stage"], "resolved");
}

#[tokio::test]
async fn raising_for_a_neighbour_tells_its_fate_as_well() {
    let town = town().await;
    let fields = [("area", BUILDING), ("category", "sanitation"), ("text", "短")];
    let wrong = tells(&town.worker(), "/requests", &form(&fields), &fresh_key()).await.with(422);
    let wrong = problem(&wrong);
    assert_eq!(wrong["errors"][0]["field"], "text");
    let fields = [
        ("area", BUILDING),
        ("category", "sanitation"),
        ("text", "邻居门口的垃圾三天没有收"),
        ("for_other", "1"),
        ("name", "张奶奶"),
    ];
    let key = fresh_key();
    let first = tells(&town.worker(), "/requests", &form(&fields), &key).await.with(200).json();
    let again = tells(&town.worker(), "/requests", &form(&fields), &key).await.with(200).json();
    assert_eq!(first, again);
    assert!(first["location"].as_str().unwrap().ends_with("/receipt"), "{first}");

    // The page would ask whether this is the same: nothing was done, and the script is told so.
    let asks = tells(&town.worker(), "/requests", &form(&fields), &fresh_key()).await.with(409);
    assert_eq!(problem(&asks)["code"], "page_asks");
    let other = format!("{}&separate=1", form(&fields));
    tells(&town.worker(), "/requests", &other, &fresh_key()).await.with(200);
    assert_eq!(town.officer().opens("/requests").await.body.matches("data-row").count(), 2);
}

#[tokio::test]
async fn a_deed_that_outlives_its_session_is_still_the_same_deed() {
    let town = town().await;
    let id = raised(&town.resident()).await;
    let worker = town.worker().keeping_session().await;
    let (path, key) = (format!("/requests/{id}/resolution"), fresh_key());
    let fields = form(&[("note", "已经清理干净。")]);
    let photos = |csrf: String, key: String| {
        let part = |name: &str, value: &str| {
            format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        };
        let mut body = part("key", &key) + &part("csrf", &csrf);
        body +=
            "--x\r\nContent-Disposition: form-data; name=\"photos\"; filename=\"a.png\"\r\n\r\n";
        [body.into_bytes(), photo(7), b"\r\n--x--\r\n".to_vec()].concat()
    };
    let adds = format!("/requests/{id}/photos");
    let send = async |key: &str, csrf: String| {
        let request = Request::post(&adds)
            .header(header::ACCEPT, "application/json")
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=x");
        worker.send(request, Body::from(photos(csrf, key.to_owned()))).await
    };
    let first = tells(&worker, &path, &fields, &key).await.with(200).json();
    let photo_key = fresh_key();
    send(&photo_key, worker.csrf()).await.with(200);

    // The answer was lost, the session ends, and she signs in again.
    let old = worker.csrf();
    worker.keeps("session", "");
    problem(&tells(&worker, &path, &fields, &key).await.with(401));
    signs_in(&town, &worker).await;
    assert_ne!(worker.csrf(), old);
    let forged = problem(&send(&photo_key, old).await.with(403));
    assert_eq!(forged["code"], "forged", "the proof must be that of the session there is");
    assert_eq!(tells(&worker, &path, &fields, &key).await.with(200).json(), first);
    send(&photo_key, worker.csrf()).await.with(200);
    let seen = sees(&town.worker(), &id).await;
    assert_eq!(seen["photos"].as_array().unwrap().len(), 1, "{seen}");

    // The key serves this deed alone, whatever proof comes with it.
    let other = form(&[("note", "别的话。")]);
    let used = problem(&tells(&worker, &path, &other, &key).await.with(422));
    assert_eq!(used["code"], "key_used");
}

async fn signs_in(town: &Town, person: &Person) {
    let (street, id, now) = (town.street, person.id.unwrap(), town.app.now());
    let open = move |tx: &mut db::Tx| {
        identity::open(tx, street, Caller::Person(id), ("page", "Test"), now)
    };
    let opened = town.app.db.write(open).await.unwrap();
    person.keeps("session", &opened.token.text());
}

#[tokio::test]
async fn the_state_of_a_session_is_for_our_own_pages() {
    let town = town().await;
    let nobody = town.guest().opens("/session-state").await.with(200);
    assert_eq!(nobody.header("cache-control"), "no-store");
    assert_eq!(nobody.json(), serde_json::json!({ "person": "", "csrf": "", "works": false }));
    let worker = town.worker();
    let state = worker.opens("/session-state").await.with(200).json();
    assert_eq!(state["person"], worker.id.unwrap().to_string());
    assert_eq!(state["csrf"], worker.csrf());
    assert_eq!(state["works"], true);
    assert_eq!(town.resident().opens("/session-state").await.json()["works"], false);
    // Another site may ask, and reads nothing: the browser keeps the answer from it.
    let from_elsewhere = Request::get("/session-state").header("origin", "https://evil.example");
    let answer = worker.send(from_elsewhere, Body::empty()).await.with(200);
    assert_eq!(answer.header("access-control-allow-origin"), "");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert!(answer.header("content-type").starts_with("application/json"));
}

#[tokio::test]
async fn the_script_for_outdoors_is_for_those_who_work_there() {
    let town = town().await;
    let keeper = town.guest().opens("/sw.js").await.with(200);
    assert_eq!(keeper.header("cache-control"), "no-cache");
    assert!(keeper.header("content-type").starts_with("text/javascript"));
    let scripts = |page: &str| page.matches("<script src=").count();
    let worker = town.worker();
    let inbox = worker.opens("/inbox").await.with(200).body;
    assert_eq!(scripts(&inbox), 2);
    assert!(inbox.contains(&format!("data-person=\"{}\"", worker.id.unwrap())));
    assert!(inbox.contains("data-strip hidden"), "the badge is in the head of the page");
    for part in inbox.split("src=\"").skip(1) {
        let address = part.split('"').next().unwrap();
        if address.starts_with("/assets/") {
            worker.opens(address).await.with(200);
            assert!(keeper.body.contains(address), "{address} is kept on the phone");
        }
    }
    for person in [town.resident(), town.guest(), town.officer()] {
        assert_eq!(scripts(&person.opens("/").await.body), 1, "others load nothing of it");
    }
    // Whose post has ended still sees what waits.
    assert_eq!(scripts(&town.resident().opens("/waiting").await.with(200).body), 2);
    town.guest().opens("/waiting").await.with(303);
}

#[tokio::test]
async fn scripts_stay_small() {
    use std::io::Write;
    let town = town().await;
    let inbox = town.worker().opens("/inbox").await.with(200).body;
    let mut sizes = Vec::new();
    for part in inbox.split("<script src=\"").skip(1) {
        let text = town.guest().opens(part.split('"').next().unwrap()).await.with(200).bytes;
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        packed.write_all(&text).unwrap();
        sizes.push(packed.finish().unwrap().len());
    }
    assert!(sizes[0] <= 15_000, "everybody loads {} bytes", sizes[0]);
    assert!(sizes.iter().sum::<usize>() <= 40_000, "those outdoors load {sizes:?} bytes");
}

#[tokio::test]
async fn photos_are_looked_at_when_their_sender_may_see_the_request() {
    let town = town().await;
    let id = raised(&town.resident()).await;
    let path = format!("/requests/{id}/photos");
    let (mine, theirs) = (photo(11), photo(12));
    for stranger in [town.neighbour(), town.second_resident(), town.auditor()] {
        stranger.posts_files(&path, &[], &[("photos", "a.png", &theirs)]).await.with(404);
    }
    town.guest().posts_files(&path, &[], &[("photos", "a.png", &theirs)]).await.with(401);
    assert_eq!(photos_on_disk(&town), 0, "nothing of theirs is kept");

    // Whoever has it in hand finds the form, and so does nobody before.
    let shown = |page: &str| page.contains(&format!("action=\"{path}\""));
    let page = format!("/requests/{id}");
    assert!(!shown(&town.worker().opens(&page).await.body), "nothing was done yet");
    town.worker().posts(&format!("{page}/acceptance"), "").await.with(303);
    assert!(shown(&town.worker().opens(&page).await.body));
    assert!(!shown(&town.resident().opens(&page).await.body));
    let none = town.worker().posts_files(&path, &[], &[]).await.with(422).body;
    assert!(none.contains("请先选一张照片。"), "{none}");
    town.worker().posts_files(&path, &[], &[("photos", "a.png", &mine)]).await.with(303);
    let seen = town.worker().opens(&page).await.body;
    assert!(seen.contains("办好后的照片"), "{seen}");
    assert!(photos_on_disk(&town) > 0);
}

fn photos_on_disk(town: &Town) -> usize {
    fn count(folder: &std::path::Path) -> usize {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let one = |entry: std::fs::DirEntry| match entry.path() {
            path if path.is_dir() => count(&path),
            _ => 1,
        };
        entries.map(one).sum()
    }
    count(std::path::Path::new(&town.app.options.files))
}

#[tokio::test]
async fn two_windows_that_send_the_same_deed_at_once_do_it_once() {
    let town = town().await;
    let id = raised(&town.resident()).await;
    let worker = town.worker();
    worker.opens("/session-state").await.with(200);
    let path = format!("/requests/{id}/acceptance");
    let key = fresh_key();
    let fields = form(&[("area", OTHER_BUILDING)]);
    let sends = (0..8).map(|_| {
        let (worker, path, key, fields) =
            (worker.clone(), path.clone(), key.clone(), fields.clone());
        tokio::spawn(async move { tells(&worker, &path, &fields, &key).await })
    });
    let sends: Vec<_> = sends.collect();
    let mut done = 0;
    for send in sends {
        let answer = send.await.unwrap();
        let told = answer.json();
        match answer.status {
            200 => done += 1,
            // The script asks again after these, and is told then.
            409 => assert_eq!(told["code"], "someone_was_first"),
            _ => assert_eq!(answer.status, 503, "{told}"),
        }
    }
    assert!(done > 0);
    tells(&worker, &path, &fields, &key).await.with(200);
    let story = worker.calls("GET", &format!("/requests/{id}"), serde_json::Value::Null).await;
    let accepted = story.json()["timeline"]
        .as_array()
        .map_or(0, |all| all.iter().filter(|told| told["event"] == "accepted").count());
    assert_eq!(accepted, 1, "{}", story.body);
}
