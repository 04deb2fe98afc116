//! How large a program may be, and where it begins.

use super::{ActivationError, Module};
use crate::instrument::{Instrumented, ADDED_GLOBALS};
use crate::rules::Rules;
use wasmparser::{ExternalKind, ValType};

const MAX_DATA_SEGMENTS: u64 = 128;
const MAX_ELEMENT_SEGMENTS: u64 = 128;
const MAX_FUNCTIONS: u64 = 4096;
const MAX_GLOBALS: u64 = 32_768;
const MAX_LOCALS: u64 = 348;
/// Counted with what the meter adds.
const MAX_OPERATORS: u64 = 65_536;
const MAX_IMPORTS: u64 = 513;
const MAX_TABLE_ENTRIES: u64 = 4096;
/// Nitro counts the bytes of the segments.
const MAX_ELEMENT_ENTRIES: u64 = 4096;
const MAX_NAME: usize = 512;

/// The name of the function that runs a call.
pub(crate) const ENTRYPOINT: &str = "user_entrypoint";

/// The pages that a call starts with.
pub(super) fn footprint(module: &Module<'_>) -> Result<u16, ActivationError> {
    let pages = module
        .memories
        .first()
        .ok_or(ActivationError::MissingMemory)?
        .initial;
    u16::try_from(pages).map_err(|_| ActivationError::MemoryTooLarge {
        pages,
        limit: u16::MAX.into(),
    })
}

/// Whether there is an entry point of the right type.
pub(super) fn check_entrypoint(module: &Module<'_>) -> Result<(), ActivationError> {
    let &(kind, index) = module
        .exports
        .get(ENTRYPOINT)
        .ok_or(ActivationError::MissingEntrypoint)?;
    if kind != ExternalKind::Func {
        return Err(ActivationError::EntrypointKind);
    }
    let right = module
        .function_type(index)
        .is_some_and(|ty| ty.params() == [ValType::I32] && ty.results() == [ValType::I32]);
    if right {
        Ok(())
    } else {
        Err(ActivationError::EntrypointType)
    }
}

/// Whether the module keeps within every limit.
pub(super) fn check(
    module: &Module<'_>,
    instrumented: &Instrumented<'_>,
    rules: &Rules,
    imports_are_limited: bool,
) -> Result<(), ActivationError> {
    let pages = module
        .memories
        .first()
        .ok_or(ActivationError::MissingMemory)?
        .initial;
    if pages > rules.page_limit.into() {
        return Err(ActivationError::PageLimit {
            pages,
            limit: rules.page_limit,
        });
    }
    at_most(MAX_DATA_SEGMENTS, module.datas.len(), "datas")?;
    at_most(MAX_ELEMENT_SEGMENTS, module.elements.len(), "elements")?;
    at_most(MAX_FUNCTIONS, module.codes.len(), "functions")?;
    at_most(MAX_GLOBALS, module.globals.len() + ADDED_GLOBALS, "globals")?;
    for (code, function) in module.codes.iter().zip(&instrumented.functions) {
        at_most(MAX_LOCALS, code.locals, "locals")?;
        at_most(MAX_OPERATORS, function.len(), "opcodes in func body")?;
    }
    if imports_are_limited {
        at_most(MAX_IMPORTS, module.imports.len(), "imports")?;
    }
    let table_entries = module
        .tables
        .iter()
        .fold(0_u64, |sum, table| sum.saturating_add(table.initial));
    if table_entries > MAX_TABLE_ENTRIES {
        let limit = MAX_TABLE_ENTRIES;
        return Err(ActivationError::TooMany {
            what: "table entries",
            count: table_entries,
            limit,
        });
    }
    let element_bytes = module.elements.iter().map(|element| element.range.len()).sum();
    at_most(MAX_ELEMENT_ENTRIES, element_bytes, "element entries")?;
    if module.name.len() > MAX_NAME {
        return Err(ActivationError::ModuleNameTooLong {
            length: module.name.len(),
            limit: MAX_NAME,
        });
    }
    Ok(())
}

fn at_most(limit: u64, count: usize, what: &'static str) -> Result<(), ActivationError> {
    let count = count as u64;
    if count > limit {
        return Err(ActivationError::TooMany { what, count, limit });
    }
    Ok(())
}
