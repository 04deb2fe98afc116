//! The market as its users see it.

use crate::bridge::constructor;
use alloy_primitives::Address;
use alloy_sol_types::SolValue;

pub use abi::{IMarket, IMarketGuards};

mod abi {
    // What the macro makes of a method with many parameters is not ours to shorten.
    #![allow(clippy::too_many_arguments)]
    alloy_sol_types::sol!(
        #![sol(all_derives)]
        "../../examples/market/IMarket.sol"
    );
}

const HOUR: u64 = 3_600;

/// How the breaker acts in the tests: a trip holds an hour, and then a ramp of an hour comes. It freezes once a day.
pub const BREAKER: IMarketGuards::configureBreakerCall = IMarketGuards::configureBreakerCall {
    throttleBps: 2_500,
    exitBps: 500,
    dwellSecs: 600,
    expirySecs: HOUR,
    rampSecs: HOUR,
    decisionSecs: 72 * HOUR,
    freezes: 1,
    freezeBackSecs: 24 * HOUR,
};

/// The input of the call that constructs a market.
#[must_use]
pub fn constructor_input(
    [loan, collateral, oracle]: [Address; 3],
    governor: Address,
    guardian: Address,
) -> Vec<u8> {
    constructor(&(loan, collateral, oracle, governor, guardian).abi_encode_params())
}
