//! A limit hit a number of times within a window.

use super::coarse::Coarse;
use super::is_window;
use crate::breaker::LATEST;
use crate::fields::Fields;
use alloy_primitives::U256;

/// The most hits that can be asked for: the word holds the five before.
pub const MOST_HITS: u8 = 6;

/// What a request for a flow over the limit came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// It moved this much, to where the limit counts it as a hit.
    Moved(U256),
    /// It was deferred: this much waits in the queue.
    Staked(U256),
    /// It was refused: nothing moved, and it cost nothing but gas.
    Refused(U256),
}

/// How many hits within which window, of at least how much each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HitsLimit {
    hits: u8,
    window_secs: u64,
    least: Coarse,
}

/// Why a limit of hits is refused: it could not act, or anyone could trip it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidHits {
    /// The number is not within `1..=6`.
    HitsOutOfBounds {
        /// The number asked for.
        hits: u8,
    },
    /// The window is not within `1..=LONGEST_WINDOW_SECS`.
    WindowOutOfBounds {
        /// The time asked for.
        window_secs: u64,
    },
    /// Every dust would count.
    ZeroLeast,
}

/// The hits so far. The word of zero has none.
///
/// ```text
///  255 240 239       200 199        40 39            0
/// ┌───────┬─────────────┬──────┬──────┬───────────────┐
/// │ zero  │ 5th last    │ …    │ last │ last_request  │
/// │       │ hit + 1     │      │ + 1  │               │
/// └───────┴─────────────┴──────┴──────┴───────────────┘
/// ```
/// Each hit is 40 bits of seconds and one, so that zero is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hits {
    last_request: u64,
    /// The newest first.
    times: [u64; 5],
}

/// What a request came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    /// The hits from now on.
    pub hits: Hits,
    /// Whether the request counted.
    pub counted: bool,
    /// Whether the trigger fires; then the hits are used up.
    pub fired: bool,
}

impl HitsLimit {
    /// A limit; `least` is rounded up to 63 significant bits.
    ///
    /// # Errors
    /// [`InvalidHits`] when it could not act or would count dust.
    pub fn new(hits: u8, window_secs: u64, least: U256) -> Result<Self, InvalidHits> {
        if !(1..=MOST_HITS).contains(&hits) {
            return Err(InvalidHits::HitsOutOfBounds { hits });
        }
        if !is_window(window_secs) {
            return Err(InvalidHits::WindowOutOfBounds { window_secs });
        }
        if least.is_zero() {
            return Err(InvalidHits::ZeroLeast);
        }
        Ok(Self {
            hits,
            window_secs,
            least: Coarse::up(least, 63),
        })
    }

    /// How many requests fire it.
    pub fn hits(&self) -> u8 {
        self.hits
    }

    /// Within which time.
    pub fn window_secs(&self) -> u64 {
        self.window_secs
    }

    /// The least that a request must move or stake to count.
    pub fn least(&self) -> U256 {
        self.least.amount()
    }

    /// What it takes to fire once: `hits · least`, moved or staked within a window, whoever does it in however many pieces.
    pub fn cost_of_a_trip(&self) -> U256 {
        self.least().saturating_mul(U256::from(self.hits))
    }

    /// Whether it fires later than `other`, or of more: after more hits, within a shorter window, or of a larger amount each.
    pub fn is_looser_than(&self, other: &Self) -> bool {
        self.hits > other.hits || self.window_secs < other.window_secs || self.least() > other.least()
    }

    /// The limit in a stored word, or none when none that can act was stored: bits 0 to 3 the number, 4 to 25 the window, 26 to
    /// 97 the least.
    pub fn from_word(word: U256) -> Option<Self> {
        let mut fields = Fields::of(word);
        // The cast keeps a field of 4 bits.
        let hits = fields.take(4) as u8;
        let window_secs = fields.take(22);
        Self::new(hits, window_secs, Coarse::take(&mut fields, 64).amount()).ok()
    }

    /// The word to store.
    pub fn to_word(self) -> U256 {
        let fields = Fields::new().put(self.hits.into(), 4).put(self.window_secs, 22);
        self.least.put(fields, 64).word()
    }
}

