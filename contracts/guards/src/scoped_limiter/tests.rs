//! Every error with its numbers, every event, and the attacks. `tests/scoped_limiter_model.rs` adds random flows against a model.

use super::{
    state::{from_words, to_words, Limit, Marks, Slot},
    *,
};
use crate::{
    abi::Event,
    authority::Governor,
    fixture::{chain_at, last_log, u, ALICE, BOB, OTHER, TOKEN},
    rate_limiter::NEVER,
    timelock::{OperationNotReady, Timelock},
    GuardError,
};
use alloc::vec::Vec;
use portcullis_core::bucket;
use stylus_sdk::testing::TestVM;

const GLOBAL: Scope = Scope::Global { asset: TOKEN };
const DEFAULT: Subject = Subject::AccountDefault { asset: TOKEN };
const GROUP: Scope = Scope::Group {
    asset: TOKEN,
    group: 2,
};
const ROUTE: Scope = Scope::Route {
    asset: TOKEN,
    route: B256::repeat_byte(0x40),
};

fn account(account: Address) -> Scope {
    Scope::Account {
        asset: TOKEN,
        account,
    }
}

/// So many in a hundred seconds.
fn bucket(capacity: u64) -> Setting {
    Setting::Bucket {
        capacity: u(capacity),
        refill_secs: 100,
    }
}

/// So many in 1,600 seconds, in ticks of 100.
fn window(amount: u64) -> Setting {
    Setting::Window {
        amount: u(amount),
        window_secs: 1_600,
    }
}

/// A limiter at 1,000, its governor and a timelock without a delay.
struct Case {
    test: TestVM,
    limiter: ScopedLimiter,
    timelock: Timelock,
    governor: Governor,
}

impl Case {
    fn new() -> Self {
        let (test, governor, _) = chain_at(1_000);
        Self {
            limiter: ScopedLimiter::from(&test),
            timelock: Timelock::from(&test),
            governor,
            test,
        }
    }

    fn with<const N: usize>(settings: [(Scope, Setting); N]) -> Self {
        let mut case = Self::new();
        for (scope, setting) in settings {
            case.configure(scope, setting).unwrap();
        }
        case
    }

    fn with_default(setting: Setting) -> Self {
        let mut case = Self::new();
        case.configure_default(setting).unwrap();
        case
    }

    fn configure(&mut self, scope: Scope, setting: Setting) -> Result<(), GuardError> {
        let change = self.timelock.change(&self.governor, &[]);
        self.limiter.configure(change, scope, setting)
    }

    fn configure_default(&mut self, setting: Setting) -> Result<(), GuardError> {
        let change = self.timelock.change(&self.governor, &[]);
        self.limiter.configure_default(change, TOKEN, setting)
    }

    fn follow_default(&mut self, account: Address) -> Result<(), GuardError> {
        let change = self.timelock.change(&self.governor, &[]);
        self.limiter.follow_default(change, TOKEN, account)
    }

    fn close(&mut self, scope: Scope) -> Result<(), GuardError> {
        self.limiter.close(&self.governor, scope)
    }

    fn consume<const N: usize>(&mut self, scopes: [Scope; N], amount: u64) -> Result<(), GuardError> {
        self.limiter.consume(&scopes.map(|scope| scope.charge(u(amount))))
    }

    fn available(&self, scope: Scope) -> u64 {
        self.limiter.available(scope).to()
    }

    fn at(&self, now: u64) -> &Self {
        self.test.set_block_timestamp(now);
        self
    }

    fn words(&self) -> usize {
        self.test.snapshot().storage.len()
    }

    fn last_log(&self) -> Vec<u8> {
        last_log(&self.test)
    }

    /// That it is refused, and nothing stored.
    #[track_caller]
    fn refuses(&mut self, charges: &[Charge], error: impl Into<GuardError>) {
        let before = self.test.snapshot().storage;
        assert_eq!(self.limiter.consume(charges), Err(error.into()));
        assert_eq!(self.test.snapshot().storage, before);
    }
}

fn limited(scope: Scope, requested: u64, available: u64, retry_at: u64) -> ScopeLimited {
    ScopeLimited {
        scope: scope.key(),
        requested: u(requested),
        available: u(available),
        retry_at,
    }
}

