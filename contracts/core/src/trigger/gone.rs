//! A fraction of what was there gone within a window.
//!
//! The baseline must neither be moved by a deposit of the moment, or a flash deposit would make every withdrawal look like a drain, nor
//! sink along with a drain that straddles the edge of a period. So time is cut into periods of at least a window, and of each the
//! *least* that was held is kept, of the running one and the two before. The baseline is the greater of the two before.
//!
//! - A fall by the fraction within a window, from what had been there for two windows before it, fires: the window
//!   touches at most two periods, and the least of the one before them is at least that.
//! - It only fires when the fraction of something is gone that had stayed for a whole window: to make it fire
//!   takes having that much there for a window, and taking it out.
//! - What came in since is not protected by it until it has stayed: that is what limits are for.

use super::coarse::{part_bps_down, reaches, Coarse};
use super::is_window;
use crate::breaker::LATEST;
use crate::fields::Fields;
use alloy_primitives::U256;

/// Which fraction within which window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GoneLimit {
    fraction_bps: u16,
    window_secs: u64,
}

/// Why a limit is refused: it could not act, or always would.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidGone {
    /// The fraction is not within `1..=10,000`: it would always match, or never.
    FractionOutOfBounds {
        /// The fraction asked for.
        fraction_bps: u16,
    },
    /// The window is not within `1..=LONGEST_WINDOW_SECS`.
    WindowOutOfBounds {
        /// The time asked for.
        window_secs: u64,
    },
}

/// What was held. The word of zero has seen nothing yet.
///
/// ```text
///  255        216 215      144 143       72 71         0
/// ┌──────────────┬────────────┬────────────┬────────────┐
/// │ began + 1    │ running    │ last       │ last but   │
/// │              │            │            │ one        │
/// └──────────────┴────────────┴────────────┴────────────┘
/// ```
/// Each amount is 64 bits and a power of two of 8, rounded up to 63 significant bits: a baseline rounded up fires
/// earlier, by less than a 2^62th of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gone {
    last_but_one: Coarse,
    last: Coarse,
    running: Coarse,
    /// When the running period began, and one; zero when nothing was seen.
    began: u64,
}

/// What an observation came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GoneSeen {
    /// What to store.
    pub gone: Gone,
    /// What there was.
    pub baseline: U256,
    /// How much of it is gone, rounded down: a measure for the breaker.
    pub gone_bps: u32,
    /// Whether it fires; then what is left becomes the baseline.
    pub fired: bool,
}

impl GoneLimit {
    /// A limit.
    ///
    /// # Errors
    /// [`InvalidGone`] when it could not act.
    pub fn new(fraction_bps: u16, window_secs: u64) -> Result<Self, InvalidGone> {
        if !(1..=10_000).contains(&fraction_bps) {
            return Err(InvalidGone::FractionOutOfBounds { fraction_bps });
        }
        if !is_window(window_secs) {
            return Err(InvalidGone::WindowOutOfBounds { window_secs });
        }
        Ok(Self {
            fraction_bps,
            window_secs,
        })
    }

    /// Whether it may fire later than `other`: at a larger fraction, or over any other window, as a longer one sees slower drains and a
    /// shorter one fresher deposits.
    pub fn is_looser_than(&self, other: &Self) -> bool {
        self.fraction_bps > other.fraction_bps || self.window_secs != other.window_secs
    }

    /// The limit in a stored word, or none when none that can act was stored: bits 0 to 13 the fraction, 14 to 35 the window.
    pub fn from_word(word: U256) -> Option<Self> {
        let mut fields = Fields::of(word);
        // The cast keeps a field of 14 bits.
        Self::new(fields.take(14) as u16, fields.take(22)).ok()
    }

    /// The word to store.
    pub fn to_word(self) -> U256 {
        Fields::new()
            .put(self.fraction_bps.into(), 14)
            .put(self.window_secs, 22)
            .word()
    }
}

