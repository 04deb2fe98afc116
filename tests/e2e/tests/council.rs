//! A council as WASM on a chain: signatures of accounts and passkeys, approvals on chain, and a hub that obeys it.

#[path = "council/committee.rs"]
mod committee;

use alloy_primitives::{keccak256, Address, Bytes, B256, U256};
use alloy_sol_types::SolCall;
use e2e::action::{approvals, Action, Entry, COUNCIL};
use e2e::bridge::Validators;
use e2e::calls::refusal;
use e2e::hub::{council_input, hub_input, ICouncil, ICouncilItself, IHubGovernance, GUARDIAN_TERMS};
use e2e::or_skip;
use e2e::rpc::{Chain, Endpoint, People, Receipt};
use e2e::wasm;
use p256::ecdsa::signature::hazmat::PrehashSigner;

const DAY: u64 = 24 * 3_600;

/// Two of: two accounts' keys, a passkey, and the user, who approves on chain.
struct World {
    chain: Chain,
    people: People,
    keys: Validators,
    passkey: p256::ecdsa::SigningKey,
    members: Vec<Address>,
    council: Address,
    hub: Address,
}

fn passkeys_address(key: &p256::ecdsa::SigningKey) -> Address {
    let point = key.verifying_key().to_encoded_point(false);
    Address::from_word(keccak256(&point.as_bytes()[1..]))
}

impl World {
    fn new() -> Self {
        let code = wasm::code("council").unwrap();
        let mut chain = Chain::open(&Endpoint::from_env().unwrap(), &code).unwrap();
        let people = chain.people();
        let keys = Validators::new(2);
        let passkey = p256::ecdsa::SigningKey::from_slice(&[7; 32]).unwrap();
        let mut members = keys.addresses();
        members.extend([passkeys_address(&passkey), people.user]);
        members.sort();
        let council = chain
            .deploy_program(people.deployer, &code, council_input(&members, 2))
            .unwrap();
        let code = wasm::code("hub").unwrap();
        let input = hub_input(people.governor, people.guardian);
        let hub = chain.deploy_program(people.deployer, &code, input).unwrap();
        let mut world = Self {
            chain,
            people,
            keys,
            passkey,
            members,
            council,
            hub,
        };
        let governor = world.people.governor;
        world
            .chain
            .must(governor, hub, &GUARDIAN_TERMS, "the terms")
            .unwrap();
        let named = IHubGovernance::setCouncilCall { council_: council };
        world.chain.must(governor, hub, &named, "the council").unwrap();
        world
    }

    /// The call of the council that freezes group 2 of the hub for ten days.
    fn freeze() -> Vec<u8> {
        IHubGovernance::councilPauseCall {
            group: 2,
            state_: 4,
            secs: 10 * DAY,
        }
        .abi_encode()
    }

    fn action(&self, target: Address, call: Vec<u8>, nonce: u64) -> Action {
        let now = self.chain.now().unwrap();
        Action {
            target,
            value: U256::ZERO,
            call: call.into(),
            nonce: U256::from(nonce),
            epoch: self.epoch(),
            validAfter: now,
            validBefore: now + DAY,
        }
    }

    fn epoch(&self) -> U256 {
        self.chain
            .view(self.people.user, self.council, &ICouncil::epochCall {})
            .unwrap()
    }

    /// What wallets compute.
    fn digest(&self, action: &Action) -> B256 {
        action.signing_hash(COUNCIL, self.chain.id(), self.council)
    }

    /// An account's signature, as an entry, and whose.
    fn signed(&self, index: usize, action: &Action) -> Entry {
        let signature = self.keys.sign_alone(self.digest(action), index);
        (self.keys.addresses()[index], [&[1], &signature[..]].concat())
    }

    fn signed_by_passkey(&self, action: &Action) -> Entry {
        let signature: p256::ecdsa::Signature =
            self.passkey.sign_prehash(self.digest(action).as_slice()).unwrap();
        let point = self.passkey.verifying_key().to_encoded_point(false);
        let entry = [&[4], &point.as_bytes()[1..], &signature.to_bytes()[..]].concat();
        (passkeys_address(&self.passkey), entry)
    }

    fn approved(&self) -> Entry {
        let user = self.people.user;
        (user, [&[2], user.as_slice()].concat())
    }

    /// Executes with these entries, in the order that is asked for. The attacker hands it in: anyone may.
    fn execute(&mut self, action: &Action, entries: Vec<Entry>) -> Receipt {
        let execute = action.execute(approvals(entries));
        self.chain
            .submit(self.people.attacker, self.council, &execute)
            .unwrap()
    }

