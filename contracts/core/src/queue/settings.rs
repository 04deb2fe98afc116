//! How long tickets wait, and why a setting is refused.

use crate::fields::Fields;
use crate::wide::{div_down, shl, shr};
use alloy_primitives::U256;
use core::num::{NonZeroU32, NonZeroU64};

/// The longest wait that can be set: 30 days.
pub const LONGEST_DELAY_SECS: u64 = 30 * 24 * 60 * 60;

/// The longest time in which to let out the drain's amount: ten years of 365 days.
pub const LONGEST_DRAIN_SECS: u64 = 10 * 365 * 24 * 60 * 60;

/// Amounts of up to this many bits are held to the wei.
const UNIT_BITS: usize = 64;

/// How a queue waits.
///
/// ```text
///  255 170 169      148 147           126 125           104 103       72 71         64 63               0
/// ┌───────┬────────────┬─────────────────┬─────────────────┬────────────┬─────────────┬─────────────────┐
/// │ zero  │ late_secs  │ max_delay_secs  │ min_delay_secs  │ drain_secs │ unit_log2   │ drain, in units │
/// └───────┴────────────┴─────────────────┴─────────────────┴────────────┴─────────────┴─────────────────┘
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    drain_units: NonZeroU64,
    /// At most 192.
    unit_log2: u8,
    /// At most [`LONGEST_DRAIN_SECS`].
    drain_secs: NonZeroU32,
    min_delay_secs: u64,
    max_delay_secs: u64,
    late_secs: u64,
}

/// Why settings are refused: they could not act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidSettings {
    /// Nothing would ever drain.
    ZeroDrain,
    /// The drain's time is not within `1..=LONGEST_DRAIN_SECS`.
    DrainOutOfBounds {
        /// The time asked for.
        drain_secs: u64,
    },
    /// Without a least delay a ticket could be claimed where it was queued, before anyone sees it.
    ZeroDelay,
    /// The longest delay is not longer than the least one, so that the wait is not sized by anything, or longer than
    /// [`LONGEST_DELAY_SECS`].
    MaxDelayOutOfBounds {
        /// The least delay.
        min_delay_secs: u64,
        /// The longest delay.
        max_delay_secs: u64,
    },
    /// What a late lane waits beyond all others is not within `1..=LONGEST_DELAY_SECS`.
    LateOutOfBounds {
        /// The time asked for.
        late_secs: u64,
    },
}

impl Settings {
    /// A queue that lets out `drain` in each `drain_secs`. A drain of 2^64 or more is rounded down to whole units.
    ///
    /// # Errors
    /// [`InvalidSettings`] when it could not act.
    pub fn new(
        drain: U256,
        drain_secs: u64,
        min_delay_secs: u64,
        max_delay_secs: u64,
        late_secs: u64,
    ) -> Result<Self, InvalidSettings> {
        // Invariant: 256 bits less 64 are 192.
        let unit_log2 = drain.bit_len().saturating_sub(UNIT_BITS) as u8;
        let [units, ..] = shr(drain, unit_log2).into_limbs();
        let drain_units = NonZeroU64::new(units).ok_or(InvalidSettings::ZeroDrain)?;
        // Invariant: LONGEST_DRAIN_SECS is below 2^32.
        let whole_secs = NonZeroU32::new(drain_secs.min(LONGEST_DRAIN_SECS) as u32)
            .filter(|_| drain_secs <= LONGEST_DRAIN_SECS)
            .ok_or(InvalidSettings::DrainOutOfBounds { drain_secs })?;
        if min_delay_secs == 0 {
            return Err(InvalidSettings::ZeroDelay);
        }
        if max_delay_secs <= min_delay_secs || max_delay_secs > LONGEST_DELAY_SECS {
            return Err(InvalidSettings::MaxDelayOutOfBounds {
                min_delay_secs,
                max_delay_secs,
            });
        }
        if !(1..=LONGEST_DELAY_SECS).contains(&late_secs) {
            return Err(InvalidSettings::LateOutOfBounds { late_secs });
        }
        Ok(Self {
            drain_units,
            unit_log2,
            drain_secs: whole_secs,
            min_delay_secs,
            max_delay_secs,
            late_secs,
        })
    }

