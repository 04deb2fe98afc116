//! Where a position stands.

use super::Bounds;
use crate::{
    time::LATEST,
    wide::{div_down, div_up_by_search},
    Denied,
};
use alloy_primitives::U256;

/// A position, or the word zero: nothing in, nothing out.
///
/// ```text
///  255    169  168    167          128 127                     0
/// ┌──────────┬───────┬────────────────┬─────────────────────────┐
/// │ zero     │ is it │ touched_at,    │ how far from zero, in   │
/// │          │ out   │ seconds        │ unit-seconds (96 bits)  │
/// └──────────┴───────┴────────────────┴─────────────────────────┘
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// In unit-seconds: more has come in when positive, more has gone out when negative. 96 bits and a sign.
    net: i128,
    /// At most [`LATEST`].
    touched_at: u64,
}

/// The largest distance from zero that is read from a word.
const FARTHEST: u128 = (1 << 96) - 1;
const OUT_BIT: u32 = 40;

impl Position {
    /// Lets `amount` come in.
    ///
    /// # Errors
    /// [`Denied`] when the position would be above the bound.
    pub fn bring_in(self, bounds: &Bounds, amount: U256, now: u64) -> Result<Self, Denied> {
        let settled = self.settled(bounds, now);
        let passes = bounds.unit.units_up(amount).filter(|units| {
            // Invariant: 97 bits and a sign.
            settled.net + bounds.whole(*units) <= bounds.whole(bounds.in_units.get())
        });
        if passes.is_none() {
            let above = settled.net;
            return Err(settled.denied(
                bounds,
                amount,
                above,
                bounds.in_units.get(),
                settled.room_in_down(bounds),
            ));
        }
        let net = settled.net + bounds.whole(bounds.unit.units_down(amount));
        Ok(Self { net, ..settled })
    }

    /// Lets `amount` go out.
    ///
    /// # Errors
    /// [`Denied`] when the position would be below the bound.
    pub fn take_out(self, bounds: &Bounds, amount: U256, now: u64) -> Result<Self, Denied> {
        let settled = self.settled(bounds, now);
        let net = bounds
            .unit
            .units_up(amount)
            .map(|units| settled.net - bounds.whole(units))
            .filter(|net| *net >= -bounds.whole(bounds.out_units.get()));
        match net {
            Some(net) => Ok(Self { net, ..settled }),
            None => {
                let below = -settled.net;
                Err(settled.denied(
                    bounds,
                    amount,
                    below,
                    bounds.out_units.get(),
                    settled.room_out_down(bounds),
                ))
            }
        }
    }

    /// What may come in, rounded down.
    pub fn available_in_down(self, bounds: &Bounds, now: u64) -> U256 {
        self.settled(bounds, now).room_in_down(bounds)
    }

    /// What may go out, rounded down.
    pub fn available_out_down(self, bounds: &Bounds, now: u64) -> U256 {
        self.settled(bounds, now).room_out_down(bounds)
    }

    /// The same position under other bounds. No more can go out at once than before.
    #[must_use]
    pub fn rebounded(self, from: &Bounds, to: &Bounds, now: u64) -> Self {
        let settled = self.settled(from, now);
        let units = div_down(settled.net.unsigned_abs(), from.decay_secs);
        // Invariant: a position within its bounds has 64 bits of units.
        let amount = from.unit.wei(units as u64);
        let (in_most, out_most) = (to.whole(to.in_units.get()), to.whole(to.out_units.get()));
        let kept = if settled.net > 0 {
            to.whole(to.unit.units_down(amount)).min(in_most)
        } else {
            // What has gone out is rounded up: the rest of a unit by one more.
            let exact = from.whole(units as u64) == -settled.net;
            let whole = to.unit.units_up(amount).unwrap_or(u64::MAX);
            let gone = if exact { whole } else { whole.saturating_add(1) };
            (-to.whole(gone)).max(-out_most)
        };
        let most = to.whole(to.unit.units_down(settled.room_out_down(from)));
        // Invariant: 96 bits each, with a sign.
        let net = kept.min(most - out_most);
        Self { net, ..settled }
    }

