//! The frame around the body of a method.

use super::latch;
use crate::{
    guard_modes::GuardWouldRefuse,
    invariant::{Invariant, Unmet},
    lock::Held,
    sdk::{self, VM},
    GuardError,
};
use alloc::vec::Vec;
use portcullis_core::mode::{GuardId, Mode, Modes};
use stylus_sdk::prelude::*;

/// A contract whose guards have modes.
#[diagnostic::on_unimplemented(
    message = "a method of `{Self}` names a guard, and the contract does not say where the modes of its guards are",
    label = "a named guard has a mode",
    note = "put a field `modes: GuardModes` into the struct and write `impl Moded for {Self} {{ fn guard_modes(&self) -> Modes {{ self.modes.all() }} }}`"
)]
pub trait Moded {
    /// The modes of all guards: those of [`crate::guard_modes::GuardModes::all`].
    fn guard_modes(&self) -> Modes;
}

/// A transition: it begins with the entry checks and ends when this is dropped.
#[derive(Debug, PartialEq, Eq)]
pub struct Frame {
    latched: bool,
    _held: Held,
}

impl Frame {
    /// Begins a transition.
    ///
    /// # Errors
    /// [`crate::lock::Reentered`] inside of another.
    // In place: whether it is latched is known where it is written, and what is not asked for costs nothing.
    #[inline(always)]
    pub fn begin(latched: bool) -> Result<Self, GuardError> {
        if latched {
            latch::require_body()?;
        }
        Ok(Self {
            latched,
            _held: Held::take()?,
        })
    }

    /// What becomes of a named guard's verdict: in shadow its refusal is told and the call proceeds.
    ///
    /// # Errors
    /// The refusal.
    ///
    /// # Events
    /// [`GuardWouldRefuse`] in shadow.
    #[inline(always)]
    pub fn weigh(
        &self,
        vm: &VM,
        modes: Modes,
        guard: GuardId,
        verdict: Result<(), GuardError>,
    ) -> Result<(), GuardError> {
        verdict.or_else(|refusal| self.refuse(vm, modes, guard, refusal, self.latched))
    }

    /// A named invariant's snapshot; none where it could not be taken and the guard is in shadow.
    ///
    /// # Errors
    /// Those of [`Invariant::before`].
    ///
    /// # Events
    /// [`GuardWouldRefuse`] in shadow.
    pub fn snapshot<I: Invariant>(
        &self,
        vm: &VM,
        modes: Modes,
        guard: GuardId,
        invariant: &I,
    ) -> Result<Option<I::Before>, GuardError> {
        match invariant.before(vm) {
            Ok(before) => Ok(Some(before)),
            Err(unmet) => self.refuse(vm, modes, guard, unmet.into(), false).map(|()| None),
        }
    }

    /// A named invariant's verdict. One that could not be evaluated refuses and is no violation.
    ///
    /// # Errors
    /// Those of [`Invariant::after`].
    ///
    /// # Events
    /// [`GuardWouldRefuse`] in shadow.
    pub fn judge<I: Invariant>(
        &self,
        vm: &VM,
        modes: Modes,
        guard: GuardId,
        invariant: &I,
        before: Option<I::Before>,
    ) -> Result<(), GuardError> {
        let Some(before) = before else { return Ok(()) };
        invariant.after(vm, before).or_else(|unmet| {
            let latches = self.latched && matches!(unmet, Unmet::Broken(_));
            self.refuse(vm, modes, guard, unmet.into(), latches)
        })
    }

    /// The snapshot of an invariant without a name.
    ///
    /// # Errors
    /// Those of [`Invariant::before`].
    pub fn snapshot_unnamed<I: Invariant>(&self, vm: &VM, invariant: &I) -> Result<I::Before, GuardError> {
        invariant.before(vm).map_err(GuardError::from)
    }

    /// The verdict of an invariant without a name: a violation where it is broken and the method is latched.
    ///
    /// # Errors
    /// Those of [`Invariant::after`].
    pub fn judge_unnamed<I: Invariant>(
        &self,
        vm: &VM,
        invariant: &I,
        before: I::Before,
    ) -> Result<(), GuardError> {
        invariant.after(vm, before).map_err(|unmet| {
            if self.latched && matches!(unmet, Unmet::Broken(_)) {
                latch::violated(None);
            }
            unmet.into()
        })
    }

    #[inline(never)]
    fn refuse(
        &self,
        vm: &VM,
        modes: Modes,
        guard: GuardId,
        refusal: GuardError,
        latches: bool,
    ) -> Result<(), GuardError> {
        match modes.of(guard) {
            Mode::Shadow => {
                let reason: Vec<u8> = refusal.into();
                let by = vm.msg_sender();
                sdk::emit(
                    vm,
                    GuardWouldRefuse {
                        guard,
                        by,
                        reason: &reason,
                    },
                );
                return Ok(());
            }
            Mode::Enforce => {}
            Mode::Latch => {
                if latches {
                    latch::violated(Some(guard));
                }
            }
        }
        Err(refusal)
    }
}
