//! `bridge`: Ronin of 2024, Poly and Wormhole.
//!
//! # Where the victim is simpler
//! - A signature is a call of the keeper's. Poly's keepers signed the message that replaced them, as they sign whatever the other chain says: here three of four approve it.
//! - The keys that Poly's file has are of its own accounts; the actors' are others, so the bytes are not compared, and their number is.
//! - Wormhole's account with a forged approval is a book that the attacker writes. Both of its chains are one here.
//! - Ronin's file does not say how many operators there were: four, as at Poly.

use crate::error::ReplayError;
use crate::honest::{self, Direction, Lived};
use crate::incident::{Action, Expect, Incident, Step};
use crate::outcome::{Guarded, Lost, Outcome};
use crate::run::{lose, rob, Cast, Robbery};
use crate::settings;
use crate::stage::{Build, Move, Refused, Stage};
use alloy_primitives::{keccak256, Address, Bytes, B256, U256};
use alloy_sol_types::{sol, SolCall, SolValue};
use e2e::bridge::constructor;
use e2e::calls::ETH;
use e2e::rpc::Receipt;

sol! {
    /// The victim, as its users see it.
    #[derive(Debug, PartialEq, Eq)]
    interface IBridge {
        function deposit(address asset, uint256 amount) external payable;
        function approve(bytes32 message) external;
        function note(bytes32 message, uint256 weight) external;
        function withdraw(address asset, address to, uint256 amount, uint256 nonce) external;
        function executeMessage(bytes method, bytes data, uint256 nonce) external;
        function mint(address to, uint256 amount, uint256 nonce, address book) external;
        function redeem(uint256 amount) external;
        function upgrade() external;
        function initializeWeight() external;
        function pause() external;
        function setCap(address asset, uint256 cap) external;
        function keys() external view returns (bytes32 hash, uint256 keepers);
        function state(address account) external view returns (uint256 supply, uint256 wrapped, uint256 needed, bool running);
        function boundGrowth(uint256 maximum, uint256 gap, uint64 expandSecs) external;
    }
}

/// The victim's numbers of its guards.
pub mod guards {
    /// The keys are what they were.
    pub const KEYS: u8 = 1;
    /// Cap and bucket.
    pub const LIMITS: u8 = 2;
    /// The ceiling of what is minted.
    pub const GROWTH: u8 = 3;
    /// The wrapped token is backed.
    pub const BACKING: u8 = 4;
}

const NAME: &str = "bridge";
/// Who replaces keepers, forges and takes.
pub const ATTACKER: &str = "attacker";
/// What a method that a message names takes.
pub const PARAMETERS: &str = "(bytes,bytes,uint64)";
/// Wei in a unit of the wrapped token.
const UNIT: U256 = U256::from_limbs([10_000_000_000, 0, 0, 0]);

/// How many keepers there are, and how much is wrapped.
fn beginning(incident: &Incident) -> Result<(usize, U256), ReplayError> {
    let plain = |name| incident.state(name, None);
    let (keepers, wrapped) = match incident.id.as_str() {
        "wormhole-2022-02" => (
            plain("bridge.guardians")?,
            incident.state("bridge.wrapped_supply", Some("WETH"))?,
        ),
        "poly-2021-08" => (plain("bridge.keepers")?, U256::ZERO),
        _ => (U256::from(4), U256::ZERO),
    };
    Ok((keepers.saturating_to(), wrapped))
}

fn keeper(number: usize) -> String {
    format!("keeper_{number}")
}

/// Keys as Poly's contract keeps them: their number in eight bytes, the lowest first, and each with its length before it.
#[must_use]
pub fn written(keepers: &[Address]) -> Vec<u8> {
    let mut bytes = (keepers.len() as u64).to_le_bytes().to_vec();
    for account in keepers {
        bytes.push(20);
        bytes.extend_from_slice(account.as_slice());
    }
    bytes
}

/// The keepers' keys.
///
/// # Errors
/// A [`ReplayError`].
pub fn keys(stage: &mut Stage, incident: &Incident) -> Result<Vec<u8>, ReplayError> {
    let (keepers, _) = beginning(incident)?;
    let accounts = (0..keepers).map(|number| stage.actor(&keeper(number)));
    Ok(written(&accounts.collect::<Result<Vec<_>, _>>()?))
}

