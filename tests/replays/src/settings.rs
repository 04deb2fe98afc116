//! The rules R1 to R9 of `tests/incidents/README.md`: from what was normal to a guard's setting, and from nothing else. (R10 is that there is nothing to set.)
//!
//! # Design
//! - Every function takes a part of `normal`; none takes a step. A victim's settings come from here, so that no guard is fitted to an attack.
//! - Where a setting does not come out whole it is rounded as it says.

use crate::incident::{Debt, Figure, Flow, Price, PriceClass, SharePrice};
use alloy_primitives::U256;

/// A day, in which buckets refill and ceilings expand.
pub const DAY_SECS: u64 = 86_400;
/// The oldest price that is used: R9.
pub const PRICE_AGE_MOST_SECS: u64 = DAY_SECS;
/// The youngest price that is used of a reporter whom anybody can be: R9.
pub const OPEN_PRICE_AGE_LEAST_SECS: u64 = 1_200;
/// How often a price's reference follows by what a transaction may move it: a quarter of a day's bound four times a day. R3.
pub const PRICE_PERIOD_SECS: u64 = DAY_SECS / 4;
/// What a pool's invariant may lose to rounding: one part in so many, and so many units. R7.
pub const INVARIANT_TOLERANCE: (u64, u64) = (1_000_000_000, 2);
/// By how much the value that leaves may be above the value that comes in, in basis points: R8.
pub const VALUE_OUT_TOLERANCE_BPS: u64 = 100;

/// A figure that a rule needs is no number.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no rule makes a setting of {0:?}: it is no number")]
pub struct NoSetting(pub String);

fn number(figure: &Figure) -> Result<U256, NoSetting> {
    figure.number().ok_or_else(|| NoSetting(figure.value.clone()))
}

/// R1: a bucket of two busy days that refills in a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// In base units.
    pub capacity: U256,
    /// In seconds.
    pub refill_secs: u64,
}

/// R1.
///
/// # Errors
/// [`NoSetting`].
pub fn bucket(flow: &Flow) -> Result<Bucket, NoSetting> {
    let busy_day = number(&flow.busy_day)?;
    Ok(Bucket {
        capacity: busy_day.saturating_mul(U256::from(2)),
        refill_secs: DAY_SECS,
    })
}

/// Where `normal` says nothing of an asset's flow no rule bounds it: a bucket of 2^254 units that lets all of it pass.
#[must_use]
pub fn no_bucket() -> Bucket {
    Bucket {
        capacity: U256::ONE << 254,
        refill_secs: DAY_SECS,
    }
}

/// R2: the most in one transaction, in base units: a busy day, half of the bucket.
///
/// # Errors
/// [`NoSetting`].
pub fn transaction_cap(flow: &Flow) -> Result<U256, NoSetting> {
    number(&flow.busy_day)
}

/// R1 and R2 of an asset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// The most in one transaction, in base units.
    pub cap: U256,
    /// The bucket.
    pub bucket: Bucket,
}

/// R1 and R2.
///
/// # Errors
/// [`NoSetting`].
pub fn limit(flow: &Flow) -> Result<Limit, NoSetting> {
    Ok(Limit {
        cap: transaction_cap(flow)?,
        bucket: bucket(flow)?,
    })
}

/// Where `normal` says nothing of an asset's flow: [`no_bucket`], and no less at once.
#[must_use]
pub fn no_limit() -> Limit {
    let bucket = no_bucket();
    Limit {
        cap: bucket.capacity,
        bucket,
    }
}

/// How far something may move down and up, in basis points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// Down.
    pub down_bps: u64,
    /// Up.
    pub up_bps: u64,
}

/// R3: how far a price may be from what it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PriceBound {
    /// Within a day.
    pub day: Step,
    /// Within a transaction.
    pub transaction: Step,
}

/// R3. A third is 66.66% down.
#[must_use]
pub fn price_bound(price: &Price) -> PriceBound {
    let even = |bps| Step {
        down_bps: bps,
        up_bps: bps,
    };
    let (day, transaction) = match price.class {
        PriceClass::Pegged => (even(1_500), even(375)),
        PriceClass::Major => (even(6_000), even(1_500)),
        PriceClass::Thin => (
            Step {
                down_bps: 6_666,
                up_bps: 20_000,
            },
            even(5_000),
        ),
    };
    PriceBound { day, transaction }
}

