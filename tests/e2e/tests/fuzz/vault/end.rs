//! After a sequence: the token is itself again, what is frozen thaws or is lifted, the governor sets what it set at first. Then everybody gets in, and out, with all.

use super::steps::{Change, LONGEST};
use super::world::{World, CAPACITY, PRICE, TERMS, WINDOW};
use crate::chain::{u, GOVERNOR, GUARDIAN};
use crate::people::{Who, DAY, DELAY, ENFORCE};
use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::SolCall;
use e2e::tokens::{Fixture, IToken};
use e2e::vault::{IVault, IVaultGovernance, IVaultMonitor};

/// Brings a vault back, and has everybody leave.
pub fn everybody_gets_out(mut world: World, lift: bool) {
    world.repair();
    if world.token.fixture == Fixture::CallbackToken {
        // What the puppet still meant to do at its next transfer, such as a gift of what it gets, is its own affair.
        let nothing = IToken::setCallbackCall {
            target: Address::ZERO,
            data: Bytes::new(),
        };
        world.net.must(world.puppet, world.token.address, &nothing);
    }
    let (vault, bob) = (world.vault, world.address(Who::Bob));
    if lift {
        for group in 0..=2 {
            // One that is not frozen is refused, which is as well.
            let unfreeze = IVaultGovernance::unfreezeCall { group };
            world
                .net
                .transact(GOVERNOR, vault, unfreeze.abi_encode(), U256::ZERO, None);
        }
    } else {
        world.net.wait(LONGEST);
    }
    let delay: u64 = world.net.ask(vault, &IVaultGovernance::delayCall {}).to();
    let mut changes = vec![
        Change::Delay(DELAY),
        Change::Outflow {
            capacity: 4 * CAPACITY,
            refill_secs: DAY,
        },
        TERMS,
    ];
    changes.extend((PRICE..=WINDOW).map(|guard| Change::Mode { guard, mode: ENFORCE }));
    // Last: at the price of after the loss.
    changes.push(Change::ResetWindow);
    for change in &changes {
        let schedule = IVaultGovernance::scheduleCall {
            data: change.data().into(),
        };
        let asked = world
            .net
            .transact(GOVERNOR, vault, schedule.abi_encode(), U256::ZERO, None);
        if !asked.is_success() {
            // It is scheduled already, and may be too old when its time comes.
            let operation = alloy_primitives::keccak256(change.data());
            world.net.must(
                GUARDIAN,
                vault,
                &IVaultGovernance::cancelScheduledCall { operation },
            );
            world.net.must(GOVERNOR, vault, &schedule);
        }
    }
    world.net.wait(delay.max(DELAY));
    world.net.must(bob, vault, &IVault::writeDownCall {});
    for change in &changes {
        let done = world
            .net
            .transact(GOVERNOR, vault, change.data(), U256::ZERO, None);
        assert!(done.is_success(), "{change:?} after its delay: {done:?}");
    }
    // A trip of a day ends by itself, and so does its ramp of another.
    world.net.wait(2 * DAY);
    for group in 0..=2 {
        let state = world
            .net
            .ask(vault, &IVaultMonitor::pauseStateCall { group })
            .state;
        assert_eq!(state, 0, "group {group} is closed, which is running");
    }
    everything_works(&mut world);
    for who in Who::ALL {
        leaves(&mut world, who);
    }
    let managed = world.backing(&world.net).managed;
    let supply = world.net.ask(vault, &IVault::totalSupplyCall {});
    assert!(world.purse(vault) >= managed, "{managed}");
    let worth = world.worth(supply);
    assert!(worth <= u(4), "{worth} are still somebody's and cannot be had");
}

/// Each of the things that people do.
fn everything_works(world: &mut World) {
    let vault = world.vault;
    let (alice, bob) = (world.address(Who::Alice), world.address(Who::Bob));
    world.net.must(bob, vault, &IVault::collectCall {});
    for who in [Who::Alice, Who::Bob] {
        let account = world.address(who);
        let own = IToken::balanceOfCall { account };
        let assets = world.net.ask(world.token.address, &own) / u(10);
        if assets < u(1_000) {
            continue;
        }
        let before = world.shares(who);
        world.net.must(
            account,
            vault,
            &IVault::depositCall {
                assets,
                receiver: account,
            },
        );
        assert!(world.shares(who) > before);
        // Of what was just paid in, so that a tenth of it is there to be paid once more.
        let shares = (world.shares(who) - before) / u(10);
        world.net.must(
            account,
            vault,
            &IVault::mintCall {
                shares,
                receiver: account,
            },
        );
        let other = if who == Who::Alice { bob } else { alice };
        world.net.must(
            account,
            vault,
            &IVault::transferCall {
                to: other,
                value: shares,
            },
        );
        world.net.must(
            account,
            vault,
            &IVault::approveCall {
                spender: other,
                value: shares,
            },
        );
        let back = IVault::transferFromCall {
            from: account,
            to: account,
            value: shares,
        };
        world.net.must(other, vault, &back);
        let assets = world.max_withdraw(who).min(u(500));
        if !assets.is_zero() {
            world.net.must(
                account,
                vault,
                &IVault::withdrawCall {
                    assets,
                    receiver: account,
                    owner: account,
                },
            );
        }
    }
    world.net.must(bob, vault, &IVault::writeDownCall {});
}

/// All that somebody has, in as many parts as the limit takes.
fn leaves(world: &mut World, who: Who) {
    let (owner, vault) = (world.address(who), world.vault);
    let worth = world.worth(world.shares(who));
    let before = world.purse(owner);
    for _ in 0..40 {
        let shares = world.max_redeem(who);
        if shares.is_zero() {
            break;
        }
        let redeem = IVault::redeemCall {
            shares,
            receiver: owner,
            owner,
        };
        let done = world
            .net
            .transact(owner, vault, redeem.abi_encode(), U256::ZERO, None);
        assert!(
            done.is_success(),
            "{who:?} cannot leave with what may leave: {done:?}"
        );
        if !world.worth(world.shares(who)).is_zero() {
            world.net.wait(DAY);
        }
    }
    let got = world.purse(owner) - before;
    // Parts are rounded, and gains of the days in between come on top.
    assert!(got + u(40) >= worth, "{who:?} got {got} of {worth}");
    assert!(world.worth(world.shares(who)).is_zero());
}
