//! Who may pause which group of functions: a guardian, its fallback, and the council.
//!
//! [`portcullis_core::guardian`] holds the rules and proves the bound: in any period the guardians of a group hold it paused for at most a budget.
//! Here are their words, who may change them, and what is told.
//!
//! # Design
//! - **A pause takes a [`PauseRight`]**, which only this module makes, out of the caller, and [`crate::pause_guard::PauseGuard::pause`] consumes. Use, budget and cool-down
//!   are spent in the same step as the pause is made: whatever refuses the pause, nothing of it is.
//! - **A guardian and a fallback for each group, and for everything (0)**, in two words; the terms are one for all.
//! - **Naming is at once**: a guardian whose key was stolen has to be replaced before it acts. It gives nobody more than the budget, which belongs to the
//!   group. Whoever is removed has somebody else in their place, but where the contract has others who pause and says so ([`Guardians::dismiss`]).
//! - **Arming again is at once**, for the governor and for the council, and within the same budget. It arms both; whoever is not to be armed is replaced.
//! - **Terms that loosen wait** ([`Terms::loosens`](portcullis_core::guardian::Terms::loosens)), the first ones too: without terms nobody pauses. Tighter ones hold at once, and each has
//!   a least value: a stolen governor's key can make guardians weaker at once, and not useless.
//! - **Reporting a stale guardian twice is no error**, so that nobody spoils a fallback's transaction, which reports and pauses, by reporting before it.
//! - **The council pauses beyond the guardians' budget**, on any rung, for up to `council_secs` a decision and as often as it decides. It is many, each decision
//!   shows, and each ends.
//!
//! # Trust assumptions
//! - A contract names guardians and terms in its constructor, or nobody can pause it.
//! - The governor can name itself a guardian: alone it holds a group paused within the budget, and has to be watched for terms that wait.
//! - The governor is the council until one is set, and pauses as that. A contract that trusts no one key sets a council.
//!
//! # The attack
//! A guardian's key is stolen: it pauses once, for `pause_secs` at the most, and the fallback is not stopped from pausing after it. A guardian is gone for a
//! year: anyone says so, and the fallback pauses at once.

mod guard;
mod right;
mod terms;

pub use guard::{
    GuardianAssigned, GuardianDismissed, GuardianIsFallback, GuardianLapsed, GuardianNotStale,
    GuardianRearmed, GuardianStale, GuardianUnassigned, Guardians, Heartbeat,
};
pub use right::{
    GuardianBudgetExceeded, GuardianSpent, GuardianStillThere, GuardiansCoolingDown, NotGroupGuardian,
    PauseRight,
};
pub use terms::{GuardianTerms, GuardianTermsChanged, GuardiansUnset};

#[cfg(test)]
mod attacks;
#[cfg(test)]
mod tests;
