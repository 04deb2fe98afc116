//! The hash of a layout, as `portcullis::layout` says how it is made.

use crate::model::{Field, Kind, Layout, Type};
use alloy_primitives::{keccak256, B256};

const VALUE: u8 = 1;
const MAPPING: u8 = 2;
const VECTOR: u8 = 3;
const ARRAY: u8 = 4;
const STRUCT: u8 = 5;
const ENUM: u8 = 6;

/// Why a layout has no hash.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum HashError {
    /// Solidity's `storageLayout` leaves them out.
    #[error("it does not say the members of {0}: give the compiler's whole output with its `ast`, or write them into the type as \"members\": [\"A\", \"B\"]")]
    NoMembers(String),
}

impl Layout {
    /// The hash of this layout, which the contract carries as `StorageLayout::HASH`.
    ///
    /// # Errors
    /// [`HashError::NoMembers`]
    pub fn hash(&self) -> Result<B256, HashError> {
        // A type comes after its parts.
        let mut hashes: Vec<B256> = Vec::with_capacity(self.types.len());
        for of in &self.types {
            let hash = hash_of(of, &hashes)?;
            hashes.push(hash);
        }
        Ok(of_fields(&self.fields, &hashes))
    }
}

fn hash_of(of: &Type, hashes: &[B256]) -> Result<B256, HashError> {
    let mut data = Vec::new();
    match &of.kind {
        Kind::Value | Kind::Bytes => {
            data.push(VALUE);
            data.extend(short(of));
            data.extend(of.label.bytes());
        }
        Kind::Mapping { key, value } => {
            data.push(MAPPING);
            data.extend(hashes[key.0]);
            data.extend(hashes[value.0]);
        }
        Kind::Vector(element) => {
            data.push(VECTOR);
            data.extend(hashes[element.0]);
        }
        Kind::Array(count, element) => {
            data.push(ARRAY);
            data.extend(count.to_be_bytes());
            data.extend(hashes[element.0]);
        }
        Kind::Struct(fields) => return Ok(of_fields(fields, hashes)),
        Kind::Enum(None) => return Err(HashError::NoMembers(of.label.clone())),
        Kind::Enum(Some(members)) => {
            data.push(ENUM);
            data.extend(short(of));
            for member in members {
                name(member, &mut data);
            }
        }
    }
    Ok(keccak256(data))
}

fn of_fields(fields: &[Field], hashes: &[B256]) -> B256 {
    let mut data = vec![STRUCT];
    for field in fields {
        data.extend(field.at.slot.to_be_bytes::<32>());
        data.push(field.at.offset);
        name(&field.label, &mut data);
        data.extend(hashes[field.of.0]);
    }
    keccak256(data)
}

fn name(label: &str, data: &mut Vec<u8>) {
    // A file of four gigabytes is not read.
    let length = u32::try_from(label.len()).unwrap_or(u32::MAX);
    data.extend(length.to_be_bytes());
    data.extend(label.bytes());
}

/// Eight bytes for a value's size, which is no larger: it is looked at when it is read.
fn short(of: &Type) -> [u8; 8] {
    of.bytes.saturating_to::<u64>().to_be_bytes()
}
