//! Requests that no client should send, for every method that there is.
mod common;

use common::{Client, ALICE, NOBODY};
use serde_json::{json, Value};

/// What a server may answer: a method's own errors, and JSON-RPC's. An internal error is a bug.
const INTERNAL_ERROR: i64 = -32_603;

/// Lists of parameters of which no method takes all, and many take none.
fn parameters() -> Vec<Value> {
    let hash = format!("0x{}", "11".repeat(32));
    let deep = (0..100).fold(json!(1), |inner, _| json!([inner]));
    vec![
        json!([]),
        json!(null),
        json!([null]),
        json!([null, null, null, null]),
        json!([true]),
        json!([-1]),
        json!([1.5]),
        json!([1e300]),
        json!([u64::MAX]),
        json!(["0x"]),
        json!(["latest"]),
        json!([""]),
        json!(["\u{0}\u{ffff}🦀"]),
        json!(["x".repeat(100_000)]),
        json!([hash]),
        json!([hash, hash, hash]),
        json!([ALICE]),
        json!([ALICE, NOBODY, ALICE]),
        json!([ALICE, "0x1", {}, [], null]),
        json!([{}]),
        json!([{}, {}, {}]),
        json!([{"from": 7, "to": [], "data": {}}]),
        json!([{"from": ALICE, "data": "0xfe", "gas": "0x7fffffffffffffff"}, "latest", {}]),
        json!([{"fromBlock": {}, "topics": "0x"}]),
        json!([[]]),
        json!([[[], {}]]),
        deep,
        json!(vec![1; 10_000]),
    ]
}

async fn answer(client: &Client, request: &Value) -> Value {
    let (status, body) = Client::post(client.address, request.to_string().as_bytes()).await;
    assert_eq!(status, 200, "{request}");
    serde_json::from_str(&body).unwrap_or_else(|why| panic!("{why}: {body:.200} to {request:.200}"))
}

#[tokio::test]
async fn every_method_answers_every_list_of_parameters_with_a_result_or_an_error() {
    let client = Client::start().await;
    let methods = client.methods();
    assert!(methods.len() > 100, "{}", methods.len());
    for method in methods {
        for params in parameters() {
            let request = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
            let answer = answer(&client, &request).await;
            let error = &answer["error"];
            assert_ne!(error["code"], INTERNAL_ERROR, "{method} {params:.100}: {error}");
            match answer.get("result") {
                Some(_) => assert!(error.is_null(), "{method}: {answer}"),
                None => assert!(
                    error["message"].as_str().is_some_and(|text| !text.is_empty()),
                    "{method}: {answer}"
                ),
            }
        }
    }
    // Something was mined, or reset, or paused on the way; it is a node all the same.
    client.ask("anvil_reset", json!([])).await;
    client.ask("evm_setAutomine", json!([true])).await;
    let receipt = client
        .send(json!({"from": ALICE, "to": NOBODY, "value": "0x1"}))
        .await;
    assert_eq!(receipt["status"], "0x1");
    client.stop().await;
}

#[tokio::test]
async fn methods_that_do_not_exist_are_not_found() {
    let client = Client::start().await;
    for method in [
        "eth_nothing",
        "",
        "eth_Call",
        "rpc.discover",
        "🦀",
        "eth_call\u{0}",
    ] {
        let error = client.refusal(method, json!([])).await;
        assert_eq!(error["code"], -32_601, "{method:?}");
    }
    client.stop().await;
}

#[tokio::test]
async fn requests_of_a_wrong_form_are_invalid_and_ids_come_back_as_they_were() {
    let client = Client::start().await;
    for id in [json!(7), json!("seven"), json!(null), json!(u64::MAX)] {
        let request = json!({"jsonrpc": "2.0", "id": id, "method": "eth_chainId"});
        assert_eq!(answer(&client, &request).await["id"], id);
    }
    let post = |body: &'static str| Client::post(client.address, body.as_bytes());
    for body in [
        r#"{"jsonrpc":"1.0","id":1,"method":"eth_chainId"}"#,
        r#"{"id":1,"method":"eth_chainId"}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":7}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":null}"#,
        r#"[]"#,
    ] {
        let (_, answered) = post(body).await;
        let answered: Value = serde_json::from_str(&answered).unwrap();
        let code = answered["error"]["code"].as_i64();
        assert!(matches!(code, Some(-32_600 | -32_700)), "{body}: {answered}");
    }
    // In a batch what is wrong does not spoil the rest.
    let (_, answered) = post(
        r#"[1, {"jsonrpc":"2.0","id":1,"method":"eth_chainId"}, {}, "x", [], {"jsonrpc":"2.0","id":2,"method":"no"}]"#,
    )
    .await;
    let answers: Vec<Value> = serde_json::from_str(&answered).unwrap();
    assert_eq!(answers.len(), 6, "{answered}");
    let results: Vec<&Value> = answers.iter().filter(|a| a.get("result").is_some()).collect();
    assert_eq!(results.len(), 1);
    assert_eq!(results[0]["result"], "0x64aba");
    client.stop().await;
}

#[tokio::test]
async fn notifications_have_no_effect_and_get_no_answer() {
    let client = Client::start().await;
    let notification = r#"{"jsonrpc":"2.0","method":"evm_mine"}"#;
    // The server writes what it has to say, which is nothing, as null. An identifier of no known form is none.
    let batch = format!("[{notification},{notification}]");
    let nameless = r#"{"jsonrpc":"2.0","id":{},"method":"evm_mine"}"#;
    for body in [notification, nameless, &batch] {
        let (status, body) = Client::post(client.address, body.as_bytes()).await;
        assert_eq!((status, body.as_str()), (200, "null"));
    }
    assert_eq!(client.ask("eth_blockNumber", json!([])).await, "0x0");
    client.stop().await;
}

#[tokio::test]
async fn subscribing_over_http_is_not_supported() {
    let client = Client::start().await;
    for method in ["eth_subscribe", "eth_unsubscribe"] {
        let error = client.refusal(method, json!(["newHeads"])).await;
        assert_eq!(
            error,
            json!({"code": -32_601, "message": "notifications not supported"})
        );
    }
    client.stop().await;
}
