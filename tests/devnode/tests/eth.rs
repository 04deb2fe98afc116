//! What ordinary clients do.
mod common;

use common::{keeper, refuser, word, Client, ALICE, BOB, NOBODY, START};
use serde_json::{json, Value};

const ETHER: &str = "0xde0b6b3a7640000";

#[tokio::test]
async fn a_node_says_who_it_is() {
    let client = Client::start().await;
    let ask = |method: &'static str| client.ask(method, json!([]));
    assert_eq!(ask("web3_clientVersion").await, "portcullis-devnode/0.1.0");
    assert_eq!(ask("net_version").await, "412346");
    assert_eq!(ask("eth_chainId").await, "0x64aba");
    assert_eq!(ask("eth_syncing").await, false);
    assert_eq!(ask("eth_blockNumber").await, "0x0");
    assert_eq!(ask("eth_gasPrice").await, "0x5f5e100");
    assert_eq!(ask("eth_maxPriorityFeePerGas").await, "0x0");
    assert_eq!(ask("eth_accounts").await.as_array().unwrap().len(), 10);
    let empty = "0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470";
    assert_eq!(client.ask("web3_sha3", json!(["0x"])).await, empty);
    client.stop().await;
}

#[tokio::test]
async fn value_moves_and_its_receipt_says_so() {
    let client = Client::start().await;
    let receipt = client
        .send(json!({"from": ALICE, "to": NOBODY, "value": ETHER}))
        .await;
    assert_eq!(receipt["status"], "0x1");
    assert_eq!(receipt["type"], "0x2");
    assert_eq!(receipt["gasUsed"], "0x5208");
    assert_eq!(receipt["blockNumber"], "0x1");
    assert_eq!(receipt["from"], ALICE);
    assert_eq!(receipt["l1BlockNumber"], "0x1312d00");
    assert_eq!(receipt["gasUsedForL1"], "0x0");
    let balance = |tag: &'static str| client.ask("eth_getBalance", json!([NOBODY, tag]));
    assert_eq!(balance("latest").await, ETHER);
    assert_eq!(balance("0x0").await, "0x0");
    let block = client.ask("eth_getBlockByNumber", json!(["latest", true])).await;
    assert_eq!(block["l1BlockNumber"], "0x1312d00");
    assert_eq!(block["sendCount"], "0x0");
    assert_eq!(block["timestamp"], format!("{START:#x}"));
    let transaction = &block["transactions"][0];
    assert_eq!(transaction["hash"], receipt["transactionHash"]);
    assert_eq!(transaction["gasPrice"], "0x5f5e100");
    let by_hash = client
        .ask("eth_getTransactionByHash", json!([transaction["hash"]]))
        .await;
    assert_eq!(&by_hash, transaction);
    let by_index = client
        .ask("eth_getTransactionByBlockNumberAndIndex", json!(["0x1", "0x0"]))
        .await;
    assert_eq!(&by_index, transaction);
    let receipts = client.ask("eth_getBlockReceipts", json!(["0x1"])).await;
    assert_eq!(receipts, json!([receipt]));
    let count = client
        .ask("eth_getBlockTransactionCountByNumber", json!(["0x1"]))
        .await;
    assert_eq!(count, "0x1");
    client.stop().await;
}

#[tokio::test]
async fn what_does_not_exist_is_null() {
    let client = Client::start().await;
    let hash = format!("0x{}", "11".repeat(32));
    for (method, params) in [
        ("eth_getTransactionByHash", json!([hash])),
        ("eth_getTransactionReceipt", json!([hash])),
        ("eth_getBlockByHash", json!([hash, false])),
        ("eth_getBlockByNumber", json!(["0x99", false])),
        ("eth_getBlockReceipts", json!(["0x99"])),
        ("eth_getTransactionByBlockNumberAndIndex", json!(["0x0", "0x0"])),
        (
            "eth_getTransactionByBlockNumberAndIndex",
            json!(["0x0", "0xffffffffffffffff"]),
        ),
    ] {
        assert_eq!(client.ask(method, params).await, Value::Null, "{method}");
    }
    let error = client.refusal("eth_getBalance", json!([ALICE, "0x99"])).await;
    assert_eq!(error, json!({"code": -32000, "message": "header not found"}));
    client.stop().await;
}

