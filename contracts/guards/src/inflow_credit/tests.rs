use super::*;
use crate::{
    fixture::{
        assert_told, chain, delayed, now, one, stored, u, unscheduled, ALICE, BOB, CALL, OTHER, START, TOKEN,
    },
    flow_cap::{Caps, UNCAPPED},
    sdk::{next_transaction, transient_words},
    setting::{name, AmountCannotAct, SettingOutOfBounds},
};
use stylus_sdk::testing::TestVM;

#[storage]
struct Vault {
    caps: FlowCap,
    credits: InflowCredit,
}

/// Half of what comes in, at most 1,000, gone after 100 seconds. No cap below the whole world on a transaction.
fn vault() -> (TestVM, Vault, Governor) {
    let (test, mut vault, governor) = off();
    vault
        .credits
        .configure(now(&governor), TOKEN, 5_000, u(1_000), 100)
        .unwrap();
    (test, vault, governor)
}

fn off() -> (TestVM, Vault, Governor) {
    let (test, governor) = chain();
    let mut vault = Vault::from(&test);
    let caps = Caps {
        transition: U256::MAX - u(1),
        transaction: UNCAPPED,
    };
    vault.caps.configure(now(&governor), TOKEN, caps).unwrap();
    (test, vault, governor)
}

impl Vault {
    /// An outermost call that brings in. Returns what the limiter would be charged.
    fn deposit(&mut self, by: Address, amount: U256) -> U256 {
        self.caps.brought_in(TOKEN, by, amount).unwrap();
        self.credits.settle(&mut self.caps, TOKEN, by)
    }

    /// One that takes out.
    fn withdraw(&mut self, by: Address, amount: U256) -> U256 {
        self.caps.take_out(TOKEN, by, amount).unwrap();
        self.credits.settle(&mut self.caps, TOKEN, by)
    }

    fn credit(&self, of: Address) -> U256 {
        self.credits.available(TOKEN, of)
    }
}

#[test]
fn it_is_off_until_there_are_terms() {
    let (test, mut vault, governor) = off();
    let before = test.snapshot().storage;
    assert_eq!(vault.deposit(ALICE, u(800)), u(0));
    next_transaction();
    assert_eq!(
        (vault.credit(ALICE), vault.withdraw(ALICE, u(100))),
        (u(0), u(100))
    );
    assert_eq!(test.snapshot().storage, before);
    assert_eq!(vault.credits.terms(TOKEN), None);
    assert_eq!(
        vault.credits.close(&governor, TOKEN),
        Err(CreditUnset { asset: TOKEN }.into())
    );
}

#[test]
fn a_share_of_an_inflow_pays_from_the_next_transaction_on_and_decays() {
    let (test, mut vault, _) = vault();
    vault.deposit(ALICE, u(800));
    assert_eq!(
        vault.credit(ALICE),
        u(0),
        "not in the transaction that granted it"
    );
    next_transaction();
    assert_eq!(
        (
            vault.credit(ALICE),
            vault.credit(BOB),
            vault.credits.ends_at(TOKEN, ALICE)
        ),
        (u(400), u(0), START + 100)
    );
    assert_eq!(vault.withdraw(BOB, u(10)), u(10));
    assert_eq!(vault.withdraw(ALICE, u(150)), u(0));
    assert_eq!(vault.credit(ALICE), u(250));
    for (later, left) in [(50, 125), (99, 2), (100, 0), (101, 0)] {
        test.set_block_timestamp(START + later);
        assert_eq!(vault.credit(ALICE), u(left), "{later}");
    }
    test.set_block_timestamp(START + 50);
    next_transaction();
    assert_eq!(vault.withdraw(ALICE, u(200)), u(75));
    assert_eq!(
        (vault.credit(ALICE), vault.credits.ends_at(TOKEN, ALICE)),
        (u(0), 0)
    );
}

#[test]
fn a_credit_takes_one_word_and_none_when_it_is_used_up() {
    let (test, mut vault, _) = vault();
    let empty = stored(&test).len();
    vault.deposit(ALICE, u(800));
    assert_eq!(stored(&test).len(), empty + 1);
    next_transaction();
    vault.withdraw(ALICE, u(400));
    assert_eq!(stored(&test).len(), empty);
    // Nothing to grant and nothing to pay for writes nothing.
    let before = (test.snapshot().storage, transient_words());
    assert_eq!(vault.credits.settle(&mut vault.caps, TOKEN, BOB), u(0));
    assert_eq!((test.snapshot().storage, transient_words()), before);
    // Half of one is nothing.
    next_transaction();
    vault.deposit(BOB, u(1));
    assert_eq!(stored(&test).len(), empty);
}