    /// The position in a stored word.
    pub fn from_word(word: U256) -> Self {
        let [low, middle, high, _] = word.into_limbs();
        let distance = (u128::from(middle) << 64 | u128::from(low)).min(FARTHEST) as i128;
        Self {
            net: if high >> OUT_BIT & 1 == 1 {
                -distance
            } else {
                distance
            },
            touched_at: high & LATEST,
        }
    }

    /// The word to store.
    pub fn to_word(self) -> U256 {
        let distance = self.net.unsigned_abs();
        let out = u64::from(self.net < 0) << OUT_BIT;
        U256::from_limbs([distance as u64, (distance >> 64) as u64, out | self.touched_at, 0])
    }

    fn settled(self, bounds: &Bounds, now: u64) -> Self {
        let now = now.min(LATEST);
        let Some(secs) = now.checked_sub(self.touched_at) else {
            return self;
        };
        // Invariant: 64 bits times 40.
        let decayed = |units: u64| i128::from(units) * i128::from(secs);
        let net = if self.net > 0 {
            (self.net - decayed(bounds.in_units.get())).max(0)
        } else {
            (self.net + decayed(bounds.out_units.get())).min(0)
        };
        Self { net, touched_at: now }
    }

    fn room_in_down(self, bounds: &Bounds) -> U256 {
        self.room_down(bounds, bounds.in_units.get(), -self.net)
    }

    fn room_out_down(self, bounds: &Bounds) -> U256 {
        self.room_down(bounds, bounds.out_units.get(), self.net)
    }

    /// What a side has left whose position is `spare` from zero on the other one.
    fn room_down(self, bounds: &Bounds, side: u64, spare: i128) -> U256 {
        // Invariant: 97 bits with a sign; and not negative, so the cast keeps it.
        let room = (bounds.whole(side) + spare).max(0) as u128;
        // Invariant: at most both bounds, of 63 bits each. Words that were never written may hold more, and are cut.
        bounds
            .unit
            .wei(div_down(room, bounds.decay_secs).min(u128::from(u64::MAX)) as u64)
    }

