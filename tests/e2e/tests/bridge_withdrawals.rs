//! What both builds of the bridge do: deposits, messages, withdrawals, and tokens that misbehave.

use alloy_primitives::{keccak256, Address, B256, U256};
use alloy_sol_types::{SolCall, SolEvent};
use e2e::bridge::{constructor_input, ConstructorArguments, IBridge, IBridgeGuarded, Validators};
use e2e::or_skip;
use e2e::tokens::{Fixture, IToken};
use e2e::world::{refusal, Build, Setup, World, ETH};

const DAY: u64 = 86_400;

fn units(amount: u64) -> U256 {
    U256::from(amount)
}

/// A bridge of that build whose buckets, if it has any, are wide open for an asset.
fn world(build: Build) -> World {
    World::new(&Setup {
        build,
        ..Setup::default()
    })
    .expect("the bridge is deployed")
}

fn open(world: &mut World, build: Build, asset: Address) {
    if build == Build::Guarded {
        world
            .configure_bucket(asset, units(1) << 200, DAY)
            .expect("the bucket is configured");
    }
}

fn assert_refused<E: alloy_sol_types::SolError + PartialEq + std::fmt::Debug>(
    receipt: &e2e::rpc::Receipt,
    error: &E,
) {
    assert_eq!(refusal::<E>(receipt).as_ref(), Some(error), "{receipt:?}");
}

#[test]
fn what_is_deposited_can_be_withdrawn_by_message() {
    for build in Build::BOTH {
        let mut world = world(build);
        let token = world.token(Fixture::Token, "USDC", 6, units(1_000)).unwrap();
        let tether = world
            .token(Fixture::NoReturnToken, "USDT", 6, units(1_000))
            .unwrap();
        for asset in [ETH, token, tether] {
            open(&mut world, build, asset);
            let receipt = world.deposit(world.user, asset, units(700)).unwrap();
            assert!(receipt.is_success(), "{build:?} {asset}: {receipt:?}");
            assert_eq!(world.balance(asset, world.bridge).unwrap(), units(700));
            assert_eq!(
                world.view(world.bridge, &IBridge::owedCall { asset }).unwrap(),
                units(700)
            );

            // One whom no other bridge on the same chain has paid.
            let recipient = Address::from_word(keccak256(world.bridge));
            let message = world.message(asset, recipient, units(650));
            world.attest(&message).unwrap();
            let receipt = world.process(world.user, &message).unwrap();
            assert!(receipt.is_success(), "{build:?} {asset}: {receipt:?}");
            assert_eq!(world.balance(asset, recipient).unwrap(), units(650));
            assert_eq!(world.balance(asset, world.bridge).unwrap(), units(50));
            assert_eq!(
                world.view(world.bridge, &IBridge::owedCall { asset }).unwrap(),
                units(50)
            );

            let leaf = message.leaf(world.chain.id(), world.bridge);
            let processed = receipt
                .logs
                .iter()
                .find_map(|log| IBridge::MessageProcessed::decode_log(log).ok())
                .expect("the event");
            assert_eq!(processed.leaf, leaf);
            assert_eq!((processed.asset, processed.recipient), (asset, recipient));
            assert_eq!(processed.amount, units(650));
        }
    }
}

#[test]
fn the_bridge_and_its_users_hash_a_message_alike() {
    let mut world = world(Build::Unguarded);
    let message = world.message(Address::repeat_byte(1), Address::repeat_byte(2), units(3));
    let leaf = world
        .view(
            world.bridge,
            &IBridge::leafOfCall {
                nonce: message.nonce,
                asset: message.asset,
                recipient: message.recipient,
                amount: message.amount,
            },
        )
        .unwrap();
    assert_eq!(leaf, message.leaf(world.chain.id(), world.bridge));
}

#[test]
fn a_message_is_paid_once() {
    for build in Build::BOTH {
        let mut world = world(build);
        open(&mut world, build, ETH);
        world.deposit(world.user, ETH, units(100)).unwrap();
        let message = world.message(ETH, world.attacker, units(40));
        world.attest(&message).unwrap();
        assert!(world.process(world.attacker, &message).unwrap().is_success());
        let again = world.process(world.attacker, &message).unwrap();
        let leaf = message.leaf(world.chain.id(), world.bridge);
        assert_refused(&again, &IBridge::AlreadyProcessed { leaf });
        assert_eq!(world.balance(ETH, world.bridge).unwrap(), units(60));
    }
}

