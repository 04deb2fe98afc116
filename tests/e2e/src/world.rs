//! A chain with a bridge on it, and what people do there.

use crate::bridge::{constructor_input, ConstructorArguments, IBridge, IBridgeGuarded, Message, Validators};
pub use crate::calls::{refusal, ETH};
use crate::rpc::{Chain, Endpoint, EndpointError, Lacking, People, Receipt, RpcError};
use crate::tokens::{Fixture, IToken};
use crate::wasm;
use alloy_primitives::{Address, Bytes, B256, U256};
use alloy_sol_types::{SolCall, SolInterface};
use serde_json::json;
use std::collections::BTreeSet;

/// The two builds of a contract from one source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Build {
    /// With the guards.
    Guarded,
    /// Without them.
    Unguarded,
}

impl Build {
    /// Both.
    pub const BOTH: [Self; 2] = [Self::Unguarded, Self::Guarded];

    /// The name of a contract's WASM in this build.
    #[must_use]
    pub fn wasm_name(self, contract: &str) -> String {
        match self {
            Self::Guarded => format!("{contract}-guarded"),
            Self::Unguarded => format!("{contract}-unguarded"),
        }
    }
}

/// How a bridge is set up.
#[derive(Clone, Copy, Debug)]
pub struct Setup {
    /// The build to deploy.
    pub build: Build,
    /// How many validators there are.
    pub validators: usize,
    /// How many of them must sign a root.
    pub threshold: usize,
    /// A root that is acceptable from the start.
    pub committed_root: B256,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            build: Build::Guarded,
            validators: 3,
            threshold: 2,
            // A root that nobody knows the leaves of.
            committed_root: B256::repeat_byte(0xcc),
        }
    }
}

