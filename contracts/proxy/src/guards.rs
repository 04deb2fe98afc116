//! What the guards are, as the administrator sets and reads them.
//!
//! # Design
//! - A setting that could not act is refused: an asset that does not answer, an invariant whose target does not, a group that there is not.
//! - **Each event says whether it loosens.** What cannot be compared counts as loosening.
//! - Lists have places, eight each, and a place keeps its number: the guard of an invariant is its place and one, in modes, events and records.

use super::{
    arguments::{AssetState, InvariantTerms, SelectorTerms, Violated},
    config::PLACES,
    error::{ListFull, NoInvariant, NotWatched, ProxyError, UnknownMode},
    invariant::Watched,
    key, key_of,
    setting::{out_of_bounds, Setting},
    Proxy, LADDER,
};
use alloc::vec::Vec;
use alloy_primitives::{Address, FixedBytes, B256, U256};
use portcullis::{
    abi::{encode, signature_hash, Event},
    asset,
    core_types::mode::{GuardId, Mode},
    events,
    pause_guard::{any_group, rung, Pause, PauseState},
    rate_limiter::BucketTerms,
    sdk,
    timelock::Change,
};
use stylus_sdk::prelude::*;

events! {
    /// What a selector is that is not listed (0), or calldata without one (1). The words are those of [`super::setting`].
    DefaultConfigured(which: u8; previous: u64, current: u64, loosened: bool);
    /// An asset is watched from now on, or no longer. `BucketConfigured` beside it says with which limit.
    AssetWatched(asset: Address; watched: bool, loosened: bool);
    /// An invariant was set (or cleared, with a target of zero). `previous` and `current` are the targets; its terms are read by `invariant`.
    InvariantConfigured(place: u8; previous: Address, current: Address, loosened: bool);
}

/// What a selector is was set. The words are those of [`super::setting`]; zero is not listed.
struct SelectorConfigured {
    selector: [u8; 4],
    previous: u64,
    current: u64,
    loosened: bool,
}

impl Event for SelectorConfigured {
    const TOPICS: usize = 2;

    fn encode(&self) -> Vec<u8> {
        const TOPIC: B256 = signature_hash("SelectorConfigured", &["bytes4", "uint64", "uint64", "bool"]);
        encode(
            TOPIC.as_slice(),
            &[
                &key_of(&self.selector),
                &self.previous,
                &self.current,
                &self.loosened,
            ],
        )
    }
}

/// The proxy's guards. For the administrator.
#[public]
#[allow(missing_docs)] // The macro adds a method of its own.
pub trait IProxyGuards {
    /// Says what selectors are.
    ///
    /// # Errors
    /// `UnknownKind`, `UnknownPauseGroup`, `SettingOutOfBounds`, `SettingCannotAct`.
    fn set_selectors(
        &mut self,
        selectors: Vec<FixedBytes<4>>,
        terms: SelectorTerms,
    ) -> Result<(), ProxyError>;

    /// Says no longer what selectors are: what is not listed is what they are.
    fn unlist_selectors(&mut self, selectors: Vec<FixedBytes<4>>) -> Result<(), ProxyError>;

    /// Says what a selector is that is not listed.
    ///
    /// # Errors
    /// Those of `setSelectors`.
    fn set_unlisted(&mut self, terms: SelectorTerms) -> Result<(), ProxyError>;

    /// Says what calldata is that is shorter than a selector: plain transfers of ETH, mostly.
    ///
    /// # Errors
    /// Those of `setSelectors`.
    fn set_short(&mut self, terms: SelectorTerms) -> Result<(), ProxyError>;

    /// Watches an asset and limits what leaves of it, or changes its limit.
    ///
    /// # Errors
    /// [`ListFull`], `NotAToken`, `CapacityZero`, `RefillOutOfBounds`.
    fn watch(&mut self, terms: BucketTerms) -> Result<(), ProxyError>;

