//! One lock for the contracts of one protocol: while one of them is in the middle of a transition, none of the others begins one.
//!
//! # Design
//! - One contract keeps it ([`SharedLock`] in its storage, with a method each for `acquireLock`, `releaseLock` and `lockHolder`); the members ask it, at their entry and
//!   at their exit: `enter(shared_lock::acquire(self.vm(), keeper))` and `leave(shared_lock::release(self.vm(), keeper))`.
//! - **Only members take it**, or anyone would stop the protocol by holding it. Admitting one waits; expelling does not.
//! - **A member may call another in its own transition.** The one that is called says who called it; when that is who holds the lock, it is handed down, and
//!   back at the exit. A call that came from anybody else is one from outside, whatever happened before it in the transaction.
//! - A member is in it once. Called by a member that it called itself, it is refused as by its own lock.
//! - In the keeper's transient storage: a revert of a member's call takes back what that call took.
//! - A keeper that does not answer stops its members: failing open would be no lock. Choose one that is not upgraded at will.
//!
//! # Trust assumptions
//! - A member says truthfully who called it, and releases the lock in the call in which it took it.
//! - The members take their own lock too ([`crate::lock`]), as `#[guarded]` does.
//!
//! # The attack
//! A vault, a market and a router share money. A token calls back out of the vault into the market, whose own lock is free, at a price that the vault's half-done
//! transition makes.

// The storage macro names both.
use crate::{
    authority::Governor,
    calldata, errors, events,
    lock::{InTransition, Reentered},
    sdk::{self, VM},
    timelock::Change,
    GuardError,
};
use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, B256, U256};
use stylus_sdk::{
    keccak_const::Keccak256,
    prelude::*,
    storage::{StorageMap, StorageU256},
};

events! {
    /// A contract shares the lock from now on.
    LockMemberAdmitted(member: Address;);
    /// A contract does not share it any longer.
    LockMemberExpelled(member: Address;);
}

errors! {
    /// Only a member takes the lock.
    NotLockMember(caller: Address);
    /// Only who holds the lock gives it back.
    NotLockHolder(caller: Address, holder: Address);
    /// The keeper of the lock did not give it or did not take it back: another member is in the middle of a transition, or it is no keeper of this contract's.
    SharedLockRefused(keeper: Address);
}

/// Who holds the lock.
const HOLDER: B256 = B256::new(
    Keccak256::new()
        .update(b"portcullis.shared-lock.holder")
        .finalize(),
);
/// From whom a member has it.
const FROM: B256 = B256::new(Keccak256::new().update(b"portcullis.shared-lock.from").finalize());

/// The lock, as its keeper has it.
#[storage]
#[derive(crate::StorageLayout)]
pub struct SharedLock {
    members: StorageMap<B256, StorageU256>,
}

impl SharedLock {
    /// Lets a contract share the lock. It has to have waited: a member can hold up the others.
    ///
    /// # Errors
    /// Those of [`Change::require_waited`].
    ///
    /// # Events
    /// [`LockMemberAdmitted`].
    pub fn admit(&mut self, change: Change<'_>, member: Address) -> Result<(), GuardError> {
        change.require_waited()?;
        self.members.insert(member.into_word(), U256::ONE);
        sdk::emit(self.vm(), LockMemberAdmitted { member });
        Ok(())
    }

    /// Takes a contract out: its guarded calls are refused from then on, until it asks another keeper.
    ///
    /// # Events
    /// [`LockMemberExpelled`].
    pub fn expel(&mut self, _by: &Governor, member: Address) {
        self.members.insert(member.into_word(), U256::ZERO);
        sdk::emit(self.vm(), LockMemberExpelled { member });
    }

    /// Gives the lock to the caller, who was called by `called_by`.
    ///
    /// # Errors
    /// [`NotLockMember`]; [`Reentered`] when it is held and not by `called_by`, or when the caller has it already.
    pub fn acquire(&self, called_by: Address) -> Result<(), GuardError> {
        self.acquire_for(self.vm().msg_sender(), called_by)
    }

    /// The same for the keeper itself, which needs no call for it.
    ///
    /// # Errors
    /// Those of [`SharedLock::acquire`].
    pub fn acquire_for(&self, member: Address, called_by: Address) -> Result<(), GuardError> {
        if !self.is_member(member) {
            return Err(NotLockMember { caller: member }.into());
        }
        let holder = self.holder();
        let key = self.key(member);
        let is_in_it = sdk::transient_load(&key) != B256::ZERO;
        if is_in_it || (holder != Address::ZERO && holder != called_by) {
            return Err(Reentered {}.into());
        }
        // The mark says that it has the lock, also from nobody.
        let mut mark = holder.into_word();
        mark[0] = 1;
        sdk::transient_store(&key, &mark);
        sdk::transient_store(&HOLDER, &member.into_word());
        Ok(())
    }

