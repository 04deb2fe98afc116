//! How fast a quantity may grow: a debt, a supply, what a market holds.
//!
//! # Design
//! - [`portcullis_core::growth`]: the ceiling is never more than a gap above the quantity and follows it at a rate, up to a maximum. For any two moments, an
//!   increase ends at most at `q + gap + gap · W / expand_secs`, where `q` was the quantity `W` seconds before. One word a key.
//! - **The key is the contract's**: an asset's word, a market's identifier, both hashed. One guard takes all of them.
//! - **The quantity is handed in**, as it stands before an increase and after a decrease. What it grows by itself takes from the room and never blocks
//!   a way out.
//! - A key that was never set, or was closed, is closed: nothing grows under it. Decreases pass always, and are told so that the ceiling falls with them.
//! - Opened again after it was closed a ceiling begins at the quantity, without room.
//!
//! # Trust assumptions
//! - The contract hands in the quantity that it keeps, never one out of an argument.
//! - It tells every decrease. What left untold could come back at once.
//!
//! # The attack
//! A collateral that somebody has found how to mint: without this, a market that stood at a million yesterday is borrowed to its maximum in a block.

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
use alloy_primitives::{B256, U256};
use portcullis_core::{
    growth::{Ceiling, InvalidTerms, Slot, Terms, MAX_EXPAND_SECS},
    Denied,
};
use stylus_sdk::{
    prelude::*,
    storage::{StorageMap, StorageU256},
};

events! {
    /// A ceiling was set, changed or closed (zeros). `loosened`: the quantity can be higher than before at some time.
    GrowthConfigured(key: B256; previous_maximum: U256, previous_gap: U256, previous_expand_secs: u64, maximum: U256, gap: U256, expand_secs: u64, previous_headroom: U256, headroom: U256, loosened: bool);
}

errors! {
    /// The key has no ceiling: nothing grows.
    GrowthClosed(key: B256);
    /// The quantity would be above its ceiling. `retryAt` is the first second at which the same increase passes if nothing else does before; the largest
    /// number means never.
    GrowthExceeded(key: B256, requested: U256, available: U256, retry_at: u64);
}

/// The ceilings of all keys.
#[storage]
#[derive(crate::StorageLayout)]
pub struct GrowthCap {
    /// A [`Slot`] for each key.
    ceilings: StorageMap<B256, StorageU256>,
}

impl GrowthCap {
    /// Requires that the key has a ceiling.
    ///
    /// # Errors
    /// [`GrowthClosed`].
    pub fn check_open(&self, key: B256) -> Result<(), GuardError> {
        self.open(key).map(drop)
    }

    /// The quantity, which is `quantity` before, grows by `amount`.
    ///
    /// # Errors
    /// [`GrowthClosed`], [`GrowthExceeded`].
    pub fn increase(&mut self, key: B256, quantity: U256, amount: U256) -> Result<(), GuardError> {
        let now = self.vm().block_timestamp();
        let ceiling = self.open(key)?.increase(quantity, amount, now).map_err(
            |Denied {
                 requested,
                 available,
                 retry_at,
             }| GrowthExceeded {
                key,
                requested,
                available,
                retry_at: retry_at.unwrap_or(NEVER),
            },
        )?;
        self.keep(key, Slot::Open(ceiling));
        Ok(())
    }

    /// The quantity has fallen to `quantity`. Never refused.
    pub fn decreased(&mut self, key: B256, quantity: U256) {
        if let Some(ceiling) = self.slot(key).open() {
            let now = self.vm().block_timestamp();
            self.keep(key, Slot::Open(ceiling.decreased(quantity, now)));
        }
    }

