//! No transition starts inside another of the same contract, and what is asked in the middle of one says so.
//!
//! # Design
//! - In transient storage: about 200 gas, nothing to clean up, and a revert takes it back.
//! - One lock for the whole contract. A lock for each function is open to a call back into another.
//! - The lock is left again whatever the body returns, so two transitions of one transaction follow each other.
//! - **Views do not take it**: a contract that is called by this one may read it. A view that others price by asks [`require_settled`],
//!   as what it would say in the middle of a transition is half of the truth. `#[guarded]` writes it where a view is marked `#[settled]`.
//! - The contracts of one protocol share a lock by [`crate::shared_lock`].
//!
//! # The attack
//! A token or a recipient calls back in the middle of a transition, when what is held and what is owed do not agree yet. Or it calls a third contract,
//! which asks this one for a price that holds only for that moment.

use crate::{errors, sdk, GuardError};
use alloy_primitives::B256;
use stylus_sdk::keccak_const::Keccak256;

errors! {
    /// The call came from inside another call of this contract.
    Reentered();
    /// The contract is in the middle of a transition, and what was asked for is not settled.
    InTransition();
}

const SLOT: B256 = B256::new(Keccak256::new().update(b"portcullis.lock").finalize());

/// The contract's lock, taken. It is left when this is dropped.
#[derive(Debug, PartialEq, Eq)]
pub struct Held(());

impl Held {
    /// Takes the lock.
    ///
    /// # Errors
    /// [`Reentered`] when it is taken.
    pub fn take() -> Result<Self, GuardError> {
        if is_held() {
            return Err(Reentered {}.into());
        }
        sdk::transient_store(&SLOT, &B256::with_last_byte(1));
        Ok(Self(()))
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        sdk::transient_store(&SLOT, &B256::ZERO);
    }
}

/// Runs `body` under the contract's lock.
///
/// # Errors
/// [`Reentered`] when the lock is taken, else what the body returns.
pub fn nonreentrant<T, E: From<GuardError>>(body: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    let _held = Held::take()?;
    body()
}

/// Whether the contract is in the middle of a transition.
#[must_use]
pub fn is_held() -> bool {
    sdk::transient_load(&SLOT) != B256::ZERO
}

/// Requires that it is not. For views that others price by.
///
/// # Errors
/// [`InTransition`].
pub fn require_settled() -> Result<(), GuardError> {
    if is_held() {
        return Err(InTransition {}.into());
    }
    Ok(())
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

    #[test]
    fn a_refused_entry_does_not_leave_the_lock_of_the_one_that_holds_it() {
        let held = Held::take();
        assert_eq!(Held::take(), Err(Reentered {}.into()));
        assert_eq!(Held::take(), Err(Reentered {}.into()));
        drop(held);
        assert!(Held::take().is_ok());
    }

    #[test]
    fn what_is_asked_in_the_middle_of_a_transition_is_not_settled() {
        assert_eq!(require_settled(), Ok(()));
        let inside = nonreentrant(|| Ok::<_, GuardError>((is_held(), require_settled())));
        assert_eq!(inside, Ok((true, Err(InTransition {}.into()))));
        assert_eq!((is_held(), require_settled()), (false, Ok(())));
    }
}
