//! A scope's limiter, a bucket or a window, and how it is stored.

use alloy_primitives::U256;
use portcullis_core::{
    bucket::{self, Bucket},
    scope::Limiter,
    window::{self, Window},
    Denied,
};

/// What a scope lets pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// A token bucket: at most `capacity + capacity · W / refill_secs` in any `W` seconds. One word.
    Bucket {
        /// The most at once.
        capacity: U256,
        /// The seconds from empty to full.
        refill_secs: u64,
    },
    /// A sliding window: at most `amount` in any `window_secs` seconds. Two words.
    Window {
        /// The most in a window.
        amount: U256,
        /// The window, in seconds.
        window_secs: u64,
    },
}

/// A setting that can act.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Limit {
    Bucket(bucket::Limit),
    Window(window::Limit),
}

/// A setting that cannot.
pub(super) enum InvalidSetting {
    Zero,
    OutOfBounds { secs: u64 },
}

impl Limit {
    #[inline(never)]
    pub(super) fn new(setting: Setting) -> Result<Self, InvalidSetting> {
        match setting {
            Setting::Bucket {
                capacity,
                refill_secs,
            } => match bucket::Limit::new(capacity, refill_secs) {
                Ok(limit) => Ok(Self::Bucket(limit)),
                Err(bucket::InvalidLimit::ZeroCapacity) => Err(InvalidSetting::Zero),
                Err(bucket::InvalidLimit::RefillOutOfBounds { refill_secs: secs }) => {
                    Err(InvalidSetting::OutOfBounds { secs })
                }
            },
            Setting::Window { amount, window_secs } => match window::Limit::new(amount, window_secs) {
                Ok(limit) => Ok(Self::Window(limit)),
                Err(window::InvalidLimit::ZeroAmount) => Err(InvalidSetting::Zero),
                Err(window::InvalidLimit::WindowOutOfBounds { window_secs: secs }) => {
                    Err(InvalidSetting::OutOfBounds { secs })
                }
            },
        }
    }

    /// The most that passes at once.
    fn largest(self) -> U256 {
        match self {
            Self::Bucket(limit) => limit.capacity(),
            Self::Window(limit) => limit.amount(),
        }
    }

    /// A limiter of which so much is available.
    fn with_available_down(self, available: U256, at: u64) -> State {
        match self {
            Self::Bucket(limit) => State::Bucket(Bucket::holding_down(limit, available, at)),
            Self::Window(limit) => State::Window(Window::with_available_down(limit, available, at)),
        }
    }

    /// Whether more could pass than under `other` in some interval.
    ///
    /// A window never lets more pass than a bucket of the same numbers, so from a bucket to a window the numbers say; from a window to a
    /// bucket counts as looser always.
    fn is_looser_than(self, other: Self) -> bool {
        match (self, other) {
            (Self::Bucket(limit), Self::Bucket(other)) => limit.is_looser_than(&other),
            (Self::Window(limit), Self::Window(other)) => limit.is_looser_than(&other),
            (Self::Window(limit), Self::Bucket(other)) => {
                limit.amount() > other.capacity() || limit.window_secs() < other.refill_secs()
            }
            (Self::Bucket(_), Self::Window(_)) => true,
        }
    }

    #[inline(never)]
    pub(super) fn setting(self) -> Setting {
        match self {
            Self::Bucket(limit) => Setting::Bucket {
                capacity: limit.capacity(),
                refill_secs: limit.refill_secs(),
            },
            Self::Window(limit) => Setting::Window {
                amount: limit.amount(),
                window_secs: limit.window_secs(),
            },
        }
    }
}

/// A limiter that is open.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Bucket(Bucket),
    Window(Window),
}

impl Limiter for State {
    #[inline(never)]
    fn consume(self, amount: U256, now: u64) -> Result<Self, Denied> {
        match self {
            Self::Bucket(bucket) => bucket.consume(amount, now).map(Self::Bucket),
            Self::Window(window) => window.consume(amount, now).map(Self::Window),
        }
    }
}

impl State {
    pub(super) fn limit(self) -> Limit {
        match self {
            Self::Bucket(bucket) => Limit::Bucket(bucket.limit()),
            Self::Window(window) => Limit::Window(window.limit()),
        }
    }

    #[inline(never)]
    pub(super) fn available_down(self, now: u64) -> U256 {
        match self {
            Self::Bucket(bucket) => bucket.available_down(now),
            Self::Window(window) => window.available_down(now),
        }
    }

    pub(super) fn touched_at(self) -> u64 {
        match self {
            Self::Bucket(bucket) => bucket.touched_at(),
            Self::Window(window) => window.touched_at(),
        }
    }
}

/// A limiter as it is stored.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Slot {
    /// It was never set; when it is set, all of the limit is available.
    Unset,
    /// It was closed; when it is set again, nothing is available.
    Closed { at: u64 },
    /// It is open up to a limit.
    Open(State),
}

/// What a change of limit came to.
pub(super) struct Reconfigured {
    pub(super) slot: Slot,
    pub(super) previous_available: U256,
    pub(super) available: U256,
    pub(super) loosened: bool,
}

/// The latest time that a word holds, as in `portcullis_core`.
const LATEST: u64 = (1 << 40) - 1;

