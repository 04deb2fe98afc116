//! Each behaviour, with exact values and at the second.

// The storage macro names both.
use super::*;
use crate::{
    authority::Governor,
    breaker_guard::{BreakerGuard, Fired, Trip},
    fixture::*,
    rate_limiter::NEVER,
    setting::{name, SettingOutOfBounds},
    GuardError,
};
use alloc::{vec, vec::Vec};
use alloy_primitives::Address;
use portcullis_core::{
    breaker::{Rung, Target},
    exit::{Freeze, Opening},
};
use stylus_sdk::{prelude::*, testing::TestVM};

/// A contract with an exit, and what it needs.
#[storage]
pub(super) struct Vault {
    pub(super) breakers: BreakerGuard,
    pub(super) exit: EmergencyExit,
}

/// An exit that opens after 7 days and pays who tripped 3 days after that, and breakers that record trips for a day.
pub(super) fn vault() -> (TestVM, Vault, Governor) {
    let (test, governor) = chain();
    let mut vault = Vault::from(&test);
    vault
        .exit
        .configure(now(&governor), TOKEN, 7 * DAY, 3 * DAY)
        .unwrap();
    vault.breakers.configure_default(now(&governor), CONFIG).unwrap();
    vault.breakers.configure_record(now(&governor), DAY).unwrap();
    (test, vault, governor)
}

/// Frozen from [`START`] on for 20 days.
pub(super) const FREEZE: Freeze = Freeze::between(START, START + 20 * DAY);

/// The same, frozen, told, and opened at the earliest second.
pub(super) fn opened(held: u64, claims: u64) -> (TestVM, Vault, Governor) {
    let (test, mut vault, governor) = vault();
    vault.exit.observe(TOKEN, FREEZE);
    test.set_block_timestamp(START + 7 * DAY);
    vault.exit.open(TOKEN, FREEZE, u(held), u(claims)).unwrap();
    (test, vault, governor)
}

pub(super) fn tripped(vault: &mut Vault, by: Address) -> Trip {
    let fired = Fired::own(1, Target::To(Rung::Frozen), by);
    vault.breakers.trip(token(), fired).unwrap()
}

pub(super) fn paid(account: Address, amount: u64) -> Result<ExitPayment, GuardError> {
    Ok(ExitPayment {
        account,
        amount: u(amount),
    })
}

#[test]
fn it_opens_for_anyone_at_the_second_and_not_before() {
    let (test, mut vault, _) = vault();
    vault.exit.observe(TOKEN, FREEZE);
    let open_at = START + 7 * DAY;
    assert_eq!(vault.exit.opens_at(TOKEN), Some(open_at));
    test.set_sender(BOB);
    let before = test.snapshot().storage;
    for time in [START, open_at - 1] {
        test.set_block_timestamp(time);
        let refused = ExitNotOpen {
            asset: TOKEN,
            frozen_secs: time - START,
            open_after_secs: 7 * DAY,
            open_at,
        };
        assert_eq!(vault.exit.open(TOKEN, FREEZE, u(50), u(100)), Err(refused.into()));
        assert_eq!(vault.exit.pay(TOKEN, ALICE, u(1)), Err(refused.into()));
    }
    assert_eq!(test.snapshot().storage, before);
    assert!(!vault.exit.is_open(TOKEN));
    test.set_block_timestamp(open_at);
    assert_eq!(vault.exit.open(TOKEN, FREEZE, u(50), u(100)), Ok(()));
    assert!(vault.exit.is_open(TOKEN) && !vault.exit.is_open(OTHER));
    let observed = FreezeObserved {
        asset: TOKEN,
        previous_secs: 0,
        frozen_secs: 7 * DAY,
        frozen_until: START + 20 * DAY,
    };
    let opened = ExitOpened {
        asset: TOKEN,
        by: BOB,
        number: 1,
        held: u(50),
        claims: u(100),
        frozen_secs: 7 * DAY,
        late_at: open_at + 3 * DAY,
    };
    let logs = logs(&test);
    assert_eq!(
        logs[logs.len() - 2..],
        [
            crate::abi::Event::encode(&observed),
            crate::abi::Event::encode(&opened)
        ]
    );
    let opening = vault.exit.opening(TOKEN);
    assert_eq!(
        (opening.budget(), opening.claims(), opening.opened_at()),
        (u(50), u(100), open_at)
    );
    assert_eq!(
        vault.exit.clock(TOKEN).told_at(),
        open_at,
        "the clock was told too"
    );
}

