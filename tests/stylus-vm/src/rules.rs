//! What changes from one version of ArbOS to the next.

/// From this version on activation pays for the WASM's bytes, and storage flushes are charged.
pub const CHARGING_FIXES: u64 = 32;
/// From this version on an empty code is not kept as the last code read.
pub const LAST_CODE_CACHE_FIX: u64 = 40;
/// From this version on the stack is 22,000 words, and a flush without enough gas is out of gas.
pub const SMALLER_STACK: u64 = 50;
/// From this version on a WASM with more than one result is refused.
pub const NO_MULTI_VALUE: u64 = 60;

/// From this version on a program may lie in fragments.
pub const FRAGMENTS: u64 = 60;

/// The version of Stylus that came with ArbOS 31: init cost no longer holds the cached init cost.
const SECOND_STYLUS: u64 = 31;

/// The rules that a chain's parameters leave to choose, with the defaults of a version of ArbOS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// The version of ArbOS.
    pub arbos_version: u64,
    /// The version of Stylus that programs are activated for.
    pub stylus_version: u16,
    /// The stack that a call may use, in words.
    pub max_depth: u32,
    /// The pages of memory that a program may start with: the chain's limit less what the transaction holds open.
    pub page_limit: u16,
    /// The bytes that a WASM may have once decompressed.
    pub max_wasm_size: usize,
}

impl Rules {
    /// The defaults at a version of ArbOS.
    #[must_use]
    pub fn at(arbos_version: u64) -> Self {
        Self {
            arbos_version,
            stylus_version: if arbos_version >= SECOND_STYLUS { 2 } else { 1 },
            max_depth: if arbos_version >= SMALLER_STACK {
                22_000
            } else {
                4 * 65_536
            },
            page_limit: 128,
            max_wasm_size: 128 * 1024,
        }
    }
}
