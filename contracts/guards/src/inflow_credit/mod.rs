//! What an actor brought in a while ago lets it take out again without using up everybody's budget. Optional.
//!
//! # Design
//! - [`portcullis_core::credit`]: a share of what an actor verifiably brought in, bounded, that decays to nothing. One word of terms an asset, and one word
//!   an asset and actor.
//! - **Off by default.** An asset without terms grants nothing, and what is due is due. A contract with this guard and no terms is a contract without it.
//! - **At the outermost exit, in one call.** [`InflowCredit::settle`] stands where [`FlowCap::due`] would: it takes what is due from there, pays for it with
//!   what credit there is, and returns the rest for the limiter.
//! - **What is granted in a transaction counts from the next one on**, and is granted for the transaction's net: each exit puts the credit back to what it was
//!   before the transaction's inflow and grants what is left of that inflow. Else money borrowed for a second, in by one call and out by the next,
//!   would leave a credit behind.
//! - A credit never refuses. One that covers nothing when it is written is deleted.
//! - Closing the terms takes all credits out of use at once; what has not decayed by then is back when there are terms again.
//!
//! # Trust assumptions
//! - The contract settles at each outermost exit in which the asset moved, out or in, also when nothing is due.
//! - The contract charges every way out. One that is not charged is a way to bring the same money in again for another credit.
//! - Those of [`crate::flow_cap`] on who the actor is and what was measured.
//!
//! # The attack
//! Borrowed money in and out again in one transaction, in one call or in several, to earn a credit for nothing and take out on it what a forged proof gives.

// The storage macro names both.
use crate::{
    authority::Governor,
    errors, events,
    flow_cap::FlowCap,
    sdk,
    setting::{amount_refused, refused},
    timelock::Change,
    GuardError,
};
use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, B256, U256};
use portcullis_core::{
    baseline::InvalidShare,
    credit::{Credit, InvalidTerms, Terms, MAX_DECAY_SECS},
};
use stylus_sdk::{
    keccak_const::Keccak256,
    prelude::*,
    storage::{StorageMap, StorageU256},
};

events! {
    /// An asset's terms of credit were set, changed or closed (zeros). `loosened`: more passes beside the limiter than before.
    CreditConfigured(asset: Address; previous_share_bps: u64, previous_bound: U256, previous_decay_secs: u64, share_bps: u64, bound: U256, decay_secs: u64, loosened: bool);
}

errors! {
    /// The asset has no terms of credit.
    CreditUnset(asset: Address);
}

/// What this module's transient words are kept under.
const MODULE: B256 = B256::new(Keccak256::new().update(b"portcullis.inflow-credit").finalize());

/// The credits of all actors.
#[storage]
#[derive(crate::StorageLayout)]
pub struct InflowCredit {
    place: sdk::Place,
    /// [`Terms`] for the word of each asset's address.
    terms: StorageMap<B256, StorageU256>,
    /// A [`Credit`] for each asset and actor.
    credits: StorageMap<B256, StorageU256>,
}

impl InflowCredit {
    /// Charges what is due of the asset to the actor's credit, and grants it what of its inflow has not left again. Returns what is still to be charged to
    /// the limiter. For the outermost exit, instead of [`FlowCap::due`].
    #[must_use]
    pub fn settle(&mut self, flows: &mut FlowCap, asset: Address, actor: Address) -> U256 {
        let due = flows.due(asset);
        let Some(terms) = self.terms(asset) else {
            return due;
        };
        let surplus = flows.moved(asset, actor).surplus();
        let now = self.vm().block_timestamp();
        let key = self.key(asset, actor);
        let stored = self.credits.get(key);
        let base = self.base(&key, stored);
        let (mut kept, mut uncovered) = (base, due);
        // Nothing to pay for is nothing to write: a credit decays by itself.
        if !due.is_zero() {
            let spent = Credit::from_word(base).spend(due, now);
            (kept, uncovered) = (word(spent.credit, now), spent.uncovered);
        }
        let mut credit = kept;
        if !surplus.is_zero() {
            credit = word(Credit::from_word(kept).grant_down(&terms, surplus, now), now);
        }
        if kept != base || credit != stored {
            keep_base(&key, kept);
            self.credits.insert(key, credit);
        }
        uncovered
    }