fn closed(scope: Scope) -> ScopeClosed {
    ScopeClosed { scope: scope.key() }
}

#[test]
fn a_monitor_sees_when_an_amount_passes_a_scope() {
    let mut case = Case::with([(GLOBAL, bucket(100)), (GROUP, window(50))]);
    case.configure_default(bucket(30)).unwrap();
    case.consume([GLOBAL, GROUP, account(ALICE)], 30).unwrap();
    for (scope, amount, at) in [
        (GLOBAL, 70, 1_000),
        (GLOBAL, 71, 1_001),
        (GLOBAL, 101, NEVER),
        (GROUP, 20, 1_000),
        (GROUP, 21, 2_700),
        (account(ALICE), 3, 1_010),
        (account(BOB), 30, 1_000),
        (account(BOB), 31, NEVER),
        (ROUTE, 0, NEVER),
    ] {
        assert_eq!(case.limiter.ready_at(scope, u(amount)), at, "{scope:?} {amount}");
    }
}

#[test]
fn a_flow_is_charged_to_every_scope_that_it_meets_and_to_no_other() {
    let mut case = Case::with([
        (GLOBAL, bucket(1_000)),
        (GROUP, window(500)),
        (ROUTE, bucket(300)),
        (account(ALICE), bucket(50)),
        (account(BOB), bucket(50)),
    ]);
    case.consume([GLOBAL, GROUP, ROUTE, account(ALICE)], 40).unwrap();
    let left = [GLOBAL, GROUP, ROUTE, account(ALICE), account(BOB)].map(|scope| case.available(scope));
    assert_eq!(left, [960, 460, 260, 10, 50]);
    case.consume([GLOBAL], 60).unwrap();
    assert_eq!((case.available(GLOBAL), case.available(GROUP)), (900, 460));
    // Each may be asked for an amount of its own.
    let charges = [GLOBAL.charge(u(900)), GROUP.charge(u(0))];
    case.limiter.consume(&charges).unwrap();
    assert_eq!((case.available(GLOBAL), case.available(GROUP)), (0, 460));
}

#[test]
fn a_refused_flow_charges_no_scope() {
    let mut case = Case::with([
        (GLOBAL, bucket(1_000)),
        (GROUP, window(500)),
        (account(ALICE), bucket(50)),
    ]);
    let flow = |amount| [GLOBAL, GROUP, account(ALICE)].map(|scope| scope.charge(u(amount)));
    for _ in 0..100 {
        case.refuses(&flow(51), limited(account(ALICE), 51, 50, NEVER));
    }
    let left = [GLOBAL, GROUP, account(ALICE)].map(|scope| case.available(scope));
    assert_eq!(left, [1_000, 500, 50]);
    case.limiter.consume(&flow(50)).unwrap();
}

#[test]
fn the_refusal_names_the_scope_that_frees_last_and_when_all_let_it_pass() {
    let mut case = Case::with([(GLOBAL, bucket(100)), (ROUTE, window(100)), (GROUP, bucket(50))]);
    case.consume([GLOBAL, ROUTE], 100).unwrap();
    let flow = [GLOBAL, ROUTE, GROUP].map(|scope| scope.charge(u(30)));
    // The bucket has 30 again at 1,030; the window at 2,700.
    case.refuses(&flow, limited(ROUTE, 30, 0, 2_700));
    case.at(2_699);
    case.refuses(&flow, limited(ROUTE, 30, 0, 2_700));
    case.at(2_700);
    case.limiter.consume(&flow).unwrap();
}

#[test]
fn a_scope_without_a_limit_refuses_and_is_passed_by_only_when_the_contract_says_so() {
    let mut case = Case::with([(GLOBAL, bucket(100))]);
    case.refuses(&[GLOBAL.charge(u(1)), ROUTE.charge(u(1))], closed(ROUTE));
    case.refuses(&[account(ALICE).charge(u(0))], closed(account(ALICE)));
    for scope in [ROUTE, account(ALICE)] {
        let charges = [GLOBAL.charge(u(1)), scope.charge_if_set(u(1))];
        case.limiter.consume(&charges).unwrap();
    }
    assert_eq!(case.available(GLOBAL), 98);
    // Named both ways, it has to have one.
    let charges = [ROUTE.charge_if_set(u(1)), ROUTE.charge(u(1))];
    case.refuses(&charges, closed(ROUTE));
    // With a limit it counts.
    case.configure(ROUTE, bucket(5)).unwrap();
    case.refuses(&[ROUTE.charge_if_set(u(6))], limited(ROUTE, 6, 5, NEVER));
}

