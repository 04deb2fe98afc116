//! What has become of an action, and who said what about it on chain.

use super::Seat;
use crate::fields::Fields;
use alloy_primitives::U256;

/// What has become of an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Nothing yet.
    Open,
    /// It was authorised, once.
    Authorized,
    /// It will not be.
    Cancelled,
}

/// An action's word. The word of zero is one of which nothing is known: it is open, and nobody has spoken.
///
/// ```text
///  255   130 129     128 127        96 95       64 63      0
/// ┌─────────┬───────────┬─────────────┬───────────┬─────────┐
/// │ zero    │ fate      │ withdrawn   │ given     │ epoch   │
/// └─────────┴───────────┴─────────────┴───────────┴─────────┘
/// ```
///
/// `given` and `withdrawn` have a bit for each seat of `epoch`: who approved on chain, and who took an approval of any kind back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status {
    epoch: u64,
    given: u64,
    withdrawn: u64,
    fate: Fate,
}

/// Why an action's word does not change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusRefused {
    /// It was authorised or cancelled.
    Used,
    /// The member has said so already.
    Unchanged,
}

impl Status {
    /// With a member's approval, which also takes back that it withdrew one. What was said in another epoch is forgotten.
    ///
    /// # Errors
    /// [`StatusRefused`].
    pub fn approved(self, seat: Seat, epoch: u64) -> Result<Self, StatusRefused> {
        let open = self.open_in(epoch)?;
        if open.has_approved(seat, epoch) {
            return Err(StatusRefused::Unchanged);
        }
        Ok(Self {
            given: open.given | seat.bit(),
            withdrawn: open.withdrawn & !seat.bit(),
            ..open
        })
    }

    /// With a member's approval withdrawn, be it one on chain or a signature, until it approves on chain again.
    ///
    /// # Errors
    /// [`StatusRefused`].
    pub fn withdrawn(self, seat: Seat, epoch: u64) -> Result<Self, StatusRefused> {
        let open = self.open_in(epoch)?;
        if open.has_withdrawn(seat, epoch) {
            return Err(StatusRefused::Unchanged);
        }
        Ok(Self {
            given: open.given & !seat.bit(),
            withdrawn: open.withdrawn | seat.bit(),
            ..open
        })
    }

    /// Authorised, and never again.
    ///
    /// # Errors
    /// [`StatusRefused::Used`].
    pub fn authorized(self) -> Result<Self, StatusRefused> {
        self.closed(Fate::Authorized)
    }

    /// Cancelled.
    ///
    /// # Errors
    /// [`StatusRefused::Used`].
    pub fn cancelled(self) -> Result<Self, StatusRefused> {
        self.closed(Fate::Cancelled)
    }

    /// What has become of it.
    pub fn fate(self) -> Fate {
        self.fate
    }

    /// Whether who holds this seat in this epoch approved on chain, in it.
    pub fn has_approved(self, seat: Seat, epoch: u64) -> bool {
        self.epoch == epoch && self.given & seat.bit() != 0
    }

    /// Whether who holds this seat in this epoch withdrew, in it.
    pub fn has_withdrawn(self, seat: Seat, epoch: u64) -> bool {
        self.epoch == epoch && self.withdrawn & seat.bit() != 0
    }

    /// The status in a stored word.
    pub fn from_word(word: U256) -> Self {
        let mut fields = Fields::of(word);
        Self {
            epoch: fields.take(64),
            given: fields.take(32),
            withdrawn: fields.take(32),
            fate: match fields.take(2) {
                0 => Fate::Open,
                1 => Fate::Authorized,
                _ => Fate::Cancelled,
            },
        }
    }

    /// The word to store.
    pub fn to_word(self) -> U256 {
        let fate = match self.fate {
            Fate::Open => 0,
            Fate::Authorized => 1,
            Fate::Cancelled => 2,
        };
        Fields::new()
            .put(self.epoch, 64)
            .put(self.given, 32)
            .put(self.withdrawn, 32)
            .put(fate, 2)
            .word()
    }

    fn closed(self, fate: Fate) -> Result<Self, StatusRefused> {
        match self.fate {
            Fate::Open => Ok(Self { fate, ..self }),
            Fate::Authorized | Fate::Cancelled => Err(StatusRefused::Used),
        }
    }

