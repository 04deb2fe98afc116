//! Sentinels: what one does about a finding before there is a fix, and what it cannot.

use super::world::*;
use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::{SolCall, SolEvent};
use e2e::calls::refusal;
use e2e::or_skip;
use e2e::patch::{IPatchCare, IPatchGovernance, IPatchManager, IPatchSentinels, HAND_OVER};
use e2e::proxy::{selectors, IBank, IProxyGuards};
use e2e::rpc::{Receipt, RpcError};
use e2e::tokens::Fixture;

/// The group of `setPrice`.
const PRICES: u8 = 1;
/// The longest restriction, and what passes between two.
const PAUSE_SECS: u64 = 12 * HOUR;
const COOL_DOWN_SECS: u64 = 6 * HOUR;
/// At most two days in ten: a bucket of a day, which leaks a second in ten.
const BUDGET_SECS: u64 = 2 * DAY;
const PERIOD_SECS: u64 = 10 * DAY;
const HEARTBEAT_SECS: u64 = 30 * DAY;
const FINDING: B256 = B256::repeat_byte(0xf1);

/// A world whose proxy has a sentinel of the prices, named at the returned second, with its fallback.
struct Watched {
    world: World,
    sentinel: Address,
    fallback: Address,
    named_at: u64,
}

fn terms(proxy: Address) -> IPatchSentinels::configureSentinelsCall {
    IPatchSentinels::configureSentinelsCall {
        proxy,
        heartbeatSecs: HEARTBEAT_SECS,
        pauseSecs: PAUSE_SECS,
        coolDownSecs: COOL_DOWN_SECS,
        budgetSecs: BUDGET_SECS,
        periodSecs: PERIOD_SECS,
    }
}

fn naming(proxy: Address, group: u8, by: [Address; 2]) -> IPatchSentinels::nameSentinelCall {
    let [sentinel_, fallback_] = by;
    IPatchSentinels::nameSentinelCall {
        proxy,
        group,
        sentinel_,
        fallback_,
    }
}

fn restriction(proxy: Address, group: u8, state: u8, secs: u64) -> IPatchSentinels::sentinelRestrictCall {
    IPatchSentinels::sentinelRestrictCall {
        proxy,
        group,
        state,
        secs,
        finding: FINDING,
    }
}

fn dismissal(proxy: Address, group: u8) -> IPatchSentinels::dismissSentinelCall {
    IPatchSentinels::dismissSentinelCall { proxy, group }
}

fn arming(proxy: Address, group: u8) -> IPatchSentinels::rearmSentinelCall {
    IPatchSentinels::rearmSentinelCall { proxy, group }
}

impl Watched {
    fn new() -> Result<Self, RpcError> {
        let mut world = World::new();
        let (proxy, governor) = (world.proxy, world.people.governor);
        let [sentinel, fallback] = [world.people.user, world.people.attacker];
        let prices = selectors([IBank::setPriceCall::SELECTOR], [0, PRICES, 0, 0]);
        let settings = [
            IPatchCare::setProxyCall {
                proxy,
                call: prices.abi_encode().into(),
            }
            .abi_encode(),
            terms(proxy).abi_encode(),
            naming(proxy, PRICES, [sentinel, fallback]).abi_encode(),
        ];
        for data in &settings {
            let data = data.clone().into();
            succeeded(&world.send(governor, &IPatchGovernance::scheduleCall { data }));
        }
        world.chain.advance_time(CHANGE_SECS)?;
        for call in settings {
            let manager = world.manager;
            let done = world.chain.transact(governor, manager, call, U256::ZERO)?;
            succeeded(&done);
        }
        let named_at = world.chain.now()?;
        Ok(Self {
            world,
            sentinel,
            fallback,
            named_at,
        })
    }

    fn restrict(&mut self, by: Address, group: u8, state: u8, secs: u64) -> Receipt {
        let proxy = self.world.proxy;
        self.world.send(by, &restriction(proxy, group, state, secs))
    }

