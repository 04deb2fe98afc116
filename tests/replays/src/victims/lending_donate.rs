//! `lending_donate`: Euler and Platypus.
//!
//! # Where the victim is simpler
//! - A share's worth is fixed at what it was: cash and borrows over supply (Euler), the price of the pool's token (Platypus). It is not in the fault.
//! - One factor in place of Euler's two: the health score of step 6 is not read, its verdict is.
//! - Platypus' pool is what it holds: it takes the stablecoin at par or below, and pays what it paid. What is put into it and taken out beside that is outside.
//! - Euler's shares are counted with 27 digits behind the point; here they are exact, which differs by a part in 10^18.

use crate::error::ReplayError;
use crate::honest::{self, Direction, Lived};
use crate::incident::{Action, Expect, Incident, Step};
use crate::outcome::{Guarded, Lost, Outcome, Variant};
use crate::run::{lose, rob, Cast};
use crate::settings;
use crate::stage::{Build, Move, Stage};
use alloy_primitives::{Address, U256};
use alloy_sol_types::{sol, SolValue};
use e2e::bridge::constructor;

sol! {
    /// The victim, as its users see it.
    #[derive(Debug, PartialEq, Eq)]
    interface ILending {
        function deposit(uint256 amount) external;
        function withdraw(uint256 amount) external;
        function mintSelf(uint256 amount) external;
        function borrow(uint256 amount) external;
        function repay(uint256 amount) external;
        function donate(uint256 shares) external;
        function emergencyWithdraw() external;
        function liquidate(address violator, uint256 debt) external;
        function swap(address out, uint256 paid, uint256 received, uint256 unit) external;
        function account(address account) external view returns (uint256 shares, uint256 debt);
        function valueOf(address account) external view returns (uint256);
        function boundGrowth(uint256 maximum, uint256 gap, uint64 expandSecs, bool minted) external;
    }
}

/// The victim's numbers of its guards.
pub mod guards {
    /// What an account has covers what it owes.
    pub const HEALTH: u8 = 1;
    /// Cap and bucket.
    pub const LIMITS: u8 = 2;
    /// The ceiling of what is lent.
    pub const GROWTH: u8 = 3;
}

const NAME: &str = "lending_donate";

/// What is lent and put up, and in what numbers.
struct Terms {
    lent: &'static str,
    collateral: &'static str,
    token_per_share: (U256, U256),
    value_per_share: (U256, U256),
    factor: &'static str,
    discount_bps: U256,
    reserve_fee_bps: U256,
    /// Whether what is lent is made for it.
    minted: bool,
}

fn terms(incident: &Incident) -> Result<Terms, ReplayError> {
    if incident.id.starts_with("euler") {
        let dai = Some("DAI");
        let assets = incident.state("market.cash", dai)? + incident.state("market.borrows", dai)?;
        let share = (assets, incident.state("market.etoken_supply", dai)?);
        return Ok(Terms {
            lent: "DAI",
            collateral: "DAI",
            token_per_share: share,
            value_per_share: share,
            factor: "market.self_collateral_factor",
            discount_bps: incident.state("market.liquidation_discount_max", None)?,
            reserve_fee_bps: incident.state("market.liquidation_reserve_fee", None)?,
            minted: false,
        });
    }
    // What the pool's token is worth to the treasury: by the pool's liability and the oracle, as step 3 has it for all that was staked.
    let staked = incident.step(3)?;
    let worth = staked
        .expect
        .iter()
        .find(|expect| expect.what == "attacker.collateral_usd");
    let worth = worth.and_then(|expect| expect.figure.number());
    let worth = worth.ok_or_else(|| ReplayError::Missing("what step 3 is worth".to_owned()))?;
    Ok(Terms {
        lent: "USP",
        collateral: "LPUSDC",
        token_per_share: (U256::ONE, U256::ONE),
        value_per_share: (worth, incident.amount(staked)?),
        factor: "treasury.collateral_factor",
        discount_bps: U256::ZERO,
        reserve_fee_bps: U256::ZERO,
        minted: true,
    })
}