#[test]
fn it_does_not_open_while_nothing_is_frozen() {
    let (test, mut vault, _) = vault();
    vault.exit.observe(TOKEN, FREEZE);
    test.set_block_timestamp(START + 8 * DAY);
    let before = test.snapshot().storage;
    let refused = ExitNotOpen {
        asset: TOKEN,
        frozen_secs: 8 * DAY,
        open_after_secs: 7 * DAY,
        open_at: NEVER,
    };
    assert_eq!(
        vault.exit.open(TOKEN, Freeze::NONE, u(50), u(100)),
        Err(refused.into())
    );
    assert_eq!(test.snapshot().storage, before);
    test.set_block_timestamp(START + 20 * DAY);
    assert_eq!(vault.exit.opens_at(TOKEN), None);
}

#[test]
fn an_exit_without_terms_or_for_nothing_does_not_open() {
    let (test, mut vault, _) = vault();
    vault.exit.observe(TOKEN, FREEZE);
    test.set_block_timestamp(START + 7 * DAY);
    let before = test.snapshot().storage;
    assert_eq!(
        vault.exit.open(OTHER, FREEZE, u(1), u(1)),
        Err(ExitUnset { asset: OTHER }.into())
    );
    let unset = ExitNotOpen {
        asset: OTHER,
        frozen_secs: 0,
        open_after_secs: 0,
        open_at: NEVER,
    };
    assert_eq!(vault.exit.pay(OTHER, ALICE, u(1)), Err(unset.into()));
    assert_eq!(vault.exit.opens_at(OTHER), None);
    for (held, claims) in [(u(0), u(1)), (u(1), u(0))] {
        let empty = ExitEmpty {
            asset: TOKEN,
            held,
            claims,
        };
        assert_eq!(vault.exit.open(TOKEN, FREEZE, held, claims), Err(empty.into()));
    }
    assert_eq!(test.snapshot().storage, before);
}

#[test]
fn it_is_open_once() {
    let (test, mut vault, _) = opened(50, 100);
    let before = test.snapshot().storage;
    let open = ExitAlreadyOpen {
        asset: TOKEN,
        opened_at: START + 7 * DAY,
    };
    assert_eq!(vault.exit.open(TOKEN, FREEZE, u(500), u(100)), Err(open.into()));
    assert_eq!(test.snapshot().storage, before);
}

#[test]
fn each_account_takes_its_share_and_the_event_says_so() {
    let (test, mut vault, _) = opened(50, 101);
    assert_eq!(vault.exit.payable_at(TOKEN, ALICE), Some(START + 7 * DAY));
    assert_eq!(vault.exit.pay(TOKEN, ALICE, u(31)), paid(ALICE, 15));
    assert_told(
        &test,
        ExitPaid {
            asset: TOKEN,
            account: ALICE,
            number: 1,
            claim: u(31),
            amount: u(15),
            claims_left: u(70),
        },
    );
    assert_eq!(vault.exit.opening(TOKEN).claims_left(), u(70));
    assert_eq!(vault.exit.opening(TOKEN).budget(), u(50), "the share stays");
    assert_eq!(vault.exit.payable_at(TOKEN, ALICE), None);
    assert_eq!(vault.exit.pay(TOKEN, BOB, u(70)), paid(BOB, 34));
}