    fn governs<C: SolCall>(&mut self, call: &C) -> Receipt {
        self.world.send(self.world.people.governor, call)
    }

    /// What a group of the proxy is, and until when, as its administrator reads it.
    fn group(&self, group: u8) -> (u8, u64) {
        let world = &self.world;
        let state = world
            .chain
            .view(world.manager, world.proxy, &IProxyGuards::stateCall { group })
            .unwrap();
        (state.state_, state.until)
    }

    fn left(&self, group: u8) -> IPatchSentinels::sentinelReturn {
        let (world, proxy) = (&self.world, self.world.proxy);
        let call = IPatchSentinels::sentinelCall { proxy, group };
        world.chain.view(world.people.user, world.manager, &call).unwrap()
    }

    fn at(&self, receipt: &Receipt) -> u64 {
        self.world.chain.time_of(receipt).unwrap()
    }

    fn set_price(&mut self) -> Receipt {
        let price_ = U256::from(5);
        let (deployer, proxy) = (self.world.people.deployer, self.world.proxy);
        let call = IBank::setPriceCall { price_ };
        self.world.chain.submit(deployer, proxy, &call).unwrap()
    }
}

fn told<E: SolEvent>(receipt: &Receipt) -> Vec<E> {
    let logs = receipt.logs.iter();
    logs.filter_map(|log| E::decode_log(log).ok().map(|log| log.data))
        .collect()
}

#[test]
fn a_finding_restricts_one_group_the_rest_runs_and_it_ends_by_itself() {
    let mut watched = or_skip!(Watched::new());
    let (sentinel, proxy) = (watched.sentinel, watched.world.proxy);
    succeeded(&watched.set_price());
    let restricted = watched.restrict(sentinel, PRICES, 4, PAUSE_SECS);
    succeeded(&restricted);
    assert_eq!(
        told::<IPatchSentinels::SentinelRestricted>(&restricted),
        [IPatchSentinels::SentinelRestricted {
            proxy,
            sentinel,
            finding: FINDING,
            role: 0,
            group: PRICES,
            state: 4,
            secs: PAUSE_SECS,
        }]
    );
    let until = watched.at(&restricted) + PAUSE_SECS;
    assert_eq!(watched.group(PRICES), (4, until));
    assert_eq!(watched.group(2).0, 0);
    assert!(refusal::<IProxyGuards::GroupRestricted>(&watched.set_price()).is_some());
    let deployer = watched.world.people.deployer;
    let other = IBank::setPriceSilentlyCall {
        price_: U256::from(5),
    };
    succeeded(&watched.world.chain.submit(deployer, proxy, &other).unwrap());
    or_skip!(watched.world.chain.move_to(until - 1));
    assert_eq!(watched.group(PRICES).0, 4);
    assert!(refusal::<IProxyGuards::GroupRestricted>(&watched.set_price()).is_some());
    or_skip!(watched.world.chain.move_to(until));
    // Half-open: the ramp has begun.
    assert_eq!(watched.group(PRICES), (1, until));
    // Once, until it is armed again.
    assert_refused(
        &watched.restrict(sentinel, PRICES, 4, HOUR),
        &IPatchSentinels::GuardianSpent {
            group: PRICES,
            caller: sentinel,
        },
    );
    assert_eq!(watched.left(PRICES).spent, 1);
}

