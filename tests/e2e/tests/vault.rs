//! The vault as WASM on a chain: what ERC-4626 says, and what is tried on vaults.

#[path = "vault/corrupted.rs"]
mod corrupted;
#[path = "vault/tripped.rs"]
mod tripped;
#[path = "vault/window.rs"]
mod window;
#[path = "vault/world.rs"]
mod world;

use alloy_primitives::{keccak256, Address, B256, U256};
use alloy_sol_types::{SolCall, SolError};
use e2e::calls::refusal;
use e2e::dice::Dice;
use e2e::or_skip;
use e2e::rpc::Receipt;
use e2e::tokens::{Fixture, IBatch, IToken};
use e2e::vault::{constructor_input, IVault, IVaultGovernance, IVaultMonitor};
use e2e::wasm;
use world::*;

const FROZEN: u8 = 4;
const BOUNDED_WITHDRAWAL: u8 = 3;
const INCREASES_RISK: u8 = 0;

#[test]
fn it_says_what_it_is() {
    let world = World::fresh(Fixture::Token);
    let user = world.people.user;
    assert_eq!(world.ask(user, &IVault::nameCall {}), "Guarded vault");
    assert_eq!(world.ask(user, &IVault::symbolCall {}), "gVLT");
    assert_eq!(world.ask(user, &IVault::decimalsCall {}), 9);
    assert_eq!(world.ask(user, &IVault::assetCall {}), world.token);
    assert_eq!(
        world.ask(user, &IVaultGovernance::governorCall {}),
        world.people.governor
    );
    assert_eq!(
        world.ask(user, &IVaultGovernance::guardianCall {}),
        world.people.guardian
    );
}

#[test]
fn the_limit_watches_first_and_tells_whom_it_would_have_refused() {
    let mut world = World::fresh(Fixture::Token);
    let (user, vault) = (world.people.user, world.vault);
    let mode = IVaultMonitor::modeCall { guard: OUTFLOW };
    assert_eq!(world.ask(user, &mode), SHADOW);
    let paid_in = world.deposit(user, 3_000_000);
    let closed = IVault::AssetClosed { asset: world.token };
    let unset = IVault::PriceWindowUnset { key: B256::ZERO };
    let would = |guard, reason: Vec<u8>| IVault::GuardWouldRefuse {
        guard,
        by: user,
        reason: reason.into(),
    };
    assert_eq!(
        events::<IVault::GuardWouldRefuse>(&paid_in, vault),
        [
            would(OUTFLOW, closed.abi_encode()),
            would(WINDOW, unset.abi_encode())
        ]
    );
    world.govern(&IVaultGovernance::configureOutflowCall {
        capacity: u(CAPACITY),
        refillSecs: DAY,
    });
    assert_eq!(
        world.max_withdraw(user),
        3_000_000,
        "who only watches limits nothing"
    );
    let passed = world.withdraw(user, 1_000_001);
    assert!(passed.is_success(), "{passed:?}");
    let told = events::<IVault::GuardWouldRefuse>(&passed, vault);
    assert_eq!(
        told.iter().map(|told| told.guard).collect::<Vec<_>>(),
        [WINDOW, OUTFLOW]
    );

    world.set_mode(OUTFLOW, ENFORCE);
    let refused = refusal::<IVault::RateLimited>(&world.withdraw(user, 1_000_001)).unwrap();
    assert_eq!(
        (refused.requested, refused.available),
        (u(1_000_001), u(1_000_000))
    );
    assert!(world.withdraw(user, 1_000_000).is_success());
}

#[test]
fn every_way_asks_the_limit_and_follows_the_price() {
    let mut world = World::fresh(Fixture::Token);
    let (user, vault) = (world.people.user, world.vault);
    let told = |receipt: &Receipt| -> Vec<(u8, [u8; 4])> {
        assert!(receipt.is_success(), "{receipt:?}");
        let told = events::<IVault::GuardWouldRefuse>(receipt, vault);
        told.iter()
            .map(|told| (told.guard, told.reason[..4].try_into().unwrap()))
            .collect()
    };
    // Neither is set, and both only watch.
    let closed = (OUTFLOW, IVault::AssetClosed::SELECTOR);
    let unset = (WINDOW, IVault::PriceWindowUnset::SELECTOR);
    let mint = IVault::mintCall {
        shares: u(1_000_000),
        receiver: user,
    };
    assert_eq!(told(&world.deposit(user, 3_000_000)), [closed, unset]);
    assert_eq!(told(&world.send(user, &mint)), [closed, unset]);
    assert_eq!(told(&world.withdraw(user, 1_000)), [unset, closed]);
    assert_eq!(told(&world.redeem(user, u(1_000))), [unset, closed]);
    assert_eq!(told(&world.send(user, &IVault::collectCall {})), [unset]);
}

