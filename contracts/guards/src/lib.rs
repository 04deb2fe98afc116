//! Circuit breakers and invariant guards for Arbitrum Stylus.
//!
//! Each guard is a `#[storage]` type that a protocol puts into its own storage struct, or a function over the host:
//!
//! - [`authority`]: who may tighten and who may loosen.
//! - [`access_managed`]: an OpenZeppelin `AccessManager` says who governs, and after which delay.
//! - [`timelock`]: loosening waits, in the open.
//! - [`patch`]: the patch manager: what runs behind a proxy is changed by what was approved, looked at, and tried.
//! - [`pause_guard`]: pauses on a ladder that end by themselves, for everything and for groups of functions.
//! - [`guardians`]: who may pause which group, once, within a budget, and what becomes of it when they are gone.
//! - [`rate_limiter`]: how much of an asset may move in a time.
//! - [`breaker_guard`]: a breaker for each asset or group of functions, stricter rung by rung, that comes back by itself.
//! - [`council`]: M of N members approve an action, verified on chain; and a committee for an emergency, for one action until a time.
//! - [`triggers`]: what trips a breaker, each with what it costs to fire.
//! - [`deferral_queue`]: a flow over its limit waits, and the council can cancel it.
//! - [`emergency_exit`]: a way out of what is frozen, after a bounded time, at pro rata shares.
//! - [`registry`]: a list of what has been configured.
//! - [`scoped_limiter`]: one flow, several limits: of its asset, its account, its group of functions and its route.
//! - [`solvency`]: at the end of a transition, what is held covers what is owed.
//! - [`implementation`]: what code stands at an address, and whether a proxy may be pointed at it.
//! - [`invariant`]: what has to hold over a transition, asked once at its exit, composable.
//! - [`transition`]: what runs around the body of every call, and trips that survive the revert they cause.
//! - [`guard_modes`]: each guard watches, refuses, or refuses and trips.
//! - [`lock`]: no transition starts inside another.
//! - [`shared_lock`]: nor inside one of another contract of the same protocol.
//! - [`window_limiter`]: how much of an asset may move in any window of time.
//! - [`abi`]: Solidity errors, events and calls in little code.
//! - [`scope_key`]: what a breaker is for: an asset, a group of functions, or both.
//! - [`flow_cap`]: how much of an asset may move in one transition and in one transaction.
//! - [`inflow_credit`]: what an actor brought in a while ago, that it may take out beside a limiter. Optional.
//! - [`growth_cap`]: how fast a debt or a supply may grow.
//! - [`net_position`]: how far a net position may go to either side, for those who want netting.
//! - [`baseline_guard`]: a share of the value held, which no deposit or withdrawal of the moment moves.
//! - [`adaptive_limiter`]: a rate limiter's capacity that follows what flows, by at most a step a day.
//! - [`setting`]: the error for a setting that could not act.
//! - [`layout`]: where a contract's storage lies, as a hash that it carries and a description that is compared before an upgrade.
//! - [`asset`]: ETH and ERC-20 moved and measured, whatever the token returns.
//!
//! A guard loads a word, calls the pure transition of `portcullis_core` on it, stores the word, emits the event and
//! maps the refusal to a typed error of [`GuardError`]; the thinking is in `portcullis_core`.
//!
//! # Design
//! - **A check cannot be left out by forgetting it.** What only the governor may do takes a [`authority::Governor`] as an argument,
//!   and only [`authority::Authority::governor`] makes one, out of the caller.
//! - Checks come before effects: a contract's storage is written out even when its method returns an error.
//! - What differs between the lines of the SDK stands in [`sdk`] and nowhere else.
//!
//! # Trust assumptions
//! - The chain's block time does not run ahead of real time.
//! - The contract that embeds the guards calls them: nothing here sees a transition that it was not shown.
#![no_std]

extern crate alloc;
// What the derive of a layout writes is the same here and in a protocol.
extern crate self as portcullis;
// Transient storage off chain is a map in the thread.
#[cfg(not(target_arch = "wasm32"))]
extern crate std;

pub mod abi;
pub mod access_managed;
pub mod adaptive_limiter;
pub mod asset;
pub mod authority;
pub mod baseline_guard;
pub mod breaker_guard;
pub mod council;
pub mod deferral_queue;
#[cfg(test)]
mod drain;
pub mod emergency_exit;
pub mod error;
#[cfg(test)]
mod fixture;
pub mod flow_cap;
pub mod growth_cap;
pub mod guard_modes;
pub mod guardians;
pub mod implementation;
pub mod inflow_credit;
pub mod invariant;
pub mod layout;
pub mod lock;
pub mod net_position;
mod pairs;
pub mod patch;
pub mod pause_guard;
pub mod rate_limiter;
pub mod registry;
pub mod scope_key;
pub mod scoped_limiter;
pub mod sdk;
pub mod setting;
pub mod shared_lock;
pub mod solvency;
pub mod timelock;
pub mod transition;
pub mod triggers;
pub mod window_limiter;

/// The README's example, so that it compiles.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;

pub use error::GuardError;
pub use layout::StorageLayout;
pub use portcullis_core as core_types;
pub use portcullis_macros::{entrypoint, guarded, StorageLayout};
