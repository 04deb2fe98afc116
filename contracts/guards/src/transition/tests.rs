//! Frames, flows and the record without a chain; `tests/e2e/tests/frame.rs` has them on one, where there are two frames of a latched method.

use super::*;
use crate::{
    asset::{NotAToken, ETH},
    fixture::*,
    guard_modes::{GuardModeChanged, GuardModes, GuardWouldRefuse},
    invariant::{Invariant, Unmet},
    lock::{is_held, Held, Reentered},
    sdk::{noted, Note, VM},
    GuardError,
};
use alloc::{boxed::Box, vec, vec::Vec};
use portcullis_core::mode::{GuardId, Mode, Modes};
use stylus_sdk::{prelude::*, testing::TestVM};

const ONE: GuardId = GuardId::of::<1>();
const TWO: GuardId = GuardId::of::<2>();

fn vm(test: &TestVM) -> VM {
    VM {
        host: Box::new(test.clone()),
    }
}

fn refusal() -> GuardError {
    GuardError::own(crate::asset::TransferFailed { asset: TOKEN })
}

fn modes(mode: Mode) -> Modes {
    Modes::default().with(ONE, mode)
}

/// An invariant that answers what it is told to.
struct Answers(Result<(), Unmet>, Result<(), Unmet>);

impl Invariant for Answers {
    type Before = ();

    fn before(&self, _: &VM) -> Result<(), Unmet> {
        self.0.clone()
    }

    fn after(&self, _: &VM, (): ()) -> Result<(), Unmet> {
        self.1.clone()
    }
}

#[test]
fn a_frame_holds_the_lock_until_it_ends() {
    let _chain = chain();
    let frame = Frame::begin(false).unwrap();
    assert!(is_held());
    assert_eq!(Frame::begin(false), Err(Reentered {}.into()));
    assert!(is_held(), "the refused one did not take the lock off");
    drop(frame);
    assert!(!is_held() && Held::take().is_ok());
}

#[test]
fn a_named_guard_is_weighed_by_its_mode() {
    let (test, _) = chain();
    let frame = Frame::begin(true).unwrap();
    let weigh = |mode, verdict| frame.weigh(&vm(&test), modes(mode), ONE, verdict);
    for mode in [Mode::Shadow, Mode::Enforce, Mode::Latch] {
        assert_eq!(weigh(mode, Ok(())), Ok(()));
        assert_eq!(noted(), Note::None);
    }
    assert_eq!(weigh(Mode::Enforce, Err(refusal())), Err(refusal()));
    assert_eq!((logs(&test).len(), noted()), (0, Note::None));
    assert_eq!(weigh(Mode::Shadow, Err(refusal())), Ok(()));
    let reason: Vec<u8> = refusal().into();
    let told = GuardWouldRefuse {
        guard: ONE,
        by: test.msg_sender(),
        reason: &reason,
    };
    assert_told(&test, told);
    assert_eq!(noted(), Note::None);
    assert_eq!(weigh(Mode::Latch, Err(refusal())), Err(refusal()));
    assert_eq!((logs(&test).len(), noted()), (1, Note::Violated(1)));
    // The mode is that of the guard that is named.
    let other = frame.weigh(&vm(&test), modes(Mode::Shadow), TWO, Err(refusal()));
    assert_eq!(other, Err(refusal()));
}

#[test]
fn nothing_is_latched_in_a_method_that_does_not_latch() {
    let (test, _) = chain();
    let frame = Frame::begin(false).unwrap();
    let vm = vm(&test);
    let broken = Answers(Ok(()), Err(Unmet::Broken(refusal())));
    let latch = modes(Mode::Latch);
    assert_eq!(frame.weigh(&vm, latch, ONE, Err(refusal())), Err(refusal()));
    assert_eq!(frame.judge(&vm, latch, ONE, &broken, Some(())), Err(refusal()));
    assert_eq!(frame.judge_unnamed(&vm, &broken, ()), Err(refusal()));
    assert_eq!(noted(), Note::None);
}