    /// Lets nothing leave of an asset that is watched.
    ///
    /// # Errors
    /// [`NotWatched`], `AssetClosed`.
    fn close(&mut self, asset: Address) -> Result<(), ProxyError>;

    /// Watches an asset no longer: what leaves of it has no limit.
    ///
    /// # Errors
    /// [`NotWatched`].
    fn unwatch(&mut self, asset: Address) -> Result<(), ProxyError>;

    /// Sets the invariant at a place, 0 to 7, over the one that is there.
    ///
    /// # Errors
    /// `SettingOutOfBounds`, `SettingCannotAct`, `Unanswered` when nobody answers now.
    fn set_invariant(
        &mut self,
        place: u8,
        selector: FixedBytes<4>,
        terms: InvariantTerms,
    ) -> Result<(), ProxyError>;

    /// Takes the invariant at a place away.
    ///
    /// # Errors
    /// [`NoInvariant`].
    fn clear_invariant(&mut self, place: u8) -> Result<(), ProxyError>;

    /// Says what a guard's refusal means: 0 the call is refused, 1 it proceeds and is told, 2 it is refused and trips where it is latched. Guard 0 is what leaves, 1 to 8 the invariants.
    ///
    /// # Errors
    /// [`UnknownMode`], `SettingOutOfBounds`.
    fn set_mode(&mut self, guard: u8, mode: u8) -> Result<(), ProxyError>;

    /// Makes a group stricter: to throttled (2), reduce-only (3) or frozen (4).
    ///
    /// # Errors
    /// `UnknownState`, `UnknownPauseGroup`, `PauseOutOfBounds`, `PauseNotTightened`.
    fn restrict(&mut self, pause: Pause) -> Result<(), ProxyError>;

    /// Ends a group's own pause: the ramp begins.
    ///
    /// # Errors
    /// `UnknownPauseGroup`, `NotPaused`.
    fn lift(&mut self, group: u8) -> Result<(), ProxyError>;

    /// What a selector is, and 1 when that was set.
    fn setting(&self, selector: FixedBytes<4>) -> (SelectorTerms, bool);

    /// What is not listed.
    fn unlisted(&self) -> SelectorTerms;

    /// What is shorter than a selector.
    fn short(&self) -> SelectorTerms;

    /// The asset at a place, 0 to 7, with its limit; zeros where there is none.
    fn watched(&self, place: u8) -> AssetState;

    /// The invariant at a place, 0 to 7.
    ///
    /// # Errors
    /// [`NoInvariant`].
    fn invariant(&self, place: u8) -> Result<(FixedBytes<4>, InvariantTerms), ProxyError>;

    /// A guard's mode.
    ///
    /// # Errors
    /// `SettingOutOfBounds`.
    fn mode(&self, guard: u8) -> Result<u8, ProxyError>;

    /// What a group is, and until when.
    ///
    /// # Errors
    /// `UnknownPauseGroup`.
    fn state(&self, group: u8) -> Result<PauseState, ProxyError>;

    /// The last violation in a latched call.
    fn last_violation(&self) -> Violated;
}

#[public]
impl IProxyGuards for Proxy {
    fn set_selectors(
        &mut self,
        selectors: Vec<FixedBytes<4>>,
        terms: SelectorTerms,
    ) -> Result<(), ProxyError> {
        let word = Setting::new(terms)?.to_word();
        self.list(&selectors, word);
        Ok(())
    }

    fn unlist_selectors(&mut self, selectors: Vec<FixedBytes<4>>) -> Result<(), ProxyError> {
        self.list(&selectors, 0);
        Ok(())
    }

    fn set_unlisted(&mut self, terms: SelectorTerms) -> Result<(), ProxyError> {
        let mut config = self.config();
        let current = Setting::new(terms)?.to_word();
        let previous = core::mem::replace(&mut config.unlisted, current);
        self.set_config(config);
        self.default_configured(0, previous, current);
        Ok(())
    }

