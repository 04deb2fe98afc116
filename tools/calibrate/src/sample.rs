//! The history that comes with the crate. **It is synthetic**: nobody made these transactions.
//!
//! It is modelled on a real bridge, so that its numbers are of the size that one meets. The figures are measured in the data set
//! of *XChainWatcher: Monitoring and Identifying Attacks in Cross-Chain Bridges* (Augusto, Belchior, Pfannschmidt, Vasconcelos,
//! Correia, 2024; github.com/AndreAugusto11/XChainWatcher, MIT): the withdrawals from the Nomad bridge on Ethereum that match a
//! withdrawal on Moonbeam, from 11 January 2022 to the day of the robbery.
//!
//! | | ETH | USDC |
//! |---|---|---|
//! | withdrawals | 2,274 in 202 days | 1,453 in 200 days |
//! | median | 0.35 | 3,410 |
//! | standard deviation of the natural logarithm | 2.15 | 2.84 |
//! | largest | 1,151 | 9,485,000 |
//! | accounts | 1,816 | 1,041 |
//!
//! and, for both together, how withdrawals are shared out over the hours and the days of a week. What was held when it was robbed
//! is in `tests/incidents/nomad-2022-08.json`.
//!
//! # Design
//! - Amounts are log-normal, cut at the largest that was seen. Whales, eight accounts, make one transaction in fifty and move sixty
//!   times as much. Some days are busier than others, by a log-normal factor.
//! - Nobody takes more than a quarter of what is held.
//! - Deposits are half as many as withdrawals, to keep the file small: no limiter counts them.
//! - The same on every machine: the seed is fixed, the generator stands in [`crate::dice`], and logarithms come from `libm`.

use crate::dice::Dice;
use crate::shape::DAY;
use alloy_primitives::U256;
use std::fmt::Write;

/// The file that [`csv()`] makes, as it is checked in.
pub const SAMPLE: &str = include_str!("../data/sample.csv");

/// The decimals of the sample's assets.
pub const DECIMALS: [(&str, u8); 2] = [("ETH", 18), ("USDC", 6)];

const SEED: u64 = 20_220_801;
/// Monday, 1 January 2024.
const FIRST_DAY: u64 = 1_704_067_200;
const DAYS: u64 = 365;
const WHALES: u64 = 8;
/// One transaction in so many is a whale's.
const WHALE_EVERY: u64 = 50;
const WHALE_FACTOR: f64 = 60.0;
/// The standard deviation of the natural logarithm of how busy a day is.
const BUSYNESS: f64 = 0.4;
/// Withdrawals in each three hours of a day, from midnight UTC, and on each day of a week, from Monday.
const OF_DAY: [u64; 8] = [211, 242, 405, 487, 393, 200, 172, 164];
const OF_WEEK: [u64; 7] = [332, 248, 252, 219, 255, 445, 523];
/// An amount that is too large is drawn again, so often at most.
const DRAWS: usize = 100;
/// Amounts have three digits and zeros.
const DIGITS: usize = 3;

struct Kind {
    symbol: &'static str,
    decimals: u8,
    withdrawals_a_day: u64,
    accounts: u64,
    median: f64,
    log_deviation: f64,
    largest: f64,
    held: f64,
}

const KINDS: [Kind; 2] = [
    Kind {
        symbol: DECIMALS[0].0,
        decimals: DECIMALS[0].1,
        withdrawals_a_day: 11,
        accounts: 1_816,
        median: 0.35,
        log_deviation: 2.15,
        largest: 1_151.0,
        held: 22_877.0,
    },
    Kind {
        symbol: DECIMALS[1].0,
        decimals: DECIMALS[1].1,
        withdrawals_a_day: 7,
        accounts: 1_041,
        median: 3_410.0,
        log_deviation: 2.84,
        largest: 9_485_000.0,
        held: 87_459_000.0,
    },
];

struct Row {
    at: u64,
    kind: usize,
    is_withdrawal: bool,
}

