//! The least value of a window.

use super::{
    float::{Float, BITS},
    tick_secs, WindowOutOfBounds,
};
use crate::time::LATEST;
use alloy_primitives::U256;
use core::num::NonZeroU32;

/// How many closed ticks there are.
const TICKS: u32 = 5;

/// The least value in the last `W` seconds, in one word.
///
/// ```text
///  255    240 239       208 207         168 167      144 143      120 119      96        23       0
/// ┌──────────┬─────────────┬───────────────┬────────────┬────────────┬────────────┬─────┬──────────┐
/// │ zero     │ tick_secs   │ tick, a number│ last value │ least of   │ least of   │ ... │ least of │
/// │          │             │ since time 0  │            │ this tick  │ the oldest │     │ the last │
/// └──────────┴─────────────┴───────────────┴────────────┴────────────┴────────────┴─────┴──────────┘
/// ```
/// Values have 24 bits: a mantissa of 16 below an exponent of 8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Minimum {
    tick_secs: NonZeroU32,
    /// 40 bits.
    tick: u64,
    last: Float,
    /// At most the last value.
    least: Float,
    /// The least of each of five closed ticks, the youngest in the lowest 24 bits.
    closed: u128,
}

impl Minimum {
    /// A baseline of a window, rounded up to five whole ticks, as if `value` had been held for ever.
    ///
    /// # Errors
    /// [`WindowOutOfBounds`].
    pub fn starting_at(value: U256, window_secs: u64, now: u64) -> Result<Self, WindowOutOfBounds> {
        let tick_secs = tick_secs(window_secs, u64::from(TICKS))?;
        let value = Float::of_down(value);
        let mut minimum = Self {
            tick_secs,
            tick: now.min(LATEST) / u64::from(tick_secs.get()),
            last: value,
            least: value,
            closed: 0,
        };
        minimum.close(u64::from(TICKS));
        Ok(minimum)
    }

    /// The window, in seconds: at least what was asked for.
    pub fn window_secs(&self) -> u64 {
        u64::from(TICKS) * u64::from(self.tick_secs.get())
    }

    /// The value is `value` from now on.
    #[must_use]
    pub fn observe(self, value: U256, now: u64) -> Self {
        let settled = self.settled(now);
        let last = Float::of_down(value);
        Self {
            last,
            least: settled.least.min(last),
            ..settled
        }
    }

    /// The least value of the window, rounded down.
    pub fn value_down(self, now: u64) -> U256 {
        let settled = self.settled(now);
        (0..TICKS)
            .map(|tick| Float::from_bits(settled.closed >> (BITS * tick)))
            .fold(settled.least, Float::min)
            .value()
    }

    /// The value that was observed last, rounded down.
    pub fn last_down(&self) -> U256 {
        self.last.value()
    }

    /// A baseline of another window, that starts at what this one says.
    ///
    /// # Errors
    /// [`WindowOutOfBounds`].
    pub fn rewindowed(self, window_secs: u64, now: u64) -> Result<Self, WindowOutOfBounds> {
        // A time that went back must not make a new tick of what has not ended.
        let now = now.max(self.tick.saturating_mul(u64::from(self.tick_secs.get())));
        let last = self.last;
        let changed = Self::starting_at(self.value_down(now), window_secs, now)?;
        Ok(Self { last, ..changed })
    }

    /// The baseline in a stored word, or none when it was never set.
    pub fn from_word(word: U256) -> Option<Self> {
        let [low, middle, high, top] = word.into_limbs();
        let (low, high) = (
            u128::from(middle) << 64 | u128::from(low),
            u128::from(top) << 64 | u128::from(high),
        );
        Some(Self {
            tick_secs: NonZeroU32::new((high >> 80) as u32)?,
            tick: (high >> 40) as u64 & LATEST,
            last: Float::from_bits(high >> 16),
            least: Float::from_bits(high << 8 | low >> 120),
            closed: low & CLOSED,
        })
    }

    /// The word to store.
    pub fn to_word(self) -> U256 {
        let low = self.least.bits() << 120 | self.closed;
        let high = u128::from(self.tick_secs.get()) << 80
            | u128::from(self.tick) << 40
            | self.last.bits() << 16
            | self.least.bits() >> 8;
        U256::from_limbs([low as u64, (low >> 64) as u64, high as u64, (high >> 64) as u64])
    }

    #[must_use]
    fn settled(mut self, now: u64) -> Self {
        let tick = now.min(LATEST) / u64::from(self.tick_secs.get());
        if tick > self.tick {
            self.close(tick - self.tick);
            self.tick = tick;
        }
        self
    }

