//! What `#[guarded]` writes around a body: the frame with a pause check, a bucket and two invariants; latched, and not.

use crate::{Failure, Probe, RUNS};
use alloy_primitives::{Address, U256};
use portcullis::{
    invariant::{balance_change, covered, numbers::change::Bounds, Holder},
    transition::Frame,
};
use stylus_sdk::prelude::*;

#[cfg(feature = "latch")]
use portcullis::{
    transition::{EveryCallGuarded, Latching, Violation},
    GuardError,
};

/// The probe's body does nothing: the frame is all there is.
pub(crate) fn run(probe: &mut Probe, asset: Address, amount: U256) -> Result<(), Failure> {
    let frame = Frame::begin(cfg!(feature = "latch"))?;
    probe.pauses.require_running(RUNS)?;
    probe.outflow.consume(asset, amount)?;
    let solvent = covered(asset, |_| Ok(amount));
    let bounded = balance_change(asset, Holder::This, Bounds::fall_at_most(amount));
    frame.snapshot_unnamed(probe.vm(), &solvent)?;
    let before = frame.snapshot_unnamed(probe.vm(), &bounded)?;
    frame.judge_unnamed(probe.vm(), &solvent, ())?;
    Ok(frame.judge_unnamed(probe.vm(), &bounded, before)?)
}

// By hand what `#[guarded]` would say: the SDK reads the block's attributes, and which they are depends on the build.
#[cfg(feature = "latch")]
impl EveryCallGuarded for Probe {}

#[cfg(feature = "latch")]
impl Latching for Probe {
    fn on_violation(&mut self, _: &Violation<'_>) -> Result<(), GuardError> {
        Ok(())
    }
}
