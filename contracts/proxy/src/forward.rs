//! What becomes of a call of anybody but the administrator.
//!
//! # Design
//! - **A call that the proxy makes to itself is the implementation's own**: only code that runs in the proxy's place can be that caller. It runs inside a transition, or as a view, and is
//!   delegated as it is.
//! - **A view is a static call of the proxy to itself**, which then delegates: whatever the implementation does with it, it changes nothing. Its caller is the proxy. It takes no value.
//! - A call inside a transition is refused unless its selector nests. What nests is asked for its pause, its share counts for the whole ([`super::lock`]), and then it is delegated: the exit of the transition
//!   sees what it did.
//! - Calldata of up to three bytes has no selector and a setting of its own.

use super::{guard, latch, lock, setting::Setting, slots::Wiring, Proxy, ProxyError, ValueToView, LADDER};
use alloc::vec::Vec;
use portcullis::{
    lock::{InTransition, Reentered},
    sdk::{self, VM},
    GuardError,
};
use stylus_sdk::{prelude::*, storage::StorageType, ArbResult};

/// A call, and what it is.
pub(crate) struct Call<'a> {
    pub(crate) input: &'a [u8],
    pub(crate) setting: Setting,
}

impl Call<'_> {
    /// Its selector; zero where it has none.
    pub(crate) fn method(&self) -> [u8; 4] {
        self.input.first_chunk().copied().unwrap_or_default()
    }
}

/// Runs the implementation and nothing else.
pub(crate) fn delegate(vm: &VM, input: &[u8]) -> ArbResult {
    let target = Wiring::load(vm).target(vm)?;
    answered(sdk::delegate_call(vm, target, u64::MAX, input))
}

/// What a call answered, as what it is to be answered with.
pub(crate) fn answered((done, data): (bool, Vec<u8>)) -> ArbResult {
    if done {
        Ok(data)
    } else {
        Err(data)
    }
}

/// Guards a call of anybody.
pub(crate) fn forward(proxy: &mut Proxy, vm: &VM, input: &[u8]) -> ArbResult {
    let setting = proxy.setting_of(input);
    let Some(kind) = setting.kind else {
        return view(vm, input, setting);
    };
    let share = proxy
        .pauses
        .check(setting.group, kind, LADDER)
        .map_err(Vec::from)?;
    if let Some(held) = lock::held() {
        if !setting.nests {
            return Err(GuardError::from(Reentered {}).into());
        }
        lock::narrow(held, share);
        return delegate(vm, input);
    }
    let call = Call { input, setting };
    if setting.latch.is_some() {
        return latch::enter(proxy, vm, &call, share);
    }
    guard::transition(proxy, vm, &call, share).map_err(guard::Refused::into_data)
}

fn view(vm: &VM, input: &[u8], setting: Setting) -> ArbResult {
    if !vm.msg_value().is_zero() {
        return Err(ProxyError::from(ValueToView {}).into());
    }
    if !setting.nests && lock::held().is_some() {
        return Err(GuardError::from(InTransition {}).into());
    }
    answered(sdk::static_call_all(vm, vm.contract_address(), input))
}

/// The guards in their place.
pub(crate) fn guards(vm: &VM) -> Proxy {
    // SAFETY: the one accessor that this call makes, at the slot that is the proxy's own.
    unsafe { Proxy::new(super::slots::ROOT, 0, vm.clone()) }
}

/// Whether the caller is the code that runs in the proxy's place.
pub(crate) fn is_own_call(vm: &VM) -> bool {
    vm.msg_sender() == vm.contract_address()
}
