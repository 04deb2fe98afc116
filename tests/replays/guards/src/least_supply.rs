//! How few shares there may be.

use alloc::{vec, vec::Vec};
use alloy_primitives::U256;
use portcullis::{
    authority::Governor,
    invariant::{self, Invariant, SupplyBelowFloor, Unmet},
    sdk::VM,
};
use stylus_sdk::{prelude::*, storage::StorageU256};

/// The least supply, beside none at all.
#[storage]
pub struct LeastSupply {
    floor: StorageU256,
}

impl LeastSupply {
    /// Sets it.
    pub fn set(&mut self, _: &Governor, floor: U256) {
        self.floor.set(floor);
    }

    /// There are that many shares at the exit, or none.
    ///
    /// Unmet: [`SupplyBelowFloor`].
    pub fn kept<'a>(&'a self, supply: impl Fn() -> U256 + 'a) -> impl Invariant<Before = ()> + 'a {
        invariant::check(move |_: &VM| {
            let (supply, floor) = (supply(), self.floor.get());
            if supply.is_zero() || supply >= floor {
                return Ok(());
            }
            Err(Unmet::broken(SupplyBelowFloor { supply, floor }))
        })
    }
}
