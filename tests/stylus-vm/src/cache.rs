//! The words of storage that a call has seen, and what it means to write.
//!
//! A program reads through the cache and writes into it; only a flush reaches the chain, with every word that
//! differs from what the chain is known to hold. What is not flushed when the program ends is lost.

use alloy_primitives::B256;
use std::collections::BTreeMap;

/// The gas that must be left before the cache is touched, beyond what the chain may ask.
pub(crate) const REQUIRED_GAS: u64 = 10;

/// A word as the program sees it.
#[derive(Clone, Copy)]
struct Word {
    value: B256,
    /// What the chain holds, if the call knows.
    known: Option<B256>,
}

/// The cache of one call. Words go out in the order of their keys, so that a run can be repeated.
#[derive(Default)]
pub(crate) struct StorageCache {
    words: BTreeMap<B256, Word>,
    reads: u64,
    writes: u64,
}

impl StorageCache {
    /// Counts a read and gives its price in gas.
    pub(crate) fn count_read(&mut self) -> u64 {
        self.reads += 1;
        match self.reads {
            0..=32 => 0,
            33..=128 => 2,
            _ => 10,
        }
    }

    /// Counts a write and gives its price in gas.
    pub(crate) fn count_write(&mut self) -> u64 {
        self.writes += 1;
        match self.writes {
            0..=8 => 0,
            9..=64 => 7,
            _ => 10,
        }
    }

    /// The word at a key, if the call has seen it.
    pub(crate) fn get(&self, key: &B256) -> Option<B256> {
        self.words.get(key).map(|word| word.value)
    }

    /// Remembers what the chain holds.
    pub(crate) fn learn(&mut self, key: B256, value: B256) {
        self.words.insert(
            key,
            Word {
                value,
                known: Some(value),
            },
        );
    }

    /// Writes a word, for now only here.
    pub(crate) fn write(&mut self, key: B256, value: B256) {
        self.words
            .entry(key)
            .and_modify(|word| word.value = value)
            .or_insert(Word { value, known: None });
    }

    /// Takes the words that the chain does not hold yet, on the assumption that it will.
    pub(crate) fn take_dirty(&mut self) -> Vec<(B256, B256)> {
        let mut dirty = Vec::new();
        for (key, word) in &mut self.words {
            if word.known != Some(word.value) {
                word.known = Some(word.value);
                dirty.push((*key, word.value));
            }
        }
        dirty
    }

    /// Forgets every word. The counts of reads and writes stay.
    pub(crate) fn clear(&mut self) {
        self.words.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: B256 = B256::repeat_byte(1);
    const ONE: B256 = B256::repeat_byte(0x11);
    const TWO: B256 = B256::repeat_byte(0x22);

    #[test]
    fn reads_cost_after_32_and_more_after_128() {
        let mut cache = StorageCache::default();
        let prices: Vec<u64> = (0..130).map(|_| cache.count_read()).collect();
        assert_eq!(prices[..32], [0; 32]);
        assert_eq!(prices[32..128], [2; 96]);
        assert_eq!(prices[128..], [10; 2]);
    }

    #[test]
    fn writes_cost_after_8_and_more_after_64() {
        let mut cache = StorageCache::default();
        let prices: Vec<u64> = (0..66).map(|_| cache.count_write()).collect();
        assert_eq!(prices[..8], [0; 8]);
        assert_eq!(prices[8..64], [7; 56]);
        assert_eq!(prices[64..], [10; 2]);
    }

    #[test]
    fn a_word_written_back_to_what_was_read_is_not_dirty() {
        let mut cache = StorageCache::default();
        cache.learn(KEY, ONE);
        cache.write(KEY, TWO);
        cache.write(KEY, ONE);
        assert_eq!(cache.take_dirty(), []);
    }

    #[test]
    fn a_word_never_read_is_dirty_whatever_it_is() {
        let mut cache = StorageCache::default();
        cache.write(KEY, B256::ZERO);
        assert_eq!(cache.take_dirty(), [(KEY, B256::ZERO)]);
    }

    #[test]
    fn what_was_taken_is_clean_and_still_read() {
        let mut cache = StorageCache::default();
        cache.write(KEY, TWO);
        assert_eq!(cache.take_dirty(), [(KEY, TWO)]);
        assert_eq!(cache.take_dirty(), []);
        assert_eq!(cache.get(&KEY), Some(TWO));
    }

    #[test]
    fn clearing_forgets_words_and_keeps_counts() {
        let mut cache = StorageCache::default();
        (0..32).for_each(|_| assert_eq!(cache.count_read(), 0));
        cache.learn(KEY, ONE);
        cache.clear();
        assert_eq!(cache.get(&KEY), None);
        assert_eq!(cache.count_read(), 2);
    }
}