#[test]
fn refusals_to_pay_carry_their_numbers_and_change_nothing() {
    let (test, mut vault, _) = opened(50, 100);
    assert_eq!(vault.exit.pay(TOKEN, ALICE, u(10)), paid(ALICE, 5));
    let before = test.snapshot().storage;
    let again = AlreadyPaid {
        asset: TOKEN,
        account: ALICE,
        number: 1,
    };
    assert_eq!(vault.exit.pay(TOKEN, ALICE, u(10)), Err(again.into()));
    let beyond = BeyondClaims {
        asset: TOKEN,
        claim: u(91),
        claims_left: u(90),
    };
    assert_eq!(vault.exit.pay(TOKEN, BOB, u(91)), Err(beyond.into()));
    for claim in [u(0), u(1)] {
        let nothing = NothingToPay {
            asset: TOKEN,
            account: BOB,
            claim,
        };
        assert_eq!(vault.exit.pay(TOKEN, BOB, claim), Err(nothing.into()));
    }
    assert_eq!(test.snapshot().storage, before);
}

#[test]
fn who_tripped_is_paid_last_from_the_second_on() {
    let (test, mut vault, _) = vault();
    let trip = tripped(&mut vault, BOB);
    vault.exit.mark_late(TOKEN, &trip);
    assert_told(
        &test,
        ExitMarkedLate {
            asset: TOKEN,
            account: BOB,
            late_until: START + 31 * DAY,
        },
    );
    vault.exit.observe(TOKEN, FREEZE);
    test.set_block_timestamp(START + 7 * DAY);
    vault.exit.open(TOKEN, FREEZE, u(50), u(100)).unwrap();
    let until = START + 10 * DAY;
    assert_eq!(vault.exit.payable_at(TOKEN, BOB), Some(until));
    let before = test.snapshot().storage;
    for time in [START + 7 * DAY, until - 1] {
        test.set_block_timestamp(time);
        let later = PaidLater {
            asset: TOKEN,
            account: BOB,
            until,
        };
        assert_eq!(vault.exit.pay(TOKEN, BOB, u(10)), Err(later.into()));
    }
    assert_eq!(test.snapshot().storage, before);
    assert_eq!(vault.exit.pay(TOKEN, ALICE, u(90)), paid(ALICE, 45));
    test.set_block_timestamp(until);
    assert_eq!(vault.exit.pay(TOKEN, BOB, u(10)), paid(BOB, 5));
}

#[test]
fn without_a_record_nobody_is_marked() {
    let (test, governor) = chain();
    let mut vault = Vault::from(&test);
    vault.breakers.configure_default(now(&governor), CONFIG).unwrap();
    let trip = tripped(&mut vault, BOB);
    let before = test.snapshot().storage;
    vault.exit.mark_late(TOKEN, &trip);
    assert_eq!(test.snapshot().storage, before);
}

#[test]
fn the_clock_counts_what_a_breaker_says_though_nobody_told_of_the_trip() {
    let (test, mut vault, governor) = vault();
    let config = portcullis_core::breaker::Config {
        decision_secs: 10 * DAY,
        ..CONFIG
    };
    vault.breakers.configure_default(now(&governor), config).unwrap();
    assert_eq!(vault.breakers.freeze(token()), Freeze::NONE);
    vault
        .breakers
        .decide(&council(), token(), Rung::Frozen, 10 * DAY)
        .unwrap();
    assert_eq!(
        vault.breakers.freeze(token()),
        Freeze::between(START, START + 10 * DAY)
    );
    test.set_block_timestamp(START + 8 * DAY);
    let freeze = vault.breakers.freeze(token());
    vault.exit.observe(TOKEN, freeze);
    assert_told(
        &test,
        FreezeObserved {
            asset: TOKEN,
            previous_secs: 0,
            frozen_secs: 8 * DAY,
            frozen_until: START + 10 * DAY,
        },
    );
    assert_eq!(vault.exit.opens_at(TOKEN), Some(START + 8 * DAY));
    // A lift that is told.
    vault.breakers.step_back_by_decision(&council(), token()).unwrap();
    let freeze = vault.breakers.freeze(token());
    vault.exit.observe(TOKEN, freeze);
    assert_told(
        &test,
        FreezeObserved {
            asset: TOKEN,
            previous_secs: 8 * DAY,
            frozen_secs: 8 * DAY,
            frozen_until: 0,
        },
    );
    test.set_block_timestamp(START + 9 * DAY);
    assert_eq!(vault.exit.clock(TOKEN).frozen_secs(START + 9 * DAY), 7 * DAY);
}

