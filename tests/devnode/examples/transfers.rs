//! How many plain transfers a second a node takes in through JSON-RPC, ours or another:
//!
//!     transfers URL [TRANSACTIONS] [CLIENTS]
//!
//! Each client has a development account and a connection of its own and sends its next transaction when the last one is
//! answered. The transactions are signed before the clock starts; it stops when the last one is mined. Prints the number.

use alloy_consensus::{SignableTransaction, TxEip1559, TxEnvelope};
use alloy_eips::Encodable2718;
use alloy_network::TxSignerSync;
use alloy_primitives::{hex, Address, TxKind, U256};
use alloy_signer_local::PrivateKeySigner;
use devnode::DEV_KEYS;
use serde_json::{json, Value};
use std::error::Error;
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

type Failure = Box<dyn Error + Send + Sync>;

/// One connection that stays open.
struct Connection {
    stream: BufReader<TcpStream>,
    host: String,
}

impl Connection {
    async fn open(url: &str) -> Result<Self, Failure> {
        let host = url.trim_start_matches("http://").trim_end_matches('/').to_owned();
        let stream = TcpStream::connect(&host).await?;
        stream.set_nodelay(true)?;
        let stream = BufReader::new(stream);
        Ok(Self { stream, host })
    }

    async fn ask(&mut self, method: &str, params: Value) -> Result<Value, Failure> {
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).to_string();
        let request = format!(
            "POST / HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            self.host,
            body.len()
        );
        self.stream.get_mut().write_all(request.as_bytes()).await?;
        let mut size = None;
        loop {
            let mut line = String::new();
            if self.stream.read_line(&mut line).await? == 0 {
                return Err("the node closed the connection".into());
            }
            let line = line.trim_end().to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            if let Some(length) = line.strip_prefix("content-length:") {
                size = Some(length.trim().parse::<usize>()?);
            }
        }
        let mut answer = vec![0; size.ok_or("an answer without a length")?];
        self.stream.read_exact(&mut answer).await?;
        let mut answer: Value = serde_json::from_slice(&answer)?;
        match answer.get("error") {
            None => Ok(answer["result"].take()),
            Some(error) => Err(format!("{method}: {error}").into()),
        }
    }

    async fn number(&mut self, method: &str, params: Value) -> Result<u64, Failure> {
        let answer = self.ask(method, params).await?;
        let text = answer.as_str().ok_or("no number")?;
        Ok(u64::from_str_radix(text.trim_start_matches("0x"), 16)?)
    }
}

/// The transfers of one account, signed.
fn sign(
    signer: &PrivateKeySigner,
    chain_id: u64,
    nonces: std::ops::Range<u64>,
    fee: u64,
) -> Result<Vec<String>, Failure> {
    nonces
        .map(|nonce| {
            let mut transfer = TxEip1559 {
                chain_id,
                nonce,
                gas_limit: 21_000,
                max_fee_per_gas: u128::from(fee),
                max_priority_fee_per_gas: 0,
                to: TxKind::Call(Address::repeat_byte(0xaa)),
                value: U256::from(1),
                ..TxEip1559::default()
            };
            let signature = signer.sign_transaction_sync(&mut transfer)?;
            let envelope = TxEnvelope::from(transfer.into_signed(signature));
            Ok(format!("0x{}", hex::encode(envelope.encoded_2718())))
        })
        .collect()
}

async fn send(url: String, transactions: Vec<String>) -> Result<(), Failure> {
    let mut connection = Connection::open(&url).await?;
    for transaction in transactions {
        connection
            .ask("eth_sendRawTransaction", json!([transaction]))
            .await?;
    }
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let url = arguments
        .next()
        .ok_or("usage: transfers URL [TRANSACTIONS] [CLIENTS]")?;
    let count: u64 = arguments.next().map_or(Ok(2_000), |n| n.parse())?;
    let clients: usize = arguments.next().map_or(Ok(1), |n| n.parse())?;
    if !(1..=DEV_KEYS.len()).contains(&clients) {
        return Err(format!("between one and {} clients", DEV_KEYS.len()).into());
    }
    let mut connection = Connection::open(&url).await?;
    let chain_id = connection.number("eth_chainId", json!([])).await?;
    // Twice the price: it moves on some nodes.
    let fee = 2 * connection.number("eth_gasPrice", json!([])).await?;
    let each = count / clients as u64;
    let mut work = Vec::new();
    let mut ends = Vec::new();
    for key in &DEV_KEYS[..clients] {
        let signer = PrivateKeySigner::from_bytes(key)?;
        let of = json!([signer.address(), "latest"]);
        let first = connection.number("eth_getTransactionCount", of.clone()).await?;
        work.push(sign(&signer, chain_id, first..first + each, fee)?);
        ends.push((of, first + each));
    }
    let begin = Instant::now();
    let senders: Vec<_> = work
        .into_iter()
        .map(|transactions| tokio::spawn(send(url.clone(), transactions)))
        .collect();
    for sender in senders {
        sender.await??;
    }
    for (of, end) in ends {
        while connection.number("eth_getTransactionCount", of.clone()).await? < end {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    let taken = begin.elapsed().as_secs_f64();
    println!("{:.0}", (each * clients as u64) as f64 / taken);
    Ok(())
}
