//! A price, or the price of a share, that moves beyond a bound within a window.
//!
//! # Design
//! - **The reference is a range, not an average**: the lowest and the highest of the last one to two windows. A rise is measured from the
//!   lowest, a fall from the highest, each with a threshold of its own. Within a window they only ever spread, so many small
//!   steps measure as one large one.
//! - **A price is compared before it is taken in, and one that fires is not taken in**: it is *disputed*. The reference stays.
//!   Mento's breakers blend the price into their average first.
//! - **A dispute fires once**, and ends by itself: with a price that is back within the bounds of the reference, or with one that stays within those of the
//!   disputed price until a window has passed, which then is the reference. Another price outside of both is another dispute.
//! - While nobody asks, the last range stays the reference: no jump goes unseen because the market was quiet before it.

use super::coarse::{part_bps_down, reaches, Coarse};
use super::is_window;
use crate::breaker::{HIGHEST_RISE_BPS, LATEST};
use crate::fields::Fields;
use alloy_primitives::U256;

/// The significant bits of a price: a trillionth of it.
const BITS: usize = 40;

/// A direction of a move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Up, from the lowest.
    Rise,
    /// Down, from the highest.
    Fall,
}

/// How far within which window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MoveLimit {
    rise_bps: Option<u32>,
    fall_bps: Option<u32>,
    window_secs: u64,
}

/// Why a limit is refused: it could not act, or always would.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidMove {
    /// A rise is not within `1..=1,000,000`.
    RiseOutOfBounds {
        /// The threshold asked for.
        rise_bps: u32,
    },
    /// A fall is not within `1..=10,000`: no price falls by more than all of it.
    FallOutOfBounds {
        /// The threshold asked for.
        fall_bps: u32,
    },
    /// Neither direction is bounded.
    Unbounded,
    /// The window is not within `1..=LONGEST_WINDOW_SECS`.
    WindowOutOfBounds {
        /// The time asked for.
        window_secs: u64,
    },
}

/// A range of prices, rounded inwards nowhere: the lowest down, the highest up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Range {
    low: Coarse,
    high: Coarse,
}

/// What was seen of a price. The word of zero has seen nothing yet.
///
/// ```text
///  255   237 236        197 196       196 195     98 97       0
/// ┌─────────┬──────────────┬─────────────┬──────────┬──────────┐
/// │ zero    │ began + 1    │ disputed    │ newer    │ older    │
/// └─────────┴──────────────┴─────────────┴──────────┴──────────┘
/// ```
/// A range is its lowest and its highest price, each 41 bits and a power of two of 8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moved {
    older: Range,
    /// The range since `began`; that of the disputed price during a dispute.
    newer: Range,
    disputed: bool,
    /// When the newer range began, and one; zero when nothing was seen.
    began: u64,
}

/// A move beyond its threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Move {
    /// Which way.
    pub direction: Direction,
    /// From where: the lowest or the highest of the reference.
    pub reference: U256,
    /// How far, rounded down.
    pub moved_bps: u32,
}

/// What an observation came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PriceSeen {
    /// What to store.
    pub moved: Moved,
    /// The move, when the trigger fires.
    pub fired: Option<Move>,
    /// Whether the price is in dispute: it should not be used, whether it fires or did already.
    pub disputed: bool,
}

impl MoveLimit {
    /// A limit; a direction without a threshold is not bounded.
    ///
    /// # Errors
    /// [`InvalidMove`] when it could not act.
    pub fn new(rise_bps: Option<u32>, fall_bps: Option<u32>, window_secs: u64) -> Result<Self, InvalidMove> {
        if let Some(rise_bps) = rise_bps.filter(|bps| !(1..=HIGHEST_RISE_BPS).contains(bps)) {
            return Err(InvalidMove::RiseOutOfBounds { rise_bps });
        }
        if let Some(fall_bps) = fall_bps.filter(|bps| !(1..=10_000).contains(bps)) {
            return Err(InvalidMove::FallOutOfBounds { fall_bps });
        }
        if rise_bps.is_none() && fall_bps.is_none() {
            return Err(InvalidMove::Unbounded);
        }
        if !is_window(window_secs) {
            return Err(InvalidMove::WindowOutOfBounds { window_secs });
        }
        Ok(Self {
            rise_bps,
            fall_bps,
            window_secs,
        })
    }

