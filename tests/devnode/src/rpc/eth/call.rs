//! Calls that leave nothing behind, and estimates.

use crate::node::Shared;
use crate::rpc::wire::to_json;
use crate::rpc::{Args, Registry, RpcError};
use alloy_eips::BlockId;
use alloy_primitives::{Bytes, B256, U256, U64};
use alloy_rpc_types_eth::state::{AccountOverride as RpcAccountOverride, StateOverride};
use alloy_rpc_types_eth::{BlockOverrides, TransactionRequest};
use embedded_chain::{AccountOverride, BlockOverride, CallRequest, Chain, InvalidTransaction, Outcome};
use jsonrpsee::core::RegisterMethodError;

/// The accounts that a call may see differently.
const MAX_OVERRIDES: usize = 1_024;
/// The words of one account that a call may see differently.
const MAX_OVERRIDDEN_WORDS: usize = 16_384;

pub(super) fn register(registry: &mut Registry) -> Result<(), RegisterMethodError> {
    registry.method(&["eth_call"], |shared, args| {
        let request: TransactionRequest = args.required(0, "transaction")?;
        let outcome = call(shared, args, request)?;
        if outcome.is_success() {
            Ok(to_json(outcome.output))
        } else {
            Err(RpcError::of_failure(&outcome))
        }
    })?;
    registry.method(&["eth_estimateGas"], |shared, args| {
        let request: TransactionRequest = args.required(0, "transaction")?;
        let node = shared.read();
        let chain = shared.at(&node, block_of_estimate(args)?)?;
        let request = overridden(args, &chain, request, block_of_estimate(args)?, node.time())?;
        Ok(to_json(U64::from(chain.estimate_gas(&request)?)))
    })
}

/// An estimate without a block is for the next one.
fn block_of_estimate(args: &Args) -> Result<BlockId, RpcError> {
    Ok(args.optional(1, "block")?.unwrap_or(BlockId::pending()))
}

fn call(shared: &Shared, args: &Args, request: TransactionRequest) -> Result<Outcome, RpcError> {
    let id = args.block(1)?;
    let node = shared.read();
    let chain = shared.at(&node, id)?;
    let request = overridden(args, &chain, request, id, node.time())?;
    Ok(chain.call(&request)?)
}

/// A request with the overrides of parameters two and three.
fn overridden(
    args: &Args,
    chain: &Chain,
    request: TransactionRequest,
    id: BlockId,
    now: u64,
) -> Result<CallRequest, RpcError> {
    let state: Option<StateOverride> = args.optional(2, "state overrides")?;
    let block: Option<BlockOverrides> = args.optional(3, "block overrides")?;
    call_request(chain, request, state, block, time_for(id, now))
}

/// The time that a call sees: the past's own for a past block, otherwise the clock's.
pub(in crate::rpc) fn time_for(id: BlockId, now: u64) -> Option<u64> {
    match id {
        BlockId::Hash(_) => None,
        BlockId::Number(tag) => (!tag.is_number() && !tag.is_earliest()).then_some(now),
    }
}

