//! A real node of the chain that batches in these tests are for, over HTTP.

use devnode::{Devnode, Options};
use serde_json::{json, Value as Json};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use tokio::runtime::Runtime;

const CHAIN: u64 = 42_161;

pub(crate) struct Node {
    pub(crate) node: Devnode,
    /// What it runs on.
    _runtime: Runtime,
}

impl Node {
    pub(crate) fn start() -> Self {
        let runtime = Runtime::new().unwrap();
        let options = Options {
            chain_id: CHAIN,
            ..Options::default()
        };
        let node = runtime
            .block_on(Devnode::start(([127, 0, 0, 1], 0).into(), options))
            .unwrap();
        Self {
            node,
            _runtime: runtime,
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.node.address())
    }

    pub(crate) fn rpc(&self, method: &str, params: Json) -> Json {
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let answer: Json = serde_json::from_str(&post(self.node.address(), &body.to_string())).unwrap();
        assert!(answer["error"].is_null(), "{answer}");
        answer["result"].clone()
    }
}

/// Hands a body to an HTTP server and returns that of its answer.
pub(crate) fn post(to: SocketAddr, body: &str) -> String {
    let mut stream = TcpStream::connect(to).unwrap();
    let head = format!(
        "POST / HTTP/1.1\r\nHost: node\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(format!("{head}{body}").as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split_once("\r\n\r\n").unwrap().1.to_owned()
}