#[test]
fn what_is_said_to_pass_is_nothing_where_a_guard_that_enforces_is_not_set() {
    let mut world = World::fresh(Fixture::Token);
    let user = world.people.user;
    let most_in = IVault::maxDepositCall { receiver: user };
    assert_eq!(
        world.ask(user, &most_in),
        U256::MAX,
        "what only watches stops nobody"
    );
    world.set_mode(OUTFLOW, ENFORCE);
    assert_eq!(world.ask(user, &most_in), U256::ZERO);
    let closed = IVault::AssetClosed { asset: world.token };
    assert_refused(&world.deposit(user, 3_000_000), &closed);
    world.govern(&IVaultGovernance::configureOutflowCall {
        capacity: u(CAPACITY),
        refillSecs: DAY,
    });
    assert_eq!(world.ask(user, &most_in), U256::MAX);
    // A price without a reference, of nobody's shares and of somebody's.
    let unset = IVault::PriceWindowUnset { key: B256::ZERO };
    world.set_mode(WINDOW, ENFORCE);
    assert_eq!(world.ask(user, &most_in), U256::ZERO);
    assert_refused(&world.deposit(user, 3_000_000), &unset);
    world.set_mode(WINDOW, SHADOW);
    assert!(world.deposit(user, 3_000_000).is_success());
    assert_eq!(world.ask(user, &most_in), U256::MAX);
    assert_eq!(world.max_withdraw(user), CAPACITY);
    world.set_mode(WINDOW, ENFORCE);
    assert_eq!(
        (world.ask(user, &most_in), world.max_withdraw(user)),
        (U256::ZERO, 0)
    );
    assert_refused(&world.withdraw(user, 1_000), &unset);
}

#[test]
fn what_is_previewed_is_what_happens_and_rounds_against_whoever_asks() {
    let mut world = World::new(Fixture::Token);
    let (user, attacker) = (world.people.user, world.people.attacker);
    assert!(world.deposit(user, 1_000_003).is_success());
    world.give(attacker, 777);
    or_skip!(world.chain.advance_time(DAY));
    world.must(attacker, &IVault::collectCall {});
    // 1,000,780 units and the virtual one, to 1,000,003,000 shares and the virtual thousand.
    let (assets, shares) = (1_000_780u128 + 1, 1_000_003_000u128 + 1_000);
    assert_eq!(world.total(), 1_000_780);
    for amount in [1u64, 2, 3, 7, 999, 1_000, 123_457] {
        let down = |a: u128, b: u128, c: u128| u((a * b / c) as u64);
        let up = |a: u128, b: u128, c: u128| u((a * b).div_ceil(c) as u64);
        let wide = u128::from(amount);
        let n = u(amount);
        let minted = world.ask(attacker, &IVault::previewDepositCall { assets: n });
        assert_eq!(minted, down(wide, shares, assets));
        assert_eq!(world.ask(attacker, &deposit(amount, attacker)), minted);
        assert_eq!(
            world.ask(attacker, &IVault::convertToSharesCall { assets: n }),
            minted
        );
        let burned = world.ask(user, &IVault::previewWithdrawCall { assets: n });
        assert_eq!(burned, up(wide, shares, assets));
        assert_eq!(world.ask(user, &withdraw(n, user)), burned);

        let many = n * u(1_000) + u(1);
        let wide = wide * 1_000 + 1;
        let cost = world.ask(attacker, &IVault::previewMintCall { shares: many });
        assert_eq!(cost, up(wide, assets, shares));
        let mint = IVault::mintCall {
            shares: many,
            receiver: attacker,
        };
        assert_eq!(world.ask(attacker, &mint), cost);
        let paid = world.ask(user, &IVault::previewRedeemCall { shares: many });
        assert_eq!(paid, down(wide, assets, shares));
        assert_eq!(world.ask(user, &redeem(many, user)), paid);
        assert_eq!(
            world.ask(user, &IVault::convertToAssetsCall { shares: many }),
            paid
        );
    }
    // And what happens is what the events say.
    let happened = world.deposit(attacker, 123_457);
    let minted = u((123_457 * shares / assets) as u64);
    assert_eq!(
        events::<IVault::Deposit>(&happened, world.vault),
        [IVault::Deposit {
            sender: attacker,
            owner: attacker,
            assets: u(123_457),
            shares: minted
        }]
    );
    assert_eq!(
        events::<IVault::Transfer>(&happened, world.vault),
        [IVault::Transfer {
            from: Address::ZERO,
            to: attacker,
            value: minted
        }]
    );
    assert_eq!(world.shares(attacker), minted);
    let before = world.held(attacker);
    let left = world.redeem(attacker, minted);
    assert_eq!(events::<IVault::Withdraw>(&left, world.vault)[0].shares, minted);
    assert_eq!(
        world.held(attacker),
        before + 123_456,
        "a unit less than was paid in"
    );
}

