//! Two words for each key, of which the second is written only when it changes.
//!
//! A sliding window is a head that every flow writes and a ring that only the first flow of a tick does.

// The storage macro names both.
use alloc::{vec, vec::Vec};
use alloy_primitives::{B256, U256};
use stylus_sdk::{
    prelude::*,
    storage::{StorageMap, StorageU256},
};

/// The words. Two maps of the same kind, so that they share their code.
#[storage]
#[derive(crate::StorageLayout)]
pub(crate) struct Pairs {
    firsts: StorageMap<B256, StorageU256>,
    seconds: StorageMap<B256, StorageU256>,
}

impl Pairs {
    #[inline(never)]
    pub(crate) fn first(&self, key: B256) -> U256 {
        self.firsts.get(key)
    }

    #[inline(never)]
    pub(crate) fn second(&self, key: B256) -> U256 {
        self.seconds.get(key)
    }

    /// Stores what differs from what was loaded.
    #[inline(never)]
    pub(crate) fn keep(&mut self, key: B256, loaded: [U256; 2], words: [U256; 2]) {
        let ([first, second], [loaded_first, loaded_second]) = (words, loaded);
        if first != loaded_first {
            self.firsts.insert(key, first);
        }
        if second != loaded_second {
            self.seconds.insert(key, second);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use stylus_sdk::testing::TestVM;

    #[test]
    fn only_what_changed_is_written() {
        let test = TestVM::new();
        let mut pairs = Pairs::from(&test);
        let key = B256::repeat_byte(1);
        let (one, two) = (U256::ONE, U256::from(2));
        pairs.keep(key, [U256::ZERO; 2], [one, U256::ZERO]);
        assert_eq!(test.snapshot().storage.len(), 1);
        assert_eq!((pairs.first(key), pairs.second(key)), (one, U256::ZERO));
        pairs.keep(key, [one, U256::ZERO], [one, two]);
        assert_eq!((pairs.first(key), pairs.second(key)), (one, two));
        // What is said to have been loaded is not written, whatever is there.
        pairs.keep(key, [two, one], [two, one]);
        assert_eq!((pairs.first(key), pairs.second(key)), (one, two));
    }
}
