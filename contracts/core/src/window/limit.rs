//! How much passes in which time.

use crate::{
    granule::Granule,
    time::LONGEST_SECS,
    wide::{shl, shr},
};
use alloy_primitives::U256;
use core::num::{NonZeroU32, NonZeroU64};

/// The longest window: ten years of 365 days.
pub const MAX_WINDOW_SECS: u64 = LONGEST_SECS;

/// How many closed ticks a window has at most.
pub const TICKS: u8 = 16;

/// The largest number of quanta that a closed tick may hold.
const QUANTA: u64 = u16::MAX as u64;

/// An amount and the time in which at most that much passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    units: NonZeroU64,
    unit: Granule,
    /// At most [`MAX_WINDOW_SECS`].
    window_secs: NonZeroU32,
}

/// Why a limit is refused when it is set: it could not act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidLimit {
    /// Nothing would ever pass. Close the window instead.
    ZeroAmount,
    /// The time is not within `1..=MAX_WINDOW_SECS`.
    WindowOutOfBounds {
        /// The time asked for.
        window_secs: u64,
    },
}

impl Limit {
    /// A limit of `amount` in any `window_secs`.
    ///
    /// An amount of 2^64 or more is rounded down to whole units; [`Limit::amount`] says to what.
    ///
    /// # Errors
    /// [`InvalidLimit`] when the amount is zero or the time is out of bounds.
    pub fn new(amount: U256, window_secs: u64) -> Result<Self, InvalidLimit> {
        let unit = Granule::of(amount, 64);
        let Some(units) = NonZeroU64::new(unit.units_down(amount)) else {
            return Err(InvalidLimit::ZeroAmount);
        };
        // Invariant: MAX_WINDOW_SECS is below 2^32.
        let Some(whole_secs) = NonZeroU32::new(window_secs.min(MAX_WINDOW_SECS) as u32)
            .filter(|_| window_secs <= MAX_WINDOW_SECS)
        else {
            return Err(InvalidLimit::WindowOutOfBounds { window_secs });
        };
        Ok(Self {
            units,
            unit,
            window_secs: whole_secs,
        })
    }

    /// The most that passes in a window.
    pub fn amount(&self) -> U256 {
        self.unit.wei(self.units.get())
    }

    /// The window, in seconds.
    pub fn window_secs(&self) -> u64 {
        u64::from(self.window_secs.get())
    }

    /// A tick, in seconds: a sixteenth of the window, rounded up.
    pub fn tick_secs(&self) -> u64 {
        self.window_secs().div_ceil(u64::from(TICKS))
    }

    /// How many closed ticks count beside the current one: as many as it takes to cover the window.
    pub fn ticks(&self) -> u8 {
        // Invariant: a tick is at least a sixteenth of the window, and at least a second.
        self.window_secs().div_ceil(self.tick_secs().max(1)) as u8
    }

    /// The longest that an amount counts after it passed, in seconds.
    pub fn longest_wait_secs(&self) -> u64 {
        // Invariant: at most 17 ticks of at most 2^25 seconds.
        (u64::from(self.ticks()) + 1) * self.tick_secs()
    }

    /// The most that passes in any interval of `secs` seconds, both ends included: amount · (⌊secs / (window + 1)⌋ +
    /// 1). The largest number when it would be larger.
    pub fn bound(&self, secs: u64) -> U256 {
        // Invariant: a window is at least a second, so the quotient is at most 2^63, and a product of two numbers of
        // 64 bits fits 128.
        let windows = secs / (self.window_secs() + 1) + 1;
        let units = U256::from(u128::from(self.units.get()) * u128::from(windows));
        if units > shr(U256::MAX, self.unit.log2()) {
            U256::MAX
        } else {
            shl(units, self.unit.log2())
        }
    }

    /// Whether more could pass than under `other` in some interval. A shorter window counts as looser even of a
    /// smaller amount: the amount comes back sooner.
    pub fn is_looser_than(&self, other: &Self) -> bool {
        self.amount() > other.amount() || self.window_secs < other.window_secs
    }

    /// The limit in units.
    pub(super) fn units(&self) -> u64 {
        self.units.get()
    }

    /// The unit.
    pub(super) fn unit(&self) -> Granule {
        self.unit
    }

    /// What one in the ring stands for, in units.
    pub(super) fn quantum(&self) -> u64 {
        self.units.get().div_ceil(QUANTA)
    }

