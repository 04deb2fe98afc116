//! Several arguments of a method as one struct.
//!
//! # Design
//! - A method has a few arguments of its own, and what describes one thing (a breaker's settings, a message) is a struct in Rust and as many
//!   arguments in Solidity: the interface stays flat, and a wallet shows every field by its name.
//! - Each field is one word. Decoded together they take a fifth of the code that alloy's tuple of as many types takes.
//! - A word that its type cannot hold is refused before the method runs, as everywhere in Solidity.

use super::Word;
use alloy_primitives::{Address, B256, U256};

/// A type of one word that an argument can have.
pub trait ArgumentWord: Word + Copy + Default {
    /// The value of a word, none when the type has no such value.
    fn from_word(word: &B256) -> Option<Self>;

    /// The value of a word of which it is known that it is one.
    fn of_valid(word: &B256) -> Self {
        Self::from_word(word).unwrap_or_default()
    }
}

impl ArgumentWord for B256 {
    fn from_word(word: &B256) -> Option<Self> {
        Some(*word)
    }
}

impl ArgumentWord for U256 {
    #[inline(never)]
    fn from_word(word: &B256) -> Option<Self> {
        Some((*word).into())
    }
}

impl ArgumentWord for Address {
    #[inline(never)]
    fn from_word(word: &B256) -> Option<Self> {
        let (padding, _) = word.split_at(12);
        padding
            .iter()
            .all(|byte| *byte == 0)
            .then(|| Self::from_word(*word))
    }

    #[inline(never)]
    fn of_valid(word: &B256) -> Self {
        Self::from_word(*word)
    }
}

impl ArgumentWord for u64 {
    #[inline(never)]
    fn from_word(word: &B256) -> Option<Self> {
        match U256::from_be_bytes(word.0).into_limbs() {
            [value, 0, 0, 0] => Some(value),
            _ => None,
        }
    }
}

impl ArgumentWord for u8 {
    fn from_word(word: &B256) -> Option<Self> {
        let value = u64::from_word(word)?;
        // The cast keeps a byte.
        (value <= u64::from(Self::MAX)).then_some(value as Self)
    }
}

