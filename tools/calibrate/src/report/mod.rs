//! What was found: [`text`] for people, [`json`] for programs.

pub mod json;
mod table;
pub mod text;
