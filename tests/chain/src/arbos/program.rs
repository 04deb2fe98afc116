//! A program's entry in the registry: what it costs, how old it is, and whether it may be called.
//!
//! The entry is one word, keyed by the hash of the contract's code:
//!
//! ```text
//! byte 0        2        4         6         8            11            14     15
//!      | version | init   | cached  | footprint | activated | asm size  | cached | unused
//!      |         | cost   | cost    | (pages)   | (hours)   | (KiB)     | (flag) |
//! ```

use super::StylusParams;
use alloy_primitives::B256;

/// The second that hours of activation are counted from.
pub(crate) const ARBITRUM_START: u64 = 1_421_388_000;
const HOUR: u64 = 3600;
const U24_MAX: u32 = (1 << 24) - 1;

/// Why a program cannot be called, kept alive or activated.
///
/// Each message begins with the name of ArbWasm's error, which is what tools look for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProgramError {
    /// There is no code to activate, or it is not a program's.
    #[error("ProgramNotWasm: the account holds no WASM")]
    NotWasm,
    /// The program was never activated.
    #[error("ProgramNotActivated: the program is not activated")]
    NotActivated,
    /// The program was activated for another version of Stylus.
    #[error("ProgramNeedsUpgrade: it was activated for Stylus {version}, the chain runs {stylus_version}")]
    NeedsUpgrade {
        /// The version that it was activated for.
        version: u16,
        /// The version that the chain runs.
        stylus_version: u16,
    },
    /// The program has expired.
    #[error("ProgramExpired: its age is {age_secs} seconds")]
    Expired {
        /// Seconds since its activation.
        age_secs: u64,
    },
    /// The program needs no activation.
    #[error("ProgramUpToDate: it needs no activation")]
    UpToDate,
    /// The program is too young to be kept alive.
    #[error("ProgramKeepaliveTooSoon: its age is only {age_secs} seconds")]
    KeepaliveTooSoon {
        /// Seconds since its activation.
        age_secs: u64,
    },
}

/// What the chain remembers of a program. All zero when it was never activated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Program {
    /// The version of Stylus that it was activated for; zero when it never was.
    pub version: u16,
    /// What a call pays before its first instruction when not cached, less the chain's base.
    pub init_cost: u16,
    /// What a call pays before its first instruction when cached, less the chain's base.
    pub cached_cost: u16,
    /// Pages of memory that a call starts with.
    pub footprint: u16,
    /// When it was activated, in hours since Arbitrum began.
    pub activated_hours: u32,
    /// The estimated size of its native code in KiB.
    pub asm_estimate_kb: u32,
    /// Whether a manager keeps it in the cache.
    pub cached: bool,
}

impl Program {
    /// Reads an entry.
    #[must_use]
    pub fn decode(word: B256) -> Self {
        let u16_at = |at: usize| u16::from_be_bytes([word[at], word[at + 1]]);
        let u24_at = |at: usize| u32::from_be_bytes([0, word[at], word[at + 1], word[at + 2]]);
        Self {
            version: u16_at(0),
            init_cost: u16_at(2),
            cached_cost: u16_at(4),
            footprint: u16_at(6),
            activated_hours: u24_at(8),
            asm_estimate_kb: u24_at(11),
            cached: word[14] != 0,
        }
    }

    /// Writes an entry.
    #[must_use]
    pub fn encode(&self) -> B256 {
        let mut word = B256::ZERO;
        word[0..2].copy_from_slice(&self.version.to_be_bytes());
        word[2..4].copy_from_slice(&self.init_cost.to_be_bytes());
        word[4..6].copy_from_slice(&self.cached_cost.to_be_bytes());
        word[6..8].copy_from_slice(&self.footprint.to_be_bytes());
        word[8..11].copy_from_slice(&self.activated_hours.to_be_bytes()[1..]);
        word[11..14].copy_from_slice(&self.asm_estimate_kb.to_be_bytes()[1..]);
        word[14] = u8::from(self.cached);
        word
    }

    /// Seconds since the hour of its activation.
    #[must_use]
    pub fn age_secs(&self, now: u64) -> u64 {
        now.saturating_sub(ARBITRUM_START + u64::from(self.activated_hours) * HOUR)
    }

