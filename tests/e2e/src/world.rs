//! A chain with a bridge on it, and what people do there.

use crate::bridge::{constructor_input, ConstructorArguments, IBridge, IBridgeGuarded, Message, Validators};
use crate::tokens::{Fixture, IToken};
use crate::wasm;
use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::{SolCall, SolError, SolInterface};
use std::sync::{Mutex, PoisonError};

use embedded_chain::{CallRequest, Chain, Config, Outcome, Receipt, Status, Transaction};

/// The two builds of the bridge.
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

    /// The name of its WASM.
    #[must_use]
    pub fn wasm_name(self) -> &'static str {
        match self {
            Self::Guarded => "bridge-guarded",
            Self::Unguarded => "bridge-unguarded",
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
    /// The chain did not start.
    #[error(transparent)]
    Chain(#[from] embedded_chain::ChainError),
    /// A contract was not deployed.
    #[error(transparent)]
    Deploy(#[from] embedded_chain::DeployError),
    /// The chain did not take a transaction.
    #[error(transparent)]
    Invalid(#[from] embedded_chain::InvalidTransaction),
    /// A contract refused.
    #[error("{what} was refused: {reason}")]
    Refused {
        /// What was tried.
        what: &'static str,
        /// The contract's error.
        reason: String,
    },
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
    next_nonce: u64,
}

/// Who governs the guards.
pub const GOVERNOR: Address = embedded_chain::DEV_ACCOUNTS[1];
/// Who may pause.
pub const GUARDIAN: Address = embedded_chain::DEV_ACCOUNTS[2];
/// An ordinary user, who holds every token to begin with.
pub const USER: Address = embedded_chain::DEV_ACCOUNTS[3];
/// The attacker.
pub const ATTACKER: Address = embedded_chain::DEV_ACCOUNTS[4];
/// Who deploys, and has no power afterwards.
pub const DEPLOYER: Address = embedded_chain::DEV_ACCOUNTS[0];

/// ETH, as the bridge names it.
pub const ETH: Address = Address::ZERO;

impl World {
    /// A chain with a bridge and nothing in it. No bucket is configured.
    ///
    /// # Errors
    /// A [`WorldError`] when something of that fails.
    pub fn new(setup: &Setup) -> Result<Self, WorldError> {
        let (chain, bridge) = deployed(setup.build)?;
        let validators = Validators::new(setup.validators);
        let arguments = ConstructorArguments {
            governor: GOVERNOR,
            guardian: GUARDIAN,
            validators: validators.addresses(),
            threshold: U256::from(setup.threshold),
            committedRoot: setup.committed_root,
        };
        let mut world = Self {
            chain,
            bridge,
            validators,
            threshold: setup.threshold,
            next_nonce: 0,
        };
        let receipt = world.transact(DEPLOYER, bridge, constructor_input(&arguments), U256::ZERO)?;
        succeeded("the construction", receipt)?;
        Ok(world)
    }

    /// Deploys a token whose supply [`USER`] holds.
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
        let init_code = fixture.token_init_code(symbol, decimals, USER, supply);
        Ok(self.chain.deploy(USER, init_code)?)
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
        let transaction = Transaction::call(from, to, input).with_value(value);
        Ok(self.chain.transact(transaction)?)
    }

    /// Sends a transaction that calls a method.
    ///
    /// # Errors
    /// A [`WorldError`] when the chain does not take it; a revert is in the receipt.
    pub fn send<C: SolCall>(&mut self, from: Address, to: Address, call: &C) -> Result<Receipt, WorldError> {
        self.transact(from, to, call.abi_encode(), U256::ZERO)
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
        let receipt = self.send(from, to, call)?;
        succeeded(what, receipt)
    }

    /// What a view returns.
    ///
    /// # Errors
    /// A [`WorldError`] when it refuses, or returns what it does not declare.
    pub fn view<C: SolCall>(&self, to: Address, call: &C) -> Result<C::Return, WorldError> {
        let outcome = self.chain.call(&CallRequest::new(USER, to, call.abi_encode()))?;
        let refused = |reason| WorldError::Refused {
            what: "a view",
            reason,
        };
        if !outcome.is_success() {
            return Err(refused(error_of(&outcome)));
        }
        C::abi_decode_returns(&outcome.output).map_err(|error| refused(error.to_string()))
    }

    /// What an account holds of an asset.
    ///
    /// # Errors
    /// A [`WorldError`] when the token does not say.
    pub fn balance(&self, asset: Address, account: Address) -> Result<U256, WorldError> {
        if asset == ETH {
            return Ok(self.chain.balance(account));
        }
        self.view(asset, &IToken::balanceOfCall { account })
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
        self.must(GOVERNOR, self.bridge, &call, "the configuration of a bucket")?;
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
        for value in [U256::ZERO, amount] {
            let approval = IToken::approveCall {
                spender: self.bridge,
                value,
            };
            self.must(from, asset, &approval, "an approval")?;
        }
        self.send(from, self.bridge, &call)
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
        let root = message.leaf(self.chain.config().chain_id, self.bridge);
        let digest = self.view(self.bridge, &IBridge::digestCall { root })?;
        let acceptance = IBridge::acceptRootCall {
            root,
            signatures: self.validators.sign(digest, self.threshold).into(),
        };
        self.must(USER, self.bridge, &acceptance, "the acceptance of a root")?;
        let proof = IBridge::proveCall {
            nonce: message.nonce,
            asset: message.asset,
            recipient: message.recipient,
            amount: message.amount,
            proof: Vec::new(),
        };
        self.must(USER, self.bridge, &proof, "the proof of a message")?;
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

    /// A withdrawal from the message to the money, as an honest user or a thief with the keys does it. [`USER`] relays
    /// it, so that the recipient needs no gas.
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
        self.process(USER, &message)
    }
}

/// A chain on which that build stands, not yet constructed. Compiled once a process: later chains are copies.
fn deployed(build: Build) -> Result<(Chain, Address), WorldError> {
    static DEPLOYED: Mutex<Vec<(Build, Chain, Address)>> = Mutex::new(Vec::new());
    let mut known = DEPLOYED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, chain, bridge)) = known.iter().find(|(other, ..)| *other == build) {
        return Ok((chain.clone(), *bridge));
    }
    let wasm = wasm::load(build.wasm_name())?;
    let mut chain = Chain::new(Config::default())?;
    let bridge = chain.deploy_program(DEPLOYER, &wasm)?;
    known.push((build, chain.clone(), bridge));
    Ok((chain, bridge))
}

