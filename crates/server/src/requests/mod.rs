//! Requests.
pub fn routes() -> crate::web::Routes { crate::web::Routes::new() }
