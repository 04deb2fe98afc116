//! Curve's pETH pool, July 2023: liquidity is added while liquidity is being removed.
//!
//! # Design
//! - The thief is a contract that makes the second deposit when it is paid ether. Whether it goes on when that is refused is [`Nerve`]: the real one did not.
//! - Every `#[guarded]` method takes the lock, so the lock cannot be put into shadow. What the other guards see of the attack without it is asked of a third build,
//!   `lockless`, in which they are called by hand: [`alone`].

use crate::{
    error::ReplayError,
    honest::{self, Direction, Lived},
    incident::{Action, Expect, Incident, Step},
    outcome::{Guarded, Lost, Outcome},
    run::{self, Cast, Compared, Robbery},
    settings,
    stage::{Build, Move, Refused, Stage, LENDER},
};
use alloy_primitives::{Address, U256};
use alloy_sol_types::{sol, SolCall, SolValue};
use e2e::{
    bridge::constructor,
    tokens::{Fixture, IBatch, IThief},
};

sol! {
    #![sol(all_derives)]
    /// The pool.
    interface IReentrantPool {
        function seed(uint256 ether_, uint256 tokens, uint256 supply) external payable;
        function addLiquidity(uint256 ether_, uint256 tokens) external payable returns (uint256);
        function removeLiquidity(uint256 amount) external returns (uint256, uint256);
        function exchange(bool etherIn, uint256 amount) external payable returns (uint256);
        function setSharePrice(uint64 stepBps, uint256 leastSupply) external;
        function state() external view returns (uint256 ether_, uint256 tokens, uint256 supply);
        function sharesOf(address account) external view returns (uint256);
        function virtualPrice() external view returns (uint256);
        error Reentered();
        error TransferFailed(address asset);
        error Locked(uint256 function_);
    }
}

/// The victim's name.
pub const VICTIM: &str = "reentrant_pool";
/// Its third build's, which is built without the feature `guarded`.
pub const LOCKLESS: &str = "reentrant_pool_lockless";
/// Who attacks.
const THIEF: &str = "attacker";
/// The guards that have a mode, by their numbers in the pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // The victim says what each is.
pub enum Named {
    Flows = 0,
    Supply = 1,
    SharePrice = 2,
    PoolValue = 3,
}

impl Named {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Flows, Self::Supply, Self::SharePrice, Self::PoolValue];
}

/// What the thief does when the call in the middle is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nerve {
    /// It lets everything fail, as the real one's call would have.
    Fails,
    /// It swallows the refusal and goes on.
    GoesOn,
}

/// What the pool's steps are.
pub struct Theft {
    thief: Address,
    nerve: Nerve,
}

/// An order to the pool's thief: calls and how they are refused.
fn in_the_middle(to: Address, value: U256, data: Vec<u8>, may_fail: bool) -> IBatch::Call {
    IBatch::Call {
        to,
        value,
        data: data.into(),
        mayFail: may_fail,
    }
}

impl Theft {
    /// Has the pool's price read in the middle of the next withdrawal of this step.
    #[must_use]
    pub fn looks(&self, stage: &Stage, step: usize) -> Vec<Move> {
        let read = IReentrantPool::virtualPriceCall {}.abi_encode();
        let calls = vec![in_the_middle(stage.victim, U256::ZERO, read, true)];
        vec![Move::call(step, THIEF, self.thief, &IThief::armCall { calls })]
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

    /// The pool's numbers in the middle: before the second deposit, and after it.
    fn state_in_the_middle(
        &self,
        stage: &Stage,
        index: u64,
    ) -> Result<IReentrantPool::stateReturn, ReplayError> {
        let heard = self.heard(stage, index)?;
        IReentrantPool::stateCall::abi_decode_returns(&heard.returned)
            .map_err(|error| ReplayError::Missing(format!("the state in the middle ({error})")))
    }
}

impl Cast for Theft {
    fn moves(&self, stage: &mut Stage, incident: &Incident, step: &Step) -> Result<Vec<Move>, ReplayError> {
        let pool = stage.victim;
        Ok(match step.action {
            Action::FlashLoan => vec![stage.lends(step.n, "ETH", THIEF, incident.amount(step)?)?],
            // Those in the middle are part of the step that they are in.
            Action::AddLiquidity | Action::EndOf if step.inside.is_some() || step.action == Action::EndOf => {
                Vec::new()
            }
            Action::AddLiquidity => {
                let ether_ = incident.amount(step)?;
                let tokens = U256::ZERO;
                vec![Move {
                    value: ether_,
                    ..Move::call(
                        step.n,
                        THIEF,
                        pool,
                        &IReentrantPool::addLiquidityCall { ether_, tokens },
                    )
                }]
            }
            Action::RemoveLiquidity => {
                let mut moves = Vec::new();
                for inside in incident.inside(step.n) {
                    let ether_ = incident.amount(inside)?;
                    let tokens = U256::ZERO;
                    let look =
                        || in_the_middle(pool, U256::ZERO, IReentrantPool::stateCall {}.abi_encode(), false);
                    let add = IReentrantPool::addLiquidityCall { ether_, tokens }.abi_encode();
                    let calls = vec![
                        look(),
                        in_the_middle(pool, ether_, add, self.nerve == Nerve::GoesOn),
                        look(),
                    ];
                    moves.push(Move::call(step.n, THIEF, self.thief, &IThief::armCall { calls }));
                }
                let amount = incident.amount(step)?;
                let call = IReentrantPool::removeLiquidityCall { amount };
                moves.push(Move::call(step.n, THIEF, pool, &call));
                moves
            }
            Action::Swap => {
                let amount = incident.amount(step)?;
                let mut moves = stage.approves(step.n, THIEF, incident.asset_of(step)?, amount)?;
                let call = IReentrantPool::exchangeCall {
                    etherIn: false,
                    amount,
                };
                moves.push(Move::call(step.n, THIEF, pool, &call));
                moves
            }
            Action::RepayFlashLoan => vec![stage.returns(step.n, "ETH", THIEF, incident.amount(step)?)?],
            other => return Err(ReplayError::Missing(format!("a move for {other:?}"))),
        })
    }

