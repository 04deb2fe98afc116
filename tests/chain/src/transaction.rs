//! What is asked of a chain: transactions and calls.

use crate::evm::BlockContext;
use alloy_primitives::{keccak256, Address, Bytes, TxKind, B256, U256};

/// A transaction. Who sent it is taken as given: signatures are the business of the layer above.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transaction {
    /// Who sends it; any account, a contract too.
    pub from: Address,
    /// Whom it calls, or that it creates a contract.
    pub to: TxKind,
    /// Wei to send.
    pub value: U256,
    /// The call's input or the contract's init code.
    pub data: Bytes,
    /// The gas that it may use; when none is given, the most that the chain grants a transaction.
    pub gas_limit: Option<u64>,
    /// The sender's nonce; when none is given, the right one.
    pub nonce: Option<u64>,
    /// The most that it pays for a unit of gas in wei; when none is given, the base fee.
    pub max_fee_per_gas: Option<u128>,
    /// The tip that it offers, which Arbitrum does not take. Kept for whoever looks the transaction up.
    pub max_priority_fee_per_gas: u128,
    /// The chain that it is for, when it says.
    pub chain_id: Option<u64>,
    /// Accounts and words that it declares to touch.
    pub access_list: Vec<(Address, Vec<B256>)>,
    /// The EIP-2718 type, kept for whoever looks the transaction up.
    pub tx_type: u8,
    /// Its hash, when the layer above knows it from the signed bytes; otherwise one is made of its content.
    pub hash: Option<B256>,
}

impl Default for Transaction {
    fn default() -> Self {
        Self {
            from: Address::ZERO,
            to: TxKind::Create,
            value: U256::ZERO,
            data: Bytes::new(),
            gas_limit: None,
            nonce: None,
            max_fee_per_gas: None,
            max_priority_fee_per_gas: 0,
            chain_id: None,
            access_list: Vec::new(),
            tx_type: 2,
            hash: None,
        }
    }
}

impl Transaction {
    /// A transaction that calls an account.
    #[must_use]
    pub fn call(from: Address, to: Address, data: impl Into<Bytes>) -> Self {
        Self {
            from,
            to: TxKind::Call(to),
            data: data.into(),
            ..Self::default()
        }
    }

    /// A transaction that creates a contract.
    #[must_use]
    pub fn create(from: Address, init_code: impl Into<Bytes>) -> Self {
        Self {
            from,
            data: init_code.into(),
            ..Self::default()
        }
    }

    /// The same transaction with value.
    #[must_use]
    pub fn with_value(mut self, value: U256) -> Self {
        self.value = value;
        self
    }

    /// The same transaction with a gas limit.
    #[must_use]
    pub fn with_gas_limit(mut self, gas_limit: u64) -> Self {
        self.gas_limit = Some(gas_limit);
        self
    }

    /// The hash that it was given, or one that its content and its nonce determine.
    pub(crate) fn hash_at(&self, nonce: u64) -> B256 {
        self.hash.unwrap_or_else(|| {
            let mut content = Vec::with_capacity(128 + self.data.len());
            content.extend_from_slice(self.from.as_slice());
            match self.to {
                TxKind::Call(to) => content.extend_from_slice(to.as_slice()),
                TxKind::Create => content.push(0),
            }
            content.extend_from_slice(&nonce.to_be_bytes());
            content.extend_from_slice(&self.value.to_be_bytes::<32>());
            content.extend_from_slice(&self.gas_limit.unwrap_or_default().to_be_bytes());
            content.extend_from_slice(&self.data);
            keccak256(content)
        })
    }
}

/// A call that leaves no trace in the state.
#[derive(Clone, Debug, Default)]
pub struct CallRequest {
    /// Who calls.
    pub from: Address,
    /// Whom, or none to run init code.
    pub to: Option<Address>,
    /// Wei to send; the caller must have them.
    pub value: U256,
    /// The call's input.
    pub data: Bytes,
    /// The gas that it may use; when none is given, the most that a call may.
    pub gas_limit: Option<u64>,
    /// The price of gas, which the caller must be able to pay; when none is given, nothing is charged.
    pub gas_price: Option<u128>,
    /// What differs from the pending block.
    pub block: BlockOverride,
    /// What differs from the state.
    pub state: Vec<(Address, AccountOverride)>,
    /// Whether to record who called whom.
    pub trace: bool,
}

