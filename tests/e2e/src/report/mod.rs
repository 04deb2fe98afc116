//! The report of the incident replay: a table to read and a picture to look at.
//!
//! # Design
//! - Pure functions from plain structs to strings: a replay fills the structs, nothing here runs a chain.
//! - The same input gives the same bytes, so that a committed picture changes only when a result does.
//!
//! # Trust assumptions
//! - None: text is escaped, and a number that is not finite is left out.

pub mod amount;
mod axis;
mod marks;
mod model;
mod panel;
pub mod picture;
mod style;
mod svg;
pub mod table;

pub use model::{Mark, Panel, Picture, Role, Row, Series};
