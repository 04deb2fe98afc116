//! A council's emergency committee: one pause in the council's name, until a date.

use super::*;
use e2e::action::EMERGENCY_COMMITTEE;
use e2e::hub::ICouncilEmergency;

/// A council whose committee is two keys and the user, who approves on chain; two of them are enough.
struct Scene {
    world: World,
    keys: Validators,
    /// The places of the two among the keys. The council has others.
    places: Vec<usize>,
    members: Vec<Address>,
    /// The last second of its power.
    expires_at: u64,
}

impl Scene {
    fn new() -> Self {
        let world = World::new();
        let keys = Validators::new(5);
        let all = keys.addresses();
        let others = (0..all.len()).filter(|place| !world.members.contains(&all[*place]));
        let places: Vec<usize> = others.take(2).collect();
        let mut members: Vec<Address> = places.iter().map(|place| all[*place]).collect();
        members.push(world.people.user);
        members.sort();
        let expires_at = world.chain.now().unwrap() + 10 * DAY;
        let mut scene = Self {
            world,
            keys,
            places,
            members,
            expires_at,
        };
        let named = scene.name(expires_at, 1_000);
        assert!(named.is_success(), "{named:?}");
        scene
    }

    /// The council names the committee, again or for the first time.
    fn name(&mut self, expires_at: u64, nonce: u64) -> Receipt {
        let naming = ICouncilItself::nameCommitteeCall {
            members: self.members.clone(),
            threshold: 2,
            expiresAt: expires_at,
        };
        let world = &mut self.world;
        let naming = world.action(world.council, naming.abi_encode(), nonce);
        let entries = vec![world.signed(0, &naming), world.signed(1, &naming)];
        world.execute(&naming, entries)
    }

    /// The freeze of a group of the hub for ten days, to be made within 20, in the committee's first epoch.
    fn action(&self, nonce: u64) -> Action {
        let mut action = self.world.action(self.world.hub, World::freeze(), nonce);
        action.epoch = U256::from(1);
        action.validBefore = action.validAfter + 20 * DAY;
        action
    }

    /// What wallets compute, and the council itself.
    fn digest(&self, action: &Action) -> B256 {
        let (id, council) = (self.world.chain.id(), self.world.council);
        let digest = action.signing_hash(EMERGENCY_COMMITTEE, id, council);
        let (user, asked) = (self.world.people.user, action.emergency_digest());
        assert_eq!(self.world.chain.view(user, council, &asked).unwrap(), digest);
        digest
    }

    fn signed(&self, key: usize, action: &Action) -> Entry {
        let place = self.places[key];
        let signature = self.keys.sign_alone(self.digest(action), place);
        let signer = self.keys.addresses()[place];
        (signer, [&[1], &signature[..]].concat())
    }

    fn both(&self, action: &Action) -> Vec<Entry> {
        vec![self.signed(0, action), self.signed(1, action)]
    }

    /// Hands in an action with these entries. The attacker does: anyone may.
    fn execute(&mut self, action: &Action, entries: Vec<Entry>) -> Receipt {
        let execute = action.execute_emergency(approvals(entries));
        let (attacker, council) = (self.world.people.attacker, self.world.council);
        self.world.chain.submit(attacker, council, &execute).unwrap()
    }

    fn execute_signed(&mut self, action: &Action) -> Receipt {
        let entries = self.both(action);
        self.execute(action, entries)
    }

    fn committee(&self) -> ICouncilEmergency::committeeReturn {
        let call = ICouncilEmergency::committeeCall {};
        self.world
            .chain
            .view(self.world.people.user, self.world.council, &call)
            .unwrap()
    }

    /// What the user says about an action on chain.
    fn speak(&mut self, action: &Action, revokes: bool) -> Receipt {
        let (user, council) = (self.world.people.user, self.world.council);
        let said = if revokes {
            self.world.chain.submit(user, council, &action.revoke_emergency())
        } else {
            self.world
                .chain
                .submit(user, council, &action.approve_emergency())
        };
        said.unwrap()
    }
}

#[test]
fn it_pauses_at_its_last_second_and_the_second_before() {
    for before in [1, 0] {
        let mut scene = Scene::new();
        let action = scene.action(1);
        or_skip!(scene.world.chain.move_to(scene.expires_at - before));
        let executed = scene.execute_signed(&action);
        assert!(executed.is_success(), "{executed:?}");
        assert_eq!(scene.world.state(), 4);
        assert_eq!(scene.committee().spent, 1);
    }
}

#[test]
fn a_second_after_its_last_it_has_no_power() {
    let mut scene = Scene::new();
    let action = scene.action(1);
    let (expires_at, council) = (scene.expires_at, scene.world.council);
    or_skip!(scene.world.chain.move_to(expires_at + 1));
    let before = or_skip!(scene.world.chain.fingerprint(council));
    assert_refused(
        &scene.execute_signed(&action),
        &ICouncilEmergency::EmergencyCommitteeExpired {
            expiresAt: expires_at,
        },
    );
    assert_eq!(scene.world.chain.fingerprint(council).unwrap(), before);
    assert_eq!(scene.world.state(), 0);
}

