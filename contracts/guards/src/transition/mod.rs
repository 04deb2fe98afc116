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
//! - **A flow is declared or measured.** A declared one (asset and amount) is charged before the body: it costs no call, is refused before anything happened, and is for an amount that
//!   the method knows and a token that moves what it is told to. A measured one (asset alone) is the difference of the contract's balances, charged after the body: it is for an
//!   amount that shows only then, and for a token that keeps a fee or moves more. What the body says it moved does not count there, only what moved; nothing is charged where nothing did. It is
//!   net within the call, as a deposit and a withdrawal in one body are one difference: where a method does both, it declares them.
//! - A flow that is refused is a refusal and not a broken invariant, unless it has a name whose mode is to latch.
//! - **The order of `keep` is the order of telling.** All snapshots are taken and all invariants asked as they are listed, and the first that is unmet ends the call: its error is the one that the
//!   caller sees, and its mode decides whether the call is a trip. One that only enforces hides a breach of one that latches behind it. So list what latches first, and before what needs a
//!   call to somebody else. One in shadow tells, and the next is asked. Measured flows and `leave` come after all of them.
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

pub use flows::{Flows, Inflows, Measured, Outflows};
pub use frame::{Frame, Moded};
#[doc(hidden)]
pub use latch::enter_latching;
pub use latch::{Latching, RefundRefused, TooLittleGas, Violation, ViolationLatched, RESERVE_GAS};
pub use marks::{Covers, EveryCallGuarded, GuardedEntrypoint, LatchingEntrypoint};
pub use record::{LastViolation, ViolationRecord};

#[cfg(test)]
mod tests;
