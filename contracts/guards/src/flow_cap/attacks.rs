//! What an attacker tries, beside a bucket that outlasts the transaction.

use super::*;
use crate::{
    authority::Governor,
    fixture::{chain, now, one, u, ALICE, BOB, DAY, START, TOKEN},
    rate_limiter::RateLimiter,
    sdk::next_transaction,
    GuardError,
};
use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, U256};
use stylus_sdk::{prelude::*, testing::TestVM};

#[storage]
struct Vault {
    caps: FlowCap,
    outflow: RateLimiter,
}

/// A thousand in a transaction, ten thousand in a day.
fn vault() -> (TestVM, Vault, Governor) {
    let (test, governor) = chain();
    let mut vault = Vault::from(&test);
    let caps = Caps {
        transition: UNCAPPED,
        transaction: u(1_000),
    };
    vault.caps.configure(now(&governor), TOKEN, caps).unwrap();
    vault
        .outflow
        .configure(now(&governor), TOKEN, u(10_000), DAY)
        .unwrap();
    (test, vault, governor)
}

impl Vault {
    fn deposit(&mut self, by: Address, amount: U256) {
        self.caps.brought_in(TOKEN, by, amount).unwrap();
    }

    /// One outermost call that withdraws.
    fn withdraw(&mut self, by: Address, amount: U256) -> Result<(), GuardError> {
        self.caps.take_out(TOKEN, by, amount)?;
        self.exit()
    }

    fn exit(&mut self) -> Result<(), GuardError> {
        let due = self.caps.due(TOKEN);
        self.outflow.consume(TOKEN, due)
    }

    fn left(&self) -> U256 {
        self.outflow.available(TOKEN)
    }
}

#[test]
fn a_flash_deposit_and_withdrawal_burns_nobodys_budget() {
    let (_, mut vault, _) = vault();
    for _ in 0..100 {
        vault.deposit(ALICE, u(1_000_000_000));
        vault.withdraw(ALICE, u(1_000_000_000)).unwrap();
        next_transaction();
    }
    assert_eq!(vault.left(), u(10_000));
    assert_eq!(vault.caps.available(TOKEN, BOB), u(1_000));
}

#[test]
fn a_second_actors_deposit_does_not_pay_for_the_firsts_withdrawal() {
    let (_, mut vault, _) = vault();
    vault.deposit(BOB, u(1_000_000));
    vault.withdraw(ALICE, u(1_000)).unwrap();
    assert_eq!(vault.left(), u(9_000));
    assert_eq!(
        vault.withdraw(ALICE, u(1)),
        Err(TransactionCapExceeded {
            asset: TOKEN,
            requested: u(1),
            available: u(0),
            retry_at: START
        }
        .into())
    );
}

#[test]
fn yesterdays_deposit_does_not_pay_for_todays_withdrawal() {
    let (test, mut vault, _) = vault();
    vault.deposit(ALICE, u(1_000_000));
    vault.exit().unwrap();
    next_transaction();
    test.set_block_timestamp(START + DAY);
    assert!(vault.caps.take_out(TOKEN, ALICE, u(1_001)).is_err());
    vault.withdraw(ALICE, u(1_000)).unwrap();
    assert_eq!(vault.left(), u(9_000));
}

#[test]
fn nor_does_the_deposit_of_another_transaction_in_the_same_second() {
    let (_, mut vault, _) = vault();
    vault.deposit(ALICE, u(1_000_000));
    next_transaction();
    assert!(vault.caps.take_out(TOKEN, ALICE, u(1_001)).is_err());
}

#[test]
fn a_thousand_small_withdrawals_in_one_call_add_up() {
    let (_, mut vault, _) = vault();
    for _ in 0..1_000 {
        vault.caps.take_out(TOKEN, ALICE, u(1)).unwrap();
    }
    assert!(vault.caps.take_out(TOKEN, ALICE, u(1)).is_err());
    // And so do those of a thousand actors, and of calls one after another.
    assert!(vault.caps.take_out(TOKEN, BOB, u(1)).is_err());
    vault.exit().unwrap();
    assert!(vault.withdraw(ALICE, u(1)).is_err());
    assert_eq!(vault.left(), u(9_000));
}

#[test]
fn a_thousand_actors_in_one_transaction_are_one_transaction() {
    let (_, mut vault, _) = vault();
    for actor in 0..1_000u64 {
        let actor = Address::from_word(u(actor + 1).into());
        vault.withdraw(actor, u(1)).unwrap();
    }
    assert!(vault.withdraw(ALICE, u(1)).is_err());
}

#[test]
fn bringing_back_after_the_exit_is_no_way_to_charge_less_in_all() {
    let (_, mut vault, _) = vault();
    // Out, charged, back, and out again: charged once, and it left once.
    vault.withdraw(ALICE, u(1_000)).unwrap();
    vault.deposit(ALICE, u(1_000));
    vault.withdraw(ALICE, u(1_000)).unwrap();
    assert_eq!(vault.left(), u(9_000));
    // Without bringing back, nothing more.
    assert!(vault.withdraw(ALICE, u(1)).is_err());
}

#[test]
fn a_sum_beyond_256_bits_is_refused_and_not_wrapped() {
    let (_, mut vault, governor) = vault();
    let overflow = |amount| Err(GuardError::from(FlowOverflow { asset: TOKEN, amount }));
    vault.deposit(ALICE, U256::MAX);
    assert_eq!(vault.caps.brought_in(TOKEN, ALICE, u(1)), overflow(u(1)));
    assert_eq!(vault.caps.moved(TOKEN, ALICE).brought_in, U256::MAX);
    vault.caps.take_out(TOKEN, ALICE, U256::MAX).unwrap();
    assert_eq!(vault.caps.take_out(TOKEN, ALICE, u(1)), overflow(u(1)));
    assert_eq!(vault.caps.due(TOKEN), u(0));
    // Two deficits that together do not fit are over the largest cap.
    next_transaction();
    let largest = Caps {
        transition: U256::MAX - u(1),
        transaction: UNCAPPED,
    };
    vault.caps.configure(now(&governor), TOKEN, largest).unwrap();
    vault.caps.take_out(TOKEN, ALICE, U256::MAX - u(1)).unwrap();
    assert_eq!(vault.caps.take_out(TOKEN, BOB, u(2)), overflow(u(2)));
    assert_eq!(vault.caps.take_out(TOKEN, BOB, u(1)), Ok(()));
    assert_eq!(vault.caps.due(TOKEN), U256::MAX);
}

#[test]
fn tokens_of_0_and_of_36_decimals_are_counted_to_the_wei() {
    for decimals in [0, 36] {
        let (_, mut vault, governor) = vault();
        let million = one(decimals) * u(1_000_000);
        let caps = Caps {
            transition: million,
            transaction: million,
        };
        vault.caps.configure(now(&governor), TOKEN, caps).unwrap();
        vault.deposit(ALICE, u(1));
        vault.caps.take_out(TOKEN, ALICE, million).unwrap();
        assert_eq!(vault.caps.available(TOKEN, ALICE), u(1));
        assert!(vault.caps.take_out(TOKEN, ALICE, u(2)).is_err());
        vault.caps.take_out(TOKEN, ALICE, u(1)).unwrap();
        assert_eq!(vault.caps.due(TOKEN), million);
        assert!(vault.caps.take_out(TOKEN, BOB, u(1)).is_err());
    }
}
