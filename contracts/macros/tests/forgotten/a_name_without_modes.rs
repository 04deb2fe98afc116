extern crate alloc;
use portcullis::{guarded, GuardError};
use stylus_sdk::{prelude::*, storage::StorageU256};

#[portcullis::entrypoint]
#[storage]
pub struct Vault {
    total: StorageU256,
}

const SOLVENCY: portcullis::core_types::mode::GuardId = portcullis::core_types::mode::GuardId::of::<1>();

#[guarded]
#[public]
impl Vault {
    #[guard(enter(SOLVENCY: Ok::<(), GuardError>(())))]
    pub fn withdraw(&mut self) -> Result<(), Vec<u8>> {
        Ok(())
    }
}

fn main() {}
