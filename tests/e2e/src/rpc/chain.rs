//! A chain, and the accounts that a world has on it.

use super::client::Client;
use super::clock::{Clock, DeveloperClock, WaitingClock};
use super::endpoint::Endpoint;
use super::error::{Lacking, RpcError};
use super::funder::Funder;
use super::own_node::{signer, OwnNode};
use super::program::{self, created, done, Step};
use super::receipt::{call, Called, Receipt};
use super::sender::{Action, Sender};
use super::turn::Turn;
use crate::wasm::Code;
use alloy_primitives::{Address, Bytes, TxKind, B256, U256};
use alloy_signer_local::PrivateKeySigner;
use devnode::DEV_KEYS;
use serde_json::{json, Value};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

/// Who does things.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct People {
    /// Who deploys, and has no power afterwards.
    pub deployer: Address,
    /// Who governs the guards.
    pub governor: Address,
    /// Who may pause.
    pub guardian: Address,
    /// An ordinary user, who holds every token to begin with.
    pub user: Address,
    /// The attacker.
    pub attacker: Address,
}

/// All that a chain knows of an account. Equal when nothing of it changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fingerprint {
    balance: U256,
    nonce: u64,
    code: Bytes,
    /// The root of its storage's trie, or all its words.
    storage: Value,
}

struct Key {
    signer: PrivateKeySigner,
    nonce: u64,
}

/// A chain with accounts on it.
pub struct Chain {
    sender: Sender,
    keys: BTreeMap<Address, Key>,
    people: People,
    funder: Arc<Funder>,
    clock: Box<dyn Clock>,
    // In this order: connections end before the node does.
    _node: Option<OwnNode>,
    _turn: Option<Rc<Turn>>,
}

impl Chain {
    /// The chain at an endpoint, with new accounts that have money. `code` is the program that is to be deployed; on a
    /// node of its own it is active then.
    ///
    /// # Errors
    /// An [`RpcError`] when the endpoint is not there, or does not do what it has to.
    pub fn open(endpoint: &Endpoint, code: &Code) -> Result<Self, RpcError> {
        match endpoint {
            Endpoint::Own => Self::on_own_node(code),
            Endpoint::Given { url, key, plain } => Self::on_given_node(url, *key, *plain),
        }
    }

    fn on_own_node(code: &Code) -> Result<Self, RpcError> {
        let node = OwnNode::start(code)?;
        let sender = Sender::new(Client::connect(&node.url(), false)?)?;
        let funder = Arc::new(Funder::new(sender.clone(), signer(OwnNode::funder())?));
        let signers = std::array::from_fn(|place| {
            PrivateKeySigner::from_bytes(&DEV_KEYS[place]).expect("the development keys are keys")
        });
        let clock = Box::new(DeveloperClock::new(sender.client.clone(), true));
        let mut chain = Self::new(sender, signers, funder, clock)?;
        chain._node = Some(node);
        Ok(chain)
    }

    fn on_given_node(url: &str, key: B256, plain: bool) -> Result<Self, RpcError> {
        let sender = Sender::new(Client::connect(url, plain)?)?;
        let funder = Arc::new(Funder::new(sender.clone(), signer(key)?));
        let settable = DeveloperClock::is_there(&sender.client)?;
        let turn = if settable { Some(Turn::on(url)?) } else { None };
        let clock: Box<dyn Clock> = if settable {
            Box::new(DeveloperClock::new(sender.client.clone(), false))
        } else {
            Box::new(WaitingClock::new(funder.clone()))
        };
        let signers = std::array::from_fn(|_| PrivateKeySigner::random());
        // A node wants to see the most that one transaction could cost; what hundreds of them do cost is less than that.
        let allowance = sender.most_for_gas() * U256::from(4) + U256::from(2 * program::ACTIVATION_VALUE);
        for signer in &signers {
            funder.give(signer.address(), allowance)?;
        }
        let mut chain = Self::new(sender, signers, funder, clock)?;
        chain._turn = turn;
        Ok(chain)
    }

    fn new(
        sender: Sender,
        signers: [PrivateKeySigner; 5],
        funder: Arc<Funder>,
        clock: Box<dyn Clock>,
    ) -> Result<Self, RpcError> {
        let [deployer, governor, guardian, user, attacker] =
            signers.each_ref().map(PrivateKeySigner::address);
        let people = People {
            deployer,
            governor,
            guardian,
            user,
            attacker,
        };
        let mut keys = BTreeMap::new();
        for signer in signers {
            let (address, nonce) = (signer.address(), sender.client.nonce(signer.address())?);
            keys.insert(address, Key { signer, nonce });
        }
        Ok(Self {
            sender,
            keys,
            people,
            funder,
            clock,
            _node: None,
            _turn: None,
        })
    }

