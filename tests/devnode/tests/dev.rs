//! What only a development node does.
mod common;

use common::{keeper, word, Client, ALICE, BOB, NOBODY, START};
use devnode::Mining;
use serde_json::{json, Value};

#[tokio::test]
async fn a_snapshot_brings_everything_back_once() {
    let client = Client::start().await;
    let keeper = client.deploy(&keeper()).await;
    let snapshot = client.ask("evm_snapshot", json!([])).await;
    client
        .send(json!({"from": ALICE, "to": keeper, "data": word(5)}))
        .await;
    client.ask("evm_increaseTime", json!([100])).await;
    client.ask("evm_mine", json!([])).await;
    assert_eq!(client.ask("eth_blockNumber", json!([])).await, "0x3");
    assert_eq!(client.ask("evm_revert", json!([snapshot])).await, true);
    assert_eq!(client.ask("eth_blockNumber", json!([])).await, "0x1");
    assert_eq!(
        client
            .ask("eth_getStorageAt", json!([keeper, "0x0", "latest"]))
            .await,
        word(0)
    );
    client.ask("evm_mine", json!([])).await;
    let block = client.ask("eth_getBlockByNumber", json!(["latest", false])).await;
    assert_eq!(block["timestamp"], format!("{START:#x}"));
    assert_eq!(client.ask("evm_revert", json!([snapshot])).await, false);
    client.stop().await;
}

#[tokio::test]
async fn a_fork_begins_as_the_node_is_and_goes_its_own_way() {
    let here = Client::start().await;
    let keeper = here.deploy(&keeper()).await;
    let write = |value: u64| json!({"from": ALICE, "to": keeper, "data": word(value)});
    let mined = here.send(write(5)).await;
    let snapshot = here.ask("evm_snapshot", json!([])).await;
    here.ask("evm_increaseTime", json!([100])).await;
    let there = here.fork().await;
    // What was mined, and the clock, are there; snapshots are not.
    let hash = &mined["transactionHash"];
    assert_eq!(there.ask("eth_getTransactionReceipt", json!([hash])).await, mined);
    assert_eq!(there.ask("evm_revert", json!([snapshot])).await, false);
    let later = there.send(write(6)).await;
    let block = there
        .ask("eth_getBlockByNumber", json!([later["blockNumber"], false]))
        .await;
    assert_eq!(block["timestamp"], format!("{:#x}", START + 100));
    let slot = json!([keeper, "0x0", "latest"]);
    assert_eq!(there.ask("eth_getStorageAt", slot.clone()).await, word(6));
    assert_eq!(here.ask("eth_getStorageAt", slot).await, word(5));
    assert_eq!(here.ask("eth_blockNumber", json!([])).await, mined["blockNumber"]);
    here.stop().await;
    there.stop().await;
}

#[tokio::test]
async fn time_moves_when_it_is_told_to() {
    let client = Client::start().await;
    let time = || async {
        client.ask("evm_mine", json!([])).await;
        client.ask("eth_getBlockByNumber", json!(["latest", false])).await["timestamp"].clone()
    };
    let at = |secs: u64| Value::from(format!("{:#x}", START + secs));
    client.ask("evm_increaseTime", json!(["0x64"])).await;
    assert_eq!(time().await, at(100));
    assert_eq!(time().await, at(100));
    client
        .ask("evm_setNextBlockTimestamp", json!([START + 500]))
        .await;
    // TIMESTAMP: calls see it before the block is there.
    let code = json!({ NOBODY: { "code": "0x425f5260205ff3" } });
    let seen = client
        .ask("eth_call", json!([{"to": NOBODY}, "latest", code]))
        .await;
    assert_eq!(seen, word(START + 500));
    assert_eq!(time().await, at(500));
    let error = client.refusal("evm_setNextBlockTimestamp", json!([START])).await;
    assert_eq!(error["code"], -32000);
    client
        .ask("evm_mine", json!([{"timestamp": START + 600, "blocks": 2}]))
        .await;
    client.ask("anvil_mine", json!(["0x3", "0xa"])).await;
    assert_eq!(time().await, at(620));
    assert_eq!(client.ask("eth_blockNumber", json!([])).await, "0x9");
    client.stop().await;
}

