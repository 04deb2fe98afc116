//! What a share is worth, and how it may move.
//!
//! # Design
//! - As OpenZeppelin's ERC-4626 says it: `(assets + 1) / (supply + 10^offset)`. So there is a price without any share, and a gift to an empty vault is
//!   mostly one to the virtual shares.
//! - Never divided: `a/b >= c/d` is `a · d >= c · b`, of 514 bits, exact.
//! - **A floor for the supply.** With a few shares a rounding of one share-unit is a large part of the price, and a gift doubles it. A transition that
//!   leaves fewer than the floor, and not none, is refused whatever the price does.
//!
//! # The walk
//! A price that never falls has nothing to walk along: [`Rounding::Exact`] is without tolerance. With [`Rounding::OneShare`] each transition may
//! cost a share-unit: of a supply of `S` a part `1/(S + 10^offset)` of the price, so after `n` transitions `n/floor` at most. With a step of bps for each
//! transition nothing bounds the sum but [`super::reference`](mod@super::reference).

use super::{product::Product, WHOLE_BPS};
use alloy_primitives::U256;

/// The largest rise that a step may allow: a hundred times, in basis points.
pub const MAX_RISE_BPS: u32 = 1_000_000;

/// A fraction that is never divided: a sum over a sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ratio {
    /// Above the line, in 257 bits.
    pub(super) over: [U256; 2],
    /// Below the line, in 257 bits; not zero.
    pub(super) under: [U256; 2],
}

impl Ratio {
    /// A whole number.
    pub const fn whole(number: U256) -> Self {
        Self {
            over: [number, U256::ZERO],
            under: [U256::ONE, U256::ZERO],
        }
    }

    /// Whether `self · ours >= other · theirs`. Exact.
    // Invariant of both: 257 bits twice, and 64, are below 5,120.
    #[inline(never)]
    pub(super) fn is_at_least(&self, ours: u64, other: &Self, theirs: u64) -> bool {
        let (mut left, mut right) = (Product::of(&[]), Product::of(&[]));
        left.times_sum(self.over).times_sum(other.under).times_small(ours);
        right
            .times_sum(other.over)
            .times_sum(self.under)
            .times_small(theirs);
        left.is_at_least(&right)
    }
}

/// What a vault holds and what it has issued.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shares {
    /// All assets, in their units.
    pub assets: U256,
    /// All shares, in theirs.
    pub supply: U256,
}

/// How far a price may fall without having fallen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rounding {
    /// Not at all: a vault that rounds for itself, as OpenZeppelin's.
    Exact,
    /// As far as one share-unit too many makes it fall: a vault that rounds to the nearest.
    OneShare,
}

/// How a vault's shares are priced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pricing {
    virtual_shares: U256,
    floor: U256,
}

impl Pricing {
    /// The largest offset: of 10^77, the largest power of ten that is a number.
    pub const MAX_OFFSET: u8 = 77;

    /// Shares with `10^offset` virtual ones, priced when there are at least `floor`. None when the offset is above [`Pricing::MAX_OFFSET`] or the floor is
    /// zero, which asks nothing.
    ///
    /// ```compile_fail
    /// use portcullis_core::invariant::price::Pricing;
    /// # use alloy_primitives::U256;
    /// const ASKS_NOTHING: Pricing = Pricing::new(3, U256::ZERO).unwrap();
    /// ```
    pub const fn new(offset: u8, floor: U256) -> Option<Self> {
        if offset > Self::MAX_OFFSET || floor.const_is_zero() {
            return None;
        }
        let mut virtual_shares = U256::ONE;
        let mut power = 0;
        while power < offset {
            // Invariant: up to 10^77, which is below 2^256. By additions, as a general multiplication is code.
            let double = virtual_shares.wrapping_add(virtual_shares);
            let fourfold = double.wrapping_add(double);
            virtual_shares = fourfold.wrapping_add(fourfold).wrapping_add(double);
            power += 1;
        }
        Some(Self {
            virtual_shares,
            floor,
        })
    }

    /// The fewest shares, if there are any.
    pub fn floor(&self) -> U256 {
        self.floor
    }

    /// Whether there are enough shares to speak of a price: none, or at least the floor.
    pub fn has_enough(&self, supply: U256) -> bool {
        supply.is_zero() || supply >= self.floor
    }

    /// The price of a share.
    pub fn price(&self, shares: &Shares) -> Ratio {
        Ratio {
            over: [shares.assets, U256::ONE],
            under: [shares.supply, self.virtual_shares],
        }
    }

