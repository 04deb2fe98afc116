//! A share of a limit, and the two ways to hold a limiter to it.

use alloy_primitives::U256;

/// All of the limits, in hundredths of a per cent.
pub const ALL_BPS: u16 = 10_000;

/// The share of the limits at which a call may proceed: never zero, at most all.
///
/// To bound what a limiter lets through, charge it [`Share::cost_up`] of the amount instead of the amount: then it lets through the
/// share of its capacity at once, and refills at the share of its rate. To compare an amount with a share of what is *available*
/// would not do: whoever takes a tenth of what is left, again and again, takes it all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Share(u16);

impl Share {
    /// All of the limits.
    pub const ALL: Self = Self(ALL_BPS);

    /// A share, all at most; none when it is zero.
    pub fn new(bps: u16) -> Option<Self> {
        (bps > 0).then_some(Self(if bps < ALL_BPS { bps } else { ALL_BPS }))
    }

    /// In hundredths of a per cent, 1 to [`ALL_BPS`].
    pub fn bps(self) -> u16 {
        self.0
    }

    /// What to charge a limiter for an amount: `amount / share`, rounded up, the largest number when it would be larger.
    pub fn cost_up(self, amount: U256) -> U256 {
        scale(amount, ALL_BPS, self.0, true)
    }

    /// The share of a limit, or of what it has available: for monitors, rounded down.
    pub fn of_down(self, limit: U256) -> U256 {
        scale(limit, self.0, ALL_BPS, false)
    }
}

/// `a · numerator / denominator`, rounded up or down and cut at the largest number. Zero over zero is zero.
///
/// In digits of 32 bits: a general division of 256 bits would be larger than everything else in this module.
#[inline(never)]
fn scale(a: U256, numerator: u16, denominator: u16, up: bool) -> U256 {
    let (numerator, denominator) = (u64::from(numerator), u64::from(denominator));
    let mut digits = [0u32; 9];
    let mut carry = 0;
    for (index, digit) in digits.iter_mut().enumerate() {
        let limb = a.as_limbs().get(index / 2).copied().unwrap_or(0);
        // Invariant: 32 bits times 16, and a carry of 16, are below 64. The casts keep a digit.
        let product = u64::from((limb >> (32 * (index % 2))) as u32) * numerator + carry;
        *digit = product as u32;
        carry = product >> 32;
    }
    let mut remainder = 0;
    for digit in digits.iter_mut().rev() {
        // Invariant: the remainder is below the denominator, so a digit's quotient fits it.
        let part = remainder << 32 | u64::from(*digit);
        *digit = part.checked_div(denominator).unwrap_or(0) as u32;
        remainder = part.checked_rem(denominator).unwrap_or(0);
    }
    let [a, b, c, d, e, f, g, h, beyond] = digits.map(u64::from);
    if beyond > 0 {
        return U256::MAX;
    }
    let down = U256::from_limbs([a | b << 32, c | d << 32, e | f << 32, g | h << 32]);
    if up && remainder > 0 {
        down.saturating_add(U256::ONE)
    } else {
        down
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(bps: u16) -> Share {
        Share::new(bps).unwrap()
    }

    #[test]
    fn a_share_is_never_nothing_and_never_more_than_all() {
        assert_eq!(Share::new(0), None);
        assert_eq!(Share::new(u16::MAX), Some(Share::ALL));
        assert_eq!(share(1).bps(), 1);
    }

    #[test]
    fn all_changes_no_amount() {
        for amount in [
            U256::ZERO,
            U256::ONE,
            U256::MAX,
            U256::MAX - U256::ONE,
            U256::ONE << 200,
        ] {
            assert_eq!(Share::ALL.cost_up(amount), amount);
            assert_eq!(Share::ALL.of_down(amount), amount);
        }
    }

    #[test]
    fn a_cost_is_rounded_up_and_a_share_down() {
        assert_eq!(share(3_000).cost_up(U256::from(10)), U256::from(34));
        assert_eq!(share(3_000).cost_up(U256::from(30)), U256::from(100));
        assert_eq!(share(3_000).of_down(U256::from(10)), U256::from(3));
        assert_eq!(share(3_333).of_down(U256::from(10)), U256::from(3));
        assert_eq!(share(1).of_down(U256::from(9_999)), U256::ZERO);
    }

    #[test]
    fn a_cost_beyond_256_bits_is_the_largest_number() {
        assert_eq!(share(1).cost_up(U256::MAX), U256::MAX);
        assert_eq!(share(5_000).cost_up(U256::ONE << 255), U256::MAX);
        assert_eq!(
            share(5_000).cost_up((U256::ONE << 255) - U256::ONE),
            U256::MAX - U256::ONE
        );
        assert_eq!(
            share(9_999).of_down(U256::MAX),
            U256::MAX - U256::MAX / U256::from(10_000) - U256::ONE
        );
    }

    #[test]
    fn it_is_what_a_general_division_says() {
        for shift in 0..250 {
            let amount: U256 = (U256::MAX >> shift) / U256::from(20_000 + shift);
            for bps in [1, 2, 777, 2_500, 9_999] {
                let exact = amount.checked_mul(U256::from(ALL_BPS));
                if let Some(exact) = exact {
                    assert_eq!(
                        share(bps).cost_up(amount),
                        exact.div_ceil(U256::from(bps)),
                        "{amount} {bps}"
                    );
                }
                assert_eq!(
                    share(bps).of_down(amount),
                    amount * U256::from(bps) / U256::from(ALL_BPS)
                );
            }
        }
    }
}
