//! Taking in transactions.

use super::mempool::PoolError;
use super::{Event, Mining, Node, SignError, SignedTransaction};
use alloy_consensus::Transaction as _;
use alloy_primitives::{B256, U256};
use embedded_chain::{InvalidTransaction, Transaction};

/// Why a transaction was not taken in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SubmitError {
    /// The chain would not execute it.
    #[error(transparent)]
    Invalid(#[from] InvalidTransaction),
    /// The pool does not take it.
    #[error(transparent)]
    Pool(#[from] PoolError),
    /// The node cannot sign it.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// Its bytes are no transaction.
    #[error("rlp: {0}")]
    Undecodable(String),
    /// Its signature is nobody's.
    #[error("invalid sender: the signature does not belong to any account")]
    Signature,
    /// Its type is one that this chain does not have.
    #[error("transaction type not supported: {0}")]
    Type(&'static str),
}

impl Node {
    /// Takes in a transaction: executes it at once when the node mines by itself and the nonce is the next,
    /// otherwise lets it wait.
    pub(crate) fn submit(&mut self, transaction: SignedTransaction) -> Result<B256, SubmitError> {
        let hash = transaction.hash();
        let sender = transaction.sender();
        let next = self.chain.nonce(sender);
        if self.knows(hash) {
            let tx = transaction.nonce();
            return Err(if tx < next {
                InvalidTransaction::NonceTooLow {
                    from: sender,
                    tx,
                    state: next,
                }
                .into()
            } else {
                PoolError::AlreadyKnown.into()
            });
        }
        let waits = self.pool.at(sender, transaction.nonce()).is_some();
        if self.mining == Mining::Auto && transaction.nonce() == next && !waits {
            let time = self.time();
            self.move_chain_to(time);
            self.chain.transact(transaction.to_chain())?;
            self.remember(&transaction);
            self.tell(Event::Pending(transaction));
            self.seal();
            // It may have filled a gap.
            if !self.pool.ready(|sender| self.chain.nonce(sender)).is_empty() {
                self.mine_block();
            }
            return Ok(hash);
        }
        self.check(&transaction)?;
        self.pool.insert(transaction.clone())?;
        self.tell(Event::Pending(transaction));
        if self.mining == Mining::Auto && waits {
            self.mine_block();
        }
        Ok(hash)
    }

    /// Checks what is known before a transaction's turn comes; the rest is found out when it does.
    fn check(&self, transaction: &SignedTransaction) -> Result<(), InvalidTransaction> {
        let Transaction {
            from,
            value,
            gas_limit,
            max_fee_per_gas,
            max_priority_fee_per_gas: tip,
            chain_id,
            ..
        } = transaction.to_chain();
        let config = self.chain.config();
        if let Some(have) = chain_id.filter(|id| *id != config.chain_id) {
            return Err(InvalidTransaction::WrongChain {
                have,
                want: config.chain_id,
            });
        }
        let (tx, state) = (transaction.nonce(), self.chain.nonce(from));
        if tx < state {
            return Err(InvalidTransaction::NonceTooLow { from, tx, state });
        }
        if tx == u64::MAX {
            return Err(InvalidTransaction::NonceOverflow);
        }
        let max_fee = max_fee_per_gas.unwrap_or_default();
        if tip > max_fee {
            return Err(InvalidTransaction::TipAboveFee { tip, max_fee });
        }
        if max_fee < u128::from(config.base_fee) {
            return Err(InvalidTransaction::FeeTooLow {
                max_fee,
                base_fee: config.base_fee,
            });
        }
        let gas = gas_limit.unwrap_or_default();
        if gas > config.block_gas_limit {
            return Err(InvalidTransaction::GasLimit {
                have: gas,
                limit: config.block_gas_limit,
            });
        }
        let intrinsic = intrinsic_gas(transaction);
        if gas < intrinsic {
            return Err(InvalidTransaction::IntrinsicGas {
                have: gas,
                want: intrinsic,
            });
        }
        let have = self.chain.balance(from);
        let want = U256::from(max_fee)
            .saturating_mul(U256::from(gas))
            .saturating_add(value);
        if have < want {
            return Err(InvalidTransaction::InsufficientFunds { from, have, want });
        }
        Ok(())
    }
}

/// The least that any transaction of this form costs.
fn intrinsic_gas(transaction: &SignedTransaction) -> u64 {
    let envelope = transaction.envelope();
    let data = envelope.input().iter();
    let bytes: u64 = data.map(|byte| if *byte == 0 { 4 } else { 16 }).sum();
    let creation = if envelope.is_create() { 32_000 } else { 0 };
    21_000 + creation + bytes
}