    /// Closes so many ticks, the first with its least and the others with the last value.
    fn close(&mut self, ticks: u64) {
        for _ in 0..ticks.min(u64::from(TICKS) + 1) {
            self.closed = (self.closed << BITS | self.least.bits()) & CLOSED;
            self.least = self.last;
        }
    }
}

/// The bits of the closed ticks.
const CLOSED: u128 = (1 << (BITS * TICKS)) - 1;

#[cfg(test)]
mod tests {
    use super::*;

    fn u(amount: u64) -> U256 {
        U256::from(amount)
    }

    /// 1,000 held for ever, ticks of 100 seconds.
    fn thousand() -> Minimum {
        Minimum::starting_at(u(1_000), 500, 0).unwrap()
    }

    #[test]
    fn a_flash_deposit_does_not_raise_it() {
        let flashed = thousand().observe(u(1_000_000), 50).observe(u(1_000), 50);
        assert_eq!(flashed.value_down(50), u(1_000));
        assert_eq!(flashed, thousand());
    }

    #[test]
    fn a_deposit_counts_when_it_has_stayed_for_the_window() {
        // It came in tick 0, whose least is 1,000 and counts until it has been followed by five closed ticks and a
        // current one.
        let deposited = thousand().observe(u(5_000), 50);
        assert_eq!(deposited.value_down(599), u(1_000));
        assert_eq!(deposited.value_down(600), u(5_000));
    }

    #[test]
    fn a_withdrawal_counts_at_once_and_until_a_window_after_it_came_back() {
        let withdrawn = thousand().observe(u(400), 50);
        assert_eq!(withdrawn.value_down(50), u(400));
        let back = withdrawn.observe(u(1_000), 120);
        assert_eq!(back.value_down(699), u(400));
        assert_eq!(back.value_down(700), u(1_000));
    }

    #[test]
    fn idle_ticks_hold_the_last_value() {
        let idle = thousand().observe(u(3_000), 50);
        assert_eq!(idle.observe(u(2_000), 1_000_000).value_down(1_000_000), u(2_000));
        assert_eq!(idle.observe(u(9_000), 1_000_000).value_down(1_000_000), u(3_000));
        assert_eq!(idle.value_down(u64::MAX), u(3_000));
    }

    #[test]
    fn a_window_that_cannot_act_is_refused() {
        for window_secs in [0, super::super::MAX_WINDOW_SECS + 1] {
            assert_eq!(
                Minimum::starting_at(u(1), window_secs, 0),
                Err(WindowOutOfBounds { window_secs })
            );
            assert_eq!(
                thousand().rewindowed(window_secs, 0),
                Err(WindowOutOfBounds { window_secs })
            );
        }
        assert_eq!(Minimum::starting_at(u(1), 501, 0).unwrap().window_secs(), 505);
    }

    #[test]
    fn another_window_raises_nothing() {
        let withdrawn = thousand().observe(u(400), 50).observe(u(1_000), 60);
        let shorter = withdrawn.rewindowed(5, 70).unwrap();
        assert_eq!(shorter.value_down(70), u(400));
        // What is held counts when the new window has passed.
        assert_eq!(
            (shorter.value_down(75), shorter.value_down(76)),
            (u(400), u(1_000))
        );
        // From a time that went back, not before the tick that was seen.
        let late = thousand().observe(u(400), 1_000).observe(u(1_000), 1_000);
        assert_eq!(late.rewindowed(5, 10).unwrap().value_down(1_005), u(400));
    }

    #[test]
    fn time_that_goes_back_stands_still() {
        let late = thousand().observe(u(2_000), 1_000);
        assert_eq!(late.observe(u(2_000), 10), late);
        assert_eq!(late.observe(u(100), 10).value_down(1_000), u(100));
    }

    #[test]
    fn it_survives_its_word() {
        let largest = Minimum::starting_at(U256::MAX, super::super::MAX_WINDOW_SECS, u64::MAX).unwrap();
        for minimum in [
            thousand(),
            thousand().observe(u(7), 350).observe(U256::MAX, 790),
            largest,
        ] {
            assert_eq!(Minimum::from_word(minimum.to_word()), Some(minimum));
        }
        assert_eq!(Minimum::from_word(U256::ZERO), None);
    }

    #[test]
    fn the_word_is_laid_out_as_it_is_drawn() {
        let minimum = thousand().observe(u(7), 250).observe(u(9), 310);
        let mut expected =
            U256::from(100) << 208 | U256::from(3) << 168 | U256::from(9) << 144 | U256::from(7) << 120;
        expected |= U256::from(7);
        for tick in 1..5 {
            expected |= U256::from(1_000) << (24 * tick);
        }
        assert_eq!(minimum.to_word(), expected);
    }
}
