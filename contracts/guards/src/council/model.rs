//! The council against a model of plain sets, over generated sequences: an action is authorised when as many of its epoch's members as the
//! threshold approve and none of those handed in does not, in its window, once.

use super::{world::*, *};
use crate::fixture::{now, DAY, START};
use alloc::{
    collections::{BTreeMap, BTreeSet},
    vec::Vec,
};
use alloy_primitives::{Address, B256, U256};
use proptest::{collection::vec, prelude::*};

/// Everybody who may be a member at some time.
const PEOPLE: usize = 5;

/// What happens next. An action is told by its nonce, and is of the epoch in which it is asked about, or of the one before or after it.
#[derive(Clone, Debug)]
enum Step {
    Approve(usize, u64, i64),
    Revoke(usize, u64, i64),
    /// Who hands in what: for each person nothing, a signature, or the claim to have approved on chain.
    Authorize(u64, i64, [u8; PEOPLE]),
    Cancel(u64),
    Members([bool; PEOPLE], u64),
    Wait(u64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let epoch = || prop_oneof![6 => Just(0i64), 1 => Just(-1), 1 => Just(1)];
    let nonce = || 0..3u64;
    let hand_in = [(); PEOPLE].map(|()| prop_oneof![2 => Just(0u8), 4 => Just(1), 2 => Just(2)]);
    let step = prop_oneof![
        4 => (0..PEOPLE, nonce(), epoch()).prop_map(|(who, nonce, epoch)| Step::Approve(who, nonce, epoch)),
        2 => (0..PEOPLE, nonce(), epoch()).prop_map(|(who, nonce, epoch)| Step::Revoke(who, nonce, epoch)),
        6 => (nonce(), epoch(), hand_in).prop_map(|(nonce, epoch, who)| Step::Authorize(nonce, epoch, who)),
        1 => nonce().prop_map(Step::Cancel),
        1 => (any::<[bool; PEOPLE]>(), 0..5u64).prop_map(|(who, threshold)| Step::Members(who, threshold)),
        1 => (0..DAY / 2).prop_map(Step::Wait),
    ];
    vec(step, 1..60)
}

/// An action: its epoch and its nonce.
type Key = (u64, u64);

#[derive(Default)]
struct Model {
    members: BTreeSet<usize>,
    threshold: u64,
    epoch: u64,
    /// Who said yes on chain, in which epoch, of what; and who took it back.
    given: BTreeSet<(u64, usize, Key)>,
    withdrawn: BTreeSet<(u64, usize, Key)>,
    used: BTreeSet<Key>,
}

impl Model {
    /// Says yes or no; false when that changes nothing or may not be said.
    fn speak(&mut self, who: usize, key: Key, yes: bool) -> bool {
        let said = (self.epoch, who, key);
        if !self.members.contains(&who) || self.used.contains(&key) {
            return false;
        }
        let (to, from) = if yes {
            (&mut self.given, &mut self.withdrawn)
        } else {
            (&mut self.withdrawn, &mut self.given)
        };
        from.remove(&said);
        to.insert(said)
    }

    fn approves(&self, who: usize, key: Key, hands_in: u8) -> bool {
        let said = (self.epoch, who, key);
        self.members.contains(&who)
            && !self.withdrawn.contains(&said)
            && (hands_in == 1 || self.given.contains(&said))
    }

    fn authorize(&mut self, key: Key, hand_in: &[u8; PEOPLE], in_window: bool) -> bool {
        let who = || (0..PEOPLE).filter(|who| hand_in[*who] != 0);
        let authorized = in_window
            && key.0 == self.epoch
            && !self.used.contains(&key)
            && who().all(|who| self.approves(who, key, hand_in[who]))
            && who().count() as u64 >= self.threshold;
        if authorized {
            self.used.insert(key);
        }
        authorized
    }
}

fn run(steps: Vec<Step>) -> Result<(), TestCaseError> {
    let Setting {
        test,
        mut house,
        governor,
        people,
        ..
    } = setting();
    let mut model = Model {
        members: (0..PEOPLE).collect(),
        threshold: 3,
        epoch: 1,
        ..Model::default()
    };
    // Signatures take most of the time; each is made once.
    let mut signed = BTreeMap::<(usize, B256), Vec<u8>>::new();
    let mut time = START;
    for step in steps {
        let of = |nonce, epoch: u64| Action {
            nonce: U256::from(nonce),
            epoch: U256::from(epoch),
            ..action()
        };
        let key = |nonce, ahead| (model.epoch.saturating_add_signed(ahead), nonce);
        match step {
            Step::Approve(who, nonce, ahead) | Step::Revoke(who, nonce, ahead) => {
                let key = key(nonce, ahead);
                let digest = house.council.digest(&of(nonce, key.0));
                test.set_sender(people[who].address);
                let yes = matches!(step, Step::Approve(..));
                let said = if yes {
                    house.council.approve(digest)
                } else {
                    house.council.revoke(digest)
                };
                prop_assert_eq!(said.is_ok(), model.speak(who, key, yes));
            }
            Step::Authorize(nonce, ahead, hand_in) => {
                let key = key(nonce, ahead);
                let action = of(nonce, key.0);
                let digest = house.council.digest(&action);
                let entries = (0..PEOPLE).map(|who| match hand_in[who] {
                    0 => Vec::new(),
                    1 => {
                        let entry = signed.entry((who, digest));
                        entry.or_insert_with(|| people[who].entry(digest)).clone()
                    }
                    _ => on_chain(people[who].address),
                });
                let approvals: Vec<u8> = entries.flatten().collect();
                let before = test.snapshot().storage;
                let authorized = house.council.authorize(action, &approvals).is_ok();
                let in_window = time <= START + DAY;
                prop_assert_eq!(authorized, model.authorize(key, &hand_in, in_window));
                prop_assert!(authorized || test.snapshot().storage == before);
            }
            Step::Cancel(nonce) => {
                let key = key(nonce, 0);
                let digest = house.council.digest(&of(nonce, key.0));
                // As an action of the council that nothing stands in the way of: what may be asked is another test.
                let call = cancel_action(digest);
                let own = Authorized::of_itself(&test, &call);
                let cancelled = house.council.carry_out(own);
                prop_assert_eq!(cancelled.is_ok(), model.used.insert(key));
            }
            Step::Members(who, threshold) => {
                let members: BTreeSet<usize> = (0..PEOPLE).filter(|person| who[*person]).collect();
                let addresses: Vec<Address> = members.iter().map(|who| people[*who].address).collect();
                let named = house.council.set_members(now(&governor), &addresses, threshold);
                let can_be = (1..=members.len() as u64).contains(&threshold);
                prop_assert_eq!(named.is_ok(), can_be);
                if can_be {
                    (model.members, model.threshold) = (members, threshold);
                    model.epoch += 1;
                }
            }
            Step::Wait(secs) => {
                time += secs;
                test.set_block_timestamp(time);
            }
        }
        let members: Vec<Address> = model.members.iter().map(|who| people[*who].address).collect();
        prop_assert_eq!(house.council.members(), members);
        let terms = house.council.terms().unwrap();
        prop_assert_eq!((terms.threshold(), terms.epoch()), (model.threshold, model.epoch));
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn an_action_is_authorised_when_enough_of_its_epochs_members_approve_it_and_once(steps in steps()) {
        run(steps)?;
    }
}