    fn set_short(&mut self, terms: SelectorTerms) -> Result<(), ProxyError> {
        let mut config = self.config();
        let current = Setting::new(terms)?.to_word();
        let previous = core::mem::replace(&mut config.short, current);
        self.set_config(config);
        self.default_configured(1, previous, current);
        Ok(())
    }

    fn watch(&mut self, terms: BucketTerms) -> Result<(), ProxyError> {
        let BucketTerms {
            asset,
            capacity,
            refill_secs,
        } = terms;
        let right = self.right()?;
        if self.place_of(asset).is_none() {
            let mut config = self.config();
            let most = u64::from(PLACES);
            let place = config.assets.first_free().ok_or(ListFull { most })?;
            asset::held(self.vm(), asset)?;
            self.assets.insert(key(place.into()), asset.into_word().into());
            config.assets = config.assets.with(place, true);
            self.set_config(config);
            self.asset_watched(asset, true);
        }
        let change = Change::waited_elsewhere(&right);
        Ok(self.outflow.configure(change, asset, capacity, refill_secs)?)
    }

    fn close(&mut self, asset: Address) -> Result<(), ProxyError> {
        self.place_of(asset).ok_or(NotWatched { asset })?;
        Ok(self.outflow.close(&self.right()?, asset)?)
    }

    fn unwatch(&mut self, asset: Address) -> Result<(), ProxyError> {
        let place = self.place_of(asset).ok_or(NotWatched { asset })?;
        let mut config = self.config();
        config.assets = config.assets.with(place, false);
        self.set_config(config);
        self.assets.insert(key(place.into()), U256::ZERO);
        self.asset_watched(asset, false);
        Ok(())
    }

    fn set_invariant(
        &mut self,
        place: u8,
        selector: FixedBytes<4>,
        terms: InvariantTerms,
    ) -> Result<(), ProxyError> {
        if place >= PLACES {
            return Err(out_of_bounds("place", place.into(), 0, u64::from(PLACES - 1)).into());
        }
        // Invariant: a place is below eight.
        let watched = Watched::new(place.wrapping_add(1), selector.0, &terms)?;
        watched
            .ask(self.vm())
            .map_err(|unmet| ProxyError::from(portcullis::GuardError::from(unmet)))?;
        let previous = self.invariant_at(place);
        self.keep_invariant(place, watched.to_words());
        let mut config = self.config();
        config.invariants = config.invariants.with(place, true);
        self.set_config(config);
        let loosened = previous.is_some() && previous.as_ref() != Some(&watched);
        let previous = previous.map_or(Address::ZERO, |previous| previous.target);
        self.invariant_configured(place, previous, watched.target, loosened);
        Ok(())
    }

    fn clear_invariant(&mut self, place: u8) -> Result<(), ProxyError> {
        let mut config = self.config();
        if !config.invariants.has(place) {
            return Err(NoInvariant { place }.into());
        }
        let previous = self
            .invariant_at(place)
            .map_or(Address::ZERO, |watched| watched.target);
        self.keep_invariant(place, [U256::ZERO; 4]);
        config.invariants = config.invariants.with(place, false);
        self.set_config(config);
        self.invariant_configured(place, previous, Address::ZERO, true);
        Ok(())
    }

    fn set_mode(&mut self, guard: u8, mode: u8) -> Result<(), ProxyError> {
        let guard = guard_id(guard)?;
        let mode = Mode::from_number(mode).ok_or(UnknownMode { mode })?;
        let right = self.right()?;
        let change = Change::waited_elsewhere(&right);
        Ok(self.modes.set(change, guard, mode)?)
    }

    fn restrict(&mut self, pause: Pause) -> Result<(), ProxyError> {
        let Pause { group, state, secs } = pause;
        let guardian = self.right()?.as_guardian();
        Ok(self
            .pauses
            .restrict(&guardian, any_group(group)?, rung(state)?, secs, LADDER)?)
    }

    fn lift(&mut self, group: u8) -> Result<(), ProxyError> {
        let right = self.right()?;
        Ok(self.pauses.unpause(&right, any_group(group)?, LADDER)?)
    }

