//! What is in force now, for whoever watches: how much is left of each limit and when it is back, what the ladder is, and why.

use super::{
    arguments::*,
    governance::known,
    guards::{KEY, LADDER, LAST_GROUP},
    Vault, VaultError,
};
use alloc::vec::Vec;
use alloy_primitives::{B256, U256};
use portcullis::{
    guarded,
    pause_guard::{self, PauseState},
};
use stylus_sdk::prelude::*;

/// The monitor's views. Groups: 0 everything, 1 deposits, 2 withdrawals. Guards: 1 price, 2 supply, 3 solvency, 4 outflow, 5 window.
#[public]
#[allow(missing_docs)] // The macro adds a method of its own.
pub trait IVaultMonitor {
    /// The limit on what leaves: how much is left, and when it is full again.
    fn outflow_limit(&self) -> LimitState;
    /// What the price is held near.
    fn price_window(&self) -> WindowState;
    /// What covers the shares.
    ///
    /// # Errors
    /// `NotAToken`.
    fn backing(&self) -> Result<Backing, VaultError>;
    /// What a group is by the ladder, the pause of everything included.
    ///
    /// # Errors
    /// `UnknownPauseGroup`.
    fn pause_state(&self, group: u8) -> Result<PauseState, VaultError>;
    /// The last violation that was latched.
    fn last_violation(&self) -> ViolationState;
    /// A guard's mode: 0 enforce, 1 shadow, 2 latch.
    ///
    /// # Errors
    /// [`UnknownMode`](super::UnknownMode).
    fn mode(&self, guard: u8) -> Result<u8, VaultError>;
}

#[guarded]
#[public]
impl IVaultMonitor for Vault {
    fn outflow_limit(&self) -> LimitState {
        let asset = self.asset.get();
        let limit = self.outflow.limit(asset);
        let capacity = limit.map_or(U256::ZERO, |limit| limit.capacity());
        LimitState {
            capacity,
            refill_secs: limit.map_or(0, |limit| limit.refill_secs()),
            available: self.outflow.available(asset),
            passes: self.most_out(),
            full_at: self.outflow.ready_at(asset, capacity),
        }
    }

    fn price_window(&self) -> WindowState {
        let band = self.prices.band(KEY);
        let terms = self.prices.terms(KEY);
        let of = |number: fn(&portcullis::invariant::WindowTerms) -> u64| terms.as_ref().map_or(0, number);
        WindowState {
            reference_x128: band.map_or(U256::ZERO, |band| band.reference_x128()),
            down_bps: of(|terms| terms.down_bps),
            up_bps: of(|terms| terms.up_bps),
            step_bps: of(|terms| terms.step_bps),
            period_secs: of(|terms| terms.period_secs),
        }
    }

    fn backing(&self) -> Result<Backing, VaultError> {
        Ok(Backing {
            held: self.held()?,
            managed: self.managed.get(),
        })
    }

    fn pause_state(&self, group: u8) -> Result<PauseState, VaultError> {
        let group = pause_guard::group(group, LAST_GROUP)?;
        Ok(PauseState {
            state: self.pauses.state(group, LADDER) as u8,
            until: self.pauses.until(group),
        })
    }

    fn last_violation(&self) -> ViolationState {
        let last = self.violations.last();
        ViolationState {
            count: last.count,
            at: last.at,
            guard: last.guard,
            method: B256::right_padding_from(&last.method),
            reason: B256::right_padding_from(&last.reason),
            by: last.by,
        }
    }

    fn mode(&self, guard: u8) -> Result<u8, VaultError> {
        Ok(self.modes.all().of(known(guard, 0)?) as u8)
    }
}
