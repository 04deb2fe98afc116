//! Stylus programs, as `cargo stylus` deploys them.
mod common;

use common::{word, Client, ALICE, NOBODY};
use embedded_chain::init_code_for;
use serde_json::{json, Value};

const ARB_WASM: &str = "0x0000000000000000000000000000000000000071";
const DEPLOYER: &str = "0xcecba2f1dc234f70dd89f2041029807f8d03a990";
const ETHER: &str = "0xde0b6b3a7640000";

/// A program that returns its input, and fails when there is none.
const ECHO: &str = r#"(module
    (import "vm_hooks" "read_args" (func $read_args (param i32)))
    (import "vm_hooks" "write_result" (func $write_result (param i32 i32)))
    (import "vm_hooks" "pay_for_memory_grow" (func (param i32)))
    (memory (export "memory") 1)
    (func (export "user_entrypoint") (param $size i32) (result i32)
        (call $read_args (i32.const 0))
        (call $write_result (i32.const 0) (local.get $size))
        (i32.eqz (local.get $size))))"#;

fn program() -> Vec<u8> {
    stylus_vm::code::compress(&wat::parse_str(ECHO).unwrap())
}

fn hex(bytes: &[u8]) -> String {
    alloy_primitives::hex::encode(bytes)
}

/// `deploy(bytecode, initData, initValue, salt)`.
fn deploy_data(init_data: &[u8], salt: u64) -> String {
    let bytes = |data: &[u8]| {
        let mut encoded = word(data.len() as u64)[2..].to_owned();
        encoded.push_str(&hex(data));
        encoded.push_str(&"0".repeat(encoded.len().next_multiple_of(64) - encoded.len()));
        encoded
    };
    let bytecode = bytes(&init_code_for(&program()));
    let second = 128 + bytecode.len() as u64 / 2;
    let head: String = [128, second, 0, salt]
        .iter()
        .map(|n| word(*n)[2..].to_owned())
        .collect();
    format!("0xa9a8e4e9{head}{bytecode}{}", bytes(init_data))
}

async fn call(client: &Client, to: &Value, data: &str) -> Value {
    client
        .ask("eth_call", json!([{"to": to, "data": data}, "latest"]))
        .await
}

#[tokio::test]
async fn a_check_asks_for_activation_with_overrides() {
    let client = Client::start().await;
    let data = format!("0x58c780c2{}", &word(0xaa)[2..]);
    let overrides = json!({
        ALICE: { "balance": ETHER },
        NOBODY: { "code": format!("0x{}", hex(&program())) },
    });
    let request = json!([{"from": ALICE, "to": ARB_WASM, "data": data, "value": ETHER}, "latest", overrides]);
    let answer = client.ask("eth_call", request).await;
    let answer = answer.as_str().unwrap();
    assert_eq!(answer.len(), 2 + 128);
    assert_ne!(answer[2..66], word(0)[2..], "the version of Stylus");
    client.stop().await;
}

#[tokio::test]
async fn a_program_is_deployed_activated_and_called() {
    let client = Client::start().await;
    let program = client.deploy(&init_code_for(&program()).to_string()).await;
    let error = client
        .refusal("eth_call", json!([{"to": program, "data": "0x01"}]))
        .await;
    assert!(
        error["message"].as_str().unwrap().contains("ProgramNotActivated"),
        "{error}"
    );
    let data = format!("0x58c780c2{:0>64}", &program[2..]);
    let receipt = client
        .send(json!({"from": ALICE, "to": ARB_WASM, "data": data, "value": ETHER}))
        .await;
    assert_eq!(receipt["status"], "0x1");
    assert_eq!(
        call(&client, &json!(program), "0x68656c6c6f").await,
        "0x68656c6c6f"
    );
    client.stop().await;
}

#[tokio::test]
async fn a_program_with_a_constructor_goes_through_the_deployer() {
    let client = Client::start().await;
    let send = |init_data: &[u8], salt: u64| {
        client.send(
            json!({"from": ALICE, "to": DEPLOYER, "data": deploy_data(init_data, salt), "value": ETHER}),
        )
    };
    let receipt = send(b"hello", 0).await;
    assert_eq!(receipt["status"], "0x1");
    let log = receipt["logs"].as_array().unwrap().last().unwrap();
    // ContractDeployed(address)
    assert_eq!(
        log["topics"][0],
        "0x8ffcdc15a283d706d38281f500270d8b5a656918f555de0913d7455e3e6bc1bf"
    );
    let program = json!(format!("0x{}", &log["data"].as_str().unwrap()[26..]));
    assert_eq!(call(&client, &program, "0x0102").await, "0x0102");
    // What activation and constructor left over came back.
    assert_eq!(
        client.ask("eth_getBalance", json!([DEPLOYER, "latest"])).await,
        "0x0"
    );
    // The same code again, at an address that its salt decides, needs no activation.
    let again = send(b"hello", 7).await;
    assert_eq!(again["status"], "0x1");
    assert_eq!(again["logs"].as_array().unwrap().len(), 1);
    client.stop().await;
}

