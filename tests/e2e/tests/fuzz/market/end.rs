//! After a sequence: tokens and oracle are themselves again, trips and decisions end by themselves, the governor sets what it set at first. Then everything works, who cannot pay is
//! liquidated, debts are repaid, and everybody gets out with all that is theirs.

use super::model::{Prices, Sale};
use super::pairs::BASES;
use super::steps::{Asset, Change, DECISION};
use super::world::{World, BAND, BAND_TERMS, BREAKER_TERMS, CAPACITY, HEALTH, OUTFLOW, SOLVENCY};
use crate::chain::{u, DEPLOYER, GOVERNOR, GUARDIAN};
use crate::people::{Who, DAY, DELAY, ENFORCE, LATCH, SHADOW};
use alloy_primitives::{keccak256, Address, Bytes, U256};
use alloy_sol_types::{SolCall, SolValue};
use e2e::market::{IMarket, IMarketGuards};
use e2e::tokens::{Fixture, IToken};

/// Brings a market back, and has everybody leave. What is missing of a token is made up for, or the governor has solvency watched, and the last to leave go without.
pub fn everybody_gets_out(mut world: World, is_made_up: bool) {
    world.repair();
    let nothing = IToken::setCallbackCall {
        target: Address::ZERO,
        data: Bytes::new(),
    };
    for asset in Asset::BOTH {
        if world.pair.of(asset) == Fixture::CallbackToken {
            // What the puppet still meant to do at its next transfer is its own affair.
            world.net.must(world.puppet, world.token(asset), &nothing);
        }
    }
    // At no price that makes of millions a unit, or of a unit millions, is anything shown.
    let a_unit = world.base.amount(Asset::Collateral, 1);
    let worth = a_unit * world.truth.collateral / world.truth.loan;
    let usual = world.base.amount(Asset::Loan, 1);
    if worth * u(100) < usual || worth > usual * u(100) {
        let base = BASES.into_iter().find(|base| *base == world.base).unwrap();
        let [loan, collateral] = base.wads.map(U256::from);
        world.truth = Prices { loan, collateral };
    }
    world.net.wait(DECISION + DAY);
    assert_eq!(
        state(&world),
        0,
        "a trip, a pause and a decision end by themselves"
    );
    as_at_first(&mut world, is_made_up);
    // A larger bucket fills in its time.
    world.net.wait(DAY);
    world.report();
    if is_made_up {
        world.make_up();
    }
    let before = Who::ALL.map(|who| {
        let book = world.book().at(world.net.now());
        book.collateral[who as usize]
    });
    let seized = debts_end(&mut world, is_made_up);
    everything_works(&mut world);
    let mut missing = U256::ZERO;
    for who in Who::ALL {
        let left = before[who as usize] - seized[who as usize];
        missing += leaves(&mut world, who, left, is_made_up);
    }
    let book = world.book();
    assert!(!is_made_up || missing.is_zero(), "{missing} are missing");
    if is_made_up {
        assert_eq!((book.pledged, book.debt_shares), (U256::ZERO, U256::ZERO));
        // A unit of interest is counted for a call at the least, whoever owes it.
        assert!(book.borrowed <= u(1_000), "{book:?}");
        let worth = book.worth(book.supply_shares);
        assert!(
            worth <= book.borrowed + u(4),
            "{worth} are still somebody's: {book:?}"
        );
    }
}

fn state(world: &World) -> u8 {
    world.net.ask(world.market, &IMarketGuards::overviewCall {}).state
}

/// The governor sets what it set at first, and waits for it.
fn as_at_first(world: &mut World, is_made_up: bool) {
    let market = world.market;
    let delay = world.net.ask(market, &IMarketGuards::overviewCall {}).delaySecs;
    let mut changes = vec![Change::Delay(DELAY), BREAKER_TERMS, BAND_TERMS];
    changes.extend(Asset::BOTH.map(|asset| Change::Outflow {
        asset,
        capacity: 4 * CAPACITY,
        refill_secs: DAY,
    }));
    let solvency = if is_made_up { LATCH } else { SHADOW };
    changes.extend(
        [
            (HEALTH, LATCH),
            (SOLVENCY, solvency),
            (BAND, ENFORCE),
            (OUTFLOW, ENFORCE),
        ]
        .map(|(guard, mode)| Change::Mode { guard, mode }),
    );
    // Last: at the price of then.
    changes.push(Change::ResetBand);
    for change in &changes {
        let data = world.data(*change);
        let schedule = IMarketGuards::scheduleCall {
            data: data.clone().into(),
        };
        let asked = world
            .net
            .transact(GOVERNOR, market, schedule.abi_encode(), U256::ZERO, None);
        if !asked.is_success() {
            // It is scheduled already, and may be too old when its time comes.
            let operation = keccak256(data);
            let cancel = IMarketGuards::cancelScheduledCall { operation };
            world.net.must(GUARDIAN, market, &cancel);
            world.net.must(GOVERNOR, market, &schedule);
        }
    }
    world.net.wait(delay.max(DELAY));
    world.report();
    for change in &changes {
        let data = world.data(*change);
        let done = world.net.transact(GOVERNOR, market, data, U256::ZERO, None);
        assert!(done.is_success(), "{change:?} after its delay: {done:?}");
    }
}

