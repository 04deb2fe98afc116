//! Random flows over accounts and scopes, against a model that keeps each limiter as a plain value of `portcullis_core`.
//!
//! After every step the verdict is the model's with every number, and the contract's storage is word for word what the model would
//! store: so nothing is charged beside what passed, and a flow writes nothing else.

use alloy_primitives::{keccak256, Address, B256, U256};
use alloy_sol_types::SolValue;
use portcullis::{
    authority::{Authority, Governor},
    core_types::{
        bucket::{self, Bucket},
        scope::{consume_all, AnyLimiter, Refused, Request},
        window::{self, Window},
    },
    scoped_limiter::{
        Charge, Scope, ScopeClosed, ScopeFollowsDefault, ScopeLimited, ScopedLimiter, ScopesOutOfBounds,
        Setting, Subject,
    },
    timelock::Timelock,
    GuardError,
};
use proptest::{collection::vec, prelude::*};
use std::collections::BTreeMap;
use stylus_sdk::{prelude::MessageAccess, testing::TestVM};

const ASSET: Address = Address::repeat_byte(0x70);

/// A limiter and how it came to be.
#[derive(Clone, Copy)]
struct Kept {
    limiter: Limiter,
    own: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Limiter {
    Unset,
    Closed { at: u64 },
    Open(AnyLimiter),
}

#[derive(Clone, Copy, PartialEq)]
enum Limit {
    Bucket(bucket::Limit),
    Window(window::Limit),
}

impl Limit {
    fn of(setting: Setting) -> Self {
        match setting {
            Setting::Bucket {
                capacity,
                refill_secs,
            } => Self::Bucket(bucket::Limit::new(capacity, refill_secs).unwrap()),
            Setting::Window { amount, window_secs } => {
                Self::Window(window::Limit::new(amount, window_secs).unwrap())
            }
        }
    }

    fn largest(self) -> U256 {
        match self {
            Self::Bucket(limit) => limit.capacity(),
            Self::Window(limit) => limit.amount(),
        }
    }

    fn with(self, available: U256, at: u64) -> AnyLimiter {
        match self {
            Self::Bucket(limit) => AnyLimiter::Bucket(Bucket::holding_down(limit, available, at)),
            Self::Window(limit) => AnyLimiter::Window(Window::with_available_down(limit, available, at)),
        }
    }
}

/// Of an open limiter: its limit, what is available, when it was touched.
fn parts(limiter: AnyLimiter, now: u64) -> (Limit, U256, u64) {
    match limiter {
        AnyLimiter::Bucket(b) => (Limit::Bucket(b.limit()), b.available_down(now), b.touched_at()),
        AnyLimiter::Window(w) => (Limit::Window(w.limit()), w.available_down(now), w.touched_at()),
        AnyLimiter::Transaction(_) => unreachable!("no scope has one"),
    }
}

impl Limiter {
    fn put_under(self, limit: Limit, now: u64) -> Self {
        Self::Open(match self {
            Self::Unset => limit.with(limit.largest(), now),
            Self::Closed { at } => limit.with(U256::ZERO, now.max(at)),
            Self::Open(open) => match (open, limit) {
                (AnyLimiter::Bucket(open), Limit::Bucket(limit)) => AnyLimiter::Bucket(
                    bucket::Slot::Open(open)
                        .reconfigure(Some(limit), now)
                        .slot
                        .open()
                        .unwrap(),
                ),
                (AnyLimiter::Window(open), Limit::Window(limit)) => AnyLimiter::Window(
                    window::Slot::Open(open)
                        .reconfigure(Some(limit), now)
                        .slot
                        .open()
                        .unwrap(),
                ),
                _ => {
                    // Between the kinds: what is missing stays missing.
                    let (old, available, touched_at) = parts(open, now);
                    let missing = old.largest() - available;
                    let left = limit.largest().saturating_sub(missing);
                    limit.with(available.min(left), now.max(touched_at))
                }
            },
        })
    }

