//! Moving a chain's time.

use super::client::Client;
use super::error::{Lacking, RpcError};
use super::funder::Funder;
use serde_json::{json, Value};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The longest that a test waits for time to pass by itself, in seconds.
pub const MAX_WAIT_SECS: u64 = 5;
/// How much later than the machine's clock a chain's may be before waiting is given up.
const GRACE: Duration = Duration::from_secs(30);
/// How often a chain is asked for its time.
const PAUSE: Duration = Duration::from_millis(200);

/// What moves a chain's time.
pub trait Clock: Send + Sync {
    /// Waits or sees to it that the latest block has this time or a later one, and that the next transaction is not
    /// before it either. An exact clock hits the second in both. A time that is over is no error.
    ///
    /// # Errors
    /// [`Lacking::Time`] when this clock does not get there, any other [`RpcError`] when the chain does not answer.
    fn move_to(&self, time: u64) -> Result<(), RpcError>;
}

/// The clock of a developers' node, which is set. It is exact.
#[derive(Debug)]
pub struct DeveloperClock {
    client: Client,
    /// Whether it stands still until it is set, and nobody else sets it.
    stands: bool,
    /// Of a clock that stands, a time that it has reached.
    reached: AtomicU64,
}

impl DeveloperClock {
    /// A clock that is set through this client. One that stands moves by nothing else; it takes fewer requests.
    #[must_use]
    pub fn new(client: Client, stands: bool) -> Self {
        Self {
            client,
            stands,
            reached: AtomicU64::new(0),
        }
    }

    /// Whether an endpoint has one. Asking moves nothing.
    ///
    /// # Errors
    /// An [`RpcError`] when the endpoint does not answer.
    pub fn is_there(client: &Client) -> Result<bool, RpcError> {
        match client.ask::<Value>("evm_increaseTime", json!([0])) {
            Ok(_) => Ok(true),
            Err(error) if error.is_unknown_method() => Ok(false),
            Err(error) => Err(error),
        }
    }
}

impl Clock for DeveloperClock {
    fn move_to(&self, time: u64) -> Result<(), RpcError> {
        if self.stands && time <= self.reached.load(Ordering::Relaxed) {
            return Ok(());
        }
        // A block that views are answered from.
        if let Err(error) = self.client.ask::<Value>("evm_mine", json!([time])) {
            let now = self.client.now()?;
            // It is refused when that time is over.
            return if now >= time { Ok(()) } else { Err(error) };
        }
        if self.stands {
            self.reached.store(time, Ordering::Relaxed);
            return Ok(());
        }
        // And the transaction that comes next, because the clock runs on in between.
        self.client
            .ask::<Value>("evm_setNextBlockTimestamp", json!([time]))?;
        Ok(())
    }
}

/// The clock of any other chain: nobody sets it, and a short wait is waited for.
#[derive(Debug)]
pub struct WaitingClock {
    funder: Arc<Funder>,
}

impl WaitingClock {
    pub(super) fn new(funder: Arc<Funder>) -> Self {
        Self { funder }
    }
}

impl Clock for WaitingClock {
    fn move_to(&self, time: u64) -> Result<(), RpcError> {
        let client = self.funder.client();
        // A chain without traffic makes no blocks, and its latest is as old as its last transaction.
        self.funder.make_a_block()?;
        let missing = time.saturating_sub(client.now()?);
        if missing > MAX_WAIT_SECS {
            return Err(Lacking::Time { secs: missing }.into());
        }
        let start = Instant::now();
        while client.now()? < time {
            if start.elapsed() > Duration::from_secs(MAX_WAIT_SECS) + GRACE {
                return Err(Lacking::Time { secs: missing }.into());
            }
            std::thread::sleep(PAUSE);
            self.funder.make_a_block()?;
        }
        Ok(())
    }
}
