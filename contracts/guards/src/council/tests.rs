use super::{world::*, *};
use crate::{
    abi::Event,
    fixture::{assert_told, logs, now, stored, unscheduled, ALICE, BOB, CALL, DAY, START},
    GuardError,
};
use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, Bytes, B256, U256};
use alloy_sol_types::{eip712_domain, sol, SolStruct};
use portcullis_core::council::{Fate, MAX_TENURE_SECS, MAX_WINDOW_SECS};
use stylus_sdk::prelude::*;

mod solidity {
    super::sol! {
        struct Action {
            address target;
            uint256 value;
            bytes call;
            uint256 nonce;
            uint256 epoch;
            uint64 validAfter;
            uint64 validBefore;
        }
    }
}

/// The logs from this one on.
fn logs_since(setting: &Setting, before: usize) -> Vec<Vec<u8>> {
    logs(&setting.test).split_off(before)
}

fn used(digest: B256) -> GuardError {
    ActionUsed { digest }.into()
}

#[test]
fn the_digest_is_what_a_wallet_signs() {
    let setting = bare();
    let contract = Address::repeat_byte(0xc0);
    setting.test.set_contract_address(contract);
    for chain in [42_161, 42_170, u64::MAX] {
        setting.test.set_chain_id(chain);
        for call in [&[][..], &[1], CALL, &[7; 32], &[7; 33], &[9; 500]] {
            let ours = Action {
                target: TARGET,
                value: U256::from(5),
                call,
                nonce: U256::MAX,
                epoch: U256::from(3),
                valid_after: u64::MAX - 1,
                valid_before: u64::MAX,
            };
            let theirs = solidity::Action {
                target: ours.target,
                value: ours.value,
                call: Bytes::copy_from_slice(call),
                nonce: ours.nonce,
                epoch: ours.epoch,
                validAfter: ours.valid_after,
                validBefore: ours.valid_before,
            };
            let domain = |name| {
                eip712_domain! {
                    name: name,
                    version: DOMAIN_VERSION,
                    chain_id: chain,
                    verifying_contract: contract,
                }
            };
            assert_eq!(
                setting.house.council.digest(&ours),
                theirs.eip712_signing_hash(&domain("Portcullis Council"))
            );
            assert_eq!(
                setting.house.committee.digest(&ours),
                theirs.eip712_signing_hash(&domain("Portcullis Emergency Committee"))
            );
        }
    }
}

#[test]
fn approvals_of_every_kind_authorize_an_action_and_it_is_told() {
    let mut setting = setting();
    let action = action();
    let digest = setting.house.council.digest(&action);
    // The first account approves on chain, every other member by its own kind of signature.
    let account = setting.person(0).address;
    setting.test.set_sender(account);
    setting.house.council.approve(digest).unwrap();
    let entries = setting.people.iter().map(|person| {
        if person.address == account {
            on_chain(account)
        } else {
            person.entry(digest)
        }
    });
    let approvals: Vec<u8> = entries.flatten().collect();
    let authorized = setting.house.council.authorize(action, &approvals).unwrap();
    assert_eq!((authorized.digest(), *authorized.action()), (digest, action));
    assert_told(
        &setting.test,
        ActionAuthorized {
            digest,
            target: TARGET,
            value: U256::from(5),
            nonce: U256::from(77),
            epoch: 1,
            given: 5,
        },
    );
    assert_eq!(setting.house.council.status(digest).fate(), Fate::Authorized);
}

#[test]
fn each_kind_of_approval_counts_one() {
    for kind in 0..3 {
        let mut setting = bare();
        let person = setting.person(kind);
        let (address, digest) = (person.address, setting.house.council.digest(&action()));
        let entry = person.entry(digest);
        setting.house.council.initialize(&[address], 1).unwrap();
        assert!(
            setting.house.council.authorize(action(), &entry).is_ok(),
            "{kind}"
        );
        let mut setting = bare();
        setting.house.council.initialize(&[address], 1).unwrap();
        setting.test.set_sender(address);
        setting.house.council.approve(digest).unwrap();
        assert!(setting
            .house
            .council
            .authorize(action(), &on_chain(address))
            .is_ok());
    }
}