    /// As it is in this epoch, where it can still change.
    fn open_in(self, epoch: u64) -> Result<Self, StatusRefused> {
        match self.fate {
            Fate::Open if self.epoch == epoch => Ok(self),
            Fate::Open => Ok(Self {
                epoch,
                given: 0,
                withdrawn: 0,
                fate: Fate::Open,
            }),
            Fate::Authorized | Fate::Cancelled => Err(StatusRefused::Used),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seat(number: u64) -> Seat {
        Seat::new(number).unwrap()
    }

    fn unknown() -> Status {
        Status::from_word(U256::ZERO)
    }

    #[test]
    fn an_approval_is_of_its_seat_and_its_epoch() {
        let status = unknown().approved(seat(3), 7).unwrap();
        for number in 0..32 {
            assert_eq!(status.has_approved(seat(number), 7), number == 3);
            assert!(!status.has_withdrawn(seat(number), 7));
        }
        for epoch in [0, 6, 8] {
            assert!(!status.has_approved(seat(3), epoch), "{epoch}");
        }
    }

    #[test]
    fn what_was_said_in_another_epoch_is_forgotten_when_somebody_speaks() {
        let before = unknown()
            .approved(seat(3), 7)
            .unwrap()
            .withdrawn(seat(4), 7)
            .unwrap();
        let after = before.approved(seat(0), 8).unwrap();
        assert_eq!(after, unknown().approved(seat(0), 8).unwrap());
        let after = before.withdrawn(seat(0), 8).unwrap();
        assert_eq!(after, unknown().withdrawn(seat(0), 8).unwrap());
        assert!(!before.has_withdrawn(seat(4), 8));
    }

    #[test]
    fn who_withdraws_has_not_approved_until_it_does_again() {
        let given = unknown()
            .approved(seat(31), 1)
            .unwrap()
            .approved(seat(0), 1)
            .unwrap();
        assert_eq!(given.approved(seat(31), 1), Err(StatusRefused::Unchanged));
        let withdrawn = given.withdrawn(seat(31), 1).unwrap();
        assert!(!withdrawn.has_approved(seat(31), 1) && withdrawn.has_withdrawn(seat(31), 1));
        assert!(withdrawn.has_approved(seat(0), 1) && !withdrawn.has_withdrawn(seat(0), 1));
        assert_eq!(withdrawn.withdrawn(seat(31), 1), Err(StatusRefused::Unchanged));
        assert_eq!(withdrawn.approved(seat(31), 1), Ok(given));
    }

    #[test]
    fn who_only_signed_can_withdraw() {
        let withdrawn = unknown().withdrawn(seat(2), 1).unwrap();
        assert!(withdrawn.has_withdrawn(seat(2), 1) && !withdrawn.has_approved(seat(2), 1));
    }

    #[test]
    fn what_was_used_does_not_change() {
        let open = unknown().approved(seat(1), 1).unwrap();
        assert_eq!(open.fate(), Fate::Open);
        for (closed, fate) in [
            (open.authorized().unwrap(), Fate::Authorized),
            (open.cancelled().unwrap(), Fate::Cancelled),
        ] {
            assert_eq!(closed.fate(), fate);
            assert!(closed.has_approved(seat(1), 1), "who spoke stays known");
            for epoch in [1, 2] {
                assert_eq!(closed.approved(seat(0), epoch), Err(StatusRefused::Used));
                assert_eq!(closed.withdrawn(seat(1), epoch), Err(StatusRefused::Used));
            }
            assert_eq!(closed.authorized(), Err(StatusRefused::Used));
            assert_eq!(closed.cancelled(), Err(StatusRefused::Used));
        }
    }

    #[test]
    fn its_word_holds_every_field_and_nothing_else() {
        let status = Status {
            epoch: u64::MAX,
            given: 1 << 31 | 1,
            withdrawn: 1 << 30,
            fate: Fate::Cancelled,
        };
        let word = status.to_word();
        assert_eq!(
            word,
            U256::from(u64::MAX)
                | U256::from(0x8000_0001_u64) << 64
                | U256::from(0x4000_0000_u64) << 96
                | U256::from(2) << 128
        );
        assert_eq!(Status::from_word(word), status);
        let authorized = unknown().authorized().unwrap();
        assert_eq!(Status::from_word(authorized.to_word()), authorized);
    }
}
