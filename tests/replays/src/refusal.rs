//! The errors of the library's guards, as whoever calls a guarded contract decodes them, and which guard each is of.

use crate::incident::Guard;
use alloy_primitives::hex;
use alloy_sol_types::{sol, SolInterface};

sol! {
    /// What the guards of the victims refuse with.
    #[derive(Debug, PartialEq, Eq)]
    interface IRefusals {
        error AccountUnhealthy(address account, uint256 collateralBefore, uint256 debtBefore, uint256 collateral, uint256 debt, uint64 factorBps);
        error AssetClosed(address asset);
        error BalanceOutOfBounds(address asset, address holder, uint256 before, uint256 balance, uint256 lowest, uint256 highest);
        error CodeChanged(address account, bytes32 before, bytes32 codeHash);
        error GroupPaused(uint8 group, uint64 until);
        error GrowthExceeded(bytes32 key, uint256 requested, uint256 available, uint64 retryAt);
        error InTransition();
        error Insolvent(address asset, uint256 locked, uint256 owed);
        error PoolValueFell(uint256 before, uint256 value, uint64 droppedBits);
        error PositionInExceeded(address asset, uint256 requested, uint256 available, uint64 retryAt);
        error PositionOutExceeded(address asset, uint256 requested, uint256 available, uint64 retryAt);
        /// The victim\'s own, by the library\'s window.
        error PriceNotOfAge(uint256 ageSecs, uint256 leastSecs, uint256 mostSecs);
        error PriceOffReference(uint256 priceWad, uint256 referenceX128);
        error RateJumped(uint256 before, uint256 rate, uint64 downBps, uint64 upBps);
        error RateLimited(address asset, uint256 requested, uint256 available, uint64 retryAt);
        error RateOutOfBounds(uint256 rate, uint256 least, uint256 most);
        error Reentered();
        error SharePriceFell(uint256 assetsBefore, uint256 supplyBefore, uint256 assets, uint256 supply);
        error SharePriceMoved(uint256 assetsBefore, uint256 supplyBefore, uint256 assets, uint256 supply, uint64 downBps, uint64 upBps);
        error SharePriceOffReference(uint256 assets, uint256 supply, uint256 referenceX128, uint64 downBps, uint64 upBps);
        error SupplyBelowFloor(uint256 supply, uint256 floor);
        error SupplyNotConserved(uint256 before, uint256 supply, uint256 minted, uint256 burned);
        error SupplyUnbacked(address asset, uint256 held, uint256 supply);
        error TransactionCapExceeded(address asset, uint256 requested, uint256 available, uint64 retryAt);
        error TransitionCapExceeded(address asset, uint256 requested, uint256 available);
        error ValueLost(uint256 cameInWad, uint256 wentOutWad, uint64 toleranceBps);
        error WordChanged(uint256 slot, bytes32 before, bytes32 word);
    }
}

/// The guard that a revert is of, and the error's name; none when it is not one of the library's.
#[must_use]
pub fn guard_of(output: &[u8]) -> Option<(Guard, &'static str)> {
    use IRefusals::IRefusalsErrors as E;
    Some(match E::abi_decode(output).ok()? {
        E::AccountUnhealthy(_) => (Guard::AccountHealth, "AccountUnhealthy"),
        E::AssetClosed(_) => (Guard::RateLimiter, "AssetClosed"),
        E::BalanceOutOfBounds(_) => (Guard::MeasuredOutflow, "BalanceOutOfBounds"),
        E::CodeChanged(_) => (Guard::CodeHash, "CodeChanged"),
        E::GroupPaused(_) => (Guard::Pause, "GroupPaused"),
        E::GrowthExceeded(_) => (Guard::GrowthCap, "GrowthExceeded"),
        E::InTransition(_) => (Guard::Lock, "InTransition"),
        E::Insolvent(_) => (Guard::Solvency, "Insolvent"),
        E::PoolValueFell(_) => (Guard::InvariantMonotone, "PoolValueFell"),
        E::PositionInExceeded(_) => (Guard::NetPosition, "PositionInExceeded"),
        E::PositionOutExceeded(_) => (Guard::NetPosition, "PositionOutExceeded"),
        E::PriceNotOfAge(_) => (Guard::PriceAge, "PriceNotOfAge"),
        E::PriceOffReference(_) => (Guard::PriceBound, "PriceOffReference"),
        E::RateJumped(_) => (Guard::PriceBound, "RateJumped"),
        E::RateLimited(_) => (Guard::RateLimiter, "RateLimited"),
        E::RateOutOfBounds(_) => (Guard::PriceBound, "RateOutOfBounds"),
        E::Reentered(_) => (Guard::Lock, "Reentered"),
        E::SharePriceFell(_) => (Guard::SharePrice, "SharePriceFell"),
        E::SharePriceMoved(_) => (Guard::SharePrice, "SharePriceMoved"),
        E::SharePriceOffReference(_) => (Guard::SharePrice, "SharePriceOffReference"),
        E::SupplyBelowFloor(_) => (Guard::LeastSupply, "SupplyBelowFloor"),
        E::SupplyNotConserved(_) => (Guard::SupplyConservation, "SupplyNotConserved"),
        E::SupplyUnbacked(_) => (Guard::SupplyConservation, "SupplyUnbacked"),
        E::TransactionCapExceeded(_) => (Guard::FlowCap, "TransactionCapExceeded"),
        E::TransitionCapExceeded(_) => (Guard::FlowCap, "TransitionCapExceeded"),
        E::ValueLost(_) => (Guard::ValueInOut, "ValueLost"),
        E::WordChanged(_) => (Guard::WordsUnchanged, "WordChanged"),
    })
}

/// A revert as a person reads it.
#[must_use]
pub fn told(output: &[u8]) -> String {
    match IRefusals::IRefusalsErrors::abi_decode(output) {
        Ok(error) => format!("{error:?}"),
        Err(_) => hex::encode_prefixed(output),
    }
}