#[test]
fn as_many_as_the_threshold_are_enough_and_one_fewer_is_not() {
    let mut setting = setting();
    let digest = setting.house.council.digest(&action());
    let before = stored(&setting.test);
    for people in [&[][..], &[1], &[3, 4]] {
        let approvals = setting.entries(people, digest);
        assert_eq!(
            setting.house.council.authorize(action(), &approvals),
            Err(TooFewApprovals {
                given: people.len() as u64,
                needed: 3
            }
            .into())
        );
    }
    assert_eq!(stored(&setting.test), before);
    for (nonce, people) in (0..).zip([&[0, 2, 4][..], &[1, 2, 3], &[0, 1, 2, 3], &[0, 1, 2, 3, 4]]) {
        let action = Action {
            nonce: U256::from(nonce),
            ..action()
        };
        let approvals = setting.entries(people, setting.house.council.digest(&action));
        assert!(
            setting.house.council.authorize(action, &approvals).is_ok(),
            "{people:?}"
        );
    }
}

#[test]
fn anyone_may_hand_approvals_in() {
    let mut setting = setting();
    setting.test.set_sender(BOB);
    assert!(setting.authorize(action()).is_ok());
}

#[test]
fn nonces_come_in_any_order() {
    let mut setting = setting();
    for nonce in [9, 0, u64::MAX, 8, 1] {
        let action = Action {
            nonce: U256::from(nonce),
            ..action()
        };
        assert!(setting.authorize(action).is_ok(), "{nonce}");
    }
}

#[test]
fn it_is_authorised_from_its_first_second_to_its_deadline_inclusive() {
    for (now, expected) in [
        (
            START - 1,
            Some(GuardError::from(ApprovalNotYetValid {
                valid_after: START,
                timestamp: START - 1,
            })),
        ),
        (START, None),
        (START + DAY - 1, None),
        (START + DAY, None),
        (
            START + DAY + 1,
            Some(
                ApprovalExpired {
                    valid_before: START + DAY,
                    timestamp: START + DAY + 1,
                }
                .into(),
            ),
        ),
    ] {
        let mut setting = setting();
        setting.test.set_block_timestamp(now);
        let before = stored(&setting.test);
        assert_eq!(setting.authorize(action()).err(), expected, "{now}");
        assert_eq!(stored(&setting.test) == before, expected.is_some());
    }
}

#[test]
fn a_window_may_be_thirty_days_and_no_second_more() {
    let mut setting = setting();
    let latest = START + MAX_WINDOW_SECS;
    let until = |valid_before| Action {
        valid_before,
        ..action()
    };
    assert!(setting.authorize(until(latest)).is_ok());
    let refused = ApprovalValidTooLong {
        valid_before: latest + 1,
        latest,
    };
    // Not when its deadline is near, either.
    for now in [START, latest, latest + 1] {
        setting.test.set_block_timestamp(now);
        assert_eq!(setting.authorize(until(latest + 1)), Err(refused.into()));
    }
}

#[test]
fn who_approves_and_takes_it_back_is_told_each_time() {
    let mut setting = setting();
    let digest = setting.house.council.digest(&action());
    let member = setting.people[1].address;
    setting.test.set_sender(member);
    let council = &mut setting.house.council;
    let (approved, revoked) = (
        ActionApproved {
            digest,
            member,
            epoch: 1,
        },
        ActionRevoked {
            digest,
            member,
            epoch: 1,
        },
    );
    let unchanged = Err(GuardError::from(ApprovalUnchanged { digest, member }));
    for _ in 0..2 {
        council.approve(digest).unwrap();
        assert_told(&setting.test, approved);
        assert_eq!(council.approve(digest), unchanged);
        council.revoke(digest).unwrap();
        assert_told(&setting.test, revoked);
        assert_eq!(council.revoke(digest), unchanged);
    }
    assert_eq!(
        setting.test.get_emitted_logs().len(),
        4 + 7,
        "refusals tell nothing"
    );
}

#[test]
fn only_a_member_approves_or_revokes() {
    let mut setting = setting();
    let digest = setting.house.council.digest(&action());
    setting.test.set_sender(BOB);
    let before = stored(&setting.test);
    let refused = Err(GuardError::from(NotMember { account: BOB }));
    assert_eq!(setting.house.council.approve(digest), refused);
    assert_eq!(setting.house.council.revoke(digest), refused);
    assert_eq!(stored(&setting.test), before);
}

