//! How much of an asset may move in any window of time, asset by asset: never more than the limit.
//!
//! # Design
//! - A sliding window for each asset ([`portcullis_core::window`]): in any `window_secs` seconds, first and last included, at most
//!   `amount` moves. A bucket of the same size ([`crate::rate_limiter`]) lets up to twice its capacity out in one refill time and frees a
//!   little every second; a window keeps to its limit, frees in sixteen steps, and takes a second word.
//! - Two words an asset. Every flow reads both and writes the first; the second is written at most once in a tick, a sixteenth of the
//!   window, however many flows there are.
//! - One limiter counts one direction, gross: what comes in makes no room for what goes out. A contract that limits both has two.
//! - An asset that was never set, or was closed, is closed: a new asset is not an unlimited one.
//! - Nothing is stored when a request is denied, and no event tells of one that passes: the contract's own event does.
//! - What has been configured is listed ([`crate::registry`]), so that everything in force can be read from the contract itself.
//!
//! # Trust assumptions
//! - The contract calls [`WindowLimiter::consume`] with what moves, once, before it moves.
//! - Whoever moves an honest amount first is served first, as with a bucket; what is used up comes back a window later, and no sooner.
//!
//! # The attack
//! A thief who knows the limit takes all of it just before the edge of a fixed window and all of it again just after; or waits for a
//! change of the limit to forget what has left. Here there is no edge, and a change forgives nothing.

// The storage macro names both.
use crate::{
    authority::Governor,
    errors, events,
    pairs::Pairs,
    rate_limiter::{ready_at, AssetClosed, RateLimited, NEVER},
    registry::Registry,
    sdk,
    timelock::Change,
    GuardError,
};
use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, B256, U256};
use portcullis_core::window::{InvalidLimit, Limit, Slot, Window, MAX_WINDOW_SECS};
use stylus_sdk::prelude::*;

events! {
    /// An asset's window was set, changed or closed (an amount of zero). `loosened`: more may pass than before in some interval.
    WindowConfigured(asset: Address; previous_amount: U256, previous_window_secs: u64, amount: U256, window_secs: u64, previous_available: U256, available: U256, loosened: bool);
}

errors! {
    /// A window that lets nothing pass; close it instead.
    WindowAmountZero(asset: Address);
    /// The window is not within 1 second and the maximum.
    WindowOutOfBounds(asset: Address, window_secs: u64, maximum_secs: u64);
}

/// An asset that has had a window, and what is in force for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The asset.
    pub asset: Address,
    /// Its limit, or none when it was closed.
    pub limit: Option<Limit>,
    /// What of it may move now.
    pub available: U256,
}

/// The windows of all assets in one direction.
#[storage]
#[derive(crate::StorageLayout)]
pub struct WindowLimiter {
    /// The two words of a [`Slot`] for the word of each asset's address.
    windows: Pairs,
    /// The word of each asset's address.
    assets: Registry,
}

impl WindowLimiter {
    /// Requires that the asset has a window.
    ///
    /// # Errors
    /// [`AssetClosed`].
    pub fn check_open(&self, asset: Address) -> Result<(), GuardError> {
        open(asset, self.slot(asset)).map(drop)
    }

    /// Counts `amount` in the asset's window.
    ///
    /// # Errors
    /// [`RateLimited`] when more than the limit would have moved in a window, [`AssetClosed`] when there is none.
    pub fn consume(&mut self, asset: Address, amount: U256) -> Result<(), GuardError> {
        let now = self.vm().block_timestamp();
        let words = self.words(asset);
        let window = open(asset, Slot::from_words(words))?
            .consume(amount, now)
            .map_err(|denied| RateLimited {
                asset,
                requested: denied.requested,
                available: denied.available,
                retry_at: denied.retry_at.unwrap_or(NEVER),
            })?;
        self.keep(asset, words, Slot::Open(window));
        Ok(())
    }

