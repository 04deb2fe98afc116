//! Trips that survive the revert they cause.
//!
//! # Design
//! - The first frame of a latched method does nothing but call the contract's own address with the same data, by delegatecall: caller and value are
//!   kept. The second frame, the *body*, runs entry checks, body and exit checks. When a guard in mode latch refuses, the body reverts, which
//!   rolls everything back, and the first frame records the violation, sends the call's value back, and returns the word `false`.
//! - **What the body says cannot be forged.** Only our frame writes the answer of the body: a byte in front says whether a guard was violated or
//!   the call was refused in the ordinary way. An answer without that byte, as after running out of gas, is no violation.
//! - **Only a guard's own refusal is a violation.** What a token or another contract reverts with, a wrong argument, or a pause is not.
//! - **Gas for the record is held back** before the body begins ([`Latching::RESERVE_GAS`]), so that a violation which is found can be written down. A call
//!   with less than that is refused and changes nothing.
//! - Which frame runs is marked in transient storage by the first frame at once before its call, and taken off by the body at once: nothing of anybody
//!   else runs between. The lock is taken by the body, and again for what the first frame does after a violation.
//! - A recipient that refuses its value back takes the trip back with it, and the whole call reverts. It gains nothing by that: see below.
//!
//! # Trust assumptions
//! - **A caller that is a contract can undo a trip with its own revert**, as everything that happened inside it. It undoes with it what it
//!   did; the violation is refused in any case.
//! - What [`Latching::on_violation`] does is bounded: a breaker trips one rung, for a time.
//!
//! # The attack
//! A thief tries a way in that an invariant stops, learns from the revert, and tries the next, all day long: a guard that only reverts forgets each.
//! The attack on the latch itself: a forged violation, which would stop the protocol for the price of gas.

use crate::{
    abi::{encode_with_bytes, signature_hash, Event},
    breaker_guard::Fired,
    errors,
    lock::Held,
    sdk::{self, Note, VM},
    GuardError,
};
use alloc::vec::Vec;
use alloy_primitives::{Address, B256, U256};
use portcullis_core::{breaker::Target, mode::GuardId};
use stylus_sdk::{
    abi::{router_entrypoint, Router},
    keccak_const::Keccak256,
    prelude::*,
    storage::StorageType,
    ArbResult,
};

errors! {
    /// A latched method holds gas back to record a violation, and the call has no more than that.
    TooLittleGas(left: u64, reserved: u64);
    /// The call was refused and its caller did not take the value back.
    RefundRefused(to: Address, value: U256);
}

/// Never leaves the contract: the first frame is to call the body.
struct BodyWanted;

/// What is held back unless a contract says otherwise: a record of two words, a breaker's trip, an event, and sending value.
pub const RESERVE_GAS: u64 = 200_000;

/// Where the first frame marks that the next is the body.
const BODY: B256 = B256::new(Keccak256::new().update(b"portcullis.latch").finalize());

/// In front of the body's revert data.
const REFUSED: u8 = 0;
const VIOLATED: u8 = 1;

/// A guard that was violated in a latched method. Everything that the call did has been rolled back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Violation<'a> {
    guard: Option<GuardId>,
    method: [u8; 4],
    by: Address,
    reason: &'a [u8],
}

impl<'a> Violation<'a> {
    /// One that was found by a frame which is not this module's, as a proxy's is.
    pub fn found(guard: Option<GuardId>, method: [u8; 4], by: Address, reason: &'a [u8]) -> Self {
        Self {
            guard,
            method,
            by,
            reason,
        }
    }

    /// Which guard; none for an invariant without a name.
    pub fn guard(&self) -> Option<GuardId> {
        self.guard
    }

    /// The selector of the method that was called.
    pub fn method(&self) -> [u8; 4] {
        self.method
    }

    /// Who called it.
    pub fn by(&self) -> Address {
        self.by
    }

    /// What the guard refused with: an error's selector and its words.
    pub fn reason(&self) -> &'a [u8] {
        self.reason
    }

    /// What trips a breaker: the reason told is 128 and `code`, which is 0 to 127.
    pub fn fired(&self, code: u8, target: Target) -> Fired {
        Fired::own(code, target, self.by)
    }
}

/// A guard was violated, and the call rolled back. `guard` is 255 for an invariant without a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ViolationLatched<'a>(pub Violation<'a>);

/// The number told of an invariant without a name.
pub(super) const UNNAMED: u8 = 255;

impl ViolationLatched<'_> {
    /// The first topic: the hash of the event's signature.
    pub const TOPIC: B256 = signature_hash("ViolationLatched", &["uint8", "bytes4", "address", "bytes"]);
}