    /// Sets the asset's terms: a share of what comes in, the most that an actor can have, and the time in which it decays. Larger, or longer,
    /// has to have waited.
    ///
    /// # Errors
    /// [`crate::setting::SettingOutOfBounds`], [`crate::setting::AmountCannotAct`], and those of [`Change::require_waited`].
    ///
    /// # Events
    /// [`CreditConfigured`].
    pub fn configure(
        &mut self,
        change: Change<'_>,
        asset: Address,
        share_bps: u16,
        bound: U256,
        decay_secs: u64,
    ) -> Result<(), GuardError> {
        let key = asset.into_word();
        let terms = Terms::new(share_bps, bound, decay_secs).map_err(|invalid| match invalid {
            InvalidTerms::Share(InvalidShare { bps }) => refused(key, "share_bps", bps.into(), 1, 10_000),
            InvalidTerms::ZeroBound => amount_refused(key, "bound", bound),
            InvalidTerms::DecayOutOfBounds { decay_secs } => {
                refused(key, "decay_secs", decay_secs, 1, MAX_DECAY_SECS)
            }
        })?;
        let loosened = self.terms(asset).is_none_or(|previous| {
            terms.share().bps() > previous.share().bps()
                || terms.bound() > previous.bound()
                || terms.decay_secs() > previous.decay_secs()
        });
        change.require_waited_if(loosened)?;
        self.put(asset, Some(terms), loosened);
        Ok(())
    }

    /// Closes the asset's terms.
    ///
    /// # Errors
    /// [`CreditUnset`] when it has none.
    ///
    /// # Events
    /// [`CreditConfigured`], with zeros.
    pub fn close(&mut self, _by: &Governor, asset: Address) -> Result<(), GuardError> {
        self.terms(asset).ok_or(CreditUnset { asset })?;
        self.put(asset, None, false);
        Ok(())
    }

    /// The asset's terms, or none.
    pub fn terms(&self, asset: Address) -> Option<Terms> {
        Terms::from_word(self.terms.get(asset.into_word()))
    }

    /// What the actor's credit covers now; what this transaction granted is not in it.
    pub fn available(&self, asset: Address, actor: Address) -> U256 {
        let key = self.key(asset, actor);
        let base = self.base(&key, self.credits.get(key));
        let now = self.vm().block_timestamp();
        self.terms(asset)
            .map_or(U256::ZERO, |_| Credit::from_word(base).available_down(now))
    }

    /// The first second at which the actor's credit covers nothing if nothing more is granted; zero when it has none.
    pub fn ends_at(&self, asset: Address, actor: Address) -> u64 {
        let word = self.credits.get(self.key(asset, actor));
        Credit::from_word(word).ends_at().unwrap_or(0)
    }

    fn key(&self, asset: Address, actor: Address) -> B256 {
        self.place.key(self.vm(), &MODULE, &[&asset, &actor])
    }

    /// The actor's credit without what this transaction granted.
    fn base(&self, key: &B256, stored: U256) -> U256 {
        if sdk::transient_load(&flag(key)) == B256::ZERO {
            stored
        } else {
            sdk::transient_load(key).into()
        }
    }

    fn put(&mut self, asset: Address, to: Option<Terms>, loosened: bool) {
        let numbers = |terms: Option<Terms>| {
            terms.map_or((0, U256::ZERO, 0), |terms| {
                (terms.share().bps().into(), terms.bound(), terms.decay_secs())
            })
        };
        let (previous_share_bps, previous_bound, previous_decay_secs) = numbers(self.terms(asset));
        let (share_bps, bound, decay_secs) = numbers(to);
        self.terms
            .insert(asset.into_word(), to.map_or(U256::ZERO, Terms::to_word));
        sdk::emit(
            self.vm(),
            CreditConfigured {
                asset,
                previous_share_bps,
                previous_bound,
                previous_decay_secs,
                share_bps,
                bound,
                decay_secs,
                loosened,
            },
        );
    }
}

/// Where it says that a transaction has begun: the word after the credit before it. Keys are hashes, so nothing else is there.
fn flag(key: &B256) -> B256 {
    let mut key = *key;
    // Invariant: of 32 bytes.
    key.0[31] ^= 1;
    key
}

fn keep_base(key: &B256, base: U256) {
    sdk::transient_store(key, &base.into());
    sdk::transient_store(&flag(key), &B256::with_last_byte(1));
}

/// What is stored of a credit: nothing when it covers nothing.
fn word(credit: Credit, now: u64) -> U256 {
    if credit.available_down(now).is_zero() {
        U256::ZERO
    } else {
        credit.to_word()
    }
}

#[cfg(test)]
mod tests;