#[tokio::test]
async fn the_deployer_says_what_is_wrong() {
    let client = Client::start().await;
    let empty = format!(
        "0xa9a8e4e9{}",
        [128, 160, 0, 0, 0, 0]
            .map(|n: u64| word(n)[2..].to_owned())
            .concat()
    );
    let error = client
        .refusal(
            "eth_call",
            json!([{"from": ALICE, "to": DEPLOYER, "data": empty}]),
        )
        .await;
    let selector = |signature: &str| hex(&alloy_primitives::keccak256(signature)[..4]);
    assert_eq!(error["data"], format!("0x{}", selector("EmptyBytecode()")));
    // Less than activation costs.
    let request = json!([{"from": ALICE, "to": DEPLOYER, "data": deploy_data(b"x", 0)}]);
    assert_eq!(client.refusal("eth_call", request).await["code"], 3);
    client.stop().await;
}

#[tokio::test]
async fn activation_survives_a_dump() {
    let (here, there) = (Client::start().await, Client::start().await);
    let receipt = here
        .send(json!({"from": ALICE, "to": DEPLOYER, "data": deploy_data(b"x", 0), "value": ETHER}))
        .await;
    let log = receipt["logs"].as_array().unwrap().last().unwrap();
    let program = json!(format!("0x{}", &log["data"].as_str().unwrap()[26..]));
    let dump = here.ask("anvil_dumpState", json!([])).await;
    there.ask("anvil_loadState", json!([dump])).await;
    assert_eq!(call(&there, &program, "0x0102").await, "0x0102");
    here.stop().await;
    there.stop().await;
}

#[tokio::test]
async fn the_cache_manager_caches_a_program_for_whoever_bids() {
    const MANAGER: &str = "0x51dedbd2f190e0696afbee5e60bfde96d86464ec";
    const CACHE: &str = "0x0000000000000000000000000000000000000072";
    let client = Client::start().await;
    let selector = |signature: &str| hex(&alloy_primitives::keccak256(signature)[..4]);
    let ask =
        |to: &'static str, data: String| client.ask("eth_call", json!([{"to": to, "data": data}, "latest"]));
    let managers = ask(CACHE, format!("0x{}", selector("allCacheManagers()"))).await;
    assert_eq!(
        managers,
        format!("{}{}{:0>64}", word(32), &word(1)[2..], &MANAGER[2..])
    );

    let program = client.deploy(&init_code_for(&program()).to_string()).await;
    let about = |signature: &str| format!("0x{}{:0>64}", selector(signature), &program[2..]);
    let bid = json!({"from": ALICE, "to": MANAGER, "data": about("placeBid(address)"), "value": "0x5"});
    // One that is not active has no size.
    assert_eq!(client.refusal("eth_call", json!([bid])).await["code"], 3);
    client
        .send(
            json!({"from": ALICE, "to": ARB_WASM, "data": about("activateProgram(address)"), "value": ETHER}),
        )
        .await;
    assert_eq!(ask(MANAGER, about("getMinBid(address)")).await, word(0));
    let receipt = client.send(bid.clone()).await;
    assert_eq!(receipt["status"], "0x1");
    // UpdateProgramCache by the precompile, InsertBid by the manager.
    let from: Vec<_> = receipt["logs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|log| &log["address"])
        .collect();
    assert_eq!(from, [CACHE, MANAGER]);
    let code = client.ask("eth_getCode", json!([program, "latest"])).await;
    let code: alloy_primitives::Bytes = code.as_str().unwrap().parse().unwrap();
    let code_hash = hex(alloy_primitives::keccak256(&code).as_slice());
    let cached = format!("0x{}{code_hash}", selector("codehashIsCached(bytes32)"));
    assert_eq!(ask(CACHE, cached).await, word(1));
    let error = client.refusal("eth_call", json!([bid])).await;
    assert_eq!(
        error["data"],
        format!("0x{}{code_hash}", selector("AlreadyCached(bytes32)"))
    );
    let size = ask(
        ARB_WASM,
        format!("0x{}{code_hash}", selector("codehashAsmSize(bytes32)")),
    )
    .await;
    assert_ne!(size, word(0));
    assert_eq!(ask(MANAGER, format!("0x{}", selector("queueSize()"))).await, size);
    client.stop().await;
}

#[tokio::test]
async fn an_upgrade_of_stylus_stops_every_program_until_it_is_activated_again() {
    let client = Client::start().await;
    let program = client.deploy(&init_code_for(&program()).to_string()).await;
    let activate = json!({
        "from": ALICE,
        "to": ARB_WASM,
        "data": format!("0x58c780c2{:0>64}", &program[2..]),
        "value": ETHER,
    });
    assert_eq!(client.send(activate.clone()).await["status"], "0x1");
    let asked = json!([{"to": program, "data": "0x01"}, "latest"]);
    assert_eq!(client.ask("eth_call", asked.clone()).await, "0x01");
    // stylusVersion()
    let version = json!([{"to": ARB_WASM, "data": "0xa996e0c2"}, "latest"]);
    let before = client.ask("eth_call", version.clone()).await;
    let before = u64::from_str_radix(&before.as_str().unwrap()[2..], 16).unwrap();
    let set = |to: u64| json!([format!("{to:#x}")]);
    assert_eq!(
        client.ask("portcullis_setStylusVersion", set(before + 1)).await,
        Value::Null
    );
    assert_eq!(client.ask("eth_call", version).await, word(before + 1));
    let error = client.refusal("eth_call", asked.clone()).await;
    assert!(
        error["message"].as_str().unwrap().contains("ProgramNeedsUpgrade"),
        "{error}"
    );
    assert_eq!(client.send(activate).await["status"], "0x1");
    assert_eq!(client.ask("eth_call", asked).await, "0x01");
    let error = client.refusal("portcullis_setStylusVersion", set(1 << 16)).await;
    assert_eq!(error["code"], -32602);
    client.stop().await;
}