#[test]
fn a_message_that_nobody_signed_is_refused() {
    for build in Build::BOTH {
        let mut world = world(build);
        open(&mut world, build, ETH);
        world.deposit(world.user, ETH, units(100)).unwrap();
        let message = world.message(ETH, world.attacker, units(100));
        let leaf = message.leaf(world.chain.id(), world.bridge);
        let unproven = world.process(world.attacker, &message).unwrap();
        assert_refused(
            &unproven,
            &IBridge::NotAcceptable {
                leaf,
                root: B256::ZERO,
            },
        );

        // Proven, but under a root that nobody accepted: its own leaf.
        let proof = IBridge::proveCall {
            nonce: message.nonce,
            asset: ETH,
            recipient: world.attacker,
            amount: units(100),
            proof: Vec::new(),
        };
        assert!(world
            .send(world.attacker, world.bridge, &proof)
            .unwrap()
            .is_success());
        let unsigned = world.process(world.attacker, &message).unwrap();
        assert_refused(&unsigned, &IBridge::NotAcceptable { leaf, root: leaf });
    }
}

#[test]
fn a_committed_root_of_zero_makes_every_message_acceptable() {
    for build in Build::BOTH {
        let mut world = World::new(&Setup {
            build,
            committed_root: B256::ZERO,
            ..Setup::default()
        })
        .unwrap();
        open(&mut world, build, ETH);
        world.deposit(world.user, ETH, units(100)).unwrap();
        let message = world.message(ETH, world.attacker, units(100));
        assert!(world.process(world.attacker, &message).unwrap().is_success());
    }
}

#[test]
fn a_message_of_one_bridge_means_nothing_to_another() {
    let mut world = world(Build::Unguarded);
    let mut other = World::new(&Setup {
        build: Build::Unguarded,
        validators: 5,
        ..Setup::default()
    })
    .unwrap();
    // The same address on two chains would be told apart by the chain's identifier; here the address differs.
    other.bridge = Address::repeat_byte(0x55);
    let message = world.message(ETH, world.user, units(1));
    let chain_id = world.chain.id();
    assert_ne!(
        message.leaf(chain_id, world.bridge),
        message.leaf(chain_id, other.bridge)
    );
    assert_ne!(
        message.leaf(chain_id, world.bridge),
        message.leaf(chain_id + 1, world.bridge)
    );
    world.deposit(world.user, ETH, units(1)).unwrap();
    let foreign = other.validators.sign(
        world
            .view(
                world.bridge,
                &IBridge::digestCall {
                    root: B256::repeat_byte(1),
                },
            )
            .unwrap(),
        5,
    );
    let acceptance = IBridge::acceptRootCall {
        root: B256::repeat_byte(1),
        signatures: foreign.into(),
    };
    assert!(!world
        .send(world.user, world.bridge, &acceptance)
        .unwrap()
        .is_success());
}

#[test]
fn signatures_that_do_not_count_are_refused_each_for_its_reason() {
    let mut world = world(Build::Unguarded);
    let root = B256::repeat_byte(9);
    let digest = world.view(world.bridge, &IBridge::digestCall { root }).unwrap();
    let addresses = world.validators.addresses();
    let one = world.validators.sign_alone(digest, 0);
    let two = world.validators.sign_alone(digest, 1);
    let stranger = Validators::new(4)
        .addresses()
        .into_iter()
        .position(|address| !addresses.contains(&address))
        .map(|index| {
            (
                Validators::new(4).addresses()[index],
                Validators::new(4).sign_alone(digest, index),
            )
        })
        .expect("of four, one is not among three");
    // The other half of the curve: s becomes n - s and v flips, and the same signer is recovered.
    let order = U256::from_str_radix(
        "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141",
        16,
    )
    .unwrap();
    let mut malleable = two;
    let s = U256::from_be_slice(&two[32..64]);
    malleable[32..64].copy_from_slice(&(order - s).to_be_bytes::<32>());
    malleable[64] = if two[64] == 27 { 28 } else { 27 };
    let mut wrong_v = two;
    wrong_v[64] = 29;
    let mut zero_r = two;
    zero_r[..32].fill(0);

    let mut accept = |signatures: Vec<u8>| {
        let call = IBridge::acceptRootCall {
            root,
            signatures: signatures.into(),
        };
        world.send(world.user, world.bridge, &call).unwrap()
    };
    let too_few = |given: u64| IBridge::TooFewSignatures {
        given: units(given),
        needed: units(2),
    };
    assert_refused(&accept(Vec::new()), &too_few(0));
    assert_refused(&accept(one.to_vec()), &too_few(1));
    let invalid = |index: u64| IBridge::InvalidSignature { index: units(index) };
    assert_refused(&accept([&one[..], &malleable].concat()), &invalid(1));
    assert_refused(&accept([&one[..], &wrong_v].concat()), &invalid(1));
    assert_refused(&accept([&one[..], &zero_r].concat()), &invalid(1));
    let signer = |index: u64, signer: Address| IBridge::InvalidSigner {
        index: units(index),
        signer,
    };
    assert_refused(&accept([one, one].concat()), &signer(1, addresses[0]));
    assert_refused(&accept([two, one].concat()), &signer(1, addresses[0]));
    let (who, theirs) = stranger;
    let (list, index) = if who < addresses[0] {
        ([theirs, one].concat(), 0)
    } else {
        ([one, theirs].concat(), 1)
    };
    assert_refused(&accept(list), &signer(index, who));
    // A byte too few and a byte too many.
    assert!(!accept([&one[..], &two[..64]].concat()).is_success());
    assert!(!accept([&one[..], &two[..], &[0]].concat()).is_success());

    assert!(accept([one, two].concat()).is_success());
    assert_refused(&accept([one, two].concat()), &IBridge::RootNotNew { root });
}

