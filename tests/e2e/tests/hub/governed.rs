//! Who may change what of a hub, and that it is changed.

use crate::world::*;
use alloy_primitives::{keccak256, Address, U256};
use alloy_sol_types::SolCall;
use e2e::calls::refusal;
use e2e::hub::{IHub, IHubGovernance, GUARDIAN_TERMS};
use e2e::or_skip;
use e2e::rpc::RpcError;

impl World {
    /// Schedules a call of the governor, and makes it when it is ready.
    fn wait_and_govern<C: SolCall>(&mut self, call: &C) -> Result<(), RpcError> {
        let data = call.abi_encode().into();
        let scheduled = self.govern(&IHubGovernance::scheduleCall { data });
        let ready_at = self.time_of(&scheduled) + DELAY;
        self.chain.move_to(ready_at)?;
        self.govern(call);
        Ok(())
    }

    fn available(&self) -> U256 {
        let asset = self.token;
        self.view(self.hub, &IHub::availableCall { asset })
    }
}

fn lift(group: u8) -> IHubGovernance::liftCall {
    IHubGovernance::liftCall { group }
}

fn council_pause(group: u8, state: u8, secs: u64) -> IHubGovernance::councilPauseCall {
    IHubGovernance::councilPauseCall {
        group,
        state_: state,
        secs,
    }
}

#[test]
fn a_stranger_changes_nothing() {
    let mut world = World::new();
    let (stranger, hub, token) = (world.people.attacker, world.hub, world.token);
    let before = or_skip!(world.chain.fingerprint(hub));
    let governors: [Vec<u8>; 10] = [
        IHubGovernance::assignCall {
            group: WITHDRAWALS,
            guardian_: stranger,
            fallback_: hub,
        }
        .abi_encode(),
        GUARDIAN_TERMS.abi_encode(),
        bucket(token, 1).abi_encode(),
        IHubGovernance::closeBucketCall { asset: token }.abi_encode(),
        IHubGovernance::setClientCall {
            client: world.vault,
            allowed: false,
        }
        .abi_encode(),
        IHubGovernance::setGuardianCall { guardian_: stranger }.abi_encode(),
        IHubGovernance::setCouncilCall { council_: stranger }.abi_encode(),
        IHubGovernance::setDelayCall { secs: 9 * DAY }.abi_encode(),
        IHubGovernance::scheduleCall {
            data: bucket(token, 1).abi_encode().into(),
        }
        .abi_encode(),
        IHubGovernance::proposeGovernorCall { proposed: stranger }.abi_encode(),
    ];
    for data in governors {
        let refused = world.chain.transact(stranger, hub, data, U256::ZERO).unwrap();
        assert_refused(&refused, &IHubGovernance::NotGovernor { caller: stranger });
    }
    let not_council = IHubGovernance::NotCouncil { caller: stranger };
    let rearm = IHubGovernance::rearmCall { group: WITHDRAWALS };
    assert_refused(&world.ask(stranger, &lift(WITHDRAWALS)), &not_council);
    assert_refused(&world.ask(stranger, &rearm), &not_council);
    assert_refused(
        &world.ask(stranger, &council_pause(WITHDRAWALS, 4, DAY)),
        &not_council,
    );
    let operation = keccak256(b"nothing");
    assert_refused(
        &world.ask(stranger, &IHubGovernance::cancelScheduledCall { operation }),
        &IHubGovernance::NotGuardian { caller: stranger },
    );
    assert_refused(
        &world.ask(stranger, &IHubGovernance::acceptGovernorCall {}),
        &IHubGovernance::NotPendingGovernor { caller: stranger },
    );
    assert_refused(
        &world.ask(stranger, &IHubGovernance::heartbeatCall { group: WITHDRAWALS }),
        &IHubGovernance::NotGroupGuardian {
            group: WITHDRAWALS,
            caller: stranger,
        },
    );
    assert_eq!(world.chain.fingerprint(hub).unwrap(), before);
}

#[test]
fn a_hub_without_a_governor_or_guardian_is_not_constructed() {
    let World {
        mut chain, people, ..
    } = World::new();
    let code = e2e::wasm::code("hub").unwrap();
    for (governor, guardian) in [(Address::ZERO, people.guardian), (people.governor, Address::ZERO)] {
        let input = e2e::hub::hub_input(governor, guardian);
        assert!(chain.deploy_program(people.deployer, &code, input).is_err());
    }
}

#[test]
fn a_closed_asset_lets_nothing_leave() {
    let mut world = World::new();
    let (governor, asset) = (world.people.governor, world.token);
    assert_eq!(world.available(), units(CAPACITY));
    let close = IHubGovernance::closeBucketCall { asset };
    world.govern(&close);
    assert_eq!(world.available(), U256::ZERO);
    assert_eq!(world.max_withdraw(), 0);
    assert_refused(&world.ask(governor, &close), &IHub::AssetClosed { asset });
}

