//! Approvals counted, each of another member.

use super::Terms;
use alloy_primitives::Address;

/// How many have approved so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    given: u64,
    last: Address,
}

/// The signer is not above the one before it: it counts twice, or stands in the wrong place, or is the zero address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutOfOrder {
    /// The signer before it, zero when there is none.
    pub previous: Address,
}

impl Tally {
    /// Counts one more.
    ///
    /// # Errors
    /// [`OutOfOrder`].
    pub fn with(self, signer: Address) -> Result<Self, OutOfOrder> {
        if signer <= self.last {
            return Err(OutOfOrder { previous: self.last });
        }
        Ok(Self {
            // Invariant: fewer than 2^160 addresses ascend, and each costs a call's gas.
            given: self.given.saturating_add(1),
            last: signer,
        })
    }

    /// How many have approved.
    pub fn given(self) -> u64 {
        self.given
    }

    /// Whether they are enough.
    pub fn is_enough(self, terms: Terms) -> bool {
        self.given >= terms.threshold()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: Address = Address::repeat_byte(1);
    const B: Address = Address::repeat_byte(2);

    #[test]
    fn each_signer_is_above_the_one_before_it() {
        let one = Tally::default().with(A).unwrap();
        assert_eq!(one.with(A), Err(OutOfOrder { previous: A }));
        let two = one.with(B).unwrap();
        assert_eq!(two.given(), 2);
        assert_eq!(two.with(A), Err(OutOfOrder { previous: B }));
        assert_eq!(two.with(Address::ZERO), Err(OutOfOrder { previous: B }));
    }

    #[test]
    fn nobody_is_not_a_signer() {
        assert_eq!(
            Tally::default().with(Address::ZERO),
            Err(OutOfOrder {
                previous: Address::ZERO
            })
        );
    }

    #[test]
    fn as_many_as_the_threshold_are_enough_and_more_are_too() {
        let terms = Terms::after(None, 3, 2).unwrap();
        let one = Tally::default().with(A).unwrap();
        let two = one.with(B).unwrap();
        let three = two.with(Address::repeat_byte(3)).unwrap();
        assert_eq!(
            [Tally::default(), one, two, three].map(|tally| tally.is_enough(terms)),
            [false, false, true, true]
        );
    }
}