#[test]
fn a_flash_deposit_and_withdrawal_in_two_calls_earns_no_credit() {
    let (test, mut vault, _) = vault();
    let before = stored(&test);
    assert_eq!(vault.deposit(ALICE, u(1_000_000)), u(0));
    assert_eq!(vault.withdraw(ALICE, u(1_000_000)), u(0));
    assert_eq!(stored(&test), before);
    next_transaction();
    assert_eq!(vault.credit(ALICE), u(0));
    // Taken out in part, what stayed earns.
    vault.deposit(ALICE, u(1_000));
    vault.withdraw(ALICE, u(900));
    next_transaction();
    assert_eq!(vault.credit(ALICE), u(50));
}

#[test]
fn a_flash_deposit_does_not_renew_or_spend_an_old_credit() {
    let (test, mut vault, _) = vault();
    vault.deposit(ALICE, u(800));
    next_transaction();
    test.set_block_timestamp(START + 60);
    let before = stored(&test);
    vault.deposit(ALICE, u(1_000_000));
    vault.withdraw(ALICE, u(1_000_000));
    assert_eq!(stored(&test), before);
    assert_eq!(vault.credit(ALICE), u(160));
}

#[test]
fn many_exits_of_one_transaction_grant_its_net_once() {
    let (_, mut vault, _) = vault();
    for _ in 0..10 {
        vault.deposit(ALICE, u(20));
        vault.deposit(ALICE, u(0));
    }
    next_transaction();
    assert_eq!(vault.credit(ALICE), u(100));
}

#[test]
fn a_credit_that_paid_within_a_transaction_is_not_given_back_by_what_follows() {
    let (_, mut vault, _) = vault();
    vault.deposit(ALICE, u(800));
    next_transaction();
    // 300 on credit, brought back, and 200 more: those earn, and what was paid stays paid.
    assert_eq!(vault.withdraw(ALICE, u(300)), u(0));
    vault.deposit(ALICE, u(500));
    next_transaction();
    assert_eq!(vault.credit(ALICE), u(100 + 100));
}

#[test]
fn a_second_actors_deposit_does_not_pay_for_the_firsts_withdrawal() {
    let (_, mut vault, _) = vault();
    vault.deposit(BOB, u(2_000));
    next_transaction();
    assert_eq!(vault.withdraw(ALICE, u(500)), u(500));
    assert_eq!(vault.credit(BOB), u(1_000));
}

#[test]
fn yesterdays_deposit_does_not_pay_for_todays_withdrawal() {
    let (test, mut vault, _) = vault();
    vault.deposit(ALICE, u(2_000));
    next_transaction();
    test.set_block_timestamp(START + 86_400);
    assert_eq!(vault.withdraw(ALICE, u(500)), u(500));
}

#[test]
fn an_actor_that_turns_money_over_leaves_more_than_it_takes() {
    let (_, mut vault, _) = vault();
    // In and out for as long as credit lasts, from one fortune of 1,000.
    let (mut holds, mut charged) = (u(1_000), u(0));
    for _ in 0..40 {
        vault.deposit(ALICE, holds);
        next_transaction();
        let credit = vault.credit(ALICE);
        charged += vault.withdraw(ALICE, credit);
        next_transaction();
        holds = credit;
    }
    assert_eq!((holds, charged), (u(0), u(0)));
}

#[test]
fn a_credit_is_bounded_for_an_actor_and_by_the_share_for_a_thousand() {
    let (_, mut vault, _) = vault();
    vault.deposit(ALICE, u(1_000_000));
    next_transaction();
    assert_eq!(vault.credit(ALICE), u(1_000));
    let mut all = u(0);
    for actor in 1..=1_000u64 {
        let actor = Address::from_word(u(actor).into());
        vault.deposit(actor, u(10));
        next_transaction();
        all += vault.credit(actor);
    }
    assert_eq!(all, u(5_000));
}

#[test]
fn two_instances_in_a_contract_do_not_share() {
    #[storage]
    struct Two {
        caps: FlowCap,
        first: InflowCredit,
        second: InflowCredit,
    }
    let (test, governor) = chain();
    let mut two = Two::from(&test);
    for credits in [&mut two.first, &mut two.second] {
        credits
            .configure(now(&governor), TOKEN, 10_000, u(1_000), 100)
            .unwrap();
    }
    two.caps.brought_in(TOKEN, ALICE, u(70)).unwrap();
    let _ = two.first.settle(&mut two.caps, TOKEN, ALICE);
    next_transaction();
    assert_eq!(
        (
            two.first.available(TOKEN, ALICE),
            two.second.available(TOKEN, ALICE)
        ),
        (u(70), u(0))
    );
}

