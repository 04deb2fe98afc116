//! Getting contracts and programs onto the chain.

use super::{Chain, DeployError};
use crate::outcome::Receipt;
use crate::precompiles::{IArbWasm, ARB_WASM};
use crate::transaction::Transaction;
use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::SolCall;

/// The most wei sent with an activation; what the data fee leaves comes back.
const ACTIVATION_VALUE: u64 = 1_000_000_000_000_000_000;

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

impl Chain {
    /// Runs init code and returns the address of the contract that it made.
    ///
    /// # Errors
    /// A [`DeployError`].
    pub fn deploy(&mut self, from: Address, init_code: impl Into<Bytes>) -> Result<Address, DeployError> {
        let receipt = self.transact(Transaction::create(from, init_code))?;
        match receipt.outcome.created {
            Some(address) if receipt.is_success() => Ok(address),
            _ => Err(DeployError::Creation(Box::new(receipt.outcome))),
        }
    }

    /// Compresses a WASM, deploys it as a program and activates it.
    ///
    /// # Errors
    /// A [`DeployError`]; a program that was created but not activated stays where it is.
    pub fn deploy_program(&mut self, from: Address, wasm: &[u8]) -> Result<Address, DeployError> {
        let code = stylus_vm::code::compress(wasm);
        let address = self.deploy(from, init_code_for(&code))?;
        let code_hash = self.state().account(address).map(|a| a.code_hash);
        // The same code may be active already, under another address.
        let active = code_hash.is_some_and(|hash| {
            let entry = self.program(hash);
            entry.active(self.now(), self.params()).is_ok()
        });
        if !active {
            self.activate_program(from, address)?;
        }
        Ok(address)
    }

    /// Activates the program at an address.
    ///
    /// # Errors
    /// A [`DeployError`].
    pub fn activate_program(&mut self, from: Address, program: Address) -> Result<Receipt, DeployError> {
        let input = IArbWasm::activateProgramCall { program }.abi_encode();
        let transaction = Transaction::call(from, ARB_WASM, input).with_value(U256::from(ACTIVATION_VALUE));
        let receipt = self.transact(transaction)?;
        if !receipt.is_success() {
            return Err(DeployError::Activation(Box::new(receipt.outcome)));
        }
        Ok(receipt)
    }
}
