//! The report of the incident replay: a table to read and a picture to look at, which `reporting` draws.
//!
//! # Design
//! - Pure functions from plain structs to strings: a replay fills the structs, nothing here runs a chain.

pub mod table;

pub use reporting::{amount, svg, Mark, Panel, Picture, Role, Series, Unit};
pub use table::Row;