#[test]
fn every_rung_and_no_other_for_no_longer_than_the_terms_say() {
    let mut watched = or_skip!(Watched::new());
    let sentinel = watched.sentinel;
    for state in [0, 1, 5] {
        let refused = watched.restrict(sentinel, PRICES, state, HOUR);
        assert_refused(&refused, &IPatchSentinels::UnknownState { state });
    }
    for secs in [0, PAUSE_SECS + 1] {
        assert_refused(
            &watched.restrict(sentinel, PRICES, 2, secs),
            &IPatchSentinels::PauseOutOfBounds {
                secs,
                maximumSecs: PAUSE_SECS,
            },
        );
    }
    succeeded(&watched.restrict(sentinel, PRICES, 2, PAUSE_SECS));
    assert_eq!(watched.group(PRICES).0, 2);
    // The fallback makes it stricter when the cool-down is over, and not before.
    let fallback = watched.fallback;
    let retry_at = watched.group(PRICES).1 + COOL_DOWN_SECS;
    or_skip!(watched.world.chain.move_to(retry_at - 1));
    assert_refused(
        &watched.restrict(fallback, PRICES, 3, 1),
        &IPatchSentinels::GuardiansCoolingDown {
            group: PRICES,
            retryAt: retry_at,
        },
    );
    or_skip!(watched.world.chain.move_to(retry_at));
    let by_fallback = watched.restrict(fallback, PRICES, 3, 1);
    succeeded(&by_fallback);
    let [event] = &told::<IPatchSentinels::SentinelRestricted>(&by_fallback)[..] else {
        panic!("{by_fallback:?}");
    };
    assert_eq!((event.sentinel, event.role, event.state), (fallback, 1, 3));
}

#[test]
fn the_budget_of_a_group_holds_however_often_its_sentinel_is_armed() {
    let mut watched = or_skip!(Watched::new());
    let (sentinel, proxy) = (watched.sentinel, watched.world.proxy);
    let capacity = BUDGET_SECS / 2;
    assert_eq!(watched.left(PRICES).budgetLeftSecs, capacity);
    let first = watched.restrict(sentinel, PRICES, 4, PAUSE_SECS);
    succeeded(&first);
    let begun = watched.at(&first);
    let mut used = PAUSE_SECS;
    let mut now = begun;
    // Ten seconds give one back: after 18 hours 108 minutes.
    for _ in 0..2 {
        now += PAUSE_SECS + COOL_DOWN_SECS;
        or_skip!(watched.world.chain.move_to(now));
        succeeded(&watched.governs(&arming(proxy, PRICES)));
        used -= (PAUSE_SECS + COOL_DOWN_SECS) / 10;
        let left = capacity - used;
        assert_eq!(watched.left(PRICES).budgetLeftSecs, left);
        let secs = left.min(PAUSE_SECS);
        if left < PAUSE_SECS {
            let missing = PAUSE_SECS - left;
            assert_refused(
                &watched.restrict(sentinel, PRICES, 4, PAUSE_SECS),
                &IPatchSentinels::GuardianBudgetExceeded {
                    group: PRICES,
                    secs: PAUSE_SECS,
                    leftSecs: left,
                    retryAt: now + 10 * missing,
                },
            );
        }
        succeeded(&watched.restrict(sentinel, PRICES, 4, secs));
        used += secs;
    }
    assert_eq!(
        used, capacity,
        "the second time there was not enough for a whole one"
    );
    // Others have the budget that is left, and the cool-down.
    let [sentinel, fallback] = [watched.world.people.deployer, watched.world.people.guardian];
    let named = naming(proxy, PRICES, [sentinel, fallback]);
    let data = named.abi_encode().into();
    succeeded(&watched.governs(&IPatchGovernance::scheduleCall { data }));
    let until = watched.group(PRICES).1;
    or_skip!(watched.world.chain.advance_time(CHANGE_SECS));
    succeeded(&watched.governs(&named));
    let leaked = (watched.world.chain.now().unwrap() - now) / 10;
    assert!(watched.world.chain.now().unwrap() > until + COOL_DOWN_SECS);
    assert_eq!(watched.left(PRICES).budgetLeftSecs, leaked);
    assert!(
        refusal::<IPatchSentinels::GuardianBudgetExceeded>(&watched.restrict(
            sentinel,
            PRICES,
            4,
            leaked + 1
        ))
        .is_some()
    );
}

