//! The machine: it compiles programs once and runs them.
//!
//! # Design
//! - **One engine, one instance a call.** An instance is made and dropped with the call; its memory is reserved at
//!   the most that a program may have, so that a thousand of them nest in little address space.
//! - **The program's stack counter stops a recursion, never the native stack**: see [`crate::stack`].
//! - **What a failure costs is Nitro's**: a revert and a failure keep the gas that is left, running out of ink or of
//!   stack takes all.
//!
//! # Trust
//! The code hash given to [`Machine::load`] is the code's.

use crate::activate::{instrument_again, ActivationError, ENTRYPOINT};
use crate::call::{Escape, Parts, State};
use crate::code::{self, CodeError};
use crate::hooks;
use crate::host::{Frame, Host};
use crate::instrument::{INK_LEFT, INK_STATUS, STACK_LEFT};
use crate::rules::Rules;
use crate::stack::WASM_STACK;
use alloy_primitives::{Bytes, B256};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use wasmtime::{
    Config, Engine, Global, Instance, InstancePre, Linker, Module, OptLevel, RegallocAlgorithm, Store, Trap,
    Val,
};

/// The address space that a program's memory gets, in bytes: the most pages that one may have.
const MEMORY_RESERVATION: u64 = 128 << 16;

/// A program that is compiled and can be run any number of times. Cheap to clone.
#[derive(Clone)]
pub struct Program {
    compiled: InstancePre<State>,
}

/// How a call of a program ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// The program returned zero.
    Success,
    /// The program returned something else than zero. Its output is the revert's data and its gas is kept.
    Revert,
    /// The program did what cannot be done, for example reached out of its memory. To the caller it is a revert
    /// without data, and the gas is kept.
    Failure(String),
    /// The program used up its gas.
    OutOfInk,
    /// The program used up its stack. All gas is lost.
    OutOfStack,
}

/// What came of a call of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// How it ended.
    pub status: Status,
    /// What the program wrote as its result; nothing unless it returned or reverted.
    pub output: Bytes,
    /// The gas that is left; zero when the program ran out of ink or stack.
    pub gas_left: u64,
}

