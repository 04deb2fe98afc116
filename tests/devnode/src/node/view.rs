//! The chain at some block.

use super::Node;
use crate::rpc::RpcError;
use alloy_eips::{BlockId, BlockNumberOrTag};
use embedded_chain::{Block, Chain};
use std::ops::Deref;
use std::sync::Arc;

/// A chain to look at: the node's own or a copy.
pub(crate) enum View<'a> {
    /// As it is.
    Live(&'a Chain),
    /// As it was, or as it would be.
    Copy(Arc<Chain>),
}

impl Deref for View<'_> {
    type Target = Chain;

    fn deref(&self) -> &Chain {
        match self {
            Self::Live(chain) => chain,
            Self::Copy(chain) => chain,
        }
    }
}

impl Node {
    /// The number of a sealed block that is meant, if there is such a block.
    pub(crate) fn number_of(&self, id: BlockId) -> Option<u64> {
        let latest = self.chain.block_number();
        match id {
            BlockId::Hash(hash) => self
                .chain
                .block_by_hash(hash.block_hash)
                .map(|block| block.number),
            BlockId::Number(BlockNumberOrTag::Number(number)) => (number <= latest).then_some(number),
            BlockId::Number(BlockNumberOrTag::Earliest) => Some(0),
            BlockId::Number(_) => Some(latest),
        }
    }

    /// The sealed block that is meant, if there is one.
    pub(crate) fn block(&self, id: BlockId) -> Option<&Block> {
        self.chain.block(self.number_of(id)?)
    }

    /// The chain right after a block. "Pending" is the caller's to resolve.
    pub(crate) fn at(&self, id: BlockId) -> Result<View<'_>, RpcError> {
        let number = self
            .number_of(id)
            .ok_or_else(|| RpcError::refused("header not found"))?;
        if number == self.chain.block_number() {
            return Ok(View::Live(&self.chain));
        }
        let unknown = || RpcError::refused(format!("historical state of block {number} is not available"));
        let state = self.history.at(number).ok_or_else(unknown)?;
        let chain = self
            .chain
            .at_block(number, state.as_ref().clone())
            .ok_or_else(unknown)?;
        Ok(View::Copy(Arc::new(chain)))
    }
}
