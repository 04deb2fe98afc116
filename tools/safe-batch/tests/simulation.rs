//! What `simulate` refuses, and what it says of calls whose contracts it does not know. The node is a real one, over HTTP; where it has to say nonsense,
//! something between it and the command does.

#[path = "support/node.rs"]
mod node;
#[allow(dead_code)] // Of the suite of the other commands.
mod support;

use node::{post, Node};
use serde_json::{json, Value as Json};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use support::{edited, refused, run, stderr, written, CONTRACT, SAFE};

/// Stores 7 at key 1, emits an event without topics, and returns.
const STORES: &str = "0x600760015560006000a000";
/// Reverts with nothing.
const REVERTS: &str = "0x60006000fd";

/// A node on which the Safe and the contract that batches are for have code.
fn started() -> Node {
    let node = Node::start();
    node.rpc("anvil_setCode", json!([SAFE, REVERTS]));
    node.rpc("anvil_setCode", json!([CONTRACT, STORES]));
    node.rpc("anvil_setBalance", json!([SAFE, "0x64"]));
    node.rpc("evm_mine", json!([]));
    node
}

/// Reads a request's body.
fn body_of(stream: &mut TcpStream) -> Option<String> {
    let mut read = Vec::new();
    let mut byte = [0];
    while !read.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).ok()?;
        read.push(byte[0]);
    }
    let head = String::from_utf8(read).ok()?.to_lowercase();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length:"))?;
    let mut body = vec![0; length.trim().parse().ok()?];
    stream.read_exact(&mut body).ok()?;
    String::from_utf8(body).ok()
}

/// An endpoint in front of a node that answers one method in its own way: with this result, or, when it is text that is no JSON, with that.
fn spoiled(node: &Node, method: &'static str, answer: &'static str) -> String {
    spoiled_from(node, method, 0, answer)
}

/// The same, after some answers to the method that are the node's.
fn spoiled_from(node: &Node, method: &'static str, good: usize, answer: &'static str) -> String {
    let behind = node.node.address();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/a-key", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let mut seen = 0;
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let Some(body) = body_of(&mut stream) else {
                continue;
            };
            let asked: Json = serde_json::from_str(&body).unwrap();
            let mut told = post(behind, &body);
            if asked["method"] == method {
                seen += 1;
                if seen > good {
                    told = match serde_json::from_str::<Json>(answer) {
                        Ok(result) => {
                            json!({ "jsonrpc": "2.0", "id": asked["id"], "result": result }).to_string()
                        }
                        Err(_) => answer.to_owned(),
                    };
                }
            }
            let head = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                told.len()
            );
            let _ = stream.write_all(format!("{head}{told}").as_bytes());
        }
    });
    url
}

fn batch(name: &str) -> String {
    written(name, &["lift", "1"]);
    support::path(name).to_str().unwrap().to_owned()
}

#[test]
fn a_call_of_any_contract_is_simulated_and_the_node_stays_as_it_was() {
    let node = started();
    let before = node.rpc("anvil_dumpState", json!([]));
    let simulation = run(&[
        "simulate",
        "--from",
        SAFE,
        "--to",
        CONTRACT,
        "--data",
        "0x01020304",
        "--value",
        "9",
        "--endpoint",
        &node.url(),
    ]);
    let told = String::from_utf8(simulation.stdout.clone()).unwrap();
    assert_eq!(
        simulation.status.code(),
        Some(1),
        "nobody knows what the call is: {told}"
    );
    for line in [
        "Simulated on block ".to_owned(),
        ". Nothing is sent.\n".to_owned(),
        "1. UNKNOWN CALL, nothing says what it does.".to_owned(),
        "\n1. Succeeds, with ".to_owned(),
        format!("   Event of {CONTRACT}: an event that is not known: topics [], data 0x\n"),
        format!("What changes of {CONTRACT}, key: before -> after:\n   0x{:064x}: 0x{:064x} -> 0x{:064x}\n", 1, 0, 7),
        "   ETH: 0 ETH (0 of the smallest unit) -> 0.000000000000000009 ETH (9 of the smallest unit)\n".to_owned(),
        "   ETH: 0.0000000000000001 ETH (100 of the smallest unit) -> 0.000000000000000091 ETH (91 of the smallest unit)\n".to_owned(),
        "- Transaction 1 sends 9 wei.\n".to_owned(),
    ] {
        assert!(told.contains(&line), "{line}\n{told}");
    }
    assert_eq!(node.rpc("anvil_dumpState", json!([])), before);

    let too_much = run(&[
        "simulate",
        "--from",
        SAFE,
        "--to",
        CONTRACT,
        "--value",
        "101",
        "--endpoint",
        &node.url(),
    ]);
    assert_eq!(too_much.status.code(), Some(1));
    assert!(String::from_utf8(too_much.stdout)
        .unwrap()
        .contains("\n1. FAILS: "));
}

