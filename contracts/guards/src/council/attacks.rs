//! What an attacker might try with approvals, and does not get. Each test is named for the attack.

use super::{world::*, *};
use crate::{
    fixture::{now, stored, ALICE, BOB, DAY, START},
    GuardError,
};
use alloc::{vec, vec::Vec};
use alloy_primitives::{uint, Address, B256, U256};
use stylus_sdk::prelude::*;

/// The order of secp256k1.
const ORDER: U256 = uint!(0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141_U256);

/// The order of P-256.
const P256_ORDER: U256 = uint!(0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551_U256);

/// A council of the one member that signs as this kind, or with 3 approves on chain, and its approval of [`action`].
fn alone(kind: usize) -> (Setting, Address, Vec<u8>) {
    let mut setting = bare();
    let digest = setting.house.council.digest(&action());
    let person = setting.person(kind % 3);
    let (address, entry) = (person.address, person.entry(digest));
    setting.house.council.initialize(&[address], 1).unwrap();
    if kind == 3 {
        setting.test.set_sender(address);
        setting.house.council.approve(digest).unwrap();
        return (setting, address, on_chain(address));
    }
    (setting, address, entry)
}

/// That this refuses, and stores nothing.
#[track_caller]
fn assert_refused(
    setting: &mut Setting,
    action: Action<'_>,
    approvals: &[u8],
    refused: impl Into<GuardError>,
) {
    let before = setting.test.snapshot().storage;
    let logs = setting.test.get_emitted_logs().len();
    let authorized = setting.house.council.authorize(action, approvals);
    assert_eq!(authorized, Err(refused.into()));
    assert_eq!(setting.test.snapshot().storage, before);
    assert_eq!(setting.test.get_emitted_logs().len(), logs);
}

