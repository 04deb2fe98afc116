//! Calls of one account in the middle of one transaction.

use super::Executor;
use crate::fork::SafeCall;
use crate::outcome::Outcome;
use alloy_primitives::Address;
use revm::context::TxEnv;
use revm::context_interface::JournalTr;
use revm::interpreter::{CallInput, CallInputs, CallScheme, CallValue};
use revm::state::EvmState;

/// The frames around a call of a Safe's batch: the Safe, its code by delegation, and MultiSendCallOnly's.
const FRAMES: usize = 3;

impl Executor<'_> {
    /// Executes calls of a Safe up to the first that fails; what they change, unless one did.
    pub(crate) fn batch(
        mut self,
        from: Address,
        executor: Address,
        calls: &[SafeCall],
    ) -> (Vec<Outcome>, Option<EvmState>) {
        let mut gas = self.world.config.tx_gas_limit;
        self.ctx.tx = TxEnv {
            caller: executor,
            gas_limit: gas,
            gas_price: u128::from(self.world.block.base_fee),
            ..TxEnv::default()
        };
        for account in [executor, from] {
            let Ok(_) = self.journal().load_account(account);
        }
        for frame in 0..FRAMES {
            self.enter(from, executor, frame == 0);
        }
        let mut outcomes = Vec::with_capacity(calls.len());
        for call in calls {
            let (outcome, used) = self.one(from, call, gas);
            gas = gas.saturating_sub(used);
            let failed = !outcome.is_success();
            outcomes.push(outcome);
            if failed {
                return (outcomes, None);
            }
        }
        self.journal().commit_tx();
        (outcomes, Some(self.journal().finalize()))
    }

    fn one(&mut self, from: Address, call: &SafeCall, gas: u64) -> (Outcome, u64) {
        self.reason = None;
        self.refused = None;
        self.out_of_stack = false;
        let before = self.journal().logs().len();
        // All but a 64th, as CALL with all gas gives.
        let gas_limit = gas - gas / 64;
        let known_bytecode = self.code_of(call.to);
        let inputs = CallInputs {
            input: CallInput::Bytes(call.data.clone()),
            return_memory_offset: 0..0,
            gas_limit,
            reservoir: 0,
            bytecode_address: call.to,
            known_bytecode,
            target_address: call.to,
            caller: from,
            value: CallValue::Transfer(call.value),
            scheme: CallScheme::Call,
            is_static: false,
            charged_new_account_state_gas: false,
        };
        let result = self.call(inputs, FRAMES);
        let used = gas_limit.saturating_sub(result.gas.remaining());
        let status = self.status(result.result);
        let logs = self.journal().logs().get(before..).unwrap_or_default().to_vec();
        let outcome = Outcome {
            status,
            gas_used: used,
            gas_refunded: 0,
            output: result.output,
            logs,
            created: None,
            reason: self.reason.take().filter(|_| status != crate::Status::Success),
            trace: None,
        };
        (outcome, used)
    }
}
