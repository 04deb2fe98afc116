extern crate alloc;
use portcullis::guarded;
use stylus_sdk::{prelude::*, storage::StorageU256};

#[entrypoint]
#[storage]
pub struct Vault {
    total: StorageU256,
}

#[guarded]
#[public]
impl Vault {
    #[guard(lock)]
    pub fn deposit(&mut self) -> Result<(), Vec<u8>> {
        Ok(())
    }
}

fn main() {}
