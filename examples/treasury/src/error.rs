//! Everything that the treasury may revert with.

use alloy_primitives::{Address, U256};
use portcullis::{error_set, errors, GuardError};

errors! {
    /// The amount is zero, or nothing of it arrived.
    NothingMoved();
    /// Nobody would receive it.
    ZeroRecipient();
    /// The account does not have that much.
    MoreThanBalance(asset: Address, requested: U256, balance: U256);
    /// More would be owed than a number can hold.
    AmountTooLarge(asset: Address);
    /// A decision names throttled (2), reduce-only (3) or frozen (4).
    UnknownRung(state: u8);
    /// The list of assets ends before.
    UnknownAsset(index: u64);
}

error_set! {
    /// A refusal: of the treasury itself, or of a guard.
    TreasuryError {
        NothingMoved,
        ZeroRecipient,
        MoreThanBalance,
        AmountTooLarge,
        UnknownRung,
        UnknownAsset,
        GuardError,
    }
}
