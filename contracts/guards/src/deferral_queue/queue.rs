//! The tickets, the lanes and the totals.

// The storage macro names both.
use super::QueueSettings;
use crate::{authority::Council, breaker_guard::Trip, errors, events, sdk, timelock::Change, GuardError};
use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, U256};
use portcullis_core::queue::{ClaimRefused, Lane, NotWaiting, QueueRefused, Settings, Ticket, Total};
use stylus_sdk::{
    prelude::*,
    storage::{StorageMap, StorageU256},
};

events! {
    /// A flow was deferred: the ticket at `index` of the lane of the account that authorised it pays `recipient`, from `readyAt` on.
    Deferred(asset: Address, lane: Address, recipient: Address; index: u64, amount: U256, ready_at: u64);
    /// A ticket was claimed, and its recipient is paid. An amount of zero: it had been cancelled and was passed over.
    DeferralClaimed(asset: Address, lane: Address, recipient: Address; index: u64, amount: U256, by: Address);
    /// The council cancelled a ticket: nothing will be paid, and the amount stays in the contract.
    DeferralCancelled(asset: Address, lane: Address, recipient: Address; index: u64, amount: U256, by: Address);
    /// The account tripped a breaker: nothing in its lane is claimed before `notBefore`, and what it defers before
    /// `lateUntil`, or before that of an earlier mark, is paid last.
    LaneMarkedLate(asset: Address, lane: Address; not_before: u64, late_until: u64);
}

errors! {
    /// An amount of zero has nothing to wait for.
    NothingToDefer(asset: Address);
    /// With this amount the total of what waits would not fit 256 bits.
    QueueFull(asset: Address, requested: U256, available: U256);
    /// The lane has had as many tickets as it can have.
    LaneFull(asset: Address, lane: Address);
    /// Nothing waits in the lane.
    LaneEmpty(asset: Address, lane: Address);
    /// The lane's next ticket can be claimed at `retryAt`, if the lane is not marked late before.
    TicketNotReady(asset: Address, lane: Address, index: u64, retry_at: u64);
    /// No ticket waits there: it never was, was claimed, or was cancelled already.
    TicketNotWaiting(asset: Address, lane: Address, index: u64);
}

/// A ticket that was claimed: pay it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "the ticket is gone: its recipient has to be paid"]
pub struct Claim {
    /// Its place in the lane.
    pub index: u64,
    /// Whom to pay.
    pub recipient: Address,
    /// How much; zero when it had been cancelled and was passed over.
    pub amount: U256,
}

/// The two words of a [`Ticket`].
#[storage]
#[derive(crate::StorageLayout)]
pub struct TicketWords {
    amount: StorageU256,
    rest: StorageU256,
}

/// An account's tickets of an asset.
#[storage]
#[derive(crate::StorageLayout)]
pub struct LaneWords {
    /// A [`Lane`].
    lane: StorageU256,
    tickets: StorageMap<U256, TicketWords>,
}

/// The deferred flows of all assets.
#[storage]
#[derive(crate::StorageLayout)]
pub struct DeferralQueue {
    settings: QueueSettings,
    /// What waits of an asset.
    totals: StorageMap<Address, StorageU256>,
    lanes: StorageMap<Address, StorageMap<Address, LaneWords>>,
}

impl DeferralQueue {
    /// Defers a flow in the lane of the account that authorised it, and returns its place there.
    ///
    /// # Errors
    /// [`QueueUnset`](super::QueueUnset), [`NothingToDefer`], [`QueueFull`], [`LaneFull`].
    ///
    /// # Events
    /// [`Deferred`].
    pub fn defer(
        &mut self,
        asset: Address,
        account: Address,
        recipient: Address,
        amount: U256,
    ) -> Result<u64, GuardError> {
        let settings = self.settings.required(asset)?;
        let now = self.vm().block_timestamp();
        let queued = self
            .lane(asset, account)
            // Late is who is marked: see `mark_late`.
            .queue(self.total(asset), amount, recipient, false, &settings, now)
            .map_err(|refused| match refused {
                QueueRefused::ZeroAmount => GuardError::from(NothingToDefer { asset }),
                QueueRefused::TotalFull { requested, available } => QueueFull {
                    asset,
                    requested,
                    available,
                }
                .into(),
                QueueRefused::LaneFull => LaneFull { asset, lane: account }.into(),
            })?;
        self.keep(asset, account, queued.lane, queued.index, queued.ticket);
        self.totals.insert(asset, queued.total.0);
        sdk::emit(
            self.vm(),
            Deferred {
                asset,
                lane: account,
                recipient,
                index: queued.index,
                amount,
                ready_at: queued.lane.ready_at(&queued.ticket),
            },
        );
        Ok(queued.index)
    }

    /// Takes the lane's next ticket, whose wait is over. Anyone may; the contract pays the recipient.
    ///
    /// # Errors
    /// [`LaneEmpty`], [`TicketNotReady`].
    ///
    /// # Events
    /// [`DeferralClaimed`].
    pub fn claim(&mut self, asset: Address, account: Address) -> Result<Claim, GuardError> {
        let now = self.vm().block_timestamp();
        let lane = self.lane(asset, account);
        let index = lane.head();
        let ticket = self.ticket(asset, account, index);
        let claimed = lane
            .claim(self.total(asset), ticket, now)
            .map_err(|refused| match refused {
                ClaimRefused::Empty => GuardError::from(LaneEmpty { asset, lane: account }),
                ClaimRefused::NotYet { retry_at } => TicketNotReady {
                    asset,
                    lane: account,
                    index,
                    retry_at,
                }
                .into(),
            })?;
        self.keep(asset, account, claimed.lane, index, Ticket::ABSENT);
        self.totals.insert(asset, claimed.total.0);
        let claim = Claim {
            index,
            recipient: claimed.recipient,
            amount: claimed.amount,
        };
        sdk::emit(
            self.vm(),
            DeferralClaimed {
                asset,
                lane: account,
                recipient: claim.recipient,
                index,
                amount: claim.amount,
                by: self.vm().msg_sender(),
            },
        );
        Ok(claim)
    }

