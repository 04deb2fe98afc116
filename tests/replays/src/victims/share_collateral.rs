//! `share_collateral`: Sonne and Hundred.
//!
//! # Where the victim is simpler
//! - The price of a share counts one share and one unit more than there are, as the library has it: two shares are priced a third lower, and so the bound refuses them before anything is given.
//! - Interest stands still: all of it happens in one second.
//! - An account owes in one asset, as every account here does.
//! - What a liquidator seizes is rounded up to a share.

use crate::error::ReplayError;
use crate::honest::{self, Direction, Lived};
use crate::incident::{Action, Expect, Incident, SharePrice, Step, Unit};
use crate::outcome::{require_faithful, Guarded, Lost, Outcome, Variant};
use crate::run::{rehearse, rob, Cast};
use crate::settings;
use crate::stage::{Build, Move, Stage};
use alloy_primitives::U256;
use alloy_sol_types::{sol, SolValue};
use e2e::bridge::constructor;
use e2e::calls::ETH;
use e2e::tokens::IToken;

sol! {
    /// The victim, as its users see it.
    #[derive(Debug, PartialEq, Eq)]
    interface ILending {
        function deposit(uint256 amount) external;
        function withdraw(uint256 amount) external;
        function redeem(uint256 shares) external;
        function borrow(address asset, uint256 amount) external;
        function liquidate(address violator, address asset, uint256 amount) external payable;
        function setPrice(address asset, uint256 priceWad) external;
        function account(address account, address asset) external view returns (uint256 shares, uint256 debt);
        function pricing() external view returns (uint256 assets, uint256 over, uint256 supply);
        function boundShare(uint64 stepBps, uint64 periodSecs, uint256 leastSupply) external;
    }
}

/// The victim's numbers of its guards.
pub mod guards {
    /// There are enough shares, or none.
    pub const LEAST_SUPPLY: u8 = 1;
    /// What a share is worth is near what it was.
    pub const SHARE_PRICE: u8 = 2;
    /// Cap and bucket.
    pub const LIMITS: u8 = 3;
}

const NAME: &str = "share_collateral";
/// Who had put up collateral before, where somebody had.
const HOLDER: &str = "attacker";

fn is_hundred(incident: &Incident) -> bool {
    incident.id.starts_with("hundred")
}

/// What is put up, and its share.
fn collateral(incident: &Incident) -> Result<(&'static str, &SharePrice), ReplayError> {
    Ok(if is_hundred(incident) {
        ("WBTC", incident.share_price("hWBTC")?)
    } else {
        ("VELO", incident.share_price("soVELO")?)
    })
}

fn state_or_zero(incident: &Incident, name: &str, asset: Option<&str>) -> U256 {
    incident.state(name, asset).unwrap_or(U256::ZERO)
}

/// What 10^18 base units of an asset are worth: its price in dollars, which has at most 18 digits behind the point.
fn price_wad(incident: &Incident, symbol: &str) -> Result<U256, ReplayError> {
    let asset = incident.asset(symbol)?;
    let whole = alloy_primitives::utils::parse_units(&asset.price_usd.value, 18);
    let whole = whole
        .map_err(|_| ReplayError::Missing(format!("the price of {symbol}")))?
        .get_absolute();
    Ok(whole * U256::from(10).pow(U256::from(18 - asset.decimals)))
}

/// A stage with what the market held and, when it is guarded, its guards set by the rules.
///
/// # Errors
/// A [`ReplayError`].
pub fn stage(incident: &Incident, build: Build) -> Result<Stage, ReplayError> {
    let (symbol, share) = collateral(incident)?;
    let first_price = incident.number(&share.before, "a share's first price")?;
    let factor = incident.state(&format!("market.{symbol}.collateral_factor"), Some(symbol))?;
    let incentive = incident
        .state("market.liquidation_incentive", None)
        .unwrap_or(U256::from(10_000));
    let reserves = state_or_zero(incident, &format!("market.{symbol}.reserves"), Some(symbol));
    let shares = incident.state(&format!("market.{symbol}.share_supply"), None)?;
    let mut stage = Stage::open(incident, NAME, build, |stage| {
        let holder = stage.actor(HOLDER)?;
        let arguments = (
            stage.people.governor,
            stage.token(symbol)?,
            first_price,
            reserves,
            factor,
            incentive,
            holder,
            shares,
        );
        Ok(constructor(&arguments.abi_encode_params()))
    })?;
    let victim = stage.victim;
    let held = state_or_zero(incident, &format!("market.{symbol}.cash"), Some(symbol));
    stage.give(symbol, victim, held)?;
    for flow in &incident.normal.flows {
        stage.give(&flow.asset, victim, incident.number(&flow.held, "what is held")?)?;
    }
    let governor = stage.people.governor;
    for asset in &incident.assets {
        let call = ILending::setPriceCall {
            asset: stage.token(&asset.symbol)?,
            priceWad: price_wad(incident, &asset.symbol)?,
        };
        stage.order(governor, &call, "a price")?;
    }
    if build == Build::Guarded {
        set_guards(&mut stage, incident)?;
    }
    Ok(stage)
}

