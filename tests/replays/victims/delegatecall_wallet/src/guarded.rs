//! The wallet with guards around every method.
//!
//! # Design
//! - **No operation changes whose code runs**: neither the word that names it nor the code that it names. Both are asked at the end of the call that delegates, by the code that was
//!   there at its beginning: afterwards another's would be asked nothing. Code that changes is the governor's matter.
//! - **The code is asked by the word as it is at the end**, so that a word that names other code is a change of the code too.
//! - What leaves of ETH and of the tokens that the wallet was set up with is measured and charged to a cap for each transaction and to a bucket: what an operation moves is in its data,
//!   and nobody here reads that.
//! - No inflow is counted: a wallet is paid without a call of its own.
//!
//! # What it does not see
//! A delegated call may write any other word, the guards' modes and buckets too. They are read before it, so that nothing is hidden within the call; but the next operation meets what was
//! written. A wallet that needs no delegated calls is better without them.

use crate::protocol::{Operation, Protocol};
use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, B256, U256};
use portcullis::{
    asset::ETH,
    core_types::mode::{GuardId, Modes},
    errors,
    flow_cap::{Caps, UNCAPPED},
    guarded, invariant,
    transition::{Moded, Outflows},
    GuardError,
};
use stylus_sdk::{abi::Bytes, prelude::*, storage::StorageAddress};
use victim_guards::Limits;

errors! {
    /// Not three different tokens.
    BadTokens();
}

/// The word that names the code is what it was.
pub(crate) const WORD_STAYS: GuardId = GuardId::of::<1>();
/// The code that it names is what it was.
pub(crate) const CODE_STAYS: GuardId = GuardId::of::<2>();
/// What leaves: cap and bucket.
pub(crate) const LIMITS: GuardId = GuardId::of::<3>();

/// The word of the implementation: the first, as [`Protocol`] comes first and begins with it.
const IMPLEMENTATION: [U256; 1] = [U256::ZERO];

/// The wallet with guards.
#[portcullis::entrypoint]
#[storage]
pub struct Wallet {
    protocol: Protocol,
    limits: Limits,
    /// The tokens whose outflow is measured.
    first: StorageAddress,
    second: StorageAddress,
    third: StorageAddress,
}

#[guarded]
#[public]
impl Wallet {
    /// Locks the code itself.
    #[constructor]
    pub fn constructor(&mut self) -> Result<(), Vec<u8>> {
        self.protocol.lock();
        Ok(())
    }

    /// Names the owners, how many have to approve, who sets the guards, and the three tokens whose outflow is measured.
    #[guard(lock)]
    pub fn set_up(
        &mut self,
        owners: Vec<Address>,
        threshold: U256,
        governor: Address,
        tokens: Vec<Address>,
    ) -> Result<(), Vec<u8>> {
        self.protocol.set_up(&owners, threshold)?;
        let [first, second, third] = tokens[..] else {
            return Err(GuardError::own(BadTokens {}).into());
        };
        // One named twice would be charged twice, and zero is ETH.
        if [first, second, third].contains(&ETH) || first == second || second == third || third == first {
            return Err(GuardError::own(BadTokens {}).into());
        }
        self.first.set(first);
        self.second.set(second);
        self.third.set(third);
        Ok(self.limits.initialize(governor)?)
    }

    /// An owner's approval of an operation.
    #[guard(lock)]
    pub fn approve(&mut self, operation: B256) -> Result<(), Vec<u8>> {
        Ok(self.protocol.approve(self.vm().msg_sender(), operation)?)
    }

    /// Calls somebody as enough owners have approved.
    #[guard(
        keep(
            WORD_STAYS: invariant::words_unchanged(IMPLEMENTATION),
            CODE_STAYS: invariant::code_unchanged(self.protocol.implementation()),
        ),
        outflow(LIMITS: ETH),
        outflow(LIMITS: self.first.get()),
        outflow(LIMITS: self.second.get()),
        outflow(LIMITS: self.third.get())
    )]
    pub fn execute(&mut self, to: Address, value: U256, data: Bytes, delegated: bool) -> Result<(), Vec<u8>> {
        Ok(self.protocol.execute(&Operation {
            to,
            value,
            data: &data,
            delegated,
        })?)
    }

    /// Takes ether.
    #[receive]
    #[payable]
    #[exempt("ether may come at any time, in the middle of an operation too, and moves nothing")]
    pub fn receive(&mut self) -> Result<(), Vec<u8>> {
        Ok(())
    }

    /// What owners approve, when it is the next operation.
    pub fn operation(&self, to: Address, value: U256, data: Bytes, delegated: bool) -> B256 {
        self.protocol.hash(&Operation {
            to,
            value,
            data: &data,
            delegated,
        })
    }

    /// The number of the next operation, and whose code runs.
    pub fn state(&self) -> (U256, Address) {
        (self.protocol.nonce(), self.protocol.implementation())
    }

    /// Sets what of an asset leaves: in a transaction, and in a time.
    #[exempt("the governor's, who is a timelock here")]
    pub fn limit(
        &mut self,
        asset: Address,
        cap: U256,
        capacity: U256,
        refill_secs: u64,
    ) -> Result<(), Vec<u8>> {
        let caps = Caps {
            transition: UNCAPPED,
            transaction: cap,
        };
        Ok(self.limits.configure(asset, caps, capacity, refill_secs)?)
    }

    /// Sets a guard's mode.
    #[exempt("the governor's, who is a timelock here")]
    pub fn set_mode(&mut self, guard: u8, mode: u8) -> Result<(), Vec<u8>> {
        Ok(self.limits.set_mode(guard, mode)?)
    }
}

impl Outflows for Wallet {
    fn outflow(&mut self, asset: Address, amount: U256) -> Result<(), GuardError> {
        let actor = self.vm().msg_sender();
        self.limits.goes_out(asset, actor, amount)
    }
}

impl Moded for Wallet {
    fn guard_modes(&self) -> Modes {
        self.limits.modes()
    }
}
