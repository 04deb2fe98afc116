//! Whole operations of an emergency: a guardian's pause, a council's execution, a payment at the exit and a call through a manager, beside what
//! pauses a contract in Solidity.
//!
//! Each is a second use, as everywhere: the guardian paused before and was armed again, the council and the Safe have executed, somebody was paid.

use crate::error::BenchError;
use crate::measure::{Ending, Stage};
use crate::site::{units, Case, Site, AMOUNT, CALLER, CAPACITY, DEPLOYER, GUARDIAN, REFILL_SECS, WAIT};
use crate::table::Size;
use alloy_primitives::{hex, Address, Bytes, B256, U256};
use alloy_sol_types::{sol, SolCall, SolValue};
use e2e::action::Action;
use e2e::bridge::Validators;
use e2e::hub::{self, council_input, hub_input, ICouncil, IHubGovernance};
use e2e::openzeppelin::IAccessManager;
use e2e::safe::{ISafe, ISafeProxyFactory};
use e2e::savings::{self, constructor_input, ISavings, ISavingsGovernance};
use e2e::tokens::IToken;
use e2e::wasm::{self, Code};
use embedded_chain::{init_code_for, CallRequest, Transaction, DEV_ACCOUNTS};
use stylus_vm::fragments;

sol! {
    /// A contract that its owner pauses.
    interface IPausable {
        function pause() external;
        function unpause() external;
    }
}

const DAY: u64 = 24 * 3_600;
/// Another who paid in.
const OTHER: Address = DEV_ACCOUNTS[3];
/// The hub's group that is paused.
const GROUP: u8 = 2;
/// Frozen.
const FROZEN: u8 = 4;
/// How many members a council has, and a Safe owners.
const MEMBERS: usize = 5;
/// How many of them sign.
const THRESHOLD: u8 = 3;

/// A pause by a group's guardian.
///
/// # Errors
/// A [`BenchError`].
pub fn guardian_pause() -> Result<Stage, BenchError> {
    let mut site = Site::new(Case::PASSES)?;
    let (hub, size) = hub(&mut site)?;
    let pause = |secs| IHubGovernance::pauseCall {
        group: GROUP,
        state_: FROZEN,
        secs,
    };
    site.must(GUARDIAN, hub, &pause(WAIT))?;
    site.chain.advance_time(2 * DAY);
    site.must(CALLER, hub, &IHubGovernance::rearmCall { group: GROUP })?;
    Ok(staged(site, GUARDIAN, hub, size, &pause(DAY)))
}

/// A pause that three of a council's five members signed.
///
/// # Errors
/// A [`BenchError`].
pub fn council_execution() -> Result<Stage, BenchError> {
    let mut site = Site::new(Case::PASSES)?;
    let (hub, _) = hub(&mut site)?;
    let signers = Signers::new();
    let (council, size) = program(
        &mut site,
        "council",
        council_input(&signers.addresses(), THRESHOLD.into()),
    )?;
    site.must(CALLER, hub, &IHubGovernance::setCouncilCall { council_: council })?;
    let first = council_pause(&site, &signers, council, hub, WAIT)?;
    site.must(DEPLOYER, council, &first)?;
    site.chain.advance_time(DAY);
    let second = council_pause(&site, &signers, council, hub, DAY)?;
    Ok(staged(site, DEPLOYER, council, size, &second))
}

/// A payment of a share at the emergency exit.
///
/// # Errors
/// A [`BenchError`].
pub fn exit_payment() -> Result<Stage, BenchError> {
    let mut site = Site::new(Case::PASSES)?;
    let Managed { savings, size, .. } = Managed::new(&mut site)?;
    let asset = site.token;
    let amount = units(CAPACITY);
    let gift = IToken::transferCall {
        to: OTHER,
        value: amount,
    };
    site.must(CALLER, asset, &gift)?;
    for account in [OTHER, CALLER] {
        let approval = IToken::approveCall {
            spender: savings,
            value: U256::MAX,
        };
        site.must(account, asset, &approval)?;
        site.must(account, savings, &ISavings::depositCall { asset, amount })?;
    }
    let freeze = ISavingsGovernance::pauseCall {
        state: FROZEN,
        secs: 4 * DAY,
    };
    site.must(GUARDIAN, savings, &freeze)?;
    site.must(DEPLOYER, savings, &ISavings::observeCall { asset })?;
    site.chain.advance_time(2 * DAY);
    site.must(DEPLOYER, savings, &ISavings::openExitCall { asset })?;
    site.must(OTHER, savings, &ISavings::takeShareCall { asset })?;
    site.chain.advance_time(WAIT);
    Ok(staged(
        site,
        CALLER,
        savings,
        size,
        &ISavings::takeShareCall { asset },
    ))
}

