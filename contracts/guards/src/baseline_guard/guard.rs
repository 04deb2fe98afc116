//! The baselines' words.

// The storage macro names both.
use crate::{
    authority::Governor, errors, events, pairs::Pairs, sdk, setting::refused, timelock::Change, GuardError,
};
use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, U256};
use portcullis_core::baseline::{Baseline, Mean, Minimum, Share, WindowOutOfBounds, MAX_WINDOW_SECS};
use stylus_sdk::prelude::*;

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
#[derive(crate::StorageLayout)]
pub struct BaselineGuard {
    /// A [`Minimum`], or the head of a [`Mean`], which alone has the highest bit set; and a mean's ring.
    words: Pairs,
}

impl BaselineGuard {
    /// The value is `value` from now on. For the outermost exit, once. Without a baseline it does nothing.
    pub fn observe(&mut self, asset: Address, value: U256) {
        let now = self.vm().block_timestamp();
        let words = self.words(asset);
        let observed = match of_words(words) {
            None => return,
            Some(Baseline::Minimum(minimum)) => Baseline::Minimum(minimum.observe(value, now)),
            Some(Baseline::Mean(mean)) => Baseline::Mean(mean.observe(value, now)),
        };
        self.keep(asset, words, to_words(observed));
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
        self.keep(asset, self.words(asset), to_words(started));
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
        self.keep(asset, self.words(asset), to_words(changed));
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
        self.keep(asset, self.words(asset), [U256::ZERO; 2]);
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
    pub fn baseline(&self, asset: Address) -> Option<Baseline> {
        of_words(self.words(asset))
    }

    fn require(&self, asset: Address) -> Result<Baseline, GuardError> {
        self.baseline(asset).ok_or_else(|| BaselineUnset { asset }.into())
    }

    /// The words of a baseline. The second is read only for a mean, which alone has one.
    #[inline(never)]
    fn words(&self, asset: Address) -> [U256; 2] {
        let key = asset.into_word();
        let head = self.words.first(key);
        let ring = if is_mean(head) {
            self.words.second(key)
        } else {
            U256::ZERO
        };
        [head, ring]
    }

    fn keep(&mut self, asset: Address, loaded: [U256; 2], words: [U256; 2]) {
        self.words.keep(asset.into_word(), loaded, words);
    }
}

/// Invariant: a minimum leaves its sixteen highest bits zero, a mean sets the highest.
fn is_mean(head: U256) -> bool {
    head.bit(255)
}

fn of_words(words: [U256; 2]) -> Option<Baseline> {
    let [head, _] = words;
    if is_mean(head) {
        Mean::from_words(words).map(Baseline::Mean)
    } else {
        Minimum::from_word(head).map(Baseline::Minimum)
    }
}

#[inline(never)]
fn to_words(baseline: Baseline) -> [U256; 2] {
    match baseline {
        Baseline::Minimum(minimum) => [minimum.to_word(), U256::ZERO],
        Baseline::Mean(mean) => mean.to_words(),
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
