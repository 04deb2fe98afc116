//! The mean value of a window.

use super::{float::Float, tick_secs, WindowOutOfBounds};
use crate::{
    granule::Granule,
    time::LATEST,
    wide::{div_down, shr},
};
use alloy_primitives::U256;
use core::num::NonZeroU32;

/// How many closed ticks there are: a power of two, so that the mean is a shift.
const TICKS: u32 = 8;
const TICKS_LOG2: u8 = 3;

/// What the sum's 96 bits hold.
const LARGEST_SUM: u128 = (1 << 96) - 1;

/// Set in the head of every mean, also of nothing.
const SEEN: u64 = 1 << 63;

/// The mean of the value over the eight ticks that closed last, in two words.
///
/// The head:
///
/// ```text
///  255   254    240 239     232 231        192 191         160 159             64 63                 0
/// ┌─────┬──────────┬───────────┬──────────────┬───────────────┬──────────────────┬────────────────────┐
/// │seen │ zero     │ unit_log2 │ touched_at,  │ tick_secs     │ this tick's      │ last value,        │
/// │     │          │           │ seconds      │               │ unit-seconds     │ in units           │
/// └─────┴──────────┴───────────┴──────────────┴───────────────┴──────────────────┴────────────────────┘
/// ```
///
/// The ring: the means of the closed ticks, the youngest in the lowest 24 bits, each a mantissa of 16 bits below an
/// exponent of 8.
///
/// ```text
///  255    192 191      168             23       0
/// ┌──────────┬────────────┬─────┬────────────────┐
/// │ zero     │ eighth     │ ... │ youngest       │
/// └──────────┴────────────┴─────┴────────────────┘
/// ```
/// The ring is written only when a tick has closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mean {
    tick_secs: NonZeroU32,
    /// At most [`LATEST`].
    touched_at: u64,
    /// It grows within a tick with the largest value, and starts anew with the next.
    unit: Granule,
    last: u64,
    /// The last value times the seconds it held, summed over the current tick up to the last touch: 64 bits times 32.
    sum: u128,
    closed: Ring,
}

/// The means of eight closed ticks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Ring([Float; TICKS as usize]);

impl Ring {
    #[must_use]
    fn closed(self, mean: Float) -> Self {
        let [a, b, c, d, e, f, g, _] = self.0;
        Self([mean, a, b, c, d, e, f, g])
    }
}

impl Mean {
    /// A baseline of a window, rounded up to eight whole ticks, as if `value` had been held for ever.
    ///
    /// # Errors
    /// [`WindowOutOfBounds`].
    pub fn starting_at(value: U256, window_secs: u64, now: u64) -> Result<Self, WindowOutOfBounds> {
        let tick_secs = tick_secs(window_secs, u64::from(TICKS))?;
        let now = now.min(LATEST);
        let unit = Granule::of(value, 64);
        let last = unit.units_down(value);
        Ok(Self {
            tick_secs,
            touched_at: now,
            unit,
            last,
            // Invariant: 64 bits times less than 32.
            sum: u128::from(last) * u128::from(now % u64::from(tick_secs.get())),
            closed: Ring([Float::of_down(value); TICKS as usize]),
        })
    }

    /// The window, in seconds: at least what was asked for.
    pub fn window_secs(&self) -> u64 {
        u64::from(TICKS) * u64::from(self.tick_secs.get())
    }

    /// When it was last touched.
    pub fn touched_at(&self) -> u64 {
        self.touched_at
    }

    /// The value is `value` from now on.
    #[must_use]
    pub fn observe(self, value: U256, now: u64) -> Self {
        let settled = self.settled(now);
        let needed = Granule::of(value, 64);
        let unit = if settled.sum == 0 || needed.log2() > settled.unit.log2() {
            needed
        } else {
            settled.unit
        };
        // What the tick has summed is rounded down to the larger unit; there are at most 192 larger ones.
        let by = unit.log2().saturating_sub(settled.unit.log2());
        Self {
            unit,
            last: unit.units_down(value),
            sum: settled.sum.checked_shr(u32::from(by)).unwrap_or(0),
            ..settled
        }
    }

    /// The mean over the ticks that have closed, rounded down.
    pub fn value_down(self, now: u64) -> U256 {
        // Each value's eighth and what is left of it apart, so that the sum fits and nothing is lost.
        let (mut eighths, mut left) = (U256::ZERO, 0);
        for value in self.settled(now).closed.0.map(Float::value) {
            // Invariant: eight eighths of numbers below 2^256 are below it.
            eighths += shr(value, TICKS_LOG2);
            let [low, ..] = value.into_limbs();
            left += low % u64::from(TICKS);
        }
        // Invariant: the sum of eight numbers below 2^256, over eight, is below it.
        eighths + U256::from_limbs([left >> TICKS_LOG2, 0, 0, 0])
    }

