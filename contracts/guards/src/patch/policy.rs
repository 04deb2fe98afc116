//! How patches wait, as an argument.

use super::refusals::PolicyOutOfBounds;
use crate::{arguments, GuardError};
use portcullis_core::patch::{Config, InvalidPolicy, Policy};

arguments! {
    /// How patches wait, in seconds ([`portcullis_core::patch::Config`] has the bounds), and how long a program has to live that is switched to.
    pub struct PatchPolicy {
        /// How long after it was put on record a patch is approved at the earliest.
        pub review_secs: u64,
        /// For how long it can be approved after that.
        pub proposal_secs: u64,
        /// How long after its approval it is ready.
        pub delay_secs: u64,
        /// For how long it lies ready and can be armed after that.
        pub approval_secs: u64,
        /// The same of a standby patch.
        pub standby_secs: u64,
        /// The longest window in which it can be applied.
        pub window_secs: u64,
        /// For how long after that it can be rolled back.
        pub probation_secs: u64,
        /// How many seconds a program has to have left when it is switched to.
        pub min_secs_left: u64,
    }
}

/// The most that a program can be asked to have left: 300 days. It has a year at most.
pub const MOST_SECS_LEFT: u64 = 300 * 24 * 60 * 60;

impl PatchPolicy {
    /// The policy.
    ///
    /// # Errors
    /// [`PolicyOutOfBounds`].
    pub(super) fn checked(&self) -> Result<Policy, GuardError> {
        let policy = Policy::new(Config {
            review_secs: self.review_secs,
            proposal_secs: self.proposal_secs,
            delay_secs: self.delay_secs,
            approval_secs: self.approval_secs,
            standby_secs: self.standby_secs,
            window_secs: self.window_secs,
            probation_secs: self.probation_secs,
        })
        .map_err(|invalid| {
            let InvalidPolicy {
                term,
                secs,
                least_secs,
                most_secs,
            } = invalid;
            GuardError::from(PolicyOutOfBounds {
                // The cast keeps a number below seven.
                term: term as u8,
                secs,
                least_secs,
                most_secs,
            })
        })?;
        // A program can be rolled back to as long as it lives.
        let (least_secs, most_secs) = (self.probation_secs, MOST_SECS_LEFT);
        if !(least_secs..=most_secs).contains(&self.min_secs_left) {
            return Err(PolicyOutOfBounds {
                term: 7,
                secs: self.min_secs_left,
                least_secs,
                most_secs,
            }
            .into());
        }
        Ok(policy)
    }

    /// What is in force, as an argument.
    pub(super) fn of(policy: Policy, min_secs_left: u64) -> Self {
        let Config {
            review_secs,
            proposal_secs,
            delay_secs,
            approval_secs,
            standby_secs,
            window_secs,
            probation_secs,
        } = policy.config();
        Self {
            review_secs,
            proposal_secs,
            delay_secs,
            approval_secs,
            standby_secs,
            window_secs,
            probation_secs,
            min_secs_left,
        }
    }
}
