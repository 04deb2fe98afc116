//! A supply changes by what was minted and burned, and by nothing else; and it is backed.

use super::product::Product;
use alloy_primitives::U256;

/// What a transition says that it minted and burned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Declared {
    /// All that was minted.
    pub minted: U256,
    /// All that was burned.
    pub burned: U256,
}

/// Whether a supply went from the one to the other by what was declared. Exact: `before + minted = after + burned`, in 257 bits.
pub fn is_conserved(before: U256, after: U256, declared: Declared) -> bool {
    before.overflowing_add(declared.minted) == after.overflowing_add(declared.burned)
}

/// What backs a supply: `backing` of the asset for each `units` of the supply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backing {
    backing: U256,
    units: U256,
}

impl Backing {
    /// One for one.
    pub const FULL: Self = Self {
        backing: U256::ONE,
        units: U256::ONE,
    };

    /// `backing` of the asset for each `units` of the supply, or none when either is zero: nothing would be asked, or everything.
    pub const fn new(backing: U256, units: U256) -> Option<Self> {
        if backing.const_is_zero() || units.const_is_zero() {
            return None;
        }
        Some(Self { backing, units })
    }

    /// Whether what is held backs the supply. Exact: `held · units >= supply · backing`. Equality does.
    pub fn covers(&self, held: U256, supply: U256) -> bool {
        // Invariant: two factors on either side.
        Product::of(&[held, self.units]).is_at_least(&Product::of(&[supply, self.backing]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use num_bigint::BigUint;
    use proptest::prelude::*;

    fn u(amount: u64) -> U256 {
        U256::from(amount)
    }

    fn declared(minted: U256, burned: U256) -> Declared {
        Declared { minted, burned }
    }

    #[test]
    fn what_was_minted_less_what_was_burned_is_the_change_to_the_unit() {
        assert!(is_conserved(u(100), u(105), declared(u(7), u(2))));
        assert!(
            !is_conserved(u(100), u(106), declared(u(7), u(2))),
            "one out of nothing"
        );
        assert!(
            !is_conserved(u(100), u(104), declared(u(7), u(2))),
            "one has vanished"
        );
        assert!(is_conserved(u(100), u(100), Declared::default()));
    }

    #[test]
    fn sums_beyond_all_numbers_are_compared_all_the_same() {
        assert!(is_conserved(U256::MAX, U256::MAX, declared(U256::MAX, U256::MAX)));
        assert!(is_conserved(
            U256::MAX,
            U256::ZERO,
            declared(U256::ZERO, U256::MAX)
        ));
        // Equal if they wrapped.
        assert!(!is_conserved(
            U256::MAX,
            U256::ZERO,
            declared(U256::ONE, U256::ZERO)
        ));
        assert!(!is_conserved(
            U256::ZERO,
            U256::MAX,
            declared(U256::ZERO, U256::ONE)
        ));
    }

    #[test]
    fn equality_backs_and_one_less_does_not() {
        assert!(Backing::FULL.covers(u(100), u(100)));
        assert!(!Backing::FULL.covers(u(99), u(100)));
        // A token of 18 decimals on one of 6.
        let scaled = Backing::new(u(1), u(1_000_000_000_000)).unwrap();
        assert!(scaled.covers(u(5), u(5_000_000_000_000)));
        assert!(!scaled.covers(u(5), u(5_000_000_000_001)), "a unit of dust more");
        assert!(Backing::new(U256::MAX, U256::MAX)
            .unwrap()
            .covers(U256::MAX, U256::MAX));
    }

    #[test]
    fn a_backing_of_nothing_or_for_nothing_is_none() {
        assert_eq!(Backing::new(u(0), u(1)), None);
        assert_eq!(Backing::new(u(1), u(0)), None);
    }

    proptest! {
        #[test]
        fn both_are_what_big_integers_say(numbers: [[u64; 4]; 4], shift in 0usize..256, even: bool) {
            let [a, mut b, c, d] = numbers.map(|limbs| U256::from_limbs(limbs) >> shift);
            if even {
                b = a.saturating_add(c).saturating_sub(d);
            }
            let big = |number: U256| BigUint::from_bytes_le(&number.to_le_bytes::<32>());
            prop_assert_eq!(is_conserved(a, b, declared(c, d)), big(a) + big(c) == big(b) + big(d));
            if let Some(backing) = Backing::new(c, d) {
                prop_assert_eq!(backing.covers(a, b), big(a) * big(d) >= big(b) * big(c));
            }
        }
    }
}
