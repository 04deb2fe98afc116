//! Everything that the bridge may revert with.

use alloy_primitives::{Address, B256, U256};
use portcullis::{error_set, errors, GuardError};

errors! {
    /// None, a zero or repeated address, or a threshold outside `1..=validators`.
    InvalidValidators();
    /// The root is acceptable already, or zero.
    RootNotNew(root: B256);
    /// Not a whole number of signatures, or one that is malformed or recovers to nobody.
    InvalidSignature(index: U256);
    /// The signer is no validator, or does not come after the one before it.
    InvalidSigner(index: U256, signer: Address);
    /// Fewer signatures than the threshold.
    TooFewSignatures(given: U256, needed: U256);
    /// The root that the message is proven under is not acceptable; zero when it is proven under none.
    NotAcceptable(leaf: B256, root: B256);
    /// The message was paid before.
    AlreadyProcessed(leaf: B256);
    /// The amount is zero, or nothing of it arrived.
    NothingDeposited();
    /// Nobody would receive the deposit.
    ZeroRecipient();
    /// The message asks for more than the bridge owes in the asset.
    MoreThanOwed(asset: Address, requested: U256, owed: U256);
    /// More would be owed than a number can hold.
    AmountTooLarge(asset: Address);
}

error_set! {
    /// A refusal: of the bridge itself, or of a guard and what else both builds use of the library.
    BridgeError {
        InvalidValidators,
        RootNotNew,
        InvalidSignature,
        InvalidSigner,
        TooFewSignatures,
        NotAcceptable,
        AlreadyProcessed,
        NothingDeposited,
        ZeroRecipient,
        MoreThanOwed,
        AmountTooLarge,
        GuardError,
    }
}
