//! Who takes part in a sequence, and how what they do is said.

use crate::chain::{u, GOVERNOR, GUARDIAN};
use alloy_primitives::{Address, U256};
use e2e::tokens::IBatch;
use embedded_chain::DEV_ACCOUNTS;
use proptest::prelude::*;
use proptest::sample::select;

pub const HOUR: u64 = 3_600;
pub const DAY: u64 = 24 * HOUR;
/// How long what loosens waits.
pub const DELAY: u64 = 2 * DAY;

/// The modes of a guard.
pub const ENFORCE: u8 = 0;
pub const SHADOW: u8 = 1;
pub const LATCH: u8 = 2;

/// Whoever may have something in a protocol. The puppet is a contract of the attacker's, which makes several calls in one transaction and calls back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    Alice,
    Bob,
    Mallory,
    Puppet,
}

impl Who {
    pub const ALL: [Self; 4] = [Self::Alice, Self::Bob, Self::Mallory, Self::Puppet];

    /// Where it is, and where the puppet is.
    pub fn address(self, puppet: Address) -> Address {
        match self {
            Self::Alice => DEV_ACCOUNTS[3],
            Self::Bob => DEV_ACCOUNTS[4],
            Self::Mallory => DEV_ACCOUNTS[5],
            Self::Puppet => puppet,
        }
    }
}

/// Whoever tries to use a power, its holder or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Governor,
    Guardian,
    Mallory,
}

impl Role {
    pub fn address(self) -> Address {
        match self {
            Self::Governor => GOVERNOR,
            Self::Guardian => GUARDIAN,
            Self::Mallory => Who::Mallory.address(Address::ZERO),
        }
    }
}

/// How much: said so that it means something wherever a sequence has come to, and stays near it when it is shrunk.
#[derive(Clone, Copy, Debug)]
pub enum Amount {
    Few(u64),
    /// Of what there is to move, in basis points.
    PartBps(u64),
    /// As much as should pass.
    Most,
    OverMost,
    Endless,
}

impl Amount {
    /// As a number, of what there is and what should pass.
    pub fn of(self, has: impl FnOnce() -> U256, most: impl FnOnce() -> U256) -> U256 {
        match self {
            Self::Few(number) => u(number),
            Self::PartBps(part) => has() * u(part) / u(10_000),
            Self::Most => most(),
            Self::OverMost => most().saturating_add(u(1)),
            Self::Endless => U256::MAX,
        }
    }
}

pub fn who() -> impl Strategy<Value = Who> {
    select(&Who::ALL[..])
}

/// Mostly those who hold the power.
pub fn role() -> impl Strategy<Value = Role> {
    select(&[Role::Governor, Role::Governor, Role::Guardian, Role::Mallory][..])
}

/// A call of a batch, which goes on when it fails.
pub fn inner(to: Address, data: Vec<u8>) -> IBatch::Call {
    IBatch::Call {
        to,
        value: U256::ZERO,
        data: data.into(),
        mayFail: true,
    }
}