/// A call that an AccessManager allows its caller by a role of its own: guardian and fallback change places.
///
/// # Errors
/// A [`BenchError`].
pub fn access_managed() -> Result<Stage, BenchError> {
    const ROLE: u64 = 1;
    let mut site = Site::new(Case::PASSES)?;
    let Managed {
        savings,
        size,
        manager,
    } = Managed::new(&mut site)?;
    let function = IAccessManager::setTargetFunctionRoleCall {
        target: savings,
        selectors: vec![ISavingsGovernance::assignCall::SELECTOR.into()],
        roleId: ROLE,
    };
    site.must(DEPLOYER, manager, &function)?;
    let grant = IAccessManager::grantRoleCall {
        roleId: ROLE,
        account: CALLER,
        executionDelay: 0,
    };
    site.must(DEPLOYER, manager, &grant)?;
    site.chain.advance_time(WAIT);
    let swapped = ISavingsGovernance::assignCall {
        guardian: OTHER,
        fallback_: GUARDIAN,
    };
    Ok(staged(site, CALLER, savings, size, &swapped))
}

/// A pause by the owner of a contract that is OpenZeppelin's `Pausable` and `Ownable`.
///
/// # Errors
/// A [`BenchError`].
pub fn openzeppelin_pause() -> Result<Stage, BenchError> {
    let mut site = Site::new(Case::PASSES)?;
    let peer = site.create("OwnedPausablePeer", CALLER.abi_encode())?;
    site.must(CALLER, peer, &IPausable::pauseCall {})?;
    site.must(CALLER, peer, &IPausable::unpauseCall {})?;
    let size = bytecode(&site, peer);
    Ok(staged(site, CALLER, peer, size, &IPausable::pauseCall {}))
}

/// The same pause by a Safe that owns the contract, three of whose five owners signed.
///
/// # Errors
/// A [`BenchError`].
pub fn safe_pause() -> Result<Stage, BenchError> {
    let mut site = Site::new(Case::PASSES)?;
    let signers = Signers::new();
    let safe = create_safe(&mut site, &signers)?;
    let peer = site.create("OwnedPausablePeer", safe.abi_encode())?;
    let pause = IPausable::pauseCall {}.abi_encode();
    let unpause = IPausable::unpauseCall {}.abi_encode();
    for (nonce, data) in [(0, pause.clone()), (1, unpause)] {
        let execution = safe_execution(&site, &signers, safe, peer, data, nonce)?;
        site.must(DEPLOYER, safe, &execution)?;
    }
    let execution = safe_execution(&site, &signers, safe, peer, pause, 2)?;
    let size = bytecode(&site, safe);
    Ok(staged(site, DEPLOYER, safe, size, &execution))
}

/// Five keys, in ascending order of their addresses.
struct Signers {
    keys: Validators,
    order: Vec<(Address, usize)>,
}

impl Signers {
    fn new() -> Self {
        let keys = Validators::new(MEMBERS);
        let mut order: Vec<_> = keys.addresses().into_iter().zip(0..).collect();
        order.sort_unstable();
        Self { keys, order }
    }

    fn addresses(&self) -> Vec<Address> {
        self.order.iter().map(|(address, _)| *address).collect()
    }

    /// The signatures of the first three, each after `prefix`.
    fn sign(&self, digest: B256, prefix: &[u8]) -> Bytes {
        let signers = self.order.iter().take(THRESHOLD.into());
        let entry = |(_, index): &(Address, usize)| [prefix, &self.keys.sign_alone(digest, *index)].concat();
        signers.flat_map(entry).collect()
    }
}