#[test]
fn what_stands_nowhere_or_is_no_hub_is_something_to_look_at() {
    let node = started();
    let file = batch("no-hub");
    let simulation = run(&["simulate", &file, "--endpoint", &node.url()]);
    let told = String::from_utf8(simulation.stdout).unwrap();
    assert_eq!(simulation.status.code(), Some(1));
    assert!(
        told.contains(&format!("- {CONTRACT} answers nothing that a hub answers.\n")),
        "{told}"
    );
    node.rpc("anvil_setCode", json!([CONTRACT, "0x"]));
    node.rpc("anvil_setCode", json!([SAFE, "0x"]));
    node.rpc("evm_mine", json!([]));
    let simulation = run(&["simulate", &file, "--endpoint", &node.url()]);
    let told = String::from_utf8(simulation.stdout).unwrap();
    assert_eq!(simulation.status.code(), Some(1));
    for line in [
        format!("- Nothing stands at {SAFE}: there is no Safe on this chain.\n"),
        format!("- Nothing stands at {CONTRACT}: call 1 succeeds there and does nothing.\n"),
        "NO WORD OF STORAGE AND NO BALANCE CHANGES.\n".to_owned(),
    ] {
        assert!(told.contains(&line), "{line}\n{told}");
    }
}

#[test]
fn a_past_block_is_simulated_on_as_it_was_and_an_unknown_one_is_refused() {
    let node = started();
    let number = node.rpc("eth_blockNumber", json!([]));
    let number = u64::from_str_radix(&number.as_str().unwrap()[2..], 16).unwrap();
    node.rpc("anvil_setCode", json!([CONTRACT, REVERTS]));
    node.rpc("evm_mine", json!([]));
    let simulate = |block: u64| {
        let url = node.url();
        run(&[
            "simulate",
            "--from",
            SAFE,
            "--to",
            CONTRACT,
            "--endpoint",
            &url,
            "--block",
            &block.to_string(),
        ])
    };
    let then = String::from_utf8(simulate(number).stdout).unwrap();
    assert!(
        then.starts_with(&format!("Simulated on block {number} (0x")),
        "{then}"
    );
    assert!(then.contains("\n1. Succeeds, with "), "{then}");
    let now = String::from_utf8(simulate(number + 1).stdout).unwrap();
    assert!(now.contains("\n1. FAILS: no reason is given\n"), "{now}");
    refused(&simulate(number + 1_000), "does not know the block");
}

#[test]
fn a_batch_that_is_not_for_this_chain_or_delegates_is_refused() {
    let node = started();
    let url = node.url();
    let file = batch("for-one");
    let elsewhere = edited("elsewhere", &file, |json| json["chainId"] = "1".into());
    refused(
        &run(&["simulate", &elsewhere, "--endpoint", &url]),
        "it is for chain 1 and the endpoint is of chain 42161",
    );
    refused(
        &run(&["simulate", &file, "--endpoint", &url, "--chain-id", "1"]),
        "it is for chain 42161 and not for 1",
    );
    refused(
        &run(&["simulate", &file, "--endpoint", &url, "--contract", SAFE]),
        &format!("transaction 1 calls {CONTRACT} and not {SAFE}"),
    );
    for operation in [json!(1), json!("1"), json!(2), json!(true)] {
        let text = std::fs::read_to_string(&file).unwrap();
        let mut json: Json = serde_json::from_str(&text).unwrap();
        json["transactions"][0]["operation"] = operation;
        json["meta"]["checksum"] = safe_batch::checksum::checksum(&json).to_string().into();
        let delegates = support::file("delegates", &json.to_string());
        let sentence = "a delegatecall would run another's code as the Safe itself";
        refused(&run(&["simulate", &delegates, "--endpoint", &url]), sentence);
        refused(&run(&["describe", &delegates]), sentence);
    }
    let call = edited("a-call", &file, |json| {
        json["transactions"][0]["operation"] = 0.into()
    });
    assert_eq!(run(&["describe", &call]).status.code(), Some(0));
    let nobody = edited("nobodys", &file, |json| {
        json["meta"]["createdFromSafeAddress"] = "".into()
    });
    refused(
        &run(&["simulate", &nobody, "--endpoint", &url]),
        "nobody says which Safe it is: give --from",
    );
    refused(
        &run(&[
            "simulate",
            "--from",
            SAFE,
            "--to",
            CONTRACT,
            "--value",
            "1.5",
            "--endpoint",
            &url,
        ]),
        "--value is not a whole number of wei",
    );
}

