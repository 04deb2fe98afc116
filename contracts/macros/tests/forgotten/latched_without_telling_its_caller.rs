extern crate alloc;
use portcullis::guarded;
use stylus_sdk::{prelude::*, storage::StorageU256};

#[portcullis::entrypoint(latch)]
#[storage]
pub struct Vault {
    total: StorageU256,
}

#[guarded]
#[public]
impl Vault {
    #[guard(latch)]
    pub fn deposit(&mut self) -> Result<(), Vec<u8>> {
        Ok(())
    }
}

fn main() {}
