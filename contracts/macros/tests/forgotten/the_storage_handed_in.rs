extern crate alloc;
use core::borrow::BorrowMut;
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
    pub fn deposit<S: TopLevelStorage + BorrowMut<Self>>(_: &mut S) -> Result<(), Vec<u8>> {
        Ok(())
    }

    pub fn withdraw<S: TopLevelStorage + BorrowMut<Self>>(_: &mut S) -> Result<(), Vec<u8>> {
        Ok(())
    }

    pub fn borrow(self: &mut Self) -> Result<(), Vec<u8>> {
        Ok(())
    }
}

fn main() {}
