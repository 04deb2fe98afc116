//! Everything that a guard may revert with.

use crate::{
    asset::{NotAToken, TransferFailed},
    authority::{NotGovernor, NotGuardian, NotPendingGovernor, ZeroAuthority},
    lock::Reentered,
    pause_guard::{GroupPaused, NotPaused, PauseNotExtended, PauseOutOfBounds, UnknownPauseGroup},
    rate_limiter::{AssetClosed, CapacityZero, RateLimited, RefillOutOfBounds},
    solvency::Insolvent,
    timelock::{DelayTooLong, OperationNotReady, OperationPending},
};

crate::error_set! {
    /// A refusal by a guard: its revert data, of one of these Solidity errors.
    GuardError {
        AssetClosed,
        CapacityZero,
        DelayTooLong,
        GroupPaused,
        Insolvent,
        NotAToken,
        NotGovernor,
        NotGuardian,
        NotPaused,
        NotPendingGovernor,
        OperationNotReady,
        OperationPending,
        PauseNotExtended,
        PauseOutOfBounds,
        RateLimited,
        Reentered,
        RefillOutOfBounds,
        TransferFailed,
        UnknownPauseGroup,
        ZeroAuthority,
    }
}