    /// Sets a key's ceiling: at most `maximum`, at most `gap` above the quantity, which is `quantity`, and rising by a gap in `expand_secs`. The first time
    /// it begins a gap above the quantity; after that no room is added at once. Higher or faster has to have waited.
    ///
    /// # Errors
    /// [`crate::setting::SettingOutOfBounds`], [`crate::setting::AmountCannotAct`] for a maximum of zero and for a gap of zero or above the maximum, and those
    /// of [`Change::require_waited`].
    ///
    /// # Events
    /// [`GrowthConfigured`].
    pub fn configure(
        &mut self,
        change: Change<'_>,
        key: B256,
        quantity: U256,
        [maximum, gap]: [U256; 2],
        expand_secs: u64,
    ) -> Result<(), GuardError> {
        let terms = Terms::new(maximum, gap, expand_secs).map_err(|invalid| match invalid {
            InvalidTerms::ZeroMaximum => amount_refused(key, "maximum", maximum),
            InvalidTerms::ZeroGap | InvalidTerms::GapAboveMaximum => amount_refused(key, "gap", gap),
            InvalidTerms::ExpandOutOfBounds { expand_secs } => {
                refused(key, "expand_secs", expand_secs, 1, MAX_EXPAND_SECS)
            }
        })?;
        self.reconfigure(key, quantity, Some(terms), Some(change))
    }

    /// Closes a key's ceiling over a quantity of `quantity`. Opened again it begins at the quantity.
    ///
    /// # Errors
    /// [`GrowthClosed`] when it has none.
    ///
    /// # Events
    /// [`GrowthConfigured`], with zeros.
    pub fn close(&mut self, _by: &Governor, key: B256, quantity: U256) -> Result<(), GuardError> {
        self.check_open(key)?;
        self.reconfigure(key, quantity, None, None)
    }

    /// By how much a quantity of `quantity` may grow now.
    pub fn headroom(&self, key: B256, quantity: U256) -> U256 {
        let now = self.vm().block_timestamp();
        self.slot(key)
            .open()
            .map_or(U256::ZERO, |ceiling| ceiling.headroom_down(quantity, now))
    }

    /// The first second at which a quantity of `quantity` may grow by `amount` if it does not change before: now when it may at once, [`NEVER`] when that is above the maximum or a gap above
    /// the quantity, or closed.
    pub fn ready_at(&self, key: B256, quantity: U256, amount: U256) -> u64 {
        let now = self.vm().block_timestamp();
        let asked = self.slot(key).open();
        ready_at(asked.map(|ceiling| ceiling.increase(quantity, amount, now)), now)
    }

    /// The key's terms, or none when it is closed.
    pub fn terms(&self, key: B256) -> Option<Terms> {
        self.slot(key).open().map(|ceiling| ceiling.terms())
    }

    #[inline(never)]
    fn slot(&self, key: B256) -> Slot {
        Slot::from_word(self.ceilings.get(key))
    }

    #[inline(never)]
    fn keep(&mut self, key: B256, slot: Slot) {
        self.ceilings.insert(key, slot.to_word());
    }

    fn open(&self, key: B256) -> Result<Ceiling, GuardError> {
        self.slot(key).open().ok_or_else(|| GrowthClosed { key }.into())
    }

    /// Puts the key under `to`; what loosens has to have waited.
    #[inline(never)]
    fn reconfigure(
        &mut self,
        key: B256,
        quantity: U256,
        to: Option<Terms>,
        by: Option<Change<'_>>,
    ) -> Result<(), GuardError> {
        let previous = self.slot(key);
        let change = previous.reconfigure(to, quantity, self.vm().block_timestamp());
        // Closing tightens, and has nobody to ask.
        if let Some(by) = by {
            by.require_waited_if(change.loosened)?;
        }
        self.keep(key, change.slot);
        let numbers = |terms: Option<Terms>| {
            terms.map_or((U256::ZERO, U256::ZERO, 0), |terms| {
                (terms.maximum(), terms.gap(), terms.expand_secs())
            })
        };
        let (previous_maximum, previous_gap, previous_expand_secs) =
            numbers(previous.open().map(|ceiling| ceiling.terms()));
        let (maximum, gap, expand_secs) = numbers(to);
        sdk::emit(
            self.vm(),
            GrowthConfigured {
                key,
                previous_maximum,
                previous_gap,
                previous_expand_secs,
                maximum,
                gap,
                expand_secs,
                previous_headroom: change.previous_headroom,
                headroom: change.headroom,
                loosened: change.loosened,
            },
        );
        Ok(())
    }
}

#[cfg(test)]
mod tests;
