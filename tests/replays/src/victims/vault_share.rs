//! `vault_share`: Cream.
//!
//! # Design
//! - **The vault is an actor**: it holds what it holds, and all shares that are issued to nobody. What it mints and pays is the file's; [`vault_agrees`] is what a vault's arithmetic makes of it.
//! - Prices are in ether, as the file's are.
//!
//! # Where the victim is simpler
//! - A deposit is counted in what was put up and not in receipts, and interest stands still: all of it happens in one transaction.
//! - One part of what is put up may be owed, whatever it is: the two that matter have the same.
//! - What the thief bought and sold elsewhere (the pool's tokens for the dollars, shares for other dollars, and back) is exchanged with the lender, at what was repaid.

use crate::error::ReplayError;
use crate::honest::{self, Direction, Lived};
use crate::incident::{Action, Expect, Incident, Step};
use crate::outcome::{require_faithful, Guarded, Lost, Outcome, Variant};
use crate::run::{rehearse, rob, Cast};
use crate::settings;
use crate::stage::{Build, Move, Stage, LENDER};
use alloy_primitives::{Address, U256};
use alloy_sol_types::{sol, SolValue};
use e2e::bridge::constructor;
use e2e::calls::ETH;
use e2e::tokens::IToken;

sol! {
    /// The victim, as its users see it.
    #[derive(Debug, PartialEq, Eq)]
    interface ILending {
        function list(address asset, uint256 priceWad) external;
        function deposit(address asset, uint256 amount, address account) external payable;
        function borrow(address asset, uint256 amount) external;
        function account(address account, address asset) external view returns (uint256 putUp, uint256 debt);
        function price(address asset) external view returns (uint256 priceWad);
        function pricing() external view returns (uint256 assets, uint256 supply);
        function boundGrowth(uint256 maximum, uint256 gap, uint64 expandSecs) external;
        function boundShare(uint64 stepBps, uint64 periodSecs) external;
        function boundPrice(uint64 stepBps, uint64 periodSecs) external;
        error NotListed(address asset);
        error CannotPay(address account);
    }
}

/// The victim's numbers of its guards.
pub mod guards {
    /// What the vault holds for a share is near what it was.
    pub const SHARE_PRICE: u8 = 1;
    /// The price of a share is near what it was.
    pub const PRICE: u8 = 2;
    /// Cap and bucket.
    pub const LIMITS: u8 = 3;
    /// The ceiling of what is lent of the share.
    pub const GROWTH: u8 = 4;
}

const NAME: &str = "vault_share";
/// The vault, its share, and what it holds.
pub const VAULT: &str = "vault";
/// See [`VAULT`].
pub const SHARE: &str = "YUSD";
/// See [`VAULT`].
pub const UNDERLYING: &str = "YLP";

fn wad() -> U256 {
    U256::from(10).pow(U256::from(18))
}

/// What 10^18 base units of an asset are worth in ether, scaled by 10^18: the file's price of a whole one.
fn price_wad(incident: &Incident, symbol: &str) -> Result<U256, ReplayError> {
    let asset = incident.asset(symbol)?;
    let whole = match symbol {
        "ETH" => wad(),
        _ => incident.number(&incident.price(symbol)?.before, "a price before")?,
    };
    Ok(whole * U256::from(10).pow(U256::from(18 - asset.decimals)))
}

/// What the vault's own token is worth in ether: the least with which its share is worth what the file says.
fn underlying_price_wad(incident: &Incident) -> Result<U256, ReplayError> {
    let per_share = incident.state("vault.price_per_share", None)?;
    Ok((price_wad(incident, SHARE)? * wad()).div_ceil(per_share))
}

/// A stage with what the market and the vault held and, when it is guarded, its guards set by the rules.
///
/// # Errors
/// A [`ReplayError`].
pub fn stage(incident: &Incident, build: Build) -> Result<Stage, ReplayError> {
    let factor = incident.state("market.YUSD.collateral_factor", None)?;
    let underlying_price = underlying_price_wad(incident)?;
    let mut stage = Stage::open(incident, NAME, build, |stage| {
        let arguments = (
            stage.people.governor,
            stage.token(SHARE)?,
            stage.token(UNDERLYING)?,
            stage.actor(VAULT)?,
            underlying_price,
            factor,
        );
        Ok(constructor(&arguments.abi_encode_params()))
    })?;
    let (victim, vault, governor) = (stage.victim, stage.known(VAULT)?, stage.people.governor);
    let issued = incident.state("vault.shares", Some(SHARE))?;
    let unissued = stage.holds(SHARE, LENDER)?.saturating_sub(issued);
    stage.give(SHARE, vault, unissued)?;
    stage.give(
        UNDERLYING,
        vault,
        incident.state("vault.total_assets", Some(UNDERLYING))?,
    )?;
    stage.give(SHARE, victim, incident.state("market.YUSD.cash", Some(SHARE))?)?;
    for flow in &incident.normal.flows {
        stage.give(&flow.asset, victim, incident.number(&flow.held, "what is held")?)?;
    }
    for asset in incident.assets.iter().filter(|asset| asset.symbol != UNDERLYING) {
        let call = ILending::listCall {
            asset: stage.token(&asset.symbol)?,
            priceWad: price_wad(incident, &asset.symbol)?,
        };
        stage.order(governor, &call, "a market")?;
    }
    if build == Build::Guarded {
        set_guards(&mut stage, incident)?;
    }
    Ok(stage)
}

