//! The guards that a build has one of at most, each with what sets its stage and what is measured of it.

use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, U256};
use portcullis::{
    adaptive_limiter::{Adaptation, AdaptiveLimiter},
    authority::Governor,
    baseline_guard::{BaselineGuard, Kind as BaselineKind, ShareCap},
    breaker_guard::BreakerGuard,
    core_types::{
        breaker::Kind,
        pause::{Bounds, Group},
    },
    deferral_queue::DeferralQueue,
    flow_cap::{Caps, FlowCap},
    growth_cap::GrowthCap,
    net_position::NetPosition,
    pause_guard::PauseGuard,
    rate_limiter::RateLimiter,
    scope_key::Scope as BreakerScope,
    scoped_limiter::{Scope, ScopedLimiter, Setting},
    timelock::Change,
    window_limiter::WindowLimiter,
    GuardError,
};
use stylus_sdk::prelude::*;

/// What the protocol keeps: as much as the benchmark sets a capacity to. Its 18 zeros and three more.
const KEPT: U256 = U256::from_limbs([0x35c9_adc5_dea0_0000, 0x36, 0, 0]);

/// A guard that a build has.
pub(crate) trait Guard {
    /// Opens it for an asset.
    fn set_up(&mut self, by: &Governor, asset: Address, capacity: U256, secs: u64) -> Result<(), GuardError>;

    /// What is measured.
    fn run(&mut self, caller: Address, asset: Address, amount: U256) -> Result<(), GuardError>;
}

fn change(by: &Governor) -> Change<'static> {
    Change::waited_elsewhere(by)
}

impl Guard for WindowLimiter {
    fn set_up(&mut self, by: &Governor, asset: Address, capacity: U256, secs: u64) -> Result<(), GuardError> {
        self.configure(change(by), asset, capacity, secs)
    }

    fn run(&mut self, _caller: Address, asset: Address, amount: U256) -> Result<(), GuardError> {
        self.consume(asset, amount)
    }
}

impl Guard for ScopedLimiter {
    fn set_up(
        &mut self,
        by: &Governor,
        asset: Address,
        capacity: U256,
        refill_secs: u64,
    ) -> Result<(), GuardError> {
        let setting = Setting::Bucket {
            capacity,
            refill_secs,
        };
        self.configure(change(by), Scope::Global { asset }, setting)?;
        self.configure_default(change(by), asset, setting)
    }

    /// The asset's own bucket, and the account's under the asset's default: three words read, two written.
    fn run(&mut self, account: Address, asset: Address, amount: U256) -> Result<(), GuardError> {
        self.consume(&[
            Scope::Global { asset }.charge(amount),
            Scope::Account { asset, account }.charge(amount),
        ])
    }
}

impl Guard for FlowCap {
    fn set_up(
        &mut self,
        by: &Governor,
        asset: Address,
        capacity: U256,
        _secs: u64,
    ) -> Result<(), GuardError> {
        let caps = Caps {
            transition: capacity,
            transaction: capacity,
        };
        self.configure(change(by), asset, caps)
    }

    fn run(&mut self, caller: Address, asset: Address, amount: U256) -> Result<(), GuardError> {
        self.take_out(asset, caller, amount)
    }
}

impl Guard for GrowthCap {
    fn set_up(&mut self, by: &Governor, asset: Address, capacity: U256, secs: u64) -> Result<(), GuardError> {
        let maximum = capacity.saturating_mul(U256::from(100));
        self.configure(change(by), asset.into_word(), capacity, [maximum, capacity], secs)
    }

    fn run(&mut self, _caller: Address, asset: Address, amount: U256) -> Result<(), GuardError> {
        self.increase(asset.into_word(), KEPT, amount)
    }
}

impl Guard for NetPosition {
    fn set_up(&mut self, by: &Governor, asset: Address, capacity: U256, secs: u64) -> Result<(), GuardError> {
        self.configure_where_an_inflow_buys_an_outflow(change(by), asset, [capacity, capacity], secs)
    }

    fn run(&mut self, _caller: Address, asset: Address, amount: U256) -> Result<(), GuardError> {
        self.take_out(asset, amount)
    }
}

impl Guard for BreakerGuard {
    fn set_up(
        &mut self,
        _by: &Governor,
        _asset: Address,
        _capacity: U256,
        _secs: u64,
    ) -> Result<(), GuardError> {
        // A breaker that was never set is closed, and its word is asked all the same.
        Ok(())
    }

