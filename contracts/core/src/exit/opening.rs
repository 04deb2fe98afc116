//! An exit that is open: what it pays, and what is left to pay.

use super::{Freeze, FrozenClock, Leaver, Terms};
use crate::fields::Fields;
use crate::time::LATEST;
use crate::wide::part_down;
use alloy_primitives::U256;

/// An opening: four words. Zeros are an exit that never was open; of one that was closed its number is left.
///
/// ```text
///  255                                            0
/// ┌────────────────────────────────────────────────┐
/// │ budget: min(held, claims)                      │
/// ├────────────────────────────────────────────────┤
/// │ claims                                         │
/// ├────────────────────────────────────────────────┤
/// │ claims_left: what may still be paid upon       │
/// ├─────────┬────────────┬────────────┬────────────┤
/// │ zero    │ late_at    │ opened_at  │ number     │
/// └─────────┴────────────┴────────────┴────────────┘
///  255   144 143      104 103       64 63         0
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opening {
    budget: U256,
    claims: U256,
    claims_left: U256,
    number: u64,
    opened_at: u64,
    late_at: u64,
}

/// Why the exit does not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenRefused {
    /// It is open.
    AlreadyOpen {
        /// Since when.
        opened_at: u64,
    },
    /// It has not been frozen for long enough, or is not now.
    TooEarly {
        /// Where the clock stands.
        frozen_secs: u64,
        /// The first second at which it may be opened if the freeze goes on; none while it runs.
        open_at: Option<u64>,
    },
    /// Nothing is held, or nothing is claimed.
    Empty,
}

/// A payment: the books from now on, and what to pay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paid {
    /// The opening from now on.
    pub opening: Opening,
    /// The account from now on.
    pub leaver: Leaver,
    /// What to pay; never zero.
    pub amount: U256,
}

/// Why an account is not paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PayRefused {
    /// The exit is not open.
    NotOpen,
    /// It was paid in this opening.
    AlreadyPaid {
        /// The opening's number.
        number: u64,
    },
    /// It tripped the breaker and is paid last.
    Late {
        /// The first second at which it is.
        until: u64,
    },
    /// More is claimed than is left of all claims.
    BeyondClaims {
        /// What is left.
        claims_left: U256,
    },
    /// The share rounds to nothing.
    Nothing,
}

/// Why the exit does not close.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CloseRefused {
    /// It is not open.
    NotOpen,
    /// It has not run for as long as it was frozen.
    NotDrained {
        /// The first second at which it may be closed, if it is not frozen again.
        retry_at: u64,
    },
}

impl Opening {
    /// An exit that never was open.
    pub const NEVER: Self = Self {
        budget: U256::ZERO,
        claims: U256::ZERO,
        claims_left: U256::ZERO,
        number: 0,
        opened_at: 0,
        late_at: 0,
    };

    /// Whether it is open.
    pub fn is_open(&self) -> bool {
        self.opened_at != 0
    }

    /// Opens it, when `freeze` holds and the clock, told of it, stands at `open_after_secs`. `held` is what is held of the asset and `claims` the
    /// sum of all claims upon it. With more held than claimed, each claim is paid in full and the rest stays.
    ///
    /// # Errors
    /// [`OpenRefused`].
    pub fn open(
        self,
        clock: FrozenClock,
        freeze: Freeze,
        [held, claims]: [U256; 2],
        terms: &Terms,
        now: u64,
    ) -> Result<Self, OpenRefused> {
        if self.is_open() {
            return Err(OpenRefused::AlreadyOpen {
                opened_at: self.opened_at,
            });
        }
        let clock = clock.observe(freeze, now);
        let open_at = clock.opens_at(terms, now);
        if open_at.is_none_or(|at| now < at) {
            return Err(OpenRefused::TooEarly {
                frozen_secs: clock.frozen_secs(now),
                open_at,
            });
        }
        if held.is_zero() || claims.is_zero() {
            return Err(OpenRefused::Empty);
        }
        Ok(Self {
            budget: held.min(claims),
            claims,
            claims_left: claims,
            number: self.number.saturating_add(1),
            opened_at: now.min(LATEST),
            late_at: now.saturating_add(terms.late_secs()).min(LATEST),
        })
    }