#[test]
fn closing_a_limit_is_not_a_way_to_remove_it() {
    let mut case = Case::with([(GLOBAL, bucket(100)), (ROUTE, bucket(5))]);
    case.configure_default(bucket(5)).unwrap();
    case.close(ROUTE).unwrap();
    case.limiter.close_default(&case.governor, TOKEN).unwrap();
    for scope in [ROUTE, account(ALICE)] {
        let charges = [GLOBAL.charge(u(1)), scope.charge_if_set(u(1))];
        case.refuses(&charges, closed(scope));
    }
}

#[test]
fn closed_and_set_again_a_scope_starts_with_nothing_whatever_its_kind() {
    for setting in [bucket(100), window(100)] {
        for again in [bucket(100), window(100)] {
            let mut case = Case::with([(GLOBAL, setting)]);
            case.close(GLOBAL).unwrap();
            assert_eq!(case.limiter.check_open(GLOBAL), Err(closed(GLOBAL).into()));
            assert_eq!(case.close(GLOBAL), Err(closed(GLOBAL).into()));
            case.configure(GLOBAL, again).unwrap();
            assert_eq!(case.available(GLOBAL), 0);
            assert_eq!(case.limiter.check_open(GLOBAL), Ok(()));
        }
    }
}

#[test]
fn the_same_scope_named_twice_is_asked_once_for_the_sum() {
    let mut case = Case::with([(GLOBAL, bucket(1_000)), (account(ALICE), bucket(100))]);
    let twice = |first, second| {
        [
            account(ALICE).charge(u(first)),
            GLOBAL.charge(u(first)),
            account(ALICE).charge(u(second)),
        ]
    };
    case.refuses(&twice(60, 60), limited(account(ALICE), 120, 100, NEVER));
    case.limiter.consume(&twice(60, 40)).unwrap();
    assert_eq!((case.available(account(ALICE)), case.available(GLOBAL)), (0, 940));
    // A sum that no number holds does not wrap to a small one.
    let charges = [GLOBAL.charge(U256::MAX), GLOBAL.charge(u(2))];
    let never = ScopeLimited {
        scope: GLOBAL.key(),
        requested: U256::MAX,
        available: u(940),
        retry_at: NEVER,
    };
    case.refuses(&charges, never);
}

#[test]
fn a_flow_without_a_scope_is_refused_and_so_is_one_with_nine() {
    let mut case = Case::with([(GLOBAL, bucket(100))]);
    let out_of_bounds = |scopes| ScopesOutOfBounds { scopes, maximum: 8 };
    case.refuses(&[], out_of_bounds(0));
    case.refuses(&[GLOBAL.charge(u(1)); 9], out_of_bounds(9));
    case.limiter.consume(&[GLOBAL.charge(u(1)); 8]).unwrap();
    assert_eq!(case.available(GLOBAL), 92);
}

#[test]
fn a_limit_split_over_many_accounts_does_not_beat_the_global_one() {
    let mut case = Case::with([(GLOBAL, bucket(1_000))]);
    case.configure_default(bucket(100)).unwrap();
    let thieves: Vec<Scope> = (0..50)
        .map(|number| account(Address::with_last_byte(number)))
        .collect();
    let passed = thieves
        .iter()
        .filter(|thief| case.consume([GLOBAL, **thief], 100).is_ok())
        .count();
    assert_eq!(passed, 10);
    case.refuses(
        &[GLOBAL.charge(u(1)), thieves[49].charge(u(1))],
        limited(GLOBAL, 1, 0, 1_001),
    );
    // Those whom the global limit refused have not been charged.
    assert_eq!(
        (case.available(thieves[9]), case.available(thieves[10])),
        (0, 100)
    );
}

