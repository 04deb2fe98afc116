//! `oracle_market`: Mango, Bonq and Inverse.
//!
//! # Where the victim is simpler
//! - A price is told by whoever moves it: buyers on three exchanges, a reporter, a pool in the middle of a swap. How they move it is outside; what they pay for it goes to the lender.
//! - Mango's position is the long side alone; a cap on positions is not among the guards.
//! - Bonq's price in euros is by the rate of its second transaction, also in the first.
//! - Bonq keeps one BEUR of a trove's debt in reserve beside its fee; here both are the fee.
//! - Bonq's others are one position, of what was seized; what they owed is written off. Half of what then remained of the market is not in the accounts that were read, so the last number is not compared.

use crate::error::ReplayError;
use crate::honest::{self, Direction, Lived};
use crate::incident::{Action, At, Expect, Incident, Step};
use crate::outcome::{Guarded, Lost, Outcome, Variant};
use crate::run::{lose, rob, Cast};
use crate::settings;
use crate::stage::{Build, Move, Stage};
use alloy_primitives::U256;
use alloy_sol_types::{sol, SolValue};
use e2e::bridge::constructor;

sol! {
    /// The victim, as its users see it.
    #[derive(Debug, PartialEq, Eq)]
    interface ILending {
        function deposit(uint256 amount) external;
        function withdraw(uint256 amount) external;
        function trade(uint256 size) external;
        function borrow(uint256 amount) external;
        function liquidate(address violator) external;
        function postPrice(uint256 priceWad) external;
        function account(address account) external view returns (uint256 putUp, uint256 debt, uint256 profit);
        function market() external view returns (uint256 priceWad, uint256 totalDebt);
        function boundGrowth(uint256 maximum, uint256 gap, uint64 expandSecs, bool minted) external;
        function boundPrice(uint64 stepBps, uint64 periodSecs, uint256 leastAgeSecs, uint256 mostAgeSecs) external;
    }
}

/// The victim's numbers of its guards.
pub mod guards {
    /// The price is near what it was.
    pub const PRICE: u8 = 1;
    /// The price is neither too young nor too old.
    pub const AGE: u8 = 2;
    /// Cap and bucket.
    pub const LIMITS: u8 = 3;
    /// The ceiling of what is lent.
    pub const GROWTH: u8 = 4;
}

const NAME: &str = "oracle_market";
/// Whose position stands for everybody else's.
const OTHERS: &str = "all_others";