fn set_guards(stage: &mut Stage, incident: &Incident) -> Result<(), ReplayError> {
    let governor = stage.people.governor;
    let (symbol, share) = collateral(incident)?;
    for asset in &incident.assets {
        let limit = match incident.flow(&asset.symbol) {
            Ok(flow) => settings::limit(flow)?,
            // No flow of the collateral is in the file.
            Err(_) if asset.symbol == symbol => settings::no_limit(),
            Err(error) => return Err(error.into()),
        };
        stage.limit(&asset.symbol, limit)?;
    }
    let call = ILending::boundShareCall {
        stepBps: settings::share_price_step_bps(share)?,
        periodSecs: settings::DAY_SECS,
        leastSupply: settings::least_supply(share)?,
    };
    stage.order(governor, &call, "a bound of the share's price")?;
    Ok(())
}

/// How its steps are calls.
#[derive(Clone, Copy, Debug)]
pub struct Lending;

impl Lending {
    fn to(self, stage: &Stage, step: &Step, call: &impl alloy_sol_types::SolCall) -> Move {
        Move::call(step.n, &step.actor, stage.victim, call)
    }
}

impl Cast for Lending {
    fn moves(&self, stage: &mut Stage, incident: &Incident, step: &Step) -> Result<Vec<Move>, ReplayError> {
        let (n, actor) = (step.n, step.actor.as_str());
        stage.actor(actor)?;
        // A market is listed before: with nothing in it.
        if step.action == Action::ListMarket {
            return Ok(Vec::new());
        }
        let (symbol, amount) = (incident.asset_of(step)?, incident.amount(step)?);
        let (put_up, _) = collateral(incident)?;
        let mut moves = Vec::new();
        match step.action {
            Action::FlashLoan => moves.push(stage.lends(n, symbol, actor, amount)?),
            Action::RepayFlashLoan => moves.push(stage.returns(n, symbol, actor, amount)?),
            Action::Deposit => {
                moves.extend(self.handed_on(stage, incident, step)?);
                moves.extend(stage.approves(n, actor, symbol, amount)?);
                moves.push(self.to(stage, step, &ILending::depositCall { amount }));
            }
            // The market's balance, which it is not told of.
            Action::TransferIn => {
                let victim = stage.victim;
                moves.push(stage.pays(n, actor, symbol, victim, amount)?);
            }
            Action::Borrow => {
                let asset = stage.token(symbol)?;
                moves.push(self.to(stage, step, &ILending::borrowCall { asset, amount }));
            }
            // By shares when all but a few of many are taken out, by the amount when it is the donation that comes back.
            Action::Withdraw => {
                let shares = incident.arg_number(step, "shares_burnt")?;
                let of_amount = shares == U256::ONE && amount > U256::from(2);
                if of_amount {
                    moves.push(self.to(stage, step, &ILending::withdrawCall { amount }));
                } else {
                    moves.push(self.to(stage, step, &ILending::redeemCall { shares }));
                }
            }
            Action::Liquidate => {
                let violator = stage.actor(step.target.as_deref().unwrap_or_default())?;
                let asset = stage.token(symbol)?;
                moves.push(stage.lends(n, symbol, actor, amount)?);
                moves.extend(stage.approves(n, actor, symbol, amount)?);
                let mut call = self.to(
                    stage,
                    step,
                    &ILending::liquidateCall {
                        violator,
                        asset,
                        amount,
                    },
                );
                call.value = if asset == ETH { amount } else { U256::ZERO };
                moves.push(call);
            }
            _ => return Err(ReplayError::Missing(format!("what {:?} is", step.action))),
        }
        // What is taken out by one account is the next one's.
        if is_hundred(incident)
            && step.action == Action::Withdraw
            && actor != HOLDER
            && symbol == put_up
            && step.args.get("shares_burnt").is_some_and(|shares| shares == "1")
        {
            let holder = stage.actor(HOLDER)?;
            moves.push(stage.pays(n, actor, put_up, holder, amount)?);
        }
        Ok(moves)
    }

