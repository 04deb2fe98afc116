//! A transaction around its first frame: what it must be able to pay, what it pays, and what it is given back.

use super::Executor;
use crate::arbos::RecentPrograms;
use crate::outcome::{HaltReason, Outcome, Status};
use crate::transaction::InvalidTransaction;
use alloy_primitives::{Address, Bytes, TxKind, B256, U256};
use revm::context::TxEnv;
use revm::context_interface::journaled_state::account::JournaledAccountTr;
use revm::context_interface::transaction::{AccessList, AccessListItem};
use revm::context_interface::{Cfg, CreateScheme, JournalTr};
use revm::interpreter::{
    CallInput, CallInputs, CallScheme, CallValue, CreateInputs, InstructionResult, InterpreterResult,
};
use revm::primitives::{AddressMap, HashSet};
use revm::state::EvmState;

/// The bytes of init code that a transaction may bring.
pub(crate) const MAX_INIT_CODE: usize = 2 * 24_576;
/// From this version of ArbOS on, the gas that one transaction may use includes what it costs to begin with.
const COUNTS_INTRINSIC: u64 = 50;
/// Of what was spent, the share that may be refunded.
const REFUND_QUOTIENT: u64 = 5;

/// A transaction or call with everything settled that a user may leave open.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) from: Address,
    pub(crate) to: TxKind,
    pub(crate) value: U256,
    pub(crate) data: Bytes,
    pub(crate) gas_limit: u64,
    /// Wei for a unit of gas; zero when nothing is charged.
    pub(crate) gas_price: u128,
    /// Wei for a unit of gas that the sender must be able to pay.
    pub(crate) max_fee: u128,
    pub(crate) access_list: Vec<(Address, Vec<B256>)>,
    /// Whether the gas limit of a transaction applies.
    pub(crate) is_transaction: bool,
}

/// What came of an execution, and what it would change.
pub(crate) struct Execution {
    pub(crate) outcome: Outcome,
    pub(crate) changes: EvmState,
    pub(crate) recent: RecentPrograms,
}

impl Message {
    fn environment(&self, chain_id: u64) -> TxEnv {
        TxEnv {
            // The first type that has an access list; its gas price is simply the price.
            tx_type: 1,
            caller: self.from,
            gas_limit: self.gas_limit,
            gas_price: self.gas_price,
            kind: self.to,
            value: self.value,
            data: self.data.clone(),
            chain_id: Some(chain_id),
            access_list: AccessList(
                self.access_list
                    .iter()
                    .map(|(address, storage_keys)| AccessListItem {
                        address: *address,
                        storage_keys: storage_keys.clone(),
                    })
                    .collect(),
            ),
            ..TxEnv::default()
        }
    }
}

/// Gas that a transaction costs before its first instruction, L1's part aside.
fn intrinsic_gas(message: &Message, cfg: &impl Cfg) -> u64 {
    cfg.gas_params()
        .initial_tx_gas_for_tx(message.environment(cfg.chain_id()), None)
        .initial_regular_gas()
}

