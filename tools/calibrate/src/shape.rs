//! The limiters that are tried, alone and together, and what can leave under them.
//!
//! # Design
//! - **A shape is a fixed list of parts**, each with a time of its own; a setting is a shape with its limits. Together means that a
//!   withdrawal has to pass every part, as in [`portcullis_core::scope`].
//! - **Every number about a setting is core's.** What can leave in a time is the `bound` of its part, and of several the least.
//!   A cap has none: it says how much leaves in one transaction and not how many there are.

use alloy_primitives::U256;
use portcullis_core::{
    bucket::{self, Bucket},
    cap::{Cap, Transaction},
    scope::AnyLimiter,
    window::{self, Window},
};

/// An hour, in seconds.
pub const HOUR: u64 = 3_600;
/// A day, in seconds.
pub const DAY: u64 = 86_400;
/// A week, in seconds.
pub const WEEK: u64 = 7 * DAY;

/// One limiter, without its limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// A token bucket.
    Bucket {
        /// From empty to full.
        refill_secs: u64,
    },
    /// A sliding window.
    Window {
        /// How long what passed counts.
        window_secs: u64,
    },
    /// The most in one transaction.
    Cap,
}

/// Limiters that a withdrawal meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// How the report calls it.
    pub name: &'static str,
    /// Its limiters: one or two.
    pub parts: &'static [Part],
}

/// Every shape that is tried.
pub const SHAPES: [Shape; 9] = [
    Shape {
        name: "bucket 1 h",
        parts: &[Part::Bucket { refill_secs: HOUR }],
    },
    Shape {
        name: "bucket 6 h",
        parts: &[Part::Bucket {
            refill_secs: 6 * HOUR,
        }],
    },
    Shape {
        name: "bucket 1 d",
        parts: &[Part::Bucket { refill_secs: DAY }],
    },
    Shape {
        name: "bucket 7 d",
        parts: &[Part::Bucket { refill_secs: WEEK }],
    },
    Shape {
        name: "window 1 d",
        parts: &[Part::Window { window_secs: DAY }],
    },
    Shape {
        name: "window 7 d",
        parts: &[Part::Window { window_secs: WEEK }],
    },
    Shape {
        name: "cap",
        parts: &[Part::Cap],
    },
    Shape {
        name: "cap + bucket 1 d",
        parts: &[Part::Cap, Part::Bucket { refill_secs: DAY }],
    },
    Shape {
        name: "bucket 6 h + window 7 d",
        parts: &[
            Part::Bucket {
                refill_secs: 6 * HOUR,
            },
            Part::Window { window_secs: WEEK },
        ],
    },
];

impl Part {
    /// For how long what has left still counts, in seconds.
    #[must_use]
    pub fn memory_secs(self) -> u64 {
        match self {
            Self::Bucket { refill_secs } => refill_secs,
            Self::Window { window_secs } => window_secs,
            Self::Cap => 0,
        }
    }

    /// Its name, with what its limit is called.
    #[must_use]
    pub fn limit_name(self) -> &'static str {
        match self {
            Self::Bucket { .. } => "capacity",
            Self::Window { .. } => "limit",
            Self::Cap => "cap",
        }
    }
}

impl Shape {
    /// The longest memory of its parts, in seconds.
    #[must_use]
    pub fn memory_secs(&self) -> u64 {
        self.parts
            .iter()
            .map(|part| part.memory_secs())
            .max()
            .unwrap_or(0)
    }
}

/// A limit that its part cannot have: it would let nothing pass, or its time is out of core's bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a {part:?} cannot have a limit of {limit}")]
pub struct InvalidSetting {
    /// The part.
    pub part: Part,
    /// The limit.
    pub limit: U256,
}

/// A part with its limit, as core has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limited {
    /// A bucket's capacity and refill.
    Bucket(bucket::Limit),
    /// A window's limit and time.
    Window(window::Limit),
    /// A cap.
    Cap(Cap),
}

