//! A price that is remembered and follows slowly.
//!
//! A chain of transitions, each within its step, walks a price anywhere. So transitions are held near a reference, and the reference moves by
//! at most a step each period, however many transitions there are.
//!
//! # The bound
//! With a band of `d` down and `u` up, a step `s` and a period `P`, prices that transitions left behind `W` seconds apart differ by at most
//!
//! `p1 / p0 <= (1 + u) / (1 - d) · (1 + s)^(⌊W/P⌋ + 1)`, and `p0 / p1` by at most `(1 + u) / (1 - d) · (1 + s)^(⌊W/P⌋ + 1)`,
//!
//! and the rounding of the reference: less than 2^-128 of a unit each time that it follows.
//! For a band of 1% to either side and a step of 0.1% an hour that is 4.6% in a day; without a reference, 1% a transition is all of it within one block.
//!
//! # Design
//! - The reference follows what the price was before a transition. What a transition does within itself moves it in the next period at the earliest.
//! - Periods in which nothing happened are made up for, up to a doubling or a halving at once. A price that grows by less than the step each period
//!   never leaves the band; one that jumped (a gift, a loss) is refused until the reference has caught up, or the governor sets it anew.
//! - One word: the price in 216 bits with 128 of them behind the point, and the second up to which periods are counted. So prices are from 2^-128 up to,
//!   and without, 2^88 asset-units a share-unit. Others are refused.
//! - The quotient is found bit by bit, by products. Once a period.
//!
//! ```text
//! 255          40 39        0
//! +--------------+-----------+
//! | price · 2^128 | counted to |
//! +--------------+-----------+
//! ```

use super::{
    price::{Ratio, Step},
    product::largest,
    WHOLE_BPS,
};
use crate::wide::{mul_div_down, shl, shr};
use alloy_primitives::U256;
use core::num::NonZeroU32;

/// The longest period: ten years of 365 days.
pub const MAX_PERIOD_SECS: u64 = crate::LONGEST_SECS;

/// How many bits of a price are behind the point.
const POINT_BITS: u8 = 128;
const TIME_BITS: u8 = 40;
const PRICE_BITS: usize = 216;
const LATEST: u64 = (1 << TIME_BITS) - 1;

/// How a reference follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    step_bps: u32,
    period_secs: NonZeroU32,
}

impl Pace {
    /// At most `step_bps` in each `period_secs`. None for a step of zero, which would never follow, one above the whole, and a period that is not within
    /// `1..=MAX_PERIOD_SECS`.
    pub const fn new(step_bps: u32, period_secs: u64) -> Option<Self> {
        if step_bps == 0 || step_bps > WHOLE_BPS || period_secs > MAX_PERIOD_SECS {
            return None;
        }
        // Invariant: the longest is below 2^30.
        match NonZeroU32::new(period_secs as u32) {
            Some(period_secs) => Some(Self {
                step_bps,
                period_secs,
            }),
            None => None,
        }
    }

    /// The most in a period.
    pub fn step_bps(&self) -> u32 {
        self.step_bps
    }

    /// A period.
    pub fn period_secs(&self) -> u64 {
        u64::from(self.period_secs.get())
    }
}

/// A remembered price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reference {
    /// With [`POINT_BITS`] behind the point, not zero, of at most [`PRICE_BITS`].
    price: U256,
    /// Periods up to here have been followed.
    at: u64,
}

impl Reference {
    /// A reference at a price, rounded down, or none when the price is not within what is held.
    pub fn new(price: &Ratio, now: u64) -> Option<Self> {
        let price_x128 = quotient_down(price);
        let is_held = !price_x128.is_zero() && !is_above(price);
        is_held.then_some(Self {
            price: price_x128,
            at: now.min(LATEST),
        })
    }

    /// What a word says, none when nothing was stored.
    pub fn from_word(word: U256) -> Option<Self> {
        let price = shr(word, TIME_BITS);
        let [low, ..] = word.into_limbs();
        (!price.is_zero()).then_some(Self {
            price,
            at: low & LATEST,
        })
    }