impl Gone {
    /// Sees a transition that found `before` and leaves `after`.
    #[must_use]
    pub fn observe(self, before: U256, after: U256, limit: &GoneLimit, now: u64) -> GoneSeen {
        let at = now.min(LATEST - 1) + 1;
        let mut next = self.at(Coarse::up(before, 63), limit.window_secs, at);
        let baseline = next.last_but_one.amount().max(next.last.amount());
        let gone = baseline.saturating_sub(after);
        let fired = !gone.is_zero() && reaches(gone, baseline, limit.fraction_bps.into());
        let left = Coarse::up(after, 63);
        if fired {
            next.last_but_one = left;
            next.last = left;
        }
        if left.amount() < next.running.amount() {
            next.running = left;
        }
        GoneSeen {
            gone: next,
            baseline,
            gone_bps: part_bps_down(gone, baseline),
            fired,
        }
    }

    /// The periods at a time, when `before` is held.
    fn at(self, before: Coarse, window_secs: u64, at: u64) -> Self {
        if self.began == 0 {
            return Self {
                last_but_one: before,
                last: before,
                running: before,
                began: at,
            };
        }
        let periods = at.saturating_sub(self.began);
        if periods < window_secs {
            return self;
        }
        // A whole window without a transition is a period too. What was held in it is what there is now, unless someone
        // gave something away meanwhile, which must not count.
        let idle = if before.amount() < self.running.amount() {
            before
        } else {
            self.running
        };
        let (last_but_one, last) = if periods < window_secs.saturating_mul(2) {
            (self.last, self.running)
        } else {
            (self.running, idle)
        };
        Self {
            last_but_one,
            last,
            running: before,
            began: at,
        }
    }

    /// What a stored word has seen.
    pub fn from_word(word: U256) -> Self {
        let mut fields = Fields::of(word);
        Self {
            last_but_one: Coarse::take(&mut fields, 64),
            last: Coarse::take(&mut fields, 64),
            running: Coarse::take(&mut fields, 64),
            began: fields.take(40),
        }
    }