    /// The value that was observed last, rounded down.
    pub fn last_down(&self) -> U256 {
        self.unit.wei(self.last)
    }

    /// A baseline of another window, that starts at the lower of what this one says and the last value.
    ///
    /// # Errors
    /// [`WindowOutOfBounds`].
    pub fn rewindowed(self, window_secs: u64, now: u64) -> Result<Self, WindowOutOfBounds> {
        let now = now.max(self.touched_at);
        let last = self.last_down();
        let changed = Self::starting_at(self.value_down(now).min(last), window_secs, now)?;
        Ok(changed.observe(last, now))
    }

    /// The baseline in its two stored words, or none when it was never set.
    pub fn from_words([head, ring]: [U256; 2]) -> Option<Self> {
        let [last, sum_low, middle, high] = head.into_limbs();
        let [a, b, c, _] = ring.into_limbs().map(u128::from);
        let (low, high_half) = (b << 64 | a, c << 64 | b);
        Some(Self {
            tick_secs: NonZeroU32::new((middle >> 32) as u32)?,
            touched_at: high & LATEST,
            unit: Granule::from_log2((high >> 40) as u8),
            last,
            sum: u128::from(sum_low) | u128::from(middle as u32) << 64,
            closed: Ring([
                Float::from_bits(low),
                Float::from_bits(low >> 24),
                Float::from_bits(low >> 48),
                Float::from_bits(low >> 72),
                Float::from_bits(low >> 96),
                Float::from_bits(high_half >> 56),
                Float::from_bits(high_half >> 80),
                Float::from_bits(high_half >> 104),
            ]),
        })
    }

    /// The two words to store.
    pub fn to_words(self) -> [U256; 2] {
        // Invariant: the sum has 96 bits.
        let middle = (self.sum >> 64) as u64 | u64::from(self.tick_secs.get()) << 32;
        let high = SEEN | u64::from(self.unit.log2()) << 40 | self.touched_at;
        let head = U256::from_limbs([self.last, self.sum as u64, middle, high]);
        let [a, b, c, d, e, f, g, h] = self.closed.0.map(Float::bits);
        let low = f << 120 | e << 96 | d << 72 | c << 48 | b << 24 | a;
        let top = h << 40 | g << 16 | f >> 8;
        let ring = U256::from_limbs([low as u64, (low >> 64) as u64, top as u64, 0]);
        [head, ring]
    }

    #[must_use]
    fn settled(self, now: u64) -> Self {
        let now = now.max(self.touched_at).min(LATEST);
        let tick_secs = u64::from(self.tick_secs.get());
        // Invariant: the later is the greater, at most LATEST both.
        let ticks = now / tick_secs - self.touched_at / tick_secs;
        let mut settled = Self {
            touched_at: now,
            ..self
        };
        if ticks == 0 {
            settled.sum = self.sum_after(now - self.touched_at);
            return settled;
        }
        let left = tick_secs - self.touched_at % tick_secs;
        let mean = div_down(self.sum_after(left), self.tick_secs) as u64;
        settled.closed = settled.closed.closed(Float::of_down(self.unit.wei(mean)));
        let last = Float::of_down(self.last_down());
        for _ in 1..ticks.min(u64::from(TICKS) + 1) {
            settled.closed = settled.closed.closed(last);
        }
        settled.sum = 0;
        settled.sum = settled.sum_after(now % tick_secs);
        settled
    }

