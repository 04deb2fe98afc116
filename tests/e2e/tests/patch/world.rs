//! A chain with a council of attesters, a manager, and a guarded proxy in its care with a bank behind it.
#![allow(missing_docs, unreachable_pub)]

use alloy_primitives::{Address, Bytes, B256, U256};
use alloy_sol_types::{SolCall, SolError, SolEvent};
use e2e::action::{approvals, Action, COUNCIL};
use e2e::bridge::Validators;
use e2e::calls::refusal;
use e2e::hub::{council_input, ICouncil};
use e2e::patch::{manager_input_with, IPatchCare, IPatchGovernance, IPatchManager, Patch, POLICY};
use e2e::proxy::{proxy_input, selectors, IBank};
use e2e::rpc::{Called, Chain, Endpoint, Fingerprint, Lacking, People, Receipt, RpcError, Status};
use e2e::tokens::Fixture;
use e2e::wasm;
use serde_json::Value;
use std::collections::BTreeMap;

pub const HOUR: u64 = 3_600;
pub const DAY: u64 = 24 * HOUR;
pub const MARKER: u64 = 4_711;
/// More than the chain asks for an activation or for keeping a program alive; the rest comes back.
pub const FEE: u64 = 100_000_000_000_000_000;
/// More gas than an activation takes.
pub const ACTIVATION_GAS: u64 = 12_000_000;
/// What a change of the manager itself waits.
pub const CHANGE_SECS: u64 = 2 * DAY;

pub struct World {
    pub chain: Chain,
    pub people: People,
    pub keys: Validators,
    pub council: Address,
    pub manager: Address,
    pub bank: Address,
    pub proxy: Address,
    nonce: u64,
}

/// A patch with its data and checks.
#[derive(Clone)]
pub struct Whole {
    pub terms: Patch,
    pub init: Vec<u8>,
    pub checks: Vec<u8>,
}

/// What an implementation is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Evm,
    Stylus,
}

impl Kind {
    pub const BOTH: [Self; 2] = [Self::Evm, Self::Stylus];
}

/// All that a refused transaction has to leave as it was.
#[derive(Debug, PartialEq)]
pub struct Traces {
    /// Each account of the chain, but for who sent the transaction and who is paid for it; none where the endpoint does not tell.
    everything: Option<BTreeMap<String, Value>>,
    /// The contracts that have most to lose.
    fingerprints: [Fingerprint; 3],
}

/// Where fees go.
const FEES: Address = alloy_primitives::address!("0xA4b00000000000000000000000000000000000F6");

impl World {
    pub fn new() -> Self {
        Self::waiting(POLICY, CHANGE_SECS)
    }

    /// One whose patches wait as this says, and whose changes for so long.
    pub fn waiting(policy: [u64; 8], change_secs: u64) -> Self {
        let code = wasm::code("patch-manager").unwrap();
        let mut chain = Chain::open(&Endpoint::from_env().unwrap(), &code).unwrap();
        let people = chain.people();
        let keys = Validators::new(3);
        let input = council_input(&keys.addresses(), 2);
        let council = chain
            .deploy_program(people.deployer, &wasm::code("council").unwrap(), input)
            .unwrap();
        let input = manager_input_with(people.governor, people.guardian, council, change_secs, policy);
        let manager = chain.deploy_program(people.deployer, &code, input).unwrap();
        let bank = chain
            .create(people.deployer, Fixture::Bank.creation_code())
            .unwrap();
        let proxy = proxied(&mut chain, manager, bank, false);
        let mut world = Self {
            chain,
            people,
            keys,
            council,
            manager,
            bank,
            proxy,
            nonce: 0,
        };
        world.adopt(proxy, 0, bank);
        world
    }

    /// The bank's fourth version, locked.
    pub fn four(&mut self, kind: Kind) -> Address {
        let deployer = self.people.deployer;
        match kind {
            Kind::Evm => self.create(Fixture::BankFour, vec![]),
            Kind::Stylus => {
                let code = wasm::code("probe/bank").unwrap();
                let lock = e2e::bridge::constructor(&[]);
                self.chain.deploy_program(deployer, &code, lock).unwrap()
            }
        }
    }