fn wad() -> U256 {
    U256::from(10).pow(U256::from(18))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Which {
    Mango,
    Bonq,
    Inverse,
}

/// What differs between the three.
struct Terms {
    which: Which,
    collateral: &'static str,
    lent: &'static str,
    priced: &'static str,
    factor_bps: U256,
    fee_wad: U256,
    /// By what a dollar's price is multiplied.
    rate_wad: U256,
    others: [U256; 2],
}

fn terms(incident: &Incident) -> Result<Terms, ReplayError> {
    let whole = U256::from(10_000);
    Ok(match incident.id.split_once('-') {
        Some(("mango", _)) => Terms {
            which: Which::Mango,
            collateral: "USDC",
            lent: "USDC",
            priced: "MNGO",
            factor_bps: incident.state("margin.unrealised_profit_weight", None)?,
            fee_wad: U256::ZERO,
            rate_wad: wad(),
            others: [U256::ZERO; 2],
        },
        Some(("bonq", _)) => {
            let (loan, seized) = (incident.step(4)?, incident.step(8)?);
            let owed = loan.expect.iter().find(|expect| expect.what == "trove_1.debt");
            let owed = owed.and_then(|expect| expect.figure.number());
            let owed = owed.ok_or_else(|| ReplayError::Missing("what trove 1 owes".to_owned()))?;
            let ratio_bps = incident.state("market.minimum_collateral_ratio", None)?;
            Terms {
                which: Which::Bonq,
                collateral: "WALBT",
                lent: "BEUR",
                priced: "WALBT",
                factor_bps: whole * whole / ratio_bps,
                fee_wad: (owed - incident.amount(loan)?) * wad() / incident.amount(loan)?,
                rate_wad: incident.state("oracle.usd_to_eur", None)?,
                others: [
                    incident.received(seized)?,
                    incident.state("market.debt", Some("BEUR"))?,
                ],
            }
        }
        _ => Terms {
            which: Which::Inverse,
            collateral: "YVLP",
            lent: "DOLA",
            priced: "YVLP",
            factor_bps: incident.state("market.YVLP.collateral_factor", Some("YVLP"))?,
            fee_wad: U256::ZERO,
            rate_wad: wad(),
            others: [U256::ZERO, incident.state("market.DOLA.borrows", Some("DOLA"))?],
        },
    })
}

/// A stage with what the market held and, when it is guarded, its guards set by the rules.
///
/// # Errors
/// A [`ReplayError`].
pub fn stage(incident: &Incident, build: Build) -> Result<Stage, ReplayError> {
    let terms = terms(incident)?;
    let price = incident.state(&format!("oracle.{}", terms.priced), None)? * terms.rate_wad / wad();
    let [put_up, debt] = terms.others;
    let mut stage = Stage::open(incident, NAME, build, |stage| {
        let others = stage.actor(OTHERS)?;
        let arguments = (
            stage.people.governor,
            stage.token(terms.collateral)?,
            stage.token(terms.lent)?,
            terms.factor_bps,
            terms.fee_wad,
            price,
            others,
            put_up,
            debt,
        );
        Ok(constructor(&arguments.abi_encode_params()))
    })?;
    let victim = stage.victim;
    for flow in &incident.normal.flows {
        stage.give(&flow.asset, victim, incident.number(&flow.held, "what is held")?)?;
    }
    if terms.which == Which::Bonq {
        // As much as is ever minted: making it is not the fault.
        let made = incident.amount(incident.step(4)?)? * U256::from(2);
        stage.give(terms.lent, victim, made)?;
    }
    if build == Build::Guarded {
        set_guards(&mut stage, incident, &terms)?;
    }
    Ok(stage)
}

fn set_guards(stage: &mut Stage, incident: &Incident, terms: &Terms) -> Result<(), ReplayError> {
    let governor = stage.people.governor;
    for symbol in [terms.collateral, terms.lent] {
        // Where nothing is said of its flow, all of it may leave.
        let limit = match incident.flow(symbol) {
            Ok(flow) => settings::limit(flow)?,
            Err(_) => settings::no_limit(),
        };
        stage.limit(symbol, limit)?;
    }
    let growth = settings::growth(incident.debt(terms.lent)?)?;
    let call = ILending::boundGrowthCall {
        maximum: growth.maximum,
        gap: growth.gap,
        expandSecs: growth.expand_secs,
        minted: terms.which == Which::Bonq,
    };
    stage.order(governor, &call, "a ceiling")?;
    let bound = settings::price_bound(incident.price(terms.priced)?);
    // Only Bonq's reporter could be anybody.
    let least = if terms.which == Which::Bonq {
        settings::OPEN_PRICE_AGE_LEAST_SECS
    } else {
        0
    };
    let call = ILending::boundPriceCall {
        stepBps: bound.transaction.up_bps,
        periodSecs: settings::PRICE_PERIOD_SECS,
        leastAgeSecs: U256::from(least),
        mostAgeSecs: U256::from(settings::PRICE_AGE_MOST_SECS),
    };
    stage.order(governor, &call, "a bound of the price")?;
    Ok(())
}

/// How its steps are calls.
#[derive(Clone, Copy, Debug)]
pub struct Lending;

/// The account that a step is of: a trove where the file names one.
fn account_of(step: &Step) -> &str {
    match step.target.as_deref() {
        Some(target) if target.starts_with("trove") => target,
        _ if step.action == Action::Liquidate => "trove_2",
        _ => &step.actor,
    }
}

impl Cast for Lending {
    fn moves(&self, stage: &mut Stage, incident: &Incident, step: &Step) -> Result<Vec<Move>, ReplayError> {
        let terms = terms(incident)?;
        let (n, actor, victim) = (step.n, account_of(step), stage.victim);
        stage.actor(actor)?;
        let amount = || incident.amount(step);
        let symbol = || incident.asset_of(step);
        let mut moves = Vec::new();
        match step.action {
            // A reporter's stake stays with the oracle.
            Action::Stake => {}
            Action::FlashLoan => moves.push(stage.lends(n, symbol()?, actor, amount()?)?),
            Action::RepayFlashLoan => moves.push(stage.returns(n, symbol()?, actor, amount()?)?),
            // The pool's token becomes the vault's share, which step 3 puts up.
            Action::AddLiquidity => moves.push(stage.returns(n, symbol()?, actor, amount()?)?),
            Action::Deposit => {
                moves.push(stage.lends(n, symbol()?, actor, amount()?)?);
                moves.extend(stage.approves(n, actor, symbol()?, amount()?)?);
                moves.push(Move::call(
                    n,
                    actor,
                    victim,
                    &ILending::depositCall { amount: amount()? },
                ));
            }
            Action::Withdraw => moves.push(Move::call(
                n,
                actor,
                victim,
                &ILending::withdrawCall { amount: amount()? },
            )),
            Action::Trade => moves.push(Move::call(
                n,
                actor,
                victim,
                &ILending::tradeCall { size: amount()? },
            )),
            Action::Borrow => moves.push(Move::call(
                n,
                actor,
                victim,
                &ILending::borrowCall { amount: amount()? },
            )),
            Action::Liquidate => {
                let violator = stage.actor(OTHERS)?;
                moves.push(Move::call(
                    n,
                    actor,
                    victim,
                    &ILending::liquidateCall { violator },
                ));
            }
            Action::SetPrice | Action::PostPrice => {
                let price = incident.arg_number(step, "price_wad")? * terms.rate_wad / wad();
                moves.push(Move::call(
                    n,
                    actor,
                    victim,
                    &ILending::postPriceCall { priceWad: price },
                ));
            }
            Action::Swap => {
                moves.push(stage.returns(n, symbol()?, actor, amount()?)?);
                let out = step.to_asset.as_deref().unwrap_or_default();
                moves.push(stage.lends(n, out, actor, incident.received(step)?)?);
                let moved = |expect: &&Expect| expect.at == At::After && expect.what.starts_with("oracle.");
                if let Some(expect) = step.expect.iter().find(moved) {
                    let price = incident.number(&expect.figure, "a price")?;
                    moves.push(Move::call(
                        n,
                        actor,
                        victim,
                        &ILending::postPriceCall { priceWad: price },
                    ));
                }
            }
            _ => return Err(ReplayError::Missing(format!("what {:?} is", step.action))),
        }
        Ok(moves)
    }

    fn reading(
        &self,
        stage: &Stage,
        incident: &Incident,
        expect: &Expect,
    ) -> Result<Option<U256>, ReplayError> {
        let terms = terms(incident)?;
        let market = stage.view(&ILending::marketCall {})?;
        let symbol = expect.asset.as_deref().unwrap_or_default();
        let Some((who, what)) = expect.what.split_once('.') else {
            return Ok(None);
        };
        Ok(match (who, what) {
            ("oracle", _) => Some(market.priceWad * wad() / terms.rate_wad),
            ("market", "lendable") => Some(lendable(stage, incident)?),
            ("market", "debt") => Some(market.totalDebt),
            ("market", "DOLA.cash") => Some(stage.held(symbol)?),
            // What was left of Bonq's market at the end: see above.
            ("market", "collateral") => Some(stage.held(symbol)?)
                .filter(|_| !stage.holds(symbol, "trove_2").is_ok_and(|held| !held.is_zero())),
            ("attacker", "profit") => Some(stage.holds(symbol, "attacker")?),
            ("pool", _) => None,
            (who, what) => {
                let account = stage.known(who)?;
                let state = stage.view(&ILending::accountCall { account })?;
                match what {
                    "debt" => Some(state.debt),
                    "collateral" => Some(state.putUp),
                    "unrealised_profit" => Some(state.profit),
                    "collateral_ratio" => Some(state.putUp * market.priceWad / state.debt),
                    _ => None,
                }
            }
        })
    }

    fn tolerance(&self, _: &Incident, _: &Step, expect: &Expect) -> U256 {
        // The file's rate of dollars to euros is the second transaction's; the first one's was lower by 8 parts in 100,000.
        if expect.what.ends_with("collateral_ratio") {
            return U256::from(400_000_000_000_000u64);
        }
        U256::ZERO
    }
}

/// What Mango can lend: all that it holds but what the two accounts put up.
fn lendable(stage: &Stage, incident: &Incident) -> Result<U256, ReplayError> {
    let mut lendable = stage.held(terms(incident)?.lent)?;
    for actor in ["account_a", "account_b"] {
        if let Ok(account) = stage.known(actor) {
            let put_up = stage.view(&ILending::accountCall { account })?.putUp;
            lendable = lendable.saturating_sub(put_up);
        }
    }
    Ok(lendable)
}

/// What was lost of each asset of the file's loss, counted as the file counts it: what was lent, what was minted, and what was taken out of the second trove.
fn lost(stage: &Stage, incident: &Incident) -> Result<Lost, ReplayError> {
    let terms = terms(incident)?;
    Lost::by_asset(incident, |asset| {
        Ok(match (terms.which, asset) {
            (Which::Bonq, "BEUR") => match stage.known("trove_1") {
                Ok(account) => stage.view(&ILending::accountCall { account })?.debt,
                Err(_) => U256::ZERO,
            },
            (Which::Bonq, symbol) => stage.holds(symbol, "trove_2")?,
            _ => {
                let before = incident.number(&incident.flow(asset)?.held, "what is held")?;
                before.saturating_sub(lendable(stage, incident)?)
            }
        })
    })
}

/// What came of the attack with some guards in shadow.
///
/// # Errors
/// A [`ReplayError`].
pub fn guarded(incident: &Incident, shadow: &[u8]) -> Result<(Stage, Variant), ReplayError> {
    let mut stage = stage(incident, Build::Guarded)?;
    let robbery = rob(&mut stage, &Lending, incident, shadow, lost)?;
    Ok((stage, robbery.variant))
}

/// An honest day: a user has put up a hundred times what leaves on a busy day, and borrows that (at Bonq, takes it out).
///
/// # Errors
/// A [`ReplayError`] when anybody is refused.
pub fn honest_day(incident: &Incident, build: Build) -> Result<Lived, ReplayError> {
    let terms = terms(incident)?;
    let mut stage = stage(incident, build)?;
    let user = stage.people.user;
    let busy = incident.number(&incident.normal.flows[0].busy_day, "a busy day")?;
    let amount = busy * U256::from(100);
    stage.allow(terms.collateral)?;
    stage.give(terms.collateral, user, amount * U256::from(2))?;
    stage.order(user, &ILending::depositCall { amount }, "an honest deposit")?;
    honest::live(&mut stage, incident, |stage, _, flow| {
        let (victim, amount) = (stage.victim, flow.amount);
        Ok(match flow.direction {
            Direction::Deposit => stage
                .chain
                .submit(user, victim, &ILending::depositCall { amount })?,
            Direction::Withdrawal if terms.which == Which::Bonq => {
                stage
                    .chain
                    .submit(user, victim, &ILending::withdrawCall { amount })?
            }
            Direction::Withdrawal => stage
                .chain
                .submit(user, victim, &ILending::borrowCall { amount })?,
        })
    })
}

/// Replays an incident.
///
/// # Errors
/// A [`ReplayError`].
pub fn replay(incident: &Incident) -> Result<Outcome, ReplayError> {
    let mut unguarded = stage(incident, Build::Unguarded)?;
    let (_, lost_unguarded) = lose(&mut unguarded, &Lending, incident, lost)?;
    let attacks = Guarded {
        all: guarded(incident, &[])?.1,
        without_limits: guarded(incident, &[guards::LIMITS, guards::GROWTH])?.1,
        limits_alone: guarded(incident, &[guards::PRICE, guards::AGE])?.1,
    };
    let operation = if terms(incident)?.which == Which::Bonq {
        "withdrawal"
    } else {
        "loan"
    };
    let honest = honest::both(operation, |build| honest_day(incident, build))?;
    Ok(Outcome::of(incident, lost_unguarded, attacks, honest))
}