/// A latched call that has to happen.
#[track_caller]
fn must_happen<C: SolCall>(world: &mut World, from: Address, call: &C) {
    let done = world.net.must(from, world.market, call);
    assert_eq!(done.output, true.abi_encode(), "{}: {done:?}", C::SIGNATURE);
}

/// Who cannot pay is liquidated for as long as that is so, and what is owed is repaid. What was seized of each.
fn debts_end(world: &mut World, is_made_up: bool) -> [U256; 4] {
    let mut seized = [U256::ZERO; 4];
    for who in Who::ALL {
        let account = world.address(who);
        for _ in 0..100 {
            let book = world.book().at(world.net.now());
            let Some(sale) = book.sale(who, U256::MAX, &world.truth, |amount| amount) else {
                break;
            };
            if sale.seized > world.purse(Asset::Collateral, world.market) {
                assert!(!is_made_up, "{sale:?}");
                break;
            }
            let amount = U256::MAX;
            must_happen(world, DEPLOYER, &IMarket::liquidateCall { account, amount });
            seized[who as usize] += sale.seized;
            let after = world.book();
            let Sale { written_off, .. } = sale;
            let supplied = book.supplied.saturating_sub(written_off);
            assert_eq!(
                after.supplied, supplied,
                "the loss is the suppliers', and no more than it"
            );
        }
        if !world.book().owed(who).is_zero() {
            let amount = U256::MAX;
            let market = world.market;
            world
                .net
                .must(DEPLOYER, market, &IMarket::repayCall { account, amount });
        }
        assert!(world.book().owed(who).is_zero());
    }
    seized
}

/// Each of the things that people do, with what somebody gives them for it, which is given back.
fn everything_works(world: &mut World) {
    let (market, base) = (world.market, world.base);
    let [alice, bob] = [Who::Alice, Who::Bob].map(|who| world.address(who));
    for asset in Asset::BOTH {
        let token = world.token(asset);
        for to in [alice, bob] {
            let value = base.amount(asset, 40_000_000);
            world
                .net
                .must(DEPLOYER, token, &IToken::transferCall { to, value });
        }
    }
    let (loans, collaterals) = (
        base.amount(Asset::Loan, 30_000_000),
        base.amount(Asset::Collateral, 50_000),
    );
    let shares = world.book().shares[Who::Bob as usize];
    world
        .net
        .must(bob, market, &IMarket::supplyCall { amount: loans });
    let bought = world.book().shares[Who::Bob as usize] - shares;
    let add = IMarket::addCollateralCall {
        account: alice,
        amount: collaterals,
    };
    world.net.must(alice, market, &add);
    let book = world.book().at(world.net.now());
    let prices = world.prices().unwrap();
    let available = |world: &World| {
        world
            .net
            .ask(market, &IMarketGuards::overviewCall {})
            .loanAvailable
    };
    let amount = prices
        .good_for(collaterals, 7_500)
        .min(available(world) / u(2))
        .min(book.cash());
    must_happen(world, alice, &IMarket::borrowCall { amount });
    world.net.must(
        alice,
        market,
        &IMarket::repayCall {
            account: alice,
            amount: amount / u(10),
        },
    );
    // A fall that is too much for who borrowed to the brim.
    let truth = world.truth;
    let collateral = world.book().collateral[Who::Alice as usize];
    let owed = world.book().at(world.net.now()).owed(Who::Alice);
    // At the least price that covers the debt, and a fortieth above it.
    let fallen = (owed * truth.loan).div_ceil(collateral) * u(41) / u(40);
    world.truth.collateral = fallen.min(truth.collateral);
    world.report();
    let sale = world
        .book()
        .at(world.net.now())
        .sale(Who::Alice, U256::MAX, &world.truth, |amount| amount);
    if let Some(sale) = sale {
        let (account, amount) = (alice, U256::MAX);
        must_happen(world, bob, &IMarket::liquidateCall { account, amount });
        let left = world.book().collateral[Who::Alice as usize];
        assert_eq!(left, collateral - sale.seized);
    } else {
        assert!(
            fallen > truth.collateral,
            "{fallen} of {truth:?}: {owed} on {collateral}"
        );
    }
    world.truth = truth;
    world.report();
    let repay = IMarket::repayCall {
        account: alice,
        amount: U256::MAX,
    };
    if !world.book().owed(Who::Alice).is_zero() {
        world.net.must(alice, market, &repay);
    }
    // What was seized somebody else puts back.
    let amount = collateral - world.book().collateral[Who::Alice as usize];
    if !amount.is_zero() {
        world.net.must(
            DEPLOYER,
            market,
            &IMarket::addCollateralCall {
                account: alice,
                amount,
            },
        );
    }
    must_happen(
        world,
        alice,
        &IMarket::removeCollateralCall { amount: collaterals },
    );
    // And out again with what was supplied, in parts.
    let mut shares = bought;
    while !world.book().worth(shares).is_zero() {
        let book = world.book().at(world.net.now());
        let part = shares
            .min(book.shares_for(available(world)))
            .min(book.shares_for(book.cash()));
        if part.is_zero() {
            break;
        }
        world
            .net
            .must(bob, market, &IMarket::withdrawCall { shares: part });
        shares -= part;
        world.net.wait(DAY);
        world.report();
    }
}