    /// The word that says it, never zero.
    pub fn to_word(&self) -> U256 {
        shl(self.price, TIME_BITS) | U256::from_limbs([self.at, 0, 0, 0])
    }

    /// The price, with 128 bits behind the point.
    pub fn price_x128(&self) -> U256 {
        self.price
    }

    /// As a price that others are compared with.
    pub fn price(&self) -> Ratio {
        Ratio {
            over: [self.price, U256::ZERO],
            under: [shl(U256::ONE, POINT_BITS), U256::ZERO],
        }
    }

    /// Whether the price is within this step of the reference. Exact.
    pub fn is_near(&self, price: &Ratio, band: &Step) -> bool {
        band.reaches(&self.price(), price)
    }

    /// Follows `price`, by at most a step for each whole period since the last time; all of them together at most double or halve it.
    #[inline(never)]
    #[must_use]
    pub fn follow(self, price: &Ratio, pace: &Pace, now: u64) -> Self {
        // Time that goes back stands still.
        let periods = now.min(LATEST).saturating_sub(self.at) / u64::from(pace.period_secs.get());
        if periods == 0 {
            return self;
        }
        // Invariant: at most what has gone by.
        let at = self.at + periods * pace.period_secs();
        let all = u64::from(pace.step_bps).saturating_mul(periods);
        // Invariant: at most the whole, so a number of 32 bits; and a whole and that are not zero.
        let moved = all.min(u64::from(WHOLE_BPS)) as u32;
        let part = |of: u32| NonZeroU32::new(of).map_or(U256::ZERO, |of| mul_div_down(self.price, moved, of));
        // Up by a part of itself, rounded down; down to one part in (1 + moved), rounded up: it never follows too far.
        // Invariant: at most twice 216 bits, and less than all of it.
        let highest = self.price + part(WHOLE_BPS);
        let lowest = self.price - part(WHOLE_BPS + moved);
        let most = shl(U256::ONE, PRICE_BITS as u8) - U256::ONE;
        let price_x128 = if is_above(price) {
            most
        } else {
            quotient_down(price)
        };
        Self {
            price: price_x128.clamp(lowest, highest.min(most)),
            at,
        }
    }
}

/// Whether a price has more than the bits that are held.
fn is_above(price: &Ratio) -> bool {
    let end = Ratio::whole(shl(U256::ONE, PRICE_BITS as u8 - POINT_BITS));
    price.is_at_least(1, &end, 1)
}

