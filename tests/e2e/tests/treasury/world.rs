//! A chain with a treasury on it whose every guard is set, and what people do there.
#![allow(missing_docs, unreachable_pub)]

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::{SolCall, SolError};
use e2e::calls::{refusal, ETH};
use e2e::rpc::{Chain, Endpoint, People, Receipt};
use e2e::tokens::{Fixture, IBatch, IToken};
use e2e::treasury::{constructor_input, ITreasury, ITreasuryGuards};
use e2e::wasm;

pub const HOUR: u64 = 3_600;
pub const DAY: u64 = 24 * HOUR;
/// How long what loosens waits.
pub const DELAY: u64 = 2 * DAY;
/// What the bucket lets leave at once, and in a day.
pub const CAPACITY: u64 = 1_000_000;
/// The most in one call and in one transaction.
pub const CAP: u64 = 2_000_000;
/// What a deferral has at least to be to count against the one who asks for it.
pub const LEAST: u64 = 500_000;
/// What the user and the attacker have paid in, each.
pub const PAID_IN: u64 = 20_000_000;

/// How the asset's breaker acts: it never freezes by itself.
pub const BREAKERS: ITreasuryGuards::configureBreakersCall = ITreasuryGuards::configureBreakersCall {
    throttleBps: 2_500,
    exitBps: 500,
    dwellSecs: 600,
    expirySecs: 6 * HOUR,
    rampSecs: 4 * HOUR,
    decisionSecs: 7 * DAY,
    freezes: 0,
    freezeBackSecs: 0,
};

pub fn units(amount: u64) -> U256 {
    U256::from(amount)
}

pub struct World {
    pub chain: Chain,
    pub treasury: Address,
    pub people: People,
}

impl World {
    pub fn new() -> Self {
        Self::with(|_| ())
    }

    /// One in which this is done as well before what loosens has to wait.
    pub fn with(set_up: impl FnOnce(&mut Self)) -> Self {
        let code = wasm::code("treasury").unwrap();
        let mut chain = Chain::open(&Endpoint::from_env().unwrap(), &code).unwrap();
        let people = chain.people();
        let constructor = constructor_input(people.governor, people.guardian);
        let treasury = chain.deploy_program(people.deployer, &code, constructor).unwrap();
        let mut world = Self {
            chain,
            treasury,
            people,
        };
        world.set_up(ETH);
        world.govern(&BREAKERS);
        world.govern(&ITreasuryGuards::configureRecordCall { secs: 30 * DAY });
        set_up(&mut world);
        world.govern(&ITreasuryGuards::setDelayCall { secs: DELAY });
        for account in [people.user, people.attacker] {
            assert!(world.deposit(account, PAID_IN).is_success());
        }
        world
    }

    /// One with a token as well, whose every guard is set, and of which the user has paid in.
    pub fn with_token(fixture: Fixture) -> (Self, Address) {
        let mut token = Address::ZERO;
        let mut world = Self::with(|world| {
            let user = world.people.user;
            token = world
                .chain
                .token(user, fixture, "USDC", 6, units(10 * PAID_IN))
                .unwrap();
            world.set_up(token);
        });
        let (user, treasury) = (world.people.user, world.treasury);
        let approval = IToken::approveCall {
            spender: treasury,
            value: U256::MAX,
        };
        world.chain.must(user, token, &approval, "an approval").unwrap();
        assert!(world.send(user, &deposit(token, PAID_IN)).is_success());
        (world, token)
    }

    /// Sets every guard of an asset.
    pub fn set_up(&mut self, asset: Address) {
        self.govern(&ITreasuryGuards::configureBucketCall {
            asset,
            capacity: units(CAPACITY),
            refillSecs: DAY,
        });
        self.govern(&ITreasuryGuards::configureCapsCall {
            asset,
            transition: units(CAP),
            transaction: units(CAP),
        });
        self.govern(&ITreasuryGuards::configureQueueCall {
            asset,
            drain: units(CAPACITY),
            drainSecs: DAY,
            minDelaySecs: HOUR,
            maxDelaySecs: 7 * DAY,
            lateSecs: 3 * DAY,
        });
        self.govern(&ITreasuryGuards::configureHitsCall {
            asset,
            hits: 3,
            windowSecs: HOUR,
            least: units(LEAST),
        });
    }

    /// What the governor does and must succeed.
    pub fn govern<C: SolCall>(&mut self, call: &C) -> Receipt {
        let from = self.people.governor;
        self.chain
            .must(from, self.treasury, call, "an act of the governor")
            .unwrap()
    }