    /// An amount of at most the limit as the ring holds it, rounded up.
    pub(super) fn quanta_up(&self, units: u64) -> u16 {
        // Invariant: at most 65,535 quanta make up the limit. A word that no window wrote may hold more, and is cut.
        units.div_ceil(self.quantum().max(1)).min(QUANTA) as u16
    }

    /// The tick of a time.
    pub(super) fn tick_at(&self, now: u64) -> u64 {
        now / self.tick_secs().max(1)
    }

    /// Its three numbers as they are stored: the limit in units, the unit's logarithm, the seconds.
    pub(super) fn to_parts(self) -> (u64, u8, u32) {
        (self.units.get(), self.unit.log2(), self.window_secs.get())
    }

    /// The limit of stored numbers, or none when there is none.
    pub(super) fn from_parts(units: u64, unit_log2: u8, window_secs: u32) -> Option<Self> {
        Some(Self {
            units: NonZeroU64::new(units)?,
            unit: Granule::from_log2(unit_log2),
            window_secs: NonZeroU32::new(window_secs)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit(amount: u64, window_secs: u64) -> Limit {
        Limit::new(U256::from(amount), window_secs).unwrap()
    }

    #[test]
    fn a_limit_that_cannot_act_is_refused() {
        assert_eq!(Limit::new(U256::ZERO, 1), Err(InvalidLimit::ZeroAmount));
        assert_eq!(
            Limit::new(U256::ONE, 0),
            Err(InvalidLimit::WindowOutOfBounds { window_secs: 0 })
        );
        assert_eq!(
            Limit::new(U256::ONE, MAX_WINDOW_SECS + 1),
            Err(InvalidLimit::WindowOutOfBounds {
                window_secs: 315_360_001
            })
        );
        assert_eq!(limit(1, MAX_WINDOW_SECS).window_secs(), 315_360_000);
    }

    #[test]
    fn ticks_cover_the_window_and_are_at_most_sixteen() {
        for (window, tick, ticks, wait) in [
            (1, 1, 1, 2),
            (15, 1, 15, 16),
            (16, 1, 16, 17),
            (17, 2, 9, 20),
            (33, 3, 11, 36),
            (3_600, 225, 16, 3_825),
            (86_400, 5_400, 16, 91_800),
            (MAX_WINDOW_SECS, 19_710_000, 16, 335_070_000),
        ] {
            let limit = limit(1, window);
            assert_eq!(
                (limit.tick_secs(), limit.ticks(), limit.longest_wait_secs()),
                (tick, ticks, wait),
                "{window}"
            );
        }
    }

    #[test]
    fn the_bound_is_one_limit_for_every_window_begun() {
        let hour = limit(100, 3_600);
        for (secs, bound) in [(0, 100), (3_600, 100), (3_601, 200), (7_201, 200), (7_202, 300)] {
            assert_eq!(hour.bound(secs), U256::from(bound), "{secs}");
        }
        assert_eq!(Limit::new(U256::MAX, 1).unwrap().bound(2), U256::MAX);
        assert_eq!(
            limit(u64::MAX, 1).bound(u64::MAX),
            U256::from(u64::MAX) << 63usize,
            "2^63 windows begun"
        );
    }

    #[test]
    fn a_quantum_is_a_65535th_of_the_limit_and_at_least_a_unit() {
        for (amount, quantum) in [(1, 1), (65_535, 1), (65_536, 2), (131_070, 2), (131_071, 3)] {
            let limit = limit(amount, 16);
            assert_eq!(limit.quantum(), quantum, "{amount}");
            assert!(limit.quanta_up(amount) >= 1);
        }
        assert_eq!(limit(u64::MAX, 16).quantum(), 281_479_271_743_489);
        assert_eq!(limit(u64::MAX, 16).quanta_up(u64::MAX), u16::MAX);
        assert_eq!(limit(65_536, 16).quanta_up(1), 1);
        assert_eq!(limit(65_536, 16).quanta_up(3), 2);
    }

    #[test]
    fn looser_is_more_or_sooner() {
        let base = limit(100, 50);
        assert!(limit(101, 51).is_looser_than(&base));
        assert!(limit(50, 49).is_looser_than(&base));
        assert!(!limit(100, 50).is_looser_than(&base));
        assert!(!limit(99, 51).is_looser_than(&base));
    }
}