impl Limited {
    /// The part with this limit.
    ///
    /// # Errors
    /// [`InvalidSetting`] when core refuses it.
    pub fn new(part: Part, limit: U256) -> Result<Self, InvalidSetting> {
        match part {
            Part::Bucket { refill_secs } => bucket::Limit::new(limit, refill_secs).ok().map(Self::Bucket),
            Part::Window { window_secs } => window::Limit::new(limit, window_secs).ok().map(Self::Window),
            Part::Cap => Cap::new(limit).ok().map(Self::Cap),
        }
        .ok_or(InvalidSetting { part, limit })
    }

    /// The limit, as core keeps it: above 2^64 it is rounded down to whole units.
    #[must_use]
    pub fn limit(self) -> U256 {
        match self {
            Self::Bucket(limit) => limit.capacity(),
            Self::Window(limit) => limit.amount(),
            Self::Cap(cap) => cap.amount(),
        }
    }

    /// The most that leaves in any `secs` seconds, or none when nothing bounds it.
    #[must_use]
    pub fn bound(self, secs: u64) -> Option<U256> {
        match self {
            Self::Bucket(limit) => Some(limit.bound(secs)),
            Self::Window(limit) => Some(limit.bound(secs)),
            Self::Cap(_) => None,
        }
    }

    /// The limiter when nothing has left yet: a full bucket, an unused window.
    #[must_use]
    pub fn limiter(self, now: u64) -> AnyLimiter {
        match self {
            Self::Bucket(limit) => AnyLimiter::Bucket(Bucket::full(limit, now)),
            Self::Window(limit) => AnyLimiter::Window(Window::unused(limit, now)),
            Self::Cap(cap) => AnyLimiter::Transaction(Transaction {
                cap,
                used: U256::ZERO,
            }),
        }
    }
}

/// The most that leaves in any `secs` seconds under several parts together, or none when nothing bounds it.
#[must_use]
pub fn bound(parts: &[Limited], secs: u64) -> Option<U256> {
    parts.iter().filter_map(|part| part.bound(secs)).min()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limited(part: Part, limit: u64) -> Limited {
        Limited::new(part, U256::from(limit)).unwrap()
    }

    #[test]
    fn bounds_are_those_of_core() {
        let bucket = limited(Part::Bucket { refill_secs: DAY }, 2_400);
        let window = limited(Part::Window { window_secs: DAY }, 2_400);
        let core_bucket = bucket::Limit::new(U256::from(2_400), DAY).unwrap();
        let core_window = window::Limit::new(U256::from(2_400), DAY).unwrap();
        for (secs, of_bucket, of_window) in
            [(HOUR, 2_500, 2_400), (DAY, 4_800, 2_400), (WEEK, 19_200, 16_800)]
        {
            assert_eq!(bucket.bound(secs), Some(U256::from(of_bucket)));
            assert_eq!(bucket.bound(secs), Some(core_bucket.bound(secs)));
            assert_eq!(window.bound(secs), Some(U256::from(of_window)));
            assert_eq!(window.bound(secs), Some(core_window.bound(secs)));
        }
    }

    #[test]
    fn a_cap_bounds_nothing_over_time_and_of_several_the_least_bounds() {
        let cap = limited(Part::Cap, 10);
        let hour = limited(Part::Bucket { refill_secs: HOUR }, 100);
        let week = limited(Part::Window { window_secs: WEEK }, 1_000);
        assert_eq!(bound(&[cap], HOUR), None);
        assert_eq!(bound(&[cap, hour], HOUR), Some(U256::from(200)));
        assert_eq!(bound(&[hour, week], HOUR), Some(U256::from(200)));
        assert_eq!(bound(&[hour, week], DAY), Some(U256::from(1_000)));
    }

    #[test]
    fn what_core_refuses_is_an_error() {
        for part in [
            Part::Cap,
            Part::Bucket { refill_secs: DAY },
            Part::Window { window_secs: DAY },
        ] {
            assert_eq!(
                Limited::new(part, U256::ZERO),
                Err(InvalidSetting {
                    part,
                    limit: U256::ZERO
                })
            );
        }
    }

    #[test]
    fn shapes_have_names_of_their_own_and_one_or_two_parts() {
        for (place, shape) in SHAPES.iter().enumerate() {
            assert!((1..=2).contains(&shape.parts.len()));
            assert!(SHAPES[..place].iter().all(|other| other.name != shape.name));
        }
    }
}
