//! A node of a world's own, in this process.
//!
//! # Design
//! - **Activation once a process.** Compiling and activating a program takes longer than most tests. The first world that
//!   needs it has it deployed on a node that no test uses; every world's node is a fork of that one, where the code is
//!   active already, as it would be on any chain on which somebody deployed it before.

use super::client::{runtime, Client};
use super::error::RpcError;
use super::program;
use super::sender::{Action, Sender};
use crate::wasm::Code;
use alloy_primitives::{keccak256, Bytes, TxKind, B256, U256};
use alloy_signer_local::PrivateKeySigner;
use devnode::{Devnode, Options, DEV_KEYS};
use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};

/// Where the clock stands at first: the first day of 2026.
const START: u64 = 1_767_225_600;
/// What each account starts with: more ETH than there is, because some bridge held a good part of it.
const BALANCE: u128 = 1_000_000_000_000_000_000_000_000_000;
/// Which development account pays for everything, and warms the node that others are forked from.
const PAYS: usize = 9;

/// A node that ends with its world.
pub(super) struct OwnNode(Option<Devnode>);

impl OwnNode {
    /// Starts a node on which this code of a program is active. One in fragments is not yet: its code names where they lie.
    pub(super) fn start(code: &Code) -> Result<Self, RpcError> {
        static FIRST: Mutex<Option<First>> = Mutex::new(None);
        let mut first = FIRST.lock().unwrap_or_else(PoisonError::into_inner);
        let first = match first.as_mut() {
            Some(first) => first,
            None => first.insert(First::start()?),
        };
        if let Code::Whole(bytes) = code {
            first.activate(code, keccak256(bytes))?;
        }
        let node = runtime().block_on(first.node.fork(any_port()))?;
        Ok(Self(Some(node)))
    }

    /// Where it is reached.
    pub(super) fn url(&self) -> String {
        self.0.as_ref().map_or_else(String::new, url_of)
    }

    /// The key that pays.
    pub(super) fn funder() -> B256 {
        DEV_KEYS[PAYS]
    }
}

impl Drop for OwnNode {
    fn drop(&mut self) {
        if let Some(node) = self.0.take() {
            runtime().spawn(node.stop());
        }
    }
}

/// The node that others are forked from.
struct First {
    node: Devnode,
    active: Vec<B256>,
}

impl First {
    fn start() -> Result<Self, RpcError> {
        let options = Options {
            balance: U256::from(BALANCE),
            fixed_time: Some(START),
            ..Options::default()
        };
        Ok(Self {
            node: runtime().block_on(Devnode::start(any_port(), options))?,
            active: Vec::new(),
        })
    }

    fn activate(&mut self, code: &Code, hash: B256) -> Result<(), RpcError> {
        if self.active.contains(&hash) {
            return Ok(());
        }
        let sender = Sender::new(Client::connect(&url_of(&self.node), false)?)?;
        let signer = signer(OwnNode::funder())?;
        program::deploy(&sender.client, code, Bytes::new(), |step| {
            let nonce = sender.client.nonce(signer.address())?;
            let action = Action {
                to: step.to.map_or(TxKind::Create, TxKind::Call),
                value: step.value,
                input: step.input,
            };
            sender.send(&signer, nonce, action)
        })?;
        self.active.push(hash);
        Ok(())
    }
}

fn any_port() -> SocketAddr {
    ([127, 0, 0, 1], 0).into()
}

fn url_of(node: &Devnode) -> String {
    format!("http://{}", node.address())
}

/// The signer of a key.
pub(super) fn signer(key: B256) -> Result<PrivateKeySigner, RpcError> {
    PrivateKeySigner::from_bytes(&key).map_err(|_| RpcError::Key)
}