    fn approve(&mut self, action: &Action) -> Receipt {
        self.chain
            .submit(self.people.user, self.council, &action.approve())
            .unwrap()
    }

    fn state(&self) -> u8 {
        let call = IHubGovernance::stateCall { group: 2 };
        self.chain.view(self.people.user, self.hub, &call).unwrap().state_
    }
}

#[track_caller]
fn assert_refused<E: alloy_sol_types::SolError + PartialEq + std::fmt::Debug>(receipt: &Receipt, error: &E) {
    assert_eq!(refusal::<E>(receipt).as_ref(), Some(error), "{receipt:?}");
}

#[test]
fn two_of_four_freeze_a_group_of_a_hub_once() {
    let mut world = World::new();
    let action = world.action(world.hub, World::freeze(), 1);
    let (first, second) = (world.signed(0, &action), world.signed(1, &action));
    assert_refused(
        &world.execute(&action, vec![first.clone()]),
        &ICouncil::TooFewApprovals { given: 1, needed: 2 },
    );
    assert_eq!(world.state(), 0);
    let executed = world.execute(&action, vec![first.clone(), second.clone()]);
    assert!(executed.is_success(), "{executed:?}");
    assert_eq!(world.state(), 4);
    let digest = world.digest(&action);
    assert_refused(
        &world.execute(&action, vec![first, second]),
        &ICouncil::ActionUsed { digest },
    );
    let fate = ICouncil::fateCall { digest_: digest };
    assert_eq!(
        world.chain.view(world.people.user, world.council, &fate).unwrap(),
        U256::from(1)
    );
}

#[test]
fn a_passkey_and_an_approval_on_chain_count_as_signatures_do() {
    let mut world = World::new();
    let action = world.action(world.hub, World::freeze(), 1);
    let (passkey, approved) = (world.signed_by_passkey(&action), world.approved());
    let missing = world.execute(&action, vec![passkey.clone(), approved.clone()]);
    assert!(!missing.is_success(), "it was not approved yet");
    assert!(world.approve(&action).is_success());
    let executed = world.execute(&action, vec![passkey, approved]);
    assert!(executed.is_success(), "{executed:?}");
    assert_eq!(world.state(), 4);
}

#[test]
fn what_a_member_takes_back_counts_no_longer_whether_it_was_signed_or_said_on_chain() {
    let mut world = World::new();
    let user = world.people.user;
    let action = world.action(world.hub, World::freeze(), 1);
    let Action {
        target,
        value,
        call,
        nonce,
        epoch,
        validAfter,
        validBefore,
    } = action.clone();
    let revoke = ICouncil::revokeCall {
        target,
        value,
        nonce,
        epoch,
        validAfter,
        validBefore,
        call,
    };
    let entries = vec![world.signed(0, &action), world.approved()];
    assert!(world.approve(&action).is_success());
    let stranger = world.people.attacker;
    let refused = world.chain.submit(stranger, world.council, &revoke).unwrap();
    assert_refused(&refused, &ICouncil::NotMember { account: stranger });
    let revoked = world.chain.submit(user, world.council, &revoke).unwrap();
    assert!(revoked.is_success(), "{revoked:?}");
    let digest = world.digest(&action);
    assert_refused(
        &world.execute(&action, entries.clone()),
        &ICouncil::ApprovalWithdrawn { digest, member: user },
    );
    assert_eq!(world.state(), 0);
    assert!(world.approve(&action).is_success(), "and may be said again");
    assert!(world.execute(&action, entries).is_success());
    assert_eq!(world.state(), 4);
}

#[test]
fn a_passkeys_signature_of_something_else_does_not_count() {
    let mut world = World::new();
    let action = world.action(world.hub, World::freeze(), 1);
    let other = world.action(world.hub, World::freeze(), 2);
    let entries = vec![world.signed(0, &action), world.signed_by_passkey(&other)];
    let (passkey, _) = world.signed_by_passkey(&other);
    let refused = refusal::<ICouncil::InvalidApproval>(&world.execute(&action, entries));
    assert_eq!(refused.map(|refused| refused.signer), Some(passkey));
}

