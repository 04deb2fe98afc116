//! The interfaces, as the compiler reads them from the files that come with the contracts.
// Solidity's comments stand in the files, and what the macro makes is not ours to shorten or to hide.
#![allow(missing_docs, unreachable_pub, clippy::too_many_arguments)]

/// The guards standing alone.
pub mod hub {
    alloy_sol_types::sol!(
        #[sol(all_derives, abi)]
        "../../contracts/hub/IHub.sol"
    );
}

/// The treasury.
pub mod treasury {
    alloy_sol_types::sol!(
        #[sol(all_derives, abi)]
        "../../examples/treasury/ITreasury.sol"
    );
}

/// The bridge.
pub mod bridge {
    alloy_sol_types::sol!(
        #[sol(all_derives, abi)]
        "../../examples/bridge/IBridge.sol"
    );
}

/// A council.
pub mod council {
    alloy_sol_types::sol!(
        #[sol(all_derives, abi)]
        "../../contracts/council/ICouncil.sol"
    );
}
