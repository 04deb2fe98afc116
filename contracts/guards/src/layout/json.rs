//! The file that `tools/layout` reads: Solidity's `storageLayout` with a name, a hash and the bytes of each entry beside it.

use super::{describe::Entry, Kind, StorageLayout, Type};
use alloc::{
    collections::BTreeMap,
    format,
    string::{String, ToString},
    vec::Vec,
};
use alloy_primitives::hex;
use std::println;

/// Which file this is. A change of its form changes the number.
const FORMAT: &str = "portcullis-storage-layout-1";

/// Prints the layout when the program's first argument is `layout`, and says whether it was.
///
/// It is for the program that prints the contract's interface, `src/main.rs`, before that:
///
/// ```ignore
/// if portcullis::layout::printed::<contract::Vault>() {
///     return;
/// }
/// contract::print_from_args();
/// ```
pub fn printed<C: StorageLayout>() -> bool {
    let asked = std::env::args().nth(1).as_deref() == Some("layout");
    if asked {
        println!("{}", json::<C>());
    }
    asked
}

/// The layout of a contract as JSON: the same text for the same layout, one entry a line.
pub fn json<C: StorageLayout>() -> String {
    let contract = C::describe();
    let mut types = BTreeMap::new();
    // The contract's own struct is the list of entries.
    let entries = match &contract.kind {
        Kind::Struct(entries) => entries.as_slice(),
        _ => &[],
    };
    for entry in entries {
        collect(&entry.of, &mut types);
    }
    let name = contract.label.strip_prefix("struct ").unwrap_or(&contract.label);
    let types: Vec<String> = types
        .iter()
        .map(|(id, of)| format!("\n    {}: {of}", quoted(id)))
        .collect();
    format!(
        "{{\n  \"format\": {},\n  \"contract\": {},\n  \"hash\": \"0x{}\",\n  \"storage\": {},\n  \"types\": {{{}\n  }}\n}}",
        quoted(FORMAT),
        quoted(name),
        hex::encode(C::HASH),
        list(entries, "    "),
        types.join(","),
    )
}

/// Writes a type and those that it is made of, each once.
fn collect(of: &Type, types: &mut BTreeMap<String, String>) {
    if types.contains_key(&of.id) {
        return;
    }
    let label = quoted(&of.label);
    let bytes = quoted(&of.bytes.to_string());
    let (encoding, rest) = match &of.kind {
        Kind::Value => ("inplace", String::new()),
        Kind::Bytes => ("bytes", String::new()),
        Kind::Mapping { key, value } => {
            collect(key, types);
            collect(value, types);
            let parts = format!(", \"key\": {}, \"value\": {}", quoted(&key.id), quoted(&value.id));
            ("mapping", parts)
        }
        Kind::Vector(element) => {
            collect(element, types);
            ("dynamic_array", format!(", \"base\": {}", quoted(&element.id)))
        }
        Kind::Array(_, element) => {
            collect(element, types);
            ("inplace", format!(", \"base\": {}", quoted(&element.id)))
        }
        Kind::Struct(entries) => {
            for entry in entries {
                collect(&entry.of, types);
            }
            ("inplace", format!(", \"members\": {}", list(entries, "      ")))
        }
    };
    let text =
        format!("{{\"encoding\": \"{encoding}\", \"label\": {label}, \"numberOfBytes\": {bytes}{rest}}}");
    types.insert(of.id.clone(), text);
}

fn list(entries: &[Entry], indent: &str) -> String {
    if entries.is_empty() {
        return "[]".to_string();
    }
    let lines: Vec<String> = entries
        .iter()
        .map(|entry| {
            format!(
                "\n{indent}{{\"label\": {}, \"slot\": \"{}\", \"offset\": {}, \"bytes\": {}, \"type\": {}}}",
                quoted(entry.label),
                entry.slot,
                entry.offset,
                entry.of.bytes,
                quoted(&entry.of.id)
            )
        })
        .collect();
    format!("[{}\n{}]", lines.join(","), &indent[2..])
}

/// Names are identifiers, but for those that somebody gave a type of their own.
fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            _ if character.is_control() => quoted += &format!("\\u{:04x}", character as u32),
            _ => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}
