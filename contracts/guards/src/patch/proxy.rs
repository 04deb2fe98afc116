//! How a proxy is asked and switched.
//!
//! # Design
//! - Three kinds. A *guarded proxy* answers its administrator, this contract. A *UUPS* proxy's implementation switches for its owner, this contract; nothing tells on chain which one runs, so what
//!   was recorded counts, and only this contract can change it. A *beacon* switches all its proxies.
//! - **What runs behind a UUPS proxy has to be able to upgrade it again**, or it is the last that ever runs there: that is tried in the switch itself.
//! - What cannot be read is another implementation, never the right one.

use super::{
    refusals::{BeaconTakesNoInit, SwitchFailed, UnknownSwitch, UpgradeLost},
    stranger,
};
use crate::{
    abi::{encode, function_selector, Blob},
    calldata, sdk,
    sdk::VM,
    GuardError,
};
use alloc::vec::Vec;
use alloy_primitives::{Address, U256};
use stylus_sdk::prelude::*;

/// What kind of proxy it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Switch {
    /// A guarded proxy, whose admin this contract is.
    Guarded = 0,
    /// A proxy whose implementation switches for its owner, this contract.
    Uups = 1,
    /// A beacon, whose owner this contract is.
    Beacon = 2,
}

impl Switch {
    /// The kind of this number.
    ///
    /// # Errors
    /// [`UnknownSwitch`].
    pub fn of(switch: u8) -> Result<Self, GuardError> {
        match switch {
            0 => Ok(Self::Guarded),
            1 => Ok(Self::Uups),
            2 => Ok(Self::Beacon),
            _ => Err(UnknownSwitch { switch }.into()),
        }
    }

    /// Which implementation runs, as far as the proxy tells; for one that cannot, what was recorded.
    pub(super) fn running(self, vm: &VM, proxy: Address, recorded: Address) -> Address {
        match self {
            Self::Uups => recorded,
            Self::Guarded | Self::Beacon => sdk::static_call_word(vm, proxy, &calldata!("implementation"))
                .map(Address::from_word)
                .unwrap_or_default(),
        }
    }

    /// Makes somebody else the proxy's administrator or owner.
    ///
    /// # Errors
    /// [`SwitchFailed`].
    pub(super) fn hand_over(self, vm: &VM, proxy: Address, to: Address) -> Result<(), GuardError> {
        let call = match self {
            Self::Guarded => calldata!("changeAdmin", to: Address),
            Self::Uups | Self::Beacon => calldata!("transferOwnership", to: Address),
        };
        call_proxy(vm, proxy, &call)
    }

    /// Points the proxy at an implementation, and calls it with the data unless there is none.
    ///
    /// # Errors
    /// [`BeaconTakesNoInit`], [`SwitchFailed`].
    pub(super) fn point(
        self,
        vm: &VM,
        proxy: Address,
        implementation: Address,
        init: &[u8],
    ) -> Result<(), GuardError> {
        let call = match self {
            Self::Beacon if !init.is_empty() => return Err(BeaconTakesNoInit { proxy }.into()),
            Self::Beacon => calldata!("upgradeTo", implementation: Address),
            Self::Guarded | Self::Uups => upgrade_to_and_call(implementation, init),
        };
        call_proxy(vm, proxy, &call)
    }
}

fn call_proxy(vm: &VM, proxy: Address, call: &[u8]) -> Result<(), GuardError> {
    sdk::call(vm, proxy, U256::ZERO, call)
        .map(|_| ())
        .ok_or_else(|| SwitchFailed { proxy }.into())
}

/// `upgradeToAndCall(address,bytes)`.
fn upgrade_to_and_call(implementation: Address, init: &[u8]) -> Vec<u8> {
    let selector = function_selector!("upgradeToAndCall", Address, Blob);
    // Where the bytes begin, counted from the first word; how many they are; and zeros up to a whole word.
    let mut call = encode(&selector, &[&implementation, &64_u64, &(init.len() as u64)]);
    call.extend_from_slice(init);
    call.resize(call.len() + (32 - init.len() % 32) % 32, 0);
    call
}

/// Whether it would initialise once more for this contract, which no pause holds back. If it would, the caller takes that back.
///
/// # Errors
/// [`Starved`](crate::invariant::Starved).
pub(super) fn takes_again(
    vm: &VM,
    proxy: Address,
    implementation: Address,
    init: &[u8],
) -> Result<bool, GuardError> {
    let gas_before = vm.evm_gas_left();
    let takes = sdk::call(vm, proxy, U256::ZERO, &upgrade_to_and_call(implementation, init)).is_some();
    stranger::require_fed(gas_before, vm.evm_gas_left())?;
    Ok(takes)
}

/// Requires that what runs behind a UUPS proxy can be upgraded: it switches to itself, and does not to an address that has no code.
///
/// # Errors
/// [`UpgradeLost`], [`Starved`](crate::invariant::Starved).
pub(super) fn require_upgradable(vm: &VM, proxy: Address, implementation: Address) -> Result<(), GuardError> {
    if takes_again(vm, proxy, implementation, &[])? && !takes_again(vm, proxy, Address::ZERO, &[])? {
        return Ok(());
    }
    Err(UpgradeLost { proxy }.into())
}

/// Has a guarded proxy pause a group of its functions.
///
/// # Errors
/// [`SwitchFailed`].
pub(super) fn restrict(vm: &VM, proxy: Address, group: u8, rung: u8, secs: u64) -> Result<(), GuardError> {
    call_proxy(vm, proxy, &calldata!("restrict", group: u8, rung: u8, secs: u64))
}