#[test]
fn a_signature_that_was_taken_back_counts_again_after_an_approval_on_chain() {
    let mut setting = setting();
    let digest = setting.house.council.digest(&action());
    let member = setting.people[1].address;
    setting.test.set_sender(member);
    setting.house.council.revoke(digest).unwrap();
    assert_eq!(
        setting.authorize(action()),
        Err(ApprovalWithdrawn { digest, member }.into())
    );
    // The others can do without.
    setting.house.council.approve(digest).unwrap();
    assert!(setting.authorize(action()).is_ok());
}

#[test]
fn what_was_authorised_is_neither_approved_nor_revoked() {
    let mut setting = setting();
    let digest = setting.house.council.digest(&action());
    let _ = setting.authorize(action()).unwrap();
    setting.test.set_sender(setting.people[1].address);
    assert_eq!(setting.house.council.approve(digest), Err(used(digest)));
    assert_eq!(setting.house.council.revoke(digest), Err(used(digest)));
}

#[test]
fn a_council_that_was_never_named_authorises_nothing() {
    let mut setting = bare();
    let nobody = Action {
        epoch: U256::ZERO,
        ..action()
    };
    let unset = GuardError::from(CouncilUnset {});
    assert_eq!(setting.house.council.authorize(nobody, &[]), Err(unset.clone()));
    assert_eq!(setting.house.council.approve(B256::ZERO), Err(unset.clone()));
    assert_eq!(setting.house.council.revoke(B256::ZERO), Err(unset));
    assert_eq!(setting.house.council.terms(), None);
    assert!(setting.house.council.members().is_empty());
    assert!(stored(&setting.test).is_empty());
}

#[test]
fn the_first_members_are_told_and_listed() {
    let setting = setting();
    let members = setting.members();
    assert_eq!(setting.house.council.members(), members);
    let terms = setting.house.council.terms().unwrap();
    assert_eq!((terms.count(), terms.threshold(), terms.epoch()), (5, 3, 1));
    let council = COUNCIL;
    let added = |member: &Address| MemberAdded {
        council,
        member: *member,
        epoch: 1,
    };
    let mut expected: Vec<_> = members.iter().map(|member| added(member).encode()).collect();
    let (previous, current) = (0, 3);
    expected.push(
        ThresholdChanged {
            council,
            previous,
            current,
            epoch: 1,
        }
        .encode(),
    );
    let named = MembersChanged {
        council,
        previous: 0,
        current: 5,
        epoch: 1,
    };
    expected.push(named.encode());
    assert_eq!(logs(&setting.test), expected);
    assert!(members
        .iter()
        .all(|member| setting.house.council.has_member(*member)));
    assert!(!setting.house.council.has_member(BOB));
}

#[test]
fn a_council_changes_itself_and_tells_who_came_and_went() {
    let mut setting = setting();
    let members = setting.members();
    // The second and the fourth go, and somebody comes.
    let mut next = vec![members[0], members[2], members[4], ALICE];
    next.sort();
    let before = setting.test.get_emitted_logs().len();
    setting.act(1, &set_members(&next, 2)).unwrap();
    let (council, epoch) = (COUNCIL, 2);
    let removed = |member| {
        MemberRemoved {
            council,
            member,
            epoch,
        }
        .encode()
    };
    let expected = [
        removed(members[1]),
        removed(members[3]),
        MemberAdded {
            council,
            member: ALICE,
            epoch,
        }
        .encode(),
        ThresholdChanged {
            council,
            previous: 3,
            current: 2,
            epoch,
        }
        .encode(),
        MembersChanged {
            council,
            previous: 5,
            current: 4,
            epoch,
        }
        .encode(),
    ];
    assert_eq!(
        logs_since(&setting, before + 1),
        expected,
        "after that it was authorised"
    );
    assert_eq!(setting.house.council.members(), next);
    for member in &members {
        assert_eq!(setting.house.council.has_member(*member), next.contains(member));
    }
    assert!(setting.house.council.has_member(ALICE));
}

