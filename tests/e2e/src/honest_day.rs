//! A day on which nobody steals: what ordinary users bring to a bridge and take from it.
//!
//! A limit that stops thieves is only worth something if it lets everybody else pass. This is the day to try that with.
//!
//! # Design
//! - The day is a busy one: exactly an asset's [normal daily outflow](crate::incidents::Asset::normal_daily_outflow) leaves, and as
//!   much comes in, less what rounding down leaves over.
//! - [`FLOWS`] follows from what the Horizon bridge published: 1.5 billion dollars in 100,000 transfers in about 600 days, so 165
//!   transfers a day. A busy day has three times the volume of a mean one, hence three times the transfers.
//! - Sizes have the long tail that transfers have: most users move little, each doubling in size is half as frequent, and a
//!   single user may move a large part of an asset's day.
//! - Times lie around noon, since a bridge is not as busy at night.
//! - Nothing is random: the same incident gives the same day on every machine.

use crate::incidents::Incident;
use alloy_primitives::U256;

/// How many flows a day has, shared out evenly over the assets; what does not divide is left out.
pub const FLOWS: usize = 500;
/// How many users there are.
pub const USERS: usize = 100;
/// The seconds of the day.
pub const DAY_SECS: u64 = 86_400;

/// The largest of the sizes' doublings: nobody moves more than 128 times what the smallest user moves.
const DOUBLINGS: u32 = 6;
/// A size is counted in this fraction of the smallest.
const SIZE_UNIT: u64 = 1_000;

/// Which way money goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Into the bridge.
    Deposit,
    /// Out of it.
    Withdrawal,
}

/// One user's deposit or withdrawal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flow {
    /// Seconds since the day began.
    pub secs: u64,
    /// Which way.
    pub direction: Direction,
    /// Which of the incident's assets.
    pub asset: usize,
    /// Which user, below [`USERS`].
    pub user: usize,
    /// How much, in the smallest unit.
    pub amount: U256,
}

/// The honest day of an incident's bridge, in the order of time.
#[must_use]
pub fn honest_day(incident: &Incident) -> Vec<Flow> {
    let outflows: Vec<U256> = incident
        .assets
        .iter()
        .map(|asset| asset.normal_daily_outflow)
        .collect();
    spread(incident.id, &outflows, FLOWS / incident.assets.len())
}

/// A day on which `outflows` leave, each of its asset, in `flows_each` flows of which half go in. The same for the same name.
#[must_use]
pub fn spread(name: &str, outflows: &[U256], flows_each: usize) -> Vec<Flow> {
    let mut dice = Dice::of(name);
    let each = flows_each / 2;
    let mut flows = Vec::with_capacity(flows_each * outflows.len());
    for (asset, outflow) in outflows.iter().enumerate() {
        for direction in [Direction::Deposit, Direction::Withdrawal] {
            let sizes: Vec<u64> = (0..each).map(|_| dice.size()).collect();
            let all = U256::from(sizes.iter().sum::<u64>());
            flows.extend(sizes.into_iter().map(|size| Flow {
                secs: dice.secs(),
                direction,
                asset,
                user: dice.below(USERS as u64) as usize,
                // Down, so that a day never comes to more than a normal one.
                amount: *outflow * U256::from(size) / all,
            }));
        }
    }
    // Stable: flows of the same second stay in the order of the assets.
    flows.sort_by_key(|flow| flow.secs);
    flows
}

/// SplitMix64, seeded with a name: even enough for a day's traffic, and the same everywhere.
struct Dice(u64);