/// The sample, from its seed.
#[must_use]
pub fn csv() -> String {
    let mut dice = Dice::new(SEED);
    let mut rows = Vec::new();
    for (kind, of_kind) in KINDS.iter().enumerate() {
        let mut weights = Vec::new();
        for day in 0..DAYS {
            let usual = OF_WEEK[(day % 7) as usize] as f64;
            weights.push((usual * 1_000.0 * libm::exp(BUSYNESS * dice.normal())) as u64);
        }
        let withdrawals = of_kind.withdrawals_a_day * DAYS;
        for number in 0..withdrawals + withdrawals / 2 {
            let day = pick(&mut dice, &weights) as u64;
            let hours = pick(&mut dice, &OF_DAY) as u64;
            rows.push(Row {
                at: FIRST_DAY + day * DAY + hours * DAY / 8 + dice.below(DAY / 8),
                kind,
                is_withdrawal: number < withdrawals,
            });
        }
    }
    rows.sort_by_key(|row| row.at);
    let mut held = KINDS.map(|kind| kind.held);
    let mut out = String::from("time,asset,in,out,account\n");
    for row in rows {
        let kind = &KINDS[row.kind];
        let held = &mut held[row.kind];
        let is_whale = dice.below(WHALE_EVERY) == 0;
        let account = if is_whale {
            format!("whale-{}", 1 + dice.below(WHALES))
        } else {
            format!(
                "user-{:04}",
                1 + (dice.share() * dice.share() * (kind.accounts - 1) as f64) as u64
            )
        };
        let factor = if is_whale { WHALE_FACTOR } else { 1.0 };
        let most = if row.is_withdrawal { *held / 4.0 } else { kind.held };
        // Half as many deposits bring twice as much each, and more when little is held.
        let refill = if row.is_withdrawal {
            1.0
        } else {
            2.0 * kind.held / *held
        };
        let amount = draw(&mut dice, kind, factor, most / refill) * refill;
        *held += if row.is_withdrawal { -amount } else { amount };
        let units = units(amount, kind.decimals);
        let (brought_in, taken_out) = if row.is_withdrawal {
            (U256::ZERO, units)
        } else {
            (units, U256::ZERO)
        };
        // Invariant: writing to a string does not fail.
        let _ = writeln!(
            out,
            "{},{},{brought_in},{taken_out},{account}",
            row.at, kind.symbol
        );
    }
    out
}

/// An amount of at most `most`.
fn draw(dice: &mut Dice, kind: &Kind, factor: f64, most: f64) -> f64 {
    let most = kind.largest.min(most);
    for _ in 0..DRAWS {
        let amount = kind.median * factor * libm::exp(kind.log_deviation * dice.normal());
        if amount <= most {
            return amount;
        }
    }
    most
}

/// A place, as often as its weight.
fn pick(dice: &mut Dice, weights: &[u64]) -> usize {
    let mut left = dice.below(weights.iter().sum());
    for (place, weight) in weights.iter().enumerate() {
        match left.checked_sub(*weight) {
            Some(less) => left = less,
            None => return place,
        }
    }
    0
}

/// An amount in the smallest unit, cut to a few digits, and at least one.
fn units(amount: f64, decimals: u8) -> U256 {
    let whole: U256 = U256::saturating_from(amount * libm::pow(10.0, f64::from(decimals)));
    let zeros = whole.to_string().len().saturating_sub(DIGITS);
    let step = U256::from(10).pow(U256::from(zeros));
    (whole - whole % step).max(U256::ONE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::read;

    #[test]
    fn the_file_that_is_checked_in_is_what_the_command_makes() {
        assert!(
            csv() == SAMPLE,
            "run: calibrate sample --out tools/calibrate/data/sample.csv"
        );
    }

    #[test]
    fn it_is_like_what_it_is_modelled_on() {
        let history = read(SAMPLE.as_bytes()).unwrap();
        assert_eq!(history.first_out_of_order, None);
        for (asset, kind) in history.assets.iter().zip(&KINDS) {
            assert_eq!(asset.asset, kind.symbol);
            let outflows = asset.outflows();
            assert_eq!(outflows.len() as u64, kind.withdrawals_a_day * DAYS);
            let scale = libm::pow(10.0, f64::from(kind.decimals));
            let mut logs: Vec<f64> = outflows
                .iter()
                .map(|out| libm::log(f64::from(out.amount) / scale))
                .collect();
            logs.sort_unstable_by(f64::total_cmp);
            let median = libm::exp(logs[logs.len() / 2]);
            assert!(
                (median / kind.median - 1.0).abs() < 0.3,
                "{} {median}",
                kind.symbol
            );
            let mean = logs.iter().sum::<f64>() / logs.len() as f64;
            let variance =
                logs.iter().map(|log| (log - mean) * (log - mean)).sum::<f64>() / logs.len() as f64;
            assert!(
                (libm::sqrt(variance) / kind.log_deviation - 1.0).abs() < 0.1,
                "{} {variance}",
                kind.symbol
            );
            assert!(libm::exp(logs[logs.len() - 1]) <= kind.largest);
        }
    }
}
