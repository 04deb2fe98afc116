//! An operator on its way through the passes.

use wasm_encoder::{Encode, Instruction};
use wasmparser::{BlockType, Operator};

/// An operator of the program with the bytes it was read from, or one that a pass adds.
#[derive(Clone)]
pub(crate) enum Op<'a> {
    /// The program's own.
    Original(Operator<'a>, &'a [u8]),
    /// A pass put it there.
    Added(Added),
}

/// What the passes are made of.
#[derive(Clone, Copy)]
pub(crate) enum Added {
    GlobalGet(u32),
    GlobalSet(u32),
    I32Const(i32),
    I64Const(i64),
    I32LeU,
    I32Add,
    I32Sub,
    I64LtU,
    I64Sub,
    I64Mul,
    I64ExtendI32U,
    If,
    End,
    Unreachable,
    Return,
    Call(u32),
}

impl<'a> Op<'a> {
    /// The operator itself.
    pub(super) fn operator(&self) -> Operator<'a> {
        match self {
            Self::Original(operator, _) => operator.clone(),
            Self::Added(added) => added.operator(),
        }
    }

    /// Writes the operator.
    pub(super) fn encode(&self, sink: &mut Vec<u8>) {
        match self {
            Self::Original(_, bytes) => sink.extend_from_slice(bytes),
            Self::Added(added) => added.instruction().encode(sink),
        }
    }
}

impl Added {
    fn operator(self) -> Operator<'static> {
        match self {
            Self::GlobalGet(global_index) => Operator::GlobalGet { global_index },
            Self::GlobalSet(global_index) => Operator::GlobalSet { global_index },
            Self::I32Const(value) => Operator::I32Const { value },
            Self::I64Const(value) => Operator::I64Const { value },
            Self::I32LeU => Operator::I32LeU,
            Self::I32Add => Operator::I32Add,
            Self::I32Sub => Operator::I32Sub,
            Self::I64LtU => Operator::I64LtU,
            Self::I64Sub => Operator::I64Sub,
            Self::I64Mul => Operator::I64Mul,
            Self::I64ExtendI32U => Operator::I64ExtendI32U,
            Self::If => Operator::If {
                blockty: BlockType::Empty,
            },
            Self::End => Operator::End,
            Self::Unreachable => Operator::Unreachable,
            Self::Return => Operator::Return,
            Self::Call(function_index) => Operator::Call { function_index },
        }
    }

    fn instruction(self) -> Instruction<'static> {
        match self {
            Self::GlobalGet(index) => Instruction::GlobalGet(index),
            Self::GlobalSet(index) => Instruction::GlobalSet(index),
            Self::I32Const(value) => Instruction::I32Const(value),
            Self::I64Const(value) => Instruction::I64Const(value),
            Self::I32LeU => Instruction::I32LeU,
            Self::I32Add => Instruction::I32Add,
            Self::I32Sub => Instruction::I32Sub,
            Self::I64LtU => Instruction::I64LtU,
            Self::I64Sub => Instruction::I64Sub,
            Self::I64Mul => Instruction::I64Mul,
            Self::I64ExtendI32U => Instruction::I64ExtendI32U,
            Self::If => Instruction::If(wasm_encoder::BlockType::Empty),
            Self::End => Instruction::End,
            Self::Unreachable => Instruction::Unreachable,
            Self::Return => Instruction::Return,
            Self::Call(index) => Instruction::Call(index),
        }
    }
}
