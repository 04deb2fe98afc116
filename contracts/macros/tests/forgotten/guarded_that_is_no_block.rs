extern crate alloc;
use portcullis::guarded;

#[guarded]
pub struct Vault {
    total: u64,
}

pub struct Market;

#[guarded(lock)]
#[public]
impl Market {
    pub fn deposit(&mut self) -> Result<(), Vec<u8>> {
        Ok(())
    }
}

fn main() {}
