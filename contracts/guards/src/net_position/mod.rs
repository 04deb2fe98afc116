//! A limit of the net position of an asset over a time, with a bound for either side. For those who want netting.
//!
//! **Netting has a price: an inflow buys an outflow.** Whoever can bring something in that costs them nothing, or that they can have back another way,
//! takes out `max_in + max_out` in a second, and again when it has brought in again: gross there is no bound at all. A forged receipt, a worthless
//! collateral and a deposit on another's behalf are inflows too. Most contracts want [`crate::rate_limiter`] with [`crate::flow_cap`] instead; those that
//! want both have a rate limiter beside this, which bounds the sum.
//!
//! # Design
//! - [`portcullis_core::position`] states the bound. Two words an asset: the bounds, which change rarely, and the position.
//! - **Off by default, and by name.** An asset that was never set, or was closed, is closed both ways, and the only way to set one is
//!   [`NetPosition::configure_where_an_inflow_buys_an_outflow`].
//! - The position starts at zero. Closed and set again it starts as far out as it may be: nothing goes out before something has come in or time has passed.
//! - Under other bounds no more goes out at once than before.
//!
//! # Trust assumptions
//! - Both ways are told, with what was measured. An inflow that was only named buys an outflow all the same.
//!
//! # The attack
//! In, then out, in the same window, with a deposit that is worth nothing. The tests show what it gets here, and what it gets when a gross limiter stands beside.

// The storage macro names both.
use crate::{
    authority::Governor,
    errors, events,
    rate_limiter::{ready_at, NEVER},
    sdk,
    setting::{amount_refused, refused},
    timelock::Change,
    GuardError,
};
use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, B256, U256};
use portcullis_core::{
    position::{Bounds, InvalidBounds, Position, MAX_DECAY_SECS},
    Denied,
};
use stylus_sdk::{
    prelude::*,
    storage::{StorageMap, StorageU256},
};

events! {
    /// An asset's bounds were set, changed or closed (zeros). `loosened`: the position can be farther from zero than before, or comes back sooner.
    PositionConfigured(asset: Address; previous_max_in: U256, previous_max_out: U256, previous_decay_secs: u64, max_in: U256, max_out: U256, decay_secs: u64, loosened: bool);
}

errors! {
    /// The asset has no bounds: nothing moves.
    PositionClosed(asset: Address);
    /// More would have come in, net, than the bound. `retryAt` is the first second at which the same passes if nothing else moves before; the largest number
    /// means that no time lets it pass.
    PositionInExceeded(asset: Address, requested: U256, available: U256, retry_at: u64);
    /// More would have gone out, net, than the bound.
    PositionOutExceeded(asset: Address, requested: U256, available: U256, retry_at: u64);
}

/// The positions of all assets.
#[storage]
#[derive(crate::StorageLayout)]
pub struct NetPosition {
    /// [`Bounds`] for the word of each asset's address.
    bounds: StorageMap<B256, StorageU256>,
    /// A [`Position`], which is not the word zero once the asset was set.
    positions: StorageMap<B256, StorageU256>,
}

impl NetPosition {
    /// Requires that the asset has bounds.
    ///
    /// # Errors
    /// [`PositionClosed`].
    pub fn check_open(&self, asset: Address) -> Result<(), GuardError> {
        self.open(asset).map(drop)
    }

    /// `amount` comes in, and buys as much to go out.
    ///
    /// # Errors
    /// [`PositionClosed`], [`PositionInExceeded`].
    pub fn bring_in(&mut self, asset: Address, amount: U256) -> Result<(), GuardError> {
        let bounds = self.open(asset)?;
        let now = self.vm().block_timestamp();
        let moved = self.position(asset).bring_in(&bounds, amount, now).map_err(
            |Denied {
                 requested,
                 available,
                 retry_at,
             }| PositionInExceeded {
                asset,
                requested,
                available,
                retry_at: retry_at.unwrap_or(NEVER),
            },
        )?;
        self.keep(asset, moved);
        Ok(())
    }

    /// `amount` goes out.
    ///
    /// # Errors
    /// [`PositionClosed`], [`PositionOutExceeded`].
    pub fn take_out(&mut self, asset: Address, amount: U256) -> Result<(), GuardError> {
        let bounds = self.open(asset)?;
        let now = self.vm().block_timestamp();
        let moved = self.position(asset).take_out(&bounds, amount, now).map_err(
            |Denied {
                 requested,
                 available,
                 retry_at,
             }| PositionOutExceeded {
                asset,
                requested,
                available,
                retry_at: retry_at.unwrap_or(NEVER),
            },
        )?;
        self.keep(asset, moved);
        Ok(())
    }

