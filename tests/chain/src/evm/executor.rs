//! What one transaction runs in.

use super::storage_log::{self, StorageLog};
use super::BlockContext;
use crate::arbos::{ProgramError, RecentPrograms, StylusParams};
use crate::config::{Config, ARBOS_STATE};
use crate::fork::RemoteError;
use crate::precompiles;
use crate::state::State;
use crate::trace::Tracer;
use alloy_primitives::{map::AddressMap, Address, B256, U256};
use revm::context::{BlockEnv, CfgEnv, Journal, TxEnv};
use revm::context_interface::block::BlobExcessGasAndPrice;
use revm::context_interface::JournalTr;
use revm::database_interface::WrapDatabaseRef;
use revm::handler::instructions::EthInstructions;
use revm::handler::EthPrecompiles;
use revm::interpreter::interpreter::EthInterpreter;
use revm::precompile::{secp256r1::P256VERIFY, Precompiles};
use revm::primitives::hardfork::SpecId;
use revm::state::AccountInfo;
use revm::Context;
use std::sync::OnceLock;
use stylus_vm::machine::Machine;
use stylus_vm::{code, fragments};

pub(crate) type Db<'a> = WrapDatabaseRef<&'a State>;
pub(crate) type Ctx<'a> = Context<BlockEnv, TxEnv, CfgEnv, Db<'a>, Journal<Db<'a>>, StorageLog>;

/// What an execution reads of the chain.
#[derive(Clone)]
pub(crate) struct World<'a> {
    pub(crate) state: &'a State,
    pub(crate) machine: &'a Machine,
    pub(crate) config: &'a Config,
    pub(crate) params: &'a StylusParams,
    /// Who may manage the cache of programs, the owners aside.
    pub(crate) cache_managers: &'a [Address],
    pub(crate) block: BlockContext,
    /// The hashes of the blocks so far, by number.
    pub(crate) hashes: &'a [B256],
}

impl World<'_> {
    /// Whether a call of this code runs WASM.
    pub(crate) fn is_program(&self, code: &[u8]) -> bool {
        code::is_program(code) || (self.params.has_fragments() && fragments::is_root(code))
    }

    /// Whether this code may be deployed although EIP-3541 forbids it.
    pub(crate) fn is_component(&self, code: &[u8]) -> bool {
        self.is_program(code) || (self.params.has_fragments() && fragments::is_fragment(code))
    }
}

/// One transaction on its way.
pub(crate) struct Executor<'a> {
    pub(crate) ctx: Ctx<'a>,
    pub(crate) instructions: EthInstructions<EthInterpreter, Ctx<'a>>,
    pub(crate) ethereum: EthPrecompiles,
    pub(crate) world: World<'a>,
    /// Open frames by the account that they act for, delegate frames aside.
    pub(crate) spans: AddressMap<u32>,
    /// Who entered each open frame, outermost first.
    pub(crate) callers: Vec<Address>,
    /// Pages of WASM memory that are open now, and the most that ever were.
    pub(crate) pages: (u16, u16),
    pub(crate) recent: RecentPrograms,
    /// Why the last program that could not be called could not.
    pub(crate) refused: Option<ProgramError>,
    /// The last reason that a program or a precompile gave for a failure.
    pub(crate) reason: Option<String>,
    /// Whether a program used up its stack.
    pub(crate) out_of_stack: bool,
    pub(crate) tracer: Option<Tracer>,
    /// The part of the gas that pays for L1.
    pub(crate) poster_gas: u64,
}

/// The EVM's rules at a version of ArbOS.
pub(crate) fn spec(arbos_version: u64) -> SpecId {
    match arbos_version {
        50.. => SpecId::OSAKA,
        40..=49 => SpecId::PRAGUE,
        20..=39 => SpecId::CANCUN,
        11..=19 => SpecId::SHANGHAI,
        _ => SpecId::MERGE,
    }
}