    fn setting(&self, selector: FixedBytes<4>) -> (SelectorTerms, bool) {
        match self.listed(&selector.0) {
            (setting, true) => (setting.terms(), true),
            _ => (self.config().unlisted().terms(), false),
        }
    }

    fn unlisted(&self) -> SelectorTerms {
        self.config().unlisted().terms()
    }

    fn short(&self) -> SelectorTerms {
        self.config().short().terms()
    }

    fn watched(&self, place: u8) -> AssetState {
        if self.config().assets.has(place) {
            self.asset_state(self.asset_at(place))
        } else {
            AssetState {
                asset: Address::ZERO,
                capacity: U256::ZERO,
                refill_secs: 0,
                available: U256::ZERO,
            }
        }
    }

    fn invariant(&self, place: u8) -> Result<(FixedBytes<4>, InvariantTerms), ProxyError> {
        let watched = Some(place)
            .filter(|place| *place < PLACES)
            .and_then(|place| self.invariant_at(place))
            .ok_or(NoInvariant { place })?;
        Ok((watched.selector().into(), watched.terms()))
    }

    fn mode(&self, guard: u8) -> Result<u8, ProxyError> {
        Ok(self.modes.all().of(guard_id(guard)?) as u8)
    }

    fn state(&self, group: u8) -> Result<PauseState, ProxyError> {
        let group = any_group(group)?;
        Ok(PauseState {
            state: self.pauses.state(group, LADDER) as u8,
            until: self.pauses.until(group),
        })
    }

    fn last_violation(&self) -> Violated {
        let last = self.violations.last();
        Violated {
            count: last.count,
            at: last.at,
            guard: last.guard,
            method: key_of(&last.method),
            reason: key_of(&last.reason),
            by: last.by,
        }
    }
}

impl Proxy {
    /// Gives selectors a word, zero for none.
    #[inline(never)]
    fn list(&mut self, selectors: &[FixedBytes<4>], current: u64) {
        let unlisted = self.config().unlisted;
        for selector in selectors {
            let place = key_of(&selector.0);
            let [previous, ..] = self.settings.get(place).into_limbs();
            self.settings.insert(place, U256::from_limbs([current, 0, 0, 0]));
            let in_force = |word| Setting::from_word(if word == 0 { unlisted } else { word }).0;
            sdk::emit(
                self.vm(),
                SelectorConfigured {
                    selector: selector.0,
                    previous,
                    current,
                    loosened: in_force(current).is_looser_than(in_force(previous)),
                },
            );
        }
    }

    fn default_configured(&self, which: u8, previous: u64, current: u64) {
        let [before, now] = [previous, current].map(|word| Setting::from_word(word).0);
        sdk::emit(
            self.vm(),
            DefaultConfigured {
                which,
                previous,
                current,
                loosened: now.is_looser_than(before),
            },
        );
    }

    fn asset_watched(&self, asset: Address, watched: bool) {
        sdk::emit(
            self.vm(),
            AssetWatched {
                asset,
                watched,
                loosened: !watched,
            },
        );
    }

    fn invariant_configured(&self, place: u8, previous: Address, current: Address, loosened: bool) {
        sdk::emit(
            self.vm(),
            InvariantConfigured {
                place,
                previous,
                current,
                loosened,
            },
        );
    }

    /// Where an asset is in the list.
    #[inline(never)]
    fn place_of(&self, asset: Address) -> Option<u8> {
        self.config()
            .assets
            .taken()
            .find(|place| self.asset_at(*place) == asset)
    }

    fn keep_invariant(&mut self, place: u8, words: [U256; 4]) {
        for (index, word) in (0u64..).zip(words) {
            self.invariants.insert(key(u64::from(place) << 2 | index), word);
        }
    }
}

/// The guard of this number.
fn guard_id(number: u8) -> Result<GuardId, ProxyError> {
    GuardId::new(number)
        .filter(|_| number <= PLACES)
        .ok_or_else(|| out_of_bounds("guard", number.into(), 0, PLACES.into()).into())
}
