//! Where the time of the next block comes from.
//!
//! # Design
//! - **The machine's clock plus an offset**, so that a chain left alone ages as people expect, or **a clock that only
//!   moves when told**, so that a test is the same each time.
//! - **A time that was set holds for exactly one block**; from there the clock runs on.

use std::time::{SystemTime, UNIX_EPOCH};

/// Seconds since 1970 on this machine.
pub(crate) fn machine_time() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |passed| passed.as_secs())
}

/// A clock.
#[derive(Clone, Debug)]
pub(crate) struct Clock {
    /// How far the chain's time is ahead of the machine's, unless the clock stands still.
    offset: Option<i128>,
    /// The time that the next block was told to have.
    set: Option<u64>,
}

impl Clock {
    /// A clock that follows the machine's.
    pub(crate) fn running() -> Self {
        Self {
            offset: Some(0),
            set: None,
        }
    }

    /// A clock that moves when it is told to.
    pub(crate) fn manual() -> Self {
        Self {
            offset: None,
            set: None,
        }
    }

    /// The time that a block made now would have, on a chain whose time is `chain_time`.
    pub(crate) fn now(&self, chain_time: u64) -> u64 {
        if let Some(set) = self.set {
            return set.max(chain_time);
        }
        let Some(offset) = self.offset else {
            return chain_time;
        };
        let now = i128::from(machine_time()).saturating_add(offset);
        u64::try_from(now.max(0)).unwrap_or(u64::MAX).max(chain_time)
    }

    /// How many seconds it is ahead of the machine's; none when it stands still.
    pub(crate) fn ahead(&self) -> Option<i128> {
        self.offset
    }

    /// Moves the clock on.
    pub(crate) fn advance(&mut self, secs: u64, chain_time: u64) {
        let to = self.now(chain_time).saturating_add(secs);
        match self.offset {
            Some(_) if self.set.is_none() => self.run_from(to),
            Some(_) => {
                self.run_from(to);
                self.set = Some(to);
            }
            None => self.set = Some(to),
        }
    }

    /// Sets the time of the next block.
    pub(crate) fn set(&mut self, timestamp: u64) {
        self.run_from(timestamp);
        self.set = Some(timestamp);
    }

    /// A block was made: the time that was set is used up.
    pub(crate) fn block_made(&mut self, timestamp: u64) {
        if self.set.take().is_some() {
            self.run_from(timestamp);
        }
    }

    fn run_from(&mut self, timestamp: u64) {
        if self.offset.is_some() {
            self.offset = Some(i128::from(timestamp) - i128::from(machine_time()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manual_clock_stands_until_it_is_moved() {
        let mut clock = Clock::manual();
        assert_eq!(clock.now(100), 100);
        clock.advance(20, 100);
        clock.advance(5, 100);
        assert_eq!(clock.now(100), 125);
        clock.block_made(125);
        assert_eq!(clock.now(125), 125);
    }

    #[test]
    fn a_time_that_was_set_holds_until_its_block() {
        let mut clock = Clock::running();
        let later = machine_time() + 1_000;
        clock.set(later);
        assert_eq!(clock.now(0), later);
        clock.block_made(later);
        assert!(clock.now(0) >= later && clock.now(0) < later + 60);
    }

    #[test]
    fn time_is_never_before_the_chains() {
        assert_eq!(Clock::running().now(u64::MAX), u64::MAX);
    }
}
