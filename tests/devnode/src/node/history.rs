//! The state after each of the last blocks.

use embedded_chain::State;
use std::collections::BTreeMap;
use std::sync::Arc;

/// How many blocks' states are kept.
const KEPT: usize = 4_096;

/// States by block number. Accounts share their storage between them, so a state costs little more than its accounts.
#[derive(Clone, Debug, Default)]
pub(crate) struct History {
    states: BTreeMap<u64, Arc<State>>,
}

impl History {
    /// Remembers the state after a block, and forgets the oldest one when there are too many.
    pub(crate) fn record(&mut self, number: u64, state: Arc<State>) {
        self.states.insert(number, state);
        while self.states.len() > KEPT {
            self.states.pop_first();
        }
    }

    /// The state after a block, if it is still known.
    pub(crate) fn at(&self, number: u64) -> Option<&Arc<State>> {
        self.states.get(&number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_state_is_forgotten_first() {
        let mut history = History::default();
        let state = Arc::new(State::default());
        for number in 0..=KEPT as u64 {
            history.record(number, state.clone());
        }
        assert!(history.at(0).is_none());
        assert!(history.at(1).is_some());
        assert!(history.at(KEPT as u64).is_some());
    }
}