#[test]
fn nothing_is_not_moved() {
    let mut world = World::new(Fixture::Token);
    let user = world.people.user;
    assert!(world.deposit(user, 1_000).is_success());
    let nothing = IVault::NothingMoved {};
    assert_refused(&world.deposit(user, 0), &nothing);
    assert_refused(&world.withdraw(user, 0), &nothing);
    assert_refused(&world.redeem(user, u(999)), &nothing);
    let too_large = IVault::AmountTooLarge {};
    let all = IVault::depositCall {
        assets: U256::MAX,
        receiver: user,
    };
    assert_refused(&world.send(user, &all), &too_large);
    let to_nobody = deposit(5, Address::ZERO);
    assert_refused(
        &world.send(user, &to_nobody),
        &IVault::ERC20InvalidReceiver {
            receiver: Address::ZERO,
        },
    );
}

#[test]
fn the_most_passes_and_a_unit_more_does_not() {
    let mut world = World::new(Fixture::Token);
    let (user, guardian) = (world.people.user, world.people.guardian);
    assert!(world.deposit(user, 3_000_000).is_success());
    let few = IVault::transferCall {
        to: guardian,
        value: u(999),
    };
    world.must(user, &few);
    assert_eq!(
        world.ask(guardian, &IVault::maxRedeemCall { owner: guardian }),
        U256::ZERO,
        "less than a unit is paid nothing"
    );
    let back = IVault::transferCall {
        to: user,
        value: u(999),
    };
    world.must(guardian, &back);
    let most_in = IVault::maxDepositCall { receiver: user };
    let most_minted = IVault::maxMintCall { receiver: user };
    assert_eq!(world.ask(user, &most_in), U256::MAX);
    assert_eq!(world.ask(user, &most_minted), U256::MAX);
    // The bucket is the bound.
    assert_eq!(world.max_withdraw(user), CAPACITY);
    let most = world.ask(user, &IVault::maxRedeemCall { owner: user });
    assert_eq!(most, u(CAPACITY * 1_000));
    let over = refusal::<IVault::RateLimited>(&world.withdraw(user, CAPACITY + 1)).unwrap();
    assert_eq!(over.available, u(CAPACITY));
    let over = world.redeem(user, most + u(1_000));
    assert!(refusal::<IVault::RateLimited>(&over).is_some(), "{over:?}");
    let left = world.withdraw(user, CAPACITY);
    assert!(left.is_success());
    assert_eq!(world.max_withdraw(user), 0);
    // A day later the bucket is full again, at its second.
    let full_at = world.chain.time_of(&left).unwrap() + DAY;
    or_skip!(world.chain.move_to(full_at));
    assert!(world.redeem(user, most).is_success());
    or_skip!(world.chain.advance_time(2 * DAY));
    // What the account has is the bound.
    let some = world.shares(user) - u(500_000_000);
    let other = world.people.attacker;
    let sent = IVault::transferCall {
        to: other,
        value: some,
    };
    world.must(user, &sent);
    assert_eq!(world.max_withdraw(user), 500_000);
    assert!(!world.withdraw(user, 500_001).is_success());
    assert!(world.withdraw(user, 500_000).is_success());

    let freeze = IVaultGovernance::freezeCall { group: 0, secs: DAY };
    assert!(world.send(guardian, &freeze).is_success());
    assert_eq!(world.ask(user, &most_in), U256::ZERO);
    assert_eq!(world.max_withdraw(other), 0);
}

#[test]
fn a_group_is_frozen_to_its_second_and_comes_back_over_a_ramp() {
    let mut world = World::new(Fixture::Token);
    let (user, guardian) = (world.people.user, world.people.guardian);
    assert!(world.deposit(user, 3_000_000).is_success());
    let stranger = world.send(
        user,
        &IVaultGovernance::freezeCall {
            group: DEPOSITS,
            secs: DAY,
        },
    );
    assert_refused(&stranger, &IVaultGovernance::NotGuardian { caller: user });
    let none = world.send(guardian, &IVaultGovernance::freezeCall { group: 3, secs: DAY });
    assert_refused(&none, &IVaultGovernance::UnknownPauseGroup { group: 3 });

    let freeze = IVaultGovernance::freezeCall {
        group: DEPOSITS,
        secs: DAY,
    };
    assert!(world.send(guardian, &freeze).is_success());
    let shut = refusal::<IVault::GroupRestricted>(&world.deposit(user, 1)).unwrap();
    assert_eq!(
        (shut.group, shut.state, shut.kind),
        (DEPOSITS, FROZEN, INCREASES_RISK)
    );
    assert!(world.withdraw(user, 1).is_success(), "the way out is open");

    let freeze = IVaultGovernance::freezeCall {
        group: WITHDRAWALS,
        secs: DAY,
    };
    let frozen = world.send(guardian, &freeze);
    let until = world.chain.time_of(&frozen).unwrap() + DAY;
    let state = world.ask(user, &IVaultMonitor::pauseStateCall { group: WITHDRAWALS });
    assert_eq!((state.state, state.until), (FROZEN, until));
    or_skip!(world.chain.move_to(until - 1));
    let shut = refusal::<IVault::GroupRestricted>(&world.withdraw(user, 1)).unwrap();
    assert_eq!(
        (shut.group, shut.kind, shut.retryAt),
        (WITHDRAWALS, BOUNDED_WITHDRAWAL, until)
    );
    or_skip!(world.chain.move_to(until));
    // A quarter of the limits at the first second: what leaves is charged four times.
    assert_eq!(world.max_withdraw(user), 250_000);
    assert!(refusal::<IVault::RateLimited>(&world.withdraw(user, 300_000)).is_some());
    or_skip!(world.chain.advance_time(DAY));
    assert!(world.withdraw(user, CAPACITY).is_success());
}

