extern crate alloc;

use stylus_sdk::{prelude::*, storage::StorageU256};

#[portcullis::entrypoint]
#[entrypoint]
#[storage]
pub struct Vault {
    total: StorageU256,
}

fn main() {}
