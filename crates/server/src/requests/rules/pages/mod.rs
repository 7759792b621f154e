//! The pages of rules for the office.

use crate::web::Routes;

pub(super) fn routes() -> Routes {
    Routes::new()
}