#[test]
fn a_freeze_shuts_every_way_as_well_where_the_limit_only_watches() {
    let mut world = World::with(Fixture::Token, |world| {
        world.set_mode(OUTFLOW, SHADOW);
    });
    let (user, guardian) = (world.people.user, world.people.guardian);
    assert!(world.deposit(user, 3_000_000).is_success());
    let freeze = IVaultGovernance::freezeCall { group: 0, secs: DAY };
    assert!(world.send(guardian, &freeze).is_success());
    let mint = IVault::mintCall {
        shares: u(1_000),
        receiver: user,
    };
    for (receipt, kind) in [
        (world.deposit(user, 1), INCREASES_RISK),
        (world.send(user, &mint), INCREASES_RISK),
        (world.withdraw(user, 1), BOUNDED_WITHDRAWAL),
        (world.redeem(user, u(1_000)), BOUNDED_WITHDRAWAL),
    ] {
        let shut = refusal::<IVault::GroupRestricted>(&receipt).unwrap();
        assert_eq!((shut.group, shut.state, shut.kind), (0, FROZEN, kind));
    }
}

#[test]
fn what_loosens_waits_in_the_open_and_what_tightens_does_not() {
    let mut world = World::new(Fixture::Token);
    let (user, governor, guardian) = (world.people.user, world.people.governor, world.people.guardian);
    let stranger = world.send(user, &IVaultGovernance::setDelayCall { secs: 9 * DAY });
    assert_refused(&stranger, &IVaultGovernance::NotGovernor { caller: user });
    let limit = |capacity| IVaultGovernance::configureOutflowCall {
        capacity: u(capacity),
        refillSecs: DAY,
    };
    world.govern(&limit(CAPACITY / 2));
    let down = IVaultGovernance::setModeCall {
        guard: OUTFLOW,
        mode: SHADOW,
    };
    let wider = IVaultGovernance::configureWindowCall {
        upBps: TERMS.upBps + 1,
        ..TERMS
    };
    let sooner = IVaultGovernance::setDelayCall { secs: DELAY - 1 };
    for loosening in [data(&limit(CAPACITY)), data(&down), data(&wider), data(&sooner)] {
        let operation = keccak256(&loosening);
        let early = world
            .chain
            .transact(governor, world.vault, loosening.clone(), U256::ZERO)
            .unwrap();
        let waits = IVaultGovernance::OperationNotReady {
            operation,
            readyAt: 0,
            expiresAt: 0,
        };
        assert_refused(&early, &waits);
        let scheduled = world.govern(&IVaultGovernance::scheduleCall {
            data: loosening.clone(),
        });
        let ready_at = world.chain.time_of(&scheduled).unwrap() + DELAY;
        let view = world.ask(user, &IVaultGovernance::scheduledCall { operation });
        assert_eq!(view.readyAt, ready_at);
        or_skip!(world.chain.move_to(ready_at));
        let done = world
            .chain
            .transact(governor, world.vault, loosening, U256::ZERO)
            .unwrap();
        assert!(done.is_success(), "{done:?}");
    }
    let limit_now = world.ask(user, &IVaultMonitor::outflowLimitCall {});
    assert_eq!((limit_now.capacity, limit_now.refillSecs), (u(CAPACITY), DAY));
    assert_eq!(
        world.ask(user, &IVaultMonitor::modeCall { guard: OUTFLOW }),
        SHADOW
    );
    // The guardian takes back what is scheduled, and only that.
    let wider = data(&limit(2 * CAPACITY));
    world.govern(&IVaultGovernance::scheduleCall { data: wider.clone() });
    let operation = keccak256(&wider);
    world.must(guardian, &IVaultGovernance::cancelScheduledCall { operation });
    assert_eq!(
        world
            .ask(user, &IVaultGovernance::scheduledCall { operation })
            .readyAt,
        0
    );
    for (guard, mode) in [(0, ENFORCE), (6, ENFORCE), (1, 3)] {
        let unknown = world.send(governor, &IVaultGovernance::setModeCall { guard, mode });
        assert_refused(&unknown, &IVaultGovernance::UnknownMode { guard, mode });
    }
}