#[test]
fn it_closes_by_a_change_when_it_ran_as_long_as_it_was_frozen() {
    let (test, mut vault, governor) = opened(50, 100);
    assert_eq!(vault.exit.pay(TOKEN, ALICE, u(10)), paid(ALICE, 5));
    let retry_at = START + 40 * DAY;
    let early = Err(GuardError::from(ExitNotDrained {
        asset: TOKEN,
        retry_at,
    }));
    let before = test.snapshot().storage;
    for time in [START + 7 * DAY, START + 20 * DAY, retry_at - 1] {
        test.set_block_timestamp(time);
        assert_eq!(vault.exit.close(now(&governor), TOKEN, FREEZE), early);
    }
    test.set_block_timestamp(retry_at);
    let mut slow = delayed(&governor);
    let change = slow.change(&governor, CALL);
    assert_eq!(vault.exit.close(change, TOKEN, FREEZE), Err(unscheduled(CALL)));
    assert_eq!(test.snapshot().storage, before);
    vault.exit.close(now(&governor), TOKEN, FREEZE).unwrap();
    assert_told(
        &test,
        ExitClosed {
            asset: TOKEN,
            number: 1,
            claims_left: u(90),
        },
    );
    assert!(!vault.exit.is_open(TOKEN));
    assert_eq!(vault.exit.opening(TOKEN).claims_left(), u(0));
    assert_eq!(vault.exit.payable_at(TOKEN, BOB), None);
    assert_eq!(vault.exit.clock(TOKEN).told_at(), retry_at);
    let shut = ExitNotOpen {
        asset: TOKEN,
        frozen_secs: 0,
        open_after_secs: 7 * DAY,
        open_at: NEVER,
    };
    assert_eq!(vault.exit.pay(TOKEN, BOB, u(10)), Err(shut.into()));
    assert_eq!(
        vault.exit.close(now(&governor), TOKEN, Freeze::NONE),
        Err(shut.into())
    );
}

#[test]
fn opened_again_it_pays_again_by_the_new_numbers() {
    let (test, mut vault, governor) = opened(50, 100);
    assert_eq!(vault.exit.pay(TOKEN, ALICE, u(10)), paid(ALICE, 5));
    let again = START + 50 * DAY;
    test.set_block_timestamp(again);
    vault.exit.close(now(&governor), TOKEN, FREEZE).unwrap();
    let freeze = Freeze::until(again + 8 * DAY);
    vault.exit.observe(TOKEN, freeze);
    test.set_block_timestamp(again + 7 * DAY);
    vault.exit.open(TOKEN, freeze, u(30), u(90)).unwrap();
    assert_eq!(vault.exit.opening(TOKEN).number(), 2);
    assert_eq!(vault.exit.pay(TOKEN, ALICE, u(90)), paid(ALICE, 30));
}

