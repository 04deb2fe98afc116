//! What anybody sees: the implementation.

use super::world::*;
use alloy_primitives::{hex, Bytes, B256, U256};
use alloy_sol_types::{SolCall, SolError, SolValue};
use e2e::proxy::{IBank, IGuardedProxy, IProxyGuards};
use e2e::rpc::Status;
use e2e::tokens::IToken;

#[test]
fn data_of_any_length_goes_in_and_comes_out() {
    let world = World::plain();
    for length in [0, 1, 31, 32, 33, 1_000, 24_000, 100_000] {
        let data: Bytes = (0..length).map(|byte| byte as u8).collect();
        assert_eq!(
            world.ask(&IBank::echoCall { data: data.clone() }),
            data,
            "{length} bytes"
        );
        let answered = world.called(&IBank::answerCall { data: data.clone() });
        assert!(
            answered.is_success() && answered.output == data,
            "{length} bytes as they are"
        );
        let failed = world.called(&IBank::failCall { data: data.clone() });
        assert_eq!(
            (failed.status, failed.output),
            (Status::Revert, data),
            "{length} bytes of a revert"
        );
    }
}

#[test]
fn a_refusal_of_the_implementation_is_its_own() {
    let mut world = World::plain();
    let failed = world.send(&IBank::failTypedCall { number: u(7) });
    assert_refused(
        &failed,
        &IBank::Custom {
            number: u(7),
            data: hex!("c0ffee").into(),
        },
    );
    // The bytes of one of the proxy's own refusals are no more than bytes.
    let forged = IGuardedProxy::Reentered {}.abi_encode();
    let failed = world.called(&IBank::failCall {
        data: forged.clone().into(),
    });
    assert_eq!(failed.output, Bytes::from(forged));
}

#[test]
fn caller_value_and_events_are_the_implementations() {
    let mut world = World::new();
    let user = world.people.user;
    let paid = world.pay(&IBank::depositCall { amount: U256::ZERO }, 7);
    assert_eq!(
        world.told::<IBank::Deposited>(&paid),
        [IBank::Deposited {
            by: user,
            amount: U256::ZERO,
            value: u(7)
        }]
    );
    assert_eq!(paid.logs.len(), 1, "the proxy says nothing of a call that passes");
    assert_eq!(world.held(ETH), HELD + 7);
    // It was initialised by whatever constructed the proxy.
    assert_eq!(
        (world.marker(), world.ask(&IBank::tokenCall {})),
        (MARKER, world.token)
    );
}

#[test]
fn the_administrators_selectors_are_the_implementations_for_everybody_else() {
    let mut world = World::new();
    let user = world.people.user;
    let implementation = world.ask(&IGuardedProxy::implementationCall {});
    let admin = world.ask(&IGuardedProxy::adminCall {});
    let bank = |number: u64| B256::from(u(number));
    assert_eq!(
        [implementation, admin].map(|address| address.into_word()),
        [bank(0xcafe), bank(0xbeef)]
    );
    assert!(world.send(&mode(3, 2)).is_success());
    assert_eq!(world.marker(), 3_002);
    assert!(world
        .send(&IGuardedProxy::changeAdminCall { admin_: user })
        .is_success());
    assert_eq!(
        world.ask(&IBank::markerCall {}),
        U256::from_be_slice(user.as_slice())
    );
}

#[test]
fn the_administrator_never_gets_through_to_the_implementation() {
    let mut world = World::new();
    let (bank, admin) = (world.bank, world.admin);
    assert_eq!(world.read(&IGuardedProxy::implementationCall {}), bank);
    assert_eq!(world.read(&IGuardedProxy::adminCall {}), admin);
    let deposit = IBank::depositCall { amount: U256::ZERO };
    assert_refused(&world.administer(&deposit), &denied());
    assert_refused(&world.administer(&IBank::markerCall {}), &denied());
    for short in [vec![], vec![1], vec![1, 2, 3]] {
        assert_refused(&world.administer_with(short, 0), &denied());
    }
    assert_refused(&world.administer_with(vec![], 5), &denied());
    // The constructor's selector too: it has run.
    let again = e2e::bridge::constructor(&[]);
    assert_refused(&world.administer_with(again, 0), &denied());
}

#[test]
fn data_without_a_selector_arrives_as_it_is() {
    let mut world = World::new();
    let received = |world: &World| world.ask(&IBank::receivedCall {});
    assert!(world.raw(vec![], 9).is_success());
    assert_eq!(received(&world), u(9), "receive");
    assert!(world.raw(vec![1, 2, 3], 0).is_success());
    assert!(world.raw(hex!("ffffffff00").to_vec(), 0).is_success());
    assert_eq!(received(&world), u(11), "fallback, twice");
    let (user, proxy) = (world.people.user, world.proxy);
    let called = world.chain.call(user, proxy, vec![1, 2, 3]).unwrap();
    assert_eq!(called.output, Bytes::from((hex!("fa11010203")).to_vec()));
}