/// R4: the most that a share's price may move, up as down, in a transition and in a day: ten times the growth of a day. Rounded up to a basis point.
///
/// # Errors
/// [`NoSetting`].
pub fn share_price_step_bps(share: &SharePrice) -> Result<u64, NoSetting> {
    let yearly = number(&share.yearly_growth_bps)?;
    let yearly = u64::try_from(yearly).map_err(|_| NoSetting(share.yearly_growth_bps.value.clone()))?;
    Ok(yearly.saturating_mul(10).div_ceil(365))
}

/// R5: the least supply of shares with which anything is lent or priced.
///
/// # Errors
/// [`NoSetting`].
pub fn least_supply(share: &SharePrice) -> Result<U256, NoSetting> {
    number(&share.least_supply)
}

/// R6: how a debt or a supply may grow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Growth {
    /// By how much, in base units.
    pub gap: U256,
    /// In how many seconds that much again.
    pub expand_secs: u64,
    /// No rule says how much at all: a thousand times what there is and the gap, which no attack here reaches.
    pub maximum: U256,
}

/// R6: two busy days a day.
///
/// # Errors
/// [`NoSetting`].
pub fn growth(debt: &Debt) -> Result<Growth, NoSetting> {
    let gap = number(&debt.busy_day)?.saturating_mul(U256::from(2));
    let reached = number(&debt.outstanding)?.saturating_add(gap);
    Ok(Growth {
        gap,
        expand_secs: DAY_SECS,
        maximum: reached.saturating_mul(U256::from(1_000)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::incident::Incident;

    fn euler() -> Incident {
        Incident::read("euler-2023-03").unwrap()
    }

    #[test]
    fn a_bucket_is_two_busy_days_and_a_transaction_one() {
        let euler = euler();
        let flow = euler.flow("DAI").unwrap();
        let busy_day: U256 = "347275786583961193429703".parse().unwrap();
        assert_eq!(transaction_cap(flow), Ok(busy_day));
        let bucket = bucket(flow).unwrap();
        assert_eq!(
            (bucket.capacity, bucket.refill_secs),
            (busy_day + busy_day, 86_400)
        );
    }

    #[test]
    fn a_debt_grows_by_two_busy_days_a_day() {
        let euler = euler();
        let debt = euler.debt("DAI").unwrap();
        let growth = growth(debt).unwrap();
        let busy_day = debt.busy_day.number().unwrap();
        assert_eq!((growth.gap, growth.expand_secs), (busy_day + busy_day, 86_400));
    }

    #[test]
    fn a_share_that_grows_by_a_fifth_a_year_moves_by_55_basis_points() {
        let sonne = Incident::read("sonne-2024-05").unwrap();
        let share = sonne.share_price("soVELO").unwrap();
        assert_eq!(share_price_step_bps(share), Ok(55));
        assert_eq!(least_supply(share), Ok(U256::from(1_000_000)));
    }

    #[test]
    fn a_price_moves_as_its_class_does_and_by_a_quarter_in_a_transaction() {
        let price = |class| Price {
            class,
            ..Incident::read("mango-2022-10")
                .unwrap()
                .price("MNGO")
                .unwrap()
                .clone()
        };
        let step = |down_bps, up_bps| Step { down_bps, up_bps };
        for (class, day, transaction) in [
            (PriceClass::Pegged, step(1_500, 1_500), step(375, 375)),
            (PriceClass::Major, step(6_000, 6_000), step(1_500, 1_500)),
            (PriceClass::Thin, step(6_666, 20_000), step(5_000, 5_000)),
        ] {
            assert_eq!(price_bound(&price(class)), PriceBound { day, transaction });
        }
    }

    #[test]
    fn what_is_unknown_makes_no_setting() {
        let mut euler = euler();
        euler.normal.flows[0].busy_day.value = "unknown".to_owned();
        let unknown = NoSetting("unknown".to_owned());
        assert_eq!(bucket(&euler.normal.flows[0]), Err(unknown.clone()));
        assert_eq!(transaction_cap(&euler.normal.flows[0]), Err(unknown));
    }
}
