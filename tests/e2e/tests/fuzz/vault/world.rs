//! A vault over a token that may misbehave, and what each step is as a transaction.

use super::steps::{Change, Deed, Step};
use crate::chain::{u, Net, DEPLOYER, GOVERNOR, GUARDIAN};
use crate::people::{inner, Who, DAY, DELAY, ENFORCE};
use crate::token::{Token, Trouble};
use alloy_primitives::{keccak256, Address, U256};
use alloy_sol_types::SolCall;
use e2e::tokens::{Fixture, IBatch, IToken};
use e2e::vault::{constructor_input, IVault, IVaultGovernance, IVaultMonitor};
use embedded_chain::Outcome;
use std::cell::RefCell;

pub const CAPACITY: u64 = 1_000_000;
pub const PRICE: u8 = 1;
pub const SOLVENCY: u8 = 3;
pub const OUTFLOW: u8 = 4;
pub const WINDOW: u8 = 5;
/// As the tests of the vault have them.
pub const TERMS: Change = Change::Window {
    down_bps: 100,
    up_bps: 300,
    step_bps: 200,
    period_secs: DAY,
};
#[derive(Clone)]
pub struct World {
    pub net: Net,
    pub vault: Address,
    pub token: Token,
    pub puppet: Address,
}

impl World {
    /// A vault whose guards enforce and whose governor waits; three accounts and the puppet have some of the token. Set up once a token.
    pub fn new(fixture: Fixture) -> Self {
        thread_local!(static KNOWN: RefCell<Vec<World>> = const { RefCell::new(Vec::new()) });
        KNOWN.with_borrow_mut(|known| {
            if let Some(world) = known.iter().find(|world| world.token.fixture == fixture) {
                return world.clone();
            }
            let world = Self::set_up(fixture);
            known.push(world.clone());
            world
        })
    }

    fn set_up(fixture: Fixture) -> Self {
        let mut net = Net::new();
        let alice = Who::Alice.address(Address::ZERO);
        let token = net.create(fixture.token_init_code("USDC", 6, alice, u(30_000_000)));
        let vault = net.program("vault", constructor_input(token, GOVERNOR, GUARDIAN));
        let puppet = net.create(Fixture::Batch.creation_code());
        net.fund(puppet);
        let mut world = Self {
            token: Token::at(&net, token, fixture),
            net,
            vault,
            puppet,
        };
        for (who, value) in [
            (Who::Bob, 10_000_000),
            (Who::Mallory, 5_000_000),
            (Who::Puppet, 5_000_000),
        ] {
            let gift = IToken::transferCall {
                to: world.address(who),
                value: u(value),
            };
            world.net.must(alice, token, &gift);
        }
        let approval = IToken::approveCall {
            spender: vault,
            value: U256::MAX,
        };
        for who in [Who::Alice, Who::Bob, Who::Mallory] {
            world.net.must(world.address(who), token, &approval);
        }
        let calls = vec![inner(token, approval.abi_encode())];
        world.net.must(DEPLOYER, puppet, &IBatch::runCall { calls });
        let terms = [
            Change::Outflow {
                capacity: CAPACITY,
                refill_secs: DAY,
            },
            TERMS,
            Change::Mode {
                guard: OUTFLOW,
                mode: ENFORCE,
            },
            Change::Mode {
                guard: WINDOW,
                mode: ENFORCE,
            },
        ];
        for change in terms.into_iter().chain([Change::Delay(DELAY)]) {
            let done = world
                .net
                .transact(GOVERNOR, vault, change.data(), U256::ZERO, None);
            assert!(done.is_success(), "{change:?}: {done:?}");
        }
        world
    }

    pub fn address(&self, who: Who) -> Address {
        who.address(self.puppet)
    }

    /// What an account holds of the token, whatever the token says.
    pub fn purse(&self, account: Address) -> U256 {
        self.token.purse(&self.net, account)
    }