/// A stage with what the victim held and, when it is guarded, its guards set by the rules.
///
/// # Errors
/// A [`ReplayError`].
pub fn stage(incident: &Incident, build: Build) -> Result<Stage, ReplayError> {
    let terms = terms(incident)?;
    let factor_bps = incident.state(terms.factor, None)?;
    let mut stage = Stage::open(incident, NAME, build, |stage| {
        let arguments = (
            stage.people.governor,
            stage.token(terms.lent)?,
            stage.token(terms.collateral)?,
            terms.token_per_share,
            terms.value_per_share,
            factor_bps,
            terms.discount_bps,
            terms.reserve_fee_bps,
        );
        Ok(constructor(&arguments.abi_encode_params()))
    })?;
    let victim = stage.victim;
    for flow in &incident.normal.flows {
        let held = incident.number(&flow.held, "what is held")?;
        stage.give(&flow.asset, victim, held)?;
    }
    if terms.minted {
        // As much as is ever minted: making it is not the fault.
        let step = incident.step(4)?;
        let made =
            incident.amount(step)? + incident.number(&incident.debt(terms.lent)?.outstanding, "a debt")?;
        stage.give(terms.lent, victim, made)?;
    }
    if build == Build::Guarded {
        set_guards(&mut stage, incident, &terms)?;
    }
    Ok(stage)
}

fn set_guards(stage: &mut Stage, incident: &Incident, terms: &Terms) -> Result<(), ReplayError> {
    let governor = stage.people.governor;
    stage.limit_flows(incident)?;
    if terms.minted {
        // No flow of the collateral is in the file: all that is put up may leave, if the account stays healthy.
        stage.limit(terms.collateral, settings::no_limit())?;
    }
    let growth = settings::growth(incident.debt(terms.lent)?)?;
    let call = ILending::boundGrowthCall {
        maximum: growth.maximum,
        gap: growth.gap,
        expandSecs: growth.expand_secs,
        minted: terms.minted,
    };
    stage.order(governor, &call, "a ceiling")?;
    Ok(())
}

/// How its steps are calls.
#[derive(Clone, Copy, Debug)]
pub struct Lending;

impl Cast for Lending {
    fn moves(&self, stage: &mut Stage, incident: &Incident, step: &Step) -> Result<Vec<Move>, ReplayError> {
        let victim = stage.victim;
        let (n, actor) = (step.n, step.actor.as_str());
        stage.actor(actor)?;
        let amount = || incident.amount(step);
        let symbol = || incident.asset_of(step);
        Ok(match step.action {
            Action::FlashLoan => vec![stage.lends(n, symbol()?, actor, amount()?)?],
            Action::RepayFlashLoan => vec![stage.returns(n, symbol()?, actor, amount()?)?],
            Action::Deposit | Action::Stake => {
                let mut moves = stage.approves(n, actor, symbol()?, amount()?)?;
                moves.push(Move::call(
                    n,
                    actor,
                    victim,
                    &ILending::depositCall { amount: amount()? },
                ));
                moves
            }
            Action::MintSelf => vec![Move::call(
                n,
                actor,
                victim,
                &ILending::mintSelfCall { amount: amount()? },
            )],
            Action::Borrow => vec![Move::call(
                n,
                actor,
                victim,
                &ILending::borrowCall { amount: amount()? },
            )],
            Action::Repay => {
                let mut moves = stage.approves(n, actor, symbol()?, amount()?)?;
                moves.push(Move::call(
                    n,
                    actor,
                    victim,
                    &ILending::repayCall { amount: amount()? },
                ));
                moves
            }
            Action::Donate => vec![Move::call(
                n,
                actor,
                victim,
                &ILending::donateCall { shares: amount()? },
            )],
            Action::EmergencyWithdraw => {
                vec![Move::call(n, actor, victim, &ILending::emergencyWithdrawCall {})]
            }
            Action::Liquidate => {
                let violator = stage.actor("violator")?;
                let debt = amount()?;
                vec![Move::call(
                    n,
                    actor,
                    victim,
                    &ILending::liquidateCall { violator, debt },
                )]
            }
            Action::Withdraw => {
                let mut moves = vec![Move::call(
                    n,
                    actor,
                    victim,
                    &ILending::withdrawCall { amount: amount()? },
                )];
                // One thief in two accounts: what the first did not use goes to who pays back.
                let spare = spare(incident, "violator")?;
                let to = stage.actor(actor)?;
                moves.push(stage.pays(n, "violator", symbol()?, to, spare)?);
                moves
            }
            // The pool's own affairs: the token is bought of the lender and sold to it again.
            Action::AddLiquidity => {
                let paid = stage.returns(n, symbol()?, actor, amount()?)?;
                vec![paid, stage.lends(n, "LPUSDC", actor, incident.received(step)?)?]
            }
            Action::RemoveLiquidity => {
                let paid = stage.returns(n, symbol()?, actor, amount()?)?;
                vec![paid, stage.lends(n, "USDC", actor, incident.received(step)?)?]
            }
            Action::Swap => {
                let out = step.to_asset.as_deref().unwrap_or_default();
                let unit = U256::from(10u64.pow(u32::from(18 - incident.asset(out)?.decimals)));
                let call = ILending::swapCall {
                    out: stage.token(out)?,
                    paid: amount()?,
                    received: incident.received(step)?,
                    unit,
                };
                let mut moves = stage.approves(n, actor, symbol()?, amount()?)?;
                moves.push(Move::call(n, actor, victim, &call));
                moves
            }
            _ => return Err(ReplayError::Missing(format!("what {:?} is", step.action))),
        })
    }

