//! How many refusals are accepted.

/// At most one honest withdrawal in so many is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget(u64);

/// A budget that allows every withdrawal to be refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a budget of one refusal in {0} is none: it has to be one in 2 or rarer")]
pub struct InvalidBudget(pub u64);

impl Budget {
    /// One in `transactions`.
    ///
    /// # Errors
    /// [`InvalidBudget`] when that is not at least two.
    pub fn one_in(transactions: u64) -> Result<Self, InvalidBudget> {
        if transactions < 2 {
            Err(InvalidBudget(transactions))
        } else {
            Ok(Self(transactions))
        }
    }

    /// One in how many.
    #[must_use]
    pub fn transactions(self) -> u64 {
        self.0
    }

    /// How many of `n` withdrawals may be refused.
    #[must_use]
    pub fn allowed(self, n: usize) -> usize {
        usize::try_from(n as u64 / self.0).unwrap_or(usize::MAX)
    }

    pub(super) fn share(self) -> f64 {
        1.0 / self.0 as f64
    }
}