    fn reading(
        &self,
        stage: &Stage,
        incident: &Incident,
        expect: &Expect,
    ) -> Result<Option<U256>, ReplayError> {
        let step = incident
            .steps
            .iter()
            .find(|step| step.expect.iter().any(|one| std::ptr::eq(one, expect)));
        let state = match step {
            // The step that is being interrupted, and the one that interrupts it.
            Some(step) if incident.inside(step.n).next().is_some() => self.state_in_the_middle(stage, 0)?,
            Some(step) if step.inside.is_some() => self.state_in_the_middle(stage, 2)?,
            _ => stage.view(&IReentrantPool::stateCall {})?,
        };
        Ok(match expect.what.as_str() {
            "pool.ETH" => Some(state.ether_),
            "pool.PETH" => Some(state.tokens),
            "pool.supply" => Some(state.supply),
            "attacker.profit" => Some(stage.holds("ETH", THIEF)?),
            _ => None,
        })
    }
}

/// A pool as it stood, with its guards set by what was normal, and the thief.
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
        let arguments = (stage.people.governor, stage.token("PETH")?);
        Ok(constructor(&arguments.abi_encode_params()))
    })?;
    let (user, pool) = (stage.people.user, stage.victim);
    let [ether_, tokens] = [
        incident.state("pool.ETH", Some("ETH"))?,
        incident.state("pool.PETH", Some("PETH"))?,
    ];
    let supply = incident.state("pool.supply", None)?;

    // Whoever had provided the liquidity is one honest user.
    for (symbol, needed) in [("ETH", ether_), ("PETH", tokens)] {
        let busy_day = incident.number(&incident.flow(symbol)?.busy_day, "a busy day")?;
        stage.give(symbol, user, needed.saturating_add(honest::enough(busy_day)))?;
    }
    stage.allow("PETH")?;
    let seed = IReentrantPool::seedCall {
        ether_,
        tokens,
        supply,
    };
    let receipt = stage.chain.transact(user, pool, seed.abi_encode(), ether_)?;
    if !receipt.is_success() {
        let refused = Refused {
            step: 0,
            output: receipt.output.to_vec(),
        };
        return Err(ReplayError::refused("the pool as it stood", &refused));
    }

    if build == Build::Guarded || victim == LOCKLESS {
        set_guards(&mut stage, incident)?;
    }
    let thief = stage
        .chain
        .create(stage.people.attacker, Fixture::Thief.creation_code())?;
    stage.name_actor(THIEF, thief);
    let lent = incident.number(&incident.capital[0].amount, "the capital")?;
    let lender = stage.actor(LENDER)?;
    stage.give("ETH", lender, lent)?;
    Ok((stage, Theft { thief, nerve }))
}

/// R1, R2, R4 and R5.
fn set_guards(stage: &mut Stage, incident: &Incident) -> Result<(), ReplayError> {
    let governor = stage.people.governor;
    stage.limit_flows(incident)?;
    let share = incident.share_price("LP")?;
    let call = IReentrantPool::setSharePriceCall {
        stepBps: settings::share_price_step_bps(share)?,
        leastSupply: settings::least_supply(share)?,
    };
    stage.order(governor, &call, "the step of a share's price")?;
    Ok(())
}

/// What the thief has.
fn taken(stage: &Stage, incident: &Incident) -> Result<Lost, ReplayError> {
    Lost::taken_by(THIEF, stage, incident)
}