    /// Sets the asset's bounds, and the time in which a position at either decays to zero. What comes in can then go out again beside `max_out`, whoever
    /// brought it in. Larger, or sooner, has to have waited.
    ///
    /// # Errors
    /// [`crate::setting::AmountCannotAct`] for a bound of zero (or less than a unit of the other), [`crate::setting::SettingOutOfBounds`], and those of
    /// [`Change::require_waited`].
    ///
    /// # Events
    /// [`PositionConfigured`].
    pub fn configure_where_an_inflow_buys_an_outflow(
        &mut self,
        change: Change<'_>,
        asset: Address,
        [max_in, max_out]: [U256; 2],
        decay_secs: u64,
    ) -> Result<(), GuardError> {
        let key = asset.into_word();
        let bounds =
            Bounds::where_an_inflow_buys_an_outflow(max_in, max_out, decay_secs).map_err(|invalid| {
                match invalid {
                    InvalidBounds::ZeroIn => amount_refused(key, "max_in", max_in),
                    InvalidBounds::ZeroOut => amount_refused(key, "max_out", max_out),
                    InvalidBounds::DecayOutOfBounds { decay_secs } => {
                        refused(key, "decay_secs", decay_secs, 1, MAX_DECAY_SECS)
                    }
                }
            })?;
        let previous = self.bounds(asset);
        let loosened = previous.is_none_or(|previous| {
            bounds.max_in() > previous.max_in()
                || bounds.max_out() > previous.max_out()
                || bounds.decay_secs() < previous.decay_secs()
        });
        change.require_waited_if(loosened)?;
        let now = self.vm().block_timestamp();
        let position = match previous {
            Some(from) => self.position(asset).rebounded(&from, &bounds, now),
            None => self.starting(asset, &bounds, now),
        };
        self.keep(asset, position);
        self.put(asset, previous, Some(bounds), loosened);
        Ok(())
    }

    /// Closes the asset both ways.
    ///
    /// # Errors
    /// [`PositionClosed`] when it has no bounds.
    ///
    /// # Events
    /// [`PositionConfigured`], with zeros.
    pub fn close(&mut self, _by: &Governor, asset: Address) -> Result<(), GuardError> {
        let previous = self.open(asset)?;
        self.put(asset, Some(previous), None, false);
        Ok(())
    }

    /// What may come in now.
    pub fn available_in(&self, asset: Address) -> U256 {
        self.available(asset, Position::available_in_down)
    }

    /// What may go out now.
    pub fn available_out(&self, asset: Address) -> U256 {
        self.available(asset, Position::available_out_down)
    }

    /// The first second at which `amount` may come in if nothing moves before: now when it may at once, [`NEVER`] when it never may, or closed.
    pub fn ready_in_at(&self, asset: Address, amount: U256) -> u64 {
        let now = self.vm().block_timestamp();
        let bounds = self.bounds(asset);
        ready_at(
            bounds.map(|bounds| self.position(asset).bring_in(&bounds, amount, now)),
            now,
        )
    }

    /// The same of what goes out.
    pub fn ready_out_at(&self, asset: Address, amount: U256) -> u64 {
        let now = self.vm().block_timestamp();
        let bounds = self.bounds(asset);
        ready_at(
            bounds.map(|bounds| self.position(asset).take_out(&bounds, amount, now)),
            now,
        )
    }

    /// The asset's bounds, or none when it is closed.
    pub fn bounds(&self, asset: Address) -> Option<Bounds> {
        Bounds::from_word(self.bounds.get(asset.into_word()))
    }

    fn available(&self, asset: Address, side: fn(Position, &Bounds, u64) -> U256) -> U256 {
        let now = self.vm().block_timestamp();
        self.bounds(asset)
            .map_or(U256::ZERO, |bounds| side(self.position(asset), &bounds, now))
    }

    fn open(&self, asset: Address) -> Result<Bounds, GuardError> {
        self.bounds(asset).ok_or_else(|| PositionClosed { asset }.into())
    }

    fn position(&self, asset: Address) -> Position {
        Position::from_word(self.positions.get(asset.into_word()))
    }

    #[inline(never)]
    fn keep(&mut self, asset: Address, position: Position) {
        self.positions.insert(asset.into_word(), position.to_word());
    }

    /// Where the position of an asset without bounds starts.
    fn starting(&self, asset: Address, bounds: &Bounds, now: u64) -> Position {
        let seen = !self.positions.get(asset.into_word()).is_zero();
        let used = if seen { bounds.max_out() } else { U256::ZERO };
        // Taking out nothing marks the moment, so that the word says that the asset was set.
        let zero = Position::default();
        // Invariant: from zero at most the bound passes.
        zero.take_out(bounds, used, now).unwrap_or(zero)
    }

    fn put(&mut self, asset: Address, previous: Option<Bounds>, to: Option<Bounds>, loosened: bool) {
        self.bounds
            .insert(asset.into_word(), to.map_or(U256::ZERO, Bounds::to_word));
        let numbers = |bounds: Option<Bounds>| {
            bounds.map_or((U256::ZERO, U256::ZERO, 0), |bounds| {
                (bounds.max_in(), bounds.max_out(), bounds.decay_secs())
            })
        };
        let (previous_max_in, previous_max_out, previous_decay_secs) = numbers(previous);
        let (max_in, max_out, decay_secs) = numbers(to);
        sdk::emit(
            self.vm(),
            PositionConfigured {
                asset,
                previous_max_in,
                previous_max_out,
                previous_decay_secs,
                max_in,
                max_out,
                decay_secs,
                loosened,
            },
        );
    }
}

#[cfg(test)]
mod tests;
