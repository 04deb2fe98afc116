//! Who trips the breaker of the savings is paid last at their exit.

use super::world::*;
use alloy_primitives::{keccak256, Address, U256};
use alloy_sol_types::{SolCall, SolEvent, SolValue};
use e2e::calls::{refusal, ETH};
use e2e::or_skip;
use e2e::rpc::Receipt;
use e2e::savings::{ISavings, ISavingsGovernance};

/// How much later the exit pays who tripped a breaker.
const LATE: u64 = DAY;

impl World {
    fn withdraw(&mut self, account: Address, amount: u64) -> Receipt {
        let token = self.token;
        let withdrawn = self.send(account, &withdraw(token, amount));
        assert!(withdrawn.is_success(), "{withdrawn:?}");
        withdrawn
    }

    /// What the breaker of the token is.
    fn breaker(&self) -> u8 {
        let asset = self.token;
        self.view(&ISavings::breakerCall { asset }).state
    }

    fn payable_at(&self, account: Address) -> u64 {
        let asset = self.token;
        self.view(&ISavings::payableAtCall { asset, account }).to()
    }

    /// The attacker makes three large withdrawals, the last of which trips the breaker.
    fn trip(&mut self) -> Receipt {
        let attacker = self.people.attacker;
        let before = self.breaker();
        for _ in 0..2 {
            self.withdraw(attacker, LARGE);
            assert_eq!(self.breaker(), before);
        }
        self.withdraw(attacker, LARGE)
    }
}

fn told<E: SolEvent>(receipt: &Receipt) -> Option<E> {
    receipt
        .logs
        .iter()
        .find_map(|log| E::decode_log(log).ok().map(|log| log.data))
}

#[test]
fn who_tripped_the_breaker_is_paid_when_everybody_else_had_a_day() {
    let mut world = World::new();
    let (user, attacker, token) = (world.people.user, world.people.attacker, world.token);
    let tripped = world.trip();
    assert_eq!(world.breaker(), 2);
    // The longest after which an exit opens, and the record beyond.
    let late_until = world.time_of(&tripped) + (30 + 10) * DAY;
    let marked = told::<ISavings::ExitMarkedLate>(&tripped)
        .map(|marked| (marked.asset, marked.account, marked.lateUntil));
    assert_eq!(marked, Some((token, attacker, late_until)));
    let by = told::<ISavings::BreakerTripped>(&tripped).map(|tripped| tripped.by);
    assert_eq!(by, Some(attacker));

    let opens_at = world.freeze();
    or_skip!(world.chain.move_to(opens_at));
    // Who tripped it opens the exit itself, and gains nothing by it.
    assert!(world.open().is_success());
    let late_at = opens_at + LATE;
    assert_eq!(
        [user, attacker].map(|account| world.payable_at(account)),
        [opens_at, late_at]
    );
    let later = ISavings::PaidLater {
        asset: token,
        account: attacker,
        until: late_at,
    };
    assert_refused(&world.leave(attacker), &later);
    let before = world.held(user);
    assert!(world.leave(user).is_success());
    assert_eq!(world.held(user), before + PAID_IN);

    or_skip!(world.chain.move_to(late_at - 1));
    assert_refused(&world.leave(attacker), &later);
    or_skip!(world.chain.move_to(late_at));
    let before = world.held(attacker);
    assert!(world.leave(attacker).is_success());
    assert_eq!(world.held(attacker), before + PAID_IN - 3 * LARGE);
    assert_eq!([user, attacker].map(|account| world.payable_at(account)), [0, 0]);
}

#[test]
fn when_some_is_missing_who_tripped_the_breaker_does_not_get_more_by_waiting() {
    let mut world = World::new();
    let (user, attacker, token, savings) = (
        world.people.user,
        world.people.attacker,
        world.token,
        world.savings,
    );
    world.trip();
    // Half of what is left is gone: OpenZeppelin's token keeps balances in its first word's map.
    let slot = keccak256((savings, U256::ZERO).abi_encode());
    let left = units(2 * PAID_IN - 3 * LARGE) / U256::from(2);
    or_skip!(world.chain.set_storage(token, slot.into(), left));
    let opens_at = world.freeze();
    or_skip!(world.chain.move_to(opens_at));
    assert!(world.open().is_success());
    for (account, claim) in [(user, PAID_IN), (attacker, PAID_IN - 3 * LARGE)] {
        let before = world.held(account);
        assert!(world.leave(account).is_success());
        assert_eq!(world.held(account), before + claim / 2);
        or_skip!(world.chain.move_to(opens_at + LATE));
    }
    assert_eq!(world.held(savings), 0);
}

