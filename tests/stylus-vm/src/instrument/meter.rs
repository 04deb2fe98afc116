//! Charges each basic block at its head, for every operator in it and for the charge itself.

use super::op::{Added, Op};
use super::Globals;
use crate::operators;
use wasmparser::FuncType;

/// What the charge at a block's head costs, in ink.
const HEAD: u64 = 2_450;

pub(super) fn apply<'a>(source: Vec<Op<'a>>, types: &[FuncType], globals: Globals) -> Vec<Op<'a>> {
    let mut out = Vec::with_capacity(source.len() * 2);
    let mut block = Vec::new();
    let mut cost = 0_u64;
    for op in source {
        let operator = op.operator();
        // What has no price cannot be paid for: no amount of ink is that much.
        cost = cost.saturating_add(operators::price(&operator, types).unwrap_or(u64::MAX));
        block.push(op);
        if operators::ends_block(&operator) {
            out.extend(charge(cost.saturating_add(HEAD), globals).map(Op::Added));
            out.append(&mut block);
            cost = 0;
        }
    }
    out
}

fn charge(cost: u64, globals: Globals) -> [Added; 12] {
    let cost = Added::I64Const(cost.cast_signed());
    [
        Added::GlobalGet(globals.ink),
        cost,
        Added::I64LtU,
        Added::If,
        Added::I32Const(1),
        Added::GlobalSet(globals.status),
        Added::Unreachable,
        Added::End,
        Added::GlobalGet(globals.ink),
        cost,
        Added::I64Sub,
        Added::GlobalSet(globals.ink),
    ]
}
