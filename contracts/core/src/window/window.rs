//! What a window still lets through, and when more.

use super::{ring::Ring, Limit};
use crate::{time::LATEST, Denied};
use alloy_primitives::U256;

/// A window that is open: its limit, and what passed in the ticks that count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    limit: Limit,
    /// At most [`LATEST`]. The current tick is the one that it is in.
    touched_at: u64,
    /// What passed in the current tick, in units, exact.
    current: u64,
    closed: Ring,
}

impl Window {
    /// A window in which nothing has passed.
    pub fn unused(limit: Limit, now: u64) -> Self {
        Self::with_used(limit, 0, now)
    }

    /// A window in which all but `available` (rounded down) has passed just now.
    pub fn with_available_down(limit: Limit, available: U256, now: u64) -> Self {
        // Invariant: cut at the limit.
        let used = limit.units() - limit.unit().units_down(available).min(limit.units());
        Self::with_used(limit, used, now)
    }

    /// What it may let through.
    pub fn limit(&self) -> Limit {
        self.limit
    }

    /// When it was last touched.
    pub fn touched_at(&self) -> u64 {
        self.touched_at
    }

    /// Closes the ticks that have ended. Does nothing when time stands still or goes back.
    #[must_use]
    pub fn settled(self, now: u64) -> Self {
        let touched_at = self.touched_at.max(now.min(LATEST));
        Self {
            touched_at,
            ..self.closed_by(self.limit.tick_at(touched_at))
        }
    }

    /// What passes at `now`, rounded down.
    pub fn available_down(self, now: u64) -> U256 {
        let settled = self.settled(now);
        self.limit.unit().wei(settled.available())
    }

    /// The first second at which more may be available than at `now`, or none when everything is.
    pub fn next_change_at(self, now: u64) -> Option<u64> {
        let settled = self.settled(now);
        (settled.available() < self.limit.units()).then(|| settled.tick_starts_at(1))
    }

    /// Lets `amount` pass.
    ///
    /// # Errors
    /// [`Denied`] when it would make more than the limit in a window.
    pub fn consume(self, amount: U256, now: u64) -> Result<Self, Denied> {
        let settled = self.settled(now);
        let available = settled.available();
        let cost = self
            .limit
            .unit()
            .units_up(amount)
            .filter(|cost| *cost <= self.limit.units());
        match cost {
            Some(cost) if cost <= available => Ok(Self {
                // Invariant: what is available and what has passed in the current tick are together at most the limit.
                current: settled.current + cost,
                ..settled
            }),
            _ => Err(Denied {
                requested: amount,
                available: self.limit.unit().wei(available),
                retry_at: cost.and_then(|cost| settled.frees(cost)),
            }),
        }
    }

    /// When the request of a cost of at most the limit passes: the start of one of the next ticks, because nothing is
    /// freed within one.
    fn frees(self, cost: u64) -> Option<u64> {
        (1..=u64::from(self.limit.ticks()) + 1)
            .find(|ahead| cost <= self.closed_by(self.tick() + ahead).available())
            .map(|ahead| self.tick_starts_at(ahead))
    }

    /// The number of the current tick since time zero: at most 40 bits.
    fn tick(self) -> u64 {
        self.limit.tick_at(self.touched_at)
    }

    /// When the tick begins that comes so many after the current one.
    fn tick_starts_at(self, ahead: u64) -> u64 {
        // Invariant: a time of 40 bits, and at most 17 ticks of 28.
        (self.tick() + ahead) * self.limit.tick_secs()
    }

    /// What counts in the tick of this number, and the time is not moved.
    fn closed_by(self, tick: u64) -> Self {
        match tick.checked_sub(self.tick()) {
            None | Some(0) => self,
            Some(passed) => Self {
                current: 0,
                closed: self.closed.closed(self.limit.quanta_up(self.current), passed - 1),
                ..self
            },
        }
    }

    /// In units.
    fn available(self) -> u64 {
        // Invariant: 20 bits times 64, and 64 on top, are below 2^128.
        let used = u128::from(self.closed.sum(self.limit.ticks())) * u128::from(self.limit.quantum())
            + u128::from(self.current);
        // Invariant: what is left of 64 bits has no more.
        u128::from(self.limit.units()).saturating_sub(used) as u64
    }

    fn with_used(limit: Limit, current: u64, now: u64) -> Self {
        Self {
            limit,
            touched_at: now.min(LATEST),
            current,
            closed: Ring::EMPTY,
        }
    }

    /// Its numbers as they are stored: the limit, when it was touched, what passed in the tick of that, the closed ones.
    pub(super) fn to_parts(self) -> (Limit, u64, u64, U256) {
        (self.limit, self.touched_at, self.current, self.closed.0)
    }

