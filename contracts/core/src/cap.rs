//! A cap on a transition, and on the sum of a transaction.
//!
//! A window says how much leaves in a day; a cap says how much leaves in one go. With a cap below the window an
//! attack needs several transactions, and in the second one somebody may already have paused.
//!
//! **The bound.** In one transition at most the cap passes, however it is asked for ([`Cap::check`]). In one
//! transaction at most the cap passes, in whichever pieces ([`Cap::spend`]); in `n` transactions at most `n` times
//! that, so a cap alone bounds nothing over time.
//!
//! # Design
//! - **No state of its own.** The sum of a transaction stands in transient storage, which the chain clears; here it
//!   is a number handed in and handed back. So "transaction" means what the chain means by it, and no block number or
//!   `tx.origin` stands in for it.
//! - Exact to the wei over all 256 bits. A sum that would not fit is more than any cap.
//! - Equality passes.
//! - A refusal consumes nothing: the caller keeps the sum that it had.
//! - `retry_at` is the present second for what another transaction may have, because that can come in the same
//!   second; and none for what is more than the cap.
//!
//! # The attack
//! One withdrawal split into a thousand within one call, from one contract: the sum is of the transaction and not of
//! the call.

use crate::Denied;
use alloy_primitives::U256;

/// The most that passes at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cap(U256);

/// A cap of zero is refused when it is set: nothing would ever pass. Pause the function instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ZeroCap;

impl Cap {
    /// A cap of `amount`.
    ///
    /// # Errors
    /// [`ZeroCap`].
    pub fn new(amount: U256) -> Result<Self, ZeroCap> {
        if amount.is_zero() {
            Err(ZeroCap)
        } else {
            Ok(Self(amount))
        }
    }

    /// The cap in a stored word, or none when it was never set.
    pub fn from_word(word: U256) -> Option<Self> {
        Self::new(word).ok()
    }

    /// The word to store: the amount.
    pub fn to_word(self) -> U256 {
        self.0
    }

    /// The most that passes.
    pub fn amount(self) -> U256 {
        self.0
    }

    /// Whether a transition of `amount` passes.
    ///
    /// # Errors
    /// [`Denied`] when it is more than the cap.
    pub fn check(self, amount: U256) -> Result<(), Denied> {
        if amount <= self.0 {
            return Ok(());
        }
        Err(Denied {
            requested: amount,
            available: self.0,
            retry_at: None,
        })
    }

    /// Adds `amount` to what the transaction has `used`, and says what it has used then.
    ///
    /// # Errors
    /// [`Denied`] when that is more than the cap.
    pub fn spend(self, used: U256, amount: U256, now: u64) -> Result<U256, Denied> {
        match used.checked_add(amount) {
            Some(sum) if sum <= self.0 => Ok(sum),
            _ => Err(Denied {
                requested: amount,
                available: self.available_down(used),
                retry_at: (amount <= self.0).then_some(now),
            }),
        }
    }

    /// What the transaction may still have when it has `used` so much.
    pub fn available_down(self, used: U256) -> U256 {
        self.0.saturating_sub(used)
    }
}

/// A cap and what the transaction has used of it, to stand in a [`crate::scope`] with other limiters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transaction {
    /// The cap.
    pub cap: Cap,
    /// What the transaction has used: the word in transient storage.
    pub used: U256,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn u(amount: u64) -> U256 {
        U256::from(amount)
    }

    fn cap(amount: u64) -> Cap {
        Cap::new(u(amount)).unwrap()
    }

    #[test]
    fn a_cap_of_zero_is_refused() {
        assert_eq!(Cap::new(U256::ZERO), Err(ZeroCap));
        assert_eq!(Cap::from_word(U256::ZERO), None);
        assert_eq!(Cap::from_word(cap(7).to_word()), Some(cap(7)));
        assert_eq!(cap(7).amount(), u(7));
    }

    #[test]
    fn venns_vector_of_25_ether() {
        let micro = u(1_000_000_000_000);
        let (limit, more) = (micro * u(25_000_000), micro * u(25_000_001));
        let cap = Cap::new(limit).unwrap();
        assert_eq!(cap.check(limit), Ok(()));
        assert_eq!(
            cap.check(more),
            Err(Denied {
                requested: more,
                available: limit,
                retry_at: None
            })
        );
    }

    #[test]
    fn pieces_of_a_transaction_add_up() {
        let used = cap(100).spend(u(0), u(60), 9).unwrap();
        assert_eq!(
            cap(100).spend(used, u(41), 9),
            Err(Denied {
                requested: u(41),
                available: u(40),
                retry_at: Some(9)
            })
        );
        assert_eq!(cap(100).spend(used, u(40), 9), Ok(u(100)));
        assert_eq!(cap(100).spend(u(100), u(0), 9), Ok(u(100)));
        assert_eq!(cap(100).spend(used, u(101), 9).unwrap_err().retry_at, None);
    }

    #[test]
    fn a_sum_that_does_not_fit_is_denied_and_not_wrapped() {
        let largest = Cap::new(U256::MAX).unwrap();
        assert_eq!(largest.spend(U256::MAX, u(0), 0), Ok(U256::MAX));
        assert_eq!(
            largest.spend(U256::MAX - u(1), u(2), 5),
            Err(Denied {
                requested: u(2),
                available: u(1),
                retry_at: Some(5)
            })
        );
    }

    #[test]
    fn a_cap_lowered_within_a_transaction_leaves_nothing_and_does_not_wrap() {
        assert_eq!(cap(50).available_down(u(60)), u(0));
        assert_eq!(cap(50).spend(u(60), u(0), 1).unwrap_err().available, u(0));
    }
}
