//! Everything that the hub may revert with.

use alloy_primitives::Address;
use portcullis::{error_set, errors, GuardError};

errors! {
    /// The caller is no client.
    NotClient(caller: Address);
    /// 0 increases risk, 1 decreases it, 2 reduces the caller's own, 3 withdraws within a limit.
    UnknownKind(kind: u8);
}

error_set! {
    /// A refusal: of the hub itself, or of a guard.
    HubError {
        NotClient,
        UnknownKind,
        GuardError,
    }
}