    /// Sets the asset's window. The first time all of it is available; after that nothing is added to what is available at once, and what
    /// has left counts for another window. A larger amount, or a shorter window, has to have waited.
    ///
    /// # Errors
    /// [`WindowAmountZero`], [`WindowOutOfBounds`], and those of [`Change::require_waited`].
    ///
    /// # Events
    /// [`WindowConfigured`].
    pub fn configure(
        &mut self,
        change: Change<'_>,
        asset: Address,
        amount: U256,
        window_secs: u64,
    ) -> Result<(), GuardError> {
        let limit = Limit::new(amount, window_secs).map_err(|invalid| match invalid {
            InvalidLimit::ZeroAmount => GuardError::from(WindowAmountZero { asset }),
            InvalidLimit::WindowOutOfBounds { window_secs } => WindowOutOfBounds {
                asset,
                window_secs,
                maximum_secs: MAX_WINDOW_SECS,
            }
            .into(),
        })?;
        self.reconfigure(asset, Some(limit), Some(change))
    }

    /// Closes the asset's window. Set again, it starts used up.
    ///
    /// # Errors
    /// [`AssetClosed`] when it has none.
    ///
    /// # Events
    /// [`WindowConfigured`], with an amount of zero.
    pub fn close(&mut self, _by: &Governor, asset: Address) -> Result<(), GuardError> {
        self.check_open(asset)?;
        self.reconfigure(asset, None, None)
    }

    /// What of the asset may move now.
    pub fn available(&self, asset: Address) -> U256 {
        let now = self.vm().block_timestamp();
        self.slot(asset)
            .open()
            .map_or(U256::ZERO, |window| window.available_down(now))
    }

    /// The first second at which `amount` may move if nothing moves before: now when it may at once, [`NEVER`] when it is more than the limit, or closed.
    pub fn ready_at(&self, asset: Address, amount: U256) -> u64 {
        let now = self.vm().block_timestamp();
        let asked = self.slot(asset).open().map(|window| window.consume(amount, now));
        ready_at(asked, now)
    }

    /// The first second at which more may be available than now; none when all of the limit is, or it is closed.
    pub fn next_change_at(&self, asset: Address) -> Option<u64> {
        let now = self.vm().block_timestamp();
        self.slot(asset).open()?.next_change_at(now)
    }

    /// The asset's limit, or none when it is closed.
    pub fn limit(&self, asset: Address) -> Option<Limit> {
        self.slot(asset).open().map(|window| window.limit())
    }

    /// How many assets have ever had a window.
    pub fn count(&self) -> u64 {
        self.assets.count()
    }

    /// The asset at an index of the list and what is in force for it, or none from [`WindowLimiter::count`] on.
    pub fn entry(&self, index: u64) -> Option<Entry> {
        let [word, _] = self.assets.get(index)?;
        let asset = Address::from_word(word.into());
        Some(Entry {
            asset,
            limit: self.limit(asset),
            available: self.available(asset),
        })
    }

    fn words(&self, asset: Address) -> [U256; 2] {
        let key = asset.into_word();
        [self.windows.first(key), self.windows.second(key)]
    }

    fn slot(&self, asset: Address) -> Slot {
        Slot::from_words(self.words(asset))
    }

    fn keep(&mut self, asset: Address, loaded: [U256; 2], slot: Slot) {
        self.windows.keep(asset.into_word(), loaded, slot.to_words());
    }

    /// Puts the asset under `to`; what loosens has to have waited.
    fn reconfigure(
        &mut self,
        asset: Address,
        to: Option<Limit>,
        by: Option<Change<'_>>,
    ) -> Result<(), GuardError> {
        let words = self.words(asset);
        let previous = Slot::from_words(words);
        let change = previous.reconfigure(to, self.vm().block_timestamp());
        // Closing tightens, and has nobody to ask.
        if let Some(by) = by {
            by.require_waited_if(change.loosened)?;
        }
        if previous == Slot::Unset {
            let name: B256 = asset.into_word();
            self.assets.append([name.into(), U256::ZERO]);
        }
        self.keep(asset, words, change.slot);
        let numbers = |limit: Option<Limit>| limit.map_or((U256::ZERO, 0), |l| (l.amount(), l.window_secs()));
        let (previous_amount, previous_window_secs) = numbers(previous.open().map(|window| window.limit()));
        let (amount, window_secs) = numbers(to);
        sdk::emit(
            self.vm(),
            WindowConfigured {
                asset,
                previous_amount,
                previous_window_secs,
                amount,
                window_secs,
                previous_available: change.previous_available,
                available: change.available,
                loosened: change.loosened,
            },
        );
        Ok(())
    }
}

