use super::{stranger::Answer, *};
use crate::{sdk::VM, GuardError};
use alloc::{boxed::Box, vec::Vec};
use alloy_primitives::{keccak256, Address, B256, U256};
use portcullis_core::patch::{Expectation, Joint};
use stylus_sdk::testing::TestVM;

const TARGET: Address = Address::repeat_byte(0x22);

fn host() -> VM {
    VM {
        host: Box::new(TestVM::new()),
    }
}

fn entry(kind: u8, step: u16, low: u64, high: u64, call: &[u8]) -> Vec<u8> {
    let (low, high) = (U256::from(low), U256::from(high));
    let head: [&[u8]; 7] = [
        &[kind],
        &step.to_be_bytes(),
        &low.to_be_bytes::<32>(),
        &high.to_be_bytes::<32>(),
        TARGET.as_slice(),
        &(call.len() as u16).to_be_bytes(),
        call,
    ];
    head.concat()
}

fn read(bytes: &[u8]) -> Result<Vec<Check<'_>>, GuardError> {
    Checks::of(bytes).into_iter().collect()
}

fn malformed(index: u64) -> Result<Vec<Check<'static>>, GuardError> {
    Err(MalformedCheck { index }.into())
}

fn said(word: u64) -> Answer {
    Answer {
        succeeded: true,
        word: U256::from(word).into(),
        has_word: true,
    }
}

fn reverted() -> Answer {
    Answer {
        succeeded: false,
        word: B256::ZERO,
        has_word: false,
    }
}

fn failed(index: u64, before: u64, after: B256) -> Result<(), GuardError> {
    let before = U256::from(before).into();
    Err(CheckFailed { index, before, after }.into())
}

#[test]
fn checks_are_read_one_after_the_other() {
    let bytes = [entry(0, 0, 0, 0, &[]), entry(4, 0, 3, 9, &[1, 2, 3, 4, 5])].concat();
    let checks = read(&bytes).unwrap();
    let (min, max) = (U256::from(3), U256::from(9));
    assert_eq!(
        checks,
        [
            Check {
                rule: Rule::Alone(Expectation::Succeeds),
                target: TARGET,
                call: &[],
            },
            Check {
                rule: Rule::Alone(Expectation::Within { min, max }),
                target: TARGET,
                call: &[1, 2, 3, 4, 5],
            },
        ]
    );
    assert_eq!(read(&[]), Ok(Vec::new()));
}

#[test]
fn what_is_not_made_as_a_check_is_refused_at_its_place() {
    let one = entry(3, 0, 7, 0, &[1, 2, 3, 4]);
    for end in 1..one.len() {
        assert_eq!(read(&one[..end]), malformed(0), "{end}");
        assert_eq!(read(&[&one[..], &one[..end]].concat()), malformed(1), "{end}");
    }
    assert_eq!(read(&[&one[..], &[0]].concat()), malformed(1));
    for kind in [9, 255] {
        assert_eq!(read(&entry(kind, 0, 0, 0, &[])), malformed(0), "{kind}");
    }
    let most = one.repeat(MAX_CHECKS);
    assert_eq!(read(&most).unwrap().len(), MAX_CHECKS);
    assert_eq!(read(&[most, one].concat()), malformed(MAX_CHECKS as u64));
}

#[test]
fn a_pair_needs_one_in_front() {
    for pair in [
        entry(6, 100, 0, 0, &[]),
        entry(7, 100, 1, 2, &[]),
        entry(8, 0, 5, 0, &[]),
    ] {
        assert_eq!(read(&pair), malformed(0));
        assert_eq!(read(&[entry(2, 0, 0, 0, &[]), pair].concat()).unwrap().len(), 2);
    }
}

