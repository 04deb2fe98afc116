//! What would pass now: the answers of `max*`.
//!
//! What they say passes. A unit more does not, but for what the caller itself has, and for shares so many that the last of them are worth nothing: there the answer is the least that is
//! paid as much.

use super::{
    guards::{DEPOSITS, KEY, OUTFLOW, PRICED, PRICING, SOLVENCY, WINDOW, WITHDRAWALS},
    Vault,
};
use alloy_primitives::{Address, U256};
use portcullis::{
    core_types::{
        breaker::Kind,
        mode::{GuardId, Mode},
    },
    invariant::{numbers::price::Shares, Band},
};

impl Vault {
    pub(crate) fn most_in(&self) -> U256 {
        let shut = self.running(DEPOSITS, Kind::IncreaseRisk).is_err();
        let closed = self.outflow.check_open(self.asset.get()).is_err() && !self.only_watches(OUTFLOW);
        if shut || closed || self.is_short() || self.is_off(|band| band) {
            U256::ZERO
        } else {
            U256::MAX
        }
    }

    pub(crate) fn most_withdrawn(&self, owner: Address) -> U256 {
        let own = self.rates().assets_down(self.balance(owner));
        own.unwrap_or(U256::ZERO).min(self.most_out())
    }

    pub(crate) fn most_redeemed(&self, owner: Address) -> U256 {
        // More than a number holds is more than anybody has.
        let most = self.rates().shares_down(self.most_out()).unwrap_or(U256::MAX);
        let shares = self.balance(owner).min(most);
        // Shares that are worth less than a unit are paid nothing, which is refused.
        match self.rates().assets_down(shares) {
            Some(assets) if !assets.is_zero() => shares,
            _ => U256::ZERO,
        }
    }

    /// What may leave now, whoever asks.
    pub(crate) fn most_out(&self) -> U256 {
        let Ok(share) = self.running(WITHDRAWALS, Kind::BoundedWithdrawal) else {
            return U256::ZERO;
        };
        if self.is_short() || self.is_off(Band::open_below) {
            return U256::ZERO;
        }
        if self.only_watches(OUTFLOW) {
            return U256::MAX;
        }
        share.of_down(self.outflow.available(self.asset.get()))
    }

    /// Whether a mode lets pass what its guard refuses.
    fn only_watches(&self, guard: GuardId) -> bool {
        self.modes.all().of(guard) == Mode::Shadow
    }

    /// Whether something is missing, which stops everything until it is written down.
    fn is_short(&self) -> bool {
        !self.only_watches(SOLVENCY) && self.held().map_or(true, |held| held < self.managed.get())
    }

    /// Whether the price, gains counted, is off its reference.
    fn is_off(&self, side: fn(Band) -> Band) -> bool {
        let before = self.issued();
        if self.only_watches(WINDOW) {
            return false;
        }
        if before.supply < PRICED {
            return self.prices.band(KEY).is_none();
        }
        let now = Shares {
            assets: self.total_assets(),
            ..before
        };
        let band = self.prices.followed(KEY, &PRICING.price(&before));
        band.map_or(true, |band| !side(band).contains(&PRICING.price(&now)))
    }
}
