//! What other systems do with an upgrade and with a freeze, to the second, on a chain. `contracts/core/tests/patch_scenarios.rs` has the same of the life of a patch alone, and why ours
//! differs where it does.

use super::world::*;
use alloy_primitives::{B256, U256};
use alloy_sol_types::SolCall;
use e2e::hub::council_input;
use e2e::or_skip;
use e2e::patch::{IPatchCare, IPatchGovernance, IPatchManager};
use e2e::proxy::{IBank, IGuardedProxy, IProxyGuards};
use e2e::rpc::RpcError;
use e2e::wasm;

/// Three days of review and one of delay, a month to be approved in; then a week in which it is applied.
const POLICY: [u64; 8] = [
    3 * DAY,
    30 * DAY,
    DAY,
    7 * DAY,
    90 * DAY,
    7 * DAY,
    7 * DAY,
    30 * DAY,
];

/// A world, a patch of it that was put on record, and when.
struct Proposed {
    world: World,
    patch: Whole,
    id: B256,
    at: u64,
}

fn proposed() -> Proposed {
    let mut world = World::waiting(POLICY, 7 * DAY);
    let patch = world.right();
    let id = world.propose(&patch);
    let at = world.chain.now().unwrap();
    Proposed { world, patch, id, at }
}

impl Proposed {
    fn move_to(&mut self, after: u64) -> Result<(), RpcError> {
        self.world.chain.move_to(self.at + after)
    }

    /// Approved after three days, and armed for as long as it can be.
    fn armed(&mut self) -> Result<(), RpcError> {
        self.move_to(3 * DAY)?;
        self.world.approve(self.id);
        let from = self.at + 4 * DAY;
        let call = arm(self.id, from, from + 7 * DAY - 1);
        succeeded(&self.world.send(self.world.people.guardian, &call));
        Ok(())
    }

    /// Whether it would be applied now.
    fn would_apply(&self) -> bool {
        let patch = &self.patch;
        let call = patch.terms.apply(bytes(&patch.init), bytes(&patch.checks), 0);
        let (guardian, manager) = (self.world.people.guardian, self.world.manager);
        let called = self.world.chain.call(guardian, manager, call.abi_encode());
        called.unwrap().is_success()
    }

    /// Whether the attesters could approve it now.
    fn would_be_approved(&self) -> bool {
        let call = IPatchManager::approveCall { patch: self.id }.abi_encode();
        let (council, manager) = (self.world.council, self.world.manager);
        self.world
            .chain
            .call(council, manager, call)
            .unwrap()
            .is_success()
    }

    fn phase(&self) -> u8 {
        self.world.phase(self.id)
    }
}

/// zkSync: created at t0, approved at t0 + 3 d, it is ready exactly at t0 + 4 d; unapproved it expires at t0 + 33 d.
#[test]
fn zksync_an_upgrade_is_ready_after_four_days_and_dies_after_thirty_three() {
    let mut it = proposed();
    or_skip!(it.move_to(3 * DAY - 1));
    assert!(!it.would_be_approved());
    or_skip!(it.armed());
    assert_eq!(it.world.state(it.id).readyAt, it.at + 4 * DAY);
    or_skip!(it.move_to(4 * DAY - 1));
    assert!(!it.would_apply());
    or_skip!(it.move_to(4 * DAY));
    assert!(it.would_apply());

    let mut it = proposed();
    or_skip!(it.move_to(33 * DAY - 1));
    assert!(it.would_be_approved());
    assert_eq!(it.phase(), 2);
    or_skip!(it.move_to(33 * DAY));
    assert!(!it.would_be_approved());
    assert_eq!(it.phase(), 8);
}