#[test]
fn a_sentinel_has_its_group_of_its_proxy_and_no_other() {
    let mut watched = or_skip!(Watched::new());
    let sentinel = watched.sentinel;
    for group in [0, 2, 5] {
        let refused = watched.restrict(sentinel, group, 4, HOUR);
        let caller = sentinel;
        assert_refused(&refused, &IPatchSentinels::NotGroupGuardian { group, caller });
    }
    let refused = watched.restrict(sentinel, 6, 4, HOUR);
    assert_refused(&refused, &IPatchSentinels::UnknownPauseGroup { group: 6 });
    let caller = watched.world.people.deployer;
    let refused = watched.restrict(caller, PRICES, 4, HOUR);
    let group = PRICES;
    assert_refused(&refused, &IPatchSentinels::NotGroupGuardian { group, caller });
    // Nor what is no guarded proxy in care, whoever asks.
    let manager = watched.world.manager;
    let beacon = watched.world.create(
        Fixture::Beacon,
        alloy_sol_types::SolValue::abi_encode_params(&(watched.world.bank, manager)),
    );
    let bank = watched.world.bank;
    watched.world.adopt(beacon, 2, bank);
    for proxy in [bank, beacon] {
        let unknown = IPatchManager::ProxyUnknown { proxy };
        let heartbeat = IPatchSentinels::sentinelHeartbeatCall { proxy, group };
        let report = IPatchSentinels::reportSentinelCall { proxy, group };
        let others = [sentinel, caller];
        for refused in [
            watched.world.send(sentinel, &restriction(proxy, group, 4, HOUR)),
            watched.world.send(sentinel, &heartbeat),
            watched.world.send(sentinel, &report),
            watched.governs(&naming(proxy, group, others)),
            watched.governs(&terms(proxy)),
            watched.governs(&arming(proxy, group)),
            watched.governs(&dismissal(proxy, group)),
        ] {
            assert_refused(&refused, &unknown);
        }
    }
}

#[test]
fn who_is_dismissed_restricts_no_more_and_guardian_and_attesters_dismiss_at_once() {
    let mut watched = or_skip!(Watched::new());
    let (sentinel, proxy, guardian) = (
        watched.sentinel,
        watched.world.proxy,
        watched.world.people.guardian,
    );
    let by_itself = watched.world.send(sentinel, &dismissal(proxy, PRICES));
    assert_refused(&by_itself, &IPatchManager::NotGuardian { caller: sentinel });
    let dismissed = watched.world.send(guardian, &dismissal(proxy, PRICES));
    succeeded(&dismissed);
    assert_eq!(
        told::<IPatchSentinels::SentinelsOf>(&dismissed),
        [IPatchSentinels::SentinelsOf { proxy }]
    );
    assert_eq!(
        told::<IPatchSentinels::GuardianDismissed>(&dismissed),
        [IPatchSentinels::GuardianDismissed {
            group: PRICES,
            guardian: sentinel,
            by: guardian,
            fallback_: watched.fallback,
        }]
    );
    for caller in [sentinel, watched.fallback] {
        assert_refused(
            &watched.restrict(caller, PRICES, 4, HOUR),
            &IPatchSentinels::NotGroupGuardian {
                group: PRICES,
                caller,
            },
        );
    }
    let nobody = IPatchSentinels::GuardianUnassigned { group: PRICES };
    assert_refused(&watched.governs(&arming(proxy, PRICES)), &nobody);
    assert_refused(&watched.governs(&dismissal(proxy, PRICES)), &nobody);
    // Whoever is named again has waited again.
    let [user, attacker] = [watched.sentinel, watched.fallback];
    let named = naming(proxy, PRICES, [user, attacker]);
    assert!(refusal::<IPatchGovernance::OperationNotReady>(&watched.governs(&named)).is_some());
    let data = named.abi_encode().into();
    succeeded(&watched.governs(&IPatchGovernance::scheduleCall { data }));
    or_skip!(watched.world.chain.advance_time(CHANGE_SECS));
    succeeded(&watched.governs(&named));
    succeeded(&watched.world.attest(&dismissal(proxy, PRICES)));
    assert_eq!(watched.left(PRICES).sentinel_, Address::ZERO);
}

