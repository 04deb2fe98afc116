//! Penpie, September 2024: a market stakes for its owner while it is being harvested.
//!
//! # Design
//! - The thief is the market, a contract that makes the two deposits when it is asked for its rewards, and the account that has all stakes in it. Whether it goes on when a
//!   deposit is refused is [`Nerve`]: the real one's whole transaction would have failed.
//! - Every `#[guarded]` method takes the lock, so the lock cannot be put into shadow. What the other guards see of the attack without it is asked of a third build,
//!   `lockless`, in which they are called by hand: [`alone`].
//! - **The file has agETH and rswETH only as what pool tokens were worth**, so the markets that make the one of the other are the lender, at the file's numbers: at the harvest he makes pool
//!   tokens of the two flash loans, and takes them back at steps 8 and 10 for what they were worth with the reward (`args`). That the profit at steps 11 and 12 then is the file's shows that its
//!   numbers agree with each other, and nothing of the guards. What is lost is counted in pool tokens, which are what the victim held.
//!
//! # Where the victim is simpler
//! - Rewards stay in the staking contract until they are claimed. Penpie's left it at the harvest, and the unit that a claim is rounded down by stayed elsewhere: the file's balances
//!   are what is held without rewards.
//! - The largest reward of a day, which `normal` has, is no guard's setting by the rules.

use crate::{
    error::ReplayError,
    honest::{self, Direction, Lived},
    incident::{Action, Expect, Incident, Step},
    outcome::{require_faithful, Acted, Guarded, Lost, Outcome},
    refusal,
    run::{self, Cast, Compared, Robbery},
    settings,
    stage::{Build, Move, Stage, LENDER},
};
use alloy_primitives::{Address, U256};
use alloy_sol_types::{sol, SolCall, SolValue};
use e2e::{
    bridge::constructor,
    tokens::{Fixture, IBatch, IThief, IToken},
};

sol! {
    #![sol(all_derives)]
    /// The staking contract.
    interface IStaking {
        function registerMarket(address token, address market) external;
        function stake(address token, uint256 amount) external;
        function withdraw(address token, uint256 amount) external;
        function harvest(address token) external;
        function claim(address token, address reward) external;
        function state(address token) external view returns (uint256 staked, uint256 pot);
        function harvested(address token, address reward) external view returns (uint256);
        error NotPaid(address market);
        error BadAmount(uint256 amount, uint256 available);
        error NothingEarned(address token, address reward);
        error Registered(address token);
        error NoMarket(address token);
        error BadMarket(address market);
    }
}

/// The victim's name.
pub const VICTIM: &str = "staking_reward";
/// Its third build's, which is built without the feature `guarded`.
pub const LOCKLESS: &str = "staking_reward_lockless";
/// Who attacks: the market too.
pub const THIEF: &str = "attacker";
/// The guards that have a mode, by their numbers in the victim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // The victim says what each is.
pub enum Named {
    Flows = 0,
    Measured = 1,
    Solvent = 2,
}

impl Named {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Flows, Self::Measured, Self::Solvent];
}

/// What the thief does when a deposit in the middle is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nerve {
    /// It lets everything fail, as the real one's call would have.
    Fails,
    /// It swallows the refusal and goes on.
    GoesOn,
}

/// What the steps are.
pub struct Theft {
    /// The fake market, and the thief.
    pub thief: Address,
    nerve: Nerve,
}

/// What a pool token is made of.
fn made_of(symbol: &str) -> Result<&'static str, ReplayError> {
    match symbol {
        "LPA" => Ok("AGETH"),
        "LPR" => Ok("RSWETH"),
        _ => Err(ReplayError::Missing(format!("what {symbol} is made of"))),
    }
}

/// An order to a market: calls that it makes when it is asked for rewards, and whether one may be refused.
fn order<C: SolCall>(to: Address, call: &C, may_fail: bool) -> IBatch::Call {
    IBatch::Call {
        to,
        value: U256::ZERO,
        data: call.abi_encode().into(),
        mayFail: may_fail,
    }
}

/// The creation code of a market that names these tokens.
#[must_use]
pub fn market(rewards: [Address; 2]) -> Vec<u8> {
    [Fixture::Market.creation_code(), rewards.abi_encode_params()].concat()
}