#[test]
fn what_a_kind_does_not_take_is_zero_and_what_nothing_could_break_is_none() {
    let none = |kind, step, low: u64, high: u64| Rule::of(kind, step, U256::from(low), U256::from(high));
    for (kind, step, low, high) in [
        (0, 1, 0, 0),
        (0, 0, 1, 0),
        (0, 0, 0, 1),
        (1, 1, 0, 0),
        (1, 0, 1, 0),
        (1, 0, 0, 1),
        (2, 1, 0, 0),
        (2, 0, 1, 0),
        (2, 0, 0, 1),
        (3, 1, 0, 0),
        (3, 0, 0, 1),
        (4, 1, 0, 1),
        (4, 0, 2, 1),
        (5, 1, 1, 0),
        (5, 1, 0, 1),
        (5, 10_000, 0, 0),
        (6, 1, 1, 0),
        (6, 1, 0, 1),
        (8, 1, 1, 0),
        (8, 0, 1, 1),
    ] {
        assert_eq!(none(kind, step, low, high), None, "{kind} {step} {low} {high}");
    }
    assert_eq!(Rule::of(4, 0, U256::ZERO, U256::MAX), None);
    let gap = U256::from(5);
    assert_eq!(none(8, 0, 5, 0), Some(Rule::Paired(Joint::Below { gap })));
}

#[test]
fn the_first_check_that_does_not_hold_is_told_with_its_answers() {
    let bytes = [entry(5, 0, 0, 0, &[]), entry(3, 0, 0, 0, &[])].concat();
    let checks = Checks::of(&bytes);
    assert_eq!(checks.require(&[said(4), said(9)], &[said(4), said(0)]), Ok(()));
    let word = |number: u64| U256::from(number).into();
    assert_eq!(
        checks.require(&[said(4), said(9)], &[said(4), said(1)]),
        failed(1, 9, word(1))
    );
    assert_eq!(
        checks.require(&[said(4), said(9)], &[said(5), said(1)]),
        failed(0, 4, word(5))
    );
    // One that reverts says the highest word, and meets nothing.
    assert_eq!(
        checks.require(&[said(4), said(9)], &[reverted(), said(0)]),
        failed(0, 4, B256::repeat_byte(0xff))
    );
    // Nor does less than a word.
    let short = Answer {
        has_word: false,
        ..said(0)
    };
    assert_eq!(
        checks.require(&[said(4), said(9)], &[said(4), short]),
        failed(1, 9, B256::repeat_byte(0xff))
    );
}

#[test]
fn what_a_pause_refuses_does_not_count_as_reverting() {
    let bytes = entry(1, 0, 0, 0, &[]);
    let checks = Checks::of(&bytes);
    assert_eq!(checks.require(&[said(1)], &[reverted()]), Ok(()));
    let selector = &keccak256("GroupRestricted(uint8,uint8,uint8,uint64)")[..4];
    let paused = Answer {
        word: B256::right_padding_from(selector),
        has_word: true,
        ..reverted()
    };
    assert_eq!(
        checks.require(&[said(1)], &[paused]),
        failed(0, 1, B256::repeat_byte(0xff))
    );
    // A call that succeeds may answer whatever it likes.
    let alike = Answer {
        succeeded: true,
        ..paused
    };
    let bytes = entry(0, 0, 0, 0, &[]);
    assert_eq!(Checks::of(&bytes).require(&[said(1)], &[alike]), Ok(()));
}

#[test]
fn a_pair_is_of_the_answers_of_both() {
    let bytes = [entry(2, 0, 0, 0, &[]), entry(8, 0, 5, 0, &[])].concat();
    let checks = Checks::of(&bytes);
    let before = [said(10), said(20)];
    assert_eq!(checks.require(&before, &[said(10), said(15)]), Ok(()));
    let word = U256::from(14).into();
    assert_eq!(
        checks.require(&before, &[said(10), said(14)]),
        failed(1, 20, word)
    );
    assert_eq!(
        checks.require(&[said(10), reverted()], &[said(10), said(15)]),
        Err(CheckFailed {
            index: 1,
            before: B256::repeat_byte(0xff),
            after: U256::from(15).into(),
        }
        .into())
    );
}

