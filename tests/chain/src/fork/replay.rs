//! Transactions on a fork one after the other, blocks between them, and what differs between two forks of one state.

use super::batch::{AccountChange, WordChange};
use super::{Fork, ForkError, RemoteError, L1_BLOCK_TIME};
use crate::arbos::RecentPrograms;
use crate::config::ARBOS_STATE;
use crate::evm::{Executor, Message, MAX_INIT_CODE};
use crate::outcome::Outcome;
use crate::transaction::{InvalidTransaction, Transaction};
use alloy_primitives::{Address, U256};
use revm::DatabaseRef;
use std::collections::{BTreeMap, BTreeSet};
use stylus_vm::stack::on_deep_stack;

impl Fork {
    /// Goes on to the next block, at this time; at the time of the block before, when that is later.
    pub fn next_block(&mut self, timestamp: u64) {
        let (l1_number, began) = self.origin;
        self.block.number = self.block.number.saturating_add(1);
        self.block.timestamp = self.block.timestamp.max(timestamp);
        let passed = self.block.timestamp.saturating_sub(began);
        self.block.l1_number = l1_number.saturating_add(passed / L1_BLOCK_TIME);
    }

    /// Executes a transaction and keeps what it does. Its sender pays nothing for gas, so that what they hold then differs by what the
    /// transaction did alone; nonce, fees and the chain's identifier are not looked at.
    ///
    /// # Errors
    /// A [`ForkError`], and nothing was done; a transaction that reverts is none.
    pub fn transact(&mut self, transaction: &Transaction) -> Result<Outcome, ForkError> {
        let size = transaction.data.len();
        if transaction.to.is_create() && size > MAX_INIT_CODE {
            return Err(ForkError::Invalid(InvalidTransaction::InitCodeTooLarge {
                size,
                limit: MAX_INIT_CODE,
            }));
        }
        let message = Message {
            from: transaction.from,
            to: transaction.to,
            value: transaction.value,
            data: transaction.data.clone(),
            gas_limit: transaction.gas_limit.unwrap_or(self.config.tx_gas_limit),
            gas_price: 0,
            max_fee: 0,
            access_list: transaction.access_list.clone(),
            is_transaction: true,
        };
        let world = self.world();
        let executed =
            on_deep_stack(move || Executor::new(world, RecentPrograms::default(), false).transact(&message));
        // Nothing is taken over that rests on what could not be read.
        let execution = self.sound(executed)??;
        self.state.commit(execution.changes);
        Ok(execution.outcome)
    }

    /// Gives an account wei that nobody had.
    ///
    /// # Errors
    /// A [`RemoteError`].
    pub fn give(&mut self, to: Address, wei: U256) -> Result<(), RemoteError> {
        let Ok(account) = self.state.basic_ref(to);
        let account = self.sound(account)?.unwrap_or_default();
        let (balance, nonce) = (account.balance.saturating_add(wei), account.nonce);
        let code = account.code.map(|code| code.original_bytes()).unwrap_or_default();
        self.state.set_balance(to, balance);
        self.state.set_nonce(to, nonce);
        self.state.set_code(to, code);
        Ok(())
    }

    /// What is otherwise in another fork of the same block than here, by address and key: before is here, after is there. ArbOS's own
    /// account is left out.
    ///
    /// # Errors
    /// A [`RemoteError`].
    pub fn difference(&self, other: &Self) -> Result<Vec<AccountChange>, RemoteError> {
        let mut written: BTreeMap<Address, BTreeSet<U256>> = BTreeMap::new();
        for state in [&self.state, &other.state] {
            for (address, keys) in state.written().filter(|(address, _)| *address != ARBOS_STATE) {
                written.entry(address).or_default().extend(keys);
            }
        }
        let mut changed = Vec::new();
        for (address, keys) in written {
            let (Ok(here), Ok(there)) = (self.state.basic_ref(address), other.state.basic_ref(address));
            let words = keys.into_iter().map(|key| {
                let (Ok(before), Ok(after)) = (
                    self.state.storage_ref(address, key),
                    other.state.storage_ref(address, key),
                );
                WordChange { key, before, after }
            });
            let words = words.filter(|word| word.before != word.after).collect();
            let both = [here, there];
            let [before, after] = both.each_ref().map(|account| {
                account
                    .as_ref()
                    .map_or((U256::ZERO, 0), |account| (account.balance, account.nonce))
            });
            let [code_before, code_after] = both.map(|account| account.map(|account| account.code_hash));
            let account = AccountChange {
                address,
                balance: (before.0, after.0),
                nonce: (before.1, after.1),
                code_hash: (code_before, code_after),
                words,
            };
            if !account.is_same() {
                changed.push(account);
            }
        }
        other.sound(())?;
        self.sound(changed)
    }
}