    /// The same in Rust, deployed and activated, and locked by nobody.
    pub fn unlocked(&mut self) -> Address {
        let code = wasm::code("probe/bank").unwrap();
        let deployer = self.people.deployer;
        self.chain.deploy_program(deployer, &code, vec![]).unwrap()
    }

    /// A world in whose proxy this implementation runs, and not the bank in Solidity.
    pub fn running(mut self, implementation: Address) -> Self {
        self.proxy = proxied(&mut self.chain, self.manager, implementation, false);
        self.bank = implementation;
        let proxy = self.proxy;
        self.adopt(proxy, 0, implementation);
        self
    }

    #[track_caller]
    pub fn adopt(&mut self, proxy: Address, switch_: u8, running: Address) {
        let call = IPatchCare::adoptCall {
            proxy,
            switch_,
            running,
        };
        succeeded(&self.send(self.people.governor, &call));
    }

    pub fn create(&mut self, fixture: Fixture, arguments: Vec<u8>) -> Address {
        let init_code = [fixture.creation_code(), arguments].concat();
        self.chain.create(self.people.deployer, init_code).unwrap()
    }

    pub fn code_hash(&self, account: Address) -> B256 {
        alloy_primitives::keccak256(self.chain.client().code(account).unwrap())
    }

    /// A patch of the proxy to this implementation.
    pub fn patch(&self, implementation: Address, init: Vec<u8>, checks: Vec<u8>) -> Whole {
        let code_hash = self.code_hash(implementation);
        let terms = Patch::new(self.proxy, self.bank, implementation, code_hash).with(&init, &checks);
        Whole { terms, init, checks }
    }

    /// The patch that is right: to the third bank, whose price goes on and that takes no root of zero.
    pub fn right(&mut self) -> Whole {
        let three = self.create(Fixture::BankThree, vec![]);
        let init = IBank::initializeThreeCall {
            root: B256::repeat_byte(1),
            mutes: false,
        };
        let checks = self.checks();
        self.patch(three, init.abi_encode(), checks)
    }

    /// That the price stays, that a root of zero is not acceptable, and that a message under it is refused.
    pub fn checks(&self) -> Vec<u8> {
        use e2e::patch::{check, Rule};
        let root = B256::ZERO;
        [
            check(
                Rule::Unchanged(0),
                self.proxy,
                &IBank::priceOrCall {}.abi_encode(),
            ),
            check(
                Rule::Equals(U256::ZERO),
                self.proxy,
                &IBank::acceptableCall { root }.abi_encode(),
            ),
            check(
                Rule::Reverts,
                self.proxy,
                &IBank::processCall {
                    root,
                    rounds: U256::from(1),
                }
                .abi_encode(),
            ),
        ]
        .concat()
    }

    pub fn id(&self, patch: &Whole) -> B256 {
        patch.terms.id(self.chain.id(), self.manager)
    }

    /// The governor has a call of the manager wait, and makes it in the first second in which it may.
    pub fn waited(&mut self, call: &[u8]) -> Result<Receipt, RpcError> {
        let (governor, manager) = (self.people.governor, self.manager);
        let schedule = IPatchGovernance::scheduleCall { data: bytes(call) };
        succeeded(&self.send(governor, &schedule));
        let asked = IPatchGovernance::delayCall {};
        let delay = self.chain.view(governor, manager, &asked).unwrap();
        self.chain.advance_time(delay.to())?;
        self.chain.transact(governor, manager, bytes(call), U256::ZERO)
    }

    /// Sets the proxy by a call of its own, which waits.
    pub fn set_proxy(&mut self, call: &[u8]) -> Result<(), RpcError> {
        let proxy = self.proxy;
        let call = bytes(call);
        let receipt = self.waited(&IPatchCare::setProxyCall { proxy, call }.abi_encode())?;
        succeeded(&receipt);
        Ok(())
    }

    pub fn send<C: SolCall>(&mut self, from: Address, call: &C) -> Receipt {
        self.chain.submit(from, self.manager, call).unwrap()
    }

    /// A call of the manager by two of the three attesters.
    pub fn attest<C: SolCall>(&mut self, call: &C) -> Receipt {
        self.attest_by(&[0, 2], call)
    }

