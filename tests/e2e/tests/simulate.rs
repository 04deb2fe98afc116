//! What `safe-batch simulate` says of a batch, and what then comes of it when the Safe carries it out: the real contracts of both, over HTTP.

#[allow(dead_code)] // Of the suite that this world is of.
#[path = "safe/multisig.rs"]
mod multisig;
#[allow(dead_code)]
#[path = "safe/world.rs"]
mod world;

use alloy_primitives::{hex, Address, Bytes, U256};
use e2e::hub::{IHub, IHubGovernance};
use multisig::{Multisig, SafeTransaction, Version};
use serde_json::{json, Value as Json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::{Command, Output};
use world::{World, EXECUTOR};

const ETH: Address = Address::ZERO;
const HOUR: u64 = 3_600;
const DAY: u64 = 24 * HOUR;
/// Where a Safe counts its transactions.
const NONCE_SLOT: u64 = 5;

type Words = BTreeMap<U256, (U256, U256)>;

async fn safe_batch(arguments: Vec<String>) -> Output {
    let run = move || {
        Command::new(env!("CARGO_BIN_EXE_e2e-safe-batch"))
            .args(arguments)
            .output()
            .unwrap()
    };
    tokio::task::spawn_blocking(run).await.unwrap()
}

fn text(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

/// Writes a batch of these acts for a Safe.
async fn written(world: &World, safe: &Multisig, contract: Address, name: &str, acts: &[&str]) -> String {
    let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("simulate");
    std::fs::create_dir_all(&directory).unwrap();
    let (from, out) = (
        directory.join(format!("{name}.acts")),
        directory.join(format!("{name}.json")),
    );
    std::fs::write(&from, acts.join("\n")).unwrap();
    let out = out.to_str().unwrap().to_owned();
    let arguments = [
        "write",
        "--from",
        from.to_str().unwrap(),
        "--chain-id",
        &world.chain_id.to_string(),
        "--safe",
        &safe.address.to_string(),
        "--contract",
        &contract.to_string(),
        "--out",
        &out,
    ];
    let told = safe_batch(arguments.map(str::to_owned).to_vec()).await;
    assert!(told.status.success(), "{}", text(&told));
    out
}

/// The Safe's transaction that the Transaction Builder makes of a file.
fn transaction(world: &World, contract: Address, file: &str) -> SafeTransaction {
    let json: Json = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let calls: Vec<Vec<u8>> = json["transactions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|call| hex::decode(call["data"].as_str().unwrap()).unwrap())
        .collect();
    let batcher = world.safe.contracts["MultiSendCallOnly"].address;
    SafeTransaction::batch(batcher, contract, &calls)
}

async fn simulate(world: &World, file: &str, more: &[&str]) -> Output {
    let url = world.url();
    let mut arguments = vec!["simulate", file, "--endpoint", &url];
    arguments.extend(more);
    safe_batch(arguments.into_iter().map(str::to_owned).collect()).await
}

/// The words of storage that a simulation says will change, by account.
fn said(text: &str) -> BTreeMap<Address, Words> {
    let mut all = BTreeMap::new();
    for part in text.split("\nWhat changes of ").skip(1) {
        let (address, lines) = part.split_once(',').unwrap();
        let words = lines.lines().filter_map(|line| {
            let (key, change) = line.trim().split_once(": 0x")?;
            let (before, after) = change.split_once(" -> ")?;
            let number = |text: &str| text.trim_start_matches("0x").parse::<Hex>().unwrap().0;
            Some((number(key), (number(before), number(after))))
        });
        let words: Words = words.collect();
        all.insert(address.parse().unwrap(), words);
    }
    all
}

struct Hex(U256);

impl std::str::FromStr for Hex {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        U256::from_str_radix(text, 16).map(Self).map_err(|_| ())
    }
}

/// The node's whole state.
async fn dump(world: &World) -> Json {
    let dump: Bytes = world.raw("anvil_dumpState", json!([])).await;
    serde_json::from_slice(&dump).unwrap()
}

fn storage(dump: &Json, account: &str) -> BTreeMap<U256, U256> {
    serde_json::from_value(dump["accounts"][account]["storage"].clone()).unwrap_or_default()
}

/// The words that differ between two dumps, by account.
fn changed(before: &Json, after: &Json) -> BTreeMap<Address, Words> {
    let accounts = |dump: &Json| {
        dump["accounts"]
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect::<BTreeSet<_>>()
    };
    let mut all = BTreeMap::new();
    for account in &accounts(before) | &accounts(after) {
        let (old, new) = (storage(before, &account), storage(after, &account));
        let keys: BTreeSet<U256> = old.keys().chain(new.keys()).copied().collect();
        let word = |storage: &BTreeMap<U256, U256>, key| storage.get(key).copied().unwrap_or_default();
        let words: Words = keys
            .iter()
            .map(|key| (*key, (word(&old, key), word(&new, key))))
            .filter(|(_, (before, after))| before != after)
            .collect();
        if !words.is_empty() {
            all.insert(account.parse().unwrap(), words);
        }
    }
    all
}

/// Simulates a batch at the very second at which the Safe then executes it; what was said, after it was compared with what has become.
async fn simulated_and_done(
    world: &World,
    safe: &Multisig,
    contract: Address,
    name: &str,
    acts: &[&str],
) -> String {
    let file = written(world, safe, contract, name, acts).await;
    let before = dump(world).await;
    let simulation = simulate(world, &file, &["--after", "1h"]).await;
    let told = text(&simulation);
    assert_eq!(simulation.status.code(), Some(0), "{told}");
    assert_eq!(
        dump(world).await["accounts"],
        before["accounts"],
        "simulating changes nothing"
    );

    let block: Json = world.raw("eth_getBlockByNumber", json!(["latest", false])).await;
    let time: U256 = serde_json::from_value(block["timestamp"].clone()).unwrap();
    let at = time.to::<u64>() + HOUR;
    let _: Json = world.raw("evm_setNextBlockTimestamp", json!([at])).await;
    let mined = world
        .execute(safe, [0, 1], &transaction(world, contract, &file))
        .await;
    assert_eq!(mined.timestamp, at);

    let mut real = changed(&before, &dump(world).await);
    let own = real.remove(&safe.address).unwrap();
    assert_eq!(
        own.keys().copied().collect::<Vec<_>>(),
        [U256::from(NONCE_SLOT)],
        "its nonce alone"
    );
    assert_eq!(said(&told), real, "{told}");
    assert!(!real.is_empty());
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_simulation_says_will_change_is_exactly_what_then_changes() {
    for version in Version::ALL {
        let world = World::start(version).await;
        let hub = world.deploy_hub().await;
        let name = |step: &str| format!("{}-{step}", version.name());
        let (guardian, governor) = (world.guardian.address, world.governor.address);

        let acts = [
            "configure-guardians 30d 2d 1d 6d 60d 20d",
            &format!("assign 2 {guardian} {EXECUTOR}"),
            &format!("configure-bucket {ETH} 1000 1h"),
            "set-delay 2d",
        ];
        let told = simulated_and_done(&world, &world.governor, hub, &name("set-up"), &acts).await;
        for line in [
            "1. Succeeds, with ",
            "4. Succeeds, with ",
            &format!("   Event of {hub}: BucketConfigured: asset ETH ({ETH}), previous capacity 0 ETH (0 of the smallest unit), previous refill secs 0 seconds, capacity 0.000000000000001 ETH (1000 of the smallest unit), refill secs 1 hour, "),
            &format!("   Event of {hub}: DelayChanged: previous secs 0 seconds, secs 2 days\n"),
            &format!("\nWhat the hub {hub} says of itself:\n"),
            "   delay(): 0 seconds -> 2 days\n",
            &format!("   available(ETH ({ETH})): 0 ETH (0 of the smallest unit) -> 0.000000000000001 ETH (1000 of the smallest unit)\n"),
            &format!("guardian {guardian}, fallback {EXECUTOR}, "),
            &format!("Beside that the Safe {governor} counts its nonce up"),
        ] {
            assert!(told.contains(line), "{line}\n{told}");
        }

        let told = simulated_and_done(
            &world,
            &world.guardian,
            hub,
            &name("freeze"),
            &["pause 2 frozen 6h"],
        )
        .await;
        assert!(
            told.contains("   state(group 2): state closed, until none -> state frozen, until 20"),
            "{told}"
        );
        assert!(told.contains(&format!(
            "Restricted: group 2, by {guardian}, role guardian, from closed, to frozen,"
        )));
        // The same again cannot be done, and the reason is the hub's.
        let file = written(
            &world,
            &world.guardian,
            hub,
            &name("again"),
            &["pause 2 frozen 8h"],
        )
        .await;
        let again = simulate(&world, &file, &[]).await;
        assert_eq!(again.status.code(), Some(1));
        let refused = format!("1. FAILS: GuardianSpent: group 2, caller {guardian}\n");
        assert!(text(&again).contains(&refused), "{}", text(&again));

        let told = simulated_and_done(
            &world,
            &world.governor,
            hub,
            &name("lift"),
            &["lift 2", "rearm 2"],
        )
        .await;
        assert!(told.contains("-> state half-open, until 20"), "{told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_loosens_fails_until_its_delay_is_over_and_a_simulation_sees_it_then() {
    let world = World::start(Version::V1_4_1).await;
    let hub = world.deploy_hub().await;
    let governor = &world.governor;
    let acts = [&format!("configure-bucket {ETH} 1000 1h"), "set-delay 2d"];
    simulated_and_done(&world, governor, hub, "loosen-set-up", &acts).await;

    let larger = format!("configure-bucket {ETH} 2000 1h");
    let acts = [&format!("set-guardian {EXECUTOR}"), larger.as_str()];
    let file = written(&world, governor, hub, "loosen", &acts).await;
    let before = dump(&world).await;
    let refused = simulate(&world, &file, &[]).await;
    let told = text(&refused);
    assert_eq!(refused.status.code(), Some(1), "{told}");
    assert!(
        told.contains("1. Succeeds, with ") && told.contains("2. FAILS: OperationNotReady: operation 0x"),
        "{told}"
    );
    assert!(told.contains("\nNOTHING CHANGES: call 2 fails, and the batch with it.\n"));
    assert!(told.contains("- Call 2 fails, so that nothing of the batch happens.\n"));
    assert!(said(&told).is_empty());
    assert_eq!(dump(&world).await["accounts"], before["accounts"]);

    let schedule = format!("--schedule {larger}");
    let told = simulated_and_done(&world, governor, hub, "loosen-schedule", &[&schedule]).await;
    assert!(
        told.contains("Event of ") && told.contains("OperationScheduled: operation 0x"),
        "{told}"
    );
    // It was scheduled one hour after the block before: from two days on, and for 14 more.
    for (after, works) in [
        (0, false),
        (2 * DAY - 1, false),
        (2 * DAY, true),
        (16 * DAY - 1, true),
        (16 * DAY, false),
    ] {
        let simulation = simulate(&world, &file, &["--after", &after.to_string()]).await;
        let told = text(&simulation);
        assert_eq!(
            simulation.status.code(),
            Some(i32::from(!works)),
            "{after} {told}"
        );
        assert_eq!(
            told.contains("(2000 of the smallest unit), refill secs 1 hour, "),
            works,
            "{after} {told}"
        );
    }
    // A year later the hub's program has expired, and so it fails in a fork.
    let expired = text(&simulate(&world, &file, &["--after", "366d"]).await);
    assert!(
        expired.contains("1. FAILS: ProgramExpired: its age is "),
        "{expired}"
    );
    assert!(
        expired.contains(&format!("- {hub} answers nothing that a hub answers.\n")),
        "{expired}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_no_role_is_refused_by_the_hub_in_a_simulation_too() {
    let world = World::start(Version::V1_5_0).await;
    let hub = world.deploy_hub().await;
    let guardian = world.guardian.address;
    let file = written(&world, &world.guardian, hub, "no-role", &["set-delay 2d"]).await;
    let told = text(&simulate(&world, &file, &[]).await);
    assert!(
        told.contains(&format!("1. FAILS: NotGovernor: caller {guardian}\n")),
        "{told}"
    );
    // And the file is of one Safe, and of one chain.
    let other = simulate(&world, &file, &["--from", &world.governor.address.to_string()]).await;
    assert_eq!(other.status.code(), Some(2));
    assert!(text(&other).contains(&format!("it is for the Safe {guardian} and not for ")));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_wallet_shows_of_a_batch_is_unpacked_and_simulated_as_the_batch() {
    for version in Version::ALL {
        let world = World::start(version).await;
        let hub = world.deploy_hub().await;
        let safe = world.governor.address;
        let acts = [&format!("configure-bucket {ETH} 1000 1h"), "set-delay 2d"];
        let file = written(
            &world,
            &world.governor,
            hub,
            &format!("{}-shown", version.name()),
            &acts,
        )
        .await;
        let whole = text(&simulate(&world, &file, &[]).await);
        let transaction = transaction(&world, hub, &file);
        let (batcher, packed) = transaction.inner();
        let signed = transaction.execute_with(&[1; 130]);
        let url = world.url();
        for (to, data) in [(batcher, packed.to_vec()), (safe, signed)] {
            let data = Bytes::from(data).to_string();
            let arguments = [
                "simulate",
                "--from",
                &safe.to_string(),
                "--to",
                &to.to_string(),
                "--data",
                &data,
                "--endpoint",
                &url,
            ];
            let simulation = safe_batch(arguments.map(str::to_owned).to_vec()).await;
            let told = text(&simulation);
            assert_eq!(said(&told), said(&whole), "{told}");
            assert!(!said(&told).is_empty());
            assert!(
                told.contains("(1) a call of ")
                    && told.contains("[Makes what loosens wait 2 days from then on."),
                "{told}"
            );
        }
        // In a file the same is a plain call of MultiSend, from which the hub takes no orders.
        let mut json: Json = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
        json["transactions"] = json!([{ "to": batcher, "value": "0", "data": packed }]);
        json["meta"]["description"] = "".into();
        json["meta"]["checksum"] = safe_batch::checksum::checksum(&json).to_string().into();
        std::fs::write(&file, json.to_string()).unwrap();
        let plain = simulate(&world, &file, &[]).await;
        assert_eq!(plain.status.code(), Some(1));
        assert!(text(&plain).contains("\n1. FAILS: "), "{}", text(&plain));
        // It is nothing but said: the hub is as it was.
        let available = world.ask(hub, IHub::availableCall { asset: ETH }).await;
        assert_eq!(available, U256::ZERO);
        assert_eq!(world.ask(hub, IHubGovernance::delayCall {}).await, U256::ZERO);
    }
}