impl Dice {
    fn of(name: &str) -> Self {
        let fold = |state: u64, byte: u8| state.rotate_left(8) ^ u64::from(byte);
        Self(name.bytes().fold(0, fold))
    }

    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.roll() % bound
    }

    /// The sum of two halves of a day: most often about noon, seldom at midnight.
    fn secs(&mut self) -> u64 {
        self.below(DAY_SECS / 2) + self.below(DAY_SECS / 2)
    }

    /// Between the smallest size and twice that, doubled as often as a coin shows heads.
    fn size(&mut self) -> u64 {
        let doublings = self.roll().trailing_ones().min(DOUBLINGS);
        (SIZE_UNIT + self.below(SIZE_UNIT)) << doublings
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::incidents::{all, REFILL_SECS};

    fn of(flows: &[Flow], direction: Direction, asset: usize) -> Vec<Flow> {
        flows
            .iter()
            .filter(|flow| flow.direction == direction && flow.asset == asset)
            .copied()
            .collect()
    }

    fn for_each_day(check: impl Fn(&Incident, &[Flow])) {
        for incident in all().expect("the files are right") {
            check(&incident, &honest_day(&incident));
        }
    }

    #[test]
    fn a_day_is_the_same_whenever_it_is_asked_for() {
        for_each_day(|incident, flows| assert_eq!(flows, honest_day(incident)));
    }

    #[test]
    fn every_bridge_has_its_flows_but_for_what_does_not_divide() {
        let counts: Vec<(&str, usize)> = all()
            .unwrap()
            .iter()
            .map(|incident| (incident.id, honest_day(incident).len()))
            .collect();
        assert_eq!(
            counts,
            [
                ("ronin-2022-03", 500),
                ("nomad-2022-08", 492),
                ("harmony-2022-06", 490)
            ]
        );
    }

    #[test]
    fn flows_come_in_the_order_of_time_and_within_the_day() {
        for_each_day(|_, flows| {
            assert!(flows.windows(2).all(|pair| pair[0].secs <= pair[1].secs));
            assert!(flows.iter().all(|flow| flow.secs < DAY_SECS && flow.user < USERS));
        });
    }

    #[test]
    fn both_ways_add_up_to_a_normal_day_but_for_what_rounding_leaves() {
        for_each_day(|incident, flows| {
            for (index, asset) in incident.assets.iter().enumerate() {
                for direction in [Direction::Deposit, Direction::Withdrawal] {
                    let flows = of(flows, direction, index);
                    let sum: U256 = flows.iter().map(|flow| flow.amount).sum();
                    let left = asset.normal_daily_outflow - sum;
                    assert!(left < U256::from(flows.len()), "{} {direction:?}", asset.symbol);
                }
            }
        });
    }

    #[test]
    fn nobody_moves_nothing() {
        for_each_day(|_, flows| assert!(flows.iter().all(|flow| !flow.amount.is_zero())));
    }

    #[test]
    fn a_few_move_much_and_the_many_little() {
        for_each_day(|incident, flows| {
            let mean = |asset: usize| {
                let flows = of(flows, Direction::Withdrawal, asset);
                incident.assets[asset].normal_daily_outflow / U256::from(flows.len())
            };
            let small = flows.iter().filter(|flow| flow.amount < mean(flow.asset)).count();
            assert!(small * 3 > flows.len() * 2, "{}: {small}", incident.id);
            let large = |flow: &Flow| flow.amount > mean(flow.asset) * U256::from(10);
            assert!(flows.iter().any(large), "{}", incident.id);
        });
    }

    #[test]
    fn no_bucket_of_the_published_capacity_refuses_any_of_it() {
        for_each_day(|incident, flows| {
            for (index, asset) in incident.assets.iter().enumerate() {
                let capacity = asset.capacity();
                let (mut level, mut at) = (capacity, 0);
                for flow in of(flows, Direction::Withdrawal, index) {
                    let refilled = capacity * U256::from(flow.secs - at) / U256::from(REFILL_SECS);
                    level = capacity.min(level + refilled);
                    assert!(flow.amount <= level, "{} {flow:?}", asset.symbol);
                    level -= flow.amount;
                    at = flow.secs;
                }
            }
        });
    }

    #[test]
    fn noon_is_busier_than_midnight() {
        for_each_day(|_, flows| {
            let around_noon = flows
                .iter()
                .filter(|flow| (36_000..50_400).contains(&flow.secs))
                .count();
            let at_night = flows.iter().filter(|flow| flow.secs < 14_400).count();
            assert!(around_noon > 3 * at_night, "{around_noon} against {at_night}");
        });
    }
}