    pub fn send<C: SolCall>(&mut self, from: Address, call: &C) -> Receipt {
        self.chain.submit(from, self.treasury, call).unwrap()
    }

    pub fn view<C: SolCall>(&self, call: &C) -> C::Return {
        self.chain.view(self.people.user, self.treasury, call).unwrap()
    }

    pub fn deposit(&mut self, from: Address, amount: u64) -> Receipt {
        let call = deposit(ETH, amount);
        self.chain
            .transact(from, self.treasury, call.abi_encode(), units(amount))
            .unwrap()
    }

    pub fn withdraw(&mut self, from: Address, amount: u64) -> Receipt {
        self.send(from, &withdraw(ETH, amount, from))
    }

    pub fn claim(&mut self, account: Address) -> Receipt {
        let from = self.people.deployer;
        self.send(from, &ITreasury::claimCall { asset: ETH, account })
    }

    /// State and end of the breaker of ETH.
    pub fn breaker(&self) -> (u64, u64) {
        let breaker = self.view(&ITreasuryGuards::breakerCall { asset: ETH });
        (breaker.state.into(), breaker.until)
    }

    pub fn available(&self) -> u64 {
        self.view(&ITreasuryGuards::availableCall { asset: ETH }).to()
    }

    pub fn owed(&self) -> u64 {
        self.view(&ITreasury::owedCall { asset: ETH }).to()
    }

    pub fn balance_of(&self, account: Address) -> u64 {
        self.view(&ITreasury::balanceOfCall { asset: ETH, account }).to()
    }

    /// A ticket's amount, and when it can be claimed.
    pub fn ticket(&self, account: Address, index: u64) -> (u64, u64) {
        let ticket = self.view(&ITreasuryGuards::ticketCall {
            asset: ETH,
            account,
            index,
        });
        (ticket.amount.to(), ticket.readyAt)
    }

    pub fn time_of(&self, receipt: &Receipt) -> u64 {
        self.chain.time_of(receipt).unwrap()
    }

    /// An account that makes several calls in one transaction, with some of the user's money.
    pub fn batch(&mut self) -> Address {
        let user = self.people.user;
        let batch = self.chain.create(user, Fixture::Batch.creation_code()).unwrap();
        let sent = self
            .chain
            .transact(user, batch, Vec::new(), units(PAID_IN))
            .unwrap();
        assert!(sent.is_success());
        batch
    }

    /// Has the batch make calls of the treasury in one transaction; each may fail.
    pub fn in_one_transaction(&mut self, batch: Address, calls: Vec<(u64, Vec<u8>)>) -> Receipt {
        let to = self.treasury;
        let calls = calls.into_iter().map(|(value, data)| IBatch::Call {
            to,
            value: units(value),
            data: data.into(),
            mayFail: true,
        });
        let call = IBatch::runCall {
            calls: calls.collect(),
        };
        self.chain.submit(self.people.user, batch, &call).unwrap()
    }

    /// Schedules a call for the governor; the second from which it may be made.
    pub fn schedule<C: SolCall>(&mut self, call: &C) -> (B256, u64) {
        let data = call.abi_encode();
        let receipt = self.govern(&ITreasuryGuards::scheduleCall {
            data: data.clone().into(),
        });
        (alloy_primitives::keccak256(data), self.time_of(&receipt) + DELAY)
    }
}

pub fn deposit(asset: Address, amount: u64) -> ITreasury::depositCall {
    ITreasury::depositCall {
        asset,
        amount: units(amount),
    }
}

pub fn withdraw(asset: Address, amount: u64, recipient: Address) -> ITreasury::withdrawCall {
    ITreasury::withdrawCall {
        asset,
        amount: units(amount),
        recipient,
    }
}

#[track_caller]
pub fn assert_refused<E: SolError + PartialEq + std::fmt::Debug>(receipt: &Receipt, error: &E) {
    assert_eq!(refusal::<E>(receipt).as_ref(), Some(error), "{receipt:?}");
}

/// What a withdrawal said that succeeded: whether it waits, and where.
#[track_caller]
pub fn waits(receipt: &Receipt) -> bool {
    use alloy_sol_types::SolEvent;
    assert!(receipt.is_success(), "{receipt:?}");
    let withdrawn = receipt
        .logs
        .iter()
        .find_map(|log| ITreasury::Withdrawn::decode_log(log).ok());
    withdrawn.expect("a withdrawal tells of itself").deferred
}
