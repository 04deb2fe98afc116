//! Proxies in care: how they are taken, paused and set, and what is read of them and of their patches.

use super::{sentinels::Place, ManagerError, NotASetting, PatchManagerContract, ProxyRefused};
use alloc::vec::Vec;
use alloy_primitives::{Address, FixedBytes, B256, U256};
use portcullis::{
    abi::{encode, function_selector, Blob},
    calldata, events, guarded, implementation,
    patch::{PatchPolicy, Switch, Terms},
    sdk,
};
use stylus_sdk::prelude::*;

events! {
    /// A guarded proxy was set by this call.
    ProxySet(proxy: Address, selector: B256; );
}

portcullis::arguments! {
    /// Where a patch is in its life.
    pub struct PatchState {
        /// 0 unknown, 1 committed, 2 proposed, 3 approved, 4 armed, 5 in probation, 6 final, 7 cancelled, 8 expired, 9 rolled back.
        pub phase: u8,
        /// The first second at which its code can run, if everybody acts at once; zero when it will not, or does.
        pub ready_at: u64,
        /// The first second at which its phase is over; zero when it has no end.
        pub ends_at: u64,
        /// Its proxy.
        pub proxy: Address,
    }
}

portcullis::arguments! {
    /// What runs behind a proxy, what could be gone back to, and for how long.
    pub struct ProxyState {
        /// What runs.
        pub implementation: Address,
        /// How many seconds it has left: the largest number for code of the EVM, zero for a program that does not run.
        pub secs_left: u64,
        /// What ran before, or the zero address.
        pub previous: Address,
        /// How many seconds that has left.
        pub previous_secs_left: u64,
        /// The first second at which it is gone back to no longer; zero when it is not.
        pub probation_ends_at: u64,
    }
}

portcullis::arguments! {
    /// A pause of a group of a guarded proxy.
    pub struct Restriction {
        /// Of which proxy.
        pub proxy: Address,
        /// Which group; 0 is everything.
        pub group: u8,
        /// To which state: 2 throttled, 3 reduce-only, 4 frozen.
        pub state: u8,
        /// For how long from now.
        pub secs: u64,
    }
}

/// The selectors by which a guarded proxy is set. Not among them: what runs, and who administers.
const SETTINGS: [[u8; 4]; 10] = [
    function_selector!("setSelectors", Vec<FixedBytes<4>>, u8, u8, u8, u8),
    function_selector!("unlistSelectors", Vec<FixedBytes<4>>),
    function_selector!("setUnlisted", u8, u8, u8, u8),
    function_selector!("setShort", u8, u8, u8, u8),
    function_selector!("watch", Address, U256, u64),
    function_selector!("close", Address),
    function_selector!("unwatch", Address),
    function_selector!(
        "setInvariant",
        u8,
        FixedBytes<4>,
        Address,
        u8,
        B256,
        B256,
        u8,
        U256,
        u8,
        u64
    ),
    function_selector!("clearInvariant", u8),
    function_selector!("setMode", u8, u8),
];

/// Proxies in care.
#[public]
#[allow(missing_docs)] // The macro adds a method of its own.
pub trait IPatchCare {
    /// Takes a proxy into care: a guarded proxy (0) whose administrator this contract is, a UUPS proxy (1) whose owner it is, or a beacon (2) whose owner it is; and says what runs. For the governor.
    ///
    /// # Errors
    /// `NotGovernor`, `UnknownSwitch`, `ProxyKnown`, `ImplementationDiffers`, `NoCode`, `DelegatedAccount`, `NotRunnable`.
    fn adopt(&mut self, proxy: Address, switch: u8, running: Address) -> Result<(), ManagerError>;

    /// Makes a group of a guarded proxy stricter, for so many seconds: to throttled (2), reduce-only (3) or frozen (4). For the guardian and the governor.
    ///
    /// # Errors
    /// `NotGuardian`, [`ProxyRefused`].
    fn restrict(&mut self, pause: Restriction) -> Result<(), ManagerError>;

    /// Ends a pause of a group of a guarded proxy. For the governor.
    ///
    /// # Errors
    /// `NotGovernor`, [`ProxyRefused`].
    fn lift(&mut self, place: Place) -> Result<(), ManagerError>;

    /// Sets a guarded proxy by a call of its own interface, but for what runs and who administers. For the governor; always waits.
    ///
    /// # Errors
    /// `NotGovernor`, [`NotASetting`], `OperationNotReady`, [`ProxyRefused`].
    fn set_proxy(&mut self, proxy: Address, call: Blob) -> Result<(), ManagerError>;

    /// The identifier of a patch, for this contract on this chain: what is committed to and approved.
    fn patch_id(&self, terms: Terms) -> B256;

