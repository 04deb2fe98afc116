//! The victims: each module plays the incidents of one of `tests/replays/victims`.

pub mod bridge;
pub mod concentrated_overflow;
pub mod delegatecall_wallet;
pub mod index_rounding;
pub mod lending_donate;
pub mod oracle_market;
pub mod reentrant_pool;
pub mod share_collateral;
pub mod stable_rounding;
pub mod staking_reward;
pub mod vault_share;

use crate::error::ReplayError;
use crate::incident::{Incident, Victim};
use crate::outcome::Outcome;

/// Replays an incident on its victim.
///
/// # Errors
/// A [`ReplayError`].
pub fn replay(incident: &Incident) -> Result<Outcome, ReplayError> {
    match incident.replay {
        Victim::Bridge => bridge::replay(incident),
        Victim::ConcentratedOverflow => concentrated_overflow::replay(incident),
        Victim::DelegatecallWallet => delegatecall_wallet::replay(incident),
        Victim::IndexRounding => index_rounding::replay(incident),
        Victim::LendingDonate => lending_donate::replay(incident),
        Victim::OracleMarket => oracle_market::replay(incident),
        Victim::ReentrantPool => reentrant_pool::replay(incident),
        Victim::ShareCollateral => share_collateral::replay(incident),
        Victim::StableRounding => stable_rounding::replay(incident),
        Victim::StakingReward => staking_reward::replay(incident),
        Victim::VaultShare => vault_share::replay(incident),
    }
}
