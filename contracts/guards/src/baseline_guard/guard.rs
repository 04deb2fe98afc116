//! The baselines' words.

// The storage macro names both.
use crate::{authority::Governor, errors, events, sdk, setting::refused, timelock::Change, GuardError};
use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, B256, U256};
use portcullis_core::baseline::{Baseline, Mean, Minimum, Share, WindowOutOfBounds, MAX_WINDOW_SECS};
use stylus_sdk::{
    prelude::*,
    storage::{StorageMap, StorageU256},
};

events! {
    /// An asset's baseline was started at a value. `mean`: it is a mean, and otherwise a minimum.
    BaselineStarted(asset: Address; mean: bool, value: U256, window_secs: u64);
    /// A baseline's window was changed.
    BaselineRewindowed(asset: Address; previous_window_secs: u64, window_secs: u64, previous_value: U256, value: U256, loosened: bool);
    /// An asset has no baseline any more.
    BaselineStopped(asset: Address; previous_value: U256);
}

errors! {
    /// The asset has no baseline, so no share of it can be taken.
    BaselineUnset(asset: Address);
    /// The asset has a baseline already. Stop it first, or change its window.
    HasBaseline(asset: Address);
}

/// Which baseline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The least value of the window.
    Minimum,
    /// The mean value of the window.
    Mean,
}

/// The baselines of all assets.
#[storage]
pub struct BaselineGuard {
    /// A [`Minimum`], or the head of a [`Mean`], which alone has the highest bit set.
    heads: StorageMap<B256, StorageU256>,
    /// The ring of a [`Mean`].
    rings: StorageMap<B256, StorageU256>,
}

impl BaselineGuard {
    /// The value is `value` from now on. For the outermost exit, once. Without a baseline it does nothing.
    pub fn observe(&mut self, asset: Address, value: U256) {
        let now = self.vm().block_timestamp();
        let observed = match self.baseline(asset) {
            None => return,
            Some(Baseline::Minimum(minimum)) => Baseline::Minimum(minimum.observe(value, now)),
            Some(Baseline::Mean(mean)) => Baseline::Mean(mean.observe(value, now)),
        };
        self.keep(asset, observed);
    }

    /// The share of the baseline, rounded down.
    ///
    /// # Errors
    /// [`BaselineUnset`].
    pub fn share_down(&self, asset: Address, share: Share) -> Result<U256, GuardError> {
        let now = self.vm().block_timestamp();
        Ok(share.amount_down(self.require(asset)?, now))
    }

    /// Starts a baseline at a value, as if that had been held for ever. Has to have waited.
    ///
    /// # Errors
    /// [`HasBaseline`], [`crate::setting::SettingOutOfBounds`], and those of [`Change::require_waited`].
    ///
    /// # Events
    /// [`BaselineStarted`].
    pub fn start(
        &mut self,
        change: Change<'_>,
        asset: Address,
        kind: Kind,
        value: U256,
        window_secs: u64,
    ) -> Result<(), GuardError> {
        if self.baseline(asset).is_some() {
            return Err(HasBaseline { asset }.into());
        }
        let now = self.vm().block_timestamp();
        let started = match kind {
            Kind::Minimum => Minimum::starting_at(value, window_secs, now).map(Baseline::Minimum),
            Kind::Mean => Mean::starting_at(value, window_secs, now).map(Baseline::Mean),
        }
        .map_err(|out| out_of_bounds(asset, out))?;
        change.require_waited()?;
        self.keep(asset, started);
        sdk::emit(
            self.vm(),
            BaselineStarted {
                asset,
                mean: kind == Kind::Mean,
                value: started.value_down(now),
                window_secs: window_of(&started),
            },
        );
        Ok(())
    }

