//! The guarded proxy: an ERC-1967 proxy, or a beacon's, that runs the guards around any implementation, in Solidity or Rust, which knows nothing of them.
//!
//! `IGuardedProxy.sol` beside this crate is the interface that its administrator sees. Everybody else sees the implementation.
//!
//! # Design
//! - **No selector clashes.** A call of the administrator always goes to the proxy's own interface, a call of anybody else never does, whatever its selector. What others read of the proxy they read at
//!   ERC-1967's and ERC-7201's slots (`slots`), or ask through the administrator.
//! - **The administrator is a contract**: a council, a timelock, a Safe, a patch manager. One key that could upgrade could do everything, and an account could not use what it administers.
//! - **What is not listed is guarded**, as strictly as can be (`setting`): a method that an upgrade adds is paused, measured and asked about before anybody has thought of it. What others read by a static
//!   call has to be listed as a view, as a guarded call writes its lock.
//! - **A view is a promise of nobody's**: it is forwarded by a static call of the proxy to itself, so that a withdrawal which calls itself a view reverts. In a view `msg.sender` is the proxy.
//! - A guarded call: pause, lock, snapshots, delegatecall with all gas and the call's data, then invariants and what has left (`guard`). What the implementation answers, and what it reverts with, goes out unchanged, whatever
//!   its length.
//! - **Who administers and what runs changes only here**: an implementation that changes ERC-1967's words by itself, as UUPS contracts do, is refused. Its own upgrade does not work behind this proxy, and is not to.
//! - A proxy is constructed, initialised and set in one call: the constructor takes the calls that its administrator would make first. There is no founder afterwards.
//! - An invariant or limit that is wrong stops the protocol: begin in shadow ([`portcullis::guard_modes`]), or with the modes that the constructor sets.
//! - The proxy keeps no delay: its administrator waits with what loosens. Every event of a setting says whether it did, `loosened`.
//!
//! # Trust assumptions
//! - **The implementation is honest code that may have faults.** It runs in the proxy's storage, and code that means harm can write the guards' words or move what nobody watches. What is named to run is the administrator's to choose; what
//!   honest code can be tricked into is what the guards are for.
//! - The administrator waits with what loosens, and lets `restrict` through at once: nobody else pauses, as nobody else gets to the proxy's own interface.
//! - A beacon names what runs without the administrator: whoever owns the beacon is trusted as much.
//! - What an implementation destroys in the very transaction that creates the proxy (EIP-6780) is destroyed: nobody names such an implementation.
//! - The proxy's program expires after a year like any, and everything behind it stops: anyone may keep it alive.
//! - A call with the 2,300 gas of Solidity's `transfer` does not get through a program: what pays the proxy does so with `call`.
//!
//! # The attack
//! A protocol in Solidity that nobody can change any more, or nobody dares to, is robbed by a fault in it. The proxy is put in front at the next upgrade, and bounds what any call can do.
// What the macros add, on chain and for printing the interface, has none.
#![cfg_attr(any(target_arch = "wasm32", feature = "export-abi"), allow(missing_docs))]

extern crate alloc;

mod admin;
mod arguments;
mod config;
mod dispatch;
mod error;
mod forward;
mod guard;
mod guards;
mod invariant;
mod latch;
mod lock;
mod setting;
mod slots;
#[cfg(target_arch = "wasm32")]
mod wasm;

pub use arguments::{AssetState, InvariantTerms, SelectorTerms, Violated};
pub use error::*;
pub use guards::IProxyGuards;
// What the macros make for whoever prints the interface.
#[cfg(feature = "export-abi")]
pub use {admin::print_from_args, guards::IProxyGuardsStylusAbiStruct};

use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, B256, U256};
use config::Config;
use invariant::Watched;
use portcullis::{
    authority::Governor,
    core_types::{mode::GuardId, pause::Bounds},
    guard_modes::GuardModes,
    lock::Reentered,
    pause_guard::PauseGuard,
    rate_limiter::RateLimiter,
    transition::ViolationRecord,
    GuardError,
};
use setting::Setting;
use stylus_sdk::{
    abi::internal::CONSTRUCTOR_BASE_NAME,
    host::VM,
    prelude::*,
    storage::{StorageMap, StorageType, StorageU256},
    ArbResult,
};

/// How the pauses act.
pub const LADDER: Bounds = Bounds::USUAL;
/// The guard of what leaves. The invariants are the next eight.
pub const FLOWS: GuardId = GuardId::of::<0>();