#[test]
fn an_account_gets_the_default_and_its_own_limit_takes_precedence() {
    let mut case = Case::with_default(bucket(100));
    assert_eq!((case.available(account(ALICE)), case.words()), (100, 3));
    assert_eq!(case.limiter.default_setting(TOKEN), Some(bucket(100)));
    case.consume([account(ALICE)], 70).unwrap();
    assert_eq!(
        (case.available(account(ALICE)), case.available(account(BOB))),
        (30, 100)
    );
    assert_eq!(case.words(), 4);
    case.configure(account(BOB), bucket(20)).unwrap();
    case.refuses(
        &[account(BOB).charge(u(21))],
        limited(account(BOB), 21, 20, NEVER),
    );
    // The default no longer reaches it, in neither direction.
    case.configure_default(bucket(10)).unwrap();
    assert_eq!(case.limiter.setting(account(BOB)), Some(bucket(20)));
    assert_eq!(case.available(account(BOB)), 20);
    case.limiter.close_default(&case.governor, TOKEN).unwrap();
    case.consume([account(BOB)], 20).unwrap();
    case.refuses(&[account(ALICE).charge(u(0))], closed(account(ALICE)));
    // One default is not another asset's.
    assert_eq!(case.limiter.default_setting(OTHER), None);
}

#[test]
fn an_accounts_own_limit_gives_it_nothing_at_once() {
    let mut case = Case::with_default(bucket(100));
    // It has moved nothing yet, and had what the default gave.
    case.configure(account(BOB), bucket(1_000)).unwrap();
    assert_eq!(case.available(account(BOB)), 100);
    case.consume([account(ALICE)], 70).unwrap();
    case.configure(account(ALICE), bucket(1_000)).unwrap();
    assert_eq!(case.available(account(ALICE)), 30);
    case.at(1_010);
    assert_eq!(case.available(account(ALICE)), 130);
}

#[test]
fn a_change_of_the_default_does_not_let_an_account_take_twice() {
    for (before, after) in [
        (bucket(100), bucket(100)),
        (bucket(100), bucket(1_000)),
        (bucket(100), window(100)),
        (window(100), window(100)),
        (window(100), window(1_000)),
        (window(100), bucket(100)),
    ] {
        let mut case = Case::with_default(before);
        case.consume([account(ALICE)], 100).unwrap();
        case.configure_default(after).unwrap();
        assert_eq!(case.available(account(ALICE)), 0, "{before:?} {after:?}");
        // Nor by the way of closing it.
        case.limiter.close_default(&case.governor, TOKEN).unwrap();
        case.configure_default(after).unwrap();
        assert_eq!(case.available(account(ALICE)), 0, "{before:?} {after:?}");
    }
}

#[test]
fn a_change_of_the_default_holds_from_its_second_on_however_late_the_account_moves() {
    let settings = [
        bucket(100),
        bucket(37),
        bucket(5_000),
        window(100),
        window(37),
        window(5_000),
    ];
    for before in settings {
        for after in settings {
            // Bob has the default as a limit of his own, which is changed when the default is.
            let mut case = Case::with_default(before);
            case.configure(account(BOB), before).unwrap();
            case.consume([account(ALICE), account(BOB)], 30).unwrap();
            case.at(1_020);
            case.configure_default(after).unwrap();
            if before != after {
                case.configure(account(BOB), after).unwrap();
            }
            for now in [
                1_020, 1_021, 1_050, 1_119, 1_120, 1_121, 2_619, 2_620, 2_700, 2_800, 99_999,
            ] {
                case.at(now);
                assert_eq!(
                    case.available(account(ALICE)),
                    case.available(account(BOB)),
                    "{before:?} {after:?} {now}"
                );
            }
        }
    }
}

