//! Where a contract's storage lies, so that an upgrade behind a proxy does not shift it.
//!
//! ```ignore
//! #[portcullis::entrypoint]
//! #[storage]
//! #[derive(portcullis::StorageLayout)]
//! pub struct Vault {
//!     owed: StorageU256,
//! }
//! ```
//!
//! gives the contract a hash of its layout, [`StorageLayout::HASH`], and on the host a description of it that its own program prints
//! ([`printed`]). `tools/layout` compares two descriptions and says whether the one may follow the other.
//!
//! # What the hash covers
//! A hash is keccak of a tag and what makes the type; numbers are big-endian.
//!
//! ```text
//! value    01 | bytes: 8 | label                     uint256, int64, bool, address, bytes32, string, bytes, or a name of its own
//! mapping  02 | key's hash | value's hash
//! vector   03 | element's hash
//! array    04 | count: 8 | element's hash
//! struct   05 | for each field: slot: 32 | offset: 1 | length of the name: 4 | name | type's hash
//! enum     06 | bytes: 8 | for each member: length of the name: 4 | name      (Solidity's alone)
//! ```
//!
//! Slots count from the struct's first; an offset counts bytes from the low end of the word, as Solidity does. A contract's hash is its struct's.
//!
//! # Design
//! - **Positions are the SDK's.** They are computed of the SDK's own `SLOT_BYTES` and `REQUIRED_SLOTS` by its packing rule, and a struct
//!   for which the two do not come to the same number of slots does not compile.
//! - **The hash is a constant**, and costs nothing where nobody asks for it. The description is not there in WASM.
//! - **Names count**: of fields, not of structs. A renamed field reads what another meant. A struct's name moves nothing.
//! - **A hash says that two layouts are the same, not that one may follow the other.** Whether it may is `tools/layout`'s verdict, which
//!   people check and sign; what they approve names the old hash and the new one, and the chain compares both with what the contracts say.
//! - A field that takes no bytes (`PhantomData`) is not part of a layout.
//! - A struct that holds itself in a map has no layout: its hash would be of itself. The derive says so.
//!
//! # Trust assumptions
//! - A contract that says its hash says its own: a proxy's manager reads it of code that was built from the reviewed source.
//! - What a contract keeps outside of its struct, at slots that it names itself, is not in its layout.

#[cfg(not(target_arch = "wasm32"))]
mod describe;
mod encode;
#[cfg(not(target_arch = "wasm32"))]
mod json;
mod keys;
mod primitives;

#[cfg(not(target_arch = "wasm32"))]
pub use describe::{Entry, Kind, Type};
pub use encode::{of_struct, of_value, Field, Hash};
#[cfg(not(target_arch = "wasm32"))]
pub use json::{json, printed};
pub use keys::KeyLayout;

use alloy_primitives::B256;
use stylus_sdk::storage::StorageType;

/// A storage type that says where what it keeps lies. `#[derive(portcullis::StorageLayout)]` implements it for structs.
///
/// For a storage type of your own that is no struct: [`of_value`] and [`Type::value`] with a name that no other type has.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say how its storage lies",
    label = "no layout is known for this type",
    note = "write `#[derive(portcullis::StorageLayout)]` below `#[storage]` of `{Self}`"
)]
pub trait StorageLayout: StorageType {
    /// A struct's fields in their order; none of other types.
    #[doc(hidden)]
    const FIELDS: &'static [Field] = &[];

    /// The hash of the layout: the same for two types exactly when everything lies at the same places under the same names and types.
    const HASH: Hash;

    /// What lies where.
    #[cfg(not(target_arch = "wasm32"))]
    fn describe() -> Type;
}

/// The hash of a contract's layout, for a view of the contract: `storageLayoutHash()` in one line.
///
/// ```ignore
/// pub fn storage_layout_hash(&self) -> B256 { portcullis::layout::hash::<Self>() }
/// ```
pub const fn hash<C: StorageLayout>() -> B256 {
    B256::new(C::HASH)
}
