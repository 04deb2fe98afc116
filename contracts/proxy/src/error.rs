//! Everything that the proxy may revert with by itself. What the implementation reverts with goes out unchanged.

use alloc::vec::Vec;
use alloy_primitives::{Address, B256, U256};
use portcullis::{abi::Revert, error_set, errors, GuardError};

errors! {
    /// There is no code, or that of an account which has lent itself a contract's (EIP-7702).
    ERC1967InvalidImplementation(implementation: Address);
    /// The same of an administrator.
    ERC1967InvalidAdmin(admin: Address);
    /// The same of a beacon, or it does not say with an address what runs.
    ERC1967InvalidBeacon(beacon: Address);
    /// Value, and nothing that would take it.
    ERC1967NonPayable();
    /// A proxy is initialised in the call that constructs it. One whose implementation needs nothing names a view.
    ERC1967ProxyUninitialized();
    /// The implementation says that it is for another kind of proxy, or says nothing where it has to.
    UUPSUnsupportedProxiableUUID(slot: B256);
    /// The administrator calls its own functions, and never the implementation.
    ProxyDeniedAdminAccess();
    /// The proxy has not been constructed.
    NotConstructed();
    /// A view takes no value: it would be lost.
    ValueToView();
    /// The implementation changed a word that only the administrator changes.
    ProxySlotChanged(slot: B256);
    /// What was asked of the target does not hold. `rule` is that of the invariant; `before` is zero where only the answer after the call counts.
    InvariantBroken(guard: u8, target: Address, rule: u8, before: U256, current: U256, bound: U256);
    /// Of what there are so many already.
    ListFull(most: u64);
    /// The asset is not watched.
    NotWatched(asset: Address);
    /// No invariant is at this place.
    NoInvariant(place: u8);
    /// 0 increases risk, 1 decreases it, 2 reduces the caller's own, 3 withdraws within a limit, 4 is a view.
    UnknownKind(kind: u8);
    /// A mode is to enforce (0), to watch (1) or to latch (2).
    UnknownMode(mode: u8);
}

/// What the implementation reverted with.
pub(crate) struct Bubbled(pub(crate) Vec<u8>);

impl Revert for Bubbled {
    fn encode(self) -> Vec<u8> {
        self.0
    }

    #[cfg(feature = "export-abi")]
    fn inner_types() -> Vec<stylus_sdk::abi::export::internal::InnerType> {
        Vec::new()
    }
}

impl From<Bubbled> for ProxyError {
    fn from(bubbled: Bubbled) -> Self {
        GuardError::own(bubbled).into()
    }
}

error_set! {
    /// A refusal: of the proxy itself, or of a guard.
    ProxyError {
        ERC1967InvalidImplementation,
        ERC1967InvalidAdmin,
        ERC1967InvalidBeacon,
        ERC1967NonPayable,
        ERC1967ProxyUninitialized,
        UUPSUnsupportedProxiableUUID,
        ProxyDeniedAdminAccess,
        NotConstructed,
        ValueToView,
        ProxySlotChanged,
        InvariantBroken,
        ListFull,
        NotWatched,
        NoInvariant,
        UnknownKind,
        UnknownMode,
        GuardError,
    }
}