#[test]
fn a_refusal_after_the_default_has_grown_says_when_and_keeps_its_word() {
    let mut case = Case::with_default(bucket(10));
    case.consume([account(ALICE)], 10).unwrap();
    case.at(1_050);
    case.configure_default(bucket(1_000)).unwrap();
    // 5 had come back, and 10 a second come since, though nothing has been stored for the account.
    case.at(1_060);
    assert_eq!(case.available(account(ALICE)), 105);
    let charges = [account(ALICE).charge(u(155))];
    case.refuses(&charges, limited(account(ALICE), 155, 105, 1_065));
    case.at(1_064);
    case.refuses(&charges, limited(account(ALICE), 155, 145, 1_065));
    case.at(1_065);
    case.limiter.consume(&charges).unwrap();
    assert_eq!(case.available(account(ALICE)), 0);
}

#[test]
fn the_same_default_again_changes_nothing() {
    let mut case = Case::with_default(window(100));
    case.consume([account(ALICE)], 40).unwrap();
    case.at(2_000);
    let before = case.test.snapshot().storage;
    case.configure_default(window(100)).unwrap();
    assert_eq!(case.test.snapshot().storage, before);
    case.at(2_699);
    assert_eq!(case.available(account(ALICE)), 60);
    case.at(2_700);
    assert_eq!(case.available(account(ALICE)), 100);
}

#[test]
fn a_touch_every_second_does_not_starve_an_account_under_a_slow_default() {
    let slow = Setting::Bucket {
        capacity: u(1),
        refill_secs: 100,
    };
    let mut case = Case::with_default(slow);
    case.consume([account(ALICE)], 1).unwrap();
    for now in 1_001..1_100 {
        case.at(now);
        case.consume([account(ALICE)], 0).unwrap();
        assert_eq!(case.available(account(ALICE)), 0);
    }
    case.at(1_100);
    assert_eq!(case.available(account(ALICE)), 1);
}

#[test]
fn an_account_goes_back_under_the_default_with_what_has_left() {
    let mut case = Case::with_default(bucket(100));
    let follows = ScopeFollowsDefault {
        scope: account(ALICE).key(),
    };
    assert_eq!(case.follow_default(ALICE), Err(follows.into()));
    case.configure(account(ALICE), bucket(60)).unwrap();
    case.consume([account(ALICE)], 50).unwrap();
    case.follow_default(ALICE).unwrap();
    assert_eq!(case.available(account(ALICE)), 10);
    assert_eq!(case.limiter.setting(account(ALICE)), Some(bucket(100)));
    assert_eq!(case.follow_default(ALICE), Err(follows.into()), "once");
    case.configure_default(bucket(200)).unwrap();
    case.at(1_010);
    assert_eq!(case.available(account(ALICE)), 30, "and with the next default");
    case.close(account(ALICE)).unwrap();
    case.follow_default(ALICE).unwrap();
    assert_eq!(case.available(account(ALICE)), 0);
    case.configure(account(ALICE), bucket(60)).unwrap();
    case.limiter.close_default(&case.governor, TOKEN).unwrap();
    let no_default = ScopeClosed { scope: DEFAULT.key() };
    assert_eq!(case.follow_default(ALICE), Err(no_default.into()));
    assert_eq!(
        case.limiter.close_default(&case.governor, TOKEN),
        Err(no_default.into())
    );
}

#[test]
fn between_the_kinds_nothing_is_added_and_what_has_left_counts() {
    let mut case = Case::with([(GLOBAL, bucket(100))]);
    case.consume([GLOBAL], 70).unwrap();
    case.at(1_010);
    // 60 are missing. The window holds them for its whole length.
    case.configure(GLOBAL, window(90)).unwrap();
    assert_eq!(case.available(GLOBAL), 30);
    case.at(2_699);
    assert_eq!(case.available(GLOBAL), 30);
    case.at(2_700);
    assert_eq!(case.available(GLOBAL), 90);
    case.consume([GLOBAL], 80).unwrap();
    case.at(2_800);
    case.configure(GLOBAL, bucket(1_000)).unwrap();
    assert_eq!(case.available(GLOBAL), 10);
    case.at(2_801);
    assert_eq!(case.available(GLOBAL), 20);
    // The window's second word went with it: as a window again it has nothing closed.
    case.configure(GLOBAL, window(1_000)).unwrap();
    assert_eq!(case.available(GLOBAL), 20);
    case.at(4_500);
    assert_eq!(case.available(GLOBAL), 1_000);
}