    fn reading(
        &self,
        stage: &Stage,
        incident: &Incident,
        expect: &Expect,
    ) -> Result<Option<U256>, ReplayError> {
        let pricing = stage.view(&ILending::pricingCall {})?;
        Ok(match expect.what.rsplit_once('.') {
            Some((_, "share_supply")) => Some(pricing.supply),
            Some((_, "share_price")) if expect.unit == Unit::Wad => {
                Some(pricing.assets * U256::from(10).pow(U256::from(18)) / pricing.over)
            }
            Some((_, "cash")) => Some(stage.held(expect.asset.as_deref().unwrap_or_default())?),
            Some(("attacker", "profit")) => {
                // The fee was paid in what was stolen.
                let fee = match incident
                    .steps
                    .iter()
                    .find(|step| step.action == Action::RepayFlashLoan)
                {
                    Some(step) => incident.arg_number(step, "fee")?,
                    None => U256::ZERO,
                };
                let held = stage.holds(expect.asset.as_deref().unwrap_or_default(), "attacker")?;
                Some(held.saturating_sub(fee))
            }
            _ => None,
        })
    }
}

impl Lending {
    /// What a new account of the same thief begins with: the collateral that the first holds.
    fn handed_on(
        self,
        stage: &mut Stage,
        incident: &Incident,
        step: &Step,
    ) -> Result<Vec<Move>, ReplayError> {
        let (put_up, _) = collateral(incident)?;
        if !is_hundred(incident) || step.actor == HOLDER {
            return Ok(Vec::new());
        }
        // All that is deposited and given by this account, but for what comes back between the two.
        let next = incident
            .steps
            .iter()
            .filter(|next| next.n > step.n && next.actor == step.actor);
        let given = next.clone().find(|next| next.action == Action::TransferIn);
        let given = given.map_or(Ok(U256::ZERO), |given| incident.amount(given))?;
        let back = next.clone().find(|next| next.action == Action::Withdraw);
        let back = back.map_or(Ok(U256::ZERO), |back| incident.amount(back))?;
        let begins_with = (incident.amount(step)? + given).saturating_sub(back);
        let to = stage.actor(&step.actor)?;
        Ok(vec![stage.pays(
            step.n,
            HOLDER,
            put_up,
            to,
            begins_with.max(incident.amount(step)?),
        )?])
    }
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

/// An honest day: a user has put up collateral, and others borrow all that leaves on a busy day; what comes in is collateral.
///
/// # Errors
/// A [`ReplayError`] when anybody is refused.
pub fn honest_day(incident: &Incident, build: Build) -> Result<Lived, ReplayError> {
    let mut stage = stage(incident, build)?;
    let user = stage.people.user;
    let (symbol, _) = collateral(incident)?;
    // Ten million dollars' worth: more than all that is lent, and far more than the least supply.
    let worth = U256::from(10).pow(U256::from(25)) * U256::from(10).pow(U256::from(18));
    let amount = worth / price_wad(incident, symbol)?;
    let call = IToken::approveCall {
        spender: stage.victim,
        value: U256::MAX,
    };
    let token = stage.token(symbol)?;
    stage.chain.must(user, token, &call, "an approval")?;
    stage.give(symbol, user, amount + amount)?;
    stage.order(user, &ILending::depositCall { amount }, "an honest deposit")?;
    honest::live(&mut stage, incident, |stage, borrowed, flow| {
        let victim = stage.victim;
        Ok(match flow.direction {
            Direction::Deposit => {
                let call = ILending::depositCall {
                    amount: amount / U256::from(1_000),
                };
                stage.chain.submit(user, victim, &call)?
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

/// Replays an incident.
///
/// # Errors
/// A [`ReplayError`].
pub fn replay(incident: &Incident) -> Result<Outcome, ReplayError> {
    let mut unguarded = stage(incident, Build::Unguarded)?;
    rehearse(&mut unguarded, &Lending, incident)?;
    let lost_unguarded = Lost::missing(&unguarded, incident)?;
    require_faithful(incident, &lost_unguarded, U256::ZERO)?;
    let attacks = Guarded {
        all: guarded(incident, &[])?.1,
        without_limits: guarded(incident, &[guards::LIMITS])?.1,
        limits_alone: guarded(incident, &[guards::LEAST_SUPPLY, guards::SHARE_PRICE])?.1,
    };
    let honest = honest::both(
        "loan",
        honest_day(incident, Build::Unguarded)?,
        honest_day(incident, Build::Guarded)?,
    );
    Ok(Outcome::of(incident, lost_unguarded, attacks, honest))
}
