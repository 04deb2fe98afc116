//! A market of tokens that may misbehave, with an oracle that may as well, and what each step is as a transaction.

use super::model::{Book, Prices};
use super::pairs::{Base, Pair};
use super::steps::{Act, Asset, Change, Deed, Feed, Step};
use crate::chain::{u, Net, DEPLOYER, GOVERNOR, GUARDIAN};
use crate::people::{inner, Who, DAY, DELAY, HOUR, LATCH};
use crate::token::Token;
use alloy_primitives::{hex, keccak256, Address, Bytes, U256};
use alloy_sol_types::{sol, SolCall, SolValue};
use e2e::market::{constructor_input, IMarket, IMarketGuards, BREAKER};
use e2e::tokens::{Fixture, IBatch, IOracle, IToken};
use embedded_chain::Outcome;
use std::cell::RefCell;

pub const CAPACITY: u64 = 1_000_000;
pub const HEALTH: u8 = 1;
pub const SOLVENCY: u8 = 2;
pub const BAND: u8 = 3;
pub const OUTFLOW: u8 = 4;
/// How old a price may be.
const FRESH_SECS: u64 = HOUR;

pub const BAND_TERMS: Change = Change::Band {
    down_bps: 1_000,
    up_bps: 1_000,
    step_bps: 500,
    period_secs: DAY,
};
pub const BREAKER_TERMS: Change = Change::Breaker {
    throttle_bps: BREAKER.throttleBps,
    exit_bps: BREAKER.exitBps,
    freezes: BREAKER.freezes,
};

sol! {
    function price(address asset) external view returns (uint256 wad, uint256 updatedAt);
}

#[derive(Clone)]
pub struct World {
    pub net: Net,
    pub market: Address,
    /// The loan and the collateral.
    pub tokens: [Token; 2],
    pub oracle: Address,
    pub puppet: Address,
    pub pair: Pair,
    pub base: Base,
    /// The oracle's own code, for when it was upgraded.
    oracle_code: Bytes,
    pub feed: Option<Feed>,
    /// What either is worth in truth.
    pub truth: Prices,
    /// What the puppet still does when a token tells it of a transfer.
    pub primed: Vec<Act>,
}

impl World {
    /// A market whose invariants latch and whose governor waits; three accounts and the puppet have some of both tokens. Set up once for each pair of tokens.
    pub fn new(pair: Pair, base: Base) -> Self {
        thread_local!(static KNOWN: RefCell<Vec<World>> = const { RefCell::new(Vec::new()) });
        KNOWN.with_borrow_mut(|known| {
            if let Some(world) = known
                .iter()
                .find(|world| world.pair == pair && world.base == base)
            {
                return world.clone();
            }
            let world = Self::set_up(pair, base);
            known.push(world.clone());
            world
        })
    }