impl Event for ViolationLatched<'_> {
    const TOPICS: usize = 4;

    fn encode(&self) -> Vec<u8> {
        let Violation {
            guard,
            method,
            by,
            reason,
        } = self.0;
        let method = B256::right_padding_from(&method);
        encode_with_bytes(
            Self::TOPIC.as_slice(),
            &[&guard.map_or(UNNAMED, GuardId::number), &method, &by],
            &[],
            reason,
        )
    }
}

/// What a violation does in a contract with latched methods.
#[diagnostic::on_unimplemented(
    message = "a method of `{Self}` is latched, and the contract does not say what a violation does",
    label = "what should a trip do?",
    note = "write `impl Latching for {Self} {{ fn on_violation(&mut self, violation: &Violation<'_>) -> Result<(), GuardError> {{ … }} }}`"
)]
pub trait Latching {
    /// Gas that is held back from the body for what follows a violation.
    const RESERVE_GAS: u64 = RESERVE_GAS;

    /// Records the violation, trips a breaker. Called after everything was rolled back, under the contract's lock.
    ///
    /// # Errors
    /// An error reverts the call, and nothing is recorded.
    fn on_violation(&mut self, violation: &Violation<'_>) -> Result<(), GuardError>;
}

/// Requires that this is the body, and asks for it otherwise. Off chain there is one frame, and it is.
#[cfg(target_arch = "wasm32")]
#[inline(never)]
pub(super) fn require_body() -> Result<(), GuardError> {
    if sdk::transient_load(&BODY) == B256::ZERO {
        sdk::note(Note::BodyWanted);
        return Err(BodyWanted.into());
    }
    sdk::transient_store(&BODY, &B256::ZERO);
    sdk::note(Note::Body);
    Ok(())
}

/// Requires that this is the body. Off chain there is one frame, and it is.
#[cfg(not(target_arch = "wasm32"))]
pub(super) fn require_body() -> Result<(), GuardError> {
    Ok(())
}

impl From<BodyWanted> for GuardError {
    fn from(_: BodyWanted) -> Self {
        crate::lock::Reentered {}.into()
    }
}

/// The refusal that is on its way out is a violation.
pub(super) fn violated(guard: Option<GuardId>) {
    sdk::note(Note::Violated(guard.map_or(UNNAMED, GuardId::number)));
}

/// The entry point of a contract with latched methods.
#[doc(hidden)]
pub fn enter_latching<C>(input: Vec<u8>, vm: VM) -> ArbResult
where
    C: Router<C> + StorageType + TopLevelStorage + ValueDenier + Latching,
    C: core::borrow::BorrowMut<<C as Router<C>>::Storage>,
{
    let bytes = input.len();
    let result = router_entrypoint::<C, C>(input, vm.clone());
    match sdk::noted() {
        Note::None => result,
        Note::BodyWanted => first_frame::<C>(&vm, bytes),
        Note::Body => result.map_err(|data| [&[REFUSED][..], &data].concat()),
        Note::Violated(guard) => result.map_err(|data| [&[VIOLATED, guard][..], &data].concat()),
    }
}

fn first_frame<C: StorageType + Latching>(vm: &VM, bytes: usize) -> ArbResult {
    let left = vm.evm_gas_left();
    let Some(gas) = left.checked_sub(C::RESERVE_GAS) else {
        let refused = TooLittleGas {
            left,
            reserved: C::RESERVE_GAS,
        };
        return Err(GuardError::from(refused).into());
    };
    let input = vm.read_args(bytes);
    sdk::transient_store(&BODY, &B256::with_last_byte(1));
    let (done, answer) = sdk::delegate_call_self(vm, gas, &input);
    if done {
        return Ok(answer);
    }
    // The revert has put the mark back.
    sdk::transient_store(&BODY, &B256::ZERO);
    match answer.split_first() {
        Some((&VIOLATED, [guard, reason @ ..])) => {
            // Invariant: a body has a selector, or it is the receive function, which has none.
            let method = input.first_chunk().copied().unwrap_or_default();
            let violation = Violation {
                guard: GuardId::new(*guard),
                method,
                by: vm.msg_sender(),
                reason,
            };
            latched::<C>(vm, &violation).map_err(Vec::from)
        }
        Some((&REFUSED, data)) => Err(data.to_vec()),
        _ => Err(Vec::new()),
    }
}

fn latched<C: StorageType + Latching>(vm: &VM, violation: &Violation<'_>) -> Result<Vec<u8>, GuardError> {
    let _held = Held::take()?;
    // SAFETY: the contract's storage begins at slot zero, as for its router, whose own is gone.
    let mut contract = unsafe { C::new(U256::ZERO, 0, vm.clone()) };
    contract.on_violation(violation)?;
    sdk::emit(vm, ViolationLatched(*violation));
    let value = vm.msg_value();
    if !value.is_zero() {
        let to = violation.by();
        sdk::call(vm, to, value, &[]).ok_or(RefundRefused { to, value })?;
    }
    Ok(alloc::vec![0; 32])
}
