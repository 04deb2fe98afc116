//! A capacity, and what has flowed today.

use super::{terms::DAY_SECS, Terms};
use crate::{
    bucket::{InvalidLimit, Limit},
    time::LATEST,
};
use alloy_primitives::U256;

/// The capacity of the day, and the day's flow, both in the terms' units.
///
/// ```text
///  255    168 167          128 127      64 63          0
/// ┌──────────┬────────────────┬───────────┬─────────────┐
/// │ zero     │ day, a number  │ flow      │ capacity    │
/// │          │ since time 0   │ today     │             │
/// └──────────┴────────────────┴───────────┴─────────────┘
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capacity {
    /// Between the floor and the ceiling, so never zero.
    units: u64,
    flow: u64,
    /// 24 bits, in a field of 40.
    day: u64,
}

impl Capacity {
    /// A capacity of `amount`, rounded down and cut to the floor and the ceiling, and no flow yet.
    pub fn starting_at(terms: &Terms, amount: U256, now: u64) -> Self {
        Self {
            units: terms.cut(terms.unit().units_down(amount)),
            flow: 0,
            day: now.min(LATEST) / DAY_SECS,
        }
    }

    /// `amount` has passed outwards. What was refused is not observed.
    #[must_use]
    pub fn observe(self, terms: &Terms, amount: U256, now: u64) -> Self {
        let settled = self.settled(terms, now);
        let flow = settled.flow.saturating_add(terms.unit().units_down(amount));
        Self { flow, ..settled }
    }

    /// The capacity at `now`.
    pub fn amount(self, terms: &Terms, now: u64) -> U256 {
        terms.unit().wei(self.settled(terms, now).units)
    }

    /// What has passed today, rounded down.
    pub fn flow_today_down(self, terms: &Terms, now: u64) -> U256 {
        terms.unit().wei(self.settled(terms, now).flow)
    }

    /// The limit to reconfigure the bucket with, and none before the next midnight.
    ///
    /// # Errors
    /// [`InvalidLimit`] for terms and words that this module never wrote.
    pub fn propose(self, terms: &Terms, now: u64) -> Result<Limit, InvalidLimit> {
        Limit::new(self.amount(terms, now), terms.refill_secs())
    }

    /// The next midnight after `now`, when the capacity may change.
    pub fn next_change_at(self, now: u64) -> u64 {
        // Invariant: a day of 40 bits.
        (self.day.max(now.min(LATEST) / DAY_SECS) + 1) * DAY_SECS
    }

    /// The same capacity under other terms, rounded down and cut to their floor and ceiling.
    #[must_use]
    pub fn retermed(self, from: &Terms, to: &Terms, now: u64) -> Self {
        let settled = self.settled(from, now);
        Self {
            units: to.cut(to.unit().units_down(from.unit().wei(settled.units))),
            flow: to.unit().units_down(from.unit().wei(settled.flow)),
            ..settled
        }
    }

    /// The capacity in a stored word, or none when it was never set.
    pub fn from_word(word: U256) -> Option<Self> {
        let [units, flow, day, _] = word.into_limbs();
        (units != 0).then_some(Self {
            units,
            flow,
            day: day & LATEST,
        })
    }

    /// The word to store.
    pub fn to_word(self) -> U256 {
        U256::from_limbs([self.units, self.flow, self.day, 0])
    }

