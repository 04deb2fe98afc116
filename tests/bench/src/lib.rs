//! The gas benchmark: what every guarded operation costs on the embedded chain, beside Solidity peers on the same chain.
//!
//! # Design
//! - **A row is an entry in a list** ([`scenario::all`]): a name, and how to get to the point just before the call that is measured.
//! - **What a guard adds is a difference** of two calls that are the same but for the guard, with the same state.
//! - **Everything is counted from what happened**: gas from the receipt and the trace, words from the record of storage accesses,
//!   sizes from the code that ran. Nothing is worked out by hand.
//! - **Nothing depends on the machine.** The chain is a value, its clock is ours, and the same contracts give the same table.
//!
//! # Trust assumptions
//! - The embedded chain charges as Nitro does. Its own tests hold that against Nitro's published prices.
//! - The contracts were compiled by `scripts/contracts` from this tree. Another compiler makes other sizes and other gas.

pub mod bridge;
pub mod check;
pub mod emergency;
pub mod error;
pub mod markdown;
pub mod measure;
pub mod patch;
pub mod peer;
pub mod probe;
pub mod proxy;
pub mod scenario;
pub mod site;
pub mod table;

use error::BenchError;
use scenario::Scenario;
use table::{Skipped, Table};

/// Measures every scenario, in the order of the list.
///
/// # Errors
/// A [`BenchError`] when a scenario does not come to its end. A peer that was not fetched is skipped, which the answer says.
pub fn measure_all(
    scenarios: &[Scenario],
    compiler: Option<String>,
) -> Result<(Table, Vec<Skipped>), BenchError> {
    let mut rows = Vec::new();
    let mut skipped = Vec::new();
    for scenario in scenarios {
        match scenario.measure() {
            Ok(row) => rows.push(row),
            Err(BenchError::NotFetched(_)) => skipped.push(Skipped {
                id: scenario.id.to_owned(),
            }),
            Err(error) => return Err(error.at(scenario.id)),
        }
    }
    Ok((Table::new(compiler, rows), skipped))
}
