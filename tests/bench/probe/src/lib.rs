//! The gas benchmark's probe: one method, `run`, that does nothing, and with a feature exactly one thing.
//!
//! # Design
//! - What a guard costs is what its build costs more than the build without features: the same method, the same arguments, the same
//!   dispatch, the same storage layout.
//! - The stage is set by the build with the feature `setup` at the same address, whose code the benchmark then exchanges for the one
//!   that it measures. So no method but `run` is in what is measured, and nothing writes storage behind the guards' backs.
// The entrypoint macro adds a function that has none.
#![cfg_attr(target_arch = "wasm32", allow(missing_docs))]
// A build uses only what its features name.
#![allow(dead_code, unused_imports, unused_variables, unused_mut)]

extern crate alloc;

#[cfg(feature = "extra")]
mod extra;
#[cfg(feature = "frame")]
mod frame;
#[cfg(feature = "setup")]
mod setup;
#[cfg(feature = "setup")]
pub use setup::ISetup;

use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, U256};
use portcullis::{
    authority::Authority,
    core_types::pause::{Bounds, Group},
    errors, events,
    lock::nonreentrant,
    pause_guard::PauseGuard,
    rate_limiter::RateLimiter,
    sdk::emit,
    solvency, GuardError,
};
use stylus_sdk::{
    prelude::*,
    storage::{StorageMap, StorageU256},
};

/// Memory is only ever taken, as in every contract here.
#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: mini_alloc::MiniAlloc = mini_alloc::MiniAlloc::INIT;

/// The group of `run`.
const RUNS: Group = match Group::new(1) {
    Some(group) => group,
    None => unreachable!(),
};

/// The longest pause.
const MAXIMUM_PAUSE: Bounds = match Bounds::new(24 * 60 * 60) {
    Some(bounds) => bounds,
    None => unreachable!(),
};

events! {
    /// An event of the usual size: a topic of its own and a word.
    Ran(asset: Address; amount: U256);
}

errors! {
    /// A refusal of the usual size: two words.
    Refused(asset: Address, amount: U256);
}

/// What `run` may revert with: a guard's error, or the probe's own when that is what is measured. Not an enum of both, so that a
/// build has only the errors that its guard has.
#[cfg(not(feature = "refusal"))]
type Failure = GuardError;
#[cfg(feature = "refusal")]
portcullis::error_set! {
    /// The one error.
    Failure { Refused, }
}

/// Everything that any build without a guard of its own uses, in all of them, so that they share a layout.
#[cfg(not(feature = "extra"))]
#[cfg_attr(feature = "latch", portcullis::entrypoint(latch))]
#[cfg_attr(not(feature = "latch"), entrypoint)]
#[storage]
pub struct Probe {
    authority: Authority,
    pauses: PauseGuard,
    outflow: RateLimiter,
    word: StorageU256,
    words: StorageMap<Address, StorageU256>,
}

/// The same, with one guard more.
#[cfg(feature = "extra")]
#[entrypoint]
#[storage]
pub struct Probe {
    authority: Authority,
    pauses: PauseGuard,
    outflow: RateLimiter,
    word: StorageU256,
    words: StorageMap<Address, StorageU256>,
    extra: extra::Extra,
}

// The macro reads the last of the attributes.
#[cfg_attr(feature = "setup", public, implements(ISetup))]
#[cfg_attr(not(feature = "setup"), public)]
impl Probe {
    /// What is measured.
    ///
    /// # Errors
    /// What the guard refuses.
    pub fn run(&mut self, asset: Address, amount: U256) -> Result<(), Failure> {
        #[cfg(feature = "lock")]
        nonreentrant(|| Ok::<_, GuardError>(()))?;
        #[cfg(feature = "authority")]
        self.authority.governor()?;
        #[cfg(feature = "pause")]
        self.pauses.require_running(RUNS)?;
        #[cfg(feature = "bucket")]
        self.outflow.consume(asset, amount)?;
        #[cfg(feature = "extra")]
        {
            let caller = self.vm().msg_sender();
            extra::Guard::run(&mut self.extra, caller, asset, amount)?;
        }
        #[cfg(feature = "frame")]
        frame::run(self, asset, amount)?;
        #[cfg(feature = "solvency")]
        solvency::require_covered(self.vm(), asset, amount)?;
        // Changed by what was read, so that neither the compiler nor the host can leave one of the two out.
        #[cfg(feature = "floor")]
        self.word.set(self.word.get().wrapping_add(amount));
        #[cfg(feature = "floor-in-map")]
        {
            let mut word = self.words.setter(asset);
            let before = word.get();
            word.set(before.wrapping_add(amount));
        }
        #[cfg(feature = "event")]
        emit(self.vm(), Ran { asset, amount });
        #[cfg(feature = "refusal")]
        return Err(Refused { asset, amount }.into());
        #[cfg(not(feature = "refusal"))]
        Ok(())
    }
}
