//! Transactions that wait for a block.
//!
//! # Design
//! - **By sender and nonce.** Of one sender they run in order; one after a gap is queued until the gap is filled.
//! - **Between senders the better price goes first**, and of equal prices the one that came first.
//! - **A replacement pays a tenth more**, in fee and in tip.

use super::signed::SignedTransaction;
use alloy_primitives::{Address, B256};
use std::collections::{BTreeMap, BinaryHeap, HashMap};

/// How many transactions may wait.
const CAPACITY: usize = 16_384;
/// What a replacement pays more, in percent.
const PRICE_BUMP: u128 = 10;

/// Why a transaction may not wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PoolError {
    /// It waits already.
    #[error("already known")]
    AlreadyKnown,
    /// Another of the same nonce waits, and pays too much for this one to take its place.
    #[error("replacement transaction underpriced")]
    Underpriced,
    /// Too many wait.
    #[error("txpool is full")]
    Full,
}

/// The waiting transactions.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mempool {
    by_sender: BTreeMap<Address, BTreeMap<u64, Waiting>>,
    places: HashMap<B256, (Address, u64)>,
    arrivals: u64,
}

#[derive(Clone, Debug)]
struct Waiting {
    transaction: SignedTransaction,
    arrival: u64,
}

/// The next transaction of a sender; the greatest one runs first.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Candidate {
    price: u128,
    earliness: std::cmp::Reverse<u64>,
    sender: Address,
    nonce: u64,
}

impl Mempool {
    /// Lets a transaction wait.
    pub(crate) fn insert(&mut self, transaction: SignedTransaction) -> Result<(), PoolError> {
        let hash = transaction.hash();
        if self.places.contains_key(&hash) {
            return Err(PoolError::AlreadyKnown);
        }
        let (sender, nonce) = (transaction.sender(), transaction.nonce());
        let known = self
            .by_sender
            .get(&sender)
            .and_then(|waiting| waiting.get(&nonce));
        match known {
            Some(known) => {
                let enough =
                    |new: u128, old: u128| new >= old.saturating_add(old.saturating_mul(PRICE_BUMP) / 100);
                let old = &known.transaction;
                if !enough(transaction.max_fee(), old.max_fee()) || !enough(transaction.tip(), old.tip()) {
                    return Err(PoolError::Underpriced);
                }
                if transaction.max_fee() == old.max_fee() {
                    return Err(PoolError::Underpriced);
                }
                let replaced = old.hash();
                self.places.remove(&replaced);
            }
            None if self.places.len() >= CAPACITY => return Err(PoolError::Full),
            None => {}
        }
        self.places.insert(hash, (sender, nonce));
        let arrival = self.arrivals;
        self.arrivals += 1;
        self.by_sender
            .entry(sender)
            .or_default()
            .insert(nonce, Waiting { transaction, arrival });
        Ok(())
    }

    /// A waiting transaction.
    pub(crate) fn get(&self, hash: B256) -> Option<&SignedTransaction> {
        let (sender, nonce) = self.places.get(&hash)?;
        self.at(*sender, *nonce)
    }

    /// A sender's waiting transaction of a nonce.
    pub(crate) fn at(&self, sender: Address, nonce: u64) -> Option<&SignedTransaction> {
        let waiting = self.by_sender.get(&sender)?.get(&nonce)?;
        Some(&waiting.transaction)
    }

    /// Forgets a transaction.
    pub(crate) fn remove(&mut self, hash: B256) -> Option<SignedTransaction> {
        let (sender, nonce) = self.places.remove(&hash)?;
        let waiting = self.by_sender.get_mut(&sender)?;
        let removed = waiting.remove(&nonce);
        if waiting.is_empty() {
            self.by_sender.remove(&sender);
        }
        removed.map(|waiting| waiting.transaction)
    }

    /// Forgets a sender's transactions.
    pub(crate) fn remove_sender(&mut self, sender: Address) {
        for waiting in self.by_sender.remove(&sender).unwrap_or_default().values() {
            self.places.remove(&waiting.transaction.hash());
        }
    }

    /// Forgets every transaction.
    pub(crate) fn clear(&mut self) {
        self.by_sender.clear();
        self.places.clear();
    }

    /// Forgets what can never run because its nonce is used.
    pub(crate) fn forget_used(&mut self, nonce_of: impl Fn(Address) -> u64) {
        let used: Vec<B256> = self
            .by_sender
            .iter()
            .flat_map(|(sender, waiting)| waiting.range(..nonce_of(*sender)))
            .map(|(_, waiting)| waiting.transaction.hash())
            .collect();
        for hash in used {
            self.remove(hash);
        }
    }

    /// Whether nothing waits.
    pub(crate) fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// The nonce after the last transaction of a sender that could run, counted from the account's nonce.
    pub(crate) fn next_nonce(&self, sender: Address, account_nonce: u64) -> u64 {
        let mut nonce = account_nonce;
        if let Some(waiting) = self.by_sender.get(&sender) {
            while nonce < u64::MAX && waiting.contains_key(&nonce) {
                nonce += 1;
            }
        }
        nonce
    }

