//! What a file says, made into a layout if it does not contradict itself.
//!
//! The hash covers names, places and values. What it does not cover, as the bytes of a struct, has to follow from that here, or a file
//! could have the right hash and another meaning.

use super::raw::{RawField, RawLayout, RawMembers, RawType};
use crate::model::{At, Field, Kind, Layout, Type, TypeId, WORD_BYTES};
use alloy_primitives::{B256, U256, U512};
use std::collections::BTreeMap;

/// Types in types. A file that goes deeper was not written by a compiler.
const MOST_DEPTH: usize = 200;
const WORD: U512 = U512::from_limbs([WORD_BYTES, 0, 0, 0, 0, 0, 0, 0]);

pub(super) fn layout(
    contract: Option<String>,
    raw: RawLayout,
    enums: &BTreeMap<u64, Vec<String>>,
) -> Result<Layout, String> {
    let claimed = raw
        .hash
        .map(|hash| {
            hash.parse::<B256>()
                .map_err(|_| format!("its hash is {hash:?}, and has to be 0x and 64 hexadecimal digits"))
        })
        .transpose()?;
    let mut types = Types {
        raw: raw.types.unwrap_or_default(),
        enums,
        known: BTreeMap::new(),
        open: Vec::new(),
        types: Vec::new(),
    };
    let (fields, _) = types.fields("the contract", &raw.storage)?;
    Ok(Layout {
        contract: contract.unwrap_or_else(|| "the contract".to_owned()),
        claimed,
        fields,
        types: types.types,
    })
}

struct Types<'a> {
    raw: BTreeMap<String, RawType>,
    enums: &'a BTreeMap<u64, Vec<String>>,
    known: BTreeMap<String, TypeId>,
    /// Those whose parts are being looked at.
    open: Vec<String>,
    /// Each after its parts.
    types: Vec<Type>,
}

impl Types<'_> {
    /// The type that this stands for.
    fn of(&mut self, id: &str) -> Result<TypeId, String> {
        if let Some(known) = self.known.get(id) {
            return Ok(*known);
        }
        if self.open.iter().any(|open| open == id) {
            return Err(format!(
                "the type {id} holds itself, and such types are not compared"
            ));
        }
        if self.open.len() == MOST_DEPTH {
            return Err(format!("its types are nested deeper than {MOST_DEPTH}"));
        }
        let raw = self
            .raw
            .remove(id)
            .ok_or_else(|| format!("it names a type {id:?} and does not say what it is"))?;
        self.open.push(id.to_owned());
        let made = self.make(id, raw)?;
        self.open.pop();
        self.types.push(made);
        let made = TypeId(self.types.len() - 1);
        self.known.insert(id.to_owned(), made);
        Ok(made)
    }

    fn make(&mut self, id: &str, raw: RawType) -> Result<Type, String> {
        let bytes = number(&raw.bytes).ok_or_else(|| {
            format!(
                "the type {id} has {:?} bytes, and has to have a number of them",
                raw.bytes
            )
        })?;
        let mut label = raw.label;
        let (kind, expected) = match raw.encoding.as_str() {
            "mapping" => {
                let key = self.of(&part(id, "key", raw.key)?)?;
                if !matches!(self.types[key.0].kind, Kind::Value | Kind::Bytes | Kind::Enum(_)) {
                    return Err(format!("the keys of {id} are no values"));
                }
                let value = self.of(&part(id, "value", raw.value)?)?;
                (Kind::Mapping { key, value }, WORD)
            }
            "dynamic_array" => {
                let element = self.of(&part(id, "base", raw.base)?)?;
                (Kind::Vector(element), WORD)
            }
            "bytes" => (Kind::Bytes, WORD),
            "inplace" if raw.base.is_some() => {
                let count = count(&label).ok_or_else(|| {
                    format!("the array {id} does not say how long it is: its label is {label:?}")
                })?;
                let element = self.of(&part(id, "base", raw.base)?)?;
                (Kind::Array(count, element), self.array_bytes(count, element))
            }
            "inplace" if id.starts_with("t_struct") => match raw.members {
                Some(RawMembers::Fields(members)) => {
                    let (fields, end) = self.fields(id, &members)?;
                    (Kind::Struct(fields), whole_words(end))
                }
                _ => return Err(format!("the struct {id} does not say its members")),
            },
            "inplace" if id.starts_with("t_enum") => {
                let said = match raw.members {
                    Some(RawMembers::Names(names)) => Some(names),
                    _ => self.enums.get(&trailing_number(id)).cloned(),
                };
                (Kind::Enum(said), bytes)
            }
            "inplace" if raw.members.is_some() => {
                return Err(format!(
                    "the type {id} has members and is neither struct nor enum"
                ))
            }
            "inplace" => {
                label = plain(id, label);
                (Kind::Value, bytes)
            }
            other => {
                return Err(format!(
                    "the type {id} is encoded as {other:?}, which this program does not know"
                ))
            }
        };
        if bytes != expected {
            return Err(format!("the type {id} claims {bytes} bytes and takes {expected}"));
        }
        let one_word = bytes <= WORD;
        if bytes.is_zero() || (!one_word && !(bytes % WORD).is_zero()) {
            return Err(format!(
                "the type {id} claims {bytes} bytes, which no place in storage has"
            ));
        }
        if matches!(kind, Kind::Value | Kind::Enum(_)) && bytes > U512::from(u64::MAX) {
            return Err(format!("the value {id} claims {bytes} bytes, which no value has"));
        }
        if bytes.bit_len() > 261 {
            return Err(format!("the type {id} does not fit into a contract's storage"));
        }
        Ok(Type { label, bytes, kind })
    }

    /// The fields of a list, and the byte after the last.
    fn fields(&mut self, place: &str, raw: &[RawField]) -> Result<(Vec<Field>, U512), String> {
        let mut fields = Vec::with_capacity(raw.len());
        let mut end = U512::ZERO;
        for field in raw {
            let label = &field.label;
            let slot: U256 = number(&field.slot).ok_or_else(|| {
                format!(
                    "{label:?} in {place} lies at slot {:?}, which is no number",
                    field.slot
                )
            })?;
            let of = self.of(&field.of)?;
            let bytes = &self.types[of.0].bytes;
            if field.bytes.is_some_and(|said| U512::from(said) != *bytes) {
                return Err(format!(
                    "{label:?} in {place} claims other bytes than its type {} has",
                    field.of
                ));
            }
            let at = At {
                slot,
                offset: field.offset,
            };
            // What is no value takes whole words, and begins one by that.
            if u64::from(at.offset) >= WORD_BYTES || (at.offset != 0 && U512::from(at.offset) + *bytes > WORD)
            {
                return Err(format!(
                    "{label:?} in {place} begins at byte {} of its word, where it does not fit",
                    at.offset
                ));
            }
            if at.byte() < end {
                return Err(format!("{label:?} in {place} lies on what is listed before it"));
            }
            // Invariant: each is below 2^262.
            end = at.byte() + *bytes;
            fields.push(Field {
                label: label.clone(),
                at,
                of,
            });
        }
        Ok((fields, end))
    }

    /// The bytes of an array: elements that fit share a word, and none lies across two.
    fn array_bytes(&self, count: u64, element: TypeId) -> U512 {
        let bytes = self.types[element.0].bytes;
        let count = U512::from(count);
        if bytes > WORD {
            // Invariant: below 2^64 times 2^262. An array of none takes a word.
            return (count * bytes).max(WORD);
        }
        whole_words(count.div_ceil(WORD / bytes) * WORD)
    }
}

