//! Whether the module fits the chain: what it imports is offered, what it computes can be proven, and what it lays
//! into its memory and tables at the start finds room there.

use super::{ActivationError, Module};
use crate::{hooks, operators};
use wasmparser::{DataKind, ElementItems, ElementKind, Operator, RefType};

const PAGE: u64 = 65_536;

/// Checks everything that lies behind the charge for the work.
pub(super) fn check(module: &Module<'_>) -> Result<(), ActivationError> {
    check_imports(module)?;
    check_floats(module)?;
    check_data(module)?;
    check_elements(module)
}

fn check_imports(module: &Module<'_>) -> Result<(), ActivationError> {
    for import in &module.imports {
        let offered = hooks::SIGNATURES.iter().find(|hook| hook.name == import.name);
        let Some(hook) = offered.filter(|_| import.module == hooks::MODULE) else {
            return Err(ActivationError::UnknownImport {
                module: import.module.into(),
                name: import.name.into(),
            });
        };
        let ty = module.types.get(import.type_index as usize);
        if !ty.is_some_and(|ty| ty.params() == hook.params && ty.results() == hook.results) {
            return Err(ActivationError::ImportType(import.name.into()));
        }
    }
    Ok(())
}

fn check_floats(module: &Module<'_>) -> Result<(), ActivationError> {
    for (function, code) in module.codes.iter().enumerate() {
        let refused = code
            .operators
            .iter()
            .map(|(operator, _)| operator)
            .find(|operator| {
                operators::price(operator, &module.types).is_none() && !operators::only_moves_floats(operator)
            });
        if let Some(operator) = refused {
            let operator = operators::name(operator);
            return Err(ActivationError::FloatingPoint { function, operator });
        }
    }
    Ok(())
}

fn check_data(module: &Module<'_>) -> Result<(), ActivationError> {
    let size = module.memories.first().map_or(0, |memory| memory.initial * PAGE);
    for data in &module.datas {
        let DataKind::Active { offset_expr, .. } = &data.kind else {
            continue;
        };
        let (offset, length) = (constant(offset_expr)?, data.data.len());
        if end(offset, length).is_none_or(|end| end > size) {
            return Err(ActivationError::DataOutOfBounds { offset, length });
        }
    }
    Ok(())
}

fn check_elements(module: &Module<'_>) -> Result<(), ActivationError> {
    if module
        .tables
        .iter()
        .any(|table| table.element_type != RefType::FUNCREF)
    {
        return Err(ActivationError::TableType);
    }
    for element in &module.elements {
        let ElementKind::Active {
            table_index,
            offset_expr,
        } = &element.kind
        else {
            continue;
        };
        let offset = constant(offset_expr)?;
        let ElementItems::Functions(functions) = &element.items else {
            return Err(ActivationError::ElementExpressions);
        };
        let length = functions.count() as usize;
        let table = module.tables.get(table_index.unwrap_or_default() as usize);
        let entries = table.map_or(0, |table| table.initial);
        if end(offset, length).is_none_or(|end| end > entries) {
            return Err(ActivationError::ElementOutOfBounds { offset, length });
        }
    }
    Ok(())
}

/// Where a segment ends; nowhere when its offset is negative.
fn end(offset: i32, length: usize) -> Option<u64> {
    u64::try_from(offset).ok()?.checked_add(length as u64)
}

fn constant(expression: &wasmparser::ConstExpr<'_>) -> Result<i32, ActivationError> {
    let mut reader = expression.get_operators_reader();
    match (reader.read()?, reader.read()?, reader.eof()) {
        (Operator::I32Const { value }, Operator::End, true) => Ok(value),
        _ => Err(ActivationError::NonConstantOffset),
    }
}