#[test]
fn nobody_is_left_in_a_seat_that_is_no_more() {
    let mut setting = setting();
    let members = setting.members();
    let words = stored(&setting.test).len();
    assert_eq!(words, 1 + 2 * 5, "the terms, and two words a member");
    // The only one left sat in the last seat.
    setting.act(1, &set_members(&members[4..], 1)).unwrap();
    assert_eq!(setting.house.council.members(), members[4..]);
    assert_eq!(stored(&setting.test).len(), 1 + 2 + 1, "and the action's");
}

#[test]
fn named_as_it_is_it_begins_another_epoch() {
    let mut setting = setting();
    let before = setting.test.get_emitted_logs().len();
    let members = setting.members();
    let approvals = setting.approvals(&action());
    setting.act(1, &set_members(&members, 3)).unwrap();
    let named = MembersChanged {
        council: COUNCIL,
        previous: 5,
        current: 5,
        epoch: 2,
    };
    assert_eq!(logs_since(&setting, before + 1), [named.encode()]);
    assert_eq!(
        setting.house.council.authorize(action(), &approvals),
        Err(EpochChanged {
            given: U256::ONE,
            current: 2
        }
        .into())
    );
}

#[test]
fn the_governor_names_a_council_after_a_wait_whatever_changes() {
    let mut setting = setting();
    let members = setting.members();
    setting
        .house
        .timelock
        .set_delay(&setting.governor, &[], DAY)
        .unwrap();
    let before = stored(&setting.test);
    // All of it, more of them to approve, fewer members.
    for (members, threshold) in [(&members[..], 3), (&members[..], 5), (&members[..3], 3)] {
        let change = setting.house.timelock.change(&setting.governor, CALL);
        assert_eq!(
            setting.house.council.set_members(change, members, threshold),
            Err(unscheduled(CALL))
        );
    }
    assert_eq!(stored(&setting.test), before);
    setting.house.timelock.schedule(&setting.governor, CALL).unwrap();
    setting.test.set_block_timestamp(START + DAY);
    let change = setting.house.timelock.change(&setting.governor, CALL);
    setting.house.council.set_members(change, &[ALICE], 1).unwrap();
    assert_eq!(setting.house.council.members(), [ALICE]);
    assert_eq!(setting.house.council.terms().unwrap().epoch(), 2);
}

/// Members and a threshold that are refused, and with what.
fn refused(setting: &Setting) -> Vec<(Vec<Address>, u64, GuardError)> {
    let many: Vec<Address> = (1..=33).map(Address::repeat_byte).collect();
    let own = setting.test.contract_address();
    let size = |count| GuardError::from(CouncilSizeOutOfBounds { count, maximum: 32 });
    let threshold = |threshold, count| GuardError::from(ThresholdOutOfBounds { threshold, count });
    let invalid = |index, member| GuardError::from(InvalidMember { index, member });
    vec![
        (vec![], 0, size(0)),
        (vec![], 1, size(0)),
        (many.clone(), 1, size(33)),
        (many[..3].to_vec(), 0, threshold(0, 3)),
        (many[..3].to_vec(), 4, threshold(4, 3)),
        (many[..3].to_vec(), u64::MAX, threshold(u64::MAX, 3)),
        (vec![Address::ZERO, ALICE], 1, invalid(0, Address::ZERO)),
        (vec![ALICE, ALICE], 1, invalid(1, ALICE)),
        (vec![BOB, ALICE], 1, invalid(1, ALICE)),
        (vec![own], 1, invalid(0, own)),
    ]
}

#[test]
fn members_that_cannot_be_are_refused_and_nothing_is_stored() {
    let mut setting = setting();
    assert!(ALICE < BOB);
    let before = stored(&setting.test);
    for (members, threshold, error) in refused(&setting) {
        let change = now(&setting.governor);
        let council = &mut setting.house.council;
        assert_eq!(council.initialize(&members, threshold), Err(error.clone()));
        assert_eq!(council.set_members(change, &members, threshold), Err(error));
    }
    assert_eq!(stored(&setting.test), before);
}

