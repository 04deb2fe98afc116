//! A pool behind a guarded proxy with three users, what they did recorded, and the simulation of a new version.
#![allow(unreachable_pub)]

use super::world::{succeeded, World};
use alloy_primitives::{Address, U256};
use alloy_sol_types::{sol, SolCall, SolValue};
use e2e::proxy::{proxy_input, selectors};
use e2e::tokens::Fixture;
use e2e::wasm;
use impact::operations::Operations;
use impact::record::{record, Wanted};
use impact::replay::{replay, Impact, Track};
use impact::report::{Report, Told};
use impact::scenario::Scenario;
use impact::switch::{Administered, Way};
use impact::verdict::gap;
use impact::worlds::{deploy, state, Code};
use safe_batch::endpoint::Endpoint;
use serde_json::{json, Value as Json};
use std::sync::Arc;

sol! {
    /// The pool of `tests/fixtures`.
    #[sol(all_derives)]
    interface IPool {
        function initialize(uint256 priceWad) external payable;
        function deposit() external payable returns (uint256);
        function earn() external payable;
        function withdraw(uint256 shares) external returns (uint256);
        function borrow(uint256 amount) external;
        function repay() external payable;
        function sharesOf(address account) external view returns (uint256);
        function debtOf(address account) external view returns (uint256);
        function totalShares() external view returns (uint256);
        function assets() external view returns (uint256);
        function price() external view returns (uint256);
        function marginOf(address account) external view returns (int256);
    }
}

/// The pool's versions: what is otherwise in each.
#[derive(Clone, Copy, Debug)]
pub enum Version {
    Harmless,
    RoundsUp,
    RefusesLoans,
    MovesThePrice,
    MutesThePrice,
    CostsMore,
    Lies,
    ForgetsDebts,
}

impl Version {
    /// What creates it.
    pub fn creation(self) -> Vec<u8> {
        let otherwise = U256::from(self as u8).abi_encode();
        [Fixture::Pool.creation_code(), otherwise].concat()
    }
}

pub struct Lab {
    pub world: World,
    pub alice: Address,
    pub bob: Address,
    pub carol: Address,
    /// The block before the first operation.
    pub before: u64,
    /// The last operation's.
    pub last: u64,
    /// What users did.
    pub operations: Operations,
}

pub const STEP: u64 = 60;

impl Lab {
    /// None where the endpoint's clock does not move.
    pub fn new() -> Result<Self, e2e::rpc::RpcError> {
        let mut world = World::new();
        let pool = world.create(Fixture::Pool, U256::ZERO.abi_encode());
        let price = U256::from(2_000) * U256::from(10).pow(U256::from(18));
        let initial = IPool::initializeCall { priceWad: price };
        let views = selectors(
            [
                IPool::sharesOfCall::SELECTOR,
                IPool::debtOfCall::SELECTOR,
                IPool::totalSharesCall::SELECTOR,
                IPool::assetsCall::SELECTOR,
                IPool::priceCall::SELECTOR,
                IPool::marginOfCall::SELECTOR,
            ],
            [4, 0, 0, 1],
        );
        let input = proxy_input(
            world.manager,
            pool,
            false,
            initial.abi_encode(),
            vec![views.abi_encode()],
        );
        let code = wasm::code("proxy").unwrap();
        let deployer = world.people.deployer;
        world.proxy = world.chain.deploy_program(deployer, &code, input).unwrap();
        world.bank = pool;
        let (proxy, people) = (world.proxy, world.people);
        world.adopt(proxy, 0, pool);
        let mut lab = Self {
            world,
            alice: people.user,
            bob: people.attacker,
            carol: people.deployer,
            before: 0,
            last: 0,
            operations: Operations::default(),
        };
        lab.act(lab.alice, &IPool::depositCall {}, 1_000);
        lab.before = lab.act(lab.carol, &IPool::earnCall {}, 7);
        let (alice, bob, carol) = (lab.alice, lab.bob, lab.carol);
        lab.wait()?;
        lab.act(bob, &IPool::depositCall {}, 500);
        lab.wait()?;
        let amount = U256::from(100);
        lab.act(alice, &IPool::borrowCall { amount }, 0);
        lab.wait()?;
        let shares = U256::from(96);
        lab.act(bob, &IPool::withdrawCall { shares }, 0);
        lab.wait()?;
        lab.act(alice, &IPool::repayCall {}, 40);
        lab.wait()?;
        lab.last = lab.act(carol, &IPool::depositCall {}, 10);
        lab.operations = record(&lab.endpoint(None), &lab.wanted()).unwrap().operations;
        Ok(lab)
    }