fn succeeded(what: &'static str, receipt: Receipt) -> Result<Receipt, WorldError> {
    if receipt.is_success() {
        return Ok(receipt);
    }
    Err(WorldError::Refused {
        what,
        reason: error_of(&receipt.outcome),
    })
}

/// The typed error that a transaction was refused with, if it is this one.
#[must_use]
pub fn refusal<E: SolError>(receipt: &Receipt) -> Option<E> {
    if receipt.outcome.status != Status::Revert {
        return None;
    }
    E::abi_decode(&receipt.outcome.output).ok()
}

/// The guard's error that a transaction was refused with, if it was a guard.
#[must_use]
pub fn guard_refusal(receipt: &Receipt) -> Option<IBridgeGuarded::IBridgeGuardedErrors> {
    IBridgeGuarded::IBridgeGuardedErrors::abi_decode(&receipt.outcome.output).ok()
}

fn error_of(outcome: &Outcome) -> String {
    if let Ok(error) = IBridgeGuarded::IBridgeGuardedErrors::abi_decode(&outcome.output) {
        return format!("{error:?}");
    }
    if let Ok(error) = IBridge::IBridgeErrors::abi_decode(&outcome.output) {
        return format!("{error:?}");
    }
    format!("{:?} with {}", outcome.status, outcome.output)
}
