//! Lets a program pay for memory before it grows.

use super::op::{Added, Op};
use super::Globals;
use crate::activate::{ActivationError, Module};
use wasmparser::{ExternalKind, Operator, ValType};

/// The pages that any program may start with.
const MAX_PAGES: u64 = 128;

/// How the module's memory grows: through a payment, or never.
pub(super) struct Growth {
    pay: Option<u32>,
}

impl Growth {
    /// Finds the function that pays. A memory whose maximum is where it starts cannot grow and needs none.
    pub(super) fn of(module: &Module<'_>) -> Result<Self, ActivationError> {
        let memory = module.memories.first().ok_or(ActivationError::MissingMemory)?;
        if module.exports.get("memory") != Some(&(ExternalKind::Memory, 0)) {
            return Err(ActivationError::MissingMemory);
        }
        if memory.initial > MAX_PAGES {
            return Err(ActivationError::MemoryTooLarge {
                pages: memory.initial,
                limit: MAX_PAGES,
            });
        }
        if memory.maximum == Some(memory.initial) {
            return Ok(Self { pay: None });
        }
        let pay = module
            .import_index(crate::hooks::MODULE, "pay_for_memory_grow")
            .ok_or(ActivationError::MissingGrowthPayment)?;
        let ty = module.function_type(pay);
        if !ty.is_some_and(|ty| ty.params() == [ValType::I32] && ty.results().is_empty()) {
            return Err(ActivationError::GrowthPaymentType);
        }
        Ok(Self { pay: Some(pay) })
    }

    pub(super) fn apply<'a>(&self, source: Vec<Op<'a>>, globals: Globals) -> Vec<Op<'a>> {
        let Some(pay) = self.pay else {
            return source;
        };
        let mut out = Vec::with_capacity(source.len());
        for op in source {
            if matches!(op.operator(), Operator::MemoryGrow { .. }) {
                let payment = [
                    Added::GlobalSet(globals.scratch),
                    Added::GlobalGet(globals.scratch),
                    Added::GlobalGet(globals.scratch),
                    Added::Call(pay),
                ];
                out.extend(payment.map(Op::Added));
            }
            out.push(op);
        }
        out
    }
}
