//! What a program asks of the chain that it runs on, and what the chain tells it before it starts.
//!
//! The seam between the virtual machine and the chain: the machine knows metering, memory and the storage cache of
//! a call; the chain knows accounts, storage, warm and cold, and other contracts. Every cost that crosses the seam
//! is in EVM gas.

use alloy_primitives::{Address, Bytes, B256, U256};

/// What is fixed for the length of one call of a program.
#[derive(Clone, Debug)]
pub struct Frame {
    /// The call's input.
    pub calldata: Bytes,
    /// The contract whose storage and balance the program works on.
    pub contract: Address,
    /// Who called. In a delegate call, who called the caller.
    pub caller: Address,
    /// Value sent, in wei. In a delegate call, what the caller was sent.
    pub value: U256,
    /// Whether the same contract already runs further up this transaction's stack (delegate frames are not counted).
    pub reentrant: bool,
    /// Whether the call may change nothing.
    pub is_static: bool,
    /// Whether the program's init was paid at the cached price.
    pub cached: bool,
    /// The block and transaction around the call.
    pub env: Env,
}

/// The block and transaction that a call stands in.
#[derive(Clone, Debug)]
pub struct Env {
    /// The version of ArbOS, which decides rules and prices.
    pub arbos_version: u64,
    /// The chain's identifier.
    pub chain_id: u64,
    /// The block's base fee in wei.
    pub basefee: U256,
    /// The block's coinbase.
    pub coinbase: Address,
    /// The block's gas limit.
    pub gas_limit: u64,
    /// The estimate of L1's block number that programs see.
    pub number: u64,
    /// The block's time in seconds.
    pub timestamp: u64,
    /// Who signed the transaction.
    pub origin: Address,
    /// The gas price that the transaction pays, in wei.
    pub gas_price: U256,
    /// Ink for one unit of gas.
    pub ink_price: u32,
    /// The stack that a call may use, in words.
    pub max_depth: u32,
}

/// The kinds of call that a program can make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallKind {
    /// Runs the target's code on the target's storage and may send value.
    Call,
    /// Runs the target's code on the caller's storage, with the caller's own caller and value.
    DelegateCall,
    /// Runs the target's code and lets it change nothing.
    StaticCall,
}

/// A call from a program to an account.
#[derive(Clone, Debug)]
pub struct CallRequest {
    /// Which kind.
    pub kind: CallKind,
    /// Whom to call.
    pub target: Address,
    /// The call's input.
    pub input: Bytes,
    /// Value to send in wei; zero unless the kind is [`CallKind::Call`].
    pub value: U256,
    /// The gas that the program has left.
    pub gas_left: u64,
    /// The gas that the program asked to hand on; the 63/64 rule caps it.
    pub gas_requested: u64,
}

/// What came of a call or a creation.
#[derive(Clone, Debug)]
pub struct CallOutcome {
    /// Whether the callee returned; a revert, a failure and a call that could not be made are all `false`.
    pub success: bool,
    /// What it costs the program in all, the part of the callee included.
    pub gas_cost: u64,
    /// What the callee returned or reverted with.
    pub return_data: Bytes,
}

/// A creation of a contract by a program.
#[derive(Clone, Debug)]
pub struct CreateRequest {
    /// Code that runs to produce the contract's code.
    pub init_code: Bytes,
    /// Value to send in wei.
    pub value: U256,
    /// The salt of a CREATE2, or none for a CREATE.
    pub salt: Option<B256>,
    /// The gas that the program has left; the 63/64 rule is the chain's to apply.
    pub gas_left: u64,
}

/// What came of a creation.
#[derive(Clone, Debug)]
pub struct CreateOutcome {
    /// The new contract, or none when there is none.
    pub address: Option<Address>,
    /// What it costs the program in all.
    pub gas_cost: u64,
    /// The revert data of a creation that reverted, else nothing.
    pub return_data: Bytes,
}

/// Why the chain refuses an effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is not enough gas; the program loses what it has.
    #[error("out of gas")]
    OutOfGas,
    /// The call is static; the program fails.
    #[error("write in a static call")]
    WriteProtection,
}

/// The chain, as one running program sees it.
pub trait Host {
    /// Reads a word of the contract's storage: the value and what the EVM's SLOAD costs.
    fn load_slot(&mut self, key: B256) -> (B256, u64);

    /// Writes words in this order, each at the price of the EVM's SSTORE with its refunds, and returns the gas in all.
    ///
    /// As on Nitro `gas_left` is one more than the program has: to use it up is to lack one.
    ///
    /// # Errors
    /// [`Refusal::WriteProtection`] in a static call, [`Refusal::OutOfGas`] when `gas_left` does not suffice.
    fn store_slots(&mut self, slots: &[(B256, B256)], gas_left: u64) -> Result<u64, Refusal>;

    /// Reads a word of the contract's transient storage. The price is the caller's to charge.
    fn load_transient(&mut self, key: B256) -> B256;

    /// Writes a word of the contract's transient storage. The price is the caller's to charge.
    ///
    /// # Errors
    /// [`Refusal::WriteProtection`] in a static call.
    fn store_transient(&mut self, key: B256, value: B256) -> Result<(), Refusal>;

    /// Calls an account.
    fn call(&mut self, request: CallRequest) -> CallOutcome;

    /// Creates a contract.
    ///
    /// # Errors
    /// [`Refusal::WriteProtection`] in a static call.
    fn create(&mut self, request: CreateRequest) -> Result<CreateOutcome, Refusal>;

    /// Emits a log of at most four topics. The price is the caller's to charge.
    ///
    /// # Errors
    /// [`Refusal::WriteProtection`] in a static call.
    fn emit_log(&mut self, topics: &[B256], data: Bytes) -> Result<(), Refusal>;

    /// An account's balance in wei and what the EVM's BALANCE costs.
    fn balance(&mut self, account: Address) -> (U256, u64);

    /// An account's code and what the access costs; empty code when `gas_left` does not suffice.
    fn code(&mut self, account: Address, gas_left: u64) -> (Bytes, u64);

    /// The hash of an account's code (zero for an account that does not exist) and what the EVM's EXTCODEHASH costs.
    fn code_hash(&mut self, account: Address) -> (B256, u64);

    /// Adds pages of WASM memory to what the transaction holds open and returns their price in gas.
    fn add_pages(&mut self, pages: u16) -> u64;
}
