//! A chain with a vault, its token, and two who have some of it.
#![allow(missing_docs, unreachable_pub)]

use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::{SolCall, SolError, SolEvent};
use e2e::calls::refusal;
use e2e::rpc::{Chain, Endpoint, People, Receipt, RpcError};
use e2e::tokens::{Fixture, IToken};
use e2e::vault::{constructor_input, IVault, IVaultGovernance, IVaultMonitor};
use e2e::wasm;

pub const DAY: u64 = 86_400;
/// How long what loosens waits.
pub const DELAY: u64 = 2 * DAY;
/// What the bucket lets leave at once, and in a day.
pub const CAPACITY: u64 = 1_000_000;
pub const DEPOSITS: u8 = 1;
pub const WITHDRAWALS: u8 = 2;
pub const PRICE: u8 = 1;
pub const SOLVENCY: u8 = 3;
pub const OUTFLOW: u8 = 4;
pub const WINDOW: u8 = 5;
pub const ENFORCE: u8 = 0;
pub const SHADOW: u8 = 1;
pub const LATCH: u8 = 2;
/// What the price is held near: a hundredth below the reference, three above, and it follows two a day.
pub const TERMS: IVaultGovernance::configureWindowCall = IVaultGovernance::configureWindowCall {
    downBps: 100,
    upBps: 300,
    stepBps: 200,
    periodSecs: DAY,
};
pub const HOUR: u64 = 3_600;

pub struct World {
    pub chain: Chain,
    pub people: People,
    pub token: Address,
    pub vault: Address,
}

pub fn u(amount: u64) -> U256 {
    U256::from(amount)
}

impl World {
    /// A vault whose guards enforce, and whose governor waits.
    pub fn new(fixture: Fixture) -> Self {
        Self::with(fixture, |_| ())
    }

    /// One in which this is done as well before what loosens has to wait.
    pub fn with(fixture: Fixture, set_up: impl FnOnce(&mut Self)) -> Self {
        let mut world = Self::fresh(fixture);
        world.govern(&IVaultGovernance::configureOutflowCall {
            capacity: u(CAPACITY),
            refillSecs: DAY,
        });
        world.govern(&TERMS);
        world.set_mode(OUTFLOW, ENFORCE);
        world.set_mode(WINDOW, ENFORCE);
        set_up(&mut world);
        world.govern(&IVaultGovernance::setDelayCall { secs: DELAY });
        world
    }

    /// A vault as it was constructed. The user and the attacker have ten millions of the token each, and approved the vault.
    pub fn fresh(fixture: Fixture) -> Self {
        let code = wasm::code("vault").unwrap();
        let mut chain = Chain::open(&Endpoint::from_env().unwrap(), &code).unwrap();
        let people = chain.people();
        let token = chain
            .token(people.user, fixture, "USDC", 6, u(20_000_000))
            .unwrap();
        let input = constructor_input(token, people.governor, people.guardian);
        let vault = chain.deploy_program(people.deployer, &code, input).unwrap();
        let gift = IToken::transferCall {
            to: people.attacker,
            value: u(10_000_000),
        };
        chain.must(people.user, token, &gift, "a transfer").unwrap();
        let mut world = Self {
            chain,
            people,
            token,
            vault,
        };
        for account in [people.user, people.attacker] {
            world.approve(account, vault);
        }
        world
    }

    pub fn approve(&mut self, account: Address, spender: Address) {
        let value = U256::MAX;
        let approval = IToken::approveCall { spender, value };
        self.chain
            .must(account, self.token, &approval, "an approval")
            .unwrap();
    }

    #[track_caller]
    pub fn govern<C: SolCall>(&mut self, call: &C) -> Receipt {
        let from = self.people.governor;
        self.chain.must(from, self.vault, call, "an act").unwrap()
    }

    pub fn set_mode(&mut self, guard: u8, mode: u8) -> Receipt {
        self.govern(&IVaultGovernance::setModeCall { guard, mode })
    }