    /// Whether it fires later than `other`: at a larger move or at none, or within a shorter window.
    pub fn is_looser_than(&self, other: &Self) -> bool {
        // No bound is the widest.
        let bound = |bps: Option<u32>| bps.unwrap_or(u32::MAX);
        bound(self.rise_bps) > bound(other.rise_bps)
            || bound(self.fall_bps) > bound(other.fall_bps)
            || self.window_secs < other.window_secs
    }

    /// The limit in a stored word, or none when none that can act was stored: bits 0 to 19 the rise and 20 to 33 the fall, zero
    /// for none, 34 to 55 the window.
    pub fn from_word(word: U256) -> Option<Self> {
        let mut fields = Fields::of(word);
        // The casts keep fields of fewer bits.
        let (rise, fall) = (fields.take(20) as u32, fields.take(14) as u32);
        let bounded = |bps| Some(bps).filter(|bps| *bps > 0);
        Self::new(bounded(rise), bounded(fall), fields.take(22)).ok()
    }

    /// The word to store.
    pub fn to_word(self) -> U256 {
        Fields::new()
            .put(self.rise_bps.unwrap_or(0).into(), 20)
            .put(self.fall_bps.unwrap_or(0).into(), 14)
            .put(self.window_secs, 22)
            .word()
    }
}

impl Range {
    fn of(price: U256) -> Self {
        Self {
            low: Coarse::down(price, BITS),
            high: Coarse::up(price, BITS),
        }
    }

    fn with(self, other: Self) -> Self {
        Self {
            low: if other.low.amount() < self.low.amount() {
                other.low
            } else {
                self.low
            },
            high: if other.high.amount() > self.high.amount() {
                other.high
            } else {
                self.high
            },
        }
    }

    /// How a price is beyond what the limit allows from this range, or none when it is not.
    fn beyond(self, price: U256, limit: &MoveLimit) -> Option<Move> {
        let (low, high) = (self.low.amount(), self.high.amount());
        let checked = |direction, threshold: Option<u32>, by: U256, reference: U256| {
            let beyond = !by.is_zero() && reaches(by, reference, threshold?);
            beyond.then(|| Move {
                direction,
                reference,
                moved_bps: part_bps_down(by, reference),
            })
        };
        checked(Direction::Rise, limit.rise_bps, price.saturating_sub(low), low)
            .or_else(|| checked(Direction::Fall, limit.fall_bps, high.saturating_sub(price), high))
    }

    fn take(fields: &mut Fields) -> Self {
        Self {
            low: Coarse::take(fields, 41),
            high: Coarse::take(fields, 41),
        }
    }

    fn put(self, fields: Fields) -> Fields {
        self.high.put(self.low.put(fields, 41), 41)
    }
}

impl Moved {
    /// Sees a price.
    #[must_use]
    pub fn observe(self, price: U256, limit: &MoveLimit, now: u64) -> PriceSeen {
        let at = (now.min(LATEST - 1) + 1).max(self.began);
        let seen = Range::of(price);
        if self.began == 0 {
            return Self::accepted(seen, seen, at);
        }
        let passed = at - self.began >= limit.window_secs;
        let reference = if self.disputed {
            self.older
        } else {
            self.older.with(self.newer)
        };
        let Some(beyond) = reference.beyond(price, limit) else {
            return match (self.disputed, passed) {
                (true, _) => Self::accepted(self.older, seen, at),
                (false, true) => Self::accepted(self.newer, seen, at),
                (false, false) => Self::accepted(self.older, self.newer.with(seen), self.began),
            };
        };
        if self.disputed && self.newer.beyond(price, limit).is_none() {
            let stayed = self.newer.with(seen);
            if passed {
                return Self::accepted(stayed, seen, at);
            }
            return PriceSeen {
                moved: Self {
                    newer: stayed,
                    ..self
                },
                fired: None,
                disputed: true,
            };
        }
        PriceSeen {
            moved: Self {
                older: reference,
                newer: seen,
                disputed: true,
                began: at,
            },
            fired: Some(beyond),
            disputed: true,
        }
    }

