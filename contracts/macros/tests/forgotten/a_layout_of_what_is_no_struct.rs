use portcullis::StorageLayout;

#[derive(StorageLayout)]
pub enum Side {
    In,
    Out,
}

#[derive(StorageLayout)]
pub struct Pair(u64, u64);

fn main() {}