    /// Cancels a ticket that waits, wherever it is in its lane, and returns what it would have paid, which stays in the contract. A
    /// tightening: at once.
    ///
    /// # Errors
    /// [`TicketNotWaiting`].
    ///
    /// # Events
    /// [`DeferralCancelled`].
    pub fn cancel(
        &mut self,
        council: &Council,
        asset: Address,
        account: Address,
        index: u64,
    ) -> Result<U256, GuardError> {
        let lane = self.lane(asset, account);
        let ticket = self.ticket(asset, account, index);
        let cancelled = lane
            .cancel(self.total(asset), ticket, index)
            .map_err(|NotWaiting { index }| TicketNotWaiting {
                asset,
                lane: account,
                index,
            })?;
        self.keep(asset, account, lane, index, cancelled.ticket);
        self.totals.insert(asset, cancelled.total.0);
        sdk::emit(
            self.vm(),
            DeferralCancelled {
                asset,
                lane: account,
                recipient: ticket.recipient(),
                index,
                amount: cancelled.amount,
                by: council.address(),
            },
        );
        Ok(cancelled.amount)
    }

    /// Marks the lane of who tripped a breaker, so that they are paid last; nothing when no record of trips is kept. What it has waits as long as what
    /// is deferred late now, and what it defers while the trip counts is late.
    ///
    /// # Errors
    /// [`QueueUnset`](super::QueueUnset).
    ///
    /// # Events
    /// [`LaneMarkedLate`].
    pub fn mark_late(&mut self, asset: Address, trip: &Trip) -> Result<(), GuardError> {
        let settings = self.settings.required(asset)?;
        let Some(record) = trip.record() else {
            return Ok(());
        };
        let now = self.vm().block_timestamp();
        let account = trip.by();
        let lane = self.lane(asset, account).marked_late(record, &settings, now);
        self.keep_lane(asset, account, lane);
        sdk::emit(
            self.vm(),
            LaneMarkedLate {
                asset,
                lane: account,
                // A ticket that is ready at once shows what the lane alone asks for.
                not_before: lane.ready_at(&Ticket::ABSENT),
                late_until: now.saturating_add(record.get()),
            },
        );
        Ok(())
    }

    /// Sets how an asset's tickets wait from now on: at least `min_delay_secs`, at most `max_delay_secs`, between them as long as it takes to drain what
    /// waits at `drain` in each `drain_secs`; and `late_secs` beyond the longest for who tripped a breaker. What lets a ticket wait less loosens.
    ///
    /// # Errors
    /// [`SettingOutOfBounds`](crate::setting::SettingOutOfBounds), [`AmountCannotAct`](crate::setting::AmountCannotAct), and those of [`Change::require_waited`].
    ///
    /// # Events
    /// [`QueueConfigured`](super::QueueConfigured).
    #[allow(clippy::too_many_arguments)] // The right, the asset, and one number for each field of the settings.
    pub fn configure(
        &mut self,
        change: Change<'_>,
        asset: Address,
        drain: U256,
        drain_secs: u64,
        min_delay_secs: u64,
        max_delay_secs: u64,
        late_secs: u64,
    ) -> Result<(), GuardError> {
        let asked = Settings::new(drain, drain_secs, min_delay_secs, max_delay_secs, late_secs);
        self.settings.configure(change, asset, asked)
    }

    /// What waits of an asset, to be counted as owed.
    pub fn pending(&self, asset: Address) -> U256 {
        self.totals.get(asset)
    }

    /// How an asset's tickets wait, none when its queue was never set.
    pub fn settings(&self, asset: Address) -> Option<Settings> {
        self.settings.of(asset)
    }

    /// An account's lane: its tickets are those from [`Lane::head`] up to [`Lane::tail`], exclusive, and [`Lane::ready_at`] says when one at the head can be claimed.
    pub fn lane(&self, asset: Address, account: Address) -> Lane {
        Lane::from_word(self.lanes.getter(asset).getter(account).lane.get())
    }

    /// The ticket at a place of a lane.
    #[inline(never)]
    pub fn ticket(&self, asset: Address, account: Address, index: u64) -> Ticket {
        let lanes = self.lanes.getter(asset);
        let lane = lanes.getter(account);
        let words = lane.tickets.getter(place(index));
        Ticket::from_words([words.amount.get(), words.rest.get()])
    }

    fn total(&self, asset: Address) -> Total {
        Total(self.pending(asset))
    }

    #[inline(never)]
    fn keep(&mut self, asset: Address, account: Address, lane: Lane, index: u64, ticket: Ticket) {
        let mut lanes = self.lanes.setter(asset);
        let mut words = lanes.setter(account);
        words.lane.set(lane.to_word());
        let [amount, rest] = ticket.to_words();
        let mut ticket = words.tickets.setter(place(index));
        ticket.amount.set(amount);
        ticket.rest.set(rest);
    }

    fn keep_lane(&mut self, asset: Address, account: Address, lane: Lane) {
        let mut lanes = self.lanes.setter(asset);
        lanes.setter(account).lane.set(lane.to_word());
    }
}

fn place(index: u64) -> U256 {
    U256::from_limbs([index, 0, 0, 0])
}
