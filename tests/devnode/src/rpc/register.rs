//! How a method gets to a request.
//!
//! # Design
//! - **Off the async threads.** A method may execute contracts or wait for the lock, so each runs on a thread for
//!   blocking work, and only so many at once: the rest waits its turn instead of piling up threads.

use super::{Args, RpcError};
use crate::node::Shared;
use jsonrpsee::core::RegisterMethodError;
use jsonrpsee::types::error::{ErrorCode, ErrorObjectOwned};
use jsonrpsee::RpcModule;
use serde_json::Value;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Methods that run at once.
const CONCURRENT: usize = 32;

/// What every method is given.
#[derive(Clone)]
pub(crate) struct Handler {
    pub(crate) shared: Arc<Shared>,
    permits: Arc<Semaphore>,
}

/// The methods registered so far.
pub(crate) struct Registry {
    module: RpcModule<Handler>,
}

impl Registry {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self {
            module: RpcModule::new(Handler {
                shared,
                permits: Arc::new(Semaphore::new(CONCURRENT)),
            }),
        }
    }

    pub(crate) fn into_module(self) -> RpcModule<Handler> {
        self.module
    }

    /// Registers a method under a name and its aliases.
    pub(crate) fn method<F>(&mut self, names: &[&'static str], run: F) -> Result<(), RegisterMethodError>
    where
        F: Fn(&Shared, &Args) -> Result<Value, RpcError> + Copy + Send + Sync + 'static,
    {
        for name in names {
            self.module
                .register_async_method(name, move |params, handler, _| async move {
                    let args = Args::parse(&params)?;
                    let internal = |_| ErrorObjectOwned::from(ErrorCode::InternalError);
                    let handler = Handler::clone(&handler);
                    let permit = handler.permits.acquire_owned().await;
                    let shared = handler.shared;
                    let work = tokio::task::spawn_blocking(move || {
                        let _permit = permit;
                        run(&shared, &args)
                    });
                    let answer: Result<Value, RpcError> = work.await.map_err(internal)?;
                    answer.map_err(ErrorObjectOwned::from)
                })?;
        }
        Ok(())
    }
}
