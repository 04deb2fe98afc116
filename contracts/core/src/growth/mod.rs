//! A ceiling that expands with time: how fast a debt or a supply may grow.
//!
//! A hard maximum says where a quantity ends; it does not say that a market that stood at a million yesterday may not
//! stand at a hundred million in the next block, borrowed against a collateral that somebody has found how to mint.
//! Here the ceiling is never more than a `gap` above the quantity, and after the quantity has risen it follows at a
//! rate, up to the maximum.
//!
//! **The bound.** For any two moments `t₁ ≤ t₂`: an increase at `t₂` ends at most at `q(t₁) + gap + gap · (t₂ − t₁) /
//! expand_secs` ([`Terms::bound`]), where `q(t₁)` is the quantity at `t₁`, and at most at the maximum.
//!
//! *Proof.* The next transition at or after `t₁` finds the quantity `q(t₁)` and cuts the ceiling to `q(t₁) + gap`
//! before anything else. From then on it rises by `gap / expand_secs` a second, held as an exact fraction and read
//! rounded down; nothing else raises it. An increase ends at or below it.
//!
//! # Design
//! - **The quantity is handed in**, as it is, each time. So what it grows by itself (interest) takes from the room,
//!   and never blocks a decrease.
//! - **An anchor, not a level.** The word holds where the ceiling was at one moment; where it is now is computed from
//!   there. Increases do not move the anchor; only a ceiling that is cut to `quantity + gap` is anchored anew, at a
//!   whole number. So nothing is ever rounded twice, and it does not matter how often it is touched.
//! - **Decreases are never refused**, and lower the ceiling with them. They must be told ([`Ceiling::decreased`]), or
//!   what left and came back would not have to wait.
//! - Equality with the ceiling passes.
//! - One word, setting and state. Amounts have 59 bits in units of a power of two, rounded down where they stand for
//!   the ceiling and up where they stand for the quantity.
//! - **A change of terms** settles first and adds nothing at once: the ceiling is at most what it was. Closed and
//!   opened again it begins at the quantity, with no room.
//! - When time seems to go back the ceiling is where it was at that time.
//!
//! # The attack
//! Growing to the maximum in one block; growing, shrinking and growing again to be granted the gap twice; growing in
//! pieces; touching it every second. `tests/growth_model.rs` does each and checks the bound over all pairs of
//! moments.

mod ceiling;
mod slot;
mod terms;

pub use ceiling::Ceiling;
pub use slot::{Reconfigured, Slot};
pub use terms::{InvalidTerms, Terms, MAX_EXPAND_SECS};
