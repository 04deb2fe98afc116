//! The suite on a chain that somebody else started: the development node's own program, in a process of its own, found
//! through the environment as Nitro's would be.

use alloy_primitives::{Bytes, B256, U256, U64};
use e2e::bridge::{IBridge, IBridgeGuarded};
use e2e::or_skip;
use e2e::rpc::{Client, STYLUS_DEPLOYER};
use e2e::tokens::Fixture;
use e2e::world::{refusal, Build, Setup, World, ETH};
use serde_json::{json, Value};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Output, Stdio};

const HOUR: u64 = 3_600;
const DAY: u64 = 24 * HOUR;
/// The first development account's key, which has money on the node.
const KEY: B256 = devnode::DEV_KEYS[0];

fn units(amount: u64) -> U256 {
    U256::from(amount)
}

/// Both builds, tokens, typed refusals, and time, as little of it as can be waited for: on whichever chain is given.
#[test]
fn a_bridge_lives_through_a_short_pause() {
    for build in Build::BOTH {
        let setup = Setup {
            build,
            ..Setup::default()
        };
        let mut world = World::new(&setup).expect("the bridge is deployed");
        let token = world.token(Fixture::Token, "USDC", 6, units(1_000)).unwrap();
        if build == Build::Unguarded {
            assert!(world.deposit(world.user, token, units(900)).unwrap().is_success());
            assert!(world
                .withdraw(token, world.attacker, units(900))
                .unwrap()
                .is_success());
            assert_eq!(world.balance(token, world.attacker).unwrap(), units(900));
            continue;
        }
        world.configure_bucket(ETH, units(2_400), DAY).unwrap();
        assert!(world.deposit(world.user, ETH, units(5_000)).unwrap().is_success());
        let refused = world.withdraw(ETH, world.user, units(2_401)).unwrap();
        let limited = IBridgeGuarded::RateLimited {
            asset: ETH,
            requested: units(2_401),
            available: units(2_400),
            retryAt: u64::MAX,
        };
        assert_eq!(refusal(&refused), Some(limited), "{refused:?}");

        let message = world.message(ETH, world.attacker, units(2_400));
        world.attest(&message).unwrap();
        let before = world.balance(ETH, world.bridge).unwrap();
        let pause = IBridgeGuarded::pauseCall { group: 2, secs: 4 };
        let paused = world
            .must(world.guardian, world.bridge, &pause, "a pause")
            .unwrap();
        let until = world.chain.time_of(&paused).unwrap() + 4;
        let refused = world.process(world.user, &message).unwrap();
        let stopped = IBridgeGuarded::GroupPaused { group: 2, until };
        assert_eq!(refusal(&refused), Some(stopped), "{refused:?}");
        or_skip!(world.chain.move_to(until));
        let paid = world.process(world.user, &message).unwrap();
        assert!(paid.is_success(), "{paid:?}");
        assert_eq!(before - world.balance(ETH, world.bridge).unwrap(), units(2_400));
        let owed = IBridge::owedCall { asset: ETH };
        assert_eq!(world.view(world.bridge, &owed).unwrap(), units(2_600));
    }
}

#[test]
fn an_hour_passes_where_the_clock_can_be_set() {
    let mut world = World::new(&Setup::default()).expect("the bridge is deployed");
    let before = world.chain.now().unwrap();
    or_skip!(world.chain.advance_time(HOUR));
    let after = world.chain.now().unwrap();
    assert!((HOUR..HOUR + 60).contains(&(after - before)), "{before} {after}");
}

/// A node that ends with the test.
struct Node {
    process: Child,
    url: String,
}

impl Node {
    fn start() -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_e2e-devnode"))
            .args(["--port", "0"])
            .stdout(Stdio::piped())
            .spawn()
            .expect("the node is started");
        let lines = BufReader::new(process.stdout.take().expect("a pipe")).lines();
        let url = lines
            .map_while(Result::ok)
            .find_map(|line| Some(line.strip_prefix("Listening on ")?.split(' ').next()?.to_owned()))
            .expect("the node says where it listens");
        Self { process, url }
    }

    fn ask<R>(&self, method: &'static str, params: Value) -> R
    where
        R: serde::de::DeserializeOwned + std::fmt::Debug + Send + Sync + Unpin + 'static,
    {
        let client = Client::connect(&self.url, false).unwrap();
        client.ask(method, params).unwrap()
    }

    fn height(&self) -> u64 {
        self.ask::<U64>("eth_blockNumber", json!([])).to()
    }

    /// Runs the two tests above on this node.
    fn run_tests(&self, plain: &str) -> Output {
        Command::new(std::env::current_exe().expect("the test knows its file"))
            .args([
                "--exact",
                "a_bridge_lives_through_a_short_pause",
                "an_hour_passes_where_the_clock_can_be_set",
            ])
            .env("PORTCULLIS_RPC_URL", &self.url)
            .env("PORTCULLIS_RPC_KEY", KEY.to_string())
            .env("PORTCULLIS_RPC_PLAIN", plain)
            .output()
            .expect("the tests are started")
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // It ended already: as good.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[track_caller]
fn said(output: &Output) -> String {
    let (out, err) = (&output.stdout, &output.stderr);
    let said = format!("{}{}", String::from_utf8_lossy(out), String::from_utf8_lossy(err));
    assert!(output.status.success(), "{said}");
    assert!(said.contains("2 passed; 0 failed"), "{said}");
    said
}

#[test]
fn the_suite_runs_on_a_node_with_standard_methods_alone_and_without_a_deployer() {
    let node = Node::start();
    node.ask::<Value>("anvil_setCode", json!([STYLUS_DEPLOYER, "0x"]));
    let said = said(&node.run_tests("1"));
    let skipped: Vec<&str> = said.lines().filter(|line| line.contains("skipped")).collect();
    assert_eq!(skipped.len(), 1, "{said}");
    let (test, why) = skipped[0].split_once(": ").expect("who, and why");
    assert_eq!(test, "an_hour_passes_where_the_clock_can_be_set");
    let missing = why
        .strip_prefix("skipped on this endpoint: time has to pass by ")
        .and_then(|rest| rest.split(' ').next())
        .and_then(|secs| secs.parse().ok());
    // An hour, less what this machine took to ask.
    let missing: u64 = missing.unwrap_or_else(|| panic!("{said}"));
    assert!((HOUR - 600..=HOUR).contains(&missing), "{said}");
    assert!(node.height() > 30, "the tests ran elsewhere");
    assert!(node
        .ask::<Bytes>("eth_getCode", json!([STYLUS_DEPLOYER, "latest"]))
        .is_empty());
}

#[test]
fn the_suite_runs_on_a_developers_node_and_uses_what_it_has() {
    let node = Node::start();
    let said = said(&node.run_tests(""));
    assert!(!said.contains("skipped"), "{said}");
    assert!(node.height() > 30, "the tests ran elsewhere");
}
