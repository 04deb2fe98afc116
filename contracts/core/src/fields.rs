//! The fields of a stored word, one after another from its lowest bit up.
//!
//! A layout is the order in which a module takes its fields; it puts them back in the same order. So a diagram is read from
//! right to left as the code is from top to bottom, and no shift is written by hand.

use alloy_primitives::U256;

/// A word and how far it has been read or written.
pub(crate) struct Fields {
    limbs: [u64; 4],
    at: u32,
}

impl Fields {
    /// To read a word.
    pub(crate) fn of(word: U256) -> Self {
        Self {
            limbs: word.into_limbs(),
            at: 0,
        }
    }

    /// To write a word.
    pub(crate) fn new() -> Self {
        Self::of(U256::ZERO)
    }

    /// The next field of this many bits, 64 at most; zero beyond the word's end.
    #[inline(never)]
    pub(crate) fn take(&mut self, bits: u32) -> u64 {
        let (limb, shift) = (self.at / 64, self.at % 64);
        self.at += bits;
        let wide = u128::from(self.limb(limb)) | u128::from(self.limb(limb + 1)) << 64;
        // The cast keeps 64 bits, the mask those of the field.
        (wide >> shift) as u64 & largest(bits)
    }

    /// Writes the next field; a number too large for it becomes the largest that it holds.
    #[inline(never)]
    pub(crate) fn put(mut self, value: u64, bits: u32) -> Self {
        let (limb, shift) = (self.at / 64, self.at % 64);
        self.at += bits;
        let wide = u128::from(value.min(largest(bits))) << shift;
        // The casts keep the half that each limb holds.
        for (index, part) in [(limb, wide as u64), (limb + 1, (wide >> 64) as u64)] {
            if let Some(limb) = self.limbs.get_mut(index as usize) {
                *limb |= part;
            }
        }
        self
    }

    /// The word that was written.
    pub(crate) fn word(self) -> U256 {
        U256::from_limbs(self.limbs)
    }

    fn limb(&self, index: u32) -> u64 {
        self.limbs.get(index as usize).copied().unwrap_or(0)
    }
}

/// The largest number of this many bits, 1 to 64.
fn largest(bits: u32) -> u64 {
    u64::MAX >> (64 - bits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_of_every_width_come_back_in_order() {
        let widths = [1, 40, 64, 23, 5, 60, 63];
        assert_eq!(widths.iter().sum::<u32>(), 256);
        let word = widths
            .iter()
            .fold(Fields::new(), |fields, bits| {
                fields.put(largest(*bits) - u64::from(*bits == 5), *bits)
            })
            .word();
        let mut fields = Fields::of(word);
        for bits in widths {
            assert_eq!(fields.take(bits), largest(bits) - u64::from(bits == 5), "{bits}");
        }
        assert_eq!(fields.take(64), 0, "the word has ended");
    }

    #[test]
    fn a_number_too_large_does_not_reach_its_neighbour() {
        let word = Fields::new().put(0, 60).put(u64::MAX, 8).put(0, 60).word();
        assert_eq!(word, U256::from(0xff) << 60);
    }

    #[test]
    fn the_first_field_is_the_lowest() {
        assert_eq!(Fields::new().put(5, 8).put(3, 64).word(), U256::from(3 * 256 + 5));
    }
}
