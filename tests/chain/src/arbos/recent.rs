//! The programs that a block called lately, which start at the cached price.

use alloy_primitives::B256;
use std::collections::VecDeque;

/// A bounded set that forgets what was used longest ago.
#[derive(Clone, Debug, Default)]
pub(crate) struct RecentPrograms {
    // The most recent is last.
    hashes: VecDeque<B256>,
}

impl RecentPrograms {
    /// Notes a call and says whether the program was remembered.
    pub(crate) fn insert(&mut self, code_hash: B256, capacity: u16) -> bool {
        let hit = match self.hashes.iter().position(|hash| *hash == code_hash) {
            Some(at) => {
                self.hashes.remove(at);
                true
            }
            None => false,
        };
        self.hashes.push_back(code_hash);
        // Nitro's set holds one even when its capacity is zero.
        while self.hashes.len() > usize::from(capacity.max(1)) {
            self.hashes.pop_front();
        }
        hit
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_used_longest_ago_is_forgotten() {
        let mut recent = RecentPrograms::default();
        let [a, b, c] = [1, 2, 3].map(B256::repeat_byte);
        assert!(!recent.insert(a, 2));
        assert!(!recent.insert(b, 2));
        assert!(recent.insert(a, 2));
        assert!(!recent.insert(c, 2));
        assert!(recent.insert(a, 2));
        assert!(!recent.insert(b, 2));
    }
}
