//! Where a ceiling is, and what may grow below it.

use super::Terms;
use crate::{time::LATEST, wide::div_up_by_search, Denied};
use alloy_primitives::U256;

/// A ceiling: its terms, and where it was at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ceiling {
    terms: Terms,
    /// In units, at most the maximum.
    anchor: u64,
    /// At most [`LATEST`].
    anchored_at: u64,
}

impl Ceiling {
    /// A ceiling as far above the quantity as it may be.
    pub fn above(terms: Terms, quantity: U256, now: u64) -> Self {
        Self::at_most(terms, U256::MAX, quantity, now)
    }

    /// A ceiling at `ceiling` (rounded down), or as high as it may be when that is higher.
    pub fn at_most(terms: Terms, ceiling: U256, quantity: U256, now: u64) -> Self {
        Self {
            terms,
            anchor: terms
                .unit()
                .units_down(ceiling)
                .min(terms.highest_over_down(quantity)),
            anchored_at: now.min(LATEST),
        }
    }

    /// How far and how fast it expands.
    pub fn terms(&self) -> Terms {
        self.terms
    }

    /// From when its rise counts.
    pub fn anchored_at(&self) -> u64 {
        self.anchored_at
    }

    /// Where it is over `quantity`, rounded down.
    pub fn ceiling_down(self, quantity: U256, now: u64) -> U256 {
        self.terms.unit().wei(self.units_at(quantity, now))
    }

    /// By how much the quantity may grow, rounded down.
    pub fn headroom_down(self, quantity: U256, now: u64) -> U256 {
        self.ceiling_down(quantity, now).saturating_sub(quantity)
    }

    /// The quantity, which is `quantity` before, grows by `amount`.
    ///
    /// # Errors
    /// [`Denied`] when that is above the ceiling.
    pub fn increase(self, quantity: U256, amount: U256, now: u64) -> Result<Self, Denied> {
        let settled = self.settled(quantity, now);
        let ceiling = settled.ceiling_down(quantity, now);
        match quantity.checked_add(amount) {
            Some(grown) if grown <= ceiling => Ok(settled),
            grown => Err(Denied {
                requested: amount,
                available: ceiling.saturating_sub(quantity),
                retry_at: grown.and_then(|grown| settled.reaches(grown, quantity)),
            }),
        }
    }

    /// The quantity has fallen to `quantity`. The ceiling falls with it.
    #[must_use]
    pub fn decreased(self, quantity: U256, now: u64) -> Self {
        self.settled(quantity, now)
    }

    /// The first second at which the ceiling over `quantity` is at `target`, or none when it never is.
    fn reaches(self, target: U256, quantity: U256) -> Option<u64> {
        let needed = self
            .terms
            .unit()
            .units_up(target)
            .filter(|needed| *needed <= self.terms.highest_over_down(quantity))?;
        let (_, gap, _, expand_secs) = self.terms.to_parts();
        let missing = u128::from(needed.saturating_sub(self.anchor));
        // Invariant: 64 bits times 32.
        let secs = div_up_by_search(missing * u128::from(expand_secs), gap, u64::BITS);
        // A quantity far above its ceiling (the terms were narrow for a while) may wait for longer than there is time.
        self.anchored_at.checked_add(secs).filter(|at| *at <= LATEST)
    }

    /// Cut to what it may be over `quantity`, and anchored anew only then.
    fn settled(self, quantity: U256, now: u64) -> Self {
        let highest = self.terms.highest_over_down(quantity);
        // At the cut exactly it may have a fraction of a unit more, which is cut too.
        if self.risen_to(now) < u128::from(highest) {
            return self;
        }
        Self {
            anchor: highest,
            anchored_at: self.anchored_at.max(now.min(LATEST)),
            ..self
        }
    }

    fn units_at(self, quantity: U256, now: u64) -> u64 {
        // Invariant: cut to 64 bits.
        self.risen_to(now)
            .min(u128::from(self.terms.highest_over_down(quantity))) as u64
    }

    /// Where it would be at `now` if nothing cut it.
    fn risen_to(self, now: u64) -> u128 {
        let secs = now.min(LATEST).saturating_sub(self.anchored_at);
        // Invariant: a quotient of 104 bits and an anchor of 64.
        u128::from(self.anchor) + self.terms.risen_down(secs)
    }

    /// Its numbers as they are stored: the terms, the anchor, its time.
    pub(super) fn to_parts(self) -> (Terms, u64, u64) {
        (self.terms, self.anchor, self.anchored_at)
    }

