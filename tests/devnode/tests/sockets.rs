//! Connections that misbehave: garbage over WebSockets, requests that never end, subscribers who do not read.
mod common;
#[path = "common/socket.rs"]
mod socket;

use common::{Client, ALICE, NOBODY};
use serde_json::json;
use socket::{Socket, BINARY, CLOSE, PING, PONG, TEXT};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const SOON: Duration = Duration::from_secs(20);

/// The node still answers, over both.
async fn alive(client: &Client) {
    let request = json!({"jsonrpc": "2.0", "id": 1, "method": "eth_chainId"});
    let both = async {
        assert_eq!(client.ask("eth_chainId", json!([])).await, "0x64aba");
        let answer = Socket::open(client.address).await.ask(&request).await.unwrap();
        assert_eq!(answer["result"], "0x64aba");
    };
    tokio::time::timeout(SOON, both)
        .await
        .expect("the node does not answer");
}

#[tokio::test]
async fn garbage_over_a_websocket_ends_that_connection_at_most() {
    let client = Client::start().await;
    let huge = u64::MAX.to_be_bytes();
    for garbage in [
        vec![0; 1_000],
        vec![0xff; 1_000],
        b"GET / HTTP/1.1\r\n\r\n".to_vec(),
        // A frame that is not masked, one that continues nothing, one of a kind that does not exist.
        vec![0x81, 2, b'{', b'}'],
        vec![0x80, 0x80, 0, 0, 0, 0],
        vec![0x83, 0x80, 0, 0, 0, 0],
        // More than fits into any memory is announced.
        [&[0x81, 0xff][..], &huge, &[0; 4], b"{}"].concat(),
        // Text that is none.
        Socket::frame(TEXT, &[0xff, 0xfe]),
        Socket::frame(BINARY, b"\x00\x01"),
        Socket::frame(CLOSE, &[0x03]),
        // A control frame that is too long.
        Socket::frame(PING, &[0; 200]),
    ] {
        let mut socket = Socket::open(client.address).await;
        socket.0.write_all(&garbage).await.unwrap();
        // Some are answered with an error, some with a closed connection; either way within a moment, or it waits for more.
        let mut some = [0; 256];
        let _ = tokio::time::timeout(Duration::from_millis(50), socket.0.read(&mut some)).await;
    }
    alive(&client).await;
    client.stop().await;
}

#[tokio::test]
async fn requests_that_are_none_are_answered_and_the_websocket_stays_open() {
    let client = Client::start().await;
    let mut socket = Socket::open(client.address).await;
    let deep = "[".repeat(100_000);
    for (text, code) in [
        ("", -32_700),
        ("{", -32_700),
        ("nonsense", -32_700),
        (deep.as_str(), -32_700),
        (r#"{"jsonrpc":"2.0","id":1}"#, -32_600),
        (r#"{"jsonrpc":"2.0","id":1,"method":"no"}"#, -32_601),
        (r#"{"jsonrpc":"2.0","id":1,"method":"eth_subscribe"}"#, -32_602),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"eth_subscribe","params":["nothing"]}"#,
            -32_602,
        ),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"eth_subscribe","params":["logs",7]}"#,
            -32_602,
        ),
    ] {
        socket.send(TEXT, text.as_bytes()).await.unwrap();
        let answer = socket.text().await.unwrap();
        assert_eq!(answer["error"]["code"], code, "{text:.60}");
    }
    let unsubscribe = json!({"jsonrpc": "2.0", "id": 2, "method": "eth_unsubscribe", "params": ["0x1"]});
    assert_eq!(socket.ask(&unsubscribe).await.unwrap()["result"], false);
    socket.send(PING, b"are you there").await.unwrap();
    let pong = loop {
        match socket.receive().await.unwrap() {
            (PING, _) => {}
            other => break other,
        }
    };
    assert_eq!(pong, (PONG, b"are you there".to_vec()));
    let request = json!({"jsonrpc": "2.0", "id": 3, "method": "eth_chainId"});
    assert_eq!(socket.ask(&request).await.unwrap()["result"], "0x64aba");
    client.stop().await;
}