/// That approvals of every kind are worth nothing after this.
#[track_caller]
fn assert_bound_to(change: impl Fn(&Setting, &mut Action<'_>)) {
    for kind in 0..4 {
        let (mut setting, signer, approval) = alone(kind);
        let mut other = action();
        change(&setting, &mut other);
        let before = stored(&setting.test);
        let refused = setting.house.council.authorize(other, &approval).unwrap_err();
        if kind == 0 {
            assert!(refused.is::<NotMember>(), "it recovers to somebody else");
        } else {
            assert_eq!(refused, InvalidApproval { index: 0, signer }.into(), "{kind}");
        }
        assert_eq!(stored(&setting.test), before);
    }
}

/// An account's entry: r, s and v.
fn parts(entry: &[u8]) -> ([u8; 32], U256, u8) {
    (
        entry[1..33].try_into().unwrap(),
        U256::from_be_slice(&entry[33..65]),
        entry[65],
    )
}

fn entry(r: [u8; 32], s: U256, v: u8) -> Vec<u8> {
    [&[1], &r[..], &s.to_be_bytes::<32>(), &[v]].concat()
}

fn invalid(index: u64, signer: Address) -> InvalidApproval {
    InvalidApproval { index, signer }
}

#[test]
fn what_the_following_tests_change_would_have_passed_unchanged() {
    for kind in 0..4 {
        let (mut setting, _, approval) = alone(kind);
        assert!(
            setting.house.council.authorize(action(), &approval).is_ok(),
            "{kind}"
        );
    }
}

#[test]
fn replay_on_another_chain() {
    assert_bound_to(|setting, _| setting.test.set_chain_id(1));
}

#[test]
fn replay_on_another_contract() {
    assert_bound_to(|setting, _| setting.test.set_contract_address(BOB));
}

#[test]
fn replay_with_another_target() {
    assert_bound_to(|_, action| action.target = BOB);
}

#[test]
fn replay_with_another_value() {
    assert_bound_to(|_, action| action.value += U256::ONE);
}

#[test]
fn replay_with_another_call() {
    assert_bound_to(|_, action| action.call = b"calk");
    assert_bound_to(|_, action| action.call = b"");
}

#[test]
fn replay_with_another_nonce() {
    assert_bound_to(|_, action| action.nonce += U256::ONE);
}

#[test]
fn replay_with_a_longer_window() {
    assert_bound_to(|_, action| action.valid_after -= 1);
    assert_bound_to(|_, action| action.valid_before += 1);
}

#[test]
fn replay_after_execution() {
    for kind in 0..4 {
        let (mut setting, _, approval) = alone(kind);
        let authorized = setting.house.council.authorize(action(), &approval).unwrap();
        let digest = authorized.digest();
        // As from inside the call, which nobody has made yet.
        assert_refused(&mut setting, action(), &approval, ActionUsed { digest });
    }
    // With the approvals of others, too.
    let mut setting = setting();
    let digest = setting.house.council.digest(&action());
    let _ = setting.authorize(action()).unwrap();
    let others = setting.entries(&[2, 3, 4], digest);
    assert_refused(&mut setting, action(), &others, ActionUsed { digest });
}

#[test]
fn replay_after_a_change_of_members() {
    for kind in 0..4 {
        let (mut setting, address, approval) = alone(kind);
        let change = now(&setting.governor);
        setting.house.council.set_members(change, &[address], 1).unwrap();
        let old = EpochChanged {
            given: U256::ONE,
            current: 2,
        };
        assert_refused(&mut setting, action(), &approval, old);
    }
    // And saying that it was signed for the new ones makes it another action.
    assert_bound_to(|setting, action| {
        // Another handle on the same storage.
        let mut council = House::from(&setting.world).council;
        let members = council.members();
        council.set_members(now(&setting.governor), &members, 1).unwrap();
        action.epoch = U256::from(2);
    });
}

#[test]
fn approvals_of_an_epoch_that_has_not_begun() {
    let (mut setting, ..) = alone(0);
    for given in [U256::ZERO, U256::from(2), U256::from_limbs([1, 0, 0, 1])] {
        let later = Action {
            epoch: given,
            ..action()
        };
        let approval = setting.person(0).entry(setting.house.council.digest(&later));
        assert_refused(&mut setting, later, &approval, EpochChanged { given, current: 1 });
    }
}

#[test]
fn approving_ahead_of_a_change_for_whoever_gets_the_seat() {
    let mut setting = setting();
    // The first member is about to be replaced, by somebody who will sit in the same seat.
    let members = setting.members();
    let mut next = members.clone();
    next[0] = Address::with_last_byte(1);
    let later = Action {
        epoch: U256::from(2),
        ..action()
    };
    let digest = setting.house.council.digest(&later);
    setting.test.set_sender(members[0]);
    setting.house.council.approve(digest).unwrap();
    setting.act(1, &set_members(&next, 3)).unwrap();
    let rest = setting.entries(&[1, 2], digest);
    let approvals = [on_chain(next[0]), rest.clone()].concat();
    assert_refused(&mut setting, later, &approvals, invalid(0, next[0]));
    // Nor is it there when the newcomer speaks, and another sits in a seat that spoke.
    setting.test.set_sender(next[1]);
    setting.house.council.approve(digest).unwrap();
    assert_refused(&mut setting, later, &approvals, invalid(0, next[0]));
}

#[test]
fn a_member_removed_and_added_again() {
    let mut setting = setting();
    let members = setting.members();
    let digest = setting.house.council.digest(&action());
    setting.test.set_sender(members[0]);
    setting.house.council.approve(digest).unwrap();
    let approvals = [on_chain(members[0]), setting.entries(&[1, 2], digest)].concat();
    setting.act(1, &set_members(&members[1..], 3)).unwrap();
    setting.test.set_sender(members[0]);
    assert_eq!(
        setting.house.council.approve(digest),
        Err(NotMember { account: members[0] }.into())
    );
    let change = now(&setting.governor);
    setting.house.council.set_members(change, &members, 3).unwrap();
    let old = EpochChanged {
        given: U256::ONE,
        current: 3,
    };
    assert_refused(&mut setting, action(), &approvals, old);
}

#[test]
fn who_was_removed_still_signs() {
    let mut setting = setting();
    let members = setting.members();
    setting.act(1, &set_members(&members[1..], 3)).unwrap();
    let action = Action {
        epoch: U256::from(2),
        ..action()
    };
    let approvals = setting.approvals(&action);
    let gone = NotMember { account: members[0] };
    assert_refused(&mut setting, action, &approvals, gone);
}

#[test]
fn the_other_half_of_a_signature() {
    let (mut setting, _, approval) = alone(0);
    let (r, s, v) = parts(&approval);
    let other = entry(r, ORDER - s, 27 + 28 - v);
    assert_refused(&mut setting, action(), &other, invalid(0, Address::ZERO));
}

#[test]
fn an_s_above_half_the_order_is_refused_and_at_half_is_asked_about() {
    let (mut setting, _, approval) = alone(0);
    let (r, _, v) = parts(&approval);
    let half = ORDER >> 1;
    let _ = setting.world.asked();
    for (s, asked) in [(half, 1), (half + U256::ONE, 0), (ORDER, 0), (U256::MAX, 0)] {
        let refused = setting.house.council.authorize(action(), &entry(r, s, v));
        assert!(refused.is_err());
        assert_eq!(setting.world.asked().len(), asked, "{s}");
    }
}

#[test]
fn a_v_of_another_form() {
    let (mut setting, _, approval) = alone(0);
    let (r, s, v) = parts(&approval);
    for other in [0, 1, v - 27, 26, 29, 27 + 8, 128, 255] {
        let _ = setting.world.asked();
        assert_refused(
            &mut setting,
            action(),
            &entry(r, s, other),
            invalid(0, Address::ZERO),
        );
        assert!(setting.world.asked().is_empty(), "{other}");
    }
    let flipped = setting
        .house
        .council
        .authorize(action(), &entry(r, s, 27 + 28 - v));
    assert!(
        flipped.unwrap_err().is::<NotMember>(),
        "somebody else's signature"
    );
}

#[test]
fn a_signature_that_recovers_to_nobody() {
    let (mut setting, _, approval) = alone(0);
    let (r, s, v) = parts(&approval);
    for (r, s) in [([0; 32], s), (r, U256::ZERO), ([0xff; 32], s)] {
        assert_refused(&mut setting, action(), &entry(r, s, v), invalid(0, Address::ZERO));
    }
    // A precompile that says it with zeros; that fails; that says too much, or too little.
    for answer in [Ok(vec![0; 32]), Err(vec![]), Ok(vec![0; 31]), Ok(vec![7; 64])] {
        setting.world.answers(ECRECOVER, move |_| answer.clone());
        assert_refused(&mut setting, action(), &approval, invalid(0, Address::ZERO));
    }
}

#[test]
fn a_precompile_that_names_a_member_and_reverts() {
    let (mut setting, address, approval) = alone(0);
    let word = address.into_word().to_vec();
    setting.world.answers(ECRECOVER, move |_| Err(word.clone()));
    assert_refused(&mut setting, action(), &approval, invalid(0, Address::ZERO));
}

#[test]
fn the_same_member_twice() {
    for kind in 0..4 {
        let (mut setting, signer, approval) = alone(kind);
        let twice = [&approval[..], &approval].concat();
        let doubled = SignersOutOfOrder {
            index: 1,
            signer,
            previous: signer,
        };
        assert_refused(&mut setting, action(), &twice, doubled);
    }
}

#[test]
fn the_same_member_by_two_kinds_of_entry() {
    for kind in 0..3 {
        let (mut setting, signer, approval) = alone(kind);
        setting.test.set_sender(signer);
        let digest = setting.house.council.digest(&action());
        setting.house.council.approve(digest).unwrap();
        let also = on_chain(signer);
        for twice in [[&approval[..], &also].concat(), [&also[..], &approval].concat()] {
            let doubled = SignersOutOfOrder {
                index: 1,
                signer,
                previous: signer,
            };
            assert_refused(&mut setting, action(), &twice, doubled);
        }
    }
}

#[test]
fn signers_out_of_order() {
    let mut setting = setting();
    let members = setting.members();
    let digest = setting.house.council.digest(&action());
    for (order, index) in [([1, 0, 2], 1), ([0, 2, 1], 2), ([4, 3, 0], 1), ([2, 3, 0], 2)] {
        let approvals = setting.entries(&order, digest);
        let unordered = SignersOutOfOrder {
            index: index as u64,
            signer: members[order[index]],
            previous: members[order[index - 1]],
        };
        assert_refused(&mut setting, action(), &approvals, unordered);
    }
}

#[test]
fn a_strangers_approval_among_members() {
    let mut setting = setting();
    let digest = setting.house.council.digest(&action());
    let accounts = [Person::account(9), Person::account(10), Person::passkey(11)];
    let wallet = Person::wallet(&setting.world, Address::repeat_byte(0x80));
    for stranger in accounts.iter().chain([&wallet]) {
        // Between all five, who would be enough without.
        let mut entries: Vec<(Address, Vec<u8>)> = setting
            .people
            .iter()
            .chain([stranger])
            .map(|person| (person.address, person.entry(digest)))
            .collect();
        entries.sort();
        let approvals: Vec<u8> = entries.into_iter().flat_map(|(_, entry)| entry).collect();
        let account = stranger.address;
        assert_refused(&mut setting, action(), &approvals, NotMember { account });
    }
    // Who says so itself, and whom nobody asks.
    let _ = setting.world.asked();
    for entry in [
        on_chain(BOB),
        contract(wallet.address, &[]),
        contract(Address::repeat_byte(0xff), &[]),
    ] {
        let refused = setting.house.council.authorize(action(), &entry);
        assert!(refused.unwrap_err().is::<NotMember>());
    }
    assert!(setting.world.asked().is_empty());
}

#[test]
fn the_zero_address_as_an_approver() {
    let (mut setting, ..) = alone(0);
    for entry in [on_chain(Address::ZERO), contract(Address::ZERO, &[])] {
        let (signer, previous) = (Address::ZERO, Address::ZERO);
        let nobody = SignersOutOfOrder {
            index: 0,
            signer,
            previous,
        };
        assert_refused(&mut setting, action(), &entry, nobody);
    }
}

#[test]
fn approvals_that_are_old_early_or_for_too_long() {
    let (mut setting, _, approval) = alone(0);
    setting.test.set_block_timestamp(START + DAY + 1);
    let expired = ApprovalExpired {
        valid_before: START + DAY,
        timestamp: START + DAY + 1,
    };
    assert_refused(&mut setting, action(), &approval, expired);
    setting.test.set_block_timestamp(START - 1);
    let early = ApprovalNotYetValid {
        valid_after: START,
        timestamp: START - 1,
    };
    assert_refused(&mut setting, action(), &approval, early);
    // Signed for ever, and kept until it would be of use.
    let for_ever = Action {
        valid_after: 0,
        valid_before: u64::MAX,
        ..action()
    };
    let approval = setting.person(0).entry(setting.house.council.digest(&for_ever));
    for timestamp in [START, u64::MAX - 1, u64::MAX] {
        setting.test.set_block_timestamp(timestamp);
        let too_long = ApprovalValidTooLong {
            valid_before: u64::MAX,
            latest: 30 * DAY,
        };
        assert_refused(&mut setting, for_ever, &approval, too_long);
    }
}

#[test]
fn a_contract_that_does_not_quite_say_yes() {
    let (mut setting, wallet, approval) = alone(2);
    let mut low = magic();
    low[31] = 1;
    let mut left = vec![0; 28];
    left.extend(&magic()[..4]);
    for answer in [
        vec![],
        vec![0; 32],
        vec![0xff; 32],
        B256::with_last_byte(1).to_vec(),
        magic()[..4].to_vec(),
        magic()[..31].to_vec(),
        [magic(), vec![0]].concat(),
        [magic(), vec![0; 32]].concat(),
        low,
        left,
    ] {
        let answered = answer.clone();
        setting.world.answers(wallet, move |_| Ok(answered.clone()));
        assert_refused(&mut setting, action(), &approval, invalid(0, wallet));
    }
    // It reverts, with the word; or consumes all that it was given, which is a call that fails.
    for answer in [magic(), vec![]] {
        setting.world.answers(wallet, move |_| Err(answer.clone()));
        assert_refused(&mut setting, action(), &approval, invalid(0, wallet));
    }
    setting.world.answers(wallet, |_| Ok(magic()));
    assert!(setting.house.council.authorize(action(), &approval).is_ok());
}

#[test]
fn a_contracts_signature_of_something_else() {
    let (mut setting, wallet, approval) = alone(2);
    let digest = setting.house.council.digest(&action());
    let mark = Person::mark(wallet, digest);
    assert_eq!(approval, contract(wallet, &mark));
    for other in [&mark[..51], &[], &[&mark[..], &[0]].concat()] {
        assert_refused(
            &mut setting,
            action(),
            &contract(wallet, other),
            invalid(0, wallet),
        );
    }
}

#[test]
fn a_contracts_signature_for_an_account_without_code() {
    let (mut setting, account, approval) = alone(0);
    // The account's own signature, with somebody to say that it is one.
    let as_contract = contract(account, &approval[1..]);
    assert_refused(&mut setting, action(), &as_contract, invalid(0, account));
    let (mut setting, passkey, _) = alone(1);
    let as_contract = contract(passkey, &[]);
    assert_refused(&mut setting, action(), &as_contract, invalid(0, passkey));
}

#[test]
fn a_passkey_where_nothing_verifies_it() {
    let (mut setting, passkey, approval) = alone(1);
    let long = [B256::with_last_byte(1).to_vec(), vec![0]].concat();
    for answer in [
        Ok(vec![]),
        Ok(vec![0; 32]),
        Ok(vec![1]),
        Ok(vec![0xff; 32]),
        Ok(B256::with_last_byte(2).to_vec()),
        Ok(long),
        Err(vec![]),
        Err(B256::with_last_byte(1).to_vec()),
    ] {
        setting.world.answers(P256_VERIFY, move |_| answer.clone());
        assert_refused(&mut setting, action(), &approval, invalid(0, passkey));
    }
}

#[test]
fn a_passkeys_signature_with_any_byte_changed() {
    let (mut setting, passkey, approval) = alone(1);
    for place in 1..approval.len() {
        let mut other = approval.clone();
        other[place] ^= 1;
        let refused = setting.house.council.authorize(action(), &other).unwrap_err();
        // Another key is somebody else's; another signature is none.
        if place <= 64 {
            assert!(refused.is::<NotMember>(), "{place}");
        } else {
            assert_eq!(refused, invalid(0, passkey).into(), "{place}");
        }
    }
}

#[test]
fn the_other_half_of_a_passkeys_signature_gains_nothing() {
    let (mut setting, signer, approval) = alone(1);
    let s = U256::from_be_slice(&approval[97..]);
    let mut other = approval.clone();
    other[97..].copy_from_slice(&(P256_ORDER - s).to_be_bytes::<32>());
    // It is good as well. Beside the first it counts twice, and after it the action is used.
    let doubled = SignersOutOfOrder {
        index: 1,
        signer,
        previous: signer,
    };
    let both = [&approval[..], &other].concat();
    assert_refused(&mut setting, action(), &both, doubled);
    let authorized = setting.house.council.authorize(action(), &other).unwrap();
    let digest = authorized.digest();
    assert_refused(&mut setting, action(), &approval, ActionUsed { digest });
}

#[test]
fn approvals_cut_short_at_every_length() {
    let mut setting = setting();
    let digest = setting.house.council.digest(&action());
    let whole = setting.entries(&[0, 1, 2, 3, 4], digest);
    let ends: Vec<usize> = (0..=5)
        .map(|count| setting.entries(&[0, 1, 2, 3, 4][..count], digest).len())
        .collect();
    for length in 0..whole.len() {
        let complete = ends.iter().filter(|end| **end <= length).count() as u64 - 1;
        if !ends.contains(&length) {
            let cut = MalformedApproval { index: complete };
            assert_refused(&mut setting, action(), &whole[..length], cut);
        } else if complete < 3 {
            let few = TooFewApprovals {
                given: complete,
                needed: 3,
            };
            assert_refused(&mut setting, action(), &whole[..length], few);
        }
    }
    assert!(setting.house.council.authorize(action(), &whole).is_ok());
}

#[test]
fn bytes_after_the_last_approval() {
    let mut setting = setting();
    let approvals = setting.approvals(&action());
    for trailing in [&[0][..], &[0; 32], &[1], &[2; 20], &[5; 66]] {
        let more = [&approvals[..], trailing].concat();
        assert_refused(&mut setting, action(), &more, MalformedApproval { index: 3 });
    }
}

#[test]
fn an_approval_on_chain_that_nobody_gave() {
    let (mut setting, member, _) = alone(0);
    let digest = setting.house.council.digest(&action());
    assert_refused(&mut setting, action(), &on_chain(member), invalid(0, member));
    // Of another action.
    setting.test.set_sender(member);
    setting.house.council.approve(B256::repeat_byte(1)).unwrap();
    assert_refused(&mut setting, action(), &on_chain(member), invalid(0, member));
    // And one that was taken back.
    setting.house.council.approve(digest).unwrap();
    setting.house.council.revoke(digest).unwrap();
    let withdrawn = ApprovalWithdrawn { digest, member };
    assert_refused(&mut setting, action(), &on_chain(member), withdrawn);
}

#[test]
fn an_approval_that_was_taken_back_whatever_its_kind() {
    for kind in 0..3 {
        let (mut setting, member, approval) = alone(kind);
        let digest = setting.house.council.digest(&action());
        setting.test.set_sender(member);
        setting.house.council.revoke(digest).unwrap();
        let withdrawn = ApprovalWithdrawn { digest, member };
        assert_refused(&mut setting, action(), &approval, withdrawn);
    }
}

#[test]
fn so_many_take_back_that_the_threshold_is_out_of_reach() {
    let mut setting = setting();
    let members = setting.members();
    let digest = setting.house.council.digest(&action());
    for member in &members[..3] {
        setting.test.set_sender(*member);
        setting.house.council.revoke(digest).unwrap();
    }
    let rest = setting.entries(&[3, 4], digest);
    let few = TooFewApprovals { given: 2, needed: 3 };
    assert_refused(&mut setting, action(), &rest, few);
}

#[test]
fn a_council_talked_into_needing_nobody() {
    let mut setting = setting();
    let members = setting.members();
    let before = setting.house.council.terms();
    for (nonce, threshold) in [(1, 0), (2, 6), (3, 1 << 8), (4, u64::MAX)] {
        let refused = setting.act(nonce, &set_members(&members, threshold));
        let count = 5;
        assert_eq!(refused, Err(ThresholdOutOfBounds { threshold, count }.into()));
    }
    let size = CouncilSizeOutOfBounds {
        count: 0,
        maximum: 32,
    };
    assert_eq!(setting.act(5, &set_members(&[], 0)), Err(size.into()));
    assert_eq!(setting.house.council.terms(), before);
    assert!(setting.house.council.has_member(members[0]));
    assert!(!setting.house.council.has_member(ALICE));
}

#[test]
fn a_change_of_members_replayed() {
    let mut setting = setting();
    let members = setting.members();
    let call = set_members(&members, 2);
    let action = Action {
        target: setting.test.contract_address(),
        value: U256::ZERO,
        call: &call,
        ..action()
    };
    let approvals = setting.approvals(&action);
    let authorized = setting.house.council.authorize(action, &approvals).unwrap();
    setting.house.council.carry_out(authorized).unwrap();
    let old = EpochChanged {
        given: U256::ONE,
        current: 2,
    };
    assert_refused(&mut setting, action, &approvals, old);
}
