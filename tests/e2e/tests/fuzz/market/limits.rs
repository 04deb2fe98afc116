//! What a governor set, and what may have left under it.

use super::checks::Seen;
use super::model::{Prices, Told};
use super::steps::{Asset, Change};
use super::world::{World, BAND_TERMS, BREAKER_TERMS, OUTFLOW};
use crate::chain::u;
use crate::left::{assert_within, Left};
use alloy_primitives::U256;
use std::collections::HashMap;

const WHOLE_BPS: u64 = 10_000;

/// What is in force that no view says, and what is scheduled.
pub struct Terms {
    down_bps: u64,
    up_bps: u64,
    step_bps: u64,
    period_secs: u64,
    breaker: Change,
    /// The widest shares that were ever set: a breaker keeps those of when it tripped.
    throttle_bps: u64,
    exit_bps: u64,
    /// When the reference last moved, as far as is known.
    followed_at: u64,
    /// From when on it may be carried out.
    pub scheduled: HashMap<Vec<u8>, u64>,
}

impl Terms {
    pub fn new(now: u64) -> Self {
        let mut terms = Self {
            down_bps: 0,
            up_bps: 0,
            step_bps: 0,
            period_secs: 1,
            breaker: BREAKER_TERMS,
            throttle_bps: 0,
            exit_bps: 0,
            followed_at: now,
            scheduled: HashMap::new(),
        };
        terms.set(BAND_TERMS, now);
        terms.set(BREAKER_TERMS, now);
        terms
    }

    fn set(&mut self, change: Change, now: u64) {
        match change {
            Change::Band {
                down_bps,
                up_bps,
                step_bps,
                period_secs,
            } => {
                (self.down_bps, self.up_bps) = (down_bps, up_bps);
                (self.step_bps, self.period_secs) = (step_bps, period_secs);
            }
            Change::Breaker {
                throttle_bps,
                exit_bps,
                ..
            } => {
                self.breaker = change;
                self.throttle_bps = self.throttle_bps.max(throttle_bps);
                self.exit_bps = self.exit_bps.max(exit_bps);
            }
            Change::ResetBand => self.followed_at = now,
            _ => {}
        }
    }

    /// What was set. What was loosened was scheduled, and waited for: whether it was.
    pub fn change(&mut self, world: &World, change: Change, before: &Seen) -> bool {
        let overview = &before.overview;
        let strength = |mode: u8| [1, 0, 2][usize::from(mode)];
        let looser = match change {
            Change::Breaker {
                throttle_bps,
                exit_bps,
                freezes,
            } => {
                let Change::Breaker {
                    throttle_bps: throttle,
                    exit_bps: exit,
                    freezes: had,
                } = self.breaker
                else {
                    unreachable!("a breaker's terms are a breaker's")
                };
                throttle_bps > throttle || exit_bps > exit || freezes < had
            }
            Change::Outflow {
                asset,
                capacity,
                refill_secs,
            } => {
                let (had, secs) = match asset {
                    Asset::Loan => (overview.loanCapacity, overview.loanRefillSecs),
                    Asset::Collateral => (overview.collateralCapacity, overview.collateralRefillSecs),
                };
                // A large one is kept in units of more than one: what is within them is the same.
                let is_more = |one: U256, other: U256| one > other + (other >> 40);
                let capacity = world.base.amount(asset, capacity);
                is_more(capacity, had) || is_more(capacity * u(secs), had * u(refill_secs))
            }
            Change::Band {
                down_bps,
                up_bps,
                step_bps,
                period_secs,
            } => {
                down_bps > self.down_bps
                    || up_bps > self.up_bps
                    || step_bps > self.step_bps
                    || period_secs < self.period_secs
            }
            Change::ResetBand => true,
            Change::Mode { guard, mode } => strength(mode) < strength(before.mode(guard)),
            Change::Delay(secs) => secs < overview.delaySecs,
        };
        self.set(change, before.now);
        let ready_at = self.scheduled.remove(&world.data(change));
        if looser && overview.delaySecs != 0 {
            let ready_at = ready_at.unwrap_or_else(|| panic!("{change:?} was never scheduled"));
            assert!(
                before.now >= ready_at,
                "{change:?} at {} and not {ready_at}",
                before.now
            );
        }
        looser
    }

