//! A chain with a market, its oracle, a supplier and a borrower.
#![allow(missing_docs, unreachable_pub)]

use alloy_primitives::{Address, Bytes, B256, U256};
use alloy_sol_types::{SolCall, SolError, SolEvent};
use e2e::calls::refusal;
use e2e::market::{constructor_input, IMarket, IMarketGuards, BREAKER};
use e2e::rpc::{Chain, Endpoint, People, Receipt};
use e2e::tokens::{Fixture, IOracle, IToken};
use e2e::wasm;

pub const HOUR: u64 = 3_600;
pub const DAY: u64 = 24 * HOUR;
pub const DELAY: u64 = 2 * DAY;
pub const SUPPLIED: u64 = 10_000_000;
/// What leaves of the loan at once, and in a day.
pub const CAPACITY: u64 = 2_000_000;

pub const HEALTH: u8 = 1;
pub const SOLVENCY: u8 = 2;
pub const OUTFLOW: u8 = 4;
pub const ENFORCE: u8 = 0;
pub const SHADOW: u8 = 1;
pub const LATCH: u8 = 2;

/// How near to its reference a price has to be: a tenth, and it follows by a twentieth a day.
pub const BAND_TERMS: IMarketGuards::configureBandCall = IMarketGuards::configureBandCall {
    downBps: 1_000,
    upBps: 1_000,
    stepBps: 500,
    periodSecs: DAY,
};

/// What a unit of the loan is worth: 1, with 18 decimals.
pub const ONE: u128 = 1_000_000_000_000_000_000;

pub struct World {
    pub chain: Chain,
    pub people: People,
    pub loan: Address,
    pub collateral: Address,
    pub oracle: Address,
    pub market: Address,
}

pub fn u(amount: u64) -> U256 {
    U256::from(amount)
}

impl World {
    /// A market of ordinary tokens.
    pub fn new() -> Self {
        Self::of(Fixture::Token, Fixture::Token)
    }

    /// The user supplies; the attacker has ten millions of the collateral, which is worth two units of the loan each. The invariants latch.
    pub fn of(loan: Fixture, collateral: Fixture) -> Self {
        Self::with(loan, collateral, |_| ())
    }

    /// The same, with this done as well before what loosens has to wait.
    pub fn with(loan: Fixture, collateral: Fixture, set_up: impl FnOnce(&mut Self)) -> Self {
        Self::unset(loan, collateral).ready(set_up)
    }

    /// The same, with so much of either token.
    pub fn with_supply(loan: Fixture, collateral: Fixture, supply: U256) -> Self {
        Self::with_supply_unset(loan, collateral, supply).ready(|_| ())
    }

    /// A market for which nothing is set yet.
    pub fn unset(loan: Fixture, collateral: Fixture) -> Self {
        Self::deployed(loan, collateral, [u(100_000_000), u(10_000_000)])
    }

    /// The same, with so much of either token.
    pub fn with_supply_unset(loan: Fixture, collateral: Fixture, supply: U256) -> Self {
        Self::deployed(loan, collateral, [supply; 2])
    }

    fn deployed(loan: Fixture, collateral: Fixture, [loans, collaterals]: [U256; 2]) -> Self {
        let code = wasm::code("market").unwrap();
        let mut chain = Chain::open(&Endpoint::from_env().unwrap(), &code).unwrap();
        let people = chain.people();
        let loan = chain.token(people.user, loan, "USDC", 6, loans).unwrap();
        let collateral = chain
            .token(people.attacker, collateral, "WETH", 18, collaterals)
            .unwrap();
        let oracle = chain
            .create(people.deployer, Fixture::Oracle.creation_code())
            .unwrap();
        let input = constructor_input([loan, collateral, oracle], people.governor, people.guardian);
        let market = chain.deploy_program(people.deployer, &code, input).unwrap();
        let mut world = Self {
            chain,
            people,
            loan,
            collateral,
            oracle,
            market,
        };
        world.prices(2 * ONE);
        for (account, token) in [
            (people.user, loan),
            (people.user, collateral),
            (people.attacker, loan),
            (people.attacker, collateral),
        ] {
            let approval = IToken::approveCall {
                spender: market,
                value: U256::MAX,
            };
            world
                .chain
                .must(account, token, &approval, "an approval")
                .unwrap();
        }
        world
    }

    fn ready(mut self, set_up: impl FnOnce(&mut Self)) -> Self {
        self.govern(&BREAKER);
        self.govern(&BAND_TERMS);
        for asset in [self.loan, self.collateral] {
            self.govern(&outflow(asset, CAPACITY));
        }
        for guard in [HEALTH, SOLVENCY] {
            self.govern(&mode(guard, LATCH));
        }
        set_up(&mut self);
        self.govern(&IMarketGuards::setDelayCall { secs: u(DELAY) });
        let supply = IMarket::supplyCall { amount: u(SUPPLIED) };
        self.must(self.people.user, &supply);
        self
    }

    /// The loan is at one, the collateral at this, now.
    pub fn prices(&mut self, collateral_wad: u128) {
        for (asset, wad) in [(self.loan, ONE), (self.collateral, collateral_wad)] {
            self.oracle(&IOracle::setCall {
                asset,
                wad: U256::from(wad),
            });
        }
    }

    pub fn oracle<C: SolCall>(&mut self, call: &C) {
        let from = self.people.deployer;
        self.chain.must(from, self.oracle, call, "a price").unwrap();
    }

