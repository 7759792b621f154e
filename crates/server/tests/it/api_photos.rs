//! Photos through the interface: added whole or not at all, and shown to those who may see them.

use axum::body::Body;
use axum::http::{Request, header};
use image::{ImageFormat, Rgb, RgbImage};
use serde_json::{Value, json};

use crate::api_story::{closed, goes, handling, raised, sees, town};
use crate::town::{Answer, Person, fresh_key};

/// A picture that no other number makes.
fn picture(number: u8) -> Vec<u8> {
    let draw = |x: u32, y: u32| {
        Rgb([u8::try_from(x % 256).unwrap(), u8::try_from(y % 256).unwrap(), number])
    };
    let mut bytes = std::io::Cursor::new(Vec::new());
    RgbImage::from_fn(400, 300, draw).write_to(&mut bytes, ImageFormat::Jpeg).unwrap();
    bytes.into_inner()
}

fn multipart(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, bytes) in parts {
        let head = "--line\r\nContent-Disposition: form-data; name=";
        body.extend(format!("{head}\"{name}\"; filename=\"a.jpg\"\r\n\r\n").bytes());
        body.extend(*bytes);
        body.extend(b"\r\n");
    }
    body.extend(b"--line--\r\n");
    body
}

async fn sends(person: &Person, id: &str, body: Vec<u8>, key: &str) -> Answer {
    // Whoever has an account signs in first.
    person.calls("GET", "/requests", Value::Null).await;
    let mut request = Request::post(format!("/api/v1/requests/{id}/photos"))
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=line")
        .header("idempotency-key", key);
    if let Some(token) = person.token() {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    person.send(request, Body::from(body)).await
}

async fn adds(person: &Person, id: &str, pictures: &[Vec<u8>]) -> Answer {
    let parts: Vec<(&str, &[u8])> = pictures.iter().map(|it| ("photos", it.as_slice())).collect();
    sends(person, id, multipart(&parts), &fresh_key()).await
}

#[tokio::test]
async fn the_asker_shows_the_trouble_and_the_handler_the_work() {
    let town = town().await;
    let id = raised(&town.resident()).await;
    let added = adds(&town.resident(), &id, &[picture(1), picture(2)]).await.with(200).json();
    assert_eq!(added, json!({ "id": id, "photos": 2, "version": 2 }));
    goes(&town, &id, &handling()).await;
    adds(&town.property(), &id, &[picture(3)]).await.with(200);
    let seen = sees(&town.resident(), &id).await;
    let sides: Vec<_> = seen["photos"].as_array().unwrap().iter().map(|it| &it["side"]).collect();
    assert_eq!(sides, ["asked", "asked", "done"]);
    assert_eq!(
        (&seen["photos"][0]["width"], &seen["photos"][0]["height"]),
        (&json!(400), &json!(300))
    );
    let (url, small) = (&seen["photos"][0]["url"], &seen["photos"][0]["thumbnail"]);
    for address in [url, small] {
        let path = address.as_str().unwrap().strip_prefix("/api/v1").unwrap();
        for (who, status) in
            [("resident", 200), ("worker", 200), ("property", 200), ("head", 404), ("clerk", 404)]
        {
            let shown = town.person(who).calls("GET", path, Value::Null).await;
            assert_eq!(shown.status, status, "{who}");
        }
        town.guest().calls("GET", path, Value::Null).await.with(401);
        let shown = town.worker().calls("GET", path, Value::Null).await;
        assert_eq!(shown.header("content-type"), "image/jpeg");
        assert_eq!(shown.header("x-content-type-options"), "nosniff");
        assert!(shown.header("cache-control").starts_with("private"));
        assert!(image::load_from_memory(&shown.bytes).is_ok());
    }
    // Whoever sees the request masked sees no photo of it, and no address of one.
    assert_eq!(sees(&town.head(), &id).await["photos"], json!([]));
    // Pages have an address of their own, which the cookie opens.
    let hash = url.as_str().unwrap().rsplit('/').next().unwrap();
    let page = format!("/requests/{id}/photos/{hash}");
    town.worker().opens(&page).await.with(200);
    town.worker().opens(&format!("{page}/thumbnail")).await.with(200);
    town.neighbour().opens(&page).await.with(404);
    // A photo is shown with its own request alone.
    let other = raised(&town.resident()).await;
    let path = format!("/photos/{other}/{hash}");
    town.worker().calls("GET", &path, Value::Null).await.with(404);
    town.worker().calls("GET", &format!("/photos/{id}/..%2f..%2fetc"), Value::Null).await.with(404);
}

#[tokio::test]
async fn five_photos_are_the_most_and_none_is_taken_where_one_is_refused() {
    let town = town().await;
    let person = town.resident();
    let id = raised(&person).await;
    let six: Vec<_> = (0..6).map(picture).collect();
    assert_eq!(adds(&person, &id, &six).await.with(422).json()["code"], "too_many");
    adds(&person, &id, &six[..4]).await.with(200);
    let said = adds(&person, &id, &six[4..]).await.with(422).json();
    assert_eq!(said["errors"][0]["field"], "photos");
    adds(&person, &id, &six[4..5]).await.with(200);
    let other = raised(&person).await;
    let heic = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic".to_vec();
    let mut cut_off = picture(9);
    cut_off.truncate(cut_off.len() / 2);
    let cases = [
        (heic, 415, "heic"),
        (b"<html>no photo</html>".to_vec(), 415, "not_a_picture"),
        (cut_off, 422, "damaged"),
        (vec![0xff; 13 << 20], 413, "too_large"),
    ];
    for (bytes, status, code) in cases {
        let said = adds(&person, &other, &[picture(1), bytes]).await.with(status).json();
        assert_eq!(said["code"], code, "{said}");
        assert!(said["detail"].as_str().unwrap().ends_with('。'), "{said}");
    }
    let said = sends(&person, &other, multipart(&[]), &fresh_key()).await.with(422).json();
    assert_eq!(said["errors"][0]["field"], "photos");
    assert_eq!(sees(&person, &other).await["photos"], json!([]), "nothing half done");
    assert_eq!(sees(&person, &other).await["version"], 1);
}

#[tokio::test]
async fn the_same_photos_under_the_same_key_come_once() {
    let town = town().await;
    let person = town.resident();
    let (id, key) = (raised(&person).await, fresh_key());
    let (one, other) = (picture(1), picture(2));
    let body = multipart(&[("photos", &one)]);
    let first = sends(&person, &id, body.clone(), &key).await.with(200);
    let again = sends(&person, &id, body, &key).await.with(200);
    assert_eq!((again.header("idempotent-replayed"), &again.body), ("true", &first.body));
    let altered = sends(&person, &id, multipart(&[("photos", &other)]), &key).await;
    assert_eq!(altered.with(422).json()["code"], "key_used");
    assert_eq!(sees(&person, &id).await["photos"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn photos_come_whole_from_those_who_may_and_while_it_is_open() {
    let town = town().await;
    let id = raised(&town.resident()).await;
    let (one, key) = (picture(1), fresh_key());
    let whole = multipart(&[("photos", &one)]);
    let cut = whole[..whole.len() - 200].to_vec();
    sends(&town.resident(), &id, cut, &key).await.with(400);
    let request = Request::post(format!("/api/v1/requests/{id}/photos"))
        .header(header::AUTHORIZATION, format!("Bearer {}", town_token(&town.resident()).await))
        .header("idempotency-key", fresh_key())
        .header(header::CONTENT_TYPE, "image/jpeg");
    town.guest().send(request, Body::from(one.clone())).await.with(415);
    adds(&town.neighbour(), &id, std::slice::from_ref(&one)).await.with(404);
    adds(&town.auditor(), &id, std::slice::from_ref(&one)).await.with(404);
    adds(&town.guest(), &id, std::slice::from_ref(&one)).await.with(401);
    assert_eq!(sees(&town.resident(), &id).await["version"], 1);
    goes(&town, &id, &closed()).await;
    let said = adds(&town.resident(), &id, &[one]).await.with(409).json();
    assert_eq!(said["code"], "refused");
}

async fn town_token(person: &Person) -> String {
    person.calls("GET", "/requests", Value::Null).await;
    person.token().unwrap()
}
