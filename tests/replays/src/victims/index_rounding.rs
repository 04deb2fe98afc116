//! `index_rounding`: Radiant.
//!
//! # Design
//! - The thief withdraws in the middle of its first flash loan, and the lock that every `#[guarded]` method takes is what refuses that. It did not have to: with a gift first it may withdraw before the
//!   loan, to the same end. [`Way`] is which; what the other guards see, and what limits alone would leave, is asked of the thief that does not call back.
//!
//! # Where the victim is simpler
//! - Interest stands still, and the dollars in the market are not lent: all of it happens in one second.
//! - An account owes in one asset.
//! - A flash loan's borrower is the caller, who says which call it gets.

use crate::error::ReplayError;
use crate::honest::{self, Direction, Lived};
use crate::incident::{Action, Expect, Incident, Step};
use crate::outcome::{require_faithful, Guarded, Lost, Outcome};
use crate::run::{rehearse, rob, Cast, Robbery};
use crate::settings;
use crate::stage::{Build, Move, Stage};
use alloy_primitives::U256;
use alloy_sol_types::{sol, SolCall, SolValue};
use e2e::bridge::constructor;
use e2e::tokens::{IBatch, IToken};

sol! {
    /// The victim, as its users see it.
    #[derive(Debug, PartialEq, Eq)]
    interface ILending {
        function deposit(uint256 amount) external;
        function withdraw(uint256 amount) external;
        function flashLoan(uint256 amount, bytes data) external;
        function borrow(address asset, uint256 amount) external;
        function setPrice(address asset, uint256 priceWad) external;
        function account(address account, address asset) external view returns (uint256 shares, uint256 debt);
        function market() external view returns (uint256 indexRay, uint256 supply);
        function boundShare(uint64 stepBps, uint64 periodSecs, uint256 leastSupply) external;
        function setMode(uint8 guard, uint8 mode) external;
        error TooLittle(uint256 requested, uint256 available);
        error CannotPay(address account);
    }
}

/// The victim's numbers of its guards.
pub mod guards {
    /// There are enough shares, or none.
    pub const LEAST_SUPPLY: u8 = 1;
    /// What a share is worth is near what it was.
    pub const SHARE_PRICE: u8 = 2;
    /// What goes out is worth what came in.
    pub const VALUE: u8 = 3;
    /// Cap and bucket.
    pub const LIMITS: u8 = 4;
}

const NAME: &str = "index_rounding";
/// The market, and its share in the file.
const MARKET: (&str, &str) = ("USDC", "rUSDC");
/// What is lent against it.
const LENT: &str = "WETH";
/// Who borrows, and who siphons.
const ACTORS: [&str; 2] = ["attacker", "helper"];

/// How the thief leaves the market with one share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// As it was: by a withdrawal in the middle of the first flash loan, to whose borrower the market has just lent all that it had.
    CallingBack,
    /// By a withdrawal before that loan, and a gift of as much as is lent then.
    Before,
}

/// How its steps are calls.
#[derive(Clone, Copy, Debug)]
pub struct Theft(pub Way);

/// What 10^18 base units of an asset are worth, by the file's oracle, whose prices have 8 digits behind the point.
fn price_wad(incident: &Incident, symbol: &str) -> Result<U256, ReplayError> {
    let dollars = incident.state(&format!("oracle.{symbol}"), None)?;
    let decimals = u64::from(incident.asset(symbol)?.decimals);
    Ok(dollars * U256::from(10).pow(U256::from(10 + 18 - decimals)))
}

