//! How a proxy comes to be, and how not.

use super::world::*;
use alloy_primitives::{hex, Address, U256};
use alloy_sol_types::SolCall;
use e2e::bridge::constructor;
use e2e::or_skip;
use e2e::proxy::{proxy_input, IBank, IGuardedProxy, IProxyGuards};
use e2e::rpc::Receipt;
use e2e::tokens::Fixture;

struct Attempt {
    world: World,
    proxy: Address,
}

impl Attempt {
    fn new() -> Self {
        let mut world = World::plain();
        let proxy = world.unconstructed();
        Self { world, proxy }
    }

    fn construct(
        &mut self,
        admin: Address,
        target: Address,
        initial: Vec<u8>,
        settings: Vec<Vec<u8>>,
    ) -> Receipt {
        self.send(proxy_input(admin, target, false, initial, settings))
    }

    fn send(&mut self, input: Vec<u8>) -> Receipt {
        let from = self.world.people.deployer;
        self.world
            .chain
            .transact(from, self.proxy, input, U256::ZERO)
            .unwrap()
    }
}

#[test]
fn before_it_is_constructed_it_does_nothing_and_afterwards_it_is_not_constructed_again() {
    let mut attempt = Attempt::new();
    let (admin, bank, token) = (attempt.world.admin, attempt.world.bank, attempt.world.token);
    let none = IGuardedProxy::NotConstructed {};
    assert_refused(&attempt.send(IBank::versionCall {}.abi_encode()), &none);
    assert_refused(&attempt.send(vec![]), &none);
    assert_refused(
        &attempt.send(IGuardedProxy::changeAdminCall { admin_: admin }.abi_encode()),
        &none,
    );
    let built = attempt.construct(admin, bank, initialize(token), vec![]);
    assert!(built.is_success(), "{built:?}");
    assert_eq!(
        told::<IGuardedProxy::Upgraded>(&built, attempt.proxy),
        [IGuardedProxy::Upgraded { implementation: bank }]
    );
    assert_eq!(
        told::<IGuardedProxy::AdminChanged>(&built, attempt.proxy),
        [IGuardedProxy::AdminChanged {
            previousAdmin: Address::ZERO,
            newAdmin: admin
        }]
    );
    // The same call goes to the implementation now, whose fallback takes it.
    let again = attempt.construct(attempt.world.people.attacker, bank, initialize(token), vec![]);
    assert!(again.is_success() && told::<IGuardedProxy::AdminChanged>(&again, attempt.proxy).is_empty());
}

#[test]
fn who_administers_is_a_contract() {
    let mut attempt = Attempt::new();
    let (bank, token, people) = (attempt.world.bank, attempt.world.token, attempt.world.people);
    for admin in [Address::ZERO, people.governor, attempt.proxy] {
        let refused = attempt.construct(admin, bank, initialize(token), vec![]);
        assert_refused(&refused, &IGuardedProxy::ERC1967InvalidAdmin { admin });
    }
}

#[test]
fn what_runs_is_a_contract() {
    let mut attempt = Attempt::new();
    let (admin, token, people) = (attempt.world.admin, attempt.world.token, attempt.world.people);
    for implementation in [Address::ZERO, people.user, attempt.proxy] {
        let refused = attempt.construct(admin, implementation, initialize(token), vec![]);
        assert_refused(
            &refused,
            &IGuardedProxy::ERC1967InvalidImplementation { implementation },
        );
        let refused = attempt.send(proxy_input(
            admin,
            implementation,
            true,
            initialize(token),
            vec![],
        ));
        assert_refused(
            &refused,
            &IGuardedProxy::ERC1967InvalidBeacon {
                beacon: implementation,
            },
        );
    }
}

#[test]
fn an_account_that_has_lent_itself_a_contracts_code_is_none() {
    let mut attempt = Attempt::new();
    let (admin, bank, token) = (attempt.world.admin, attempt.world.bank, attempt.world.token);
    let lent = Address::repeat_byte(0x77);
    let code = [&hex!("ef0100")[..], bank.as_slice()].concat();
    or_skip!(attempt.world.set_code(lent, &code));
    let refused = attempt.construct(lent, bank, initialize(token), vec![]);
    assert_refused(&refused, &IGuardedProxy::ERC1967InvalidAdmin { admin: lent });
    let refused = attempt.construct(admin, lent, initialize(token), vec![]);
    assert_refused(
        &refused,
        &IGuardedProxy::ERC1967InvalidImplementation { implementation: lent },
    );
    // As long as a designator and none: any other code of 23 bytes will do.
    let mut short = vec![0x5b; 23];
    short[22] = 0;
    or_skip!(attempt.world.set_code(lent, &short));
    assert!(attempt
        .construct(lent, bank, initialize(token), vec![])
        .is_success());
}