#[test]
fn a_question_that_took_more_than_half_of_the_gas_says_nothing() {
    let fed = stranger::require_fed;
    assert_eq!(fed(100, 50), Ok(()));
    let (gas_before, gas_left) = (100, 49);
    assert_eq!(
        fed(gas_before, gas_left),
        Err(crate::invariant::Starved { gas_before, gas_left }.into())
    );
}

fn terms() -> Terms {
    Terms {
        act: 0,
        proxy: Address::repeat_byte(1),
        replaces: Address::repeat_byte(2),
        implementation: Address::repeat_byte(3),
        code_hash: B256::repeat_byte(4),
        fragments: B256::repeat_byte(5),
        layout_before: B256::repeat_byte(6),
        layout_after: B256::repeat_byte(7),
        init_hash: B256::repeat_byte(8),
        checks_hash: B256::repeat_byte(9),
        path: 0,
        way_back: 0,
        freeze_groups: 0,
        freeze_rung: 0,
        freeze_secs: 0,
        salt: B256::repeat_byte(10),
    }
}

#[test]
fn every_field_changes_the_identifier() {
    let changes: [fn(&mut Terms); 17] = [
        |_| {},
        |terms| terms.act = 1,
        |terms| terms.proxy = TARGET,
        |terms| terms.replaces = TARGET,
        |terms| terms.implementation = TARGET,
        |terms| terms.code_hash = B256::ZERO,
        |terms| terms.fragments = B256::ZERO,
        |terms| terms.layout_before = B256::ZERO,
        |terms| terms.layout_after = B256::ZERO,
        |terms| terms.init_hash = B256::ZERO,
        |terms| terms.checks_hash = B256::ZERO,
        |terms| terms.path = 1,
        |terms| terms.way_back = 1,
        |terms| terms.freeze_groups = 1,
        |terms| terms.freeze_rung = 1,
        |terms| terms.freeze_secs = 1,
        |terms| terms.salt = B256::ZERO,
    ];
    let vm = host();
    let ids = changes.map(|change| {
        let mut terms = terms();
        change(&mut terms);
        terms.id(&vm)
    });
    let distinct: std::collections::BTreeSet<_> = ids.into_iter().collect();
    assert_eq!(distinct.len(), changes.len());
}

#[test]
fn terms_that_mean_nothing_are_refused_by_their_number() {
    let of = |change: fn(&mut Terms)| {
        let mut terms = terms();
        change(&mut terms);
        terms
    };
    let unknown = |term, value| GuardError::from(UnknownTerm { term, value });
    assert_eq!(of(|terms| terms.act = 2).act().err(), Some(unknown(0, 2)));
    assert_eq!(of(|terms| terms.path = 2).path().err(), Some(unknown(10, 2)));
    assert_eq!(
        of(|terms| terms.way_back = 2).way_back().err(),
        Some(unknown(11, 2))
    );
    for (groups, rung, secs, refused) in [
        (0, 0, 0, None),
        (1, 2, 1, None),
        (0b11_1111, 4, 86_400, None),
        (0b100_0000, 4, 1, Some(unknown(12, 0b100_0000))),
        (1, 1, 1, Some(unknown(13, 1))),
        (1, 5, 1, Some(unknown(13, 5))),
        (0, 3, 0, Some(unknown(13, 3))),
        (0, 5, 0, Some(unknown(13, 5))),
        (1, 4, 0, Some(unknown(14, 0))),
        (0, 0, 1, Some(unknown(14, 0))),
    ] {
        let terms = Terms {
            freeze_groups: groups,
            freeze_rung: rung,
            freeze_secs: secs,
            ..terms()
        };
        assert_eq!(terms.require_freeze().err(), refused, "{groups} {rung} {secs}");
    }
}