    fn settled(self, terms: &Terms, now: u64) -> Self {
        let day = now.min(LATEST) / DAY_SECS;
        match day.checked_sub(self.day) {
            None | Some(0) => self,
            Some(days) => {
                // A word that was never written may hold anything.
                let after = terms.after_a_day(terms.cut(self.units), self.flow);
                Self {
                    units: terms.after_idle_days(after, days - 1),
                    flow: 0,
                    day,
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: u64 = DAY_SECS;

    fn u(amount: u64) -> U256 {
        U256::from(amount)
    }

    /// From 1,000 to 10,000, by 100 a day, a quarter of the way to twice a day's flow.
    fn terms() -> Terms {
        Terms::new([u(1_000), u(10_000), u(100)], 200, 2, DAY).unwrap()
    }

    fn start() -> Capacity {
        Capacity::starting_at(&terms(), u(2_000), 0)
    }

    #[test]
    fn it_moves_a_part_of_the_way_and_at_most_a_step() {
        for (flow, capacity) in [
            (1_000, 2_000),
            (1_100, 2_050),
            (1_001, 2_000),
            (1_002, 2_001),
            (1_200, 2_100),
            (1_000_000, 2_100),
            (999, 1_999),
            (900, 1_950),
            (0, 1_900),
        ] {
            let observed = start().observe(&terms(), u(flow), 100);
            assert_eq!(observed.amount(&terms(), DAY - 1), u(2_000));
            assert_eq!(observed.amount(&terms(), DAY), u(capacity), "{flow}");
        }
    }

    #[test]
    fn it_stays_between_floor_and_ceiling() {
        assert_eq!(start().amount(&terms(), u64::MAX), u(1_000));
        assert_eq!(
            Capacity::starting_at(&terms(), u(1), 0).amount(&terms(), 0),
            u(1_000)
        );
        let mut capacity = Capacity::starting_at(&terms(), U256::MAX, 0);
        assert_eq!(capacity.amount(&terms(), 0), u(10_000));
        capacity = capacity.observe(&terms(), U256::MAX, 0);
        assert_eq!(capacity.amount(&terms(), DAY), u(10_000));
    }

    #[test]
    fn pieces_of_a_days_flow_add_up_and_a_new_day_begins_at_nothing() {
        let mut capacity = start();
        for hour in 0..24 {
            capacity = capacity.observe(&terms(), u(50), hour * 3_600);
        }
        assert_eq!(capacity.flow_today_down(&terms(), DAY - 1), u(1_200));
        assert_eq!(capacity.flow_today_down(&terms(), DAY), u(0));
        assert_eq!(capacity.next_change_at(DAY - 1), DAY);
    }

    #[test]
    fn what_it_proposes_is_a_limit_of_its_capacity() {
        let limit = start().propose(&terms(), 0).unwrap();
        assert_eq!((limit.capacity(), limit.refill_secs()), (u(2_000), DAY));
    }

    #[test]
    fn under_other_terms_it_keeps_what_it_was() {
        let other = Terms::new([u(500), u(1_500), u(1)], 100, 0, 60).unwrap();
        let changed = start().observe(&terms(), u(70), 0).retermed(&terms(), &other, 0);
        assert_eq!(changed.amount(&other, 0), u(1_500));
        assert_eq!(changed.flow_today_down(&other, 0), u(70));
        let higher = Terms::new([u(3_000), u(9_000), u(1)], 100, 0, 60).unwrap();
        assert_eq!(
            start().retermed(&terms(), &higher, 0).amount(&higher, 0),
            u(3_000)
        );
    }

    #[test]
    fn time_that_goes_back_stands_still() {
        let late = Capacity::starting_at(&terms(), u(2_000), 5 * DAY);
        let observed = late.observe(&terms(), u(7), 10);
        assert_eq!(observed.flow_today_down(&terms(), 5 * DAY), u(7));
        assert_eq!(late.next_change_at(10), 6 * DAY);
    }

    #[test]
    fn a_word_above_the_ceiling_is_cut_at_midnight() {
        let high = Capacity::from_word(u(u64::MAX)).unwrap();
        assert_eq!(high.amount(&terms(), DAY), u(9_900));
    }

    #[test]
    fn it_survives_its_word_and_is_laid_out_as_it_is_drawn() {
        let observed = start().observe(&terms(), u(7), 3 * DAY);
        // Three idle days: a step each.
        assert_eq!(observed.to_word(), u(1_700) | u(7) << 64 | u(3) << 128);
        assert_eq!(Capacity::from_word(observed.to_word()), Some(observed));
        assert_eq!(Capacity::from_word(U256::ZERO), None);
    }
}
