//! What `#[guarded]` writes around a body, without a chain: which error is told, which flows are asked for, and what counts as a violation.
//! `tests/e2e/tests/frame.rs` has the same on one.

#![allow(missing_docs, clippy::unused_self)]

extern crate alloc;

use alloy_primitives::{Address, B256, U256};
use portcullis::{
    asset::{self, TransferFailed},
    core_types::mode::{GuardId, Mode, Modes},
    guard_modes::{GuardModes, GuardWouldRefuse},
    guarded,
    invariant::{check, evaluated, Invariant, Unmet},
    rate_limiter::{AssetClosed, RateLimiter},
    sdk::VM,
    transition::{Moded, Outflows},
    GuardError,
};
use stylus_sdk::{prelude::*, storage::StorageU256, testing::TestVM};

const FIRST: GuardId = GuardId::of::<1>();
const SECOND: GuardId = GuardId::of::<2>();
const TOKEN: Address = Address::repeat_byte(0x70);

/// Whose methods declare outflows and no inflow, so that there is no `Inflows`.
#[portcullis::entrypoint]
#[storage]
pub struct Vault {
    modes: GuardModes,
    outflow: RateLimiter,
    word: StorageU256,
}

fn named(number: u8) -> GuardError {
    let asset = Address::with_last_byte(number);
    GuardError::own(TransferFailed { asset })
}

/// Broken, with this number, when the word is larger than `most`.
fn at_most(word: U256, most: u64, number: u8) -> impl Invariant {
    check(move |_| {
        if word <= U256::from(most) {
            Ok(())
        } else {
            Err(Unmet::broken(named(number)))
        }
    })
}

#[guarded]
#[public]
impl Vault {
    #[constructor]
    pub fn constructor(&mut self) {
        self.modes.initialize(SECOND, Mode::Latch);
    }

    #[guard(keep(FIRST: at_most(self.word.get(), 10, 1), SECOND: at_most(self.word.get(), 20, 2)))]
    pub fn set_either(&mut self, word: U256) -> Result<(), Vec<u8>> {
        self.word.set(word);
        Ok(())
    }

    #[guard(keep(SECOND: at_most(self.word.get(), 20, 2), FIRST: at_most(self.word.get(), 10, 1)))]
    pub fn set_other(&mut self, word: U256) -> Result<(), Vec<u8>> {
        self.word.set(word);
        Ok(())
    }

    #[guard(
        keep(at_most(self.word.get(), 20, 2)),
        outflow(TOKEN, amount),
        leave(Err::<(), _>(named(3)))
    )]
    pub fn pay(&mut self, amount: U256, word: U256) -> Result<(), Vec<u8>> {
        self.word.set(word);
        Ok(())
    }

    #[guard(keep(check(|vm: &VM| {
        let held = evaluated(vm, || asset::held(vm, TOKEN))?;
        require(held <= U256::from(5)).map_err(Unmet::broken)
    })))]
    pub fn look(&mut self) -> Result<(), Vec<u8>> {
        Ok(())
    }

    #[guard(outflow(asset))]
    pub fn measure(&mut self, asset: Address) -> Result<(), Vec<u8>> {
        Ok(())
    }
}

fn require(holds: bool) -> Result<(), GuardError> {
    if holds {
        Ok(())
    } else {
        Err(named(4))
    }
}

impl Outflows for Vault {
    fn outflow(&mut self, asset: Address, amount: U256) -> Result<(), GuardError> {
        self.outflow.consume(asset, amount)
    }
}

impl Moded for Vault {
    fn guard_modes(&self) -> Modes {
        self.modes.all()
    }
}

fn refused(error: GuardError) -> Result<(), Vec<u8>> {
    Err(error.into())
}

fn word(number: u64) -> U256 {
    U256::from(number)
}

fn told(test: &TestVM) -> usize {
    let logs = test.get_emitted_logs();
    logs.iter()
        .filter(|(topics, _)| topics[0] == GuardWouldRefuse::TOPIC)
        .count()
}

#[test]
fn the_first_in_keep_that_is_unmet_is_the_error_that_is_told() {
    let test = TestVM::new();
    let mut vault = Vault::from(&test);
    assert_eq!(vault.set_either(word(10)), Ok(()));
    assert_eq!(vault.set_either(word(11)), refused(named(1)));
    assert_eq!(vault.set_either(word(21)), refused(named(1)), "both are broken");
    assert_eq!(vault.set_other(word(11)), refused(named(1)));
    assert_eq!(vault.set_other(word(21)), refused(named(2)), "both are broken");
}

#[test]
fn one_in_shadow_tells_and_the_next_is_asked() {
    let test = TestVM::new();
    let mut vault = Vault::from(&test);
    vault.modes.initialize(FIRST, Mode::Shadow);
    assert_eq!(vault.set_either(word(21)), refused(named(2)));
    assert_eq!(told(&test), 1);
    assert_eq!(vault.set_either(word(11)), Ok(()));
    assert_eq!(told(&test), 2);
}

#[test]
fn what_is_kept_is_asked_after_declared_flows_and_before_what_is_asked_on_leaving() {
    let test = TestVM::new();
    let mut vault = Vault::from(&test);
    let closed = GuardError::from(AssetClosed { asset: TOKEN });
    assert_eq!(vault.pay(word(1), word(21)), refused(closed), "before the body");
    assert_eq!(vault.word.get(), word(0));
    let mut open = Vault::from(&test);
    limit(&test, &mut open);
    assert_eq!(open.pay(word(1), word(21)), refused(named(2)));
    assert_eq!(open.pay(word(1), word(20)), refused(named(3)));
}

/// The limiter, set for the token.
fn limit(test: &TestVM, vault: &mut Vault) {
    let mut authority = portcullis::authority::Authority::from(&TestVM::new());
    authority.initialize(test.msg_sender(), TOKEN).unwrap();
    let governor = authority.governor().unwrap();
    let timelock = portcullis::timelock::Timelock::from(&TestVM::new());
    let mut timelock = timelock;
    let change = timelock.change(&governor, &[]);
    vault.outflow.configure(change, TOKEN, word(100), 60).unwrap();
}

#[test]
fn nothing_that_moved_is_charged_to_nobody() {
    let test = TestVM::new();
    let mut vault = Vault::from(&test);
    // A closed limiter refuses whatever it is asked, and is not.
    assert_eq!(vault.measure(asset::ETH), Ok(()));
}

#[test]
fn a_read_that_fails_in_an_invariant_of_ones_own_is_refused_with_its_own_error() {
    let test = TestVM::new();
    let mut vault = Vault::from(&test);
    let dead = GuardError::from(asset::NotAToken { asset: TOKEN });
    assert_eq!(vault.look(), refused(dead));
    let this = test.contract_address();
    let data = portcullis::calldata!("balanceOf", this: Address);
    for (held, expected) in [(5, Ok(())), (6, refused(named(4)))] {
        let answer = B256::with_last_byte(held);
        test.mock_static_call(TOKEN, data.clone(), Ok(answer.to_vec()));
        assert_eq!(vault.look(), expected);
    }
}

#[test]
fn a_constructor_sets_modes() {
    let test = TestVM::new();
    let mut vault = Vault::from(&test);
    vault.constructor();
    assert_eq!(vault.guard_modes().of(SECOND), Mode::Latch);
    assert_eq!(vault.guard_modes().of(FIRST), Mode::Enforce);
}
