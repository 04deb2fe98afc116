//! Calibration: from a history of flows to settings of the limiters, with what each of them costs.
//!
//! A limit has two costs: honest people whom it refuses, and what a thief takes although it is there. This crate reads a
//! history, finds for each shape of limiter the smallest limit that keeps to a budget of refusals, and says what could be
//! taken under it. `docs/CALIBRATION.md` is the same for a person who wants to use it.
//!
//! - [`history`]: reads the CSV, and refuses it with line and column.
//! - [`shape`]: the limiters that are tried, alone and together, and their bounds.
//! - [`replay`]: what a setting refuses of a history. `portcullis-core` decides, as it does on chain.
//! - [`need`]: the smallest limit that each withdrawal needs.
//! - [`tail`]: how the largest needs go on beyond what was seen.
//! - [`confidence`]: what a number of transactions can say about a rare event.
//! - [`fit`]: the three together: a suggestion, and how it does on the part of the history that it was not fitted to.
//! - [`incidents`]: three robberies, under a suggestion.
//! - [`analysis`]: all of it for a file; [`report`] and [`picture`] show it to people and programs.
//! - [`sample`]: the history that comes with the crate, which is synthetic.
//!
//! # Design
//! - **The limiters themselves decide** what would have been refused, and their own `bound` says what could be taken. What is
//!   worked out beside them ([`need`]) only proposes limits, and tests hold it against them.
//! - **Floating point only where statistics are**, and through `libm`, so that every machine prints the same. Amounts are
//!   integers from the file to the setting.
//! - **What the history cannot say is said to be so**, with the number that it can say.
//!
//! # Trust assumptions
//! - The history is honest: an attack within it is fitted like everybody else.

pub mod analysis;
pub mod confidence;
pub mod dice;
pub mod fit;
pub mod history;
pub mod human;
pub mod incidents;
pub mod need;
pub mod picture;
pub mod replay;
pub mod report;
pub mod sample;
pub mod shape;
pub mod tail;
