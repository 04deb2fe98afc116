//! What reports are made of, as the replay of incidents and the simulation of a patch write them: a picture of values over time, amounts as people
//! read them, cells of Markdown.
//!
//! # Design
//! - Pure functions from plain structs to strings: whoever measured fills the structs, nothing here runs a chain.
//! - The same input gives the same bytes, so that a committed picture changes only when a result does.
//!
//! # Trust assumptions
//! - None: text is escaped, and a number that is not finite is left out.

pub mod amount;
mod axis;
mod drawing;
pub mod markdown;
mod marks;
mod model;
mod panel;
mod style;
mod svg;

pub use drawing::svg;
pub use model::{Mark, Panel, Picture, Role, Series, Unit};
