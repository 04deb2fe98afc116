extern crate alloc;
use alloy_primitives::U256;
use portcullis::{
    core_types::invariant::{price::Step, rate::RateBounds},
    guarded, invariant,
};
use stylus_sdk::{prelude::*, storage::StorageU256};

#[portcullis::entrypoint]
#[storage]
pub struct Vault {
    rate: StorageU256,
}

impl Vault {
    /// Would be no invariant at all: the bounds are the wrong way round.
    fn rate_stays(&self) -> Option<impl invariant::Invariant> {
        let rate = self.rate.get();
        let bounds = RateBounds::new(U256::MAX, U256::ONE, Step::new(1, 1)?)?;
        Some(invariant::rate_within(bounds, move |_| Ok(rate)))
    }
}

#[guarded]
#[public]
impl Vault {
    #[guard(keep(self.rate_stays()))]
    pub fn withdraw(&mut self) -> Result<(), Vec<u8>> {
        Ok(())
    }
}

fn main() {}