    /// The same chain with the token as it was at first, for questions.
    pub fn repaired_net(&self) -> Net {
        let mut net = self.net.clone();
        if self.token.trouble.is_some() {
            self.token.upgrade_back(&mut net);
        }
        net
    }

    /// What the vault says of how much would pass; nothing when it does not say.
    fn most<C: SolCall>(&self, call: &C) -> U256 {
        let said = self.net.call(self.vault, call.abi_encode());
        U256::try_from_be_slice(&said.output)
            .filter(|_| said.is_success())
            .unwrap_or_default()
    }

    pub fn max_deposit(&self, receiver: Who) -> U256 {
        self.most(&IVault::maxDepositCall {
            receiver: self.address(receiver),
        })
    }

    pub fn max_withdraw(&self, owner: Who) -> U256 {
        self.most(&IVault::maxWithdrawCall {
            owner: self.address(owner),
        })
    }

    pub fn max_redeem(&self, owner: Who) -> U256 {
        self.most(&IVault::maxRedeemCall {
            owner: self.address(owner),
        })
    }

    pub fn shares(&self, who: Who) -> U256 {
        self.most(&IVault::balanceOfCall {
            account: self.address(who),
        })
    }

    pub fn worth(&self, shares: U256) -> U256 {
        self.most(&IVault::convertToAssetsCall { shares })
    }

    /// A deed as a call.
    pub fn call_of(&self, by: Who, deed: Deed) -> (Address, Vec<u8>) {
        let purse = || self.purse(self.address(by));
        let data = match deed {
            Deed::Deposit(amount, to) => IVault::depositCall {
                // The largest number passes when nothing limits it, and nobody has it.
                assets: amount.of(purse, || purse().min(self.max_deposit(to))),
                receiver: self.address(to),
            }
            .abi_encode(),
            Deed::Mint(amount, to) => IVault::mintCall {
                shares: amount.of(
                    || purse() * u(1_000),
                    || self.most(&IVault::previewDepositCall { assets: purse() }),
                ),
                receiver: self.address(to),
            }
            .abi_encode(),
            Deed::Withdraw { assets, to, owner } => IVault::withdrawCall {
                assets: assets.of(|| self.worth(self.shares(owner)), || self.max_withdraw(owner)),
                receiver: self.address(to),
                owner: self.address(owner),
            }
            .abi_encode(),
            Deed::Redeem { shares, to, owner } => IVault::redeemCall {
                shares: shares.of(|| self.shares(owner), || self.max_redeem(owner)),
                receiver: self.address(to),
                owner: self.address(owner),
            }
            .abi_encode(),
            Deed::Transfer(amount, to) => IVault::transferCall {
                value: amount.of(|| self.shares(by), || self.shares(by)),
                to: self.address(to),
            }
            .abi_encode(),
            Deed::TransferFrom { shares, from, to } => IVault::transferFromCall {
                value: shares.of(|| self.shares(from), || self.shares(from)),
                from: self.address(from),
                to: self.address(to),
            }
            .abi_encode(),
            Deed::Approve(amount, spender) => IVault::approveCall {
                value: amount.of(|| self.shares(by), || self.shares(by)),
                spender: self.address(spender),
            }
            .abi_encode(),
            Deed::Give(amount) => {
                let gift = IToken::transferCall {
                    value: amount.of(purse, purse),
                    to: self.vault,
                };
                return (self.token.address, gift.abi_encode());
            }
            Deed::Collect => IVault::collectCall {}.abi_encode(),
            Deed::WriteDown => IVault::writeDownCall {}.abi_encode(),
        };
        (self.vault, data)
    }