/// Has a market pay a reward at its next harvest, as an honest one does.
///
/// # Errors
/// A [`ReplayError`].
pub fn arm_honestly(
    stage: &mut Stage,
    market: Address,
    symbol: &str,
    amount: U256,
) -> Result<(), ReplayError> {
    stage.give(symbol, market, amount)?;
    let transfer = IToken::transferCall {
        to: stage.victim,
        value: amount,
    };
    let calls = vec![order(stage.token(symbol)?, &transfer, false)];
    let user = stage.people.user;
    stage
        .chain
        .must(user, market, &IThief::armCall { calls }, "an order to a market")?;
    Ok(())
}

impl Theft {
    /// The harvest, and what happens in the middle of it.
    fn harvest(&self, stage: &mut Stage, incident: &Incident, step: &Step) -> Result<Vec<Move>, ReplayError> {
        let (n, victim) = (step.n, stage.victim);
        let mut moves = Vec::new();
        for capital in &incident.capital {
            let lent = incident.number(&capital.amount, "the capital")?;
            moves.push(stage.lends(n, &capital.asset, THIEF, lent)?);
            // Which is made into pool tokens.
            moves.push(stage.returns(n, &capital.asset, THIEF, lent)?);
        }
        let mut calls = Vec::new();
        for inside in incident.inside(n) {
            let (symbol, amount) = (incident.asset_of(inside)?, incident.amount(inside)?);
            moves.push(stage.lends(n, symbol, THIEF, amount)?);
            let token = stage.token(symbol)?;
            let approval = IToken::approveCall {
                spender: victim,
                value: amount,
            };
            calls.push(order(token, &approval, false));
            let deposit = IStaking::stakeCall { token, amount };
            calls.push(order(victim, &deposit, self.nerve == Nerve::GoesOn));
        }
        moves.push(Move::call(n, THIEF, self.thief, &IThief::armCall { calls }));
        let token = stage.token(incident.asset_of(step)?)?;
        moves.push(Move::call(n, THIEF, victim, &IStaking::harvestCall { token }));
        Ok(moves)
    }

    /// A stake is taken out and, where the file says what it was worth, sold together with the reward.
    fn withdraw(
        &self,
        stage: &mut Stage,
        incident: &Incident,
        step: &Step,
    ) -> Result<Vec<Move>, ReplayError> {
        let (n, symbol, amount) = (step.n, incident.asset_of(step)?, incident.amount(step)?);
        let token = stage.token(symbol)?;
        let call = IStaking::withdrawCall { token, amount };
        let mut moves = vec![Move::call(n, THIEF, stage.victim, &call)];
        let worth = format!("worth_with_the_reward_{}", made_of(symbol)?);
        if step.args.contains_key(&worth) {
            let claims = incident
                .steps
                .iter()
                .filter(|other| other.action == Action::ClaimReward && other.asset == step.asset);
            for sold in claims.chain([step]) {
                moves.push(stage.returns(n, symbol, THIEF, incident.amount(sold)?)?);
            }
            let worth = incident.arg_number(step, &worth)?;
            moves.push(stage.lends(n, made_of(symbol)?, THIEF, worth)?);
        }
        Ok(moves)
    }

    /// What came of a call in the middle.
    ///
    /// # Errors
    /// A [`ReplayError`] when there was none.
    pub fn heard(&self, stage: &Stage, index: u64) -> Result<IThief::heardReturn, ReplayError> {
        let call = IThief::heardCall {
            index: U256::from(index),
        };
        Ok(stage.chain.view(stage.people.user, self.thief, &call)?)
    }
}

impl Cast for Theft {
    fn moves(&self, stage: &mut Stage, incident: &Incident, step: &Step) -> Result<Vec<Move>, ReplayError> {
        let (n, victim) = (step.n, stage.victim);
        Ok(match step.action {
            // Those in the middle are part of the step that they are in.
            Action::EndOf => Vec::new(),
            Action::Stake if step.inside.is_some() => Vec::new(),
            Action::RegisterMarket => {
                let token = stage.token(incident.asset_of(step)?)?;
                let market = self.thief;
                vec![Move::call(
                    n,
                    THIEF,
                    victim,
                    &IStaking::registerMarketCall { token, market },
                )]
            }
            Action::Stake => {
                let (symbol, amount) = (incident.asset_of(step)?, incident.amount(step)?);
                let token = stage.token(symbol)?;
                let mut moves = vec![stage.lends(n, symbol, THIEF, amount)?];
                moves.extend(stage.approves(n, THIEF, symbol, amount)?);
                moves.push(Move::call(
                    n,
                    THIEF,
                    victim,
                    &IStaking::stakeCall { token, amount },
                ));
                moves
            }
            Action::Harvest => self.harvest(stage, incident, step)?,
            Action::ClaimReward => {
                let call = IStaking::claimCall {
                    token: stage.token(incident.arg(step, "market")?)?,
                    reward: stage.token(incident.asset_of(step)?)?,
                };
                vec![Move::call(n, THIEF, victim, &call)]
            }
            Action::Withdraw => self.withdraw(stage, incident, step)?,
            Action::RepayFlashLoan => {
                vec![stage.returns(n, incident.asset_of(step)?, THIEF, incident.amount(step)?)?]
            }
            other => return Err(ReplayError::Missing(format!("a move for {other:?}"))),
        })
    }

