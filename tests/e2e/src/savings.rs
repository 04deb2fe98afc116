//! The savings as their users see them.

use crate::bridge::constructor;
use alloy_primitives::Address;
use alloy_sol_types::SolValue;

pub use abi::{ISavings, ISavingsGovernance};

mod abi {
    // What the macro makes of a method with many parameters is not ours to shorten.
    #![allow(clippy::too_many_arguments)]
    alloy_sol_types::sol!(
        #![sol(all_derives)]
        "../../examples/savings/ISavings.sol"
    );
}

/// The input of the call that constructs savings.
#[must_use]
pub fn constructor_input(manager: Address) -> Vec<u8> {
    constructor(&(manager,).abi_encode_params())
}