    /// Takes the lock back from the caller.
    ///
    /// # Errors
    /// [`NotLockHolder`].
    pub fn release(&self) -> Result<(), GuardError> {
        self.release_for(self.vm().msg_sender())
    }

    /// The same for the keeper itself.
    ///
    /// # Errors
    /// [`NotLockHolder`].
    pub fn release_for(&self, member: Address) -> Result<(), GuardError> {
        let holder = self.holder();
        if holder != member {
            return Err(NotLockHolder {
                caller: member,
                holder,
            }
            .into());
        }
        let key = self.key(member);
        let before = Address::from_word(sdk::transient_load(&key));
        sdk::transient_store(&key, &B256::ZERO);
        sdk::transient_store(&HOLDER, &before.into_word());
        Ok(())
    }

    /// Who holds the lock; the zero address when nobody does.
    pub fn holder(&self) -> Address {
        Address::from_word(sdk::transient_load(&HOLDER))
    }

    /// Whether a contract shares the lock.
    pub fn is_member(&self, contract: Address) -> bool {
        !self.members.get(contract.into_word()).is_zero()
    }

    fn key(&self, member: Address) -> B256 {
        self.vm().native_keccak256(&crate::words![FROM, member])
    }
}

/// Asks the keeper for the lock, on behalf of the caller of this call.
///
/// # Errors
/// [`SharedLockRefused`].
pub fn acquire(vm: &VM, keeper: Address) -> Result<(), GuardError> {
    let called_by = vm.msg_sender();
    told(vm, keeper, &calldata!("acquireLock", called_by: Address))
}

/// Gives the lock back to the keeper.
///
/// # Errors
/// [`SharedLockRefused`].
pub fn release(vm: &VM, keeper: Address) -> Result<(), GuardError> {
    told(vm, keeper, &calldata!("releaseLock"))
}

/// Requires that no member is in the middle of a transition. For a view that others price by.
///
/// # Errors
/// [`InTransition`] when one is; [`SharedLockRefused`] when the keeper does not say.
pub fn require_settled(vm: &VM, keeper: Address) -> Result<(), GuardError> {
    let holder = sdk::static_call_word(vm, keeper, &calldata!("lockHolder"));
    match holder {
        Some(B256::ZERO) => Ok(()),
        Some(_) => Err(InTransition {}.into()),
        None => Err(SharedLockRefused { keeper }.into()),
    }
}