/// What the chain is asked for a client's call.
pub(in crate::rpc) fn call_request(
    chain: &Chain,
    request: TransactionRequest,
    state: Option<StateOverride>,
    block: Option<BlockOverrides>,
    now: Option<u64>,
) -> Result<CallRequest, RpcError> {
    if request.blob_versioned_hashes.is_some() || request.authorization_list.is_some() {
        let why = "transactions with blobs or authorisations do not exist on this chain";
        return Err(RpcError::NotSupported(why.to_owned()));
    }
    let state = state_override(state.unwrap_or_default())?;
    let block = block_override(block.unwrap_or_default(), now)?;
    let from = request.from.unwrap_or_default();
    let value = request.value.unwrap_or_default();
    let base_fee = block.base_fee.unwrap_or(chain.config().base_fee);
    let offered = request.gas_price.or(request.max_fee_per_gas).unwrap_or_default();
    let mut gas_limit = request.gas;
    let mut gas_price = None;
    if offered > 0 {
        if offered < u128::from(base_fee) {
            let max_fee = offered;
            return Err(InvalidTransaction::FeeTooLow { max_fee, base_fee }.into());
        }
        gas_price = Some(u128::from(base_fee));
        // No more gas than the sender could pay for.
        let overridden = state.iter().find(|(address, _)| *address == from);
        let balance = overridden
            .and_then(|(_, account)| account.balance)
            .unwrap_or_else(|| chain.balance(from));
        let affordable = balance.saturating_sub(value) / U256::from(offered);
        let most = gas_limit.unwrap_or(chain.config().call_gas_limit);
        gas_limit = Some(most.min(affordable.saturating_to()));
    }
    Ok(CallRequest {
        from,
        to: request.to.and_then(|kind| kind.to().copied()),
        value,
        data: input_of(request.input.input, request.input.data)?,
        gas_limit,
        gas_price,
        block,
        state,
        trace: false,
    })
}

/// The input, which clients send under either name or both.
pub(in crate::rpc) fn input_of(input: Option<Bytes>, data: Option<Bytes>) -> Result<Bytes, RpcError> {
    match (input, data) {
        (Some(input), Some(data)) if input != data => {
            let why = "both \"data\" and \"input\" are set and not equal";
            Err(RpcError::argument(0, "transaction", why))
        }
        (input, data) => Ok(input.or(data).unwrap_or_default()),
    }
}

fn block_override(block: BlockOverrides, now: Option<u64>) -> Result<BlockOverride, RpcError> {
    let narrow = |name: &str, value: Option<U256>| match value.map(u64::try_from) {
        Some(Err(_)) => Err(RpcError::argument(3, name, "more than 64 bits")),
        Some(Ok(value)) => Ok(Some(value)),
        None => Ok(None),
    };
    // As on Nitro, the number that contracts see is L1's.
    let number = narrow("number", block.number)?;
    Ok(BlockOverride {
        number,
        l1_number: number,
        timestamp: block.time.or(now),
        base_fee: narrow("baseFeePerGas", block.base_fee)?,
        coinbase: block.coinbase,
        gas_limit: block.gas_limit,
    })
}

fn state_override(
    overrides: StateOverride,
) -> Result<Vec<(alloy_primitives::Address, AccountOverride)>, RpcError> {
    if overrides.len() > MAX_OVERRIDES {
        let why = format!("at most {MAX_OVERRIDES} accounts may be overridden");
        return Err(RpcError::argument(2, "state overrides", why));
    }
    let accounts = overrides.into_iter();
    accounts
        .map(|(address, account)| Ok((address, account_override(account)?)))
        .collect()
}

fn account_override(account: RpcAccountOverride) -> Result<AccountOverride, RpcError> {
    let refuse = |why: String| RpcError::argument(2, "state overrides", why);
    if account.move_precompile_to.is_some() {
        return Err(refuse("precompiles cannot be moved".to_owned()));
    }
    if account.state.is_some() && account.state_diff.is_some() {
        return Err(refuse("both \"state\" and \"stateDiff\" are set".to_owned()));
    }
    let sizes = [&account.state, &account.state_diff];
    if sizes
        .iter()
        .any(|words| words.as_ref().is_some_and(|w| w.len() > MAX_OVERRIDDEN_WORDS))
    {
        return Err(refuse(format!(
            "at most {MAX_OVERRIDDEN_WORDS} words may be overridden"
        )));
    }
    let words = |words: alloy_primitives::map::B256HashMap<B256>| words.into_iter().collect::<Vec<_>>();
    Ok(AccountOverride {
        balance: account.balance,
        nonce: account.nonce,
        code: account.code,
        storage: account.state.map(words),
        storage_diff: account.state_diff.map(words).unwrap_or_default(),
    })
}
