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
    #[exempt]
    pub fn sweep(&mut self) -> Result<(), Vec<u8>> {
        Ok(())
    }

    #[exempt("todo")]
    pub fn skim(&mut self) -> Result<(), Vec<u8>> {
        Ok(())
    }

    #[exempt("  no reason  ")]
    pub fn burn(&mut self) -> Result<(), Vec<u8>> {
        Ok(())
    }

    #[exempt("Überfällig")]
    pub fn long_enough(&mut self) -> Result<(), Vec<u8>> {
        Ok(())
    }

    #[exempt("überfäll")]
    pub fn longer_in_bytes_only(&mut self) -> Result<(), Vec<u8>> {
        Ok(())
    }
}

fn main() {}