    fn words(self) -> (bool, [U256; 2]) {
        match self {
            Self::Unset => (false, [U256::ZERO; 2]),
            Self::Closed { at } => (false, [bucket::Slot::Closed { at }.to_word(), U256::ZERO]),
            Self::Open(AnyLimiter::Bucket(open)) => (false, [bucket::Slot::Open(open).to_word(), U256::ZERO]),
            Self::Open(AnyLimiter::Window(open)) => (true, window::Slot::Open(open).to_words()),
            Self::Open(AnyLimiter::Transaction(_)) => unreachable!("no scope has one"),
        }
    }
}

#[derive(Default)]
struct Model {
    now: u64,
    kept: BTreeMap<B256, Kept>,
    names: Vec<Subject>,
}

fn key(subject: Subject) -> B256 {
    let (kind, asset, detail) = subject.parts();
    keccak256((keccak256("portcullis.scope"), U256::from(kind), asset, detail).abi_encode())
}

const DEFAULT: Subject = Subject::AccountDefault { asset: ASSET };

impl Model {
    fn stored(&self, subject: Subject) -> Kept {
        let unset = Kept {
            limiter: Limiter::Unset,
            own: false,
        };
        self.kept.get(&key(subject)).copied().unwrap_or(unset)
    }

    fn in_force(&self, subject: Subject) -> Limiter {
        let stored = self.stored(subject);
        if !matches!(subject, Subject::Scope(Scope::Account { .. })) || stored.own {
            return stored.limiter;
        }
        let default = self.stored(DEFAULT).limiter;
        let Limiter::Open(open) = default else {
            return default;
        };
        let (limit, _, set_at) = parts(open, self.now);
        match stored.limiter {
            Limiter::Open(open) if parts(open, self.now).0 == limit => stored.limiter,
            limiter => limiter.put_under(limit, set_at),
        }
    }

    fn keep(&mut self, subject: Subject, limiter: Limiter, own: bool) {
        self.kept.insert(key(subject), Kept { limiter, own });
    }

    fn list(&mut self, subject: Subject) {
        if !self.names.contains(&subject) {
            self.names.push(subject);
        }
    }

    fn configure(&mut self, subject: Subject, setting: Setting) {
        let limit = Limit::of(setting);
        let before = self.in_force(subject);
        let same = matches!(before, Limiter::Open(open) if parts(open, self.now).0 == limit);
        let after = match subject {
            DEFAULT if same => before,
            DEFAULT => Limiter::Unset.put_under(limit, self.now),
            _ => before.put_under(limit, self.now),
        };
        self.list(subject);
        self.keep(subject, after, true);
    }

    fn close(&mut self, subject: Subject) -> Result<(), GuardError> {
        let Limiter::Open(open) = self.in_force(subject) else {
            return Err(ScopeClosed { scope: key(subject) }.into());
        };
        let (_, _, touched_at) = parts(open, self.now);
        let closed = Limiter::Closed {
            at: self.now.max(touched_at),
        };
        self.list(subject);
        self.keep(subject, closed, true);
        Ok(())
    }

    fn follow(&mut self, account: Address) -> Result<(), GuardError> {
        let subject = Subject::Scope(Scope::Account {
            asset: ASSET,
            account,
        });
        let Limiter::Open(default) = self.stored(DEFAULT).limiter else {
            return Err(ScopeClosed { scope: key(DEFAULT) }.into());
        };
        let stored = self.stored(subject);
        if !stored.own {
            return Err(ScopeFollowsDefault { scope: key(subject) }.into());
        }
        let after = stored.limiter.put_under(parts(default, self.now).0, self.now);
        self.keep(subject, after, false);
        Ok(())
    }

