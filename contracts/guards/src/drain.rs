//! The guards together, as a contract embeds them: a limiter in front, behind it the queue, and what hits the limit trips the breaker.

use crate::{
    breaker_guard::BreakerOpen,
    deferral_queue::TicketNotReady,
    fixture::*,
    rate_limiter::{AssetClosed, RateLimited},
    scope_key::Scope,
    GuardError,
};
use alloy_primitives::{Address, U256};
use portcullis_core::{
    breaker::{Kind, State},
    trigger::Flow,
};
use stylus_sdk::testing::TestVM;

const THIEF: Address = BOB;
const HONEST: Address = ALICE;

/// What became of a withdrawal.
#[derive(Debug, PartialEq, Eq)]
enum Withdrawal {
    Paid,
    Deferred,
}

/// A withdrawal as a contract writes it: the breaker's share, the limiter, and for what is over it the queue.
fn withdraw(house: &mut House, account: Address, amount: u64) -> Result<Withdrawal, GuardError> {
    let amount = u(amount);
    let cost = house.breakers.charge(token(), Kind::BoundedWithdrawal, amount)?;
    match house.outflow.consume(TOKEN, cost) {
        Ok(()) => return Ok(Withdrawal::Paid),
        Err(refused) if refused.is::<RateLimited>() => {}
        Err(other) => return Err(other),
    }
    house.queue.defer(TOKEN, account, account, amount)?;
    let flow = Flow::Staked(amount);
    if let Some(trip) = house.hits.observe(&mut house.breakers, token(), flow, account)? {
        house.queue.mark_late(TOKEN, &trip)?;
    }
    Ok(Withdrawal::Deferred)
}

/// 1,000 a day, and three deferrals of 500 or more within an hour trip.
fn vault() -> (TestVM, House, crate::authority::Governor) {
    let (test, mut house, governor) = house();
    let change = house.timelock.change(&governor, &[]);
    house.outflow.configure(change, TOKEN, u(1_000), DAY).unwrap();
    let change = house.timelock.change(&governor, &[]);
    house.hits.configure(change, token(), 3, HOUR, u(500)).unwrap();
    let change = house.timelock.change(&governor, &[]);
    house
        .queue
        .configure(change, TOKEN, u(1_000), DAY, HOUR, 10 * DAY, DAY)
        .unwrap();
    let change = house.timelock.change(&governor, &[]);
    house.breakers.configure_record(change, DAY).unwrap();
    (test, house, governor)
}

#[test]
fn a_thief_gets_what_the_limiter_holds_and_the_rest_waits_to_be_cancelled() {
    let (test, mut house, _) = vault();
    assert_eq!(withdraw(&mut house, THIEF, 1_000), Ok(Withdrawal::Paid));
    for state in [State::Closed, State::Closed, State::Throttled] {
        assert_eq!(withdraw(&mut house, THIEF, 1_000), Ok(Withdrawal::Deferred));
        assert_eq!(house.breakers.view(token()).view.state, state);
    }
    assert_eq!(house.queue.pending(TOKEN), u(3_000), "it is still owed");
    // An honest withdrawal right behind it waits for no more than what waits, and the thief for longer than anyone.
    assert_eq!(withdraw(&mut house, HONEST, 10), Ok(Withdrawal::Deferred));
    let honest_at = house.queue.ticket(TOKEN, HONEST, 0).ready_at();
    assert_eq!(honest_at, START + HOUR + 3 * DAY + 864);
    assert_eq!(
        house
            .queue
            .lane(TOKEN, THIEF)
            .ready_at(&house.queue.ticket(TOKEN, THIEF, 0)),
        START + 11 * DAY
    );
    for index in 0..3 {
        assert_eq!(house.queue.cancel(&council(), TOKEN, THIEF, index), Ok(u(1_000)));
    }
    assert_eq!(house.queue.pending(TOKEN), u(10));
    test.set_block_timestamp(honest_at - 1);
    let early = TicketNotReady {
        asset: TOKEN,
        lane: HONEST,
        index: 0,
        retry_at: honest_at,
    };
    assert_eq!(house.queue.claim(TOKEN, HONEST), Err(early.into()));
    test.set_block_timestamp(honest_at);
    assert_eq!(
        house.queue.claim(TOKEN, HONEST).map(|claim| claim.amount),
        Ok(u(10))
    );
}

#[test]
fn a_throttled_limiter_lets_its_share_out_and_a_frozen_one_nothing() {
    let (test, mut house, _) = vault();
    let rung = portcullis_core::breaker::Rung::ReduceOnly;
    house.breakers.decide(&council(), token(), rung, DAY).unwrap();
    // A twentieth of 1,000, in however many pieces; one more is deferred.
    for _ in 0..50 {
        assert_eq!(withdraw(&mut house, HONEST, 1), Ok(Withdrawal::Paid));
    }
    assert_eq!(house.outflow.available(TOKEN), U256::ZERO);
    assert_eq!(withdraw(&mut house, HONEST, 1), Ok(Withdrawal::Deferred));
    let rung = portcullis_core::breaker::Rung::Frozen;
    house.breakers.decide(&council(), token(), rung, DAY).unwrap();
    let frozen = BreakerOpen {
        scope: token().key(),
        state: 4,
        kind: 3,
        reason: 8,
        retry_at: START + DAY,
    };
    assert_eq!(withdraw(&mut house, HONEST, 1), Err(frozen.into()));
    test.set_block_timestamp(START + DAY);
    assert_eq!(withdraw(&mut house, HONEST, 1), Ok(Withdrawal::Paid));
}

#[test]
fn an_asset_without_a_limiter_is_closed_whatever_its_breaker_says() {
    let (_, mut house, _) = house();
    assert_eq!(
        withdraw(&mut house, HONEST, 1),
        Err(AssetClosed { asset: TOKEN }.into())
    );
    assert!(house
        .breakers
        .check(Scope::asset(TOKEN), Kind::BoundedWithdrawal)
        .is_ok());
}