    /// The window of stored numbers.
    pub(super) fn from_parts(limit: Limit, touched_at: u64, current: u64, closed: U256) -> Self {
        Self {
            limit,
            touched_at,
            current,
            closed: Ring(closed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ticks of 100 seconds.
    fn limit(amount: u64) -> Limit {
        Limit::new(U256::from(amount), 1_600).unwrap()
    }

    fn u(amount: u64) -> U256 {
        U256::from(amount)
    }

    fn denied(requested: u64, available: u64, retry_at: Option<u64>) -> Result<Window, Denied> {
        Err(Denied {
            requested: u(requested),
            available: u(available),
            retry_at,
        })
    }

    #[test]
    fn equality_passes_and_one_more_is_denied() {
        let window = Window::unused(limit(100), 0);
        assert_eq!(window.consume(u(100), 0).unwrap().available_down(0), u(0));
        assert_eq!(window.consume(u(101), 0), denied(101, 100, None));
    }

    #[test]
    fn an_amount_counts_for_the_window_and_up_to_a_tick_more() {
        // At the first second of a tick it counts for a window and a tick; at the last for a window and a second.
        for passed_at in [1_000, 1_050, 1_099] {
            let window = Window::unused(limit(100), 0).consume(u(100), passed_at).unwrap();
            assert_eq!(window.available_down(2_699), u(0));
            assert_eq!(window.available_down(2_700), u(100));
            assert_eq!(window.consume(u(1), passed_at), denied(1, 0, Some(2_700)));
        }
    }

    #[test]
    fn each_tick_is_freed_by_itself() {
        let window = Window::unused(limit(100), 0);
        let window = window.consume(u(40), 10).unwrap();
        let window = window.consume(u(60), 250).unwrap();
        assert_eq!(window.consume(u(40), 300), denied(40, 0, Some(1_700)));
        assert_eq!(window.consume(u(41), 300), denied(41, 0, Some(1_900)));
        assert_eq!(window.available_down(1_700), u(40));
        assert_eq!(window.available_down(1_900), u(100));
        assert_eq!(window.next_change_at(300), Some(400));
        assert_eq!(window.next_change_at(1_900), None);
    }

    #[test]
    fn a_window_shorter_than_sixteen_seconds_has_ticks_of_a_second() {
        let limit = Limit::new(u(5), 1).unwrap();
        let window = Window::unused(limit, 0).consume(u(5), 7).unwrap();
        assert_eq!(window.available_down(8), u(0));
        assert_eq!(window.available_down(9), u(5));
    }

    #[test]
    fn dust_costs_nothing_in_its_tick_and_a_quantum_after() {
        let million = limit(1_000_000);
        // A quantum is 16. Sixty amounts of 1 in one tick are four quanta.
        let mut window = Window::unused(million, 0);
        for _ in 0..60 {
            window = window.consume(u(1), 0).unwrap();
        }
        assert_eq!(window.available_down(99), u(999_940));
        assert_eq!(window.available_down(100), u(999_936));
        // One in each of the seventeen ticks that count: sixteen closed ones hold back a quantum each.
        let mut window = Window::unused(million, 0);
        for tick in 0..17 {
            window = window.consume(u(1), tick * 100).unwrap();
        }
        assert_eq!(window.available_down(1_600), u(1_000_000 - 16 * 16 - 1));
    }

    #[test]
    fn the_whole_limit_passes_whatever_its_quantum() {
        for amount in [65_535, 65_536, 1_000_003, u64::MAX] {
            let window = Window::unused(limit(amount), 0).consume(u(amount), 0).unwrap();
            assert_eq!(window.available_down(1_699), u(0), "{amount}");
            assert_eq!(window.available_down(1_700), u(amount), "{amount}");
        }
    }

    #[test]
    fn time_that_goes_back_stands_still() {
        let window = Window::unused(limit(100), 5_000).consume(u(60), 5_000).unwrap();
        assert_eq!(window.consume(u(40), 10).unwrap().touched_at(), 5_000);
        assert_eq!(window.consume(u(41), 10), denied(41, 40, Some(6_700)));
    }

    #[test]
    fn a_jump_of_years_empties_it_in_one_step() {
        let window = Window::unused(limit(100), 0).consume(u(100), 0).unwrap();
        assert_eq!(window.available_down(u64::MAX), u(100));
        assert_eq!(window.settled(u64::MAX).touched_at(), LATEST);
    }

    #[test]
    fn above_two_to_the_64_amounts_are_rounded_up_to_a_unit() {
        let limit = Limit::new(U256::ONE << 255, 1_600).unwrap();
        let unit = U256::ONE << 192;
        let window = Window::unused(limit, 0).consume(U256::ONE, 0).unwrap();
        assert_eq!(window.available_down(0), (U256::ONE << 255) - unit);
        assert_eq!(window.consume(U256::MAX, 0).unwrap_err().retry_at, None);
    }

    #[test]
    fn what_it_is_made_to_have_available_is_rounded_down_and_cut() {
        let limit = Limit::new(U256::ONE << 72, 1_600).unwrap();
        let unit = U256::ONE << 9;
        let almost_two = unit + unit - U256::ONE;
        assert_eq!(
            Window::with_available_down(limit, almost_two, 0).available_down(0),
            unit
        );
        assert_eq!(
            Window::with_available_down(limit, U256::MAX, 0),
            Window::unused(limit, 0)
        );
    }
}