/// zkSync's soft freeze takes 3 of 8, a second in the same cycle reverts, and anyone may unfreeze one second after its end. Here a freeze is a term of a patch that 3 of 8 approve; it is made once, by
/// anyone, and in the second in which it ends nobody has to do anything.
#[test]
fn zksync_a_soft_freeze_takes_three_of_eight_once_and_ends_by_itself() {
    let mut world = World::waiting(POLICY, DAY);
    let keys = e2e::bridge::Validators::new(8);
    let input = council_input(&keys.addresses(), 3);
    let code = wasm::code("council").unwrap();
    let council = world
        .chain
        .deploy_program(world.people.deployer, &code, input)
        .unwrap();
    let attesters_ = council;
    let named = world.waited(&IPatchGovernance::setAttestersCall { attesters_ }.abi_encode());
    succeeded(&or_skip!(named));
    (world.council, world.keys) = (council, keys);
    let mut patch = world.right();
    let terms = &mut patch.terms;
    (terms.freezeGroups, terms.freezeRung, terms.freezeSecs) = (1, 4, 12 * HOUR);
    let id = world.propose(&patch);
    or_skip!(world.chain.advance_time(3 * DAY));
    let approve = IPatchManager::approveCall { patch: id };
    assert!(!world.attest_by(&[1, 6], &approve).is_success());
    let attacker = world.people.attacker;
    assert!(!world.send(attacker, &patch.terms.freeze()).is_success());
    succeeded(&world.attest_by(&[1, 6, 7], &approve));
    succeeded(&world.send(attacker, &patch.terms.freeze()));
    let ends_at = world.chain.now().unwrap() + 12 * HOUR;
    let again = IPatchManager::NothingToFreeze { patch: id };
    assert_refused(&world.send(attacker, &patch.terms.freeze()), &again);
    let (user, proxy) = (world.people.user, world.proxy);
    let price = IBank::setPriceCall {
        price_: U256::from(5),
    };
    for (time, runs) in [(ends_at - 1, false), (ends_at, true)] {
        or_skip!(world.chain.move_to(time));
        let sent = world.chain.submit(user, proxy, &price).unwrap();
        assert_eq!(sent.is_success(), runs, "{time}");
    }
    assert_refused(&world.send(attacker, &patch.terms.freeze()), &again);
}

/// Lido: submitted at t, scheduling at t + 259,199 reverts and at t + 259,200 passes; executing 86,399 s after that reverts.
#[test]
fn lido_scheduled_after_three_days_and_executed_a_day_after_that() {
    let mut it = proposed();
    or_skip!(it.move_to(259_199));
    assert!(!it.would_be_approved());
    or_skip!(it.move_to(259_200));
    assert!(it.would_be_approved());
    or_skip!(it.armed());
    or_skip!(it.move_to(259_200 + 86_399));
    assert!(!it.would_apply());
    or_skip!(it.move_to(259_200 + 86_400));
    assert!(it.would_apply());
}

/// Lido's `cancelAll` kills everything before it: what was submitted, what was scheduled, what is armed. What comes after it lives.
#[test]
fn lido_cancel_all_kills_everything_before_it() {
    let mut it = proposed();
    let mut others = [it.patch.clone(), it.patch.clone()];
    let ids = [1, 2].map(|salt| {
        let other = &mut others[salt - 1];
        other.terms.salt = B256::repeat_byte(salt as u8);
        it.world.propose(other)
    });
    or_skip!(it.move_to(3 * DAY));
    it.world.approve(ids[0]);
    or_skip!(it.armed());
    let proxy = it.world.proxy;
    or_skip!(it.move_to(4 * DAY));
    assert!(it.would_apply());
    let governor = it.world.people.governor;
    succeeded(&it.world.send(governor, &IPatchManager::cancelAllCall { proxy }));
    assert!(!it.would_apply());
    for id in [it.id, ids[0], ids[1]] {
        assert_eq!(it.world.phase(id), 7);
    }
    let mut next = it.patch.clone();
    next.terms.salt = B256::repeat_byte(3);
    let id = it.world.propose(&next);
    assert_eq!(it.world.phase(id), 2);
    or_skip!(it.world.chain.advance_time(3 * DAY));
    it.world.approve(id);
    assert_eq!(it.world.phase(id), 3);
}

/// AccessManager: ready at T an operation passes at T and at T + 604,799, and is expired at T + 604,800. Reducing a delay from 7 d to 0 takes effect after 7 d.
#[test]
fn access_manager_ready_for_a_week_and_a_delay_that_is_reduced_waits_itself() {
    let mut it = proposed();
    or_skip!(it.armed());
    for (after, passes) in [(0, true), (604_799, true), (604_800, false)] {
        or_skip!(it.move_to(4 * DAY + after));
        assert_eq!(it.would_apply(), passes, "{after}");
    }
    assert_eq!(it.phase(), 8);
    let (governor, manager) = (it.world.people.governor, it.world.manager);
    let none = IPatchGovernance::setDelayCall { secs: 0 };
    let data = none.abi_encode().into();
    succeeded(&it.world.send(governor, &IPatchGovernance::scheduleCall { data }));
    let now = it.world.chain.now().unwrap();
    or_skip!(it.world.chain.move_to(now + 7 * DAY - 1));
    assert!(!it.world.send(governor, &none).is_success());
    let asked = IPatchGovernance::delayCall {};
    let delay = |world: &World| world.chain.view(governor, manager, &asked).unwrap();
    assert_eq!(delay(&it.world), U256::from(7 * DAY));
    or_skip!(it.world.chain.move_to(now + 7 * DAY));
    succeeded(&it.world.send(governor, &none));
    assert_eq!(delay(&it.world), U256::ZERO);
}

