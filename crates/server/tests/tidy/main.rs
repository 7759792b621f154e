//! The rules of the house that a program can check: it reads the sources as text and names every
//! place where one is broken. `ARCHITECTURE.md` lists them, with the test that keeps each.

mod arrows;
mod domain;
mod files;
mod glossary;
mod names;
mod pages;
mod pure;
mod schema;
mod source;
mod stores;
