//! From when and until when approvals of an action are good.

/// The longest window: 30 days, as the longest delay of a timelock.
pub const MAX_WINDOW_SECS: u64 = 30 * 24 * 60 * 60;

/// The seconds within which an action may be carried out, both inclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// The first second.
    pub valid_after: u64,
    /// The last second: the deadline.
    pub valid_before: u64,
}

/// Why a window does not hold now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WindowRefused {
    /// The deadline lies further after the first second than [`MAX_WINDOW_SECS`], whenever it is used.
    TooLong {
        /// The latest deadline that it could have.
        latest: u64,
    },
    /// The first second lies ahead.
    NotYet,
    /// The deadline has passed.
    Expired,
}

impl Window {
    /// Requires that it holds now. One that ends before it begins never does.
    ///
    /// # Errors
    /// [`WindowRefused`].
    pub fn check(self, now: u64) -> Result<(), WindowRefused> {
        let latest = self.valid_after.saturating_add(MAX_WINDOW_SECS);
        if self.valid_before > latest {
            return Err(WindowRefused::TooLong { latest });
        }
        if now < self.valid_after {
            return Err(WindowRefused::NotYet);
        }
        if now > self.valid_before {
            return Err(WindowRefused::Expired);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FROM: u64 = 1_700_000_000;

    fn window(valid_after: u64, valid_before: u64) -> Window {
        Window {
            valid_after,
            valid_before,
        }
    }

    #[test]
    fn it_holds_from_its_first_second_to_its_deadline_inclusive() {
        let window = window(FROM, FROM + 100);
        for (now, verdict) in [
            (0, Err(WindowRefused::NotYet)),
            (FROM - 1, Err(WindowRefused::NotYet)),
            (FROM, Ok(())),
            (FROM + 99, Ok(())),
            (FROM + 100, Ok(())),
            (FROM + 101, Err(WindowRefused::Expired)),
            (u64::MAX, Err(WindowRefused::Expired)),
        ] {
            assert_eq!(window.check(now), verdict, "{now}");
        }
    }

    #[test]
    fn a_window_of_one_second_holds_in_it() {
        let window = window(FROM, FROM);
        assert_eq!(window.check(FROM - 1), Err(WindowRefused::NotYet));
        assert_eq!(window.check(FROM), Ok(()));
        assert_eq!(window.check(FROM + 1), Err(WindowRefused::Expired));
    }

    #[test]
    fn one_that_ends_before_it_begins_never_holds() {
        let window = window(FROM, FROM - 1);
        assert_eq!(window.check(FROM - 1), Err(WindowRefused::NotYet));
        assert_eq!(window.check(FROM), Err(WindowRefused::Expired));
    }

    #[test]
    fn one_that_is_too_long_never_holds_not_even_near_its_deadline() {
        let latest = FROM + MAX_WINDOW_SECS;
        assert_eq!(window(FROM, latest).check(FROM), Ok(()));
        assert_eq!(window(FROM, latest).check(latest), Ok(()));
        for now in [0, FROM, latest, latest + 1, u64::MAX] {
            assert_eq!(
                window(FROM, latest + 1).check(now),
                Err(WindowRefused::TooLong { latest }),
                "{now}"
            );
        }
        assert_eq!(
            window(0, u64::MAX).check(FROM),
            Err(WindowRefused::TooLong {
                latest: MAX_WINDOW_SECS
            })
        );
        assert_eq!(window(u64::MAX - 1, u64::MAX).check(u64::MAX), Ok(()));
    }
}
