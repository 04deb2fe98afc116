//! How long an emergency committee has its power: for one action, and not beyond its last second.

use crate::fields::Fields;
use alloy_primitives::U256;

/// The longest that a committee has its power: a year of 365 days, as that of Lido's GateSeals, and of a Stylus program. Whoever is not
/// named again in that time may have lost the keys.
pub const MAX_TENURE_SECS: u64 = 365 * 24 * 60 * 60;

/// Until when, and whether it was used. The word of zero is a committee that was never named.
///
/// ```text
///  255    65 64      64 63           0
/// ┌─────────┬──────────┬──────────────┐
/// │ zero    │ spent    │ expires_at   │
/// └─────────┴──────────┴──────────────┘
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tenure {
    expires_at: u64,
    spent: bool,
}

/// The last second is over already, or further ahead than [`MAX_TENURE_SECS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TenureOutOfBounds {
    /// The last second asked for.
    pub expires_at: u64,
    /// The latest that it could be.
    pub latest: u64,
}

/// Why a committee has no power.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Powerless {
    /// Its one action was authorised.
    Spent,
    /// Its last second is over, or it was never named and that is zero.
    Expired {
        /// The last second.
        expires_at: u64,
    },
}

impl Tenure {
    /// A tenure until this second, inclusive.
    ///
    /// # Errors
    /// [`TenureOutOfBounds`].
    pub fn until(expires_at: u64, now: u64) -> Result<Self, TenureOutOfBounds> {
        let latest = now.saturating_add(MAX_TENURE_SECS);
        if !(now..=latest).contains(&expires_at) {
            return Err(TenureOutOfBounds { expires_at, latest });
        }
        Ok(Self {
            expires_at,
            spent: false,
        })
    }

    /// Requires that it has its power now.
    ///
    /// # Errors
    /// [`Powerless`].
    pub fn check(self, now: u64) -> Result<(), Powerless> {
        if self.spent {
            return Err(Powerless::Spent);
        }
        if now > self.expires_at {
            return Err(Powerless::Expired {
                expires_at: self.expires_at,
            });
        }
        Ok(())
    }

    /// After its one action.
    #[must_use]
    pub fn spent(self) -> Self {
        Self { spent: true, ..self }
    }

    /// The last second of its power, zero when it was never named.
    pub fn expires_at(self) -> u64 {
        self.expires_at
    }

    /// Whether its one action was authorised.
    pub fn is_spent(self) -> bool {
        self.spent
    }

    /// The tenure in a stored word.
    pub fn from_word(word: U256) -> Self {
        let mut fields = Fields::of(word);
        Self {
            expires_at: fields.take(64),
            spent: fields.take(1) != 0,
        }
    }

    /// The word to store.
    pub fn to_word(self) -> U256 {
        Fields::new()
            .put(self.expires_at, 64)
            .put(self.spent.into(), 1)
            .word()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_700_000_000;

    #[test]
    fn it_has_its_power_at_its_last_second_and_not_after() {
        let tenure = Tenure::until(NOW + 100, NOW).unwrap();
        let expired = Err(Powerless::Expired {
            expires_at: NOW + 100,
        });
        for (now, verdict) in [
            (NOW, Ok(())),
            (NOW + 99, Ok(())),
            (NOW + 100, Ok(())),
            (NOW + 101, expired),
            (u64::MAX, expired),
        ] {
            assert_eq!(tenure.check(now), verdict, "{now}");
        }
    }

    #[test]
    fn once_spent_it_has_none() {
        let tenure = Tenure::until(NOW + 100, NOW).unwrap();
        assert!(!tenure.is_spent());
        let spent = tenure.spent();
        assert!(spent.is_spent());
        for now in [0, NOW, NOW + 100, NOW + 101] {
            assert_eq!(spent.check(now), Err(Powerless::Spent), "{now}");
        }
    }

    #[test]
    fn one_that_was_never_named_has_none() {
        let none = Tenure::from_word(U256::ZERO);
        assert_eq!(none.check(NOW), Err(Powerless::Expired { expires_at: 0 }));
    }

    #[test]
    fn its_end_is_not_over_and_no_further_than_a_year_ahead() {
        let latest = NOW + 31_536_000;
        for expires_at in [NOW, NOW + 1, latest] {
            assert_eq!(Tenure::until(expires_at, NOW).unwrap().expires_at(), expires_at);
        }
        for expires_at in [0, NOW - 1, latest + 1, u64::MAX] {
            assert_eq!(
                Tenure::until(expires_at, NOW),
                Err(TenureOutOfBounds { expires_at, latest })
            );
        }
    }

    #[test]
    fn its_word_holds_both_fields_and_nothing_else() {
        let tenure = Tenure::until(u64::MAX, u64::MAX).unwrap();
        assert_eq!(tenure.to_word(), U256::from(u64::MAX));
        assert_eq!(tenure.spent().to_word(), U256::from(u64::MAX) | U256::ONE << 64);
        for tenure in [tenure, tenure.spent()] {
            assert_eq!(Tenure::from_word(tenure.to_word()), tenure);
        }
    }
}
