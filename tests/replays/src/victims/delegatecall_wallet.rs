//! Bybit's cold wallet, February 2025: owners sign a call by delegation that writes the word which names the wallet's code.
//!
//! # Design
//! - The victim is the code behind Safe's own proxy (1.4.1; Bybit's was an older one, which delegates in the same way): whoever changes word 0 has changed the wallet. Its code is the only
//!   thing that differs between the builds.
//! - The attacker's two contracts do what his did: one writes word 0 in what looks like a transfer, one sweeps for whoever asks.
//!
//! # Where the victim is simpler
//! - A signature is a call of the owner's. There are as many owners as signed; how many there were is in no source.
//! - The words that the file has are addresses of another chain: they are not compared, and tests say what word 0 is.

use crate::error::ReplayError;
use crate::honest::{self, Direction, Lived};
use crate::incident::{Action, Expect, Incident, IncidentError, Step};
use crate::outcome::{require_faithful, Guarded, Lost, Outcome};
use crate::run::{self, rob, Cast, Compared, Robbery};
use crate::stage::{Build, Move, Stage};
use alloy_primitives::{hex, keccak256, Address, B256, U256};
use alloy_sol_types::{sol, SolCall, SolValue};
use e2e::bridge::constructor;
use e2e::calls::ETH;
use e2e::safe::{IMultiSend, ISafeProxyFactory};
use e2e::tokens::{Fixture, IBackdoor, IToken, ITrojan};

sol! {
    /// The wallet, as its users see it.
    #[derive(Debug, PartialEq, Eq)]
    interface IWallet {
        function setUp(address[] owners, uint256 threshold, address governor, address[] tokens) external;
        function approve(bytes32 operation) external;
        function execute(address to, uint256 value, bytes data, bool delegated) external;
        function operation(address to, uint256 value, bytes data, bool delegated) external view returns (bytes32);
        function state() external view returns (uint256 nonce, address implementation);
        error CallFailed(address to);
        error NotApproved(bytes32 operation, uint256 approvals, uint256 threshold);
    }
}

/// The victim's numbers of its guards.
pub mod guards {
    /// The word that names the code is what it was.
    pub const WORD: u8 = 1;
    /// The code that it names is what it was.
    pub const CODE: u8 = 2;
    /// Cap and bucket.
    pub const LIMITS: u8 = 3;
}

/// The victim's name.
pub const NAME: &str = "delegatecall_wallet";
/// Who has the operations signed, and sweeps.
pub const ATTACKER: &str = "attacker";

/// What the owners approve.
pub type Operation = IWallet::executeCall;

/// Somebody is called, on the wallet's behalf.
#[must_use]
pub fn call(to: Address, value: U256, data: Vec<u8>) -> Operation {
    Operation {
        to,
        value,
        data: data.into(),
        delegated: false,
    }
}

/// Somebody's code runs on the wallet's storage.
#[must_use]
pub fn delegated<C: SolCall>(to: Address, call: &C) -> Operation {
    Operation {
        to,
        value: U256::ZERO,
        data: call.abi_encode().into(),
        delegated: true,
    }
}

/// A plain payment.
///
/// # Errors
/// A [`ReplayError`] when there is no such asset.
pub fn payment(stage: &Stage, symbol: &str, to: Address, value: U256) -> Result<Operation, ReplayError> {
    Ok(match stage.token(symbol)? {
        ETH => call(to, value, Vec::new()),
        token => call(token, U256::ZERO, IToken::transferCall { to, value }.abi_encode()),
    })
}

/// What is on the stage beside the wallet.
#[derive(Clone, Copy, Debug)]
pub struct Theft {
    /// The code that the wallet runs.
    pub implementation: Address,
    /// Writes words of whoever calls it by delegation.
    pub trojan: Address,
    /// The code of a wallet that belongs to whoever calls it.
    pub backdoor: Address,
    /// Safe's batch of calls, which runs by delegation.
    pub multi_send: Address,
}

impl Theft {
    /// Several operations in one, as Safe's users make them: honest code that runs by delegation.
    #[must_use]
    pub fn batch(&self, operations: &[Operation]) -> Operation {
        let mut transactions = Vec::new();
        for one in operations {
            // By which kind of call, to whom, with how much, and with how long a text.
            transactions.push(one.delegated.into());
            transactions.extend_from_slice(one.to.as_slice());
            transactions.extend_from_slice(&one.value.to_be_bytes::<32>());
            transactions.extend_from_slice(&U256::from(one.data.len()).to_be_bytes::<32>());
            transactions.extend_from_slice(&one.data);
        }
        let transactions = transactions.into();
        delegated(self.multi_send, &IMultiSend::multiSendCall { transactions })
    }
}

