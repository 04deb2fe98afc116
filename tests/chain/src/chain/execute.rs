//! Transactions, calls and estimates.

use super::{Chain, EstimateError, MinedTransaction};
use crate::arbos::RecentPrograms;
use crate::config::Config;
use crate::evm::{BlockContext, Execution, Executor, Message, World, MAX_INIT_CODE};
use crate::outcome::{Outcome, Receipt};
use crate::state::State;
use crate::transaction::{AccountOverride, CallRequest, InvalidTransaction, Transaction};
use alloy_primitives::{Address, TxKind, U256};
use std::borrow::Cow;
use stylus_vm::stack::on_deep_stack;

impl Chain {
    /// Executes a transaction in the open block, and seals the block when the chain mines by itself.
    ///
    /// # Errors
    /// An [`InvalidTransaction`]; the chain is then as it was before.
    pub fn transact(&mut self, transaction: Transaction) -> Result<Receipt, InvalidTransaction> {
        let nonce = self.check(&transaction)?;
        let message = self.message(&transaction);
        let context = self.context(self.live.blocks.len() as u64);
        let recent = self.live.open.recent.clone();
        let state = &self.live.state;
        let execution = self.run(state, context, recent, &message, self.config.record_traces)?;
        Ok(self.include(transaction, nonce, message.gas_limit, execution))
    }

    /// Executes a call at the open block's time on the state as it is, and keeps nothing of it.
    ///
    /// # Errors
    /// An [`InvalidTransaction`] when it cannot be started.
    pub fn call(&self, request: &CallRequest) -> Result<Outcome, InvalidTransaction> {
        let most = self.config.call_gas_limit;
        let gas_limit = request.gas_limit.unwrap_or(most).min(most);
        self.call_with(request, gas_limit)
    }

    /// The gas that a transaction like this call would have to bring.
    ///
    /// # Errors
    /// An [`EstimateError`] when no gas makes it succeed.
    pub fn estimate_gas(&self, request: &CallRequest) -> Result<u64, EstimateError> {
        let limit = self.config.tx_gas_limit;
        let mut enough = request.gas_limit.unwrap_or(limit).min(limit);
        let outcome = self.call_with(request, enough)?;
        if !outcome.is_success() {
            return Err(EstimateError::Failed(Box::new(outcome)));
        }
        let mut too_little = outcome.gas_used.saturating_sub(1);
        // What is refunded at the end and what a call must leave to its caller has to be there in between.
        let needed = outcome.gas_used.saturating_add(outcome.gas_refunded);
        // Mostly that is all, and then the estimate is exact.
        if needed < enough && self.suffices(request, needed)? {
            return Ok(needed);
        }
        let likely = needed.saturating_add(needed / 63).saturating_add(2300);
        if likely < enough {
            if self.suffices(request, likely)? {
                enough = likely;
            } else {
                too_little = likely;
            }
        }
        while too_little + 1 < enough && enough - too_little > enough / 64 {
            let middle = too_little + (enough - too_little) / 2;
            if self.suffices(request, middle)? {
                enough = middle;
            } else {
                too_little = middle;
            }
        }
        Ok(enough)
    }

    fn suffices(&self, request: &CallRequest, gas: u64) -> Result<bool, InvalidTransaction> {
        match self.call_with(request, gas) {
            Ok(outcome) => Ok(outcome.is_success()),
            Err(InvalidTransaction::IntrinsicGas { .. }) => Ok(false),
            Err(reason) => Err(reason),
        }
    }

    fn call_with(&self, request: &CallRequest, gas_limit: u64) -> Result<Outcome, InvalidTransaction> {
        let mut context = self.context(self.block_number());
        request.block.apply(&mut context);
        let state = with_overrides(&self.live.state, &request.state);
        let gas_price = request.gas_price.unwrap_or_default();
        let message = Message {
            from: request.from,
            to: request.to.map_or(TxKind::Create, TxKind::Call),
            value: request.value,
            data: request.data.clone(),
            gas_limit,
            gas_price,
            max_fee: gas_price,
            access_list: Vec::new(),
            is_transaction: false,
        };
        check_init_code(message.to, message.data.len())?;
        let recent = RecentPrograms::default();
        let execution = self.run(&state, context, recent, &message, request.trace)?;
        Ok(execution.outcome)
    }

    fn run(
        &self,
        state: &State,
        block: BlockContext,
        recent: RecentPrograms,
        message: &Message,
        trace: bool,
    ) -> Result<Execution, InvalidTransaction> {
        let world = World {
            state,
            machine: &self.machine,
            config: &self.config,
            params: &self.live.params,
            cache_managers: &self.live.cache_managers,
            block,
            hashes: &self.live.hashes,
        };
        on_deep_stack(move || Executor::new(world, recent, trace).transact(message))
    }