#[test]
fn a_gift_to_an_empty_vault_buys_nothing() {
    let mut world = World::new(Fixture::Token);
    let (user, attacker) = (world.people.user, world.people.attacker);
    let rich = world.held(attacker);
    // The attacker's whole share is one unit, and then it is to be worth a fortune.
    assert!(world.deposit(attacker, 1).is_success());
    world.give(attacker, 1_000_000);
    assert_eq!(world.total(), 1, "a gift is a surplus");
    assert!(world.deposit(user, 1_000_000).is_success());
    assert_eq!(
        world.shares(user),
        u(1_000_000_000),
        "to the share what it paid for"
    );
    // A day later what the gift gains is the depositors', by their parts.
    or_skip!(world.chain.advance_time(DAY));
    assert_eq!(world.total(), 1_010_001);
    assert_eq!(world.max_withdraw(user), 1_000_000.min(CAPACITY));
    let own = world.shares(attacker);
    assert_eq!(own, u(1_000));
    assert!(world.redeem(attacker, own).is_success());
    assert_eq!(world.held(attacker), rich - 1_000_000, "it has its unit again");
}

#[test]
fn a_gift_counts_by_the_second_and_a_hundredth_a_day() {
    let mut world = World::new(Fixture::Token);
    let (user, attacker) = (world.people.user, world.people.attacker);
    assert!(world.deposit(user, 8_640_000).is_success());
    world.give(attacker, 1_000_000);
    let first = world.must(user, &IVault::collectCall {});
    let (at, start) = (world.chain.time_of(&first).unwrap(), world.total());
    // A hundredth of 8,640,000 is 86,400: a unit a second, rounded down.
    or_skip!(world.chain.move_to(at + 100));
    let counted = world.must(user, &IVault::collectCall {});
    let now = world.chain.time_of(&counted).unwrap();
    let rate = start / 100;
    let gained = rate * (now - at) / DAY;
    assert_eq!(
        events::<IVault::GainCounted>(&counted, world.vault),
        [IVault::GainCounted {
            previous: u(start),
            managed: u(start + gained)
        }]
    );
    // Again and again in one second is once; and who buys in just before gains nothing.
    let again = world.must(user, &IVault::collectCall {});
    let later = world.chain.time_of(&again).unwrap();
    assert!(world.total() - (start + gained) <= (later - now) + 1);
    or_skip!(world.chain.advance_time(10 * DAY));
    let before = world.held(attacker);
    assert!(world.deposit(attacker, 900_000).is_success());
    let own = world.shares(attacker);
    assert!(world.redeem(attacker, own).is_success());
    assert!(
        world.held(attacker) <= before,
        "what was gained was counted before it came"
    );
    // Ten days without a call gain no more than one.
    assert!(world.total() <= (start + gained) * 101 / 100 + 20);
}

#[test]
fn a_gain_is_counted_before_every_way_in_and_out() {
    let some = u(1_000_000);
    for way in 0..4 {
        let mut world = World::new(Fixture::Token);
        let (user, attacker) = (world.people.user, world.people.attacker);
        assert!(world.deposit(user, 864_000).is_success());
        world.give(attacker, 100_000);
        or_skip!(world.chain.advance_time(DAY));
        let receipt = match way {
            0 => world.deposit(user, 1_000),
            1 => world.send(
                user,
                &IVault::mintCall {
                    shares: some,
                    receiver: user,
                },
            ),
            2 => world.withdraw(user, 1_000),
            _ => world.redeem(user, some),
        };
        // A hundredth of it in a day.
        assert_eq!(
            events::<IVault::GainCounted>(&receipt, world.vault),
            [IVault::GainCounted {
                previous: u(864_000),
                managed: u(872_640)
            }],
            "{way}"
        );
    }
}

#[test]
fn a_gift_gains_nothing_for_the_time_before_it_and_what_rounds_to_nothing_waits() {
    let mut world = World::new(Fixture::Token);
    let (user, attacker) = (world.people.user, world.people.attacker);
    or_skip!(world.chain.advance_time(DAY));
    assert!(world.deposit(user, 8_640_000).is_success());
    or_skip!(world.chain.advance_time(DAY));
    world.must(user, &IVault::collectCall {});
    world.give(attacker, 1_000_000);
    // A unit a second, and not those of the day before.
    let gained = world.total() - 8_640_000;
    assert!(gained <= 60, "{gained}");

    // A hundredth of a thousand is ten a day: nothing in two hours, and one in four.
    let mut world = World::new(Fixture::Token);
    assert!(world.deposit(user, 1_000).is_success());
    world.give(attacker, 100);
    for _ in 0..12 {
        or_skip!(world.chain.advance_time(2 * HOUR));
        world.must(user, &IVault::collectCall {});
    }
    assert_eq!(world.total(), 1_006);
}

