//! A node in the test's own process, and the plainest client there is.
// Each test binary uses its own part.
#![allow(dead_code, missing_docs, unreachable_pub)]

use devnode::{Devnode, Mining, Options};
use serde_json::{json, Value};
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A time at which the test chains stand.
pub const START: u64 = 1_800_000_000;
/// The first development accounts.
pub const ALICE: &str = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266";
pub const BOB: &str = "0x70997970c51812dc3a010c7d01b50e0d17dc79c8";
/// Nobody's account.
pub const NOBODY: &str = "0x00000000000000000000000000000000000000aa";

/// Init code of a contract that reverts with `Error("nope")`.
pub fn refuser() -> String {
    // The runtime writes the error and reverts with its 100 bytes.
    let mut runtime = String::from("7f08c379a0");
    runtime.push_str(&"00".repeat(28));
    runtime.push_str("5f52"); // selector at 0
    runtime.push_str("6020600452"); // offset at 4
    runtime.push_str("6004602452"); // size at 36
    runtime.push_str(&format!("7f6e6f7065{}604452", "00".repeat(28))); // text at 68
    runtime.push_str("60645ffd");
    init_code(&runtime)
}

/// Init code of a contract that stores its call's first word at zero, logs it and returns what was there before.
pub fn keeper() -> String {
    // PUSH0 SLOAD PUSH0 MSTORE; PUSH0 CALLDATALOAD PUSH0 SSTORE;
    // PUSH0 CALLDATALOAD PUSH1 32 MSTORE; PUSH1 7 PUSH1 32 PUSH1 32 LOG1; PUSH1 32 PUSH0 RETURN
    init_code(
        "5f545f525f355f555f3560205260076020 6020a160205ff3"
            .replace(' ', "")
            .as_str(),
    )
}

fn init_code(runtime: &str) -> String {
    let size = runtime.len() / 2;
    // PUSH2 size DUP1 PUSH1 12 PUSH0 CODECOPY PUSH0 RETURN, padded by JUMPDESTs to twelve bytes
    format!("0x61{size:04x}80600c5f395ff35b5b{runtime}")
}

pub fn word(value: u64) -> String {
    format!("0x{value:064x}")
}

pub struct Client {
    pub address: SocketAddr,
    node: Option<Devnode>,
}

impl Client {
    /// A node that mines with each transaction and whose clock stands still.
    pub async fn start() -> Self {
        Self::start_with(Mining::Auto).await
    }

    pub async fn start_with(mining: Mining) -> Self {
        let options = Options {
            mining,
            fixed_time: Some(START),
            ..Options::default()
        };
        let node = Devnode::start(([127, 0, 0, 1], 0).into(), options).await.unwrap();
        Self {
            address: node.address(),
            node: Some(node),
        }
    }

    /// The names of the methods that the node answers.
    pub fn methods(&self) -> Vec<&'static str> {
        self.node.as_ref().unwrap().methods().to_vec()
    }

    /// A node that begins as this one is.
    pub async fn fork(&self) -> Self {
        let here = self.node.as_ref().unwrap();
        let node = here.fork(([127, 0, 0, 1], 0).into()).await.unwrap();
        Self {
            address: node.address(),
            node: Some(node),
        }
    }

    pub async fn stop(mut self) {
        if let Some(node) = self.node.take() {
            node.stop().await;
        }
    }

    /// Sends a body and returns the status and the answer.
    pub async fn post(address: SocketAddr, body: &[u8]) -> (u16, String) {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let head = format!(
            "POST / HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        // The server may answer, and close, before it has read everything.
        let written = stream.write_all(body).await;
        let mut answer = Vec::new();
        let read = stream.read_to_end(&mut answer).await;
        if answer.is_empty() {
            return (0, format!("no answer: written {written:?}, read {read:?}"));
        }
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let status = answer.split(' ').nth(1).and_then(|s| s.parse().ok()).unwrap_or(0);
        let body = answer
            .split_once("\r\n\r\n")
            .map_or(String::new(), |(_, body)| body.to_owned());
        (status, body)
    }

    async fn answer(&self, method: &str, params: Value) -> Value {
        let request = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
        let (status, body) = Self::post(self.address, request.to_string().as_bytes()).await;
        assert_eq!(status, 200, "{method}: {body}");
        serde_json::from_str(&body).unwrap_or_else(|why| panic!("{method}: {why}: {body}"))
    }

    /// The result of a method.
    pub async fn ask(&self, method: &str, params: Value) -> Value {
        let mut answer = self.answer(method, params).await;
        assert!(answer.get("error").is_none(), "{method}: {answer}");
        answer["result"].take()
    }

    /// The error of a method.
    pub async fn refusal(&self, method: &str, params: Value) -> Value {
        let mut answer = self.answer(method, params).await;
        assert!(answer.get("result").is_none(), "{method}: {answer}");
        answer["error"].take()
    }

    /// A transaction of a development account, mined; its receipt.
    pub async fn send(&self, transaction: Value) -> Value {
        let hash = self.ask("eth_sendTransaction", json!([transaction])).await;
        self.ask("eth_getTransactionReceipt", json!([hash])).await
    }

    /// A contract's address.
    pub async fn deploy(&self, init_code: &str) -> String {
        let receipt = self.send(json!({"from": ALICE, "data": init_code})).await;
        assert_eq!(receipt["status"], "0x1", "{receipt}");
        receipt["contractAddress"].as_str().unwrap().to_owned()
    }
}
