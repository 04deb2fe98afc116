//! Stylus's parameters, which a chain's owner may set and an upgrade of ArbOS changes.

use super::MemoryModel;
use stylus_vm::rules::{Rules, FRAGMENTS};

/// From this version of ArbOS on, programs called recently in the block start at the cached price.
const RECENT_PROGRAMS: u64 = 60;

/// What a program pays and may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StylusParams {
    /// The version of ArbOS.
    pub arbos_version: u64,
    /// The version of Stylus. A program activated for another one cannot be called.
    pub version: u16,
    /// Ink for one unit of gas.
    pub ink_price: u32,
    /// The stack that a call may use, in words.
    pub max_stack_depth: u32,
    /// Pages of memory that a transaction gets for nothing.
    pub free_pages: u16,
    /// Gas for each further page.
    pub page_gas: u16,
    /// What the ramp of memory prices is drawn from. Informative: the ramp is a table.
    pub page_ramp: u64,
    /// The pages that a program may start with.
    pub page_limit: u16,
    /// The least that a call pays when the program is not cached, in units of 128 gas.
    pub min_init_gas: u8,
    /// The least that a call pays when the program is cached, in units of 32 gas.
    pub min_cached_init_gas: u8,
    /// How init cost is scaled, in units of two per cent.
    pub init_cost_scalar: u8,
    /// How cached init cost is scaled, in units of two per cent.
    pub cached_cost_scalar: u8,
    /// Days after which a program expires.
    pub expiry_days: u16,
    /// Days after which a program may be kept alive.
    pub keepalive_days: u16,
    /// How many recently called programs a block remembers.
    pub block_cache_size: u16,
    /// The bytes that a WASM may have once decompressed.
    pub max_wasm_size: u32,
    /// The contracts that one program may lie in; zero when the version of ArbOS knows no fragments.
    pub max_fragments: u8,
    /// Gas burnt at the start of each activation.
    pub activation_gas: u64,
}

impl StylusParams {
    /// The parameters that a chain has at a version of ArbOS when nobody has touched them.
    #[must_use]
    pub fn at(arbos_version: u64) -> Self {
        let rules = Rules::at(arbos_version);
        Self {
            arbos_version,
            version: rules.stylus_version,
            ink_price: 10_000,
            max_stack_depth: rules.max_depth,
            free_pages: 2,
            page_gas: 1000,
            page_ramp: 620_674_314,
            page_limit: rules.page_limit,
            min_init_gas: if rules.stylus_version > 1 { 69 } else { 72 },
            min_cached_init_gas: 11,
            init_cost_scalar: 50,
            cached_cost_scalar: 50,
            expiry_days: 365,
            keepalive_days: 31,
            block_cache_size: 32,
            max_wasm_size: u32::try_from(rules.max_wasm_size).unwrap_or(u32::MAX),
            max_fragments: if arbos_version >= FRAGMENTS { 2 } else { 0 },
            activation_gas: 0,
        }
    }

    /// How memory is priced.
    #[must_use]
    pub fn memory(&self) -> MemoryModel {
        MemoryModel {
            free_pages: self.free_pages,
            page_gas: self.page_gas,
        }
    }

    /// What the machine has to know, when a transaction already holds `open` pages.
    #[must_use]
    pub fn rules(&self, open: u16) -> Rules {
        Rules {
            arbos_version: self.arbos_version,
            stylus_version: self.version,
            max_depth: self.max_stack_depth,
            page_limit: self.page_limit.saturating_sub(open),
            max_wasm_size: self.max_wasm_size as usize,
        }
    }

    /// The least gas of a call that is not cached and of one that is.
    #[must_use]
    pub fn min_gas(&self) -> (u64, u64) {
        (
            u64::from(self.min_init_gas) * 128,
            u64::from(self.min_cached_init_gas) * 32,
        )
    }

    /// Whether programs called recently in the block start at the cached price.
    #[must_use]
    pub fn remembers_recent(&self) -> bool {
        self.arbos_version >= RECENT_PROGRAMS
    }

    /// Whether a program may lie in fragments.
    #[must_use]
    pub fn has_fragments(&self) -> bool {
        self.arbos_version >= FRAGMENTS
    }

    /// Seconds after which a program expires.
    #[must_use]
    pub fn expiry_secs(&self) -> u64 {
        u64::from(self.expiry_days) * 86_400
    }

    /// Seconds after which a program may be kept alive.
    #[must_use]
    pub fn keepalive_secs(&self) -> u64 {
        u64::from(self.keepalive_days) * 86_400
    }
}
