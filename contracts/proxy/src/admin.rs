//! What runs, and who administers.

use super::{
    administer,
    error::{
        Bubbled, ERC1967InvalidAdmin, ERC1967InvalidBeacon, ERC1967InvalidImplementation, ERC1967NonPayable,
        ERC1967ProxyUninitialized, ProxyError, UUPSUnsupportedProxiableUUID,
    },
    lock::Held,
    slots::{self, Wiring},
    IProxyGuards, Proxy,
};
// What the macro makes of the trait for whoever prints the interface, and looks for here.
#[cfg(feature = "export-abi")]
use super::IProxyGuardsStylusAbiStruct;
use alloc::vec::Vec;
use alloy_primitives::{Address, B256};
use portcullis::{abi::Blob, core_types::breaker::Share, events, sdk};
use stylus_sdk::prelude::*;

events! {
    /// ERC-1967: something else runs. Zero: a beacon says what. Such a change always loosens: nobody knows what the new code does.
    Upgraded(implementation: Address; );
    /// ERC-1967: another beacon says what runs. Zero: none does any more.
    BeaconUpgraded(beacon: Address; );
    /// ERC-1967: somebody else administers.
    AdminChanged(; previous_admin: Address, new_admin: Address);
    /// An implementation has to say that it is for a proxy of this kind, or no longer.
    ProxiableRequired(; required: bool, loosened: bool);
}

#[public]
#[implements(IProxyGuards)]
impl Proxy {
    /// Names who administers and what runs (a beacon where `is_beacon` is 1), has it initialised by `initial`, and makes the calls of `settings` as the administrator would. Once.
    ///
    /// # Errors
    /// [`ERC1967InvalidAdmin`], [`ERC1967ProxyUninitialized`], those of [`Proxy::upgrade_to_and_call`], what the implementation reverts with, and those of the settings.
    ///
    /// # Events
    /// `Upgraded` or `BeaconUpgraded`, `AdminChanged`, and those of the settings.
    #[constructor]
    pub fn constructor(
        &mut self,
        admin: Address,
        target: Address,
        is_beacon: bool,
        initial: Blob,
        settings: Vec<Blob>,
    ) -> Result<(), Vec<u8>> {
        self.require_admin(admin)?;
        if initial.0.is_empty() {
            return Err(ProxyError::from(ERC1967ProxyUninitialized {}).into());
        }
        if is_beacon {
            self.set_beacon(target)?;
        } else {
            self.set_implementation(target)?;
        }
        self.run(&initial)?;
        for call in &settings {
            administer(self, &call.0)?;
        }
        self.set_admin(admin);
        Ok(())
    }

    /// Has another implementation run from now on, and calls it with `data`, and this call's value, if there is any.
    ///
    /// # Errors
    /// [`ERC1967InvalidImplementation`], [`UUPSUnsupportedProxiableUUID`], [`ERC1967NonPayable`] for value without data, `ProxySlotChanged`, and what the implementation reverts with.
    ///
    /// # Events
    /// `Upgraded`, and `BeaconUpgraded` to zero where a beacon said it.
    #[payable]
    pub fn upgrade_to_and_call(&mut self, implementation: Address, data: Blob) -> Result<(), ProxyError> {
        self.set_implementation(implementation)?;
        if !data.0.is_empty() {
            return self.run(&data);
        }
        if self.vm().msg_value().is_zero() {
            Ok(())
        } else {
            Err(ERC1967NonPayable {}.into())
        }
    }

    /// Has a beacon say from now on what runs.
    ///
    /// # Errors
    /// [`ERC1967InvalidBeacon`], [`ERC1967InvalidImplementation`] of what it names.
    ///
    /// # Events
    /// `BeaconUpgraded`, and `Upgraded` to zero where an implementation was named.
    pub fn upgrade_beacon(&mut self, beacon: Address) -> Result<(), ProxyError> {
        self.set_beacon(beacon)
    }

    /// Hands the administration over, at once and in one step: whoever administers is a contract that takes two.
    ///
    /// # Errors
    /// [`ERC1967InvalidAdmin`].
    ///
    /// # Events
    /// `AdminChanged`.
    pub fn change_admin(&mut self, admin: Address) -> Result<(), ProxyError> {
        self.require_admin(admin)?;
        self.set_admin(admin);
        Ok(())
    }