impl Executor<'_> {
    /// Runs a transaction or a call to its end.
    pub(crate) fn transact(mut self, message: &Message) -> Result<Execution, InvalidTransaction> {
        self.ctx.tx = message.environment(self.world.config.chain_id);
        let intrinsic = intrinsic_gas(message, &self.ctx.cfg);
        self.poster_gas = self
            .world
            .config
            .poster_gas_per_byte
            .saturating_mul(message.data.len() as u64);
        let upfront = intrinsic.saturating_add(self.poster_gas);
        let Some(mut gas) = message.gas_limit.checked_sub(upfront) else {
            return Err(InvalidTransaction::IntrinsicGas {
                have: message.gas_limit,
                want: upfront,
            });
        };
        // What a transaction brings beyond its limit is held and given back at the end.
        let mut held = 0;
        if message.is_transaction {
            // Before ArbOS 50 the limit did not count what was already paid.
            let paid = if self.world.config.arbos_version >= COUNTS_INTRINSIC {
                intrinsic
            } else {
                0
            };
            let usable = self.world.config.tx_gas_limit.saturating_sub(paid);
            held = gas.saturating_sub(usable);
            gas -= held;
        }
        self.deduct(message)?;
        self.warm(message);
        let (result, created) = self.first_frame(message, gas);
        Ok(self.conclude(message, result, created, held))
    }

    /// Checks that the sender can pay, and takes the price of all the gas.
    fn deduct(&mut self, message: &Message) -> Result<(), InvalidTransaction> {
        let Ok(mut sender) = self.journal().load_account_mut(message.from);
        let have = *sender.balance();
        let cost = |price: u128| {
            U256::from(message.gas_limit)
                .saturating_mul(U256::from(price))
                .saturating_add(message.value)
        };
        let want = cost(message.max_fee.max(message.gas_price));
        if have < want {
            return Err(InvalidTransaction::InsufficientFunds {
                from: message.from,
                have,
                want,
            });
        }
        let fee = cost(message.gas_price).saturating_sub(message.value);
        sender.set_balance(have.saturating_sub(fee));
        // A creation counts when its frame starts.
        if message.to.is_call() && !sender.bump_nonce() {
            return Err(InvalidTransaction::NonceOverflow);
        }
        Ok(())
    }

    fn warm(&mut self, message: &Message) {
        let mut declared: AddressMap<HashSet<U256>> = AddressMap::default();
        for (address, keys) in &message.access_list {
            declared
                .entry(*address)
                .or_default()
                .extend(keys.iter().map(|key| U256::from_be_bytes(key.0)));
        }
        self.journal().warm_access_list(declared);
    }

    fn first_frame(&mut self, message: &Message, gas_limit: u64) -> (InterpreterResult, Option<Address>) {
        match message.to {
            TxKind::Call(target) => {
                let known_bytecode = self.code_of(target);
                // The one delegation that is warm without being paid for is that of the account a transaction calls.
                let delegate = self.look_at(target).code.and_then(|code| code.eip7702_address());
                if let Some(delegate) = delegate {
                    let Ok(_) = self.journal().load_account(delegate);
                }
                let inputs = CallInputs {
                    input: CallInput::Bytes(message.data.clone()),
                    return_memory_offset: 0..0,
                    gas_limit,
                    reservoir: 0,
                    bytecode_address: target,
                    known_bytecode,
                    target_address: target,
                    caller: message.from,
                    value: CallValue::Transfer(message.value),
                    scheme: CallScheme::Call,
                    is_static: false,
                    charged_new_account_state_gas: false,
                };
                (self.call(inputs, 0), None)
            }
            TxKind::Create => {
                let inputs = CreateInputs::new(
                    message.from,
                    CreateScheme::Create,
                    message.value,
                    message.data.clone(),
                    gas_limit,
                    0,
                );
                let outcome = self.create(inputs, 0);
                (outcome.result, outcome.address)
            }
        }
    }

    /// How a frame ended, with what was noted of it.
    pub(super) fn status(&self, result: InstructionResult) -> Status {
        match result {
            r if r.is_ok() => Status::Success,
            r if r.is_revert() => Status::Revert,
            InstructionResult::NotActivated => {
                Status::Halt(self.refused.map_or(HaltReason::of(result), HaltReason::Program))
            }
            InstructionResult::StackOverflow if self.out_of_stack => Status::Halt(HaltReason::OutOfStack),
            r => Status::Halt(HaltReason::of(r)),
        }
    }

    fn conclude(
        mut self,
        message: &Message,
        result: InterpreterResult,
        created: Option<Address>,
        held: u64,
    ) -> Execution {
        let spent = message
            .gas_limit
            .saturating_sub(result.gas.remaining())
            .saturating_sub(held);
        let refundable = spent.saturating_sub(self.poster_gas) / REFUND_QUOTIENT;
        let gas_refunded = u64::try_from(result.gas.refunded()).unwrap_or(0).min(refundable);
        let gas_used = spent - gas_refunded;
        if message.gas_price > 0 {
            let price = U256::from(message.gas_price);
            let unused = U256::from(message.gas_limit - gas_used).saturating_mul(price);
            let fee = U256::from(gas_used).saturating_mul(price);
            let collector = self.world.config.network_fee_account;
            let Ok(mut sender) = self.journal().load_account_mut(message.from);
            sender.incr_balance(unused);
            let Ok(()) = self.journal().balance_incr(collector, fee);
        }
        let status = self.status(result.result);
        let logs = self.journal().take_logs();
        self.journal().commit_tx();
        let changes = self.journal().finalize();
        Execution {
            outcome: Outcome {
                status,
                gas_used,
                gas_refunded,
                output: result.output,
                logs,
                created,
                reason: self.reason.filter(|_| status != Status::Success),
                trace: self.tracer.and_then(crate::trace::Tracer::finish),
            },
            changes,
            recent: self.recent,
        }
    }
}