    fn set_up(pair: Pair, base: Base) -> Self {
        let mut net = Net::new();
        let tokens = Asset::BOTH.map(|asset| {
            let all = base.amount(asset, 1_000_000_000);
            let token = net.create(pair.of(asset).token_init_code("TKN", 18, DEPLOYER, all));
            Token::at(&net, token, pair.of(asset))
        });
        let oracle = net.create(Fixture::Oracle.creation_code());
        let input = constructor_input([tokens[0].address, tokens[1].address, oracle], GOVERNOR, GUARDIAN);
        let market = net.program("market", input);
        let puppet = net.create(Fixture::Batch.creation_code());
        net.fund(puppet);
        let [loan, collateral] = base.wads.map(U256::from);
        let mut world = Self {
            oracle_code: net.code_of(oracle),
            net,
            market,
            tokens,
            oracle,
            puppet,
            pair,
            base,
            feed: None,
            truth: Prices { loan, collateral },
            primed: Vec::new(),
        };
        world.report();
        let approval = IToken::approveCall {
            spender: market,
            value: U256::MAX,
        };
        for asset in Asset::BOTH {
            let token = world.token(asset);
            for (who, number) in [
                (Who::Alice, 20_000_000),
                (Who::Bob, 10_000_000),
                (Who::Mallory, 5_000_000),
                (Who::Puppet, 5_000_000),
            ] {
                let gift = IToken::transferCall {
                    to: world.address(who),
                    value: base.amount(asset, number),
                };
                world.net.must(DEPLOYER, token, &gift);
                if who != Who::Puppet {
                    world.net.must(world.address(who), token, &approval);
                }
            }
            world.net.must(DEPLOYER, token, &approval);
            let calls = vec![inner(token, approval.abi_encode())];
            world.net.must(DEPLOYER, puppet, &IBatch::runCall { calls });
        }
        let mut terms = vec![BREAKER_TERMS, BAND_TERMS];
        terms.extend(Asset::BOTH.map(|asset| Change::Outflow {
            asset,
            capacity: CAPACITY,
            refill_secs: DAY,
        }));
        terms.extend([HEALTH, SOLVENCY].map(|guard| Change::Mode { guard, mode: LATCH }));
        terms.push(Change::Delay(DELAY));
        for change in terms {
            let data = world.data(change);
            let done = world.net.transact(GOVERNOR, market, data, U256::ZERO, None);
            assert!(done.is_success(), "{change:?}: {done:?}");
        }
        world
    }

    pub fn token(&self, asset: Asset) -> Address {
        self.tokens[asset as usize].address
    }

    pub fn address(&self, who: Who) -> Address {
        who.address(self.puppet)
    }

    pub fn who(&self, account: Address) -> Option<Who> {
        Who::ALL.into_iter().find(|who| self.address(*who) == account)
    }

    /// What an account holds of a token, whatever the token says.
    pub fn purse(&self, asset: Asset, account: Address) -> U256 {
        self.tokens[asset as usize].purse(&self.net, account)
    }

    /// What the market counts, word by word.
    pub fn book(&self) -> Book {
        let words = self.net.words(self.market);
        let word = |kind: u8, account: Address| {
            let mut key = account.into_word();
            key[0] = kind;
            // The numbers are the first of the market's fields.
            let slot: U256 = keccak256((key, U256::ZERO).abi_encode()).into();
            words.get(&slot).copied().unwrap_or_default()
        };
        let all = |kind| word(kind, Address::ZERO);
        let each = |kind| Who::ALL.map(|who| word(kind, self.address(who)));
        Book {
            supplied: all(1),
            supply_shares: all(2),
            borrowed: all(3),
            debt_shares: all(4),
            pledged: all(5),
            accrued_at: all(6).to(),
            shares: each(10),
            debts: each(11),
            collateral: each(12),
        }
    }

    /// The prices that the oracle says now, by the market's rules of what a price is.
    pub fn prices(&self) -> Option<Prices> {
        let [loan, collateral] = Asset::BOTH.map(|asset| {
            let asset = self.token(asset);
            let said = self.net.call(self.oracle, priceCall { asset }.abi_encode());
            let words = said.output.get(..64).filter(|_| said.is_success())?;
            let (wad, at) = (
                U256::from_be_slice(&words[..32]),
                U256::from_be_slice(&words[32..]),
            );
            let now = self.net.now();
            let good = !wad.is_zero()
                && wad.bit_len() <= 120
                && at <= u(now)
                && at >= u(now.saturating_sub(FRESH_SECS));
            good.then_some(wad)
        });
        Some(Prices {
            loan: loan?,
            collateral: collateral?,
        })
    }

    /// Every pair of prices that may be in force while these acts happen.
    pub fn prices_in(&self, acts: &[Act]) -> Vec<Prices> {
        let Some(now) = self.prices() else {
            // Somebody may write one where none was good.
            return self.prices_from(&Prices { ..self.truth }, acts);
        };
        self.prices_from(&now, acts)
    }