impl CallRequest {
    /// A call without value.
    #[must_use]
    pub fn new(from: Address, to: Address, data: impl Into<Bytes>) -> Self {
        Self {
            from,
            to: Some(to),
            data: data.into(),
            ..Self::default()
        }
    }
}

/// What a call sees differently of the block.
#[derive(Clone, Copy, Debug, Default)]
pub struct BlockOverride {
    /// The number of the L2 block.
    pub number: Option<u64>,
    /// L1's block number.
    pub l1_number: Option<u64>,
    /// The time in seconds.
    pub timestamp: Option<u64>,
    /// The base fee in wei.
    pub base_fee: Option<u64>,
    /// The coinbase.
    pub coinbase: Option<Address>,
    /// The gas limit.
    pub gas_limit: Option<u64>,
}

impl BlockOverride {
    pub(crate) fn apply(&self, block: &mut BlockContext) {
        block.number = self.number.unwrap_or(block.number);
        block.l1_number = self.l1_number.unwrap_or(block.l1_number);
        block.timestamp = self.timestamp.unwrap_or(block.timestamp);
        block.base_fee = self.base_fee.unwrap_or(block.base_fee);
        block.coinbase = self.coinbase.unwrap_or(block.coinbase);
        block.gas_limit = self.gas_limit.unwrap_or(block.gas_limit);
    }
}

/// What a call sees differently of an account.
#[derive(Clone, Debug, Default)]
pub struct AccountOverride {
    /// Its balance.
    pub balance: Option<U256>,
    /// Its nonce.
    pub nonce: Option<u64>,
    /// Its code.
    pub code: Option<Bytes>,
    /// All of its storage: what is not named is zero.
    pub storage: Option<Vec<(B256, B256)>>,
    /// Words of its storage: what is not named stays.
    pub storage_diff: Vec<(B256, B256)>,
}

/// Why a transaction was not taken. The chain is as it was before.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidTransaction {
    /// The nonce was used before.
    #[error("nonce too low: address {from}, tx: {tx} state: {state}")]
    NonceTooLow {
        /// Whose.
        from: Address,
        /// The transaction's nonce.
        tx: u64,
        /// The account's nonce.
        state: u64,
    },
    /// The nonce is ahead of the account's.
    #[error("nonce too high: address {from}, tx: {tx} state: {state}")]
    NonceTooHigh {
        /// Whose.
        from: Address,
        /// The transaction's nonce.
        tx: u64,
        /// The account's nonce.
        state: u64,
    },
    /// The account cannot send another transaction.
    #[error("nonce has max value")]
    NonceOverflow,
    /// The sender cannot pay for value and gas.
    #[error("insufficient funds for gas * price + value: address {from} have {have} want {want}")]
    InsufficientFunds {
        /// Whose.
        from: Address,
        /// Wei that the sender has.
        have: U256,
        /// Wei that the transaction may cost.
        want: U256,
    },
    /// The gas does not pay for the transaction itself.
    #[error("intrinsic gas too low: have {have}, want {want}")]
    IntrinsicGas {
        /// The gas limit.
        have: u64,
        /// What the transaction costs before its first instruction.
        want: u64,
    },
    /// The sender does not want to pay the base fee.
    #[error("max fee per gas less than block base fee: maxFeePerGas: {max_fee}, baseFee: {base_fee}")]
    FeeTooLow {
        /// The most that it would pay.
        max_fee: u128,
        /// What it has to pay.
        base_fee: u64,
    },
    /// The tip is more than the whole fee.
    #[error("max priority fee per gas higher than max fee per gas: {tip} > {max_fee}")]
    TipAboveFee {
        /// The tip.
        tip: u128,
        /// The most that it would pay.
        max_fee: u128,
    },
    /// The gas limit is more than a block's.
    #[error("exceeds block gas limit: have {have}, limit {limit}")]
    GasLimit {
        /// The transaction's.
        have: u64,
        /// The block's.
        limit: u64,
    },
    /// The init code is too large.
    #[error("max initcode size exceeded: code size {size} limit {limit}")]
    InitCodeTooLarge {
        /// The bytes that it has.
        size: usize,
        /// The bytes that it may have.
        limit: usize,
    },
    /// The transaction is for another chain.
    #[error("invalid chain id: have {have}, want {want}")]
    WrongChain {
        /// The transaction's.
        have: u64,
        /// This one's.
        want: u64,
    },
}
