//! What it means when an invariant cannot be evaluated, said by name.
//!
//! # Design
//! - [`fail_closed`] refuses the transition, [`fail_open`] lets it pass and says so in an event. A broken invariant stays broken and a refusal a refusal under both.
//! - What could not be evaluated at the entry is not asked at the exit: there is nothing to compare with.
//!
//! # The attack
//! Whoever can make a read fail switches off what fails open. That is for reads of which nobody with an interest has a hand: not for a balance of a token that a market lists at anybody's wish. Too
//! little gas is a way that every caller has, and does not count ([`super::Starved`]).

use super::{Invariant, Starved, Unmet};
use crate::{
    abi::Revert,
    events,
    sdk::{self, VM},
};
use alloy_primitives::B256;
use stylus_sdk::prelude::*;

events! {
    /// An invariant that fails open was not evaluated, at the entry of a transition or at its exit, and the transition went on. `reason` begins with the selector of the error.
    InvariantNotEvaluated(invariant: u8; at_exit: bool, reason: B256);
}

/// An invariant that refuses the transition when it cannot be evaluated.
#[derive(Clone, Copy, Debug)]
pub struct FailClosed<I>(I);

/// Refuses the transition when the invariant cannot be evaluated. That trips nothing.
pub fn fail_closed<I: Invariant>(invariant: I) -> FailClosed<I> {
    FailClosed(invariant)
}

impl<I: Invariant> Invariant for FailClosed<I> {
    type Before = I::Before;

    fn before(&self, vm: &VM) -> Result<Self::Before, Unmet> {
        self.0.before(vm).map_err(closed)
    }

    fn after(&self, vm: &VM, before: Self::Before) -> Result<(), Unmet> {
        self.0.after(vm, before).map_err(closed)
    }
}

fn closed(unmet: Unmet) -> Unmet {
    match unmet {
        Unmet::Unevaluated(error) => Unmet::Refused(error),
        unmet => unmet,
    }
}

/// An invariant that lets the transition pass when it cannot be evaluated.
#[derive(Clone, Copy, Debug)]
pub struct FailOpen<I> {
    id: u8,
    least_gas: u64,
    invariant: I,
}

/// Lets the transition pass when the invariant cannot be evaluated, and says so. `id` is what the protocol calls the invariant in the event.
///
/// `least_gas` is what evaluating it takes at most, with all that the callees call. An evaluation that began with less and failed is refused: so deep down nobody is starved
/// unseen. Zero is enough only where whoever is asked asks nobody.
///
/// # Events
/// [`InvariantNotEvaluated`].
pub fn fail_open<I: Invariant>(id: u8, least_gas: u64, invariant: I) -> FailOpen<I> {
    FailOpen {
        id,
        least_gas,
        invariant,
    }
}

impl<I: Invariant> Invariant for FailOpen<I> {
    type Before = Option<I::Before>;

    fn before(&self, vm: &VM) -> Result<Self::Before, Unmet> {
        let gas_before = vm.evm_gas_left();
        match self.invariant.before(vm) {
            Ok(before) => Ok(Some(before)),
            Err(unmet) => let_pass(vm, self.id, [gas_before, self.least_gas], false, unmet).map(|()| None),
        }
    }

    fn after(&self, vm: &VM, before: Self::Before) -> Result<(), Unmet> {
        let Some(before) = before else {
            return Ok(());
        };
        let gas_before = vm.evm_gas_left();
        match self.invariant.after(vm, before) {
            Ok(()) => Ok(()),
            Err(unmet) => let_pass(vm, self.id, [gas_before, self.least_gas], true, unmet),
        }
    }
}

#[inline(never)]
fn let_pass(
    vm: &VM,
    invariant: u8,
    [gas_before, least_gas]: [u64; 2],
    at_exit: bool,
    unmet: Unmet,
) -> Result<(), Unmet> {
    let Unmet::Unevaluated(error) = unmet else {
        return Err(unmet);
    };
    if gas_before < least_gas {
        return Err(Unmet::refused(Starved {
            gas_before,
            gas_left: vm.evm_gas_left(),
        }));
    }
    let mut reason = B256::ZERO;
    for (to, from) in reason.0.iter_mut().zip(error.encode().into_iter().take(4)) {
        *to = from;
    }
    sdk::emit(
        vm,
        InvariantNotEvaluated {
            invariant,
            at_exit,
            reason,
        },
    );
    Ok(())
}
