//! The steps of a patch, beside an upgrade by OpenZeppelin's timelock and its ProxyAdmin on the same chain.
//!
//! Each is a second use, as everywhere: one patch of the same proxy went all the way before. The bank is the ERC-20 of the rows about proxies; the second patch goes back to the code that ran at first, and
//! initialises nothing.

use crate::emergency::{bytecode, council, council_call, program, staged};
use crate::error::BenchError;
use crate::measure::{Ending, Stage};
use crate::proxy::IImplementation;
use crate::site::{units, Case, Site, CALLER, CAPACITY, DEPLOYER, GUARDIAN, WAIT};
use crate::table::Size;
use alloy_primitives::{keccak256, Address, Bytes, B256, U256};
use alloy_sol_types::{sol, SolCall, SolValue};
use e2e::patch::{check, manager_input, IPatchCare, IPatchManager, Patch, Rule};
use e2e::proxy::proxy_input;

sol! {
    /// What an upgrade by OpenZeppelin's contracts takes.
    interface ITimelock {
        function schedule(address target, uint256 value, bytes data, bytes32 predecessor, bytes32 salt, uint256 delay) external;
        function execute(address target, uint256 value, bytes payload, bytes32 predecessor, bytes32 salt) external payable;
    }
    interface IProxyAdmin {
        function upgradeAndCall(address proxy, address implementation, bytes data) external payable;
    }
}

const DAY: u64 = 24 * 3_600;

/// A step of a patch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// It is put on record.
    Propose,
    /// Three of five attesters approve it.
    Approve,
    /// Its window is said.
    Arm,
    /// It is tried, with four checks.
    Canary,
    /// It is applied, with so many checks.
    Apply(usize),
    /// It is rolled back.
    RollBack,
}

/// Brings a chain to just before a step.
///
/// # Errors
/// A [`BenchError`].
pub fn stage(step: Step) -> Result<Stage, BenchError> {
    let mut house = House::new()?;
    let [one, two] = house.banks;
    let first = house.patch(one, two, 0);
    house.until(&first, None)?;
    let proxy = house.proxy;
    house.must(GUARDIAN, &IPatchManager::settleCall { proxy })?;
    house.site.chain.advance_time(WAIT);
    let count = match step {
        Step::Canary => 4,
        Step::Apply(count) => count,
        _ => 0,
    };
    let second = house.patch(two, one, count);
    house.until(&second, Some(step))?;
    let terms = &second.terms;
    let checks = Bytes::from(second.checks.clone());
    let (id, now) = (second.id, house.site.chain.now());
    Ok(match step {
        Step::Propose => house.staged(CALLER, &terms.propose()),
        Step::Approve => {
            let approve = IPatchManager::approveCall { patch: id };
            let call = council_call(&house.site, house.council, house.manager, approve.abi_encode(), 2)?;
            staged(house.site, DEPLOYER, house.council, house.council_size, &call)
        }
        Step::Arm => house.staged(GUARDIAN, &arm(id, now)),
        Step::Canary => Stage {
            ending: Ending::Reverts,
            ..house.staged(DEPLOYER, &terms.canary(Bytes::new(), checks, 0))
        },
        Step::Apply(_) => house.staged(GUARDIAN, &terms.apply(Bytes::new(), checks, 0)),
        Step::RollBack => house.staged(GUARDIAN, &terms.roll_back(B256::repeat_byte(1))),
    })
}

fn arm(patch: B256, from: u64) -> IPatchManager::armCall {
    IPatchManager::armCall {
        patch,
        from,
        until: from + DAY - 1,
    }
}

/// A manager with its council and a guarded proxy.
struct House {
    site: Site,
    manager: Address,
    council: Address,
    council_size: Size,
    proxy: Address,
    size: Size,
    banks: [Address; 2],
}

/// A patch with its checks and its identifier.
struct Whole {
    terms: Patch,
    checks: Vec<u8>,
    id: B256,
}

impl House {
    fn new() -> Result<Self, BenchError> {
        let mut site = Site::new(Case::PASSES)?;
        let banks = banks(&mut site)?;
        let (council, council_size) = council(&mut site)?;
        let input = manager_input(CALLER, GUARDIAN, council, DAY);
        let (manager, size) = program(&mut site, "patch-manager", input)?;
        let input = proxy_input(manager, banks[0], false, initialization(), Vec::new());
        let (proxy, _) = program(&mut site, "proxy", input)?;
        let mut house = Self {
            site,
            manager,
            council,
            council_size,
            proxy,
            size,
            banks,
        };
        let adopted = IPatchCare::adoptCall {
            proxy,
            switch_: 0,
            running: banks[0],
        };
        house.must(CALLER, &adopted)?;
        Ok(house)
    }

    fn must<C: SolCall>(&mut self, from: Address, call: &C) -> Result<(), BenchError> {
        self.site.must(from, self.manager, call)
    }

    fn staged<C: SolCall>(self, from: Address, call: &C) -> Stage {
        staged(self.site, from, self.manager, self.size, call)
    }