#[test]
fn a_loss_stops_everything_until_it_is_written_down_for_all_alike() {
    let mut world = World::new(Fixture::GreedyToken);
    let (user, attacker) = (world.people.user, world.people.attacker);
    assert!(world.deposit(user, 300_000).is_success());
    assert!(world.deposit(attacker, 100_000).is_success());
    world.seize(100_000);
    let insolvent = IVault::Insolvent {
        asset: world.token,
        locked: u(299_000),
        owed: u(399_000),
    };
    assert_refused(&world.withdraw(attacker, 1_000), &insolvent);
    let mint = IVault::mintCall {
        shares: u(1_000_000),
        receiver: attacker,
    };
    for refused in [
        world.deposit(attacker, 1_000),
        world.send(attacker, &mint),
        world.redeem(attacker, u(1_000_000)),
    ] {
        assert!(refusal::<IVault::Insolvent>(&refused).is_some(), "{refused:?}");
    }
    assert!(refusal::<IVault::Insolvent>(&world.send(user, &IVault::collectCall {})).is_some());
    assert_eq!(world.total(), 300_000, "what is held, not what was managed");
    assert_eq!(world.max_withdraw(user), 0);
    assert_eq!(
        world.ask(user, &IVault::maxDepositCall { receiver: user }),
        U256::ZERO
    );

    let written = world.must(attacker, &IVault::writeDownCall {});
    assert_eq!(
        events::<IVault::LossWrittenDown>(&written, world.vault),
        [IVault::LossWrittenDown {
            by: attacker,
            previous: u(400_000),
            managed: u(300_000)
        }]
    );
    assert_eq!(
        (world.max_withdraw(user), world.max_withdraw(attacker)),
        (225_000, 75_000)
    );
    assert!(world.withdraw(attacker, 75_000).is_success());
    assert!(world.withdraw(user, 225_000).is_success());
    // Nothing is missing: nothing is written.
    let again = world.must(attacker, &IVault::writeDownCall {});
    assert!(again.logs.is_empty());
}

#[test]
fn a_token_that_takes_more_than_it_moves_is_stopped_at_the_exit() {
    let mut world = World::new(Fixture::GreedyToken);
    let user = world.people.user;
    assert!(world.deposit(user, 500_000).is_success());
    let bite = IToken::setBiteCall {
        victim: world.vault,
        bite: u(1),
    };
    world.chain.must(user, world.token, &bite, "a bite").unwrap();
    let shares = world.shares(user);
    let insolvent = IVault::Insolvent {
        asset: world.token,
        locked: u(399_999),
        owed: u(400_000),
    };
    assert_refused(&world.withdraw(user, 100_000), &insolvent);
    assert_eq!((world.total(), world.shares(user)), (500_000, shares));
}

#[test]
fn a_vault_of_what_is_no_token_is_not_constructed() {
    let World {
        mut chain,
        people,
        token,
        ..
    } = World::fresh(Fixture::Token);
    let code = wasm::code("vault").unwrap();
    let mut construct = |asset, governor| {
        let input = constructor_input(asset, governor, people.guardian);
        chain.deploy_program(people.deployer, &code, input)
    };
    for asset in [Address::ZERO, people.user] {
        assert!(construct(asset, people.governor).is_err(), "{asset}");
    }
    assert!(construct(token, Address::ZERO).is_err());
    assert!(construct(token, people.governor).is_ok());
}

#[test]
fn a_token_that_takes_a_fee_is_refused() {
    let mut world = World::new(Fixture::NoReturnToken);
    let user = world.people.user;
    assert!(
        world.deposit(user, 100_000).is_success(),
        "and one that returns nothing is not"
    );
    // The deployer of the token sets its fee.
    let fee = IToken::setFeeCall { bps: u(100) };
    world.chain.must(user, world.token, &fee, "a fee").unwrap();
    let short = IVault::FeeOnTransfer {
        asset: world.token,
        expected: u(100_000),
        arrived: u(99_000),
    };
    let attacker = world.people.attacker;
    assert_refused(&world.deposit(attacker, 100_000), &short);
    assert_eq!(world.shares(attacker), U256::ZERO);
    // What leaves is charged with what left, and its owner bears the fee.
    let before = world.held(attacker);
    let out = IVault::withdrawCall {
        assets: u(10_000),
        receiver: attacker,
        owner: user,
    };
    world.must(user, &out);
    assert_eq!(world.held(attacker), before + 9_900);
}

#[test]
fn a_call_back_is_refused_and_a_view_in_the_middle_says_no_half() {
    let mut world = World::new(Fixture::CallbackToken);
    let (user, attacker, vault) = (world.people.user, world.people.attacker, world.vault);
    assert!(world.deposit(user, 500_000).is_success());
    assert!(world.deposit(attacker, 100_000).is_success());
    let inner = [
        data(&deposit(1, attacker)),
        data(&withdraw(u(1), attacker)),
        data(&IVault::transferCall {
            to: user,
            value: u(1),
        }),
        data(&IVault::collectCall {}),
        data(&IVault::writeDownCall {}),
    ];
    for call in inner {
        let prime = IToken::setCallbackCall {
            target: vault,
            data: call,
        };
        world
            .chain
            .must(attacker, world.token, &prime, "a callback")
            .unwrap();
        let out = world.withdraw(attacker, 1_000);
        assert!(out.is_success(), "{out:?}");
        assert!(!world
            .chain
            .view(user, world.token, &IToken::lastSucceededCall {})
            .unwrap());
        let said = world
            .chain
            .view(user, world.token, &IToken::lastReturnedCall {})
            .unwrap();
        assert_eq!(said.to_vec(), IVault::Reentered {}.abi_encode());
    }
    // What a share is worth is the same before, within and after, of a way in and of a way out.
    let price = IVault::convertToAssetsCall {
        shares: u(1_000_000_000),
    };
    let before = world.ask(user, &price);
    for way in [
        data(&deposit(50_000, attacker)),
        data(&withdraw(u(50_000), attacker)),
    ] {
        let prime = IToken::setCallbackCall {
            target: vault,
            data: data(&price),
        };
        world
            .chain
            .must(attacker, world.token, &prime, "a callback")
            .unwrap();
        assert!(world
            .chain
            .transact(attacker, vault, way, U256::ZERO)
            .unwrap()
            .is_success());
        let said = world
            .chain
            .view(user, world.token, &IToken::lastReturnedCall {})
            .unwrap();
        assert_eq!(U256::from_be_slice(&said), before);
        assert_eq!(world.ask(user, &price), before);
    }
}

