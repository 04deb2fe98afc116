//! The limits of one direction: what flows meet, and what may be read.

// The storage macro names both.
use super::{
    scope::{Charge, Scope, Subject},
    state::{self, Limit, Marks, Setting, Slot, State},
    ScopeClosed, ScopeLimited, ScopesOutOfBounds,
};
use crate::{
    pairs::Pairs,
    rate_limiter::{ready_at, NEVER},
    registry::Registry,
    GuardError,
};
use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, B256, U256};
use portcullis_core::scope::{consume_all, Limiter as _, Refused, Request, MAX_SCOPES};
use stylus_sdk::prelude::*;

/// A subject that was configured, and what is in force for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What it is for.
    pub subject: Subject,
    /// What is in force, or none when it is closed. An account that was put back under the default has the default's.
    pub setting: Option<Setting>,
    /// What passes now; of the default, what passes for an account that has moved nothing.
    pub available: U256,
    /// Whether it is an account that was put back under the default.
    pub follows_default: bool,
}

/// The limits of one direction.
#[storage]
#[derive(crate::StorageLayout)]
pub struct ScopedLimiter {
    /// Each subject's limiter and marks, by its key. Of a default only the limit counts, and when it was set.
    pub(super) limiters: Pairs,
    /// What was ever configured.
    pub(super) subjects: Registry,
}

/// A subject's limiter.
pub(super) struct Loaded {
    pub(super) key: B256,
    /// As they are stored.
    pub(super) words: [U256; 2],
    pub(super) marks: Marks,
    /// What is in force now.
    pub(super) slot: Slot,
}

impl Loaded {
    pub(super) fn open(&self) -> Result<State, GuardError> {
        self.slot
            .open()
            .ok_or_else(|| ScopeClosed { scope: self.key }.into())
    }
}

impl ScopedLimiter {
    /// Requires that the scope has a limit that is open.
    ///
    /// # Errors
    /// [`ScopeClosed`].
    pub fn check_open(&self, scope: Scope) -> Result<(), GuardError> {
        self.read(Subject::Scope(scope)).open().map(drop)
    }

    /// Charges a flow to every scope that it meets, or to none.
    ///
    /// # Errors
    /// [`ScopeLimited`] when one of them does not let it pass, [`ScopeClosed`] when one has no limit, [`ScopesOutOfBounds`] when none or
    /// more than eight are named.
    #[inline(never)]
    pub fn consume(&mut self, charges: &[Charge]) -> Result<(), GuardError> {
        if charges.is_empty() || charges.len() > MAX_SCOPES {
            return Err(out_of_bounds(charges.len()));
        }
        let now = self.vm().block_timestamp();
        let mut met: Vec<Loaded> = Vec::with_capacity(charges.len());
        let mut requests: Vec<Request<State>> = Vec::with_capacity(charges.len());
        for charge in charges {
            let subject = Subject::Scope(charge.scope);
            let key = subject.key();
            let twice = met
                .iter()
                .zip(&mut requests)
                .find(|(loaded, _)| loaded.key == key);
            if let Some((_, request)) = twice {
                // No limiter lets the largest number pass, so a sum that is cut does not pass either.
                request.amount = request.amount.saturating_add(charge.amount);
                continue;
            }
            let loaded = self.read_at(subject, key);
            if charge.if_set && loaded.slot == Slot::Unset {
                continue;
            }
            requests.push(Request {
                limiter: loaded.open()?,
                amount: charge.amount,
            });
            met.push(loaded);
        }
        consume_all(&mut requests, now).map_err(|refused| match refused {
            Refused::Denied {
                by,
                requested,
                available,
                retry_at,
                ..
            } => ScopeLimited {
                // Invariant: it is one of the requests.
                scope: met.get(by).map_or(B256::ZERO, |loaded| loaded.key),
                requested,
                available,
                retry_at: retry_at.unwrap_or(NEVER),
            }
            .into(),
            Refused::TooMany { scopes } => out_of_bounds(scopes),
        })?;
        for (loaded, request) in met.iter().zip(&requests) {
            let words = state::to_words(Slot::Open(request.limiter), loaded.marks);
            self.limiters.keep(loaded.key, loaded.words, words);
        }
        Ok(())
    }

    /// What passes the scope now.
    pub fn available(&self, scope: Scope) -> U256 {
        self.available_to(&self.read(Subject::Scope(scope)))
    }

    /// The first second at which `amount` passes the scope if nothing does before: now when it does at once, [`NEVER`] when it is more than ever does, or closed. A charge of several scopes
    /// passes at the latest of theirs.
    pub fn ready_at(&self, scope: Scope, amount: U256) -> u64 {
        let now = self.vm().block_timestamp();
        let asked = self.read(Subject::Scope(scope)).slot.open();
        ready_at(asked.map(|state| state.consume(amount, now)), now)
    }

    /// What is in force for the scope, or none when it is closed.
    pub fn setting(&self, scope: Scope) -> Option<Setting> {
        self.read(Subject::Scope(scope)).slot.limit().map(Limit::setting)
    }

    /// What is in force for the accounts of the asset that have no limit of their own, or none when it is closed.
    pub fn default_setting(&self, asset: Address) -> Option<Setting> {
        let default = self.read(Subject::AccountDefault { asset });
        default.slot.limit().map(Limit::setting)
    }

    /// How many subjects were ever configured.
    pub fn count(&self) -> u64 {
        self.subjects.count()
    }

    /// The subject at an index of the list and what is in force for it, or none from [`ScopedLimiter::count`] on.
    pub fn entry(&self, index: u64) -> Option<Entry> {
        let subject = Subject::from_words(self.subjects.get(index)?);
        let loaded = self.read(subject);
        Some(Entry {
            subject,
            setting: loaded.slot.limit().map(Limit::setting),
            available: self.available_to(&loaded),
            follows_default: !loaded.marks.own,
        })
    }

    fn available_to(&self, loaded: &Loaded) -> U256 {
        let now = self.vm().block_timestamp();
        loaded
            .slot
            .open()
            .map_or(U256::ZERO, |state| state.available_down(now))
    }

    /// What is stored under a key: the words, the limiter in them, the marks.
    #[inline(never)]
    fn stored(&self, key: B256) -> ([U256; 2], Slot, Marks) {
        let first = self.limiters.first(key);
        // Invariant: whoever turns a window into a bucket writes a second word of zero.
        let second = if state::is_window(first) {
            self.limiters.second(key)
        } else {
            U256::ZERO
        };
        let words = [first, second];
        let (slot, marks) = state::from_words(words);
        (words, slot, marks)
    }

    pub(super) fn read(&self, subject: Subject) -> Loaded {
        self.read_at(subject, subject.key())
    }

    #[inline(never)]
    fn read_at(&self, subject: Subject, key: B256) -> Loaded {
        let (words, stored, marks) = self.stored(key);
        let slot = match subject {
            Subject::Scope(Scope::Account { asset, .. }) if !marks.own => {
                let default = Subject::AccountDefault { asset }.key();
                let (_, default, _) = self.stored(default);
                stored.under(default)
            }
            _ => stored,
        };
        Loaded {
            key,
            words,
            marks,
            slot,
        }
    }
}

fn out_of_bounds(scopes: usize) -> GuardError {
    ScopesOutOfBounds {
        scopes: scopes as u64,
        maximum: MAX_SCOPES as u64,
    }
    .into()
}
