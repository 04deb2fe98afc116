//! The manager's interface, as the compiler reads it from the file that comes with the contract.
// Solidity's comments stand in the file, and what the macro makes is not ours to shorten or to hide.
#![allow(missing_docs, unreachable_pub, clippy::too_many_arguments)]

alloy_sol_types::sol!(
    #![sol(all_derives, abi)]
    "../../contracts/patch-manager/IPatchManager.sol"
);
