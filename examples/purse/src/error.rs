//! Everything that the purse may revert with.

use alloy_primitives::{Address, U256};
use portcullis::{error_set, errors, GuardError};

errors! {
    /// It was initialised already, or is no proxy's and never will be.
    AlreadyInitialized();
    /// The holder has less.
    NotEnough(holder: Address, held: U256, needed: U256);
    /// A deposit is at least so much.
    DepositTooSmall(value: U256, least: U256);
}

error_set! {
    /// A refusal.
    PurseError {
        AlreadyInitialized,
        NotEnough,
        DepositTooSmall,
        GuardError,
    }
}
