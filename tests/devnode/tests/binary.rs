//! The program as a person starts it: what it says, and how it ends. And a thousand clients at once, for which it needs a
//! process, and the files that one may have open, for itself.
#[path = "common/socket.rs"]
mod socket;

use serde_json::{json, Value};
use socket::Socket;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{Child, Command};

const DEVNODE: &str = env!("CARGO_BIN_EXE_devnode");
const ALICE: &str = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266";

/// A started node, ended with this value.
struct Running {
    process: Child,
    address: SocketAddr,
    greeting: String,
}

impl Running {
    async fn start(arguments: &[&str]) -> Self {
        let mut process = Command::new(DEVNODE)
            .args(["--port", "0"])
            .args(arguments)
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let mut greeting = String::new();
        loop {
            let line = lines
                .next_line()
                .await
                .unwrap()
                .expect("it greets before it ends");
            greeting.push_str(&line);
            greeting.push('\n');
            if let Some(rest) = line.strip_prefix("Listening on http://") {
                let address = rest.split(' ').next().unwrap().parse().unwrap();
                return Self {
                    process,
                    address,
                    greeting,
                };
            }
        }
    }

    async fn ask(&self, method: &str, params: Value) -> Value {
        let request = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
        let mut answer = Socket::open(self.address).await.ask(&request).await.unwrap();
        assert!(answer.get("error").is_none(), "{method}: {answer}");
        answer["result"].take()
    }

    /// Ends it as ctrl-c does, and returns whether it calls that a success.
    async fn interrupt(mut self) -> bool {
        let id = self.process.id().unwrap().to_string();
        let sent = Command::new("kill").args(["-INT", &id]).status().await.unwrap();
        assert!(sent.success());
        let ended = tokio::time::timeout(Duration::from_secs(20), self.process.wait());
        ended
            .await
            .expect("it ends when it is told to")
            .unwrap()
            .success()
    }
}

/// What it says on standard error when it does not start.
async fn complaint(arguments: &[&str]) -> String {
    let output = Command::new(DEVNODE).args(arguments).output().await.unwrap();
    assert!(!output.status.success(), "{arguments:?}");
    String::from_utf8(output.stderr).unwrap()
}

fn scratch(name: &str) -> PathBuf {
    let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    directory.join(format!("{name}-{}", std::process::id()))
}

#[tokio::test]
async fn it_prints_accounts_with_keys_and_where_it_listens() {
    let node = Running::start(&["--accounts", "2", "--balance", "1.5"]).await;
    for expected in [
        "Accounts, with 1.5 ether each",
        "(0) 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
        "(1) 0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
        "(0) 0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80",
        "Chain 412346 with ArbOS 60",
    ] {
        assert!(node.greeting.contains(expected), "{expected}: {}", node.greeting);
    }
    assert!(!node.greeting.contains("(2)"));
    let accounts = node.ask("eth_accounts", json!([])).await;
    assert_eq!(accounts.as_array().unwrap().len(), 2);
    let balance = node.ask("eth_getBalance", json!([ALICE, "latest"])).await;
    assert_eq!(balance, "0x14d1120d7b160000");
    assert!(node.interrupt().await);
}

#[tokio::test]
async fn a_port_in_use_is_named_in_a_sentence() {
    let node = Running::start(&[]).await;
    let port = node.address.port().to_string();
    let complaint = complaint(&["--port", &port]).await;
    assert!(
        complaint.starts_with("error: cannot listen on 127.0.0.1:"),
        "{complaint}"
    );
    assert!(complaint.contains("in use"), "{complaint}");
    assert!(complaint.contains("--port"), "{complaint}");
}

#[tokio::test]
async fn the_state_is_dumped_at_the_end_and_loaded_again() {
    let file = scratch("state");
    let path = file.to_str().unwrap();
    let node = Running::start(&["--dump", path]).await;
    let paid = json!([{"from": ALICE, "to": "0x00000000000000000000000000000000000000aa", "value": "0x7"}]);
    node.ask("eth_sendTransaction", paid).await;
    assert!(node.interrupt().await);
    let node = Running::start(&["--load", path]).await;
    let balance = json!(["0x00000000000000000000000000000000000000aa", "latest"]);
    assert_eq!(node.ask("eth_getBalance", balance).await, "0x7");
    std::fs::remove_file(file).unwrap();
}