    /// When an account is paid: at once, or, when it tripped the breaker, from [`Opening::late_at`] on.
    pub fn payable_at(&self, leaver: &Leaver) -> u64 {
        if self.opened_at < leaver.late_until {
            self.late_at
        } else {
            self.opened_at
        }
    }

    /// Pays an account upon its whole claim: `claim · min(held, claims) / claims`, rounded down.
    ///
    /// # Errors
    /// [`PayRefused`].
    pub fn pay_down(self, leaver: Leaver, claim: U256, now: u64) -> Result<Paid, PayRefused> {
        if !self.is_open() {
            return Err(PayRefused::NotOpen);
        }
        if leaver.paid_in == self.number {
            return Err(PayRefused::AlreadyPaid { number: self.number });
        }
        let until = self.payable_at(&leaver);
        if now < until {
            return Err(PayRefused::Late { until });
        }
        let Some(claims_left) = self.claims_left.checked_sub(claim) else {
            return Err(PayRefused::BeyondClaims {
                claims_left: self.claims_left,
            });
        };
        let amount = part_down(self.budget, claim, self.claims);
        if amount.is_zero() {
            return Err(PayRefused::Nothing);
        }
        Ok(Paid {
            opening: Self { claims_left, ..self },
            leaver: Leaver {
                paid_in: self.number,
                ..leaver
            },
            amount,
        })
    }

    /// Closes it, when the clock, told of `freeze`, stands at zero and nothing is frozen.
    ///
    /// # Errors
    /// [`CloseRefused`].
    pub fn close(self, clock: FrozenClock, freeze: Freeze, now: u64) -> Result<Self, CloseRefused> {
        if !self.is_open() {
            return Err(CloseRefused::NotOpen);
        }
        let retry_at = clock.observe(freeze, now).drained_at(now);
        if now < retry_at {
            return Err(CloseRefused::NotDrained { retry_at });
        }
        Ok(Self {
            number: self.number,
            ..Self::NEVER
        })
    }

    /// What is paid when every claim is: the lesser of what was held and what was claimed.
    pub fn budget(&self) -> U256 {
        self.budget
    }

    /// The sum of all claims when it was opened.
    pub fn claims(&self) -> U256 {
        self.claims
    }

    /// What of it was not paid upon yet.
    pub fn claims_left(&self) -> U256 {
        self.claims_left
    }

    /// Which opening it is, the first being 1. Of one that was closed, which it was.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// When it was opened; zero when it is not open.
    pub fn opened_at(&self) -> u64 {
        self.opened_at
    }

    /// From when on those who tripped the breaker are paid; zero when it is not open.
    pub fn late_at(&self) -> u64 {
        self.late_at
    }

    /// The opening in its four stored words.
    pub fn from_words([budget, claims, claims_left, rest]: [U256; 4]) -> Self {
        let mut fields = Fields::of(rest);
        Self {
            budget,
            claims,
            claims_left,
            number: fields.take(64),
            opened_at: fields.take(40),
            late_at: fields.take(40),
        }
    }

