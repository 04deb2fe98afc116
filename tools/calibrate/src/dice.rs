//! Random numbers that are the same on every machine and in every version.
//!
//! The generator is SplitMix64 (Steele, Lea, Flood: *Fast splittable pseudorandom number generators*, OOPSLA 2014): small
//! enough to stand here, so that no other crate's release changes the sample that is checked in.

/// A generator.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// The generator of a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// A number from zero on and below `end`; zero when that is zero.
    pub fn below(&mut self, end: u64) -> u64 {
        // The high half of a product: biased by less than one in 2^64 / end.
        ((u128::from(self.bits()) * u128::from(end)) >> 64) as u64
    }

    /// A number above zero and at most one, in steps of 2^-53.
    pub fn share(&mut self) -> f64 {
        ((self.bits() >> 11) + 1) as f64 / (1u64 << 53) as f64
    }

    /// A number of the standard normal distribution (Box and Muller, 1958).
    pub fn normal(&mut self) -> f64 {
        let radius = libm::sqrt(-2.0 * libm::log(self.share()));
        radius * libm::cos(2.0 * std::f64::consts::PI * self.share())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_numbers_are_those_of_the_published_generator() {
        let mut dice = Dice::new(1_234_567);
        let bits = [0; 5].map(|_| dice.bits());
        assert_eq!(
            bits,
            [
                6_457_827_717_110_365_317,
                3_203_168_211_198_807_973,
                9_817_491_932_198_370_423,
                4_593_380_528_125_082_431,
                16_408_922_859_458_223_821,
            ]
        );
    }

    #[test]
    fn numbers_lie_where_they_should() {
        let mut dice = Dice::new(7);
        assert_eq!(dice.below(0), 0);
        let mut sums = (0.0, 0.0);
        for _ in 0..10_000 {
            assert!(dice.below(3) < 3);
            let share = dice.share();
            assert!(share > 0.0 && share <= 1.0);
            let normal = dice.normal();
            sums = (sums.0 + normal, sums.1 + normal * normal);
        }
        assert!(
            (sums.0 / 10_000.0).abs() < 0.03 && (sums.1 / 10_000.0 - 1.0).abs() < 0.05,
            "{sums:?}"
        );
    }
}