    /// The refusal of a side whose position is `used` from zero on it.
    fn denied(self, bounds: &Bounds, requested: U256, used: i128, side: u64, available: U256) -> Denied {
        let fits = bounds.unit.units_up(requested).filter(|units| *units <= side);
        // Beyond the bound only the other side's flow helps, and that decays.
        let retry_at = fits.map(|units| {
            // Invariant: it does not fit now, so this is positive and at most what decays in the decay time.
            let missing = (bounds.whole(units) + used - bounds.whole(side)).max(0) as u128;
            let secs = div_up_by_search(missing, side, u32::BITS);
            self.touched_at.saturating_add(secs)
        });
        Denied {
            requested,
            available,
            retry_at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn u(amount: u64) -> U256 {
        U256::from(amount)
    }

    fn bounds(max_in: u64, max_out: u64) -> Bounds {
        Bounds::where_an_inflow_buys_an_outflow(u(max_in), u(max_out), 1_000).unwrap()
    }

    const ZERO: Position = Position {
        net: 0,
        touched_at: 0,
    };

    fn denied(requested: u64, available: u64, retry_at: Option<u64>) -> Result<Position, Denied> {
        Err(Denied {
            requested: u(requested),
            available: u(available),
            retry_at,
        })
    }

    #[test]
    fn each_side_has_its_own_bound_and_equality_passes() {
        let bounds = bounds(300, 100);
        assert!(ZERO.take_out(&bounds, u(100), 0).is_ok());
        assert_eq!(ZERO.take_out(&bounds, u(101), 0), denied(101, 100, None));
        assert!(ZERO.bring_in(&bounds, u(300), 0).is_ok());
        assert_eq!(ZERO.bring_in(&bounds, u(301), 0), denied(301, 300, None));
    }

    #[test]
    fn an_inflow_buys_an_outflow_which_is_what_its_constructor_says() {
        let bounds = bounds(300, 100);
        let inside = ZERO.bring_in(&bounds, u(300), 0).unwrap();
        let outside = inside.take_out(&bounds, u(400), 0).unwrap();
        assert_eq!(outside.take_out(&bounds, u(1), 0), denied(1, 0, Some(10)));
        assert_eq!(bounds.bound_out(0), u(400));
    }

    #[test]
    fn a_position_decays_to_zero_from_either_side() {
        let bounds = bounds(300, 100);
        let out = ZERO.take_out(&bounds, u(100), 0).unwrap();
        for (now, available) in [(0, 0), (500, 50), (999, 99), (1_000, 100), (u64::MAX, 100)] {
            assert_eq!(out.available_out_down(&bounds, now), u(available), "{now}");
        }
        let inside = ZERO.bring_in(&bounds, u(300), 0).unwrap();
        assert_eq!(inside.available_in_down(&bounds, 500), u(150));
        assert_eq!(
            inside.available_out_down(&bounds, 500),
            u(250),
            "what was bought decays too"
        );
        assert_eq!(inside.available_out_down(&bounds, 1_000), u(100));
    }

    #[test]
    fn under_other_bounds_no_more_goes_out_at_once() {
        let (narrow, wide) = (bounds(300, 100), bounds(600, 500));
        let out = ZERO.take_out(&narrow, u(70), 0).unwrap();
        let widened = out.rebounded(&narrow, &wide, 0);
        assert_eq!(widened.available_out_down(&wide, 0), u(30));
        assert_eq!(
            widened.available_out_down(&wide, 1),
            u(30),
            "half a unit a second"
        );
        let back = widened.rebounded(&wide, &narrow, 0);
        assert_eq!(back.available_out_down(&narrow, 0), u(0));
        // What has gone out is rounded up: 70 and a half of 80.
        let less = bounds(300, 80);
        let out = ZERO.take_out(&narrow, u(71), 0).unwrap();
        assert_eq!(
            out.rebounded(&narrow, &less, 5).available_out_down(&less, 5),
            u(9)
        );
        // What came in is kept, cut to the new bound.
        let inside = ZERO.bring_in(&wide, u(600), 0).unwrap();
        let narrowed = inside.rebounded(&wide, &narrow, 0);
        assert_eq!(narrowed.available_out_down(&narrow, 0), u(400));
    }

    #[test]
    fn dust_is_rounded_against_it() {
        let bounds = Bounds::where_an_inflow_buys_an_outflow(U256::ONE << 255, U256::ONE << 255, 9).unwrap();
        let unit = U256::ONE << 193;
        let out = ZERO.take_out(&bounds, U256::ONE, 0).unwrap();
        assert_eq!(out.available_out_down(&bounds, 0), (U256::ONE << 255) - unit);
        assert_eq!(ZERO.bring_in(&bounds, U256::ONE, 0).unwrap(), ZERO);
    }

    #[test]
    fn time_that_goes_back_stands_still() {
        let bounds = bounds(300, 100);
        let out = ZERO.take_out(&bounds, u(100), 5_000).unwrap();
        assert_eq!(out.take_out(&bounds, u(1), 10), denied(1, 0, Some(5_010)));
    }

    #[test]
    fn it_survives_its_word_and_is_laid_out_as_it_is_drawn() {
        let bounds = bounds(300, 100);
        let out = ZERO.take_out(&bounds, u(70), 9).unwrap();
        assert_eq!(out.to_word(), u(70_000) | u(9) << 128 | U256::ONE << 168);
        let inside = ZERO.bring_in(&bounds, u(70), u64::MAX).unwrap();
        for position in [ZERO, out, inside] {
            assert_eq!(Position::from_word(position.to_word()), position);
        }
        assert_eq!(Position::from_word(U256::ZERO), ZERO);
    }
}
