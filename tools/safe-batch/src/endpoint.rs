//! An endpoint's JSON-RPC, at one block.
//!
//! # Design
//! - **One block**: it is named by its number in every question, and at the end is looked at again, so that a reorganisation in between, or nodes
//!   behind the endpoint that disagree, are found.
//! - **What is no answer is an error**: a word is 32 bytes, a number has digits, and what is missing is never zero.
//! - **The address of the endpoint is not repeated**: it may hold a key. Only its host is.

use crate::value::quoted;
use alloy_primitives::{Address, Bytes, B256, U256};
use alloy_provider::{network::Ethereum, transport::TransportError, Provider, ProviderBuilder, RootProvider};
use alloy_transport_http::reqwest;
use embedded_chain::{Remote, RemoteAccount, RemoteAnswer, RemoteBlock, RemoteError};
use serde_json::{json, Value as Json};
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};

/// How long an answer may take.
const TIMEOUT: Duration = Duration::from_secs(30);
/// The characters of what an endpoint says that are repeated.
const REPEATED: usize = 300;
/// Geth's code for a call that reverted.
const REVERTED: i64 = 3;

/// An event that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundLog {
    /// Its topics.
    pub topics: Vec<B256>,
    /// Its data.
    pub data: Bytes,
    /// In which block.
    pub block: u64,
    /// At which place of the block.
    pub index: u64,
    /// By which transaction.
    pub transaction: B256,
}

/// An endpoint, and the block that it is asked about.
pub struct Endpoint {
    provider: RootProvider<Ethereum>,
    runtime: Runtime,
    /// The address, which is not to be told.
    url: String,
    host: String,
    block: RemoteBlock,
    hash: B256,
}

impl Endpoint {
    /// Asks an endpoint at `http://…` or `https://…` for its chain and a block, the latest if none is named.
    ///
    /// # Errors
    /// A sentence.
    pub fn pin(url: &str, block: Option<u64>) -> Result<Self, String> {
        let parsed: reqwest::Url = url
            .parse()
            .map_err(|_| "the endpoint is no address: write http://… or https://…".to_owned())?;
        if !matches!(parsed.scheme(), "http" | "https") {
            return Err(format!(
                "the endpoint is reached by {}, which is not spoken here: write http://… or https://…",
                quoted(parsed.scheme())
            ));
        }
        let host = match (parsed.host_str(), parsed.port()) {
            (Some(host), Some(port)) => format!("{host}:{port}"),
            (Some(host), None) => host.to_owned(),
            (None, _) => return Err("the endpoint has no host".to_owned()),
        };
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .map_err(|why| format!("no thread can be started: {why}"))?;
        let mut client = reqwest::Client::builder()
            .timeout(TIMEOUT)
            .connect_timeout(TIMEOUT);
        let bare = host.trim_start_matches('[');
        if ["127.", "localhost", "::1"]
            .iter()
            .any(|name| bare.starts_with(name))
        {
            // A proxy of the environment is for the world outside.
            client = client.no_proxy();
        }
        let client = client
            .build()
            .map_err(|why| format!("HTTP cannot be spoken: {why}"))?;
        let mut endpoint = Self {
            provider: ProviderBuilder::<_, _, Ethereum>::default().connect_reqwest(client, parsed),
            runtime,
            url: url.to_owned(),
            host,
            block: RemoteBlock {
                chain_id: 0,
                number: 0,
                l1_number: 0,
                timestamp: 0,
                base_fee: 0,
                gas_limit: 0,
            },
            hash: B256::ZERO,
        };
        endpoint.begin(block).map_err(|why| why.to_string())?;
        Ok(endpoint)
    }

