//! Safe's multisig as the guardian and the governor of a bridge and of a patch manager, and as a member of a council: the real contracts of versions 1.4.1 and 1.5.0.
//!
//! Safe's factory is put on the chain by Safe's own transaction, and puts the contracts where they are on every chain.

#[path = "safe/council.rs"]
mod council;
#[allow(dead_code)] // Of simulations.
#[path = "safe/multisig.rs"]
mod multisig;
#[path = "safe/patch.rs"]
mod patch;
#[path = "safe/told.rs"]
mod told;
#[allow(dead_code)] // Of simulations.
#[path = "safe/world.rs"]
mod world;

use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolCall, SolError};
use e2e::bridge::{IBridge, IBridgeGuarded};
use e2e::hub::{IHub, IHubGovernance};
use multisig::{ISafe, SafeTransaction, Version};
use safe_batch::{
    acts::Kind,
    batch::{Batch, Transaction},
    words::Words,
};
use world::{World, EXECUTOR, STRANGER};

const ETH: Address = Address::ZERO;
const WITHDRAWALS: u8 = 2;
const HOUR: u64 = 3_600;
const CAPACITY: u64 = 1_000;

fn pause(secs: u64) -> Vec<u8> {
    let group = WITHDRAWALS;
    IBridgeGuarded::pauseCall { group, secs }.abi_encode()
}

fn unpause() -> Vec<u8> {
    IBridgeGuarded::unpauseCall { group: WITHDRAWALS }.abi_encode()
}

fn configure(capacity: u64) -> Vec<u8> {
    IBridgeGuarded::configureBucketCall {
        asset: ETH,
        capacity: U256::from(capacity),
        refillSecs: HOUR,
    }
    .abi_encode()
}

