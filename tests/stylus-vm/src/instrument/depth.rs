//! Makes running out of stack the same on every machine: a function takes the words of its frame from a counter when
//! it is entered and gives them back when it returns.
//!
//! A frame is what the function's values may take at worst, as counted by walking its operators once (those that the
//! passes before added, too), its locals, and four words for the call. The walk is Nitro's and deliberately simple:
//! it does not know that code behind a branch is dead. A branch out of the function's outermost block leaves without
//! giving the words back; that too is Nitro's.

use super::op::{Added, Op};
use super::Globals;
use crate::activate::{ActivationError, Module};
use wasmparser::{BlockType, FuncType, Operator};

const MAX_FRAME: u32 = 10 * 1024;
const MAX_VALUES: u32 = 4096;
const CALL_WORDS: u32 = 4;

pub(super) fn apply<'a>(
    source: Vec<Op<'a>>,
    module: &Module<'a>,
    function: usize,
    globals: Globals,
) -> Result<Vec<Op<'a>>, ActivationError> {
    let values = most_values(&source, module);
    if values > MAX_VALUES {
        return Err(ActivationError::TooManyValues {
            function,
            values,
            limit: MAX_VALUES,
        });
    }
    let locals = module.codes.get(function).map_or(0, |code| code.locals);
    let words = u32::try_from(locals)
        .unwrap_or(u32::MAX)
        .saturating_add(values + CALL_WORDS);
    if words > MAX_FRAME {
        return Err(ActivationError::FrameTooLarge {
            function,
            words,
            limit: MAX_FRAME,
        });
    }

    let mut out = Vec::with_capacity(source.len() + 24);
    out.extend(enter(words, globals).map(Op::Added));
    let last = source.len().saturating_sub(1);
    for (position, op) in source.into_iter().enumerate() {
        if position == last {
            // Falling off the end is a return, too.
            out.extend(leave(words, globals).map(Op::Added));
            out.push(Op::Added(Added::Return));
        } else if matches!(op.operator(), Operator::Return) {
            out.extend(leave(words, globals).map(Op::Added));
        }
        out.push(op);
    }
    Ok(out)
}

fn enter(words: u32, globals: Globals) -> [Added; 12] {
    let words = Added::I32Const(words.cast_signed());
    [
        Added::GlobalGet(globals.stack),
        words,
        Added::I32LeU,
        Added::If,
        Added::I32Const(0),
        Added::GlobalSet(globals.stack),
        Added::Unreachable,
        Added::End,
        Added::GlobalGet(globals.stack),
        words,
        Added::I32Sub,
        Added::GlobalSet(globals.stack),
    ]
}

fn leave(words: u32, globals: Globals) -> [Added; 4] {
    [
        Added::GlobalGet(globals.stack),
        Added::I32Const(words.cast_signed()),
        Added::I32Add,
        Added::GlobalSet(globals.stack),
    ]
}

/// The height of the stack and the greatest it has been.
#[derive(Default)]
struct Stack {
    height: u32,
    most: u32,
}

impl Stack {
    fn push(&mut self, count: usize) {
        self.height = self.height.saturating_add(count as u32);
        self.most = self.most.max(self.height);
    }

    fn pop(&mut self, count: usize) {
        self.height = self.height.saturating_sub(count as u32);
    }

    /// Results lie there before the arguments go.
    fn exchange(&mut self, ty: Option<&FuncType>) {
        if let Some(ty) = ty {
            self.push(ty.results().len());
            self.pop(ty.params().len());
        }
    }
}

/// How many values the function holds at once, at worst.
fn most_values(source: &[Op<'_>], module: &Module<'_>) -> u32 {
    let mut stack = Stack::default();
    let mut scopes = vec![0];
    for op in source {
        match op.operator() {
            Operator::Block { blockty } | Operator::Loop { blockty } => {
                open(&mut stack, &mut scopes, blockty, module);
            }
            Operator::If { blockty } => {
                stack.pop(1);
                open(&mut stack, &mut scopes, blockty, module);
            }
            Operator::Else => stack.height = scopes.last().copied().unwrap_or_default(),
            Operator::End => stack.height = scopes.pop().unwrap_or_default(),
            Operator::Call { function_index } => stack.exchange(module.function_type(function_index)),
            Operator::CallIndirect { type_index, .. } => {
                stack.exchange(module.types.get(type_index as usize));
                stack.pop(1);
            }
            operator => step(&mut stack, &operator),
        }
    }
    stack.most
}

/// The results of a block have their place from its beginning.
fn open(stack: &mut Stack, scopes: &mut Vec<u32>, block_type: BlockType, module: &Module<'_>) {
    match block_type {
        BlockType::Empty => {}
        BlockType::Type(_) => stack.push(1),
        BlockType::FuncType(index) => stack.exchange(module.types.get(index as usize)),
    }
    scopes.push(stack.height);
}

#[rustfmt::skip]
fn step(stack: &mut Stack, operator: &Operator<'_>) {
    use Operator::*;
    match operator {
        LocalGet { .. } | GlobalGet { .. } | MemorySize { .. } | I32Const { .. } | I64Const { .. }
        | F32Const { .. } | F64Const { .. } => stack.push(1),

        Drop | BrIf { .. } | BrTable { .. } | LocalSet { .. } | GlobalSet { .. }
        | I32Eq | I32Ne | I32LtS | I32LtU | I32GtS | I32GtU | I32LeS | I32LeU | I32GeS | I32GeU
        | I64Eq | I64Ne | I64LtS | I64LtU | I64GtS | I64GtU | I64LeS | I64LeU | I64GeS | I64GeU
        | I32Add | I32Sub | I32Mul | I32DivS | I32DivU | I32RemS | I32RemU
        | I64Add | I64Sub | I64Mul | I64DivS | I64DivU | I64RemS | I64RemU
        | I32And | I32Or | I32Xor | I32Shl | I32ShrS | I32ShrU | I32Rotl | I32Rotr
        | I64And | I64Or | I64Xor | I64Shl | I64ShrS | I64ShrU | I64Rotl | I64Rotr => stack.pop(1),

        Select | I32Store { .. } | I64Store { .. } | F32Store { .. } | F64Store { .. }
        | I32Store8 { .. } | I32Store16 { .. } | I64Store8 { .. } | I64Store16 { .. }
        | I64Store32 { .. } => stack.pop(2),

        MemoryFill { .. } | MemoryCopy { .. } => stack.pop(3),

        // One value for one value, or none at all. What computes with floats comes here and is refused later.
        _ => {}
    }
}
