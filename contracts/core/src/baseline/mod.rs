//! What a share of the value held is taken of: a value that lags, so that no deposit or withdrawal of the moment
//! moves it.
//!
//! "Ten percent of what is held may leave in a day" is a limit only if "what is held" is not what somebody holds for
//! a second. A deposit of borrowed money makes a share of the present value as large as the borrower likes; a
//! withdrawal makes it small, and shuts out everybody else. Two baselines, each with a price for moving it:
//!
//! - [`Minimum`]: the least value in the last `W` seconds, and at most a fifth of that longer. One word.
//! - [`Mean`]: the mean of the value over the last `W` seconds that ended with a closed tick, each second as heavy as
//!   another. Two words.
//!
//! **How fast an attacker with capital `C` moves it.**
//!
//! | | up | down |
//! |---|---|---|
//! | minimum | not at all, unless all of `C` stays in for more than `W` seconds; then by `C` | at once by `C` when it leaves, until `6/5 · W` after it came back |
//! | mean | by `C · t / W` for `C` in for `t` seconds, not before the tick closes, until `9/8 · W` after | the same, down |
//!
//! *Proof.* The minimum at `t` is at most every value observed or in force in `[t − W, t]`, because the tick of `t −
//! W` and all after it count. The mean is the sum over eight closed ticks of value times seconds, over `8 · T = W`; a
//! change of `C` for `t` seconds changes that sum by `C · t`, in whichever pieces. What is rounded is rounded down,
//! so never up.
//!
//! Which one to take: the minimum where a limit that is too large is the danger (a share of value that may leave);
//! the mean where somebody could profit from a baseline that falls at once, as when a fall of the value against its
//! baseline trips a breaker.
//!
//! # Design
//! - **The value is observed at the end of a transition** ([`Minimum::observe`], [`Mean::observe`]), once, at the
//!   outermost exit, when it has changed. Then a flash loan within a transition is not seen at all. Between two
//!   observations the value counts as what it was at the first: an observation says what holds from now on and does
//!   not reach back.
//! - **Splitting time changes nothing.** A tick's minimum is a minimum however often it is asked for, and its mean is
//!   an integral, which is added up without rounding. An average that moves a part of the way at each touch would
//!   depend on how often it is touched.
//! - **Within a tick the mean stands still.** It consists of closed ticks only, so that what happens in a
//!   transaction, or in a tick, can not move it. That costs a lag of at most a tick.
//! - **Bounded work** after any idle time: at most as many steps as there are ticks.
//! - A tick that is closed is kept with sixteen binary digits, rounded down: less than one part in 2^15 of the value.
//!   Values below 65,536 are exact.
//! - **A baseline starts at a value that its owner names**, as if that had been held for ever. Started from zero it
//!   grows as deposits stay; a share of it is nothing in the first window then, and not everything.
//! - A change of the window starts a new baseline at the lower of what the old one said and the value now, so that
//!   none rises by it ([`Minimum::rewindowed`], [`Mean::rewindowed`]).
//!
//! # The attack
//! A flash deposit that makes a share large; capital that stays for a block, a minute, a tick; a withdrawal that
//! makes it small; a touch every second that wears an average down. `tests/baseline_model.rs` does each against a
//! model that keeps every second.

mod float;
mod mean;
mod minimum;
mod share;

pub use mean::Mean;
pub use minimum::Minimum;
pub use share::{Baseline, InvalidShare, Share};

use crate::time::LONGEST_SECS;
use core::num::NonZeroU32;

/// The longest window: ten years of 365 days.
pub const MAX_WINDOW_SECS: u64 = LONGEST_SECS;

/// A window that is refused when it is set: it is not within `1..=MAX_WINDOW_SECS`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WindowOutOfBounds {
    /// The time asked for.
    pub window_secs: u64,
}

/// The seconds of one of so many ticks, rounded up.
fn tick_secs(window_secs: u64, ticks: u64) -> Result<NonZeroU32, WindowOutOfBounds> {
    // Invariant: the longest window is below 2^32.
    NonZeroU32::new(window_secs.min(MAX_WINDOW_SECS).div_ceil(ticks) as u32)
        .filter(|_| window_secs <= MAX_WINDOW_SECS)
        .ok_or(WindowOutOfBounds { window_secs })
}
