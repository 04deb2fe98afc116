//! What the treasury answers to those who guard and govern it, and to monitors.

use super::{
    error::{UnknownAsset, UnknownRung},
    AssetTerms, BreakerState, CapTerms, QueueTerms, TicketPlace, Treasury, TreasuryError, Waiting,
};
use alloc::vec::Vec;
use alloy_primitives::{Address, B256, U256};
use portcullis::{
    abi::Blob,
    breaker_guard::BreakerTerms,
    calldata,
    core_types::{breaker::Rung, queue::Status},
    flow_cap::Caps,
    rate_limiter::BucketTerms,
    scope_key::Scope,
    triggers::HitsTerms,
};
use stylus_sdk::prelude::*;

/// The guards' methods.
#[public]
#[allow(missing_docs)] // The macro adds a method of its own.
pub trait ITreasuryGuards {
    /// Limits what of an asset leaves at once. For the governor; more than before waits.
    ///
    /// # Errors
    /// `NotGovernor`, `CapacityZero`, `RefillOutOfBounds`, `OperationNotReady`.
    fn configure_bucket(&mut self, terms: BucketTerms) -> Result<(), TreasuryError>;

    /// Caps what of an asset one call and one transaction take out. For the governor; more than before waits.
    ///
    /// # Errors
    /// `NotGovernor`, `AmountCannotAct`, `OperationNotReady`.
    fn configure_caps(&mut self, terms: CapTerms) -> Result<(), TreasuryError>;

    /// Sets how long waits what is over the limit. For the governor; a shorter wait waits itself.
    ///
    /// # Errors
    /// `NotGovernor`, `SettingOutOfBounds`, `AmountCannotAct`, `OperationNotReady`.
    fn configure_queue(&mut self, terms: QueueTerms) -> Result<(), TreasuryError>;

    /// Sets how many withdrawals over the limit, of how much at least, within which time move an asset's breaker. For the governor; what
    /// makes it move less easily waits.
    ///
    /// # Errors
    /// `NotGovernor`, `SettingOutOfBounds`, `AmountCannotAct`, `OperationNotReady`.
    fn configure_hits(&mut self, terms: HitsTerms) -> Result<(), TreasuryError>;

    /// Sets how every asset's breaker acts. For the governor; what loosens waits.
    ///
    /// # Errors
    /// `NotGovernor`, `SettingOutOfBounds`, `OperationNotReady`.
    fn configure_breakers(&mut self, terms: BreakerTerms) -> Result<(), TreasuryError>;

    /// Sets for how long a trip counts against whoever does it. For the governor; a shorter time waits.
    ///
    /// # Errors
    /// `NotGovernor`, `SettingOutOfBounds`, `OperationNotReady`.
    fn configure_record(&mut self, secs: u64) -> Result<(), TreasuryError>;

    /// Sets how long what loosens waits. For the governor; a shorter delay waits the old one.
    ///
    /// # Errors
    /// `NotGovernor`, `DelayTooLong`, `OperationNotReady`.
    fn set_delay(&mut self, secs: u64) -> Result<(), TreasuryError>;

    /// Names the council, who is the governor until then. For the governor; always waits.
    ///
    /// # Errors
    /// `NotGovernor`, `ZeroAuthority`, `OperationNotReady`.
    fn set_council(&mut self, council: Address) -> Result<(), TreasuryError>;

    /// Schedules a call of this contract. For the governor.
    ///
    /// # Errors
    /// `NotGovernor`, `OperationPending`.
    fn schedule(&mut self, data: Blob) -> Result<(), TreasuryError>;

    /// Takes back what was scheduled. For the guardian and the governor.
    ///
    /// # Errors
    /// `NotGuardian`, `OperationNotReady`.
    fn cancel_scheduled(&mut self, operation: B256) -> Result<(), TreasuryError>;

    /// Moves an asset's breaker to a state at least as strict: 2 throttled, 3 reduce-only, 4 frozen. For the council.
    ///
    /// # Errors
    /// `NotCouncil`, [`UnknownRung`], `DecisionOutOfBounds`, `BreakerUnset`.
    fn decide(&mut self, asset: Address, state: u8, secs: u64) -> Result<(), TreasuryError>;

    /// Steps an asset's breaker back before its time. For the council.
    ///
    /// # Errors
    /// `NotCouncil`, `NotTripped`, `StillDwelling`, `BreakerUnset`.
    fn step_back(&mut self, asset: Address) -> Result<(), TreasuryError>;

