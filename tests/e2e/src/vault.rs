//! The vault as its users see it.

use crate::bridge::constructor;
use alloy_primitives::{Address, B256};
use alloy_sol_types::SolValue;

pub use abi::{IVault, IVaultGovernance, IVaultMonitor};

mod abi {
    alloy_sol_types::sol!(
        #![sol(all_derives)]
        "../../examples/vault/IVault.sol"
    );
}

/// The input of the call that constructs a vault.
#[must_use]
pub fn constructor_input(asset: Address, governor: Address, guardian: Address) -> Vec<u8> {
    constructor(&(asset, governor, guardian, text("Guarded vault"), text("gVLT")).abi_encode_params())
}

/// A text as a word: ASCII from the left.
fn text(text: &str) -> B256 {
    B256::right_padding_from(text.as_bytes())
}