fn owner(number: usize) -> String {
    format!("owner_{number}")
}

/// How many owners there are, who all sign.
fn owners(incident: &Incident) -> Result<usize, IncidentError> {
    Ok(incident.state("wallet.signatures_given", None)?.saturating_to())
}

/// What the owners approve, as one word.
fn hash(wallet: Address, operation: &Operation, nonce: U256) -> B256 {
    let words = (
        wallet,
        operation.to,
        operation.value,
        keccak256(&operation.data),
        operation.delegated,
        nonce,
    );
    keccak256(words.abi_encode_params())
}

/// The owners' approvals of the next operation.
///
/// # Errors
/// A [`ReplayError`].
pub fn approvals(
    stage: &Stage,
    incident: &Incident,
    step: usize,
    operation: &Operation,
) -> Result<Vec<Move>, ReplayError> {
    let nonce = stage.view(&IWallet::stateCall {})?.nonce;
    let call = IWallet::approveCall {
        operation: hash(stage.victim, operation, nonce),
    };
    let all = 0..owners(incident)?;
    Ok(all
        .map(|number| Move::call(step, &owner(number), stage.victim, &call))
        .collect())
}

/// The next operation, signed by all owners and handed in by the attacker.
///
/// # Errors
/// A [`ReplayError`].
pub fn signed(
    stage: &mut Stage,
    incident: &Incident,
    step: usize,
    operation: &Operation,
) -> Result<Vec<Move>, ReplayError> {
    stage.actor(ATTACKER)?;
    let mut moves = approvals(stage, incident, step, operation)?;
    moves.push(Move::call(step, ATTACKER, stage.victim, operation));
    Ok(moves)
}

impl Cast for Theft {
    fn moves(&self, stage: &mut Stage, incident: &Incident, step: &Step) -> Result<Vec<Move>, ReplayError> {
        let (n, wallet) = (step.n, stage.victim);
        Ok(match step.action {
            Action::ExecuteDelegatecall => {
                let looks_harmless = ITrojan::transferCall {
                    to: self.backdoor,
                    amount: U256::ZERO,
                };
                signed(stage, incident, n, &delegated(self.trojan, &looks_harmless))?
            }
            Action::Sweep => {
                let to = stage.actor(ATTACKER)?;
                vec![match stage.token(incident.asset_of(step)?)? {
                    ETH => Move::call(n, ATTACKER, wallet, &IBackdoor::sweepETHCall { to }),
                    token => Move::call(n, ATTACKER, wallet, &IBackdoor::sweepERC20Call { token, to }),
                }]
            }
            other => return Err(ReplayError::Missing(format!("a move for {other:?}"))),
        })
    }

    fn reading(&self, stage: &Stage, _: &Incident, expect: &Expect) -> Result<Option<U256>, ReplayError> {
        Ok(match expect.what.as_str() {
            "wallet.ETH" => Some(stage.held("ETH")?),
            _ => None,
        })
    }
}

/// The creation code of one of Safe's contracts.
fn safes(contract: &str) -> Result<Vec<u8>, ReplayError> {
    let missing = || ReplayError::Missing(format!("Safe's {contract}"));
    let fixture = include_str!("../../../fixtures/safe/1.4.1.json");
    let fixture: serde_json::Value = serde_json::from_str(fixture).map_err(|_| missing())?;
    let code = fixture["contracts"][contract]["bytecode"].as_str();
    code.and_then(|code| hex::decode(code).ok()).ok_or_else(missing)
}