#[tokio::test]
async fn accounts_are_set_by_hand() {
    let client = Client::start().await;
    client.ask("anvil_setBalance", json!([NOBODY, "0x7"])).await;
    client.ask("hardhat_setNonce", json!([NOBODY, "0x8"])).await;
    client.ask("anvil_setCode", json!([NOBODY, "0x00"])).await;
    client
        .ask("hardhat_setStorageAt", json!([NOBODY, "0x1", word(9)]))
        .await;
    let ask = |method: &'static str, params: Value| client.ask(method, params);
    assert_eq!(ask("eth_getBalance", json!([NOBODY, "latest"])).await, "0x7");
    assert_eq!(
        ask("eth_getTransactionCount", json!([NOBODY, "latest"])).await,
        "0x8"
    );
    assert_eq!(ask("eth_getCode", json!([NOBODY, "latest"])).await, "0x00");
    assert_eq!(
        ask("eth_getStorageAt", json!([NOBODY, "0x1", "latest"])).await,
        word(9)
    );
    client.stop().await;
}

#[tokio::test]
async fn only_who_is_impersonated_sends_without_a_key() {
    let client = Client::start().await;
    client
        .ask("anvil_setBalance", json!([NOBODY, "0xde0b6b3a7640000"]))
        .await;
    let transfer = json!([{"from": NOBODY, "to": BOB, "value": "0x1"}]);
    let error = client.refusal("eth_sendTransaction", transfer.clone()).await;
    assert!(
        error["message"]
            .as_str()
            .unwrap()
            .starts_with("no signer available"),
        "{error}"
    );
    client.ask("anvil_impersonateAccount", json!([NOBODY])).await;
    let hash = client.ask("eth_sendTransaction", transfer.clone()).await;
    let receipt = client.ask("eth_getTransactionReceipt", json!([hash])).await;
    assert_eq!(receipt["from"], NOBODY);
    assert_eq!(receipt["status"], "0x1");
    client
        .ask("anvil_stopImpersonatingAccount", json!([NOBODY]))
        .await;
    client.refusal("eth_sendTransaction", transfer.clone()).await;
    client.ask("anvil_autoImpersonateAccount", json!([true])).await;
    client.ask("eth_sendTransaction", transfer).await;
    client.stop().await;
}

#[tokio::test]
async fn without_automine_transactions_wait_in_order_of_price() {
    let client = Client::start().await;
    client.ask("evm_setAutomine", json!([false])).await;
    let send = |from: &'static str, nonce: u64, fee: u64| {
        let fee = format!("{fee:#x}");
        let nonce = format!("{nonce:#x}");
        client.ask(
            "eth_sendTransaction",
            json!([{"from": from, "to": NOBODY, "value": "0x1", "gas": "0x5208", "nonce": nonce,
                    "maxFeePerGas": fee, "maxPriorityFeePerGas": "0x0"}]),
        )
    };
    let first = send(ALICE, 0, 200_000_000).await;
    let better = send(BOB, 0, 300_000_000).await;
    let gapped = send(ALICE, 2, 900_000_000).await;
    let status = client.ask("txpool_status", json!([])).await;
    assert_eq!(status, json!({"pending": "0x2", "queued": "0x1"}));
    let content = client.ask("txpool_content", json!([])).await;
    let alice = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
    assert_eq!(content["pending"][alice]["0"]["hash"], first);
    assert_eq!(content["queued"][alice]["2"]["hash"], gapped);
    let waiting = client.ask("eth_getTransactionByHash", json!([first])).await;
    assert_eq!(waiting["blockHash"], Value::Null);
    assert_eq!(
        client.ask("eth_getTransactionReceipt", json!([first])).await,
        Value::Null
    );
    // Pending shows what a block would hold; latest does not.
    let balance = |tag: &'static str| client.ask("eth_getBalance", json!([NOBODY, tag]));
    assert_eq!(balance("pending").await, "0x2");
    assert_eq!(balance("latest").await, "0x0");
    assert_eq!(
        client
            .ask("eth_getTransactionCount", json!([ALICE, "pending"]))
            .await,
        "0x1"
    );
    let pending = client
        .ask("eth_getBlockByNumber", json!(["pending", false]))
        .await;
    assert_eq!(pending["transactions"], json!([better, first]));
    client.ask("evm_mine", json!([])).await;
    let block = client.ask("eth_getBlockByNumber", json!(["latest", false])).await;
    assert_eq!(block["transactions"], json!([better, first]));
    // The gap is filled, and both run.
    let filling = send(ALICE, 1, 200_000_000).await;
    client.ask("evm_mine", json!([])).await;
    let block = client.ask("eth_getBlockByNumber", json!(["latest", false])).await;
    assert_eq!(block["transactions"], json!([filling, gapped]));
    assert_eq!(
        client.ask("eth_getTransactionReceipt", json!([gapped])).await["transactionIndex"],
        "0x1"
    );
    client.stop().await;
}