#[test]
fn many_small_steps_walk_nothing_out() {
    let mut world = World::new(Fixture::Token);
    let (user, attacker, vault, token) = (world.people.user, world.people.attacker, world.vault, world.token);
    assert!(world.deposit(user, 777_777).is_success());
    world.give(user, 12_345);
    or_skip!(world.chain.advance_time(DAY));
    world.must(user, &IVault::collectCall {});
    // A batch deposits and withdraws fifty times a few units, in one transaction.
    let batch = world
        .chain
        .create(attacker, Fixture::Batch.creation_code())
        .unwrap();
    let fund = IToken::transferCall {
        to: batch,
        value: u(10_000),
    };
    world.chain.must(attacker, token, &fund, "a transfer").unwrap();
    let call = |to: Address, data: Vec<u8>| IBatch::Call {
        to,
        value: U256::ZERO,
        data: data.into(),
        mayFail: true,
    };
    let approve = IToken::approveCall {
        spender: vault,
        value: U256::MAX,
    };
    let mut calls = vec![call(token, approve.abi_encode())];
    for step in 0..50u64 {
        calls.push(call(vault, deposit(1 + step % 3, batch).abi_encode()));
        calls.push(call(vault, redeem(u(980 + step * 13), batch).abi_encode()));
        calls.push(call(vault, withdraw(u(1 + step % 2), batch).abi_encode()));
        let mint = IVault::mintCall {
            shares: u(1 + step * 7),
            receiver: batch,
        };
        calls.push(call(vault, mint.abi_encode()));
    }
    let walked = world
        .chain
        .submit(attacker, batch, &IBatch::runCall { calls })
        .unwrap();
    assert!(walked.is_success(), "{walked:?}");
    let own = world.shares(batch);
    let worth: u64 = world.ask(user, &IVault::convertToAssetsCall { shares: own }).to();
    assert!(
        world.held(batch) + worth <= 10_000,
        "{} and {worth}",
        world.held(batch)
    );
    assert!(world.held(vault) >= world.total());
}

#[test]
fn shares_move_as_erc_20_says_and_others_only_as_far_as_approved() {
    let mut world = World::new(Fixture::Token);
    let (user, attacker) = (world.people.user, world.people.attacker);
    assert!(world.deposit(user, 1_000).is_success());
    let take = IVault::withdrawCall {
        assets: u(10),
        receiver: attacker,
        owner: user,
    };
    let none = IVault::ERC20InsufficientAllowance {
        spender: attacker,
        allowance: U256::ZERO,
        needed: u(10_000),
    };
    assert_refused(&world.send(attacker, &take), &none);
    let approve = IVault::approveCall {
        spender: attacker,
        value: u(15_000),
    };
    assert!(world.ask(user, &approve));
    world.must(user, &approve);
    let before = world.held(attacker);
    world.must(attacker, &take);
    assert_eq!(
        (world.held(attacker), world.shares(user)),
        (before + 10, u(990_000))
    );
    let left = IVault::allowanceCall {
        owner: user,
        spender: attacker,
    };
    assert_eq!(world.ask(user, &left), u(5_000));
    let pull = |value: u64| IVault::transferFromCall {
        from: user,
        to: attacker,
        value: u(value),
    };
    let short = IVault::ERC20InsufficientAllowance {
        spender: attacker,
        allowance: u(5_000),
        needed: u(5_001),
    };
    assert_refused(&world.send(attacker, &pull(5_001)), &short);
    world.must(attacker, &pull(5_000));
    assert_eq!(world.shares(attacker), u(5_000));
    let too_many = IVault::transferCall {
        to: attacker,
        value: u(985_001),
    };
    let short = IVault::ERC20InsufficientBalance {
        sender: user,
        balance: u(985_000),
        needed: u(985_001),
    };
    assert_refused(&world.send(user, &too_many), &short);
    // To oneself is nothing, and the largest approval is not used up.
    world.must(
        user,
        &IVault::transferCall {
            to: user,
            value: u(985_000),
        },
    );
    assert_eq!(world.shares(user), u(985_000));
    world.must(
        user,
        &IVault::approveCall {
            spender: attacker,
            value: U256::MAX,
        },
    );
    world.must(attacker, &pull(1));
    assert_eq!(world.ask(user, &left), U256::MAX);
}