    /// Cancels a ticket, found to be theft: what it would have paid stays in the treasury, owed to nobody. For the council.
    ///
    /// # Errors
    /// `NotCouncil`, `TicketNotWaiting`.
    fn cancel_ticket(&mut self, ticket: TicketPlace) -> Result<(), TreasuryError>;

    /// How many assets have ever had a limit.
    fn asset_count(&self) -> U256;

    /// The asset at a place of the list, in the order in which they first got one.
    ///
    /// # Errors
    /// [`UnknownAsset`].
    fn asset_at(&self, index: u64) -> Result<Address, TreasuryError>;

    /// All that is in force for an asset.
    fn in_force(&self, asset: Address) -> AssetTerms;

    /// What of an asset the bucket lets leave now.
    fn available(&self, asset: Address) -> U256;

    /// The state of an asset's breaker (0 closed, 1 half-open, 2 throttled, 3 reduce-only, 4 frozen), when it becomes milder by itself, and why
    /// it tripped last.
    fn breaker(&self, asset: Address) -> BreakerState;

    /// The place of the next ticket of an account to claim.
    fn next_ticket(&self, asset: Address, account: Address) -> U256;

    /// A ticket's amount, and when it can be claimed once it is the first; zeros when it does not wait.
    fn ticket(&self, ticket: TicketPlace) -> Waiting;
}

#[public]
impl ITreasuryGuards for Treasury {
    fn configure_bucket(&mut self, terms: BucketTerms) -> Result<(), TreasuryError> {
        let governor = self.authority.governor()?;
        let data = calldata!("configureBucket", terms: BucketTerms);
        let BucketTerms {
            asset,
            capacity,
            refill_secs,
        } = terms;
        let change = self.timelock.change(&governor, &data);
        let first = self.outflow.limit(asset).is_none();
        self.outflow.configure(change, asset, capacity, refill_secs)?;
        if first {
            self.assets.append([asset.into_word().into(), U256::ZERO]);
        }
        Ok(())
    }

    fn configure_caps(&mut self, terms: CapTerms) -> Result<(), TreasuryError> {
        let governor = self.authority.governor()?;
        let data = calldata!("configureCaps", terms: CapTerms);
        let CapTerms {
            asset,
            transition,
            transaction,
        } = terms;
        let change = self.timelock.change(&governor, &data);
        let caps = Caps {
            transition,
            transaction,
        };
        Ok(self.caps.configure(change, asset, caps)?)
    }

    fn configure_queue(&mut self, terms: QueueTerms) -> Result<(), TreasuryError> {
        let governor = self.authority.governor()?;
        let data = calldata!("configureQueue", terms: QueueTerms);
        let change = self.timelock.change(&governor, &data);
        let QueueTerms {
            asset,
            drain,
            drain_secs,
            min_delay_secs,
            max_delay_secs,
            late_secs,
        } = terms;
        Ok(self.queue.configure(
            change,
            asset,
            drain,
            drain_secs,
            min_delay_secs,
            max_delay_secs,
            late_secs,
        )?)
    }

    fn configure_hits(&mut self, terms: HitsTerms) -> Result<(), TreasuryError> {
        let governor = self.authority.governor()?;
        let data = calldata!("configureHits", terms: HitsTerms);
        let HitsTerms {
            asset,
            hits,
            window_secs,
            least,
        } = terms;
        let change = self.timelock.change(&governor, &data);
        Ok(self
            .hits
            .configure(change, Scope::asset(asset), hits, window_secs, least)?)
    }

    fn configure_breakers(&mut self, terms: BreakerTerms) -> Result<(), TreasuryError> {
        let governor = self.authority.governor()?;
        let data = calldata!("configureBreakers", terms: BreakerTerms);
        let change = self.timelock.change(&governor, &data);
        Ok(self.breakers.configure_default(change, terms.config())?)
    }

    fn configure_record(&mut self, secs: u64) -> Result<(), TreasuryError> {
        let governor = self.authority.governor()?;
        let data = calldata!("configureRecord", secs: u64);
        let change = self.timelock.change(&governor, &data);
        Ok(self.breakers.configure_record(change, secs)?)
    }

    fn set_delay(&mut self, secs: u64) -> Result<(), TreasuryError> {
        let governor = self.authority.governor()?;
        let data = calldata!("setDelay", secs: u64);
        Ok(self.timelock.set_delay(&governor, &data, secs)?)
    }

