//! OpenZeppelin's contracts that govern others, as they are released.

use alloy_primitives::hex;
use alloy_sol_types::sol;

sol! {
    /// What is used of OpenZeppelin's AccessManager.
    #[sol(all_derives)]
    interface IAccessManager {
        function grantRole(uint64 roleId, address account, uint32 executionDelay) external;
        function setTargetFunctionRole(address target, bytes4[] selectors, uint64 roleId) external;
        function schedule(address target, bytes data, uint48 when) external returns (bytes32 operationId, uint32 nonce);
        function updateAuthority(address target, address newAuthority) external;
    }

    /// What is used of OpenZeppelin's TimelockController.
    #[sol(all_derives)]
    interface ITimelockController {
        function schedule(address target, uint256 value, bytes data, bytes32 predecessor, bytes32 salt, uint256 delay) external;
        function execute(address target, uint256 value, bytes payload, bytes32 predecessor, bytes32 salt) external payable;
    }
}

/// The code that creates a contract of OpenZeppelin's, as it is released.
///
/// # Panics
/// When the artefact that is checked in has no such contract.
#[must_use]
pub fn creation_code(contract: &str, arguments: Vec<u8>) -> Vec<u8> {
    let artefacts: serde_json::Value =
        serde_json::from_str(include_str!("../../fixtures/openzeppelin/5.7.0.json")).expect("JSON");
    let bytecode = artefacts["contracts"][contract]["bytecode"]
        .as_str()
        .expect("the contract's bytecode");
    [hex::decode(bytecode).expect("hexadecimal"), arguments].concat()
}
