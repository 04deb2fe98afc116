//! What has to hold over a switch: views asked before and after.
//!
//! ```text
//! checks  an entry for each, one after the other
//! entry   kind, 1 byte | step, 2 bytes | low, 32 | high, 32 | target, 20 | length of the call's data, 2 | the call's data
//! ```
//!
//! | kind | what has to hold | `low`, `high`, `step` |
//! |---|---|---|
//! | 0 | it succeeds | |
//! | 1 | it reverts | |
//! | 2 | it answers with something | |
//! | 3 | it answers with `low` | `low` |
//! | 4 | it answers with a number between the two | `low`, `high` |
//! | 5 | it answers with what it did, or is off by at most `step` basis points of that | `step` |
//! | 6 | the answer in front of it over its own moves by at most `step` | `step` |
//! | 7 | the answer in front goes with its own along a line that rises by `low` in each `high` | all |
//! | 8 | the answer in front is below its own by `low` at least | `low` |
//!
//! What a kind does not take is zero.
//!
//! # Design
//! - **Each is asked by a stranger, in a call that is taken back**: what the manager may see or do proves nothing, and a view that changes something changes nothing.
//! - **What a pause refuses does not count as reverting**: the check of a proxy that is frozen while it is patched asks views, or fails.
//! - There has to be code where a call goes: to call nobody succeeds as well.
//! - **A check that nothing could fail is refused**, and so is one that is not made as one: bytes that are left over, or a kind nobody knows.
//! - At most [`MAX_CHECKS`].

use super::{
    refusals::{CheckFailed, MalformedCheck},
    stranger::{self, Answer},
};
use crate::{implementation, sdk::VM, GuardError};
use alloc::vec::Vec;
use alloy_primitives::{Address, B256, U256};
use portcullis_core::patch::{Expectation, Joint, Pair};

/// The most checks of a patch.
pub const MAX_CHECKS: usize = 32;

/// What an entry has in front of the call's data.
const HEAD: usize = 1 + 2 + 32 + 32 + 20 + 2;

/// The checks of a patch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checks<'a>(&'a [u8]);

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Check<'a> {
    /// What has to hold.
    pub rule: Rule,
    /// Who is asked.
    pub target: Address,
    /// What.
    pub call: &'a [u8],
}

/// What has to hold of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Of it alone.
    Alone(Expectation),
    /// Of it and the answer to the check in front.
    Paired(Joint),
}

impl<'a> Checks<'a> {
    /// The checks in these bytes.
    pub fn of(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// What is answered now.
    pub(super) fn ask(self, vm: &VM, stranger: Address) -> Result<Vec<Answer>, GuardError> {
        let mut answers = Vec::new();
        // Bounded: the iterator ends after the last that is allowed.
        for check in self {
            let Check { target, call, .. } = check?;
            implementation::require_some_code(vm, target)?;
            answers.push(stranger::ask(vm, stranger, target, call)?);
        }
        Ok(answers)
    }

    /// Requires that each holds over these answers.
    pub(super) fn require(self, before: &[Answer], after: &[Answer]) -> Result<(), GuardError> {
        let mut beside = None;
        for (index, (check, answers)) in self.zip(before.iter().zip(after)).enumerate() {
            let index = index as u64;
            let rule = check?.rule;
            let (before, after) = answers;
            if !rule.holds([before, after], beside) {
                return Err(CheckFailed {
                    index,
                    before: before.told(),
                    after: after.told(),
                }
                .into());
            }
            beside = Some([before, after]);
        }
        Ok(())
    }
}

impl<'a> IntoIterator for Checks<'a> {
    type Item = Result<Check<'a>, GuardError>;
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        Iter {
            rest: Some(self.0),
            index: 0,
        }
    }
}

impl<'a> Checks<'a> {
    fn zip<T>(self, other: T) -> core::iter::Zip<Iter<'a>, T::IntoIter>
    where
        T: IntoIterator,
    {
        self.into_iter().zip(other)
    }
}

/// Goes through checks. After an error there is none.
#[derive(Clone, Debug)]
pub struct Iter<'a> {
    rest: Option<&'a [u8]>,
    index: usize,
}

