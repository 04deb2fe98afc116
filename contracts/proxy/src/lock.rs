//! One transition at a time, and the smallest share of its limits at which it runs.
//!
//! # Design
//! - In transient storage, as [`portcullis::lock`], and under a name of its own: an implementation that has that lock has it in this storage, and must not find it taken.
//! - **The lock holds the share.** What is called back into a transition may stand in a group that is throttled more than the one that began it. The whole of it is charged at the
//!   smallest share, or whoever enters by a function that runs in full would leave by one that does not.
//! - A call that comes in while it is taken is inside a transition, whoever makes it.

use alloy_primitives::B256;
use portcullis::{core_types::breaker::Share, sdk};
use stylus_sdk::keccak_const::Keccak256;

const SLOT: B256 = B256::new(Keccak256::new().update(b"portcullis.proxy.lock").finalize());

/// The lock, taken. It is left when this is dropped.
#[derive(Debug)]
pub(crate) struct Held(());

impl Held {
    /// Takes the lock, which the caller knows is free.
    pub(crate) fn take(share: Share) -> Self {
        keep(share);
        Self(())
    }

    /// The smallest share that the transition was let through at.
    pub(crate) fn share(&self) -> Share {
        // Invariant: it is held, and what holds it has written a share.
        held().unwrap_or(Share::ALL)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        sdk::transient_store(&SLOT, &B256::ZERO);
    }
}

/// The share at which the transition runs that holds the lock; none when it is free.
pub(crate) fn held() -> Option<Share> {
    let [.., high, low] = sdk::transient_load(&SLOT).0;
    Share::new(u16::from_be_bytes([high, low]))
}

/// The transition that holds the lock runs at no more than this share from now on.
pub(crate) fn narrow(from: Share, to: Share) {
    if to < from {
        keep(to);
    }
}

fn keep(share: Share) {
    let [high, low] = share.bps().to_be_bytes();
    let mut word = B256::ZERO;
    let [.., first, last] = &mut word.0;
    (*first, *last) = (high, low);
    sdk::transient_store(&SLOT, &word);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(bps: u16) -> Share {
        Share::new(bps).unwrap()
    }

    #[test]
    fn it_is_free_before_and_after_and_holds_its_share_between() {
        assert_eq!(held(), None);
        let lock = Held::take(share(2_500));
        assert_eq!((held(), lock.share()), (Some(share(2_500)), share(2_500)));
        drop(lock);
        assert_eq!(held(), None);
    }

    #[test]
    fn a_share_only_ever_becomes_smaller() {
        let lock = Held::take(share(2_500));
        narrow(share(2_500), Share::ALL);
        assert_eq!(lock.share(), share(2_500));
        narrow(share(2_500), share(1));
        assert_eq!(lock.share(), share(1));
    }
}
