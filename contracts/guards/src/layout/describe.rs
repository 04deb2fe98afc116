//! What lies where, for people and their tools. On the host only.

use super::{
    encode::{size_of, Cursor, Hash},
    StorageLayout,
};
use alloc::{boxed::Box, format, string::String, vec::Vec};

/// A type in storage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Type {
    /// What stands for it in a file: two types have the same only when their layouts are the same.
    pub id: String,
    /// As Solidity writes it: `mapping(address => uint256)`.
    pub label: String,
    /// The bytes of its place: of a map or a vector one word.
    pub bytes: u64,
    /// Its parts.
    pub kind: Kind,
}

/// What a type is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A value in its place.
    Value,
    /// `bytes` or `string`.
    Bytes,
    /// A map.
    Mapping {
        /// What entries are found by.
        key: Box<Type>,
        /// What an entry is.
        value: Box<Type>,
    },
    /// Any number of elements.
    Vector(Box<Type>),
    /// So many elements.
    Array(u64, Box<Type>),
    /// Fields.
    Struct(Vec<Entry>),
}

/// A field of a struct.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name.
    pub label: &'static str,
    /// Its first slot, counted from the struct's.
    pub slot: u64,
    /// Where in the slot it begins, in bytes from the low end.
    pub offset: u8,
    /// What it is.
    pub of: Type,
}

impl Type {
    /// A storage type of your own that has no parts, under a name that no other type has.
    pub fn value<T: StorageLayout>(label: &str) -> Self {
        Self::leaf(label, size_of::<T>())
    }

    /// A struct, of the fields that `#[derive(StorageLayout)]` found.
    pub fn structure<T: StorageLayout>(name: &str) -> Self {
        let mut next = Cursor::START;
        let mut entries = Vec::new();
        for field in T::FIELDS {
            let (slot, offset, after) = next.place(field);
            next = after;
            if field.takes_bytes() {
                entries.push(Entry {
                    label: field.label,
                    slot: slot as u64,
                    offset,
                    of: (field.describe)(),
                });
            }
        }
        Self {
            // Two structs of one name may differ.
            id: format!("t_struct({name}){}_storage", short(&T::HASH)),
            label: format!("struct {name}"),
            bytes: size_of::<T>(),
            kind: Kind::Struct(entries),
        }
    }

    pub(super) fn leaf(label: impl Into<String>, bytes: u64) -> Self {
        let label = label.into();
        Self {
            id: format!("t_{label}"),
            label,
            bytes,
            kind: Kind::Value,
        }
    }

    pub(super) fn run(label: impl Into<String>, bytes: u64) -> Self {
        let label = label.into();
        Self {
            id: format!("t_{label}_storage"),
            label,
            bytes,
            kind: Kind::Bytes,
        }
    }

    pub(super) fn mapping(key: Self, value: Self) -> Self {
        Self {
            id: format!("t_mapping({},{})", key.id, value.id),
            label: format!("mapping({} => {})", key.label, value.label),
            bytes: 32,
            kind: Kind::Mapping {
                key: Box::new(key),
                value: Box::new(value),
            },
        }
    }

    pub(super) fn vector(element: Self) -> Self {
        Self {
            id: format!("t_array({})dyn_storage", element.id),
            label: format!("{}[]", element.label),
            bytes: 32,
            kind: Kind::Vector(Box::new(element)),
        }
    }

    pub(super) fn array(count: u64, bytes: u64, element: Self) -> Self {
        Self {
            id: format!("t_array({}){count}_storage", element.id),
            label: format!("{}[{count}]", element.label),
            bytes,
            kind: Kind::Array(count, Box::new(element)),
        }
    }
}

/// Eight bytes of a hash: enough to tell the structs of a contract apart.
fn short(hash: &Hash) -> String {
    hash[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}
