//! What shares are worth, and how fast gains count.
//!
//! # Design
//! - OpenZeppelin's: `10^OFFSET` virtual shares and one virtual unit of the asset. A gift to an empty vault belongs mostly to the virtual shares, so whoever makes it
//!   loses a thousand times what rounding takes from the next depositor.
//! - Rounding is against whoever asks, and in the name.

use alloy_primitives::U256;
use portcullis::core_types::mul_div::{mul_div_down, mul_div_up};

/// A share has three decimals more than the asset.
pub const OFFSET: u8 = 3;
const VIRTUAL_SHARES: U256 = U256::from_limbs([1_000, 0, 0, 0]);

/// The part of what is managed that gains add in a day at the most, in basis points.
pub const GAIN_BPS: u64 = 100;
/// A day. What was not counted for longer counts no faster.
pub const DAY: u64 = 24 * 60 * 60;

/// What the vault manages and has issued, at one time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rates {
    /// In the asset's units.
    pub assets: U256,
    /// In shares.
    pub supply: U256,
}

impl Rates {
    /// What so much of the asset is in shares, rounded down. None when no number is that large, here and below.
    pub fn shares_down(&self, assets: U256) -> Option<U256> {
        let (over, under) = self.shares_over_assets()?;
        mul_div_down(assets, over, under)
    }

    /// The same, rounded up.
    pub fn shares_up(&self, assets: U256) -> Option<U256> {
        let (over, under) = self.shares_over_assets()?;
        mul_div_up(assets, over, under)
    }

    /// What so many shares are in the asset, rounded down.
    pub fn assets_down(&self, shares: U256) -> Option<U256> {
        let (under, over) = self.shares_over_assets()?;
        mul_div_down(shares, over, under)
    }

    /// The same, rounded up.
    pub fn assets_up(&self, shares: U256) -> Option<U256> {
        let (under, over) = self.shares_over_assets()?;
        mul_div_up(shares, over, under)
    }

    fn shares_over_assets(&self) -> Option<(U256, U256)> {
        Some((
            self.supply.checked_add(VIRTUAL_SHARES)?,
            self.assets.checked_add(U256::ONE)?,
        ))
    }
}

/// What counts of a surplus after `elapsed_secs`: at most [`GAIN_BPS`] a day of what is managed, rounded down.
pub fn gain_down(managed: U256, surplus: U256, elapsed_secs: u64) -> U256 {
    let part = GAIN_BPS * elapsed_secs.min(DAY);
    let most = mul_div_down(
        managed,
        U256::from_limbs([part, 0, 0, 0]),
        U256::from_limbs([10_000 * DAY, 0, 0, 0]),
    );
    surplus.min(most.unwrap_or(U256::ZERO))
}

/// Whether a price that gains as fast as it can never leaves a window of these terms upwards: it is let rise three days of gains, and its reference follows twice as fast as they
/// count, by the day or more often.
pub fn outpaces_gains(up_bps: u64, step_bps: u64, period_secs: u64) -> bool {
    // Invariant: a day of gains and a period of at most a day are small.
    up_bps >= 3 * GAIN_BPS && period_secs <= DAY && step_bps.saturating_mul(DAY) >= 2 * GAIN_BPS * period_secs
}

#[cfg(test)]
mod tests {
    use super::*;
    use portcullis::core_types::invariant::{
        price::{Pricing, Shares, Step},
        reference::{Pace, Reference},
    };

    fn u(number: u64) -> U256 {
        U256::from(number)
    }

    fn rates(assets: u64, supply: u64) -> Rates {
        Rates {
            assets: u(assets),
            supply: u(supply),
        }
    }

    #[test]
    fn the_first_share_is_worth_a_thousandth() {
        let empty = rates(0, 0);
        assert_eq!(empty.shares_down(u(1)), Some(u(1_000)));
        assert_eq!(empty.assets_up(u(1_000)), Some(u(1)));
        assert_eq!(empty.assets_up(u(1_001)), Some(u(2)));
        assert_eq!(empty.assets_down(u(1_999)), Some(u(1)));
    }

