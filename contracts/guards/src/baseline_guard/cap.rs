//! A share of a baseline as a cap.

// The storage macro names both.
use super::BaselineGuard;
use crate::{
    authority::Governor,
    errors, events, sdk,
    setting::{amount_refused, refused},
    timelock::Change,
    GuardError,
};
use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, B256, U256};
use portcullis_core::baseline::{InvalidShare, Share};
use stylus_sdk::{
    prelude::*,
    storage::{StorageMap, StorageU256},
};

events! {
    /// An asset's cap was set, changed or closed (zeros). `loosened`: more passes than before of some baseline.
    ShareCapConfigured(asset: Address; previous_bps: u64, previous_floor: U256, bps: u64, floor: U256, loosened: bool);
}

errors! {
    /// The asset has no cap: nothing moves.
    ShareCapUnset(asset: Address);
    /// More than the share of the baseline, and than the floor.
    ShareCapExceeded(asset: Address, requested: U256, available: U256);
}

/// Where the share stands in the word, above a floor of so many bits.
const FLOOR_BITS: usize = 240;

/// A cap for each asset: so many basis points of its baseline, and never less than a floor.
///
/// ```text
///  255       240 239                0
/// ┌─────────────┬───────────────────┐
/// │ basis points│ floor, in wei     │
/// └─────────────┴───────────────────┘
/// ```
#[storage]
#[derive(crate::StorageLayout)]
pub struct ShareCap {
    settings: StorageMap<B256, StorageU256>,
}

impl ShareCap {
    /// The cap at this moment, rounded down.
    ///
    /// # Errors
    /// [`ShareCapUnset`], [`super::BaselineUnset`].
    pub fn amount_down(&self, baselines: &BaselineGuard, asset: Address) -> Result<U256, GuardError> {
        let (share, floor) = self.settings(asset).ok_or(ShareCapUnset { asset })?;
        Ok(baselines.share_down(asset, share)?.max(floor))
    }

    /// Requires that `amount` is within the cap. For a sum of several flows, hand in the sum: a window's, or what counts of the transaction
    /// ([`crate::flow_cap::FlowCap::tally`]).
    ///
    /// # Errors
    /// [`ShareCapExceeded`], [`ShareCapUnset`], [`super::BaselineUnset`].
    pub fn check(&self, baselines: &BaselineGuard, asset: Address, amount: U256) -> Result<(), GuardError> {
        let available = self.amount_down(baselines, asset)?;
        if amount <= available {
            return Ok(());
        }
        Err(ShareCapExceeded {
            asset,
            requested: amount,
            available,
        }
        .into())
    }

    /// Sets the asset's cap to `bps` basis points of its baseline, and to `floor` when that is more. A larger share or floor has to have waited.
    ///
    /// # Errors
    /// [`crate::setting::SettingOutOfBounds`]; [`crate::setting::AmountCannotAct`] for a floor of zero, with which nothing would move in the first window,
    /// or of 240 bits or more, of which no share is ever more; and those of [`Change::require_waited`].
    ///
    /// # Events
    /// [`ShareCapConfigured`].
    pub fn configure(
        &mut self,
        change: Change<'_>,
        asset: Address,
        bps: u16,
        floor: U256,
    ) -> Result<(), GuardError> {
        let key = asset.into_word();
        let share = Share::new(bps)
            .map_err(|InvalidShare { bps }| refused(key, "share_bps", bps.into(), 1, 10_000))?;
        if floor.is_zero() || floor.bit_len() > FLOOR_BITS {
            return Err(amount_refused(key, "floor", floor));
        }
        let loosened = self
            .settings(asset)
            .is_none_or(|(previous, previous_floor)| bps > previous.bps() || floor > previous_floor);
        change.require_waited_if(loosened)?;
        self.put(asset, Some((share, floor)), loosened);
        Ok(())
    }

    /// Closes the asset.
    ///
    /// # Errors
    /// [`ShareCapUnset`] when it has no cap.
    ///
    /// # Events
    /// [`ShareCapConfigured`], with zeros.
    pub fn close(&mut self, _by: &Governor, asset: Address) -> Result<(), GuardError> {
        self.settings(asset).ok_or(ShareCapUnset { asset })?;
        self.put(asset, None, false);
        Ok(())
    }

    /// The asset's share, or none when it is closed.
    pub fn share(&self, asset: Address) -> Option<Share> {
        self.settings(asset).map(|(share, _)| share)
    }

    /// The asset's floor; zero when it is closed.
    pub fn floor(&self, asset: Address) -> U256 {
        self.settings(asset).map_or(U256::ZERO, |(_, floor)| floor)
    }

    fn settings(&self, asset: Address) -> Option<(Share, U256)> {
        let [a, b, c, high] = self.settings.get(asset.into_word()).into_limbs();
        // The cast keeps the bits that the diagram gives to the share.
        let share = Share::new((high >> 48) as u16).ok()?;
        Some((share, U256::from_limbs([a, b, c, high & FLOOR_TOP])))
    }

    fn put(&mut self, asset: Address, to: Option<(Share, U256)>, loosened: bool) {
        let numbers = |settings: Option<(Share, U256)>| {
            settings.map_or((0, U256::ZERO), |(share, floor)| (u64::from(share.bps()), floor))
        };
        let (previous_bps, previous_floor) = numbers(self.settings(asset));
        let (bps, floor) = numbers(to);
        let [a, b, c, high] = floor.into_limbs();
        // Invariant: the floor has 240 bits.
        let word = U256::from_limbs([a, b, c, high | bps << 48]);
        self.settings.insert(asset.into_word(), word);
        sdk::emit(
            self.vm(),
            ShareCapConfigured {
                asset,
                previous_bps,
                previous_floor,
                bps,
                floor,
                loosened,
            },
        );
    }
}

/// The floor's bits in the highest limb.
const FLOOR_TOP: u64 = (1 << 48) - 1;
