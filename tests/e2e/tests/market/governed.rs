//! Who may change what, and what waits.

use crate::world::*;
use alloy_primitives::{keccak256, Address, U256};
use e2e::calls::refusal;
use e2e::market::{constructor_input, IMarketGuards, BREAKER};
use e2e::or_skip;
use e2e::tokens::Fixture;
use e2e::wasm;

#[test]
fn what_loosens_waits() {
    let mut world = World::new();
    let (governor, loan) = (world.people.governor, world.loan);
    world.govern(&outflow(loan, CAPACITY / 2));
    let unknown = world.send(governor, &outflow(world.oracle, 1));
    assert_refused(&unknown, &IMarketGuards::UnknownAsset { asset: world.oracle });
    for loosening in [
        data(&outflow(loan, CAPACITY)),
        data(&mode(HEALTH, SHADOW)),
        data(&IMarketGuards::configureBandCall {
            upBps: 1_001,
            ..BAND_TERMS
        }),
        data(&IMarketGuards::configureBreakerCall {
            throttleBps: 2_501,
            ..BREAKER
        }),
        data(&IMarketGuards::setDelayCall { secs: u(0) }),
    ] {
        let operation = keccak256(&loosening);
        let early = world
            .chain
            .transact(governor, world.market, loosening.clone(), U256::ZERO)
            .unwrap();
        let waits = IMarketGuards::OperationNotReady {
            operation,
            readyAt: 0,
            expiresAt: 0,
        };
        assert_refused(&early, &waits);
        let scheduled = world.govern(&IMarketGuards::scheduleCall {
            data: loosening.clone(),
        });
        let ready_at = world.chain.time_of(&scheduled).unwrap() + DELAY;
        or_skip!(world.chain.move_to(ready_at));
        world.prices(2 * ONE);
        let done = world
            .chain
            .transact(governor, world.market, loosening, U256::ZERO)
            .unwrap();
        assert!(done.is_success(), "{done:?}");
    }
}

#[test]
fn a_stranger_changes_nothing_and_a_mode_or_guard_that_is_none_is_refused() {
    let mut world = World::new();
    let (user, governor, guardian) = (world.people.user, world.people.governor, world.people.guardian);
    let not_governor = IMarketGuards::NotGovernor { caller: user };
    for call in [
        data(&BREAKER),
        data(&BAND_TERMS),
        data(&IMarketGuards::resetBandCall {}),
        data(&outflow(world.loan, 1)),
        data(&mode(HEALTH, LATCH)),
        data(&IMarketGuards::setDelayCall { secs: u(30 * DAY) }),
        data(&IMarketGuards::scheduleCall { data: data(&BREAKER) }),
        data(&IMarketGuards::setGuardianCall { guardian: user }),
    ] {
        let refused = world
            .chain
            .transact(user, world.market, call, U256::ZERO)
            .unwrap();
        assert_refused(&refused, &not_governor);
    }
    for (guard, to) in [(0, LATCH), (5, LATCH), (HEALTH, 3), (200, ENFORCE)] {
        let unknown = IMarketGuards::UnknownMode {
            guard: u(guard.into()),
            mode: u(to.into()),
        };
        assert_refused(&world.send(governor, &mode(guard, to)), &unknown);
    }
    // A number whose lowest byte alone is a guard is none.
    let wide = IMarketGuards::setModeCall {
        guard: u(257),
        mode: u(2),
    };
    assert!(refusal::<IMarketGuards::UnknownMode>(&world.send(governor, &wide)).is_some());
    let long = IMarketGuards::setDelayCall {
        secs: U256::ONE << 64,
    };
    assert!(refusal::<IMarketGuards::DelayTooLong>(&world.send(governor, &long)).is_some());
    let named = IMarketGuards::setGuardianCall { guardian: user };
    world.govern(&named);
    let operation = keccak256(b"nothing");
    let cancel = IMarketGuards::cancelScheduledCall { operation };
    assert_refused(
        &world.send(guardian, &cancel),
        &IMarketGuards::NotGuardian { caller: guardian },
    );
    assert!(refusal::<IMarketGuards::OperationNotReady>(&world.send(user, &cancel)).is_some());
}

#[test]
fn what_the_guardian_cancels_has_not_waited() {
    let mut world = World::new();
    let guardian = world.people.guardian;
    let loosening = mode(HEALTH, SHADOW);
    world.govern(&IMarketGuards::scheduleCall {
        data: data(&loosening),
    });
    let operation = keccak256(data(&loosening));
    world.must(guardian, &IMarketGuards::cancelScheduledCall { operation });
    or_skip!(world.chain.advance_time(DELAY));
    let refused = world.send(world.people.governor, &loosening);
    assert!(refusal::<IMarketGuards::OperationNotReady>(&refused).is_some());
}

#[test]
fn a_monitor_sees_all_of_it_in_one_answer() {
    let mut world = World::new();
    let (people, attacker) = (world.people, world.people.attacker);
    world.pledge(attacker, 1_000_000);
    assert_happened(&world.unpledge(attacker, 400_000), world.market);
    let overview = world.overview();
    assert_eq!(
        (overview.loan, overview.collateral, overview.oracle),
        (world.loan, world.collateral, world.oracle)
    );
    assert_eq!(
        (overview.governor, overview.guardian),
        (people.governor, people.guardian)
    );
    assert_eq!(overview.delaySecs, DELAY);
    assert_eq!(
        (overview.loanCapacity, overview.loanRefillSecs),
        (u(CAPACITY), DAY)
    );
    assert_eq!(overview.loanAvailable, u(CAPACITY));
    assert_eq!(
        (overview.collateralCapacity, overview.collateralRefillSecs),
        (u(CAPACITY), DAY)
    );
    let available: u64 = overview.collateralAvailable.to();
    // What refills in a second or two is 23 units each.
    assert!(
        (CAPACITY - 400_000..CAPACITY - 399_900).contains(&available),
        "{available}"
    );
    assert_eq!(overview.referenceX128, u(2) << 128);
    assert_eq!((overview.state, overview.until, overview.reason), (0, 0, 0));
    // Health and solvency latch.
    assert_eq!(overview.modes, u(0b10_1000));
    assert_eq!(
        (overview.violations, overview.violatedAt, overview.violatedBy),
        (0, 0, Address::ZERO)
    );
}

#[test]
fn a_market_of_what_is_no_two_tokens_is_not_constructed() {
    let code = wasm::code("market").unwrap();
    let world = World::unset(Fixture::Token, Fixture::Token);
    let World {
        mut chain,
        people,
        loan,
        collateral,
        oracle,
        ..
    } = world;
    let (governor, guardian) = (people.governor, people.guardian);
    let mut construct = |parts: [Address; 3], governor| {
        let input = constructor_input(parts, governor, guardian);
        chain.deploy_program(people.deployer, &code, input)
    };
    for parts in [
        [loan, loan, oracle],
        [Address::ZERO, collateral, oracle],
        [loan, Address::ZERO, oracle],
        [people.user, collateral, oracle],
    ] {
        assert!(construct(parts, governor).is_err(), "{parts:?}");
    }
    assert!(construct([loan, collateral, oracle], Address::ZERO).is_err());
    assert!(construct([loan, collateral, oracle], governor).is_ok());
}
