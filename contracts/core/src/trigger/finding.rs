//! A sentinel's findings: signed off chain, bounded on it.
//!
//! # Design
//! - A finding leads one rung further ([`Finding::TARGET`]) and never names the rung, so a stolen key is worth one rung at a time.
//! - At most `burst` at once and one more each `back_secs`, without the edges of a window: in any window `W` at most
//!   `burst + W / back_secs`.
//! - A finding says until when it may be used, and no finding may be usable for longer than a setting says. At its end it still is.
//! - Numbers only rise, so no finding is used twice, in whatever order they arrive.
//!
//! # Trust
//! - The caller has verified the signature over scope, number and end.

use super::is_window;
use crate::breaker::{Target, LATEST};
use crate::fields::Fields;
use alloy_primitives::U256;

/// The most findings at once.
pub const MOST_AT_ONCE: u8 = 15;

/// How many findings count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FindingsLimit {
    burst: u8,
    back_secs: u64,
    valid_secs: u64,
}

/// Why a limit of findings is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidFindings {
    /// The number at once is not within `1..=15`.
    BurstOutOfBounds {
        /// The number asked for.
        burst: u8,
    },
    /// The time until one more is not within `1..=LONGEST_WINDOW_SECS`.
    BackOutOfBounds {
        /// The time asked for.
        back_secs: u64,
    },
    /// The time for which a finding may be usable is not within `1..=LONGEST_WINDOW_SECS`.
    ValidOutOfBounds {
        /// The time asked for.
        valid_secs: u64,
    },
}

/// A finding whose signature was verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Its number, from 1 on.
    pub number: u64,
    /// The last second at which it may be used.
    pub expires_at: u64,
}

/// Why a finding does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FindingRefused {
    /// Its time is over.
    Expired {
        /// The last second at which it could be used.
        expires_at: u64,
    },
    /// It would be usable for too long.
    ValidTooLong {
        /// The last second that it names.
        expires_at: u64,
        /// The last that it could.
        latest: u64,
    },
    /// Its number is not greater than that of the last one that counted.
    Used {
        /// The number of the last one.
        last_number: u64,
    },
    /// As many as may count have.
    Spent {
        /// The first second at which one more does.
        retry_at: u64,
    },
}

/// The findings so far. The word of zero has none.
///
/// ```text
///  255   104 103         64 63             0
/// ┌─────────┬──────────────┬────────────────┐
/// │ zero    │ whole_at     │ last_number    │
/// └─────────┴──────────────┴────────────────┘
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Findings {
    last_number: u64,
    /// When as many count at once as if none ever had.
    whole_at: u64,
}

impl Finding {
    /// Where a finding leads: one rung further, whatever it found.
    pub const TARGET: Target = Target::OneRung;
}

impl FindingsLimit {
    /// A limit.
    ///
    /// # Errors
    /// [`InvalidFindings`] when it could not act.
    pub fn new(burst: u8, back_secs: u64, valid_secs: u64) -> Result<Self, InvalidFindings> {
        if !(1..=MOST_AT_ONCE).contains(&burst) {
            return Err(InvalidFindings::BurstOutOfBounds { burst });
        }
        if !is_window(back_secs) {
            return Err(InvalidFindings::BackOutOfBounds { back_secs });
        }
        if !is_window(valid_secs) {
            return Err(InvalidFindings::ValidOutOfBounds { valid_secs });
        }
        Ok(Self {
            burst,
            back_secs,
            valid_secs,
        })
    }

    /// Whether it trips less than `other`: fewer at once, more slowly, or usable for a shorter time.
    pub fn is_looser_than(&self, other: &Self) -> bool {
        self.burst < other.burst || self.back_secs > other.back_secs || self.valid_secs < other.valid_secs
    }

    /// The limit in a stored word, or none when none that can act was stored: bits 0 to 3 the number at once, 4 to 25 the time until one
    /// more, 26 to 47 the time for which one may be usable.
    pub fn from_word(word: U256) -> Option<Self> {
        let mut fields = Fields::of(word);
        // The cast keeps a field of 4 bits.
        Self::new(fields.take(4) as u8, fields.take(22), fields.take(22)).ok()
    }

    /// The word to store.
    pub fn to_word(self) -> U256 {
        Fields::new()
            .put(self.burst.into(), 4)
            .put(self.back_secs, 22)
            .put(self.valid_secs, 22)
            .word()
    }
}

impl Findings {
    /// The number of the last that counted; the next has a larger one.
    pub fn last_number(&self) -> u64 {
        self.last_number
    }

    /// The first second from `now` on at which one more counts.
    pub fn ready_at(&self, limit: &FindingsLimit, now: u64) -> u64 {
        // Invariant: 15 times 30 days.
        let ahead = limit.back_secs * u64::from(limit.burst - 1);
        self.whole_at.saturating_sub(ahead).max(now)
    }

