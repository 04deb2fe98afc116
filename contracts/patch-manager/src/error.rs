//! Everything that the patch manager may revert with.

use alloy_primitives::{Address, B256};
use portcullis::{error_set, errors, GuardError};

errors! {
    /// The call is none of the settings of a guarded proxy.
    NotASetting(selector: B256);
    /// The proxy is no guarded proxy in this contract's care, or refused.
    ProxyRefused(proxy: Address);
}

error_set! {
    /// A refusal: of the manager itself, or of what it is made of.
    ManagerError {
        NotASetting,
        ProxyRefused,
        GuardError,
    }
}
