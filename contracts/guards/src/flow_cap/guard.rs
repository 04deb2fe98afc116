//! The caps' words, and what a transaction has moved.

// The storage macro names both.
use super::Caps;
use crate::{authority::Governor, errors, events, rate_limiter::NEVER, sdk, timelock::Change, GuardError};
use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, B256, U256};
use portcullis_core::net::{self, Actor, Overflow, Tally};
use stylus_sdk::{
    keccak_const::Keccak256,
    prelude::*,
    storage::{StorageMap, StorageU256},
};

events! {
    /// An asset's caps were set, changed or closed (both zero). `loosened`: some flow passes that did not before.
    FlowCapConfigured(asset: Address; previous_transition: U256, previous_transaction: U256, transition: U256, transaction: U256, loosened: bool);
}

errors! {
    /// The asset has no caps: nothing moves.
    FlowCapUnset(asset: Address);
    /// More in one transition than the cap. It never passes; in pieces it may.
    TransitionCapExceeded(asset: Address, requested: U256, available: U256);
    /// More in one transaction than the cap. `available` is what this actor may still have in it, now and in one transition. `retryAt` is now when another
    /// transaction may have it, and the largest number when none may.
    TransactionCapExceeded(asset: Address, requested: U256, available: U256, retry_at: u64);
    /// A sum of the transaction's flows that 256 bits do not hold.
    FlowOverflow(asset: Address, amount: U256);
}

/// What this module's transient words are kept under.
const MODULE: B256 = B256::new(Keccak256::new().update(b"portcullis.flow-cap").finalize());

/// The caps of all assets in one direction.
#[storage]
#[derive(crate::StorageLayout)]
pub struct FlowCap {
    place: sdk::Place,
    transition: StorageMap<B256, StorageU256>,
    transaction: StorageMap<B256, StorageU256>,
}

impl FlowCap {
    /// Requires that the asset has caps.
    ///
    /// # Errors
    /// [`FlowCapUnset`].
    pub fn check_open(&self, asset: Address) -> Result<(), GuardError> {
        match self.stored(asset).open() {
            Some(_) => Ok(()),
            None => Err(FlowCapUnset { asset }.into()),
        }
    }

    /// The actor has brought in `measured`: by so much the contract holds more than before.
    ///
    /// # Errors
    /// [`FlowOverflow`].
    pub fn brought_in(&mut self, asset: Address, actor: Address, measured: U256) -> Result<(), GuardError> {
        let flow = self.flow(asset, actor);
        let after = net::bring_in(flow.actor, flow.tally, measured);
        flow.keep(after.map_err(|Overflow| FlowOverflow {
            asset,
            amount: measured,
        })?);
        Ok(())
    }

    /// Takes `amount` out, for the actor.
    ///
    /// # Errors
    /// [`FlowCapUnset`], [`TransitionCapExceeded`], [`TransactionCapExceeded`], [`FlowOverflow`].
    pub fn take_out(&mut self, asset: Address, actor: Address, amount: U256) -> Result<(), GuardError> {
        let (transition, transaction) = self.stored(asset).open().ok_or(FlowCapUnset { asset })?;
        transition.check(amount).map_err(|denied| TransitionCapExceeded {
            asset,
            requested: amount,
            available: denied.available,
        })?;
        let flow = self.flow(asset, actor);
        let after = net::take_out(flow.actor, flow.tally, amount)
            .map_err(|Overflow| FlowOverflow { asset, amount })?;
        let now = self.vm().block_timestamp();
        let counts = after.1.counted.saturating_sub(flow.tally.counted);
        transaction
            .spend(flow.tally.counted, counts, now)
            .map_err(|denied| TransactionCapExceeded {
                asset,
                requested: amount,
                available: flow
                    .actor
                    .surplus()
                    .saturating_add(denied.available)
                    .min(transition.amount()),
                // In another transaction the actor has brought nothing in: the whole amount counts.
                retry_at: transaction.check(amount).map_or(NEVER, |()| now),
            })?;
        flow.keep(after);
        Ok(())
    }

    /// What to charge now to limiters that outlast the transaction: what counts of it and was not said before. For the outermost exit, once for
    /// each asset that moved.
    #[must_use]
    pub fn due(&mut self, asset: Address) -> U256 {
        let key = self.key(asset, None);
        let tally = tally_at(&key);
        let (due, after) = tally.due();
        keep(&key, words(tally), words(after));
        due
    }