#[test]
fn only_a_broken_invariant_is_a_violation() {
    let (test, _) = chain();
    let frame = Frame::begin(true).unwrap();
    let (vm, latch) = (vm(&test), modes(Mode::Latch));
    for unmet in [Unmet::Unevaluated(refusal()), Unmet::Refused(refusal())] {
        let invariant = Answers(Err(unmet.clone()), Err(unmet));
        assert_eq!(frame.snapshot(&vm, latch, ONE, &invariant), Err(refusal()));
        assert_eq!(frame.snapshot_unnamed(&vm, &invariant), Err(refusal()));
        assert_eq!(frame.judge(&vm, latch, ONE, &invariant, Some(())), Err(refusal()));
        assert_eq!(frame.judge_unnamed(&vm, &invariant, ()), Err(refusal()));
        assert_eq!(noted(), Note::None);
    }
    // Broken before the body is no violation of the body's.
    let before = Answers(Err(Unmet::Broken(refusal())), Ok(()));
    assert_eq!(frame.snapshot(&vm, latch, ONE, &before), Err(refusal()));
    assert_eq!(noted(), Note::None);

    let broken = Answers(Ok(()), Err(Unmet::Broken(refusal())));
    assert_eq!(frame.judge_unnamed(&vm, &broken, ()), Err(refusal()));
    assert_eq!(noted(), Note::Violated(255));
    assert_eq!(frame.judge(&vm, latch, ONE, &broken, Some(())), Err(refusal()));
    assert_eq!(noted(), Note::Violated(1));
}

#[test]
fn a_shadow_neither_blocks_nor_judges_what_it_could_not_see_before() {
    let (test, _) = chain();
    let frame = Frame::begin(false).unwrap();
    let (vm, shadow) = (vm(&test), modes(Mode::Shadow));
    let blind = Answers(Err(Unmet::Unevaluated(refusal())), Err(Unmet::Broken(refusal())));
    let before = frame.snapshot(&vm, shadow, ONE, &blind);
    assert_eq!(before, Ok(None));
    assert_eq!(logs(&test).len(), 1);
    assert_eq!(frame.judge(&vm, shadow, ONE, &blind, None), Ok(()));
    assert_eq!(logs(&test).len(), 1);
    let broken = Answers(Ok(()), Err(Unmet::Broken(refusal())));
    let before = frame.snapshot(&vm, shadow, ONE, &broken).unwrap();
    assert_eq!(frame.judge(&vm, shadow, ONE, &broken, before), Ok(()));
    assert_eq!(logs(&test).len(), 2);
}

#[test]
fn a_mode_goes_up_at_once_and_down_after_the_delay() {
    let (test, governor) = chain();
    let mut modes = GuardModes::from(&test);
    let mut timelock = delayed(&governor);
    let ladder = [Mode::Shadow, Mode::Enforce, Mode::Latch];
    for (rung, from) in ladder.into_iter().enumerate() {
        for (other, to) in ladder.into_iter().enumerate() {
            modes.set(now(&governor), ONE, from).unwrap();
            modes.set(now(&governor), TWO, Mode::Latch).unwrap();
            let before = stored(&test);
            let set = modes.set(timelock.change(&governor, CALL), ONE, to);
            if other < rung {
                assert_eq!(set, Err(unscheduled(CALL)));
                assert_eq!(stored(&test), before);
            } else {
                assert_eq!(set, Ok(()));
                assert_eq!(modes.all().of(ONE), to);
            }
            assert_eq!(modes.all().of(TWO), Mode::Latch);
        }
    }
    modes.set(now(&governor), ONE, Mode::Latch).unwrap();
    modes.set(now(&governor), ONE, Mode::Shadow).unwrap();
    assert_told(
        &test,
        GuardModeChanged {
            guard: 1,
            previous: 2,
            mode: 1,
            loosened: true,
        },
    );
    modes.set(now(&governor), ONE, Mode::Enforce).unwrap();
    assert_told(
        &test,
        GuardModeChanged {
            guard: 1,
            previous: 1,
            mode: 0,
            loosened: false,
        },
    );
}

#[test]
fn a_contract_begins_with_the_mode_that_its_constructor_says() {
    let (test, governor) = chain();
    let mut modes = GuardModes::from(&test);
    modes.set(now(&governor), TWO, Mode::Latch).unwrap();
    modes.initialize(ONE, Mode::Shadow);
    assert_eq!(
        (modes.all().of(ONE), modes.all().of(TWO)),
        (Mode::Shadow, Mode::Latch)
    );
    assert_told(
        &test,
        GuardModeChanged {
            guard: 1,
            previous: 0,
            mode: 1,
            loosened: true,
        },
    );
}

