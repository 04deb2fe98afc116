//! What the market answers to those who guard and govern it, and to monitors.

use super::{
    arguments::{BandTerms, Overview},
    guards::{paused_by, scope, HEALTH, LAST_GUARD, PAIR},
    oracle::ratio,
    Market, MarketError, UnknownAsset, UnknownMode, UnknownState,
};
use alloc::vec::Vec;
use alloy_primitives::{Address, B256, U256};
use portcullis::{
    abi::Blob,
    breaker_guard::BreakerTerms,
    calldata,
    core_types::{
        breaker::Rung,
        mode::{GuardId, Mode},
    },
    guarded,
    invariant::WindowTerms,
    rate_limiter::BucketTerms,
};
use stylus_sdk::prelude::*;

/// The guards' methods. Guards: 1 health, 2 solvency, 3 band, 4 outflow.
#[public]
#[allow(missing_docs)] // The macro adds a method of its own.
pub trait IMarketGuards {
    /// Moves the breaker to a state at least as strict for as long as an automatic trip holds: 2 throttled, 3 reduce-only, 4 frozen. For the guardian and the governor. A
    /// freeze beyond the budget of automatic ones is reduce-only.
    ///
    /// # Errors
    /// `NotGuardian`, [`UnknownState`], `BreakerUnset`.
    fn pause(&mut self, state: U256) -> Result<(), MarketError>;

    /// The same for a time of its choice. For the council, who is the governor.
    ///
    /// # Errors
    /// `NotCouncil`, [`UnknownState`], `DecisionOutOfBounds`, `BreakerUnset`.
    fn decide(&mut self, state: U256, secs: U256) -> Result<(), MarketError>;

    /// Sets how the breaker acts. For the governor; what loosens waits.
    ///
    /// # Errors
    /// `NotGovernor`, `SettingOutOfBounds`, `OperationNotReady`.
    fn configure_breaker(&mut self, terms: BreakerTerms) -> Result<(), MarketError>;

    /// Limits what of the loan or the collateral leaves. For the governor; more than before waits.
    ///
    /// # Errors
    /// `NotGovernor`, [`UnknownAsset`], `CapacityZero`, `RefillOutOfBounds`, `OperationNotReady`.
    fn configure_outflow(&mut self, terms: BucketTerms) -> Result<(), MarketError>;

    /// Sets how near to its reference the collateral's price in the loan has to be. The first time the reference is the oracle's. For the governor; what widens or quickens waits.
    ///
    /// # Errors
    /// `NotGovernor`, [`OracleFailed`](super::OracleFailed), [`PriceUnusable`](super::PriceUnusable), [`PriceStale`](super::PriceStale),
    /// `SettingOutOfBounds`, `PriceOutOfRange`, `OperationNotReady`.
    fn configure_band(&mut self, terms: BandTerms) -> Result<(), MarketError>;

    /// Sets the reference anew, at the oracle's price. For the governor; it always waits.
    ///
    /// # Errors
    /// `NotGovernor`, `PriceWindowUnset`, [`OracleFailed`](super::OracleFailed), [`PriceUnusable`](super::PriceUnusable), [`PriceStale`](super::PriceStale),
    /// `PriceOutOfRange`, `OperationNotReady`.
    fn reset_band(&mut self) -> Result<(), MarketError>;

    /// Has a guard enforce (0), watch (1) or latch (2: it trips where its method is latched, and enforces elsewhere). For the governor; down the ladder waits.
    ///
    /// # Errors
    /// `NotGovernor`, [`UnknownMode`], `OperationNotReady`.
    fn set_mode(&mut self, guard: U256, mode: U256) -> Result<(), MarketError>;

    /// Sets how long what loosens waits. For the governor; a shorter delay waits the old one.
    ///
    /// # Errors
    /// `NotGovernor`, `DelayTooLong`, `OperationNotReady`.
    fn set_delay(&mut self, secs: U256) -> Result<(), MarketError>;

    /// Schedules a call of this contract. For the governor.
    ///
    /// # Errors
    /// `NotGovernor`, `OperationPending`.
    fn schedule(&mut self, data: Blob) -> Result<(), MarketError>;

    /// Takes back what was scheduled. For the guardian and the governor.
    ///
    /// # Errors
    /// `NotGuardian`, `OperationNotReady`.
    fn cancel_scheduled(&mut self, operation: B256) -> Result<(), MarketError>;

    /// Names the guardian. For the governor.
    ///
    /// # Errors
    /// `NotGovernor`, `ZeroAuthority`.
    fn set_guardian(&mut self, guardian: Address) -> Result<(), MarketError>;

    /// What the market is made of, what its guards are at and what they refused last.
    fn overview(&self) -> Overview;
}

#[guarded]
#[public]
impl IMarketGuards for Market {
    #[exempt("the guardian's; it moves nothing")]
    fn pause(&mut self, state: U256) -> Result<(), MarketError> {
        let guardian = self.authority.guardian()?;
        let fired = paused_by(guardian.address(), rung(state)?);
        Ok(self.breakers.trip(scope(), fired).map(drop)?)
    }

    #[exempt("the council's; it moves nothing")]
    fn decide(&mut self, state: U256, secs: U256) -> Result<(), MarketError> {
        let council = self.authority.council()?;
        Ok(self
            .breakers
            .decide(&council, scope(), rung(state)?, seconds(secs))?)
    }

    #[exempt("the governor's; the timelock is asked")]
    fn configure_breaker(&mut self, terms: BreakerTerms) -> Result<(), MarketError> {
        let governor = self.authority.governor()?;
        let data = calldata!("configureBreaker", terms: BreakerTerms);
        let change = self.timelock.change(&governor, &data);
        Ok(self.breakers.configure(change, scope(), terms.config())?)
    }

