//! Keys of maps.

use super::encode::{numbered, value, Hash};
#[cfg(not(target_arch = "wasm32"))]
use super::Type;
use alloc::{string::String, vec::Vec};
use alloy_primitives::{Address, FixedBytes, Signed, Uint};
use stylus_sdk::storage::StorageKey;

/// A key of a map that says what it is: where an entry lies is a hash of it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say what it is as the key of a map",
    label = "no layout is known for a map with this key",
    note = "write `impl portcullis::layout::KeyLayout for {Self}`, or take one of the SDK's keys, as `B256` or `Address`"
)]
pub trait KeyLayout: StorageKey {
    /// The hash of the key's type.
    const HASH: Hash;

    /// The key's type.
    #[cfg(not(target_arch = "wasm32"))]
    fn describe() -> Type;
}

macro_rules! keys {
    ($([$($generics:tt)*] $key:ty => $label:literal $($number:expr)?, $bytes:expr, $make:ident;)*) => {
        $(
            impl<$($generics)*> KeyLayout for $key {
                const HASH: Hash = keys!(@hash $label, $bytes $(, $number)?);

                #[cfg(not(target_arch = "wasm32"))]
                fn describe() -> Type {
                    Type::$make(alloc::format!("{}{}", $label, keys!(@number $($number)?)), $bytes as u64)
                }
            }
        )*
    };
    (@hash $label:literal, $bytes:expr) => { value($label, $bytes as u64) };
    (@hash $label:literal, $bytes:expr, $number:expr) => { numbered($label, Some($number), $bytes as u64) };
    (@number) => { "" };
    (@number $number:expr) => { $number };
}

// What a key's word is made of. The word of a machine is as long as any of its numbers needs.
keys! {
    [const B: usize, const L: usize] Uint<B, L> => "uint" B, B / 8, leaf;
    [const B: usize, const L: usize] Signed<B, L> => "int" B, B / 8, leaf;
    [const N: usize] FixedBytes<N> => "bytes" N, N, leaf;
    [] Address => "address", 20, leaf;
    [] bool => "bool", 1, leaf;
    [] u8 => "uint8", 1, leaf;
    [] u16 => "uint16", 2, leaf;
    [] u32 => "uint32", 4, leaf;
    [] u64 => "uint64", 8, leaf;
    [] u128 => "uint128", 16, leaf;
    [] usize => "uint32", 4, leaf;
    [] i8 => "int8", 1, leaf;
    [] i16 => "int16", 2, leaf;
    [] i32 => "int32", 4, leaf;
    [] i64 => "int64", 8, leaf;
    [] i128 => "int128", 16, leaf;
    [] isize => "int32", 4, leaf;
    [] String => "string", 32, run;
    [] &str => "string", 32, run;
    [] Vec<u8> => "bytes", 32, run;
    [] &[u8] => "bytes", 32, run;
}