impl Hits {
    /// A number greater than that of the last request that counted, for a contract that gives requests no numbers of its own.
    pub fn next_request(&self) -> u64 {
        self.last_request.saturating_add(1)
    }

    /// Counts a request. `request` is a number that the contract gave it, each greater than the one before, so that the same one
    /// does not count twice; it is not the caller's to choose.
    #[must_use]
    pub fn hit(self, request: u64, flow: Flow, limit: &HitsLimit, now: u64) -> Counted {
        let real = match flow {
            Flow::Moved(amount) | Flow::Staked(amount) => amount >= limit.least(),
            Flow::Refused(_) => false,
        };
        if !real || request <= self.last_request {
            return Counted {
                hits: self,
                counted: false,
                fired: false,
            };
        }
        let [first, second, third, fourth, _] = self.times;
        // Kept one later, so that zero is none; a time that went back stands still.
        let at = now.min(LATEST - 1).saturating_add(1).max(first);
        let earlier = usize::from(limit.hits - 1);
        let fired = match earlier.checked_sub(1).and_then(|index| self.times.get(index)) {
            Some(0) => false,
            Some(time) => at - time <= limit.window_secs,
            None => true,
        };
        Counted {
            hits: Self {
                last_request: request,
                times: if fired {
                    [0; 5]
                } else {
                    [at, first, second, third, fourth]
                },
            },
            counted: true,
            fired,
        }
    }

    /// How many of the hits so far would count beside one at `now`. The next one fires when that is one less than [`HitsLimit::hits`].
    pub fn counting(&self, limit: &HitsLimit, now: u64) -> u8 {
        let [first, ..] = self.times;
        let at = now.min(LATEST - 1).saturating_add(1).max(first);
        let earlier = self.times.iter().take(usize::from(limit.hits - 1));
        // Invariant: none is later than the last, and there are five.
        earlier
            .filter(|time| **time != 0 && at - **time <= limit.window_secs)
            .count() as u8
    }

    /// The hits in a stored word.
    pub fn from_word(word: U256) -> Self {
        let mut fields = Fields::of(word);
        let last_request = fields.take(40);
        let mut latest = LATEST;
        let times = [(); 5].map(|()| {
            // None is later than the one after it, so that no difference is negative.
            latest = fields.take(40).min(latest);
            latest
        });
        Self { last_request, times }
    }