/// Defines a struct that stands for several arguments of a method, one for each field.
///
/// The last parameter of the exported Solidity signature has the name of the method's own parameter.
///
/// ```
/// use alloy_primitives::{Address, U256};
/// use stylus_sdk::abi::AbiType;
///
/// portcullis::arguments! {
///     /// A sum of money.
///     pub struct Sum {
///         /// Of what.
///         pub asset: Address,
///         /// How much.
///         pub amount: U256,
///     }
/// }
/// assert_eq!(Sum::ABI.as_str(), "address,uint256");
/// ```
#[macro_export]
macro_rules! arguments {
    ($(#[$meta:meta])* $vis:vis struct $name:ident { $($(#[$field_meta:meta])* $field_vis:vis $field:ident: $type:ty),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        $vis struct $name { $($(#[$field_meta])* $field_vis $field: $type,)+ }

        const _: () = {
            use $crate::abi::{arguments::ArgumentWord, AbiType, ByteVec, Word};
            use alloy_primitives::B256;
            use stylus_sdk::{
                abi::ConstString,
                alloy_sol_types::{abi::token::{FixedSeqToken, WordToken}, private::SolTypeValue, SolType},
            };

            const FIELDS: usize = 0 $(+ { let _ = stringify!($field); 1 })+;

            impl SolType for $name {
                type RustType = Self;
                type Token<'a> = FixedSeqToken<WordToken, FIELDS>;

                const SOL_NAME: &'static str = <Self as AbiType>::ABI.as_str();
                const ENCODED_SIZE: Option<usize> = Some(32 * FIELDS);
                const PACKED_ENCODED_SIZE: Option<usize> = Some(32 * FIELDS);

                fn valid_token(FixedSeqToken([$($field),+]): &Self::Token<'_>) -> bool {
                    $(<$type as ArgumentWord>::from_word(&$field.0).is_some())&&+
                }

                fn detokenize(FixedSeqToken([$($field),+]): Self::Token<'_>) -> Self {
                    // A word that is none has been refused.
                    Self { $($field: <$type as ArgumentWord>::of_valid(&$field.0),)+ }
                }
            }

            impl Word for $name {
                fn append(&self, data: &mut ByteVec<u8>) {
                    $(self.$field.append(data);)+
                }
            }

            impl SolTypeValue<Self> for $name {
                fn stv_to_tokens(&self) -> FixedSeqToken<WordToken, FIELDS> {
                    let mut words = [WordToken(B256::ZERO); FIELDS];
                    let data = $crate::abi::encode(&[], &[self]);
                    for (word, data) in words.iter_mut().zip(data.chunks_exact(32)) {
                        word.0.copy_from_slice(data);
                    }
                    FixedSeqToken(words)
                }

                /// Fields of a word each.
                fn stv_abi_encode_packed_to(&self, out: &mut ByteVec<u8>) {
                    self.append(out);
                }

                fn stv_eip712_data_word(&self) -> B256 {
                    alloy_primitives::keccak256($crate::abi::encode(&[], &[self]))
                }
            }

            impl AbiType for $name {
                type SolType = Self;

                const ABI: ConstString = $crate::arguments!(@types $($type),+);
                const EXPORT_ABI_ARG: ConstString = $crate::arguments!(@named $($field: $type),+);
            }

            // A method may return it: it brings no type of Solidity's with it.
            #[cfg(feature = "export-abi")]
            impl stylus_sdk::abi::export::internal::InnerTypes for $name {}
        };
    };
    (@types $type:ty) => { <$type as AbiType>::ABI };
    (@types $type:ty, $($rest:ty),+) => {
        <$type as AbiType>::ABI.concat(ConstString::new(",")).concat($crate::arguments!(@types $($rest),+))
    };
    // The name of the last follows: the SDK appends that of the method's parameter.
    (@named $field:ident: $type:ty) => { <$type as AbiType>::EXPORT_ABI_ARG };
    (@named $field:ident: $type:ty, $($rest:ident: $rest_type:ty),+) => {
        <$type as AbiType>::EXPORT_ABI_ARG
            .concat(ConstString::new(concat!(" ", stringify!($field), ", ")))
            .concat($crate::arguments!(@named $($rest: $rest_type),+))
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_sol_types::{SolType, SolValue};
    use stylus_sdk::abi::{decode_params, encode_params, AbiType};

    arguments! {
        /// One of each.
        struct Everything {
            account: Address,
            amount: U256,
            until: u64,
            group: u8,
            hash: B256,
        }
    }

    const ACCOUNT: Address = Address::repeat_byte(0xac);
    const HASH: B256 = B256::repeat_byte(0x4a);

    fn everything() -> Everything {
        Everything {
            account: ACCOUNT,
            amount: U256::MAX,
            until: u64::MAX,
            group: 255,
            hash: HASH,
        }
    }

    #[test]
    fn they_are_the_arguments_that_alloy_encodes() {
        let theirs = (ACCOUNT, U256::MAX, U256::from(u64::MAX), U256::from(255), HASH).abi_encode_params();
        assert_eq!(encode_params(&(everything(),)), theirs);
        assert_eq!(crate::words![everything()], theirs);
        assert_eq!(decode_params::<(Everything,)>(&theirs), Ok((everything(),)));
        assert_eq!(
            decode_params::<(U256, Everything)>(&[&[0; 32], &theirs[..]].concat()),
            Ok((U256::ZERO, everything()))
        );
    }

    #[test]
    fn they_are_named_in_the_signature() {
        assert_eq!(Everything::ABI.as_str(), "address,uint256,uint64,uint8,bytes32");
        assert_eq!(
            Everything::EXPORT_ABI_ARG.as_str(),
            "address account, uint256 amount, uint64 until, uint8 group, bytes32"
        );
    }

    #[test]
    fn a_word_that_its_type_cannot_hold_is_refused() {
        let good = encode_params(&(everything(),));
        // The first and the last byte that have to be zero, of an address, of 64 bits and of 8, and one of each limb between.
        let places = [
            0,
            7,
            11,
            64,
            64 + 8,
            64 + 16,
            64 + 23,
            96,
            96 + 8,
            96 + 16,
            96 + 24,
            96 + 30,
        ];
        for place in places {
            let mut data = good.clone();
            data[place] = 1;
            assert!(decode_params::<(Everything,)>(&data).is_err(), "{place}");
        }
        assert!(decode_params::<(Everything,)>(&good[..good.len() - 1]).is_err());
        assert!(decode_params::<(Everything,)>(&[]).is_err());
    }

    #[test]
    fn where_types_are_hashed_or_packed_they_are_a_word_each() {
        let words = crate::words![everything()];
        assert_eq!(
            (Everything::SOL_NAME, Everything::ENCODED_SIZE),
            ("address,uint256,uint64,uint8,bytes32", Some(32 * 5))
        );
        assert_eq!(Everything::abi_encode_packed(&everything()), words);
        assert_eq!(
            Everything::eip712_data_word(&everything()),
            alloy_primitives::keccak256(words)
        );
    }
}