    fn reading(&self, stage: &Stage, _: &Incident, expect: &Expect) -> Result<Option<U256>, ReplayError> {
        let Some(symbol) = expect.asset.as_deref() else {
            return Ok(None);
        };
        let token = stage.token(symbol)?;
        Ok(match expect.what.split_once('.') {
            Some(("staking", _)) => {
                let rewards = stage.view(&IStaking::stateCall { token })?.pot;
                stage.held(symbol)?.checked_sub(rewards)
            }
            Some(("reward", market)) => {
                let (token, reward) = (stage.token(market)?, token);
                Some(stage.view(&IStaking::harvestedCall { token, reward })?)
            }
            Some(("attacker", "profit")) => Some(stage.holds(symbol, THIEF)?),
            _ => None,
        })
    }
}

/// A staking contract as it stood, with its guards set by what was normal, and the thief. Everybody's stakes are one honest user's.
///
/// # Errors
/// A [`ReplayError`].
pub fn open(
    incident: &Incident,
    victim: &str,
    build: Build,
    nerve: Nerve,
) -> Result<(Stage, Theft), ReplayError> {
    let mut stage = Stage::open(incident, victim, build, |stage| {
        Ok(constructor(&(stage.people.governor,).abi_encode_params()))
    })?;
    let (user, staking) = (stage.people.user, stage.victim);
    if build == Build::Guarded || victim == LOCKLESS {
        set_guards(&mut stage, incident)?;
    }
    for flow in &incident.normal.flows {
        let token = stage.token(&flow.asset)?;
        // Rewards of the real markets are another token.
        let rewards = [stage.token("AGETH")?, Address::ZERO];
        let market = stage.chain.create(user, market(rewards))?;
        let call = IStaking::registerMarketCall { token, market };
        stage.order(user, &call, "an honest market")?;

        let held = incident.state(&flow.name, Some(&flow.asset))?;
        let busy_day = incident.number(&flow.busy_day, "a busy day")?;
        stage.give(&flow.asset, user, held.saturating_add(honest::enough(busy_day)))?;
        let approval = IToken::approveCall {
            spender: staking,
            value: U256::MAX,
        };
        stage.chain.must(user, token, &approval, "an approval")?;
        let amount = held;
        stage.order(user, &IStaking::stakeCall { token, amount }, "what was staked")?;
    }

    let named = incident.arg(incident.step(1)?, "reward_tokens")?;
    let Some((first, second)) = named.split_once(',') else {
        return Err(ReplayError::Missing(format!("two tokens in {named}")));
    };
    let rewards = [stage.token(first)?, stage.token(second)?];
    let attacker = stage.people.attacker;
    let thief = stage.chain.create(attacker, market(rewards))?;
    stage.name_actor(THIEF, thief);
    stage.actor(LENDER)?;
    Ok((stage, Theft { thief, nerve }))
}

/// R1 and R2; nothing is said of other tokens' flows.
fn set_guards(stage: &mut Stage, incident: &Incident) -> Result<(), ReplayError> {
    stage.limit_flows(incident)?;
    for asset in &incident.assets {
        if incident.flow(&asset.symbol).is_err() {
            stage.limit(&asset.symbol, settings::no_limit())?;
        }
    }
    Ok(())
}

/// What the thief gets of a victim without the lock, with this guard alone; none asks nothing.
///
/// # Errors
/// A [`ReplayError`].
pub fn alone(incident: &Incident, guard: Option<Named>) -> Result<Robbery, ReplayError> {
    let (mut stage, theft) = open(incident, LOCKLESS, Build::Unguarded, Nerve::Fails)?;
    run::rob(&mut stage, &theft, incident, &all_but(guard), Lost::missing)
}

