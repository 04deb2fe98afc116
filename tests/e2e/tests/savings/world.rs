//! Savings under an AccessManager, with two who have paid in.
#![allow(missing_docs, unreachable_pub)]

use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolCall, SolError, SolValue};
use e2e::calls::refusal;
use e2e::openzeppelin::creation_code;
use e2e::rpc::{Chain, Endpoint, People, Receipt};
use e2e::savings::{constructor_input, ISavings, ISavingsGovernance, GUARDIAN_TERMS};
use e2e::tokens::{Fixture, IToken};
use e2e::wasm;

pub const HOUR: u64 = 3_600;
pub const DAY: u64 = 24 * HOUR;
/// How long what loosens has to have been delayed.
pub const DELAY: u64 = 2 * DAY;
pub const PAID_IN: u64 = 1_000_000;
/// The least of a withdrawal that the trigger counts.
pub const LARGE: u64 = PAID_IN / 10;

/// How an asset's breaker acts: it never freezes by itself.
pub const BREAKERS: ISavingsGovernance::configureBreakersCall = ISavingsGovernance::configureBreakersCall {
    throttleBps: 2_500,
    exitBps: 500,
    dwellSecs: HOUR,
    expirySecs: 6 * HOUR,
    rampSecs: DAY,
    decisionSecs: 20 * DAY,
    freezes: 0,
    freezeBackSecs: 0,
};

/// Savings of a token, which the user and the attacker have each paid in. The governor administers the manager.
pub struct World {
    pub chain: Chain,
    pub people: People,
    pub manager: Address,
    pub savings: Address,
    pub token: Address,
}

pub fn units(amount: u64) -> U256 {
    U256::from(amount)
}

impl World {
    pub fn new() -> Self {
        Self::with(|_| ())
    }

    /// One in which this is done as well before what loosens has to wait.
    pub fn with(set_up: impl FnOnce(&mut Self)) -> Self {
        Self::of(Fixture::Token, set_up)
    }

    /// The same, of such a token.
    pub fn of(fixture: Fixture, set_up: impl FnOnce(&mut Self)) -> Self {
        let code = wasm::code("savings").unwrap();
        let mut chain = Chain::open(&Endpoint::from_env().unwrap(), &code).unwrap();
        let people = chain.people();
        let arguments = (people.governor,).abi_encode_params();
        let manager = chain
            .create(people.governor, creation_code("AccessManager", arguments))
            .unwrap();
        let savings = chain
            .deploy_program(people.deployer, &code, constructor_input(manager))
            .unwrap();
        let token = chain
            .token(people.user, fixture, "USDC", 6, units(10 * PAID_IN))
            .unwrap();
        let mut world = Self {
            chain,
            people,
            manager,
            savings,
            token,
        };
        world.govern(&GUARDIAN_TERMS);
        world.govern(&ISavingsGovernance::assignCall {
            guardian: people.guardian,
            fallback_: people.deployer,
        });
        world.govern(&bucket(token, PAID_IN));
        world.govern(&BREAKERS);
        // The third withdrawal of a tenth of what each has, within an hour.
        world.govern(&ISavingsGovernance::configureHitsCall {
            asset: token,
            hits: 3,
            windowSecs: HOUR,
            least: units(LARGE),
        });
        world.govern(&ISavingsGovernance::configureRecordCall { secs: 10 * DAY });
        world.govern(&ISavingsGovernance::configureExitCall {
            asset: token,
            openAfterSecs: 2 * DAY,
            lateSecs: DAY,
        });
        set_up(&mut world);
        world.govern(&ISavingsGovernance::setDelayCall { secs: DELAY });
        let (user, attacker) = (people.user, people.attacker);
        let gift = IToken::transferCall {
            to: attacker,
            value: units(PAID_IN),
        };
        world.chain.must(user, token, &gift, "a transfer").unwrap();
        for account in [user, attacker] {
            let approval = IToken::approveCall {
                spender: savings,
                value: U256::MAX,
            };
            world
                .chain
                .must(account, token, &approval, "an approval")
                .unwrap();
            assert!(world.send(account, &deposit(token, PAID_IN)).is_success());
        }
        world
    }

    pub fn govern<C: SolCall>(&mut self, call: &C) -> Receipt {
        let from = self.people.governor;
        self.chain.must(from, self.savings, call, "an act").unwrap()
    }

    pub fn send<C: SolCall>(&mut self, from: Address, call: &C) -> Receipt {
        self.chain.submit(from, self.savings, call).unwrap()
    }

    pub fn manage<C: SolCall>(&mut self, from: Address, call: &C) -> Receipt {
        self.chain
            .must(from, self.manager, call, "an act of the manager")
            .unwrap()
    }

    pub fn view<C: SolCall>(&self, call: &C) -> C::Return {
        self.chain.view(self.people.user, self.savings, call).unwrap()
    }

    pub fn time_of(&self, receipt: &Receipt) -> u64 {
        self.chain.time_of(receipt).unwrap()
    }

    pub fn held(&self, account: Address) -> u64 {
        self.chain.holds(self.token, account).unwrap().to()
    }

    pub fn balance_of(&self, account: Address) -> u64 {
        let asset = self.token;
        self.view(&ISavings::balanceOfCall { asset, account }).to()
    }

    /// Frozen by the guardian for four days; when the exit opens.
    pub fn freeze(&mut self) -> u64 {
        let freeze = ISavingsGovernance::pauseCall {
            state: 4,
            secs: 4 * DAY,
        };
        let frozen = self.send(self.people.guardian, &freeze);
        assert!(frozen.is_success(), "{frozen:?}");
        let told = self.send(self.people.user, &ISavings::observeCall { asset: self.token });
        assert!(told.is_success(), "{told:?}");
        self.time_of(&told) + 2 * DAY
    }

    pub fn open(&mut self) -> Receipt {
        let asset = self.token;
        self.send(self.people.attacker, &ISavings::openExitCall { asset })
    }

    pub fn leave(&mut self, account: Address) -> Receipt {
        let asset = self.token;
        self.send(account, &ISavings::takeShareCall { asset })
    }
}

pub fn deposit(asset: Address, amount: u64) -> ISavings::depositCall {
    ISavings::depositCall {
        asset,
        amount: units(amount),
    }
}

pub fn withdraw(asset: Address, amount: u64) -> ISavings::withdrawCall {
    ISavings::withdrawCall {
        asset,
        amount: units(amount),
    }
}

pub fn bucket(asset: Address, capacity: u64) -> ISavingsGovernance::configureBucketCall {
    ISavingsGovernance::configureBucketCall {
        asset,
        capacity: units(capacity),
        refillSecs: DAY,
    }
}

#[track_caller]
pub fn assert_refused<E: SolError + PartialEq + std::fmt::Debug>(receipt: &Receipt, error: &E) {
    assert_eq!(refusal::<E>(receipt).as_ref(), Some(error), "{receipt:?}");
}