/// All that somebody has, in as many parts as the limits take. What could not be had.
fn leaves(world: &mut World, who: Who, pledged: U256, is_made_up: bool) -> U256 {
    let (owner, market) = (world.address(who), world.market);
    let book = world.book().at(world.net.now());
    let supplied = book.worth(book.shares[who as usize]);
    assert_eq!(
        book.collateral[who as usize], pledged,
        "{who:?} has what was not seized"
    );
    let before = Asset::BOTH.map(|asset| world.purse(asset, owner));
    for _ in 0..60 {
        let book = world.book().at(world.net.now());
        let overview = world.net.ask(market, &IMarketGuards::overviewCall {});
        let [loans, collaterals] = Asset::BOTH.map(|asset| world.purse(asset, market));
        let most = overview.loanAvailable.min(book.cash()).min(loans);
        let shares = book.shares[who as usize].min(book.shares_for(most));
        let amount = book.collateral[who as usize]
            .min(overview.collateralAvailable)
            .min(collaterals);
        let is_some = !book.worth(shares).is_zero();
        if !is_some && amount.is_zero() {
            break;
        }
        if is_some {
            world.net.must(owner, market, &IMarket::withdrawCall { shares });
        }
        if !amount.is_zero() {
            // Nothing is owed on it: no price is asked for.
            must_happen(world, owner, &IMarket::removeCollateralCall { amount });
        }
        world.net.wait(DAY);
    }
    let after = Asset::BOTH.map(|asset| world.purse(asset, owner));
    let (got, back) = (after[0] - before[0], after[1] - before[1]);
    let missing = [world.book().cash(), world.book().pledged];
    if is_made_up {
        assert_eq!(back, pledged, "{who:?}");
        // Parts are rounded, and what nobody owes any more cannot be had.
        let slack = u(60) + world.book().borrowed;
        assert!(got + slack >= supplied, "{who:?} got {got} of {supplied}");
        return U256::ZERO;
    }
    // As long as something is there, it is had.
    let [loans, collaterals] = Asset::BOTH.map(|asset| world.purse(asset, market));
    assert!(
        back == pledged || collaterals.is_zero(),
        "{who:?}: {back} of {pledged}"
    );
    let slack = u(60) + world.book().borrowed;
    assert!(
        got + slack >= supplied || loans <= slack + base_share(world),
        "{who:?}: {got} of {supplied}, {missing:?}"
    );
    missing.iter().sum()
}

/// What less than a share-unit's thousandth may be worth: nothing is paid for it.
fn base_share(world: &World) -> U256 {
    let book = world.book();
    (book.supplied + u(1)) / (book.supply_shares + u(1_000)) + u(1)
}