    /// Whether it has expired or was never activated.
    #[must_use]
    pub fn is_expired(&self, now: u64, params: &StylusParams) -> bool {
        self.activated_hours == 0 || self.age_secs(now) > params.expiry_secs()
    }

    /// The entry itself when the program may be called.
    ///
    /// # Errors
    /// [`ProgramError::NotActivated`], [`ProgramError::NeedsUpgrade`] or [`ProgramError::Expired`].
    pub fn active(self, now: u64, params: &StylusParams) -> Result<Self, ProgramError> {
        if self.version == 0 {
            return Err(ProgramError::NotActivated);
        }
        if self.version != params.version {
            return Err(ProgramError::NeedsUpgrade {
                version: self.version,
                stylus_version: params.version,
            });
        }
        let age_secs = self.age_secs(now);
        if age_secs > params.expiry_secs() {
            return Err(ProgramError::Expired { age_secs });
        }
        Ok(self)
    }

    /// Gas that a call which finds nothing cached pays, the cached part aside.
    #[must_use]
    pub fn init_gas(&self, params: &StylusParams) -> u64 {
        params.min_gas().0 + scaled(self.init_cost, params.init_cost_scalar)
    }

    /// Gas that every call pays.
    #[must_use]
    pub fn cached_gas(&self, params: &StylusParams) -> u64 {
        params.min_gas().1 + scaled(self.cached_cost, params.cached_cost_scalar)
    }

    /// Gas that a call pays before its first instruction, memory aside.
    #[must_use]
    pub fn call_gas(&self, cached: bool, params: &StylusParams) -> u64 {
        let mut gas = 0u64;
        // In the first version of Stylus the init cost contains the cached cost.
        if cached || self.version > 1 {
            gas += self.cached_gas(params);
        }
        if !cached {
            gas += self.init_gas(params);
        }
        gas
    }

    /// The estimated size of its native code in bytes.
    #[must_use]
    pub fn asm_bytes(&self) -> u32 {
        self.asm_estimate_kb.saturating_mul(1024)
    }
}

fn scaled(cost: u16, scalar: u8) -> u64 {
    (u64::from(cost) * u64::from(scalar) * 2).div_ceil(100)
}

/// Whole hours since Arbitrum began, as the registry stores them.
#[must_use]
pub(crate) fn hours_since_start(now: u64) -> u32 {
    let hours = now.saturating_sub(ARBITRUM_START) / HOUR;
    u32::try_from(hours).unwrap_or(U24_MAX).min(U24_MAX)
}

/// A size in bytes as the registry stores it.
#[must_use]
pub(crate) fn kib_up(bytes: u32) -> u32 {
    bytes.div_ceil(1024).min(U24_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_767_225_600;

    fn program() -> Program {
        Program {
            version: 2,
            init_cost: 101,
            cached_cost: 51,
            footprint: 3,
            activated_hours: hours_since_start(NOW),
            asm_estimate_kb: 0x01_02_03,
            cached: true,
        }
    }

    #[test]
    fn an_entry_survives_its_word() {
        assert_eq!(Program::decode(program().encode()), program());
        assert_eq!(Program::decode(B256::ZERO), Program::default());
    }

    #[test]
    fn a_program_is_active_to_the_last_second_of_its_year() {
        let params = StylusParams::at(60);
        let born = ARBITRUM_START + u64::from(program().activated_hours) * HOUR;
        let last = born + 365 * 86_400;
        assert!(program().active(last, &params).is_ok());
        assert_eq!(
            program().active(last + 1, &params),
            Err(ProgramError::Expired {
                age_secs: 365 * 86_400 + 1
            })
        );
    }

    #[test]
    fn another_version_of_stylus_disables_a_program() {
        let mut params = StylusParams::at(60);
        params.version = 3;
        assert_eq!(
            program().active(NOW, &params),
            Err(ProgramError::NeedsUpgrade {
                version: 2,
                stylus_version: 3
            })
        );
        assert_eq!(
            Program::default().active(NOW, &params),
            Err(ProgramError::NotActivated)
        );
    }

    #[test]
    fn a_cold_call_pays_both_bases_and_a_cached_one_the_small_base() {
        let params = StylusParams::at(60);
        assert_eq!(program().call_gas(true, &params), 352 + 51);
        assert_eq!(program().call_gas(false, &params), 352 + 51 + 8832 + 101);
    }
}