    /// A patch from one bank to another, which asks so many of four checks.
    fn patch(&self, from: Address, to: Address, count: usize) -> Whole {
        let supply = IImplementation::totalSupplyCall {}.abi_encode();
        let balance = |account| IImplementation::balanceOfCall { account }.abi_encode();
        let checks = [
            check(Rule::Unchanged(0), self.proxy, &supply),
            check(Rule::NonZero, self.proxy, &supply),
            check(Rule::Unchanged(0), self.proxy, &balance(CALLER)),
            check(Rule::Unchanged(0), self.proxy, &balance(GUARDIAN)),
        ];
        let checks = checks[..count].concat();
        let code_hash = keccak256(self.site.chain.code(to));
        let terms = Patch::new(self.proxy, from, to, code_hash).with(&[], &checks);
        let id = terms.id(self.site.chain.config().chain_id, self.manager);
        Whole { terms, checks, id }
    }

    /// Takes a patch to just before a step, or through all of them.
    fn until(&mut self, patch: &Whole, step: Option<Step>) -> Result<(), BenchError> {
        if step == Some(Step::Propose) {
            return Ok(());
        }
        self.must(CALLER, &patch.terms.propose())?;
        self.site.chain.advance_time(DAY);
        if step == Some(Step::Approve) {
            return Ok(());
        }
        let approve = IPatchManager::approveCall { patch: patch.id };
        let nonce = u64::from(step.is_some()) + 1;
        let call = council_call(
            &self.site,
            self.council,
            self.manager,
            approve.abi_encode(),
            nonce,
        )?;
        self.site.must(DEPLOYER, self.council, &call)?;
        self.site.chain.advance_time(DAY);
        if step == Some(Step::Arm) {
            return Ok(());
        }
        self.must(GUARDIAN, &arm(patch.id, self.site.chain.now()))?;
        if matches!(step, Some(Step::Canary | Step::Apply(_))) {
            return Ok(());
        }
        let apply = patch
            .terms
            .apply(Bytes::new(), Bytes::from(patch.checks.clone()), 0);
        self.must(GUARDIAN, &apply)?;
        self.site.chain.advance_time(WAIT);
        Ok(())
    }
}

/// Two contracts with the same code.
fn banks(site: &mut Site) -> Result<[Address; 2], BenchError> {
    Ok([
        site.create("ImplementationPeer", Vec::new())?,
        site.create("ImplementationPeer", Vec::new())?,
    ])
}

fn initialization() -> Vec<u8> {
    IImplementation::initializeCall {
        holder: CALLER,
        supply: units(10 * CAPACITY),
    }
    .abi_encode()
}

/// An upgrade by OpenZeppelin's contracts, just before it is scheduled, or executed.
///
/// # Errors
/// A [`BenchError`].
pub fn openzeppelin(executes: bool) -> Result<Stage, BenchError> {
    let mut site = Site::new(Case::PASSES)?;
    let banks = banks(&mut site)?;
    let roles = vec![CALLER];
    let timelock = site.create(
        "TimelockPeer",
        (U256::from(DAY), roles.clone(), roles).abi_encode_params(),
    )?;
    let arguments = (banks[0], timelock, Bytes::from(initialization())).abi_encode_params();
    let proxy = site.create("TransparentPeer", arguments)?;
    // The proxy has made it, as its first contract.
    let admin = proxy.create(1);
    let schedule = |to| ITimelock::scheduleCall {
        target: admin,
        value: U256::ZERO,
        data: upgrade(proxy, to).into(),
        predecessor: B256::ZERO,
        salt: B256::ZERO,
        delay: U256::from(DAY),
    };
    let execute = |to| ITimelock::executeCall {
        target: admin,
        value: U256::ZERO,
        payload: upgrade(proxy, to).into(),
        predecessor: B256::ZERO,
        salt: B256::ZERO,
    };
    site.must(CALLER, timelock, &schedule(banks[1]))?;
    site.chain.advance_time(DAY);
    site.must(CALLER, timelock, &execute(banks[1]))?;
    site.chain.advance_time(WAIT);
    let size = bytecode(&site, timelock);
    if !executes {
        return Ok(staged(site, CALLER, timelock, size, &schedule(banks[0])));
    }
    site.must(CALLER, timelock, &schedule(banks[0]))?;
    site.chain.advance_time(DAY);
    Ok(staged(site, CALLER, timelock, size, &execute(banks[0])))
}

fn upgrade(proxy: Address, implementation: Address) -> Vec<u8> {
    IProxyAdmin::upgradeAndCallCall {
        proxy,
        implementation,
        data: Bytes::new(),
    }
    .abi_encode()
}

/// An upgrade with nobody in between: by the owner of the ProxyAdmin.
///
/// # Errors
/// A [`BenchError`].
pub fn proxy_admin() -> Result<Stage, BenchError> {
    let mut site = Site::new(Case::PASSES)?;
    let banks = banks(&mut site)?;
    let arguments = (banks[0], CALLER, Bytes::from(initialization())).abi_encode_params();
    let proxy = site.create("TransparentPeer", arguments)?;
    let admin = proxy.create(1);
    let switch = |implementation| IProxyAdmin::upgradeAndCallCall {
        proxy,
        implementation,
        data: Bytes::new(),
    };
    site.must(CALLER, admin, &switch(banks[1]))?;
    site.chain.advance_time(WAIT);
    let size = bytecode(&site, admin);
    Ok(staged(site, CALLER, admin, size, &switch(banks[0])))
}
