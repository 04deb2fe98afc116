//! The clocks, the openings and the accounts.

// The storage macro names both.
use super::{
    events::{ExitClosed, ExitMarkedLate, ExitOpened, ExitPaid, FreezeObserved},
    refusals::{
        AlreadyPaid, BeyondClaims, ExitAlreadyOpen, ExitEmpty, ExitNotDrained, ExitNotOpen, ExitUnset,
        NothingToPay, PaidLater,
    },
};
use crate::{breaker_guard::Trip, rate_limiter::NEVER, sdk, timelock::Change, GuardError};
use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, B256, U256};
use portcullis_core::exit::{CloseRefused, Freeze, FrozenClock, Leaver, OpenRefused, Opening, PayRefused};
use stylus_sdk::{
    prelude::*,
    storage::{StorageMap, StorageU256},
};

/// An account that takes its share: pay it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "the account counts as paid: it has to be"]
pub struct ExitPayment {
    /// Whom to pay.
    pub account: Address,
    /// How much; never zero.
    pub amount: U256,
}

/// An asset's words.
#[storage]
#[derive(crate::StorageLayout)]
pub struct ExitWords {
    /// A [`Terms`](portcullis_core::exit::Terms).
    pub(super) terms: StorageU256,
    /// A [`FrozenClock`].
    clock: StorageU256,
    /// The four words of an [`Opening`].
    budget: StorageU256,
    claims: StorageU256,
    claims_left: StorageU256,
    rest: StorageU256,
    /// A [`Leaver`] an account.
    leavers: StorageMap<B256, StorageU256>,
}

/// The exits of all assets.
#[storage]
#[derive(crate::StorageLayout)]
pub struct EmergencyExit {
    pub(super) exits: StorageMap<B256, ExitWords>,
}

impl EmergencyExit {
    /// Tells the clock what is frozen. For after each change of that, and for anyone at any time.
    ///
    /// # Events
    /// [`FreezeObserved`].
    pub fn observe(&mut self, asset: Address, freeze: Freeze) {
        let now = self.vm().block_timestamp();
        let previous = self.clock(asset);
        self.tell(asset, previous, previous.observe(freeze, now), now);
    }

    /// Opens the exit. Anyone may, when what is frozen is so now and the clock, told of it, stands at `open_after_secs`. `held` is what the contract measured that it
    /// holds for those who claim, and `claims` its total of their claims.
    ///
    /// # Errors
    /// [`ExitUnset`], [`ExitAlreadyOpen`], [`ExitNotOpen`], [`ExitEmpty`].
    ///
    /// # Events
    /// [`FreezeObserved`], [`ExitOpened`].
    pub fn open(
        &mut self,
        asset: Address,
        freeze: Freeze,
        held: U256,
        claims: U256,
    ) -> Result<(), GuardError> {
        let terms = self.terms(asset).ok_or(ExitUnset { asset })?;
        let now = self.vm().block_timestamp();
        let previous = self.clock(asset);
        let opening = self
            .opening(asset)
            .open(previous, freeze, [held, claims], &terms, now)
            .map_err(|refused| match refused {
                OpenRefused::AlreadyOpen { opened_at } => {
                    GuardError::from(ExitAlreadyOpen { asset, opened_at })
                }
                OpenRefused::TooEarly { frozen_secs, open_at } => ExitNotOpen {
                    asset,
                    frozen_secs,
                    open_after_secs: terms.open_after_secs(),
                    open_at: open_at.unwrap_or(NEVER),
                }
                .into(),
                OpenRefused::Empty => ExitEmpty { asset, held, claims }.into(),
            })?;
        let clock = previous.observe(freeze, now);
        self.tell(asset, previous, clock, now);
        self.keep(asset, opening);
        sdk::emit(
            self.vm(),
            ExitOpened {
                asset,
                by: self.vm().msg_sender(),
                number: opening.number(),
                held,
                claims,
                frozen_secs: clock.frozen_secs(now),
                late_at: opening.late_at(),
            },
        );
        Ok(())
    }

    /// Lets an account take its share of its whole claim: `claim · min(held, claims) / claims`, rounded down. The contract takes the claim off its books and pays what is
    /// returned, in the same transition.
    ///
    /// # Errors
    /// [`ExitNotOpen`], [`AlreadyPaid`], [`PaidLater`], [`BeyondClaims`], [`NothingToPay`].
    ///
    /// # Events
    /// [`ExitPaid`].
    pub fn pay(&mut self, asset: Address, account: Address, claim: U256) -> Result<ExitPayment, GuardError> {
        let now = self.vm().block_timestamp();
        let paid = self
            .opening(asset)
            .pay_down(self.leaver(asset, account), claim, now)
            .map_err(|refused| match refused {
                PayRefused::NotOpen => self.not_open(asset),
                PayRefused::AlreadyPaid { number } => AlreadyPaid {
                    asset,
                    account,
                    number,
                }
                .into(),
                PayRefused::Late { until } => PaidLater {
                    asset,
                    account,
                    until,
                }
                .into(),
                PayRefused::BeyondClaims { claims_left } => BeyondClaims {
                    asset,
                    claim,
                    claims_left,
                }
                .into(),
                PayRefused::Nothing => NothingToPay {
                    asset,
                    account,
                    claim,
                }
                .into(),
            })?;
        let claims_left = paid.opening.claims_left();
        let mut exits = self.exits.setter(asset.into_word());
        // Of the opening nothing else changes.
        exits.claims_left.set(claims_left);
        exits.leavers.insert(account.into_word(), paid.leaver.to_word());
        sdk::emit(
            self.vm(),
            ExitPaid {
                asset,
                account,
                number: paid.opening.number(),
                claim,
                amount: paid.amount,
                claims_left,
            },
        );
        Ok(ExitPayment {
            account,
            amount: paid.amount,
        })
    }