    /// The same by these.
    pub fn attest_by<C: SolCall>(&mut self, who: &[usize], call: &C) -> Receipt {
        self.nonce += 1;
        let now = self.chain.now().unwrap();
        let epoch = self
            .chain
            .view(self.people.user, self.council, &ICouncil::epochCall {})
            .unwrap();
        let action = Action {
            target: self.manager,
            value: U256::ZERO,
            call: call.abi_encode().into(),
            nonce: U256::from(self.nonce),
            epoch,
            validAfter: now,
            validBefore: now + DAY,
        };
        let digest = action.signing_hash(COUNCIL, self.chain.id(), self.council);
        let entries = who.iter().map(|&index| {
            let signature = self.keys.sign_alone(digest, index);
            (self.keys.addresses()[index], [&[1], &signature[..]].concat())
        });
        let execute = action.execute(approvals(entries.collect()));
        self.chain
            .submit(self.people.attacker, self.council, &execute)
            .unwrap()
    }

    #[track_caller]
    pub fn propose(&mut self, patch: &Whole) -> B256 {
        succeeded(&self.send(self.people.governor, &patch.terms.propose()));
        self.id(patch)
    }

    #[track_caller]
    pub fn approve(&mut self, id: B256) {
        succeeded(&self.attest(&IPatchManager::approveCall { patch: id }));
    }

    /// Brings a patch to where it is armed, and its window has begun.
    ///
    /// # Errors
    /// What the endpoint lacks.
    pub fn arm(&mut self, patch: &Whole) -> Result<B256, RpcError> {
        let id = self.propose(patch);
        self.chain.move_to(self.state(id).readyAt - DAY)?;
        self.approve(id);
        self.chain.move_to(self.state(id).readyAt)?;
        let now = self.state(id).readyAt;
        let call = arm(id, now, now + 12 * HOUR);
        succeeded(&self.send(self.people.guardian, &call));
        Ok(id)
    }

    pub fn apply(&mut self, patch: &Whole) -> Receipt {
        let call = patch
            .terms
            .apply(patch.init.clone().into(), patch.checks.clone().into(), 0);
        self.send(self.people.guardian, &call)
    }

    /// The same with gas for an activation, and ETH that pays for it.
    pub fn apply_activating(&mut self, patch: &Whole, gas: u64) -> Receipt {
        let call = patch
            .terms
            .apply(patch.init.clone().into(), patch.checks.clone().into(), gas);
        let (guardian, manager) = (self.people.guardian, self.manager);
        self.chain
            .transact(guardian, manager, call.abi_encode(), U256::from(FEE))
            .unwrap()
    }

    /// What anybody is told who tries it.
    pub fn canary(&self, patch: &Whole) -> Called {
        let call = patch
            .terms
            .canary(patch.init.clone().into(), patch.checks.clone().into(), 0);
        self.chain
            .call(self.people.attacker, self.manager, call.abi_encode())
            .unwrap()
    }

    #[track_caller]
    pub fn passes(&self, patch: &Whole, checks: u64) {
        let passed = IPatchManager::CanaryPassed {
            patch: self.id(patch),
            checks,
        };
        assert_eq!(
            called::<IPatchManager::CanaryPassed>(&self.canary(patch)),
            Some(passed)
        );
    }

    pub fn roll_back(&mut self, patch: &Whole) -> Receipt {
        let call = patch.terms.roll_back(B256::repeat_byte(0xee));
        self.send(self.people.guardian, &call)
    }

    pub fn state(&self, patch: B256) -> IPatchCare::patchStateReturn {
        self.chain
            .view(
                self.people.user,
                self.manager,
                &IPatchCare::patchStateCall { patch },
            )
            .unwrap()
    }

    pub fn phase(&self, patch: B256) -> u8 {
        self.state(patch).phase
    }

    pub fn runs(&self) -> IPatchCare::proxyStateReturn {
        let proxy = self.proxy;
        self.chain
            .view(
                self.people.user,
                self.manager,
                &IPatchCare::proxyStateCall { proxy },
            )
            .unwrap()
    }

