//! Who may tighten and who may loosen.
//!
//! # Design
//! - The **guardian** pauses, for a bounded time. The **governor** does that too, and everything else: it lifts pauses, sets limits and
//!   names the guardian and its own successor. The **council** is many: it decides what must not be one key's to decide again and again, as
//!   freezing for longer, and cancelling.
//! - A right is a value. What only one of them may do takes a [`Governor`], a [`Guardian`] or a [`Council`], which only this module
//!   makes out of the caller, and [`crate::access_managed`] for a contract that is managed; so a method that forgets to ask does not compile.
//! - **The governor is the council until one is set**, so that a contract that is being set up lacks nobody; from then on it is not, and
//!   no right of a governor becomes one of a council by itself.
//! - Setting the council always waits: a stolen governor's key that made itself the council at once could freeze for ever.
//! - The governor hands over in two steps, so that the right cannot go to an address that nobody holds.
//! - Neither is ever nobody. A contract whose guardian was removed by mistake has lost its pause.
//! - Both are arguments of the constructor: its caller is whatever deploys the contract. Until they are named the caller is the [`Authority::founder`], so that a constructor sets everything
//!   that a governor sets: limits, breakers, modes, guardians, and the delay last.
//!
//! # Trust assumptions
//! - The governor is trusted with everything but the funds themselves. Its loosening of limits waits in [`crate::timelock`].
//! - The guardian can stop the contract for as long as it keeps pausing, until the governor replaces it. Where that is too much, [`crate::guardians`]
//!   says who pauses, once and within a budget. Both reach every rung of the ladder: [`crate::pause_guard`].
//! - The council's address is many: a multisig. It can hold a contract paused for as long as it keeps deciding to.
//! - An address is taken as it is. A contract on the parent chain calls from its alias: name the alias.
//!
//! # The attack
//! A stolen guardian's key freezes and cannot steal. A governor's handover to a mistyped address changes nothing.

// The storage macro names both.
use crate::{
    errors, events,
    sdk::{self, VM},
    timelock::Change,
    GuardError,
};
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
    /// The council changed.
    CouncilChanged(previous: Address, current: Address; );
}

errors! {
    /// Only the governor may do this.
    NotGovernor(caller: Address);
    /// Only the guardian or the governor may do this.
    NotGuardian(caller: Address);
    /// Only the one whom the governor proposed may do this.
    NotPendingGovernor(caller: Address);
    /// Only the council may do this.
    NotCouncil(caller: Address);
    /// The zero address can be neither governor nor guardian nor council.
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

    /// The right of a caller who is the one account that a contract obeys, where that is kept elsewhere than in an [`Authority`], as a proxy's administrator is; and of whoever constructs the contract,
    /// as long as it obeys nobody. The contract vouches for the account.
    ///
    /// # Errors
    /// [`NotGovernor`].
    #[inline(never)]
    pub fn sole(vm: &VM, account: Address) -> Result<Self, GuardError> {
        let caller = vm.msg_sender();
        if account.is_zero() || caller == account {
            Ok(Self(caller))
        } else {
            Err(NotGovernor { caller }.into())
        }
    }

    /// The same account's right as a guardian, which the governor has too.
    pub fn as_guardian(&self) -> Guardian {
        Guardian(self.0)
    }

    /// Who it is.
    pub fn address(&self) -> Address {
        self.0
    }
}

/// The caller, who is the council.
#[derive(Debug, PartialEq, Eq)]
pub struct Council(Address);

impl Council {
    /// Who it is.
    pub fn address(&self) -> Address {
        self.0
    }
}

/// The caller, who is the governor or the council.
#[derive(Debug, PartialEq, Eq)]
pub struct Decider(Address);

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Governor {}
    impl Sealed for super::Council {}
    impl Sealed for super::Decider {}
}

/// A right that the governor and the council have: either lifts a pause and arms a guardian again.
pub trait Decides: sealed::Sealed {
    /// Who it is.
    fn decider(&self) -> Address;
}

impl Decides for Governor {
    fn decider(&self) -> Address {
        self.0
    }
}

impl Decides for Council {
    fn decider(&self) -> Address {
        self.0
    }
}