/// Ethereum's precompiles at a version of ArbOS, which takes them up at other times than the rest of the EVM's rules:
/// Cancun's came with Stylus, together with P-256 at its first price, and all that followed with ArbOS 50.
fn ethereum_precompiles(arbos_version: u64) -> EthPrecompiles {
    static WITH_STYLUS: OnceLock<Precompiles> = OnceLock::new();
    let precompiles = match arbos_version {
        50.. => Precompiles::osaka(),
        30..=49 => WITH_STYLUS.get_or_init(|| {
            let mut precompiles = Precompiles::cancun().clone();
            precompiles.extend([P256VERIFY]);
            precompiles
        }),
        _ => Precompiles::berlin(),
    };
    EthPrecompiles {
        precompiles,
        spec: spec(arbos_version),
    }
}

impl<'a> Executor<'a> {
    pub(crate) fn new(world: World<'a>, recent: RecentPrograms, trace: bool) -> Self {
        let spec = spec(world.config.arbos_version);
        let mut ctx: Ctx<'a> = Context::new(WrapDatabaseRef(world.state), spec);
        ctx.cfg.chain_id = world.config.chain_id;
        // The cap of EIP-7825 is another one here, and surplus gas is held instead of refused.
        ctx.cfg.tx_gas_limit_cap = Some(u64::MAX);
        ctx.block = BlockEnv {
            number: U256::from(world.block.l1_number),
            beneficiary: world.block.coinbase,
            timestamp: U256::from(world.block.timestamp),
            gas_limit: world.block.gas_limit,
            basefee: world.block.base_fee,
            difficulty: U256::from(1),
            prevrandao: Some(B256::with_last_byte(1)),
            blob_excess_gas_and_price: Some(BlobExcessGasAndPrice {
                excess_blob_gas: 0,
                blob_gasprice: 1,
            }),
            ..BlockEnv::default()
        };
        let mut instructions = EthInstructions::new_mainnet_with_spec(spec);
        if trace && world.config.record_storage {
            ctx.chain = StorageLog::new(true);
            storage_log::watch(&mut instructions, spec);
        }
        let ethereum = ethereum_precompiles(world.config.arbos_version);
        let mut warm = ethereum.warm_addresses().clone();
        warm.extend(precompiles::addresses());
        ctx.journaled_state.set_spec_id(spec);
        ctx.journaled_state.warm_precompiles(&warm);
        ctx.journaled_state.warm_coinbase_account(world.block.coinbase);
        // ArbOS's own account is read by every program's call, whatever else is loaded.
        let Ok(_) = ctx.journaled_state.load_account(ARBOS_STATE);
        Self {
            ctx,
            instructions,
            ethereum,
            world,
            spans: AddressMap::default(),
            callers: Vec::new(),
            pages: (0, 0),
            recent,
            refused: None,
            reason: None,
            out_of_stack: false,
            tracer: trace.then(Tracer::default),
            poster_gas: 0,
        }
    }

    pub(crate) fn journal(&mut self) -> &mut Journal<Db<'a>> {
        &mut self.ctx.journaled_state
    }

    pub(crate) fn now(&self) -> u64 {
        self.world.block.timestamp
    }

    /// Ends a fork, because the execution asks for what only the chain itself knows. Without a fork it is all here.
    pub(crate) fn untold(&self, what: impl FnOnce() -> String) {
        if let Some(beneath) = self.world.state.beneath() {
            beneath.fail(RemoteError::Untold(what()));
        }
    }

    /// An account with its code, as ArbOS looks at one: whoever touches it next still pays for the first access.
    pub(crate) fn look_at(&mut self, address: Address) -> AccountInfo {
        let Ok(account) = self.journal().load_account_with_code(address);
        let (info, was_cold) = (account.data.info.clone(), account.is_cold);
        self.cool(address, was_cold);
        info
    }

    /// Moves wei as ArbOS does, which warms nobody. False when there is not enough.
    pub(crate) fn move_wei(&mut self, from: Address, to: Address, amount: U256) -> bool {
        let Ok(account) = self.journal().load_account(to);
        let was_cold = account.is_cold;
        let Ok(failure) = self.journal().transfer(from, to, amount);
        self.cool(to, was_cold);
        failure.is_none()
    }

    fn cool(&mut self, address: Address, was_cold: bool) {
        if let Some(account) = self.journal().state.get_mut(&address).filter(|_| was_cold) {
            account.mark_cold();
        }
    }
}
