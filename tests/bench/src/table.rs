//! The table: its rows and what stands in them. The names of the fields are the keys of `benchmarks/gas.json`; they do not change.

use crate::measure::Measured;
use crate::scenario::Group;
use embedded_chain::Config;
use serde::{Deserialize, Serialize};

/// Everything that was measured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// The version of ArbOS whose prices hold.
    pub arbos_version: u64,
    /// What compiled the programs. Another compiler makes other programs.
    pub compiler: Option<String>,
    /// The rows, in the order of the list of scenarios.
    pub rows: Vec<Row>,
}

/// One operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Its name for machines.
    pub id: String,
    /// What it is compared with.
    pub group: Group,
    /// Its name for people.
    pub name: String,
    /// Whose code it is.
    pub by: String,
    /// Gas; of a program, with it in the cache.
    pub gas: Gas,
    /// Gas of a program that is not in the cache.
    pub uncached: Option<Uncached>,
    /// Words of storage.
    pub words: Words,
    /// The code's size in bytes.
    pub size: Size,
    /// What the guard adds to the code's size.
    pub size_added: Option<SizeAdded>,
}

/// Gas of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gas {
    /// Of the whole transaction, refunds taken off.
    pub total: u64,
    /// Without the 21,000, without calldata, and before refunds.
    pub execution: u64,
    /// Refunded for words that were cleared.
    pub refunded: u64,
    /// More than the same call unguarded. None where there is no such call.
    pub added: Option<i64>,
    /// The part of `added` that is paid before the program's first instruction, for the guard's WASM.
    pub added_start: Option<i64>,
}

/// Gas of a program that is not in the cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Uncached {
    /// Of the whole transaction.
    pub total: u64,
    /// More than the same call unguarded.
    pub added: Option<i64>,
}

/// Distinct words of storage, in every contract that took part. Transient storage is not counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words {
    /// That were read.
    pub read: u64,
    /// That were written.
    pub written: u64,
    /// More than in the same call unguarded.
    pub added_read: Option<i64>,
    /// More than in the same call unguarded.
    pub added_written: Option<i64>,
}

/// The size of a contract's code in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Size {
    /// Of a program, its WASM; else the bytecode on chain.
    pub raw: u64,
    /// Of a program, its code on chain.
    pub compressed: Option<u64>,
}

/// The difference of two sizes in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SizeAdded {
    /// WASM or bytecode.
    pub raw: i64,
    /// Of a program, its code on chain.
    pub compressed: Option<i64>,
}

/// A scenario that was not measured because its peer was not fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// Which.
    pub id: String,
}

impl Table {
    /// A table of rows that were measured on this tree's chain.
    #[must_use]
    pub fn new(compiler: Option<String>, rows: Vec<Row>) -> Self {
        Self {
            arbos_version: Config::default().arbos_version,
            compiler,
            rows,
        }
    }

    /// The row of this name.
    #[must_use]
    pub fn row(&self, id: &str) -> Option<&Row> {
        self.rows.iter().find(|row| row.id == id)
    }

    /// What is written to `benchmarks/gas.json`.
    ///
    /// # Panics
    /// Never: every field is a number, a string or a list of them.
    #[must_use]
    pub fn to_json(&self) -> String {
        let json = serde_json::to_string_pretty(self).expect("numbers and strings");
        format!("{json}\n")
    }

    /// Reads what [`Table::to_json`] wrote.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn from_json(json: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(json)
    }
}

impl Row {
    /// The row of a call and of the same call unguarded.
    #[must_use]
    pub fn new(
        id: &str,
        group: Group,
        name: &str,
        by: &str,
        guarded: &Measured,
        baseline: Option<&Measured>,
    ) -> Self {
        let cost = guarded.cost;
        Self {
            id: id.to_owned(),
            group,
            name: name.to_owned(),
            by: by.to_owned(),
            gas: Gas {
                total: cost.total,
                execution: cost.execution,
                refunded: cost.refunded,
                added: baseline.map(|b| difference(cost.total, b.cost.total)),
                added_start: baseline.and_then(|b| Some(difference(guarded.start?, b.start?))),
            },
            uncached: guarded.uncached.map(|uncached| Uncached {
                total: uncached.total,
                added: baseline
                    .and_then(|b| b.uncached)
                    .map(|b| difference(uncached.total, b.total)),
            }),
            words: Words {
                read: cost.words_read,
                written: cost.words_written,
                added_read: baseline.map(|b| difference(cost.words_read, b.cost.words_read)),
                added_written: baseline.map(|b| difference(cost.words_written, b.cost.words_written)),
            },
            size: guarded.size,
            size_added: baseline.map(|b| SizeAdded {
                raw: difference(guarded.size.raw, b.size.raw),
                compressed: guarded
                    .size
                    .compressed
                    .and_then(|size| Some(difference(size, b.size.compressed?))),
            }),
        }
    }
}

/// Invariant: gas and sizes are far below 2^63, so neither conversion wraps.
fn difference(more: u64, less: u64) -> i64 {
    more as i64 - less as i64
}
