//! The chain as it was.

use super::{Chain, Live, OpenBlock};
use crate::state::State;
use std::collections::HashMap;

impl Chain {
    /// A copy that ends with a given block, over the state that the caller kept of that time.
    ///
    /// Stylus's parameters are those of now. Snapshots and the lookup of transactions are not copied.
    #[must_use]
    pub fn at_block(&self, number: u64, state: State) -> Option<Self> {
        let timestamp = self.block(number)?.timestamp;
        let end = usize::try_from(number).ok()?.checked_add(1)?;
        Some(Self {
            config: self.config.clone(),
            machine: self.machine.clone(),
            live: Live {
                state,
                params: self.live.params.clone(),
                cache_managers: self.live.cache_managers.clone(),
                blocks: self.live.blocks.get(..end)?.to_vec(),
                hashes: self.live.hashes.get(..end)?.to_vec(),
                mined: HashMap::new(),
                open: OpenBlock::default(),
                clock: timestamp,
            },
            snapshots: Vec::new(),
            next_snapshot: 1,
        })
    }
}