    fn begin(&mut self, block: Option<u64>) -> Result<(), RemoteError> {
        let chain_id = self.ask("eth_chainId", json!([]))?;
        let chain_id = self.small("eth_chainId", &chain_id)?;
        let wanted = block.map_or(json!("latest"), |number| json!(format!("{number:#x}")));
        let header = self.header(&wanted)?;
        let field = |name: &str| self.small(&format!("{name} of a block"), &header[name]);
        let (number, hash) = (field("number")?, self.hash_of(&header)?);
        if let Some(wanted) = block.filter(|wanted| *wanted != number) {
            return Err(self.endpoint(format!("was asked for block {wanted} and answers with {number}")));
        }
        if header["l1BlockNumber"].is_null() {
            return Err(self.endpoint(
                "has blocks without the number of L1's (l1BlockNumber): it is no chain of Arbitrum's"
                    .to_owned(),
            ));
        }
        self.block = RemoteBlock {
            chain_id,
            number,
            l1_number: field("l1BlockNumber")?,
            timestamp: field("timestamp")?,
            base_fee: field("baseFeePerGas")?,
            gas_limit: field("gasLimit")?,
        };
        self.hash = hash;
        Ok(())
    }

    fn header(&self, block: &Json) -> Result<Json, RemoteError> {
        let header = self.ask("eth_getBlockByNumber", json!([block, false]))?;
        if header.is_null() {
            return Err(self.endpoint(format!("does not know the block {}", quoted(&block.to_string()))));
        }
        Ok(header)
    }

    fn hash_of(&self, header: &Json) -> Result<B256, RemoteError> {
        self.word("the hash of a block", &header["hash"])
    }

    /// The block that everything is read at.
    #[must_use]
    pub fn block(&self) -> RemoteBlock {
        self.block
    }

    /// Its hash.
    #[must_use]
    pub fn hash(&self) -> B256 {
        self.hash
    }

    /// Looks whether the block is still the one of the beginning.
    ///
    /// # Errors
    /// A sentence.
    pub fn still_the_same(&self) -> Result<(), RemoteError> {
        let header = self.header(&self.number())?;
        if self.hash_of(&header)? == self.hash {
            return Ok(());
        }
        Err(self.endpoint(format!(
            "has another block {} than at the start: the chain was reorganised, or nodes answer that disagree; try again",
            self.block.number
        )))
    }

    /// The events of a contract that begin with these topics, from a block on up to the one that everything is read at.
    ///
    /// # Errors
    /// A sentence.
    pub fn logs(&self, address: Address, topics: &[B256], since: u64) -> Result<Vec<FoundLog>, String> {
        let params = json!([{
            "address": address,
            "topics": topics,
            "fromBlock": format!("{since:#x}"),
            "toBlock": self.number(),
        }]);
        let answer = self.ask("eth_getLogs", params).map_err(|why| why.to_string())?;
        let logs = answer.as_array();
        let logs = logs.ok_or_else(|| self.no_answer("eth_getLogs", &answer).to_string())?;
        let read = logs.iter().map(|log| {
            let found = log["topics"].as_array();
            let found = found.ok_or_else(|| self.no_answer("topics of a log", log))?;
            let found: Result<Vec<B256>, _> = found
                .iter()
                .map(|topic| self.word("a topic of a log", topic))
                .collect();
            Ok(FoundLog {
                topics: found?,
                data: self.bytes("data of a log", &log["data"])?,
                block: self.small("blockNumber of a log", &log["blockNumber"])?,
                index: self.small("logIndex of a log", &log["logIndex"])?,
                transaction: self.word("transactionHash of a log", &log["transactionHash"])?,
            })
        });
        let read: Result<Vec<FoundLog>, RemoteError> = read.collect();
        let read = read.map_err(|why| why.to_string())?;
        // Whoever filters less than was asked for is not believed.
        let asked = |log: &FoundLog| log.topics.starts_with(topics);
        Ok(read.into_iter().filter(asked).collect())
    }

    fn number(&self) -> Json {
        json!(format!("{:#x}", self.block.number))
    }

    fn endpoint(&self, why: String) -> RemoteError {
        RemoteError::Endpoint(format!("the endpoint {} {why}", self.host))
    }

    /// Text of others, cut and with nothing in it that a terminal obeys or that is the endpoint's address.
    fn repeated(&self, text: &str) -> String {
        let text = text.replace(&self.url, &self.host);
        let mut bare = text.trim_end_matches('/').to_owned();
        // As reqwest writes it: with a slash after the host.
        bare = bare.replace(&format!("{}/", self.url), &self.host);
        quoted(&bare.chars().take(REPEATED).collect::<String>())
    }

