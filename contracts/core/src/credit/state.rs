//! An actor's credit.

use super::Terms;
use crate::{
    granule::Granule,
    time::LATEST,
    wide::{div_down, div_up_by_search},
};
use alloy_primitives::U256;
use core::num::NonZeroU32;

/// An actor's credit, or none: the word zero.
///
/// ```text
///  255    240 239     232 231        192 191         160 159            64 63                  0
/// ┌──────────┬───────────┬──────────────┬───────────────┬─────────────────┬─────────────────────┐
/// │ zero     │ unit_log2 │ touched_at,  │ decay_secs    │ held, in        │ loss a second, in   │
/// │          │           │ seconds      │               │ unit-seconds    │ units of 2^log2 wei │
/// └──────────┴───────────┴──────────────┴───────────────┴─────────────────┴─────────────────────┘
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Credit {
    unit: Granule,
    /// At most [`LATEST`].
    touched_at: u64,
    decay_secs: u32,
    /// In unit-seconds, at most `loss · decay_secs`, so 96 bits.
    held: u128,
    /// In unit-seconds a second.
    loss: u64,
}

/// What a credit covered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spent {
    /// What is left of it.
    pub credit: Credit,
    /// What of the amount it paid for.
    pub covered: U256,
    /// What of the amount is left for the limiter.
    pub uncovered: U256,
}

impl Credit {
    /// No credit.
    pub const NONE: Self = Self {
        unit: Granule::WEI,
        touched_at: 0,
        decay_secs: 0,
        held: 0,
        loss: 0,
    };

    /// What it covers at `now`, rounded down.
    pub fn available_down(self, now: u64) -> U256 {
        self.settled(now).amount_down()
    }

    /// When it is gone if nothing is granted: the first second at which it covers nothing. None when there is none.
    pub fn ends_at(self) -> Option<u64> {
        let decay_secs = NonZeroU32::new(self.decay_secs)?;
        // What a whole unit needs is gone when less than that is held.
        let needed = u128::from(decay_secs.get());
        let spare = self.held.checked_sub(needed)?;
        // Invariant: the loss times the decay time is at least what is held, so the quotient is below 2^32.
        let secs = div_up_by_search(spare + 1, self.loss, u32::BITS);
        Some(self.touched_at.saturating_add(secs))
    }

    /// Grants a share of what the actor verifiably `brought_in`, as far as the bound leaves room.
    ///
    /// What is left of a credit that was granted under other terms is taken over: rounded down, and as if it had just
    /// been granted.
    #[must_use]
    pub fn grant_down(self, terms: &Terms, brought_in: U256, now: u64) -> Self {
        let (bound, unit, decay_secs) = terms.to_parts();
        let mut credit = self.settled(now);
        if (credit.unit, credit.decay_secs) != (unit, decay_secs.get()) {
            let left = unit.units_down(credit.amount_down());
            credit = Self {
                unit,
                decay_secs: decay_secs.get(),
                held: 0,
                loss: 0,
                ..credit
            };
            credit = credit.plus(left, bound);
        }
        let granted = unit.units_down(terms.share().of_amount_down(brought_in));
        credit.plus(granted, bound)
    }

    /// Pays for as much of `amount` as it covers.
    #[must_use]
    pub fn spend(self, amount: U256, now: u64) -> Spent {
        let settled = self.settled(now);
        let covered = amount.min(settled.amount_down());
        // Invariant: what is covered is at most what is held, in whole units; rounded up to a unit it still is.
        let units = settled.unit.units_up(covered).unwrap_or(u64::MAX);
        let cost = u128::from(units) * u128::from(settled.decay_secs);
        Spent {
            credit: settled.with(
                settled.held.saturating_sub(cost),
                settled.loss.saturating_sub(units),
            ),
            covered,
            // Invariant: no more is covered than there is.
            uncovered: amount - covered,
        }
    }

