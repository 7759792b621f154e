//! One test binary: stories that people live through HTTP, and the rules of the source itself.

mod api_journey;
mod api_story;
mod every_route;
mod identity;
mod town;