    /// Where a patch is in its life.
    ///
    /// # Errors
    /// `PatchInPhase` with 0 of one that was never on record.
    fn patch_state(&self, patch: B256) -> Result<PatchState, ManagerError>;

    /// What runs behind a proxy, what could be gone back to, and for how long each lives.
    ///
    /// # Errors
    /// `ProxyUnknown`.
    fn proxy_state(&self, proxy: Address) -> Result<ProxyState, ManagerError>;

    /// How patches wait.
    ///
    /// # Errors
    /// `PolicyUnset`.
    fn policy(&self) -> Result<PatchPolicy, ManagerError>;

    /// The contract by which checks are asked: a stranger to every proxy.
    fn stranger(&self) -> Address;
}

#[guarded]
#[public]
impl IPatchCare for PatchManagerContract {
    #[guard(lock)]
    fn adopt(&mut self, proxy: Address, switch: u8, running: Address) -> Result<(), ManagerError> {
        let by = self.authority.governor()?;
        Ok(self.patches.adopt(&by, proxy, Switch::of(switch)?, running)?)
    }

    #[guard(lock)]
    fn restrict(&mut self, pause: Restriction) -> Result<(), ManagerError> {
        self.authority.guardian()?;
        let Restriction {
            proxy,
            group,
            state,
            secs,
        } = pause;
        self.call_guarded(proxy, &calldata!("restrict", group: u8, state: u8, secs: u64))
    }

    #[guard(lock)]
    fn lift(&mut self, place: Place) -> Result<(), ManagerError> {
        self.authority.governor()?;
        let Place { proxy, group } = place;
        self.call_guarded(proxy, &calldata!("lift", group: u8))
    }

    #[guard(lock)]
    fn set_proxy(&mut self, proxy: Address, call: Blob) -> Result<(), ManagerError> {
        let governor = self.authority.governor()?;
        let selector = call.0.first_chunk::<4>().copied().unwrap_or_default();
        if !SETTINGS.contains(&selector) {
            let selector = B256::right_padding_from(&selector);
            return Err(NotASetting { selector }.into());
        }
        let data = set_proxy_data(proxy, &call.0);
        self.timelock.change(&governor, &data).require_waited()?;
        self.call_guarded(proxy, &call.0)?;
        let selector = B256::right_padding_from(&selector);
        sdk::emit(self.vm(), ProxySet { proxy, selector });
        Ok(())
    }

    fn patch_id(&self, terms: Terms) -> B256 {
        terms.id(self.vm())
    }

    fn patch_state(&self, patch: B256) -> Result<PatchState, ManagerError> {
        let status = self.patches.status(patch)?;
        Ok(PatchState {
            // The cast keeps a number below ten.
            phase: status.phase as u8,
            ready_at: status.ready_at.unwrap_or_default(),
            ends_at: status.ends_at.unwrap_or_default(),
            proxy: status.proxy,
        })
    }

    fn proxy_state(&self, proxy: Address) -> Result<ProxyState, ManagerError> {
        let (implementation, previous) = self.patches.implementations(proxy)?;
        Ok(ProxyState {
            implementation,
            secs_left: self.secs_left(implementation),
            previous,
            previous_secs_left: self.secs_left(previous),
            probation_ends_at: self.patches.probation_ends_at(proxy)?,
        })
    }

    fn policy(&self) -> Result<PatchPolicy, ManagerError> {
        Ok(self.patches.current_policy()?)
    }

    fn stranger(&self) -> Address {
        self.patches.current_stranger()
    }
}

impl PatchManagerContract {
    fn call_guarded(&self, proxy: Address, call: &[u8]) -> Result<(), ManagerError> {
        if self.patches.is_guarded(proxy) && sdk::call(self.vm(), proxy, U256::ZERO, call).is_some() {
            return Ok(());
        }
        Err(ProxyRefused { proxy }.into())
    }

    fn secs_left(&self, account: Address) -> u64 {
        match implementation::kind(self.vm(), account) {
            Ok(implementation::Kind::Evm) => u64::MAX,
            Ok(implementation::Kind::Program) => {
                implementation::secs_left(self.vm(), account).unwrap_or_default()
            }
            Err(_) => 0,
        }
    }
}

/// The data of `setProxy` itself, which is what was scheduled.
fn set_proxy_data(proxy: Address, call: &[u8]) -> Vec<u8> {
    let selector = function_selector!("setProxy", Address, Blob);
    // Where the bytes begin, counted from the first word; how many they are; and zeros up to a whole word.
    let mut data = encode(&selector, &[&proxy, &64_u64, &(call.len() as u64)]);
    data.extend_from_slice(call);
    data.resize(data.len() + (32 - call.len() % 32) % 32, 0);
    data
}
