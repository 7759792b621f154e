//! The table of contents: every route with who may call it. There is no other way to add one.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::handler::Handler;
use axum::http::Method;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};
use domain::actor::{Caller, Verb};
use utoipa::openapi::OpenApi;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};

use super::visit::Visit;
use crate::App;
use crate::error::Error;

/// Who may call a route. Which things they then find is for the use case to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anybody, signed in or not.
    Everyone,
    /// Whoever is signed in, or has shown the receipt of a request on this device.
    Known,
    /// Whoever is signed in.
    SignedIn,
    /// Whoever holds a post that allows one of these somewhere.
    Any(&'static [Verb]),
}

/// One line of the table.
#[derive(Clone, Debug)]
pub struct Route {
    pub method: Method,
    /// As axum writes it: `/requests/{id}`.
    pub path: String,
    pub access: Access,
}

/// Routes on their way into the router.
#[derive(Default)]
pub struct Routes {
    pages: Router<App>,
    api: OpenApiRouter<App>,
    table: Vec<Route>,
}

impl Routes {
    /// No routes yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A page to read.
    #[must_use]
    pub fn get<H, T>(self, access: Access, path: &str, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        self.page(Method::GET, access, path, get(handler))
    }

    /// A form to send.
    #[must_use]
    pub fn post<H, T>(self, access: Access, path: &str, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        self.page(Method::POST, access, path, post(handler))
    }

    fn page(
        mut self,
        method: Method,
        access: Access,
        path: &str,
        handler: MethodRouter<App>,
    ) -> Self {
        self.table.push(Route { method, path: path.to_owned(), access });
        self.pages = self.pages.route(path, handler);
        self
    }

    /// A handler for programs, from `routes!(handler)`; its path is below `/api/v1`.
    #[must_use]
    pub fn api(mut self, access: Access, handler: UtoipaMethodRouter<App>) -> Self {
        for (path, item) in &handler.1.paths {
            let methods = [
                (Method::GET, item.get.is_some()),
                (Method::POST, item.post.is_some()),
                (Method::DELETE, item.delete.is_some()),
            ];
            for (method, _) in methods.into_iter().filter(|&(_, is_there)| is_there) {
                self.table.push(Route { method, path: format!("/api/v1{path}"), access });
            }
        }
        self.api = self.api.routes(handler);
        self
    }

    /// These routes and those.
    #[must_use]
    pub fn and(mut self, other: Routes) -> Self {
        self.pages = self.pages.merge(other.pages);
        self.api = self.api.merge(other.api);
        self.table.extend(other.table);
        self
    }

    /// The router behind its guard, the table, and the description of what programs may call.
    pub fn build(self, app: &App, description: OpenApi) -> (Router<App>, Vec<Route>, OpenApi) {
        let with_description = OpenApiRouter::with_openapi(description);
        let (api, openapi) = with_description.nest("/api/v1", self.api).split_for_parts();
        let mut known = Known::new();
        for route in &self.table {
            let methods = known.entry(route.path.clone()).or_default();
            methods.push((route.method.clone(), route.access));
        }
        let guard = middleware::from_fn_with_state((app.clone(), Arc::new(known)), guard);
        (self.pages.merge(api).layer(guard), self.table, openapi)
    }
}

/// Who may call what, by path: each has a method or two.
type Known = HashMap<String, Vec<(Method, Access)>>;
type Guarded = (App, Arc<Known>);

/// Finds out who calls, and lets them through where the table says so.
async fn guard(State((app, table)): State<Guarded>, mut request: Request, next: Next) -> Response {
    let program = request.uri().path().starts_with("/api/");
    let visit = match Visit::of(&app, request.headers(), program).await {
        Ok(visit) => visit,
        Err(error) => return error.into_response(),
    };
    let path = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
    // What answers a GET answers a HEAD.
    let method = request.method();
    let method = if *method == Method::HEAD { &Method::GET } else { method };
    let methods = path.and_then(|path| table.get(path));
    let access = methods.and_then(|known| known.iter().find(|(known, _)| known == method));
    let access = access.map(|(_, access)| *access);
    if let Err(error) = access.map_or(Ok(()), |access| access.check(&visit)) {
        return visit.refused(&request, error);
    }
    let session = visit.clone();
    request.extensions_mut().insert(visit);
    let response = next.run(request).await;
    session.note(&app).await;
    response
}

impl Access {
    /// Whether `visit` may call.
    pub fn check(self, visit: &Visit) -> Result<(), Error> {
        let caller = visit.actor.caller;
        match self {
            Access::Everyone => Ok(()),
            Access::Known if caller != Caller::Nobody => Ok(()),
            Access::SignedIn | Access::Any(_) if !matches!(caller, Caller::Person(_)) => {
                Err(Error::SignedOut)
            }
            Access::SignedIn => Ok(()),
            Access::Any(verbs) if verbs.iter().any(|&v| visit.actor.may_somewhere(v)) => Ok(()),
            Access::Any(_) => Err(Error::Forbidden),
            Access::Known => Err(Error::SignedOut),
        }
    }
}