#[test]
fn what_is_measured_is_without_the_calls_own_value() {
    let (test, _) = chain();
    let (vm, this) = (vm(&test), test.contract_address());
    test.set_balance(this, u(1_000));
    test.set_value(u(300));
    let measured = Measured::begin(&vm, ETH).unwrap();
    assert_eq!(
        (measured.increase(&vm), measured.decrease(&vm)),
        (Ok(u(300)), Ok(u(0)))
    );
    test.set_balance(this, u(699));
    assert_eq!(
        (measured.increase(&vm), measured.decrease(&vm)),
        (Ok(u(0)), Ok(u(1)))
    );
    // A call that delegates for another has a value that did not come in: nothing was held before it, and no more.
    test.set_balance(this, u(299));
    let measured = Measured::begin(&vm, ETH).unwrap();
    assert_eq!(
        (measured.increase(&vm), measured.decrease(&vm)),
        (Ok(u(299)), Ok(u(0)))
    );
    assert_eq!(
        Measured::begin(&vm, TOKEN),
        Err(NotAToken { asset: TOKEN }.into())
    );
    // A token's balance has nothing to do with the value.
    let call = crate::calldata!("balanceOf", this: alloy_primitives::Address);
    test.mock_static_call(TOKEN, call, Ok(u(50).to_be_bytes_vec()));
    let measured = Measured::begin(&vm, TOKEN).unwrap();
    assert_eq!(measured.increase(&vm), Ok(u(0)));
}

#[test]
fn the_last_violation_is_recorded_whole() {
    let (test, _) = chain();
    let mut record = ViolationRecord::from(&test);
    assert_eq!(record.last(), LastViolation::default());
    let reason: Vec<u8> = vec![9, 8, 7, 6, 5];
    record.record(&Violation::found(Some(ONE), [0xff, 2, 3, 4], BOB, &reason));
    let first = LastViolation {
        count: 1,
        at: START,
        guard: 1,
        method: [0xff, 2, 3, 4],
        reason: [9, 8, 7, 6],
        by: BOB,
    };
    assert_eq!(record.last(), first);
    test.set_block_timestamp(START + 5);
    record.record(&Violation::found(None, [1; 4], ALICE, &[]));
    let second = LastViolation {
        count: 2,
        at: START + 5,
        guard: 255,
        method: [1; 4],
        reason: [0; 4],
        by: ALICE,
    };
    assert_eq!(record.last(), second);
}

#[test]
fn a_violation_is_told_as_solidity_writes_it() {
    use alloy_sol_types::{sol, SolEvent};
    sol! {
        event ViolationLatched(uint8 indexed guard, bytes4 indexed method, address indexed by, bytes reason);
    }
    let violation = super::Violation::found(None, [1, 2, 3, 4], BOB, &[5; 33]);
    let theirs = ViolationLatched {
        guard: 255,
        method: [1, 2, 3, 4].into(),
        by: BOB,
        reason: vec![5; 33].into(),
    }
    .encode_log_data();
    let mut bytes: Vec<u8> = theirs.topics().iter().flat_map(|topic| topic.to_vec()).collect();
    bytes.extend_from_slice(&theirs.data);
    let ours = super::ViolationLatched(violation);
    assert_eq!(crate::abi::Event::encode(&ours), bytes);
    assert_eq!(<super::ViolationLatched<'_> as crate::abi::Event>::TOPICS, 4);
}

#[test]
fn a_violation_fires_a_reason_of_the_contracts_own() {
    use portcullis_core::breaker::{Kind, Rung, Target};
    let (_, mut house, _) = house();
    let violation = Violation::found(Some(ONE), [1; 4], BOB, &[]);
    let fired = violation.fired(3, Target::To(Rung::Frozen));
    house.breakers.trip(token(), fired).unwrap();
    assert_eq!(house.breakers.view(token()).view.reason.0, 131);
    assert!(house.breakers.check(token(), Kind::ReduceOwnRisk).is_err());
}
