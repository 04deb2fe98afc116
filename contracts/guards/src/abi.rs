//! Solidity errors, events and calls of static types, encoded in little code.
//!
//! # Design
//! - The macros take what Solidity says, in Rust's types and names: `RateLimited(asset: Address, retry_at: u64)`. Selectors and topics
//!   come out of the types at compile time.
//! - Every field is one word, and one function appends them all. alloy's encoder is generic: it costs half a kilobyte for each error
//!   and each event, and a program has dozens, of 24 KiB in all.
//! - Several arguments that describe one thing are one struct: [`arguments`].
//! - An argument of Solidity's `bytes` is a [`Blob`]. alloy's brings the counting of references with it, 4 KiB that nobody needs here.
//! - A refusal on its way out is its revert data ([`crate::error_set`]), encoded where it is made. So a program carries the errors that it can
//!   give and no others, and passes three words up instead of the largest error of all. The set says which types may become it; one set can hold another,
//!   so that a contract's own errors and a guard's go out by one `?`.

pub mod arguments;

use alloc::vec::Vec;
use alloy_primitives::{keccak256, Address, B256, U256};
use alloy_sol_types::{abi::token::PackedSeqToken, private::SolTypeValue, SolType};
use stylus_sdk::abi::ConstString;

#[doc(hidden)]
pub use alloc::vec::Vec as ByteVec;
#[doc(hidden)]
pub use stylus_sdk::{abi::AbiType, function_selector, keccak_const::Keccak256};

/// A static type: one word, or several in a row ([`arguments`]).
pub trait Word {
    /// Appends the type's words.
    fn append(&self, data: &mut Vec<u8>);
}

impl Word for B256 {
    fn append(&self, data: &mut Vec<u8>) {
        data.extend_from_slice(self.as_slice());
    }
}

impl Word for U256 {
    #[inline(never)]
    fn append(&self, data: &mut Vec<u8>) {
        data.extend_from_slice(&self.to_be_bytes::<32>());
    }
}

impl Word for Address {
    fn append(&self, data: &mut Vec<u8>) {
        data.extend_from_slice(&[0; 12]);
        data.extend_from_slice(self.as_slice());
    }
}

impl Word for u64 {
    fn append(&self, data: &mut Vec<u8>) {
        U256::from_limbs([*self, 0, 0, 0]).append(data);
    }
}

impl Word for u8 {
    fn append(&self, data: &mut Vec<u8>) {
        u64::from(*self).append(data);
    }
}

impl Word for bool {
    fn append(&self, data: &mut Vec<u8>) {
        u64::from(*self).append(data);
    }
}

/// Something to revert with.
pub trait Revert {
    /// The revert data: selector and words.
    fn encode(self) -> Vec<u8>;

    /// What the exported interface lists.
    #[cfg(feature = "export-abi")]
    fn inner_types() -> Vec<stylus_sdk::abi::export::internal::InnerType>;
}

/// A type of error.
pub trait Selector {
    /// The first four bytes of its revert data.
    const SELECTOR: [u8; 4];
}

/// Something to log.
pub trait Event {
    /// How many topics, the event's own included.
    const TOPICS: usize;

    /// The topics one after the other, and then the data.
    fn encode(&self) -> Vec<u8>;
}

/// `prefix` and the words after it.
#[inline(never)]
pub fn encode(prefix: &[u8], words: &[&dyn Word]) -> Vec<u8> {
    let mut data = Vec::with_capacity(prefix.len() + 32 * words.len());
    data.extend_from_slice(prefix);
    for word in words {
        word.append(&mut data);
    }
    data
}

/// An event that ends with an argument of type `bytes`: the first topic, the indexed words, the words of the data, and the bytes after them.
#[inline(never)]
pub fn encode_with_bytes(topic: &[u8], topics: &[&dyn Word], words: &[&dyn Word], bytes: &[u8]) -> Vec<u8> {
    let mut data = encode(topic, topics);
    for word in words {
        word.append(&mut data);
    }
    // Where the bytes begin, counted from the first word of the data; how many they are; and zeros up to a whole word.
    let start = 32 * (words.len() as u64 + 1);
    start.append(&mut data);
    (bytes.len() as u64).append(&mut data);
    data.extend_from_slice(bytes);
    data.resize(data.len() + (32 - bytes.len() % 32) % 32, 0);
    data
}

