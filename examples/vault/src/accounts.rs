//! What is managed, and how it changes: a way in, a way out, a gain, a loss.

use super::{
    guards::{OUTFLOW, SOLVENCY, WINDOW},
    rates::{gain_down, Rates, OFFSET},
    AmountTooLarge, Deposit, FeeOnTransfer, GainCounted, LossWrittenDown, NothingMoved, Transfer, Vault,
    VaultError, Withdraw,
};
use alloy_primitives::{Address, U256};
use portcullis::{
    asset::{self, NotAToken, ETH},
    calldata,
    core_types::mode::Mode,
    sdk::{emit, static_call_word},
    GuardError,
};
use stylus_sdk::prelude::*;

/// A number there is.
pub(crate) fn found(number: Option<U256>) -> Result<U256, VaultError> {
    Ok(number.ok_or(AmountTooLarge {})?)
}

impl Vault {
    /// Names the asset, and has the guards watch that are about how much honest users move.
    ///
    /// # Errors
    /// `NotAToken`.
    pub(crate) fn open(&mut self, asset: Address) -> Result<(), GuardError> {
        if asset == ETH {
            return Err(NotAToken { asset }.into());
        }
        asset::held(self.vm(), asset)?;
        let decimals = static_call_word(self.vm(), asset, &calldata!("decimals"));
        // Who does not say has 18, as OpenZeppelin has it.
        let [.., decimals] = decimals.map_or([18; 32], |word| word.0);
        let decimals = decimals.saturating_add(OFFSET).into();
        self.decimals.set(U256::from_limbs([decimals, 0, 0, 0]));
        self.asset.set(asset);
        self.modes.initialize(OUTFLOW, Mode::Shadow);
        self.modes.initialize(WINDOW, Mode::Shadow);
        Ok(())
    }

    #[inline(never)]
    pub(crate) fn take_in(
        &mut self,
        assets: U256,
        shares: U256,
        receiver: Address,
    ) -> Result<(), VaultError> {
        if assets.is_zero() || shares.is_zero() {
            return Err(NothingMoved {}.into());
        }
        let (asset, sender) = (self.asset.get(), self.vm().msg_sender());
        // The call out comes first here: only after it is known whether all arrived. The lock makes that safe.
        let arrived = asset::take(self.vm(), asset, assets)?;
        if arrived != assets {
            return Err(FeeOnTransfer {
                asset,
                expected: assets,
                arrived,
            }
            .into());
        }
        let managed = found(self.managed.get().checked_add(assets))?;
        let supply = found(self.supply.get().checked_add(shares))?;
        self.managed.set(managed);
        self.supply.set(supply);
        self.give_shares(receiver, shares)?;
        emit(
            self.vm(),
            Transfer {
                from: Address::ZERO,
                to: receiver,
                value: shares,
            },
        );
        emit(
            self.vm(),
            Deposit {
                sender,
                owner: receiver,
                assets,
                shares,
            },
        );
        Ok(())
    }

    #[inline(never)]
    pub(crate) fn pay_out(
        &mut self,
        assets: U256,
        shares: U256,
        receiver: Address,
        owner: Address,
    ) -> Result<(), VaultError> {
        if assets.is_zero() || shares.is_zero() {
            return Err(NothingMoved {}.into());
        }
        let sender = self.vm().msg_sender();
        if sender != owner {
            self.spend(owner, shares)?;
        }
        self.take_shares(owner, shares)?;
        // Invariant: no balance is larger than the supply. What all shares are worth is not more than what is managed.
        self.supply.set(self.supply.get().saturating_sub(shares));
        self.managed.set(self.managed.get().saturating_sub(assets));
        emit(
            self.vm(),
            Transfer {
                from: owner,
                to: Address::ZERO,
                value: shares,
            },
        );
        emit(
            self.vm(),
            Withdraw {
                sender,
                receiver,
                owner,
                assets,
                shares,
            },
        );
        Ok(asset::push(self.vm(), self.asset.get(), receiver, assets)?)
    }

    /// Makes a gain of the surplus, as far as it is one by now.
    pub(crate) fn count_gain(&mut self) -> Result<(), VaultError> {
        let (previous, held) = (self.managed.get(), self.held()?);
        let managed = self.total_of(held);
        if managed > previous {
            self.managed.set(managed);
            emit(self.vm(), GainCounted { previous, managed });
        }
        // What rounds to nothing is not lost: it waits for its second. A loss is for who writes it down.
        if managed > previous || held <= previous {
            let now = self.vm().block_timestamp();
            self.counted_at.set(U256::from_limbs([now, 0, 0, 0]));
        }
        Ok(())
    }

    /// Manages no more than is held.
    pub(crate) fn count_loss(&mut self) -> Result<(), VaultError> {
        let (previous, managed) = (self.managed.get(), self.held()?);
        if managed >= previous {
            return Ok(());
        }
        self.managed.set(managed);
        let by = self.vm().msg_sender();
        emit(
            self.vm(),
            LossWrittenDown {
                by,
                previous,
                managed,
            },
        );
        // Or who caused the loss would write it down before anybody sees it.
        if self.modes.all().of(SOLVENCY) == Mode::Latch {
            self.trip(SOLVENCY, by)?;
        }
        Ok(())
    }

    /// What is the shares' when so much is held.
    #[inline(never)]
    pub(crate) fn total_of(&self, held: U256) -> U256 {
        let managed = self.managed.get();
        let Some(surplus) = held.checked_sub(managed) else {
            return held;
        };
        let [counted_at, ..] = self.counted_at.get().into_limbs();
        let elapsed_secs = self.vm().block_timestamp().saturating_sub(counted_at);
        // Invariant: a gain is a part of the surplus.
        managed.saturating_add(gain_down(managed, surplus, elapsed_secs))
    }

    pub(crate) fn held(&self) -> Result<U256, GuardError> {
        asset::held(self.vm(), self.asset.get())
    }

    pub(crate) fn rates(&self) -> Rates {
        Rates {
            assets: self.total_assets(),
            supply: self.supply.get(),
        }
    }
}