    /// The settings in a stored word, or none when none that can act were stored.
    pub fn from_word(word: U256) -> Option<Self> {
        let mut fields = Fields::of(word);
        let drain = U256::from(fields.take(64));
        // The cast keeps a field of 8 bits.
        let unit_log2 = fields.take(8) as u8;
        Self::new(
            shl(drain, unit_log2),
            fields.take(32),
            fields.take(22),
            fields.take(22),
            fields.take(22),
        )
        .ok()
    }

    /// The word to store.
    pub fn to_word(self) -> U256 {
        Fields::new()
            .put(self.drain_units.get(), 64)
            .put(self.unit_log2.into(), 8)
            .put(self.drain_secs.get().into(), 32)
            .put(self.min_delay_secs, 22)
            .put(self.max_delay_secs, 22)
            .put(self.late_secs, 22)
            .word()
    }

    /// What drains in [`Settings::drain_secs`].
    pub fn drain(&self) -> U256 {
        shl(U256::from(self.drain_units.get()), self.unit_log2)
    }

    /// The time in which [`Settings::drain`] does.
    pub fn drain_secs(&self) -> u64 {
        self.drain_secs.get().into()
    }

    /// The least wait.
    pub fn min_delay_secs(&self) -> u64 {
        self.min_delay_secs
    }

    /// The longest wait of a lane that is not late.
    pub fn max_delay_secs(&self) -> u64 {
        self.max_delay_secs
    }

    /// How long a ticket waits when `total` waits with it: at least [`Settings::min_delay_secs`], at most
    /// [`Settings::max_delay_secs`], between them as long as the drain needs, rounded up.
    pub fn wait_up(&self, total: U256) -> u64 {
        let most = self.max_delay_secs - self.min_delay_secs;
        let whole = shr(total, self.unit_log2);
        let [low, middle, ..] = whole.into_limbs();
        let units = if whole.bit_len() > 96 {
            // Of a drain of 64 bits at most that is 2^32 times as much as drains in its time: beyond the longest wait.
            1 << 96
        } else {
            // Invariant: 96 bits and one more.
            (u128::from(low) | u128::from(middle) << 64) + u128::from(shl(whole, self.unit_log2) < total)
        };
        // Invariant: 97 bits times 32 are 129 at most, and of `drain_secs` 29: 126. 64 times 22 are 86.
        let needed = units * u128::from(self.drain_secs.get());
        // Bit by bit, from the highest that a wait can have: the longest that does not suffice.
        let mut short = 0;
        for bit in (0..22).rev() {
            let longer = short | 1 << bit;
            if u128::from(self.drain_units.get()) * u128::from(longer) < needed {
                short = longer;
            }
        }
        let wait = short + u64::from(needed > 0);
        self.min_delay_secs + wait.min(most)
    }

    /// How long a ticket of a late lane waits: longer than any other that is queued within [`Settings::late_secs`] of it.
    pub fn late_wait(&self) -> u64 {
        // Invariant: 30 days and 30 days.
        self.max_delay_secs + self.late_secs
    }

    /// What a late lane waits beyond the longest wait of others.
    pub fn late_secs(&self) -> u64 {
        self.late_secs
    }

    /// The most that can be claimed within `secs` of what is queued from their beginning on, rounded up to a unit, while no wait is cut:
    /// drain · (secs - min_delay) / drain_secs. The largest number when it would be larger.
    pub fn bound(&self, secs: u64) -> U256 {
        let secs = secs.saturating_sub(self.min_delay_secs);
        // Invariant: (2^64 - 1)^2 and 2^32 on top of it are below 2^128.
        let drained =
            u128::from(self.drain_units.get()) * u128::from(secs) + u128::from(self.drain_secs.get() - 1);
        let units = U256::from(div_down(drained, self.drain_secs));
        if units > shr(U256::MAX, self.unit_log2) {
            U256::MAX
        } else {
            shl(units, self.unit_log2)
        }
    }
}
