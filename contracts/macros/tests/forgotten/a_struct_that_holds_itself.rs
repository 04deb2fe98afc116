extern crate alloc;
use portcullis::StorageLayout;
use stylus_sdk::{
    prelude::*,
    storage::{StorageMap, StorageU256},
};

#[storage]
#[derive(StorageLayout)]
pub struct Tree {
    value: StorageU256,
    children: StorageMap<u64, Tree>,
}

fn main() {}