    /// A call of the pool; its block.
    #[track_caller]
    pub fn act<C: SolCall>(&mut self, from: Address, call: &C, value: u64) -> u64 {
        let proxy = self.world.proxy;
        let receipt = self
            .world
            .chain
            .transact(from, proxy, call.abi_encode(), U256::from(value))
            .unwrap();
        succeeded(&receipt);
        receipt.block_number
    }

    pub fn wait(&mut self) -> Result<(), e2e::rpc::RpcError> {
        self.world.chain.advance_time(STEP)
    }

    pub fn url(&self) -> String {
        self.world.chain.client().url().to_owned()
    }

    pub fn endpoint(&self, block: Option<u64>) -> Arc<Endpoint> {
        Arc::new(Endpoint::pin(&self.url(), block).unwrap())
    }

    pub fn wanted(&self) -> Wanted {
        Wanted {
            contracts: vec![self.world.proxy],
            from_block: self.before + 1,
            to_block: self.last,
            events_only: false,
        }
    }

    /// A scenario without limits, but for what is changed in it.
    pub fn scenario(&self, change: impl FnOnce(&mut Json)) -> Scenario {
        Scenario::read(&self.scenario_file(change)).unwrap()
    }

    pub fn scenario_file(&self, change: impl FnOnce(&mut Json)) -> String {
        let mut file = json!({
            "chain_id": self.world.chain.id(),
            "proxy": self.world.proxy,
            "positions": [
                {"name": "shares", "view": "sharesOf(address)(uint256)", "arguments": ["user"]},
                {"name": "debt", "view": "debtOf(address)(uint256)", "arguments": ["user"], "unit": "wei"},
                {"name": "margin", "view": "marginOf(address)(int256)", "arguments": ["user"]},
                {"name": "ETH", "eth": "user", "decimals": 18},
            ],
            "market": [
                {"name": "price", "view": "price()(uint256)", "decimals": 18, "unit": "USD"},
                {"name": "liquidity", "eth": "proxy"},
            ],
            "functions": ["deposit()", "borrow(uint256)", "withdraw(uint256)", "repay()"],
            "errors": ["Closed(uint256 amount)"],
        });
        change(&mut file);
        file.to_string()
    }

    /// The impact of a version whose code is not on the chain, from the state before the first operation.
    pub fn impact(&self, version: Version, scenario: &Scenario) -> (Impact, Report) {
        let endpoint = self.endpoint(Some(self.before));
        let mut fork = state(&endpoint, 0).unwrap();
        let code = Code::Creation(version.creation().into());
        let implementation = deploy(&mut fork, &code, &scenario.errors).unwrap();
        let way = Way::Administered(Administered {
            implementation,
            init: Default::default(),
            administrator: None,
        });
        let impact = replay(fork, scenario, &self.operations, &way).unwrap();
        let report = self.report(&endpoint, scenario, &impact);
        (impact, report)
    }

    pub fn report(&self, endpoint: &Endpoint, scenario: &Scenario, impact: &Impact) -> Report {
        let told = Told {
            scenario,
            operations: &self.operations,
            impact,
            block: endpoint.block(),
            hash: endpoint.hash(),
        };
        told.report()
    }

    pub fn view<C: SolCall>(&self, call: &C) -> C::Return {
        self.world.ask(call)
    }
}

/// How far a measure of a user is apart at each moment that was looked at.
pub fn gaps(scenario: &Scenario, impact: &Impact, measure: &str, user: Address) -> Vec<i64> {
    let track = track(scenario, impact, measure, user);
    let gaps = track
        .readings
        .iter()
        .map(|reading| gap(reading).unwrap().to_string());
    gaps.map(|gap| gap.parse().unwrap()).collect()
}

pub fn track<'a>(scenario: &Scenario, impact: &'a Impact, measure: &str, user: Address) -> &'a Track {
    let place = scenario
        .positions
        .iter()
        .position(|known| known.name == measure)
        .unwrap();
    let mut tracks = impact.positions.iter();
    tracks
        .find(|track| track.measure == place && track.user == Some(user))
        .unwrap()
}

/// Gives a measure a limit.
pub fn limit(file: &mut Json, measure: &str, limit: Json) {
    for kind in ["positions", "market"] {
        for known in file[kind].as_array_mut().unwrap() {
            if known["name"] == measure {
                known["limit"] = limit.clone();
            }
        }
    }
}
