//! Every page there is, drawn for whoever may read it, in both languages and in large letters.

use axum::http::Method;
use serde_json::json;

use crate::api_story::{does, raised, town};
use crate::rules::retires_roads;
use crate::town::{BUILDING, COMMUNITY, PROPERTY, Person, Town};

/// Addresses that answer GET with something else than a page.
const NO_PAGES: &[&str] = &[
    "/requests.xlsx",
    "/requests.csv",
    "/requests/{id}/{noun}",
    "/assets/{name}",
    "/events",
    "/healthz",
    "/readyz",
    "/metrics",
    "/session-state",
    "/sw.js",
];

/// A town with a request at every kind of place where a page could show one.
async fn busy_town() -> (Town, String) {
    let town = town().await;
    let id = raised(&town.resident()).await;
    let note = json!({ "note": "A van is needed" });
    for _ in 0..3 {
        raised(&town.resident()).await;
    }
    let far = raised(&town.second_resident()).await;
    does(&town.worker(), &far, "acceptance", json!({})).await.with(200);
    does(&town.worker(), &far, "escalation", note).await.with(200);
    let dispatch = json!({ "unit": PROPERTY.to_string() });
    does(&town.officer(), &far, "dispatch", dispatch).await.with(200);
    retires_roads(&town).await;
    (town, id)
}

#[tokio::test]
async fn every_page_is_drawn_in_both_languages() {
    let (town, id) = busy_town().await;
    let mut drawn = 0;
    for route in town.routes.iter().filter(|route| route.method == Method::GET) {
        let path = route.path.as_str();
        if NO_PAGES.contains(&path) || path.starts_with("/api/") || path.contains("{hash}") {
            continue;
        }
        // A link that serves once is drawn by the stories that make one.
        if path.contains("{token}") {
            continue;
        }
        let Some(path) = filled(&town, path, &id) else {
            panic!("{path}: say in `filled` what stands for its parts");
        };
        let reader = reader_of(&town, &path).await;
        for (person, lang) in [(reader.clone(), "zh-CN"), (reader.in_english(), "en")] {
            let page = person.opens(&path).await.with(200).body;
            looks_like_a_page(&path, &page, lang);
        }
        drawn += 1;
    }
    assert!(drawn > 20, "only {drawn} pages: where are the others?");
}

#[tokio::test]
async fn large_letters_are_for_whoever_wants_them() {
    let town = town().await;
    let guest = town.guest();
    assert!(!guest.opens("/").await.body.contains("class=\"large\""));
    guest.keeps("large", "1");
    assert!(guest.opens("/").await.body.contains("<html lang=\"zh-CN\" class=\"large\""));
}

/// An address with something real in place of each part.
fn filled(town: &Town, path: &str, id: &str) -> Option<String> {
    // Nothing lies under a building.
    let area = if path.starts_with("/areas") { COMMUNITY } else { BUILDING };
    let path = path.replace("{area}", area);
    let path = if path == "/rates/list" { format!("{path}?measure=raised") } else { path };
    let thing = match path.split('/').nth(1)? {
        "requests" => id.to_owned(),
        "people" => town.worker().id.unwrap().to_string(),
        "units" => PROPERTY.to_string(),
        _ => String::new(),
    };
    let path = path.replace("{id}", &thing);
    let path = path.replace("{kind}", "categories").replace("{row}", "new");
    let path = path.replace("{version}", "2");
    (!path.contains('{')).then_some(path)
}

/// Somebody of the town who may read the page.
async fn reader_of(town: &Town, path: &str) -> Person {
    let staff = Town::staff().map(|(name, _)| town.person(name));
    for person in std::iter::once(town.guest()).chain([town.resident()]).chain(staff) {
        if person.opens(path).await.status == 200 {
            return person;
        }
    }
    panic!("nobody may read {path}");
}

fn looks_like_a_page(path: &str, page: &str, lang: &str) {
    assert!(page.contains(&format!("<html lang=\"{lang}\"")), "{path} speaks {lang}: {page}");
    assert_eq!(page.matches("<h1").count(), 1, "{path} has one heading of the first rank");
    assert!(page.contains("<main id=\"main\""), "{path} has a main part");
    assert_eq!(page.matches("<main").count(), 1, "{path} has one main part");
    assert!(!page.contains("{{") && !page.contains("{%"), "{path} shows its template");
    for form in page.split("<form").skip(1) {
        let form = form.split("</form>").next().unwrap_or_default();
        if form.contains("method=\"post\"") {
            assert!(form.contains("name=\"csrf\""), "{path}: a form is ours: {form}");
        }
    }
    // Where names are kept in both languages, both are shown.
    let is_about_names = ["/areas", "/units", "/office/rules/categories"]
        .iter()
        .any(|start| path.starts_with(start));
    if lang == "en" && !is_about_names {
        let shown = text_of(page).replace("中文", "").replace("五微", "");
        let foreign: String =
            shown.chars().filter(|c| ('\u{4E00}'..'\u{9FFF}').contains(c)).collect();
        // What people wrote stays as they wrote it.
        let written = "三楼楼道里堆着装修垃圾上下楼要侧着身子走单元门口";
        let left: String = foreign.chars().filter(|c| !written.contains(*c)).collect();
        assert!(left.is_empty(), "{path} says in Chinese what it should say in English: {left}");
    }
}

/// What stands between the tags.
fn text_of(page: &str) -> String {
    page.split('<').filter_map(|part| part.split_once('>').map(|(_, text)| text)).collect()
}
