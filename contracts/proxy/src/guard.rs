//! A transition from outside: what is remembered before the implementation runs, and what is asked of it after.
//!
//! # Design
//! - **Pause, lock, snapshots, the call with all gas, and then the questions**, in that order. What the implementation reverts with goes out as it is, and nothing is asked.
//! - First whether ERC-1967's words and the lists of guards are what they were, then the invariants in their order, then what has left. The first that is unmet ends the call.
//! - **What has left is the fall of a balance over the whole call**, without its own value: what the implementation says that it moved does not count, nor how, so that a token which takes a fee, a
//!   selfdestruct or a forgotten function are all the same. It is net within the call, and what comes in makes no room for a later one.
//! - A guard's mode decides what its refusal means: as in [`portcullis::guard_modes`], each for itself.

use super::{
    arguments::AssetState,
    config::Config,
    forward::Call,
    invariant::Watched,
    lock::Held,
    slots::{self, Wiring},
    Proxy, ProxySlotChanged, FLOWS,
};
use alloc::vec::Vec;
use alloy_primitives::{Address, U256};
use portcullis::{
    core_types::{
        breaker::Share,
        mode::{GuardId, Mode, Modes},
    },
    guard_modes::GuardWouldRefuse,
    invariant::Unmet,
    sdk::{self, VM},
    transition::Measured,
    GuardError,
};
use stylus_sdk::prelude::*;

/// Why a transition did not happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// With this.
    With(Vec<u8>),
    /// With this, and it is a violation where the call is latched. No guard is the proxy's own words.
    Violation(Option<GuardId>, Vec<u8>),
}

impl Refused {
    pub(crate) fn into_data(self) -> Vec<u8> {
        match self {
            Self::With(data) | Self::Violation(_, data) => data,
        }
    }
}

impl From<GuardError> for Refused {
    fn from(error: GuardError) -> Self {
        Self::With(error.into())
    }
}

/// Runs the implementation under the guards.
pub(crate) fn transition(
    proxy: &mut Proxy,
    vm: &VM,
    call: &Call<'_>,
    share: Share,
) -> Result<Vec<u8>, Refused> {
    let wiring = Wiring::load(vm);
    let target = wiring.target(vm).map_err(|error| Refused::With(error.into()))?;
    let config = proxy.config();
    let modes = if config.guards_nothing() {
        Modes::default()
    } else {
        proxy.modes.all()
    };
    let held = Held::take(share);
    let invariants = remembered(proxy, vm, config, modes)?;
    let assets = measured(proxy, vm, config)?;

    let (done, answer) = sdk::delegate_call(vm, target, u64::MAX, call.input);
    if !done {
        return Err(Refused::With(answer));
    }

    wiring
        .require_kept(vm)
        .map_err(|error| Refused::Violation(None, error.into()))?;
    if proxy.config() != config {
        let slot = slots::ROOT.into();
        let changed = super::ProxyError::from(ProxySlotChanged { slot });
        return Err(Refused::Violation(None, changed.into()));
    }
    for (watched, before) in &invariants {
        judge(vm, modes, watched, *before)?;
    }
    let share = held.share();
    for (asset, before) in &assets {
        charge(proxy, vm, modes, *asset, before, share)?;
    }
    Ok(answer)
}

/// The invariants, each with what its target said.
#[inline(never)]
fn remembered(
    proxy: &Proxy,
    vm: &VM,
    config: Config,
    modes: Modes,
) -> Result<Vec<(Watched, Option<U256>)>, Refused> {
    let mut remembered = Vec::new();
    for place in config.invariants.taken() {
        let Some(watched) = proxy.invariant_at(place) else {
            continue;
        };
        let before = match watched.before(vm) {
            Ok(before) => before,
            // What could not be evaluated before the call is not asked after it.
            Err(unmet) => {
                weigh(vm, modes, guard_of(&watched), unmet.into(), false)?;
                continue;
            }
        };
        remembered.push((watched, before));
    }
    Ok(remembered)
}

/// What is held of each asset that is watched.
#[inline(never)]
fn measured(proxy: &Proxy, vm: &VM, config: Config) -> Result<Vec<(Address, Measured)>, Refused> {
    let mut measured = Vec::new();
    for place in config.assets.taken() {
        let asset = proxy.asset_at(place);
        measured.push((asset, Measured::begin(vm, asset)?));
    }
    Ok(measured)
}

#[inline(never)]
fn judge(vm: &VM, modes: Modes, watched: &Watched, before: Option<U256>) -> Result<(), Refused> {
    watched.after(vm, before).or_else(|unmet| {
        let is_harm = matches!(unmet, Unmet::Broken(_));
        weigh(vm, modes, guard_of(watched), unmet.into(), is_harm)
    })
}

/// Takes what has left of an asset out of its bucket.
#[inline(never)]
fn charge(
    proxy: &mut Proxy,
    vm: &VM,
    modes: Modes,
    asset: Address,
    before: &Measured,
    share: Share,
) -> Result<(), Refused> {
    let left = before.decrease(vm)?;
    // What nothing has left of is not asked, or a closed asset would stop everything.
    if left.is_zero() {
        return Ok(());
    }
    proxy
        .outflow
        .consume(asset, share.cost_up(left))
        .or_else(|refusal| weigh(vm, modes, FLOWS, refusal, true))
}

/// What becomes of a guard's refusal.
#[inline(never)]
fn weigh(vm: &VM, modes: Modes, guard: GuardId, refusal: GuardError, is_harm: bool) -> Result<(), Refused> {
    let reason: Vec<u8> = refusal.into();
    match modes.of(guard) {
        Mode::Shadow => {
            let by = vm.msg_sender();
            sdk::emit(
                vm,
                GuardWouldRefuse {
                    guard,
                    by,
                    reason: &reason,
                },
            );
            Ok(())
        }
        Mode::Latch if is_harm => Err(Refused::Violation(Some(guard), reason)),
        Mode::Enforce | Mode::Latch => Err(Refused::With(reason)),
    }
}

fn guard_of(watched: &Watched) -> GuardId {
    // Invariant: one of eight.
    GuardId::new(watched.guard).unwrap_or(FLOWS)
}

impl Proxy {
    /// An asset that is watched, and its bucket.
    pub(crate) fn asset_state(&self, asset: Address) -> AssetState {
        let limit = self.outflow.limit(asset);
        AssetState {
            asset,
            capacity: limit.map_or(U256::ZERO, |limit| limit.capacity()),
            refill_secs: limit.map_or(0, |limit| limit.refill_secs()),
            available: self.outflow.available(asset),
        }
    }
}
