//! What has to hold over the switch: the bytes that the manager reads, made and read.
//!
//! [`portcullis::patch::Rule`] has the kinds. What is made here is read back by the manager's own code before it is given to anybody.

use alloy_primitives::{Address, Bytes, U256};
use portcullis::patch::{Checks as Read, Rule, MAX_CHECKS};
use portcullis_core::patch::{Expectation, Joint};

/// The longest call that a check makes: its length has two bytes.
pub const LONGEST_CALL: usize = u16::MAX as usize;

/// A check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// What has to hold.
    pub rule: Rule,
    /// Who is asked.
    pub target: Address,
    /// What.
    pub call: Bytes,
}

/// Why bytes are no checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChecksError {
    /// There are too many.
    #[error("there are {0} checks, and a manager takes {MAX_CHECKS} at the most: leave out the weakest, or ask for several numbers by one view")]
    TooMany(usize),
    /// A call is too long.
    #[error("the call of check {0} is longer than {LONGEST_CALL} bytes, which a check cannot hold")]
    TooLong(usize),
    /// A manager would not take it.
    #[error("check {0} is not one that a manager takes: nothing could break it, or it compares with a check in front and is the first")]
    Malformed(usize),
}

/// The checks of a patch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checks(pub Vec<Check>);

impl Checks {
    /// The bytes that are approved, by their hash.
    ///
    /// # Errors
    /// [`ChecksError`]: what a manager would refuse.
    pub fn encode(&self) -> Result<Bytes, ChecksError> {
        if self.0.len() > MAX_CHECKS {
            return Err(ChecksError::TooMany(self.0.len()));
        }
        let mut bytes = Vec::new();
        for (index, check) in self.0.iter().enumerate() {
            let length = u16::try_from(check.call.len()).map_err(|_| ChecksError::TooLong(index + 1))?;
            let (kind, step, low, high) = parts(check.rule);
            bytes.push(kind);
            bytes.extend(step.to_be_bytes());
            bytes.extend(low.to_be_bytes::<32>());
            bytes.extend(high.to_be_bytes::<32>());
            bytes.extend(check.target);
            bytes.extend(length.to_be_bytes());
            bytes.extend(&check.call);
        }
        // Whatever the manager reads otherwise is no check.
        let read = Self::decode(&bytes)?;
        match self.0.iter().zip(&read.0).position(|(told, read)| told != read) {
            Some(index) => Err(ChecksError::Malformed(index + 1)),
            None => Ok(bytes.into()),
        }
    }

    /// The checks in bytes, as the manager reads them.
    ///
    /// # Errors
    /// [`ChecksError::Malformed`]: what a manager would refuse.
    pub fn decode(bytes: &[u8]) -> Result<Self, ChecksError> {
        let mut checks = Vec::new();
        for check in Read::of(bytes) {
            let check = check.map_err(|_| ChecksError::Malformed(checks.len() + 1))?;
            checks.push(Check {
                rule: check.rule,
                target: check.target,
                call: Bytes::copy_from_slice(check.call),
            });
        }
        Ok(Self(checks))
    }
}

/// Kind, step, low and high.
fn parts(rule: Rule) -> (u8, u16, U256, U256) {
    let none = U256::ZERO;
    match rule {
        Rule::Alone(Expectation::Succeeds) => (0, 0, none, none),
        Rule::Alone(Expectation::Reverts) => (1, 0, none, none),
        Rule::Alone(Expectation::NonZero) => (2, 0, none, none),
        Rule::Alone(Expectation::Equals(number)) => (3, 0, number, none),
        Rule::Alone(Expectation::Within { min, max }) => (4, 0, min, max),
        Rule::Alone(Expectation::Unchanged { within_bps }) => (5, within_bps, none, none),
        Rule::Paired(Joint::Ratio { step_bps }) => (6, step_bps, none, none),
        Rule::Paired(Joint::Line { rise, run, step_bps }) => (7, step_bps, rise, run),
        Rule::Paired(Joint::Below { gap }) => (8, 0, gap, none),
    }
}
