//! Who may tighten and who may loosen.
//!
//! # Design
//! - The **guardian** pauses, for a bounded time. The **governor** does that too, and everything else: it lifts pauses, sets limits and
//!   names the guardian and its own successor.
//! - A right is a value. What only one of them may do takes a [`Governor`] or a [`Guardian`], which only this module
//!   makes out of the caller, and [`crate::access_managed`] for a contract that is managed; so a method that forgets to ask does not compile.
//! - The governor hands over in two steps, so that the right cannot go to an address that nobody holds.
//! - Neither is ever nobody. A contract whose guardian was removed by mistake has lost its pause.
//! - Both are arguments of the constructor: its caller is whatever deploys the contract.
//!
//! # Trust assumptions
//! - The governor is trusted with everything but the funds themselves. Its loosening of limits waits in [`crate::timelock`].
//! - The guardian can stop the contract for as long as it keeps pausing, until the governor replaces it.
//! - An address is taken as it is. A contract on the parent chain calls from its alias: name the alias.
//!
//! # The attack
//! A stolen guardian's key freezes and cannot steal. A governor's handover to a mistyped address changes nothing.

// The storage macro names both.
use crate::{errors, events, sdk, GuardError};
use alloc::{vec, vec::Vec};
use alloy_primitives::Address;
use stylus_sdk::{prelude::*, storage::StorageAddress};

events! {
    /// A successor of the governor was named.
    GovernorProposed(governor: Address, proposed: Address; );
    /// The governor changed.
    GovernorChanged(previous: Address, current: Address; );
    /// The guardian changed.
    GuardianChanged(previous: Address, current: Address; );
}

errors! {
    /// Only the governor may do this.
    NotGovernor(caller: Address);
    /// Only the guardian or the governor may do this.
    NotGuardian(caller: Address);
    /// Only the one whom the governor proposed may do this.
    NotPendingGovernor(caller: Address);
    /// The zero address can be neither governor nor guardian.
    ZeroAuthority();
}

/// The caller, who is the governor.
#[derive(Debug, PartialEq, Eq)]
pub struct Governor(Address);

/// The caller, who is the guardian or the governor.
#[derive(Debug, PartialEq, Eq)]
pub struct Guardian(Address);

impl Guardian {
    /// One whom another module of this crate asked for.
    pub(crate) fn granted(caller: Address) -> Self {
        Self(caller)
    }

    /// Who it is.
    pub fn address(&self) -> Address {
        self.0
    }
}

impl Governor {
    /// One whom another module of this crate asked for.
    pub(crate) fn granted(caller: Address) -> Self {
        Self(caller)
    }

    /// Who it is.
    pub fn address(&self) -> Address {
        self.0
    }
}

/// The governor, its successor and the guardian.
#[storage]
pub struct Authority {
    governor: StorageAddress,
    pending_governor: StorageAddress,
    guardian: StorageAddress,
}

impl Authority {
    /// Names the first governor and guardian. For a constructor: it asks nobody.
    ///
    /// # Errors
    /// [`ZeroAuthority`].
    ///
    /// # Events
    /// [`GovernorChanged`] and [`GuardianChanged`], from the zero address.
    pub fn initialize(&mut self, governor: Address, guardian: Address) -> Result<(), GuardError> {
        nonzero(governor)?;
        nonzero(guardian)?;
        self.change_governor(governor);
        self.change_guardian(guardian);
        Ok(())
    }

    /// The caller's right as the governor.
    ///
    /// # Errors
    /// [`NotGovernor`].
    pub fn governor(&self) -> Result<Governor, GuardError> {
        let caller = self.vm().msg_sender();
        if caller == self.governor.get() {
            Ok(Governor(caller))
        } else {
            Err(NotGovernor { caller }.into())
        }
    }

    /// The caller's right as the guardian, which the governor has too.
    ///
    /// # Errors
    /// [`NotGuardian`].
    pub fn guardian(&self) -> Result<Guardian, GuardError> {
        let caller = self.vm().msg_sender();
        if caller == self.guardian.get() || caller == self.governor.get() {
            Ok(Guardian(caller))
        } else {
            Err(NotGuardian { caller }.into())
        }
    }

    /// Names the guardian.
    ///
    /// # Errors
    /// [`ZeroAuthority`].
    ///
    /// # Events
    /// [`GuardianChanged`].
    pub fn set_guardian(&mut self, _by: &Governor, guardian: Address) -> Result<(), GuardError> {
        nonzero(guardian)?;
        self.change_guardian(guardian);
        Ok(())
    }

    /// Names the governor's successor, who has to accept; the zero address takes a proposal back.
    ///
    /// # Events
    /// [`GovernorProposed`].
    pub fn propose_governor(&mut self, by: &Governor, proposed: Address) {
        self.pending_governor.set(proposed);
        sdk::emit(
            self.vm(),
            GovernorProposed {
                governor: by.0,
                proposed,
            },
        );
    }

    /// Makes the caller the governor, if it was proposed.
    ///
    /// # Errors
    /// [`NotPendingGovernor`].
    ///
    /// # Events
    /// [`GovernorChanged`].
    pub fn accept_governor(&mut self) -> Result<(), GuardError> {
        let caller = self.vm().msg_sender();
        // No need to refuse the zero address: no transaction has it as its caller.
        if caller != self.pending_governor.get() {
            return Err(NotPendingGovernor { caller }.into());
        }
        self.pending_governor.set(Address::ZERO);
        self.change_governor(caller);
        Ok(())
    }