    fn reading(
        &self,
        stage: &Stage,
        incident: &Incident,
        expect: &Expect,
    ) -> Result<Option<U256>, ReplayError> {
        let Some((who, what)) = expect.what.split_once('.') else {
            return Ok(None);
        };
        if matches!(who, "market" | "pool") {
            let symbol = expect.asset.as_deref().unwrap_or_default();
            // The lender holds what was put into the pool beside this.
            if incident.id.starts_with("platypus") && expect.at == crate::incident::At::After {
                return Ok(None);
            }
            return Ok(Some(stage.held(symbol)?));
        }
        if what == "profit" {
            let symbol = expect.asset.as_deref().unwrap_or_default();
            let actor = if who == "attacker" && incident.id.starts_with("euler") {
                "liquidator"
            } else {
                who
            };
            return Ok(Some(stage.holds(symbol, actor)?));
        }
        let account = stage.known(who)?;
        let state = stage.view(&ILending::accountCall { account })?;
        let value = || stage.view(&ILending::valueOfCall { account });
        Ok(match what {
            "collateral" => Some(state.shares),
            "debt" => Some(state.debt),
            "collateral_usd" => Some(value()?),
            "borrow_limit" => {
                Some(value()? * incident.state("treasury.collateral_factor", None)? / U256::from(10_000))
            }
            _ => None,
        })
    }

    fn tolerance(&self, incident: &Incident, _: &Step, expect: &Expect) -> U256 {
        if incident.id.starts_with("euler") && expect.what.ends_with("collateral") {
            // Shares with 27 digits behind the point, of 4·10^26.
            return U256::from(10_000_000_000u64);
        }
        U256::ZERO
    }
}

/// What an actor of Euler's has left of the loan: borrowed, less deposited, less repaid.
fn spare(incident: &Incident, actor: &str) -> Result<U256, ReplayError> {
    let mut left = U256::ZERO;
    for step in incident.steps.iter().filter(|step| step.actor == actor) {
        match step.action {
            Action::FlashLoan => left += incident.amount(step)?,
            Action::Deposit | Action::Repay => left = left.saturating_sub(incident.amount(step)?),
            _ => {}
        }
    }
    Ok(left)
}

/// What came of the attack with some guards in shadow.
///
/// # Errors
/// A [`ReplayError`].
pub fn guarded(incident: &Incident, shadow: &[u8]) -> Result<(Stage, Variant), ReplayError> {
    let mut stage = stage(incident, Build::Guarded)?;
    let robbery = rob(&mut stage, &Lending, incident, shadow, Lost::missing)?;
    Ok((stage, robbery.variant))
}