/// A price with [`POINT_BITS`] behind the point, rounded down, up to the largest that is held.
fn quotient_down(price: &Ratio) -> U256 {
    largest(PRICE_BITS, |guess| {
        let guess = Reference { price: guess, at: 0 };
        price.is_at_least(1, &guess.price(), 1)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use num_bigint::BigUint;
    use proptest::prelude::*;
    use rand::{rngs::StdRng, Rng, SeedableRng};

    const HOUR: u64 = 3_600;
    const START: u64 = 1_700_000_000;

    fn at(number: u64) -> Ratio {
        Ratio::whole(U256::from(number))
    }

    fn x128(number: u64) -> U256 {
        U256::from(number) << 128usize
    }

    fn pace() -> Pace {
        Pace::new(10, HOUR).unwrap()
    }

    fn reference() -> Reference {
        Reference::new(&at(10_000), START).unwrap()
    }

    #[test]
    fn it_follows_a_step_a_period_and_nothing_before() {
        let still = reference().follow(&at(20_000), &pace(), START + HOUR - 1);
        assert_eq!(still, reference());
        let up = reference().follow(&at(20_000), &pace(), START + HOUR);
        assert_eq!((up.price_x128(), up.at), (x128(10_010), START + HOUR));
        // Half a period is not lost.
        let later = reference().follow(&at(20_000), &pace(), START + HOUR + HOUR / 2);
        assert_eq!(later, up);
        assert_eq!(
            later.follow(&at(20_000), &pace(), START + 2 * HOUR).at,
            START + 2 * HOUR
        );
        // A price within the step is reached and not passed.
        let near = reference().follow(&at(10_007), &pace(), START + HOUR);
        assert_eq!(near.price_x128(), x128(10_007));
        assert_eq!(
            reference().follow(&at(9_995), &pace(), START + HOUR).price_x128(),
            x128(9_995)
        );
    }

    #[test]
    fn down_it_goes_as_slowly_as_up_and_rounds_against_going() {
        let down = reference().follow(&at(1), &pace(), START + HOUR);
        // 10,000 / 1.001, rounded up.
        let dividend: BigUint = BigUint::from(100_000_000u32) << 128u32;
        let expected: BigUint = (dividend + 10_009u32) / 10_010u32;
        assert_eq!(down.price_x128(), U256::from_be_slice(&expected.to_bytes_be()));
        let back = down.follow(&at(10_000), &pace(), START + 2 * HOUR);
        assert!(back.price_x128() <= x128(10_000));
        assert!(back.price_x128() >= x128(10_000) - U256::from(2));
    }

    #[test]
    fn what_was_missed_is_made_up_for_up_to_a_doubling_or_a_halving() {
        let ten = reference().follow(&at(1_000_000), &pace(), START + 10 * HOUR);
        assert_eq!(ten.price_x128(), x128(10_100));
        let year = START + 365 * 24 * HOUR;
        assert_eq!(
            reference().follow(&at(1_000_000), &pace(), year).price_x128(),
            x128(20_000)
        );
        assert_eq!(
            reference().follow(&at(1), &pace(), year).price_x128(),
            x128(5_000)
        );
        assert_eq!(
            reference().follow(&at(1), &pace(), u64::MAX).price_x128(),
            x128(5_000)
        );
    }

    #[test]
    fn time_that_goes_back_moves_nothing() {
        assert_eq!(reference().follow(&at(1), &pace(), START - HOUR), reference());
        assert_eq!(reference().follow(&at(1), &pace(), 0), reference());
    }

    #[test]
    fn a_price_at_the_edge_of_the_band_is_near_and_one_beyond_is_not() {
        let band = Step::new(100, 100).unwrap();
        for (price, expected) in [(9_899, false), (9_900, true), (10_100, true), (10_101, false)] {
            assert_eq!(reference().is_near(&at(price), &band), expected, "{price}");
        }
    }

    #[test]
    fn a_price_that_is_not_held_is_none() {
        assert_eq!(Reference::new(&at(0), START), None);
        let tiny = |over: u64| Ratio {
            over: [U256::from(over), U256::ZERO],
            under: [U256::MAX, U256::ZERO],
        };
        assert_eq!(Reference::new(&tiny(1), START), None);
        let end = U256::ONE << 88usize;
        assert_eq!(Reference::new(&Ratio::whole(end), START), None);
        let last = Reference::new(&Ratio::whole(end - U256::ONE), START).unwrap();
        assert_eq!(last.price_x128(), (end - U256::ONE) << 128usize);
        // It follows up to the last price that is held, and does not run over.
        let most = last.follow(&Ratio::whole(U256::MAX), &pace(), START + 1_000 * HOUR);
        assert_eq!(most.price_x128(), (U256::ONE << 216usize) - U256::ONE);
        assert_eq!(Reference::from_word(most.to_word()), Some(most));
        // And down to the last that is not zero.
        let mut least = Reference {
            price: U256::ONE,
            at: START,
        };
        least = least.follow(&at(0), &pace(), START + 1_000 * HOUR);
        assert_eq!(least.price_x128(), U256::ONE);
    }

    #[test]
    fn a_pace_that_never_follows_or_has_no_period_is_none() {
        assert_eq!(Pace::new(0, HOUR), None);
        assert_eq!(Pace::new(10_001, HOUR), None);
        assert_eq!(Pace::new(1, 0), None);
        assert_eq!(Pace::new(1, MAX_PERIOD_SECS + 1), None);
        assert_eq!(Pace::new(1, u64::MAX), None);
        let pace = Pace::new(10_000, MAX_PERIOD_SECS).unwrap();
        assert_eq!((pace.step_bps(), pace.period_secs()), (10_000, MAX_PERIOD_SECS));
    }

    #[test]
    fn a_word_is_unset_or_a_reference() {
        assert_eq!(Reference::from_word(U256::ZERO), None);
        assert_eq!(Reference::from_word(U256::from(LATEST)), None);
        assert_eq!(Reference::from_word(reference().to_word()), Some(reference()));
        let last = Reference::new(&at(1), u64::MAX).unwrap();
        assert_eq!(Reference::from_word(last.to_word()).unwrap().at, LATEST);
    }

    /// Whoever moves the price in each transition as far as it is let gets no further than the bound says, and about as far.
    #[test]
    fn no_chain_of_transitions_walks_beyond_the_published_bound() {
        let mut nearest = f64::INFINITY;
        for seed in 0..60 {
            let mut random = StdRng::seed_from_u64(seed);
            let up = random.random_bool(0.5);
            let (band_bps, step_bps) = (random.random_range(1..=500u32), random.random_range(1..=300u32));
            let pace = Pace::new(step_bps, random.random_range(1..=2 * HOUR)).unwrap();
            let band = Step::new(band_bps, band_bps).unwrap();
            let (mut now, mut price) = (START, 1_000_000_000_000u64);
            let mut reference = Reference::new(&at(price), now).unwrap();
            let mut left = vec![(now, price)];
            for _ in 0..200 {
                now += random.random_range(0..HOUR);
                reference = reference.follow(&at(price), &pace, now);
                // As far as the band lets it, by bisection.
                let (mut inside, mut outside) = (price, if up { price * 4 } else { 0 });
                while inside.abs_diff(outside) > 1 {
                    let middle = inside.midpoint(outside);
                    if reference.is_near(&at(middle), &band) {
                        inside = middle;
                    } else {
                        outside = middle;
                    }
                }
                price = inside;
                if !(1_000_000..u64::MAX / 8).contains(&price) {
                    break;
                }
                left.push((now, price));
            }
            let [d, s] = [band_bps, step_bps].map(|bps| f64::from(bps) / 10_000.0);
            for (from, (t0, p0)) in left.iter().enumerate() {
                for (t1, p1) in &left[from..] {
                    let periods = (t1 - t0) / pace.period_secs() + 1;
                    let bound = (1.0 + d) / (1.0 - d) * (1.0 + s).powi(periods as i32);
                    let ratio = *p1 as f64 / *p0 as f64;
                    let walked = ratio.max(1.0 / ratio);
                    assert!(
                        walked <= bound * (1.0 + 1e-6),
                        "seed {seed}: {walked} above {bound}"
                    );
                    nearest = nearest.min(bound / walked);
                }
            }
        }
        assert!(
            nearest < 1.01,
            "the bound is not far from what an attacker gets: {nearest}"
        );
    }

    proptest! {
        #[test]
        fn a_quotient_is_what_a_big_integer_says(over: [u64; 4], under: [u64; 4], shifts in (0usize..256, 0usize..256)) {
            let over = U256::from_limbs(over) >> shifts.0;
            let under = (U256::from_limbs(under) >> shifts.1).max(U256::ONE);
            let big = |number: U256| BigUint::from_bytes_le(&number.to_le_bytes::<32>());
            let expected: BigUint = (big(over) << 128u32) / big(under);
            let price = Ratio { over: [over, U256::ZERO], under: [under, U256::ZERO] };
            let held = expected.bits() <= 216 && expected.bits() > 0;
            let reference = Reference::new(&price, START);
            prop_assert_eq!(reference.is_some(), held);
            if let Some(reference) = reference {
                prop_assert_eq!(big(reference.price_x128()), expected);
                prop_assert_eq!(Reference::from_word(reference.to_word()), Some(reference));
            }
        }
    }
}
