//! Whether a contract whose storage lies as the new layout says finds everything where one of the old layout left it.
//!
//! # Design
//! - **By positions.** What was there stays at its slot and byte, under its name and type; nothing new lies on it. OpenZeppelin's
//!   `upgrades-core` lines lists of names up instead; its test cases come out the same here.
//! - What stands in a map's value may grow at its end, where nothing follows it. A struct inside of that, an element of an array, and a
//!   field of the contract may not, also where they are the last: what is bound to be appended is then on one side of one line.
//! - Gaps, as Solidity's libraries keep them, are bytes to take, and something has to end where a gap ended, or whoever counted on it was shifted.
//! - A rename is refused: the compiler cannot tell it from another meaning. Who means to rename keeps the name in storage.

mod change;
mod fields;
mod types;

pub use change::{Change, Difference};

use crate::model::{Layout, TypeId};
use std::collections::HashMap;

/// No list of differences is longer: a struct in a struct in a struct counts each of its places.
const MOST_DIFFERENCES: usize = 200;

/// Every difference between two layouts, in the order of the old one's places, then of the new one's.
pub fn compare(old: &Layout, new: &Layout) -> Vec<Difference> {
    let mut comparison = Comparison {
        old,
        new,
        known: HashMap::new(),
    };
    comparison.fields(&old.fields, &new.fields, None, true)
}

/// Whether the new layout may follow the old one.
pub fn compatible(differences: &[Difference]) -> bool {
    differences.iter().all(|difference| difference.change.accepted())
}

struct Comparison<'a> {
    old: &'a Layout,
    new: &'a Layout,
    /// By the types, and whether what they are may grow.
    known: HashMap<(TypeId, TypeId, bool), Vec<Difference>>,
}

/// At most so many, the refused ones first to stay.
fn shortened(differences: Vec<Difference>) -> Vec<Difference> {
    if differences.len() <= MOST_DIFFERENCES {
        return differences;
    }
    let (mut refused, accepted): (Vec<_>, Vec<_>) = differences
        .into_iter()
        .partition(|difference| !difference.change.accepted());
    refused.extend(accepted);
    let rest = refused.split_off(MOST_DIFFERENCES);
    let change = Change::More {
        accepted: compatible(&rest),
    };
    refused.push(Difference {
        path: String::new(),
        within: None,
        change,
    });
    refused
}
