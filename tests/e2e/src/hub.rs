//! The hub and the council as their users see them, and a Solidity vault that a hub guards.

use crate::bridge::constructor;
use crate::tokens::Fixture;
use alloy_primitives::Address;
use alloy_sol_types::{sol, SolValue};

pub use council_abi::{ICouncil, ICouncilEmergency, ICouncilItself};
pub use hub_abi::{IHub, IHubGovernance};

mod hub_abi {
    // What the macro makes of a method with many parameters is not ours to shorten.
    #![allow(clippy::too_many_arguments)]
    alloy_sol_types::sol!(
        #![sol(all_derives)]
        "../../contracts/hub/IHub.sol"
    );
}

mod council_abi {
    #![allow(clippy::too_many_arguments)]
    alloy_sol_types::sol!(
        #![sol(all_derives)]
        "../../contracts/council/ICouncil.sol"
    );
}

sol! {
    /// OpenZeppelin's ERC-4626 vault behind a hub.
    #[sol(all_derives)]
    interface IGuardedVault {
        function deposit(uint256 assets, address receiver) external returns (uint256 shares);
        function withdraw(uint256 assets, address receiver, address owner) external returns (uint256 shares);
        function redeem(uint256 shares, address receiver, address owner) external returns (uint256 assets);
        function maxDeposit(address receiver) external view returns (uint256);
        function maxWithdraw(address owner) external view returns (uint256);
        function maxRedeem(address owner) external view returns (uint256);
        error ERC4626ExceededMaxDeposit(address receiver, uint256 assets, uint256 max);
        error ERC4626ExceededMaxWithdraw(address owner, uint256 assets, uint256 max);
    }
}

const DAY: u64 = 24 * 3_600;

/// What guardians and council may do in the tests.
pub const GUARDIAN_TERMS: IHubGovernance::configureGuardiansCall = IHubGovernance::configureGuardiansCall {
    heartbeatSecs: 30 * DAY,
    pauseSecs: 2 * DAY,
    coolDownSecs: DAY,
    budgetSecs: 6 * DAY,
    periodSecs: 60 * DAY,
    councilSecs: 20 * DAY,
};

/// The input of the call that constructs a hub.
#[must_use]
pub fn hub_input(governor: Address, guardian: Address) -> Vec<u8> {
    constructor(&(governor, guardian).abi_encode_params())
}

/// The input of the call that constructs a council.
#[must_use]
pub fn council_input(members: &[Address], threshold: u64) -> Vec<u8> {
    constructor(&(members.to_vec(), threshold).abi_encode_params())
}

/// The code that creates a vault of a token behind a hub.
#[must_use]
pub fn vault_init_code(token: Address, hub: Address) -> Vec<u8> {
    let arguments = (token, hub).abi_encode_params();
    [Fixture::GuardedVault.creation_code(), arguments].concat()
}