#[test]
fn a_change_that_is_refused_has_not_used_up_its_wait() {
    let mut setting = setting();
    setting
        .house
        .timelock
        .set_delay(&setting.governor, &[], DAY)
        .unwrap();
    setting.house.timelock.schedule(&setting.governor, CALL).unwrap();
    setting.test.set_block_timestamp(START + DAY);
    let change = setting.house.timelock.change(&setting.governor, CALL);
    assert!(setting.house.council.set_members(change, &[], 1).is_err());
    let change = setting.house.timelock.change(&setting.governor, CALL);
    assert_eq!(setting.house.council.set_members(change, &[ALICE], 1), Ok(()));
}

#[test]
fn thirty_two_members_are_seated_and_each_has_its_own_bit() {
    let mut setting = bare();
    let many: Vec<Address> = (1..=32).map(Address::repeat_byte).collect();
    let council = &mut setting.house.council;
    council.initialize(&many, 32).unwrap();
    assert_eq!(council.members(), many);
    let digest = council.digest(&action());
    for member in &many {
        setting.test.set_sender(*member);
        council.approve(digest).unwrap();
    }
    let approvals: Vec<u8> = many.iter().flat_map(|member| on_chain(*member)).collect();
    assert!(council.authorize(action(), &approvals).is_ok());
}

#[test]
fn a_council_cancels_what_it_no_longer_wants() {
    let mut setting = setting();
    let digest = setting.house.council.digest(&action());
    setting.act(1, &cancel_action(digest)).unwrap();
    assert_told(&setting.test, ActionCancelled { digest });
    assert_eq!(setting.house.council.status(digest).fate(), Fate::Cancelled);
    assert_eq!(setting.authorize(action()), Err(used(digest)));
    assert_eq!(setting.act(2, &cancel_action(digest)), Err(used(digest)));
}

#[test]
fn what_is_no_call_of_a_council_is_not_carried_out() {
    let mut setting = setting();
    let own = setting.test.contract_address();
    let call = set_members(&[ALICE], 1);
    let (none, some) = (U256::ZERO, U256::ONE);
    // Another target; value with it; data that is none.
    for (target, value, call) in [
        (TARGET, none, &call[..]),
        (own, some, &call),
        (own, none, &call[..call.len() - 1]),
        (own, none, &[]),
        (own, none, CALL),
    ] {
        let action = Action {
            target,
            value,
            call,
            ..action()
        };
        let authorized = setting.authorize(action).unwrap();
        let digest = authorized.digest();
        let before = stored(&setting.test);
        assert_eq!(
            setting.house.council.carry_out(authorized),
            Err(NotCouncilCall { digest, target }.into())
        );
        assert_eq!(stored(&setting.test), before);
    }
    assert_eq!(setting.house.council.terms().unwrap().epoch(), 1);
}

mod emergency {
    use super::*;
    use crate::council::world::nameCommitteeCall;
    use alloy_sol_types::SolCall;

    const EXPIRES: u64 = START + 7 * DAY;

    /// The same people as a committee too, three of whom have to approve, for a week.
    fn named() -> Setting {
        let mut setting = setting();
        let members = setting.members();
        setting.house.committee.initialize(&members, 3, EXPIRES).unwrap();
        setting
    }

