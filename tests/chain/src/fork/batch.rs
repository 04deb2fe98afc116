//! The calls of a Safe in one transaction, all or nothing.

use super::{Fork, RemoteError};
use crate::arbos::RecentPrograms;
use crate::config::ARBOS_STATE;
use crate::evm::Executor;
use crate::outcome::Outcome;
use alloy_primitives::{Address, Bytes, B256, U256};
use revm::state::EvmState;
use revm::DatabaseRef;
use stylus_vm::stack::on_deep_stack;

/// A call that an account makes in the middle of a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SafeCall {
    /// Whom it calls.
    pub to: Address,
    /// With how much, in wei.
    pub value: U256,
    /// The call's input.
    pub data: Bytes,
}

/// A word of storage before and after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WordChange {
    /// Which.
    pub key: U256,
    /// What it was.
    pub before: U256,
    /// What it is then.
    pub after: U256,
}

/// What becomes of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountChange {
    /// Whose.
    pub address: Address,
    /// Wei, before and after.
    pub balance: (U256, U256),
    /// Nonce, before and after.
    pub nonce: (u64, u64),
    /// The code's hash before and after; none when there is no account.
    pub code_hash: (Option<B256>, Option<B256>),
    /// The words that change, by key. ArbOS keeps its own elsewhere: here they are in this chain's layout, and only that there are some means
    /// something.
    pub words: Vec<WordChange>,
}

impl AccountChange {
    /// Whether it is the account under which ArbOS keeps its own state.
    #[must_use]
    pub fn is_arbos(&self) -> bool {
        self.address == ARBOS_STATE
    }

    /// Whether nothing becomes of it.
    pub(super) fn is_same(&self) -> bool {
        self.balance.0 == self.balance.1
            && self.nonce.0 == self.nonce.1
            && self.code_hash.0 == self.code_hash.1
            && self.words.is_empty()
    }
}

/// What came of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchOutcome {
    /// What came of each call, in order, up to the first that failed.
    pub calls: Vec<Outcome>,
    /// What changes, by address; nothing when a call failed.
    pub changes: Vec<AccountChange>,
}

impl BatchOutcome {
    /// Whether all calls succeeded.
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.calls.iter().all(Outcome::is_success)
    }
}

impl Fork {
    /// Executes calls of an account in order, in one transaction that `executor` hands in, as the frames of a Safe that calls through
    /// MultiSendCallOnly. When one fails nothing happens, and the fork is as it was.
    ///
    /// The Safe's own part, its signatures, its nonce and its gas, is not executed.
    ///
    /// # Errors
    /// A [`RemoteError`]; a call that fails is none.
    pub fn batch(
        &mut self,
        from: Address,
        executor: Address,
        calls: &[SafeCall],
    ) -> Result<BatchOutcome, RemoteError> {
        let world = self.world();
        let (outcomes, changes) = on_deep_stack(move || {
            Executor::new(world, RecentPrograms::default(), false).batch(from, executor, calls)
        });
        let changes = changes.unwrap_or_default();
        // Nothing is taken over that rests on what could not be read.
        let changed = self.changed(&changes)?;
        self.state.commit(changes);
        Ok(BatchOutcome {
            calls: outcomes,
            changes: changed,
        })
    }

    /// What differs from the state, by address and key.
    fn changed(&self, changes: &EvmState) -> Result<Vec<AccountChange>, RemoteError> {
        let mut changed = Vec::new();
        for (address, change) in changes.iter().filter(|(_, change)| change.is_touched()) {
            let Ok(before) = self.state.basic_ref(*address);
            let gone = change.is_selfdestructed() || change.is_empty();
            let after = (!gone).then_some(&change.info);
            let mut words: Vec<WordChange> = change
                .changed_storage_slots()
                .map(|(key, slot)| WordChange {
                    key: *key,
                    before: slot.original_value(),
                    after: if gone { U256::ZERO } else { slot.present_value() },
                })
                .filter(|word| word.before != word.after)
                .collect();
            words.sort_by_key(|word| word.key);
            let account = AccountChange {
                address: *address,
                balance: (
                    before.as_ref().map_or(U256::ZERO, |account| account.balance),
                    after.map_or(U256::ZERO, |account| account.balance),
                ),
                nonce: (
                    before.as_ref().map_or(0, |account| account.nonce),
                    after.map_or(0, |account| account.nonce),
                ),
                code_hash: (
                    before.map(|account| account.code_hash),
                    after.map(|account| account.code_hash),
                ),
                words,
            };
            if !account.is_same() {
                changed.push(account);
            }
        }
        changed.sort_by_key(|account| account.address);
        self.sound(changed)
    }
}