#[test]
fn a_change_at_a_time_that_went_back_frees_nothing_sooner() {
    for (before, after) in [
        (bucket(100), bucket(50)),
        (bucket(100), window(50)),
        (window(100), bucket(50)),
    ] {
        let mut case = Case::with([(GLOBAL, before)]);
        case.consume([GLOBAL], 100).unwrap();
        case.at(900);
        case.configure(GLOBAL, after).unwrap();
        case.at(1_000);
        assert_eq!(case.available(GLOBAL), 0, "{before:?} {after:?}");
        case.close(GLOBAL).unwrap();
        case.at(900);
        case.configure(GLOBAL, bucket(50)).unwrap();
        case.at(1_000);
        assert_eq!(case.available(GLOBAL), 0, "closed in between");
    }
}

#[test]
fn what_loosens_has_to_have_waited() {
    let mut case = Case::with([(GLOBAL, bucket(100)), (ROUTE, window(100)), (GROUP, bucket(100))]);
    case.configure_default(bucket(100)).unwrap();
    case.configure(account(ALICE), bucket(50)).unwrap();
    case.timelock.set_delay(&case.governor, &[], 60).unwrap();
    let before = case.test.snapshot();
    let refused = [
        case.configure(GLOBAL, bucket(101)),
        case.configure(ROUTE, window(101)),
        // The numbers are the same, and a bucket lets twice as much out in its refill time.
        case.configure(
            ROUTE,
            Setting::Bucket {
                capacity: u(100),
                refill_secs: 1_600,
            },
        ),
        // A shorter window is looser than the bucket's refill.
        case.configure(
            GROUP,
            Setting::Window {
                amount: u(100),
                window_secs: 99,
            },
        ),
        // And so is a larger amount, however long its window.
        case.configure(GROUP, window(101)),
        case.configure(Scope::Global { asset: OTHER }, bucket(1)),
        case.configure(account(BOB), bucket(101)),
        case.configure_default(bucket(101)),
        case.follow_default(ALICE),
    ];
    for refused in refused {
        assert!(refused.unwrap_err().is::<OperationNotReady>());
    }
    let after = case.test.snapshot();
    assert_eq!(after.storage, before.storage);
    assert_eq!(after.emitted_logs.len(), before.emitted_logs.len());
    // What tightens does not wait, from a bucket to a window neither.
    case.configure(GLOBAL, bucket(99)).unwrap();
    let as_long_as_the_refill = Setting::Window {
        amount: u(100),
        window_secs: 100,
    };
    case.configure(GROUP, as_long_as_the_refill).unwrap();
    case.configure(GROUP, window(100)).unwrap();
    case.configure_default(bucket(50)).unwrap();
    case.follow_default(ALICE).unwrap();
    case.close(GLOBAL).unwrap();
    case.timelock.schedule(&case.governor, &[]).unwrap();
    case.at(1_060);
    case.configure(GLOBAL, bucket(99)).unwrap();
    assert_eq!(case.limiter.setting(GLOBAL), Some(bucket(99)));
}

#[test]
fn a_setting_that_cannot_act_is_refused() {
    let mut case = Case::new();
    let zero = ScopeLimitZero { scope: GLOBAL.key() };
    assert_eq!(case.configure(GLOBAL, bucket(0)), Err(zero.into()));
    assert_eq!(case.configure(GLOBAL, window(0)), Err(zero.into()));
    for secs in [0, 315_360_001] {
        let out_of_bounds = ScopeTimeOutOfBounds {
            scope: DEFAULT.key(),
            secs,
            maximum_secs: 315_360_000,
        };
        let (capacity, amount) = (u(1), u(1));
        for setting in [
            Setting::Bucket {
                capacity,
                refill_secs: secs,
            },
            Setting::Window {
                amount,
                window_secs: secs,
            },
        ] {
            assert_eq!(case.configure_default(setting), Err(out_of_bounds.into()));
        }
    }
    assert_eq!((case.words(), case.limiter.count()), (0, 0));
}

