//! An account's collateral and its debt at the end of a transition that touched it.

use super::{product::Product, WHOLE_BPS};
use alloy_primitives::U256;

/// What an account has and owes, both valued in one unit: the collateral rounded down, the debt up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// The value of the collateral.
    pub collateral: U256,
    /// The value of the debt.
    pub debt: U256,
}

/// The part of its collateral's value that an account may owe, in basis points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Factor(u32);

impl Factor {
    /// None for zero, with which nobody could owe anything, and above 10,000, with which more may be owed than there is.
    pub const fn new(factor_bps: u32) -> Option<Self> {
        if factor_bps == 0 || factor_bps > WHOLE_BPS {
            None
        } else {
            Some(Self(factor_bps))
        }
    }

    /// In basis points.
    pub fn bps(&self) -> u32 {
        self.0
    }

    /// Whether an account is healthy: `collateral · factor >= debt · 10,000`. Exact; equality is. Who owes nothing is.
    pub fn is_healthy(&self, account: &Account) -> bool {
        self.weighted(account.collateral).is_at_least(&owed(account.debt))
    }

    /// Whether an account may be left so: healthy, or no worse than it was. Worse is a lower part of collateral to debt, or more debt that the
    /// weighted collateral does not cover: the first alone would let an account that cannot pay grow tenfold, the second alone would
    /// let one lose its last collateral for a small repayment.
    #[inline(never)]
    pub fn may_be_left(&self, before: &Account, after: &Account) -> bool {
        if self.is_healthy(after) {
            return true;
        }
        // It was healthy, so the transition made it worse.
        if self.is_healthy(before) {
            return false;
        }
        // Invariant of all: at most 256 bits twice.
        let part_is_no_lower = Product::of(&[after.collateral, before.debt])
            .is_at_least(&Product::of(&[before.collateral, after.debt]));
        // What is missing, `debt - collateral · factor`, is no more: with both collaterals brought to the other side.
        let mut allowed = owed(before.debt);
        let mut left = owed(after.debt);
        allowed.plus(&self.weighted(after.collateral));
        left.plus(&self.weighted(before.collateral));
        part_is_no_lower && allowed.is_at_least(&left)
    }

    fn weighted(&self, collateral: U256) -> Product {
        scaled(collateral, self.0)
    }
}

fn owed(debt: U256) -> Product {
    scaled(debt, WHOLE_BPS)
}

fn scaled(amount: U256, by: u32) -> Product {
    let mut product = Product::of(&[amount]);
    product.times_small(by.into());
    product
}

#[cfg(test)]
mod tests {
    use super::*;
    use num_bigint::BigInt;
    use proptest::prelude::*;

    fn account(collateral: u64, debt: u64) -> Account {
        Account {
            collateral: U256::from(collateral),
            debt: U256::from(debt),
        }
    }

    fn factor() -> Factor {
        Factor::new(8_000).unwrap()
    }

    #[test]
    fn owing_exactly_the_part_is_healthy_and_one_more_is_not() {
        assert!(factor().is_healthy(&account(100, 80)));
        assert!(!factor().is_healthy(&account(100, 81)));
        // 101 · 0.8 is 80.8: nothing is rounded up to 81.
        assert!(!factor().is_healthy(&account(101, 81)));
        assert!(factor().is_healthy(&account(0, 0)));
        assert!(!factor().is_healthy(&account(0, 1)));
        let largest = Account {
            collateral: U256::MAX,
            debt: U256::MAX,
        };
        assert!(!factor().is_healthy(&largest));
        assert!(Factor::new(10_000).unwrap().is_healthy(&largest));
    }

    #[test]
    fn who_was_healthy_stays_so() {
        assert!(factor().may_be_left(&account(100, 10), &account(100, 80)));
        assert!(!factor().may_be_left(&account(100, 80), &account(100, 81)));
        // Euler: a gift of collateral to the reserves.
        assert!(!factor().may_be_left(&account(410_930, 320_000), &account(310_930, 320_000)));
        // Platypus: collateral taken out, the debt left behind.
        assert!(!factor().may_be_left(&account(44_000, 41_000), &account(0, 41_000)));
    }

    #[test]
    fn who_was_not_gets_no_worse() {
        let before = account(100, 100);
        assert!(factor().may_be_left(&before, &before), "nothing happened");
        assert!(factor().may_be_left(&before, &account(100, 99)), "repaid");
        assert!(factor().may_be_left(&before, &account(101, 100)), "added");
        assert!(
            factor().may_be_left(&before, &account(90, 90)),
            "closed in part, at par"
        );
        assert!(!factor().may_be_left(&before, &account(99, 100)), "taken out");
        assert!(!factor().may_be_left(&before, &account(100, 101)), "borrowed");
        assert!(!factor().may_be_left(&before, &account(0, 100)), "all of it");
    }

    #[test]
    fn a_bad_account_cannot_grow_at_the_same_part() {
        assert!(!factor().may_be_left(&account(80, 100), &account(800, 1_000)));
    }

    #[test]
    fn a_small_repayment_does_not_buy_the_last_collateral() {
        // What is missing goes from 100 - 8 = 92 to 92; the part from a tenth to nothing.
        assert!(!factor().may_be_left(&account(10, 100), &account(0, 92)));
        assert!(factor().may_be_left(&account(10, 100), &account(10, 92)));
    }

    #[test]
    fn a_factor_with_which_nobody_could_owe_or_everybody_too_much_is_none() {
        assert_eq!(Factor::new(0), None);
        assert_eq!(Factor::new(10_001), None);
        assert_eq!(Factor::new(10_000).unwrap().bps(), 10_000);
        assert_eq!(Factor::new(1).unwrap().bps(), 1);
    }

    proptest! {
        #[test]
        fn it_is_what_big_integers_say(numbers: [[u64; 4]; 4], shift in 0usize..256, near in 0u8..4, factor_bps in 1u32..=10_000) {
            let [c0, d0, mut c1, mut d1] = numbers.map(|limbs| U256::from_limbs(limbs) >> shift);
            if near & 1 != 0 { c1 = c0.saturating_add(c1 >> 250usize); }
            if near & 2 != 0 { d1 = d0.saturating_add(d1 >> 250usize); }
            let big = |number: U256| BigInt::from_bytes_le(num_bigint::Sign::Plus, &number.to_le_bytes::<32>());
            let missing = |c: U256, d: U256| big(d) * 10_000 - big(c) * factor_bps;
            let expected = missing(c1, d1) <= BigInt::ZERO
                || (missing(c0, d0) > BigInt::ZERO
                    && missing(c1, d1) <= missing(c0, d0)
                    && big(c1) * big(d0) >= big(c0) * big(d1));
            let [before, after] = [(c0, d0), (c1, d1)].map(|(collateral, debt)| Account { collateral, debt });
            prop_assert_eq!(Factor::new(factor_bps).unwrap().may_be_left(&before, &after), expected);
        }
    }
}
