extern crate alloc;
use alloy_primitives::{Address, U256};
use portcullis::{asset, guarded, invariant::check};
use stylus_sdk::{prelude::*, storage::StorageU256};

#[portcullis::entrypoint]
#[storage]
pub struct Vault {
    owed: StorageU256,
}

#[guarded]
#[public]
impl Vault {
    #[guard(keep(check(|vm| {
        let _held: U256 = asset::held(vm, Address::ZERO)?;
        Ok(())
    })))]
    pub fn withdraw(&mut self) -> Result<(), Vec<u8>> {
        Ok(())
    }
}

fn main() {}