/// Why a contract's code cannot be made a program.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LoadError {
    /// The code holds no WASM.
    #[error(transparent)]
    Code(#[from] CodeError),
    /// The WASM could never have been activated.
    #[error(transparent)]
    Activation(#[from] ActivationError),
    /// The engine does not compile it.
    #[error("the engine refuses the program: {0}")]
    Engine(String),
}

impl From<wasmtime::Error> for LoadError {
    fn from(error: wasmtime::Error) -> Self {
        Self::Engine(format!("{error:?}"))
    }
}

/// An engine and what it has compiled so far.
pub struct Machine {
    engine: Engine,
    linker: Linker<State>,
    programs: Mutex<HashMap<B256, Program>>,
}

impl Machine {
    /// A machine that has compiled nothing yet.
    ///
    /// # Errors
    /// When the engine does not run on this host.
    pub fn new() -> Result<Self, LoadError> {
        let engine = Engine::new(&config())?;
        let mut linker = Linker::new(&engine);
        hooks::link(&mut linker)?;
        Ok(Self {
            engine,
            linker,
            programs: Mutex::default(),
        })
    }

    /// The program that was compiled under a code's hash, if one was.
    #[must_use]
    pub fn loaded(&self, code_hash: B256) -> Option<Program> {
        self.programs().get(&code_hash).cloned()
    }

    /// The program in a contract's code, compiled at the first sight of the code's hash.
    ///
    /// Whether the chain has activated it is the chain's to know.
    ///
    /// # Errors
    /// A [`LoadError`] when the code holds no program.
    pub fn load(&self, code_hash: B256, code: &[u8]) -> Result<Program, LoadError> {
        if let Some(program) = self.programs().get(&code_hash) {
            return Ok(program.clone());
        }
        self.load_wasm(
            code_hash,
            &code::decompress(code, Rules::at(u64::MAX).max_wasm_size)?,
        )
    }

    /// The program in a WASM that was taken out of fragments, kept under the hash of the root's code.
    ///
    /// # Errors
    /// A [`LoadError`] when the WASM is no program.
    pub fn load_wasm(&self, code_hash: B256, wasm: &[u8]) -> Result<Program, LoadError> {
        if let Some(program) = self.programs().get(&code_hash) {
            return Ok(program.clone());
        }
        let program = self.compile(&instrument_again(wasm)?)?;
        self.programs().insert(code_hash, program.clone());
        Ok(program)
    }

    /// Compiles an instrumented module without keeping it.
    ///
    /// # Errors
    /// When the engine refuses the module, which an activated one's does not happen to.
    pub fn compile(&self, instrumented: &[u8]) -> Result<Program, LoadError> {
        let module = Module::new(&self.engine, instrumented)?;
        Ok(Program {
            compiled: self.linker.instantiate_pre(&module)?,
        })
    }

    /// Runs one call. The chain has charged for the call, the program's init and its first pages before.
    ///
    /// The call needs [`WASM_STACK`] of native stack, and each call that it makes as much again: run transactions
    /// with [`crate::stack::on_deep_stack`].
    pub fn run(&self, program: &Program, frame: Frame, host: &mut dyn Host, gas: u64) -> Outcome {
        // SAFETY: only the lifetime changes. The reference lies in the store, which is dropped before this function
        // returns, and nothing that outlives the store is given a copy.
        let host = unsafe { std::mem::transmute::<&mut dyn Host, &'static mut dyn Host>(host) };
        let ink_price = u64::from(frame.env.ink_price.max(1));
        let depth = frame.env.max_depth;
        let mut store = Store::new(&self.engine, State::new(frame, host));
        let ink = gas.saturating_mul(ink_price);
        match run(program, &mut store, ink, depth) {
            Ok((status, ink_left)) => {
                let keeps_output = matches!(status, Status::Success | Status::Revert);
                let output = if keeps_output {
                    std::mem::take(&mut store.data_mut().result)
                } else {
                    Bytes::new()
                };
                Outcome {
                    status,
                    output,
                    gas_left: ink_left / ink_price,
                }
            }
            // The instance could not even be made. The program has spent nothing.
            Err(error) => Outcome {
                status: Status::Failure(error.to_string()),
                output: Bytes::new(),
                gas_left: gas,
            },
        }
    }

    fn programs(&self) -> std::sync::MutexGuard<'_, HashMap<B256, Program>> {
        // A panic elsewhere leaves the map as good as it was.
        self.programs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn config() -> Config {
    let mut config = Config::new();
    config
        // A program is compiled far more often than a hot loop in it runs: half the time goes into compiling the guards.
        .cranelift_opt_level(OptLevel::None)
        .cranelift_regalloc_algorithm(RegallocAlgorithm::SinglePass)
        // Nothing here is asynchronous; the engine only wants this to be no smaller than the next.
        .async_stack_size(WASM_STACK)
        .max_wasm_stack(WASM_STACK)
        .memory_reservation(MEMORY_RESERVATION)
        .memory_reservation_for_growth(0)
        .memory_guard_size(0)
        .guard_before_linear_memory(false)
        .memory_init_cow(false)
        .generate_address_map(false)
        .wasm_backtrace_max_frames(None)
        .wasm_relaxed_simd(false)
        .wasm_simd(false)
        .wasm_tail_call(false)
        .wasm_multi_memory(false)
        .wasm_memory64(false)
        .wasm_extended_const(false);
    config
}

/// Runs the entry point and says how it ended and how much ink is left.
fn run(program: &Program, store: &mut Store<State>, ink: u64, depth: u32) -> wasmtime::Result<(Status, u64)> {
    let instance = program.compiled.instantiate(&mut *store)?;
    let ink_left = global(&instance, store, INK_LEFT)?;
    let status = global(&instance, store, INK_STATUS)?;
    let stack_left = global(&instance, store, STACK_LEFT)?;
    let memory = instance
        .get_memory(&mut *store, "memory")
        .ok_or_else(|| wasmtime::Error::msg("the program exports no memory"))?;
    ink_left.set(&mut *store, Val::I64(ink.cast_signed()))?;
    stack_left.set(&mut *store, Val::I32(depth.cast_signed()))?;
    store.data_mut().parts = Some(Parts {
        memory,
        ink: ink_left,
        status,
    });

    let entrypoint = instance.get_typed_func::<u32, u32>(&mut *store, ENTRYPOINT)?;
    let length = store.data().frame.calldata.len() as u32;
    let returned = entrypoint.call(&mut *store, length);

    let exhausted = status.get(&mut *store).i32() != Some(0);
    let overflowed = stack_left.get(&mut *store).i32() == Some(0);
    let ended = match returned {
        Ok(code) => code_status(code),
        Err(_) if overflowed => Status::OutOfStack,
        Err(_) if exhausted => Status::OutOfInk,
        Err(error) => escape_status(&error),
    };
    let left = match ended {
        Status::OutOfStack | Status::OutOfInk => 0,
        _ => ink_left
            .get(&mut *store)
            .i64()
            .unwrap_or_default()
            .cast_unsigned(),
    };
    Ok((ended, left))
}

fn global(instance: &Instance, store: &mut Store<State>, name: &str) -> wasmtime::Result<Global> {
    instance
        .get_global(&mut *store, name)
        .ok_or_else(|| wasmtime::Error::msg(format!("the program exports no {name}")))
}

fn code_status(code: u32) -> Status {
    match code {
        0 => Status::Success,
        _ => Status::Revert,
    }
}

fn escape_status(error: &wasmtime::Error) -> Status {
    if let Some(escape) = error.downcast_ref::<Escape>() {
        return match escape {
            Escape::Exit(code) => code_status(*code),
            Escape::OutOfInk => Status::OutOfInk,
            Escape::Memory | Escape::Failure(_) => Status::Failure(escape.to_string()),
        };
    }
    match error.downcast_ref::<Trap>() {
        Some(Trap::StackOverflow) => Status::OutOfStack,
        Some(trap) => Status::Failure(trap.to_string()),
        None => Status::Failure(error.to_string()),
    }
}
