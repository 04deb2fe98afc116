//! A change that waits: scheduled, ready, expired; or cancelled.
//!
//! Tightening is instant and loosening waits. While it waits everybody sees it, can leave, and can have it cancelled.
//!
//! # Design
//! - **The times are written down when it is scheduled.** A delay that is made shorter in between does not bring it forward, and one
//!   that is made longer does not hold it back.
//! - **It is ready from `ready_at` on and no longer ready at `expires_at`**: a change that was forgotten is not found years
//!   later by a stolen key.
//! - **Scheduled again while it waits or is ready it is refused**, so that nobody moves its times without cancelling it in the open. An
//!   expired one may be scheduled again.
//! - An operation is carried out once: its word is zero afterwards.
//!
//! # The attack
//! A governor's key that was stolen raises a limit and empties the vault in one transaction.

use crate::{fields::Fields, time::LATEST};
use alloy_primitives::U256;

/// The longest delay: 30 days. A longer one could not be waited for when it has to be.
pub const MAX_DELAY_SECS: u64 = 30 * 24 * 60 * 60;

/// How long an operation stays ready: 14 days.
pub const GRACE_SECS: u64 = 14 * 24 * 60 * 60;

/// How long loosening waits, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Delay(u64);

/// A delay that is refused: longer than [`MAX_DELAY_SECS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DelayTooLong {
    /// The delay asked for.
    pub secs: u64,
}

impl Delay {
    /// No delay: that of a contract which is being set up.
    pub const NONE: Self = Self(0);

    /// A delay of so many seconds.
    ///
    /// # Errors
    /// [`DelayTooLong`].
    pub fn new(secs: u64) -> Result<Self, DelayTooLong> {
        if secs > MAX_DELAY_SECS {
            Err(DelayTooLong { secs })
        } else {
            Ok(Self(secs))
        }
    }

    /// The seconds.
    pub fn secs(self) -> u64 {
        self.0
    }
}

/// When an operation is ready and until when. The word of zero is none that is scheduled.
///
/// ```text
///  255    80 79         40 39       0
/// ┌─────────┬─────────────┬──────────┐
/// │ zero    │ expires_at  │ ready_at │
/// └─────────┴─────────────┴──────────┘
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operation {
    /// The first second at which it can be carried out; zero when it is not scheduled.
    pub ready_at: u64,
    /// The first second at which it no longer can; zero when it is not scheduled.
    pub expires_at: u64,
}

impl Operation {
    /// One that is not scheduled: it never was, was carried out, or was cancelled.
    pub const UNSCHEDULED: Self = Self {
        ready_at: 0,
        expires_at: 0,
    };

    /// Whether it can be carried out. The caller stores [`Operation::UNSCHEDULED`] and carries it out.
    pub fn is_ready(self, now: u64) -> bool {
        self.ready_at <= now && self.is_pending(now)
    }

    /// Whether it waits or is ready, so that there is something to cancel.
    pub fn is_pending(self, now: u64) -> bool {
        now < self.expires_at
    }

    /// Schedules it, or nothing when it is pending already.
    pub fn schedule(self, delay: Delay, now: u64) -> Option<Self> {
        if self.is_pending(now) {
            return None;
        }
        // Invariant: 40 bits and two numbers of seconds below 2^22 are below 2^64. At the end of a clock of 40 bits nothing is ready
        // any more.
        let ready_at = (now.min(LATEST) + delay.secs()).min(LATEST);
        let expires_at = (ready_at + GRACE_SECS).min(LATEST);
        Some(Self { ready_at, expires_at })
    }

    /// The operation in a stored word.
    pub fn from_word(word: U256) -> Self {
        let mut fields = Fields::of(word);
        Self {
            ready_at: fields.take(40),
            expires_at: fields.take(40),
        }
    }

