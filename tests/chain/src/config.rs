//! What a chain is made of before its first block.

use crate::arbos::StylusParams;
use alloy_primitives::{address, Address, U256};

/// The account under which ArbOS keeps its own state.
pub const ARBOS_STATE: Address = address!("0xA4B05FffffFffFFFFfFFfffFfffFFfffFfFfFFFf");
/// The account that Arbitrum's sequencer writes into a block as its coinbase.
pub const SEQUENCER: Address = address!("0xA4b000000000000000000073657175656e636572");

/// The accounts of well-known development keys, each funded when a chain starts.
///
/// They derive from the mnemonic `test test test test test test test test test test test junk`.
pub const DEV_ACCOUNTS: [Address; 10] = [
    address!("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"),
    address!("0x70997970C51812dc3A010C7d01b50e0d17dc79C8"),
    address!("0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"),
    address!("0x90F79bf6EB2c4f870365E785982E1f101E93b906"),
    address!("0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65"),
    address!("0x9965507D1a55bcC2695C58ba16FB37d819B0A4dc"),
    address!("0x976EA74026E726554dB657fA54763abd0C3a0aa9"),
    address!("0x14dC79964da2C08b23698B3D3cc7Ca32193d9955"),
    address!("0x23618e81E3f5cdF7f54C3d65f7FBc0aBf5B21E8f"),
    address!("0xa0Ee7A142d267C1f36714E4a8F75612F20a79720"),
];

/// Settings of a chain.
#[derive(Clone, Debug)]
pub struct Config {
    /// The chain's identifier.
    pub chain_id: u64,
    /// The version of ArbOS, which decides the EVM's rules and Stylus's prices.
    pub arbos_version: u64,
    /// The time of the genesis block in seconds.
    pub genesis_time: u64,
    /// Seconds that the clock moves by itself with each block. Arbitrum's blocks share a second, so zero by default.
    pub block_time: u64,
    /// L1's block number at genesis. It then grows by one each twelve seconds.
    pub l1_genesis_block: u64,
    /// The base fee in wei, which does not move.
    pub base_fee: u64,
    /// The gas limit that a block states; Arbitrum's is a number no block reaches.
    pub block_gas_limit: u64,
    /// The gas that one transaction may use. What a transaction brings beyond it is held and given back.
    pub tx_gas_limit: u64,
    /// The gas that a call outside a transaction gets when it names none, and the most that it may name.
    pub call_gas_limit: u64,
    /// Gas charged for each byte of calldata posted to L1. Zero: a development chain posts nothing.
    pub poster_gas_per_byte: u64,
    /// Accounts to fund, each with [`Config::dev_balance`].
    pub dev_accounts: Vec<Address>,
    /// What each of [`Config::dev_accounts`] starts with, in wei.
    pub dev_balance: U256,
    /// The owners of the chain, who may also manage the program cache.
    pub owners: Vec<Address>,
    /// Who may manage the program cache besides the owners.
    pub cache_managers: Vec<Address>,
    /// The account that collects fees.
    pub network_fee_account: Address,
    /// Whether a transaction mines its block at once.
    pub automine: bool,
    /// Whether transactions keep a record of who called whom.
    pub record_traces: bool,
    /// Whether such records also say which words of storage were read and written.
    pub record_storage: bool,
    /// Stylus's parameters, by default those of [`Config::arbos_version`].
    pub stylus: Option<StylusParams>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            chain_id: 412_346,
            arbos_version: 60,
            genesis_time: 1_767_225_600,
            block_time: 0,
            l1_genesis_block: 20_000_000,
            base_fee: 100_000_000,
            block_gas_limit: 1 << 50,
            tx_gas_limit: 32_000_000,
            call_gas_limit: 50_000_000,
            poster_gas_per_byte: 0,
            dev_accounts: DEV_ACCOUNTS.to_vec(),
            dev_balance: U256::from(10_000u64) * U256::from(10u64).pow(U256::from(18u64)),
            owners: vec![DEV_ACCOUNTS[0]],
            cache_managers: Vec::new(),
            network_fee_account: address!("0xA4b00000000000000000000000000000000000F6"),
            automine: true,
            record_traces: true,
            record_storage: false,
            stylus: None,
        }
    }
}