impl<'a> Iterator for Iter<'a> {
    type Item = Result<Check<'a>, GuardError>;

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.rest.take().filter(|rest| !rest.is_empty())?;
        let index = self.index;
        self.index += 1;
        let read = (index < MAX_CHECKS).then(|| read(rest, index != 0)).flatten();
        Some(match read {
            Some((check, rest)) => {
                self.rest = Some(rest);
                Ok(check)
            }
            None => Err(MalformedCheck { index: index as u64 }.into()),
        })
    }
}

/// The first check, and what is behind it.
fn read(bytes: &[u8], has_one_in_front: bool) -> Option<(Check<'_>, &[u8])> {
    let (head, rest) = bytes.split_first_chunk::<HEAD>()?;
    let (&[kind, step_high, step_low], head) = head.split_first_chunk::<3>()?;
    let (low, head) = head.split_first_chunk::<32>()?;
    let (high, head) = head.split_first_chunk::<32>()?;
    let (target, length) = head.split_first_chunk::<20>()?;
    let length = u16::from_be_bytes(length.try_into().ok()?);
    let (call, rest) = rest.split_at_checked(usize::from(length))?;
    let step = u16::from_be_bytes([step_high, step_low]);
    let rule = Rule::of(kind, step, U256::from_be_bytes(*low), U256::from_be_bytes(*high))?;
    if matches!(rule, Rule::Paired(_)) && !has_one_in_front {
        return None;
    }
    let target = Address::new(*target);
    Some((Check { rule, target, call }, rest))
}

impl Rule {
    /// The rule of this kind, with what it takes; none for a kind that nobody knows, for what it does not take, and for one that nothing could break.
    pub fn of(kind: u8, step_bps: u16, low: U256, high: U256) -> Option<Self> {
        let alone = |expectation: Expectation| expectation.checked().ok().map(Self::Alone);
        let paired = |joint: Joint| joint.checked().ok().map(Self::Paired);
        let (no_step, no_low, no_high) = (step_bps == 0, low.is_zero(), high.is_zero());
        match kind {
            0 if no_step && no_low && no_high => alone(Expectation::Succeeds),
            1 if no_step && no_low && no_high => alone(Expectation::Reverts),
            2 if no_step && no_low && no_high => alone(Expectation::NonZero),
            3 if no_step && no_high => alone(Expectation::Equals(low)),
            4 if no_step => alone(Expectation::Within { min: low, max: high }),
            5 if no_low && no_high => alone(Expectation::Unchanged { within_bps: step_bps }),
            6 if no_low && no_high => paired(Joint::Ratio { step_bps }),
            7 => paired(Joint::Line {
                rise: low,
                run: high,
                step_bps,
            }),
            8 if no_step && no_high => paired(Joint::Below { gap: low }),
            _ => None,
        }
    }

    fn holds(self, [before, after]: [&Answer; 2], beside: Option<[&Answer; 2]>) -> bool {
        match self {
            // Not even that it reverts: it does so now, and for another reason.
            Self::Alone(_) if after.is_paused() => false,
            Self::Alone(expectation) => {
                let number = |answer: &Answer| match expectation {
                    // What it says does not matter, and it may say nothing.
                    Expectation::Succeeds | Expectation::Reverts => answer.succeeded.then_some(U256::ZERO),
                    _ => answer.number(),
                };
                expectation.holds(number(before), number(after))
            }
            Self::Paired(joint) => beside.is_some_and(|beside| {
                let pair = |a: &Answer, b: &Answer| a.number().zip(b.number()).map(|(a, b)| Pair { a, b });
                let (before, after) = (pair(beside[0], before), pair(beside[1], after));
                before
                    .zip(after)
                    .is_some_and(|(before, after)| joint.holds(before, after))
            }),
        }
    }
}

impl Answer {
    /// The number that it is, none where the call failed or answered with less than a word.
    fn number(&self) -> Option<U256> {
        (self.succeeded && self.has_word).then(|| self.word.into())
    }

    /// What is told of it: the highest word stands for none.
    fn told(&self) -> B256 {
        self.number().map_or(B256::repeat_byte(0xff), B256::from)
    }
}