#[test]
fn it_acts_once_and_not_again_until_the_council_names_it_again() {
    let mut scene = Scene::new();
    let first = scene.action(1);
    assert!(scene.execute_signed(&first).is_success());
    let used = ICouncilEmergency::EmergencyCommitteeUsed {};
    assert_refused(&scene.execute_signed(&first), &used);
    let mut second = scene.action(2);
    second.call = IHubGovernance::councilPauseCall {
        group: 3,
        state_: 4,
        secs: DAY,
    }
    .abi_encode()
    .into();
    assert_refused(&scene.execute_signed(&second), &used);
    assert_refused(&scene.speak(&second, false), &used);

    // Named again it may again, and what was signed before is void.
    let expires_at = scene.expires_at + DAY;
    assert!(scene.name(expires_at, 1_001).is_success());
    assert_refused(
        &scene.execute_signed(&second),
        &ICouncil::EpochChanged {
            given: U256::from(1),
            current: 2,
        },
    );
    second.epoch = U256::from(2);
    let executed = scene.execute_signed(&second);
    assert!(executed.is_success(), "{executed:?}");
    let committee = scene.committee();
    assert_eq!(
        (
            committee.expiresAt,
            committee.spent,
            committee.threshold,
            committee.epoch
        ),
        (expires_at, 1, 2, 2)
    );
}

#[test]
fn it_makes_no_other_call_than_a_pause_in_the_councils_name() {
    let mut scene = Scene::new();
    let (hub, council, attacker) = (scene.world.hub, scene.world.council, scene.world.people.attacker);
    let lift = IHubGovernance::liftCall { group: 2 }.abi_encode();
    let members = ICouncilItself::setMembersCall {
        members: vec![attacker],
        threshold: 1,
    };
    // Of the same length.
    let guardians = IHubGovernance::pauseCall {
        group: 2,
        state_: 4,
        secs: DAY,
    };
    let mut longer = World::freeze();
    longer.push(0);
    for (target, call, value) in [
        (hub, lift, 0),
        (council, members.abi_encode(), 0),
        (hub, longer, 0),
        (hub, World::freeze()[..99].to_vec(), 0),
        (hub, guardians.abi_encode(), 0),
        (hub, World::freeze(), 1),
        (attacker, Vec::new(), 0),
    ] {
        let mut action = scene.action(1);
        action.target = target;
        action.call = call.into();
        action.value = U256::from(value);
        assert_refused(
            &scene.execute_signed(&action),
            &ICouncilEmergency::NotEmergencyCall { target },
        );
    }
    assert_eq!(scene.committee().spent, 0);
    // One member is too few, and the council's own signatures are of another domain.
    let action = scene.action(1);
    let one = vec![scene.signed(0, &action)];
    assert_refused(
        &scene.execute(&action, one),
        &ICouncil::TooFewApprovals { given: 1, needed: 2 },
    );
    let councils = vec![scene.world.signed(0, &action), scene.world.signed(1, &action)];
    let refused = scene.execute(&action, councils);
    assert!(refusal::<ICouncil::NotMember>(&refused).is_some(), "{refused:?}");
    // Nor are the committee's signatures the council's.
    let committees = scene.both(&action);
    let refused = scene.world.execute(&action, committees);
    assert!(refusal::<ICouncil::NotMember>(&refused).is_some(), "{refused:?}");
}

#[test]
fn a_pause_that_fails_leaves_the_committee_its_act() {
    let mut scene = Scene::new();
    // Longer than the hub lets its council pause.
    let mut action = scene.action(1);
    action.call = IHubGovernance::councilPauseCall {
        group: 2,
        state_: 4,
        secs: 20 * DAY + 1,
    }
    .abi_encode()
    .into();
    let before = or_skip!(scene.world.chain.fingerprint(scene.world.council));
    let failed = ICouncil::ActionFailed {
        digest: scene.digest(&action),
        target: scene.world.hub,
    };
    assert_refused(&scene.execute_signed(&action), &failed);
    let council = scene.world.council;
    assert_eq!(scene.world.chain.fingerprint(council).unwrap(), before);
    let action = scene.action(2);
    assert!(scene.execute_signed(&action).is_success());
}

#[test]
fn an_approval_on_chain_counts_until_it_is_taken_back() {
    let mut scene = Scene::new();
    let user = scene.world.people.user;
    let action = scene.action(1);
    let entries = vec![scene.signed(0, &action), (user, [&[2], user.as_slice()].concat())];
    assert!(scene.speak(&action, false).is_success());
    assert!(scene.speak(&action, true).is_success());
    let digest = scene.digest(&action);
    assert_refused(
        &scene.execute(&action, entries.clone()),
        &ICouncil::ApprovalWithdrawn { digest, member: user },
    );
    assert!(scene.speak(&action, false).is_success());
    assert!(scene.execute(&action, entries).is_success());
}

#[test]
fn only_the_council_names_it_for_a_year_at_most() {
    let mut scene = Scene::new();
    let (attacker, council) = (scene.world.people.attacker, scene.world.council);
    let forged = ICouncilItself::nameCommitteeCall {
        members: vec![attacker],
        threshold: 1,
        expiresAt: scene.expires_at,
    };
    let sent = scene.world.chain.submit(attacker, council, &forged).unwrap();
    assert!(!sent.is_success());
    let ages = scene.expires_at + 400 * DAY;
    let refused = refusal::<ICouncilEmergency::TenureOutOfBounds>(&scene.name(ages, 1_001));
    assert_eq!(refused.map(|refused| refused.expiresAt), Some(ages));
    let call = ICouncilEmergency::committeeMembersCall {};
    let members = scene.world.chain.view(attacker, council, &call).unwrap();
    assert_eq!(members, scene.members);
}