    /// Does a step. What came of it, when it is a call.
    pub fn take(&mut self, step: &Step) -> Option<Outcome> {
        let vault = self.vault;
        let (from, to, input, gas) = match step {
            // Left out: what a token that says zero had is then lost for good.
            Step::Do {
                deed: Deed::WriteDown,
                ..
            } if self.token.trouble == Some(Trouble::SaysZero) => return None,
            Step::Do {
                who: Who::Puppet,
                deed,
                gas,
            } => {
                let (to, data) = self.call_of(Who::Puppet, *deed);
                let mut call = inner(to, data);
                call.mayFail = false;
                let run = IBatch::runCall { calls: vec![call] };
                (self.address(Who::Mallory), self.puppet, run.abi_encode(), *gas)
            }
            Step::Do { who, deed, gas } => {
                let (to, data) = self.call_of(*who, *deed);
                (self.address(*who), to, data, *gas)
            }
            Step::Flash { deeds, back } => {
                let call = |deed: &Deed| {
                    let (to, data) = self.call_of(Who::Puppet, *deed);
                    inner(to, data)
                };
                let mut calls = Vec::new();
                if self.token.fixture == Fixture::CallbackToken && !back.is_empty() {
                    let run = IBatch::runCall {
                        calls: back.iter().map(call).collect(),
                    };
                    let prime = IToken::setCallbackCall {
                        target: self.puppet,
                        data: run.abi_encode().into(),
                    };
                    calls.push(inner(self.token.address, prime.abi_encode()));
                }
                let truthful = self.token.trouble != Some(Trouble::SaysZero);
                let own = deeds
                    .iter()
                    .filter(|deed| truthful || !matches!(deed, Deed::WriteDown));
                calls.extend(own.map(call));
                (
                    self.address(Who::Mallory),
                    self.puppet,
                    IBatch::runCall { calls }.abi_encode(),
                    None,
                )
            }
            Step::Freeze { by, group, secs } => {
                let freeze = IVaultGovernance::freezeCall {
                    group: *group,
                    secs: *secs,
                };
                (by.address(), vault, freeze.abi_encode(), None)
            }
            Step::Unfreeze { by, group } => {
                let unfreeze = IVaultGovernance::unfreezeCall { group: *group };
                (by.address(), vault, unfreeze.abi_encode(), None)
            }
            Step::Govern { by, change } => (by.address(), vault, change.data(), None),
            Step::Schedule { by, change } => {
                let schedule = IVaultGovernance::scheduleCall {
                    data: change.data().into(),
                };
                (by.address(), vault, schedule.abi_encode(), None)
            }
            Step::Cancel { by, change } => {
                let operation = keccak256(change.data());
                let cancel = IVaultGovernance::cancelScheduledCall { operation };
                (by.address(), vault, cancel.abi_encode(), None)
            }
            Step::Seize(part) => {
                self.token.seize(&mut self.net, vault, *part);
                return None;
            }
            Step::Trouble(trouble) => {
                self.token.spoil(&mut self.net, vault, *trouble);
                return None;
            }
            Step::Repair => {
                self.repair();
                return None;
            }
            Step::Wait(secs) => {
                self.net.wait(*secs);
                return None;
            }
        };
        Some(self.net.transact(from, to, input, U256::ZERO, gas))
    }

    pub fn repair(&mut self) {
        self.token.repair(&mut self.net, self.vault);
    }

    pub fn backing(&self, net: &Net) -> IVaultMonitor::backingReturn {
        net.ask(self.vault, &IVaultMonitor::backingCall {})
    }
}

impl Change {
    pub fn data(self) -> Vec<u8> {
        match self {
            Self::Outflow {
                capacity,
                refill_secs,
            } => IVaultGovernance::configureOutflowCall {
                capacity: u(capacity),
                refillSecs: refill_secs,
            }
            .abi_encode(),
            Self::Window {
                down_bps,
                up_bps,
                step_bps,
                period_secs,
            } => IVaultGovernance::configureWindowCall {
                downBps: down_bps,
                upBps: up_bps,
                stepBps: step_bps,
                periodSecs: period_secs,
            }
            .abi_encode(),
            Self::ResetWindow => IVaultGovernance::resetWindowCall {}.abi_encode(),
            Self::Mode { guard, mode } => IVaultGovernance::setModeCall { guard, mode }.abi_encode(),
            Self::Delay(secs) => IVaultGovernance::setDelayCall { secs }.abi_encode(),
        }
    }
}
