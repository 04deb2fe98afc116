//! Whole operations: the example bridge with guards, and the same call without.
//!
//! Every operation is a second use: the bridge holds and owes both assets, the recipient holds them, buckets were drawn on
//! [`WAIT`] seconds ago, and a pause was made and is over.

use crate::error::BenchError;
use crate::measure::{Ending, Stage};
use crate::site::{units, AMOUNT, CAPACITY, FIRST, PAUSE_SECS, REFILL_SECS, WAIT};
use crate::site::{DEPLOYER, ETH, GUARDIAN};
use crate::table::Size;
use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolCall;
use e2e::bridge::{constructor_input, ConstructorArguments, IBridge, IBridgeGuarded, Message, Validators};
use e2e::tokens::{Fixture, IToken};
use e2e::wasm;
use e2e::world::{Build, Setup};
use embedded_chain::{CallRequest, Chain, Config, Transaction, DEV_ACCOUNTS};
use std::sync::{Mutex, PoisonError};

/// Who governs the guards.
const GOVERNOR: Address = DEV_ACCOUNTS[1];
/// Who holds the token, deposits and hands in withdrawals.
const USER: Address = DEV_ACCOUNTS[3];
/// Who is paid. The account exists and holds both assets after the first use.
const RECIPIENT: Address = DEV_ACCOUNTS[5];
/// The group of withdrawals.
const WITHDRAWALS: u8 = 2;

/// Brings a bridge to just before an operation and returns the call.
pub type Operation = fn(&mut Site) -> Result<Transaction, BenchError>;

/// A chain with a bridge in use. The chain itself and not a node, because JSON-RPC does not say which words a call read.
pub struct Site {
    chain: Chain,
    bridge: Address,
    validators: Validators,
    messages: u64,
    token: Address,
}

/// The stage of an operation.
///
/// # Errors
/// A [`BenchError`].
pub fn stage(build: Build, operation: Operation, ending: Ending) -> Result<Stage, BenchError> {
    let mut site = Site::new(build)?;
    let call = operation(&mut site)?;
    let wasm = wasm::load(&build.wasm_name("bridge"))?;
    let contract = site.bridge;
    let size = Size {
        raw: wasm.len() as u64,
        compressed: Some(site.chain.code(contract).len() as u64),
    };
    Ok(Stage {
        chain: site.chain,
        call,
        contract,
        size,
        ending,
    })
}

/// A chain on which that build stands, not yet constructed. Compiled once a process: later chains are copies.
fn deployed(build: Build) -> Result<(Chain, Address), BenchError> {
    static DEPLOYED: Mutex<Vec<(Build, Chain, Address)>> = Mutex::new(Vec::new());
    let mut known = DEPLOYED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, chain, bridge)) = known.iter().find(|(other, ..)| *other == build) {
        return Ok((chain.clone(), *bridge));
    }
    let mut chain = Chain::new(Config::default())?;
    let bridge = chain.deploy_program(DEPLOYER, &wasm::load(&build.wasm_name("bridge"))?)?;
    known.push((build, chain.clone(), bridge));
    Ok((chain, bridge))
}

impl Site {
    fn new(build: Build) -> Result<Self, BenchError> {
        let (mut chain, bridge) = deployed(build)?;
        let setup = Setup::default();
        let validators = Validators::new(setup.validators);
        let arguments = ConstructorArguments {
            governor: GOVERNOR,
            guardian: GUARDIAN,
            validators: validators.addresses(),
            threshold: U256::from(setup.threshold),
            committedRoot: setup.committed_root,
        };
        let construction = Transaction::call(DEPLOYER, bridge, constructor_input(&arguments));
        crate::measure::ended(&chain.transact(construction)?, Ending::Returns)?;
        chain.set_record_storage(true);
        let supply = Fixture::Token.token_init_code("T", 18, USER, units(10 * CAPACITY));
        let token = chain.deploy(USER, supply)?;
        let mut site = Self {
            chain,
            bridge,
            validators,
            messages: 0,
            token,
        };
        // An allowance without end: one that is used up would pay a refund into the deposit.
        let approval = IToken::approveCall {
            spender: bridge,
            value: U256::MAX,
        };
        site.must(Transaction::call(USER, token, approval.abi_encode()))?;
        if build == Build::Guarded {
            site.use_governance()?;
        }
        for asset in [ETH, token] {
            let deposit = site.deposit_of(asset, CAPACITY);
            site.must(deposit)?;
            let withdrawal = site.withdrawal_of(asset, FIRST)?;
            site.must(withdrawal)?;
        }
        site.chain.advance_time(WAIT);
        Ok(site)
    }

    /// A bucket for both assets, and a pause that is over at the first use.
    fn use_governance(&mut self) -> Result<(), BenchError> {
        for asset in [ETH, self.token] {
            let call = IBridgeGuarded::configureBucketCall {
                asset,
                capacity: units(CAPACITY),
                refillSecs: REFILL_SECS,
            };
            self.must(self.call(GOVERNOR, &call))?;
        }
        let pause = self.pause_for(1);
        self.must(pause)?;
        self.chain.advance_time(WAIT);
        Ok(())
    }

    fn must(&mut self, call: Transaction) -> Result<(), BenchError> {
        let receipt = self.chain.transact(call)?;
        crate::measure::ended(&receipt, Ending::Returns)
    }

    fn call<C: SolCall>(&self, from: Address, call: &C) -> Transaction {
        Transaction::call(from, self.bridge, call.abi_encode())
    }