    /// The word to store.
    pub fn to_word(self) -> U256 {
        let fields = self.last_but_one.put(Fields::new(), 64);
        let fields = self.last.put(fields, 64);
        self.running.put(fields, 64).put(self.began, 40).word()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: u64 = 3_600;
    /// Nothing seen yet.
    fn none() -> Gone {
        Gone::from_word(U256::ZERO)
    }

    fn limit() -> GoneLimit {
        GoneLimit::new(3_000, HOUR).unwrap()
    }

    /// Steps of (time, held afterwards) from 1,000 held at zero; whether the last fires, and its measure.
    fn last(steps: &[(u64, u64)]) -> (bool, u32) {
        let mut held = 1_000;
        let mut seen = none().observe(U256::from(held), U256::from(held), &limit(), 0);
        for (now, after) in steps {
            assert!(!seen.fired, "before {now}");
            let gone = Gone::from_word(seen.gone.to_word());
            seen = gone.observe(U256::from(held), U256::from(*after), &limit(), *now);
            held = *after;
        }
        (seen.fired, seen.gone_bps)
    }

    #[test]
    fn exactly_the_fraction_fires_and_one_less_does_not() {
        assert_eq!(last(&[(5, 700)]), (true, 3_000));
        assert_eq!(last(&[(5, 701)]), (false, 2_990));
    }

    #[test]
    fn a_drain_across_the_edge_of_a_period_is_seen_whole() {
        for edge in [HOUR, 2 * HOUR, 3 * HOUR, 10 * HOUR] {
            let quiet: Vec<(u64, u64)> = (1..edge / HOUR).map(|hour| (hour * HOUR, 1_000)).collect();
            let drain = [(edge - 1, 850), (edge, 700)];
            assert_eq!(last(&[&quiet[..], &drain[..]].concat()), (true, 3_000), "{edge}");
        }
    }

    #[test]
    fn a_slow_decline_does_not_fire() {
        // A tenth each hour: three hours see less than 30%.
        let mut held = 1_000_000u64;
        let mut seen = none().observe(U256::from(held), U256::from(held), &limit(), 0);
        for hour in 1..100 {
            let after = held - held / 10;
            seen = seen
                .gone
                .observe(U256::from(held), U256::from(after), &limit(), hour * HOUR);
            assert!(!seen.fired, "{hour}");
            held = after;
        }
    }

    #[test]
    fn a_deposit_of_the_moment_moves_no_baseline() {
        // In, and out again within the hour, across an edge: nothing is gone that had stayed.
        for (into, out) in [
            (5, 5),
            (5, 6),
            (HOUR - 1, HOUR),
            (HOUR, 2 * HOUR - 1),
            (HOUR + 1, 2 * HOUR),
        ] {
            assert_eq!(last(&[(into, 100_000), (out, 1_000)]), (false, 0), "{into} {out}");
        }
        // And later neither, when what was taken for the running period has become the last.
        assert_eq!(
            last(&[
                (HOUR - 1, 100_000),
                (HOUR, 1_000),
                (2 * HOUR, 1_000),
                (3 * HOUR, 999)
            ]),
            (false, 10)
        );
    }

    #[test]
    fn what_has_stayed_for_a_window_counts() {
        let steps = [(10, 100_000), (HOUR, 100_000), (2 * HOUR, 100_000), (2 * HOUR, 1)];
        assert_eq!(last(&steps), (true, 9_999));
    }

    #[test]
    fn the_same_loss_fires_once() {
        let seen = none().observe(U256::from(1_000), U256::from(600), &limit(), 0);
        assert!(seen.fired);
        let again = seen
            .gone
            .observe(U256::from(600), U256::from(600), &limit(), 1)
            .gone;
        assert!(!again.observe(U256::from(600), U256::from(421), &limit(), 2).fired);
        assert!(again.observe(U256::from(600), U256::from(420), &limit(), 2).fired);
    }

    #[test]
    fn what_is_given_away_during_a_quiet_time_is_no_baseline() {
        let seen = none().observe(U256::from(1_000), U256::from(1_000), &limit(), 0);
        let seen = seen
            .gone
            .observe(U256::from(1_000_000), U256::from(1_000_000), &limit(), 100 * HOUR);
        assert_eq!(seen.baseline, U256::from(1_000));
        assert!(
            !seen
                .gone
                .observe(U256::from(1_000_000), U256::from(1_000), &limit(), 100 * HOUR)
                .fired
        );
    }

    #[test]
    fn an_empty_vault_never_fires() {
        let seen = none().observe(U256::ZERO, U256::ZERO, &limit(), 0);
        assert_eq!((seen.fired, seen.gone_bps), (false, 0));
    }

    #[test]
    fn fractions_and_windows_that_never_or_always_match_are_refused() {
        for fraction_bps in [0, 10_001] {
            assert_eq!(
                GoneLimit::new(fraction_bps, 1),
                Err(InvalidGone::FractionOutOfBounds { fraction_bps })
            );
        }
        assert_eq!(
            GoneLimit::new(1, 0),
            Err(InvalidGone::WindowOutOfBounds { window_secs: 0 })
        );
        assert!(GoneLimit::new(10_000, 1).is_ok());
        assert_eq!(GoneLimit::from_word(limit().to_word()), Some(limit()));
        assert_eq!(limit().to_word(), U256::from(3_000) | U256::from(3_600) << 14);
        assert_eq!(GoneLimit::from_word(U256::ZERO), None);
    }

    #[test]
    fn a_word_is_laid_out_as_it_is_drawn() {
        let seen = none().observe(
            U256::from(5) << 70,
            U256::from(3),
            &GoneLimit::new(10_000, 9).unwrap(),
            7,
        );
        let five = U256::from(5) << 60 | U256::from(10) << 64;
        let expected = five | five << 72 | U256::from(3) << 144 | U256::from(8) << 216;
        assert_eq!(seen.gone.to_word(), expected);
    }
}
