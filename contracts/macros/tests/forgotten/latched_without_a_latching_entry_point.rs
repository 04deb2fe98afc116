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
    #[guard(latch)]
    pub fn deposit(&mut self) -> Result<bool, Vec<u8>> {
        Ok(true)
    }
}

fn main() {}