/// A hub that [`CALLER`] governs, and a guardian of a group of it.
fn hub(site: &mut Site) -> Result<(Address, Size), BenchError> {
    let (hub, size) = program(site, "hub", hub_input(CALLER, GUARDIAN))?;
    site.must(CALLER, hub, &hub::GUARDIAN_TERMS)?;
    let named = IHubGovernance::assignCall {
        group: GROUP,
        guardian_: GUARDIAN,
        fallback_: OTHER,
    };
    site.must(CALLER, hub, &named)?;
    Ok((hub, size))
}

fn council_pause(
    site: &Site,
    signers: &Signers,
    council: Address,
    hub: Address,
    secs: u64,
) -> Result<ICouncil::executeCall, BenchError> {
    let call: Bytes = IHubGovernance::councilPauseCall {
        group: GROUP,
        state_: FROZEN,
        secs,
    }
    .abi_encode()
    .into();
    signed(site, signers, council, hub, call, secs)
}

/// An execution by a council that three of its five members signed.
fn signed(
    site: &Site,
    signers: &Signers,
    council: Address,
    target: Address,
    call: Bytes,
    nonce: u64,
) -> Result<ICouncil::executeCall, BenchError> {
    let now = site.chain.now();
    let action = Action {
        target,
        value: U256::ZERO,
        call,
        nonce: U256::from(nonce),
        epoch: U256::from(1),
        validAfter: now,
        validBefore: now + DAY,
    };
    let digest = ask(site, council, &action.digest())?;
    Ok(action.execute(signers.sign(digest, &[1])))
}

/// A council of five, three of whom sign.
pub(crate) fn council(site: &mut Site) -> Result<(Address, Size), BenchError> {
    let input = council_input(&Signers::new().addresses(), THRESHOLD.into());
    program(site, "council", input)
}

/// A call by the council of [`council`], whose keys are always the same.
pub(crate) fn council_call(
    site: &Site,
    council: Address,
    target: Address,
    call: Vec<u8>,
    nonce: u64,
) -> Result<ICouncil::executeCall, BenchError> {
    signed(site, &Signers::new(), council, target, call.into(), nonce)
}

/// Savings of a token under a manager that [`DEPLOYER`] administers.
struct Managed {
    savings: Address,
    size: Size,
    manager: Address,
}

impl Managed {
    fn new(site: &mut Site) -> Result<Self, BenchError> {
        let manager = site.create("AccessManagerPeer", DEPLOYER.abi_encode())?;
        let (savings, size) = program(site, "savings", constructor_input(manager))?;
        let asset = site.token;
        site.must(DEPLOYER, savings, &savings::GUARDIAN_TERMS)?;
        let named = ISavingsGovernance::assignCall {
            guardian: GUARDIAN,
            fallback_: OTHER,
        };
        site.must(DEPLOYER, savings, &named)?;
        let bucket = ISavingsGovernance::configureBucketCall {
            asset,
            capacity: units(CAPACITY),
            refillSecs: REFILL_SECS,
        };
        site.must(DEPLOYER, savings, &bucket)?;
        let breakers = ISavingsGovernance::configureBreakersCall {
            throttleBps: 2_500,
            exitBps: 500,
            dwellSecs: 3_600,
            expirySecs: 21_600,
            rampSecs: DAY,
            decisionSecs: 20 * DAY,
            freezes: 0,
            freezeBackSecs: 0,
        };
        site.must(DEPLOYER, savings, &breakers)?;
        let hits = ISavingsGovernance::configureHitsCall {
            asset,
            hits: 3,
            windowSecs: 3_600,
            least: units(AMOUNT),
        };
        site.must(DEPLOYER, savings, &hits)?;
        let exit = ISavingsGovernance::configureExitCall {
            asset,
            openAfterSecs: 2 * DAY,
            lateSecs: DAY,
        };
        site.must(DEPLOYER, savings, &exit)?;
        Ok(Self {
            savings,
            size,
            manager,
        })
    }
}

