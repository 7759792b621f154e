//! Who may call what: every route of the table, tried by every post, a resident and nobody. There
//! is no way to add a route without a line in this table, so none goes untried.

use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, header};
use domain::actor::{Post, Verb};
use domain::id::RequestId;
use server::identity;
use server::web::{Access, Route};

use crate::town::{Person, Town};

/// Who tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Caller {
    Nobody,
    /// Whoever has shown the receipt of a request, and has no account.
    Pass,
    Resident,
    Holder(Post),
}

/// What the guard does with a call.
#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    LetThrough,
    MustSignIn,
    Forbidden,
}

#[tokio::test]
async fn every_route_lets_in_whom_its_table_names_and_nobody_else() {
    let town = Town::new().await;
    let posts: Vec<Post> = Town::staff().map(|(_, post)| post).collect();
    assert!(Post::all().all(|post| posts.contains(&post)), "the town lacks a post");
    let mut visited = 0;
    for route in town.routes.iter() {
        tries(&town.guest(), Caller::Nobody, route).await;
        tries(&pass(&town).await, Caller::Pass, route).await;
        tries(&town.resident(), Caller::Resident, route).await;
        for (name, post) in Town::staff() {
            tries(&town.person(name), Caller::Holder(post), route).await;
        }
        visited += 1;
    }
    assert_eq!(visited, town.routes.len());
    assert!(visited > 30, "only {visited} routes: where are the others?");
}

#[tokio::test]
async fn every_route_for_programs_is_described_and_nothing_else_is() {
    let town = Town::new().await;
    let described = town.guest().opens("/api/v1/openapi.json").await.with(200).json();
    assert!(described["openapi"].as_str().unwrap().starts_with("3.1"));
    let mut count = 0;
    for (path, item) in described["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            let method: Method = method.to_uppercase().parse().unwrap();
            let is_there = |route: &&Route| route.method == method && &route.path == path;
            assert!(town.routes.iter().any(|route| is_there(&route)), "{method} {path}");
            count += 1;
        }
    }
    let api = town.routes.iter().filter(|route| route.path.starts_with("/api/v1/"));
    assert_eq!(api.count(), count, "a route for programs is not described");
    assert!(count > 0);
}

#[tokio::test]
async fn an_administrator_reaches_no_page_about_requests() {
    let town = Town::new().await;
    let sees = [Verb::See, Verb::SeeMasked, Verb::WorkInGrid, Verb::WorkAtCommunityDesk];
    for route in town.routes.iter() {
        let Access::Any(verbs) = route.access else { continue };
        let of_requests = verbs.iter().any(|verb| sees.contains(verb));
        assert!(!of_requests || !verbs.contains(&Verb::Administer), "{}", route.path);
    }
}

async fn tries(person: &Person, caller: Caller, route: &Route) {
    let path = sample(&route.path);
    let mut request = Request::builder().method(route.method.clone()).uri(&path);
    if route.path.starts_with("/api/") {
        // A program without a body and without a key does nothing beyond the guard.
        if let Some(token) = signed_in(person).await {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
    } else if route.method == Method::POST {
        // And neither does a form that comes from another site.
        request = request.header("sec-fetch-site", "cross-site");
    }
    let response = person.sends(request, Body::empty()).await;
    let expected = expected(route.access, caller);
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let leads = headers.get(header::LOCATION).map_or("", |path| path.to_str().unwrap());
    let verdict = match status {
        401 => Verdict::MustSignIn,
        303 if leads.starts_with("/sign-in?next=") => Verdict::MustSignIn,
        // Beyond the guard a 403 has another reason, such as a forged form.
        403 if is_guard(response).await => Verdict::Forbidden,
        _ => Verdict::LetThrough,
    };
    let (method, path) = (&route.method, &route.path);
    assert_eq!(verdict, expected, "{method} {path} by {caller:?}: {status}");
}

/// The token of this browser's session; a person who has none by now signs in.
async fn signed_in(person: &Person) -> Option<String> {
    person.keeping_session().await.token()
}

/// A browser that has shown the receipt of a request.
async fn pass(town: &Town) -> Person {
    let (guest, now) = (town.guest(), town.app.now());
    let open = move |tx: &mut db::Tx, street| {
        let caller = domain::actor::Caller::Pass(RequestId(1));
        identity::open(tx, street, caller, ("page", ""), now)
    };
    guest.keeps("session", &town.write(open).await.unwrap().token.text());
    guest
}

fn expected(access: Access, caller: Caller) -> Verdict {
    match (access, caller) {
        (Access::Everyone, _) => Verdict::LetThrough,
        (_, Caller::Nobody) => Verdict::MustSignIn,
        (Access::Known, _) => Verdict::LetThrough,
        (_, Caller::Pass) => Verdict::MustSignIn,
        (Access::SignedIn, _) => Verdict::LetThrough,
        (Access::Any(_), Caller::Resident) => Verdict::Forbidden,
        (Access::Any(verbs), Caller::Holder(post)) => {
            let may = verbs.iter().any(|verb| post.verbs().contains(verb));
            if may { Verdict::LetThrough } else { Verdict::Forbidden }
        }
    }
}

async fn is_guard(response: axum::response::Response) -> bool {
    let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    let body = String::from_utf8_lossy(&body);
    body.contains(r#""code":"forbidden""#) || body.contains("您的岗位不办理这一项")
}

/// An address of this route: with an id that nothing has, and an area of the town.
fn sample(path: &str) -> String {
    let sample = |part: &str| match part {
        "{area}" => crate::town::COMMUNITY.to_owned(),
        part if part.starts_with('{') => "0000000000001".to_owned(),
        part => part.to_owned(),
    };
    path.split('/').map(sample).collect::<Vec<_>>().join("/")
}
