extern crate alloc;
use portcullis::guarded;
use stylus_sdk::{prelude::*, storage::StorageU256};

#[portcullis::entrypoint]
#[storage]
pub struct Vault {
    total: StorageU256,
}

#[guarded]
#[public]
impl Vault {
    #[guard(outflow(alloy_primitives::Address::ZERO))]
    pub fn withdraw(&mut self) -> Result<(), Vec<u8>> {
        Ok(())
    }
}

fn main() {}