#[tokio::test]
async fn a_waiting_transaction_is_replaced_for_a_tenth_more_or_dropped() {
    let client = Client::start_with(Mining::Manual).await;
    let transaction = |fee: u64| {
        json!([{"from": ALICE, "to": NOBODY, "value": "0x1", "gas": "0x5208", "nonce": "0x0",
                "gasPrice": format!("{fee:#x}")}])
    };
    let old = client.ask("eth_sendTransaction", transaction(200_000_000)).await;
    let error = client
        .refusal("eth_sendTransaction", transaction(210_000_000))
        .await;
    assert_eq!(error["message"], "replacement transaction underpriced");
    let error = client
        .refusal("eth_sendTransaction", transaction(200_000_000))
        .await;
    assert_eq!(error["message"], "already known");
    let new = client.ask("eth_sendTransaction", transaction(220_000_000)).await;
    assert_eq!(
        client.ask("eth_getTransactionByHash", json!([old])).await,
        Value::Null
    );
    assert_eq!(client.ask("anvil_dropTransaction", json!([new])).await, new);
    client.ask("evm_mine", json!([])).await;
    assert_eq!(
        client.ask("eth_getBalance", json!([NOBODY, "latest"])).await,
        "0x0"
    );
    client.stop().await;
}

#[tokio::test]
async fn with_automine_a_gap_waits_until_it_is_filled() {
    let client = Client::start().await;
    let transaction = |nonce: &str| json!([{"from": ALICE, "to": NOBODY, "value": "0x1", "nonce": nonce}]);
    client.ask("eth_sendTransaction", transaction("0x1")).await;
    assert_eq!(client.ask("eth_blockNumber", json!([])).await, "0x0");
    client.ask("eth_sendTransaction", transaction("0x0")).await;
    assert_eq!(
        client.ask("eth_getBalance", json!([NOBODY, "latest"])).await,
        "0x2"
    );
    let error = client.refusal("eth_sendTransaction", transaction("0x1")).await;
    assert!(
        error["message"].as_str().unwrap().starts_with("nonce too low"),
        "{error}"
    );
    client.stop().await;
}

#[tokio::test]
async fn switching_automine_on_mines_what_waits() {
    let client = Client::start_with(Mining::Manual).await;
    assert_eq!(client.ask("anvil_getAutomine", json!([])).await, false);
    client
        .ask(
            "eth_sendTransaction",
            json!([{"from": ALICE, "to": NOBODY, "value": "0x1"}]),
        )
        .await;
    client.ask("evm_setAutomine", json!([true])).await;
    assert_eq!(
        client.ask("eth_getBalance", json!([NOBODY, "latest"])).await,
        "0x1"
    );
    client.stop().await;
}