    /// The tick's sum when the last value has held for so many seconds more.
    fn sum_after(&self, secs: u64) -> u128 {
        // Invariant: 64 bits times at most a tick's 32, on top of a sum of 96. A sum that this code wrote stays below 96
        // bits; words that it did not write must not let the sum run into the bits of the tick.
        (self.sum + u128::from(self.last) * u128::from(secs)).min(LARGEST_SUM)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn u(amount: u64) -> U256 {
        U256::from(amount)
    }

    /// 800 held for ever, ticks of 100 seconds.
    fn eight_hundred() -> Mean {
        Mean::starting_at(u(800), 800, 0).unwrap()
    }

    #[test]
    fn nothing_within_a_tick_moves_it() {
        let mean = eight_hundred().observe(u(1_000_000), 10).observe(u(0), 60);
        assert_eq!(mean.value_down(99), u(800));
        // 10 seconds of 800, 50 of 1,000,000, 40 of nothing: 500,080 on average, rounded down to 15 digits and more.
        assert_eq!(mean.value_down(100), (u(7 * 800) + u(500_080)) / u(8));
    }

    #[test]
    fn what_comes_and_goes_in_a_second_is_not_seen() {
        let flashed = eight_hundred().observe(u(1_000_000), 50).observe(u(800), 50);
        assert_eq!(flashed, eight_hundred().settled(50));
        let flashed = eight_hundred().observe(u(0), 50).observe(u(800), 50);
        assert_eq!(flashed.value_down(10_000), u(800));
    }

    #[test]
    fn capital_moves_it_by_its_time_over_the_window() {
        // 800 more for 200 of 800 seconds.
        let mean = eight_hundred().observe(u(1_600), 50).observe(u(800), 250);
        assert_eq!(mean.value_down(299), u(950), "the third tick has not closed");
        assert_eq!(mean.value_down(300), u(1_000));
        assert_eq!(mean.value_down(899), u(1_000));
        assert_eq!(mean.value_down(900), u(950), "the first has been forgotten");
        assert_eq!(mean.value_down(1_100), u(800));
    }

    #[test]
    fn idle_time_ends_at_the_last_value() {
        let mean = eight_hundred().observe(u(16_000), 0);
        for (now, value) in [
            (99, 800),
            (100, 2_700),
            (799, 14_100),
            (800, 16_000),
            (u64::MAX, 16_000),
        ] {
            assert_eq!(mean.value_down(now), u(value), "{now}");
        }
    }

    #[test]
    fn a_large_value_is_summed_in_larger_units_for_its_tick_only() {
        let mean = eight_hundred().observe(U256::MAX, 10).observe(u(800), 11);
        assert_eq!(mean.last_down(), u(0), "less than a unit of 2^192");
        // A hundredth of the largest number, to sixteen binary digits, an eighth of it.
        let value = mean.value_down(100);
        let exact = U256::MAX / u(800);
        assert!(value <= exact && exact - value < exact >> 15);
        // The next observation in another tick is exact again.
        let mean = mean.observe(u(800), 100);
        assert_eq!(mean.last_down(), u(800));
        assert_eq!(mean.value_down(1_000), u(800));
    }

    #[test]
    fn a_window_that_cannot_act_is_refused() {
        for window_secs in [0, super::super::MAX_WINDOW_SECS + 1] {
            assert_eq!(
                Mean::starting_at(u(1), window_secs, 0),
                Err(WindowOutOfBounds { window_secs })
            );
        }
        assert_eq!(Mean::starting_at(u(1), 801, 0).unwrap().window_secs(), 808);
    }

    #[test]
    fn another_window_raises_nothing() {
        let risen = eight_hundred().observe(u(8_000), 0);
        assert_eq!(risen.rewindowed(8, 850).unwrap().value_down(850), u(8_000));
        assert_eq!(risen.rewindowed(8, 250).unwrap().value_down(250), u(2_600));
        let fallen = eight_hundred().observe(u(80), 0);
        assert_eq!(fallen.rewindowed(8, 10).unwrap().value_down(10), u(80));
    }

    #[test]
    fn time_that_goes_back_stands_still() {
        let late = eight_hundred().observe(u(1_600), 1_050);
        assert_eq!(late.observe(u(1_600), 10), late);
        assert_eq!(late.touched_at(), 1_050);
    }

    #[test]
    fn it_survives_its_words() {
        let largest = Mean::starting_at(U256::MAX, super::super::MAX_WINDOW_SECS, u64::MAX).unwrap();
        let mut varied = eight_hundred();
        for tick in 0..9u64 {
            varied = varied.observe(U256::MAX >> (17 * tick as usize), tick * 100 + 10 * tick);
        }
        for mean in [eight_hundred(), varied, largest, largest.observe(u(1), 7)] {
            assert_eq!(Mean::from_words(mean.to_words()), Some(mean));
        }
        assert_eq!(Mean::from_words([U256::ZERO; 2]), None);
    }

    #[test]
    fn a_sum_that_it_never_wrote_stays_in_its_bits() {
        let full = (U256::from(LARGEST_SUM) << 64) | u(u64::MAX) | u(100) << 160 | U256::ONE << 255;
        let mean = Mean::from_words([full, U256::ZERO]).unwrap();
        let after = mean.observe(u(0), 99);
        assert_eq!(after.sum, LARGEST_SUM);
        assert_eq!(Mean::from_words(after.to_words()), Some(after));
    }

    #[test]
    fn the_words_are_laid_out_as_they_are_drawn() {
        let mean = eight_hundred().observe(u(1_600), 100).observe(u(5) << 64, 210);
        // 16,000 unit-seconds of 1 wei are 2,000 of 2^3.
        let head =
            u(5) << 61 | u(2_000) << 64 | u(100) << 160 | u(210) << 192 | u(3) << 232 | U256::ONE << 255;
        let mut ring = u(1_600);
        for tick in 1..8 {
            ring |= u(800) << (24 * tick);
        }
        assert_eq!(mean.to_words(), [head, ring]);
    }
}