    /// The word to store.
    pub fn to_word(self) -> U256 {
        self.times
            .into_iter()
            .fold(Fields::new().put(self.last_request, 40), |fields, time| {
                fields.put(time, 40)
            })
            .word()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: Hits = Hits {
        last_request: 0,
        times: [0; 5],
    };

    fn limit(hits: u8) -> HitsLimit {
        HitsLimit::new(hits, 100, U256::from(10)).unwrap()
    }

    fn moved(amount: u64) -> Flow {
        Flow::Moved(U256::from(amount))
    }

    /// Requests of 10 at these times, numbered from 1; which of them fire.
    fn fires(limit: &HitsLimit, times: &[u64]) -> Vec<u64> {
        let mut hits = NONE;
        let mut fired = Vec::new();
        for (request, now) in (1..).zip(times) {
            let counted = Hits::from_word(hits.to_word()).hit(request, moved(10), limit, *now);
            assert!(counted.counted);
            if counted.fired {
                fired.push(*now);
            }
            hits = counted.hits;
        }
        fired
    }

    #[test]
    fn the_last_of_so_many_within_the_window_fires() {
        assert_eq!(fires(&limit(3), &[0, 50, 100]), [100]);
        assert_eq!(
            fires(&limit(3), &[0, 50, 101]),
            [] as [u64; 0],
            "one second too far apart"
        );
        assert_eq!(
            fires(&limit(3), &[0, 50, 101, 150]),
            [150],
            "no edge of a window between them"
        );
        assert_eq!(fires(&limit(6), &[0, 0, 0, 0, 0, 0]), [0]);
        assert_eq!(fires(&limit(1), &[7, 8]), [7, 8]);
    }

    #[test]
    fn to_fire_again_takes_as_many_again() {
        assert_eq!(fires(&limit(3), &[1, 2, 3, 4, 5]), [3]);
        assert_eq!(fires(&limit(3), &[1, 2, 3, 4, 5, 6, 7]), [3, 6]);
    }

    #[test]
    fn dust_and_what_was_refused_for_free_count_nothing() {
        let limit = limit(1);
        for flow in [
            moved(9),
            Flow::Staked(U256::from(9)),
            Flow::Refused(U256::from(10)),
            Flow::Refused(U256::MAX),
        ] {
            assert_eq!(
                NONE.hit(1, flow, &limit, 5),
                Counted {
                    hits: NONE,
                    counted: false,
                    fired: false
                }
            );
        }
        assert!(NONE.hit(1, Flow::Staked(U256::from(10)), &limit, 5).fired);
    }

    #[test]
    fn the_same_request_counts_once() {
        let once = NONE.hit(7, moved(10), &limit(2), 0).hits;
        assert!(!once.hit(7, moved(10), &limit(2), 1).counted);
        assert!(!once.hit(6, moved(10), &limit(2), 1).counted);
        assert!(once.hit(8, moved(10), &limit(2), 1).fired);
    }

    #[test]
    fn whoever_fires_it_has_moved_the_cost_of_a_trip_each_time() {
        let limit = limit(4);
        assert_eq!(limit.cost_of_a_trip(), U256::from(40));
        for piece in 1..=60 {
            let (mut hits, mut spent, mut fired) = (NONE, U256::ZERO, 0u64);
            for request in 1..=1_000 {
                let counted = hits.hit(request, moved(piece), &limit, request / 10);
                spent += U256::from(piece);
                fired += u64::from(counted.fired);
                assert!(spent >= limit.cost_of_a_trip() * U256::from(fired), "{piece}");
                hits = counted.hits;
            }
            assert_eq!(
                fired,
                if piece < 10 { 0 } else { 250 },
                "{piece}: no piece gets it cheaper"
            );
        }
    }

    #[test]
    fn settings_that_cannot_act_or_count_dust_are_refused() {
        let new =
            |hits, window_secs, least| HitsLimit::new(hits, window_secs, U256::from(least)).unwrap_err();
        assert_eq!(new(0, 1, 1u8), InvalidHits::HitsOutOfBounds { hits: 0 });
        assert_eq!(new(7, 1, 1), InvalidHits::HitsOutOfBounds { hits: 7 });
        assert_eq!(new(1, 0, 1), InvalidHits::WindowOutOfBounds { window_secs: 0 });
        assert_eq!(
            new(1, 2_592_001, 1),
            InvalidHits::WindowOutOfBounds {
                window_secs: 2_592_001
            }
        );
        assert_eq!(new(1, 1, 0), InvalidHits::ZeroLeast);
    }

    #[test]
    fn a_first_hit_at_time_zero_is_one_and_time_that_goes_back_stands_still() {
        assert_eq!(fires(&limit(2), &[0, 0]), [0]);
        assert_eq!(
            fires(&limit(2), &[1_000, 10]),
            [10],
            "the second counts as at 1,000"
        );
        assert_eq!(fires(&limit(2), &[u64::MAX, u64::MAX]), [u64::MAX]);
    }

    #[test]
    fn words_are_laid_out_as_they_are_drawn() {
        let hits = NONE
            .hit(5, moved(10), &limit(6), 7)
            .hits
            .hit(6, moved(10), &limit(6), 9)
            .hits;
        assert_eq!(
            hits.to_word(),
            U256::from(6) | U256::from(10) << 40 | U256::from(8) << 80
        );
        assert_eq!(
            limit(3).to_word(),
            U256::from(3) | U256::from(100) << 4 | U256::from(10) << 26
        );
        for least in [U256::ONE, U256::MAX, U256::MAX >> 191, U256::MAX >> 193] {
            let limit = HitsLimit::new(2, 50, least).unwrap();
            assert!(limit.least() >= least);
            assert_eq!(
                HitsLimit::from_word(limit.to_word()).map(|again| again.least()),
                Some(limit.least())
            );
        }
        assert_eq!(HitsLimit::from_word(U256::ZERO), None);
    }
}