    /// Counts a finding, after which the breaker may be tripped to [`Finding::TARGET`].
    ///
    /// # Errors
    /// [`FindingRefused`] when it does not count; nothing changes.
    pub fn count(self, finding: Finding, limit: &FindingsLimit, now: u64) -> Result<Self, FindingRefused> {
        let Finding { number, expires_at } = finding;
        if now > expires_at {
            return Err(FindingRefused::Expired { expires_at });
        }
        let latest = now.saturating_add(limit.valid_secs);
        if expires_at > latest {
            return Err(FindingRefused::ValidTooLong { expires_at, latest });
        }
        if number <= self.last_number {
            return Err(FindingRefused::Used {
                last_number: self.last_number,
            });
        }
        // Invariant: 15 times 30 days.
        let ahead = limit.back_secs * u64::from(limit.burst - 1);
        if self.whole_at > now.saturating_add(ahead) {
            return Err(FindingRefused::Spent {
                retry_at: self.whole_at - ahead,
            });
        }
        Ok(Self {
            last_number: number,
            whole_at: self.whole_at.max(now).saturating_add(limit.back_secs).min(LATEST),
        })
    }

    /// The findings in a stored word.
    pub fn from_word(word: U256) -> Self {
        let mut fields = Fields::of(word);
        Self {
            last_number: fields.take(64),
            whole_at: fields.take(40),
        }
    }

    /// The word to store.
    pub fn to_word(self) -> U256 {
        Fields::new()
            .put(self.last_number, 64)
            .put(self.whole_at, 40)
            .word()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit() -> FindingsLimit {
        FindingsLimit::new(2, 100, 60).unwrap()
    }

    fn finding(number: u64, expires_at: u64) -> Finding {
        Finding { number, expires_at }
    }

    fn none() -> Findings {
        Findings::from_word(U256::ZERO)
    }

    #[test]
    fn at_its_deadline_a_finding_counts_and_a_second_later_not() {
        assert!(none().count(finding(1, 50), &limit(), 50).is_ok());
        assert_eq!(
            none().count(finding(1, 50), &limit(), 51),
            Err(FindingRefused::Expired { expires_at: 50 })
        );
    }

    #[test]
    fn a_finding_that_would_be_usable_for_too_long_is_refused() {
        assert!(none().count(finding(1, 60), &limit(), 0).is_ok());
        assert_eq!(
            none().count(finding(1, 61), &limit(), 0),
            Err(FindingRefused::ValidTooLong {
                expires_at: 61,
                latest: 60
            })
        );
    }

    #[test]
    fn no_finding_counts_twice() {
        let once = none().count(finding(7, 10), &limit(), 0).unwrap();
        for number in [0, 6, 7] {
            assert_eq!(
                once.count(finding(number, 10), &limit(), 0),
                Err(FindingRefused::Used { last_number: 7 })
            );
        }
        assert_eq!(
            none().count(finding(0, 10), &limit(), 0),
            Err(FindingRefused::Used { last_number: 0 })
        );
    }

    #[test]
    fn only_so_many_count_in_a_period() {
        let twice = none()
            .count(finding(1, 10), &limit(), 0)
            .and_then(|findings| findings.count(finding(2, 10), &limit(), 0))
            .unwrap();
        assert_eq!(
            twice.count(finding(3, 60), &limit(), 1),
            Err(FindingRefused::Spent { retry_at: 100 })
        );
        assert!(twice.count(finding(3, 150), &limit(), 99).is_err());
        assert!(twice.count(finding(3, 150), &limit(), 100).is_ok());
    }

    #[test]
    fn in_any_window_no_more_count_than_the_bound_says() {
        let limit = FindingsLimit::new(3, 50, 60).unwrap();
        let mut findings = none();
        let counted: Vec<u64> = (0..2_000)
            .filter(
                |now| match findings.count(finding(now + 1, now + 1), &limit, *now) {
                    Ok(after) => {
                        findings = Findings::from_word(after.to_word());
                        true
                    }
                    Err(_) => false,
                },
            )
            .collect();
        for (index, from) in counted.iter().enumerate() {
            for window in [0, 1, 49, 50, 99, 100, 1_000] {
                let within = counted[index..]
                    .iter()
                    .filter(|time| **time <= from + window)
                    .count() as u64;
                assert!(within <= 3 + window / 50, "{from} {window}: {within}");
            }
        }
        assert_eq!(counted.len(), 3 + 1_999 / 50);
    }

    #[test]
    fn limits_that_cannot_act_are_refused() {
        for burst in [0, 16] {
            assert_eq!(
                FindingsLimit::new(burst, 1, 1),
                Err(InvalidFindings::BurstOutOfBounds { burst })
            );
        }
        assert_eq!(
            FindingsLimit::new(1, 0, 1),
            Err(InvalidFindings::BackOutOfBounds { back_secs: 0 })
        );
        assert_eq!(
            FindingsLimit::new(1, 1, 0),
            Err(InvalidFindings::ValidOutOfBounds { valid_secs: 0 })
        );
    }

    #[test]
    fn a_word_is_laid_out_as_it_is_drawn() {
        let findings = none().count(finding(u64::MAX, 10), &limit(), 7).unwrap();
        assert_eq!(findings.to_word(), U256::from(u64::MAX) | U256::from(107) << 64);
        assert_eq!(
            limit().to_word(),
            U256::from(2) | U256::from(100) << 4 | U256::from(60) << 26
        );
        assert_eq!(FindingsLimit::from_word(limit().to_word()), Some(limit()));
        assert_eq!(FindingsLimit::from_word(U256::ZERO), None);
    }
}