/// Up to whole words, at least one.
fn whole_words(bytes: U512) -> U512 {
    (bytes.div_ceil(WORD) * WORD).max(WORD)
}

/// A value's type without what makes no difference in storage: a contract and an address that takes ether are addresses, and where a type
/// was declared is only where.
fn plain(id: &str, label: String) -> String {
    if id.starts_with("t_contract(") || id == "t_address_payable" {
        return "address".to_owned();
    }
    match label.rsplit_once('.') {
        Some((_, name)) if id.starts_with("t_userDefinedValueType(") => name.to_owned(),
        _ => label,
    }
}

fn part(id: &str, name: &str, part: Option<String>) -> Result<String, String> {
    part.ok_or_else(|| format!("the type {id} does not say its {name}"))
}

/// A number in decimal, or in hexadecimal after 0x.
fn number<const BITS: usize, const LIMBS: usize>(text: &str) -> Option<alloy_primitives::Uint<BITS, LIMBS>> {
    let (digits, radix) = match text.strip_prefix("0x") {
        Some(digits) => (digits, 16),
        None => (text, 10),
    };
    let plain = !digits.is_empty() && digits.chars().all(|digit| digit.is_digit(radix));
    plain.then(|| alloy_primitives::Uint::from_str_radix(digits, radix.into()).ok())?
}

/// The length of an array by its label: `uint256[2][3]` are three.
fn count(label: &str) -> Option<u64> {
    let digits = label.strip_suffix(']')?.rsplit_once('[')?.1;
    digits
        .chars()
        .all(|digit| digit.is_ascii_digit())
        .then(|| digits.parse().ok())?
}

/// The number of a definition in the compiler's syntax tree, at the end of what stands for it: `t_enum(Side)17`.
fn trailing_number(id: &str) -> u64 {
    let digits = id.trim_start_matches(|character| character != ')');
    // No definition has the highest number.
    digits.trim_start_matches(')').parse().unwrap_or(u64::MAX)
}