#[tokio::test]
async fn blocks_come_by_themselves_at_an_interval() {
    let client = Client::start_with(Mining::Manual).await;
    client.ask("evm_setIntervalMining", json!([1])).await;
    client
        .ask(
            "eth_sendTransaction",
            json!([{"from": ALICE, "to": NOBODY, "value": "0x1"}]),
        )
        .await;
    assert_eq!(
        client.ask("eth_getBalance", json!([NOBODY, "latest"])).await,
        "0x0"
    );
    let mut waited = 0;
    while client.ask("eth_getBalance", json!([NOBODY, "latest"])).await != "0x1" {
        waited += 1;
        assert!(waited < 100, "no block within ten seconds");
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    client.stop().await;
}

#[tokio::test]
async fn filters_report_what_is_new_and_nothing_twice() {
    let client = Client::start().await;
    let keeper = client.deploy(&keeper()).await;
    let logs = client.ask("eth_newFilter", json!([{"address": keeper}])).await;
    let blocks = client.ask("eth_newBlockFilter", json!([])).await;
    let pending = client.ask("eth_newPendingTransactionFilter", json!([])).await;
    let changes = |id: &Value| client.ask("eth_getFilterChanges", json!([id]));
    assert_eq!(changes(&logs).await, json!([]));
    let receipt = client
        .send(json!({"from": ALICE, "to": keeper, "data": word(5)}))
        .await;
    let found = changes(&logs).await;
    assert_eq!(found[0]["transactionHash"], receipt["transactionHash"]);
    assert_eq!(found.as_array().unwrap().len(), 1);
    assert_eq!(changes(&blocks).await, json!([receipt["blockHash"]]));
    assert_eq!(changes(&pending).await, json!([receipt["transactionHash"]]));
    for id in [&logs, &blocks, &pending] {
        assert_eq!(changes(id).await, json!([]));
    }
    assert_eq!(client.ask("eth_getFilterLogs", json!([logs])).await, found);
    assert_eq!(
        client.refusal("eth_getFilterLogs", json!([blocks])).await["message"],
        "filter not found"
    );
    assert_eq!(client.ask("eth_uninstallFilter", json!([logs])).await, true);
    assert_eq!(client.ask("eth_uninstallFilter", json!([logs])).await, false);
    assert_eq!(
        client.refusal("eth_getFilterChanges", json!([logs])).await["message"],
        "filter not found"
    );
    client.stop().await;
}

#[tokio::test]
async fn there_are_only_so_many_filters() {
    let client = Client::start().await;
    for _ in 0..1_024 {
        client.ask("eth_newBlockFilter", json!([])).await;
    }
    assert_eq!(
        client.refusal("eth_newBlockFilter", json!([])).await["code"],
        -32005
    );
    client.stop().await;
}

#[tokio::test]
async fn a_dump_loaded_elsewhere_is_the_same_state() {
    let (here, there) = (Client::start().await, Client::start().await);
    let keeper = here.deploy(&keeper()).await;
    here.send(json!({"from": ALICE, "to": keeper, "data": word(5)}))
        .await;
    here.ask("evm_increaseTime", json!([1000])).await;
    here.ask("evm_mine", json!([])).await;
    let dump = here.ask("anvil_dumpState", json!([])).await;
    there.ask("anvil_loadState", json!([dump])).await;
    for (method, params) in [
        ("eth_getCode", json!([keeper, "latest"])),
        ("eth_getStorageAt", json!([keeper, "0x0", "latest"])),
        ("eth_getTransactionCount", json!([ALICE, "latest"])),
        ("eth_getBalance", json!([ALICE, "latest"])),
    ] {
        assert_eq!(
            here.ask(method, params.clone()).await,
            there.ask(method, params).await,
            "{method}"
        );
    }
    let block = there.ask("eth_getBlockByNumber", json!(["latest", false])).await;
    assert_eq!(block["timestamp"], format!("{:#x}", START + 1000));
    assert_eq!(
        there.refusal("anvil_loadState", json!(["0x7b7d"])).await["code"],
        -32602
    );
    here.stop().await;
    there.stop().await;
}

#[tokio::test]
async fn a_node_signs_messages_for_its_accounts_only() {
    let client = Client::start().await;
    let signature = client.ask("eth_sign", json!([ALICE, "0x68656c6c6f"])).await;
    assert_eq!(
        signature,
        client.ask("personal_sign", json!(["0x68656c6c6f", ALICE])).await
    );
    assert_eq!(signature.as_str().unwrap().len(), 132);
    assert_eq!(
        client.refusal("eth_sign", json!([NOBODY, "0x"])).await["code"],
        -32000
    );
    client.stop().await;
}