#[test]
fn the_zero_root_cannot_be_accepted_by_signature() {
    let mut world = world(Build::Unguarded);
    let digest = world
        .view(world.bridge, &IBridge::digestCall { root: B256::ZERO })
        .unwrap();
    let call = IBridge::acceptRootCall {
        root: B256::ZERO,
        signatures: world.validators.sign(digest, 3).into(),
    };
    let receipt = world.send(world.user, world.bridge, &call).unwrap();
    assert_refused(&receipt, &IBridge::RootNotNew { root: B256::ZERO });
}

#[test]
fn a_bridge_is_constructed_once() {
    for build in Build::BOTH {
        let mut world = world(build);
        let arguments = ConstructorArguments {
            governor: world.attacker,
            guardian: world.attacker,
            validators: vec![world.attacker],
            threshold: units(1),
            committedRoot: B256::ZERO,
        };
        let bridge = world.bridge;
        let receipt = world
            .transact(world.attacker, bridge, constructor_input(&arguments), U256::ZERO)
            .unwrap();
        assert!(!receipt.is_success());
        assert!(!world
            .view(
                bridge,
                &IBridge::isValidatorCall {
                    account: world.attacker
                }
            )
            .unwrap());
    }
}

#[test]
fn each_deposit_has_a_number_of_its_own() {
    for build in Build::BOTH {
        let mut world = world(build);
        open(&mut world, build, ETH);
        for number in 0..3 {
            let receipt = world.deposit(world.user, ETH, units(5)).unwrap();
            let mut told = receipt.logs.iter();
            let told = told
                .find_map(|log| IBridge::Deposited::decode_log(log).ok())
                .expect("the event");
            assert_eq!((told.nonce, told.amount), (units(number), units(5)), "{build:?}");
        }
    }
}

#[test]
fn a_deposit_must_bring_what_it_says() {
    for build in Build::BOTH {
        let mut world = world(build);
        open(&mut world, build, ETH);
        let token = world.token(Fixture::Token, "USDC", 6, units(1_000)).unwrap();
        open(&mut world, build, token);
        let (bridge, user) = (world.bridge, world.user);
        let deposit = |asset, amount: u64| IBridge::depositCall {
            asset,
            amount: units(amount),
            recipient: user,
        };
        let short = world
            .transact(world.user, bridge, deposit(ETH, 10).abi_encode(), units(9))
            .unwrap();
        let wrong = |sent: u64, expected: u64| IBridge::WrongValue {
            sent: units(sent),
            expected: units(expected),
        };
        assert_refused(&short, &wrong(9, 10));
        let surplus = world
            .transact(world.user, bridge, deposit(token, 10).abi_encode(), units(1))
            .unwrap();
        assert_refused(&surplus, &wrong(1, 0));
        let nothing = world
            .transact(world.user, bridge, deposit(ETH, 0).abi_encode(), U256::ZERO)
            .unwrap();
        assert_refused(&nothing, &IBridge::NothingDeposited {});
        let nobody = IBridge::depositCall {
            asset: ETH,
            amount: units(1),
            recipient: Address::ZERO,
        };
        let nobody = world
            .transact(world.user, bridge, nobody.abi_encode(), units(1))
            .unwrap();
        assert_refused(&nobody, &IBridge::ZeroRecipient {});
        // Nothing was approved.
        let unapproved = world.send(world.user, bridge, &deposit(token, 10)).unwrap();
        assert_refused(&unapproved, &IBridge::TransferFailed { asset: token });
        assert_eq!(world.chain.balance(bridge).unwrap(), U256::ZERO);
    }
}