impl Decides for Decider {
    fn decider(&self) -> Address {
        self.0
    }
}

/// The governor, its successor, the guardian and the council.
#[storage]
#[derive(crate::StorageLayout)]
pub struct Authority {
    governor: StorageAddress,
    pending_governor: StorageAddress,
    guardian: StorageAddress,
    /// The zero address until one is set: the governor.
    council: StorageAddress,
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

    /// The governor's right of a constructor's caller, whoever that is, as long as no governor is named. What it sets does not wait, as there is no delay yet:
    ///
    /// ```
    /// # use alloy_primitives::{Address, U256};
    /// # use portcullis::{authority::Authority, rate_limiter::RateLimiter, timelock::Timelock, GuardError};
    /// # fn constructor(authority: &mut Authority, timelock: &mut Timelock, outflow: &mut RateLimiter, token: Address, governor: Address, guardian: Address) -> Result<(), GuardError> {
    /// let founder = authority.founder()?;
    /// outflow.configure(timelock.change(&founder, &[]), token, U256::from(1_000_000), 24 * 60 * 60)?;
    /// timelock.set_delay(&founder, &[], 2 * 24 * 60 * 60)?; // from here on what loosens waits
    /// authority.initialize(governor, guardian) // and from here on there is no founder
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`NotGovernor`] once there is one.
    pub fn founder(&self) -> Result<Governor, GuardError> {
        let caller = self.vm().msg_sender();
        // No need to look at the successor: nobody is proposed before there is a governor.
        if self.governor.get().is_zero() {
            Ok(Governor(caller))
        } else {
            Err(NotGovernor { caller }.into())
        }
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

    /// The caller's right as the council.
    ///
    /// # Errors
    /// [`NotCouncil`].
    pub fn council(&self) -> Result<Council, GuardError> {
        let caller = self.vm().msg_sender();
        if caller == self.current_council() {
            Ok(Council(caller))
        } else {
            Err(NotCouncil { caller }.into())
        }
    }

    /// The caller's right as the governor or the council, for what either may do.
    ///
    /// # Errors
    /// [`NotCouncil`].
    pub fn decider(&self) -> Result<Decider, GuardError> {
        let caller = self.vm().msg_sender();
        if caller == self.governor.get() || caller == self.current_council() {
            Ok(Decider(caller))
        } else {
            Err(NotCouncil { caller }.into())
        }
    }

    /// Sets the council. It has to have waited.
    ///
    /// # Errors
    /// [`ZeroAuthority`], and those of [`Change::require_waited`].
    ///
    /// # Events
    /// [`CouncilChanged`].
    pub fn set_council(&mut self, change: Change<'_>, council: Address) -> Result<(), GuardError> {
        nonzero(council)?;
        change.require_waited()?;
        let previous = self.current_council();
        self.council.set(council);
        sdk::emit(
            self.vm(),
            CouncilChanged {
                previous,
                current: council,
            },
        );
        Ok(())
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

    /// Who the council is: the governor until one is set.
    pub fn current_council(&self) -> Address {
        let council = self.council.get();
        if council.is_zero() {
            self.governor.get()
        } else {
            council
        }
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
    use crate::{
        abi::Event,
        fixture::{delayed, last_log, unscheduled, CALL, DAY},
    };
    use alloy_primitives::U256;
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
    fn one_account_that_is_kept_elsewhere_governs_and_guards_alone() {
        let (test, authority) = authority();
        let vm = authority.vm();
        for caller in [STRANGER, GUARDIAN, GOVERNOR] {
            test.set_sender(caller);
            let right = Governor::sole(vm, GOVERNOR);
            if caller == GOVERNOR {
                assert_eq!(right.map(|right| right.as_guardian()), Ok(Guardian(GOVERNOR)));
            } else {
                assert_eq!(right, Err(NotGovernor { caller }.into()));
            }
            // As long as there is nobody, whoever constructs.
            assert_eq!(Governor::sole(vm, Address::ZERO), Ok(Governor(caller)));
        }
    }

    #[test]
    fn there_is_a_founder_until_there_is_a_governor_and_never_again() {
        let test = TestVM::new();
        let mut authority = Authority::from(&test);
        test.set_sender(STRANGER);
        assert_eq!(authority.founder(), Ok(Governor(STRANGER)));
        assert_eq!(authority.governor(), Err(NotGovernor { caller: STRANGER }.into()));
        authority.initialize(GOVERNOR, GUARDIAN).unwrap();
        for caller in [STRANGER, GUARDIAN, GOVERNOR] {
            test.set_sender(caller);
            assert_eq!(authority.founder(), Err(NotGovernor { caller }.into()));
        }
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

    #[test]
    fn the_governor_is_the_council_until_one_is_set_and_then_no_longer() {
        let (test, mut authority) = authority();
        test.set_sender(GOVERNOR);
        assert_eq!(authority.council(), Ok(Council(GOVERNOR)));
        assert_eq!(authority.current_council(), GOVERNOR);
        test.set_sender(GUARDIAN);
        assert_eq!(authority.council(), Err(NotCouncil { caller: GUARDIAN }.into()));
        let change = Change::waited_elsewhere(&Governor(GOVERNOR));
        authority.set_council(change, STRANGER).unwrap();
        let told = CouncilChanged {
            previous: GOVERNOR,
            current: STRANGER,
        };
        assert_eq!(last_log(&test), told.encode());
        assert_eq!(authority.current_council(), STRANGER);
        test.set_sender(STRANGER);
        assert_eq!(authority.council(), Ok(Council(STRANGER)));
        assert_eq!(authority.governor(), Err(NotGovernor { caller: STRANGER }.into()));
        test.set_sender(GOVERNOR);
        assert_eq!(authority.council(), Err(NotCouncil { caller: GOVERNOR }.into()));
    }

    #[test]
    fn a_council_that_was_not_set_goes_with_the_governor() {
        let (test, mut authority) = authority();
        authority.propose_governor(&Governor(GOVERNOR), STRANGER);
        test.set_sender(STRANGER);
        authority.accept_governor().unwrap();
        assert_eq!(authority.council(), Ok(Council(STRANGER)));
    }

    #[test]
    fn setting_the_council_waits_and_it_is_never_nobody() {
        let (test, mut authority) = authority();
        let governor = Governor(GOVERNOR);
        let mut timelock = delayed(&governor);
        let before = test.snapshot().storage;
        assert_eq!(
            authority.set_council(timelock.change(&governor, CALL), STRANGER),
            Err(unscheduled(CALL))
        );
        assert_eq!(
            authority.set_council(timelock.change(&governor, CALL), Address::ZERO),
            Err(ZeroAuthority {}.into())
        );
        assert_eq!(test.snapshot().storage, before);
        assert_eq!(DAY, timelock.delay().secs());
    }

    #[test]
    fn the_words_of_those_that_were_there_first_have_not_moved() {
        let (test, mut authority) = authority();
        authority.propose_governor(&Governor(GOVERNOR), Address::repeat_byte(3));
        let change = Change::waited_elsewhere(&Governor(GOVERNOR));
        authority.set_council(change, STRANGER).unwrap();
        let words = [GOVERNOR, Address::repeat_byte(3), GUARDIAN, STRANGER];
        for (slot, address) in words.into_iter().enumerate() {
            assert_eq!(test.get_storage(U256::from(slot)), address.into_word(), "{slot}");
        }
    }

    #[test]
    fn who_decides_is_who_it_is() {
        assert_eq!(Governor(GOVERNOR).decider(), GOVERNOR);
        assert_eq!(Council(STRANGER).decider(), STRANGER);
        assert_eq!(Decider(STRANGER).decider(), STRANGER);
    }

    #[test]
    fn the_governor_and_the_council_decide_and_nobody_else() {
        let (test, mut authority) = authority();
        let change = Change::waited_elsewhere(&Governor(GOVERNOR));
        authority.set_council(change, STRANGER).unwrap();
        for (caller, may) in [(GOVERNOR, true), (STRANGER, true), (GUARDIAN, false)] {
            test.set_sender(caller);
            let decider = if may {
                Ok(Decider(caller))
            } else {
                Err(NotCouncil { caller }.into())
            };
            assert_eq!(authority.decider(), decider);
        }
    }
}
