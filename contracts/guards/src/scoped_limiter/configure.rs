//! What only governance does: a scope's own limit, the default of accounts, and closing them.

use super::{
    limiter::{Loaded, ScopedLimiter},
    scope::{Scope, Subject},
    state::{self, InvalidSetting, Limit, Marks, Setting, Slot},
    ScopeConfigured, ScopeFollowsDefault, ScopeLimitZero, ScopeTimeOutOfBounds,
};
use crate::{authority::Governor, sdk, timelock::Change, GuardError};
use alloy_primitives::{Address, U256};
use portcullis_core::bucket::MAX_REFILL_SECS;
use stylus_sdk::prelude::*;

impl ScopedLimiter {
    /// Sets a scope's own limit. The first time all of it is available, except to an account that the default has governed until now;
    /// after that nothing is added to what is available at once. A limit that lets more pass in some interval than what was in force has to
    /// have waited.
    ///
    /// # Errors
    /// [`ScopeLimitZero`], [`ScopeTimeOutOfBounds`], and those of [`Change::require_waited`].
    ///
    /// # Events
    /// [`ScopeConfigured`].
    pub fn configure(
        &mut self,
        change: Change<'_>,
        scope: Scope,
        setting: Setting,
    ) -> Result<(), GuardError> {
        self.set(change, Subject::Scope(scope), setting)
    }

    /// Sets what every account of the asset is under that has no limit of its own, from this second on. A limit that lets more pass in some
    /// interval than the default before has to have waited.
    ///
    /// # Errors
    /// [`ScopeLimitZero`], [`ScopeTimeOutOfBounds`], and those of [`Change::require_waited`].
    ///
    /// # Events
    /// [`ScopeConfigured`], with what an account has that has moved nothing as `available`.
    pub fn configure_default(
        &mut self,
        change: Change<'_>,
        asset: Address,
        setting: Setting,
    ) -> Result<(), GuardError> {
        self.set(change, Subject::AccountDefault { asset }, setting)
    }

    /// Closes a scope: no flow that meets it passes. Set again, it starts with nothing available.
    ///
    /// # Errors
    /// [`ScopeClosed`](super::ScopeClosed) when it is not open.
    ///
    /// # Events
    /// [`ScopeConfigured`].
    pub fn close(&mut self, _by: &Governor, scope: Scope) -> Result<(), GuardError> {
        self.shut(Subject::Scope(scope))
    }

    /// Closes the asset's default: accounts without a limit of their own are closed. Set again, they have what they had.
    ///
    /// # Errors
    /// [`ScopeClosed`](super::ScopeClosed) when there is none.
    ///
    /// # Events
    /// [`ScopeConfigured`].
    pub fn close_default(&mut self, _by: &Governor, asset: Address) -> Result<(), GuardError> {
        self.shut(Subject::AccountDefault { asset })
    }

    /// Puts an account that has a limit of its own back under the asset's default. What has left counts, and nothing is added at once.
    ///
    /// # Errors
    /// [`ScopeFollowsDefault`] when it has none, [`ScopeClosed`](super::ScopeClosed) when the asset has no default, and those of [`Change::require_waited`]
    /// when the default lets more pass.
    ///
    /// # Events
    /// [`ScopeConfigured`].
    pub fn follow_default(
        &mut self,
        change: Change<'_>,
        asset: Address,
        account: Address,
    ) -> Result<(), GuardError> {
        let default = self.read(Subject::AccountDefault { asset });
        let limit = default.open()?.limit();
        let subject = Subject::Scope(Scope::Account { asset, account });
        let loaded = self.read(subject);
        if !loaded.marks.own {
            return Err(ScopeFollowsDefault { scope: loaded.key }.into());
        }
        self.reconfigure(subject, loaded, Some(limit), false, Some(change))
    }

    fn set(&mut self, change: Change<'_>, subject: Subject, setting: Setting) -> Result<(), GuardError> {
        let loaded = self.read(subject);
        let scope = loaded.key;
        let limit = Limit::new(setting).map_err(|invalid| match invalid {
            InvalidSetting::Zero => GuardError::from(ScopeLimitZero { scope }),
            InvalidSetting::OutOfBounds { secs } => ScopeTimeOutOfBounds {
                scope,
                secs,
                // The same for both kinds.
                maximum_secs: MAX_REFILL_SECS,
            }
            .into(),
        })?;
        self.reconfigure(subject, loaded, Some(limit), true, Some(change))
    }

    fn shut(&mut self, subject: Subject) -> Result<(), GuardError> {
        let loaded = self.read(subject);
        loaded.open()?;
        self.reconfigure(subject, loaded, None, true, None)
    }

    /// Puts the subject under `to`; what loosens has to have waited.
    #[inline(never)]
    fn reconfigure(
        &mut self,
        subject: Subject,
        loaded: Loaded,
        to: Option<Limit>,
        own: bool,
        by: Option<Change<'_>>,
    ) -> Result<(), GuardError> {
        let now = self.vm().block_timestamp();
        let previous = loaded.slot;
        let mut change = previous.reconfigure(to, now);
        if let (Subject::AccountDefault { .. }, Some(_)) = (subject, to) {
            // Nothing leaves through a default: it is always as new. The same again stays as old as it is.
            change.slot = if previous.limit() == to {
                previous
            } else {
                Slot::Unset.reconfigure(to, now).slot
            };
            change.available = change
                .slot
                .open()
                .map_or(U256::ZERO, |state| state.available_down(now));
        }
        // Closing tightens, and has nobody to ask.
        if let Some(by) = by {
            by.require_waited_if(change.loosened)?;
        }
        if !loaded.marks.listed {
            self.subjects.append(subject.to_words());
        }
        let marks = Marks { own, listed: true };
        self.limiters
            .keep(loaded.key, loaded.words, state::to_words(change.slot, marks));
        let (previous_limiter, previous_amount, previous_secs) = numbers(previous.limit());
        let (limiter, amount, secs) = numbers(to);
        let (kind, asset, detail) = subject.parts();
        sdk::emit(
            self.vm(),
            ScopeConfigured {
                scope: loaded.key,
                asset,
                kind,
                detail,
                previous_limiter,
                previous_amount,
                previous_secs,
                limiter,
                amount,
                secs,
                previous_available: change.previous_available,
                available: change.available,
                loosened: change.loosened,
            },
        );
        Ok(())
    }
}

/// A limit as events tell it.
fn numbers(limit: Option<Limit>) -> (u8, U256, u64) {
    match limit.map(Limit::setting) {
        None => (0, U256::ZERO, 0),
        Some(Setting::Bucket {
            capacity,
            refill_secs,
        }) => (1, capacity, refill_secs),
        Some(Setting::Window { amount, window_secs }) => (2, amount, window_secs),
    }
}