#[test]
fn a_breaker_that_freezes_starts_the_clock_of_the_exit_in_the_call_that_trips_it() {
    let mut world = World::with(|world| {
        let token = world.token;
        world.govern(&bucket(token, 100 * PAID_IN));
        world.govern(&ISavingsGovernance::configureBreakersCall {
            freezes: 1,
            freezeBackSecs: DAY,
            ..BREAKERS
        });
    });
    or_skip!(world.chain.advance_time(DAY));
    let (user, token) = (world.people.user, world.token);
    for state in [2, 3] {
        let tripped = world.trip();
        assert_eq!(world.breaker(), state);
        let observed = told::<ISavings::FreezeObserved>(&tripped);
        assert_eq!(observed.map_or(0, |observed| observed.frozenUntil), 0);
        or_skip!(world.chain.advance_time(HOUR));
    }
    let frozen = world.trip();
    assert_eq!(world.breaker(), 4);
    let observed = told::<ISavings::FreezeObserved>(&frozen).unwrap();
    let until = world.time_of(&frozen) + 6 * HOUR;
    assert_eq!((observed.asset, observed.frozenUntil), (token, until));
    let shut = refusal::<ISavings::BreakerOpen>(&world.send(user, &withdraw(token, 1))).unwrap();
    assert_eq!((shut.state, shut.kind), (4, 3));
}

#[test]
fn a_throttled_breaker_charges_withdrawals_four_times_and_stops_no_other_asset() {
    let mut world = World::new();
    let (user, token) = (world.people.user, world.token);
    let tripped = world.trip();
    // What three withdrawals left of the bucket, and a quarter of it is let through.
    let left = PAID_IN - 3 * LARGE;
    let over = world.send(user, &withdraw(token, left / 4 + LARGE));
    let refused = refusal::<ISavings::RateLimited>(&over).unwrap();
    assert_eq!(refused.requested, units(left + 4 * LARGE));
    world.withdraw(user, left / 4);
    // The breaker is the token's.
    assert_eq!(world.view(&ISavings::breakerCall { asset: ETH }).state, 0);
    // It comes back by itself, over a ramp.
    or_skip!(world.chain.move_to(world.time_of(&tripped) + 6 * HOUR));
    assert_eq!(world.breaker(), 1);
    or_skip!(world.chain.move_to(world.time_of(&tripped) + 6 * HOUR + DAY));
    assert_eq!(world.breaker(), 0);
}

#[test]
fn small_withdrawals_and_refused_ones_trip_nothing() {
    let mut world = World::new();
    let (user, attacker, token) = (world.people.user, world.people.attacker, world.token);
    for _ in 0..4 {
        world.withdraw(user, LARGE - 1);
        let refused = world.send(attacker, &withdraw(token, PAID_IN + 1));
        assert!(!refused.is_success());
    }
    assert_eq!(world.breaker(), 0);
    let opens_at = world.freeze();
    or_skip!(world.chain.move_to(opens_at));
    assert!(world.open().is_success());
    assert!(world.leave(attacker).is_success(), "nobody was marked");
}

#[test]
fn nothing_comes_in_that_the_trigger_would_not_let_out() {
    let mut world = World::with(|world| {
        world.govern(&bucket(ETH, PAID_IN));
    });
    let (user, savings) = (world.people.user, world.savings);
    let paid = world
        .chain
        .transact(user, savings, deposit(ETH, 5).abi_encode(), units(5))
        .unwrap();
    assert!(refusal::<ISavings::TriggerUnset>(&paid).is_some(), "{paid:?}");
}
