//! What programs may ask of the rules, and change.

use crate::web::Routes;

pub(super) fn routes() -> Routes {
    Routes::new()
}