    fn prices_from(&self, now: &Prices, acts: &[Act]) -> Vec<Prices> {
        let written = |of: Asset, now: U256| {
            let mut all = vec![now];
            all.extend(acts.iter().filter_map(|act| match act {
                Act::Price(asset, part) if *asset == of => Some(self.part_of_truth(of, *part)),
                _ => None,
            }));
            all
        };
        let (loans, collaterals) = (
            written(Asset::Loan, now.loan),
            written(Asset::Collateral, now.collateral),
        );
        let pairs = loans.iter().flat_map(|loan| {
            collaterals.iter().map(|collateral| Prices {
                loan: *loan,
                collateral: *collateral,
            })
        });
        pairs.collect()
    }

    fn part_of_truth(&self, asset: Asset, part: u64) -> U256 {
        let truth = match asset {
            Asset::Loan => self.truth.loan,
            Asset::Collateral => self.truth.collateral,
        };
        (truth * u(part) / u(10_000)).max(u(1)).min(U256::MAX >> 136)
    }

    /// The oracle's reporters say the truth, unless nobody does.
    pub fn report(&mut self) {
        if self.feed.is_some() {
            return;
        }
        for (asset, wad) in [
            (Asset::Loan, self.truth.loan),
            (Asset::Collateral, self.truth.collateral),
        ] {
            let asset = self.token(asset);
            self.net
                .must(DEPLOYER, self.oracle, &IOracle::setCall { asset, wad });
        }
    }

    /// A deed as a call.
    pub fn call_of(&self, by: Who, deed: Deed) -> (Address, Vec<u8>) {
        let book = self.book().at(self.net.now());
        let purse = |asset| self.purse(asset, self.address(by));
        let overview = || self.net.ask(self.market, &IMarketGuards::overviewCall {});
        let prices = self.prices();
        let data = match deed {
            Deed::Supply(amount) => {
                let purse = || purse(Asset::Loan);
                let amount = amount.of(purse, purse);
                IMarket::supplyCall { amount }.abi_encode()
            }
            Deed::Withdraw(amount) => {
                let own = || book.shares[by as usize];
                let most = || {
                    let least = overview().loanAvailable.min(book.cash());
                    own().min(book.shares_for(least))
                };
                let shares = amount.of(own, most);
                IMarket::withdrawCall { shares }.abi_encode()
            }
            Deed::Add(amount, to) => {
                let purse = || purse(Asset::Collateral);
                let amount = amount.of(purse, purse);
                let account = self.address(to);
                IMarket::addCollateralCall { account, amount }.abi_encode()
            }
            Deed::Remove(amount) => {
                let own = || book.collateral[by as usize];
                let most = || {
                    book.may_remove(by, prices.as_ref())
                        .min(overview().collateralAvailable)
                };
                let amount = amount.of(own, most);
                IMarket::removeCollateralCall { amount }.abi_encode()
            }
            Deed::Borrow(amount) => {
                let may = || {
                    let truth = prices.unwrap_or(self.truth);
                    book.may_borrow(by, &truth)
                };
                let most = || may().min(book.cash()).min(overview().loanAvailable);
                let amount = amount.of(may, most);
                IMarket::borrowCall { amount }.abi_encode()
            }
            Deed::Repay(amount, of) => {
                let owed = || book.owed(of);
                let amount = amount.of(owed, owed);
                let account = self.address(of);
                IMarket::repayCall { account, amount }.abi_encode()
            }
            Deed::Liquidate(amount, of) => {
                let owed = || book.owed(of);
                let amount = amount.of(owed, owed);
                let account = self.address(of);
                IMarket::liquidateCall { account, amount }.abi_encode()
            }
            Deed::Give(asset, amount) => {
                let purse = || purse(asset);
                let gift = IToken::transferCall {
                    // A gift is no more than a part, so that something is left to do with.
                    value: amount.of(|| purse() / u(50), purse),
                    to: self.market,
                };
                return (self.token(asset), gift.abi_encode());
            }
        };
        (self.market, data)
    }