    fn flow(&mut self, charges: &[(Scope, U256, bool)]) -> Result<(), GuardError> {
        if charges.is_empty() || charges.len() > 8 {
            let scopes = charges.len() as u64;
            return Err(ScopesOutOfBounds { scopes, maximum: 8 }.into());
        }
        let mut met: Vec<Subject> = vec![];
        let mut requests: Vec<Request<AnyLimiter>> = vec![];
        for (scope, amount, if_set) in charges {
            let subject = Subject::Scope(*scope);
            if let Some(place) = met.iter().position(|other| *other == subject) {
                requests[place].amount = requests[place].amount.saturating_add(*amount);
                continue;
            }
            match self.in_force(subject) {
                Limiter::Unset if *if_set => {}
                Limiter::Open(limiter) => {
                    met.push(subject);
                    requests.push(Request {
                        limiter,
                        amount: *amount,
                    });
                }
                _ => return Err(ScopeClosed { scope: key(subject) }.into()),
            }
        }
        match consume_all(&mut requests, self.now) {
            Ok(()) => {
                for (subject, request) in met.iter().zip(requests) {
                    let own = self.stored(*subject).own;
                    self.keep(*subject, Limiter::Open(request.limiter), own);
                }
                Ok(())
            }
            Err(Refused::Denied {
                by,
                requested,
                available,
                retry_at,
                ..
            }) => Err(ScopeLimited {
                scope: key(met[by]),
                requested,
                available,
                retry_at: retry_at.unwrap_or(u64::MAX),
            }
            .into()),
            Err(Refused::TooMany { .. }) => unreachable!("there are at most eight"),
        }
    }