/// Aave: queued at q with a delay of d, executing at q + d reverts there and passes here; at q + d + 1 it passes, at q + d + 7 d it is expired.
#[test]
fn aave_applied_from_the_end_of_its_delay_for_a_week() {
    let mut it = proposed();
    or_skip!(it.armed());
    let queued = 3 * DAY;
    for (after, passes) in [
        (DAY - 1, false),
        (DAY, true),
        (DAY + 1, true),
        (8 * DAY - 1, true),
        (8 * DAY, false),
    ] {
        or_skip!(it.move_to(queued + after));
        assert_eq!(it.would_apply(), passes, "{after}");
    }
}

/// StarkGate: the same implementation with other init data is unknown; at its expiry it passes, one second later not; a used entry cannot be used again.
#[test]
fn starkgate_other_data_are_unknown_and_an_entry_is_used_once_until_its_expiry() {
    let mut it = proposed();
    or_skip!(it.move_to(3 * DAY));
    it.world.approve(it.id);
    let (from, expiry) = (it.at + 4 * DAY, it.at + 6 * DAY);
    let armed = it.world.send(it.world.people.guardian, &arm(it.id, from, expiry));
    succeeded(&armed);
    or_skip!(it.world.chain.move_to(expiry));
    let init = IBank::initializeThreeCall {
        root: B256::repeat_byte(2),
        mutes: false,
    };
    let other = it.world.patch(
        it.patch.terms.implementation,
        init.abi_encode(),
        it.patch.checks.clone(),
    );
    let unknown = IPatchManager::PatchInPhase {
        patch: it.world.id(&other),
        phase: 0,
    };
    or_skip!(it.world.refuses_to_apply(&other, &unknown));
    assert!(it.would_apply());
    or_skip!(it.world.chain.move_to(expiry + 1));
    assert!(!it.would_apply());
    assert_eq!(it.phase(), 8);

    let mut it = proposed();
    or_skip!(it.armed());
    or_skip!(it.move_to(4 * DAY));
    succeeded(&it.world.apply(&it.patch));
    for (after, phase) in [(4 * DAY, 5), (11 * DAY, 6)] {
        or_skip!(it.move_to(after));
        let used = IPatchManager::PatchInPhase { patch: it.id, phase };
        or_skip!(it.world.refuses_to_apply(&it.patch.clone(), &used));
    }
}

/// Optimism: a pause lasts until ts + 7,884,000 - 1, and there is none longer and no second without a reset. Here the longest of a guarded proxy is thirty days; while it lasts, none of the same strength
/// begins that would not end later; and it ends by itself.
#[test]
fn optimism_a_pause_lasts_to_its_last_second_and_has_a_longest() {
    let mut world = World::new();
    let (proxy, guardian) = (world.proxy, world.people.guardian);
    let restrict = |secs| IPatchCare::restrictCall {
        proxy,
        group: 0,
        state: 4,
        secs,
    };
    let longest = 30 * DAY;
    let refused = IPatchCare::ProxyRefused { proxy };
    for secs in [7_884_000, longest + 1] {
        assert_refused(&world.send(guardian, &restrict(secs)), &refused);
    }
    succeeded(&world.send(guardian, &restrict(longest)));
    let ends_at = world.chain.now().unwrap() + longest;
    assert_refused(&world.send(guardian, &restrict(longest)), &refused);
    let price = IBank::setPriceCall {
        price_: U256::from(5),
    };
    let user = world.people.user;
    for (time, runs) in [(ends_at - 1, false), (ends_at, true)] {
        or_skip!(world.chain.move_to(time));
        let sent = world.chain.submit(user, proxy, &price).unwrap();
        assert_eq!(sent.is_success(), runs, "{time}");
    }
}

/// OpenZeppelin: an implementation without an upgrade function. The upgrade reverts, and the implementation is what it was.
#[test]
fn openzeppelin_an_implementation_that_does_not_run_leaves_the_old_one() {
    let mut world = World::new();
    let program = {
        let e2e::wasm::Code::Whole(code) = wasm::code("probe/frame").unwrap() else {
            panic!("the probe is small enough for one contract");
        };
        let deployer = world.people.deployer;
        world
            .chain
            .create(deployer, e2e::rpc::init_code_for(&code))
            .unwrap()
    };
    // It has code, and was never activated; nothing is initialised.
    let patch = world.patch(program, vec![], vec![]);
    or_skip!(world.refuses(&patch, &IPatchManager::ProgramInactive { account: program }));
    let asked = IGuardedProxy::implementationCall {};
    let runs = world.chain.view(world.manager, world.proxy, &asked).unwrap();
    assert_eq!(runs, world.bank);
    let state = IProxyGuards::stateCall { group: 0 };
    assert_eq!(
        world
            .chain
            .view(world.manager, world.proxy, &state)
            .unwrap()
            .state_,
        0
    );
}
