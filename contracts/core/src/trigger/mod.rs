//! What trips a breaker, and what tripping it costs.
//!
//! | trigger | fires when | what it takes to fire it once |
//! |---|---|---|
//! | [`Hits`] | a limit is hit `hits` times within a window | to move or stake `hits · least` ([`HitsLimit::cost_of_a_trip`]) |
//! | [`Gone`] | a fraction of what was there for a whole window is gone | to have that fraction there for a window and take it out |
//! | [`Moved`] | a price moves beyond a bound within a window | to move the price, once each time |
//! | [`Damage`] | more value goes out than comes in, beyond a bound | to do more damage than the bound |
//! | [`Confirmed`] | a suspicion, *and* damage | the damage |
//! | [`Findings`] | a sentinel says so | the sentinel's key; one rung, a few in a period, and it expires |
//! | [`crate::breaker::Breaker::decide`] | the council says so | the council |
//!
//! # Design
//! - Each is a pure function or one word of state. Firing is an answer; to trip is the breaker's.
//! - **A threshold is reached by equality**: `>=` trips. A *bound* of what is tolerated is not exceeded by equality.
//! - **What fires once does not fire again for the same cause**: hits are used up, what is gone becomes the new baseline, a price in
//!   dispute fires once. So whoever wants a breaker tripped twice pays twice.
//! - **A refused call costs only gas, so it counts nothing**, and neither does dust.
//! - **The value is compared before it is taken in.** A reference that has the anomaly blended into it already sees half of it.
//! - **A suspicion alone never trips.** There is no reason code for one and no way from a score to a trip but through
//!   [`Suspicion::confirmed_by`], which wants the damage.

mod coarse;
mod damage;
mod finding;
mod gone;
mod hits;
mod moved;

pub use coarse::{part_bps_down, reaches};
pub use damage::{
    damage, Confirmed, Damage, DamageBound, InvalidBound, InvalidSuspicion, Suspicion, SuspicionThreshold,
    HIGHEST_SCORE,
};
pub use finding::{Finding, FindingRefused, Findings, FindingsLimit, InvalidFindings, MOST_AT_ONCE};
pub use gone::{Gone, GoneLimit, GoneSeen, InvalidGone};
pub use hits::{Counted, Flow, Hits, HitsLimit, InvalidHits, MOST_HITS};
pub use moved::{Direction, InvalidMove, Move, MoveLimit, Moved, PriceSeen};

/// The longest window of any trigger: 30 days.
pub const LONGEST_WINDOW_SECS: u64 = 30 * 24 * 60 * 60;

/// Whether a window can act.
fn is_window(secs: u64) -> bool {
    (1..=LONGEST_WINDOW_SECS).contains(&secs)
}
