//! Typed calls of the contracts on a chain.

use crate::bridge::{IBridge, IBridgeGuarded};
use crate::hub::{ICouncil, IHub, IHubGovernance};
use crate::market::{IMarket, IMarketGuards};
use crate::patch::{IPatchCare, IPatchGovernance, IPatchManager, IPatchSentinels};
use crate::proxy::{IGuardedProxy, IProxyGuards};
use crate::rpc::{Chain, Receipt, Status};
use crate::savings::{ISavings, ISavingsGovernance};
use crate::tokens::{Fixture, IToken};
use crate::treasury::{ITreasury, ITreasuryGuards};
use crate::vault::{IVault, IVaultGovernance};
use crate::world::WorldError;
use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolCall, SolError, SolInterface};

/// ETH, as every contract here names it.
pub const ETH: Address = Address::ZERO;

impl Chain {
    /// Sends a transaction that calls a method.
    ///
    /// # Errors
    /// A [`WorldError`] when the chain does not take it; a revert is in the receipt.
    pub fn submit<C: SolCall>(
        &mut self,
        from: Address,
        to: Address,
        call: &C,
    ) -> Result<Receipt, WorldError> {
        Ok(self.transact(from, to, call.abi_encode(), U256::ZERO)?)
    }

    /// Sends a transaction that must succeed.
    ///
    /// # Errors
    /// A [`WorldError`] with the contract's error.
    pub fn must<C: SolCall>(
        &mut self,
        from: Address,
        to: Address,
        call: &C,
        what: &'static str,
    ) -> Result<Receipt, WorldError> {
        let receipt = self.submit(from, to, call)?;
        if receipt.is_success() {
            return Ok(receipt);
        }
        Err(WorldError::Refused {
            what,
            reason: error_of(&receipt.status, &receipt.output),
        })
    }

    /// What a view returns to an account.
    ///
    /// # Errors
    /// A [`WorldError`] when it refuses, or returns what it does not declare.
    pub fn view<C: SolCall>(&self, from: Address, to: Address, call: &C) -> Result<C::Return, WorldError> {
        let called = self.call(from, to, call.abi_encode())?;
        let refused = |reason| WorldError::Refused {
            what: "a view",
            reason,
        };
        if !called.is_success() {
            return Err(refused(error_of(&called.status, &called.output)));
        }
        C::abi_decode_returns(&called.output).map_err(|error| refused(error.to_string()))
    }

    /// Deploys a token whose supply its deployer holds.
    ///
    /// # Errors
    /// A [`WorldError`] when it is not created.
    pub fn token(
        &mut self,
        holder: Address,
        fixture: Fixture,
        symbol: &str,
        decimals: u8,
        supply: U256,
    ) -> Result<Address, WorldError> {
        let init_code = fixture.token_init_code(symbol, decimals, holder, supply);
        Ok(self.create(holder, init_code)?)
    }

    /// What an account holds of an asset.
    ///
    /// # Errors
    /// A [`WorldError`] when the token does not say.
    pub fn holds(&self, asset: Address, account: Address) -> Result<U256, WorldError> {
        if asset == ETH {
            return Ok(self.balance(account)?);
        }
        self.view(account, asset, &IToken::balanceOfCall { account })
    }
}

/// The typed error that a transaction was refused with, if it is this one.
#[must_use]
pub fn refusal<E: SolError>(receipt: &Receipt) -> Option<E> {
    if receipt.status != Status::Revert {
        return None;
    }
    E::abi_decode(&receipt.output).ok()
}

fn error_of(status: &Status, output: &[u8]) -> String {
    let known = [
        named::<IBridgeGuarded::IBridgeGuardedErrors>,
        named::<IBridge::IBridgeErrors>,
        named::<ITreasury::ITreasuryErrors>,
        named::<ITreasuryGuards::ITreasuryGuardsErrors>,
        named::<IHub::IHubErrors>,
        named::<IHubGovernance::IHubGovernanceErrors>,
        named::<ICouncil::ICouncilErrors>,
        named::<ISavings::ISavingsErrors>,
        named::<ISavingsGovernance::ISavingsGovernanceErrors>,
        named::<IVault::IVaultErrors>,
        named::<IVaultGovernance::IVaultGovernanceErrors>,
        named::<IMarket::IMarketErrors>,
        named::<IMarketGuards::IMarketGuardsErrors>,
        named::<IGuardedProxy::IGuardedProxyErrors>,
        named::<IProxyGuards::IProxyGuardsErrors>,
        named::<IPatchManager::IPatchManagerErrors>,
        named::<IPatchCare::IPatchCareErrors>,
        named::<IPatchGovernance::IPatchGovernanceErrors>,
        named::<IPatchSentinels::IPatchSentinelsErrors>,
    ];
    known.iter().find_map(|named| named(output)).unwrap_or_else(|| {
        format!(
            "{status:?} with {}",
            alloy_primitives::hex::encode_prefixed(output)
        )
    })
}

fn named<I: SolInterface + std::fmt::Debug>(output: &[u8]) -> Option<String> {
    I::abi_decode(output).ok().map(|error| format!("{error:?}"))
}
