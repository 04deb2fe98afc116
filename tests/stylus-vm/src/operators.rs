//! What each operator of WASM costs, and which of them end a basic block.

use wasmparser::{FuncType, Operator};

/// Declares the price of groups of operators that carry nothing which the price depends on.
macro_rules! fixed_prices {
    ($operator:expr, { $($($name:ident)|+ => $price:expr,)* }) => {
        match $operator {
            $($(Operator::$name { .. })|+ => Some($price),)*
            _ => None,
        }
    };
}

/// The price of an operator in ink, or none when it cannot be bought at all.
pub(crate) fn price(operator: &Operator<'_>, types: &[FuncType]) -> Option<u64> {
    match operator {
        Operator::BrTable { targets } => Some(2_400 + 325 * u64::from(targets.len())),
        Operator::CallIndirect { type_index, .. } => {
            let parameters = types.get(*type_index as usize)?.params().len() as u64;
            Some(13_610 + 650 * parameters)
        }
        _ => fixed_price(operator),
    }
}

#[rustfmt::skip]
fn fixed_price(operator: &Operator<'_>) -> Option<u64> {
    fixed_prices!(operator, {
        Unreachable | Return | Nop | I32Const | I64Const | Block | Loop | Else | End => 1,
        Drop => 9,
        Br | BrIf | If => 765,
        Select => 1_250,
        Call => 3_800,
        LocalGet | LocalTee => 75,
        LocalSet => 210,
        GlobalGet => 225,
        GlobalSet => 575,
        I32Load | I32Load8S | I32Load8U | I32Load16S | I32Load16U => 670,
        I64Load | I64Load8S | I64Load8U | I64Load16S | I64Load16U | I64Load32S | I64Load32U => 680,
        I32Store | I32Store8 | I32Store16 => 825,
        I64Store | I64Store8 | I64Store16 | I64Store32 => 950,
        MemorySize => 3_000,
        MemoryGrow => 8_050,
        MemoryCopy | MemoryFill => 950,
        I32Eqz | I32Eq | I32Ne | I32LtS | I32LtU | I32GtS | I32GtU | I32LeS | I32LeU | I32GeS | I32GeU => 170,
        I64Eqz | I64Eq | I64Ne | I64LtS | I64LtU | I64GtS | I64GtU | I64LeS | I64LeU | I64GeS | I64GeU => 225,
        I32Clz | I32Ctz | I64Clz | I64Ctz => 210,
        I32Add | I32Sub | I32And | I32Or | I32Xor | I32Shl | I32ShrS | I32ShrU | I32Rotl | I32Rotr => 70,
        I64Add | I64Sub | I64And | I64Or | I64Xor | I64Shl | I64ShrS | I64ShrU | I64Rotl | I64Rotr => 100,
        I32Mul | I64Mul => 160,
        I32DivS | I32DivU | I32RemS | I32RemU => 1_120,
        I64DivS | I64DivU | I64RemS | I64RemU => 1_270,
        I32Popcnt => 2_650,
        I64Popcnt => 6_000,
        I32WrapI64 | I64ExtendI32S | I64ExtendI32U => 100,
        I32Extend8S | I32Extend16S | I64Extend8S | I64Extend16S | I64Extend32S => 100,
    })
}

/// Whether the operator is the last of its basic block.
pub(crate) fn ends_block(operator: &Operator<'_>) -> bool {
    matches!(
        operator,
        Operator::End
            | Operator::Else
            | Operator::Return
            | Operator::Loop { .. }
            | Operator::Br { .. }
            | Operator::BrTable { .. }
            | Operator::BrIf { .. }
            | Operator::If { .. }
            | Operator::Call { .. }
            | Operator::CallIndirect { .. }
    )
}

/// Whether the operator moves a float without computing with it. A program may hold such operators and nobody can
/// pay for the block that they stand in.
pub(crate) fn only_moves_floats(operator: &Operator<'_>) -> bool {
    matches!(
        operator,
        Operator::F32Const { .. }
            | Operator::F64Const { .. }
            | Operator::F32Load { .. }
            | Operator::F64Load { .. }
            | Operator::F32Store { .. }
            | Operator::F64Store { .. }
            | Operator::I32ReinterpretF32
            | Operator::I64ReinterpretF64
            | Operator::F32ReinterpretI32
            | Operator::F64ReinterpretI64
    )
}

/// Whether the operator moves memory or tables in a way for which there is no meter.
pub(crate) fn is_unmetered_bulk(operator: &Operator<'_>) -> bool {
    matches!(
        operator,
        Operator::MemoryInit { .. }
            | Operator::DataDrop { .. }
            | Operator::ElemDrop { .. }
            | Operator::TableInit { .. }
            | Operator::TableCopy { .. }
            | Operator::TableFill { .. }
            | Operator::TableGet { .. }
            | Operator::TableSet { .. }
            | Operator::TableGrow { .. }
            | Operator::TableSize { .. }
    )
}

/// The operator's name without what it carries.
pub(crate) fn name(operator: &Operator<'_>) -> String {
    let text = format!("{operator:?}");
    text.split([' ', '{', '(']).next().unwrap_or_default().to_owned()
}
