//! A product of many wide numbers, exact.
//!
//! # Design
//! - One multiplication for all comparisons of a program, over limbs in a buffer. A type for each width would be the same code again.
//! - The buffer holds 5,120 bits: twenty numbers of 256. Whoever multiplies says why it is enough (`// Invariant:`); what would be beyond is
//!   dropped and does not panic.

use alloy_primitives::U256;

/// How many limbs of 64 bits there are.
pub(crate) const LIMBS: usize = 80;

/// A number of up to 5,120 bits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Product {
    /// From the lowest.
    limbs: [u64; LIMBS],
    /// From here on they are zero, and before it one is not.
    used: usize,
}

impl Product {
    pub(crate) fn of(factors: &[U256]) -> Self {
        let mut product = Self {
            limbs: [0; LIMBS],
            used: 1,
        };
        // Invariant: there is a first of 80.
        product.limbs[0] = 1;
        for factor in factors {
            product.times(*factor);
        }
        product
    }

    pub(crate) fn times(&mut self, factor: U256) -> &mut Self {
        self.times_limbs(factor.as_limbs())
    }

    pub(crate) fn times_small(&mut self, factor: u64) -> &mut Self {
        self.times_limbs(&[factor])
    }

    pub(crate) fn times_power(&mut self, factor: U256, exponent: u8) -> &mut Self {
        for _ in 0..exponent {
            self.times(factor);
        }
        self
    }

    /// Times `a + b`, of 257 bits.
    pub(crate) fn times_sum(&mut self, [a, b]: [U256; 2]) -> &mut Self {
        let (sum, carry) = a.overflowing_add(b);
        let [first, second, third, fourth] = sum.into_limbs();
        self.times_limbs(&[first, second, third, fourth, u64::from(carry)])
    }

    /// In place, from the highest limb down: what is below has not been multiplied yet, what is above only grows.
    #[inline(never)]
    pub(crate) fn times_limbs(&mut self, factor: &[u64]) -> &mut Self {
        for at in (0..self.used).rev() {
            let Some(places) = self.limbs.get_mut(at..) else {
                continue;
            };
            let (limb, mut carry) = (places.first_mut().map_or(0, core::mem::take), 0);
            let mut digits = factor.iter();
            for place in places {
                let digit = match digits.next() {
                    Some(digit) => *digit,
                    None if carry == 0 => break,
                    None => 0,
                };
                // Invariant: 64 bits times 64, and 64 twice on top, are below 2^128.
                let sum = u128::from(limb) * u128::from(digit) + u128::from(*place) + u128::from(carry);
                *place = sum as u64;
                carry = (sum >> 64) as u64;
            }
        }
        self.used += factor.len();
        self.trim();
        self
    }

    /// Times another product.
    pub(crate) fn times_product(&mut self, other: &Self) -> &mut Self {
        let used = other.limbs.get(..other.used).unwrap_or_default();
        self.times_limbs(used)
    }

    /// Adds another.
    #[inline(never)]
    pub(crate) fn plus(&mut self, other: &Self) -> &mut Self {
        self.used = self.used.max(other.used) + 1;
        let mut carry = 0;
        for (place, limb) in self.limbs.iter_mut().zip(&other.limbs).take(self.used) {
            // Invariant: three numbers of 64 bits are below 2^128.
            let sum = u128::from(*place) + u128::from(*limb) + carry;
            *place = sum as u64;
            carry = sum >> 64;
        }
        self.trim();
        self
    }

    fn trim(&mut self) {
        self.used = self.used.min(LIMBS);
        while let Some(0) = self
            .used
            .checked_sub(1)
            .and_then(|highest| self.limbs.get(highest))
        {
            self.used -= 1;
        }
    }

    #[inline(never)]
    pub(crate) fn is_at_least(&self, other: &Self) -> bool {
        let [ours, theirs] = [self, other].map(|product| product.limbs.iter().take(product.used).rev());
        self.used.cmp(&other.used).then_with(|| ours.cmp(theirs)).is_ge()
    }

    /// Both, without as many of their lowest bits as it takes for the larger to fit a word, and how many those are.
    #[inline(never)]
    pub(crate) fn leading(&self, other: &Self) -> ([U256; 2], u64) {
        let dropped = self.used.max(other.used).saturating_sub(4);
        let word = |product: &Self| {
            let mut limbs = [0; 4];
            for (to, from) in limbs.iter_mut().zip(product.limbs.iter().skip(dropped)) {
                *to = *from;
            }
            U256::from_limbs(limbs)
        };
        // Invariant: 80 limbs.
        ([word(self), word(other)], 64 * dropped as u64)
    }
}

