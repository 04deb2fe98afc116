//! Charges for moving memory, by the byte.

use super::op::{Added, Op};
use super::Globals;
use crate::activate::ActivationError;
use crate::operators;
use wasmparser::Operator;

/// What `memory.fill` and `memory.copy` cost for each byte, in ink.
const BYTE: i64 = 100;

pub(super) fn apply<'a>(
    source: Vec<Op<'a>>,
    function: usize,
    globals: Globals,
) -> Result<Vec<Op<'a>>, ActivationError> {
    let mut out = Vec::with_capacity(source.len());
    for op in source {
        let operator = op.operator();
        if operators::is_unmetered_bulk(&operator) {
            let operator = operators::name(&operator);
            return Err(ActivationError::UnsupportedOperator { function, operator });
        }
        if matches!(
            operator,
            Operator::MemoryFill { .. } | Operator::MemoryCopy { .. }
        ) {
            out.extend(charge(globals).map(Op::Added));
        }
        out.push(op);
    }
    Ok(out)
}

/// The size lies on top of the stack and lies there again afterwards. It is less than 2^32, so the product cannot
/// overflow; the difference can, and then the new amount is the larger one.
fn charge(globals: Globals) -> [Added; 17] {
    [
        Added::GlobalSet(globals.scratch),
        Added::GlobalGet(globals.ink),
        Added::GlobalGet(globals.ink),
        Added::GlobalGet(globals.scratch),
        Added::I64ExtendI32U,
        Added::I64Const(BYTE),
        Added::I64Mul,
        Added::I64Sub,
        Added::GlobalSet(globals.ink),
        Added::GlobalGet(globals.ink),
        Added::I64LtU,
        Added::If,
        Added::I32Const(1),
        Added::GlobalSet(globals.status),
        Added::Unreachable,
        Added::End,
        Added::GlobalGet(globals.scratch),
    ]
}