    /// The credit in a stored word.
    pub fn from_word(word: U256) -> Self {
        let [loss, low, middle, high] = word.into_limbs();
        // The casts keep the bits that the diagram gives to each.
        Self {
            unit: Granule::from_log2((high >> 40) as u8),
            touched_at: high & LATEST,
            decay_secs: (middle >> 32) as u32,
            held: u128::from(low) | u128::from(middle as u32) << 64,
            loss,
        }
    }

    /// The word to store.
    pub fn to_word(self) -> U256 {
        // Invariant: what is held has 96 bits.
        let middle = (self.held >> 64) as u64 | u64::from(self.decay_secs) << 32;
        let high = u64::from(self.unit.log2()) << 40 | self.touched_at;
        U256::from_limbs([self.loss, self.held as u64, middle, high])
    }

    fn settled(self, now: u64) -> Self {
        let now = now.min(LATEST);
        let Some(secs) = now.checked_sub(self.touched_at) else {
            return self;
        };
        // Invariant: two numbers of 64 bits make one of 128.
        let lost = u128::from(self.loss) * u128::from(secs);
        Self {
            touched_at: now,
            ..self.with(self.held.saturating_sub(lost), self.loss)
        }
    }

    /// With so many units more, freshly granted, as far as the bound leaves room.
    fn plus(self, units: u64, bound: u64) -> Self {
        let whole = u128::from(bound) * u128::from(self.decay_secs);
        let held = self.held.min(whole);
        // Invariant: at most the bound, so 64 bits.
        let room = NonZeroU32::new(self.decay_secs).map_or(0, |secs| div_down(whole - held, secs) as u64);
        let granted = units.min(room);
        // Invariant: what is granted fits between what is held and the whole, of 96 bits.
        let held = held + u128::from(granted) * u128::from(self.decay_secs);
        self.with(held, self.loss.saturating_add(granted))
    }

    fn with(self, held: u128, loss: u64) -> Self {
        Self {
            held,
            loss: if held == 0 { 0 } else { loss },
            ..self
        }
    }

