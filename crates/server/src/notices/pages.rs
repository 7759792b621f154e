//! The pages of this slice: the inbox, one's own address, and what a street sends out.

mod address;
mod administration;
mod inbox;

use super::Subjects;
use crate::web::Routes;

pub(super) fn routes(subjects: Subjects) -> Routes {
    Routes::new()
        .and(inbox::routes(subjects))
        .and(address::routes())
        .and(administration::routes(subjects))
}
