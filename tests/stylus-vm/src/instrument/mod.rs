//! Rewrites a module so that it meters itself.
//!
//! Four passes, in Nitro's order, because each sees what those before it added and the depth pass counts it:
//! 1. [`meter`] charges each basic block at its head,
//! 2. [`dynamic`] charges `memory.fill` and `memory.copy` by the byte,
//! 3. [`depth`] takes a function's frame from the stack that is left, and gives it back,
//! 4. [`heap`] lets the program pay before its memory grows.
//!
//! The state of all this lies in four globals behind the module's own; three of them are exported to the machine.

use crate::activate::{ActivationError, Module};
use op::Op;

mod depth;
mod dynamic;
mod encode;
mod heap;
mod meter;
mod op;

/// The global that holds the ink that is left.
pub(crate) const INK_LEFT: &str = "stylus_ink_left";
/// The global that is not zero once the ink ran out.
pub(crate) const INK_STATUS: &str = "stylus_ink_status";
/// The global that holds the words of stack that are left.
pub(crate) const STACK_LEFT: &str = "stylus_stack_left";
/// How many globals the rewriting adds.
pub(crate) const ADDED_GLOBALS: usize = 4;

/// The numbers of the globals that are added.
#[derive(Clone, Copy)]
struct Globals {
    ink: u32,
    status: u32,
    scratch: u32,
    stack: u32,
}

/// The functions of a module with the meter in them.
pub(crate) struct Instrumented<'a> {
    /// The operators of each function that is not imported.
    pub(crate) functions: Vec<Vec<Op<'a>>>,
    globals: Globals,
}

/// Rewrites every function of a module.
pub(crate) fn instrument<'a>(module: &Module<'a>) -> Result<Instrumented<'a>, ActivationError> {
    if module.has_start {
        return Err(ActivationError::StartFunction);
    }
    let growth = heap::Growth::of(module)?;
    let first = module.globals.len() as u32;
    let globals = Globals {
        ink: first,
        status: first + 1,
        scratch: first + 2,
        stack: first + 3,
    };
    let mut functions = Vec::with_capacity(module.codes.len());
    for (function, code) in module.codes.iter().enumerate() {
        let source = code
            .operators
            .iter()
            .map(|(operator, bytes)| Op::Original(operator.clone(), bytes))
            .collect();
        let metered = meter::apply(source, &module.types, globals);
        let metered = dynamic::apply(metered, function, globals)?;
        let checked = depth::apply(metered, module, function, globals)?;
        functions.push(growth.apply(checked, globals));
    }
    Ok(Instrumented { functions, globals })
}
