//! What clients should not send.
mod common;

use common::{Client, ALICE, NOBODY};
use serde_json::{json, Value};

async fn code_of(client: &Client, body: &[u8]) -> (u16, Value) {
    let (status, answer) = Client::post(client.address, body).await;
    let answer: Value = serde_json::from_str(&answer).unwrap_or(Value::Null);
    (status, answer["error"]["code"].clone())
}

/// The node still answers.
async fn alive(client: &Client) {
    assert_eq!(client.ask("eth_chainId", json!([])).await, "0x64aba");
}

#[tokio::test]
async fn bodies_that_are_no_requests_are_errors() {
    let client = Client::start().await;
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let deep_params = format!(
        "{{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"eth_call\",\"params\":{}{}}}",
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    for (body, code) in [
        ("{", -32700),
        ("", -32700),
        ("nonsense", -32700),
        ("\u{0}\u{1}\u{2}", -32700),
        ("{}", -32700),
        ("\"text\"", -32700),
        ("{\"jsonrpc\":\"2.0\",\"id\":1}", -32600),
        (
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"eth_nothing\"}",
            -32601,
        ),
        (
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"eth_getBalance\",\"params\":{\"a\":1}}",
            -32602,
        ),
        (
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"eth_getBalance\",\"params\":[]}",
            -32602,
        ),
    ] {
        let (_, answered) = code_of(&client, body.as_bytes()).await;
        assert_eq!(answered, code, "{body:?}");
    }
    for body in [deep, deep_params] {
        Client::post(client.address, body.as_bytes()).await;
    }
    Client::post(client.address, &[0xff, 0xfe, 0x00]).await;
    alive(&client).await;
    client.stop().await;
}

#[tokio::test]
async fn parameters_of_the_wrong_kind_are_invalid_params() {
    let client = Client::start().await;
    let hash = format!("0x{}", "11".repeat(32));
    let transaction = json!({"from": ALICE, "to": NOBODY});
    for (method, params) in [
        ("eth_getBalance", json!(["0x12", "latest"])),
        ("eth_getBalance", json!([7, "latest"])),
        ("eth_getBalance", json!([ALICE, "soonest"])),
        ("eth_getBalance", json!([ALICE, {"blockHash": "0x12"}])),
        ("eth_getBalance", json!([ALICE, true])),
        ("eth_getStorageAt", json!([ALICE, "zero", "latest"])),
        (
            "eth_getStorageAt",
            json!([ALICE, format!("0x1{}", "00".repeat(32)), "latest"]),
        ),
        ("eth_getBlockByNumber", json!([hash, false])),
        ("eth_getBlockByNumber", json!(["latest", "yes"])),
        ("eth_getBlockByHash", json!(["0x1", false])),
        ("eth_getTransactionByHash", json!([null])),
        ("eth_getTransactionByBlockNumberAndIndex", json!(["latest", "-1"])),
        ("eth_call", json!([])),
        ("eth_call", json!(["0x"])),
        ("eth_call", json!([{"to": "nobody"}])),
        ("eth_call", json!([{"to": NOBODY, "data": "0x1"}])),
        (
            "eth_call",
            json!([{"to": NOBODY, "data": "0x01", "input": "0x02"}]),
        ),
        ("eth_call", json!([transaction, "latest", 7])),
        ("eth_call", json!([transaction, "latest", {"nobody": {}}])),
        (
            "eth_call",
            json!([transaction, "latest", { NOBODY: {"state": {}, "stateDiff": {}} }]),
        ),
        ("eth_call", json!([transaction, "latest", {}, {"time": "soon"}])),
        (
            "eth_call",
            json!([transaction, "latest", {}, {"number": format!("0x1{}", "00".repeat(8))}]),
        ),
        ("eth_estimateGas", json!([null])),
        ("eth_sendRawTransaction", json!(["zz"])),
        ("eth_sendRawTransaction", json!([])),
        ("eth_sendTransaction", json!([{"to": NOBODY}])),
        ("eth_getLogs", json!([7])),
        ("eth_getLogs", json!([{"topics": ["0x1"]}])),
        ("eth_getLogs", json!([{"topics": [hash, hash, hash, hash, hash]}])),
        ("eth_getLogs", json!([{"blockHash": hash, "fromBlock": "0x1"}])),
        ("eth_feeHistory", json!(["0x5", "latest", [50, 20]])),
        ("eth_feeHistory", json!(["0x5", "latest", [101]])),
        ("eth_newFilter", json!([])),
        ("eth_getFilterChanges", json!(["one"])),
        ("evm_mine", json!([[1]])),
        ("evm_increaseTime", json!([-5])),
        ("evm_setAutomine", json!(["yes"])),
        ("anvil_mine", json!(["0xffffffff"])),
        ("anvil_setBalance", json!([ALICE])),
        ("anvil_loadState", json!([{}])),
        ("debug_traceTransaction", json!([hash, 7])),
        ("web3_sha3", json!(["text"])),
    ] {
        let error = client.refusal(method, params.clone()).await;
        assert_eq!(error["code"], -32602, "{method} {params}: {error}");
    }
    alive(&client).await;
    client.stop().await;
}

#[tokio::test]
async fn raw_transactions_that_are_none_are_refused_with_a_sentence() {
    let client = Client::start().await;
    let large = format!("0x{}", "01".repeat(200_000));
    for (raw, expected) in [
        ("0x", "rlp: no bytes"),
        ("0x00", "rlp: "),
        ("0x02", "rlp: "),
        ("0x02c0", "rlp: "),
        ("0xf8ffffffff", "rlp: "),
        ("0xbfffffffffffffffff", "rlp: "),
        (
            "0x03c0",
            "transaction type not supported: Arbitrum has no transactions with blobs",
        ),
        (
            "0x04c0",
            "transaction type not supported: this chain has no transactions with authorisations (EIP-7702)",
        ),
        ("0x7f00", "rlp: "),
        (large.as_str(), "rlp: oversized data"),
    ] {
        let error = client.refusal("eth_sendRawTransaction", json!([raw])).await;
        let message = error["message"].as_str().unwrap();
        assert!(
            message.starts_with(expected),
            "{}: {message}",
            &raw[..raw.len().min(20)]
        );
    }
    client.stop().await;
}

#[tokio::test]
async fn extreme_numbers_do_no_harm() {
    let client = Client::start().await;
    let most = format!("0x{}", "ff".repeat(32));
    let u64_most = "0xffffffffffffffff";
    for (method, params) in [
        ("eth_call", json!([{"from": ALICE, "to": NOBODY, "value": most}])),
        (
            "eth_call",
            json!([{"from": ALICE, "to": NOBODY, "gas": u64_most, "gasPrice": "0xffffffffffffffffffffffffffffffff"}]),
        ),
        (
            "eth_call",
            json!([{"to": NOBODY}, "latest", {}, {"time": u64_most, "number": u64_most, "baseFee": u64_most}]),
        ),
        (
            "eth_estimateGas",
            json!([{"from": ALICE, "to": NOBODY, "gas": u64_most}]),
        ),
        (
            "eth_sendTransaction",
            json!([{"from": ALICE, "to": NOBODY, "value": most, "gas": u64_most}]),
        ),
        (
            "eth_sendTransaction",
            json!([{"from": ALICE, "to": NOBODY, "nonce": u64_most, "gas": "0x5208"}]),
        ),
        (
            "eth_sendTransaction",
            json!([{"from": ALICE, "to": NOBODY, "gas": "0x0"}]),
        ),
        ("eth_getLogs", json!([{"fromBlock": "0x0", "toBlock": u64_most}])),
        (
            "eth_getLogs",
            json!([{"fromBlock": u64_most, "toBlock": u64_most}]),
        ),
        ("eth_feeHistory", json!([u64_most, "latest", []])),
        ("evm_setNextBlockTimestamp", json!([u64_most])),
        ("evm_increaseTime", json!([u64_most])),
        ("evm_mine", json!([])),
        ("evm_mine", json!([])),
        ("evm_increaseTime", json!([1])),
        ("evm_mine", json!([])),
        ("evm_revert", json!([u64_most])),
        ("anvil_setBalance", json!([ALICE, most])),
        (
            "eth_sendTransaction",
            json!([{"from": "0x70997970c51812dc3a010c7d01b50e0d17dc79c8", "to": ALICE, "value": "0x1"}]),
        ),
        ("anvil_setNonce", json!([ALICE, u64_most])),
        (
            "eth_sendTransaction",
            json!([{"from": ALICE, "to": NOBODY, "value": "0x1"}]),
        ),
        ("eth_getTransactionCount", json!([ALICE, "pending"])),
        ("eth_getStorageAt", json!([ALICE, most, "latest"])),
        ("eth_getFilterChanges", json!([u64_most])),
    ] {
        let request = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
        let (status, body) = Client::post(client.address, request.to_string().as_bytes()).await;
        assert_eq!(status, 200, "{method}");
        assert!(!body.contains("-32603"), "{method}: {body}");
    }
    alive(&client).await;
    client.stop().await;
}

#[tokio::test]
async fn large_bodies_and_batches_are_refused() {
    let client = Client::start().await;
    let (status, _) = Client::post(client.address, &vec![b' '; 33 * 1024 * 1024]).await;
    assert_eq!(status, 413);
    let one = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"eth_chainId\"}";
    let batch = |size: usize| format!("[{}]", vec![one; size].join(","));
    let (_, code) = code_of(&client, batch(1_001).as_bytes()).await;
    assert_eq!(code, -32010);
    let (_, answer) = Client::post(client.address, batch(1_000).as_bytes()).await;
    let answers: Vec<Value> = serde_json::from_str(&answer).unwrap();
    assert_eq!(answers.len(), 1_000);
    assert!(answers.iter().all(|answer| answer["result"] == "0x64aba"));
    client.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_clients_at_once_are_all_answered() {
    let client = Client::start().await;
    let address = client.address;
    let calls = (0..1_000u64).map(|number| {
        tokio::spawn(async move {
            // Adds its number to the chain's: PUSH2 number CHAINID ADD, returned as a word.
            let code = format!("0x61{number:04x}46015f5260205ff3");
            let params = json!([{"to": NOBODY}, "latest", { NOBODY: { "code": code } }]);
            let request = json!({"jsonrpc": "2.0", "id": number, "method": "eth_call", "params": params});
            let (status, body) = Client::post(address, request.to_string().as_bytes()).await;
            assert_eq!(status, 200, "{body}");
            let answer: Value = serde_json::from_str(&body).unwrap();
            assert_eq!(answer["result"], common::word(412_346 + number));
        })
    });
    for call in calls.collect::<Vec<_>>() {
        call.await.unwrap();
    }
    alive(&client).await;
    client.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn senders_at_the_same_time_do_not_disturb_each_other() {
    let client = Client::start().await;
    let address = client.address;
    let sends = (0..200).map(|_| {
        tokio::spawn(async move {
            let params = json!([{"from": ALICE, "to": NOBODY, "value": "0x1"}]);
            let request =
                json!({"jsonrpc": "2.0", "id": 1, "method": "eth_sendTransaction", "params": params});
            let (_, body) = Client::post(address, request.to_string().as_bytes()).await;
            assert!(body.contains("result"), "{body}");
        })
    });
    for send in sends.collect::<Vec<_>>() {
        send.await.unwrap();
    }
    assert_eq!(
        client.ask("eth_getBalance", json!([NOBODY, "latest"])).await,
        "0xc8"
    );
    assert_eq!(
        client
            .ask("eth_getTransactionCount", json!([ALICE, "latest"]))
            .await,
        "0xc8"
    );
    client.stop().await;
}
