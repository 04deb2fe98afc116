//! A way out of what is frozen: after a bounded time, at pro rata shares, that no role can block for ever.
//!
//! A breaker or a pause that holds keeps an attacker in, and everybody else with them. [`FrozenClock`] counts how long. When it has counted
//! enough, anyone opens the exit: what is held and what is claimed are written down, and each account takes its share of them.
//!
//! **The clock's bound.** It gains a second for each second that is frozen, up to [`LONGEST_OPEN_AFTER_SECS`], and loses one for each that
//! runs. So it stands at the most by which, in any time that ends now, what was frozen exceeds what ran (or at its cap, since it was there, less
//! what ran since). Two consequences, in `tests/exit_model.rs`: whoever unfreezes for a second and freezes again has set it back by that second and
//! no more; and whoever holds it frozen for a part `p` of the time, `p > 1/2`, opens the exit after `open_after / (2p - 1)`.
//!
//! **The shares' bound.** An account with a claim `c` is paid `c · min(held, claims) / claims`, rounded down, and `claims` counts down by `c`. So
//! what is paid never exceeds what was held, whatever claims are handed in: the sum of parts rounded down is at most the whole.
//!
//! # Design
//! - **A second counts as what it was, and not as what was last seen.** The clock keeps the end of the freeze that it was told of: with nobody
//!   calling, it counts up to that end and then back. It is told the freeze's beginning too, if somebody knows it: see [`Freeze`].
//! - **In doubt it was frozen.** A freeze that was lifted before its end, and nobody said so, counts to the end that was known. Whoever lifts
//!   it has the interest to say so; who froze has none to. It cannot open the exit of what runs: for that it must be frozen now.
//! - **It opens only while it is frozen.** While it runs the ways out are the ordinary ones, and nobody may wind down what is well.
//! - **What is open stays open**, whether the freeze is renewed, ends, or a setting changes: payments read the opening and
//!   nothing else. It closes when the clock has run back to zero: when it has run for as long as it was frozen, 30 days at most.
//! - **Each account once in each opening, all at the same share**, so there is no run: who comes last gets what they would have got first.
//! - **Who tripped the breaker takes last**: not before `late_secs` after the opening, when everyone else has had that time. The end is
//!   written into the opening, so it cannot be moved either.
//! - **What nobody could take is refused**: an opening without holdings or claims, a payment that rounds to nothing. It changes nothing.
//!
//! # Trust
//! - Whoever embeds it says truthfully what is frozen, held and claimed, and takes a claim off its own books when it is paid.
//!
//! # The attack
//! Frozen for ever: by a council that is gone, a key that is sold back, a breaker that somebody trips again and again. And the attack on the exit:
//! to open it of what runs, to claim twice, to claim what is not there, to be paid before those whom one robbed.

mod account;
mod clock;
mod opening;
mod terms;

pub use account::Leaver;
pub use clock::{Freeze, FrozenClock};
pub use opening::{CloseRefused, OpenRefused, Opening, Paid, PayRefused};
pub use terms::{InvalidTerms, Terms, LONGEST_LATE_SECS, LONGEST_OPEN_AFTER_SECS, SHORTEST_OPEN_AFTER_SECS};