/// A stage with what the victim held and, when it is guarded, its guards set by the rules.
///
/// # Errors
/// A [`ReplayError`].
pub fn stage(incident: &Incident, build: Build) -> Result<Stage, ReplayError> {
    let (_, wrapped) = beginning(incident)?;
    let mut stage = Stage::open(incident, NAME, build, |stage| {
        let keys = keys(stage, incident)?;
        let arguments = (
            stage.people.governor,
            stage.actor("governor")?,
            stage.actor("guardian")?,
            Bytes::from(keys),
            stage.people.user,
            wrapped,
        );
        Ok(constructor(&arguments.abi_encode_params()))
    })?;
    let victim = stage.victim;
    for cap in incident
        .state
        .iter()
        .filter(|state| state.name == "bridge.cap_per_withdrawal")
    {
        let asset = stage.token(cap.asset.as_deref().unwrap_or_default())?;
        let cap = incident.number(&cap.figure, "a cap")?;
        let call = IBridge::setCapCall { asset, cap };
        stage.must(
            &[Move::call(0, "governor", victim, &call)],
            "the protocol's own cap",
        )?;
    }
    if build == Build::Guarded {
        set_guards(&mut stage, incident)?;
    }
    let user = stage.people.user;
    for flow in &incident.normal.flows {
        let held = incident.number(&flow.held, "what is held")?;
        stage.give(&flow.asset, user, held)?;
        approve_all(&mut stage, &flow.asset)?;
        let receipt = deposit(&mut stage, &flow.asset, held)?;
        if !receipt.is_success() {
            let output = receipt.output.to_vec();
            return Err(ReplayError::refused("what is held", &Refused { step: 0, output }));
        }
    }
    Ok(stage)
}

/// The user's approval of all that is ever deposited; ETH needs none.
fn approve_all(stage: &mut Stage, symbol: &str) -> Result<(), ReplayError> {
    let token = stage.token(symbol)?;
    if token == ETH {
        return Ok(());
    }
    stage.allow(symbol)
}

/// The user locks an amount.
fn deposit(stage: &mut Stage, symbol: &str, amount: U256) -> Result<Receipt, ReplayError> {
    let asset = stage.token(symbol)?;
    let value = if asset == ETH { amount } else { U256::ZERO };
    let call = IBridge::depositCall { asset, amount };
    let (user, victim) = (stage.people.user, stage.victim);
    Ok(stage.chain.transact(user, victim, call.abi_encode(), value)?)
}

/// R1, R2 and R6.
fn set_guards(stage: &mut Stage, incident: &Incident) -> Result<(), ReplayError> {
    let governor = stage.people.governor;
    stage.limit_flows(incident)?;
    for debt in &incident.normal.debts {
        let growth = settings::growth(debt)?;
        let call = IBridge::boundGrowthCall {
            maximum: growth.maximum,
            gap: growth.gap,
            expandSecs: growth.expand_secs,
        };
        stage.order(governor, &call, "a ceiling")?;
    }
    Ok(())
}

/// What keepers approve of a payment or of a minting.
fn order(kind: Address, to: Address, amount: U256, nonce: U256) -> B256 {
    keccak256((kind, to, amount, nonce).abi_encode_params())
}

/// What they approve of a message that names a method.
fn named(call: &IBridge::executeMessageCall) -> B256 {
    let words = (keccak256(&call.method), keccak256(&call.data), call.nonce);
    keccak256(words.abi_encode_params())
}

/// An order to unlock ETH, as a message.
fn unlock(to: Address, amount: U256, nonce: U256) -> IBridge::executeMessageCall {
    IBridge::executeMessageCall {
        method: Bytes::from_static(b"unlock"),
        data: (to, amount).abi_encode_packed().into(),
        nonce,
    }
}