/// A stage with what the market held and, when it is guarded, its guards set by the rules.
///
/// # Errors
/// A [`ReplayError`].
pub fn stage(incident: &Incident, build: Build) -> Result<Stage, ReplayError> {
    let (symbol, _) = MARKET;
    let index = incident.state("market.USDC.index", None)?;
    let fee = incident.state("market.flash_loan_fee", None)?;
    let factor = incident.state("market.USDC.collateral_factor", None)?;
    let mut stage = Stage::open(incident, NAME, build, |stage| {
        let arguments = (stage.people.governor, stage.token(symbol)?, index, fee, factor);
        Ok(constructor(&arguments.abi_encode_params()))
    })?;
    let (victim, governor) = (stage.victim, stage.people.governor);
    for flow in &incident.normal.flows {
        stage.give(&flow.asset, victim, incident.number(&flow.held, "what is held")?)?;
    }
    for asset in [symbol, LENT] {
        let call = ILending::setPriceCall {
            asset: stage.token(asset)?,
            priceWad: price_wad(incident, asset)?,
        };
        stage.order(governor, &call, "a price")?;
    }
    if build == Build::Guarded {
        set_guards(&mut stage, incident)?;
    }
    Ok(stage)
}

/// R1, R2, R4 and R5.
fn set_guards(stage: &mut Stage, incident: &Incident) -> Result<(), ReplayError> {
    let (symbol, share) = MARKET;
    let governor = stage.people.governor;
    stage.limit_flows(incident)?;
    // The market is new: no flow of it is in the file.
    stage.limit(symbol, settings::no_limit())?;
    let share = incident.share_price(share)?;
    let call = ILending::boundShareCall {
        stepBps: settings::share_price_step_bps(share)?,
        periodSecs: settings::DAY_SECS,
        leastSupply: settings::least_supply(share)?,
    };
    stage.order(governor, &call, "a bound of the share's price")?;
    Ok(())
}

impl Theft {
    /// Flash loans, of which the first calls back with these calls and the others with none.
    fn loans(
        self,
        stage: &Stage,
        incident: &Incident,
        step: &Step,
        first: Vec<IBatch::Call>,
    ) -> Result<Vec<Move>, ReplayError> {
        let times = match step.args.get("times") {
            Some(_) => incident.arg_number(step, "times")?,
            None => U256::ONE,
        };
        let amount = incident.amount(step)?;
        let mut calls = Some(first);
        let mut moves = Vec::new();
        for _ in 0..times.saturating_to() {
            let calls = calls.take().unwrap_or_default();
            let data = IBatch::runCall { calls }.abi_encode().into();
            let call = ILending::flashLoanCall { amount, data };
            moves.push(Move::call(step.n, &step.actor, stage.victim, &call));
        }
        Ok(moves)
    }

    /// The first flash loan, and the withdrawal that leaves one share.
    fn emptied(self, stage: &Stage, incident: &Incident, step: &Step) -> Result<Vec<Move>, ReplayError> {
        let (symbol, _) = MARKET;
        let loan = incident.step(step.inside.unwrap_or_default())?;
        let lent = incident.amount(loan)?;
        let withdraw = ILending::withdrawCall {
            amount: incident.amount(step)?,
        };
        let gift = stage.pays(step.n, &step.actor, symbol, stage.victim, lent)?;
        let withdraw = Move::call(step.n, &step.actor, stage.victim, &withdraw);
        Ok(match self.0 {
            Way::CallingBack => {
                let inside = |one: Move| IBatch::Call {
                    to: one.to,
                    value: one.value,
                    data: one.data.into(),
                    mayFail: false,
                };
                self.loans(stage, incident, loan, vec![inside(gift), inside(withdraw)])?
            }
            Way::Before => {
                let mut moves = vec![withdraw, gift];
                moves.extend(self.loans(stage, incident, loan, Vec::new())?);
                moves
            }
        })
    }
}