#[test]
fn input_that_is_no_call_changes_nothing() {
    let mut world = World::new(Fixture::Token);
    let (user, vault) = (world.people.user, world.vault);
    let before = or_skip!(world.chain.fingerprint(vault));
    let whole = deposit(5, user).abi_encode();
    for input in [vec![], vec![0xff; 36], whole[..67].to_vec(), whole[..3].to_vec()] {
        let receipt = world.chain.transact(user, vault, input, U256::ZERO).unwrap();
        assert!(!receipt.is_success());
    }
    assert!(
        !world
            .chain
            .transact(user, vault, whole, u(1))
            .unwrap()
            .is_success(),
        "nothing is payable"
    );
    assert_eq!(world.chain.fingerprint(vault).unwrap(), before);
}

#[test]
fn whatever_is_called_no_invariant_breaks_and_all_of_it_works_again() {
    let mut world = World::new(Fixture::Token);
    let (user, attacker, guardian) = (world.people.user, world.people.attacker, world.people.guardian);
    let mut dice = Dice(0x0074_6c75_6176);
    assert!(world.deposit(user, 2_000_000).is_success());
    let mut last = (world.total(), world.supply());
    let mut happened = [0u32; 8];
    for step in 0..300 {
        let (who, other) = if dice.roll(2) == 0 {
            (user, attacker)
        } else {
            (attacker, user)
        };
        let amount = [1, 999, 54_321, 700_000, 1_500_000][dice.roll(5) as usize] + dice.roll(1_000);
        let what = dice.roll(8) as usize;
        let (held_before, supply_before) = (world.held(who), world.supply());
        let receipt = match what {
            0 => world.deposit(who, amount),
            1 => world.send(
                who,
                &IVault::mintCall {
                    shares: u(amount * 1_000 + 7),
                    receiver: who,
                },
            ),
            2 => world.withdraw(who, amount),
            3 => world.redeem(who, u(amount * 1_000 + 7)),
            4 => world.send(
                who,
                &IVault::transferCall {
                    to: other,
                    value: u(amount * 500),
                },
            ),
            5 => world.send(
                who,
                &IVault::withdrawCall {
                    assets: u(amount),
                    receiver: who,
                    owner: other,
                },
            ),
            6 if dice.roll(4) == 0 => {
                let gift = IToken::transferCall {
                    to: world.vault,
                    value: u(amount / 100),
                };
                world.chain.must(who, world.token, &gift, "a gift").unwrap()
            }
            6 => world.send(who, &IVault::collectCall {}),
            _ if dice.roll(6) == 0 => {
                let group = dice.roll(3) as u8;
                world.send(
                    guardian,
                    &IVaultGovernance::freezeCall {
                        group,
                        secs: 600 + dice.roll(DAY),
                    },
                )
            }
            _ => {
                or_skip!(world.chain.advance_time(dice.roll(DAY / 3)));
                continue;
            }
        };
        // Never a broken invariant: what is refused is refused for what was asked.
        for broken in [
            IVault::SharePriceFell::SELECTOR,
            IVault::SupplyNotConserved::SELECTOR,
            IVault::Insolvent::SELECTOR,
            IVault::SharePriceOffReference::SELECTOR,
        ] {
            assert!(
                !receipt.output.starts_with(&broken) || receipt.is_success(),
                "{step}: {receipt:?}"
            );
        }
        let (total, supply, held) = (world.total(), world.supply(), world.held(world.vault));
        if receipt.is_success() {
            happened[what] += 1;
        } else {
            assert_eq!((world.held(who), supply), (held_before, supply_before), "{step}");
        }
        assert!(total <= held, "{step}: {total} of {held}");
        let owned = world.shares(user) + world.shares(attacker);
        assert_eq!(owned, supply, "{step}: nobody else has any");
        let price = |(assets, _): (u64, U256), other: U256| u(assets + 1) * (other + u(1_000));
        assert!(
            price((total, supply), last.1) >= price(last, supply),
            "{step}: a share is worth less"
        );
        last = (total, supply);
        assert!(
            !(receipt.is_success() && what == 5),
            "{step}: nobody approved anybody"
        );
    }
    assert!(happened[..5].iter().all(|times| *times > 5), "{happened:?}");
    // After a while every method works again.
    or_skip!(world.chain.advance_time(10 * DAY));
    let who = if world.shares(user) > world.shares(attacker) {
        user
    } else {
        attacker
    };
    assert!(world.withdraw(who, 400_000).is_success());
    assert!(world.redeem(who, u(400_000_000)).is_success());
    assert!(world.deposit(who, 300_000).is_success());
    world.must(
        who,
        &IVault::mintCall {
            shares: u(300_000_000),
            receiver: who,
        },
    );
    world.must(who, &IVault::collectCall {});
    world.must(who, &IVault::writeDownCall {});
    world.must(
        who,
        &IVault::transferCall {
            to: guardian,
            value: u(1_000),
        },
    );
}