    #[exempt("the governor's; the timelock is asked")]
    fn configure_outflow(&mut self, terms: BucketTerms) -> Result<(), MarketError> {
        let governor = self.authority.governor()?;
        let data = calldata!("configureOutflow", terms: BucketTerms);
        let BucketTerms {
            asset,
            capacity,
            refill_secs,
        } = terms;
        if asset != self.loan() && asset != self.collateral() {
            return Err(UnknownAsset { asset }.into());
        }
        let change = self.timelock.change(&governor, &data);
        Ok(self.outflow.configure(change, asset, capacity, refill_secs)?)
    }

    #[exempt("the governor's; the timelock is asked")]
    fn configure_band(&mut self, terms: BandTerms) -> Result<(), MarketError> {
        let governor = self.authority.governor()?;
        let data = calldata!("configureBand", terms: BandTerms);
        let BandTerms {
            down_bps,
            up_bps,
            step_bps,
            period_secs,
        } = terms;
        let price = ratio(self.oracle().relative_x128(self.vm())?);
        let terms = WindowTerms {
            down_bps,
            up_bps,
            step_bps,
            period_secs,
        };
        let change = self.timelock.change(&governor, &data);
        Ok(self.bands.configure(change, PAIR, &price, terms)?)
    }

    #[exempt("the governor's; the timelock is asked")]
    fn reset_band(&mut self) -> Result<(), MarketError> {
        let governor = self.authority.governor()?;
        let data = calldata!("resetBand");
        let price = ratio(self.oracle().relative_x128(self.vm())?);
        let change = self.timelock.change(&governor, &data);
        Ok(self.bands.reset(change, PAIR, &price)?)
    }

    #[exempt("the governor's; the timelock is asked")]
    fn set_mode(&mut self, guard: U256, mode: U256) -> Result<(), MarketError> {
        let governor = self.authority.governor()?;
        let known = GuardId::new(byte(guard)).filter(|id| *id >= HEALTH && *id <= LAST_GUARD);
        let (Some(id), Some(to)) = (known, Mode::from_number(byte(mode))) else {
            return Err(UnknownMode { guard, mode }.into());
        };
        let data = calldata!("setMode", guard: U256, mode: U256);
        Ok(self.modes.set(self.timelock.change(&governor, &data), id, to)?)
    }

    #[exempt("the governor's; the timelock is asked")]
    fn set_delay(&mut self, secs: U256) -> Result<(), MarketError> {
        let governor = self.authority.governor()?;
        let data = calldata!("setDelay", secs: U256);
        Ok(self.timelock.set_delay(&governor, &data, seconds(secs))?)
    }

    #[exempt("the governor's; it moves nothing")]
    fn schedule(&mut self, data: Blob) -> Result<(), MarketError> {
        let governor = self.authority.governor()?;
        Ok(self.timelock.schedule(&governor, &data.0).map(drop)?)
    }

    #[exempt("the guardian's; it moves nothing")]
    fn cancel_scheduled(&mut self, operation: B256) -> Result<(), MarketError> {
        let guardian = self.authority.guardian()?;
        Ok(self.timelock.cancel(&guardian, operation)?)
    }

    #[exempt("the governor's; it moves nothing")]
    fn set_guardian(&mut self, guardian: Address) -> Result<(), MarketError> {
        let governor = self.authority.governor()?;
        Ok(self.authority.set_guardian(&governor, guardian)?)
    }

    fn overview(&self) -> Overview {
        let (oracle, last) = (self.oracle(), self.violations.last());
        let breaker = self.breakers.view(scope()).view;
        let loan = self.outflow.limit(oracle.loan);
        let collateral = self.outflow.limit(oracle.collateral);
        Overview {
            loan: oracle.loan,
            collateral: oracle.collateral,
            oracle: oracle.address,
            governor: self.authority.current_governor(),
            guardian: self.authority.current_guardian(),
            delay_secs: self.timelock.delay().secs(),
            loan_capacity: loan.map_or(U256::ZERO, |limit| limit.capacity()),
            loan_refill_secs: loan.map_or(0, |limit| limit.refill_secs()),
            loan_available: self.outflow.available(oracle.loan),
            collateral_capacity: collateral.map_or(U256::ZERO, |limit| limit.capacity()),
            collateral_refill_secs: collateral.map_or(0, |limit| limit.refill_secs()),
            collateral_available: self.outflow.available(oracle.collateral),
            reference_x128: self
                .bands
                .band(PAIR)
                .map_or(U256::ZERO, |band| band.reference_x128()),
            state: breaker.state as u8,
            until: breaker.until.unwrap_or(0),
            reason: breaker.reason.0,
            modes: self.modes.all().to_word(),
            violations: last.count,
            violated_at: last.at,
            violated_guard: last.guard,
            violated_method: B256::right_padding_from(&last.method),
            violated_reason: B256::right_padding_from(&last.reason),
            violated_by: last.by,
        }
    }
}

/// The rung of a state.
fn rung(state: U256) -> Result<Rung, MarketError> {
    match byte(state) {
        2 => Ok(Rung::Throttled),
        3 => Ok(Rung::ReduceOnly),
        4 => Ok(Rung::Frozen),
        _ => Err(UnknownState { state }.into()),
    }
}

/// A number of few, and what is none of them where it is larger.
fn byte(number: U256) -> u8 {
    u8::try_from(seconds(number)).unwrap_or(u8::MAX)
}

/// A time, and the longest for what is longer, which is out of bounds as well.
#[inline(never)]
fn seconds(number: U256) -> u64 {
    match number.into_limbs() {
        [secs, 0, 0, 0] => secs,
        _ => u64::MAX,
    }
}