#[test]
fn every_change_is_told_with_its_old_and_new_numbers() {
    let mut case = Case::with([(ROUTE, bucket(100))]);
    let first = ScopeConfigured {
        scope: ROUTE.key(),
        asset: TOKEN,
        kind: 3,
        detail: B256::repeat_byte(0x40),
        previous_limiter: 0,
        previous_amount: u(0),
        previous_secs: 0,
        limiter: 1,
        amount: u(100),
        secs: 100,
        previous_available: u(0),
        available: u(100),
        loosened: true,
    };
    assert_eq!(case.last_log(), first.encode());
    case.consume([ROUTE], 40).unwrap();
    case.configure(ROUTE, window(80)).unwrap();
    let window_of_80 = ScopeConfigured {
        previous_limiter: 1,
        previous_amount: u(100),
        previous_secs: 100,
        limiter: 2,
        amount: u(80),
        secs: 1_600,
        previous_available: u(60),
        available: u(40),
        loosened: false,
        ..first
    };
    assert_eq!(case.last_log(), window_of_80.encode());
    case.close(ROUTE).unwrap();
    let closed = ScopeConfigured {
        previous_limiter: 2,
        previous_amount: u(80),
        previous_secs: 1_600,
        limiter: 0,
        amount: u(0),
        secs: 0,
        previous_available: u(40),
        available: u(0),
        ..window_of_80
    };
    assert_eq!(case.last_log(), closed.encode());
    case.configure_default(bucket(100)).unwrap();
    let default = ScopeConfigured {
        scope: DEFAULT.key(),
        kind: 4,
        detail: B256::ZERO,
        ..first
    };
    assert_eq!(case.last_log(), default.encode());
    case.configure_default(bucket(300)).unwrap();
    let larger = ScopeConfigured {
        previous_limiter: 1,
        previous_amount: u(100),
        previous_secs: 100,
        amount: u(300),
        previous_available: u(100),
        available: u(300),
        ..default
    };
    assert_eq!(case.last_log(), larger.encode());
    case.configure(account(BOB), bucket(20)).unwrap();
    let own = ScopeConfigured {
        scope: account(BOB).key(),
        kind: 1,
        detail: BOB.into_word(),
        previous_amount: u(300),
        amount: u(20),
        previous_available: u(300),
        available: u(20),
        loosened: false,
        ..larger
    };
    assert_eq!(case.last_log(), own.encode());
    case.follow_default(BOB).unwrap();
    let back = ScopeConfigured {
        previous_amount: u(20),
        amount: u(300),
        previous_available: u(20),
        available: u(20),
        loosened: true,
        ..own
    };
    assert_eq!(case.last_log(), back.encode());
}

#[test]
fn everything_that_was_ever_configured_is_listed_once() {
    let mut case = Case::with([
        (GLOBAL, bucket(1_000)),
        (ROUTE, window(100)),
        (GLOBAL, bucket(900)),
    ]);
    case.configure_default(bucket(50)).unwrap();
    // An account that only follows the default is not in the list.
    case.consume([GLOBAL, account(ALICE)], 10).unwrap();
    assert_eq!(case.limiter.count(), 3);
    case.configure(account(ALICE), bucket(45)).unwrap();
    case.close(ROUTE).unwrap();
    let entry = |subject, setting, available| Entry {
        subject,
        setting,
        available: u(available),
        follows_default: false,
    };
    let alice = Subject::Scope(account(ALICE));
    let entries = [0, 1, 2, 3, 4].map(|index| case.limiter.entry(index));
    let expected = [
        Some(entry(Subject::Scope(GLOBAL), Some(bucket(900)), 890)),
        Some(entry(Subject::Scope(ROUTE), None, 0)),
        Some(entry(DEFAULT, Some(bucket(50)), 50)),
        Some(entry(alice, Some(bucket(45)), 35)),
        None,
    ];
    assert_eq!(entries, expected);
    case.follow_default(ALICE).unwrap();
    let follows = Entry {
        follows_default: true,
        ..entry(alice, Some(bucket(50)), 35)
    };
    assert_eq!(case.limiter.entry(3), Some(follows));
    case.configure(account(ALICE), bucket(45)).unwrap();
    assert_eq!(case.limiter.count(), 4, "again, it is in the list already");
}

