//! The pages of this slice: the door, one's own account, the first start, administration.

mod areas;
mod door;
mod form;
mod links;
mod own;
mod people;
mod posts;
mod units;

use axum::http::{HeaderMap, header};
use axum::response::Response;

use super::Defaults;
use super::session::Opened;
use crate::App;
use crate::web::visit::COOKIE;
use crate::web::{Routes, cookies, see_other};

pub(super) fn routes(defaults: Defaults) -> Routes {
    Routes::new()
        .and(door::routes())
        .and(own::routes())
        .and(links::routes(defaults))
        .and(people::routes())
        .and(posts::routes())
        .and(areas::routes())
        .and(units::routes())
}

/// A redirect that takes the cookie of a new session along.
fn led_in(app: &App, opened: &Opened, path: &str) -> Response {
    let secure = app.options.secure;
    let cookie = cookies::set(COOKIE, &opened.token.text(), opened.seconds, secure);
    let mut response = see_other(path);
    response.headers_mut().append(header::SET_COOKIE, cookie);
    response
}

/// `text` if it leads to a page of ours, else nothing. `//host` and `/\host` lead elsewhere.
fn local(text: &str) -> Option<&str> {
    let plain = |letter: char| letter.is_ascii_graphic() && letter != '\\';
    let fits = text.starts_with('/') && !text.starts_with("//") && text.len() <= 500;
    (fits && text.chars().all(plain)).then_some(text)
}

/// What kind of device sends these headers, in two words: enough to know one's own again, and too
/// little to tell people apart.
pub(super) fn device(headers: &HeaderMap) -> String {
    const SYSTEMS: &[(&str, &str)] = &[
        ("Harmony", "HarmonyOS"),
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS", "Mac"),
        ("Linux", "Linux"),
    ];
    const PROGRAMS: &[(&str, &str)] = &[
        ("MicroMessenger", "WeChat"),
        ("Edg", "Edge"),
        ("Firefox", "Firefox"),
        ("Chrome", "Chrome"),
        ("Safari", "Safari"),
        ("curl", "curl"),
    ];
    let agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
    let agent = agent.unwrap_or_default();
    let known = |list: &[(&str, &'static str)]| {
        list.iter().find(|(sign, _)| agent.contains(sign)).map(|&(_, name)| name)
    };
    let names: Vec<_> = [known(SYSTEMS), known(PROGRAMS)].into_iter().flatten().collect();
    names.join(" · ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_ours_lead_on() {
        for path in ["/", "/inbox", "/requests/0?x=%20&y", "/a#b"] {
            assert_eq!(local(path), Some(path));
        }
        for path in ["", "inbox", "//evil.example", "/\\evil.example", "https://evil.example"] {
            assert_eq!(local(path), None, "{path}");
        }
        assert_eq!(local("/a\r\nSet-Cookie: x"), None);
        assert_eq!(local("/空"), None);
    }

    #[test]
    fn a_device_is_known_by_two_words() {
        let mut headers = HeaderMap::new();
        assert_eq!(device(&headers), "");
        let agent = "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Chrome/130 Mobile";
        headers.insert(header::USER_AGENT, agent.parse().unwrap());
        assert_eq!(device(&headers), "Android · Chrome");
    }
}