#[test]
fn an_endpoint_that_is_none_is_refused_and_its_key_is_not_told() {
    let file = batch("endpoints");
    let closed = {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap()
    };
    for (url, sentence) in [
        (
            format!("http://{closed}/a-key"),
            format!("the endpoint {closed} does not answer eth_chainId: "),
        ),
        ("nonsense".to_owned(), "the endpoint is no address".to_owned()),
        (
            "ws://127.0.0.1:1/a-key".to_owned(),
            "the endpoint is reached by 'ws', which is not spoken here".to_owned(),
        ),
        (
            "file:///etc".to_owned(),
            "the endpoint is reached by 'file'".to_owned(),
        ),
    ] {
        let output = run(&["simulate", &file, "--endpoint", &url]);
        refused(&output, &sentence);
        assert!(!stderr(&output).contains("a-key"), "{}", stderr(&output));
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn answers_that_are_none_are_refused_and_never_taken_for_zero() {
    let node = started();
    let file = batch("garbage");
    for (method, answer, sentence) in [
        ("eth_chainId", "\"42161\"", "answers what is none, for eth_chainId: '\\\"42161\\\"'"),
        ("eth_chainId", "\"0x\"", "answers what is none, for eth_chainId"),
        ("eth_chainId", "\"0x+1\"", "answers what is none, for eth_chainId"),
        ("eth_chainId", "null", "answers what is none, for eth_chainId: 'null'"),
        ("eth_chainId", "<html>a-key</html>", "does not answer eth_chainId"),
        ("eth_getBlockByNumber", "null", "does not know the block"),
        ("eth_getBlockByNumber", "[]", "answers what is none, for number of a block"),
        (
            "eth_getBlockByNumber",
            "{\"number\":\"0x1\",\"hash\":\"0x1111111111111111111111111111111111111111111111111111111111111111\"}",
            "it is no chain of Arbitrum's",
        ),
        ("eth_getBalance", "\"0x\"", "answers what is none, for eth_getBalance"),
        ("eth_getBalance", "true", "answers what is none, for eth_getBalance: 'true'"),
        ("eth_getTransactionCount", "\"0x10000000000000000\"", "answers what is none, for eth_getTransactionCount"),
        ("eth_getCode", "\"0x1\"", "answers what is none, for eth_getCode"),
        ("eth_getCode", "null", "answers what is none, for eth_getCode"),
        ("eth_call", "\"0x12\"", "the chain's arbOSVersion() cannot be read: it returns 0x12, which is no answer"),
        ("eth_call", "\"0x\"", "the chain's arbOSVersion() cannot be read"),
        ("eth_call", "7", "answers what is none, for eth_call: '7'"),
    ] {
        let output = run(&["simulate", &file, "--endpoint", &spoiled(&node, method, answer)]);
        refused(&output, sentence);
        assert!(output.stdout.is_empty(), "{method} {answer}");
        assert!(!stderr(&output).contains("/a-key"), "{}", stderr(&output));
    }
    // A word of storage is asked for by SSTORE.
    for answer in ["\"0x\"", "\"0x0\"", "null", "\"zero\""] {
        let url = spoiled(&node, "eth_getStorageAt", answer);
        let output = run(&["simulate", "--from", SAFE, "--to", CONTRACT, "--endpoint", &url]);
        refused(&output, "answers what is none, for eth_getStorageAt");
        assert!(output.stdout.is_empty(), "{answer}");
    }
}

#[test]
fn a_block_that_is_another_at_the_end_is_refused() {
    let node = started();
    let other = "{\"hash\":\"0x1111111111111111111111111111111111111111111111111111111111111111\"}";
    let url = spoiled_from(&node, "eth_getBlockByNumber", 1, other);
    let output = run(&["simulate", "--from", SAFE, "--to", CONTRACT, "--endpoint", &url]);
    refused(
        &output,
        "than at the start: the chain was reorganised, or nodes answer that disagree; try again",
    );
    assert!(output.stdout.is_empty());
}
