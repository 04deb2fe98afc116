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
    #[guard(lock)]
    pub fn deposit(&mut self) -> bool {
        true
    }

    #[guard(lock)]
    #[exempt("guarded twice over")]
    pub fn withdraw(&mut self) -> Result<(), Vec<u8>> {
        Ok(())
    }

    #[constructor]
    #[guard(lock)]
    pub fn constructor(&mut self) -> Result<(), Vec<u8>> {
        Ok(())
    }
}

fn main() {}