    fn accepted(older: Range, newer: Range, began: u64) -> PriceSeen {
        PriceSeen {
            moved: Self {
                older,
                newer,
                disputed: false,
                began,
            },
            fired: None,
            disputed: false,
        }
    }

    /// What a stored word has seen.
    pub fn from_word(word: U256) -> Self {
        let mut fields = Fields::of(word);
        Self {
            older: Range::take(&mut fields),
            newer: Range::take(&mut fields),
            disputed: fields.take(1) == 1,
            began: fields.take(40),
        }
    }

    /// The word to store.
    pub fn to_word(self) -> U256 {
        self.newer
            .put(self.older.put(Fields::new()))
            .put(self.disputed.into(), 1)
            .put(self.began, 40)
            .word()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: u64 = 3_600;

    /// Prices at times, from a first one of 10,000 at zero; which of them fire, and whether the last is in dispute.
    fn fires(limit: &MoveLimit, prices: &[(u64, u64)]) -> (Vec<u64>, bool) {
        let unseen = Moved::from_word(U256::ZERO);
        let mut seen = unseen.observe(U256::from(10_000), limit, 0);
        let mut fired = Vec::new();
        for (now, price) in prices {
            seen = Moved::from_word(seen.moved.to_word()).observe(U256::from(*price), limit, *now);
            if seen.fired.is_some() {
                fired.push(*now);
            }
        }
        (fired, seen.disputed)
    }

    fn both() -> MoveLimit {
        MoveLimit::new(Some(300), Some(300), HOUR).unwrap()
    }

    #[test]
    fn a_first_bound_of_a_direction_tightens() {
        let loosens = |from: (_, _), to: (_, _)| {
            let limit = |(rise, fall)| MoveLimit::new(rise, fall, 3_600).unwrap();
            limit(to).is_looser_than(&limit(from))
        };
        assert!(!loosens((Some(5), None), (Some(5), Some(10_000))));
        assert!(!loosens((None, Some(5)), (Some(1_000_000), Some(5))));
        assert!(loosens((Some(5), Some(10_000)), (Some(5), None)));
    }

    #[test]
    fn exactly_the_threshold_fires_and_one_less_does_not() {
        for (price, fired) in [(10_299, false), (10_300, true), (9_701, false), (9_700, true)] {
            assert_eq!(!fires(&both(), &[(1, price)]).0.is_empty(), fired, "{price}");
        }
    }

    #[test]
    fn each_direction_has_its_own_threshold_and_may_have_none() {
        let up = MoveLimit::new(Some(300), None, HOUR).unwrap();
        assert!(fires(&up, &[(1, 1)]).0.is_empty());
        assert_eq!(fires(&up, &[(1, 10_300)]).0, [1]);
        let down = MoveLimit::new(None, Some(10_000), HOUR).unwrap();
        assert!(fires(&down, &[(1, 1_000_000), (2, 1)]).0.is_empty());
        assert_eq!(
            fires(&down, &[(1, 1_000_000), (2, 0)]).0,
            [2],
            "all of it is gone"
        );
    }

    #[test]
    fn small_steps_within_a_window_measure_as_one_large_one() {
        assert_eq!(
            fires(&both(), &[(900, 10_100), (1_800, 10_200), (2_700, 10_300)]).0,
            [2_700]
        );
        // And across the edge of one.
        assert_eq!(
            fires(&both(), &[(HOUR, 10_150), (HOUR + 1, 10_300)]).0,
            [HOUR + 1]
        );
        // Slow enough they are no move within a window: one per cent an hour.
        let slow: Vec<(u64, u64)> = (1..50)
            .map(|hour| (2 * hour * HOUR, 10_000 + 100 * hour))
            .collect();
        assert!(fires(&both(), &slow).0.is_empty());
    }

    #[test]
    fn a_quiet_market_is_no_way_around() {
        assert_eq!(fires(&both(), &[(1_000 * HOUR, 20_000)]).0, [1_000 * HOUR]);
    }

    #[test]
    fn a_dispute_fires_once_and_a_price_that_is_back_ends_it() {
        let (fired, disputed) = fires(&both(), &[(1, 20_000), (2, 20_000), (3, 20_100)]);
        assert_eq!((fired, disputed), (vec![1], true));
        let (fired, disputed) = fires(&both(), &[(1, 20_000), (2, 10_000)]);
        assert_eq!((fired, disputed), (vec![1], false));
        // Moved again, it fires again; the reference was never touched by what was disputed.
        assert_eq!(
            fires(&both(), &[(1, 20_000), (2, 10_000), (3, 10_299), (4, 10_300)]).0,
            [1, 4]
        );
    }

    #[test]
    fn a_price_that_stays_for_a_window_becomes_the_reference() {
        let (fired, disputed) = fires(&both(), &[(1, 20_000), (HOUR, 20_100)]);
        assert_eq!((fired, disputed), (vec![1], true));
        let (fired, disputed) = fires(&both(), &[(1, 20_000), (HOUR + 1, 20_100)]);
        assert_eq!((fired, disputed), (vec![1], false));
        assert_eq!(
            fires(&both(), &[(1, 20_000), (HOUR + 1, 20_000), (HOUR + 2, 10_000)]).0,
            [1, HOUR + 2]
        );
    }

    #[test]
    fn another_price_after_a_window_is_another_dispute() {
        // A spike, nothing for a window, then a larger one: it must not be taken for the first that stayed.
        assert_eq!(
            fires(&both(), &[(1, 20_000), (HOUR + 1, 200_000)]),
            (vec![1, HOUR + 1], true)
        );
    }

    #[test]
    fn a_disputed_price_that_swings_is_another_dispute() {
        // Each is within 3% of the one that was disputed first, and the last is not within 3% of the highest of them.
        let swings = [(1, 20_000), (2, 20_500), (3, 19_886), (4, 19_885)];
        assert_eq!(fires(&both(), &swings).0, [1, 4]);
    }

    #[test]
    fn what_fires_says_from_where_and_how_far() {
        let seen = Moved::from_word(U256::ZERO)
            .observe(U256::from(382), &both(), 0)
            .moved;
        let fired = seen.observe(U256::from(9_100), &both(), 1).fired;
        // Mango: from 0.0382 to 0.91 it rose by 228,219 hundredths of a per cent.
        assert_eq!(
            fired,
            Some(Move {
                direction: Direction::Rise,
                reference: U256::from(382),
                moved_bps: 228_219
            })
        );
    }

    #[test]
    fn thresholds_that_never_or_always_match_are_refused() {
        let new = |rise, fall, window| MoveLimit::new(rise, fall, window).unwrap_err();
        assert_eq!(
            new(Some(0), None, 1),
            InvalidMove::RiseOutOfBounds { rise_bps: 0 }
        );
        assert_eq!(
            new(Some(1_000_001), None, 1),
            InvalidMove::RiseOutOfBounds { rise_bps: 1_000_001 }
        );
        assert_eq!(
            new(None, Some(0), 1),
            InvalidMove::FallOutOfBounds { fall_bps: 0 }
        );
        assert_eq!(
            new(None, Some(10_001), 1),
            InvalidMove::FallOutOfBounds { fall_bps: 10_001 }
        );
        assert_eq!(new(None, None, 1), InvalidMove::Unbounded);
        assert_eq!(
            new(Some(1), None, 0),
            InvalidMove::WindowOutOfBounds { window_secs: 0 }
        );
    }

    #[test]
    fn a_word_is_laid_out_as_it_is_drawn() {
        let seen = Moved::from_word(U256::ZERO)
            .observe(U256::from(7), &both(), 9)
            .moved;
        let range = U256::from(7) | U256::from(7) << 49;
        assert_eq!(seen.to_word(), range | range << 98 | U256::from(10) << 197);
        let disputed = seen.observe(U256::MAX, &both(), 9).moved;
        assert_eq!(Moved::from_word(disputed.to_word()), disputed);
        assert_eq!(disputed.to_word() >> 196 & U256::ONE, U256::ONE);
    }
}