    fn act(&self, act: &Act) -> IBatch::Call {
        match act {
            Act::Deed(deed) => {
                let (to, data) = self.call_of(Who::Puppet, *deed);
                inner(to, data)
            }
            Act::Price(asset, part) => {
                let set = IOracle::setCall {
                    asset: self.token(*asset),
                    wad: self.part_of_truth(*asset, *part),
                };
                inner(self.oracle, set.abi_encode())
            }
        }
    }

    /// Does a step. What came of it, when it is a call.
    pub fn take(&mut self, step: &Step) -> Option<Outcome> {
        let market = self.market;
        let (from, to, input, gas) = match step {
            Step::Do {
                who: Who::Puppet,
                deed,
                gas,
            } => {
                let mut call = self.act(&Act::Deed(*deed));
                call.mayFail = false;
                let run = IBatch::runCall { calls: vec![call] };
                (self.address(Who::Mallory), self.puppet, run.abi_encode(), *gas)
            }
            Step::Do { who, deed, gas } => {
                let (to, data) = self.call_of(*who, *deed);
                (self.address(*who), to, data, *gas)
            }
            Step::Flash { acts, back } => {
                let mut calls = Vec::new();
                if !back.is_empty() {
                    let run = IBatch::runCall {
                        calls: back.iter().map(|act| self.act(act)).collect(),
                    };
                    let prime = IToken::setCallbackCall {
                        target: self.puppet,
                        data: run.abi_encode().into(),
                    };
                    for asset in Asset::BOTH {
                        if self.pair.of(asset) == Fixture::CallbackToken {
                            calls.push(inner(self.token(asset), prime.abi_encode()));
                            self.primed.extend_from_slice(back);
                        }
                    }
                }
                calls.extend(acts.iter().map(|act| self.act(act)));
                let run = IBatch::runCall { calls };
                (self.address(Who::Mallory), self.puppet, run.abi_encode(), None)
            }
            Step::Pause { by, state } => {
                let state = u((*state).into());
                let pause = IMarketGuards::pauseCall { state };
                (by.address(), market, pause.abi_encode(), None)
            }
            Step::Decide { by, state, secs } => {
                let (state, secs) = (u((*state).into()), u(*secs));
                let decide = IMarketGuards::decideCall { state, secs };
                (by.address(), market, decide.abi_encode(), None)
            }
            Step::Govern { by, change } => (by.address(), market, self.data(*change), None),
            Step::Schedule { by, change } => {
                let data = self.data(*change).into();
                let schedule = IMarketGuards::scheduleCall { data };
                (by.address(), market, schedule.abi_encode(), None)
            }
            Step::Cancel { by, change } => {
                let operation = keccak256(self.data(*change));
                let cancel = IMarketGuards::cancelScheduledCall { operation };
                (by.address(), market, cancel.abi_encode(), None)
            }
            _ => {
                self.happen(step);
                return None;
            }
        };
        Some(self.net.transact(from, to, input, U256::ZERO, gas))
    }

    /// What is nobody's call.
    fn happen(&mut self, step: &Step) {
        match step {
            Step::Price(asset, part) => {
                let price = self.part_of_truth(*asset, *part);
                match asset {
                    Asset::Loan => self.truth.loan = price,
                    Asset::Collateral => self.truth.collateral = price,
                }
                self.report();
            }
            Step::Feed(feed) => {
                self.repair_feed();
                self.feed = Some(*feed);
                self.spoil_feed(*feed);
            }
            Step::Seize(asset, part) => {
                self.tokens[*asset as usize].seize(&mut self.net, self.market, *part);
            }
            Step::MakeUp => self.make_up(),
            Step::Trouble(asset, trouble) => {
                self.tokens[*asset as usize].spoil(&mut self.net, self.market, *trouble);
            }
            Step::Repair => self.repair(),
            Step::Wait(secs) => {
                self.net.wait(*secs);
                self.report();
            }
            _ => {}
        }
    }