    /// Checks what can be known before anything runs, and returns the nonce.
    fn check(&self, transaction: &Transaction) -> Result<u64, InvalidTransaction> {
        let Config {
            chain_id,
            base_fee,
            block_gas_limit,
            ..
        } = self.config;
        if let Some(have) = transaction.chain_id.filter(|id| *id != chain_id) {
            return Err(InvalidTransaction::WrongChain { have, want: chain_id });
        }
        if let Some(max_fee) = transaction.max_fee_per_gas {
            let tip = transaction.max_priority_fee_per_gas;
            if tip > max_fee {
                return Err(InvalidTransaction::TipAboveFee { tip, max_fee });
            }
            if max_fee < u128::from(base_fee) {
                return Err(InvalidTransaction::FeeTooLow { max_fee, base_fee });
            }
        }
        if let Some(have) = transaction.gas_limit.filter(|gas| *gas > block_gas_limit) {
            return Err(InvalidTransaction::GasLimit {
                have,
                limit: block_gas_limit,
            });
        }
        check_init_code(transaction.to, transaction.data.len())?;
        self.check_nonce(transaction.from, transaction.nonce)
    }

    fn check_nonce(&self, from: Address, nonce: Option<u64>) -> Result<u64, InvalidTransaction> {
        let account = self.live.state.account(from);
        let state = account.map_or(0, |account| account.nonce);
        let tx = nonce.unwrap_or(state);
        if tx < state {
            return Err(InvalidTransaction::NonceTooLow { from, tx, state });
        }
        if tx > state {
            return Err(InvalidTransaction::NonceTooHigh { from, tx, state });
        }
        if tx == u64::MAX {
            return Err(InvalidTransaction::NonceOverflow);
        }
        Ok(tx)
    }

    fn message(&self, transaction: &Transaction) -> Message {
        let gas_price = u128::from(self.config.base_fee);
        Message {
            from: transaction.from,
            to: transaction.to,
            value: transaction.value,
            data: transaction.data.clone(),
            gas_limit: transaction.gas_limit.unwrap_or(self.config.tx_gas_limit),
            // Tips are not taken: everyone pays the base fee.
            gas_price,
            max_fee: transaction.max_fee_per_gas.unwrap_or(gas_price),
            access_list: transaction.access_list.clone(),
            is_transaction: true,
        }
    }

    /// Takes over what a transaction did.
    fn include(
        &mut self,
        mut transaction: Transaction,
        nonce: u64,
        gas_limit: u64,
        execution: Execution,
    ) -> Receipt {
        let hash = transaction.hash_at(nonce);
        transaction.nonce = Some(nonce);
        transaction.gas_limit = Some(gas_limit);
        let number = self.live.blocks.len() as u64;
        self.live.state.commit(execution.changes);
        let open = &mut self.live.open;
        open.recent = execution.recent;
        open.gas_used = open.gas_used.saturating_add(execution.outcome.gas_used);
        let mut receipt = Receipt {
            transaction_hash: hash,
            transaction_index: open.transactions.len() as u64,
            block_number: number,
            block_hash: alloy_primitives::B256::ZERO,
            timestamp: self.live.clock,
            from: transaction.from,
            to: transaction.to.to().copied(),
            effective_gas_price: self.config.base_fee,
            cumulative_gas_used: open.gas_used,
            first_log_index: open.logs,
            outcome: execution.outcome,
        };
        open.logs += receipt.outcome.logs.len() as u64;
        open.transactions.push(MinedTransaction {
            transaction,
            receipt: receipt.clone(),
        });
        if self.config.automine {
            self.seal();
            receipt.block_hash = self.latest_block().hash;
        }
        receipt
    }
}

fn check_init_code(to: TxKind, size: usize) -> Result<(), InvalidTransaction> {
    if to.is_create() && size > MAX_INIT_CODE {
        return Err(InvalidTransaction::InitCodeTooLarge {
            size,
            limit: MAX_INIT_CODE,
        });
    }
    Ok(())
}

fn with_overrides<'a>(state: &'a State, overrides: &[(Address, AccountOverride)]) -> Cow<'a, State> {
    if overrides.is_empty() {
        return Cow::Borrowed(state);
    }
    let number = |word: &alloy_primitives::B256| U256::from_be_bytes(word.0);
    let mut state = state.clone();
    for (address, change) in overrides {
        if let Some(balance) = change.balance {
            state.set_balance(*address, balance);
        }
        if let Some(nonce) = change.nonce {
            state.set_nonce(*address, nonce);
        }
        if let Some(code) = &change.code {
            state.set_code(*address, code.clone());
        }
        if change.storage.is_some() {
            state.clear_storage(*address);
        }
        let whole = change.storage.iter().flatten();
        for (key, value) in whole.chain(&change.storage_diff) {
            state.set_storage(*address, number(key), number(value));
        }
    }
    Cow::Owned(state)
}