/// The numbers of all guards but one.
#[must_use]
pub fn all_but(guard: Option<Named>) -> Vec<u8> {
    let others = Named::ALL.into_iter().filter(|other| Some(*other) != guard);
    others.map(|other| other as u8).collect()
}

/// What the first deposit in the middle was refused with on the guarded victim, for a thief that swallows it.
///
/// # Errors
/// A [`ReplayError`].
pub fn refused_in_the_middle(incident: &Incident) -> Result<(bool, Vec<u8>), ReplayError> {
    let (mut stage, theft) = open(incident, VICTIM, Build::Guarded, Nerve::GoesOn)?;
    for n in 1..=3 {
        let moves = theft.moves(&mut stage, incident, incident.step(n)?)?;
        stage.must(&moves, "a harvest whose market swallows a refusal")?;
    }
    // After the approval.
    let heard = theft.heard(&stage, 1)?;
    Ok((heard.succeeded, heard.returned.to_vec()))
}

/// The attack on the guarded victim.
///
/// # Errors
/// A [`ReplayError`].
pub fn rob(incident: &Incident, nerve: Nerve, shadow: &[Named]) -> Result<Robbery, ReplayError> {
    let (mut stage, theft) = open(incident, VICTIM, Build::Guarded, nerve)?;
    let shadow: Vec<_> = shadow.iter().map(|guard| *guard as u8).collect();
    run::rob(&mut stage, &theft, incident, &shadow, Lost::missing)
}

/// The steps on the victim without guards, each compared with what the file expects.
///
/// # Errors
/// A [`ReplayError`].
pub fn rehearse(incident: &Incident) -> Result<(Compared, Lost), ReplayError> {
    let (mut stage, theft) = open(incident, VICTIM, Build::Unguarded, Nerve::Fails)?;
    let compared = run::rehearse(&mut stage, &theft, incident)?;
    let lost = Lost::missing(&stage, incident)?;
    require_faithful(incident, &lost, U256::ZERO)?;
    Ok((compared, lost))
}

/// A busy day's flows: what comes in is staked, what goes out is a stake.
fn live(incident: &Incident, build: Build) -> Result<Lived, ReplayError> {
    let (mut stage, _) = open(incident, VICTIM, build, Nerve::Fails)?;
    honest::live(&mut stage, incident, |stage, symbol, flow| {
        let (user, staking) = (stage.people.user, stage.victim);
        let (token, amount) = (stage.token(symbol)?, flow.amount);
        Ok(match flow.direction {
            Direction::Deposit => {
                let call = IStaking::stakeCall { token, amount };
                stage.chain.submit(user, staking, &call)?
            }
            Direction::Withdrawal => {
                let call = IStaking::withdrawCall { token, amount };
                stage.chain.submit(user, staking, &call)?
            }
        })
    })
}

/// Replays the incident.
///
/// # Errors
/// A [`ReplayError`].
pub fn replay(incident: &Incident) -> Result<Outcome, ReplayError> {
    let (_, lost_unguarded) = rehearse(incident)?;
    let mut attacks = Guarded {
        all: rob(incident, Nerve::Fails, &[])?.variant,
        // Without limits it is the lock all the same.
        without_limits: rob(incident, Nerve::Fails, &[Named::Flows])?.variant,
        limits_alone: alone(incident, Some(Named::Flows))?.variant,
    };
    let (succeeded, told) = refused_in_the_middle(incident)?;
    if !succeeded {
        // The market did not pay as its deposit was itself refused, at the step in the middle.
        let inside = incident.inside(3).next().map_or(0, |step| step.n);
        let lock = refusal::guard_of(&told).map(|(guard, error)| Acted {
            guard,
            step: inside,
            error: error.to_owned(),
        });
        attacks.all.acted.extend(lock.clone());
        attacks.without_limits.acted.extend(lock);
    }
    let honest = honest::both(
        "withdrawal",
        live(incident, Build::Unguarded)?,
        live(incident, Build::Guarded)?,
    );
    Ok(Outcome {
        cannot: "Whom the protocol lets register a market is its own matter: with the lock a fake one still names tokens, and nothing has grown to be paid. Without the lock `measured_outflow` refuses \
                 the harvest, and `solvency` too unless more is held than is owed: a surplus would be the thief's. Counted in pool tokens, at what they were worth in agETH and rswETH; one transaction \
                 of three, so less than the 27 million of all"
            .to_owned(),
        ..Outcome::of(incident, lost_unguarded, attacks, honest)
    })
}