    /// Marks who tripped a breaker, so that they are paid last; nothing when no record of trips is kept.
    ///
    /// # Events
    /// [`ExitMarkedLate`].
    pub fn mark_late(&mut self, asset: Address, trip: &Trip) {
        let Some(record) = trip.record() else {
            return;
        };
        let now = self.vm().block_timestamp();
        let account = trip.by();
        let leaver = self.leaver(asset, account).marked_late(record, now);
        self.exits
            .setter(asset.into_word())
            .leavers
            .insert(account.into_word(), leaver.to_word());
        sdk::emit(
            self.vm(),
            ExitMarkedLate {
                asset,
                account,
                late_until: leaver.late_until(),
            },
        );
    }

    /// Closes the exit, so that the contract goes on as it was. The change has to have waited, and the clock to be back at zero.
    ///
    /// # Errors
    /// [`ExitNotOpen`], [`ExitNotDrained`], and those of [`Change::require_waited`].
    ///
    /// # Events
    /// [`FreezeObserved`], [`ExitClosed`].
    pub fn close(&mut self, change: Change<'_>, asset: Address, freeze: Freeze) -> Result<(), GuardError> {
        let now = self.vm().block_timestamp();
        let previous = self.clock(asset);
        let open = self.opening(asset);
        let closed = open
            .close(previous, freeze, now)
            .map_err(|refused| match refused {
                CloseRefused::NotOpen => self.not_open(asset),
                CloseRefused::NotDrained { retry_at } => ExitNotDrained { asset, retry_at }.into(),
            })?;
        change.require_waited()?;
        self.tell(asset, previous, previous.observe(freeze, now), now);
        self.keep(asset, closed);
        sdk::emit(
            self.vm(),
            ExitClosed {
                asset,
                number: open.number(),
                claims_left: open.claims_left(),
            },
        );
        Ok(())
    }

    /// Whether the exit is open. While it is, the contract pays by it and by nothing else, and takes nothing in.
    pub fn is_open(&self, asset: Address) -> bool {
        Opening::from_words([U256::ZERO, U256::ZERO, U256::ZERO, self.words(asset).rest.get()]).is_open()
    }

    /// What was held and claimed when it was opened, what was not paid upon yet, and since when it is.
    pub fn opening(&self, asset: Address) -> Opening {
        let words = self.words(asset);
        Opening::from_words([
            words.budget.get(),
            words.claims.get(),
            words.claims_left.get(),
            words.rest.get(),
        ])
    }

    /// The asset's clock, as it was told: [`FrozenClock::frozen_secs`] says where it stands.
    pub fn clock(&self, asset: Address) -> FrozenClock {
        FrozenClock::from_word(self.words(asset).clock.get())
    }

    /// The first second at which the exit may be opened if what is frozen stays so, as far as the clock was told; none while nothing is, or without terms.
    pub fn opens_at(&self, asset: Address) -> Option<u64> {
        let now = self.vm().block_timestamp();
        self.clock(asset).opens_at(&self.terms(asset)?, now)
    }

    /// When the account is paid of the opening that there is; none when it is not open or the account was paid.
    pub fn payable_at(&self, asset: Address, account: Address) -> Option<u64> {
        let opening = self.opening(asset);
        let leaver = self.leaver(asset, account);
        (opening.is_open() && leaver.paid_in() != opening.number()).then(|| opening.payable_at(&leaver))
    }

    /// What is remembered of an account.
    pub fn leaver(&self, asset: Address, account: Address) -> Leaver {
        Leaver::from_word(self.words(asset).leavers.get(account.into_word()))
    }

    pub(super) fn words(&self, asset: Address) -> stylus_sdk::storage::StorageGuard<'_, ExitWords> {
        self.exits.getter(asset.into_word())
    }

    #[inline(never)]
    fn not_open(&self, asset: Address) -> GuardError {
        let now = self.vm().block_timestamp();
        ExitNotOpen {
            asset,
            frozen_secs: self.clock(asset).frozen_secs(now),
            open_after_secs: self.terms(asset).map_or(0, |terms| terms.open_after_secs()),
            open_at: self.opens_at(asset).unwrap_or(NEVER),
        }
        .into()
    }

    #[inline(never)]
    fn tell(&mut self, asset: Address, previous: FrozenClock, clock: FrozenClock, now: u64) {
        self.exits.setter(asset.into_word()).clock.set(clock.to_word());
        sdk::emit(
            self.vm(),
            FreezeObserved {
                asset,
                previous_secs: previous.frozen_secs(previous.told_at()),
                frozen_secs: clock.frozen_secs(now),
                frozen_until: clock.frozen_until(),
            },
        );
    }

    fn keep(&mut self, asset: Address, opening: Opening) {
        let [budget, claims, claims_left, rest] = opening.to_words();
        let mut words = self.exits.setter(asset.into_word());
        words.budget.set(budget);
        words.claims.set(claims);
        words.claims_left.set(claims_left);
        words.rest.set(rest);
    }
}