#[test]
fn closing_takes_credits_out_of_use_at_once() {
    let (test, mut vault, governor) = vault();
    vault.deposit(ALICE, u(800));
    next_transaction();
    let words = stored(&test).len();
    vault.credits.close(&governor, TOKEN).unwrap();
    assert_eq!(stored(&test).len(), words - 1, "the terms give their word back");
    let closed = CreditConfigured {
        asset: TOKEN,
        previous_share_bps: 5_000,
        previous_bound: u(1_000),
        previous_decay_secs: 100,
        share_bps: 0,
        bound: u(0),
        decay_secs: 0,
        loosened: false,
    };
    assert_told(&test, closed);
    assert_eq!((vault.credit(ALICE), vault.withdraw(ALICE, u(10))), (u(0), u(10)));
    vault
        .credits
        .configure(now(&governor), TOKEN, 1, u(1), 1)
        .unwrap();
    assert_told(
        &test,
        CreditConfigured {
            previous_share_bps: 0,
            previous_bound: u(0),
            previous_decay_secs: 0,
            share_bps: 1,
            bound: u(1),
            decay_secs: 1,
            loosened: true,
            ..closed
        },
    );
    assert_eq!(vault.credit(ALICE), u(400), "what has not decayed is back");
}

#[test]
fn more_or_longer_credit_waits_and_less_does_not() {
    let (test, mut vault, governor) = vault();
    let mut timelock = delayed(&governor);
    let before = test.snapshot().storage;
    let mut configure = |asset, share, bound, secs| {
        let change = timelock.change(&governor, CALL);
        vault.credits.configure(change, asset, share, u(bound), secs)
    };
    for (share, bound, secs) in [(5_001, 1_000, 100), (1, 1_001, 1), (1, 1, 101)] {
        assert_eq!(configure(TOKEN, share, bound, secs), Err(unscheduled(CALL)));
    }
    assert_eq!(configure(OTHER, 1, 1, 1), Err(unscheduled(CALL)), "the first one");
    assert_eq!(test.snapshot().storage, before);
    assert_eq!(configure(TOKEN, 5_000, 1_000, 100), Ok(()), "the same again");
    assert_eq!(configure(TOKEN, 4_999, 999, 99), Ok(()));
}

#[test]
fn terms_that_cannot_act_are_refused() {
    let (test, mut vault, governor) = off();
    let before = test.snapshot().storage;
    let mut configure = |share, bound, secs| {
        vault
            .credits
            .configure(now(&governor), TOKEN, share, u(bound), secs)
    };
    let key = TOKEN.into_word();
    for share in [0u16, 10_001] {
        let refused = SettingOutOfBounds {
            key,
            setting: name("share_bps"),
            value: share.into(),
            least: 1,
            most: 10_000,
        };
        assert_eq!(configure(share, 1, 1), Err(refused.into()));
    }
    for secs in [0, 315_360_001] {
        let refused = SettingOutOfBounds {
            key,
            setting: name("decay_secs"),
            value: secs,
            least: 1,
            most: 315_360_000,
        };
        assert_eq!(configure(1, 1, secs), Err(refused.into()));
    }
    let refused = AmountCannotAct {
        key,
        setting: name("bound"),
        amount: u(0),
    };
    assert_eq!(configure(1, 0, 1), Err(refused.into()));
    assert_eq!(test.snapshot().storage, before);
}

#[test]
fn tokens_of_0_and_of_36_decimals_and_the_largest_amounts() {
    let (_, mut vault, governor) = vault();
    let million = one(36) * u(1_000_000);
    vault
        .credits
        .configure(now(&governor), TOKEN, 10_000, million, 100)
        .unwrap();
    // In units of 2^76 for a bound of 140 bits: rounded down when granted.
    vault.deposit(ALICE, U256::MAX);
    vault.deposit(BOB, u(1));
    next_transaction();
    let unit = u(1) << 76usize;
    assert_eq!(vault.credit(ALICE), million / unit * unit);
    assert_eq!(vault.credit(BOB), u(0));
    assert_eq!(vault.withdraw(ALICE, one(36)), u(0));
    vault
        .credits
        .configure(now(&governor), TOKEN, 10_000, u(1), 100)
        .unwrap();
    next_transaction();
    vault.deposit(BOB, u(1));
    next_transaction();
    assert_eq!((vault.credit(BOB), vault.withdraw(BOB, u(2))), (u(1), u(1)));
}

#[test]
fn a_credit_that_paid_for_another_and_was_granted_as_much_is_not_granted_it_again() {
    let (test, mut vault, _) = vault();
    vault.deposit(ALICE, u(800));
    next_transaction();
    let before = stored(&test);
    // One call in which Alice brings in 200 and Bob takes out 100: her credit pays 100, is granted 100, and its word is as it was.
    vault.caps.brought_in(TOKEN, ALICE, u(200)).unwrap();
    vault.caps.take_out(TOKEN, BOB, u(100)).unwrap();
    assert_eq!(vault.credits.settle(&mut vault.caps, TOKEN, ALICE), u(0));
    assert_eq!(stored(&test), before);
    assert_eq!(vault.credit(ALICE), u(300), "what pays within the transaction");
    assert_eq!(vault.deposit(ALICE, u(0)), u(0));
    next_transaction();
    assert_eq!(vault.credit(ALICE), u(400));
}