#[test]
fn a_later_way_out_waits_and_an_earlier_one_does_not() {
    let (test, mut vault, governor) = vault();
    let mut slow = delayed(&governor);
    let before = test.snapshot().storage;
    for (open_after_secs, late_secs) in [(7 * DAY + 1, 3 * DAY), (7 * DAY, 3 * DAY - 1)] {
        let change = slow.change(&governor, CALL);
        assert_eq!(
            vault.exit.configure(change, TOKEN, open_after_secs, late_secs),
            Err(unscheduled(CALL))
        );
    }
    assert_eq!(test.snapshot().storage, before);
    let change = slow.change(&governor, CALL);
    vault.exit.configure(change, TOKEN, DAY, 4 * DAY).unwrap();
    let mut told = ExitConfigured {
        asset: TOKEN,
        previous_open_after_secs: 7 * DAY,
        open_after_secs: DAY,
        previous_late_secs: 3 * DAY,
        late_secs: 4 * DAY,
        loosened: false,
    };
    assert_told(&test, told);
    vault
        .exit
        .configure(now(&governor), TOKEN, 7 * DAY, 4 * DAY)
        .unwrap();
    told = ExitConfigured {
        previous_open_after_secs: DAY,
        open_after_secs: 7 * DAY,
        previous_late_secs: 4 * DAY,
        loosened: true,
        ..told
    };
    assert_told(&test, told);
    // The first terms do not wait.
    let change = slow.change(&governor, CALL);
    vault.exit.configure(change, OTHER, 30 * DAY, 1).unwrap();
    assert_told(
        &test,
        ExitConfigured {
            asset: OTHER,
            previous_open_after_secs: 0,
            open_after_secs: 30 * DAY,
            previous_late_secs: 0,
            late_secs: 1,
            loosened: false,
        },
    );
    assert_eq!(
        vault.exit.terms(OTHER).map(|terms| terms.open_after_secs()),
        Some(30 * DAY)
    );
}

#[test]
fn a_shorter_time_acts_on_what_the_clock_has_counted() {
    let (test, mut vault, governor) = vault();
    vault.exit.observe(TOKEN, FREEZE);
    test.set_block_timestamp(START + 2 * DAY);
    vault.exit.configure(now(&governor), TOKEN, DAY, 3 * DAY).unwrap();
    assert_eq!(vault.exit.opens_at(TOKEN), Some(START + 2 * DAY));
    assert_eq!(vault.exit.open(TOKEN, FREEZE, u(1), u(1)), Ok(()));
}

#[test]
fn terms_out_of_bounds_are_refused() {
    let (test, mut vault, governor) = vault();
    let before = test.snapshot().storage;
    for (open_after_secs, late_secs, setting, value, least) in [
        (DAY - 1, 1, "open_after_secs", DAY - 1, DAY),
        (30 * DAY + 1, 1, "open_after_secs", 30 * DAY + 1, DAY),
        (DAY, 0, "late_secs", 0, 1),
        (DAY, 30 * DAY + 1, "late_secs", 30 * DAY + 1, 1),
    ] {
        let refused = SettingOutOfBounds {
            key: TOKEN.into_word(),
            setting: name(setting),
            value,
            least,
            most: 30 * DAY,
        };
        assert_eq!(
            vault
                .exit
                .configure(now(&governor), TOKEN, open_after_secs, late_secs),
            Err(refused.into())
        );
    }
    assert_eq!(test.snapshot().storage, before);
}

#[test]
fn assets_have_nothing_in_common() {
    let (_, mut vault, governor) = opened(50, 100);
    vault.exit.configure(now(&governor), OTHER, DAY, 1).unwrap();
    assert_eq!(vault.exit.clock(OTHER).frozen_secs(START + 7 * DAY), 0);
    assert_eq!(vault.exit.opening(OTHER), Opening::NEVER);
    vault.exit.observe(OTHER, FREEZE);
    vault.exit.open(OTHER, FREEZE, u(3), u(3)).unwrap();
    assert_eq!(vault.exit.pay(OTHER, ALICE, u(3)), paid(ALICE, 3));
    assert_eq!(vault.exit.pay(TOKEN, ALICE, u(10)), paid(ALICE, 5));
}
