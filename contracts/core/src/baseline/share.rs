//! A share of a baseline.

use super::{Mean, Minimum};
use crate::wide::mul_div_down;
use alloy_primitives::U256;
use core::num::{NonZeroU16, NonZeroU32};

/// All of it, in basis points.
const WHOLE_BPS: NonZeroU32 = NonZeroU32::new(10_000).unwrap();

/// What a share is taken of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Baseline {
    /// The least value of a window.
    Minimum(Minimum),
    /// The mean value of a window.
    Mean(Mean),
}

impl Baseline {
    /// The value, rounded down.
    pub fn value_down(self, now: u64) -> U256 {
        match self {
            Self::Minimum(minimum) => minimum.value_down(now),
            Self::Mean(mean) => mean.value_down(now),
        }
    }
}

/// A share of more than nothing and at most all, in basis points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share(NonZeroU16);

/// A share that is refused when it is set: it is not within `1..=10_000`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidShare {
    /// What was asked for.
    pub bps: u16,
}

impl Share {
    /// A share of `bps` basis points.
    ///
    /// # Errors
    /// [`InvalidShare`] when it is nothing or more than all.
    pub const fn new(bps: u16) -> Result<Self, InvalidShare> {
        match NonZeroU16::new(bps) {
            Some(share) if bps <= 10_000 => Ok(Self(share)),
            _ => Err(InvalidShare { bps }),
        }
    }

    /// The share, in basis points.
    pub const fn bps(self) -> u16 {
        self.0.get()
    }

    /// The share of an amount, rounded down.
    pub fn of_amount_down(self, amount: U256) -> U256 {
        mul_div_down(amount, u32::from(self.0.get()), WHOLE_BPS)
    }

    /// The share of a baseline, rounded down. It may be zero; a limit needs something for that case.
    pub fn amount_down(self, of: Baseline, now: u64) -> U256 {
        self.of_amount_down(of.value_down(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(bps: u16) -> Share {
        Share::new(bps).unwrap()
    }

    #[test]
    fn nothing_and_more_than_all_are_refused() {
        assert_eq!(Share::new(0), Err(InvalidShare { bps: 0 }));
        assert_eq!(Share::new(10_001), Err(InvalidShare { bps: 10_001 }));
        assert_eq!(share(10_000).bps(), 10_000);
    }

    #[test]
    fn a_share_is_rounded_down() {
        assert_eq!(share(1).of_amount_down(U256::from(9_999)), U256::ZERO);
        assert_eq!(share(1).of_amount_down(U256::from(10_000)), U256::ONE);
        assert_eq!(share(3_333).of_amount_down(U256::from(100)), U256::from(33));
        assert_eq!(share(10_000).of_amount_down(U256::MAX), U256::MAX);
        assert_eq!(share(5_000).of_amount_down(U256::MAX), U256::MAX >> 1);
    }

    #[test]
    fn it_is_taken_of_what_lags() {
        let value = U256::from(1_000);
        let minimum = Minimum::starting_at(value, 500, 0)
            .unwrap()
            .observe(U256::from(400), 1);
        let mean = Mean::starting_at(value, 800, 0)
            .unwrap()
            .observe(U256::from(400), 1);
        assert_eq!(
            share(1_000).amount_down(Baseline::Minimum(minimum), 1),
            U256::from(40)
        );
        assert_eq!(share(1_000).amount_down(Baseline::Mean(mean), 1), U256::from(100));
    }
}
