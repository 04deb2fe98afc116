//! What each guard asks, where flows are charged, and what a trip does.
//!
//! # Design
//! - **One ladder**: the guardian freezes a group on it, and what `collect` finds trips everything to reduce-only by itself. The stricter holds.
//! - A price is asked for twice: PRICE over one call, exactly, and WINDOW over any time, near a reference.
//! - **WINDOW asks nothing of fewer than [`PRICED`] shares.** The last to leave rounds what is left, which is a unit or two, and doubles the price of nobody's shares by it. The
//!   reference begins anew there, or a vault that emptied could be shut for the price of dust.
//! - On the way out WINDOW has no lower end: who leaves at a price that fell takes nothing from who stays.

use super::{
    rates::{DAY, OFFSET},
    Vault,
};
use alloy_primitives::{Address, B256, U256};
use portcullis::{
    breaker_guard::Fired,
    core_types::{
        breaker::{Kind, Rung, Share, Target},
        mode::{GuardId, Modes},
        pause::{Bounds, Group},
    },
    invariant::{
        self,
        numbers::{
            price::{Pricing, Ratio, Rounding, Shares},
            supply::Declared,
        },
        Band, Invariant,
    },
    sdk::VM,
    transition::{Flows, Latching, Moded, Violation},
    GuardError,
};

/// A share is worth no less than it was.
pub const PRICE: GuardId = GuardId::of::<1>();
/// Shares are conserved.
pub const SUPPLY: GuardId = GuardId::of::<2>();
/// What is held covers what is managed.
pub const SOLVENCY: GuardId = GuardId::of::<3>();
/// What leaves is limited.
pub const OUTFLOW: GuardId = GuardId::of::<4>();
/// What a share is worth is near what it was worth lately.
pub const WINDOW: GuardId = GuardId::of::<5>();
pub(crate) const LAST_GUARD: GuardId = WINDOW;

// Invariant: whether there are such groups is seen when this is compiled.
/// Deposits and mints.
pub const DEPOSITS: Group = Group::new(1).unwrap();
/// Withdrawals and redemptions.
pub const WITHDRAWALS: Group = Group::new(2).unwrap();
pub(crate) const LAST_GROUP: Group = WITHDRAWALS;

/// How the guardian's pauses act.
pub const LADDER: Bounds = Bounds::USUAL;

/// How long a trip holds, before its ramp.
pub const TRIP_SECS: u64 = DAY;

/// The fewest shares whose price WINDOW speaks of: a thousand units, so that a unit more or less is a thousandth.
pub const PRICED: U256 = U256::from_limbs([1_000_000, 0, 0, 0]);
/// The vault has one price.
pub(crate) const KEY: B256 = B256::ZERO;
// Invariant: whether there is such a pricing is seen when this is compiled.
/// How shares are priced: as [`super::rates`] does. The virtual shares are what a floor of the supply would be for.
pub(crate) const PRICING: Pricing = Pricing::new(OFFSET, U256::ONE).unwrap();

impl Vault {
    /// Whether calls of this kind run, and at what share of their limits.
    pub(crate) fn running(&self, group: Group, kind: Kind) -> Result<Share, GuardError> {
        self.pauses.check(group, kind, LADDER)
    }

    /// Everything is reduce-only for a day, because of this guard.
    pub(crate) fn trip(&mut self, guard: GuardId, by: Address) -> Result<(), GuardError> {
        let fired = Fired::own(guard.number(), Target::To(Rung::ReduceOnly), by);
        self.pauses.trip(fired, Group::ALL, TRIP_SECS, LADDER)
    }

    /// PRICE: over this call.
    pub(crate) fn price_never_falls(&self) -> impl Invariant {
        let shares = self.issued();
        invariant::share_price_never_falls(PRICING, Rounding::Exact, move |_| Ok(shares))
    }

    /// WINDOW, on the way in.
    pub(crate) fn price_near(&self) -> impl Invariant {
        self.price_within(|band| band)
    }

    /// WINDOW, on the way out.
    pub(crate) fn price_not_above(&self) -> impl Invariant {
        self.price_within(Band::open_below)
    }

    fn price_within(&self, side: fn(Band) -> Band) -> impl Invariant {
        let shares = self.issued();
        let band = self.prices.band(KEY);
        // Of the shares at the exit, and so no `only_if`: who leaves last leaves fewer.
        invariant::check(move |vm: &VM| match band.filter(|_| shares.supply >= PRICED) {
            Some(band) => invariant::share_price_near(PRICING, side(band), move |_| Ok(shares)).after(vm, ()),
            // Where there is no reference, the entry has said so: it follows one.
            None => Ok(()),
        })
    }

    /// The reference follows the price of before the call; where nobody has any shares to speak of, it is that price.
    pub(crate) fn follow_price(&mut self) -> Result<(), GuardError> {
        let price = self.price();
        if self.supply.get() < PRICED {
            self.prices.restart(KEY, &price)
        } else {
            self.prices.follow(KEY, &price).map(drop)
        }
    }

    /// What a share is worth, gains counted so far.
    pub(crate) fn price(&self) -> Ratio {
        PRICING.price(&self.issued())
    }

    /// SUPPLY: without an account's shares it is what it was: what is minted is the account's, and so is what is burned.
    pub(crate) fn others_keep(&self, account: Address) -> impl Invariant {
        // Invariant: no balance is larger than the supply. Where one is, it shows.
        let others = self.supply.get().wrapping_sub(self.balance(account));
        invariant::supply_conserved(move |_| Ok(others), |_| Ok(Declared::default()))
    }

    /// SUPPLY: two accounts have together what they had.
    pub(crate) fn shares_stay(&self, [from, to]: [Address; 2]) -> impl Invariant {
        let own = self.balance(from);
        let sum = if from == to {
            own
        } else {
            own.wrapping_add(self.balance(to))
        };
        invariant::supply_conserved(move |_| Ok(sum), |_| Ok(Declared::default()))
    }

    /// SOLVENCY.
    pub(crate) fn covered(&self) -> impl Invariant {
        let managed = self.managed.get();
        invariant::covered(self.asset.get(), move |_| Ok(managed))
    }

    /// What is managed and issued.
    pub(crate) fn issued(&self) -> Shares {
        Shares {
            assets: self.managed.get(),
            supply: self.supply.get(),
        }
    }
}

impl Latching for Vault {
    fn on_violation(&mut self, violation: &Violation<'_>) -> Result<(), GuardError> {
        self.violations.record(violation);
        // Invariant: every guard of the vault has a name.
        self.trip(violation.guard().unwrap_or(LAST_GUARD), violation.by())
    }
}

impl Flows for Vault {
    /// Nothing declares one.
    fn inflow(&mut self, _asset: Address, _amount: U256) -> Result<(), GuardError> {
        Ok(())
    }

    fn outflow(&mut self, asset: Address, amount: U256) -> Result<(), GuardError> {
        let share = self.running(WITHDRAWALS, Kind::BoundedWithdrawal)?;
        self.outflow.consume(asset, share.cost_up(amount))
    }
}

impl Moded for Vault {
    fn guard_modes(&self) -> Modes {
        self.modes.all()
    }
}
