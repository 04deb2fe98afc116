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
    pub fn deposit(&mut self) -> Result<(), Vec<u8>> {
        Ok(())
    }

    #[receive]
    #[payable]
    pub fn receive(&mut self) -> Result<(), Vec<u8>> {
        Ok(())
    }

    #[fallback]
    pub fn fallback(&mut self, data: &[u8]) -> Result<Vec<u8>, Vec<u8>> {
        Ok(data.to_vec())
    }
}

fn main() {}
