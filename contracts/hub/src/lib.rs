//! The guards standing alone: a pause ladder with its guardians, and limits of what leaves, for contracts in Solidity or anything else to ask.
//!
//! One hub for one protocol and its governance, and as many contracts of it as the governor names. `Guarded.sol` beside this crate is
//! the mixin for those in Solidity, `IHub.sol` the interface.
//!
//! # Design
//! - **A contract asks before its effects** ([`Hub::check`], a view; [`Hub::consume`], which charges): a refusal is a revert with a typed error that goes
//!   through, so the transition does not happen.
//! - **Only clients charge**: whoever could charge the bucket could empty it for everybody. Naming a client loosens and waits; removing one is at once.
//! - A flow is charged to its asset's bucket with more than itself while its group is throttled ([`portcullis::pause_guard`]).
//! - What the ladder lets through and for how long it can hold at the most are constants ([`LADDER`]): they cannot be changed in an attack.
//! - A guardian and a fallback for each group and for everything, single use, within a budget ([`portcullis::guardians`]); the council pauses for longer,
//!   and never without an end; the governor and the council lift, over the ramp.
//! - What loosens waits ([`portcullis::timelock`]): `schedule` the call, then make it.
//!
//! # Trust assumptions
//! - A client asks for every flow, once, with the group and kind that its code says and no caller of it chooses.
//! - A client that was taken over charges the buckets until the governor removes it: it makes the others wait, and takes nothing.
//! - The hub's program expires after a year like any, and every client stops with it: anyone may keep it alive.
//!
//! # The attack
//! What the guards stop inside a contract they stop from here; what a client does without asking they do not see.
// What the macros add, on chain and for printing the interface, has none.
#![cfg_attr(any(target_arch = "wasm32", feature = "export-abi"), allow(missing_docs))]

extern crate alloc;

mod arguments;
mod error;
mod governance;
#[cfg(target_arch = "wasm32")]
mod wasm;

pub use arguments::{Assigned, Flow, Named};
pub use error::*;
pub use governance::IHubGovernance;
// What the macro makes of the trait for whoever prints the interface, and looks for here.
#[cfg(feature = "export-abi")]
pub use governance::IHubGovernanceStylusAbiStruct;

use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, B256, U256};
use portcullis::{
    authority::Authority,
    core_types::{
        breaker::{Kind, Share},
        pause::Bounds,
    },
    events,
    guardians::Guardians,
    pause_guard::{any_group, PauseGuard},
    rate_limiter::RateLimiter,
    timelock::Timelock,
};
use stylus_sdk::{
    prelude::*,
    storage::{StorageMap, StorageU256},
};

events! {
    /// A contract may charge the buckets from now on, or no longer.
    ClientChanged(client: Address; allowed: bool);
}

/// How the pauses act.
pub const LADDER: Bounds = Bounds::USUAL;

/// The hub.
#[entrypoint]
#[storage]
#[derive(portcullis::StorageLayout)]
pub struct Hub {
    authority: Authority,
    timelock: Timelock,
    guardians: Guardians,
    pauses: PauseGuard,
    outflow: RateLimiter,
    /// Not zero for a client, by the word of its address.
    clients: StorageMap<B256, StorageU256>,
}

#[public]
#[implements(IHubGovernance)]
impl Hub {
    /// Names who governs, and who may cancel what is scheduled. Runs once; see `IHub.sol` for how it is called.
    ///
    /// # Errors
    /// `ZeroAuthority`.
    #[constructor]
    pub fn constructor(&mut self, governor: Address, guardian: Address) -> Result<(), HubError> {
        Ok(self.authority.initialize(governor, guardian)?)
    }

    /// Asks whether a call of a group may proceed, and at what share of its limits, in hundredths of a per cent. One word of storage.
    ///
    /// # Errors
    /// `GroupRestricted`, `UnknownPauseGroup`, [`UnknownKind`].
    pub fn check(&self, group: u8, kind: u8) -> Result<u16, HubError> {
        Ok(self.share(group, kind)?.bps())
    }

    /// Asks the same, and charges a flow to its asset's bucket. For clients, before the flow.
    ///
    /// # Errors
    /// [`NotClient`], `RateLimited`, `AssetClosed`, and those of [`Hub::check`].
    pub fn consume(&mut self, flow: Flow) -> Result<(), HubError> {
        let caller = self.vm().msg_sender();
        if !self.is_client(caller) {
            return Err(NotClient { caller }.into());
        }
        let share = self.share(flow.group, flow.kind)?;
        Ok(self.outflow.consume(flow.asset, share.cost_up(flow.amount))?)
    }

    /// Whether a contract may charge the buckets.
    pub fn is_client(&self, client: Address) -> bool {
        !self.clients.get(client.into_word()).is_zero()
    }

    /// What of an asset may leave now, while nothing is throttled.
    pub fn available(&self, asset: Address) -> U256 {
        self.outflow.available(asset)
    }
}

impl Hub {
    fn share(&self, group: u8, kind: u8) -> Result<Share, HubError> {
        let kind = Kind::ALL
            .get(usize::from(kind))
            .copied()
            .ok_or(UnknownKind { kind })?;
        Ok(self.pauses.check(any_group(group)?, kind, LADDER)?)
    }
}