#[test]
fn larger_terms_wait_smaller_ones_do_not_and_only_the_governor_sets_and_arms() {
    let mut watched = or_skip!(Watched::new());
    let (sentinel, proxy) = (watched.sentinel, watched.world.proxy);
    let larger = IPatchSentinels::configureSentinelsCall {
        pauseSecs: PAUSE_SECS + 1,
        ..terms(proxy)
    };
    assert!(refusal::<IPatchGovernance::OperationNotReady>(&watched.governs(&larger)).is_some());
    let smaller = IPatchSentinels::configureSentinelsCall {
        pauseSecs: HOUR,
        ..terms(proxy)
    };
    let set = watched.governs(&smaller);
    succeeded(&set);
    assert_eq!(told::<IPatchSentinels::SentinelsOf>(&set).len(), 1);
    assert_refused(
        &watched.restrict(sentinel, PRICES, 4, HOUR + 1),
        &IPatchSentinels::PauseOutOfBounds {
            secs: HOUR + 1,
            maximumSecs: HOUR,
        },
    );
    let shorter = IPatchSentinels::configureSentinelsCall {
        pauseSecs: HOUR - 1,
        ..terms(proxy)
    };
    assert!(refusal::<IPatchSentinels::SettingOutOfBounds>(&watched.governs(&shorter)).is_some());
    for caller in [sentinel, watched.world.people.guardian] {
        let others = [sentinel, caller];
        for refused in [
            watched.world.send(caller, &smaller),
            watched.world.send(caller, &naming(proxy, 2, others)),
            watched.world.send(caller, &arming(proxy, PRICES)),
        ] {
            assert_refused(&refused, &IPatchManager::NotGovernor { caller });
        }
    }
}

#[test]
fn a_sentinel_that_is_silent_is_reported_and_its_fallback_restricts() {
    let mut watched = or_skip!(Watched::new());
    let (sentinel, fallback, proxy, group) =
        (watched.sentinel, watched.fallback, watched.world.proxy, PRICES);
    let heartbeat = IPatchSentinels::sentinelHeartbeatCall { proxy, group };
    let report = IPatchSentinels::reportSentinelCall { proxy, group };
    let caller = fallback;
    assert_refused(
        &watched.world.send(fallback, &heartbeat),
        &IPatchSentinels::NotGroupGuardian { group, caller },
    );
    let now = watched.named_at + DAY;
    or_skip!(watched.world.chain.move_to(now));
    let alive = watched.world.send(sentinel, &heartbeat);
    succeeded(&alive);
    let stale_at = watched.at(&alive) + HEARTBEAT_SECS;
    assert_eq!(watched.left(group).staleAt, stale_at);
    assert_eq!(
        told::<IPatchSentinels::SentinelsOf>(&alive),
        [IPatchSentinels::SentinelsOf { proxy }]
    );
    or_skip!(watched.world.chain.move_to(stale_at - 1));
    let anyone = watched.world.people.deployer;
    assert_refused(
        &watched.world.send(anyone, &report),
        &IPatchSentinels::GuardianNotStale {
            group,
            staleAt: stale_at,
        },
    );
    let waits = IPatchSentinels::GuardianStillThere {
        group,
        staleAt: stale_at,
    };
    assert_refused(&watched.restrict(fallback, group, 4, HOUR), &waits);
    or_skip!(watched.world.chain.move_to(stale_at));
    assert_refused(&watched.restrict(fallback, group, 4, HOUR), &waits);
    let lapsed = IPatchSentinels::GuardianLapsed {
        group,
        staleAt: stale_at,
    };
    assert_refused(&watched.restrict(sentinel, group, 4, HOUR), &lapsed);
    assert_refused(&watched.world.send(sentinel, &heartbeat), &lapsed);
    let reported = watched.world.send(anyone, &report);
    succeeded(&reported);
    assert_eq!(told::<IPatchSentinels::SentinelsOf>(&reported).len(), 1);
    succeeded(&watched.restrict(fallback, group, 4, HOUR));
}

