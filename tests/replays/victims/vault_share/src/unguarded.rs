//! The protocol without guards.

use crate::protocol::{Protocol, Terms};
use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, U256};
use stylus_sdk::prelude::*;

/// The protocol without guards.
#[entrypoint]
#[storage]
pub struct Lending {
    protocol: Protocol,
}

#[public]
impl Lending {
    /// Says what is put up, what its vault holds and what that is worth, and what may be owed. Who governs is not kept.
    #[constructor]
    pub fn constructor(
        &mut self,
        _governor: Address,
        share: Address,
        underlying: Address,
        vault: Address,
        underlying_price_wad: U256,
        factor_bps: U256,
    ) {
        self.protocol.initialize(&Terms {
            share,
            underlying,
            vault,
            underlying_price_wad,
            factor_bps,
        });
    }

    /// Makes a market of an asset. Nobody but the deployer does here.
    pub fn list(&mut self, asset: Address, price_wad: U256) -> Result<(), Vec<u8>> {
        Ok(self.protocol.list(asset, price_wad)?)
    }

    /// Puts up an asset for an account.
    #[payable]
    pub fn deposit(&mut self, asset: Address, amount: U256, account: Address) -> Result<(), Vec<u8>> {
        Ok(self.protocol.deposit(asset, amount, account)?)
    }

    /// Lends.
    pub fn borrow(&mut self, asset: Address, amount: U256) -> Result<(), Vec<u8>> {
        Ok(self.protocol.borrow(self.vm().msg_sender(), asset, amount)?)
    }

    /// What an account has put up of an asset, and owes.
    pub fn account(&self, account: Address, asset: Address) -> (U256, U256) {
        (
            self.protocol.put_up(account, asset),
            self.protocol.debt(account, asset),
        )
    }

    /// What 10^18 base units of an asset are worth, scaled by 10^18.
    pub fn price(&self, asset: Address) -> Result<U256, Vec<u8>> {
        Ok(self.protocol.price_wad(asset)?)
    }

    /// What the vault holds, and how many shares there are.
    pub fn pricing(&self) -> Result<(U256, U256), Vec<u8>> {
        let pricing = self.protocol.pricing()?;
        Ok((pricing.assets, pricing.supply))
    }

    /// Takes what comes, as what is lent.
    #[receive]
    #[payable]
    pub fn receive(&mut self) -> Result<(), Vec<u8>> {
        Ok(())
    }
}