#[test]
fn a_client_is_charged_by_the_ladder_and_a_frozen_group_charges_nobody() {
    let mut world = World::new();
    let (client, guardian) = (world.people.user, world.people.guardian);
    let named = IHubGovernance::setClientCall {
        client,
        allowed: true,
    };
    or_skip!(world.wait_and_govern(&named));
    assert!(world.view(world.hub, &IHub::isClientCall { client }));
    let consume = |group, kind, amount| IHub::consumeCall {
        group,
        kind,
        asset: world.token,
        amount: units(amount),
    };
    let (some, no_kind, no_group) = (
        consume(WITHDRAWALS, 3, CAPACITY / 100),
        consume(WITHDRAWALS, 4, 1),
        consume(6, 3, 1),
    );
    assert_refused(&world.ask(client, &no_kind), &IHub::UnknownKind { kind: 4 });
    assert_refused(
        &world.ask(client, &no_group),
        &IHub::UnknownPauseGroup { group: 6 },
    );
    assert!(world.ask(client, &some).is_success());
    assert_eq!(world.available(), units(CAPACITY - CAPACITY / 100));
    assert!(world.ask(guardian, &pause(DEPOSITS, 2, HOUR)).is_success());
    assert_eq!(
        (world.state(DEPOSITS).0, world.check(DEPOSITS, 0)),
        (2, Ok(2_500))
    );
    // In reduce-only a withdrawal costs twenty times what it is.
    assert!(world.ask(guardian, &pause(WITHDRAWALS, 3, HOUR)).is_success());
    let before: u64 = world.available().to();
    assert!(world.ask(client, &some).is_success());
    let charged = before - world.available().to::<u64>();
    // A unit comes back in less than a tenth of a second.
    assert!(
        (CAPACITY / 5 - 100..=CAPACITY / 5).contains(&charged),
        "{charged}"
    );
    let frozen = world.govern(&council_pause(WITHDRAWALS, 4, DAY));
    let until = world.time_of(&frozen) + DAY;
    let refused = restricted(WITHDRAWALS, 4, 3, until);
    assert_refused(&world.ask(client, &some), &refused);
}

#[test]
fn the_governor_and_the_council_end_a_pause_and_it_comes_back_over_the_ramp() {
    let mut world = World::new();
    let (governor, guardian, council) = (world.people.governor, world.people.guardian, world.people.user);
    let not_paused = IHubGovernance::NotPaused { group: WITHDRAWALS };
    assert_refused(&world.ask(governor, &lift(WITHDRAWALS)), &not_paused);
    assert!(world.ask(guardian, &pause(WITHDRAWALS, 4, 2 * DAY)).is_success());
    let lifted = world.govern(&lift(WITHDRAWALS));
    assert_eq!(world.state(WITHDRAWALS), (1, world.time_of(&lifted)));
    assert_eq!(world.check(WITHDRAWALS, 3), Ok(2_500));

    or_skip!(world.wait_and_govern(&IHubGovernance::setCouncilCall { council_: council }));
    assert_eq!(world.view(world.hub, &IHubGovernance::councilCall {}), council);
    let not_council = IHubGovernance::NotCouncil { caller: governor };
    assert_refused(
        &world.ask(governor, &council_pause(WITHDRAWALS, 4, DAY)),
        &not_council,
    );
    // Twenty days, which no guardian has.
    let over = world.ask(council, &council_pause(WITHDRAWALS, 4, 20 * DAY + 1));
    assert!(
        refusal::<IHubGovernance::PauseOutOfBounds>(&over).is_some(),
        "{over:?}"
    );
    assert!(world
        .ask(council, &council_pause(WITHDRAWALS, 4, 20 * DAY))
        .is_success());
    assert!(world.ask(council, &lift(WITHDRAWALS)).is_success());
    assert_eq!(world.state(WITHDRAWALS).0, 1);
    // And it arms the guardian again.
    assert!(world
        .ask(council, &IHubGovernance::rearmCall { group: WITHDRAWALS })
        .is_success());
    let assigned = world.view(world.hub, &IHubGovernance::assignedCall { group: WITHDRAWALS });
    assert_eq!((assigned.spent, assigned.guardian_), (0, guardian));
}

#[test]
fn who_may_cancel_is_named_at_once_and_power_is_handed_over_in_two_steps() {
    let mut world = World::new();
    let (user, governor, guardian, attacker) = (
        world.people.user,
        world.people.governor,
        world.people.guardian,
        world.people.attacker,
    );
    world.govern(&IHubGovernance::setGuardianCall { guardian_: user });
    assert_eq!(world.view(world.hub, &IHubGovernance::guardianCall {}), user);
    let operation = keccak256(b"nothing");
    let cancel = IHubGovernance::cancelScheduledCall { operation };
    assert_refused(
        &world.ask(guardian, &cancel),
        &IHubGovernance::NotGuardian { caller: guardian },
    );
    let unknown = world.ask(user, &cancel);
    assert!(refusal::<IHubGovernance::OperationNotReady>(&unknown).is_some());

    world.govern(&IHubGovernance::proposeGovernorCall { proposed: user });
    assert_eq!(world.view(world.hub, &IHubGovernance::governorCall {}), governor);
    let accept = IHubGovernance::acceptGovernorCall {};
    assert_refused(
        &world.ask(attacker, &accept),
        &IHubGovernance::NotPendingGovernor { caller: attacker },
    );
    assert!(world.ask(user, &accept).is_success());
    assert_eq!(world.view(world.hub, &IHubGovernance::governorCall {}), user);
    let tighter = bucket(world.token, CAPACITY / 2);
    assert_refused(
        &world.ask(governor, &tighter),
        &IHubGovernance::NotGovernor { caller: governor },
    );
    assert!(world.ask(user, &tighter).is_success());
    let delay = world.view(world.hub, &IHubGovernance::delayCall {});
    assert_eq!(delay, U256::from(DELAY));
}
