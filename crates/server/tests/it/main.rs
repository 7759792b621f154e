//! One test binary: stories that people live through HTTP, and the rules of the source itself.

mod administration;
mod api_clock;
mod api_docs;
mod api_input;
mod api_journey;
mod api_lists;
mod api_photos;
mod api_story;
mod baltimore;
mod calendar;
mod every_page;
mod every_route;
mod export;
mod identity;
mod import;
mod ladder;
mod neighbours;
mod pages;
mod rates;
mod search;
mod search_scale;
mod town;