    /// The ceiling of stored numbers.
    pub(super) fn from_parts(terms: Terms, anchor: u64, anchored_at: u64) -> Self {
        Self {
            terms,
            anchor,
            anchored_at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn u(amount: u64) -> U256 {
        U256::from(amount)
    }

    /// At most 10,000, at most 1,000 above, 10 a second.
    fn ceiling(quantity: u64) -> Ceiling {
        let terms = Terms::new(u(10_000), u(1_000), 100).unwrap();
        Ceiling::above(terms, u(quantity), 0)
    }

    fn denied(requested: u64, available: u64, retry_at: Option<u64>) -> Result<Ceiling, Denied> {
        Err(Denied {
            requested: u(requested),
            available: u(available),
            retry_at,
        })
    }

    #[test]
    fn a_gap_passes_at_once_and_equality_passes() {
        assert!(ceiling(500).increase(u(500), u(1_000), 0).is_ok());
        assert_eq!(
            ceiling(500).increase(u(500), u(1_001), 0),
            denied(1_001, 1_000, None)
        );
    }

    #[test]
    fn after_an_increase_the_ceiling_follows_at_its_rate() {
        let grown = ceiling(500).increase(u(500), u(1_000), 0).unwrap();
        assert_eq!(grown.increase(u(1_500), u(1), 0), denied(1, 0, Some(1)));
        assert_eq!(grown.increase(u(1_500), u(95), 0), denied(95, 0, Some(10)));
        assert_eq!(grown.headroom_down(u(1_500), 10), u(100));
        assert_eq!(grown.headroom_down(u(1_500), 100), u(1_000));
        assert_eq!(grown.headroom_down(u(1_500), 1_000), u(1_000), "and no further");
    }

    #[test]
    fn the_maximum_is_not_exceeded() {
        let high = ceiling(9_500);
        assert_eq!(high.ceiling_down(u(9_500), u64::MAX), u(10_000));
        assert!(high.increase(u(9_500), u(500), 0).is_ok());
        assert_eq!(high.increase(u(9_500), u(501), 0), denied(501, 500, None));
        assert_eq!(
            ceiling(0).increase(U256::MAX, u(1), 0).unwrap_err().available,
            u(0)
        );
    }

    #[test]
    fn the_time_that_nothing_grew_is_not_saved_up() {
        let idle = ceiling(0);
        let grown = idle.increase(u(0), u(1_000), 1_000_000).unwrap();
        assert_eq!(grown.headroom_down(u(1_000), 1_000_000), u(0));
        assert_eq!(grown.headroom_down(u(1_000), 1_000_001), u(10));
    }

    #[test]
    fn a_decrease_lowers_the_ceiling_with_it() {
        let grown = ceiling(5_000).increase(u(5_000), u(1_000), 0).unwrap();
        let fallen = grown.decreased(u(2_000), 50);
        assert_eq!(fallen.ceiling_down(u(2_000), 50), u(3_000));
        // And up again it waits.
        let up = fallen.increase(u(2_000), u(1_000), 50).unwrap();
        assert_eq!(up.increase(u(3_000), u(10), 50), denied(10, 0, Some(51)));
        // A small one leaves room that was there.
        let fallen = grown.decreased(u(5_900), 0);
        assert_eq!(fallen.headroom_down(u(5_900), 0), u(100));
    }

    #[test]
    fn what_grows_by_itself_takes_from_the_room() {
        let grown = ceiling(500).increase(u(500), u(900), 0).unwrap();
        assert_eq!(grown.headroom_down(u(1_400), 0), u(100));
        assert_eq!(grown.headroom_down(u(1_450), 0), u(50));
        assert_eq!(grown.headroom_down(u(1_600), 0), u(0));
        assert_eq!(grown.increase(u(1_600), u(1), 0), denied(1, 0, Some(11)));
    }

    #[test]
    fn a_quantity_too_far_above_has_no_time() {
        let terms = Terms::new(U256::ONE << 58, u(1), 300_000_000).unwrap();
        let far = Ceiling::at_most(terms, u(0), U256::ONE << 57, 0);
        assert_eq!(far.increase(U256::ONE << 57, u(1), 0), denied(1, 0, None));
    }

    #[test]
    fn a_touch_every_second_does_not_hold_it_back() {
        // 1 in 100 seconds.
        let terms = Terms::new(u(1_000), u(1), 100).unwrap();
        let mut slow = Ceiling::above(terms, u(0), 0).increase(u(0), u(1), 0).unwrap();
        for second in 1..100 {
            slow = slow.increase(u(1), u(0), second).unwrap();
            assert_eq!(slow.headroom_down(u(1), second), u(0));
        }
        assert_eq!(slow.headroom_down(u(1), 100), u(1));
    }

    #[test]
    fn time_that_goes_back_gives_nothing() {
        let grown = ceiling(0).increase(u(0), u(1_000), 500).unwrap();
        assert_eq!(grown.headroom_down(u(1_000), 10), u(0));
        assert_eq!(grown.increase(u(1_000), u(1), 10), denied(1, 0, Some(501)));
        // Touched at such a time, the time until it was last seen does not count again.
        let late = Ceiling::above(grown.terms(), u(0), 500)
            .increase(u(0), u(1_000), 10)
            .unwrap();
        assert_eq!(late.headroom_down(u(1_000), 500), u(0));
        assert_eq!(late.headroom_down(u(1_000), 501), u(10));
    }

    #[test]
    fn above_two_to_the_59_the_ceiling_is_rounded_down() {
        let terms = Terms::new(U256::MAX, U256::ONE << 255, 100).unwrap();
        let unit = U256::ONE << 197;
        let ceiling = Ceiling::above(terms, unit + U256::ONE, 0);
        assert_eq!(
            ceiling.headroom_down(unit + U256::ONE, 0),
            (U256::ONE << 255) - U256::ONE
        );
        assert_eq!(terms.maximum(), U256::MAX - (unit - U256::ONE));
        assert_eq!(
            ceiling.increase(U256::MAX, U256::MAX, 0).unwrap_err().retry_at,
            None
        );
    }
}