    fn amount_down(self) -> U256 {
        let units = NonZeroU32::new(self.decay_secs).map_or(0, |secs| div_down(self.held, secs) as u64);
        self.unit.wei(units)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn u(amount: u64) -> U256 {
        U256::from(amount)
    }

    /// Half of what comes in, at most 1,000, gone after 100 seconds.
    fn terms() -> Terms {
        Terms::new(5_000, u(1_000), 100).unwrap()
    }

    fn granted(brought_in: u64, now: u64) -> Credit {
        Credit::NONE.grant_down(&terms(), u(brought_in), now)
    }

    #[test]
    fn a_share_of_what_came_in_is_granted_and_decays_evenly_to_nothing() {
        let credit = granted(800, 50);
        for (now, available) in [
            (50, 400),
            (51, 396),
            (100, 200),
            (149, 4),
            (150, 0),
            (u64::MAX, 0),
        ] {
            assert_eq!(credit.available_down(now), u(available), "{now}");
        }
        assert_eq!(credit.ends_at(), Some(150));
        assert_eq!(Credit::NONE.ends_at(), None);
        assert_eq!(Credit::NONE.available_down(0), u(0));
    }

    #[test]
    fn it_is_bounded_and_what_the_bound_cuts_off_is_not_granted() {
        let full = granted(10_000, 0);
        assert_eq!(full.available_down(0), u(1_000));
        assert_eq!(full, granted(2_000, 0));
        assert_eq!(full.grant_down(&terms(), u(10_000), 0), full);
        assert_eq!(full.available_down(99), u(10));
        assert_eq!(granted(1, 0).available_down(0), u(0), "half of one, rounded down");
    }

    #[test]
    fn spending_pays_for_what_it_can_and_reduces_it() {
        let spent = granted(800, 0).spend(u(500), 50);
        assert_eq!((spent.covered, spent.uncovered), (u(200), u(300)));
        assert_eq!(spent.credit.available_down(50), u(0));
        let spent = granted(800, 0).spend(u(100), 0);
        assert_eq!((spent.covered, spent.uncovered), (u(100), u(0)));
        // As if the rest had been granted.
        assert_eq!(spent.credit, granted(600, 0));
        let none = Credit::NONE.spend(u(7), 9);
        assert_eq!((none.covered, none.uncovered), (u(0), u(7)));
    }

    #[test]
    fn a_deposit_of_one_does_not_keep_an_old_credit_alive() {
        let credit = granted(800, 0).grant_down(&terms(), u(2), 99);
        assert_eq!(credit.available_down(99), u(5));
        assert_eq!(credit.available_down(100), u(0));
        // One every second: what is left in the end are the late ones, less what has decayed of them.
        let mut credit = granted(800, 0);
        for second in 1..100 {
            credit = credit.grant_down(&terms(), u(2), second);
        }
        assert_eq!(credit.available_down(100), u(49));
    }

    #[test]
    fn two_grants_end_no_later_than_each_would() {
        let both = granted(800, 0).grant_down(&terms(), u(400), 50);
        assert_eq!(both.available_down(50), u(400));
        // 4 and 2 a second.
        assert_eq!(both.available_down(100), u(100));
        assert_eq!(both.available_down(117), u(0));
        // What has ended leaves nothing behind.
        assert_eq!(both.grant_down(&terms(), u(400), 200), granted(400, 200));
    }

    #[test]
    fn under_new_terms_what_is_left_is_taken_over_and_cut() {
        let other = Terms::new(10_000, u(150), 10).unwrap();
        let credit = granted(800, 0);
        // Half of 400 is left, of which the new bound leaves 150.
        let changed = credit.grant_down(&other, u(0), 50);
        assert_eq!(
            (changed.available_down(50), changed.ends_at()),
            (u(150), Some(60))
        );
        let lower = Terms::new(5_000, u(100), 100).unwrap();
        assert_eq!(credit.grant_down(&lower, u(0), 0).available_down(0), u(100));
        // In units of 2^192, 200 are nothing.
        let coarse = Terms::new(10_000, U256::MAX, 10).unwrap();
        assert_eq!(credit.grant_down(&coarse, u(0), 50).available_down(50), u(0));
    }

    #[test]
    fn time_that_goes_back_stands_still() {
        let credit = granted(800, 1_000);
        assert_eq!(credit.available_down(10), u(400));
        assert_eq!(credit.spend(u(0), 10).credit, credit);
    }

    #[test]
    fn large_amounts_are_rounded_against_the_actor() {
        let terms = Terms::new(10_000, U256::ONE << 255, 100).unwrap();
        let unit = U256::ONE << 192;
        let credit = Credit::NONE.grant_down(&terms, unit + unit - U256::ONE, 0);
        assert_eq!(credit.available_down(0), unit);
        let spent = credit.spend(U256::ONE, 0);
        assert_eq!((spent.covered, spent.credit.available_down(0)), (U256::ONE, u(0)));
    }

    #[test]
    fn it_survives_its_word_and_is_laid_out_as_it_is_drawn() {
        let terms = Terms::new(10_000, U256::from(5) << 64, 7).unwrap();
        let credit = Credit::NONE.grant_down(&terms, u(80), 9).spend(u(8), 10).credit;
        // 10 units of 2^3 less one second's loss of 10, less one unit: 70 - 10 - 7.
        let word = u(9) | u(53) << 64 | u(7) << 160 | u(10) << 192 | u(3) << 232;
        assert_eq!(credit.to_word(), word);
        assert_eq!(Credit::from_word(word), credit);
        assert_eq!(Credit::from_word(U256::ZERO), Credit::NONE);
        assert_eq!(Credit::NONE.to_word(), U256::ZERO);
    }
}