    /// The accounts.
    #[must_use]
    pub fn people(&self) -> People {
        self.people
    }

    /// The chain's identifier.
    #[must_use]
    pub fn id(&self) -> u64 {
        self.sender.chain_id
    }

    /// JSON-RPC, for whatever else there is to ask.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.sender.client
    }

    /// Sends a transaction of one of the accounts.
    ///
    /// # Errors
    /// An [`RpcError`] when the chain does not take it; a revert is in the receipt.
    pub fn transact(
        &mut self,
        from: Address,
        to: Address,
        input: impl Into<Bytes>,
        value: U256,
    ) -> Result<Receipt, RpcError> {
        self.send(
            from,
            Step {
                to: Some(to),
                input: input.into(),
                value,
            },
        )
    }

    /// Runs init code and returns the address of the contract that it made.
    ///
    /// # Errors
    /// An [`RpcError`] when there is none.
    pub fn create(&mut self, from: Address, init_code: impl Into<Bytes>) -> Result<Address, RpcError> {
        created(self.send(from, program::creation(init_code.into()))?)
    }

    /// Deploys a program, activates it and constructs it.
    ///
    /// # Errors
    /// An [`RpcError`] when one of them fails.
    pub fn deploy_program(
        &mut self,
        from: Address,
        code: &Code,
        constructor: impl Into<Bytes>,
    ) -> Result<Address, RpcError> {
        let client = self.client().clone();
        program::deploy(&client, code, constructor.into(), |step| self.send(from, step))
    }

    /// Activates the program at an address.
    ///
    /// # Errors
    /// An [`RpcError`] when that fails.
    pub fn activate_program(&mut self, from: Address, program: Address) -> Result<Receipt, RpcError> {
        let receipt = self.send(from, program::activation(program))?;
        done("the activation of a program", receipt)
    }

    /// Makes an account richer although it does not want to be: the money of a contract that destroys itself arrives
    /// without a call.
    ///
    /// # Errors
    /// An [`RpcError`] when the chain does not take the transaction.
    pub fn force_upon(&mut self, from: Address, to: Address, amount: U256) -> Result<(), RpcError> {
        // PUSH20 to, SELFDESTRUCT
        let input = [&[0x73], to.as_slice(), &[0xff]].concat();
        let receipt = self.send(
            from,
            Step {
                to: None,
                input: input.into(),
                value: amount,
            },
        )?;
        done("a gift that is not asked for", receipt)?;
        Ok(())
    }

    /// Makes one of the accounts richer.
    ///
    /// # Errors
    /// [`Lacking::Money`] when nobody has as much, any other [`RpcError`].
    pub fn give(&mut self, to: Address, amount: U256) -> Result<(), RpcError> {
        self.funder.give(to, amount)
    }

    /// Calls a contract and keeps nothing of it.
    ///
    /// # Errors
    /// An [`RpcError`] when the node does not answer; a revert is in what is returned.
    pub fn call(&self, from: Address, to: Address, input: impl Into<Bytes>) -> Result<Called, RpcError> {
        let input: Bytes = input.into();
        let request = json!({ "from": from, "to": to, "input": input });
        call(self.client(), json!([request, "latest"]))
    }

    /// An account's balance in wei.
    ///
    /// # Errors
    /// An [`RpcError`].
    pub fn balance(&self, account: Address) -> Result<U256, RpcError> {
        self.client().balance(account)
    }

    /// The time of the latest block.
    ///
    /// # Errors
    /// An [`RpcError`].
    pub fn now(&self) -> Result<u64, RpcError> {
        self.client().now()
    }

    /// The time at which a transaction was mined.
    ///
    /// # Errors
    /// An [`RpcError`].
    pub fn time_of(&self, receipt: &Receipt) -> Result<u64, RpcError> {
        let number = format!("{:#x}", receipt.block_number);
        self.client().time_of_block(number.into())
    }

    /// Makes it this time: see [`Clock::move_to`].
    ///
    /// # Errors
    /// [`Lacking::Time`] when this endpoint's clock does not get there, any other [`RpcError`].
    pub fn move_to(&mut self, time: u64) -> Result<(), RpcError> {
        self.clock.move_to(time)
    }

    /// Lets so many seconds pass.
    ///
    /// # Errors
    /// [`Lacking::Time`] when this endpoint's clock does not get there, any other [`RpcError`].
    pub fn advance_time(&mut self, secs: u64) -> Result<(), RpcError> {
        let now = self.now()?;
        self.move_to(now.saturating_add(secs))
    }

    /// Sets a word of a contract's storage, as no transaction could.
    ///
    /// # Errors
    /// [`Lacking::SetStorage`] where that cannot be done, any other [`RpcError`].
    pub fn set_storage(&mut self, contract: Address, key: U256, value: U256) -> Result<(), RpcError> {
        let params = json!([contract, key, B256::from(value)]);
        let set = self.client().ask::<Value>("anvil_setStorageAt", params);
        lacking_or(set, Lacking::SetStorage).map(drop)
    }

    /// Sets the code of an account, as no transaction could.
    ///
    /// # Errors
    /// [`Lacking::SetStorage`] where that cannot be done, any other [`RpcError`].
    pub fn set_code(&mut self, account: Address, code: impl Into<Bytes>) -> Result<(), RpcError> {
        let code: Bytes = code.into();
        let set = self
            .client()
            .ask::<Value>("anvil_setCode", json!([account, code]));
        lacking_or(set, Lacking::SetStorage).map(drop)
    }

    /// Upgrades Stylus to this version: no program runs before it is activated again.
    ///
    /// # Errors
    /// [`Lacking::StylusVersion`] where that cannot be done, any other [`RpcError`].
    pub fn set_stylus_version(&mut self, version: u16) -> Result<(), RpcError> {
        let set = self
            .client()
            .ask::<Value>("portcullis_setStylusVersion", json!([version]));
        lacking_or(set, Lacking::StylusVersion).map(drop)
    }

    /// Storage, balance, nonce and code of every account of the chain.
    ///
    /// # Errors
    /// [`Lacking::WholeStorage`] where that cannot be had, any other [`RpcError`].
    pub fn everything(&self) -> Result<BTreeMap<String, Value>, RpcError> {
        let dump = self.client().ask::<Bytes>("anvil_dumpState", json!([]));
        let dump = lacking_or(dump, Lacking::WholeStorage)?;
        let lacking = || RpcError::from(Lacking::WholeStorage);
        let mut dump: Value = serde_json::from_slice(&dump).map_err(|_| lacking())?;
        match dump["accounts"].take() {
            Value::Object(accounts) if !accounts.is_empty() => Ok(accounts.into_iter().collect()),
            _ => Err(lacking()),
        }
    }

    /// All that the chain knows of an account.
    ///
    /// # Errors
    /// [`Lacking::WholeStorage`] where that cannot be had, any other [`RpcError`].
    pub fn fingerprint(&self, account: Address) -> Result<Fingerprint, RpcError> {
        Ok(Fingerprint {
            balance: self.balance(account)?,
            nonce: self.client().nonce(account)?,
            code: self.client().code(account)?,
            storage: self.whole_storage(account)?,
        })
    }

    fn whole_storage(&self, account: Address) -> Result<Value, RpcError> {
        let lacking = || RpcError::from(Lacking::WholeStorage);
        // Nothing equals nothing, and must not be taken for a contract that did not change.
        let present = |storage: Value| {
            if storage.is_null() {
                Err(lacking())
            } else {
                Ok(storage)
            }
        };
        let proof = self
            .client()
            .ask::<Value>("eth_getProof", json!([account, [], "latest"]));
        match proof {
            Ok(mut proof) => return present(proof["storageHash"].take()),
            Err(error) if error.is_unknown_method() => {}
            Err(error) => return Err(error),
        }
        match self.client().ask::<Bytes>("anvil_dumpState", json!([])) {
            Ok(dump) => {
                // Some nodes compress what they dump.
                let mut dump: Value = serde_json::from_slice(&dump).map_err(|_| lacking())?;
                present(dump["accounts"][account.to_string()]["storage"].take())
            }
            Err(error) if error.is_unknown_method() => Err(lacking()),
            Err(error) => Err(error),
        }
    }

    fn send(&mut self, from: Address, step: Step) -> Result<Receipt, RpcError> {
        let key = self.keys.get_mut(&from).ok_or(RpcError::NoKey(from))?;
        let action = Action {
            to: step.to.map_or(TxKind::Create, TxKind::Call),
            value: step.value,
            input: step.input,
        };
        let receipt = self.sender.send(&key.signer, key.nonce, action)?;
        // One that was not taken in uses no nonce up.
        key.nonce += 1;
        Ok(receipt)
    }
}

/// What was asked for, or that the endpoint lacks it where it does not know the method.
fn lacking_or<T>(asked: Result<T, RpcError>, lacking: Lacking) -> Result<T, RpcError> {
    match asked {
        Err(error) if error.is_unknown_method() => Err(lacking.into()),
        asked => asked,
    }
}