    /// At this second.
    fn at(nonce: u64, epoch: u64, second: u64) -> Action<'static> {
        Action {
            nonce: U256::from(nonce),
            epoch: U256::from(epoch),
            valid_after: second,
            valid_before: second,
            ..action()
        }
    }

    fn try_now(setting: &mut Setting, nonce: u64, epoch: u64) -> Result<B256, GuardError> {
        let action = at(nonce, epoch, setting.test.block_timestamp());
        let approvals = setting.entries(&[0, 1, 2], setting.house.committee.digest(&action));
        let authorized = setting.house.committee.authorize(action, &approvals)?;
        assert_eq!(*authorized.action(), action);
        Ok(authorized.digest())
    }

    #[test]
    fn it_has_its_power_at_its_last_second_and_not_after() {
        for (now, expected) in [
            (START, Ok(())),
            (EXPIRES - 1, Ok(())),
            (EXPIRES, Ok(())),
            (EXPIRES + 1, Err(())),
            (EXPIRES + 1_000 * DAY, Err(())),
        ] {
            let mut setting = named();
            setting.test.set_block_timestamp(now);
            let before = stored(&setting.test);
            let expired = |()| GuardError::from(EmergencyCommitteeExpired { expires_at: EXPIRES });
            let expected = expected.map_err(expired);
            assert_eq!(try_now(&mut setting, 1, 1).map(|_| ()), expected, "{now}");
            if expected.is_err() {
                setting.test.set_sender(setting.people[0].address);
                assert_eq!(setting.house.committee.approve(B256::ZERO), expected);
                assert_eq!(stored(&setting.test), before);
            }
        }
    }

    #[test]
    fn a_council_names_its_committee_where_it_has_one_and_nowhere_else() {
        let mut setting = setting();
        let target = setting.test.contract_address();
        let members = setting.members();
        let call = nameCommitteeCall {
            members: members.clone(),
            threshold: 2,
            expiresAt: EXPIRES,
        }
        .abi_encode();
        let naming = Action {
            target,
            value: U256::ZERO,
            call: &call,
            ..action()
        };
        let authorized = setting.authorize(naming).unwrap();
        let digest = authorized.digest();
        assert_eq!(
            setting.house.council.carry_out(authorized),
            Err(NotCouncilCall { digest, target }.into())
        );
        assert_eq!(setting.house.committee.terms(), None);
        let again = Action {
            nonce: U256::from(2),
            ..naming
        };
        let authorized = setting.authorize(again).unwrap();
        let house = &mut setting.house;
        house
            .council
            .carry_out_with(&mut house.committee, authorized)
            .unwrap();
        assert_eq!(house.committee.members(), members);
        assert_eq!(house.committee.terms().unwrap().threshold(), 2);
        assert_eq!(house.committee.tenure().expires_at(), EXPIRES);
        assert_eq!(
            house.council.terms().unwrap().epoch(),
            1,
            "the council is the same"
        );

        // The other calls of a council are made there too.
        let call = set_members(&[ALICE], 1);
        let change = Action {
            target,
            value: U256::ZERO,
            call: &call,
            nonce: U256::from(3),
            ..action()
        };
        let authorized = setting.authorize(change).unwrap();
        let house = &mut setting.house;
        house
            .council
            .carry_out_with(&mut house.committee, authorized)
            .unwrap();
        assert_eq!(house.council.members(), [ALICE]);
    }

    #[test]
    fn after_one_action_it_has_no_power_until_it_is_named_again() {
        let mut setting = named();
        let digest = try_now(&mut setting, 1, 1).unwrap();
        assert_told(&setting.test, EmergencyCommitteeSpent { digest, epoch: 1 });
        assert!(setting.house.committee.tenure().is_spent());
        assert_eq!(setting.house.committee.status(digest).fate(), Fate::Authorized);
        let before = stored(&setting.test);
        let used = GuardError::from(EmergencyCommitteeUsed {});
        assert_eq!(try_now(&mut setting, 2, 1), Err(used.clone()));
        setting.test.set_sender(setting.people[0].address);
        assert_eq!(setting.house.committee.approve(B256::ZERO), Err(used));
        assert_eq!(stored(&setting.test), before);
        let (members, change) = (setting.members(), now(&setting.governor));
        setting
            .house
            .committee
            .name(change, &members, 3, EXPIRES + DAY)
            .unwrap();
        assert_told(
            &setting.test,
            EmergencyCommitteeNamed {
                previous_expires_at: EXPIRES,
                expires_at: EXPIRES + DAY,
                epoch: 2,
            },
        );
        assert!(try_now(&mut setting, 1, 2).is_ok());
        assert!(try_now(&mut setting, 2, 2).is_err());
    }

    #[test]
    fn it_is_named_after_a_wait_and_only_then() {
        let mut setting = named();
        let members = setting.members();
        setting
            .house
            .timelock
            .set_delay(&setting.governor, &[], DAY)
            .unwrap();
        let before = stored(&setting.test);
        // A shorter life and more to approve, too.
        for (threshold, expires_at) in [(3, EXPIRES), (5, EXPIRES - 1), (1, EXPIRES + 1)] {
            let change = setting.house.timelock.change(&setting.governor, CALL);
            assert_eq!(
                setting
                    .house
                    .committee
                    .name(change, &members, threshold, expires_at),
                Err(unscheduled(CALL))
            );
        }
        assert_eq!(stored(&setting.test), before);
        setting.house.timelock.schedule(&setting.governor, CALL).unwrap();
        setting.test.set_block_timestamp(START + DAY);
        let change = setting.house.timelock.change(&setting.governor, CALL);
        setting
            .house
            .committee
            .name(change, &[ALICE], 1, EXPIRES)
            .unwrap();
        assert_eq!(setting.house.committee.members(), [ALICE]);
        assert!(setting.house.committee.has_member(ALICE));
        assert!(!setting.house.committee.has_member(members[0]));
        assert_eq!(setting.house.committee.terms().unwrap().epoch(), 2);
        assert_eq!(setting.house.council.members(), members, "the council stays");
    }

    #[test]
    fn what_it_cannot_be_is_refused_and_nothing_is_stored() {
        let mut setting = named();
        let members = setting.members();
        let before = stored(&setting.test);
        let latest = START + MAX_TENURE_SECS;
        for expires_at in [0, START - 1, latest + 1, u64::MAX] {
            let refused = Err(GuardError::from(TenureOutOfBounds {
                expires_at,
                latest,
                maximum_secs: MAX_TENURE_SECS,
            }));
            let change = now(&setting.governor);
            let committee = &mut setting.house.committee;
            assert_eq!(committee.initialize(&members, 3, expires_at), refused);
            assert_eq!(committee.name(change, &members, 3, expires_at), refused);
        }
        for (members, threshold, error) in refused(&setting) {
            let change = now(&setting.governor);
            let committee = &mut setting.house.committee;
            assert_eq!(
                committee.initialize(&members, threshold, EXPIRES),
                Err(error.clone())
            );
            assert_eq!(committee.name(change, &members, threshold, EXPIRES), Err(error));
        }
        assert_eq!(stored(&setting.test), before);
        for expires_at in [START, latest] {
            let change = now(&setting.governor);
            assert_eq!(
                setting.house.committee.name(change, &members, 3, expires_at),
                Ok(())
            );
            assert_eq!(setting.house.committee.tenure().expires_at(), expires_at);
        }
    }

    #[test]
    fn one_that_was_never_named_has_no_power() {
        let mut setting = setting();
        assert_eq!(
            setting.house.committee.authorize(action(), &[]),
            Err(EmergencyCommitteeExpired { expires_at: 0 }.into())
        );
    }

    #[test]
    fn a_member_approves_on_chain_and_takes_it_back() {
        let mut setting = named();
        let action = action();
        let digest = setting.house.committee.digest(&action);
        let member = setting.people[0].address;
        setting.test.set_sender(member);
        setting.house.committee.approve(digest).unwrap();
        assert_told(
            &setting.test,
            ActionApproved {
                digest,
                member,
                epoch: 1,
            },
        );
        let approvals = [on_chain(member), setting.entries(&[1, 2], digest)].concat();
        setting.house.committee.revoke(digest).unwrap();
        assert_eq!(
            setting.house.committee.authorize(action, &approvals),
            Err(ApprovalWithdrawn { digest, member }.into())
        );
        setting.house.committee.approve(digest).unwrap();
        assert!(setting.house.committee.authorize(action, &approvals).is_ok());
    }

    #[test]
    fn a_refused_action_does_not_spend_it() {
        let mut setting = named();
        let digest = setting.house.committee.digest(&action());
        let approvals = setting.entries(&[0, 1], digest);
        assert!(setting.house.committee.authorize(action(), &approvals).is_err());
        assert!(!setting.house.committee.tenure().is_spent());
        assert!(try_now(&mut setting, 1, 1).is_ok());
    }

    #[test]
    fn what_is_signed_for_the_council_is_nothing_to_the_committee_and_the_other_way_round() {
        let mut setting = named();
        let (council, committee) = (
            setting.house.council.digest(&action()),
            setting.house.committee.digest(&action()),
        );
        assert_ne!(council, committee);
        let (for_council, for_committee) = (
            setting.entries(&[0, 1, 2], council),
            setting.entries(&[0, 1, 2], committee),
        );
        assert!(setting.house.committee.authorize(action(), &for_council).is_err());
        assert!(setting.house.council.authorize(action(), &for_committee).is_err());
        assert!(setting
            .house
            .committee
            .authorize(action(), &for_committee)
            .is_ok());
        assert!(setting.house.council.authorize(action(), &for_council).is_ok());
    }
}
