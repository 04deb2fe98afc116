//! A deferred flow as it is stored.

use crate::fields::Fields;
use crate::recorder::{address, limbs};
use alloy_primitives::{Address, U256};

/// What became of a ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It never was, or was claimed.
    Absent,
    /// It waits, or could be claimed.
    Waiting,
    /// It was cancelled.
    Cancelled,
}

/// A ticket: two words.
///
/// ```text
///  255                                                                     0
/// ┌─────────────────────────────────────────────────────────────────────────┐
/// │ amount, to the wei                                                      │
/// └─────────────────────────────────────────────────────────────────────────┘
///  255   242 241   240 239       200 199       160 159                     0
/// ┌─────────┬─────────┬─────────────┬─────────────┬─────────────────────────┐
/// │ zero    │ status  │ queued_at   │ ready_at    │ recipient               │
/// └─────────┴─────────┴─────────────┴─────────────┴─────────────────────────┘
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticket {
    pub(super) amount: U256,
    pub(super) recipient: Address,
    pub(super) ready_at: u64,
    pub(super) queued_at: u64,
    pub(super) status: Status,
}

impl Ticket {
    /// Where there is none: what to store in place of one that was claimed.
    pub const ABSENT: Self = Self {
        amount: U256::ZERO,
        recipient: Address::ZERO,
        ready_at: 0,
        queued_at: 0,
        status: Status::Absent,
    };

    /// What it pays; zero when it was cancelled.
    pub fn amount(&self) -> U256 {
        self.amount
    }

    /// To whom it pays.
    pub fn recipient(&self) -> Address {
        self.recipient
    }

    /// The first second at which its own wait is over. Its lane may hold it back longer: [`super::Lane::ready_at`].
    pub fn ready_at(&self) -> u64 {
        self.ready_at
    }

    /// When it was queued.
    pub fn queued_at(&self) -> u64 {
        self.queued_at
    }

    /// What became of it.
    pub fn status(&self) -> Status {
        self.status
    }

    /// The ticket in its two stored words.
    pub fn from_words([amount, rest]: [U256; 2]) -> Self {
        let mut fields = Fields::of(rest);
        let recipient = address([fields.take(64), fields.take(64), fields.take(32), 0]);
        Self {
            amount,
            recipient,
            ready_at: fields.take(40),
            queued_at: fields.take(40),
            status: match fields.take(2) {
                0 => Status::Absent,
                1 => Status::Waiting,
                _ => Status::Cancelled,
            },
        }
    }

    /// The words to store.
    pub fn to_words(self) -> [U256; 2] {
        let [low, middle, high, _] = limbs(self.recipient);
        let rest = Fields::new()
            .put(low, 64)
            .put(middle, 64)
            .put(high, 32)
            .put(self.ready_at, 40)
            .put(self.queued_at, 40)
            .put(self.status as u64, 2);
        [self.amount, rest.word()]
    }
}