#[test]
fn the_implementations_storage_begins_where_it_thinks_it_does() {
    let world = World::new();
    let at = |slot: u64| world.word(u(slot).into());
    assert_eq!(at(0), B256::from(u(MARKER)));
    assert_eq!(at(1), world.token.into_word());
    assert_eq!(world.word(erc1967("implementation")), world.bank.into_word());
    assert_eq!(world.word(erc1967("admin")), world.admin.into_word());
    assert_eq!(world.word(erc1967("beacon")), B256::ZERO);
    // The mark that the SDK keeps of a construction is not the proxy's.
    assert_eq!(
        world.word(alloy_primitives::keccak256("stylus_constructor")),
        B256::ZERO
    );
}

#[test]
fn the_proxys_own_words_are_at_its_root() {
    let mut world = World::plain();
    assert_eq!(world.word(root()), B256::ZERO);
    world.set(&watch(ETH, 100));
    assert_eq!(
        world.word(root()),
        B256::from(u(1)),
        "the first place of the assets is taken"
    );
    world.set(&restrict(INS, 4, HOUR));
    let pauses = B256::from(U256::from_be_bytes(root().0) + U256::ONE);
    assert_ne!(world.word(pauses), B256::ZERO);
    // No slot at which an implementation begins is touched.
    for slot in 8..40 {
        assert_eq!(world.word(u(slot).into()), B256::ZERO, "{slot}");
    }
}

#[test]
fn what_says_it_is_a_view_changes_nothing() {
    let mut world = World::new();
    let attacker = world.people.attacker;
    let peek = IBank::peekCall {
        to: attacker,
        amount: u(HELD),
    };
    world.set(&selectors([IBank::peekCall::SELECTOR], [VIEW, 0, 0, 1]));
    let peeked = world.send(&peek);
    assert!(!peeked.is_success(), "{peeked:?}");
    assert_eq!((world.held(world.token), world.marker()), (HELD, MARKER));
    // As what it is, it goes through.
    world.set(&selectors([IBank::peekCall::SELECTOR], [INCREASES, 0, 0, 0]));
    assert!(world.send(&peek).is_success());
    assert_eq!((world.held(world.token), world.marker()), (0, MARKER + 1));
}

#[test]
fn in_a_view_the_proxy_asks_and_takes_no_value() {
    let mut world = World::new();
    assert_eq!(world.ask(&IBank::whoAsksCall {}), world.proxy);
    let paid = world.pay(&IBank::whoAsksCall {}, 1);
    assert_refused(&paid, &IProxyGuards::ValueToView {});
    world.set(&IProxyGuards::unlistSelectorsCall {
        selectors: vec![IBank::whoAsksCall::SELECTOR.into()],
    });
    assert_eq!(world.ask(&IBank::whoAsksCall {}), world.people.user);
}

#[test]
fn a_contract_reads_a_view_by_a_static_call_and_nothing_that_is_not_listed() {
    let mut world = World::new();
    let (proxy, user) = (world.proxy, world.people.user);
    // STATICCALL of the proxy with the data behind the address, answering with what it answers.
    let asker =
        hex!("6021600a5f3960215ff3 6020360360205f375f5f602036035f5f355afa3d5f5f3e601d573d5ffd5b3d5ff3");
    let asker = world.chain.create(user, asker.to_vec()).unwrap();
    let ask = |world: &World, data: Vec<u8>| {
        let input = [proxy.into_word().to_vec(), data].concat();
        world.chain.call(user, asker, input).unwrap()
    };
    let read = ask(&world, IBank::priceCall {}.abi_encode());
    assert_eq!(
        read.output,
        Bytes::from(u(1_000_000_000_000_000_000).abi_encode()),
        "{read:?}"
    );
    let unlisted = ask(&world, IBank::echoCall { data: Bytes::new() }.abi_encode());
    assert!(!unlisted.is_success(), "{unlisted:?}");
}

#[test]
fn a_token_takes_the_proxy_for_one_account() {
    let mut world = World::new();
    let user = world.people.user;
    let approval = IToken::approveCall {
        spender: world.proxy,
        value: u(50),
    };
    world
        .chain
        .must(user, world.token, &approval, "an approval")
        .unwrap();
    assert!(world.send(&IBank::depositCall { amount: u(50) }).is_success());
    assert_eq!(world.held(world.token), HELD + 50);
}
