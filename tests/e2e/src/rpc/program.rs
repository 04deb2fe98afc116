//! Getting Stylus programs onto a chain, as `cargo stylus` does it.

use super::client::Client;
use super::error::RpcError;
use super::receipt::{call, Receipt};
use crate::wasm::Code;
use alloy_primitives::{address, keccak256, Address, Bytes, B256, U256};
use alloy_sol_types::{sol, SolCall, SolEvent};
use serde_json::json;
use stylus_vm::fragments;

/// The precompile that activates programs.
pub const ARB_WASM: Address = address!("0x0000000000000000000000000000000000000071");
/// The contract that deploys, activates and constructs a program in one transaction.
pub const STYLUS_DEPLOYER: Address = address!("0xcEcba2F1DC234f70Dd89F2041029807F8D03A990");

/// The most wei that an activation is sent; what its data fee leaves comes back.
pub(super) const ACTIVATION_VALUE: u64 = 100_000_000_000_000_000;

sol! {
    interface IArbWasm {
        function activateProgram(address program) external payable returns (uint16 version, uint256 dataFee);
        function codehashVersion(bytes32 codehash) external view returns (uint16 version);
    }

    interface IStylusDeployer {
        event ContractDeployed(address deployedContract);
        function deploy(bytes bytecode, bytes initData, uint256 initValue, bytes32 salt) external payable returns (address);
    }
}

/// A transaction that is yet to be sent: whom it calls, or that it creates, with what and with how much.
pub(super) struct Step {
    pub(super) to: Option<Address>,
    pub(super) input: Bytes,
    pub(super) value: U256,
}

/// Init code that returns a contract's code as it stands behind it.
#[must_use]
pub fn init_code_for(code: &[u8]) -> Bytes {
    let size = u32::try_from(code.len()).unwrap_or(u32::MAX).to_be_bytes();
    let mut init = vec![0x63];
    init.extend_from_slice(&size);
    // DUP1, PUSH1 14, PUSH1 0, CODECOPY, PUSH1 0, RETURN
    init.extend_from_slice(&[0x80, 0x60, 14, 0x60, 0, 0x39, 0x60, 0, 0xf3]);
    init.extend_from_slice(code);
    init.into()
}

/// The transaction that creates a contract.
pub(super) fn creation(init_code: Bytes) -> Step {
    Step {
        to: None,
        input: init_code,
        value: U256::ZERO,
    }
}

/// The transaction that activates a program.
pub(super) fn activation(program: Address) -> Step {
    Step {
        to: Some(ARB_WASM),
        input: IArbWasm::activateProgramCall { program }.abi_encode().into(),
        value: U256::from(ACTIVATION_VALUE),
    }
}

/// Whether code can be called without being activated first.
fn is_active(client: &Client, code_hash: B256) -> Result<bool, RpcError> {
    let input = IArbWasm::codehashVersionCall { codehash: code_hash }.abi_encode();
    let asked = call(
        client,
        json!([{ "to": ARB_WASM, "input": Bytes::from(input) }, "latest"]),
    )?;
    Ok(asked.is_success())
}

/// Deploys a program, activates it unless its code is active already, and calls it with the constructor's input, if
/// there is any. In one transaction where the chain has the deployer for that: between two transactions anyone could
/// construct it.
pub(super) fn deploy(
    client: &Client,
    code: &Code,
    constructor: Bytes,
    mut send: impl FnMut(Step) -> Result<Receipt, RpcError>,
) -> Result<Address, RpcError> {
    let code = match code {
        Code::Whole(code) => code.to_vec(),
        Code::InFragments { wasm, fragments } => {
            let addresses = fragments
                .iter()
                .map(|fragment| created(send(creation(init_code_for(fragment)))?));
            fragments::root_of(wasm, addresses.collect::<Result<_, RpcError>>()?).encode()
        }
    };
    let code = &code[..];
    let init_code = init_code_for(code);
    if !client.code(STYLUS_DEPLOYER)?.is_empty() {
        let input = IStylusDeployer::deployCall {
            bytecode: init_code,
            initData: constructor,
            initValue: U256::ZERO,
            salt: B256::ZERO,
        };
        let receipt = send(Step {
            to: Some(STYLUS_DEPLOYER),
            input: input.abi_encode().into(),
            value: U256::from(ACTIVATION_VALUE),
        })?;
        let receipt = done("the deployment of a program", receipt)?;
        let deployed = receipt
            .logs
            .iter()
            .filter(|log| log.address == STYLUS_DEPLOYER)
            .find_map(|log| IStylusDeployer::ContractDeployed::decode_log(log).ok());
        let deployed = deployed.ok_or(RpcError::Unexplained(receipt.hash))?;
        return Ok(deployed.deployedContract);
    }
    let program = created(send(creation(init_code))?)?;
    let code_hash = keccak256(code);
    if !is_active(client, code_hash)? {
        let activated = send(activation(program))?;
        // Refused because somebody else on this chain activated the same code in the meantime: as good.
        if !activated.is_success() && !is_active(client, code_hash)? {
            done("the activation of a program", activated)?;
        }
    }
    if !constructor.is_empty() {
        let construction = send(Step {
            to: Some(program),
            input: constructor,
            value: U256::ZERO,
        })?;
        done("the construction of a program", construction)?;
    }
    Ok(program)
}

/// The contract that a transaction created.
pub(super) fn created(receipt: Receipt) -> Result<Address, RpcError> {
    let receipt = done("the creation of a contract", receipt)?;
    receipt.created.ok_or(RpcError::Unexplained(receipt.hash))
}

pub(super) fn done(what: &'static str, receipt: Receipt) -> Result<Receipt, RpcError> {
    if receipt.is_success() {
        return Ok(receipt);
    }
    Err(RpcError::Deployment {
        what,
        status: receipt.status,
        output: receipt.output,
    })
}
