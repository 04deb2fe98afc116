//! The SDK's storage types, under the names that Solidity has for them.

#[cfg(not(target_arch = "wasm32"))]
use super::Type;
use super::{
    encode::{numbered, of_array, of_mapping, of_value, of_vector, size_of, Hash},
    KeyLayout, StorageLayout,
};
use crate::sdk::Place;
use alloy_sol_types::sol_data::{ByteCount, IntBitCount, SupportedFixedBytes, SupportedInt};
use core::marker::PhantomData;
use stylus_sdk::storage::{
    StorageAddress, StorageArray, StorageBlockHash, StorageBlockNumber, StorageBool, StorageBytes,
    StorageFixedBytes, StorageMap, StorageSigned, StorageString, StorageUint, StorageVec,
};

macro_rules! values {
    ($($storage:ty => $label:literal, $make:ident;)*) => {
        $(
            impl StorageLayout for $storage {
                const HASH: Hash = of_value::<Self>($label);

                #[cfg(not(target_arch = "wasm32"))]
                fn describe() -> Type {
                    Type::$make($label, size_of::<Self>())
                }
            }
        )*
    };
}

values! {
    StorageBool => "bool", leaf;
    StorageAddress => "address", leaf;
    StorageBlockNumber => "uint64", leaf;
    StorageBlockHash => "bytes32", leaf;
    StorageString => "string", run;
    StorageBytes => "bytes", run;
    // Nothing is kept there, and transient keys are made of the slot.
    Place => "place", leaf;
}

macro_rules! numbered_values {
    ($([$($generics:tt)*] $storage:ty, $bound:ty: $limit:ident => $label:literal $number:expr;)*) => {
        $(
            impl<$($generics)*> StorageLayout for $storage
            where
                $bound: $limit,
            {
                const HASH: Hash = numbered($label, Some($number), size_of::<Self>());

                #[cfg(not(target_arch = "wasm32"))]
                fn describe() -> Type {
                    Type::leaf(alloc::format!("{}{}", $label, $number), size_of::<Self>())
                }
            }
        )*
    };
}

numbered_values! {
    [const B: usize, const L: usize] StorageUint<B, L>, IntBitCount<B>: SupportedInt => "uint" B;
    [const B: usize, const L: usize] StorageSigned<B, L>, IntBitCount<B>: SupportedInt => "int" B;
    [const N: usize] StorageFixedBytes<N>, ByteCount<N>: SupportedFixedBytes => "bytes" N;
}

impl<K: KeyLayout, V: StorageLayout> StorageLayout for StorageMap<K, V> {
    const HASH: Hash = of_mapping(&K::HASH, &V::HASH);

    #[cfg(not(target_arch = "wasm32"))]
    fn describe() -> Type {
        Type::mapping(K::describe(), V::describe())
    }
}

impl<T: StorageLayout> StorageLayout for StorageVec<T> {
    const HASH: Hash = of_vector(&T::HASH);

    #[cfg(not(target_arch = "wasm32"))]
    fn describe() -> Type {
        Type::vector(T::describe())
    }
}

impl<T: StorageLayout, const N: usize> StorageLayout for StorageArray<T, N> {
    const HASH: Hash = of_array(N, &T::HASH);

    #[cfg(not(target_arch = "wasm32"))]
    fn describe() -> Type {
        Type::array(N as u64, size_of::<Self>(), T::describe())
    }
}

/// It takes no bytes, and no struct lists it.
impl<T> StorageLayout for PhantomData<T> {
    const HASH: Hash = of_value::<Self>("nothing");

    #[cfg(not(target_arch = "wasm32"))]
    fn describe() -> Type {
        Type::leaf(
            "nothing",
            <Self as stylus_sdk::storage::StorageType>::SLOT_BYTES as u64,
        )
    }
}
