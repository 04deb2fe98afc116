//! The server: HTTP and WebSocket on one port.
//!
//! # Design
//! - **Everything that a client can make large is bounded**: connections, the bytes of a request and of an answer, the
//!   requests of a batch, the subscriptions of a connection.

use crate::node::{Node, Options, Shared, StartError};
use crate::notifications::Notifications;
use crate::rpc::{self, dump_state, load_state, RpcError};
use crate::subscriptions::HexIds;
use jsonrpsee::server::middleware::rpc::RpcServiceBuilder;
use jsonrpsee::server::{BatchRequestConfig, PingConfig, Server, ServerConfig, ServerHandle};
use serde_json::Value;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpSocket;
use tokio::task::JoinHandle;

/// Clients at once.
const MAX_CONNECTIONS: u32 = 4_096;
/// The bytes of a request. A state to be loaded is the largest that there is.
const MAX_REQUEST: u32 = 32 * 1024 * 1024;
/// The bytes of an answer.
const MAX_RESPONSE: u32 = 128 * 1024 * 1024;
/// The requests of a batch.
const MAX_BATCH: u32 = 1_000;
/// The subscriptions of a connection.
const MAX_SUBSCRIPTIONS: u32 = 256;
/// How often a WebSocket is asked whether it is still there.
const PING: Duration = Duration::from_secs(30);

/// A node that listens.
pub struct Devnode {
    address: SocketAddr,
    shared: Arc<Shared>,
    handle: ServerHandle,
    methods: Vec<&'static str>,
    miner: JoinHandle<()>,
}

impl Devnode {
    /// Starts a node. Port 0 takes any that is free.
    ///
    /// # Errors
    /// A [`StartError`].
    pub async fn start(address: SocketAddr, options: Options) -> Result<Self, StartError> {
        Self::serve(address, Node::new(&options)?)
    }

    /// Starts another node, which begins as this one is now and goes its own way. What this one has compiled is compiled
    /// there too, so that a fork costs next to nothing.
    ///
    /// # Errors
    /// A [`StartError`].
    pub async fn fork(&self, address: SocketAddr) -> Result<Self, StartError> {
        let node = self.shared.read().fork();
        Self::serve(address, node)
    }

    fn serve(address: SocketAddr, node: Node) -> Result<Self, StartError> {
        let shared = Arc::new(Shared::new(node));
        let config = ServerConfig::builder()
            .max_connections(MAX_CONNECTIONS)
            .max_request_body_size(MAX_REQUEST)
            .max_response_body_size(MAX_RESPONSE)
            .max_subscriptions_per_connection(MAX_SUBSCRIPTIONS)
            .set_batch_request_config(BatchRequestConfig::Limit(MAX_BATCH))
            .enable_ws_ping(PingConfig::new().ping_interval(PING).inactive_limit(4 * PING))
            .set_id_provider(HexIds::default())
            .build();
        let listener = listen(address)?;
        let server = Server::builder()
            .set_config(config)
            .set_rpc_middleware(RpcServiceBuilder::new().layer_fn(Notifications))
            .build_from_tcp(listener)?;
        let address = server.local_addr()?;
        let module = rpc::module(shared.clone())?;
        let methods = module.method_names().collect();
        let handle = server.start(module);
        let miner = tokio::spawn(mine_at_intervals(shared.clone()));
        Ok(Self {
            address,
            shared,
            handle,
            methods,
            miner,
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The names of the methods that it answers, in no order.
    #[must_use]
    pub fn methods(&self) -> &[&'static str] {
        &self.methods
    }

    /// The state as JSON, as [`Devnode::load`] takes it.
    #[must_use]
    pub fn dump(&self) -> Value {
        dump_state(&self.shared.read().chain)
    }

    /// Puts a dumped state over the node's own.
    ///
    /// # Errors
    /// A [`LoadError`] when it is no state.
    pub fn load(&self, state: Value) -> Result<(), LoadError> {
        self.shared
            .write(|node| load_state(node, state))
            .map_err(|why: RpcError| LoadError(why.to_string()))
    }

    /// Stops listening and waits until every connection is closed, but not for longer than a moment.
    pub async fn stop(self) {
        self.miner.abort();
        // It stopped already: as good.
        let _ = self.handle.stop();
        let _ = tokio::time::timeout(Duration::from_secs(3), self.handle.stopped()).await;
    }
}

/// Listens with a queue as long as the clients are many: from a shorter one the system drops who comes all at once.
fn listen(address: SocketAddr) -> std::io::Result<std::net::TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(MAX_CONNECTIONS)?.into_std()
}

/// Why a state was not loaded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct LoadError(String);

/// Makes a block each so often, as long as that is asked for.
async fn mine_at_intervals(shared: Arc<Shared>) {
    let mut interval = shared.interval();
    loop {
        let every = *interval.borrow_and_update();
        let Some(every) = every else {
            if interval.changed().await.is_err() {
                return;
            }
            continue;
        };
        tokio::select! {
            changed = interval.changed() => if changed.is_err() { return },
            () = tokio::time::sleep(every) => {
                let shared = shared.clone();
                let mined = tokio::task::spawn_blocking(move || shared.write(Node::mine_block));
                if mined.await.is_err() {
                    return;
                }
            }
        }
    }
}
