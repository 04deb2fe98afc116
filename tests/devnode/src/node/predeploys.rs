//! Contracts that tools expect to find on every chain.

use alloy_primitives::{address, hex, Address, Bytes};
use embedded_chain::Chain;

/// Where `cargo stylus` sends programs that have a constructor.
pub const STYLUS_DEPLOYER: Address = address!("0xcEcba2F1DC234f70Dd89F2041029807F8D03A990");
/// Where `cargo stylus cache` places bids: the address of Arbitrum One's.
pub const CACHE_MANAGER: Address = address!("0x51dEDBD2f190E0696AFbEE5E60bFdE96d86464ec");
/// The deterministic deployment proxy: CREATE2 with a salt before the init code.
pub const CREATE2_DEPLOYER: Address = address!("0x4e59b44847b379578588920cA78FbF26c0B4956C");

const STYLUS_DEPLOYER_HEX: &str = include_str!("../../contracts/StylusDeployer.hex");
const CACHE_MANAGER_HEX: &str = include_str!("../../contracts/CacheManager.hex");
const CREATE2_DEPLOYER_CODE: &[u8] = &hex!(
    "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3"
);

/// Puts the contracts where they belong.
pub(super) fn install(chain: &mut Chain) {
    // Invariant: the files are checked in, and a test decodes them.
    let decoded = |text: &str| Bytes::from(hex::decode(text.trim()).unwrap_or_default());
    for (address, code) in [
        (STYLUS_DEPLOYER, decoded(STYLUS_DEPLOYER_HEX)),
        (CACHE_MANAGER, decoded(CACHE_MANAGER_HEX)),
        (CREATE2_DEPLOYER, Bytes::from_static(CREATE2_DEPLOYER_CODE)),
    ] {
        chain.set_code(address, code);
        // As any contract that was created by a transaction.
        chain.set_nonce(address, 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_artefacts_are_code() {
        for artefact in [STYLUS_DEPLOYER_HEX, CACHE_MANAGER_HEX] {
            let code = hex::decode(artefact.trim()).unwrap();
            assert!(code.len() > 500);
            assert_eq!(code[0], 0x60);
        }
    }
}