    /// Whether the price did not fall.
    pub fn never_fell(&self, before: &Shares, after: &Shares, rounding: Rounding) -> bool {
        let mut then = self.price(after);
        if let Rounding::OneShare = rounding {
            // Invariant: there is one virtual share at least.
            then.under[1] -= U256::ONE;
        }
        then.is_at_least(1, &self.price(before), 1)
    }
}

/// How far something may move: down and up, in basis points of where it was, both inclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    down_bps: u32,
    up_bps: u32,
}

impl Step {
    /// None for a fall of 10,000 bps or more, which everything is within, and a rise above [`MAX_RISE_BPS`].
    ///
    /// ```compile_fail
    /// use portcullis_core::invariant::price::Step;
    /// const EVERYTHING: Step = Step::new(10_000, 0).unwrap();
    /// ```
    pub const fn new(down_bps: u32, up_bps: u32) -> Option<Self> {
        if down_bps < WHOLE_BPS && up_bps <= MAX_RISE_BPS {
            Some(Self { down_bps, up_bps })
        } else {
            None
        }
    }

    /// The largest fall.
    pub fn down_bps(&self) -> u32 {
        self.down_bps
    }

    /// The largest rise.
    pub fn up_bps(&self) -> u32 {
        self.up_bps
    }

    /// Whether going from the one to the other is within the step. Exact.
    #[inline(never)]
    pub fn reaches(&self, before: &Ratio, after: &Ratio) -> bool {
        let whole = u64::from(WHOLE_BPS);
        // Invariant: a step falls by less than the whole.
        after.is_at_least(whole, before, whole - u64::from(self.down_bps))
            && before.is_at_least(whole + u64::from(self.up_bps), after, whole)
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

    fn shares(assets: u64, supply: u64) -> Shares {
        Shares {
            assets: u(assets),
            supply: u(supply),
        }
    }

    fn pricing(offset: u8) -> Pricing {
        Pricing::new(offset, u(1_000)).unwrap()
    }

    #[test]
    fn a_price_that_stays_has_not_fallen_and_one_unit_less_has() {
        let pricing = pricing(0);
        // 2 assets a share, virtual ones included: (1,999 + 1) / (999 + 1).
        let before = shares(1_999, 999);
        assert!(pricing.never_fell(&before, &shares(3_999, 1_999), Rounding::Exact));
        assert!(!pricing.never_fell(&before, &shares(3_998, 1_999), Rounding::Exact));
        assert!(!pricing.never_fell(&before, &shares(3_999, 2_000), Rounding::Exact));
    }

    #[test]
    fn one_share_unit_is_tolerated_when_it_is_said_and_two_are_not() {
        let pricing = pricing(0);
        let before = shares(1_999, 999);
        assert!(pricing.never_fell(&before, &shares(3_999, 2_000), Rounding::OneShare));
        assert!(!pricing.never_fell(&before, &shares(3_999, 2_001), Rounding::OneShare));
    }

    #[test]
    fn a_walk_of_one_share_units_costs_no_more_than_their_part_of_the_floor() {
        let pricing = pricing(0);
        let mut now = shares(1_000_000, 1_000);
        for _ in 0..10 {
            let next = Shares {
                assets: now.assets,
                supply: now.supply + U256::ONE,
            };
            assert!(pricing.never_fell(&now, &next, Rounding::OneShare));
            assert!(
                !pricing.never_fell(&now, &next, Rounding::Exact),
                "no walk without tolerance"
            );
            now = next;
        }
        // 10 transitions, a floor of 1,000: 1% at most.
        let step = Step::new(100, 0).unwrap();
        let [first, last] = [shares(1_000_000, 1_000), now].map(|shares| pricing.price(&shares));
        assert!(step.reaches(&first, &last));
    }

    #[test]
    fn few_shares_have_no_price_and_none_have_one() {
        let pricing = pricing(0);
        for (supply, expected) in [(0, true), (1, false), (2, false), (999, false), (1_000, true)] {
            assert_eq!(pricing.has_enough(u(supply)), expected, "{supply}");
        }
        assert_eq!(pricing.floor(), u(1_000));
        // A gift to an empty vault raises its price; whoever is first is not given shares below it.
        assert!(pricing.never_fell(&shares(0, 0), &shares(5, 0), Rounding::Exact));
        assert!(!pricing.never_fell(&shares(5, 0), &shares(6_005, 1_001), Rounding::Exact));
        assert!(pricing.never_fell(&shares(5, 0), &shares(6_005, 1_000), Rounding::Exact));
    }

    #[test]
    fn an_offset_makes_virtual_shares_of_a_power_of_ten() {
        assert_eq!(pricing(0).virtual_shares, U256::ONE);
        assert_eq!(pricing(6).virtual_shares, u(1_000_000));
        assert_eq!(pricing(77).virtual_shares, u(10).pow(u(77)));
        assert_eq!(Pricing::new(78, u(1)), None);
        assert_eq!(Pricing::new(0, u(0)), None);
    }

    #[test]
    fn numbers_at_the_end_of_all_do_not_wrap() {
        let pricing = pricing(77);
        let largest = Shares {
            assets: U256::MAX,
            supply: U256::MAX,
        };
        let less = Shares {
            assets: U256::MAX - U256::ONE,
            supply: U256::MAX,
        };
        assert!(pricing.never_fell(&largest, &largest, Rounding::Exact));
        assert!(!pricing.never_fell(&largest, &less, Rounding::Exact));
        // If a sum wrapped, all assets and one more would be none.
        assert!(!pricing.never_fell(
            &largest,
            &Shares {
                assets: u(0),
                supply: U256::MAX
            },
            Rounding::Exact
        ));
        assert!(Step::new(9_999, MAX_RISE_BPS)
            .unwrap()
            .reaches(&pricing.price(&largest), &pricing.price(&largest)));
    }

    #[test]
    fn a_step_includes_both_its_ends() {
        let step = Step::new(100, 200).unwrap();
        assert_eq!((step.down_bps(), step.up_bps()), (100, 200));
        let at = |number: u64| Ratio::whole(u(number));
        for (after, expected) in [
            (9_899, false),
            (9_900, true),
            (10_000, true),
            (10_200, true),
            (10_201, false),
        ] {
            assert_eq!(step.reaches(&at(10_000), &at(after)), expected, "{after}");
        }
        // A whole unit, where a hundredth would be less.
        assert!(!step.reaches(&at(99), &at(98)) && step.reaches(&at(100), &at(99)));
        let never = Step::new(0, 0).unwrap();
        assert!(never.reaches(&at(7), &at(7)) && !never.reaches(&at(7), &at(8)));
    }

    #[test]
    fn a_step_that_everything_is_within_is_none() {
        assert!(Step::new(9_999, 0).is_some());
        assert_eq!(Step::new(10_000, 0), None);
        assert!(Step::new(0, 1_000_000).is_some());
        assert_eq!(Step::new(0, 1_000_001), None);
    }

    proptest! {
        #[test]
        fn both_are_what_big_fractions_say(
            numbers: [[u64; 4]; 4], shift in 0usize..256, near: bool, offset in 0u8..=77, down in 0u32..10_000, up in 0u32..=1_000_000,
        ) {
            let [a0, s0, mut a1, mut s1] = numbers.map(|limbs| U256::from_limbs(limbs) >> shift);
            if near {
                a1 = a0.saturating_sub(a1 >> 200usize);
                s1 = s0.saturating_sub(s1 >> 200usize);
            }
            let big = |number: U256| BigUint::from_bytes_le(&number.to_le_bytes::<32>());
            let pricing = Pricing::new(offset, U256::ONE).unwrap();
            let v = BigUint::from(10u8).pow(offset.into());
            let (over0, under0) = (big(a0) + 1u8, big(s0) + &v);
            let (over1, under1) = (big(a1) + 1u8, big(s1) + &v);
            let before = Shares { assets: a0, supply: s0 };
            let after = Shares { assets: a1, supply: s1 };
            prop_assert_eq!(
                pricing.never_fell(&before, &after, Rounding::Exact),
                &over1 * &under0 >= &over0 * &under1
            );
            prop_assert_eq!(
                pricing.never_fell(&before, &after, Rounding::OneShare),
                &over1 * &under0 >= &over0 * (&under1 - 1u8)
            );
            let reaches = Step::new(down, up).unwrap().reaches(&pricing.price(&before), &pricing.price(&after));
            let (left, right) = (&over1 * &under0 * 10_000u32, &over0 * &under1);
            let expected = left >= &right * (10_000 - down) && left <= &right * (10_000 + up);
            prop_assert_eq!(reaches, expected);
        }
    }
}
