//! An account's tickets of an asset, in order, and the total of all accounts'.

use super::{Settings, Status, Ticket};
use crate::breaker::LATEST;
use crate::fields::Fields;
use crate::recorder::RecordSecs;
use alloy_primitives::{Address, U256};

/// The most tickets that a lane ever has: a counter's 40 bits.
const MOST_TICKETS: u64 = (1 << 40) - 1;

/// What waits for an asset: the sum of all tickets that are neither claimed nor cancelled. Its word is the number itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Total(pub U256);

/// The lane of an account: its tickets are those from `head` up to `tail`, exclusive. The word of zero is an empty one.
///
/// ```text
///  255  200 199         160 159        120 119         80 79       40 39        0
/// ┌────────┬───────────────┬──────────────┬──────────────┬───────────┬───────────┐
/// │ zero   │ late_until    │ not_before   │ last_ready   │ tail      │ head      │
/// └────────┴───────────────┴──────────────┴──────────────┴───────────┴───────────┘
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lane {
    head: u64,
    tail: u64,
    /// When the last ticket's own wait is over: no later one's is before.
    last_ready: u64,
    /// Nothing is claimed before: a mark of being late.
    not_before: u64,
    /// Until when tickets are queued as late ones.
    late_until: u64,
}

/// A flow that was deferred.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Queued {
    /// The lane from now on.
    pub lane: Lane,
    /// The asset's total from now on.
    pub total: Total,
    /// The ticket, and its place in the lane.
    pub ticket: Ticket,
    /// Its place.
    pub index: u64,
}

/// Why a flow is not deferred.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueueRefused {
    /// There is nothing to wait for.
    ZeroAmount,
    /// The total would not fit 256 bits.
    TotalFull {
        /// What was asked for.
        requested: U256,
        /// What would fit.
        available: U256,
    },
    /// The lane's counter has ended.
    LaneFull,
}

/// A ticket that was claimed or passed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claimed {
    /// The lane from now on.
    pub lane: Lane,
    /// The asset's total from now on.
    pub total: Total,
    /// The ticket's place: store [`Ticket::ABSENT`] there.
    pub index: u64,
    /// Whom to pay.
    pub recipient: Address,
    /// How much; zero when it was cancelled and is passed over.
    pub amount: U256,
}

/// Why the lane's next ticket cannot be claimed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClaimRefused {
    /// The lane is empty.
    Empty,
    /// It waits.
    NotYet {
        /// The first second at which it can be claimed, unless its lane is marked late before.
        retry_at: u64,
    },
}

/// A ticket that was cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cancelled {
    /// The asset's total from now on.
    pub total: Total,
    /// The ticket from now on.
    pub ticket: Ticket,
    /// What it would have paid.
    pub amount: U256,
}

/// A ticket that cannot be cancelled: it never was, was claimed, or was cancelled already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotWaiting {
    /// Its place.
    pub index: u64,
}

impl Lane {
    /// The lane in a stored word.
    pub fn from_word(word: U256) -> Self {
        let mut fields = Fields::of(word);
        let head = fields.take(40);
        Self {
            head,
            tail: fields.take(40).max(head),
            last_ready: fields.take(40),
            not_before: fields.take(40),
            late_until: fields.take(40),
        }
    }

    /// The word to store.
    pub fn to_word(self) -> U256 {
        Fields::new()
            .put(self.head, 40)
            .put(self.tail, 40)
            .put(self.last_ready, 40)
            .put(self.not_before, 40)
            .put(self.late_until, 40)
            .word()
    }

    /// The place of the next ticket to claim.
    pub fn head(&self) -> u64 {
        self.head
    }

    /// The place that the next ticket to be queued gets.
    pub fn tail(&self) -> u64 {
        self.tail
    }

    /// The first second at which a ticket of this lane can be claimed once it is at its head.
    pub fn ready_at(&self, ticket: &Ticket) -> u64 {
        ticket.ready_at.max(self.not_before)
    }

    /// Defers a flow. `late` says that the account tripped a breaker lately; a mark of the lane says so too.
    ///
    /// # Errors
    /// [`QueueRefused`] when there is nothing to queue or no room to count it.
    pub fn queue(
        self,
        total: Total,
        amount: U256,
        recipient: Address,
        late: bool,
        settings: &Settings,
        now: u64,
    ) -> Result<Queued, QueueRefused> {
        if amount.is_zero() {
            return Err(QueueRefused::ZeroAmount);
        }
        let after = total.0.checked_add(amount).ok_or(QueueRefused::TotalFull {
            requested: amount,
            available: U256::MAX.saturating_sub(total.0),
        })?;
        if self.tail >= MOST_TICKETS {
            return Err(QueueRefused::LaneFull);
        }
        let wait = if late || now < self.late_until {
            settings.late_wait()
        } else {
            settings.wait_up(after)
        };
        let ready_at = now.saturating_add(wait).max(self.last_ready).min(LATEST);
        Ok(Queued {
            lane: Self {
                tail: self.tail + 1,
                last_ready: ready_at,
                ..self
            },
            total: Total(after),
            ticket: Ticket {
                amount,
                recipient,
                ready_at,
                queued_at: now.min(LATEST),
                status: Status::Waiting,
            },
            index: self.tail,
        })
    }

    /// Takes the lane's next ticket, which the caller read at [`Lane::head`], to pay its recipient. Anyone may.
    ///
    /// # Errors
    /// [`ClaimRefused`] when there is none or it waits.
    pub fn claim(self, total: Total, ticket: Ticket, now: u64) -> Result<Claimed, ClaimRefused> {
        if self.head >= self.tail {
            return Err(ClaimRefused::Empty);
        }
        let amount = match ticket.status {
            Status::Waiting => ticket.amount,
            Status::Absent | Status::Cancelled => U256::ZERO,
        };
        let retry_at = self.ready_at(&ticket);
        if ticket.status == Status::Waiting && now < retry_at {
            return Err(ClaimRefused::NotYet { retry_at });
        }
        Ok(Claimed {
            lane: Self {
                head: self.head + 1,
                ..self
            },
            // Invariant: the total is the sum of what waits, this ticket included.
            total: Total(total.0.saturating_sub(amount)),
            index: self.head,
            recipient: ticket.recipient,
            amount,
        })
    }

    /// Cancels the ticket at a place. Who may is the caller's to know.
    ///
    /// # Errors
    /// [`NotWaiting`] when it is not in the lane or was cancelled already.
    pub fn cancel(self, total: Total, ticket: Ticket, index: u64) -> Result<Cancelled, NotWaiting> {
        if ticket.status != Status::Waiting || !(self.head..self.tail).contains(&index) {
            return Err(NotWaiting { index });
        }
        Ok(Cancelled {
            // Invariant: the total is the sum of what waits, this ticket included.
            total: Total(total.0.saturating_sub(ticket.amount)),
            ticket: Ticket {
                amount: U256::ZERO,
                status: Status::Cancelled,
                ..ticket
            },
            amount: ticket.amount,
        })
    }

    /// Marks the lane of who tripped a breaker: what it has waits as long as what is queued late now, and what it queues
    /// within `secs` is late.
    #[must_use]
    pub fn marked_late(self, secs: RecordSecs, settings: &Settings, now: u64) -> Self {
        let not_before = now.saturating_add(settings.late_wait()).min(LATEST);
        let late_until = now.saturating_add(secs.get()).min(LATEST);
        Self {
            not_before: self.not_before.max(not_before),
            late_until: self.late_until.max(late_until),
            ..self
        }
    }
}