    /// Schedules a call of the governor, and makes it when it is ready.
    pub fn wait_and_govern<C: SolCall>(&mut self, call: &C) -> Result<Receipt, RpcError> {
        let scheduled = self.govern(&IVaultGovernance::scheduleCall { data: data(call) });
        let ready_at = self.time_of(&scheduled) + DELAY;
        self.chain.move_to(ready_at)?;
        Ok(self.govern(call))
    }

    pub fn time_of(&self, receipt: &Receipt) -> u64 {
        self.chain.time_of(receipt).unwrap()
    }

    /// The token takes so much from the vault, outside of any transfer.
    pub fn seize(&mut self, value: u64) {
        let seize = IToken::seizeCall {
            from: self.vault,
            value: u(value),
        };
        let from = self.people.user;
        self.chain.must(from, self.token, &seize, "a seizure").unwrap();
    }

    /// What everything is on the ladder, and until when.
    pub fn ladder(&self) -> (u8, u64) {
        let all = self.ask(self.people.user, &IVaultMonitor::pauseStateCall { group: 0 });
        (all.state, all.until)
    }

    pub fn last_violation(&self) -> IVaultMonitor::lastViolationReturn {
        self.ask(self.people.user, &IVaultMonitor::lastViolationCall {})
    }

    pub fn send<C: SolCall>(&mut self, from: Address, call: &C) -> Receipt {
        self.chain.submit(from, self.vault, call).unwrap()
    }

    #[track_caller]
    pub fn must<C: SolCall>(&mut self, from: Address, call: &C) -> Receipt {
        self.chain.must(from, self.vault, call, "a call").unwrap()
    }

    /// What a call would return, or what a view says.
    #[track_caller]
    pub fn ask<C: SolCall>(&self, from: Address, call: &C) -> C::Return {
        self.chain.view(from, self.vault, call).unwrap()
    }

    pub fn deposit(&mut self, from: Address, assets: u64) -> Receipt {
        self.send(from, &deposit(assets, from))
    }

    pub fn withdraw(&mut self, from: Address, assets: u64) -> Receipt {
        self.send(from, &withdraw(u(assets), from))
    }

    pub fn redeem(&mut self, from: Address, shares: U256) -> Receipt {
        self.send(from, &redeem(shares, from))
    }

    pub fn give(&mut self, from: Address, amount: u64) {
        let gift = IToken::transferCall {
            to: self.vault,
            value: u(amount),
        };
        self.chain.must(from, self.token, &gift, "a gift").unwrap();
    }

    pub fn shares(&self, account: Address) -> U256 {
        self.ask(account, &IVault::balanceOfCall { account })
    }

    pub fn total(&self) -> u64 {
        self.ask(self.people.user, &IVault::totalAssetsCall {}).to()
    }

    pub fn supply(&self) -> U256 {
        self.ask(self.people.user, &IVault::totalSupplyCall {})
    }

    pub fn held(&self, account: Address) -> u64 {
        self.chain.holds(self.token, account).unwrap().to()
    }

    pub fn max_withdraw(&self, owner: Address) -> u64 {
        self.ask(owner, &IVault::maxWithdrawCall { owner }).to()
    }
}

pub fn deposit(assets: u64, receiver: Address) -> IVault::depositCall {
    let assets = u(assets);
    IVault::depositCall { assets, receiver }
}

pub fn withdraw(assets: U256, owner: Address) -> IVault::withdrawCall {
    IVault::withdrawCall {
        assets,
        receiver: owner,
        owner,
    }
}

pub fn redeem(shares: U256, owner: Address) -> IVault::redeemCall {
    IVault::redeemCall {
        shares,
        receiver: owner,
        owner,
    }
}

#[track_caller]
pub fn assert_refused<E: SolError + PartialEq + std::fmt::Debug>(receipt: &Receipt, error: &E) {
    assert_eq!(refusal::<E>(receipt).as_ref(), Some(error), "{receipt:?}");
}

pub fn events<E: SolEvent>(receipt: &Receipt, of: Address) -> Vec<E> {
    let own = receipt.logs.iter().filter(|log| log.address == of);
    own.filter_map(|log| E::decode_log(log).ok())
        .map(|log| log.data)
        .collect()
}

/// The data of a call.
pub fn data<C: SolCall>(call: &C) -> Bytes {
    call.abi_encode().into()
}