/// A Safe of these owners behind Safe's own proxy. Not where Safe's contracts stand on every chain: the gas is the same.
fn create_safe(site: &mut Site, signers: &Signers) -> Result<Address, BenchError> {
    let singleton = site.chain.deploy(DEPLOYER, safes_code("Safe"))?;
    let factory = site.chain.deploy(DEPLOYER, safes_code("SafeProxyFactory"))?;
    let setup = ISafe::setupCall {
        owners: signers.addresses(),
        threshold: U256::from(THRESHOLD),
        to: Address::ZERO,
        data: Bytes::new(),
        fallbackHandler: Address::ZERO,
        paymentToken: Address::ZERO,
        payment: U256::ZERO,
        paymentReceiver: Address::ZERO,
    };
    let create = ISafeProxyFactory::createProxyWithNonceCall {
        singleton,
        initializer: setup.abi_encode().into(),
        saltNonce: U256::ZERO,
    };
    let safe = ask(site, factory, &create)?;
    site.must(DEPLOYER, factory, &create)?;
    Ok(safe)
}

fn safe_execution(
    site: &Site,
    signers: &Signers,
    safe: Address,
    to: Address,
    data: Vec<u8>,
    nonce: u64,
) -> Result<ISafe::execTransactionCall, BenchError> {
    let asked = ISafe::getTransactionHashCall {
        to,
        value: U256::ZERO,
        data: data.into(),
        operation: 0,
        safeTxGas: U256::ZERO,
        baseGas: U256::ZERO,
        gasPrice: U256::ZERO,
        gasToken: Address::ZERO,
        refundReceiver: Address::ZERO,
        nonce: U256::from(nonce),
    };
    let hash = ask(site, safe, &asked)?;
    Ok(ISafe::execTransactionCall {
        to,
        value: U256::ZERO,
        data: asked.data,
        operation: 0,
        safeTxGas: U256::ZERO,
        baseGas: U256::ZERO,
        gasPrice: U256::ZERO,
        gasToken: Address::ZERO,
        refundReceiver: Address::ZERO,
        signatures: signers.sign(hash, &[]),
    })
}

/// The code that creates one of Safe's contracts, as it is released.
fn safes_code(contract: &str) -> Vec<u8> {
    let artefacts: serde_json::Value =
        serde_json::from_str(include_str!("../../fixtures/safe/1.5.0.json")).unwrap_or_default();
    let bytecode = artefacts["contracts"][contract]["bytecode"].as_str();
    // Nothing at all is refused when it is deployed.
    hex::decode(bytecode.unwrap_or_default()).unwrap_or_default()
}

/// Deploys, activates and constructs a program: in fragments when it is larger than one contract may be.
pub(crate) fn program(
    site: &mut Site,
    build: &str,
    constructor: Vec<u8>,
) -> Result<(Address, Size), BenchError> {
    let raw = wasm::load(build)?.len() as u64;
    let (code, compressed) = match wasm::code(build)? {
        Code::Whole(code) => (code.to_vec(), code.len()),
        Code::InFragments { wasm, fragments } => {
            let size = fragments.iter().map(Vec::len).sum();
            let mut addresses = Vec::new();
            for fragment in fragments.iter() {
                addresses.push(site.chain.deploy(DEPLOYER, init_code_for(fragment))?);
            }
            (fragments::root_of(&wasm, addresses).encode(), size)
        }
    };
    let contract = site.chain.deploy(DEPLOYER, init_code_for(&code))?;
    site.chain.activate_program(DEPLOYER, contract)?;
    let construction = Transaction::call(DEPLOYER, contract, constructor);
    crate::measure::ended(&site.chain.transact(construction)?, Ending::Returns)?;
    let size = Size {
        raw,
        compressed: Some(compressed as u64),
    };
    Ok((contract, size))
}

pub(crate) fn bytecode(site: &Site, contract: Address) -> Size {
    Size {
        raw: site.chain.code(contract).len() as u64,
        compressed: None,
    }
}

/// What a view returns, or a call would.
fn ask<C: SolCall>(site: &Site, contract: Address, call: &C) -> Result<C::Return, BenchError> {
    let answer = site
        .chain
        .call(&CallRequest::new(DEPLOYER, contract, call.abi_encode()))?;
    C::abi_decode_returns(&answer.output).map_err(|_| BenchError::Ending {
        expected: "an answer",
        status: answer.status,
        output: answer.output.clone(),
        reason: answer.reason.clone(),
    })
}

pub(crate) fn staged<C: SolCall>(
    site: Site,
    from: Address,
    contract: Address,
    size: Size,
    call: &C,
) -> Stage {
    Stage {
        chain: site.chain,
        call: Transaction::call(from, contract, call.abi_encode()),
        contract,
        size,
        ending: Ending::Returns,
    }
}