    #[test]
    fn each_way_rounds_against_whoever_asks() {
        // 7 units for 5,000 shares: 8 to 6,000.
        let rates = rates(7, 5_000);
        assert_eq!(
            (rates.shares_down(u(1)), rates.shares_up(u(1))),
            (Some(u(750)), Some(u(750)))
        );
        assert_eq!(
            (rates.assets_down(u(1)), rates.assets_up(u(1))),
            (Some(u(0)), Some(u(1)))
        );
        assert_eq!(
            (rates.assets_down(u(751)), rates.assets_up(u(751))),
            (Some(u(1)), Some(u(2)))
        );
        let odd = Rates {
            assets: u(10),
            supply: u(3_000),
        };
        // 4,000 to 11.
        assert_eq!(
            (odd.shares_down(u(1)), odd.shares_up(u(1))),
            (Some(u(363)), Some(u(364)))
        );
    }

    #[test]
    fn what_no_number_holds_is_none() {
        let full = Rates {
            assets: U256::MAX,
            supply: u(1),
        };
        assert_eq!(full.shares_down(u(1)), None);
        let issued = Rates {
            assets: u(1),
            supply: U256::MAX,
        };
        assert_eq!(issued.assets_down(u(1)), None);
        assert_eq!(rates(0, 0).shares_down(U256::MAX), None);
    }

    #[test]
    fn gains_count_by_the_second_and_not_beyond_a_day() {
        assert_eq!(gain_down(u(1_000_000), u(99_999_999), DAY), u(10_000));
        assert_eq!(gain_down(u(1_000_000), u(99_999_999), 2 * DAY), u(10_000));
        assert_eq!(gain_down(u(1_000_000), u(99_999_999), DAY / 2), u(5_000));
        assert_eq!(gain_down(u(1_000_000), u(99_999_999), 8), u(0), "0.9");
        assert_eq!(gain_down(u(1_000_000), u(99_999_999), 9), u(1), "1.04");
        assert_eq!(gain_down(u(1_000_000), u(7), DAY), u(7));
        assert_eq!(gain_down(u(0), u(7), DAY), u(0));
        assert_eq!(
            gain_down(U256::MAX, U256::MAX, DAY),
            mul_div_down(U256::MAX, u(1), u(100)).unwrap()
        );
    }

    #[test]
    fn a_window_is_wide_and_fast_enough_to_the_bounds_that_are_said() {
        assert!(outpaces_gains(300, 200, DAY));
        assert!(outpaces_gains(300, 9, DAY * 9 / 200));
        for (up_bps, step_bps, period_secs) in [
            (299, 200, DAY),
            (300, 199, DAY),
            (300, 10_000, DAY + 1),
            (300, 9, DAY * 9 / 200 + 1),
        ] {
            assert!(
                !outpaces_gains(up_bps, step_bps, period_secs),
                "{up_bps} {step_bps} {period_secs}"
            );
        }
    }

    #[test]
    fn the_fastest_gains_never_leave_the_tightest_window() {
        let pricing = Pricing::new(OFFSET, U256::ONE).unwrap();
        let (band, pace) = (Step::new(0, 300).unwrap(), Pace::new(200, DAY).unwrap());
        let supply = u(1_000_000_000_000);
        let price = |managed: u64| {
            pricing.price(&Shares {
                assets: u(managed),
                supply,
            })
        };
        // Counted each hour, each day, and after idle weeks, for a year.
        for wait in [3_600, DAY - 1, DAY, 20 * DAY] {
            let mut managed = 1_000_000_000u64;
            let mut reference = Reference::new(&price(managed), 0).unwrap();
            let mut now = 0;
            while now < 365 * DAY {
                now += wait;
                reference = reference.follow(&price(managed), &pace, now);
                let gained: u64 = gain_down(u(managed), U256::MAX, wait).to();
                managed += gained;
                assert!(reference.is_near(&price(managed), &band), "{now} of {wait}");
            }
        }
    }
}
