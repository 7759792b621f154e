//! The program as people run it: what it is told and what it says, and what outlasts its end.

mod import;
mod kill;
mod running;
mod told;