fn open(asset: Address, slot: Slot) -> Result<Window, GuardError> {
    slot.open().ok_or_else(|| AssetClosed { asset }.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        abi::Event,
        fixture::{chain_at, last_log, u, OTHER, TOKEN},
        timelock::{OperationNotReady, Timelock},
    };
    use stylus_sdk::testing::TestVM;

    /// At 1,000, a multiple of a tick of 100 seconds.
    fn limiter() -> (TestVM, WindowLimiter, Governor) {
        let (test, governor, _) = chain_at(1_000);
        (test.clone(), WindowLimiter::from(&test), governor)
    }

    /// Sets a window under the timelock as it is: without a delay until a test sets one.
    fn configure(
        test: &TestVM,
        limiter: &mut WindowLimiter,
        by: &Governor,
        asset: Address,
        amount: u64,
        window_secs: u64,
    ) -> Result<(), GuardError> {
        let mut timelock = Timelock::from(test);
        limiter.configure(timelock.change(by, &[]), asset, u(amount), window_secs)
    }

    /// With 100 in 1,600 seconds.
    fn hundred() -> (TestVM, WindowLimiter, Governor) {
        let (test, mut limiter, governor) = limiter();
        configure(&test, &mut limiter, &governor, TOKEN, 100, 1_600).unwrap();
        (test, limiter, governor)
    }

    fn limited(requested: u64, available: u64, retry_at: u64) -> Result<(), GuardError> {
        Err(RateLimited {
            asset: TOKEN,
            requested: u(requested),
            available: u(available),
            retry_at,
        }
        .into())
    }

    #[test]
    fn an_asset_that_was_never_set_is_closed() {
        let (_, mut limiter, governor) = limiter();
        let closed = || Err(GuardError::from(AssetClosed { asset: TOKEN }));
        assert_eq!(limiter.consume(TOKEN, u(0)), closed());
        assert_eq!(limiter.check_open(TOKEN), closed());
        assert_eq!(limiter.close(&governor, TOKEN), closed());
        assert_eq!((limiter.available(TOKEN), limiter.limit(TOKEN)), (u(0), None));
    }

    #[test]
    fn what_passes_comes_back_a_window_and_a_tick_later_and_not_a_second_before() {
        let (test, mut limiter, _) = hundred();
        limiter.consume(TOKEN, u(40)).unwrap();
        test.set_block_timestamp(1_100);
        limiter.consume(TOKEN, u(60)).unwrap();
        assert_eq!(limiter.consume(TOKEN, u(1)), limited(1, 0, 2_700));
        assert_eq!(limiter.consume(TOKEN, u(41)), limited(41, 0, 2_800));
        assert_eq!(limiter.consume(TOKEN, u(101)), limited(101, 0, NEVER));
        test.set_block_timestamp(2_699);
        assert_eq!(limiter.consume(TOKEN, u(1)), limited(1, 0, 2_700));
        test.set_block_timestamp(2_700);
        assert_eq!(limiter.available(TOKEN), u(40));
        assert_eq!(limiter.consume(TOKEN, u(41)), limited(41, 40, 2_800));
        limiter.consume(TOKEN, u(40)).unwrap();
        test.set_block_timestamp(2_801);
        assert_eq!(limiter.available(TOKEN), u(60));
    }

    #[test]
    fn a_monitor_sees_when_an_amount_fits_and_when_more_may_be_available() {
        let (test, mut limiter, _) = hundred();
        assert_eq!(
            (limiter.ready_at(TOKEN, u(100)), limiter.next_change_at(TOKEN)),
            (1_000, None)
        );
        limiter.consume(TOKEN, u(40)).unwrap();
        test.set_block_timestamp(1_150);
        limiter.consume(TOKEN, u(50)).unwrap();
        for (amount, at) in [
            (10, 1_150),
            (11, 2_700),
            (50, 2_700),
            (51, 2_800),
            (100, 2_800),
            (101, NEVER),
        ] {
            assert_eq!(limiter.ready_at(TOKEN, u(amount)), at, "{amount}");
        }
        assert_eq!(limiter.next_change_at(TOKEN), Some(1_200));
        assert_eq!(
            (limiter.ready_at(OTHER, u(0)), limiter.next_change_at(OTHER)),
            (NEVER, None)
        );
    }

    #[test]
    fn the_edge_of_a_window_does_not_let_twice_the_limit_through() {
        let (test, mut limiter, _) = hundred();
        // 3,200 is where a fixed window of 1,600 seconds would begin anew.
        test.set_block_timestamp(3_199);
        limiter.consume(TOKEN, u(100)).unwrap();
        for now in [3_200, 3_201, 3_300, 4_799] {
            test.set_block_timestamp(now);
            assert_eq!(limiter.consume(TOKEN, u(1)), limited(1, 0, 4_800), "{now}");
        }
        test.set_block_timestamp(4_800);
        limiter.consume(TOKEN, u(100)).unwrap();
    }

    #[test]
    fn dust_does_not_use_up_what_others_may_move() {
        let (test, mut limiter, governor) = limiter();
        configure(&test, &mut limiter, &governor, TOKEN, 1_000_000, 1_600).unwrap();
        // A quantum is 16. What was begun of it is held back once in a tick, however many amounts of 1 there are.
        for _ in 0..1_000 {
            limiter.consume(TOKEN, u(1)).unwrap();
        }
        assert_eq!(limiter.available(TOKEN), u(999_000));
        test.set_block_timestamp(1_100);
        assert_eq!(limiter.available(TOKEN), u(1_000_000 - 63 * 16));
    }

    #[test]
    fn a_change_forgets_nothing_of_what_has_left() {
        let (test, mut limiter, governor) = hundred();
        limiter.consume(TOKEN, u(70)).unwrap();
        // What a larger limit adds counts as if it had just left, so the way back to the smaller one leaves less.
        for (amount, available) in [(90, 20), (1_000, 20), (100, 0)] {
            configure(&test, &mut limiter, &governor, TOKEN, amount, 1_600).unwrap();
            assert_eq!(limiter.available(TOKEN), u(available), "{amount}");
        }
        limiter.close(&governor, TOKEN).unwrap();
        configure(&test, &mut limiter, &governor, TOKEN, 100, 1_600).unwrap();
        assert_eq!(limiter.available(TOKEN), u(0), "set again, it starts used up");
        test.set_block_timestamp(2_699);
        assert_eq!(limiter.available(TOKEN), u(0));
        test.set_block_timestamp(2_700);
        assert_eq!(limiter.available(TOKEN), u(100));
    }

    #[test]
    fn a_denied_request_stores_nothing() {
        let (test, mut limiter, _) = hundred();
        limiter.consume(TOKEN, u(100)).unwrap();
        let before = test.snapshot().storage;
        // In the same tick, when that has closed, and years later.
        for now in [1_050, 1_150, 1_000_000_000] {
            test.set_block_timestamp(now);
            assert!(limiter.consume(TOKEN, u(101)).is_err());
            assert_eq!(test.snapshot().storage, before, "{now}");
        }
    }

    #[test]
    fn the_second_word_is_written_only_when_a_tick_has_closed() {
        let (test, mut limiter, _) = hundred();
        // The window's first word, the count of assets and the asset.
        assert_eq!(test.snapshot().storage.len(), 3);
        limiter.consume(TOKEN, u(1)).unwrap();
        test.set_block_timestamp(1_099);
        limiter.consume(TOKEN, u(1)).unwrap();
        assert_eq!(test.snapshot().storage.len(), 3);
        test.set_block_timestamp(1_100);
        limiter.consume(TOKEN, u(1)).unwrap();
        assert_eq!(test.snapshot().storage.len(), 4);
        let changed = |now| {
            let before = test.snapshot().storage;
            test.set_block_timestamp(now);
            WindowLimiter::from(&test).consume(TOKEN, u(1)).unwrap();
            let after = test.snapshot().storage;
            after
                .iter()
                .filter(|(at, word)| before.get(*at) != Some(*word))
                .count()
        };
        assert_eq!(changed(1_199), 1, "the same tick");
        assert_eq!(changed(1_200), 2, "it has closed");
    }

    #[test]
    fn one_assets_window_is_not_anothers() {
        let (test, mut limiter, governor) = hundred();
        configure(&test, &mut limiter, &governor, OTHER, 7, 1_600).unwrap();
        limiter.consume(TOKEN, u(100)).unwrap();
        assert_eq!((limiter.available(TOKEN), limiter.available(OTHER)), (u(0), u(7)));
    }

    #[test]
    fn everything_that_was_ever_set_is_listed_once() {
        let (test, mut limiter, governor) = hundred();
        assert_eq!((limiter.count(), limiter.entry(1)), (1, None));
        configure(&test, &mut limiter, &governor, Address::ZERO, 7, 60).unwrap();
        configure(&test, &mut limiter, &governor, TOKEN, 90, 1_600).unwrap();
        limiter.consume(TOKEN, u(30)).unwrap();
        limiter.close(&governor, Address::ZERO).unwrap();
        assert_eq!(limiter.count(), 2);
        let token = Entry {
            asset: TOKEN,
            limit: Some(Limit::new(u(90), 1_600).unwrap()),
            available: u(60),
        };
        let closed = Entry {
            asset: Address::ZERO,
            limit: None,
            available: u(0),
        };
        let entries = [0, 1, 2].map(|index| limiter.entry(index));
        assert_eq!(entries, [Some(token), Some(closed), None]);
        configure(&test, &mut limiter, &governor, Address::ZERO, 7, 60).unwrap();
        assert_eq!(limiter.count(), 2, "set again, it is listed already");
    }

    #[test]
    fn every_change_is_told_with_its_old_and_new_numbers() {
        let (test, mut limiter, governor) = hundred();
        let configured = WindowConfigured {
            asset: TOKEN,
            previous_amount: u(0),
            previous_window_secs: 0,
            amount: u(100),
            window_secs: 1_600,
            previous_available: u(0),
            available: u(100),
            loosened: true,
        };
        assert_eq!(last_log(&test), configured.encode());
        limiter.consume(TOKEN, u(25)).unwrap();
        configure(&test, &mut limiter, &governor, TOKEN, 30, 3_200).unwrap();
        let tightened = WindowConfigured {
            previous_amount: u(100),
            previous_window_secs: 1_600,
            amount: u(30),
            window_secs: 3_200,
            previous_available: u(75),
            available: u(5),
            loosened: false,
            ..configured
        };
        assert_eq!(last_log(&test), tightened.encode());
        limiter.close(&governor, TOKEN).unwrap();
        let closed = WindowConfigured {
            previous_amount: u(30),
            previous_window_secs: 3_200,
            amount: u(0),
            window_secs: 0,
            previous_available: u(5),
            available: u(0),
            ..tightened
        };
        assert_eq!(last_log(&test), closed.encode());
    }

    #[test]
    fn a_larger_amount_or_a_shorter_window_has_to_have_waited() {
        let (test, mut limiter, governor) = hundred();
        let mut timelock = Timelock::from(&test);
        timelock.set_delay(&governor, &[], 60).unwrap();
        for (amount, window_secs) in [(101, 1_600), (1, 1_599)] {
            let before = test.snapshot();
            let refused = configure(&test, &mut limiter, &governor, TOKEN, amount, window_secs);
            assert!(refused.unwrap_err().is::<OperationNotReady>());
            assert_eq!(test.snapshot().storage, before.storage);
            assert_eq!(test.get_emitted_logs().len(), before.emitted_logs.len());
        }
        configure(&test, &mut limiter, &governor, TOKEN, 99, 1_601).unwrap();
        limiter.close(&governor, TOKEN).unwrap();
        let reopened = configure(&test, &mut limiter, &governor, TOKEN, 1, 1_601);
        assert!(reopened.unwrap_err().is::<OperationNotReady>());
        timelock.schedule(&governor, &[]).unwrap();
        test.set_block_timestamp(1_060);
        configure(&test, &mut limiter, &governor, TOKEN, 1, 1_601).unwrap();
        assert_eq!(limiter.limit(TOKEN), Some(Limit::new(u(1), 1_601).unwrap()));
    }

    #[test]
    fn a_limit_that_cannot_act_is_refused() {
        let (test, mut limiter, governor) = limiter();
        assert_eq!(
            configure(&test, &mut limiter, &governor, TOKEN, 0, 20),
            Err(WindowAmountZero { asset: TOKEN }.into())
        );
        for window_secs in [0, 315_360_001] {
            assert_eq!(
                configure(&test, &mut limiter, &governor, TOKEN, 1, window_secs),
                Err(WindowOutOfBounds {
                    asset: TOKEN,
                    window_secs,
                    maximum_secs: 315_360_000,
                }
                .into())
            );
        }
        assert_eq!((limiter.limit(TOKEN), limiter.count()), (None, 0));
        assert!(test.snapshot().storage.is_empty());
    }
}
