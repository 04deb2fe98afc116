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
    pub fn total(&self) -> Result<(), Vec<u8>> {
        Ok(())
    }

    #[settled]
    pub fn price(&self) -> bool {
        true
    }

    #[settled]
    pub fn deposit(&mut self) -> Result<(), Vec<u8>> {
        Ok(())
    }

    #[settled("where it is priced by")]
    pub fn rate(&self) -> Result<(), Vec<u8>> {
        Ok(())
    }

    #[exempt("it is only a view")]
    pub fn supply(&self) -> Result<(), Vec<u8>> {
        Ok(())
    }

    #[constructor]
    #[settled]
    pub fn constructor(&mut self) -> Result<(), Vec<u8>> {
        Ok(())
    }
}

fn main() {}