impl Slot {
    pub(super) fn open(self) -> Option<State> {
        match self {
            Self::Open(state) => Some(state),
            Self::Unset | Self::Closed { .. } => None,
        }
    }

    pub(super) fn limit(self) -> Option<Limit> {
        self.open().map(State::limit)
    }

    /// What holds for an account that wrote this, under this default: closed with it, and otherwise as if it had been put under
    /// the default's limit when that was set. The same limit changes nothing, not even by rounding.
    pub(super) fn under(self, default: Self) -> Self {
        let Some(state) = default.open() else {
            return default;
        };
        let limit = Some(state.limit());
        if self.limit() == limit {
            return self;
        }
        self.reconfigure(limit, state.touched_at()).slot
    }

    /// Puts the limiter under `to`, or closes it, at a time.
    ///
    /// The same for both kinds and between them, and word for word what `bucket::Slot::reconfigure` and `window::Slot::reconfigure` make
    /// of it within one: what the old limit has freed counts, what is missing from it (rounded up) is missing from the new one too, and
    /// nothing is added to what is available. Written once for both, as their two would make up a fifth of the module.
    #[inline(never)]
    pub(super) fn reconfigure(self, to: Option<Limit>, at: u64) -> Reconfigured {
        let (from, touched_at) = match self {
            Self::Unset => (None, 0),
            Self::Closed { at } => (None, at),
            Self::Open(state) => (Some(state), state.touched_at()),
        };
        let previous_available = from.map_or(U256::ZERO, |state| state.available_down(at));
        // A time that went back must not let the old limit free again under the new one.
        let at = at.max(touched_at);
        let Some(limit) = to else {
            return Reconfigured {
                slot: match self {
                    Self::Unset => Self::Unset,
                    Self::Closed { .. } | Self::Open(_) => Self::Closed { at: at.min(LATEST) },
                },
                previous_available,
                available: U256::ZERO,
                loosened: false,
            };
        };
        let state = match self {
            // The ticks of a window that stays the same stay closed as they are.
            Self::Open(State::Window(window)) if limit == Limit::Window(window.limit()) => {
                State::Window(window.settled(at))
            }
            Self::Unset => limit.with_available_down(limit.largest(), at),
            Self::Closed { .. } => limit.with_available_down(U256::ZERO, at),
            Self::Open(state) => {
                // Invariant: no more is available than the largest that passes.
                let missing = state.limit().largest() - previous_available;
                let left = limit.largest().saturating_sub(missing);
                limit.with_available_down(previous_available.min(left), at)
            }
        };
        Reconfigured {
            slot: Self::Open(state),
            previous_available,
            available: state.available_down(at),
            loosened: from.is_none_or(|from| limit.is_looser_than(from.limit())),
        }
    }
}

/// What the first word says beside the limiter, in bits that both kinds leave zero:
///
/// ```text
///  255   254      253   252      251                                                                             0
/// ┌─────┬────────┬─────┬────────┬─────────────────────────────────────────────────────────────────────────────────┐
/// │seen │ window │ own │ listed │ as `bucket::Slot` or the head of `window::Slot` draws it                        │
/// └─────┴────────┴─────┴────────┴─────────────────────────────────────────────────────────────────────────────────┘
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Marks {
    /// The limit was configured for this scope; otherwise it is an account's that follows the asset's default.
    pub(super) own: bool,
    /// It stands in the list.
    pub(super) listed: bool,
}

const WINDOW: u64 = 1 << 62;
const OWN: u64 = 1 << 61;
const LISTED: u64 = 1 << 60;

/// Whether the limiter of a first word has a second one.
pub(super) fn is_window(first: U256) -> bool {
    marked(first, WINDOW)
}

fn marked(first: U256, mark: u64) -> bool {
    let [.., high] = first.into_limbs();
    high & mark != 0
}

#[inline(never)]
pub(super) fn from_words(words: [U256; 2]) -> (Slot, Marks) {
    let [first, _] = words;
    let slot = if is_window(first) {
        window::Slot::from_words(words)
            .open()
            .map_or(Slot::Unset, |window| Slot::Open(State::Window(window)))
    } else {
        match bucket::Slot::from_word(first) {
            bucket::Slot::Open(bucket) => Slot::Open(State::Bucket(bucket)),
            bucket::Slot::Closed { at } => Slot::Closed { at },
            bucket::Slot::Unset => Slot::Unset,
        }
    };
    let marks = Marks {
        own: marked(first, OWN),
        listed: marked(first, LISTED),
    };
    (slot, marks)
}

#[inline(never)]
pub(super) fn to_words(slot: Slot, marks: Marks) -> [U256; 2] {
    let (first, second, window) = match slot {
        Slot::Unset => (U256::ZERO, U256::ZERO, 0),
        // The same word for both kinds.
        Slot::Closed { at } => (bucket::Slot::Closed { at }.to_word(), U256::ZERO, 0),
        Slot::Open(State::Bucket(bucket)) => (bucket::Slot::Open(bucket).to_word(), U256::ZERO, 0),
        Slot::Open(State::Window(window)) => {
            let [head, ring] = window::Slot::Open(window).to_words();
            (head, ring, WINDOW)
        }
    };
    let own = if marks.own { OWN } else { 0 };
    let listed = if marks.listed { LISTED } else { 0 };
    let marks = U256::from_limbs([0, 0, 0, window | own | listed]);
    [first | marks, second]
}
