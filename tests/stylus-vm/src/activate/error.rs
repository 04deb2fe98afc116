//! Every reason for which a WASM is refused, in the order in which they are looked for.

/// Why a WASM cannot become a program.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ActivationError {
    /// The WASM is malformed or uses a feature that no program may use.
    #[error("failed to parse wasm: {0}")]
    Invalid(String),
    /// The WASM has a section that no program may have, a data count for example.
    #[error("unsupported section: {0}")]
    UnsupportedSection(&'static str),
    /// A global does not begin as a constant.
    #[error("the initial value of global {0} is not a constant")]
    NonConstantGlobal(usize),
    /// Something else than a function is imported.
    #[error("{module}::{name} is imported and is not a function")]
    ImportKind {
        /// The module it is asked of.
        module: String,
        /// Its name there.
        name: String,
    },
    /// A function is imported twice with two types.
    #[error("inconsistent imports for {module}::{name}")]
    InconsistentImport {
        /// The module it is asked of.
        module: String,
        /// Its name there.
        name: String,
    },
    /// An export has the name of an import.
    #[error("the binary exports an import with the same name: {0}")]
    ReexportedImport(String),
    /// An export's name begins with `stylus`.
    #[error("the binary exports the reserved symbol {0}")]
    ReservedExport(String),
    /// An import's name begins with `stylus`.
    #[error("the binary imports the reserved symbol {0}")]
    ReservedImport(String),
    /// The WASM has a start function.
    #[error("start functions are not allowed")]
    StartFunction,
    /// The WASM has no memory that is exported as `memory`.
    #[error("missing memory with export name \"memory\"")]
    MissingMemory,
    /// The memory is larger at the start than any program's may be.
    #[error("memory size {pages} exceeds the bound of {limit} pages")]
    MemoryTooLarge {
        /// The pages asked for.
        pages: u64,
        /// The pages allowed.
        limit: u64,
    },
    /// The memory can grow and the function that pays for it is not imported.
    #[error("a memory that can grow needs the import vm_hooks::pay_for_memory_grow")]
    MissingGrowthPayment,
    /// The function that pays for growth has another type.
    #[error("wrong type for vm_hooks::pay_for_memory_grow")]
    GrowthPaymentType,
    /// An operator is none that a program may use.
    #[error("function {function}: opcode not supported: {operator}")]
    UnsupportedOperator {
        /// The function, counted from the first that is not imported.
        function: usize,
        /// The operator.
        operator: String,
    },
    /// A function needs more stack than a frame may have.
    #[error("function {function}: frame too large: {words} > {limit} words")]
    FrameTooLarge {
        /// The function, counted from the first that is not imported.
        function: usize,
        /// The words it needs.
        words: u32,
        /// The words it may have.
        limit: u32,
    },
    /// A function holds more values at once than a frame may.
    #[error("function {function}: too many values on the stack at once: {values} > {limit}")]
    TooManyValues {
        /// The function, counted from the first that is not imported.
        function: usize,
        /// The values it holds.
        values: u32,
        /// The values it may hold.
        limit: u32,
    },
    /// There is no `user_entrypoint`.
    #[error("missing export with name user_entrypoint")]
    MissingEntrypoint,
    /// What is exported as `user_entrypoint` is not a function.
    #[error("export user_entrypoint must be a function")]
    EntrypointKind,
    /// The entry point does not take an i32 and give one.
    #[error("wrong type for user_entrypoint: it takes an i32 and gives an i32")]
    EntrypointType,
    /// The init cost does not fit.
    #[error("init cost too high: {0}")]
    InitCostTooHigh(u64),
    /// The cached init cost does not fit.
    #[error("cached init cost too high: {0}")]
    CachedInitCostTooHigh(u64),
    /// The estimate of the native code's size does not fit.
    #[error("asm estimate too large: {0}")]
    AsmEstimateTooLarge(u64),
    /// The memory is larger at the start than what the transaction may still open.
    #[error("memory exceeds limit: {pages} > {limit}")]
    PageLimit {
        /// The pages asked for.
        pages: u64,
        /// The pages allowed.
        limit: u16,
    },
    /// There is too much of something.
    #[error("too many wasm {what}: {count} > {limit}")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How much there is.
        count: u64,
        /// How much there may be.
        limit: u64,
    },
    /// The module's name is too long.
    #[error("wasm module name too long: {length} > {limit}")]
    ModuleNameTooLong {
        /// Its bytes.
        length: usize,
        /// The bytes it may have.
        limit: usize,
    },
    /// The gas does not pay for the activation.
    #[error("out of gas")]
    OutOfGas,
    /// The chain offers no such function.
    #[error("no such import: {module}::{name}")]
    UnknownImport {
        /// The module it is asked of.
        module: String,
        /// Its name there.
        name: String,
    },
    /// The chain offers the function with another type.
    #[error("import {0} has a different function signature")]
    ImportType(String),
    /// A function computes with floating point.
    #[error("function {function}: no implementation for floating point operation {operator}")]
    FloatingPoint {
        /// The function, counted from the first that is not imported.
        function: usize,
        /// The operator.
        operator: String,
    },
    /// A segment's offset is not a constant.
    #[error("non-constant segment offset")]
    NonConstantOffset,
    /// A data segment reaches out of the initial memory.
    #[error("out-of-bounds data segment at {offset} of {length} bytes")]
    DataOutOfBounds {
        /// Where it begins.
        offset: i32,
        /// Its bytes.
        length: usize,
    },
    /// A table holds something else than functions.
    #[error("unsupported table type")]
    TableType,
    /// An element segment is not a list of functions.
    #[error("non-constant element initializers are not supported")]
    ElementExpressions,
    /// An element segment reaches out of its table.
    #[error("out-of-bounds element segment at {offset} of {length} entries")]
    ElementOutOfBounds {
        /// Where it begins.
        offset: i32,
        /// Its entries.
        length: usize,
    },
}