#[test]
fn what_the_proxy_refuses_spends_nothing() {
    let mut watched = or_skip!(Watched::new());
    let (sentinel, proxy, guardian) = (
        watched.sentinel,
        watched.world.proxy,
        watched.world.people.guardian,
    );
    let freeze = IPatchCare::restrictCall {
        proxy,
        group: PRICES,
        state: 4,
        secs: DAY,
    };
    succeeded(&watched.world.send(guardian, &freeze));
    let held = watched.group(PRICES);
    // Milder than what holds, and shorter.
    for state in [2, 4] {
        assert_refused(
            &watched.restrict(sentinel, PRICES, state, PAUSE_SECS),
            &IPatchManager::SwitchFailed { proxy },
        );
    }
    assert_eq!(watched.group(PRICES), held);
    let left = watched.left(PRICES);
    assert_eq!((left.spent, left.budgetLeftSecs), (0, BUDGET_SECS / 2));
    // It lifts nothing either.
    let lift = IPatchCare::liftCall { proxy, group: PRICES };
    assert_refused(
        &watched.world.send(sentinel, &lift),
        &IPatchManager::NotGovernor { caller: sentinel },
    );
}

#[test]
fn a_finding_makes_no_patch_come_sooner_and_its_sentinel_takes_no_step() {
    let mut watched = or_skip!(Watched::new());
    let (sentinel, proxy) = (watched.sentinel, watched.world.proxy);
    let patch = watched.world.right();
    let id = watched.world.propose(&patch);
    let before = watched.world.state(id);
    let caller = sentinel;
    succeeded(&watched.restrict(sentinel, PRICES, 4, PAUSE_SECS));
    assert_eq!(watched.world.state(id), before);
    assert_refused(
        &watched
            .world
            .send(sentinel, &IPatchManager::approveCall { patch: id }),
        &IPatchManager::NotAttesters { caller },
    );
    // The last second of its review.
    let opens_at = before.readyAt - DAY;
    or_skip!(watched.world.chain.move_to(opens_at - 1));
    let early = watched.world.attest(&IPatchManager::approveCall { patch: id });
    assert!(!early.is_success());
    or_skip!(watched.world.chain.move_to(opens_at));
    watched.world.approve(id);
    let ready_at = watched.world.state(id).readyAt;
    assert_eq!(ready_at, opens_at + DAY);
    let not_guardian = IPatchManager::NotGuardian { caller };
    let apply = patch.terms.apply(bytes(&patch.init), bytes(&patch.checks), 0);
    for refused in [
        watched.world.send(sentinel, &arm(id, ready_at, ready_at + HOUR)),
        watched.world.send(sentinel, &apply),
        watched
            .world
            .send(sentinel, &IPatchManager::cancelCall { patch: id }),
        watched
            .world
            .send(sentinel, &IPatchManager::cancelAllCall { proxy }),
        watched.world.send(sentinel, &patch.terms.roll_back(FINDING)),
        watched.world.send(sentinel, &IPatchManager::settleCall { proxy }),
    ] {
        assert_refused(&refused, &not_guardian);
    }
}

#[test]
fn a_proxy_that_is_handed_over_leaves_its_sentinels_behind() {
    let mut watched = or_skip!(Watched::new());
    let proxy = watched.world.proxy;
    let next = watched.world.create(Fixture::Batch, vec![]);
    let mut over = watched.world.patch(next, vec![], vec![]);
    (over.terms.act, over.terms.wayBack) = (HAND_OVER, 1);
    or_skip!(watched.world.arm(&over));
    let applied = watched.world.apply(&over);
    succeeded(&applied);
    assert_eq!(
        told::<IPatchSentinels::GuardianDismissed>(&applied),
        [IPatchSentinels::GuardianDismissed {
            group: PRICES,
            guardian: watched.sentinel,
            by: watched.world.manager,
            fallback_: watched.fallback,
        }]
    );
    let sentinel = watched.sentinel;
    assert_refused(
        &watched.restrict(sentinel, PRICES, 4, HOUR),
        &IPatchManager::ProxyUnknown { proxy },
    );
}