/// As many keepers' approvals as are needed before anything happened.
fn approvals(
    stage: &Stage,
    incident: &Incident,
    step: usize,
    message: B256,
) -> Result<Vec<Move>, ReplayError> {
    let (keepers, _) = beginning(incident)?;
    let needed = keepers - (keepers - 1) / 3;
    let call = IBridge::approveCall { message };
    let moves = (0..needed).map(|number| Move::call(step, &keeper(number), stage.victim, &call));
    Ok(moves.collect())
}

/// How its steps are calls.
#[derive(Clone, Copy, Debug)]
pub struct Bridge;

impl Cast for Bridge {
    fn moves(&self, stage: &mut Stage, incident: &Incident, step: &Step) -> Result<Vec<Move>, ReplayError> {
        let victim = stage.victim;
        let (n, actor) = (step.n, step.actor.as_str());
        let account = stage.actor(actor)?;
        let nonce = U256::from(n);
        Ok(match step.action {
            Action::Upgrade => vec![Move::call(n, actor, victim, &IBridge::upgradeCall {})],
            Action::Pause => vec![Move::call(n, actor, victim, &IBridge::pauseCall {})],
            Action::ExecuteMessage => {
                let call = IBridge::executeMessageCall {
                    method: incident.arg(step, "method")?.as_bytes().to_vec().into(),
                    data: written(&[account]).into(),
                    nonce,
                };
                let mut moves = approvals(stage, incident, n, named(&call))?;
                moves.push(Move::call(n, actor, victim, &call));
                moves
            }
            Action::BridgeMint => {
                let amount = incident.amount(step)?;
                let forged = IBridge::noteCall {
                    message: order(victim, account, amount, nonce),
                    weight: incident.state("bridge.threshold", None)?,
                };
                let call = IBridge::mintCall {
                    to: account,
                    amount,
                    nonce,
                    book: account,
                };
                vec![
                    Move::call(n, actor, victim, &forged),
                    Move::call(n, actor, victim, &call),
                ]
            }
            Action::BridgeWithdraw if step.args.contains_key("burns_WETH") => {
                let amount = incident.arg_number(step, "burns_WETH")?;
                vec![Move::call(n, actor, victim, &IBridge::redeemCall { amount })]
            }
            Action::BridgeWithdraw if step.args.contains_key("signed_by") => {
                let call = unlock(account, incident.amount(step)?, nonce);
                let message = named(&call);
                vec![
                    Move::call(n, actor, victim, &IBridge::approveCall { message }),
                    Move::call(n, actor, victim, &call),
                ]
            }
            Action::BridgeWithdraw => {
                let call = IBridge::withdrawCall {
                    asset: stage.token(incident.asset_of(step)?)?,
                    to: account,
                    amount: incident.amount(step)?,
                    nonce,
                };
                vec![Move::call(n, actor, victim, &call)]
            }
            other => return Err(ReplayError::Missing(format!("a move for {other:?}"))),
        })
    }

    fn reading(&self, stage: &Stage, _: &Incident, expect: &Expect) -> Result<Option<U256>, ReplayError> {
        let account = stage.people.user;
        let state = || stage.view(&IBridge::stateCall { account });
        Ok(match expect.what.as_str() {
            "bridge.locked" => Some(stage.held(expect.asset.as_deref().unwrap_or_default())?),
            "bridge.wrapped_supply" => Some(state()?.supply),
            "bridge.minimum_vote_weight" => Some(state()?.needed),
            "bridge.running" => Some(U256::from(state()?.running)),
            "bridge.keepers" => Some(stage.view(&IBridge::keysCall {})?.keepers),
            _ => None,
        })
    }
}

/// The attack on the guarded bridge, with some guards in shadow.
///
/// # Errors
/// A [`ReplayError`].
pub fn guarded(incident: &Incident, shadow: &[u8]) -> Result<Robbery, ReplayError> {
    let mut stage = stage(incident, Build::Guarded)?;
    rob(&mut stage, &Bridge, incident, shadow, Lost::missing)
}