    /// Changes the window. The baseline says no more than before at that moment. A shorter one has to have waited.
    ///
    /// # Errors
    /// [`BaselineUnset`], [`crate::setting::SettingOutOfBounds`], and those of [`Change::require_waited`].
    ///
    /// # Events
    /// [`BaselineRewindowed`].
    pub fn rewindow(
        &mut self,
        change: Change<'_>,
        asset: Address,
        window_secs: u64,
    ) -> Result<(), GuardError> {
        let now = self.vm().block_timestamp();
        let previous = self.require(asset)?;
        let changed = match previous {
            Baseline::Minimum(minimum) => minimum.rewindowed(window_secs, now).map(Baseline::Minimum),
            Baseline::Mean(mean) => mean.rewindowed(window_secs, now).map(Baseline::Mean),
        }
        .map_err(|out| out_of_bounds(asset, out))?;
        let (previous_window_secs, window_secs) = (window_of(&previous), window_of(&changed));
        let loosened = window_secs < previous_window_secs;
        change.require_waited_if(loosened)?;
        self.keep(asset, changed);
        sdk::emit(
            self.vm(),
            BaselineRewindowed {
                asset,
                previous_window_secs,
                window_secs,
                previous_value: previous.value_down(now),
                value: changed.value_down(now),
                loosened,
            },
        );
        Ok(())
    }

    /// Stops a baseline: whatever is capped by a share of it does not move until another is started.
    ///
    /// # Errors
    /// [`BaselineUnset`].
    ///
    /// # Events
    /// [`BaselineStopped`].
    pub fn stop(&mut self, _by: &Governor, asset: Address) -> Result<(), GuardError> {
        let now = self.vm().block_timestamp();
        let previous_value = self.require(asset)?.value_down(now);
        self.put(asset, [U256::ZERO; 2]);
        sdk::emit(
            self.vm(),
            BaselineStopped {
                asset,
                previous_value,
            },
        );
        Ok(())
    }

    /// What the baseline says now, rounded down.
    ///
    /// # Errors
    /// [`BaselineUnset`].
    pub fn value_down(&self, asset: Address) -> Result<U256, GuardError> {
        let now = self.vm().block_timestamp();
        Ok(self.require(asset)?.value_down(now))
    }

    /// The window, in seconds, or zero without a baseline.
    pub fn window_secs(&self, asset: Address) -> u64 {
        self.baseline(asset).map_or(0, |baseline| window_of(&baseline))
    }

    /// The asset's baseline, or none.
    #[inline(never)]
    pub fn baseline(&self, asset: Address) -> Option<Baseline> {
        let key = asset.into_word();
        let head = self.heads.get(key);
        // Invariant: a minimum leaves its sixteen highest bits zero, a mean sets the highest.
        if head.bit(255) {
            Mean::from_words([head, self.rings.get(key)]).map(Baseline::Mean)
        } else {
            Minimum::from_word(head).map(Baseline::Minimum)
        }
    }

    fn require(&self, asset: Address) -> Result<Baseline, GuardError> {
        self.baseline(asset).ok_or_else(|| BaselineUnset { asset }.into())
    }

    #[inline(never)]
    fn keep(&mut self, asset: Address, baseline: Baseline) {
        match baseline {
            Baseline::Minimum(minimum) => self.heads.insert(asset.into_word(), minimum.to_word()),
            Baseline::Mean(mean) => self.put(asset, mean.to_words()),
        }
    }

    /// Stores a pair. A ring that has not changed is not written out, and without one nothing is.
    fn put(&mut self, asset: Address, [head, ring]: [U256; 2]) {
        let key = asset.into_word();
        self.heads.insert(key, head);
        if self.rings.get(key) != ring {
            self.rings.insert(key, ring);
        }
    }
}

fn window_of(baseline: &Baseline) -> u64 {
    match baseline {
        Baseline::Minimum(minimum) => minimum.window_secs(),
        Baseline::Mean(mean) => mean.window_secs(),
    }
}

fn out_of_bounds(asset: Address, WindowOutOfBounds { window_secs }: WindowOutOfBounds) -> GuardError {
    refused(asset.into_word(), "window_secs", window_secs, 1, MAX_WINDOW_SECS)
}
