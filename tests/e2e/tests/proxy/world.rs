//! A chain with a proxy, a bank behind it, and a contract that administers.
#![allow(missing_docs, unreachable_pub)]

use alloy_primitives::{Address, Bytes, B256, U256};
use alloy_sol_types::{SolCall, SolError, SolEvent, SolValue};
use e2e::calls::refusal;
pub use e2e::proxy::selectors;
use e2e::proxy::{proxy_input, IBank, IGuardedProxy, IProxyGuards};
use e2e::rpc::{Called, Chain, Endpoint, People, Receipt};
use e2e::tokens::{Fixture, IBatch, IToken};
use e2e::wasm;

pub const HOUR: u64 = 3_600;
pub const DAY: u64 = 24 * HOUR;
pub const ETH: Address = Address::ZERO;
/// What the bank holds of its token, and of ETH.
pub const HELD: u64 = 1_000_000;
/// What the bank remembers from the start.
pub const MARKER: u64 = 4_711;

pub const INCREASES: u8 = 0;
pub const REDUCES: u8 = 2;
pub const WITHDRAWS: u8 = 3;
pub const VIEW: u8 = 4;
/// The groups of the bank.
pub const INS: u8 = 1;
pub const OUTS: u8 = 2;

pub const ENFORCE: u8 = 0;
pub const SHADOW: u8 = 1;
pub const LATCH: u8 = 2;

pub fn u(number: u64) -> U256 {
    U256::from(number)
}

pub struct World {
    pub chain: Chain,
    pub people: People,
    pub token: Address,
    pub bank: Address,
    /// A contract that makes the calls that it is told to.
    pub admin: Address,
    pub proxy: Address,
}

impl World {
    /// A bank in which nothing is set, and which holds nothing.
    pub fn plain() -> Self {
        Self::with_settings(vec![])
    }

    /// A bank whose reads are views, with its token and ETH in it.
    pub fn new() -> Self {
        let mut world = Self::with_settings(vec![views().abi_encode()]);
        let (user, proxy) = (world.people.user, world.proxy);
        let gift = IToken::transferCall {
            to: proxy,
            value: u(HELD),
        };
        world.chain.must(user, world.token, &gift, "a gift").unwrap();
        world.chain.force_upon(user, proxy, u(HELD)).unwrap();
        world
    }

    pub fn with_settings(settings: Vec<Vec<u8>>) -> Self {
        let code = wasm::code("proxy").unwrap();
        let mut chain = Chain::open(&Endpoint::from_env().unwrap(), &code).unwrap();
        let people = chain.people();
        let token = chain
            .token(people.user, Fixture::CallbackToken, "USDC", 6, u(10 * HELD))
            .unwrap();
        let bank = create(&mut chain, Fixture::Bank, vec![]);
        let admin = create(&mut chain, Fixture::Batch, vec![]);
        let input = proxy_input(admin, bank, false, initialize(token), settings);
        let proxy = chain.deploy_program(people.deployer, &code, input).unwrap();
        Self {
            chain,
            people,
            token,
            bank,
            admin,
            proxy,
        }
    }

    /// A program of the proxy's that has not been constructed.
    pub fn unconstructed(&mut self) -> Address {
        let code = wasm::code("proxy").unwrap();
        self.chain
            .deploy_program(self.people.deployer, &code, vec![])
            .unwrap()
    }

    pub fn create(&mut self, fixture: Fixture, arguments: Vec<u8>) -> Address {
        create(&mut self.chain, fixture, arguments)
    }

    /// A call of the proxy by its administrator.
    pub fn administer<C: SolCall>(&mut self, call: &C) -> Receipt {
        self.administer_with(call.abi_encode(), 0)
    }

    pub fn administer_with(&mut self, data: Vec<u8>, value: u64) -> Receipt {
        let (proxy, admin) = (self.proxy, self.admin);
        let run = batch(proxy, data, value);
        self.chain
            .transact(self.people.governor, admin, run.abi_encode(), u(value))
            .unwrap()
    }

    /// The same, which must succeed.
    #[track_caller]
    pub fn set<C: SolCall>(&mut self, call: &C) -> Receipt {
        let receipt = self.administer(call);
        assert!(receipt.is_success(), "{receipt:?}");
        receipt
    }

    /// What the administrator reads.
    pub fn read<C: SolCall>(&self, call: &C) -> C::Return {
        self.chain.view(self.admin, self.proxy, call).unwrap()
    }

    /// A user's call of the bank.
    pub fn send<C: SolCall>(&mut self, call: &C) -> Receipt {
        self.pay(call, 0)
    }

    pub fn pay<C: SolCall>(&mut self, call: &C, value: u64) -> Receipt {
        self.raw(call.abi_encode(), value)
    }

    pub fn raw(&mut self, data: impl Into<Bytes>, value: u64) -> Receipt {
        let (user, proxy) = (self.people.user, self.proxy);
        self.chain.transact(user, proxy, data, u(value)).unwrap()
    }

    /// What a user's call would answer.
    pub fn called<C: SolCall>(&self, call: &C) -> Called {
        self.chain
            .call(self.people.user, self.proxy, call.abi_encode())
            .unwrap()
    }

    pub fn ask<C: SolCall>(&self, call: &C) -> C::Return {
        self.chain.view(self.people.user, self.proxy, call).unwrap()
    }

    pub fn marker(&self) -> u64 {
        self.ask(&IBank::markerCall {}).to()
    }

    pub fn price(&self) -> u64 {
        self.ask(&IBank::priceCall {}).to()
    }

    pub fn held(&self, asset: Address) -> u64 {
        self.chain.holds(asset, self.proxy).unwrap().to()
    }

