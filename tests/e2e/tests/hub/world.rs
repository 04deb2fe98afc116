//! A chain with a hub, a vault in Solidity that it guards, and what people do there.
#![allow(missing_docs, unreachable_pub)]

use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::{SolCall, SolError};
use e2e::calls::refusal;
use e2e::hub::{hub_input, vault_init_code, IGuardedVault, IHub, IHubGovernance, GUARDIAN_TERMS};
use e2e::rpc::{Chain, Endpoint, People, Receipt};
use e2e::tokens::{Fixture, IToken};
use e2e::wasm;

pub const HOUR: u64 = 3_600;
pub const DAY: u64 = 24 * HOUR;
/// How long what loosens waits.
pub const DELAY: u64 = 2 * DAY;
/// What the bucket lets leave at once, and in a day.
pub const CAPACITY: u64 = 1_000_000;
pub const PAID_IN: u64 = 50_000_000;

pub const DEPOSITS: u8 = 1;
pub const WITHDRAWALS: u8 = 2;

pub fn units(amount: u64) -> U256 {
    U256::from(amount)
}

pub struct World {
    pub chain: Chain,
    pub hub: Address,
    pub token: Address,
    pub vault: Address,
    pub people: People,
}

impl World {
    /// A hub whose governor is the governor's account.
    pub fn new() -> Self {
        let code = wasm::code("hub").unwrap();
        let mut chain = Chain::open(&Endpoint::from_env().unwrap(), &code).unwrap();
        let people = chain.people();
        let constructor = hub_input(people.governor, people.guardian);
        let hub = chain.deploy_program(people.deployer, &code, constructor).unwrap();
        let token = chain
            .token(people.user, Fixture::Token, "USDC", 6, units(10 * PAID_IN))
            .unwrap();
        let vault = chain
            .create(people.deployer, vault_init_code(token, hub))
            .unwrap();
        let mut world = Self {
            chain,
            hub,
            token,
            vault,
            people,
        };
        world.govern(&GUARDIAN_TERMS);
        for group in [0, DEPOSITS, WITHDRAWALS] {
            world.govern(&IHubGovernance::assignCall {
                group,
                guardian_: people.guardian,
                fallback_: people.deployer,
            });
        }
        world.govern(&bucket(token, CAPACITY));
        world.govern(&IHubGovernance::setClientCall {
            client: vault,
            allowed: true,
        });
        world.govern(&IHubGovernance::setDelayCall { secs: DELAY });
        let approval = IToken::approveCall {
            spender: vault,
            value: U256::MAX,
        };
        world
            .chain
            .must(people.user, token, &approval, "an approval")
            .unwrap();
        assert!(world.deposit(PAID_IN).is_success());
        world
    }

    pub fn govern<C: SolCall>(&mut self, call: &C) -> Receipt {
        let from = self.people.governor;
        self.chain
            .must(from, self.hub, call, "an act of the governor")
            .unwrap()
    }

    /// A call of the hub.
    pub fn ask<C: SolCall>(&mut self, from: Address, call: &C) -> Receipt {
        self.chain.submit(from, self.hub, call).unwrap()
    }

    pub fn view<C: SolCall>(&self, to: Address, call: &C) -> C::Return {
        self.chain.view(self.people.user, to, call).unwrap()
    }

    pub fn deposit(&mut self, assets: u64) -> Receipt {
        let user = self.people.user;
        let call = IGuardedVault::depositCall {
            assets: units(assets),
            receiver: user,
        };
        self.chain.submit(user, self.vault, &call).unwrap()
    }

    pub fn withdraw(&mut self, assets: u64) -> Receipt {
        let user = self.people.user;
        let call = IGuardedVault::withdrawCall {
            assets: units(assets),
            receiver: user,
            owner: user,
        };
        self.chain.submit(user, self.vault, &call).unwrap()
    }

    pub fn max_withdraw(&self) -> u64 {
        let owner = self.people.user;
        self.view(self.vault, &IGuardedVault::maxWithdrawCall { owner })
            .to()
    }

    pub fn max_deposit(&self) -> U256 {
        let receiver = self.people.user;
        self.view(self.vault, &IGuardedVault::maxDepositCall { receiver })
    }

    /// State and end of a group.
    pub fn state(&self, group: u8) -> (u8, u64) {
        let state = self.view(self.hub, &IHubGovernance::stateCall { group });
        (state.state_, state.until)
    }

    pub fn time_of(&self, receipt: &Receipt) -> u64 {
        self.chain.time_of(receipt).unwrap()
    }

    /// What the hub says to a call of a group, without a transaction: the vault hides it.
    pub fn check(&self, group: u8, kind: u8) -> Result<u16, Bytes> {
        let input = IHub::checkCall { group, kind }.abi_encode();
        let called = self.chain.call(self.people.user, self.hub, input).unwrap();
        if called.is_success() {
            Ok(IHub::checkCall::abi_decode_returns(&called.output).unwrap())
        } else {
            Err(called.output)
        }
    }
}

pub fn bucket(asset: Address, capacity: u64) -> IHubGovernance::configureBucketCall {
    IHubGovernance::configureBucketCall {
        asset,
        capacity: units(capacity),
        refillSecs: DAY,
    }
}

pub fn pause(group: u8, state: u8, secs: u64) -> IHubGovernance::pauseCall {
    IHubGovernance::pauseCall {
        group,
        state_: state,
        secs,
    }
}

pub fn restricted(group: u8, state: u8, kind: u8, retry_at: u64) -> IHub::GroupRestricted {
    IHub::GroupRestricted {
        group,
        state,
        kind,
        retryAt: retry_at,
    }
}

#[track_caller]
pub fn assert_refused<E: SolError + PartialEq + std::fmt::Debug>(receipt: &Receipt, error: &E) {
    assert_eq!(refusal::<E>(receipt).as_ref(), Some(error), "{receipt:?}");
}
