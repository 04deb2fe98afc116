//! Three robberies, under a suggestion.
//!
//! # Design
//! - **The rule of scale.** A limit that was fitted to one asset's history is carried over to an asset of a robbed bridge in
//!   proportion to what normally leaves: `limit · normal day there / busy day here`, rounded up. A bridge's normal day is the figure that
//!   `tests/incidents` states, which is a busy one and no mean: three times the mean day, as it says for Harmony. So the busy day
//!   here is three times the mean day of the history. Nothing looks at what was stolen.
//! - **The calls are replayed** against core, from full limiters, each asset with its own.
//! - The files are those of the end-to-end replay; here only what is needed of them is read.

use crate::history::Outflow;
use crate::replay::refused;
use crate::shape::{InvalidSetting, Limited, Part, DAY};
use alloy_primitives::utils::parse_units;
use alloy_primitives::{Uint, U256};
use serde::Deserialize;

/// How many mean days a busy day is.
pub const BUSY_OVER_MEAN: u64 = 3;

/// A file that is not what it should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("tests/incidents/{file}: {reason}")]
pub struct IncidentError {
    /// Which file.
    pub file: String,
    /// What is wrong.
    pub reason: String,
}

/// A robbery.
#[derive(Clone, Debug, PartialEq)]
pub struct Incident {
    /// The name of its files.
    pub id: String,
    /// The bridge.
    pub name: String,
    assets: Vec<Asset>,
}

#[derive(Clone, Debug, PartialEq)]
struct Asset {
    dollars_per_unit: f64,
    normal_daily_outflow: U256,
    calls: Vec<Outflow>,
}

/// What came of a robbery under a setting.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Loss {
    /// What the thieves asked for, in dollars.
    pub attempted: f64,
    /// What they got, in dollars.
    pub lost: f64,
    /// How many calls they made.
    pub calls: usize,
    /// How many were refused.
    pub refused: usize,
}

/// How much leaves of an asset, as a fraction: so much in so many seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    total: Wide,
    secs: u64,
}

/// Amounts of 256 bits times each other and times seconds.
type Wide = Uint<640, 10>;

impl Pace {
    /// The pace of outflows: over at least a day.
    #[must_use]
    pub fn of(outflows: &[Outflow]) -> Self {
        let at = |outflow: Option<&Outflow>| outflow.map_or(0, |outflow| outflow.at);
        Self {
            total: outflows
                .iter()
                .fold(Wide::ZERO, |sum, outflow| sum + Wide::from(outflow.amount)),
            secs: (at(outflows.last()) - at(outflows.first())).max(DAY),
        }
    }

    /// What leaves on a mean day, rounded up.
    #[must_use]
    pub fn mean_day_up(&self) -> U256 {
        let day = (self.total * Wide::from(DAY)).div_ceil(Wide::from(self.secs));
        day.saturating_to()
    }

    /// `limit · normal_day / busy day`, rounded up.
    #[must_use]
    pub fn carried_over_up(&self, limit: U256, normal_day: U256) -> U256 {
        let busy_days = self.total * Wide::from(BUSY_OVER_MEAN * DAY);
        if busy_days.is_zero() {
            return limit;
        }
        let product = Wide::from(limit) * Wide::from(normal_day) * Wide::from(self.secs);
        product.div_ceil(busy_days).saturating_to()
    }
}

const FILES: [(&str, &str, &str); 3] = [
    (
        "ronin-2022-03",
        include_str!("../../../tests/incidents/ronin-2022-03.json"),
        include_str!("../../../tests/incidents/ronin-2022-03.csv"),
    ),
    (
        "nomad-2022-08",
        include_str!("../../../tests/incidents/nomad-2022-08.json"),
        include_str!("../../../tests/incidents/nomad-2022-08.csv"),
    ),
    (
        "harmony-2022-06",
        include_str!("../../../tests/incidents/harmony-2022-06.json"),
        include_str!("../../../tests/incidents/harmony-2022-06.csv"),
    ),
];

#[derive(Deserialize)]
struct Description {
    name: String,
    assets: Vec<AssetDescription>,
}

#[derive(Deserialize)]
struct AssetDescription {
    symbol: String,
    decimals: u8,
    dollars: String,
    normal_daily_outflow: String,
}

#[derive(Deserialize)]
struct Call {
    secs: u64,
    asset: String,
    amount: String,
}

/// Every robbery.
///
/// # Errors
/// [`IncidentError`] when a file is not what it should be.
pub fn all() -> Result<Vec<Incident>, IncidentError> {
    FILES
        .into_iter()
        .map(|(id, description, calls)| read(id, description, calls))
        .collect()
}

fn read(id: &str, description: &str, calls: &str) -> Result<Incident, IncidentError> {
    let wrong = |extension: &str, reason: String| IncidentError {
        file: format!("{id}.{extension}"),
        reason,
    };
    let description: Description =
        serde_json::from_str(description).map_err(|error| wrong("json", error.to_string()))?;
    let mut assets = Vec::new();
    for asset in &description.assets {
        let price: f64 = asset
            .dollars
            .parse()
            .map_err(|_| wrong("json", format!("{} is no price", asset.dollars)))?;
        assets.push(Asset {
            dollars_per_unit: price / libm::pow(10.0, f64::from(asset.decimals)),
            normal_daily_outflow: amount(&asset.normal_daily_outflow, asset.decimals)
                .map_err(|reason| wrong("json", reason))?,
            calls: Vec::new(),
        });
    }
    for (place, call) in csv::Reader::from_reader(calls.as_bytes())
        .deserialize()
        .enumerate()
    {
        let call: Call = call.map_err(|error| wrong("csv", error.to_string()))?;
        let held = description
            .assets
            .iter()
            .position(|asset| asset.symbol == call.asset);
        let held = held.ok_or_else(|| wrong("csv", format!("the bridge holds no {}", call.asset)))?;
        let decimals = description.assets[held].decimals;
        assets[held].calls.push(Outflow {
            at: call.secs,
            amount: amount(&call.amount, decimals).map_err(|reason| wrong("csv", reason))?,
            flow: place,
        });
    }
    Ok(Incident {
        id: id.to_owned(),
        name: description.name,
        assets,
    })
}