    pub fn time_of(&self, receipt: &Receipt) -> u64 {
        self.chain.time_of(receipt).unwrap()
    }

    pub fn violations(&self) -> u64 {
        self.read(&IProxyGuards::lastViolationCall {}).count
    }

    pub fn state(&self, group: u8) -> (u8, u64) {
        let state = self.read(&IProxyGuards::stateCall { group });
        (state.state_, state.until)
    }

    /// A word of the proxy's storage.
    pub fn word(&self, slot: B256) -> B256 {
        self.chain
            .client()
            .ask(
                "eth_getStorageAt",
                serde_json::json!([self.proxy, slot, "latest"]),
            )
            .unwrap()
    }

    /// The events of this type that the proxy emitted.
    pub fn told<E: SolEvent>(&self, receipt: &Receipt) -> Vec<E> {
        told(receipt, self.proxy)
    }

    pub fn withdraw(&mut self, amount: u64) -> Receipt {
        let to = self.people.attacker;
        self.send(&IBank::withdrawCall {
            to,
            amount: u(amount),
        })
    }

    pub fn withdraw_eth(&mut self, amount: u64) -> Receipt {
        let to = self.people.attacker;
        self.send(&IBank::withdrawEthCall {
            to,
            amount: u(amount),
        })
    }

    /// The price never falls.
    pub fn price_never_falls(&mut self) -> IProxyGuards::setInvariantCall {
        let call = invariant(0, IBank::priceCall::SELECTOR, self.proxy, 0, U256::ZERO);
        self.set(&call);
        call
    }
}

pub fn told<E: SolEvent>(receipt: &Receipt, of: Address) -> Vec<E> {
    receipt
        .logs
        .iter()
        .filter(|log| log.address == of)
        .filter_map(|log| E::decode_log(log).ok())
        .map(|log| log.data)
        .collect()
}

fn create(chain: &mut Chain, fixture: Fixture, arguments: Vec<u8>) -> Address {
    let init_code = [fixture.creation_code(), arguments].concat();
    let deployer = chain.people().deployer;
    chain.create(deployer, init_code).unwrap()
}

/// A call of one other, by a batch.
pub fn batch(to: Address, data: Vec<u8>, value: u64) -> IBatch::runCall {
    let call = IBatch::Call {
        to,
        value: u(value),
        data: data.into(),
        mayFail: false,
    };
    IBatch::runCall { calls: vec![call] }
}

pub fn initialize(token: Address) -> Vec<u8> {
    IBank::initializeCall {
        token_: token,
        marker_: u(MARKER),
    }
    .abi_encode()
}

/// What reads the bank.
pub fn views() -> IProxyGuards::setSelectorsCall {
    selectors(
        [
            IBank::versionCall::SELECTOR,
            IBank::markerCall::SELECTOR,
            IBank::tokenCall::SELECTOR,
            IBank::ownerCall::SELECTOR,
            IBank::receivedCall::SELECTOR,
            IBank::priceCall::SELECTOR,
            IBank::priceOrCall::SELECTOR,
            IBank::whoAsksCall::SELECTOR,
        ],
        [VIEW, 0, 0, 1],
    )
}

pub fn watch(asset: Address, capacity: u64) -> IProxyGuards::watchCall {
    IProxyGuards::watchCall {
        asset,
        capacity: u(capacity),
        refillSecs: DAY,
    }
}

pub fn restrict(group: u8, state: u8, secs: u64) -> IProxyGuards::restrictCall {
    IProxyGuards::restrictCall {
        group,
        state_: state,
        secs,
    }
}

pub fn mode(guard: u8, mode: u8) -> IProxyGuards::setModeCall {
    IProxyGuards::setModeCall { guard, mode_: mode }
}

/// An invariant of a view without arguments, that fails closed.
pub fn invariant(
    place: u8,
    selector: [u8; 4],
    target: Address,
    rule: u8,
    bound: U256,
) -> IProxyGuards::setInvariantCall {
    IProxyGuards::setInvariantCall {
        place,
        selector: selector.into(),
        target,
        arguments: 0,
        first: B256::ZERO,
        second: B256::ZERO,
        rule,
        bound,
        failsOpen: 0,
        leastGas: 0,
    }
}

/// `of` at ERC-1967's slot of this name.
pub fn erc1967(name: &str) -> B256 {
    let hash = U256::from_be_bytes(alloy_primitives::keccak256(format!("eip1967.proxy.{name}")).0);
    (hash - U256::ONE).into()
}

/// The slot of the proxy's own words.
pub fn root() -> B256 {
    let name = U256::from_be_bytes(alloy_primitives::keccak256("portcullis.proxy").0);
    let mut slot = alloy_primitives::keccak256((name - U256::ONE).abi_encode());
    slot.0[31] = 0;
    slot
}

#[track_caller]
pub fn assert_refused<E: SolError + PartialEq + std::fmt::Debug>(receipt: &Receipt, error: &E) {
    assert_eq!(refusal::<E>(receipt).as_ref(), Some(error), "{receipt:?}");
}

pub fn denied() -> IGuardedProxy::ProxyDeniedAdminAccess {
    IGuardedProxy::ProxyDeniedAdminAccess {}
}

impl World {
    /// Sets an account's code, as no transaction could.
    pub fn set_code(&mut self, account: Address, code: &[u8]) -> Result<(), e2e::rpc::RpcError> {
        let params = serde_json::json!([account, Bytes::copy_from_slice(code)]);
        match self
            .chain
            .client()
            .ask::<serde_json::Value>("anvil_setCode", params)
        {
            Ok(_) => Ok(()),
            Err(error) if error.is_unknown_method() => Err(e2e::rpc::Lacking::SetStorage.into()),
            Err(error) => Err(error),
        }
    }
}