impl Cast for Theft {
    fn moves(&self, stage: &mut Stage, incident: &Incident, step: &Step) -> Result<Vec<Move>, ReplayError> {
        let (n, actor, victim) = (step.n, step.actor.as_str(), stage.victim);
        let [attacker, helper] = ACTORS;
        for actor in ACTORS {
            stage.actor(actor)?;
        }
        let (symbol, amount) = (incident.asset_of(step)?, incident.amount(step)?);
        let withdraw = |amount| Move::call(n, actor, victim, &ILending::withdrawCall { amount });
        Ok(match step.action {
            Action::FlashLoan if step.target.is_none() => {
                let mut moves = vec![stage.lends(n, symbol, actor, amount)?];
                for actor in ACTORS {
                    moves.extend(stage.approves(n, actor, symbol, U256::MAX)?);
                }
                moves
            }
            // The one that the withdrawal is in the middle of is made there.
            Action::FlashLoan if incident.inside(n).next().is_some() => Vec::new(),
            Action::FlashLoan => self.loans(stage, incident, step, Vec::new())?,
            Action::Withdraw if step.inside.is_some() => self.emptied(stage, incident, step)?,
            Action::Withdraw => vec![withdraw(amount)],
            Action::Deposit => {
                let mut moves = Vec::new();
                let first_of_helper = incident.steps.iter().find(|step| step.actor == helper);
                if first_of_helper.is_some_and(|first| first.n == n) {
                    let to = stage.actor(helper)?;
                    moves.push(stage.pays(n, attacker, symbol, to, amount)?);
                }
                let deposit = Move::call(n, actor, victim, &ILending::depositCall { amount });
                if step.args.contains_key("times") {
                    let out = incident.arg_number(step, "then_withdraw")?;
                    for _ in 0..incident.arg_number(step, "times")?.saturating_to() {
                        moves.extend([deposit.clone(), withdraw(out)]);
                    }
                } else {
                    moves.push(deposit);
                }
                moves
            }
            Action::Borrow => {
                let asset = stage.token(symbol)?;
                vec![Move::call(
                    n,
                    actor,
                    victim,
                    &ILending::borrowCall { asset, amount },
                )]
            }
            Action::RepayFlashLoan => {
                let to = stage.actor(attacker)?;
                let fee = incident.arg_number(step, "fee")?;
                let fee_asset = incident.arg(step, "fee_asset")?;
                let bought = incident.number(&incident.capital[0].fee, "the fee")?;
                vec![
                    stage.pays(n, helper, symbol, to, self.siphoned(incident)?)?,
                    // Some of what was stolen is sold for the fee.
                    stage.returns(n, fee_asset, attacker, fee)?,
                    stage.lends(n, symbol, attacker, bought)?,
                    stage.returns(n, symbol, attacker, amount)?,
                ]
            }
            _ => return Err(ReplayError::Missing(format!("what {:?} is", step.action))),
        })
    }

    fn reading(&self, stage: &Stage, _: &Incident, expect: &Expect) -> Result<Option<U256>, ReplayError> {
        let market = stage.view(&ILending::marketCall {})?;
        let symbol = expect.asset.as_deref().unwrap_or_default();
        Ok(match expect.what.rsplit_once('.') {
            Some((_, "share_supply")) => Some(market.supply),
            Some((_, "index")) => Some(market.indexRay),
            Some((_, "cash")) => Some(stage.held(symbol)?),
            Some((who, "profit")) => Some(stage.holds(symbol, who)?),
            _ => None,
        })
    }
}

impl Theft {
    /// What the helper has at the end: what it was handed and did not put in, and what it took out.
    fn siphoned(self, incident: &Incident) -> Result<U256, ReplayError> {
        let [_, helper] = ACTORS;
        let (mut put_in, mut taken_out, mut handed) = (U256::ZERO, U256::ZERO, None);
        for step in incident.steps.iter().filter(|step| step.actor == helper) {
            let amount = incident.amount(step)?;
            match step.action {
                Action::Deposit if step.args.contains_key("times") => {
                    let times = incident.arg_number(step, "times")?;
                    put_in += amount * times;
                    taken_out += incident.arg_number(step, "then_withdraw")? * times;
                }
                Action::Deposit => {
                    put_in += amount;
                    handed.get_or_insert(amount);
                }
                _ => taken_out += amount,
            }
        }
        Ok(handed.unwrap_or_default() + taken_out - put_in)
    }
}

