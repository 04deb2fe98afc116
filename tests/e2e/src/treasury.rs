//! The treasury as its users see it.

use crate::bridge::constructor;
use alloy_primitives::Address;
use alloy_sol_types::SolValue;

pub use abi::{ITreasury, ITreasuryGuards};

mod abi {
    // What the macro makes of a method with many parameters is not ours to shorten.
    #![allow(clippy::too_many_arguments)]
    alloy_sol_types::sol!(
        #![sol(all_derives)]
        "../../examples/treasury/ITreasury.sol"
    );
}

/// The input of the call that constructs a treasury.
#[must_use]
pub fn constructor_input(governor: Address, guardian: Address) -> Vec<u8> {
    constructor(&(governor, guardian).abi_encode_params())
}