    fn failed(&self, method: &str, error: &TransportError) -> RemoteError {
        match error.as_error_resp() {
            Some(payload) => self.endpoint(format!(
                "refuses {method}: {} (code {})",
                self.repeated(&payload.message),
                payload.code
            )),
            None => {
                let mut why = error.to_string();
                let mut source = std::error::Error::source(error);
                while let Some(cause) = source {
                    let cause_text = cause.to_string();
                    if !why.contains(&cause_text) {
                        why = format!("{why}: {cause_text}");
                    }
                    source = cause.source();
                }
                self.endpoint(format!("does not answer {method}: {}", self.repeated(&why)))
            }
        }
    }

    fn ask(&self, method: &'static str, params: Json) -> Result<Json, RemoteError> {
        let answer = self
            .runtime
            .block_on(self.provider.raw_request::<_, Json>(method.into(), params));
        answer.map_err(|error| self.failed(method, &error))
    }

    fn no_answer(&self, what: &str, answer: &Json) -> RemoteError {
        self.endpoint(format!(
            "answers what is none, for {what}: {}",
            self.repeated(&answer.to_string())
        ))
    }

    /// A number: `0x` and digits.
    fn quantity(&self, what: &str, answer: &Json) -> Result<U256, RemoteError> {
        let digits = answer.as_str().and_then(|text| text.strip_prefix("0x"));
        digits
            .filter(|digits| !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
            .and_then(|digits| U256::from_str_radix(digits, 16).ok())
            .ok_or_else(|| self.no_answer(what, answer))
    }

    fn small(&self, what: &str, answer: &Json) -> Result<u64, RemoteError> {
        u64::try_from(self.quantity(what, answer)?).map_err(|_| self.no_answer(what, answer))
    }

    /// Bytes: `0x` and an even number of digits.
    fn bytes(&self, what: &str, answer: &Json) -> Result<Bytes, RemoteError> {
        let bytes = answer.as_str().and_then(|text| crate::value::bytes(text).ok());
        bytes.ok_or_else(|| self.no_answer(what, answer))
    }

    fn word(&self, what: &str, answer: &Json) -> Result<B256, RemoteError> {
        let bytes = self.bytes(what, answer)?;
        B256::try_from(bytes.as_ref()).map_err(|_| self.no_answer(what, answer))
    }
}

impl Remote for Endpoint {
    fn account(&self, address: Address) -> Result<RemoteAccount, RemoteError> {
        let of = json!([address, self.number()]);
        let balance = self.ask("eth_getBalance", of.clone())?;
        let nonce = self.ask("eth_getTransactionCount", of.clone())?;
        let code = self.ask("eth_getCode", of)?;
        Ok(RemoteAccount {
            balance: self.quantity("eth_getBalance", &balance)?,
            nonce: self.small("eth_getTransactionCount", &nonce)?,
            code: self.bytes("eth_getCode", &code)?,
        })
    }

    fn storage(&self, address: Address, key: U256) -> Result<U256, RemoteError> {
        let of = json!([address, B256::from(key), self.number()]);
        let word = self.ask("eth_getStorageAt", of)?;
        Ok(self.word("eth_getStorageAt", &word)?.into())
    }

    fn call(&self, to: Address, input: Bytes) -> Result<RemoteAnswer, RemoteError> {
        let params = json!([{ "to": to, "data": input }, self.number()]);
        let request = self.provider.raw_request::<_, Json>("eth_call".into(), params);
        match self.runtime.block_on(request) {
            Ok(answer) => Ok(RemoteAnswer::Returned(self.bytes("eth_call", &answer)?)),
            Err(error) => match error.as_error_resp() {
                Some(payload) if payload.code == REVERTED || payload.message.contains("revert") => Ok(
                    RemoteAnswer::Reverted(payload.as_revert_data().unwrap_or_default()),
                ),
                _ => Err(self.failed("eth_call", &error)),
            },
        }
    }
}
