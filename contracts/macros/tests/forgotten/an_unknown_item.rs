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
    #[guard(invariant(self.solvent()))]
    pub fn deposit(&mut self) -> Result<(), Vec<u8>> {
        Ok(())
    }

    #[guard(lock latch)]
    pub fn withdraw(&mut self) -> Result<bool, Vec<u8>> {
        Ok(true)
    }
}

fn main() {}
