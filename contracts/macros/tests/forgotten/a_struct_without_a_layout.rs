extern crate alloc;
use portcullis::StorageLayout;
use stylus_sdk::{
    prelude::*,
    storage::{StorageMap, StorageU256},
};

#[storage]
pub struct Position {
    debt: StorageU256,
}

pub struct Name(u64);

impl stylus_sdk::storage::StorageKey for Name {
    fn to_slot(&self, root: alloy_primitives::B256) -> alloy_primitives::U256 {
        self.0.to_slot(root)
    }
}

#[storage]
#[derive(StorageLayout)]
pub struct Market {
    total: StorageU256,
    last: Position,
    positions: StorageMap<u64, Position>,
    names: StorageMap<Name, StorageU256>,
}

fn main() {}