/// Words in a row, as for a hash.
#[macro_export]
macro_rules! words {
    ($($word:expr),* $(,)?) => { $crate::abi::encode(&[], &[$(&$word),*]) };
}

/// The data of a call: `calldata!("transfer", to: Address, amount: U256)`, with the values in scope under those names.
#[macro_export]
macro_rules! calldata {
    ($name:literal $(, $value:ident: $type:ty)* $(,)?) => {
        $crate::abi::encode(&$crate::abi::function_selector!($name $(, $type)*), &[$(&$value),*])
    };
}

/// An argument of Solidity's type `bytes`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Blob(pub Vec<u8>);

impl SolType for Blob {
    type RustType = Self;
    type Token<'a> = PackedSeqToken<'a>;

    const SOL_NAME: &'static str = "bytes";
    const ENCODED_SIZE: Option<usize> = None;
    const PACKED_ENCODED_SIZE: Option<usize> = None;

    fn valid_token(_: &Self::Token<'_>) -> bool {
        true
    }

    fn detokenize(token: Self::Token<'_>) -> Self {
        Self(token.0.to_vec())
    }
}

impl SolTypeValue<Self> for Blob {
    fn stv_to_tokens(&self) -> PackedSeqToken<'_> {
        PackedSeqToken(&self.0)
    }

    fn stv_abi_encode_packed_to(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.0);
    }

    fn stv_eip712_data_word(&self) -> B256 {
        keccak256(&self.0)
    }
}

impl AbiType for Blob {
    type SolType = Self;

    const ABI: ConstString = ConstString::new("bytes");
    const EXPORT_ABI_ARG: ConstString = Self::ABI.concat(ConstString::new(" calldata"));
    const EXPORT_ABI_RET: ConstString = Self::ABI.concat(ConstString::new(" memory"));
}