#[test]
fn it_is_initialised_in_the_same_call_or_not_at_all() {
    let mut attempt = Attempt::new();
    let (admin, bank, token) = (attempt.world.admin, attempt.world.bank, attempt.world.token);
    let refused = attempt.construct(admin, bank, vec![], vec![]);
    assert_refused(&refused, &IGuardedProxy::ERC1967ProxyUninitialized {});
    let failing = IBank::failTypedCall { number: u(7) }.abi_encode();
    let refused = attempt.construct(admin, bank, failing, vec![]);
    assert_refused(
        &refused,
        &IBank::Custom {
            number: u(7),
            data: hex!("c0ffee").into(),
        },
    );
    // The code that initialises does not choose who administers.
    let overwrite = IBank::overwriteCall {
        slot: erc1967("admin"),
        value: admin.into_word(),
    };
    let refused = attempt.construct(admin, bank, overwrite.abi_encode(), vec![]);
    let slot = erc1967("admin");
    assert_refused(&refused, &IProxyGuards::ProxySlotChanged { slot });
    let paid = attempt.world.people.deployer;
    let input = proxy_input(admin, bank, false, initialize(token), vec![]);
    let refused = attempt
        .world
        .chain
        .transact(paid, attempt.proxy, input, u(1))
        .unwrap();
    assert!(!refused.is_success(), "the constructor takes no value");
}

#[test]
fn nobody_constructs_it_from_inside_its_own_initialisation() {
    let mut attempt = Attempt::new();
    let (admin, bank, token) = (attempt.world.admin, attempt.world.bank, attempt.world.token);
    let thief = attempt.world.create(Fixture::Batch, vec![]);
    let inside = proxy_input(thief, bank, false, initialize(token), vec![]);
    let call = batch(attempt.proxy, inside, 0).abi_encode();
    let initial = IBank::callOutCall {
        target: thief,
        data: call.into(),
    };
    assert!(attempt
        .construct(admin, bank, initial.abi_encode(), vec![])
        .is_success());
    let world = &attempt.world;
    let who = world
        .chain
        .view(admin, attempt.proxy, &IGuardedProxy::adminCall {})
        .unwrap();
    assert_eq!(who, admin);
}

#[test]
fn it_is_set_in_the_call_that_constructs_it() {
    let mut attempt = Attempt::new();
    let (admin, bank, token) = (attempt.world.admin, attempt.world.bank, attempt.world.token);
    let proxy = attempt.proxy;
    let settings = vec![
        views().abi_encode(),
        watch(ETH, 100).abi_encode(),
        invariant(0, IBank::priceCall::SELECTOR, proxy, 0, U256::ZERO).abi_encode(),
        mode(1, SHADOW).abi_encode(),
    ];
    let built = attempt.construct(admin, bank, initialize(token), settings);
    assert!(built.is_success(), "{built:?}");
    // The bank's fallback does not know `proxiableUUID()`, and would use up all the gas there is.
    assert!(built.gas_used < 1_500_000, "{}", built.gas_used);
    let chain = &attempt.world.chain;
    let watched = chain
        .view(admin, proxy, &IProxyGuards::watchedCall { place: 0 })
        .unwrap();
    assert_eq!(
        (watched.asset, watched.capacity, watched.refillSecs),
        (ETH, u(100), DAY)
    );
    assert_eq!(
        chain
            .view(admin, proxy, &IProxyGuards::modeCall { guard: 1 })
            .unwrap(),
        SHADOW
    );

    // One that is refused takes everything with it.
    let mut attempt = Attempt::new();
    let admin = attempt.world.admin;
    let settings = vec![watch(ETH, 0).abi_encode()];
    let refused = attempt.construct(
        admin,
        attempt.world.bank,
        initialize(attempt.world.token),
        settings,
    );
    assert_refused(&refused, &IProxyGuards::CapacityZero { asset: ETH });
    let unknown = vec![constructor(&[])];
    let refused = attempt.construct(
        admin,
        attempt.world.bank,
        initialize(attempt.world.token),
        unknown,
    );
    assert_refused(&refused, &denied());
}
