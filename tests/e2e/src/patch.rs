//! The patch manager: what is approved of a patch, and the calls that are made of it.

use crate::bridge::constructor;
use alloy_primitives::{Address, U256};
use alloy_sol_types::SolValue;

pub use patch_file::{
    interface::{IPatchCare, IPatchGovernance, IPatchManager, IPatchSentinels},
    terms::{HAND_OVER, UPGRADE},
    Patch,
};

/// What has to hold of a call's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// It succeeds.
    Succeeds,
    /// It reverts.
    Reverts,
    /// It answers with something.
    NonZero,
    /// It answers with this.
    Equals(U256),
    /// It answers with a number between the two.
    Within(U256, U256),
    /// It answers what it did, give or take so many basis points.
    Unchanged(u16),
    /// The answer in front of it over its own moves by at most so many basis points.
    Ratio(u16),
    /// The answer in front goes with its own along a line that rises by the first in each second, give or take so many basis points.
    Line(U256, U256, u16),
    /// The answer in front is below its own by so much at least.
    Below(U256),
}

/// A check, as the manager reads it.
#[must_use]
pub fn check(rule: Rule, target: Address, call: &[u8]) -> Vec<u8> {
    let nothing = U256::ZERO;
    let (kind, step, low, high) = match rule {
        Rule::Succeeds => (0, 0, nothing, nothing),
        Rule::Reverts => (1, 0, nothing, nothing),
        Rule::NonZero => (2, 0, nothing, nothing),
        Rule::Equals(number) => (3, 0, number, nothing),
        Rule::Within(low, high) => (4, 0, low, high),
        Rule::Unchanged(step) => (5, step, nothing, nothing),
        Rule::Ratio(step) => (6, step, nothing, nothing),
        Rule::Line(rise, run, step) => (7, step, rise, run),
        Rule::Below(gap) => (8, 0, gap, nothing),
    };
    let length = u16::try_from(call.len()).unwrap_or(u16::MAX);
    let head: [&[u8]; 7] = [
        &[kind],
        &step.to_be_bytes(),
        &low.to_be_bytes::<32>(),
        &high.to_be_bytes::<32>(),
        target.as_slice(),
        &length.to_be_bytes(),
        call,
    ];
    head.concat()
}

/// How patches wait in the tests, in the order of the policy: review, proposal, delay, approval, standby, window, probation, least time left.
pub const POLICY: [u64; 8] = {
    const HOUR: u64 = 3_600;
    const DAY: u64 = 24 * HOUR;
    [HOUR, 2 * DAY, DAY, 3 * DAY, 90 * DAY, DAY, 5 * DAY, 30 * DAY]
};

/// The input of the call that constructs a manager with [`POLICY`].
#[must_use]
pub fn manager_input(governor: Address, guardian: Address, attesters: Address, delay_secs: u64) -> Vec<u8> {
    manager_input_with(governor, guardian, attesters, delay_secs, POLICY)
}

/// The same with another policy.
#[must_use]
pub fn manager_input_with(
    governor: Address,
    guardian: Address,
    attesters: Address,
    delay_secs: u64,
    policy: [u64; 8],
) -> Vec<u8> {
    let [a, b, c, d, e, f, g, h] = policy;
    constructor(&(governor, guardian, attesters, delay_secs, a, b, c, d, e, f, g, h).abi_encode_params())
}
