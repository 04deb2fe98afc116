//! What comes in through a trait passes through the guards of its `impl` block, whatever types the trait has.

#![allow(missing_docs, clippy::unused_self)]

extern crate alloc;

use alloy_primitives::U256;
use portcullis::{calldata, guarded, lock, sdk::VM};
use stylus_sdk::{
    abi::{router_entrypoint, AbiType},
    prelude::*,
    storage::StorageU256,
    testing::TestVM,
};

#[public]
pub trait Plain {
    fn plain(&mut self) -> Result<U256, Vec<u8>>;
}

#[public]
pub trait Typed {
    type Error: Into<Vec<u8>>;

    fn typed(&mut self) -> Result<U256, Self::Error>;
}

#[public]
pub trait Of<Amount: AbiType> {
    type Error: Into<Vec<u8>>;

    fn of_an_amount(&mut self) -> Result<U256, Self::Error>;
}

#[portcullis::entrypoint]
#[storage]
pub struct Vault {
    word: StorageU256,
}

#[guarded]
#[public]
#[implements(Plain, Typed<Error = Vec<u8>>, Of<U256, Error = Vec<u8>>)]
impl Vault {
    #[guard(lock)]
    pub fn own(&mut self) -> Result<U256, Vec<u8>> {
        self.word.set(U256::ONE);
        locked(1)
    }
}

#[guarded]
#[public]
impl Plain for Vault {
    #[guard(lock)]
    fn plain(&mut self) -> Result<U256, Vec<u8>> {
        locked(2)
    }
}

#[guarded]
#[public]
impl Typed for Vault {
    type Error = Vec<u8>;

    #[guard(lock)]
    fn typed(&mut self) -> Result<U256, Self::Error> {
        locked(3)
    }
}

#[guarded]
#[public]
impl Of<U256> for Vault {
    type Error = Vec<u8>;

    #[guard(lock)]
    fn of_an_amount(&mut self) -> Result<U256, Self::Error> {
        locked(4)
    }
}

/// The number, under the lock.
fn locked(number: u64) -> Result<U256, Vec<u8>> {
    if lock::is_held() {
        Ok(U256::from(number))
    } else {
        Err(Vec::new())
    }
}

#[test]
fn what_comes_in_through_a_trait_is_guarded() {
    for (number, data) in [
        (1, calldata!("own")),
        (2, calldata!("plain")),
        (3, calldata!("typed")),
        (4, calldata!("ofAnAmount")),
    ] {
        let vm = VM {
            host: Box::new(TestVM::new()),
        };
        let answer = router_entrypoint::<Vault, Vault>(data, vm);
        assert_eq!(answer, Ok(U256::from(number).to_be_bytes_vec()));
        assert!(!lock::is_held());
    }
}
