//! The patch manager: what is approved of a patch, and the calls that are made of it.

use crate::bridge::constructor;
use alloy_primitives::{Address, U256};
use alloy_sol_types::SolValue;

pub use patch_file::{
    interface::{IPatchCare, IPatchGovernance, IPatchManager},
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
    /// It answers with this.
    Equals(U256),
    /// It answers what it did, give or take so many basis points.
    Unchanged(u16),
}

/// A check, as the manager reads it.
#[must_use]
pub fn check(rule: Rule, target: Address, call: &[u8]) -> Vec<u8> {
    let (kind, step, low) = match rule {
        Rule::Succeeds => (0, 0, U256::ZERO),
        Rule::Reverts => (1, 0, U256::ZERO),
        Rule::Equals(number) => (3, 0, number),
        Rule::Unchanged(step) => (5, step, U256::ZERO),
    };
    let length = u16::try_from(call.len()).unwrap_or(u16::MAX);
    let head: [&[u8]; 7] = [
        &[kind],
        &step.to_be_bytes(),
        &low.to_be_bytes::<32>(),
        &[0; 32],
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

/// The input of the call that constructs a manager.
#[must_use]
pub fn manager_input(governor: Address, guardian: Address, attesters: Address, delay_secs: u64) -> Vec<u8> {
    let [a, b, c, d, e, f, g, h] = POLICY;
    constructor(&(governor, guardian, attesters, delay_secs, a, b, c, d, e, f, g, h).abi_encode_params())
}