#[tokio::test]
async fn a_file_that_is_no_state_is_named_in_a_sentence() {
    let file = scratch("damaged");
    let path = file.to_str().unwrap();
    for (content, why) in [
        ("", "EOF"),
        ("{", "EOF"),
        ("\u{0}", "expected value"),
        ("{}", "missing field `accounts`"),
        ("[]", "invalid length 0"),
        ("{\"accounts\": {\"0x12\": {}}}", "invalid"),
        (
            "{\"accounts\": {\"0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266\": {\"nonce\": \"x\"}}}",
            "number",
        ),
    ] {
        std::fs::write(&file, content).unwrap();
        let complaint = complaint(&["--port", "0", "--load", path]).await;
        assert!(
            complaint.starts_with(&format!("error: {path} is no state: ")),
            "{content}: {complaint}"
        );
        assert!(complaint.contains(why), "{content}: {complaint}");
        assert_eq!(complaint.trim().lines().count(), 1, "{complaint}");
    }
    std::fs::remove_file(&file).unwrap();
    let complaint = complaint(&["--port", "0", "--load", path]).await;
    assert!(
        complaint.starts_with(&format!("error: cannot read {path}: ")),
        "{complaint}"
    );
}

#[tokio::test]
async fn arguments_that_make_no_sense_are_refused_with_how_to_use_it() {
    for arguments in [
        &["--accounts", "11"][..],
        &["--balance", "much"],
        &["--port", "65536"],
        &["--block-time", "0"],
        &["--block-time", "5", "--no-mining"],
        &["--host", "nowhere"],
        &["--nothing"],
    ] {
        let complaint = complaint(arguments).await;
        assert!(complaint.starts_with("error: "), "{arguments:?}: {complaint}");
        assert!(complaint.contains("--help"), "{arguments:?}: {complaint}");
    }
    let mut help = Command::new(DEVNODE)
        .arg("--help")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut text = String::new();
    help.stdout
        .take()
        .unwrap()
        .read_to_string(&mut text)
        .await
        .unwrap();
    assert!(help.wait().await.unwrap().success());
    for option in [
        "--port",
        "--chain-id",
        "--load",
        "--dump",
        "--block-time",
        "--fixed-time",
        "--silent",
    ] {
        assert!(text.contains(option), "{option}: {text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_websockets_open_at_once_are_all_answered() {
    const CLIENTS: u64 = 1_000;
    let node = Running::start(&[]).await;
    let address = node.address;
    let opened = (0..CLIENTS).map(|id| {
        tokio::spawn(async move {
            let mut socket = Socket::open(address).await;
            let request =
                json!({"jsonrpc": "2.0", "id": id, "method": "eth_subscribe", "params": ["newHeads"]});
            assert!(socket.ask(&request).await.unwrap()["result"].is_string());
            socket
        })
    });
    let mut sockets = Vec::new();
    for socket in opened.collect::<Vec<_>>() {
        sockets.push(socket.await.unwrap());
    }
    // All are there; one of them makes a block, and everyone hears of it.
    let mine = json!({"jsonrpc": "2.0", "id": "mine", "method": "evm_mine"});
    assert_eq!(sockets[0].ask(&mine).await.unwrap()["result"], "0x0");
    let heard = sockets.into_iter().skip(1).map(|mut socket| {
        tokio::spawn(async move {
            let news = tokio::time::timeout(Duration::from_secs(20), socket.text());
            let news = news.await.expect("everyone hears of a block").unwrap();
            assert_eq!(news["params"]["result"]["number"], "0x1");
        })
    });
    for heard in heard.collect::<Vec<_>>() {
        heard.await.unwrap();
    }
    assert!(node.interrupt().await);
}