/// Defines Solidity errors.
///
/// ```
/// use alloy_primitives::U256;
/// use portcullis::abi::Revert;
///
/// portcullis::errors! {
///     /// There is not that much.
///     TooMuch(requested: U256, available: U256);
/// }
/// let data = TooMuch { requested: U256::from(2), available: U256::from(1) }.encode();
/// assert_eq!(data.len(), 4 + 2 * 32);
/// ```
#[macro_export]
macro_rules! errors {
    ($($(#[$meta:meta])* $name:ident($($field:ident: $type:ty),* $(,)?);)*) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        // The names are the documentation of the fields, as in Solidity; a module may keep the type to itself.
        #[allow(missing_docs, unreachable_pub)]
        pub struct $name { $(pub $field: $type,)* }

        impl $crate::abi::Selector for $name {
            const SELECTOR: [u8; 4] = $crate::abi::function_selector!(stringify!($name) $(, $type)*);
        }

        impl $crate::abi::Revert for $name {
            fn encode(self) -> $crate::abi::ByteVec<u8> {
                $crate::abi::encode(&<Self as $crate::abi::Selector>::SELECTOR, &[$(&self.$field),*])
            }

            #[cfg(feature = "export-abi")]
            fn inner_types() -> $crate::abi::ByteVec<stylus_sdk::abi::export::internal::InnerType> {
                let fields: &[&str] = &[$(<$type as $crate::abi::AbiType>::ABI.as_str()),*];
                let name = alloc::format!("error {}({});", stringify!($name), fields.join(", "));
                alloc::vec![stylus_sdk::abi::export::internal::InnerType { name, id: core::any::TypeId::of::<Self>() }]
            }
        }
    )*};
}

/// Defines Solidity events: the indexed fields, a semicolon, the others.
#[macro_export]
macro_rules! events {
    ($($(#[$meta:meta])* $name:ident($($topic:ident: $topic_type:ty),*; $($field:ident: $type:ty),*);)*) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        // The names are the documentation of the fields, as in Solidity; a module may keep the type to itself.
        #[allow(missing_docs, unreachable_pub)]
        pub struct $name { $(pub $topic: $topic_type,)* $(pub $field: $type,)* }

        #[allow(unreachable_pub)]
        impl $name {
            /// The first topic: the hash of the event's signature.
            pub const TOPIC: alloy_primitives::B256 = {
                let types: &[&str] = &[
                    $(<$topic_type as $crate::abi::AbiType>::SELECTOR_ABI.as_str(),)*
                    $(<$type as $crate::abi::AbiType>::SELECTOR_ABI.as_str(),)*
                ];
                $crate::abi::signature_hash(stringify!($name), types)
            };
        }

        impl $crate::abi::Event for $name {
            const TOPICS: usize = 1 $(+ { let _ = stringify!($topic); 1 })*;

            fn encode(&self) -> $crate::abi::ByteVec<u8> {
                $crate::abi::encode(Self::TOPIC.as_slice(), &[$(&self.$topic,)* $(&self.$field),*])
            }
        }
    )*};
}

/// Defines what a method refuses with: a set of errors, each a type that [`errors!`] defined or another such set, with the conversions
/// that `?` and the SDK need.
///
/// ```
/// use portcullis::{abi::Revert, error_set, errors, rate_limiter::AssetClosed, GuardError};
///
/// errors! {
///     /// There is nothing.
///     Nothing();
/// }
///
/// error_set! {
///     /// What a vault refuses with: errors of its own and those of the guards.
///     VaultError { Nothing, GuardError, }
/// }
/// let closed = AssetClosed { asset: alloy_primitives::Address::ZERO };
/// let refused = VaultError::from(GuardError::from(closed));
/// assert!(refused.is::<AssetClosed>() && !refused.is::<Nothing>());
/// assert_eq!(refused.encode(), closed.encode());
/// ```
#[macro_export]
macro_rules! error_set {
    ($(#[$meta:meta])* $name:ident { $($error:ident,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name($crate::abi::ByteVec<u8>);

        impl $name {
            /// Whether it is an error of this type.
            #[must_use]
            pub fn is<E: $crate::abi::Selector>(&self) -> bool {
                self.0.starts_with(&E::SELECTOR)
            }
        }

        $(
            impl From<$error> for $name {
                fn from(error: $error) -> Self {
                    Self($crate::abi::Revert::encode(error))
                }
            }
        )*

        impl $crate::abi::Revert for $name {
            fn encode(self) -> $crate::abi::ByteVec<u8> {
                self.0
            }

            #[cfg(feature = "export-abi")]
            fn inner_types() -> $crate::abi::ByteVec<stylus_sdk::abi::export::internal::InnerType> {
                let mut types = $crate::abi::ByteVec::new();
                $(types.extend(<$error as $crate::abi::Revert>::inner_types());)*
                types
            }
        }

        impl From<$name> for $crate::abi::ByteVec<u8> {
            fn from(error: $name) -> Self {
                error.0
            }
        }

        #[cfg(feature = "export-abi")]
        impl stylus_sdk::abi::export::internal::InnerTypes for $name {
            fn inner_types() -> $crate::abi::ByteVec<stylus_sdk::abi::export::internal::InnerType> {
                <Self as $crate::abi::Revert>::inner_types()
            }
        }
    };
}

/// The hash of `name(type,type)`.
#[doc(hidden)]
pub const fn signature_hash(name: &str, types: &[&str]) -> B256 {
    let mut hash = Keccak256::new().update(name.as_bytes()).update(b"(");
    let mut index = 0;
    while index < types.len() {
        if index != 0 {
            hash = hash.update(b",");
        }
        hash = hash.update(types[index].as_bytes());
        index += 1;
    }
    B256::new(hash.update(b")").finalize())
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_sol_types::{sol, SolCall, SolError, SolEvent, SolValue};

    mod solidity {
        super::sol! {
            error Everything(address account, uint256 amount, uint64 until, uint8 group, bool yes, bytes32 hash);
            error Nothing();
            event Happened(address indexed account, bytes32 indexed hash, uint256 amount, bool yes);
            function ask(address account, uint256 amount) external;
        }
    }

    events! {
        /// Two topics of its own.
        Happened(account: Address, hash: B256; amount: U256, yes: bool);
    }

    errors! {
        /// Every type.
        Everything(account: Address, amount: U256, until: u64, group: u8, yes: bool, hash: B256);
        /// No field.
        Nothing();
    }

    error_set! {
        /// Two errors.
        Inner { Everything, Nothing, }
    }

    error_set! {
        /// One inside another.
        Outer { Inner, }
    }

    #[test]
    fn a_blob_is_bytes() {
        let blob = Blob(alloc::vec![7; 33]);
        let theirs = alloy_primitives::Bytes::from(alloc::vec![7; 33]);
        assert_eq!(
            stylus_sdk::abi::encode_params(&(HASH, blob.clone())),
            (HASH, theirs.clone()).abi_encode_params()
        );
        let back = stylus_sdk::abi::decode_params::<(B256, Blob)>(&(HASH, theirs).abi_encode_params());
        assert_eq!(back, Ok((HASH, blob)));
        assert_eq!(
            function_selector!("f", B256, Blob),
            function_selector!("f", B256, alloy_primitives::Bytes)
        );
    }

    const ACCOUNT: Address = Address::repeat_byte(0xac);
    const HASH: B256 = B256::repeat_byte(0x4a);
    const AMOUNT: U256 = U256::from_limbs([0x0102_0304_0506_0708, 2, 3, 0xf0f1_f2f3_f4f5_f6f7]);

    fn everything() -> Everything {
        Everything {
            account: ACCOUNT,
            amount: AMOUNT,
            until: u64::MAX - 1,
            group: 255,
            yes: true,
            hash: HASH,
        }
    }

    #[test]
    fn an_error_is_encoded_as_alloy_does() {
        let theirs = solidity::Everything {
            account: ACCOUNT,
            amount: AMOUNT,
            until: u64::MAX - 1,
            group: 255,
            yes: true,
            hash: HASH,
        };
        assert_eq!(everything().encode(), theirs.abi_encode());
        assert_eq!(Nothing {}.encode(), solidity::Nothing {}.abi_encode());
    }

    #[test]
    fn an_event_is_encoded_as_alloy_does() {
        let ours = Happened {
            account: ACCOUNT,
            hash: HASH,
            amount: AMOUNT,
            yes: false,
        };
        let theirs = solidity::Happened {
            account: ACCOUNT,
            hash: HASH,
            amount: AMOUNT,
            yes: false,
        };
        let log = theirs.encode_log_data();
        let mut bytes: Vec<u8> = log.topics().iter().flat_map(|topic| topic.to_vec()).collect();
        bytes.extend_from_slice(&log.data);
        assert_eq!(ours.encode(), bytes);
        assert_eq!(Happened::TOPICS, 3);
        assert_eq!(Happened::TOPIC, solidity::Happened::SIGNATURE_HASH);
    }

    #[test]
    fn a_call_is_encoded_as_alloy_does() {
        let (account, amount) = (ACCOUNT, AMOUNT);
        let theirs = solidity::askCall { account, amount }.abi_encode();
        assert_eq!(calldata!("ask", account: Address, amount: U256), theirs);
        assert_eq!(words![account, amount], (account, amount).abi_encode());
    }

    #[test]
    fn an_error_goes_out_of_the_outermost_set_as_itself() {
        let outer = Outer::from(Inner::from(everything()));
        assert!(outer.is::<Everything>() && !outer.is::<Nothing>());
        assert_eq!(Vec::from(outer), everything().encode());
    }
}