/// What came of the attack in one of its ways, with some guards in shadow.
///
/// # Errors
/// A [`ReplayError`].
pub fn guarded(incident: &Incident, way: Way, shadow: &[u8]) -> Result<(Stage, Robbery), ReplayError> {
    let mut stage = stage(incident, Build::Guarded)?;
    let robbery = rob(&mut stage, &Theft(way), incident, shadow, Lost::missing)?;
    Ok((stage, robbery))
}

/// A stage on which an honest user has put up ten million dollars, and has as much beside: more than all that is lent on a day, and far more than the least supply.
///
/// # Errors
/// A [`ReplayError`] when the user is refused.
pub fn inhabited(incident: &Incident, build: Build) -> Result<(Stage, U256), ReplayError> {
    let mut stage = stage(incident, build)?;
    let (symbol, _) = MARKET;
    let user = stage.people.user;
    let amount = U256::from(10_000_000) * U256::from(10).pow(U256::from(incident.asset(symbol)?.decimals));
    let call = IToken::approveCall {
        spender: stage.victim,
        value: U256::MAX,
    };
    let token = stage.token(symbol)?;
    stage.chain.must(user, token, &call, "an approval")?;
    stage.give(symbol, user, amount + amount)?;
    stage.order(user, &ILending::depositCall { amount }, "an honest deposit")?;
    Ok((stage, amount))
}

/// An honest day: others borrow all that leaves on a busy day; what comes in is collateral.
///
/// # Errors
/// A [`ReplayError`] when anybody is refused.
pub fn honest_day(incident: &Incident, build: Build) -> Result<Lived, ReplayError> {
    let (mut stage, deposited) = inhabited(incident, build)?;
    let (user, victim) = (stage.people.user, stage.victim);
    honest::live(&mut stage, incident, |stage, borrowed, flow| {
        Ok(match flow.direction {
            Direction::Deposit => {
                let amount = deposited / U256::from(1_000);
                stage
                    .chain
                    .submit(user, victim, &ILending::depositCall { amount })?
            }
            Direction::Withdrawal => {
                let asset = stage.token(borrowed)?;
                let amount = flow.amount;
                stage
                    .chain
                    .submit(user, victim, &ILending::borrowCall { asset, amount })?
            }
        })
    })
}

/// Replays the incident.
///
/// # Errors
/// A [`ReplayError`].
pub fn replay(incident: &Incident) -> Result<Outcome, ReplayError> {
    let mut unguarded = stage(incident, Build::Unguarded)?;
    rehearse(&mut unguarded, &Theft(Way::CallingBack), incident)?;
    let lost_unguarded = Lost::missing(&unguarded, incident)?;
    require_faithful(incident, &lost_unguarded, U256::ZERO)?;
    let invariants = [guards::LEAST_SUPPLY, guards::SHARE_PRICE, guards::VALUE];
    let attacks = Guarded {
        all: guarded(incident, Way::CallingBack, &[])?.1.variant,
        without_limits: guarded(incident, Way::Before, &[guards::LIMITS])?.1.variant,
        // The lock is no limit.
        limits_alone: guarded(incident, Way::Before, &invariants)?.1.variant,
    };
    let honest = honest::both(
        "loan",
        honest_day(incident, Build::Unguarded)?,
        honest_day(incident, Build::Guarded)?,
    );
    Ok(Outcome {
        cannot: "The lock refuses the withdrawal in the middle of a flash loan, an honest one too. The next two columns are of a thief that withdraws before the loan: `least_supply` refuses it, \
                 without that `share_price` at step 4 and without both `value_in_out` at step 8, which counts shares as value. `invariant_monotone` is not used: what is held per share has the thief's \
                 own gift in it, and rises at a withdrawal that is paid too much. Limits see nothing: 90 of 25,847 WETH are below any that lets the market work. Many flash loans of a large \
                 market's size on one day are refused too"
            .to_owned(),
        ..Outcome::of(incident, lost_unguarded, attacks, honest)
    })
}
