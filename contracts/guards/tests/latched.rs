//! What the body of a latched method says on its way out, without a chain: a violation by its guard, and a refusal by nothing but itself.
//! `tests/e2e/tests/frame.rs` has both frames, on one.

#![allow(missing_docs, clippy::unused_self)]

extern crate alloc;

use alloy_primitives::{Address, U256};
use portcullis::{
    asset::TransferFailed,
    calldata,
    core_types::mode::{GuardId, Mode, Modes},
    guard_modes::GuardModes,
    guarded,
    invariant::{check, Invariant, Unmet},
    sdk::VM,
    transition::{enter_latching, Latching, Moded, Violation},
    GuardError,
};
use stylus_sdk::{prelude::*, storage::StorageU256, testing::TestVM};

const GUARD: GuardId = GuardId::of::<3>();

/// In front of what a violated body reverts with, and the number of an invariant without a name.
const VIOLATED: u8 = 1;
const UNNAMED: u8 = 255;

#[portcullis::entrypoint(latch)]
#[storage]
pub struct Vault {
    modes: GuardModes,
    word: StorageU256,
}

fn above() -> GuardError {
    let asset = Address::repeat_byte(7);
    GuardError::own(TransferFailed { asset })
}

fn at_most_ten(word: U256) -> impl Invariant {
    check(move |_| {
        if word <= U256::from(10) {
            Ok(())
        } else {
            Err(Unmet::broken(above()))
        }
    })
}

#[guarded]
#[public]
impl Vault {
    #[guard(latch, keep(GUARD: at_most_ten(self.word.get())))]
    pub fn named(&mut self, word: U256) -> Result<bool, Vec<u8>> {
        self.word.set(word);
        Ok(true)
    }

    #[guard(latch, keep(at_most_ten(self.word.get())))]
    pub fn unnamed(&mut self, word: U256) -> Result<bool, Vec<u8>> {
        self.word.set(word);
        Ok(true)
    }

    #[guard(keep(GUARD: at_most_ten(self.word.get())))]
    pub fn inline(&mut self, word: U256) -> Result<bool, Vec<u8>> {
        self.word.set(word);
        Ok(true)
    }
}

impl Moded for Vault {
    fn guard_modes(&self) -> Modes {
        self.modes.all()
    }
}

impl Latching for Vault {
    fn on_violation(&mut self, _: &Violation<'_>) -> Result<(), GuardError> {
        Ok(())
    }
}

/// What a call leaves the contract with, whose guard has this mode.
fn enter(mode: Mode, data: Vec<u8>) -> Result<Vec<u8>, Vec<u8>> {
    let test = TestVM::new();
    Vault::from(&test).modes.initialize(GUARD, mode);
    let vm = VM { host: Box::new(test) };
    enter_latching::<Vault>(data, vm)
}

fn yes() -> Result<Vec<u8>, Vec<u8>> {
    Ok(U256::ONE.to_be_bytes_vec())
}

fn refused(front: &[u8]) -> Result<Vec<u8>, Vec<u8>> {
    let reason: Vec<u8> = above().into();
    Err([front, &reason].concat())
}

#[test]
fn a_latched_method_says_by_which_guard_it_was_violated() {
    let (ten, eleven) = (U256::from(10), U256::from(11));
    assert_eq!(enter(Mode::Latch, calldata!("named", ten: U256)), yes());
    let violated = refused(&[VIOLATED, GUARD.number()]);
    assert_eq!(enter(Mode::Latch, calldata!("named", eleven: U256)), violated);
}

#[test]
fn one_without_a_name_says_so_whatever_the_modes_are() {
    let (ten, eleven) = (U256::from(10), U256::from(11));
    assert_eq!(enter(Mode::Shadow, calldata!("unnamed", ten: U256)), yes());
    let violated = refused(&[VIOLATED, UNNAMED]);
    assert_eq!(enter(Mode::Shadow, calldata!("unnamed", eleven: U256)), violated);
}

#[test]
fn a_guard_that_enforces_or_a_method_that_does_not_latch_only_refuses() {
    let eleven = U256::from(11);
    let refused = refused(&[]);
    assert_eq!(enter(Mode::Enforce, calldata!("named", eleven: U256)), refused);
    assert_eq!(enter(Mode::Latch, calldata!("inline", eleven: U256)), refused);
}