    /// The word to store.
    pub fn to_word(self) -> U256 {
        Fields::new()
            .put(self.ready_at, 40)
            .put(self.expires_at, 40)
            .word()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_700_000_000;
    const DAY: u64 = 86_400;

    fn scheduled() -> Operation {
        let two_days = Delay::new(2 * DAY).unwrap();
        Operation::UNSCHEDULED.schedule(two_days, NOW).unwrap()
    }

    #[test]
    fn it_is_ready_from_its_second_on_and_not_at_its_end() {
        let operation = scheduled();
        let (ready_at, expires_at) = (NOW + 2 * DAY, NOW + 16 * DAY);
        assert_eq!(operation, Operation { ready_at, expires_at });
        for (now, pending, ready) in [
            (0, true, false),
            (NOW, true, false),
            (ready_at - 1, true, false),
            (ready_at, true, true),
            (expires_at - 1, true, true),
            (expires_at, false, false),
            (u64::MAX, false, false),
        ] {
            assert_eq!(operation.is_pending(now), pending, "{now}");
            assert_eq!(operation.is_ready(now), ready, "{now}");
        }
    }

    #[test]
    fn scheduled_again_it_keeps_its_times_until_it_has_expired() {
        let operation = scheduled();
        assert_eq!(operation.schedule(Delay::NONE, NOW + 1), None);
        assert_eq!(operation.schedule(Delay::NONE, NOW + 16 * DAY - 1), None);
        assert_eq!(
            operation.schedule(Delay::NONE, NOW + 16 * DAY),
            Some(Operation {
                ready_at: NOW + 16 * DAY,
                expires_at: NOW + 30 * DAY
            })
        );
    }

    #[test]
    fn what_was_never_scheduled_is_neither_ready_nor_pending() {
        let none = Operation::from_word(U256::ZERO);
        assert_eq!(none, Operation::UNSCHEDULED);
        for now in [0, 1, NOW, u64::MAX] {
            assert!(!none.is_ready(now) && !none.is_pending(now), "{now}");
        }
    }

    #[test]
    fn a_delay_has_an_end() {
        assert_eq!(Delay::new(30 * DAY).unwrap().secs(), 30 * DAY);
        assert_eq!(Delay::new(30 * DAY + 1), Err(DelayTooLong { secs: 30 * DAY + 1 }));
    }

    #[test]
    fn its_word_holds_both_times_and_nothing_else() {
        let operation = scheduled();
        let word = operation.to_word();
        assert_eq!(Operation::from_word(word), operation);
        assert_eq!(word, U256::from(NOW + 2 * DAY) | U256::from(NOW + 16 * DAY) << 40);
    }

    #[test]
    fn at_the_end_of_time_nothing_is_ready() {
        let late = Operation::UNSCHEDULED.schedule(Delay::NONE, u64::MAX).unwrap();
        assert!(!late.is_ready(u64::MAX));
        assert_eq!(Operation::from_word(late.to_word()), late);
        // Nor with a delay, which neither wraps nor leaves its bits.
        let (ready_at, expires_at) = (LATEST, LATEST);
        for now in [LATEST - 1, LATEST, u64::MAX] {
            let late = Operation::UNSCHEDULED.schedule(Delay::new(2 * DAY).unwrap(), now);
            assert_eq!(late, Some(Operation { ready_at, expires_at }), "{now}");
        }
    }

    /// Lido's timelock: submitted at `t` it is scheduled from +259,200 s on and executed 86,400 s after that, each not a second before; and
    /// `cancelAll` ends everything. Ours is scheduled once and waits once, the whole time, and each is cancelled by itself.
    #[test]
    fn lido_not_a_second_before_and_at_the_second() {
        for wait in [259_200, 86_400, 259_200 + 86_400] {
            let operation = Operation::UNSCHEDULED
                .schedule(Delay::new(wait).unwrap(), NOW)
                .unwrap();
            assert!(!operation.is_ready(NOW + wait - 1), "{wait}");
            assert!(operation.is_ready(NOW + wait), "{wait}");
        }
    }

    /// OpenZeppelin's AccessManager: ready at `T` it passes up to `T + 604,799`, and expires at `T + 604,800`. Ours stays ready for two weeks.
    #[test]
    fn access_manager_it_passes_from_its_second_up_to_the_last_before_it_expires() {
        let ready_at = NOW + 2 * DAY;
        for (after, ready) in [
            (0, true),
            (604_799, true),
            (604_800, true),
            (1_209_599, true),
            (1_209_600, false),
        ] {
            assert_eq!(scheduled().is_ready(ready_at + after), ready, "{after}");
        }
    }
}
