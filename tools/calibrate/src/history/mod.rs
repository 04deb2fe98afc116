//! A history of flows: a CSV with the columns `time`, `asset`, `in`, `out` and `account`.
//!
//! # Design
//! - **A row is a transaction.** What one account brought in and took out in it counts net, as [`portcullis_core::net`] counts it
//!   on chain; everything across rows counts gross. Rows that move nothing, or only in, meet no limiter.
//! - **The order of time is made, not demanded.** Exports of several assets come one after the other. Rows are sorted by time,
//!   and rows of one second keep the order of the file; the report says which row was the first out of order.
//! - **Nothing is guessed.** A row that cannot be read is an error that names its line and column and what is expected there.

mod error;
mod field;
mod read;

pub use error::{Expected, HistoryError};
pub use read::{read, COLUMNS};

use alloy_primitives::U256;
use portcullis_core::net::Actor;
use std::collections::HashSet;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flow {
    /// Its line in the file, from one.
    pub line: u64,
    /// Seconds since 1970.
    pub at: u64,
    /// What came in, in the smallest unit.
    pub brought_in: U256,
    /// What went out, in the smallest unit.
    pub taken_out: U256,
    /// Who moved it.
    pub account: String,
}

/// What a limiter counts of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outflow {
    /// Seconds since 1970.
    pub at: u64,
    /// What went out beyond what came in: not zero.
    pub amount: U256,
    /// The row's place among the asset's flows.
    pub flow: usize,
}

/// All rows of an asset, in the order of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssetHistory {
    /// The asset, as the file calls it.
    pub asset: String,
    /// Its rows: at least one.
    pub flows: Vec<Flow>,
}

/// A file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History {
    /// Its assets, in the order in which the file names them.
    pub assets: Vec<AssetHistory>,
    /// The first line that came before the one above it in time.
    pub first_out_of_order: Option<u64>,
}

impl AssetHistory {
    /// What the limiters are asked for, in the order of time.
    #[must_use]
    pub fn outflows(&self) -> Vec<Outflow> {
        let counted = |(flow, row): (usize, &Flow)| Outflow {
            at: row.at,
            amount: Actor {
                brought_in: row.brought_in,
                taken_out: row.taken_out,
            }
            .deficit(),
            flow,
        };
        let moved = |outflow: &Outflow| !outflow.amount.is_zero();
        self.flows.iter().enumerate().map(counted).filter(moved).collect()
    }

    /// The time of the first row and of the last.
    #[must_use]
    pub fn span(&self) -> (u64, u64) {
        let at = |flow: Option<&Flow>| flow.map_or(0, |flow| flow.at);
        (at(self.flows.first()), at(self.flows.last()))
    }

    /// How many accounts there are among the outflows at these places.
    pub fn accounts(&self, flows: impl Iterator<Item = usize>) -> usize {
        flows
            .filter_map(|flow| self.flows.get(flow))
            .map(|flow| flow.account.as_str())
            .collect::<HashSet<_>>()
            .len()
    }

    /// How many rows move nothing.
    #[must_use]
    pub fn idle_rows(&self) -> usize {
        let idle = |flow: &&Flow| flow.brought_in.is_zero() && flow.taken_out.is_zero();
        self.flows.iter().filter(idle).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flow(at: u64, brought_in: u64, taken_out: u64, account: &str) -> Flow {
        Flow {
            line: at + 2,
            at,
            brought_in: U256::from(brought_in),
            taken_out: U256::from(taken_out),
            account: account.to_owned(),
        }
    }

    #[test]
    fn a_row_counts_net_and_rows_without_an_outflow_do_not_count() {
        let history = AssetHistory {
            asset: "ETH".to_owned(),
            flows: vec![
                flow(0, 0, 0, "a"),
                flow(1, 5, 0, "b"),
                flow(2, 0, 7, "a"),
                flow(3, 4, 9, "a"),
                flow(4, 9, 9, "c"),
            ],
        };
        let outflows = history.outflows();
        let told: Vec<_> = outflows
            .iter()
            .map(|out| (out.at, out.amount, out.flow))
            .collect();
        assert_eq!(told, [(2, U256::from(7), 2), (3, U256::from(5), 3)]);
        assert_eq!(history.accounts(outflows.iter().map(|out| out.flow)), 1);
        assert_eq!((history.idle_rows(), history.span()), (1, (0, 4)));
    }
}
