//! The price that transitions are held near: remembered, and following slowly.
//!
//! # Design
//! - [`portcullis_core::invariant::reference`]: in any `W` seconds a price moves by at most `(1 + up) / (1 - down) · (1 + step)^(⌊W/period⌋ + 1)`, however many transitions there are. Two words a key.
//! - **Followed at the entry**, by the price of before the transition: what a transition does to the price moves nothing that it is measured by.
//! - A key that was never set has no price: [`PriceWindowUnset`].
//! - Setting it anew at a price, after a loss or a gift that was for real, is the governor's, and always waits.
//!
//! # The attack
//! A chain of transitions, each within a step of the one before. And on this: a gift or a loss outside of any transition, beyond the band, stops the vault, its ways out too, until the reference has
//! caught up or was set anew. It costs whoever gives it that part of all that the vault holds.

// The storage macro names both.
use crate::{errors, events, sdk, setting::refused, timelock::Change, GuardError};
use alloc::{vec, vec::Vec};
use alloy_primitives::{B256, U256};
use portcullis_core::invariant::{
    price::{Ratio, Step, MAX_RISE_BPS},
    reference::{Pace, Reference, MAX_PERIOD_SECS},
    WHOLE_BPS,
};
use stylus_sdk::{
    prelude::*,
    storage::{StorageMap, StorageU256},
};

events! {
    /// A key's band and pace were set or changed. `loosened`: a price passes that did not before, at some time.
    PriceWindowConfigured(key: B256; down_bps: u64, up_bps: u64, step_bps: u64, period_secs: u64, loosened: bool);
    /// A key's reference was set, or set anew, with 128 bits behind the point. `previousX128` is zero the first time.
    PriceReferenceReset(key: B256; previous_x128: U256, reference_x128: U256);
}

errors! {
    /// The key has no reference: nothing can be said of its price.
    PriceWindowUnset(key: B256);
    /// The price is not within what a reference holds: 2^-128 up to, and without, 2^88.
    PriceOutOfRange(key: B256);
}

/// What a price is held near, and how near.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Band {
    pub(super) reference: Reference,
    pub(super) step: Step,
}

impl Band {
    /// The reference, with 128 bits behind the point.
    pub fn reference_x128(&self) -> U256 {
        self.reference.price_x128()
    }

    /// The same band without its lower end, for ways out: who leaves at a price that fell takes nothing from who stays. What is left of the end is a ten-thousandth of the reference.
    #[must_use]
    pub fn open_below(self) -> Self {
        let Self { reference, step } = self;
        // Invariant: what a step may be, it is with this fall too.
        let step = Step::new(WHOLE_BPS - 1, step.up_bps()).unwrap_or(step);
        Self { reference, step }
    }

    /// Whether a price is within it, both ends included.
    pub fn contains(&self, price: &Ratio) -> bool {
        self.reference.is_near(price, &self.step)
    }
}

/// How far and how fast, in basis points and seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WindowTerms {
    /// How far below the reference a price may be; below 10,000.
    pub down_bps: u64,
    /// How far above it; at most 1,000,000.
    pub up_bps: u64,
    /// By how much the reference moves in a period; from 1 to 10,000.
    pub step_bps: u64,
    /// From 1 to ten years.
    pub period_secs: u64,
}

impl WindowTerms {
    fn check(&self, key: B256) -> Result<(), GuardError> {
        let (whole, rise) = (u64::from(WHOLE_BPS), u64::from(MAX_RISE_BPS));
        for (setting, value, least, most) in [
            ("down_bps", self.down_bps, 0, whole - 1),
            ("up_bps", self.up_bps, 0, rise),
            ("step_bps", self.step_bps, 1, whole),
            ("period_secs", self.period_secs, 1, MAX_PERIOD_SECS),
        ] {
            if value < least || value > most {
                return Err(refused(key, setting, value, least, most));
            }
        }
        Ok(())
    }

    fn open(&self) -> Option<(Step, Pace)> {
        // Invariant: what was stored is below 2^32.
        let step = Step::new(self.down_bps as u32, self.up_bps as u32)?;
        Some((step, Pace::new(self.step_bps as u32, self.period_secs)?))
    }

    fn to_word(self) -> U256 {
        U256::from_limbs([self.down_bps, self.up_bps, self.step_bps, self.period_secs])
    }

    fn from_word(word: U256) -> Self {
        let [down_bps, up_bps, step_bps, period_secs] = word.into_limbs();
        Self {
            down_bps,
            up_bps,
            step_bps,
            period_secs,
        }
    }

    fn is_looser_than(&self, other: &Self) -> bool {
        self.down_bps > other.down_bps
            || self.up_bps > other.up_bps
            || self.step_bps > other.step_bps
            || self.period_secs < other.period_secs
    }
}

/// The references of all keys: a vault's address, a market's identifier.
#[storage]
#[derive(crate::StorageLayout)]
pub struct PriceWindow {
    /// A [`Reference`] for each key.
    references: StorageMap<B256, StorageU256>,
    /// [`WindowTerms`] for each, four numbers of 64 bits.
    terms: StorageMap<B256, StorageU256>,
}