/// A wallet that holds what it held, with its guards set by the rules when it has them.
///
/// # Errors
/// A [`ReplayError`].
pub fn open(incident: &Incident, build: Build) -> Result<(Stage, Theft), ReplayError> {
    let mut stage = Stage::open(incident, NAME, build, |_| Ok(constructor(&[])))?;
    let (implementation, deployer) = (stage.victim, stage.people.deployer);
    let mut all = Vec::new();
    for number in 0..owners(incident)? {
        all.push(stage.actor(&owner(number))?);
    }
    let tokens = incident.assets.iter().map(|asset| stage.token(&asset.symbol));
    let mut tokens = tokens.collect::<Result<Vec<_>, _>>()?;
    tokens.retain(|token| *token != ETH);
    let set_up = IWallet::setUpCall {
        threshold: U256::from(all.len()),
        owners: all,
        governor: stage.people.governor,
        tokens,
    };
    let factory = stage.chain.create(deployer, safes("SafeProxyFactory")?)?;
    let proxy = ISafeProxyFactory::createProxyWithNonceCall {
        singleton: implementation,
        initializer: set_up.abi_encode().into(),
        saltNonce: U256::ZERO,
    };
    stage.victim = stage.chain.view(deployer, factory, &proxy)?;
    stage.chain.must(deployer, factory, &proxy, "a proxy of Safe's")?;

    let theft = Theft {
        implementation,
        trojan: stage.chain.create(deployer, Fixture::Trojan.creation_code())?,
        backdoor: stage.chain.create(deployer, Fixture::Backdoor.creation_code())?,
        multi_send: stage.chain.create(deployer, safes("MultiSend")?)?,
    };
    let wallet = stage.victim;
    for flow in &incident.normal.flows {
        let held = incident.number(&flow.held, "what is held")?;
        stage.give(&flow.asset, wallet, held)?;
    }
    if build == Build::Guarded {
        // R1 and R2.
        stage.limit_flows(incident)?;
    }
    Ok((stage, theft))
}

/// The attack on the guarded wallet, with some guards in shadow.
///
/// # Errors
/// A [`ReplayError`].
pub fn guarded(incident: &Incident, shadow: &[u8]) -> Result<Robbery, ReplayError> {
    let (mut stage, theft) = open(incident, Build::Guarded)?;
    rob(&mut stage, &theft, incident, shadow, Lost::missing)
}

/// The steps on the wallet without guards, each compared with what the file expects.
///
/// # Errors
/// A [`ReplayError`].
pub fn rehearse(incident: &Incident) -> Result<(Compared, Lost), ReplayError> {
    let (mut stage, theft) = open(incident, Build::Unguarded)?;
    let compared = run::rehearse(&mut stage, &theft, incident)?;
    let lost = Lost::missing(&stage, incident)?;
    require_faithful(incident, &lost, U256::ZERO)?;
    Ok((compared, lost))
}

/// An honest day: what comes in is sent to the wallet; what goes out all owners sign, every other time as a batch that runs by delegation.
///
/// # Errors
/// A [`ReplayError`] when anybody is refused.
pub fn honest_day(incident: &Incident, build: Build) -> Result<Lived, ReplayError> {
    let (mut stage, theft) = open(incident, build)?;
    let (user, wallet) = (stage.people.user, stage.victim);
    for flow in &incident.normal.flows {
        let busy_day = incident.number(&flow.busy_day, "a busy day")?;
        stage.give(&flow.asset, user, honest::enough(busy_day))?;
    }
    let mut batched = true;
    honest::live(&mut stage, incident, |stage, symbol, flow| {
        if flow.direction == Direction::Deposit {
            let sent = payment(stage, symbol, wallet, flow.amount)?;
            return Ok(stage
                .chain
                .transact(user, sent.to, sent.data.to_vec(), sent.value)?);
        }
        batched = !batched;
        let operation = if batched {
            let half = flow.amount >> 1;
            theft.batch(&[
                payment(stage, symbol, user, half)?,
                payment(stage, symbol, user, flow.amount - half)?,
            ])
        } else {
            payment(stage, symbol, user, flow.amount)?
        };
        let approved = approvals(stage, incident, 0, &operation)?;
        stage.must(&approved, "the owners' approvals")?;
        Ok(stage.chain.submit(user, wallet, &operation)?)
    })
}

/// Replays the incident.
///
/// # Errors
/// A [`ReplayError`].
pub fn replay(incident: &Incident) -> Result<Outcome, ReplayError> {
    let (_, lost_unguarded) = rehearse(incident)?;
    let attacks = Guarded {
        all: guarded(incident, &[])?.variant,
        without_limits: guarded(incident, &[guards::LIMITS])?.variant,
        limits_alone: guarded(incident, &[guards::WORD, guards::CODE])?.variant,
    };
    let honest = honest::both(
        "transfer, every other as a batch",
        honest_day(incident, Build::Unguarded)?,
        honest_day(incident, Build::Guarded)?,
    );
    Ok(Outcome {
        cannot: "Limits alone are worth nothing here: they are in the code that was replaced, and a sweep meets none. `code_hash` alone refuses as well, but not a word that names another copy of the \
                 same code. Had the owners signed plain transfers to the thief, no invariant would have seen one: two busy days of each asset pass, and as much each day. A delegated call may \
                 also write the guards' own words, which no rule here names, and the next one then meets no guard: a wallet that does not need delegated calls is better without them"
            .to_owned(),
        ..Outcome::of(incident, lost_unguarded, attacks, honest)
    })
}
