//! One choke point: what runs around the body of every call that may change state.
//!
//! A contract writes `#[portcullis::entrypoint]` on its struct and [`#[guarded]`](crate::guarded) on each of its `impl` blocks; what a method declares there is
//! expanded into the calls of this module. Nobody needs to call it by hand.
//!
//! # Design
//! - **Entry checks, body, exit checks**, in that order, under the contract's lock. An invariant is snapshot before the body and asked once
//!   after it, when every call out has returned: a breach in the middle that is healed before the end is none.
//! - **Only the outermost frame is one.** A call back into the contract is refused ([`crate::lock::Reentered`]), and so is a guarded method that is
//!   called by another in Rust: what two methods share is a private function, which no lock stops and which is inside their frames.
//! - **A flow is declared or measured.** A declared one (asset and amount) is charged before the body. A measured one (asset alone) is the
//!   difference of the contract's balances, charged after it: what the body says it moved does not count, only what moved.
//! - **A guard with a name has a mode** ([`crate::guard_modes`]): it watches, refuses, or refuses and trips. One without a name refuses.
//! - **A trip survives the revert that it causes** where a method is latched ([`Latching`]): its body runs in a delegatecall to the contract itself, a
//!   violation rolls it back, and the outer frame records the trip and returns `false`.
//!
//! # Trust assumptions
//! - A method that takes `&self` changes nothing. The language holds it to that for storage; a raw call of the SDK is not held by anything.
//! - The constructor runs once and is not guarded.
//!
//! # The attack
//! The method that was added last is the one that forgot a check.

mod flows;
mod frame;
mod latch;
mod marks;
mod record;

pub use flows::{Flows, Measured};
pub use frame::{Frame, Moded};
#[doc(hidden)]
pub use latch::enter_latching;
pub use latch::{Latching, RefundRefused, TooLittleGas, Violation, ViolationLatched, RESERVE_GAS};
pub use marks::{Covers, EveryCallGuarded, GuardedEntrypoint, LatchingEntrypoint};
pub use record::{LastViolation, ViolationRecord};

#[cfg(test)]
mod tests;
