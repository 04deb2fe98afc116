//! JSON-RPC, blocking.

use super::error::{RpcError, METHOD_NOT_FOUND};
use alloy_primitives::{Address, Bytes, U256, U64};
use alloy_provider::network::Ethereum;
use alloy_provider::transport::TransportError;
use alloy_provider::{Provider, ProviderBuilder, RootProvider};
use alloy_rpc_client::BatchRequest;
use alloy_transport_http::reqwest;
use serde::de::DeserializeOwned;
use serde::Deserialize;
use serde_json::{json, Value};
use std::fmt::Debug;
use std::sync::OnceLock;
use tokio::runtime::{Builder, Runtime};

/// Where all requests, and the nodes of this process, run.
pub(super) fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| {
        Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .expect("threads can be started, or no test would run")
    })
}

/// What speaks HTTP to nodes on this machine: one for all, because making one may read the system's certificates.
fn local() -> &'static reqwest::Client {
    static LOCAL: OnceLock<reqwest::Client> = OnceLock::new();
    LOCAL.get_or_init(|| {
        // A proxy of the environment is for the world outside.
        let client = reqwest::Client::builder().no_proxy().build();
        client.expect("plain settings are valid")
    })
}

/// A client of one endpoint. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Client {
    provider: RootProvider<Ethereum>,
    url: String,
    plain: bool,
}

#[derive(Debug, Deserialize)]
struct Header {
    timestamp: U64,
}

impl Client {
    /// A client of the endpoint at `http://…`. A plain one has standard methods only, whatever
    /// the endpoint has.
    ///
    /// # Errors
    /// An [`RpcError`] when that is no address.
    pub fn connect(url: &str, plain: bool) -> Result<Self, RpcError> {
        let wrong = |reason: String| RpcError::Address {
            url: url.to_owned(),
            reason,
        };
        let builder = ProviderBuilder::<_, _, Ethereum>::default();
        let provider = if is_loopback_http(url) {
            let Ok(url) = url.parse() else {
                return Err(wrong("it is no URL".to_owned()));
            };
            builder.connect_reqwest(local().clone(), url)
        } else {
            let connected = runtime().block_on(builder.connect(url));
            connected.map_err(|why| wrong(why.to_string()))?
        };
        Ok(Self {
            provider,
            url: url.to_owned(),
            plain,
        })
    }

    /// Where the endpoint is.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Asks for something.
    ///
    /// # Errors
    /// An [`RpcError`] when the node refuses, or does not answer.
    pub fn ask<R>(&self, method: &'static str, params: Value) -> Result<R, RpcError>
    where
        R: DeserializeOwned + Debug + Send + Sync + Unpin + 'static,
    {
        if self.plain && !is_standard(method) {
            return Err(RpcError::Refused {
                method,
                code: METHOD_NOT_FOUND,
                message: "only standard methods are to be used".to_owned(),
                data: None,
            });
        }
        let answer = runtime().block_on(self.provider.raw_request(method.into(), params));
        answer.map_err(|error| of_transport(method, &error))
    }

    /// Asks for several things of one kind in one request.
    ///
    /// # Errors
    /// An [`RpcError`] when the node refuses one of them, or does not answer.
    pub fn ask_all<R>(&self, questions: &[(&'static str, Value)]) -> Result<Vec<R>, RpcError>
    where
        R: DeserializeOwned + Debug + Send + Sync + Unpin + 'static,
    {
        let mut batch = BatchRequest::new(self.provider.client());
        let mut waiting = Vec::with_capacity(questions.len());
        for (method, params) in questions {
            let answer = batch
                .add_call::<_, R>(*method, params)
                .map_err(|error| of_transport(method, &error))?;
            waiting.push((*method, answer));
        }
        runtime().block_on(async {
            let sent = batch.send().await;
            sent.map_err(|error| of_transport("a batch", &error))?;
            let mut answers = Vec::with_capacity(waiting.len());
            for (method, answer) in waiting {
                answers.push(answer.await.map_err(|error| of_transport(method, &error))?);
            }
            Ok(answers)
        })
    }

    /// The chain's identifier.
    ///
    /// # Errors
    /// An [`RpcError`].
    pub fn chain_id(&self) -> Result<u64, RpcError> {
        Ok(self.ask::<U64>("eth_chainId", json!([]))?.to())
    }

    /// An account's balance in wei.
    ///
    /// # Errors
    /// An [`RpcError`].
    pub fn balance(&self, account: Address) -> Result<U256, RpcError> {
        self.ask("eth_getBalance", json!([account, "latest"]))
    }

    /// How many transactions of an account were mined.
    ///
    /// # Errors
    /// An [`RpcError`].
    pub fn nonce(&self, account: Address) -> Result<u64, RpcError> {
        Ok(self
            .ask::<U64>("eth_getTransactionCount", json!([account, "latest"]))?
            .to())
    }

    /// An account's code.
    ///
    /// # Errors
    /// An [`RpcError`].
    pub fn code(&self, account: Address) -> Result<Bytes, RpcError> {
        self.ask("eth_getCode", json!([account, "latest"]))
    }

    /// The time of the latest block.
    ///
    /// # Errors
    /// An [`RpcError`].
    pub fn now(&self) -> Result<u64, RpcError> {
        self.time_of_block("latest".into())
    }

    /// The time of a block, named by its number or a tag.
    pub(super) fn time_of_block(&self, block: Value) -> Result<u64, RpcError> {
        let header: Header = self.ask("eth_getBlockByNumber", json!([block, false]))?;
        Ok(header.timestamp.to())
    }
}

fn of_transport(method: &'static str, error: &TransportError) -> RpcError {
    match error.as_error_resp() {
        Some(payload) => RpcError::Refused {
            method,
            code: payload.code,
            message: payload.message.to_string(),
            data: payload.as_revert_data(),
        },
        None => RpcError::Unanswered {
            method,
            reason: error.to_string(),
        },
    }
}

fn is_loopback_http(url: &str) -> bool {
    let host = url.strip_prefix("http://");
    host.is_some_and(|host| {
        ["127.", "localhost", "[::1]"]
            .iter()
            .any(|name| host.starts_with(name))
    })
}

/// Whether every node has a method: those for sending and waiting in one are young.
fn is_standard(method: &str) -> bool {
    let spaces = ["eth_", "net_", "web3_"];
    spaces.iter().any(|space| method.starts_with(space)) && method != "eth_sendRawTransactionSync"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn standard_methods_are_those_of_every_node() {
        for method in ["eth_call", "net_version", "web3_clientVersion"] {
            assert!(is_standard(method), "{method}");
        }
        for method in [
            "evm_mine",
            "anvil_setBalance",
            "debug_traceTransaction",
            "eth_sendRawTransactionSync",
        ] {
            assert!(!is_standard(method), "{method}");
        }
    }

    #[test]
    fn an_endpoint_on_this_machine_is_reached_without_a_proxy() {
        for url in [
            "http://127.0.0.1:8547",
            "http://localhost:8547/",
            "http://[::1]:1",
        ] {
            assert!(is_loopback_http(url), "{url}");
        }
        for url in ["https://localhost:1", "http://example.org", "ws://127.0.0.1:8547"] {
            assert!(!is_loopback_http(url), "{url}");
        }
    }
}