/// What the proxy keeps, at its own root: `slots::ROOT`.
#[storage]
pub struct Proxy {
    /// A [`Config`].
    config: StorageU256,
    pauses: PauseGuard,
    modes: GuardModes,
    outflow: RateLimiter,
    /// A [`Setting`] for each selector, from the left.
    settings: StorageMap<B256, StorageU256>,
    /// The assets that are watched, by their places.
    assets: StorageMap<B256, StorageU256>,
    /// The invariants, four words each, by their places.
    invariants: StorageMap<B256, StorageU256>,
    violations: ViolationRecord,
}

/// Takes every call.
#[cfg(not(feature = "contract-client-gen"))]
#[allow(dead_code)] // Where it is tested, nothing calls it.
#[entrypoint]
fn enter(input: Vec<u8>, vm: VM) -> ArbResult {
    if forward::is_own_call(&vm) {
        return forward::delegate(&vm, &input);
    }
    let admin = slots::load(&vm, slots::ADMIN);
    let mut proxy = forward::guards(&vm);
    if admin.is_zero() {
        return construct(&mut proxy, &input);
    }
    if vm.msg_sender() == admin {
        return administer(&mut proxy, &input);
    }
    forward::forward(&mut proxy, &vm, &input)
}

/// The selector of `stylus_constructor()`.
const CONSTRUCTOR: [u8; 4] = stylus_sdk::function_selector!(CONSTRUCTOR_BASE_NAME);

/// Constructs the proxy, once: whoever calls first.
fn construct(proxy: &mut Proxy, input: &[u8]) -> ArbResult {
    require_settled()?;
    match input.split_first_chunk() {
        Some((&CONSTRUCTOR, arguments)) => dispatch::construct(proxy, arguments),
        _ => Err(ProxyError::from(NotConstructed {}).into()),
    }
}

/// Takes a call of the administrator.
pub(crate) fn administer(proxy: &mut Proxy, input: &[u8]) -> ArbResult {
    require_settled()?;
    input
        .split_first_chunk()
        .and_then(|(selector, arguments)| dispatch::administer(proxy, *selector, arguments))
        .unwrap_or_else(|| Err(ProxyError::from(ProxyDeniedAdminAccess {}).into()))
}

/// Nothing is set, nor the proxy constructed, in the middle of a transition: whoever can have the administrator called would choose which guards it meets at its exit.
fn require_settled() -> Result<(), Vec<u8>> {
    match lock::held() {
        None => Ok(()),
        Some(_) => Err(GuardError::from(Reentered {}).into()),
    }
}

impl Proxy {
    pub(crate) fn config(&self) -> Config {
        Config::from_word(self.config.get())
    }

    pub(crate) fn set_config(&mut self, config: Config) {
        self.config.set(config.to_word());
    }

    /// What a call is.
    #[inline(never)]
    pub(crate) fn setting_of(&self, input: &[u8]) -> Setting {
        let Some(selector) = input.first_chunk() else {
            return self.config().short();
        };
        match self.listed(selector) {
            (setting, true) => setting,
            _ => self.config().unlisted(),
        }
    }

    /// What a selector was set to, and whether it was.
    pub(crate) fn listed(&self, selector: &[u8; 4]) -> (Setting, bool) {
        let word = self.settings.get(key_of(selector));
        let [setting, ..] = word.into_limbs();
        Setting::from_word(setting)
    }

    pub(crate) fn asset_at(&self, place: u8) -> Address {
        let word = self.assets.get(key(place.into()));
        Address::from_word(word.into())
    }

    /// The invariant at a place; none where there is none.
    #[inline(never)]
    pub(crate) fn invariant_at(&self, place: u8) -> Option<Watched> {
        let words = [0, 1, 2, 3].map(|word| self.invariants.get(key(u64::from(place) << 2 | word)));
        // Invariant: a place is below eight.
        Watched::from_words(place.wrapping_add(1), words)
    }

    /// The right of the administrator; and of whoever constructs the proxy, as long as there is none.
    ///
    /// # Errors
    /// `NotGovernor`: no call gets here from anybody else.
    pub(crate) fn right(&self) -> Result<Governor, GuardError> {
        Governor::sole(self.vm(), slots::load(self.vm(), slots::ADMIN))
    }
}

/// The key of a selector.
pub(crate) fn key_of(selector: &[u8; 4]) -> B256 {
    let [a, b, c, d] = *selector;
    let mut word = B256::ZERO;
    let [first, second, third, fourth, ..] = &mut word.0;
    (*first, *second, *third, *fourth) = (a, b, c, d);
    word
}

/// The key of a place.
pub(crate) fn key(place: u64) -> B256 {
    U256::from_limbs([place, 0, 0, 0]).into()
}
