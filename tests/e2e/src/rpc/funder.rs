//! The account that pays for everything on an endpoint.

use super::client::Client;
use super::error::{Lacking, RpcError};
use super::receipt::Receipt;
use super::sender::{Action, Sender};
use alloy_primitives::{Address, Bytes, TxKind, U256};
use alloy_signer_local::PrivateKeySigner;
use serde_json::{json, Value};
use std::sync::{Mutex, PoisonError};

/// How often a nonce that somebody else used first is tried again. Only other processes do that.
const ATTEMPTS: usize = 20;

/// An account with money. Every world of the process sends from it, one after the other.
#[derive(Debug)]
pub(super) struct Funder {
    sender: Sender,
    signer: PrivateKeySigner,
}

impl Funder {
    pub(super) fn new(sender: Sender, signer: PrivateKeySigner) -> Self {
        Self { sender, signer }
    }

    pub(super) fn client(&self) -> &Client {
        &self.sender.client
    }

    /// Sends wei to an account that has no code.
    pub(super) fn give(&self, to: Address, amount: U256) -> Result<(), RpcError> {
        let held = self.client().balance(self.signer.address())?;
        let needed = amount.saturating_add(self.sender.most_for_gas());
        if held < needed {
            return self.create(to, amount, Lacking::Money { needed, held });
        }
        self.send(to, amount)?;
        Ok(())
    }

    /// Has the chain make a block.
    pub(super) fn make_a_block(&self) -> Result<(), RpcError> {
        self.send(self.signer.address(), U256::ZERO)?;
        Ok(())
    }

    /// Makes wei out of nothing, where that can be done.
    fn create(&self, to: Address, amount: U256, otherwise: Lacking) -> Result<(), RpcError> {
        let balance = self.client().balance(to)?.saturating_add(amount);
        let set = self
            .client()
            .ask::<Value>("anvil_setBalance", json!([to, balance]));
        match set {
            Ok(_) => Ok(()),
            Err(error) if error.is_unknown_method() => Err(otherwise.into()),
            Err(error) => Err(error),
        }
    }

    fn send(&self, to: Address, value: U256) -> Result<Receipt, RpcError> {
        static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
        let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        let action = Action {
            to: TxKind::Call(to),
            value,
            input: Bytes::new(),
        };
        let mut attempt = 1;
        loop {
            let nonce = self.client().nonce(self.signer.address())?;
            match self.sender.send(&self.signer, nonce, action.clone()) {
                Err(error) if attempt < ATTEMPTS && is_about_nonces(&error) => attempt += 1,
                answer => return answer,
            }
        }
    }
}

/// Whether somebody else's transaction of the same account was there first.
fn is_about_nonces(error: &RpcError) -> bool {
    let RpcError::Refused { message, .. } = error else {
        return false;
    };
    ["nonce too", "already known", "replacement transaction"]
        .iter()
        .any(|words| message.contains(words))
}