impl PriceWindow {
    /// Follows the price of before the transition, and says what the price at its end is held near.
    ///
    /// # Errors
    /// [`PriceWindowUnset`].
    pub fn follow(&mut self, key: B256, price: &Ratio) -> Result<Band, GuardError> {
        let band = self.followed(key, price)?;
        let word = band.reference.to_word();
        if word != self.references.get(key) {
            self.references.insert(key, word);
        }
        Ok(band)
    }

    /// What [`PriceWindow::follow`] would say now, with nothing stored: for views that tell what would pass.
    ///
    /// # Errors
    /// [`PriceWindowUnset`].
    pub fn followed(&self, key: B256, price: &Ratio) -> Result<Band, GuardError> {
        let (reference, step, pace) = self.open(key)?;
        let reference = reference.follow(price, &pace, self.vm().block_timestamp());
        Ok(Band { reference, step })
    }

    /// Sets the reference anew at a price, at once. For a contract of whose shares nobody holds any to speak of: a price of nobody's can be anything, as each rounding moves it, and there
    /// is nobody whom a wait would protect. Who calls it vouches for that.
    ///
    /// # Errors
    /// [`PriceWindowUnset`], [`PriceOutOfRange`].
    ///
    /// # Events
    /// [`PriceReferenceReset`], when the price is another.
    pub fn restart(&mut self, key: B256, price: &Ratio) -> Result<(), GuardError> {
        let (previous, ..) = self.open(key)?;
        let reference = self.at(key, price)?;
        if reference.price_x128() == previous.price_x128() {
            self.references.insert(key, reference.to_word());
        } else {
            self.put(key, reference);
        }
        Ok(())
    }

    /// What prices are held near, as it was when it was last followed; none when the key was never set.
    pub fn band(&self, key: B256) -> Option<Band> {
        let (reference, step, _) = self.open(key).ok()?;
        Some(Band { reference, step })
    }

    /// The key's terms, or none when it was never set.
    pub fn terms(&self, key: B256) -> Option<WindowTerms> {
        let terms = WindowTerms::from_word(self.terms.get(key));
        terms.open().map(|_| terms)
    }

    /// Sets a key's terms. The first time the reference is the price that is handed in; after that it stays. A wider band and a faster pace have to have waited, and so has
    /// the first setting.
    ///
    /// # Errors
    /// [`crate::setting::SettingOutOfBounds`], [`PriceOutOfRange`], and those of [`Change::require_waited`].
    ///
    /// # Events
    /// [`PriceWindowConfigured`], and the first time [`PriceReferenceReset`].
    pub fn configure(
        &mut self,
        change: Change<'_>,
        key: B256,
        price: &Ratio,
        terms: WindowTerms,
    ) -> Result<(), GuardError> {
        terms.check(key)?;
        let previous = self.terms(key);
        let first = match previous {
            Some(_) => None,
            None => Some(self.at(key, price)?),
        };
        let loosened = previous.is_none_or(|previous| terms.is_looser_than(&previous));
        change.require_waited_if(loosened)?;
        self.terms.insert(key, terms.to_word());
        sdk::emit(
            self.vm(),
            PriceWindowConfigured {
                key,
                down_bps: terms.down_bps,
                up_bps: terms.up_bps,
                step_bps: terms.step_bps,
                period_secs: terms.period_secs,
                loosened,
            },
        );
        if let Some(reference) = first {
            self.put(key, reference);
        }
        Ok(())
    }

    /// Sets the reference anew, at a price. It has to have waited.
    ///
    /// # Errors
    /// [`PriceWindowUnset`], [`PriceOutOfRange`], and those of [`Change::require_waited`].
    ///
    /// # Events
    /// [`PriceReferenceReset`].
    pub fn reset(&mut self, change: Change<'_>, key: B256, price: &Ratio) -> Result<(), GuardError> {
        self.open(key)?;
        let reference = self.at(key, price)?;
        change.require_waited()?;
        self.put(key, reference);
        Ok(())
    }

    fn at(&self, key: B256, price: &Ratio) -> Result<Reference, GuardError> {
        Reference::new(price, self.vm().block_timestamp()).ok_or_else(|| PriceOutOfRange { key }.into())
    }

    fn put(&mut self, key: B256, reference: Reference) {
        let previous = Reference::from_word(self.references.get(key));
        self.references.insert(key, reference.to_word());
        sdk::emit(
            self.vm(),
            PriceReferenceReset {
                key,
                previous_x128: previous.map_or(U256::ZERO, |previous| previous.price_x128()),
                reference_x128: reference.price_x128(),
            },
        );
    }

    fn open(&self, key: B256) -> Result<(Reference, Step, Pace), GuardError> {
        let reference = Reference::from_word(self.references.get(key));
        let terms = WindowTerms::from_word(self.terms.get(key)).open();
        match (reference, terms) {
            (Some(reference), Some((step, pace))) => Ok((reference, step, pace)),
            _ => Err(PriceWindowUnset { key }.into()),
        }
    }
}