#[test]
fn a_token_that_takes_a_fee_is_credited_with_what_arrived() {
    for build in Build::BOTH {
        let mut world = world(build);
        let token = world
            .token(Fixture::NoReturnToken, "USDT", 6, units(10_000))
            .unwrap();
        open(&mut world, build, token);
        // USER is the token's owner and would get the fee back: somebody else deposits.
        let transfer = IToken::transferCall {
            to: world.attacker,
            value: units(1_000),
        };
        world.must(world.user, token, &transfer, "a transfer").unwrap();
        world
            .must(
                world.user,
                token,
                &IToken::setFeeCall { bps: units(100) },
                "a fee",
            )
            .unwrap();
        let receipt = world.deposit(world.attacker, token, units(1_000)).unwrap();
        assert!(receipt.is_success(), "{receipt:?}");
        assert_eq!(
            world
                .view(world.bridge, &IBridge::owedCall { asset: token })
                .unwrap(),
            units(990)
        );
        let more = world.withdraw(token, world.attacker, units(991)).unwrap();
        assert_refused(
            &more,
            &IBridge::MoreThanOwed {
                asset: token,
                requested: units(991),
                owed: units(990),
            },
        );
        assert!(world
            .withdraw(token, world.attacker, units(990))
            .unwrap()
            .is_success());
    }
}

#[test]
fn a_transfer_that_fails_leaves_the_message_to_be_processed_later() {
    for build in Build::BOTH {
        let mut world = world(build);
        let token = world.token(Fixture::RefusingToken, "OLD", 0, units(100)).unwrap();
        open(&mut world, build, token);
        world.deposit(world.user, token, units(100)).unwrap();
        world
            .must(
                world.user,
                token,
                &IToken::setRefusingCall { refusing: true },
                "a setting",
            )
            .unwrap();
        let message = world.message(token, world.user, units(60));
        world.attest(&message).unwrap();
        let failed = world.process(world.user, &message).unwrap();
        assert_refused(&failed, &IBridge::TransferFailed { asset: token });
        assert_eq!(
            world
                .view(world.bridge, &IBridge::owedCall { asset: token })
                .unwrap(),
            units(100)
        );
        world
            .must(
                world.user,
                token,
                &IToken::setRefusingCall { refusing: false },
                "a setting",
            )
            .unwrap();
        assert!(world.process(world.user, &message).unwrap().is_success());
    }
}

#[test]
fn an_address_without_code_is_no_token() {
    for build in Build::BOTH {
        let mut world = world(build);
        let nothing = Address::repeat_byte(0x99);
        open(&mut world, build, nothing);
        let call = IBridge::depositCall {
            asset: nothing,
            amount: units(5),
            recipient: world.user,
        };
        let receipt = world.send(world.user, world.bridge, &call).unwrap();
        assert_refused(&receipt, &IBridge::NotAToken { asset: nothing });
    }
}

/// The call that processes a message again, from inside its own payment.
fn process_input(message: &e2e::bridge::Message) -> Vec<u8> {
    IBridge::processCall {
        nonce: message.nonce,
        asset: message.asset,
        recipient: message.recipient,
        amount: message.amount,
    }
    .abi_encode()
}

#[test]
fn a_recipient_of_eth_cannot_re_enter() {
    for build in Build::BOTH {
        let mut world = world(build);
        open(&mut world, build, ETH);
        world.deposit(world.user, ETH, units(100)).unwrap();
        let recipient = world
            .chain
            .create(world.attacker, Fixture::Recipient.creation_code())
            .unwrap();
        let first = world.message(ETH, recipient, units(30));
        let second = world.message(ETH, recipient, units(30));
        world.attest(&first).unwrap();
        world.attest(&second).unwrap();
        let callback = IToken::setCallbackCall {
            target: world.bridge,
            data: process_input(&second).into(),
        };
        world
            .must(world.attacker, recipient, &callback, "a callback")
            .unwrap();
        assert!(world.process(world.attacker, &first).unwrap().is_success());
        assert_eq!(world.chain.balance(recipient).unwrap(), units(30));
        assert!(!world.view(recipient, &IToken::lastSucceededCall {}).unwrap());
        let returned = world.view(recipient, &IToken::lastReturnedCall {}).unwrap();
        assert_eq!(
            returned[..],
            alloy_sol_types::SolError::abi_encode(&IBridge::Reentered {})[..]
        );
        // The lock does not outlive the call.
        assert!(world.process(world.attacker, &second).unwrap().is_success());
        assert_eq!(world.chain.balance(recipient).unwrap(), units(60));
    }
}

