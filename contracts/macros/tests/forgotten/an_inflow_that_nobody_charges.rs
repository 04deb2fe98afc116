extern crate alloc;
use alloy_primitives::{Address, U256};
use portcullis::{guarded, transition::Outflows, GuardError};
use stylus_sdk::{prelude::*, storage::StorageU256};

#[portcullis::entrypoint]
#[storage]
pub struct Vault {
    total: StorageU256,
}

#[guarded]
#[public]
impl Vault {
    #[guard(outflow(Address::ZERO))]
    pub fn withdraw(&mut self) -> Result<(), Vec<u8>> {
        Ok(())
    }

    #[guard(inflow(Address::ZERO))]
    pub fn deposit(&mut self) -> Result<(), Vec<u8>> {
        Ok(())
    }
}

impl Outflows for Vault {
    fn outflow(&mut self, _: Address, _: U256) -> Result<(), GuardError> {
        Ok(())
    }
}

fn main() {}
