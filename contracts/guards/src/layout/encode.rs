//! The hash, and the SDK's packing rule. All of it runs in the compiler.

use super::StorageLayout;
#[cfg(not(target_arch = "wasm32"))]
use super::Type;
use stylus_sdk::{keccak_const::Keccak256, storage::StorageType};

/// A hash of a layout.
pub type Hash = [u8; 32];

const VALUE: u8 = 1;
const MAPPING: u8 = 2;
const VECTOR: u8 = 3;
const ARRAY: u8 = 4;
const STRUCT: u8 = 5;

const WORD_BYTES: usize = 32;

/// A field of a struct, as `#[derive(StorageLayout)]` names it.
pub struct Field {
    pub(super) label: &'static str,
    /// The SDK's `SLOT_BYTES`.
    bytes: usize,
    /// The SDK's `REQUIRED_SLOTS`: zero for what fits into a word.
    slots: usize,
    hash: Hash,
    #[cfg(not(target_arch = "wasm32"))]
    pub(super) describe: fn() -> Type,
}

impl Field {
    /// A field of this name and type.
    pub const fn of<T: StorageLayout>(label: &'static str) -> Self {
        Self {
            label,
            bytes: T::SLOT_BYTES,
            slots: T::REQUIRED_SLOTS,
            hash: T::HASH,
            #[cfg(not(target_arch = "wasm32"))]
            describe: T::describe,
        }
    }

    /// Whether there is anything of it in storage.
    pub(super) const fn takes_bytes(&self) -> bool {
        self.bytes != 0
    }
}

/// Where the next field of a struct goes. It is what `#[storage]` of the SDK does, word for word.
#[derive(Clone, Copy)]
pub(super) struct Cursor {
    slot: usize,
    /// The bytes that are free in the slot.
    space: usize,
}

impl Cursor {
    pub(super) const START: Self = Self {
        slot: 0,
        space: WORD_BYTES,
    };

    /// The slot of a field and its bytes' distance from the low end of the word; and where the next goes.
    pub(super) const fn place(mut self, field: &Field) -> (usize, u8, Self) {
        if self.space < field.bytes {
            self.space = WORD_BYTES;
            self.slot += 1;
        }
        let offset = (WORD_BYTES - self.space) as u8;
        self.space -= field.bytes;
        let slot = self.slot;
        if field.slots > 0 {
            self.slot += field.slots;
            self.space = WORD_BYTES;
        }
        (slot, offset, self)
    }

    /// The slots of a struct that ends here: at least one.
    const fn slots(self) -> usize {
        if self.space != WORD_BYTES || self.slot == 0 {
            self.slot + 1
        } else {
            self.slot
        }
    }
}

/// The bytes of a type's place.
pub(super) const fn size_of<T: StorageType>() -> u64 {
    if T::REQUIRED_SLOTS > 0 {
        T::REQUIRED_SLOTS as u64 * WORD_BYTES as u64
    } else {
        T::SLOT_BYTES as u64
    }
}

/// The hash of a type without parts, by its name.
pub const fn of_value<T: StorageType>(label: &str) -> Hash {
    value(label, size_of::<T>())
}

/// The hash of a value by its name and bytes.
pub(super) const fn value(label: &str, bytes: u64) -> Hash {
    numbered(label, None, bytes)
}

/// The same where the name ends with a number: `uint` and 256.
pub(super) const fn numbered(label: &str, number: Option<usize>, bytes: u64) -> Hash {
    let mut digits = [0; 20];
    let mut first = digits.len();
    if let Some(mut number) = number {
        loop {
            first -= 1;
            digits[first] = b'0' + (number % 10) as u8;
            number /= 10;
            if number == 0 {
                break;
            }
        }
    }
    Keccak256::new()
        .update(&[VALUE])
        .update(&bytes.to_be_bytes())
        .update(label.as_bytes())
        .update(digits.split_at(first).1)
        .finalize()
}

pub(super) const fn of_mapping(key: &Hash, value: &Hash) -> Hash {
    Keccak256::new()
        .update(&[MAPPING])
        .update(key)
        .update(value)
        .finalize()
}

pub(super) const fn of_vector(element: &Hash) -> Hash {
    Keccak256::new().update(&[VECTOR]).update(element).finalize()
}

pub(super) const fn of_array(count: usize, element: &Hash) -> Hash {
    Keccak256::new()
        .update(&[ARRAY])
        .update(&(count as u64).to_be_bytes())
        .update(element)
        .finalize()
}

/// The hash of a struct, of its fields.
pub const fn of_struct<T: StorageLayout>() -> Hash {
    let mut hash = Keccak256::new().update(&[STRUCT]);
    let mut next = Cursor::START;
    let mut index = 0;
    while index < T::FIELDS.len() {
        let field = &T::FIELDS[index];
        let (slot, offset, after) = next.place(field);
        if field.takes_bytes() {
            hash = hash
                .update(&[0; 24])
                .update(&(slot as u64).to_be_bytes())
                .update(&[offset])
                .update(&(field.label.len() as u32).to_be_bytes())
                .update(field.label.as_bytes())
                .update(&field.hash);
        }
        next = after;
        index += 1;
    }
    assert!(
        next.slots() == T::REQUIRED_SLOTS,
        "the SDK packs this struct in another way than its layout says: the derive has to see every field that `#[storage]` sees"
    );
    hash.finalize()
}
