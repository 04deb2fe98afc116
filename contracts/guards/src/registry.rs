//! A list of what has been configured, so that everything in force can be read from the contract itself.
//!
//! # Design
//! - A map cannot be enumerated, and an event log is not on the chain for a contract to read. So a limiter that embeds this appends to it
//!   the first time a limit is set, and never again for the same one: a list of names, not of states. What is in force under a name is
//!   read where it is kept.
//! - **Nothing on the hot path.** A flow neither reads nor writes it. The first configuration writes the count and one word, or two when
//!   a name needs a second.
//! - **Read by index, one at a time**: a page is a loop of the reader's, and no list is too long to be read. Nothing is ever removed
//!   or moved, so an index means the same for ever.
//!
//! # Trust assumptions
//! - Only governance configures, so only governance makes the list longer.

// The storage macro names both.
use alloc::{vec, vec::Vec};
use alloy_primitives::{B256, U256};
use stylus_sdk::{
    prelude::*,
    storage::{StorageMap, StorageU256},
};

/// The names of what has been configured, in the order in which it first was.
#[storage]
#[derive(crate::StorageLayout)]
pub struct Registry {
    count: StorageU256,
    /// A name's two words, at twice its index and one after. A zero second word is not written.
    names: StorageMap<B256, StorageU256>,
}

impl Registry {
    /// Appends a name. The caller knows that it is not in the list.
    #[inline(never)]
    pub fn append(&mut self, [first, second]: [U256; 2]) {
        let index = self.count();
        self.names.insert(place(index, 0), first);
        if !second.is_zero() {
            self.names.insert(place(index, 1), second);
        }
        // Invariant: nobody appends 2^64 names.
        self.count.set(U256::from_limbs([index.wrapping_add(1), 0, 0, 0]));
    }

    /// How many names there are.
    pub fn count(&self) -> u64 {
        let [count, ..] = self.count.get().into_limbs();
        count
    }

    /// The name at an index, or none from [`Registry::count`] on.
    #[inline(never)]
    pub fn get(&self, index: u64) -> Option<[U256; 2]> {
        (index < self.count()).then(|| [0, 1].map(|word| self.names.get(place(index, word))))
    }
}

fn place(index: u64, word: u64) -> B256 {
    // Twice an index of 64 bits has 65.
    U256::from_limbs([index << 1 | word, index >> 63, 0, 0]).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use stylus_sdk::testing::TestVM;

    fn u(number: u64) -> U256 {
        U256::from(number)
    }

    #[test]
    fn names_come_back_in_the_order_in_which_they_came() {
        let test = TestVM::new();
        let mut registry = Registry::from(&test);
        assert_eq!((registry.count(), registry.get(0)), (0, None));
        registry.append([u(7), u(0)]);
        registry.append([u(0), u(8)]);
        registry.append([u(9), u(10)]);
        assert_eq!(registry.count(), 3);
        assert_eq!(
            [0, 1, 2, 3, u64::MAX].map(|index| registry.get(index)),
            [
                Some([u(7), u(0)]),
                Some([u(0), u(8)]),
                Some([u(9), u(10)]),
                None,
                None
            ]
        );
    }

    #[test]
    fn a_name_of_one_word_takes_one_beside_the_count() {
        let test = TestVM::new();
        let mut registry = Registry::from(&test);
        registry.append([u(7), u(0)]);
        assert_eq!(test.snapshot().storage.len(), 2);
        registry.append([u(8), u(0)]);
        assert_eq!(test.snapshot().storage.len(), 3);
        registry.append([u(9), u(9)]);
        assert_eq!(test.snapshot().storage.len(), 5);
    }

    #[test]
    fn no_two_words_share_a_place() {
        assert_eq!(place(0, 1), B256::from(u(1)));
        assert_eq!(place(1, 0), B256::from(u(2)));
        assert_eq!(
            place(u64::MAX, 1),
            B256::from(U256::from_limbs([u64::MAX, 1, 0, 0]))
        );
    }

    #[test]
    fn the_count_is_a_word_of_its_own() {
        let test = TestVM::new();
        let mut registry = Registry::from(&test);
        for count in [1, 2, 3] {
            registry.append([u(7), u(0)]);
            assert_eq!(registry.count.get(), u(count));
        }
    }
}