/// An honest day: what comes in is locked, and wrapped where there is a wrapped token; what goes out was approved, or is given back. At Ronin it is the day of an upgrade whose
/// initialiser was called.
///
/// # Errors
/// A [`ReplayError`] when anybody is refused.
pub fn honest_day(incident: &Incident, build: Build) -> Result<Lived, ReplayError> {
    let mut stage = stage(incident, build)?;
    let (user, victim) = (stage.people.user, stage.victim);
    for flow in &incident.normal.flows {
        let busy_day = incident.number(&flow.busy_day, "a busy day")?;
        stage.give(&flow.asset, user, honest::enough(busy_day))?;
    }
    if incident.id == "ronin-2024-08" {
        let moves = [
            Move::call(0, "governor", victim, &IBridge::upgradeCall {}),
            Move::call(0, "governor", victim, &IBridge::initializeWeightCall {}),
        ];
        stage.must(&moves, "an upgrade")?;
    }
    let (_, wrapped) = beginning(incident)?;
    let mut nonce = U256::from(1_000);
    honest::live(&mut stage, incident, |stage, symbol, flow| {
        let (asset, amount) = (stage.token(symbol)?, flow.amount);
        nonce += U256::ONE;
        if flow.direction == Direction::Deposit {
            let receipt = deposit(stage, symbol, amount)?;
            if wrapped.is_zero() || !receipt.is_success() {
                return Ok(receipt);
            }
            let call = IBridge::mintCall {
                to: user,
                amount: amount / UNIT,
                nonce,
                book: victim,
            };
            let moves = approvals(stage, incident, 0, order(victim, user, call.amount, nonce))?;
            stage.must(&moves, "an honest message")?;
            return Ok(stage.chain.submit(user, victim, &call)?);
        }
        if !wrapped.is_zero() {
            let amount = amount / UNIT;
            return Ok(stage
                .chain
                .submit(user, victim, &IBridge::redeemCall { amount })?);
        }
        if incident.id == "poly-2021-08" {
            let call = unlock(user, amount, nonce);
            let moves = approvals(stage, incident, 0, named(&call))?;
            stage.must(&moves, "an honest message")?;
            return Ok(stage.chain.submit(user, victim, &call)?);
        }
        // More than the protocol's own most goes out in pieces.
        let most = incident.state("bridge.cap_per_withdrawal", Some(symbol))?;
        let mut left = amount;
        loop {
            let amount = left.min(most);
            left -= amount;
            nonce += U256::ONE;
            let moves = approvals(stage, incident, 0, order(asset, user, amount, nonce))?;
            stage.must(&moves, "an honest message")?;
            let to = user;
            let call = IBridge::withdrawCall {
                asset,
                to,
                amount,
                nonce,
            };
            let receipt = stage.chain.submit(user, victim, &call)?;
            if left.is_zero() || !receipt.is_success() {
                return Ok(receipt);
            }
        }
    })
}

/// What guards cannot do, in the words of the file but for Ronin: there it says what came of it.
fn cannot(incident: &Incident) -> String {
    if incident.id != "ronin-2024-08" {
        return incident.guards.cannot.clone();
    }
    "`patch_check` did not act: the library has no guard that reads what an upgrade left, and a weight of zero accepts anybody. The ETH is less than an honest busy day, and neither cap nor \
     bucket sees it. The USDC is below the bucket too, but nearly two busy days at once: the cap refuses it whole, and two withdrawals of half would have passed. The pause came after both"
        .to_owned()
}

/// Replays an incident.
///
/// # Errors
/// A [`ReplayError`].
pub fn replay(incident: &Incident) -> Result<Outcome, ReplayError> {
    let mut unguarded = stage(incident, Build::Unguarded)?;
    let (_, lost_unguarded) = lose(&mut unguarded, &Bridge, incident, Lost::missing)?;
    let attacks = Guarded {
        all: guarded(incident, &[])?.variant,
        without_limits: guarded(incident, &[guards::LIMITS, guards::GROWTH])?.variant,
        limits_alone: guarded(incident, &[guards::KEYS, guards::BACKING])?.variant,
    };
    let operation = match incident.id.as_str() {
        "wormhole-2022-02" => "redemption",
        "poly-2021-08" => "message",
        _ => "withdrawal",
    };
    let honest = honest::both(operation, |build| honest_day(incident, build))?;
    Ok(Outcome {
        cannot: cannot(incident),
        ..Outcome::of(incident, lost_unguarded, attacks, honest)
    })
}