/// What the thief gets of a pool without the lock, with this guard alone; none asks nothing.
///
/// # Errors
/// A [`ReplayError`].
pub fn alone(incident: &Incident, guard: Option<Named>) -> Result<Robbery, ReplayError> {
    let (mut stage, theft) = open(incident, LOCKLESS, Build::Unguarded, Nerve::Fails)?;
    let others = Named::ALL.into_iter().filter(|other| Some(*other) != guard);
    let shadow: Vec<_> = others.map(|other| other as u8).collect();
    run::rob(&mut stage, &theft, incident, &shadow, taken)
}

/// What the call in the middle was refused with on the guarded pool, for a thief that swallows it: the limits are in shadow, which would refuse what it took out before.
///
/// # Errors
/// A [`ReplayError`].
pub fn refused_in_the_middle(incident: &Incident) -> Result<(bool, Vec<u8>), ReplayError> {
    let (mut stage, theft) = open(incident, VICTIM, Build::Guarded, Nerve::GoesOn)?;
    stage.shadow(&[Named::Flows as u8])?;
    let mut moves = Vec::new();
    for n in 1..=3 {
        moves.extend(theft.moves(&mut stage, incident, incident.step(n)?)?);
    }
    stage.must(&moves, "a withdrawal whose receiver swallows a refusal")?;
    let heard = theft.heard(&stage, 1)?;
    Ok((heard.succeeded, heard.returned.to_vec()))
}

/// The attack on the guarded pool.
///
/// # Errors
/// A [`ReplayError`].
pub fn rob(incident: &Incident, nerve: Nerve, shadow: &[Named]) -> Result<Robbery, ReplayError> {
    let (mut stage, theft) = open(incident, VICTIM, Build::Guarded, nerve)?;
    let shadow: Vec<_> = shadow.iter().map(|guard| *guard as u8).collect();
    run::rob(&mut stage, &theft, incident, &shadow, taken)
}

/// The steps on the pool without guards, each compared with what the file expects.
///
/// # Errors
/// A [`ReplayError`].
pub fn rehearse(incident: &Incident) -> Result<(Compared, Lost), ReplayError> {
    let (mut stage, theft) = open(incident, VICTIM, Build::Unguarded, Nerve::Fails)?;
    run::lose(&mut stage, &theft, incident, taken)
}

/// A busy day's flows: what comes in is added, what goes out is swapped for or, every other time, removed.
fn live(incident: &Incident, build: Build) -> Result<Lived, ReplayError> {
    let (mut stage, _) = open(incident, VICTIM, build, Nerve::Fails)?;
    let mut swaps = true;
    honest::live(&mut stage, incident, |stage, symbol, flow| {
        let (user, pool) = (stage.people.user, stage.victim);
        let (of_ether, amount) = (symbol == "ETH", flow.amount);
        let (data, value) = match flow.direction {
            Direction::Deposit => {
                let (ether_, tokens) = if of_ether {
                    (amount, U256::ZERO)
                } else {
                    (U256::ZERO, amount)
                };
                (
                    IReentrantPool::addLiquidityCall { ether_, tokens }.abi_encode(),
                    ether_,
                )
            }
            Direction::Withdrawal => {
                swaps = !swaps;
                if swaps {
                    let call = IReentrantPool::exchangeCall {
                        etherIn: !of_ether,
                        amount,
                    };
                    (call.abi_encode(), if of_ether { U256::ZERO } else { amount })
                } else {
                    (
                        IReentrantPool::removeLiquidityCall { amount }.abi_encode(),
                        U256::ZERO,
                    )
                }
            }
        };
        Ok(stage.chain.transact(user, pool, data, value)?)
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
        // The ether did not arrive as the thief did not take it: it was itself refused at the step in the middle.
        let lock = run::acted_inside(incident, 3, &told);
        attacks.all.acted.extend(lock.clone());
        attacks.without_limits.acted.extend(lock);
    }
    let honest = honest::both("swaps or removes", |build| live(incident, build))?;
    Ok(Outcome {
        cannot: "The pool's own lock is the broken one, and ours is other code around it. Without ours `share_price` refuses, and `supply_conservation` where it counts what accounts hold; \
                 `invariant_monotone` lets it pass, as a share's value only rises. A price that is read in the middle is refused to those who ask a `#[settled]` view"
            .to_owned(),
        ..Outcome::of(incident, lost_unguarded, attacks, honest)
    })
}

/// Whether a refusal is that the ether was not taken.
#[must_use]
pub fn is_not_taken(refused: &Refused) -> bool {
    use alloy_sol_types::SolError;
    let error = IReentrantPool::TransferFailed::abi_decode(&refused.output);
    error.is_ok_and(|error| error.asset == e2e::calls::ETH)
}