    /// Whether prices are within the band of the reference as it stands.
    pub fn is_near(&self, prices: &Prices, seen: &Seen) -> bool {
        let (price, reference) = (prices.relative_x128(), seen.overview.referenceX128);
        self.near(price, reference)
    }

    fn near(&self, price: U256, reference: U256) -> bool {
        let price = price * u(WHOLE_BPS);
        price <= reference * u(WHOLE_BPS + self.up_bps) && price >= reference * u(WHOLE_BPS - self.down_bps)
    }

    /// By how much a reference may move at a time, in basis points: a period more may have begun than shows.
    fn moved_bps(&self, now: u64) -> u64 {
        let periods = (now - self.followed_at) / self.period_secs + 1;
        (periods * self.step_bps).min(WHOLE_BPS)
    }

    /// Whether a price passes: it does within the band, as the reference only comes nearer. None where it may have come near enough.
    pub fn passes(&self, prices: &Prices, seen: &Seen) -> Option<bool> {
        let (price, reference) = (prices.relative_x128(), seen.overview.referenceX128);
        if self.near(price, reference) {
            return Some(true);
        }
        let moved = self.moved_bps(seen.now);
        let highest = reference * u(WHOLE_BPS + moved) / u(WHOLE_BPS);
        let lowest = reference * u(WHOLE_BPS) / u(WHOLE_BPS + moved);
        let nearest = price.clamp(lowest, highest + u(1));
        (!self.near(price, nearest)).then_some(false)
    }

    /// The reference moves by its steps, or by its governor.
    pub fn followed(&mut self, before: &Seen, after: &Seen) {
        let (was, is) = (before.overview.referenceX128, after.overview.referenceX128);
        if was == is || self.followed_at == after.now && before.now == after.now {
            return;
        }
        let moved = u(WHOLE_BPS + self.moved_bps(after.now));
        let within = is * u(WHOLE_BPS) <= was * moved && was * u(WHOLE_BPS) <= (is + u(1)) * moved;
        assert!(within, "the reference ran: {was} to {is}");
        self.followed_at = after.now;
    }
}

/// What left of both assets.
#[derive(Default)]
pub struct Limits {
    left: [Vec<Left>; 2],
}

impl Limits {
    /// Between any two times no more left than the limiter publishes; on a stricter rung each counts for more.
    pub fn look(&mut self, terms: &Terms, told: &Told, before: &Seen, after: &Seen) {
        if !before.enforces(OUTFLOW) || !after.enforces(OUTFLOW) {
            self.left = Default::default();
            return;
        }
        let share = match before.overview.state {
            2 => terms.throttle_bps,
            3 => terms.exit_bps,
            _ => WHOLE_BPS,
        };
        for asset in Asset::BOTH {
            let limit = |seen: &Seen| match asset {
                Asset::Loan => (seen.overview.loanCapacity, seen.overview.loanRefillSecs),
                Asset::Collateral => (
                    seen.overview.collateralCapacity,
                    seen.overview.collateralRefillSecs,
                ),
            };
            let cost = told.bounded[asset as usize] * u(WHOLE_BPS) / u(share);
            let left = &mut self.left[asset as usize];
            for (seen, amount) in [(before, U256::ZERO), (after, cost)] {
                let (capacity, refill_secs) = limit(seen);
                left.push(Left {
                    at: seen.now,
                    amount,
                    capacity,
                    refill_secs,
                });
            }
            assert_within(left, after.now, format_args!("{asset:?}"));
        }
    }
}