#[tokio::test]
async fn the_past_can_be_called() {
    let client = Client::start().await;
    let keeper = client.deploy(&keeper()).await;
    client
        .send(json!({"from": ALICE, "to": keeper, "data": word(5)}))
        .await;
    client
        .send(json!({"from": ALICE, "to": keeper, "data": word(6)}))
        .await;
    let call = |block: &'static str| client.ask("eth_call", json!([{"to": keeper, "data": word(9)}, block]));
    assert_eq!(call("latest").await, word(6));
    assert_eq!(call("0x2").await, word(5));
    assert_eq!(call("0x1").await, word(0));
    let slot = |block: &'static str| client.ask("eth_getStorageAt", json!([keeper, "0x0", block]));
    assert_eq!(slot("latest").await, word(6));
    assert_eq!(slot("0x2").await, word(5));
    assert_eq!(client.ask("eth_getCode", json!([keeper, "0x0"])).await, "0x");
    assert_eq!(
        client.ask("eth_getTransactionCount", json!([ALICE, "0x2"])).await,
        "0x2"
    );
    client.stop().await;
}

#[tokio::test]
async fn a_revert_is_an_error_that_clients_decode() {
    let client = Client::start().await;
    let refuser = client.deploy(&refuser()).await;
    for method in ["eth_call", "eth_estimateGas"] {
        let error = client
            .refusal(method, json!([{"from": ALICE, "to": refuser}]))
            .await;
        assert_eq!(error["code"], 3, "{method}");
        assert_eq!(error["message"], "execution reverted: nope");
        let data = error["data"].as_str().unwrap();
        assert!(data.starts_with("0x08c379a0") && data.len() == 202, "{data}");
    }
    // A transaction that reverts is mined all the same.
    let receipt = client
        .send(json!({"from": ALICE, "to": refuser, "gas": "0x186a0"}))
        .await;
    assert_eq!(receipt["status"], "0x0");
    client.stop().await;
}

#[tokio::test]
async fn a_precompiles_typed_error_arrives_as_data() {
    let client = Client::start().await;
    let data = format!("0xd70c0ca7{}", "11".repeat(32));
    let call = json!({"to": "0x0000000000000000000000000000000000000071", "data": data});
    let error = client.refusal("eth_call", json!([call, "latest"])).await;
    assert_eq!(error["code"], 3);
    assert_eq!(error["message"], "execution reverted");
    assert_eq!(error["data"], "0x6f809c4e");
    client.stop().await;
}

#[tokio::test]
async fn a_call_sees_overridden_accounts_and_blocks() {
    let client = Client::start().await;
    let call = |code: &str, more: Value| {
        let overrides = json!({ NOBODY: { "code": code, "balance": "0x7" } });
        let request = json!([{"to": NOBODY}, "latest", overrides, more]);
        client.ask("eth_call", request)
    };
    // SELFBALANCE, TIMESTAMP, NUMBER, COINBASE, each returned as a word
    let returning = |opcode: &str| format!("0x{opcode}5f5260205ff3");
    assert_eq!(call(&returning("47"), json!(null)).await, word(7));
    assert_eq!(call(&returning("42"), json!(null)).await, word(START));
    assert_eq!(call(&returning("42"), json!({"time": "0x77"})).await, word(0x77));
    assert_eq!(
        call(&returning("43"), json!({"number": "0x88"})).await,
        word(0x88)
    );
    let coinbase = json!({ "coinbase": NOBODY });
    assert_eq!(call(&returning("41"), coinbase).await, word(0xaa));
    let storage = json!({ NOBODY: { "code": "0x5f545f5260205ff3", "stateDiff": { word(0): word(3) } } });
    let stored = client
        .ask("eth_call", json!([{"to": NOBODY}, "latest", storage]))
        .await;
    assert_eq!(stored, word(3));
    // Nothing of it stays.
    assert_eq!(client.ask("eth_getCode", json!([NOBODY, "latest"])).await, "0x");
    client.stop().await;
}

#[tokio::test]
async fn an_estimate_is_enough_and_not_much_too_much() {
    let client = Client::start().await;
    let keeper = client.deploy(&keeper()).await;
    let call = json!({"from": ALICE, "to": keeper, "data": word(5)});
    let estimate = client.ask("eth_estimateGas", json!([call])).await;
    let estimate = u64::from_str_radix(&estimate.as_str().unwrap()[2..], 16).unwrap();
    let receipt = client
        .send(json!({"from": ALICE, "to": keeper, "data": word(5), "gas": format!("{estimate:#x}")}))
        .await;
    assert_eq!(receipt["status"], "0x1");
    let used = u64::from_str_radix(&receipt["gasUsed"].as_str().unwrap()[2..], 16).unwrap();
    assert!(
        estimate >= used && estimate < used + used / 10,
        "{estimate} for {used}"
    );
    let transfer = client
        .ask(
            "eth_estimateGas",
            json!([{"from": ALICE, "to": BOB, "value": "0x1"}]),
        )
        .await;
    assert_eq!(transfer, "0x5208");
    client.stop().await;
}