#[test]
fn approvals_hold_from_their_first_second_to_their_last() {
    let mut world = World::new();
    let mut action = world.action(world.hub, World::freeze(), 1);
    action.validAfter += 100;
    let last = action.validBefore;
    let entries = vec![world.signed(0, &action), world.signed(1, &action)];
    or_skip!(world.chain.move_to(action.validAfter - 1));
    assert_refused(
        &world.execute(&action, entries.clone()),
        &ICouncil::ApprovalNotYetValid {
            validAfter: action.validAfter,
            timestamp: action.validAfter - 1,
        },
    );
    or_skip!(world.chain.move_to(last));
    assert!(
        world.execute(&action, entries).is_success(),
        "at the deadline it passes"
    );

    let mut action = world.action(world.hub, World::freeze(), 2);
    action.validBefore = action.validAfter + 10;
    let entries = vec![world.signed(0, &action), world.signed(1, &action)];
    or_skip!(world.chain.move_to(action.validBefore + 1));
    assert_refused(
        &world.execute(&action, entries),
        &ICouncil::ApprovalExpired {
            validBefore: action.validBefore,
            timestamp: action.validBefore + 1,
        },
    );
}

#[test]
fn what_was_signed_for_one_council_means_nothing_to_another() {
    let mut world = World::new();
    let code = wasm::code("council").unwrap();
    let input = council_input(&world.members, 2);
    let twin = world
        .chain
        .deploy_program(world.people.attacker, &code, input)
        .unwrap();
    let action = world.action(world.hub, World::freeze(), 1);
    let entries = vec![world.signed(0, &action), world.signed(1, &action)];
    world.council = twin;
    let refused = world.execute(&action, entries);
    // The signatures recover to somebody, who is no member.
    assert!(refusal::<ICouncil::NotMember>(&refused).is_some(), "{refused:?}");
}

#[test]
fn a_change_of_members_makes_void_what_was_signed_before() {
    let mut world = World::new();
    let freeze = world.action(world.hub, World::freeze(), 1);
    let before = vec![world.signed(0, &freeze), world.signed(1, &freeze)];
    let mut members = world.members.clone();
    members.retain(|member| *member != world.people.user);
    let change = ICouncilItself::setMembersCall {
        members,
        threshold: 2,
    };
    let change = world.action(world.council, change.abi_encode(), 2);
    let entries = vec![world.signed(0, &change), world.signed_by_passkey(&change)];
    let changed = world.execute(&change, entries);
    assert!(changed.is_success(), "{changed:?}");
    let given = freeze.epoch;
    assert_refused(
        &world.execute(&freeze, before),
        &ICouncil::EpochChanged {
            given,
            current: (given + U256::from(1)).to(),
        },
    );
    assert_eq!(world.state(), 0);
    // Nobody but the council itself changes it.
    let forged = ICouncilItself::setMembersCall {
        members: vec![world.people.attacker],
        threshold: 1,
    };
    let sent = world
        .chain
        .submit(world.people.attacker, world.council, &forged)
        .unwrap();
    assert!(!sent.is_success());
}

#[test]
fn an_action_that_fails_is_open_still() {
    let mut world = World::new();
    // Group 9 does not exist.
    let call = IHubGovernance::councilPauseCall {
        group: 9,
        state_: 4,
        secs: DAY,
    };
    let action = world.action(world.hub, call.abi_encode(), 1);
    let entries = vec![world.signed(0, &action), world.signed(1, &action)];
    let before = or_skip!(world.chain.fingerprint(world.council));
    let failed = ICouncil::ActionFailed {
        digest: world.digest(&action),
        target: world.hub,
    };
    assert_refused(&world.execute(&action, entries), &failed);
    assert_eq!(world.chain.fingerprint(world.council).unwrap(), before);

    // A call of nobody is no success.
    let nobody = world.action(Address::repeat_byte(0x99), vec![1, 2, 3, 4], 2);
    let entries = vec![world.signed(0, &nobody), world.signed(1, &nobody)];
    let refused = world.execute(&nobody, entries);
    assert!(
        refusal::<ICouncil::ActionFailed>(&refused).is_some(),
        "{refused:?}"
    );
}

#[test]
fn a_council_sends_on_the_money_that_it_holds() {
    let mut world = World::new();
    let (user, to) = (world.people.user, Address::repeat_byte(0x77));
    let council = world.council;
    let paid = world
        .chain
        .transact(user, council, Bytes::new(), U256::from(5))
        .unwrap();
    assert!(paid.is_success(), "{paid:?}");
    let mut action = world.action(to, Vec::new(), 1);
    action.value = U256::from(5);
    let entries = vec![world.signed(0, &action), world.signed(1, &action)];
    let executed = world.execute(&action, entries);
    assert!(executed.is_success(), "{executed:?}");
    assert_eq!(world.chain.balance(to).unwrap(), U256::from(5));
}
