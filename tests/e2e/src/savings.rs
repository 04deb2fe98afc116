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

const DAY: u64 = 24 * 3_600;

/// What guardians and council may do in the tests.
pub const GUARDIAN_TERMS: ISavingsGovernance::configureGuardiansCall =
    ISavingsGovernance::configureGuardiansCall {
        heartbeatSecs: 30 * DAY,
        pauseSecs: 4 * DAY,
        coolDownSecs: DAY,
        budgetSecs: 12 * DAY,
        periodSecs: 60 * DAY,
        councilSecs: 20 * DAY,
    };

/// The input of the call that constructs savings.
#[must_use]
pub fn constructor_input(manager: Address) -> Vec<u8> {
    constructor(&(manager,).abi_encode_params())
}
