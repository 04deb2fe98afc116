//! Numbers for tests that choose what happens next: the same on every machine.

/// A generator of the same numbers every time, from a seed: a linear congruence modulo 2^64 with Knuth's constants (MMIX), of which the low bits are not used.
#[derive(Clone, Copy, Debug)]
pub struct Dice(pub u64);

impl Dice {
    /// A number from zero, below `sides`.
    ///
    /// # Panics
    /// For no sides.
    pub fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}