#[test]
fn a_bucket_takes_a_word_and_a_window_two_beside_the_list() {
    let mut case = Case::with([(GLOBAL, bucket(100))]);
    assert_eq!(case.words(), 3, "the bucket, the count and its name in the list");
    case.configure(ROUTE, window(100)).unwrap();
    assert_eq!(case.words(), 6, "the window's first, and a name of two words");
    case.consume([GLOBAL, ROUTE], 1).unwrap();
    assert_eq!(case.words(), 6);
    case.at(1_100);
    case.consume([GLOBAL, ROUTE], 1).unwrap();
    assert_eq!(case.words(), 7, "a tick has closed");
}

#[test]
fn dust_does_not_use_up_what_others_may_move() {
    let e18 = U256::from(1_000_000_000_000_000_000u64);
    let million = U256::from(1_000_000) * e18;
    let mut case = Case::with([
        (
            GLOBAL,
            Setting::Bucket {
                capacity: million,
                refill_secs: 86_400,
            },
        ),
        (
            ROUTE,
            Setting::Window {
                amount: million,
                window_secs: 86_400,
            },
        ),
    ]);
    case.configure_default(bucket(1_000)).unwrap();
    for _ in 0..1_000 {
        case.consume([GLOBAL, ROUTE, account(ALICE)], 1).unwrap();
    }
    // A unit of a million tokens of 18 decimals is 2^16 wei: a thousand of them, and no more.
    let dust = U256::from(1_000 << 16);
    assert_eq!(case.limiter.available(GLOBAL), limit_of(million) - dust);
    assert_eq!(case.limiter.available(ROUTE), limit_of(million) - dust);
    assert_eq!(case.available(account(ALICE)), 0);
}

/// As many whole units as a capacity holds.
fn limit_of(capacity: U256) -> U256 {
    bucket::Limit::new(capacity, 1).unwrap().capacity()
}

#[test]
fn what_left_through_a_window_comes_back_tick_by_tick() {
    let mut case = Case::with([(ROUTE, window(100))]);
    case.consume([ROUTE], 40).unwrap();
    case.at(1_100);
    case.consume([ROUTE], 10).unwrap();
    case.at(1_250);
    case.consume([ROUTE], 50).unwrap();
    for (now, available) in [
        (1_250, 0),
        (2_699, 0),
        (2_700, 40),
        (2_799, 40),
        (2_800, 50),
        (2_899, 50),
        (2_900, 100),
    ] {
        assert_eq!(case.at(now).available(ROUTE), available, "{now}");
    }
    case.at(2_799);
    case.refuses(&[ROUTE.charge(u(41))], limited(ROUTE, 41, 40, 2_800));
    case.consume([ROUTE], 40).unwrap();
    assert_eq!(case.available(ROUTE), 0);
}

#[test]
fn a_slot_survives_its_words_whatever_its_marks() {
    let open = |setting| Slot::Unset.reconfigure(Limit::new(setting).ok(), 1_000).slot;
    // Each second even and odd, as a mark beside it must not reach it.
    for slot in [
        Slot::Unset,
        Slot::Closed { at: 0 },
        Slot::Closed { at: 1_000 },
        Slot::Closed { at: 1_001 },
        Slot::Closed { at: (1 << 40) - 1 },
        open(bucket(100)),
        open(window(100)),
    ] {
        for (own, listed) in [(false, false), (false, true), (true, false), (true, true)] {
            let marks = Marks { own, listed };
            let words = to_words(slot, marks);
            assert!(from_words(words) == (slot, marks));
            assert_eq!(words[1], u(0), "nothing has left through a window");
        }
    }
}

#[test]
fn a_limit_closed_after_the_last_second_of_a_word_is_closed_and_nothing_else() {
    let mut case = Case::with([(GLOBAL, bucket(100))]);
    case.at(u64::MAX);
    case.close(GLOBAL).unwrap();
    let (slot, marks) = from_words([case.limiter.limiters.first(GLOBAL.key()), u(0)]);
    assert!(slot == Slot::Closed { at: (1 << 40) - 1 });
    assert!(
        marks
            == Marks {
                own: true,
                listed: true
            }
    );
}