    /// Whether an implementation has to answer `proxiableUUID()` with ERC-1967's slot. One that answers something else never runs.
    ///
    /// # Events
    /// `ProxiableRequired`.
    pub fn require_proxiable(&mut self, required: bool) {
        let mut config = self.config();
        let loosened = config.says && !required;
        config.says = required;
        self.set_config(config);
        sdk::emit(self.vm(), ProxiableRequired { required, loosened });
    }

    /// What runs; zero where a beacon says it.
    pub fn implementation(&self) -> Address {
        slots::load(self.vm(), slots::IMPLEMENTATION)
    }

    /// Who says what runs; zero where nobody has to.
    pub fn beacon(&self) -> Address {
        slots::load(self.vm(), slots::BEACON)
    }

    /// Who administers: the caller.
    pub fn admin(&self) -> Address {
        slots::load(self.vm(), slots::ADMIN)
    }
}

impl Proxy {
    /// Calls the implementation under the lock, in this call's name and with its value.
    fn run(&self, data: &Blob) -> Result<(), ProxyError> {
        let vm = self.vm();
        let wiring = Wiring::load(vm);
        let target = wiring.target(vm)?;
        let _held = Held::take(Share::ALL);
        let (done, answer) = sdk::delegate_call(vm, target, u64::MAX, &data.0);
        if !done {
            return Err(Bubbled(answer).into());
        }
        wiring.require_kept(vm)
    }

    fn require_admin(&self, admin: Address) -> Result<(), ProxyError> {
        // No need to look for zero: it has no code.
        if slots::is_contract(self.vm(), admin) && admin != self.vm().contract_address() {
            Ok(())
        } else {
            Err(ERC1967InvalidAdmin { admin }.into())
        }
    }

    fn set_admin(&self, admin: Address) {
        let previous_admin = slots::load(self.vm(), slots::ADMIN);
        slots::store(self.vm(), slots::ADMIN, admin);
        sdk::emit(
            self.vm(),
            AdminChanged {
                previous_admin,
                new_admin: admin,
            },
        );
    }

    #[inline(never)]
    fn require_runnable(&self, implementation: Address) -> Result<(), ProxyError> {
        let vm = self.vm();
        if !slots::is_contract(vm, implementation) || implementation == vm.contract_address() {
            return Err(ERC1967InvalidImplementation { implementation }.into());
        }
        let expected = B256::from(slots::IMPLEMENTATION);
        let says = slots::proxiable_uuid(vm, implementation);
        match says {
            Some(slot) if slot != expected => Err(UUPSUnsupportedProxiableUUID { slot }.into()),
            None if self.config().says => Err(UUPSUnsupportedProxiableUUID { slot: B256::ZERO }.into()),
            _ => Ok(()),
        }
    }

    #[inline(never)]
    fn set_implementation(&self, implementation: Address) -> Result<(), ProxyError> {
        self.require_runnable(implementation)?;
        self.wire(implementation, Address::ZERO);
        Ok(())
    }

    #[inline(never)]
    fn set_beacon(&self, beacon: Address) -> Result<(), ProxyError> {
        if !slots::is_contract(self.vm(), beacon) || beacon == self.vm().contract_address() {
            return Err(ERC1967InvalidBeacon { beacon }.into());
        }
        let implementation = slots::ask_beacon(self.vm(), beacon)?;
        self.require_runnable(implementation)?;
        self.wire(Address::ZERO, beacon);
        Ok(())
    }

    /// Names what runs, or who says it, and tells each word that it changes.
    fn wire(&self, implementation: Address, beacon: Address) {
        let vm = self.vm();
        if slots::load(vm, slots::IMPLEMENTATION) != implementation {
            slots::store(vm, slots::IMPLEMENTATION, implementation);
            sdk::emit(vm, Upgraded { implementation });
        }
        if slots::load(vm, slots::BEACON) != beacon {
            slots::store(vm, slots::BEACON, beacon);
            sdk::emit(vm, BeaconUpgraded { beacon });
        }
    }
}