    /// A view of the bank, by a user.
    pub fn ask<C: SolCall>(&self, call: &C) -> C::Return {
        self.chain.view(self.people.user, self.proxy, call).unwrap()
    }

    /// That a patch is refused with this, as canary and as it is applied, and leaves no trace.
    #[track_caller]
    pub fn refuses<E: SolError + PartialEq + std::fmt::Debug>(
        &mut self,
        patch: &Whole,
        error: &E,
    ) -> Result<(), RpcError> {
        self.refuses_to_try(patch, error);
        self.arm(patch)?;
        self.refuses_to_apply(patch, error)
    }

    #[track_caller]
    pub fn refuses_to_try<E: SolError + PartialEq + std::fmt::Debug>(&self, patch: &Whole, error: &E) {
        let tried = self.canary(patch);
        assert_eq!(called::<E>(&tried).as_ref(), Some(error), "{tried:?}");
    }

    /// That an armed patch is refused with this, and leaves no trace.
    #[track_caller]
    pub fn refuses_to_apply<E: SolError + PartialEq + std::fmt::Debug>(
        &mut self,
        patch: &Whole,
        error: &E,
    ) -> Result<(), RpcError> {
        let before = self.traces(self.people.guardian)?;
        assert_refused(&self.apply(patch), error);
        let after = self.traces(self.people.guardian)?;
        assert_eq!(after, before);
        Ok(())
    }

    /// What a refused transaction of this sender has to leave as it is.
    pub fn traces(&self, sender: Address) -> Result<Traces, RpcError> {
        let everything = match self.chain.everything() {
            Ok(mut accounts) => {
                for account in [sender.to_string(), FEES.to_string()] {
                    accounts.remove(&account);
                }
                Some(accounts)
            }
            Err(RpcError::Lacking(Lacking::WholeStorage)) => None,
            Err(error) => return Err(error),
        };
        let print = |account| self.chain.fingerprint(account);
        Ok(Traces {
            everything,
            fingerprints: [print(self.manager)?, print(self.proxy)?, print(self.bank)?],
        })
    }
}

pub fn arm(patch: B256, from: u64, until: u64) -> IPatchManager::armCall {
    IPatchManager::armCall { patch, from, until }
}

#[track_caller]
pub fn succeeded(receipt: &Receipt) {
    assert!(receipt.is_success(), "{receipt:?}");
}

/// The typed error that a call reverted with.
pub fn called<E: SolError>(called: &Called) -> Option<E> {
    (called.status == Status::Revert)
        .then(|| E::abi_decode(&called.output).ok())
        .flatten()
}

/// The events of this kind that a contract has emitted in a transaction.
pub fn told<E: SolEvent>(receipt: &Receipt, by: Address) -> Vec<E> {
    let logs = receipt.logs.iter().filter(|log| log.address == by);
    logs.filter_map(|log| E::decode_log_data(&log.data).ok())
        .collect()
}

#[track_caller]
pub fn assert_refused<E: SolError + PartialEq + std::fmt::Debug>(receipt: &Receipt, error: &E) {
    assert_eq!(refusal::<E>(receipt).as_ref(), Some(error), "{receipt:?}");
}

pub fn bytes(data: &[u8]) -> Bytes {
    Bytes::copy_from_slice(data)
}

/// A guarded proxy of the manager's, with this implementation or beacon behind it, initialised as a bank.
pub fn proxied(chain: &mut Chain, manager: Address, target: Address, is_beacon: bool) -> Address {
    let deployer = chain.people().deployer;
    let initial = IBank::initializeCall {
        token_: Address::repeat_byte(0x70),
        marker_: U256::from(MARKER),
    };
    let views = selectors(
        [
            IBank::versionCall::SELECTOR,
            IBank::markerCall::SELECTOR,
            IBank::priceCall::SELECTOR,
            IBank::priceOrCall::SELECTOR,
        ],
        [4, 0, 0, 1],
    );
    let input = proxy_input(
        manager,
        target,
        is_beacon,
        initial.abi_encode(),
        vec![views.abi_encode()],
    );
    chain
        .deploy_program(deployer, &wasm::code("proxy").unwrap(), input)
        .unwrap()
}
