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
    #[guard]
    pub fn deposit(&mut self) -> Result<(), Vec<u8>> {
        Ok(())
    }

    #[guard(keep())]
    pub fn withdraw(&mut self) -> Result<(), Vec<u8>> {
        Ok(())
    }

    #[guard(enter)]
    pub fn borrow(&mut self) -> Result<(), Vec<u8>> {
        Ok(())
    }

    #[guard(outflow())]
    pub fn repay(&mut self) -> Result<(), Vec<u8>> {
        Ok(())
    }

    #[guard(outflow(asset, amount, fee))]
    pub fn sweep(&mut self) -> Result<(), Vec<u8>> {
        Ok(())
    }
}

fn main() {}