/// Safe's own errors are Solidity's `Error(string)`.
fn safe_error(code: &str) -> Vec<u8> {
    alloy_sol_types::Revert::from(code).abi_encode()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_contracts_are_byte_for_byte_those_of_the_canonical_deployment() {
    for version in Version::ALL {
        let world = World::start(version).await;
        for (name, contract) in &world.safe.contracts {
            let found = alloy_primitives::keccak256(world.code(contract.address).await);
            assert_eq!(found, contract.code_hash, "{name} {version:?}");
        }
        for multisig in [&world.guardian, &world.governor] {
            let safe = multisig.address;
            assert_eq!(world.ask(safe, ISafe::VERSIONCall {}).await, version.name());
            assert_eq!(world.ask(safe, ISafe::getThresholdCall {}).await, U256::from(2));
            assert_eq!(
                world.ask(safe, ISafe::getOwnersCall {}).await,
                multisig.addresses()
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_of_three_guardians_pause_withdrawals_and_two_of_three_governors_lift_the_pause() {
    for version in Version::ALL {
        let world = World::start(version).await;
        let bridge = world.bridge;
        let governors = [0, 2];
        world
            .execute_as(&world.governor, governors, configure(CAPACITY))
            .await;
        world.deposit(600).await;
        let withdrawal = world.prove_withdrawal(500).await;

        let paused = world.execute_as(&world.guardian, [0, 1], pause(2 * HOUR)).await;
        let until = paused.timestamp + 2 * HOUR;
        let group = WITHDRAWALS;
        assert_eq!(
            world.ask(bridge, IBridgeGuarded::pausedUntilCall { group }).await,
            U256::from(until)
        );
        let refused = world.refusal(EXECUTOR, bridge, withdrawal.clone()).await;
        assert_eq!(refused, IBridgeGuarded::GroupPaused { group, until }.abi_encode());

        let before = world.balance(bridge).await;
        world.execute_as(&world.governor, governors, unpause()).await;
        world.send(EXECUTOR, bridge, withdrawal, 0).await;
        assert_eq!(world.balance(bridge).await, before - U256::from(500));
        let safes = [&world.guardian, &world.governor];
        for (safe, executed) in safes.into_iter().zip([1u64, 2]) {
            assert_eq!(
                world.ask(safe.address, ISafe::nonceCall {}).await,
                U256::from(executed)
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_without_two_owners_signatures_in_order_is_refused_with_safes_own_error() {
    for version in Version::ALL {
        let world = World::start(version).await;
        let safe = &world.guardian;
        let transaction = SafeTransaction::call(world.bridge, pause(HOUR));
        let hash = world.hash(safe, &transaction).await;
        let sign = |owner: usize| safe.sign(owner, hash);
        let stranger = STRANGER.sign(hash);
        // Signatures come in ascending order of their signers.
        let (low, high) = (sign(0), sign(1));
        let around_stranger = if STRANGER.address() < safe.addresses()[0] {
            [stranger, low].concat()
        } else {
            [low, stranger].concat()
        };
        for (signatures, expected, what) in [
            (Vec::new(), "GS020", "none"),
            (low.to_vec(), "GS020", "one"),
            ([low, low].concat(), "GS026", "one, twice"),
            ([high, low].concat(), "GS026", "the wrong order"),
            (around_stranger, "GS026", "a stranger's"),
            ([low, [0; 65]].concat(), "GS021", "a contract's, of nothing"),
        ] {
            let call = transaction.execute_with(&signatures);
            let refused = world.refusal(EXECUTOR, safe.address, call.clone()).await;
            assert_eq!(refused, safe_error(expected), "{what}, {version:?}");
            // Also when it is sent all the same.
            assert!(!world.try_send(EXECUTOR, safe.address, call).await, "{what}");
        }
        // An owner who did not sign for exactly this: another amount of time.
        let other = SafeTransaction::call(world.bridge, pause(HOUR + 1));
        let signatures = [low, high].concat();
        let refused = world
            .refusal(EXECUTOR, safe.address, other.execute_with(&signatures))
            .await;
        assert_eq!(refused, safe_error("GS026"));

        let group = WITHDRAWALS;
        let paused_until = IBridgeGuarded::pausedUntilCall { group };
        assert_eq!(world.ask(world.bridge, paused_until.clone()).await, U256::ZERO);
        // The same signatures, both in order, do it; and only once.
        let call = transaction.execute_with(&signatures);
        let mined = world.send(EXECUTOR, safe.address, call.clone(), 0).await;
        let until = U256::from(mined.timestamp + HOUR);
        assert_eq!(world.ask(world.bridge, paused_until).await, until);
        let refused = world.refusal(EXECUTOR, safe.address, call.clone()).await;
        assert_eq!(refused, safe_error("GS026"), "a replay");
        assert!(!world.try_send(EXECUTOR, safe.address, call).await, "a replay");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn neither_an_owner_alone_nor_the_wrong_safe_has_any_power_over_the_bridge() {
    for version in Version::ALL {
        let world = World::start(version).await;
        let (guardian, owner) = (world.guardian.address, world.guardian.addresses()[0]);
        let refused = world.refusal(owner, world.bridge, pause(HOUR)).await;
        assert_eq!(
            refused,
            IBridgeGuarded::NotGuardian { caller: owner }.abi_encode()
        );

        // The guardian pauses and does not lift.
        world.execute_as(&world.guardian, [1, 2], pause(HOUR)).await;
        let transaction = SafeTransaction::call(world.bridge, unpause());
        let hash = world.hash(&world.guardian, &transaction).await;
        let signatures = world.guardian.sign_all([0, 1], hash);
        let refused = world
            .refusal(EXECUTOR, guardian, transaction.execute_with(&signatures))
            .await;
        let reason = IBridgeGuarded::NotGovernor { caller: guardian }.abi_encode();
        // Version 1.4.1 hides why the call failed, 1.5.0 hands it on.
        let expected = match version {
            Version::V1_4_1 => safe_error("GS013"),
            Version::V1_5_0 => reason,
        };
        assert_eq!(refused, expected, "{version:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_lifts_the_pause_and_changes_the_limit_together_or_not_at_all() {
    for version in Version::ALL {
        for batcher in ["MultiSend", "MultiSendCallOnly"] {
            let world = World::start(version).await;
            let bridge = world.bridge;
            let batcher = world.safe.contracts[batcher].address;
            let bucket = || world.ask(bridge, IBridgeGuarded::bucketCall { asset: ETH });
            let capacity_of = |capacity: u64| (U256::from(capacity), U256::from(HOUR));

            // Nothing is paused, so that half of it fails.
            let both = [configure(CAPACITY), unpause()];
            let batch = SafeTransaction::batch(batcher, bridge, &both);
            let hash = world.hash(&world.governor, &batch).await;
            let signatures = world.governor.sign_all([0, 1], hash);
            let call = batch.execute_with(&signatures);
            let refused = world
                .refusal(EXECUTOR, world.governor.address, call.clone())
                .await;
            let reason = IBridgeGuarded::NotPaused { group: WITHDRAWALS }.abi_encode();
            let expected = match version {
                Version::V1_4_1 => safe_error("GS013"),
                Version::V1_5_0 => reason,
            };
            assert_eq!(refused, expected, "{version:?}");
            assert!(!world.try_send(EXECUTOR, world.governor.address, call).await);
            let limit = bucket().await;
            assert_eq!((limit.capacity, limit.refillSecs), (U256::ZERO, U256::ZERO));

            world.execute_as(&world.guardian, [0, 2], pause(HOUR)).await;
            world.execute(&world.governor, [1, 2], &batch).await;
            let limit = bucket().await;
            assert_eq!((limit.capacity, limit.refillSecs), capacity_of(CAPACITY));
            let group = WITHDRAWALS;
            assert_eq!(
                world.ask(bridge, IBridgeGuarded::pausedUntilCall { group }).await,
                U256::ZERO
            );
            // A withdrawal gets past the pause, to where it is asked what it withdraws.
            let withdrawal = IBridge::processCall {
                nonce: U256::ZERO,
                asset: ETH,
                recipient: EXECUTOR,
                amount: U256::from(1),
            };
            let refused = world.refusal(EXECUTOR, bridge, withdrawal.abi_encode()).await;
            assert_eq!(refused[..4], IBridge::NotAcceptable::SELECTOR);
        }
    }
}

/// A batch for the hub: written to a file with these acts, read back, and its calls.
fn batch(world: &World, hub: Address, lines: &[&str]) -> Vec<Vec<u8>> {
    let act = |line: &&str| {
        let mut words = line.split(' ').map(str::to_owned);
        let act = Kind::Hub.named(&words.next().unwrap()).unwrap();
        Transaction {
            to: hub,
            value: "0".to_owned(),
            data: act.encode_typed(&words.collect::<Vec<_>>()).unwrap().into(),
        }
    };
    let written = Batch {
        chain_id: 1,
        safe: Some(world.governor.address),
        created_at: 0,
        name: "Acts".to_owned(),
        description: String::new(),
        transactions: lines.iter().map(act).collect(),
    };
    let file = written.file(Kind::Hub, &Words::default()).unwrap();
    let read = Batch::read(&file, Kind::Hub).unwrap();
    read.transactions
        .into_iter()
        .map(|transaction| {
            assert_eq!(transaction.to, hub);
            transaction.data.to_vec()
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_safe_executes_the_batches_that_were_written_for_it() {
    for version in Version::ALL {
        let world = World::start(version).await;
        let hub = world.deploy_hub().await;
        let batcher = world.safe.contracts["MultiSendCallOnly"].address;
        let guardian = world.guardian.address;
        let set_up = batch(
            &world,
            hub,
            &[
                "configure-guardians 30d 2d 1d 6d 60d 20d",
                &format!("assign 2 {guardian} {EXECUTOR}"),
                &format!("configure-bucket {ETH} 1000 1h"),
                "set-delay 2d",
            ],
        );
        let all = SafeTransaction::batch(batcher, hub, &set_up);
        world.execute(&world.governor, [0, 1], &all).await;
        let available = world.ask(hub, IHub::availableCall { asset: ETH }).await;
        assert_eq!(available, U256::from(1_000), "{version:?}");
        let assigned = world.ask(hub, IHubGovernance::assignedCall { group: 2 }).await;
        assert_eq!((assigned.guardian_, assigned.fallback_), (guardian, EXECUTOR));

        // The guardian's Safe freezes, and the governor's lifts.
        let freeze = batch(&world, hub, &["pause 2 frozen 1h"]);
        let freeze = SafeTransaction::batch(batcher, hub, &freeze);
        world.execute(&world.guardian, [1, 2], &freeze).await;
        let state = world.ask(hub, IHubGovernance::stateCall { group: 2 }).await;
        assert_eq!(state.state_, 4);
        let lift = SafeTransaction::batch(batcher, hub, &batch(&world, hub, &["lift 2"]));
        world.execute(&world.governor, [0, 2], &lift).await;
        let state = world.ask(hub, IHubGovernance::stateCall { group: 2 }).await;
        assert_eq!(state.state_, 1);

        // What loosens has not waited, and the whole batch fails.
        let larger = batch(
            &world,
            hub,
            &["rearm 2", &format!("configure-bucket {ETH} 2000 1h")],
        );
        let larger = SafeTransaction::batch(batcher, hub, &larger);
        let hash = world.hash(&world.governor, &larger).await;
        let call = larger.execute_with(&world.governor.sign_all([0, 1], hash));
        assert!(!world.try_send(EXECUTOR, world.governor.address, call).await);
        let assigned = world.ask(hub, IHubGovernance::assignedCall { group: 2 }).await;
        assert_eq!(assigned.spent, 1, "nor was anybody armed");
    }
}
