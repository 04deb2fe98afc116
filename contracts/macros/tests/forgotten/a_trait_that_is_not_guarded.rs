extern crate alloc;
use portcullis::guarded;
use stylus_sdk::{prelude::*, storage::StorageU256};

#[portcullis::entrypoint]
#[storage]
pub struct Vault {
    total: StorageU256,
}

#[public]
pub trait Owned {
    fn hand_over(&mut self) -> Result<(), Vec<u8>>;
}

#[guarded]
#[public]
#[implements(Owned)]
impl Vault {
    #[guard(lock)]
    pub fn deposit(&mut self) -> Result<(), Vec<u8>> {
        Ok(())
    }
}

#[public]
impl Owned for Vault {
    fn hand_over(&mut self) -> Result<(), Vec<u8>> {
        Ok(())
    }
}

fn main() {}