    /// What could run now, in the order in which it would.
    pub(crate) fn ready(&self, nonce_of: impl Fn(Address) -> u64) -> Vec<SignedTransaction> {
        let candidate = |sender: Address, nonce: u64| {
            let waiting = self.by_sender.get(&sender)?.get(&nonce)?;
            Some(Candidate {
                price: waiting.transaction.max_fee(),
                earliness: std::cmp::Reverse(waiting.arrival),
                sender,
                nonce,
            })
        };
        let mut heads: BinaryHeap<Candidate> = self
            .by_sender
            .keys()
            .filter_map(|sender| candidate(*sender, nonce_of(*sender)))
            .collect();
        let mut ready = Vec::new();
        while let Some(Candidate { sender, nonce, .. }) = heads.pop() {
            ready.extend(self.at(sender, nonce).cloned());
            if let Some(next) = nonce.checked_add(1).and_then(|nonce| candidate(sender, nonce)) {
                heads.push(next);
            }
        }
        ready
    }

    /// Every waiting transaction, by sender and nonce.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &SignedTransaction> {
        self.by_sender
            .values()
            .flat_map(|waiting| waiting.values().map(|waiting| &waiting.transaction))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_consensus::{SignableTransaction, TxEip1559, TxEnvelope};
    use alloy_primitives::{Signature, U256};

    fn transaction(sender: u8, nonce: u64, fee: u128, tip: u128) -> SignedTransaction {
        let sender = Address::repeat_byte(sender);
        let inner = TxEip1559 {
            nonce,
            max_fee_per_gas: fee,
            max_priority_fee_per_gas: tip,
            ..TxEip1559::default()
        };
        let signature = Signature::new(U256::from_be_slice(sender.as_slice()), U256::from(1), false);
        SignedTransaction::new(TxEnvelope::Eip1559(inner.into_signed(signature)), sender)
    }

    fn order(pool: &Mempool) -> Vec<(u8, u64)> {
        let ready = pool.ready(|_| 0);
        ready.iter().map(|t| (t.sender()[0], t.nonce())).collect()
    }

    #[test]
    fn the_better_price_goes_first_and_nonces_stay_in_order() {
        let mut pool = Mempool::default();
        for (sender, nonce, fee) in [(1, 0, 10), (1, 1, 90), (2, 0, 50), (3, 0, 50)] {
            pool.insert(transaction(sender, nonce, fee, 0)).unwrap();
        }
        assert_eq!(order(&pool), [(2, 0), (3, 0), (1, 0), (1, 1)]);
    }

    #[test]
    fn what_stands_after_a_gap_is_not_ready() {
        let mut pool = Mempool::default();
        pool.insert(transaction(1, 2, 10, 0)).unwrap();
        pool.insert(transaction(1, 0, 10, 0)).unwrap();
        assert_eq!(order(&pool), [(1, 0)]);
        assert_eq!(pool.next_nonce(Address::repeat_byte(1), 0), 1);
        pool.insert(transaction(1, 1, 10, 0)).unwrap();
        assert_eq!(order(&pool), [(1, 0), (1, 1), (1, 2)]);
    }

    #[test]
    fn a_replacement_pays_a_tenth_more_in_fee_and_tip() {
        let mut pool = Mempool::default();
        pool.insert(transaction(1, 0, 1_000, 100)).unwrap();
        let try_insert = |pool: &mut Mempool, fee, tip| pool.insert(transaction(1, 0, fee, tip));
        assert_eq!(try_insert(&mut pool, 1_000, 100), Err(PoolError::AlreadyKnown));
        assert_eq!(try_insert(&mut pool, 1_099, 110), Err(PoolError::Underpriced));
        assert_eq!(try_insert(&mut pool, 1_100, 109), Err(PoolError::Underpriced));
        assert_eq!(try_insert(&mut pool, 1_100, 110), Ok(()));
        assert_eq!(pool.iter().count(), 1);
    }

    #[test]
    fn what_is_used_or_dropped_is_forgotten() {
        let mut pool = Mempool::default();
        pool.insert(transaction(1, 0, 10, 0)).unwrap();
        pool.insert(transaction(1, 1, 10, 0)).unwrap();
        pool.forget_used(|_| 1);
        assert_eq!(pool.iter().map(SignedTransaction::nonce).collect::<Vec<_>>(), [1]);
        let last = transaction(1, 1, 10, 0).hash();
        assert!(pool.remove(last).is_some());
        assert!(pool.remove(last).is_none());
        assert!(pool.is_empty());
    }

    #[test]
    fn a_senders_transactions_are_forgotten_together() {
        let mut pool = Mempool::default();
        for (sender, nonce) in [(1, 0), (1, 1), (2, 0)] {
            pool.insert(transaction(sender, nonce, 10, 0)).unwrap();
        }
        pool.remove_sender(Address::repeat_byte(1));
        assert_eq!(order(&pool), [(2, 0)]);
        assert!(pool.get(transaction(1, 1, 10, 0).hash()).is_none());
    }

    #[test]
    fn a_full_pool_refuses_newcomers() {
        let mut pool = Mempool::default();
        for nonce in 0..CAPACITY as u64 {
            pool.insert(transaction(1, nonce, 10, 0)).unwrap();
        }
        assert_eq!(pool.insert(transaction(2, 0, 10, 0)), Err(PoolError::Full));
        assert_eq!(pool.insert(transaction(1, 0, 20, 0)), Ok(()));
    }
}
