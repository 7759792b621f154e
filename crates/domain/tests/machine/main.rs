//! The machine of requests: its printed table, its laws under whatever people try, its rules one by
//! one.

mod cast;
mod ladder;
mod laws;
mod measures;
mod rules;
mod states;
mod traces;
