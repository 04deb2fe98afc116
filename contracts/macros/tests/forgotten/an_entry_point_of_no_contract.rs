extern crate alloc;

#[portcullis::entrypoint]
pub enum Vault {
    Open,
}

#[portcullis::entrypoint]
pub struct Market<Asset> {
    asset: Asset,
}

#[portcullis::entrypoint(lock)]
pub struct Treasury {}

#[portcullis::entrypoint]
#[stylus_sdk::prelude::entrypoint]
pub struct Bridge {}

fn main() {}
