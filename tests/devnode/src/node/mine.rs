//! Making blocks.

use super::{Node, SignedTransaction};
use crate::rpc::header_json;
use alloy_primitives::B256;
use embedded_chain::{Block, Chain};
use serde_json::{Map, Value};
use std::sync::Arc;

/// Something that listeners are told.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    /// A transaction was accepted.
    Pending(SignedTransaction),
    /// A block was made.
    Block(Arc<NewBlock>),
}

/// A block that was made, with its header as clients read it.
#[derive(Debug)]
pub(crate) struct NewBlock {
    pub(crate) block: Block,
    pub(crate) header: Map<String, Value>,
}

impl Node {
    /// Makes a block of whatever is ready.
    pub(crate) fn mine_block(&mut self) {
        let time = self.time();
        let ready = self.pool.ready(|sender| self.chain.nonce(sender));
        self.move_chain_to(time);
        execute(&mut self.chain, &ready, |transaction, taken| {
            self.pool.remove(transaction.hash());
            if taken {
                self.signed.insert(transaction.hash(), transaction.clone());
            }
        });
        self.seal();
    }

    /// Makes empty blocks quickly, one each so many seconds. The state does not change between them.
    pub(crate) fn mine_empty(&mut self, count: u64, secs_between: u64) {
        let state = Arc::new(self.chain.state().clone());
        for _ in 0..count {
            if secs_between > 0 {
                self.advance_time(secs_between);
            }
            let time = self.time();
            self.move_chain_to(time);
            self.chain.mine();
            self.clock.block_made(self.chain.now());
            self.history.record(self.chain.block_number(), state.clone());
            self.tell_of_block();
        }
    }

    /// Seals the open block and tells everyone.
    pub(super) fn seal(&mut self) {
        self.chain.mine();
        self.clock.block_made(self.chain.now());
        self.record_state();
        self.pool.forget_used(|sender| self.chain.nonce(sender));
        self.tell_of_block();
    }

    pub(super) fn remember(&mut self, transaction: &SignedTransaction) {
        self.signed.insert(transaction.hash(), transaction.clone());
    }

    /// Tells listeners; that nobody listens is no error.
    pub(super) fn tell(&self, event: Event) {
        let _ = self.events.send(event);
    }

    fn tell_of_block(&self) {
        if self.events.receiver_count() == 0 {
            return;
        }
        let block = self.chain.latest_block().clone();
        let header = header_json(self, &block);
        self.tell(Event::Block(Arc::new(NewBlock { block, header })));
    }

    pub(super) fn move_chain_to(&mut self, time: u64) {
        // Invariant: `time` comes from the clock, which is never behind the chain's.
        let _ = self.chain.set_next_timestamp(time);
    }

    /// The chain as it would be if a block were made now.
    pub(super) fn pending_chain(&self) -> Chain {
        let mut chain = self.chain.clone();
        let ready = self.pool.ready(|sender| chain.nonce(sender));
        let _ = chain.set_next_timestamp(self.time());
        execute(&mut chain, &ready, |_, _| {});
        chain.mine();
        chain
    }

    /// Whether a hash is known, waiting or mined.
    pub(super) fn knows(&self, hash: B256) -> bool {
        self.pool.get(hash).is_some() || self.chain.transaction(hash).is_some()
    }
}

/// Runs transactions in order and says of each whether the chain took it.
fn execute(
    chain: &mut Chain,
    transactions: &[SignedTransaction],
    mut done: impl FnMut(&SignedTransaction, bool),
) {
    for transaction in transactions {
        let taken = chain.transact(transaction.to_chain()).is_ok();
        done(transaction, taken);
    }
}
