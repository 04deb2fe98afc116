//! A chain in this process, with nothing between a test and its state: thousands of calls a minute, and a base that was set up once is cloned for each case.

use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::SolCall;
use e2e::wasm::{self, Code};
use embedded_chain::{
    init_code_for, CallRequest, Chain, Config, Outcome, Storage, Transaction, DEV_ACCOUNTS,
};
use stylus_vm::fragments::root_of;

/// Who deploys, and does nothing else.
pub const DEPLOYER: Address = DEV_ACCOUNTS[0];
pub const GOVERNOR: Address = DEV_ACCOUNTS[1];
pub const GUARDIAN: Address = DEV_ACCOUNTS[2];
/// Nobody's gas but a view's.
const VIEWER: Address = DEV_ACCOUNTS[9];

pub fn u(number: u64) -> U256 {
    U256::from(number)
}

#[derive(Clone)]
pub struct Net(Chain);

impl Net {
    pub fn new() -> Self {
        let config = Config {
            record_traces: false,
            ..Config::default()
        };
        Self(Chain::new(config).unwrap())
    }

    /// A build of `scripts/contracts`, activated, and its constructor run.
    pub fn program(&mut self, build: &str, constructor: Vec<u8>) -> Address {
        let code = match wasm::code(build).unwrap() {
            Code::Whole(code) => code.to_vec(),
            Code::InFragments { wasm, fragments } => {
                let places = fragments.iter().map(|fragment| self.code(fragment)).collect();
                root_of(&wasm, places).encode()
            }
        };
        let program = self.code(&code);
        let hash = self.0.state().account(program).map(|account| account.code_hash);
        // The same code may be active already, at another address.
        if hash.is_none_or(|hash| {
            self.0
                .program(hash)
                .active(self.0.now(), self.0.params())
                .is_err()
        }) {
            self.0.activate_program(DEPLOYER, program).unwrap();
        }
        let made = self.transact(DEPLOYER, program, constructor, U256::ZERO, None);
        assert!(made.is_success(), "{made:?}");
        program
    }

    /// A contract of this code.
    pub fn code(&mut self, code: &[u8]) -> Address {
        self.create(init_code_for(code).to_vec())
    }

    pub fn create(&mut self, init_code: Vec<u8>) -> Address {
        self.0.deploy(DEPLOYER, init_code).unwrap()
    }

    pub fn transact(
        &mut self,
        from: Address,
        to: Address,
        input: Vec<u8>,
        value: U256,
        gas: Option<u64>,
    ) -> Outcome {
        let mut transaction = Transaction::call(from, to, input).with_value(value);
        transaction.gas_limit = gas;
        self.0.transact(transaction).unwrap().outcome
    }

    #[track_caller]
    pub fn must<C: SolCall>(&mut self, from: Address, to: Address, call: &C) -> Outcome {
        let done = self.transact(from, to, call.abi_encode(), U256::ZERO, None);
        assert!(done.is_success(), "{}: {done:?}", C::SIGNATURE);
        done
    }

    /// What a view says.
    #[track_caller]
    pub fn ask<C: SolCall>(&self, to: Address, call: &C) -> C::Return {
        let outcome = self.call(to, call.abi_encode());
        assert!(outcome.is_success(), "{}: {outcome:?}", C::SIGNATURE);
        C::abi_decode_returns(&outcome.output).unwrap()
    }

    pub fn call(&self, to: Address, input: Vec<u8>) -> Outcome {
        let request = CallRequest {
            from: VIEWER,
            to: Some(to),
            data: input.into(),
            ..CallRequest::default()
        };
        self.0.call(&request).unwrap()
    }

    /// Gives an account ETH: a contract that leaves by itself pays for gas, too.
    pub fn fund(&mut self, account: Address) {
        self.0.set_balance(account, U256::ONE << 80);
    }

    pub fn now(&self) -> u64 {
        self.0.now()
    }

    pub fn wait(&mut self, secs: u64) {
        self.0.advance_time(secs);
    }

    pub fn code_of(&self, account: Address) -> Bytes {
        self.0.code(account)
    }

    /// Another code at an address, its words as they were: what an upgrade does.
    pub fn upgrade(&mut self, account: Address, code: impl Into<Bytes>) {
        self.0.set_code(account, code);
    }

    /// Writes a word by hand.
    pub fn set_word(&mut self, account: Address, key: U256, value: U256) {
        self.0.set_storage(account, key, value);
    }

    /// All words of a contract.
    pub fn words(&self, of: Address) -> Storage {
        let account = self.0.state().account(of);
        account.map_or_else(Storage::default, |account| account.storage.clone())
    }
}

/// How many words are not the same.
pub fn changed(before: &Storage, after: &Storage) -> usize {
    let differs = |(key, value): &(&U256, &U256)| before.get(*key) != Some(*value);
    let gone = before.keys().filter(|key| !after.contains_key(*key)).count();
    after.iter().filter(differs).count() + gone
}