    /// Who governs.
    pub fn current_governor(&self) -> Address {
        self.governor.get()
    }

    /// Who was proposed to govern, or the zero address.
    pub fn pending_governor(&self) -> Address {
        self.pending_governor.get()
    }

    /// Who guards.
    pub fn current_guardian(&self) -> Address {
        self.guardian.get()
    }

    fn change_governor(&mut self, current: Address) {
        let previous = self.governor.get();
        self.governor.set(current);
        sdk::emit(self.vm(), GovernorChanged { previous, current });
    }

    fn change_guardian(&mut self, current: Address) {
        let previous = self.guardian.get();
        self.guardian.set(current);
        sdk::emit(self.vm(), GuardianChanged { previous, current });
    }
}

fn nonzero(address: Address) -> Result<(), GuardError> {
    if address.is_zero() {
        Err(ZeroAuthority {}.into())
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{abi::Event, fixture::last_log};
    use stylus_sdk::testing::TestVM;

    const GOVERNOR: Address = Address::repeat_byte(0x60);
    const GUARDIAN: Address = Address::repeat_byte(0x61);
    const STRANGER: Address = Address::repeat_byte(0x99);

    fn authority() -> (TestVM, Authority) {
        let test = TestVM::new();
        let mut authority = Authority::from(&test);
        authority.initialize(GOVERNOR, GUARDIAN).unwrap();
        (test, authority)
    }

    #[test]
    fn the_guardian_and_the_governor_guard_and_only_the_governor_governs() {
        let (test, authority) = authority();
        test.set_sender(GUARDIAN);
        assert_eq!(authority.guardian(), Ok(Guardian(GUARDIAN)));
        assert_eq!(authority.governor(), Err(NotGovernor { caller: GUARDIAN }.into()));
        test.set_sender(GOVERNOR);
        assert_eq!(authority.guardian(), Ok(Guardian(GOVERNOR)));
        assert_eq!(authority.governor(), Ok(Governor(GOVERNOR)));
        test.set_sender(STRANGER);
        assert_eq!(authority.guardian(), Err(NotGuardian { caller: STRANGER }.into()));
        assert_eq!(authority.governor(), Err(NotGovernor { caller: STRANGER }.into()));
    }

    #[test]
    fn nobody_can_be_neither() {
        let test = TestVM::new();
        let mut authority = Authority::from(&test);
        let zero = Err(GuardError::from(ZeroAuthority {}));
        assert_eq!(authority.initialize(Address::ZERO, GUARDIAN), zero);
        assert_eq!(authority.initialize(GOVERNOR, Address::ZERO), zero);
        assert_eq!(authority.current_governor(), Address::ZERO, "nothing was written");
        authority.initialize(GOVERNOR, GUARDIAN).unwrap();
        assert_eq!(authority.set_guardian(&Governor(GOVERNOR), Address::ZERO), zero);
        assert_eq!(authority.current_guardian(), GUARDIAN);
    }

    #[test]
    fn a_guardian_that_was_replaced_no_longer_guards() {
        let (test, mut authority) = authority();
        authority.set_guardian(&Governor(GOVERNOR), STRANGER).unwrap();
        assert_eq!(
            last_log(&test),
            GuardianChanged {
                previous: GUARDIAN,
                current: STRANGER
            }
            .encode()
        );
        test.set_sender(GUARDIAN);
        assert_eq!(authority.guardian(), Err(NotGuardian { caller: GUARDIAN }.into()));
    }

    #[test]
    fn a_handover_takes_both_steps() {
        let (test, mut authority) = authority();
        authority.propose_governor(&Governor(GOVERNOR), STRANGER);
        assert_eq!(
            last_log(&test),
            GovernorProposed {
                governor: GOVERNOR,
                proposed: STRANGER
            }
            .encode()
        );
        assert_eq!(authority.current_governor(), GOVERNOR);
        test.set_sender(GOVERNOR);
        assert_eq!(
            authority.accept_governor(),
            Err(NotPendingGovernor { caller: GOVERNOR }.into())
        );
        test.set_sender(STRANGER);
        authority.accept_governor().unwrap();
        assert_eq!(
            last_log(&test),
            GovernorChanged {
                previous: GOVERNOR,
                current: STRANGER
            }
            .encode()
        );
        assert_eq!(authority.current_governor(), STRANGER);
        assert_eq!(authority.pending_governor(), Address::ZERO);
        assert_eq!(
            authority.accept_governor(),
            Err(NotPendingGovernor { caller: STRANGER }.into()),
            "only once"
        );
    }

    #[test]
    fn a_proposal_can_be_taken_back() {
        let (test, mut authority) = authority();
        authority.propose_governor(&Governor(GOVERNOR), STRANGER);
        authority.propose_governor(&Governor(GOVERNOR), Address::ZERO);
        test.set_sender(STRANGER);
        assert_eq!(
            authority.accept_governor(),
            Err(NotPendingGovernor { caller: STRANGER }.into())
        );
    }
}