#[tokio::test]
async fn half_a_request_keeps_nobody_else_waiting() {
    let client = Client::start().await;
    let mut open = Vec::new();
    for number in 0..200 {
        let mut stream = TcpStream::connect(client.address).await.unwrap();
        let half: &[u8] = match number % 4 {
            0 => b"",
            1 => b"POST / HT",
            2 => b"POST / HTTP/1.1\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{",
            _ => b"GET / HTTP/1.1\r\nupgrade: websocket\r\n",
        };
        stream.write_all(half).await.unwrap();
        open.push(stream);
    }
    for _ in 0..20 {
        let mut socket = Socket::open(client.address).await;
        socket
            .0
            .write_all(&Socket::frame(TEXT, &[b' '; 500])[..100])
            .await
            .unwrap();
        open.push(socket.0);
    }
    alive(&client).await;
    drop(open);
    alive(&client).await;
    client.stop().await;
}

#[tokio::test]
async fn other_requests_over_http_are_refused() {
    let client = Client::start().await;
    let long = format!(
        "GET / HTTP/1.1\r\nhost: x\r\nx: {}\r\n\r\n",
        "y".repeat(1_000_000)
    );
    for (request, status) in [
        ("GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n", "405"),
        ("PUT / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n", "405"),
        ("POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: text/html\r\ncontent-length: 2\r\n\r\n{}", "415"),
        ("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n", "400"),
        ("nonsense\r\n\r\n", "400"),
        (long.as_str(), "431"),
    ] {
        let mut stream = TcpStream::connect(client.address).await.unwrap();
        // It may be refused before all of it is written.
        let _ = stream.write_all(request.as_bytes()).await;
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).await.unwrap();
        let answer = String::from_utf8_lossy(&answer);
        assert_eq!(answer, format!("HTTP/1.1 {status}"), "{request:.60}");
    }
    alive(&client).await;
    client.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn subscribers_who_do_not_read_are_let_go_and_hold_nobody_up() {
    let client = Client::start().await;
    let mut sockets = Vec::new();
    for _ in 0..50 {
        let mut socket = Socket::open(client.address).await;
        for (id, kind) in ["newHeads", "logs", "newPendingTransactions"].iter().enumerate() {
            let request = json!({"jsonrpc": "2.0", "id": id, "method": "eth_subscribe", "params": [kind]});
            let answer = socket.ask(&request).await.unwrap();
            assert!(answer["result"].is_string(), "{answer}");
        }
        sockets.push(socket);
    }
    // More news than any of the buffers on the way holds.
    let mine = async {
        for _ in 0..4 {
            client.ask("anvil_mine", json!(["0x1000"])).await;
            client
                .send(json!({"from": ALICE, "to": NOBODY, "value": "0x1"}))
                .await;
        }
    };
    tokio::time::timeout(3 * SOON, mine)
        .await
        .expect("a subscriber holds the node up");
    assert_eq!(
        client.ask("eth_blockNumber", json!([])).await,
        format!("{:#x}", 4 * 0x1001)
    );
    alive(&client).await;
    drop(sockets);
    alive(&client).await;
    client.stop().await;
}

#[tokio::test]
async fn a_connection_has_only_so_many_subscriptions() {
    let client = Client::start().await;
    let mut socket = Socket::open(client.address).await;
    let request =
        |id: u64| json!({"jsonrpc": "2.0", "id": id, "method": "eth_subscribe", "params": ["newHeads"]});
    for id in 0..256 {
        assert!(socket.ask(&request(id)).await.unwrap()["result"].is_string());
    }
    let refused = socket.ask(&request(256)).await.unwrap();
    assert_eq!(refused["error"]["code"], -32_006, "{refused}");
    client.stop().await;
}