/// The largest number of `bits` bits (at most 256) that `fits`, for a condition that holds up to some number and not beyond; zero when none does.
#[inline(never)]
pub(crate) fn largest(bits: usize, mut fits: impl FnMut(U256) -> bool) -> U256 {
    let mut found = U256::ZERO;
    for bit in (0..bits.min(256)).rev() {
        let mut more = found;
        more.set_bit(bit, true);
        if fits(more) {
            found = more;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use num_bigint::BigUint;
    use proptest::prelude::*;

    fn big(number: U256) -> BigUint {
        BigUint::from_bytes_be(&number.to_be_bytes::<32>())
    }

    fn number(product: &Product) -> BigUint {
        let bytes: Vec<u8> = product.limbs.iter().flat_map(|limb| limb.to_le_bytes()).collect();
        BigUint::from_bytes_le(&bytes)
    }

    fn any_number() -> impl Strategy<Value = U256> {
        (any::<[u64; 4]>(), 0usize..=256).prop_map(|(limbs, shift)| U256::from_limbs(limbs) >> shift)
    }

    proptest! {
        #[test]
        fn a_product_of_twenty_numbers_is_what_a_big_integer_says(
            factors in proptest::collection::vec(any_number(), 0..=20),
        ) {
            let expected: BigUint = factors.iter().map(|factor| big(*factor)).product();
            prop_assert_eq!(number(&Product::of(&factors)), expected);
        }

        #[test]
        fn sums_and_small_numbers_and_powers_are_exact_too(
            a in any_number(), b in any_number(), c in any_number(), small: u64, exponent in 0u8..=10,
        ) {
            let mut product = Product::of(&[a]);
            product.times_sum([b, c]).times_small(small).times_power(c, exponent);
            let expected = big(a) * (big(b) + big(c)) * small * big(c).pow(exponent.into());
            prop_assert_eq!(number(&product), expected.clone());
            let other = Product::of(&[c, b, a]);
            let abc = big(a) * big(b) * big(c);
            prop_assert_eq!(number(product.clone().plus(&other)), &expected + &abc);
            prop_assert_eq!(number(product.times_product(&other)), expected * abc);
        }

        #[test]
        fn products_are_ordered_as_big_integers_are(
            a in proptest::collection::vec(any_number(), 0..=4),
            b in proptest::collection::vec(any_number(), 0..=4),
        ) {
            let [a, b] = [Product::of(&a), Product::of(&b)];
            prop_assert_eq!(a.is_at_least(&b), number(&a) >= number(&b));
            prop_assert!(a.is_at_least(&a));
            let ([left, right], bits) = a.leading(&b);
            prop_assert_eq!(big(left), number(&a) >> bits);
            prop_assert_eq!(big(right), number(&b) >> bits);
        }
    }

    #[test]
    fn the_largest_product_fills_the_buffer_and_carries_through_it() {
        let largest = Product::of(&[U256::MAX; 20]);
        assert_eq!(number(&largest), big(U256::MAX).pow(20));
        assert_eq!(largest.used, LIMBS);
        let mut sum = Product::of(&[U256::MAX]);
        sum.plus(&Product::of(&[]));
        assert_eq!((number(&sum), sum.used), (BigUint::from(1u8) << 256u32, 5));
    }

    #[test]
    fn nothing_is_zero_and_has_no_limb() {
        let mut nothing = Product::of(&[U256::MAX, U256::ZERO]);
        assert_eq!(nothing.used, 0);
        nothing.times(U256::MAX);
        assert_eq!(number(&nothing), BigUint::ZERO);
        assert!(!nothing.is_at_least(&Product::of(&[])));
    }

    #[test]
    fn the_largest_number_that_fits_is_found_at_both_ends() {
        for limit in [U256::ZERO, U256::ONE, U256::from(77), U256::MAX] {
            assert_eq!(largest(256, |number| number <= limit), limit);
        }
        assert_eq!(largest(3, |_| true), U256::from(7));
        assert_eq!(largest(1_000, |_| true), U256::MAX);
    }
}