    /// The words to store.
    pub fn to_words(self) -> [U256; 4] {
        let rest = Fields::new()
            .put(self.number, 64)
            .put(self.opened_at, 40)
            .put(self.late_at, 40);
        [self.budget, self.claims, self.claims_left, rest.word()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recorder::RecordSecs;

    const DAY: u64 = 86_400;
    const NOW: u64 = 1_700_000_000;
    const NOBODY: Leaver = Leaver {
        paid_in: 0,
        late_until: 0,
    };

    fn u(amount: u64) -> U256 {
        U256::from(amount)
    }

    fn terms() -> Terms {
        Terms::new(7 * DAY, 3 * DAY).unwrap()
    }

    /// Frozen from [`NOW`] on for 20 days.
    const FREEZE: Freeze = Freeze::between(NOW, NOW + 20 * DAY);

    fn frozen() -> FrozenClock {
        FrozenClock::NEW.observe(FREEZE, NOW)
    }

    /// Opened as early as it can be.
    fn opened(held: U256, claims: U256) -> Opening {
        Opening::NEVER
            .open(frozen(), FREEZE, [held, claims], &terms(), NOW + 7 * DAY)
            .unwrap()
    }

    fn late() -> Leaver {
        NOBODY.marked_late(RecordSecs::new(DAY).unwrap(), NOW)
    }

    #[test]
    fn it_opens_at_the_second_and_not_before() {
        let open = |now| Opening::NEVER.open(frozen(), FREEZE, [u(5), u(10)], &terms(), now);
        for now in [NOW, NOW + 7 * DAY - 1] {
            assert_eq!(
                open(now),
                Err(OpenRefused::TooEarly {
                    frozen_secs: now - NOW,
                    open_at: Some(NOW + 7 * DAY)
                })
            );
        }
        for now in [NOW + 7 * DAY, NOW + 7 * DAY + 1, NOW + 20 * DAY - 1] {
            let opening = open(now).unwrap();
            assert_eq!(
                (opening.budget(), opening.claims(), opening.claims_left()),
                (u(5), u(10), u(10))
            );
            assert_eq!(
                (opening.number(), opening.opened_at(), opening.late_at()),
                (1, now, now + 3 * DAY)
            );
        }
    }

    #[test]
    fn it_does_not_open_while_it_runs_whatever_the_clock_says() {
        for now in [NOW + 20 * DAY, NOW + 20 * DAY + 1] {
            assert_eq!(
                Opening::NEVER.open(frozen(), FREEZE, [u(5), u(10)], &terms(), now),
                Err(OpenRefused::TooEarly {
                    frozen_secs: 40 * DAY - (now - NOW),
                    open_at: None
                })
            );
        }
        // Nor when the freeze that the clock knows of was lifted.
        let now = NOW + 8 * DAY;
        let opened = Opening::NEVER.open(frozen(), Freeze::NONE, [u(5), u(10)], &terms(), now);
        assert_eq!(
            opened,
            Err(OpenRefused::TooEarly {
                frozen_secs: 8 * DAY,
                open_at: None
            })
        );
    }

    #[test]
    fn it_opens_once_and_for_something() {
        let now = NOW + 8 * DAY;
        assert_eq!(
            opened(u(5), u(10)).open(frozen(), FREEZE, [u(5), u(10)], &terms(), now),
            Err(OpenRefused::AlreadyOpen {
                opened_at: NOW + 7 * DAY
            })
        );
        for nothing in [[u(0), u(10)], [u(5), u(0)]] {
            assert_eq!(
                Opening::NEVER.open(frozen(), FREEZE, nothing, &terms(), now),
                Err(OpenRefused::Empty)
            );
        }
    }

    #[test]
    fn each_account_gets_its_part_rounded_down_once() {
        let now = NOW + 7 * DAY;
        let paid = opened(u(100), u(300)).pay_down(NOBODY, u(8), now).unwrap();
        assert_eq!(paid.amount, u(2));
        assert_eq!(paid.opening.claims_left(), u(292));
        assert_eq!(paid.leaver.paid_in(), 1);
        assert_eq!(
            paid.opening.pay_down(paid.leaver, u(8), now),
            Err(PayRefused::AlreadyPaid { number: 1 })
        );
        // The share of the next is the same.
        let next = paid.opening.pay_down(NOBODY, u(292), now).unwrap();
        assert_eq!((next.amount, next.opening.claims_left()), (u(97), u(0)));
        assert_eq!(
            next.opening.pay_down(NOBODY, u(1), now),
            Err(PayRefused::BeyondClaims { claims_left: u(0) })
        );
    }

    #[test]
    fn with_more_held_than_claimed_each_claim_is_paid_in_full() {
        let opening = opened(U256::MAX, u(300));
        assert_eq!(opening.budget(), u(300));
        let paid = opening.pay_down(NOBODY, u(299), NOW + 7 * DAY).unwrap();
        assert_eq!(paid.amount, u(299));
    }

    #[test]
    fn what_is_beyond_all_claims_or_rounds_to_nothing_is_refused() {
        let opening = opened(u(100), u(300));
        let pay = |claim| opening.pay_down(NOBODY, claim, NOW + 7 * DAY);
        let beyond = Err(PayRefused::BeyondClaims { claims_left: u(300) });
        assert_eq!(pay(u(301)), beyond);
        assert_eq!(pay(U256::MAX), beyond);
        assert_eq!(pay(u(300)).unwrap().amount, u(100));
        for dust in [u(0), u(1), u(2)] {
            assert_eq!(pay(dust), Err(PayRefused::Nothing));
        }
        assert_eq!(pay(u(3)).unwrap().amount, u(1));
    }

    #[test]
    fn who_tripped_the_breaker_is_paid_after_all_others_could_be() {
        let opening = opened(u(100), u(300));
        let until = NOW + 10 * DAY;
        for now in [0, NOW + 7 * DAY, until - 1] {
            assert_eq!(
                opening.pay_down(late(), u(30), now),
                Err(PayRefused::Late { until })
            );
        }
        for now in [until, until + 1] {
            assert_eq!(opening.pay_down(late(), u(30), now).unwrap().amount, u(10));
        }
        assert_eq!(opening.payable_at(&NOBODY), NOW + 7 * DAY);
    }

    #[test]
    fn a_mark_counts_for_an_opening_before_its_end_and_not_at_it() {
        let opening = opened(u(100), u(300));
        let marked = |late_until| Leaver {
            paid_in: 0,
            late_until,
        };
        assert_eq!(opening.payable_at(&marked(NOW + 7 * DAY)), NOW + 7 * DAY);
        assert_eq!(opening.payable_at(&marked(NOW + 7 * DAY + 1)), NOW + 10 * DAY);
    }

    #[test]
    fn it_closes_when_it_ran_as_long_as_it_was_frozen() {
        let opening = opened(u(100), u(300));
        let retry_at = NOW + 40 * DAY;
        for now in [NOW + 7 * DAY, NOW + 20 * DAY - 1, NOW + 20 * DAY, retry_at - 1] {
            assert_eq!(
                opening.close(frozen(), FREEZE, now),
                Err(CloseRefused::NotDrained { retry_at })
            );
        }
        let closed = opening.close(frozen(), FREEZE, retry_at).unwrap();
        assert_eq!(
            closed,
            Opening {
                number: 1,
                ..Opening::NEVER
            }
        );
        assert_eq!(
            closed.close(frozen(), FREEZE, retry_at),
            Err(CloseRefused::NotOpen)
        );
        assert_eq!(closed.pay_down(NOBODY, u(30), retry_at), Err(PayRefused::NotOpen));
    }

    #[test]
    fn a_new_freeze_told_with_the_close_is_in_its_way() {
        let now = NOW + 40 * DAY;
        let again = Freeze::between(now, now + DAY);
        assert_eq!(
            opened(u(100), u(300)).close(frozen(), again, now),
            Err(CloseRefused::NotDrained {
                retry_at: now + 2 * DAY
            })
        );
    }

    #[test]
    fn the_next_opening_has_the_next_number_and_pays_again() {
        let paid = opened(u(100), u(300))
            .pay_down(NOBODY, u(30), NOW + 7 * DAY)
            .unwrap();
        let later = NOW + 50 * DAY;
        let closed = paid.opening.close(frozen(), FREEZE, later).unwrap();
        let again = Freeze::between(later, later + 10 * DAY);
        let clock = frozen().observe(again, later);
        let now = later + 7 * DAY;
        let opening = closed.open(clock, again, [u(5), u(5)], &terms(), now).unwrap();
        assert_eq!((opening.number(), opening.claims_left()), (2, u(5)));
        assert_eq!(opening.pay_down(paid.leaver, u(5), now).unwrap().amount, u(5));
    }

    #[test]
    fn its_words_hold_everything() {
        let opening = opened(u(100), u(300))
            .pay_down(NOBODY, u(30), NOW + 7 * DAY)
            .unwrap()
            .opening;
        let rest = u(1) | u(NOW + 7 * DAY) << 64usize | u(NOW + 10 * DAY) << 104usize;
        assert_eq!(opening.to_words(), [u(100), u(300), u(270), rest]);
        assert_eq!(Opening::from_words(opening.to_words()), opening);
        assert_eq!(Opening::from_words([U256::ZERO; 4]), Opening::NEVER);
    }
}