#[test]
fn a_token_that_calls_back_cannot_re_enter_by_another_door() {
    for build in Build::BOTH {
        let mut world = world(build);
        let token = world
            .token(Fixture::CallbackToken, "HOOK", 18, units(1_000))
            .unwrap();
        open(&mut world, build, token);
        open(&mut world, build, ETH);
        // From inside a withdrawal, a deposit; from inside a deposit, a withdrawal.
        world.deposit(world.user, token, units(500)).unwrap();
        let deposit = IBridge::depositCall {
            asset: token,
            amount: units(1),
            recipient: world.attacker,
        };
        let callback = |data: Vec<u8>, target| IToken::setCallbackCall {
            target,
            data: data.into(),
        };
        let bridge = world.bridge;
        world
            .must(
                world.attacker,
                token,
                &callback(deposit.abi_encode(), bridge),
                "a callback",
            )
            .unwrap();
        assert!(world
            .withdraw(token, world.attacker, units(10))
            .unwrap()
            .is_success());
        assert!(!world.view(token, &IToken::lastSucceededCall {}).unwrap());

        let message = world.message(token, world.attacker, units(10));
        world.attest(&message).unwrap();
        world
            .must(
                world.user,
                token,
                &callback(process_input(&message), bridge),
                "a callback",
            )
            .unwrap();
        assert!(world.deposit(world.user, token, units(5)).unwrap().is_success());
        assert!(!world.view(token, &IToken::lastSucceededCall {}).unwrap());
        assert_eq!(
            world.view(bridge, &IBridge::owedCall { asset: token }).unwrap(),
            units(495)
        );
    }
}

#[test]
fn a_recipient_that_refuses_eth_hurts_only_itself() {
    for build in Build::BOTH {
        let mut world = world(build);
        open(&mut world, build, ETH);
        world.deposit(world.user, ETH, units(100)).unwrap();
        let recipient = world
            .chain
            .create(world.attacker, Fixture::Recipient.creation_code())
            .unwrap();
        world
            .must(
                world.attacker,
                recipient,
                &IToken::setRefusingCall { refusing: true },
                "a setting",
            )
            .unwrap();
        let message = world.message(ETH, recipient, units(30));
        world.attest(&message).unwrap();
        let refused = world.process(world.attacker, &message).unwrap();
        assert_refused(&refused, &IBridge::TransferFailed { asset: ETH });
        assert!(world.withdraw(ETH, world.user, units(100)).unwrap().is_success());
    }
}

#[test]
fn the_unguarded_build_has_no_guards_to_call() {
    let mut world = world(Build::Unguarded);
    let call = IBridgeGuarded::pauseCall { group: 0, secs: 60 };
    assert!(!world
        .send(world.guardian, world.bridge, &call)
        .unwrap()
        .is_success());
    let call = IBridgeGuarded::configureBucketCall {
        asset: ETH,
        capacity: units(1),
        refillSecs: 60,
    };
    assert!(!world
        .send(world.governor, world.bridge, &call)
        .unwrap()
        .is_success());
}

#[test]
fn input_that_is_no_call_changes_nothing() {
    for build in Build::BOTH {
        let mut world = world(build);
        let bridge = world.bridge;
        let before = or_skip!(world.chain.fingerprint(bridge));
        for input in [vec![], vec![1], vec![0xff; 4], vec![0xff; 1_000], {
            let mut truncated = IBridge::depositCall {
                asset: ETH,
                amount: units(1),
                recipient: world.user,
            }
            .abi_encode();
            truncated.truncate(50);
            truncated
        }] {
            let receipt = world.transact(world.deployer, bridge, input, U256::ZERO).unwrap();
            assert!(!receipt.is_success());
            assert!(receipt.logs.is_empty());
        }
        assert_eq!(world.chain.fingerprint(bridge).unwrap(), before);
    }
}