fn told(vm: &VM, keeper: Address, call: &[u8]) -> Result<(), GuardError> {
    // A call to an address without code succeeds, and locks nothing.
    if vm.code_size(keeper) == 0 {
        return Err(SharedLockRefused { keeper }.into());
    }
    match sdk::call(vm, keeper, U256::ZERO, call) {
        Some(_) => Ok(()),
        None => Err(SharedLockRefused { keeper }.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::*;
    use stylus_sdk::testing::TestVM;

    const MARKET: Address = Address::repeat_byte(0x3a);
    const VAULT: Address = Address::repeat_byte(0x4b);
    const ROUTER: Address = Address::repeat_byte(0x5c);

    fn shared() -> (TestVM, SharedLock, Governor) {
        let (test, governor) = chain();
        let mut lock = SharedLock::from(&test);
        for member in [MARKET, VAULT, ROUTER] {
            lock.admit(now(&governor), member).unwrap();
            assert_told(&test, LockMemberAdmitted { member });
        }
        (test, lock, governor)
    }

    #[test]
    fn only_members_take_it_and_an_expelled_one_no_longer() {
        let (test, mut lock, governor) = shared();
        let refused = |caller| Err(NotLockMember { caller }.into());
        assert_eq!(lock.acquire_for(BOB, ALICE), refused(BOB));
        lock.expel(&governor, VAULT);
        assert_told(&test, LockMemberExpelled { member: VAULT });
        assert_eq!((lock.is_member(VAULT), lock.is_member(MARKET)), (false, true));
        assert_eq!(lock.acquire_for(VAULT, ALICE), refused(VAULT));
        assert_eq!(lock.acquire_for(MARKET, ALICE), Ok(()));
        assert_eq!(lock.holder(), MARKET);
        test.set_sender(ROUTER);
        assert_eq!(lock.acquire(ALICE), Err(Reentered {}.into()));
        assert_eq!(lock.acquire(MARKET), Ok(()));
    }

    #[test]
    fn admitting_waits() {
        let (test, mut lock, governor) = shared();
        let mut timelock = delayed(&governor);
        let before = stored(&test);
        let admitted = lock.admit(timelock.change(&governor, CALL), BOB);
        assert_eq!(admitted, Err(unscheduled(CALL)));
        assert_eq!(stored(&test), before);
    }

    #[test]
    fn while_one_holds_it_no_call_from_outside_begins() {
        let (_, lock, _) = shared();
        lock.acquire_for(VAULT, ALICE).unwrap();
        for outsider in [ALICE, BOB, Address::ZERO, MARKET] {
            assert_eq!(lock.acquire_for(MARKET, outsider), Err(Reentered {}.into()));
        }
        assert_eq!(lock.holder(), VAULT);
        lock.release_for(VAULT).unwrap();
        assert_eq!(lock.holder(), Address::ZERO);
        assert_eq!(lock.acquire_for(MARKET, ALICE), Ok(()));
    }

    #[test]
    fn a_member_hands_it_down_to_the_one_that_it_calls_and_has_it_back() {
        let (_, lock, _) = shared();
        lock.acquire_for(ROUTER, ALICE).unwrap();
        lock.acquire_for(VAULT, ROUTER).unwrap();
        lock.acquire_for(MARKET, VAULT).unwrap();
        assert_eq!(lock.holder(), MARKET);
        // None of those that are in it begins again, whoever calls.
        for member in [ROUTER, VAULT, MARKET] {
            for called_by in [MARKET, VAULT, ROUTER, ALICE] {
                assert_eq!(lock.acquire_for(member, called_by), Err(Reentered {}.into()));
            }
        }
        for (member, then) in [(MARKET, VAULT), (VAULT, ROUTER), (ROUTER, Address::ZERO)] {
            lock.release_for(member).unwrap();
            assert_eq!(lock.holder(), then);
        }
        assert!(crate::sdk::transient_words().is_empty());
    }

    #[test]
    fn only_who_holds_it_gives_it_back() {
        let (test, lock, _) = shared();
        let refused = |caller, holder| Err(NotLockHolder { caller, holder }.into());
        assert_eq!(lock.release_for(VAULT), refused(VAULT, Address::ZERO));
        lock.acquire_for(ROUTER, ALICE).unwrap();
        lock.acquire_for(VAULT, ROUTER).unwrap();
        assert_eq!(lock.release_for(ROUTER), refused(ROUTER, VAULT));
        test.set_sender(BOB);
        assert_eq!(lock.release(), refused(BOB, VAULT));
        assert_eq!(lock.holder(), VAULT);
    }

    #[test]
    fn an_expelled_member_gives_back_what_it_holds() {
        let (_, mut lock, governor) = shared();
        lock.acquire_for(VAULT, ALICE).unwrap();
        lock.expel(&governor, VAULT);
        assert_eq!(lock.release_for(VAULT), Ok(()));
        assert_eq!(lock.holder(), Address::ZERO);
    }

    #[test]
    fn a_keeper_that_is_not_there_or_says_no_stops_its_members() {
        let (test, _, _) = shared();
        let vm = VM {
            host: alloc::boxed::Box::new(test.clone()),
        };
        let refused = Err(SharedLockRefused { keeper: VAULT }.into());
        assert_eq!(acquire(&vm, VAULT), refused, "nobody is there");
        assert_eq!(release(&vm, VAULT), refused);
        test.set_code(VAULT, vec![0xfe]);
        // Who called is said, and not who sent the transaction.
        test.set_tx_origin(ALICE);
        test.set_sender(BOB);
        assert_eq!(acquire(&vm, VAULT), Ok(()));
        assert_eq!(release(&vm, VAULT), Ok(()));
        let call = calldata!("acquireLock", BOB: Address);
        test.mock_call(VAULT, call, U256::ZERO, Err(vec![]));
        assert_eq!(
            (acquire(&vm, VAULT), release(&vm, VAULT)),
            (refused.clone(), Ok(()))
        );
        test.mock_call(VAULT, calldata!("releaseLock"), U256::ZERO, Err(vec![]));
        assert_eq!(release(&vm, VAULT), refused);
    }

    #[test]
    fn a_view_is_settled_when_nobody_holds_it() {
        let (test, _, _) = shared();
        let vm = VM {
            host: alloc::boxed::Box::new(test.clone()),
        };
        let answer = |answer: Result<Vec<u8>, Vec<u8>>| {
            test.mock_static_call(VAULT, calldata!("lockHolder"), answer);
            require_settled(&vm, VAULT)
        };
        assert_eq!(answer(Ok(vec![0; 32])), Ok(()));
        assert_eq!(
            answer(Ok(MARKET.into_word().to_vec())),
            Err(InTransition {}.into())
        );
        let refused = Err(SharedLockRefused { keeper: VAULT }.into());
        assert_eq!(answer(Ok(vec![])), refused);
        assert_eq!(answer(Err(vec![])), refused);
    }
}
