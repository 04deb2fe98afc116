//! References that follow slowly, and how far from them a share's price or any other may be.

use alloc::{vec, vec::Vec};
use alloy_primitives::{B256, U256};
use portcullis::{
    authority::Governor,
    errors,
    invariant::{
        numbers::price::{Pricing, Ratio, Shares},
        share_price_near, PriceWindow, SharePriceNear, Unmet, WindowTerms,
    },
    sdk::VM,
    timelock::Change,
    GuardError,
};
use stylus_sdk::prelude::*;

errors! {
    /// Nobody has said how far a price may be from its reference.
    ReferenceUnset();
    /// The price is further from the reference, which is a wad with 128 bits behind the point, than it may be.
    PriceOffReference(price_wad: U256, reference_x128: U256);
}

/// A reference for each price, by a key of the victim's.
#[storage]
pub struct References {
    window: PriceWindow,
}

/// The price of any number of shares: how few there may be is a guard of its own here ([`crate::LeastSupply`]), so that each is seen alone.
const EVERY_SHARE: Pricing = Pricing::new(0, U256::ONE).unwrap();

/// What each of these shares is worth.
pub fn share_price(shares: &Shares) -> Ratio {
    EVERY_SHARE.price(shares)
}

impl References {
    /// Begins a reference at what the price is now: how far from it a price may be, up and down alike, which is also how far it moves in a period.
    ///
    /// # Errors
    /// Those of [`PriceWindow::configure`].
    pub fn set(
        &mut self,
        by: &Governor,
        key: B256,
        now: &Ratio,
        step_bps: u64,
        period_secs: u64,
    ) -> Result<(), GuardError> {
        let terms = WindowTerms {
            down_bps: step_bps,
            up_bps: step_bps,
            step_bps,
            period_secs,
        };
        self.window
            .configure(Change::waited_elsewhere(by), key, now, terms)
    }

    /// The reference follows the price.
    ///
    /// # Errors
    /// Those of [`PriceWindow::follow`].
    pub fn follow(&mut self, key: B256, now: &Ratio) -> Result<(), GuardError> {
        self.window.follow(key, now).map(drop)
    }

    /// Requires that a price is near its reference, which follows it.
    ///
    /// # Errors
    /// [`PriceOffReference`], and those of [`PriceWindow::follow`].
    pub fn require_near(&mut self, key: B256, price_wad: U256) -> Result<(), GuardError> {
        let price = Ratio::whole(price_wad);
        let band = self.window.follow(key, &price)?;
        if band.contains(&price) {
            return Ok(());
        }
        Err(GuardError::own(PriceOffReference {
            price_wad,
            reference_x128: band.reference_x128(),
        }))
    }

    /// What a share is worth is near its reference, as that was at the entry.
    ///
    /// # Errors
    /// [`ReferenceUnset`].
    pub fn shares_near<S: Fn(&VM) -> Result<Shares, Unmet>>(
        &self,
        key: B256,
        shares: S,
    ) -> Result<SharePriceNear<S>, GuardError> {
        let band = self
            .window
            .band(key)
            .ok_or_else(|| GuardError::own(ReferenceUnset {}))?;
        Ok(share_price_near(EVERY_SHARE, band, shares))
    }
}
