//! No transition starts inside another of the same contract.
//!
//! # Design
//! - In transient storage: about 200 gas, nothing to clean up, and a revert takes it back.
//! - One lock for the whole contract. A lock for each function is open to a call back into another.
//! - Views do not take it: a contract that is called by this one may read it.
//! - The lock is left again whatever the body returns, so two transitions of one transaction follow each other.
//!
//! # The attack
//! A token or a recipient calls back in the middle of a transition, when what is held and what is owed do not agree yet.

use crate::{errors, sdk, GuardError};
use alloy_primitives::B256;
use stylus_sdk::keccak_const::Keccak256;

errors! {
    /// The call came from inside another call of this contract.
    Reentered();
}

const SLOT: B256 = B256::new(Keccak256::new().update(b"portcullis.lock").finalize());

/// Runs `body` under the contract's lock.
///
/// # Errors
/// [`Reentered`] when the lock is taken, else what the body returns.
pub fn nonreentrant<T, E: From<GuardError>>(body: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    if sdk::transient_load(&SLOT) != B256::ZERO {
        return Err(GuardError::from(Reentered {}).into());
    }
    sdk::transient_store(&SLOT, &B256::with_last_byte(1));
    let result = body();
    sdk::transient_store(&SLOT, &B256::ZERO);
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_transition_inside_another_is_refused_and_one_after_it_is_not() {
        let inside = nonreentrant(|| Ok::<_, GuardError>(nonreentrant(|| Ok::<_, GuardError>(1))));
        assert_eq!(inside, Ok(Err(Reentered {}.into())));
        assert_eq!(nonreentrant(|| Ok::<_, GuardError>(2)), Ok(2));
    }

    #[test]
    fn a_transition_that_fails_leaves_the_lock() {
        let failed: Result<(), _> = nonreentrant(|| Err(GuardError::from(Reentered {})));
        assert!(failed.is_err());
        assert_eq!(nonreentrant(|| Ok::<_, GuardError>(3)), Ok(3));
    }
}
