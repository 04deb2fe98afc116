//! A layout as it is compared.

use alloy_primitives::{B256, U256, U512};
use std::fmt;

/// Bytes of a word of storage.
pub const WORD_BYTES: u64 = 32;

/// Where a contract's storage lies. [`read`](crate::read) makes one, and checks it.
#[derive(Clone, Debug)]
pub struct Layout {
    /// The contract's name, for messages.
    pub contract: String,
    /// The hash that the file claims, which is checked when it is read.
    pub claimed: Option<B256>,
    /// What lies where, in the order of places.
    pub fields: Vec<Field>,
    /// Types, each after those that it is made of.
    pub(crate) types: Vec<Type>,
}

/// A type of one layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TypeId(pub(crate) usize);

/// A variable, or a member of a struct.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its name.
    pub label: String,
    /// Where it begins.
    pub at: At,
    /// What it is.
    pub of: TypeId,
}

/// A place in storage, or in a struct.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct At {
    /// The word.
    pub slot: U256,
    /// Bytes from the word's low end.
    pub offset: u8,
}

/// What something in storage is.
#[derive(Clone, Debug)]
pub struct Type {
    /// As Solidity writes it.
    pub label: String,
    /// The bytes of its place.
    pub bytes: U512,
    /// Its parts.
    pub kind: Kind,
}

/// The parts of a type.
#[derive(Clone, Debug)]
pub enum Kind {
    /// A value in its place.
    Value,
    /// `bytes` or `string`.
    Bytes,
    /// Values by keys.
    Mapping {
        /// What a key is.
        key: TypeId,
        /// What is found by it.
        value: TypeId,
    },
    /// Any number of elements.
    Vector(TypeId),
    /// So many elements.
    Array(u64, TypeId),
    /// Members.
    Struct(Vec<Field>),
    /// The names of an enum; none where the file does not say them.
    Enum(Option<Vec<String>>),
}

impl Layout {
    /// A type by what stands for it in this layout.
    pub fn of(&self, id: TypeId) -> &Type {
        &self.types[id.0]
    }

    /// The byte after a field's last, counted from the first slot's first.
    pub fn end(&self, field: &Field) -> U512 {
        // Invariant: a slot is below 2^256 and a type's bytes are below 2^262.
        field.at.byte() + self.of(field.of).bytes
    }

    /// Whether a field is one of Solidity's gaps: an array of this name, whose bytes are kept free for later.
    pub fn is_gap(&self, field: &Field) -> bool {
        matches!(self.of(field.of).kind, Kind::Array(..))
            && (field.label == "__gap" || field.label.starts_with("__gap_"))
    }
}

impl At {
    /// The byte, counted from the first slot's first.
    pub fn byte(self) -> U512 {
        // Invariant: below 2^262.
        U512::from(self.slot) * U512::from(WORD_BYTES) + U512::from(self.offset)
    }
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A slot far out is a hash.
        if self.slot < U256::from(1_u64 << 32) {
            write!(f, "slot {}", self.slot)?;
        } else {
            write!(f, "slot {:#x}", self.slot)?;
        }
        match self.offset {
            0 => Ok(()),
            offset => write!(f, " byte {offset}"),
        }
    }
}