/// R1 to R4, and R6.
fn set_guards(stage: &mut Stage, incident: &Incident) -> Result<(), ReplayError> {
    let governor = stage.people.governor;
    stage.limit_flows(incident)?;
    // No flow of the share is in the file: what is lent of it has a ceiling.
    stage.limit(SHARE, settings::no_limit())?;
    let growth = settings::growth(incident.debt(SHARE)?)?;
    let call = ILending::boundGrowthCall {
        maximum: growth.maximum,
        gap: growth.gap,
        expandSecs: growth.expand_secs,
    };
    stage.order(governor, &call, "a ceiling")?;
    let call = ILending::boundShareCall {
        stepBps: settings::share_price_step_bps(incident.share_price(SHARE)?)?,
        periodSecs: settings::DAY_SECS,
    };
    stage.order(governor, &call, "a bound of the vault's ratio")?;
    let bound = settings::price_bound(incident.price(SHARE)?);
    let call = ILending::boundPriceCall {
        stepBps: bound.transaction.up_bps,
        periodSecs: settings::PRICE_PERIOD_SECS,
    };
    stage.order(governor, &call, "a bound of the price")?;
    Ok(())
}

/// How its steps are calls.
#[derive(Clone, Copy, Debug)]
pub struct Lending;

impl Lending {
    fn deposits(
        self,
        stage: &mut Stage,
        step: &Step,
        symbol: &str,
        amount: U256,
    ) -> Result<Vec<Move>, ReplayError> {
        let receiver = step.args.get("receipts_to").unwrap_or(&step.actor);
        let (asset, account) = (stage.token(symbol)?, stage.actor(receiver)?);
        let mut moves = stage.approves(step.n, &step.actor, symbol, amount)?;
        let call = ILending::depositCall {
            asset,
            amount,
            account,
        };
        let mut call = Move::call(step.n, &step.actor, stage.victim, &call);
        call.value = if asset == ETH { amount } else { U256::ZERO };
        moves.push(call);
        Ok(moves)
    }
}

impl Cast for Lending {
    fn moves(&self, stage: &mut Stage, incident: &Incident, step: &Step) -> Result<Vec<Move>, ReplayError> {
        let (n, actor) = (step.n, step.actor.as_str());
        stage.actor(actor)?;
        let (symbol, amount) = (incident.asset_of(step)?, incident.amount(step)?);
        let of_vault = step.target.as_deref() == Some(VAULT);
        let vault = stage.known(VAULT)?;
        let account = stage.actor(actor)?;
        Ok(match step.action {
            Action::FlashLoan => vec![stage.lends(n, symbol, actor, amount)?],
            Action::Deposit if of_vault => vec![
                // What was borrowed bought it.
                stage.returns(
                    n,
                    &incident.capital[0].asset,
                    actor,
                    incident.number(&incident.capital[0].amount, "the capital")?,
                )?,
                stage.lends(n, symbol, actor, amount)?,
                stage.pays(n, actor, symbol, vault, amount)?,
                stage.pays(n, VAULT, SHARE, account, incident.received(step)?)?,
            ],
            Action::Deposit => self.deposits(stage, step, symbol, amount)?,
            Action::Borrow => {
                let asset = stage.token(symbol)?;
                let mut moves = vec![Move::call(
                    n,
                    actor,
                    stage.victim,
                    &ILending::borrowCall { asset, amount },
                )];
                if let Some(to) = step.args.get("sent_to") {
                    let to = stage.actor(to)?;
                    moves.push(stage.pays(n, actor, symbol, to, amount)?);
                }
                moves
            }
            // What was paid for them is the thief's own affair.
            Action::Swap => vec![stage.lends(
                n,
                step.to_asset.as_deref().unwrap_or_default(),
                actor,
                incident.received(step)?,
            )?],
            Action::Withdraw => vec![
                stage.pays(n, actor, SHARE, vault, incident.arg_number(step, "shares_burnt")?)?,
                stage.pays(n, VAULT, symbol, account, amount)?,
            ],
            // The vault's balance, which neither it nor the market is told of.
            Action::TransferIn => vec![stage.pays(n, actor, symbol, vault, amount)?],
            Action::RepayFlashLoan if symbol == "ETH" => {
                // Who borrowed it has a part left; the rest is of the loan that the other got.
                let lent = incident.amount(incident.step(4)?)?;
                let left = lent - incident.amount(incident.step(5)?)?;
                vec![
                    stage.pays(n, "first", symbol, account, amount - left)?,
                    stage.returns(n, symbol, actor, amount)?,
                ]
            }
            Action::RepayFlashLoan => {
                let left = incident.amount(incident.step(12)?)? - incident.amount(incident.step(13)?)?;
                vec![
                    stage.returns(n, UNDERLYING, actor, left)?,
                    stage.lends(n, symbol, actor, amount)?,
                    stage.returns(n, symbol, actor, amount)?,
                ]
            }
            _ => return Err(ReplayError::Missing(format!("what {:?} is", step.action))),
        })
    }