    /// Sets the asset's caps. Where one of them is larger than before, the change has to have waited.
    ///
    /// # Errors
    /// [`crate::setting::AmountCannotAct`], and those of [`Change::require_waited`].
    ///
    /// # Events
    /// [`FlowCapConfigured`].
    pub fn configure(&mut self, change: Change<'_>, asset: Address, caps: Caps) -> Result<(), GuardError> {
        caps.check(asset.into_word())?;
        let previous = self.stored(asset);
        let loosened = caps.is_looser_than(&previous);
        change.require_waited_if(loosened)?;
        self.put(asset, previous, caps, loosened);
        Ok(())
    }

    /// Closes the asset.
    ///
    /// # Errors
    /// [`FlowCapUnset`] when it has no caps.
    ///
    /// # Events
    /// [`FlowCapConfigured`], with zeros.
    pub fn close(&mut self, _by: &Governor, asset: Address) -> Result<(), GuardError> {
        self.check_open(asset)?;
        self.put(asset, self.stored(asset), Caps::NONE, false);
        Ok(())
    }

    /// The asset's caps, or none when it is closed.
    pub fn caps(&self, asset: Address) -> Option<Caps> {
        let caps = self.stored(asset);
        caps.open().map(|_| caps)
    }

    /// What of the asset this actor may take out now, in one transition.
    pub fn available(&self, asset: Address, actor: Address) -> U256 {
        let Some((transition, transaction)) = self.stored(asset).open() else {
            return U256::ZERO;
        };
        let flow = self.flow(asset, actor);
        let left = transaction.available_down(flow.tally.counted);
        flow.actor.surplus().saturating_add(left).min(transition.amount())
    }

    /// What this actor has moved of the asset in this transaction.
    pub fn moved(&self, asset: Address, actor: Address) -> Actor {
        self.flow(asset, actor).actor
    }

    /// What counts of the asset in this transaction, and what of it was said to be due.
    pub fn tally(&self, asset: Address) -> Tally {
        tally_at(&self.key(asset, None))
    }

    fn stored(&self, asset: Address) -> Caps {
        let key = asset.into_word();
        Caps {
            transition: self.transition.get(key),
            transaction: self.transaction.get(key),
        }
    }

    fn put(&mut self, asset: Address, previous: Caps, caps: Caps, loosened: bool) {
        let key = asset.into_word();
        self.transition.insert(key, caps.transition);
        self.transaction.insert(key, caps.transaction);
        sdk::emit(
            self.vm(),
            FlowCapConfigured {
                asset,
                previous_transition: previous.transition,
                previous_transaction: previous.transaction,
                transition: caps.transition,
                transaction: caps.transaction,
                loosened,
            },
        );
    }

    /// The key of the first of two words, an actor's or the asset's.
    fn key(&self, asset: Address, actor: Option<Address>) -> B256 {
        match actor {
            Some(actor) => self.place.key(self.vm(), &MODULE, &[&asset, &actor]),
            None => self.place.key(self.vm(), &MODULE, &[&asset]),
        }
    }

    #[inline(never)]
    fn flow(&self, asset: Address, actor: Address) -> Flow {
        let (actor_key, tally_key) = (self.key(asset, Some(actor)), self.key(asset, None));
        let [brought_in, taken_out] = load(&actor_key);
        Flow {
            actor: Actor {
                brought_in,
                taken_out,
            },
            tally: tally_at(&tally_key),
            actor_key,
            tally_key,
        }
    }
}

/// What an actor has moved, what counts of the asset, and where both are kept.
struct Flow {
    actor: Actor,
    tally: Tally,
    actor_key: B256,
    tally_key: B256,
}

impl Flow {
    fn keep(&self, (actor, tally): (Actor, Tally)) {
        let words_of = |actor: Actor| [actor.brought_in, actor.taken_out];
        keep(&self.actor_key, words_of(self.actor), words_of(actor));
        keep(&self.tally_key, words(self.tally), words(tally));
    }
}

fn words(tally: Tally) -> [U256; 2] {
    [tally.counted, tally.charged]
}

fn tally_at(key: &B256) -> Tally {
    let [counted, charged] = load(key);
    Tally { counted, charged }
}

/// The word after this key's. Keys are hashes, so nothing else is there.
fn second(key: &B256) -> B256 {
    let mut key = *key;
    // Invariant: of 32 bytes.
    key.0[31] ^= 1;
    key
}

#[inline(never)]
fn load(key: &B256) -> [U256; 2] {
    [*key, second(key)].map(|key| sdk::transient_load(&key).into())
}

/// Stores what differs from what was loaded.
#[inline(never)]
fn keep(key: &B256, [first_loaded, second_loaded]: [U256; 2], [first, last]: [U256; 2]) {
    if first != first_loaded {
        sdk::transient_store(key, &first.into());
    }
    if last != second_loaded {
        sdk::transient_store(&second(key), &last.into());
    }
}
