//! Events.

use crate::node::Node;
use crate::rpc::wire::{log_of, to_json};
use crate::rpc::{Registry, RpcError};
use alloy_eips::{BlockId, BlockNumberOrTag};
use alloy_rpc_types_eth::{Filter, FilterBlockOption, Log};
use jsonrpsee::core::RegisterMethodError;
use std::ops::RangeInclusive;

/// The blocks that one query may span.
pub(crate) const MAX_RANGE: u64 = 100_000;
/// The events that one query may find.
const MAX_FOUND: usize = 10_000;
/// The addresses, and the topics at one place, that a filter may name.
const MAX_WANTED: usize = 1_000;

pub(super) fn register(registry: &mut Registry) -> Result<(), RegisterMethodError> {
    registry.method(&["eth_getLogs"], |shared, args| {
        let filter: Filter = args.required(0, "filter")?;
        check_size(&filter)?;
        let node = shared.read();
        match range_of(&node, &filter)? {
            Some(range) => Ok(to_json(find_logs(&node, &filter, range)?)),
            None => Ok(to_json([(); 0])),
        }
    })
}

/// Refuses a filter that names too much.
pub(crate) fn check_size(filter: &Filter) -> Result<(), RpcError> {
    let too_many = filter.address.len() > MAX_WANTED || filter.topics.iter().any(|t| t.len() > MAX_WANTED);
    if too_many {
        let why = format!("at most {MAX_WANTED} addresses or topics at a place");
        return Err(RpcError::argument(0, "filter", why));
    }
    Ok(())
}

/// The blocks that a filter means, as far as they exist.
pub(crate) fn range_of(node: &Node, filter: &Filter) -> Result<Option<RangeInclusive<u64>>, RpcError> {
    let latest = node.chain.block_number();
    match filter.block_option {
        FilterBlockOption::AtBlockHash(hash) => match node.number_of(BlockId::from(hash)) {
            Some(number) => Ok(Some(number..=number)),
            None => Err(RpcError::refused("unknown block")),
        },
        FilterBlockOption::Range { from_block, to_block } => {
            let number = |tag: Option<BlockNumberOrTag>| match tag {
                Some(BlockNumberOrTag::Number(number)) => number,
                Some(BlockNumberOrTag::Earliest) => 0,
                _ => latest,
            };
            let (from, to) = (number(from_block), number(to_block));
            let given = |tag: Option<BlockNumberOrTag>| tag.is_some_and(|tag| tag.is_number());
            if from > to && given(from_block) && given(to_block) {
                return Err(RpcError::InvalidParams("invalid block range params".to_owned()));
            }
            let to = to.min(latest);
            Ok((from <= to).then_some(from..=to))
        }
    }
}

/// The events of some blocks that a filter lets through, in order.
pub(crate) fn find_logs(
    node: &Node,
    filter: &Filter,
    range: RangeInclusive<u64>,
) -> Result<Vec<Log>, RpcError> {
    let blocks = range.end().saturating_sub(*range.start()).saturating_add(1);
    if blocks > MAX_RANGE {
        let why = format!("the query spans {blocks} blocks, at most {MAX_RANGE} are allowed");
        return Err(RpcError::Limit(why));
    }
    let mut found = Vec::new();
    for mined in range
        .filter_map(|number| node.chain.block(number))
        .flat_map(|block| &block.transactions)
    {
        for (place, log) in mined.receipt.outcome.logs.iter().enumerate() {
            if filter.matches(log) {
                if found.len() == MAX_FOUND {
                    let why = format!("query returned more than {MAX_FOUND} results");
                    return Err(RpcError::Limit(why));
                }
                found.extend(log_of(&mined.receipt, place));
            }
        }
    }
    Ok(found)
}