/// Something that people did and that must have worked, but did not.
#[derive(Debug, thiserror::Error)]
pub enum WorldError {
    /// A contract's WASM is missing.
    #[error(transparent)]
    Wasm(#[from] wasm::WasmError),
    /// The environment names no chain.
    #[error(transparent)]
    Endpoint(#[from] EndpointError),
    /// The chain did not do what it was asked.
    #[error(transparent)]
    Rpc(#[from] RpcError),
    /// A contract refused.
    #[error("{what} was refused: {reason}")]
    Refused {
        /// What was tried.
        what: &'static str,
        /// The contract's error.
        reason: String,
    },
}

impl WorldError {
    /// What the endpoint does not have, if that is it.
    ///
    /// # Errors
    /// The error itself when it is another.
    pub fn lacking(self) -> Result<Lacking, Self> {
        match self {
            Self::Rpc(RpcError::Lacking(lacking)) => Ok(lacking),
            other => Err(other),
        }
    }
}

/// A chain with a bridge on it.
pub struct World {
    /// The chain.
    pub chain: Chain,
    /// The bridge.
    pub bridge: Address,
    /// Its validators.
    pub validators: Validators,
    /// How many of them must sign.
    pub threshold: usize,
    /// Who deployed the bridge, and has no power any more.
    pub deployer: Address,
    /// Who governs the guards.
    pub governor: Address,
    /// Who may pause.
    pub guardian: Address,
    /// An ordinary user, who holds every token to begin with.
    pub user: Address,
    /// The attacker.
    pub attacker: Address,
    next_nonce: u64,
    /// Who approved which asset for a deposit that was refused.
    approved: BTreeSet<(Address, Address)>,
}

impl World {
    /// A bridge with nothing in it, on the chain that the environment names. No bucket is configured.
    ///
    /// # Errors
    /// A [`WorldError`] when something of that fails.
    pub fn new(setup: &Setup) -> Result<Self, WorldError> {
        let code = wasm::code(&setup.build.wasm_name("bridge"))?;
        let mut chain = Chain::open(&Endpoint::from_env()?, &code)?;
        let People {
            deployer,
            governor,
            guardian,
            user,
            attacker,
        } = chain.people();
        let validators = Validators::new(setup.validators);
        let arguments = ConstructorArguments {
            governor,
            guardian,
            validators: validators.addresses(),
            threshold: U256::from(setup.threshold),
            committedRoot: setup.committed_root,
        };
        let bridge = chain.deploy_program(deployer, &code, constructor_input(&arguments))?;
        Ok(Self {
            chain,
            bridge,
            validators,
            threshold: setup.threshold,
            deployer,
            governor,
            guardian,
            user,
            attacker,
            next_nonce: 0,
            approved: BTreeSet::new(),
        })
    }

    /// Deploys a token whose supply the user holds.
    ///
    /// # Errors
    /// A [`WorldError`] when it is not created.
    pub fn token(
        &mut self,
        fixture: Fixture,
        symbol: &str,
        decimals: u8,
        supply: U256,
    ) -> Result<Address, WorldError> {
        self.chain.token(self.user, fixture, symbol, decimals, supply)
    }

    /// Sends a transaction with any input.
    ///
    /// # Errors
    /// A [`WorldError`] when the chain does not take it; a revert is in the receipt.
    pub fn transact(
        &mut self,
        from: Address,
        to: Address,
        input: Vec<u8>,
        value: U256,
    ) -> Result<Receipt, WorldError> {
        Ok(self.chain.transact(from, to, input, value)?)
    }

    /// Sends a transaction that calls a method.
    ///
    /// # Errors
    /// A [`WorldError`] when the chain does not take it; a revert is in the receipt.
    pub fn send<C: SolCall>(&mut self, from: Address, to: Address, call: &C) -> Result<Receipt, WorldError> {
        self.chain.submit(from, to, call)
    }

    /// Sends a transaction that must succeed.
    ///
    /// # Errors
    /// A [`WorldError`] with the contract's error.
    pub fn must<C: SolCall>(
        &mut self,
        from: Address,
        to: Address,
        call: &C,
        what: &'static str,
    ) -> Result<Receipt, WorldError> {
        self.chain.must(from, to, call, what)
    }

    /// What a view returns.
    ///
    /// # Errors
    /// A [`WorldError`] when it refuses, or returns what it does not declare.
    pub fn view<C: SolCall>(&self, to: Address, call: &C) -> Result<C::Return, WorldError> {
        self.chain.view(self.user, to, call)
    }

    /// What an account holds of an asset.
    ///
    /// # Errors
    /// A [`WorldError`] when the token does not say.
    pub fn balance(&self, asset: Address, account: Address) -> Result<U256, WorldError> {
        self.chain.holds(asset, account)
    }

    /// What an account holds of each of these assets, in one request.
    ///
    /// # Errors
    /// A [`WorldError`] when a token does not say.
    pub fn balances(&self, assets: &[Address], account: Address) -> Result<Vec<U256>, WorldError> {
        let input = Bytes::from(IToken::balanceOfCall { account }.abi_encode());
        let question = |asset: &Address| match *asset {
            ETH => ("eth_getBalance", json!([account, "latest"])),
            token => ("eth_call", json!([{ "to": token, "input": input }, "latest"])),
        };
        let questions: Vec<_> = assets.iter().map(question).collect();
        Ok(self.chain.client().ask_all(&questions)?)
    }

    /// Sets an asset's bucket.
    ///
    /// # Errors
    /// A [`WorldError`] when the bridge refuses it.
    pub fn configure_bucket(
        &mut self,
        asset: Address,
        capacity: U256,
        refill_secs: u64,
    ) -> Result<(), WorldError> {
        let call = IBridgeGuarded::configureBucketCall {
            asset,
            capacity,
            refillSecs: refill_secs,
        };
        self.must(self.governor, self.bridge, &call, "the configuration of a bucket")?;
        Ok(())
    }

    /// Deposits, with the approval that a token needs. The receipt is the deposit's.
    ///
    /// # Errors
    /// A [`WorldError`] when the token refuses the approval; the bridge's refusal is in the receipt.
    pub fn deposit(&mut self, from: Address, asset: Address, amount: U256) -> Result<Receipt, WorldError> {
        let call = IBridge::depositCall {
            asset,
            amount,
            recipient: from,
        };
        if asset == ETH {
            return self.transact(from, self.bridge, call.abi_encode(), amount);
        }
        // Some tokens refuse to change an approval of which something is left.
        let left_over = self.approved.remove(&(from, asset));
        let first = left_over.then_some(U256::ZERO);
        for value in first.into_iter().chain([amount]) {
            let approval = IToken::approveCall {
                spender: self.bridge,
                value,
            };
            self.must(from, asset, &approval, "an approval")?;
        }
        let receipt = self.send(from, self.bridge, &call)?;
        if !receipt.is_success() {
            self.approved.insert((from, asset));
        }
        Ok(receipt)
    }

    /// A message that has not been used before.
    pub fn message(&mut self, asset: Address, recipient: Address, amount: U256) -> Message {
        self.next_nonce += 1;
        Message {
            nonce: U256::from(self.next_nonce),
            asset,
            recipient,
            amount,
        }
    }

    /// Has a message's leaf signed as a root by as many validators as it takes, and proves the message under it.
    ///
    /// # Errors
    /// A [`WorldError`] when the bridge refuses one of the two.
    pub fn attest(&mut self, message: &Message) -> Result<(), WorldError> {
        let root = message.leaf(self.chain.id(), self.bridge);
        let digest = self.view(self.bridge, &IBridge::digestCall { root })?;
        let acceptance = IBridge::acceptRootCall {
            root,
            signatures: self.validators.sign(digest, self.threshold).into(),
        };
        self.must(self.user, self.bridge, &acceptance, "the acceptance of a root")?;
        let proof = IBridge::proveCall {
            nonce: message.nonce,
            asset: message.asset,
            recipient: message.recipient,
            amount: message.amount,
            proof: Vec::new(),
        };
        self.must(self.user, self.bridge, &proof, "the proof of a message")?;
        Ok(())
    }

    /// Has a message processed.
    ///
    /// # Errors
    /// A [`WorldError`] when the chain does not take the transaction; the bridge's refusal is in the receipt.
    pub fn process(&mut self, from: Address, message: &Message) -> Result<Receipt, WorldError> {
        let call = IBridge::processCall {
            nonce: message.nonce,
            asset: message.asset,
            recipient: message.recipient,
            amount: message.amount,
        };
        self.send(from, self.bridge, &call)
    }

    /// A withdrawal from the message to the money, as an honest user or a thief with the keys does it. The user
    /// relays it, so that the recipient needs no gas.
    ///
    /// # Errors
    /// A [`WorldError`] when the message is not accepted; the refusal of the withdrawal is in the receipt.
    pub fn withdraw(
        &mut self,
        asset: Address,
        recipient: Address,
        amount: U256,
    ) -> Result<Receipt, WorldError> {
        let message = self.message(asset, recipient, amount);
        self.attest(&message)?;
        self.process(self.user, &message)
    }
}

/// The guard's error that a transaction was refused with, if it was a guard.
#[must_use]
pub fn guard_refusal(receipt: &Receipt) -> Option<IBridgeGuarded::IBridgeGuardedErrors> {
    IBridgeGuarded::IBridgeGuardedErrors::abi_decode(&receipt.output).ok()
}