    fn reading(&self, stage: &Stage, _: &Incident, expect: &Expect) -> Result<Option<U256>, ReplayError> {
        let symbol = expect.asset.as_deref().unwrap_or_default();
        Ok(match expect.what.as_str() {
            "vault.price_per_share" => {
                let pricing = stage.view(&ILending::pricingCall {})?;
                Some(pricing.assets * wad() / pricing.supply)
            }
            "vault.total_assets" => Some(stage.holds(symbol, VAULT)?),
            "market.YUSD.price" => {
                let asset = stage.token(SHARE)?;
                Some(stage.view(&ILending::priceCall { asset })?)
            }
            cash if cash.ends_with(".cash") => Some(stage.held(symbol)?),
            _ => None,
        })
    }
}

/// What the vault's arithmetic makes of the file's deposit and withdrawal, rounded down, beside what the file says: the shares, and what is paid for those that are burnt.
///
/// # Errors
/// A [`ReplayError`] when the file lacks a number.
pub fn vault_agrees(incident: &Incident) -> Result<[(U256, U256); 2], ReplayError> {
    let assets = incident.state("vault.total_assets", Some(UNDERLYING))?;
    let shares = incident.state("vault.shares", Some(SHARE))?;
    let (deposit, withdrawal) = (incident.step(2)?, incident.step(12)?);
    let (paid, minted) = (incident.amount(deposit)?, incident.received(deposit)?);
    let burnt = incident.arg_number(withdrawal, "shares_burnt")?;
    let (assets_then, shares_then) = (assets + paid, shares + minted);
    Ok([
        (paid * shares / assets, minted),
        (burnt * assets_then / shares_then, incident.amount(withdrawal)?),
    ])
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

/// A stage on which an honest user has put up eight million shares, more than all that is lent on a day, and has two million beside.
///
/// # Errors
/// A [`ReplayError`] when the user is refused.
pub fn inhabited(incident: &Incident, build: Build) -> Result<(Stage, U256), ReplayError> {
    let mut stage = stage(incident, build)?;
    let user = stage.people.user;
    let million = U256::from(1_000_000) * wad();
    let (token, spender) = (stage.token(SHARE)?, stage.victim);
    let call = IToken::approveCall {
        spender,
        value: U256::MAX,
    };
    stage.chain.must(user, token, &call, "an approval")?;
    stage.give(SHARE, user, million * U256::from(10))?;
    let amount = million * U256::from(8);
    stage.order(user, &deposit(token, amount, user), "an honest deposit")?;
    Ok((stage, amount))
}

fn deposit(asset: Address, amount: U256, account: Address) -> ILending::depositCall {
    ILending::depositCall {
        asset,
        amount,
        account,
    }
}

/// An honest day: a user has put up shares, and borrows all that leaves on a busy day; what comes in is shares.
///
/// # Errors
/// A [`ReplayError`] when anybody is refused.
pub fn honest_day(incident: &Incident, build: Build) -> Result<Lived, ReplayError> {
    let (mut stage, put_up) = inhabited(incident, build)?;
    let (user, victim, share) = (stage.people.user, stage.victim, stage.token(SHARE)?);
    honest::live(&mut stage, incident, |stage, borrowed, flow| {
        Ok(match flow.direction {
            Direction::Deposit => {
                let amount = put_up / U256::from(2_000);
                stage.chain.submit(user, victim, &deposit(share, amount, user))?
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
    rehearse(&mut unguarded, &Lending, incident)?;
    let lost_unguarded = Lost::missing(&unguarded, incident)?;
    require_faithful(incident, &lost_unguarded, U256::ZERO)?;
    let attacks = Guarded {
        all: guarded(incident, &[])?.1,
        without_limits: guarded(incident, &[guards::LIMITS, guards::GROWTH])?.1,
        limits_alone: guarded(incident, &[guards::SHARE_PRICE, guards::PRICE])?.1,
    };
    let honest = honest::both(
        "loan",
        honest_day(incident, Build::Unguarded)?,
        honest_day(incident, Build::Guarded)?,
    );
    Ok(Outcome {
        cannot: "The ceiling acts first, on the borrowed shares that the thief multiplies; a thief with shares of its own meets the price at step 14, and without that bound `share_price` at the same \
                 step. `account_health` sees nothing: at the price that the gift made everybody is healthy, which is what the protocol itself asks. Nothing here judges whether a vault's share is fit \
                 to be collateral. A donation that keeps within the bound each day still lifts the price, slowly and at the giver's cost"
            .to_owned(),
        ..Outcome::of(incident, lost_unguarded, attacks, honest)
    })
}
