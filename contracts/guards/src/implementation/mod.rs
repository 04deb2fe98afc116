//! What code stands at an address, and whether a proxy may be pointed at it.
//!
//! # Design
//! - **Looked at when it is used.** Code that was there when a patch was approved may be another's today: an account with EIP-7702 changes its code at will, and
//!   a program can expire. So everything here is read from the chain at the time of the call.
//! - **The hash of the code binds all of it.** A Stylus program that lies in fragments has its code in other contracts; what is bound is their hashes too ([`fragments_hash`]), in the root's
//!   order, as an address that a root names can be filled later.
//! - **A program has to be alive for long enough**: activated, for the chain's version of Stylus, and with more than a stated time left. EVM code is asked for none of it.
//! - **Activation has a bound of gas.** One that fails burns everything that it was given.
//! - A layout and a UUPS answer are asked of the implementation itself, whose storage is nobody's: what it answers is about its code.
//!
//! # Trust assumptions
//! - The precompiled contract ArbWasm tells the truth.
//! - Code at an address does not change, but for EIP-7702, which is refused: no contract has been able to destroy itself since Cancun but in the transaction that creates it. What is
//!   verified and used within one transaction is the same code.
//!
//! # The attack
//! Approved code is replaced by other code between approval and switch; or the code is right and does not run: a program that was never activated, has expired, or is of an older version of
//! Stylus bricks whatever proxy is pointed at it, the upgrade function included.

mod code;
mod program;

pub use code::{
    fragments_hash, hashes, kind, require_answers, require_code, require_layout, require_some_code,
    CodeDiffers, DelegatedAccount, Expected, FragmentsDiffer, Kind, LayoutDiffers, NoCode, NotProxiable,
    NotRunnable, TooManyFragments, ERC1967_IMPLEMENTATION, MAX_FRAGMENTS,
};
pub use program::{
    activate, keep_alive, secs_left, ActivationFailed, KeepAliveFailed, ProgramExpiresSoon, ProgramInactive,
    ARB_WASM,
};

#[cfg(test)]
mod tests;