    #[track_caller]
    pub fn govern<C: SolCall>(&mut self, call: &C) -> Receipt {
        let from = self.people.governor;
        self.chain.must(from, self.market, call, "an act").unwrap()
    }

    pub fn send<C: SolCall>(&mut self, from: Address, call: &C) -> Receipt {
        self.chain.submit(from, self.market, call).unwrap()
    }

    #[track_caller]
    pub fn must<C: SolCall>(&mut self, from: Address, call: &C) -> Receipt {
        self.chain.must(from, self.market, call, "a call").unwrap()
    }

    #[track_caller]
    pub fn ask<C: SolCall>(&self, call: &C) -> C::Return {
        self.chain.view(self.people.user, self.market, call).unwrap()
    }

    pub fn pledge(&mut self, from: Address, amount: u64) -> Receipt {
        let (account, amount) = (from, u(amount));
        self.send(from, &IMarket::addCollateralCall { account, amount })
    }

    pub fn unpledge(&mut self, from: Address, amount: u64) -> Receipt {
        self.send(from, &IMarket::removeCollateralCall { amount: u(amount) })
    }

    pub fn borrow(&mut self, from: Address, amount: u64) -> Receipt {
        self.send(from, &IMarket::borrowCall { amount: u(amount) })
    }

    pub fn repay(&mut self, account: Address, amount: U256) -> Receipt {
        self.send(account, &IMarket::repayCall { account, amount })
    }

    pub fn liquidate(&mut self, from: Address, account: Address, amount: u64) -> Receipt {
        let amount = u(amount);
        self.send(from, &IMarket::liquidateCall { account, amount })
    }

    pub fn position(&self, account: Address) -> IMarket::positionReturn {
        self.ask(&IMarket::positionCall { account })
    }

    pub fn debt(&self, account: Address) -> u64 {
        self.position(account).debt.to()
    }

    pub fn totals(&self) -> (u64, u64) {
        let position = self.position(Address::ZERO);
        (position.allSupplied.to(), position.allBorrowed.to())
    }

    pub fn overview(&self) -> IMarketGuards::overviewReturn {
        self.ask(&IMarketGuards::overviewCall {})
    }

    pub fn state(&self) -> u8 {
        self.overview().state
    }

    pub fn violations(&self) -> u64 {
        self.overview().violations
    }

    pub fn held(&self, asset: Address, account: Address) -> u64 {
        self.chain.holds(asset, account).unwrap().to()
    }

    /// At the next transfer of the loan from or to the account, the oracle says another price of the collateral.
    pub fn pump_at_transfer(&mut self, token: Address, account: Address, asset: Address, wad: u128) {
        let set = IOracle::setCall {
            asset,
            wad: U256::from(wad),
        };
        let prime = IToken::setCallbackCall {
            target: self.oracle,
            data: set.abi_encode().into(),
        };
        self.chain.must(account, token, &prime, "a callback").unwrap();
    }
}

pub fn mode(guard: u8, mode: u8) -> IMarketGuards::setModeCall {
    IMarketGuards::setModeCall {
        guard: u(guard.into()),
        mode: u(mode.into()),
    }
}

pub fn decide(state: u8, secs: u64) -> IMarketGuards::decideCall {
    IMarketGuards::decideCall {
        state: u(state.into()),
        secs: u(secs),
    }
}

pub fn outflow(asset: Address, capacity: u64) -> IMarketGuards::configureOutflowCall {
    IMarketGuards::configureOutflowCall {
        asset,
        capacity: u(capacity),
        refillSecs: DAY,
    }
}

#[track_caller]
pub fn assert_refused<E: SolError + PartialEq + std::fmt::Debug>(receipt: &Receipt, error: &E) {
    assert_eq!(refusal::<E>(receipt).as_ref(), Some(error), "{receipt:?}");
}

/// A latched call that happened.
#[track_caller]
pub fn assert_happened(receipt: &Receipt, market: Address) {
    assert!(receipt.is_success(), "{receipt:?}");
    assert!(
        events::<IMarket::ViolationLatched>(receipt, market).is_empty(),
        "{receipt:?}"
    );
}

/// The guard that a latched call violated, and the selector of what it was refused with.
#[track_caller]
pub fn violated(receipt: &Receipt, market: Address) -> (u8, [u8; 4]) {
    let [latched] = events::<IMarket::ViolationLatched>(receipt, market)
        .try_into()
        .unwrap();
    (latched.guard, latched.reason[..4].try_into().unwrap())
}

/// It told this, once.
#[track_caller]
pub fn assert_told<E: SolEvent + PartialEq + std::fmt::Debug>(receipt: &Receipt, of: Address, event: &E) {
    let [told] = events::<E>(receipt, of).try_into().unwrap();
    assert_eq!(&told, event);
}

pub fn events<E: SolEvent>(receipt: &Receipt, of: Address) -> Vec<E> {
    let own = receipt.logs.iter().filter(|log| log.address == of);
    own.filter_map(|log| E::decode_log(log).ok())
        .map(|log| log.data)
        .collect()
}

/// A selector as a word says it.
pub fn selector_word(selector: [u8; 4]) -> B256 {
    B256::right_padding_from(&selector)
}

/// The data of a call.
pub fn data<C: SolCall>(call: &C) -> Bytes {
    call.abi_encode().into()
}