    fn deposit_of(&self, asset: Address, amount: u64) -> Transaction {
        let amount = units(amount);
        let call = IBridge::depositCall {
            asset,
            amount,
            recipient: USER,
        };
        let value = if asset == ETH { amount } else { U256::ZERO };
        self.call(USER, &call).with_value(value)
    }

    /// A withdrawal whose message is signed and proven.
    fn withdrawal_of(&mut self, asset: Address, amount: u64) -> Result<Transaction, BenchError> {
        self.messages += 1;
        let message = Message {
            nonce: U256::from(self.messages),
            asset,
            recipient: RECIPIENT,
            amount: units(amount),
        };
        self.attest(&message)?;
        let call = IBridge::processCall {
            nonce: message.nonce,
            asset: message.asset,
            recipient: message.recipient,
            amount: message.amount,
        };
        Ok(self.call(USER, &call))
    }

    /// Has a message's leaf signed as a root, and proves the message under it.
    fn attest(&mut self, message: &Message) -> Result<(), BenchError> {
        let root = message.leaf(self.chain.config().chain_id, self.bridge);
        let question = IBridge::digestCall { root }.abi_encode();
        let answer = self.chain.call(&CallRequest::new(USER, self.bridge, question))?;
        let digest = B256::try_from(&answer.output[..]).map_err(|_| BenchError::Ending {
            expected: "a digest",
            status: answer.status,
            output: answer.output.clone(),
            reason: answer.reason.clone(),
        })?;
        let acceptance = IBridge::acceptRootCall {
            root,
            signatures: self.validators.sign(digest, Setup::default().threshold).into(),
        };
        self.must(self.call(USER, &acceptance))?;
        let proof = IBridge::proveCall {
            nonce: message.nonce,
            asset: message.asset,
            recipient: message.recipient,
            amount: message.amount,
            proof: Vec::new(),
        };
        self.must(self.call(USER, &proof))
    }

    fn pause_for(&self, secs: u64) -> Transaction {
        let group = WITHDRAWALS;
        self.call(GUARDIAN, &IBridgeGuarded::pauseCall { group, secs })
    }

    /// A deposit of ETH.
    pub(crate) fn deposit_eth(&mut self) -> Result<Transaction, BenchError> {
        Ok(self.deposit_of(ETH, AMOUNT))
    }

    /// A deposit of a token.
    pub(crate) fn deposit_token(&mut self) -> Result<Transaction, BenchError> {
        Ok(self.deposit_of(self.token, AMOUNT))
    }

    /// A withdrawal of ETH.
    pub(crate) fn withdraw_eth(&mut self) -> Result<Transaction, BenchError> {
        self.withdrawal_of(ETH, AMOUNT)
    }

    /// A withdrawal of a token.
    pub(crate) fn withdraw_token(&mut self) -> Result<Transaction, BenchError> {
        self.withdrawal_of(self.token, AMOUNT)
    }

    /// A withdrawal of more than the bucket holds.
    pub(crate) fn withdraw_too_much(&mut self) -> Result<Transaction, BenchError> {
        self.withdrawal_of(ETH, crate::site::TOO_MUCH)
    }

    /// A withdrawal in a pause.
    pub(crate) fn withdraw_in_a_pause(&mut self) -> Result<Transaction, BenchError> {
        let pause = self.pause_for(PAUSE_SECS);
        self.must(pause)?;
        self.withdrawal_of(ETH, AMOUNT)
    }

    /// A pause of withdrawals.
    pub(crate) fn pause(&mut self) -> Result<Transaction, BenchError> {
        Ok(self.pause_for(PAUSE_SECS))
    }

    /// The end of such a pause.
    pub(crate) fn unpause(&mut self) -> Result<Transaction, BenchError> {
        let pause = self.pause_for(PAUSE_SECS);
        self.must(pause)?;
        let group = WITHDRAWALS;
        Ok(self.call(GOVERNOR, &IBridgeGuarded::unpauseCall { group }))
    }

    /// Another limit for a bucket in use.
    pub(crate) fn configure_bucket(&mut self) -> Result<Transaction, BenchError> {
        let call = IBridgeGuarded::configureBucketCall {
            asset: ETH,
            capacity: units(CAPACITY / 2),
            refillSecs: 2 * REFILL_SECS,
        };
        Ok(self.call(GOVERNOR, &call))
    }

    /// The end of a bucket.
    pub(crate) fn close_bucket(&mut self) -> Result<Transaction, BenchError> {
        Ok(self.call(GOVERNOR, &IBridgeGuarded::closeBucketCall { asset: ETH }))
    }

    /// Another guardian.
    pub(crate) fn set_guardian(&mut self) -> Result<Transaction, BenchError> {
        let guardian = DEV_ACCOUNTS[6];
        Ok(self.call(GOVERNOR, &IBridgeGuarded::setGuardianCall { guardian }))
    }

    /// A successor of the governor.
    pub(crate) fn propose_governor(&mut self) -> Result<Transaction, BenchError> {
        let proposed = DEV_ACCOUNTS[7];
        Ok(self.call(GOVERNOR, &IBridgeGuarded::proposeGovernorCall { proposed }))
    }

    /// The successor's acceptance.
    pub(crate) fn accept_governor(&mut self) -> Result<Transaction, BenchError> {
        let proposal = self.propose_governor()?;
        self.must(proposal)?;
        Ok(self.call(DEV_ACCOUNTS[7], &IBridgeGuarded::acceptGovernorCall {}))
    }
}