    /// Every word that is not zero, at its place: two maps at 0 and 1, the count at 2, the map of names at 3.
    fn storage(&self) -> BTreeMap<U256, U256> {
        let in_map =
            |key: B256, root: u64| U256::from_be_bytes(keccak256((key, U256::from(root)).abi_encode()).0);
        let mut words = BTreeMap::from([(U256::from(2), U256::from(self.names.len()))]);
        for (key, kept) in &self.kept {
            let (window, [first, second]) = kept.limiter.words();
            let listed = self.names.iter().any(|name| self::key(*name) == *key);
            let marks = u64::from(window) << 62 | u64::from(kept.own) << 61 | u64::from(listed) << 60;
            words.insert(in_map(*key, 0), first | U256::from(marks) << 192);
            words.insert(in_map(*key, 1), second);
        }
        for (index, name) in self.names.iter().enumerate() {
            let (kind, asset, detail) = name.parts();
            let place = |word: usize| B256::from(U256::from(2 * index + word));
            let first = U256::from(kind) << 160 | U256::from_be_bytes(asset.into_word().0);
            words.insert(in_map(place(0), 3), first);
            words.insert(in_map(place(1), 3), detail.into());
        }
        words.retain(|_, word| !word.is_zero());
        words
    }
}

#[derive(Clone, Debug)]
enum Step {
    Wait(u64),
    Configure(Subject, Setting),
    Close(Subject),
    Follow(Address),
    Flow(Vec<(Scope, U256, bool)>),
}

fn any_account() -> impl Strategy<Value = Address> {
    (0u8..3).prop_map(Address::with_last_byte)
}

/// Few enough that they meet again, with the same bytes in different kinds.
fn any_scope() -> impl Strategy<Value = Scope> {
    let asset = ASSET;
    prop_oneof![
        2 => Just(Scope::Global { asset }),
        4 => any_account().prop_map(move |account| Scope::Account { asset, account }),
        1 => (0u8..2).prop_map(move |group| Scope::Group { asset, group }),
        1 => (0u8..2).prop_map(move |route| Scope::Route { asset, route: B256::with_last_byte(route) }),
    ]
}

fn any_subject() -> impl Strategy<Value = Subject> {
    prop_oneof![2 => any_scope().prop_map(Subject::Scope), 1 => Just(DEFAULT)]
}

/// Mostly small, also beyond 64 bits, where a limiter counts in units of more than a wei.
fn any_amount() -> impl Strategy<Value = U256> {
    prop_oneof![
        8 => (0u64..150).prop_map(U256::from),
        1 => any::<u64>().prop_map(|amount| U256::from(amount) << 8),
        1 => any::<[u64; 4]>().prop_map(U256::from_limbs),
    ]
}

fn any_setting() -> impl Strategy<Value = Setting> {
    let amount = any_amount().prop_map(|amount| amount.max(U256::ONE));
    (any::<bool>(), amount, 1u64..1_000).prop_map(|(window, amount, secs)| {
        if window {
            Setting::Window {
                amount,
                window_secs: secs,
            }
        } else {
            Setting::Bucket {
                capacity: amount,
                refill_secs: secs,
            }
        }
    })
}

fn any_step() -> impl Strategy<Value = Step> {
    let flow = vec((any_scope(), any_amount(), any::<bool>()), 0..10);
    prop_oneof![
        4 => (0u64..300).prop_map(Step::Wait),
        3 => (any_subject(), any_setting()).prop_map(|(subject, to)| Step::Configure(subject, to)),
        1 => any_subject().prop_map(Step::Close),
        1 => any_account().prop_map(Step::Follow),
        // Few scopes and small amounts, so that most of these pass.
        6 => (any_account(), 0u64..20).prop_map(|(account, amount)| {
            let asset = ASSET;
            let scopes = [Scope::Account { asset, account }, Scope::Global { asset }];
            Step::Flow(scopes.map(|scope| (scope, U256::from(amount), true)).to_vec())
        }),
        3 => flow.prop_map(Step::Flow),
    ]
}

fn contract() -> (TestVM, ScopedLimiter, Timelock, Governor) {
    let test = TestVM::new();
    let mut authority = Authority::from(&test);
    authority
        .initialize(test.msg_sender(), Address::repeat_byte(1))
        .unwrap();
    let governor = authority.governor().unwrap();
    test.clear_storage();
    (
        test.clone(),
        ScopedLimiter::from(&test),
        Timelock::from(&test),
        governor,
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn verdicts_and_all_stored_words_are_the_models(steps in vec(any_step(), 1..60)) {
        let (test, mut limiter, mut timelock, governor) = contract();
        let mut model = Model { now: 1_000, ..Model::default() };
        for step in steps {
            test.set_block_timestamp(model.now);
            match &step {
                Step::Wait(secs) => model.now += secs,
                Step::Configure(subject, setting) => {
                    let change = timelock.change(&governor, &[]);
                    let result = match *subject {
                        Subject::Scope(scope) => limiter.configure(change, scope, *setting),
                        Subject::AccountDefault { asset } => limiter.configure_default(change, asset, *setting),
                    };
                    prop_assert_eq!(result, Ok(()));
                    model.configure(*subject, *setting);
                }
                Step::Close(subject) => {
                    let result = match *subject {
                        Subject::Scope(scope) => limiter.close(&governor, scope),
                        Subject::AccountDefault { asset } => limiter.close_default(&governor, asset),
                    };
                    prop_assert_eq!(result, model.close(*subject));
                }
                Step::Follow(account) => {
                    let change = timelock.change(&governor, &[]);
                    let result = limiter.follow_default(change, ASSET, *account);
                    prop_assert_eq!(result, model.follow(*account));
                }
                Step::Flow(charges) => {
                    let asked: Vec<Charge> = charges
                        .iter()
                        .map(|(scope, amount, if_set)| match if_set {
                            true => scope.charge_if_set(*amount),
                            false => scope.charge(*amount),
                        })
                        .collect();
                    prop_assert_eq!(limiter.consume(&asked), model.flow(charges));
                }
            }
            let mut stored: BTreeMap<U256, U256> = test
                .snapshot()
                .storage
                .into_iter()
                .map(|(place, word)| (place, U256::from_be_bytes(word.0)))
                .collect();
            stored.retain(|_, word| !word.is_zero());
            prop_assert_eq!(stored, model.storage(), "{:?}", step);
        }
    }
}
