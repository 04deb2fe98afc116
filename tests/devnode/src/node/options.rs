//! How a node is started.

use super::clock::machine_time;
use super::predeploys::CACHE_MANAGER;
use alloy_primitives::U256;
use embedded_chain::{ChainError, Config, DEV_ACCOUNTS};
use std::time::Duration;

/// When blocks are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mining {
    /// With each transaction.
    Auto,
    /// At fixed times.
    Interval(Duration),
    /// When asked for.
    Manual,
}

/// Settings of a node.
#[derive(Clone, Debug)]
pub struct Options {
    /// The chain's identifier.
    pub chain_id: u64,
    /// The version of ArbOS.
    pub arbos_version: u64,
    /// How many development accounts are funded and signed for, at most ten.
    pub accounts: usize,
    /// What each of them starts with, in wei.
    pub balance: U256,
    /// When blocks are made.
    pub mining: Mining,
    /// A time at which the chain starts and stands until it is moved; without one it follows the machine's clock.
    pub fixed_time: Option<u64>,
}

impl Default for Options {
    fn default() -> Self {
        let config = Config::default();
        Self {
            chain_id: config.chain_id,
            arbos_version: config.arbos_version,
            accounts: DEV_ACCOUNTS.len(),
            balance: config.dev_balance,
            mining: Mining::Auto,
            fixed_time: None,
        }
    }
}

impl Options {
    pub(super) fn chain_config(&self) -> Config {
        Config {
            chain_id: self.chain_id,
            arbos_version: self.arbos_version,
            genesis_time: self.fixed_time.unwrap_or_else(machine_time),
            dev_accounts: DEV_ACCOUNTS.into_iter().take(self.accounts).collect(),
            dev_balance: self.balance,
            cache_managers: vec![CACHE_MANAGER],
            // Blocks are sealed here, after the transactions that were chosen for them.
            automine: false,
            ..Config::default()
        }
    }
}

/// Why a node does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The chain cannot be made.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// The address cannot be listened on.
    #[error("cannot listen: {0}")]
    Listen(#[from] std::io::Error),
    /// Two methods share a name.
    #[error("the methods clash: {0}")]
    Methods(#[from] jsonrpsee::core::RegisterMethodError),
}
