//! Everything that the savings may revert with.

use alloy_primitives::{Address, U256};
use portcullis::{error_set, errors, GuardError};

errors! {
    /// The amount is zero, or nothing of it arrived.
    NothingMoved();
    /// The account does not have that much.
    MoreThanBalance(asset: Address, requested: U256, balance: U256);
    /// More would be owed than a number can hold.
    AmountTooLarge(asset: Address);
    /// While the emergency exit is open, there is no other way in or out.
    ExitIsOpen(asset: Address);
}

error_set! {
    /// A refusal: of the savings themselves, or of a guard.
    SavingsError {
        NothingMoved,
        MoreThanBalance,
        AmountTooLarge,
        ExitIsOpen,
        GuardError,
    }
}