fn amount(text: &str, decimals: u8) -> Result<U256, String> {
    parse_units(text, decimals)
        .map(|amount| amount.get_absolute())
        .map_err(|error| format!("{text} is no amount of {decimals} decimals: {error}"))
}

impl Incident {
    /// What the thieves would have got under limits that were fitted to a history of this pace.
    ///
    /// # Errors
    /// [`InvalidSetting`] when core refuses a limit, which it does for none that is above zero.
    pub fn under(&self, parts: &[(Part, U256)], pace: &Pace) -> Result<Loss, InvalidSetting> {
        let mut loss = Loss {
            attempted: 0.0,
            lost: 0.0,
            calls: 0,
            refused: 0,
        };
        for asset in &self.assets {
            let limits: Vec<Limited> = parts
                .iter()
                .map(|(part, limit)| {
                    Limited::new(*part, pace.carried_over_up(*limit, asset.normal_daily_outflow))
                })
                .collect::<Result<_, _>>()?;
            let refused = refused(&limits, &asset.calls);
            let worth = |amount: U256| f64::from(amount) * asset.dollars_per_unit;
            let asked: f64 = asset.calls.iter().map(|call| worth(call.amount)).sum();
            let kept: f64 = refused
                .iter()
                .map(|place| worth(asset.calls[*place].amount))
                .sum();
            loss.attempted += asked;
            loss.lost += asked - kept;
            loss.calls += asset.calls.len();
            loss.refused += refused.len();
        }
        Ok(loss)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shape::HOUR;

    fn outflow(at: u64, amount: u64) -> Outflow {
        Outflow {
            at,
            amount: U256::from(amount),
            flow: 0,
        }
    }

    fn incident(name: &str) -> Incident {
        all()
            .unwrap()
            .into_iter()
            .find(|incident| incident.name == name)
            .unwrap()
    }

    #[test]
    fn a_pace_is_what_leaves_on_a_mean_day() {
        let pace = Pace::of(&[outflow(0, 100), outflow(4 * DAY, 101)]);
        assert_eq!(pace.mean_day_up(), U256::from(51));
        // A shorter history counts as a day.
        assert_eq!(Pace::of(&[outflow(5, 100)]).mean_day_up(), U256::from(100));
    }

    #[test]
    fn a_limit_is_carried_over_in_proportion_to_what_normally_leaves() {
        // 50 a day, so 150 on a busy one; a limit of 300 is two busy days, and two normal days there are 14,000.
        let pace = Pace::of(&[outflow(0, 100), outflow(4 * DAY, 100)]);
        assert_eq!(
            pace.carried_over_up(U256::from(300), U256::from(7_000)),
            U256::from(14_000)
        );
        assert_eq!(
            pace.carried_over_up(U256::from(1), U256::from(1)),
            U256::ONE,
            "rounded up"
        );
        assert_eq!(pace.carried_over_up(U256::MAX, U256::MAX), U256::MAX);
    }

    #[test]
    fn all_that_was_taken_is_lost_under_limits_that_are_too_large() {
        let pace = Pace::of(&[outflow(0, 1), outflow(DAY, 1)]);
        let loose = [(Part::Cap, U256::from(1_000_000))];
        let ronin = incident("Ronin").under(&loose, &pace).unwrap();
        assert_eq!(
            (ronin.attempted, ronin.lost, ronin.calls, ronin.refused),
            (615_740_000.0, 615_740_000.0, 2, 0)
        );
        let nomad = incident("Nomad").under(&loose, &pace).unwrap();
        assert_eq!((nomad.calls, nomad.refused), (462, 0));
        assert_eq!(incident("Harmony Horizon").under(&loose, &pace).unwrap().calls, 7);
    }

    #[test]
    fn two_normal_days_in_a_bucket_are_what_the_demo_replays() {
        // The same limits as `scripts/demo`: two normal days, refilled in a day. It says 377 of Nomad's calls refused, $11.9M lost.
        let pace = Pace::of(&[outflow(0, 100), outflow(4 * DAY, 100)]);
        let two_busy_days = [(
            Part::Bucket {
                refill_secs: 24 * HOUR,
            },
            U256::from(300),
        )];
        let nomad = incident("Nomad").under(&two_busy_days, &pace).unwrap();
        assert_eq!(nomad.refused, 377);
        assert!((11.85e6..11.95e6).contains(&nomad.lost), "{}", nomad.lost);
        let ronin = incident("Ronin").under(&two_busy_days, &pace).unwrap();
        assert_eq!((ronin.refused, ronin.lost), (2, 0.0));
        let harmony = incident("Harmony Horizon").under(&two_busy_days, &pace).unwrap();
        assert_eq!((harmony.refused, harmony.lost), (7, 0.0));
    }

    #[test]
    fn a_file_that_is_wrong_says_which_and_how() {
        let error = read("x", "{}", "").unwrap_err();
        assert_eq!(
            error.to_string(),
            "tests/incidents/x.json: missing field `name` at line 1 column 2"
        );
        let description = r#"{"name":"X","assets":[]}"#;
        let error = read("x", description, "secs,asset,amount\n0,ETH,1\n").unwrap_err();
        assert_eq!(
            error.to_string(),
            "tests/incidents/x.csv: the bridge holds no ETH"
        );
    }
}