#[tokio::test]
async fn events_are_found_by_block_address_and_topic() {
    let client = Client::start().await;
    let keeper = client.deploy(&keeper()).await;
    for value in 1..=3 {
        client
            .send(json!({"from": ALICE, "to": keeper, "data": word(value)}))
            .await;
    }
    let found = |filter: Value| client.ask("eth_getLogs", json!([filter]));
    let all = found(json!({"fromBlock": "0x0", "address": keeper})).await;
    assert_eq!(all.as_array().unwrap().len(), 3);
    assert_eq!(all[1]["data"], word(2));
    assert_eq!(all[1]["blockNumber"], "0x3");
    assert_eq!(all[1]["logIndex"], "0x0");
    assert_eq!(found(json!({})).await, json!([all[2]]));
    assert_eq!(
        found(json!({"fromBlock": "0x2", "toBlock": "0x3"})).await,
        json!([all[0], all[1]])
    );
    assert_eq!(
        found(json!({"blockHash": all[0]["blockHash"]})).await,
        json!([all[0]])
    );
    assert_eq!(
        found(json!({"fromBlock": "0x0", "topics": [[word(7), word(8)]]})).await,
        all
    );
    assert_eq!(
        found(json!({"fromBlock": "0x0", "topics": [word(8)]})).await,
        json!([])
    );
    assert_eq!(
        found(json!({"fromBlock": "0x0", "address": NOBODY})).await,
        json!([])
    );
    assert_eq!(found(json!({"fromBlock": "0x99"})).await, json!([]));
    let error = client
        .refusal("eth_getLogs", json!([{"fromBlock": "0x3", "toBlock": "0x1"}]))
        .await;
    assert_eq!(error["code"], -32602);
    client.stop().await;
}

#[tokio::test]
async fn a_fee_history_has_one_more_base_fee_than_blocks() {
    let client = Client::start().await;
    client.ask("anvil_mine", json!([4])).await;
    let history = client
        .ask("eth_feeHistory", json!(["0xa", "latest", [20, 50]]))
        .await;
    assert_eq!(history["oldestBlock"], "0x0");
    assert_eq!(history["gasUsedRatio"].as_array().unwrap().len(), 5);
    assert_eq!(history["baseFeePerGas"].as_array().unwrap().len(), 6);
    assert_eq!(history["baseFeePerGas"][5], "0x5f5e100");
    assert_eq!(history["reward"][0], json!(["0x0", "0x0"]));
    client.stop().await;
}

#[tokio::test]
async fn a_call_tracer_shows_the_frames() {
    let client = Client::start().await;
    let keeper = client.deploy(&keeper()).await;
    let receipt = client
        .send(json!({"from": ALICE, "to": keeper, "data": word(5)}))
        .await;
    let tracer = json!({"tracer": "callTracer"});
    let frame = client
        .ask(
            "debug_traceTransaction",
            json!([receipt["transactionHash"], tracer]),
        )
        .await;
    assert_eq!(frame["type"], "CALL");
    assert_eq!(frame["from"], ALICE);
    assert_eq!(frame["to"], keeper);
    assert_eq!(frame["gasUsed"], receipt["gasUsed"]);
    assert_eq!(frame["output"], word(0));
    let call = json!([{"from": ALICE, "to": keeper, "data": word(1)}, "latest", tracer]);
    assert_eq!(client.ask("debug_traceCall", call).await["output"], word(5));
    let with_log = json!({"tracer": "callTracer", "tracerConfig": {"withLog": true}});
    let hash = &receipt["transactionHash"];
    let frame = client
        .ask("debug_traceTransaction", json!([hash, with_log]))
        .await;
    assert_eq!(frame["logs"][0]["topics"], json!([word(7)]));
    assert_eq!(frame["logs"][0]["data"], word(5));
    let error = client
        .refusal("debug_traceTransaction", json!([receipt["transactionHash"]]))
        .await;
    assert_eq!(error["code"], -32004);
    client.stop().await;
}

#[tokio::test]
async fn the_predeployed_contracts_are_there() {
    let client = Client::start().await;
    // A salt of zeros and init code that creates an account with a single STOP.
    let data = format!("0x{}{}", "00".repeat(32), "60015ff3");
    let proxy = "0x4e59b44847b379578588920ca78fbf26c0b4956c";
    let created = client.ask("eth_call", json!([{"to": proxy, "data": data}])).await;
    assert_eq!(created.as_str().unwrap().len(), 42);
    let deployer = "0xcecba2f1dc234f70dd89f2041029807f8d03a990";
    let code = client.ask("eth_getCode", json!([deployer, "latest"])).await;
    assert!(code.as_str().unwrap().len() > 1_000);
    client.stop().await;
}