    fn run(&mut self, _caller: Address, asset: Address, amount: U256) -> Result<(), GuardError> {
        self.charge(BreakerScope::asset(asset), Kind::BoundedWithdrawal, amount)?;
        Ok(())
    }
}

/// A ladder in the middle of its bounds.
const LADDER: Bounds = match Bounds::new(24 * 60 * 60) {
    Some(bounds) => match bounds.with_ladder(2_500, 500, 4 * 60 * 60) {
        Some(bounds) => bounds,
        None => unreachable!(),
    },
    None => unreachable!(),
};

impl Guard for PauseGuard {
    fn set_up(
        &mut self,
        _by: &Governor,
        _asset: Address,
        _capacity: U256,
        _secs: u64,
    ) -> Result<(), GuardError> {
        // Nothing is paused, and the word is asked all the same.
        Ok(())
    }

    fn run(&mut self, _caller: Address, _asset: Address, amount: U256) -> Result<(), GuardError> {
        self.charge(Group::ALL, Kind::BoundedWithdrawal, LADDER, amount)?;
        Ok(())
    }
}

impl Guard for DeferralQueue {
    fn set_up(&mut self, by: &Governor, asset: Address, capacity: U256, secs: u64) -> Result<(), GuardError> {
        self.configure(change(by), asset, capacity, secs, 60, 86_400, 3_600)
    }

    /// A ticket for the caller.
    fn run(&mut self, caller: Address, asset: Address, amount: U256) -> Result<(), GuardError> {
        self.defer(asset, caller, caller, amount)?;
        Ok(())
    }
}

/// A bucket whose capacity adapts.
#[storage]
pub struct Adaptive {
    limiter: RateLimiter,
    terms: AdaptiveLimiter,
}

impl Guard for Adaptive {
    fn set_up(
        &mut self,
        by: &Governor,
        asset: Address,
        capacity: U256,
        refill_secs: u64,
    ) -> Result<(), GuardError> {
        self.limiter.configure(change(by), asset, capacity, refill_secs)?;
        let adaptation = Adaptation {
            floor: capacity >> 1,
            ceiling: capacity << 1,
            step: capacity >> 3,
            multiple_percent: 200,
            smoothing_log2: 2,
            refill_secs,
        };
        self.terms
            .configure(change(by), &mut self.limiter, asset, adaptation)
    }

    /// Within a day: the capacity's word beside the bucket's.
    fn run(&mut self, _caller: Address, asset: Address, amount: U256) -> Result<(), GuardError> {
        self.terms.consume(&mut self.limiter, asset, amount)
    }
}

/// A share of a baseline as a cap.
#[storage]
pub struct Shares {
    baselines: BaselineGuard,
    cap: ShareCap,
}

impl Guard for Shares {
    fn set_up(&mut self, by: &Governor, asset: Address, capacity: U256, secs: u64) -> Result<(), GuardError> {
        self.baselines
            .start(change(by), asset, BaselineKind::Minimum, capacity, secs)?;
        self.cap.configure(change(by), asset, 5_000, U256::ONE)
    }

    /// Asked at the entry, and the new value observed at the exit.
    fn run(&mut self, _caller: Address, asset: Address, amount: U256) -> Result<(), GuardError> {
        self.cap.check(&self.baselines, asset, amount)?;
        self.baselines.observe(asset, KEPT.saturating_sub(amount));
        Ok(())
    }
}

/// The one that this build has.
#[cfg(feature = "window")]
pub(crate) type Extra = WindowLimiter;
#[cfg(feature = "scoped")]
pub(crate) type Extra = ScopedLimiter;
#[cfg(feature = "flow-cap")]
pub(crate) type Extra = FlowCap;
#[cfg(feature = "growth")]
pub(crate) type Extra = GrowthCap;
#[cfg(feature = "position")]
pub(crate) type Extra = NetPosition;
#[cfg(feature = "breaker")]
pub(crate) type Extra = BreakerGuard;
#[cfg(feature = "ladder")]
pub(crate) type Extra = PauseGuard;
#[cfg(feature = "queue")]
pub(crate) type Extra = DeferralQueue;
#[cfg(feature = "adaptive")]
pub(crate) type Extra = Adaptive;
#[cfg(feature = "share")]
pub(crate) type Extra = Shares;
