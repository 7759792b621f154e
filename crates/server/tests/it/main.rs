//! One test binary: stories that people live through HTTP, and the rules of the source itself.

mod administration;
mod every_route;
mod identity;
mod town;