    fn set_council(&mut self, council: Address) -> Result<(), TreasuryError> {
        let governor = self.authority.governor()?;
        let data = calldata!("setCouncil", council: Address);
        let change = self.timelock.change(&governor, &data);
        Ok(self.authority.set_council(change, council)?)
    }

    fn schedule(&mut self, data: Blob) -> Result<(), TreasuryError> {
        let governor = self.authority.governor()?;
        self.timelock.schedule(&governor, &data.0)?;
        Ok(())
    }

    fn cancel_scheduled(&mut self, operation: B256) -> Result<(), TreasuryError> {
        let guardian = self.authority.guardian()?;
        Ok(self.timelock.cancel(&guardian, operation)?)
    }

    fn decide(&mut self, asset: Address, state: u8, secs: u64) -> Result<(), TreasuryError> {
        let council = self.authority.council()?;
        let rung = match state {
            2 => Rung::Throttled,
            3 => Rung::ReduceOnly,
            4 => Rung::Frozen,
            _ => return Err(UnknownRung { state }.into()),
        };
        Ok(self.breakers.decide(&council, Scope::asset(asset), rung, secs)?)
    }

    fn step_back(&mut self, asset: Address) -> Result<(), TreasuryError> {
        let council = self.authority.council()?;
        Ok(self
            .breakers
            .step_back_by_decision(&council, Scope::asset(asset))?)
    }

    fn cancel_ticket(&mut self, ticket: TicketPlace) -> Result<(), TreasuryError> {
        let council = self.authority.council()?;
        let TicketPlace {
            asset,
            account,
            index,
        } = ticket;
        self.queue.cancel(&council, asset, account, index)?;
        Ok(())
    }

    fn asset_count(&self) -> U256 {
        U256::from(self.assets.count())
    }

    fn asset_at(&self, index: u64) -> Result<Address, TreasuryError> {
        let [asset, _] = self.assets.get(index).ok_or(UnknownAsset { index })?;
        Ok(Address::from_word(asset.into()))
    }

    fn in_force(&self, asset: Address) -> AssetTerms {
        let bucket = self.outflow.limit(asset);
        let caps = self.caps.caps(asset);
        let queue = self.queue.settings(asset);
        let hits = self.hits.limit(Scope::asset(asset));
        AssetTerms {
            capacity: bucket.map_or(U256::ZERO, |limit| limit.capacity()),
            refill_secs: bucket.map_or(0, |limit| limit.refill_secs()),
            transition: caps.map_or(U256::ZERO, |caps| caps.transition),
            transaction: caps.map_or(U256::ZERO, |caps| caps.transaction),
            drain: queue.map_or(U256::ZERO, |settings| settings.drain()),
            drain_secs: queue.map_or(0, |settings| settings.drain_secs()),
            min_delay_secs: queue.map_or(0, |settings| settings.min_delay_secs()),
            max_delay_secs: queue.map_or(0, |settings| settings.max_delay_secs()),
            late_secs: queue.map_or(0, |settings| settings.late_secs()),
            hits: hits.map_or(0, |limit| limit.hits()),
            window_secs: hits.map_or(0, |limit| limit.window_secs()),
            least: hits.map_or(U256::ZERO, |limit| limit.least()),
        }
    }

    fn available(&self, asset: Address) -> U256 {
        self.outflow.available(asset)
    }

    fn breaker(&self, asset: Address) -> BreakerState {
        let view = self.breakers.view(Scope::asset(asset)).view;
        BreakerState {
            state: view.state as u8,
            until: view.until.unwrap_or(0),
            reason: view.reason.0,
        }
    }

    fn next_ticket(&self, asset: Address, account: Address) -> U256 {
        U256::from(self.queue.lane(asset, account).head())
    }

    fn ticket(&self, ticket: TicketPlace) -> Waiting {
        let TicketPlace {
            asset,
            account,
            index,
        } = ticket;
        let ticket = self.queue.ticket(asset, account, index);
        match ticket.status() {
            Status::Waiting => {
                let ready_at = self.queue.lane(asset, account).ready_at(&ticket);
                let amount = ticket.amount();
                Waiting { amount, ready_at }
            }
            Status::Absent | Status::Cancelled => Waiting {
                amount: U256::ZERO,
                ready_at: 0,
            },
        }
    }
}