/// An honest day: users put in and take out, and one borrows half of a busy day and pays it back.
///
/// # Errors
/// A [`ReplayError`] when anybody is refused.
pub fn honest_day(incident: &Incident, build: Build) -> Result<Lived, ReplayError> {
    let terms = terms(incident)?;
    let mut stage = stage(incident, build)?;
    let user = stage.people.user;
    let _all = U256::MAX;
    for symbol in [terms.lent, terms.collateral] {
        stage.allow(symbol)?;
    }
    let busy_debt = incident.number(&incident.debt(terms.lent)?.busy_day, "a busy day")?;
    let half = busy_debt / U256::from(2);
    // Ten times in the collateral, whatever its decimals: enough to borrow half of a busy day.
    let collateral = half * terms.value_per_share.1 / terms.value_per_share.0 * U256::from(10) + U256::ONE;
    let tokens = collateral * terms.token_per_share.0 / terms.token_per_share.1;
    let busy: Vec<_> = incident
        .normal
        .flows
        .iter()
        .map(|flow| flow.busy_day.number().unwrap_or_default())
        .collect();
    stage.give(
        terms.collateral,
        user,
        tokens + honest::enough(busy.iter().copied().max().unwrap_or_default()),
    )?;
    stage.order(
        user,
        &ILending::depositCall { amount: tokens },
        "an honest deposit",
    )?;
    stage.order(user, &ILending::borrowCall { amount: half }, "an honest loan")?;
    if terms.minted {
        stage.give(terms.lent, user, busy_debt * U256::from(1_000))?;
    } else {
        let first = honest::enough(busy[0]);
        stage.give(terms.collateral, user, first)?;
        stage.order(
            user,
            &ILending::depositCall { amount: first },
            "an honest deposit",
        )?;
    }
    let lived = honest::live(&mut stage, incident, |stage, symbol, flow| {
        let victim = stage.victim;
        if !terms.minted {
            return Ok(match flow.direction {
                Direction::Deposit => {
                    stage
                        .chain
                        .submit(user, victim, &ILending::depositCall { amount: flow.amount })?
                }
                Direction::Withdrawal => {
                    stage
                        .chain
                        .submit(user, victim, &ILending::withdrawCall { amount: flow.amount })?
                }
            });
        }
        let unit = U256::from(10u64.pow(u32::from(18 - incident.asset(symbol)?.decimals)));
        let out = stage.token(symbol)?;
        match flow.direction {
            // The pool's other side is not the victim's: who comes in puts up collateral.
            Direction::Deposit => {
                Ok(stage
                    .chain
                    .submit(user, victim, &ILending::depositCall { amount: flow.amount })?)
            }
            Direction::Withdrawal => {
                let call = ILending::swapCall {
                    out,
                    paid: flow.amount * unit,
                    received: flow.amount,
                    unit,
                };
                Ok(stage.chain.submit(user, victim, &call)?)
            }
        }
    })?;
    stage.order(user, &ILending::repayCall { amount: half }, "an honest repayment")?;
    Ok(lived)
}

/// The state of an account: shares and debt.
///
/// # Errors
/// A [`ReplayError`].
pub fn account(stage: &Stage, account: Address) -> Result<(U256, U256), ReplayError> {
    let state = stage.view(&ILending::accountCall { account })?;
    Ok((state.shares, state.debt))
}

/// Replays an incident.
///
/// # Errors
/// A [`ReplayError`].
pub fn replay(incident: &Incident) -> Result<Outcome, ReplayError> {
    let mut unguarded = stage(incident, Build::Unguarded)?;
    let (_, lost_unguarded) = lose(&mut unguarded, &Lending, incident, Lost::missing)?;
    let attacks = Guarded {
        all: guarded(incident, &[])?.1,
        without_limits: guarded(incident, &[guards::LIMITS, guards::GROWTH])?.1,
        limits_alone: guarded(incident, &[guards::HEALTH])?.1,
    };
    let operation = if incident.id.starts_with("euler") {
        "withdrawal"
    } else {
        "swap"
    };
    let honest = honest::both(operation, |build| honest_day(incident, build))?;
    Ok(Outcome::of(incident, lost_unguarded, attacks, honest))
}