    /// What is missing of either is given.
    pub fn make_up(&mut self) {
        let book = self.book();
        for (asset, owed) in [(Asset::Loan, book.cash()), (Asset::Collateral, book.pledged)] {
            let held = self.purse(asset, self.market).max(owed);
            self.tokens[asset as usize].set_purse(&mut self.net, self.market, held);
        }
    }

    fn spoil_feed(&mut self, feed: Feed) {
        let oracle = self.oracle;
        let now = self.net.now();
        let say = |world: &mut Self, asset: Asset, wad: U256, at: u64| {
            let set = IOracle::setAtCall {
                asset: world.token(asset),
                wad,
                updatedAt: u(at),
            };
            world.net.must(DEPLOYER, oracle, &set);
        };
        let code: &[u8] = match feed {
            Feed::Fails => {
                self.net
                    .must(DEPLOYER, oracle, &IOracle::setFailingCall { failing: true });
                return;
            }
            Feed::Silent(secs) => {
                let truth = self.truth;
                say(self, Asset::Loan, truth.loan, now - secs);
                say(self, Asset::Collateral, truth.collateral, now);
                return;
            }
            Feed::Early => return say(self, Asset::Collateral, self.truth.collateral, now + 1),
            Feed::Zero(asset) => return say(self, asset, U256::ZERO, now),
            Feed::Huge(asset) => return say(self, asset, U256::ONE << 120, now),
            Feed::Reverts => &hex!("5f5ffd"),
            Feed::BurnsGas => &hex!("5b5f56"),
            Feed::SaysNothing => &hex!("00"),
            Feed::SaysOneWord => &hex!("60015f5260205ff3"),
            Feed::SaysTheLargestNumbers => &hex!("5f195f525f1960205260405ff3"),
            Feed::Gone => &[],
        };
        self.net.upgrade(oracle, Bytes::copy_from_slice(code));
    }

    fn repair_feed(&mut self) {
        self.net.upgrade(self.oracle, self.oracle_code.clone());
        if self.feed.take() == Some(Feed::Fails) {
            let again = IOracle::setFailingCall { failing: false };
            self.net.must(DEPLOYER, self.oracle, &again);
        }
        self.report();
    }

    pub fn repair(&mut self) {
        for token in &mut self.tokens {
            token.repair(&mut self.net, self.market);
        }
        self.repair_feed();
    }

    pub fn data(&self, change: Change) -> Vec<u8> {
        match change {
            Change::Breaker {
                throttle_bps,
                exit_bps,
                freezes,
            } => IMarketGuards::configureBreakerCall {
                throttleBps: throttle_bps,
                exitBps: exit_bps,
                freezes,
                freezeBackSecs: if freezes == 0 { 0 } else { BREAKER.freezeBackSecs },
                ..BREAKER
            }
            .abi_encode(),
            Change::Outflow {
                asset,
                capacity,
                refill_secs,
            } => IMarketGuards::configureOutflowCall {
                asset: self.token(asset),
                capacity: self.base.amount(asset, capacity),
                refillSecs: refill_secs,
            }
            .abi_encode(),
            Change::Band {
                down_bps,
                up_bps,
                step_bps,
                period_secs,
            } => IMarketGuards::configureBandCall {
                downBps: down_bps,
                upBps: up_bps,
                stepBps: step_bps,
                periodSecs: period_secs,
            }
            .abi_encode(),
            Change::ResetBand => IMarketGuards::resetBandCall {}.abi_encode(),
            Change::Mode { guard, mode } => IMarketGuards::setModeCall {
                guard: u(guard.into()),
                mode: u(mode.into()),
            }
            .abi_encode(),
            Change::Delay(secs) => IMarketGuards::setDelayCall { secs: u(secs) }.abi_encode(),
        }
    }
}
